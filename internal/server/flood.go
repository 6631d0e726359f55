package server

import (
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	lru "github.com/hashicorp/golang-lru/v2"
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

	// floodPlaces is how many places are remembered, those seen last: some megabytes. Whoever
	// has more places than these has more traffic than a node can take, and is for the network.
	floodPlaces = 20_000
)

// flood counts what each place asks this node for, in memory alone.
type flood struct {
	proxies place.Proxies
	seen    *lru.Cache[visitor, *rate.Limiter]
	refused atomic.Uint64
}

// visitor is who is counted: a place, apart as a reader and as a sender of forms.
type visitor struct {
	network netip.Prefix
	form    bool
}

func newFlood(trusted []string, places int) *flood {
	seen, err := lru.New[visitor, *rate.Limiter](places)
	if err != nil {
		panic(err) // for no places
	}
	return &flood{proxies: place.Trust(trusted), seen: seen}
}

// limit refuses requests of a place that sends too many. It comes before anything that costs.
func (f *flood) limit(c *fiber.Ctx) error {
	if f.over(c) && !always(c.Path()) {
		f.refused.Add(1)
		return store.TooSoon{Wait: time.Second} // there is room again long before
	}
	return c.Next()
}

// over counts the request, and reports whether its place has sent too many.
func (f *flood) over(c *fiber.Ctx) bool {
	network := f.proxies.Of(c.Context()).Network()
	// Nobody reads from these: it is a proxy that the configuration does not name, and all
	// readers are behind it. Or a probe of this machine.
	if a := network.Addr(); !a.IsGlobalUnicast() || a.IsPrivate() {
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
	v := visitor{network, form}
	l, ok := f.seen.Get(v)
	if !ok {
		l = rate.NewLimiter(floodRate, floodBurst)
		if form {
			l = rate.NewLimiter(formRate, formBurst)
		}
		// Two requests may make one each; one of them is not counted.
		f.seen.Add(v, l)
	}
	return !l.Allow()
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
