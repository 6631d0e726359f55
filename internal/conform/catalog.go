package conform

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/interop/catalog"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/hsds"
)

// walkCatalog asks for the catalog, and holds its services against the offerings that HSDS
// lists. These are asked for before and after: what came or went in between is no fault.
func walkCatalog(w *walk) error {
	before, err := w.offerings()
	if err != nil {
		return err
	}
	body, err := w.get(catalog.Path, "application/ld+json")
	if err != nil {
		return err
	}
	after, err := w.offerings()
	if err != nil || body == nil {
		return err
	}
	w.wrong(catalog.Path, catalogFaults(body, before, after)...)
	return nil
}

// offerings returns the uuid of every public offering.
func (w *walk) offerings() (map[string]bool, error) {
	const path = hsds.Root + "/services?minimal=true"
	body, err := w.get(path, "")
	if err != nil || body == nil {
		return nil, err
	}
	var list struct {
		Contents []struct{ ID string }
	}
	if err := json.Unmarshal(body, &list); err != nil || len(list.Contents) == 0 {
		w.wrong(path, "names no offering")
	}
	ids := map[string]bool{}
	for _, o := range list.Contents {
		ids[o.ID] = true
	}
	return ids, nil
}

// catalogNode is what is needed of a thing in the catalog.
type catalogNode struct {
	ID         string   `json:"@id"`
	Types      []string `json:"@type"`
	Identifier []struct {
		Value string `json:"@value"`
	} `json:"dct:identifier"`
	Contains []struct {
		ID string `json:"@id"`
	} `json:"dcatno:containsService"`
}

func (n catalogNode) isService() bool {
	return slices.Contains(n.Types, "cpsv:PublicService") || slices.Contains(n.Types, "cpsvno:Service")
}

// identifier returns what the thing is known by elsewhere, "" where that is not one.
func (n catalogNode) identifier() string {
	if len(n.Identifier) != 1 {
		return ""
	}
	return n.Identifier[0].Value
}

// catalogFaults returns what is wrong with the catalog: a thing without a name, which
// harvesters pass over; a service that is no offering, or that the catalog does not say it
// contains; an offering that is not one service.
func catalogFaults(body []byte, before, after map[string]bool) []string {
	var document struct {
		Graph []catalogNode `json:"@graph"`
	}
	if err := json.Unmarshal(body, &document); err != nil {
		return []string{"is no JSON-LD: " + err.Error()}
	}
	contained := map[string]bool{}
	for _, n := range document.Graph {
		for _, c := range n.Contains {
			contained[c.ID] = true
		}
	}
	var all []string
	services := map[string]int{} // of an offering
	for _, n := range document.Graph {
		if n.ID == "" || strings.HasPrefix(n.ID, "_:") {
			all = append(all, fmt.Sprintf("%v %q has no name", n.Types, n.identifier()))
		}
		if !n.isService() {
			continue
		}
		id := n.identifier()
		services[id]++
		if !before[id] && !after[id] {
			all = append(all, fmt.Sprintf("the service %q is no public offering", n.ID))
		}
		if !contained[n.ID] {
			all = append(all, fmt.Sprintf("the service %q is not said to be in the catalog", n.ID))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if n := services[id]; after[id] && n != 1 {
			all = append(all, fmt.Sprintf("the offering %s is %d services", id, n))
		}
	}
	return all
}
