package directory

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What may be wrong with opening hours that a person wrote.
var (
	ErrHours        = errors.New("not opening hours")
	ErrHoursOrder   = errors.New("closes before it opens")
	ErrHoursOverlap = errors.New("two times overlap")
)

// Span is from when to when something is open on one day: "08:30" and "15:00". Midnight at
// the end of the day is "24:00".
type Span struct{ Opens, Closes string }

var (
	clockForm = regexp.MustCompile(`^(\d{1,2})(?:[.:](\d{2}))?$|^(\d{2})(\d{2})$`)
	// Between the two ends of a span, and between two spans.
	hoursTo  = regexp.MustCompile(`\s*(?:[-–—−]+|\btil\b)\s*`)
	hoursAnd = regexp.MustCompile(`\s*(?:[,;&+\n]|\bog\b)\s*`)
	hoursGap = regexp.MustCompile(`\s+`)
	hoursKl  = regexp.MustCompile(`\bkl(?:okka|okken)?\b\.?`)
)

// ParseHours returns the spans that a person wrote for one day, the earliest first:
// "08.30–15.00", "9-15", "0830 1500", "10–12 og 13–15", "hele døgnet". Nothing, "-" and
// "stengt" are no span. It returns ErrHours for what cannot be read, ErrHoursOrder for an
// end that is not after its beginning, and ErrHoursOverlap.
func ParseHours(s string) ([]Span, error) {
	text := strings.TrimSpace(hoursKl.ReplaceAllString(strings.ToLower(s), " "))
	switch text {
	case "", "-", "–", "stengt", "lukket", "stengd":
		return nil, nil
	case "hele døgnet", "heile døgnet", "døgnåpent", "døgnope", "24 timer":
		return []Span{wholeDay}, nil
	}
	var spans []Span
	for _, part := range hoursAnd.Split(text, -1) {
		ends := hoursTo.Split(part, -1)
		if len(ends) == 1 {
			ends = hoursGap.Split(part, -1)
		}
		if len(ends) != 2 {
			return nil, fmt.Errorf("opening hours %q: %w", s, ErrHours)
		}
		opens, ok1 := ParseClock(ends[0])
		closes, ok2 := ParseClock(ends[1])
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("opening hours %q: %w", s, ErrHours)
		}
		if closes == "00:00" {
			closes = "24:00" // "til midnatt"
		}
		if closes <= opens {
			return nil, fmt.Errorf("opening hours %q: %w", s, ErrHoursOrder)
		}
		spans = append(spans, Span{opens, closes})
	}
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.Opens, b.Opens) })
	for i := 1; i < len(spans); i++ {
		if spans[i].Opens < spans[i-1].Closes {
			return nil, fmt.Errorf("opening hours %q: %w", s, ErrHoursOverlap)
		}
	}
	return spans, nil
}

// wholeDay is the span of what never closes.
var wholeDay = Span{"00:00", "24:00"}

// dayAndNight is how sources say that a telephone is always answered: "døgnåpen", "døgnåpen
// krisetelefon", and what there is at some hours after a comma.
var dayAndNight = regexp.MustCompile(`^døgn(?:åpent?|open?|opi)(?: \pL*(?:telefon|linje|vakt))?(?:,|$)`)

// DayAndNight reports whether the first telephone of the offering is known to be answered at
// any hour. What says most closely when it is decides: the number's own hours, those of the
// week, those in words, and the keywords last.
func (o *Offering) DayAndNight() bool {
	always := func(text string) bool {
		spans, err := ParseHours(text)
		return err == nil && slices.Equal(spans, []Span{wholeDay}) || dayAndNight.MatchString(strings.ToLower(strings.TrimSpace(text)))
	}
	switch {
	case len(o.Phones) == 0:
		return false
	case o.Phones[0].Hours != "":
		return always(o.Phones[0].Hours)
	case len(o.Schedules) > 0:
		days := map[time.Weekday]bool{}
		for _, s := range o.Schedules {
			if (Span{s.Opens, s.Closes}) == wholeDay && s.ValidFrom == nil && s.ValidTo == nil {
				days[s.Weekday] = true
			}
		}
		return len(days) == 7
	case o.OpeningText != "":
		return always(o.OpeningText)
	}
	return slices.ContainsFunc(o.Keywords, always)
}

// ParseClock returns "08:30" for a time of the day as people write it: "8.30", "0830", "kl. 8".
// It returns false for anything else.
func ParseClock(s string) (string, bool) {
	m := clockForm.FindStringSubmatch(strings.TrimSpace(hoursKl.ReplaceAllString(strings.ToLower(s), " ")))
	if m == nil {
		return "", false
	}
	hour, minute := cmp.Or(m[1], m[3]), cmp.Or(m[2], m[4], "00")
	if len(hour) == 1 {
		hour = "0" + hour
	}
	c := hour + ":" + minute
	return c, clock(c)
}

// DayOf returns the day that the time is in where it is read, at midnight UTC: the form of every
// day in the directory.
func DayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// ParseDay returns the day that a person wrote, at midnight UTC: "2027-05-17" as browsers
// send it, or "17.5.2027". It returns false for anything else.
func ParseDay(s string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2.1.2006"} {
		if t, err := time.Parse(layout, strings.ReplaceAll(strings.TrimSpace(s), ". ", ".")); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
