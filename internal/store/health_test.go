package store

import (
	"testing"
	"time"
)

func TestQueueStats(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	if q, err := s.QueueStats(ctx); err != nil || q.Late != 0 || len(q.Jobs) != 0 {
		t.Fatalf("an empty queue: %+v, %v", q, err)
	}
	if err := s.QueueMail(ctx, "", Mail{To: "prove@example.org"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Exec("UPDATE jobs SET run_at = now() - interval '90 seconds'").Error; err != nil {
		t.Fatal(err)
	}
	q, err := s.QueueStats(ctx)
	if err != nil || q.Jobs[JobWaiting] != 1 || q.Late < 90*time.Second || q.Late > 5*time.Minute {
		t.Errorf("one that is late: %+v, %v", q, err)
	}
	if jobs, err := s.TakeJobs(ctx, []JobKind{JobMail}, 1); err != nil || len(jobs) != 1 {
		t.Fatal(jobs, err)
	}
	if q, err := s.QueueStats(ctx); err != nil || q.Late != 0 || q.Jobs[JobWaiting] != 1 {
		t.Errorf("one that is being done: %+v, %v", q, err)
	}
	if p := s.PoolStats(); p.Max == 0 || p.InUse != 0 {
		t.Errorf("the pool: %+v", p)
	}
}
