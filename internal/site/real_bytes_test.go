package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/web"
)

// What a browser fetches for its first page is small enough for a bad line: the page, its style
// sheets, scripts, images and font, as they are sent to one that takes brotli, with their headers.
// The first who asks for a page is sent a larger one.
func testFirstView(t *testing.T, r *real) {
	const kB = 1000
	// Ten segments of TCP, as much as a new connection takes before it waits for an answer.
	if size := r.sent(t, web.Asset("inter-latin-wght-normal.woff2")); size > 10*1448 {
		t.Errorf("the font is %d bytes, more than a line's first round trip takes", size)
	}
	for target, most := range map[string]struct{ first, again int }{
		"/": {38.2 * kB, 37.4 * kB}, "/mote-med-helsetjenesten/tips-og-rad": {41.2 * kB, 40.3 * kB}, "/sok?q=avlastning": {46.5 * kB, 45.3 * kB},
		"/kommune/1804-bodo": {48.3 * kB, 46.7 * kB}, "/kommune/0301-oslo": {48.7 * kB, 47.4 * kB}, "/kommuner": {39.9 * kB, 39.2 * kB}, "/kart": {47.2 * kB, 46 * kB},
	} {
		first := r.sent(t, target)
		again := r.sent(t, target)
		p := r.page(t, target)
		fetched := append(p.Attrs(`link[rel="stylesheet"], link[rel="icon"]`, "href"), p.Attrs("script[src]", "src")...)
		fetched = append(fetched, web.Asset("inter-latin-wght-normal.woff2"))
		for _, asset := range fetched {
			size := r.sent(t, asset)
			first += size
			again += size
		}
		if first > most.first || again > most.again {
			t.Errorf("the first view of %s is %d bytes, and %d when it is asked for again; at most %d and %d", target, first, again, most.first, most.again)
		}
	}
}

// sent returns how many bytes the answer at an address is on the line, with its headers.
func (r *real) sent(t *testing.T, target string) int {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, target, nil)
	req.Header.Set("Accept-Encoding", "gzip, deflate, br")
	resp, err := r.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	head, err := httputil.DumpResponse(resp, false)
	if err != nil {
		t.Fatal(err)
	}
	size := len(read(t, resp))
	if resp.StatusCode != http.StatusOK || size == 0 {
		t.Fatalf("%s = %d with %d bytes", target, resp.StatusCode, size)
	}
	return len(head) + size
}
