package indexer

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Two nodes that were given one folder do not destroy each other's index: the second goes on
// in memory until the first gives the folder back.
func TestOneNodeHasTheFolder(t *testing.T) {
	dir := t.TempDir()
	first := New(nil, dir, slog.New(slog.DiscardHandler))
	if err := first.make(small()); err != nil {
		t.Fatal(err)
	}
	second := New(nil, dir, slog.New(slog.DiscardHandler))
	defer second.close()
	second.openDisk()
	if second.View() != nil {
		t.Fatal("both have the index open")
	}
	if err := second.make(small()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		second.disk = time.Now() // that its time passes is not what is looked at
		for name, x := range map[string]*Indexer{"first": first, "second": second} {
			if !x.keepWhole(t.Context()) || x.Status().Repairs != 0 {
				t.Fatalf("the %s index was made anew %d times; want it left in peace", name, x.Status().Repairs)
			}
		}
	}
	if s := first.Status(); s.InMemory || s.InUse {
		t.Errorf("the first is %+v, want it on disk", s)
	}
	if s := second.Status(); !s.InMemory || !s.InUse {
		t.Errorf("the second is %+v, want it in memory, as the folder is in use", s)
	}

	first.close()
	second.disk = time.Now()
	if !second.keepWhole(t.Context()) {
		t.Error("an index in memory is not taken for whole")
	}
	if s := second.Status(); s.InMemory || s.InUse {
		t.Errorf("after the first has gone, the second is %+v, want it on disk", s)
	}
}

// Whoever removes the folder removes the lock with it: it is taken again.
func TestLockThatWasRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	x, other := New(nil, dir, slog.New(slog.DiscardHandler)), New(nil, dir, slog.New(slog.DiscardHandler))
	defer x.close()
	defer other.close()
	if err := x.make(small()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, lockName)); err != nil {
		t.Fatal(err)
	}
	if !x.keepWhole(t.Context()) || x.Status().Repairs != 0 {
		t.Errorf("the index was made anew %d times for a lock", x.Status().Repairs)
	}
	if err := other.lock(); !errors.Is(err, search.ErrInUse) {
		t.Errorf("another gets the lock: %v, want ErrInUse", err)
	}

	// One that is quicker has the folder.
	if err := os.Rename(dir, dir+"-gone"); err != nil {
		t.Fatal(err)
	}
	if err := other.make(small()); err != nil {
		t.Fatal(err)
	}
	if !x.keepWhole(t.Context()) || !x.Status().InUse || other.Status().InUse {
		t.Errorf("the first is %+v, the other %+v, want the first in memory", x.Status(), other.Status())
	}
	if !other.keepWhole(t.Context()) || other.Status().Repairs != 0 {
		t.Error("the other's index was not left in peace")
	}
}
