package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Identity is who an account is with an OIDC provider.
type Identity struct {
	Issuer, Subject string
	CreatedAt       time.Time
	UsedAt          time.Time
}

type identityRow struct {
	Issuer, Subject string
	AccountID       int64
	CreatedAt       time.Time
	UsedAt          time.Time
}

func (identityRow) TableName() string { return "identities" }

func (r identityRow) identity() Identity {
	return Identity{r.Issuer, r.Subject, r.CreatedAt.UTC(), r.UsedAt.UTC()}
}

// EnterByIdentity returns the account of who has signed in at a provider, let in to the
// kommuner that it may act for there; see EnterKommune for notice. Somebody who comes for
// the first time is the account of the address, which is made if need be: the provider
// must have said that the address was proved, and it is empty if not. It returns
// ErrNotFound when the provider's subject is nobody here and there is no such address,
// auth.ErrForbidden when the account is disabled or nothing says that the person belongs
// here.
func (s *Store) EnterByIdentity(ctx context.Context, issuer, subject, provedEmail string, kommuner []region.Number, notice func(Entry) Mail) (Account, error) {
	var a Account
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		// Two browsers may come at once as the same person.
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", "identity "+issuer+" "+subject).Error; err != nil {
			return err
		}
		a, err = accountByIdentity(tx, issuer, subject)
		if errors.Is(err, ErrNotFound) && provedEmail != "" {
			if a, err = accountForEmail(tx, provedEmail, len(kommuner) > 0, notice); err == nil {
				err = linkIdentity(tx, a, issuer, subject)
			}
		}
		if err != nil {
			return err
		}
		if a.DisabledAt != nil {
			return auth.ErrForbidden
		}
		return enterKommuner(tx, &a, kommuner, notice)
	})
	if err != nil {
		return Account{}, fmt.Errorf("enter by identity: %w", err)
	}
	return a, nil
}

// accountByIdentity returns whose the provider's subject is, and notes that it was used.
func accountByIdentity(tx *gorm.DB, issuer, subject string) (Account, error) {
	var ids []int64
	err := tx.Raw("UPDATE identities SET used_at = now() WHERE issuer = ? AND subject = ? RETURNING account_id", issuer, subject).Scan(&ids).Error
	if err != nil {
		return Account{}, err
	}
	if len(ids) == 0 {
		return Account{}, ErrNotFound
	}
	return one(accounts(tx.Where("id = ?", ids[0])))
}

// accountForEmail returns the account of the proved address. One of somebody who belongs
// here for another reason is made whatever its domain is.
func accountForEmail(tx *gorm.DB, email string, belongs bool, notice func(Entry) Mail) (Account, error) {
	email, err := cleanEmail(email)
	if err != nil {
		return Account{}, ErrNotFound
	}
	if !belongs {
		return enter(tx, email, notice)
	}
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", "enter "+email).Error; err != nil {
		return Account{}, err
	}
	a, err := one(accounts(tx.Where("email = ?", email)))
	if errors.Is(err, ErrNotFound) {
		return createAccount(tx, signingIn, email, "")
	}
	return a, err
}

// enterKommuner lets the account in and reads it again. Who may do everything asks for
// nothing.
func enterKommuner(tx *gorm.DB, a *Account, kommuner []region.Number, notice func(Entry) Mail) (err error) {
	if a.National {
		return nil
	}
	for _, number := range kommuner {
		if _, err := enterKommune(tx, a.ID, number, notice); err != nil {
			return err
		}
	}
	*a, err = one(accounts(tx.Where("id = ?", a.ID)))
	return err
}

// LinkIdentity makes the provider's subject that of the session's account, and lets it in
// to the kommuner as EnterByIdentity does. It signs in from now on, and may count as a
// second factor, so it returns auth.ErrForbidden as AddPasskey does. It returns
// ErrConflict when the subject is another account's.
func (s *Store) LinkIdentity(ctx context.Context, session Session, issuer, subject string, kommuner []region.Number, notice func(Entry) Mail) error {
	return s.changeFactors(ctx, session, func(tx *gorm.DB, _ Factors) error {
		if err := linkIdentity(tx, session.Account, issuer, subject); err != nil {
			return err
		}
		a := session.Account
		return enterKommuner(tx, &a, kommuner, notice)
	})
}

// UnlinkIdentity takes what the issuer knows the session's account by away, so that it no
// longer signs in; a mailed code still does. It returns ErrNotFound when there is nothing,
// and auth.ErrForbidden as AddPasskey does.
func (s *Store) UnlinkIdentity(ctx context.Context, session Session, issuer string) error {
	return s.changeFactors(ctx, session, func(tx *gorm.DB, _ Factors) error {
		result := tx.Exec("DELETE FROM identities WHERE account_id = ? AND issuer = ?", session.Account.ID, issuer)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return ErrNotFound
		}
		return record(tx, session.Account.Actor(), "identity_unlinked", map[string]any{"account": session.Account.ID, "issuer": issuer})
	})
}

func linkIdentity(tx *gorm.DB, account Account, issuer, subject string) error {
	err := tx.Exec("INSERT INTO identities (issuer, subject, account_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", issuer, subject, account.ID).Error
	if err != nil {
		return err
	}
	var owner int64
	err = tx.Raw("SELECT account_id FROM identities WHERE issuer = ? AND subject = ?", issuer, subject).Scan(&owner).Error
	if err != nil {
		return err
	}
	if owner != account.ID {
		return ErrConflict
	}
	return record(tx, account.Actor(), "identity_linked", map[string]any{"account": account.ID, "issuer": issuer})
}

// Identities returns who the account is with OIDC providers, oldest first.
func (s *Store) Identities(ctx context.Context, account int64) ([]Identity, error) {
	found, err := list(s.db.WithContext(ctx).Where("account_id = ?", account).Order("created_at, issuer"), identityRow.identity)
	if err != nil {
		return nil, fmt.Errorf("identities of account %d: %w", account, err)
	}
	return found, nil
}

// KommuneByOrgNumber returns the number of the kommune with the organization number, or
// ErrNotFound. The number of a kommune that is no more leads to what has followed it.
func (s *Store) KommuneByOrgNumber(ctx context.Context, orgNumber string) (region.Number, error) {
	var found []string
	err := s.db.WithContext(ctx).Raw("SELECT number FROM ("+presentNumbers+") k WHERE org_number = ? AND number IS NOT NULL ORDER BY ended LIMIT 1", orgNumber).Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("kommune of organization number %q: %w", orgNumber, err)
	}
	return region.Number(found[0]), nil
}
