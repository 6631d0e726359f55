package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

type expressionRow struct {
	Text    string `gorm:"primaryKey"`
	Kind    string
	LeadsTo textArray
}

func (expressionRow) TableName() string { return "expressions" }

func newExpressionRow(e directory.Expression) expressionRow {
	r := expressionRow{Text: e.Text, Kind: string(e.Kind)}
	for _, l := range e.LeadsTo {
		r.LeadsTo = append(r.LeadsTo, string(l))
	}
	return r
}

func (r expressionRow) expression() directory.Expression {
	e := directory.Expression{Text: r.Text, Kind: directory.ExpressionKind(r.Kind)}
	for _, l := range r.LeadsTo {
		e.LeadsTo = append(e.LeadsTo, directory.Lead(l))
	}
	return e
}

// Expressions returns what people say, sorted by text.
func (s *Store) Expressions(ctx context.Context) ([]directory.Expression, error) {
	found, err := expressions(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list expressions: %w", err)
	}
	return found, nil
}

func expressions(tx *gorm.DB) ([]directory.Expression, error) {
	return list(tx.Order("text"), expressionRow.expression)
}

var expressionRegister = register[string, directory.Expression]{
	"expression", func(e directory.Expression) string { return e.Text },
	asGiven[directory.Expression],
	func(e directory.Expression) string { return e.Text },
}

// SaveExpressions writes what differs from the list and puts it into the feed. An empty
// list means that it is not given. Nothing is deleted. An import leaves alone what a person
// has edited or taken out.
func (s *Store) SaveExpressions(ctx context.Context, actor auth.Actor, wanted []directory.Expression) (Summary, error) {
	var sum Summary
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		stored, err := expressions(tx)
		if err != nil {
			return err
		}
		changed, err := expressionRegister.compare(stored, wanted, &sum)
		if err != nil {
			return err
		}
		key := expressionRegister.key
		if changed, err = leaveEdited(tx, actor, KindExpression, key, byRef(stored, key), changed, &sum); err != nil {
			return err
		}
		if _, err := upsert(tx, changed, newExpressionRow, overPrimaryKey); err != nil {
			return withDetail(err)
		}
		return announce(tx, changesOf(KindExpression, changed, expressionRegister.key)...)
	})
	if err != nil {
		return Summary{}, fmt.Errorf("save expressions: %w", err)
	}
	return sum, nil
}
