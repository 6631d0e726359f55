package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMark(t *testing.T) {
	v := newTestView(t)
	for _, tc := range []struct{ query, text, want string }{
		{"familievernkontor", "Bodø familievernkontor", "Bodø [familievernkontor]"},
		{"vern", "Familievernkontoret på Østlandet", "Familie[vern]kontoret på Østlandet"},
		{"pårørande", "For pårørende og søsken", "For [pårørende] og søsken"},
		{"sosken", "For pårørende og søsken", "For pårørende og [søsken]"},
		{"xyzzy", "Ingen av ordene", "Ingen av ordene"},
		{"å og i", "Å og i", "Å og i"},
		{"sykehus", "Sjukehuset på Åsen", "[Sjukehuset] på Åsen"},
	} {
		res, err := v.Search(t.Context(), Query{Text: tc.query})
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, p := range res.Mark(tc.text) {
			if p.Marked {
				got.WriteString("[" + p.Text + "]")
			} else {
				got.WriteString(p.Text)
			}
		}
		if got.String() != tc.want {
			t.Errorf("%q in %q: got %q, want %q", tc.query, tc.text, got.String(), tc.want)
		}
	}
}

// Parts put together are the text, letter for letter.
func FuzzMark(f *testing.F) {
	for _, s := range []string{"", "Pårørendesenteret", "e\u0301tude Kárášjohka", "a\x00b", "familievernkontorene,familievern"} {
		f.Add(s)
	}
	r := Result{marked: marked{"vern": true, "senter": true, "famili": true, "karasjohk": true}}
	f.Fuzz(func(t *testing.T, text string) {
		var all strings.Builder
		for _, p := range r.Mark(text) {
			if utf8.ValidString(text) && !utf8.ValidString(p.Text) {
				t.Errorf("%q is cut inside a letter", text)
			}
			all.WriteString(p.Text)
		}
		if all.String() != text {
			t.Errorf("got %q, want %q", all.String(), text)
		}
	})
}
