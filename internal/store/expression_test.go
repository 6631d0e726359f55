package store

import (
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func TestSaveExpressions(t *testing.T) {
	s := openStore(t)
	list := []directory.Expression{
		{Text: "testord en", Kind: directory.EverydayExpression, LeadsTo: []directory.Lead{"tema:rus", "ord:test"}},
		{Text: "testord to", Kind: directory.CrisisExpression, LeadsTo: []directory.Lead{"type:hjelpetelefon"}},
	}
	save := func(want Summary) {
		t.Helper()
		got, err := s.SaveExpressions(t.Context(), importer, list)
		wantError(t, "SaveExpressions", err, nil)
		wantEqual(t, "summary", want, got)
	}
	save(Summary{Created: 2})
	head, was := headOf(t, s), written(t, s)
	save(Summary{Unchanged: 2})
	wantEqual(t, "rows of history and feed", was, written(t, s))
	got, err := s.Expressions(t.Context())
	wantError(t, "Expressions", err, nil)
	wantEqual(t, "expressions", list, got)

	list = []directory.Expression{list[1]}
	list[0].LeadsTo = []directory.Lead{"tema:vold"}
	save(Summary{Updated: 1, Gone: []string{"expression testord en"}})
	wantEqual(t, "feed", []Change{{Kind: KindExpression, Ref: "testord to"}}, changesAfter(t, s, head, 1))

	list[0].Kind = "ukjent"
	if _, err := s.SaveExpressions(t.Context(), importer, list); err == nil {
		t.Error("an expression of no known kind was saved")
	}
}
