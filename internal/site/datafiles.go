package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/opendata"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// filesPath is the page of open data as files.
const filesPath = "/data"

func (s *Site) mountFiles(app fiber.Router) {
	if s.deps.Files != nil {
		app.Get(filesPath, s.showFiles)
	}
}

// columnKinds says what columns hold, in words.
var columnKinds = map[opendata.Kind]string{
	opendata.Text: page.Mark("tekst"), opendata.Integer: page.Mark("heltall"), opendata.Number: page.Mark("tall"), opendata.Day: page.Mark("dato"),
	opendata.Moment: page.Mark("tidspunkt"), opendata.Truth: page.Mark("ja eller nei"), opendata.TextList: page.Mark("tekster med | mellom"),
}

// describing says what the files that are no tables are.
var describing = map[string]string{
	"datapackage.json":   page.Mark("Frictionless Data Package: kolonner, størrelser og sjekksummer"),
	"tilbud.schema.json": page.Mark("JSON Schema for ett tilbud"),
	"SHA256SUMS":         page.Mark("alle sjekksummene"),
	"katalog.ttl":        "Turtle",
	"katalog.jsonld":     "JSON-LD",
}

// madeWithin is how long the page waits for files that are being made; it comes without
// their sizes and sums when they are not.
const madeWithin = 3 * time.Second

func (s *Site) showFiles(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	made, key := s.madeFiles(c.UserContext(), v)
	return s.answer(c, v, key, func(context.Context) (templ.Component, error) {
		return view.Files(s.filesPage(made)), nil
	})
}

// madeFiles returns the files that there are by their names, and a key that is another when
// one of them is.
func (s *Site) madeFiles(ctx context.Context, v *search.View) (map[string]*opendata.Made, string) {
	ctx, cancel := context.WithTimeout(ctx, madeWithin)
	defer cancel()
	made, sums := map[string]*opendata.Made{}, sha256.New()
	for _, name := range s.deps.Files.Names() {
		// What cannot be made now is told of in the log when it is asked for.
		if m, err := s.deps.Files.Make(ctx, name, v); err == nil {
			made[name] = m
			sums.Write(m.Sum) // never fails
		}
	}
	return made, hex.EncodeToString(sums.Sum(nil)[:8])
}

func (s *Site) filesPage(made map[string]*opendata.Made) view.FilesPage {
	m := s.meta(s.t("Last ned data"), filesPath, page.MenuAbout, s.aboutCrumb())
	m.Description = s.t("Alle tilbud, kommuner, typer og kurs som CSV, Excel, JSON og NDJSON, med sjekksummer og forklaring av hver kolonne.")
	m.Style = "more.css"
	p := view.FilesPage{Meta: m, API: s.deps.BaseURL + "/api/v1", Licence: s.deps.Files.LicenceAddress()}
	for _, t := range opendata.Tables() {
		table := view.FileTable{Code: t.Code, Title: s.t(t.Title), About: s.t(t.About)}
		for _, f := range opendata.Formats() {
			link := s.fileLink(t.Code+"."+f.Extension, made)
			link.Format = f.Name
			table.Files = append(table.Files, link)
		}
		for _, c := range t.Columns {
			table.Columns = append(table.Columns, view.FileColumn{Name: c.Name, Kind: s.t(columnKinds[c.Kind]), About: s.t(c.About)})
		}
		p.Tables = append(p.Tables, table)
	}
	for _, name := range []string{"katalog.ttl", "katalog.jsonld"} {
		p.Catalogs = append(p.Catalogs, s.fileLink(name, made))
	}
	for _, name := range []string{"datapackage.json", "tilbud.schema.json", "SHA256SUMS"} {
		p.Others = append(p.Others, s.fileLink(name, made))
	}
	p.Meta.LinkedData = s.linkedDatasets(p)
	return p
}

func (s *Site) fileLink(name string, made map[string]*opendata.Made) view.FileLink {
	link := view.FileLink{Name: name, Href: opendata.Path + name, About: s.t(describing[name])}
	if m := made[name]; m != nil {
		link.Size, link.Date, link.Sum = s.fileSize(m.Size), s.lang.Date(m.Time.In(page.Oslo)), hex.EncodeToString(m.Sum)
	}
	return link
}

// fileSize returns a size as people say it: "213 kB".
func (s *Site) fileSize(bytes int64) string {
	if bytes < 1000 {
		return s.lang.Number(int(bytes)) + " B"
	}
	return s.lang.Number(int((bytes+500)/1000)) + " kB"
}

// linkedDataset is a set of data as schema.org has it, which search engines for data read.
type linkedDataset struct {
	Context       string         `json:"@context"`
	Type          string         `json:"@type"`
	ID            string         `json:"@id"`
	Name          string         `json:"name"`
	Description   string         `json:"description"`
	URL           string         `json:"url"`
	Free          bool           `json:"isAccessibleForFree"`
	Licence       string         `json:"license"`
	Creator       linkedProvider `json:"creator"`
	Distributions []linkedFile   `json:"distribution"`
}

type linkedFile struct {
	Type   string `json:"@type"`
	Format string `json:"encodingFormat"`
	URL    string `json:"contentUrl"`
	Sum    string `json:"sha256,omitempty"`
}

func (s *Site) linkedDatasets(p view.FilesPage) []any {
	var list []any
	for _, t := range p.Tables {
		d := linkedDataset{
			Context: "https://schema.org", Type: "Dataset", ID: s.deps.BaseURL + "/data/katalog#datasett-" + t.Code, Name: t.Title, Description: t.About,
			URL: p.Meta.Address(p.Meta.Language), Free: true, Licence: p.Licence, Creator: linkedProvider{Type: "Organization", Name: s.deps.Files.Publisher(), URL: s.deps.BaseURL},
		}
		if d.Licence == "" {
			d.Licence = s.deps.BaseURL + "/om/data#kilder"
		}
		for i, f := range t.Files {
			d.Distributions = append(d.Distributions, linkedFile{"DataDownload", opendata.Formats()[i].MediaType, s.deps.BaseURL + f.Href, f.Sum})
		}
		list = append(list, d)
	}
	return list
}
