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

// local reports whether the offering is the kommune's own or shared with few others.
func (c candidate) local() bool { return c.reach == directory.ByOwn || c.reach == directory.ByShared }

// alternatives returns what covers the kommune of the types that t names: with a telephone
// first, then local ones, then those about the same as t. Types lead on to their own alternatives, so that a
// chain ends in something national.
func alternatives(c *catalog, t *directory.OfferingType, byType [][]candidate) []candidate {
	about := topicShares(c, byType[c.typeIndex[t.Code]])
	seen := map[string]bool{t.Code: true}
	for level := t.Alternatives; len(level) > 0; {
		var found []candidate
		var next []string
		for _, code := range level {
			if i, ok := c.typeIndex[code]; ok && !seen[code] {
				seen[code] = true
				found = append(found, covering(byType[i])...)
				next = append(next, c.types[i].Alternatives...)
			}
		}
		if len(found) > 0 {
			slices.SortStableFunc(found, func(a, b candidate) int {
				return cmp.Or(-compareBool(a.row.phone, b.row.phone), -compareBool(a.local(), b.local()),
					cmp.Compare(about.of(b.row), about.of(a.row)))
			})
			return found[:min(len(found), mostAlternatives)]
		}
		level = next
	}
	return nil
}

// shares is how large a part of some offerings is about each topic.
type shares []float64

func topicShares(c *catalog, list []candidate) shares {
	s := make(shares, len(c.terms[directory.Topic]))
	for _, cand := range list {
		for _, t := range cand.row.terms[topicTerms] {
			s[t] += 1 / float64(len(list))
		}
	}
	return s
}

// of returns how near the row is to what the shares are about, from 0 to 1: a row about
// one thing is nearer to it than a row about many.
func (s shares) of(r *row) float64 {
	topics := r.terms[topicTerms]
	sum := 0.0
	for _, t := range topics {
		sum += s[t]
	}
	return sum / float64(max(len(topics), 1))
}
