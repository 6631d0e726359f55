package faults

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/migrations"
)

// Three nodes on one Postgres with a streaming replica, and what befalls them. The parts
// follow one another on the same nodes, so that each begins with what the one before left.
func TestThreeNodes(t *testing.T) {
	r := newReplicated(t)
	s := r.site
	a, b := r.add(t, ""), r.add(t, "")
	c := r.add(t, "&pool_max_conns=2")
	t.Run("one is killed while it migrates", func(t *testing.T) { killedMigrating(t, s, a) })
	t.Run("three start at once on what it left", func(t *testing.T) { startAtOnce(t, s, a, b, c) })
	if t.Failed() {
		t.FailNow() // the rest would only wait
	}
	t.Run("an edit is found on all", func(t *testing.T) { editIsFound(t, s) })
	t.Run("a node that is cut off", func(t *testing.T) { cutOff(t, s, c) })
	t.Run("a late commit", func(t *testing.T) { lateCommit(t, s) })
	t.Run("silent connections", func(t *testing.T) { silentConnections(t, s, c) })
	t.Run("a slow database", func(t *testing.T) { slowDatabase(t, s) })
	t.Run("an exhausted pool", func(t *testing.T) { exhaustedPool(t, s, c) })
	t.Run("kill -9 of a node and of Postgres", func(t *testing.T) { kills(t, s) })
	t.Run("Postgres away", func(t *testing.T) { away(t, s) })
	t.Run("idle and slow clients", func(t *testing.T) {
		if runtime.GOOS != "linux" {
			t.Skip("elsewhere than on Linux, all of 127.0.0.0/8 is not this machine")
		}
		crowd(t, a)
	})
	t.Run("the replica", r.befalls) // last, as it ends as the primary
}

// killedMigrating kills a node while it waits in the middle of the migrations.
func killedMigrating(t *testing.T, s *site, n *node) {
	const first = 18 // the one after the first needs the table of offerings
	if err := migrations.UpTo(t.Context(), s.db, first); err != nil {
		t.Fatal(err)
	}
	reader, err := s.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Rollback() //nolint:errcheck // it only holds the table
	if _, err := reader.ExecContext(t.Context(), "LOCK TABLE offerings IN ACCESS SHARE MODE"); err != nil {
		t.Fatal(err)
	}
	n.start(t)
	eventually(t, "a migration waits for the table", func() bool {
		return s.count(t, "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'offerings'::regclass") > 0
	})
	n.kill()
	if at := s.count(t, "SELECT max(version_id) FROM goose_db_version"); at != first {
		t.Errorf("the node was killed at version %d, want %d", at, first)
	}
}

// startAtOnce starts nodes on a database that has no data: one makes what is missing of the
// schema and reads the data, and the others wait for it.
func startAtOnce(t *testing.T, s *site, nodes ...*node) {
	began := time.Now()
	for _, n := range nodes {
		n.start(t)
	}
	for _, n := range nodes {
		n.ready(t)
	}
	t.Logf("all are ready after %v", time.Since(began).Round(time.Millisecond))
	if twice := s.count(t, "SELECT count(*) - count(DISTINCT version_id) FROM goose_db_version"); twice != 0 {
		t.Errorf("%d migrations were run twice", twice)
	}
	if runs := s.count(t, "SELECT count(*) FROM import_runs"); runs != 1 {
		t.Errorf("the data was read %d times, want once", runs)
	}
	want := s.count(t, "SELECT count(*) FROM offerings WHERE status IN ('publisert', 'stengt')")
	for _, n := range nodes {
		_, body, err := n.get("/api/v1/tilbud?antall=1")
		if err != nil || want == 0 || !strings.Contains(string(body), fmt.Sprintf(`"antall":%d,`, want)) {
			t.Errorf("%s has not the %d offerings: %v, %.200s", n.name, want, err, body)
		}
	}
}

// edits is how many edits are followed until all nodes show them.
var edits = flag.Int("edits", 20, "edits that are followed; the percentile of a release takes 300")

// editIsFound writes on each node in turn, and measures until all show it.
func editIsFound(t *testing.T, s *site) {
	rounds := *edits
	token := s.token(t, "1804")
	o := s.nodes[0].mustCreate(t, token, "1804", "Prøvetilbud null")
	var took []time.Duration
	for i := range rounds {
		n := s.nodes[i%len(s.nodes)]
		name := "Prøvetilbud zebrafisk" + strconv.Itoa(i)
		began := time.Now()
		changed, err := n.write(http.MethodPut, "/tilbud/"+strconv.FormatInt(o.ID, 10), token, o.etag, offering("1804", name))
		if err != nil || changed.status != http.StatusOK {
			t.Fatalf("edit on %s: %v, status %d", n.name, err, changed.status)
		}
		o = changed
		var all sync.WaitGroup
		for _, n := range s.nodes {
			all.Go(func() {
				for !n.shows(o.ID, name) && time.Since(began) < time.Minute {
					time.Sleep(2 * time.Millisecond)
				}
			})
		}
		all.Wait()
		took = append(took, time.Since(began))
	}
	last := "zebrafisk" + strconv.Itoa(rounds-1)
	for _, n := range s.nodes {
		eventually(t, n.name+" finds the last edit", func() bool { return n.finds(last, last) })
	}
	slices.Sort(took)
	t.Logf("%d edits through the API, each until all three nodes show it: p50 %v, p99 %v", len(took),
		took[len(took)/2].Round(time.Millisecond), took[min(len(took)*99/100, len(took)-1)].Round(time.Millisecond))
}

// cutOff takes the database from one node: it answers as it last knew, and catches up by itself.
func cutOff(t *testing.T, s *site, cut *node) {
	token := s.token(t, "1804")
	cut.proxy.cut()
	eventually(t, "the node knows that it is alone", func() bool { h := cut.health(); return h.Ready && !h.Database.Reachable })
	o := s.nodes[0].mustCreate(t, token, "1804", "Prøvetilbud avkutta")
	for _, n := range s.nodes {
		if n != cut {
			eventually(t, n.name+" shows what is new", func() bool { return n.shows(o.ID, o.Navn) })
		}
	}
	if status, _, err := cut.get("/kommune/1804-bodo"); err != nil || status != http.StatusOK {
		t.Errorf("the node that is cut off answers %d, %v", status, err)
	}
	if cut.shows(o.ID, o.Navn) {
		t.Error("the node shows what it cannot know: nothing was cut")
	}
	cut.proxy.heal()
	began := time.Now()
	eventually(t, "the node has caught up", func() bool { return cut.shows(o.ID, o.Navn) })
	t.Logf("caught up %v after the line was back", time.Since(began).Round(time.Millisecond))

	// Cut for longer than the feed goes back: what it stood at is no more, and it builds anew.
	cut.proxy.cut()
	eventually(t, "the node knows that it is alone again", func() bool { return !cut.health().Database.Reachable })
	if _, err := s.db.ExecContext(t.Context(), "DELETE FROM changes"); err != nil {
		t.Fatal(err)
	}
	o = s.nodes[0].mustCreate(t, token, "1804", "Prøvetilbud lenge borte")
	cut.proxy.heal()
	began = time.Now()
	for _, n := range s.nodes {
		eventually(t, n.name+" shows what came while the feed was gone", func() bool { return n.shows(o.ID, o.Navn) })
	}
	t.Logf("built anew %v after the line was back, where the feed does not go back far enough", time.Since(began).Round(time.Millisecond))
}

// lateCommit holds a change back until a later one has been committed: both are shown.
func lateCommit(t *testing.T, s *site) {
	token := s.token(t, "1804")
	late := s.nodes[0].mustCreate(t, token, "1804", "Prøvetilbud sent")
	tx, err := s.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), "UPDATE offerings SET name = 'Prøvetilbud senere', version = version + 1 WHERE id = $1", late.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "INSERT INTO changes (kind, ref) VALUES ('offering', $1)", strconv.FormatInt(late.ID, 10)); err != nil {
		t.Fatal(err)
	}
	early := s.nodes[1].mustCreate(t, token, "1804", "Prøvetilbud tidlig")
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	for _, n := range s.nodes {
		eventually(t, n.name+" shows both", func() bool { return n.shows(late.ID, "Prøvetilbud senere") && n.shows(early.ID, early.Navn) })
	}
}

// silentConnections has a firewall forget the node's connections: nothing comes, and nobody
// is told. The node leaves them by itself.
func silentConnections(t *testing.T, s *site, n *node) {
	token := s.token(t, "1804")
	forgotten := n.proxy.silence()
	began := time.Now()
	o := s.nodes[0].mustCreate(t, token, "1804", "Prøvetilbud halvåpent")
	for _, path := range []string{"/", "/sok?q=avlastning", "/kommune/1804-bodo"} {
		if status, _, err := n.get(path); err != nil || status != http.StatusOK {
			t.Errorf("%s meanwhile: %d, %v", path, status, err)
		}
	}
	eventually(t, "the node follows again", func() bool { return n.shows(o.ID, o.Navn) })
	follows := time.Since(began)
	n.mustCreate(t, token, "1804", "Prøvetilbud etterpå")
	t.Logf("%d connections were silent; the node followed again after %v, and took writes after %v", forgotten,
		follows.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
}

// slowDatabase delays each packet: readers do not notice, and writes are done or refused whole.
func slowDatabase(t *testing.T, s *site) {
	token := s.token(t, "1804")
	n := s.nodes[0]
	for _, delay := range []time.Duration{20 * time.Millisecond, 150 * time.Millisecond, time.Second} {
		n.proxy.slow(delay)
		began := time.Now()
		name := "Prøvetilbud treg" + strconv.Itoa(int(delay.Milliseconds()))
		got, err := n.create(token, "1804", name)
		wrote := time.Since(began)
		if err != nil || got.status != http.StatusCreated && (got.status != http.StatusServiceUnavailable || got.retryAfter == "") {
			t.Errorf("a write with %v each way: status %d, Retry-After %q, %v", delay, got.status, got.retryAfter, err)
		}
		began = time.Now()
		if status, _, err := n.get("/sok?q=avlastning"); err != nil || status != http.StatusOK {
			t.Errorf("a search with %v each way: %d, %v", delay, status, err)
		}
		t.Logf("%v each way: a write took %v (%d), a search %v", delay, wrote.Round(time.Millisecond), got.status, time.Since(began).Round(time.Millisecond))
		if got.status == http.StatusCreated {
			eventually(t, "the slow node shows it", func() bool { return n.shows(got.ID, name) })
		}
	}
	n.proxy.heal()
}

// exhaustedPool lets writes wait for a lock until all connections of the node are taken:
// readers do not notice, and the writes are refused, not kept waiting.
func exhaustedPool(t *testing.T, s *site, n *node) {
	token := s.token(t, "1804")
	tx, err := s.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), "LOCK TABLE offerings IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	const writers = 12
	answers := make(chan saved, writers)
	for i := range writers {
		go func() {
			got, err := n.create(token, "1804", "Prøvetilbud kø"+strconv.Itoa(i))
			if err != nil {
				t.Errorf("a write that waits: %v", err)
			}
			answers <- got
		}()
	}
	read, open := 0, writers
	for open > 0 {
		select {
		case got := <-answers:
			open--
			if got.status != http.StatusServiceUnavailable || got.retryAfter == "" {
				t.Errorf("a write while the table is locked: %d, Retry-After %q", got.status, got.retryAfter)
			}
		default:
			read++
			if status, _, err := n.get("/sok?q=avlastning&side=" + strconv.Itoa(read%3+1)); err != nil || status != http.StatusOK {
				t.Errorf("a search meanwhile: %d, %v", status, err)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	n.mustCreate(t, token, "1804", "Prøvetilbud etter køen")
	t.Logf("%d writes on 2 connections were refused in time, %d searches answered meanwhile", writers, read)
}

// kills writes on all nodes while one of them, and then Postgres, is killed. What was
// acknowledged is there afterwards: in the database, in its history, and on every node.
func kills(t *testing.T, s *site) {
	type written struct {
		id   int64
		name string
	}
	var mu sync.Mutex
	var ledger []written
	var tried, refused atomic.Int64
	acknowledged := func() int { mu.Lock(); defer mu.Unlock(); return len(ledger) }
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for i, kommune := range []region.Number{"1804", "0301", "5501", "4601", "1103", "3301"} {
		token, n := s.token(t, kommune), s.nodes[i%len(s.nodes)]
		writers.Go(func() {
			for k := 0; ; k++ {
				select {
				case <-stop:
					return
				default:
				}
				name := fmt.Sprintf("Prøvetilbud skriver%dnummer%d", i, k)
				tried.Add(1)
				got, err := n.create(token, kommune, name)
				if err != nil || got.status != http.StatusCreated {
					refused.Add(1)
					if err == nil && got.status != http.StatusServiceUnavailable && got.status != http.StatusTooManyRequests {
						t.Errorf("a write got %d", got.status)
					}
					time.Sleep(50 * time.Millisecond)
					continue
				}
				mu.Lock()
				ledger = append(ledger, written{got.ID, name})
				mu.Unlock()
			}
		})
	}
	eventually(t, "writes are under way", func() bool { return acknowledged() >= 20 })
	victim := s.nodes[1]
	victim.kill()
	before := acknowledged()
	eventually(t, "others write on", func() bool { return acknowledged() >= before+10 })
	victim.start(t)
	s.killPostgres(t)
	before = acknowledged()
	eventually(t, "writes are taken again", func() bool { return acknowledged() >= before+20 })
	close(stop)
	writers.Wait()
	victim.ready(t)

	lost := 0
	for _, w := range ledger {
		found := s.count(t, "SELECT count(*) FROM offerings WHERE id = $1 AND name = $2 AND status IN ('publisert', 'stengt')", w.id, w.name)
		revisions := s.count(t, "SELECT count(*) FROM revisions WHERE kind = 'offering' AND ref = $1", strconv.FormatInt(w.id, 10))
		if found != 1 || revisions != 1 {
			lost++
			t.Errorf("%s was acknowledged: %d in the database, %d in the history", w.name, found, revisions)
		}
	}
	for _, n := range s.nodes {
		for _, w := range ledger {
			word := strings.Fields(w.name)[1]
			eventually(t, n.name+" shows and finds "+w.name, func() bool { return n.shows(w.id, w.name) && n.finds(word, word) })
		}
	}
	t.Logf("%d writes tried, %d acknowledged, %d refused, %d lost; each looked for in the database, in its history, and by address and by search on %d nodes",
		tried.Load(), len(ledger), refused.Load(), lost, len(s.nodes))
}

// killPostgres kills the postmaster; pgembed starts it again, as a service manager would.
func (s *site) killPostgres(t *testing.T) { t.Helper(); killPostgres(t, s.dir) }

func killPostgres(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// postmaster is the first process of the Postgres in the directory.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "postgres", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

var awayTime = flag.Duration("away", 5*time.Second, "how long Postgres is away")

// away takes the database from all nodes for a while, and starts one of them anew meanwhile:
// readers do not notice, writes are refused with a time to come back, and all goes on by itself.
func away(t *testing.T, s *site) {
	token := s.token(t, "1804")
	for _, n := range s.nodes {
		n.proxy.cut()
	}
	for _, n := range s.nodes {
		eventually(t, n.name+" knows", func() bool { return !n.health().Database.Reachable })
	}
	restarted := s.nodes[0]
	reads, writes, round := 0, 0, 0
	for began := time.Now(); round < 2 || time.Since(began) < *awayTime; round++ {
		if round == 1 {
			restarted.kill()
			restarted.start(t)
			restarted.ready(t)
		}
		for _, n := range s.nodes {
			for _, path := range []string{"/", "/sok?q=avlastning", "/kommune/1804-bodo", "/api/v1/tilbud?q=rus", "/healthz", "/kart", "/mote-med-helsetjenesten", "/hsds/v3/services", "/fhir/R4/metadata", "/sitemap.xml"} {
				if status, _, err := n.get(path); err != nil || status != http.StatusOK {
					t.Errorf("%s on %s: %d, %v", path, n.name, status, err)
				}
				reads++
			}
			if got, err := n.create(token, "1804", "Prøvetilbud borte"); err != nil || got.status != http.StatusServiceUnavailable || got.retryAfter == "" {
				t.Errorf("a write on %s: %d, Retry-After %q, %v, want 503", n.name, got.status, got.retryAfter, err)
			}
			writes++
		}
		if *awayTime > time.Minute {
			time.Sleep(5 * time.Second)
		}
	}
	for _, n := range s.nodes {
		n.proxy.heal()
	}
	began := time.Now()
	o := restarted.mustCreate(t, token, "1804", "Prøvetilbud tilbake")
	wrote := time.Since(began)
	for _, n := range s.nodes {
		eventually(t, n.name+" follows again", func() bool { return n.shows(o.ID, o.Navn) })
	}
	if left := s.count(t, "SELECT count(*) FROM offerings WHERE name = 'Prøvetilbud borte'"); left != 0 {
		t.Errorf("%d writes were refused and are there", left)
	}
	t.Logf("away for %v: %d reads answered and %d writes refused, one node started without a database; when it was back, writes were taken after %v and all nodes followed after %v",
		*awayTime, reads, writes, wrote.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
}
