package search

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// mostAlternatives is how many other ways a reader is shown where nothing is registered.
const mostAlternatives = 3

// Answers returns what the kommune has for every type, in display order: what covers it,
// closest first, and where nothing does, the nearest of the type elsewhere and what
// covers the kommune of the types to look at instead. It is empty for a number that is no
// kommune of today.
//
// Of each type the first few that cover the kommune are read, and of the types named whole all:
// the others have no Offering, which takes far longer to read than to find.
func (v *View) Answers(n region.Number, few int, whole ...string) []Answer {
	c := v.catalog()
	k, ok := c.kommuneIndex[n]
	if !ok {
		return nil
	}
	f := &filter{kommuner: []uint16{uint16(k)}, bits: []uint32{c.fylkeOf[k]}, near: &c.kommuner[k].Position, distance: true}
	covering := v.coveringByType(f)
	answers := make([]Answer, len(c.types))
	for i, t := range c.types {
		answers[i].Type = *t
		read := few
		if slices.Contains(whole, t.Code) {
			read = All
		}
		answers[i].Offerings = v.hits(covering[i], read)
		if len(answers[i].Offerings) == 0 {
			answers[i].Nearest = v.hits(v.nearest(f, i), All)
			answers[i].Alternatives = v.hits(v.alternatives(i, covering), All)
		}
	}
	return answers
}

// All is as many as there are.
const All = math.MaxInt

// hits returns the candidates as readers get them, the offerings themselves of the first few.
func (v *View) hits(list []candidate, few int) []Hit {
	var out []Hit
	for i := range list {
		if h, ok := v.hit(&list[i], len(out) >= few); ok {
			out = append(out, h)
		}
	}
	return out
}

// coveringByType returns what covers the filter's one kommune, by place of its type in the
// catalog, closest first.
func (v *View) coveringByType(f *filter) [][]candidate {
	byType := make([][]candidate, len(v.catalog().types))
	for _, list := range v.postings().covering(v.catalog(), f.kommuner[0]) {
		for _, slot := range list {
			if col := v.rows.cols.at(slot); col.typ >= 0 {
				byType[col.typ] = append(byType[col.typ], f.candidate(slot, col, v.rows.list[slot], f.reach(col), 0))
			}
		}
	}
	for _, list := range byType {
		slices.SortFunc(list, func(a, b candidate) int { return a.compareNearness(&b, int16(f.kommuner[0])) })
	}
	return byType
}

// compareNearness puts first, of what reaches the kommune in the same way, what has its door in it,
// then what has it closest: of two offices that share a region, each family's own. Where what is
// for the whole country has its door says nothing.
func (a *candidate) compareNearness(b *candidate, kommune int16) int {
	if a.reach == b.reach && a.reach != directory.ByNational {
		if d := cmp.Or(trueFirst(a.col.own == kommune, b.col.own == kommune), cmp.Compare(a.distance, b.distance)); d != 0 {
			return d
		}
	}
	return a.compareReach(b)
}

// nearest returns the closest few of the type by distance; what is nowhere is left out.
func (v *View) nearest(f *filter, typ int) []candidate {
	top := newTop(mostAlternatives, ByDistance)
	for _, slot := range v.postings().types[typ] {
		if col := v.rows.cols.at(slot); col.placed {
			top.add(f.candidate(slot, col, v.rows.list[slot], f.reach(col), 0))
		}
	}
	return top.sorted()
}

// local reports whether the offering is the kommune's own or shared with few others.
func (c candidate) local() bool { return c.reach == directory.ByOwn || c.reach == directory.ByShared }

// alternatives returns what covers the kommune of the types that the one at typ names: with a
// telephone first, then local ones, then those about the same, of these what is named after it:
// Krefttelefonen is for every cancer. Types lead on to their own alternatives, so that a chain
// ends in something national.
func (v *View) alternatives(typ int, covering [][]candidate) []candidate {
	c := v.catalog()
	t := c.types[typ]
	about := v.topicShares(typ)
	stems := about.stems(c)
	named := func(cand candidate) bool {
		name := cand.row.text(packedFold)
		return slices.ContainsFunc(stems, func(stem string) bool { return strings.HasPrefix(name, stem) })
	}
	seen := map[string]bool{t.Code: true}
	for level := t.Alternatives; len(level) > 0; {
		var found []candidate
		var next []string
		for _, code := range level {
			if i, ok := c.typeIndex[code]; ok && !seen[code] {
				seen[code] = true
				found = append(found, covering[i]...)
				next = append(next, c.types[i].Alternatives...)
			}
		}
		if len(found) > 0 {
			slices.SortStableFunc(found, func(a, b candidate) int {
				return cmp.Or(trueFirst(a.col.phone, b.col.phone), trueFirst(a.local(), b.local()),
					cmp.Compare(about.of(c, b.col), about.of(c, a.col)), trueFirst(named(a), named(b)))
			})
			return found[:min(len(found), mostAlternatives)]
		}
		level = next
	}
	return nil
}

// shares is how large a part of some offerings is about each topic.
type shares []float64

// topicShares returns those of the type's offerings. It leaves out what is said of fewer than
// half, or of one alone: it is what they are about, and not what the type is.
func (v *View) topicShares(typ int) shares {
	var counts [64]int32
	list := v.postings().types[typ]
	for _, slot := range list {
		v.rows.cols.at(slot).terms[topicTerms].count(counts[:])
	}
	s := make(shares, min(len(counts), len(v.catalog().terms[directory.Topic])))
	for t := range s {
		if n := int(counts[t]); n > 1 && 2*n >= len(list) {
			s[t] = float64(n) / float64(len(list))
		}
	}
	return s
}

// stems returns how names begin that are after what the shares are about.
func (s shares) stems(c *catalog) []string {
	var out []string
	for t, share := range s {
		if share > 0 {
			out = append(out, c.topicStem(t))
		}
	}
	return out
}

// general is how near something for all pårørende, whatever it is about, is to any type:
// nearer than what is about a part of the type's matters, farther than what is about them.
const general = 0.6

// of returns how near the offering is to what the shares are about, from 0 to 1: as cosine,
// so that one that is about less is farther away, as one about more is.
func (s shares) of(c *catalog, col *column) float64 {
	topics := col.terms[topicTerms]
	if topics.len() == 0 {
		if i, ok := c.termIndex[directory.TargetGroup]["parorende"]; ok && col.terms[targetTerms].has(i) {
			return general
		}
		return 0
	}
	sum, squares := 0.0, 0.0
	for t, share := range s {
		squares += share * share
		if topics.has(t) {
			sum += share
		}
	}
	if squares == 0 {
		return 0
	}
	return sum / math.Sqrt(squares*float64(topics.len()))
}

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
