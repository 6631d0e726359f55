package search

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// expressions finds what people say in their questions.
type expressions struct {
	byFirst map[string][]*expression // by the first form, the longest first
	forms   map[string]bool          // every form that is in one
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

func newExpressions(list []*directory.Expression) expressions {
	x := expressions{byFirst: map[string][]*expression{}, forms: map[string]bool{}}
	for _, e := range list {
		said := &expression{Expression: e}
		for _, w := range splitWords(e.Text) {
			said.forms = append(said.forms, normal(w.fold))
		}
		if len(said.forms) == 0 {
			continue
		}
		x.byFirst[said.forms[0]] = append(x.byFirst[said.forms[0]], said)
		for _, f := range said.forms {
			x.forms[f] = true
		}
	}
	for _, l := range x.byFirst {
		slices.SortFunc(l, func(a, b *expression) int {
			return cmp.Or(cmp.Compare(len(b.forms), len(a.forms)), strings.Compare(a.Text, b.Text))
		})
	}
	return x
}

// has reports whether some expression has the word.
func (x expressions) has(w word) bool { return x.forms[normal(w.fold)] }

// gap is how many other words may stand between two of an expression: "husker nesten
// aldri noe".
const gap = 2

// in returns the expressions that the words hold, longer ones before shorter ones, no word
// in two. Words that name a place are passed over: Volda has the stem of vold.
func (x expressions) in(words []word, uses []use) []saidExpression {
	forms := make([]string, len(words))
	for i, w := range words {
		if uses[i] != usedPlace {
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
	slices.SortStableFunc(found, func(a, b saidExpression) int { return cmp.Compare(len(b.at), len(a.at)) })
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
