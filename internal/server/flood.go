package server

import (
	"hash/maphash"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/time/rate"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/place"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// What one place may ask this node for. A node answers some thousands of searches and some ten
// thousands of kept pages each second, so that one address alone takes a small part of it.
// Much stands behind one address: the largest kommuner have fifty thousand people at work, and
// a mobile operator some thousands of telephones. A reader asks for a page each few seconds
// and for a handful while typing: two hundred a second are two thousand who read at the same
// moment, and four thousand at once are all of them on the evening of the television programme.
const (
	floodRate  = 200  // a second
	floodBurst = 4000 // at once

	// Forms are counted apart, so that they are taken while somebody in the same house asks for
	// pages without end. Limits of what they do are counted in the database.
	formRate  = 20
	formBurst = 400

	// floodGeneration is after how long a place that asks for nothing begins to be forgotten. It
	// has its whole burst anew long before.
	floodGeneration = time.Minute

	// floodPlaces is how many places are remembered of a generation, of which there are two: some
	// megabytes. Whoever has more places than these has more traffic than a node can take, and
	// is for the network.
	floodPlaces = 20_000
)

// flood counts what each place asks this node for, in memory alone. It keeps no address: of
// each place a hash, that of no other node or start, until two generations after it asked last.
type flood struct {
	proxies place.Proxies
	places  int // of a generation
	seed    maphash.Seed
	refused atomic.Uint64

	mu          sync.Mutex
	now, before map[uint64]*rate.Limiter
	turning     bool // a timer runs
}

// visitor is who is counted: a place, apart as a reader and as a sender of forms.
type visitor struct {
	network netip.Prefix
	form    bool
}

func newFlood(trusted []string, places int) *flood {
	return &flood{proxies: place.Trust(trusted), places: places, seed: maphash.MakeSeed()}
}

// limit refuses requests of a place that sends too many. It comes before anything that costs.
func (f *flood) limit(c *fiber.Ctx) error {
	if f.over(c) && !always(c.Path()) {
		f.refused.Add(1)
		return store.TooSoon{Wait: time.Second} // there is room again long before
	}
	return c.Next()
}

// shared are the addresses between an operator's customers and its translator (RFC 6598), which
// clusters and overlay networks use inside too. Readers behind one come with its outer address.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// over counts the request, and reports whether its place has sent too many.
func (f *flood) over(c *fiber.Ctx) bool {
	network := f.proxies.Of(c.Context()).Network()
	// Nobody reads from these: it is a proxy that the configuration does not name, and all
	// readers are behind it. Or a probe of this machine.
	if a := network.Addr(); !a.IsGlobalUnicast() || a.IsPrivate() || shared.Contains(a) {
		return false
	}
	form := false
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
	default:
		form = !readsByPost(c)
	}
	return f.overFrom(network, form)
}

func (f *flood) overFrom(network netip.Prefix, form bool) bool {
	return !f.limiterOf(visitor{network, form}).Allow()
}

// limiterOf returns the limiter of the visitor, which is remembered for another generation.
func (f *flood) limiterOf(v visitor) *rate.Limiter {
	key := f.key(v)
	f.mu.Lock()
	defer f.mu.Unlock()
	l, ok := f.now[key]
	if ok {
		return l
	}
	if l, ok = f.before[key]; !ok {
		l = rate.NewLimiter(floodRate, floodBurst)
		if v.form {
			l = rate.NewLimiter(formRate, formBurst)
		}
	}
	if len(f.now) >= f.places {
		f.before, f.now = f.now, nil
	}
	if f.now == nil {
		f.now = map[uint64]*rate.Limiter{}
	}
	f.now[key] = l
	if !f.turning {
		f.turning = true
		time.AfterFunc(floodGeneration, f.turn)
	}
	return l
}

// key is what is kept of a visitor. Two who have the same share what they may ask for.
func (f *flood) key(v visitor) uint64 { return maphash.Comparable(f.seed, v) }

// turn forgets those who asked for nothing in the last generation. A timer calls it, and no
// request: places are forgotten on a node that nobody asks any more, too.
func (f *flood) turn() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.now = f.now, nil
	if f.turning = len(f.before) > 0; f.turning {
		time.AfterFunc(floodGeneration, f.turn)
	}
}

// always reports whether the path is answered however many ask: the pages that have the
// telephone numbers of a crisis and need no looking up, what pages need to be seen, and what
// those ask who watch over the node.
func always(path string) bool {
	if l, rest := page.Split(path); l != page.Bokmal {
		path = rest
	}
	switch path {
	case "", "/", "/nodkort", "/min-liste", "/forlat-siden", "/sw.js", "/favicon.svg", "/favicon.ico", "/robots.txt",
		"/healthz", "/readyz", "/metrics", "/.well-known/security.txt":
		return true
	}
	return strings.HasPrefix(path, "/assets/")
}
