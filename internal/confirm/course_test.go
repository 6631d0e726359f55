package confirm

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// A course of a helpline that leads readers elsewhere is seen by somebody else at once.
func TestTellOfCourse(t *testing.T) {
	c := newClock(t, time.Now())
	ctx := t.Context()
	o, person := helpline(t, c)
	boss := person("sjef@test.example.org", auth.Manager, false)
	person("kollega@test.example.org", auth.Manager, false)
	person("hjelper@test.example.org", auth.Contributor, false)
	person("redaktor@test.example.org", "", true)
	// tell does all jobs of the kind, twice, as any may be.
	tell := func() int {
		t.Helper()
		jobs, err := c.st.TakeJobs(ctx, []store.JobKind{store.JobCourse}, 10)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			for _, j := range jobs {
				if err := c.asker.TellOfCourse(ctx, j); err != nil {
					t.Fatal(err)
				}
			}
		}
		return len(jobs)
	}
	course, err := c.st.CreateCourse(ctx, boss, "", directory.Course{
		Offering: o.ID, Title: "Prøvekurset", Status: directory.CourseOpen, Format: directory.Online,
		Dates: []directory.CourseDate{{Day: directory.DayOf(time.Now()).AddDate(0, 0, 7)}}, SignUp: directory.SignUp{Kind: directory.SignUpNeeded, Phone: o.Phones[0].Number},
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := tell(); n != 0 {
		t.Errorf("%d jobs for a course with the helpline's own number", n)
	}
	course.SignUp.Phone, course.SignUp.URL = "+4799999999", "https://example.com/kurs"
	if course, err = c.st.UpdateCourse(ctx, boss, "ny avtale\nHvem: en annen", course); err != nil {
		t.Fatal(err)
	}
	if n := tell(); n != 1 {
		t.Errorf("%d jobs for a course with another number, want 1", n)
	}
	for to, want := range map[string]int{"redaktor": 1, "kollega": 1, "sjef": 0, "hjelper": 0} {
		mails, err := dbtest.Mails(t, c.url, to+"@test.example.org")
		if err != nil {
			t.Fatal(err)
		}
		if len(mails) != want {
			t.Fatalf("%d mails to %s, want %d", len(mails), to, want)
		}
		for _, m := range mails {
			for _, text := range []string{"Prøvekurset", "Prøvetelefonen", "Før: 22 22 22 22", "Nå: 999 99 999", "Nå: https://example.com/kurs", "Hvem: sjef@test.example.org\n",
				"Hvorfor: ny avtale Hvem: en annen\n", "https://oversikt.example.org/redaksjon/historikk?slag=course&ref="} {
				if !strings.Contains(m[1], text) {
					t.Errorf("mail to %s lacks %q:\n%s", to, text, m[1])
				}
			}
			if strings.Contains(m[1], "Datoer") {
				t.Errorf("mail to %s says what has not changed:\n%s", to, m[1])
			}
		}
	}
	// The program's operator looked at it.
	course.SignUp.Phone = "+4788888888"
	if _, err = c.st.UpdateCourse(ctx, operator, "", course); err != nil {
		t.Fatal(err)
	}
	if n := tell(); n != 0 {
		t.Errorf("%d jobs for what an operator wrote", n)
	}
	// A version that is not there is an error, so that the job is seen to fail.
	payload, err := json.Marshal(store.CourseNews{Course: course.ID, Version: 99})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.asker.TellOfCourse(ctx, store.Job{Kind: store.JobCourse, Payload: payload}); err == nil {
		t.Error("no error for a version that is not there")
	}
}
