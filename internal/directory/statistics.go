package directory

import "github.com/nasjonal-oversikt/oversikt/internal/region"

// Ages counts offerings by when somebody last confirmed them. Those that nobody has are the
// rest.
type Ages struct {
	Half     int // in the last 6 months
	Year     int // in the last 12, and not in the last 6
	TwoYears int // in the last 24, and not in the last 12
	Older    int
}

// Confirmed is how many have been confirmed at all.
func (a Ages) Confirmed() int { return a.Half + a.Year + a.TwoYears + a.Older }

// Tally is how the directory stands for one type in one area.
type Tally struct {
	Type  string             // empty: all types
	Fylke region.FylkeNumber // empty: the country

	Kommuner      int // of the area
	InKommune     int // that have it themselves; of all types, that have one of them
	FromElsewhere int // that something from outside covers
	People        int // in all of them
	PeopleIn      int // in those that have it themselves
	PeopleCovered int // in those that have it or are covered

	Offerings int // that cover some of the area
	InTime    int // of them, that were confirmed and are not due again
	Ages      Ages
	// MedianDays is since what is said of an offering was confirmed or, where nobody has,
	// written in its source, for the one in the middle; nil where that is not known of any.
	MedianDays *int
}

// NotRegistered is how many of the kommuner have nothing.
func (t Tally) NotRegistered() int { return t.Kommuner - t.InKommune - t.FromElsewhere }

// Never is how many offerings nobody has confirmed.
func (t Tally) Never() int { return t.Offerings - t.Ages.Confirmed() }

// Month is what is told of one month's use, and how the directory stood at its end.
type Month struct {
	Month    string // in Norway: "2026-11"
	From, To string // the first and last day that use was counted on; empty when it was on none
	Use      []UseOf
	Day      string // of the tallies: the last in the month that has some; empty for none
	Tallies  []Tally
}

// UseOf is how often pages of a kind were opened in a time.
type UseOf struct {
	Kind  PageKind
	Count int64
}

// few is what is not told: a number below it says more of single readers than of use.
const few = 5

// Told reports whether readers are told the number. A smaller one is only said to be small.
func (u UseOf) Told() bool { return u.Count == 0 || u.Count >= few }
