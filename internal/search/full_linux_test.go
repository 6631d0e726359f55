package search

import (
	"os/signal"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A node that starts on a full disk answers from the index that lies there.
func TestOpensOnFullDisk(t *testing.T) {
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
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Fatal(err)
		}
	}()
	x, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if diff := cmp.Diff(want, x.View().Offerings()); diff != "" || len(want) == 0 {
		t.Errorf("other offerings (-want +got): %.500s", diff)
	}
}
