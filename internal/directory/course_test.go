package directory

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func courseDay(d int) time.Time { return time.Date(2027, 3, d, 0, 0, 0, 0, time.UTC) }

func testCourse() Course {
	return Course{
		Title: "Testkurs", Format: AtPlace, Status: CourseOpen,
		Dates: []CourseDate{{Day: courseDay(1), Starts: "18:00", Ends: "20:00"}, {Day: courseDay(8), Starts: "18:00"}, {Day: courseDay(15)}},
	}
}

func TestCourseValidate(t *testing.T) {
	late := courseDay(16)
	for name, tc := range map[string]struct {
		change func(*Course)
		want   Invalid
	}{
		"right":                     {func(*Course) {}, nil},
		"no title":                  {func(c *Course) { c.Title = " " }, Invalid{"title": MsgRequired}},
		"unknown format":            {func(c *Course) { c.Format = "post" }, Invalid{"format": MsgUnknown}},
		"unknown status":            {func(c *Course) { c.Status = "borte" }, Invalid{"status": MsgUnknown}},
		"open without dates":        {func(c *Course) { c.Dates = nil }, Invalid{"dates": MsgRequired}},
		"draft without dates":       {func(c *Course) { c.Dates, c.Status = nil, CourseDraft }, nil},
		"end without beginning":     {func(c *Course) { c.Dates[2].Ends = "20:00" }, Invalid{"dates": MsgFormat}},
		"no time":                   {func(c *Course) { c.Dates[1].Starts = "kl. 18" }, Invalid{"dates": MsgFormat}},
		"begins at the day's end":   {func(c *Course) { c.Dates[1].Starts = "24:00" }, Invalid{"dates": MsgFormat}},
		"ends before it begins":     {func(c *Course) { c.Dates[0].Ends = "17:00" }, Invalid{"dates": MsgPeriod}},
		"twice at once":             {func(c *Course) { c.Dates[1] = c.Dates[0] }, Invalid{"dates": MsgDuplicate}},
		"too often":                 {func(c *Course) { c.Dates = manyDates(MaxCourseDates + 1) }, Invalid{"dates": MsgTooLong}},
		"place on the net":          {func(c *Course) { c.Format, c.Place = Online, &Location{Name: "Testhuset"} }, Invalid{"format": MsgFormat}},
		"no postnummer":             {func(c *Course) { c.Place = &Location{PostalCode: "80"} }, Invalid{"postal_code": MsgFormat}},
		"sign up, and nowhere to":   {func(c *Course) { c.SignUp.Kind = SignUpNeeded }, Invalid{"sign_up": MsgRequired}},
		"sign up by telephone":      {func(c *Course) { c.SignUp = SignUp{Kind: SignUpNeeded, Phone: "+4722225555"} }, nil},
		"no telephone":              {func(c *Course) { c.SignUp.Phone = "12" }, Invalid{"sign_up_phone": MsgFormat}},
		"no address":                {func(c *Course) { c.SignUp.Email = "kurs" }, Invalid{"sign_up_email": MsgFormat}},
		"no page":                   {func(c *Course) { c.SignUp.URL = "javascript:alert(1)" }, Invalid{"sign_up_url": MsgFormat}},
		"deadline after the course": {func(c *Course) { c.SignUp.Deadline = &late }, Invalid{"sign_up_deadline": MsgPeriod}},
	} {
		c := testCourse()
		tc.change(&c)
		var got Invalid
		if err := c.Validate(); err != nil && !errors.As(err, &got) {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func manyDates(n int) []CourseDate {
	dates := make([]CourseDate, n)
	for i := range dates {
		dates[i].Day = courseDay(1).AddDate(0, 0, i)
	}
	return dates
}

func TestCourseComing(t *testing.T) {
	c := testCourse()
	oslo := time.FixedZone("CET", 3600)
	for _, tc := range []struct {
		day  time.Time
		want int
	}{
		{courseDay(1).AddDate(0, 0, -1), 3},
		{time.Date(2027, 3, 8, 23, 59, 0, 0, oslo), 2}, // the whole day, also late on it
		{time.Date(2027, 3, 9, 0, 0, 0, 0, oslo), 1},
		{courseDay(16), 0},
	} {
		if got := len(c.Coming(tc.day)); got != tc.want {
			t.Errorf("%d dates are coming on %v, want %d", got, tc.day, tc.want)
		}
	}
}

func TestTakesSignUps(t *testing.T) {
	last := courseDay(5)
	c := testCourse()
	if !c.TakesSignUps(courseDay(20)) {
		t.Error("no deadline, and no sign-ups")
	}
	c.SignUp.Deadline = &last
	if !c.TakesSignUps(courseDay(5).Add(23 * time.Hour)) {
		t.Error("no sign-ups on the last day")
	}
	if c.TakesSignUps(courseDay(6)) {
		t.Error("sign-ups after the last day")
	}
	if c.Status = CourseFull; c.TakesSignUps(courseDay(1)) {
		t.Error("a full course takes sign-ups")
	}
}

func TestNextOf(t *testing.T) {
	on, off := CourseDate{Day: courseDay(8)}, CourseDate{Day: courseDay(1), Cancelled: true}
	later := CourseDate{Day: courseDay(15)}
	for name, tc := range map[string]struct {
		dates []CourseDate
		next  CourseDate
		held  int
	}{
		"none":            {nil, CourseDate{}, 0},
		"all cancelled":   {[]CourseDate{off, {Day: courseDay(2), Cancelled: true}}, off, 0},
		"first cancelled": {[]CourseDate{off, on, later}, on, 2},
		"one":             {[]CourseDate{on}, on, 1},
	} {
		if next, held := NextOf(tc.dates); next != tc.next || held != tc.held {
			t.Errorf("%s: %v, %d, want %v, %d", name, next, held, tc.next, tc.held)
		}
	}
	c := Course{Dates: []CourseDate{off, on}}
	if next, ok := c.Next(courseDay(1)); !ok || next != on {
		t.Errorf("next is %v, %t", next, ok)
	}
	if _, ok := c.Next(courseDay(9)); ok {
		t.Error("a course that is over has a next date")
	}
}
