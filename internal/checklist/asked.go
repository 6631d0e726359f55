package checklist

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// calls begin the words that people have for a checklist.
var calls = []string{"sjekklist", "checklist"}

// Asked returns the lists that a text asks for, in the language. It asks by saying checklist;
// its other words choose among the lists by their titles and what they are for, and choose all
// when none has them. A text that does not say checklist asks for none.
func Asked(language, text string) []List {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	says := func(w string) bool {
		return slices.ContainsFunc(calls, func(call string) bool { return strings.HasPrefix(w, call) })
	}
	if !slices.ContainsFunc(words, says) {
		return nil
	}
	const short = 3 // for, til, ved
	words = slices.DeleteFunc(words, func(w string) bool { return says(w) || utf8.RuneCountInString(w) <= short })
	lists := All(language)
	chosen := slices.DeleteFunc(slices.Clone(lists), func(l List) bool {
		about := strings.ToLower(l.Title + " " + l.Purpose + " " + l.For)
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(about, w) })
	})
	if len(chosen) == 0 {
		return lists
	}
	return chosen
}
