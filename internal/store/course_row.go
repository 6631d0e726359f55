package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

type courseRow struct {
	ID             int64
	UUID           uuid.UUID
	OfferingID     int64
	Title          string
	Description    string
	Audience       string
	Languages      textArray
	Format         string
	HasPlace       bool
	PlaceName      string
	Street         string
	PostalCode     optional
	PostalPlace    string
	KommuneNumber  optional
	Lat, Lon       *float64
	Confidential   bool
	CostKind       optional
	CostText       string
	SignUpKind     optional
	SignUpURL      optional
	SignUpEmail    optional
	SignUpPhone    optional
	SignUpDeadline *time.Time
	SignUpText     string
	Status         string
	ChangedAt      time.Time
	Version        int
}

type courseDateRow struct {
	CourseID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Position  int   `gorm:"primaryKey;autoIncrement:false"`
	OnDate    time.Time
	Starts    optional
	Ends      optional
	Cancelled bool
	Note      string
}

type courseTermRow struct {
	CourseID int64  `gorm:"primaryKey;autoIncrement:false"`
	Kind     string `gorm:"primaryKey"`
	Code     string `gorm:"primaryKey"`
}

func (courseRow) TableName() string     { return "courses" }
func (courseDateRow) TableName() string { return "course_dates" }
func (courseTermRow) TableName() string { return "course_terms" }

// courseRows are all rows that make up one course, each kind in the order in which it is
// shown.
type courseRows struct {
	course courseRow
	dates  []courseDateRow
	terms  []courseTermRow
}

// newCourseRows returns the rows of the course. Its lists must be as canonicalCourse makes
// them.
func newCourseRows(c directory.Course) courseRows {
	rows := courseRows{course: courseRow{
		ID: c.ID, UUID: c.UUID, OfferingID: c.Offering,
		Title: c.Title, Description: c.Description, Audience: c.Audience, Languages: c.Languages,
		Format:   string(c.Format),
		CostKind: optional(c.Cost.Kind), CostText: c.Cost.Text,
		SignUpKind: optional(c.SignUp.Kind), SignUpURL: optional(c.SignUp.URL), SignUpEmail: optional(c.SignUp.Email),
		SignUpPhone: optional(c.SignUp.Phone), SignUpDeadline: c.SignUp.Deadline, SignUpText: c.SignUp.Text,
		Status: string(c.Status), ChangedAt: c.ChangedAt, Version: c.Version,
	}}
	if p := c.Place; p != nil {
		row := &rows.course
		row.HasPlace, row.PlaceName, row.Street = true, p.Name, p.Street
		row.PostalCode, row.PostalPlace, row.KommuneNumber = optional(p.PostalCode), p.PostalPlace, optional(p.Kommune)
		row.Lat, row.Lon = degrees(p.Position)
		row.Confidential = p.Confidential
	}
	for i, d := range c.Dates {
		rows.dates = append(rows.dates, courseDateRow{c.ID, i, d.Day, optional(d.Starts), optional(d.Ends), d.Cancelled, d.Note})
	}
	for _, code := range c.TargetGroups {
		rows.terms = append(rows.terms, courseTermRow{c.ID, string(directory.TargetGroup), code})
	}
	for _, code := range c.Topics {
		rows.terms = append(rows.terms, courseTermRow{c.ID, string(directory.Topic), code})
	}
	return rows
}

func (r courseRows) assemble() directory.Course {
	row := r.course
	c := directory.Course{
		ID: row.ID, UUID: row.UUID, Offering: row.OfferingID,
		Title: row.Title, Description: row.Description, Audience: row.Audience, Languages: row.Languages,
		Format: directory.CourseFormat(row.Format),
		Cost:   directory.Cost{Kind: directory.CostKind(row.CostKind), Text: row.CostText},
		SignUp: directory.SignUp{
			Kind: directory.SignUpKind(row.SignUpKind), URL: string(row.SignUpURL), Email: string(row.SignUpEmail),
			Phone: directory.PhoneNumber(row.SignUpPhone), Deadline: row.SignUpDeadline, Text: row.SignUpText,
		},
		Status: directory.CourseStatus(row.Status), ChangedAt: row.ChangedAt.UTC(), Version: row.Version,
	}
	if row.HasPlace {
		c.Place = &directory.Location{
			Name: row.PlaceName, Street: row.Street,
			PostalCode: directory.PostalCode(row.PostalCode), PostalPlace: row.PostalPlace,
			Kommune: region.Number(row.KommuneNumber), Position: position(row.Lat, row.Lon), Confidential: row.Confidential,
		}
	}
	for _, d := range r.dates {
		c.Dates = append(c.Dates, directory.CourseDate{
			Day: d.OnDate, Starts: string(d.Starts), Ends: string(d.Ends), Cancelled: d.Cancelled, Note: d.Note,
		})
	}
	for _, t := range r.terms {
		switch directory.TermKind(t.Kind) {
		case directory.TargetGroup:
			c.TargetGroups = append(c.TargetGroups, t.Code)
		case directory.Topic:
			c.Topics = append(c.Topics, t.Code)
		}
	}
	return c
}
