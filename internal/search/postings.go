package search

import "math/bits"

// postings are the slots of the offerings of one View by where they are for and by type, so
// that a search in a kommune or for a type does not look at all. Each list is sorted.
type postings struct {
	national []int32   // for the whole country
	fylker   [][]int32 // for the whole fylke, by place in the catalog; not those for the country
	kommuner [][]int32 // for the kommune, by place in the catalog; not those for the country or its fylke
	types    [][]int32 // by place in the catalog
	grid     *grid
}

func newPostings(v *View) *postings {
	c := v.catalog()
	p := &postings{grid: newGrid(v.rows), fylker: make([][]int32, len(c.fylker)), kommuner: make([][]int32, len(c.kommuner)), types: make([][]int32, len(c.types))}
	// They are counted first, so that all are parts of one list that has just the room.
	sizes := make([]int, 1+len(p.fylker)+len(p.kommuner)+len(p.types))
	total := 0
	v.eachPosting(func(list int, _ int32) { sizes[list]++; total++ })
	room := make([]int32, total)
	lists := make([][]int32, len(sizes))
	for i, n := range sizes {
		lists[i], room = room[:0:n], room[n:]
	}
	v.eachPosting(func(list int, slot int32) { lists[list] = append(lists[list], slot) })
	p.national, lists = lists[0], lists[1:]
	lists = lists[copy(p.fylker, lists):]
	lists = lists[copy(p.kommuner, lists):]
	copy(p.types, lists)
	return p
}

// eachPosting calls f with each list that an offering is in, and its slot: lists are counted
// through the national one, fylker, kommuner and types.
func (v *View) eachPosting(f func(list int, slot int32)) {
	c := v.catalog()
	kommuner := 1 + len(c.fylker)
	types := kommuner + len(c.kommuner)
	for slot := range v.rows.list {
		col := v.rows.cols.at(int32(slot))
		if !col.live {
			continue
		}
		if col.typ >= 0 {
			f(types+int(col.typ), int32(slot))
		}
		if col.national {
			f(0, int32(slot))
			continue
		}
		for rest := col.fylker; rest != 0; rest &= rest - 1 {
			f(1+bits.TrailingZeros32(rest), int32(slot))
		}
		for _, k := range col.kommuner {
			if col.fylker&c.fylkeOf[k] == 0 {
				f(kommuner+int(k), int32(slot))
			}
		}
	}
}

// covering returns the lists of what takes in the kommune, in none of which is what another has.
func (p *postings) covering(c *catalog, k uint16) [3][]int32 {
	lists := [3][]int32{p.kommuner[k], nil, p.national}
	if bit := c.fylkeOf[k]; bit != 0 {
		lists[1] = p.fylker[bits.TrailingZeros32(bit)]
	}
	return lists
}
