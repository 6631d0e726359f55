package staff

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// courseOf returns an open course of the offering that meets three times.
func (s *testSite) courseOf(offering int64) directory.Course {
	s.t.Helper()
	c := directory.Course{Offering: offering, Title: "Testkurs", Description: "Om testkurset.", Format: directory.AtPlace, Status: directory.CourseOpen,
		Place: &directory.Location{Street: "Testveien 1", PostalCode: "8006"}}
	first := directory.DayOf(time.Now().In(page.Oslo)).AddDate(0, 0, 7)
	for i := range 3 {
		c.Dates = append(c.Dates, directory.CourseDate{Day: first.AddDate(0, 0, 7*i), Starts: "18:00", Ends: "20:00"})
	}
	c, err := s.store.CreateCourse(s.t.Context(), operator, "", c)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *testSite) course(id int64) directory.Course {
	s.t.Helper()
	c, err := s.store.CourseByID(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// made returns the course that the answer leads to.
func (s *testSite) made(a answer) directory.Course {
	s.t.Helper()
	a.wantStatus(s.t, http.StatusSeeOther)
	var id int64
	if _, err := fmt.Sscanf(a.Header.Get("Location"), "/redaksjon/kurs/%d", &id); err != nil {
		s.t.Fatalf("location %q: %v", a.Header.Get("Location"), err)
	}
	return s.course(id)
}

func datesOf(c directory.Course) string {
	var all []string
	for _, d := range c.Dates {
		text := d.Day.Format(time.DateOnly) + " " + d.Starts + "-" + d.Ends
		if d.Cancelled {
			text += " avlyst"
		}
		all = append(all, strings.TrimSpace(text+" "+d.Note))
	}
	return strings.Join(all, ", ")
}

// A weekly group of ten times, as one who has no script makes it: over the night when the
// clocks change, and past Easter.
func TestCourseIsMadeOnOnePage(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	kari := s.person("kari@test.example.org", contributor(bodo))
	kari.get("/redaksjon?kommune=1804").contains(t, "Kurs og grupper", "Ingen kurs eller grupper er lagt inn ennå", "/redaksjon/kurs/nytt?kommune=1804")
	path := "/redaksjon/kurs/nytt?kommune=1804"
	form := kari.form(path, "gjenta")
	if form.Get("status") != "apen" || form.Get("hvor") != "oppmote" {
		t.Errorf("a new form begins with %v", form)
	}
	form.Set("tilbud", strconv.FormatInt(o.ID, 10))
	form.Set("navn", "Samtalegruppe for pårørende")
	form.Set("dag_1", "2.3.2027")
	form.Set("fra_1", "18")
	form.Set("til_1", "kl. 20.30")
	form.Set("gjenta_antall", "5")
	shown := kari.post(path, form)
	shown.wantStatus(t, http.StatusOK)
	shown.contains(t, "Disse datoene kommer i tillegg", "tirsdag 30. mars 2027", `value="Samtalegruppe for pårørende"`)

	form = formValues(t, shown.body)
	// Saved before the dates are added: nothing is lost, and nothing is guessed.
	form.Set("handling", "lagre")
	early := kari.post(path, form)
	early.wantStatus(t, http.StatusUnprocessableEntity)
	early.contains(t, "Datoene er ikke lagt til ennå", "tirsdag 30. mars 2027")

	form = formValues(t, early.body)
	form["gjenta_med"] = slices.DeleteFunc(form["gjenta_med"], func(d string) bool { return d == "2027-03-16" })
	form.Set("handling", "legg_til")
	added := kari.post(path, form)
	added.wantStatus(t, http.StatusOK)
	form = formValues(t, added.body)
	form.Set("handling", "lagre")
	got := s.made(kari.post(path, form))
	want := "2027-03-02 18:00-20:30, 2027-03-09 18:00-20:30, 2027-03-23 18:00-20:30, 2027-03-30 18:00-20:30"
	if datesOf(got) != want || got.Status != directory.CourseOpen || got.Offering != o.ID || got.Title != "Samtalegruppe for pårørende" || got.Place != nil {
		t.Errorf("made %s %+v, want dates %s", datesOf(got), got, want)
	}
	kari.get(coursePath(got.ID)).contains(t, "er lagret.", "2: tirsdag 9. mars 2027")
	kari.get("/redaksjon?kommune=1804").contains(t, "Kommende", "Samtalegruppe for pårørende", "Neste gang tirsdag 2. mars 2027 kl. 18.00–20.30, 4 ganger igjen", fmt.Sprintf("/kurs/%d-samtalegruppe-for-parorende", got.ID))
	kari.get(offeringPath(o.ID)).contains(t, "Kurs og grupper (1 kommende)", "Avlys dem som ikke blir noe av", newCoursePath(o.ID))

	// As it came, it changes nothing.
	kari.post(coursePath(got.ID), kari.form(coursePath(got.ID), "lagre")).wantRedirect(t, coursePath(got.ID))
	if now := s.course(got.ID); now.Version != 1 {
		t.Errorf("version %d after saving what was there: %s", now.Version, cmp.Diff(got, now))
	}
	history, err := s.store.Revisions(t.Context(), store.KindCourse, strconv.FormatInt(got.ID, 10))
	if err != nil || len(history) != 1 || history[0].Actor != kari.account.Actor().String() {
		t.Errorf("history %+v, %v", history, err)
	}
}

func TestHolidaysAreShownAndNotChosen(t *testing.T) {
	v := url.Values{}
	putDateRows(v, []dateRow{{day: "2027-03-22", from: "18.00"}})
	v.Set("gjenta_antall", "3")
	if wrong := previewRepeat(v); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if got, want := strings.Join(v["gjenta_dag"], " "), "2027-03-29 2027-04-05 2027-04-12"; got != want {
		t.Errorf("shown %s, want %s", got, want)
	}
	if got, want := strings.Join(v["gjenta_med"], " "), "2027-04-05 2027-04-12"; got != want {
		t.Errorf("chosen %s, want %s", got, want)
	}
	if text := (inputs{typed: v}).dates().Preview[0].Text; text != "mandag 29. mars 2027 (2. påskedag)" {
		t.Error(text)
	}
	addRepeat(v)
	if rows := dateRows(v); len(rows) != 3 || rows[2] != (dateRow{day: "2027-04-12", from: "18.00"}) || repeating(v) || v.Has("gjenta_dag") {
		t.Errorf("%+v, %v", rows, v)
	}
}

func TestDatesAreAddedAndTakenAwayWithoutScript(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	course := s.courseOf(s.ownOffering("test/a", "1804").ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	path := coursePath(course.ID)
	form := kari.form(path, "dato")
	form.Set("navn", "Ikke lagret")
	form.Set("fra_2", "tull")
	a := kari.post(path, form)
	a.wantStatus(t, http.StatusOK)
	a.contains(t, "Dato 4", `value="Ikke lagret"`, `value="tull"`)
	form = formValues(t, a.body)
	form.Set("handling", "bort_2")
	form.Set("avlyst_3", "ja")
	a = kari.post(path, form)
	form = formValues(t, a.body)
	if form.Get("dag_2") != course.Dates[2].Day.Format(time.DateOnly) || form.Get("avlyst_2") != "ja" || form.Has("avlyst_3") || form.Has("dag_4") || strings.Contains(a.body, "tull") {
		t.Errorf("after the second was taken away: %v", form)
	}
	if s.course(course.ID).Version != 1 {
		t.Error("the buttons saved the form")
	}
	form.Set("handling", "lagre")
	kari.post(path, form).wantRedirect(t, path)
	if got := s.course(course.ID); len(got.Dates) != 2 || !got.Dates[1].Cancelled || got.Title != "Ikke lagret" {
		t.Errorf("saved %+v", got)
	}
}

func TestCourseFormSaysWhatIsWrong(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	course := s.courseOf(s.ownOffering("test/a", "1804").ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	path := coursePath(course.ID)
	for _, c := range []struct{ field, value, says string }{
		{"navn", " ", "Gi kurset et navn."},
		{"navn", strings.Repeat("x", 201), "Teksten er for lang."},
		{"beskrivelse", strings.Repeat("x", 10_001), "Teksten er for lang."},
		{"dag_2", "i morgen", "Skriv dagen slik: 2.3.2027."},
		{"dag_2", "", "Skriv dagen slik: 2.3.2027."},
		{"dag_2", "1.1.0027", "Skriv dagen slik: 2.3.2027."},
		{"dag_2", course.Dates[0].Day.Format(time.DateOnly), "Denne datoen står der to ganger."},
		{"fra_2", "kveld", "Skriv klokkeslettet slik: 18.00."},
		{"fra_2", "", "Skriv også når det begynner."},
		{"til_2", "25", "Skriv klokkeslettet slik: 20.00."},
		{"til_2", "17.30", "Det slutter før det begynner."},
		{"merknad_2", strings.Repeat("x", 201), "Teksten er for lang."},
		{"hvor", "månen", "Velg hvor dere møtes."},
		{"postnummer", "80", "Skriv fire sifre."},
		{"postnummer", "0000", "Dette postnummeret finnes ikke."},
		{"pamelding", "pamelding", "Skriv også hvordan man melder seg på"},
		{"lenke", "bare tull", "Skriv hele adressen, slik: https://"},
		{"epost", "ikke en adresse", "Skriv hele adressen, slik: navn@kommune.no."},
		{"tlf", "tolv", "«tolv» er ikke et telefonnummer vi kan vise."},
		{"frist", "snart", "Skriv dagen slik: 2.3.2027."},
		{"frist", "2099-01-01", "Fristen er etter den siste datoen."},
		{"malgruppe", "finnes_ikke", "Dette finnes ikke i listen."},
		{"pris", "finnes_ikke", "Dette finnes ikke i listen."},
		{"status", "finnes_ikke", "Velg hva leserne skal se."},
		{"gjenta_antall", "mange", "Skriv et tall fra 2 til 208."},
		{"gjenta_slutt", "1.1.2020", "Den siste dagen må være etter"},
	} {
		form := kari.form(path, "lagre")
		form.Set(c.field, c.value)
		form.Set("for_hvem", "Det jeg skrev <b>")
		a := kari.post(path, form)
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.says) {
			t.Errorf("%s %q: status %d, want 422 with %q", c.field, c.value, a.StatusCode, c.says)
			continue
		}
		a.contains(t, "Det jeg skrev &lt;b&gt;", "Noe må rettes før vi kan lagre")
		if s.course(course.ID).Version != 1 {
			t.Fatalf("%s %q was saved", c.field, c.value)
		}
	}
	// Without a date it can be no more than a draft.
	form := kari.form(path, "lagre")
	putDateRows(form, []dateRow{{}})
	kari.post(path, form).contains(t, "Skriv når dere møtes.")
	form.Set("status", "utkast")
	kari.post(path, form).wantRedirect(t, path)
	// A number of somebody's own is asked about once.
	form = kari.form(path, "lagre")
	form.Set("tlf", "99999999")
	a := kari.post(path, form)
	a.wantStatus(t, http.StatusUnprocessableEntity)
	a.contains(t, "ser ut som et mobilnummer", "lagre likevel")
	form.Set("handling", "likevel")
	kari.post(path, form).wantRedirect(t, path)
}

func TestCourseKeepsAllThatIsTyped(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	o.Locations = []directory.Location{{Name: "Testhuset", Street: "Testveien 1", PostalCode: "8006", PostalPlace: "Bodø", Kommune: "1804", Confidential: true}}
	o, err := s.store.UpdateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	kari := s.person("kari@test.example.org", contributor(bodo))
	path := newCoursePath(o.ID)
	form := kari.form(path, "lagre")
	if form.Get("gate") != "Testveien 1" || form.Get("hemmelig") != "ja" {
		t.Errorf("begins with %v, want the offering's place, as hidden as there", form)
	}
	for name, value := range map[string]string{
		"navn": "Testkurs", "beskrivelse": "Første.\r\n\r\nAndre.", "for_hvem": "Voksne barn", "hvor": "begge", "gate": "Testveien 2", "postnummer": "8003", "sprak": "nb, SE",
		"dag_1": "2027-03-02", "fra_1": "18.00", "til_1": "20.00", "merknad_1": "Annet rom", "pris": "koster", "pris_tekst": "100 kroner", "pamelding": "pamelding",
		"lenke": "www.example.org/kurs", "epost": "kurs@example.org", "tlf": "22 22 22 22", "frist": "1.3.2027", "pamelding_tekst": "Si hvem du kommer med.", "malgruppe": "voksne", "tema": "rus", "status": "full",
	} {
		form.Set(name, value)
	}
	if form.Get("pris") != string(directory.Paid) {
		form.Set("pris", string(directory.Paid))
	}
	got := s.made(kari.post(path, form))
	deadline := day("2027-03-01")
	want := directory.Course{
		ID: got.ID, UUID: got.UUID, Offering: o.ID, Title: "Testkurs", Description: "Første.\n\nAndre.", Audience: "Voksne barn", TargetGroups: []string{"voksne"}, Topics: []string{"rus"}, Languages: []string{"nb", "se"},
		Format: directory.Hybrid, Place: &directory.Location{Name: "Testhuset", Street: "Testveien 2", PostalCode: "8003", PostalPlace: "Bodø", Kommune: "1804", Confidential: true},
		Dates: []directory.CourseDate{{Day: day("2027-03-02"), Starts: "18:00", Ends: "20:00", Note: "Annet rom"}}, Cost: directory.Cost{Kind: directory.Paid, Text: "100 kroner"},
		SignUp: directory.SignUp{Kind: directory.SignUpNeeded, URL: "https://www.example.org/kurs", Email: "kurs@example.org", Phone: "+4722222222", Deadline: &deadline, Text: "Si hvem du kommer med."},
		Status: directory.CourseFull, ChangedAt: got.ChangedAt, Version: 1,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	// And shows all of it again.
	if d := cmp.Diff(courseForm(got)["dag_1"], kari.form(coursePath(got.ID), "")["dag_1"]); d != "" {
		t.Error(d)
	}
	again := kari.form(coursePath(got.ID), "lagre")
	again.Set("hvor", "digitalt")
	kari.post(coursePath(got.ID), again).wantRedirect(t, coursePath(got.ID))
	if now := s.course(got.ID); now.Place != nil || now.Format != directory.Online {
		t.Errorf("digital, and at %+v", now.Place)
	}
}

func TestTwoEditorsOfACourse(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	course := s.courseOf(s.ownOffering("test/a", "1804").ID)
	path := coursePath(course.ID)
	kari, ola := s.person("kari@test.example.org", contributor(bodo)), s.person("ola@test.example.org", contributor(bodo))
	mine, theirs := kari.form(path, "lagre"), ola.form(path, "lagre")
	theirs.Set("beskrivelse", "Det Ola skrev.")
	theirs.Set("for_hvem", "Ola endret også dette.")
	theirs.Set("hemmelig", "ja")
	ola.post(path, theirs).wantRedirect(t, path)

	mine.Set("beskrivelse", "Det Kari skrev.")
	mine.Set("fra_1", "17.00")
	mine.Set("gate", "Testveien 3")
	stale := kari.post(path, mine)
	stale.wantStatus(t, http.StatusConflict)
	stale.contains(t, "To har skrevet samtidig", "Det Ola skrev.", "Det Kari skrev.", "Ola endret også dette.", `value="17.00"`)
	if got := s.course(course.ID).Description; got != "Det Ola skrev." {
		t.Fatalf("the stale save wrote %q", got)
	}
	form := formValues(t, stale.body)
	form.Set("handling", "lagre")
	if form.Get("velg-description") != "min" || form.Get("velg-audience") != "" || form.Get("velg-dates") != "" || form.Get("hemmelig") != "ja" {
		t.Errorf("asks about %v", form)
	}
	form.Set("velg-description", "ny")
	kari.post(path, form).wantRedirect(t, path)
	got := s.course(course.ID)
	if got.Description != "Det Ola skrev." || got.Audience != "Ola endret også dette." || got.Dates[0].Starts != "17:00" || got.Place.Street != "Testveien 3" || !got.Place.Confidential || got.Version != 3 {
		t.Errorf("after choosing: %+v", got)
	}

	// A draft that was begun before somebody else saved.
	draft := kari.form(path, "")
	draft.Set("navn", "Nytt navn fra kladden")
	draft.Set("dag_2", "ikke ferdig")
	kari.post(path+"/kladd", draft).wantStatus(t, http.StatusNoContent)
	kari.get(path).contains(t, "Du ser kladden din", `value="ikke ferdig"`)
	other := ola.get(path)
	other.contains(t, "begynte å endre dette i dag")
	theirs = ola.form(path, "lagre")
	theirs.Set("for_hvem", "Ola igjen.")
	ola.post(path, theirs).wantRedirect(t, path)
	again := kari.get(path)
	again.wantStatus(t, http.StatusConflict)
	again.contains(t, "Nytt navn fra kladden", "Ola igjen.", `value="ikke ferdig"`)
	kari.post(path+"/forkast", nil).wantRedirect(t, path)
	if strings.Contains(kari.get(path).body, "Nytt navn fra kladden") {
		t.Error("the draft is still there")
	}
}

func TestHistoryOfACourse(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	course := s.courseOf(s.ownOffering("test/a", "1804").ID)
	path := coursePath(course.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	form := kari.form(path, "lagre")
	form.Set("beskrivelse", "Om det nye testkurset.")
	form.Set("fra_1", "17.00")
	form.Set("hemmelig", "ja")
	form.Set("status", "full")
	form.Set("hvorfor", "ny tid")
	kari.post(path, form).wantRedirect(t, path)
	kari.get(historyOfCourse(course.ID)).contains(t, "Historikken til Testkurs", "«ny tid»", "Til kurset", "Om kurset", "det nye ", "hemmelig adresse", "Gjenopprett versjon 1")
	restore := restorePath(store.KindCourse, strconv.FormatInt(course.ID, 10), 1)
	kari.get(restore).contains(t, "Gjenopprett versjon 1 av Testkurs", "17:00")
	kari.post(restore, url.Values{"versjon": {"2"}}).wantRedirect(t, historyOfCourse(course.ID))
	got := s.course(course.ID)
	if got.Description != course.Description || datesOf(got) != datesOf(course) || got.Status != directory.CourseFull || !got.Place.Confidential {
		t.Errorf("restored %+v; status and hidden places stay", got)
	}
	kari.get("/redaksjon/historikk?slag=course&ref=999999").wantStatus(t, http.StatusNotFound)
	kari.get("/redaksjon/historikk?slag=course&ref=tull").wantStatus(t, http.StatusNotFound)
}

func TestCoursesAreForTheirOwners(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o, foreign := s.ownOffering("test/a", "1804"), s.ownOffering("test/f", "4601")
	theirs := s.courseOf(foreign.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	form := kari.form(newCoursePath(o.ID), "lagre")
	form.Set("navn", "Tatt over")
	form.Set("dag_1", "2027-03-02")
	for _, path := range []string{coursePath(theirs.ID), coursePath(theirs.ID) + "/gjor", coursePath(theirs.ID) + "/kopier", newCoursePath(foreign.ID)} {
		kari.post(path, form).wantStatus(t, http.StatusNotFound)
	}
	kari.post("/redaksjon/kurs/nytt?kommune=4601", form).wantStatus(t, http.StatusForbidden)
	// Another's offering in the form of one's own.
	form.Set("tilbud", strconv.FormatInt(foreign.ID, 10))
	kari.post("/redaksjon/kurs/nytt?kommune=1804", form).wantStatus(t, http.StatusUnprocessableEntity)
	if got := s.made(kari.post(newCoursePath(o.ID), form)); got.Offering != o.ID {
		t.Errorf("made for offering %d", got.Offering)
	}
	if all, err := s.store.CoursesOf(t.Context(), []int64{foreign.ID}); err != nil || len(all) != 1 || all[0].Version != 1 {
		t.Errorf("another kommune's courses: %+v, %v", all, err)
	}
	kari.get("/redaksjon/kurs/999999").wantStatus(t, http.StatusNotFound)
	kari.get("/redaksjon/kurs/tull").wantStatus(t, http.StatusNotFound)
}
