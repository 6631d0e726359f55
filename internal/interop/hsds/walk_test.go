package hsds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// walker reads everything as a client of HSDS does, and holds it against the rules.
type walker struct {
	t       *testing.T
	app     *fiber.App
	rules   map[string][]rule
	checked int
}

func (w *walker) read(kind, target string) []byte {
	w.t.Helper()
	body := get(w.t, w.app, target)
	if bytes.Contains(body, []byte("null")) && strings.Contains(strings.ReplaceAll(string(body), `"null"`, ""), ":null") {
		w.t.Errorf("%s has null", target)
	}
	if strings.Contains(string(body), "Hemmelig") || strings.Contains(string(body), "Skjult vei") {
		w.t.Errorf("%s tells a confidential place", target)
	}
	for _, r := range w.rules[kind] {
		r.hold(w.t, target, body)
		w.checked++
	}
	return body
}

type item struct {
	ID           string
	Organization struct{ ID string }
	Service      struct{ ID string }
	Services     []struct{ ID string }
	Attributes   []struct {
		Term struct {
			ID       string
			Taxonomy string `json:"taxonomy_id"`
		} `json:"taxonomy_term"`
	}
	Places []struct {
		ID       string
		Location struct{ ID string }
	} `json:"service_at_locations"`
	Location   struct{ ID string }
	TaxonomyID string `json:"taxonomy_id"`
}

// pages follows a list from page to page and returns its items.
func (w *walker) pages(kind, target string) []item {
	w.t.Helper()
	sep := "?"
	if strings.Contains(target, "?") {
		sep = "&"
	}
	var all []item
	for n := 1; ; n++ {
		at := fmt.Sprintf("%s%spage=%d&per_page=37", target, sep, n)
		p := decoded[Page[item]](w.t, w.read(kind, at))
		if p.PageNumber != n || p.FirstPage != (n == 1) || p.Size != len(p.Contents) || p.Empty != (p.Size == 0) || p.LastPage != (n == p.TotalPages) {
			w.t.Fatalf("%s: %d of %d pages, size %d of %d, first %t, last %t, empty %t", at, p.PageNumber, p.TotalPages, p.Size, len(p.Contents), p.FirstPage, p.LastPage, p.Empty)
		}
		all = append(all, p.Contents...)
		if !p.LastPage {
			continue
		}
		if len(all) != p.TotalItems {
			w.t.Errorf("%s: %d items on all pages, total_items is %d", target, len(all), p.TotalItems)
		}
		return all
	}
}

// walk reads every page of every list and every single thing, and sees that ids lead on.
func (w *walker) walk() map[string]map[string]bool {
	seen := map[string]map[string]bool{}
	for _, k := range []struct{ one, many string }{
		{"taxonomy", "taxonomies"}, {"taxonomy_term", "taxonomy_terms"}, {"organization", "organizations"},
		{"service", "services"}, {"service_at_location", "service_at_locations"},
	} {
		seen[k.many] = map[string]bool{}
		for _, i := range w.pages(k.many, "/"+k.many) {
			if seen[k.many][i.ID] {
				w.t.Errorf("%s: %s is there twice", k.many, i.ID)
			}
			seen[k.many][i.ID] = true
			one := decoded[item](w.t, w.read(k.one, "/"+k.many+"/"+i.ID))
			if one.ID != i.ID {
				w.t.Errorf("%s/%s is %s", k.many, i.ID, one.ID)
			}
			w.nested(seen, k.many, one)
		}
	}
	w.whole("services_full", "/services", "?full=true", "")
	w.whole("organizations_full", "/organizations", "?full=true", "")
	w.whole("organizations_full_service", "/organizations", "?full_service=true", "?full_service=true")
	w.whole("service_at_locations_full", "/service_at_locations", "?full=true", "")
	for id := range seen["organizations"] {
		w.read("organization_full_service", "/organizations/"+id+"?full_service=true")
	}
	w.pages("services_minimal", "/services?minimal=true")
	w.read("base", "/")
	return seen
}

// whole sees that the items of a list of whole things are as they are by themselves, and so as
// valid.
func (w *walker) whole(kind, path, with, alone string) {
	w.t.Helper()
	for n := 1; ; n++ {
		p := decoded[Page[json.RawMessage]](w.t, w.read(kind, fmt.Sprintf("%s%s&page=%d", path, with, n)))
		for _, one := range p.Contents {
			id := decoded[item](w.t, one).ID
			if by := get(w.t, w.app, path+"/"+id+alone); !bytes.Equal(bytes.TrimSpace(by), one) {
				w.t.Errorf("%s %s is otherwise in the list:\n%s\n%s", kind, id, one, by)
			}
		}
		if p.LastPage {
			return
		}
	}
}

// nested sees that what stands in an object is there by itself too.
func (w *walker) nested(seen map[string]map[string]bool, kind string, one item) {
	w.t.Helper()
	lead := func(kind, id string) {
		if id != "" && seen[kind] != nil && !seen[kind][id] {
			w.t.Errorf("%s %s names %s %s, which is not in the list", kind, one.ID, kind, id)
		}
	}
	lead("organizations", one.Organization.ID)
	lead("services", one.Service.ID)
	lead("taxonomies", one.TaxonomyID)
	for _, a := range one.Attributes {
		lead("taxonomy_terms", a.Term.ID)
		lead("taxonomies", a.Term.Taxonomy)
	}
	if kind == "organizations" && len(one.Services) == 0 {
		w.t.Errorf("organization %s has no services", one.ID)
	}
	for _, s := range one.Services {
		get(w.t, w.app, "/services/"+s.ID)
	}
	for _, p := range one.Places {
		at := decoded[item](w.t, get(w.t, w.app, "/service_at_locations/"+p.ID))
		if at.Location.ID != p.Location.ID || at.Service.ID != one.ID {
			w.t.Errorf("service %s has location %s by %s, which says %s at %s", one.ID, p.Location.ID, p.ID, at.Service.ID, at.Location.ID)
		}
	}
}

func TestEverythingIsValid(t *testing.T) {
	all := rules(t)
	t.Run("made up", func(t *testing.T) {
		w := &walker{t: t, app: appOf(index(t).View), rules: all}
		seen := w.walk()
		if len(seen["services"]) != 4 || len(seen["organizations"]) != 3 || len(seen["service_at_locations"]) != 3 {
			t.Errorf("%d services, %d organizations, %d places; want 4, 3 and 3", len(seen["services"]), len(seen["organizations"]), len(seen["service_at_locations"]))
		}
	})
	t.Run("real", func(t *testing.T) {
		v := realdata.View(t)
		w := &walker{t: t, app: appOf(func() *search.View { return v }), rules: all}
		seen := w.walk()
		if len(seen["services"]) != len(v.Offerings()) || len(seen["service_at_locations"]) < 100 {
			t.Errorf("%d services of %d offerings, %d places", len(seen["services"]), len(v.Offerings()), len(seen["service_at_locations"]))
		}
		t.Logf("%d checked: %d services, %d organizations, %d places", w.checked, len(seen["services"]), len(seen["organizations"]), len(seen["service_at_locations"]))
	})
}
