package search

import "math/bits"

// grid holds the columns of all slots crosswise: for each 64 slots a row, and in it for each
// value that a filter can ask for a word, whose bit says of one slot whether it has the value.
// What passes a filter, and how many have each value, is found 64 offerings at a time.
type grid struct {
	width                 int // words of a row
	whole, touched, types int // where the values of these begin in a row
	terms                 [len(termKinds)]int
	words                 []uint64

	// What is for kommuner one by one, by slot: those of a slot end where those of the next begin.
	kommuner []uint16
	from     []int32
}

// The values that begin a row. What is for the whole country is in no other value of a place.
const (
	gridLive     = iota
	gridNational // for the whole country
	gridSingle   // for kommuner one by one
	gridFirst
)

func newGrid(r *rows) *grid {
	c := r.catalog
	g := &grid{whole: gridFirst}
	g.touched = g.whole + len(c.fylker)
	g.types = g.touched + len(c.fylker)
	g.width = g.types + len(c.types)
	for i, kind := range termKinds {
		g.terms[i] = g.width
		g.width += min(len(c.terms[kind]), 64)
	}
	g.words = make([]uint64, g.width*((len(r.list)+63)/64))
	g.from = make([]int32, 1, len(r.list)+1)
	for slot := range r.list {
		if col := r.cols.at(int32(slot)); col.live {
			g.put(slot, col)
		}
		g.from = append(g.from, int32(len(g.kommuner)))
	}
	return g
}

// put sets the values of one slot.
func (g *grid) put(slot int, col *column) {
	row, bit := g.row(slot/64), uint64(1)<<(slot%64)
	row[gridLive] |= bit
	if col.typ >= 0 {
		row[g.types+int(col.typ)] |= bit
	}
	for i, set := range col.terms {
		for rest := uint64(set); rest != 0; rest &= rest - 1 {
			row[g.terms[i]+bits.TrailingZeros64(rest)] |= bit
		}
	}
	if col.national {
		row[gridNational] |= bit
		return
	}
	if len(col.kommuner) > 0 {
		row[gridSingle] |= bit
		g.kommuner = append(g.kommuner, col.kommuner...)
	}
	for rest := col.fylker; rest != 0; rest &= rest - 1 {
		row[g.whole+bits.TrailingZeros32(rest)] |= bit
	}
	for rest := col.touched; rest != 0; rest &= rest - 1 {
		row[g.touched+bits.TrailingZeros32(rest)] |= bit
	}
}

// row returns the words of the i-th 64 slots.
func (g *grid) row(i int) []uint64 { return g.words[i*g.width : (i+1)*g.width] }

// slotSet is a set of slots, a bit for each.
type slotSet []uint64

func (s slotSet) add(slot int32) { s[slot/64] |= 1 << (slot % 64) }

func (s slotSet) has(slot int32) bool { return s[slot/64]&(1<<(slot%64)) != 0 }

// each calls f with every slot of the set, in order.
func (s slotSet) each(f func(slot int32)) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			f(int32(i*64 + bits.TrailingZeros64(word)))
		}
	}
}

// The parts of a filter. A facet is counted among what passes all parts but its own.
const (
	partKommune = iota
	partFylke
	partType
	partTerms                              // and the two after it, one for each vocabulary
	partOther = partTerms + len(termKinds) // what no facet shows
	allParts  = partOther + 1
)

// passing is what passes a filter.
type passing struct {
	parts [allParts]slotSet
	all   slotSet // what there is that passes every part
}

// passing returns what passes the filter. Of what no facet shows, slots alone are asked, or all
// when it is nil. The sets are parts of s.
func (v *View) passing(f *filter, s *scratch, slots []int32) *passing {
	g := v.postings().grid
	p := &passing{all: s.set()}
	for i := range p.parts {
		p.parts[i] = s.set()
	}
	kommune, fylke, types, other := p.parts[partKommune], p.parts[partFylke], p.parts[partType], p.parts[partOther]
	var whole uint32
	for i, k := range f.kommuner {
		whole |= f.bits[i]
		for _, slot := range v.postings().kommuner[k] {
			kommune.add(slot)
		}
	}
	if f.others() {
		ask := func(slot int32) {
			if v.passesOther(f, slot) {
				other.add(slot)
			}
		}
		for _, slot := range slots {
			ask(slot)
		}
		if slots == nil {
			v.live(s.set()).each(ask)
		}
	} else {
		other.fill()
	}
	for i := range p.all {
		row := g.row(i)
		kommune[i] |= chosen(row[g.whole:], whole, len(f.kommuner) > 0) | row[gridNational]
		fylke[i] = chosen(row[g.touched:], f.fylker, f.fylker != 0) | row[gridNational]
		types[i] = ^uint64(0)
		if len(f.types) > 0 {
			types[i] = 0
			for _, t := range f.types {
				types[i] |= row[g.types+t]
			}
		}
		for j, want := range f.terms {
			p.parts[partTerms+j][i] = chosen(row[g.terms[j]:], want, want != 0)
		}
		p.all[i] = row[gridLive]
		for j := range p.parts {
			p.all[i] &= p.parts[j][i]
		}
	}
	return p
}

// chosen returns the union of the values whose number is in the set; everything when nothing
// is asked.
func chosen[S ~uint32 | ~uint64](values []uint64, set S, asked bool) uint64 {
	if !asked {
		return ^uint64(0)
	}
	var union uint64
	for rest := uint64(set); rest != 0; rest &= rest - 1 {
		union |= values[bits.TrailingZeros64(rest)]
	}
	return union
}

// live fills the set with every slot that has an offering, and returns it.
func (v *View) live(s slotSet) slotSet {
	g := v.postings().grid
	for i := range s {
		s[i] = g.row(i)[gridLive]
	}
	return s
}

func (s slotSet) fill() {
	for i := range s {
		s[i] = ^uint64(0)
	}
}

// count counts the hits that pass the filter in every facet, and those that pass all but one
// part in the facet of that part; kommuner only when they are asked for.
func (v *View) count(n *counts, hits slotSet, p *passing, kommuner bool) {
	g := v.postings().grid
	for i, hit := range hits {
		if hit == 0 {
			continue
		}
		row := g.row(i)
		hit &= row[gridLive]
		var but [allParts]uint64 // what passes all parts but the one
		before, after := hit, hit
		for j := range p.parts {
			but[j] = before
			before &= p.parts[j][i]
		}
		for j := allParts - 1; j >= 0; j-- {
			but[j] &= after
			after &= p.parts[j][i]
		}
		n.total += int32(bits.OnesCount64(before))
		if x := but[partFylke]; x != 0 {
			n.national += int32(bits.OnesCount64(x & row[gridNational]))
			countEach(n.fylker, row[g.touched:], x)
		}
		if x := but[partType]; x != 0 {
			countEach(n.types, row[g.types:], x)
		}
		for j := range n.terms {
			if x := but[partTerms+j]; x != 0 {
				countEach(n.terms[j][:g.termsOf(j)], row[g.terms[j]:], x)
			}
		}
		if x := but[partKommune]; x != 0 && kommuner {
			g.countKommuner(&n.kommuneCounts, i, x)
		}
	}
}

// countKommuner counts the offerings of the i-th 64 slots in kommuner.
func (g *grid) countKommuner(n *kommuneCounts, i int, hit uint64) {
	row := g.row(i)
	n.nationalKommune += int32(bits.OnesCount64(hit & row[gridNational]))
	countEach(n.whole, row[g.whole:], hit)
	for rest := hit & row[gridSingle]; rest != 0; rest &= rest - 1 {
		slot := i*64 + bits.TrailingZeros64(rest)
		for _, k := range g.kommuner[g.from[slot]:g.from[slot+1]] {
			n.kommuner[k]++
		}
	}
}

// termsOf returns how many terms of the vocabulary have a value.
func (g *grid) termsOf(vocabulary int) int {
	if vocabulary == len(g.terms)-1 {
		return g.width - g.terms[vocabulary]
	}
	return g.terms[vocabulary+1] - g.terms[vocabulary]
}

// countEach adds to each counter how many of the hits have its value.
func countEach(counters []int32, values []uint64, hits uint64) {
	values = values[:len(counters)]
	for i := range counters {
		counters[i] += int32(bits.OnesCount64(values[i] & hits))
	}
}
