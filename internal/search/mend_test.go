package search

import (
	"slices"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// A misspelt word of something that people say leads where the right one does, and the
// reader is told.
func TestMisspeltExpressions(t *testing.T) {
	v := newTestView(t, ExpressionDocument(directory.Expression{Text: "selvmord", Kind: directory.CrisisExpression, LeadsTo: []directory.Lead{"ord:livet"}}),
		ExpressionDocument(directory.Expression{Text: "skizofreni", LeadsTo: []directory.Lead{"ord:psykisk"}}),
		ExpressionDocument(directory.Expression{Text: "heimehjelp", LeadsTo: []directory.Lead{"ord:psykisk"}}))
	for _, c := range []struct {
		text, mended string
		crisis       bool
	}{
		{"slevmord", "selvmord", true},
		{"mamma er skizofrni", "mamma er skizofreni", false},
		{"skizofreni", "", false},
		{"sxizzzreni", "", false},
		{"salv", "", false},       // too short to be taken for another
		{"helsehjelp", "", false}, // a right word, two letters from another
		{"heimehjlp", "heimehjelp", false},
	} {
		res, err := v.Search(t.Context(), Query{Text: c.text})
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Interpreted.Mended; got != c.mended || res.Crisis != c.crisis {
			t.Errorf("%q is read as %q, crisis %t; want %q, %t", c.text, got, res.Crisis, c.mended, c.crisis)
		}
		if c.mended != "" && len(res.Interpreted.Expanded) != 1 {
			t.Errorf("%q leads to %q, want what the right word leads to", c.text, res.Interpreted.Expanded)
		}
		literal, err := v.Search(t.Context(), Query{Text: c.text, Literal: true})
		if err != nil {
			t.Fatal(err)
		}
		if literal.Interpreted.Mended != "" {
			t.Errorf("%q taken literally is read as %q", c.text, literal.Interpreted.Mended)
		}
	}
}

// What leads to the type that it names says no more than the type; what leads past it does.
func TestExpressionsThatNameAType(t *testing.T) {
	for _, c := range []struct {
		text    string
		leadsTo directory.Lead
		kept    int
	}{
		{"familievernkontor", "type:familievernkontor", 0},
		{"familievernkontor", "ord:psykisk", 1},
		{"familievernkontor samboer krangler penger huset sommeren", "type:familievernkontor", 1}, // the type only weighs
	} {
		v := newTestView(t, ExpressionDocument(directory.Expression{Text: "familievernkontor", LeadsTo: []directory.Lead{c.leadsTo}}))
		u, err := v.understand(t.Context(), c.text, false)
		if err != nil {
			t.Fatal(err)
		}
		if len(u.types) != 1 || len(u.said) != c.kept {
			t.Errorf("%q, which leads to %s, is %d types and %d expressions; want 1 and %d", c.text, c.leadsTo, len(u.types), len(u.said), c.kept)
		}
	}
}

// A compound with something that people say says the same, and is not misspelt.
func TestCompoundsOfExpressions(t *testing.T) {
	v := newTestView(t, ExpressionDocument(directory.Expression{Text: "epilepsi", LeadsTo: []directory.Lead{"ord:psykisk"}}),
		ExpressionDocument(directory.Expression{Text: "depresjon", LeadsTo: []directory.Lead{"ord:psykisk"}}),
		ExpressionDocument(directory.Expression{Text: "angst for dyr", LeadsTo: []directory.Lead{"ord:psykisk"}}))
	for text, want := range map[string]int{
		"epilepsianfall": 1, "tenåringsdepresjonen": 1, "epilepsi": 1,
		"epilepsix":    0, // too little is left of it for a compound
		"angstanfall":  0, // "angst" alone is no expression
		"sykkelstativ": 0,
	} {
		u, err := v.understand(t.Context(), text, false)
		if err != nil {
			t.Fatal(err)
		}
		if len(u.said) != want && !u.mended {
			t.Errorf("%q says %d things, want %d", text, len(u.said), want)
		}
		if want > 0 && u.mended {
			t.Errorf("%q is taken to be misspelt", text)
		}
	}
}

// What the articles write is spelt right, though no offering has it.
func TestWordsOfArticlesAreSpeltRight(t *testing.T) {
	fyller := ExpressionDocument(directory.Expression{Text: "fyller", LeadsTo: []directory.Lead{"ord:psykisk"}})
	text := article.Article{Language: "nb", Section: "den-syke", Slug: "fall", Title: "Gammel", Markdown: "Noen faller ofte."}
	for _, c := range []struct {
		documents []Document
		mended    string
	}{{[]Document{fyller}, "fyller"}, {[]Document{fyller, ArticleDocument(text)}, ""}} {
		res, err := newTestView(t, c.documents...).Search(t.Context(), Query{Text: "faller"})
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Interpreted.Mended; got != c.mended {
			t.Errorf("faller is read as %q, want %q", got, c.mended)
		}
	}
}

// Of two words that a misspelt one may be, the closer is meant, though the other is a type.
func TestCloserWordBeforeType(t *testing.T) {
	v := newTestView(t, ExpressionDocument(directory.Expression{Text: "familievernlinjen", LeadsTo: []directory.Lead{"ord:psykisk"}}))
	for text, types := range map[string]int{"familievernkontoor": 1, "familievernlinnjen": 0} {
		u, err := v.understand(t.Context(), text, false)
		if err != nil {
			t.Fatal(err)
		}
		if len(u.types) != types {
			t.Errorf("%q names %d types, want %d", text, len(u.types), types)
		}
	}
}

func TestNearestWordIsTheSameEachTime(t *testing.T) {
	x := newExpressions([]*directory.Expression{{Text: "sorgen", LeadsTo: []directory.Lead{"ord:a"}}, {Text: "sorget", LeadsTo: []directory.Lead{"ord:a"}}})
	var got []string
	for range 50 {
		w, off := x.near("sorgex", 1)
		if off != 1 {
			t.Fatalf("%q is %d letters from sorgex", w.text, off)
		}
		got = append(got, w.text)
	}
	if slices.Sort(got); got[0] != got[len(got)-1] {
		t.Errorf("got %s and %s", got[0], got[len(got)-1])
	}
}

// Without a place, what the matter is weighs more than an office of the type that was named
// and is about something else.
func TestTopicBeforeTypeElsewhere(t *testing.T) {
	u := understood{types: []int{0}, said: []saidExpression{{}}}
	if got, want := u.readings()[1], (reading{words: true, instead: true}); got != want {
		t.Errorf("without a place the second reading is %+v, want %+v", got, want)
	}
	u.placed = true
	if got, want := u.readings()[1], (reading{types: true}); got != want {
		t.Errorf("with a place the second reading is %+v, want %+v", got, want)
	}
}

// A question is proposed where a word or two are misspelt. Many that nothing has are rather
// about something else, and what the articles write is right.
func TestFewWordsAreProposed(t *testing.T) {
	v := newTestView(t, ExpressionDocument(directory.Expression{Text: "skizofreni", LeadsTo: []directory.Lead{"ord:xyzzy"}}),
		ArticleDocument(article.Article{Language: "nb", Section: "den-syke", Slug: "a", Title: "En", Markdown: "Skezufreni er et ord."}))
	for text, want := range map[string]string{
		"sxizufreni":                       "skizofreni",
		"sxizufreni xyxxz":                 "skizofreni xyxxz",
		"sxizufreni skuzefreni skezafrini": "",
		"skezufreni":                       "",
	} {
		u := understood{all: splitWords(text), uses: make([]use, len(splitWords(text)))}
		got, err := v.didYouMean(t.Context(), &u)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("for %q %q is proposed, want %q", text, got, want)
		}
	}
}
