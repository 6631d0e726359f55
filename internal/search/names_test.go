package search

import (
	"slices"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func TestWholeNames(t *testing.T) {
	x, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	put := func(id int64, name string) {
		if err := x.Apply(Batch{Put: []Document{OfferingDocument(directory.Offering{ID: id, Name: name})}}); err != nil {
			t.Fatal(err)
		}
	}
	put(1, "Prøvehjelpen i Prøvevik")
	put(2, "Prøvevik")
	put(3, "Prøvevik")
	put(2, "Hjelpen i Prøvevik") // was called otherwise
	v := x.View()
	v.rows.names.base()
	for name, want := range map[string][]int64{"prøvevik": {3}, "prøvehjelpen i prøvevik": {1}, "prøve": nil, "i prøvevik": nil} {
		words := joined(splitWords(name))
		slots, ok := v.rows.names.whole(words, v.rows.list)
		if !ok {
			t.Fatal("the names were made, and are said not to be")
		}
		found, err := v.cachedName(t.Context(), words)
		if err != nil {
			t.Fatal(err)
		}
		var ids, asked []int64
		for _, slot := range slots {
			ids = append(ids, v.rows.list[slot].id)
		}
		for _, m := range found {
			asked = append(asked, v.rows.list[m.slot].id)
		}
		if !slices.Equal(ids, want) || !slices.Equal(asked, want) {
			t.Errorf("%s: got %v by name and %v of Bleve, want %v", name, ids, asked, want)
		}
	}
}
