package linkcheck

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// anywhere lets a checker visit the servers of a test.
func anywhere(string, string, syscall.RawConn) error { return nil }

func newChecker(st *store.Store, allowed control) *Checker {
	c := New(st, "https://test.example.org", slog.New(slog.DiscardHandler))
	c.client, c.pause = newClient(allowed), 0
	return c
}

// world is a web server with a page for every case.
type world struct {
	*httptest.Server
	mu   sync.Mutex
	seen []*http.Request
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	mux := http.NewServeMux()
	status := func(code int) http.HandlerFunc {
		return func(res http.ResponseWriter, _ *http.Request) { res.WriteHeader(code) }
	}
	to := func(code int, where string) http.HandlerFunc {
		return func(res http.ResponseWriter, r *http.Request) { http.Redirect(res, r, where, code) }
	}
	mux.HandleFunc("/ok", status(200))
	mux.HandleFunc("/ok/", status(200))
	mux.HandleFunc("/gone", status(410))
	mux.HandleFunc("/broken", status(500))
	mux.HandleFunc("/bots", status(403))
	mux.HandleFunc("/slow-down", status(429))
	mux.HandleFunc("/no-head", func(res http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			res.WriteHeader(http.StatusMethodNotAllowed)
		}
	})
	mux.HandleFunc("/head-hangs-up", func(res http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			panic(http.ErrAbortHandler)
		}
	})
	mux.HandleFunc("/endless", func(res http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			res.WriteHeader(http.StatusNotImplemented)
			return
		}
		for r.Context().Err() == nil {
			if _, err := res.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/moved", to(301, "/moved-again"))
	mux.HandleFunc("/moved-again", to(308, "/ok"))
	mux.HandleFunc("/for-now", to(302, "/ok"))
	mux.HandleFunc("/moved-then-for-now", to(301, "/for-now"))
	mux.HandleFunc("/for-now-then-moved", to(302, "/moved"))
	mux.HandleFunc("/moved-to-nothing", to(301, "/gone"))
	mux.HandleFunc("/slash", to(301, "/SLASH/"))
	mux.HandleFunc("/SLASH/", status(200))
	mux.HandleFunc("/round", to(302, "/round"))
	mux.HandleFunc("/to-file", to(302, "file:///etc/passwd"))
	mux.HandleFunc("/to-nowhere", func(res http.ResponseWriter, _ *http.Request) { res.WriteHeader(302) })
	for i := range 7 {
		mux.HandleFunc(fmt.Sprintf("/hop%d", i), to(302, fmt.Sprintf("/hop%d", i-1)))
	}
	mux.HandleFunc("/hop00", status(200))
	w.Server = httptest.NewServer(http.HandlerFunc(func(res http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.seen = append(w.seen, r)
		w.mu.Unlock()
		if r.URL.Path == "/hop0" {
			return
		}
		mux.ServeHTTP(res, r)
	}))
	w.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(w.Close)
	return w
}

func TestVisit(t *testing.T) {
	w := newWorld(t)
	c := newChecker(nil, anywhere)
	for path, want := range map[string]store.LinkCheck{
		"/ok":                 {Status: 200},
		"/ok#del":             {Status: 200},
		"/gone":               {Status: 410, Failure: store.LinkStatus},
		"/unknown":            {Status: 404, Failure: store.LinkStatus},
		"/broken":             {Status: 500, Failure: store.LinkStatus},
		"/bots":               {Status: 403, Failure: store.LinkBlocked},
		"/slow-down":          {Status: 429, Failure: store.LinkBlocked},
		"/no-head":            {Status: 200},
		"/head-hangs-up":      {Status: 200},
		"/endless":            {Status: 200},
		"/moved":              {Status: 200, MovedTo: "/ok"},
		"/for-now":            {Status: 200},
		"/moved-then-for-now": {Status: 200, MovedTo: "/for-now"},
		"/for-now-then-moved": {Status: 200},
		"/moved-to-nothing":   {Status: 410, Failure: store.LinkStatus},
		"/slash":              {Status: 200},
		"/round":              {Status: 302, Failure: store.LinkStatus},
		"/to-file":            {Failure: store.LinkRefused},
		"/to-nowhere":         {Status: 302, Failure: store.LinkStatus},
		"/hop5":               {Status: 200},
		"/hop6":               {Status: 302, Failure: store.LinkStatus},
	} {
		want.URL = w.URL + path
		if want.MovedTo != "" {
			want.MovedTo = w.URL + want.MovedTo
		}
		if got := c.visit(t.Context(), want.URL); got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
	for _, r := range w.seen {
		if got := r.UserAgent(); got != "oversikt-lenkesjekk (+https://test.example.org/om)" {
			t.Fatalf("User-Agent %q", got)
		}
		if r.Header.Get("Cookie") != "" || r.Referer() != "" {
			t.Fatalf("sent along: %v", r.Header)
		}
	}
}

func TestVisitNobody(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	foreign := httptest.NewTLSServer(http.NotFoundHandler()) // a certificate that nobody trusts
	foreign.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	defer foreign.Close()
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer hanging.Close()
	c := newChecker(nil, anywhere)
	c.client.Timeout = 100 * time.Millisecond
	for address, want := range map[string]store.LinkFailure{
		"http://" + closed.Addr().String():  store.LinkConnect,
		hanging.URL:                         store.LinkTimeout,
		"ftp://example.org/":                store.LinkRefused,
		"http://kari:hemmelig@example.org/": store.LinkRefused,
		"javascript:alert(1)":               store.LinkRefused,
		"http://":                           store.LinkRefused,
		"http://exa mple.org":               store.LinkRefused,
	} {
		if got := c.visit(t.Context(), address); got.Failure != want || got.Status != 0 {
			t.Errorf("%s: %+v, want %s", address, got, want)
		}
	}
	c.client.Timeout = requestTime
	if got := c.visit(t.Context(), foreign.URL); got.Failure != store.LinkTLS {
		t.Errorf("a certificate that nobody trusts: %+v", got)
	}
}

// The guard of the program itself. Nothing here leaves the machine: it refuses before a
// connection is made.
func TestGuard(t *testing.T) {
	for address, allowed := range map[string]bool{
		"127.0.0.1:80": false, "127.8.8.8:443": false, "[::1]:80": false, "0.0.0.0:80": false, "[::]:80": false,
		"10.1.2.3:80": false, "172.16.0.1:443": false, "192.168.1.1:80": false, "100.64.0.1:80": false,
		"169.254.169.254:80": false, "[fe80::1]:80": false, "[fd00:ec2::254]:80": false, "[fc00::1]:443": false,
		"[::ffff:127.0.0.1]:80": false, "[::ffff:10.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false,
		"192.0.2.1:80": false, "198.18.0.1:80": false, "224.0.0.1:80": false, "255.255.255.255:80": false, "[ff02::1]:80": false,
		"193.156.0.1:80": true, "193.156.0.1:443": true, "[2a02:c0::1]:443": true,
		"193.156.0.1:22": false, "193.156.0.1:5432": false, "193.156.0.1:8080": false,
	} {
		network := "tcp4"
		if netip.MustParseAddrPort(address).Addr().Is6() {
			network = "tcp6"
		}
		if err := guard(network, address, nil); (err == nil) != allowed {
			t.Errorf("%s: %v, want allowed %v", address, err, allowed)
		}
	}
}

func TestGuardStandsAtEveryConnection(t *testing.T) {
	inside := newWorld(t)
	c := newChecker(nil, guard)
	for _, address := range []string{inside.URL + "/ok", strings.Replace(inside.URL, "127.0.0.1", "localhost", 1) + "/ok"} {
		if got := c.visit(t.Context(), address); got.Failure != store.LinkRefused {
			t.Errorf("%s: %+v, want refused", address, got)
		}
	}
	// Port 80 of this machine by name: whatever the name says, the address decides.
	if got := c.visit(t.Context(), "http://localhost/"); got.Failure != store.LinkRefused {
		t.Errorf("localhost: %+v, want refused", got)
	}
	// A page outside that sends inside.
	outside := newWorld(t)
	port := netip.MustParseAddrPort(outside.Listener.Addr().String()).Port()
	c.client = newClient(func(network, address string, raw syscall.RawConn) error {
		if a, err := netip.ParseAddrPort(address); err == nil && a.Port() == port {
			return nil
		}
		return guard(network, address, raw)
	})
	outside.Config.Handler = http.RedirectHandler(inside.URL+"/ok", http.StatusMovedPermanently)
	if got := c.visit(t.Context(), outside.URL); got.Failure != store.LinkRefused || got.MovedTo != "" {
		t.Errorf("redirect inside: %+v, want refused", got)
	}
	if n := len(inside.seen); n != 0 {
		t.Errorf("%d requests came inside", n)
	}
}

func TestHostsAreLeftAlone(t *testing.T) {
	c := New(nil, "", slog.New(slog.DiscardHandler))
	visit := func(host string) time.Time {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // do not wait, but take the place
		_ = c.waitForHost(ctx, host)
		return c.visited[host]
	}
	first, other, second, third := visit("a"), visit("b"), visit("a"), visit("a")
	if second.Sub(first) < hostPause || third.Sub(second) < hostPause {
		t.Errorf("visits to a host at %v, %v and %v, want %v between", first, second, third, hostPause)
	}
	if !other.Before(second) {
		t.Error("another host has to wait too")
	}
}

// bench is a store whose links are the ones given.
func bench(t *testing.T, urls ...string) (*store.Store, *pgxpool.Pool) {
	t.Helper()
	address := dbtest.URL(t)
	st, err := store.Open(t.Context(), store.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	db, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(); st.Close() })
	for i, u := range urls {
		if _, err := db.Exec(t.Context(), "INSERT INTO organizations (name, website) VALUES ($1, $2)", fmt.Sprint("Test ", i), u); err != nil {
			t.Fatal(err)
		}
	}
	return st, db
}

func TestRun(t *testing.T) {
	w := newWorld(t)
	st, db := bench(t, w.URL+"/ok", w.URL+"/gone", w.URL+"/moved", "http://127.0.0.1:1/silent")
	c := newChecker(st, anywhere)
	urls := []string{w.URL + "/ok", w.URL + "/gone", w.URL + "/moved", "http://127.0.0.1:1/silent"}
	run := func() map[string]store.LinkState {
		t.Helper()
		if err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		states, err := st.LinkStates(t.Context(), urls)
		if err != nil {
			t.Fatal(err)
		}
		return states
	}
	if got := run(); len(got) != 4 || len(w.seen) != 0 || got[urls[0]].CheckedAt != nil {
		t.Errorf("at first the list is made and nobody visited; got %+v and %d requests", got, len(w.seen))
	}
	due := func() {
		t.Helper()
		if _, err := db.Exec(t.Context(), "UPDATE links SET next_check = now(), struck_at = struck_at - interval '1 day'"); err != nil {
			t.Fatal(err)
		}
	}
	due()
	got := run()
	if l := got[urls[0]]; l.OKAt == nil || l.Status != 200 {
		t.Errorf("a page that answers: %+v", l)
	}
	if l := got[urls[2]]; l.OKAt == nil || l.MovedTo != w.URL+"/ok" {
		t.Errorf("a page that has moved: %+v", l)
	}
	for _, u := range []string{urls[1], urls[3]} {
		if l := got[u]; l.Strikes != 1 || l.Broken() {
			t.Errorf("%s after a day: %+v", u, l)
		}
	}
	requests := len(w.seen)
	if run(); len(w.seen) != requests {
		t.Error("what is not due was visited")
	}
	due()
	got = run()
	for _, u := range []string{urls[1], urls[3]} {
		if l := got[u]; !l.Broken() {
			t.Errorf("%s after two days: %+v", u, l)
		}
	}
	var tasks int
	if err := db.QueryRow(t.Context(), "SELECT count(*) FROM tasks WHERE kind = 'broken_link' AND organization_id IS NOT NULL AND done_at IS NULL").Scan(&tasks); err != nil || tasks != 2 {
		t.Errorf("%d tasks, %v, want 2", tasks, err)
	}
}

func TestOwnConnectionDownIsNobodysFault(t *testing.T) {
	urls := []string{"http://127.0.0.1:1/a", "http://127.0.0.1:2/b"}
	st, db := bench(t, urls...)
	c := newChecker(st, anywhere)
	for range 3 {
		if err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(t.Context(), "UPDATE links SET next_check = now(), struck_at = struck_at - interval '1 day'"); err != nil {
			t.Fatal(err)
		}
	}
	states, err := st.LinkStates(t.Context(), urls)
	if err != nil || len(states) != 2 {
		t.Fatal(states, err)
	}
	for u, l := range states {
		if l.Strikes != 0 || l.CheckedAt != nil {
			t.Errorf("%s: %+v, want nothing noted", u, l)
		}
	}
}
