package site_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/web"
)

// What a browser fetches for its first page is small enough for a bad line: the page, its style
// sheets, scripts, images and font, as they are sent to one that takes brotli. The map has a line
// for each kommune, and is larger for it.
func testFirstView(t *testing.T, r *real) {
	const kB = 1000
	for target, most := range map[string]int{
		"/": 40 * kB, "/mote-med-helsetjenesten/tips-og-rad": 42 * kB, "/sok?q=avlastning": 46 * kB,
		"/kommune/1804-bodo": 50 * kB, "/kommune/0301-oslo": 50 * kB, "/kommuner": 42 * kB, "/kart": 55 * kB,
	} {
		r.sent(t, target) // a page that is asked for again is made smaller
		size := r.sent(t, target)
		p := r.page(t, target)
		fetched := append(p.Attrs(`link[rel="stylesheet"], link[rel="icon"]`, "href"), p.Attrs("script[src]", "src")...)
		fetched = append(fetched, web.Asset("inter-latin-wght-normal.woff2"))
		for _, asset := range fetched {
			size += r.sent(t, asset)
		}
		if size > most {
			t.Errorf("the first view of %s is %d bytes, at most %d", target, size, most)
		}
	}
}

// sent returns how many bytes the answer at an address is on the line.
func (r *real) sent(t *testing.T, target string) int {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, target, nil)
	req.Header.Set("Accept-Encoding", "gzip, deflate, br")
	resp, err := r.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	size := len(read(t, resp))
	if resp.StatusCode != http.StatusOK || size == 0 {
		t.Fatalf("%s = %d with %d bytes", target, resp.StatusCode, size)
	}
	return size
}
