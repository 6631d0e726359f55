package directory

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Course is a course or a group that an offering holds on certain days. For whom it is by
// place, and who answers for it, is what the offering says.
type Course struct {
	ID       int64
	UUID     uuid.UUID
	Offering int64

	Title        string
	Description  string // plain text, paragraphs divided by an empty line
	Audience     string // whom it is for, in words
	TargetGroups []string
	Topics       []string
	Languages    []string // ISO 639 codes

	Format CourseFormat
	Place  *Location // nil where there is none, or it is not known
	Dates  []CourseDate
	Cost   Cost
	SignUp SignUp

	Status    CourseStatus
	ChangedAt time.Time
	Version   int
}

// CourseFormat says where those who take part are.
type CourseFormat string

const (
	AtPlace CourseFormat = "oppmote"
	Online  CourseFormat = "digitalt"
	Hybrid  CourseFormat = "begge" // each chooses
)

// CourseFormats returns every format, in display order.
func CourseFormats() []CourseFormat { return []CourseFormat{AtPlace, Online, Hybrid} }

// CourseDate is one time at which a course meets. Times are local, "18:00".
type CourseDate struct {
	Day       time.Time // midnight UTC
	Starts    string    // empty where only the day is known
	Ends      string    // empty where not known; on the same day
	Cancelled bool      // this time alone
	Note      string
}

// SignUpKind says whether one has to sign up; empty where not known.
type SignUpKind string

const (
	SignUpNeeded SignUpKind = "pamelding"
	JustCome     SignUpKind = "motopp"
)

// SignUp is how one gets a place on a course.
type SignUp struct {
	Kind     SignUpKind
	URL      string
	Email    string
	Phone    PhoneNumber
	Deadline *time.Time // the last day, midnight UTC
	Text     string
}

// CourseStatus is where a course is in its life.
type CourseStatus string

const (
	CourseDraft     CourseStatus = "utkast"
	CourseOpen      CourseStatus = "apen"
	CourseFull      CourseStatus = "full"
	CourseCancelled CourseStatus = "avlyst" // still shown, so that who meant to come sees it
	CourseDeleted   CourseStatus = "slettet"
)

// CourseStatuses returns every status, in the order of a course's life.
func CourseStatuses() []CourseStatus {
	return []CourseStatus{CourseDraft, CourseOpen, CourseFull, CourseCancelled, CourseDeleted}
}

// Public reports whether readers may see the course, if they may see its offering.
func (c Course) Public() bool {
	return c.Status == CourseOpen || c.Status == CourseFull || c.Status == CourseCancelled
}

// Slug returns the readable part of the course's address.
func (c Course) Slug() string { return region.Slug(c.Title) }

// Coming returns the dates on the day or later, cancelled ones among them, the first first.
// The day is a local one at any hour.
func (c Course) Coming(day time.Time) []CourseDate {
	first := DayOf(day)
	i := slices.IndexFunc(c.Dates, func(d CourseDate) bool { return !d.Day.Before(first) })
	if i < 0 {
		return nil
	}
	return c.Dates[i:]
}

// Next returns the first date on the day or later that is not cancelled, else the first that
// is; false when the course is over.
func (c Course) Next(day time.Time) (CourseDate, bool) {
	next, _ := NextOf(c.Coming(day))
	return next, next != (CourseDate{})
}

// NextOf returns the first of the dates that is not cancelled, the first where all are, and how
// many are not. Of no dates it returns the zero date.
func NextOf(dates []CourseDate) (next CourseDate, held int) {
	for _, d := range dates {
		if held == 0 && (!d.Cancelled || next == (CourseDate{})) {
			next = d
		}
		if !d.Cancelled {
			held++
		}
	}
	return next, held
}

// TakesSignUps reports whether there is still time to sign up on the day.
func (c Course) TakesSignUps(day time.Time) bool {
	d := c.SignUp.Deadline
	return c.Status == CourseOpen && (d == nil || !d.Before(DayOf(day)))
}

// SortDates puts the dates in the order in which they come.
func SortDates(dates []CourseDate) {
	slices.SortStableFunc(dates, func(a, b CourseDate) int {
		return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Starts, b.Starts))
	})
}

// MaxCourseDates is how often a course may meet: twice a week for two years.
const MaxCourseDates = 208

// Validate returns nil, or an Invalid that names each wrong field. It checks form, not
// references. A draft may still lack its dates.
func (c Course) Validate() error {
	v := Invalid{}
	v.name("title", c.Title)
	v.length("description", c.Description, MaxDescription)
	v.length("audience", c.Audience, MaxSummary)
	v.each("languages", c.Languages)
	oneOf(v, "format", c.Format, CourseFormats()...)
	oneOf(v, "status", c.Status, CourseStatuses()...)
	oneOf(v, "cost_kind", c.Cost.Kind, "", Free, Paid)
	v.length("cost", c.Cost.Text, MaxSummary)
	if c.Place != nil {
		v.places([]Location{*c.Place})
		if c.Format == Online {
			v.add("format", MsgFormat)
		}
	}
	v.dates(c)
	v.signUp(c)
	return v.orNil()
}

func (v Invalid) dates(c Course) {
	if c.Public() && len(c.Dates) == 0 {
		v.add("dates", MsgRequired)
	}
	if len(c.Dates) > MaxCourseDates {
		v.add("dates", MsgTooLong)
	}
	type moment struct {
		day    time.Time
		starts string
	}
	seen := map[moment]bool{}
	for _, d := range c.Dates {
		switch {
		case d.Starts == "" && d.Ends != "" || d.Starts != "" && !clock(d.Starts) || d.Starts == "24:00":
			v.add("dates", MsgFormat)
		case d.Ends != "":
			v.hours("dates", d.Starts, d.Ends)
		}
		v.length("dates", d.Note, MaxName)
		m := moment{d.Day, d.Starts}
		if seen[m] {
			v.add("dates", MsgDuplicate)
		}
		seen[m] = true
	}
}

func (v Invalid) signUp(c Course) {
	s := c.SignUp
	oneOf(v, "sign_up", s.Kind, "", SignUpNeeded, JustCome)
	v.length("sign_up", s.Text, MaxSummary)
	if s.URL != "" && !webAddress(s.URL) {
		v.add("sign_up_url", MsgFormat)
	}
	if s.Email != "" && ValidateEmail(s.Email) != nil {
		v.add("sign_up_email", MsgFormat)
	}
	if n, err := ParsePhone(string(s.Phone)); s.Phone != "" && (err != nil || n != s.Phone) {
		v.add("sign_up_phone", MsgFormat)
	}
	if len(c.Dates) > 0 && s.Deadline != nil && s.Deadline.After(c.Dates[len(c.Dates)-1].Day) {
		v.add("sign_up_deadline", MsgPeriod)
	}
	if s.Kind == SignUpNeeded && c.Public() && s.URL == "" && s.Email == "" && s.Phone == "" && s.Text == "" {
		v.add("sign_up", MsgRequired)
	}
}
