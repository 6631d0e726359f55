package conform

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/interop/fhir"
)

// bundle is what is needed of a FHIR Bundle to go on from it.
type bundle struct {
	Total int
	Link  []struct{ Relation, URL string }
	Entry []struct {
		Resource struct{ ResourceType, ID string }
	}
}

// reference is where a resource refers to another one, with type and id.
var reference = regexp.MustCompile(`"reference":"(?:[^"]*/)?((?:HealthcareService|Organization|Location)/[^"/]+)"`)

// walkFHIR asks for every page of every type, and for every resource by itself. What they
// refer to has to be among them.
func walkFHIR(w *walk) error {
	if _, err := w.resource(fhir.Root + "/metadata"); err != nil {
		return err
	}
	there, wanted := map[string]bool{}, map[string]string{} // by reference; wanted by which resource
	for _, kind := range []string{"HealthcareService", "Organization", "Location", "CodeSystem"} {
		seen, asked := map[string]bool{}, map[string]bool{}
		total := 0
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
			total = b.Total
			for _, e := range b.Entry {
				if e.Resource.ResourceType != kind || seen[e.Resource.ID] {
					continue
				}
				seen[e.Resource.ID], there[kind+"/"+e.Resource.ID] = true, true
				at := fhir.Root + "/" + kind + "/" + url.PathEscape(e.Resource.ID)
				body, err := w.resource(at)
				if err != nil {
					return err
				}
				for _, found := range reference.FindAllSubmatch(body, -1) {
					wanted[string(found[1])] = at
				}
			}
			if path = next(b); asked[path] {
				w.wrong(path, "is a page that comes after itself")
				break
			}
		}
		if len(seen) == 0 {
			w.wrong(fhir.Root+"/"+kind, "has no resources")
		} else if len(seen) != total {
			w.wrong(fhir.Root+"/"+kind, fmt.Sprintf("says that there are %d, and its pages have %d", total, len(seen)))
		}
	}
	for _, r := range slices.Sorted(maps.Keys(wanted)) {
		if !there[r] {
			w.wrong(wanted[r], fmt.Sprintf("refers to %q, which is in no list", r))
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

func (w *walk) resource(path string) ([]byte, error) {
	body, err := w.get(path, "application/fhir+json")
	if err == nil && body != nil {
		w.wrong(path, fhirFaults(body)...)
	}
	return body, err
}

func fhirFaults(body []byte) []string {
	var all []string
	for _, p := range fhir.Check(body) {
		all = append(all, fmt.Sprint(p))
	}
	return all
}
