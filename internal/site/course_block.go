package site

import (
	"net/url"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// How many courses stand on a page that is about something else, and on their offering's own.
const (
	maxCourses   = 3
	maxCoursesOf = 10
)

// kommuneCourses returns what comes for the kommune: its own, then the fylke's. What is for
// the whole country alone is not the kommune's.
func (w writer) kommuneCourses(k *search.Kommune) view.CourseBlock {
	b := view.CourseBlock{
		Title: w.lang.T("Kurs og grupper"),
		All:   view.Link{Text: w.lang.T("Kurs og grupper for deg i %s", k.DisplayName()), Href: coursesAt(k, nil)},
	}
	today := w.now.In(page.Oslo)
	for _, f := range w.v.FindCourses(search.CourseQuery{Kommuner: []region.Number{k.Number}}, today).List {
		if f.Reach <= search.CourseInFylke && len(b.Lines) < maxCourses {
			b.Lines = append(b.Lines, w.courseLine(f, today))
		}
	}
	return b
}

// coursesOf returns what comes of an offering.
func (w writer) coursesOf(o *directory.Offering) view.CourseBlock {
	b := view.CourseBlock{
		Title: w.lang.T("Kurs og grupper som kommer"),
		All:   view.Link{Text: w.lang.T("Alle kurs og grupper som kommer"), Href: coursesPath},
	}
	today := w.now.In(page.Oslo)
	all := w.v.CoursesOf(o.ID, today)
	for _, c := range all[:min(len(all), maxCoursesOf)] {
		b.Lines = append(b.Lines, w.comingLine(c, today))
	}
	return b
}

// openCourse returns the first course of an offering that one can still take part in.
func (w writer) openCourse(o *directory.Offering, today time.Time) (search.Course, bool) {
	for _, c := range w.v.CoursesOf(o.ID, today) {
		if w.courseState(c, today) == (view.CourseState{}) {
			return c, true
		}
	}
	return search.Course{}, false
}

// nextCourse returns the first course of an offering that one can still take part in.
func (w writer) nextCourse(o *directory.Offering) *view.Link {
	today := w.now.In(page.Oslo)
	c, ok := w.openCourse(o, today)
	if !ok {
		return nil
	}
	next, _ := c.Next(today)
	return &view.Link{Text: c.Title, Href: page.CoursePath(c.Course), Sub: w.courseMoment(next).Text}
}

// topicCourses leads to what comes about a topic for people in a kommune; nil for nothing.
func (w writer) topicCourses(t directory.Term, k *search.Kommune) *view.Link {
	q := search.CourseQuery{Kommuner: []region.Number{k.Number}, Topics: []string{t.Code}}
	n := len(w.v.FindCourses(q, w.now.In(page.Oslo)).List)
	if n == 0 {
		return nil
	}
	return &view.Link{
		Text: w.lang.Count(n, "1 kurs eller gruppe", "%s kurs og grupper") + ": " + lowerInitial(w.lang.Pick(t.Name)),
		Href: coursesAt(k, url.Values{paramTopic: {t.Code}}),
	}
}

// searchCourses returns the first courses that have the words of a search and are for the
// places that it is about.
func (w writer) searchCourses(q question, found search.Result, reader *search.Kommune) view.CourseBlock {
	b := view.CourseBlock{}
	if len(found.Courses) == 0 || q.query.Page > 1 {
		return b
	}
	ask := search.CourseQuery{Kommuner: q.query.Kommuner, Topics: q.query.Topics, TargetGroups: q.query.TargetGroups}
	if len(ask.Kommuner) == 0 {
		ask.Kommuner = each(found.Interpreted.Kommuner, func(k *search.Kommune) region.Number { return k.Number })
	}
	today := w.now.In(page.Oslo)
	for _, f := range w.v.FindCourses(ask, today).List {
		if found.Courses[f.ID] && len(b.Lines) < maxCourses {
			b.Lines = append(b.Lines, w.courseLine(f, today))
		}
	}
	b.Title = w.lang.T("Kurs og grupper som kommer")
	b.All = view.Link{Text: w.lang.T("Alle kurs og grupper som kommer"), Href: coursesPath}
	if reader != nil {
		b.All = view.Link{Text: w.lang.T("Kurs og grupper for deg i %s", reader.DisplayName()), Href: coursesAt(reader, nil)}
	}
	return b
}

// coursesAt returns the address of the courses for a kommune, narrowed by what else is asked.
func coursesAt(k *search.Kommune, also url.Values) string {
	a := asked{paramKommune: {string(k.Number)}}
	for name, values := range also {
		a[name] = values
	}
	return courseHref(a)
}
