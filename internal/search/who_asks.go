package search

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// This file says who asks a question.

// forLaymen reports whether the question is in everyday words and not for professionals. Who
// writes an abbreviation knows what it stands for.
func (u *understood) forLaymen() bool {
	everyday := func(s saidExpression) bool { return s.Kind != directory.AbbreviationExpression }
	return slices.ContainsFunc(u.said, everyday) && !slices.ContainsFunc(u.said, func(s saidExpression) bool {
		return slices.Contains(s.LeadsTo, directory.Lead("malgruppe:fagfolk"))
	})
}

// nearTo returns the target groups of who stands near the one that the question speaks of: the
// young where they say that they are, parents of a child, others of anyone else. It returns none
// when it speaks of nobody.
func (u *understood) nearTo() []string {
	if u.isYoung() {
		return []string{"barn", "ungdom"}
	}
	var groups []string
	for _, w := range u.all {
		switch form := normal(w.fold); {
		case childWords[form]:
			return []string{"parorende", "foreldre", "familier"}
		case kinWords[form]:
			groups = []string{"parorende"}
		}
	}
	return groups
}

// isYoung reports whether who asks tells that they are under eighteen: "jeg er 15", "12 år og pappa er
// syk", "gutt 16 har syk mor". A child's age told by a parent is not theirs.
func (u *understood) isYoung() bool {
	for i, w := range u.all {
		if n, err := strconv.Atoi(w.fold); err == nil && n >= 6 && n <= 17 && u.isOwnAge(i) {
			return true
		}
	}
	return false
}

// isOwnAge reports whether the number at i is the age of who asks.
func (u *understood) isOwnAge(i int) bool {
	has := func(words map[string]bool) bool {
		return slices.ContainsFunc(u.all, func(w word) bool { return words[w.fold] || words[normal(w.fold)] })
	}
	before := i - 1
	for before >= 0 && isWords[u.all[before].fold] {
		before--
	}
	at := func(j int) string {
		if j < len(u.all) {
			return u.all[j].fold
		}
		return ""
	}
	next := at(i + 1)
	switch {
	case strings.HasPrefix(next, "aring"): // "15-åring vil ikke på skolen"
		return false
	case units[next], next == "ar" && units[at(i+2)]: // "12 uker gravid", "10 år siden mamma døde"
		return false
	case before < 0: // "12 år, pappa drikker"
		return true
	case before < i-1 && firstPerson[u.all[before].fold]: // "jeg er 15"
		return true
	case before == 0 && has(parentWords): // "gutt 16 har syk mor"
		first := u.all[0].fold
		return first == "gutt" || first == "gut" || first == "jente"
	}
	// "ingen ser meg, 15 år", and not "stelt mor i 12 år"
	last := u.all[i-1].fold
	return next == "ar" && has(oneselfWords) && !has(childWords) &&
		!prepositions[last] && !sinceWords[last] && !someone[normal(last)]
}

// isWords may stand between who it is and the age; firstPerson are the words for who asks;
// sinceWords stand before a time that something has lasted, and units behind a number that is no age.
var (
	isWords      = set("er e am bare berre snart nettopp")
	firstPerson  = set("jeg eg æ ej jæ i") // "i am 15"
	oneselfWords = set("jeg eg æ ej jæ meg")
	sinceWords   = set("etter siste over nesten snart minst om hver")
	units        = set("minutter min timer timar time dager dagar dogn uker uke veker veke maneder manader mnd ganger gonger prosent kg kilo stk km siden sidan med uten som barn unger")
)
