package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

func TestParentKilled(t *testing.T) {
	dir := dataDir(t)
	parent := startHelper(t, dir)
	writeMark(t, parent.url)
	pid := postmaster(t, dir)
	parent.kill(t)
	if runtime.GOOS == "linux" {
		eventually(t, "the server ends with its parent", gone(pid, dir))
	}
	checkMark(t, start(t, dir).URL())
}

func TestServerKilled(t *testing.T) {
	dir := dataDir(t)
	server := start(t, dir)
	writeMark(t, server.URL())
	// A session of the killed server is in the way of the new one until it
	// notices.
	session, err := pgx.Connect(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close(context.Background())
	pid := postmaster(t, dir)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server runs again", func() error {
		// Between the two servers there is no postmaster.pid for a moment.
		if now, err := readPidFile(server.cluster()); err != nil || now.pid == pid {
			return errors.New("postmaster.pid is not that of a new server")
		}
		_, err := query(server.URL(), "SELECT 'here'")
		return err
	})
	checkMark(t, server.URL())
}

func TestBothKilled(t *testing.T) {
	dir := dataDir(t)
	parent := startHelper(t, dir)
	writeMark(t, parent.url)
	pid := postmaster(t, dir)
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil { // so that it does not go in good order
		t.Fatal(err)
	}
	parent.kill(t)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	checkMark(t, start(t, dir).URL())
}

// direct starts a server in the cluster as somebody else would, a child of
// nobody that looks after it. It is not reaped before the test ends.
func direct(t *testing.T, stopped *Server) *exec.Cmd {
	t.Helper()
	installation := installed(t)
	as, err := serverAccount(t.Context(), stopped.cluster(), installation)
	if err != nil {
		t.Fatal(err)
	}
	if err := makeSocketDir(stopped.sockets, as); err != nil {
		t.Fatal(err)
	}
	cmd := as.command(context.Background(), filepath.Join(installation.Bin, "postgres"), stopped.arguments()...)
	withoutDeathSignal(cmd.SysProcAttr)
	runtime.LockOSThread() // as start wants it
	err = as.start(cmd)
	runtime.UnlockOSThread()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGQUIT)
		_ = cmd.Wait()
	})
	eventually(t, "the other server answers", func() error { return stopped.ping(t.Context()) })
	return cmd
}

func TestOrphan(t *testing.T) {
	dir := dataDir(t)
	first := start(t, dir)
	writeMark(t, first.URL())
	stop(t, first)
	orphan := direct(t, first)
	session, err := pgx.Connect(t.Context(), first.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close(context.Background())

	checkMark(t, start(t, dir).URL())
	if got := postmaster(t, dir); got == orphan.Process.Pid {
		t.Errorf("the server is still the orphan, process %d", got)
	}
	if err := gone(orphan.Process.Pid, dir)(); err != nil {
		t.Errorf("the orphan: %v", err)
	}
}

// In a container the first process often reaps nobody's children, so that a
// killed postmaster stays as a zombie under its number in postmaster.pid.
func TestZombiePostmaster(t *testing.T) {
	dir := dataDir(t)
	first := start(t, dir)
	writeMark(t, first.URL())
	stop(t, first)
	zombie := direct(t, first)
	if err := zombie.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is a zombie", gone(zombie.Process.Pid, dir))
	if got := postmaster(t, dir); got != zombie.Process.Pid {
		t.Fatalf("postmaster.pid names %d, want the zombie %d", got, zombie.Process.Pid)
	}
	checkMark(t, start(t, dir).URL())
}

func TestStalePidFile(t *testing.T) {
	dir := dataDir(t)
	first := start(t, dir)
	writeMark(t, first.URL())
	cluster := first.cluster()
	stop(t, first)
	var as account
	if os.Geteuid() == 0 {
		var err error
		if as, err = unprivileged(cluster); err != nil {
			t.Fatal(err)
		}
	}

	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	stranger := as.command(context.Background(), "/bin/sleep", "600") // one that the server could signal
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stranger.Process.Kill()
		_ = stranger.Wait()
	})

	rest := fmt.Sprintf("\n%s\n1700000000\n%s\n%s\n\n  5432001    131072\nready   \n", cluster, port, first.sockets)
	for name, content := range map[string]string{
		"dead process":       strconv.Itoa(dead.Process.Pid) + rest,
		"a stranger's":       strconv.Itoa(stranger.Process.Pid) + rest,
		"every process":      "-1" + rest,
		"first process":      "1" + rest,
		"empty":              "",
		"nonsense":           "tull\n",
		"cut off in writing": strconv.Itoa(stranger.Process.Pid) + "\n/tm",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(cluster, "postmaster.pid")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := as.own(path); err != nil {
				t.Fatal(err)
			}
			server := start(t, dir)
			checkMark(t, server.URL())
			stop(t, server)
			if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
				t.Errorf("the stranger's process: %v", err)
			}
		})
	}
}

func TestWrongMajor(t *testing.T) {
	dir := dataDir(t)
	first := start(t, dir)
	writeMark(t, first.URL())
	stop(t, first)
	version := filepath.Join(first.cluster(), "PG_VERSION")
	right, err := os.ReadFile(version)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		version string
		major   int // of the MissingError
		want    string
	}{
		"older":    {"12\n", 12, "was made by PostgreSQL 12, which is not installed here; nothing in it was changed; found "},
		"newer":    {"99\n", 99, "Install PostgreSQL 99"},
		"two-part": {"9.6\n", 9, "looked in "},
		"nonsense": {"tull\n", 0, "no version of Postgres"},
		"empty":    {"", 0, "no version of Postgres"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(version, []byte(c.version), 0o600); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, first.cluster())
			_, err := Start(t.Context(), options(dir, t.Output()))
			if err == nil {
				t.Fatal("it started")
			}
			if missing := (*MissingError)(nil); errors.As(err, &missing) != (c.major != 0) || c.major != 0 && missing.Major != c.major {
				t.Errorf("error is %#v, want major %d", missing, c.major)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %q, want %q in it", err, c.want)
			}
			if diff := cmp.Diff(before, snapshot(t, first.cluster())); diff != "" {
				t.Errorf("the cluster was changed (-before +after):\n%s", diff)
			}
		})
	}
	if err := os.WriteFile(version, right, 0o600); err != nil {
		t.Fatal(err)
	}
	checkMark(t, start(t, dir).URL())
}

// snapshot returns the size and time of every file in a folder.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			files[path] = fmt.Sprint(info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestFolderInTheWay(t *testing.T) {
	for name, c := range map[string]struct {
		file string // in the data folder, made before the start
		want string // in the error; empty if it starts
	}{
		"somebody's files":   {"postgres/notes.txt", "holds something, but no Postgres database"},
		"interrupted start":  {"postgres.init/base/1/1259", ""},
		"empty cluster":      {"postgres", ""},
		"other files beside": {"mail/1.eml", ""},
		"cluster is a file":  {"postgres/", "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := dataDir(t)
			path := filepath.Join(dir, c.file)
			switch {
			case c.file == "postgres":
				if err := os.Mkdir(path, 0o700); err != nil {
					t.Fatal(err)
				}
			default:
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.want == "" {
				start(t, dir)
				if _, err := os.Stat(filepath.Join(dir, clusterName+initSuffix)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the unfinished cluster is still there: %v", err)
				}
				return
			}
			_, err := Start(t.Context(), options(dir, t.Output()))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
			if content, err := os.ReadFile(path); string(content) != "kept" {
				t.Errorf("%s has %q, %v", path, content, err)
			}
		})
	}
}

func TestServerThatCannotStart(t *testing.T) {
	opts := options(dataDir(t), t.Output())
	opts.Settings["shared_buffers"] = "nonsense"
	_, err := Start(t.Context(), opts)
	if err == nil || !strings.Contains(err.Error(), "shared_buffers") {
		t.Errorf("error is %v, want what the server says of shared_buffers in it", err)
	}
	// The data folder is free again, and what was made is used.
	start(t, opts.Dir)
}

func TestStartCalledOff(t *testing.T) {
	dir := dataDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, options(dir, t.Output())); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	start(t, dir)
}

func TestUnusualPaths(t *testing.T) {
	for name, below := range map[string]string{
		"long":        strings.Repeat("mappe/", 25),
		"punctuation": `d'Årø, "x" \ 100%`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(dataDir(t), below)
			server := start(t, dir)
			writeMark(t, server.URL())
			checkMark(t, server.URL())
			path := filepath.Join(server.sockets, socketFile)
			if len(path) > longestSocket {
				t.Errorf("the socket's path %s has %d bytes, want at most %d", path, len(path), longestSocket)
			}
			if info, err := os.Stat(server.sockets); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the socket's folder is %v, %v, want mode 700", info, err)
			}
			stop(t, server)
			if _, err := os.Stat(server.sockets); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the socket's folder is left behind: %v", err)
			}
		})
	}
}

func TestSocketDirOfOthers(t *testing.T) {
	dir := t.TempDir()
	for name, make := range map[string]func(path string) error{
		"file":   func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"link":   func(path string) error { return os.Symlink(dir, path) },
		"closed": func(path string) error { return os.Mkdir(path, 0o700) },
		"open":   func(path string) error { return os.Mkdir(path, 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sockets")
			if err := make(path); err != nil {
				t.Fatal(err)
			}
			err := makeSocketDir(path, account{})
			if ours := name == "closed" || name == "open"; (err == nil) != ours {
				t.Errorf("error is %v, want an error: %t", err, !ours)
			}
			if info, err := os.Lstat(path); err != nil || err == nil && info.IsDir() && info.Mode().Perm() != 0o700 {
				t.Errorf("the folder is %v, %v, want mode 700", info, err)
			}
		})
	}
}

func TestSecondProcess(t *testing.T) {
	dir := dataDir(t)
	first := startHelper(t, dir)
	writeMark(t, first.url)
	pid := postmaster(t, dir)

	second := startHelper(t, dir)
	checkMark(t, second.url)
	if got := postmaster(t, dir); got != pid {
		t.Errorf("the server is process %d, want the first one's %d", got, pid)
	}
	// One that ends leaves the server to the others.
	third := startHelper(t, dir)
	if err := third.end(); err != nil {
		t.Errorf("third process: %v", err)
	}
	checkMark(t, second.url)

	if err := first.end(); err != nil {
		t.Errorf("first process: %v", err)
	}
	eventually(t, "the second process runs the server", func() error {
		_, err := query(second.url, "SELECT 'here'")
		return err
	})
	checkMark(t, second.url)

	// And with the first one killed instead.
	fourth := startHelper(t, dir)
	second.kill(t)
	eventually(t, "the fourth process runs the server", func() error {
		_, err := query(fourth.url, "SELECT 'here'")
		return err
	})
	checkMark(t, fourth.url)
	pid = postmaster(t, dir)
	if err := fourth.end(); err != nil {
		t.Errorf("fourth process: %v", err)
	}
	if err := gone(pid, dir)(); err != nil {
		t.Errorf("the server after the last process: %v", err)
	}
}

func TestSimultaneousStarts(t *testing.T) {
	dir := dataDir(t)
	var helpers []*helper
	for range 4 {
		helpers = append(helpers, launchHelper(t, dir))
	}
	for _, h := range helpers {
		h.wait(t)
		if h.url != helpers[0].url {
			t.Errorf("URL is %s, want %s", h.url, helpers[0].url)
		}
		if got := mustQuery(t, h.url, "SELECT 'here'"); got != "here" {
			t.Errorf("server says %q", got)
		}
	}
}
