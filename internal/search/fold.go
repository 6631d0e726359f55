package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folds are letters that decomposition does not bring to ASCII. Readers without these
// keys type å as a or aa, ø as o or oe, æ as a or ae; so all of them become one letter,
// in what is indexed and in what is asked.
var folds = map[rune]string{
	'æ': "a", 'ä': "a", 'å': "a", 'ø': "o", 'ö': "o", 'đ': "d", 'ð': "d", 'ŋ': "n", 'ŧ': "t",
	'þ': "th", 'ß': "ss", 'ł': "l", 'œ': "o", 'ı': "i",
}

// folded is a word in lower case ASCII as far as its letters allow, with the byte of the
// original that each byte of text came from, and one more for the end.
type folded struct {
	text string
	from []int
}

// foldWord folds one word and keeps count of where each byte came from, so that a part
// of a compound can be pointed out in the reader's own letters.
func foldWord(word string) folded {
	out := make([]byte, 0, len(word))
	from := make([]int, 0, len(word)+1)
	add := func(s string, at int) {
		for i := range len(s) {
			// aa, ae and oe are one letter: å, æ, ø.
			if n := len(out); n > 0 && (out[n-1] == 'a' && (s[i] == 'a' || s[i] == 'e') || out[n-1] == 'o' && s[i] == 'e') {
				continue
			}
			out = append(out, s[i])
			from = append(from, at)
		}
	}
	for at, r := range word {
		r = unicode.ToLower(r)
		switch {
		case r < utf8.RuneSelf:
			add(string(r), at)
		case r == utf8.RuneError:
		default:
			if f, ok := folds[r]; ok {
				add(f, at)
				continue
			}
			for _, d := range norm.NFKD.String(string(r)) {
				if unicode.Is(unicode.Mn, d) {
					continue
				}
				add(string(d), at)
			}
		}
	}
	return folded{string(out), append(from, len(word))}
}

// fold returns the words of s folded and joined by single spaces; what is not a letter or
// digit divides words. "Sør-Varanger kommune" is "sor varanger kommune".
func fold(s string) string {
	words := splitWords(s)
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.fold
	}
	return strings.Join(parts, " ")
}

// word is one word of a text.
type word struct {
	text string // as written
	fold string
	cap  bool // begins with a capital
	at   int  // byte at which it begins
}

// splitWords returns the words of s: runs of letters, digits and the marks on them.
func splitWords(s string) []word {
	var words []word
	start := -1
	flush := func(end int) {
		if start < 0 {
			return
		}
		text := s[start:end]
		if f := foldWord(text).text; f != "" {
			first, _ := utf8.DecodeRuneInString(text)
			words = append(words, word{text, f, unicode.IsUpper(first), start})
		}
		start = -1
	}
	for i, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) {
			if start < 0 {
				start = i
			}
			continue
		}
		flush(i)
	}
	flush(len(s))
	return words
}
