package store

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Summary says what saving whole lists did. Things gone from a list stay in the database:
// whether they have ended is for a person to say.
type Summary struct {
	Created   int
	Updated   int
	Unchanged int
	Kept      int      // left as a person has made them
	Gone      []string // "kommune 0301 Oslo", "postnummer 0155"
}

// String returns the summary in a line: "2 new, 1 changed, 354 as before".
func (s Summary) String() string {
	line := fmt.Sprintf("%d new, %d changed, %d as before", s.Created, s.Updated, s.Unchanged)
	if s.Kept > 0 {
		line += fmt.Sprintf(", %d kept as edited", s.Kept)
	}
	if len(s.Gone) > 0 {
		line += fmt.Sprintf("; %d no longer in the files, left as they are: %s", len(s.Gone), strings.Join(s.Gone, ", "))
	}
	return line
}

// register is one kind of thing that is saved as a whole list, and how to tell its things apart.
type register[K cmp.Ordered, T any] struct {
	noun string
	key  func(T) K
	// same makes the parts equal that are not for the list to say, such as ids.
	same func(stored, wanted T) T
	name func(T) string // how to name a thing in a summary
}

// compare returns those of wanted that are new or differ from what is stored, and counts
// all in the summary. An empty list means that it was not given, so nothing is gone from
// it. It fails for a list that names a thing twice.
func (r register[K, T]) compare(stored, wanted []T, sum *Summary) (changed []T, err error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	gone := make(map[K]T, len(stored))
	for _, t := range stored {
		gone[r.key(t)] = t
	}
	seen := make(map[K]bool, len(wanted))
	for _, w := range wanted {
		key := r.key(w)
		if seen[key] {
			return nil, fmt.Errorf("%s %v stands there twice", r.noun, key)
		}
		seen[key] = true
		was, known := gone[key]
		delete(gone, key)
		switch {
		case !known:
			sum.Created++
		case reflect.DeepEqual(was, r.same(was, w)):
			sum.Unchanged++
			continue
		default:
			sum.Updated++
		}
		changed = append(changed, w)
	}
	keys := make([]K, 0, len(gone))
	for key := range gone {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		sum.Gone = append(sum.Gone, r.noun+" "+r.name(gone[key]))
	}
	return changed, nil
}

// asGiven is register.same for things that the list says all about.
func asGiven[T any](_, wanted T) T { return wanted }

// rowsPerStatement keeps the parameters of a statement below Postgres's 65 535.
const rowsPerStatement = 1000

// upsert writes the things as rows, over those that have the same key already. Callers
// pass what differs: a row that is written over with the same values would still be
// locked, and logged by Postgres.
func upsert[T, R any](tx *gorm.DB, things []T, row func(T) R, onConflict clause.OnConflict) ([]R, error) {
	if len(things) == 0 {
		return nil, nil
	}
	rows := make([]R, len(things))
	for i, t := range things {
		rows[i] = row(t)
	}
	return rows, tx.Clauses(onConflict).CreateInBatches(&rows, rowsPerStatement).Error
}

// overPrimaryKey writes over the row with the same primary key.
var overPrimaryKey = clause.OnConflict{UpdateAll: true}
