package indexer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var tester = auth.Actor{Kind: auth.Operator, Name: "test"}

// filled is a database with the data that ships with the program.
var filled = dbtest.Template{Fill: func(ctx context.Context, url string) error {
	st, err := store.Open(ctx, store.Options{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	report, err := importer.Import(ctx, st, data.FS, auth.Actor{Kind: auth.Import, Name: "test", Reviewed: true}, func(string, int, int) {})
	if err == nil && len(report.Problems) > 0 {
		err = fmt.Errorf("problems in the data: %v", report.Problems)
	}
	return errors.Join(err, st.Close())
}}

// newStore returns a store of its own with what filled has.
func newStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{URL: filled.URL(t), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// inMemory is an index over filled, for tests that only read it. It is closed with the process.
var inMemory struct {
	sync.Once
	index *search.Index
	err   error
}

func readOnly(t *testing.T) *search.View {
	t.Helper()
	inMemory.Do(func() { inMemory.index, inMemory.err = InMemory(t.Context(), newStore(t)) })
	if inMemory.err != nil {
		t.Fatal(inMemory.err)
	}
	return inMemory.index.View()
}

// follow starts an indexer and returns it when it is ready, with what stops it.
func follow(t *testing.T, st *store.Store, dir string) (*Indexer, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	x := New(st, dir, slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() { defer close(done); x.Run(ctx) }()
	wait, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := x.WaitReady(wait); err != nil {
		t.Fatal(err)
	}
	return x, func() { cancel(); <-done }
}

// eventually waits until ok holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for began := time.Now(); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("still not so: %s", what)
		}
	}
}

func TestTwoNodesFollow(t *testing.T) {
	ctx := context.Background()
	st := newStore(t)
	dirs := []string{t.TempDir(), t.TempDir()}
	var nodes []*Indexer
	for _, dir := range dirs {
		x, stop := follow(t, st, dir)
		defer stop()
		nodes = append(nodes, x)
	}
	counts, err := st.CountOfferings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	o, err := st.OfferingByKey(ctx, "familievernkontor/bodo-familievernkontor")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range nodes {
		if got := len(x.View().Offerings()); got != counts[directory.Published] || got == 0 {
			t.Errorf("%d offerings in the index, %d published", got, counts[directory.Published])
		}
	}

	o.Name = "Testnavn"
	o, err = st.UpdateOffering(ctx, tester, "test", o)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range nodes {
		eventually(t, "the new name is in the index", func() bool {
			got, ok := x.View().Offering(o.ID)
			return ok && got.Name == "Testnavn"
		})
	}

	o.Status = directory.Archived
	if _, err := st.UpdateOffering(ctx, tester, "test", o); err != nil {
		t.Fatal(err)
	}
	for _, x := range nodes {
		eventually(t, "what is archived is gone", func() bool { _, ok := x.View().Offering(o.ID); return !ok })
	}

	before := []any{nodes[0].index.Load(), nodes[1].index.Load()}
	if err := st.RequestReindex(ctx, tester); err != nil {
		t.Fatal(err)
	}
	for i, x := range nodes {
		eventually(t, "both nodes build anew", func() bool { return any(x.index.Load()) != before[i] })
		if _, ok := x.View().Offering(o.ID); ok {
			t.Error("what is archived is back after building anew")
		}
	}
}

// A transaction that goes on holds the feed back: the node knows, and says so.
func TestLagOfAFeedThatIsHeldBack(t *testing.T) {
	url := dbtest.URL(t)
	st, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	x := New(st, t.TempDir(), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); x.Run(ctx) }()
	defer func() { cancel(); <-done }()
	if err := x.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO changes (kind, ref, at) VALUES ('offering', '1', now() - interval '1 hour')"); err != nil {
		t.Fatal(err)
	}
	until := func(what string, reached func(time.Duration) bool) {
		t.Helper()
		for range 1000 {
			if reached(x.Status().Lag) {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatalf("the lag is %v, want %s", x.Status().Lag, what)
	}
	until("an hour", func(lag time.Duration) bool { return lag > time.Hour && x.Status().DatabaseUp })
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	until("none", func(lag time.Duration) bool { return lag < time.Minute })
}

func TestWhatEditorsTakeOutIsGone(t *testing.T) {
	ctx := context.Background()
	st := newStore(t)
	x, stop := follow(t, st, t.TempDir())
	defer stop()
	e := directory.Expression{Text: "testmedqwerty", Kind: directory.EverydayExpression, LeadsTo: []directory.Lead{"tema:demens"}}
	if err := st.SaveExpression(ctx, tester, "", 0, e); err != nil {
		t.Fatal(err)
	}
	widened := func() int {
		found, err := x.View().Search(ctx, search.Query{Text: e.Text, Size: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(found.Interpreted.Expanded)
	}
	eventually(t, "the expression leads somewhere", func() bool { return widened() > 0 })
	if err := st.DeleteExpression(ctx, tester, "", 1, e.Text); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the expression leads nowhere", func() bool { return widened() == 0 })
}

func TestIndexOnDiskIsUsedAgainAndRepaired(t *testing.T) {
	ctx := context.Background()
	st := newStore(t)
	dir := t.TempDir()
	x, stop := follow(t, st, dir)
	want := len(x.View().Offerings())
	stop()

	// Changed while no node ran.
	o, err := st.OfferingByKey(ctx, "familievernkontor/bodo-familievernkontor")
	if err != nil {
		t.Fatal(err)
	}
	o.Name = "Testnavn"
	if _, err := st.UpdateOffering(ctx, tester, "test", o); err != nil {
		t.Fatal(err)
	}
	x, stop = follow(t, st, dir)
	eventually(t, "what changed meanwhile is read", func() bool { got, ok := x.View().Offering(o.ID); return ok && got.Name == "Testnavn" })
	stop()

	files, err := filepath.Glob(filepath.Join(dir, "index-*", "store", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files to damage: %v", err)
	}
	for _, f := range files {
		if err := os.WriteFile(f, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x, stop = follow(t, st, dir)
	defer stop()
	if got := len(x.View().Offerings()); got != want || got == 0 {
		t.Errorf("%d offerings after repair, want %d", got, want)
	}
}

func TestIndexOfAnotherDatabaseIsBuiltAnew(t *testing.T) {
	dir := t.TempDir()
	_, stop := follow(t, newStore(t), dir)
	stop()
	empty, err := store.Open(context.Background(), store.Options{URL: dbtest.URL(t), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	x, stop := follow(t, empty, dir)
	defer stop()
	eventually(t, "the index is of the empty database", func() bool { return len(x.View().Offerings()) == 0 })
}

// With the database gone readers get answers from the disk, from a cold start too.
func TestAnswersWithoutADatabase(t *testing.T) {
	dir := t.TempDir()
	x, stop := follow(t, newStore(t), dir)
	want := len(x.View().Offerings())
	stop()
	gone, err := store.Open(context.Background(), store.Options{URL: "postgres://nobody@127.0.0.1:1/gone?connect_timeout=1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer gone.Close()
	x, stop = follow(t, gone, dir)
	defer stop()
	if got := len(x.View().Offerings()); got != want || got == 0 {
		t.Errorf("%d offerings without a database, want %d", got, want)
	}
	eventually(t, "the status says that the database is away", func() bool { return !x.Status().DatabaseUp })
}

// A course follows its offering: readers see it while they may see both, and never where a
// confidential one is held.
func TestCoursesFollowTheirOffering(t *testing.T) {
	ctx := context.Background()
	st := newStore(t)
	o, err := st.OfferingByKey(ctx, "ppt/ppt-i-oslo")
	if err != nil {
		t.Fatal(err)
	}
	if o.Status == directory.Draft {
		o.Status = directory.Published
		if o, err = st.UpdateOffering(ctx, tester, "", o); err != nil {
			t.Fatal(err)
		}
	}
	day := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	course := directory.Course{
		Offering: o.ID, Title: "Testkurs", Format: directory.AtPlace, Status: directory.CourseOpen,
		Place: &directory.Location{Street: "Testveien 1", PostalCode: "0155", Confidential: true},
		Dates: []directory.CourseDate{{Day: day, Starts: "18:00"}, {Day: day.AddDate(0, 0, 7), Cancelled: true}},
	}
	if course, err = st.CreateCourse(ctx, tester, "", course); err != nil {
		t.Fatal(err)
	}
	x, stop := follow(t, st, t.TempDir())
	defer stop()
	courses := func(day time.Time) int { return len(x.View().Courses(day)) }
	if got := courses(day); got != 1 {
		t.Fatalf("%d courses, want 1", got)
	}
	got := x.View().Courses(day)[0]
	if got.Of.ID != o.ID || got.Place.Street != "" || got.Place.Kommune != "" || !got.Place.Confidential {
		t.Errorf("course of %d at %+v, want of %d and a place that only says that it is confidential", got.Of.ID, *got.Place, o.ID)
	}
	if n := courses(day.AddDate(0, 0, 8)); n != 0 {
		t.Errorf("%d courses when the last is over, want 0", n)
	}
	if next, ok := got.Next(day.AddDate(0, 0, 1)); !ok || !next.Cancelled {
		t.Errorf("next is %+v, %v, want the cancelled one, as there is no other", next, ok)
	}

	course.Status = directory.CourseDeleted
	if course, err = st.UpdateCourse(ctx, tester, "", course); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the deleted course is gone", func() bool { return courses(day) == 0 })
	course.Status = directory.CourseFull
	if _, err = st.UpdateCourse(ctx, tester, "", course); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the course is back", func() bool { return courses(day) == 1 })
	if _, err = st.ArchiveOffering(ctx, tester, "", o.ID, o.Version); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the course goes with its offering", func() bool { return courses(day) == 0 })
	if _, ok := x.View().Course(course.ID); ok {
		t.Error("the course has a page without its offering")
	}
}
