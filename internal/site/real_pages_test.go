package site_test

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web"
)

// What must hold for every page, whatever is on it.
func testEveryPage(t *testing.T, r *real) {
	titles := map[string]string{}
	for _, target := range r.allPages(t) {
		p := r.page(t, target)
		checkParts(t, target, p)
		html, _ := p.First("html")
		if html.Attr("lang") != "nb" {
			t.Errorf("%s: lang = %q, want nb", target, html.Attr("lang"))
		}
		title, _ := p.First("title")
		if !strings.HasSuffix(title.Text(), " – Oversikt") {
			t.Errorf("%s: title = %q", target, title.Text())
		}
		if strings.HasPrefix(target, "/kommune/") || strings.HasPrefix(target, "/fylke/") {
			if other := titles[title.Text()]; other != "" && !p.Has(`meta[name="robots"]`) {
				t.Errorf("%s and %s have the same title %q", target, other, title.Text())
			}
			titles[title.Text()] = target
		}
		for _, src := range p.Attrs("script[src], img, iframe, embed, object", "src") {
			if !strings.HasPrefix(src, "/") || strings.HasPrefix(src, "//") {
				t.Errorf("%s loads %q", target, src)
			}
		}
	}
	for target, status := range errorPages() {
		resp, body := get(t, r.app, target)
		if resp.StatusCode != status {
			t.Errorf("%s = %d, want %d", target, resp.StatusCode, status)
		}
		checkParts(t, target, htmlcheck.Parse(body))
	}
	resp, err := r.app.Test(httptest.NewRequest(http.MethodDelete, "/sok", nil), -1)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusMethodNotAllowed && resp.StatusCode != http.StatusForbidden {
		t.Errorf("DELETE /sok = %d (%v), want it refused", resp.StatusCode, err)
	}
}

// errorPages are addresses that give errors, with the status of each.
func errorPages() map[string]int {
	return map[string]int{
		"/finnes-ikke":        http.StatusNotFound,
		"/kommune/9999":       http.StatusNotFound,
		"/kommune/tromsoo":    http.StatusNotFound,
		"/fylke/99":           http.StatusNotFound,
		"/tilbud/999999-feil": http.StatusNotFound,
		"/%zz":                http.StatusBadRequest,
	}
}

// Absolute addresses are built from the base URL, whatever host a request names.
func testAddresses(t *testing.T, r *real) {
	const evil = "angriper.example"
	headers := []string{"Host", evil, "X-Forwarded-Host", evil, "X-Forwarded-Proto", "javascript", "Forwarded", "host=" + evil}
	targets := []string{"/", "/sok?q=ppt", "/kommune/0301-oslo", "/kommune/0301", "/fylke/18", "/hvor?q=Oslo", "/om", "/sitemap.xml",
		"/robots.txt", "/opensearch.xml", "/finnes-ikke", "/mote-med-helsetjenesten"}
	for _, path := range r.paths {
		targets = append(targets, path)
		if len(targets) == 30 {
			break
		}
	}
	for _, target := range targets {
		req := httptest.NewRequest(http.MethodGet, target, nil)
		req.Host = evil
		for i := 2; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		resp, err := r.app.Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		body := read(t, resp)
		if strings.Contains(body, evil) {
			t.Errorf("%s repeats the request's host", target)
		}
		for name, values := range resp.Header {
			if strings.Contains(strings.Join(values, " "), evil) {
				t.Errorf("%s repeats the request's host in %s: %q", target, name, values)
			}
		}
		for _, href := range htmlcheck.Parse(body).Attrs(`link[rel="canonical"]`, "href") {
			if !strings.HasPrefix(href, baseURL+"/") {
				t.Errorf("%s: canonical address %q, want one below %s", target, href, baseURL)
			}
		}
	}
	for _, target := range r.allPages(t) {
		path, query, _ := strings.Cut(target, "?")
		canonical := r.page(t, target).Attrs(`link[rel="canonical"]`, "href")
		if len(canonical) == 1 && canonical[0] != baseURL+path || len(canonical) != 1 && query == "" && target != "/kommune/1507" && target != "/kommune/heroy" {
			t.Errorf("%s: canonical address %q", target, canonical)
		}
	}
}

// No link between the pages is dead, and those that lead out are whole addresses.
func testLinks(t *testing.T, r *real) {
	seen := map[string]bool{"/#rad": true}
	for _, target := range r.allPages(t) {
		for _, href := range r.page(t, target).Attrs("a, link", "href") {
			switch {
			case strings.HasPrefix(href, "#"), strings.HasPrefix(href, "tel:"), strings.HasPrefix(href, "mailto:"):
				continue
			case strings.HasPrefix(href, "https://"), strings.HasPrefix(href, "http://"):
				if host, _, _ := strings.Cut(strings.SplitN(href, "://", 2)[1], "/"); !strings.Contains(host, ".") || strings.ContainsAny(href, " \"<>") {
					t.Errorf("%s leads to %q", target, href)
				}
				continue
			}
			path, _, _ := strings.Cut(href, "#")
			if seen[path] {
				continue
			}
			seen[path] = true
			if resp, _ := get(t, r.app, path); resp.StatusCode != http.StatusOK {
				t.Errorf("%s leads to %s, which is %d", target, href, resp.StatusCode)
			}
		}
	}
	if len(seen) < 700 {
		t.Errorf("%d links followed, want those to every kommune and offering", len(seen))
	}
}

// A page with parts that are styled by more.css has it, or a sheet of its own with those parts
// in it, and no other fetches it.
func testStyleSheets(t *testing.T, r *real) {
	for _, target := range r.allPages(t) {
		p := r.page(t, target)
		hasOneOf := func(sheets ...string) bool {
			return slices.ContainsFunc(p.Attrs(`link[rel="stylesheet"]`, "href"), func(href string) bool {
				return slices.ContainsFunc(sheets, func(sheet string) bool { return web.Asset(sheet) == href })
			})
		}
		needs := p.Has(".ds-chip, .ds-pagination, .ds-table, .o-facets, .o-sokeform, .o-choice, .o-files, .o-more, .r-form, .r-field")
		if has := hasOneOf("more.css", "map.css", "statistics.css"); needs != has {
			t.Errorf("%s: needs more.css: %t, has it: %t", target, needs, has)
		}
		// The map's box to tick comes with leaflet.css, which a press fetches.
		if p.Has("input[type=checkbox]:not([data-bakgrunn]), input[type=radio]") && !hasOneOf("more.css", "checklist.css", "referral.css") {
			t.Errorf("%s has boxes to tick, and no rules for them", target)
		}
	}
}

// The sitemap has every page that search engines may keep, once, and no other.
func testSitemap(t *testing.T, r *real) {
	resp, body := get(t, r.app, "/sitemap.xml")
	var m struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(body), &m); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("sitemap = %d, %v", resp.StatusCode, err)
	}
	var got []string
	for _, u := range m.URLs {
		path, ok := strings.CutPrefix(u.Loc, baseURL)
		if !ok {
			t.Errorf("%q is not below %s", u.Loc, baseURL)
		}
		got = append(got, path)
	}
	var want []string
	for _, target := range r.allPages(t) {
		p := r.page(t, target)
		if strings.Contains(target, "?") || p.Has(`meta[name="robots"]`) || target == "/hvor" {
			continue
		}
		for _, address := range p.Attrs(`link[rel="alternate"][hreflang]:not([hreflang="x-default"])`, "href") {
			want = append(want, strings.TrimPrefix(address, baseURL))
		}
	}
	for _, l := range page.Languages() {
		want = append(want, l.Prefix()+"/nodkort") // a page of another make: TestCrisisCard
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the sitemap has %d addresses, want the %d pages", len(got), len(want))
		for _, path := range want {
			if !slices.Contains(got, path) {
				t.Errorf("the sitemap lacks %s", path)
			}
		}
	}
}

// Before there is anything to answer from, every page says so, with the numbers to call.
func testNotReady(t *testing.T, r *real) {
	app := newApp(nil, func() *search.View { return nil })
	for _, target := range []string{"/", "/sok", "/kommuner", "/kommune/0301-oslo", "/fylke/18-nordland", "/tilbud/1", "/om", "/om/data", "/om/tall",
		"/personvern", "/hvor?q=Oslo", "/mote-med-helsetjenesten", page.KommunePath(r.view.Kommuner()[0].Kommune)} {
		resp, body := get(t, app, target)
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s = %d, want 503 with Retry-After", target, resp.StatusCode)
		}
		checkParts(t, target, htmlcheck.Parse(body))
	}
}

// A child or a teenager finds on the front page what is written to them, and their own number.
func testFrontForYoung(t *testing.T, r *real) {
	for _, prefix := range []string{"", "/nn", "/en"} {
		p := r.page(t, prefix+"/")
		links := p.Attrs(".o-hero a", "href")
		for _, want := range []string{prefix + "/ta-vare-pa-barna/til-deg-som-er-barn", prefix + "/ta-vare-pa-barna/til-deg-som-er-ungdom"} {
			if !slices.Contains(links, want) {
				t.Errorf("%s/ leads to %q, want %s too", prefix, links, want)
				continue
			}
			r.page(t, want)
		}
		if !slices.Contains(links, "tel:116111") {
			t.Errorf("%s/ lacks the number for children beside them", prefix)
		}
	}
}
