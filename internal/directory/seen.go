package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// unseen reports whether a character is none that people write: a control character other
// than a tab or the end of a line, one that turns the order of what is read around ("ring
// 116 123" can then be read as another number), a tag, or what is no character at all. They
// steer terminals, break XML, and hide what a text says; nobody types them.
func unseen(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	case unicode.IsControl(r), turns(r):
		return true
	case r >= 0xe0000 && r <= 0xe007f, r >= 0xfdd0 && r <= 0xfdef:
		return true
	}
	return r&0xfffe == 0xfffe // the last two of every plane
}

// turns reports whether a character only says which way what is around it is read.
func turns(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }

// Pasted returns a text as whoever pasted it sees it, who must not be refused for what they
// do not see. Word and others have signs of their own between lines, which become ends of lines,
// and put signs around numbers that say which way they are read, which are left out. What is no
// UTF-8 stays as it is.
func Pasted(s string) string { return pasted(s, '\n') }

// PastedLine is Pasted for a text of one line: a blank stands where a line would end.
func PastedLine(s string) string { return pasted(s, ' ') }

func pasted(s string, end rune) string {
	if !utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
			return end
		case turns(r):
			return -1
		}
		return r
	}, s)
}

// Seen returns a text without the characters that nobody writes or sees, for texts that are
// not worth a refusal: a reason, a device's name.
func Seen(s string) string {
	return strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, s)
}

// HasUnseen reports whether a text has a character that nobody writes or sees.
func HasUnseen(s string) bool { return strings.ContainsFunc(s, unseen) }
