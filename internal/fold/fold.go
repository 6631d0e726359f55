// Package fold writes words as they are compared: in lower case ASCII as far as their letters
// allow, since readers without the keys type å as a or aa, ø as o or oe, æ as a or ae.
package fold

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folds are letters that decomposition does not bring to ASCII.
var folds = map[rune]string{
	'æ': "a", 'ä': "a", 'å': "a", 'ø': "o", 'ö': "o", 'đ': "d", 'ð': "d", 'ŋ': "n", 'ŧ': "t",
	'þ': "th", 'ß': "ss", 'ł': "l", 'œ': "o", 'ı': "i",
}

// Folded is a word as it is compared, with the byte of the original that each byte of Text came
// from, and one more for the end: a part of a compound can be pointed out in the reader's own
// letters.
type Folded struct {
	Text string
	From []int
}

// Word returns the word folded. Nothing is left of one that is only marks.
func Word(word string) Folded {
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
	return Folded{string(out), append(from, len(word))}
}

// Words yields the words of s as they are written, each with the byte at which it begins: runs of
// letters, digits and the marks on them.
func Words(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		start := -1
		for i, r := range s {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) {
				if start < 0 {
					start = i
				}
				continue
			}
			if start >= 0 && !yield(start, s[start:i]) {
				return
			}
			start = -1
		}
		if start >= 0 {
			yield(start, s[start:])
		}
	}
}

// Text returns the words of s folded and joined by single spaces; what is not a letter or digit
// divides words. "Sør-Varanger kommune" is "sor varanger kommune".
func Text(s string) string {
	var b strings.Builder
	for _, text := range Words(s) {
		f := Word(text).Text
		if f != "" && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f)
	}
	return b.String()
}
