// Package diff says what differs between two texts, word by word, and between two
// offerings, field by field, as people read them.
package diff

import (
	"regexp"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Op says which of the two texts a piece is in.
type Op int

const (
	Same    Op = iota // in both
	Removed           // in the text before alone
	Added             // in the text after alone
)

// Piece is a run of words.
type Piece struct {
	Op   Op
	Text string
}

// token is a word, a number with what groups its digits, a run of blanks, or one other sign.
var token = regexp.MustCompile(`\p{Nd}+(?:[ .,:]\p{Nd}+)*|[\p{L}\p{M}\p{Nd}]+|\s+|.`)

// Words returns the two texts as one list of pieces. What is Same or Removed makes up
// before, what is Same or Added makes up after.
func Words(before, after string) []Piece {
	if before == after {
		if before == "" {
			return nil
		}
		return []Piece{{Same, before}}
	}
	// The library compares runes: each word becomes one.
	words := []string{}
	number := map[string]rune{}
	encode := func(text string) []rune {
		var runes []rune
		for _, w := range token.FindAllString(text, -1) {
			r, ok := number[w]
			if !ok {
				r = rune(len(words)) + 1
				if r >= 0xD800 {
					r += 0x800 // no rune stands for half of another
				}
				number[w] = r
				words = append(words, w)
			}
			runes = append(runes, r)
		}
		return runes
	}
	a, b := encode(before), encode(after)
	d := diffmatchpatch.New()
	d.DiffTimeout = 0 // the same answer for the same texts, however busy the machine
	var pieces []Piece
	for _, found := range d.DiffCleanupSemantic(d.DiffMainRunes(a, b, false)) {
		var text []byte
		for _, r := range found.Text {
			if r > 0xD800 {
				r -= 0x800
			}
			text = append(text, words[r-1]...)
		}
		op := Same
		switch found.Type {
		case diffmatchpatch.DiffDelete:
			op = Removed
		case diffmatchpatch.DiffInsert:
			op = Added
		}
		if n := len(pieces); n > 0 && pieces[n-1].Op == op {
			pieces[n-1].Text += string(text)
		} else if len(text) > 0 {
			pieces = append(pieces, Piece{op, string(text)})
		}
	}
	return pieces
}
