package store

import (
	"context"
	"fmt"
	"time"
)

// PoolStats is how the connections to the database are used.
type PoolStats struct {
	Max, InUse, Idle int
	Waits            int64         // for a connection, since the process began
	Waited           time.Duration // in all of these
}

// PoolStats returns how the connections are used just now. It asks the database nothing.
func (s *Store) PoolStats() PoolStats {
	p := s.pool.Stat()
	return PoolStats{Max: int(p.MaxConns()), InUse: int(p.AcquiredConns()), Idle: int(p.IdleConns()),
		Waits: p.EmptyAcquireCount(), Waited: p.EmptyAcquireWaitTime()}
}

// QueueStats is how far the work in the queue has come, of all nodes.
type QueueStats struct {
	Jobs  map[JobState]int // that are not done
	Late  time.Duration    // how long the job that is longest overdue has waited; 0 for none
	Tasks int              // that wait for a person
}

// QueueStats returns how far the work in the queue has come.
func (s *Store) QueueStats(ctx context.Context) (QueueStats, error) {
	jobs, err := s.countJobs(ctx)
	if err != nil {
		return QueueStats{}, err
	}
	var row struct {
		Late  float64
		Tasks int
	}
	err = s.db.WithContext(ctx).Raw(`SELECT
		coalesce(extract(epoch FROM now() - (SELECT min(run_at) FROM jobs
			WHERE done_at IS NULL AND gave_up_at IS NULL AND run_at <= now() AND (locked_until IS NULL OR locked_until < now()))), 0) AS late,
		(SELECT count(*) FROM tasks WHERE done_at IS NULL) AS tasks`).Scan(&row).Error
	if err != nil {
		return QueueStats{}, fmt.Errorf("measure the queue: %w", err)
	}
	return QueueStats{Jobs: jobs, Late: time.Duration(row.Late * float64(time.Second)), Tasks: row.Tasks}, nil
}
