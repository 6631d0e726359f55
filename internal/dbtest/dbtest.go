// Package dbtest gives every test a Postgres database of its own, with the
// schema as the migrations make it. It is for tests only.
//
// Each test binary runs one server, without the care for power cuts that makes
// a server slow. The schema is made once, in a database that is then copied for
// each test: copying takes some hundredths of a second, migrating much longer.
//
// A package whose tests call URL has
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"

	"github.com/nasjonal-oversikt/oversikt/internal/pgembed"
	"github.com/nasjonal-oversikt/oversikt/migrations"
)

// template is the migrated database, the one that pgembed makes.
const template = "oversikt"

const dirPrefix = "oversikt-dbtest-"

// server is the running server of this test binary.
type server struct {
	dir      string // data folder
	postgres *pgembed.Server
	admin    *sql.DB // connected to another database than the template, which must be unused while it is copied
	count    atomic.Int64
}

// shared starts the server when the first test asks for a database.
var shared = struct {
	sync.Mutex
	server *server
	err    error
}{}

// Main runs the tests, calls ends, stops the server if one of them started it, and
// ends the process. Should the tests end the process first, by a panic or a time limit,
// Linux stops the server, and a later run removes what is on disk.
func Main(m *testing.M, ends ...func() error) {
	code := m.Run()
	for _, end := range ends {
		if err := end(); err != nil {
			fmt.Fprintln(os.Stderr, "after the tests:", err)
			code = max(code, 1)
		}
	}
	if shared.server != nil {
		if err := shared.server.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "dbtest:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// URL returns the address of a new database for this test, with the schema and
// without any rows but those that the migrations write. The database is dropped
// when the test ends. Without a Postgres server on the machine the test fails;
// with -short it is skipped.
func URL(t testing.TB) string {
	t.Helper()
	return running(t).copyOf(t, template)
}

// Template is a database that many tests begin with. It is filled once, and copied for
// each: filling it may take seconds.
type Template struct {
	// Fill puts in what the tests begin with. It leaves no connection open.
	Fill func(ctx context.Context, url string) error

	once sync.Once
	name string
	err  error
}

// URL returns the address of a new database for this test, as URL does, with what the
// template was filled with.
func (tmpl *Template) URL(t testing.TB) string {
	t.Helper()
	s := running(t)
	tmpl.once.Do(func() {
		ctx := context.Background()
		tmpl.name = fmt.Sprintf("template_%d", s.count.Add(1))
		if tmpl.err = s.copy(ctx, tmpl.name, template); tmpl.err == nil {
			tmpl.err = tmpl.Fill(ctx, withDatabase(s.postgres.URL(), tmpl.name))
		}
	})
	if tmpl.err != nil {
		t.Fatalf("dbtest: fill a template: %v", tmpl.err)
	}
	return s.copyOf(t, tmpl.name)
}

// running returns the server, which the first test starts.
func running(t testing.TB) *server {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Postgres")
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = start(context.Background())
	}
	if shared.err != nil {
		t.Fatalf("dbtest: %v", shared.err)
	}
	return shared.server
}

// copyOf returns the address of a copy, which is dropped when the test ends.
func (s *server) copyOf(t testing.TB, of string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.count.Add(1))
	if err := s.copy(t.Context(), name, of); err != nil {
		t.Fatalf("dbtest: create database: %v", err)
	}
	t.Cleanup(func() {
		s.untilUnused(name)
		if _, err := s.admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dbtest: drop database: %v", err)
		}
	})
	return withDatabase(s.postgres.URL(), name)
}

// untilUnused waits a moment for the sessions that the test has just closed: a server that
// finds one when it drops the database sleeps for a tenth of a second before it looks again.
func (s *server) untilUnused(name string) {
	for range 20 {
		var used bool
		err := s.admin.QueryRow("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = $1)", name).Scan(&used)
		if err != nil || !used {
			return // what is wrong is told by dropping it
		}
		time.Sleep(time.Millisecond)
	}
}

func (s *server) copy(ctx context.Context, name, of string) error {
	// Copying files is faster than the default, copying through the log, as
	// this server does not wait for the disk.
	_, err := s.admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE "+of+" STRATEGY file_copy")
	return err
}

// start runs a server in a new folder and migrates the template.
func start(ctx context.Context) (*server, error) {
	temp := tempDir()
	removeAbandoned(temp)
	dir, err := os.MkdirTemp(temp, dirPrefix)
	if err != nil {
		return nil, err
	}
	// The server of root's tests runs as another user, who must get there.
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, err
	}
	postgres, err := pgembed.Start(ctx, pgembed.Options{
		Dir:     dir,
		Bin:     os.Getenv("PG_BIN"),
		NPMRoot: nodeModules(),
		Log:     slog.New(slog.DiscardHandler),
		Settings: map[string]string{
			"fsync":              "off",
			"synchronous_commit": "off",
			"full_page_writes":   "off",
			"autovacuum":         "off", // it would be in the way of copying the template
			"max_connections":    "200", // parallel tests, each with a pool
		},
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &server{dir: dir, postgres: postgres}
	if err := migrate(ctx, postgres.URL()); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	s.admin, err = sql.Open("pgx", withDatabase(postgres.URL(), "postgres"))
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// tempDir is where the server's data goes: in memory where Linux has room for
// it, as a database has three hundred files and a disk can take twenty times as
// long to make them, and else in the temp folder. Containers often have but 64 MB there.
func tempDir() string {
	const memory = "/dev/shm"
	var stat syscall.Statfs_t
	if syscall.Statfs(memory, &stat) == nil && stat.Bavail*uint64(stat.Bsize) >= 1<<30 {
		return memory
	}
	return os.TempDir()
}

func migrate(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	_, err = migrations.Up(ctx, db)
	return errors.Join(err, db.Close())
}

// stop ends the server and removes its data.
func (s *server) stop() error {
	var err error
	if s.admin != nil {
		err = s.admin.Close()
	}
	return errors.Join(err, s.postgres.Stop(context.Background()), os.RemoveAll(s.dir))
}

// withDatabase returns the address of another database of the same server.
func withDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // pgembed's addresses are valid
	}
	u.Path = "/" + name
	return u.String()
}

// nodeModules is where npm puts a server on a machine that has none: below the
// folder of go.mod. Tests run in the folder of their package.
func nodeModules() string {
	for dir, err := os.Getwd(); err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "web", "node_modules")
		}
	}
	return ""
}

// removeAbandoned removes the data of test binaries that were killed. One that
// runs holds the lock in its folder, but takes it a moment after making the
// folder, so that new ones are left alone.
func removeAbandoned(temp string) {
	dirs, _ := filepath.Glob(filepath.Join(temp, dirPrefix+"*")) // the pattern is well formed
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < time.Hour {
			continue
		}
		lock, err := os.Open(filepath.Join(dir, "postgres.lock"))
		if errors.Is(err, fs.ErrNotExist) {
			_ = os.RemoveAll(dir)
			continue
		}
		if err != nil {
			continue // another user's
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(dir)
		}
		_ = lock.Close()
	}
}

// Mails returns subject and text of the mails that are queued to the address in the
// database of URL, oldest first.
func Mails(t testing.TB, url, to string) ([][2]string, error) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT payload->>'subject', payload->>'text' FROM jobs WHERE kind = 'mail' AND payload->>'to' = $1 ORDER BY id", to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found [][2]string
	for rows.Next() {
		var m [2]string
		if err := rows.Scan(&m[0], &m[1]); err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, rows.Err()
}

// Count returns how many rows the table has in the database of URL.
func Count(t testing.TB, url, table string) int {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
