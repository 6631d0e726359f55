package register

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// Enhetsregisteret of Brønnøysundregistrene, open data under NLOD. Documentation:
// https://data.brreg.no/enhetsregisteret/api/dokumentasjon/no/index.html
const (
	BrregBase  = "https://data.brreg.no/enhetsregisteret/api"
	brregTitle = "Enhetsregisteret"
	brregKey   = "enhetsregisteret"
	// brregDepth is how many hits a search shows: (page+1) * size may not be more.
	brregDepth    = 10_000
	brregPageSize = 100
	// feedSize is how many updates are read at a time; a day has some thousands.
	feedSize = 5_000
	// brregGzip is what the file of all units is asked for as; JSON is not given there.
	brregGzip = "application/vnd.brreg.enhetsregisteret.%s.v2+gzip"
	// brregFile is how much the file of all units may hold unpacked: it was 197 MB packed in 2026.
	brregFile = 16 << 30
)

// unit is an enhet or a underenhet, as far as it is used here. What is deleted has a
// number, a name and a date; what was taken out for reasons of law answers 410.
type unit struct {
	Number  string   `json:"organisasjonsnummer"`
	Name    string   `json:"navn"`
	Form    *coded   `json:"organisasjonsform"`
	Website string   `json:"hjemmeside"`
	Email   string   `json:"epostadresse"`
	Phone   string   `json:"telefon"`
	Mobile  string   `json:"mobil"`
	Parent  string   `json:"overordnetEnhet"`
	Office  *address `json:"forretningsadresse"`
	Door    *address `json:"beliggenhetsadresse"`
	Code1   *coded   `json:"naeringskode1"`
	Code2   *coded   `json:"naeringskode2"`
	Code3   *coded   `json:"naeringskode3"`

	Deleted  string `json:"slettedato"`
	Ended    string `json:"nedleggelsesdato"`
	Bankrupt bool   `json:"konkurs"`
	Closing  bool   `json:"underAvvikling"`
	Forced   bool   `json:"underTvangsavviklingEllerTvangsopplosning"`
}

type coded struct {
	Code string `json:"kode"`
	Text string `json:"beskrivelse"`
}

type address struct {
	Lines       []string `json:"adresse"`
	PostalCode  string   `json:"postnummer"`
	PostalPlace string   `json:"poststed"`
	Kommune     string   `json:"kommunenummer"`
	Country     string   `json:"landkode"`
}

// paged is how lists tell of their pages.
type paged struct {
	Size   *int `json:"size"`
	Number *int `json:"number"`
	Total  *int `json:"totalElements"`
	Pages  *int `json:"totalPages"`
}

// check returns an error for a unit that lacks what each of them has.
func (u unit) check(where string) error {
	if n, err := directory.ParseOrgNumber(u.Number); err != nil || string(n) != u.Number {
		return upstream.Unexpected(where, "organisasjonsnummer", "an organisasjonsnummer", u.Number)
	}
	if u.Name == "" {
		return upstream.Missing(where, "navn", "a name")
	}
	for field, date := range map[string]string{"slettedato": u.Deleted, "nedleggelsesdato": u.Ended} {
		if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
			return upstream.Unexpected(where, field, "a date", date)
		}
	}
	if u.gone() == "" && (u.Form == nil || u.Form.Code == "") {
		return upstream.Missing(where, "organisasjonsform.kode", "a code")
	}
	return nil
}

// gone returns the day on which the unit ended, empty for one that has not.
func (u unit) gone() string { return cmp.Or(u.Deleted, u.Ended) }

// place returns the address with a door that the unit has.
func (u unit) place() address {
	for _, a := range []*address{u.Door, u.Office} {
		if a != nil && (a.Country == "" || a.Country == "NO") {
			return *a
		}
	}
	return address{}
}

// forms are the organisasjonsformer that say what sort of body an organization is. The
// rest, ORGL among them, is of several sorts.
var forms = map[string]directory.OrganizationKind{
	"KOMM": directory.KindKommune, "FYLK": directory.KindFylkeskommune, "STAT": directory.KindState, "STI": directory.KindFoundation, "FLI": directory.KindAssociation,
}

// registered returns the unit as the store keeps it.
func (u unit) registered(id int64, url string) store.Registered {
	a := u.place()
	r := store.Registered{Organization: id, OrgNumber: directory.OrgNumber(u.Number), Name: u.Name, DeletedOn: u.gone(), Bankrupt: u.Bankrupt, Closing: u.Closing || u.Forced,
		Street: strings.Join(a.Lines, ", "), PostalCode: a.PostalCode, PostalPlace: a.PostalPlace, Kommune: a.Kommune, URL: url, ReadAt: time.Now().UTC().Truncate(time.Second)}
	if u.Form != nil {
		r.Form = u.Form.Code
	}
	if u.gone() != "" {
		return r // what it was is nothing to fill in
	}
	r.Kind = forms[r.Form]
	if w, err := directory.ParseWebsite(u.Website); err == nil && u.Website != "" {
		r.Website = w
	}
	return r
}

// Brreg imports from Enhetsregisteret.
type Brreg struct {
	Options
	Client *upstream.Client
	// Kommune narrows candidates; empty: all of the country.
	Kommune region.Number
}

// brregState is how far the organizations were gone through, and the feeds read.
type brregState struct {
	After int64           // id of the organization that was last looked up; 0: none, or all were
	Whole bool            // all were, once
	Feed  map[string]feed // by list: "enheter", "underenheter"
}

// feed is a position in a list of updates.
type feed struct {
	ID   int64  // of the last update that was read; 0: none yet
	From string // then: the time from which to read
}

// lists are the two kinds of units.
var lists = []string{"enheter", "underenheter"}

// Organizations fills in what the register has of the organizations that stand here. The
// first time it looks each of them up, by number or by its exact name in its kommune; then
// it reads what has changed since.
func (b Brreg) Organizations(ctx context.Context) (Report, error) {
	im, err := newRun(ctx, b.Options, brregKey, brregTitle)
	if err != nil {
		return Report{}, err
	}
	var state brregState
	if _, err := im.resume(ctx, &state); err != nil {
		return im.report, err
	}
	if !state.Whole {
		err = b.lookUpAll(ctx, im, &state)
	} else {
		err = b.followFeeds(ctx, im, &state)
	}
	return im.report, err
}

// lookUpAll goes through all organizations. Where the feeds stand is noted before, so that
// nothing falls between.
func (b Brreg) lookUpAll(ctx context.Context, im *run, state *brregState) error {
	if state.Feed == nil {
		state.Feed = map[string]feed{}
		for _, list := range lists {
			state.Feed[list] = feed{From: time.Now().UTC().Format("2006-01-02T15:04:05.000Z")}
		}
	} else if state.After > 0 {
		im.report.Resumed = fmt.Sprintf("organization %d", state.After)
	}
	total, err := im.store.CountOrganizations(ctx)
	if err != nil {
		return err
	}
	const some = 20
	for {
		page, err := im.store.OrganizationsAfter(ctx, state.After, some)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		var found []store.Registered
		for _, o := range page {
			r, err := b.lookUp(ctx, im, o)
			if err != nil {
				return err
			}
			if r != nil {
				found = append(found, *r)
			}
			im.report.Read++
			im.progress("organizations", im.report.Read, total)
		}
		state.After = page[len(page)-1].ID
		if err := im.saveRegistered(ctx, found, state); err != nil {
			return err
		}
	}
	state.After, state.Whole = 0, true
	return im.store.SaveImportProgress(ctx, im.actor, im.importRun(state))
}

// saveRegistered stores what was found, with how far the import has come.
func (im *run) saveRegistered(ctx context.Context, found []store.Registered, state *brregState) error {
	outcomes, err := im.store.SaveRegistered(ctx, im.actor, im.importRun(state), brregTitle, found)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		switch o.Result {
		case store.Updated:
			im.report.Updated++
		default:
			im.report.Unchanged++
		}
		for _, f := range []struct{ label, before, after string }{
			{"organisasjonsnummer", string(o.Before.OrgNumber), string(o.After.OrgNumber)}, {"slag", string(o.Before.Kind), string(o.After.Kind)}, {"nettsted", o.Before.Website, o.After.Website},
		} {
			if f.before != f.after {
				im.report.Changes = append(im.report.Changes, Change{Thing: o.Before.Name, Label: f.label, Before: f.before, After: f.after})
			}
		}
		if len(o.Asked.Said) > 0 {
			im.report.Kept++
		}
		for _, f := range o.Asked.Said {
			im.report.Changes = append(im.report.Changes, Change{Thing: o.Before.Name, Label: string(f.Field), Before: f.Here, After: f.There, Kept: true})
		}
		if d := o.Asked; d.Deleted != "" || d.Bankrupt || d.Closing {
			im.note("%s is not as it was in the register (deleted: %s, bankrupt: %t, being wound up: %t): a task asks the national editors", d.Name, cmp.Or(d.Deleted, "no"), d.Bankrupt, d.Closing)
		}
		if d := o.Asked; d.NewName != "" {
			im.note("%s has another name in the register: %s, before %s", d.Name, d.NewName, d.OldName)
		}
	}
	return nil
}

// lookUp returns what the register says of the organization, nil when it cannot be told
// which one it is: that is for a person.
func (b Brreg) lookUp(ctx context.Context, im *run, o store.OrganizationToFind) (*store.Registered, error) {
	if o.OrgNumber == "" {
		return b.byName(ctx, im, o)
	}
	r, err := b.byNumber(ctx, o)
	if err == nil && r == nil {
		im.note("%s: no unit has the organisasjonsnummer %s", o.Name, o.OrgNumber)
	}
	return r, err
}

// byNumber looks the number up among both kinds of units.
func (b Brreg) byNumber(ctx context.Context, o store.OrganizationToFind) (*store.Registered, error) {
	for _, list := range lists {
		var u unit
		at, err := b.Client.GetJSON(ctx, upstream.Request{Path: "/" + list + "/" + string(o.OrgNumber)}, &u)
		if upstream.IsStatus(err, 404) {
			continue
		}
		if upstream.IsStatus(err, 410) {
			return &store.Registered{Organization: o.ID, OrgNumber: o.OrgNumber, Removed: true, URL: b.Client.Base() + "/" + list + "/" + string(o.OrgNumber), ReadAt: time.Now().UTC().Truncate(time.Second)}, nil
		}
		if err != nil {
			return nil, err
		}
		if err := u.check(at.URL); err != nil {
			return nil, err
		}
		if u.Number != string(o.OrgNumber) {
			return nil, upstream.Unexpected(at.URL, "organisasjonsnummer", string(o.OrgNumber), u.Number)
		}
		r := u.registered(o.ID, at.URL)
		return &r, nil
	}
	return nil, nil
}

// byName looks for the one unit of exactly that name in a kommune of the organization.
func (b Brreg) byName(ctx context.Context, im *run, o store.OrganizationToFind) (*store.Registered, error) {
	kommuner := o.Kommuner
	if o.Kommune != "" {
		kommuner = []region.Number{o.Kommune}
	}
	if len(kommuner) == 0 {
		im.note("%s: no number, and no kommune to tell it from others of the name by", o.Name)
		return nil, nil
	}
	var found []unit
	for _, list := range lists {
		for _, k := range kommuner {
			units, _, err := b.page(ctx, list, url.Values{"navn": {o.Name}, "kommunenummer": {string(k)}}, 0)
			if err != nil {
				return nil, err
			}
			for _, u := range units {
				person := u.Form != nil && u.Form.Code == "ENK" // named after its owner
				if sameName(u.Name) == sameName(o.Name) && u.place().Kommune == string(k) && !person {
					found = append(found, u)
				}
			}
		}
		if len(found) > 0 {
			break
		}
	}
	switch len(found) {
	case 0:
		im.note("%s: no unit of exactly that name in its kommune", o.Name)
		return nil, nil
	case 1:
		r := found[0].registered(o.ID, b.Client.Base()+"/enheter/"+found[0].Number)
		return &r, nil
	}
	numbers := make([]string, len(found))
	for i, u := range found {
		numbers[i] = u.Number
	}
	im.note("%s: %d units of that name, a person has to say which: %s", o.Name, len(found), strings.Join(numbers, ", "))
	return nil, nil
}

// page returns one page of a search, and what it says of all of them.
func (b Brreg) page(ctx context.Context, list string, query url.Values, number int) ([]unit, paged, error) {
	var answer struct {
		Embedded map[string][]unit `json:"_embedded"`
		Page     *paged            `json:"page"`
	}
	query.Set("size", strconv.Itoa(brregPageSize))
	query.Set("page", strconv.Itoa(number))
	at, err := b.Client.GetJSON(ctx, upstream.Request{Path: "/" + list, Query: query}, &answer)
	if err != nil {
		return nil, paged{}, err
	}
	if err := checkPage(at.URL, answer.Page, number); err != nil {
		return nil, paged{}, err
	}
	units, ok := answer.Embedded[list]
	if !ok && *answer.Page.Total > number*brregPageSize {
		return nil, paged{}, upstream.Missing(at.URL, "_embedded."+list, "a list of units")
	}
	for i, u := range units {
		if err := u.check(fmt.Sprintf("%s (_embedded.%s[%d])", at.URL, list, i)); err != nil {
			return nil, paged{}, err
		}
	}
	return units, *answer.Page, nil
}

func checkPage(where string, p *paged, number int) error {
	switch {
	case p == nil:
		return upstream.Missing(where, "page", "an object")
	case p.Total == nil:
		return upstream.Missing(where, "page.totalElements", "a whole number")
	case p.Number == nil:
		return upstream.Missing(where, "page.number", "a whole number")
	case *p.Number != number:
		return upstream.Unexpected(where, "page.number", strconv.Itoa(number), strconv.Itoa(*p.Number))
	}
	return nil
}

// update is one entry of a feed.
type update struct {
	ID     *int64 `json:"oppdateringsid"`
	Number string `json:"organisasjonsnummer"`
	Kind   string `json:"endringstype"`
}

// followFeeds reads what has changed since the last time, and looks up those that stand here.
func (b Brreg) followFeeds(ctx context.Context, im *run, state *brregState) error {
	for _, list := range lists {
		for {
			more, err := b.readFeed(ctx, im, state, list)
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
	}
	return nil
}

// readFeed reads a stretch of a feed, and reports whether there is more.
func (b Brreg) readFeed(ctx context.Context, im *run, state *brregState, list string) (bool, error) {
	at := state.Feed[list]
	query := url.Values{"size": {strconv.Itoa(feedSize)}}
	if at.ID > 0 {
		query.Set("oppdateringsid", strconv.FormatInt(at.ID+1, 10))
	} else {
		query.Set("dato", at.From)
	}
	updates, total, err := b.updates(ctx, list, query, at.ID)
	if err != nil || len(updates) == 0 {
		return false, err
	}
	var numbers []directory.OrgNumber
	for _, u := range updates {
		numbers = append(numbers, directory.OrgNumber(u.Number))
	}
	slices.Sort(numbers)
	ours, err := im.store.OrganizationsByNumber(ctx, slices.Compact(numbers))
	if err != nil {
		return false, err
	}
	var found []store.Registered
	for i, o := range ours {
		r, err := b.lookUp(ctx, im, o)
		if err != nil {
			return false, err
		}
		if r != nil {
			found = append(found, *r)
		}
		im.progress("changed organizations", i+1, len(ours))
	}
	im.report.Read += len(updates)
	state.Feed[list] = feed{ID: *updates[len(updates)-1].ID}
	return total > len(updates), im.saveRegistered(ctx, found, state)
}

// updates returns entries of a feed, each with a higher id than the one before.
func (b Brreg) updates(ctx context.Context, list string, query url.Values, after int64) ([]update, int, error) {
	var answer struct {
		Embedded struct {
			Units    []update `json:"oppdaterteEnheter"`
			SubUnits []update `json:"oppdaterteUnderenheter"`
		} `json:"_embedded"`
		Page *paged `json:"page"`
	}
	at, err := b.Client.GetJSON(ctx, upstream.Request{Path: "/oppdateringer/" + list, Query: query}, &answer)
	if err != nil {
		return nil, 0, err
	}
	if err := checkPage(at.URL, answer.Page, 0); err != nil {
		return nil, 0, err
	}
	updates := append(answer.Embedded.Units, answer.Embedded.SubUnits...)
	if len(updates) == 0 && *answer.Page.Total > 0 {
		return nil, 0, upstream.Missing(at.URL, "_embedded.oppdaterteEnheter", "a list of updates")
	}
	for i, u := range updates {
		where := fmt.Sprintf("%s (update %d)", at.URL, i)
		if u.ID == nil {
			return nil, 0, upstream.Missing(where, "oppdateringsid", "a whole number")
		}
		// Else the feed would go round and round, or we would lose something.
		if *u.ID <= after {
			return nil, 0, upstream.Unexpected(where, "oppdateringsid", fmt.Sprintf("more than %d", after), strconv.FormatInt(*u.ID, 10))
		}
		if _, err := directory.ParseOrgNumber(u.Number); err != nil {
			return nil, 0, upstream.Unexpected(where, "organisasjonsnummer", "an organisasjonsnummer", u.Number)
		}
		after = *u.ID
	}
	return updates, *answer.Page.Total, nil
}

// File goes through all units of the register in its file, fetched into dir or, when file
// is not empty, lying there: one request instead of one an organization. It writes nothing
// before the file was read to its end.
func (b Brreg) File(ctx context.Context, file, dir string) (Report, error) {
	im, err := newRun(ctx, b.Options, brregKey, brregTitle)
	if err != nil {
		return Report{}, err
	}
	var state brregState
	if _, err := im.resume(ctx, &state); err != nil {
		return im.report, err
	}
	name := file
	if file == "" {
		var fetched string
		fetched, _, err = b.Client.Download(ctx, upstream.Request{Path: "/enheter/lastned", Accept: fmt.Sprintf(brregGzip, "enhet")}, dir)
		if err != nil {
			return im.report, err
		}
		defer os.Remove(fetched)
		name = fetched
	}
	found, err := b.match(ctx, im, name)
	if err != nil {
		return im.report, err
	}
	const some = 50
	for start := 0; start < len(found); start += some {
		if err := im.saveRegistered(ctx, found[start:min(start+some, len(found))], &state); err != nil {
			return im.report, err
		}
	}
	return im.report, nil
}

// match returns what the file says of the organizations that stand here.
func (b Brreg) match(ctx context.Context, im *run, name string) ([]store.Registered, error) {
	ours, err := im.store.OrganizationsAfter(ctx, 0, 0)
	if err != nil {
		return nil, err
	}
	byNumber, byName := map[string]store.OrganizationToFind{}, map[string]store.OrganizationToFind{}
	for _, o := range ours {
		if o.OrgNumber != "" {
			byNumber[string(o.OrgNumber)] = o
		} else {
			byName[sameName(o.Name)] = o
		}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return nil, upstream.Unexpected(name, "file", "gzip", err.Error())
	}
	found := map[int64][]unit{}
	err = upstream.EachJSON(name, io.LimitReader(unpacked, brregFile), func(raw json.RawMessage) error {
		if im.report.Read++; im.report.Read%10_000 == 0 {
			im.progress("units in the file", im.report.Read, -1)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		var u unit
		where := fmt.Sprintf("%s (unit %d)", name, im.report.Read)
		if err := json.Unmarshal(raw, &u); err != nil {
			return upstream.Shape(where, err)
		}
		if err := u.check(where); err != nil {
			return err
		}
		o, ok := byNumber[u.Number]
		if !ok {
			o, ok = byName[sameName(u.Name)]
			ok = ok && u.Form != nil && u.Form.Code != "ENK" && (u.place().Kommune == string(o.Kommune) || o.Kommune == "" && slices.Contains(o.Kommuner, region.Number(u.place().Kommune)))
		}
		if ok {
			found[o.ID] = append(found[o.ID], u)
		}
		return nil
	})
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
		err = upstream.Unexpected(name, "file", "gzip", err.Error())
	}
	if err != nil {
		return nil, err
	}
	var list []store.Registered
	for _, o := range ours {
		units := found[o.ID]
		if len(units) > 1 {
			im.note("%s: %d units of that name, a person has to say which", o.Name, len(units))
		}
		if len(units) == 1 {
			list = append(list, units[0].registered(o.ID, b.Client.Base()+"/enheter/"+units[0].Number))
		}
	}
	return list, nil
}
