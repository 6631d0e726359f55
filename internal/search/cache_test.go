package search

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Words that are kept across edits answer as an index that never saw the edits does.
func TestKeptWordsFollowEdits(t *testing.T) {
	x, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	words := []string{"demenskafe", "sorggruppe", "nattvakt", "turlag", "telefonvakt"}
	r := rand.New(rand.NewPCG(1, 2))
	now := map[int64]Document{}
	for step := range 60 {
		b := Batch{}
		id := int64(1 + r.IntN(12))
		if _, there := now[id]; there && r.IntN(4) == 0 {
			b.Delete = []string{OfferingID(id)}
			delete(now, id)
		} else {
			o := directory.Offering{ID: id, Name: fmt.Sprintf("Prøvetilbud %d", id), Type: "annet", Status: directory.Published,
				Coverage: directory.Coverage{National: true}, Description: words[r.IntN(len(words))] + " " + words[r.IntN(len(words))]}
			now[id] = OfferingDocument(o)
			b.Put = []Document{now[id]}
		}
		if err := x.Apply(b); err != nil {
			t.Fatal(err)
		}
		if step%3 > 0 { // let some generations pass unasked
			continue
		}
		fresh, err := OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		var all []Document
		for _, d := range now {
			all = append(all, d)
		}
		if err := fresh.Apply(Batch{Put: all}); err != nil {
			t.Fatal(err)
		}
		for _, text := range append(words, strings.Join(words[:2], " "), "turlagg") {
			got, want := idsOf(t, x, text), idsOf(t, fresh, text)
			if !slices.Equal(got, want) {
				t.Fatalf("step %d, %q: got %v, want %v", step, text, got, want)
			}
		}
		fresh.Close()
	}
}

func idsOf(t *testing.T, x *Index, text string) []int64 {
	t.Helper()
	res, err := x.View().Search(t.Context(), Query{Text: text, Size: 100, Literal: !strings.HasSuffix(text, "gg")})
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, h := range res.Hits {
		ids = append(ids, h.ID)
	}
	slices.Sort(ids)
	return ids
}
