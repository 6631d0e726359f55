package search

import (
	"cmp"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// mostAlternatives is how many other ways a reader is shown where nothing is registered.
const mostAlternatives = 3

// Answers returns what the kommune has for every type, in display order: what covers it,
// closest first, and where nothing does, the nearest of the type elsewhere and what
// covers the kommune of the types to look at instead. It is empty for a number that is no
// kommune of today.
func (v *View) Answers(n region.Number) []Answer {
	c := v.catalog()
	k, ok := c.kommuneIndex[n]
	if !ok {
		return nil
	}
	byType := make([][]candidate, len(c.types))
	for _, r := range v.rows.list {
		if r != nil && r.typ >= 0 {
			cand := candidate{row: r, reach: r.closest(c, []int{k}), distance: r.distance(c.centre(k))}
			byType[r.typ] = append(byType[r.typ], cand)
		}
	}
	answers := make([]Answer, len(c.types))
	for i, t := range c.types {
		answers[i].Type = *t
		answers[i].Offerings = hits(covering(byType[i]))
		if len(answers[i].Offerings) == 0 {
			answers[i].Nearest = hits(nearest(byType[i]))
			answers[i].Alternatives = hits(alternatives(c, t, byType))
		}
	}
	return answers
}

func hits(list []candidate) []Hit {
	var out []Hit
	for _, c := range list {
		out = append(out, c.hit())
	}
	return out
}

// covering returns those that cover the kommune, closest first.
func covering(list []candidate) []candidate {
	var found []candidate
	for _, c := range list {
		if c.reach != directory.NotCovered {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, compareReach)
	return found
}

// nearest returns the closest few by distance; what is nowhere is left out.
func nearest(list []candidate) []candidate {
	var found []candidate
	for _, c := range list {
		if c.distance != nil {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(byDistance(a.distance, b.distance), compareReach(a, b))
	})
	return found[:min(len(found), mostAlternatives)]
}

// alternatives returns what covers the kommune of the types that t names, in their order,
// what one can call first. Types lead on to their own alternatives, so that a chain ends
// in something national.
func alternatives(c *catalog, t *directory.OfferingType, byType [][]candidate) []candidate {
	var found []candidate
	seen := map[string]bool{t.Code: true}
	queue := slices.Clone(t.Alternatives)
	for len(queue) > 0 && len(found) < mostAlternatives {
		code := queue[0]
		queue = queue[1:]
		i, ok := c.typeIndex[code]
		if seen[code] || !ok {
			continue
		}
		seen[code] = true
		list := covering(byType[i])
		slices.SortStableFunc(list, func(a, b candidate) int { return -compareBool(a.row.phone, b.row.phone) })
		found = append(found, list[:min(len(list), mostAlternatives-len(found))]...)
		queue = append(queue, c.types[i].Alternatives...)
	}
	return found
}
