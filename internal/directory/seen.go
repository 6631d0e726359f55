package directory

import (
	"strings"
	"unicode"
)

// unseen reports whether a character is none that people write: a control character other
// than a tab or the end of a line, one that turns the order of what is read around ("ring
// 116 123" can then be read as another number), a tag, or what is no character at all. They
// steer terminals, break XML, and hide what a text says; nobody types them.
func unseen(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	case r >= 0xe0000 && r <= 0xe007f, r >= 0xfdd0 && r <= 0xfdef:
		return true
	}
	return r&0xfffe == 0xfffe // the last two of every plane
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
