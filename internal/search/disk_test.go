package search

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// small is a batch that takes no time to index.
func small() Batch {
	return Batch{Position: Position{"test", Cursor{1, 1}}, Put: []Document{KommuneDocument(region.Kommune{Number: "1804", Name: "Bodø"}, nil)}}
}

// newDiskIndex returns an index of the batch in a folder of its own, and the folder.
func newDiskIndex(t *testing.T, b Batch) (*Index, string) {
	t.Helper()
	root := t.TempDir()
	x, err := Build(root, b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return x, root
}

// What a killed program left is removed by the next; what cannot be removed costs space, and
// the index all the same is whole.
func TestLeftCopiesDoNotKeepAnIndexClosed(t *testing.T) {
	built, root := newDiskIndex(t, small())
	store := built.dir.store()
	if err := built.Close(); err != nil {
		t.Fatal(err)
	}
	left, stays := filepath.Join(store, copyName+"1"), filepath.Join(store, copyName+"2")
	if err := os.WriteFile(left, []byte("half a segment"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(stays, "in it"), 0o700); err != nil { // os.Remove refuses it, to root too
		t.Fatal(err)
	}
	x, err := Open(root, Options{})
	if err != nil {
		t.Fatalf("an index with copies left beside it: %v", err)
	}
	defer x.Close()
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("the copy that was left is still there: %v", err)
	}
	if _, err := os.Stat(stays); err != nil {
		t.Error(err)
	}
}
