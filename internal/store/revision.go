package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Revision is one change of a thing, as the append-only history keeps it.
type Revision struct {
	Version int // of the thing after the change
	At      time.Time
	Actor   string // auth.Actor as text: "import: tilbud.csv"
	// ProposedBy is who wrote what Actor, as a second person, approved; else empty.
	ProposedBy string
	Why        string          // in the actor's words, or empty
	Before     json.RawMessage // nil for the first
	After      json.RawMessage
}

type revisionRow struct {
	Kind    Kind
	Ref     string
	Version int
	Actor   string
	Why     string
	Before  optional // JSON
	After   string   // JSON

	ProposedBy optional
}

func (revisionRow) TableName() string { return "revisions" }

// Revisions returns the history of a thing, newest first; ref is as in the feed. The
// content of an offering is JSON of directory.Offering, that of an article is
// {"Source": …}. Confidential locations are in it: it is not for readers.
func (s *Store) Revisions(ctx context.Context, kind Kind, ref string) ([]Revision, error) {
	var rows []struct {
		Version       int
		At            time.Time
		Actor         string
		Why           string
		Before, After optional
		ProposedBy    optional
	}
	err := s.db.WithContext(ctx).Raw(`SELECT version, at, actor, proposed_by, why, before::text AS before, after::text AS after FROM revisions
		WHERE kind = ? AND ref = ? ORDER BY version DESC`, kind, ref).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("history of %s %s: %w", kind, ref, err)
	}
	found := make([]Revision, len(rows))
	for i, r := range rows {
		found[i] = Revision{r.Version, r.At.UTC(), r.Actor, string(r.ProposedBy), r.Why, nilIfEmpty([]byte(r.Before)), []byte(r.After)}
	}
	return found, nil
}

// maxWhy is how many characters of a reason are kept: the forms take half as many.
const maxWhy = 1000

// reason returns what is kept of a reason. It comes as it was typed, from every form, and a
// sign that Postgres does not store is no reason to refuse what it is about.
func reason(why string) string {
	why = directory.Seen(strings.ToValidUTF8(why, ""))
	if r := []rune(why); len(r) > maxWhy {
		why = string(r[:maxWhy])
	}
	return why
}

// remember appends to the history. before is nil for what is new.
func remember(tx *gorm.DB, kind Kind, ref string, version int, actor auth.Actor, why string, before, after any) error {
	return rememberBoth(tx, kind, ref, version, "", actor, why, before, after)
}

// rememberBoth is remember for what one has proposed and the actor has approved.
func rememberBoth(tx *gorm.DB, kind Kind, ref string, version int, proposedBy string, actor auth.Actor, why string, before, after any) error {
	row := revisionRow{Kind: kind, Ref: ref, Version: version, Actor: actor.String(), ProposedBy: optional(proposedBy), Why: reason(why)}
	content, err := json.Marshal(after)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	row.After = string(content)
	if before != nil {
		if content, err = json.Marshal(before); err != nil {
			return fmt.Errorf("write history: %w", err)
		}
		row.Before = optional(content)
	}
	if err := tx.Create(&row).Error; err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

// lastActors returns, by ref, who made the newest revision of each thing. What only followed
// its kommune is still what whoever wrote it before has made it.
func lastActors(tx *gorm.DB, kind Kind, refs []string) (map[string]string, error) {
	var rows []struct{ Ref, Actor string }
	err := tx.Raw(`SELECT DISTINCT ON (ref) ref, actor FROM revisions
		WHERE kind = ? AND ref = ANY(?) AND actor <> ? ORDER BY ref, version DESC`, kind, textArray(refs), succeeding.String()).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	actors := make(map[string]string, len(rows))
	for _, r := range rows {
		actors[r.Ref] = r.Actor
	}
	return actors, nil
}

// wasImport reports whether the actor of a revision was an import.
func wasImport(actor string) bool {
	kind, _, _ := strings.Cut(actor, ":")
	return kind == string(auth.Import)
}

// byImport is wasImport as a condition in SQL on the column.
func byImport(column string) string {
	return "split_part(" + column + ", ':', 1) = '" + string(auth.Import) + "'"
}
