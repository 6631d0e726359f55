package store

import (
	"errors"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestSaveOutlines(t *testing.T) {
	s := openStore(t)
	_, err := s.SaveRegions(t.Context(), importer, testRegions())
	wantError(t, "SaveRegions", err, nil)
	list := []region.Outline{{Kommune: "0301", Area: []byte("a"), Drawing: []byte("b")}, {Kommune: "1804", Area: []byte("c"), Drawing: []byte("d")}}
	save := func(want Summary) {
		t.Helper()
		got, err := s.SaveOutlines(t.Context(), importer, list)
		wantError(t, "SaveOutlines", err, nil)
		wantEqual(t, "summary", want, got)
	}
	save(Summary{Created: 2})
	head, was := headOf(t, s), written(t, s)
	save(Summary{Unchanged: 2})
	wantEqual(t, "rows of history and feed", was, written(t, s))
	got, err := s.Outlines(t.Context())
	wantError(t, "Outlines", err, nil)
	wantEqual(t, "outlines", list, got)

	list = list[1:]
	list[0].Drawing = []byte("e")
	save(Summary{Updated: 1, Gone: []string{"outline 0301"}})
	wantEqual(t, "feed", []Change{{Kind: KindOutline, Ref: "1804"}}, changesAfter(t, s, head, 1))
	o, err := s.OutlineByKommune(t.Context(), "1804")
	wantError(t, "OutlineByKommune", err, nil)
	wantEqual(t, "outline", list[0], o)
	if _, err := s.OutlineByKommune(t.Context(), "9999"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the outline of no kommune: %v, want ErrNotFound", err)
	}

	list[0].Kommune = "9999"
	if _, err := s.SaveOutlines(t.Context(), importer, list); err == nil {
		t.Error("an outline of no kommune was saved")
	}
}
