package search

import (
	"cmp"
	"slices"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// CourseQuery says which courses are asked for. What is empty limits nothing; several values
// of one field mean any of them.
type CourseQuery struct {
	Kommuner     []region.Number // what is for people there, or held there
	RadiusKM     float64         // from the centres of the kommuner; not what is known to be farther off
	From, To     time.Time       // days on which it meets
	Topics       []string
	TargetGroups []string
	Formats      []directory.CourseFormat // one where people may choose is of both the others
}

// CourseReach is how a course comes to be for somebody who lives in a kommune, closest first.
type CourseReach int

const (
	CourseAnywhere CourseReach = iota // no kommune was asked for
	CourseHere                        // its offering is for the kommune, alone or with others, or it is held there
	CourseInFylke                     // its offering is for the whole fylke
	CourseNational                    // its offering is for the whole country
	CourseNearby                      // its offering is for others, but it is held within the radius
)

// FoundCourse is a course that was asked for.
type FoundCourse struct {
	Course
	Next       directory.CourseDate // the first within the days asked for, a cancelled one only where all are
	Times      int                  // how often it meets within the days asked for, cancelled ones left out
	Reach      CourseReach
	DistanceKM *float64 // from the nearest kommune asked for; nil where it is not known
}

// FoundCourses are the courses by reach, then by the next date. Each count is of the courses
// that there would be with that one value chosen in its field and the other fields as they are.
type FoundCourses struct {
	List         []FoundCourse
	Topics       map[string]int
	TargetGroups map[string]int
	Formats      map[directory.CourseFormat]int
}

// Count returns how many there are of a reach.
func (f FoundCourses) Count(r CourseReach) int {
	n := 0
	for _, c := range f.List {
		if c.Reach == r {
			n++
		}
	}
	return n
}

// AllTopics returns what the course is about: where it does not say, what its offering is.
func (c Course) AllTopics() []string { return orOf(c.Topics, c.Of.Topics) }

// AllTargetGroups returns whom the course is for: where it does not say, whom its offering is.
func (c Course) AllTargetGroups() []string { return orOf(c.TargetGroups, c.Of.TargetGroups) }

func orOf(own, offerings []string) []string {
	if len(own) > 0 {
		return own
	}
	return offerings
}

// FormatFits reports whether a course of the format is one of those meant by the other: one
// where people may choose is both at a place and on the net.
func FormatFits(of, asked directory.CourseFormat) bool {
	return of == asked || of == directory.Hybrid && asked != ""
}

// FindCourses returns the coming courses that are asked for. Today is a local day.
func (v *View) FindCourses(q CourseQuery, today time.Time) FoundCourses {
	found := FoundCourses{Topics: map[string]int{}, TargetGroups: map[string]int{}, Formats: map[directory.CourseFormat]int{}}
	from := directory.DayOf(today)
	if q.From.After(from) {
		from = directory.DayOf(q.From)
	}
	for _, c := range v.Courses(from) {
		f, ok := v.foundCourse(q, c, from)
		if !ok {
			continue
		}
		topics := meets(q.Topics, c.AllTopics())
		groups := meets(q.TargetGroups, c.AllTargetGroups())
		format := len(q.Formats) == 0 || slices.ContainsFunc(q.Formats, func(a directory.CourseFormat) bool { return FormatFits(c.Format, a) })
		if groups && format {
			tally(found.Topics, c.AllTopics())
		}
		if topics && format {
			tally(found.TargetGroups, c.AllTargetGroups())
		}
		if topics && groups {
			for _, a := range directory.CourseFormats() {
				if FormatFits(c.Format, a) {
					found.Formats[a]++
				}
			}
		}
		if topics && groups && format {
			found.List = append(found.List, f)
		}
	}
	slices.SortStableFunc(found.List, func(a, b FoundCourse) int {
		return cmp.Or(cmp.Compare(a.Reach, b.Reach), a.Next.Day.Compare(b.Next.Day), cmp.Compare(a.Next.Starts, b.Next.Starts))
	})
	return found
}

// foundCourse returns the course as the query sees it; false where its days or its place are
// others.
func (v *View) foundCourse(q CourseQuery, c Course, from time.Time) (FoundCourse, bool) {
	f := FoundCourse{Course: c}
	within := c.Coming(from)
	if !q.To.IsZero() {
		within = slices.Clone(within)
		within = slices.DeleteFunc(within, func(d directory.CourseDate) bool { return d.Day.After(directory.DayOf(q.To)) })
	}
	if len(within) == 0 {
		return f, false
	}
	f.Next, f.Times = directory.NextOf(within)
	if len(q.Kommuner) == 0 {
		return f, true
	}
	f.DistanceKM = v.courseDistance(c, q.Kommuner)
	f.Reach = courseReach(c, q.Kommuner)
	near := f.DistanceKM != nil && *f.DistanceKM <= q.RadiusKM
	switch {
	case q.RadiusKM == 0:
		return f, f.Reach != CourseAnywhere
	case f.Reach == CourseAnywhere:
		f.Reach = CourseNearby
		return f, near
	}
	// What one can join from home is never too far off, and what is not known may be near.
	return f, near || f.DistanceKM == nil || c.Format != directory.AtPlace
}

// courseReach returns the closest reach of the kommuner, CourseAnywhere for none.
func courseReach(c Course, kommuner []region.Number) CourseReach {
	best := CourseAnywhere
	for _, k := range kommuner {
		reach := CourseAnywhere
		switch c.Of.Coverage.Reach(k) {
		case directory.ByOwn, directory.ByShared:
			reach = CourseHere
		case directory.ByFylke:
			reach = CourseInFylke
		case directory.ByNational:
			reach = CourseNational
		}
		if c.Place != nil && c.Place.Kommune == k {
			reach = CourseHere
		}
		if best == CourseAnywhere || reach != CourseAnywhere && reach < best {
			best = reach
		}
	}
	return best
}

func (v *View) courseDistance(c Course, kommuner []region.Number) *float64 {
	at, ok := v.CoursePosition(c)
	if !ok {
		return nil
	}
	var nearest *float64
	for _, n := range kommuner {
		if k, ok := v.Kommune(n); ok {
			if km := DistanceKM(k.Position, at); nearest == nil || km < *nearest {
				nearest = &km
			}
		}
	}
	return nearest
}

func meets(asked, has []string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool { return slices.Contains(has, a) })
}

func tally(counts map[string]int, codes []string) {
	for _, code := range codes {
		counts[code]++
	}
}
