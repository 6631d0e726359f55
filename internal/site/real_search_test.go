package site_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// found returns the addresses of all offerings that a search finds, from all its pages.
func (r *real) found(t *testing.T, query url.Values) []string {
	t.Helper()
	var all []string
	for n := 1; ; n++ {
		query.Set("side", strconv.Itoa(n))
		p := r.page(t, "/sok?"+query.Encode())
		all = append(all, p.Attrs(".o-listing h3 a", "href")...)
		if !p.Has(`a[rel="next"]`) {
			return all
		}
	}
}

// Every row that may be seen has a page, and is found by searching for all and for its name.
func testPublished(t *testing.T, r *real) {
	all := r.found(t, url.Values{})
	wanted := 0
	for _, row := range r.offerings {
		if !published(row) {
			continue
		}
		wanted++
		path := r.paths[row["noekkel"]]
		if path == "" {
			t.Errorf("%s has no page", row["noekkel"])
			continue
		}
		if !slices.Contains(all, path) {
			t.Errorf("%s is not among all offerings", path)
		}
		if h1, _ := r.page(t, path).First("h1"); h1.Text() != strings.Join(strings.Fields(row["navn"]), " ") {
			t.Errorf("%s is called %q, want %q", path, h1.Text(), row["navn"])
		}
		p := r.page(t, "/sok?"+url.Values{"q": {row["navn"]}}.Encode())
		if !slices.Contains(p.Attrs(".o-listing h3 a", "href"), path) {
			t.Errorf("a search for %q does not have it on its first page", row["navn"])
		}
	}
	slices.Sort(all)
	if len(all) != wanted || len(slices.Compact(slices.Clone(all))) != wanted {
		t.Errorf("%d offerings by paging through all, want %d, each once", len(all), wanted)
	}
}

// Rows that are marked lav await confirmation: no page, no search and no list has them.
func testDrafts(t *testing.T, r *real) {
	drafts := map[int64]string{}
	for _, row := range r.offerings {
		if published(row) {
			continue
		}
		o, err := r.store.OfferingByKey(t.Context(), row["noekkel"])
		if err != nil {
			t.Fatalf("%s: %v", row["noekkel"], err)
		}
		drafts[o.ID] = row["navn"]
		target := "/tilbud/" + strconv.FormatInt(o.ID, 10)
		for _, target := range []string{target, target + "-" + o.Slug()} {
			resp, body := get(t, r.app, target)
			if resp.StatusCode != http.StatusNotFound || strings.Contains(body, target) {
				t.Errorf("%s = %d, want 404: it is a draft", target, resp.StatusCode)
			}
		}
		if resp, _ := get(t, r.app, "/api/v1/tilbud/"+strconv.FormatInt(o.ID, 10)); resp.StatusCode != http.StatusNotFound {
			t.Errorf("the API has draft %d: %d", o.ID, resp.StatusCode)
		}
	}
	if len(drafts) < 10 {
		t.Fatalf("%d drafts, want those of the file", len(drafts))
	}
	targets := r.allPages(t)
	for _, name := range drafts {
		query := url.Values{"q": {name}}.Encode()
		targets = append(targets, "/sok?"+query, "/sok?ordrett=1&"+query, "/api/v1/forslag?"+query, "/api/v1/tilbud?antall=100&"+query)
	}
	for side := 1; side <= len(r.paths)/20+2; side++ {
		targets = append(targets, "/sok?side="+strconv.Itoa(side))
	}
	for _, target := range append(targets, "/sitemap.xml") {
		_, body := get(t, r.app, target)
		for rest := body; ; {
			i := strings.Index(rest, "/tilbud/")
			if i < 0 {
				break
			}
			rest = rest[i:]
			if name, ok := drafts[idOf(rest)]; ok {
				t.Errorf("%s names the draft %q", target, name)
			}
			rest = rest[1:]
		}
	}
}

// A parameter that cannot be understood is named, with the rest searched for all the same.
func testSearchParameters(t *testing.T, r *real) {
	long := strings.Repeat("a", 10_000)
	for target, want := range map[string]string{
		"/sok?side=abc":           "Vi forsto ikke sidetallet «abc»",
		"/sok?side=0":             "Vi forsto ikke sidetallet «0»",
		"/sok?side=-1":            "Vi forsto ikke sidetallet «-1»",
		"/sok?side=1.5":           "Vi forsto ikke sidetallet «1.5»",
		"/sok?side=99999":         "Siste side er",
		"/sok?lat=200":            "Vi forsto ikke hvor du er",
		"/sok?lat=200&lon=10":     "Vi forsto ikke hvor du er",
		"/sok?lat=60":             "Vi forsto ikke hvor du er",
		"/sok?lat=NaN&lon=NaN":    "Vi forsto ikke hvor du er",
		"/sok?lat=60&lon=abc":     "Vi forsto ikke hvor du er",
		"/sok?radius=x":           "Vi forsto ikke avstanden «x»",
		"/sok?radius=0":           "Vi forsto ikke avstanden «0»",
		"/sok?radius=1e99":        "Vi forsto ikke avstanden «1e99»",
		"/sok?radius=10":          "Avstand trenger et sted å måle fra",
		"/sok?type=feil":          "Vi kjenner ikke typen «feil»",
		"/sok?type=PPT":           "Vi kjenner ikke typen «PPT»",
		"/sok?type=feil&type=ppt": "Vi kjenner ikke typen «feil»",
		"/sok?malgruppe=feil":     "Vi kjenner ikke valget «feil»",
		"/sok?tema=feil":          "Vi kjenner ikke valget «feil»",
		"/sok?form=feil":          "Vi kjenner ikke valget «feil»",
		"/sok?sprak=norsk":        "Vi kjenner ikke språket «norsk»",
		"/sok?sorter=feil":        "Vi kjenner ikke rekkefølgen «feil»",
		"/sok?kommune=9999":       "Vi fant ikke stedet «9999»",
		"/sok?sted=xyzzyxyzzy":    "Vi fant ikke stedet «xyzzyxyzzy»",
		"/sok?sted=Troms%C3%B8o":  "Vi fant ikke stedet «Tromsøo». Mente du",
		"/sok?sted=V%C3%A5ler":    "Hvilken kommune mener du?",
		"/sok?postnummer=9999":    "Vi fant ikke stedet «9999»",
		"/sok?postnummer=9170":    "9170 Longyearbyen ligger ikke i noen kommune",
		"/sok?fylke=feil":         "Vi fant ikke fylket «feil»",
		"/sok?q=" + long:          "Vi søkte på de første 200 tegnene",
		"/sok?sted=" + long:       "Vi fant ikke stedet «aaa",
		"/sok?type=" + long:       "Vi kjenner ikke typen «aaa",
		"/sok?side=" + long:       "Vi forsto ikke sidetallet «aaa",
		"/sok?radius=" + long:     "Vi forsto ikke avstanden «aaa",
		"/sok?sprak=" + long:      "Vi kjenner ikke språket «aaa",
		"/sok?" + manyTypes(30):   "Vi tok med de første 20 av valgene dine",
		"/sok?type=%3Cscript%3Ealert(1)%3C%2Fscript%3E": "Vi kjenner ikke typen «<script>alert(1)</script>»",
	} {
		p := r.page(t, target)
		notes := ""
		for _, n := range p.All(".ds-alert") {
			notes += n.Text() + "\n"
		}
		if !strings.Contains(notes, want) {
			t.Errorf("%.60s says %.200q, want %q", target, notes, want)
		}
		if !p.Has(".o-listing") && !p.Has("main .o-line") {
			t.Errorf("%.60s shows nothing to go on with", target)
		}
		checkParts(t, target[:min(60, len(target))], p)
	}
}

func manyTypes(n int) string {
	var parts []string
	for i := range n {
		parts = append(parts, "type=feil"+strconv.Itoa(i))
	}
	return strings.Join(parts, "&")
}

// checkParts holds what every page has, errors included: the numbers to call, and no
// fault in its form.
func checkParts(t *testing.T, target string, p htmlcheck.Page) {
	t.Helper()
	numbers := telLinks(p, "footer")
	for _, n := range []string{"113", "112", "116117", "116123", "116111"} {
		if !slices.Contains(numbers, n) || !slices.Contains(telLinks(p, "details.o-nod"), n) {
			t.Errorf("%s lacks %s above or below", target, n)
		}
	}
	for _, fault := range p.Faults() {
		t.Errorf("%s: %s", target, fault)
	}
}

// Whatever stands in a parameter gives a page.
func testSearchValues(t *testing.T, r *real) {
	values := []string{"abc", "%zz", "%00", "%ff%fe", "%", "-1", "0", "1e999", "NaN", "Inf", "%F0%9F%98%80", "%27%20OR%201%3D1--",
		"%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "%2B-%26%26%7C%7C!(){}%5B%5D%5E~*%3F:%5C%2F", "+", "%20%20", "0301", "ppt",
		"%E2%80%AE", "..%2F..%2F", strings.Repeat("%C3%A5", 2000), strings.Repeat("a+", 2000)}
	for _, param := range []string{"q", "sted", "kommune", "postnummer", "fylke", "type", "malgruppe", "tema", "form", "sprak",
		"lat", "lon", "radius", "sorter", "side", "ordrett", "deres", "deres_sted", "hos", "ukjent", "%zz", ""} {
		for _, value := range values {
			target := "/sok?" + param + "=" + value
			resp, body := get(t, r.app, target)
			p := htmlcheck.Parse(body)
			if resp.StatusCode != http.StatusOK || !p.Has("h1") || p.Has("main img, main script:not([src^='/assets/'])") {
				t.Errorf("%.80s = %d, want a page", target, resp.StatusCode)
			}
			if !p.Has(".o-listing") && !p.Has("main .o-line") {
				t.Errorf("%.80s is a page without anybody to turn to", target)
			}
		}
	}
	for _, target := range []string{"/sok?", "/sok?&&&", "/sok?=", "/sok?q", "/sok?q=a&q=b", "/sok?side=1&side=2", "/sok/", "/hvor?q=%zz", "/hvor?q=" + strings.Repeat("a", 10_000), "/kommuner?q=%ff"} {
		if resp, body := get(t, r.app, target); resp.StatusCode != http.StatusOK || !strings.Contains(body, "<h1") {
			t.Errorf("%.60s = %d, want a page", target, resp.StatusCode)
		}
	}
}

// The forms of a search carry on what was chosen, and only that.
func testSearchForms(t *testing.T, r *real) {
	target := "/sok?q=barn&sted=Alta&type=familievernkontor&tema=samliv&sorter=navn&ordrett=1&side=1"
	p := r.page(t, target)
	for _, form := range []string{"form.o-sokeform", "form.o-facets"} {
		for _, want := range []struct{ name, value string }{
			{"q", "barn"}, {"sted", "Alta"}, {"type", "familievernkontor"}, {"tema", "samliv"}, {"sorter", "navn"}, {"ordrett", "1"},
		} {
			if n := len(p.All(form + ` [name="` + want.name + `"][value="` + want.value + `"]`)); n != 1 {
				t.Errorf("%s has %s=%s %d times, want once", form, want.name, want.value, n)
			}
		}
		if p.Has(form + ` [name="side"]`) {
			t.Errorf("%s carries the page number on to another search", form)
		}
	}
	// Of how far off is near enough, one is always chosen; here that it does not matter.
	if n := len(p.All(`form.o-facets input[type="radio"][name="radius"][value=""][checked]`)); n != 1 {
		t.Errorf("no distance is chosen %d times, want once", n)
	}
	for _, box := range p.All(`form.o-facets input[type="checkbox"][checked]`) {
		if v := box.Attr("value"); v != "familievernkontor" && v != "samliv" {
			t.Errorf("%s is ticked", v)
		}
	}
	if n := len(p.All(`form.o-facets input[type="checkbox"][checked]`)); n != 2 {
		t.Errorf("%d choices are ticked, want 2", n)
	}
}

// Where a kommune has nothing of a type, the nearest kommuner that have it are named, and
// each of them leads to hits.
func testNearby(t *testing.T, r *real) {
	named := 0
	for i, k := range r.kommuner {
		if i%9 != 0 {
			continue
		}
		for _, query := range []url.Values{
			{"kommune": {k["kommunenummer"]}, "type": {"frisklivssentral"}},
			{"kommune": {k["kommunenummer"]}, "q": {"kreftkoordinator"}},
		} {
			p := r.page(t, "/sok?"+query.Encode())
			nearby := slices.DeleteFunc(p.Attrs("main .ds-alert a, main .o-box a", "href"), func(href string) bool {
				return !strings.HasPrefix(href, "/sok?") || !strings.Contains(href, "kommune=") || strings.Contains(href, "kommune="+k["kommunenummer"])
			})
			if p.Has(".o-listing") && !p.Has(".ds-alert") && len(nearby) > 0 {
				t.Errorf("%s has hits, and leads to others: %v", query.Encode(), nearby)
			}
			for _, href := range nearby {
				named++
				if there := r.page(t, href); !there.Has(".o-listing") || there.Has("main .ds-alert") {
					t.Errorf("%s leads to %s, which has nothing", query.Encode(), href)
				}
			}
		}
	}
	if named == 0 {
		t.Error("no kommune is named")
	}
}

// Every type and term stands in the language of the page: among the choices, and when it is
// chosen.
func testSearchLanguages(t *testing.T, r *real) {
	for _, l := range []page.Language{page.Nynorsk, page.English} {
		query := url.Values{}
		choices, chosen := map[string]bool{}, map[string]bool{}
		for _, f := range r.view.Types() {
			choices[l.Pick(f.Plural)], chosen[l.Pick(f.Name)] = true, true
			query.Add("type", f.Code)
		}
		for kind, param := range map[directory.TermKind]string{directory.TargetGroup: "malgruppe", directory.Topic: "tema", directory.Format: "form"} {
			for _, f := range r.view.Terms(kind) {
				choices[l.Pick(f.Name)], chosen[l.Pick(f.Name)] = true, true
				query.Add(param, f.Code)
			}
		}
		for _, f := range r.view.Fylker() {
			choices[f.Name] = true
		}
		p := r.page(t, l.Prefix()+"/sok?"+query.Encode())
		for _, part := range []struct {
			selector string
			names    map[string]bool
			least    int // not all can be chosen at once
		}{{`.o-choice > span:not(.o-choice__count)`, choices, len(choices)}, {`[aria-labelledby="valgt"] a`, chosen, 50}} {
			said := p.All(part.selector)
			if len(said) < part.least {
				t.Errorf("%s: %d of %s, want at least %d", l, len(said), part.selector, part.least)
			}
			for _, s := range said {
				if !part.names[s.Text()] {
					t.Errorf("%s: %q is no name in this language", l, s.Text())
				}
			}
		}
	}
}

// What is said of a search without good hits follows the heading that it is about.
func testNoGoodHits(t *testing.T, r *real) {
	p := r.page(t, "/sok?q=xyzzy")
	if h, _ := p.First("#treff"); h.Text() != "Ingen gode treff" {
		t.Fatalf("the heading is %q", h.Text())
	}
	notes := p.All("main .ds-alert")
	if len(notes) != 1 || !p.Has(`section[aria-labelledby="treff"] .ds-alert`) || !strings.HasPrefix(notes[0].Text(), "Det betyr ikke at hjelpen ikke finnes.") {
		t.Errorf("%d notes, want the one under the heading: %v", len(notes), notes)
	}
}

// Who has not said what it is about is told whom to call, and not that the words were bad.
func testOpenQuestion(t *testing.T, r *real) {
	for _, text := range []string{"hjelp", "hvem kan jeg ringe"} {
		p := r.page(t, "/sok?"+url.Values{"q": {text}}.Encode())
		if h, _ := p.First("#treff"); h.Text() != "Disse kan du ringe, hva det enn gjelder" {
			t.Errorf("%q has the heading %q", text, h.Text())
		}
		if first, ok := p.First(`section[aria-labelledby="treff"] .o-listing`); !ok || !first.Has(`a[href^="tel:"]`) {
			t.Errorf("%q: nobody to call first", text)
		}
	}
	for _, text := range []string{"?!", "xyzzy"} {
		if h, _ := r.page(t, "/sok?"+url.Values{"q": {text}}.Encode()).First("#treff"); h.Text() != "Ingen gode treff" {
			t.Errorf("%q has the heading %q", text, h.Text())
		}
	}
}

// Who writes what is wrong where the place is asked for is answered as by the search, with the
// numbers to call where it speaks of danger; what is not understood can be searched for.
func testWordsForPlace(t *testing.T, r *real) {
	for _, prefix := range []string{"", "/nn", "/en"} {
		for _, tc := range []struct {
			text   string
			danger bool
		}{
			{"pappa vil dø", true}, {"selvmord", true}, {"selvmrod", true}, {"vold", true}, {"selvmord i Lillestrøm", true},
			{"selmord", true}, // near Seljord too
			{"pappa drikker", false}, {"pappa drikker i Bodø", false}, {"mamma er syk", false}, {"avlastning", false}, {"demens", false},
		} {
			query := "?" + url.Values{"q": {tc.text}}.Encode()
			to := r.redirected(t, prefix+"/hvor"+query)
			if to != prefix+"/sok"+query {
				t.Errorf("%s/hvor with %q leads to %q, want the search for it", prefix, tc.text, to)
				continue
			}
			if p := r.page(t, to); p.Has(`.o-krise a[href="tel:112"]`) != tc.danger {
				t.Errorf("%s has the numbers for danger %v, want %v", to, !tc.danger, tc.danger)
			}
		}
		for _, text := range []string{"xyzzy", "Storgata 1", "Hammerfes", "narko", "<b>&", strings.Repeat("a b ", 49) + "c"} {
			query := "?" + url.Values{"q": {text}}.Encode()
			p := r.page(t, prefix+"/hvor"+query)
			if got := p.Attrs("main a.ds-button", "href"); !slices.Contains(got, prefix+"/sok"+query) {
				t.Errorf("%s/hvor with %q leads on to %q, want the search for it too", prefix, text, got)
			}
			if title, _ := p.First("title"); strings.Contains(title.Text(), text) {
				t.Errorf("%s/hvor has %q in its title", prefix, text)
			}
		}
	}
	for _, target := range []string{"/hvor", "/hvor?q=+", "/hvor?q=9170", "/hvor?q=V%C3%A5ler"} {
		if r.page(t, target).Has("main a.ds-button") {
			t.Errorf("%s offers a search for what is a place, or nothing", target)
		}
	}
}

// A child is given the number of those who listen to children.
func testChildCalls(t *testing.T, r *real) {
	for text, want := range map[string]string{"jeg er 12 år og mamma er på sykehus": "tel:116111", "barn av foreldre på sykehus": "tel:116123"} {
		p := r.page(t, "/sok?"+url.Values{"q": {text}}.Encode())
		if got := p.Attrs(".o-snakk a", "href"); !slices.Contains(got, want) {
			t.Errorf("%q may talk with %q, want %s", text, got, want)
		}
	}
}

// A fylke is a place too, where places are written.
func testFylkeAsPlace(t *testing.T, r *real) {
	for _, text := range []string{"Nordland", "nordland fylke", "Nordlánnda"} {
		p := r.page(t, "/sok?"+url.Values{"sted": {text}}.Encode())
		chosen := p.All(`[aria-labelledby="valgt"] a`)
		if len(chosen) != 1 || chosen[0].Text() != "Nordland" || p.Has("main .ds-alert") {
			t.Errorf("sted=%s is taken for %d choices, want Nordland alone", text, len(chosen))
		}
	}
}

// How far away a telephone for the whole country stands says nothing.
func testSearchFromAfar(t *testing.T, r *real) {
	called := 0
	for _, hit := range r.page(t, "/sok?kommune=5501&type=hjelpetelefon&type=parorendesenter").All(".o-listing") {
		where, _ := hit.First(".o-listing__where")
		if !strings.Contains(where.Text(), "hele landet") || !hit.Has(`a[href^="tel:"]`) {
			continue
		}
		called++
		if strings.Contains(where.Text(), " km") || strings.Contains(where.Text(), "kontor i") {
			name, _ := hit.First(".o-listing__name")
			t.Errorf("%s is %q", name.Text(), where.Text())
		}
	}
	if called == 0 {
		t.Error("nothing for the whole country was found: nothing was tested")
	}
}
