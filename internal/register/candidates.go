package register

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// industry is how units of a type of offering are found in the register: by the codes of
// the standard of 2007 and that of 2025, which the register went over to, and by a word
// that the register's own description of the code has. A code that was given to something
// else has another description, and one that was taken out of use finds nothing and says
// nothing: so both are looked at.
type industry struct {
	codes []string
	word  string
}

// industries are those types whose codes could be checked against lists of both standards.
// For other types the codes have to be given.
var industries = map[string]industry{
	"familievernkontor": {[]string{"88.992"}, "familievern"},
	"helsestasjon":      {[]string{"86.903", "86.942"}, "helsestasjon"}, // SN2007, SN2025
}

// CandidateTypes returns the types whose codes are known.
func CandidateTypes() []string { return slices.Sorted(maps.Keys(industries)) }

// Candidates takes in, as drafts that nobody sees but those who edit, sub-units of the
// register that may be offerings of the type and that do not stand here. codes are those to
// look for, none for those that are known.
func (b Brreg) Candidates(ctx context.Context, typeCode string, codes []string) (Report, error) {
	im, known, err := b.beginCandidates(ctx, typeCode, codes)
	if err != nil {
		return Report{}, err
	}
	var state struct{ Page int }
	if resumed, err := im.resume(ctx, &state); err != nil {
		return im.report, err
	} else if resumed {
		im.report.Resumed = fmt.Sprintf("page %d", state.Page)
	}
	standing, err := im.store.Standings(ctx, typeCode)
	if err != nil {
		return im.report, err
	}
	query := url.Values{"naeringskode": {strings.Join(known.codes, ",")}}
	if b.Kommune != "" {
		query.Set("kommunenummer", string(b.Kommune))
	}
	seen := map[string]bool{}
	for {
		units, page, err := b.page(ctx, "underenheter", query, state.Page)
		if err != nil {
			return im.report, err
		}
		if *page.Total > brregDepth {
			return im.report, fmt.Errorf("%d sub-units, and a search shows %d: narrow it with --kommune", *page.Total, brregDepth)
		}
		if state.Page == 0 && *page.Total == 0 {
			im.note("no sub-unit has the codes %s: either there is none, or the codes are no longer in use", strings.Join(known.codes, ", "))
		}
		fresh := slices.DeleteFunc(slices.Clone(units), func(u unit) bool { return seen[u.Number] })
		if len(units) > 0 && len(fresh) == 0 {
			return im.report, upstream.Unexpected(b.Client.Base()+"/underenheter", fmt.Sprintf("page %d", state.Page), "other units than on the page before", units[0].Number)
		}
		said, err := b.drafts(ctx, im, typeCode, known, fresh, standing)
		if err != nil {
			return im.report, err
		}
		for _, u := range fresh {
			seen[u.Number] = true
		}
		state.Page++
		if err := im.say(ctx, said, state); err != nil {
			return im.report, err
		}
		im.progress("sub-units", min(state.Page*brregPageSize, *page.Total), *page.Total)
		if state.Page*brregPageSize >= *page.Total {
			break
		}
	}
	return im.report, im.end(ctx)
}

// beginCandidates begins a run for the type, and returns how its units are found.
func (b Brreg) beginCandidates(ctx context.Context, typeCode string, codes []string) (*run, industry, error) {
	known := industries[typeCode]
	if len(codes) > 0 {
		known = industry{codes: codes}
	}
	if len(known.codes) == 0 {
		return nil, known, fmt.Errorf("no industry codes are known for the type %q; name them with --naeringskode", typeCode)
	}
	key := fmt.Sprintf("%s/kandidater/%s/%s/%s", brregKey, typeCode, b.Kommune, strings.Join(known.codes, ","))
	im, err := newRun(ctx, b.Options, key, brregTitle)
	return im, known, err
}

// CandidatesFile is Candidates over the register's file of all sub-units, fetched into dir or,
// when file is not empty, lying there: a search shows the first ten thousand alone.
func (b Brreg) CandidatesFile(ctx context.Context, typeCode string, codes []string, file, dir string) (Report, error) {
	im, known, err := b.beginCandidates(ctx, typeCode, codes)
	if err != nil {
		return Report{}, err
	}
	standing, err := im.store.Standings(ctx, typeCode)
	if err != nil {
		return im.report, err
	}
	var found []unit
	err = b.eachUnit(ctx, im, "underenheter", file, dir, func(u unit) error {
		if known.has(u) && (b.Kommune == "" || u.place().Kommune == string(b.Kommune)) {
			found = append(found, u)
		}
		return nil
	})
	if err != nil {
		return im.report, err
	}
	if len(found) == 0 {
		im.note("no sub-unit has the codes %s: either there is none, or the codes are no longer in use", strings.Join(known.codes, ", "))
	}
	im.report.Read = 0 // from here on those that may be offerings
	for units := range slices.Chunk(found, brregPageSize) {
		said, err := b.drafts(ctx, im, typeCode, known, units, standing)
		if err != nil {
			return im.report, err
		}
		if err := im.say(ctx, said, nil); err != nil {
			return im.report, err
		}
	}
	return im.report, im.end(ctx)
}

// drafts returns those of the units that do not stand here, as drafts.
func (b Brreg) drafts(ctx context.Context, im *run, typeCode string, known industry, units []unit, standing []store.Standing) ([]placed, error) {
	numbers := make([]directory.OrgNumber, 0, 2*len(units))
	for _, u := range units {
		numbers = append(numbers, directory.OrgNumber(u.Number), directory.OrgNumber(u.Parent))
	}
	here, err := im.store.OrganizationsByNumber(ctx, numbers)
	if err != nil {
		return nil, err
	}
	ours := map[string]directory.Organization{}
	for _, o := range here {
		ours[string(o.OrgNumber)] = o.Organization
	}
	var list []placed
	for _, u := range units {
		im.report.Read++
		at := b.Client.Base() + "/underenheter/" + u.Number
		if err := known.check(at, u); err != nil {
			return nil, err
		}
		_, stands := ours[u.Number]
		if stands || u.gone() != "" || standsHere(u, standing) {
			im.report.Unchanged++
			continue
		}
		o, err := draftOf(u, typeCode, at, ours[u.Parent])
		if err != nil {
			im.problem("%s (%s): %v", u.Name, at, err)
			continue
		}
		list = append(list, placed{store.Said{Offering: o, Create: true}, at})
	}
	return list, nil
}

// has reports whether the unit has one of the codes.
func (i industry) has(u unit) bool {
	return slices.ContainsFunc([]*coded{u.Code1, u.Code2, u.Code3}, func(c *coded) bool { return c != nil && slices.Contains(i.codes, c.Code) })
}

// check returns an error when the unit has one of the codes with another meaning.
func (i industry) check(at string, u unit) error {
	if i.word == "" {
		return nil
	}
	var codes []string
	for _, c := range []*coded{u.Code1, u.Code2, u.Code3} {
		if c == nil {
			continue
		}
		if codes = append(codes, c.Code+" "+c.Text); slices.Contains(i.codes, c.Code) && strings.Contains(strings.ToLower(c.Text), i.word) {
			return nil
		}
	}
	return upstream.Unexpected(at, "naeringskode", fmt.Sprintf("%s with %q in its description", strings.Join(i.codes, " or "), i.word), strings.Join(codes, ", "))
}

func standsHere(u unit, standing []store.Standing) bool {
	return slices.ContainsFunc(standing, func(s store.Standing) bool {
		return sameName(s.Name) == sameName(u.Name) && (s.Kommune == "" || string(s.Kommune) == u.place().Kommune)
	})
}

// draftOf returns the unit as a draft. Its parent is who gives it, where that one stands
// here; whom it is for, the register does not say, and the draft says its own kommune.
func draftOf(u unit, typeCode, at string, parent directory.Organization) (directory.Offering, error) {
	a := u.place()
	if len(a.Kommune) != 4 {
		return directory.Offering{}, fmt.Errorf("no kommunenummer in its address")
	}
	k := region.Number(a.Kommune)
	o := directory.Offering{
		Key: brregKey + "/" + u.Number, Type: typeCode, Name: u.Name, Organization: parent,
		Coverage:  directory.Coverage{Kommuner: []region.Number{k}},
		Locations: []directory.Location{{Street: strings.Join(a.Lines, ", "), PostalPlace: a.PostalPlace, Kommune: k}},
		Source:    directory.Source{Title: brregTitle, URL: at, Date: today()},
		Status:    directory.Draft, Confidence: directory.Low,
	}
	if p, err := directory.ParsePostalCode(a.PostalCode); err == nil {
		o.Locations[0].PostalCode = p
	}
	for _, number := range []string{u.Phone, u.Mobile} {
		if n, err := directory.ParsePhone(number); err == nil && number != "" {
			o.Phones = append(o.Phones, directory.Phone{Number: n})
		}
	}
	if u.Email != "" && directory.ValidateEmail(u.Email) == nil {
		o.Emails = []string{u.Email}
	}
	if w, err := directory.ParseWebsite(u.Website); err == nil && u.Website != "" {
		o.Websites = []string{w}
	}
	return o, nil
}
