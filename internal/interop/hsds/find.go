package hsds

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// services returns those that are asked for: by relevance where words are, else by id.
func (w *writer) services(ctx context.Context, q *question) ([]*entry, error) {
	keep, err := w.filter(q)
	if err != nil {
		return nil, err
	}
	all, err := w.searched(ctx, q)
	if err != nil {
		return nil, err
	}
	near, err := w.reach(q)
	if err != nil {
		return nil, err
	}
	var found []*entry
	for _, e := range all {
		if keep(e) && (near == nil || near.service(e)) {
			found = append(found, e)
		}
	}
	return found, nil
}

// searched returns the services that our own search finds, all where no words are given. What
// it shows instead of nothing is for people, not for programs.
func (w *writer) searched(ctx context.Context, q *question) ([]*entry, error) {
	if q.search == "" {
		return w.contents.services, nil
	}
	res, err := w.view.Search(ctx, search.Query{Text: q.search, Bare: true, Page: 1, Size: max(len(w.contents.services), 1)})
	if err != nil {
		return nil, err
	}
	var found []*entry
	if res.General {
		return found, nil
	}
	for _, h := range res.Hits {
		if e := w.byID[h.ID]; e != nil {
			found = append(found, e)
		}
	}
	return found, nil
}

// filter returns whether a service has what is asked for beside words and place. It fails for
// ids that are not known.
func (w *writer) filter(q *question) (func(*entry) bool, error) {
	if _, ok := w.terms[q.term]; q.term != uuid.Nil && !ok {
		return nil, unknown("query.taxonomy_term_id", "Det er ikke noe begrep med denne id-en.")
	}
	if _, ok := w.taxonomies[q.taxonomy]; q.taxonomy != uuid.Nil && !ok {
		return nil, unknown("query.taxonomy_id", "Det er ingen taksonomi med denne id-en.")
	}
	if _, ok := w.byOrganization[q.organization]; q.organization != uuid.Nil && !ok {
		return nil, unknown("query.organization_id", "Det er ingen organisasjon med denne id-en.")
	}
	return func(e *entry) bool {
		return (q.term == uuid.Nil || e.terms[q.term]) &&
			(q.taxonomy == uuid.Nil || e.terms[q.taxonomy]) &&
			(q.organization == uuid.Nil || e.organization == q.organization) &&
			!e.changed.Before(q.modifiedAfter)
	}, nil
}

// reach is where somebody lives, and how far from there a place may be.
type reach struct {
	kommune region.Kommune
	metres  float64 // 0: no limit
	places  map[*entry][]region.Position
}

// reach returns what postcode and proximity ask for, nil where they do not.
func (w *writer) reach(q *question) (*reach, error) {
	if q.postcode == "" {
		return nil, nil
	}
	code, ok := w.view.PostalCode(q.postcode)
	if !ok {
		return nil, unknown("query.postcode", "Postnummeret finnes ikke.")
	}
	k, _ := w.kommune(code.Kommune) // none on Svalbard: what is for the whole country is left
	r := &reach{kommune: k, metres: q.metres}
	if r.metres > 0 {
		r.places = map[*entry][]region.Position{}
		for _, p := range w.places {
			if at, ok := w.position(p); ok {
				r.places[p.service] = append(r.places[p.service], at)
			}
		}
	}
	return r, nil
}

// position returns where the place is: the centre of its kommune where that is all that is known.
func (w *writer) position(p place) (region.Position, bool) {
	if p.at.Position != nil {
		return *p.at.Position, true
	}
	k := w.kommuneOf(p.at)
	return k.Position, k.Number != ""
}

func (r *reach) covers(e *entry) bool {
	return e.coverage.National || r.kommune.Number != "" && e.coverage.Reach(r.kommune.Number) != directory.NotCovered
}

func (r *reach) close(at region.Position) bool {
	return search.DistanceKM(at, r.kommune.Position)*1000 <= r.metres
}

func (r *reach) service(e *entry) bool {
	return r.covers(e) && (r.metres == 0 || slices.ContainsFunc(r.places[e], r.close))
}

// servicePlaces returns the places of the services that are asked for, in their order.
func (w *writer) servicePlaces(ctx context.Context, q *question) ([]place, error) {
	near, err := w.reach(q)
	if err != nil {
		return nil, err
	}
	services, err := w.services(ctx, q)
	if err != nil {
		return nil, err
	}
	of := map[*entry][]place{}
	for _, p := range w.places {
		if near != nil && near.metres > 0 {
			if at, ok := w.position(p); !ok || !near.close(at) {
				continue
			}
		}
		of[p.service] = append(of[p.service], p)
	}
	var found []place
	for _, e := range services {
		found = append(found, of[e]...)
	}
	return found, nil
}

// foundOrganizations returns the organizations that are asked for. Words are looked for in
// their own names first, and then in what they offer.
func (w *writer) foundOrganizations(ctx context.Context, q *question) ([]*organization, error) {
	keep, err := w.filter(q)
	if err != nil {
		return nil, err
	}
	found := w.contents.organizations
	if q.search != "" {
		if found, err = w.organizationsWith(ctx, q); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(found), func(g *organization) bool { return !slices.ContainsFunc(g.services, keep) }), nil
}

func (w *writer) organizationsWith(ctx context.Context, q *question) ([]*organization, error) {
	services, err := w.searched(ctx, q)
	if err != nil {
		return nil, err
	}
	var found []*organization
	taken := map[uuid.UUID]bool{}
	add := func(g *organization) {
		if !taken[g.ID] {
			taken[g.ID] = true
			found = append(found, g)
		}
	}
	for _, g := range w.contents.organizations {
		if strings.Contains(strings.ToLower(g.Name), strings.ToLower(q.search)) {
			add(g)
		}
	}
	for _, e := range services {
		add(w.contents.organizations[w.byOrganization[e.organization]])
	}
	return found, nil
}

// in reports whether one of the texts has what is searched for.
func (q *question) in(texts ...string) bool {
	word := strings.ToLower(q.search)
	return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(strings.ToLower(s), word) })
}
