package search

import (
	"maps"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// rows are all offerings of one generation. A slot is an offering's place in the lists for
// as long as the index is open, so that numbers of Bleve documents lead to it across
// generations. Nothing in it changes once it is published.
type rows struct {
	catalog *catalog
	slots   map[int64]int32 // by offering id; shared between generations while no id is new
	list    []*row          // by slot, nil for what is gone
	cols    columns         // by slot
	count   int
	names   names
}

// newRows makes the rows of all offerings there are.
func newRows(c *catalog, all []*row) *rows {
	r := &rows{catalog: c, slots: make(map[int64]int32, len(all)), list: all, count: len(all)}
	for slot, row := range all {
		r.slots[row.id] = int32(slot)
	}
	r.cols = r.columns()
	r.names = newNames(r.list)
	return r
}

// columns makes every column anew.
func (r *rows) columns() columns {
	cols := make(columns, (len(r.list)+chunkSize-1)/chunkSize)
	for i := range cols {
		cols[i] = new([chunkSize]column)
	}
	for slot, row := range r.list {
		if row != nil {
			about := row.facts()
			*cols.at(int32(slot)) = r.catalog.column(&about)
		}
	}
	return cols
}

// apply returns rows with the documents put and the ids deleted. A new catalog makes every
// column anew, since they hold indexes into it.
func (r *rows) apply(c *catalog, put []Document, deleted []int64) *rows {
	next := &rows{catalog: r.catalog, slots: r.slots, list: slices.Clone(r.list), count: r.count}
	if c != nil {
		next.catalog = c
	}
	changed := map[int32]column{}
	for _, id := range deleted {
		if slot, ok := next.slots[id]; ok && next.list[slot] != nil {
			next.list[slot] = nil
			next.count--
			changed[slot] = column{}
		}
	}
	var fresh []slotted
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
		about := factsOf(o)
		row := newRow(o.ID, about.pack())
		next.list[slot] = row
		changed[slot] = next.catalog.column(&about)
		fresh = append(fresh, slotted{slot, row})
	}
	if c != nil {
		next.cols = next.columns()
	} else {
		next.cols = r.cols.with(changed)
	}
	next.names = r.names.with(fresh, next.list)
	return next
}

// slotted is a row with its slot.
type slotted struct {
	slot int32
	row  *row
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
