package dbtest

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// helperEnd, when set, makes TestHelper end the test binary in that way.
const helperEnd = "DBTEST_HELPER_END"

func TestMain(m *testing.M) { Main(m) }

func open(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestURLGivesMigratedDatabase(t *testing.T) {
	db := open(t, URL(t))
	var tables int
	err := db.QueryRow(`SELECT count(*) FROM information_schema.tables
		WHERE table_schema = 'public' AND table_name IN ('goose_db_version', 'kommuner', 'offerings', 'changes')`).Scan(&tables)
	if err != nil {
		t.Fatal(err)
	}
	if tables != 4 {
		t.Errorf("%d of the 4 tables are there", tables)
	}
}

// Each test writes the same table, and must not see the others' or an
// earlier one's.
func TestURLGivesEachTestItsOwn(t *testing.T) {
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			db := open(t, URL(t))
			if _, err := db.Exec("CREATE TABLE mine AS SELECT 1"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	var name string
	t.Run("test", func(t *testing.T) {
		// The pool is still open when the database is dropped.
		db, err := sql.Open("pgx", URL(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.QueryRow("SELECT current_database()").Scan(&name); err != nil {
			t.Fatal(err)
		}
	})
	if name == "" {
		t.Skip("there was no database")
	}
	var there bool
	err := shared.server.admin.QueryRow("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there)
	if err != nil {
		t.Fatal(err)
	}
	if there {
		t.Errorf("database %s is still there", name)
	}
}

// TestHelper is what the processes of TestServerEnds run.
func TestHelper(t *testing.T) {
	end := os.Getenv(helperEnd)
	if end == "" {
		t.Skip("runs only in another process")
	}
	db := open(t, URL(t))
	var process int
	if err := db.QueryRow("SELECT pg_backend_pid()").Scan(&process); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\nsession %d in %s\n", process, shared.server.dir)
	switch end {
	case "failure":
		t.Fail()
	case "panic":
		panic("as it should")
	case "kill":
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
}

func TestServerEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a Postgres")
	}
	for end, wantRemoved := range map[string]bool{"success": true, "failure": true, "panic": false, "kill": false} {
		t.Run(end, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestHelper$")
			cmd.Env = append(os.Environ(), helperEnd+"="+end)
			out, err := cmd.Output()
			if (err == nil) != (end == "success") {
				t.Errorf("the process ended with %v", err)
			}
			session, dir := 0, ""
			for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
				_, _ = fmt.Sscanf(lines.Text(), "session %d in %s", &session, &dir)
			}
			if dir == "" {
				t.Fatalf("the process said %q", out)
			}
			for deadline := time.Now().Add(30 * time.Second); syscall.Kill(session, 0) == nil; time.Sleep(10 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("the server's session %d still runs", session)
				}
			}
			_, err = os.Stat(dir)
			if removed := errors.Is(err, fs.ErrNotExist); removed != wantRemoved {
				t.Errorf("folder removed: %t, want %t", removed, wantRemoved)
			}
			if !wantRemoved {
				// The next run would do it in an hour.
				if err := os.RemoveAll(dir); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestRemoveAbandoned(t *testing.T) {
	temp := t.TempDir()
	for name, c := range map[string]struct {
		old, lock, held, wantGone bool
	}{
		"old":          {old: true, lock: true, wantGone: true},
		"old, no lock": {old: true, wantGone: true},
		"old, in use":  {old: true, lock: true, held: true},
		"new":          {lock: true},
		"new, no lock": {},
	} {
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp(temp, dirPrefix)
			if err != nil {
				t.Fatal(err)
			}
			if c.lock {
				file, err := os.Create(filepath.Join(dir, "postgres.lock"))
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				if c.held {
					if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
						t.Fatal(err)
					}
				}
			}
			if c.old {
				old := time.Now().Add(-2 * time.Hour)
				if err := os.Chtimes(dir, old, old); err != nil {
					t.Fatal(err)
				}
			}
			removeAbandoned(temp)
			_, err = os.Stat(dir)
			if gone := errors.Is(err, fs.ErrNotExist); gone != c.wantGone {
				t.Errorf("gone: %t, want %t", gone, c.wantGone)
			}
		})
	}
}

func BenchmarkURL(b *testing.B) {
	URL(b) // starts the server
	for b.Loop() {
		URL(b)
	}
}
