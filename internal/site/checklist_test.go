package site

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/checklist"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

func TestChecklists(t *testing.T) {
	app := newTestApp(t)
	for _, l := range page.Languages() {
		_, body := get(t, app, l.Prefix()+"/sjekklister")
		doc := htmlcheck.Parse(body)
		for _, list := range checklist.All(string(l)) {
			address := l.Prefix() + list.Path()
			if !doc.Has(`main a[href="` + address + `"]`) {
				t.Errorf("%s/sjekklister does not lead to %s", l.Prefix(), address)
			}
			resp, body := get(t, app, address)
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("%s = %d", address, resp.StatusCode)
			}
			checkChecklist(t, address, htmlcheck.Parse(body), list)
		}
		if resp, _ := get(t, app, l.Prefix()+"/sjekklister/finnes-ikke"); resp.StatusCode != http.StatusNotFound {
			t.Errorf("a list that is not there = %d", resp.StatusCode)
		}
	}
}

func checkChecklist(t *testing.T, address string, doc htmlcheck.Page, list checklist.List) {
	t.Helper()
	if got := len(doc.All("main h2#parorende")) + len(doc.All("main h2#helsepersonell")); got != 2 {
		t.Errorf("%s has %d of its two parts", address, got)
	}
	if got, want := len(doc.All("fieldset")), len(list.Family)+len(list.Personnel); got != want || len(doc.All("fieldset > legend")) != want {
		t.Errorf("%s has %d groups, want %d, each with its legend", address, got, want)
	}
	for _, i := range list.Items() {
		kind := `input[type="checkbox"]`
		if i.Field != "" {
			kind = "textarea"
		}
		control, ok := doc.First(kind + `[id="` + i.ID + `"]`)
		if !ok {
			t.Errorf("%s has no %s for %s", address, kind, i.ID)
			continue
		}
		if i.Help != "" && !doc.Has(`[id="`+control.Attr("aria-describedby")+`"]`) {
			t.Errorf("%s: the help of %s is not its description", address, i.ID)
		}
	}
	for _, law := range list.Laws {
		if n := len(doc.All(`main a[href="` + law.URL + `"]`)); n < 2 {
			t.Errorf("%s links %d times to %s, want where it is used and in the list", address, n, law.URL)
		}
	}
	// Nothing that is written can be sent: there is no form around it, and it has no name.
	if doc.Has("main form") || doc.Has("main [name]") || doc.Has(`main [type="submit"]`) {
		t.Errorf("%s: what is written can be sent", address)
	}
	// What only script can do is not offered without it.
	for _, e := range doc.All("main article button") {
		if e.Attr("type") != "button" {
			t.Errorf("%s: button %q is of type %q", address, e.Text(), e.Attr("type"))
		}
	}
	if !doc.Has("[data-med-skript][hidden]") || !doc.Has("[data-skriv-del][hidden]") || !doc.Has("main noscript") {
		t.Errorf("%s offers without script what needs it", address)
	}
}

func TestOnlyChecklistsLoadTheirStyleAndScript(t *testing.T) {
	app := newTestApp(t)
	for target, want := range map[string]int{"/sjekklister/barn-som-parorende": 1, "/sjekklister": 0, "/om": 0, "/mote-med-helsetjenesten/test": 0} {
		_, body := get(t, app, target)
		for _, file := range []string{`<link rel="stylesheet" href="/assets/checklist-`, `<script src="/assets/checklist-`} {
			if got := strings.Count(body, file); got != want {
				t.Errorf("%s has %s %d times, want %d", target, file, got, want)
			}
		}
	}
}

func TestChecklistsAreInTheSitemapAndTheFooter(t *testing.T) {
	app := newTestApp(t)
	_, sitemap := get(t, app, "/sitemap.xml")
	for _, path := range []string{"/sjekklister", "/sjekklister/behov-for-avlastning"} {
		if !strings.Contains(sitemap, "<loc>https://oversikt.example"+path+"</loc>") {
			t.Errorf("the sitemap lacks %s", path)
		}
	}
	if _, body := get(t, app, "/om"); !htmlcheck.Parse(body).Has(`footer a[href="/sjekklister"]`) {
		t.Error("the footer does not lead to the checklists")
	}
}
