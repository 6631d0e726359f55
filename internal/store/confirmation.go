package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// TaskUnconfirmed asks the national editors to look at an owner that nobody answers for.
// Its detail is an UnconfirmedDetail.
const TaskUnconfirmed TaskKind = "unconfirmed"

// TaskNoAddress asks the national editors to find somebody to ask, for every owner that has
// nobody. There is one for all of them, and it ends when none is left. Its detail is a
// NoAddressDetail.
const TaskNoAddress TaskKind = "no_address"

// NoAddressDetail is the detail of TaskNoAddress.
type NoAddressDetail struct {
	Owners []UnconfirmedDetail `json:"owners"`
}

// UnconfirmedDetail is the detail of TaskUnconfirmed.
type UnconfirmedDetail struct {
	Kommune      region.Number `json:"kommune,omitempty"`
	Organization int64         `json:"organization,omitempty"`
	Name         string        `json:"name"` // of the owner
}

// Stage says how far along the asking is.
type Stage string

const (
	Stage30         Stage = "30" // days before it runs out
	Stage14         Stage = "14"
	Stage3          Stage = "3"
	StageSubstitute Stage = "vikar"      // when it has run out
	StagePostmottak Stage = "postmottak" // a week later
)

// confirmLinkLife is how long a link in a mail works.
const confirmLinkLife = "60 days"

// Asked is one offering that somebody was asked to confirm.
type Asked struct {
	Offering    int64
	Version     int  // that was there when they were asked
	All         bool // all of it is due, not its contacts alone
	ConfirmedAt *time.Time
}

// Confirmation is what somebody was asked by mail to confirm.
type Confirmation struct {
	ID        int64
	Owner     auth.Owner
	Stage     Stage
	Round     time.Time // the day on which the first of it runs out
	SentTo    []string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
	Asked     []Asked
}

type confirmationRow struct {
	ID             int64
	KommuneNumber  optional
	OrganizationID *int64
	Stage          string
	Round          time.Time
	SentTo         textArray
	CreatedAt      time.Time
	ExpiresAt      time.Time
	UsedAt         *time.Time
}

func (r confirmationRow) confirmation() Confirmation {
	c := Confirmation{ID: r.ID, Owner: auth.Owner{Kommune: region.Number(r.KommuneNumber)}, Stage: Stage(r.Stage), Round: r.Round,
		SentTo: r.SentTo, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), UsedAt: inUTC(r.UsedAt)}
	if r.OrganizationID != nil {
		c.Owner.Organization = *r.OrganizationID
	}
	return c
}

// AskToConfirm notes that the owner is asked to confirm the offerings, and queues the mail
// that write makes of the link's secret to each address, all of it once: asking again for
// the same stage of the same round does nothing and returns false.
func (s *Store) AskToConfirm(ctx context.Context, owner auth.Owner, stage Stage, round time.Time, to []string, asked []Asked, write func(secret string) Mail) (bool, error) {
	secret := NewSecret()
	asking := false
	err := s.write(ctx, func(tx *gorm.DB) error {
		var id int64
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		err = tx.Raw(`INSERT INTO confirmations (kommune_number, organization_id, stage, round, sent_to, hash, created_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz + ?::interval) ON CONFLICT (kommune_number, organization_id, round, stage) DO NOTHING RETURNING id`,
			optional(owner.Kommune), nilIfZero(owner.Organization), string(stage), round.Format(time.DateOnly), textArray(to), hashOf(secret), now, now, confirmLinkLife).Scan(&id).Error
		if err != nil || id == 0 {
			return err
		}
		asking = true
		for _, a := range asked {
			err := tx.Exec("INSERT INTO confirmation_offerings (confirmation_id, offering_id, version, all_of_it) VALUES (?, ?, ?, ?)", id, a.Offering, a.Version, a.All).Error
			if err != nil {
				return err
			}
		}
		m := write(secret)
		for i, address := range to {
			m.To = address
			if err := queueMail(tx, fmt.Sprintf("confirm:%d/%d", id, i), m, time.Time{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("ask %v to confirm: %w", owner, err)
	}
	return asking, nil
}

// ConfirmationBySecret returns what the link asks about, also when it was used, or
// ErrNotFound when there is no such link, or no more.
func (s *Store) ConfirmationBySecret(ctx context.Context, secret string) (Confirmation, error) {
	var c Confirmation
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		c, err = confirmationBySecret(tx, secret, now)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("confirmation: %w", err)
	}
	return c, nil
}

func confirmationBySecret(tx *gorm.DB, secret string, now time.Time) (Confirmation, error) {
	c, err := one(scan(tx.Raw("SELECT * FROM confirmations WHERE hash = ? AND expires_at > ?", hashOf(secret), now), confirmationRow.confirmation))
	if err != nil {
		return c, err
	}
	err = tx.Raw(`SELECT offering_id AS offering, version, all_of_it AS "all", confirmed_at FROM confirmation_offerings WHERE confirmation_id = ? ORDER BY offering_id`, c.ID).Scan(&c.Asked).Error
	return c, err
}

// ConfirmationByID returns what was asked, without the offerings, or ErrNotFound.
func (s *Store) ConfirmationByID(ctx context.Context, id int64) (Confirmation, error) {
	c, err := one(scan(s.db.WithContext(ctx).Raw("SELECT * FROM confirmations WHERE id = ?", id), confirmationRow.confirmation))
	if err != nil {
		return c, fmt.Errorf("confirmation %d: %w", id, err)
	}
	return c, nil
}

// ConfirmByLink confirms those of the offerings that the link asks about and that say what
// they said when it was sent; ids that it does not ask about are left out. It returns what
// was confirmed now. The link is for the owner of the offerings as they are stored: one
// that has passed to somebody else is left out too. It returns ErrNotFound as
// ConfirmationBySecret does.
func (s *Store) ConfirmByLink(ctx context.Context, secret string, ids []int64) ([]int64, error) {
	var confirmed []int64
	err := s.write(ctx, func(tx *gorm.DB) error {
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		c, err := confirmationBySecret(tx.Session(&gorm.Session{}), secret, now)
		if err != nil {
			return err
		}
		owner, err := presentOwner(tx, c.Owner)
		if err != nil {
			return err
		}
		for _, a := range c.Asked {
			if !slices.Contains(ids, a.Offering) || a.ConfirmedAt != nil {
				continue
			}
			stored, err := lockOffering(tx, a.Offering)
			if err != nil {
				return err
			}
			if stored.Version != a.Version || auth.OwnerOf(stored) != owner || !stored.Public() {
				continue
			}
			next := stored
			next.ContactsConfirmedAt = &now
			if a.All {
				next.ConfirmedAt = &now
			}
			if _, err := s.replaceOffering(tx, auth.Actor{Kind: auth.Link, ID: c.ID}, "", stored, next); err != nil {
				return err
			}
			err = tx.Exec("UPDATE confirmation_offerings SET confirmed_at = ? WHERE confirmation_id = ? AND offering_id = ?", now, c.ID, a.Offering).Error
			if err != nil {
				return err
			}
			confirmed = append(confirmed, a.Offering)
		}
		if len(confirmed) == 0 {
			return nil
		}
		return tx.Exec("UPDATE confirmations SET used_at = coalesce(used_at, ?) WHERE id = ?", now, c.ID).Error
	})
	if err != nil {
		return nil, fmt.Errorf("confirm by link: %w", err)
	}
	return confirmed, nil
}

// ConfirmationsOf returns what the owner was asked since the time, the latest first.
func (s *Store) ConfirmationsOf(ctx context.Context, owner auth.Owner, since time.Time) ([]Confirmation, error) {
	found, err := scan(s.db.WithContext(ctx).Raw("SELECT * FROM confirmations WHERE (kommune_number = ? OR organization_id = ?) AND created_at > ? ORDER BY created_at DESC, id DESC",
		optional(owner.Kommune), nilIfZero(owner.Organization), since), confirmationRow.confirmation)
	if err != nil {
		return nil, fmt.Errorf("confirmations of %v: %w", owner, err)
	}
	return found, nil
}

// AskEditors opens a task for the national editors about an owner that does not answer, once
// a round, and reports whether it did.
func (s *Store) AskEditors(ctx context.Context, owner auth.Owner, name string, round time.Time) (asked bool, err error) {
	detail, err := json.Marshal(UnconfirmedDetail{owner.Kommune, owner.Organization, name})
	if err != nil {
		return false, fmt.Errorf("ask editors about %v: %w", owner, err)
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		key := unconfirmedKey(owner)
		// Once a round, also after an editor has closed it.
		var before bool
		err := tx.Raw("SELECT EXISTS (SELECT FROM tasks WHERE kind = ? AND key = ? AND created_at > ?)", string(TaskUnconfirmed), key, round).Scan(&before).Error
		if err != nil || before {
			return err
		}
		asked = true
		return openTask(tx, Task{Kind: TaskUnconfirmed, Key: key, Detail: detail})
	})
	if err != nil {
		return false, fmt.Errorf("ask editors about %v: %w", owner, err)
	}
	return asked, nil
}

// AskForAddresses keeps the one task about the owners that have something to confirm and no
// address to be asked at: it opens with the first of them, and ends when there is none.
// What was asked about each alone is asked there instead.
func (s *Store) AskForAddresses(ctx context.Context, owners []UnconfirmedDetail) error {
	const key = "alle"
	detail, err := json.Marshal(NoAddressDetail{owners})
	if err != nil {
		return fmt.Errorf("ask for addresses: %w", err)
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		if len(owners) == 0 {
			return finishTasks(tx, worker, TaskNoAddress, key)
		}
		if err := openTask(tx, Task{Kind: TaskNoAddress, Key: key, Detail: detail}); err != nil {
			return err
		}
		err := tx.Exec("UPDATE tasks SET detail = ?::jsonb WHERE kind = ? AND key = ? AND done_at IS NULL AND detail <> ?::jsonb",
			string(detail), string(TaskNoAddress), key, string(detail)).Error
		if err != nil {
			return err
		}
		for _, o := range owners {
			if err := finishTasks(tx, worker, TaskUnconfirmed, unconfirmedKey(auth.Owner{Kommune: o.Kommune, Organization: o.Organization})); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ask for addresses of %d owners: %w", len(owners), err)
	}
	return nil
}

func unconfirmedKey(owner auth.Owner) string {
	return fmt.Sprintf("%s/%d", owner.Kommune, owner.Organization)
}

// AnnounceOfferings puts the offerings into the feed though nothing of them has changed:
// the day has come on which readers are told something else about them.
func (s *Store) AnnounceOfferings(ctx context.Context, ids []int64) error {
	changes := make([]changeRow, len(ids))
	for i, id := range ids {
		changes[i] = changeRow{KindOffering, strconv.FormatInt(id, 10)}
	}
	if len(changes) == 0 {
		return nil
	}
	err := s.write(ctx, func(tx *gorm.DB) error { return announce(tx, changes...) })
	if err != nil {
		return fmt.Errorf("announce %d offerings: %w", len(ids), err)
	}
	return nil
}

// Mailboxes are the addresses at which an owner is asked.
type Mailboxes struct {
	Managers    []string
	Substitutes []string
	Postmottak  string // of the kommune; empty where no source gives one
}

// MailboxesOf returns where the owner is asked. Accounts that are disabled are left out.
func (s *Store) MailboxesOf(ctx context.Context, owner auth.Owner) (Mailboxes, error) {
	people, err := s.AccountsOf(ctx, owner)
	if err != nil {
		return Mailboxes{}, err
	}
	var m Mailboxes
	for _, a := range people {
		g, ok := a.GrantFor(owner)
		switch {
		case !ok || a.DisabledAt != nil:
		case g.Role == auth.Manager:
			m.Managers = append(m.Managers, a.Email)
		case g.Substitute:
			m.Substitutes = append(m.Substitutes, a.Email)
		}
	}
	if owner.Kommune != "" {
		k, err := s.KommuneByNumber(ctx, owner.Kommune)
		if err != nil {
			return m, err
		}
		if k.Contact.Confirmed {
			m.Postmottak = k.Contact.Email
		}
	}
	return m, nil
}
