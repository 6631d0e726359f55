package store

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// testCourse returns a course in which every field is filled, dates in no order.
func testCourse(offering int64) directory.Course {
	first := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	return directory.Course{
		Offering: offering, Title: "Testkurs", Description: "Testtekst.", Audience: "For testere.",
		TargetGroups: []string{"voksne", "barn"}, Topics: []string{"rus"}, Languages: []string{"nb", "se"},
		Format: directory.Hybrid, Place: &directory.Location{
			Name: "Testhuset", Street: "Testveien 1", PostalCode: "8006", PostalPlace: "Bodø", Kommune: "1804",
			Position: &region.Position{Lat: 67.25, Lon: 14.5}, Confidential: true,
		},
		Dates: []directory.CourseDate{
			{Day: first.AddDate(0, 0, 7), Starts: "18:00", Ends: "20:00", Cancelled: true, Note: "Testmerknad"},
			{Day: first, Starts: "18:00"}, {Day: first.AddDate(0, 0, 14)},
		},
		Cost: directory.Cost{Kind: directory.Paid, Text: "Testpris"},
		SignUp: directory.SignUp{
			Kind: directory.SignUpNeeded, URL: "https://example.org/pamelding", Email: "kurs@example.org", Phone: "+4722225555",
			Deadline: &first, Text: "Testtekst",
		},
		Status: directory.CourseOpen,
	}
}

func createCourse(t *testing.T, s *Store, c directory.Course) directory.Course {
	t.Helper()
	got, err := s.CreateCourse(t.Context(), operator, "", c)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestCreateCourse(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	head := headOf(t, s)
	c := testCourse(o.ID)
	got := createCourse(t, s, c)
	if got.ID == 0 || got.UUID == uuid.Nil {
		t.Errorf("ids are missing: %d, %s", got.ID, got.UUID)
	}
	want := canonicalCourse(c)
	want.ID, want.UUID, want.ChangedAt, want.Version = got.ID, got.UUID, testNow, 1
	wantEqual(t, "what CreateCourse returns", want, got)
	if got.Dates[0].Day.After(got.Dates[1].Day) {
		t.Error("the dates are not in order")
	}
	read, err := s.CourseByID(t.Context(), got.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "CourseByID", got, read)
	changes, err := s.Changes(t.Context(), head, 10)
	if err != nil || len(changes) != 1 || changes[0].Kind != KindCourse || changes[0].Ref != strconv.FormatInt(got.ID, 10) {
		t.Errorf("the feed says %v, %v, want the course", changes, err)
	}
	history, err := s.Revisions(t.Context(), KindCourse, strconv.FormatInt(got.ID, 10))
	if err != nil || len(history) != 1 {
		t.Errorf("%d revisions, %v, want 1", len(history), err)
	}
	if n, err := s.CoursesOf(t.Context(), []int64{o.ID}); err != nil || len(n) != 1 {
		t.Errorf("CoursesOf: %d, %v, want 1", len(n), err)
	}
}

func TestUpdateCourse(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	before := createCourse(t, s, testCourse(o.ID))
	if same, err := s.UpdateCourse(t.Context(), operator, "", before); err != nil || same.Version != 1 {
		t.Errorf("an update that changes nothing: version %d, %v", same.Version, err)
	}

	// Nothing is left behind in a course that says little.
	least := directory.Course{
		ID: before.ID, Version: 1, Title: "Annet kurs", Format: directory.Online, Status: directory.CourseCancelled,
		Dates: []directory.CourseDate{{Day: time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)}},
	}
	got, err := s.UpdateCourse(t.Context(), operator, "avlyst", least)
	if err != nil {
		t.Fatal(err)
	}
	least.UUID, least.Offering, least.ChangedAt, least.Version = before.UUID, o.ID, testNow, 2
	wantEqual(t, "UpdateCourse", least, got)
	read, err := s.CourseByID(t.Context(), before.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "CourseByID", got, read)

	_, err = s.UpdateCourse(t.Context(), operator, "", before)
	wantError(t, "an update of an old version", err, ErrConflict)
	least.ID = 4711
	_, err = s.UpdateCourse(t.Context(), operator, "", least)
	wantError(t, "an update of no course", err, ErrNotFound)
}

func TestCoursePermissions(t *testing.T) {
	s := openSeeded(t)
	o := testOffering("annet/test")
	o.Organization, o.Coverage = directory.Organization{}, directory.Coverage{Kommuner: []region.Number{"1804"}}
	o = create(t, s, o)
	in := func(n region.Number) auth.Actor {
		return auth.Actor{Kind: auth.Account, ID: 1, Grants: []auth.Grant{{Owner: auth.Owner{Kommune: n}, Role: auth.Contributor}}}
	}
	for _, stranger := range []auth.Actor{nobody, in("0301")} {
		_, err := s.CreateCourse(t.Context(), stranger, "", testCourse(o.ID))
		wantError(t, "CreateCourse by "+stranger.String(), err, auth.ErrForbidden)
	}
	c, err := s.CreateCourse(t.Context(), in("1804"), "", testCourse(o.ID))
	if err != nil {
		t.Fatal(err)
	}
	c.Title = "Nytt navn"
	_, err = s.UpdateCourse(t.Context(), in("0301"), "", c)
	wantError(t, "UpdateCourse by a stranger", err, auth.ErrForbidden)
	if _, err = s.UpdateCourse(t.Context(), in("1804"), "", c); err != nil {
		t.Error(err)
	}
	_, err = s.CreateCourse(t.Context(), operator, "", testCourse(4711))
	wantError(t, "CreateCourse for no offering", err, ErrNotFound)
}

func TestCourseRefersToWhatIsThere(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	c := testCourse(o.ID)
	c.Topics, c.TargetGroups, c.Place.PostalCode = []string{"ukjent"}, []string{"ukjente"}, "9999"
	_, err := s.CreateCourse(t.Context(), operator, "", c)
	wantInvalid(t, "CreateCourse", err, directory.Invalid{
		"topics": directory.MsgUnknown, "target_groups": directory.MsgUnknown, "postal_code": directory.MsgUnknown,
	})
	wantInvalid(t, "CheckCourse", s.CheckCourse(t.Context(), c), directory.Invalid{
		"topics": directory.MsgUnknown, "target_groups": directory.MsgUnknown, "postal_code": directory.MsgUnknown,
	})
}

// A postnummer is enough to know the kommune.
func TestPostalCodePlacesCourse(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	c := testCourse(o.ID)
	c.Place = &directory.Location{Street: "Testveien 1", PostalCode: "8006"}
	got := createCourse(t, s, c)
	if got.Place.Kommune != "1804" || got.Place.PostalPlace != "Bodø" {
		t.Errorf("place is %+v, want Bodø in 1804", *got.Place)
	}
}

func TestPublicCourses(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	want := map[directory.CourseStatus]bool{directory.CourseOpen: true, directory.CourseFull: true, directory.CourseCancelled: true}
	for _, status := range directory.CourseStatuses() {
		c := testCourse(o.ID)
		c.Status = status
		createCourse(t, s, c)
	}
	draft := testOffering("annet/draft")
	draft.Status = directory.Draft
	createCourse(t, s, testCourse(create(t, s, draft).ID))
	found, err := s.PublicCourses(t.Context())
	if err != nil || len(found) != len(want) {
		t.Fatalf("%d public courses, %v, want %d", len(found), err, len(want))
	}
	for _, c := range found {
		if !want[c.Status] {
			t.Errorf("a course is public that is %s", c.Status)
		}
	}
}
