package site

import (
	"slices"
	"strings"
	"unicode"
)

// lowerRest returns the names as they stand in a sentence, all but the first in lower
// case. Abbreviations stay.
func lowerRest(names []string) []string {
	out := slices.Clone(names)
	for i := 1; i < len(out); i++ {
		out[i] = lowerInitial(out[i])
	}
	return out
}

// lowerInitial returns the word with a small first letter, unless it is an abbreviation.
func lowerInitial(s string) string {
	r := []rune(s)
	if len(r) > 1 && unicode.IsUpper(r[0]) && unicode.IsUpper(r[1]) {
		return s
	}
	if len(r) > 0 {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}

// paragraphs returns the parts of a plain text that empty lines divide.
func paragraphs(s string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func contains[T comparable](list []T, v T) bool { return slices.Contains(list, v) }
