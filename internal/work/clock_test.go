package work

import (
	"slices"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// After the database's clock was set back an hour, what was queued before that does not wait,
// and what failed before or since is not tried without a pause.
func TestJobsAfterTheClockIsSetBack(t *testing.T) {
	b := newBench(t)
	b.exec(`INSERT INTO jobs (kind, key, attempts, created_at, run_at, locked_until) VALUES
		('test', 'queued', 0, now() + interval '1 hour', now() + interval '1 hour', NULL),
		('test', 'under way', 1, now(), now(), now() + interval '1 hour'),
		('test', 'failed', 1, now() + interval '1 hour', now() + interval '1 minute', NULL),
		('test', 'asked to wait', 1, now(), now() + interval '24 hours', NULL),
		('test', 'from next year', 1, now() + interval '1 year', now() + interval '1 year', NULL)`)
	jobs, err := b.store.TakeJobs(t.Context(), []store.JobKind{testKind}, 10)
	var keys []string
	for _, j := range jobs {
		keys = append(keys, j.Key)
	}
	slices.Sort(keys)
	if want := []string{"from next year", "queued"}; err != nil || !slices.Equal(keys, want) {
		t.Errorf("TakeJobs() = %q, %v, want %q", keys, err, want)
	}
}

// After the database's clock was set back an hour, a leader that was killed is followed, and
// what would wait for longer than it ever does is run.
func TestScheduleAfterTheClockIsSetBack(t *testing.T) {
	b := newBench(t)
	every := map[string]time.Duration{"hourly": time.Hour, "often": 10 * time.Second, "daily": 24 * time.Hour}
	if _, err := b.store.DueSchedules(t.Context(), every); err != nil {
		t.Fatal(err)
	}
	for name, interval := range every {
		if err := b.store.EndSchedule(t.Context(), name, interval, ""); err != nil {
			t.Fatal(err)
		}
	}
	due := func(want ...string) {
		t.Helper()
		got, err := b.store.DueSchedules(t.Context(), every)
		if slices.Sort(got); err != nil || !slices.Equal(got, want) {
			t.Errorf("due are %q, %v, want %q", got, err, want)
		}
	}
	due()
	b.exec("UPDATE work_schedules SET next_run = next_run + interval '59 minutes' WHERE name <> 'daily'")
	due("hourly", "often")

	if leads, err := b.store.Lead(t.Context(), "killed"); err != nil || !leads {
		t.Fatal(leads, err)
	}
	b.exec("UPDATE leader SET until = until + interval '30 seconds'") // little enough to run out by itself
	if leads, err := b.store.Lead(t.Context(), "next"); err != nil || leads {
		t.Errorf("two lead: %v, %v", leads, err)
	}
	b.exec("UPDATE leader SET until = until + interval '1 hour'")
	if leads, err := b.store.Lead(t.Context(), "next"); err != nil || !leads {
		t.Errorf("the next leads: %v, %v", leads, err)
	}
}
