// Package realdata is the program over the checked-in data: files into Postgres, from
// there into the index. It is for tests only, whose packages must have dbtest.Main as
// their TestMain. The files are imported once for all tests of a package.
package realdata

import (
	"context"
	"errors"
	"fmt"
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

// files is a database with all of data/ imported.
var files = dbtest.Template{Fill: func(ctx context.Context, url string) error {
	st, err := store.Open(ctx, store.Options{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	report, err := importer.Import(ctx, st, data.FS, auth.Actor{Kind: auth.Import, Name: "data", Reviewed: true}, func(string, int, int) {})
	if err == nil && len(report.Problems) > 0 {
		err = fmt.Errorf("problems %v", report.Problems)
	}
	return errors.Join(err, st.Close())
}}

// URL returns the address of a database with all of data/ imported.
func URL(t testing.TB) string {
	t.Helper()
	return files.URL(t)
}

// Open returns a store on a database of URL.
func Open(t testing.TB) *store.Store {
	t.Helper()
	st, err := store.Open(context.Background(), store.Options{URL: URL(t), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
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
