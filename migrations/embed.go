// Package migrations holds the database schema as forward-only SQL files, and runs them.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// ErrNewer is returned for a version of the schema that this program does not know.
var ErrNewer = errors.New("made by a newer version of the program")

// LockTimeout is what lock_timeout of Up's connections is to be where others use the database.
// A migration that waits for a table, because somebody reads it for long, keeps everybody
// behind it waiting: it gives up before their statements do, and comes again.
const LockTimeout = "500ms"

// How often, and after which pause, a migration is tried that did not get a table.
const (
	lockTries = 60
	lockPause = time.Second
)

// Up brings the schema up to date and returns how many migrations it ran. Several nodes
// may call it at once: one works, the others wait for up to a minute. A table that is in use
// for as long is an error. The minimum is Postgres 15.
func Up(ctx context.Context, db *sql.DB) (int, error) {
	provider, err := newProvider(db)
	if err != nil {
		return 0, err
	}
	ran, err := patiently(ctx, func() ([]*goose.MigrationResult, error) { return provider.Up(ctx) })
	if err != nil {
		return ran, fmt.Errorf("migrate: %w", err)
	}
	return ran, nil
}

// patiently migrates, again and again where a table is in use. It returns how many migrations
// were run.
func patiently(ctx context.Context, migrate func() ([]*goose.MigrationResult, error)) (ran int, err error) {
	for try := 1; ; try++ {
		results, err := migrate()
		ran += len(results)
		if err == nil {
			return ran, nil
		}
		var partial *goose.PartialError
		if errors.As(err, &partial) {
			ran += len(partial.Applied)
		}
		if try == lockTries || !lockedOut(err) {
			return ran, err
		}
		select {
		case <-ctx.Done():
			return ran, err
		case <-time.After(lockPause):
		}
	}
}

// lockedOut reports whether err says that a table was in use for longer than LockTimeout.
func lockedOut(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "55P03"
}

// UpTo makes the schema as it was at a version. It returns ErrNewer for a version that this
// program does not have.
func UpTo(ctx context.Context, db *sql.DB, version int64) error {
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(provider.ListSources(), func(s *goose.Source) bool { return s.Version == version }) {
		return fmt.Errorf("migrate to version %d: %w", version, ErrNewer)
	}
	if _, err := patiently(ctx, func() ([]*goose.MigrationResult, error) { return provider.UpTo(ctx, version) }); err != nil {
		return fmt.Errorf("migrate to version %d: %w", version, err)
	}
	return nil
}

// Version returns the version of a database's schema, 0 where there is none.
func Version(ctx context.Context, db *sql.DB) (int64, error) {
	provider, err := newProvider(db)
	if err != nil {
		return 0, err
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("version of the schema: %w", err)
	}
	return version, nil
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	// goose retries a taken lock every 5 s unless told otherwise.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	// Migrations are written beside each other: a database may have one with a higher number
	// already. Without leave to run the lower one then, the program would not start on it.
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return provider, nil
}
