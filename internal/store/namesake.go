package store

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/fold"
)

// Whoever searches for a helpline dials what has its name. An ordinary offering that takes the
// name, for itself, for its organization or as a keyword, with a number of its own, is what
// readers must not find by one person's doing; what of it waits stands in directory.HoldBack.

// namesakes returns the helplines of others that readers see and whose name the offering bears
// in one of its NamingFields.
func namesakes(tx *gorm.DB, o directory.Offering) ([]directory.Offering, error) {
	if !o.Public() {
		return nil, nil
	}
	var lines []struct {
		ID   int64
		Name string
	}
	err := tx.Raw("SELECT id, name FROM offerings WHERE type_code = ? AND status IN ? AND id <> ? ORDER BY id", directory.TypeHelpline, publicOffering, o.ID).Scan(&lines).Error
	if err != nil {
		return nil, fmt.Errorf("helplines: %w", err)
	}
	var borne idArray
	for _, l := range lines {
		if len(bearing(o, l.Name)) > 0 {
			borne = append(borne, l.ID)
		}
	}
	if len(borne) == 0 {
		return nil, nil
	}
	found, err := offerings(tx.Where("id = ANY(?)", borne))
	return slices.DeleteFunc(found, func(l directory.Offering) bool { return auth.OwnerOf(l) == auth.OwnerOf(o) }), err
}

// taken returns the names that an offering takes by being stored as next.
func taken(tx *gorm.DB, stored, next directory.Offering) ([]directory.Namesake, error) {
	lines, err := namesakes(tx, next)
	all := make([]directory.Namesake, len(lines))
	for i, l := range lines {
		all[i] = directory.Namesake{Line: l, In: bearing(next, l.Name)}
		var had []string
		if stored.Public() {
			had = bearing(stored, l.Name)
		}
		all[i].New = slices.DeleteFunc(slices.Clone(all[i].In), func(field string) bool { return slices.Contains(had, field) })
	}
	return all, err
}

// bearing returns the fields in which the offering bears the helpline's name.
func bearing(o directory.Offering, line string) []string {
	var fields []string
	for field, names := range o.NamingFields() { // in no order
		if slices.ContainsFunc(names, func(name string) bool { return bearsName(name, line) }) {
			fields = append(fields, field)
		}
	}
	return fields
}

// Namesakes returns the helplines of others whose name the change would give to an offering
// with another number, or under whose name it would change the number. Only a national editor
// decides on such a change: those who answer for the offering are no second person there.
func (s *Store) Namesakes(ctx context.Context, h HeldChange) ([]directory.Namesake, error) {
	return borrowed(s.db.WithContext(ctx), h)
}

func borrowed(tx *gorm.DB, h HeldChange) ([]directory.Namesake, error) {
	names, err := taken(tx, h.Before, h.After)
	if err != nil || !directory.Borrows(h.Before, h.After, names...) {
		return nil, err
	}
	return names, nil
}

// bearsName reports whether readers who look for the helpline find the name: it has all words
// of the helpline's, or runs them together, or has the part that they know it by.
func bearsName(name, line string) bool {
	words := foldedWords(name)
	joined := strings.Join(words, "")
	for _, known := range knownNames(line) {
		if !slices.ContainsFunc(known, func(w string) bool { return !slices.Contains(words, w) }) {
			return true
		}
		// Short ones are parts of other words: RUSinfo is no virusinfo.
		if run := indefinite(strings.Join(known, "")); len(run) >= distinct && strings.Contains(joined, run) {
			return true
		}
	}
	return false
}

// distinct is from how many letters on a part of a name is nobody else's.
const distinct = 8

var (
	endOfName = regexp.MustCompile(`\s[–-]\s|\(|:`)
	lineWord  = regexp.MustCompile(`(telefon|linj)(a|e|en)?$`)
)

// knownNames returns what a helpline is known by, in folded words: "Hjelpetelefonen – Mental
// Helse" also by what comes before the dash, and "Alarmtelefonen for barn og unge" by its first
// word. What comes after is as a rule who answers, whose name is in those of many offerings.
func knownNames(line string) [][]string {
	whole := foldedWords(line)
	if len(whole) == 0 {
		return nil
	}
	names := [][]string{whole}
	if at := endOfName.FindStringIndex(line); at != nil {
		if short := foldedWords(line[:at[0]]); len(short) > 1 || len(short) == 1 && len(short[0]) >= distinct {
			names = append(names, short)
		}
	}
	if first := whole[0]; len(first) > distinct && lineWord.MatchString(first) {
		names = append(names, whole[:1])
	}
	return names
}

// indefinite takes off the ending of a name in the definite form: "Kreftlinja", "Krefttelefon".
func indefinite(name string) string {
	if lineWord.MatchString(name) {
		return strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "en"), "e"), "a")
	}
	return name
}

// foldedWords returns the words as search compares them, letters that look like ours taken for
// them, and what nobody sees left out.
func foldedWords(s string) []string {
	s = strings.Map(func(r rune) rune {
		switch ours, ok := lookAlikes[unicode.ToLower(r)]; {
		case ok:
			return ours
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, norm.NFKC.String(s))
	return strings.Fields(fold.Text(s))
}

// lookAlikes are letters of other alphabets with which a name is written so that it only looks
// the same.
var lookAlikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'е': 'e', 'ѕ': 's', 'і': 'i', 'ј': 'j', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x',
	'α': 'a', 'ε': 'e', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'y', 'χ': 'x',
}
