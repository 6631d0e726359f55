package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// mailThatGaveUp queues a message and gives it up. It returns the job's number.
func (s *testSite) mailThatGaveUp(key string) int64 {
	s.t.Helper()
	ctx := context.Background()
	m := store.Mail{To: "kari@test.example.org", Subject: "Test: velkommen", Text: "hemmelig lenke"}
	if err := s.store.QueueMail(ctx, key, m, time.Time{}); err != nil {
		s.t.Fatal(err)
	}
	taken, err := s.store.TakeJobs(ctx, []store.JobKind{store.JobMail}, 1)
	if err != nil || len(taken) != 1 {
		s.t.Fatal(taken, err)
	}
	if err := s.store.GiveUpJob(ctx, taken[0], "550 5.1.1 no <such> user\nsecond line"); err != nil {
		s.t.Fatal(err)
	}
	return taken[0].ID
}

func TestJobsPage(t *testing.T) {
	site := newTestSite(t, "http://127.0.0.1", false)
	editor := site.national("national@test.example.org")
	editor.get("/redaksjon/jobber").wantStatus(t, http.StatusOK)

	id := site.mailThatGaveUp("test:1")
	if err := site.store.QueueMail(t.Context(), "test:2", store.Mail{To: "ola@test.example.org", Subject: "Test: venter", Text: "hemmelig lenke"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	page := editor.get("/redaksjon/jobber")
	page.wantStatus(t, http.StatusOK)
	for _, want := range []string{"Gitt opp (1)", "Test: velkommen", "kari@test.example.org", "550 5.1.1 no &lt;such&gt; user", "Venter (1)", "Test: venter",
		fmt.Sprintf(`id="jobb-%d"`, id)} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, secret := range []string{"hemmelig lenke", "second line"} {
		if strings.Contains(page.body, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}

	tasks, err := site.store.OpenTasks(t.Context(), operator)
	if err != nil || len(tasks) != 1 {
		t.Fatalf("tasks: %v, %v", tasks, err)
	}
	text, _, href := taskLine(tasks[0])
	if text != "E-posten «Test: velkommen» kom ikke fram til kari@test.example.org." || href != fmt.Sprintf("/redaksjon/jobber#jobb-%d", id) {
		t.Errorf("task: %q, %q", text, href)
	}

	path := fmt.Sprintf("/redaksjon/jobber/%d", id)
	editor.post(path+"/igjen", nil).wantRedirect(t, "/redaksjon/jobber")
	if page := editor.get("/redaksjon/jobber"); !strings.Contains(page.body, "Jobben blir prøvd igjen nå.") || strings.Contains(page.body, "Gitt opp (") {
		t.Error("the job is not tried again, or that is not said")
	}
	editor.post(path+"/dropp", nil).wantRedirect(t, "/redaksjon/jobber")
	if page := editor.get("/redaksjon/jobber"); !strings.Contains(page.body, "Jobben blir ikke gjort.") || !strings.Contains(page.body, "Venter (1)") ||
		!strings.Contains(page.body, "Ikke gjort. I dag kl.") {
		t.Error("the job is not dropped, or that is not said")
	}
	editor.post(path+"/dropp", nil).wantRedirect(t, "/redaksjon/jobber")
	if page := editor.get("/redaksjon/jobber"); !strings.Contains(page.body, "ferdig allerede") {
		t.Error("what is done is dropped again")
	}
	for _, wrong := range []string{"/redaksjon/jobber/4711/igjen", "/redaksjon/jobber/0/dropp", "/redaksjon/jobber/x/dropp", "/redaksjon/jobber/-1/igjen"} {
		editor.post(wrong, nil).wantStatus(t, http.StatusNotFound)
	}
}

func TestJobsAreForNationalEditors(t *testing.T) {
	site := newTestSite(t, "http://127.0.0.1", true)
	id := site.mailThatGaveUp("test:1")
	again, drop := fmt.Sprintf("/redaksjon/jobber/%d/igjen", id), fmt.Sprintf("/redaksjon/jobber/%d/dropp", id)
	p := site.person("kari@bodo.example.org", manager(bodo))
	p.get("/redaksjon/jobber").wantStatus(t, http.StatusForbidden)
	p.post(again, nil).wantStatus(t, http.StatusForbidden)
	p.post(drop, nil).wantStatus(t, http.StatusForbidden)
	nobody := site.anyone()
	nobody.get("/redaksjon/jobber").wantStatus(t, http.StatusSeeOther)
	nobody.post(drop, nil).wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	// A form of another site.
	r := httptest.NewRequest(http.MethodPost, drop, nil)
	site.national("national@test.example.org").do(r).wantStatus(t, http.StatusForbidden)
	if given, err := site.store.GivenUp(t.Context(), "test:"); err != nil || len(given) != 1 {
		t.Errorf("%v, %v, want the job as it was", given, err)
	}
}

func TestScheduleOnPage(t *testing.T) {
	site := newTestSite(t, "http://127.0.0.1", false)
	ctx := t.Context()
	if _, err := site.store.Lead(ctx, "test-node"); err != nil {
		t.Fatal(err)
	}
	if _, err := site.store.DueSchedules(ctx, map[string]time.Duration{"links": time.Minute, "housekeeping": time.Hour}); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(
		site.store.BeginSchedule(ctx, "test-node", "links"), site.store.EndSchedule(ctx, "links", time.Minute, ""),
		site.store.BeginSchedule(ctx, "test-node", "housekeeping"), site.store.EndSchedule(ctx, "housekeeping", time.Minute, "test trouble"))
	if err != nil {
		t.Fatal(err)
	}
	page := site.national("national@test.example.org").get("/redaksjon/jobber")
	page.wantStatus(t, http.StatusOK)
	for _, want := range []string{"Sjekke om lenkene svarer", "I dag kl.", "Ikke ennå", "test trouble", "test-node, siden i dag"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page.body, "Alt går som det skal") {
		t.Error("all is said to be well, though a schedule failed")
	}
}

func TestTaskLineOfLinks(t *testing.T) {
	for _, tc := range []struct {
		detail   store.BrokenLink
		offering int64
		text     string
		href     string
	}{
		{store.BrokenLink{URL: "https://www.example.org/x", Place: "Test", Failure: store.LinkStatus, Status: 404}, 7,
			"En lenke til www.example.org virker ikke: siden finnes ikke lenger.", "/redaksjon/tilbud/7"},
		{store.BrokenLink{URL: "https://example.org/x", Place: "Testkommune", Failure: store.LinkStatus, Status: 500}, 0,
			"En lenke til example.org virker ikke: nettstedet melder om en feil (500). Den står hos «Testkommune».", "https://example.org/x"},
		{store.BrokenLink{URL: "https://example.org/x", Place: "/ta-vare-pa-barna/test", Failure: store.LinkTLS}, 0,
			"En lenke til example.org virker ikke: nettstedet er ikke sikret riktig, så nettlesere advarer mot det. Den står i en artikkel.",
			"/redaksjon/artikler/ta-vare-pa-barna/test"},
		{store.BrokenLink{URL: "https://example.org/x", Failure: store.LinkTimeout}, 7,
			"En lenke til example.org virker ikke: nettstedet svarer ikke.", "/redaksjon/tilbud/7"},
		{store.BrokenLink{URL: "https://example.org/x", Failure: store.LinkNoHost}, 7,
			"En lenke til example.org virker ikke: nettadressen finnes ikke.", "/redaksjon/tilbud/7"},
	} {
		detail, err := json.Marshal(tc.detail)
		if err != nil {
			t.Fatal(err)
		}
		text, action, href := taskLine(store.Task{Kind: store.TaskBrokenLink, Offering: tc.offering, Detail: detail})
		if text != tc.text || href != tc.href || action == "" {
			t.Errorf("got %q, %q, %q, want %q, %q", text, action, href, tc.text, tc.href)
		}
	}
	if text, _, _ := taskLine(store.Task{Kind: "from_the_future", Detail: json.RawMessage("{}")}); text != "" {
		t.Errorf("a kind that is not known: %q", text)
	}
}

func TestMoment(t *testing.T) {
	now := time.Date(2026, 3, 1, 22, 30, 0, 0, time.UTC) // 23.30 in Norway
	for at, want := range map[time.Time]string{
		now:                      "i dag kl. 23.30",
		now.Add(time.Hour):       "i morgen kl. 0.30",
		now.Add(-24 * time.Hour): "i går kl. 23.30",
		now.Add(-48 * time.Hour): "27. februar 2026 kl. 23.30",
		time.Date(2026, 7, 1, 6, 5, 0, 0, time.UTC): "1. juli 2026 kl. 8.05",
	} {
		if got := moment(at, now); got != want {
			t.Errorf("moment(%v) = %q, want %q", at, got, want)
		}
	}
}

func TestStoppedSchedule(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	minuteAgo, dayAgo := now.Add(-time.Minute), now.Add(-24*time.Hour)
	for _, tc := range []struct {
		name string
		sc   store.Schedule
		want string
	}{
		{"to come", store.Schedule{NextRun: now.Add(time.Hour), StartedAt: &dayAgo}, "I dag kl. 14.00"},
		{"due", store.Schedule{NextRun: minuteAgo, StartedAt: &dayAgo}, "Nå"},
		{"running after a long pause", store.Schedule{NextRun: dayAgo, StartedAt: &minuteAgo}, "Nå"},
		{"nobody runs it", store.Schedule{NextRun: dayAgo, StartedAt: &dayAgo, Problem: "test"}, "Kjører ikke"},
		{"nobody ever ran it", store.Schedule{NextRun: dayAgo}, "Kjører ikke"},
	} {
		if got := scheduleLine(tc.sc, now); got.Next != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got.Next, tc.want)
		}
	}
}
