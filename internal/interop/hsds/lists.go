package hsds

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
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
