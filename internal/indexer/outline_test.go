package indexer

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/importer"
)

const square = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kommunenummer":"1804"},
	"geometry":{"type":"Polygon","coordinates":[[[14,67],[15,67],[15,68],[14,68],[14,67]]]}}]}`

// Outlines follow into the index.
func TestOutlinesFollow(t *testing.T) {
	st := newStore(t)
	x, stop := follow(t, st, t.TempDir())
	defer stop()
	without := x.View().Outlines()
	if len(without.List()) != 0 {
		t.Fatalf("%d outlines before any were imported", len(without.List()))
	}
	save := func(text string) {
		t.Helper()
		if _, err := importer.ImportOutlines(t.Context(), st, strings.NewReader(text), tester); err != nil {
			t.Fatal(err)
		}
	}
	save(square)
	eventually(t, "the outline is there", func() bool { return len(x.View().Outlines().List()) == 1 })
	with := x.View().Outlines()
	if got := with.List()[0]; got.Kommune != "1804" || len(got.Area) == 0 || len(got.Drawing) == 0 {
		t.Errorf("the outline is %+v", got)
	}
	save(strings.Replace(square, "[15,68]", "[15,68.5]", 1))
	eventually(t, "the outline is another", func() bool {
		return !bytes.Equal(x.View().Outlines().List()[0].Area, with.List()[0].Area)
	})

	// A node that comes later reads the same.
	index, err := InMemory(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	if diff := cmp.Diff(x.View().Outlines().List(), index.View().Outlines().List()); diff != "" {
		t.Errorf("a new index has other outlines than one that followed: %s", diff)
	}
}
