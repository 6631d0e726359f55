package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a bare machine has no table of time zones

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Language is a written language that pages are made in: the value of the lang attribute.
type Language string

// The languages of the pages. Texts are written in bokmål and translated from it.
const (
	Bokmal  Language = article.Bokmal
	Nynorsk Language = article.Nynorsk
	English Language = article.English
)

// Languages returns all languages, bokmål first.
func Languages() []Language { return []Language{Bokmal, Nynorsk, English} }

// Name returns what the language calls itself.
func (l Language) Name() string { return languages[l].name }

// Prefix returns what stands before a page's path in the language: "/nn", and "" for bokmål.
func (l Language) Prefix() string {
	if l == Bokmal {
		return ""
	}
	return "/" + string(l)
}

// Split returns the language that a path is in, and the path without its prefix.
func Split(path string) (Language, string) {
	for _, l := range Languages() {
		rest, ok := strings.CutPrefix(path, l.Prefix())
		switch {
		case l == Bokmal || !ok:
		case rest == "":
			return l, "/"
		case rest[0] == '/':
			return l, rest
		}
	}
	return Bokmal, path
}

// messages are the words of one language that are put together with numbers.
type messages struct {
	months   [12]string
	weekdays [7]string // from Sunday, as time.Weekday counts
	date     string    // day, month, year
	month    string    // month, year
	km       string
	under1km string
	and, or  string
	name     string
	locale   string // as Open Graph writes it
	hour     string // between hours and minutes
}

var languages = map[Language]messages{
	Bokmal: {
		months: [12]string{"januar", "februar", "mars", "april", "mai", "juni",
			"juli", "august", "september", "oktober", "november", "desember"},
		weekdays: [7]string{"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"},
		date:     "%d. %s %d",
		month:    "%s %d",
		km:       "%s km",
		under1km: "under 1 km",
		and:      " og ", or: " eller ",
		name: "Bokmål", locale: "nb_NO", hour: ".",
	},
	Nynorsk: {
		months: [12]string{"januar", "februar", "mars", "april", "mai", "juni",
			"juli", "august", "september", "oktober", "november", "desember"},
		weekdays: [7]string{"sundag", "måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag"},
		date:     "%d. %s %d",
		month:    "%s %d",
		km:       "%s km",
		under1km: "under 1 km",
		and:      " og ", or: " eller ",
		name: "Nynorsk", locale: "nn_NO", hour: ".",
	},
	English: {
		months: [12]string{"January", "February", "March", "April", "May", "June",
			"July", "August", "September", "October", "November", "December"},
		weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		date:     "%d %s %d",
		month:    "%s %d",
		km:       "%s km",
		under1km: "less than 1 km",
		and:      " and ", or: " or ",
		name: "English", locale: "en_GB", hour: ":",
	},
}

// Locale returns the language as Open Graph writes it: "nb_NO".
func (l Language) Locale() string { return languages[l].locale }

// Clock returns a time of day as the language writes it: "08.30" of "08:30".
func (l Language) Clock(hhmm string) string { return strings.ReplaceAll(hhmm, ":", languages[l].hour) }

// ClockAfter returns the time of day in Norway when the wait from now is over, in whole
// minutes and not before: "21.35".
func (l Language) ClockAfter(now time.Time, wait time.Duration) string {
	return l.Clock(now.Add(wait + time.Minute - time.Nanosecond).In(Oslo).Format("15:04"))
}

// Pick returns the text in the language, in bokmål where it has none.
func (l Language) Pick(t directory.Text) string { return t.In(string(l)) }

// Oslo is the time zone that dates and days are told in.
var Oslo = func() *time.Location {
	l, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic("page: " + err.Error()) // embedded above
	}
	return l
}()

// Date returns the day of t in Norway: "7. april 2026".
func (l Language) Date(t time.Time) string {
	m := languages[l]
	t = t.In(Oslo)
	return fmt.Sprintf(m.date, t.Day(), m.months[t.Month()-1], t.Year())
}

// Day returns a date that has no time of day, such as an article's: as Date, but midnight
// in UTC is that day everywhere.
func (l Language) Day(t time.Time) string {
	m := languages[l]
	t = t.UTC()
	return fmt.Sprintf(m.date, t.Day(), m.months[t.Month()-1], t.Year())
}

// PartialDate returns a date as exactly as it is known: "7. april 2026", "april 2026" or
// "2026"; "" where it is not.
func (l Language) PartialDate(d directory.PartialDate) string {
	m := languages[l]
	if t, err := time.Parse(time.DateOnly, string(d)); err == nil {
		return l.Day(t)
	}
	if t, err := time.Parse("2006-01", string(d)); err == nil {
		return fmt.Sprintf(m.month, m.months[t.Month()-1], t.Year())
	}
	return string(d)
}

// Weekday returns the day's name.
func (l Language) Weekday(d time.Weekday) string { return languages[l].weekdays[d] }

// Distance returns a distance in whole kilometres: "23 km".
func (l Language) Distance(km float64) string {
	if km < 1 {
		return languages[l].under1km
	}
	return fmt.Sprintf(languages[l].km, l.Number(int(math.Round(km))))
}

// Number returns n with a space between thousands: "728 714".
func (l Language) Number(n int) string {
	digits := strconv.Itoa(n)
	if len(digits) <= 4 {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteRune('\u00a0')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Count returns the sentence for a number: one for 1, else many, in which %s is the number.
// Both are texts as those of T: Count(n, "1 tilbud", "%s tilbud").
func (l Language) Count(n int, one, many string) string {
	if n == 1 {
		return l.T(one)
	}
	return l.T(many, l.Number(n))
}

// And returns the parts as one text: "a", "a og b", "a, b og c".
func (l Language) And(parts []string) string { return joined(parts, languages[l].and) }

// Or returns the parts as one text: "a", "a eller b", "a, b eller c".
func (l Language) Or(parts []string) string { return joined(parts, languages[l].or) }

func joined(parts []string, word string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + word + parts[last]
}
