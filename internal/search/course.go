package search

import (
	"cmp"
	"iter"
	"maps"
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

// HiddenCourse returns the course with the id though its offering is not public. Only that
// it is gone may be told of it.
func (v *View) HiddenCourse(id int64) (*directory.Course, bool) {
	c, ok := v.catalog().courses[id]
	return c, ok
}

// Courses returns the public courses that have a date on the day or later, by their next
// date, then by title. The day is a local one.
func (v *View) Courses(day time.Time) []Course {
	return v.coming(day, maps.Values(v.catalog().courses))
}

// CoursesOf returns the offering's courses that have a date on the day or later, as Courses.
func (v *View) CoursesOf(offering int64, day time.Time) []Course {
	return v.coming(day, slices.Values(v.catalog().coursesOf[offering]))
}

// coming returns those of the courses that have a date on the day or later, as Courses.
func (v *View) coming(day time.Time, courses iter.Seq[*directory.Course]) []Course {
	var found []Course
	for c := range courses {
		if len(c.Coming(day)) == 0 {
			continue
		}
		if full, ok := v.Course(c.ID); ok {
			found = append(found, full)
		}
	}
	slices.SortFunc(found, func(a, b Course) int {
		nextA, _ := a.Next(day)
		nextB, _ := b.Next(day)
		return cmp.Or(nextA.Day.Compare(nextB.Day), cmp.Compare(nextA.Starts, nextB.Starts),
			cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return found
}
