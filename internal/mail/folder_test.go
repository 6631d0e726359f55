package mail

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// What was sent goes after its time, and nothing else.
func TestPrune(t *testing.T) {
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	const keep = 7 * 24 * time.Hour
	for name, age := range map[string]time.Duration{
		"old.eml": keep + time.Second, "new.eml": keep - time.Second, ".new-1": keep + time.Second, "notes.txt": keep + time.Second,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	f := NewFolder(dir, func() time.Time { return now })
	if err := f.Prune(keep); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{"new.eml", "notes.txt"}; !slices.Equal(left, want) {
		t.Errorf("left are %v, want %v", left, want)
	}
	if err := NewFolder(filepath.Join(dir, "none"), time.Now).Prune(keep); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
}
