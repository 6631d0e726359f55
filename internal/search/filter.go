package search

import (
	"math"
	"math/bits"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// filter is what offerings are held against, as indexes into the catalog.
type filter struct {
	kommuner []uint16
	bits     []uint32 // the fylker that the kommuner are in
	fylker   uint32
	asked    []int // types that the reader chose
	types    []int // types in force: chosen or understood
	terms    [len(termKinds)]set64
	langs    []string
	near     *region.Position
	radius   float64
	distance bool // distances are needed for more than showing
	fit      fitness
	helpline int // the type
}

// placed reports whether the reader's place is known.
func (f *filter) placed() bool { return len(f.kommuner) > 0 }

func (v *View) filter(q Query, u *understood) *filter {
	c := v.catalog()
	f := &filter{langs: q.Languages, near: q.Near, radius: q.RadiusKM, distance: q.RadiusKM > 0 || q.Sort == ByDistance}
	kommuner := c.indexes(q.Kommuner)
	if len(kommuner) == 0 {
		kommuner = u.kommuner
	}
	for _, k := range kommuner {
		f.kommuner = append(f.kommuner, uint16(k))
		f.bits = append(f.bits, c.fylkeOf[k])
	}
	for _, n := range q.Fylker {
		if i, ok := c.fylkeIndex[n]; ok {
			f.fylker |= 1 << i
		}
	}
	if f.fylker == 0 && len(kommuner) == 0 {
		for _, i := range u.fylker {
			f.fylker |= 1 << i
		}
	}
	for _, code := range q.Types {
		if i, ok := c.typeIndex[code]; ok && !slices.Contains(f.asked, i) {
			f.asked = append(f.asked, i)
		}
	}
	for i, codes := range [...][]string{q.TargetGroups, q.Topics, q.Formats} {
		for _, code := range codes {
			if t, ok := c.termIndex[termKinds[i]][code]; ok {
				f.terms[i].add(t)
			}
		}
	}
	f.helpline = -1
	if i, ok := c.typeIndex["hjelpetelefon"]; ok {
		f.helpline = i
	}
	f.fit = fitness{placed: len(kommuner)+bits.OnesCount32(f.fylker) > 0, laymen: u.forLaymen(), crisis: u.crisis}
	if u.crisis {
		f.fit.any = c.coded(directory.Topic, []string{anyDanger})
		f.fit.urgent = c.coded(directory.Topic, u.dangers()) & c.coded(directory.Topic, []string{ownLife, violence})
		if f.fit.urgent == 0 {
			f.fit.urgent = f.fit.any
		}
	}
	if !u.literal {
		f.fit.kin, f.fit.self, f.fit.young = c.targets(u.nearTo()...), c.forIll|c.forAll, u.isYoung()
		f.fit.others = c.targets("fagfolk")
	}
	if f.near == nil && len(kommuner) > 0 {
		f.near = &c.kommuner[kommuner[0]].Position
	}
	return f
}

// targets returns the target groups with the codes, those unknown left out.
func (c *catalog) targets(codes ...string) set64 { return c.coded(directory.TargetGroup, codes) }

// coded returns the terms of the kind with the codes, those unknown left out.
func (c *catalog) coded(kind directory.TermKind, codes []string) set64 {
	var s set64
	for _, code := range codes {
		if i, ok := c.termIndex[kind][code]; ok {
			s.add(i)
		}
	}
	return s
}

// passesOther reports whether the offering in the slot passes what no facet shows.
func (v *View) passesOther(f *filter, slot int32) bool {
	if len(f.langs) > 0 {
		spoken := v.rows.list[slot].facts().Langs
		if !slices.ContainsFunc(f.langs, func(l string) bool { return slices.Contains(spoken, l) }) {
			return false
		}
	}
	return f.radius == 0 || f.near == nil || float64(f.kilometres(v.rows.cols.at(slot))) <= f.radius
}

// others reports whether the filter asks for what no facet shows.
func (f *filter) others() bool { return len(f.langs) > 0 || f.radius > 0 && f.near != nil }

// reach returns how the offering comes to cover any of the filter's kommuner, the closest way.
func (f *filter) reach(col *column) directory.Reach {
	best := directory.NotCovered
	for i, k := range f.kommuner {
		if r := col.reach(k, f.bits[i]); r != directory.NotCovered && (best == directory.NotCovered || r < best) {
			best = r
		}
	}
	return best
}

// kilometres returns how far the offering is from the filter's place; infinitely far when
// either is nowhere.
func (f *filter) kilometres(col *column) float32 {
	if f.near == nil || !col.placed {
		return float32(math.Inf(1))
	}
	return float32(DistanceKM(*f.near, *col.position()))
}
