// Package realdata is the program over the checked-in data: files into Postgres, from
// there into the index. It is for tests only, whose packages must have dbtest.Main as
// their TestMain. Making it takes seconds, so a test makes it once for all it looks at.
package realdata

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Open returns a store with all of data/ imported.
func Open(t testing.TB) *store.Store {
	t.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, store.Options{URL: dbtest.URL(t), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	report, err := importer.Import(ctx, st, data.FS, auth.Actor{Kind: auth.Import, Name: "test", Reviewed: true}, func(string, int, int) {})
	if err != nil || len(report.Problems) > 0 {
		t.Fatalf("import: %v, problems %v", err, report.Problems)
	}
	return st
}

// Index returns an indexer that follows the store until the test ends, ready to be read.
func Index(t testing.TB, st *store.Store) *indexer.Indexer {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	x := indexer.New(st, t.TempDir(), slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() { defer close(done); x.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	wait, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := x.WaitReady(wait); err != nil {
		t.Fatal(err)
	}
	return x
}

// View returns what the checked-in data gives.
func View(t testing.TB) *search.View {
	t.Helper()
	return Index(t, Open(t)).View()
}
