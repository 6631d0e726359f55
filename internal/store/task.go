package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// TaskKind says what a person has to do.
type TaskKind string

// Task is something for the people of an owner to do, once. Without an owner it is for
// the national editors.
type Task struct {
	ID        int64
	Kind      TaskKind
	Key       string // what it is about; there is one open task of a kind and key
	Owner     auth.Owner
	Offering  int64           // 0: not about an offering
	Detail    json.RawMessage // by kind
	CreatedAt time.Time
	DoneAt    *time.Time
	DoneBy    string // auth.Actor as text
}

type taskRow struct {
	ID             int64
	Kind           string
	Key            string
	KommuneNumber  optional
	OrganizationID *int64
	OfferingID     *int64
	Detail         string
	CreatedAt      time.Time
	DoneAt         *time.Time
	DoneBy         optional
}

func (taskRow) TableName() string { return "tasks" }

func newTaskRow(t Task) taskRow {
	detail := string(t.Detail)
	if detail == "" {
		detail = "{}"
	}
	return taskRow{t.ID, string(t.Kind), t.Key, optional(t.Owner.Kommune), nilIfZero(t.Owner.Organization), nilIfZero(t.Offering),
		detail, t.CreatedAt, t.DoneAt, optional(t.DoneBy)}
}

func (r taskRow) task() Task {
	t := Task{ID: r.ID, Kind: TaskKind(r.Kind), Key: r.Key, Owner: auth.Owner{Kommune: region.Number(r.KommuneNumber)},
		Detail: json.RawMessage(r.Detail), CreatedAt: r.CreatedAt.UTC(), DoneAt: inUTC(r.DoneAt), DoneBy: string(r.DoneBy)}
	if r.OrganizationID != nil {
		t.Owner.Organization = *r.OrganizationID
	}
	if r.OfferingID != nil {
		t.Offering = *r.OfferingID
	}
	return t
}

// OpenTasks returns what the actor has to do, oldest first: the tasks of the owners that
// it has a grant for; for national editors everybody's.
func (s *Store) OpenTasks(ctx context.Context, actor auth.Actor) ([]Task, error) {
	query := s.db.WithContext(ctx).Where("done_at IS NULL")
	if auth.Can(actor, auth.Curate, auth.Thing{}) != nil {
		var numbers textArray
		var organizations idArray
		for _, o := range actor.Owners() {
			if o.Kommune != "" {
				numbers = append(numbers, string(o.Kommune))
			} else {
				organizations = append(organizations, o.Organization)
			}
		}
		query = query.Where("kommune_number = ANY(?) OR organization_id = ANY(?)", numbers, organizations)
	}
	found, err := list(query.Order("created_at, id"), taskRow.task)
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	return found, nil
}

// ErrOwnEnd is returned for a task that ends when what it is about is seen to: somebody
// waits for an answer, or it would come again at once.
var ErrOwnEnd = errors.New("the task has an end of its own")

// FinishTask notes that the task is done. The actor has to be allowed auth.Edit for its
// owner. A task that is done already stays as it is; one that is not there is ErrNotFound,
// one that ends by itself ErrOwnEnd.
func (s *Store) FinishTask(ctx context.Context, actor auth.Actor, id int64) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		t, err := one(list(tx.Where("id = ?", id), taskRow.task))
		if err != nil {
			return err
		}
		if err := May(actor, auth.Edit, auth.Thing{Owner: t.Owner}); err != nil {
			return err
		}
		switch t.Kind {
		case TaskHeld, TaskReport, TaskEntry, TaskJobGaveUp, TaskArticle, TaskArticleReference, TaskNoAddress, TaskCoverage, TaskJoin, TaskStuck:
			return ErrOwnEnd
		}
		return finishTasks(tx, actor, t.Kind, t.Key)
	})
	if err != nil {
		return fmt.Errorf("finish task %d: %w", id, err)
	}
	return nil
}

// openTask opens the task, unless one of its kind and key is open.
func openTask(tx *gorm.DB, t Task) error {
	r := newTaskRow(t)
	return tx.Exec(`INSERT INTO tasks (kind, key, kommune_number, organization_id, offering_id, detail) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, key) WHERE done_at IS NULL DO NOTHING`,
		r.Kind, r.Key, r.KommuneNumber, r.OrganizationID, r.OfferingID, r.Detail).Error
}

// finishTasks closes the open task of the kind and key, if there is one.
func finishTasks(tx *gorm.DB, actor auth.Actor, kind TaskKind, key string) error {
	return tx.Exec("UPDATE tasks SET done_at = now(), done_by = ? WHERE kind = ? AND key = ? AND done_at IS NULL",
		actor.String(), string(kind), key).Error
}
