package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Batch is a change of many offerings at once.
type Batch struct {
	ID       int64
	Owner    auth.Owner
	Title    string // what was done
	Actor    string // auth.Actor as text
	At       time.Time
	UndoneAt *time.Time
	Size     int // offerings that were changed or created
}

// SavedBatch is what became of a change of many offerings at once.
type SavedBatch struct {
	ID      int64 // 0: nothing was stored
	Written int   // offerings that were changed or created
	Waiting int   // offerings of which something waits for a second person
	Refused int   // offerings of which something was rejected when the actor proposed it before
}

// BatchError says which of the offerings stopped a batch.
type BatchError struct {
	Index int // in the list that was given
	Err   error
}

// Error returns the place in the list and what was wrong.
func (e *BatchError) Error() string { return fmt.Sprintf("offering no. %d: %v", e.Index+1, e.Err) }

// Unwrap returns what was wrong: a directory.Invalid, ErrConflict, auth.ErrForbidden …
func (e *BatchError) Unwrap() error { return e.Err }

// SaveBatch writes all of the offerings or none: those with an id over the version that
// they carry, the others as new. The actor has to be allowed auth.Bulk for the owner, and
// whatever each change needs. What would change nothing is left out; when nothing is left,
// there is no batch. It returns a *BatchError for the first offering that cannot be written.
func (s *Store) SaveBatch(ctx context.Context, actor auth.Actor, owner auth.Owner, title string, list []directory.Offering) (SavedBatch, error) {
	var batch SavedBatch
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Bulk, auth.Thing{Owner: owner}); err != nil {
			return err
		}
		if err := allowLongStatements(tx); err != nil {
			return err
		}
		known, err := references(tx, list...)
		if err != nil {
			return err
		}
		why := shortened(title, 300)
		for i, o := range list {
			saved, err := s.saveOffering(tx, actor, why, o, known)
			if err != nil {
				return &BatchError{i, err}
			}
			// Who may write for several owners still changes one owner's in a batch.
			if auth.OwnerOf(saved.Offering) != owner {
				return &BatchError{i, auth.ErrForbidden}
			}
			if saved.Held != nil && saved.Held.Waits() {
				batch.Waiting++
			} else if saved.Held != nil {
				batch.Refused++
			}
			if !saved.Changed {
				continue
			}
			if batch.ID == 0 {
				if batch.ID, err = newBatch(tx, actor, owner, why); err != nil {
					return err
				}
			}
			batch.Written++
			err = tx.Exec("INSERT INTO batch_offerings (batch_id, offering_id, version, created) VALUES (?, ?, ?, ?)",
				batch.ID, saved.Offering.ID, saved.Offering.Version, o.ID == 0).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return SavedBatch{}, fmt.Errorf("save batch: %w", err)
	}
	return batch, nil
}

func newBatch(tx *gorm.DB, actor auth.Actor, owner auth.Owner, title string) (int64, error) {
	var id int64
	err := tx.Raw("INSERT INTO batches (kommune_number, organization_id, title, actor) VALUES (?, ?, ?, ?) RETURNING id",
		optional(owner.Kommune), nilIfZero(owner.Organization), title, actor.String()).Scan(&id).Error
	return id, err
}

type batchRow struct {
	ID             int64
	KommuneNumber  optional
	OrganizationID *int64
	Title, Actor   string
	CreatedAt      time.Time
	UndoneAt       *time.Time
	Size           int
}

func (r batchRow) batch() Batch {
	b := Batch{ID: r.ID, Owner: auth.Owner{Kommune: region.Number(r.KommuneNumber)}, Title: r.Title, Actor: r.Actor,
		At: r.CreatedAt.UTC(), UndoneAt: inUTC(r.UndoneAt), Size: r.Size}
	if r.OrganizationID != nil {
		b.Owner.Organization = *r.OrganizationID
	}
	return b
}

const selectBatches = `SELECT b.*, (SELECT count(*) FROM batch_offerings o WHERE o.batch_id = b.id) AS size FROM batches b `

// Batches returns the owner's latest batches, newest first. The actor has to be allowed
// auth.See.
func (s *Store) Batches(ctx context.Context, actor auth.Actor, owner auth.Owner) ([]Batch, error) {
	if err := auth.Can(actor, auth.See, auth.Thing{Owner: owner}); err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	found, err := scan(s.db.WithContext(ctx).Raw(selectBatches+"WHERE b.kommune_number = ? OR b.organization_id = ? ORDER BY b.id DESC LIMIT 50",
		optional(owner.Kommune), nilIfZero(owner.Organization)), batchRow.batch)
	if err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	return found, nil
}

// UndoBatch makes the batch's offerings say what they said before it, and archives those
// that it created. Offerings that were changed since are left alone and returned, as left;
// of waiting ones it waits for a second person. It returns ErrNotFound for a batch that there
// is not, ErrConflict for one that is undone.
func (s *Store) UndoBatch(ctx context.Context, actor auth.Actor, id int64) (left, waiting []directory.Offering, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		b, err := one(scan(tx.Raw(selectBatches+"WHERE b.id = ? FOR UPDATE", id), batchRow.batch))
		if err != nil {
			return err
		}
		if err := auth.Can(actor, auth.Bulk, auth.Thing{Owner: b.Owner}); err != nil {
			return err
		}
		if b.UndoneAt != nil {
			return ErrConflict
		}
		var items []struct {
			OfferingID int64
			Version    int
			Created    bool
		}
		if err := tx.Raw("SELECT offering_id, version, created FROM batch_offerings WHERE batch_id = ? ORDER BY offering_id", id).Scan(&items).Error; err != nil {
			return err
		}
		for _, item := range items {
			stored, err := lockOffering(tx, item.OfferingID)
			if err != nil {
				return err
			}
			if stored.Version != item.Version {
				left = append(left, stored)
				continue
			}
			saved, err := s.undo(tx, actor, "Angret: "+b.Title, stored, item.Created)
			switch {
			case errors.Is(err, errCannotGoBack):
				left = append(left, stored)
			case err != nil:
				return err
			case saved.Held != nil:
				waiting = append(waiting, saved.Offering)
			}
		}
		return tx.Exec("UPDATE batches SET undone_at = now(), undone_by = ? WHERE id = ?", actor.String(), id).Error
	})
	if err != nil {
		return nil, nil, fmt.Errorf("undo batch %d: %w", id, err)
	}
	return left, waiting, nil
}

// errCannotGoBack: the status has no way back.
var errCannotGoBack = errors.New("status cannot go back")

// undo takes the newest change of the stored offering back.
func (s *Store) undo(tx *gorm.DB, actor auth.Actor, why string, stored directory.Offering, created bool) (Saved, error) {
	before := stored
	if created {
		before.Status, before.ClosedUntil = directory.Archived, nil
	} else {
		var content string
		err := tx.Raw("SELECT before::text FROM revisions WHERE kind = ? AND ref = ? AND version = ?", KindOffering, strconv.FormatInt(stored.ID, 10), stored.Version).Scan(&content).Error
		if err != nil {
			return Saved{}, err
		}
		before = directory.Offering{}
		if err := json.Unmarshal([]byte(content), &before); err != nil {
			return Saved{}, fmt.Errorf("history of offering %d: %w", stored.ID, err)
		}
		before.Version = stored.Version
	}
	if !stored.Status.CanBecome(before.Status) {
		return Saved{}, errCannotGoBack
	}
	known, err := references(tx, before)
	if err != nil {
		return Saved{}, err
	}
	return s.updateOffering(tx, actor, why, before, known)
}

// Upload is a file that somebody has given and not yet decided on.
type Upload struct {
	ID      int64
	Name    string
	Content []byte
}

// KeepUpload keeps a file of an account for a day, and returns its id. Files that the
// account gave before are dropped: one is decided on at a time.
func (s *Store) KeepUpload(ctx context.Context, account int64, name string, content []byte) (int64, error) {
	var id int64
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM uploads WHERE account_id = ? OR created_at < now() - interval '1 day'", account).Error; err != nil {
			return err
		}
		// GORM spreads bytes that stand first in parentheses over several parameters.
		return tx.Raw("INSERT INTO uploads (account_id, name, content) VALUES (?, ?, ?) RETURNING id", account, shortened(name, 200), content).Scan(&id).Error
	})
	if err != nil {
		return 0, fmt.Errorf("keep upload: %w", err)
	}
	return id, nil
}

// UploadByID returns a file of the account, or ErrNotFound: also for another's.
func (s *Store) UploadByID(ctx context.Context, account, id int64) (Upload, error) {
	u, err := one(scan(s.db.WithContext(ctx).Raw("SELECT id, name, content FROM uploads WHERE id = ? AND account_id = ? AND created_at > now() - interval '1 day'", id, account),
		func(u Upload) Upload { return u }))
	if err != nil {
		return u, fmt.Errorf("upload %d: %w", id, err)
	}
	return u, nil
}
