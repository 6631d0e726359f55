package report

import (
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// What one address may do in an hour. A whole library or hospital may stand behind one.
const (
	sendsPerHour   = 10
	guessesPerHour = 20 // codes that are not there
)

// maxCounted is how many counts are kept: a flood from everywhere must not fill the memory.
const maxCounted = 100_000

// limiter counts what addresses do, on this node, this hour. It keeps no address: counts
// stand under hashes with a key that is made at random, is in memory alone, and goes with
// the counts when the hour is over.
type limiter struct {
	now func() time.Time

	mu     sync.Mutex
	hour   time.Time
	key    [32]byte
	counts map[[32]byte]int
	sent   map[[32]byte]string // by what was sent from where: the code that was given for it
}

func (l *limiter) hash(parts ...string) [32]byte {
	return sha256.Sum256([]byte(string(l.key[:]) + strings.Join(parts, "\x00")))
}

// turn begins anew when the hour is over. The lock is held.
func (l *limiter) turn() {
	if hour := l.now().Truncate(time.Hour); !hour.Equal(l.hour) || l.counts == nil {
		l.hour, l.counts, l.sent = hour, map[[32]byte]int{}, map[[32]byte]string{}
		rand.Read(l.key[:]) // never fails
	}
}

// allow counts one more of the kind from the address and reports whether that is within
// the limit.
func (l *limiter) allow(kind, address string, limit int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	h := l.hash(kind, address)
	if l.counts[h] >= limit || len(l.counts) >= maxCounted {
		return false
	}
	l.counts[h]++
	return true
}

// spent reports whether the address has used up the limit, without counting.
func (l *limiter) spent(kind, address string, limit int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	return l.counts[l.hash(kind, address)] >= limit || len(l.counts) >= maxCounted
}

// remember keeps the code that the address was given for sending what.
func (l *limiter) remember(address, what, code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	if len(l.sent) < maxCounted {
		l.sent[l.hash(address, what)] = code
	}
}

// earlier returns the code that the address was given for the same, or "".
func (l *limiter) earlier(address, what string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	return l.sent[l.hash(address, what)]
}

// wait returns how long it is until the counts begin anew.
func (l *limiter) wait() time.Duration {
	return l.now().Truncate(time.Hour).Add(time.Hour).Sub(l.now())
}

// addressOf returns where the request comes from, for counting. Of IPv6 it is the network
// of a household: each has more addresses than can be counted. Behind trusted proxies it is
// the last address that is none of theirs; what stands before it was written by the sender.
func addressOf(c *fiber.Ctx) string {
	address := c.Context().RemoteIP().String()
	if c.IsProxyTrusted() {
		trusted := c.App().Config().TrustedProxies
		hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			address = hop.String()
			if !contains(trusted, hop) {
				break
			}
		}
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap()
	if a.Is4() {
		return a.String()
	}
	network, err := a.WithZone("").Prefix(64)
	if err != nil {
		return a.String()
	}
	return network.String()
}

// contains reports whether the address is one of the addresses and ranges.
func contains(ranges []string, a netip.Addr) bool {
	for _, r := range ranges {
		if p, err := netip.ParsePrefix(r); err == nil && p.Contains(a.Unmap()) {
			return true
		}
		if one, err := netip.ParseAddr(r); err == nil && one.Unmap() == a.Unmap() {
			return true
		}
	}
	return false
}
