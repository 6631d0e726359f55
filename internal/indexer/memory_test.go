package indexer

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// small is a batch that takes no time to index.
func small() search.Batch {
	return search.Batch{Position: search.Position{Installation: "test", Cursor: search.Cursor{XID: 1, ID: 1}},
		Put: []search.Document{search.KommuneDocument(region.Kommune{Number: "1804", Name: "Bodø"}, nil)}}
}

// While the disk refuses, each try to come back to it leaves the index in memory as it is.
func TestDiskThatStillRefusesKeepsTheIndex(t *testing.T) {
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	x := New(nil, filepath.Join(file, "index"), slog.New(slog.DiscardHandler)) // no folder can be made in a file
	defer x.close()
	if err := x.make(small()); err != nil {
		t.Fatal(err)
	}
	kept := x.index.Load()
	if !x.Status().InMemory {
		t.Fatal("the index is on a disk that refuses it")
	}
	for range 3 {
		paused := x.pause
		x.disk = time.Now()
		if !x.keepWhole(ctx) {
			t.Error("an index in memory is not taken for whole")
		}
		if x.index.Load() != kept || !x.Status().InMemory || x.Status().Repairs != 0 {
			t.Errorf("the index is another one: %t, in memory: %t, repairs: %d; want the same one in memory", x.index.Load() != kept, x.Status().InMemory, x.Status().Repairs)
		}
		if x.pause <= paused || !x.disk.After(time.Now()) {
			t.Errorf("the pause is %v after %v, the next try at %v: want longer ones", x.pause, paused, x.disk)
		}
	}

	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	x.disk = time.Now()
	if !x.keepWhole(ctx) || x.Status().InMemory {
		t.Error("the index is not back on a disk that takes it")
	}
	x.close()
	back, err := search.Open(x.dir, search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if back.Position() != small().Position {
		t.Errorf("the index on disk is at %v, want %v", back.Position(), small().Position)
	}
}
