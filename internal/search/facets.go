package search

import (
	"math/bits"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// counts are the numbers of facets, by place in the catalog.
type counts struct {
	total    int
	types    []int
	fylker   []int // with a kommune in them, or whole
	whole    []int // covered whole: counts for all their kommuner
	kommuner []int // covered one by one
	terms    [len(termKinds)][64]int

	// What covers the country counts for every fylke and kommune.
	nationalFylke, nationalKommune int
}

func newCounts(c *catalog) *counts {
	all := make([]int, len(c.types)+2*len(c.fylker)+len(c.kommuner))
	n := &counts{}
	for _, part := range [...]struct {
		list *[]int
		size int
	}{{&n.types, len(c.types)}, {&n.fylker, len(c.fylker)}, {&n.whole, len(c.fylker)}, {&n.kommuner, len(c.kommuner)}} {
		*part.list, all = all[:part.size:part.size], all[part.size:]
	}
	return n
}

// add counts an offering that fails the parts of a filter: in every facet when it fails
// none, and in a part's own facet when it fails nothing else.
func (n *counts) add(col *column, fails int) {
	if fails == 0 {
		n.total++
	} else if fails&(fails-1) != 0 || fails == partOther {
		return
	}
	if fails&^partType == 0 && col.typ >= 0 {
		n.types[col.typ]++
	}
	if fails&^partFylke == 0 {
		n.addFylker(col)
	}
	if fails&^partKommune == 0 {
		n.addKommuner(col)
	}
	for i := range col.terms {
		if fails&^(partTerms<<i) == 0 {
			col.terms[i].count(n.terms[i][:])
		}
	}
}

func (n *counts) addFylker(col *column) {
	if col.national {
		n.nationalFylke++
		return
	}
	for rest := col.touched; rest != 0; rest &= rest - 1 {
		n.fylker[bits.TrailingZeros32(rest)]++
	}
}

func (n *counts) addKommuner(col *column) {
	if col.national {
		n.nationalKommune++
		return
	}
	for rest := col.fylker; rest != 0; rest &= rest - 1 {
		n.whole[bits.TrailingZeros32(rest)]++
	}
	for _, k := range col.kommuner {
		n.kommuner[k]++
	}
}

// kommune returns how many offerings cover the kommune. A kommune that is named beside its
// own fylke counts once too often; no offering is recorded so, since the fylke says it all.
func (n *counts) kommune(c *catalog, k int) int {
	sum := n.nationalKommune + n.kommuner[k]
	if bit := c.fylkeOf[k]; bit != 0 {
		sum += n.whole[bits.TrailingZeros32(bit)]
	}
	return sum
}

// facets names the counts.
func (v *View) facets(f *filter, n *counts) Facets {
	c := v.catalog()
	out := Facets{
		Types:    make([]FacetValue, len(c.types)),
		Fylker:   make([]FacetValue, len(c.fylker)),
		Kommuner: make([]FacetValue, len(c.kommuner)),
	}
	for i, t := range c.types {
		out.Types[i] = FacetValue{t.Code, t.Plural, n.types[i], slices.Contains(f.types, i)}
	}
	for i, fy := range c.fylker {
		out.Fylker[i] = FacetValue{string(fy.Number), directory.Text{NB: fy.Name}, n.fylker[i] + n.nationalFylke, f.fylker&(1<<i) != 0}
	}
	for i, k := range c.kommuner {
		out.Kommuner[i] = FacetValue{string(k.Number), directory.Text{NB: k.DisplayName()}, n.kommune(c, i), slices.Contains(f.kommuner, uint16(i))}
	}
	for i, list := range [...]*[]FacetValue{&out.TargetGroups, &out.Topics, &out.Formats} {
		for j, t := range c.terms[termKinds[i]] {
			count := 0
			if j < len(n.terms[i]) {
				count = n.terms[i][j]
			}
			*list = append(*list, FacetValue{t.Code, t.Name, count, f.terms[i].has(j)})
		}
	}
	return out
}
