package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// How Listen keeps its connection.
const (
	firstPause = 100 * time.Millisecond
	longPause  = 10 * time.Second
	// checkEvery is how long a silent connection is trusted. A firewall may have dropped it.
	checkEvery = 15 * time.Second
	// checkTimeout is how long its answer may take.
	checkTimeout = 5 * time.Second
)

// Listen returns a channel that gets a value soon after changes are committed. Values
// are not counted: one may stand for many changes, and one comes after a lost connection
// is back. It is a hint only; who follows the feed has to look by itself now and then. The
// channel is closed when ctx ends.
func (s *Store) Listen(ctx context.Context) <-chan struct{} { return s.listen(ctx, "changes") }

// ListenJobs is Listen for jobs that are queued.
func (s *Store) ListenJobs(ctx context.Context) <-chan struct{} { return s.listen(ctx, "jobs") }

func (s *Store) listen(ctx context.Context, channel string) <-chan struct{} {
	hints := make(chan struct{}, 1)
	go func() {
		defer close(hints)
		pause := firstPause
		for ctx.Err() == nil {
			if s.listenOnce(ctx, channel, hints) {
				pause = firstPause
			}
			// Not all nodes at the same moment.
			timer := time.NewTimer(pause/2 + rand.N(pause/2+1))
			select {
			case <-ctx.Done():
			case <-timer.C:
			}
			timer.Stop()
			pause = min(2*pause, longPause)
		}
	}()
	return hints
}

// listenOnce listens until its connection breaks or ctx ends. It reports whether there
// was a connection. Why it broke is no news: a database that is away is seen, and
// reported, by whoever reads from it.
func (s *Store) listenOnce(ctx context.Context, channel string, hints chan<- struct{}) bool {
	conn, err := pgx.ConnectConfig(ctx, s.ownConnection())
	if err != nil {
		return false
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return false
	}
	for {
		select {
		case hints <- struct{}{}: // the first time for what came while nobody listened
		default:
		}
		if !waitForNotification(ctx, conn) {
			return true
		}
	}
}

// waitForNotification returns true on a notification, false when the connection is gone
// or ctx has ended.
func waitForNotification(ctx context.Context, conn *pgx.Conn) bool {
	for {
		wait, cancel := context.WithTimeout(ctx, checkEvery)
		_, err := conn.WaitForNotification(wait)
		cancel()
		if err == nil {
			return true
		}
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil || !alive(ctx, conn) {
			return false
		}
	}
}

func alive(ctx context.Context, conn *pgx.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return conn.Ping(ctx) == nil
}
