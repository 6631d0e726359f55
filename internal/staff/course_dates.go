package staff

import (
	"cmp"
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

// dateRow is one date of a course as it stands in the form.
type dateRow struct{ day, from, to, note, cancelled string }

func (r dateRow) empty() bool { return r.day+r.from+r.to+r.note == "" }

// dateRows returns the dates of the form, rows without words among them.
func dateRows(v url.Values) []dateRow {
	rows := make([]dateRow, rowsOf(v, "dag"))
	for i := range rows {
		text := func(name string) string { return strings.TrimSpace(v.Get(nth(name, i+1))) }
		rows[i] = dateRow{text("dag"), text("fra"), text("til"), text("merknad"), text("avlyst")}
	}
	return rows
}

// putDateRows gives the form these rows and no others.
func putDateRows(v url.Values, rows []dateRow) {
	for i := range max(rowsOf(v, "dag"), len(rows)) {
		for _, name := range []string{"dag", "fra", "til", "merknad", "avlyst"} {
			v.Del(nth(name, i+1))
		}
	}
	for i, r := range rows {
		v.Set(nth("dag", i+1), r.day)
		v.Set(nth("fra", i+1), r.from)
		v.Set(nth("til", i+1), r.to)
		v.Set(nth("merknad", i+1), r.note)
		if r.cancelled != "" {
			v.Set(nth("avlyst", i+1), r.cancelled)
		}
	}
}

func filledRows(v url.Values) []dateRow {
	return slices.DeleteFunc(dateRows(v), dateRow.empty)
}

// putDates adds the dates of a course to the values of the form.
func putDates(v url.Values, dates []directory.CourseDate) {
	rows := make([]dateRow, len(dates))
	for i, d := range dates {
		rows[i] = dateRow{day: d.Day.Format(time.DateOnly), from: page.Bokmal.Clock(d.Starts), to: page.Bokmal.Clock(d.Ends), note: d.Note}
		if d.Cancelled {
			rows[i].cancelled = "ja"
		}
	}
	if len(rows) == 0 {
		rows = []dateRow{{}}
	}
	putDateRows(v, rows)
}

// readDates returns the dates that the form says, and adds what is wrong by field.
func readDates(v url.Values, wrong map[string]string) []directory.CourseDate {
	var dates []directory.CourseDate
	seen := map[string]bool{}
	for i, r := range dateRows(v) {
		if r.empty() {
			continue
		}
		say := func(name, text string) { wrong[nth(name, i+1)] = text }
		d := directory.CourseDate{Note: r.note, Cancelled: r.cancelled == "ja"}
		day, ok := directory.ParseDay(r.day)
		if !ok || day.Year() < 2000 || day.Year() > 2100 {
			say("dag", "Skriv dagen slik: 2.3.2027.")
		}
		d.Day = day
		if d.Starts, ok = clockTyped(r.from); !ok {
			say("fra", "Skriv klokkeslettet slik: 18.00.")
		}
		if d.Ends, ok = clockTyped(r.to); !ok {
			say("til", "Skriv klokkeslettet slik: 20.00.")
		}
		switch {
		case d.Ends == "":
		case r.from == "":
			say("fra", "Skriv også når det begynner.")
		case d.Starts == "":
		case d.Ends <= d.Starts:
			say("til", "Det slutter før det begynner.")
		}
		if utf8.RuneCountInString(d.Note) > directory.MaxName {
			say("merknad", "Teksten er for lang.")
		}
		when := d.Day.Format(time.DateOnly) + d.Starts
		if ok = seen[when]; ok && wrong[nth("dag", i+1)] == "" {
			say("dag", "Denne datoen står der to ganger.")
		}
		seen[when] = true
		dates = append(dates, d)
	}
	directory.SortDates(dates)
	return dates
}

// clockTyped returns a time of day as it is stored, empty for none, and false for what is
// none.
func clockTyped(text string) (string, bool) {
	if text == "" {
		return "", true
	}
	c, ok := directory.ParseClock(text)
	return c, ok && c != "24:00"
}

// repeating reports whether the form says how to repeat a date, and that is not done yet.
func repeating(v url.Values) bool {
	return strings.TrimSpace(v.Get("gjenta_antall")+v.Get("gjenta_slutt")) != ""
}

// repeatTyped returns the days on which the last date of the form is repeated, as the form
// says, and that date. It says what is wrong by field.
func repeatTyped(v url.Values) (seed dateRow, days []time.Time, wrong map[string]string) {
	wrong = map[string]string{}
	rows := filledRows(v)
	if len(rows) == 0 {
		wrong[nth("dag", 1)] = "Skriv den første dagen her. Det er den som gjentas."
		return seed, nil, wrong
	}
	seed = rows[len(rows)-1]
	first, ok := directory.ParseDay(seed.day)
	if !ok {
		wrong[nth("dag", slices.Index(dateRows(v), seed)+1)] = "Skriv dagen slik: 2.3.2027."
		return seed, nil, wrong
	}
	times, last := 0, time.Time{}
	if text := strings.TrimSpace(v.Get("gjenta_antall")); text != "" {
		var err error
		if times, err = strconv.Atoi(text); err != nil || times < 2 || times > directory.MaxCourseDates {
			wrong["gjenta_antall"] = "Skriv et tall fra 2 til " + strconv.Itoa(directory.MaxCourseDates) + "."
		}
	}
	if text := strings.TrimSpace(v.Get("gjenta_slutt")); text != "" {
		switch last, ok = directory.ParseDay(text); {
		case !ok:
			wrong["gjenta_slutt"] = "Skriv dagen slik: 2.3.2027."
		case !last.After(first):
			wrong["gjenta_slutt"] = "Den siste dagen må være etter " + page.Bokmal.Day(first) + "."
		}
	}
	if !repeating(v) {
		wrong["gjenta_antall"] = "Skriv hvor mange ganger dere møtes, eller hvilken dag som er den siste."
	}
	if len(wrong) > 0 {
		return seed, nil, wrong
	}
	return seed, repeated(first, cmp.Or(v.Get("gjenta"), everyWeek), times, last), wrong
}

// previewRepeat puts the days of the repetition into the form, each to be left out or kept.
func previewRepeat(v url.Values) (wrong map[string]string) {
	_, days, wrong := repeatTyped(v)
	v.Del("gjenta_dag")
	v.Del("gjenta_med")
	for i, d := range days {
		if i == 0 {
			continue // it stands there
		}
		v.Add("gjenta_dag", d.Format(time.DateOnly))
		if holiday(d) == "" {
			v.Add("gjenta_med", d.Format(time.DateOnly))
		}
	}
	return wrong
}

// addRepeat adds the days that were kept to the rows of the form, at the time of the date
// that is repeated.
func addRepeat(v url.Values) {
	rows := filledRows(v)
	if len(rows) == 0 {
		return
	}
	seed := rows[len(rows)-1]
	for _, kept := range v["gjenta_med"] {
		r := dateRow{day: kept, from: seed.from, to: seed.to}
		if !slices.ContainsFunc(rows, func(o dateRow) bool { return o.day == r.day && o.from == r.from }) && len(rows) < directory.MaxCourseDates {
			rows = append(rows, r)
		}
	}
	putDateRows(v, rows)
	for _, name := range []string{"gjenta_antall", "gjenta_slutt", "gjenta_dag", "gjenta_med"} {
		v.Del(name)
	}
}

// changeDates does what a button beside the dates says, and reports whether it is one of
// these.
func changeDates(v url.Values, action string) (wrong map[string]string, done bool) {
	if row, is := strings.CutPrefix(action, "bort_"); is {
		rows := dateRows(v)
		if n, err := strconv.Atoi(row); err == nil && n >= 1 && n <= len(rows) {
			rows = slices.Delete(rows, n-1, n)
		}
		if len(rows) == 0 {
			rows = []dateRow{{}}
		}
		putDateRows(v, rows)
		return nil, true
	}
	switch action {
	case "dato":
		if rows := dateRows(v); len(rows) < directory.MaxCourseDates {
			putDateRows(v, append(rows, dateRow{}))
		}
	case "gjenta":
		return previewRepeat(v), true
	case "legg_til":
		addRepeat(v)
	default:
		return nil, false
	}
	return nil, true
}

// dates has when a course meets.
func (in inputs) dates() view.CourseDates {
	short := func(name, label string, limit int) view.FormField {
		f := in.field(name, label, "", 0, limit).FormField
		f.Sometimes = true
		return f
	}
	d := view.CourseDates{Every: in.choice("gjenta", "Hvor ofte?", false, view.FormChoice{Value: everyWeek, Text: "Hver uke"}, view.FormChoice{Value: everySecondWeek, Text: "Annenhver uke"},
		view.FormChoice{Value: everyMonth, Text: "Hver måned, på samme ukedag"})}
	d.Times, d.Last = short("gjenta_antall", "Hvor mange ganger i alt?", 3), short("gjenta_slutt", "Eller til og med", 40)
	d.Last.Type = dateType(d.Last.Value)
	for i, r := range dateRows(in.typed) {
		n := i + 1
		row := view.CourseDateRow{N: n, Cancelled: r.cancelled == "ja", Fields: []view.FormField{
			short(nth("dag", n), "Dag", 40), short(nth("fra", n), "Fra kl.", 10), short(nth("til", n), "Til kl.", 10), short(nth("merknad", n), "Merknad", directory.MaxName),
		}}
		row.Fields[0].Type = dateType(row.Fields[0].Value)
		if day, ok := directory.ParseDay(r.day); ok {
			row.Day = dayText(day)
		}
		d.Rows = append(d.Rows, row)
	}
	for _, typed := range in.typed["gjenta_dag"] {
		day, ok := directory.ParseDay(typed)
		if !ok {
			continue
		}
		c := view.FormChoice{Value: typed, Text: dayText(day), Checked: slices.Contains(in.typed["gjenta_med"], typed)}
		if name := holiday(day); name != "" {
			c.Text += " (" + name + ")"
		}
		d.Preview = append(d.Preview, c)
	}
	return d
}

// dayText returns "tirsdag 2. mars 2027".
func dayText(day time.Time) string {
	return page.Bokmal.Weekday(day.Weekday()) + " " + page.Bokmal.Day(day)
}

// dateText returns "tirsdag 2. mars 2027 kl. 18.00–20.00".
func dateText(d directory.CourseDate) string {
	text := dayText(d.Day)
	if d.Starts != "" {
		text += " kl. " + page.Bokmal.Clock(d.Starts)
	}
	if d.Ends != "" {
		text += "–" + page.Bokmal.Clock(d.Ends)
	}
	return text
}
