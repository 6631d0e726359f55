// Package register reads what others keep of the help that there is: Enhetsregisteret,
// feeds of HSDS, tables of any kommune or organization, the pages of Bufdir. Each source
// is asked politely and believed only as far as it has the shape that it is documented to
// have; one that has another is left before anything is written.
//
// An import says, field by field, what a source says, and the store decides: what a person
// has written or confirmed is not overwritten, nothing is deleted, and what is new stands
// as a draft until somebody has looked. A dry run does the same and writes nothing. How far
// an import has come is kept with what it wrote, so that the next one goes on from there.
package register

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Progress is told how far an import has come within a step.
type Progress func(step string, done, total int)

// Report says what an import did, or would do. It is complete as far as the import came,
// also beside an error.
type Report struct {
	Dry       bool
	Resumed   string // where an earlier run that did not end was taken up; empty: from the beginning
	Read      int    // things that the source has
	Created   int
	Updated   int
	Unchanged int
	Kept      int // say otherwise than the source, and stay so: people answer for them
	Absent    int // do not stand here, and are not taken in
	Changes   []Change
	Notes     []string // what a person should look at
	Problems  []string // what could not be used
}

// Change is a field that an import has changed, would change, or has left alone.
type Change struct {
	Thing  string // name of the offering or organization
	Label  string // of the field
	Before string
	After  string
	Kept   bool // Before stands, since people answer for it
	New    bool // the thing was not here before
}

// String returns the change as a line.
func (c Change) String() string {
	sign := "~"
	switch {
	case c.Kept:
		sign = "="
	case c.New:
		sign = "+"
	}
	line := fmt.Sprintf("%s %s: %s: %s", sign, c.Thing, c.Label, shown(c.After))
	if !c.New {
		line += " (" + map[bool]string{true: "stays: ", false: "was: "}[c.Kept] + shown(c.Before) + ")"
	}
	return line
}

func shown(s string) string {
	if s == "" {
		return "nothing"
	}
	return "«" + strings.ReplaceAll(s, "\n", ", ") + "»"
}

// run is one import under way.
type run struct {
	store    *store.Store
	actor    auth.Actor
	key      string // the source's, in progress and tasks
	title    string // the source's, for people
	dry      bool
	again    bool
	progress Progress
	names    diff.Names
	report   Report
}

// Options are what every import takes.
type Options struct {
	Store *store.Store
	Dry   bool
	// Again begins at the beginning, and not where an earlier run stopped.
	Again    bool
	Progress Progress
}

func newRun(ctx context.Context, o Options, key, title string) (*run, error) {
	im := &run{store: o.Store, actor: auth.Actor{Kind: auth.Import, Name: key}, key: key, title: title, dry: o.Dry, again: o.Again, progress: o.Progress, report: Report{Dry: o.Dry}}
	if im.progress == nil {
		im.progress = func(string, int, int) {}
	}
	kommuner, err := o.Store.Kommuner(ctx)
	if err != nil {
		return nil, err
	}
	called := map[region.Number]string{}
	for _, k := range kommuner {
		called[k.Number] = k.Name
	}
	im.names.Kommune = func(n region.Number) string { return called[n] }
	fylker, err := o.Store.Fylker(ctx)
	if err != nil {
		return nil, err
	}
	fylke := map[region.FylkeNumber]string{}
	for _, f := range fylker {
		fylke[f.Number] = f.Name
	}
	im.names.Fylke = func(n region.FylkeNumber) string { return fylke[n] }
	return im, nil
}

func (im *run) note(format string, args ...any) {
	im.report.Notes = append(im.report.Notes, fmt.Sprintf(format, args...))
}

func (im *run) problem(format string, args ...any) {
	im.report.Problems = append(im.report.Problems, fmt.Sprintf(format, args...))
}

// resume reads into a pointer how far an earlier run came that did not end, and reports
// whether there was one.
func (im *run) resume(ctx context.Context, state any) (bool, error) {
	switch {
	case !im.again:
		return im.store.ImportProgress(ctx, im.key, state)
	case im.dry:
		return false, nil
	}
	return false, im.store.ForgetImportProgress(ctx, im.actor, im.key)
}

// end lets the next run begin at the beginning.
func (im *run) end(ctx context.Context) error {
	if im.dry {
		return nil
	}
	return im.store.ForgetImportProgress(ctx, im.actor, im.key)
}

// importRun is the run as the store takes it, with how far it has come.
func (im *run) importRun(state any) store.ImportRun {
	return store.ImportRun{Source: im.key, Dry: im.dry, State: state}
}

// batch is how many offerings are written in one transaction.
const batch = 50

// place says where a thing stands in the source, for messages.
type placed struct {
	said  store.Said
	where string
}

// say hands over what the source says, a few at a time. state is kept with the last.
func (im *run) say(ctx context.Context, list []placed, state any) error {
	for start := 0; start < len(list); start += batch {
		end := min(start+batch, len(list))
		var kept any
		if end == len(list) {
			kept = state
		}
		part := list[start:end]
		said := make([]store.Said, len(part))
		for i, p := range part {
			said[i] = p.said
		}
		outcomes, err := im.store.SaySources(ctx, im.actor, im.importRun(kept), said)
		if err != nil {
			return err
		}
		for i, o := range outcomes {
			im.count(o, part[i])
		}
	}
	if len(list) == 0 && state != nil {
		return im.store.SaveImportProgress(ctx, im.actor, im.importRun(state))
	}
	return nil
}

func (im *run) count(o store.SaidOutcome, p placed) {
	if o.Err != nil {
		if invalid, ok := store.IsInvalid(o.Err); ok {
			for _, line := range wordsOf(invalid) {
				im.problem("%s: %s", p.where, line)
			}
			return
		}
		im.problem("%s: %v", p.where, o.Err)
		return
	}
	switch o.Result {
	case store.Created:
		im.report.Created++
	case store.Updated:
		im.report.Updated++
	case store.Unchanged:
		im.report.Unchanged++
	case store.Absent:
		im.report.Absent++
		return
	}
	if len(o.Kept) > 0 {
		im.report.Kept++
	}
	for _, c := range diff.Offerings(o.Before, o.After, im.names) {
		if slices.Contains(o.Changed, directory.FieldName(c.Name)) {
			im.report.Changes = append(im.report.Changes, Change{Thing: o.After.Name, Label: c.Label, Before: c.Before, After: c.After, New: o.Result == store.Created})
		}
	}
	for _, c := range diff.Offerings(o.After, o.Said, im.names) {
		if slices.Contains(o.Kept, directory.FieldName(c.Name)) {
			im.report.Changes = append(im.report.Changes, Change{Thing: o.After.Name, Label: c.Label, Before: c.Before, After: c.After, Kept: true})
		}
	}
}

// wordsOf says what is wrong with the fields, a line each, sorted.
func wordsOf(invalid directory.Invalid) []string {
	said := map[string]string{directory.MsgRequired: "is empty", directory.MsgTooLong: "is too long", directory.MsgFormat: "has not the right form",
		directory.MsgUnknown: "is not known here", directory.MsgDuplicate: "stands there twice", directory.MsgTransition: "cannot follow the present one", directory.MsgPeriod: "ends before it begins"}
	var lines []string
	for field, key := range invalid {
		text := said[key]
		if text == "" {
			text = key
		}
		lines = append(lines, field+": "+text)
	}
	slices.Sort(lines)
	return lines
}

// today is the date of what is read now.
func today() directory.PartialDate { return directory.PartialDate(time.Now().Format(time.DateOnly)) }

// sameName returns a name as two registers may well write it: neither case nor blanks tell
// names apart, nor a full stop at the end.
func sameName(s string) string {
	return strings.TrimSuffix(strings.Join(strings.Fields(strings.ToLower(s)), " "), ".")
}
