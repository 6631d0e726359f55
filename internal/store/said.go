package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// TaskSaid is the kind of task that stands when a register says something else of an
// offering than whoever answers for it.
const TaskSaid TaskKind = "source_says"

// SaidDetail is the detail of a TaskSaid: what the source says otherwise. The rest of the
// offering is empty.
type SaidDetail struct {
	Task   int64                 `json:"-"` // the id of the task
	Source string                // its name: "Enhetsregisteret"
	URL    string                // where it says so, or empty
	Name   string                // of the offering
	Fields []directory.FieldName // that differ
	Said   directory.Offering
}

// Said is what a source says of one offering.
type Said struct {
	// Offering is found by its id, or by its key when that is 0. Its Source is that of
	// every field.
	Offering directory.Offering
	// Fields are those that the source speaks of. Nil: those in which it says something.
	// A field that is named and empty is one that the source says is empty.
	Fields []directory.FieldName
	// Create is whether the offering is stored when it does not stand here.
	Create bool
}

// SaidOutcome is what became of what a source says.
type SaidOutcome struct {
	Key     string
	ID      int64 // 0 when there is no such offering
	Result  Result
	Before  directory.Offering    // zero when it is new
	After   directory.Offering    // as stored, or as it would be
	Said    directory.Offering    // what stands here with all that the source says
	Changed []directory.FieldName // that differ between Before and After
	Kept    []directory.FieldName // that differ between After and Said, since people answer for them
	Err     error                 // a directory.Invalid, or what the database says
}

// Absent is the result for an offering that does not stand here and may not be created.
const Absent Result = "absent"

// SaySources stores what a source says, field by field. A field that its owner has
// confirmed, or that somebody else than an import has written, stays as it is; a task asks
// whoever answers for it to look. A field that says the same is left alone with its
// source. What is new comes in as said, with its status.
//
// All of it is one transaction: give it few at a time. One that cannot be stored does not
// stop the others. A dry run returns the same outcomes and writes nothing. The error is
// for a database that cannot be used; nothing is written then.
func (s *Store) SaySources(ctx context.Context, actor auth.Actor, run ImportRun, said []Said) ([]SaidOutcome, error) {
	outcomes := make([]SaidOutcome, len(said))
	err := s.writeRun(ctx, actor, run, func(tx *gorm.DB) error {
		stored, err := storedSaid(tx, said)
		if err != nil {
			return err
		}
		var all []directory.Offering
		for _, one := range said {
			all = append(all, one.Offering)
			if was := stored[saidRef(one.Offering)]; was != nil {
				all = append(all, was.offering)
			}
		}
		known, err := references(tx, all...)
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for i, one := range said {
			o := one.Offering
			was := stored[saidRef(o)]
			outcomes[i] = SaidOutcome{Key: o.Key}
			if seen[saidRef(o)] {
				outcomes[i].Err = directory.Invalid{"key": directory.MsgDuplicate}
				continue
			}
			seen[saidRef(o)] = true
			// A savepoint, so that the others survive an error.
			err := tx.Transaction(func(tx *gorm.DB) (err error) {
				outcomes[i], err = s.say(tx, actor, run, was, one, known)
				return err
			})
			if err != nil {
				outcomes[i] = SaidOutcome{Key: o.Key, Err: err}
			}
		}
		return tx.Statement.Context.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("import from %s: %w", run.Source, err)
	}
	return outcomes, nil
}

// saidRef tells offerings of one call apart: "#42", or the key.
func saidRef(o directory.Offering) string {
	if o.ID != 0 {
		return "#" + strconv.FormatInt(o.ID, 10)
	}
	return o.Key
}

// spoken is what the store has of an offering that a source speaks of.
type spoken struct {
	offering directory.Offering
	sources  map[directory.FieldName]FieldSource
	byImport bool // as the whole was last written
}

// mayWrite reports whether an import may write the field.
func (s spoken) mayWrite(f directory.FieldName) bool {
	if s.offering.Confirmed(f) {
		return false
	}
	if source, ok := s.sources[f]; ok {
		return source.ByImport()
	}
	return s.byImport
}

// storedSaid returns what the store has of what is said, by saidRef.
func storedSaid(tx *gorm.DB, said []Said) (map[string]*spoken, error) {
	var keys textArray
	var ids idArray
	for _, one := range said {
		if one.Offering.ID != 0 {
			ids = append(ids, one.Offering.ID)
		} else {
			keys = append(keys, one.Offering.Key)
		}
	}
	found, err := offerings(tx.Where("key = ANY(?) OR id = ANY(?)", keys, ids))
	if err != nil {
		return nil, err
	}
	refs := make([]string, len(found))
	ids = nil
	for i, o := range found {
		refs[i], ids = strconv.FormatInt(o.ID, 10), append(ids, o.ID)
	}
	actors, err := lastActors(tx, KindOffering, refs)
	if err != nil {
		return nil, err
	}
	sources, err := fieldSources(tx, ids)
	if err != nil {
		return nil, err
	}
	stored := map[string]*spoken{}
	for i, o := range found {
		one := &spoken{o, sources[o.ID], wasImport(actors[refs[i]])}
		stored[o.Key], stored["#"+refs[i]] = one, one
	}
	return stored, nil
}

// say stores what is said of one offering; stored is nil when it is new.
func (s *Store) say(tx *gorm.DB, actor auth.Actor, run ImportRun, stored *spoken, one Said, known map[reference]bool) (SaidOutcome, error) {
	said := canonical(one.Offering)
	out := SaidOutcome{Key: said.Key}
	if stored == nil {
		if !one.Create || said.ID != 0 {
			out.Result = Absent
			return out, nil
		}
		saved, err := s.createOffering(tx, actor, "", said, known)
		created := saved.Offering
		out.Result, out.ID, out.After, out.Said, out.Changed = Created, created.ID, created, created, created.Said()
		return out, err
	}
	was := stored.offering
	if was.Status == directory.Archived { // somebody has taken it out
		out.ID, out.Result, out.Before, out.After, out.Said = was.ID, Unchanged, was, was, was
		return out, nil
	}
	fields := one.Fields
	if fields == nil {
		fields = said.Said()
	}
	all, next := was.With(said, fields...), was
	for _, f := range directory.Differing(was, all) {
		if stored.mayWrite(f) {
			next = next.With(said, f)
		}
	}
	out.ID, out.Key, out.Before, out.After, out.Said = was.ID, was.Key, was, next, all
	out.Changed, out.Kept = directory.Differing(was, next), directory.Differing(next, all)
	switch {
	case len(out.Changed) > 0:
		out.Result = Updated
		after, err := s.saySome(tx, actor, was, next, said.Source, out.Changed, known)
		if err != nil {
			return out, err
		}
		out.After = after
		if out.Changed = directory.Differing(was, after); len(out.Changed) == 0 { // all of it waits for a second person
			out.Result = Kept
		}
	case len(out.Kept) > 0:
		out.Result = Kept
	default:
		out.Result = Unchanged
	}
	return out, askAboutSaid(tx, actor, run, out, said.Source)
}

// saySome stores the fields that an import may write. The source of the whole stays unless
// all that the offering says is the source's.
func (s *Store) saySome(tx *gorm.DB, actor auth.Actor, was, next directory.Offering, source directory.Source, changed []directory.FieldName, known map[reference]bool) (directory.Offering, error) {
	if was.Source.Title == source.Title {
		next.Source = source
	}
	saved, err := s.updateOffering(tx, actor, "", next, known)
	if err != nil {
		return directory.Offering{}, err
	}
	after := saved.Offering
	// What waits for a second person stands where it was read before.
	written := directory.Differing(was, after)
	changed = slices.DeleteFunc(slices.Clone(changed), func(f directory.FieldName) bool { return !slices.Contains(written, f) })
	return after, noteSources(tx, actor, after.ID, 0, source, changed)
}

// askAboutSaid opens, renews or ends the task for what a source says otherwise.
func askAboutSaid(tx *gorm.DB, actor auth.Actor, run ImportRun, out SaidOutcome, source directory.Source) error {
	key := fmt.Sprintf("%d/%s", out.ID, run.Source)
	if len(out.Kept) == 0 {
		return finishTasks(tx, actor, TaskSaid, key)
	}
	said := directory.Offering{}.With(out.Said, out.Kept...)
	said.Organization = directory.Organization{Name: said.Organization.Name}
	detail, err := json.Marshal(SaidDetail{0, source.Title, source.URL, out.After.Name, out.Kept, said})
	if err != nil {
		return fmt.Errorf("task: %w", err)
	}
	return renewTask(tx, Task{Kind: TaskSaid, Key: key, Owner: auth.OwnerOf(out.After), Offering: out.ID, Detail: detail})
}

// renewTask opens the task. One that is open gets the new detail; one that somebody has
// seen to and that would say the same is not opened again.
func renewTask(tx *gorm.DB, t Task) error {
	var last []struct {
		ID   int64
		Done bool
		Same bool
	}
	err := tx.Raw(`SELECT id, done_at IS NOT NULL AS done, detail = ?::jsonb AS same FROM tasks WHERE kind = ? AND key = ? ORDER BY id DESC LIMIT 1`,
		string(t.Detail), string(t.Kind), t.Key).Scan(&last).Error
	switch {
	case err != nil:
		return err
	case len(last) == 0 || last[0].Done && !last[0].Same:
		return openTask(tx, t)
	case last[0].Same:
		return nil
	}
	return tx.Exec("UPDATE tasks SET detail = ? WHERE id = ?", string(t.Detail), last[0].ID).Error
}

// SaidOf returns what sources say otherwise of the offering than it says, as its open tasks
// have it. The actor has to be allowed auth.See.
func (s *Store) SaidOf(ctx context.Context, actor auth.Actor, offering int64) ([]SaidDetail, error) {
	o, err := s.OfferingByID(ctx, offering)
	if err != nil {
		return nil, err
	}
	if err := auth.Can(actor, auth.See, auth.ThingOf(o)); err != nil {
		return nil, fmt.Errorf("what is said of offering %d: %w", offering, err)
	}
	tasks, err := list(s.db.WithContext(ctx).Where("kind = ? AND offering_id = ? AND done_at IS NULL", string(TaskSaid), offering).Order("id"), taskRow.task)
	if err != nil {
		return nil, fmt.Errorf("what is said of offering %d: %w", offering, err)
	}
	var found []SaidDetail
	for _, t := range tasks {
		d := SaidDetail{Task: t.ID}
		if err := json.Unmarshal(t.Detail, &d); err != nil {
			return nil, fmt.Errorf("what is said of offering %d: %w", offering, err)
		}
		// What the owner has taken over since is no question any more.
		still := directory.Differing(o, o.With(d.Said, d.Fields...))
		if d.Fields = slices.DeleteFunc(d.Fields, func(f directory.FieldName) bool { return !slices.Contains(still, f) }); len(d.Fields) > 0 {
			found = append(found, d)
		}
	}
	return found, nil
}

// IsInvalid returns what is wrong with the fields, if that is what the error says.
func IsInvalid(err error) (directory.Invalid, bool) {
	var invalid directory.Invalid
	ok := errors.As(err, &invalid)
	return invalid, ok
}
