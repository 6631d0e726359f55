package importer

import (
	"context"
	"fmt"
	"io"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/outline"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// How far a border may lie from where it truly goes, in km. A telephone seldom knows better
// where it is than areaKM, and drawingKM is about a point of a map of the country on a screen.
const (
	areaKM    = 0.25
	drawingKM = 0.7
)

// OutlinesReport says what an import of outlines did.
type OutlinesReport struct {
	Saved    store.Summary
	Problems []outline.Problem
	Unknown  []region.Number // in the file, but no kommune of today
	Missing  []string        // kommuner that have no outline in the file: "0301 Oslo"
}

// ImportOutlines reads where the borders of kommuner go from a file of the mapping authority.
// It is not a part of Import, since the program comes without such a file. What cannot be used
// is reported, and the rest goes in.
func ImportOutlines(ctx context.Context, st *store.Store, file io.Reader, actor auth.Actor) (OutlinesReport, error) {
	var report OutlinesReport
	areas, problems, err := outline.Read(file)
	if err != nil {
		return report, fmt.Errorf("read outlines: %w", err)
	}
	report.Problems = problems
	kommuner, err := st.Kommuner(ctx)
	if err != nil {
		return report, fmt.Errorf("import outlines: %w", err)
	}
	known := map[region.Number]bool{}
	for _, k := range kommuner {
		known[k.Number] = true
	}
	given := map[region.Number]bool{}
	var used []outline.Area
	for _, a := range areas {
		given[a.Kommune] = true
		if known[a.Kommune] {
			used = append(used, a)
		} else {
			report.Unknown = append(report.Unknown, a.Kommune)
		}
	}
	for _, k := range kommuner {
		if !given[k.Number] {
			report.Missing = append(report.Missing, string(k.Number)+" "+k.Name)
		}
	}
	outlines, err := simpler(used)
	if err != nil {
		return report, err
	}
	if report.Saved, err = st.SaveOutlines(ctx, actor, outlines); err != nil {
		return report, fmt.Errorf("import outlines: %w", err)
	}
	return report, nil
}

// simpler returns the areas as they are kept. All are made simpler at once, for their borders
// to stay together.
func simpler(areas []outline.Area) ([]region.Outline, error) {
	near := outline.Simplify(areas, areaKM)
	far := outline.Simplify(areas, drawingKM)
	outlines := make([]region.Outline, len(areas))
	for i, a := range areas {
		area, err := outline.Encode(near[i].Polygons)
		if err != nil {
			return nil, err
		}
		drawing, err := outline.Encode(far[i].Polygons)
		if err != nil {
			return nil, err
		}
		outlines[i] = region.Outline{Kommune: a.Kommune, Area: area, Drawing: drawing}
	}
	return outlines, nil
}
