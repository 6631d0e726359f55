package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// public says of which kinds of organization an offering is a public service, and EU's
// word for such a publisher where it has one.
type public map[directory.OrganizationKind]string

var publisherTypeOf = public{
	directory.KindKommune:       "LocalAuthority",
	directory.KindFylkeskommune: "RegionalAuthority",
	directory.KindState:         "NationalAuthority",
	directory.KindHealthTrust:   "",
}

func (p public) sorted() []string {
	var types []string
	for t := range maps.Values(p) {
		if t != "" {
			types = append(types, t)
		}
	}
	slices.Sort(types)
	return types
}

// isPublic reports whether the organization is known to be a public one.
func isPublic(o directory.Organization) bool {
	_, ok := publisherTypeOf[o.Kind]
	return ok || o.Kommune != ""
}

// organization returns what an organization is known by: the register's name where its
// number is known, so that harvesters see that it is the same one.
func (w *writer) organization(o directory.Organization) string {
	if n := w.orgNumber(o); n != "" {
		return organizations + n
	}
	return w.part("organisasjon-" + o.UUID.String())
}

func (w *writer) orgNumber(o directory.Organization) string {
	if k, ok := w.view.Kommune(o.Kommune); ok && o.OrgNumber == "" {
		return k.OrgNumber
	}
	return string(o.OrgNumber)
}

// organizations yields who provides the offerings, each once.
func (w *writer) organizations(yield func(*node) bool) bool {
	seen := map[string]bool{w.publisher(): true}
	for _, o := range w.overview.Organizations {
		iri := w.organization(o.Organization)
		if seen[iri] {
			continue
		}
		seen[iri] = true
		n := &node{iri: iri, types: []string{"org:Organization"}}
		n.value("dct:identifier", cmp.Or(w.orgNumber(o.Organization), o.UUID.String()), "")
		n.text("skos:prefLabel", o.Name, "no")
		n.text("dct:title", o.Name, "no")
		if isPublic(o.Organization) {
			n.types = append(n.types, "cv:PublicOrganisation")
			n.thing("dct:spatial", cmp.Or(w.kommune(o.Kommune), euNorway)) // it must have one
		}
		if t := publisherTypeOf[o.Kind]; t != "" {
			n.thing("dct:type", publisherTypes+t)
		}
		n.thing("foaf:homepage", address(o.Website))
		if !yield(n) {
			return false
		}
	}
	return true
}

// inCatalog is how many services the catalog names at a time: naming all at once would
// need them all in memory.
const inCatalog = 500

// offerings yields every offering as a service, with what belongs to it.
func (w *writer) offerings(yield func(*node) bool) bool {
	part := func() *node { return &node{iri: w.at(Path), types: []string{"dcat:Catalog"}} }
	names, count := part(), 0
	for o := range w.view.All() {
		names.properties = add(names.properties, w.offering(o))
		if !each(yield, w.serviceOf(o)...) {
			return false
		}
		if count++; count%inCatalog == 0 {
			if !yield(names) {
				return false
			}
			names = part()
		}
	}
	return len(names.properties) == 0 || yield(names)
}

// add is node.add for a list so long that it must not be looked through each time.
func add(to []property, iri string) []property {
	if len(to) == 0 {
		to = []property{{name: "dcatno:containsService"}}
	}
	to[0].objects = append(to[0].objects, object{iri: iri})
	return to
}

// offering returns what an offering is known by, as in the JSON-LD of its page. A harvester
// takes another name for another service, so nothing that an editor can change is in it.
func (w *writer) offering(o *directory.Offering) string { return w.at(page.OfferingName(o)) }

// Words about offerings.
var (
	notStated = directory.Text{NB: "Ikke oppgitt", NN: "Ikkje oppgitt", EN: "Not stated"}
	free      = directory.Text{NB: "Gratis", NN: "Gratis", EN: "Free"}
	paid      = directory.Text{NB: "Koster noe", NN: "Kostar noko", EN: "Costs something"}
	askThem   = directory.Text{NB: "Kontakt", NN: "Kontakt", EN: "Contact"}
	visit     = directory.Text{NB: "Besøksadresse", NN: "Besøksadresse", EN: "Visiting address"}

	purposes = map[directory.PhonePurpose]directory.Text{
		"":                           {NB: "Telefon", NN: "Telefon", EN: "Telephone"},
		directory.PurposeHelpline:    {NB: "Hjelpetelefon", NN: "Hjelpetelefon", EN: "Helpline"},
		directory.PurposeSwitchboard: {NB: "Sentralbord", NN: "Sentralbord", EN: "Switchboard"},
		directory.PurposeBooking:     {NB: "Timebestilling", NN: "Timebestilling", EN: "Booking"},
		directory.PurposeText:        {NB: "Tekstmelding", NN: "Tekstmelding", EN: "Text message"},
	}
	demands = map[directory.ReferralKind]directory.Text{
		directory.Apply:      {NB: "Du må søke", NN: "Du må søkje", EN: "You must apply"},
		directory.BeReferred: {NB: "Du må ha henvisning", NN: "Du må ha tilvising", EN: "You need a referral"},
	}
)

// serviceOf returns an offering as a service: a public one where who provides it is known
// to be public. The text is its own, in bokmål or nynorsk: which is not known.
func (w *writer) serviceOf(o *directory.Offering) []*node {
	n := &node{iri: w.offering(o), types: []string{"cpsvno:Service"}}
	nodes := []*node{n}
	n.value("dct:identifier", o.UUID.String(), "")
	n.text("dct:title", o.Name, "no")
	t, _ := w.view.Type(o.Type)
	if text := cmp.Or(o.Description, o.Summary); text != "" {
		n.text("dct:description", text, "no")
	} else {
		n.translated("dct:description", t.Does)
	}
	switch {
	case o.Organization.Name == "":
		unknown := &node{iri: n.iri + "#ansvarlig", types: []string{"org:Organization"}}
		unknown.value("dct:identifier", interop.ID("organisasjon", o.UUID.String()).String(), "")
		unknown.translated("skos:prefLabel", notStated)
		n.thing("cv:ownedBy", unknown.iri)
		nodes = append(nodes, unknown)
	case isPublic(o.Organization):
		n.types = []string{"cpsv:PublicService"}
		n.thing("cv:hasCompetentAuthority", w.organization(o.Organization))
	default:
		n.thing("cv:ownedBy", w.organization(o.Organization))
	}
	n.thing("cpsvno:hasPossibleOutput", w.output(o.Type))
	n.thing("foaf:homepage", w.at(page.OfferingPath(o)))
	n.thing("dct:spatial", w.area(o.Coverage)...)
	n.thing("cv:thematicArea", subjects(o)...)
	n.thing("dct:language", languages(o.Languages...)...)
	for _, law := range t.Laws {
		n.thing("cv:hasLegalResource", address(law.URL))
	}
	n.translated("dcat:keyword", t.Name)
	for _, list := range []struct {
		kind  directory.TermKind
		codes []string
	}{{directory.Topic, o.Topics}, {directory.TargetGroup, o.TargetGroups}, {directory.Format, o.Formats}} {
		for _, code := range list.codes {
			if term, ok := w.view.Term(list.kind, code); ok {
				n.translated("dcat:keyword", term.Name)
			}
		}
	}
	for _, k := range o.Keywords {
		n.text("dcat:keyword", k, "no")
	}
	n.thing("cv:isDescribedAt", w.part("datasett-"+offeringsCode))
	nodes = append(nodes, w.contacts(n, o)...)
	nodes = append(nodes, w.doors(n, o)...)
	nodes = append(nodes, conditions(n, o)...)
	return nodes
}

// offeringsCode is the dataset in which offerings are.
const offeringsCode = "tilbud"

// contacts returns whom to ask: one for the offering, and one for each telephone. They are
// channels too, since a channel can say in words when it is open: the shapes demand of
// cv:openingHours what only a moment can have (one name stands for three of them).
func (w *writer) contacts(of *node, o *directory.Offering) []*node {
	contact := func(name, kind string, i int) *node {
		n := &node{iri: of.iri + name, types: []string{"cv:ContactPoint", "cv:Channel"}}
		n.value("dct:identifier", interop.PartID(o.UUID, kind, i).String(), "")
		of.thing("cv:contactPoint", n.iri)
		of.thing("cv:hasChannel", n.iri)
		return n
	}
	ask := contact("#kontakt", "contact", 0)
	ask.translated("vcard:category", askThem)
	for _, e := range o.Emails {
		ask.value("cv:email", "mailto:"+e, "")
		ask.value("vcard:hasEmail", "mailto:"+e, "")
	}
	for _, site := range o.Websites {
		ask.thing("cv:contactPage", address(site))
		ask.thing("vcard:hasURL", address(site))
	}
	if len(o.Websites) == 0 {
		ask.thing("cv:contactPage", w.at(page.OfferingPath(o)))
		ask.thing("vcard:hasURL", w.at(page.OfferingPath(o)))
	}
	ask.text("dct:description", opening(o), "no")
	nodes := []*node{ask}
	for i, p := range o.Phones {
		n := contact(fmt.Sprintf("#telefon-%d", i+1), "phone", i)
		n.thing("dct:type", byTelephone)
		n.translated("vcard:category", purposes[p.Purpose])
		n.value("cv:telephone", "tel:"+string(p.Number), "")
		n.value("vcard:hasTelephone", "tel:"+string(p.Number), "")
		n.text("dct:description", p.Hours, "no")
		nodes = append(nodes, n)
	}
	return nodes
}

// opening returns the opening hours in words: the offering's own, then each weekday's.
func opening(o *directory.Offering) string {
	var parts []string
	if o.OpeningText != "" {
		parts = append(parts, o.OpeningText)
	}
	for _, s := range o.Schedules {
		text := page.Bokmal.Weekday(s.Weekday) + " " + s.Opens + "–" + s.Closes
		if s.ValidFrom != nil {
			text += " fra " + s.ValidFrom.Format(time.DateOnly)
		}
		if s.ValidTo != nil {
			text += " til " + s.ValidTo.Format(time.DateOnly)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// doors returns where one can come. What is confidential is not among them.
func (w *writer) doors(of *node, o *directory.Offering) []*node {
	var nodes []*node
	for _, p := range interop.Places(o) {
		if p.Street == "" && p.PostalCode == "" {
			continue
		}
		x := &node{iri: of.iri + "#sted-" + p.ID.String(), types: []string{"cv:Channel"}}
		x.value("dct:identifier", p.ID.String(), "")
		if p.Name != "" {
			x.text("dct:description", p.Name, "no")
		} else {
			x.translated("dct:description", visit)
		}
		at := &node{iri: x.iri + "-adresse", types: []string{"vcard:Address"}}
		at.text("vcard:street-address", p.Street, "no")
		at.value("vcard:postal-code", string(p.PostalCode), "")
		at.text("vcard:locality", p.PostalPlace, "no")
		at.translated("vcard:country-name", directory.Text{NB: "Norge", NN: "Noreg", EN: "Norway"})
		x.thing("vcard:hasAddress", at.iri)
		of.thing("cv:hasChannel", x.iri)
		nodes = append(nodes, x, at)
	}
	return nodes
}

// conditions returns what it costs and how one gets it, as far as is known.
func conditions(of *node, o *directory.Offering) []*node {
	var nodes []*node
	if o.Cost != (directory.Cost{}) {
		n := &node{iri: of.iri + "#pris", types: []string{"cv:Cost"}}
		n.value("dct:identifier", interop.ID("pris", o.UUID.String()).String(), "")
		switch {
		case o.Cost.Text != "":
			n.text("dct:description", o.Cost.Text, "no")
		case o.Cost.Kind == directory.Free:
			n.translated("dct:description", free)
		default:
			n.translated("dct:description", paid)
		}
		if o.Cost.Kind == directory.Free {
			n.value("cv:hasValue", "0.0E0", "xsd:double")
			n.thing("cv:currency", euKroner)
		}
		of.thing("cv:hasCost", n.iri)
		nodes = append(nodes, n)
	}
	if demand, ok := demands[o.Referral.Kind]; ok {
		n := &node{iri: of.iri + "#krav", types: []string{"cv:Requirement"}}
		n.value("dct:identifier", interop.ID("krav", o.UUID.String()).String(), "")
		n.translated("dct:title", demand)
		n.text("dct:description", o.Referral.Text, "no")
		of.thing("cv:holdsRequirement", n.iri)
		nodes = append(nodes, n)
	}
	return nodes
}
