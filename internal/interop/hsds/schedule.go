package hsds

import (
	"slices"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
)

// weekdays are RFC 5545's names of the days, by time.Weekday.
var weekdays = [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// clock returns the time of day as HSDS has it, where a day has no 24:00.
func clock(hhmm string) string {
	if hhmm == "24:00" {
		return "23:59"
	}
	return hhmm
}

// schedules returns the opening hours in words, those that repeat each week with the days
// that have the same together, and the days that are otherwise.
func schedules(o *directory.Offering) []Schedule {
	var list []Schedule
	if o.OpeningText != "" {
		list = append(list, Schedule{ID: interop.PartID(o.UUID, "opening_text", 0), ServiceID: o.UUID, Description: o.OpeningText})
	}
	for i, same := range weeks(o.Schedules) {
		s := Schedule{
			ID: interop.PartID(o.UUID, "schedule", i), ServiceID: o.UUID,
			Freq: "WEEKLY", Interval: 1, Wkst: "MO", ByDay: days(same),
			OpensAt: clock(same[0].Opens), ClosesAt: clock(same[0].Closes),
		}
		s.ValidFrom, s.ValidTo = day(same[0].ValidFrom), day(same[0].ValidTo)
		list = append(list, s)
	}
	for _, x := range o.Exceptions {
		list = append(list, exception(o, x))
	}
	return list
}

// weeks puts together the days that are open at the same hours in the same period, in the
// order in which they first come.
func weeks(all []directory.Schedule) [][]directory.Schedule {
	type hours struct{ opens, closes, from, to string }
	var order []hours
	same := map[hours][]directory.Schedule{}
	for _, s := range all {
		h := hours{s.Opens, s.Closes, day(s.ValidFrom), day(s.ValidTo)}
		if same[h] == nil {
			order = append(order, h)
		}
		same[h] = append(same[h], s)
	}
	var list [][]directory.Schedule
	for _, h := range order {
		list = append(list, same[h])
	}
	return list
}

// days returns the weekdays, monday first: "MO,TU".
func days(list []directory.Schedule) string {
	mondayFirst := func(d time.Weekday) int { return (int(d) + 6) % 7 }
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b directory.Schedule) int { return mondayFirst(a.Weekday) - mondayFirst(b.Weekday) })
	var names []string
	for _, s := range list {
		names = append(names, weekdays[s.Weekday])
	}
	return strings.Join(slices.Compact(names), ",")
}

// exception returns the day on which it is otherwise. HSDS has no way to say "closed": a
// closed day has no hours and no rule, and says so in words, so that nobody takes it for open.
func exception(o *directory.Offering, x directory.ScheduleException) Schedule {
	date := x.Date.Format(time.DateOnly)
	s := Schedule{
		ID: interop.ID("schedule_exception", o.UUID.String(), date, x.Opens), ServiceID: o.UUID,
		ValidFrom: date, ValidTo: date, Description: "Stengt denne dagen", Notes: x.Note,
	}
	if !x.Closed {
		s.Description = "Andre åpningstider denne dagen"
		s.DTStart, s.Until, s.Count = date, date, 1
		s.OpensAt, s.ClosesAt = clock(x.Opens), clock(x.Closes)
	}
	return s
}

// day writes a day; "" where there is none.
func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}
