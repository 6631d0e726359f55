package conform

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/interop/fhir"
)

// bundle is what is needed of a FHIR Bundle to go on from it.
type bundle struct {
	Link  []struct{ Relation, URL string }
	Entry []struct {
		Resource struct{ ResourceType, ID string }
	}
}

// walkFHIR asks for every page of every type, and for every resource by itself.
func walkFHIR(w *walk) error {
	if err := w.resource(fhir.Root + "/metadata"); err != nil {
		return err
	}
	for _, kind := range []string{"HealthcareService", "Organization", "Location", "CodeSystem"} {
		seen, asked := map[string]bool{}, map[string]bool{}
		for path := fhir.Root + "/" + kind + "?_count=100"; path != ""; {
			body, err := w.get(path, "application/fhir+json")
			if err != nil || body == nil {
				if err != nil {
					return err
				}
				break
			}
			w.wrong(path, fhirFaults(body)...)
			asked[path] = true
			var b bundle
			if json.Unmarshal(body, &b) != nil {
				break // fhirFaults has told
			}
			for _, e := range b.Entry {
				if e.Resource.ResourceType != kind || seen[e.Resource.ID] {
					continue
				}
				seen[e.Resource.ID] = true
				if err := w.resource(fhir.Root + "/" + kind + "/" + url.PathEscape(e.Resource.ID)); err != nil {
					return err
				}
			}
			if path = next(b); asked[path] {
				w.wrong(path, "is a page that comes after itself")
				break
			}
		}
		if len(seen) == 0 {
			w.wrong(fhir.Root+"/"+kind, "has no resources")
		}
	}
	return nil
}

// next returns the path of the page after this one, "" after the last.
func next(b bundle) string {
	for _, l := range b.Link {
		if l.Relation != "next" {
			continue
		}
		if u, err := url.Parse(l.URL); err == nil && strings.HasPrefix(u.Path, fhir.Root+"/") {
			return u.RequestURI()
		}
	}
	return ""
}

func (w *walk) resource(path string) error {
	body, err := w.get(path, "application/fhir+json")
	if err == nil && body != nil {
		w.wrong(path, fhirFaults(body)...)
	}
	return err
}

func fhirFaults(body []byte) []string {
	var all []string
	for _, p := range fhir.Check(body) {
		all = append(all, fmt.Sprint(p))
	}
	return all
}
