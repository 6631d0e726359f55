package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// Event is something that somebody with a role did and that is no edit.
type Event struct {
	At     time.Time
	Actor  string // auth.Actor as text: "account: 12"
	What   string // "signed_in", "grant_given", "token_created" …
	Detail json.RawMessage
}

// Events returns the latest events, newest first.
func (s *Store) Events(ctx context.Context, limit int) ([]Event, error) {
	var rows []struct {
		At                  time.Time
		Actor, What, Detail string
	}
	err := s.db.WithContext(ctx).Raw("SELECT at, actor, what, detail::text AS detail FROM events ORDER BY id DESC LIMIT ?", limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	found := make([]Event, len(rows))
	for i, r := range rows {
		found[i] = Event{r.At.UTC(), r.Actor, r.What, json.RawMessage(r.Detail)}
	}
	return found, nil
}

// record writes an event. The table can only be added to.
func record(tx *gorm.DB, actor auth.Actor, what string, detail map[string]any) error {
	content, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("record %s: %w", what, err)
	}
	if err := tx.Exec("INSERT INTO events (actor, what, detail) VALUES (?, ?, ?)", actor.String(), what, string(content)).Error; err != nil {
		return fmt.Errorf("record %s: %w", what, err)
	}
	return nil
}
