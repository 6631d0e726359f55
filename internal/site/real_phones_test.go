package site_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// telLinks returns the numbers that can be tapped in a part of a page.
func telLinks(p htmlcheck.Page, within string) []string {
	var numbers []string
	for _, href := range p.Attrs(within+` a[href^="tel:"]`, "href") {
		numbers = append(numbers, strings.TrimPrefix(href, "tel:"))
	}
	return numbers
}

// numbers returns the numbers of the files by the address of the offering that each is of.
func (r *real) numbers() (byPath map[string]string, all map[string]bool) {
	byPath, all = map[string]string{}, map[string]bool{}
	for _, row := range r.offerings {
		if published(row) {
			byPath[r.paths[row["noekkel"]]] = e164(row["telefon"])
			all[e164(row["telefon"])] = true
		}
	}
	delete(all, "")
	return byPath, all
}

// checkLines holds that a list of offerings gives each the number of its own row, and
// where the list is for a kommune, that there is a way to reach every one of them. Other
// lists lead to the offering's page, which has somebody to call.
func (r *real) checkLines(t *testing.T, target string, p htmlcheck.Page, byPath map[string]string) {
	t.Helper()
	for _, line := range p.All("main .o-line, main .o-listing") {
		links := line.Attrs(`a[href^="/tilbud/"]`, "href")
		if len(links) != 1 {
			t.Errorf("%s: a line leads to %d offerings: %s", target, len(links), line.Text())
			continue
		}
		want, known := byPath[links[0]]
		if !known {
			t.Errorf("%s: %s is no published row", target, links[0])
		}
		got := strings.Join(telLinks(line, ""), " ")
		if got != want {
			t.Errorf("%s: %s has the number %q, want %q as its row", target, links[0], got, want)
		}
		if strings.HasPrefix(target, "/kommune/") && !line.Has(`a[href^="tel:"], a[href^="http"], a[href^="mailto:"]`) {
			t.Errorf("%s: no way to reach %s", target, links[0])
		}
	}
}

// Every page of an offering has the number of its row and no other, but for those without
// a number: there stand the kommune's and national helplines.
func testOfferingPhones(t *testing.T, r *real) {
	byPath, all := r.numbers()
	with := 0
	for _, row := range r.offerings {
		if !published(row) {
			continue
		}
		target, want := r.paths[row["noekkel"]], e164(row["telefon"])
		p := r.page(t, target)
		r.checkLines(t, target, p, byPath)
		got := telLinks(p, "main")
		if linked := linkedPhones(t, p); strings.Join(linked, " ") != want {
			t.Errorf("%s: JSON-LD has the numbers %q, want %q", target, linked, want)
		}
		if want != "" {
			with++
			if !slices.Equal(got, []string{want}) {
				t.Errorf("%s: numbers %q, want %q as the row", target, got, want)
			}
			continue
		}
		contact := r.contacts[r.kommuneOf(row)]
		for _, n := range got {
			if n != contact && !all[n] {
				t.Errorf("%s: number %s stands in no file", target, n)
			}
		}
		if len(got) == 0 {
			t.Errorf("%s: nobody to call", target)
		}
	}
	if with < 50 {
		t.Errorf("%d offerings with a number, want those of the file", with)
	}
}

// kommuneOf returns the number of the kommune that a row without a number falls back on:
// the only one that it covers, else where its door is.
func (r *real) kommuneOf(row map[string]string) string {
	name := row["kommune"]
	if area := row["dekningsomrade"]; !strings.ContainsAny(area, "|:") && area != "nasjonal" {
		name = area
	}
	for _, k := range r.view.Kommuner() {
		if k.DisplayName() == name {
			return string(k.Number)
		}
	}
	return ""
}

// linkedPhones returns the numbers that the page tells machines.
func linkedPhones(t *testing.T, p htmlcheck.Page) []string {
	t.Helper()
	script, ok := p.First(`script[type="application/ld+json"]`)
	if !ok {
		t.Error("no JSON-LD")
		return nil
	}
	var linked struct {
		Channels []struct {
			Phone *struct{ Telephone string } `json:"servicePhone"`
		} `json:"availableChannel"`
	}
	if err := json.Unmarshal([]byte(script.Data()), &linked); err != nil {
		t.Errorf("JSON-LD: %v", err)
	}
	var numbers []string
	for _, c := range linked.Channels {
		if c.Phone != nil {
			numbers = append(numbers, c.Phone.Telephone)
		}
	}
	return numbers
}

func testKommunePhones(t *testing.T, r *real) {
	byPath, all := r.numbers()
	shown := 0
	for _, row := range r.kommuner {
		target := r.kommunePath(t, row["kommunenummer"])
		p := r.page(t, target)
		r.checkLines(t, target, p, byPath)
		contact := r.contacts[row["kommunenummer"]]
		for _, n := range telLinks(p, "main") {
			if n != contact && !all[n] {
				t.Errorf("%s: number %s stands in no file", target, n)
			}
			if n == contact {
				shown++
			}
		}
		if contact != "" && !slices.Contains(telLinks(p, "main"), contact) {
			t.Errorf("%s: the kommune's own number %s is not there", target, contact)
		}
		if len(telLinks(p, "main .o-box")) == 0 {
			t.Errorf("%s: nobody to talk to now", target)
		}
	}
	if shown < len(r.contacts) {
		t.Errorf("%d numbers of kommuner shown, %d in the file", shown, len(r.contacts))
	}
}

// The other pages, searches and advice among them, have no number either but those of the files.
func testOtherPhones(t *testing.T, r *real) {
	byPath, all := r.numbers()
	contacts := map[string]bool{}
	for _, n := range r.contacts {
		contacts[n] = true
	}
	targets := r.allPages(t)
	for n := 1; n <= (len(r.paths)+19)/20; n++ {
		targets = append(targets, "/sok?side="+strconv.Itoa(n))
	}
	for _, k := range r.view.Kommuner()[:40] {
		targets = append(targets, "/sok?type=ppt&kommune="+string(k.Number), "/mote-med-helsetjenesten?kommune="+string(k.Number))
	}
	for _, target := range targets {
		if strings.HasPrefix(target, "/tilbud/") {
			continue // looked at with their own row
		}
		if target == "/min-liste" {
			continue // the form of a row, which only the browser fills in
		}
		p := r.page(t, target)
		r.checkLines(t, target, p, byPath)
		for _, n := range telLinks(p, "") {
			if !all[n] && !contacts[n] && !emergency[n] {
				t.Errorf("%s: number %s stands in no file", target, n)
			}
		}
	}
}

// What a reader sees is what is called.
func testPhonesAsShown(t *testing.T, r *real) {
	targets := []string{"/", "/sok", "/kommune/9999"}
	for _, k := range r.view.Kommuner()[:30] {
		targets = append(targets, page.KommunePath(k.Kommune))
	}
	for _, path := range r.paths {
		targets = append(targets, path)
	}
	for _, target := range targets {
		_, body := get(t, r.app, target)
		for _, a := range htmlcheck.Parse(body).All(`a[href^="tel:"]`) {
			dialled := strings.TrimPrefix(strings.TrimPrefix(a.Attr("href"), "tel:"), "+47")
			seen := strings.ReplaceAll(withoutNote(a), " ", "")
			if !strings.HasSuffix(seen, dialled) {
				t.Errorf("%s: %q calls %s", target, a.Text(), a.Attr("href"))
			}
		}
	}
}

// withoutNote returns what a link says, without the hours beside the number.
func withoutNote(a htmlcheck.Page) string {
	text := a.Text()
	if note, ok := a.First("small"); ok {
		text = strings.TrimSuffix(text, note.Text())
	}
	return strings.TrimSpace(text)
}
