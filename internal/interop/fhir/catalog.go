package fhir

import (
	"strconv"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// The types of resources that are served.
const (
	typeService      = "HealthcareService"
	typeLocation     = "Location"
	typeOrganization = "Organization"
	typeCodeSystem   = "CodeSystem"
)

// item is what one resource is found by. The resource itself is made when it is shown: most
// are not, and a catalog is made anew for each generation of the index.
type item struct {
	kind, id string
	order    int64     // among those of its kind; never another, so that pages hold
	changed  time.Time // zero where not known

	names       []text
	identifiers []token
	state       token // HealthcareService.active, Location.status …
	types       []token
	categories  []token
	traits      []token

	organization string // ids
	partOf       string
	locations    []string
	areas        []string

	place     place
	position  *region.Position
	at        *region.Position // position, or else that of the kommune
	canonical string

	make func() resource
}

// place is what an address is found by.
type place struct {
	line, city, district, state, postalCode, country text
}

func (p *place) all() []text {
	var list []text
	for _, t := range []text{p.line, p.city, p.district, p.state, p.postalCode, p.country} {
		if t.written != "" {
			list = append(list, t)
		}
	}
	return list
}

// text is a text as it is written, and as it is compared.
type text struct{ written, folded string }

func newText(s string) text { return text{s, fold(s)} }

// token is a code or an identifier in its system.
type token struct{ system, code string }

// catalog is all that one View publishes as FHIR.
type catalog struct {
	view        *search.View
	base        string // address of the FHIR API
	site        string // address of the pages
	items       map[string][]*item
	byReference map[string]*item // "Location/8f2f3a7e-…"
}

// published is the day from which the kommuner and fylker of today are valid, by Statistics
// Norway's division of 2024. It stands for the country, and for what the feed has no change of.
var published = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

func newCatalog(v *search.View, site string) *catalog {
	c := &catalog{
		view:        v,
		base:        site + Root,
		site:        site,
		items:       map[string][]*item{},
		byReference: make(map[string]*item, 3*v.CountOfferings()),
	}
	c.addRegions() // before the offerings that are for them
	o := interop.NewOverview(v, c.addOffering)
	for i := range o.Organizations {
		c.add(c.organizationItem(&o.Organizations[i]))
	}
	for i, v := range vocabularies {
		c.add(c.vocabularyItem(i, v))
	}
	return c
}

func (c *catalog) add(it *item) {
	c.items[it.kind] = append(c.items[it.kind], it)
	c.byReference[it.kind+"/"+it.id] = it
}

// addOffering adds an offering with the places it has, which come right before it in order.
func (c *catalog) addOffering(o *directory.Offering) {
	it := &item{
		kind:        typeService,
		id:          o.UUID.String(),
		order:       o.ID,
		changed:     o.ChangedAt,
		names:       []text{newText(o.Name)},
		identifiers: []token{{c.site + "/tilbud", strconv.FormatInt(o.ID, 10)}},
		state:       token{systemBoolean, strconv.FormatBool(o.Status == directory.Published)},
		types:       []token{{c.system(vocabularyType), o.Type}},
		traits:      c.traits(o),
		areas:       c.areas(o.Coverage),
	}
	if t, ok := c.view.Type(o.Type); ok {
		it.categories = []token{{c.system(vocabularyGroup), t.Group}}
	}
	if o.Organization.Name != "" {
		it.organization = o.Organization.UUID.String()
	}
	id := o.ID
	it.make = func() resource {
		if o, ok := c.view.Offering(id); ok {
			return c.service(o)
		}
		return nil
	}
	c.add(it)
	for i, p := range interop.Places(o) {
		l := c.placeItem(o, i, p)
		it.locations = append(it.locations, l.id)
		c.add(l)
	}
}

// areas returns the ids of the areas that a coverage names, the widest first.
func (c *catalog) areas(a directory.Coverage) []string {
	var ids []string
	if a.National {
		ids = append(ids, interop.CountryID().String())
	}
	for _, f := range a.Fylker {
		ids = append(ids, interop.FylkeID(f).String())
	}
	for _, k := range a.Kommuner {
		ids = append(ids, interop.KommuneID(k).String())
	}
	return c.known(typeLocation, ids)
}

// known leaves out what is not published, so that every reference leads somewhere.
func (c *catalog) known(kind string, ids []string) []string {
	list := ids[:0]
	for _, id := range ids {
		if c.byReference[kind+"/"+id] != nil {
			list = append(list, id)
		}
	}
	return list
}

func (c *catalog) traits(o *directory.Offering) []token {
	var list []token
	for _, code := range o.Topics {
		list = append(list, token{c.system(vocabularyTopic), code})
	}
	for _, code := range o.Formats {
		list = append(list, token{c.system(vocabularyFormat), code})
	}
	for _, a := range o.Accessibility {
		list = append(list, token{c.system(vocabularyAccessibility), string(a)})
	}
	return list
}

// system returns the canonical address of a vocabulary of this directory.
func (c *catalog) system(vocabulary string) string { return c.base + "/CodeSystem/" + vocabulary }

// refer returns a reference to what is published under the type and id, or nil.
func (c *catalog) refer(kind, id, display string) *reference {
	if c.byReference[kind+"/"+id] == nil {
		return nil
	}
	return &reference{Reference: kind + "/" + id, Type: kind, Display: display}
}

// newHeader returns the beginning of a resource of the item.
func (it *item) newHeader(profile string) header {
	h := header{Type: it.kind, ID: it.id, Meta: &meta{}, Language: "nb"}
	if !it.changed.IsZero() {
		h.Meta.LastUpdated = instant(it.changed)
	}
	if profile != "" {
		h.Meta.Profile = []string{profile}
	}
	return h
}
