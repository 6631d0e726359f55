package search

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
)

// noSlot stands for a document that is not an offering.
const noSlot = -1

// snapshot is one state of the Bleve index that stays as it is while newer ones come.
// Bleve numbers documents anew whenever it merges segments, so the way from its numbers
// to our slots belongs to the snapshot.
type snapshot struct {
	reader *scorch.IndexSnapshot
	slots  []int32 // by document number
}

// take returns the index's state of now. The reader is given back when nothing uses the
// snapshot any more: a View can be held for as long as an answer takes, and asks nobody
// to close it. Methods that read from the reader must keep the snapshot alive till they
// are done, since Bleve unmaps files of closed readers.
func take(index bleve.Index) (*snapshot, error) {
	advanced, err := index.Advanced()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	s, ok := reader.(*scorch.IndexSnapshot)
	if !ok || s == nil {
		return nil, fmt.Errorf("read index: unexpected engine %T", reader)
	}
	snap := &snapshot{reader: s}
	runtime.AddCleanup(snap, func(r *scorch.IndexSnapshot) { _ = r.Close() }, s)
	return snap, nil
}

// segmentSlots holds, for each segment of the index, the slots of its documents. A
// segment never changes, so after an edit only the small new one has to be read.
type segmentSlots map[uint64][]int32

// number fills in the slots of s from the ids of its documents, and returns what is now
// known of segments. slot returns the slot of an offering's id.
func (s *snapshot) number(known segmentSlots, slot func(id int64) int32) (segmentSlots, error) {
	next := make(segmentSlots, len(known)+1)
	total := 0
	for _, seg := range s.reader.Segments() {
		slots, ok := known[seg.Id()]
		if !ok || int64(len(slots)) != seg.FullSize() {
			slots = make([]int32, seg.FullSize())
			for i := range slots {
				id, err := seg.DocID(uint64(i))
				if err != nil {
					return nil, fmt.Errorf("read document ids: %w", err)
				}
				slots[i] = noSlot
				if n, ok := offeringNumber(string(id)); ok {
					slots[i] = slot(n)
				}
			}
		}
		next[seg.Id()] = slots
		total += len(slots)
	}
	s.slots = make([]int32, 0, total)
	for _, seg := range s.reader.Segments() {
		s.slots = append(s.slots, next[seg.Id()]...)
	}
	return next, nil
}

// documents returns every document of the snapshot. It returns ErrDamaged where one
// cannot be read.
func (s *snapshot) documents() ([]Document, error) {
	defer runtime.KeepAlive(s)
	var list []Document
	for _, seg := range s.reader.Segments() {
		live := seg.DocNumbersLive().Iterator()
		for live.HasNext() {
			var id string
			var content []byte
			err := seg.VisitDocument(uint64(live.Next()), func(field string, _ byte, value []byte, _ []uint64) bool {
				switch field {
				case "_id":
					id = string(value)
				case fieldContent:
					content = append([]byte(nil), value...)
				}
				return true
			})
			if err != nil {
				return nil, errors.Join(ErrDamaged, fmt.Errorf("read document: %w", err))
			}
			d, err := decode(id, content)
			if err != nil {
				return nil, errors.Join(ErrDamaged, err)
			}
			list = append(list, d)
		}
	}
	return list, nil
}

// offeringNumber returns the number in "offering/42".
func offeringNumber(id string) (int64, bool) {
	digits, ok := strings.CutPrefix(id, "offering/")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil
}
