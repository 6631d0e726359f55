package store

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
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

func testTallies() []directory.Tally {
	days := 40
	return []directory.Tally{
		{Type: "ppt", Fylke: "03", Kommuner: 1, InKommune: 1, People: 1000, PeopleIn: 1000, PeopleCovered: 1000, Offerings: 2, InTime: 1, Ages: directory.Ages{Half: 1}, MedianDays: &days},
		{Type: "ppt", Kommuner: 3, InKommune: 1, FromElsewhere: 1, People: 3000, PeopleIn: 1000, PeopleCovered: 2000, Offerings: 3},
		{Kommuner: 3, People: 3000},
	}
}

// osloDay returns midnight in Norway, as the statistics are given it.
func osloDay(t *testing.T, day string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, day, page.Oslo)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A day is kept once, as it was first counted, also when two nodes count at the same time.
func TestTalliesAreKeptOnceADay(t *testing.T) {
	s := openSeeded(t)
	head := func() int { return count(t, s, "changes WHERE kind = 'statistics'") }
	day := osloDay(t, "2026-03-04")
	if has, err := s.HasTallies(t.Context(), day); has || err != nil {
		t.Fatalf("before any: has %v, error %v", has, err)
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := s.SaveTallies(t.Context(), day, testTallies()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	wantEqual(t, "rows", 3, count(t, s, "coverage_days"))
	wantEqual(t, "changes", 2, head())
	other := testTallies()
	other[0].Offerings = 99
	if err := s.SaveTallies(t.Context(), day, other); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "changes", 2, head())
	if has, err := s.HasTallies(t.Context(), day); !has || err != nil {
		t.Fatalf("after: has %v, error %v", has, err)
	}
	got, err := s.Month(t.Context(), "2026-03")
	if err != nil {
		t.Fatal(err)
	}
	want := directory.Month{Month: "2026-03", Day: "2026-03-04", Tallies: []directory.Tally{testTallies()[0], testTallies()[1], testTallies()[2]}}
	wantEqual(t, "month", want, got)
	for _, sql := range []string{"UPDATE coverage_days SET offerings = 0", "DELETE FROM coverage_days", "TRUNCATE coverage_days"} {
		if err := exec(t, s, sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: error %v, want a refusal", sql, err)
		}
	}
}

// A month has its use up to yesterday, and its last day's tallies.
func TestMonths(t *testing.T) {
	s := openSeeded(t)
	s.Now = func() time.Time { return time.Date(2026, 3, 4, 23, 30, 0, 0, time.UTC) } // the 5th in Norway
	err := s.AddUse(t.Context(), []directory.UseDay{
		{Day: "2026-02-27", Kind: directory.SearchPage, Count: 3},
		{Day: "2026-03-01", Kind: directory.SearchPage, Count: 5},
		{Day: "2026-03-04", Kind: directory.SearchPage, Count: 7},
		{Day: "2026-03-02", Kind: directory.APICall, Count: 11},
		{Day: "2026-03-05", Kind: directory.SearchPage, Count: 1000},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"2026-03-01", "2026-03-03", "2026-03-02"} {
		tallies := testTallies()
		tallies[0].Offerings = osloDay(t, day).Day() + 2
		if err := s.SaveTallies(t.Context(), osloDay(t, day), tallies); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Months(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := testTallies()
	last[0].Offerings = 5
	want := []directory.Month{
		{Month: "2026-02", From: "2026-02-27", To: "2026-02-27", Use: []directory.UseOf{{Kind: directory.SearchPage, Count: 3}}},
		{Month: "2026-03", From: "2026-03-01", To: "2026-03-04", Use: []directory.UseOf{{Kind: directory.APICall, Count: 11}, {Kind: directory.SearchPage, Count: 12}},
			Day: "2026-03-03", Tallies: last},
	}
	wantEqual(t, "months", want, got)
	for _, m := range want {
		one, err := s.Month(t.Context(), m.Month)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, m.Month, m, one)
	}
	_, err = s.Month(t.Context(), "2026-04")
	wantError(t, "a month without anything", err, ErrNotFound)
}
