package search

import (
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A node that starts on a full disk answers from the index that lies there. It is a process of
// its own, since no file at all can grow in it: also none of the go command's.
func TestOpensOnFullDisk(t *testing.T) {
	const inside = "OVERSIKT_TEST_FULL_DISK"
	if os.Getenv(inside) == "" {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOpensOnFullDisk$", "-test.v")
		child.Env = append(os.Environ(), inside+"=1")
		out, err := child.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestOpensOnFullDisk") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	dir := t.TempDir()
	built, err := Build(dir, Batch{Put: documents(t), Position: Position{"test", Cursor{1, 1}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := built.View().Offerings()
	if err := built.Close(); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = 1
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	x, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if diff := cmp.Diff(want, x.View().Offerings()); diff != "" || len(want) == 0 {
		t.Errorf("other offerings (-want +got): %.500s", diff)
	}
}
