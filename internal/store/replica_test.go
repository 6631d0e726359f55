package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// openReplicated returns a seeded store with a replica.
func openReplicated(t *testing.T) (*Store, *dbtest.Replica) {
	t.Helper()
	url := dbtest.URL(t)
	r := dbtest.NewReplica(t, dbtest.SharedURL(t), "")
	s := openWith(t, url, r.On(url))
	seed(t, s)
	return s, r
}

// openWith opens a store whose commits are flushed before they are acknowledged, as they are
// where tests are not in a hurry.
func openWith(t *testing.T, url string, replicas ...string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: url + "&synchronous_commit=on", ReplicaURLs: replicas})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Now = func() time.Time { return testNow }
	return s
}

// reading is Reading where the primary is there.
func mustReading(t *testing.T, s *Store) context.Context {
	t.Helper()
	ctx, alone := s.Reading(t.Context())
	if alone || readingOf(ctx) == nil {
		t.Fatalf("Reading() = %v, alone %t", readingOf(ctx), alone)
	}
	return ctx
}

func (s *Store) readsBy(t *testing.T) (primary, replica int64) {
	t.Helper()
	stats := s.ReplicaStats(t.Context())
	return stats[0].Reads, stats[1].Reads
}

// untilReplica waits until the replica answers again.
func untilReplica(t *testing.T, s *Store, id int64) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		before := s.replicas[0].reads.Load()
		s.replicas[0].closedUntil.Store(0) // that its time passes is seen with real nodes
		if _, err := s.OfferingByID(mustReading(t, s), id); err != nil {
			t.Fatal(err)
		}
		if s.replicas[0].reads.Load() > before {
			return
		}
		if time.Since(began) > time.Minute {
			t.Fatal("the replica is not asked again")
		}
	}
}

func TestReplicaAnswers(t *testing.T) {
	s, r := openReplicated(t)
	o := create(t, s, testOffering("a"))
	untilReplica(t, s, o.ID)

	// Whatever was saved is shown, by lists and by what reads on one snapshot.
	for range 50 {
		before := s.replicas[0].reads.Load()
		o.Name += "x"
		changed, err := s.UpdateOffering(t.Context(), operator, "prøve", o)
		if err != nil {
			t.Fatal(err)
		}
		ctx := mustReading(t, s)
		got, err := s.OfferingByID(ctx, o.ID)
		if err != nil || got.Name != o.Name || got.Version != changed.Version {
			t.Fatalf("after saving %q, version %d: %q, version %d, %v", o.Name, changed.Version, got.Name, got.Version, err)
		}
		history, err := s.History(ctx, operator, KindOffering, strconv.FormatInt(o.ID, 10))
		if err != nil || int64(len(history)) != int64(changed.Version) {
			t.Fatalf("%d revisions, %v, want %d", len(history), err, changed.Version)
		}
		o = changed
		if s.replicas[0].reads.Load() == before {
			untilReplica(t, s, o.ID) // it was too far behind just now; that too is an answer
		}
	}

	// A replica that stands still is behind from the next change on.
	dbtest.Exec(t, r.URL(), "SELECT pg_wal_replay_pause()")
	o.Name = "Lagret mens kopien står"
	if _, err := s.UpdateOffering(t.Context(), operator, "prøve", o); err != nil {
		t.Fatal(err)
	}
	primary, _ := s.readsBy(t)
	if got, err := s.OfferingByID(mustReading(t, s), o.ID); err != nil || got.Name != o.Name {
		t.Errorf("while the replica stands still: %q, %v, want %q", got.Name, err, o.Name)
	}
	// On a busy machine its time alone may have passed since.
	if s.replicas[0].closedUntil.Load() == 0 {
		t.Error("a replica that is behind is asked on")
	}
	stats := s.ReplicaStats(t.Context())
	for began := time.Now(); !stats[1].Measured && time.Since(began) < time.Minute; stats = s.ReplicaStats(t.Context()) {
		time.Sleep(20 * time.Millisecond)
	}
	if stats[0].Reads != primary+1 || !stats[1].Measured || stats[1].Behind == 0 {
		t.Errorf("stats = %+v, want one more read of the primary and a replica behind", stats)
	}
	dbtest.Exec(t, r.URL(), "SELECT pg_wal_replay_resume()")
	untilReplica(t, s, o.ID)

	t.Run("after a write the primary answers", func(t *testing.T) { readAfterWrite(t, s) })
	t.Run("who wants to write is let through", func(t *testing.T) { writeByQuery(t, s, o.ID) })
	t.Run("another database is no replica", func(t *testing.T) { otherDatabase(t, s, o.ID) })
	t.Run("what is read twice is shown once", func(t *testing.T) { readTwice(t, s, o) })
	t.Run("the backup", func(t *testing.T) { backupFromReplica(t, s) })
	t.Run("commits that are not waited for", func(t *testing.T) { asynchronously(t, s, o.ID) })
	t.Run("the primary is away", func(t *testing.T) { primaryAway(t, s, r, o) })
}

func readAfterWrite(t *testing.T, s *Store) {
	ctx := mustReading(t, s)
	created, err := s.CreateOffering(ctx, operator, "prøve", testOffering("b"))
	if err != nil {
		t.Fatal(err)
	}
	before, _ := s.readsBy(t)
	if got, err := s.OfferingByID(ctx, created.ID); err != nil || got.Key != "b" {
		t.Errorf("what this very context wrote: %+v, %v", got, err)
	}
	if after, _ := s.readsBy(t); after != before+1 {
		t.Errorf("%d reads of the primary, want one more than %d", after, before)
	}
}

// writeByQuery writes with a statement that looks like one that reads.
func writeByQuery(t *testing.T, s *Store, id int64) {
	secret, err := s.StartChallenge(t.Context(), AppRegister, map[string]int{"a": 1})
	if err != nil {
		t.Fatal(err)
	}
	untilReplica(t, s, id)
	ctx := mustReading(t, s)
	var got map[string]int
	if err := s.TakeChallenge(ctx, AppRegister, secret, &got); err != nil || got["a"] != 1 {
		t.Errorf("TakeChallenge() = %v, %v", got, err)
	}
	if !readingOf(ctx).wrote.Load() || s.replicas[0].closedUntil.Load() != 0 {
		t.Error("the replica is blamed for what only the primary can do")
	}
}

func otherDatabase(t *testing.T, s *Store, id int64) {
	untilReplica(t, s, id)
	other := &reading{position: readingOf(mustReading(t, s)).position, system: "4711"}
	before, replica := s.readsBy(t)
	if _, err := s.OfferingByID(context.WithValue(t.Context(), readingKey{}, other), id); err != nil {
		t.Error(err)
	}
	after, now := s.readsBy(t)
	if after != before+1 || now != replica {
		t.Errorf("reads of the primary %d → %d, of the replica %d → %d", before, after, replica, now)
	}

	// Nor is the primary itself.
	primary := openWith(t, s.pool.Config().ConnString(), s.pool.Config().ConnString())
	if _, err := primary.OfferingByID(mustReading(t, primary), id); err != nil {
		t.Error(err)
	}
	if stats := primary.ReplicaStats(t.Context()); stats[0].Reads != 1 || stats[1].Reads != 0 || !stats[1].LeftAlone {
		t.Errorf("stats = %+v, want a replica that is left alone", stats)
	}
}

// failsAtTheEnd is a replica whose answers are whole and whose transactions never end well.
type failsAtTheEnd struct{ driver.Connector }

func (f failsAtTheEnd) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := f.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return failingConn{c.(replicaConn)}, nil
}

type failingConn struct{ replicaConn }

func (c failingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.replicaConn.BeginTx(ctx, opts)
	return failingTx{tx}, err
}

type failingTx struct{ driver.Tx }

func (tx failingTx) Commit() error {
	return errors.Join(faultOf(errors.New("the line is cut")), tx.Rollback())
}

// readTwice reads where the replica fails at the very end: everything is read again from the
// primary, and nothing is there twice.
func readTwice(t *testing.T, s *Store, o directory.Offering) {
	r := s.replicas[0]
	untilReplica(t, s, o.ID)
	real, realDB := r.gorm, r.db
	defer func() { r.gorm, r.db = real, realDB }()
	r.db = sql.OpenDB(failsAtTheEnd{replicaConnector{stdlib.GetPoolConnector(r.pool)}})
	r.db.SetMaxIdleConns(0)
	defer r.db.Close()
	var err error
	if r.gorm, err = openGORM(r.db); err != nil {
		t.Fatal(err)
	}
	owner := auth.OwnerOf(o)
	lone, err := s.CreateAccount(t.Context(), operator, "alene@example.org", "Alene")
	if err != nil {
		t.Fatal(err)
	}
	lone.Grants = []auth.Grant{{Owner: auth.Owner{Kommune: "1804"}, Role: auth.Manager}}
	if err := s.SetGrant(t.Context(), operator, lone.ID, lone.Grants[0]); err != nil {
		t.Fatal(err)
	}
	person, err := s.CreateAccount(t.Context(), operator, "to.ganger@example.org", "To Ganger")
	if err != nil {
		t.Fatal(err)
	}
	bad := testOffering("c")
	bad.Name = ""
	for _, tc := range []struct {
		name string
		read func(ctx context.Context) (any, error)
	}{
		{"offerings of an owner", func(ctx context.Context) (any, error) { return s.OfferingsOf(ctx, operator, owner) }},
		{"offerings by id", func(ctx context.Context) (any, error) { return s.OfferingsByID(ctx, []int64{o.ID}) }},
		{"checks of offerings", func(ctx context.Context) (any, error) {
			return s.CheckOfferings(ctx, []directory.Offering{bad, testOffering("d")})
		}},
		{"names of owners", func(ctx context.Context) (any, error) { return s.OwnerNames(ctx, []auth.Owner{owner}) }},
		{"types shown", func(ctx context.Context) (any, error) { return s.ShownTypes(ctx, region.Number("1804")) }},
		{"what is kept of an account", func(ctx context.Context) (any, error) { return s.ExportAccount(ctx, person.ID) }},
		{"what an account manages alone", func(ctx context.Context) (any, error) { return s.AloneIn(ctx, lone) }},
		{"accounts", func(ctx context.Context) (any, error) { return s.AllAccounts(ctx) }},
		{"types", func(ctx context.Context) (any, error) { return s.OfferingTypes(ctx) }},
		{"quality", func(ctx context.Context) (any, error) { return s.Qualities(ctx) }},
	} {
		want, err := tc.read(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		r.closedUntil.Store(0)
		before := s.primaryReads.Load()
		got, err := tc.read(mustReading(t, s))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if s.primaryReads.Load() == before {
			t.Errorf("%s: the replica did not fail", tc.name)
		}
		if reflect.ValueOf(want).Len() == 0 {
			t.Errorf("%s: there is nothing to be read twice", tc.name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differ (-once +twice):\n%s", tc.name, diff)
		}
	}
	r.closedUntil.Store(0)
}

func backupFromReplica(t *testing.T, s *Store) {
	none := func(int, int) {}
	var primary, replica countingWriter
	want, err := s.Backup(t.Context(), &primary, "test", none)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Backup(mustReading(t, s), &replica, "test", none)
	if err != nil {
		t.Fatal(err)
	}
	got.Made = want.Made
	if got != want || replica == 0 {
		t.Errorf("from the replica %+v, %d bytes; from the primary %+v", got, replica, want)
	}
}

type countingWriter int

func (w *countingWriter) Write(p []byte) (int, error) {
	*w += countingWriter(len(p))
	return len(p), nil
}

// asynchronously has a database that acknowledges before the log is flushed.
func asynchronously(t *testing.T, s *Store, id int64) {
	url := s.pool.Config().ConnString()
	lazy, err := Open(t.Context(), Options{URL: url + "&synchronous_commit=off", ReplicaURLs: []string{s.replicas[0].pool.Config().ConnString()}})
	if err != nil {
		t.Fatal(err)
	}
	defer lazy.Close()
	o, err := lazy.OfferingByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		o.Name += "y"
		changed, err := lazy.UpdateOffering(t.Context(), operator, "prøve", o)
		if err != nil {
			t.Fatal(err)
		}
		lazy.replicas[0].closedUntil.Store(0)
		if got, err := lazy.OfferingByID(mustReading(t, lazy), id); err != nil || got.Version != changed.Version {
			t.Fatalf("version %d, %v, want %d", got.Version, err, changed.Version)
		}
		o = changed
	}
}

// primaryAway takes the primary from a node that has a replica.
func primaryAway(t *testing.T, s *Store, r *dbtest.Replica, o directory.Offering) {
	person, err := s.CreateAccount(t.Context(), operator, "borte@example.org", "Borte")
	if err != nil {
		t.Fatal(err)
	}
	secret, err := s.StartSession(t.Context(), person.ID, ByCode, true, "test")
	if err != nil {
		t.Fatal(err)
	}
	untilReplica(t, s, o.ID)
	cut := openWith(t, "postgres://nobody@127.0.0.1:9/none?connect_timeout=1&sslmode=disable", s.replicas[0].pool.Config().ConnString())
	for i := range 2 { // the second time nobody asks the primary
		ctx, alone := cut.Reading(t.Context())
		if !alone {
			t.Fatalf("reading %d: not alone", i)
		}
		session, err := cut.SessionBySecret(ctx, secret)
		if err != nil || session.Account.ID != person.ID {
			t.Errorf("SessionBySecret() = %+v, %v", session, err)
		}
		if got, err := cut.OfferingByID(ctx, o.ID); err != nil || got.ID != o.ID {
			t.Errorf("OfferingByID() = %+v, %v", got, err)
		}
		if _, err := cut.CreateOffering(ctx, operator, "prøve", testOffering("e")); !Unavailable(err) {
			t.Errorf("CreateOffering() = %v, want the database to be unavailable", err)
		}
	}
	if _, err := cut.OfferingByID(t.Context(), o.ID); !Unavailable(err) {
		t.Errorf("OfferingByID() of who did not say that they only read = %v", err)
	}
	if _, err := cut.Backup(mustAlone(t, cut), new(countingWriter), "test", func(int, int) {}); err != nil {
		t.Errorf("a backup while the primary is away: %v", err)
	}

	// The replica takes the primary's place: who knows it as a replica does not use it, as
	// the old primary may still be there.
	dbtest.Exec(t, r.URL(), "SELECT pg_promote()")
	before, replica := s.readsBy(t)
	s.replicas[0].closedUntil.Store(0)
	if _, err := s.OfferingByID(mustReading(t, s), o.ID); err != nil {
		t.Error(err)
	}
	after, now := s.readsBy(t)
	if after != before+1 || now != replica {
		t.Errorf("after the promotion: reads of the primary %d → %d, of the replica %d → %d", before, after, replica, now)
	}
	if _, err := cut.OfferingByID(mustAlone(t, cut), o.ID); err != nil {
		t.Errorf("the one that took the primary's place: %v", err)
	}
}

func mustAlone(t *testing.T, s *Store) context.Context {
	t.Helper()
	ctx, alone := s.Reading(t.Context())
	if !alone {
		t.Fatal("Reading(): not alone")
	}
	return ctx
}

// A replica that is not there costs the first reader its time, and the others nothing.
func TestReplicaAway(t *testing.T) {
	url := dbtest.URL(t)
	s := openWith(t, url, "postgres://nobody@127.0.0.1:9/none?sslmode=disable", "postgres://nobody@127.0.0.1:10/none?sslmode=disable")
	seed(t, s)
	o := create(t, s, testOffering("a"))
	for range 3 {
		if got, err := s.OfferingByID(mustReading(t, s), o.ID); err != nil || got.ID != o.ID {
			t.Errorf("OfferingByID() = %+v, %v", got, err)
		}
	}
	stats := s.ReplicaStats(t.Context())
	if len(stats) != 3 || stats[0].Name != Primary || stats[0].Reads != 3 || !stats[1].LeftAlone || !stats[2].LeftAlone {
		t.Errorf("stats = %+v", stats)
	}
	if !slices.ContainsFunc(stats, func(r ReplicaStats) bool { return r.Name == "127.0.0.1:9" }) {
		t.Errorf("stats = %+v, want the host and the port", stats)
	}
	// A mistake of the query's own is no replica's fault.
	if err := s.db.WithContext(mustReading(t, s)).Raw("SELECT no_such_column").Scan(new(int)).Error; err == nil {
		t.Error("no error")
	}
}

// While the primary is away, the one that may have taken its place is only read from: the old
// one may still be there.
func TestNothingIsWrittenToReplicas(t *testing.T) {
	url := dbtest.URL(t)
	s := openWith(t, url)
	secret, err := s.StartChallenge(t.Context(), AppRegister, map[string]int{"a": 1})
	if err != nil {
		t.Fatal(err)
	}
	cut := openWith(t, "postgres://nobody@127.0.0.1:9/none?connect_timeout=1&sslmode=disable", url)
	var got map[string]int
	if err := cut.TakeChallenge(mustAlone(t, cut), AppRegister, secret, &got); !Unavailable(err) {
		t.Errorf("TakeChallenge() where there is only a replica = %v, want the database to be unavailable", err)
	}
	if err := s.TakeChallenge(t.Context(), AppRegister, secret, &got); err != nil {
		t.Errorf("it was taken from the replica: %v", err)
	}
}

// What reads in a transaction and fails by itself says so, and is not tried again.
func TestReadErrorsAreAnswers(t *testing.T) {
	s := openSeeded(t)
	runs := 0
	err := s.read(t.Context(), func(*gorm.DB) error { runs++; return ErrNotFound })
	if !errors.Is(err, ErrNotFound) || runs != 1 {
		t.Errorf("%v after %d runs", err, runs)
	}
}
