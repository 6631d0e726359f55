package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// TaskHeld asks for a second person who looks at a change. Its detail is a HeldDetail. It is
// for the owner's managers, and so for the national editors, whose all tasks are.
const TaskHeld TaskKind = "held_change"

// HeldDetail is the detail of TaskHeld.
type HeldDetail struct {
	Change int64  `json:"change"`
	Name   string `json:"name"` // of the offering
}

// HeldNews returns what a JobHeld is about.
func (j Job) HeldNews() (HeldNews, error) {
	var n HeldNews
	if err := json.Unmarshal(j.Payload, &n); err != nil {
		return n, fmt.Errorf("held change of job %d: %w", j.ID, err)
	}
	return n, nil
}

// JobHeld tells people that a change waits or was decided on. Its payload is a HeldNews.
const JobHeld JobKind = "held_change"

// HeldNews is the payload of JobHeld.
type HeldNews struct {
	Change int64 `json:"change"`
}

// Decision is what became of a held change.
type Decision string

const (
	Approved  Decision = "godkjent"
	Rejected  Decision = "avvist"
	Withdrawn Decision = "trukket"   // by who proposed it
	Replaced  Decision = "erstattet" // by another proposal, or by what was written since
)

// HeldChange is a change of a crisis or national service that waits for a second person, or
// did. Readers see the offering as it was until somebody else has approved.
type HeldChange struct {
	ID       int64
	Offering int64
	Before   directory.Offering // as it was written when this was proposed
	After    directory.Offering // as it is to be
	By       auth.Proposer
	Why      string
	At       time.Time

	Decision  Decision // empty: it waits
	DecidedAt *time.Time
	DecidedBy string // auth.Actor as text
	Reason    string // in the words of who decided
}

// Waits reports whether nobody has decided yet.
func (h HeldChange) Waits() bool { return h.Decision == "" }

// ErrStands is returned for a decision that was made already, or that a newer proposal or
// change has made pointless.
var ErrStands = errors.New("no such change waits any more")

type heldRow struct {
	ID            int64
	OfferingID    int64
	Before, After string
	Actor         string
	AccountID     *int64
	National      bool
	Why           string
	CreatedAt     time.Time
	Decision      optional
	DecidedAt     *time.Time
	DecidedBy     optional
	Reason        string
}

func (heldRow) TableName() string { return "held_changes" }

func (r heldRow) change() (HeldChange, error) {
	h := HeldChange{ID: r.ID, Offering: r.OfferingID, By: auth.Proposer{Actor: r.Actor, National: r.National}, Why: r.Why, At: r.CreatedAt.UTC(),
		Decision: Decision(r.Decision), DecidedAt: inUTC(r.DecidedAt), DecidedBy: string(r.DecidedBy), Reason: r.Reason}
	if r.AccountID != nil {
		h.By.Account = *r.AccountID
	}
	err := errors.Join(json.Unmarshal([]byte(r.Before), &h.Before), json.Unmarshal([]byte(r.After), &h.After))
	if err != nil {
		return h, fmt.Errorf("held change %d: %w", r.ID, err)
	}
	return h, nil
}

func heldChanges(query *gorm.DB) ([]HeldChange, error) {
	rows, err := list(query.Order("id"), func(r heldRow) heldRow { return r })
	if err != nil {
		return nil, err
	}
	found := make([]HeldChange, len(rows))
	for i, r := range rows {
		if found[i], err = r.change(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// asDraft is what a new offering is held against: itself, seen by nobody.
func asDraft(o directory.Offering) directory.Offering {
	o.Status, o.ClosedUntil = directory.Draft, nil
	return o
}

// holdBack returns what of next the actor may write over stored, and whether the rest has
// to wait.
func holdBack(tx *gorm.DB, actor auth.Actor, stored, next directory.Offering) (directory.Offering, bool, error) {
	if actor.Alone() {
		return next, false, nil
	}
	names, err := taken(tx, stored, next)
	now, waits := directory.HoldBack(stored, next, names...)
	return now, waits, err
}

// propose keeps what of wanted is not written, in the transaction of what is, and returns
// it; nil when it is not kept. One change of an offering waits at a time: who comes later has
// seen the earlier, and a second person must know which of the two is approved. The same
// proposal again is the one that waits, or the one that was answered; see answered.
func propose(tx *gorm.DB, actor auth.Actor, why string, written, wanted directory.Offering) (*HeldChange, error) {
	wanted.Version, wanted.ChangedAt, wanted.UUID = written.Version, written.ChangedAt, written.UUID
	open, err := heldChanges(tx.Where("offering_id = ? AND decision IS NULL", written.ID))
	if err != nil {
		return nil, err
	}
	for _, h := range open {
		if sameProposal(h, written, wanted) {
			return &h, nil
		}
	}
	if h, err := answered(tx, actor, why, written, wanted); h != nil || err != nil {
		return h, err
	}
	for _, h := range open {
		if actor.Kind == auth.Import && h.By.Actor != actor.String() {
			return nil, nil // a register that is read every night has not seen what a person proposes, and comes again
		}
		if err := decide(tx, h, actor, Replaced, ""); err != nil {
			return nil, err
		}
	}
	before, err := json.Marshal(written)
	if err != nil {
		return nil, fmt.Errorf("propose: %w", err)
	}
	after, err := json.Marshal(wanted)
	if err != nil {
		return nil, fmt.Errorf("propose: %w", err)
	}
	madeBy, err := behind(tx, actor)
	if err != nil {
		return nil, err
	}
	by := auth.ProposerOf(actor, madeBy)
	var id int64
	err = tx.Raw(`INSERT INTO held_changes (offering_id, before, after, actor, account_id, national, why) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		written.ID, string(before), string(after), by.Actor, nilIfZero(by.Account), by.National, reason(why)).Scan(&id).Error
	if err != nil {
		return nil, fmt.Errorf("propose: %w", err)
	}
	h, err := one(heldChanges(tx.Where("id = ?", id)))
	if err != nil {
		return nil, fmt.Errorf("propose: %w", err)
	}
	detail, err := json.Marshal(HeldDetail{id, written.Name})
	if err != nil {
		return nil, fmt.Errorf("propose: %w", err)
	}
	return &h, firstError(
		func() error {
			return openTask(tx, Task{Kind: TaskHeld, Key: heldKey(id), Owner: auth.OwnerOf(written), Offering: written.ID, Detail: detail})
		},
		func() error { return tell(tx, id, "waits") },
		func() error {
			return record(tx, actor, "change_held", map[string]any{"change": id, "offering": written.ID, "fields": directory.Held(written, wanted)})
		},
	)
}

func sameProposal(h HeldChange, written, wanted directory.Offering) bool {
	return directory.SameHeld(h.Before, h.After, written, wanted) && directory.SamePinned(h.Before, written)
}

// answerHolds is how long who was told no is not asked about the same again.
const answerHolds = "30 days"

// answered returns the proposal of the actor that was the same, if the answer was no and still
// holds: a program that says the same every night must not ask every night. An import has its
// answer for as long as it says nothing else in between. A person is heard again when they
// give another reason: the answer may have been wrong, and the number that is right must not
// wait for it.
func answered(tx *gorm.DB, actor auth.Actor, why string, written, wanted directory.Offering) (*HeldChange, error) {
	query := tx.Where("offering_id = ? AND actor = ?", written.ID, actor.String())
	decisions := []string{string(Approved), string(Rejected)}
	switch actor.Kind {
	case auth.Import:
		query = query.Where("id = (SELECT max(id) FROM held_changes WHERE offering_id = ? AND actor = ?)", written.ID, actor.String())
	case auth.Token: // of which who made it may have taken it back
		decisions = append(decisions, string(Withdrawn))
		fallthrough
	case auth.Account:
		query = query.Where("decided_at > now() - ?::interval", answerHolds)
	default:
		return nil, nil
	}
	found, err := heldChanges(query.Where("decision IN ?", decisions))
	if err != nil {
		return nil, err
	}
	for _, h := range slices.Backward(found) {
		if !sameProposal(h, written, wanted) {
			continue
		}
		more := actor.Kind == auth.Account && reason(why) != "" && reason(why) != h.Why
		if h.Decision == Approved || more {
			return nil, nil
		}
		return &h, nil
	}
	return nil, nil
}

func heldKey(id int64) string { return strconv.FormatInt(id, 10) }

func tell(tx *gorm.DB, id int64, what string) error {
	payload, err := json.Marshal(HeldNews{id})
	if err != nil {
		return err
	}
	return enqueue(tx, Job{Kind: JobHeld, Key: fmt.Sprintf("held:%d/%s", id, what), Payload: payload})
}

// behind returns the account that made the actor's token: whoever made a program must not
// approve what it writes. 0 for all others.
func behind(tx *gorm.DB, actor auth.Actor) (int64, error) {
	if actor.Kind != auth.Token {
		return 0, nil
	}
	var by string
	if err := tx.Raw("SELECT created_by FROM tokens WHERE id = ?", actor.ID).Scan(&by).Error; err != nil {
		return 0, err
	}
	number, isAccount := strings.CutPrefix(by, string(auth.Account)+": ")
	if !isAccount {
		return 0, nil
	}
	return strconv.ParseInt(number, 10, 64)
}

// dropStale closes a change that waits and was proposed over something else than what
// stands there now: nobody has looked at what it would make of this.
func dropStale(tx *gorm.DB, actor auth.Actor, written directory.Offering) error {
	if !written.Guarded() {
		// Nothing of it waits, unless it was to become one: then its before is like this.
		var open bool
		err := tx.Raw("SELECT EXISTS (SELECT FROM held_changes WHERE offering_id = ? AND decision IS NULL)", written.ID).Scan(&open).Error
		if err != nil || !open {
			return err
		}
	}
	open, err := heldChanges(tx.Where("offering_id = ? AND decision IS NULL", written.ID))
	if err != nil {
		return err
	}
	for _, h := range open {
		if directory.SamePinned(h.Before, written) {
			continue
		}
		if err := decide(tx, h, actor, Replaced, ""); err != nil {
			return err
		}
	}
	return nil
}

// decide closes a held change, its task with it, and has who proposed it told.
func decide(tx *gorm.DB, h HeldChange, actor auth.Actor, d Decision, why string) error {
	result := tx.Exec("UPDATE held_changes SET decision = ?, decided_at = now(), decided_by = ?, reason = ? WHERE id = ? AND decision IS NULL",
		string(d), actor.String(), reason(why), h.ID)
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected == 0 {
		return ErrStands
	}
	return firstError(
		func() error { return finishTasks(tx, actor, TaskHeld, heldKey(h.ID)) },
		func() error { return tell(tx, h.ID, "decided") },
		func() error {
			return record(tx, actor, "held_change_decided", map[string]any{"change": h.ID, "offering": h.Offering, "decision": d})
		},
	)
}

// HeldChangeOf returns the change of the offering that waits, or ErrNotFound.
func (s *Store) HeldChangeOf(ctx context.Context, offering int64) (HeldChange, error) {
	h, err := one(heldChanges(s.db.WithContext(ctx).Where("offering_id = ? AND decision IS NULL", offering)))
	if err != nil {
		return h, fmt.Errorf("held change of offering %d: %w", offering, err)
	}
	return h, nil
}

// HeldChangeByID returns the change, decided or not, or ErrNotFound.
func (s *Store) HeldChangeByID(ctx context.Context, id int64) (HeldChange, error) {
	h, err := one(heldChanges(s.db.WithContext(ctx).Where("id = ?", id)))
	if err != nil {
		return h, fmt.Errorf("held change %d: %w", id, err)
	}
	return h, nil
}

// ReplacedByOwn reports whether a change that was replaced was so by a later proposal of the
// same person, or of a program that they made.
func (s *Store) ReplacedByOwn(ctx context.Context, h HeldChange) (bool, error) {
	var own bool
	// What takes the place of another is proposed in the same transaction, and so at the same
	// time; where the offering was written over instead, the next one comes later, if at all.
	err := s.db.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM held_changes h JOIN held_changes next
		ON next.offering_id = h.offering_id AND next.account_id = h.account_id AND next.created_at = h.decided_at
		WHERE h.id = ? AND h.decision = ?)`, h.ID, string(Replaced)).Scan(&own).Error
	if err != nil {
		return false, fmt.Errorf("what replaced held change %d: %w", h.ID, err)
	}
	return own, nil
}

// OpenHeldChanges returns all changes that wait, oldest first.
func (s *Store) OpenHeldChanges(ctx context.Context) ([]HeldChange, error) {
	found, err := heldChanges(s.db.WithContext(ctx).Where("decision IS NULL"))
	if err != nil {
		return nil, fmt.Errorf("list held changes: %w", err)
	}
	return found, nil
}

// MayDecide returns nil when the actor may be the second person of the change, else
// auth.ErrForbidden: see auth.CanApprove. Two of whom one let the other in, or whom the same
// person let in, by however many between, are not two people, when that was less than thirty
// days before the change or since: a stolen account must not bring its own. Of a change that
// borrows a helpline's name it is a national editor; see Namesakes.
func (s *Store) MayDecide(ctx context.Context, actor auth.Actor, h HeldChange) error {
	stored, err := s.OfferingByID(ctx, h.Offering)
	if err != nil {
		return err
	}
	return mayDecide(s.db.WithContext(ctx), actor, stored, h)
}

func mayDecide(tx *gorm.DB, actor auth.Actor, stored directory.Offering, h HeldChange) error {
	if err := auth.CanApprove(actor, auth.Thing{Owner: auth.OwnerOf(stored)}, h.By); err != nil {
		return err
	}
	if actor.Kind == auth.Account && !actor.National {
		lines, err := borrowed(tx, h)
		if err != nil {
			return err
		}
		if len(lines) > 0 {
			return auth.ErrForbidden
		}
	}
	if actor.Kind != auth.Account || h.By.Account == 0 {
		return nil
	}
	// By whatever way they came in or up: all of it is in the events.
	var tied bool
	err := tx.Raw(`WITH RECURSIVE behind (who, account) AS (VALUES (1, ?::text), (2, ?::text) UNION
			SELECT who, substr(actor, length('account: ') + 1) FROM events JOIN behind ON detail->>'account' = account
			WHERE what IN ('account_created', 'grant_given', 'national_changed', 'login_link_made') AND at > ?::timestamptz - interval '30 days'
				AND starts_with(actor, 'account: '))
		SELECT EXISTS (SELECT FROM behind a JOIN behind b USING (account) WHERE a.who = 1 AND b.who = 2)`,
		strconv.FormatInt(h.By.Account, 10), strconv.FormatInt(actor.ID, 10), h.At).Scan(&tied).Error
	if err != nil {
		return err
	}
	if tied {
		return auth.ErrForbidden
	}
	return nil
}

// ApproveChange publishes the change, with both people in the history. It returns
// ErrNotFound for one that there is not, auth.ErrForbidden for an actor who may not be the
// second person, ErrStands when it does not wait any more, and a directory.Invalid when it
// may not be stored any more, as when its type is gone.
func (s *Store) ApproveChange(ctx context.Context, actor auth.Actor, id int64) (directory.Offering, error) {
	var published directory.Offering
	err := s.deciding(ctx, actor, id, func(tx *gorm.DB, stored directory.Offering, h HeldChange) error {
		if err := mayDecide(tx, actor, stored, h); err != nil {
			return err
		}
		next, fits := directory.Release(stored, h.Before, h.After)
		if !fits {
			return ErrStands
		}
		known, err := references(tx, next)
		if err != nil {
			return err
		}
		next = canonical(next)
		if err := check(next, known); err != nil {
			return err
		}
		if !stored.Status.CanBecome(next.Status) {
			return directory.Invalid{"status": directory.MsgTransition}
		}
		if published, err = s.writeOffering(tx, h.By.Actor, actor, h.Why, stored, next); err != nil {
			return err
		}
		if err := endCoverageTasks(tx, actor, stored, published); err != nil {
			return err
		}
		return decide(tx, h, actor, Approved, "")
	})
	if err != nil {
		return directory.Offering{}, fmt.Errorf("approve change %d: %w", id, err)
	}
	return published, nil
}

// RejectChange closes the change without publishing it. Who proposed it may: then it is
// withdrawn. Others need a reason, else it returns a directory.Invalid that names "reason".
// Other errors are as of ApproveChange.
func (s *Store) RejectChange(ctx context.Context, actor auth.Actor, id int64, why string) error {
	err := s.deciding(ctx, actor, id, func(tx *gorm.DB, stored directory.Offering, h HeldChange) error {
		if actor.Kind == auth.Account && actor.ID == h.By.Account {
			return decide(tx, h, actor, Withdrawn, why)
		}
		if err := mayDecide(tx, actor, stored, h); err != nil {
			return err
		}
		if strings.TrimSpace(why) == "" {
			return directory.Invalid{"reason": directory.MsgRequired}
		}
		return decide(tx, h, actor, Rejected, why)
	})
	if err != nil {
		return fmt.Errorf("reject change %d: %w", id, err)
	}
	return nil
}

// deciding runs fn with the offering locked and the change as it waits.
func (s *Store) deciding(ctx context.Context, actor auth.Actor, id int64, fn func(tx *gorm.DB, stored directory.Offering, h HeldChange) error) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		h, err := one(heldChanges(tx.Where("id = ?", id)))
		if err != nil {
			return err
		}
		// The offering first, as whoever proposes does: then neither waits for the other.
		stored, err := lockOffering(tx, h.Offering)
		if err != nil {
			return err
		}
		if h, err = one(heldChanges(tx.Where("id = ?", id))); err != nil {
			return err
		}
		if h.Decision != "" {
			// What stands there tells nothing to those who have no part in it.
			if actor.ID != h.By.Account {
				if err := mayDecide(tx, actor, stored, h); err != nil {
					return err
				}
			}
			return ErrStands
		}
		return fn(tx, stored, h)
	})
}
