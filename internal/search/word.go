package search

import (
	"unicode"
	"unicode/utf8"

	"github.com/nasjonal-oversikt/oversikt/internal/fold"
)

// word is one word of a text.
type word struct {
	text   string // as written
	fold   string
	cap    bool   // begins with a capital
	at     int    // byte at which it begins
	inside string // form of the expression that it is a compound with, if it was read as one
}

// splitWords returns the words of s.
func splitWords(s string) []word {
	var words []word
	for at, text := range fold.Words(s) {
		if f := fold.Word(text).Text; f != "" {
			first, _ := utf8.DecodeRuneInString(text)
			words = append(words, word{text: text, fold: f, cap: unicode.IsUpper(first), at: at})
		}
	}
	return words
}
