package page

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
)

// send asks for a page with the headers, and returns the answer with its body as it came.
func send(t *testing.T, a *Answer, headers ...string) (*http.Response, []byte) {
	t.Helper()
	app := fiber.New()
	app.Get("/", func(c *fiber.Ctx) error { return Send(c, a) })
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

var testPage = NewAnswer("text/html; charset=utf-8", []byte(strings.Repeat("Hjelp for pårørende. ", 100)))

func TestSendEncodings(t *testing.T) {
	for accept, want := range map[string]Encoding{
		"":                        Identity,
		"identity":                Identity,
		"deflate":                 Identity,
		"gzip":                    Gzip,
		"GZIP":                    Gzip,
		"gzip, deflate, br":       Brotli,
		"gzip, deflate, br, zstd": Brotli,
		"br;q=0.5, gzip;q=1":      Brotli,
		"br;q=0, gzip":            Gzip,
		"br; q=0.000, gzip; q=0":  Identity,
		"gzip;q=0.001":            Gzip,
		",,;":                     Identity,
	} {
		resp, body := send(t, testPage, "Accept-Encoding", accept)
		if got := resp.Header.Get("Content-Encoding"); got != string(want) {
			t.Errorf("Accept-Encoding %q gives %q, want %q", accept, got, want)
		}
		if !bytes.Equal(unpack(t, want, body), testPage.Body(Identity)) {
			t.Errorf("Accept-Encoding %q does not give the page", accept)
		}
		for name, want := range map[string]string{
			"Vary": "Accept-Encoding", "Cache-Control": "no-cache", "ETag": testPage.ETag, "Content-Type": testPage.ContentType,
		} {
			if got := resp.Header.Get(name); resp.StatusCode != http.StatusOK || got != want {
				t.Errorf("Accept-Encoding %q: status %d, %s = %q, want %q", accept, resp.StatusCode, name, got, want)
			}
		}
	}
}

func unpack(t *testing.T, e Encoding, body []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(body)
	switch e {
	case Gzip:
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	case Brotli:
		r = brotli.NewReader(r)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSendIfNoneMatch(t *testing.T) {
	strong := strings.TrimPrefix(testPage.ETag, "W/")
	for header, want := range map[string]int{
		"":                                 http.StatusOK,
		`W/"annen"`:                        http.StatusOK,
		`"annen", W/"til"`:                 http.StatusOK,
		strings.Trim(strong, `"`):          http.StatusOK,
		testPage.ETag:                      http.StatusNotModified,
		strong:                             http.StatusNotModified,
		`"annen", ` + testPage.ETag:        http.StatusNotModified,
		`W/"annen",` + strong + `,"til"`:   http.StatusNotModified,
		"*":                                http.StatusNotModified,
		"  " + testPage.ETag + "  , \"x\"": http.StatusNotModified,
	} {
		resp, body := send(t, testPage, "If-None-Match", header, "Accept-Encoding", "br")
		if resp.StatusCode != want {
			t.Errorf("If-None-Match %s gives %d, want %d", header, resp.StatusCode, want)
		}
		if resp.StatusCode != http.StatusNotModified {
			continue
		}
		// RFC 9110, 15.4.5: what a 200 would have said of the page.
		if len(body) > 0 || resp.Header.Get("ETag") != testPage.ETag || resp.Header.Get("Cache-Control") != "no-cache" ||
			resp.Header.Get("Vary") != "Accept-Encoding" || resp.Header.Get("Content-Encoding") != "" {
			t.Errorf("If-None-Match %s gives %d bytes and %v", header, len(body), resp.Header)
		}
	}
}
