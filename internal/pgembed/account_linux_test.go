package pgembed

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// Each case is a data folder in which root starts the server.
func TestRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root needs another account for the server")
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	const none, dacOverride = "0000000000000000", "0000000000000002"
	for name, c := range map[string]struct {
		mode     os.FileMode // of the folder that holds the data folder
		uid      string      // owner of the data folder
		wantUser string      // of the server; empty for any but root
	}{
		"open folder":             {0o711, "0", ""},
		"closed folder":           {0o700, "0", ""},
		"another's folder":        {0o711, nobody.Uid, nobody.Uid},
		"another's closed folder": {0o700, nobody.Uid, nobody.Uid},
		"nameless owner":          {0o711, "54321", ""},
	} {
		t.Run(name, func(t *testing.T) {
			outer := dataDir(t)
			dir := filepath.Join(outer, "var")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			uid, err := strconv.Atoi(c.uid)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(dir, uid, -1); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(outer, c.mode); err != nil {
				t.Fatal(err)
			}
			as, err := unprivileged(filepath.Join(dir, clusterName))
			if err != nil {
				t.Fatal(err)
			}
			want := dacOverride
			if as.try(t.Context(), filepath.Join(dir, clusterName), installed(t)) == nil {
				want = none
			}
			if c.mode == 0o700 && want == none {
				t.Error("the account can enter a closed folder")
			}
			h := startHelper(t, dir)
			writeMark(t, h.url)

			pid := postmaster(t, dir)
			switch got := status(t, pid, "Uid"); {
			case got == "0":
				t.Error("the server runs as root")
			case c.wantUser != "" && got != c.wantUser:
				t.Errorf("the server runs as user %s, want %s", got, c.wantUser)
			}
			if got := status(t, pid, "CapEff"); got != want {
				t.Errorf("the server has capabilities %s, want %s", got, want)
			}
			h.kill(t)
			eventually(t, "the server ends with its parent", gone(pid, dir))
			checkMark(t, start(t, dir).URL())
		})
	}
}

// status returns the first value of a field in /proc/PID/status.
func status(t *testing.T, pid int, field string) string {
	t.Helper()
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^` + field + `:\s+(\S+)`).FindSubmatch(content)
	if match == nil {
		t.Fatalf("no %s in\n%s", field, content)
	}
	return string(match[1])
}
