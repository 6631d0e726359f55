package search

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/fold"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Need is what help is looked for with, in the codes of the vocabularies. All may be empty.
type Need struct {
	Groups []string                // target groups that it is for
	Kin    []string                // target groups that take these in among others
	Topics []string                // what it is about
	Near   []string                // topics that are close to it
	Types  []string                // types that are for this, whatever their topics
	Usual  []string                // types that are often of use, where their topics do not say otherwise
	Not    []directory.PhoneNumber // numbers that are known already
}

// Suited is an offering that suits a need, and why.
type Suited struct {
	Hit
	Groups  []string // those of the need, or of its kin, that it is for
	Topics  []string // those of the need, or close to it, that it is about
	Certain bool     // it is for this, and does not just come close to it

	score int
	name  string // for the order
}

// What makes an offering suit. Whatever is about the one thing that is asked about stands
// before what is for the right people, and this before what is for everybody. An offering
// about many things is nearer to each of them the fewer they are.
const (
	suitsTopic   = 40 // less suitsOther for each other topic
	suitsOther   = 3
	suitsName    = 16 // it is named after the topic: Krefttelefonen is for every cancer
	suitsType    = 28
	suitsUsual   = 14
	suitsNear    = 12
	suitsGroup   = 16
	suitsKin     = 8
	suitsAnybody = 6  // for all pårørende, or for everybody
	suitsAny     = 10 // about no topic, so about all
	suitsPhone   = 14
	suitsTrust   = 2 // for each step
)

// anybody are the target groups that take in everyone a need can be for.
var anybody = []string{"parorende", "alle"}

// Suited returns what covers the kommune and suits the need, what is for few before what is
// for the whole country, and among these the best first. What is about something else, for
// others or for professionals alone is left out, what is closed for a time, and what is for the
// whole country and cannot be reached. Without a kommune, "", only what is for the whole country
// is there.
func (v *View) Suited(n region.Number, need Need) []Suited {
	c := v.catalog()
	f := &filter{}
	if k, ok := c.kommuneIndex[n]; ok {
		f.kommuner, f.bits, f.near = []uint16{uint16(k)}, []uint32{c.fylkeOf[k]}, &c.kommuner[k].Position
	}
	var found []Suited
	for slot, r := range v.rows.list {
		if r == nil {
			continue
		}
		col := v.rows.cols.at(int32(slot))
		reach := f.reach(col)
		if !f.placed() && col.national {
			reach = directory.ByNational
		}
		if reach == directory.NotCovered || col.pro {
			continue
		}
		about := r.facts()
		s, ok := c.suits(&about, need)
		if !ok {
			continue
		}
		o := v.load(int32(slot))
		if o == nil || !need.usable(o, reach) {
			continue
		}
		s.Hit = Hit{ID: r.id, Offering: o, Reach: reach}
		s.name = about.Sort
		found = append(found, s)
	}
	slices.SortFunc(found, func(a, b Suited) int {
		return cmp.Or(trueFirst(a.Reach != directory.ByNational, b.Reach != directory.ByNational),
			cmp.Compare(b.score, a.score), cmp.Compare(a.Reach, b.Reach), cmp.Compare(a.name, b.name), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// usable reports whether one can turn to the offering. What is for few and says nothing of how
// to reach it can be asked for in the kommune.
func (n Need) usable(o *directory.Offering, r directory.Reach) bool {
	reachable := len(o.Phones) > 0 || len(o.Websites) > 0 || len(o.Emails) > 0 || r != directory.ByNational
	return o.Status == directory.Published && reachable &&
		!slices.ContainsFunc(o.Phones, func(p directory.Phone) bool { return slices.Contains(n.Not, p.Number) })
}

// suits reports whether an offering suits the need, with why and how well.
func (c *catalog) suits(f *facts, need Need) (Suited, bool) {
	s := Suited{score: suitsTrust * int(f.Trust)}
	if f.Phone {
		s.score += suitsPhone
	}
	ok := c.suitsAbout(&s, f, need) && s.suitsWhom(f.Terms[targetTerms], need)
	return s, ok
}

// suitsAbout adds what the offering is about. It returns false for something else.
func (c *catalog) suitsAbout(s *Suited, f *facts, need Need) bool {
	topics := f.Terms[topicTerms]
	about, near := common(topics, need.Topics), common(topics, need.Near)
	s.Topics = append(slices.Clone(about), near...)
	special := slices.Contains(need.Types, f.Type)
	switch {
	case len(about) > 0:
		s.score += suitsTopic - suitsOther*(len(topics)-1)
		if slices.ContainsFunc(about, func(code string) bool { return c.namedAfter(f.Fold, code) }) {
			s.score += suitsName
		}
	case special, len(near) > 0:
	case len(topics) == 0, len(need.Topics) == 0:
		s.score += suitsAny
	default:
		return false
	}
	if special {
		s.score += suitsType
	}
	if slices.Contains(need.Usual, f.Type) {
		s.score += suitsUsual
	}
	if len(near) > 0 {
		s.score += suitsNear
	}
	s.Certain = special || len(about) > 0 || len(need.Topics) == 0
	return true
}

// suitsWhom adds whom the offering is for. It returns false for others.
func (s *Suited) suitsWhom(groups []string, need Need) bool {
	s.Groups = common(groups, need.Groups)
	kin := common(groups, need.Kin)
	switch {
	case len(s.Groups) > 0:
		s.score += suitsGroup
	case len(kin) > 0:
		s.Groups = kin
		s.score += suitsKin
	case len(common(groups, anybody)) > 0:
		s.score += suitsAnybody
	case len(groups) > 0 && len(need.Groups) > 0:
		return false
	}
	return true
}

// namedAfter reports whether a folded name begins as the topic's does.
func (c *catalog) namedAfter(name, code string) bool {
	i, ok := c.termIndex[directory.Topic][code]
	return ok && strings.HasPrefix(name, c.topicStem(i))
}

// topicStem is how a folded name begins that is after the topic.
func (c *catalog) topicStem(topic int) string {
	const most = 5 // of the word: "Sjeldentelefonen", "Sjeldne diagnoser"
	word, _, _ := strings.Cut(fold.Text(c.terms[directory.Topic][topic].Name.NB), " ")
	word = strings.Trim(word, ",")
	return word[:min(most, len(word))]
}

// common returns what of a is in b too.
func common(a, b []string) []string {
	var out []string
	for _, v := range a {
		if slices.Contains(b, v) {
			out = append(out, v)
		}
	}
	return out
}
