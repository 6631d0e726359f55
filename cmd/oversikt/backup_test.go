package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// published returns what readers see, by id.
func published(v *search.View) map[int64]any {
	all := map[int64]any{}
	for o := range v.All() {
		all[o.ID] = *o
	}
	return all
}

// The drill: a database with all of data/ is backed up, its machine is lost, and the file is
// restored by the command on an empty one, which has a Postgres of its own.
func TestRestoreDrill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a Postgres")
	}
	st := realdata.Open(t)
	before := published(realdata.Index(t, st).View())
	if len(before) < 200 {
		t.Fatalf("%d offerings, too few to tell anything", len(before))
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "oversikt.zip")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Backup(t.Context(), f, version, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	t.Chdir("../..") // where a Postgres from npm is looked for
	c, err := readConfig([]string{"OVERSIKT_DATA_DIR=" + filepath.Join(dir, "new"), "OVERSIKT_LOG_LEVEL=error"})
	if err != nil {
		t.Fatal(err)
	}
	if err := restore(t.Context(), c, []string{file}); err != nil {
		t.Fatal(err)
	}
	if err := restore(t.Context(), c, []string{file}); err == nil || !strings.Contains(err.Error(), "OVERSIKT_DATA_DIR") {
		t.Errorf("a second time: %v, want what to do", err)
	}

	again := filepath.Join(dir, "again.zip")
	if err := backup(t.Context(), c, []string{again}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(again); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v; others must not read it", info.Mode(), err)
	}
	if err := backup(t.Context(), c, []string{again}); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("over a file: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.part")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	restored, done, err := openDatabase(t.Context(), c, c.logger())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	if d := cmp.Diff(before, published(realdata.Index(t, restored).View())); d != "" {
		t.Errorf("readers see something else after the restore:\n%s", d)
	}
}
