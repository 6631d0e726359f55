package importer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// KlassBase is where Statistics Norway keeps its classifications.
const KlassBase = "https://data.ssb.no/api/klass/v1"

// Numbers of Statistics Norway's classifications.
const (
	klassKommuner = "131"
	klassFylker   = "104"
)

// Register is where answers of somebody's register are read: over the net, or from files
// that were fetched before.
type Register interface {
	// read decodes the answer for the path and query, or what the file holds.
	read(ctx context.Context, path string, query url.Values, file string, into any) (where string, err error)
}

// Live reads the register over the net.
func Live(c *upstream.Client) Register { return live{c} }

type live struct{ client *upstream.Client }

func (l live) read(ctx context.Context, path string, query url.Values, _ string, into any) (string, error) {
	answer, err := l.client.GetJSON(ctx, upstream.Request{Path: path, Query: query}, into)
	return answer.URL, err
}

// Fetched reads answers that were saved as files in a folder: 131.json and 104.json with the
// changes of kommuner and fylker, and 131-koder.json with the kommuner of the day.
func Fetched(dir string) Register { return fetched{dir} }

type fetched struct{ dir string }

func (f fetched) read(_ context.Context, _ string, _ url.Values, file string, into any) (string, error) {
	where := filepath.Join(f.dir, file)
	content, err := os.ReadFile(where)
	if err != nil {
		return where, err
	}
	return where, upstream.Decode(where, content, into)
}

// klassChange is a line of Klass's answer about changes. Texts are null where there is none.
type klassChange struct {
	OldCode        *string `json:"oldCode"`
	OldName        *string `json:"oldName"`
	NewCode        *string `json:"newCode"`
	NewName        *string `json:"newName"`
	ChangeOccurred string  `json:"changeOccurred"`
}

// KlassChanges are what Statistics Norway says has become of kommuner and fylker.
type KlassChanges struct {
	Steps  []region.Step
	Fylker []region.FylkeStep
	Where  []string // where it was read
}

// ReadKlass asks what becomes of kommuner and fylker from a day on, up to another day, which
// may lie ahead. An answer of another shape is an error, and nothing of it is to be used.
func ReadKlass(ctx context.Context, from Register, first, last time.Time) (KlassChanges, error) {
	var all KlassChanges
	steps, where, err := klassSteps(ctx, from, klassKommuner, first, last)
	if err != nil {
		return all, fmt.Errorf("changes of kommuner: %w", err)
	}
	all.Where = append(all.Where, where)
	for _, s := range steps {
		old, err := region.ParseNumber(s.old)
		if err != nil {
			return all, upstream.Unexpected(where, "oldCode", "a kommunenummer of four digits", s.old)
		}
		n, err := region.ParseNumber(s.new)
		if err != nil {
			return all, upstream.Unexpected(where, "newCode", "a kommunenummer of four digits", s.new)
		}
		all.Steps = append(all.Steps, region.Step{Old: old, OldName: s.oldName, New: n, NewName: s.newName, On: s.on})
	}
	steps, where, err = klassSteps(ctx, from, klassFylker, first, last)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil // files of kommuner alone
	}
	if err != nil {
		return all, fmt.Errorf("changes of fylker: %w", err)
	}
	all.Where = append(all.Where, where)
	for _, s := range steps {
		old, err := region.ParseFylkeNumber(s.old)
		if err != nil {
			return all, upstream.Unexpected(where, "oldCode", "a fylkesnummer of two digits", s.old)
		}
		n, err := region.ParseFylkeNumber(s.new)
		if err != nil {
			return all, upstream.Unexpected(where, "newCode", "a fylkesnummer of two digits", s.new)
		}
		all.Fylker = append(all.Fylker, region.FylkeStep{Old: old, OldName: s.oldName, New: n, NewName: s.newName, On: s.on})
	}
	return all, nil
}

// klassStep is a line whose fields are there.
type klassStep struct {
	old, oldName, new, newName string
	on                         time.Time
}

func klassSteps(ctx context.Context, from Register, classification string, first, last time.Time) ([]klassStep, string, error) {
	var answer struct {
		CodeChanges *[]klassChange `json:"codeChanges"`
	}
	where, err := from.read(ctx, "/classifications/"+classification+"/changes", url.Values{
		"from": {first.Format(time.DateOnly)},
		"to":   {last.AddDate(0, 0, 1).Format(time.DateOnly)}, // the day itself is left out
		// What is decided and has not happened yet.
		"includeFuture": {"true"},
	}, classification+".json", &answer)
	if err != nil {
		return nil, where, err
	}
	if answer.CodeChanges == nil {
		return nil, where, upstream.Missing(where, "codeChanges", "a list")
	}
	var steps []klassStep
	for _, c := range *answer.CodeChanges {
		step, err := c.step(where)
		if err != nil {
			return nil, where, err
		}
		if step.on.Before(first) || step.on.After(last) {
			continue // files may hold more
		}
		steps = append(steps, step)
	}
	return steps, where, nil
}

func (c klassChange) step(where string) (klassStep, error) {
	s := klassStep{}
	for _, f := range []struct {
		name string
		from *string
		to   *string
	}{{"oldCode", c.OldCode, &s.old}, {"oldName", c.OldName, &s.oldName}, {"newCode", c.NewCode, &s.new}, {"newName", c.NewName, &s.newName}} {
		if f.from == nil || strings.TrimSpace(*f.from) == "" {
			return s, upstream.Missing(where, "codeChanges."+f.name, "a text")
		}
		*f.to = strings.TrimSpace(*f.from)
	}
	var err error
	if s.on, err = time.Parse(time.DateOnly, c.ChangeOccurred); err != nil {
		return s, upstream.Unexpected(where, "codeChanges.changeOccurred", "a day like 2024-01-01", c.ChangeOccurred)
	}
	return s, nil
}

// notKommuner begin codes of the classification that are no kommuner: Svalbard, Jan Mayen and
// the shelf, and what is not stated.
var notKommuner = []string{"21", "22", "23", "25", "26", "88", "99"}

// KlassKommuner returns the kommuner of a day by number, with their official names.
func KlassKommuner(ctx context.Context, from Register, on time.Time) (map[region.Number]string, error) {
	var answer struct {
		Codes []struct {
			Code string `json:"code"`
			Name string `json:"name"`
		} `json:"codes"`
	}
	where, err := from.read(ctx, "/classifications/"+klassKommuner+"/codesAt", url.Values{"date": {on.Format(time.DateOnly)}, "includeFuture": {"true"}}, klassKommuner+"-koder.json", &answer)
	if err != nil {
		return nil, fmt.Errorf("kommuner of %s: %w", on.Format(time.DateOnly), err)
	}
	if len(answer.Codes) == 0 {
		return nil, upstream.Missing(where, "codes", "a list of kommuner")
	}
	found := make(map[region.Number]string, len(answer.Codes))
	for _, c := range answer.Codes {
		n, err := region.ParseNumber(c.Code)
		if err != nil {
			return nil, upstream.Unexpected(where, "codes.code", "a kommunenummer of four digits", c.Code)
		}
		if c.Name == "" {
			return nil, upstream.Missing(where, "codes.name", "a text")
		}
		if !slices.Contains(notKommuner, c.Code[:2]) {
			found[n] = c.Name
		}
	}
	return found, nil
}

// KommuneOptions says how kommuner are to follow Statistics Norway.
type KommuneOptions struct {
	From Register
	// First is the first day of changes to ask for. Zero: that of the last that was carried out.
	First time.Time
	// Last is the last day to ask for; those that lie ahead are planned, and shown by a dry
	// run. Zero: two years from today.
	Last        time.Time
	PostalCodes map[string]region.Number // where postnummer lie after the changes
	DryRun      bool
	// Force carries changes out though the kommuner after them are not those that Statistics
	// Norway has.
	Force    bool
	Progress Progress
}

// KommuneReport says what an import of changes of kommuner did.
type KommuneReport struct {
	store.SuccessionReport
	Where   []string
	Differs []string // kommuner that only one of us has, after the changes of today
	Stopped bool     // because of Differs, before anything was written
}

// ImportKommuner lets the directory follow what Statistics Norway says of kommuner. It looks
// first whether the kommuner would be the right ones afterwards: half a list of changes is as
// whole as JSON gets, and must not be believed.
func ImportKommuner(ctx context.Context, st *store.Store, actor auth.Actor, o KommuneOptions) (KommuneReport, error) {
	var report KommuneReport
	today := st.Today()
	if o.Last.IsZero() {
		o.Last = today.AddDate(2, 0, 0)
	}
	var err error
	if o.First.IsZero() {
		if o.First, err = st.LastSuccession(ctx); err != nil {
			return report, err
		}
	}
	changes, err := ReadKlass(ctx, o.From, o.First, o.Last)
	if err != nil {
		return report, err
	}
	report.Where = changes.Where
	right, err := KlassKommuner(ctx, o.From, today)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return report, err
	}
	options := store.SuccessionOptions{Steps: changes.Steps, Fylker: changes.Fylker, PostalCodes: o.PostalCodes, Until: today, DryRun: true}
	looked, err := st.Succeed(ctx, actor, options)
	if err != nil {
		return report, err
	}
	if right != nil {
		report.Differs = differ(looked.After, right)
	}
	switch {
	case o.DryRun && o.Last.After(today):
		options.Until = o.Last
		report.SuccessionReport, err = st.Succeed(ctx, actor, options)
		return report, err
	case o.DryRun:
		report.SuccessionReport = looked
		return report, nil
	case len(report.Differs) > 0 && !o.Force:
		report.SuccessionReport, report.Stopped = looked, true
		return report, nil
	}
	options.DryRun = false
	if o.Progress != nil {
		options.Progress = func(done, total int) { o.Progress("changes of kommuner", done, total) }
	}
	report.SuccessionReport, err = st.Succeed(ctx, actor, options)
	return report, err
}

// differ returns the kommuner that only one of two has.
func differ(ours map[region.Number]string, right map[region.Number]string) []string {
	var found []string
	for n, name := range right {
		if _, there := ours[n]; !there {
			found = append(found, string(n)+" "+name+": only Statistics Norway has it")
		}
	}
	for n, name := range ours {
		if _, there := right[n]; !there {
			found = append(found, string(n)+" "+name+": Statistics Norway does not have it")
		}
	}
	slices.Sort(found)
	return found
}
