package search

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

// nameKey is an offering's folded name from one of its words on: "PPT i Oslo" stands
// under "ppt i oslo" and "oslo".
type nameKey struct {
	key  string
	slot int32
	row  *row
}

// names finds offerings by how their names, or words in them, begin. Most of it is one
// sorted list that many generations share, made when it is first asked for; what has
// changed since stands in a short one. A key whose row is no longer the one in its slot is
// passed over.
type names struct {
	base  func() []nameKey
	made  *atomic.Bool // base does not have to be waited for
	delta []nameKey
}

// maxDelta is how many changed keys are kept apart before all are sorted again.
const maxDelta = 2000

func newNames(list []*row) names {
	made := new(atomic.Bool)
	base := sync.OnceValue(func() []nameKey {
		defer made.Store(true)
		var keys []nameKey
		for slot, r := range list {
			if r != nil {
				keys = appendNameKeys(keys, slotted{int32(slot), r})
			}
		}
		sortNameKeys(keys)
		return keys
	})
	go base() // so that the first reader who types does not wait for it
	return names{base: base, made: made}
}

func appendNameKeys(keys []nameKey, s slotted) []nameKey {
	for name := s.row.text(packedFold); ; {
		keys = append(keys, nameKey{name, s.slot, s.row})
		_, rest, more := strings.Cut(name, " ")
		if !more {
			return keys
		}
		name = rest
	}
}

func sortNameKeys(keys []nameKey) {
	slices.SortFunc(keys, func(a, b nameKey) int {
		return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.slot, b.slot))
	})
}

// with returns names in which the changed rows have their new keys.
func (n names) with(changed []slotted, list []*row) names {
	if len(changed) == 0 {
		return n
	}
	if len(n.delta)+len(changed) > maxDelta {
		return newNames(list)
	}
	delta := slices.Clone(n.delta)
	for _, s := range changed {
		delta = appendNameKeys(delta, s)
	}
	sortNameKeys(delta)
	return names{n.base, n.made, delta}
}

// whole returns the slots of the offerings whose whole name is the folded text. It reports
// false while the names are being sorted, which takes long where there are very many.
func (n names) whole(folded string, list []*row) ([]int32, bool) {
	if !n.made.Load() {
		return nil, false
	}
	var slots []int32
	for _, keys := range [...][]nameKey{n.base(), n.delta} {
		from := sort.Search(len(keys), func(i int) bool { return keys[i].key >= folded })
		for _, k := range keys[from:] {
			if k.key != folded {
				break
			}
			if list[k.slot] == k.row && k.row.text(packedFold) == folded {
				slots = append(slots, k.slot)
			}
		}
	}
	slices.Sort(slots)
	return slots, true
}

// prefixed calls yield with each key that begins with the folded prefix, sorted within
// the two lists, until yield returns false.
func (n names) prefixed(prefix string, yield func(nameKey) bool) {
	for _, list := range [...][]nameKey{n.base(), n.delta} {
		from := sort.Search(len(list), func(i int) bool { return list[i].key >= prefix })
		for _, k := range list[from:] {
			if !strings.HasPrefix(k.key, prefix) {
				break
			}
			if !yield(k) {
				return
			}
		}
	}
}
