package site

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/opendata"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// newTestApp returns the site over a small directory: real kommuner, made-up offerings.
func newTestApp(t testing.TB, more ...search.Document) *fiber.App {
	t.Helper()
	return newTestAppAt(t, time.Now, more...)
}

// newTestAppAt is newTestApp at another time.
func newTestAppAt(t testing.TB, now func() time.Time, more ...search.Document) *fiber.App {
	t.Helper()
	x, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	kommune := func(n region.Number, name, fylke string, formers ...region.Former) search.Document {
		return search.KommuneDocument(region.Kommune{Number: n, Name: name, OfficialName: name, FylkeName: fylke, Website: "www.example.org", Ambiguous: name == "Våler"}, formers)
	}
	docs := []search.Document{
		search.FylkeDocument(region.Fylke{Number: "32", Name: "Akershus", OfficialName: "Akershus"}),
		search.FylkeDocument(region.Fylke{Number: "15", Name: "Møre og Romsdal", OfficialName: "Møre og Romsdal"}),
		kommune("3205", "Lillestrøm", "Akershus", region.Former{Number: "0231", Name: "Skedsmo", Present: "3205"}),
		kommune("1508", "Ålesund", "Møre og Romsdal", region.Former{Number: "1507", Name: "Ålesund", Present: "1508"}),
		kommune("1580", "Haram", "Møre og Romsdal", region.Former{Number: "1507", Name: "Ålesund", Present: "1580"}),
		kommune("3114", "Våler", "Østfold"), kommune("3419", "Våler", "Innlandet"),
		search.PostalCodeDocument(region.PostalCode{Code: "9170", Place: "LONGYEARBYEN", Category: "F"}),
		search.GroupDocument(directory.TypeGroup{Code: "snakk", Name: directory.Text{NB: "Snakk med noen"}}),
		search.TypeDocument(directory.OfferingType{Code: "hjelpetelefon", Group: "snakk", Order: 1, Name: directory.Text{NB: "Hjelpetelefon"}, Plural: directory.Text{NB: "Hjelpetelefoner"}, Does: directory.Text{NB: "Prøvetekst."}}),
		search.TypeDocument(directory.OfferingType{Code: "ppt", Group: "snakk", Order: 2, Name: directory.Text{NB: "PPT"}, Plural: directory.Text{NB: "PPT"}, Does: directory.Text{NB: "Prøvetekst."},
			EveryKommune: true, AskFor: "Barnet trenger hjelp i barnehagen eller på skolen. Hvordan kommer jeg i kontakt med PPT?", Alternatives: []string{"hjelpetelefon"}}),
		search.OfferingDocument(directory.Offering{ID: 1, Type: "hjelpetelefon", Name: "Testtilbud <script>alert(1)</script>", Status: directory.Published,
			Coverage: directory.Coverage{National: true}, Phones: []directory.Phone{{Number: "116123"}}, Source: directory.Source{Title: "Testkilde", Date: "2026-04-07"}}),
		search.OfferingDocument(directory.Offering{ID: 2, Type: "ppt", Name: "Testtilbud med klage", Status: directory.Published, Complaint: "Send klagen til <oss>.\n\nFristen er fire uker.",
			Coverage: directory.Coverage{Kommuner: []region.Number{"1508"}}, Source: directory.Source{Title: "Testkilde", Date: "2026-04-07"}}),
	}
	a, err := article.Parse("mote-med-helsetjenesten/test.md", []byte("---\ntittel: Testartikkel\ningress: Om testen.\npublisert: 2026-11-01\noppdatert: 2026-11-02\nrekkefolge: 1\ntyper: [ppt]\n---\n## Del\n\nTekst.\n"))
	if err != nil {
		t.Fatal(err)
	}
	checked := time.Date(2026, 11, 3, 23, 30, 0, 0, time.UTC) // the next day in Norway
	a.ConfirmedAt = &checked
	index, err := article.Parse("mote-med-helsetjenesten/_index.md", []byte("---\ntittel: Testdel\ningress: Om delen.\npublisert: 2026-11-02\noppdatert: 2026-11-02\n---\nTekst.\n"))
	if err != nil {
		t.Fatal(err)
	}
	docs = append(append(docs, search.ArticleDocument(a), search.ArticleDocument(index)), more...)
	if err := x.Apply(search.Batch{Put: docs}); err != nil {
		t.Fatal(err)
	}
	files := opendata.New(opendata.Deps{View: x.View, BaseURL: "https://oversikt.example", Dir: t.TempDir(), Now: now})
	s := New(Deps{View: x.View, BaseURL: "https://oversikt.example", Files: files, Now: now, Log: slog.New(slog.DiscardHandler)})
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		status := http.StatusInternalServerError
		if e, ok := err.(*fiber.Error); ok {
			status = e.Code
		}
		return s.RenderError(c, status, "TEST")
	}})
	s.Mount(app)
	return app
}

func get(t testing.TB, app *fiber.App, target string) (*http.Response, string) {
	t.Helper()
	resp, err := app.Test(httptest.NewRequest(http.MethodGet, target, nil), -1)
	if err != nil {
		t.Fatalf("GET %s: %v", target, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestArticleSaysWhenItWasChecked(t *testing.T) {
	app := newTestApp(t)
	if _, body := get(t, app, "/mote-med-helsetjenesten/test"); !strings.Contains(body, "Oppdatert 2. november 2026 · Sist kontrollert 4. november 2026") {
		t.Error("an article that was confirmed does not say when")
	}
	if _, body := get(t, app, "/mote-med-helsetjenesten"); strings.Contains(body, "kontrollert") {
		t.Error("an article that nobody has confirmed says that it was checked")
	}
	// The day on which it was published is no news of a change.
	_, same := get(t, app, "/mote-med-helsetjenesten")
	if p := htmlcheck.Parse(same); element(t, p, "main p.o-source") != "Publisert 2. november 2026" {
		t.Errorf("an article that was not changed says %q", element(t, p, "main p.o-source"))
	}
}

// The page of the sources counts the types it lists, and says of old facts what is so: they are
// shown, with their date.
func TestDataPageIsTrue(t *testing.T) {
	_, body := get(t, newTestApp(t), "/om/data")
	p := htmlcheck.Parse(body)
	rows := p.All("#typer ~ .o-table tbody tr")
	var types string
	for _, f := range p.All(".o-facts > div") {
		if number, ok := strings.CutPrefix(f.Text(), "typer hjelp"); ok {
			types = strings.TrimSpace(number)
		}
	}
	if len(rows) == 0 || types != strconv.Itoa(len(rows)) {
		t.Errorf("%s types in a table of %d", types, len(rows))
	}
	wants(t, "the page", element(t, p, "main"), "Alle andre vises med kilden og datoen kilden har, også når den er gammel.", "med lisensen der kilden har en.")
}

// A page of something that nobody knows how to reach says so and whom to ask instead. It does not
// tell the reader to ask it.
func TestOfferingWithoutContact(t *testing.T) {
	app := newTestApp(t, search.OfferingDocument(directory.Offering{ID: 3, Type: "ppt", Name: "Prøveforbundet", Status: directory.Published,
		Coverage: directory.Coverage{National: true}, Source: directory.Source{Title: "Testkilde", Date: "2026-04-07"}}),
		search.OfferingDocument(directory.Offering{ID: 4, Type: "hjelpetelefon", Name: "Prøvelinjen", Status: directory.Published, TargetGroups: []string{"parorende"},
			Coverage: directory.Coverage{National: true}, Phones: []directory.Phone{{Number: "+4722334411"}}, Source: directory.Source{Title: "Testkilde", Date: "2026-04-07"}}))
	const ask = "Spør når du tar kontakt."
	for target, want := range map[string][]string{
		"/tilbud/2-testtilbud-med-klage": {"Vi har ikke telefonnummer, nettside eller e-post til dette tilbudet ennå. Spør kommunen i stedet. Du kan si eller skrive: «Barnet", "Spør Ålesund kommune"},
		"/tilbud/3-proveforbundet":       {"Vi har ikke telefonnummer, nettside eller e-post til dette tilbudet ennå. Du kan ringe et av numrene under i stedet.", "Prøvelinjen", "22 33 44 11"},
	} {
		_, body := get(t, app, target)
		text := element(t, htmlcheck.Parse(body), "main")
		wants(t, target, text, want...)
		if strings.Contains(text, ask) || strings.Contains(text, "Åpningstid") {
			t.Errorf("%s tells the reader to ask where there is nobody to ask", target)
		}
	}
	if text := says(t, app, "/tilbud/3-proveforbundet"); strings.Contains(text, "Du kan si eller skrive") {
		t.Error("there are words to say, and nobody to say them to")
	}
	says(t, app, "/tilbud/1-testtilbud-script-alert-1-script", ask)
}

func TestPages(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string]string{
		"/":                        "Hvor bor du?",
		"/kommuner":                "Lillestrøm",
		"/kommune/3205-lillestrom": "Ikke registrert ennå",
		"/kommune/1507":            "Hvilken kommune mener du?",
		"/fylke/32-akershus":       "Lillestrøm",
		"/tilbud/1-testtilbud-script-alert-1-script": "Kilde: Testkilde, 7. april 2026. Tilbudet har ikke selv bekreftet opplysningene ennå.",
		"/tilbud/2-testtilbud-med-klage":             "<p>Send klagen til &lt;oss&gt;.</p><p>Fristen er fire uker.</p>",
		"/mote-med-helsetjenesten":                   "Testdel",
		"/mote-med-helsetjenesten/test":              "Oppdatert 2. november 2026",
		"/hvor?q=V%C3%A5ler":                         "Hvilken kommune mener du?",
		"/hvor?q=9170":                               "9170 Longyearbyen ligger ikke i noen kommune",
		"/hvor?q=xyzzy":                              "Vi fant ikke «xyzzy»",
		"/sok":                                       "2 tilbud",
		"/sok?q=selvmord":                            "Er noen i fare nå?",
		"/om":                                        "Om oversikten",
		"/om/data":                                   "Statistisk sentralbyrå",
		"/personvern":                                "informasjonskapsler",
		"/min-liste":                                 "Sist sett her: <span data-sett>",
		"/for-kommuner":                              `href="/logg-inn"`,
		"/for-helsepersonell":                        "helsepersonelloven § 10 a",
		"/tilgjengelighet":                           "Ingen med funksjonsnedsettelse har prøvd nettstedet ennå.",
		"/for-utviklere":                             "curl &#39;https://oversikt.example/api/v1/tilbud?q=avlastning",
	} {
		resp, body := get(t, app, target)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s = %d, want 200", target, resp.StatusCode)
		}
		if !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", target, want)
		}
		if n := strings.Count(body, "<h1"); n != 1 {
			t.Errorf("%s has %d h1, want 1", target, n)
		}
		if strings.Contains(body, "<script>") || strings.Contains(body, "style=") {
			t.Errorf("%s has inline script or style", target)
		}
		for _, number := range []string{"tel:113", "tel:112", "tel:116117", "tel:116123", "tel:116111"} {
			if !strings.Contains(body, `href="`+number+`"`) {
				t.Errorf("%s lacks %s", target, number)
			}
		}
	}
}

func TestComplaintIsShownWhereItIsKnown(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string]bool{"/tilbud/1-testtilbud-script-alert-1-script": false, "/tilbud/2-testtilbud-med-klage": true} {
		if _, body := get(t, app, target); strings.Contains(body, "<h2>Hvis du vil klage</h2>") != want {
			t.Errorf("%s: the heading is there %v, want %v", target, !want, want)
		}
	}
}

func TestRedirects(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string]string{
		"/kommune/3205":            "/kommune/3205-lillestrom",
		"/kommune/3205-feil":       "/kommune/3205-lillestrom",
		"/kommune/0231":            "/kommune/3205-lillestrom",
		"/kommune/skedsmo":         "/kommune/3205-lillestrom",
		"/kommune/lillestr%C3%B8m": "/kommune/3205-lillestrom",
		"/hvor?q=Skedsmo":          "/kommune/3205-lillestrom",
		"/fylke/32":                "/fylke/32-akershus",
		"/tilbud/1":                "/tilbud/1-testtilbud-script-alert-1-script",

		// As older sites wrote the same.
		"/M%C3%B8te-med-helsetjenesten/Test.aspx": "/mote-med-helsetjenesten/test",
		"/mote-med-helsetjenesten/test.html":      "/mote-med-helsetjenesten/test",
		"/artikler/mote-med-helsetjenesten/test":  "/mote-med-helsetjenesten/test",
		"/test":                                   "/mote-med-helsetjenesten/test",
		"/en/S%C3%B8k":                            "/en/sok",
		"/nn/For-kommuner.html":                   "/nn/for-kommuner",
	} {
		resp, _ := get(t, app, target)
		if got := resp.Header.Get("Location"); resp.StatusCode < 300 || resp.StatusCode > 399 || got != want {
			t.Errorf("%s = %d to %q, want a redirect to %s", target, resp.StatusCode, got, want)
		}
	}
}

func TestNotFound(t *testing.T) {
	app := newTestApp(t)
	for _, target := range []string{"/finnes-ikke", "/kommune/9999", "/kommune/xyzzy", "/tilbud/99", "/tilbud/x", "/fylke/99", "/mote-med-helsetjenesten/nei"} {
		resp, body := get(t, app, target)
		if resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "<h1") || !strings.Contains(body, `href="/kommuner"`) {
			t.Errorf("%s = %d, want a 404 page that leads on", target, resp.StatusCode)
		}
	}
}

// A wrong parameter gives a sentence that names it, and results all the same.
func TestSearchParameters(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string]string{
		"/sok?type=feil":                 "Vi kjenner ikke typen «feil»",
		"/sok?kommune=xyzzy":             "Vi fant ikke stedet «xyzzy»",
		"/sok?side=0":                    "Vi forsto ikke sidetallet «0»",
		"/sok?side=99999999999999999999": "Vi forsto ikke sidetallet",
		"/sok?sorter=feil":               "Vi kjenner ikke rekkefølgen «feil»",
		"/sok?radius=-1":                 "Vi forsto ikke avstanden «-1»",
		"/sok?fylke=feil":                "Vi fant ikke fylket «feil»",
		"/sok?q=%zz":                     "<h1",
	} {
		resp, body := get(t, app, target)
		if resp.StatusCode != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s = %d, want 200 and %q", target, resp.StatusCode, want)
		}
		if !strings.Contains(body, "tel:116123") {
			t.Errorf("%s shows no telephone number", target)
		}
	}
}

func FuzzSearchParameters(f *testing.F) {
	app := newTestApp(f)
	for _, s := range []string{"q=ppt+i+Skedsmo&side=2", "q=%00&kommune=%ff", "type=ppt&type=x&lat=60&lon=10&radius=1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, r := range query {
			if r <= ' ' || r > '~' || r == '#' {
				t.Skip("no such request line") // such bytes never get past the server's parser
			}
		}
		resp, body := get(t, app, "/sok?"+query)
		if resp.StatusCode != http.StatusOK || !strings.Contains(body, "<h1") {
			t.Errorf("/sok?%s = %d", query, resp.StatusCode)
		}
	})
}

func TestPagesSayWhatTheyAre(t *testing.T) {
	app := newTestApp(t)
	_, body := get(t, app, "/nn/mote-med-helsetjenesten/test")
	scripts := htmlcheck.Parse(body).All(`script[type="application/ld+json"]`)
	if len(scripts) != 2 {
		t.Fatalf("%d scripts, want the article and the way to it", len(scripts))
	}
	var a struct {
		Type     string `json:"@type"`
		ID       string `json:"@id"`
		Modified string `json:"dateModified"`
	}
	if err := json.Unmarshal([]byte(scripts[0].Data()), &a); err != nil || a.Type != "Article" || a.Modified != "2026-11-02" ||
		a.ID != "https://oversikt.example/nn/mote-med-helsetjenesten/test" {
		t.Errorf("article %+v, %v", a, err)
	}
	var way struct {
		Type  string `json:"@type"`
		Items []struct {
			Position   int
			Name, Item string
		} `json:"itemListElement"`
	}
	if err := json.Unmarshal([]byte(scripts[1].Data()), &way); err != nil || way.Type != "BreadcrumbList" || len(way.Items) != 3 ||
		way.Items[0].Item != "https://oversikt.example/nn" || way.Items[1].Position != 2 {
		t.Errorf("the way %+v, %v", way, err)
	}
}

func TestWordsToSayStandApart(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string]string{
		"/kommune/3205-lillestrom":    "Du kan spørre Lillestrøm kommune: «Barnet trenger hjelp",
		"/en/kommune/3205-lillestrom": "kontakt med PPT?» (The child needs help",
	} {
		_, body := get(t, app, target)
		main, _ := htmlcheck.Parse(body).First("main")
		if !strings.Contains(main.Text(), want) {
			t.Errorf("%s does not say %q", target, want)
		}
	}
}
