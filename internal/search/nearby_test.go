package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestNearby(t *testing.T) {
	c := &catalog{}
	n := &kommuneCounts{}
	// All on one meridian: a degree of latitude is 111 km.
	for _, k := range []struct {
		name  string
		lat   float64
		count int32
	}{{"far", 62.5, 9}, {"third", 60.9, 1}, {"own", 60, 0}, {"second", 60.5, 2}, {"empty", 60.1, 0}, {"first", 59.8, 3}, {"fourth", 61.2, 1}, {"fifth", 61.3, 1}} {
		c.kommuner = append(c.kommuner, &Kommune{Kommune: region.Kommune{Name: k.name, Position: region.Position{Lat: k.lat, Lon: 10}}})
		n.kommuner = append(n.kommuner, k.count)
	}
	c.fylkeOf = make([]uint32, len(c.kommuner))
	f := &filter{kommuner: []uint16{2}, near: &c.kommuner[2].Position}
	var order []string
	for _, near := range c.nearby(f, n) {
		order = append(order, near.Kommune.Name)
	}
	if diff := cmp.Diff([]string{"first", "second", "third", "fourth"}, order); diff != "" {
		t.Errorf("want the four nearest that have something, within %d km (-want +got)\n%s", nearbyKM, diff)
	}
	if list := c.nearby(&filter{}, n); list != nil {
		t.Errorf("got %v without a place", list)
	}
}
