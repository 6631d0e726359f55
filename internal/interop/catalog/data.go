package catalog

import (
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// writer makes the nodes of one View.
type writer struct {
	*Catalog
	overview *interop.Overview
	view     *search.View
}

// Words of the catalog about itself.
var (
	title       = directory.Text{NB: "Tilbud til pårørende", NN: "Tilbod til pårørande", EN: "Help for family and friends of someone who is ill"}
	description = directory.Text{
		NB: "Hjelpen som finnes for pårørende, kommune for kommune: tilbudene som tjenester, og de samme opplysningene som åpne data.",
		NN: "Hjelpa som finst for pårørande, kommune for kommune: tilboda som tenester, og dei same opplysningane som opne data.",
		EN: "The help that exists for family and friends of someone who is ill, municipality by municipality: each as a service, and the same information as open data.",
	}
	rights = directory.Text{
		NB: "Opplysningene har hver sin kilde og lisens. Kildene som skal nevnes, står på siden om data.",
		NN: "Opplysningane har kvar si kjelde og lisens. Kjeldene som skal nemnast, står på sida om data.",
		EN: "Each piece of information has its source and licence. The sources to be credited are on the page about the data.",
	}
	contactUs = directory.Text{NB: "Meld feil eller mangler", NN: "Meld feil eller manglar", EN: "Report errors or omissions"}
)

func (n *node) modified(t time.Time) {
	if !t.IsZero() {
		n.value("dct:modified", t.UTC().Format(time.RFC3339), "xsd:dateTime")
	}
}

// catalog yields the catalog with who publishes it and whom to ask. It is a catalog of
// both profiles: services harvesters look for containsService, others for dataset.
func (w *writer) catalog(yield func(*node) bool) bool {
	n := &node{iri: w.at(Path), types: []string{"dcat:Catalog"}}
	n.value("dct:identifier", w.at(Path), "")
	n.translated("dct:title", title)
	n.translated("dct:description", description)
	n.thing("dct:publisher", w.publisher())
	n.thing("cv:contactPoint", w.contact())
	n.thing("dcat:contactPoint", w.contact())
	n.thing("foaf:homepage", w.at("/"))
	n.thing("dct:language", languages("nb", "nn", "en")...)
	n.thing("dct:spatial", euNorway)
	n.thing("dct:accrualPeriodicity", euContinuous)
	n.modified(w.overview.Changed())
	w.terms(n)
	for _, d := range w.Datasets {
		n.thing("dcat:dataset", w.part("datasett-"+d.Code))
	}
	for _, s := range w.Services {
		n.thing("dcat:service", w.part("api-"+s.Code))
	}

	by := &node{iri: w.publisher(), types: []string{"foaf:Agent", "org:Organization"}}
	id := string(w.Publisher.OrgNumber)
	if id == "" {
		id = w.publisher()
	}
	by.value("dct:identifier", id, "")
	for _, name := range []string{"dct:title", "foaf:name", "skos:prefLabel"} {
		by.text(name, w.Publisher.Name, "nb")
	}
	by.thing("foaf:homepage", w.at("/om"))

	ask := &node{iri: w.contact(), types: []string{"cv:ContactPoint", "vcard:Organization"}}
	ask.text("vcard:fn", w.Publisher.Name, "nb")
	ask.translated("vcard:category", contactUs)
	ask.thing("cv:contactPage", w.at("/meld-feil"))
	ask.thing("vcard:hasURL", w.at("/meld-feil"))

	credits := &node{iri: w.part("rettigheter"), types: []string{"dct:RightsStatement"}}
	credits.translated("rdfs:label", rights)
	credits.thing("rdfs:seeAlso", w.at("/om/data#kilder"))

	return each(yield, n, by, ask, credits)
}

// terms says on which terms something may be used.
func (w *writer) terms(n *node) {
	n.thing("dct:rights", w.part("rettigheter"))
	if w.Licence != "" {
		n.thing("dct:license", euLicences+w.Licence)
	}
}

// data yields the datasets with their files, and the APIs.
func (w *writer) data(yield func(*node) bool) bool {
	for _, d := range w.Datasets {
		n := &node{iri: w.part("datasett-" + d.Code), types: []string{"dcat:Dataset"}}
		n.value("dct:identifier", n.iri, "")
		n.translated("dct:title", d.Title)
		n.translated("dct:description", d.Description)
		n.thing("dct:publisher", w.publisher())
		n.thing("dcat:contactPoint", w.contact())
		n.thing("dcat:theme", euHealth, losHealth)
		for _, k := range d.Keywords {
			n.translated("dcat:keyword", k)
		}
		n.thing("dct:accessRights", euPublic)
		n.thing("dct:accrualPeriodicity", euContinuous)
		n.thing("dct:spatial", euNorway)
		n.thing("dct:language", languages("nb")...)
		n.thing("dcat:landingPage", w.at("/data"))
		n.modified(d.Changed)
		files := make([]*node, 0, len(d.Files))
		for _, f := range d.Files {
			x := w.file(d, f)
			n.thing("dcat:distribution", x.iri)
			files = append(files, x)
		}
		if !yield(n) || !each(yield, files...) {
			return false
		}
	}
	for _, s := range w.Services {
		if !yield(w.service(s)) {
			return false
		}
	}
	return true
}

func (w *writer) file(d Dataset, f File) *node {
	n := &node{iri: w.at(f.Path), types: []string{"dcat:Distribution"}}
	n.text("dct:title", f.Title, "nb")
	n.thing("dcat:accessURL", w.at("/data"))
	n.thing("dcat:downloadURL", w.at(f.Path))
	if f.FileType != "" {
		n.thing("dct:format", euFileTypes+f.FileType)
	}
	if f.MediaType != "" {
		n.thing("dcat:mediaType", mediaTypes+f.MediaType)
	}
	n.thing("dct:language", languages("nb")...)
	n.thing("foaf:page", w.at("/data#"+d.Code))
	n.modified(d.Changed)
	w.terms(n)
	return n
}

func (w *writer) service(s Service) *node {
	n := &node{iri: w.part("api-" + s.Code), types: []string{"dcat:DataService"}}
	n.value("dct:identifier", n.iri, "")
	n.translated("dct:title", s.Title)
	n.translated("dct:description", s.Description)
	n.thing("dct:publisher", w.publisher())
	n.thing("dcat:contactPoint", w.contact())
	n.thing("dcat:endpointURL", w.at(s.Endpoint))
	n.thing("dcat:endpointDescription", w.at(s.Definition))
	n.thing("dcat:landingPage", w.at("/for-utviklere"))
	n.thing("dct:accessRights", euPublic)
	n.thing("dcat:theme", euHealth)
	for _, m := range s.MediaTypes {
		n.thing("dcat:mediaType", mediaTypes+m)
	}
	for _, code := range s.Serves {
		n.thing("dcat:servesDataset", w.part("datasett-"+code))
	}
	if w.Licence != "" {
		n.thing("dct:license", euLicences+w.Licence)
	}
	return n
}

func each(yield func(*node) bool, nodes ...*node) bool {
	for _, n := range nodes {
		if !yield(n) {
			return false
		}
	}
	return true
}
