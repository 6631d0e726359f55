package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// ErrTooLarge is returned for what is far larger than anything that a person types.
var ErrTooLarge = errors.New("too large")

// maxDraft is the largest draft, in bytes of JSON.
const maxDraft = 90_000

// Draft is a form as somebody has typed it, and not published.
type Draft struct {
	Key       string // of the form
	Version   int    // of what the form was filled from
	Form      url.Values
	UpdatedAt time.Time
}

// SaveDraft keeps the form for the account over what it kept before under the key. It
// returns ErrTooLarge for one that nobody types.
func (s *Store) SaveDraft(ctx context.Context, account int64, d Draft) error {
	content, err := json.Marshal(d.Form)
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	if len(content) > maxDraft || len(d.Key) > 200 {
		return fmt.Errorf("save draft of %d bytes: %w", len(content), ErrTooLarge)
	}
	err = s.db.WithContext(ctx).Exec(`INSERT INTO drafts (account_id, key, version, form) VALUES (?, ?, ?, ?)
		ON CONFLICT (account_id, key) DO UPDATE SET version = EXCLUDED.version, form = EXCLUDED.form, updated_at = now()`,
		account, d.Key, d.Version, string(content)).Error
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

// DraftByKey returns the account's own draft, or ErrNotFound.
func (s *Store) DraftByKey(ctx context.Context, account int64, key string) (Draft, error) {
	var rows []struct {
		Version   int
		Form      string
		UpdatedAt time.Time
	}
	err := s.db.WithContext(ctx).Raw("SELECT version, form::text AS form, updated_at FROM drafts WHERE account_id = ? AND key = ?", account, key).Scan(&rows).Error
	if err != nil {
		return Draft{}, fmt.Errorf("draft %s: %w", key, err)
	}
	if len(rows) == 0 {
		return Draft{}, fmt.Errorf("draft %s: %w", key, ErrNotFound)
	}
	d := Draft{Key: key, Version: rows[0].Version, UpdatedAt: rows[0].UpdatedAt.UTC()}
	if err := json.Unmarshal([]byte(rows[0].Form), &d.Form); err != nil {
		return Draft{}, fmt.Errorf("draft %s: %w", key, err)
	}
	return d, nil
}

// DeleteDraft drops the account's draft. It is no error when there is none.
func (s *Store) DeleteDraft(ctx context.Context, account int64, key string) error {
	if err := s.db.WithContext(ctx).Exec("DELETE FROM drafts WHERE account_id = ? AND key = ?", account, key).Error; err != nil {
		return fmt.Errorf("delete draft %s: %w", key, err)
	}
	return nil
}

// DraftNotice says that somebody has a draft of a form.
type DraftNotice struct {
	Name      string // of the person; may be empty
	UpdatedAt time.Time
}

// OthersDrafts returns who else has a draft of the form that was worked on in the last
// week, the latest first.
func (s *Store) OthersDrafts(ctx context.Context, account int64, key string) ([]DraftNotice, error) {
	found, err := scan(s.db.WithContext(ctx).Raw(`SELECT a.name, d.updated_at FROM drafts d JOIN accounts a ON a.id = d.account_id
		WHERE d.key = ? AND d.account_id <> ? AND d.updated_at > now() - interval '7 days' ORDER BY d.updated_at DESC`, key, account),
		func(n DraftNotice) DraftNotice { n.UpdatedAt = n.UpdatedAt.UTC(); return n })
	if err != nil {
		return nil, fmt.Errorf("others' drafts of %s: %w", key, err)
	}
	return found, nil
}
