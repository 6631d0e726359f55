package search

import (
	"math/rand/v2"
	"testing"

	"github.com/blevesearch/vellum/levenshtein"
)

// Words are read as a dictionary is walked, each from where it parts from the one before.
func TestSpellingIsAsTheAutomatonOfAllStates(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	letters := []rune("abcø漢")
	word := func(n int) string {
		list := []rune{'a'}
		for range n - 1 {
			list = append(list, letters[r.IntN(len(letters))])
		}
		return string(list)
	}
	near := 0
	for edits := range uint8(3) {
		if edits == 0 {
			continue
		}
		builder, err := levenshtein.NewLevenshteinAutomatonBuilder(edits, true)
		if err != nil {
			t.Fatal(err)
		}
		for range 60 {
			asked := word(3 + r.IntN(7))
			want, err := builder.BuildDfa(asked, edits)
			if err != nil {
				t.Fatal(err)
			}
			got := newSpelling(asked, edits)
			states, before := []int{got.Start()}, ""
			for range 200 {
				other := word(1 + r.IntN(10))
				same := 0
				for same < min(len(other), len(before)) && other[same] == before[same] {
					same++
				}
				states = states[:same+1]
				for i := same; i < len(other); i++ {
					states = append(states, got.Accept(states[i], other[i]))
				}
				before = other
				end := states[len(other)]
				ok, distance := want.MatchAndDistance(other)
				if is := got.CanMatch(end) && got.IsMatch(end); is != ok || ok && got.EditDistance(end) != distance {
					t.Fatalf("%s for %s with %d edits: got %t, want %t and distance %d", other, asked, edits, is, ok, distance)
				}
				if ok {
					near++
				}
			}
			got.done()
		}
	}
	if near < 200 {
		t.Errorf("%d words were near, too few to tell", near)
	}
}

func TestSpellingWantsTheFirstLetter(t *testing.T) {
	s := newSpelling("terapi", 1)
	defer s.done()
	if s.CanMatch(s.Accept(s.Start(), 'd')) || !s.CanMatch(s.Accept(s.Start(), 't')) {
		t.Error("want words that begin with t, and no others")
	}
}
