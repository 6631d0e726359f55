package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// ErrLastManager is returned when nobody would be left who can let people in.
var ErrLastManager = errors.New("the last manager stays")

// Account is a person who may sign in.
type Account struct {
	ID         int64
	UUID       uuid.UUID // the user handle of the person's passkeys
	Email      string    // lower case, unique
	Name       string    // may be empty
	National   bool      // a national editor, who may change everything
	CreatedAt  time.Time
	SignedInAt *time.Time // when last
	DisabledAt *time.Time // set: may not sign in
	Grants     []auth.Grant
}

// Actor returns the account as the one who makes a change.
func (a Account) Actor() auth.Actor {
	return auth.Actor{Kind: auth.Account, ID: a.ID, Name: a.Called(), Grants: a.Grants, National: a.National}
}

// Called returns the name, or the address of one who has given none.
func (a Account) Called() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Email
}

// AccountByID returns the account with its grants, also a disabled one, or ErrNotFound.
func (s *Store) AccountByID(ctx context.Context, id int64) (Account, error) {
	a, err := s.account(ctx, "id = ?", id)
	if err != nil {
		return Account{}, fmt.Errorf("account %d: %w", id, err)
	}
	return a, nil
}

// AccountByEmail returns the account with its grants, also a disabled one, or ErrNotFound.
// Upper case in the address makes no difference. Errors do not name the address.
func (s *Store) AccountByEmail(ctx context.Context, email string) (Account, error) {
	a, err := s.account(ctx, "email = ?", strings.ToLower(email))
	if err != nil {
		return Account{}, fmt.Errorf("account by address: %w", err)
	}
	return a, nil
}

func (s *Store) account(ctx context.Context, where string, args ...any) (Account, error) {
	var found Account
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = one(accounts(tx.Where(where, args...)))
		return err
	})
	return found, err
}

// AccountsOf returns the accounts that have a grant for the owner, by id. For the zero
// owner these are the national editors. Disabled ones are left out.
func (s *Store) AccountsOf(ctx context.Context, owner auth.Owner) ([]Account, error) {
	var found []Account
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = accountsOf(tx, owner)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("accounts of %v: %w", owner, err)
	}
	return found, nil
}

func accountsOf(tx *gorm.DB, owner auth.Owner) ([]Account, error) {
	if owner == (auth.Owner{}) {
		return accounts(tx.Where("national_editor AND disabled_at IS NULL"))
	}
	return accounts(tx.Where("disabled_at IS NULL AND id IN (SELECT account_id FROM grants WHERE kommune_number = ? OR organization_id = ?)",
		optional(owner.Kommune), nilIfZero(owner.Organization)))
}

// AllAccounts returns every account, also disabled ones, by id.
func (s *Store) AllAccounts(ctx context.Context) ([]Account, error) {
	var found []Account
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = accounts(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return found, nil
}

// CreateAccount stores a new account without grants and returns it as stored. It returns
// a directory.Invalid for an address that is none, ErrConflict when the address has an
// account. Whoever has signed in with an address may have one made: who may is the
// caller's question, and an account without a grant may do nothing.
func (s *Store) CreateAccount(ctx context.Context, actor auth.Actor, email, name string) (Account, error) {
	var created Account
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		created, err = createAccount(tx, actor, email, name)
		return err
	})
	if err != nil {
		return Account{}, fmt.Errorf("create account: %w", err)
	}
	return created, nil
}

func createAccount(tx *gorm.DB, actor auth.Actor, email, name string) (Account, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if err := directory.ValidateEmail(email); err != nil {
		return Account{}, err
	}
	row := accountRow{UUID: uuid.New(), Email: email, Name: strings.TrimSpace(directory.Seen(name))}
	err := tx.Select("UUID", "Email", "Name").Create(&row).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return Account{}, ErrConflict
	} else if err != nil {
		return Account{}, err
	}
	if err := record(tx, actor, "account_created", map[string]any{"account": row.ID}); err != nil {
		return Account{}, err
	}
	return one(accounts(tx.Where("id = ?", row.ID)))
}

// RenameAccount gives the account another name. It asks nobody: people name themselves.
func (s *Store) RenameAccount(ctx context.Context, actor auth.Actor, id int64, name string) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("UPDATE accounts SET name = ? WHERE id = ?", strings.TrimSpace(directory.Seen(name)), id).Error; err != nil {
			return err
		}
		return record(tx, actor, "account_renamed", map[string]any{"account": id}) // not as what: events stay
	})
	if err != nil {
		return fmt.Errorf("rename account %d: %w", id, err)
	}
	return nil
}

// SetGrant gives the account the grant, or changes the one that it has for the same
// owner. The actor has to be allowed auth.Admit for the owner. It returns ErrLastManager
// when the owner's last manager would become a contributor.
func (s *Store) SetGrant(ctx context.Context, actor auth.Actor, account int64, g auth.Grant) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Admit, auth.Thing{Owner: g.Owner}); err != nil {
			return err
		}
		return setGrant(tx, actor, account, g)
	})
	if err != nil {
		return fmt.Errorf("grant of account %d: %w", account, err)
	}
	return nil
}

func setGrant(tx *gorm.DB, actor auth.Actor, account int64, g auth.Grant) error {
	before, err := lockManagers(tx, g.Owner)
	if err != nil {
		return err
	}
	row := newGrantRow(g)
	row.ID, row.AccountID, row.GrantedBy = 0, account, actor.String()
	err = tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "account_id"}, {Name: "kommune_number"}, {Name: "organization_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"role", "coverage_national", "coverage_fylker", "coverage_kommuner", "substitute", "granted_by"}),
	}).Omit("ID", "GrantedAt").Create(&row).Error
	if err != nil {
		return withDetail(err)
	}
	if err := managerLeft(tx, g.Owner, before); err != nil {
		return err
	}
	if err := acceptEntry(tx, actor, account, g.Owner); err != nil {
		return err
	}
	return record(tx, actor, "grant_given", map[string]any{
		"account": account, "role": g.Role, "kommune": g.Owner.Kommune, "organization": g.Owner.Organization,
	})
}

// RemoveGrant takes the account's grant for the owner back and ends the account's
// sessions. The actor has to be allowed auth.Admit for the owner. It returns ErrNotFound
// when the account has none, ErrLastManager when it is that of the owner's last manager
// and colleagues would be left without one.
func (s *Store) RemoveGrant(ctx context.Context, actor auth.Actor, account int64, owner auth.Owner) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Admit, auth.Thing{Owner: owner}); err != nil {
			return err
		}
		before, err := lockManagers(tx, owner)
		if err != nil {
			return err
		}
		result := tx.Exec("DELETE FROM grants WHERE account_id = ? AND (kommune_number = ? OR organization_id = ?)",
			account, optional(owner.Kommune), nilIfZero(owner.Organization))
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return ErrNotFound
		}
		if err := managerLeft(tx, owner, before); err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM sessions WHERE account_id = ?", account).Error; err != nil {
			return err
		}
		// Else an address of the kommune would be let in again by itself.
		if err := refuseEntry(tx, actor, account, owner); err != nil {
			return err
		}
		return record(tx, actor, "grant_removed", map[string]any{
			"account": account, "kommune": owner.Kommune, "organization": owner.Organization,
		})
	})
	if err != nil {
		return fmt.Errorf("remove grant of account %d: %w", account, err)
	}
	return nil
}

// lockManagers returns how many managers the owner has who can sign in, and keeps two
// from removing each other at the same time.
func lockManagers(tx *gorm.DB, owner auth.Owner) (int, error) {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", fmt.Sprintf("grants of %v", owner)).Error; err != nil {
		return 0, err
	}
	return countManagers(tx, owner)
}

func countManagers(tx *gorm.DB, owner auth.Owner) (int, error) {
	all, err := accountsOf(tx, owner)
	managers := 0
	for _, a := range all {
		if owner == (auth.Owner{}) || auth.Can(auth.Actor{Kind: auth.Account, Grants: a.Grants}, auth.Admit, auth.Thing{Owner: owner}) == nil {
			managers++
		}
	}
	return managers, err
}

// managerLeft returns ErrLastManager when the owner had managers before, and has none now.
func managerLeft(tx *gorm.DB, owner auth.Owner, before int) error {
	now, err := countManagers(tx, owner)
	if err == nil && before > 0 && now == 0 {
		return ErrLastManager
	}
	return err
}

// SetNational makes the account a national editor, or one no more. It returns
// ErrLastManager when no national editor would be left.
func (s *Store) SetNational(ctx context.Context, actor auth.Actor, account int64, national bool) error {
	return s.changeAccount(ctx, actor, account, "national_changed", map[string]any{"account": account, "national": national},
		"UPDATE accounts SET national_editor = ? WHERE id = ?", national, account)
}

// DisableAccount keeps the account from signing in, ends its sessions, and can be undone
// with disabled false. Who is alone in managing a kommune or an organization can be
// disabled by national editors, who can let others in. It returns ErrLastManager when no
// national editor would be left.
func (s *Store) DisableAccount(ctx context.Context, actor auth.Actor, account int64, disabled bool) error {
	return s.changeAccount(ctx, actor, account, "account_disabled", map[string]any{"account": account, "disabled": disabled},
		"UPDATE accounts SET disabled_at = CASE WHEN ? THEN now() END WHERE id = ?", disabled, account)
}

func (s *Store) changeAccount(ctx context.Context, actor auth.Actor, account int64, what string, detail map[string]any, sql string, args ...any) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		before, err := lockManagers(tx, auth.Owner{})
		if err != nil {
			return err
		}
		result := tx.Exec(sql, args...)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return ErrNotFound
		}
		if err := managerLeft(tx, auth.Owner{}, before); err != nil {
			return err
		}
		// Rights and sessions go together: a session that lives on would keep old rights.
		if err := tx.Exec("DELETE FROM sessions WHERE account_id = ?", account).Error; err != nil {
			return err
		}
		return record(tx, actor, what, detail)
	})
	if err != nil {
		return fmt.Errorf("change account %d: %w", account, err)
	}
	return nil
}

// accounts returns the accounts that the query finds, by id, with their grants.
func accounts(query *gorm.DB) ([]Account, error) {
	var rows []accountRow
	if err := query.Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	ids := make(idArray, len(rows))
	found := make([]Account, len(rows))
	at := make(map[int64]int, len(rows))
	for i, r := range rows {
		ids[i], found[i], at[r.ID] = r.ID, r.account(), i
	}
	tx := query.Session(&gorm.Session{NewDB: true})
	var grants []grantRow
	if err := tx.Where("account_id = ANY(?)", ids).Order("id").Find(&grants).Error; err != nil {
		return nil, err
	}
	for _, g := range grants {
		a := &found[at[g.AccountID]]
		a.Grants = append(a.Grants, g.grant())
	}
	return found, nil
}

// nilIfZero is an id as a parameter that may be null.
func nilIfZero(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
