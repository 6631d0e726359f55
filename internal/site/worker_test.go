package site_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// The card has the numbers that stand in code, and no need of an index, another page's
// style or a script.
func TestCrisisCard(t *testing.T) {
	app := newApp(nil, func() *search.View { return nil })
	for _, l := range page.Languages() {
		resp, body := get(t, app, l.Prefix()+"/nodkort")
		p := htmlcheck.Parse(body)
		if resp.StatusCode != http.StatusOK || len(body) > 4<<10 {
			t.Errorf("%s: %d, %d bytes", l, resp.StatusCode, len(body))
		}
		for _, fault := range p.Faults() {
			t.Errorf("%s: %s", l, fault)
		}
		if html, _ := p.First("html"); html.Attr("lang") != string(l) {
			t.Errorf("lang = %q, want %q", html.Attr("lang"), l)
		}
		numbers := telLinks(p, "main")
		for _, n := range append(directory.EmergencyNumbers(), directory.DangerNumbers()...) {
			if !slices.Contains(numbers, string(n)) {
				t.Errorf("%s: the card has %v and not %s", l, numbers, n)
			}
		}
		if styles := p.Attrs(`link[rel="stylesheet"]`, "href"); len(styles) != 1 || !strings.HasPrefix(styles[0], "/assets/card-") {
			t.Errorf("%s: styles %v", l, styles)
		}
	}
}

// What the worker keeps is there, and of the pages only those that are the same for all.
func TestWorker(t *testing.T) {
	app := newApp(nil, func() *search.View { return nil })
	resp, body := get(t, app, "/sw.js")
	if got := resp.Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control = %q, want no-cache", got)
	}
	if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/javascript") {
		t.Errorf("Content-Type = %q", got)
	}
	first, script, _ := strings.Cut(body, ";\n")
	var build struct {
		Version             string
		Files, Pages, Cards []string
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(first, "const BUILD=")), &build); err != nil {
		t.Fatalf("%v in %q", err, first)
	}
	if build.Version == "" || !strings.Contains(script, "addEventListener") {
		t.Errorf("version %q, script %.100q", build.Version, script)
	}
	if want := []string{"/nodkort", "/min-liste", "/nn/nodkort", "/nn/min-liste", "/en/nodkort", "/en/min-liste"}; !slices.Equal(build.Pages, want) {
		t.Errorf("pages %v, want %v", build.Pages, want)
	}
	if want := []string{"/nodkort", "/nn/nodkort", "/en/nodkort"}; !slices.Equal(build.Cards, want) {
		t.Errorf("cards %v, want %v", build.Cards, want)
	}
	for _, path := range build.Pages {
		resp, body := get(t, app, path)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s = %d without an index, want 200", path, resp.StatusCode)
		}
		if !strings.Contains(body, " data-uten-nett hidden") {
			t.Errorf("%s has no line that the worker can show", path)
		}
		p := htmlcheck.Parse(body)
		needed := append(p.Attrs(`link[rel="stylesheet"], link[rel="icon"], link[rel="preload"]`, "href"), p.Attrs("script[src], img", "src")...)
		for _, use := range p.Attrs("use", "href") {
			if file, id, _ := strings.Cut(use, "#"); file != "" {
				needed = append(needed, file)
			} else if !p.Has("#" + id) {
				t.Errorf("%s has no icon %s", path, id)
			}
		}
		for _, file := range needed {
			if !slices.Contains(build.Files, file) {
				t.Errorf("%s needs %s, which is not kept", path, file)
			}
		}
	}
}

// Browsers compare its bytes: the same build on another node, or after a restart, must not
// be another worker.
func TestWorkerIsTheSameEverywhere(t *testing.T) {
	_, first := get(t, newApp(nil, func() *search.View { return nil }), "/sw.js")
	_, second := get(t, newApp(nil, func() *search.View { return nil }), "/sw.js")
	if first != second {
		t.Errorf("the same build gives two workers:\n%.200s\n%.200s", first, second)
	}
}

func TestSavedPageIsDescribed(t *testing.T) {
	app := newApp(nil, func() *search.View { return nil })
	said := map[string]bool{}
	for _, l := range page.Languages() {
		_, body := get(t, app, l.Prefix()+"/min-liste")
		text := htmlcheck.Parse(body).Attrs(`meta[name="description"]`, "content")
		if len(text) != 1 || text[0] == "" || said[text[0]] {
			t.Errorf("%s: described as %q", l, text)
			continue
		}
		said[text[0]] = true
	}
}
