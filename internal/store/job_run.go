package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// JobLease is how long a node may take over a job. Then the node counts as gone, and
// another takes the job.
const JobLease = 2 * time.Minute

// LongestRetry is how long a job waits at most for its next attempt.
const LongestRetry = 24 * time.Hour

// TaskJobGaveUp asks the national editors to look at a job that is not tried any more.
const TaskJobGaveUp TaskKind = "job_gave_up"

// ownTask are the beginnings of the keys of jobs whose giving up is seen to by those who
// queued them, by GivenUp.
var ownTask = []string{"confirm:"}

// worker is the actor of what background work does by itself.
var worker = auth.Actor{Kind: auth.Job}

// TakeJobs returns at most n jobs of the kinds that are to be done now, the longest due
// first, and keeps others from them for JobLease. Each has to be given to one of
// FinishJob, RetryJob, GiveUpJob and GiveBackJob, which do nothing to a job that another
// node has taken since.
//
// After the database's clock was set back, what was never tried and was queued for at once is
// due all the same, and so is what waits for longer than LongestRetry. A lease is left to run
// out by the clock, however far ahead its end lies: the node may be at the job still, and to
// take it would be to send a mail twice.
func (s *Store) TakeJobs(ctx context.Context, kinds []JobKind, n int) ([]Job, error) {
	var rows []jobRow
	err := s.db.WithContext(ctx).Raw(`
		WITH due AS (
			SELECT id FROM jobs
			WHERE done_at IS NULL AND gave_up_at IS NULL
				AND (run_at <= now() OR attempts = 0 AND run_at <= created_at OR run_at > now() + ?::interval)
				AND (locked_until IS NULL OR locked_until < now()) AND kind = ANY(?)
			ORDER BY run_at, id LIMIT ? FOR UPDATE SKIP LOCKED
		)
		UPDATE jobs j SET attempts = attempts + 1, locked_until = now() + ?::interval
		FROM due WHERE j.id = due.id
		RETURNING j.id, j.kind, coalesce(j.key, '') AS key, j.payload::text AS payload, j.run_at, j.attempts, j.locked_until, now() AS taken_at`,
		interval(LongestRetry+clockSlack), textArray(texts[string](kinds)), n, interval(JobLease)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("take jobs: %w", err)
	}
	taken := make([]Job, len(rows))
	for i, r := range rows {
		taken[i] = r.job()
	}
	return taken, nil
}

type jobRow struct {
	ID                 int64
	Kind, Key, Payload string
	RunAt              time.Time
	Attempts           int
	LockedUntil        *time.Time
	TakenAt            time.Time
}

func (r jobRow) job() Job {
	return Job{ID: r.ID, Kind: JobKind(r.Kind), Key: r.Key, Payload: json.RawMessage(r.Payload), RunAt: r.RunAt.UTC(), TakenAt: r.TakenAt.UTC(), Attempts: r.Attempts, lockedUntil: r.LockedUntil}
}

// interval is a duration as a parameter that Postgres casts.
func interval(d time.Duration) string { return fmt.Sprintf("%d microseconds", d.Microseconds()) }

// FinishJob notes that the job is done; note says why it was done without being carried
// out, and is mostly empty. A mail's text is forgotten: codes and links in it are nobody
// else's.
func (s *Store) FinishJob(ctx context.Context, j Job, note string) error {
	return s.endAttempt(ctx, "finish", j, "done_at = now(), payload = payload - 'text', last_error = ?", shortened(note, 1000))
}

// RetryJob notes what was wrong, and that the job is to be tried again after wait.
func (s *Store) RetryJob(ctx context.Context, j Job, wait time.Duration, problem string) error {
	return s.endAttempt(ctx, "retry", j, "run_at = now() + ?::interval, last_error = ?", interval(wait), shortened(problem, 1000))
}

// GiveBackJob lets other nodes have the job at once, as if it had not been taken.
func (s *Store) GiveBackJob(ctx context.Context, j Job) error {
	return s.endAttempt(ctx, "give back", j, "attempts = attempts - 1")
}

// endAttempt sets columns of a job that is held, and lets go of it.
func (s *Store) endAttempt(ctx context.Context, what string, j Job, set string, args ...any) error {
	args = append(args, j.ID, j.lockedUntil)
	err := s.db.WithContext(ctx).Exec("UPDATE jobs SET locked_until = NULL, "+set+
		" WHERE id = ? AND locked_until = ? AND done_at IS NULL AND gave_up_at IS NULL", args...).Error
	if err != nil {
		return fmt.Errorf("%s job %d: %w", what, j.ID, err)
	}
	return nil
}

// GiveUpJob notes that the job is not tried any more, and opens a task for the national
// editors. There is none for jobs of which GivenUp tells those who queued them, and none
// for mails that expire: everybody can have a code sent to an address that does not exist.
func (s *Store) GiveUpJob(ctx context.Context, j Job, problem string) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		result := tx.Exec(`UPDATE jobs SET locked_until = NULL, gave_up_at = now(), last_error = ?
			WHERE id = ? AND locked_until = ? AND done_at IS NULL AND gave_up_at IS NULL`, shortened(problem, 1000), j.ID, j.lockedUntil)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		var content mailPayload
		if err := json.Unmarshal(j.Payload, &content); err == nil && !content.Expires.IsZero() {
			return nil
		}
		for _, prefix := range ownTask {
			if strings.HasPrefix(j.Key, prefix) {
				return nil
			}
		}
		detail, err := json.Marshal(GaveUp{Job: j.ID, Kind: j.Kind, To: content.To, Subject: content.Subject})
		if err != nil {
			return err
		}
		return openTask(tx, Task{Kind: TaskJobGaveUp, Key: taskKeyOfJob(j.ID), Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("give up job %d: %w", j.ID, err)
	}
	return nil
}

// GaveUp is the detail of a TaskJobGaveUp.
type GaveUp struct {
	Job     int64   `json:"job"`
	Kind    JobKind `json:"kind"`
	To      string  `json:"to,omitempty"` // of a mail
	Subject string  `json:"subject,omitempty"`
}

func taskKeyOfJob(id int64) string { return fmt.Sprintf("job:%d", id) }

// GivenUp returns the jobs that gave up whose key begins with prefix, the first to give
// up first. Those that an editor had tried again or dropped, and those that were settled,
// are not among them.
func (s *Store) GivenUp(ctx context.Context, prefix string) ([]Job, error) {
	var rows []jobRow
	err := s.db.WithContext(ctx).Raw(`SELECT id, kind, key, payload::text AS payload, run_at, attempts FROM jobs
		WHERE gave_up_at IS NOT NULL AND done_at IS NULL AND starts_with(key, ?) ORDER BY gave_up_at, id`, prefix).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("jobs that gave up: %w", err)
	}
	found := make([]Job, len(rows))
	for i, r := range rows {
		found[i] = r.job()
	}
	return found, nil
}

// SettleJob notes that what a job of GivenUp was for is seen to in another way; how says
// in which. It is for background work, and asks nobody. A job that did not give up, or that
// somebody has decided about, stays as it is.
func (s *Store) SettleJob(ctx context.Context, id int64, how string) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE jobs SET done_at = now(), payload = payload - 'text', last_error = left(last_error || '; ' || ?, 1000)
		WHERE id = ? AND gave_up_at IS NOT NULL AND done_at IS NULL`, how, id).Error
	if err != nil {
		return fmt.Errorf("settle job %d: %w", id, err)
	}
	return nil
}

const (
	doneKept   = "30 days" // for editors to look at
	gaveUpKept = "90 days" // for editors to decide about: there are letters in it
)

// PruneJobs ends mails that gave up and have expired, which nobody needs to decide about,
// and those that nobody has decided about for long, and removes jobs that were done long ago. Jobs with a key stay for ever, without their
// content: the key is what keeps a reminder from being queued a second time.
func (s *Store) PruneJobs(ctx context.Context) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`UPDATE jobs SET done_at = now(), payload = payload - 'text'
			WHERE kind = ? AND gave_up_at IS NOT NULL AND done_at IS NULL
			AND ((payload->>'expires')::timestamptz < now() OR gave_up_at < now() - ?::interval)`, string(JobMail), gaveUpKept).Error
		if err != nil {
			return err
		}
		err = tx.Exec(`UPDATE tasks SET done_at = now(), done_by = ? WHERE kind = ? AND done_at IS NULL
			AND key IN (SELECT 'job:' || id FROM jobs WHERE gave_up_at < now() - ?::interval AND done_at IS NOT NULL)`,
			worker.String(), string(TaskJobGaveUp), gaveUpKept).Error
		if err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM jobs WHERE done_at < now() - ?::interval AND key IS NULL", doneKept).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE jobs SET payload = '{}', last_error = '' WHERE done_at < now() - ?::interval AND (payload <> '{}' OR last_error <> '')", doneKept).Error
	})
	if err != nil {
		return fmt.Errorf("prune jobs: %w", err)
	}
	return nil
}

// JobState is where a job stands.
type JobState string

const (
	JobWaiting JobState = "waiting" // not tried yet
	JobFailing JobState = "failing" // tried in vain, and to be tried again
	JobGaveUp  JobState = "gave_up"
	JobDone    JobState = "done"
)

// JobInfo is a job as editors see it. The text of a mail is not part of it.
type JobInfo struct {
	ID        int64
	Kind      JobKind
	To        string // of a mail
	Subject   string // of a mail
	State     JobState
	Attempts  int
	Problem   string // of the last attempt; of a job that is done, why it was not carried out
	Running   bool   // a node has it just now
	CreatedAt time.Time
	RunAt     time.Time // when it is tried next
	EndedAt   time.Time // when it gave up or was done
}

// Jobs returns at most limit jobs of each state: what is due next, gave up last, was done
// last first. The actor has to be allowed auth.Curate.
func (s *Store) Jobs(ctx context.Context, actor auth.Actor, limit int) (map[JobState][]JobInfo, error) {
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	var rows []JobInfo
	err := s.db.WithContext(ctx).Raw(`
		WITH known AS (
			SELECT id, kind, attempts, last_error AS problem, created_at, run_at, coalesce(done_at, gave_up_at, run_at) AS ended_at,
				coalesce(payload->>'to', '') AS "to", coalesce(payload->>'subject', '') AS subject,
				coalesce(locked_until > now(), false) AS running,
				CASE WHEN done_at IS NOT NULL THEN 'done' WHEN gave_up_at IS NOT NULL THEN 'gave_up'
					WHEN last_error <> '' THEN 'failing' ELSE 'waiting' END AS state
			FROM jobs WHERE done_at IS NULL OR done_at > now() - interval '7 days'
		), ranked AS (
			SELECT *, row_number() OVER (PARTITION BY state ORDER BY
				CASE WHEN state IN ('waiting', 'failing') THEN run_at END, ended_at DESC, id) AS place FROM known
		)
		SELECT * FROM ranked WHERE place <= ? ORDER BY state, place`, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	found := map[JobState][]JobInfo{}
	for _, r := range rows {
		found[r.State] = append(found[r.State], r)
	}
	return found, nil
}

// CountJobs returns how many jobs there are of each state, the done ones left out. The
// actor has to be allowed auth.Curate.
func (s *Store) CountJobs(ctx context.Context, actor auth.Actor) (map[JobState]int, error) {
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return s.countJobs(ctx)
}

func (s *Store) countJobs(ctx context.Context) (map[JobState]int, error) {
	var rows []struct {
		State JobState
		Count int
	}
	err := s.db.WithContext(ctx).Raw(`SELECT CASE WHEN gave_up_at IS NOT NULL THEN 'gave_up'
		WHEN last_error <> '' THEN 'failing' ELSE 'waiting' END AS state, count(*) AS count
		FROM jobs WHERE done_at IS NULL GROUP BY 1`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	counts := map[JobState]int{}
	for _, r := range rows {
		counts[r.State] = r.Count
	}
	return counts, nil
}

// TryJobAgain lets a job that fails or gave up be tried at once, as if for the first time.
// The actor has to be allowed auth.Curate. It returns ErrNotFound for a job that is not
// there, ErrConflict for one that is done or being done.
func (s *Store) TryJobAgain(ctx context.Context, actor auth.Actor, id int64) error {
	return s.decideJob(ctx, actor, id, "job_tried_again", `UPDATE jobs SET gave_up_at = NULL, run_at = now(), attempts = 0
		WHERE id = ? AND done_at IS NULL AND (locked_until IS NULL OR locked_until < now())`)
}

// DropJob ends a job that fails or gave up without carrying it out. Actor and errors are
// as for TryJobAgain.
func (s *Store) DropJob(ctx context.Context, actor auth.Actor, id int64) error {
	return s.decideJob(ctx, actor, id, "job_dropped", `UPDATE jobs SET done_at = now(), gave_up_at = NULL, payload = payload - 'text'
		WHERE id = ? AND done_at IS NULL AND (locked_until IS NULL OR locked_until < now())`)
}

func (s *Store) decideJob(ctx context.Context, actor auth.Actor, id int64, what, sql string) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		var there bool
		if err := tx.Raw("SELECT EXISTS (SELECT FROM jobs WHERE id = ?)", id).Scan(&there).Error; err != nil {
			return err
		}
		if !there {
			return ErrNotFound
		}
		result := tx.Exec(sql, id)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return ErrConflict
		}
		if err := finishTasks(tx, actor, TaskJobGaveUp, taskKeyOfJob(id)); err != nil {
			return err
		}
		if what == "job_tried_again" {
			if err := tx.Exec("NOTIFY jobs").Error; err != nil { // the trigger sees new jobs alone
				return err
			}
		}
		return record(tx, actor, what, map[string]any{"job": id})
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", strings.ReplaceAll(what, "_", " "), id, err)
	}
	return nil
}
