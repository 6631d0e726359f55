package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Method says how somebody signed in.
type Method string

const (
	ByCode    Method = "kode" // a one-time code by mail
	ByOIDC    Method = "oidc"
	ByPasskey Method = "passkey"
	ByLink    Method = "lenke" // a link that an operator made
)

// How long a session lasts, and what was shown in it. The database's clock decides: one clock
// for all nodes.
const (
	sessionLife = "12 hours"
	sessionIdle = "2 hours"
	// confirmLife is for how long somebody who showed who they are may change what they sign
	// in with, before they have to show it again.
	confirmLife = 15 * time.Minute
	// seenEvery keeps each request of a session from writing.
	seenEvery = "1 minute"
)

// Session is one browser that an account is signed in with.
type Session struct {
	ID           int64
	Account      Account
	Method       Method
	SecondFactor bool   // shown by a passkey, an app, or an OIDC sign-in of a high level
	Device       string // what the browser calls itself, shortened
	CreatedAt    time.Time
	SeenAt       time.Time
	ExpiresAt    time.Time
	// Recent is set when the person showed who they are within the last quarter of an hour,
	// by signing in or by the second factor.
	Recent bool
}

type sessionRow struct {
	ID            int64
	Hash          []byte
	AccountID     int64
	Method        string
	SecondFactor  bool
	Device        string
	CreatedAt     time.Time
	SeenAt        time.Time
	ExpiresAt     time.Time
	IdleExpiresAt time.Time
	ConfirmedAt   time.Time
}

func (sessionRow) TableName() string { return "sessions" }

func (r sessionRow) row() sessionRow { return r }

func (r sessionRow) session(a Account, now time.Time) Session {
	return Session{r.ID, a, Method(r.Method), r.SecondFactor, r.Device, r.CreatedAt.UTC(), r.SeenAt.UTC(), r.ExpiresAt.UTC(), r.recent(now)}
}

func (r sessionRow) recent(now time.Time) bool { return now.Sub(r.ConfirmedAt) < confirmLife }

// NewSecret returns 26 characters that nobody can guess, for cookies, links and tokens.
func NewSecret() string { return rand.Text() }

// hashOf is what is stored of a secret. The secrets are random, so a plain hash will do.
func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// StartSession signs the account in and returns the secret for the browser's cookie. It
// returns auth.ErrForbidden for an account that is disabled.
func (s *Store) StartSession(ctx context.Context, account int64, method Method, secondFactor bool, device string) (string, error) {
	secret := NewSecret()
	err := s.write(ctx, func(tx *gorm.DB) error {
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		result := tx.Exec("UPDATE accounts SET signed_in_at = now() WHERE id = ? AND disabled_at IS NULL", account)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return auth.ErrForbidden
		}
		// GORM spreads bytes that stand first in parentheses over several parameters.
		err = tx.Exec(`INSERT INTO sessions (account_id, hash, method, second_factor, device, confirmed_at, expires_at, idle_expires_at)
			VALUES (?, ?, ?, ?, ?, ?, now() + ?::interval, now() + ?::interval)`,
			account, hashOf(secret), string(method), secondFactor, shortened(directory.Seen(device), 200), now, sessionLife, sessionIdle).Error
		if err != nil {
			return err
		}
		return record(tx, auth.Actor{Kind: auth.Account, ID: account}, "signed_in", map[string]any{"method": method, "second_factor": secondFactor})
	})
	if err != nil {
		return "", fmt.Errorf("start session of account %d: %w", account, err)
	}
	return secret, nil
}

// SessionBySecret returns the session of the cookie's secret, with the account as it is
// now, and keeps it from running idle. It returns ErrNotFound when there is none, when it
// has run out, and when the account is disabled.
func (s *Store) SessionBySecret(ctx context.Context, secret string) (Session, error) {
	var found Session
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := one(list(tx.Where("hash = ? AND expires_at > now() AND idle_expires_at > now()", hashOf(secret)),
			sessionRow.row))
		if err != nil {
			return err
		}
		now, err := s.clock(tx)
		if err != nil {
			return err
		}
		a, err := one(accounts(tx.Where("id = ? AND disabled_at IS NULL", row.AccountID)))
		found = row.session(a, now)
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("session: %w", err)
	}
	if alone(ctx) {
		return found, nil
	}
	// Its failing is no reason to sign anybody out: the database may be read-only just now.
	_ = s.db.WithContext(ctx).Exec(`UPDATE sessions SET seen_at = now(), idle_expires_at = now() + ?::interval
		WHERE id = ? AND seen_at < now() - ?::interval`, sessionIdle, found.ID, seenEvery).Error
	return found, nil
}

// PassSecondFactor notes that the session's person has shown a second factor, and returns
// a new secret for the cookie: one that was known before must not gain by it.
func (s *Store) PassSecondFactor(ctx context.Context, session int64) (string, error) {
	var secret string
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		secret, err = s.passSecondFactor(tx, session)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("second factor of session %d: %w", session, err)
	}
	return secret, nil
}

func (s *Store) passSecondFactor(tx *gorm.DB, session int64) (string, error) {
	now, err := s.clock(tx)
	if err != nil {
		return "", err
	}
	secret := NewSecret()
	var account int64
	err = tx.Raw("UPDATE sessions SET second_factor = true, confirmed_at = ?, hash = ? WHERE id = ? RETURNING account_id", now, hashOf(secret), session).Scan(&account).Error
	if err == nil && account == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return secret, record(tx, auth.Actor{Kind: auth.Account, ID: account}, "second_factor_shown", map[string]any{"account": account})
}

// Sessions returns where the account is signed in, the latest seen first.
func (s *Store) Sessions(ctx context.Context, a Account) ([]Session, error) {
	var rows []sessionRow
	now, err := s.clock(s.db.WithContext(ctx))
	if err == nil {
		err = s.db.WithContext(ctx).Where("account_id = ? AND expires_at > now() AND idle_expires_at > now()", a.ID).
			Order("seen_at DESC, id DESC").Find(&rows).Error
	}
	if err != nil {
		return nil, fmt.Errorf("sessions of account %d: %w", a.ID, err)
	}
	found := make([]Session, len(rows))
	for i, r := range rows {
		found[i] = r.session(a, now)
	}
	return found, nil
}

// EndSession signs the account out of one browser. It is no error when it was not in.
func (s *Store) EndSession(ctx context.Context, account, session int64) error {
	if err := s.endSessions(ctx, account, "id = ?", session); err != nil {
		return fmt.Errorf("end session %d: %w", session, err)
	}
	return nil
}

// EndOtherSessions signs the account out everywhere but in one browser.
func (s *Store) EndOtherSessions(ctx context.Context, account, keep int64) error {
	if err := s.endSessions(ctx, account, "id <> ?", keep); err != nil {
		return fmt.Errorf("end other sessions of account %d: %w", account, err)
	}
	return nil
}

// EndSessions signs the account out everywhere. The actor has to be allowed auth.Curate. It
// returns ErrNotFound when there is no such account.
func (s *Store) EndSessions(ctx context.Context, actor auth.Actor, account int64) error {
	return s.changeAccount(ctx, actor, account, "signed_out", map[string]any{"account": account}, "UPDATE accounts SET email = email WHERE id = ?", account)
}

// endSessions ends those of the account's sessions that the condition is true of.
func (s *Store) endSessions(ctx context.Context, account int64, condition string, args ...any) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		result := tx.Exec("DELETE FROM sessions WHERE account_id = ? AND "+condition, append([]any{account}, args...)...)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return record(tx, auth.Actor{Kind: auth.Account, ID: account}, "session_ended", map[string]any{"browsers": result.RowsAffected})
	})
}

// shortened returns at most n characters of s, and only whole ones.
func shortened(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
