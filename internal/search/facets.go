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
	total    int32
	types    []int32
	fylker   []int32 // with a kommune in them, or whole
	whole    []int32 // covered whole: counts for all their kommuner
	kommuner []int32 // covered one by one
	terms    [len(termKinds)][64]int32

	// What covers the country counts for every fylke and kommune.
	nationalFylke, nationalKommune int32
}

func newCounts(c *catalog) *counts {
	all := make([]int32, len(c.types)+2*len(c.fylker)+len(c.kommuner))
	n := &counts{}
	for _, part := range [...]struct {
		list *[]int32
		size int
	}{{&n.types, len(c.types)}, {&n.fylker, len(c.fylker)}, {&n.whole, len(c.fylker)}, {&n.kommuner, len(c.kommuner)}} {
		*part.list, all = all[:part.size:part.size], all[part.size:]
	}
	return n
}

// kommune returns how many offerings cover the kommune. A kommune that is named beside its
// own fylke counts once too often; no offering is recorded so, since the fylke says it all.
func (n *counts) kommune(c *catalog, k int) int32 {
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

// of returns the counts under the key, made by count when they are not there.
func (c *countCache) of(key string, count func() *counts) *counts {
	c.mu.Lock()
	n, ok := c.kept[key]
	c.mu.Unlock()
	if ok {
		return n
	}
	n = count()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= mostCounts || c.kept == nil {
		c.kept = map[string]*counts{}
	}
	c.kept[key] = n
	return n
}

// kommunerOf returns in how many kommuner there is what the filter lets through, whatever the
// words. It has no kommune, no language and no radius. The counts are shared, and have nothing
// but kommuner.
func (v *View) kommunerOf(f *filter) *counts {
	return v.counts.of(f.key(), func() *counts {
		s := newScratch(len(v.rows.list))
		defer s.done()
		n := newCounts(v.catalog())
		for i, hits := range v.passing(f, s, nil).all {
			v.postings().grid.countKommuner(n, i, hits)
		}
		return n
	})
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
		out.Types[i].Count, out.Types[i].Selected = int(n.types[i]), slices.Contains(f.types, i)
	}
	for i := range out.Fylker {
		out.Fylker[i].Count, out.Fylker[i].Selected = int(n.fylker[i]+n.nationalFylke), f.fylker&(1<<i) != 0
	}
	out.Kommuner = c.mostOf(f, n)
	for i, list := range [...][]FacetValue{out.TargetGroups, out.Topics, out.Formats} {
		for j := range list {
			if j < len(n.terms[i]) {
				list[j].Count, list[j].Selected = int(n.terms[i][j]), f.terms[i].has(j)
			}
		}
	}
	return out
}

// mostKommuner is how many kommuner a facet names. What the whole country is offered counts
// in all of them, and nobody chooses from a list of 357.
const mostKommuner = 50

// mostOf returns the chosen kommuner and those with the most hits, by name.
func (c *catalog) mostOf(f *filter, n *counts) []FacetValue {
	s := ranks.Get().(*[]int32)
	defer ranks.Put(s)
	rank := slices.Grow((*s)[:0], len(c.kommuner))[:len(c.kommuner)]
	*s = rank
	for k := range rank {
		rank[k] = n.kommune(c, k)
	}
	chosen := int32(1)
	for _, r := range rank {
		chosen = max(chosen, r+1)
	}
	for _, k := range f.kommuner {
		rank[k] = chosen
	}
	least, level := leastOf(rank, mostKommuner)
	out := make([]FacetValue, 0, min(mostKommuner, len(rank)))
	for k, r := range rank {
		if r == least {
			level--
		}
		if r < least || r == least && level < 0 || len(out) == mostKommuner {
			continue
		}
		v := c.facets.Kommuner[k]
		v.Count, v.Selected = int(n.kommune(c, k)), r == chosen
		out = append(out, v)
	}
	return out
}

// ranks is memory that mostOf uses one time after another.
var ranks = sync.Pool{New: func() any { return new([]int32) }}

// leastOf returns the least of the most highest numbers, none of which is negative, and how
// many of it are among them.
func leastOf(numbers []int32, most int) (least int32, level int) {
	if len(numbers) == 0 {
		return 0, 0
	}
	most = min(most, len(numbers))
	atLeast := func(number int32) (count int) {
		for _, n := range numbers {
			if n >= number {
				count++
			}
		}
		return count
	}
	highest := slices.Max(numbers)
	for least < highest { // at least as many are as high
		if middle := highest - (highest-least)/2; atLeast(middle) >= most {
			least = middle
		} else {
			highest = middle - 1
		}
	}
	return least, most - atLeast(least+1)
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

// copy returns facets whose counts can be filled in, but for kommuner.
func (f Facets) copy() Facets {
	all := make([]FacetValue, 0, len(f.Types)+len(f.Fylker)+len(f.TargetGroups)+len(f.Topics)+len(f.Formats))
	for _, list := range [...]*[]FacetValue{&f.Types, &f.Fylker, &f.TargetGroups, &f.Topics, &f.Formats} {
		from := len(all)
		all = append(all, *list...)
		*list = all[from:len(all):len(all)]
	}
	return f
}
