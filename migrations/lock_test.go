package migrations_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/migrations"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// rows is how many offerings, revisions and changes the database has that is migrated.
var rows = flag.Int("rows", 3000, "rows of each large table under the migrations; 300 000 is a country with its history")

// base is the schema from which migrations are tried under load. Those before 18 were written
// when nobody ran the program yet; 26 makes an index that takes seconds on 300 000 changes.
var base = flag.Int64("from", 18, "version of the schema from which migrations are tried under load")

// bounded are tables that do not grow with use: Norway's regions, the words of the field,
// receivers of webhooks, which national editors enter one by one, and what has a row or a few.
var bounded = []string{
	"fylker", "kommuner", "former_kommuner", "postal_codes", "places", "kommune_outlines", "kommune_changes", "offering_types", "type_groups", "type_laws", "terms",
	"expressions", "installation", "leader", "work_schedules", "status_transitions", "articles", "use_days", "coverage_days", "uploads", "webhooks", "goose_db_version",
}

// knownCostly are the steps of the past that read a large table through while they locked
// it: a check that is valid at once, an index on a table with rows. They are in databases by
// now. A new one is written in two steps: NOT VALID and, in a migration of its own, VALIDATE
// CONSTRAINT; CREATE INDEX CONCURRENTLY under "-- +goose NO TRANSACTION".
var knownCostly = []string{
	"19 constraint offerings_complaint_check",
	"22 constraint changes_kind_check",
	"22 constraint revisions_kind_check",
	"23 constraint changes_kind_check",
	"25 constraint changes_kind_check",
	"26 index changes_last",
	"28 constraint revisions_kind_check",
	"32 constraint revisions_proposed_by_check",
}

// openEmpty returns a database without a schema, as migrations connect to it, and its address.
func openEmpty(t *testing.T) (*sql.DB, string) {
	t.Helper()
	address := dbtest.URL(t) // so that there is a server, and the database's name is free
	name := "empty_" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "_"))
	dbtest.Exec(t, dbtest.SharedURL(t), "CREATE DATABASE "+name+" OWNER oversikt TEMPLATE template0")
	t.Cleanup(func() { dbtest.Exec(t, dbtest.SharedURL(t), "DROP DATABASE "+name+" WITH (FORCE)") })
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	config.Database = name
	config.RuntimeParams["lock_timeout"] = migrations.LockTimeout
	db := stdlib.OpenDB(*config)
	t.Cleanup(func() { db.Close() })
	config = config.Copy()
	// Many times a page's: what waits without end is seen all the same, and a busy machine is no failure.
	config.RuntimeParams["statement_timeout"] = "30000"
	delete(config.RuntimeParams, "lock_timeout")
	return db, stdlib.RegisterConnConfig(config)
}

func open(t *testing.T, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// fill gives the tables that grow their rows.
func fill(t *testing.T, db *sql.DB) {
	t.Helper()
	exec(t, db, "INSERT INTO type_groups (code, name_nb, position) VALUES ('prove', 'Prøve', 1)",
		"INSERT INTO offering_types (code, group_code, name_nb, plural_nb, does_nb, every_kommune, position) VALUES ('prove', 'prove', 'Prøve', 'Prøver', 'Prøve.', false, 1)",
		fmt.Sprintf(`INSERT INTO offerings (key, type_code, name, description, source_title, confidence, status)
			SELECT 'prove/' || n, 'prove', 'Prøvetilbud ' || n, repeat('Tekst. ', 40), 'Prøve', 'hoy', 'publisert' FROM generate_series(1, %d) n`, *rows),
		fmt.Sprintf(`INSERT INTO revisions (kind, ref, version, actor, after)
			SELECT 'offering', n::text, 1, 'import: prøve', jsonb_build_object('Status', 'publisert', 'Text', repeat('Tekst. ', 40)) FROM generate_series(1, %d) n`, *rows),
		fmt.Sprintf("INSERT INTO changes (kind, ref) SELECT 'offering', n::text FROM generate_series(1, %d) n", *rows))
}

// load is who reads and writes meanwhile, as the program does.
type load struct {
	done    atomic.Int64
	failed  atomic.Int64
	longest atomic.Int64 // nanoseconds, since it was last asked for
}

func (l *load) run(t *testing.T, address string, stop <-chan struct{}, all *sync.WaitGroup) {
	for i, do := range []func(ctx context.Context, db *sql.DB, n int) error{
		func(ctx context.Context, db *sql.DB, n int) error {
			var name string
			return db.QueryRowContext(ctx, "SELECT name FROM offerings WHERE id = $1", n%*rows+1).Scan(&name)
		},
		func(ctx context.Context, db *sql.DB, n int) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			defer tx.Rollback() //nolint:errcheck // committed, or of no use
			id := n%*rows + 1
			for _, s := range []string{
				"UPDATE offerings SET version = version + 1 WHERE id = $1",
				"INSERT INTO revisions (kind, ref, version, actor, after) SELECT 'offering', id::text, version, 'import: prøve', '{}' FROM offerings WHERE id = $1",
				"INSERT INTO changes (kind, ref) VALUES ('offering', $1::bigint::text)",
			} {
				if _, err := tx.ExecContext(ctx, s, id); err != nil {
					return err
				}
			}
			return tx.Commit()
		},
	} {
		db := open(t, address)
		all.Go(func() {
			for n := i; ; n++ {
				select {
				case <-stop:
					return
				case <-time.After(2 * time.Millisecond): // the machine has more to do
				}
				began := time.Now()
				if err := do(t.Context(), db, n); err != nil {
					l.failed.Add(1)
					t.Errorf("meanwhile: %v", err)
				}
				l.done.Add(1)
				if took := int64(time.Since(began)); took > l.longest.Load() {
					l.longest.Store(took)
				}
			}
		})
	}
}

func versions(t *testing.T) (found []int64) {
	t.Helper()
	names, err := fs.Glob(os.DirFS("."), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var v int64
		if _, err := fmt.Sscanf(name, "%d_", &v); err == nil {
			found = append(found, v)
		}
	}
	slices.Sort(found)
	return found
}

// shape is what a costly step changes in the catalog: the files of tables, and the indexes and
// valid constraints that there are on tables, by name of the table.
func shape(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `SELECT 'table ' || relname, relname, relfilenode::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
		UNION ALL SELECT 'index ' || i.relname, t.relname, i.oid::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
			WHERE t.relnamespace = 'public'::regnamespace
		UNION ALL SELECT 'constraint ' || conname, t.relname, c.oid::text FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
			WHERE c.connamespace = 'public'::regnamespace AND contype IN ('c', 'f') AND convalidated`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var what, table, id string
		if err := rows.Scan(&what, &table, &id); err != nil {
			t.Fatal(err)
		}
		found[what] = table + " " + id
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// costly returns what a migration did to tables with rows that reads or writes them
// through while others wait.
func costly(version int64, content string, before, after map[string]string) (found []string) {
	for what, now := range after {
		table, _, _ := strings.Cut(now, " ")
		kind, _, _ := strings.Cut(what, " ")
		if _, there := before["table "+table]; !there || before[what] == now || slices.Contains(bounded, table) {
			continue
		}
		if kind == "index" && strings.Contains(content, "+goose NO TRANSACTION") && strings.Contains(content, "INDEX CONCURRENTLY") ||
			kind == "constraint" && strings.Contains(content, "VALIDATE CONSTRAINT") && !strings.Contains(content, "ADD CONSTRAINT") {
			continue
		}
		found = append(found, fmt.Sprintf("%d %s", version, what))
	}
	slices.Sort(found)
	return found
}

// Who waits for a migration that waits waits no longer than a page may.
func TestLockTimeoutIsShort(t *testing.T) {
	const page = 1500 * time.Millisecond // statement_timeout of internal/store
	if wait, err := time.ParseDuration(migrations.LockTimeout); err != nil || wait > page/2 {
		t.Errorf("LockTimeout is %v, %v, want at most half of the %v that a page's statement may take", wait, err, page)
	}
}

// Every migration since the base is run on tables with rows, while others read and write.
// Nobody is refused; how long they waited is printed; and what would make them wait longer
// the more rows there are is found in the catalog.
func TestMigrationsUnderLoad(t *testing.T) {
	db, address := openEmpty(t)
	if err := migrations.UpTo(t.Context(), db, *base); err != nil {
		t.Fatal(err)
	}
	fill(t, db)
	var l load
	stop := make(chan struct{})
	var all sync.WaitGroup
	l.run(t, address, stop, &all)
	seen := map[string]bool{}
	before := shape(t, db)
	for _, v := range versions(t) {
		if v <= *base {
			continue
		}
		l.longest.Store(0)
		began := time.Now()
		if err := migrations.UpTo(t.Context(), db, v); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		time.Sleep(20 * time.Millisecond) // for those who waited until the end
		after := shape(t, db)
		matches, err := fs.Glob(os.DirFS("."), fmt.Sprintf("%04d_*.sql", v))
		if err != nil || len(matches) != 1 {
			t.Fatalf("migration %d: %v, %v", v, matches, err)
		}
		content, err := os.ReadFile(matches[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range costly(v, string(content), before, after) {
			seen[what] = true
			if !slices.Contains(knownCostly, what) {
				t.Errorf("%s: it reads a table that grows, or writes it anew, while others wait; see knownCostly for how not to", what)
			}
		}
		before = after
		t.Logf("%d: %v; the longest of the others took %v", v, took.Round(time.Millisecond), time.Duration(l.longest.Load()).Round(time.Millisecond))
	}
	close(stop)
	all.Wait()
	for _, what := range knownCostly {
		var version int64
		if _, err := fmt.Sscanf(what, "%d ", &version); err != nil {
			t.Fatal(err)
		}
		if version > *base && !seen[what] {
			t.Errorf("%s was not seen: the test looks in the wrong place", what)
		}
	}
	t.Logf("%d rows of each large table, %d reads and writes meanwhile, %d failed", *rows, l.done.Load(), l.failed.Load())
}

// Somebody reads a table for long: the migration that needs it lets others through while it
// waits, and is done when the table is free.
func TestUpLetsOthersThrough(t *testing.T) {
	db, address := openEmpty(t)
	if err := migrations.UpTo(t.Context(), db, *base); err != nil {
		t.Fatal(err)
	}
	fill(t, db)
	reader, err := open(t, address).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Rollback() //nolint:errcheck // ended below
	if _, err := reader.ExecContext(t.Context(), "LOCK TABLE offerings IN ACCESS SHARE MODE"); err != nil {
		t.Fatal(err)
	}
	type result struct {
		ran int
		err error
	}
	up := make(chan result, 1)
	go func() {
		ran, err := migrations.Up(t.Context(), db)
		up <- result{ran, err}
	}()
	var l load
	stop := make(chan struct{})
	var all sync.WaitGroup
	l.run(t, address, stop, &all)
	// As long as it takes to see one try wait, give up, and come again.
	for tries, waiting := 0, false; tries < 2 && l.failed.Load() == 0; time.Sleep(10 * time.Millisecond) {
		var now bool
		err := db.QueryRowContext(t.Context(), "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' AND relation = 'offerings'::regclass)").Scan(&now)
		if err != nil {
			t.Fatal(err)
		}
		if now && !waiting {
			tries++
		}
		waiting = now
		select {
		case r := <-up:
			t.Fatalf("Up() = %d, %v, although the table was in use", r.ran, r.err)
		default:
		}
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	r := <-up
	close(stop)
	all.Wait()
	list := versions(t)
	if want := len(list) - 1 - slices.Index(list, *base); r.err != nil || r.ran != want {
		t.Errorf("Up() = %d, %v, want %d", r.ran, r.err, want)
	}
	t.Logf("%d reads and writes while the migration waited for the table, %d failed, the longest took %v", l.done.Load(), l.failed.Load(), time.Duration(l.longest.Load()).Round(time.Millisecond))
}
