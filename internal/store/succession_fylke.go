package store

import (
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// beginFylker writes the fylker that are new on a day. Those that end stay until all their
// kommuner have another number.
func (r *succession) beginFylker(tx *gorm.DB, steps []region.FylkeStep) error {
	if len(steps) == 0 {
		return nil
	}
	there, err := fylker(tx)
	if err != nil {
		return err
	}
	named := map[region.FylkeNumber]region.Fylke{}
	for _, f := range there {
		named[f.Number] = f
	}
	for _, s := range steps {
		was, isThere := named[s.Old]
		if _, begun := named[s.New]; begun || !isThere {
			continue // done before, or before our time
		}
		f := region.Fylke{Number: s.New, OfficialName: officialName(s.NewName)}
		f.Name = region.NorwegianName(f.OfficialName, was.Name)
		f.OtherNames = slices.DeleteFunc(region.NameParts(f.OfficialName), func(p string) bool { return p == f.Name })
		// Two may have the name for as long as the old one has kommuner: it gives way at once.
		if f.Name == was.Name {
			if err := tx.Exec("UPDATE fylker SET ended_on = ? WHERE number = ?", s.On, string(was.Number)).Error; err != nil {
				return err
			}
		}
		if _, err := upsert(tx, []region.Fylke{f}, newFylkeRow, overPrimaryKey); err != nil {
			return err
		}
		named[s.New] = f
		if err := announce(tx, changeRow{KindFylke, string(s.New)}); err != nil {
			return err
		}
	}
	return nil
}

// endFylker ends the fylker that have no kommuner left, and lets what was for them follow.
func (r *succession) endFylker(tx *gorm.DB, on time.Time, steps []region.FylkeStep) error {
	e := &fylkeEnd{succession: r, tx: tx, on: on, into: map[region.FylkeNumber][]region.FylkeNumber{}, from: map[region.FylkeNumber][]region.FylkeNumber{}, name: map[region.FylkeNumber]string{}}
	for _, s := range steps {
		e.name[s.Old], e.name[s.New] = region.NorwegianName(s.OldName), region.NorwegianName(s.NewName)
		e.into[s.Old] = append(e.into[s.Old], s.New)
		e.from[s.New] = append(e.from[s.New], s.Old)
	}
	for _, s := range steps {
		if s.Old == s.New || slices.Contains(e.into[s.Old], s.Old) || slices.Contains(e.ended, s.Old) {
			continue
		}
		var open bool
		err := tx.Raw(`SELECT EXISTS (SELECT FROM fylker WHERE number = ?) AND EXISTS (SELECT FROM kommune_changes WHERE level = 'fylke' AND old_number = ? AND changed_on = ? AND done_at IS NULL)
			AND NOT EXISTS (SELECT FROM kommuner WHERE fylke_number = ? AND ended_on IS NULL)`, string(s.Old), string(s.Old), on, string(s.Old)).Scan(&open).Error
		if err != nil {
			return err
		}
		if open {
			e.ended = append(e.ended, s.Old)
		}
	}
	if err := e.offerings(); err != nil {
		return err
	}
	for _, old := range e.ended {
		if err := e.end(old); err != nil {
			return err
		}
	}
	for _, s := range steps {
		var left bool
		if err := tx.Raw("SELECT EXISTS (SELECT FROM kommuner WHERE fylke_number = ? AND ended_on IS NULL)", string(s.Old)).Scan(&left).Error; err != nil {
			return err
		}
		if left && s.Old != s.New {
			continue // asked again with the kommuner that are left
		}
		err := tx.Exec("UPDATE kommune_changes SET done_at = now() WHERE level = 'fylke' AND changed_on = ? AND old_number = ? AND new_number = ? AND done_at IS NULL", on, string(s.Old), string(s.New)).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// fylkeEnd is the end of the fylker of one day.
type fylkeEnd struct {
	*succession
	tx    *gorm.DB
	on    time.Time
	into  map[region.FylkeNumber][]region.FylkeNumber
	from  map[region.FylkeNumber][]region.FylkeNumber
	name  map[region.FylkeNumber]string
	ended []region.FylkeNumber
	count map[region.FylkeNumber]int // offerings that were for it
}

func (e *fylkeEnd) end(old region.FylkeNumber) error {
	if err := e.tx.Exec("UPDATE fylker SET ended_on = ? WHERE number = ?", e.on, string(old)).Error; err != nil {
		return err
	}
	for _, table := range []string{"grants", "invitations"} {
		if err := e.grants(table, old); err != nil {
			return err
		}
	}
	e.report.Fylker = append(e.report.Fylker, CarriedFylke{old, e.name[old], e.into[old], e.on, e.count[old]})
	return announce(e.tx, changeRow{KindFylke, string(old)})
}

// offerings lets what was for whole fylker follow. Where a fylke has become a part of a
// larger one, it is for the kommuner of that part: exactly what it was for.
func (e *fylkeEnd) offerings() error {
	e.count = map[region.FylkeNumber]int{}
	if len(e.ended) == 0 {
		return nil
	}
	var ids []int64
	err := e.tx.Raw("SELECT DISTINCT offering_id FROM offering_fylker WHERE fylke_number = ANY(?) ORDER BY 1", textArray(texts[string](e.ended))).Scan(&ids).Error
	if err != nil {
		return err
	}
	for _, id := range ids {
		stored, err := lockOffering(e.tx, id)
		if err != nil {
			return err
		}
		if err := e.offering(stored); err != nil {
			return err
		}
	}
	return nil
}

func (e *fylkeEnd) offering(stored directory.Offering) error {
	next := stored
	var parts []region.FylkeNumber
	var err error
	if next.Coverage, parts, err = e.coverage(stored.Coverage); err != nil {
		return err
	}
	why := "Nye fylker (SSB Klass 104, " + e.on.Format(time.DateOnly) + ")"
	if _, err := e.store.replaceOffering(e.tx, succeeding, why, stored, canonical(next)); err != nil {
		return err
	}
	for _, f := range stored.Coverage.Fylker {
		e.count[f]++
	}
	if next.Status == directory.Archived || next.Coverage.National {
		return nil
	}
	owner, err := whoIsAsked(e.tx, auth.OwnerOf(next))
	if err != nil {
		return err
	}
	for _, g := range parts {
		d := CoverageDetail{Offering: next.Name, On: e.on.Format(time.DateOnly), Why: why, Names: []string{e.name[g]}, Fylke: g}
		for _, old := range e.from[g] {
			if slices.Contains(stored.Coverage.Fylker, old) {
				d.Parts = append(d.Parts, e.name[old])
			}
		}
		err := openTask(e.tx, Task{Kind: TaskCoverage, Key: strconv.FormatInt(next.ID, 10) + "/" + string(g), Owner: owner, Offering: next.ID, Detail: detailOf(d)})
		if err != nil {
			return err
		}
	}
	return nil
}

// coverage returns the coverage with what has followed the fylker in it, and of which new
// fylker it is for a part only.
func (e *fylkeEnd) coverage(c directory.Coverage) (directory.Coverage, []region.FylkeNumber, error) {
	before := c.Fylker
	c.Fylker, c.Kommuner = nil, slices.Clone(c.Kommuner)
	var parts []region.FylkeNumber
	for _, f := range before {
		if !slices.Contains(e.ended, f) {
			c.Fylker = append(c.Fylker, f)
			continue
		}
		for _, g := range e.into[f] {
			if !slices.ContainsFunc(e.from[g], func(other region.FylkeNumber) bool { return !slices.Contains(before, other) }) {
				c.Fylker = append(c.Fylker, g)
				continue
			}
			numbers, err := e.kommunerOf(f, g)
			if err != nil {
				return c, nil, err
			}
			c.Kommuner = append(c.Kommuner, numbers...)
			parts = append(parts, g)
		}
	}
	c.Fylker, c.Kommuner = set(c.Fylker), set(c.Kommuner)
	return c, set(parts), nil
}

// kommunerOf returns the kommuner of the new fylke that were in the old one.
func (e *fylkeEnd) kommunerOf(old, n region.FylkeNumber) ([]region.Number, error) {
	var numbers []string
	err := e.tx.Raw(`SELECT DISTINCT f.present_number FROM kommuner k JOIN former_kommuner f ON f.number = k.number AND f.valid_to = k.ended_on - 1
		WHERE k.fylke_number = ? AND k.ended_on = ? AND left(f.present_number, 2) = ? ORDER BY 1`, string(old), e.on, string(n)).Scan(&numbers).Error
	return texts[region.Number](numbers), err
}

// grants lets the areas that people of organizations may write about follow a fylke: those
// who had it have what has followed, which may be more than it was.
func (e *fylkeEnd) grants(table string, old region.FylkeNumber) error {
	return e.tx.Exec("UPDATE "+table+` SET coverage_fylker = ARRAY(SELECT DISTINCT n FROM unnest(array_remove(coverage_fylker, ?) || ?::text[]) n ORDER BY n)
		WHERE ? = ANY(coverage_fylker)`, string(old), textArray(texts[string](e.into[old])), string(old)).Error
}
