package search

import (
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// typeWords finds types by what people call them, folded and stemmed.
type typeWords struct {
	types    map[string]int
	maxWords int
}

func newTypeWords(c *catalog) typeWords {
	t := typeWords{types: map[string]int{}}
	for i, typ := range c.types {
		for _, name := range append([]string{typ.Name.NB, typ.Name.NN, typ.Plural.NB, typ.Plural.NN, typ.Name.EN, typ.Plural.EN}, typ.Words...) {
			key := stemmed(splitWords(name))
			if key == "" {
				continue
			}
			if _, taken := t.types[key]; !taken {
				t.types[key] = i
			}
			t.maxWords = max(t.maxWords, 1+strings.Count(key, " "))
		}
	}
	return t
}

// stemmed returns the words' normal forms joined by spaces.
func stemmed(words []word) string {
	forms := make([]string, len(words))
	for i, w := range words {
		forms[i] = normal(w.fold)
	}
	return strings.Join(forms, " ")
}

// commonWords are folded names of places that are ordinary words too. They name a place
// only with a preposition before them, a capital, or nothing but a type beside them.
var commonWords = set(`os nes bo as a time lund sel alta ha bokn sund gran lom vang hol al sola fla eid re vik lier sande hole
ski moss berg hov mo dal rost ness bygd torg sentrum bru stad ser vinje tinn rade vestby grue fedje luster vaga fjord`)

var prepositions = set("i pa fra ved nar til for")

// everyday leads what people say, folded and stemmed, to codes of topics and types. A
// start: the words over which readers of a directory like this stumble most.
var everyday = map[string][]string{}

func init() {
	for said, codes := range map[string]string{
		"drikker": "tema:rus", "drikke": "tema:rus", "alkohol": "tema:rus", "alkoholiker": "tema:rus", "ruser": "tema:rus",
		"narkotika": "tema:rus", "stoff": "tema:rus", "hasj": "tema:rus", "piller": "tema:rus", "avhengig": "tema:rus", "gambling": "tema:rus", "spillegal": "tema:rus",
		"husker": "tema:demens", "glemsk": "tema:demens", "glemmer": "tema:demens", "alzheimer": "tema:demens", "dement": "tema:demens", "hukommelse": "tema:demens",
		"skilles": "tema:samliv", "skilsmisse": "tema:samliv", "brudd": "tema:samliv", "mekling": "tema:samliv", "barnefordeling": "tema:samliv", "krangler": "tema:samliv", "utro": "tema:samliv",
		"selvmord": "tema:selvmord", "livet": "tema:selvmord", "selvskading": "tema:selvmord",
		"deprimert": "tema:psykisk_helse", "depresjon": "tema:psykisk_helse", "angst": "tema:psykisk_helse", "psykose": "tema:psykisk_helse", "bipolar": "tema:psykisk_helse", "schizofreni": "tema:psykisk_helse", "psykisk": "tema:psykisk_helse",
		"anoreksi": "tema:spiseforstyrrelser", "bulimi": "tema:spiseforstyrrelser", "spiser": "tema:spiseforstyrrelser",
		"kreft": "tema:kreft", "kreftsyk": "tema:kreft", "cellegift": "tema:kreft", "svulst": "tema:kreft",
		"slag": "tema:hjerne_og_nerver", "hjerneslag": "tema:hjerne_og_nerver", "parkinson": "tema:hjerne_og_nerver", "adhd": "tema:hjerne_og_nerver", "autisme": "tema:hjerne_og_nerver",
		"sjelden": "tema:sjeldne_diagnoser", "sjeldne": "tema:sjeldne_diagnoser", "slar": "tema:vold", "vold": "tema:vold", "overgrep": "tema:vold", "mishandling": "tema:vold",
		"dod": "tema:sorg", "dode": "tema:sorg", "sorg": "tema:sorg", "mistet": "tema:sorg", "begravelse": "tema:sorg",
		"sliten": "tema:avlastning", "utslitt": "tema:avlastning", "avlastning": "tema:avlastning", "omsorgsstonad": "tema:avlastning", "pleiepenger": "tema:avlastning",
		"klage": "type:brukerombud", "klager": "type:brukerombud", "feilbehandling": "type:brukerombud", "erstatning": "type:brukerombud",
	} {
		key := normal(fold(said))
		everyday[key] = append(everyday[key], strings.Fields(codes)...)
	}
}

// crisisWords begin the words, folded, of which one alone makes a question urgent.
var crisisWords = []string{"selvmord", "sjolvmord", "suicid", "overdose", "voldtekt", "voldtatt", "kveler"}

// crisisPhrases are folded words that together make a question urgent.
var crisisPhrases = []string{"ta livet", "ta mitt eget liv", "drepe meg", "vil do", "vil ikke leve", "orker ikke leve", "orker ikke mer", "onsker a do",
	"kill myself", "want to die", "slar meg", "slar barna", "slar mamma", "redd for livet", "truer meg", "skader seg selv", "skade meg selv"}

func isCrisis(text string) bool {
	f := " " + fold(text) + " "
	for _, w := range crisisWords {
		if strings.Contains(f, " "+w) {
			return true
		}
	}
	for _, p := range crisisPhrases {
		if strings.Contains(f, " "+p+" ") {
			return true
		}
	}
	return false
}

// understood is a question taken apart.
type understood struct {
	words    []word // what is left to look for, without stop words
	kommuner []int
	fylker   []int
	place    string
	types    []int
	codes    map[string]bool // what everyday words lead to
	expanded []string
}

// maxWords is how many words of a question are looked at. Nobody reads further back than
// that in what they wrote either.
const maxWords = 24

// understand takes text apart. A text that is the whole name of an offering is left as it
// is: places and types in it are part of the name.
func (v *View) understand(text string, literal bool) understood {
	words := splitWords(text)
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	u := understood{codes: map[string]bool{}}
	if !literal && !v.isOfferingName(words) {
		words = u.takeTypes(v.catalog(), words)
		words = u.takePlaces(v.catalog(), words)
	}
	for _, w := range words {
		if stopWords[w.fold] || len(w.fold) < 2 && !isDigit(w.fold) {
			continue
		}
		u.words = append(u.words, w)
		if literal {
			continue
		}
		for _, code := range everyday[normal(w.fold)] {
			if !u.codes[code] {
				u.codes[code] = true
				u.expanded = append(u.expanded, code)
			}
		}
	}
	return u
}

func isDigit(s string) bool { return s >= "0" && s <= "9" }

func (v *View) isOfferingName(words []word) bool {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.fold
	}
	name := strings.Join(parts, " ")
	found := false
	v.rows.names.prefixed(name, func(k nameKey) bool {
		found = k.start && k.key == name && v.rows.at(k.row.slot) == k.row
		return !found
	})
	return found
}

// takeTypes removes the longest runs of words that name a type.
func (u *understood) takeTypes(c *catalog, words []word) []word {
	for n := min(c.typeWords.maxWords, len(words)); n > 0; n-- {
		for i := 0; i+n <= len(words); i++ {
			if t, ok := c.typeWords.types[stemmed(words[i:i+n])]; ok {
				if !slices.Contains(u.types, t) {
					u.types = append(u.types, t)
				}
				return u.takeTypes(c, slices.Delete(slices.Clone(words), i, i+n))
			}
		}
	}
	return words
}

// takePlaces removes the longest run of words that names a kommune, a fylke or a place,
// with a preposition before it. One place is enough, but a fylke may stand beside a
// kommune to tell which of two is meant: "Herøy Nordland".
func (u *understood) takePlaces(c *catalog, words []word) []word {
	rest := u.takePlace(c, words)
	if len(u.fylker) == 1 && len(u.kommuner) == 0 {
		rest = u.takePlace(c, rest)
		within := slices.DeleteFunc(slices.Clone(u.kommuner), func(k int) bool { return c.kommuner[k].Number.Fylke() != c.fylker[u.fylker[0]].Number })
		if len(within) > 0 {
			u.kommuner, u.fylker = within, nil
		}
	}
	return rest
}

func (u *understood) takePlace(c *catalog, words []word) []word {
	for n := min(c.placeNames.maxWords, len(words)); n > 0; n-- {
		for i := 0; i+n <= len(words); i++ {
			if !u.place1(c, words, i, n) {
				continue
			}
			from := i
			if from > 0 && prepositions[words[from-1].fold] {
				from--
			}
			return slices.Delete(slices.Clone(words), from, i+n)
		}
	}
	return words
}

// place1 notes the place that the n words from i name, if they name one.
func (u *understood) place1(c *catalog, words []word, i, n int) bool {
	parts := make([]string, n)
	for j := range parts {
		parts[j] = words[i+j].fold
	}
	key := strings.Join(parts, " ")
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
	if len(entries) == 0 {
		return false
	}
	if n == 1 && !u.namesPlace(words, i, entries[0]) {
		return false
	}
	best := entries[0].rank
	for _, e := range entries {
		if e.rank != best {
			break
		}
		u.kommuner = append(u.kommuner, e.kommune)
	}
	u.place = entries[0].as
	return true
}

// namesPlace reports whether a single word that can be a place is meant as one here.
func (u *understood) namesPlace(words []word, i int, e placeEntry) bool {
	w := words[i]
	if i > 0 && (words[i-1].fold == "i" || words[i-1].fold == "pa" || words[i-1].fold == "fra") {
		return true
	}
	alone := len(words) == 1 // all the rest was a type, or there was no rest
	if commonWords[w.fold] || len(w.fold) < 3 {
		return alone || w.cap && len(words) <= 3
	}
	if e.rank <= 1 {
		return true
	}
	return alone || w.cap && i > 0
}

func (c *catalog) fylkeNamed(key string) (int, bool) {
	key = strings.TrimSuffix(key, " fylke")
	for i, f := range c.fylker {
		if fold(f.Name) == key {
			return i, true
		}
		for _, n := range f.OtherNames {
			if fold(n) == key {
				return i, true
			}
		}
	}
	return 0, false
}

// interpretation words what was understood for the reader.
func (u understood) interpretation(c *catalog) Interpretation {
	in := Interpretation{Place: u.place}
	texts := make([]string, len(u.words))
	for i, w := range u.words {
		texts[i] = w.text
	}
	in.Text = strings.Join(texts, " ")
	for _, k := range u.kommuner {
		in.Kommuner = append(in.Kommuner, c.kommuner[k])
	}
	for _, f := range u.fylker {
		in.Fylker = append(in.Fylker, c.fylker[f])
	}
	for _, t := range u.types {
		in.Types = append(in.Types, *c.types[t])
	}
	for _, code := range u.expanded {
		in.Expanded = append(in.Expanded, c.codeName(code))
	}
	return in
}

// codeName returns what a code of the index is called: "tema:rus" is "Rus og avhengighet".
func (c *catalog) codeName(code string) string {
	kind, value, _ := strings.Cut(code, ":")
	if kind == "type" {
		if i, ok := c.typeIndex[value]; ok {
			return c.types[i].Name.NB
		}
		return value
	}
	if i, ok := c.termIndex[directory.TermKind(kind)][value]; ok {
		return c.terms[directory.TermKind(kind)][i].Name.NB
	}
	return value
}

// indexes returns the places in the catalog of the kommuner named, those unknown left out.
func (c *catalog) indexes(numbers []region.Number) []int {
	var list []int
	for _, n := range numbers {
		if i, ok := c.kommuneIndex[n]; ok {
			list = append(list, i)
		}
	}
	return list
}
