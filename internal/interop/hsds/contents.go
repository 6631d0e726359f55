package hsds

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// contents is what one View publishes, with what lists are chosen by. It is shared: callers
// must not change it.
type contents struct {
	view           *search.View
	services       []*entry // by id
	byService      map[uuid.UUID]*entry
	byID           map[int64]*entry
	organizations  []*organization // by id; the one that stands for none last
	byOrganization map[uuid.UUID]int
	places         []place // by service
	byPlace        map[uuid.UUID]int
	vocabularies   []vocabulary
	terms          map[uuid.UUID]*Term
	taxonomies     map[uuid.UUID]*vocabulary
	fylker         map[region.FylkeNumber]region.Fylke
}

// entry is what is remembered of a service; the rest is read when it is asked for.
type entry struct {
	id           int64
	uuid         uuid.UUID
	organization uuid.UUID
	changed      time.Time
	terms        map[uuid.UUID]bool // and their taxonomies
	coverage     directory.Coverage
}

// organization is an organization with its services.
type organization struct {
	OrganizationNested
	services []*entry
	changed  time.Time
}

// place is a service at a location.
type place struct {
	id      uuid.UUID // of the service_at_location
	service *entry
	at      interop.Place
}

// latest keeps the contents of the newest View that was asked for.
type latest struct {
	mu sync.Mutex
	*contents
}

// contentsOf returns the contents of the View.
func (a *API) contentsOf(v *search.View) *contents {
	a.latest.mu.Lock()
	defer a.latest.mu.Unlock()
	if a.latest.contents == nil || a.latest.view != v {
		a.latest.contents = a.newContents(v)
	}
	return a.latest.contents
}

func (a *API) newContents(v *search.View) *contents {
	c := &contents{
		view: v, byService: map[uuid.UUID]*entry{}, byID: map[int64]*entry{}, byOrganization: map[uuid.UUID]int{},
		byPlace: map[uuid.UUID]int{}, vocabularies: a.vocabularies(v), terms: map[uuid.UUID]*Term{},
		taxonomies: map[uuid.UUID]*vocabulary{}, fylker: map[region.FylkeNumber]region.Fylke{},
	}
	for _, f := range v.Fylker() {
		c.fylker[f.Number] = f
	}
	for i := range c.vocabularies {
		voc := &c.vocabularies[i]
		c.taxonomies[voc.taxonomy.ID] = voc
		for j := range voc.terms {
			voc.terms[j].TaxonomyDetail = &voc.taxonomy
			c.terms[voc.terms[j].ID] = &voc.terms[j]
		}
	}
	overview := interop.NewOverview(v, c.add)
	w := &writer{a, c}
	for _, g := range overview.Organizations {
		c.byOrganization[g.UUID] = len(c.organizations)
		of := &organization{OrganizationNested: w.nested(g.Organization, len(g.Offerings)), changed: g.Changed}
		for _, id := range g.Offerings {
			of.services = append(of.services, c.byID[id])
		}
		c.organizations = append(c.organizations, of)
	}
	c.addUnnamed(w)
	return c
}

func (c *contents) add(o *directory.Offering) {
	e := &entry{
		id: o.ID, uuid: o.UUID, organization: o.Organization.UUID, changed: o.ChangedAt,
		terms: map[uuid.UUID]bool{}, coverage: o.Coverage,
	}
	if o.Organization.Name == "" {
		e.organization = unnamedID
	}
	e.has(c, interop.TypeID(o.Type))
	for _, k := range termsOf(o) {
		for _, code := range k.codes {
			e.has(c, interop.TermID(k.kind, code))
		}
	}
	c.services = append(c.services, e)
	c.byService[e.uuid], c.byID[e.id] = e, e
	for _, p := range interop.Places(o) {
		id := link(o, p).ID
		c.byPlace[id] = len(c.places)
		c.places = append(c.places, place{id, e, p})
	}
}

// has notes the term and its taxonomy. Codes that are no terms any more are passed over.
func (e *entry) has(c *contents, term uuid.UUID) {
	if t, ok := c.terms[term]; ok {
		e.terms[term], e.terms[t.TaxonomyID] = true, true
	}
}

// addUnnamed adds what stands for the organization where none is known, if there are such.
func (c *contents) addUnnamed(w *writer) {
	var of organization
	for _, e := range c.services {
		if e.organization != unnamedID {
			continue
		}
		of.services = append(of.services, e)
		if e.changed.After(of.changed) {
			of.changed = e.changed
		}
	}
	if len(of.services) == 0 {
		return
	}
	of.OrganizationNested = w.unnamed(len(of.services))
	c.byOrganization[unnamedID] = len(c.organizations)
	c.organizations = append(c.organizations, &of)
}
