package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// How the directory stands is kept once a day in Norway, when the day has begun everywhere.
func TestTally(t *testing.T) {
	st, err := store.Open(t.Context(), store.Options{URL: dbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	index := indexer.New(st, t.TempDir(), slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); index.Run(ctx) }()
	defer func() { stop(); <-done }()

	has := func(day int) bool {
		has, err := st.HasTallies(t.Context(), time.Date(2026, 10, day, 0, 0, 0, 0, page.Oslo))
		if err != nil {
			t.Fatal(err)
		}
		return has
	}
	run := func(at time.Time) {
		if err := tally(t.Context(), st, index, at); err != nil {
			t.Fatal(err)
		}
	}
	// The clock is set back on the 25th, at three o'clock; midnight is at 22 in UTC.
	run(time.Date(2026, 10, 24, 22, 30, 0, 0, time.UTC))
	if has(24) || has(25) {
		t.Error("counted in the first half hour of the day")
	}
	for range 2 {
		run(time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC))
		if has(24) || !has(25) {
			t.Error("half past one in Norway is not of the 25th")
		}
	}
	run(time.Date(2026, 10, 25, 23, 30, 0, 0, time.UTC)) // half past twelve
	if has(26) {
		t.Error("counted in the first half hour after a day of 25 hours")
	}
	run(time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC))
	if !has(26) {
		t.Error("nothing is kept of the day after")
	}
}
