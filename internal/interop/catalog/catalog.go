// Package catalog describes the directory for data.norge.no and other harvesters: each
// offering as a service after CPSV-AP-NO 1.1, the files and APIs as datasets and data
// services after DCAT-AP-NO 2.2, in one catalog, as Turtle and as JSON-LD.
//
// Every node has a name that stays the same, also the small ones, since harvesters ignore
// services without a name; and the same View gives the same bytes on every node.
package catalog

import (
	"io"
	"iter"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
)

// Path is the address of the catalog, which is also what it is known by.
const Path = "/data/katalog"

// Publisher is who publishes the catalog, as whoever runs the site has said.
type Publisher struct {
	Name      string              // mostly the name of the site
	OrgNumber directory.OrgNumber // empty: known by the address of the page about the site
}

// File is one file of a dataset.
type File struct {
	Title     string
	Path      string // "/data/tilbud.csv"
	FileType  string // code of EU's table of file types; empty where it has none
	MediaType string // as IANA registered it; empty where it is not
}

// Dataset is what files and APIs give.
type Dataset struct {
	Code        string // "tilbud"
	Title       directory.Text
	Description directory.Text
	Keywords    []directory.Text
	Changed     time.Time // zero: not known
	Files       []File
}

// Service is an API.
type Service struct {
	Code        string // "api"
	Title       directory.Text
	Description directory.Text
	Endpoint    string // path
	Definition  string // path of what machines read of it
	MediaTypes  []string
	Serves      []string // codes of datasets
}

// Catalog is what is described.
type Catalog struct {
	BaseURL   string // public address of the site, without a slash at the end
	Publisher Publisher
	Licence   string // code of EU's table of licences; empty: the sources have theirs, and none is said to hold for all
	Datasets  []Dataset
	Services  []Service
}

// WriteTurtle writes all that the overview has as RDF 1.1 Turtle.
func (c *Catalog) WriteTurtle(w io.Writer, o *interop.Overview) error {
	return writeTurtle(w, c.nodes(o))
}

// WriteJSONLD writes the same statements as JSON-LD 1.1.
func (c *Catalog) WriteJSONLD(w io.Writer, o *interop.Overview) error {
	return writeJSONLD(w, c.nodes(o))
}

// nodes yields every node in order: what is there once, then the services with what
// belongs to each.
func (c *Catalog) nodes(o *interop.Overview) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		w := &writer{Catalog: c, overview: o, view: o.View}
		for _, part := range []func(func(*node) bool) bool{w.catalog, w.data, w.vocabulary, w.places, w.types, w.organizations, w.offerings} {
			if !part(yield) {
				return
			}
		}
	}
}

// The names of EU's and other tables: http, as the specifications have them.
const (
	euTables       = "http://publications.europa.eu/resource/authority/"
	euNorway       = euTables + "country/NOR"
	euPublic       = euTables + "access-right/PUBLIC"
	euContinuous   = euTables + "frequency/CONT"
	euHealth       = euTables + "data-theme/HEAL"
	euKroner       = euTables + "currency/NOK"
	euFileTypes    = euTables + "file-type/"
	euLanguages    = euTables + "language/"
	euLicences     = euTables + "licence/"
	publisherTypes = "http://purl.org/adms/publishertype/"
	mediaTypes     = "https://www.iana.org/assignments/media-types/"
	organizations  = "https://organization-catalog.fellesdatakatalog.digdir.no/organizations/"
	byTelephone    = "https://data.norge.no/vocabulary/service-channel-type#telephone"

	// Of a law's kind CPSV-AP-NO would rather have data.norge.no's word. The shapes of
	// DCAT-AP-NO refuse every other table than EU's, so it is EU's.
	legalTypes = euTables + "resource-type"
	actOfLaw   = legalTypes + "/ACT_LEGIS"
)

func (c *Catalog) at(path string) string { return c.BaseURL + path }

// part is the name of something that only the catalog has.
func (c *Catalog) part(name string) string { return c.BaseURL + Path + "#" + name }

func (c *Catalog) publisher() string {
	if c.Publisher.OrgNumber != "" {
		return organizations + string(c.Publisher.OrgNumber)
	}
	return c.at("/om#utgiver")
}

func (c *Catalog) contact() string { return c.part("kontakt") }

// translated says something in the three languages.
func (n *node) translated(name string, t directory.Text) {
	n.text(name, t.NB, "nb")
	n.text(name, t.NN, "nn")
	n.text(name, t.EN, "en")
}
