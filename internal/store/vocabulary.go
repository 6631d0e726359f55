package store

import (
	"cmp"
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// TypeGroups returns the headings of offering types in display order.
func (s *Store) TypeGroups(ctx context.Context) ([]directory.TypeGroup, error) {
	found, err := typeGroups(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list type groups: %w", err)
	}
	return found, nil
}

func typeGroups(tx *gorm.DB) ([]directory.TypeGroup, error) {
	return list(tx.Order("position, code"), typeGroupRow.group)
}

// OfferingTypes returns all types in the order of their groups, then their own.
func (s *Store) OfferingTypes(ctx context.Context) ([]directory.OfferingType, error) {
	var found []directory.OfferingType
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = offeringTypes(tx, "")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list offering types: %w", err)
	}
	return found, nil
}

// OfferingTypesByCode returns all types by their code.
func (s *Store) OfferingTypesByCode(ctx context.Context) (map[string]directory.OfferingType, error) {
	all, err := s.OfferingTypes(ctx)
	if err != nil {
		return nil, err
	}
	types := make(map[string]directory.OfferingType, len(all))
	for _, t := range all {
		types[t.Code] = t
	}
	return types, nil
}

// OfferingTypeByCode returns the type, or ErrNotFound.
func (s *Store) OfferingTypeByCode(ctx context.Context, code string) (directory.OfferingType, error) {
	var found directory.OfferingType
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = one(offeringTypes(tx, "WHERE t.code = ?", code))
		return err
	})
	if err != nil {
		return found, fmt.Errorf("offering type %q: %w", code, err)
	}
	return found, nil
}

func offeringTypes(tx *gorm.DB, where string, args ...any) ([]directory.OfferingType, error) {
	var laws []typeLawRow
	if err := tx.Order("type_code, position").Find(&laws).Error; err != nil {
		return nil, err
	}
	of := map[string][]typeLawRow{}
	for _, l := range laws {
		of[l.TypeCode] = append(of[l.TypeCode], l)
	}
	return scan(tx.Raw(`SELECT t.* FROM offering_types t JOIN type_groups g ON g.code = t.group_code `+where+`
		ORDER BY g.position, t.position, t.code`, args...),
		func(r offeringTypeRow) directory.OfferingType { return r.offeringType(of[r.Code]) })
}

// Terms returns the entries of all closed vocabularies, by kind in display order.
func (s *Store) Terms(ctx context.Context) ([]directory.Term, error) {
	found, err := terms(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list terms: %w", err)
	}
	return found, nil
}

func terms(tx *gorm.DB) ([]directory.Term, error) {
	return list(tx.Order("kind, position, code"), termRow.term)
}

var (
	groupRegister = register[string, directory.TypeGroup]{
		"type group", func(g directory.TypeGroup) string { return g.Code },
		asGiven[directory.TypeGroup],
		func(g directory.TypeGroup) string { return g.Code },
	}
	typeRegister = register[string, directory.OfferingType]{
		"type", func(t directory.OfferingType) string { return t.Code },
		func(stored, t directory.OfferingType) directory.OfferingType {
			// The file does not say how long a confirmation holds.
			t.ConfirmMonths, t.ContactsMonths = cmp.Or(t.ConfirmMonths, stored.ConfirmMonths), cmp.Or(t.ContactsMonths, stored.ContactsMonths)
			t.Laws, t.Alternatives = nilIfEmpty(t.Laws), nilIfEmpty(t.Alternatives)
			t.Words, t.RelatedWords = nilIfEmpty(t.Words), nilIfEmpty(t.RelatedWords)
			return t
		},
		func(t directory.OfferingType) string { return t.Code },
	}
	termRegister = register[string, directory.Term]{
		"term", termRef, asGiven[directory.Term], termRef,
	}
)

func termRef(t directory.Term) string { return string(t.Kind) + "/" + t.Code }

// SaveVocabulary writes what differs from the lists and puts it into the feed. An empty
// list means that it is not given. Nothing is deleted. An import leaves alone what a person
// has edited.
func (s *Store) SaveVocabulary(ctx context.Context, actor auth.Actor, groups []directory.TypeGroup,
	types []directory.OfferingType, vocabulary []directory.Term) (Summary, error) {
	var sum Summary
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		for _, save := range []func() error{
			func() error { return saveTypeGroups(tx, groups, &sum) },
			func() error { return saveOfferingTypes(tx, actor, types, &sum) },
			func() error { return saveTerms(tx, actor, vocabulary, &sum) },
		} {
			if err := save(); err != nil {
				return withDetail(err)
			}
		}
		if sum.Created+sum.Updated == 0 {
			return nil
		}
		return checkArticles(tx)
	})
	if err != nil {
		return Summary{}, fmt.Errorf("save vocabulary: %w", err)
	}
	return sum, nil
}

func saveTypeGroups(tx *gorm.DB, groups []directory.TypeGroup, sum *Summary) error {
	stored, err := typeGroups(tx)
	if err != nil {
		return err
	}
	changed, err := groupRegister.compare(stored, groups, sum)
	if err != nil {
		return err
	}
	if _, err := upsert(tx, changed, newTypeGroupRow, overPrimaryKey); err != nil {
		return err
	}
	return announce(tx, changesOf(KindGroup, changed, groupRegister.key)...)
}

func saveOfferingTypes(tx *gorm.DB, actor auth.Actor, types []directory.OfferingType, sum *Summary) error {
	stored, err := offeringTypes(tx, "")
	if err != nil {
		return err
	}
	changed, err := typeRegister.compare(stored, types, sum)
	if err != nil {
		return err
	}
	changed, err = leaveEdited(tx, actor, KindType, typeRegister.key, byRef(stored, typeRegister.key), changed, sum)
	if err != nil {
		return err
	}
	if err := writeTypes(tx, changed); err != nil {
		return err
	}
	return announce(tx, changesOf(KindType, changed, typeRegister.key)...)
}

// writeTypes writes the types over what is stored of them.
func writeTypes(tx *gorm.DB, changed []directory.OfferingType) error {
	if _, err := upsert(tx, changed, newOfferingTypeRow, overPrimaryKey); err != nil {
		return err
	}
	var laws []typeLawRow
	codes := make(textArray, len(changed))
	for i, t := range changed {
		codes[i] = t.Code
		laws = append(laws, newTypeLawRows(t)...)
	}
	if err := tx.Where("type_code = ANY(?)", codes).Delete(&typeLawRow{}).Error; err != nil {
		return err
	}
	if len(laws) == 0 {
		return nil
	}
	return tx.Create(&laws).Error
}

func saveTerms(tx *gorm.DB, actor auth.Actor, vocabulary []directory.Term, sum *Summary) error {
	stored, err := terms(tx)
	if err != nil {
		return err
	}
	changed, err := termRegister.compare(stored, vocabulary, sum)
	if err != nil {
		return err
	}
	changed, err = leaveEdited(tx, actor, KindTerm, termRef, byRef(stored, termRef), changed, sum)
	if err != nil {
		return err
	}
	if _, err := upsert(tx, changed, newTermRow, overPrimaryKey); err != nil {
		return err
	}
	return announce(tx, changesOf(KindTerm, changed, termRef)...)
}

// changesOf returns a change for each thing.
func changesOf[T any](kind Kind, things []T, ref func(T) string) []changeRow {
	changes := make([]changeRow, len(things))
	for i, t := range things {
		changes[i] = changeRow{kind, ref(t)}
	}
	return changes
}
