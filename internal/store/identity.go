package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

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

// AccountByIdentity returns the account of the provider's subject, with its grants, and
// notes that it was used. It returns ErrNotFound when there is none.
func (s *Store) AccountByIdentity(ctx context.Context, issuer, subject string) (Account, error) {
	var found Account
	err := s.write(ctx, func(tx *gorm.DB) error {
		var ids []int64
		err := tx.Raw("UPDATE identities SET used_at = now() WHERE issuer = ? AND subject = ? RETURNING account_id", issuer, subject).Scan(&ids).Error
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return ErrNotFound
		}
		found, err = one(accounts(tx.Where("id = ?", ids[0])))
		return err
	})
	if err != nil {
		return Account{}, fmt.Errorf("account by identity: %w", err)
	}
	return found, nil
}

// LinkIdentity makes the provider's subject the account's. It returns ErrConflict when it
// is another account's, and is content when it is this one's already.
func (s *Store) LinkIdentity(ctx context.Context, account Account, issuer, subject string) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
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
	})
	if err != nil {
		return fmt.Errorf("link identity to account %d: %w", account.ID, err)
	}
	return nil
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
// ErrNotFound.
func (s *Store) KommuneByOrgNumber(ctx context.Context, orgNumber string) (region.Number, error) {
	var found []string
	err := s.db.WithContext(ctx).Raw("SELECT number FROM kommuner WHERE org_number = ?", orgNumber).Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("kommune of organization number %q: %w", orgNumber, err)
	}
	return region.Number(found[0]), nil
}
