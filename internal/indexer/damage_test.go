package indexer

import (
	"errors"
	"io"
	"log"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Whatever befalls a file of the index while the node stands still, readers are shown what the
// database has: a telephone number with one wrong bit least of all.
func TestDamagedFilesAreNotBelieved(t *testing.T) {
	st := newStore(t)
	dir := t.TempDir()
	x, stop := follow(t, st, dir)
	want := x.View().Offerings()
	stop()
	damage := map[string]func(name string, content []byte) error{
		"deleted":   func(name string, _ []byte) error { return os.Remove(name) },
		"emptied":   func(name string, _ []byte) error { return os.WriteFile(name, nil, 0o600) },
		"truncated": func(name string, content []byte) error { return os.WriteFile(name, content[:len(content)/2], 0o600) },
		"flipped at a third": func(name string, content []byte) error {
			return os.WriteFile(name, flipped(content, len(content)/3), 0o600)
		},
		"flipped early": func(name string, content []byte) error {
			return os.WriteFile(name, flipped(content, len(content)/50), 0o600)
		},
		"flipped late": func(name string, content []byte) error {
			return os.WriteFile(name, flipped(content, len(content)*49/50), 0o600)
		},
	}
	files := []string{"CURRENT", "index-*/index_meta.json", "index-*/store/root.bolt", "index-*/store/*.zap"}
	for _, kind := range files {
		for how, do := range damage {
			t.Run(how+" "+filepath.Base(kind), func(t *testing.T) {
				found, err := filepath.Glob(filepath.Join(dir, kind))
				if err != nil || len(found) == 0 {
					t.Fatalf("no %s to damage: %v", kind, err)
				}
				content, err := os.ReadFile(found[0])
				if err != nil {
					t.Fatal(err)
				}
				if err := do(found[0], content); err != nil {
					t.Fatal(err)
				}
				x, stop := follow(t, st, dir)
				defer stop()
				if diff := cmp.Diff(want, x.View().Offerings()); diff != "" {
					t.Errorf("other offerings than before (-want +got): %.500s", diff)
				}
			})
		}
	}
	if all := filesIn(t, dir); len(all) != len(files) {
		t.Errorf("the index has the files %v: one for each of %v is damaged here", all, files)
	}
}

func flipped(content []byte, at int) []byte {
	damaged := append([]byte(nil), content...)
	damaged[at] ^= 0x10
	return damaged
}

// Every bit of what readers are shown is looked at before it is shown. All segments are damaged
// at a time: one that a merge left behind may still lie there, and nobody reads it.
func TestOneWrongBitIsSeen(t *testing.T) {
	dir := t.TempDir()
	_, stop := follow(t, newStore(t), dir)
	stop()
	segments, err := filepath.Glob(filepath.Join(dir, "index-*/store/*.zap"))
	if err != nil || len(segments) == 0 {
		t.Fatalf("no segments: %v", err)
	}
	whole := map[string][]byte{}
	for _, name := range segments {
		if whole[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	log.SetOutput(io.Discard) // Bleve tells of each segment that it cannot open
	defer log.SetOutput(os.Stderr)
	const places = 40
	for i := range places {
		for name, content := range whole {
			if err := os.WriteFile(name, flipped(content, i*(len(content)-1)/(places-1)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if x, err := search.Open(dir, search.Options{}); !errors.Is(err, search.ErrDamaged) {
			t.Errorf("a wrong bit at %d of %d parts: %v, want ErrDamaged", i, places-1, err)
			if err == nil {
				x.Close()
			}
		}
	}
	for name, content := range whole {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x, err := search.Open(dir, search.Options{})
	if err != nil {
		t.Fatalf("as it was: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Error(err)
	}
}

// filesIn returns every file of the index.
func filesIn(t *testing.T, dir string) (files []string) {
	t.Helper()
	for _, pattern := range []string{"CURRENT", "index-*/*", "index-*/store/*"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if info, err := os.Stat(f); err == nil && info.Mode().IsRegular() {
				files = append(files, f)
			}
		}
	}
	return files
}
