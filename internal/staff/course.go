package staff

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// mountCourses registers the courses of offerings. Whoever may edit an offering may edit
// its courses.
func (s *Staff) mountCourses(inside fiber.Router) {
	for _, path := range []string{"/kurs/nytt", "/kurs/:id"} {
		inside.Get(path, s.showCourse)
		inside.Post(path, s.sendCourse)
		inside.Post(path+"/kladd", s.keepCourseDraft)
		inside.Post(path+"/forkast", s.discardCourseDraft)
	}
	inside.Post("/kurs/:id/gjor", s.actOnCourse)
	inside.Post("/kurs/:id/kopier", s.copyCourse)
	inside.Post("/kurs/:id/angre", s.undoCourse)
}

func coursePath(id int64) string { return fmt.Sprintf("/redaksjon/kurs/%d", id) }

// courseEditing is the form of a course with what it is about.
type courseEditing struct {
	offerings []directory.Offering // that may hold it; the one that does, where that is known
	stored    directory.Course     // what stands there now; a blank one for what is new
	isNew     bool
	key       string // of the draft
	path      string // of the form, with its query
	names     *bulk.Names
}

// action returns the address of what else is done with the form.
func (e courseEditing) action(name string) string {
	path, query, _ := strings.Cut(e.path, "?")
	if query != "" {
		query = "?" + query
	}
	return path + "/" + name + query
}

// courseAt returns what the form of the address is about. It returns auth.ErrForbidden for
// who may not edit it, store.ErrNotFound for who may not see it.
func (s *Staff) courseAt(c *fiber.Ctx) (courseEditing, error) {
	e := courseEditing{isNew: c.Params("id") == ""}
	var err error
	if e.names, err = s.names(c); err != nil {
		return e, err
	}
	if e.isNew {
		return e, s.newCourseAt(c, &e)
	}
	var o directory.Offering
	if e.stored, o, err = s.ownCourse(c); err != nil {
		return e, err
	}
	e.offerings, e.path = []directory.Offering{o}, coursePath(e.stored.ID)
	e.key = "kurs/" + c.Params("id")
	return e, nil
}

// ownCourse returns the course of the address with its offering, if the actor may edit it.
func (s *Staff) ownCourse(c *fiber.Ctx) (directory.Course, directory.Offering, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return directory.Course{}, directory.Offering{}, store.ErrNotFound
	}
	course, err := s.deps.Store.CourseByID(c.UserContext(), id)
	if err != nil {
		return course, directory.Offering{}, err
	}
	o, err := s.deps.Store.OfferingByID(c.UserContext(), course.Offering)
	if err != nil {
		return course, o, err
	}
	return course, o, store.May(actorOf(c), auth.Edit, auth.Thing{Owner: auth.OwnerOf(o)})
}

// newCourseAt fills in who can hold a new course: the offering of the address, or one of
// those of the owner that it names.
func (s *Staff) newCourseAt(c *fiber.Ctx, e *courseEditing) error {
	if text := c.Query("tilbud"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return store.ErrNotFound
		}
		o, err := s.deps.Store.OfferingByID(c.UserContext(), id)
		if err != nil {
			return err
		}
		if err := store.May(actorOf(c), auth.Edit, auth.Thing{Owner: auth.OwnerOf(o)}); err != nil {
			return err
		}
		e.offerings, e.path = []directory.Offering{o}, newCoursePath(o.ID)
	} else {
		owner, err := namedOwner(c)
		if err != nil {
			return err
		}
		if owners := actorOf(c).Owners(); owner == (auth.Owner{}) && len(owners) > 0 {
			owner = owners[0]
		}
		if err := auth.Can(actorOf(c), auth.Edit, auth.Thing{Owner: owner}); err != nil {
			return err
		}
		if owner == (auth.Owner{}) {
			return store.ErrNotFound // a national editor who has not said whose
		}
		if e.offerings, err = s.deps.Store.OfferingsOf(c.UserContext(), actorOf(c), owner); err != nil {
			return err
		}
		e.offerings = slices.DeleteFunc(e.offerings, func(o directory.Offering) bool { return o.Status == directory.Archived })
		slices.SortStableFunc(e.offerings, func(a, b directory.Offering) int { return cmp.Compare(a.Name, b.Name) })
		if len(e.offerings) == 0 {
			return store.ErrNotFound
		}
		e.path = "/redaksjon/kurs/nytt?" + ownerQuery(owner)
	}
	e.key, e.stored = "kurs/"+e.path, directory.Course{Format: directory.AtPlace, Status: directory.CourseOpen}
	if o := e.offerings[0]; len(e.offerings) == 1 {
		e.stored.Offering = o.ID
		if len(o.Locations) > 0 {
			e.stored.Place = &o.Locations[0] // most meet where the offering is
		}
	}
	return nil
}

func newCoursePath(offering int64) string {
	return "/redaksjon/kurs/nytt?tilbud=" + strconv.FormatInt(offering, 10)
}

func (s *Staff) showCourse(c *fiber.Ctx) error {
	e, err := s.courseAt(c)
	if err != nil {
		return err
	}
	v, version, kept := courseForm(e.stored), e.stored.Version, ""
	draft, err := s.deps.Store.DraftByKey(c.UserContext(), actorOf(c).ID, e.key)
	switch {
	case err == nil:
		v, version, kept = draft.Form, draft.Version, moment(draft.UpdatedAt, s.deps.Now())
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if kept != "" && version != e.stored.Version {
		return s.staleCourse(c, e, v, version, kept)
	}
	return s.sendCoursePage(c, http.StatusOK, e, v, version, nil, func(p *view.CourseFormPage) {
		p.Draft = kept
		if c.Query("angre") == strconv.Itoa(e.stored.Version) {
			p.Undo = e.action("angre")
		}
	})
}

// sendCoursePage sends the page of the form, with what change adds to it.
func (s *Staff) sendCoursePage(c *fiber.Ctx, status int, e courseEditing, v url.Values, version int, wrong map[string]string, change func(*view.CourseFormPage)) error {
	p, err := s.coursePage(c, e, v, version, wrong)
	if err != nil {
		return err
	}
	if change != nil {
		change(&p)
	}
	return s.send(c, status, view.CourseForm(p))
}

// sendCourse does what the pressed button says.
func (s *Staff) sendCourse(c *fiber.Ctx) error {
	e, err := s.courseAt(c)
	if err != nil {
		return err
	}
	v, version := formSent(c), seen(c)
	choose(v, courseForm(e.stored), courseKeys)
	action := string(c.Request().PostArgs().Peek("handling"))
	if wrong, done := changeDates(v, action); done {
		status := http.StatusOK
		if len(wrong) > 0 {
			status = http.StatusUnprocessableEntity
		}
		return s.sendCoursePage(c, status, e, v, version, wrong, nil)
	}
	return s.saveCourse(c, e, v, version, action == "likevel")
}

// saveCourse saves what the form says. warned is set when the person has seen the warnings.
func (s *Staff) saveCourse(c *fiber.Ctx, e courseEditing, v url.Values, version int, warned bool) error {
	if version != e.stored.Version {
		return s.staleCourse(c, e, v, version, "")
	}
	course, wrong := e.read(v)
	if repeating(v) {
		maps.Copy(wrong, previewRepeat(v))
		if wrong["gjenta_antall"]+wrong["gjenta_slutt"] == "" {
			wrong["gjenta_antall"] = "Datoene er ikke lagt til ennå. Legg dem til, eller tøm disse feltene."
		}
	}
	wrong, err := s.checkCourse(c, course, wrong)
	if store.Unavailable(err) {
		return s.courseUnavailable(c, e, v, version)
	}
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.sendCoursePage(c, http.StatusUnprocessableEntity, e, v, version, wrong, nil)
	}
	if !warned {
		warnings, err := s.warnings(c, editing{stored: asOffering(e.stored)}, asOffering(course))
		if err != nil {
			return err
		}
		if len(warnings) > 0 {
			return s.sendCoursePage(c, http.StatusUnprocessableEntity, e, v, version, nil, func(p *view.CourseFormPage) { p.Warnings = warnings })
		}
	}
	course.Version = version
	why := strings.TrimSpace(v.Get("hvorfor"))
	var saved directory.Course
	if e.isNew {
		saved, err = s.deps.Store.CreateCourse(c.UserContext(), actorOf(c), why, course)
	} else {
		saved, err = s.deps.Store.UpdateCourse(c.UserContext(), actorOf(c), why, course)
	}
	var invalid directory.Invalid
	switch {
	case errors.Is(err, store.ErrConflict):
		if e, err = s.courseAt(c); err != nil {
			return err
		}
		return s.staleCourse(c, e, v, version, "")
	case errors.As(err, &invalid):
		markCourse(wrong, invalid)
		return s.sendCoursePage(c, http.StatusUnprocessableEntity, e, v, version, wrong, nil)
	case store.Unavailable(err):
		return s.courseUnavailable(c, e, v, version)
	case err != nil:
		return err
	}
	s.dropDraft(c, e.key)
	notice := "«" + saved.Title + "» er lagret."
	if saved.Version == version {
		notice = "Alt var som før. Ingenting er endret."
	} else {
		notice += s.whoSees(c, saved)
	}
	return see(c, coursePath(saved.ID), notice)
}

// whoSees says whether readers see the course as it is stored, once they do or soon will.
func (s *Staff) whoSees(c *fiber.Ctx, course directory.Course) string {
	o, err := s.deps.Store.OfferingByID(c.UserContext(), course.Offering)
	switch {
	case err != nil || !course.Public():
		return ""
	case !o.Public():
		return " Leserne ser det når «" + o.Name + "» er publisert."
	case s.shows(func() bool {
		shown, ok := s.deps.View().Course(course.ID)
		return ok && shown.Version >= course.Version
	}):
		return " Leserne ser det nå."
	}
	return " Leserne ser det om et øyeblikk."
}

// courseUnavailable shows the form again when nothing can be saved just now.
func (s *Staff) courseUnavailable(c *fiber.Ctx, e courseEditing, v url.Values, version int) error {
	c.Set(fiber.HeaderRetryAfter, "30")
	return s.sendCoursePage(c, http.StatusServiceUnavailable, e, v, version, nil, func(p *view.CourseFormPage) {
		p.Problem = "Vi får ikke lagret akkurat nå. Det du skrev, står her. Prøv igjen om litt."
	})
}

// keepCourseDraft keeps the draft that the script sends.
func (s *Staff) keepCourseDraft(c *fiber.Ctx) error {
	e, err := s.courseAt(c)
	if err != nil {
		return err
	}
	err = s.deps.Store.SaveDraft(c.UserContext(), actorOf(c).ID, store.Draft{Key: e.key, Version: seen(c), Form: formSent(c)})
	if errors.Is(err, store.ErrTooLarge) {
		return fiber.ErrRequestEntityTooLarge
	}
	if err != nil {
		return err
	}
	return c.SendStatus(http.StatusNoContent)
}

func (s *Staff) discardCourseDraft(c *fiber.Ctx) error {
	e, err := s.courseAt(c)
	if err != nil {
		return err
	}
	if err := s.deps.Store.DeleteDraft(c.UserContext(), actorOf(c).ID, e.key); err != nil {
		return err
	}
	return see(c, e.path, "Kladden er borte.")
}

// staleCourse shows a form that was filled from an older version than the one that is
// stored, as stale does for an offering.
func (s *Staff) staleCourse(c *fiber.Ctx, e courseEditing, v url.Values, version int, draft string) error {
	if e.isNew { // nobody else has it: the form came without its version
		return s.sendCoursePage(c, http.StatusConflict, e, v, e.stored.Version, nil, func(p *view.CourseFormPage) { p.Problem = "Se over kurset, og lagre på nytt." })
	}
	base, found, err := s.courseVersion(c, e.stored.ID, version)
	if err != nil {
		return err
	}
	names, err := s.diffNames(c)
	if err != nil {
		return err
	}
	typedOver := e // what was typed, over what it was typed over
	if found {
		typedOver.stored = base
	}
	mine, wrong := typedOver.read(v)
	stored := courseForm(e.stored)
	var conflicts []view.ConflictField
	for _, d := range diff.Courses(e.stored, mine, names) {
		switch {
		case found && !courseDiffers(d.Name, base, mine):
			take(v, stored, courseKeys[d.Name]) // only the other has changed it
		case !found || courseDiffers(d.Name, base, e.stored):
			conflicts = append(conflicts, view.ConflictField{Change: d, Mine: true})
		}
	}
	note := "Noen andre har lagret dette kurset mens du skrev. Ingenting er borte. "
	if len(conflicts) == 0 {
		note += "Dere har endret hvert deres, og begge deler står i skjemaet nå. Se over, og lagre."
	} else {
		note += "Velg hva som skal stå der dere har skrevet ulikt, og lagre."
	}
	if e.stored.Place != nil && e.stored.Place.Confidential {
		v.Set("hemmelig", "ja") // only a press that is meant takes a place out of hiding
	}
	return s.sendCoursePage(c, http.StatusConflict, e, v, e.stored.Version, wrong, func(p *view.CourseFormPage) {
		p.Problem, p.Conflict, p.Draft = note, conflicts, draft
	})
}

func courseDiffers(field string, a, b directory.Course) bool {
	return slices.ContainsFunc(diff.Courses(a, b, diff.Names{}), func(d diff.Change) bool { return d.Name == field })
}

// courseVersion returns the course as it was in a version.
func (s *Staff) courseVersion(c *fiber.Ctx, id int64, version int) (course directory.Course, found bool, err error) {
	revisions, err := s.deps.Store.History(c.UserContext(), actorOf(c), store.KindCourse, strconv.FormatInt(id, 10))
	if err != nil {
		return course, false, err
	}
	for _, r := range revisions {
		if r.Version == version {
			err = json.Unmarshal(r.After, &course)
			return course, err == nil, err
		}
	}
	return course, false, nil
}

// today is the day in Norway, as the dates of courses are.
func (s *Staff) today() time.Time { return directory.DayOf(s.deps.Now().In(page.Oslo)) }
