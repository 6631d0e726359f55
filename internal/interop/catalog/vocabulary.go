package catalog

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// los is Los, the public sector's own list of subjects (psi.norge.no/los). It has no word
// for pårørende: everything stands under health and care, and under a closer subject
// where our type or topic is the same thing.
const (
	los       = "https://psi.norge.no/los/tema/"
	losHealth = los + "helse-og-omsorg"
)

var losNames = map[string]string{
	losHealth:                           "Helse og omsorg",
	los + "familie-og-barn":             "Familie og barn",
	los + "samliv":                      "Samliv",
	los + "rus-og-avhengighet":          "Rus og avhengighet",
	los + "avlastning-og-stotte":        "Avlastning og støtte",
	los + "barnevern-og-foreldrestotte": "Barnevern og foreldrestøtte",
	los + "akutt-hjelp":                 "Akutt hjelp",
	los + "pasientrettigheter":          "Pasientrettigheter",
}

var losOfTopic = map[string]string{
	"rus": "rus-og-avhengighet", "samliv": "samliv", "avlastning": "avlastning-og-stotte",
	"foreldrerollen": "barnevern-og-foreldrestotte", "akutt": "akutt-hjelp",
}

var losOfType = map[string]string{
	"familievernkontor": "familie-og-barn", "familiesenter": "familie-og-barn", "brukerombud": "pasientrettigheter",
}

// subjects returns the subjects of Los that an offering has, the widest first.
func subjects(o *directory.Offering) []string {
	found := []string{losHealth}
	if s := losOfType[o.Type]; s != "" {
		found = append(found, los+s)
	}
	for _, t := range o.Topics {
		if s := losOfTopic[t]; s != "" && !slices.Contains(found, los+s) {
			found = append(found, los+s)
		}
	}
	return found
}

// languages returns EU's names of languages that we know by their ISO 639-1 or -3 codes;
// what is no language is left out.
func languages(codes ...string) []string {
	var found []string
	for _, code := range codes {
		tag, err := language.Parse(code)
		if err != nil {
			continue
		}
		base, _ := tag.Base()
		if three := base.ISO3(); len(three) == 3 {
			found = append(found, euLanguages+strings.ToUpper(three))
		}
	}
	return found
}

// vocabulary yields what is used of others' tables, with which table it is in: those who
// check the catalog by itself cannot look there.
func (w *writer) vocabulary(yield func(*node) bool) bool {
	entry := func(iri, table string, types ...string) *node {
		n := &node{iri: iri, types: types}
		n.thing("skos:inScheme", table)
		return n
	}
	in := func(name, kind string) string { return euTables + name + kind }
	list := []*node{
		entry(euNorway, in("country", ""), "dct:Location"),
		entry(euPublic, in("access-right", ""), "dct:RightsStatement"),
		entry(euContinuous, in("frequency", ""), "dct:Frequency"),
		entry(euHealth, in("data-theme", ""), "skos:Concept"),
		entry(euKroner, in("currency", ""), "skos:Concept"),
		entry(byTelephone, "https://data.norge.no/vocabulary/service-channel-type", "skos:Concept"),
		entry(actOfLaw, legalTypes, "skos:Concept"),
	}
	for _, t := range publisherTypeOf.sorted() {
		list = append(list, entry(publisherTypes+t, "http://purl.org/adms/publishertype/1.0", "skos:Concept"))
	}
	if w.Licence != "" {
		list = append(list, entry(euLicences+w.Licence, in("licence", ""), "dct:LicenseDocument"))
	}
	for _, t := range w.fileTypes() {
		list = append(list, entry(euFileTypes+t, in("file-type", ""), "dct:MediaTypeOrExtent"))
	}
	for _, l := range w.spoken() {
		list = append(list, entry(l, in("language", ""), "dct:LinguisticSystem"))
	}
	for _, s := range slices.Sorted(maps.Keys(losNames)) {
		n := entry(s, "https://psi.norge.no/los", "skos:Concept")
		n.text("skos:prefLabel", losNames[s], "nb")
		list = append(list, n)
	}
	return each(yield, list...)
}

func (w *writer) fileTypes() []string {
	var types []string
	for _, d := range w.Datasets {
		for _, f := range d.Files {
			if f.FileType != "" && !slices.Contains(types, f.FileType) {
				types = append(types, f.FileType)
			}
		}
	}
	slices.Sort(types)
	return types
}

// spoken returns every language that is named anywhere.
func (w *writer) spoken() []string {
	found := languages("nb", "nn", "en")
	for o := range w.view.All() {
		for _, l := range languages(o.Languages...) {
			if !slices.Contains(found, l) {
				found = append(found, l)
			}
		}
	}
	slices.Sort(found)
	return found
}

// places yields the kommuner and fylker by our own names. Kartverket has names for them that
// cannot be made from their numbers.
func (w *writer) places(yield func(*node) bool) bool {
	for _, f := range w.view.Fylker() {
		n := &node{iri: w.at(page.FylkeName(f.Number)), types: []string{"dct:Location"}}
		n.value("dct:identifier", string(f.Number), "")
		n.text("skos:prefLabel", f.Name, "no")
		if !yield(n) {
			return false
		}
	}
	for _, k := range w.view.Kommuner() {
		n := &node{iri: w.at(page.KommuneName(k.Number)), types: []string{"dct:Location"}}
		n.value("dct:identifier", string(k.Number), "")
		n.text("skos:prefLabel", k.DisplayName(), "no")
		if !yield(n) {
			return false
		}
	}
	return true
}

// area returns the places that a coverage names. The country is among them for what is for
// the whole country alone: DCAT-AP-NO would rather see a place of EU's tables everywhere, but
// they have no smaller one, and a service of one kommune would be said to be for all.
func (w *writer) area(c directory.Coverage) []string {
	if c.National {
		return []string{euNorway}
	}
	var found []string
	for _, n := range c.Fylker {
		for _, f := range w.view.Fylker() {
			if f.Number == n {
				found = append(found, w.at(page.FylkeName(n)))
			}
		}
	}
	for _, n := range c.Kommuner {
		found = append(found, w.kommune(n))
	}
	return found
}

// kommune returns the name of a kommune, "" for one that is not there.
func (w *writer) kommune(n region.Number) string {
	if _, ok := w.view.Kommune(n); ok {
		return w.at(page.KommuneName(n))
	}
	return ""
}

var outputTitle = directory.Text{NB: "Hjelp fra: ", NN: "Hjelp frå: ", EN: "Help from: "}

// types yields for each type what one gets from it, and the law behind it. The profile
// demands a possible output of every service, though its shapes do not ask for it.
func (w *writer) types(yield func(*node) bool) bool {
	laws := map[string]bool{}
	for _, t := range w.view.Types() {
		n := &node{iri: w.output(t.Code), types: []string{"cpsvno:PossibleOutput"}}
		n.value("dct:identifier", n.iri, "")
		for _, l := range []string{"nb", "nn", "en"} {
			n.text("dct:title", outputTitle.In(l)+t.Name.In(l), l)
		}
		n.translated("dct:description", t.Does)
		if !yield(n) {
			return false
		}
		for _, law := range t.Laws {
			if laws[law.URL] {
				continue
			}
			laws[law.URL] = true
			x := &node{iri: address(law.URL), types: []string{"eli:LegalResource"}}
			x.value("dct:identifier", x.iri, "")
			x.text("dct:title", law.Paragraph, "nb")
			x.text("dct:description", law.Text, "nb")
			x.thing("rdfs:seeAlso", x.iri)
			x.thing("dct:type", actOfLaw)
			if !yield(x) {
				return false
			}
		}
	}
	return true
}

func (w *writer) output(typ string) string { return w.part("resultat-" + typ) }
