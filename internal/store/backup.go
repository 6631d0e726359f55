package store

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/migrations"
)

// A backup is a zip file with one entry for each table, as COPY writes it, and one that
// says what they are. It needs no program of Postgres: the embedded server comes without
// pg_dump, and a file that any version of this program can read is worth more than one
// that only the same version of Postgres can.

// backupManifest stands in a backup as manifest.json.
type backupManifest struct {
	Format  int           `json:"format"`
	Schema  int64         `json:"schema"` // version of the last migration
	Made    time.Time     `json:"made"`
	Program string        `json:"program"`
	Tables  []backupTable `json:"tables"` // in an order in which they can be written
}

type backupTable struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	SHA256  string   `json:"sha256"` // of the entry, in hexadecimal
}

const (
	backupFormat = 1
	manifestName = "manifest.json"
)

func (t backupTable) entry() string { return "tables/" + t.Name }

// notBackedUp are the tables whose rows make no sense elsewhere or later: who is signed in,
// and what is given out to sign in with; what names this very database; what goose keeps.
var notBackedUp = []string{"goose_db_version", "installation", "leader", "sessions", "login_links", "challenges", "sign_in_codes", "wrong_codes", "limits", "uploads", "status_transitions"}

// BackupSummary says what a backup holds.
type BackupSummary struct {
	Schema int64
	Made   time.Time
	Tables int
	Rows   int64
}

func (m backupManifest) summary() BackupSummary {
	s := BackupSummary{Schema: m.Schema, Made: m.Made, Tables: len(m.Tables)}
	for _, t := range m.Tables {
		s.Rows += t.Rows
	}
	return s
}

// Progress is told how many steps are done of how many.
type Progress func(done, total int)

// Backup writes all that the database holds, as it is at one moment, while others read and
// write on. Program is the version of the program, for people. What was written before an
// error is of no use. In a context of Reading it is taken from a replica, and fails when
// there is none that has caught up.
func (s *Store) Backup(ctx context.Context, w io.Writer, program string, progress Progress) (BackupSummary, error) {
	summary, err := s.backup(ctx, w, program, progress)
	if err != nil {
		return BackupSummary{}, fmt.Errorf("back up: %w", err)
	}
	return summary, nil
}

// RecordBackup notes who took a copy of everything. A database that takes no writes just now
// is no reason not to take one, and no error.
func (s *Store) RecordBackup(ctx context.Context, actor auth.Actor, made BackupSummary) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		return record(tx, actor, "backup_made", map[string]any{"tables": made.Tables, "rows": made.Rows})
	})
	if err != nil && !Unavailable(err) {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, w io.Writer, program string, progress Progress) (BackupSummary, error) {
	m := backupManifest{Format: backupFormat, Program: program}
	conn, err := s.connectToCopy(ctx)
	if err != nil {
		return BackupSummary{}, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if m.Schema, err = schemaVersion(ctx, conn.Config()); err != nil {
		return BackupSummary{}, err
	}
	// One snapshot for all tables.
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return BackupSummary{}, err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing was written
	if err := tx.QueryRow(ctx, "SELECT now()").Scan(&m.Made); err != nil {
		return BackupSummary{}, err
	}
	if m.Tables, err = tablesToCopy(ctx, tx); err != nil {
		return BackupSummary{}, err
	}
	out := zip.NewWriter(w)
	for i := range m.Tables {
		progress(i, len(m.Tables))
		if err := m.Tables[i].copyTo(ctx, tx, out); err != nil {
			return BackupSummary{}, fmt.Errorf("table %s: %w", m.Tables[i].Name, err)
		}
	}
	progress(len(m.Tables), len(m.Tables))
	entry, err := out.Create(manifestName)
	if err != nil {
		return BackupSummary{}, err
	}
	if err := json.NewEncoder(entry).Encode(m); err != nil {
		return BackupSummary{}, err
	}
	return m.summary(), out.Close()
}

// connectToCopy returns a connection from which to copy all that was committed until now.
func (s *Store) connectToCopy(ctx context.Context) (*pgx.Conn, error) {
	if readingOf(ctx) == nil {
		return pgx.ConnectConfig(ctx, s.ownConnection())
	}
	var failed error
	for _, r := range s.replicas {
		conn, err := pgx.ConnectConfig(ctx, ownConnection(r.pool))
		if err == nil {
			if err = caughtUp(ctx, conn, catchUpToCopy); err == nil {
				return conn, nil
			}
			_ = conn.Close(context.WithoutCancel(ctx))
		}
		failed = errors.Join(failed, fmt.Errorf("replica %s: %w", r.name, err))
	}
	return nil, failed
}

func schemaVersion(ctx context.Context, config *pgx.ConnConfig) (int64, error) {
	db := stdlib.OpenDB(*config)
	defer db.Close()
	return migrations.Version(ctx, db)
}

// tablesToCopy returns the tables with their columns, each after those that it refers to.
func tablesToCopy(ctx context.Context, tx pgx.Tx) ([]backupTable, error) {
	rows, err := tx.Query(ctx, `SELECT c.table_name, array_agg(c.column_name::text ORDER BY c.ordinal_position),
			(SELECT coalesce(array_agg(DISTINCT f.confrelid::regclass::text), '{}') FROM pg_constraint f
				WHERE f.contype = 'f' AND f.conrelid = format('public.%I', c.table_name)::regclass AND f.confrelid <> f.conrelid)
		FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
		GROUP BY c.table_name ORDER BY c.table_name`)
	if err != nil {
		return nil, err
	}
	var tables []backupTable
	refers := map[string][]string{}
	var t backupTable
	var to []string
	_, err = pgx.ForEachRow(rows, []any{&t.Name, &t.Columns, &to}, func() error {
		if !slices.Contains(notBackedUp, t.Name) {
			tables = append(tables, t)
			refers[t.Name] = to
		}
		t, to = backupTable{}, nil
		return nil
	})
	if err != nil {
		return nil, err
	}
	return inOrder(tables, refers)
}

// inOrder returns the tables with each after those that it refers to.
func inOrder(tables []backupTable, refers map[string][]string) ([]backupTable, error) {
	var ordered []backupTable
	there := map[string]bool{}
	for len(ordered) < len(tables) {
		before := len(ordered)
		for _, t := range tables {
			missing := func(to string) bool { return !there[to] && !slices.Contains(notBackedUp, to) }
			if !there[t.Name] && !slices.ContainsFunc(refers[t.Name], missing) {
				there[t.Name] = true
				ordered = append(ordered, t)
			}
		}
		if len(ordered) == before {
			return nil, errors.New("tables refer to each other in a circle")
		}
	}
	return ordered, nil
}

// copyTo writes the rows of the table as an entry, and notes how many there were.
func (t *backupTable) copyTo(ctx context.Context, tx pgx.Tx, out *zip.Writer) error {
	entry, err := out.CreateHeader(&zip.FileHeader{Name: t.entry(), Method: zip.Deflate})
	if err != nil {
		return err
	}
	sum := sha256.New()
	tag, err := tx.Conn().PgConn().CopyTo(ctx, io.MultiWriter(entry, sum), fmt.Sprintf("COPY %s (%s) TO STDOUT", t.quoted(), t.columns()))
	if err != nil {
		return err
	}
	t.Rows, t.SHA256 = tag.RowsAffected(), hex.EncodeToString(sum.Sum(nil))
	return nil
}

func (t backupTable) quoted() string { return pgx.Identifier{t.Name}.Sanitize() }

func (t backupTable) columns() string {
	quoted := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		quoted[i] = pgx.Identifier{c}.Sanitize()
	}
	return strings.Join(quoted, ", ")
}
