package work

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const testKind store.JobKind = "test"

var editor = auth.Actor{Kind: auth.Account, ID: 1, National: true}

// bench is a database with a store and a way around it.
type bench struct {
	t     *testing.T
	url   string
	store *store.Store
	db    *pgxpool.Pool
}

func newBench(t *testing.T) *bench {
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
	return &bench{t, address, st, db}
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Exec(b.t.Context(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

// is asks the database a question of yes or no.
func (b *bench) is(sql string, args ...any) bool {
	b.t.Helper()
	var yes bool
	if err := b.db.QueryRow(b.t.Context(), "SELECT "+sql, args...).Scan(&yes); err != nil {
		b.t.Fatal(err)
	}
	return yes
}

// want fails the test unless the database says yes.
func (b *bench) want(sql string, args ...any) {
	b.t.Helper()
	if !b.is(sql, args...) {
		b.t.Errorf("not so: %s", sql)
	}
}

func (b *bench) queue(n int) {
	b.t.Helper()
	b.exec("INSERT INTO jobs (kind, payload) SELECT 'test', jsonb_build_object('n', n) FROM generate_series(1, $1) n", n)
}

// due moves all that waits to now, as if the time had passed.
func (b *bench) due() { b.exec("UPDATE jobs SET run_at = now()"); b.exec("NOTIFY jobs") }

// until waits for what another goroutine brings about.
func (b *bench) until(what string, met func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !met(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// runner returns one that looks often.
func (b *bench) runner() *Runner {
	r := New(b.store, slog.New(slog.DiscardHandler))
	r.pollEvery, r.grace = 20*time.Millisecond, 20*time.Millisecond
	return r
}

// start runs it until stop is called or the test ends.
func (b *bench) start(r *Runner) (stop func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { r.Run(ctx) })
	stop = func() {
		cancel()
		done.Wait()
	}
	b.t.Cleanup(stop)
	return stop
}

func TestTwoRunnersDoEachJobOnce(t *testing.T) {
	b := newBench(t)
	b.queue(100)
	var mu sync.Mutex
	did := map[int64]int{}
	for range 2 {
		r := b.runner()
		r.Handle(testKind, func(_ context.Context, j store.Job) error {
			mu.Lock()
			defer mu.Unlock()
			did[j.ID]++
			return nil
		})
		b.start(r)
	}
	b.until("all to be done", func() bool { return b.is("count(*) = 100 FROM jobs WHERE done_at IS NOT NULL AND attempts = 1") })
	mu.Lock()
	defer mu.Unlock()
	for id, n := range did {
		if n != 1 {
			t.Errorf("job %d was done %d times", id, n)
		}
	}
}

func TestJobIsDoneAtOnce(t *testing.T) {
	b := newBench(t)
	r := b.runner()
	r.pollEvery = time.Hour // woken by the database alone
	r.Handle(testKind, func(context.Context, store.Job) error { return nil })
	b.start(r)
	for range 3 {
		b.until("somebody to listen", func() bool {
			return b.is("EXISTS (SELECT FROM pg_stat_activity WHERE query = 'LISTEN jobs' AND datname = current_database())")
		})
		b.queue(1)
		b.until("the job to be done", func() bool { return b.is("NOT EXISTS (SELECT FROM jobs WHERE done_at IS NULL)") })
	}
}

func TestJobsOfOtherKindsAndTimesWait(t *testing.T) {
	b := newBench(t)
	b.exec("INSERT INTO jobs (kind, run_at) VALUES ('other', now()), ('test', now() + interval '1 hour')")
	jobs, err := b.store.TakeJobs(t.Context(), []store.JobKind{testKind}, 10)
	if err != nil || len(jobs) != 0 {
		t.Errorf("TakeJobs() = %v, %v, want none", jobs, err)
	}
}

func TestFailuresBackOffAndGiveUp(t *testing.T) {
	b := newBench(t)
	b.queue(1)
	r := b.runner()
	r.Handle(testKind, func(context.Context, store.Job) error { return errors.New("test trouble") })
	b.start(r)
	for n, pause := range []string{"1 minute", "5 minutes", "30 minutes", "2 hours", "6 hours", "6 hours"} {
		b.until("attempt to end", func() bool {
			return b.is("attempts = $1 AND locked_until IS NULL AND last_error = 'test trouble' FROM jobs", n+1)
		})
		b.want("run_at - now() BETWEEN $1::interval * 0.75 AND $1::interval * 1.2 FROM jobs", pause)
		b.due()
	}
	b.until("the job to be given up", func() bool {
		if b.is("locked_until IS NULL AND gave_up_at IS NULL FROM jobs") {
			b.due()
		}
		return b.is("gave_up_at IS NOT NULL FROM jobs")
	})
	b.want("attempts = $1 FROM jobs", maxAttempts)
	b.want("count(*) = 1 AND count(kommune_number) = 0 FROM tasks WHERE kind = 'job_gave_up' AND done_at IS NULL")
}

func TestPermanentErrorsGiveUpAtOnce(t *testing.T) {
	b := newBench(t)
	b.queue(1)
	r := b.runner()
	var mended atomic.Bool
	r.Handle(testKind, func(context.Context, store.Job) error {
		if mended.Load() {
			return nil
		}
		return fmt.Errorf("wrapped: %w", Permanent(errors.New("no use")))
	})
	b.start(r)
	b.until("the job to be given up", func() bool { return b.is("gave_up_at IS NOT NULL AND attempts = 1 FROM jobs") })
	b.want("last_error = 'wrapped: no use' FROM jobs")

	jobs, err := b.store.Jobs(t.Context(), editor, 10)
	if err != nil || len(jobs[store.JobGaveUp]) != 1 {
		t.Fatalf("Jobs() = %+v, %v", jobs, err)
	}
	id := jobs[store.JobGaveUp][0].ID
	if err := b.store.TryJobAgain(t.Context(), auth.Actor{Kind: auth.Account, ID: 2}, id); !errors.Is(err, auth.ErrForbidden) {
		t.Errorf("a stranger tries again: %v", err)
	}
	// It gives up again, with a task again; then it works.
	if err := b.store.TryJobAgain(t.Context(), editor, id); err != nil {
		t.Fatal(err)
	}
	b.until("the job to be given up again", func() bool { return b.is("count(*) = 2 FROM tasks") })
	b.want("count(*) = 1 FROM tasks WHERE done_at IS NULL")
	mended.Store(true)
	if err := b.store.TryJobAgain(t.Context(), editor, id); err != nil {
		t.Fatal(err)
	}
	b.until("the job to be done", func() bool { return b.is("done_at IS NOT NULL AND gave_up_at IS NULL FROM jobs") })
	b.want("count(*) = 0 FROM tasks WHERE done_at IS NULL")
	if err := b.store.DropJob(t.Context(), editor, id); !errors.Is(err, store.ErrConflict) {
		t.Errorf("drop what is done: %v, want ErrConflict", err)
	}
	if err := b.store.DropJob(t.Context(), editor, id+1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("drop what is not there: %v, want ErrNotFound", err)
	}
}

func TestPanicIsAnErrorLikeOthers(t *testing.T) {
	b := newBench(t)
	b.queue(2)
	r := b.runner()
	r.Handle(testKind, func(_ context.Context, j store.Job) error {
		if string(j.Payload) == `{"n": 1}` {
			panic("test panic")
		}
		return nil
	})
	r.Every("test", time.Hour, func(context.Context) error { panic("test panic by the clock") })
	b.start(r)
	b.until("both to end", func() bool {
		return b.is("count(*) = 2 FROM jobs WHERE done_at IS NOT NULL OR last_error LIKE 'panic: test panic%'")
	})
	b.until("the schedule to end", func() bool { return b.is("EXISTS (SELECT FROM work_schedules WHERE last_error LIKE 'panic: test%')") })
	b.want("next_run - now() BETWEEN interval '4 minutes' AND interval '5 minutes' AND finished_at IS NULL FROM work_schedules")
}

func TestSkippedJobIsDone(t *testing.T) {
	b := newBench(t)
	b.queue(1)
	r := b.runner()
	r.Handle(testKind, func(context.Context, store.Job) error { return Skipped("too late") })
	b.start(r)
	b.until("the job to be done", func() bool { return b.is("done_at IS NOT NULL AND last_error = 'too late' FROM jobs") })
}

func TestJobOfAKilledNodeComesBack(t *testing.T) {
	b := newBench(t)
	b.queue(1)
	held, err := b.store.TakeJobs(t.Context(), []store.JobKind{testKind}, 1) // and is killed
	if err != nil || len(held) != 1 {
		t.Fatalf("TakeJobs() = %v, %v", held, err)
	}
	if again, err := b.store.TakeJobs(t.Context(), []store.JobKind{testKind}, 1); err != nil || len(again) != 0 {
		t.Fatalf("another took what is held: %v, %v", again, err)
	}
	release := make(chan struct{})
	r := b.runner()
	r.Handle(testKind, func(context.Context, store.Job) error { <-release; return nil })
	b.exec("UPDATE jobs SET locked_until = now() - interval '1 second'")
	b.start(r)
	b.until("another to take it", func() bool { return b.is("attempts = 2 AND locked_until > now() FROM jobs") })
	// The first was only slow, and has nothing to say any more.
	if err := b.store.GiveUpJob(t.Context(), held[0], "too slow"); err != nil {
		t.Error(err)
	}
	if err := b.store.FinishJob(t.Context(), held[0], "too slow"); err != nil {
		t.Error(err)
	}
	b.want("done_at IS NULL AND gave_up_at IS NULL AND locked_until > now() FROM jobs")
	b.want("NOT EXISTS (SELECT FROM tasks)")
	close(release)
	b.until("it to be done", func() bool { return b.is("done_at IS NOT NULL AND last_error = '' FROM jobs") })
}

func TestJobThatKillsItsNodeIsGivenUp(t *testing.T) {
	b := newBench(t)
	b.queue(1)
	b.exec("UPDATE jobs SET attempts = $1", maxAttempts)
	r := b.runner()
	r.Handle(testKind, func(context.Context, store.Job) error { t.Error("begun again"); return nil })
	b.start(r)
	b.until("it to be given up", func() bool { return b.is("gave_up_at IS NOT NULL FROM jobs") })
}

func TestStopGivesBack(t *testing.T) {
	b := newBench(t)
	b.queue(1)
	begun := make(chan struct{})
	r := b.runner()
	r.Handle(testKind, func(ctx context.Context, _ store.Job) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	})
	stop := b.start(r)
	<-begun
	stop()
	b.want("attempts = 0 AND locked_until IS NULL AND done_at IS NULL AND last_error = '' FROM jobs")
}

func TestStopLetsWhatIsUnderWayEnd(t *testing.T) {
	b := newBench(t)
	b.queue(1)
	begun, release := make(chan struct{}), make(chan struct{})
	r := b.runner()
	r.grace = time.Minute
	r.Handle(testKind, func(ctx context.Context, _ store.Job) error {
		close(begun)
		<-release
		return ctx.Err()
	})
	stop := b.start(r)
	<-begun
	time.AfterFunc(10*time.Millisecond, func() { close(release) })
	stop()
	b.want("done_at IS NOT NULL FROM jobs")
}

func TestOneLeaderAndTheNext(t *testing.T) {
	b := newBench(t)
	var runs [2]atomic.Int64
	var stops [2]func()
	for i := range 2 {
		r := b.runner()
		r.name = fmt.Sprint("node ", i)
		r.Every("test", time.Hour, func(context.Context) error { runs[i].Add(1); return nil })
		stops[i] = b.start(r)
		b.until("a leader", func() bool { return b.is("EXISTS (SELECT FROM leader WHERE holder = 'node 0')") })
	}
	b.until("the first run", func() bool { return b.is("EXISTS (SELECT FROM work_schedules WHERE finished_at IS NOT NULL)") })
	// A restart must not run it again before its time.
	stops[0]()
	b.until("another to lead", func() bool { return b.is("EXISTS (SELECT FROM leader WHERE holder = 'node 1')") })
	b.want("next_run > now() + interval '59 minutes' FROM work_schedules")
	if runs[0].Load() != 1 || runs[1].Load() != 0 {
		t.Errorf("runs %d and %d, want the first's alone", runs[0].Load(), runs[1].Load())
	}
	b.exec("UPDATE work_schedules SET next_run = now() - interval '10 hours'")
	b.until("the second's run", func() bool { return b.is("next_run > now() FROM work_schedules") })
	if runs[1].Load() != 1 {
		t.Errorf("what was missed ten times was run %d times, want once", runs[1].Load())
	}
	_, leader, err := b.store.Schedules(t.Context(), editor)
	if err != nil || leader == nil || leader.Holder != "node 1" {
		t.Errorf("Schedules() names %+v as leader, %v", leader, err)
	}
}

func TestKilledLeaderIsFollowed(t *testing.T) {
	b := newBench(t)
	if leads, err := b.store.Lead(t.Context(), "killed"); err != nil || !leads {
		t.Fatal(leads, err)
	}
	if _, err := b.store.DueSchedules(t.Context(), map[string]time.Duration{"test": time.Hour}); err != nil {
		t.Fatal(err)
	}
	if err := b.store.BeginSchedule(t.Context(), "killed", "test"); err != nil {
		t.Fatal(err)
	}
	ran := make(chan struct{}, 1)
	r := b.runner()
	r.Every("test", time.Hour, func(context.Context) error { ran <- struct{}{}; return nil })
	b.start(r)
	if leads, err := b.store.Lead(t.Context(), r.name); err != nil || leads {
		t.Errorf("two lead: %v, %v", leads, err)
	}
	b.exec("UPDATE leader SET until = now() - interval '1 second'")
	<-ran // the run that was cut off
	if err := b.store.BeginSchedule(t.Context(), "killed", "test"); err == nil {
		t.Error("who does not lead any more may begin a run")
	}
}

// syncBuffer is a log that goroutines write to.
type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *syncBuffer) count(s string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(b.Buffer.String(), s)
}

func TestDatabaseGoesAndComesBack(t *testing.T) {
	b := newBench(t)
	u, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	admin, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	open := func(yes bool) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), fmt.Sprintf("ALTER DATABASE %s ALLOW_CONNECTIONS %v", name, yes)); err != nil {
			t.Fatal(err)
		}
		if _, err := admin.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name); err != nil {
			t.Fatal(err)
		}
	}
	var log syncBuffer
	r := b.runner()
	r.log = slog.New(slog.NewTextHandler(&log, nil))
	var did, ran atomic.Int64
	r.Handle(testKind, func(context.Context, store.Job) error { did.Add(1); return nil })
	r.Every("test", time.Nanosecond, func(context.Context) error { ran.Add(1); return nil })
	b.start(r)
	b.until("the clock to be watched", func() bool { return ran.Load() > 0 })
	open(false)
	b.until("both to notice", func() bool { return log.count("background work waits") == 2 })
	open(true)
	b.until("both to go on", func() bool { return log.count("background work goes on") == 2 })
	b.queue(1)
	b.until("the job to be done", func() bool { return did.Load() == 1 })
	if n := log.count("background work waits"); n != 2 {
		t.Errorf("complained %d times, want each loop once:\n%s", n, log.String())
	}
}

func TestPruneKeepsKeys(t *testing.T) {
	b := newBench(t)
	b.exec(`INSERT INTO jobs (kind, key, payload, done_at) VALUES
		('test', NULL, '{"n": 1}', now() - interval '31 days'),
		('test', 'reminder', '{"n": 2}', now() - interval '31 days'),
		('test', NULL, '{"n": 3}', now() - interval '29 days'),
		('test', NULL, '{"n": 4}', NULL)`)
	b.exec(`INSERT INTO jobs (kind, payload, gave_up_at) VALUES
		('mail', jsonb_build_object('to', 'late', 'text', 'secret', 'expires', now() - interval '1 minute'), now()),
		('mail', jsonb_build_object('to', 'early', 'text', 'secret', 'expires', now() + interval '1 minute'), now()),
		('mail', '{"to": "never", "text": "secret"}', now())`)
	if err := b.store.PruneJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.want("count(*) = 3 FROM jobs WHERE kind = 'test'")
	b.want("count(*) = 1 FROM jobs WHERE kind = 'mail' AND done_at IS NOT NULL AND payload->>'to' = 'late' AND NOT payload ? 'text'")
	b.want("count(*) = 2 FROM jobs WHERE kind = 'mail' AND done_at IS NULL")
	b.want("payload = '{}' FROM jobs WHERE key = 'reminder'")
	b.want("count(*) = 2 FROM jobs WHERE payload ? 'n'")
}
