package staff

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// weekdays are the days of the timetable in the form, in its order.
var weekdays = []struct {
	day         time.Weekday
	name, label string
}{
	{time.Monday, "tid_mandag", "Mandag"}, {time.Tuesday, "tid_tirsdag", "Tirsdag"}, {time.Wednesday, "tid_onsdag", "Onsdag"}, {time.Thursday, "tid_torsdag", "Torsdag"},
	{time.Friday, "tid_fredag", "Fredag"}, {time.Saturday, "tid_lordag", "Lørdag"}, {time.Sunday, "tid_sondag", "Søndag"},
}

// nth returns the name of a field that the form has once for each of many rows.
func nth(name string, row int) string { return name + "_" + strconv.Itoa(row) }

// rowsOf returns how many rows the form has, by a field that every row sends.
func rowsOf(v url.Values, name string) int {
	n := 0
	for v.Has(nth(name, n+1)) {
		n++
	}
	return n
}

// seasonal reports whether the hours are for a part of the year. The form shows these and
// can drop them; programs set them.
func seasonal(s directory.Schedule) bool { return s.ValidFrom != nil || s.ValidTo != nil }

// spanText writes a span as the form reads it.
func spanText(opens, closes string) string {
	return page.Bokmal.Clock(opens) + "–" + page.Bokmal.Clock(closes)
}

// putHours adds the timetable and its exceptions to the values of the form. Days that
// follow each other with the same hours and words are one row.
func putHours(v url.Values, o directory.Offering) {
	for _, w := range weekdays {
		var spans []string
		for _, s := range o.Schedules {
			if s.Weekday == w.day && !seasonal(s) {
				spans = append(spans, spanText(s.Opens, s.Closes))
			}
		}
		slices.Sort(spans)
		v.Set(w.name, strings.Join(spans, " og "))
	}
	days, row := byDate(o.Exceptions), 0
	for i := 0; i < len(days); {
		last := i
		for last+1 < len(days) && follows(days[last], days[last+1]) {
			last++
		}
		row++
		x := days[i]
		v.Set(nth("unntak_fra", row), x.Date.Format(time.DateOnly))
		v.Set(nth("unntak_til", row), "")
		if last > i {
			v.Set(nth("unntak_til", row), days[last].Date.Format(time.DateOnly))
		}
		hours := "stengt"
		if !x.Closed {
			hours = spanText(x.Opens, x.Closes)
		}
		v.Set(nth("unntak_tid", row), hours)
		v.Set(nth("unntak_hva", row), x.Note)
		i = last + 1
	}
	addExceptionRows(v, 2)
}

// addExceptionRows adds empty rows for exceptions.
func addExceptionRows(v url.Values, n int) {
	for range n {
		row := rowsOf(v, "unntak_fra") + 1
		for _, name := range []string{"unntak_fra", "unntak_til", "unntak_tid", "unntak_hva"} {
			v.Set(nth(name, row), "")
		}
	}
}

func byDate(days []directory.ScheduleException) []directory.ScheduleException {
	sorted := slices.Clone(days)
	slices.SortStableFunc(sorted, func(a, b directory.ScheduleException) int { return a.Date.Compare(b.Date) })
	return sorted
}

// follows reports whether b is the day after a and says the same.
func follows(a, b directory.ScheduleException) bool {
	return sameException(a, b, 1)
}

// sameException reports whether b is so many days after a and says the same.
func sameException(a, b directory.ScheduleException, days int) bool {
	after := b.Date.Equal(a.Date.AddDate(0, 0, days))
	a.Date, b.Date = time.Time{}, time.Time{}
	return after && a == b
}

// readHours returns the offering's hours as the form says them, and adds what is wrong by
// field. A form from before there was a timetable in it says nothing of one.
func (e editing) readHours(v url.Values, wrong map[string]string) (schedules []directory.Schedule, exceptions []directory.ScheduleException) {
	schedules, exceptions = e.stored.Schedules, e.stored.Exceptions
	if v.Has(weekdays[0].name) {
		schedules = e.readWeek(v, wrong)
	}
	if v.Has(nth("unntak_fra", 1)) {
		exceptions = e.readExceptions(v, wrong)
	}
	return schedules, exceptions
}

func (e editing) readWeek(v url.Values, wrong map[string]string) []directory.Schedule {
	var read, before []directory.Schedule
	for _, w := range weekdays {
		spans, err := directory.ParseHours(v.Get(w.name))
		if err != nil {
			wrong[w.name] = hoursWrong(err)
		}
		for _, s := range spans {
			read = append(read, directory.Schedule{Weekday: w.day, Opens: s.Opens, Closes: s.Closes})
		}
	}
	for _, s := range e.stored.Schedules {
		if seasonal(s) {
			if v.Get("tider_periode_bort") != "ja" {
				read = append(read, s)
			}
		}
		before = append(before, s)
	}
	// The order in which they are stored says nothing: it is no change.
	order := func(a, b directory.Schedule) int {
		return cmp.Or(cmp.Compare(a.Weekday, b.Weekday), cmp.Compare(a.Opens, b.Opens), cmp.Compare(a.Closes, b.Closes))
	}
	sorted := slices.Clone(read)
	slices.SortStableFunc(sorted, order)
	slices.SortStableFunc(before, order)
	if slices.Equal(sorted, before) {
		return e.stored.Schedules
	}
	return read
}

// hoursWrong says what is wrong with hours that somebody typed.
func hoursWrong(err error) string {
	switch {
	case errors.Is(err, directory.ErrHoursOrder):
		return "Tiden slutter før den begynner. Er det åpent over midnatt, skriver du 22–24 den ene dagen og 00–06 den neste."
	case errors.Is(err, directory.ErrHoursOverlap):
		return "De to tidene går over i hverandre."
	}
	return "Skriv fra og til, slik: 08.30–15.00. To tider skriver du slik: 10–12 og 13–15."
}

// maxExceptionDays is how many days one row of exceptions can be for: what is closed for
// longer is closed for a time.
const maxExceptionDays = 92

func (e editing) readExceptions(v url.Values, wrong map[string]string) []directory.ScheduleException {
	var read []directory.ScheduleException
	seen := map[time.Time]bool{}
	for row := 1; row <= rowsOf(v, "unntak_fra"); row++ {
		text := func(name string) string { return strings.TrimSpace(v.Get(nth(name, row))) }
		if text("unntak_fra")+text("unntak_til")+text("unntak_tid")+text("unntak_hva") == "" {
			continue
		}
		from, ok := directory.ParseDay(text("unntak_fra"))
		if !ok {
			wrong[nth("unntak_fra", row)] = "Skriv dagen slik: 17.5.2027."
			continue
		}
		to := from
		if last := text("unntak_til"); last != "" {
			if to, ok = directory.ParseDay(last); !ok {
				wrong[nth("unntak_til", row)] = "Skriv dagen slik: 17.5.2027."
				continue
			}
		}
		switch days := to.Sub(from).Hours() / 24; {
		case days < 0:
			wrong[nth("unntak_til", row)] = "Den siste dagen er før den første."
			continue
		case days >= maxExceptionDays:
			wrong[nth("unntak_til", row)] = "Et unntak kan vare i høyst tre måneder. Er det stengt lenger, velger du «midlertidig stengt» nederst."
			continue
		}
		x := directory.ScheduleException{Note: text("unntak_hva")}
		if utf8.RuneCountInString(x.Note) > directory.MaxSummary {
			wrong[nth("unntak_hva", row)] = "Teksten er for lang."
		}
		spans, err := directory.ParseHours(text("unntak_tid"))
		switch {
		case err != nil:
			wrong[nth("unntak_tid", row)] = hoursWrong(err)
		case len(spans) > 1:
			wrong[nth("unntak_tid", row)] = "En dag med andre tider kan bare ha én tid. Skriv heller mer i forklaringen."
		case len(spans) == 1:
			x.Opens, x.Closes = spans[0].Opens, spans[0].Closes
		default:
			x.Closed = true
		}
		for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
			if seen[day] {
				wrong[nth("unntak_fra", row)] = page.Bokmal.Day(day) + " står der to ganger."
				break
			}
			seen[day] = true
			x.Date = day
			read = append(read, x)
		}
	}
	read = byDate(read)
	if slices.EqualFunc(read, byDate(e.stored.Exceptions), func(a, b directory.ScheduleException) bool { return sameException(a, b, 0) }) {
		return e.stored.Exceptions
	}
	return read
}

// sameAllWeek takes Monday's hours, or those of the first day that has any, for every day
// until Friday, and says what is missing when there are none.
func sameAllWeek(v url.Values) map[string]string {
	hours := ""
	for _, w := range weekdays[:5] {
		hours = cmp.Or(hours, strings.TrimSpace(v.Get(w.name)))
	}
	if hours == "" {
		return map[string]string{weekdays[0].name: "Skriv tiden for mandag først."}
	}
	for _, w := range weekdays[:5] {
		v.Set(w.name, hours)
	}
	return nil
}

// hours has the opening hours: in words, each week, and the days that are otherwise.
func (in inputs) hours(stored []directory.Schedule) view.HoursSection {
	h := view.HoursSection{Words: in.field("apningstider", "Med ord", "For eksempel: etter avtale, eller: hver onsdag unntatt i ferier.", 0, directory.MaxSummary)}
	short := func(name, label, help string, limit int) view.FormField {
		f := in.field(name, label, help, 0, limit).FormField
		f.Sometimes = true // seven fields that say «frivillig» would say little else
		return f
	}
	for _, w := range weekdays {
		h.Week = append(h.Week, short(w.name, w.label, "", 100))
	}
	for _, s := range stored {
		if !seasonal(s) {
			continue
		}
		text := view.Hours(page.Bokmal, s)
		if s.ValidFrom != nil {
			text += " fra " + page.Bokmal.Day(*s.ValidFrom)
		}
		if s.ValidTo != nil {
			text += " til " + page.Bokmal.Day(*s.ValidTo)
		}
		h.Seasonal = append(h.Seasonal, text)
	}
	h.DropSeasonal = in.typed.Get("tider_periode_bort") == "ja"
	for row := 1; row <= rowsOf(in.typed, "unntak_fra"); row++ {
		x := view.ExceptionRow{N: row, Fields: []view.FormField{
			short(nth("unntak_fra", row), "Dag", "", 40), short(nth("unntak_til", row), "Til og med", "", 40),
			short(nth("unntak_tid", row), "Når er det åpent?", "", 100), short(nth("unntak_hva", row), "Hvorfor?", "", directory.MaxSummary),
		}}
		for i := range x.Fields {
			if i < 2 {
				x.Fields[i].Type = dateType(x.Fields[i].Value)
			}
			h.Open = h.Open || x.Fields[i].Value != "" || x.Fields[i].Error != ""
		}
		h.Exceptions = append(h.Exceptions, x)
	}
	return h
}

// dateType is the type of a field for a day. A field of dates shows nothing of what is no
// date, so what was typed stands in one for text.
func dateType(typed string) string {
	if _, err := time.Parse(time.DateOnly, typed); typed != "" && err != nil {
		return "text"
	}
	return "date"
}
