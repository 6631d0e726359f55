package site

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// withNynorskKommune is a kommune that writes nynorsk, with something of its own.
func withNynorskKommune() []search.Document {
	return []search.Document{
		search.KommuneDocument(region.Kommune{Number: "4643", Name: "Årdal", OfficialName: "Årdal", FylkeName: "Vestland", Website: "www.example.net", Maalform: region.Nynorsk}, nil),
		search.OfferingDocument(directory.Offering{ID: 7, Type: "ppt", Name: "Testtilbod i Årdal", Status: directory.Published, Phones: []directory.Phone{{Number: "+4722222222"}},
			Coverage: directory.Coverage{Kommuner: []region.Number{"4643"}}, Source: directory.Source{Title: "Testkjelde", Date: "2026-04-07"}}),
	}
}

func TestEmbed(t *testing.T) {
	app := newTestApp(t, withNynorskKommune()...)
	for target, want := range map[string]struct{ lang, text string }{
		"/bygg-inn/3205":                     {"nb", "Hjelp for pårørende i Lillestrøm"},
		"/bygg-inn/4643":                     {"nn", "Hjelp for pårørande i Årdal"}, // the kommune's own målform
		"/bygg-inn/4643?sprak=nb":            {"nb", "Hjelp for pårørende i Årdal"},
		"/bygg-inn/4643?sprak=en":            {"en", "(opens in a new tab)"},
		"/bygg-inn/3205?sprak=nn":            {"nn", "(blir opna i ny fane)"},
		"/bygg-inn/4643?type=ppt":            {"nn", "Testtilbod i Årdal"},
		"/bygg-inn/3205?type=ppt":            {"nb", "Du kan spørre Lillestrøm kommune: «Barnet trenger hjelp"},
		"/bygg-inn/3205?vis=egne":            {"nb", "Ikke registrert ennå. Du kan spørre Lillestrøm kommune"},
		"/bygg-inn/1507":                     {"nb", "Hvilken kommune mener du?"},
		"/bygg-inn/3205?type=feil":           {"nb", "Vi forsto ikke «type=feil»"},
		"/bygg-inn/3205?vis=feil":            {"nb", "Vi forsto ikke «vis=feil»"},
		"/bygg-inn/3205?farge=rosa":          {"nb", "Vi forsto ikke «farge=rosa»"},
		"/bygg-inn/3205?utseende=blank":      {"nb", "Vi forsto ikke «utseende=blank»"},
		"/bygg-inn/3205?niva=9":              {"nb", "Vi forsto ikke «niva=9»"},
		"/bygg-inn/3205?sprak=de":            {"nb", "Vi forsto ikke «sprak=de»"},
		"/bygg-inn/3205?farge=%00&x=%ff&y=1": {"nb", "Hjelp for pårørende i Lillestrøm"},
	} {
		resp, body := get(t, app, target)
		p := htmlcheck.Parse(body)
		html, _ := p.First("html")
		main, ok := p.First("main")
		if resp.StatusCode != http.StatusOK || !ok || html.Attr("lang") != want.lang || !strings.Contains(main.Text(), want.text) {
			t.Errorf("%s = %d in %q, want 200 in %s and %q:\n%s", target, resp.StatusCode, html.Attr("lang"), want.lang, want.text, main.Text())
		}
		checkEmbed(t, target, resp, body)
	}
}

// checkEmbed looks for what every list has, whatever its address says.
func checkEmbed(t *testing.T, target string, resp *http.Response, body string) {
	t.Helper()
	p := htmlcheck.Parse(body)
	for _, fault := range p.Faults() {
		t.Errorf("%s: %s", target, fault)
	}
	if got := resp.Header.Get("Content-Security-Policy"); got != embedPolicy || !strings.Contains(got, "frame-ancestors *") {
		t.Errorf("%s: policy %q, want one that lets itself be framed", target, got)
	}
	if resp.Header.Get("X-Frame-Options") != "" || resp.Header.Get("Access-Control-Allow-Origin") != "*" || len(resp.Cookies()) > 0 {
		t.Errorf("%s: headers %v", target, resp.Header)
	}
	if p.Has("script") || p.Has("form") || p.Has("img") || strings.Contains(body, "style=") {
		t.Errorf("%s has more than text", target)
	}
	if !strings.Contains(body, `href="tel:113"`) {
		t.Errorf("%s lacks 113", target)
	}
	for _, a := range p.All("main a") {
		href := a.Attr("href")
		scheme, _, ok := strings.Cut(href, ":")
		if !ok || scheme != "https" && scheme != "http" && scheme != "tel" && scheme != "mailto" {
			t.Errorf("%s: a link to %q", target, href)
		}
		opens := a.Attr("target")
		if strings.HasPrefix(scheme, "http") && (opens != "_top" && opens != "_blank" || !strings.Contains(a.Attr("rel"), "noopener") && !strings.Contains(a.Attr("rel"), "noreferrer")) {
			t.Errorf("%s: the link %q stays in the frame", target, a.Text())
		}
		if opens == "_blank" && !strings.Contains(a.Text(), "fane)") && !strings.Contains(a.Text(), "tab)") {
			t.Errorf("%s: the link %q does not say that it opens a tab", target, a.Text())
		}
	}
}

func TestEmbedErrorsAreShownInTheFrame(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string]int{"/bygg-inn/9999": 404, "/bygg-inn/xyzzy": 404, "/bygg-inn/9999?farge=zz": 404, "/BYGG-INN/9999": 404, "/bygg-inn/3205/mer": 404} {
		resp, body := get(t, app, target)
		if resp.StatusCode != want || !strings.Contains(body, "Vi fant ikke kommunen") || !strings.Contains(body, "https://oversikt.example/kommuner") {
			t.Errorf("%s = %d, want %d with a sentence and a link", target, resp.StatusCode, want)
		}
		checkEmbed(t, target, resp, body)
	}
}

func TestEmbedRedirects(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string]string{
		"/bygg-inn":                                    "/for-kommuner#bygg-inn",
		"/nn/bygg-inn":                                 "/nn/for-kommuner#bygg-inn",
		"/bygg-inn/0231":                               "/bygg-inn/3205",
		"/bygg-inn/0231?farge=%23ABC&type=ppt":         "/bygg-inn/3205?farge=aabbcc&type=ppt",
		"/bygg-inn/3205-lillestrom":                    "/bygg-inn/3205",
		"/bygg-inn/skedsmo?sprak=en":                   "/bygg-inn/3205?sprak=en",
		"/nn/bygg-inn/3205":                            "/bygg-inn/3205?sprak=nn",
		"/en/bygg-inn/3205?sprak=nb":                   "/bygg-inn/3205?sprak=nb",
		"/nn/bygg-inn/..%2F..%2Fx":                     "/bygg-inn/..%2F..%2Fx?sprak=nn",
		"/en/bygg-inn/%2F%2Fangriper.example":          "/bygg-inn/%2F%2Fangriper.example?sprak=en",
		"/nn/bygg-inn/a%0D%0ALocation:%20https:%2F%2F": "/bygg-inn/a%0D%0ALocation:%20https:%2F%2F?sprak=nn",
	} {
		resp, _ := get(t, app, target)
		if got := resp.Header.Get("Location"); resp.StatusCode < 300 || resp.StatusCode > 399 || got != want {
			t.Errorf("%s = %d to %q, want a redirect to %s", target, resp.StatusCode, got, want)
		}
		if strings.Contains(target, "inn/") && resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: the element cannot follow", target)
		}
	}
}

// What a kommune has itself comes first in its list.
func TestEmbedOwnFirst(t *testing.T) {
	app := newTestApp(t, withNynorskKommune()...)
	for target, want := range map[string]string{"/bygg-inn/4643?sprak=nb": "PPT, Hjelpetelefoner, Trenger du hjelp nå?", "/bygg-inn/4643?sprak=nb&vis=egne": "PPT, Trenger du hjelp nå?"} {
		_, body := get(t, app, target)
		var got []string
		for _, h := range htmlcheck.Parse(body).All("h2") {
			got = append(got, h.Text())
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %s", target, got, want)
		}
	}
	_, body := get(t, app, "/bygg-inn/4643?niva=3")
	if p := htmlcheck.Parse(body); !p.Has("h3") || !p.Has("h4") || p.Has("h1") {
		t.Error("headings do not begin at the level that was asked for")
	}
}

// attacks are what somebody may write in an address to get it into the page.
var attacks = []string{`"><script>alert(1)</script>`, `';alert(1)//`, `javascript:alert(1)`, `</style><img src=x onerror=alert(1)>`, `red;}*{background:url(//angriper.example)`,
	`x" onload="alert(1)`, `{{7*7}}`, "\u202e", `<svg/onload=alert(1)>`, `%3Cscript%3E`, strings.Repeat("a", 1000)}

func checkHarmless(t interface{ Errorf(string, ...any) }, target, body string) {
	p := htmlcheck.Parse(body)
	for _, e := range p.All("*") {
		for _, name := range []string{"onload", "onerror", "style", "onclick"} {
			if e.Attr(name) != "" {
				t.Errorf("%s: %s has %s", target, e.Name(), name)
			}
		}
	}
	for _, script := range p.All("script") {
		if src := script.Attr("src"); src != "" && !strings.HasPrefix(src, "/assets/") {
			t.Errorf("%s: a script from %q", target, src)
		} else if src == "" && script.Attr("type") != "application/ld+json" {
			t.Errorf("%s: a script of its own", target)
		}
	}
	for _, href := range p.Attrs("a", "href") {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(href)), "javascript") {
			t.Errorf("%s: a link to %q", target, href)
		}
	}
}

func TestEmbedTakesNothingIn(t *testing.T) {
	app := newTestApp(t)
	for _, attack := range attacks {
		value := url.QueryEscape(attack)
		for _, name := range []string{paramShow, paramType, paramLanguage, paramAccent, paramGround, paramLook, paramLevel, paramKommune, "ukjent"} {
			for _, page := range []string{"/bygg-inn/3205?", "/bygg-inn/9999?", "/bygg-inn/1507?", "/for-kommuner?kommune=3205&", "/for-kommuner?"} {
				target := page + name + "=" + value
				resp, body := get(t, app, target)
				if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "<h1") {
					t.Errorf("%.80s = %d", target, resp.StatusCode)
				}
				checkHarmless(t, target, body)
			}
			_, css := get(t, app, "/bygg-inn/stil.css?"+name+"="+value)
			if name != paramLook && css != plainSheet(t) {
				t.Errorf("%s=%.40s is in the style sheet", name, attack)
			}
		}
		resp, body := get(t, app, "/bygg-inn/"+url.PathEscape(attack))
		if resp.StatusCode < 300 || resp.StatusCode > 404 {
			t.Errorf("/bygg-inn/%.40s = %d", attack, resp.StatusCode)
		}
		checkHarmless(t, attack, body)
	}
}

func plainSheet(t *testing.T) string {
	t.Helper()
	sheet, err := builtFile("embed.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(sheet) + embedAsked{}.schemes()
}

func FuzzEmbed(f *testing.F) {
	app := newTestApp(f)
	for _, attack := range attacks {
		f.Add("farge=" + url.QueryEscape(attack) + "&type=" + url.QueryEscape(attack))
	}
	f.Add("vis=egne&farge=fff&bakgrunn=777&utseende=auto&sprak=en&type=ppt,hjelpetelefon")
	f.Fuzz(func(t *testing.T, query string) {
		for _, r := range query {
			if r <= ' ' || r > '~' || r == '#' {
				t.Skip("no such request line")
			}
		}
		for _, page := range []string{"/bygg-inn/3205?", "/for-kommuner?kommune=3205&"} {
			resp, body := get(t, app, page+query)
			if resp.StatusCode != http.StatusOK || !strings.Contains(body, "<h1") {
				t.Errorf("%s%s = %d", page, query, resp.StatusCode)
			}
			checkHarmless(t, page+query, body)
		}
	})
}

func TestParseColour(t *testing.T) {
	for text, want := range map[string]string{"1d5c57": "#1d5c57", "#1D5C57": "#1d5c57", "abc": "#aabbcc", "#000": "#000000"} {
		if got, ok := parseColour(text); !ok || got.String() != want {
			t.Errorf("parseColour(%q) = %s, %v; want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "#", "rød", "1d5c5", "1d5c57ff", "##fff", "fff;", " fff", "0x1d5c", "+12345", "fff\n"} {
		if got, ok := parseColour(text); ok {
			t.Errorf("parseColour(%q) = %s, want nothing", text, got)
		}
	}
}

func TestContrast(t *testing.T) {
	for _, tc := range []struct {
		a, b rgb
		want string
	}{{black, white, "21.00"}, {white, white, "1.00"}, {rgb{0x76, 0x76, 0x76}, white, "4.54"}, {rgb{255, 0, 0}, white, "4.00"}} {
		if got := fmt.Sprintf("%.2f", contrast(tc.a, tc.b)); got != tc.want {
			t.Errorf("contrast(%s, %s) = %s, want %s", tc.a, tc.b, got, tc.want)
		}
	}
}

// Whatever colours are asked for, all text can be read.
func TestColoursCanBeRead(t *testing.T) {
	colour := rapid.Custom(func(t *rapid.T) rgb {
		return rgb{rapid.Uint8().Draw(t, "r"), rapid.Uint8().Draw(t, "g"), rapid.Uint8().Draw(t, "b")}
	})
	rapid.Check(t, func(t *rapid.T) {
		p := newPalette(colour.Draw(t, "ground"), colour.Draw(t, "accent"))
		for _, pair := range []struct {
			name       string
			text, back rgb
		}{{"ink", p.ink, p.ground}, {"muted", p.muted, p.ground}, {"link", p.link, p.ground}, {"on fill", p.onFill, p.fill}} {
			if c := contrast(pair.text, pair.back); c < enough {
				t.Errorf("%s: %s on %s is %.2f", pair.name, pair.text, pair.back, c)
			}
		}
	})
}

// A colour that can be read is left as it is.
func TestColoursAreKept(t *testing.T) {
	for _, c := range []rgb{pine, {0x00, 0x57, 0xa3}, {0x8b, 0x00, 0x2d}} {
		if p := newPalette(white, c); p.link != c || p.fill != c || p.onFill != white {
			t.Errorf("%s becomes %+v", c, p)
		}
	}
	if p := newPalette(white, rgb{0xff, 0xd4, 0x00}); p.link == p.fill || p.onFill != black {
		t.Errorf("yellow on white: %+v", p)
	}
}

func TestEmbedStyle(t *testing.T) {
	app := newTestApp(t)
	for query, want := range map[string]string{
		"":                                "--inn-lenke:#1d5c57;--inn-fyll:#1d5c57",
		"?farge=0057a3":                   "--inn-fyll:#0057a3;--inn-pa-fyll:#ffffff",
		"?farge=ffd400":                   "--inn-fyll:#ffd400;--inn-pa-fyll:#000000",
		"?bakgrunn=fff4d6":                "--inn-grunn:#fff4d6",
		"?bakgrunn=00224d":                "color-scheme:dark;--inn-grunn:#00224d",
		"?bakgrunn=00224d&utseende=auto":  "color-scheme:dark;--inn-grunn:#00224d",
		"?utseende=mork":                  "color-scheme:dark;--inn-grunn:#191613",
		"?utseende=auto&farge=0057a3":     "@media (prefers-color-scheme:dark){:root",
		"?farge=feil":                     "--inn-fyll:#1d5c57",
		"?farge=fff%7D*%7Bcolor:red&x=%7": "--inn-fyll:#1d5c57",
	} {
		resp, body := get(t, app, "/bygg-inn/stil.css"+query)
		if !strings.Contains(body, want) || resp.Header.Get("Content-Type") != "text/css; charset=utf-8" || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("stil.css%s: %q, want %s", query, body[max(0, len(body)-300):], want)
		}
		if strings.Contains(body, "url(") || strings.Contains(body, "@import") {
			t.Errorf("stil.css%s fetches something", query)
		}
	}
}

func TestEmbedScript(t *testing.T) {
	app := newTestApp(t)
	resp, body := get(t, app, "/bygg-inn/tilbud.js")
	if !strings.Contains(body, `const BASE="https://oversikt.example"`) || !strings.Contains(body, "oversikt-tilbud") {
		t.Errorf("the script is %.100q", body)
	}
	for name, want := range map[string]string{"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if resp.Header.Get("ETag") == "" {
		t.Error("the script cannot be asked for again")
	}
	for _, word := range []string{"innerHTML", "localStorage", "cookie", "sessionStorage", "eval("} {
		if strings.Contains(body, word) {
			t.Errorf("the script has %s", word)
		}
	}
}

func TestBuilder(t *testing.T) {
	app := newTestApp(t, withNynorskKommune()...)
	for query, want := range map[string]string{
		"kommune=3205":                            `<iframe src="https://oversikt.example/bygg-inn/3205" title="Hjelp for pårørende i Lillestrøm" width="100%" height="800" loading="lazy" frameborder="0"></iframe>`,
		"kommune=Skedsmo&farge=%230057A3":         `<iframe src="https://oversikt.example/bygg-inn/3205?farge=0057a3" title`,
		"kommune=4643":                            `title="Hjelp for pårørande i Årdal"`,
		"kommune=3205&vis=egne&type=ppt":          `<oversikt-tilbud kommune="3205" vis="egne" type="ppt"><a href="https://oversikt.example/kommune/3205-lillestrom">Hjelp for pårørende i Lillestrøm</a></oversikt-tilbud>`,
		"kommune=4643&sprak=en":                   `<a href="https://oversikt.example/en/kommune/4643-ardal">`,
		"kommune=3205&type=ppt&vis=alle&x":        `<script src="https://oversikt.example/bygg-inn/tilbud.js" async></script>`,
		"kommune=V%C3%A5ler":                      "Hvilken kommune mener du?",
		"kommune=xyzzy":                           "Vi fant ikke «xyzzy»",
		"kommune=3205&farge=rosa":                 "Vi forsto ikke fargen «rosa»",
		"kommune=3205&farge=ffd400":               "#ffd400 er vanskelig å lese på bakgrunnen.",
		"kommune=3205&farge=0057a3&utseende=auto": "#0057a3 er vanskelig å lese på mørk bakgrunn.",
	} {
		resp, body := get(t, app, "/for-kommuner?"+query)
		p := htmlcheck.Parse(body)
		section, _ := p.First("section.o-bygg")
		if resp.StatusCode != http.StatusOK || !strings.Contains(section.Text(), want) {
			t.Errorf("%s = %d, want 200 and %s in\n%s", query, resp.StatusCode, want, section.Text())
		}
		for _, fault := range p.Faults() {
			t.Errorf("%s: %s", query, fault)
		}
		if hasLine := strings.Contains(body, "o-bygg__linje"); hasLine != p.Has("iframe") || hasLine == (strings.Contains(query, "xyzzy") || strings.Contains(query, "ler")) {
			t.Errorf("%s: a line to paste is there %v", query, hasLine)
		}
		if !p.Has(`meta[name="robots"]`) {
			t.Errorf("%s is for search engines", query)
		}
	}
	_, empty := get(t, app, "/for-kommuner?kommune=&vis=egne&type=ppt&farge=0057a3&utseende=")
	p := htmlcheck.Parse(empty)
	if !p.Has(`.o-bygg .ds-alert a[href="#bygg-kommune"]`) || !p.Has(`#bygg-kommune[aria-invalid="true"][aria-describedby="bygg-feil"]`) {
		t.Error("the form without a kommune does not say that it is missing")
	}
	if !p.Has(`input[value="egne"][checked]`) || !p.Has(`input[value="ppt"][checked]`) || !p.Has(`input[value="#0057a3"]`) {
		t.Error("what was filled in beside the kommune is lost")
	}
	if _, body := get(t, app, "/for-kommuner?farge="); strings.Contains(body, "noindex") || strings.Contains(body, "<iframe") {
		t.Error("the page without a question is another")
	}
}
