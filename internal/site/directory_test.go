package site

import (
	"encoding/csv"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.yaml.in/yaml/v3"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

const testBaseURL = "https://oversikt.example"

// testNow is when the tests take place.
var testNow = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// realDocuments are the documents of the checked-in data, read without the database: what
// the importer does with a row is not what is tested here.
var realDocuments = sync.OnceValue(func() []search.Document {
	l := loader{kommuner: map[string]region.Number{}, fylker: map[string]region.FylkeNumber{}}
	l.regions()
	l.vocabulary()
	l.articles()
	l.offerings()
	return l.documents
})

// newIndex returns an index in memory with the documents.
func newIndex(t testing.TB, documents ...search.Document) *search.Index {
	t.Helper()
	index, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	if err := index.Apply(search.Batch{Put: documents}); err != nil {
		t.Fatal(err)
	}
	return index
}

var realIndex = sync.OnceValue(func() *search.Index {
	index, err := search.OpenMemory()
	if err == nil {
		err = index.Apply(search.Batch{Put: realDocuments()})
	}
	if err != nil {
		panic(err)
	}
	return index
})

// newSite returns a site over the index, and an app with its pages. Errors are answered
// as internal/server does, by RenderError.
func newSite(index *search.Index) *fiber.App {
	s := New(Deps{
		View:    index.View,
		BaseURL: testBaseURL,
		Now:     func() time.Time { return testNow },
		Log:     slog.New(slog.DiscardHandler),
	})
	app := fiber.New(fiber.Config{
		Immutable:             true,
		DisableStartupMessage: true,
		ErrorHandler: func(c *fiber.Ctx, err error) error {
			status := fiber.StatusInternalServerError
			if e, ok := err.(*fiber.Error); ok {
				status = e.Code
			}
			return s.RenderError(c, status, "TESTID")
		},
	})
	s.Mount(app)
	return app
}

// realSite is newSite over the checked-in data.
var realSite = sync.OnceValue(func() *fiber.App { return newSite(realIndex()) })

type loader struct {
	documents []search.Document
	kommuner  map[string]region.Number // by the name that files use
	fylker    map[string]region.FylkeNumber
}

func (l *loader) add(d search.Document) { l.documents = append(l.documents, d) }

// rows calls use with each row of a CSV file, by column.
func rows(file string, use func(map[string]string)) {
	f, err := data.FS.Open(file)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		panic(err)
	}
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		use(row)
	}
}

func list(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, "|")
}

func float(cell string) float64 {
	f, _ := strconv.ParseFloat(cell, 64)
	return f
}

func integer(cell string) int {
	n, _ := strconv.Atoi(cell)
	return n
}

func (l *loader) regions() {
	rows("fylker.csv", func(r map[string]string) {
		f := region.Fylke{Number: region.FylkeNumber(r["fylkesnummer"]), Name: r["navn"], OtherNames: list(r["andre_navn"]), OfficialName: r["navn_offisielt"]}
		l.fylker[f.Name] = f.Number
		l.add(search.FylkeDocument(f))
	})
	formers := map[region.Number][]region.Former{}
	rows("kommune-endringer.csv", func(r map[string]string) {
		present := region.Number(r["nytt_nummer"])
		formers[present] = append(formers[present], region.Former{
			Number: region.Number(r["gammelt_nummer"]), Name: r["gammelt_navn"], Present: present,
			LastYear: integer(r["gyldig_til"]), Kind: region.SuccessionKind(r["type"]),
		})
	})
	contacts := map[region.Number]region.Contact{}
	rows("kommune-kontakt.csv", func(r map[string]string) {
		p, err := directory.ParsePhone(r["telefon"])
		if err == nil {
			contacts[region.Number(r["kommunenummer"])] = region.Contact{Phone: string(p), Confirmed: r["sikkerhet"] != "lav"}
		}
	})
	var kommuner []region.Kommune
	names := map[string]int{}
	rows("kommuner.csv", func(r map[string]string) {
		k := region.Kommune{
			Number: region.Number(r["kommunenummer"]), Name: r["navn"], OtherNames: list(r["andre_navn"]), OfficialName: r["navn_offisielt"],
			FylkeName: r["fylkesnavn"], Population: integer(r["folketall"]), PopulationYear: integer(r["folketall_aar"]),
			Position: region.Position{Lat: float(r["lat"]), Lon: float(r["lon"])}, Website: r["nettsted"],
		}
		k.Contact = contacts[k.Number]
		names[k.Name]++
		kommuner = append(kommuner, k)
	})
	for _, k := range kommuner {
		k.Ambiguous = names[k.Name] > 1
		l.kommuner[k.DisplayName()] = k.Number
		l.add(search.KommuneDocument(k, formers[k.Number]))
	}
	rows("postnummer.csv", func(r map[string]string) {
		l.add(search.PostalCodeDocument(region.PostalCode{Code: r["postnummer"], Place: r["poststed"], Kommune: region.Number(r["kommunenummer"]), Category: r["kategori"]}))
	})
	var id int64
	rows("steder.csv", func(r map[string]string) {
		id++
		l.add(search.PlaceDocument(region.Place{ID: id, Name: r["sted"], Kommune: region.Number(r["kommunenummer"]), Kind: region.PlaceKind(r["type"]), Source: r["kilde"]}))
	})
}

func decode(file string, v any) {
	raw, err := fs.ReadFile(data.FS, file)
	if err == nil {
		err = yaml.Unmarshal(raw, v)
	}
	if err != nil {
		panic(err)
	}
}

func (l *loader) vocabulary() {
	type name struct{ NB, NN, EN string }
	type entry struct {
		Code string `yaml:"kode"`
		Name name   `yaml:"navn"`
	}
	var types struct {
		Groups []entry `yaml:"grupper"`
		Types  []struct {
			entry  `yaml:",inline"`
			Group  string `yaml:"gruppe"`
			Plural name   `yaml:"navn_flertall"`
			Does   name   `yaml:"gjor"`
			Laws   []struct {
				Text      string `yaml:"tekst"`
				Paragraph string `yaml:"paragraf"`
				URL       string `yaml:"url"`
			} `yaml:"lov"`
			EveryKommune bool     `yaml:"alle_kommuner"`
			Responsible  string   `yaml:"ansvar"`
			AskFor       string   `yaml:"spor_etter"`
			Alternatives []string `yaml:"ellers"`
			Words        []string `yaml:"andre_ord"`
			Order        int      `yaml:"orden"`
		} `yaml:"typer"`
	}
	decode("typer.yaml", &types)
	for i, g := range types.Groups {
		l.add(search.GroupDocument(directory.TypeGroup{Code: g.Code, Name: directory.Text(g.Name), Order: i + 1}))
	}
	for _, t := range types.Types {
		o := directory.OfferingType{
			Code: t.Code, Group: t.Group, Name: directory.Text(t.Name), Plural: directory.Text(t.Plural), Does: directory.Text(t.Does),
			EveryKommune: t.EveryKommune, Responsible: t.Responsible, AskFor: t.AskFor, Alternatives: t.Alternatives, Words: t.Words, Order: t.Order,
		}
		for _, law := range t.Laws {
			o.Laws = append(o.Laws, directory.Law(law))
		}
		l.add(search.TypeDocument(o))
	}
	var terms map[string]yaml.Node
	decode("begreper.yaml", &terms)
	for file, kind := range map[string]directory.TermKind{"malgrupper": directory.TargetGroup, "tema": directory.Topic, "former": directory.Format} {
		node := terms[file]
		var entries []entry
		if err := node.Decode(&entries); err != nil {
			panic(err)
		}
		for i, e := range entries {
			l.add(search.TermDocument(directory.Term{Kind: kind, Code: e.Code, Name: directory.Text(e.Name), Order: i + 1}))
		}
	}
}

func (l *loader) articles() {
	files, err := fs.Sub(data.FS, "artikler")
	if err != nil {
		panic(err)
	}
	articles, err := article.ParseFS(files)
	if err != nil {
		panic(err)
	}
	for _, a := range articles {
		l.add(search.ArticleDocument(a))
	}
}

// offerings reads the rows that readers may see, in the order of the file.
func (l *loader) offerings() {
	var id int64
	organizations := map[string]int64{}
	rows("tilbud.csv", func(r map[string]string) {
		id++
		if r["sikkerhet"] == "lav" {
			return
		}
		organization := r["organisasjon"]
		if _, ok := organizations[organization]; !ok {
			organizations[organization] = int64(len(organizations) + 1)
		}
		o := directory.Offering{
			ID: id, Key: r["noekkel"], Type: r["type"], Name: r["navn"],
			Organization: directory.Organization{ID: organizations[organization], Name: organization},
			Audience:     r["malgruppe"], Keywords: list(r["beskrivelse_stikkord"]),
			TargetGroups: list(r["malgrupper"]), Topics: list(r["tema"]), Formats: list(r["former"]),
			OpeningText: r["apningstider_tekst"],
			Cost:        directory.Cost{Kind: directory.CostKind(r["pris"])},
			Referral:    directory.Referral{Kind: directory.ReferralKind(r["henvisning"])},
			Source:      directory.Source{Title: r["kilde"], Date: directory.PartialDate(r["kilde_dato"])},
			Confidence:  directory.Confidence(r["sikkerhet"]),
			Status:      directory.Published,
			ChangedAt:   time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC),
		}
		l.reach(&o, r)
		l.add(search.OfferingDocument(o))
	})
}

// reach fills in whom an offering is for and how it is reached.
func (l *loader) reach(o *directory.Offering, r map[string]string) {
	o.Coverage.Bydel = r["bydel"]
	for _, area := range list(r["dekningsomrade"]) {
		name, isFylke := strings.CutPrefix(area, "fylke:")
		switch {
		case area == "nasjonal":
			o.Coverage.National = true
		case isFylke:
			o.Coverage.Fylker = append(o.Coverage.Fylker, l.fylker[name])
		default:
			o.Coverage.Kommuner = append(o.Coverage.Kommuner, l.kommuner[area])
		}
	}
	slices.Sort(o.Coverage.Fylker)
	slices.Sort(o.Coverage.Kommuner)
	if location := (directory.Location{
		Street: r["adresse"], PostalCode: directory.PostalCode(r["postnummer"]), PostalPlace: r["poststed"], Kommune: l.kommuner[r["kommune"]],
	}); location != (directory.Location{}) {
		o.Locations = []directory.Location{location}
	}
	if n, err := directory.ParsePhone(r["telefon"]); err == nil {
		o.Phones = []directory.Phone{{Number: n}}
	}
	o.Emails, o.Websites = list(r["epost"]), list(r["nettside"])
}
