package conform

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// Keeper walks this node's own answers now and then, and keeps what came of it last.
type Keeper struct {
	log    *slog.Logger
	latest atomic.Pointer[Report]
}

// NewKeeper returns a Keeper that has walked nothing yet.
func NewKeeper(log *slog.Logger) *Keeper { return &Keeper{log: log} }

// Latest returns what came of the last walk, nil before the first.
func (k *Keeper) Latest() *Report { return k.latest.Load() }

// A walk goes slowly, so that readers do not notice it, and does not begin in a node's first
// moments.
const (
	restFirst   = time.Minute
	restBetween = 24 * time.Hour
	restAnswers = 5 * time.Millisecond
)

// Run walks until ctx ends.
func (k *Keeper) Run(ctx context.Context, fetch func() Fetch) {
	rest := restFirst
	for sleep(ctx, rest) == nil {
		k.walk(ctx, fetch())
		rest = restBetween
	}
}

func (k *Keeper) walk(ctx context.Context, fetch Fetch) {
	r, err := Run(ctx, fetch, func(ctx context.Context) error { return sleep(ctx, restAnswers) })
	if err != nil {
		if ctx.Err() == nil {
			k.log.Error("check what is published", "error", err)
		}
		return
	}
	k.latest.Store(&r)
	level := slog.LevelInfo
	if r.Invalid() > 0 {
		level = slog.LevelError
	}
	k.log.Log(ctx, level, "what is published was checked", "checked", r.Checked(), "invalid", r.Invalid(), "duration", r.Duration)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
