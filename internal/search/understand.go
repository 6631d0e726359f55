package search

import (
	"context"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/fold"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// maxWords is how many words of a question are looked at. Nobody reads further back than
// that in what they wrote either.
const maxWords = 24

// fewWords is how many words may stand beside a type that is named, for the type to be
// what is asked for. In a longer sentence it may be said in passing, and only weighs.
const fewWords = 2

// use says what a word of a question was understood as.
type use uint8

const (
	unused     use = iota
	usedType       // part of the name of a type
	usedPlace      // part of the name of a place, or the preposition before it
	usedDetail     // asks for a detail of what the other words name
)

// aside reports whether the word says where or which, and not what is looked for.
func (x use) aside() bool { return x == usedPlace || x == usedDetail }

// understood is a question taken apart.
type understood struct {
	all      []word
	uses     []use // what each of all was understood as
	kommuner []int
	fylker   []int
	place    string
	placed   bool // the reader's place is known, by the question or otherwise
	types    []int
	soft     bool // the types weigh, but are not required
	said     []saidExpression
	crisis   bool
	danger   []string // codes of the topics of it, where the words of the program tell of it
	text     bool     // something was written
	literal  bool     // nothing may be read into the words
	name     bool     // the words are the whole name of an offering
	called   []word   // the words that may be the whole name: all, or what stands beside a type
	mended   bool     // a word was taken for one that is spelt otherwise
}

// understand takes text apart. A text that is the whole name of an offering is left as it
// is: places and types in it are part of the name.
func (v *View) understand(ctx context.Context, text string, literal bool) (understood, error) {
	c := v.catalog()
	u := understood{all: splitWords(text), text: strings.TrimSpace(text) != "", literal: literal}
	told, mentioned := dangerIn(text)
	u.danger = slices.Concat(told, mentioned)
	u.crisis = len(u.danger) > 0
	u.all = u.all[:min(len(u.all), maxWords)]
	u.called = u.all
	u.uses = make([]use, len(u.all))
	if literal || len(u.all) == 0 {
		return u, nil
	}
	named, err := v.named(ctx, joined(u.all))
	if err != nil {
		return u, err
	}
	if u.name = len(named) > 0; u.name {
		return u, nil
	}
	u.takeTypes(c)
	u.takePlaces(c)
	if err := v.mend(ctx, &u); err != nil {
		return u, err
	}
	if u.mended {
		u.takeTypes(c) // "vardesentret"
	}
	u.soft = len(u.content()) > fewWords
	if !u.soft && len(u.types) > 0 {
		named, err := v.named(ctx, joined(u.content()))
		if err != nil {
			return u, err
		}
		if len(named) > 0 { // "kreftforeningen telefon"
			u.soft, u.called = true, u.content()
		}
	}
	u.said = slices.DeleteFunc(c.expressions.in(u.all, u.uses), func(s saidExpression) bool { return u.isType(c, s) })
	u.said = slices.DeleteFunc(u.said, func(s saidExpression) bool {
		return s.Kind == directory.CrisisExpression && strings.HasPrefix(s.Text, "overdos") && isLoss(" "+fold.Text(text)+" ")
	})
	if len(u.said) == 0 {
		told = u.danger
	}
	if slices.ContainsFunc(u.said, saidExpression.isCrisis) {
		u.crisis, u.danger = true, nil
	} else {
		for _, topic := range told {
			u.said = append(u.said, saidExpression{&directory.Expression{Text: topic, Kind: directory.CrisisExpression, LeadsTo: helpIn[topic]}, nil})
		}
	}
	return u, v.takeDetail(ctx, &u)
}

// fewNames is the most names that may have a word for it to tell offerings apart.
const fewNames = 8

// takeDetail uses a word that asks for the number of what is named beside it, "vardesenteret
// telefon", and not for a helpline, as "kreft telefon" does.
func (v *View) takeDetail(ctx context.Context, u *understood) error {
	at := slices.IndexFunc(u.all, func(w word) bool { return details[normal(w.fold)] })
	if at < 0 || u.uses[at] != unused || u.soft {
		return nil
	}
	for _, s := range u.said {
		if !slices.Equal(s.at, []int{at}) {
			return nil
		}
	}
	names := len(u.types) > 0
	for _, w := range u.content() {
		if details[normal(w.fold)] {
			continue
		}
		found, err := v.inName(ctx, w.text)
		if err != nil {
			return err
		}
		names = names || len(found) > 0 && len(found) <= fewNames
	}
	if names {
		u.uses[at], u.said = usedDetail, nil
		u.called = u.content()
	}
	return nil
}

// dangers returns the codes of the topics that a question of crisis is about.
func (u *understood) dangers() []string {
	codes := slices.Clone(u.danger)
	for _, s := range u.said {
		if !s.isCrisis() {
			continue
		}
		for _, l := range s.LeadsTo {
			if kind, code := l.Split(); kind == string(directory.Topic) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// isType reports whether the expression was understood as a type already. One that leads
// past the type says more than the type does: "pårørandelinja" is one line of many.
func (u *understood) isType(c *catalog, s saidExpression) bool {
	if u.soft || slices.ContainsFunc(s.at, func(i int) bool { return u.uses[i] != usedType }) {
		return false
	}
	return slices.ContainsFunc(u.types, func(t int) bool {
		return slices.Contains(s.LeadsTo, directory.Lead(directory.LeadType+":"+c.types[t].Code))
	})
}

// written returns the words as they are written, with single spaces between them.
func written(words []word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	return strings.Join(texts, " ")
}

// joined returns the folded words with single spaces between them.
func joined(words []word) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.fold
	}
	return strings.Join(parts, " ")
}

// content returns the words that were not used and that say something.
func (u *understood) content() []word {
	var list []word
	for i, w := range u.all {
		if u.uses[i] == unused && w.says() {
			list = append(list, w)
		}
	}
	return list
}

// says reports whether a word says anything about what is looked for. Short numbers are ages, and
// how long it is since.
func (w word) says() bool {
	return !stopWords[w.fold] && !fillers[w.fold] && len(w.fold) > 1 && !(len(w.fold) == 2 && w.fold <= "99")
}

// free reports whether the n words from i are all unused.
func (u *understood) free(i, n int) bool {
	return !slices.ContainsFunc(u.uses[i:i+n], func(x use) bool { return x != unused })
}

func (u *understood) mark(i, n int, as use) {
	for j := i; j < i+n; j++ {
		u.uses[j] = as
	}
}

// runs calls try with every run of at most longest unused words, the longest first, until
// it returns true.
func (u *understood) runs(longest int, try func(i, n int) bool) bool {
	for n := min(longest, len(u.all)); n > 0; n-- {
		for i := 0; i+n <= len(u.all); i++ {
			if u.free(i, n) && try(i, n) {
				return true
			}
		}
	}
	return false
}

// takeTypes uses the longest runs of words that name a type.
func (u *understood) takeTypes(c *catalog) {
	for u.runs(c.typeWords.maxWords, func(i, n int) bool {
		t, ok := c.typeWords.types[stemmed(u.all[i:i+n])]
		if ok {
			u.takeType(t, i, n)
		}
		return ok
	}) {
	}
}

func (u *understood) takeType(t, i, n int) {
	u.mark(i, n, usedType)
	if !slices.Contains(u.types, t) {
		u.types = append(u.types, t)
	}
}

// mend looks for types, places and words of expressions among the words that no offering
// has: misspelt ones, and compounds that were written apart.
func (v *View) mend(ctx context.Context, u *understood) error {
	c := v.catalog()
	for i := 0; i < len(u.all); i++ {
		if i+1 < len(u.all) && u.free(i, 2) {
			if t, _ := c.typeWords.near(u.all[i].fold + u.all[i+1].fold); t >= 0 {
				u.takeType(t, i, 2)
				continue
			}
			if err := v.join(ctx, u, i); err != nil {
				return err
			}
		}
		if u.uses[i] != unused || !u.all[i].says() || len(u.all[i].fold) < 4 {
			continue
		}
		known, err := v.whole(ctx, u.all[i].text)
		if err != nil {
			return err
		}
		if len(known) > 0 || c.expressions.has(u.all[i]) {
			continue
		}
		whole := splitCompound(u.all[i].fold) != nil || c.articleIndex.spelt[u.all[i].fold] // right, though no offering has it
		said, saidOff := c.expressions.near(u.all[i].fold, nearEnough(u.all[i].fold))
		if t, off := c.typeWords.near(u.all[i].fold); t >= 0 && (off <= saidOff || whole) {
			u.takeType(t, i, 1)
		} else if len(u.kommuner)+len(u.fylker) == 0 {
			if entries := c.placeNames.near(u.all[i].fold); len(entries) > 0 && entries[0].rank <= 1 {
				u.setPlace(entries)
				u.markPlace(i, 1)
			}
		}
		if u.uses[i] != unused {
			continue
		}
		if u.all[i].inside = c.expressions.inside(u.all[i].fold); u.all[i].inside != "" || whole {
			continue
		}
		if said.fold != "" {
			u.mended = true
			u.all[i].text, u.all[i].fold = said.text, said.fold
		}
	}
	return nil
}

// join makes one word of the two from i when offerings have it as one: "bipolar foreningen".
func (v *View) join(ctx context.Context, u *understood, i int) error {
	a, b := u.all[i], u.all[i+1]
	if !a.says() || !b.says() || len(a.fold) < minPart || len(b.fold) < minPart {
		return nil
	}
	found, err := v.whole(ctx, a.text+b.fold)
	if err != nil || len(found) == 0 {
		return err
	}
	u.all[i] = word{text: a.text + b.text, fold: a.fold + b.fold, cap: a.cap, at: a.at}
	u.all, u.uses = slices.Delete(u.all, i+1, i+2), slices.Delete(u.uses, i+1, i+2)
	return nil
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
