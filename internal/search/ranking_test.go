package search

import (
	"slices"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// What is passed over because its score cannot be among the best has no more gain than that.
func TestMostGain(t *testing.T) {
	confirmed := time.Now()
	best := trust(&directory.Offering{Confidence: directory.High, ConfirmedAt: &confirmed})
	if best != mostTrust {
		t.Errorf("a confirmed offering of a sure source has trust %d, mostTrust is %d", best, mostTrust)
	}
	col := &column{live: true, typ: 1, trust: int8(best), phone: true, national: true, kommuner: []uint16{0}}
	col.terms[targetTerms].add(0)
	col.terms[topicTerms].add(0)
	for _, crisis := range []bool{false, true} {
		for _, placed := range []bool{false, true} {
			f := &filter{helpline: 1, fit: fitness{crisis: crisis, urgent: 1, placed: placed, kin: 1, self: 2}}
			reach := directory.NotCovered
			if placed {
				f.kommuner, f.bits, reach = []uint16{0}, []uint32{1}, directory.ByOwn
			}
			gain := reachGain[reach] * f.fit.of(col, f.helpline) * (1 + doorGain)
			if most := f.mostGain(); gain > most || gain < most*0.99 {
				t.Errorf("crisis %t, placed %t: gain %f, at most %f", crisis, placed, gain, most)
			}
		}
	}
	for reach, gain := range reachGain {
		if gain > reachGain[directory.ByOwn] {
			t.Errorf("reach %d gains more than what is the kommune's own", reach)
		}
	}
}

// Who asks for the sake of another is shown what is for those near the ill before what is for
// the ill as well.
func TestKinComesFirst(t *testing.T) {
	for text, want := range map[string][]string{
		"depresjon":                 nil,
		"mannen min har depresjon":  {"parorende"},
		"gutten vår har depresjon":  {"parorende", "foreldre", "familier"},
		"mor til gutt med diabetes": {"parorende", "foreldre", "familier"},

		"jeg er 15 og mamma er syk":                {"barn", "ungdom"},
		"12 år, pappa drikker":                     {"barn", "ungdom"},
		"gutt 16 har syk mor":                      {"barn", "ungdom"},
		"søster er syk og ingen ser meg, 15 år":    {"barn", "ungdom"},
		"jeg har passet på mor i 12 år":            {"parorende"},
		"mor syk siden mai 12 år i bodø":           {"parorende"},
		"12 uker gravid og mannen drikker":         {"parorende"},
		"10 år siden mamma døde":                   {"parorende"},
		"jeg er 14 uker på vei":                    nil,
		"15-åring vil ikke på skolen":              nil,
		"jeg har stelt mor 12 år":                  {"parorende"},
		"eg er berre 13":                           {"barn", "ungdom"},
		"gutt 16 har diabetes":                     {"parorende", "foreldre", "familier"}, // a parent may say so
		"jeg er 28 og mamma er syk":                {"parorende"},
		"mamma har vært syk i 12 år":               {"parorende"},
		"jeg er mor til en på 15":                  {"parorende"},
		"jeg har en sønn på 15":                    {"parorende", "foreldre", "familier"},
		"mamma fikk kreft da jeg var liten, nå 30": {"parorende"},
	} {
		u := understood{all: splitWords(text)}
		if got := u.nearTo(); !slices.Equal(got, want) {
			t.Errorf("%q is asked by %q, want %q", text, got, want)
		}
	}
	c := &catalog{termIndex: map[directory.TermKind]map[string]int{directory.TargetGroup: {"parorende": 0, "pasienter": 1}}}
	f := fitness{kin: c.targets("parorende"), self: c.targets("pasienter", "alle")}
	kin, both := &column{}, &column{}
	kin.terms[targetTerms], both.terms[targetTerms] = c.targets("parorende"), c.targets("parorende", "pasienter")
	if f.of(kin, -1) <= f.of(both, -1) {
		t.Errorf("what is for pårørende alone scores %f, for the ill too %f", f.of(kin, -1), f.of(both, -1))
	}
}
