package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func TestFacetOfKommunerIsShort(t *testing.T) {
	const all = 3 * mostKommuner
	c := &catalog{fylkeOf: make([]uint32, all), kommuner: make([]*Kommune, all)}
	n := &counts{kommuneCounts: kommuneCounts{kommuner: make([]int32, all)}}
	for k := range all {
		c.facets.Kommuner = append(c.facets.Kommuner, choice(letterOf(k), directory.Text{NB: "Test"}))
		n.kommuner[k] = 7
	}
	n.kommuner[all-1], n.kommuner[all-2] = 0, 8
	got := c.mostOf(&filter{kommuner: []uint16{all - 1}}, n)
	if len(got) != mostKommuner {
		t.Fatalf("%d kommuner, want %d", len(got), mostKommuner)
	}
	for k := range mostKommuner - 2 {
		if got[k].Code != letterOf(k) || got[k].Count != 7 || got[k].Selected {
			t.Errorf("kommune %d is %+v, want the first of as many hits", k, got[k])
		}
	}
	want := []FacetValue{{c.facets.Kommuner[all-2].Choice, 8, false}, {c.facets.Kommuner[all-1].Choice, 0, true}}
	if diff := cmp.Diff(want, got[mostKommuner-2:]); diff != "" {
		t.Errorf("want the one with more and the chosen one last, as they stand (-want +got)\n%s", diff)
	}
	few := &catalog{fylkeOf: c.fylkeOf[:3], kommuner: c.kommuner[:3], facets: c.facets}
	if got := few.mostOf(&filter{}, n); len(got) != 3 {
		t.Errorf("%d of 3 kommuner", len(got))
	}
	if got := (&catalog{}).mostOf(&filter{}, &counts{}); len(got) != 0 {
		t.Errorf("%d kommuner of none", len(got))
	}
}

func letterOf(k int) string { return string(rune('a'+k/26)) + string(rune('a'+k%26)) }
