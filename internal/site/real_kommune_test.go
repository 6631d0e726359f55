package site_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// In every kommune stands every type, and under each of them a way on: a number to call or
// an address to go to. That is what the oversikt promises.
func testEveryType(t *testing.T, r *real) {
	var codes []string
	for _, typ := range r.view.Types() {
		codes = append(codes, typ.Code)
	}
	slices.Sort(codes)
	// What fits nowhere else is no promise: it stands where there is some.
	if !slices.ContainsFunc(r.offerings, func(row map[string]string) bool { return row["type"] == "annet" }) {
		codes = slices.DeleteFunc(codes, func(code string) bool { return code == "annet" })
	}
	if len(r.kommuner) != 357 || len(codes) < 20 {
		t.Fatalf("%d kommuner and %d types, want all of them", len(r.kommuner), len(codes))
	}
	for _, row := range r.kommuner {
		target := r.kommunePath(t, row["kommunenummer"])
		p := r.page(t, target)
		shown := p.Attrs("main article.o-type", "id")
		slices.Sort(shown)
		if !slices.Equal(shown, codes) {
			t.Errorf("%s: types %v, want %v", target, shown, codes)
		}
		told := map[string]int{}
		for _, section := range p.All("main article.o-type") {
			checkType(t, target, section)
			for _, href := range section.Attrs(".o-missing .o-line a.ds-link", "href") {
				if told[href]++; told[href] > 1 {
					t.Errorf("%s: all about %s again", target, href)
				}
			}
		}
		for _, group := range p.All("main section") {
			if !group.Has("h2") || !group.Has("article.o-type, ul, a[href]") {
				t.Errorf("%s: a section without content: %s", target, group.Text())
			}
		}
	}
}

func checkType(t *testing.T, target string, section htmlcheck.Page) {
	t.Helper()
	name := target + "#" + section.Attr("id")
	if !section.Has(`a[href^="tel:"], a[href^="http"]`) {
		t.Errorf("%s: nothing to call, nowhere to go", name)
	}
	if missing, lines := section.Has(".o-missing"), section.Has(".o-line"); !missing && !lines {
		t.Errorf("%s is empty", name)
	}
	for _, selector := range []string{"h3", ".o-type__does"} {
		if e, ok := section.First(selector); !ok || e.Text() == "" {
			t.Errorf("%s: no text in %s", name, selector)
		}
	}
	for _, list := range section.All("ul") {
		if !list.Has("li") {
			t.Errorf("%s: an empty list", name)
		}
	}
}

// The first number on a kommune's page is one that is known to answer at night, and says so; no
// other does.
func testTalkNow(t *testing.T, r *real) {
	always := map[string]bool{}
	for _, row := range r.offerings {
		if slices.Contains(strings.Split(row["beskrivelse_stikkord"], "|"), "døgnåpen") {
			always[r.paths[row["noekkel"]]] = true
		}
	}
	for _, row := range r.kommuner {
		target := r.kommunePath(t, row["kommunenummer"])
		now, ok := r.page(t, target).First(`[aria-labelledby="snakk-na"]`)
		if !ok {
			t.Fatalf("%s names nobody to talk to", target)
		}
		for i, line := range now.All(".o-line") {
			link, _ := line.First("a.ds-link")
			says := strings.Contains(line.Text(), "Hele døgnet")
			if want := always[link.Attr("href")]; says != want || i == 0 && !want {
				t.Errorf("%s: number %d, %s, says that it is open day and night: %v; it is known: %v", target, i+1, link.Text(), says, want)
			}
		}
	}
}

// Where a kommune has nothing, nobody is sent to what another kommune has for its own.
func testForResidents(t *testing.T, r *real) {
	elsewhere := map[string]bool{}
	for _, row := range r.offerings {
		area := row["dekningsomrade"]
		elsewhere[r.paths[row["noekkel"]]] = area != "nasjonal" && !strings.ContainsAny(area, "|:")
	}
	missing := 0
	for _, row := range r.kommuner {
		target := r.kommunePath(t, row["kommunenummer"])
		for _, link := range r.page(t, target).All(".o-missing .o-line, .o-missing .o-again") {
			a, _ := link.First("a.ds-link")
			tag, _ := link.First(".ds-tag")
			missing++
			if elsewhere[a.Attr("href")] && strings.Contains(tag.Text(), "nærmeste") {
				t.Errorf("%s: %s, which is for another kommune alone", target, a.Text())
			}
		}
	}
	if missing == 0 {
		t.Error("nothing stands in for anything: nothing was tested")
	}
}

// What a fylkeskommune has for its schools is not the PPT that a kommune must have: whom to ask stands
// with it.
func testOwnIsAskedFor(t *testing.T, r *real) {
	const said = "Det kommunen selv har, er ikke registrert ennå."
	for path, want := range map[string]bool{"/kommune/3218-as": true, "/kommune/3901-horten": false, "/kommune/1151-utsira": false} {
		ppt, ok := r.page(t, path).First("#ppt")
		if got := strings.Contains(ppt.Text(), said) && strings.Contains(ppt.Text(), "Du kan spørre Ås kommune"); !ok || got != want {
			t.Errorf("%s asks for the kommune's own PPT: %v, want %v", path, got, want)
		}
	}
}

// The page of a kommune is reached from the list of all, from its fylke, and from its
// neighbours.
func testKommuneLinks(t *testing.T, r *real) {
	all := r.page(t, "/kommuner").Attrs("main a", "href")
	fylker := map[string][]string{}
	for _, row := range r.kommuner {
		target := r.kommunePath(t, row["kommunenummer"])
		if !slices.Contains(all, target) {
			t.Errorf("/kommuner does not lead to %s", target)
		}
		p := r.page(t, target)
		fylke := ""
		for _, href := range p.Attrs("main a", "href") {
			if strings.HasPrefix(href, "/fylke/"+row["fylkesnummer"]+"-") {
				fylke = href
			}
		}
		if fylke == "" {
			t.Errorf("%s does not lead to its fylke", target)
			continue
		}
		if fylker[fylke] == nil {
			fylker[fylke] = r.page(t, fylke).Attrs("main a", "href")
		}
		if !slices.Contains(fylker[fylke], target) {
			t.Errorf("%s does not lead to %s", fylke, target)
		}
		if h1, _ := p.First("h1"); !strings.Contains(h1.Text(), row["navn"]) {
			t.Errorf("%s: the heading %q does not name %s", target, h1.Text(), row["navn"])
		}
	}
	if len(fylker) != 15 {
		t.Errorf("%d fylker, want 15", len(fylker))
	}
}

// redirected returns where an address leads to, "" when it does not.
func (r *real) redirected(t *testing.T, target string) string {
	t.Helper()
	resp, _ := get(t, r.app, target)
	if resp.StatusCode < 300 || resp.StatusCode > 399 {
		return ""
	}
	return resp.Header.Get("Location")
}

func testKommuneRedirects(t *testing.T, r *real) {
	for _, row := range r.kommuner {
		n := row["kommunenummer"]
		want := r.kommunePath(t, n)
		for _, target := range []string{"/kommune/" + n, "/kommune/" + n + "-feil", "/kommune/" + n + "-", "/kommune/" + n + "-%C3%A5"} {
			if got := r.redirected(t, target); got != want {
				t.Errorf("%s leads to %q, want %s", target, got, want)
			}
		}
	}
}

// A former number leads to the kommune of today, or asks where it became several.
func testFormerNumbers(t *testing.T, r *real) {
	present := map[string]map[string]bool{}
	for _, row := range r.formers {
		if present[row["gammelt_nummer"]] == nil {
			present[row["gammelt_nummer"]] = map[string]bool{}
		}
		present[row["gammelt_nummer"]][r.kommunePath(t, row["nytt_nummer"])] = true
	}
	asked := 0
	for former, want := range present {
		target := "/kommune/" + former
		if len(want) == 1 {
			if got := r.redirected(t, target); !want[got] {
				t.Errorf("%s leads to %q, want one of %v", target, got, want)
			}
			continue
		}
		asked++
		checkAsks(t, r, target, want)
	}
	checkAsks(t, r, "/kommune/1507", map[string]bool{"/kommune/1508-alesund": true, "/kommune/1580-haram": true})
	if asked < 4 {
		t.Errorf("%d numbers ask which kommune is meant, want those of the four that were split", asked)
	}
}

// checkAsks holds that a page asks which kommune is meant, and offers just these.
func checkAsks(t *testing.T, r *real, target string, want map[string]bool) {
	t.Helper()
	p := r.page(t, target)
	if h1, _ := p.First("h1"); h1.Text() != "Hvilken kommune mener du?" {
		t.Errorf("%s: heading %q, want a question", target, h1.Text())
	}
	got := map[string]bool{}
	for _, href := range p.Attrs(`main a.o-card`, "href") {
		got[href] = true
	}
	for path := range want {
		if !got[path] {
			t.Errorf("%s does not offer %s", target, path)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s offers %v, want %v", target, got, want)
	}
	if robots, _ := p.First(`meta[name="robots"]`); robots.Attr("content") != "noindex" {
		t.Errorf("%s: a question is no page for search engines", target)
	}
}

// A kommune's name leads to it, as it is written and as a slug; in its other official
// languages too. One that several kommuner have, or have had, asks. Places that are called
// the same are not asked about: the address says kommune.
func testNames(t *testing.T, r *real) {
	names, bearers := r.names(t)
	shared := 0
	for name, path := range names {
		want := bearers[region.Slug(name)]
		if len(want) > 1 {
			shared++
		}
		for _, target := range []string{"/kommune/" + url.PathEscape(name), "/kommune/" + region.Slug(name), "/kommune/" + url.PathEscape(strings.ToUpper(name))} {
			if len(want) > 1 {
				checkAsks(t, r, target, want)
			} else if got := r.redirected(t, target); got != path {
				t.Errorf("%s leads to %q, want %s", target, got, path)
			}
		}
	}
	if heroy := bearers["heroy"]; len(heroy) != 2 || shared < 5 {
		t.Errorf("%d names are shared, Herøy by %v", shared, heroy)
	}
}

// names returns the official names of kommuner with the address of each, and by slug the
// addresses of all kommuner that have such a name, or took in one that had it.
func (r *real) names(t *testing.T) (paths map[string]string, bearers map[string]map[string]bool) {
	t.Helper()
	paths, bearers = map[string]string{}, map[string]map[string]bool{}
	bears := func(name, path string) {
		slug := region.Slug(name)
		if bearers[slug] == nil {
			bearers[slug] = map[string]bool{}
		}
		bearers[slug][path] = true
	}
	heirs := map[string]bool{} // numbers of kommuner whose name lives on in one that they became
	for _, row := range r.kommuner {
		path := r.kommunePath(t, row["kommunenummer"])
		for _, name := range append(strings.Split(row["andre_navn"], "|"), row["navn"]) {
			if name != "" {
				bears(name, path)
				paths[name] = path
			}
		}
	}
	for _, row := range r.formers {
		if row["gammelt_navn"] == row["nytt_navn"] {
			heirs[row["gammelt_nummer"]] = true
		}
	}
	for _, row := range r.formers {
		if !heirs[row["gammelt_nummer"]] {
			bears(row["gammelt_navn"], r.kommunePath(t, row["nytt_nummer"]))
		}
	}
	return paths, bearers
}

func testOtherRedirects(t *testing.T, r *real) {
	for target, want := range map[string]string{
		"/kommune/skedsmo":                "/kommune/3205-lillestrom",
		"/hvor?q=Skedsmo":                 "/kommune/3205-lillestrom",
		"/hvor?q=1506":                    "/kommune/3103-moss",  // for readers a postnummer, 1506 Moss
		"/kommune/1506":                   "/kommune/1506-molde", // and a kommunenummer in addresses
		"/hvor?q=0301":                    "/kommune/0301-oslo",
		"/hvor?q=++troms%C3%B8++":         "/kommune/5501-tromso",
		"/hvor?q=8006+Bod%C3%B8":          "/kommune/1804-bodo",
		"/hvor?q=i+Bod%C3%B8":             "/kommune/1804-bodo",
		"/hvor?q=Oslo+sentrum":            "/kommune/0301-oslo",
		"/hvor?q=Gata+1,+8006+Bod%C3%B8":  "/kommune/1804-bodo",
		"/hvor?q=Nordland":                "/fylke/18-nordland",
		"/hvor?q=Troms+fylke":             "/fylke/55-troms",
		"/hvor?q=L%C3%A6rdal":             "/kommune/4642-laerdal", // not Lardal, a part of Larvik now
		"/hvor?q=Lardal":                  "/kommune/3909-larvik",
		"/hvor?q=Naroysund":               "/kommune/5060-naeroysund",
		"/fylke/18":                       "/fylke/18-nordland",
		"/fylke/18-feil":                  "/fylke/18-nordland",
		"/fylke/nordland":                 "/fylke/18-nordland",
		"/fylke/m%C3%B8re%20og%20romsdal": "/fylke/15-more-og-romsdal",
		"/fylke/more-og-romsdal":          "/fylke/15-more-og-romsdal",
	} {
		if got := r.redirected(t, target); got != want {
			t.Errorf("%s leads to %q, want %q", target, got, want)
		}
	}
	for _, path := range r.paths {
		number, _, _ := strings.Cut(path, "-")
		for _, target := range []string{number, number + "-feil"} {
			if got := r.redirected(t, target); got != path {
				t.Errorf("%s leads to %q, want %s", target, got, path)
			}
		}
	}
}

// Who is asked which place they mean, sees the names with what tells them apart, said once. What
// lies in no kommune is known by its name too.
func testPlacesInQuestion(t *testing.T, r *real) {
	for text, want := range map[string][]string{
		"Herøy":  {"Herøy (Møre og Romsdal)", "Herøy (Nordland)"},
		"Kaut":   {"Kautokeino – Guovdageaidnu i Finnmark"},
		"Lille":  {"Lillehammer i Innlandet", "Lillesand i Agder", "Lillestrøm i Akershus"},
		"Skeds":  {"Lillestrøm i Akershus, tidligere Skedsmo"},
		"rus":    {"Porsanger – Porsáŋgu – Porsanki i Finnmark, Russenes"}, // and the search beside it
		"Bodoo":  {"Bodø i Nordland"},
		"xyzzyx": nil,
	} {
		p := r.page(t, "/hvor?"+url.Values{"q": {text}}.Encode())
		var got []string
		for _, c := range p.All("main .o-card") {
			got = append(got, c.Text())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q may be %q, want %q", text, got, want)
		}
	}
	for _, name := range []string{"Svalbard", "Longyearbyen", "9170 Longyearbyen", "Ny-Ålesund", "Jan Mayen"} {
		text, _ := strings.CutSuffix(name, " Longyearbyen")
		for _, target := range []string{"/hvor?" + url.Values{"q": {text}}.Encode(), "/sok?" + url.Values{"sted": {strings.ToLower(text)}}.Encode()} {
			p := r.page(t, target)
			if main, _ := p.First("main"); !strings.Contains(main.Text(), name+" ligger ikke i noen kommune") || !p.Has(`main a[href^="tel:"]`) {
				t.Errorf("%s does not say that %s lies in no kommune, with whom to call", target, name)
			}
		}
	}
}

// What is not there says so, and leads on to what may have been meant.
func testUnknown(t *testing.T, r *real) {
	for _, tc := range []struct{ target, heading, suggests string }{
		{"/kommune/9999", "Vi fant ikke kommunen", ""},
		{"/kommune/9999-tromso", "Vi fant ikke kommunen", "/kommune/5501-tromso"},
		{"/kommune/tromsoo", "Vi fant ikke kommunen", "/kommune/5501-tromso"},
		{"/kommune/lilestr%C3%B8m", "Vi fant ikke kommunen", "/kommune/3205-lillestrom"},
		{"/kommune/xyzzyxyzzy", "Vi fant ikke kommunen", ""},
		{"/kommune/%00", "Vi fant ikke kommunen", ""},
		{"/kommune/%ff%fe", "Vi fant ikke kommunen", ""},
		{"/kommune/..%2f..%2fetc", "Vi fant ikke kommunen", ""},
		{"/fylke/99", "Vi fant ikke fylket", "/fylke/18-nordland"},
		{"/fylke/nordlandet", "Vi fant ikke fylket", "/fylke/18-nordland"},
		{"/tilbud/999999", "Vi fant ikke tilbudet", ""},
		{"/tilbud/999999-familievernkontor-bodo", "Vi fant ikke tilbudet", "/"},
		{"/tilbud/99999999999999999999", "Vi fant ikke tilbudet", ""},
		{"/tilbud/-1", "Vi fant ikke tilbudet", ""},
		{"/tilbud/feil", "Vi fant ikke tilbudet", ""},
		{"/mote-med-helsetjenesten/feil", "Vi fant ikke siden", ""},
		{"/familievernkontor", "Vi fant ikke siden", "/"},
		{"/wp-login.php", "Vi fant ikke siden", ""},
	} {
		resp, body := get(t, r.app, tc.target)
		p := htmlcheck.Parse(body)
		h1, _ := p.First("h1")
		if resp.StatusCode != http.StatusNotFound || h1.Text() != tc.heading {
			t.Errorf("%s = %d %q, want 404 %q", tc.target, resp.StatusCode, h1.Text(), tc.heading)
		}
		suggested := p.Attrs(`section[aria-labelledby="mente"] a`, "href")
		if tc.suggests != "" && !slices.ContainsFunc(suggested, func(s string) bool { return strings.HasPrefix(s, tc.suggests) }) {
			t.Errorf("%s suggests %q, want %s", tc.target, suggested, tc.suggests)
		}
		for _, s := range suggested {
			if found, _ := get(t, r.app, s); found.StatusCode != http.StatusOK {
				t.Errorf("%s suggests %s, which is %d", tc.target, s, found.StatusCode)
			}
		}
		if !p.Has(`main a[href="/kommuner"]`) || !p.Has(`main form[action="/sok"]`) || resp.Header.Get("ETag") != "" {
			t.Errorf("%s does not lead on, or would be kept", tc.target)
		}
	}
}
