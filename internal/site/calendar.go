package site

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Courses as calendars: iCalendar, RFC 5545, with the names and the refreshing of RFC 7986.
const (
	calendarType = "text/calendar; charset=utf-8"
	productID    = "-//oversikt//Kurs og grupper//NO"
	zoneName     = "Europe/Oslo"
	refreshEvery = "PT12H"
)

// maxEvents is how many times one calendar has, the nearest first: programs that follow a
// calendar fetch all of it each time.
const maxEvents = 1000

// calendarEvent is one time that a course meets.
type calendarEvent struct {
	course search.Course
	date   directory.CourseDate
	uid    string
}

// showCalendar answers "/kurs.ics" with the same parameters as "/kurs". What was not
// understood stands in the calendar's description, as there is no page to say it on.
func (s *Site) showCalendar(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	a := readAsked(c, courseParams)
	return s.plain(c, v, courseTail(a), calendarType, func(context.Context) ([]byte, error) {
		today, w := s.today(), s.newWriter(v)
		q := s.understandCourses(v, a, today)
		var events []calendarEvent
		for _, f := range v.FindCourses(q.find, today).List {
			for _, e := range eventsOf(f.Course) {
				if !beforeDay(e.date.Day, today) && !e.date.Day.Before(q.find.From) && (q.find.To.IsZero() || !e.date.Day.After(q.find.To)) {
					events = append(events, e)
				}
			}
		}
		name := s.t("Kurs og grupper")
		for i, chip := range q.chosen(w) {
			name += [2]string{": ", ", "}[min(i, 1)] + chip.Text
		}
		var notes []string
		for _, n := range q.notes {
			notes = append(notes, n.Text)
		}
		address := s.deps.BaseURL + s.lang.Prefix() + courseHref(q.asked.with(paramPage))
		return w.calendar(name, strings.Join(notes, " "), address, events)
	})
}

// sendCourseCalendar answers "/kurs/42.ics": the times that come, all where none does.
func (s *Site) sendCourseCalendar(c *fiber.Ctx, v *search.View, course search.Course) error {
	return s.plain(c, v, "", calendarType, func(context.Context) ([]byte, error) {
		today := s.today()
		events := eventsOf(course)
		if _, coming := course.Next(today); coming {
			events = slices.DeleteFunc(events, func(e calendarEvent) bool { return beforeDay(e.date.Day, today) })
		}
		return s.newWriter(v).calendar(course.Title, "", s.deps.BaseURL+s.lang.Prefix()+page.CoursePath(course.Course), events)
	})
}

func beforeDay(day, today time.Time) bool {
	return day.Before(directory.DayOf(today))
}

// eventsOf returns the times that a course meets. The name of each follows from the course's
// uuid and the day, not from the hour: calendars then move a meeting that is moved.
func eventsOf(c search.Course) []calendarEvent {
	same := map[string]int{}
	return each(c.Dates, func(d directory.CourseDate) calendarEvent {
		uid := c.UUID.String() + "-" + d.Day.Format("20060102")
		if same[uid]++; same[uid] > 1 {
			return calendarEvent{c, d, fmt.Sprintf("%s-%d", uid, same[uid])}
		}
		return calendarEvent{c, d, uid}
	})
}

// calendar returns the events as iCalendar. It says nothing of when it was made, so that the
// same courses are the same bytes.
func (w writer) calendar(name, description, address string, events []calendarEvent) ([]byte, error) {
	slices.SortStableFunc(events, func(a, b calendarEvent) int {
		return cmp.Or(a.date.Day.Compare(b.date.Day), cmp.Compare(a.date.Starts, b.date.Starts))
	})
	cal := ics.NewCalendar()
	cal.SetProductId(productID)
	cal.SetMethod(ics.MethodPublish)
	cal.SetCalscale("GREGORIAN")
	cal.SetName(plainText(name))
	if description != "" {
		cal.SetDescription(plainText(description))
		cal.SetXWRCalDesc(plainText(description))
	}
	cal.SetUrl(address)
	cal.SetXWRTimezone(zoneName)
	cal.SetRefreshInterval(refreshEvery)
	cal.SetXPublishedTTL(refreshEvery)
	cal.AddVTimezone(osloZone()) // also in an empty calendar, which has to hold something
	for _, e := range events[:min(len(events), maxEvents)] {
		cal.AddVEvent(w.event(e))
	}
	var out strings.Builder
	if err := cal.SerializeTo(&out, ics.WithNewLineWindows); err != nil {
		return nil, fmt.Errorf("write calendar: %w", err)
	}
	return []byte(out.String()), nil
}

// osloZone says when it is summer time in Norway, as it has been since 1996.
func osloZone() *ics.VTimezone {
	zone := ics.NewTimezone(zoneName)
	rule := func(c *ics.ComponentBase, name, begins, month, from, to string) {
		c.SetProperty(ics.ComponentPropertyDtStart, begins)
		c.SetProperty(ics.ComponentPropertyRrule, "FREQ=YEARLY;BYMONTH="+month+";BYDAY=-1SU")
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), from)
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), to)
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzname), name)
	}
	summer, winter := &ics.Daylight{}, ics.NewStandard()
	rule(&summer.ComponentBase, "CEST", "19960331T020000", "3", "+0100", "+0200")
	rule(&winter.ComponentBase, "CET", "19961027T030000", "10", "+0200", "+0100")
	zone.Components = append(zone.Components, summer, winter)
	return zone
}

func (w writer) event(e calendarEvent) *ics.VEvent {
	c, d := e.course, e.date
	out := ics.NewEvent(e.uid)
	out.SetDtStampTime(c.ChangedAt)
	out.SetModifiedAt(c.ChangedAt)
	out.SetSequence(c.Version)
	setTimes(out, d)
	title := c.Title
	out.SetStatus(ics.ObjectStatusConfirmed)
	if d.Cancelled || c.Status == directory.CourseCancelled {
		out.SetStatus(ics.ObjectStatusCancelled)
		title = w.lang.T("Avlyst") + ": " + title // some programs show no status
	}
	out.SetSummary(plainText(title))
	out.SetLocation(plainText(w.courseWhere(c)))
	if p := c.Place; p != nil && p.Position != nil && !p.Confidential {
		out.SetGeo(p.Position.Lat, p.Position.Lon)
	}
	for _, topic := range w.termNames(directory.Topic, c.AllTopics()) {
		out.AddProperty(ics.ComponentPropertyCategories, plainText(topic))
	}
	address := w.base + w.lang.Prefix() + page.CoursePath(c.Course)
	out.SetProperty(ics.ComponentPropertyUrl, address)
	out.SetDescription(plainText(w.eventText(c, d, address)))
	return out
}

// setTimes sets the day, or the hours of it as the clock shows them in Norway. An end that is
// not known is left out.
func setTimes(out *ics.VEvent, d directory.CourseDate) {
	if d.Starts == "" {
		out.SetAllDayStartAt(d.Day)
		out.SetAllDayEndAt(d.Day.AddDate(0, 0, 1))
		return
	}
	local := func(hhmm string) string {
		day := d.Day
		if hhmm == "24:00" {
			day, hhmm = day.AddDate(0, 0, 1), "00:00"
		}
		return day.Format("20060102") + "T" + strings.ReplaceAll(hhmm, ":", "") + "00"
	}
	out.SetProperty(ics.ComponentPropertyDtStart, local(d.Starts), ics.WithTZID(zoneName))
	if d.Ends != "" {
		out.SetProperty(ics.ComponentPropertyDtEnd, local(d.Ends), ics.WithTZID(zoneName))
	}
}

// eventText is what a calendar says of one time: what stands in the way first, then how to
// get a place and whom to ask.
func (w writer) eventText(c search.Course, d directory.CourseDate, address string) string {
	var lines []string
	add := func(parts ...string) {
		if line := strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " "); line != "" {
			lines = append(lines, line)
		}
	}
	add(w.courseStateText(c, w.now.In(page.Oslo)))
	add(d.Note)
	add(c.Description)
	if s := w.courseSignUp(c, w.now.In(page.Oslo)); s != nil {
		phone := ""
		if s.Phone != nil {
			phone = s.Phone.Number
		}
		add(s.Kind, s.Deadline, s.Text, s.URL, s.Email, phone)
	}
	add(c.Of.Name, strings.Join(each(c.Of.Phones, func(p directory.Phone) string { return p.Number.String() }), ", "))
	add(address)
	return strings.Join(lines, "\n\n")
}

// plainText returns the text without the characters that a calendar cannot hold.
func plainText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case r < ' ' && r != '\n' && r != '\t', r == 0x7f:
			return -1
		}
		return r
	}, s)
}
