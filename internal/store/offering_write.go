package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Saved is what became of what somebody has written.
type Saved struct {
	Offering directory.Offering // as it is stored now
	Changed  bool               // anything was stored
	Held     *HeldChange        // what of it was held back for a second person; nil: nothing. One that was rejected is not asked again
}

// SaveOffering stores the offering, as UpdateOffering does one that has an id and
// CreateOffering another, and says what was stored and what waits: so nobody has to ask
// after what is done is done.
func (s *Store) SaveOffering(ctx context.Context, actor auth.Actor, why string, o directory.Offering) (Saved, error) {
	what := fmt.Sprintf("create offering %q", o.Key)
	if o.ID != 0 {
		what = fmt.Sprintf("update offering %d", o.ID)
	}
	var saved Saved
	err := s.write(ctx, func(tx *gorm.DB) error {
		known, err := references(tx, o)
		if err != nil {
			return err
		}
		saved, err = s.saveOffering(tx, actor, why, o, known)
		return err
	})
	if err != nil {
		return Saved{}, fmt.Errorf("%s: %w", what, err)
	}
	return saved, nil
}

func (s *Store) saveOffering(tx *gorm.DB, actor auth.Actor, why string, o directory.Offering, known map[reference]bool) (Saved, error) {
	if o.ID == 0 {
		return s.createOffering(tx, actor, why, o, known)
	}
	return s.updateOffering(tx, actor, why, o, known)
}

// CreateOffering stores a new offering and returns it as stored. Id, uuid, dates and
// version are the store's and are ignored. An organization is found by its name; one that
// is there already is filled in where it lacks something. It returns a directory.Invalid
// for what may not be stored, ErrConflict when the key is taken.
//
// What nobody does alone (see directory.HoldBack) waits: the offering is then stored, and
// returned, as a draft.
func (s *Store) CreateOffering(ctx context.Context, actor auth.Actor, why string, o directory.Offering) (directory.Offering, error) {
	o.ID = 0
	saved, err := s.SaveOffering(ctx, actor, why, o)
	return saved.Offering, err
}

func (s *Store) createOffering(tx *gorm.DB, actor auth.Actor, why string, o directory.Offering, known map[reference]bool) (Saved, error) {
	o = canonical(o)
	if err := check(o, known); err != nil {
		return Saved{}, err
	}
	var err error
	if o.Organization, err = saveOrganization(tx, actor, o.Organization); err != nil {
		return Saved{}, err
	}
	if err := auth.Can(actor, auth.Edit, auth.ThingOf(o)); err != nil {
		return Saved{}, err
	}
	o.ID, o.UUID, o.Version = 0, uuid.New(), 1
	o.ChangedAt, o.ConfirmedAt, o.ContactsConfirmedAt = s.now(), nil, nil
	wanted := o
	o, waits, err := holdBack(tx, actor, asDraft(o), o)
	if err != nil {
		return Saved{}, err
	}
	row := newOfferingRows(o).offering
	if err := tx.Create(&row).Error; errors.Is(err, gorm.ErrDuplicatedKey) {
		return Saved{}, ErrConflict
	} else if err != nil {
		return Saved{}, err
	}
	o.ID = row.ID
	if err := replaceChildren(tx, o.ID, childRows{}, newChildRows(o)); err != nil {
		return Saved{}, err
	}
	saved := Saved{Offering: o, Changed: true}
	if err := recordOffering(tx, "", actor, why, nil, o); err != nil || !waits {
		return saved, err
	}
	wanted.ID = o.ID
	saved.Held, err = propose(tx, actor, why, o, wanted)
	return saved, err
}

// CheckOffering returns nil, or a directory.Invalid that names each field for which the
// offering may not be stored. It writes nothing and asks for no permission.
func (s *Store) CheckOffering(ctx context.Context, o directory.Offering) error {
	known, err := references(s.db.WithContext(ctx), o)
	if err != nil {
		return fmt.Errorf("check offering: %w", err)
	}
	return check(canonical(o), known)
}

// UpdateOffering stores what the offering says now and returns it as stored; an update
// that changes nothing writes nothing. It finds the offering by its id, and o.Version has
// to be the version that the author has seen, else it returns ErrConflict. Key, uuid and
// dates are the store's and are ignored. Organizations are treated as by CreateOffering.
// It returns ErrNotFound when there is no such offering, and a directory.Invalid for what
// may not be stored, a status that cannot follow the present one among that.
func (s *Store) UpdateOffering(ctx context.Context, actor auth.Actor, why string, o directory.Offering) (directory.Offering, error) {
	if o.ID == 0 {
		return directory.Offering{}, fmt.Errorf("update offering %q: %w", o.Key, ErrNotFound)
	}
	saved, err := s.SaveOffering(ctx, actor, why, o)
	return saved.Offering, err
}

func (s *Store) updateOffering(tx *gorm.DB, actor auth.Actor, why string, o directory.Offering, known map[reference]bool) (Saved, error) {
	stored, err := lockOffering(tx, o.ID)
	if err != nil {
		return Saved{}, err
	}
	if err := auth.Can(actor, auth.Edit, auth.Thing{Owner: auth.OwnerOf(stored)}); err != nil {
		return Saved{}, err
	}
	o = canonical(o)
	o.UUID, o.Key, o.ConfirmedAt, o.ContactsConfirmedAt = stored.UUID, stored.Key, stored.ConfirmedAt, stored.ContactsConfirmedAt
	if err := check(o, known); err != nil {
		return Saved{}, err
	}
	if o.Version != stored.Version {
		return Saved{}, ErrConflict
	}
	if !stored.Status.CanBecome(o.Status) {
		return Saved{}, directory.Invalid{"status": directory.MsgTransition}
	}
	if o.Organization, err = saveOrganization(tx, actor, o.Organization); err != nil {
		return Saved{}, err
	}
	if err := canReplace(actor, stored, o); err != nil {
		return Saved{}, err
	}
	if sameContent(stored, o) {
		stored.Organization = o.Organization
		return Saved{Offering: stored}, nil
	}
	if err := s.nameSource(tx, actor, stored, &o); err != nil {
		return Saved{}, err
	}
	saved, err := s.replaceOffering(tx, actor, why, stored, o)
	if err != nil {
		return Saved{}, err
	}
	return saved, endCoverageTasks(tx, actor, stored, saved.Offering)
}

// endCoverageTasks ends all questions for whom the offering is, where somebody has said
// something else. What only followed its kommune has not, and who answers one question
// (AnswerCoverage) has said nothing of the others.
func endCoverageTasks(tx *gorm.DB, actor auth.Actor, before, after directory.Offering) error {
	if reflect.DeepEqual(before.Coverage, after.Coverage) {
		return nil
	}
	return tx.Exec("UPDATE tasks SET done_at = now(), done_by = ? WHERE kind = ? AND offering_id = ? AND done_at IS NULL",
		actor.String(), string(TaskCoverage), after.ID).Error
}

// nameSource makes the owner the source of what its people or programs change, by whatever
// way, unless they name another: readers are not to be told that it stands where it does
// not. National editors answer for nothing and name the source themselves.
func (s *Store) nameSource(tx *gorm.DB, actor auth.Actor, stored directory.Offering, o *directory.Offering) error {
	owner := auth.OwnerOf(*o)
	if actor.Kind != auth.Account && actor.Kind != auth.Token || o.Source != stored.Source || !slices.Contains(actor.Owners(), owner) {
		return nil
	}
	title := o.Organization.Name
	if title == "" {
		k, err := one(kommuner(tx, "AND k.number = ?", string(owner.Kommune)))
		if err != nil {
			return err
		}
		title = k.Name + " kommune"
	}
	o.Source = directory.Source{Title: title, Date: directory.PartialDate(s.now().Format(time.DateOnly))}
	o.Confidence = directory.High
	return nil
}

// canReplace asks what the first look at the stored row could not: whether the actor may
// also edit the offering as it will be. A coverage that somebody else has set may stay.
func canReplace(actor auth.Actor, stored, next directory.Offering) error {
	thing := auth.ThingOf(next)
	if reflect.DeepEqual(stored.Coverage, next.Coverage) {
		thing.Coverage = nil
	}
	if err := auth.Can(actor, auth.Edit, thing); err != nil {
		return err
	}
	if stored.Status != next.Status && (stored.Status == directory.Archived || next.Status == directory.Archived) {
		return auth.Can(actor, auth.Archive, auth.Thing{Owner: auth.OwnerOf(stored)})
	}
	return nil
}

// sameContent reports whether two canonical offerings say the same. What an organization
// says of itself is no part of the offering.
func sameContent(a, b directory.Offering) bool {
	b.ChangedAt, b.Version = a.ChangedAt, a.Version
	a.Organization, b.Organization = directory.Organization{ID: a.Organization.ID}, directory.Organization{ID: b.Organization.ID}
	return reflect.DeepEqual(a, b)
}

// sameButConfirmed reports whether next says what stored does, and was at most confirmed
// since. Then it has not changed: ChangedAt tells readers whether what they have on paper
// still holds.
func sameButConfirmed(stored, next directory.Offering) bool {
	next.ConfirmedAt, next.ContactsConfirmedAt = stored.ConfirmedAt, stored.ContactsConfirmedAt
	return sameContent(stored, next)
}

// ConfirmOffering records that whoever answers for the offering has said today that it is
// right, and returns it as stored. It returns ErrNotFound when there is no such offering,
// ErrConflict when the version is not the present one.
func (s *Store) ConfirmOffering(ctx context.Context, actor auth.Actor, id int64, version int) (directory.Offering, error) {
	var confirmed directory.Offering
	err := s.write(ctx, func(tx *gorm.DB) error {
		stored, err := lockOffering(tx, id)
		if err != nil {
			return err
		}
		if err := auth.Can(actor, auth.Confirm, auth.ThingOf(stored)); err != nil {
			return err
		}
		if version != stored.Version {
			return ErrConflict
		}
		now := s.now()
		next := stored
		next.ConfirmedAt, next.ContactsConfirmedAt = &now, &now
		saved, err := s.replaceOffering(tx, actor, "", stored, next)
		confirmed = saved.Offering
		return err
	})
	if err != nil {
		return directory.Offering{}, fmt.Errorf("confirm offering %d: %w", id, err)
	}
	return confirmed, nil
}

// ArchiveOffering takes the offering out of the directory; its history stays, and it can
// be made a draft again. It returns ErrNotFound when there is no such offering,
// ErrConflict when the version is not the present one. One that is archived stays so, and
// one that nobody takes away alone stays as it is until a second person has approved.
func (s *Store) ArchiveOffering(ctx context.Context, actor auth.Actor, why string, id int64, version int) (Saved, error) {
	var saved Saved
	err := s.write(ctx, func(tx *gorm.DB) error {
		stored, err := lockOffering(tx, id)
		if err != nil {
			return err
		}
		if err := auth.Can(actor, auth.Archive, auth.ThingOf(stored)); err != nil {
			return err
		}
		if version != stored.Version {
			return ErrConflict
		}
		if stored.Status == directory.Archived {
			saved.Offering = stored
			return nil
		}
		next := stored
		next.Status, next.ClosedUntil = directory.Archived, nil
		saved, err = s.replaceOffering(tx, actor, why, stored, next)
		return err
	})
	if err != nil {
		return Saved{}, fmt.Errorf("archive offering %d: %w", id, err)
	}
	return saved, nil
}

// replaceOffering writes next over stored, which the transaction has locked, with all
// that belongs to a change. What nobody changes alone is not written: it is kept until a
// second person approves it; see HeldChange. Every way to change an offering leads through
// here, so that none goes around that.
func (s *Store) replaceOffering(tx *gorm.DB, actor auth.Actor, why string, stored, next directory.Offering) (Saved, error) {
	saved := Saved{Offering: stored}
	now, waits, err := holdBack(tx, actor, stored, next)
	if err != nil {
		return saved, err
	}
	if !waits || !sameContent(stored, now) {
		if saved.Offering, err = s.writeOffering(tx, "", actor, why, stored, now); err != nil {
			return saved, err
		}
		saved.Changed = true
	}
	if !waits {
		return saved, dropStale(tx, actor, saved.Offering)
	}
	saved.Held, err = propose(tx, actor, why, saved.Offering, next)
	return saved, err
}

// writeOffering writes all of next over stored. proposedBy is who has proposed what the
// actor has approved, else empty.
func (s *Store) writeOffering(tx *gorm.DB, proposedBy string, actor auth.Actor, why string, stored, next directory.Offering) (directory.Offering, error) {
	next.Version = stored.Version + 1
	if !sameButConfirmed(stored, next) {
		next.ChangedAt = s.now()
	}
	row := newOfferingRows(next).offering
	// All columns: without Select, GORM would pass over those that are now empty.
	result := tx.Model(&offeringRow{}).Where("id = ? AND version = ?", stored.ID, stored.Version).
		Select("*").Omit("ID", "UUID", "Key").Updates(&row)
	if result.Error != nil {
		return next, result.Error
	}
	if result.RowsAffected == 0 {
		return next, ErrConflict
	}
	if err := replaceChildren(tx, stored.ID, newChildRows(stored), newChildRows(next)); err != nil {
		return next, err
	}
	return next, recordOffering(tx, proposedBy, actor, why, &stored, next)
}

// recordOffering writes a change into history and feed. before is nil for a new offering.
func recordOffering(tx *gorm.DB, proposedBy string, actor auth.Actor, why string, before *directory.Offering, after directory.Offering) error {
	ref := strconv.FormatInt(after.ID, 10)
	var was any
	if before != nil {
		was = before
	}
	if err := rememberBoth(tx, KindOffering, ref, after.Version, proposedBy, actor, why, was, after); err != nil {
		return err
	}
	// What only followed its kommune still has the source that said it, and may be written by
	// whoever could: see lastActors.
	if actor.String() != succeeding.String() {
		if err := noteOfferingSources(tx, actor, before, after); err != nil {
			return err
		}
	}
	if before != nil && before.Public() != after.Public() {
		if err := checkArticlesTo(tx, after.ID); err != nil {
			return err
		}
	}
	shown := after.Public()
	if before != nil && before.Public() != shown {
		// Courses are seen with their offering and gone with it. One that was seen before
		// may have become a draft while the offering was away.
		err := tx.Exec(`INSERT INTO changes (kind, ref) SELECT ?, id::text FROM courses k WHERE offering_id = ?
			AND (status IN ? OR EXISTS (SELECT FROM changes c WHERE c.kind = ? AND c.ref = k.id::text))`,
			KindCourse, after.ID, publicCourse, KindCourse).Error
		if err != nil {
			return err
		}
	}
	if !shown && (before == nil || !before.Public()) {
		return nil // no reader sees that a draft is made
	}
	return announce(tx, changeRow{KindOffering, ref})
}

// replaceChildren writes the kinds of children that differ.
func replaceChildren(tx *gorm.DB, id int64, old, now childRows) error {
	return firstError(
		replace(tx, id, old.fylker, now.fylker),
		replace(tx, id, old.kommuner, now.kommuner),
		replace(tx, id, old.terms, now.terms),
		replace(tx, id, old.locations, now.locations),
		replace(tx, id, old.phones, now.phones),
		replace(tx, id, old.emails, now.emails),
		replace(tx, id, old.websites, now.websites),
		replace(tx, id, old.schedules, now.schedules),
		replace(tx, id, old.exceptions, now.exceptions),
	)
}

func replace[R any](tx *gorm.DB, id int64, old, now []R) func() error {
	return func() error {
		if reflect.DeepEqual(old, now) {
			return nil
		}
		if len(old) > 0 {
			if err := tx.Where("offering_id = ?", id).Delete(new(R)).Error; err != nil {
				return err
			}
		}
		if len(now) > 0 {
			return tx.Create(&now).Error
		}
		return nil
	}
}
