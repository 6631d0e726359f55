package report

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"sync"
	"time"
)

// maxKept is how many codes are kept: a flood from everywhere must not fill the memory.
const maxKept = 100_000

// given keeps the codes that were given for reports of one press, on this node, this hour, so
// that the same pressed again from one place is one report. It keeps no address: codes stand
// under hashes with a key that is made at random, is in memory alone, and goes with the codes
// when the hour is over. How many may be sent is counted in the database, for all nodes.
type given struct {
	now func() time.Time

	mu   sync.Mutex
	hour time.Time
	key  [32]byte
	sent map[[32]byte]string // by what was sent from where: the code that was given for it
}

func (l *given) hash(parts ...string) [32]byte {
	return sha256.Sum256([]byte(string(l.key[:]) + strings.Join(parts, "\x00")))
}

// turn begins anew when the hour is over. The lock is held.
func (l *given) turn() {
	if hour := l.now().Truncate(time.Hour); !hour.Equal(l.hour) || l.sent == nil {
		l.hour, l.sent = hour, map[[32]byte]string{}
		rand.Read(l.key[:]) // never fails
	}
}

// remember keeps the code that was given for what was sent from the place.
func (l *given) remember(from, what, code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	if len(l.sent) < maxKept {
		l.sent[l.hash(from, what)] = code
	}
}

// earlier returns the code that was given for the same, or "".
func (l *given) earlier(from, what string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	return l.sent[l.hash(from, what)]
}
