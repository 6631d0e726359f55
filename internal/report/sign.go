package report

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// A form is taken between these ages. Nobody reads and fills it in faster; who comes back
// the next day presses once more.
const (
	minAge = 2 * time.Second
	maxAge = 24 * time.Hour
)

// signer signs forms, so that one is taken only if we made it, and lately. The key is in
// the database, the same for all nodes, and is read once.
type signer struct {
	load func(context.Context) ([]byte, error)
	now  func() time.Time

	mu      sync.Mutex
	key     []byte
	loading bool

	day atomic.Pointer[dayStamp] // of today; nil: not made yet
}

// ready returns the key, reading it where that was not done yet.
func (s *signer) ready(ctx context.Context) ([]byte, error) {
	s.mu.Lock()
	key := s.key
	s.mu.Unlock()
	if key != nil {
		return key, nil
	}
	key, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = key
	return key, nil
}

func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		// With its length, so that no two lists of parts are signed as the same bytes.
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	return h.Sum(nil)
}

func signature(key []byte, parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(mac(key, parts...)[:16])
}

// stamp returns what a fresh form carries: when it was made, what tells it from others, and
// the signature of both. It is empty when the key cannot be read now.
func (s *signer) stamp(ctx context.Context) string {
	key, err := s.ready(ctx)
	if err != nil {
		return ""
	}
	made, nonce := strconv.FormatInt(s.now().Unix(), 10), rand.Text()
	return made + "." + nonce + "." + signature(key, "skjema", made, nonce)
}

// dayStamp returns what a page of today carries that is the same for all its readers and
// kept in caches. It is empty until the key was read, which it has done beside the request:
// public pages do not wait for the database.
func (s *signer) dayStamp() string {
	// Every public page asks, also those that are kept: nothing is written or locked here.
	now := s.now()
	if d := s.day.Load(); d != nil && !now.Before(d.from) && now.Before(d.until) {
		return d.text
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key == nil {
		if !s.loading {
			s.loading = true
			go s.loadBeside()
		}
		return ""
	}
	y, m, day := now.In(page.Oslo).Date()
	d := &dayStamp{from: time.Date(y, m, day, 0, 0, 0, 0, page.Oslo), until: time.Date(y, m, day+1, 0, 0, 0, 0, page.Oslo)}
	today := d.from.Format(time.DateOnly)
	d.text = today + "." + signature(s.key, "dag", today)
	s.day.Store(d)
	return d.text
}

// dayStamp is the stamp of one day, which every page of the day has.
type dayStamp struct {
	from, until time.Time
	text        string
}

func (s *signer) loadBeside() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := s.ready(ctx)
	if err != nil {
		time.Sleep(time.Second) // not at every request while the database is away
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loading = false
}

// age is what a stamp says of the form that it came with.
type age int

const (
	unknown age = iota // none, too old, or not ours
	early
	fresh
	ofDay // of a page that many have: it says only that the reader had that page
)

// check returns how old the form of the stamp is, and what tells it from others.
func (s *signer) check(key []byte, stamp string) (age, string) {
	parts := strings.Split(stamp, ".")
	now := s.now()
	switch len(parts) {
	case 2:
		day, err := time.ParseInLocation(time.DateOnly, parts[0], page.Oslo)
		if err != nil || !hmac.Equal([]byte(parts[1]), []byte(signature(key, "dag", parts[0]))) {
			return unknown, ""
		}
		// The page was made on that day: its end and maxAge are the last moment.
		if now.Before(day) || now.After(day.AddDate(0, 0, 1).Add(maxAge)) {
			return unknown, ""
		}
		return ofDay, ""
	case 3:
		unix, err := strconv.ParseInt(parts[0], 10, 64)
		if err != nil || !hmac.Equal([]byte(parts[2]), []byte(signature(key, "skjema", parts[0], parts[1]))) {
			return unknown, ""
		}
		switch old := now.Sub(time.Unix(unix, 0)); {
		case old > maxAge:
			return unknown, ""
		case old < minAge:
			return early, parts[1]
		}
		return fresh, parts[1]
	}
	return unknown, ""
}

// codes are written with digits and letters that cannot be taken for each other
// (Crockford's base 32): 8 of them are 40 bits.
var codes = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

const codeLength = 8

// newCode returns a code at random.
func newCode() string {
	b := make([]byte, 5)
	rand.Read(b) // never fails
	return codes.EncodeToString(b)
}

// codeFor returns the code for what was sent with a form: the same for the same sent again.
func codeFor(key []byte, parts ...string) string {
	return codes.EncodeToString(mac(key, append([]string{"kode"}, parts...)...)[:5])
}

// parseCode returns the code that somebody has written down: in small letters, in groups,
// with O for 0. It returns "" for what cannot be one.
func parseCode(text string) string {
	code := strings.NewReplacer(" ", "", "-", "", "–", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	if len(code) != codeLength {
		return ""
	}
	if _, err := codes.DecodeString(code); err != nil {
		return ""
	}
	return code
}

// grouped returns the code as it is shown: "7KQ2-M9XD".
func grouped(code string) string { return code[:codeLength/2] + "-" + code[codeLength/2:] }
