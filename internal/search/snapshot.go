package search

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"golang.org/x/sync/errgroup"
)

// noSlot stands for a document that is not an offering.
const noSlot = -1

// snapshot is one state of the Bleve index that stays as it is while newer ones come.
// Bleve numbers documents anew whenever it merges segments, so the way from its numbers
// to our slots belongs to the snapshot.
type snapshot struct {
	reader *scorch.IndexSnapshot
	slots  []int32  // by document number
	docs   []uint32 // document numbers, by slot

	failure *failure // where to tell that it cannot be read any more
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

// number fills in the slots of s, of which there are count, from the ids of its documents,
// and returns what is now known of segments. slot returns the slot of an offering's id.
func (s *snapshot) number(known segmentSlots, count int, slot func(id int64) int32) (segmentSlots, error) {
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
	s.slots, s.docs = make([]int32, 0, total), make([]uint32, count)
	for _, seg := range s.reader.Segments() {
		first := len(s.slots)
		s.slots = append(s.slots, next[seg.Id()]...)
		for live := seg.DocNumbersLive().Iterator(); live.HasNext(); {
			number := first + int(live.Next())
			if slot := s.slots[number]; slot != noSlot {
				s.docs[slot] = uint32(number)
			}
		}
	}
	return next, nil
}

// read calls use with the content and the facts of the offering with the number, which are
// valid during the call. It returns the error of use, or why they cannot be read.
func (s *snapshot) read(number uint32, use func(content, known []byte) error) error {
	return s.guard(func() error {
		rest := uint64(number)
		for _, seg := range s.reader.Segments() {
			size := uint64(seg.FullSize())
			if rest >= size {
				rest -= size
				continue
			}
			var content, known []byte
			used := ErrDamaged
			err := seg.VisitDocument(rest, func(field string, _ byte, value []byte, _ []uint64) bool {
				switch field {
				case fieldContent:
					content = value
				case fieldFacts:
					known = value
				}
				if content == nil || known == nil {
					return true
				}
				used = use(content, known)
				return false
			})
			return errors.Join(err, used)
		}
		return ErrDamaged
	})
}

// loaded is what a snapshot holds.
type loaded struct {
	rows   []*row // of offerings, in no order
	others []Document
	feed   feed // in no order
}

// load reads every document of the snapshot, several at a time. It returns ErrDamaged
// where one cannot be read.
func (s *snapshot) load() (loaded, error) {
	defer runtime.KeepAlive(s)
	workers := runtime.GOMAXPROCS(0)
	parts := make([]loaded, workers)
	var group errgroup.Group
	for w := range workers {
		group.Go(func() error { return guard(func() error { return s.loadPart(&parts[w], w, workers) }) })
	}
	if err := group.Wait(); err != nil {
		return loaded{}, errors.Join(ErrDamaged, err)
	}
	var all loaded
	for _, p := range parts {
		all.rows = append(all.rows, p.rows...)
		all.others = append(all.others, p.others...)
		all.feed = append(all.feed, p.feed...)
	}
	return all, nil
}

// loadPart reads one of several parts of the documents of each segment.
func (s *snapshot) loadPart(into *loaded, part, parts int) error {
	for _, seg := range s.reader.Segments() {
		live := seg.DocNumbersLive().Iterator()
		for i := 0; live.HasNext(); i++ {
			number := uint64(live.Next())
			if i/loadRun%parts != part {
				continue
			}
			if err := into.read(seg, number); err != nil {
				return fmt.Errorf("read document: %w", err)
			}
		}
	}
	return nil
}

// loadRun is how many documents in a row one worker reads: they lie side by side on disk.
const loadRun = 512

// read adds the document with the number.
func (l *loaded) read(seg *scorch.SegmentSnapshot, number uint64) error {
	var id string
	var content, known, mark []byte
	err := seg.VisitDocument(number, func(field string, _ byte, value []byte, _ []uint64) bool {
		switch field {
		case "_id":
			id = string(value)
		case fieldContent:
			content = bytes.Clone(value)
		case fieldFacts:
			known = bytes.Clone(value)
		case fieldMark:
			mark = bytes.Clone(value)
		}
		return true
	})
	if err != nil {
		return err
	}
	d := Document{ID: id}
	if d.mark, err = decodeMark(mark); err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	if n, ok := offeringNumber(id); ok {
		l.note(d)
		p, err := readFacts(known, content)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		l.rows = append(l.rows, newRow(n, p))
		return nil
	}
	decoded, err := decode(id, content)
	if err != nil {
		return err
	}
	d.value = decoded.value
	l.note(d)
	if d.Kind() != KindGone {
		l.others = append(l.others, d)
	}
	return nil
}

// note adds the document to the feed.
func (l *loaded) note(d Document) {
	if e, ok := entryOf(d); ok {
		l.feed = append(l.feed, e)
	}
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
