package server

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/nasjonal-oversikt/oversikt/web"
)

func TestAssetEncoding(t *testing.T) {
	app, _ := newTestApp(t)
	plain := func(b []byte) ([]byte, error) { return b, nil }
	unzip := func(b []byte) ([]byte, error) {
		r, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	unbrotli := func(b []byte) ([]byte, error) { return io.ReadAll(brotli.NewReader(bytes.NewReader(b))) }
	target := web.Asset("main.css")
	want, err := fs.ReadFile(web.Files(), path.Base(target))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		accept, encoding string
		decode           func([]byte) ([]byte, error)
	}{
		{"", "", plain},
		{"identity", "", plain},
		{"zstd", "", plain},
		{"gzip", "gzip", unzip},
		{"gzip, deflate, br, zstd", "br", unbrotli},
		{"br;q=0, gzip", "gzip", unzip},
		{"br;q=0, gzip;q=0", "", plain},
		{"*", "br", unbrotli},
		{"br", "br", unbrotli},
	} {
		resp, body := do(t, app, http.MethodGet, target, "Accept-Encoding", tt.accept)
		if got := resp.Header.Get("Content-Encoding"); got != tt.encoding {
			t.Errorf("Accept-Encoding %q gave %q, want %q", tt.accept, got, tt.encoding)
			continue
		}
		if got, err := tt.decode([]byte(body)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("Accept-Encoding %q: not the file (%v)", tt.accept, err)
		}
		if got := resp.Header.Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary %q", tt.accept, got)
		}
	}
}

func TestAssetHeaders(t *testing.T) {
	app, _ := newTestApp(t)
	entries, err := fs.ReadDir(web.Files(), ".")
	if err != nil {
		t.Fatal(err)
	}
	served := 0
	for _, e := range entries {
		want, ok := mediaTypes[path.Ext(e.Name())]
		resp, _ := do(t, app, http.MethodGet, assetsAt+e.Name())
		if !ok {
			if resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s = %d, want 404: it is no asset of its own", e.Name(), resp.StatusCode)
			}
			continue
		}
		served++
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != want {
			t.Errorf("%s = %d %s, want 200 %s", e.Name(), resp.StatusCode, resp.Header.Get("Content-Type"), want)
		}
		if got := resp.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q, want immutable", e.Name(), got)
		}
		for name, want := range map[string]string{"Content-Security-Policy": assetPolicy, "X-Content-Type-Options": "nosniff"} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", e.Name(), name, got, want)
			}
		}
		for _, name := range pageHeaders {
			if got := resp.Header.Get(name); got != "" {
				t.Errorf("%s: %s %q, which is for pages", e.Name(), name, got)
			}
		}
	}
	if served < 5 {
		t.Errorf("%d assets, want style sheet, script, icons, favicon and fonts", served)
	}
}

func TestFavicon(t *testing.T) {
	app, _ := newTestApp(t)
	for _, target := range []string{"/favicon.ico", "/favicon.svg"} {
		resp, body := do(t, app, http.MethodGet, target)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/svg+xml; charset=utf-8" || !strings.Contains(body, "<svg") {
			t.Errorf("%s = %d %s, want an SVG", target, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		if strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is kept for ever, though its name does not change", target)
		}
	}
}
