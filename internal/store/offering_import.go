package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Result says what became of one thing in an import.
type Result string

const (
	Created   Result = "created"
	Updated   Result = "updated"
	Unchanged Result = "unchanged"
	Kept      Result = "kept" // its owner has confirmed or edited it since, so that is what counts
)

// Outcome is what became of one offering in an import. Result is empty when Err is set.
type Outcome struct {
	Key    string
	Result Result
	Err    error // a directory.Invalid, or what the database says
}

// importBatch is how many offerings an import writes in one transaction: the feed stands
// still while it runs.
const importBatch = 50

// ImportOfferings stores the offerings as a source gives them, each found by its key, and
// returns an outcome for each, in order. What is equal is left alone, and so is what an
// owner has confirmed or somebody else than an import has edited. One that cannot be stored
// does not stop the others. The error is for a database that cannot be used; the outcomes
// are then those of what has been stored.
func (s *Store) ImportOfferings(ctx context.Context, actor auth.Actor, offerings []directory.Offering) ([]Outcome, error) {
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return nil, fmt.Errorf("import offerings: %w", err)
	}
	outcomes := make([]Outcome, 0, len(offerings))
	seen := map[string]bool{}
	for batch := range slices.Chunk(offerings, importBatch) {
		var done []Outcome
		err := s.write(ctx, func(tx *gorm.DB) (err error) {
			done, err = s.importOfferings(tx, actor, batch, seen)
			return err
		})
		if err != nil {
			return outcomes, fmt.Errorf("import offerings: %w", err)
		}
		outcomes = append(outcomes, done...)
	}
	return outcomes, nil
}

// importOfferings imports one batch. seen holds the keys that came before.
func (s *Store) importOfferings(tx *gorm.DB, actor auth.Actor, batch []directory.Offering, seen map[string]bool) ([]Outcome, error) {
	if err := allowLongStatements(tx); err != nil {
		return nil, err
	}
	stored, err := offeringsToImport(tx, batch)
	if err != nil {
		return nil, err
	}
	known, err := references(tx, batch...)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(batch))
	for i, o := range batch {
		outcome := Outcome{Key: o.Key}
		if seen[o.Key] {
			outcome.Err = directory.Invalid{"key": directory.MsgDuplicate}
			outcomes[i] = outcome
			continue
		}
		seen[o.Key] = true
		// A savepoint, so that the others survive an error.
		outcome.Err = tx.Transaction(func(tx *gorm.DB) (err error) {
			outcome.Result, err = s.importOffering(tx, actor, stored[o.Key], o, known)
			return err
		})
		if outcome.Err != nil {
			outcome.Result = ""
		}
		outcomes[i] = outcome
	}
	return outcomes, tx.Statement.Context.Err()
}

// imported is what the store has of an offering that an import brings.
type imported struct {
	offering directory.Offering
	owned    bool                  // confirmed, or edited by somebody else than an import
	others   []directory.FieldName // that a register has said since, and that are newer than any file
}

// offeringsToImport returns what the store has of the batch, by key.
func offeringsToImport(tx *gorm.DB, batch []directory.Offering) (map[string]*imported, error) {
	keys := make(textArray, len(batch))
	for i, o := range batch {
		keys[i] = o.Key
	}
	found, err := offerings(tx.Where("key = ANY(?)", keys))
	if err != nil {
		return nil, err
	}
	refs := make([]string, len(found))
	for i, o := range found {
		refs[i] = strconv.FormatInt(o.ID, 10)
	}
	actors, err := lastActors(tx, KindOffering, refs)
	if err != nil {
		return nil, err
	}
	ids := make(idArray, len(found))
	for i, o := range found {
		ids[i] = o.ID
	}
	sources, err := fieldSources(tx, ids)
	if err != nil {
		return nil, err
	}
	stored := make(map[string]*imported, len(found))
	for i, o := range found {
		one := &imported{offering: o, owned: o.ContactsConfirmedAt != nil || !wasImport(actors[refs[i]])}
		for _, f := range sources[o.ID] {
			if f.ByImport() && f.Source.Title != o.Source.Title {
				one.others = append(one.others, f.Field)
			}
		}
		stored[o.Key] = one
	}
	return stored, nil
}

// importOffering stores one offering; stored is nil when it is new.
func (s *Store) importOffering(tx *gorm.DB, actor auth.Actor, stored *imported, o directory.Offering, known map[reference]bool) (Result, error) {
	if stored == nil {
		_, err := s.createOffering(tx, actor, "", o, known)
		return Created, err
	}
	o = asImported(stored.offering, o).With(stored.offering, stored.others...)
	if err := check(o, known); err != nil {
		return "", err
	}
	switch {
	case sameContent(stored.offering, o) && stored.offering.Organization == o.Organization:
		return Unchanged, nil
	case stored.owned:
		return Kept, nil
	}
	// The row may have changed, or an offering before this one filled in its organization.
	saved, err := s.updateOffering(tx, actor, "", o, known)
	if !saved.Changed {
		return Unchanged, err
	}
	return Updated, err
}

// asImported returns the offering that a source gives with what the store says of it.
func asImported(stored, o directory.Offering) directory.Offering {
	o = canonical(o)
	o.ID, o.UUID, o.Version = stored.ID, stored.UUID, stored.Version
	o.ConfirmedAt, o.ContactsConfirmedAt, o.ChangedAt = stored.ConfirmedAt, stored.ContactsConfirmedAt, stored.ChangedAt
	if o.Organization.Name == stored.Organization.Name {
		o.Organization = filled(stored.Organization, o.Organization)
	}
	return o
}
