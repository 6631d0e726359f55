package server

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/use"
)

// counted returns how often each kind was counted, and forgets it.
func counted(t *testing.T, c *use.Counter) map[directory.PageKind]int64 {
	t.Helper()
	got := map[directory.PageKind]int64{}
	err := c.Flush(t.Context(), func(_ context.Context, list []directory.UseDay) error {
		for _, u := range list {
			got[u.Kind] += u.Count
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWhatIsCounted(t *testing.T) {
	d, _ := testDeps(t)
	d.Use = use.New(time.Now)
	app := New(d)
	none := map[directory.PageKind]int64{}
	one := func(k directory.PageKind) map[directory.PageKind]int64 { return map[directory.PageKind]int64{k: 1} }
	const robot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
	for _, tc := range []struct {
		name, method, target string
		headers              []string
		want                 map[directory.PageKind]int64
	}{
		{"front page", http.MethodGet, "/", nil, one(directory.FrontPage)},
		{"in nynorsk", http.MethodGet, "/nn/", nil, one(directory.FrontPage)},
		{"search", http.MethodGet, "/sok?q=hemmelig", nil, one(directory.SearchPage)},
		{"as browsers ask", http.MethodGet, "/om", []string{"Sec-Fetch-Dest", "document", "Sec-Fetch-Mode", "navigate"}, one(directory.OtherPage)},
		{"through the worker", http.MethodGet, "/om", []string{"Sec-Fetch-Dest", "empty", "Sec-Fetch-Mode", "navigate"}, one(directory.OtherPage)},
		{"in a page of another site", http.MethodGet, "/kommuner", []string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Mode", "navigate"}, one(directory.KommunePage)},
		{"a call of the API", http.MethodGet, "/api/v1/typer", nil, one(directory.APICall)},
		{"a page of another site calls the API", http.MethodGet, "/api/v1/typer", []string{"Sec-Fetch-Site", "cross-site"}, one(directory.APICall)},
		{"this site's own script calls the API", http.MethodGet, "/api/v1/typer", []string{"Sec-Fetch-Site", "same-origin"}, none},
		{"the page about the API", http.MethodGet, "/api/v1/docs", nil, none},
		{"only the headers", http.MethodHead, "/", nil, none},
		{"a robot", http.MethodGet, "/", []string{"User-Agent", robot}, none},
		{"a script keeps a copy", http.MethodGet, "/nodkort", []string{"Sec-Fetch-Dest", "empty", "Sec-Fetch-Mode", "cors"}, none},
		{"ahead of time", http.MethodGet, "/om", []string{"Sec-Purpose", "prefetch"}, none},
		{"not there", http.MethodGet, "/finnes-ikke", nil, none},
		{"sign-in", http.MethodGet, "/logg-inn", nil, none},
		{"for programs", http.MethodGet, "/sitemap.xml", nil, none},
		{"robots.txt", http.MethodGet, "/robots.txt", nil, none},
		{"icon", http.MethodGet, "/favicon.svg", nil, none},
		{"health", http.MethodGet, "/readyz", nil, none},
	} {
		do(t, app, tc.method, tc.target, tc.headers...)
		if diff := cmp.Diff(tc.want, counted(t, d.Use)); diff != "" {
			t.Errorf("%s: %s %s (-want +got):\n%s", tc.name, tc.method, tc.target, diff)
		}
	}
	// Who has the page already is told so, and it is not counted again.
	resp, _ := do(t, app, http.MethodGet, "/om")
	if resp, _ = do(t, app, http.MethodGet, "/om", "If-None-Match", resp.Header.Get("Etag")); resp.StatusCode != http.StatusNotModified {
		t.Fatalf("status %d, want 304", resp.StatusCode)
	}
	if diff := cmp.Diff(one(directory.OtherPage), counted(t, d.Use)); diff != "" {
		t.Errorf("a page and the same again (-want +got):\n%s", diff)
	}
}
