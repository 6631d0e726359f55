package search

import (
	"cmp"
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/fold"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Kinds of PlaceMatch.AsKind.
const (
	asName       = "navn"
	asFormer     = "tidligere"
	asPostalCode = "postnummer"
	asPlace      = "sted"
	asBydel      = "bydel"
	asNumber     = "nummer"
)

// Ranks of names: of a former kommune, and of a place.
const (
	rankFormerName = 1
	rankPlaceName  = 3
)

// placeEntry is one meaning of a name.
type placeEntry struct {
	kommune int
	as      string // the name as written, when it is not the kommune's own
	kind    string
	rank    int // lower is better: own names, then former kommuner, then places
}

// placeNames finds kommuner by folded names of all kinds.
type placeNames struct {
	entries  map[string][]placeEntry
	keys     []string // sorted
	maxWords int
}

func newPlaceNames(c *catalog) placeNames {
	p := placeNames{entries: map[string][]placeEntry{}}
	for i, k := range c.kommuner {
		p.add(c, k.Name, placeEntry{i, "", asName, 0})
		for _, n := range k.OtherNames {
			p.add(c, n, placeEntry{i, n, asName, 0})
		}
		for _, f := range k.Formers {
			for _, name := range strings.Split(f.Name, " - ") { // "Divtasvuodna - Tysfjord"
				if name != k.Name {
					p.add(c, name, placeEntry{i, name, asFormer, rankFormerName})
				}
			}
		}
	}
	for _, place := range c.places {
		i, ok := c.kommuneIndex[place.Kommune]
		if !ok {
			continue
		}
		kind, rank := asPlace, rankPlaceName
		switch place.Kind {
		case region.Bydel:
			kind, rank = asBydel, 2
		case region.AdminCentre:
			rank = 2
		}
		p.add(c, place.Name, placeEntry{i, place.Name, kind, rank})
	}
	for key, entries := range p.entries {
		slices.SortStableFunc(entries, func(a, b placeEntry) int {
			return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(c.kommuner[b.kommune].Population, c.kommuner[a.kommune].Population))
		})
		p.keys = append(p.keys, key)
		p.maxWords = max(p.maxWords, 1+strings.Count(key, " "))
	}
	slices.Sort(p.keys)
	return p
}

// add keeps the best entry of a kommune for a name.
func (p *placeNames) add(c *catalog, name string, e placeEntry) {
	key := fold.Text(name)
	if key == "" {
		return
	}
	for i, old := range p.entries[key] {
		if old.kommune == e.kommune {
			if e.rank < old.rank {
				p.entries[key][i] = e
			}
			return
		}
	}
	p.entries[key] = append(p.entries[key], e)
}

// lookup returns the meanings of a folded name, with "kommune", "bydel" and the genitive
// taken off.
func (p *placeNames) lookup(key string) []placeEntry {
	if e := p.entries[key]; e != nil {
		return e
	}
	if rest, ok := strings.CutSuffix(key, " kommune"); ok {
		return p.lookup(rest)
	}
	for _, cut := range [...]func() (string, bool){
		func() (string, bool) { return strings.CutPrefix(key, "bydel ") },
		func() (string, bool) { return strings.CutSuffix(key, " bydel") },
	} {
		if rest, ok := cut(); ok {
			return slices.DeleteFunc(slices.Clone(p.entries[rest]), func(e placeEntry) bool { return e.kind != asBydel })
		}
	}
	if rest, ok := strings.CutSuffix(key, "s"); ok && len(rest) > 2 {
		return p.entries[rest]
	}
	return nil
}

// near returns the meanings of the names closest to a misspelt one: one wrong letter from
// five letters on, two from nine, the first letter right.
func (p *placeNames) near(key string) []placeEntry {
	limit := 0
	switch {
	case len(key) >= 9:
		limit = 2
	case len(key) >= 5:
		limit = 1
	}
	for best := 1; best <= limit; best++ {
		var found []placeEntry
		for k := range nearIn(p.keys, key, best) {
			if distance(k, key, best) == best {
				found = append(found, p.entries[k]...)
			}
		}
		if len(found) > 0 {
			slices.SortStableFunc(found, func(a, b placeEntry) int { return cmp.Compare(a.rank, b.rank) })
			return found
		}
	}
	return nil
}

// nearIn yields those of the sorted keys that may be at most so many edits from the word: they
// begin as it does, and are about as long.
func nearIn(keys []string, word string, limit int) iter.Seq[string] {
	first := word[:1]
	from := sort.SearchStrings(keys, first)
	return func(yield func(string) bool) {
		for _, k := range keys[from:] {
			if !strings.HasPrefix(k, first) {
				return
			}
			if max(len(k)-len(word), len(word)-len(k)) <= limit && !yield(k) {
				return
			}
		}
	}
}

// distance returns the number of edits between two folded words, swapped neighbours
// counting as one, or limit+1 when there are more than limit, or b is longer than any name.
func distance(a, b string, limit int) int {
	const longest = 64
	if len(b) >= longest {
		return limit + 1
	}
	var rows [3][longest]uint8
	before, last, row := rows[0][:len(b)+1], rows[1][:len(b)+1], rows[2][:len(b)+1]
	for j := range last {
		last[j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		row[0] = uint8(i)
		best := uint8(i)
		for j := 1; j <= len(b); j++ {
			cost := uint8(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			best = min(best, row[j])
		}
		if int(best) > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return int(last[len(b)])
}

// maxPlaceText is longer than any name, and keeps nonsense from costing anything.
const maxPlaceText = 100

// ResolvePlace returns the kommuner that a place may mean, best first: a postnummer, a
// kommunenummer of today or before, a name of a kommune in any of its languages, a former
// kommune, a place or a bydel. Letters may be written without their marks; a misspelt
// name gives matches that are not Exact. It returns nothing for a place outside all
// kommuner, such as Svalbard.
func (v *View) ResolvePlace(text string) []PlaceMatch {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxPlaceText {
		return nil
	}
	if n, err := region.ParseNumber(text); err == nil {
		return v.resolveNumber(n)
	}
	key := fold.Text(text)
	if key == "" {
		return nil
	}
	c := v.catalog()
	exact := true
	entries := c.placeNames.lookup(key)
	if entries == nil {
		exact = false
		entries = c.placeNames.near(key)
	}
	return c.matches(entries, exact)
}

// ReadPlace returns the kommuner that a text of several words means, as a search reads places: "i
// Bodø", "8006 Bodø", "Oslo sentrum", "Nes i Akershus". It returns none where other words stand
// in it.
func (v *View) ReadPlace(text string) []PlaceMatch {
	c := v.catalog()
	u := understood{all: splitWords(text)}
	if len(text) > maxPlaceText || len(u.all) > maxWords {
		return nil
	}
	u.uses = make([]use, len(u.all))
	u.takePlaces(c)
	if len(u.content()) > 0 {
		return nil
	}
	var found []PlaceMatch
	for _, k := range u.kommuner {
		m := PlaceMatch{Kommune: c.kommuner[k], As: u.place, AsKind: asPlace, Exact: true}
		if m.As == "" {
			m.AsKind = asName
		}
		found = append(found, m)
	}
	return found
}

func (c *catalog) matches(entries []placeEntry, exact bool) []PlaceMatch {
	var found []PlaceMatch
	seen := map[int]bool{}
	for _, e := range entries {
		if !seen[e.kommune] {
			seen[e.kommune] = true
			found = append(found, PlaceMatch{Kommune: c.kommuner[e.kommune], As: e.as, AsKind: e.kind, Exact: exact})
		}
	}
	return found
}

// resolveNumber returns what four digits may mean. People write postnummer more often
// than kommunenummer, so that meaning comes first.
func (v *View) resolveNumber(n region.Number) []PlaceMatch {
	var found []PlaceMatch
	if p, ok := v.PostalCode(string(n)); ok {
		if k, ok := v.Kommune(p.Kommune); ok {
			found = append(found, PlaceMatch{k, p.Code + " " + p.PlaceTitle(), asPostalCode, true})
		}
	}
	if k, ok := v.Kommune(n); ok {
		found = append(found, PlaceMatch{k, string(n), asNumber, true})
	}
	for _, f := range v.Former(n) {
		if k, ok := v.Kommune(f.Present); ok {
			found = append(found, PlaceMatch{k, f.Name, asFormer, true})
		}
	}
	return found
}
