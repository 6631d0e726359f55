// Package referral is the list that health personnel send a family home with, and the code
// that is the list. Nothing is stored anywhere: the code holds which offerings were chosen,
// for which kommune and when, so that any node shows the same list, today and in years, and
// there is nothing to lose, to leak or to delete. It can be guessed, and may be: nothing in it
// is about a person, since nobody is asked anything about one.
//
// A code is made to be read aloud over the telephone. Its characters are Crockford's base32,
// which has no I, L, O or U; it is written in groups of four, and reads small letters, blanks
// and any way of grouping. Two of its characters are a checksum.
package referral

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Most is how many offerings a list may have: what fits on one sheet of paper.
const Most = 8

// List is what a code holds.
type List struct {
	Made      time.Time     // in whole minutes, UTC
	Kommune   region.Number // the patient's; "" where they live in none
	Relatives region.Number // the kommune of the pårørende, where that is another
	Whom      []Whom        // in the order of AllWhom
	About     []About       // in the order of AllAbout
	Offerings []int64       // ids, in the order in which they were chosen
}

// What a list cannot be. Forms do not let it come to this.
var (
	ErrCount    = errors.New("referral: a list has 1 to 8 offerings")
	ErrOffering = errors.New("referral: not an id that a list can have, or one that it has twice")
	ErrKommune  = errors.New("referral: not the number of a kommune, or one kommune twice")
	ErrTime     = errors.New("referral: a time that a code cannot hold")
)

// epoch is the minute that codes count from.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// The parts of a code before the offerings, by how many bits they are. Offerings all have the
// same number of characters, the fewest that the largest of them needs: shorter than a length
// for each.
const (
	version     = 1
	versionBits = 3
	twoBits     = 1 // whether Relatives is there
	widthBits   = 3 // characters of an offering, less one
	minuteBits  = 24
	kommuneBits = 14
	charBits    = 5
	maxID       = 1<<(charBits*(1<<widthBits)) - 1
)

// Code returns the code of the list, in groups of four: "4R1C-…". It returns an error for a
// list that cannot have one.
func (l List) Code() (string, error) {
	chars, err := l.chars()
	if err != nil {
		return "", err
	}
	return group(withChecksum(chars)), nil
}

// chars returns the characters of the code, each by its value, without the checksum.
func (l List) chars() ([]byte, error) {
	minutes := l.Made.Sub(epoch) / time.Minute
	if l.Made.Before(epoch) || minutes >= 1<<minuteBits {
		return nil, ErrTime
	}
	kommune, ok1 := numberOf(l.Kommune)
	relatives, ok2 := numberOf(l.Relatives)
	two := l.Relatives != ""
	if !ok1 || !ok2 || two && l.Relatives == l.Kommune {
		return nil, ErrKommune
	}
	width, err := widthOf(l.Offerings)
	if err != nil {
		return nil, err
	}
	var w bits
	w.put(version, versionBits)
	w.put(uint64(boolBit(two)), twoBits)
	w.put(uint64(width-1), widthBits)
	w.put(setOf(l.Whom, AllWhom()), len(AllWhom()))
	w.put(setOf(l.About, AllAbout()), len(AllAbout()))
	w.put(uint64(minutes), minuteBits)
	w.put(kommune, kommuneBits)
	if two {
		w.put(relatives, kommuneBits)
	}
	w.fill()
	for _, id := range l.Offerings {
		w.put(uint64(id), width*charBits)
	}
	return w.chars, nil
}

// widthOf returns how many characters each of the offerings gets.
func widthOf(ids []int64) (int, error) {
	if len(ids) == 0 || len(ids) > Most {
		return 0, ErrCount
	}
	width := 1
	for i, id := range ids {
		if id < 1 || id > maxID || slices.Contains(ids[:i], id) {
			return 0, ErrOffering
		}
		for id>>(width*charBits) != 0 {
			width++
		}
	}
	return width, nil
}

// numberOf returns the number of a kommune as a number, 0 for none.
func numberOf(n region.Number) (uint64, bool) {
	if n == "" {
		return 0, true
	}
	if _, err := region.ParseNumber(string(n)); err != nil || n == "0000" {
		return 0, false
	}
	number, err := strconv.ParseUint(string(n), 10, kommuneBits)
	return number, err == nil
}

func kommuneOf(number uint64) region.Number {
	if number == 0 {
		return ""
	}
	return region.Number(fmt.Sprintf("%04d", number))
}

func boolBit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// setOf returns the chosen among all as bits, the first of all in the lowest.
func setOf[T comparable](chosen, all []T) uint64 {
	var set uint64
	for i, v := range all {
		if slices.Contains(chosen, v) {
			set |= 1 << i
		}
	}
	return set
}

// chosenOf is the other way of setOf.
func chosenOf[T any](set uint64, all []T) []T {
	var chosen []T
	for i, v := range all {
		if set&(1<<i) != 0 {
			chosen = append(chosen, v)
		}
	}
	return chosen
}
