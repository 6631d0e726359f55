package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/work"
)

// background returns what a running server does besides answering: jobs, and what is to
// happen by the clock.
func background(_ config, st *store.Store, log *slog.Logger) *work.Runner {
	r := work.New(st, log)
	r.Every("housekeeping", time.Hour, func(ctx context.Context) error {
		return errors.Join(
			st.DeleteExpiredSessions(ctx),
			st.PruneJobs(ctx),
		)
	})
	return r
}
