package search

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// column is what filters, facets and sorting ask of one offering, as indexes into one
// catalog. A search looks at very many of them, so they are small and lie side by side.
type column struct {
	sort     uint64                // first bytes of the collation key of the name
	terms    [len(termKinds)]set64 // by vocabulary
	kommuner []uint16              // covered one by one, sorted
	fylker   uint32                // covered whole
	touched  uint32                // covered whole, or with a kommune in them that is
	lat, lon float32
	typ      int16 // -1 when the type is not known
	own      int16 // kommune of its door, or -1
	trust    int8  // how sure its facts are, higher is better
	live     bool  // false: there is no offering in the slot
	national bool
	phone    bool
	placed   bool // lat and lon are known
	pro      bool // for professionals alone
}

// set64 is a set of numbers below 64: terms of one vocabulary, by place in the catalog.
type set64 uint64

// add puts i in. Vocabularies are short; a term behind the 64th cannot be filtered by.
func (s *set64) add(i int) {
	if i < 64 {
		*s |= 1 << i
	}
}

func (s set64) has(i int) bool { return i < 64 && s&(1<<i) != 0 }

func (s set64) len() int { return bits.OnesCount64(uint64(s)) }

// count adds one to each counter whose number is in the set.
func (s set64) count(counters []int32) {
	for rest := uint64(s); rest != 0; rest &= rest - 1 {
		counters[bits.TrailingZeros64(rest)]++
	}
}

// covers reports whether the offering takes in the kommune, which is in the fylke.
func (c *column) covers(kommune uint16, fylke uint32) bool {
	return c.national || c.fylker&fylke != 0 || len(c.kommuner) > 0 && slices.Contains(c.kommuner, kommune)
}

// reach returns how the offering comes to cover the kommune, as Coverage.Reach does.
func (c *column) reach(kommune uint16, fylke uint32) directory.Reach {
	switch {
	case slices.Contains(c.kommuner, kommune):
		if len(c.kommuner) == 1 && c.fylker == 0 && !c.national {
			return directory.ByOwn
		}
		return directory.ByShared
	case c.fylker&fylke != 0:
		return directory.ByFylke
	case c.national:
		return directory.ByNational
	}
	return directory.NotCovered
}

func (c *column) position() *region.Position {
	if !c.placed {
		return nil
	}
	return &region.Position{Lat: float64(c.lat), Lon: float64(c.lon)}
}

// chunkSize is how many columns are copied when one of them changes.
const chunkSize = 256

// columns are the columns of all slots. A changed copy shares most chunks with the one
// before it.
type columns []*[chunkSize]column

// at returns the column of a slot that is there.
func (c columns) at(slot int32) *column { return &c[slot/chunkSize][slot%chunkSize] }

// with returns columns with those of the slots in place of what was there, room made for
// slots behind the end.
func (c columns) with(changed map[int32]column) columns {
	next := slices.Clone(c)
	copied := map[int32]bool{}
	for slot, col := range changed {
		i := slot / chunkSize
		for int(i) >= len(next) {
			copied[int32(len(next))] = true
			next = append(next, new([chunkSize]column))
		}
		if !copied[i] {
			chunk := *next[i]
			next[i], copied[i] = &chunk, true
		}
		next[i][slot%chunkSize] = col
	}
	return next
}

// sortPrefix returns the first bytes of a collation key as a number that sorts as they do.
func sortPrefix(key string) uint64 {
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}
