package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// TokenPrefix begins every token, so that people and scanners of source code know one
// that lies where it should not.
const TokenPrefix = "oversikt_"

// Scope is a part of what the programs of an owner may be let do.
type Scope string

const (
	ScopeWrite   Scope = "skriv"   // make offerings and change them
	ScopeConfirm Scope = "bekreft" // say that they are right
	ScopeArchive Scope = "slett"   // take them out of the directory
)

// Scopes returns every scope, the one that most programs need first.
func Scopes() []Scope { return []Scope{ScopeWrite, ScopeConfirm, ScopeArchive} }

// scopeActions is what each scope lets a token do.
var scopeActions = map[Scope][]auth.Action{
	ScopeWrite:   {auth.See, auth.Edit},
	ScopeConfirm: {auth.Confirm},
	ScopeArchive: {auth.Archive},
}

// Limits of what is said of a token.
const (
	maxTokenName = 100
	maxTokenLife = 5 * 366 * 24 * time.Hour // longer, and nobody remembers what it is for
	// usedEvery keeps each call of a program from writing.
	usedEvery = "5 minutes"
)

// Token is what a program of a kommune or an organization writes with. It belongs to the
// owner: it goes on when the one who made it has left.
type Token struct {
	ID        int64
	Owner     auth.Owner
	Name      string
	Scopes    []Scope
	CreatedBy string // auth.Actor as text
	Creator   string // what the account that made it is called now; empty when none did
	CreatedAt time.Time
	ExpiresAt *time.Time // nil: never
	UsedAt    *time.Time // last, to within five minutes; nil: not yet
	RevokedAt *time.Time
}

// Works reports whether the token may still be used at the time.
func (t Token) Works(at time.Time) bool {
	return t.RevokedAt == nil && (t.ExpiresAt == nil || at.Before(*t.ExpiresAt))
}

// CreateToken stores a new token with the owner, name, scopes and expiry of t and returns
// it as stored, with its secret, which cannot be had again. The actor has to be allowed
// auth.Admit for the owner. It returns a directory.Invalid for what may not be stored.
//
// The owner's managers are told in the same transaction, by the mail that notice makes:
// a token that nobody asked for must not go unseen.
func (s *Store) CreateToken(ctx context.Context, actor auth.Actor, t Token, notice func(Token) Mail) (Token, string, error) {
	secret := TokenPrefix + NewSecret()
	var created Token
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		created, err = s.createToken(tx, actor, t, secret)
		if err != nil {
			return err
		}
		return tellManagers(tx, created, notice)
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	return created, secret, nil
}

func (s *Store) createToken(tx *gorm.DB, actor auth.Actor, t Token, secret string) (Token, error) {
	if t.Owner == (auth.Owner{}) {
		return Token{}, auth.ErrForbidden // there is nothing that it could be used for
	}
	if err := auth.Can(actor, auth.Admit, auth.Thing{Owner: t.Owner}); err != nil {
		return Token{}, err
	}
	t.Name = strings.TrimSpace(t.Name)
	if err := s.checkToken(t); err != nil {
		return Token{}, err
	}
	var id int64
	// GORM spreads bytes that stand first in parentheses over several parameters.
	err := tx.Raw(`INSERT INTO tokens (name, hash, kommune_number, organization_id, scopes, created_by, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`, t.Name, hashOf(secret), optional(t.Owner.Kommune), nilIfZero(t.Owner.Organization),
		textArray(texts[string](t.Scopes)), actor.String(), t.ExpiresAt).Scan(&id).Error
	if err != nil {
		return Token{}, withDetail(err)
	}
	err = record(tx, actor, "token_created", map[string]any{
		"token": id, "name": t.Name, "scopes": t.Scopes, "kommune": t.Owner.Kommune, "organization": t.Owner.Organization,
	})
	if err != nil {
		return Token{}, err
	}
	return one(tokens(tx, "t.id = ?", id))
}

func (s *Store) checkToken(t Token) error {
	v := directory.Invalid{}
	switch {
	case t.Name == "":
		v["name"] = directory.MsgRequired
	case len([]rune(t.Name)) > maxTokenName:
		v["name"] = directory.MsgTooLong
	case directory.HasUnseen(t.Name), strings.ContainsAny(t.Name, "\t\r\n\uFFFD"):
		v["name"] = directory.MsgFormat
	}
	if len(t.Scopes) == 0 {
		v["scopes"] = directory.MsgRequired
	}
	for _, scope := range t.Scopes {
		if !slices.Contains(Scopes(), scope) {
			v["scopes"] = directory.MsgUnknown
		}
	}
	if e, now := t.ExpiresAt, s.now(); e != nil && (!e.After(now) || e.After(now.Add(maxTokenLife))) {
		v["expires"] = directory.MsgPeriod
	}
	if len(v) > 0 {
		return v
	}
	return nil
}

// tellManagers queues the notice to all who may take the token back.
func tellManagers(tx *gorm.DB, t Token, notice func(Token) Mail) error {
	all, err := accountsOf(tx, t.Owner)
	if err != nil {
		return err
	}
	for _, a := range all {
		if auth.Can(a.Actor(), auth.Admit, auth.Thing{Owner: t.Owner}) != nil {
			continue
		}
		m := notice(t)
		m.To = a.Email
		if err := queueMail(tx, fmt.Sprintf("token/%d/%d", t.ID, a.ID), m, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// RevokeToken takes the token back at once and for good. The actor has to be allowed
// auth.Admit for its owner. It returns ErrNotFound when there is no such token; one that
// was taken back before stays as it is.
func (s *Store) RevokeToken(ctx context.Context, actor auth.Actor, id int64) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		t, err := one(tokens(tx, "t.id = ?", id))
		if err != nil {
			return err
		}
		if err := auth.Can(actor, auth.Admit, auth.Thing{Owner: t.Owner}); err != nil {
			return err
		}
		result := tx.Exec("UPDATE tokens SET revoked_at = now(), revoked_by = ? WHERE id = ? AND revoked_at IS NULL", actor.String(), id)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return record(tx, actor, "token_revoked", map[string]any{"token": id, "name": t.Name})
	})
	if err != nil {
		return fmt.Errorf("revoke token %d: %w", id, err)
	}
	return nil
}

// TokenByID returns the token, also one that was taken back, or ErrNotFound.
func (s *Store) TokenByID(ctx context.Context, id int64) (Token, error) {
	t, err := one(tokens(s.db.WithContext(ctx), "t.id = ?", id))
	if err != nil {
		return Token{}, fmt.Errorf("token %d: %w", id, err)
	}
	return t, nil
}

// Tokens returns the owner's tokens, the newest first, also those that no longer work.
func (s *Store) Tokens(ctx context.Context, owner auth.Owner) ([]Token, error) {
	found, err := tokens(s.db.WithContext(ctx), "t.kommune_number = ? OR t.organization_id = ?", optional(owner.Kommune), nilIfZero(owner.Organization))
	if err != nil {
		return nil, fmt.Errorf("tokens of %v: %w", owner, err)
	}
	return found, nil
}

// AllTokens returns every token, the newest first.
func (s *Store) AllTokens(ctx context.Context) ([]Token, error) {
	found, err := tokens(s.db.WithContext(ctx), "true")
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return found, nil
}

// ActorByToken returns who a program is that shows the secret, and notes that the token
// was used. Offerings of an organization may be for whom the people of that organization
// may make them. It returns ErrNotFound for a secret that is none, was taken back, or has
// run out.
func (s *Store) ActorByToken(ctx context.Context, secret string) (auth.Actor, error) {
	if !strings.HasPrefix(secret, TokenPrefix) {
		return auth.Actor{}, fmt.Errorf("token: %w", ErrNotFound)
	}
	var actor auth.Actor
	err := s.read(ctx, func(tx *gorm.DB) error {
		t, err := one(tokens(tx, "t.hash = ? AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())", hashOf(secret)))
		if err != nil {
			return err
		}
		grant := auth.Grant{Owner: t.Owner, Role: auth.Contributor}
		if slices.Contains(t.Scopes, ScopeArchive) {
			grant.Role = auth.Manager
		}
		if t.Owner.Organization != 0 {
			if grant.Coverage, err = coverageOf(tx, t.Owner); err != nil {
				return err
			}
		}
		actor = auth.Actor{Kind: auth.Token, ID: t.ID, Name: t.Name, Grants: []auth.Grant{grant}}
		for _, scope := range t.Scopes {
			actor.Actions = append(actor.Actions, scopeActions[scope]...)
		}
		return nil
	})
	if err != nil {
		return auth.Actor{}, fmt.Errorf("token: %w", err)
	}
	// Its failing is no reason to refuse: the database may be read-only just now.
	_ = s.db.WithContext(ctx).Exec(`UPDATE tokens SET used_at = now()
		WHERE id = ? AND (used_at IS NULL OR used_at < now() - ?::interval)`, actor.ID, usedEvery).Error
	return actor, nil
}

// coverageOf returns for whom the people of an organization may make offerings.
func coverageOf(tx *gorm.DB, owner auth.Owner) (directory.Coverage, error) {
	var c directory.Coverage
	people, err := accountsOf(tx, owner)
	for _, a := range people {
		for _, g := range a.Grants {
			if g.Owner == owner {
				c.National = c.National || g.Coverage.National
				c.Fylker = append(c.Fylker, g.Coverage.Fylker...)
				c.Kommuner = append(c.Kommuner, g.Coverage.Kommuner...)
			}
		}
	}
	c.Fylker, c.Kommuner = set(c.Fylker), set(c.Kommuner)
	return c, err
}

// tokens returns the tokens that the condition on t finds, the newest first.
func tokens(tx *gorm.DB, where string, args ...any) ([]Token, error) {
	return scan(tx.Raw(`SELECT t.id, t.kommune_number, t.organization_id, t.name, t.scopes, t.created_by, t.created_at,
			t.expires_at, t.used_at, t.revoked_at,
			coalesce(nullif(a.name, ''), a.email, CASE WHEN starts_with(t.created_by, 'account: ') THEN '`+ErasedName+`' END, '') AS creator
		FROM tokens t LEFT JOIN accounts a ON t.created_by = 'account: ' || a.id
		WHERE `+where+` ORDER BY t.id DESC`, args...), tokenRow.token)
}
