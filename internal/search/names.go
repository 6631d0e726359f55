package search

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// nameKey is an offering's folded name from one of its words on: "PPT i Oslo" stands
// under "ppt i oslo" and "oslo".
type nameKey struct {
	key   string
	row   *row
	start bool // key is the whole name
}

// names finds offerings by how their names, or words in them, begin. Most of it is one
// sorted list that many generations share; what has changed since stands in a short one.
// A key whose row is no longer the one in its slot is passed over.
type names struct {
	base, delta []nameKey
}

// maxDelta is how many changed keys are kept apart before all are sorted again.
const maxDelta = 2000

func newNames(list []*row) names {
	var keys []nameKey
	for _, r := range list {
		if r != nil {
			keys = appendNameKeys(keys, r)
		}
	}
	sortNameKeys(keys)
	return names{base: keys}
}

func appendNameKeys(keys []nameKey, r *row) []nameKey {
	name := r.foldName
	for start := true; ; start = false {
		keys = append(keys, nameKey{name, r, start})
		_, rest, more := strings.Cut(name, " ")
		if !more {
			return keys
		}
		name = rest
	}
}

func sortNameKeys(keys []nameKey) {
	slices.SortFunc(keys, func(a, b nameKey) int {
		return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.row.slot, b.row.slot))
	})
}

// with returns names in which the changed rows have their new keys.
func (n names) with(changed []*row, list []*row) names {
	if len(changed) == 0 {
		return n
	}
	if len(n.delta)+len(changed) > maxDelta {
		return newNames(list)
	}
	delta := slices.Clone(n.delta)
	for _, r := range changed {
		delta = appendNameKeys(delta, r)
	}
	sortNameKeys(delta)
	return names{n.base, delta}
}

// prefixed calls yield with each key that begins with the folded prefix, sorted within
// the two lists, until yield returns false.
func (n names) prefixed(prefix string, yield func(nameKey) bool) {
	for _, list := range [...][]nameKey{n.base, n.delta} {
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
