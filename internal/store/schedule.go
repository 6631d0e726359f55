package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// LeaderLease is how long a leader that is not heard of stays leader.
const LeaderLease = 30 * time.Second

// Lead makes the holder the leader for LeaderLease from now, and reports whether it is:
// there is one leader at a time, and whoever leads may go on. A lease that ends further ahead
// than any that is given is from before the database's clock was set back: it is over, as its
// holder may be gone. One that is not loses the lead like one that hung.
func (s *Store) Lead(ctx context.Context, holder string) (bool, error) {
	result := s.db.WithContext(ctx).Exec(`
		INSERT INTO leader AS l (holder, until) VALUES (?, now() + ?::interval)
		ON CONFLICT (only_row) DO UPDATE SET holder = excluded.holder, until = excluded.until,
			since = CASE WHEN l.holder = excluded.holder THEN l.since ELSE now() END
		WHERE l.holder = excluded.holder OR l.until < now() OR l.until > now() + ?::interval`,
		holder, interval(LeaderLease), interval(LeaderLease+clockSlack))
	if result.Error != nil {
		return false, fmt.Errorf("lead: %w", result.Error)
	}
	return result.RowsAffected > 0, nil
}

// StopLeading lets another node be the leader at once.
func (s *Store) StopLeading(ctx context.Context, holder string) error {
	if err := s.db.WithContext(ctx).Exec("DELETE FROM leader WHERE holder = ?", holder).Error; err != nil {
		return fmt.Errorf("stop leading: %w", err)
	}
	return nil
}

// DueSchedules returns which schedules are to be run now, of those named with how often each
// is run. One that was never heard of is, and so is one that would wait for longer than that:
// the database's clock was set back.
func (s *Store) DueSchedules(ctx context.Context, every map[string]time.Duration) ([]string, error) {
	var names, latest, due []string
	for _, name := range slices.Sorted(maps.Keys(every)) { // so that no two nodes wait for each other
		names, latest = append(names, name), append(latest, interval(every[name]+clockSlack))
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		err := tx.Exec("INSERT INTO work_schedules (name) SELECT unnest(?::text[]) ON CONFLICT DO NOTHING", textArray(names)).Error
		if err != nil {
			return err
		}
		return tx.Raw(`SELECT name FROM work_schedules JOIN unnest(?::text[], ?::interval[]) AS k (name, latest) USING (name)
			WHERE next_run <= now() OR next_run > now() + latest ORDER BY next_run, name`, textArray(names), textArray(latest)).Scan(&due).Error
	})
	if err != nil {
		return nil, fmt.Errorf("due schedules: %w", err)
	}
	return due, nil
}

// errNotLeader is returned to a node that has lost the lead.
var errNotLeader = errors.New("another node leads")

// BeginSchedule notes that the leader runs the schedule now. It fails for a node that does
// not lead any more.
func (s *Store) BeginSchedule(ctx context.Context, holder, name string) error {
	result := s.db.WithContext(ctx).Exec(`UPDATE work_schedules SET started_at = now()
		WHERE name = ? AND EXISTS (SELECT FROM leader WHERE holder = ? AND until > now())`, name, holder)
	if result.Error == nil && result.RowsAffected == 0 {
		result.Error = errNotLeader
	}
	if result.Error != nil {
		return fmt.Errorf("begin schedule %s: %w", name, result.Error)
	}
	return nil
}

// EndSchedule notes that the run is over, and when the next is to begin: after wait.
// problem says what was wrong; empty for a run that went well.
func (s *Store) EndSchedule(ctx context.Context, name string, wait time.Duration, problem string) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE work_schedules SET next_run = now() + ?::interval, last_error = ?,
		finished_at = CASE WHEN ? THEN now() ELSE finished_at END WHERE name = ?`,
		interval(wait), shortened(problem, 1000), problem == "", name).Error
	if err != nil {
		return fmt.Errorf("end schedule %s: %w", name, err)
	}
	return nil
}

// Schedule is something that happens by the clock.
type Schedule struct {
	Name       string
	NextRun    time.Time
	StartedAt  *time.Time // of the last run
	FinishedAt *time.Time // of the last run that went well
	Problem    string     // of the last run
}

// Leader is the node that runs what happens by the clock.
type Leader struct {
	Holder string
	Since  time.Time
}

// Schedules returns what happens by the clock, by name, and who leads; nil when nobody
// does. The actor has to be allowed auth.Curate.
func (s *Store) Schedules(ctx context.Context, actor auth.Actor) ([]Schedule, *Leader, error) {
	var found []Schedule
	var leaders []Leader
	err := s.read(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		err := tx.Raw("SELECT name, next_run, started_at, finished_at, last_error AS problem FROM work_schedules ORDER BY name").Scan(&found).Error
		if err != nil {
			return err
		}
		return tx.Raw("SELECT holder, since FROM leader WHERE until > now()").Scan(&leaders).Error
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list schedules: %w", err)
	}
	if len(leaders) == 0 {
		return found, nil, nil
	}
	return found, &leaders[0], nil
}
