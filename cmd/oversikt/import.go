package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// operator returns the person at the shell, for the history.
func operator() auth.Actor {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return auth.Actor{Kind: auth.Operator, Name: name}
}

// importFiles is the import subcommand: a folder in the shape of data/, or one of its files.
func importFiles(ctx context.Context, c config, args []string) error {
	fsys, err := filesAt(args[0])
	if err != nil {
		return err
	}
	st, done, err := openMigrated(ctx, c)
	if err != nil {
		return err
	}
	defer done()
	report, err := importer.Import(ctx, st, fsys, auth.Actor{Kind: auth.Import, Name: args[0]}, progress())
	printReport(os.Stdout, report, err != nil)
	if err != nil {
		return err
	}
	waiting, err := st.OpenHeldChanges(ctx)
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		fmt.Printf("Waiting for a second person: %d changes of crisis and national services; see oversikt approve list.\n", len(waiting))
	}
	if n := len(report.Problems); n > 0 {
		return fmt.Errorf("import %s: %d problems, listed above; everything else is in", args[0], n)
	}
	return nil
}

// filesAt returns the files to import for a path on the command line.
func filesAt(path string) (fs.FS, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("import %s: no such file or folder", path)
	}
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", path, err)
	}
	if info.IsDir() {
		return os.DirFS(path), nil
	}
	fsys, err := importer.Single(os.DirFS(filepath.Dir(path)), filepath.Base(path))
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", path, err)
	}
	return fsys, nil
}

// progress returns a bar on a terminal, and nothing elsewhere.
func progress() importer.Progress {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func(string, int, int) {}
	}
	var bar *progressbar.ProgressBar
	current := ""
	return func(step string, done, total int) {
		if step != current {
			current = step
			bar = progressbar.NewOptions(total, progressbar.OptionSetDescription(step),
				progressbar.OptionSetWriter(os.Stderr), progressbar.OptionClearOnFinish())
		}
		_ = bar.Set(done) // a bar that cannot be drawn must not stop an import
	}
}

// printReport prints what an import of files did; failed says that an error cut it off.
func printReport(w io.Writer, r importer.Report, failed bool) {
	for _, p := range r.Problems {
		fmt.Fprintln(os.Stderr, p)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, n)
	}
	if failed {
		some := r.Created+r.Updated+r.Unchanged+r.Kept > 0
		for _, s := range []store.Summary{r.Regions, r.Words, r.Said} {
			some = some || s.Created+s.Updated+s.Unchanged+s.Kept > 0
		}
		if printCutOff(w, some, "taken in"); !some {
			return
		}
	}
	names := make([]string, 0, len(r.Read))
	for name := range r.Read {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(w, "%-40s %6d read\n", name, r.Read[name])
	}
	fmt.Fprintf(w, "Kommuner, postnummer and places: %s.\n", r.Regions)
	fmt.Fprintf(w, "Types and terms: %s.\n", r.Words)
	fmt.Fprintf(w, "Expressions: %s.\n", r.Said)
	fmt.Fprintf(w, "Offerings and articles: %d new, %d changed, %d as before, %d left alone since their owners have confirmed or edited them.\n",
		r.Created, r.Updated, r.Unchanged, r.Kept)
	fmt.Fprintf(w, "Awaiting confirmation, not shown to readers: %d.\n", r.Drafts)
	if len(r.Missing) > 0 {
		fmt.Fprintf(w, "In the database but no longer in the file, left as they are: %d\n", len(r.Missing))
		for _, key := range r.Missing {
			fmt.Fprintln(w, "  "+key)
		}
	}
}
