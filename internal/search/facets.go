package search

import (
	"math/bits"
	"slices"
	"strconv"
	"sync"

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

// takeKommuner takes the counts of kommuner from others.
func (n *counts) takeKommuner(from *counts) {
	n.kommuner, n.whole, n.nationalKommune = from.kommuner, from.whole, from.nationalKommune
}

// without returns the filter without its kommuner.
func (f *filter) without() *filter {
	g := *f
	g.kommuner, g.bits = nil, nil
	return &g
}

// countCache keeps the counts of filters for one generation: readers choose among few.
type countCache struct {
	mu   sync.Mutex
	kept map[string]*counts
}

// mostCounts bounds how many counts are kept.
const mostCounts = 1000

// countsOf returns the counts of what the filter lets through, whatever the words. The
// filter has neither languages nor a radius. The counts are shared.
func (v *View) countsOf(f *filter) *counts {
	key := f.key()
	v.counts.mu.Lock()
	n, ok := v.counts.kept[key]
	v.counts.mu.Unlock()
	if ok {
		return n
	}
	n = newCounts(v.catalog())
	for slot, row := range v.rows.list {
		if row != nil {
			col := v.rows.cols.at(int32(slot))
			n.add(col, f.fails(col, row))
		}
	}
	v.counts.mu.Lock()
	defer v.counts.mu.Unlock()
	if len(v.counts.kept) >= mostCounts || v.counts.kept == nil {
		v.counts.kept = map[string]*counts{}
	}
	v.counts.kept[key] = n
	return n
}

// key tells filters apart by what they let through.
func (f *filter) key() string {
	b := make([]byte, 0, 64)
	for _, k := range f.kommuner {
		b = append(strconv.AppendInt(b, int64(k), 36), ',')
	}
	b = append(strconv.AppendUint(append(b, '/'), uint64(f.fylker), 36), '/')
	for _, t := range f.types {
		b = append(strconv.AppendInt(b, int64(t), 36), ',')
	}
	for _, t := range f.terms {
		b = strconv.AppendUint(append(b, '/'), uint64(t), 36)
	}
	return string(b)
}

// facets names the counts.
func (v *View) facets(f *filter, n *counts) Facets {
	c := v.catalog()
	out := c.facets.copy()
	for i := range out.Types {
		out.Types[i].Count, out.Types[i].Selected = n.types[i], slices.Contains(f.types, i)
	}
	for i := range out.Fylker {
		out.Fylker[i].Count, out.Fylker[i].Selected = n.fylker[i]+n.nationalFylke, f.fylker&(1<<i) != 0
	}
	for i := range out.Kommuner {
		out.Kommuner[i].Count = n.kommune(c, i)
	}
	for _, k := range f.kommuner {
		out.Kommuner[k].Selected = true
	}
	for i, list := range [...][]FacetValue{out.TargetGroups, out.Topics, out.Formats} {
		for j := range list {
			if j < len(n.terms[i]) {
				list[j].Count, list[j].Selected = n.terms[i][j], f.terms[i].has(j)
			}
		}
	}
	return out
}

// newFacets returns the facets of the catalog without counts.
func newFacets(c *catalog) Facets {
	var f Facets
	for _, t := range c.types {
		f.Types = append(f.Types, FacetValue{Code: t.Code, Name: &t.Plural})
	}
	for _, fylke := range c.fylker {
		f.Fylker = append(f.Fylker, FacetValue{Code: string(fylke.Number), Name: &directory.Text{NB: fylke.Name}})
	}
	for _, k := range c.kommuner {
		f.Kommuner = append(f.Kommuner, FacetValue{Code: string(k.Number), Name: &directory.Text{NB: k.DisplayName()}})
	}
	for i, list := range [...]*[]FacetValue{&f.TargetGroups, &f.Topics, &f.Formats} {
		terms := c.terms[termKinds[i]]
		for j := range terms {
			*list = append(*list, FacetValue{Code: terms[j].Code, Name: &terms[j].Name})
		}
	}
	return f
}

// copy returns facets whose counts can be filled in.
func (f Facets) copy() Facets {
	all := make([]FacetValue, 0, len(f.Types)+len(f.Fylker)+len(f.Kommuner)+len(f.TargetGroups)+len(f.Topics)+len(f.Formats))
	for _, list := range [...]*[]FacetValue{&f.Types, &f.Fylker, &f.Kommuner, &f.TargetGroups, &f.Topics, &f.Formats} {
		from := len(all)
		all = append(all, *list...)
		*list = all[from:len(all):len(all)]
	}
	return f
}
