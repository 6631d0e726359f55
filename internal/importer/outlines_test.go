package importer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/outline"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Two made-up squares, a kommune that there is not, and one without an area.
const squares = `{"type":"FeatureCollection","features":[
	{"type":"Feature","properties":{"kommunenummer":"1804"},"geometry":{"type":"Polygon","coordinates":[[[14,67],[15,67],[15,68],[14,68],[14,67]]]}},
	{"type":"Feature","properties":{"kommunenummer":"1838"},"geometry":{"type":"Polygon","coordinates":[[[14,66],[15,66],[15,67],[14,67],[14,66]]]}},
	{"type":"Feature","properties":{"kommunenummer":"9999"},"geometry":{"type":"Polygon","coordinates":[[[14,65],[15,65],[15,66],[14,66],[14,65]]]}},
	{"type":"Feature","properties":{"kommunenummer":"0301"},"geometry":null}]}`

func TestImportOutlines(t *testing.T) {
	d := newFilled(t)
	run := func(text string) OutlinesReport {
		t.Helper()
		report, err := ImportOutlines(t.Context(), d.store, strings.NewReader(text), auth.Actor{Kind: auth.Import, Name: "test"})
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	report := run(squares)
	if diff := cmp.Diff(store.Summary{Created: 2}, report.Saved); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]region.Number{"9999"}, report.Unknown); diff != "" {
		t.Error(diff)
	}
	if len(report.Problems) != 1 || !strings.Contains(report.Problems[0].Error(), "feature 4 (kommunenummer 0301): has no geometry") {
		t.Errorf("problems: %v", report.Problems)
	}
	if len(report.Missing) != 355 || !strings.HasPrefix(report.Missing[0], "0301 Oslo") {
		t.Errorf("%d kommuner are missing, the first is %q, want 355 and Oslo", len(report.Missing), report.Missing[0])
	}
	before := d.contents(t, true)
	if diff := cmp.Diff(store.Summary{Unchanged: 2}, run(squares).Saved); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, d.contents(t, true)); diff != "" {
		t.Errorf("the second time changed something: %s", diff)
	}
	o, err := d.store.OutlineByKommune(t.Context(), "1804")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{o.Area, o.Drawing} {
		polygons, err := outline.Decode(b)
		if err != nil || len(polygons) != 1 || len(polygons[0][0]) != 5 {
			t.Errorf("%v, %v, want the square", polygons, err)
		}
	}
	moved := strings.Replace(squares, "[15,68]", "[15,68.2]", 1)
	if diff := cmp.Diff(store.Summary{Updated: 1, Unchanged: 1}, run(moved).Saved); diff != "" {
		t.Error(diff)
	}
	if _, err := ImportOutlines(t.Context(), d.store, strings.NewReader("kommunenummer;navn"), auth.Actor{Kind: auth.Import, Name: "test"}); err == nil {
		t.Error("a table was taken for outlines")
	}
}
