package search

import (
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/fold"
)

// takePlaces uses the longest run of words that names a kommune, a fylke or a place, with
// the preposition before it. One place is enough, but a fylke may stand beside a kommune
// to tell which of two is meant: "Herøy Nordland".
func (u *understood) takePlaces(c *catalog) {
	u.takePlace(c)
	if len(u.fylker) != 1 || len(u.kommuner) > 0 {
		u.narrow(c)
		return
	}
	u.takePlace(c)
	within := u.within(c, u.fylker[0])
	if len(within) > 0 {
		u.kommuner, u.fylker = within, nil
	}
}

// narrow uses a fylke that is named beside several kommuner of one name, and keeps those
// that are in it.
func (u *understood) narrow(c *catalog) {
	if len(u.kommuner) < 2 {
		return
	}
	u.runs(3, func(i, n int) bool {
		f, ok := c.fylkeNamed(joined(u.all[i : i+n]))
		if !ok {
			return false
		}
		if within := u.within(c, f); len(within) > 0 {
			u.kommuner = within
			u.markPlace(i, n)
		}
		return true
	})
}

func (u *understood) within(c *catalog, fylke int) []int {
	return slices.DeleteFunc(slices.Clone(u.kommuner), func(k int) bool {
		return c.kommuner[k].Number.Fylke() != c.fylker[fylke].Number
	})
}

func (u *understood) takePlace(c *catalog) {
	u.runs(c.placeNames.maxWords, func(i, n int) bool {
		if !u.placeAt(c, i, n) {
			return false
		}
		u.markPlace(i, n)
		u.takeBeside(c, i, n)
		return true
	})
}

// takeBeside uses the words beside the place in the n words from i that say the same place once
// more, or more of it: "8006 Bodø", "Sandvika, Bærum", "Oslo sentrum".
func (u *understood) takeBeside(c *catalog, i, n int) {
	if len(u.kommuner) == 0 {
		return
	}
	after, before := i+n, i
	for m := min(c.placeNames.maxWords, len(u.all)-after); m > 0; m-- {
		if u.free(after, m) && u.saysAgain(c, joined(u.all[after:after+m]), rankFormerName) {
			u.mark(after, m, usedPlace)
			after += m
			break
		}
	}
	for m := min(c.placeNames.maxWords, before); m > 0; m-- {
		if u.free(before-m, m) && u.saysAgain(c, joined(u.all[before-m:before]), rankPlaceName) {
			u.markPlace(before-m, m)
			break
		}
	}
	if after < len(u.all) && u.uses[after] == unused && u.all[after].fold == "sentrum" {
		u.uses[after] = usedPlace
	}
}

// saysAgain reports whether a key is a name, of at most the rank, of one of the kommuner that were
// understood, a postnummer there, or the poststed of the postnummer that was, and leaves the
// kommuner it is of. Bydeler stay words: offerings have them in their names.
func (u *understood) saysAgain(c *catalog, key string, rank int) bool {
	_, poststed, _ := strings.Cut(u.place, " ")
	if fold.Text(poststed) == key {
		return true
	}
	place, named := u.place, map[int]bool{}
	if p, ok := c.postalCodes[key]; ok {
		place = p.Code + " " + p.PlaceTitle()
		if k, ok := c.kommuneIndex[p.Kommune]; ok {
			named[k] = true
		}
	}
	for _, e := range c.placeNames.lookup(key) {
		named[e.kommune] = named[e.kommune] || e.rank <= rank && e.kind != asBydel
	}
	both := slices.DeleteFunc(slices.Clone(u.kommuner), func(k int) bool { return !named[k] })
	if len(both) == 0 {
		return false
	}
	u.kommuner, u.place = both, place
	return true
}

func (u *understood) markPlace(i, n int) {
	u.mark(i, n, usedPlace)
	if i > 0 && u.uses[i-1] == unused && prepositions[u.all[i-1].fold] {
		u.uses[i-1] = usedPlace
	}
}

// placeAt notes the place that the n words from i name, if they name one.
func (u *understood) placeAt(c *catalog, i, n int) bool {
	key := joined(u.all[i : i+n])
	if p, ok := c.postalCodes[key]; ok {
		if k, ok := c.kommuneIndex[p.Kommune]; ok {
			u.kommuner, u.place = []int{k}, p.Code+" "+p.PlaceTitle()
			return true
		}
	}
	if f, ok := c.fylkeNamed(key); ok && len(u.fylker) == 0 && !(n == 1 && c.placeNames.entries[key] != nil) {
		u.fylker = []int{f}
		return true
	}
	entries := c.placeNames.lookup(key)
	if len(entries) == 0 || n == 1 && !u.namesPlace(i, entries[0]) {
		return false
	}
	u.setPlace(c.asWritten(entries, u.all[i:i+n]))
	return true
}

// asWritten returns those of the entries whose name has the very letters of the words, if
// there are any: who writes Lærdal does not mean Lardal.
func (c *catalog) asWritten(entries []placeEntry, words []word) []placeEntry {
	text := written(words)
	same := slices.DeleteFunc(slices.Clone(entries), func(e placeEntry) bool {
		name := e.as
		if name == "" {
			name = c.kommuner[e.kommune].Name
		}
		return !strings.EqualFold(name, text)
	})
	if len(same) > 0 {
		return same
	}
	return entries
}

// setPlace takes the meanings of a name that are as good as the first. A kommune of today
// and a former one of the same name are: many still say the old name.
func (u *understood) setPlace(entries []placeEntry) {
	for _, e := range entries {
		if e.rank > max(entries[0].rank, rankFormerName) {
			break
		}
		if !slices.Contains(u.kommuner, e.kommune) {
			u.kommuner = append(u.kommuner, e.kommune)
		}
	}
	u.place = entries[0].as
}

// namesPlace reports whether a single word that can be a place is meant as one here.
func (u *understood) namesPlace(i int, e placeEntry) bool {
	w := u.all[i]
	before := ""
	if i > 0 {
		before = u.all[i-1].fold
	}
	alone := u.alone(i)
	if commonWords[w.fold] || len(w.fold) < 3 {
		return u.only(i) || before == "i" || before == "fra" || w.cap && (i > 0 || len(u.all) <= 3)
	}
	if e.rank <= 1 || alone || before != "til" && prepositions[before] {
		return true
	}
	last := i == len(u.all)-1
	return w.cap && i > 0 || last && len(w.fold) >= 6
}

// only reports whether all but the word at i was used, or is the preposition before it.
func (u *understood) only(i int) bool {
	for j, w := range u.all {
		if j != i && u.uses[j] == unused && !(j == i-1 && prepositions[w.fold]) {
			return false
		}
	}
	return true
}

// alone reports whether all but the word at i was used, or says nothing.
func (u *understood) alone(i int) bool {
	for j, w := range u.all {
		if j != i && u.uses[j] == unused && w.says() {
			return false
		}
	}
	return true
}

func (c *catalog) fylkeNamed(key string) (int, bool) {
	key = strings.TrimSuffix(key, " fylke")
	for i, names := range c.fylkeNames {
		if slices.Contains(names, key) {
			return i, true
		}
	}
	return 0, false
}
