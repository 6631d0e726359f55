package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
)

// setNodeClock sets this machine's clock wrong by so much for the test.
func setNodeClock(t *testing.T, by time.Duration) {
	nodeClock = func() time.Time { return time.Now().Add(by) }
	t.Cleanup(func() { nodeClock = time.Now })
}

// A node whose clock is hours off, or jumps while it runs, throws nobody out, lets nobody in
// for longer, and lets nobody wait for hours: what runs out does so by the database's clock.
func TestWrongClockOfANode(t *testing.T) {
	for name, by := range map[string]time.Duration{"ahead": 5 * time.Hour, "behind": -5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			s := openSeeded(t)
			s.Now = nil // as the program has it
			secret, code := startCode(t, s, "klokke@"+domainOf(t, s, "1804"))
			setNodeClock(t, by) // the mail is on its way
			account, err := s.RedeemCode(ctx, secret, code, entryNotice)
			if err != nil {
				t.Fatalf("a code by mail: %v", err)
			}
			cookie, err := s.StartSession(ctx, account.ID, ByCode, true, "test")
			if err != nil {
				t.Fatal(err)
			}
			session, err := s.SessionBySecret(ctx, cookie)
			if err != nil {
				t.Fatalf("the session is not there: %v", err)
			}

			key, err := totp.Generate(totp.GenerateOpts{Issuer: "test", AccountName: "test"})
			if err != nil {
				t.Fatal(err)
			}
			right, err := totp.GenerateCode(key.Secret(), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if cookie, err = s.AddApp(ctx, session, key.Secret(), right); err != nil {
				t.Fatalf("a right code of an app: %v", err)
			}
			if session, err = s.SessionBySecret(ctx, cookie); err != nil {
				t.Fatal(err)
			}

			// Wrong codes in other sessions, until there is a wait. Then the clock is right again,
			// as it is on another node.
			for range sessionTries {
				other, err := s.StartSession(ctx, account.ID, ByCode, false, "test")
				if err != nil {
					t.Fatal(err)
				}
				o, err := s.SessionBySecret(ctx, other)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.PassWithCode(ctx, o, "no code"); !errors.Is(err, ErrWrongCode) {
					t.Fatalf("a wrong code: %v", err)
				}
			}
			var wait WaitError
			for _, off := range []time.Duration{by, 0} {
				setNodeClock(t, off)
				if _, err := s.PassWithCode(ctx, session, "no code"); !errors.As(err, &wait) || wait.For <= 0 || wait.For > maxWait {
					t.Errorf("%v off: %v, wait %v, want a wait of up to %v", off, err, wait.For, maxWait)
				}
			}

			// The database's clock is set back an hour.
			if err := exec(t, s, "UPDATE wrong_codes SET wait_until = wait_until + interval '1 hour'"); err != nil {
				t.Fatal(err)
			}
			if _, err := s.PassWithCode(ctx, session, "no code"); !errors.Is(err, ErrWrongCode) {
				t.Errorf("a wait from before the clock was set back: %v, want ErrWrongCode", err)
			}
			if _, err := s.PassWithCode(ctx, session, "no code"); !errors.As(err, &wait) || wait.For > 2*time.Minute {
				t.Errorf("after that: %v, wait %v, want one of two minutes", err, wait.For)
			}

			setNodeClock(t, by)
			var link string
			asked, err := s.AskToConfirm(ctx, auth.Owner{Kommune: "1804"}, Stage30, time.Now(), []string{"en@example.org"}, nil, func(secret string) Mail { link = secret; return Mail{} })
			if err != nil || !asked {
				t.Fatalf("ask: %v, %v", asked, err)
			}
			var off float64
			if err := s.db.Raw("SELECT abs(extract(epoch FROM expires_at - (now() + ?::interval))) FROM confirmations", confirmLinkLife).Scan(&off).Error; err != nil {
				t.Fatal(err)
			}
			if off > 60*60 {
				t.Errorf("a link's end is %v off", time.Duration(off)*time.Second)
			}
			if _, err := s.ConfirmationBySecret(ctx, link); err != nil {
				t.Errorf("the link: %v", err)
			}
			if err := s.db.Exec("UPDATE confirmations SET expires_at = now() - interval '1 minute'").Error; err != nil {
				t.Fatal(err)
			}
			if _, err := s.ConfirmationBySecret(ctx, link); !errors.Is(err, ErrNotFound) {
				t.Errorf("a link that has run out: %v, want ErrNotFound", err)
			}
			if err := s.db.Exec("UPDATE sessions SET created_at = now() - interval '1 day', expires_at = now() - interval '1 minute'").Error; err != nil {
				t.Fatal(err)
			}
			if _, err := s.SessionBySecret(ctx, cookie); !errors.Is(err, ErrNotFound) {
				t.Errorf("a session that has run out: %v, want ErrNotFound", err)
			}
			jobs, err := s.TakeJobs(ctx, []JobKind{JobMail}, 10)
			if err != nil || len(jobs) == 0 {
				t.Fatalf("%d mails wait, %v", len(jobs), err)
			}
			for _, j := range jobs {
				if since := time.Since(j.TakenAt).Abs(); since > time.Hour {
					t.Errorf("%s was taken %v from now", j.Key, since)
				}
			}
		})
	}
}

// Who has shown of late who they are may change what they sign in with, whichever node they
// showed it to and whichever they ask.
func TestRecentConfirmationOnNodesWithOtherClocks(t *testing.T) {
	ctx := t.Context()
	s := openSeeded(t)
	account := newAccount(t, s, "klokke@test.example.org")
	s.Now = nil // as the program has it
	offs := []time.Duration{0, 5 * time.Hour, -5 * time.Hour, 20 * time.Minute}
	for _, shown := range offs {
		setNodeClock(t, shown)
		cookie, err := s.StartSession(ctx, account.ID, ByCode, false, "test")
		if err != nil {
			t.Fatal(err)
		}
		check := func(when string, want bool) {
			t.Helper()
			for _, asked := range offs {
				setNodeClock(t, asked)
				session, err := s.SessionBySecret(ctx, cookie)
				if err != nil {
					t.Fatal(err)
				}
				all, err := s.Sessions(ctx, account)
				if err != nil {
					t.Fatal(err)
				}
				if session.Recent != want || all[0].ID != session.ID || all[0].Recent != want {
					t.Errorf("%s, shown to a node %v off, asked on one %v off: recent %v, in the list %v; want %v", when, shown, asked, session.Recent, all[0].Recent, want)
				}
				err = s.changeFactors(ctx, session, func(*gorm.DB, Factors) error { return nil })
				if errors.Is(err, auth.ErrForbidden) == want {
					t.Errorf("%s, shown to a node %v off, asked on one %v off: changing says %v", when, shown, asked, err)
				}
			}
		}
		check("signed in", true)
		session, err := s.SessionBySecret(ctx, cookie)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.db.Exec("UPDATE sessions SET confirmed_at = confirmed_at - interval '16 minutes'").Error; err != nil {
			t.Fatal(err)
		}
		check("a quarter of an hour later", false)
		setNodeClock(t, shown)
		if cookie, err = s.PassSecondFactor(ctx, session.ID); err != nil {
			t.Fatal(err)
		}
		check("second factor", true)
		if err := s.EndSession(ctx, account.ID, session.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// A transaction whose time runs out between two statements is one that may work later, not a
// mistake of ours.
func TestTimeRunsOutInTransaction(t *testing.T) {
	s := openStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT 1").Error; err != nil {
			return err
		}
		cancel()
		var err error
		for began := time.Now(); !errors.Is(err, sql.ErrTxDone) && time.Since(began) < time.Minute; {
			err = tx.WithContext(context.WithoutCancel(ctx)).Exec("SELECT 1").Error
		}
		return err
	})
	if err == nil || !Unavailable(err) {
		t.Errorf("got %v, want what is unavailable", err)
	}
}

// A server that is killed while it answers is away, and what was asked for is no mistake.
func TestKilledServerIsUnavailable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	direct, err := url.Parse(dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(direct.Query().Get("host"), ".s.PGSQL."+direct.Query().Get("port"))
	cut := make(chan struct{})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", socket)
			if err != nil {
				c.Close()
				continue
			}
			go func() { _, _ = io.Copy(server, c) }()
			go func() { _, _ = io.Copy(c, server) }()
			go func() { <-cut; c.Close() }()
		}
	}()
	through := *direct
	through.Host = l.Addr().String()
	q := through.Query()
	q.Del("host")
	q.Del("port")
	through.RawQuery = q.Encode()
	s := openURL(t, through.String())
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(time.Second, func() { close(cut) })
	var slept string
	err = s.db.WithContext(t.Context()).Raw("SELECT 'is answered in parts', pg_sleep(10)").Row().Scan(&slept, &slept)
	if err == nil || !Unavailable(err) {
		t.Errorf("got %v, want what is unavailable", err)
	}
}
