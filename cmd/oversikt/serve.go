package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/conform"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/oidc"
	"github.com/nasjonal-oversikt/oversikt/internal/opendata"
	"github.com/nasjonal-oversikt/oversikt/internal/server"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/tiles"
	"github.com/nasjonal-oversikt/oversikt/internal/use"
)

// shutdownGrace is how long answers under way may take once the program is asked to
// stop. Pages take milliseconds; this is for a reader on a slow line.
const shutdownGrace = 10 * time.Second

// lastAnswers is how long a program that stops still takes requests on the connections of
// proxies, and tells with each answer that it is the last. A proxy that keeps some busy has
// left all of them in that time. To close one in the moment when a form is sent into it loses
// the form: whether it was taken the proxy cannot know, so it asks no other node.
const lastAnswers = time.Second

// serve is the subcommand: database, schema, data, index, and the site, until ctx ends. It
// answers without an index too: with whom to call, and that the rest is on its way.
func serve(ctx context.Context, c config, _ []string) error {
	log := c.logger()
	// The address is taken first: a port in use is found before anything is started.
	listener, err := listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()

	st, closeDatabase, err := openDatabase(ctx, c, log)
	if err != nil {
		return err
	}
	defer closeDatabase()

	var besides sync.WaitGroup
	defer besides.Wait() // before the database is closed
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	index := indexer.New(st, filepath.Join(c.DataDir, "index"), log)
	runner, err := background(c, st, index, log)
	if err != nil {
		return err
	}
	provider, err := provider(c)
	if err != nil {
		return err
	}
	counter := use.New(time.Now)
	files := opendata.New(opendata.Deps{
		View: index.View, BaseURL: c.BaseURL, Dir: filepath.Join(c.DataDir, "data"), Log: log,
		Publisher: c.Publisher, PublisherNumber: directory.OrgNumber(c.PublisherNumber), Licence: c.DataLicence,
	})
	besides.Go(func() { files.Run(ctx) })
	checked := conform.NewKeeper(log)
	background, err := mapTiles(c)
	if err != nil {
		return err
	}
	var stopping atomic.Bool
	deps := server.Deps{
		Store:          st,
		View:           index.View,
		Status:         index.Status,
		Use:            counter,
		Files:          files,
		OIDC:           provider,
		BaseURL:        c.BaseURL,
		TrustedProxies: c.TrustedProxies,
		Stopping:       stopping.Load,
		Version:        version,
		Dir:            c.DataDir,
		MetricsToken:   c.MetricsToken,
		Checked:        checked.Latest,
		Tiles:          background,
		TilesCredit:    c.MapCredit,
		Log:            log,
	}
	app := server.New(deps)
	served := make(chan error, 1)
	go func() {
		defer cancel() // what cannot be answered need not be prepared
		served <- answer(ctx, index, func() error { return app.Listener(server.Linger(listener)) })
	}()

	prepared := prepare(ctx, st, log)
	if prepared != nil && ctx.Err() == nil {
		log.Error("the database is not ready; answering from the index on disk, if there is one", "error", prepared)
	}
	besides.Go(func() {
		if prepared != nil {
			prepareLater(ctx, st, log)
		}
		runner.Run(ctx) // not before its tables are there
	})
	besides.Go(func() { index.Run(ctx) })
	besides.Go(func() { counter.Run(ctx, st.AddUse, log) })
	defer counter.Finish(ctx, st.AddUse, log) // when nothing is answered any more, and the database is still there
	if err := index.WaitReady(ctx); err == nil {
		besides.Go(func() { checked.Run(ctx, func() conform.Fetch { return server.Published(deps) }) })
		server.SaveMemory()
		fmt.Printf("\noversikt is ready: %s\nCtrl-C stops it.\n%s", c.BaseURL, howToBegin(ctx, st))
	}

	<-ctx.Done()
	log.Info("stopping")
	stopping.Store(true)
	last := func() {}
	if len(c.TrustedProxies) > 0 {
		last = func() { server.WaitForConnections(app, lastAnswers) }
	}
	if err := finish(app, listener, served, last); err != nil {
		return errors.Join(err, prepared)
	}
	return nil
}

// finish ends the answering: no new connection is taken, those that are open are answered on
// until last returns, and what is under way then gets the grace. served gives what came of
// listening.
func finish(app interface{ ShutdownWithTimeout(time.Duration) error }, l net.Listener, served <-chan error, last func()) error {
	// The app ends nothing that it has not begun to listen to; who is asked to stop in that
	// very moment would listen for ever.
	l.Close()
	if err := <-served; err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	last()
	if err := app.ShutdownWithTimeout(shutdownGrace); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// patience is how long requests wait for a node that is starting before they are told that
// it is: most find the index a moment later, and who asks gets the page and not an excuse.
const patience = 5 * time.Second

// answer listens when there is an index, or patience is at its end.
func answer(ctx context.Context, index *indexer.Indexer, listen func() error) error {
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	if index.WaitReady(wait) != nil && ctx.Err() != nil {
		return nil
	}
	return listen()
}

// provider returns the OIDC provider that the configuration names, nil for none. It does
// not ask it anything.
func provider(c config) (*oidc.Provider, error) {
	if c.OIDCIssuer == "" {
		return nil, nil
	}
	return oidc.New(c.oidc())
}

// mapTiles returns where the background map comes from, nil for nowhere. It asks nothing yet.
func mapTiles(c config) (*tiles.Source, error) {
	if c.MapTiles == "" {
		return nil, nil
	}
	return tiles.New(c.MapTiles, c.BaseURL)
}

// listen takes the address. An address in use gives an error that says what to do.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("OVERSIKT_ADDR: %s is in use; stop the program that has it, or choose another, for example OVERSIKT_ADDR=127.0.0.1:8081", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("OVERSIKT_ADDR: %w", err)
	}
	return l, nil
}

// prepare brings the schema up to date and reads the data files that ship with the
// program, unless these very files were read before.
func prepare(ctx context.Context, st *store.Store, log *slog.Logger) error {
	ran, err := st.Migrate(ctx)
	if err != nil {
		return err
	}
	if ran > 0 {
		log.Info("schema brought up to date", "migrations", ran)
	}
	digest, err := digestFS(data.FS)
	if err != nil {
		return err
	}
	return st.OncePerDigest(ctx, shipped, digest, func(ctx context.Context) error {
		log.Info("reading the data that comes with the program")
		report, err := importer.Import(ctx, st, data.FS, shipped, progress())
		for _, n := range report.Notes {
			log.Info("data file", "note", n.String())
		}
		for _, p := range report.Problems {
			log.Warn("data file", "problem", p.String())
		}
		if err != nil {
			return err
		}
		log.Info("data read", "new", report.Created, "changed", report.Updated, "unchanged", report.Unchanged,
			"kept", report.Kept, "drafts", report.Drafts, "problems", len(report.Problems))
		return nil
	})
}

// shipped is who writes the data that comes with the program.
var shipped = auth.Actor{Kind: auth.Import, Name: "data", Reviewed: true}

// prepareLater tries prepare again until it succeeds: a database that was away at start
// comes back without anyone restarting the site.
func prepareLater(ctx context.Context, st *store.Store, log *slog.Logger) {
	const pause = 5 * time.Second
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if err := prepare(ctx, st, log); err == nil {
			log.Info("the database is ready")
			return
		}
	}
}

// digestFS returns the SHA-256 of the names and content of all files, in hexadecimal.
func digestFS(fsys fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := fsys.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintf(h, "%s\x00", path)
		_, err = io.Copy(h, f)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("digest of the data files: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
