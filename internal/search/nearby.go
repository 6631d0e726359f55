package search

import (
	"cmp"
	"slices"
)

// Nearby is a kommune near the reader's that has what theirs has not.
type Nearby struct {
	Kommune *Kommune
	KM      float64 // between the centres
}

// How many kommuner nearby are named, and how far off they may be.
const (
	mostNearby = 4
	nearbyKM   = 200
)

// nearby returns the kommuner nearest to the filter's whose count is not zero.
func (c *catalog) nearby(f *filter, n *kommuneCounts) []Nearby {
	if f.near == nil {
		return nil
	}
	var list []Nearby
	for k, kommune := range c.kommuner {
		if n.kommune(c, k) == 0 || slices.Contains(f.kommuner, uint16(k)) {
			continue
		}
		if km := DistanceKM(*f.near, kommune.Position); km <= nearbyKM {
			list = append(list, Nearby{kommune, km})
		}
	}
	slices.SortFunc(list, func(a, b Nearby) int { return cmp.Compare(a.KM, b.KM) })
	return list[:min(len(list), mostNearby)]
}

// elsewhereOf returns where what a filter asks for is, when its kommune has none of it.
func (v *View) elsewhereOf(f *filter, u *understood, res *Result, n *kommuneCounts) []Nearby {
	switch {
	case !f.placed():
		return nil
	case res.Total == 0:
		return v.catalog().nearby(f, n)
	case res.NotThere && len(f.langs) == 0 && f.radius == 0:
		g := f.without()
		g.types = u.types
		return v.catalog().nearby(f, v.kommunerOf(g))
	}
	return nil
}
