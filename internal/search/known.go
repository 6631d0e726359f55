package search

import (
	"sync"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// known keeps offerings as they were read from the index: those for the whole country stand
// on every page. They are found by row, since an edit gives its offering another one. It has
// two halves, as matchCache.
type known struct {
	mu         sync.Mutex
	young, old map[*row]*directory.Offering
}

// mostKnown is how many each half holds, at two or three kB each.
const mostKnown = 500

func (k *known) get(r *row) *directory.Offering {
	k.mu.Lock()
	defer k.mu.Unlock()
	if o := k.young[r]; o != nil {
		return o
	}
	o := k.old[r]
	if o != nil {
		k.keep(r, o)
	}
	return o
}

func (k *known) put(r *row, o *directory.Offering) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keep(r, o)
}

func (k *known) keep(r *row, o *directory.Offering) {
	if k.young == nil || len(k.young) >= mostKnown {
		k.old, k.young = k.young, make(map[*row]*directory.Offering, mostKnown)
	}
	k.young[r] = o
}
