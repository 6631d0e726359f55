package indexer

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// An index that cannot be made anew is tried again every other second, and the log is told
// once in a while.
func TestFailingRepairIsSaidSeldom(t *testing.T) {
	var log strings.Builder
	dir := filepath.Join(t.TempDir(), "index")
	x := New(nil, dir, slog.New(slog.NewTextHandler(&log, nil)))
	defer x.close()
	if err := x.make(small()); err != nil {
		t.Fatal(err)
	}
	// What the index was given is not written again before it is made anew; a year of five digits
	// cannot be written.
	dates := []directory.CourseDate{{Day: time.Date(2027, time.March, 1, 0, 0, 0, 0, time.UTC)}}
	if err := x.index.Load().Apply(search.Batch{Put: []search.Document{search.CourseDocument(directory.Course{ID: 1, Dates: dates})}}); err != nil {
		t.Fatal(err)
	}
	day := dates[0].Day
	dates[0].Day = day.AddDate(20000, 0, 0)
	if err := os.Rename(dir, dir+"-gone"); err != nil {
		t.Fatal(err)
	}
	log.Reset()
	said := 0
	for i := range 5 {
		if x.keepWhole(t.Context()) {
			t.Fatal("it was made anew")
		}
		if lines := strings.Count(log.String(), "\n"); i == 0 {
			said = lines
		} else if lines != said || said == 0 {
			t.Fatalf("after %d tries the log has %d lines, after the first %d:\n%s", i+1, lines, said, &log)
		}
	}
	x.told = x.told.Add(-sayEvery)
	if x.keepWhole(t.Context()) || strings.Count(log.String(), "\n") != 2*said {
		t.Errorf("when its time has passed, the log is not told again:\n%s", &log)
	}
	dates[0].Day = day
	if !x.keepWhole(t.Context()) || x.Status().Repairs != 1 || !x.told.IsZero() {
		t.Errorf("repairs = %d, told at %v, want one repair and a new account of the next", x.Status().Repairs, x.told)
	}
}
