// Package importer reads files of facts and articles and hands them to the store. It
// never deletes: what is gone from a file is reported. Run twice, it changes nothing the
// second time. Every row that cannot be used is reported with file and row, and the
// rest goes in.
package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Names of the files that an import knows, besides those about regions.
const (
	typesFile     = "typer.yaml"
	termsFile     = "begreper.yaml"
	offeringsFile = "tilbud.csv"
	articlesDir   = "artikler"
)

// Report says what an import did. What is gone from a file, Missing and the Gone of the
// summaries, is told only when every row could be read: one that is wrong stands there still.
type Report struct {
	Read      map[string]int // rows or files read, by file name
	Created   int            // offerings and articles
	Updated   int
	Unchanged int
	Kept      int // confirmed or edited by their owners since, so left alone
	Drafts    int // offerings that await confirmation before readers see them
	Regions   store.Summary
	Words     store.Summary // offering types and terms
	Said      store.Summary // expressions that people use
	Missing   []string      // keys of imported offerings that the file no longer has
	Notes     []Problem     // what was read otherwise than it stands there
	Problems  []Problem
}

// Progress is told how far an import has come within a step.
type Progress func(step string, done, total int)

// run is one import under way.
type run struct {
	store    *store.Store
	actor    auth.Actor
	progress Progress
	report   Report
}

// Import reads the known files of fsys into the store; absent ones are passed over. The
// report is complete as far as the import came, also beside an error. The error is for
// what stops an import: a store that cannot be reached, a file that cannot be opened.
// Rows that cannot be used are Report.Problems.
func Import(ctx context.Context, st *store.Store, fsys fs.FS, actor auth.Actor, progress Progress) (Report, error) {
	im := &run{store: st, actor: actor, progress: progress, report: Report{Read: map[string]int{}}}
	for _, step := range []func(context.Context, fs.FS) error{im.regions, im.vocabulary, im.expressions, im.offerings, im.articles} {
		if err := step(ctx, fsys); err != nil {
			return im.report, err
		}
	}
	return im.report, nil
}

func (im *run) regions(ctx context.Context, fsys fs.FS) error {
	known, err := im.storedNumbers(ctx)
	if err != nil {
		return fmt.Errorf("import regions: %w", err)
	}
	faults := len(im.report.Problems)
	regions := im.readRegions(fsys, known)
	gone, err := im.addContacts(ctx, fsys, &regions, known)
	if err != nil {
		return err
	}
	total := len(regions.Fylker) + len(regions.Kommuner) + len(regions.Formers) + len(regions.PostalCodes) + len(regions.Places)
	if total == 0 {
		return nil
	}
	im.progress("kommuner, postnummer and places", 0, total)
	summary, err := im.store.SaveRegions(ctx, im.actor, regions)
	if err != nil {
		return fmt.Errorf("import regions: %w", err)
	}
	if summary.Gone = append(summary.Gone, gone...); len(im.report.Problems) > faults {
		summary.Gone = nil
	}
	im.report.Regions = summary
	im.progress("kommuner, postnummer and places", total, total)
	return nil
}

func (im *run) offerings(ctx context.Context, fsys fs.FS) error {
	fylker, err := im.store.Fylker(ctx)
	if err != nil {
		return fmt.Errorf("import offerings: %w", err)
	}
	kommuner, err := im.store.Kommuner(ctx)
	if err != nil {
		return fmt.Errorf("import offerings: %w", err)
	}
	formers, err := im.store.FormerKommuner(ctx)
	if err != nil {
		return fmt.Errorf("import offerings: %w", err)
	}
	faults := len(im.report.Problems)
	parsed := im.readOfferings(fsys, newRegionNames(fylker, kommuner, formers))
	whole := len(im.report.Problems) == faults
	if len(parsed) == 0 {
		return nil
	}
	// A few at a time, so that the feed and other writers are not held back.
	const batch = 50
	for start := 0; start < len(parsed); start += batch {
		end := min(start+batch, len(parsed))
		if err := im.saveOfferings(ctx, parsed[start:end]); err != nil {
			return err
		}
		im.progress("offerings", end, len(parsed))
	}
	if !whole {
		return nil
	}
	return im.missingOfferings(ctx, parsed)
}

func (im *run) saveOfferings(ctx context.Context, parsed []parsedOffering) error {
	offerings := make([]directory.Offering, len(parsed))
	for i, p := range parsed {
		offerings[i] = p.offering
	}
	outcomes, err := im.store.ImportOfferings(ctx, im.actor, offerings)
	if err != nil {
		return fmt.Errorf("import offerings: %w", err)
	}
	for i, outcome := range outcomes {
		if outcome.Err != nil {
			im.offeringProblems(parsed[i].line, outcome.Err)
			continue
		}
		im.count(outcome.Result)
		if parsed[i].offering.Status == directory.Draft {
			im.report.Drafts++
		}
	}
	return nil
}

// offeringProblems words what the store found wrong with a row, a line for each field.
func (im *run) offeringProblems(line int, err error) {
	var invalid directory.Invalid
	if !errors.As(err, &invalid) {
		im.report.Problems = append(im.report.Problems, Problem{offeringsFile, line, "", err.Error()})
		return
	}
	for field, key := range invalid {
		im.report.Problems = append(im.report.Problems, Problem{offeringsFile, line, field, key})
	}
}

func (im *run) count(result store.Result) {
	switch result {
	case store.Created:
		im.report.Created++
	case store.Updated:
		im.report.Updated++
	case store.Unchanged:
		im.report.Unchanged++
	case store.Kept:
		im.report.Kept++
	}
}

// each reads a table and calls use for every row. A file that is absent is passed over.
func (im *run) each(fsys fs.FS, file string, columns []string, use func(*row)) {
	t, err := readTable(fsys, file, columns)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		im.report.Problems = append(im.report.Problems, Problem{file, 0, "", err.Error()})
		return
	}
	for i := range t.rows {
		use(&t.rows[i])
	}
	im.report.Read[file] = len(t.rows)
	im.report.Problems = append(im.report.Problems, t.problems...)
	im.report.Notes = append(im.report.Notes, t.notes...)
}

// sortUnique sorts s and removes what stands there twice.
func sortUnique[T cmp.Ordered](s *[]T) {
	slices.Sort(*s)
	*s = slices.Compact(*s)
}
