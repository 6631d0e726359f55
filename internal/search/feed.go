package search

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Cursor is a position in the store's feed of changes: a change, or the zero value before
// the first.
type Cursor struct {
	XID uint64
	ID  int64
}

// Compare orders cursors as the feed does.
func (c Cursor) Compare(d Cursor) int {
	return cmp.Or(cmp.Compare(c.XID, d.XID), cmp.Compare(c.ID, d.ID))
}

// Position is how far an index has come: in whose feed, and where in it. Cursors of
// different feeds cannot be compared.
type Position struct {
	Installation string // of the store
	Cursor       Cursor
}

// ErrCursor is returned for text that is no cursor, ErrHistory for one of another feed.
var (
	ErrCursor  = errors.New("not a cursor")
	ErrHistory = errors.New("cursor of another history")
)

// history is the part of a cursor's text that tells one feed from others.
func (p Position) history() string {
	sum := sha256.Sum256([]byte(p.Installation))
	return hex.EncodeToString(sum[:6])
}

// Text returns the position as those outside are given it, and give it back to Read.
func (p Position) Text() string {
	return fmt.Sprintf("%s-%d-%d", p.history(), p.Cursor.XID, p.Cursor.ID)
}

// Read returns the cursor of a text that a Position of the same feed wrote. It returns
// ErrCursor or ErrHistory.
func (p Position) Read(text string) (Cursor, error) {
	parts := strings.Split(text, "-")
	if len(parts) != 3 || len(parts[0]) != len(p.history()) {
		return Cursor{}, ErrCursor
	}
	_, errHistory := hex.DecodeString(parts[0])
	xid, errXID := strconv.ParseUint(parts[1], 10, 64)
	id, errID := strconv.ParseInt(parts[2], 10, 64)
	if errHistory != nil || errXID != nil || errID != nil || id < 0 {
		return Cursor{}, ErrCursor
	}
	if parts[0] != p.history() {
		return Cursor{}, ErrHistory
	}
	return Cursor{xid, id}, nil
}

// Mark says by which change a thing last became what it is, and when that was.
type Mark struct {
	Cursor
	At time.Time
}

// Marked returns the document with its mark. What is marked is among View.Changes.
func (d Document) Marked(m Mark) Document {
	d.mark = m
	return d
}

// Gone is what is kept of a thing that readers were shown once and are not shown now.
type Gone struct {
	UUID uuid.UUID // zero where it had none
}

// GoneID returns "gone/offering/42" for "offering/42".
func GoneID(id string) string { return string(KindGone) + "/" + id }

// GoneDocument returns the document that says that the thing with the id is gone.
func GoneDocument(id string, g Gone) Document { return Document{ID: GoneID(id), value: &g} }

// Change is the last change of a thing.
type Change struct {
	Mark
	ID   string // of the document: "offering/42"
	Gone bool
	UUID uuid.UUID // of what is gone; zero where it had none
}

// Kind returns the kind of the thing.
func (c Change) Kind() Kind { return Document{ID: c.ID}.Kind() }

// Ref returns the id without its kind: "42".
func (c Change) Ref() string {
	_, ref, _ := strings.Cut(c.ID, "/")
	return ref
}

// Changes returns up to limit things whose last change lies after the cursor, in the order
// of the feed, and whether there are more. Each thing is there once, at its last change.
func (v *View) Changes(after Cursor, limit int) (changes []Change, more bool) {
	first, found := slices.BinarySearchFunc(v.feed, after, func(e entry, c Cursor) int { return e.Compare(c) })
	if found {
		first++
	}
	rest := v.feed[first:]
	if more = len(rest) > limit; more {
		rest = rest[:limit]
	}
	changes = make([]Change, len(rest))
	for i, e := range rest {
		changes[i] = e.change()
	}
	return changes, more
}

// Position returns up to where the view has the store's changes.
func (v *View) Position() Position { return v.position }

// entry is a Change as it is kept in memory. Most are of offerings that are there: those
// have no other.
type entry struct {
	Cursor
	at       int64 // nanoseconds since 1970
	offering int64 // its id, also of one that is gone; 0 for other things
	other    *otherEntry
}

type otherEntry struct {
	id   string
	gone bool
	uuid uuid.UUID
}

func (e entry) change() Change {
	c := Change{Mark: Mark{e.Cursor, time.Unix(0, e.at).UTC()}}
	if e.other == nil {
		c.ID = OfferingID(e.offering)
		return c
	}
	c.ID, c.Gone, c.UUID = e.other.id, e.other.gone, e.other.uuid
	return c
}

// entryOf returns the entry of the document, false where it has no mark.
func entryOf(d Document) (entry, bool) {
	e := entry{Cursor: d.mark.Cursor, at: d.mark.At.UnixNano()}
	if d.mark.Cursor == (Cursor{}) {
		return e, false
	}
	id, gone := strings.CutPrefix(d.ID, GoneID(""))
	n, offering := offeringNumber(id)
	if offering {
		e.offering = n
	}
	if gone || !offering {
		e.other = &otherEntry{id: id, gone: gone}
	}
	if g, ok := d.value.(*Gone); ok {
		e.other.uuid = g.UUID
	}
	return e, true
}

// feed is every entry, in order.
type feed []entry

func (f feed) sort() {
	slices.SortFunc(f, func(a, b entry) int { return a.Compare(b.Cursor) })
}

// gone returns how many of the things are gone.
func (f feed) gone() int {
	n := 0
	for _, e := range f {
		if e.other != nil && e.other.gone {
			n++
		}
	}
	return n
}

// apply returns the feed after the batch. f stays as it is.
func (f feed) apply(b Batch) feed {
	offerings, others := map[int64]bool{}, map[string]bool{}
	touch := func(id string) {
		id = strings.TrimPrefix(id, GoneID(""))
		if n, ok := offeringNumber(id); ok {
			offerings[n] = true
			return
		}
		others[id] = true
	}
	for _, id := range b.Delete {
		touch(id)
	}
	for _, d := range b.Put {
		touch(d.ID)
	}
	next := make(feed, 0, len(f)+len(b.Put))
	for _, e := range f {
		if e.offering != 0 && offerings[e.offering] || e.offering == 0 && others[e.other.id] {
			continue
		}
		next = append(next, e)
	}
	kept := len(next)
	for _, d := range b.Put {
		if e, ok := entryOf(d); ok {
			next = append(next, e)
		}
	}
	next[kept:].sort()
	if kept > 0 && kept < len(next) && next[kept].Compare(next[kept-1].Cursor) < 0 {
		next.sort() // a batch of something other than what comes next in the feed
	}
	return next
}

// encode returns the mark as it is stored beside the document's content.
func (m Mark) encode() []byte {
	b := binary.AppendUvarint(nil, m.XID)
	b = binary.AppendVarint(b, m.ID)
	return binary.AppendVarint(b, m.At.UnixNano())
}

// decodeMark reads what encode wrote; the zero Mark for nothing.
func decodeMark(b []byte) (Mark, error) {
	if len(b) == 0 {
		return Mark{}, nil
	}
	xid, n := binary.Uvarint(b)
	if n <= 0 {
		return Mark{}, fmt.Errorf("mark: %w", ErrDamaged)
	}
	b = b[n:]
	id, n := binary.Varint(b)
	if n <= 0 {
		return Mark{}, fmt.Errorf("mark: %w", ErrDamaged)
	}
	at, m := binary.Varint(b[n:])
	if m <= 0 || at == math.MinInt64 {
		return Mark{}, fmt.Errorf("mark: %w", ErrDamaged)
	}
	return Mark{Cursor{xid, id}, time.Unix(0, at).UTC()}, nil
}
