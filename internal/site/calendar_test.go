package site

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// readCalendar reads a calendar as a calendar program does.
func readCalendar(t testing.TB, app *fiber.App, target string) *ics.Calendar {
	t.Helper()
	resp, body := get(t, app, target)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || resp.Header.Get("ETag") == "" {
		t.Fatalf("%s = %d, %v", target, resp.StatusCode, resp.Header)
	}
	if !utf8.ValidString(body) || !strings.HasSuffix(body, "\r\n") {
		t.Errorf("%s is not UTF-8, or ends in the middle of a line", target)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(body, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || line == "" {
			t.Errorf("%s: the line %q is no line of iCalendar", target, line)
		}
	}
	cal, err := ics.ParseCalendar(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v\n%s", target, err, body)
	}
	return cal
}

func value(e *ics.VEvent, p ics.ComponentProperty) string {
	if v := e.GetProperty(p); v != nil {
		return v.Value
	}
	return ""
}

func TestCourseCalendar(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, func(c *directory.Course) {
		c.Title = "Prøvekurs; med, \\tegn"
		c.Dates = append(c.Dates, meeting(onDay(4, 8)), directory.CourseDate{Day: onDay(4, 15), Starts: "22:00", Ends: "24:00", Cancelled: true}, meeting(onDay(4, 16), "09:00"))
	}))
	events := readCalendar(t, app, "/kurs/1.ics").Events()
	want := []struct{ uid, start, end, status, title string }{
		{"20270325", "20270325T180000", "20270325T200000", "CONFIRMED", "Prøvekurs; med, \\tegn"}, // 17:00 UTC
		{"20270401", "20270401T180000", "20270401T200000", "CONFIRMED", "Prøvekurs; med, \\tegn"}, // 16:00 UTC
		{"20270408", "20270408", "20270409", "CONFIRMED", "Prøvekurs; med, \\tegn"},
		{"20270415", "20270415T220000", "20270416T000000", "CANCELLED", "Avlyst: Prøvekurs; med, \\tegn"},
		{"20270416", "20270416T090000", "", "CONFIRMED", "Prøvekurs; med, \\tegn"},
	}
	if len(events) != len(want) {
		t.Fatalf("%d events, want %d", len(events), len(want))
	}
	for i, w := range want {
		e := events[i]
		got := []string{e.Id(), value(e, ics.ComponentPropertyDtStart), value(e, ics.ComponentPropertyDtEnd), value(e, ics.ComponentPropertyStatus), value(e, ics.ComponentPropertySummary)}
		if want := []string{"11111111-1111-4111-8111-111111111111-" + w.uid, w.start, w.end, w.status, w.title}; !slices.Equal(got, want) {
			t.Errorf("event %d: %q, want %q", i, got, want)
		}
		if value(e, ics.ComponentPropertySequence) != "3" || value(e, ics.ComponentPropertyDtstamp) != "20270301T090000Z" {
			t.Errorf("event %d: sequence %q of %q", i, value(e, ics.ComponentPropertySequence), value(e, ics.ComponentPropertyDtstamp))
		}
	}
	if got := value(events[0], ics.ComponentPropertyLocation); got != "Prøvehuset, Prøvegata 1, 6002 Ålesund" {
		t.Errorf("location %q", got)
	}
	if got := value(events[0], ics.ComponentPropertyDescription); !strings.Contains(got, "Om prøven.\n\nMer om prøven.") || !strings.Contains(got, "prove@example.org") {
		t.Errorf("description %q", got)
	}
	// Both sides of the night when summer time begins are at six in Norway.
	for i, hour := range []int{17, 16} {
		if at, err := events[i].GetStartAt(); err != nil || at.UTC().Hour() != hour {
			t.Errorf("event %d begins at %v UTC, want %d o'clock (%v)", i, at.UTC(), hour, err)
		}
	}
}

// The rules of the zone that are written say the same as the table of time zones.
func TestCalendarZone(t *testing.T) {
	_, body := get(t, newCourseApp(t, oslo(3, 1, 12, 0)), "/kurs.ics")
	for _, want := range []string{"BEGIN:VTIMEZONE\r\nTZID:Europe/Oslo\r\n", "DTSTART:19960331T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n",
		"DTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n", "REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n", "PRODID:-//oversikt//"} {
		if !strings.Contains(body, want) {
			t.Errorf("the calendar lacks %q:\n%s", want, body)
		}
	}
	for year := 1996; year <= 2040; year++ {
		for month, offset := range map[time.Month]int{time.March: 2, time.October: 1} {
			last := time.Date(year, month+1, 0, 1, 0, 0, 0, time.UTC)
			last = last.AddDate(0, 0, -int(last.Weekday())) // the last Sunday, 01:00 UTC
			_, before := last.Add(-time.Second).In(page.Oslo).Zone()
			_, after := last.In(page.Oslo).Zone()
			if before == after || after != offset*3600 {
				t.Errorf("%d-%d: the clocks go from %d to %d s", year, month, before, after)
			}
		}
	}
}

func TestCalendarFollowsTheFilter(t *testing.T) {
	app := newCourseApp(t, oslo(3, 26, 12, 0), testCourse(1, nil),
		testCourse(2, func(c *directory.Course) {
			c.Offering, c.Title, c.Format, c.Place, c.Topics, c.Status = 1, "Prøvekurs på nett", directory.Online, nil, nil, directory.CourseCancelled
		}))
	titles := func(target string) []string {
		return each(readCalendar(t, app, target).Events(), func(e *ics.VEvent) string {
			return value(e, ics.ComponentPropertySummary) + " " + value(e, ics.ComponentPropertyDtStart)
		})
	}
	for target, want := range map[string][]string{
		"/kurs.ics":                        {"Avlyst: Prøvekurs på nett 20270401T180000", "Prøvekurs <b> 20270401T180000"}, // what is over is not there
		"/kurs.ics?kommune=1508&side=9":    {"Prøvekurs <b> 20270401T180000", "Avlyst: Prøvekurs på nett 20270401T180000"},
		"/kurs.ics?tema=demens":            {"Prøvekurs <b> 20270401T180000"},
		"/kurs.ics?til=2027-03-31":         {},
		"/en/kurs.ics?kommune=3205":        {"Cancelled: Prøvekurs på nett 20270401T180000"},
		"/kurs.ics?tema=feil&form=oppmote": {"Prøvekurs <b> 20270401T180000"},
	} {
		got := titles(target)
		if target == "/kurs.ics" {
			slices.Sort(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
	}
	if _, body := get(t, app, "/kurs.ics?tema=feil"); !strings.Contains(body, "DESCRIPTION:Vi kjenner ikke valget «feil»") {
		t.Errorf("what was not understood is not said:\n%s", body)
	}
	if _, body := get(t, app, "/kurs?kommune=1508"); !strings.Contains(body, `href="/kurs.ics?kommune=1508"`) {
		t.Error("the page does not lead to its calendar")
	}
	if resp, _ := get(t, app, "/kurs/99.ics"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the calendar of no course = %d", resp.StatusCode)
	}
}

func TestConfidentialPlaceIsInNoCalendar(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, func(c *directory.Course) {
		c.Place = &directory.Location{Confidential: true, Name: "Hemmelig hus", Street: "Hemmelig 1", Kommune: "1508"}
	}))
	for _, target := range []string{"/kurs/1.ics", "/kurs.ics", testCoursePath, "/kurs"} {
		if _, body := get(t, app, target); strings.Contains(body, "Hemmelig") {
			t.Errorf("%s tells a confidential place", target)
		}
	}
	if got := value(readCalendar(t, app, "/kurs/1.ics").Events()[0], ics.ComponentPropertyLocation); got != "Du får adressen når du melder deg på" {
		t.Errorf("location %q", got)
	}
}

func FuzzCalendarText(f *testing.F) {
	for _, s := range []string{"Prøve, med; tegn: \\n", "linje\r\nto\rtre\u2028fire", strings.Repeat("æøå😀", 60), "BEGIN:VEVENT\r\nEND:VEVENT", "\x00\x07\xff\"", "\\,\\;\\N"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.TrimSpace(text) == "" {
			t.Skip()
		}
		app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, func(c *directory.Course) {
			c.Title, c.Description, c.Place, c.SignUp.Text = text, text, &directory.Location{Name: text}, text
		}))
		events := readCalendar(t, app, "/kurs/1.ics").Events()
		if len(events) != 2 {
			t.Fatalf("%d events, want 2", len(events))
		}
		if got, want := value(events[0], ics.ComponentPropertySummary), plainText(text); got != want {
			t.Errorf("%q is read back as %q", want, got)
		}
	})
}

func TestCourseSaysWhatItIs(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, func(c *directory.Course) {
		c.Format, c.Dates[1].Cancelled, c.SignUp.URL = directory.Hybrid, true, "https://example.org/meld"
	}))
	_, body := get(t, app, testCoursePath)
	scripts := htmlcheck.Parse(body).All(`script[type="application/ld+json"]`)
	if len(scripts) != 2 {
		t.Fatalf("%d scripts, want the course and the way to it", len(scripts))
	}
	var got linkedEvent
	if err := json.Unmarshal([]byte(scripts[0].Data()), &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "Event" || got.StartDate != "2027-03-25T18:00:00+01:00" || got.EndDate != "2027-04-01T20:00:00+02:00" ||
		got.Status != "https://schema.org/EventScheduled" || got.AttendanceMode != "https://schema.org/MixedEventAttendanceMode" ||
		len(got.Locations) != 2 || len(got.Times) != 2 || got.Times[1].Status != "https://schema.org/EventCancelled" ||
		got.Offer == nil || got.Offer.Availability != "https://schema.org/InStock" || got.Free == nil || !*got.Free {
		t.Errorf("the page says %+v", got)
	}
}

// In each language it is the same one.
func TestLinkedDataHasOneNameInEveryLanguage(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, nil))
	for path, want := range map[string]string{testCoursePath: "https://oversikt.example/kurs/1", "/tilbud/2-testtilbud-med-klage": "https://oversikt.example/tilbud/2"} {
		for _, language := range []string{"", "/nn", "/en"} {
			_, body := get(t, app, language+path)
			var got struct {
				ID string `json:"@id"`
			}
			script, _ := htmlcheck.Parse(body).First(`script[type="application/ld+json"]`)
			if err := json.Unmarshal([]byte(script.Data()), &got); err != nil || got.ID != want {
				t.Errorf("%s%s is %q, want %q (%v)", language, path, got.ID, want, err)
			}
		}
	}
}
