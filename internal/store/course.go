package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// CourseByID returns the course, whatever its status, or ErrNotFound. Its place is there
// even when it is confidential: it is not for readers.
func (s *Store) CourseByID(ctx context.Context, id int64) (directory.Course, error) {
	var found directory.Course
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = one(courses(tx.Where("id = ?", id)))
		return err
	})
	if err != nil {
		return directory.Course{}, fmt.Errorf("course %d: %w", id, err)
	}
	return found, nil
}

// CoursesOf returns all courses of the offerings, deleted ones too, by id.
func (s *Store) CoursesOf(ctx context.Context, offerings []int64) ([]directory.Course, error) {
	var found []directory.Course
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = courses(tx.Where("offering_id = ANY(?)", idArray(offerings)))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("courses of %d offerings: %w", len(offerings), err)
	}
	return found, nil
}

// PublicCourses returns the courses that readers may see, as they may their offerings, by
// id, also those that are over.
func (s *Store) PublicCourses(ctx context.Context) ([]directory.Course, error) {
	var found []directory.Course
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = courses(tx.Where("status IN ? AND offering_id IN (SELECT id FROM offerings WHERE status IN ?)", publicCourse, publicOffering))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list public courses: %w", err)
	}
	return found, nil
}

// courses returns the courses that the query on their rows finds, by id, with their
// children in one query a kind.
func courses(query *gorm.DB) ([]directory.Course, error) {
	var rows []courseRow
	if err := query.Order("id").Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	tx := query.Session(&gorm.Session{NewDB: true})
	ids := make(idArray, len(rows))
	of := make(map[int64]*courseRows, len(rows))
	for i, r := range rows {
		ids[i], of[r.ID] = r.ID, &courseRows{course: r}
	}
	var dates []courseDateRow
	if err := tx.Where("course_id = ANY(?)", ids).Order("course_id, position").Find(&dates).Error; err != nil {
		return nil, err
	}
	for _, d := range dates {
		of[d.CourseID].dates = append(of[d.CourseID].dates, d)
	}
	var terms []courseTermRow
	if err := tx.Where("course_id = ANY(?)", ids).Order(`course_id, kind, code COLLATE "C"`).Find(&terms).Error; err != nil {
		return nil, err
	}
	for _, t := range terms {
		of[t.CourseID].terms = append(of[t.CourseID].terms, t)
	}
	found := make([]directory.Course, len(rows))
	for i, r := range rows {
		found[i] = of[r.ID].assemble()
	}
	return found, nil
}

// CreateCourse stores a new course of the offering that it names and returns it as stored.
// Id, uuid, date of change and version are the store's and are ignored. Whoever may edit
// the offering may. It returns ErrNotFound where there is no such offering, and a
// directory.Invalid for what may not be stored.
func (s *Store) CreateCourse(ctx context.Context, actor auth.Actor, why string, c directory.Course) (directory.Course, error) {
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		o, err := offeringOfCourse(tx, actor, c.Offering)
		if err != nil {
			return err
		}
		if c, err = checkCourse(tx, c); err != nil {
			return err
		}
		c.ID, c.UUID, c.ChangedAt, c.Version = 0, uuid.New(), s.now(), 1
		row := newCourseRows(c).course
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		c.ID = row.ID
		if err := replaceCourseChildren(tx, c); err != nil {
			return err
		}
		if err := recordCourse(tx, actor, why, nil, c); err != nil {
			return err
		}
		return tellOfCourse(tx, actor, o, directory.Course{}, c)
	})
	if err != nil {
		return directory.Course{}, fmt.Errorf("create course %q: %w", c.Title, err)
	}
	return c, nil
}

// UpdateCourse stores what the course says now and returns it as stored; an update that
// changes nothing writes nothing. c.Version has to be the version that the author has seen,
// else it returns ErrConflict. The offering stays the one that it was made for. It returns
// ErrNotFound where there is no such course, and a directory.Invalid for what may not be
// stored.
func (s *Store) UpdateCourse(ctx context.Context, actor auth.Actor, why string, c directory.Course) (directory.Course, error) {
	id := c.ID
	err := s.write(ctx, func(tx *gorm.DB) error {
		stored, err := one(courses(tx.Where("id = ?", id).Clauses(clause.Locking{Strength: "UPDATE"})))
		if err != nil {
			return err
		}
		o, err := offeringOfCourse(tx, actor, stored.Offering)
		if err != nil {
			return err
		}
		c.UUID, c.Offering = stored.UUID, stored.Offering
		if c, err = checkCourse(tx, c); err != nil {
			return err
		}
		if c.Version != stored.Version {
			return ErrConflict
		}
		if c.ChangedAt = stored.ChangedAt; reflect.DeepEqual(c, stored) {
			return nil
		}
		c.ChangedAt, c.Version = s.now(), stored.Version+1
		row := newCourseRows(c).course
		// All columns: without Select, GORM would pass over those that are now empty.
		if err := tx.Model(&courseRow{}).Where("id = ?", id).Select("*").Omit("ID", "UUID", "OfferingID").Updates(&row).Error; err != nil {
			return err
		}
		if err := replaceCourseChildren(tx, c); err != nil {
			return err
		}
		if err := recordCourse(tx, actor, why, &stored, c); err != nil {
			return err
		}
		return tellOfCourse(tx, actor, o, stored, c)
	})
	if err != nil {
		return directory.Course{}, fmt.Errorf("update course %d: %w", id, err)
	}
	return c, nil
}

// CheckCourse returns nil, or a directory.Invalid that names each field for which the
// course may not be stored. It writes nothing and asks for no permission.
func (s *Store) CheckCourse(ctx context.Context, c directory.Course) error {
	if _, err := checkCourse(s.db.WithContext(ctx), c); err != nil {
		return fmt.Errorf("check course: %w", err)
	}
	return nil
}

// offeringOfCourse returns the offering, held as it is, if the actor may edit it.
func offeringOfCourse(tx *gorm.DB, actor auth.Actor, offering int64) (directory.Offering, error) {
	o, err := one(offerings(tx.Where("id = ?", offering).Clauses(clause.Locking{Strength: "SHARE"})))
	if err != nil {
		return o, err
	}
	return o, auth.Can(actor, auth.Edit, auth.Thing{Owner: auth.OwnerOf(o)})
}

// JobCourse tells people where a course of a crisis or national service leads its readers now.
// Its payload is a CourseNews.
const JobCourse JobKind = "course_leads_elsewhere"

// CourseNews is the payload of JobCourse.
type CourseNews struct {
	Course  int64 `json:"course"`
	Version int   `json:"version"`
}

// CourseNews returns what a JobCourse is about.
func (j Job) CourseNews() (CourseNews, error) {
	var n CourseNews
	if err := json.Unmarshal(j.Payload, &n); err != nil {
		return n, fmt.Errorf("course of job %d: %w", j.ID, err)
	}
	return n, nil
}

// tellOfCourse has people told of a course that leads elsewhere. Unlike a change of the
// offering itself it does not wait for one of them: nobody calls a course in a crisis, and one
// that waited could be over.
func tellOfCourse(tx *gorm.DB, actor auth.Actor, o directory.Offering, before, after directory.Course) error {
	if actor.Alone() || !after.LeadsElsewhere(before, o) {
		return nil
	}
	payload, err := json.Marshal(CourseNews{after.ID, after.Version})
	if err != nil {
		return err
	}
	return enqueue(tx, Job{Kind: JobCourse, Key: fmt.Sprintf("course:%d/%d", after.ID, after.Version), Payload: payload})
}

// checkCourse returns the course as it is stored, or a directory.Invalid that names each
// field whose form is wrong or that refers to something unknown. A postnummer says which
// kommune a place lies in, where the course does not.
func checkCourse(tx *gorm.DB, c directory.Course) (directory.Course, error) {
	c = canonicalCourse(c)
	invalid := directory.Invalid{}
	if err := c.Validate(); err != nil && !errors.As(err, &invalid) {
		return c, err
	}
	// An offering is asked for the same: what it refers to and what the course does are
	// of the same kinds.
	probe := directory.Offering{TargetGroups: c.TargetGroups, Topics: c.Topics}
	if c.Place != nil {
		probe.Locations = []directory.Location{*c.Place}
	}
	known, err := references(tx, probe)
	if err != nil {
		return c, err
	}
	eachReference(probe, func(field string, r reference) {
		if _, reported := invalid[field]; !reported && !known[r] && field != "type" {
			invalid[field] = directory.MsgUnknown
		}
	})
	if len(invalid) > 0 {
		return c, invalid
	}
	return c, placeCourse(tx, &c)
}

// placeCourse fills in the kommune and the name of the post office of a postnummer.
func placeCourse(tx *gorm.DB, c *directory.Course) error {
	if c.Place == nil || c.Place.PostalCode == "" || c.Place.Kommune != "" && c.Place.PostalPlace != "" {
		return nil
	}
	var row postalCodeRow
	if err := tx.Where("code = ?", string(c.Place.PostalCode)).Take(&row).Error; err != nil {
		return err
	}
	p := row.postalCode()
	place := *c.Place
	if place.Kommune == "" {
		place.Kommune = p.Kommune
	}
	if place.PostalPlace == "" {
		place.PostalPlace = p.PlaceTitle()
	}
	c.Place = &place
	return nil
}

// canonicalCourse returns the course with its lists as the database gives them back.
func canonicalCourse(c directory.Course) directory.Course {
	c.TargetGroups, c.Topics, c.Languages = set(c.TargetGroups), set(c.Topics), nilIfEmpty(c.Languages)
	c.SignUp.Deadline = day(c.SignUp.Deadline)
	if c.Place != nil && *c.Place == (directory.Location{}) {
		c.Place = nil
	}
	c.Dates = nilIfEmpty(slices.Clone(c.Dates))
	for i := range c.Dates {
		c.Dates[i].Day = *day(&c.Dates[i].Day)
	}
	directory.SortDates(c.Dates)
	return c
}

func replaceCourseChildren(tx *gorm.DB, c directory.Course) error {
	rows := newCourseRows(c)
	return firstError(
		replaceRows(tx, c.ID, rows.dates),
		replaceRows(tx, c.ID, rows.terms),
	)
}

func replaceRows[R any](tx *gorm.DB, course int64, now []R) func() error {
	return func() error {
		if err := tx.Where("course_id = ?", course).Delete(new(R)).Error; err != nil || len(now) == 0 {
			return err
		}
		return tx.Create(&now).Error
	}
}

// recordCourse writes a change into history and feed. before is nil for a new course.
func recordCourse(tx *gorm.DB, actor auth.Actor, why string, before *directory.Course, after directory.Course) error {
	ref := strconv.FormatInt(after.ID, 10)
	var was any
	if before != nil {
		was = before
	}
	if err := remember(tx, KindCourse, ref, after.Version, actor, why, was, after); err != nil {
		return err
	}
	if !after.Public() && (before == nil || !before.Public()) {
		return nil // no reader sees that a draft is made
	}
	// The offering stays as it is until the end of the transaction: see offeringOfCourse.
	return tx.Exec("INSERT INTO changes (kind, ref) SELECT ?, ? FROM offerings WHERE id = ? AND status IN ?",
		KindCourse, ref, after.Offering, publicOffering).Error
}

// States in which readers see a course, and an offering.
var (
	publicCourse   = []string{string(directory.CourseOpen), string(directory.CourseFull), string(directory.CourseCancelled)}
	publicOffering = []string{string(directory.Published), string(directory.Closed)}
)
