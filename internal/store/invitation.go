package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

const invitationLife = "14 days"

// Invitation lets an address in when it signs in for the first time.
type Invitation struct {
	ID        int64
	Email     string
	Grant     auth.Grant // what it will have
	InvitedBy int64      // account; 0: an operator
	CreatedAt time.Time
	ExpiresAt time.Time
}

type invitationRow struct {
	Grant     grantRow `gorm:"embedded"`
	Email     string
	InvitedBy *int64
	CreatedAt time.Time
	ExpiresAt time.Time
}

func (r invitationRow) invitation() Invitation {
	i := Invitation{ID: r.Grant.ID, Email: r.Email, Grant: r.Grant.grant(), CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC()}
	i.Grant.ID = 0
	if r.InvitedBy != nil {
		i.InvitedBy = *r.InvitedBy
	}
	return i
}

func invitations(tx *gorm.DB, where string, args ...any) ([]Invitation, error) {
	return scan(tx.Raw(`SELECT id, email, role, kommune_number, organization_id, coverage_national, coverage_fylker, coverage_kommuner,
			invited_by, created_at, expires_at
		FROM invitations WHERE used_at IS NULL AND expires_at > now() AND (`+where+`) ORDER BY id`, args...), invitationRow.invitation)
}

// Invite lets the address in with the grant, and sends the mail that notice makes to it,
// told whether it is in already. An address that has an account is in at once; another
// when it signs in within 14 days, provided that the actor may still let people in by
// then. Inviting again replaces what was not used. The actor has to be allowed auth.Admit
// for the owner. It returns a directory.Invalid for an address that is none, ErrConflict
// for one that is in.
func (s *Store) Invite(ctx context.Context, actor auth.Actor, email string, g auth.Grant, notice func(in bool) Mail) (in bool, err error) {
	email, err = cleanEmail(email)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		if g.Owner == (auth.Owner{}) {
			return auth.ErrForbidden // national editors are named, not invited
		}
		if err := auth.Can(actor, auth.Admit, auth.Thing{Owner: g.Owner}); err != nil {
			return err
		}
		if g.Role != auth.Manager && g.Role != auth.Contributor {
			return directory.Invalid{"role": directory.MsgUnknown}
		}
		if c := g.Coverage; g.Owner.Organization != 0 && !c.National && len(c.Fylker) == 0 && len(c.Kommuner) == 0 {
			return directory.Invalid{"coverage": directory.MsgRequired}
		}
		a, err := one(accounts(tx.Where("email = ?", email)))
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if a.has(g.Owner) {
			return ErrConflict
		}
		if in = a.ID != 0 && a.DisabledAt == nil; in {
			err = setGrant(tx, actor, a.ID, g)
		} else {
			err = storeInvitation(tx, actor, email, g)
		}
		if err != nil {
			return err
		}
		m := notice(in)
		m.To = email
		return queueMail(tx, "", m, time.Time{})
	})
	if err != nil {
		return false, fmt.Errorf("invite to %v: %w", g.Owner, err)
	}
	return in, nil
}

func storeInvitation(tx *gorm.DB, actor auth.Actor, email string, g auth.Grant) error {
	var inviter *int64
	if actor.Kind == auth.Account {
		inviter = &actor.ID
	}
	r := newGrantRow(g)
	var id int64
	err := tx.Raw(`INSERT INTO invitations (email, role, kommune_number, organization_id, coverage_national, coverage_fylker, coverage_kommuner, invited_by, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, now() + ?::interval)
		ON CONFLICT (email, kommune_number, organization_id) WHERE used_at IS NULL DO UPDATE SET role = excluded.role,
			coverage_national = excluded.coverage_national, coverage_fylker = excluded.coverage_fylker, coverage_kommuner = excluded.coverage_kommuner,
			invited_by = excluded.invited_by, created_at = now(), expires_at = excluded.expires_at
		RETURNING id`,
		email, r.Role, r.KommuneNumber, r.OrganizationID, r.CoverageNational, r.CoverageFylker, r.CoverageKommuner, inviter, invitationLife).Scan(&id).Error
	if err != nil {
		return withDetail(err)
	}
	return record(tx, actor, "invited", map[string]any{
		"invitation": id, "role": g.Role, "kommune": g.Owner.Kommune, "organization": g.Owner.Organization,
	})
}

// Invitations returns whom the owner's people have invited and who has not come yet. The
// actor has to be allowed auth.Admit for the owner.
func (s *Store) Invitations(ctx context.Context, actor auth.Actor, owner auth.Owner) ([]Invitation, error) {
	err := auth.Can(actor, auth.Admit, auth.Thing{Owner: owner})
	if err != nil {
		return nil, fmt.Errorf("invitations to %v: %w", owner, err)
	}
	found, err := invitations(s.db.WithContext(ctx), "kommune_number = ? OR organization_id = ?", optional(owner.Kommune), nilIfZero(owner.Organization))
	if err != nil {
		return nil, fmt.Errorf("invitations to %v: %w", owner, err)
	}
	return found, nil
}

// Uninvite takes an invitation back that was not used, and returns it. The actor has to be
// allowed auth.Admit for the owner of the stored one. It returns ErrNotFound when there is
// no such invitation, or no more.
func (s *Store) Uninvite(ctx context.Context, actor auth.Actor, id int64) (Invitation, error) {
	var i Invitation
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		if i, err = one(invitations(tx, "id = ?", id)); err != nil {
			return err
		}
		if err := auth.Can(actor, auth.Admit, auth.Thing{Owner: i.Grant.Owner}); err != nil {
			return err
		}
		result := tx.Exec("DELETE FROM invitations WHERE id = ? AND used_at IS NULL", id)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return ErrNotFound
		}
		return record(tx, actor, "invitation_withdrawn", map[string]any{"invitation": id})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("take invitation %d back: %w", id, err)
	}
	return i, nil
}

// invitationsTo returns the invitations of the address that hold: whoever made one may
// still let people in.
func invitationsTo(tx *gorm.DB, email string) ([]Invitation, error) {
	all, err := invitations(tx, "email = ?", email)
	if err != nil {
		return nil, err
	}
	var hold []Invitation
	for _, i := range all {
		if i.InvitedBy != 0 {
			by, err := one(accounts(tx.Where("id = ?", i.InvitedBy)))
			if err != nil {
				return nil, err
			}
			if by.DisabledAt != nil || auth.Can(by.Actor(), auth.Admit, auth.Thing{Owner: i.Grant.Owner}) != nil {
				continue
			}
		}
		hold = append(hold, i)
	}
	return hold, nil
}

// acceptInvitations gives the account what its address was invited to. What it has
// already stays as it is.
func acceptInvitations(tx *gorm.DB, a Account) error {
	hold, err := invitationsTo(tx, a.Email)
	if err != nil {
		return err
	}
	for _, i := range hold {
		by := auth.Actor{Kind: auth.Operator}
		if i.InvitedBy != 0 {
			by = auth.Actor{Kind: auth.Account, ID: i.InvitedBy}
		}
		if !a.has(i.Grant.Owner) {
			if err := setGrant(tx, by, a.ID, i.Grant); err != nil {
				return err
			}
		}
		if err := tx.Exec("UPDATE invitations SET used_at = now() WHERE id = ?", i.ID).Error; err != nil {
			return err
		}
	}
	return nil
}

// cleanEmail returns the address as it is stored, or a directory.Invalid.
func cleanEmail(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if len(email) > 254 { // RFC 5321 has no longer ones
		return "", directory.Invalid{"email": directory.MsgFormat}
	}
	return email, directory.ValidateEmail(email)
}
