package data_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/nasjonal-oversikt/oversikt/data"
)

// everydayKinds is the closed set of the column art.
var everydayKinds = []string{
	"livssituasjon", "diagnose", "forkortelse", "dagligtale", "nynorsk", "engelsk", "krise",
}

// foldedLetters brings å, ø and æ, and the pairs they are typed as, to one letter, as
// search does: two rows that are the same to a reader without these keys are one row.
var foldedLetters = strings.NewReplacer("aa", "a", "ae", "a", "oe", "o", "å", "a", "æ", "a", "ø", "o", "é", "e")

func foldExpression(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return foldedLetters.Replace(strings.Join(words, " "))
}

func TestEverydayExpressions(t *testing.T) {
	rows := table(t, "hverdagsord.csv")
	if len(rows) < 600 {
		t.Errorf("got %d rows, want at least 600", len(rows))
	}
	shape := regexp.MustCompile(`^[\p{Ll}0-9][\p{Ll}0-9.'-]*( [\p{Ll}0-9.'-]+){0,4}$`)
	seen := map[string]string{}
	for _, r := range rows {
		e := r["uttrykk"]
		mustMatch(t, e, "uttrykk", e, shape)
		if first, ok := seen[foldExpression(e)]; ok {
			t.Errorf("%q is %q once more", e, first)
		}
		seen[foldExpression(e)] = e
		if !slices.Contains(everydayKinds, r["art"]) {
			t.Errorf("%q: art %q", e, r["art"])
		}
	}
}

// An expression that leads to a code or word that nothing carries would be shown as an
// expansion of the search and find nothing.
func TestEverydayTargets(t *testing.T) {
	b := readBegreper(t)
	known := map[string][]string{"tema": codes(b.Tema), "malgruppe": codes(b.Malgrupper), "type": typeCodes(t)}
	words := publishedWords(t)
	for _, r := range table(t, "hverdagsord.csv") {
		targets := list(r["forer_til"])
		if len(targets) == 0 {
			t.Errorf("%q leads nowhere", r["uttrykk"])
		}
		for i, target := range targets {
			field, value, _ := strings.Cut(target, ":")
			ok := slices.Contains(known[field], value)
			if field == "ord" {
				ok = !slices.ContainsFunc(strings.Fields(value), func(w string) bool { return !words[foldExpression(w)] })
			}
			if !ok || slices.Contains(targets[:i], target) {
				t.Errorf("%q: forer_til %q", r["uttrykk"], target)
			}
		}
	}
}

// publishedWords returns the folded words of the offerings that readers see, and of the
// articles.
func publishedWords(t *testing.T) map[string]bool {
	t.Helper()
	var text strings.Builder
	for _, r := range table(t, "tilbud.csv") {
		if r["sikkerhet"] != "lav" {
			for _, column := range []string{"navn", "organisasjon", "malgruppe", "beskrivelse_stikkord"} {
				text.WriteString(r[column] + " ")
			}
		}
	}
	names, err := fs.Glob(data.FS, "artikler/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text.WriteString(content(t, name) + " ")
	}
	words := map[string]bool{}
	for _, w := range strings.Fields(foldExpression(text.String())) {
		words[w] = true
	}
	return words
}

// What is urgent leads to someone who answers: the lines for emergencies, or for violence.
func TestEverydayCrisesLeadToALine(t *testing.T) {
	n := 0
	for _, r := range table(t, "hverdagsord.csv") {
		if r["art"] != "krise" {
			continue
		}
		n++
		targets := list(r["forer_til"])
		if !slices.Contains(targets, "tema:akutt") || !slices.Contains(targets, "type:hjelpetelefon") {
			t.Errorf("%q leads to %q, and not to tema:akutt and type:hjelpetelefon", r["uttrykk"], r["forer_til"])
		}
	}
	if n < 100 {
		t.Errorf("got %d expressions of crisis, want at least 100", n)
	}
}
