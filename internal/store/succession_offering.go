package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// TaskCoverage asks an owner for whom an offering is, after its kommune was merged or
// split. Its detail is a CoverageDetail.
const TaskCoverage TaskKind = "coverage"

// CoverageDetail is the detail of TaskCoverage: what readers are told until somebody has
// answered, and what there is to choose from.
type CoverageDetail struct {
	Offering string `json:"offering"` // its name
	On       string `json:"on"`       // day of the change
	Why      string `json:"why"`
	// Parts are the former kommuner that the offering was for.
	Parts []string `json:"parts"`
	// Kommuner are those that it may be for now. It is for all of them until an answer.
	Kommuner []region.Number `json:"kommuner,omitempty"`
	Names    []string        `json:"names"` // of Kommuner, or of the fylke
	// Divided is set where the question is which of Kommuner it is for.
	Divided bool `json:"divided,omitempty"`
	// Note is what was noted of the part that it is for; empty where nothing was.
	Note string `json:"note,omitempty"`
	// Fylke is set where a fylke has become a part of it.
	Fylke region.FylkeNumber `json:"fylke,omitempty"`
}

// question is what a rule cannot say of a coverage.
type question struct {
	parts    []region.Number // that it was for
	kommuner []region.Number // that it may be for
	divided  bool            // which of them is the question
	note     string
}

// coverageAfter returns the coverage after the succession, and what has to be asked about
// it; nil for nothing. chosen is the part that it is for by its address, for each kommune
// that was split; none where the address does not say.
func coverageAfter(c directory.Coverage, suc region.Succession, chosen map[region.Number]region.Number) (directory.Coverage, *question) {
	var q question
	before := c.Kommuner
	parts := map[region.Number][]region.Number{} // of each kommune after: for which of its parts it was
	c.Kommuner = nil
	for _, k := range before {
		into := suc.Into(k)
		if len(into) == 0 {
			c.Kommuner = append(c.Kommuner, k)
			continue
		}
		if n, ok := chosen[k]; ok && len(into) > 1 {
			into = []region.Number{n}
		}
		if len(into) > 1 {
			q.divided = true
			q.parts = append(q.parts, k)
			q.kommuner = append(q.kommuner, into...)
		}
		for _, n := range into {
			c.Kommuner = append(c.Kommuner, n)
			parts[n] = append(parts[n], k)
		}
	}
	c.Kommuner = set(c.Kommuner)
	var notes []string
	for _, n := range c.Kommuner {
		if from := suc.From(n); len(parts[n]) == 0 || len(parts[n]) == len(from) || c.National || slices.Contains(c.Fylker, n.Fylke()) {
			continue
		}
		if !q.divided {
			q.parts = append(q.parts, parts[n]...)
			q.kommuner = append(q.kommuner, n)
		}
		notes = append(notes, partNote(suc, n, parts[n], len(c.Kommuner)+len(c.Fylker) > 1))
	}
	// What says already for which part it is goes on being true.
	if c.Bydel == "" && len(notes) > 0 {
		c.Bydel = strings.Join(notes, ", ")
		q.note = c.Bydel
	}
	q.parts, q.kommuner = set(q.parts), set(q.kommuner)
	if c.National || !q.divided && q.note == "" {
		return c, nil
	}
	return c, &q
}

// partNote says for which part of a kommune an offering is, as pages go on after "Gjelder".
func partNote(suc region.Succession, n region.Number, parts []region.Number, amongOthers bool) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = region.NorwegianName(suc.NameBefore(p))
	}
	note := "tidligere " + strings.Join(names, " og ") + " kommune"
	if amongOthers {
		note = "i " + region.NorwegianName(suc.Name(n)) + " bare " + note
	}
	return note
}

// offerings lets the offerings that are for the old kommuner, or have an address there,
// follow.
func (c *carrier) offerings() error {
	numbers := textArray(texts[string](c.suc.Before()))
	var ids []int64
	err := c.tx.Raw(`SELECT offering_id FROM offering_kommuner WHERE kommune_number = ANY(?)
		UNION SELECT offering_id FROM locations WHERE kommune_number = ANY(?) ORDER BY 1`, numbers, numbers).Scan(&ids).Error
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := c.offering(id); err != nil {
			return fmt.Errorf("offering %d: %w", id, err)
		}
	}
	return nil
}

func (c *carrier) offering(id int64) error {
	stored, err := lockOffering(c.tx, id)
	if err != nil {
		return err
	}
	next := stored
	next.Locations = slices.Clone(stored.Locations)
	for i := range next.Locations {
		next.Locations[i].Kommune = c.kommuneOf(next.Locations[i])
	}
	chosen := c.byAddress(stored)
	var q *question
	next.Coverage, q = coverageAfter(stored.Coverage, c.suc, chosen)
	if next.Organization, err = c.giver(stored, next); err != nil {
		return err
	}
	if sameContent(stored, next) {
		return nil
	}
	if _, err := c.store.replaceOffering(c.tx, succeeding, c.why, stored, next); err != nil {
		return err
	}
	// Who was asked whether it is right is shown it as it is now, and may answer still.
	err = c.tx.Exec("UPDATE confirmation_offerings SET version = ? WHERE offering_id = ? AND version = ? AND confirmed_at IS NULL",
		stored.Version+1, id, stored.Version).Error
	if err != nil {
		return err
	}
	moved := CarriedOffering{ID: id, Name: next.Name, Before: stored.Coverage.Kommuner, Into: next.Coverage.Kommuner}
	if q != nil && next.Status != directory.Archived {
		moved.Note = q.note
		if err := c.askFor(next, *q); err != nil {
			return err
		}
	}
	c.out.Offerings = append(c.out.Offerings, moved)
	return nil
}

// kommuneOf returns in which kommune an address lies after the succession, "" where that is
// not known.
func (c *carrier) kommuneOf(l directory.Location) region.Number {
	into := c.suc.Into(l.Kommune)
	switch {
	case len(into) == 0:
		return l.Kommune
	case len(into) == 1:
		return into[0]
	}
	if n := c.options.PostalCodes[string(l.PostalCode)]; slices.Contains(into, n) {
		return n
	}
	if slices.Contains(into, l.Kommune) {
		return l.Kommune
	}
	return ""
}

// byAddress returns for each kommune that was split in which part of it the offering has
// its addresses, where that is one. Only of what the kommune gave its own alone: each part
// has its own help now. An office of the state, or one for the neighbours too, is for those
// it was for, wherever its door is.
func (c *carrier) byAddress(o directory.Offering) map[region.Number]region.Number {
	chosen := map[region.Number]region.Number{}
	for _, old := range c.suc.Before() {
		into := c.suc.Into(old)
		if len(into) < 2 || c.moved[o.Organization.ID] != old || len(o.Coverage.Kommuner) > 1 {
			continue
		}
		var found []region.Number
		for _, l := range o.Locations {
			n := c.options.PostalCodes[string(l.PostalCode)]
			// A hidden address must not be told by whom the offering is for.
			if l.Confidential {
				continue
			}
			if l.Kommune == old || slices.Contains(into, n) {
				found = append(found, n) // "" for an address that nobody knows the kommune of
			}
		}
		if found = slices.Compact(slices.Sorted(slices.Values(found))); len(found) == 1 && slices.Contains(into, found[0]) {
			chosen[old] = found[0]
		}
	}
	return chosen
}

// giver returns who gives the offering: what was given by a kommune that was split, and is
// for another part than the one that goes on with its name, is that part's to answer for.
func (c *carrier) giver(stored, next directory.Offering) (directory.Organization, error) {
	old, ofOld := c.moved[stored.Organization.ID]
	into := c.suc.Into(old)
	if !ofOld || len(into) < 2 {
		return stored.Organization, nil
	}
	// Those of its parts that the offering is for, and no others'.
	var parts []region.Number
	for _, n := range into {
		if slices.Contains(next.Coverage.Kommuner, n) {
			parts = append(parts, n)
		}
	}
	if len(parts) != 1 || parts[0] == stored.Organization.Kommune {
		return stored.Organization, nil
	}
	return c.organizationFor(parts[0])
}

func (c *carrier) askFor(o directory.Offering, q question) error {
	d := CoverageDetail{Offering: o.Name, On: c.suc.On.Format("2006-01-02"), Why: c.why, Note: q.note, Kommuner: q.kommuner, Divided: q.divided}
	for _, p := range q.parts {
		d.Parts = append(d.Parts, region.NorwegianName(c.suc.NameBefore(p)))
	}
	for _, n := range q.kommuner {
		d.Names = append(d.Names, region.NorwegianName(c.suc.Name(n)))
	}
	owner := auth.OwnerOf(o)
	if old, moved := c.moved[o.Organization.ID]; moved && c.suc.Heir(old) == "" {
		owner = auth.Owner{} // its people have not been let in anywhere yet
	}
	owner, err := whoIsAsked(c.tx, owner)
	if err != nil {
		return err
	}
	c.open(Task{Kind: TaskCoverage, Key: fmt.Sprintf("%d/%s", o.ID, c.suc.Steps[0].Old), Owner: owner, Offering: o.ID, Detail: detailOf(d)})
	return nil
}

// whoIsAsked returns whom a question to an owner goes to: the national editors, for an
// organization with nobody to see it. A kommune's wait for its people, who alone know.
func whoIsAsked(tx *gorm.DB, owner auth.Owner) (auth.Owner, error) {
	if owner.Organization == 0 {
		return owner, nil
	}
	people, err := accountsOf(tx, owner)
	if err != nil || len(people) > 0 {
		return owner, err
	}
	return auth.Owner{}, nil
}

// courses lets the places of courses follow.
func (c *carrier) courses() error {
	found, err := courses(c.tx.Where("kommune_number = ANY(?)", textArray(texts[string](c.suc.Before()))).Clauses(clause.Locking{Strength: "UPDATE"}))
	if err != nil {
		return err
	}
	for _, stored := range found {
		place := *stored.Place
		if place.Kommune = c.kommuneOf(place); place.Kommune == stored.Place.Kommune {
			continue
		}
		next := stored
		next.Place, next.ChangedAt, next.Version = &place, c.store.now(), stored.Version+1
		row := newCourseRows(next).course
		if err := c.tx.Model(&courseRow{}).Where("id = ?", stored.ID).Select("KommuneNumber", "ChangedAt", "Version").Updates(&row).Error; err != nil {
			return err
		}
		if err := recordCourse(c.tx, succeeding, c.why, &stored, next); err != nil {
			return err
		}
		c.out.Courses++
	}
	return nil
}

// AnswerCoverage ends a TaskCoverage: the offering is for the kommuner, of those that the
// task asks about, and for all of them where whole is set. The actor has to be allowed
// auth.Edit of the offering as it will be. It returns ErrNotFound for a task that is not
// there or not open, a directory.Invalid for no kommune, or for one that was not asked about.
func (s *Store) AnswerCoverage(ctx context.Context, actor auth.Actor, task int64, kommuner []region.Number, whole bool) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		t, err := one(list(tx.Where("id = ? AND kind = ? AND done_at IS NULL", task, string(TaskCoverage)), taskRow.task))
		if err != nil {
			return err
		}
		var d CoverageDetail
		if err := json.Unmarshal(t.Detail, &d); err != nil {
			return err
		}
		stored, err := lockOffering(tx, t.Offering)
		if err != nil {
			return err
		}
		if err := auth.Can(actor, auth.Edit, auth.Thing{Owner: auth.OwnerOf(stored)}); err != nil {
			return err
		}
		next := stored
		if next.Coverage, err = d.answered(stored.Coverage, kommuner, whole); err != nil {
			return err
		}
		if !sameContent(stored, canonical(next)) {
			if err := canReplace(actor, stored, next); err != nil {
				return err
			}
			if _, err := s.replaceOffering(tx, actor, "Svarte på hvem tilbudet er for etter "+d.Why, stored, canonical(next)); err != nil {
				return err
			}
		}
		return finishTasks(tx, actor, TaskCoverage, t.Key)
	})
	if err != nil {
		return fmt.Errorf("answer task %d: %w", task, err)
	}
	return nil
}

// answered returns the coverage as the answer has it. What was changed since the question
// was asked stays.
func (d CoverageDetail) answered(c directory.Coverage, kommuner []region.Number, whole bool) (directory.Coverage, error) {
	if d.Fylke != "" {
		if whole {
			c.Fylker = set(append(slices.Clone(c.Fylker), d.Fylke))
			c.Kommuner = slices.DeleteFunc(slices.Clone(c.Kommuner), func(n region.Number) bool { return n.Fylke() == d.Fylke })
		}
		return c, nil
	}
	if !d.Divided {
		kommuner = d.Kommuner
	}
	if len(kommuner) == 0 {
		return c, directory.Invalid{"coverage": directory.MsgRequired}
	}
	for _, n := range kommuner {
		if !slices.Contains(d.Kommuner, n) {
			return c, directory.Invalid{"coverage": directory.MsgUnknown}
		}
	}
	c.Kommuner = slices.DeleteFunc(slices.Clone(c.Kommuner), func(n region.Number) bool {
		return slices.Contains(d.Kommuner, n) && !slices.Contains(kommuner, n)
	})
	if len(c.Kommuner)+len(c.Fylker) == 0 && !c.National {
		return c, directory.Invalid{"coverage": directory.MsgRequired} // what is chosen was taken out meanwhile
	}
	if c.Bydel == d.Note && (whole || len(c.Kommuner) == 0) {
		c.Bydel = ""
	}
	return c, nil
}
