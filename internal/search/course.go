package search

import (
	"cmp"
	"slices"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Course is a course with the offering that holds it, which readers may see too.
type Course struct {
	*directory.Course
	Of *directory.Offering
}

// Next returns the first date on the day or later that is not cancelled, else the first that
// is; false when the course is over.
func (c Course) Next(day time.Time) (directory.CourseDate, bool) {
	coming := c.Coming(day)
	for _, d := range coming {
		if !d.Cancelled {
			return d, true
		}
	}
	if len(coming) == 0 {
		return directory.CourseDate{}, false
	}
	return coming[0], true
}

// CoursePosition returns where the course is held, as near as is known: the place, or its kommune.
// It is false where nothing is known, and for what is on the net alone.
func (v *View) CoursePosition(c Course) (region.Position, bool) {
	switch {
	case c.Place == nil || c.Place.Confidential:
		return region.Position{}, false
	case c.Place.Position != nil:
		return *c.Place.Position, true
	}
	if k, ok := v.Kommune(c.Place.Kommune); ok {
		return k.Position, true
	}
	return region.Position{}, false
}

// Course returns the public course with the id, also when it is over. It is false where its
// offering is not public.
func (v *View) Course(id int64) (Course, bool) {
	c, ok := v.catalog().courses[id]
	if !ok {
		return Course{}, false
	}
	of, ok := v.Offering(c.Offering)
	return Course{c, of}, ok
}

// Courses returns the public courses that have a date on the day or later, by their next
// date, then by title. The day is a local one.
func (v *View) Courses(day time.Time) []Course {
	return v.coming(day, func(*directory.Course) bool { return true })
}

// CoursesOf returns the offering's courses that have a date on the day or later, as Courses.
func (v *View) CoursesOf(offering int64, day time.Time) []Course {
	return v.coming(day, func(c *directory.Course) bool { return c.Offering == offering })
}

// coming returns those courses that have a date on the day or later, as Courses.
func (v *View) coming(day time.Time, wanted func(*directory.Course) bool) []Course {
	type coming struct {
		Course
		next directory.CourseDate
	}
	var list []coming
	for id, c := range v.catalog().courses {
		if !wanted(c) || len(c.Coming(day)) == 0 {
			continue
		}
		if full, ok := v.Course(id); ok {
			next, _ := full.Next(day)
			list = append(list, coming{full, next})
		}
	}
	slices.SortFunc(list, func(a, b coming) int {
		return cmp.Or(a.next.Day.Compare(b.next.Day), cmp.Compare(a.next.Starts, b.next.Starts),
			cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	found := make([]Course, len(list))
	for i, c := range list {
		found[i] = c.Course
	}
	return found
}
