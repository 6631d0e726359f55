// Command bench measures search as a whole, over HTTP, beside what else could have been
// used: make bench. It makes up offerings by the thousand, puts the same rows into the
// index and into Postgres, and asks both the same questions.
//
//	go run ./internal/bench -n 10000,100000
//
// It stands on these decisions.
//
//   - Every server is a process of its own: the program's whole app as cmd/oversikt serves
//     it, a thin handler over Postgres, and a bare Fiber handler for finished pages. The
//     load comes from this process, which keeps little in memory.
//   - The program keeps finished answers. "Uncached" therefore asks each question once in
//     a server's life: the mix never repeats an address. "Cached" repeats a hundred. What
//     search keeps of single words is a part of its index, as Postgres has its buffers.
//   - What is compared runs in turns of a second or so, since machines are noisy.
//   - It checks answers, and fails on wrong ones and on any status but 200. It does not
//     fail on time: what is fast is for its reader to judge.
//
// Nothing that it makes up is ever shipped or written outside its temporary folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/pgembed"
)

// settings are the flags of a whole run.
type settings struct {
	sizes       []int
	connections []int
	seconds     float64
	turns       int
	edits       int
	profile     string
	database    bool
}

func main() {
	roles := map[string]func(context.Context, []string) error{
		"build": buildRole, "serve": serveRole, "postgres": postgresRole, "bare": bareRole, "proxy": proxyRole,
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if role := argument(1); roles[role] != nil {
		err = roles[role](ctx, os.Args[2:])
	} else {
		err = measure(ctx, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func argument(i int) string {
	if i < len(os.Args) {
		return os.Args[i]
	}
	return ""
}

// readSettings reads the flags.
func readSettings(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	sizes := flags.String("n", "10000,100000", "how many offerings, one run for each")
	connections := flags.String("connections", "2,16,64", "connections at a time")
	flags.Float64Var(&s.seconds, "seconds", 4, "how long each line of the table is measured")
	flags.IntVar(&s.turns, "turns", 3, "turns that the time is divided into")
	flags.IntVar(&s.edits, "edits", 200, "edits that are made under load")
	flags.StringVar(&s.profile, "profile", "", "folder for profiles of CPU and memory of the uncached search and of finished pages")
	flags.BoolVar(&s.database, "postgres", true, "measure Postgres beside it")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	var err error
	if s.sizes, err = numbers(*sizes); err != nil {
		return s, fmt.Errorf("-n: %w", err)
	}
	if s.connections, err = numbers(*connections); err != nil {
		return s, fmt.Errorf("-connections: %w", err)
	}
	return s, nil
}

func numbers(list string) ([]int, error) {
	var out []int
	for part := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q: want numbers from 1, like 10000,100000", list)
		}
		out = append(out, n)
	}
	return out, nil
}

// measure is the whole run.
func measure(ctx context.Context, args []string) error {
	s, err := readSettings(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // the load must not be what is measured
	dir, err := os.MkdirTemp("", "oversikt-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// Postgres of root's benchmark runs as another user, who must get there.
	if err := os.Chmod(dir, 0o711); err != nil {
		return err
	}
	say("starting Postgres, reading the data that ships")
	postgres, err := startPostgres(ctx, filepath.Join(dir, "postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = postgres.Stop(context.WithoutCancel(ctx)) }()
	ref, err := importReference(ctx, postgres.URL())
	if err != nil {
		return err
	}
	var wrong []error
	for _, n := range s.sizes {
		r := &run{settings: s, n: n, dir: filepath.Join(dir, strconv.Itoa(n)), ref: ref, url: postgres.URL()}
		if err := r.all(ctx); err != nil {
			wrong = append(wrong, fmt.Errorf("%d offerings: %w", n, err))
		}
		r.report.print(os.Stdout)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return errors.Join(wrong...)
}

// startPostgres runs a server for reading: it may lose what it has, but is given the
// memory that somebody who cares for search in Postgres would give it.
func startPostgres(ctx context.Context, dir string) (*pgembed.Server, error) {
	return pgembed.Start(ctx, pgembed.Options{
		Dir: dir, Bin: os.Getenv("PG_BIN"), NPMRoot: "web/node_modules",
		Log: slog.New(slog.DiscardHandler),
		Settings: map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"shared_buffers": "1GB", "work_mem": "64MB", "maintenance_work_mem": "512MB", "max_wal_size": "8GB",
			"effective_cache_size": "4GB", "random_page_cost": "1.1",
			// Both cost more than they give in statements of milliseconds.
			"jit": "off", "max_parallel_workers_per_gather": "0",
		},
	})
}

// say tells how far the run has come, beside the tables.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}
