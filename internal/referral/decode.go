package referral

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// What may be wrong with a code that a person wrote. CharacterError is the fourth.
var (
	ErrShort    = errors.New("referral: the code is too short")
	ErrLong     = errors.New("referral: the code is too long")
	ErrChecksum = errors.New("referral: the code is not right")
	ErrVersion  = errors.New("referral: the code is of a newer kind")
)

// CharacterError is returned for a character that no code has.
type CharacterError struct{ Character rune }

func (e *CharacterError) Error() string {
	return fmt.Sprintf("referral: no code has %q in it", e.Character)
}

// The fewest and the most characters of a code: one offering below 32; eight of the largest
// and two kommuner. Later versions may be longer.
const (
	fewestChars = 12 + 1 + checkChars
	mostChars   = 200
)

// Decode returns the list that a code holds, however it is written. It returns ErrShort,
// ErrLong, ErrChecksum, ErrVersion or a *CharacterError for what is no code.
func Decode(code string) (List, error) {
	chars, err := parse(code)
	switch {
	case err != nil:
		return List{}, err
	case len(chars) < fewestChars:
		return List{}, ErrShort
	case len(chars) > mostChars:
		return List{}, ErrLong
	case !checked(chars):
		return List{}, ErrChecksum
	}
	chars = chars[:len(chars)-checkChars]
	l, err := list(chars)
	if err != nil {
		return List{}, err
	}
	// One list, one code: what Code would have written otherwise is no code.
	if again, err := l.chars(); err != nil || !slices.Equal(again, chars) {
		return List{}, ErrChecksum
	}
	return l, nil
}

// list reads the characters before the checksum.
func list(chars []byte) (List, error) {
	r := bits{chars: chars}
	// All versions begin with their number and end with the checksum, so that a newer one is
	// told from one that is mistyped.
	if v := r.take(versionBits); v > version {
		return List{}, ErrVersion
	}
	two, width := r.take(twoBits) == 1, int(r.take(widthBits))+1
	var l List
	l.Whom = chosenOf(r.take(len(AllWhom())), AllWhom())
	l.About = chosenOf(r.take(len(AllAbout())), AllAbout())
	l.Made = epoch.Add(time.Duration(r.take(minuteBits)) * time.Minute)
	l.Kommune = kommuneOf(r.take(kommuneBits))
	if two {
		l.Relatives = kommuneOf(r.take(kommuneBits))
	}
	r.skip()
	rest := r.left()
	if rest%width != 0 || rest/width > Most {
		return List{}, ErrChecksum
	}
	for range rest / width {
		l.Offerings = append(l.Offerings, int64(r.take(width*charBits)))
	}
	return l, nil
}
