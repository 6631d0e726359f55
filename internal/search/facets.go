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
	national int32   // what covers the country counts for every fylke
	terms    [len(termKinds)][64]int32
	kommuneCounts

	room []int32 // what types and fylker are parts of, and kommuner unless they were taken from others
}

// kommuneCounts are in how many hits each kommune is.
type kommuneCounts struct {
	whole           []int32 // fylker covered whole: counts for all their kommuner
	kommuner        []int32 // covered one by one
	nationalKommune int32   // what covers the country counts for every kommune
}

// newKommuneCounts returns counts of nothing, whose lists are parts of room.
func newKommuneCounts(c *catalog, room []int32) kommuneCounts {
	return kommuneCounts{whole: room[:len(c.fylker):len(c.fylker)], kommuner: room[len(c.fylker):]}
}

// countsRoom is memory for counts that searches use one after another.
var countsRoom = sync.Pool{New: func() any { return new(counts) }}

// newCounts returns counts of nothing; give them back with done.
func newCounts(c *catalog) *counts {
	n := countsRoom.Get().(*counts)
	types, fylker := len(c.types), len(c.fylker)
	size := types + 2*fylker + len(c.kommuner)
	room := slices.Grow(n.room[:0], size)[:size]
	clear(room)
	*n = counts{
		types: room[:types:types], fylker: room[types : types+fylker : types+fylker],
		kommuneCounts: newKommuneCounts(c, room[types+fylker:]), room: room,
	}
	return n
}

func (n *counts) done() { countsRoom.Put(n) }

// kommune returns how many offerings cover the kommune. A kommune that is named beside its
// own fylke counts once too often; no offering is recorded so, since the fylke says it all.
func (n *kommuneCounts) kommune(c *catalog, k int) int32 {
	sum := n.nationalKommune + n.kommuner[k]
	if bit := c.fylkeOf[k]; bit != 0 {
		sum += n.whole[bits.TrailingZeros32(bit)]
	}
	return sum
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
	kept map[string]*kommuneCounts
}

// mostCounts bounds how many counts are kept.
const mostCounts = 1000

// of returns the counts under the key, made by count when they are not there.
func (c *countCache) of(key string, count func() *kommuneCounts) *kommuneCounts {
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
		c.kept = map[string]*kommuneCounts{}
	}
	c.kept[key] = n
	return n
}

// kommunerOf returns in how many kommuner there is what the filter lets through, whatever the
// words. It has no kommune, no language and no radius. The counts are shared.
func (v *View) kommunerOf(f *filter) *kommuneCounts {
	return v.counts.of(f.key(), func() *kommuneCounts {
		s := newScratch(len(v.rows.list))
		defer s.done()
		c := v.catalog()
		n := newKommuneCounts(c, make([]int32, len(c.fylker)+len(c.kommuner)))
		for i, hits := range v.passing(f, s, nil).all {
			v.postings().grid.countKommuner(&n, i, hits)
		}
		return &n
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
		out.Types[i].Count, out.Types[i].Selected = n.types[i], slices.Contains(f.types, i)
	}
	for i := range out.Fylker {
		out.Fylker[i].Count, out.Fylker[i].Selected = n.fylker[i]+n.national, f.fylker&(1<<i) != 0
	}
	out.Kommuner = c.mostOf(f, n)
	for i, list := range [...][]FacetValue{out.TargetGroups, out.Topics, out.Formats} {
		for j := range list {
			if j < len(n.terms[i]) {
				list[j].Count, list[j].Selected = n.terms[i][j], f.terms[i].has(j)
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
		v.Count, v.Selected = n.kommune(c, k), r == chosen
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
			count += int(uint32(number-1-n) >> 31) // one for a negative difference; no branch, which would be guessed wrong
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

func choice(code string, name directory.Text) FacetValue {
	return FacetValue{Choice: &Choice{Code: code, Name: name}}
}

// Choices returns all that can be chosen in facets. They are the same for as long as the
// Reference is.
func (v *View) Choices() []*Choice { return v.catalog().choices }

// choices returns those of the facets, and numbers them.
func (f Facets) choices() []*Choice {
	var all []*Choice
	for _, list := range [...][]FacetValue{f.Types, f.Fylker, f.Kommuner, f.TargetGroups, f.Topics, f.Formats} {
		for _, v := range list {
			v.Number = len(all)
			all = append(all, v.Choice)
		}
	}
	return all
}

// newFacets returns the facets of the catalog without counts.
func newFacets(c *catalog) Facets {
	var f Facets
	for _, t := range c.types {
		f.Types = append(f.Types, choice(t.Code, t.Plural))
	}
	for _, fylke := range c.fylker {
		f.Fylker = append(f.Fylker, choice(string(fylke.Number), directory.Text{NB: fylke.Name}))
	}
	for _, k := range c.kommuner {
		f.Kommuner = append(f.Kommuner, choice(string(k.Number), directory.Text{NB: k.DisplayName()}))
	}
	for i, list := range [...]*[]FacetValue{&f.TargetGroups, &f.Topics, &f.Formats} {
		terms := c.terms[termKinds[i]]
		for j := range terms {
			*list = append(*list, choice(terms[j].Code, terms[j].Name))
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
