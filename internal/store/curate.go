package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// What national editors keep one by one, and imports bring as whole lists: types, terms,
// expressions, contacts of kommuner. They have no version of their own: it is that of
// their newest revision, 0 for one that is as it came.

// Version returns how often the thing was changed since it came, to be given back when it
// is saved. It is for what Save…, in this file, writes.
func (s *Store) Version(ctx context.Context, kind Kind, ref string) (int, error) {
	v, err := version(s.db.WithContext(ctx), kind, ref)
	if err != nil {
		return 0, fmt.Errorf("version of %s %s: %w", kind, ref, err)
	}
	return v, nil
}

func version(tx *gorm.DB, kind Kind, ref string) (int, error) {
	var v int
	err := tx.Raw("SELECT coalesce(max(version), 0) FROM revisions WHERE kind = ? AND ref = ?", kind, ref).Scan(&v).Error
	return v, err
}

// edit is one change by a national editor.
type edit struct {
	kind    Kind
	ref     string
	version int // that the editor has seen
	why     string
	before  any // nil for what is new
	after   any
}

// curate carries out a change of one thing: write, history, feed. It returns
// auth.ErrForbidden for all but those who may curate, ErrConflict when the thing was
// changed after the version that the editor has seen, and an Invalid of the change.
// change reads the stored thing, and writes; nothing is kept of it when it returns no edit.
func (s *Store) curate(ctx context.Context, actor auth.Actor, change func(tx *gorm.DB) (*edit, error)) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		e, err := change(tx)
		if err != nil || e == nil {
			return err
		}
		// Two at once take the same number; the history's key lets one of them in.
		v, err := version(tx, e.kind, e.ref)
		if err != nil {
			return err
		}
		if v != e.version {
			return ErrConflict
		}
		if err := remember(tx, e.kind, e.ref, v+1, actor, e.why, e.before, e.after); err != nil {
			return err
		}
		if e.kind == KindType || e.kind == KindTerm {
			if err := checkArticles(tx); err != nil {
				return err
			}
		}
		return announce(tx, changeRow{e.kind, e.ref})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return ErrConflict
	}
	return withDetail(err)
}

// SaveType writes a type of offering, new or known, with its laws. An unknown group or
// alternative is a directory.Invalid.
func (s *Store) SaveType(ctx context.Context, actor auth.Actor, why string, version int, t directory.OfferingType) error {
	if err := t.Validate(); err != nil {
		return fmt.Errorf("save type %q: %w", t.Code, err)
	}
	err := s.curate(ctx, actor, func(tx *gorm.DB) (*edit, error) {
		all, err := offeringTypes(tx, "")
		if err != nil {
			return nil, err
		}
		groups, err := typeGroups(tx)
		if err != nil {
			return nil, err
		}
		known := map[string]bool{t.Code: true}
		var before any
		for _, old := range all {
			known[old.Code] = true
			if old.Code == t.Code {
				before = old
			}
		}
		invalid := directory.Invalid{}
		for _, a := range t.Alternatives {
			if !known[a] {
				invalid["alternatives"] = directory.MsgUnknown
			}
		}
		if !hasGroup(groups, t.Group) {
			invalid["group"] = directory.MsgUnknown
		}
		if len(invalid) > 0 {
			return nil, invalid
		}
		if err := writeTypes(tx, []directory.OfferingType{t}); err != nil {
			return nil, err
		}
		return &edit{KindType, t.Code, version, why, before, t}, nil
	})
	if err != nil {
		return fmt.Errorf("save type %q: %w", t.Code, err)
	}
	return nil
}

func hasGroup(groups []directory.TypeGroup, code string) bool {
	for _, g := range groups {
		if g.Code == code {
			return true
		}
	}
	return false
}

// SaveTerm writes a term of a closed vocabulary, new or known.
func (s *Store) SaveTerm(ctx context.Context, actor auth.Actor, why string, version int, t directory.Term) error {
	if err := t.Validate(); err != nil {
		return fmt.Errorf("save term %s: %w", termRef(t), err)
	}
	err := s.curate(ctx, actor, func(tx *gorm.DB) (*edit, error) {
		old, err := one(list(tx.Where("kind = ? AND code = ?", string(t.Kind), t.Code), termRow.term))
		var before any = old
		if errors.Is(err, ErrNotFound) {
			before = nil
		} else if err != nil {
			return nil, err
		}
		if _, err := upsert(tx, []directory.Term{t}, newTermRow, overPrimaryKey); err != nil {
			return nil, err
		}
		return &edit{KindTerm, termRef(t), version, why, before, t}, nil
	})
	if err != nil {
		return fmt.Errorf("save term %s: %w", termRef(t), err)
	}
	return nil
}

// SaveExpression writes what people say and where it leads, new or known. A lead to a type
// or term that there is not is a directory.Invalid.
func (s *Store) SaveExpression(ctx context.Context, actor auth.Actor, why string, version int, e directory.Expression) error {
	if err := e.Validate(); err != nil {
		return fmt.Errorf("save expression %q: %w", e.Text, err)
	}
	err := s.curate(ctx, actor, func(tx *gorm.DB) (*edit, error) {
		if err := leadsExist(tx, e.LeadsTo); err != nil {
			return nil, err
		}
		before, err := expressionBefore(tx, e.Text)
		if err != nil {
			return nil, err
		}
		if _, err := upsert(tx, []directory.Expression{e}, newExpressionRow, overPrimaryKey); err != nil {
			return nil, err
		}
		return &edit{KindExpression, e.Text, version, why, before, e}, nil
	})
	if err != nil {
		return fmt.Errorf("save expression %q: %w", e.Text, err)
	}
	return nil
}

// DeleteExpression takes the expression out of the search. Its history stays, and an
// import does not bring it back. It returns ErrNotFound for one that is not there.
func (s *Store) DeleteExpression(ctx context.Context, actor auth.Actor, why string, version int, text string) error {
	err := s.curate(ctx, actor, func(tx *gorm.DB) (*edit, error) {
		before, err := expressionBefore(tx, text)
		if err != nil {
			return nil, err
		}
		if before == nil {
			return nil, ErrNotFound
		}
		if err := tx.Exec("DELETE FROM expressions WHERE text = ?", text).Error; err != nil {
			return nil, err
		}
		return &edit{KindExpression, text, version, why, before, directory.Expression{}}, nil
	})
	if err != nil {
		return fmt.Errorf("delete expression %q: %w", text, err)
	}
	return nil
}

// ExpressionByText returns the expression, or ErrNotFound.
func (s *Store) ExpressionByText(ctx context.Context, text string) (directory.Expression, error) {
	e, err := one(list(s.db.WithContext(ctx).Where("text = ?", text), expressionRow.expression))
	if err != nil {
		return e, fmt.Errorf("expression %q: %w", text, err)
	}
	return e, nil
}

// expressionBefore returns the stored expression for the history, nil when there is none.
func expressionBefore(tx *gorm.DB, text string) (any, error) {
	e, err := one(list(tx.Where("text = ?", text), expressionRow.expression))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return e, err
}

func leadsExist(tx *gorm.DB, leads []directory.Lead) error {
	types, err := offeringTypes(tx, "")
	if err != nil {
		return err
	}
	vocabulary, err := terms(tx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, t := range types {
		known[directory.LeadType+":"+t.Code] = true
	}
	for _, t := range vocabulary {
		known[string(t.Kind)+":"+t.Code] = true
	}
	for _, l := range leads {
		if kind, _ := l.Split(); kind != directory.LeadWord && !known[string(l)] {
			return directory.Invalid{"leads_to": directory.MsgUnknown}
		}
	}
	return nil
}

// SaveContact writes how the kommune itself is reached. It returns ErrNotFound for a
// kommune that there is not.
func (s *Store) SaveContact(ctx context.Context, actor auth.Actor, why string, version int, number region.Number, c region.Contact) error {
	if err := directory.ValidateContact(c); err != nil {
		return fmt.Errorf("save contact of kommune %s: %w", number, err)
	}
	err := s.curate(ctx, actor, func(tx *gorm.DB) (*edit, error) {
		k, err := one(kommuner(tx, "AND k.number = ?", string(number)))
		if err != nil {
			return nil, err
		}
		before := k
		k.Contact = c
		row := newKommuneRow(k)
		err = tx.Model(&row).Select("ContactPhone", "ContactEmail", "ContactSource", "ContactSourceDate", "ContactConfirmed").Updates(&row).Error
		if err != nil {
			return nil, err
		}
		if err := finishTasks(tx, actor, TaskNewKommune, string(number)); err != nil {
			return nil, err
		}
		return &edit{KindKommune, string(number), version, why, before.Contact, c}, nil
	})
	if err != nil {
		return fmt.Errorf("save contact of kommune %s: %w", number, err)
	}
	return nil
}

// leaveEdited drops from what an import would change the things that a person has edited,
// and appends the other changes of known things to the history. Things that are new have
// no history until somebody changes them. before holds what is stored, by ref.
func leaveEdited[T any](tx *gorm.DB, actor auth.Actor, kind Kind, ref func(T) string, before map[string]T, changed []T, sum *Summary) ([]T, error) {
	actors, err := lastActors(tx, kind, refsOf(changed, ref))
	if err != nil {
		return nil, err
	}
	left := changed[:0:0]
	for _, t := range changed {
		r := ref(t)
		by, edited := actors[r]
		was, known := before[r]
		switch {
		case actor.Kind == auth.Import && edited && !wasImport(by):
			sum.Kept++
			if known {
				sum.Updated--
			} else {
				sum.Created--
			}
			continue
		case known:
			v, err := version(tx, kind, r)
			if err != nil {
				return nil, err
			}
			if err := remember(tx, kind, r, v+1, actor, "", was, t); err != nil {
				return nil, err
			}
		}
		left = append(left, t)
	}
	return left, nil
}

// byRef returns the things by how the feed and the history call them.
func byRef[T any](things []T, ref func(T) string) map[string]T {
	found := make(map[string]T, len(things))
	for _, t := range things {
		found[ref(t)] = t
	}
	return found
}

func refsOf[T any](things []T, ref func(T) string) []string {
	refs := make([]string, len(things))
	for i, t := range things {
		refs[i] = ref(t)
	}
	return refs
}
