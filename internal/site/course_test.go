package site

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// onDay is midnight UTC of a day of 2027, as courses have it.
func onDay(month time.Month, day int) time.Time {
	return time.Date(2027, month, day, 0, 0, 0, 0, time.UTC)
}

func oslo(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2027, month, day, hour, minute, 0, 0, page.Oslo)
}

func meeting(day time.Time, hours ...string) directory.CourseDate {
	d := directory.CourseDate{Day: day}
	if len(hours) > 0 {
		d.Starts = hours[0]
	}
	if len(hours) > 1 {
		d.Ends = hours[1]
	}
	return d
}

// testCourse is a made-up course of the offering for Ålesund alone, the last Thursday before
// and the first after summer time begins. Edit changes it.
func testCourse(id int64, edit func(*directory.Course)) search.Document {
	c := directory.Course{ID: id, UUID: uuid.MustParse("11111111-1111-4111-8111-111111111111"), Offering: 2, Title: "Prøvekurs <b>", Description: "Om prøven.\n\nMer om prøven.",
		Audience: "Prøvelesere", Topics: []string{"demens"}, TargetGroups: []string{"voksne"}, Languages: []string{"nb"}, Format: directory.AtPlace,
		Place: &directory.Location{Name: "Prøvehuset", Street: "Prøvegata 1", PostalCode: "6002", PostalPlace: "Ålesund", Kommune: "1508"},
		Dates: []directory.CourseDate{meeting(onDay(3, 25), "18:00", "20:00"), meeting(onDay(4, 1), "18:00", "20:00")},
		Cost:  directory.Cost{Kind: directory.Free}, SignUp: directory.SignUp{Kind: directory.SignUpNeeded, Email: "prove@example.org"},
		Status: directory.CourseOpen, Version: 3, ChangedAt: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}
	if edit != nil {
		edit(&c)
	}
	return search.CourseDocument(c)
}

// courseWords are what courses are about, and their type of offering.
func courseWords() []search.Document {
	return []search.Document{
		search.TermDocument(directory.Term{Kind: directory.Topic, Code: "demens", Order: 1, Name: directory.Text{NB: "Demens", NN: "Demens", EN: "Dementia"}}),
		search.TermDocument(directory.Term{Kind: directory.TargetGroup, Code: "voksne", Order: 1, Name: directory.Text{NB: "Voksne", NN: "Vaksne", EN: "Adults"}}),
		search.TypeDocument(directory.OfferingType{Code: "kursportal", Group: "snakk", Order: 3, Name: directory.Text{NB: "Kurs på nett", EN: "Online courses"}, Plural: directory.Text{NB: "Kurs på nett", EN: "Online courses"}, Does: directory.Text{NB: "Prøvetekst.", EN: "Test."}}),
		search.OfferingDocument(directory.Offering{ID: 7, Type: "kursportal", Name: "Prøveportalen", Status: directory.Published, Coverage: directory.Coverage{National: true},
			Websites: []string{"https://portal.example.org/"}, Source: directory.Source{Title: "Testkilde", Date: "2026-04-07"}}),
	}
}

// What is for professionals alone is not among the courses for pårørende, and a list that has it
// says so beside its name.
func TestCoursesForProfessionals(t *testing.T) {
	pro := directory.Offering{ID: 7, Type: "kursportal", Name: "Prøveportalen", Status: directory.Published, Coverage: directory.Coverage{National: true},
		TargetGroups: []string{"fagfolk"}, Websites: []string{"https://portal.example.org/"}, Source: directory.Source{Title: "Testkilde", Date: "2026-04-07"}}
	app := newCourseApp(t, oslo(3, 1, 12, 0), search.OfferingDocument(pro))
	for _, target := range []string{"/kurs", "/kurs?kommune=1508"} {
		if _, body := get(t, app, target); strings.Contains(body, "Prøveportalen") || strings.Contains(body, "Kurs på nett") {
			t.Errorf("%s leads pårørende to what is for professionals", target)
		}
	}
	says(t, app, "/kommune/1508-alesund", "Prøveportalen hele landet · for fagfolk")
	says(t, app, "/sok?type=kursportal", "For fagfolk · For hele landet")
}

// newCourseApp is the test app at a time with the courses.
func newCourseApp(t testing.TB, now time.Time, courses ...search.Document) *fiber.App {
	t.Helper()
	return newTestAppAt(t, func() time.Time { return now }, append(courseWords(), courses...)...)
}

const testCoursePath = "/kurs/1-provekurs-b"

func says(t *testing.T, app *fiber.App, target string, want ...string) string {
	t.Helper()
	resp, body := get(t, app, target)
	main, _ := htmlcheck.Parse(body).First("main")
	text := main.Text()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s = %d, want 200", target, resp.StatusCode)
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q: %s", target, w, text)
		}
	}
	return text
}

func TestCourseListByDayInOslo(t *testing.T) {
	for name, tt := range map[string]struct {
		now  time.Time
		want string
	}{
		"before":                        {oslo(3, 1, 12, 0), "Torsdag 25. mars 2027 kl. 18.00–20.00 og 1 gang til"},
		"on the first day":              {oslo(3, 25, 23, 59), "Torsdag 25. mars 2027 kl. 18.00–20.00 og 1 gang til"},
		"after midnight in Oslo":        {oslo(3, 26, 0, 1), "Torsdag 1. april 2027 kl. 18.00–20.00"},
		"UTC is still on the day":       {time.Date(2027, 3, 25, 23, 30, 0, 0, time.UTC), "Torsdag 1. april 2027 kl. 18.00–20.00"},
		"last minute, in summer time":   {time.Date(2027, 4, 1, 21, 59, 0, 0, time.UTC), "Torsdag 1. april 2027 kl. 18.00–20.00"},
		"over a minute later":           {time.Date(2027, 4, 1, 22, 0, 0, 0, time.UTC), "Ingen kurs er lagt inn akkurat nå"},
		"the night without 02:00–03:00": {oslo(3, 28, 1, 59), "Torsdag 1. april 2027 kl. 18.00–20.00"},
	} {
		t.Run(name, func(t *testing.T) {
			says(t, newCourseApp(t, tt.now, testCourse(1, nil)), "/kurs", tt.want)
		})
	}
}

func TestCoursesLeaveTheCacheAtMidnight(t *testing.T) {
	now := oslo(10, 31, 23, 59) // the day on which summer time ends
	app := newTestAppAt(t, func() time.Time { return now }, append(courseWords(), testCourse(1, func(c *directory.Course) {
		c.Dates = []directory.CourseDate{meeting(onDay(10, 31))}
	}))...)
	says(t, app, "/kurs", "Søndag 31. oktober 2027")
	now = now.Add(time.Minute)
	if text := says(t, app, "/kurs", "Ingen kurs er lagt inn akkurat nå"); strings.Contains(text, "Prøvekurs") {
		t.Error("a course that is over is listed")
	}
}

func TestCoursesOfAKommune(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0),
		testCourse(1, nil),
		testCourse(2, func(c *directory.Course) { // of a national offering, on the net
			c.Offering, c.Title, c.Format, c.Place = 1, "Prøvekurs på nett", directory.Online, nil
		}),
		testCourse(3, func(c *directory.Course) { // for everybody, held in Lillestrøm
			c.Offering, c.Title, c.Place = 1, "Prøvekurs på Romerike", &directory.Location{Kommune: "3205"}
		}))
	says(t, app, "/kurs?kommune=1508", "3 kurs og grupper", "For deg som bor i Ålesund (1)", "For hele landet (2)")
	says(t, app, "/kurs?kommune=3205", "2 kurs og grupper", "For deg som bor i Lillestrøm (1)", "For hele landet (1)")
	says(t, app, "/kurs?kommune=1580", "2 kurs og grupper", "Ingen kurs eller grupper som passer, er lagt inn for Haram.", "For hele landet (2)", "Prøveportalen", "portal.example.org")
	says(t, app, "/kurs?sted=Skedsmo", "For deg som bor i Lillestrøm (1)")
	if text := says(t, app, "/kurs?form=digitalt", "1 kurs eller gruppe", "Prøvekurs på nett"); strings.Contains(text, "Romerike") {
		t.Error("who asks for what is on the net is shown what is not")
	}
	says(t, app, "/kurs?tema=demens&malgruppe=voksne&fra=2027-03-26&til=2027-04-01", "3 kurs og grupper", "Torsdag 1. april 2027", "Fra 26. mars 2027", "Til 1. april 2027")
	says(t, app, "/kurs?til=2027-03-24&tema=demens", "Ingen kurs passer med det du har valgt", "Uten «Til 24. mars 2027» (3)")
}

func TestNoCoursesAtAll(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0))
	says(t, app, "/kurs", "Ingen kurs er lagt inn akkurat nå", "Det betyr ikke at de ikke finnes", "Prøveportalen")
	says(t, app, "/kurs?kommune=1508", "Ingen kurs er lagt inn akkurat nå", "Prøveportalen", "Disse er for deg i Ålesund")
}

// A wrong parameter gives a sentence that names it, and courses all the same.
func TestCourseParameters(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, nil))
	for target, want := range map[string]string{
		"/kurs?kommune=xyzzy":                        "Vi fant ikke stedet «xyzzy»",
		"/kurs?kommune=1508&avstand=langt":           "Vi forsto ikke avstanden «langt»",
		"/kurs?avstand=20":                           "Avstand trenger et sted å måle fra",
		"/kurs?fra=i+morgen":                         "Vi forsto ikke datoen «i morgen»",
		"/kurs?fra=2027-02-30":                       "Vi forsto ikke datoen «2027-02-30»",
		"/kurs?fra=2020-01-01":                       "Datoen du valgte som første dag, er over",
		"/kurs?til=28.2.2027":                        "Datoen du valgte som siste dag, er over",
		"/kurs?fra=2027-03-20&til=2027-03-10":        "Siste dag er før første dag",
		"/kurs?tema=feil":                            "Vi kjenner ikke valget «feil»",
		"/kurs?form=kurs":                            "Vi kjenner ikke valget «kurs»",
		"/kurs?side=2":                               "Siste side er 1.",
		"/kurs?side=x":                               "Vi forsto ikke sidetallet «x»",
		"/kurs?sted=V%C3%A5ler&malgruppe=voksne":     "«Våler» kan være flere steder",
		"/kurs?sted=9170":                            "9170 Longyearbyen ligger ikke i noen kommune",
		"/kurs?kommune=1508&fra=%00&side=%ff&tema=,": "Vi forsto ikke datoen",
	} {
		text := says(t, app, target, want)
		if !strings.Contains(text, "Prøvekurs <b>") && !strings.Contains(target, "ler&mal") {
			t.Errorf("%s shows no course", target)
		}
	}
}

func TestCoursePageSaysWhatStandsInTheWay(t *testing.T) {
	deadline := onDay(3, 10)
	for name, tt := range map[string]struct {
		now   time.Time
		edit  func(*directory.Course)
		title string
		want  string
	}{
		"open":                   {oslo(3, 1, 12, 0), nil, "Prøvekurs <b>", "Du må melde deg på."},
		"full":                   {oslo(3, 1, 12, 0), func(c *directory.Course) { c.Status = directory.CourseFull }, "Fullt: Prøvekurs <b>", "venteliste"},
		"cancelled":              {oslo(3, 1, 12, 0), func(c *directory.Course) { c.Status = directory.CourseCancelled }, "Avlyst: Prøvekurs <b>", "Dette blir ikke noe av."},
		"last day to sign up":    {oslo(3, 10, 23, 59), func(c *directory.Course) { c.SignUp.Deadline = &deadline }, "Prøvekurs <b>", "Frist: onsdag 10. mars 2027."},
		"too late to sign up":    {oslo(3, 11, 0, 0), func(c *directory.Course) { c.SignUp.Deadline = &deadline }, "Påmeldingsfristen er ute: Prøvekurs <b>", "Fristen var 10. mars 2027."},
		"the next one cancelled": {oslo(3, 1, 12, 0), func(c *directory.Course) { c.Dates[0].Cancelled = true }, "Prøvekurs <b>", "Torsdag 25. mars 2027 kl. 18.00–20.00 er avlyst. Neste gang: torsdag 1. april 2027 kl. 18.00–20.00."},
		"all cancelled": {oslo(3, 1, 12, 0), func(c *directory.Course) {
			c.Dates[0].Cancelled, c.Dates[1].Cancelled = true, true
		}, "Avlyst: Prøvekurs <b>", "Alle gangene som er igjen, er avlyst."},
		"over": {oslo(4, 2, 0, 0), nil, "Over: Prøvekurs <b>", "Dette er over."},
	} {
		t.Run(name, func(t *testing.T) {
			app := newCourseApp(t, tt.now, testCourse(1, tt.edit))
			text := says(t, app, testCoursePath, tt.want)
			_, body := get(t, app, testCoursePath)
			doc := htmlcheck.Parse(body)
			h1, _ := doc.First("h1")
			if got := strings.TrimSpace(h1.Text()); got != tt.title {
				t.Errorf("the heading is %q, want %q", got, tt.title)
			}
			over := name == "over"
			if doc.Has(`meta[name="robots"]`) != over {
				t.Errorf("kept out of search engines: %v, want %v", !over, over)
			}
			if signUp := strings.Contains(text, "prove@example.org"); signUp == (over || name == "cancelled") {
				t.Errorf("the way to sign up is shown: %v", signUp)
			}
		})
	}
}

func TestCoursePage(t *testing.T) {
	app := newCourseApp(t, oslo(3, 26, 12, 0), testCourse(1, nil),
		testCourse(2, func(c *directory.Course) {
			c.Title = "Prøvekurs to"
			c.Place = &directory.Location{Confidential: true, Street: "Hemmelig 1"}
		}))
	says(t, app, testCoursePath, "Prøvehuset, Prøvegata 1, 6002 Ålesund", "Ålesund kommune", "Prøvelesere", "Voksne", "Demens", "Gratis.", "Testtilbud med klage",
		"Om prøven. Mer om prøven.", "Ganger som har vært", "Sist endret 1. mars 2027.", "Mer som kommer fra samme tilbud", "Prøvekurs to")
	text := says(t, app, "/kurs/2-provekurs-to", "Du får adressen når du melder deg på")
	if strings.Contains(text, "Hemmelig") {
		t.Error("a confidential place is told")
	}
	for target, want := range map[string]string{"/kurs/1": testCoursePath, "/kurs/1-feil": testCoursePath, "/nn/kurs/1": "/nn" + testCoursePath} {
		if resp, _ := get(t, app, target); resp.StatusCode != http.StatusMovedPermanently || resp.Header.Get("Location") != want {
			t.Errorf("%s = %d to %q, want 301 to %q", target, resp.StatusCode, resp.Header.Get("Location"), want)
		}
	}
	for _, target := range []string{"/kurs/99", "/kurs/99-borte", "/kurs/x", "/kurs/9999999999999999999999"} {
		resp, body := get(t, app, target)
		if resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "Vi fant ikke kurset") || !strings.Contains(body, `href="/kurs"`) {
			t.Errorf("%s = %d, want a 404 page that leads on", target, resp.StatusCode)
		}
	}
}

func TestCoursesAreInTheirLanguage(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, func(c *directory.Course) { c.Format = directory.Hybrid }))
	for _, target := range []string{"/en/kurs", "/en/kurs?kommune=1508&avstand=50&fra=x&tema=demens", "/en" + testCoursePath, "/en/kurs/99"} {
		_, body := get(t, app, target)
		for _, word := range norwegianWords(t, strings.ReplaceAll(body, "Prøvehuset", "")) {
			t.Errorf("%s: %q is not English", target, word)
		}
	}
}

func TestSitemapHasComingCourses(t *testing.T) {
	for day, want := range map[int]bool{1: true, 2: false} {
		_, body := get(t, newCourseApp(t, oslo(4, day, 12, 0), testCourse(1, nil)), "/sitemap.xml")
		if got := strings.Contains(body, "https://oversikt.example"+testCoursePath+"<"); got != want {
			t.Errorf("on April %d: in the sitemap %v, want %v", day, got, want)
		}
	}
}

func FuzzCourseParameters(f *testing.F) {
	app := newCourseApp(f, oslo(3, 1, 12, 0), testCourse(1, nil))
	for _, s := range []string{"kommune=1508&side=2", "fra=%00&kommune=%ff", "tema=x&til=2027-13-01&avstand=1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, r := range query {
			if r <= ' ' || r > '~' || r == '#' {
				t.Skip("no such request line")
			}
		}
		if resp, body := get(t, app, "/kurs?"+query); resp.StatusCode != http.StatusOK || !strings.Contains(body, "<h1") {
			t.Errorf("/kurs?%s = %d", query, resp.StatusCode)
		}
	})
}
