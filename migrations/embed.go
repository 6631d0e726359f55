// Package migrations holds the database schema as forward-only SQL files, and runs them.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"slices"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// ErrNewer is returned for a version of the schema that this program does not know.
var ErrNewer = errors.New("made by a newer version of the program")

// Up brings the schema up to date and returns how many migrations it ran. Several nodes
// may call it at once: one works, the others wait for up to a minute. The minimum is
// Postgres 15.
func Up(ctx context.Context, db *sql.DB) (int, error) {
	provider, err := newProvider(db)
	if err != nil {
		return 0, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return len(results), fmt.Errorf("migrate: %w", err)
	}
	return len(results), nil
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
	if _, err := provider.UpTo(ctx, version); err != nil {
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
