package page

import (
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func TestDates(t *testing.T) {
	evening := time.Date(2026, 4, 6, 23, 30, 0, 0, time.UTC) // past midnight in Norway
	if got := Bokmal.Date(evening); got != "7. april 2026" {
		t.Errorf("Date = %q, want the day in Norway", got)
	}
	newYear := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)
	if got := Bokmal.Date(newYear); got != "1. januar 2027" {
		t.Errorf("Date = %q, want the year in Norway", got)
	}
	midnight := time.Date(2026, 5, 17, 0, 0, 0, 0, time.UTC)
	if got := Bokmal.Day(midnight); got != "17. mai 2026" {
		t.Errorf("Day = %q, want the day as it was written", got)
	}
	if got := Bokmal.Day(midnight.In(time.FixedZone("vest", -8*3600))); got != "17. mai 2026" {
		t.Errorf("Day = %q in another zone, want the same day", got)
	}
}

func TestPartialDate(t *testing.T) {
	for in, want := range map[directory.PartialDate]string{
		"": "", "2026": "2026", "2026-04": "april 2026", "2026-04-07": "7. april 2026", "i fjor": "i fjor",
	} {
		if got := Bokmal.PartialDate(in); got != want {
			t.Errorf("PartialDate(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMonthsAndWeekdays(t *testing.T) {
	months := map[string]bool{}
	for m := time.January; m <= time.December; m++ {
		months[Bokmal.Day(time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC))] = true
	}
	if len(months) != 12 || !months["1. oktober 2026"] {
		t.Errorf("months = %v", months)
	}
	for day, want := range map[time.Weekday]string{time.Sunday: "søndag", time.Monday: "mandag", time.Saturday: "lørdag"} {
		if got := Bokmal.Weekday(day); got != want {
			t.Errorf("Weekday(%v) = %q, want %q", day, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 357: "357", 9999: "9999", 10_000: "10\u00a0000", 728_714: "728\u00a0714", 5_600_000: "5\u00a0600\u00a0000",
	} {
		if got := Bokmal.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 kommuner", 1: "1 kommune", 2: "2 kommuner", 12_345: "12\u00a0345 kommuner"} {
		if got := Bokmal.Count(n, "1 kommune", "%s kommuner"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
	for km, want := range map[float64]string{0: "under 1 km", 0.99: "under 1 km", 1: "1 km", 22.6: "23 km", 1234.4: "1234 km"} {
		if got := Bokmal.Distance(km); got != want {
			t.Errorf("Distance(%v) = %q, want %q", km, got, want)
		}
	}
}

func TestAnd(t *testing.T) {
	for _, tc := range []struct {
		parts []string
		want  string
	}{
		{nil, ""}, {[]string{"a"}, "a"}, {[]string{"a", "b"}, "a og b"}, {[]string{"a", "b", "c"}, "a, b og c"},
	} {
		if got := Bokmal.And(tc.parts); got != tc.want {
			t.Errorf("And(%q) = %q, want %q", tc.parts, got, tc.want)
		}
	}
}

func TestPick(t *testing.T) {
	if got := Bokmal.Pick(directory.Text{NB: "Hjelp", NN: "Hjelp på nynorsk", EN: "Help"}); got != "Hjelp" {
		t.Errorf("Pick = %q, want bokmål", got)
	}
}
