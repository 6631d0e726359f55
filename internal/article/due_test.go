package article

import (
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	confirmed := day("2026-09-10")
	for name, test := range map[string]struct {
		article Article
		due     string
		asked   string // the first day on which it is time
	}{
		"never confirmed": {Article{Published: day("2026-01-02"), Updated: day("2026-08-01")}, "2027-01-02", "2026-12-03"},
		"confirmed":       {Article{Published: day("2026-01-02"), Updated: day("2026-12-01"), ConfirmedAt: &confirmed}, "2027-09-10", "2027-08-11"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.article.Due().Format(time.DateOnly); got != test.due {
				t.Errorf("due %s, want %s", got, test.due)
			}
			asked := day(test.asked)
			if test.article.IsDue(asked.Add(-time.Second)) || !test.article.IsDue(asked) || !test.article.IsDue(asked.AddDate(5, 0, 0)) {
				t.Errorf("it is not asked about from %s on", test.asked)
			}
		})
	}
}
