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

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/migrations"
)

var (
	// ErrDamaged is returned for a backup that is not whole.
	ErrDamaged = errors.New("the backup is not whole")
	// ErrNotEmpty is returned where a backup would be mixed with what is there.
	ErrNotEmpty = errors.New("the database is not empty")
)

// Restore fills an empty database from what Backup wrote, all of it or nothing, and brings
// the schema up to date. The backup is read through before anything is written. It returns
// ErrDamaged for one that is not whole, ErrNotEmpty where there is a schema of this program
// or another already, and migrations.ErrNewer for a backup of a newer program.
//
// It is another database afterwards: nodes build their indexes anew, and those who follow
// the feed of changes begin anew. Nothing is sent to webhooks before an editor says so.
func (s *Store) Restore(ctx context.Context, actor auth.Actor, backup io.ReaderAt, size int64, progress Progress) (BackupSummary, error) {
	m, files, err := openBackup(backup, size)
	if err == nil {
		err = s.restore(ctx, m, files, progress)
	}
	if err == nil {
		err = s.write(ctx, func(tx *gorm.DB) error {
			return record(tx, actor, "restored", map[string]any{"tables": len(m.Tables), "made": m.Made})
		})
	}
	if err != nil {
		return BackupSummary{}, fmt.Errorf("restore: %w", err)
	}
	return m.summary(), nil
}

// openBackup reads a backup through and returns its entries by their tables' names.
func openBackup(backup io.ReaderAt, size int64) (backupManifest, map[string]*zip.File, error) {
	damaged := func(err error) (backupManifest, map[string]*zip.File, error) {
		return backupManifest{}, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	archive, err := zip.NewReader(backup, size)
	if err != nil {
		return damaged(err)
	}
	entries := map[string]*zip.File{}
	for _, f := range archive.File {
		entries[f.Name] = f
	}
	if entries[manifestName] == nil {
		return damaged(errors.New("no " + manifestName))
	}
	r, err := entries[manifestName].Open()
	if err != nil {
		return damaged(err)
	}
	defer r.Close()
	var m backupManifest
	if err := json.NewDecoder(r).Decode(&m); err != nil {
		return damaged(fmt.Errorf("%s: %w", manifestName, err))
	}
	if m.Format != backupFormat {
		return backupManifest{}, nil, fmt.Errorf("format %d of the backup: %w", m.Format, migrations.ErrNewer)
	}
	files := map[string]*zip.File{}
	for _, t := range m.Tables {
		f := entries[t.entry()]
		if f == nil {
			return damaged(errors.New("no " + t.entry()))
		}
		if err := t.check(f); err != nil {
			return damaged(fmt.Errorf("%s: %w", t.entry(), err))
		}
		files[t.Name] = f
	}
	return m, files, nil
}

func (t backupTable) check(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != t.SHA256 {
		return errors.New("other content than was written")
	}
	return nil
}

func (s *Store) restore(ctx context.Context, m backupManifest, files map[string]*zip.File, progress Progress) error {
	conn, err := pgx.ConnectConfig(ctx, s.ownConnection())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var tables int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables); err != nil {
		return err
	}
	if tables > 0 {
		return ErrNotEmpty
	}
	db := stdlib.OpenDB(*s.ownConnection())
	defer db.Close()
	if err := migrations.UpTo(ctx, db, m.Schema); err != nil {
		return err
	}
	if err := fillTables(ctx, conn, m, files, progress); err != nil {
		// The schema goes as it came: what is empty can be tried again.
		_, dropped := conn.Exec(context.WithoutCancel(ctx), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
		return errors.Join(err, dropped)
	}
	_, err = migrations.Up(ctx, db)
	return err
}

// fillTables writes all tables in one transaction.
func fillTables(ctx context.Context, conn *pgx.Conn, m backupManifest, files map[string]*zip.File, progress Progress) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // does nothing after a commit
	for i, t := range m.Tables {
		progress(i, len(m.Tables))
		if err := t.copyFrom(ctx, tx, files[t.Name]); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	if err := setSequences(ctx, tx); err != nil {
		return err
	}
	if slices.ContainsFunc(m.Tables, func(t backupTable) bool { return t.Name == "webhooks" }) {
		if err := stopWebhooks(ctx, tx); err != nil {
			return fmt.Errorf("stop webhooks: %w", err)
		}
	}
	progress(len(m.Tables), len(m.Tables))
	return tx.Commit(ctx)
}

// copyFrom writes the rows of the table.
func (t backupTable) copyFrom(ctx context.Context, tx pgx.Tx, f *zip.File) error {
	into := t.quoted()
	if t.Name == "changes" {
		// Numbers of transactions mean nothing in another cluster: there the feed would wait
		// for those to come. The order stays; all are of this transaction.
		into = "restored_changes"
		if _, err := tx.Exec(ctx, "CREATE TEMPORARY TABLE restored_changes (LIKE changes) ON COMMIT DROP"); err != nil {
			return err
		}
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	tag, err := tx.Conn().PgConn().CopyFrom(ctx, r, fmt.Sprintf("COPY %s (%s) FROM STDIN", into, t.columns()))
	if err != nil {
		return err
	}
	if tag.RowsAffected() != t.Rows {
		return fmt.Errorf("%d rows came of %d", tag.RowsAffected(), t.Rows)
	}
	if t.Name == "changes" {
		_, err = tx.Exec(ctx, "INSERT INTO changes (kind, ref, at) SELECT kind, ref, at FROM restored_changes ORDER BY restored_changes.xid, id")
	}
	return err
}

// stopWebhooks disables all webhooks, and asks the national editors which to start again. A
// copy that somebody tries things on would else tell real receivers that what they have may
// be wrong, and go on to send them what is changed in it.
func stopWebhooks(ctx context.Context, tx pgx.Tx) error {
	const why = "Katalogen er lest inn fra en sikkerhetskopi. Start bare hvis det er denne katalogen mottakeren skal følge."
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{"UPDATE jobs SET done_at = now(), locked_until = NULL WHERE kind = $1 AND done_at IS NULL", []any{string(JobWebhook)}},
		{`INSERT INTO tasks (kind, key, detail)
			SELECT $1, 'webhook:' || id, jsonb_build_object('webhook', id, 'name', name, 'why', $2::text) FROM webhooks WHERE disabled_at IS NULL
			ON CONFLICT (kind, key) WHERE done_at IS NULL DO NOTHING`, []any{string(TaskWebhook), why}},
		{"UPDATE webhooks SET disabled_at = now(), disabled_why = $1, failing_since = NULL WHERE disabled_at IS NULL", []any{why}},
	} {
		if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// setSequences lets ids go on after the highest that there is.
func setSequences(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT table_name, column_name, pg_get_serial_sequence(format('public.%I', table_name), column_name)
		FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES'`)
	if err != nil {
		return err
	}
	type column struct{ table, name, sequence string }
	columns, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c column, err error) {
		return c, r.Scan(&c.table, &c.name, &c.sequence)
	})
	if err != nil {
		return err
	}
	for _, c := range columns {
		table, name := pgx.Identifier{c.table}.Sanitize(), pgx.Identifier{c.name}.Sanitize()
		_, err := tx.Exec(ctx, fmt.Sprintf("SELECT setval($1, coalesce(max(%s), 1), max(%s) IS NOT NULL) FROM %s", name, name, table), c.sequence)
		if err != nil {
			return fmt.Errorf("sequence of %s: %w", c.table, err)
		}
	}
	return nil
}
