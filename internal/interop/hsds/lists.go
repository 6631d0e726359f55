package hsds

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// list is one kind of object with its two calls.
type list struct {
	path         string
	parameters   []string
	list, single fiber.Handler
}

func (a *API) lists() []list {
	return []list{
		{"/services", serviceParameters, a.listServices, a.showService},
		{"/organizations", organizationParameters, a.listOrganizations, a.showOrganization},
		{"/service_at_locations", placeParameters, a.listPlaces, a.showPlace},
		{"/taxonomies", taxonomyParameters, a.listTaxonomies, a.showTaxonomy},
		{"/taxonomy_terms", termParameters, a.listTerms, a.showTerm},
	}
}

func (a *API) listServices(c *fiber.Ctx) error {
	q, err := ask(c, serviceParameters)
	if err != nil {
		return err
	}
	w := a.writer(c)
	found, err := w.services(c.UserContext(), q)
	if err != nil {
		return err
	}
	switch {
	case q.minimal:
		return send(c, q, found, func(e *entry) (MinimalService, bool) { return MinimalService{e.uuid, moment(e.changed)}, true })
	case q.full:
		return send(c, q, found, func(e *entry) (Service, bool) { return read(w, e, w.service) })
	}
	return send(c, q, found, func(e *entry) (ServiceBasic, bool) { return read(w, e, w.basic) })
}

// read returns what write makes of the offering. It is false when its content cannot be read:
// the index has said so in the log.
func read[T any](w *writer, e *entry, write func(*directory.Offering) T) (T, bool) {
	if o, ok := w.view.Offering(e.id); ok {
		return write(o), true
	}
	var none T
	return none, false
}

func (a *API) showService(c *fiber.Ctx) error {
	w := a.writer(c)
	e, err := one(c, w.byService, "Det er ikke noe tilbud med denne id-en.")
	if err != nil {
		return err
	}
	return object(c, func() (Service, bool) { return read(w, e, w.service) })
}

// one returns what the id in the address names.
func one[T any](c *fiber.Ctx, all map[uuid.UUID]T, message string) (T, error) {
	id, ok := parseID(c.Params("id"))
	found, known := all[id]
	if !ok || !known {
		return found, unknown("path.id", message)
	}
	return found, nil
}

// object answers with what write gives.
func object[T any](c *fiber.Ctx, write func() (T, bool)) error {
	v, ok := write()
	if !ok {
		return fiber.NewError(http.StatusServiceUnavailable, "content cannot be read")
	}
	return answer(c, v)
}

func answer(c *fiber.Ctx, v any) error {
	body, err := marshal(v)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(body)
}

// marshal is json.Marshal without escaping for HTML, a line of its own.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("marshal hsds: %w", err)
	}
	return b.Bytes(), nil
}

// send answers with the page of the items that is asked for, or with all of them line by line.
func send[I, T any](c *fiber.Ctx, q *question, items []I, write func(I) (T, bool)) error {
	if q.lines {
		return sendLines(c, items, write)
	}
	size := q.perPage
	if size == 0 {
		size = max(len(items), 1)
	}
	out := Page[T]{
		TotalItems: len(items), TotalPages: max((len(items)+size-1)/size, 1), PageNumber: q.page, Contents: []T{},
	}
	from := min((q.page-1)*size, len(items))
	for _, item := range items[from:min(from+size, len(items))] {
		if v, ok := write(item); ok {
			out.Contents = append(out.Contents, v)
		}
	}
	out.Size, out.Empty = len(out.Contents), len(out.Contents) == 0
	out.FirstPage, out.LastPage = q.page == 1, q.page >= out.TotalPages
	return answer(c, out)
}

// sendLines writes all items, one line each, as they are made: nothing is held in memory but
// one of them.
func sendLines[I, T any](c *fiber.Ctx, items []I, write func(I) (T, bool)) error {
	c.Set(fiber.HeaderContentType, mimeLines)
	if c.Method() == fiber.MethodHead {
		return nil
	}
	c.Context().SetBodyStreamWriter(func(to *bufio.Writer) {
		for _, item := range items {
			v, ok := write(item)
			if !ok {
				continue
			}
			line, err := marshal(v)
			if err == nil {
				_, err = to.Write(line)
			}
			if err != nil {
				return // whoever asked is gone
			}
		}
	})
	return nil
}

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

func (a *API) listPlaces(c *fiber.Ctx) error {
	q, err := ask(c, placeParameters)
	if err != nil {
		return err
	}
	w := a.writer(c)
	found, err := w.servicePlaces(c.UserContext(), q)
	if err != nil {
		return err
	}
	if q.full {
		return send(c, q, found, w.placeFull)
	}
	return send(c, q, found, w.placeListed)
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

func (w *writer) placeListed(p place) (ServiceAtLocationBasic, bool) {
	return read(w, p.service, func(o *directory.Offering) ServiceAtLocationBasic {
		return ServiceAtLocationBasic{link(o, p.at), w.placeBasic(o, p.at), w.basic(o)}
	})
}

func (w *writer) placeFull(p place) (ServiceAtLocation, bool) {
	return read(w, p.service, func(o *directory.Offering) ServiceAtLocation {
		s := w.service(o)
		s.ServiceAtLocations = nil
		return ServiceAtLocation{ServiceAtLocationNested{link(o, p.at), w.location(o, p.at)}, s, s.Name, s.Status}
	})
}

func (a *API) showPlace(c *fiber.Ctx) error {
	w := a.writer(c)
	i, err := one(c, w.byPlace, "Det er ikke noe service_at_location med denne id-en.")
	if err != nil {
		return err
	}
	return object(c, func() (ServiceAtLocation, bool) { return w.placeFull(w.places[i]) })
}

func (a *API) listOrganizations(c *fiber.Ctx) error {
	q, err := ask(c, organizationParameters)
	if err != nil {
		return err
	}
	w := a.writer(c)
	found, err := w.foundOrganizations(c.UserContext(), q)
	if err != nil {
		return err
	}
	switch {
	case q.fullService:
		return send(c, q, found, w.withServices)
	case q.full:
		return send(c, q, found, w.withNames)
	}
	return send(c, q, found, func(g *organization) (OrganizationBasic, bool) { return g.OrganizationBasic, true })
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

func (w *writer) withNames(g *organization) (Organization, bool) {
	out := Organization{g.OrganizationNested, []ServiceRef{}}
	for _, e := range g.services {
		if r, ok := read(w, e, func(o *directory.Offering) ServiceRef { return ServiceRef{o.UUID, o.Name, status(o)} }); ok {
			out.Services = append(out.Services, r)
		}
	}
	return out, true
}

func (w *writer) withServices(g *organization) (OrganizationFull, bool) {
	out := OrganizationFull{g.OrganizationNested, []Service{}}
	for _, e := range g.services {
		if s, ok := read(w, e, w.service); ok {
			s.Organization = nil
			out.Services = append(out.Services, s)
		}
	}
	return out, true
}

func (a *API) showOrganization(c *fiber.Ctx) error {
	q, err := ask(c, []string{"full_service"})
	if err != nil {
		return err
	}
	w := a.writer(c)
	i, err := one(c, w.byOrganization, "Det er ingen organisasjon med denne id-en.")
	if err != nil {
		return err
	}
	g := w.contents.organizations[i]
	if q.fullService {
		return object(c, func() (OrganizationFull, bool) { return w.withServices(g) })
	}
	return object(c, func() (Organization, bool) { return w.withNames(g) })
}

func (a *API) listTaxonomies(c *fiber.Ctx) error {
	q, err := ask(c, taxonomyParameters)
	if err != nil {
		return err
	}
	var found []Taxonomy
	for _, v := range a.writer(c).contents.vocabularies {
		if q.in(v.taxonomy.Name, v.taxonomy.Description) {
			found = append(found, v.taxonomy)
		}
	}
	return send(c, q, found, func(t Taxonomy) (Taxonomy, bool) { return t, true })
}

// in reports whether one of the texts has what is searched for.
func (q *question) in(texts ...string) bool {
	word := strings.ToLower(q.search)
	return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(strings.ToLower(s), word) })
}

func (a *API) showTaxonomy(c *fiber.Ctx) error {
	v, err := one(c, a.writer(c).taxonomies, "Det er ingen taksonomi med denne id-en.")
	if err != nil {
		return err
	}
	return answer(c, v.taxonomy)
}

func (a *API) listTerms(c *fiber.Ctx) error {
	q, err := ask(c, termParameters)
	if err != nil {
		return err
	}
	w := a.writer(c)
	if _, err := w.filter(q); err != nil {
		return err
	}
	if _, ok := w.terms[q.parent]; q.parent != uuid.Nil && !ok {
		return unknown("query.parent_id", "Det er ikke noe begrep med denne id-en.")
	}
	var found []Term
	for _, v := range w.contents.vocabularies {
		if q.parent != uuid.Nil || q.taxonomy != uuid.Nil && q.taxonomy != v.taxonomy.ID {
			continue
		}
		for _, t := range v.terms {
			if q.in(t.Name, t.Description, t.Code) {
				found = append(found, t)
			}
		}
	}
	return send(c, q, found, func(t Term) (Term, bool) { return t, true })
}

func (a *API) showTerm(c *fiber.Ctx) error {
	t, err := one(c, a.writer(c).terms, "Det er ikke noe begrep med denne id-en.")
	if err != nil {
		return err
	}
	return answer(c, t)
}

// base answers with what the interface is.
func (a *API) base() Base {
	return Base{Version: "3.1", Profile: a.call("/profile"), OpenAPIURL: a.call("/openapi.json")}
}
