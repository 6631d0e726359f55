package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
)

// turnWindows ends every window that is counted in, as if its time had passed.
func turnWindows(t *testing.T, stores ...*Store) {
	t.Helper()
	for _, s := range stores {
		if err := exec(t, s, "UPDATE limits SET ends_at = now()"); err != nil {
			t.Fatal(err)
		}
		s.limits.mu.Lock()
		s.limits.over = nil
		s.limits.mu.Unlock()
	}
}

func wantWait(t *testing.T, what string, err error, most time.Duration) {
	t.Helper()
	var soon TooSoon
	if !errors.As(err, &soon) || soon.Wait < time.Second || soon.Wait > most+time.Second {
		t.Errorf("%s: %v, want TooSoon for 1s to %v", what, err, most)
	}
}

// Nodes share the count, however many try at once.
func TestLimitOfAllNodes(t *testing.T) {
	url := dbtest.URL(t)
	nodes := []*Store{openURL(t, url), openURL(t, url), openURL(t, url)}
	limit := Limit{"test", 10, time.Hour}
	var through, refused atomic.Int64
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			_, err := nodes[i%len(nodes)].Spend(t.Context(), limit, 1, "192.0.2.1/32")
			var soon TooSoon
			switch {
			case err == nil:
				through.Add(1)
			case errors.As(err, &soon):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if through.Load() != 10 || refused.Load() != 50 {
		t.Errorf("%d through and %d refused, want 10 and 50", through.Load(), refused.Load())
	}
	_, err := openURL(t, url).Spend(t.Context(), limit, 1, "192.0.2.1/32")
	wantWait(t, "a node that is new", err, time.Hour)
	wantWait(t, "a node that knows", nodes[0].Refused(limit, "192.0.2.1/32"), time.Hour)

	// Nobody else is kept out, nor they from something else.
	if _, err := nodes[0].Spend(t.Context(), limit, 1, "192.0.2.2/32"); err != nil {
		t.Errorf("another place: %v", err)
	}
	if _, err := nodes[0].Spend(t.Context(), Limit{"test2", 10, time.Hour}, 1, "192.0.2.1/32"); err != nil {
		t.Errorf("something else: %v", err)
	}
	// The window turns, for all nodes.
	turnWindows(t, nodes...)
	for i := range 10 {
		left, err := nodes[i%3].Spend(t.Context(), limit, 1, "192.0.2.1/32")
		if err != nil || left <= 59*time.Minute || left > time.Hour {
			t.Fatalf("the %d. of the next window: %v left, %v", i+1, left, err)
		}
	}
	_, err = nodes[0].Spend(t.Context(), limit, 1, "192.0.2.1/32")
	wantWait(t, "the eleventh of the next window", err, time.Hour)
	if got := nodes[0].RefusedByKind(); len(got) != len(Limits()) || got[ReportSends.Kind] != 0 {
		t.Errorf("refused %v, want the program's own kinds with none", got)
	}
}

// After the database's clock was set back an hour, nobody waits for an hour longer.
func TestLimitsAfterTheClockIsSetBack(t *testing.T) {
	s := openSeeded(t)
	limit := Limit{"test", 2, time.Minute}
	spend := func() error { _, err := s.Spend(t.Context(), limit, 1, "192.0.2.1/32"); return err }
	code := func() error {
		_, err := s.StartCode(t.Context(), "kari@test.example.org", "", func(c string, _ time.Time) Mail { return Mail{Text: c} })
		return err
	}
	for range 2 {
		wantError(t, "a try", spend(), nil)
	}
	for range codesPerHour {
		wantError(t, "a code", code(), nil)
	}
	ahead := func(by string) {
		t.Helper()
		err := errors.Join(exec(t, s, "UPDATE limits SET ends_at = ends_at + ?::interval", by),
			exec(t, s, "UPDATE sign_in_codes SET created_at = created_at + ?::interval, expires_at = expires_at + ?::interval", by, by))
		wantError(t, "set the clock back", err, nil)
		s.limits.over = nil
	}
	ahead("30 seconds") // as clocks of transactions at the same time might differ, and more
	wantWait(t, "a try too many", spend(), 90*time.Second)
	wantWait(t, "a code too many", code(), time.Hour+30*time.Second)
	ahead("1 hour")
	for range 2 {
		wantError(t, "a try after the jump", spend(), nil)
	}
	wantWait(t, "a try too many after the jump", spend(), time.Minute)
	for range codesPerHour {
		wantError(t, "a code after the jump", code(), nil)
	}
	wantWait(t, "a code too many after the jump", code(), time.Hour)
}

// Calls that are settled in portions are let through up to the limit and not beyond.
func TestPortionsOfALimit(t *testing.T) {
	s := openStore(t)
	limit := Limit{"test", 100, time.Minute}
	for range 5 {
		if _, err := s.Spend(t.Context(), limit, 20, "token"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Spend(t.Context(), limit, 20, "token")
	wantWait(t, "the sixth portion", err, time.Minute)
}

// Whoever has a wide network has many places in it, and not as many tries.
func TestWiderCircle(t *testing.T) {
	s := openStore(t)
	limit := Limit{"test", 2, time.Hour}
	through := 0
	for i := range 100 {
		if _, err := s.Spend(t.Context(), limit, 1, fmt.Sprintf("2001:db8:1:%x::/64", i), "2001:db8:1::/48"); err == nil {
			through++
		}
	}
	if through != 2*wider {
		t.Errorf("%d through, want %d", through, 2*wider)
	}
	if _, err := s.Spend(t.Context(), limit, 1, "2001:db8:2:1::/64", "2001:db8:2::/48"); err != nil {
		t.Errorf("a place in another: %v", err)
	}
	for range 2 {
		_, err := s.Spend(t.Context(), limit, 1, "2001:db8:3:1::/64", "2001:db8:3::/48")
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Spend(t.Context(), limit, 1, "2001:db8:3:1::/64", "2001:db8:3::/48")
	wantWait(t, "a place that is over", err, time.Hour)
	if _, err := s.Spend(t.Context(), limit, 1, "2001:db8:3:2::/64", "2001:db8:3::/48"); err != nil {
		t.Errorf("its neighbour: %v", err)
	}
}

// Wrong guesses are counted and right ones are not, also when many come at once.
func TestGuess(t *testing.T) {
	url := dbtest.URL(t)
	nodes := []*Store{openURL(t, url), openURL(t, url)}
	limit, who := Limit{"test", 5, time.Hour}, []string{"192.0.2.1/32"}
	guess := func(s *Store, right bool) error {
		return s.Guess(t.Context(), limit, who, func() (bool, error) {
			if right {
				return true, nil
			}
			return false, ErrWrongCode
		})
	}
	for range 20 {
		wantError(t, "right", guess(nodes[0], true), nil)
	}
	if n := count(t, nodes[0], "limits WHERE spent <> 0"); n != 0 {
		t.Error("right guesses are counted")
	}
	var looked atomic.Int64
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if err := guess(nodes[i%2], false); errors.Is(err, ErrWrongCode) {
				looked.Add(1)
			}
		})
	}
	all.Wait()
	if looked.Load() != 5 {
		t.Errorf("%d wrong guesses were looked at, want 5", looked.Load())
	}
	wantWait(t, "right, after too many that were not", guess(nodes[1], true), time.Hour)
	// What is given back when counting has begun anew takes nothing from what is counted then.
	turnWindows(t, nodes...)
	err := nodes[0].Guess(t.Context(), limit, who, func() (bool, error) {
		turnWindows(t, nodes...)
		wantError(t, "wrong", guess(nodes[1], false), ErrWrongCode)
		return true, nil
	})
	if n := count(t, nodes[0], "limits WHERE spent = 1"); err != nil || n != 1 {
		t.Errorf("%v; %d counts of one, want one", err, n)
	}
}

// Guesses at the same time are refused when they would be too many if all were wrong. That
// says nothing of the next: who is refused for those that turn out right is counted nowhere.
func TestGuessesAtTheSameTimeLeaveNothing(t *testing.T) {
	url := dbtest.URL(t)
	nodes := []*Store{openURL(t, url), openURL(t, url)}
	limit, who := Limit{"test", 5, time.Hour}, []string{"2001:db8:1:1::/64", "2001:db8:1::/48"}
	guess := func(s *Store, inside func()) error {
		return s.Guess(t.Context(), limit, who, func() (bool, error) { inside(); return true, nil })
	}
	for range limit.Most - 1 {
		wantError(t, "wrong", nodes[0].Guess(t.Context(), limit, who, func() (bool, error) { return false, ErrWrongCode }), ErrWrongCode)
	}
	err := guess(nodes[0], func() {
		for _, node := range nodes {
			wantWait(t, "the other", guess(node, func() { t.Error("looked at") }), time.Hour)
		}
	})
	wantError(t, "the one", err, nil)
	wantError(t, "the next", guess(nodes[0], func() {}), nil)
	if n := count(t, nodes[0], "limits WHERE spent = 4"); n != 2 {
		t.Errorf("%d circles have the 4 that were wrong, want 2", n)
	}
	// The other node asks the database again before long.
	if until := nodes[1].limits.over; len(until) != 1 {
		t.Fatalf("%d are remembered, want one", len(until))
	}
	for hash, o := range nodes[1].limits.over {
		if left := time.Until(o.again); left > overMemory || o.ends.Before(o.again) {
			t.Errorf("asks again in %v", left)
		}
		o.again = time.Now()
		nodes[1].limits.over[hash] = o
	}
	wantError(t, "the next on the other node", guess(nodes[1], func() {}), nil)
	// Where the wider circle is over, its places are not counted.
	if err := exec(t, nodes[0], "UPDATE limits SET spent = 5 * 16 WHERE spent = 4 AND hash = ?", hashesOf(nodes[0].limits.key, limit, who)[1]); err != nil {
		t.Fatal(err)
	}
	wantWait(t, "in a circle that is over", guess(nodes[0], func() { t.Error("looked at") }), time.Hour)
	if n := count(t, nodes[0], "limits WHERE spent = 4"); n != 1 {
		t.Error("a place is counted for what its circle may not")
	}
}

// What is given back must not keep an answer for as long as the database has no connection.
func TestGivingBackDoesNotWait(t *testing.T) {
	s := openURL(t, dbtest.URL(t)+"&pool_max_conns=1")
	done := make(chan error)
	go func() {
		done <- s.Guess(t.Context(), Limit{"test", 5, time.Hour}, []string{"192.0.2.1/32"}, func() (bool, error) {
			conn, err := s.pool.Acquire(t.Context()) // the only one
			if err == nil {
				t.Cleanup(conn.Release)
			}
			return true, err
		})
	}()
	select {
	case err := <-done:
		wantError(t, "right", err, nil)
	case <-time.After(20 * giveBackTime):
		t.Fatal("there is no answer")
	}
}

func TestLimitsWithoutADatabase(t *testing.T) {
	s := openURL(t, "postgres://test@127.0.0.1:1/test")
	_, err := s.Spend(t.Context(), ReportSends, 1, "192.0.2.1/32")
	if !Unavailable(err) {
		t.Errorf("Spend: %v, want an error that says that the database is away", err)
	}
	err = s.Guess(t.Context(), ReportCodes, []string{"192.0.2.1/32"}, func() (bool, error) { t.Error("tried all the same"); return true, nil })
	if !Unavailable(err) {
		t.Errorf("Guess: %v, want an error that says that the database is away", err)
	}
}

// What is stored leads to nobody without the key, and is gone when it has no use any more.
func TestLimitsNameNobody(t *testing.T) {
	s := openStore(t)
	for _, who := range []string{"192.0.2.1/32", "192.0.2.2/32"} {
		if _, err := s.Spend(t.Context(), ReportSends, 1, who); err != nil {
			t.Fatal(err)
		}
	}
	var all string
	if err := s.db.Raw("SELECT string_agg(l::text, ' ') FROM limits l").Scan(&all).Error; err != nil {
		t.Fatal(err)
	}
	if strings.Contains(all, "192") || strings.Contains(all, fmt.Sprintf("%x", hashOf("192.0.2.1/32"))) {
		t.Errorf("the table says %s", all)
	}
	if err := exec(t, s, "UPDATE limits SET ends_at = now() - interval '1 second' WHERE hash = (SELECT min(hash::text)::bytea FROM limits)"); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteExpired(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, "limits"); n != 1 {
		t.Errorf("%d rows are left, want the one that is counted in", n)
	}
}

// A node that is refused on and on does not ask the database each time, and does not
// remember without end.
func TestRefusalsAreRemembered(t *testing.T) {
	s := openStore(t)
	limit := ReportSends
	for range limit.Most + 5 {
		_, _ = s.Spend(t.Context(), limit, 1, "192.0.2.1/32")
	}
	var spent int
	if err := s.db.Raw("SELECT spent FROM limits").Scan(&spent).Error; err != nil {
		t.Fatal(err)
	}
	if spent != limit.Most {
		t.Errorf("%d are counted, want %d: what is refused is not", spent, limit.Most)
	}
	if got := s.RefusedByKind()[limit.Kind]; got != 5 {
		t.Errorf("%d were refused, want 5", got)
	}
	if err := exec(t, s, "DELETE FROM limits"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Spend(t.Context(), limit, 1, "192.0.2.1/32")
	wantWait(t, "a node that remembers", err, limit.Window)
	for i := range maxOver + 10 {
		s.limits.noteOver(limit, spending{Hash: fmt.Append(nil, i), Left: 60})
	}
	if n := len(s.limits.over); n > maxOver {
		t.Errorf("%d refusals are remembered", n)
	}
}

// Strangers who ask for codes for an address use up their own, and its person comes in.
func TestKnownBrowser(t *testing.T) {
	s := openSeeded(t)
	a := newAccount(t, s, "kari@test.example.org")
	start := func(email, browser string) error {
		_, err := s.StartCode(t.Context(), email, browser, func(c string, _ time.Time) Mail { return Mail{Text: c} })
		return err
	}
	browser, life, err := s.KnownBrowser(t.Context(), a.Email)
	if err != nil || life < 24*time.Hour || strings.Contains(browser, "kari") {
		t.Fatalf("%q for %v, %v", browser, life, err)
	}
	for range codesPerHour {
		wantError(t, "a stranger", start(a.Email, ""), nil)
	}
	wantWait(t, "a stranger", start(a.Email, ""), time.Hour)
	wantWait(t, "a browser that knows another address", start(a.Email, strings.Replace(browser, ".", "1.", 1)), time.Hour)
	other, _, err := s.KnownBrowser(t.Context(), "ola@test.example.org")
	wantError(t, "ola", err, nil)
	wantWait(t, "somebody else's browser", start(a.Email, other), time.Hour)
	for range codesPerHour {
		wantError(t, "her own browser", start(" Kari@test.example.org", browser), nil)
	}
	wantWait(t, "her own browser, too often", start(a.Email, browser), time.Hour)
	// A flood for all addresses keeps out who has not been here before, and nobody else.
	if err := exec(t, s, "DELETE FROM sign_in_codes"); err != nil {
		t.Fatal(err)
	}
	err = exec(t, s, `INSERT INTO sign_in_codes (email, hash, code_hash, sent, expires_at)
		SELECT 'x' || i || '@example.org', sha256(i::text::bytea), sha256('x'), false, now() + interval '1 minute' FROM generate_series(1, ?) i`, codesInAll)
	wantError(t, "flood", err, nil)
	wantWait(t, "in a flood", start(a.Email, ""), time.Hour)
	wantError(t, "in a flood, her own browser", start(a.Email, browser), nil)
	s.Now = func() time.Time { return testNow.Add(browserLife + time.Minute) }
	wantWait(t, "in a flood, half a year later", start(a.Email, browser), time.Hour)
}

// deploy/SECURITY.md says of each limit what it is.
func TestLimitsAreDocumented(t *testing.T) {
	content, err := os.ReadFile("../../deploy/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range Limits() {
		row := fmt.Sprintf("| `%s`: %d in %d minutes |", l.Kind, l.Most, int(l.Window.Minutes()))
		if !strings.Contains(string(content), row) {
			t.Errorf("deploy/SECURITY.md lacks %q", row)
		}
	}
}
