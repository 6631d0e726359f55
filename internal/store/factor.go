package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

var (
	// ErrWrongCode is returned for a code that does not hold.
	ErrWrongCode = errors.New("wrong code")
	// ErrTooManyCodes is returned when a session ended because of wrong codes.
	ErrTooManyCodes = errors.New("too many wrong codes")
	// ErrLastFactor is returned when nothing would be left to show beside a mailed code.
	ErrLastFactor = errors.New("the last second factor stays")
)

// WaitError is returned for a code that was not looked at, since wrong ones came before.
type WaitError struct {
	Until time.Time     // by the database's clock
	For   time.Duration // from now on
}

func (e WaitError) Error() string { return "no codes until " + e.Until.Format(time.RFC3339) }

const (
	// sessionTries is how many wrong codes end a session, and after how many in a row the
	// account has to wait: a minute, then twice as long for each, up to maxWait.
	sessionTries  = 5
	maxWait       = time.Hour
	recoveryCodes = 8
)

// Factors is what an account can show beside a mailed code.
type Factors struct {
	Passkeys      []Passkey // oldest first
	App           *App      // nil: none
	RecoveryCodes int       // how many are left
}

// Any reports whether there is one. Recovery codes alone are none.
func (f Factors) Any() bool { return len(f.Passkeys) > 0 || f.App != nil }

// Passkey is a key pair whose secret half is on a device of the account's person.
type Passkey struct {
	ID           int64
	CredentialID []byte
	Credential   json.RawMessage // as the WebAuthn library writes it
	Name         string          // that the person gave it
	CreatedAt    time.Time
	UsedAt       *time.Time
}

type passkeyRow struct {
	ID           int64
	AccountID    int64
	CredentialID []byte
	Credential   string
	Name         string
	CreatedAt    time.Time
	UsedAt       *time.Time
}

func (passkeyRow) TableName() string { return "passkeys" }

func (r passkeyRow) passkey() Passkey {
	return Passkey{r.ID, r.CredentialID, json.RawMessage(r.Credential), r.Name, r.CreatedAt.UTC(), inUTC(r.UsedAt)}
}

// App is an authenticator app.
type App struct {
	CreatedAt time.Time
	UsedAt    *time.Time
}

type appRow struct {
	AccountID int64 `gorm:"primaryKey"`
	Secret    string
	LastStep  int64
	CreatedAt time.Time
	UsedAt    *time.Time
}

func (appRow) TableName() string { return "apps" }

func (r appRow) app() appRow { return r }

// Factors returns what the account can show.
func (s *Store) Factors(ctx context.Context, account int64) (Factors, error) {
	var found Factors
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = factors(tx, account)
		return err
	})
	if err != nil {
		return Factors{}, fmt.Errorf("factors of account %d: %w", account, err)
	}
	return found, nil
}

func factors(tx *gorm.DB, account int64) (Factors, error) {
	var found Factors
	var err error
	if found.Passkeys, err = list(tx.Where("account_id = ?", account).Order("id"), passkeyRow.passkey); err != nil {
		return Factors{}, err
	}
	apps, err := list(tx.Where("account_id = ?", account), appRow.app)
	if err != nil {
		return Factors{}, err
	}
	if len(apps) > 0 {
		found.App = &App{apps[0].CreatedAt.UTC(), inUTC(apps[0].UsedAt)}
	}
	err = tx.Raw("SELECT count(*) FROM recovery_codes WHERE account_id = ?", account).Scan(&found.RecoveryCodes).Error
	return found, err
}

// changeFactors runs fn on the factors of the session's account, with nobody else changing
// them. It returns auth.ErrForbidden for a session without the second factor of an account
// that has one: who has only read somebody's mail must not add a key, nor take one away.
// So it does for one whose person has not shown who they are of late: who comes by a
// browser that was left open, or by its cookie, must not either.
func (s *Store) changeFactors(ctx context.Context, session Session, fn func(tx *gorm.DB, has Factors) error) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT FROM accounts WHERE id = ? FOR UPDATE", session.Account.ID).Error; err != nil {
			return err
		}
		has, err := factors(tx, session.Account.ID)
		if err != nil {
			return err
		}
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		stored, err := one(list(tx.Where("id = ? AND account_id = ?", session.ID, session.Account.ID), sessionRow.row))
		if errors.Is(err, ErrNotFound) || err == nil && (has.Any() && !stored.SecondFactor || !stored.recent(now)) {
			return auth.ErrForbidden
		}
		if err != nil {
			return err
		}
		return fn(tx, has)
	})
	if err != nil {
		return fmt.Errorf("factors of account %d: %w", session.Account.ID, err)
	}
	return nil
}

// AddPasskey keeps a passkey of the session's account, and returns the session's new
// secret: making one is showing one. It returns auth.ErrForbidden as said at the
// session's second factor, ErrConflict when the passkey is somebody's already.
func (s *Store) AddPasskey(ctx context.Context, session Session, p Passkey) (string, error) {
	var secret string
	err := s.changeFactors(ctx, session, func(tx *gorm.DB, _ Factors) (err error) {
		err = tx.Exec("INSERT INTO passkeys (account_id, credential_id, credential, name) VALUES (?, ?, ?, ?)",
			session.Account.ID, p.CredentialID, string(p.Credential), p.Name).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return ErrConflict
		}
		if err != nil {
			return err
		}
		if err := record(tx, session.Account.Actor(), "passkey_added", map[string]any{"account": session.Account.ID}); err != nil {
			return err
		}
		secret, err = s.passSecondFactor(tx, session.ID)
		return err
	})
	return secret, err
}

// AddApp keeps the secret of an authenticator app of the session's account when the code
// is one of it, and returns the session's new secret. An app that the account had is no
// more. It returns ErrWrongCode, and auth.ErrForbidden as AddPasskey does.
func (s *Store) AddApp(ctx context.Context, session Session, appSecret, code string) (string, error) {
	now, err := s.clock(s.db.WithContext(ctx))
	if err != nil {
		return "", err
	}
	step, ok := auth.AppStep(appSecret, code, now, 0)
	if !ok {
		return "", ErrWrongCode
	}
	var secret string
	err = s.changeFactors(ctx, session, func(tx *gorm.DB, _ Factors) (err error) {
		err = tx.Exec(`INSERT INTO apps (account_id, secret, last_step) VALUES (?, ?, ?)
			ON CONFLICT (account_id) DO UPDATE SET secret = EXCLUDED.secret, last_step = EXCLUDED.last_step, created_at = now(), used_at = NULL`,
			session.Account.ID, appSecret, step).Error
		if err != nil {
			return err
		}
		if err := record(tx, session.Account.Actor(), "app_added", map[string]any{"account": session.Account.ID}); err != nil {
			return err
		}
		secret, err = s.passSecondFactor(tx, session.ID)
		return err
	})
	return secret, err
}

// RemovePasskey takes a passkey from the session's account. With keepOne it returns
// ErrLastFactor when it is all that the account has; it returns ErrNotFound when it is not
// the account's, and auth.ErrForbidden as AddPasskey does.
func (s *Store) RemovePasskey(ctx context.Context, session Session, id int64, keepOne bool) error {
	return s.changeFactors(ctx, session, func(tx *gorm.DB, has Factors) error {
		result := tx.Exec("DELETE FROM passkeys WHERE id = ? AND account_id = ?", id, session.Account.ID)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return ErrNotFound
		}
		return factorRemoved(tx, session, keepOne, "passkey_removed")
	})
}

// RemoveApp takes the authenticator app from the session's account, as RemovePasskey does
// a passkey.
func (s *Store) RemoveApp(ctx context.Context, session Session, keepOne bool) error {
	return s.changeFactors(ctx, session, func(tx *gorm.DB, has Factors) error {
		if has.App == nil {
			return ErrNotFound
		}
		if err := tx.Exec("DELETE FROM apps WHERE account_id = ?", session.Account.ID).Error; err != nil {
			return err
		}
		return factorRemoved(tx, session, keepOne, "app_removed")
	})
}

func factorRemoved(tx *gorm.DB, session Session, keepOne bool, what string) error {
	left, err := factors(tx, session.Account.ID)
	if err != nil {
		return err
	}
	if !left.Any() {
		if keepOne {
			return ErrLastFactor
		}
		// They stand in for a factor that is lost, not for one that was never there.
		if err := tx.Exec("DELETE FROM recovery_codes WHERE account_id = ?", session.Account.ID).Error; err != nil {
			return err
		}
	}
	return record(tx, session.Account.Actor(), what, map[string]any{"account": session.Account.ID})
}

// NewRecoveryCodes returns new codes for the session's account, which are kept nowhere
// else; those from before are worth nothing. It returns auth.ErrForbidden for an account
// without a factor, and as AddPasskey does.
func (s *Store) NewRecoveryCodes(ctx context.Context, session Session) ([]string, error) {
	var codes []string
	err := s.changeFactors(ctx, session, func(tx *gorm.DB, has Factors) error {
		if !has.Any() {
			return auth.ErrForbidden
		}
		if err := tx.Exec("DELETE FROM recovery_codes WHERE account_id = ?", session.Account.ID).Error; err != nil {
			return err
		}
		for range recoveryCodes {
			code := rand.Text() // 130 bits: a plain hash will do, and it can still be written down
			if err := tx.Exec("INSERT INTO recovery_codes (account_id, hash) VALUES (?, ?)", session.Account.ID, hashOf(code)).Error; err != nil {
				return err
			}
			codes = append(codes, inFours(code))
		}
		return record(tx, session.Account.Actor(), "recovery_codes_made", map[string]any{"account": session.Account.ID})
	})
	return codes, err
}

// PassWithCode notes that the session's person has shown a code of the app or a recovery
// code, and returns the session's new secret. Each code is taken once. It returns
// ErrWrongCode; ErrTooManyCodes when the session ended with it; a WaitError when the
// account has to wait; ErrNotFound when the session is gone.
func (s *Store) PassWithCode(ctx context.Context, session Session, code string) (string, error) {
	var secret string
	var refused error
	err := s.write(ctx, func(tx *gorm.DB) error {
		// One code at a time, however many are sent at once.
		if err := tx.Exec("SELECT FROM accounts WHERE id = ? FOR UPDATE", session.Account.ID).Error; err != nil {
			return err
		}
		if _, err := one(list(tx.Where("id = ? AND account_id = ?", session.ID, session.Account.ID), sessionRow.row)); err != nil {
			return err
		}
		until, tries, err := wrongCodes(tx, session.Account.ID)
		if err != nil {
			return err
		}
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		// One that is further ahead is from before the database's clock was set back.
		if until.After(now) && !until.After(now.Add(waitAfter(tries)+clockSlack)) {
			refused = WaitError{until, until.Sub(now)}
			return nil
		}
		ok, err := takeCode(tx, session.Account, code, now)
		if err != nil {
			return err
		}
		if !ok {
			refused, err = countWrongCode(tx, session, tries+1, now)
			return err
		}
		if err := tx.Exec("DELETE FROM wrong_codes WHERE account_id = ?", session.Account.ID).Error; err != nil {
			return err
		}
		secret, err = s.passSecondFactor(tx, session.ID)
		return err
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return "", fmt.Errorf("code of account %d: %w", session.Account.ID, err)
	}
	return secret, nil
}

// wrongCodes returns how many wrong codes the account has had in a row, and how long it
// has to wait because of them.
func wrongCodes(tx *gorm.DB, account int64) (until time.Time, tries int, err error) {
	var found []struct {
		Tries     int
		WaitUntil time.Time
	}
	err = tx.Raw("SELECT tries, wait_until FROM wrong_codes WHERE account_id = ?", account).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return time.Time{}, 0, err
	}
	return found[0].WaitUntil.UTC(), found[0].Tries, nil
}

// takeCode reports whether the code is one of the account's, and keeps it from being
// taken again.
func takeCode(tx *gorm.DB, a Account, code string, now time.Time) (bool, error) {
	apps, err := list(tx.Where("account_id = ?", a.ID), appRow.app)
	if err != nil {
		return false, err
	}
	if len(apps) > 0 {
		if step, ok := auth.AppStep(apps[0].Secret, code, now, apps[0].LastStep); ok {
			return true, tx.Exec("UPDATE apps SET last_step = ?, used_at = now() WHERE account_id = ?", step, a.ID).Error
		}
	}
	result := tx.Exec("DELETE FROM recovery_codes WHERE account_id = ? AND hash = ?", a.ID, hashOf(plainCode(code)))
	if result.Error != nil || result.RowsAffected == 0 {
		return false, result.Error
	}
	return true, record(tx, a.Actor(), "recovery_code_used", map[string]any{"account": a.ID})
}

// inFours is a recovery code as it is shown: "ABCD-EFGH-…".
func inFours(code string) string {
	var parts []string
	for part := range slices.Chunk([]byte(code), 4) {
		parts = append(parts, string(part))
	}
	return strings.Join(parts, "-")
}

// plainCode is a recovery code as it was made, however it was typed.
func plainCode(code string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
}

// waitAfter is how long the account has to wait after so many wrong codes in a row.
func waitAfter(tries int) time.Duration {
	if tries < sessionTries {
		return 0
	}
	return min(time.Minute<<min(tries-sessionTries, 10), maxWait)
}

// countWrongCode counts the account's wrong code, the tries-th in a row, and returns what
// to say of it.
func countWrongCode(tx *gorm.DB, session Session, tries int, now time.Time) (refused, err error) {
	err = tx.Exec(`INSERT INTO wrong_codes (account_id, tries, wait_until) VALUES (?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET tries = EXCLUDED.tries, wait_until = EXCLUDED.wait_until`, session.Account.ID, tries, now.Add(waitAfter(tries))).Error
	if err != nil {
		return nil, err
	}
	var here int
	err = tx.Raw("UPDATE sessions SET wrong_codes = wrong_codes + 1 WHERE id = ? RETURNING wrong_codes", session.ID).Scan(&here).Error
	if err != nil {
		return nil, err
	}
	if here < sessionTries {
		return ErrWrongCode, nil
	}
	if err := tx.Exec("DELETE FROM sessions WHERE id = ?", session.ID).Error; err != nil {
		return nil, err
	}
	return ErrTooManyCodes, record(tx, session.Account.Actor(), "too_many_codes", map[string]any{"account": session.Account.ID})
}

// UsePasskey notes that the passkey was used, with the credential as it is after that.
func (s *Store) UsePasskey(ctx context.Context, id int64, credential json.RawMessage) error {
	err := s.db.WithContext(ctx).Exec("UPDATE passkeys SET credential = ?, used_at = now() WHERE id = ?", string(credential), id).Error
	if err != nil {
		return fmt.Errorf("use passkey %d: %w", id, err)
	}
	return nil
}

// RecordPasskeyCopy notes that a passkey was refused because its counter went backwards:
// there may be a copy of it.
func (s *Store) RecordPasskeyCopy(ctx context.Context, account Account, passkey int64) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		return record(tx, account.Actor(), "passkey_refused", map[string]any{"account": account.ID, "passkey": passkey})
	})
}

// AccountByUUID returns the account whose passkeys carry the handle, with its grants, or
// ErrNotFound; also a disabled one.
func (s *Store) AccountByUUID(ctx context.Context, handle []byte) (Account, error) {
	if len(handle) != 16 {
		return Account{}, fmt.Errorf("account by handle: %w", ErrNotFound)
	}
	a, err := s.account(ctx, "uuid = ?::uuid", fmt.Sprintf("%x", handle))
	if err != nil {
		return Account{}, fmt.Errorf("account by handle: %w", err)
	}
	return a, nil
}
