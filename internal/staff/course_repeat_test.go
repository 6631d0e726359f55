package staff

import (
	"strings"
	"testing"
	"time"
)

func TestRepeated(t *testing.T) {
	for _, c := range []struct {
		first, every string
		times        int
		last, want   string
	}{
		{"2027-03-02", everyWeek, 3, "", "2027-03-02 2027-03-09 2027-03-16"},
		{"2027-03-02", everySecondWeek, 3, "", "2027-03-02 2027-03-16 2027-03-30"},
		{"2027-03-02", everyWeek, 0, "2027-03-16", "2027-03-02 2027-03-09 2027-03-16"},
		{"2027-03-02", everyWeek, 9, "2027-03-15", "2027-03-02 2027-03-09"},
		{"2027-03-09", everyMonth, 4, "", "2027-03-09 2027-04-13 2027-05-11 2027-06-08"},
		// The fifth Friday is the last where there are but four.
		{"2027-01-29", everyMonth, 4, "", "2027-01-29 2027-02-26 2027-03-26 2027-04-30 2027-05-28"}, // 26 March is langfredag
		{"2027-12-03", everyMonth, 2, "", "2027-12-03 2028-01-07"},
		// Easter Monday stands there, and does not count.
		{"2027-03-22", everyWeek, 3, "", "2027-03-22 2027-03-29 2027-04-05 2027-04-12"},
		{"2027-05-17", everyWeek, 1, "", "2027-05-17"}, // a holiday that is meant
	} {
		var last time.Time
		if c.last != "" {
			last = day(c.last)
		}
		var got []string
		for _, d := range repeated(day(c.first), c.every, c.times, last) {
			got = append(got, d.Format(time.DateOnly))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s, %s, %d times, until %q: %s, want %s", c.first, c.every, c.times, c.last, s, c.want)
		}
	}
	if n := len(repeated(day("2027-03-02"), everyWeek, 0, day("2099-01-01"))); n != 208 {
		t.Errorf("%d dates, want as many as a course can have", n)
	}
}

// Easter Sundays from the almanac.
func TestHolidays(t *testing.T) {
	for _, sunday := range []string{"2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2038-04-25"} {
		d := day(sunday)
		if got := easter(d.Year()); !got.Equal(d) {
			t.Errorf("Easter of %d: %s, want %s", d.Year(), got.Format(time.DateOnly), sunday)
		}
	}
	for text, want := range map[string]string{
		"2027-03-25": "skjærtorsdag", "2027-03-26": "langfredag", "2027-03-27": "", "2027-03-29": "2. påskedag", "2027-05-06": "Kristi himmelfartsdag",
		"2027-05-16": "1. pinsedag", "2026-05-25": "2. pinsedag", "2027-05-17": "17. mai", "2027-12-24": "julaften", "2027-12-27": "", "2027-06-02": "",
	} {
		if got := holiday(day(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
