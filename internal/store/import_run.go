package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// importLock is the advisory lock of those who read the data files at start.
const importLock = 0x6f766572 // "over"

// OncePerDigest calls fn unless files of this digest, SHA-256 in hexadecimal, were the
// last ones that it was called for. Of several programs that start at the same time, one
// calls its fn and the others wait for it. An error of fn is returned, and it is called
// again another time.
func (s *Store) OncePerDigest(ctx context.Context, actor auth.Actor, digest string, fn func(context.Context) error) error {
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return fmt.Errorf("read data files: %w", err)
	}
	// The lock is a connection's own, and gone with it. A transaction could not hold it:
	// the database ends those that are idle.
	conn, err := pgx.ConnectConfig(ctx, s.ownConnection())
	if err != nil {
		return fmt.Errorf("read data files: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", importLock); err != nil {
		return fmt.Errorf("read data files: wait for another program that does: %w", err)
	}
	var last string
	err = conn.QueryRow(ctx, "SELECT digest FROM import_runs ORDER BY id DESC LIMIT 1").Scan(&last)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("read data files: %w", err)
	}
	if last == digest {
		return nil
	}
	if err := fn(ctx); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "INSERT INTO import_runs (digest, actor) VALUES ($1, $2)", digest, actor.String()); err != nil {
		return fmt.Errorf("remember which data files were read: %w", err)
	}
	return nil
}
