package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// until waits for a condition that another session brings about.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !met(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// headOf returns the position of the newest change. It waits until all are settled: any
// transaction of the server holds the feed back, such as one that cleans up.
func headOf(t *testing.T, s *Store) Cursor {
	t.Helper()
	var head Cursor
	until(t, "the feed to settle", func() bool {
		var unsettled int
		if err := s.db.Raw("SELECT count(*) FROM changes WHERE NOT (" + settled + ")").Scan(&unsettled).Error; err != nil {
			t.Fatal(err)
		}
		return unsettled == 0
	})
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// changesAfter returns n changes after the cursor, without their positions.
func changesAfter(t *testing.T, s *Store, after Cursor, n int) []Change {
	t.Helper()
	headOf(t, s)
	changes, err := s.Changes(t.Context(), after, n+1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range changes {
		changes[i].Cursor, changes[i].At = Cursor{}, time.Time{}
	}
	return changes
}

func TestChanges(t *testing.T) {
	s := openStore(t)
	if head := headOf(t, s); head != (Cursor{}) {
		t.Errorf("Head() of an empty feed = %v, want the zero cursor", head)
	}
	for range 5 {
		if err := s.RequestReindex(t.Context(), operator); err != nil {
			t.Fatal(err)
		}
	}
	head := headOf(t, s)
	var got []Change
	var after Cursor
	for {
		page, err := s.Changes(t.Context(), after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		after = page[len(page)-1].Cursor
	}
	if len(got) != 5 {
		t.Fatalf("%d changes in pages of two, want 5", len(got))
	}
	wantEqual(t, "last position", head, after)
	for i, c := range got {
		if c.Kind != KindReindex || c.Ref != "" || i > 0 && c.XID <= got[i-1].XID {
			t.Errorf("change %d = %+v, after %+v", i, c, got[max(i-1, 0)])
		}
	}
}

// A transaction that began first and commits last must be neither skipped nor overtaken.
func TestFeedWaitsForLateCommit(t *testing.T) {
	s := openStore(t)
	start := headOf(t, s)
	late, err := sql.Open("pgx", s.pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	tx, err := late.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "INSERT INTO changes (kind, ref) VALUES ('offering', '1')"); err != nil {
		t.Fatal(err)
	}
	// Its id is lower, and it is invisible.
	if err := exec(t, s, "INSERT INTO changes (kind, ref, at) VALUES ('offering', '2', now() - interval '1 hour')"); err != nil {
		t.Fatal(err)
	}
	early, err := s.Changes(t.Context(), start, 10)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "changes while the first is not committed", 0, len(early))
	if head, err := s.Head(t.Context()); err != nil || head != start {
		t.Errorf("Head() = %v, %v, want %v", head, err, start)
	}
	// Who follows is not told that this is all.
	if waits, err := s.HeldBack(t.Context(), start); err != nil || waits < time.Hour || waits > 2*time.Hour {
		t.Errorf("HeldBack() = %v, %v, want an hour", waits, err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if waits, err := s.HeldBack(t.Context(), start); err != nil || waits != 0 {
		t.Errorf("HeldBack() = %v, %v, want nothing", waits, err)
	}
	wantEqual(t, "changes", []Change{{Kind: KindOffering, Ref: "1"}, {Kind: KindOffering, Ref: "2"}}, changesAfter(t, s, start, 2))
}

// What no reader has seen is in the feed neither when it is made nor when it is changed. A
// course is seen with its offering, and gone with it.
func TestFeedTellsOfWhatReadersSee(t *testing.T) {
	s := openSeeded(t)
	at := headOf(t, s)
	feed := func() (refs []string) {
		t.Helper()
		head := headOf(t, s)
		changes, err := s.Changes(t.Context(), at, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if c.At.IsZero() {
				t.Errorf("%+v was at no time", c)
			}
			refs = append(refs, string(c.Kind))
		}
		at = head
		return refs
	}
	o := testOffering("annet/draft")
	o.Status = directory.Draft
	o, err := s.CreateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.CreateCourse(t.Context(), operator, "", directory.Course{
		Offering: o.ID, Title: "Prøvekurs", Format: directory.AtPlace, Status: directory.CourseOpen,
		Dates: []directory.CourseDate{{Day: testNow.Truncate(24 * time.Hour)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Summary = "Endret."
	if o, err = s.UpdateOffering(t.Context(), operator, "", o); err != nil {
		t.Fatal(err)
	}
	if got := feed(); got != nil {
		t.Errorf("of drafts: %v, want nothing", got)
	}
	move := func(status directory.Status, want ...string) {
		t.Helper()
		o.Status = status
		if o, err = s.UpdateOffering(t.Context(), operator, "", o); err != nil {
			t.Fatal(err)
		}
		got := feed()
		slices.Sort(got)
		wantEqual(t, string(status), want, got)
	}
	move(directory.Published, "course", "offering")
	move(directory.Draft, "course", "offering")
	c.Status = directory.CourseDraft
	if _, err = s.UpdateCourse(t.Context(), operator, "", c); err != nil {
		t.Fatal(err)
	}
	if got := feed(); got != nil {
		t.Errorf("of a course that is not seen: %v, want nothing", got)
	}
	move(directory.Published, "course", "offering") // it was seen, and is not any more

	last, err := s.LastChanges(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	count := map[Kind]int{}
	for _, c := range last {
		count[c.Kind]++
	}
	if count[KindOffering] != 1 || count[KindCourse] != 1 || count[KindKommune] == 0 || count[KindPlace] != 0 {
		t.Errorf("last changes are of %v", count)
	}
}

func TestKnows(t *testing.T) {
	s := openStore(t)
	if err := s.RequestReindex(t.Context(), operator); err != nil {
		t.Fatal(err)
	}
	head := headOf(t, s)
	for name, tc := range map[string]struct {
		cursor Cursor
		want   bool
	}{
		"beginning":                   {Cursor{}, true},
		"head":                        {head, true},
		"ahead":                       {Cursor{head.XID + 1_000_000, head.ID + 10}, false},
		"another history":             {Cursor{head.XID - 1, head.ID}, false},
		"beyond what a bigint can be": {Cursor{1<<64 - 1, 1<<63 - 1}, false},
	} {
		got, err := s.Knows(t.Context(), tc.cursor)
		if err != nil || got != tc.want {
			t.Errorf("%s: Knows(%v) = %v, %v, want %v", name, tc.cursor, got, err, tc.want)
		}
	}
}

func TestCursorText(t *testing.T) {
	for _, want := range []Cursor{{}, {123, 45}, {1<<64 - 1, 1<<63 - 1}} {
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got Cursor
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%q reads as %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1", "1/", "/1", "1/-1", "-1/1", "1/2/3", "x/y", "18446744073709551616/1"} {
		got := Cursor{7, 7}
		if err := got.UnmarshalText([]byte(text)); !errors.Is(err, ErrCursor) || got != (Cursor{7, 7}) {
			t.Errorf("UnmarshalText(%q) = %v, %v, want ErrCursor", text, got, err)
		}
	}
}

func TestInstallation(t *testing.T) {
	s, other := openStore(t), openStore(t)
	id, err := s.Installation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Installation(t.Context()); err != nil || again != id {
		t.Errorf("Installation() = %q, %v, want %q again", again, err, id)
	}
	// Both are copies of the same database, ids and all, in one cluster.
	if err := exec(t, other, "UPDATE installation SET id = gen_random_uuid()"); err != nil {
		t.Fatal(err)
	}
	if got, err := other.Installation(t.Context()); err != nil || got == id {
		t.Errorf("Installation() of another database = %q, %v", got, err)
	}
}

func TestListen(t *testing.T) {
	s := openURL(t, dbtest.URL(t)+"&application_name=listener")
	ctx, cancel := context.WithCancel(t.Context())
	hints := s.Listen(ctx)
	<-hints // it listens now
	if err := s.RequestReindex(t.Context(), operator); err != nil {
		t.Fatal(err)
	}
	waitForHint(t, hints)

	// A lost connection is made again, and then there is a hint for what was missed.
	if err := exec(t, s, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND query = 'LISTEN changes'`); err != nil {
		t.Fatal(err)
	}
	waitForHint(t, hints)
	if err := s.RequestReindex(t.Context(), operator); err != nil {
		t.Fatal(err)
	}
	waitForHint(t, hints)

	cancel()
	until(t, "the channel to close", func() bool {
		select {
		case _, open := <-hints:
			return !open
		default:
			return false
		}
	})
}

func waitForHint(t *testing.T, hints <-chan struct{}) {
	t.Helper()
	select {
	case _, open := <-hints:
		if !open {
			t.Fatal("the channel is closed")
		}
	case <-time.After(30 * time.Second):
		t.Fatal("no hint came")
	}
}

func TestListenWithoutDatabase(t *testing.T) {
	s := openURL(t, "postgres://test@127.0.0.1:1/test?connect_timeout=1")
	ctx, cancel := context.WithCancel(t.Context())
	hints := s.Listen(ctx)
	cancel()
	if _, open := <-hints; open {
		t.Error("a hint came from no database")
	}
}
