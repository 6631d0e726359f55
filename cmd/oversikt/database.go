package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/nasjonal-oversikt/oversikt/internal/pgembed"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// npmRoot is where npm puts a Postgres that it has fetched, seen from the folder that
// `make run` works in.
const npmRoot = "web/node_modules"

// openDatabase returns the store, and a function that closes it and stops what was
// started for it. Without OVERSIKT_DATABASE_URL it is the embedded Postgres in the data
// directory, started here unless another process runs it already.
func openDatabase(ctx context.Context, c config, log *slog.Logger) (*store.Store, func(), error) {
	url := c.DatabaseURL
	stop := func() {}
	if url == "" {
		dir, err := filepath.Abs(c.DataDir)
		if err != nil {
			return nil, nil, fmt.Errorf("data directory %s: %w", c.DataDir, err)
		}
		log.Info("starting Postgres", "dir", dir)
		server, err := pgembed.Start(ctx, pgembed.Options{Dir: dir, Bin: c.PGBin, NPMRoot: npmRoot, Log: log})
		if err != nil {
			return nil, nil, err
		}
		url = server.URL()
		stop = func() {
			if err := server.Stop(context.WithoutCancel(ctx)); err != nil {
				log.Error("stop Postgres", "error", err)
			}
		}
	}
	st, err := store.Open(ctx, store.Options{URL: url, ReplicaURLs: c.ReplicaURLs, Log: log})
	if err != nil {
		stop()
		return nil, nil, err
	}
	return st, func() {
		if err := st.Close(); err != nil {
			log.Error("close database", "error", err)
		}
		stop()
	}, nil
}

// migrate is the subcommand.
func migrate(ctx context.Context, c config, _ []string) error {
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	ran, err := st.Migrate(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("The schema is up to date; %d migrations were run.\n", ran)
	return nil
}

// reindex is the subcommand. It records a wish that every server carries out, since one
// process opens an index at a time.
func reindex(ctx context.Context, c config, _ []string) error {
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	if err := st.RequestReindex(ctx, operator()); err != nil {
		return err
	}
	fmt.Println("Asked. Every running server builds its index beside the old one and swaps them; one that is not running does so when it starts.")
	return nil
}
