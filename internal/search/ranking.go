package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// This file says in which order offerings come, and why. One number decides:
//
//	score = words × part of the question that is answered × nearness × certainty × fitness
//
// words is what Bleve's tf-idf gives for each word, weighted by field, and as much for a code
// that an everyday expression leads to. Whole names come above all. For equal scores:
// nearer, surer, with a telephone, by name.

// How much a word counts where it is found. A name says what an offering is; who gives it
// and for whom is nearly as good; the long text mentions many things in passing.
var fieldBoost = map[string]float64{fieldName: 6, fieldAbout: 3, fieldText: 1}

const (
	partBoost   = 0.4 // a part of a compound says less than the whole word
	partShare   = 0.5 // and answers less of the question
	fuzzyBoost  = 0.5 // a guess at a misspelling, below every word that is right
	prefixBoost = 0.6

	codeBoost = 5.0  // a code that an expression leads to, about as good as a word in a name
	mostRare  = 3.0  // where one code of twenty is as good as one of a thousand
	leadDecay = 0.75 // each further lead of an expression says less
	ownBoost  = 1.5  // the words of an expression themselves, where an offering has them
	saidShare = 2.0  // an expression is more of a question than a single word is

	nameGain = 1000 // the name itself was written: nothing comes before it
)

// enough is how much of the best answer's part of the question another offering has to
// answer to be a hit: a sentence has words in passing that anything may contain.
const enough = 0.4

// reachGain is by what a score is multiplied for how an offering comes to cover the
// reader's kommune. With words about equal, the nearer office is the one to call.
var reachGain = [...]float32{
	directory.NotCovered: 1, directory.ByOwn: 1.5, directory.ByShared: 1.4, directory.ByFylke: 1.15, directory.ByNational: 1,
}

// breadth is for how many an offering is, whatever the matter: for all or for pårørende,
// about few topics or none in particular. Who has not said what it is about is hardly helped by a
// line about one illness.
func (c *catalog) breadth(col *column, young bool) float32 {
	b := 1 / float32(1+col.terms[topicTerms].len())
	if c.narrow(col) {
		b /= 4
	}
	switch whom := col.terms[targetTerms]; {
	case young && whom&c.forYoung != 0:
		return 2 + b
	case whom&c.forAll != 0:
		return 1.1 + b
	case whom&c.forKin != 0:
		return 1 + b
	}
	return b
}

// narrow reports whether an offering is about one matter or a few, and about nothing else.
func (c *catalog) narrow(col *column) bool {
	topics := col.terms[topicTerms]
	return topics != 0 && topics&c.anyMatter == 0
}

// narrowShare is by what a helpline about something else scores where any helpline will do.
const narrowShare = 0.5

// elsewhere is by what a score is multiplied for an offering that is not for the whole
// country, when a reader tells what the matter is and not where they live: what is for
// some kommune most likely is for another than theirs.
const elsewhere = 0.2

// nearShare is what is for those near anybody scores of the best that is about the matter, and
// nearYoung what is for any child does: who is twelve is to be heard before taught.
const (
	nearShare = 0.1
	nearYoung = 0.6
)

// doorGain is how much more an office at the reader's own place scores; it fades with the
// distance in kilometres to it.
const (
	doorGain = 0.2
	doorFade = 25
)

// secondMeaning is by what a score is multiplied for what covers only another meaning of
// the place that was named than the likeliest one.
const secondMeaning = 0.8

// fitness is what a question asks for beyond words.
type fitness struct {
	placed bool // the reader's place is known
	laymen bool // asked in everyday words, not for professionals
	crisis bool
	urgent set64 // topics of the danger that the question speaks of
	any    set64 // the topic of any danger
	kin    set64 // target groups of who stands near someone, when the question speaks of another
	young  bool  // who asks is a child or a youth, and kin are these
	others set64 // target groups whose offerings children get little from
	self   set64 // target groups of who is ill, or of anybody
}

// of is how well an offering suits whoever asks, whatever was asked for: somebody can be
// called, it is meant for others than professionals; what is closed comes last.
func (f fitness) of(c *column, helpline int) float32 {
	s := 1 + trustGain*float32(c.trust)
	if c.phone {
		s *= phoneGain
	}
	if c.pro && f.laymen {
		s *= 0.5
	}
	if !f.placed && f.laymen && !c.national {
		s *= elsewhere
	}
	if f.crisis && int(c.typ) == helpline {
		s *= crisisGain
		switch topics := c.terms[topicTerms]; {
		case topics&f.urgent != 0:
			s *= urgentGain
		case topics&f.any != 0:
			s *= anyGain
		}
	}
	switch whom := c.terms[targetTerms]; {
	case whom&f.kin == 0:
	case f.young && whom&f.others == 0:
		s *= youngGain
	case f.young:
	case whom&f.self == 0:
		s *= kinGain
	}
	return s
}

// How much more an offering scores for each step of trust, with a telephone, and for being a
// helpline when someone may be in danger, more for one for any danger, and most for one for that;
// and for being for those near the ill and not for the ill themselves, when that is who asks.
const (
	trustGain  = 0.03
	phoneGain  = 1.15
	crisisGain = 2
	urgentGain = 6
	anyGain    = 2
	kinGain    = 1.25
	youngGain  = 2 // the same for the young, who are helped by little else
)

// mostGain returns no less than what any score is multiplied by for where an offering is and
// how well it suits.
func (f *filter) mostGain() float32 {
	most := float32((1 + trustGain*mostTrust) * phoneGain * (1 + doorGain) * 1.001) // more than is lost in rounding
	if f.placed() {
		most *= reachGain[directory.ByOwn]
	}
	if f.fit.crisis {
		most *= crisisGain * urgentGain
	}
	switch {
	case f.fit.young:
		most *= youngGain
	case f.fit.kin != 0:
		most *= kinGain
	}
	return most
}

// concept is one part of a question with the offerings that answer to it.
type concept struct {
	matches matches
	weight  float32 // part of the question
}

// concepts returns the parts of the question: each expression, and each word outside them
// that some offering has. What no offering has is no part of it.
func (v *View) concepts(ctx context.Context, u *understood) ([]concept, error) {
	var list []concept
	inSaid := make([]bool, len(u.all))
	for _, s := range u.said {
		c, err := v.saidConcept(ctx, u, s)
		if err != nil {
			return nil, err
		}
		for _, i := range s.at {
			inSaid[i] = true
		}
		if len(c.matches) > 0 {
			list = append(list, c)
		}
	}
	for i, w := range u.all {
		if inSaid[i] || u.uses[i].aside() || u.uses[i] == usedType && !u.soft || !w.says() && !u.literal {
			continue
		}
		c, err := v.wordConcept(ctx, w.text, !u.literal)
		if err != nil {
			return nil, err
		}
		if len(c.matches) > 0 {
			list = append(list, c)
		}
	}
	return list, nil
}

// wordConcept is what has the word, or a part of it. A word that nothing has is guessed at.
func (v *View) wordConcept(ctx context.Context, text string, guess bool) (concept, error) {
	whole, err := v.whole(ctx, text)
	if err != nil {
		return concept{}, err
	}
	found, err := v.withParts(ctx, text)
	if err != nil {
		return concept{}, err
	}
	if len(found) == 0 && guess {
		if found, err = v.guess(ctx, text); err != nil {
			return concept{}, err
		}
	}
	rare := len(whole)
	if rare == 0 {
		rare = len(found)
	}
	if rare == 0 {
		return concept{}, nil
	}
	return concept{found, v.rarity(rare)}, nil
}

// rarity is how much is said by something that n offerings have: 1 when only one has it,
// towards 0 when all do.
func (v *View) rarity(n int) float32 {
	total := float64(v.rows.count)
	return float32(math.Log(1+total/float64(n)) / math.Log(1+total))
}

// saidConcept is what an expression leads to, together with its own words.
func (v *View) saidConcept(ctx context.Context, u *understood, s saidExpression) (concept, error) {
	own := make([]string, 0, len(s.at))
	compound := false
	for _, i := range s.at {
		if w := u.all[i]; w.says() && !(len(s.at) > 1 && someone[normal(w.fold)]) { // whom it is about is not what
			own = append(own, u.all[i].fold)
			compound = compound || u.all[i].inside != ""
		}
	}
	found, err := v.derived("e "+s.Text+"/"+strings.Join(own, " "), func() (matches, error) {
		all := newGathering()
		defer all.done()
		gain := float32(1)
		for _, lead := range s.LeadsTo {
			list, err := v.lead(ctx, lead)
			if err != nil {
				return nil, err
			}
			all.add(list, gain)
			gain *= leadDecay
		}
		for _, w := range own {
			list, err := v.whole(ctx, w)
			if len(list) == 0 && compound && err == nil { // a name misspelt: "bipolarforenigen"
				list, err = v.guess(ctx, w)
			}
			if err != nil {
				return nil, err
			}
			all.add(list, ownBoost/float32(len(s.at)))
		}
		return all.matches(), nil
	})
	return concept{found, saidShare}, err
}

// lead returns the offerings that a lead leads to.
func (v *View) lead(ctx context.Context, l directory.Lead) (matches, error) {
	kind, code := l.Split()
	if kind == directory.LeadWord {
		return v.together(ctx, code, v.whole)
	}
	return v.derived("c "+string(l), func() (matches, error) { return v.coded(kind, code), nil })
}

// together returns the offerings that find gives for every word of the text.
func (v *View) together(ctx context.Context, text string, find func(context.Context, string) (matches, error)) (matches, error) {
	var all matches
	for i, w := range splitWords(text) {
		list, err := find(ctx, w.text)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			all = list
		} else {
			all = all.and(list)
		}
	}
	return all, nil
}

// coded returns the offerings with the code: the rarer it is, and the fewer others of its
// kind an offering has, the higher.
func (v *View) coded(kind, code string) matches {
	c := v.catalog()
	var list matches
	typ, isType := -1, kind == directory.LeadType
	if i, ok := c.typeIndex[code]; ok && isType {
		typ = i
	}
	vocabulary, term := -1, -1
	for i, k := range termKinds {
		if t, ok := c.termIndex[k][code]; ok && string(k) == kind {
			vocabulary, term = i, t
		}
	}
	for slot := range v.rows.list {
		col := v.rows.cols.at(int32(slot))
		switch {
		case !col.live:
		case isType && int(col.typ) == typ && typ >= 0:
			score := float32(1)
			if code == "hjelpetelefon" && c.narrow(col) {
				score = narrowShare
			}
			list = append(list, match{int32(slot), score})
		case vocabulary >= 0 && col.terms[vocabulary].has(term):
			list = append(list, match{int32(slot), float32(1 / math.Sqrt(float64(col.terms[vocabulary].len())))})
		}
	}
	rare := math.Log(1 + float64(v.rows.count)/float64(max(len(list), 1)))
	return list.times(float32(codeBoost * min(rare, mostRare)))
}

// likeness is how well names have a word that became a filter: of two offices in a place, the
// one that carries its name is the one that was meant.
type likeness struct {
	matches
	ofType bool // the word names a type of offering, otherwise a place
}

// counts reports whether the likeness says anything in the reading. What is of another type than
// was asked for is no nearer to it for a word in its name: "PP-tenesta" is no telephone service.
func (l likeness) counts(r reading) bool { return r.types || !l.ofType }

// likeness returns that of each word that became a filter.
func (v *View) likeness(ctx context.Context, u *understood) ([]likeness, error) {
	var all []likeness
	for i, w := range u.all {
		if u.uses[i] == unused || u.uses[i] == usedDetail || !w.says() || u.uses[i] == usedType && u.soft {
			continue
		}
		found, err := v.whole(ctx, w.text)
		if err != nil {
			return nil, err
		}
		if u.uses[i] == usedPlace {
			found = v.local(found)
		}
		all = append(all, likeness{found, u.uses[i] == usedType})
	}
	return all, nil
}

// local returns the matches but those for the whole country, which are in no place: Kirkens SOS
// is not of Kirkenes.
func (v *View) local(list matches) matches {
	national := func(m match) bool { return v.rows.cols.at(m.slot).national }
	if !slices.ContainsFunc(list, national) {
		return list
	}
	return slices.DeleteFunc(list.clone(), national)
}

// candidate is an offering on its way to being a hit.
type candidate struct {
	slot     int32
	score    float32
	distance float32 // kilometres; infinite when it is nowhere
	reach    directory.Reach
	second   bool // covers only another meaning of the place than the first
	col      *column
	row      *row
}

// before is the order of hits.
func (a *candidate) before(b *candidate, by Sort) bool { return a.compare(b, by) < 0 }

func (a *candidate) compare(b *candidate, by Sort) int {
	switch by {
	case ByName:
		if d := a.compareNames(b); d != 0 {
			return d
		}
	case ByDistance:
		if d := cmp.Compare(a.distance, b.distance); d != 0 {
			return d
		}
	default:
		if a.score != b.score {
			if a.score > b.score {
				return -1
			}
			return 1
		}
	}
	return a.compareReach(b)
}

func (a *candidate) compareReach(b *candidate) int {
	if a.second != b.second {
		return trueFirst(b.second, a.second)
	}
	if d := rankOf(a.reach) - rankOf(b.reach); d != 0 {
		return d
	}
	if d := int(b.col.trust) - int(a.col.trust); d != 0 {
		return d
	}
	if a.col.phone != b.col.phone {
		if a.col.phone {
			return -1
		}
		return 1
	}
	return cmp.Or(a.compareNames(b), cmp.Compare(a.row.id, b.row.id))
}

func (a *candidate) compareNames(b *candidate) int {
	if a.col.sort != b.col.sort {
		return cmp.Compare(a.col.sort, b.col.sort)
	}
	return strings.Compare(a.row.text(packedSort), b.row.text(packedSort))
}

// rankOf puts what does not cover last.
func rankOf(r directory.Reach) int {
	if r == directory.NotCovered {
		return int(directory.ByNational) + 1
	}
	return int(r)
}

// hit returns the candidate as readers get it, with the offering itself unless bare.
func (v *View) hit(a *candidate, bare bool) (Hit, bool) {
	h := Hit{ID: a.row.id, Reach: a.reach}
	if !bare {
		if h.Offering = v.read(a.slot); h.Offering == nil {
			return h, false
		}
	}
	if !math.IsInf(float64(a.distance), 1) {
		d := float64(a.distance)
		h.DistanceKM = &d
	}
	return h, true
}
