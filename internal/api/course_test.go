package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// testCourses are made up: one that says everything, one that says next to nothing and one
// whose place is confidential.
func testCourses() []directory.Course {
	day := func(month time.Month, d int) time.Time { return time.Date(2027, month, d, 0, 0, 0, 0, time.UTC) }
	deadline := day(3, 20)
	full := directory.Course{ID: 1, UUID: uuid.MustParse("11111111-1111-4111-8111-111111111111"), Offering: 1, Title: "Prøvekurs", Description: "Om prøven.", Audience: "Prøvelesere",
		TargetGroups: []string{"voksne"}, Topics: []string{"rus"}, Languages: []string{"nb", "se"}, Format: directory.AtPlace,
		Place: &directory.Location{Name: "Prøvehuset", Street: "Prøvegata 1", PostalCode: "2000", PostalPlace: "Lillestrøm", Kommune: "3205"},
		Dates: []directory.CourseDate{{Day: day(3, 25), Starts: "18:00", Ends: "20:00", Cancelled: true}, {Day: day(4, 1), Starts: "18:00", Note: "I kantina"}, {Day: day(4, 8)}},
		Cost:  directory.Cost{Kind: directory.Paid, Text: "100 kroner"},
		SignUp: directory.SignUp{Kind: directory.SignUpNeeded, URL: "https://example.org/meld", Email: "prove@example.org", Phone: "+4775555000",
			Deadline: &deadline, Text: "Si navnet ditt."},
		Status: directory.CourseOpen, ChangedAt: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC), Version: 3}
	bare := directory.Course{ID: 2, Offering: 3, Title: "Prøvegruppe", Format: directory.Online, Dates: []directory.CourseDate{{Day: day(3, 2)}},
		Status: directory.CourseFull, ChangedAt: full.ChangedAt, Version: 1}
	secret := directory.Course{ID: 3, Offering: 1, Title: "Prøvekurs et sted", Format: directory.Hybrid, Place: &directory.Location{Street: "Hemmelig 1", Kommune: "3205", Confidential: true},
		Dates: []directory.CourseDate{{Day: day(4, 2), Starts: "09:00", Ends: "24:00"}}, Status: directory.CourseCancelled, ChangedAt: full.ChangedAt, Version: 1}
	return []directory.Course{full, bare, secret}
}

// newCourseApp returns the API over the test directory with the courses, and its clock.
func newCourseApp(t *testing.T) (*fiber.App, *time.Time) {
	t.Helper()
	index, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	docs := testDocuments(t)
	for _, c := range testCourses() {
		docs = append(docs, search.CourseDocument(c))
	}
	if err := index.Apply(search.Batch{Put: docs}); err != nil {
		t.Fatal(err)
	}
	app := fiber.New(fiber.Config{Immutable: true})
	a := New(Deps{View: index.View, BaseURL: testURL})
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, page.Oslo)
	a.reads.Process, a.now = "TEST", func() time.Time { return now }
	a.Mount(app)
	return app, &now
}

func TestCourses(t *testing.T) {
	app, _ := newCourseApp(t)
	_, router := contract(t, app)
	for _, tt := range []struct {
		name, target string
		status       int
	}{
		{"kurs", "/kurs", 200},
		{"kurs-kommune", "/kurs?kommune=Lillestrøm&form=oppmote&tema=rus&malgruppe=voksne&fra=2027-04-01&til=2027-04-30&antall=1", 200},
		{"kurs-ukjent-kommune", "/kurs?kommune=Lilestrøm", 404},
		{"ett-kurs", "/kurs/1", 200},
		{"ett-kurs-hemmelig-sted", "/kurs/3", 200},
		{"kurs-ukjent", "/kurs/99", 404},
		{"kurs-feil", "/kurs?form=kurs&fra=i-morgen&side=0", 422},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := Root + escaped(tt.target)
			resp, body := call(t, app, http.MethodGet, target)
			if resp.StatusCode != tt.status {
				t.Fatalf("%s = %d, want %d: %s", tt.target, resp.StatusCode, tt.status, body)
			}
			hold(t, router, target, resp, body)
			if strings.Contains(body, "Hemmelig") {
				t.Error("a confidential place is told")
			}
			var got bytes.Buffer
			if err := json.Indent(&got, []byte(body), "", "  "); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name+".json", got.Bytes())
		})
	}
}

func TestWrongCourseParameters(t *testing.T) {
	app, _ := newCourseApp(t)
	for target, location := range map[string]string{
		"/kurs?side=2": "query.side", "/kurs?antall=101": "query.antall", "/kurs?tema=feil": "query.tema", "/kurs?malgruppe=feil": "query.malgruppe",
		"/kurs?fra=2027-02-30": "query.fra", "/kurs?til=1.2.2027": "query.til", "/kurs?fra=2027-03-02&til=2027-03-01": "query.til",
		"/kurs?fra=2027-03-02&fra=2027-03-03": "query.fra", "/kurs?q=a": "query.q", "/kurs/0": "path.id", "/kurs/x": "path.id",
	} {
		resp, body := call(t, app, http.MethodGet, Root+target)
		var f failure
		if err := json.Unmarshal([]byte(body), &f); err != nil || resp.StatusCode != http.StatusUnprocessableEntity || len(f.Errors) == 0 || f.Errors[0].Location != location {
			t.Errorf("%s = %d %s (%v), want 422 that names %s", target, resp.StatusCode, body, err, location)
		}
	}
}

// What is over leaves the list at midnight in Norway, also where the answer was kept, however
// the address is written.
func TestCoursesLeaveAtMidnight(t *testing.T) {
	app, now := newCourseApp(t)
	addresses := []string{Root + "/kurs", Root + "/kurs/", strings.ToUpper(Root) + "/kurs"}
	total := func(address string) (int, string) {
		resp, body := call(t, app, http.MethodGet, address)
		var list struct{ Antall int }
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatal(err)
		}
		return list.Antall, resp.Header.Get("ETag")
	}
	*now = time.Date(2027, 3, 2, 22, 59, 0, 0, time.UTC)
	etags := map[string]string{}
	for _, address := range addresses {
		for range 3 { // what is asked for again is kept
			var n int
			if n, etags[address] = total(address); n != 3 {
				t.Fatalf("%s: %d courses, want 3", address, n)
			}
		}
	}
	*now = now.Add(time.Minute)
	for _, address := range addresses {
		n, after := total(address)
		if n != 2 || after == etags[address] {
			t.Errorf("%s: %d courses after midnight, ETag %s before and %s after", address, n, etags[address], after)
		}
		if resp, _ := call(t, app, http.MethodGet, address, "If-None-Match", etags[address]); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: yesterday's answer is still fresh: %d", address, resp.StatusCode)
		}
	}
	if resp, body := call(t, app, http.MethodGet, Root+"/kurs/2"); resp.StatusCode != http.StatusOK || !strings.Contains(body, `"over":true`) {
		t.Errorf("a course that is over = %d %s", resp.StatusCode, body)
	}
}
