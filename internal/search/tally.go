package search

import (
	"slices"
	"sync"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Tallies returns how the directory stands on a day: for each type in display order and then
// for all of them, by fylke and then for the country. What a kommune has is as Coverage says.
// day is midnight in Norway. Every offering is read for it, so that those of the day last
// asked for are kept with the View.
func (v *View) Tallies(day time.Time) []directory.Tally {
	v.tallies.mu.Lock()
	defer v.tallies.mu.Unlock()
	if v.tallies.list == nil || !v.tallies.day.Equal(day) {
		v.tallies.day, v.tallies.list = day, v.tally(day)
	}
	return v.tallies.list
}

// tallies are those of one day.
type tallies struct {
	mu   sync.Mutex
	day  time.Time
	list []directory.Tally
}

func (v *View) tally(day time.Time) []directory.Tally {
	c := v.catalog()
	byType := make([][]aged, len(c.types)+1)
	for _, a := range v.aged(day) {
		if a.typ >= 0 {
			byType[a.typ] = append(byType[a.typ], a)
		}
		byType[len(c.types)] = append(byType[len(c.types)], a)
	}
	var list []directory.Tally
	for t, offerings := range byType {
		country := directory.Tally{}
		if t < len(c.types) {
			country.Type = c.types[t].Code
		}
		for f, fylke := range c.fylker {
			tally := directory.Tally{Type: country.Type, Fylke: fylke.Number}
			for _, k := range c.kommunerIn[f] {
				has := v.Coverage().presence(t, k)
				addKommune(&tally, c.kommuner[k].Population, has)
				addKommune(&country, c.kommuner[k].Population, has)
			}
			list = append(list, counted(tally, offerings, day, func(a aged) bool { return a.national || a.touched&(1<<f) != 0 }))
		}
		list = append(list, counted(country, offerings, day, func(aged) bool { return true }))
	}
	return list
}

// presence returns how the kommune at k has the type at t; the most of all types behind the last.
func (c *Coverage) presence(t, k int) Presence {
	if t < len(c.cells) {
		return c.cells[t][k].Presence
	}
	most := NotRegistered
	for _, cells := range c.cells {
		most = max(most, cells[k].Presence)
	}
	return most
}

func addKommune(t *directory.Tally, people int, has Presence) {
	t.Kommuner++
	t.People += people
	switch has {
	case InKommune:
		t.InKommune++
		t.PeopleIn += people
		t.PeopleCovered += people
	case FromElsewhere:
		t.FromElsewhere++
		t.PeopleCovered += people
	}
}

// counted returns the tally with the offerings counted in that are of its area.
func counted(t directory.Tally, offerings []aged, day time.Time, of func(aged) bool) directory.Tally {
	var days []int
	for _, a := range offerings {
		if !of(a) {
			continue
		}
		t.Offerings++
		if a.known {
			days = append(days, a.days)
		}
		if a.inTime {
			t.InTime++
		}
		switch since := a.confirmed; {
		case since.IsZero():
		case !since.Before(day.AddDate(0, -6, 0)):
			t.Ages.Half++
		case !since.Before(day.AddDate(0, -12, 0)):
			t.Ages.Year++
		case !since.Before(day.AddDate(0, -24, 0)):
			t.Ages.TwoYears++
		default:
			t.Ages.Older++
		}
	}
	if len(days) > 0 {
		slices.Sort(days)
		median := (days[(len(days)-1)/2] + days[len(days)/2]) / 2
		t.MedianDays = &median
	}
	return t
}

// aged is what a tally asks of an offering.
type aged struct {
	typ       int
	national  bool
	touched   uint32
	confirmed time.Time // zero: never
	known     bool
	days      int // since what is known of it
	inTime    bool
}

func (v *View) aged(day time.Time) []aged {
	c := v.catalog()
	list := make([]aged, 0, v.rows.count)
	for slot, r := range v.rows.list {
		if r == nil {
			continue
		}
		col, o := v.rows.cols.at(int32(slot)), v.load(int32(slot))
		a := aged{typ: int(col.typ), national: col.national, touched: col.touched}
		if known := lastKnown(o); !known.IsZero() {
			a.known, a.days = true, max(0, daysBetween(known.In(day.Location()), day))
		}
		if o != nil && o.ConfirmedAt != nil {
			a.confirmed = *o.ConfirmedAt
			var t directory.OfferingType
			if col.typ >= 0 {
				t = *c.types[col.typ]
			}
			a.inTime = day.Before(t.Due(*o).All)
		}
		list = append(list, a)
	}
	return list
}

// daysBetween counts from date to date, whatever the length of the days between.
func daysBetween(from, to time.Time) int {
	return int(directory.DayOf(to).Sub(directory.DayOf(from)) / (24 * time.Hour))
}
