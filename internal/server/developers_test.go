package server

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/changelog"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/opendata"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// The page for developers names what the program serves, and nothing else; and each language
// has its limits and its changelog.
func TestDevelopersPage(t *testing.T) {
	s := newWriteSite(t)
	for _, prefix := range []string{"", "/nn", "/en"} {
		resp, body := do(t, s.app, http.MethodGet, prefix+"/for-utviklere")
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s/for-utviklere = %d", prefix, resp.StatusCode)
		}
		p := htmlcheck.Parse(body)
		for _, fault := range p.Faults() {
			t.Errorf("%s: %s", prefix, fault)
		}
		links := 0
		for _, href := range p.Attrs("main article a", "href") {
			path, _, _ := strings.Cut(href, "#")
			if path == "" || strings.HasPrefix(path, "http") {
				continue
			}
			links++
			if found, _ := do(t, s.app, http.MethodGet, path); found.StatusCode >= http.StatusBadRequest {
				t.Errorf("%s: %s = %d", prefix, href, found.StatusCode)
			}
		}
		if links < 8 {
			t.Errorf("%s: only %d links", prefix, links)
		}
		for _, limit := range []string{"100", "16 kB", "256 kB", "600", "5 sek"} {
			if !strings.Contains(body, limit) && !(prefix == "/en" && limit == "5 sek" && strings.Contains(body, "5 seconds")) {
				t.Errorf("%s: the limit %q is not said", prefix, limit)
			}
		}
		for _, limit := range []int{api.MessageChanges, int(api.MessageTime.Seconds()), int(store.WebhookPatience.Hours()) / 2, int(store.WebhookPatience.Hours()), int(store.SecretOverlap.Hours()) / 24} {
			if !strings.Contains(body[strings.Index(body, `id="meldinger"`):], fmt.Sprintf(" %d ", limit)) {
				t.Errorf("%s: %d is not said of messages", prefix, limit)
			}
		}
		if n := len(p.All("#signatur ~ details pre")); n != 3 {
			t.Errorf("%s: %d examples of a receiver, want 3", prefix, n)
		}
		for _, e := range changelog.All() {
			for _, c := range e.Changes {
				text, _ := c.In(map[string]string{"": "nb", "/nn": "nn", "/en": "en"}[prefix])
				if !strings.Contains(p.Text(), text) {
					t.Errorf("%s: not in the changelog: %s", prefix, text)
				}
			}
		}
	}
}

// What there is as files is named where there are files, and not elsewhere.
func TestDevelopersFindTheFiles(t *testing.T) {
	for _, there := range []bool{true, false} {
		d, _ := testDeps(t)
		if there {
			d.Files = opendata.New(opendata.Deps{View: d.View, BaseURL: d.BaseURL, Dir: t.TempDir(), Log: d.Log})
		}
		_, body := do(t, New(d), http.MethodGet, "/for-utviklere")
		links := htmlcheck.Parse(body).Attrs("#finnes + ul a", "href")
		for _, link := range []string{"/data", "/data/katalog.ttl"} {
			if slices.Contains(links, link) != there {
				t.Errorf("there are files: %t; %s is among the ways in: %t, %q", there, link, !there, links)
			}
		}
	}
}

// The limits are those that are said.
func TestLimitsOfAPI(t *testing.T) {
	s := newWriteSite(t)
	_, body := do(t, s.app, http.MethodGet, "/api/v1/openapi.json")
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name   string
				Schema struct{ Maximum int }
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		t.Fatal(err)
	}
	sizes := 0
	for path, methods := range doc.Paths {
		for _, p := range methods["get"].Parameters {
			if p.Name == "antall" && path != "/endringer" {
				sizes++
				if p.Schema.Maximum != api.MaxPageSize {
					t.Errorf("%s gives up to %d, and %d is said", path, p.Schema.Maximum, api.MaxPageSize)
				}
			}
		}
	}
	if sizes < 2 {
		t.Errorf("%d lists with pages, want those of /tilbud and /kurs", sizes)
	}
	_, secret := s.token(bodo, store.Scopes()...)
	at := `{"navn":"` + strings.Repeat("a", api.MaxBody-len(`{"navn":""}`)) + `"}`
	s.call(http.MethodPost, "/tilbud", secret, "", at).want(t, http.StatusUnprocessableEntity, "body.dekning", "body.navn", "body.type")
	s.call(http.MethodPost, "/tilbud", secret, "", at+" ").want(t, http.StatusRequestEntityTooLarge)
}

func TestChangelogFeed(t *testing.T) {
	s := newWriteSite(t)
	for _, prefix := range []string{"", "/nn", "/en"} {
		resp, body := do(t, s.app, http.MethodGet, prefix+"/for-utviklere/endringslogg.atom")
		var feed struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			ID      string   `xml:"id"`
			Title   string   `xml:"title"`
			Updated string   `xml:"updated"`
			Author  string   `xml:"author>name"`
			Entries []struct {
				ID      string `xml:"id"`
				Title   string `xml:"title"`
				Updated string `xml:"updated"`
				Content string `xml:"content"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal([]byte(body), &feed); err != nil || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/atom+xml") {
			t.Fatalf("%s: %d %s, %v", prefix, resp.StatusCode, resp.Header.Get("Content-Type"), err)
		}
		if _, err := time.Parse(time.RFC3339, feed.Updated); err != nil || feed.ID == "" || feed.Title == "" || feed.Author == "" || len(feed.Entries) == 0 {
			t.Errorf("%s: %+v, %v", prefix, feed, err)
		}
		seen := map[string]bool{}
		for _, e := range feed.Entries {
			if seen[e.ID] || e.Title == "" || e.Content == "" || e.Updated == "" {
				t.Errorf("%s: entry %+v", prefix, e)
			}
			seen[e.ID] = true
		}
	}
}
