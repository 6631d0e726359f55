package site

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// translatedPages are pages of every kind, as they are in bokmål.
var translatedPages = []string{
	"/", "/kommuner", "/kommuner?q=xyzzy", "/kommune/3205-lillestrom", "/kommune/1507", "/fylke/32-akershus",
	"/tilbud/1-testtilbud-script-alert-1-script", "/hvor?q=V%C3%A5ler", "/hvor?q=9170", "/hvor?q=xyzzy",
	"/sok", "/sok?q=selvmord", "/sok?q=ppt+lillestr%C3%B8m", "/sok?q=xyzzy&kommune=3205&type=ukjent&side=x",
	"/kart?type=ppt", "/kart?type=feil&kommune=xyzzy&sorter=-dato", "/om", "/om/data", "/om/standarder", "/om/tall", "/om/tall?fylke=32", "/data", "/personvern", "/forlat-siden", "/min-liste", "/nodkort", "/for-kommuner", "/for-helsepersonell", "/for-utviklere", "/tilgjengelighet", "/sjekklister", "/sjekklister/behov-for-avlastning", "/sjekklister/finnes-ikke", "/finnes-ikke", "/kommune/finnes-ikke", "/tilbud/99",
}

func TestPagesAreInTheirLanguage(t *testing.T) {
	app := newTestApp(t)
	for _, l := range page.Languages() {
		for _, target := range translatedPages {
			address := l.Prefix() + target
			resp, body := get(t, app, address)
			if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s = %d", address, resp.StatusCode)
			}
			doc := htmlcheck.Parse(body)
			root, _ := doc.First("html")
			if got := root.Attr("lang"); got != string(l) {
				t.Errorf("%s: lang %q", address, got)
			}
			for _, link := range doc.All(`a[href^="/"]:not([hreflang])`) {
				if to := link.Attr("href"); !strings.HasPrefix(to, l.Prefix()+"/") && !strings.HasPrefix(to, "/api/") {
					t.Errorf("%s: %q leads to another language: %s", address, link.Text(), to)
				}
			}
			for _, form := range doc.All("form[action]") {
				if to := form.Attr("action"); !strings.HasPrefix(to, l.Prefix()+"/") {
					t.Errorf("%s: a form is sent in another language: %s", address, to)
				}
			}
			if l == page.English {
				for _, word := range norwegianWords(t, body) {
					t.Errorf("%s: %q is not English", address, word)
				}
			}
		}
	}
}

// What is not translated is read out as what it is.
func TestUntranslatedArticlesAreMarked(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string]string{"/mote-med-helsetjenesten/test": "", "/nn/mote-med-helsetjenesten/test": "nb", "/en/mote-med-helsetjenesten/test": "nb"} {
		_, body := get(t, app, target)
		doc := htmlcheck.Parse(body)
		heading, _ := doc.First("h1")
		if got := heading.Attr("lang"); got != want {
			t.Errorf("%s: the title is marked as %q, want %q", target, got, want)
		}
		if doc.Has(".o-article__text[lang=nb]") != (want != "") {
			t.Errorf("%s: the text is marked, or not, against the title", target)
		}
	}
	for _, target := range []string{"/en/", "/en/mote-med-helsetjenesten"} {
		if _, body := get(t, app, target); !htmlcheck.Parse(body).Has(".o-card__title[lang=nb]") {
			t.Errorf("%s: the card of an untranslated text is not marked", target)
		}
	}
}

func TestLanguageSwitchKeepsThePage(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string][]string{
		"/kommune/3205-lillestrom":    {"/nn/kommune/3205-lillestrom", "/en/kommune/3205-lillestrom"},
		"/nn/kommune/3205-lillestrom": {"/kommune/3205-lillestrom", "/en/kommune/3205-lillestrom"},
		"/en":                         {"/", "/nn"},
		"/en/sok?q=ppt&side=1":        {"/sok?q=ppt&side=1", "/nn/sok?q=ppt&side=1"},
	} {
		_, body := get(t, app, target)
		if got := htmlcheck.Parse(body).Attrs(".o-sprak a", "href"); !slices.Equal(got, want) {
			t.Errorf("%s: the switch leads to %q, want %q", target, got, want)
		}
	}
	_, body := get(t, app, "/nn/om")
	doc := htmlcheck.Parse(body)
	if got, want := doc.Attrs(`link[rel="alternate"]`, "href"), []string{"https://oversikt.example/om", "https://oversikt.example/nn/om", "https://oversikt.example/en/om", "https://oversikt.example/om"}; !slices.Equal(got, want) {
		t.Errorf("alternates %q, want %q", got, want)
	}
	if got := doc.Attrs(`link[rel="canonical"]`, "href"); !slices.Equal(got, []string{"https://oversikt.example/nn/om"}) {
		t.Errorf("canonical %q", got)
	}
}

// norwegianWords returns the common Norwegian words that a page says outside of elements
// which are marked as Norwegian.
func norwegianWords(t *testing.T, body string) []string {
	t.Helper()
	common := []string{"og", "ikke", "deg", "som", "hva", "hvem", "hvor", "eller", "du", "kan", "alle", "tilbud", "hjelp", "kommune", "søk", "vis", "fra", "på", "det"}
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	look := func(text string) {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if slices.Contains(common, word) && !strings.Contains(text, "Møre og Romsdal") && !strings.Contains(text, "https://") {
				found = append(found, word+" in: "+strings.TrimSpace(text))
			}
		}
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == "lang" && a.Val != "en" {
				return
			}
		}
		for _, a := range n.Attr {
			if slices.Contains([]string{"aria-label", "title", "alt", "placeholder", "content"}, a.Key) && n.Data != "meta" {
				look(a.Val)
			}
		}
		if n.Type == html.TextNode && !slices.Contains([]string{"script", "style"}, n.Parent.Data) {
			look(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return found
}
