package search

import (
	"maps"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// rows are all offerings of one generation. A slot is an offering's place in the list for
// as long as the index is open, so that numbers of Bleve documents lead to it across
// generations. Nothing in it changes once it is published.
type rows struct {
	catalog *catalog
	slots   map[int64]int32 // by offering id; shared between generations while no id is new
	list    []*row          // by slot, nil for what is gone
	count   int
	names   names
}

// newRows makes the rows of the documents of offerings.
func newRows(c *catalog, documents []Document) *rows {
	empty := &rows{catalog: c, slots: map[int64]int32{}}
	return empty.apply(nil, documents, nil)
}

// apply returns rows with the documents put and the ids deleted. A new catalog makes
// every row anew, since rows hold indexes into it.
func (r *rows) apply(c *catalog, put []Document, deleted []int64) *rows {
	next := &rows{catalog: r.catalog, slots: r.slots, list: slices.Clone(r.list), count: r.count}
	if c != nil {
		next.catalog = c
	}
	maker := newRowMaker(next.catalog)
	if c != nil {
		for slot, old := range next.list {
			if old != nil {
				next.list[slot] = maker.row(int32(slot), old.offering)
			}
		}
	}
	for _, id := range deleted {
		if slot, ok := next.slots[id]; ok && next.list[slot] != nil {
			next.list[slot] = nil
			next.count--
		}
	}
	var changed []*row
	copied := false
	for _, d := range put {
		o, ok := d.value.(*directory.Offering)
		if !ok {
			continue
		}
		slot, known := next.slots[o.ID]
		if !known {
			if !copied {
				next.slots, copied = maps.Clone(next.slots), true
			}
			slot = int32(len(next.list))
			next.slots[o.ID] = slot
			next.list = append(next.list, nil)
		}
		if next.list[slot] == nil {
			next.count++
		}
		next.list[slot] = maker.row(slot, o)
		changed = append(changed, next.list[slot])
	}
	if c != nil {
		next.names = newNames(next.list)
	} else {
		next.names = r.names.with(changed, next.list)
	}
	return next
}

// slotOf returns the slot of the offering with the id, or noSlot.
func (r *rows) slotOf(id int64) int32 {
	if slot, ok := r.slots[id]; ok {
		return slot
	}
	return noSlot
}

// byID returns the row of the offering with the id, or nil.
func (r *rows) byID(id int64) *row {
	if slot, ok := r.slots[id]; ok {
		return r.list[slot]
	}
	return nil
}

// at returns the row in the slot, or nil.
func (r *rows) at(slot int32) *row {
	if slot < 0 || int(slot) >= len(r.list) {
		return nil
	}
	return r.list[slot]
}
