package referral

import (
	"strings"
	"unicode"
)

// alphabet is Crockford's base32: crockford.com/base32.html.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// alike are the letters that are not in the alphabet, and read as what they look like.
var alike = map[rune]rune{'I': '1', 'L': '1', 'O': '0'}

const groupSize = 4

// group returns the characters by their letters, a hyphen after every fourth.
func group(chars []byte) string {
	var b strings.Builder
	for i, c := range chars {
		if i > 0 && i%groupSize == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[c])
	}
	return b.String()
}

// parse returns the values of the characters in a code. Blanks, hyphens of any length, full
// stops and what else people put between groups are passed over.
func parse(code string) ([]byte, error) {
	var chars []byte
	for _, r := range code {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune(".,_/−\u00ad\u200b", r) {
			continue
		}
		r = unicode.ToUpper(r)
		if like, ok := alike[r]; ok {
			r = like
		}
		i := strings.IndexRune(alphabet, r)
		if i < 0 {
			return nil, &CharacterError{r}
		}
		if chars = append(chars, byte(i)); len(chars) > mostChars {
			return nil, ErrLong
		}
	}
	return chars, nil
}

// bits are characters of five bits, written from the first bit on and read in the same order.
type bits struct {
	chars []byte
	at    int // the next bit to write or read
}

func (b *bits) put(value uint64, n int) {
	for i := n - 1; i >= 0; i-- {
		if b.at%charBits == 0 {
			b.chars = append(b.chars, 0)
		}
		bit := byte(value >> i & 1)
		b.chars[b.at/charBits] |= bit << (charBits - 1 - b.at%charBits)
		b.at++
	}
}

// fill goes on to the next character.
func (b *bits) fill() { b.at = len(b.chars) * charBits }

// take returns the next n bits, zeros behind the end.
func (b *bits) take(n int) uint64 {
	var value uint64
	for range n {
		value <<= 1
		if i := b.at / charBits; i < len(b.chars) {
			value |= uint64(b.chars[i] >> (charBits - 1 - b.at%charBits) & 1)
		}
		b.at++
	}
	return value
}

// skip is fill for reading.
func (b *bits) skip() { b.at += (charBits - b.at%charBits) % charBits }

// left returns how many characters have not been read.
func (b *bits) left() int { return max(len(b.chars)-b.at/charBits, 0) }
