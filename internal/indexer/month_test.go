package indexer

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// What is told of a month comes through the feed, and is there after building anew.
func TestMonthsReachTheIndex(t *testing.T) {
	ctx := context.Background()
	st := newStore(t)
	x, stop := follow(t, st, t.TempDir())
	defer stop()
	if len(x.View().Months()) != 0 {
		t.Fatal("months before there are any")
	}
	now := time.Now().In(page.Oslo)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, page.Oslo)
	yesterday := day.AddDate(0, 0, -1).Format(time.DateOnly)
	if err := st.AddUse(ctx, []directory.UseDay{{Day: yesterday, Kind: directory.SearchPage, Count: 12}}); err != nil {
		t.Fatal(err)
	}
	tallies := x.View().Tallies(day)
	if err := st.SaveTallies(ctx, day, tallies); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the month is in the index", func() bool { return len(x.View().Months()) > 0 })
	months := x.View().Months()
	this := months[len(months)-1]
	if this.Day != day.Format(time.DateOnly) || len(this.Tallies) != len(tallies) || len(tallies) == 0 {
		t.Errorf("the month has %d tallies of %q, want %d of %s", len(this.Tallies), this.Day, len(tallies), day.Format(time.DateOnly))
	}
	if months[0].Month != yesterday[:7] || len(months[0].Use) != 1 || months[0].Use[0].Count != 12 {
		t.Errorf("the month of yesterday is %s with use %v", months[0].Month, months[0].Use)
	}
	anew, err := InMemory(ctx, st)
	if err != nil {
		t.Fatal(err)
	}
	defer anew.Close()
	if diff := cmp.Diff(months, anew.View().Months()); diff != "" {
		t.Errorf("months after building anew (-followed +anew):\n%s", diff)
	}
}
