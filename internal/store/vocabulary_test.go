package store

import (
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func TestSaveVocabulary(t *testing.T) {
	s := openStore(t)
	groups, types, terms := testVocabulary()
	save := func(want Summary) {
		t.Helper()
		got, err := s.SaveVocabulary(t.Context(), importer, groups, types, terms)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, "summary", want, got)
	}
	save(Summary{Created: 7})
	head := headOf(t, s)
	was := written(t, s)
	save(Summary{Unchanged: 7})
	wantEqual(t, "rows of history and feed", was, written(t, s))

	ctx := t.Context()
	gotTypes, err := s.OfferingTypes(ctx)
	wantError(t, "OfferingTypes", err, nil)
	wantEqual(t, "types", types, gotTypes)
	gotGroups, err := s.TypeGroups(ctx)
	wantError(t, "TypeGroups", err, nil)
	wantEqual(t, "groups", groups, gotGroups)
	gotTerms, err := s.Terms(ctx)
	wantError(t, "Terms", err, nil)
	wantEqual(t, "terms, in their order", []directory.Term{terms[3], terms[1], terms[0], terms[2]}, gotTerms)

	groups[0].Name.NN = "I kommunen, på nynorsk"
	types[0].Laws = []directory.Law{types[0].Laws[0], {Text: "To", Paragraph: "testloven § 2", URL: "https://lovdata.no/to"}}
	terms[2].Name.NB = "Rusmidler"
	types, terms = types[:1], terms[1:]
	save(Summary{Updated: 3, Unchanged: 2, Gone: []string{"type annet", "term malgruppe/barn"}})
	wantEqual(t, "feed", []Change{{Kind: KindGroup, Ref: "kommunen"}, {Kind: KindType, Ref: "ppt"}, {Kind: KindTerm, Ref: "tema/rus"}},
		changesAfter(t, s, head, 3))
	ppt, err := s.OfferingTypeByCode(ctx, "ppt")
	wantError(t, "OfferingTypeByCode", err, nil)
	wantEqual(t, "ppt", types[0], ppt)

	types[0].Laws = nil
	save(Summary{Updated: 1, Unchanged: 4, Gone: []string{"type annet", "term malgruppe/barn"}})
	wantEqual(t, "laws", 0, count(t, s, "type_laws"))
}

func TestOfferingTypeNotFound(t *testing.T) {
	s := openSeeded(t)
	_, err := s.OfferingTypeByCode(t.Context(), "borte")
	wantError(t, "OfferingTypeByCode", err, ErrNotFound)
}
