package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math"
	"sync"
	"time"
)

// Limit is how often something may be done by one of those who do it, all nodes together.
type Limit struct {
	Kind   string // as the metrics name it
	Most   int
	Window time.Duration // begins with the first that is counted
}

// The limits that are counted in the database. deploy/SECURITY.md has them in a table, with
// those that are counted elsewhere, and why they are what they are.
var (
	// SignInStarts are codes asked for and sign-ins with passkeys and providers begun, from one
	// place. A kommune is often one place, so it is many; but less than what everybody together
	// may ask for, so that no single place can keep all others out.
	SignInStarts = Limit{"sign_in_start", 100, 15 * time.Minute}
	// SignInTries are wrong codes and answers of passkeys, from one place.
	SignInTries = Limit{"sign_in_try", 30, 15 * time.Minute}
	// ReportSends are reports of readers from one place. A whole library or hospital may stand
	// behind one.
	ReportSends = Limit{"report_send", 10, time.Hour}
	// ReportCodes are codes of reports that are not there, from one place.
	ReportCodes = Limit{"report_code", 20, time.Hour}
	// APITokens are tokens that are not there, from one place.
	APITokens = Limit{"api_token", 30, 15 * time.Minute}
	// APICalls are calls that write, of one token. A program that sends over all offerings of
	// the largest kommune in one go is far below.
	APICalls = Limit{"api_call", 600, time.Minute}
)

// Limits returns all limits that are counted in the database.
func Limits() []Limit {
	return []Limit{SignInStarts, SignInTries, ReportSends, ReportCodes, APITokens, APICalls}
}

// wider is how many times as much is let through from the wider network that a place is in:
// it may be a town's, or that of somebody who has 65 536 places of their own.
const wider = 16

// limits is what a node keeps of limits.
type limits struct {
	mu      sync.Mutex
	key     []byte
	over    map[string]over   // by hash
	refused map[string]uint64 // by kind
}

// over is what a node knows of one of whom no more is let through.
type over struct {
	again time.Time // until then the database is not asked
	ends  time.Time // when counting begins anew
}

// maxOver is how many refusals a node remembers: a flood from everywhere must not fill the
// memory. What is not remembered is asked of the database.
const maxOver = 10_000

// overMemory is for how long a node remembers a refusal. It is short, since what was counted
// may be given back on another node: a flood costs a query each few seconds, and who was refused
// for a guess that turned out right does not wait for the whole window.
const overMemory = 10 * time.Second

// giveBackTime is for how long somebody whose guess was right waits for it not to be counted.
const giveBackTime = 2 * time.Second

// Spend counts n of the limit for whoever is counted, and returns how long it is until
// counting begins anew. It returns TooSoon when that is more than the limit lets through;
// tries at the same time, on whichever nodes, are let through up to the limit and not beyond.
// Each who after the first is a wider circle that the first is in, of which more is let
// through. Nothing but a keyed hash of who is stored.
func (s *Store) Spend(ctx context.Context, l Limit, n int, who ...string) (time.Duration, error) {
	spent, err := s.spend(ctx, l, n, who)
	if err != nil {
		return 0, err
	}
	return spent[0].left(), nil
}

// Guess lets somebody try a secret, and counts it when it was wrong. It is counted before it
// is looked at and given back when it was right, so that tries at the same time are not free.
// It returns TooSoon, and then try was not called; else what try returns.
func (s *Store) Guess(ctx context.Context, l Limit, who []string, try func() (right bool, err error)) error {
	spent, err := s.spend(ctx, l, 1, who)
	if err != nil {
		return err
	}
	right, err := try()
	if right || Unavailable(err) {
		s.giveBack(ctx, 1, spent)
	}
	return err
}

// Refused returns nil, or TooSoon when this node has seen that no more is let through. It
// asks nothing of the database.
func (s *Store) Refused(l Limit, who ...string) error {
	s.limits.mu.Lock()
	key := s.limits.key
	s.limits.mu.Unlock()
	if key == nil {
		return nil
	}
	return s.limits.refuse(l, hashesOf(key, l, who))
}

// RefusedByKind returns how often this node has refused something, by the limit's kind.
func (s *Store) RefusedByKind() map[string]uint64 {
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	all := map[string]uint64{}
	for _, l := range Limits() {
		all[l.Kind] = s.limits.refused[l.Kind]
	}
	return all
}

// spending is what stands in the database of one that is counted.
type spending struct {
	Hash   []byte
	Spent  int64
	EndsAt time.Time
	Left   float64 // seconds until EndsAt, by the database's clock
}

// left is how long it is until EndsAt, in whole seconds and not less.
func (sp spending) left() time.Duration {
	return time.Duration(max(1, math.Ceil(sp.Left))) * time.Second
}

func (s *Store) spend(ctx context.Context, l Limit, n int, who []string) ([]spending, error) {
	key, err := s.limitKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("limit %s: %w", l.Kind, err)
	}
	hashes := hashesOf(key, l, who)
	if err := s.limits.refuse(l, hashes); err != nil {
		return nil, err
	}
	// One statement for each: the wider circle is not counted where the place itself is over.
	var all []spending
	for i, h := range hashes {
		most := int64(l.Most)
		if i > 0 {
			most *= wider
		}
		sp, err := s.spendOne(ctx, l, n, most, h)
		if err != nil || sp.Spent > most {
			s.giveBack(ctx, n, all)
		}
		if err != nil {
			return nil, fmt.Errorf("limit %s: %w", l.Kind, err)
		}
		if sp.Spent > most {
			s.limits.noteOver(l, sp)
			return nil, TooSoon{sp.left()}
		}
		all = append(all, sp)
	}
	return all, nil
}

// clockSlack is how much further ahead than the program itself sets a time one has to lie to
// be from before the database's clock was set back. It is far more than now() differs between
// transactions at the same moment.
const clockSlack = time.Minute

// spendOne counts n of the limit, unless that is more than most, and returns what is counted
// then. Where it was more, Spent is what it would have been.
func (s *Store) spendOne(ctx context.Context, l Limit, n int, most int64, hash []byte) (spending, error) {
	var rows []spending
	// What ends further ahead than a whole window is from before the clock was set back.
	const ended = "(l.ends_at <= now() OR l.ends_at > EXCLUDED.ends_at + ?::interval)"
	slack := interval(clockSlack)
	// GORM spreads bytes that stand first in parentheses over several parameters.
	err := s.db.WithContext(ctx).Raw(`INSERT INTO limits AS l (kind, hash, spent, ends_at) VALUES (?, ?, ?, now() + ?::interval)
		ON CONFLICT (hash) DO UPDATE SET
			spent = CASE WHEN `+ended+` THEN EXCLUDED.spent ELSE l.spent + EXCLUDED.spent END,
			ends_at = CASE WHEN `+ended+` THEN EXCLUDED.ends_at ELSE l.ends_at END
			WHERE `+ended+` OR l.spent + EXCLUDED.spent <= ?
		RETURNING hash, spent, ends_at, extract(epoch FROM ends_at - now())::float8 AS left`,
		l.Kind, hash, n, interval(l.Window), slack, slack, slack, most).Scan(&rows).Error
	if err == nil && len(rows) == 0 { // there is no room
		err = s.db.WithContext(ctx).Raw("SELECT hash, spent + ? AS spent, ends_at, extract(epoch FROM ends_at - now())::float8 AS left FROM limits WHERE hash = ?", n, hash).Scan(&rows).Error
		if len(rows) == 0 { // its window ended meanwhile, and it was deleted
			rows = []spending{{Hash: hash, Spent: most + 1}}
		}
	}
	if err != nil {
		return spending{}, err
	}
	return rows[0], nil
}

// giveBack takes back n of what was counted, unless counting has begun anew. It does so also
// when ctx has ended. Failing to is no reason to say that anything went wrong: it is one try
// less.
func (s *Store) giveBack(ctx context.Context, n int, spent []spending) {
	if len(spent) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackTime)
	defer cancel()
	for _, sp := range spent {
		err := s.db.WithContext(ctx).Exec("UPDATE limits SET spent = greatest(spent - ?, 0) WHERE hash = ? AND ends_at = ?", n, sp.Hash, sp.EndsAt).Error
		if err != nil {
			return
		}
		s.limits.forget(sp.Hash)
	}
}

// limitKey returns the key of the hashes, the same for all nodes, which is read once.
func (s *Store) limitKey(ctx context.Context) ([]byte, error) {
	s.limits.mu.Lock()
	key := s.limits.key
	s.limits.mu.Unlock()
	if key != nil {
		return key, nil
	}
	root, err := s.ReportKey(ctx)
	if err != nil {
		return nil, err
	}
	key = derive(root, "limits")
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	s.limits.key = key
	return key, nil
}

// derive returns a key of its own for a purpose.
func derive(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p) // so that no two lists of parts are the same bytes
	}
	return h.Sum(nil)
}

func hashesOf(key []byte, l Limit, who []string) [][]byte {
	hashes := make([][]byte, len(who))
	for i, w := range who {
		hashes[i] = derive(key, l.Kind, w)
	}
	return hashes
}

// noteOver counts a refusal, and notes that nothing more is let through.
func (n *limits) noteOver(l Limit, sp spending) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count(l)
	if len(n.over) >= maxOver || n.over == nil {
		n.over = map[string]over{}
	}
	now := time.Now()
	n.over[string(sp.Hash)] = over{now.Add(min(overMemory, sp.left())), now.Add(sp.left())}
}

// forget lets the database be asked about one that was over: something was given back.
func (n *limits) forget(hash []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.over, string(hash))
}

// refuse returns TooSoon, and counts that it did, when one of the hashes is known to be over
// its limit.
func (n *limits) refuse(l Limit, hashes [][]byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range hashes {
		known, ok := n.over[string(h)]
		if !ok {
			continue
		}
		if now := time.Now(); now.Before(known.again) {
			n.count(l)
			return TooSoon{known.ends.Sub(now).Truncate(time.Second) + time.Second}
		}
		delete(n.over, string(h))
	}
	return nil
}

// count counts a refusal. The lock is held.
func (n *limits) count(l Limit) {
	if n.refused == nil {
		n.refused = map[string]uint64{}
	}
	n.refused[l.Kind]++
}
