package staff

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// courseSteps are what one press does with a course.
var courseSteps = []struct {
	name, text string
	from       []directory.CourseStatus
	to         directory.CourseStatus
	done       string
}{
	{"full", "Merk som fullt", []directory.CourseStatus{directory.CourseOpen}, directory.CourseFull, "er fullt."},
	{"apne", "Åpne igjen", []directory.CourseStatus{directory.CourseFull, directory.CourseCancelled}, directory.CourseOpen, "er åpent igjen."},
	{"slett", "Slett", []directory.CourseStatus{directory.CourseDraft, directory.CourseOpen, directory.CourseFull, directory.CourseCancelled}, directory.CourseDeleted, "er slettet. Leserne ser det ikke lenger."},
	{"hent", "Hent tilbake", []directory.CourseStatus{directory.CourseDeleted}, directory.CourseDraft, "er et utkast nå. Leserne ser det når du åpner det."},
}

// courseActions returns what can be done with the course as it is stored.
func (s *Staff) courseActions(course directory.Course) *view.CourseActions {
	path := coursePath(course.ID)
	a := &view.CourseActions{Act: path + "/gjor", Copy: path + "/kopier", Version: strconv.Itoa(course.Version), Weeks: strconv.Itoa(weeksAfter(course, s.today()))}
	for _, step := range courseSteps {
		if slices.Contains(step.from, course.Status) {
			a.Steps = append(a.Steps, view.FormChoice{Value: step.name, Text: step.text})
		}
	}
	if course.Status != directory.CourseOpen && course.Status != directory.CourseFull {
		return a
	}
	a.Cancel = []view.FormChoice{{Value: "alt", Text: "Hele kurset", Checked: true}}
	for _, d := range course.Coming(s.today()) {
		if !d.Cancelled {
			a.Cancel = append(a.Cancel, view.FormChoice{Value: dateKey(d), Text: "Bare " + dateText(d)})
		}
	}
	return a
}

// dateKey tells the dates of a course apart.
func dateKey(d directory.CourseDate) string { return d.Day.Format(time.DateOnly) + " " + d.Starts }

// weeksAfter returns in how many weeks the course can begin again: when it is over, and not
// before today.
func weeksAfter(course directory.Course, today time.Time) int {
	if len(course.Dates) == 0 {
		return 1
	}
	first, last := course.Dates[0].Day, lastDay(course)
	if last.Before(today) {
		last = today
	}
	return int(last.Sub(first).Hours()/24)/7 + 1
}

// cancelledMark begins the paragraph that says that a course is cancelled. It stands first
// in the description, so that it is there wherever the course is shown.
const cancelledMark = "Avlyst: "

func withoutCancelled(description string) string {
	if strings.HasPrefix(description, cancelledMark) {
		_, description, _ = strings.Cut(description, "\n\n")
	}
	return description
}

// actOnCourse does with the course what the pressed button says.
func (s *Staff) actOnCourse(c *fiber.Ctx) error {
	course, _, err := s.ownCourse(c)
	if err != nil {
		return err
	}
	done, ok := "", false
	word := strings.TrimSpace(strings.ReplaceAll(c.FormValue("beskjed"), "\r\n", "\n"))
	if action := c.FormValue("handling"); action == "avlys" {
		done, ok = s.cancelCourse(&course, c.FormValue("hva"), word)
	} else {
		done, ok = stepCourse(&course, action)
	}
	if !ok {
		return see(c, coursePath(course.ID), "Kurset er endret i mellomtiden. Se over det på nytt.")
	}
	course.Version = seen(c)
	return s.saveStep(c, course, capital(done), "«"+course.Title+"» "+done)
}

// stepCourse takes the step of the name, and returns what was done; false where it cannot
// be taken.
func stepCourse(course *directory.Course, name string) (done string, ok bool) {
	for _, step := range courseSteps {
		if step.name == name && slices.Contains(step.from, course.Status) {
			course.Status = step.to
			if step.to == directory.CourseOpen {
				course.Description = withoutCancelled(course.Description)
			}
			return step.done, true
		}
	}
	return "", false
}

// cancelCourse cancels all of the course or one of its dates, with a word to readers.
func (s *Staff) cancelCourse(course *directory.Course, what, word string) (done string, ok bool) {
	if course.Status != directory.CourseOpen && course.Status != directory.CourseFull {
		return "", false
	}
	if what == "alt" {
		course.Status = directory.CourseCancelled
		if word != "" {
			course.Description = strings.TrimSpace(cancelledMark + word + "\n\n" + course.Description)
		}
		return "er avlyst.", true
	}
	for i, d := range course.Dates {
		if dateKey(d) != what {
			continue
		}
		course.Dates = slices.Clone(course.Dates)
		d.Cancelled = true
		if word != "" {
			d.Note = word
		}
		course.Dates[i] = d
		return "er avlyst " + dateText(d) + ".", true
	}
	return "", false
}

// saveStep stores the course, and offers to undo it.
func (s *Staff) saveStep(c *fiber.Ctx, course directory.Course, why, notice string) error {
	path := coursePath(course.ID)
	saved, err := s.deps.Store.UpdateCourse(c.UserContext(), actorOf(c), why, course)
	var invalid directory.Invalid
	switch {
	case errors.Is(err, store.ErrConflict):
		return see(c, path, "Noen har endret kurset i mellomtiden. Se over det på nytt.")
	case errors.As(err, &invalid):
		return s.stepRefused(c, invalid)
	case store.Unavailable(err):
		return see(c, path, "Vi får ikke lagret akkurat nå. Prøv igjen om litt.")
	case err != nil:
		return err
	}
	return see(c, path+"?angre="+strconv.Itoa(saved.Version), notice+s.whoSees(c, saved))
}

// stepRefused shows the form with what has to be put right first. What was typed in the
// box for cancelling stays.
func (s *Staff) stepRefused(c *fiber.Ctx, invalid directory.Invalid) error {
	e, err := s.courseAt(c)
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	word := c.FormValue("beskjed")
	if word == "" {
		markCourse(wrong, invalid)
	}
	return s.sendCoursePage(c, http.StatusUnprocessableEntity, e, courseForm(e.stored), e.stored.Version, wrong, func(p *view.CourseFormPage) {
		p.Problem = "Det ble ikke gjort. Rett dette først, og prøv igjen."
		if word != "" && p.Do != nil {
			p.Do.Word, p.Do.WordWrong = word, "Beskjeden er for lang."
		}
	})
}

// undoCourse takes back the last thing that was done with the course.
func (s *Staff) undoCourse(c *fiber.Ctx) error {
	course, _, err := s.ownCourse(c)
	if err != nil {
		return err
	}
	revisions, err := s.deps.Store.History(c.UserContext(), actorOf(c), store.KindCourse, strconv.FormatInt(course.ID, 10))
	if err != nil {
		return err
	}
	if len(revisions) == 0 || revisions[0].Version != seen(c) || len(revisions[0].Before) == 0 {
		return see(c, coursePath(course.ID), "Noen har endret kurset i mellomtiden. Se over det på nytt.")
	}
	var before directory.Course
	if err := json.Unmarshal(revisions[0].Before, &before); err != nil {
		return err
	}
	before.ID, before.Version = course.ID, course.Version
	if before.Place != nil && course.Place != nil && course.Place.Confidential {
		before.Place.Confidential = true // what was hidden stays so, as when a version is restored
	}
	return s.saveStep(c, before, "Angret", "«"+before.Title+"» er som før.")
}

// copyCourse makes a draft with the same content, its dates moved or left out.
func (s *Staff) copyCourse(c *fiber.Ctx) error {
	course, _, err := s.ownCourse(c)
	if err != nil {
		return err
	}
	weeks := 0
	if c.FormValue("datoer") != "uten" {
		weeks, err = strconv.Atoi(strings.TrimSpace(c.FormValue("uker")))
		if err != nil || weeks < 1 || weeks > maxWeeks {
			return s.copyRefused(c)
		}
	}
	made, err := s.deps.Store.CreateCourse(c.UserContext(), actorOf(c), "Kopi av «"+course.Title+"»", copyOf(course, weeks))
	switch {
	case store.Unavailable(err):
		return see(c, coursePath(course.ID), "Vi får ikke lagret akkurat nå. Prøv igjen om litt.")
	case err != nil:
		return err
	}
	return see(c, coursePath(made.ID), "Kopien er et utkast. Se over den, og velg «Åpent» når den er klar.")
}

// maxWeeks is how far ahead the dates of a copy can be moved: three years.
const maxWeeks = 156

func (s *Staff) copyRefused(c *fiber.Ctx) error {
	e, err := s.courseAt(c)
	if err != nil {
		return err
	}
	return s.sendCoursePage(c, http.StatusUnprocessableEntity, e, courseForm(e.stored), e.stored.Version, nil, func(p *view.CourseFormPage) {
		p.Do.Weeks, p.Do.WeeksWrong = c.FormValue("uker"), "Skriv et tall fra 1 til "+strconv.Itoa(maxWeeks)+"."
	})
}

// copyOf returns a draft with what the course says. Its dates are so many weeks later, at
// the same local time; none for 0 weeks. What was cancelled is not cancelled again.
func copyOf(course directory.Course, weeks int) directory.Course {
	course.Status, course.Description = directory.CourseDraft, withoutCancelled(course.Description)
	dates, deadline := course.Dates, course.SignUp.Deadline
	course.Dates, course.SignUp.Deadline = nil, nil
	if weeks == 0 {
		return course
	}
	for _, d := range dates {
		if d.Cancelled {
			d.Cancelled, d.Note = false, ""
		}
		d.Day = d.Day.AddDate(0, 0, 7*weeks)
		course.Dates = append(course.Dates, d)
	}
	if deadline != nil {
		moved := deadline.AddDate(0, 0, 7*weeks)
		course.SignUp.Deadline = &moved
	}
	return course
}
