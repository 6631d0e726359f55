package pgembed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// helperDir, when set, makes the test binary a program that uses the server in
// that data folder, for tests about other processes and about their death.
const helperDir = "PGEMBED_TEST_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		if err := help(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// help starts or joins the server, says so, and stops at the end of its input.
func help(dir string) error {
	ctx := context.Background()
	server, err := Start(ctx, options(dir, os.Stderr))
	if err != nil {
		return err
	}
	fmt.Println(server.URL())
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return server.Stop(ctx)
}

// npmRoot is where npm ci puts a server on a machine that has none.
const npmRoot = "../../web/node_modules"

// installed returns the server that the tests use.
func installed(t *testing.T) Installation {
	t.Helper()
	server, err := Find(t.Context(), os.Getenv("PG_BIN"), npmRoot, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func options(dir string, log io.Writer) Options {
	return Options{
		Dir:      dir,
		Bin:      os.Getenv("PG_BIN"),
		NPMRoot:  npmRoot,
		Settings: map[string]string{"fsync": "off"},
		Log:      slog.New(slog.NewTextHandler(log, nil)),
	}
}

// dataDir returns a folder that every user may pass, unlike t.TempDir.
func dataDir(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Postgres")
	}
	dir, err := os.MkdirTemp("", "pgembed-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	// macOS's temp folder is a link.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// start starts a server in the data folder and stops it at the end of the test.
func start(t *testing.T, dir string) *Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, err := Start(ctx, options(dir, t.Output()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, server) })
	return server
}

func stop(t *testing.T, server *Server) {
	t.Helper()
	if err := server.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// helper is another process that uses the server in a data folder.
type helper struct {
	cmd   *exec.Cmd
	stdin io.Closer
	out   *bufio.Reader
	url   string
}

// launchHelper starts one without waiting for its server.
func launchHelper(t *testing.T, dir string) *helper {
	t.Helper()
	h := &helper{cmd: exec.Command(os.Args[0])}
	h.cmd.Env = append(os.Environ(), helperDir+"="+dir)
	h.cmd.Stderr = t.Output()
	stdin, err := h.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.stdin, h.out = stdin, bufio.NewReader(stdout)
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.end() })
	return h
}

// wait waits for the helper's server.
func (h *helper) wait(t *testing.T) {
	t.Helper()
	line, err := h.out.ReadString('\n')
	if err != nil {
		t.Fatalf("helper has no server: %v", err)
	}
	h.url = strings.TrimSpace(line)
}

func startHelper(t *testing.T, dir string) *helper {
	t.Helper()
	h := launchHelper(t, dir)
	h.wait(t)
	return h
}

// end lets the helper stop in good order.
func (h *helper) end() error {
	_ = h.stdin.Close()
	return h.cmd.Wait()
}

// kill is kill -9.
func (h *helper) kill(t *testing.T) {
	t.Helper()
	if err := h.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = h.cmd.Wait() // says "killed"
}

// query returns the one text that a statement gives.
func query(url, sql string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	var text string
	err = conn.QueryRow(ctx, sql).Scan(&text)
	return text, err
}

func mustQuery(t *testing.T, url, sql string) string {
	t.Helper()
	text, err := query(url, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

// writeMark stores something that checkMark expects to find again.
func writeMark(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), "CREATE TABLE mark AS SELECT 'kept' AS text"); err != nil {
		t.Fatal(err)
	}
}

func checkMark(t *testing.T, url string) {
	t.Helper()
	if got := mustQuery(t, url, "SELECT string_agg(text, ',') FROM mark"); got != "kept" {
		t.Errorf("mark is %q, want %q", got, "kept")
	}
}

// eventually waits until check gives no error.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// postmaster returns the process of the server in a data folder.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	file, err := readPidFile(filepath.Join(dir, clusterName))
	if err != nil {
		t.Fatal(err)
	}
	return file.pid
}

func gone(pid int, dir string) func() error {
	return func() error {
		if runsIn(pid, filepath.Join(dir, clusterName)) {
			return errors.New("it runs")
		}
		return nil
	}
}

func TestCluster(t *testing.T) {
	// What the caller's shell says about Postgres and language must not matter.
	for _, name := range []string{"PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "LC_ALL", "LANG", "TZ"} {
		t.Setenv(name, "9")
	}
	dir := dataDir(t)
	server := start(t, dir)
	got := make(map[string]string)
	for _, sql := range []string{
		"SELECT lower('ÆØÅ')",
		"SELECT ('PÅRØRENDE' ILIKE 'pårørende')::text",
		"SELECT string_agg(n, ' ' ORDER BY n) FROM unnest(ARRAY['Ås','Øygarden','Ærdal','Zoo','Asker']) n",
		"SELECT current_database() || ' ' || current_user",
		"SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user",
		"SHOW server_encoding", "SHOW lc_messages", "SHOW timezone",
		"SHOW listen_addresses", "SHOW unix_socket_permissions", "SHOW fsync",
		"SHOW log_statement", "SHOW log_parameter_max_length_on_error",
	} {
		got[sql] = mustQuery(t, server.URL(), sql)
	}
	want := map[string]string{
		"SELECT lower('ÆØÅ')":                          "æøå",
		"SELECT ('PÅRØRENDE' ILIKE 'pårørende')::text": "true",
		"SELECT string_agg(n, ' ' ORDER BY n) FROM unnest(ARRAY['Ås','Øygarden','Ærdal','Zoo','Asker']) n": "Asker Zoo Ærdal Øygarden Ås",
		"SELECT current_database() || ' ' || current_user":                                                 "oversikt oversikt",
		"SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user":                                 "false",
		"SHOW server_encoding":                   "UTF8",
		"SHOW lc_messages":                       "C",
		"SHOW timezone":                          "UTC",
		"SHOW listen_addresses":                  "",
		"SHOW unix_socket_permissions":           "0700",
		"SHOW fsync":                             "off",
		"SHOW log_statement":                     "none",
		"SHOW log_parameter_max_length_on_error": "0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("server differs (-want +got):\n%s", diff)
	}
	for _, name := range []string{clusterName, socketName} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o700 {
			t.Errorf("%s has mode %o, want 700", name, got)
		}
	}
}

func TestRestart(t *testing.T) {
	dir := dataDir(t)
	first := start(t, dir)
	writeMark(t, first.URL())
	pid := postmaster(t, dir)
	stop(t, first)
	if err := gone(pid, dir)(); err != nil {
		t.Errorf("after Stop: %v", err)
	}
	second := start(t, dir)
	checkMark(t, second.URL())
	if first.URL() != second.URL() {
		t.Errorf("URL is %s, was %s", second.URL(), first.URL())
	}
}

// A statement that fails must not leave what was in it in the server's log.
func TestLogKeepsNoContent(t *testing.T) {
	dir := dataDir(t)
	server := start(t, dir)
	for _, sql := range []string{
		"CREATE TABLE secret (word text UNIQUE, n int CHECK (n > 0))",
		"INSERT INTO secret VALUES ('hemmelig', 1)",
		"INSERT INTO secret VALUES ('hemmelig', 2)",
		"INSERT INTO secret VALUES ('hemmelig ord', -1)",
		"SELECT 'hemmelig' FROM nowhere",
	} {
		_, _ = query(server.URL(), sql) // three of them fail, as they should
	}
	log, err := os.ReadFile(filepath.Join(dir, logName))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(log), "nowhere") {
		t.Errorf("the log does not have the failed statements' errors:\n%s", log)
	}
	if strings.Contains(string(log), "hemmelig") {
		t.Errorf("the log has content:\n%s", log)
	}
}

func BenchmarkStart(b *testing.B) {
	for _, first := range []bool{true, false} {
		name := map[bool]string{true: "first", false: "later"}[first]
		b.Run(name, func(b *testing.B) {
			opts := options(b.TempDir(), io.Discard)
			opts.Settings = nil // fsync as in earnest
			for range b.N {
				b.StopTimer()
				if first {
					opts.Dir = b.TempDir()
				} else {
					stopAgain(b, opts)
				}
				b.StartTimer()
				server, err := Start(b.Context(), opts)
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := server.Stop(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

// stopAgain makes the cluster, so that the next start is not the first.
func stopAgain(b *testing.B, opts Options) {
	server, err := Start(b.Context(), opts)
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Stop(b.Context()); err != nil {
		b.Fatal(err)
	}
}
