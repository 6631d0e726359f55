package staff

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// courseChanges returns what two contents of a course differ in; there may be none before.
func courseChanges(names diff.Names, before, after json.RawMessage) ([]diff.Change, error) {
	var was, now directory.Course
	if len(before) > 0 {
		if err := json.Unmarshal(before, &was); err != nil {
			return nil, err
		}
	}
	if err := json.Unmarshal(after, &now); err != nil {
		return nil, err
	}
	return diff.Courses(was, now, names), nil
}

// courseHidden reports whether the course has had a confidential place after the version.
func courseHidden(revisions []store.Revision, version int) (bool, error) {
	for _, later := range revisions {
		if later.Version <= version {
			break
		}
		var c directory.Course
		if err := json.Unmarshal(later.After, &c); err != nil {
			return false, fmt.Errorf("history of a course, version %d: %w", later.Version, err)
		}
		if c.Place != nil && c.Place.Confidential {
			return true, nil
		}
	}
	return false, nil
}

// course returns what restoring a course would store, as offering does of an offering: the
// status has ways of its own, and a place that has been made confidential since stays so.
func (r restoring) course() (directory.Course, error) {
	var c, now directory.Course
	if err := json.Unmarshal(r.content, &c); err != nil {
		return c, err
	}
	if err := json.Unmarshal(r.now, &now); err != nil {
		return c, err
	}
	c.Status = now.Status
	if r.hidden && c.Place != nil && !reflect.DeepEqual(c.Place, now.Place) {
		place := *c.Place
		place.Confidential = true
		c.Place = &place
	}
	return c, nil
}
