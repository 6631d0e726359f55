package staff

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func TestStepsOfACourseAndBack(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	course := s.courseOf(s.ownOffering("test/a", "1804").ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	path := coursePath(course.ID)
	press := func(form url.Values) directory.Course {
		t.Helper()
		form.Set("versjon", strconv.Itoa(s.course(course.ID).Version))
		a := kari.post(path+"/gjor", form)
		now := s.course(course.ID)
		a.wantRedirect(t, path+"?angre="+strconv.Itoa(now.Version))
		return now
	}
	undo := func() directory.Course {
		t.Helper()
		version := strconv.Itoa(s.course(course.ID).Version)
		kari.get(path+"?angre="+version).contains(t, ">Angre</button>")
		kari.post(path+"/angre", url.Values{"versjon": {version}}).wantStatus(t, http.StatusSeeOther)
		return s.course(course.ID)
	}
	if now := press(url.Values{"handling": {"full"}}); now.Status != directory.CourseFull {
		t.Errorf("marked as full: %s", now.Status)
	}
	kari.get(path).contains(t, "Åpne igjen", `>Fullt</span>`)
	if now := undo(); now.Status != directory.CourseOpen {
		t.Errorf("undone: %s", now.Status)
	}
	now := press(url.Values{"handling": {"avlys"}, "hva": {"alt"}, "beskjed": {"Vi prøver igjen til høsten."}})
	if now.Status != directory.CourseCancelled || now.Description != "Avlyst: Vi prøver igjen til høsten.\n\nOm testkurset." {
		t.Errorf("cancelled: %s, %q", now.Status, now.Description)
	}
	kari.get("/redaksjon?kommune=1804").contains(t, `<h3 class="r-group">Avlyst</h3>`)
	if now := press(url.Values{"handling": {"apne"}}); now.Status != directory.CourseOpen || now.Description != "Om testkurset." {
		t.Errorf("open again: %s, %q", now.Status, now.Description)
	}
	second := dateKey(course.Dates[1])
	now = press(url.Values{"handling": {"avlys"}, "hva": {second}, "beskjed": {"Kursholderen er syk."}})
	if now.Status != directory.CourseOpen || now.Dates[0].Cancelled || !now.Dates[1].Cancelled || now.Dates[1].Note != "Kursholderen er syk." {
		t.Errorf("one date cancelled: %s", datesOf(now))
	}
	kari.get("/redaksjon?kommune=1804").contains(t, ", 2 ganger igjen") // of three
	if now := undo(); now.Dates[1].Cancelled || now.Dates[1].Note != "" {
		t.Errorf("undone: %s", datesOf(now))
	}
	if now := press(url.Values{"handling": {"slett"}}); now.Status != directory.CourseDeleted {
		t.Errorf("deleted: %s", now.Status)
	}
	kari.get("/redaksjon?kommune=1804").contains(t, "Slettet (1)")
	if now := press(url.Values{"handling": {"hent"}}); now.Status != directory.CourseDraft {
		t.Errorf("brought back: %s", now.Status)
	}
	kari.get(historyOfCourse(course.ID)).contains(t, "Er slettet. Leserne ser det ikke lenger.", "Angret")

	// What cannot be done from here, and what somebody else was first to do.
	before := s.course(course.ID)
	for _, form := range []url.Values{{"handling": {"full"}}, {"handling": {"avlys"}, "hva": {"alt"}}, {"handling": {"tull"}}} {
		form.Set("versjon", strconv.Itoa(before.Version))
		kari.post(path+"/gjor", form).wantRedirect(t, path)
	}
	kari.post(path+"/gjor", url.Values{"handling": {"slett"}, "versjon": {"1"}}).wantRedirect(t, path)
	kari.post(path+"/angre", url.Values{"versjon": {"1"}}).wantRedirect(t, path)
	if now := s.course(course.ID); now.Version != before.Version {
		t.Errorf("changed to %+v", now)
	}
	if strings.Contains(kari.get(path+"?angre=1").body, ">Angre</button>") {
		t.Error("offers to undo what is no longer the last thing done")
	}
}

func TestTooLongAWordToReaders(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	course := s.courseOf(s.ownOffering("test/a", "1804").ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	word := strings.Repeat("x", 201)
	a := kari.post(coursePath(course.ID)+"/gjor", url.Values{"handling": {"avlys"}, "hva": {dateKey(course.Dates[0])}, "beskjed": {word}, "versjon": {"1"}})
	a.wantStatus(t, http.StatusUnprocessableEntity)
	a.contains(t, word, "Beskjeden er for lang.")
}

func TestCopyOfACourse(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	course := s.courseOf(s.ownOffering("test/a", "1804").ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	path := coursePath(course.ID)
	kari.get(path).contains(t, `name="uker" value="3"`) // after the third of three
	moved := s.made(kari.post(path+"/kopier", url.Values{"datoer": {"flytt"}, "uker": {"20"}}))
	if moved.Status != directory.CourseDraft || moved.Title != course.Title || *moved.Place != *course.Place || len(moved.Dates) != 3 ||
		!moved.Dates[0].Day.Equal(course.Dates[0].Day.AddDate(0, 0, 140)) || moved.Dates[0].Starts != "18:00" {
		t.Errorf("moved: %+v", moved)
	}
	if bare := s.made(kari.post(path+"/kopier", url.Values{"datoer": {"uten"}, "uker": {"tull"}})); len(bare.Dates) != 0 || bare.Description != course.Description {
		t.Errorf("without dates: %+v", bare)
	}
	a := kari.post(path+"/kopier", url.Values{"datoer": {"flytt"}, "uker": {"0"}})
	a.wantStatus(t, http.StatusUnprocessableEntity)
	a.contains(t, "Skriv et tall fra 1 til 156.")
	deadline := day("2027-03-01")
	old := directory.Course{Status: directory.CourseCancelled, Description: "Avlyst: syk.\n\nOm kurset.", SignUp: directory.SignUp{Deadline: &deadline},
		Dates: []directory.CourseDate{{Day: day("2027-03-23"), Starts: "18:00", Cancelled: true, Note: "Syk"}, {Day: day("2027-03-30"), Starts: "18:00", Note: "Annet rom"}}}
	// Over the night when the clocks change.
	got := copyOf(old, 1)
	if want := "2027-03-30 18:00-, 2027-04-06 18:00- Annet rom"; datesOf(got) != want || got.Description != "Om kurset." || got.SignUp.Deadline.Format(time.DateOnly) != "2027-03-08" {
		t.Errorf("%s %+v, want %s", datesOf(got), got, want)
	}
	if datesOf(old) != "2027-03-23 18:00- avlyst Syk, 2027-03-30 18:00- Annet rom" {
		t.Errorf("copying changed the old one: %s", datesOf(old))
	}
}

func TestArchivingSaysWhatCoursesGoWithIt(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	ola := s.person("ola@test.example.org", manager(bodo))
	if strings.Contains(ola.get(offeringPath(o.ID)+"/arkiver").body, "kommende kurs") {
		t.Error("it has none")
	}
	course := s.courseOf(o.ID)
	ola.get(offeringPath(o.ID)+"/arkiver").contains(t, "Tilbudet har 1 kommende kurs. Leserne ser ikke lenger dem heller.")
	ola.post(offeringPath(o.ID)+"/arkiver", url.Values{"versjon": {"1"}}).wantStatus(t, http.StatusSeeOther)
	page := ola.get(coursePath(course.ID))
	page.contains(t, "Leserne ser ikke «Testtilbud test/a», og derfor heller ikke kurset.")
	if strings.Contains(page.body, "Se siden") {
		t.Error("leads to a page that is not there")
	}
}
