package search

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func testDay(d int) time.Time { return time.Date(2027, 3, d, 0, 0, 0, 0, time.UTC) }

// randomCourses is a directory of kommuner in two fylker with courses of every kind.
func randomCourses(t *testing.T, r *rand.Rand) (*View, []directory.Course) {
	t.Helper()
	docs := []Document{
		FylkeDocument(region.Fylke{Number: "91", Name: "Testfylket"}), FylkeDocument(region.Fylke{Number: "92", Name: "Prøvefylket"}),
		TypeDocument(directory.OfferingType{Code: "lms", Name: directory.Text{NB: "Prøvetype"}}),
	}
	for i, n := range []region.Number{"9101", "9102", "9201"} {
		docs = append(docs, KommuneDocument(region.Kommune{Number: n, Name: "Test" + string(n), Position: region.Position{Lat: 60 + float64(i)/4, Lon: 10}}, nil))
	}
	coverages := []directory.Coverage{
		{National: true}, {Fylker: []region.FylkeNumber{"91"}}, {Fylker: []region.FylkeNumber{"92"}}, {Kommuner: []region.Number{"9101"}},
		{Kommuner: []region.Number{"9101", "9201"}}, {Kommuner: []region.Number{"9102"}},
	}
	for i, c := range coverages {
		docs = append(docs, OfferingDocument(directory.Offering{ID: int64(i + 1), Type: "lms", Name: fmt.Sprint("Prøvetilbud ", i), Status: directory.Published, Coverage: c, Topics: []string{"kreft"}}))
	}
	pick := func(from ...string) (out []string) {
		for _, s := range from {
			if r.IntN(3) == 0 {
				out = append(out, s)
			}
		}
		return out
	}
	var courses []directory.Course
	for id := int64(1); id <= 60; id++ {
		c := directory.Course{ID: id, Offering: 1 + r.Int64N(int64(len(coverages))), Title: fmt.Sprint("Prøvekurs ", id), Status: directory.CourseOpen,
			Format: directory.CourseFormats()[r.IntN(3)], Topics: pick("kreft", "demens"), TargetGroups: pick("barn", "voksne")}
		if c.Format != directory.Online && r.IntN(3) > 0 {
			c.Place = &directory.Location{Kommune: []region.Number{"9101", "9102", "9201"}[r.IntN(3)], Confidential: r.IntN(4) == 0}
		}
		for range 1 + r.IntN(4) {
			c.Dates = append(c.Dates, directory.CourseDate{Day: testDay(1 + r.IntN(30)), Starts: fmt.Sprintf("%02d:00", r.IntN(24)), Cancelled: r.IntN(4) == 0})
		}
		directory.SortDates(c.Dates)
		d := CourseDocument(c)
		docs = append(docs, d)
		courses = append(courses, *d.value.(*directory.Course))
	}
	x, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := x.Apply(Batch{Put: docs}); err != nil {
		t.Fatal(err)
	}
	return x.View(), courses
}

// recount is FindCourses as one would count by hand: one kommune, one value a field.
func recount(v *View, courses []directory.Course, q CourseQuery, today time.Time) []int64 {
	var ids []int64
	for _, c := range courses {
		of, _ := v.Offering(c.Offering)
		day := false
		for _, d := range c.Dates {
			day = day || !d.Day.Before(today) && !d.Day.Before(q.From) && (q.To.IsZero() || !d.Day.After(q.To))
		}
		topics := c.Topics
		if len(topics) == 0 {
			topics = of.Topics
		}
		ok := day && (len(q.Topics) == 0 || slices.Contains(topics, q.Topics[0])) &&
			(len(q.TargetGroups) == 0 || slices.Contains(c.TargetGroups, q.TargetGroups[0])) &&
			(len(q.Formats) == 0 || c.Format == q.Formats[0] || c.Format == directory.Hybrid)
		if len(q.Kommuner) > 0 {
			k := q.Kommuner[0]
			held := c.Place != nil && c.Place.Kommune == k
			covers := of.Coverage.National || slices.Contains(of.Coverage.Kommuner, k) || slices.Contains(of.Coverage.Fylker, k.Fylke())
			ok = ok && (covers || held || q.RadiusKM > 0)
			if q.RadiusKM > 0 {
				far, known := true, c.Place != nil && c.Place.Kommune != ""
				if known {
					own, _ := v.Kommune(k)
					there, _ := v.Kommune(c.Place.Kommune)
					far = DistanceKM(own.Position, there.Position) > q.RadiusKM
				}
				ok = ok && (!far || (covers || held) && (!known || c.Format != directory.AtPlace))
			}
		}
		if ok {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func TestFindCoursesAgainstARecount(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		v, courses := randomCourses(t, r)
		for range 200 {
			q, today := CourseQuery{}, testDay(1+r.IntN(31))
			if r.IntN(2) == 0 {
				q.Kommuner = []region.Number{[]region.Number{"9101", "9102", "9201"}[r.IntN(3)]}
				q.RadiusKM = []float64{0, 10, 30, 100}[r.IntN(4)]
			}
			if r.IntN(3) == 0 {
				q.From = testDay(1 + r.IntN(31))
			}
			if r.IntN(3) == 0 {
				q.To = testDay(1 + r.IntN(31))
			}
			if r.IntN(3) == 0 {
				q.Topics = []string{"kreft"}
			}
			if r.IntN(3) == 0 {
				q.TargetGroups = []string{"barn"}
			}
			if r.IntN(3) == 0 {
				q.Formats = []directory.CourseFormat{[]directory.CourseFormat{directory.AtPlace, directory.Online}[r.IntN(2)]}
			}
			found := v.FindCourses(q, today)
			var ids []int64
			for _, f := range found.List {
				ids = append(ids, f.ID)
			}
			slices.Sort(ids)
			if diff := cmp.Diff(recount(v, courses, q, today), ids); diff != "" {
				t.Fatalf("%+v on %s (-want +got):\n%s", q, today.Format(time.DateOnly), diff)
			}
			if !slices.IsSortedFunc(found.List, func(a, b FoundCourse) int {
				if a.Reach != b.Reach {
					return int(a.Reach - b.Reach)
				}
				return a.Next.Day.Compare(b.Next.Day)
			}) {
				t.Fatalf("%+v: not by reach and day", q)
			}
			// Each count is what one gets by choosing it.
			for _, topic := range []string{"kreft", "demens"} {
				alone := q
				alone.Topics = []string{topic}
				if got, want := found.Topics[topic], len(recount(v, courses, alone, today)); got != want {
					t.Fatalf("%+v: counts %d of %s, there are %d", q, got, topic, want)
				}
			}
			for _, format := range []directory.CourseFormat{directory.AtPlace, directory.Online, directory.Hybrid} {
				alone := q
				alone.Formats = []directory.CourseFormat{format}
				if got, want := found.Formats[format], len(recount(v, courses, alone, today)); got != want {
					t.Fatalf("%+v: counts %d of %s, there are %d", q, got, format, want)
				}
			}
		}
	}
}

func TestFoundCourseNextIsNotCancelled(t *testing.T) {
	v, _ := randomCourses(t, rand.New(rand.NewPCG(3, 4)))
	today := testDay(10)
	cancelled := 0
	for _, f := range v.FindCourses(CourseQuery{}, today).List {
		times := 0
		for _, d := range f.Coming(today) {
			if !d.Cancelled {
				times++
			}
		}
		if f.Times != times || f.Next.Cancelled != (times == 0) {
			t.Errorf("%s: %d times, next cancelled %v; %d dates are not", f.Title, f.Times, f.Next.Cancelled, times)
		}
		if f.Next.Cancelled {
			cancelled++
		}
	}
	if cancelled == 0 {
		t.Error("no course has all its dates cancelled: the test sees nothing")
	}
}

// A confidential place gives no distance and no kommune, to nobody.
func TestConfidentialPlacesAreNotNear(t *testing.T) {
	v, courses := randomCourses(t, rand.New(rand.NewPCG(5, 6)))
	secret := 0
	for _, f := range v.FindCourses(CourseQuery{Kommuner: []region.Number{"9101"}, RadiusKM: 1000}, testDay(1)).List {
		if f.Place != nil && f.Place.Confidential {
			secret++
			if f.DistanceKM != nil || f.Place.Kommune != "" {
				t.Errorf("%s: the place is told", f.Title)
			}
		}
	}
	if secret == 0 || len(courses) == 0 {
		t.Error("no confidential place: the test sees nothing")
	}
}

// Titles of courses are completed from each word on, for as long as the course has a date.
func TestCoursesAreCompleted(t *testing.T) {
	today := directory.DayOf(now())
	course := func(id, offering int64, title string, day time.Time) Document {
		return CourseDocument(directory.Course{ID: id, Offering: offering, Title: title, Dates: []directory.CourseDate{{Day: day}}})
	}
	x, err := BuildMemory(Batch{Put: []Document{
		OfferingDocument(directory.Offering{ID: 1, Name: "Prøvesenteret", Coverage: directory.Coverage{National: true}}),
		course(1, 1, "Prøvekurs for søsken", today), course(2, 1, "Prøvekurs som er over", today.AddDate(0, 0, -1)),
		course(3, 9, "Prøvekurs uten tilbud", today),
	}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	want := []Suggestion{{Kind: SuggestCourse, Text: "Prøvekurs for søsken", Sub: "courses and groups", Path: "/kurs/1-provekurs-for-sosken"}}
	for _, text := range []string{"prøvek", "sosk"} {
		if diff := cmp.Diff(want, x.View().Suggest("en", text, 10, SuggestCourse)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if got := x.View().Suggest("nb", "søsk", 10, SuggestOffering); len(got) != 0 {
		t.Errorf("got %v where no course was asked for", got)
	}
}
