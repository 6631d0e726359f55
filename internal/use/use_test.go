package use

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// table adds up what is flushed, as the database does. It fails while away.
type table struct {
	mu   sync.Mutex
	rows map[string]int64
	away bool
}

func (b *table) add(_ context.Context, list []directory.UseDay) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return errors.New("away")
	}
	if b.rows == nil {
		b.rows = map[string]int64{}
	}
	for _, u := range list {
		b.rows[u.Day+" "+string(u.Kind)] += u.Count
	}
	return nil
}

func wantRows(t *testing.T, b *table, want map[string]int64) {
	t.Helper()
	if diff := cmp.Diff(want, b.rows); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

// Days are those of Norway, also when they have 23 and 25 hours.
func TestDaysAreNorwegian(t *testing.T) {
	for name, tc := range map[string]struct {
		at  []string // in UTC
		day []string
	}{
		"winter midnight": {[]string{"2026-11-25T22:59:59Z", "2026-11-25T23:00:00Z"}, []string{"2026-11-25", "2026-11-26"}},
		"summer midnight": {[]string{"2026-06-30T21:59:59Z", "2026-06-30T22:00:00Z"}, []string{"2026-06-30", "2026-07-01"}},
		"spring, 23 hours": {[]string{"2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"},
			[]string{"2026-03-28", "2026-03-29", "2026-03-29", "2026-03-30"}},
		"autumn, 25 hours": {[]string{"2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"},
			[]string{"2026-10-24", "2026-10-25", "2026-10-25", "2026-10-26"}},
		"new year":            {[]string{"2026-12-31T22:59:59Z", "2026-12-31T23:00:00Z"}, []string{"2026-12-31", "2027-01-01"}},
		"a clock set back":    {[]string{"2026-11-25T23:00:00Z", "2026-11-25T22:59:00Z", "2026-11-25T23:01:00Z"}, []string{"2026-11-26", "2026-11-25", "2026-11-26"}},
		"nothing for a month": {[]string{"2026-10-01T12:00:00Z", "2026-11-01T12:00:00Z"}, []string{"2026-10-01", "2026-11-01"}},
	} {
		t.Run(name, func(t *testing.T) {
			var now time.Time
			c := New(func() time.Time { return now })
			want := map[string]int64{}
			for i, at := range tc.at {
				var err error
				if now, err = time.Parse(time.RFC3339, at); err != nil {
					t.Fatal(err)
				}
				c.Count(directory.FrontPage)
				want[tc.day[i]+" forside"]++
			}
			var b table
			if err := c.Flush(t.Context(), b.add); err != nil {
				t.Fatal(err)
			}
			wantRows(t, &b, want)
		})
	}
}

func TestCountsWaitForTheDatabase(t *testing.T) {
	now := time.Date(2026, 11, 25, 23, 59, 0, 0, page.Oslo)
	c := New(func() time.Time { return now })
	b := table{away: true}
	c.Count(directory.SearchPage)
	if err := c.Flush(t.Context(), b.add); err == nil {
		t.Fatal("no error while the database is away")
	}
	now = now.Add(48 * time.Hour)
	c.Count(directory.SearchPage)
	if err := c.Flush(t.Context(), b.add); err == nil {
		t.Fatal("no error while the database is away")
	}
	b.away = false
	for range 3 { // the second and third time there is nothing to add
		if err := c.Flush(t.Context(), b.add); err != nil {
			t.Fatal(err)
		}
	}
	wantRows(t, &b, map[string]int64{"2026-11-25 sok": 1, "2026-11-27 sok": 1})
	if len(c.days) != 1 {
		t.Errorf("%d days are kept, want the current one", len(c.days))
	}
}

// Nothing is lost or counted twice by counting while it is flushed, over midnight.
func TestCountingWhileFlushing(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, 11, 25, 23, 59, 59, 0, page.Oslo)
	c := New(func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Millisecond); return now })
	var b table
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				c.Count(directory.KommunePage)
			}
		})
		all.Go(func() {
			for range 50 {
				if err := c.Flush(t.Context(), b.add); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	c.Finish(t.Context(), b.add, nil)
	if got := b.rows["2026-11-25 kommune"] + b.rows["2026-11-26 kommune"]; got != 2000 || len(b.rows) != 2 {
		t.Errorf("%d counted, want 2000 on two days: %v", got, b.rows)
	}
}

func TestKindOfRoute(t *testing.T) {
	for route, want := range map[string]directory.PageKind{
		"/":                            directory.FrontPage,
		"/nn":                          directory.FrontPage,
		"/en/":                         directory.FrontPage,
		"/sok":                         directory.SearchPage,
		"/nn/kommune/:key":             directory.KommunePage,
		"/tilbud/:key":                 directory.OfferingPage,
		"/ta-vare-pa-barna/:slug":      directory.ArticlePage,
		"/en/ta-vare-pa-familien":      directory.ArticlePage,
		"/sjekklister/:slug":           directory.ChecklistPage,
		"/api/v1/kommuner/:nummer":     directory.APICall,
		"/hsds/v3/services/:id":        directory.APICall,
		"/om/tall":                     directory.OtherPage,
		"/personvern":                  directory.OtherPage,
		"/redaksjon/tilbud/:id":        notCounted,
		"/logg-inn/lenke/:secret":      notCounted,
		"/bekreft/:secret":             notCounted,
		"/assets/:name":                notCounted,
		"/readyz":                      notCounted,
		"/henvisning/:code":            directory.ReferralPage,
		"/nn/bygg-inn/:key":            directory.EmbeddedPage,
		"/kart":                        directory.MapPage,
		"/kurs/:key":                   directory.CoursePage,
		"/no-such-page/:of/:any/:kind": directory.OtherPage,
	} {
		got, ok := Kind(route)
		if got != want || ok != (want != notCounted) {
			t.Errorf("Kind(%q) = %q, %v, want %q", route, got, ok, want)
		}
	}
}

func TestRobots(t *testing.T) {
	for agent, want := range map[string]bool{
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": true,
		"facebookexternalhit/1.1": true,
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36":            true,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E1": false,
		"Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari":     false,
		"curl/8.5.0": false,
		"":           false,
	} {
		if got := Robot([]byte(agent)); got != want {
			t.Errorf("Robot(%q) = %v, want %v", agent, got, want)
		}
	}
}
