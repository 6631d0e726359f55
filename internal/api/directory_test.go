package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

const testURL = "http://oversikt.test"

// newTestApp returns the API over an index with the test directory, and the index.
func newTestApp(t testing.TB) (*fiber.App, *search.Index) {
	t.Helper()
	index, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := index.Apply(search.Batch{Put: testDocuments(t)}); err != nil {
		t.Fatal(err)
	}
	app := fiber.New(fiber.Config{Immutable: true})
	a := New(Deps{View: index.View, BaseURL: testURL})
	a.reads.Process = "TEST" // it is random, and answers are compared
	a.Mount(app)
	return app, index
}

// testMonth is what is told of a month: use of which one number is too small to be.
func testMonth() directory.Month {
	days := 12
	return directory.Month{
		Month: "2026-11", From: "2026-11-02", To: "2026-11-25", Day: "2026-11-26",
		Use: []directory.UseOf{{Kind: directory.APICall, Count: 4}, {Kind: directory.SearchPage, Count: 1234}},
		Tallies: []directory.Tally{
			{Type: "ppt", Kommuner: 10, InKommune: 2, FromElsewhere: 3, People: 900, PeopleIn: 100, PeopleCovered: 400, Offerings: 8, InTime: 3,
				Ages: directory.Ages{Half: 3, Year: 2, TwoYears: 1, Older: 1}, MedianDays: &days},
			{Kommuner: 10, People: 900},
			{Type: "ppt", Fylke: "32", Kommuner: 4, InKommune: 1, People: 300},
		},
	}
}

// testDocuments is a small directory: real kommuner, and offerings that anyone can see
// are made up.
func testDocuments(t testing.TB) []search.Document {
	t.Helper()
	docs := regionDocuments()
	docs = append(docs, vocabularyDocuments()...)
	docs = append(docs, search.MonthDocument(testMonth()))
	for _, o := range testOfferings() {
		docs = append(docs, search.OfferingDocument(o))
	}
	for name, src := range map[string]string{
		"mote-med-helsetjenesten/_index.md":        "---\ntittel: Testdel\ningress: Om testdelen.\npublisert: 2026-11-01\noppdatert: 2026-11-01\n---\nTekst.\n",
		"mote-med-helsetjenesten/test-artikkel.md": testArticle,
		"mote-med-helsetjenesten/test-artikkel.en.md": strings.NewReplacer("tittel: Testartikkel", "tittel: Test article", "Del", "Part",
			"Tekst med", "{{tilbud type=\"ppt\"}}\n\nText with", "tema: [", "for: ungdom\ntema: [").Replace(testArticle),
		"mote-med-helsetjenesten/en-artikkel-til.md": "---\ntittel: En testartikkel til\ningress: Kort.\npublisert: 2026-11-02\noppdatert: 2026-11-02\nrekkefolge: 2\n---\nTekst.\n",
	} {
		a, err := article.Parse(name, []byte(src))
		if a.Slug == "test-artikkel" && a.Language == article.Bokmal {
			checked := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
			a.ConfirmedAt = &checked
		}
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, search.ArticleDocument(a))
	}
	marked := map[string]int64{
		"offering/1": 9, "kommune/0301": 2, "type/ppt": 3, "offering/2": 4,
		"article/nb/mote-med-helsetjenesten/test-artikkel": 5, "article/en/mote-med-helsetjenesten/test-artikkel": 6,
		"article/nb/mote-med-helsetjenesten/": 7,
	}
	mark := func(id int64) search.Mark {
		return search.Mark{Cursor: search.Cursor{XID: 700, ID: id}, At: time.Date(2026, 11, 20, 8, 0, int(id), 0, time.UTC)}
	}
	for i, d := range docs {
		if id, ok := marked[d.ID]; ok {
			docs[i] = d.Marked(mark(id))
		}
	}
	return append(docs, search.GoneDocument("offering/98", search.Gone{UUID: uuid.NewSHA1(uuid.Nil, []byte("98"))}).Marked(mark(8)))
}

const testArticle = `---
tittel: Testartikkel
ingress: En setning om testen.
publisert: 2026-11-01
oppdatert: 2026-11-20
rekkefolge: 1
typer: [ppt]
tema: [rus]
lover:
  - tekst: testloven § 1
    url: https://lovdata.no/lov/1999-07-02-61/§1
kilder:
  - tittel: Testkilde
    url: https://example.org/side
    dato: 2024-02-29
  - {tittel: Kilde uten dato, url: "https://example.org/"}
sokeord: [testord]
---
## Del

Tekst med [lenke](https://example.org/).
`

func regionDocuments() []search.Document {
	var docs []search.Document
	for number, f := range map[region.FylkeNumber]region.Fylke{
		"03": {Name: "Oslo", OfficialName: "Oslo"},
		"15": {Name: "Møre og Romsdal", OfficialName: "Møre og Romsdal"},
		"31": {Name: "Østfold", OfficialName: "Østfold"},
		"32": {Name: "Akershus", OfficialName: "Akershus"},
		"34": {Name: "Innlandet", OfficialName: "Innlandet"},
		"56": {Name: "Finnmark", OtherNames: []string{"Finnmárku", "Finmarkku"}, OfficialName: "Finnmark - Finnmárku - Finmarkku"},
	} {
		f.Number = number
		docs = append(docs, search.FylkeDocument(f))
	}
	kommune := func(number region.Number, name, fylke string, population int, lat, lon float64) region.Kommune {
		return region.Kommune{
			Number: number, Name: name, OfficialName: name, FylkeName: fylke,
			Population: population, PopulationYear: 2024,
			Position: region.Position{Lat: lat, Lon: lon},
			Domain:   region.Slug(name) + ".example.org", Website: "www." + region.Slug(name) + ".example.org",
		}
	}
	oslo := kommune("0301", "Oslo", "Oslo", 717_710, 59.91, 10.75)
	oslo.Maalform, oslo.OrgNumber = region.Neutral, "000000000"
	oslo.Contact = region.Contact{Phone: "+4700000000", Email: "test@example.org", Confirmed: true}
	karasjok := kommune("5610", "Karasjok", "Finnmark", 2_582, 69.47, 25.51)
	karasjok.OtherNames, karasjok.OfficialName = []string{"Kárášjohka"}, "Kárášjohka - Karasjok"
	karasjok.Contact = region.Contact{Phone: "+4700000001", Email: "gammel@example.org"}
	valer1 := kommune("3114", "Våler", "Østfold", 5_998, 59.48, 10.85)
	valer2 := kommune("3419", "Våler", "Innlandet", 3_569, 60.67, 11.83)
	valer1.Ambiguous, valer2.Ambiguous = true, true
	lillestrom := kommune("3205", "Lillestrøm", "Akershus", 93_382, 59.96, 11.05)
	alesund := kommune("1508", "Ålesund", "Møre og Romsdal", 58_509, 62.47, 6.15)
	haram := kommune("1580", "Haram", "Møre og Romsdal", 9_500, 62.57, 6.38)

	former := func(number region.Number, name string, present region.Number, last int, kind region.SuccessionKind) region.Former {
		return region.Former{Number: number, Name: name, Present: present, LastYear: last, Kind: kind}
	}
	for _, k := range []struct {
		kommune region.Kommune
		formers []region.Former
	}{
		{oslo, nil}, {karasjok, nil}, {valer1, nil}, {valer2, nil},
		{lillestrom, []region.Former{former("0231", "Skedsmo", "3205", 2019, region.Merged)}},
		{alesund, []region.Former{former("1507", "Ålesund", "1508", 2023, region.Split)}},
		{haram, []region.Former{former("1507", "Ålesund", "1580", 2023, region.Split)}},
	} {
		docs = append(docs, search.KommuneDocument(k.kommune, k.formers))
	}
	for code, p := range map[string]region.PostalCode{
		"0155": {Place: "OSLO", Kommune: "0301", Category: "G"},
		"0231": {Place: "OSLO", Kommune: "0301", Category: "G"}, // a former kommunenummer, too
		"2000": {Place: "LILLESTRØM", Kommune: "3205", Category: "G"},
		"9170": {Place: "LONGYEARBYEN", Category: "B"},
	} {
		p.Code = code
		docs = append(docs, search.PostalCodeDocument(p))
	}
	return append(docs, search.PlaceDocument(region.Place{ID: 1, Name: "Strømmen", Kommune: "3205", Kind: region.Settlement, Source: "test"}))
}

func vocabularyDocuments() []search.Document {
	text := func(s string) directory.Text { return directory.Text{NB: s, NN: s + " (nn)", EN: s + " (en)"} }
	docs := []search.Document{
		search.GroupDocument(directory.TypeGroup{Code: "snakk", Name: text("Snakk med noen"), Order: 1}),
		search.GroupDocument(directory.TypeGroup{Code: "familie", Name: text("Barn og familie"), Order: 2}),
	}
	for _, t := range []directory.OfferingType{
		{Code: "hjelpetelefon", Group: "snakk", Name: text("Hjelpetelefon"), Plural: text("Hjelpetelefoner"), Does: text("Noen lytter."),
			Alternatives: []string{"parorendesenter"}, Words: []string{"hjelpetelefon", "hjelpelinje"}, Order: 1},
		{Code: "parorendesenter", Group: "snakk", Name: text("Pårørendesenter"), Plural: text("Pårørendesentre"), Does: text("Noen å snakke med."),
			Alternatives: []string{"hjelpetelefon"}, Words: []string{"pårørendesenter"}, Order: 2},
		{Code: "ppt", Group: "familie", Name: text("Pedagogisk-psykologisk tjeneste"), Plural: text("Pedagogisk-psykologiske tjenester"), Does: text("Hjelper barn i skolen."),
			Laws:         []directory.Law{{Text: "Testloven sier noe.", Paragraph: "testloven § 2", URL: "https://lovdata.no/lov/1999-07-02-61/§2"}},
			EveryKommune: true, Responsible: "kommunen", AskFor: "Jeg vil snakke med PPT.", Alternatives: []string{"hjelpetelefon"}, Words: []string{"ppt"}, Order: 3},
	} {
		docs = append(docs, search.TypeDocument(t))
	}
	for _, t := range []directory.Term{
		{Kind: directory.TargetGroup, Code: "barn", Name: text("Barn"), Order: 1},
		{Kind: directory.TargetGroup, Code: "voksne", Name: text("Voksne"), Order: 2},
		{Kind: directory.Topic, Code: "rus", Name: text("Rus"), Order: 1},
		{Kind: directory.Format, Code: "samtale", Name: text("Samtale"), Order: 1},
	} {
		docs = append(docs, search.TermDocument(t))
	}
	return docs
}

func testOfferings() []directory.Offering {
	changed := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	confirmed, opens := changed.Add(-48*time.Hour), time.Date(2027, 1, 4, 0, 0, 0, 0, time.UTC)
	base := func(id int64, typ, name string, c directory.Coverage) directory.Offering {
		return directory.Offering{
			ID: id, UUID: uuid.NewSHA1(uuid.Nil, []byte(name)), Key: "test/" + region.Slug(name), Type: typ, Name: name, Coverage: c,
			Source:     directory.Source{Title: "Testkilde", Date: "2026-04"},
			Confidence: directory.High, Status: directory.Published, ChangedAt: changed, Version: 1,
		}
	}
	full := base(1, "parorendesenter", "Testtilbud med alt", directory.Coverage{Kommuner: []region.Number{"0301", "3205"}, Bydel: "Testbydelen"})
	full.Organization = directory.Organization{ID: 7, Name: "Testorganisasjonen", OrgNumber: "000000000"}
	full.Summary, full.Description, full.Audience = "En setning.", "Et avsnitt.\n\nEt til.", "alle som er med på testen"
	full.Keywords = []string{"testord", "et ord til"}
	full.TargetGroups, full.Topics, full.Formats = []string{"barn", "voksne"}, []string{"rus"}, []string{"samtale"}
	full.Locations = []directory.Location{
		{Name: "Hemmelig adresse", Street: "Skjult vei 1", Kommune: "3205", Confidential: true},
		{Name: "Testhuset", Street: "Testveien 1", PostalCode: "0155", PostalPlace: "Oslo", Kommune: "0301", Position: &region.Position{Lat: 59.92, Lon: 10.76}},
	}
	full.Phones = []directory.Phone{{Number: "+4700000002", Purpose: directory.PurposeSwitchboard, Hours: "hverdager 9–15"}, {Number: "116123"}}
	full.Emails, full.Websites = []string{"tilbud@example.org"}, []string{"https://example.org/"}
	full.OpeningText = "Hverdager 9–15"
	full.Schedules = []directory.Schedule{{Weekday: time.Monday, Opens: "09:00", Closes: "15:00"}}
	full.Exceptions = []directory.ScheduleException{{Date: opens, Closed: true, Note: "Planleggingsdag"}}
	full.Languages, full.Accessibility = []string{"nb", "se"}, []directory.Accessibility{directory.WheelchairAccess}
	full.Cost, full.Referral = directory.Cost{Kind: directory.Free, Text: "Gratis."}, directory.Referral{Kind: directory.ContactYourself, Text: "Ring."}
	full.Complaint = "Send klagen til kommunen.\n\nFristen er fire uker."
	full.Source.URL = "https://example.org/kilde"
	full.ConfirmedAt, full.Version = &confirmed, 3

	bare := base(2, "ppt", "Testtilbud uten noe", directory.Coverage{Kommuner: []region.Number{"0301"}})
	line := base(3, "hjelpetelefon", "Testtilbud for hele landet", directory.Coverage{National: true})
	line.Phones = []directory.Phone{{Number: "+4700000003", Purpose: directory.PurposeHelpline}}
	closed := base(4, "parorendesenter", "Testtilbud som er stengt", directory.Coverage{Fylker: []region.FylkeNumber{"15"}})
	closed.Status, closed.ClosedUntil = directory.Closed, &opens
	closed.Referral.Kind = directory.BeReferred
	closed.Locations = []directory.Location{{PostalPlace: "Ålesund", Kommune: "1508"}}
	return []directory.Offering{full, bare, line, closed}
}

// An index that is built anew holds other content, and what was kept of the one before is not
// given out for it.
func TestAnotherIndexGivesOtherAnswers(t *testing.T) {
	make := func(name string) *search.Index {
		index, err := search.OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { index.Close() })
		o := directory.Offering{ID: 1, Type: "ppt", Name: name, Coverage: directory.Coverage{National: true}, Status: directory.Published}
		if err := index.Apply(search.Batch{Put: append(regionDocuments(), search.OfferingDocument(o))}); err != nil {
			t.Fatal(err)
		}
		return index
	}
	index := make("Testtilbud en")
	app := fiber.New()
	New(Deps{View: func() *search.View { return index.View() }, BaseURL: testURL}).Mount(app)
	ask := func() string {
		res, err := app.Test(httptest.NewRequest(http.MethodGet, "/api/v1/tilbud", nil), -1)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	for range 3 { // an answer is kept when it is asked for again
		if body := ask(); !strings.Contains(body, "Testtilbud en") {
			t.Fatalf("got %.200s", body)
		}
	}
	index = make("Testtilbud to")
	if body := ask(); !strings.Contains(body, "Testtilbud to") {
		t.Errorf("of the index built anew: got %.200s", body)
	}
}
