package search

import (
	"sync"

	"github.com/blevesearch/vellum"
)

// spelling is an automaton of the words with at most so many wrong letters, swapped neighbours
// counting as one, whose first letter is right. Dictionaries are walked depth first, and what was
// read before does not change meanwhile: so a state is how many bytes were read, and its step is
// written over when the walk comes back to there.
type spelling struct {
	word  []rune
	edits uint8
	steps []step
	rows  []uint8 // of each step, the distances to the beginnings of the word
}

// step is a byte that was read.
type step struct {
	letter rune // as far as it was read
	rest   int8 // how many bytes of it are still to come
	count  int  // letters read
	last   int  // the step that ended the last letter
	before int  // and the one that ended the letter before
}

// The states before anything is read, and when nothing can match any more.
const (
	spellingEnd   = 0
	spellingStart = 1
)

// farOff is more than any distance that counts.
const farOff = 100

var spellings = sync.Pool{New: func() any { return new(spelling) }}

// newSpelling returns the automaton for a word that has a letter; give it back with done.
func newSpelling(word string, edits uint8) *spelling {
	s := spellings.Get().(*spelling)
	s.word, s.edits = append(s.word[:0], []rune(word)...), edits
	s.steps, s.rows = s.steps[:0], s.rows[:0]
	s.grow(spellingStart)
	s.steps[spellingStart] = step{last: spellingStart}
	for i, row := 0, s.row(spellingStart); i < len(row); i++ {
		row[i] = uint8(min(i, farOff))
	}
	return s
}

func (s *spelling) done() { spellings.Put(s) }

func (s *spelling) grow(state int) {
	for len(s.steps) <= state {
		s.steps = append(s.steps, step{})
		s.rows = append(s.rows, make([]uint8, len(s.word)+1)...)
	}
}

func (s *spelling) row(state int) []uint8 {
	size := len(s.word) + 1
	return s.rows[state*size : (state+1)*size]
}

// Start implements segment.Automaton.
func (s *spelling) Start() int { return spellingStart }

// IsMatch implements segment.Automaton.
func (s *spelling) IsMatch(state int) bool {
	at, edits := s.steps[state], int(s.edits)
	return state != spellingEnd && at.rest == 0 && at.count >= len(s.word)-edits && at.count <= len(s.word)+edits && s.EditDistance(state) <= s.edits
}

// EditDistance implements vellum.FuzzyAutomaton: how many letters are wrong where it matches.
func (s *spelling) EditDistance(state int) uint8 { return s.row(state)[len(s.word)] }

// CanMatch implements segment.Automaton.
func (s *spelling) CanMatch(state int) bool { return state != spellingEnd }

// WillAlwaysMatch implements segment.Automaton.
func (s *spelling) WillAlwaysMatch(int) bool { return false }

// Accept implements segment.Automaton.
func (s *spelling) Accept(state int, b byte) int {
	if state == spellingEnd {
		return spellingEnd
	}
	next := state + 1
	s.grow(next)
	from, to := &s.steps[state], &s.steps[next]
	*to = *from
	switch {
	case from.rest > 0:
		to.letter, to.rest = from.letter<<6|rune(b&0x3f), from.rest-1
	case b < 0x80:
		to.letter = rune(b)
	case b < 0xe0:
		to.letter, to.rest = rune(b&0x1f), 1
	case b < 0xf0:
		to.letter, to.rest = rune(b&0x0f), 2
	default:
		to.letter, to.rest = rune(b&0x07), 3
	}
	if to.rest > 0 {
		return next
	}
	to.count, to.before, to.last = from.count+1, from.last, next
	if to.count == 1 && to.letter != s.word[0] || s.fill(next) > s.edits {
		return spellingEnd
	}
	return next
}

// MatchAndDistance implements vellum.FuzzyAutomaton.
func (s *spelling) MatchAndDistance(word string) (bool, uint8) {
	state := s.Start()
	for i := range len(word) {
		state = s.Accept(state, word[i])
	}
	return s.IsMatch(state), s.EditDistance(state)
}

var _ vellum.FuzzyAutomaton = (*spelling)(nil)

// fill reckons the row of a step that ends a letter, where distances can be small enough, and
// returns the smallest of it.
func (s *spelling) fill(state int) uint8 {
	at := s.steps[state]
	row, last := s.row(state), s.row(at.before)
	var before []uint8
	var letter rune // the one before
	if at.count > 1 {
		one := s.steps[at.before]
		before, letter = s.row(one.before), one.letter
	}
	edits := int(s.edits)
	from, to := max(1, at.count-edits), min(len(s.word), at.count+edits)
	if from > to {
		return farOff
	}
	row[from-1] = farOff
	if from == 1 {
		row[0] = uint8(at.count)
	}
	least := row[from-1]
	for j := from; j <= to; j++ {
		d := last[j-1]
		if s.word[j-1] != at.letter {
			d = min(d, last[j], row[j-1]) + 1
			if before != nil && j > 1 && s.word[j-1] == letter && s.word[j-2] == at.letter {
				d = min(d, before[j-2]+1)
			}
		}
		row[j] = d
		least = min(least, d)
	}
	if to < len(s.word) {
		row[to+1] = farOff
	}
	return least
}
