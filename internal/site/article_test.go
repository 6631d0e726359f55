package site

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

const livePath = "/ta-vare-pa-barna/levende"

// liveArticle is an article that leads to a type which is in one kommune, to helplines, to a
// topic, and to a type and a topic that have ended.
const liveArticle = `---
tittel: Levende
ingress: Om testen.
publisert: 2026-11-01
oppdatert: 2026-11-02
rekkefolge: 1
typer: [ppt, hjelpetelefon, lms]
---
## Hjelp

Før.

{{tilbud type="ppt"}}

Mellom.

{{tilbud type="hjelpetelefon"}}

{{tilbud tema="rus"}}

{{tilbud type="nedlagt"}}

{{tilbud tema="borte"}}

{{tilbud type="ppt"}}

Etter.
`

func parsed(t testing.TB, name, source string) search.Document {
	t.Helper()
	a, err := article.Parse(name, []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return search.ArticleDocument(a)
}

func newLiveApp(t testing.TB) *fiber.App {
	t.Helper()
	rus := directory.Term{Kind: directory.Topic, Code: "rus", Name: directory.Text{NB: "Rus", NN: "Rus", EN: "Alcohol and drugs"}}
	return newTestApp(t,
		parsed(t, "ta-vare-pa-barna/levende.md", liveArticle),
		search.TermDocument(rus),
		search.TypeDocument(directory.OfferingType{Code: "lms", Group: "snakk", Order: 3, Name: directory.Text{NB: "LMS"}, Plural: directory.Text{NB: "Mestringssentre"}, Does: directory.Text{NB: "Kurs."}}),
		search.OfferingDocument(directory.Offering{ID: 3, Type: "lms", Name: "Rustilbud i Haram", Status: directory.Published, Topics: []string{"rus"},
			Coverage: directory.Coverage{Kommuner: []region.Number{"1580"}}, Phones: []directory.Phone{{Number: "+4722222222"}}, Source: directory.Source{Title: "Testkilde", Date: "2026-04-07"}}),
	)
}

func livePage(t *testing.T, app *fiber.App, target string) htmlcheck.Page {
	t.Helper()
	resp, body := get(t, app, target)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s = %d, want 200", target, resp.StatusCode)
	}
	p := htmlcheck.Parse(body)
	for _, fault := range p.Faults() {
		t.Errorf("%s: %s", target, fault)
	}
	return p
}

// element returns the text of the first element that the selector finds.
func element(t *testing.T, p htmlcheck.Page, selector string) string {
	t.Helper()
	found, ok := p.First(selector)
	if !ok {
		t.Fatalf("no %s", selector)
	}
	return strings.Join(strings.Fields(found.Text()), " ")
}

func wants(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s says %q, want it to say %q", what, text, want)
		}
	}
}

func TestLiveReferencesWithoutAKommune(t *testing.T) {
	p := livePage(t, newLiveApp(t), livePath)
	// What has ended is left out, with nothing in its place.
	if got, want := p.Attrs(".o-live", "id"), []string{"tilbud-ppt", "tilbud-hjelpetelefon", "tilbud-rus", "tilbud-ppt-2"}; !slices.Equal(got, want) {
		t.Errorf("references %q, want %q", got, want)
	}
	text := element(t, p, ".o-article")
	if at := strings.Index(text, "Etter."); at < 0 || at < strings.LastIndex(text, "Velg kommune") || strings.Contains(text, "{{") || strings.Contains(text, "nedlagt") {
		t.Errorf("the text is %q", text)
	}
	if n := len(p.All(`input[name="sted"]`)); n != 1 {
		t.Errorf("%d fields that ask where the reader lives, want 1", n)
	}
	wants(t, "a type", element(t, p, "#tilbud-ppt"), "PPT", "Prøvetekst.", "Velg kommune og se hva som finnes der du bor", "Se alle i hele landet")
	if got := p.Attrs("#tilbud-ppt a", "href"); !slices.Equal(got, []string{"#hvor", "/sok?type=ppt"}) {
		t.Errorf("a type leads to %q", got)
	}
	wants(t, "helplines", element(t, p, "#tilbud-hjelpetelefon"), "Hjelpetelefoner")
	wants(t, "a topic", element(t, p, "#tilbud-rus"), "Tilbud om rus", "Velg kommune")
	// What stands in the text does not stand beside it too.
	wants(t, "the box", element(t, p, "aside"), "Mer hjelp", "Mestringssentre")
	if strings.Contains(element(t, p, "aside"), "PPT") {
		t.Error("a type of the text stands beside it too")
	}
}

func TestLinksToWhatHasEnded(t *testing.T) {
	text := strings.Replace(liveArticle, "Etter.", "Ring [*det ene*](/tilbud/1-testtilbud) eller [det *andre*](/tilbud/99-nedlagt), ikke [begge](/sok).", 1)
	app := newTestApp(t, parsed(t, "ta-vare-pa-barna/levende.md", text))
	p := livePage(t, app, livePath)
	wants(t, "the article", element(t, p, ".o-article"), "Ring det ene eller det andre, ikke begge.")
	if got, want := p.Attrs(".o-article__text a", "href"), []string{"/tilbud/1-testtilbud", "/sok"}; !slices.Equal(got, want) {
		t.Errorf("links %q, want %q", got, want)
	}
}

func TestLiveReferencesInAKommune(t *testing.T) {
	app := newLiveApp(t)
	p := livePage(t, app, livePath+"?kommune=1508")
	wants(t, "a type", element(t, p, "#tilbud-ppt"), "Testtilbud med klage", "Kilde: Testkilde, 7. april 2026. Ikke bekreftet av tilbudet ennå.")
	if strings.Contains(element(t, p, ".o-live"), "Der du bor") || strings.Contains(element(t, p, ".o-article"), "Velg kommune") {
		t.Error("the only kommune is named at each type, or is still asked for")
	}
	wants(t, "a topic that is nowhere near", element(t, p, "#tilbud-rus"), "Ikke registrert ennå.", "Du kan spørre Ålesund kommune: «Jeg er pårørende. Hvem kan jeg snakke med om hjelp?»", "example.org")
	if got, want := p.Attrs(".o-hvor .o-row a", "href"), []string{"#tilbud-ppt", "#tilbud-hjelpetelefon", "#tilbud-rus", "#tilbud-ppt-2"}; !slices.Equal(got, want) {
		t.Errorf("the box leads to %q, want %q", got, want)
	}
	husk, _ := p.First(".o-husk")
	if husk.Attr("data-nummer") != "1508" || husk.Attr("data-navn") != "Ålesund" || husk.Attr("data-deres-nummer") != "" {
		t.Errorf("to remember: %s", husk)
	}

	// Nothing registered: in the words of the kommune's own page.
	p = livePage(t, app, livePath+"?kommune=3205")
	_, kommune := get(t, app, "/kommune/3205-lillestrom")
	want, _, _ := strings.Cut(element(t, htmlcheck.Parse(kommune), "#ppt .o-missing"), "hele landet") // told all about above, there
	if got := element(t, p, "#tilbud-ppt .o-missing"); !strings.HasPrefix(got, want) || !strings.Contains(want, "Hvordan kommer jeg i kontakt med PPT?") {
		t.Errorf("what is missing: %q, want as on the kommune's page, %q", got, want)
	}
	wants(t, "a topic", element(t, livePage(t, app, livePath+"?kommune=1580"), "#tilbud-rus"), "Rustilbud i Haram", "22 22 22 22")
}

func TestLiveReferencesInTwoKommuner(t *testing.T) {
	app := newLiveApp(t)
	p := livePage(t, app, livePath+"?kommune=3205&deres=1508")
	text := element(t, p, "#tilbud-ppt")
	wants(t, "a type", text, "Der du bor: Lillestrøm", "Ikke registrert ennå.", "Der den syke bor: Ålesund", "Testtilbud med klage")
	if strings.Index(text, "Der du bor") > strings.Index(text, "Der den syke bor") {
		t.Errorf("the reader's own kommune does not come first: %s", text)
	}
	// The same in both places is shown once.
	if got := p.All("#tilbud-hjelpetelefon .o-line"); len(got) != 1 {
		t.Errorf("%d helplines, want 1", len(got))
	}
	wants(t, "helplines", element(t, p, "#tilbud-hjelpetelefon"), "Begge steder: Lillestrøm og Ålesund")
	husk, _ := p.First(".o-husk")
	if husk.Attr("data-nummer") != "3205" || husk.Attr("data-deres-nummer") != "1508" || husk.Attr("data-deres-navn") != "Ålesund" {
		t.Errorf("to remember: %s", husk)
	}
	// The other languages keep both.
	if got := p.Attrs(".o-sprak a", "href"); len(got) != 2 || got[0] != "/nn"+livePath+"?deres=1508&kommune=3205" {
		t.Errorf("the switch leads to %q", got)
	}
	// Only the other one's is named too: it is not the reader's.
	wants(t, "a type", element(t, livePage(t, app, livePath+"?deres=1508"), "#tilbud-ppt"), "Der den syke bor: Ålesund")
	if text := element(t, livePage(t, app, livePath+"?kommune=1508&deres=1508"), "#tilbud-ppt"); strings.Contains(text, "Der den syke bor") {
		t.Errorf("the same kommune twice: %s", text)
	}
}

// What is typed becomes an address with numbers, which can be kept and shared.
func TestPlacesOfArticles(t *testing.T) {
	app := newLiveApp(t)
	for _, test := range []struct{ query, want string }{
		{"sted=Lillestr%C3%B8m&deres_sted=", "kommune=3205"},
		{"sted=skedsmo&deres_sted=haram", "deres=1580&kommune=3205"},
		{"sted=&deres_sted=haram", "deres=1580"},
		{"kommune=1508&deres_sted=haram", "deres=1580&kommune=1508"},
		{"sted=Haram&deres_sted=Haram", "kommune=1580"},
		{"sted=V%C3%A5ler+(Innlandet)", "kommune=3419"},
	} {
		for _, prefix := range []string{"", "/nn"} {
			resp, _ := get(t, app, prefix+livePath+"?"+test.query)
			if got, want := resp.Header.Get("Location"), prefix+livePath+"?"+test.want; resp.StatusCode != http.StatusFound || got != want {
				t.Errorf("%s?%s: %d to %q, want %s", prefix, test.query, resp.StatusCode, got, want)
			}
		}
	}
	// What can be several is asked about, and the other kommune is kept.
	p := livePage(t, app, livePath+"?deres=1580&sted=V%C3%A5ler")
	wants(t, "the box", element(t, p, ".o-hvor"), "kan være flere steder", "Der den syke bor: Haram")
	if got, want := p.Attrs(".o-hvor .ds-alert a", "href"), []string{livePath + "?deres=1580&kommune=3419#hvor", livePath + "?deres=1580&kommune=3114#hvor"}; !slices.Equal(sorted(got), sorted(want)) {
		t.Errorf("it leads to %q, want %q", got, want)
	}
	p = livePage(t, app, livePath+"?sted=Xyzzy")
	wants(t, "the box", element(t, p, ".o-hvor"), "Vi fant ikke stedet «Xyzzy»")
	if field, _ := p.First("#sted"); field.Attr("value") != "Xyzzy" {
		t.Errorf("the field has %q", field.Attr("value"))
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

// An article that is not in the reader's language is shown in bokmål, marked as that.
func TestUntranslatedArticles(t *testing.T) {
	nynorsk := strings.Replace(liveArticle, "tittel: Levende", "tittel: Levande", 1)
	app := newTestApp(t, parsed(t, "ta-vare-pa-barna/levende.md", liveArticle), parsed(t, "ta-vare-pa-barna/levende.nn.md", nynorsk))
	p := livePage(t, app, "/nn"+livePath)
	if got := element(t, p, "h1"); got != "Levande" || p.Has(`h1[lang]`) || p.Has(`meta[name="robots"]`) {
		t.Errorf("in nynorsk: %q", got)
	}
	p = livePage(t, app, "/en"+livePath)
	if got := element(t, p, `h1[lang="nb"]`); got != "Levende" || !p.Has(`meta[name="robots"]`) {
		t.Errorf("in English: %q", got)
	}
	wants(t, "the article", element(t, p, ".o-article"), "This article has not been translated yet.")
	if !p.Has(`.o-article__text[lang="nb"]`) || p.Has(`.o-live [lang="nb"]`) {
		t.Error("the text is not marked as bokmål, or what stands in it is")
	}
}
