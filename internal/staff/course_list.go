package staff

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// lastDay returns the day of the last date, the zero time where there are no dates.
func lastDay(course directory.Course) time.Time {
	if n := len(course.Dates); n > 0 {
		return course.Dates[n-1].Day
	}
	return time.Time{}
}

// courseState says what a course is, for those who keep it; empty where it is open.
func courseState(course directory.Course) string {
	switch course.Status {
	case directory.CourseDraft:
		return "Utkast: vises ikke"
	case directory.CourseFull:
		return "Fullt"
	case directory.CourseCancelled:
		return "Avlyst"
	case directory.CourseDeleted:
		return "Slettet: vises ikke"
	}
	return ""
}

// courseRow returns the course as a row of the list.
func (s *Staff) courseRow(course directory.Course, o directory.Offering) view.WorkCourse {
	row := view.WorkCourse{Title: course.Title, Href: coursePath(course.ID), State: courseState(course), Of: o.Name, History: historyOfCourse(course.ID)}
	next, coming := course.Next(s.today())
	switch n := len(course.Dates); {
	case coming:
		row.When = "Neste gang " + dateText(next)
		if next.Cancelled {
			row.When += " (avlyst)"
		}
		if _, left := directory.NextOf(course.Coming(s.today())); left > 1 {
			row.When += ", " + strconv.Itoa(left) + " ganger igjen"
		}
	case n > 0:
		row.When = "Sist " + dayText(course.Dates[n-1].Day)
	default:
		row.When = "Ingen datoer ennå"
	}
	if course.Public() && o.Public() {
		row.Public = page.CoursePath(&course)
	}
	return row
}

// courseList returns the courses of the offerings, by what they are: those to come first.
func (s *Staff) courseList(c *fiber.Ctx, offerings []directory.Offering, add string) (view.WorkCourses, error) {
	l := view.WorkCourses{Add: add}
	ids, of := make([]int64, len(offerings)), map[int64]directory.Offering{}
	for i, o := range offerings {
		ids[i], of[o.ID] = o.ID, o
	}
	if len(ids) == 0 {
		return l, nil
	}
	all, err := s.deps.Store.CoursesOf(c.UserContext(), ids)
	if err != nil {
		return l, err
	}
	today := s.today()
	when := func(course directory.Course) time.Time {
		if next, ok := course.Next(today); ok {
			return next.Day
		}
		return time.Time{}
	}
	slices.SortStableFunc(all, func(a, b directory.Course) int {
		return cmp.Or(when(a).Compare(when(b)), lastDay(a).Compare(lastDay(b)), cmp.Compare(a.Title, b.Title))
	})
	var coming, drafts, cancelled, past, deleted []view.WorkCourse
	for _, course := range all {
		row := s.courseRow(course, of[course.Offering])
		if len(offerings) == 1 {
			row.Of = "" // it is known
		}
		switch {
		case course.Status == directory.CourseDeleted:
			deleted = append(deleted, row)
		case course.Status == directory.CourseDraft:
			drafts = append(drafts, row)
		case when(course).IsZero():
			past = append(past, row)
		case course.Status == directory.CourseCancelled:
			cancelled = append(cancelled, row)
		default:
			coming = append(coming, row)
		}
	}
	slices.Reverse(past) // the latest first
	l.Coming = len(coming)
	for _, g := range []view.WorkCourseGroup{{Heading: "Kommende", Rows: coming}, {Heading: "Utkast", Rows: drafts}, {Heading: "Avlyst", Rows: cancelled}, {Heading: "Tidligere", Rows: past, Folded: true}, {Heading: "Slettet", Rows: deleted, Folded: true}} {
		if len(g.Rows) > 0 {
			l.Groups = append(l.Groups, g)
		}
	}
	return l, nil
}

// comingCourses says how many courses of the offering readers can still come to; 0 where
// there are none.
func (s *Staff) comingCourses(c *fiber.Ctx, offering int64) (int, error) {
	all, err := s.deps.Store.CoursesOf(c.UserContext(), []int64{offering})
	n, today := 0, s.today()
	for _, course := range all {
		if (course.Status == directory.CourseOpen || course.Status == directory.CourseFull) && len(course.Coming(today)) > 0 {
			n++
		}
	}
	return n, err
}

// countCourses returns "1 kommende kurs", "3 kommende kurs".
func countCourses(n int) string { return strconv.Itoa(n) + " kommende kurs" }
