package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestAsset(t *testing.T) {
	for name, pattern := range map[string]string{
		"main.css":                          `^/assets/main-[0-9A-Z]{8}\.css$`,
		"main.js":                           `^/assets/main-[0-9A-Z]{8}\.js$`,
		"icons.svg":                         `^/assets/icons-[0-9A-F]{8}\.svg$`,
		"favicon.svg":                       `^/assets/favicon-[0-9A-F]{8}\.svg$`,
		"inter-latin-wght-normal.woff2":     `^/assets/inter-latin-wght-normal-[0-9A-Z]{8}\.woff2$`,
		"inter-latin-ext-wght-normal.woff2": `^/assets/inter-latin-ext-wght-normal-[0-9A-Z]{8}\.woff2$`,
	} {
		got := Asset(name)
		if !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("Asset(%q) = %q, want %s", name, got, pattern)
		}
		if _, err := fs.Stat(Files(), path.Base(got)); err != nil {
			t.Errorf("Asset(%q): %v", name, err)
		}
	}
}

func TestIcon(t *testing.T) {
	if got, want := Icon("phone"), Asset("icons.svg")+"#ikon-phone"; got != want {
		t.Errorf("Icon(phone) = %q, want %q", got, want)
	}
	if got := Symbol("phone"); !strings.HasPrefix(got, `<symbol id="ikon-phone" `) || strings.Count(got, "<symbol") != 1 || !strings.HasSuffix(got, "</symbol>") {
		t.Errorf("Symbol(phone) = %q", got)
	}
	if got, want := TypeIcon("lms"), "type-lms"; got != want {
		t.Errorf("TypeIcon(lms) = %q, want %q", got, want)
	}
	if got, want := TypeIcon("finnes_ikke"), "type-annet"; got != want {
		t.Errorf("TypeIcon(finnes_ikke) = %q, want %q", got, want)
	}
}

func TestUnknownNamesPanic(t *testing.T) {
	for name, call := range map[string]func(string) string{"Asset": Asset, "Icon": Icon, "Symbol": Symbol} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s(no-such-thing) did not panic", name)
				}
			}()
			call("no-such-thing")
		}()
	}
}

// The compressed siblings must be the file itself, or readers see something else than
// what was built.
func TestCompressedSiblings(t *testing.T) {
	decoders := map[string]func(io.Reader) (io.Reader, error){
		".br": func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		".gz": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	}
	for _, name := range []string{"main.css", "main.js", "icons.svg", "favicon.svg"} {
		file := path.Base(Asset(name))
		want, err := fs.ReadFile(Files(), file)
		if err != nil {
			t.Fatal(err)
		}
		for ext, decode := range decoders {
			compressed, err := fs.ReadFile(Files(), file+ext)
			if err != nil {
				t.Fatal(err)
			}
			r, err := decode(bytes.NewReader(compressed))
			if err != nil {
				t.Fatalf("%s%s: %v", file, ext, err)
			}
			got, err := io.ReadAll(r)
			if err != nil {
				t.Fatalf("%s%s: %v", file, ext, err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s%s is not %s compressed", file, ext, file)
			}
		}
	}
}

// A page must not make the reader's browser ask anybody else, nor run into the content
// security policy.
func TestNothingFromElsewhere(t *testing.T) {
	for _, name := range []string{"main.css", "main.js"} {
		content, err := fs.ReadFile(Files(), path.Base(Asset(name)))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(content), "http://www.w3.org/", "") // XML namespaces
		for _, bad := range []string{"http://", "https://", "@import", "eval("} {
			if strings.Contains(text, bad) {
				t.Errorf("%s contains %q", name, bad)
			}
		}
	}
}
