package faults

import (
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// replicated is three nodes, a primary, and a streaming replica that the nodes read from.
type replicated struct {
	*site
	replica *dbtest.Replica
	reads   *proxy // between the nodes and the replica
	stream  *proxy // between the replica and the primary
	cookie  string // of somebody who is signed in
	token   string
	o       saved // an offering that is edited
}

// newReplicated starts a Postgres and a streaming replica of it.
func newReplicated(t *testing.T) *replicated {
	t.Helper()
	s := &replicated{site: newSite(t)}
	s.stream = newProxy(t, s.dial)
	host, port, err := net.SplitHostPort(s.stream.addr())
	if err != nil {
		t.Fatal(err)
	}
	s.replica = dbtest.NewReplica(t, s.postgres.URL(), "host="+host+" port="+port)
	s.reads = newProxy(t, func() (net.Conn, error) { return dialSocket(s.replica.URL()) })
	return s
}

// add returns another node, which has the replica too.
func (s *replicated) add(t *testing.T, options string) *node {
	t.Helper()
	return s.site.add(t, options, "OVERSIKT_REPLICA_URLS=postgres://oversikt@"+s.reads.addr()+"/oversikt?sslmode=disable")
}

// befalls is what befalls the replica, while people work on the signed-in pages.
func (s *replicated) befalls(t *testing.T) {
	person, err := s.store.CreateAccount(t.Context(), auth.Actor{Kind: auth.Operator, Name: "test"}, "prove@example.org", "Prøve")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.SetNational(t.Context(), auth.Actor{Kind: auth.Operator, Name: "test"}, person.ID, true); err != nil {
		t.Fatal(err)
	}
	if s.cookie, err = s.store.StartSession(t.Context(), person.ID, store.ByCode, true, "prøve"); err != nil {
		t.Fatal(err)
	}
	s.token = s.site.token(t, "1804")
	s.o = s.nodes[0].mustCreate(t, s.token, "1804", "Prøvetilbud kopi")
	for _, part := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"staff read from the replica", s.readFromReplica},
		{"what is saved on one node is shown by the next", s.savedIsShown},
		{"the replica stands still", s.standsStill},
		{"the replica follows slowly", s.followsSlowly},
		{"the replica falls silent", s.fallsSilent},
		{"the replica is killed", s.isKilled},
		{"the primary is away", s.primaryAway},
		{"the replica takes the primary's place", s.isPromoted},
	} {
		if !t.Run(part.name, part.run) {
			t.FailNow() // the rest would only wait
		}
	}
}

// page asks a node for a page of the workplace.
func (s *replicated) page(n *node, path string) (int, string, error) {
	req, err := http.NewRequest(http.MethodGet, n.base+path, nil)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Cookie", "__Host-okt="+s.cookie)
	resp, err := noRedirects.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

var noRedirects = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// form is the page on which the offering is edited.
func (s *replicated) form() string { return "/redaksjon/tilbud/" + strconv.FormatInt(s.o.ID, 10) }

var readsTotal = regexp.MustCompile(`(?m)^oversikt_replica_reads_total\{from="([^"]+)"\} (\S+)$`)

// readsBy returns how many of staff's reads a node had from the primary and from the replica. What a
// node tells is up to five seconds old.
func (n *node) readsBy(t *testing.T) (primary, replica float64) {
	t.Helper()
	_, body, err := n.get("/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range readsTotal.FindAllStringSubmatch(string(body), -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		if m[1] == store.Primary {
			primary += v
		} else {
			replica += v
		}
	}
	return primary, replica
}

// edit saves another name of the offering on the node.
func (s *replicated) edit(t *testing.T, n *node, name string) {
	t.Helper()
	changed, err := n.write(http.MethodPut, "/tilbud/"+strconv.FormatInt(s.o.ID, 10), s.token, s.o.etag, offering("1804", name))
	if err != nil || changed.status != http.StatusOK {
		t.Fatalf("edit on %s: %v, status %d", n.name, err, changed.status)
	}
	s.o = changed
	s.o.Navn = name
}

// mustShow asks for the offering's form, which has to have the name that was saved last.
func (s *replicated) mustShow(t *testing.T, n *node) {
	t.Helper()
	status, body, err := s.page(n, s.form())
	if err != nil || status != http.StatusOK || !strings.Contains(body, s.o.Navn) {
		t.Errorf("the form on %s: %d, %v, and the name that was saved is there: %t", n.name, status, err, strings.Contains(body, s.o.Navn))
	}
}

// untilReplicaAnswers waits until a node's staff read from the replica again.
func (s *replicated) untilReplicaAnswers(t *testing.T, n *node) time.Duration {
	t.Helper()
	began := time.Now()
	_, before := n.readsBy(t)
	eventually(t, n.name+" reads from the replica", func() bool {
		s.mustShow(t, n)
		_, now := n.readsBy(t)
		time.Sleep(200 * time.Millisecond) // as people come; what it tells is five seconds old
		return now > before
	})
	return time.Since(began)
}

func (s *replicated) readFromReplica(t *testing.T) {
	for _, n := range s.nodes {
		for _, path := range []string{"/redaksjon", "/redaksjon/kvalitet", "/redaksjon/meldinger", "/redaksjon/kommuner", s.form()} {
			if status, _, err := s.page(n, path); err != nil || status != http.StatusOK {
				t.Errorf("%s on %s: %d, %v", path, n.name, status, err)
			}
		}
		s.untilReplicaAnswers(t, n)
		primary, replica := n.readsBy(t)
		t.Logf("%s: %.0f reads from the replica, %.0f from the primary", n.name, replica, primary)
	}
}

// savedIsShown saves on one node and at once asks the next for the form.
func (s *replicated) savedIsShown(t *testing.T) {
	rounds := *edits
	for i := range rounds {
		s.edit(t, s.nodes[i%3], fmt.Sprintf("Prøvetilbud kopi%d", i))
		s.mustShow(t, s.nodes[(i+1)%3])
	}
	t.Logf("%d edits, each shown by the next node at once", rounds)
}

func (s *replicated) standsStill(t *testing.T) {
	dbtest.Exec(t, s.replica.URL(), "SELECT pg_wal_replay_pause()")
	for i := range 6 {
		s.edit(t, s.nodes[i%3], fmt.Sprintf("Prøvetilbud stille%d", i))
		s.mustShow(t, s.nodes[(i+1)%3])
		s.mustShow(t, s.nodes[(i+2)%3])
	}
	for _, n := range s.nodes {
		if h := n.health(); !h.Ready || !h.Database.Reachable {
			t.Errorf("%s says %+v: a replica is no part of being ready", n.name, h)
		}
	}
	dbtest.Exec(t, s.replica.URL(), "SELECT pg_wal_replay_resume()")
	t.Logf("6 edits shown while the replica stood still; it answered again %v after it went on", s.untilReplicaAnswers(t, s.nodes[0]).Round(time.Millisecond))
}

func (s *replicated) followsSlowly(t *testing.T) {
	s.stream.slow(300 * time.Millisecond)
	for i := range 6 {
		s.edit(t, s.nodes[i%3], fmt.Sprintf("Prøvetilbud treg%d", i))
		s.mustShow(t, s.nodes[(i+1)%3])
	}
	s.stream.heal()
	t.Logf("6 edits shown while the replica was 0.3 s behind; it answered again after %v", s.untilReplicaAnswers(t, s.nodes[1]).Round(time.Millisecond))
}

// fallsSilent has the network forget the nodes' connections to the replica.
func (s *replicated) fallsSilent(t *testing.T) {
	forgotten := s.reads.silence()
	began := time.Now()
	for _, n := range s.nodes {
		s.mustShow(t, n)
	}
	first := time.Since(began)
	t.Logf("%d connections to the replica were silent; three nodes answered in %v, and read from it again after %v", forgotten, first.Round(time.Millisecond),
		s.untilReplicaAnswers(t, s.nodes[2]).Round(time.Millisecond))
}

// isKilled kills the replica while staff read on all nodes: nobody notices.
func (s *replicated) isKilled(t *testing.T) {
	var asked, failed atomic.Int64
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for _, n := range s.nodes {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				asked.Add(1)
				time.Sleep(20 * time.Millisecond)
				if status, body, err := s.page(n, s.form()); err != nil || status != http.StatusOK || !strings.Contains(body, s.o.Navn) {
					failed.Add(1)
					t.Errorf("%s: %d, %v", n.name, status, err)
				}
			}
		})
	}
	eventually(t, "reads are under way", func() bool { return asked.Load() > 20 })
	killPostgres(t, s.replica.Dir)
	s.reads.cut() // and it does not come back at once
	before := asked.Load()
	eventually(t, "reads go on", func() bool { return asked.Load() > before+50 })
	s.reads.heal()
	close(stop)
	readers.Wait()
	t.Logf("%d reads, %d of them failed; the replica answered again %v after it could", asked.Load(), failed.Load(), s.untilReplicaAnswers(t, s.nodes[0]).Round(time.Millisecond))
}

const cannotSave = "Vi får ikke lagret noe akkurat nå"

// primaryAway takes the primary from all nodes: what is there can be looked at.
func (s *replicated) primaryAway(t *testing.T) {
	for _, n := range s.nodes {
		n.proxy.cut()
	}
	for _, n := range s.nodes {
		for _, path := range []string{"/redaksjon", s.form()} {
			if status, body, err := s.page(n, path); err != nil || status != http.StatusOK || !strings.Contains(body, cannotSave) {
				t.Errorf("%s on %s: %d, %v, says that nothing can be saved: %t", path, n.name, status, err, strings.Contains(body, cannotSave))
			}
		}
		if got, err := n.create(s.token, "1804", "Prøvetilbud borte"); err != nil || got.status != http.StatusServiceUnavailable || got.retryAfter == "" {
			t.Errorf("a write on %s: %d, Retry-After %q, %v, want 503", n.name, got.status, got.retryAfter, err)
		}
		if status, _, err := n.get("/sok?q=avlastning"); err != nil || status != http.StatusOK {
			t.Errorf("a search on %s: %d, %v", n.name, status, err)
		}
	}
	for _, n := range s.nodes {
		n.proxy.heal()
	}
	began := time.Now()
	for _, n := range s.nodes {
		eventually(t, n.name+" says no more that nothing can be saved", func() bool {
			status, body, err := s.page(n, s.form())
			return err == nil && status == http.StatusOK && !strings.Contains(body, cannotSave)
		})
	}
	s.edit(t, s.nodes[0], "Prøvetilbud tilbake")
	s.mustShow(t, s.nodes[1])
	t.Logf("staff looked at 6 pages without a primary; when it was back, things could be saved after %v", time.Since(began).Round(time.Millisecond))
}

// isPromoted makes the replica the primary, as an operator does when the primary is lost, and
// leads the nodes there. All that was acknowledged had been streamed.
func (s *replicated) isPromoted(t *testing.T) {
	s.edit(t, s.nodes[0], "Prøvetilbud før skiftet")
	var at string
	if err := s.db.QueryRowContext(t.Context(), "SELECT pg_current_wal_flush_lsn()::text").Scan(&at); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", s.replica.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	eventually(t, "the replica has all", func() bool {
		var has bool
		err := db.QueryRowContext(t.Context(), "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn", at).Scan(&has)
		return err == nil && has
	})
	began := time.Now()
	for _, n := range s.nodes {
		n.proxy.cut() // the primary is gone for good
	}
	dbtest.Exec(t, s.replica.URL(), "SELECT pg_promote()")
	for _, n := range s.nodes {
		n.proxy.lead(func() (net.Conn, error) { return dialSocket(s.replica.URL()) })
	}
	o := s.nodes[1].mustCreate(t, s.token, "1804", "Prøvetilbud skiftet")
	wrote := time.Since(began)
	for _, n := range s.nodes {
		eventually(t, n.name+" shows what was saved before and after", func() bool { return n.shows(o.ID, o.Navn) && n.shows(s.o.ID, s.o.Navn) })
	}
	follows := time.Since(began)
	// What the nodes knew as a replica is the primary now; it is not taken for a replica.
	s.edit(t, s.nodes[2], "Prøvetilbud etter skiftet")
	for _, n := range s.nodes {
		s.mustShow(t, n)
	}
	t.Logf("the replica took the primary's place: things were saved after %v, and all nodes followed after %v", wrote.Round(time.Millisecond), follows.Round(time.Millisecond))
}
