package store

import (
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// editor is a national editor.
var editor = auth.Actor{Kind: auth.Account, ID: 1, National: true}

func TestCuratingIsForNationalEditors(t *testing.T) {
	s := openSeeded(t)
	ctx := t.Context()
	_, types, terms := testVocabulary()
	e := directory.Expression{Text: "testord", Kind: directory.EverydayExpression, LeadsTo: []directory.Lead{"ord:test"}}
	wantError(t, "SaveExpression", s.SaveExpression(ctx, editor, "", 0, e), nil)
	was := written(t, s)
	for _, actor := range []auth.Actor{
		{},
		{Kind: auth.Account, ID: 2, Grants: []auth.Grant{{Owner: auth.Owner{Kommune: "1804"}, Role: auth.Manager}}},
		{Kind: auth.Token, ID: 1, National: true},
		{Kind: auth.Link, ID: 1},
	} {
		wantError(t, "SaveType", s.SaveType(ctx, actor, "", 0, types[0]), auth.ErrForbidden)
		wantError(t, "SaveTerm", s.SaveTerm(ctx, actor, "", 0, terms[0]), auth.ErrForbidden)
		wantError(t, "SaveExpression", s.SaveExpression(ctx, actor, "", 1, e), auth.ErrForbidden)
		wantError(t, "DeleteExpression", s.DeleteExpression(ctx, actor, "", 1, e.Text), auth.ErrForbidden)
		wantError(t, "SaveContact", s.SaveContact(ctx, actor, "", 0, "1804", region.Contact{}), auth.ErrForbidden)
	}
	wantEqual(t, "rows of history and feed", was, written(t, s))
}

func TestSaveType(t *testing.T) {
	s := openSeeded(t)
	ctx := t.Context()
	_, types, _ := testVocabulary()
	before := types[0]
	ppt := before
	ppt.AskFor = "PPT"
	head := headOf(t, s)
	wantError(t, "SaveType", s.SaveType(ctx, editor, "klarere", 0, ppt), nil)
	got, err := s.OfferingTypeByCode(ctx, ppt.Code)
	wantError(t, "OfferingTypeByCode", err, nil)
	wantEqual(t, "type", ppt, got)
	wantEqual(t, "feed", []Change{{Kind: KindType, Ref: ppt.Code}}, changesAfter(t, s, head, 1))

	wantError(t, "a stale save", s.SaveType(ctx, editor, "", 0, before), ErrConflict)
	history, err := s.Revisions(ctx, KindType, ppt.Code)
	wantError(t, "Revisions", err, nil)
	wantEqual(t, "revisions", 1, len(history))
	wantEqual(t, "why", "klarere", history[0].Why)

	wrong := ppt
	wrong.Group, wrong.Alternatives = "borte", []string{"finnes_ikke"}
	wantInvalid(t, "SaveType", s.SaveType(ctx, editor, "", 1, wrong),
		directory.Invalid{"group": directory.MsgUnknown, "alternatives": directory.MsgUnknown})
	fresh := ppt
	fresh.Code, fresh.Alternatives = "testtype", []string{"testtype", "ppt"}
	wantError(t, "a new type", s.SaveType(ctx, editor, "", 0, fresh), nil)

	// An import leaves what a person has edited, and says so.
	sum, err := s.SaveVocabulary(ctx, importer, nil, types, nil)
	wantError(t, "SaveVocabulary", err, nil)
	wantEqual(t, "summary", Summary{Unchanged: len(types) - 1, Kept: 1, Gone: []string{"type testtype"}}, sum)
	got, err = s.OfferingTypeByCode(ctx, ppt.Code)
	wantError(t, "OfferingTypeByCode", err, nil)
	wantEqual(t, "type after the import", ppt, got)
}

func TestAnImportIsRemembered(t *testing.T) {
	s := openSeeded(t)
	ctx := t.Context()
	_, types, _ := testVocabulary()
	was := types[0]
	types[0].AskFor = "noe annet"
	_, err := s.SaveVocabulary(ctx, importer, nil, types, nil)
	wantError(t, "SaveVocabulary", err, nil)
	history, err := s.Revisions(ctx, KindType, was.Code)
	wantError(t, "Revisions", err, nil)
	if len(history) != 1 || !wasImport(history[0].Actor) || history[0].Before == nil {
		t.Fatalf("history %+v, want one change by the import with what stood there before", history)
	}
}

func TestDeleteExpression(t *testing.T) {
	s := openSeeded(t)
	ctx := t.Context()
	e := directory.Expression{Text: "testord", Kind: directory.EverydayExpression, LeadsTo: []directory.Lead{"ord:test"}}
	_, err := s.SaveExpressions(ctx, importer, []directory.Expression{e})
	wantError(t, "SaveExpressions", err, nil)
	wantError(t, "DeleteExpression", s.DeleteExpression(ctx, editor, "leder feil", 0, e.Text), nil)
	_, err = s.ExpressionByText(ctx, e.Text)
	wantError(t, "ExpressionByText", err, ErrNotFound)
	wantError(t, "deleting it again", s.DeleteExpression(ctx, editor, "", 1, e.Text), ErrNotFound)

	sum, err := s.SaveExpressions(ctx, importer, []directory.Expression{e})
	wantError(t, "SaveExpressions", err, nil)
	wantEqual(t, "summary", Summary{Kept: 1}, sum)

	wantError(t, "a stale save", s.SaveExpression(ctx, editor, "", 0, e), ErrConflict)
	wantError(t, "bringing it back", s.SaveExpression(ctx, editor, "angret", 1, e), nil)
	e.LeadsTo = []directory.Lead{"type:finnes_ikke"}
	wantInvalid(t, "SaveExpression", s.SaveExpression(ctx, editor, "", 2, e), directory.Invalid{"leads_to": directory.MsgUnknown})
	e.Text, e.LeadsTo, e.Kind = "Med  stor", []directory.Lead{"ukjent:x"}, "x"
	wantInvalid(t, "SaveExpression", s.SaveExpression(ctx, editor, "", 0, e),
		directory.Invalid{"leads_to": directory.MsgFormat, "text": directory.MsgFormat, "kind": directory.MsgUnknown})
}

func TestSaveContact(t *testing.T) {
	s := openSeeded(t)
	ctx := t.Context()
	c := region.Contact{Phone: "+4722222222", Email: "test@example.org", Source: "Testside", SourceDate: "2026-11", Confirmed: true}
	head := headOf(t, s)
	wantError(t, "SaveContact", s.SaveContact(ctx, editor, "", 0, "1804", c), nil)
	k, err := s.KommuneByNumber(ctx, "1804")
	wantError(t, "KommuneByNumber", err, nil)
	wantEqual(t, "contact", c, k.Contact)
	wantEqual(t, "feed", []Change{{Kind: KindKommune, Ref: "1804"}}, changesAfter(t, s, head, 1))

	wantError(t, "an unknown kommune", s.SaveContact(ctx, editor, "", 0, "9998", c), ErrNotFound)
	wantInvalid(t, "SaveContact", s.SaveContact(ctx, editor, "", 1, "1804", region.Contact{Phone: "22", Email: "x", SourceDate: "i går"}),
		directory.Invalid{"phone": directory.MsgFormat, "email": directory.MsgFormat, "source": directory.MsgRequired, "source_date": directory.MsgFormat})

	sum, err := s.SaveRegions(ctx, importer, testRegions())
	wantError(t, "SaveRegions", err, nil)
	wantEqual(t, "kept", 1, sum.Kept)
	k, err = s.KommuneByNumber(ctx, "1804")
	wantError(t, "KommuneByNumber", err, nil)
	wantEqual(t, "contact after the import", c, k.Contact)
}

func TestTwoEditorsAtOnce(t *testing.T) {
	s := openSeeded(t)
	_, _, terms := testVocabulary()
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() { errs <- s.SaveTerm(t.Context(), editor, "", 0, terms[0]) }()
	}
	saved := 0
	for range cap(errs) {
		if err := <-errs; err == nil {
			saved++
		} else {
			wantError(t, "SaveTerm", err, ErrConflict)
		}
	}
	wantEqual(t, "saved", 1, saved)
}
