package search

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// expressions finds what people say in their questions.
type expressions struct {
	byFirst map[string][]*expression // by the first form, the longest first
	forms   map[string]bool          // every form that is in one
	words   map[string]word          // folded words that say something, to mend misspelt ones by
	keys    []string                 // of words, sorted
}

// expression is something that people say, as normal forms of its words.
type expression struct {
	*directory.Expression
	forms []string
}

// saidExpression is an expression that was found, with the words that it was found in.
type saidExpression struct {
	*directory.Expression
	at []int
}

func (s saidExpression) isCrisis() bool { return s.Kind == directory.CrisisExpression }

func newExpressions(list []*directory.Expression) expressions {
	x := expressions{byFirst: map[string][]*expression{}, forms: map[string]bool{}, words: map[string]word{}}
	for _, e := range list {
		said := &expression{Expression: e}
		for _, w := range splitWords(e.Text) {
			said.forms = append(said.forms, normal(w.fold))
			if w.says() {
				x.words[w.fold] = word{text: w.text, fold: w.fold}
			}
		}
		if len(said.forms) == 0 {
			continue
		}
		x.byFirst[said.forms[0]] = append(x.byFirst[said.forms[0]], said)
		for _, f := range said.forms {
			x.forms[f] = true
		}
	}
	x.keys = slices.Sorted(maps.Keys(x.words))
	for _, l := range x.byFirst {
		slices.SortFunc(l, func(a, b *expression) int {
			return cmp.Or(cmp.Compare(len(b.forms), len(a.forms)), strings.Compare(a.Text, b.Text))
		})
	}
	return x
}

// has reports whether some expression has the word.
func (x expressions) has(w word) bool { return x.forms[normal(w.fold)] }

// minHead and minRest are the fewest bytes of an expression at either end of a compound, and
// of the rest of it. Shorter ones stand in words that have nothing to do with them.
const (
	minHead = 5
	minRest = 3
)

// inside returns the form of the longest expression of one word that a folded compound begins
// with, or else ends with: epilepsi in "epilepsianfall", depresjon in "tenåringsdepresjonen".
// It returns "" when there is none.
func (x expressions) inside(folded string) string {
	for n := len(folded) - minRest; n >= minHead; n-- {
		if _, ok := x.words[folded[:n]]; ok && x.isAlone(normal(folded[:n])) {
			return normal(folded[:n])
		}
	}
	form := normal(folded)
	for from := minRest; from <= len(form)-minHead; from++ {
		if x.isAlone(form[from:]) {
			return form[from:]
		}
	}
	return ""
}

// isAlone reports whether the form is an expression by itself.
func (x expressions) isAlone(form string) bool {
	l := x.byFirst[form]
	return len(l) > 0 && len(l[len(l)-1].forms) == 1
}

// nearEnough is how many wrong letters a folded word may have to be taken for another: one
// from six letters on, two from ten. Shorter words are too near to each other.
func nearEnough(fold string) int {
	switch {
	case len(fold) >= 10:
		return 2
	case len(fold) >= 6:
		return 1
	}
	return 0
}

// near returns the word of an expression that is closest to a folded one, with at most limit
// wrong letters, the first of them right, and how many are wrong. It returns no word when none
// is as close.
func (x expressions) near(fold string, limit int) (w word, off int) {
	best, found := limit+1, word{}
	for f := range nearIn(x.keys, fold, limit) {
		if d := distance(f, fold, limit); d < best {
			best, found = d, x.words[f]
		}
	}
	return found, best
}

// gap is how many other words may stand between two of an expression: "husker nesten
// aldri noe".
const gap = 2

// in returns the expressions that the words hold, longer ones before shorter ones, no word
// in two. Words that name a place are passed over: Volda has the stem of vold.
func (x expressions) in(words []word, uses []use) []saidExpression {
	forms := make([]string, len(words))
	for i, w := range words {
		switch {
		case uses[i] == usedPlace:
		case w.inside != "":
			forms[i] = w.inside
		default:
			forms[i] = normal(w.fold)
		}
	}
	var found []saidExpression
	for i, form := range forms {
		for _, e := range x.byFirst[form] {
			if at := e.from(forms, i); at != nil {
				found = append(found, saidExpression{e.Expression, at})
			}
		}
	}
	// Of "broren min døde" and "døde av overdose" the one that tells of more than whom it is about.
	about := func(s saidExpression) (n int) {
		for _, i := range s.at {
			if form := normal(words[i].fold); parentWords[form] || words[i].says() && !someone[form] {
				n++
			}
		}
		return n
	}
	slices.SortStableFunc(found, func(a, b saidExpression) int {
		return cmp.Or(cmp.Compare(len(b.at), len(a.at)), cmp.Compare(about(b), about(a)))
	})
	taken := make([]bool, len(words))
	kept := found[:0]
	for _, s := range found {
		if slices.ContainsFunc(s.at, func(i int) bool { return taken[i] }) {
			continue
		}
		for _, i := range s.at {
			taken[i] = true
		}
		kept = append(kept, s)
	}
	return kept
}

// from returns where the expression's forms stand, beginning at i, or nil.
func (e *expression) from(forms []string, i int) []int {
	at := []int{i}
	for _, want := range e.forms[1:] {
		last := at[len(at)-1]
		next := slices.Index(forms[last+1:min(len(forms), last+2+gap)], want)
		if next < 0 {
			return nil
		}
		at = append(at, last+1+next)
	}
	return at
}
