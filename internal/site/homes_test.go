package site

import (
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
)

const (
	lillestrom = "/kommune/3205-lillestrom"
	alesund    = "/kommune/1508-alesund"
	haram      = "/kommune/1580-haram"
)

// currentSide returns the sides that a page names, the one it is about in brackets.
func currentSide(p htmlcheck.Page) string {
	var out []string
	for _, a := range p.All(".o-hjem a") {
		text := strings.TrimSpace(a.Text())
		if a.Attr("aria-current") != "" {
			text = "[" + text + "]"
		}
		out = append(out, text+" "+a.Attr("href"))
	}
	return strings.Join(out, "; ")
}

// A kommune's page is one of two, and the address says whose the other one is.
func TestKommuneOfTwo(t *testing.T) {
	app := newLiveApp(t)
	for _, test := range []struct{ target, sides, text string }{
		{lillestrom, "", ""},
		{lillestrom + "?deres=1508",
			"[Der du bor: Lillestrøm] " + lillestrom + "?deres=1508; Der den syke bor: Ålesund " + alesund + "?kommune=3205",
			"Denne siden er om Lillestrøm, der du bor. Her står også hva Ålesund har"},
		{alesund + "?kommune=3205",
			"Der du bor: Lillestrøm " + lillestrom + "?deres=1508; [Der den syke bor: Ålesund] " + alesund + "?kommune=3205",
			"Denne siden er om Ålesund, der den syke bor. Her står også hva Lillestrøm har"},
		// What the path says already does not change that.
		{lillestrom + "?kommune=3205&deres=1508",
			"[Der du bor: Lillestrøm] " + lillestrom + "?deres=1508; Der den syke bor: Ålesund " + alesund + "?kommune=3205", ""},
		{alesund + "?kommune=3205&deres=1508",
			"Der du bor: Lillestrøm " + lillestrom + "?deres=1508; [Der den syke bor: Ålesund] " + alesund + "?kommune=3205", ""},
		// A former number and a name are the kommune of today.
		{lillestrom + "?deres=haram",
			"[Der du bor: Lillestrøm] " + lillestrom + "?deres=1580; Der den syke bor: Haram " + haram + "?kommune=3205", ""},
		{haram + "?kommune=0231",
			"Der du bor: Lillestrøm " + lillestrom + "?deres=1580; [Der den syke bor: Haram] " + haram + "?kommune=3205", ""},
		// Both live here, or neither does.
		{lillestrom + "?deres=3205", "", ""}, {lillestrom + "?kommune=3205&deres=3205", "", ""},
		{haram + "?kommune=3205&deres=1508", "", ""},
	} {
		p := livePage(t, app, test.target)
		if got := currentSide(p); got != test.sides {
			t.Errorf("%s: sides %q, want %q", test.target, got, test.sides)
		}
		if got := element(t, p, ".o-hjem"); !strings.Contains(got, test.text) {
			t.Errorf("%s says %q, want %q", test.target, got, test.text)
		}
		if p.Has(".o-andre") != (test.sides != "") {
			t.Errorf("%s: what the other kommune has is there %v", test.target, p.Has(".o-andre"))
		}
		title, h1 := element(t, p, "title"), element(t, p, "h1")
		if !strings.HasPrefix(title, h1+" –") || strings.Contains(title, "bor") {
			t.Errorf("%s: the title %q says more than the heading %q", test.target, title, h1)
		}
	}
}

// Each type has a line of what the other kommune has, unless that is the same.
func TestOtherSideOfTypes(t *testing.T) {
	app := newLiveApp(t)
	p := livePage(t, app, lillestrom+"?deres=1508")
	wants(t, "PPT", element(t, p, "#ppt .o-andre"), "Der den syke bor: Ålesund", "Testtilbud med klage", "eget tilbud", "Kilde: Testkilde, 7. april 2026.")
	if got, want := p.Attrs("#ppt .o-andre a", "href"), "/tilbud/2-testtilbud-med-klage"; len(got) != 2 || got[0] != want || !strings.Contains(got[1], "example.org") {
		t.Errorf("PPT leads to %q, want %s and the kommune's website", got, want)
	}
	if p.Has("#hjelpetelefon .o-andre") {
		t.Error("what is the same in both kommuner stands twice")
	}
	wants(t, "what neither has", element(t, p, "#lms .o-andre"), "Der den syke bor: Ålesund. Ikke registrert ennå.", "Hva du kan spørre Ålesund kommune om")
	if got, want := p.Attrs("#lms .o-andre a", "href"), []string{alesund + "?kommune=3205#lms"}; !slices.Equal(got, want) {
		t.Errorf("what neither has leads to %q, want %q", got, want)
	}
	// The nearest one elsewhere is the other kommune's: it stands once.
	p = livePage(t, app, alesund+"?deres=1580")
	if n := len(p.All(`#lms a[href="/tilbud/3-rustilbud-i-haram"]`)); n != 1 {
		t.Errorf("the other kommune's offering stands %d times, want once", n)
	}
	p = livePage(t, app, alesund+"?kommune=3205")
	wants(t, "PPT", element(t, p, "#ppt .o-andre"), "Der du bor: Lillestrøm. Ikke registrert ennå.")
	if !p.Has("#ppt .o-lines") {
		t.Error("the page's own kommune has lost its offering")
	}
	// In other languages.
	wants(t, "nynorsk", element(t, livePage(t, app, "/nn"+lillestrom+"?deres=1508"), ".o-hjem"), "Der du bur: Lillestrøm", "Der den sjuke bur: Ålesund", "Denne sida er om Lillestrøm")
	p = livePage(t, app, "/en"+alesund+"?kommune=3205")
	wants(t, "English", element(t, p, ".o-hjem"), "This page is about Ålesund, where the person who is ill lives.")
	if got := p.Attrs(".o-hjem a", "href"); got[0] != "/en"+lillestrom+"?deres=1508" {
		t.Errorf("in English it leads to %q", got)
	}
	if got := p.Attrs(".o-sprak a", "href"); !slices.Contains(got, "/nn"+alesund+"?kommune=3205") {
		t.Errorf("the switch of languages leads to %q", got)
	}
}

// The form asks for both, and leads to an address with numbers.
func TestKommuneAsksForTwo(t *testing.T) {
	app := newLiveApp(t)
	p := livePage(t, app, alesund+"?kommune=3205")
	for name, want := range map[string]string{"sted": "Lillestrøm", "deres_sted": "Ålesund"} {
		if got := p.Attrs(`#hvor input[name="`+name+`"]`, "value"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: the field has %q, want %q", name, got, want)
		}
	}
	husk, _ := p.First(".o-husk")
	if husk.Attr("data-nummer") != "3205" || husk.Attr("data-deres-nummer") != "1508" {
		t.Errorf("to remember: %s", husk)
	}
	if got := p.Attrs("link[rel=canonical]", "href"); !slices.Equal(got, []string{"https://oversikt.example" + alesund}) {
		t.Errorf("canonical address %q", got)
	}
	for _, test := range []struct{ target, want string }{
		{alesund + "?sted=%C3%85lesund&deres_sted=Skedsmo", alesund + "?deres=3205"},
		{alesund + "?sted=Skedsmo&deres_sted=%C3%85lesund", alesund + "?kommune=3205"},
		{alesund + "?sted=Skedsmo&deres_sted=Haram", lillestrom + "?deres=1580"},
		{alesund + "?sted=%C3%85lesund&deres_sted=", alesund},
		{alesund + "?sted=Haram&deres_sted=", haram},
		{alesund + "?sted=Haram&deres_sted=Haram", haram},
		{alesund + "?sted=&deres_sted=Haram", alesund + "?deres=1580"},
		{alesund + "?sted=&deres_sted=%C3%85lesund", alesund},
		// Former numbers, other slugs and names keep what the address says.
		{"/kommune/0231?deres=1508", lillestrom + "?deres=1508"},
		{"/kommune/0231-skedsmo?kommune=1508", lillestrom + "?kommune=1508"},
		{"/kommune/3205?deres=1508", lillestrom + "?deres=1508"},
		{"/kommune/skedsmo?deres=haram", lillestrom + "?deres=1580"},
	} {
		for _, prefix := range []string{"", "/en"} {
			resp, _ := get(t, app, prefix+test.target)
			if got := resp.Header.Get("Location"); resp.StatusCode/100 != 3 || got != prefix+test.want {
				t.Errorf("%s%s: %d to %q, want %s", prefix, test.target, resp.StatusCode, got, test.want)
			}
		}
	}
	p = livePage(t, app, "/kommune/1507?deres=3205")
	if got := p.Attrs("main .o-card", "href"); !slices.Equal(sorted(got), []string{alesund + "?deres=3205", haram + "?deres=3205"}) {
		t.Errorf("a number that became two leads to %q", got)
	}
}

// What is not understood of the other kommune is told, and the page is there all the same.
func TestUnknownOtherKommune(t *testing.T) {
	app := newLiveApp(t)
	for _, test := range []struct{ query, want, href string }{
		{"deres=xyzzy", "Vi fant ikke stedet «xyzzy». Siden viser derfor bare Ålesund.", "/kommuner"},
		{"deres=9999", "Vi fant ikke stedet «9999»", "/kommuner"},
		{"kommune=%ff%00x", "Vi fant ikke stedet", "/kommuner"},
		{"deres=Lillestr%C3%B8mm", "Mente du:", alesund + "?deres=3205#hvor"},
		{"deres_sted=V%C3%A5ler&sted=%C3%85lesund", "Hvilken kommune mener du?", alesund + "?deres=3114#hvor"},
		{"deres=1507", "kan være flere steder", alesund + "?deres=1580#hvor"},
		{"deres_sted=9170", "9170 Longyearbyen ligger ikke i noen kommune", ""},
	} {
		p := livePage(t, app, alesund+"?"+test.query)
		wants(t, test.query, element(t, p, "#hvor .ds-alert"), test.want)
		if got := p.Attrs("#hvor .ds-alert a", "href"); test.href != "" && !slices.Contains(got, test.href) {
			t.Errorf("%s leads to %q, want %s", test.query, got, test.href)
		}
		if !p.Has("#hvor details[open]") || p.Has(".o-andre") || !p.Has("#ppt .o-line") {
			t.Errorf("%s: the form is not open, or the page is not what it would be", test.query)
		}
	}
}

// Articles lead to the pages of both, which know of each other.
func TestArticlesLeadToBoth(t *testing.T) {
	p := livePage(t, newLiveApp(t), livePath+"?kommune=3205&deres=1508")
	if got, want := p.Attrs(".o-hvor__chosen a", "href"), []string{lillestrom + "?deres=1508", alesund + "?kommune=3205"}; !slices.Equal(got, want) {
		t.Errorf("the article leads to %q, want %q", got, want)
	}
}

// No answer leaves anything with the browser that was not asked for.
func TestHomesLeaveNoCookie(t *testing.T) {
	app := newLiveApp(t)
	for _, target := range []string{lillestrom + "?deres=1508", alesund + "?sted=Haram", "/sok?kommune=3205&deres=1508"} {
		resp, _ := get(t, app, target)
		if c := resp.Header.Get("Set-Cookie"); c != "" {
			t.Errorf("%s sets a cookie: %s", target, c)
		}
	}
}
