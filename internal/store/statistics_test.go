package store

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/use"
)

// Two nodes that flush at the same time lose nothing, and do not wait for each other for ever.
func TestTwoNodesAddUse(t *testing.T) {
	url := dbtest.URL(t)
	now := func() time.Time { return testNow }
	const rounds = 40
	var both sync.WaitGroup
	for node := range 2 {
		s, counter := openURL(t, url), use.New(now)
		both.Go(func() {
			kinds := directory.PageKinds()
			if node == 1 {
				slices.Reverse(kinds)
			}
			for range rounds {
				for _, k := range kinds {
					counter.Count(k)
				}
				if err := counter.Flush(t.Context(), s.AddUse); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	s := openURL(t, url)
	var counts []int64
	if err := s.db.Raw("SELECT count FROM use_days WHERE day = '2026-03-04' ORDER BY kind").Scan(&counts).Error; err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "counts", slices.Repeat([]int64{2 * rounds}, len(directory.PageKinds())), counts)
}

// What is kept of use is the day, the kind and how many. That it is so is promised to readers.
func TestUseKeepsNothingElse(t *testing.T) {
	s := openStore(t)
	var columns []string
	if err := s.db.Raw("SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_name = 'use_days' ORDER BY 1").Scan(&columns).Error; err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "columns", []string{"count bigint", "day date", "kind text"}, columns)
	for _, k := range directory.PageKinds() {
		if err := s.AddUse(t.Context(), []directory.UseDay{{Day: "2026-03-04", Kind: k, Count: 1}}); err != nil {
			t.Errorf("%s: %v", k, err)
		}
	}
	for name, u := range map[string]directory.UseDay{
		"words":            {Day: "2026-03-04", Kind: "mamma drikker", Count: 1},
		"an hour":          {Day: "2026-03-04", Kind: "sok 03", Count: 1},
		"nothing to count": {Day: "2026-03-04", Kind: directory.SearchPage, Count: -1},
	} {
		err := s.AddUse(t.Context(), []directory.UseDay{{Day: "2026-03-05", Kind: directory.FrontPage, Count: 1}, u})
		if err == nil || !strings.Contains(err.Error(), "use_days") {
			t.Errorf("%s: error %v, want a refusal", name, err)
		}
	}
	wantEqual(t, "rows", len(directory.PageKinds()), count(t, s, "use_days")) // all or nothing
}
