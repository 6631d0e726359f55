package search

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/fold"
)

// Codes of the topics of danger: any, to one's own life, and from others.
const (
	anyDanger = "akutt"
	ownLife   = "selvmord"
	violence  = "vold"
)

// crisisWords begin the words, folded, of which one alone makes a question urgent, by topic.
var crisisWords = map[string][]string{
	anyDanger: {"overdose"},
	ownLife:   {"selvmord", "sjolvmord", "sjolmord", "suicid"},
	violence:  {"voldtekt", "voldtatt", "valdtekt", "kveler"},
}

// crisisPhrases are folded words that together make a question urgent, by topic.
var crisisPhrases = map[string][]string{
	ownLife: foldedPhrases("ta livet", "ta mitt eget liv", "drepe meg", "vil do", "vil ikke leve", "orker ikke leve", "orker ikke mer", "onsker a do",
		"kill myself", "want to die", "skader seg selv", "skade meg selv"),
	violence: foldedPhrases("slar meg", "slar barna", "slar mamma", "redd for livet", "truer meg"),
}

// helpIn is where a danger leads that no expression tells of: as the expressions of the same danger.
var helpIn = map[string][]directory.Lead{
	anyDanger: {"ord:nødtelefon", "tema:akutt", "type:hjelpetelefon"},
	ownLife:   {"ord:hjelpetelefonen", "tema:selvmord", "tema:akutt", "type:hjelpetelefon"},
	violence:  {"tema:vold", "tema:akutt", "ord:vo", "type:hjelpetelefon"},
}

// foldedPhrases returns the phrases folded, with a space before and after each.
func foldedPhrases(phrases ...string) []string {
	for i, p := range phrases {
		phrases[i] = " " + fold.Text(p) + " "
	}
	return phrases
}

// danger is what a question tells of when it has a word of each set, in normal forms, unless a word
// of none makes it something else.
type danger struct {
	topic string
	all   []map[string]bool
	none  map[string]bool
}

// dangers are those that people put in more ways than expressions could list: "pappa er full og
// slår", "har tatt alle tablettene sine", "mor med demens er borte".
var dangers = []danger{
	{violence, []map[string]bool{someone, forms(`slår slo slått slåss sparker sparket sparka dytter dyttet dytta lugger lugget kvelte`)},
		forms(`seg opp av på ut sammen saman tilbake fast inn rot hodet hovudet kneet foten ryggen`)},
	{violence, []map[string]bool{someone, forms(`kniv kniven våpen våpenet pistol hagle gevær børse`)}, nil},
	{anyDanger, []map[string]bool{forms(`tatt tok teke svelget svelgte svelgde spist`), forms(`pille piller pillene pillane tablett tabletter tablettene tablettane
medisinene sovepiller sovetabletter paracet paracetamol`), forms(`mange alle hele masse boks boksen brett brettet glass`)}, nil},
	{anyDanger, []map[string]bool{forms(`demens dement demente dementia alzheimer`), forms(`borte forsvunnet forsvunnen forsvunne savnet savna sakna rømt missing
disappeared`)}, nil},
}

// someone are the words for who does something, or whom it is about.
var someone = union(kinWords, childWords, forms(`han hun ho typen eks eksen stefar stefaren stemor stemoren foreldrene he she`))

func union(sets ...map[string]bool) map[string]bool {
	all := map[string]bool{}
	for _, s := range sets {
		maps.Copy(all, s)
	}
	return all
}

// in reports whether the words tell of the danger. A word of none counts right after one of the
// last set: "slår seg", "slår av".
func (d danger) in(forms []string) bool {
	for _, set := range d.all[:len(d.all)-1] {
		if !slices.ContainsFunc(forms, func(f string) bool { return set[f] }) {
			return false
		}
	}
	last := d.all[len(d.all)-1]
	for i, f := range forms {
		if last[f] && (i+1 == len(forms) || !d.none[forms[i+1]]) {
			return true
		}
	}
	return false
}

// dangerIn returns the codes of the topics of the danger that the text speaks of: those that the
// dangers tell of, and those of words that may be said of something else too, as in "redd for
// overdose". It stands in the program, beside the expressions that editors keep, so that no edit can
// lose it.
func dangerIn(text string) (told, mentioned []string) {
	f := " " + fold.Text(text) + " "
	for _, topic := range [...]string{anyDanger, ownLife, violence} {
		word := func(w string) bool { return strings.Contains(f, " "+w) && !(w == "overdose" && isLoss(f)) }
		phrase := func(p string) bool { return strings.Contains(f, p) }
		if slices.ContainsFunc(crisisWords[topic], word) || slices.ContainsFunc(crisisPhrases[topic], phrase) {
			mentioned = append(mentioned, topic)
		}
	}
	var forms []string
	for _, w := range splitWords(text) {
		forms = append(forms, normal(w.fold))
	}
	forms = forms[:min(len(forms), maxWords)]
	for _, d := range dangers {
		if !slices.Contains(told, d.topic) && d.in(forms) {
			told = append(told, d.topic)
		}
	}
	return told, mentioned
}

// isLoss reports whether a folded text tells that somebody died of an overdose: what is looked for
// is help in grief. Whoever has only lost consciousness, or nearly died, is in danger.
func isLoss(f string) bool { return diedOfOverdose.MatchString(f) && !stillAlive.MatchString(f) }

var (
	diedOfOverdose = regexp.MustCompile(` (?:dode|doydde|dod) av (?:en |ein )?overdose| (?:dode|doydde|mistet|mista) .*\bi (?:en |ein )?overdose`)
	stillAlive     = regexp.MustCompile(` bevisst| medvit| nesten | puls| pust`)
)
