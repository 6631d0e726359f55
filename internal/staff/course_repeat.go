package staff

import (
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// How a date of a course is repeated, as the form says it.
const (
	everyWeek       = "uke"
	everySecondWeek = "2uker"
	everyMonth      = "maned" // on the same weekday: the second Tuesday, the last Friday
)

// repeated returns the day and those that follow it: so many in all that are no holiday,
// until the last day. The first one is meant, whatever day it is. Without a number, or a
// last day, the other alone says when to stop; there are never more than a course can have.
func repeated(first time.Time, every string, times int, last time.Time) []time.Time {
	var days []time.Time
	for i, meets := 0, 0; len(days) < directory.MaxCourseDates && (times == 0 || meets < times); i++ {
		day := nthRepeat(first, every, i)
		if !last.IsZero() && day.After(last) {
			break
		}
		days = append(days, day)
		if i == 0 || holiday(day) == "" {
			meets++
		}
	}
	return days
}

// nthRepeat returns the day i repetitions after the first.
func nthRepeat(first time.Time, every string, i int) time.Time {
	switch every {
	case everySecondWeek:
		return first.AddDate(0, 0, 14*i)
	case everyMonth:
		const week = 7
		month := time.Date(first.Year(), first.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
		day := 1 + (int(first.Weekday()-month.Weekday())+week)%week + (first.Day()-1)/week*week
		if t := month.AddDate(0, 0, day-1); t.Month() == month.Month() {
			return t
		}
		// The fifth of its weekday is the last one in every month.
		return month.AddDate(0, 0, day-1-week)
	}
	return first.AddDate(0, 0, 7*i)
}

// Norway's public holidays, and the two eves on which few meet.
var (
	fixedHolidays  = map[string]string{"01-01": "1. nyttårsdag", "05-01": "1. mai", "05-17": "17. mai", "12-24": "julaften", "12-25": "1. juledag", "12-26": "2. juledag", "12-31": "nyttårsaften"}
	easterHolidays = map[int]string{-3: "skjærtorsdag", -2: "langfredag", 0: "1. påskedag", 1: "2. påskedag", 39: "Kristi himmelfartsdag", 49: "1. pinsedag", 50: "2. pinsedag"}
)

// holiday returns what the day is called; empty for most days.
func holiday(day time.Time) string {
	if name := fixedHolidays[day.Format("01-02")]; name != "" {
		return name
	}
	return easterHolidays[int(day.Sub(easter(day.Year())).Hours())/24]
}

// easter returns Easter Sunday at midnight UTC, by the anonymous Gregorian rule, whose steps
// have no names.
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	return time.Date(year, time.Month(month), (h+l-7*m+33*month+19)%32, 0, 0, 0, 0, time.UTC)
}
