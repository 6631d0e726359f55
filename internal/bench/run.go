package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"
)

// run is what is measured for one number of offerings.
type run struct {
	settings

	n     int
	dir   string
	ref   *reference
	url   string // database
	maker *maker

	app, database         *process
	appAddr, databaseAddr string
	// What was not asked yet. Both give the same questions.
	appMix, databaseMix *mix

	report report
}

// warmQuestions is how many questions are repeated to measure the cache. Their answers, of
// up to 70 kB, fit into it: with more, each would push out the one that comes next.
const warmQuestions = 100

// editLoad is how many connections ask while edits are made.
const editLoad = 16

// all measures everything. What it measured till then is in the report, also beside an error.
func (r *run) all(ctx context.Context) (err error) {
	r.maker = newMaker(r.ref)
	r.appMix, r.databaseMix = newMix(r.maker, r.n), newMix(r.maker, r.n)
	r.report.title = fmt.Sprintf("%d offerings", r.n)
	defer func() { err = errors.Join(err, r.stop()) }()
	for _, step := range []func(context.Context) error{
		r.build, r.startApp, r.startDatabase, r.check, r.searches, r.pages, r.traffic, r.editing,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return r.report.failure()
}

func (r *run) stop() error {
	var err error
	for _, p := range []*process{r.app, r.database} {
		if p != nil {
			err = errors.Join(err, p.stop())
		}
	}
	return errors.Join(err, os.RemoveAll(r.dir))
}

func (r *run) indexDir() string { return filepath.Join(r.dir, "index") }

func (r *run) build(ctx context.Context) error {
	say("%d offerings: building the index", r.n)
	var b built
	p, err := start(ctx, &b, "build", "-n", strconv.Itoa(r.n), "-dir", r.indexDir(), "-url", r.url)
	if err != nil {
		return err
	}
	if err := p.stop(); err != nil {
		return err
	}
	r.report.fact("index built", "%.1f s, %s on disk, at most %s of memory", b.MS/1000, megabytes(b.Bytes), megabytes(b.Most))
	return nil
}

// startApp starts the program on the index and asks it once.
func (r *run) startApp(ctx context.Context) (err error) {
	var l listening
	started := time.Now()
	if r.app, err = start(ctx, &l, "serve", "-dir", r.indexDir()); err != nil {
		return err
	}
	r.appAddr = l.Addr
	if _, _, err := fetch(l.Addr, r.appMix.next().path(), ""); err != nil {
		return err
	}
	r.report.fact("cold start", "%.0f ms from starting the process to its first answer; opening the index is %.0f of them",
		milliseconds(time.Since(started)), l.OpenMS)
	r.databaseMix.next()
	r.noteMemory("after start")
	return nil
}

func (r *run) noteMemory(when string) {
	r.report.fact("memory "+when, "%s", r.app.memory())
}

func (r *run) startDatabase(ctx context.Context) error {
	if !r.settings.database {
		return nil
	}
	say("%d offerings: filling Postgres", r.n)
	started := time.Now()
	f, err := fill(ctx, r.url, r.maker, r.n)
	if err != nil {
		return err
	}
	trigrams := "with pg_trgm"
	if !f.Trigrams {
		trigrams = "which has no pg_trgm: full text search alone"
	}
	r.report.fact("Postgres filled", "%.1f s, %s on disk; version %s, %s", time.Since(started).Seconds(), megabytes(f.Bytes), f.Version, trigrams)
	var l listening
	r.database, err = start(ctx, &l, "postgres", "-url", r.url, fmt.Sprintf("-trigrams=%t", f.Trigrams))
	r.databaseAddr = l.Addr
	return err
}

// searches measures the same questions against both, and repeated ones against the cache.
func (r *run) searches(ctx context.Context) error {
	var warm []string
	for range warmQuestions {
		warm = append(warm, r.appMix.next().path())
		r.databaseMix.next()
	}
	var at atomic.Int64
	repeat := func() string { return warm[int(at.Add(1))%len(warm)] }
	for _, c := range r.connections {
		say("%d offerings: searching, %d connections", r.n, c)
		lines := []contender{
			{what: "search, uncached", load: load{r.appAddr, c, func() string { return r.appMix.next().path() }, "", isResult}, base: "Postgres"},
		}
		if r.database != nil {
			next := func() string { return r.databaseMix.next().path() }
			any := func() string { return anyWord + next() }
			lines = append(lines, contender{what: "Postgres", load: load{r.databaseAddr, c, next, "", isResult}},
				contender{what: "Postgres, then any word", load: load{r.databaseAddr, c, any, "", isResult}, base: "Postgres"})
		}
		samples, err := r.profiled(ctx, r.app, "search", c, lines)
		if err != nil {
			return err
		}
		for _, path := range append(warm, warm...) { // an answer is kept when it is asked for again
			for _, header := range []string{"", pageHeader} {
				if _, _, err := fetch(r.appAddr, path, header); err != nil {
					return err
				}
			}
		}
		cached := []contender{
			{what: "search, cached", load: load{r.appAddr, c, repeat, "", isResult}, base: "Postgres"},
			{what: "search, cached and compressed", load: load{r.appAddr, c, repeat, pageHeader, isPage}, base: "Postgres"},
		}
		r.report.add(c, append(lines, cached...), append(samples, r.inTurns(ctx, cached)...))
	}
	r.noteMemory("after searches")
	return ctx.Err()
}

// isResult checks what can be checked of any answer to a search.
func isResult(_ string, body []byte) error {
	if !bytes.HasPrefix(body, []byte(`{"antall"`)) || !bytes.Contains(body, []byte(`"fasetter"`)) || body[len(bytes.TrimSpace(body))-1] != '}' {
		return fmt.Errorf("no result: %.80q", body)
	}
	return nil
}

// pageHeader is what browsers send: pages are compressed.
const pageHeader = "Accept-Encoding: gzip, deflate, br\r\n"

// smallestPage is below what any page has, compressed.
const smallestPage = 500

func isPage(_ string, body []byte) error {
	if len(body) < smallestPage {
		return fmt.Errorf("a page of %d bytes", len(body))
	}
	return nil
}

// pages measures finished pages beside a handler that only sends their bytes.
func (r *run) pages(ctx context.Context) error {
	questions := newMix(r.maker, r.n)
	asked := func() string { return "/sok?" + questions.next().values.Encode() }
	for _, c := range r.connections {
		lines := []contender{{what: "page /sok, uncached", load: load{r.appAddr, c, asked, pageHeader, isPage}}}
		r.report.add(c, lines, r.inTurns(ctx, lines))
	}
	k := r.ref.kommuner[len(r.ref.kommuner)/2]
	for i, path := range []string{"/", "/sok?kommune=" + string(k.Number)} {
		name := "page " + path
		body, headers, err := fetch(r.appAddr, path, pageHeader)
		if err != nil {
			return err
		}
		if err := isPage(path, body); err != nil {
			return fmt.Errorf("GET %s: %w", path, err)
		}
		bare, addr, err := r.startBare(ctx, finished{headers, body})
		if err != nil {
			return err
		}
		same := func(_ string, got []byte) error {
			if !bytes.Equal(got, body) {
				return errors.New("another page than before")
			}
			return nil
		}
		next := func() string { return path }
		for _, c := range r.connections {
			say("%d offerings: %s, %d connections", r.n, name, c)
			lines := []contender{
				{what: name + ", cached", load: load{r.appAddr, c, next, pageHeader, same}, base: "bare Fiber"},
				{what: "bare Fiber", load: load{addr, c, next, pageHeader, same}},
			}
			samples, err := r.profiled(ctx, r.app, "page"+strconv.Itoa(i+1), c, lines)
			if err != nil {
				return err
			}
			r.report.add(c, lines, samples)
		}
		if err := bare.stop(); err != nil {
			return err
		}
	}
	r.noteMemory("after pages")
	return ctx.Err()
}

func (r *run) startBare(ctx context.Context, answer finished) (*process, string, error) {
	delete(answer.Headers, "Date") // Fiber's server sends these itself
	delete(answer.Headers, "Content-Length")
	raw, err := json.Marshal(answer)
	if err != nil {
		return nil, "", err
	}
	file := filepath.Join(r.dir, "answer.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return nil, "", err
	}
	var l listening
	p, err := start(ctx, &l, "bare", "-file", file)
	return p, l.Addr, err
}

// editing makes edits while readers search.
func (r *run) editing(ctx context.Context) error {
	say("%d offerings: editing under load", r.n)
	loaded, stop := context.WithCancel(ctx)
	done := make(chan sample, 1)
	l := load{r.appAddr, editLoad, func() string { return r.appMix.next().path() }, "", isResult}
	go func() { done <- l.run(loaded, time.Hour) }()
	var e edited
	err := r.app.ask(&e, "edits "+strconv.Itoa(r.edits))
	stop()
	readers := <-done
	if err != nil {
		return err
	}
	r.report.fact("edit to found", "p50 %.0f ms, p99 %.0f ms; until published p50 %.0f, p99 %.0f (%d edits, %d readers beside)",
		percentile(e.Found, 50), percentile(e.Found, 99), percentile(e.Applied, 50), percentile(e.Applied, 99), r.edits, editLoad)
	if readers.errors > 0 {
		return fmt.Errorf("search while edits are made: %d errors, the first: %w", readers.errors, readers.example)
	}
	return nil
}

// profiled measures lines, with a CPU profile of the program p in a file of that name when
// one is asked for. Only the middle number of connections is profiled.
func (r *run) profiled(ctx context.Context, p *process, name string, connections int, lines []contender) ([]sample, error) {
	if r.profile == "" || connections != r.connections[len(r.connections)/2] {
		return r.inTurns(ctx, lines), nil
	}
	file, err := filepath.Abs(filepath.Join(r.profile, fmt.Sprintf("%s-%d.pprof", name, r.n)))
	if err != nil {
		return nil, err
	}
	var ok bool
	if err := p.ask(&ok, "profile "+file); err != nil {
		return nil, err
	}
	samples := r.inTurns(ctx, lines)
	return samples, p.ask(&ok, "profile")
}
