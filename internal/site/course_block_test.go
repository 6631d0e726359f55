package site

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/referral"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// coursesIn returns where the links in the block of courses of a page lead.
func coursesIn(t *testing.T, body string) []string {
	t.Helper()
	return htmlcheck.Parse(body).Attrs(`section[aria-labelledby="kurs"] li > a`, "href")
}

func TestKommunePageHasItsNextCourses(t *testing.T) {
	var docs []search.Document
	for id := int64(1); id <= 4; id++ {
		docs = append(docs, testCourse(id, func(c *directory.Course) { c.Title = fmt.Sprint("Prøvekurs ", id) }))
	}
	docs = append(docs, testCourse(5, func(c *directory.Course) {
		c.Offering, c.Title, c.Format, c.Place = 1, "Prøvekurs på nett", directory.Online, nil
	}))
	app := newCourseApp(t, oslo(3, 1, 12, 0), docs...)
	_, body := get(t, app, "/kommune/1508-alesund")
	if got, want := coursesIn(t, body), []string{"/kurs/1-provekurs-1", "/kurs/2-provekurs-2", "/kurs/3-provekurs-3"}; !slices.Equal(got, want) {
		t.Errorf("Ålesund has %q, want %q", got, want)
	}
	// What is for the whole country is not Haram's: one line leads there.
	_, body = get(t, app, "/kommune/1580-haram")
	if got := coursesIn(t, body); len(got) > 0 || !strings.Contains(body, `href="/kurs?kommune=1580"`) {
		t.Errorf("Haram has %q, want one line", got)
	}
	_, body = get(t, newCourseApp(t, oslo(4, 2, 0, 0), docs...), "/kommune/1508-alesund")
	if got := coursesIn(t, body); len(got) > 0 || !strings.Contains(body, `href="/kurs?kommune=1508"`) {
		t.Errorf("Ålesund has %q when all are over", got)
	}
}

func TestOfferingPageHasItsCourses(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, nil), testCourse(2, func(c *directory.Course) { c.Offering = 1 }))
	_, body := get(t, app, "/tilbud/2-testtilbud-med-klage")
	if got, want := coursesIn(t, body), []string{testCoursePath}; !slices.Equal(got, want) {
		t.Errorf("the offering has %q, want %q", got, want)
	}
	if _, body := get(t, newCourseApp(t, oslo(4, 2, 0, 0), testCourse(1, nil)), "/tilbud/2-testtilbud-med-klage"); strings.Contains(body, "Prøvekurs") {
		t.Error("the offering shows a course that is over")
	}
}

// An offering in a list names its next course, but not one that nobody can join any more.
func TestListsNameTheNextCourse(t *testing.T) {
	for name, tt := range map[string]struct {
		edit func(*directory.Course)
		want bool
	}{
		"open":      {nil, true},
		"full":      {func(c *directory.Course) { c.Status = directory.CourseFull }, false},
		"cancelled": {func(c *directory.Course) { c.Status = directory.CourseCancelled }, false},
	} {
		_, body := get(t, newCourseApp(t, oslo(3, 26, 12, 0), testCourse(1, tt.edit)), "/kommune/1508-alesund")
		main, _ := htmlcheck.Parse(body).First("#ppt")
		if got := strings.Contains(main.Text(), "Neste: Prøvekurs <b> , torsdag 1. april 2027") || strings.Contains(main.Text(), "Neste: Prøvekurs <b>, torsdag 1. april 2027"); got != tt.want {
			t.Errorf("%s: named %v, want %v: %s", name, got, tt.want, main.Text())
		}
	}
}

func TestArticleLeadsToCoursesOfItsTopic(t *testing.T) {
	a, err := article.Parse("ta-vare-pa-familien/demens.md", []byte("---\ntittel: Prøveartikkel\ningress: Om prøven.\npublisert: 2026-11-01\noppdatert: 2026-11-02\nrekkefolge: 1\n---\n## Del\n\nTekst.\n\n{{tilbud tema=\"demens\"}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, nil), search.ArticleDocument(a))
	_, body := get(t, app, "/ta-vare-pa-familien/demens?kommune=1508")
	if !strings.Contains(body, `href="/kurs?kommune=1508&amp;tema=demens">1 kurs eller gruppe: demens<`) {
		t.Error("the article does not lead to the course")
	}
	if _, body := get(t, app, "/ta-vare-pa-familien/demens?kommune=3205"); strings.Contains(body, "/kurs?") {
		t.Error("the article leads to courses where there are none")
	}
}

func TestSearchFindsComingCourses(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0),
		testCourse(1, func(c *directory.Course) { c.Title = "Samtalegruppe for pårørende" }),
		testCourse(2, func(c *directory.Course) {
			c.Offering, c.Title, c.Topics, c.Description, c.Format, c.Place = 1, "Kveld om søvn", nil, "Vi snakker om hvile.", directory.Online, nil
		}),
		testCourse(3, func(c *directory.Course) {
			c.Title, c.Dates = "Samtalegruppe som er over", []directory.CourseDate{meeting(onDay(2, 1))}
		}))
	for target, want := range map[string][]string{
		"/sok?q=samtalegrupper":           {"/kurs/1-samtalegruppe-for-parorende"},
		"/sok?q=demens":                   {"/kurs/1-samtalegruppe-for-parorende"},
		"/sok?q=hvile":                    {"/kurs/2-kveld-om-sovn"},
		"/sok?q=kurs":                     {"/kurs/1-samtalegruppe-for-parorende", "/kurs/2-kveld-om-sovn"},
		"/sok?q=kurs+skedsmo":             {"/kurs/2-kveld-om-sovn"},
		"/sok?q=kurs&kommune=1508":        {"/kurs/1-samtalegruppe-for-parorende", "/kurs/2-kveld-om-sovn"},
		"/sok?q=demens+i+lillestr%C3%B8m": nil,
		"/sok?q=p%C3%A5r%C3%B8rende":      nil,
		"/sok?q=xyzzy":                    nil,
		"/sok":                            nil,
	} {
		_, body := get(t, app, target)
		got := coursesIn(t, body)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %q, want %q", target, got, want)
		}
	}
}

// A sheet says when the next course of an offering is, and has its dates for the calendar.
func TestSheetNamesTheNextCourse(t *testing.T) {
	app := newCourseApp(t, oslo(3, 1, 12, 0), testCourse(1, nil))
	target := sheetOf(t, referral.List{Kommune: "1508", Offerings: []int64{2, 7}})
	p := livePage(t, app, target)
	items := p.All(".o-ark__tilbud")
	if len(items) != 2 {
		t.Fatalf("%d offerings on the sheet, want 2", len(items))
	}
	wants(t, "the sheet", items[0].Text(), "Neste:", "Prøvekurs <b>", "25. mars 2027 kl. 18.00")
	if !items[0].Has("a.o-screen[href='/kurs/1.ics'], .o-screen a[href='/kurs/1.ics']") || items[1].Has("[href$='.ics']") {
		t.Error("the calendar is not with the course, or with what has none")
	}
	if text := livePage(t, newCourseApp(t, oslo(5, 1, 12, 0), testCourse(1, nil)), target).Text(); strings.Contains(text, "Prøvekurs") {
		t.Error("a course that is over stands on the sheet")
	}
	p = livePage(t, app, "/henvis?kommune=1508")
	wants(t, "the proposals", element(t, p, ".o-henvis__forslag"), "Neste: Prøvekurs <b>")
}
