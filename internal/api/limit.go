package api

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// What programs are told of the API's limits. MaxPageSize stands again in the tags of the
// parameters, which a test compares, and the calls in store.APICalls.
const (
	MaxPageSize = 100
	MaxBody     = maxBody
)

// CallsPerMinute is how many calls that write a token may make in a minute.
func CallsPerMinute() int { return store.APICalls.Most }

// portion is how many calls of a token a node takes out of the limit at a time: the database
// is written to once for each twenty calls. Nothing is let through that was not taken out, so
// all nodes together let through the limit and not more. What a node has taken and does not
// use, at most nineteen calls, the others cannot.
const portion = 20

// allowance is what this node has taken out, by token.
type allowance struct {
	mu    sync.Mutex
	taken map[[sha256.Size]byte]taken
}

type taken struct {
	left  int
	until time.Time
}

// maxTaken is how many tokens are kept before those of which nothing is left are dropped.
const maxTaken = 1000

// use uses one call of the token, which is somebody's. Spend takes a number of calls out of
// the limit and returns for how long. It returns spend's error.
func (a *allowance) use(ctx context.Context, token string, now func() time.Time, spend func(context.Context, int) (time.Duration, error)) error {
	h, at := sha256.Sum256([]byte(token)), now()
	a.mu.Lock()
	t := a.taken[h]
	if t.left > 0 && at.Before(t.until) {
		t.left--
		a.taken[h] = t
		a.mu.Unlock()
		return nil
	}
	a.mu.Unlock()
	left, err := spend(ctx, portion)
	if err != nil {
		return err
	}
	// Told in whole seconds, rounded up; here it has to end before it does in the database.
	fresh := taken{portion - 1, at.Add(left - time.Second)}
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.taken[h]; at.Before(t.until) { // another call took some meanwhile
		fresh.left += t.left
		if t.until.Before(fresh.until) {
			fresh.until = t.until
		}
	}
	if len(a.taken) >= maxTaken || a.taken == nil {
		kept := map[[sha256.Size]byte]taken{}
		for h, t := range a.taken {
			if at.Before(t.until) {
				kept[h] = t
			}
		}
		a.taken = kept
	}
	a.taken[h] = fresh
	return nil
}
