package staff

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestHoursAreATimetable(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	form := kari.form(path, "publiser")
	form.Set("apningstider", "Ellers etter avtale.")
	form.Set("tid_mandag", "8.30-15")
	form.Set("tid_tirsdag", "13–15 og 10–12")
	form.Set("tid_sondag", "hele døgnet")
	form.Set("unntak_fra_1", "2027-12-24")
	form.Set("unntak_til_1", "26.12.2027")
	form.Set("unntak_hva_1", "Jul")
	form.Set("unntak_fra_2", "2027-05-18")
	form.Set("unntak_tid_2", "10–12")
	kari.post(path, form).wantRedirect(t, path)
	got := s.offering(o.ID)
	schedules := []directory.Schedule{{Weekday: time.Monday, Opens: "08:30", Closes: "15:00"}, {Weekday: time.Tuesday, Opens: "10:00", Closes: "12:00"},
		{Weekday: time.Tuesday, Opens: "13:00", Closes: "15:00"}, {Weekday: time.Sunday, Opens: "00:00", Closes: "24:00"}}
	exceptions := []directory.ScheduleException{{Date: day("2027-05-18"), Opens: "10:00", Closes: "12:00"},
		{Date: day("2027-12-24"), Closed: true, Note: "Jul"}, {Date: day("2027-12-25"), Closed: true, Note: "Jul"}, {Date: day("2027-12-26"), Closed: true, Note: "Jul"}}
	if d := cmp.Diff(schedules, got.Schedules); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(exceptions, got.Exceptions); d != "" {
		t.Error(d)
	}
	if got.OpeningText != "Ellers etter avtale." {
		t.Errorf("in words: %q", got.OpeningText)
	}
	kari.get(path+"/historikk").wantStatus(t, http.StatusSeeOther)
	kari.get("/redaksjon/historikk?slag=offering&ref="+strings.TrimPrefix(path, "/redaksjon/tilbud/")).contains(t, "Faste tider", "Mandag 08:30–15:00", "Unntak fra åpningstidene", "2027-12-25 stengt Jul")

	// The form says the same back, and sent as it came it changes nothing.
	form = kari.form(path, "publiser")
	for name, want := range map[string]string{"tid_mandag": "08.30–15.00", "tid_tirsdag": "10.00–12.00 og 13.00–15.00", "tid_onsdag": "", "tid_sondag": "00.00–24.00",
		"unntak_fra_1": "2027-05-18", "unntak_til_1": "", "unntak_tid_1": "10.00–12.00", "unntak_fra_2": "2027-12-24", "unntak_til_2": "2027-12-26", "unntak_tid_2": "stengt",
		"unntak_hva_2": "Jul", "unntak_fra_3": "", "unntak_fra_4": ""} {
		if got := form.Get(name); got != want || !form.Has(name) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	kari.post(path, form).wantRedirect(t, path)
	if v := s.offering(o.ID).Version; v != 2 {
		t.Fatalf("version %d after saving what was there", v)
	}

	// Emptied, they are gone.
	for name := range form {
		if strings.HasPrefix(name, "tid_") || strings.HasPrefix(name, "unntak_") {
			form.Set(name, " ")
		}
	}
	form.Set("versjon", "2")
	kari.post(path, form).wantRedirect(t, path)
	if got := s.offering(o.ID); len(got.Schedules) != 0 || len(got.Exceptions) != 0 {
		t.Errorf("emptied: %v %v", got.Schedules, got.Exceptions)
	}
}

func TestHoursThatAreWrong(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	for _, c := range []struct{ field, value, says string }{
		{"tid_mandag", "15–9", "slutter før den begynner"},
		{"tid_lordag", "når som helst", "Skriv fra og til, slik: 08.30–15.00."},
		{"tid_fredag", "9–12 og 11–15", "går over i hverandre"},
		{"tid_fredag", "25–26", "Skriv fra og til"},
		{"unntak_fra_2", "17. mai", "Skriv dagen slik: 17.5.2027."},
		{"unntak_fra_2", "2027-02-30", "Skriv dagen slik"},
		{"unntak_fra_2", "2027-05-17", "17. mai 2027 står der to ganger."},
		{"unntak_til_1", "2027-05-16", "Den siste dagen er før den første."},
		{"unntak_til_1", "2027-12-31", "høyst tre måneder"},
		{"unntak_til_1", "i morgen", "Skriv dagen slik"},
		{"unntak_tid_1", "12–10", "slutter før den begynner"},
		{"unntak_tid_1", "10–11 og 12–13", "bare ha én tid"},
		{"unntak_hva_1", strings.Repeat("x", 601), "Teksten er for lang."},
		{"unntak_hva_2", "uten dag", "Skriv dagen slik"},
	} {
		form := kari.form(path, "publiser")
		form.Set("unntak_fra_1", "2027-05-17")
		form.Set("tid_onsdag", "9–15")
		form.Set(c.field, c.value)
		a := kari.post(path, form)
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.says) || !strings.Contains(a.body, `value="`+c.value+`"`) || !strings.Contains(a.body, `value="9–15"`) {
			t.Errorf("%s %q: status %d, want 422 with %q and what was typed", c.field, c.value, a.StatusCode, c.says)
			continue
		}
		// The field is told of at the top and leads there, by a name that is on the page.
		if n := strings.Count(a.body, `-feil"`); n < 2 || !strings.Contains(a.body, `id="`+hrefOf(t, a.body)+`"`) {
			t.Errorf("%s %q: the message is not tied to its field", c.field, c.value)
		}
	}
	if s.offering(o.ID).Version != 1 {
		t.Error("something was saved")
	}
}

// hrefOf returns the id that the first message at the top leads to.
func hrefOf(t *testing.T, body string) string {
	t.Helper()
	_, after, found := strings.Cut(body, `<li><a class="ds-link" href="#`)
	if !found {
		t.Fatal("nothing is said at the top")
	}
	id, _, _ := strings.Cut(after, `"`)
	return id
}

func TestHoursWithoutScript(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	form := kari.form(path, "hverdager")
	a := kari.post(path, form)
	a.wantStatus(t, http.StatusUnprocessableEntity)
	a.contains(t, "Skriv tiden for mandag først.")
	form.Set("tid_mandag", "9–15")
	form.Set("tid_torsdag", "9–17")
	form.Set("tid_lordag", "10–12")
	a = kari.post(path, form)
	a.wantStatus(t, http.StatusOK)
	form = formValues(t, a.body)
	for name, want := range map[string]string{"tid_mandag": "9–15", "tid_tirsdag": "9–15", "tid_torsdag": "9–15", "tid_fredag": "9–15", "tid_lordag": "10–12", "tid_sondag": ""} {
		if form.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, form.Get(name), want)
		}
	}
	form.Set("handling", "unntak")
	form.Set("unntak_fra_2", "2027-05-17")
	rows := rowsOf(form, "unntak_fra")
	a = kari.post(path, form)
	a.wantStatus(t, http.StatusOK)
	form = formValues(t, a.body)
	if rowsOf(form, "unntak_fra") != rows+3 || form.Get("unntak_fra_2") != "2027-05-17" {
		t.Errorf("more rows: %v", form)
	}
	if s.offering(o.ID).Version != 1 {
		t.Error("a button for more rows saved the form")
	}
	form.Set("handling", "publiser")
	kari.post(path, form).wantRedirect(t, path)
	if got := s.offering(o.ID); len(got.Schedules) != 6 || len(got.Exceptions) != 1 {
		t.Errorf("saved %v %v", got.Schedules, got.Exceptions)
	}
}

func TestHoursInPreviewAndDraft(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	o.Schedules = []directory.Schedule{{Weekday: time.Friday, Opens: "10:00", Closes: "12:00"}}
	o, err := s.store.UpdateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	var shown *directory.Offering
	s.staff.deps.PreviewOffering = func(_ context.Context, o *directory.Offering) (templ.Component, error) {
		shown = o
		return templ.Raw("preview"), nil
	}
	form := kari.form(path, "forhandsvis")
	form.Set("tid_mandag", "9–15")
	kari.post(path, form).contains(t, "preview")
	if len(shown.Schedules) != 2 || shown.Schedules[0].Opens != "09:00" {
		t.Errorf("preview of %v", shown.Schedules)
	}
	form.Set("tid_mandag", "9–15 eller så")
	kari.post(path+"/kladd", form).wantStatus(t, http.StatusNoContent)
	kari.get(path).contains(t, `value="9–15 eller så"`)

	// A draft from before the form had a timetable says nothing of it.
	old := url.Values{}
	for name, values := range form {
		if !strings.HasPrefix(name, "tid_") && !strings.HasPrefix(name, "unntak_") {
			old[name] = values
		}
	}
	old.Set("ingress", "Fra en gammel kladd.")
	kari.post(path+"/kladd", old).wantStatus(t, http.StatusNoContent)
	form = kari.form(path, "publiser")
	if form.Get("tid_fredag") != "10.00–12.00" || form.Get("ingress") != "Fra en gammel kladd." {
		t.Errorf("an old draft shows %v", form)
	}
	kari.post(path, form).wantRedirect(t, path)
	if got := s.offering(o.ID).Schedules; !slices.Equal(got, o.Schedules) {
		t.Errorf("an old draft left %v", got)
	}
	// So does a form that was opened before.
	old.Set("versjon", "3")
	old.Set("handling", "publiser")
	kari.post(path, old).wantRedirect(t, path)
	if got := s.offering(o.ID).Schedules; !slices.Equal(got, o.Schedules) {
		t.Errorf("an old form left %v", got)
	}
}

func TestTwoEditorsOfHours(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari, ola := s.person("kari@test.example.org", contributor(bodo)), s.person("ola@test.example.org", contributor(bodo))
	mine, theirs := kari.form(path, "publiser"), ola.form(path, "publiser")
	theirs.Set("tid_mandag", "8–14")
	theirs.Set("unntak_fra_1", "2027-05-17")
	ola.post(path, theirs).wantRedirect(t, path)

	// What only the other has changed is taken over; of what both have, one is chosen.
	mine.Set("tid_mandag", "9–15")
	stale := kari.post(path, mine)
	stale.wantStatus(t, http.StatusConflict)
	form := formValues(t, stale.body)
	if form.Get("velg-schedules") != "min" || form.Has("velg-exceptions") || form.Get("unntak_fra_1") != "2027-05-17" || form.Get("tid_mandag") != "09.00–15.00" {
		t.Errorf("after a stale save: %v", form)
	}
	// A warning comes between the choice and the saving, and the choice holds.
	form.Set("velg-schedules", "ny")
	form.Set("tlf", "99999999")
	form.Set("handling", "publiser")
	warned := kari.post(path, form)
	warned.wantStatus(t, http.StatusUnprocessableEntity)
	form = formValues(t, warned.body)
	form.Set("handling", "likevel")
	kari.post(path, form).wantRedirect(t, path)
	got := s.offering(o.ID)
	if len(got.Schedules) != 1 || got.Schedules[0].Opens != "08:00" || len(got.Exceptions) != 1 {
		t.Errorf("after choosing: %v %v", got.Schedules, got.Exceptions)
	}

	// What could not be read is kept, and said.
	mine, theirs = kari.form(path, "publiser"), ola.form(path, "publiser")
	theirs.Set("ingress", "Ola skrev.")
	ola.post(path, theirs).wantRedirect(t, path)
	mine.Set("tid_onsdag", "en gang")
	mine.Set("kommuner", "Bodø\nAtlantis")
	stale = kari.post(path, mine)
	stale.wantStatus(t, http.StatusConflict)
	stale.contains(t, `value="en gang"`, "Ola skrev.", "Atlantis</textarea>", "Skriv fra og til")
}

func TestSeasonalHoursStay(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	from, to := day("2027-06-01"), day("2027-08-31")
	o.Schedules = []directory.Schedule{{Weekday: time.Friday, Opens: "10:00", Closes: "12:00", ValidFrom: &from, ValidTo: &to}, {Weekday: time.Monday, Opens: "09:00", Closes: "15:00"}}
	o, err := s.store.UpdateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	kari.get(path).contains(t, "fredag 10.00–12.00 fra 1. juni 2027 til 31. august 2027")
	kari.post(path, kari.form(path, "publiser")).wantRedirect(t, path)
	if v := s.offering(o.ID).Version; v != o.Version {
		t.Fatalf("version %d after saving what was there, want %d", v, o.Version)
	}
	form := kari.form(path, "publiser")
	form.Set("tid_mandag", "10–15")
	kari.post(path, form).wantRedirect(t, path)
	if got := s.offering(o.ID).Schedules; len(got) != 2 || got[1].ValidFrom == nil {
		t.Errorf("saved %v", got)
	}
	form = kari.form(path, "publiser")
	form.Set("tider_periode_bort", "ja")
	kari.post(path, form).wantRedirect(t, path)
	if got := s.offering(o.ID).Schedules; len(got) != 1 || got[0].Opens != "10:00" {
		t.Errorf("after dropping them: %v", got)
	}
}
