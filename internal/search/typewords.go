package search

import (
	"maps"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// typeWords finds types by what people call them, folded and stemmed.
type typeWords struct {
	types    map[string]int
	whole    map[string]int // single words, folded and not stemmed, to mend misspelt ones by
	keys     []string       // of whole, sorted
	maxWords int
}

func newTypeWords(c *catalog) typeWords {
	t := typeWords{types: map[string]int{}, whole: map[string]int{}}
	for i, typ := range c.types {
		for _, name := range namesOf(typ) {
			words := splitWords(name)
			key := stemmed(words)
			if key == "" {
				continue
			}
			if _, taken := t.types[key]; !taken {
				t.types[key] = i
			}
			if _, taken := t.whole[words[0].fold]; !taken && len(words) == 1 {
				t.whole[words[0].fold] = i
			}
			t.maxWords = max(t.maxWords, 1+strings.Count(key, " "))
		}
	}
	t.keys = slices.Sorted(maps.Keys(t.whole))
	return t
}

// namesOf returns what a type is called: its names in all languages, and other words.
func namesOf(t *directory.OfferingType) []string {
	return append([]string{t.Name.NB, t.Name.NN, t.Plural.NB, t.Plural.NN, t.Name.EN, t.Plural.EN}, t.Words...)
}

// near returns the type whose word is closest to a folded one, and how many letters are wrong:
// one from seven letters on, two from eleven. Short words are too near to each other. The type
// is -1 when there is none.
func (t typeWords) near(fold string) (typ, off int) {
	if i, ok := t.whole[fold]; ok {
		return i, 0
	}
	limit := 0
	switch {
	case len(fold) >= 11:
		limit = 2
	case len(fold) >= 7:
		limit = 1
	}
	best, found := limit+1, -1
	for w := range nearIn(t.keys, fold, limit) {
		if d, i := distance(w, fold, limit), t.whole[w]; d < best || d == best && found >= 0 && i < found {
			best, found = d, i
		}
	}
	return found, best
}

// stemmed returns the words' normal forms joined by spaces.
func stemmed(words []word) string {
	forms := make([]string, len(words))
	for i, w := range words {
		forms[i] = normal(w.fold)
	}
	return strings.Join(forms, " ")
}
