package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// Limits of codes. Six digits can be guessed: what keeps them safe is how few tries there
// are, for one code and for all codes of an address together.
const (
	codeLife     = 10 * time.Minute
	codeTries    = 5
	codesPerHour = 5
	codesPerDay  = 15
	// codesInAll is how many may be asked for in an hour, by everybody. Far more than all
	// kommuner need, and little enough for a mail server.
	codesInAll = 600

	loginLinkLife = "10 minutes"

	// browserLife is how long a browser that has signed in is known by it.
	browserLife = 180 * 24 * time.Hour
)

// TooSoon is the error for what was asked for too often.
type TooSoon struct {
	Wait time.Duration // until it may be asked for again
}

func (e TooSoon) Error() string { return fmt.Sprintf("too soon; wait %v", e.Wait) }

// CodeFlow is a sign-in under way in one browser.
type CodeFlow struct {
	Email     string
	ExpiresAt time.Time
	Left      int // tries
}

// StartCode begins a sign-in with the address and returns the secret for the browser's
// cookie. If the address may sign in, the mail that write makes of a code is queued to it;
// that it may not, nothing tells. Browser is what KnownBrowser gave it, or "": codes asked for
// where the address has signed in before are counted apart from those that strangers ask for.
// It returns a directory.Invalid for what is no address, and TooSoon.
func (s *Store) StartCode(ctx context.Context, email, browser string, write func(code string, expires time.Time) Mail) (string, error) {
	email, err := cleanEmail(email)
	if err != nil {
		return "", err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	key, err := s.limitKey(ctx)
	if err != nil {
		return "", fmt.Errorf("start code: %w", err)
	}
	known := knowsBrowser(key, email, browser, s.now())
	secret, code := NewSecret(), fmt.Sprintf("%06d", n)
	err = s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", "codes of "+email).Error; err != nil {
			return err
		}
		if err := countCodes(tx, email, known); err != nil {
			return err
		}
		may, err := mayEnter(tx, email)
		if err != nil {
			return err
		}
		var flow struct {
			ID        int64
			ExpiresAt time.Time
		}
		// GORM spreads bytes that stand first in parentheses over several parameters.
		err = tx.Raw(`INSERT INTO sign_in_codes (email, hash, code_hash, sent, known_browser, expires_at) VALUES (?, ?, ?, ?, ?, now() + ?::interval)
			RETURNING id, expires_at`, email, hashOf(secret), codeHash(secret, code), may, known, interval(codeLife)).Scan(&flow).Error
		if err != nil {
			return err
		}
		m := write(code, flow.ExpiresAt)
		m.To = email
		// Queued for everybody, and taken back for those who may not: it takes as long.
		err = tx.Transaction(func(tx *gorm.DB) error {
			if err := queueMail(tx, fmt.Sprintf("sign-in/%d", flow.ID), m, flow.ExpiresAt); err != nil {
				return err
			}
			if !may {
				return errTakeBack
			}
			return nil
		})
		if errors.Is(err, errTakeBack) {
			return nil
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("start code: %w", err)
	}
	return secret, nil
}

var errTakeBack = errors.New("take back")

// countCodes returns TooSoon when too many codes were asked for: for the address where it is
// known, or by strangers, for it or all together. What stands after a "+" in an address leads
// to the same inbox. A code from the time to come, from before the database's clock was set
// back, does not count until then.
func countCodes(tx *gorm.DB, email string, known bool) error {
	var wait float64 // seconds
	err := tx.Raw(`WITH lately AS (
			SELECT created_at, regexp_replace(email, '\+[^@]*@', '@') = regexp_replace(?, '\+[^@]*@', '@') AND known_browser = ? AS same,
				known_browser AS known FROM sign_in_codes
			WHERE created_at > now() - interval '1 day' AND created_at <= now() + ?::interval
		), over AS (
			(SELECT created_at + interval '1 hour' AS free FROM lately WHERE same ORDER BY created_at DESC OFFSET ? LIMIT 1)
			UNION ALL (SELECT created_at + interval '1 day' FROM lately WHERE same ORDER BY created_at DESC OFFSET ? LIMIT 1)
			UNION ALL (SELECT created_at + interval '1 hour' FROM lately WHERE NOT known AND NOT ? ORDER BY created_at DESC OFFSET ? LIMIT 1)
		)
		SELECT coalesce(max(extract(epoch FROM free - now())), 0)::float8 FROM over`,
		email, known, interval(clockSlack), codesPerHour-1, codesPerDay-1, known, codesInAll-1).Scan(&wait).Error
	if err == nil && wait > 0 {
		return TooSoon{time.Duration(wait*float64(time.Second)).Round(time.Second) + time.Second}
	}
	return err
}

// KnownBrowser returns what a browser in which the address has signed in keeps, so that
// strangers who ask for codes for the address do not use up those of its person. It says
// nothing of the address, and lets nobody in.
func (s *Store) KnownBrowser(ctx context.Context, email string) (value string, life time.Duration, err error) {
	key, err := s.limitKey(ctx)
	if err == nil {
		email, err = cleanEmail(email)
	}
	if err != nil {
		return "", 0, fmt.Errorf("known browser: %w", err)
	}
	made, nonce := strconv.FormatInt(s.now().Unix(), 10), rand.Text()
	return made + "." + nonce + "." + browserMAC(key, email, made, nonce), browserLife, nil
}

func browserMAC(key []byte, email, made, nonce string) string {
	return hex.EncodeToString(derive(key, "browser", email, made, nonce))
}

// knowsBrowser reports whether KnownBrowser gave the value, for the address and not too long
// ago.
func knowsBrowser(key []byte, email, value string, now time.Time) bool {
	parts := strings.Split(value, ".")
	if len(parts) != 3 {
		return false
	}
	made, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || now.After(time.Unix(made, 0).Add(browserLife)) {
		return false
	}
	return hmac.Equal([]byte(parts[2]), []byte(browserMAC(key, email, parts[0], parts[1])))
}

// codeHash is what is stored of a code. Keyed with the cookie's secret, of which the
// database has a hash alone: reading the database gives no code.
func codeHash(secret, code string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(code))
	return h.Sum(nil)
}

// openCode is the condition of a code that may still be tried.
const openCode = "hash = ? AND used_at IS NULL AND tries < ? AND expires_at > now()"

// CodeFlow returns the sign-in under way in the browser that holds the secret. It returns
// ErrNotFound when there is none, or when its code has run out, was used, or was tried too
// often.
func (s *Store) CodeFlow(ctx context.Context, secret string) (CodeFlow, error) {
	var rows []struct {
		Email     string
		Tries     int
		ExpiresAt time.Time
	}
	err := s.db.WithContext(ctx).Raw("SELECT email, tries, expires_at FROM sign_in_codes WHERE "+openCode, hashOf(secret), codeTries).Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return CodeFlow{}, fmt.Errorf("code: %w", err)
	}
	return CodeFlow{rows[0].Email, rows[0].ExpiresAt.UTC(), codeTries - rows[0].Tries}, nil
}

// RedeemCode returns the account that the code signs in, made now for an address that
// comes for the first time and let in where it belongs; see EnterKommune for notice. It
// returns ErrWrongCode, which uses up a try, ErrNotFound as CodeFlow does, and
// auth.ErrForbidden when the address may not sign in any more.
func (s *Store) RedeemCode(ctx context.Context, secret, code string, notice func(Entry) Mail) (Account, error) {
	var a Account
	right := false
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		var rows []struct {
			ID       int64
			Email    string
			CodeHash []byte
			Sent     bool
		}
		// Counted before it is looked at: tries at the same time must not be free.
		err = tx.Raw("UPDATE sign_in_codes SET tries = tries + 1 WHERE "+openCode+" RETURNING id, email, code_hash, sent", hashOf(secret), codeTries).
			Scan(&rows).Error
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrNotFound
		}
		if right = hmac.Equal(rows[0].CodeHash, codeHash(secret, code)) && rows[0].Sent; !right {
			return nil // the try has to be kept
		}
		if err := tx.Exec("UPDATE sign_in_codes SET used_at = now() WHERE id = ?", rows[0].ID).Error; err != nil {
			return err
		}
		a, err = enter(tx, rows[0].Email, notice)
		return err
	})
	if err == nil && !right {
		err = ErrWrongCode
	}
	if err != nil {
		return Account{}, fmt.Errorf("redeem code: %w", err)
	}
	return a, nil
}

// CreateLoginLink returns the secret of a link that signs the account of the address in,
// once, within 10 minutes. The actor has to be allowed auth.Curate. It returns ErrNotFound
// when the address has no account, auth.ErrForbidden for one that is disabled.
func (s *Store) CreateLoginLink(ctx context.Context, actor auth.Actor, email string) (string, error) {
	secret := NewSecret()
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		email, err := cleanEmail(email)
		if err != nil {
			return err
		}
		a, err := one(accounts(tx.Where("email = ?", email)))
		if err != nil {
			return err
		}
		if a.DisabledAt != nil {
			return auth.ErrForbidden
		}
		err = tx.Exec("INSERT INTO login_links (account_id, hash, created_by, expires_at) VALUES (?, ?, ?, now() + ?::interval)",
			a.ID, hashOf(secret), actor.String(), loginLinkLife).Error
		if err != nil {
			return err
		}
		return record(tx, actor, "login_link_made", map[string]any{"account": a.ID})
	})
	if err != nil {
		return "", fmt.Errorf("create login link: %w", err)
	}
	return secret, nil
}

// openLink is the condition of a login link that works.
const openLink = "hash = ? AND used_at IS NULL AND expires_at > now()"

// LoginLink returns nil when the link works, else ErrNotFound. It uses nothing up: mail
// programs and chats open links by themselves.
func (s *Store) LoginLink(ctx context.Context, secret string) error {
	var there bool
	err := s.db.WithContext(ctx).Raw("SELECT EXISTS (SELECT FROM login_links WHERE "+openLink+")", hashOf(secret)).Scan(&there).Error
	if err == nil && !there {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("login link: %w", err)
	}
	return nil
}

// RedeemLoginLink uses the link up and returns the account's id, or ErrNotFound when it
// does not work, or no more.
func (s *Store) RedeemLoginLink(ctx context.Context, secret string) (int64, error) {
	var account int64
	err := s.write(ctx, func(tx *gorm.DB) error {
		err := tx.Raw("UPDATE login_links SET used_at = now() WHERE "+openLink+" RETURNING account_id", hashOf(secret)).Scan(&account).Error
		if err != nil {
			return err
		}
		if account == 0 {
			return ErrNotFound
		}
		return record(tx, auth.Actor{Kind: auth.Account, ID: account}, "login_link_used", map[string]any{"account": account})
	})
	if err != nil {
		return 0, fmt.Errorf("redeem login link: %w", err)
	}
	return account, nil
}
