package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// Kind says what sort of thing a change or a revision is about.
type Kind string

// Kinds, with the form of a ref of each.
const (
	KindOffering   Kind = "offering"   // "42"
	KindCourse     Kind = "course"     // "42"
	KindKommune    Kind = "kommune"    // "0301"
	KindOutline    Kind = "outline"    // "0301"
	KindFylke      Kind = "fylke"      // "03"
	KindArticle    Kind = "article"    // as article.Key.Ref: "ta-vare-pa-barna/slug", "nn/ta-vare-pa-barna/slug"
	KindGroup      Kind = "group"      // "kommunen"
	KindType       Kind = "type"       // "ppt"
	KindTerm       Kind = "term"       // "tema/rus"
	KindExpression Kind = "expression" // "mamma husker ikke"
	KindPlace      Kind = "place"      // "sted/12", "postnummer/0155"
	KindMonth      Kind = "statistics" // "2026-11": what is told of its use, and how the directory stood
	KindReindex    Kind = "reindex"    // a wish that every index is built anew; no ref
)

// Cursor is a position in the feed of changes: the last change that was read. The zero
// value stands before the first.
type Cursor struct {
	XID uint64
	ID  int64
}

// ErrCursor is returned for text that is not a cursor.
var ErrCursor = errors.New("not a cursor")

// MarshalText returns the cursor as "xid/id".
func (c Cursor) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%d/%d", c.XID, c.ID), nil
}

// UnmarshalText reads what MarshalText wrote, or returns ErrCursor.
func (c *Cursor) UnmarshalText(text []byte) error {
	xid, id, _ := strings.Cut(string(text), "/")
	x, errXID := strconv.ParseUint(xid, 10, 64)
	n, errID := strconv.ParseInt(id, 10, 64)
	if errXID != nil || errID != nil || n < 0 {
		return fmt.Errorf("cursor %q: %w", text, ErrCursor)
	}
	c.XID, c.ID = x, n
	return nil
}

// Change says that a thing is no longer as it was. Look the thing up to see how it is
// now; not found means that it is gone.
type Change struct {
	Cursor
	Kind Kind
	Ref  string
	At   time.Time
}

// changeRow is a change to be written. The database adds its position and time.
type changeRow struct {
	Kind Kind
	Ref  string
}

func (changeRow) TableName() string { return "changes" }

// announce puts changes into the feed. They are seen when the transaction commits.
func announce(tx *gorm.DB, changes ...changeRow) error {
	if len(changes) == 0 {
		return nil
	}
	return tx.CreateInBatches(&changes, rowsPerStatement).Error
}

// settled is the condition on changes that nothing can come before any more. An id is
// taken when a row is written and not when it is committed, so that a plain "id > last"
// loses rows of transactions that commit late. Transactions are in order here, and only
// those are read that are older than every transaction still running.
const settled = "xid < pg_snapshot_xmin(pg_current_snapshot())"

// changeResult is a change as it is read; xid8 has no kind in Go's database/sql.
type changeResult struct {
	XID  string `gorm:"column:xid"`
	ID   int64
	Kind Kind
	Ref  string
	At   time.Time
}

func (r changeResult) change() (Change, error) {
	xid, err := strconv.ParseUint(r.XID, 10, 64)
	return Change{Cursor{xid, r.ID}, r.Kind, r.Ref, r.At.UTC()}, err
}

func changesIn(rows []changeResult) (changes []Change, err error) {
	changes = make([]Change, len(rows))
	for i, r := range rows {
		if changes[i], err = r.change(); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// Changes returns up to limit changes after the cursor, oldest first. Changes of a
// transaction that ran at the same time as another may stay back until the other ends;
// none is ever skipped.
func (s *Store) Changes(ctx context.Context, after Cursor, limit int) ([]Change, error) {
	var rows []changeResult
	err := s.db.WithContext(ctx).Raw(`SELECT xid::text AS xid, id, kind, ref, at FROM changes
		WHERE `+settled+` AND (xid, id) > (?::text::xid8, ?)
		ORDER BY changes.xid, id LIMIT ?`, strconv.FormatUint(after.XID, 10), after.ID, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	changes, err := changesIn(rows)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	return changes, nil
}

// HeldBack returns how long the oldest change after the cursor has waited that was committed
// and cannot be read by Changes yet, since a transaction that began before it goes on; 0 for
// none. Call it with a cursor at the end of what Changes returns.
func (s *Store) HeldBack(ctx context.Context, after Cursor) (time.Duration, error) {
	var seconds float64
	err := s.db.WithContext(ctx).Raw(`SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8 FROM changes
		WHERE NOT (`+settled+`) AND (xid, id) > (?::text::xid8, ?)`, strconv.FormatUint(after.XID, 10), after.ID).Scan(&seconds).Error
	if err != nil {
		return 0, fmt.Errorf("read changes that wait: %w", err)
	}
	return max(0, time.Duration(seconds*float64(time.Second))), nil
}

// Told are the kinds whose changes those who keep a copy are told of.
var Told = []Kind{KindOffering, KindCourse, KindKommune, KindType, KindArticle}

// LastChanges returns the last change up to the cursor of everything of the kinds Told that
// readers were shown at some time, in no order. What was never public has none.
func (s *Store) LastChanges(ctx context.Context, upTo Cursor) ([]Change, error) {
	var rows []changeResult
	err := s.read(ctx, func(tx *gorm.DB) error {
		if err := allowLongStatements(tx); err != nil {
			return err
		}
		return tx.Raw(`SELECT DISTINCT ON (kind, ref) xid::text AS xid, id, kind, ref, at FROM changes
			WHERE kind = ANY(?) AND (xid, id) <= (?::text::xid8, ?)
			ORDER BY kind, ref, changes.xid DESC, id DESC`, textArray(texts[string](Told)), strconv.FormatUint(upTo.XID, 10), upTo.ID).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("read last changes: %w", err)
	}
	changes, err := changesIn(rows)
	if err != nil {
		return nil, fmt.Errorf("read last changes: %w", err)
	}
	return changes, nil
}

// UUIDs returns the uuids of offerings or of courses, by ref, also of those that are not
// public. It is empty for other kinds, which have none.
func (s *Store) UUIDs(ctx context.Context, kind Kind, refs []string) (map[string]uuid.UUID, error) {
	table, ok := map[Kind]string{KindOffering: "offerings", KindCourse: "courses"}[kind]
	if !ok || len(refs) == 0 {
		return nil, nil
	}
	var rows []struct {
		Ref  string
		UUID uuid.UUID
	}
	err := s.db.WithContext(ctx).Raw("SELECT id::text AS ref, uuid FROM "+table+" WHERE id = ANY(?::text[]::bigint[])", textArray(refs)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read uuids: %w", err)
	}
	found := make(map[string]uuid.UUID, len(rows))
	for _, r := range rows {
		found[r.Ref] = r.UUID
	}
	return found, nil
}

// Head returns the position of the newest change that Changes would give now, the zero
// value when there is none. All that lies up to it can be read already.
func (s *Store) Head(ctx context.Context) (Cursor, error) {
	var rows []changeResult
	err := s.db.WithContext(ctx).Raw(`SELECT xid::text AS xid, id FROM changes
		WHERE ` + settled + ` ORDER BY changes.xid DESC, id DESC LIMIT 1`).Scan(&rows).Error
	if err != nil {
		return Cursor{}, fmt.Errorf("read head of changes: %w", err)
	}
	if len(rows) == 0 {
		return Cursor{}, nil
	}
	head, err := rows[0].change()
	if err != nil {
		return Cursor{}, fmt.Errorf("read head of changes: %w", err)
	}
	return head.Cursor, nil
}

// Knows reports whether the cursor was given by this database as it is. It is false for a
// cursor that lies ahead, or that another history led to: the database was restored from
// an older backup, and whoever holds the cursor has to begin anew. The zero cursor is
// known everywhere.
func (s *Store) Knows(ctx context.Context, c Cursor) (bool, error) {
	if c == (Cursor{}) {
		return true, nil
	}
	var known bool
	err := s.db.WithContext(ctx).Raw("SELECT EXISTS (SELECT FROM changes WHERE xid = ?::text::xid8 AND id = ?)",
		strconv.FormatUint(c.XID, 10), c.ID).Scan(&known).Error
	if err != nil {
		return false, fmt.Errorf("look up cursor: %w", err)
	}
	return known, nil
}

// Installation returns a name of this database and its history that no other has: not
// another one with the same content either, since its transactions have other numbers.
func (s *Store) Installation(ctx context.Context) (string, error) {
	var found []string
	err := s.db.WithContext(ctx).Raw("SELECT id || '/' || system_identifier || '/' || history FROM installation, pg_control_system()").Scan(&found).Error
	if err != nil {
		return "", fmt.Errorf("read installation: %w", err)
	}
	if len(found) == 0 {
		return "", fmt.Errorf("read installation: %w", ErrNotFound)
	}
	return found[0], nil
}

// BeginHistory says that what the installation held before is not what it holds now: it was
// restored from a backup. All who follow its feed have to begin anew. was is the name that
// the caller knew it by; where it has another by now, nothing is done.
func (s *Store) BeginHistory(ctx context.Context, was string) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE installation SET history = gen_random_uuid()
		FROM pg_control_system() WHERE installation.id || '/' || system_identifier || '/' || history = ?`, was).Error
	if err != nil {
		return fmt.Errorf("begin a new history: %w", err)
	}
	return nil
}

// RequestReindex asks every node to build its index anew.
func (s *Store) RequestReindex(ctx context.Context, actor auth.Actor) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		return announce(tx, changeRow{Kind: KindReindex})
	})
	if err != nil {
		return fmt.Errorf("request reindex: %w", err)
	}
	return nil
}
