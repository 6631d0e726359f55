package main

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// question is one search as a reader makes it.
type question struct {
	kind   kind
	values url.Values // parameters of /api/v1/tilbud
	name   string     // of the offering that was asked for by name
}

// path returns the address below which both servers answer.
func (q question) path() string { return searchPath + "?" + q.values.Encode() }

const searchPath = "/api/v1/tilbud"

// kind is a way of asking.
type kind string

const (
	byTypePlace kind = "type and place"
	byName      kind = "name"
	byNeed      kind = "need in words"
	byMisspelt  kind = "misspelt"
	byPlace     kind = "place only"
	byFilters   kind = "filters with facets"
	byKommune   kind = "kommune and words"
	byPostal    kind = "postnummer"
)

// shares is how many of a hundred questions are of each kind.
var shares = []struct {
	kind  kind
	share int
}{
	{byTypePlace, 20}, {byName, 15}, {byNeed, 20}, {byMisspelt, 10}, {byPlace, 5}, {byFilters, 15}, {byKommune, 10}, {byPostal, 5},
}

// mix gives one question after another, always the same ones in the same order, and none
// twice. It is safe for concurrent use.
type mix struct {
	m *maker
	n int // offerings there are

	mu    sync.Mutex
	r     *rand.Rand
	asked map[string]bool
}

func newMix(m *maker, n int) *mix {
	return &mix{m: m, n: n, r: rand.New(rand.NewPCG(seed, 0)), asked: map[string]bool{}}
}

// next returns a question that was not asked before.
func (x *mix) next() question {
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		q := x.ask(x.kind())
		path := q.path()
		if !x.asked[path] {
			x.asked[path] = true
			return q
		}
	}
}

func (x *mix) kind() kind {
	p := x.r.IntN(100)
	for _, s := range shares {
		if p -= s.share; p < 0 {
			return s.kind
		}
	}
	return byFilters
}

func (x *mix) ask(k kind) question {
	r, ref := x.r, x.m.ref
	q := question{kind: k, values: url.Values{}}
	switch k {
	case byTypePlace:
		q.values.Set("q", x.typeWord()+" "+x.place())
	case byName:
		q.name = x.m.offering(1 + int64(r.IntN(x.n))).Name
		q.values.Set("q", strings.ToLower(q.name))
	case byNeed:
		q.values.Set("q", x.need())
	case byMisspelt:
		q.values.Set("q", misspell(r, x.typeWord()+" "+x.place()))
	case byPlace:
		q.values.Set("q", x.place())
	case byFilters:
		x.filters(q.values)
	case byKommune:
		q.values.Set("kommune", string(pick(r, ref.kommuner).Number))
		q.values.Set("q", x.m.words.word(r)+" "+x.m.words.word(r))
	case byPostal:
		code := pick(r, ref.codes).Code
		if r.IntN(2) == 0 {
			q.values.Set("q", x.typeWord()+" "+code)
		} else {
			q.values.Set("postnummer", code)
			q.values.Set("q", x.typeWord())
		}
	}
	return q
}

// filters chooses from the facets, as one does by clicking.
func (x *mix) filters(v url.Values) {
	r, ref := x.r, x.m.ref
	switch r.IntN(3) {
	case 0:
		v.Set("fylke", string(pick(r, ref.fylker).Number))
	default:
		v.Set("kommune", string(pick(r, ref.kommuner).Number))
	}
	if r.IntN(2) == 0 {
		for _, t := range some(r, ref.types, 1, 2) {
			v.Add("type", t.Code)
		}
	}
	for _, c := range choices {
		if r.IntN(2) == 0 {
			v[c.parameter] = some(r, ref.terms[c.kind], 1, 2)
		}
	}
}

// choices are the parameters of closed vocabularies.
var choices = []struct {
	parameter string
	kind      directory.TermKind
}{{"malgruppe", directory.TargetGroup}, {"tema", directory.Topic}, {"form", directory.Format}}

// typeWord returns what people call a type.
func (x *mix) typeWord() string {
	t := pick(x.r, x.m.ref.types)
	if len(t.Words) > 0 && x.r.IntN(2) == 0 {
		return pick(x.r, t.Words)
	}
	return strings.ToLower(t.Name.NB)
}

// place returns the name of a kommune, of a place in one, or of a former kommune.
func (x *mix) place() string {
	r, ref := x.r, x.m.ref
	switch p := r.IntN(10); {
	case p < 6:
		return strings.ToLower(x.m.kommune(r).Name)
	case p < 9:
		return strings.ToLower(pick(r, ref.places).Name)
	default:
		return strings.ToLower(pick(r, ref.formers).Name)
	}
}

// need returns what somebody writes who does not know what help is called.
func (x *mix) need() string {
	text := pick(x.r, needPersons) + " " + pick(x.r, needSituations) + " " + pick(x.r, needEndings)
	if x.r.IntN(3) == 0 {
		text += " " + x.place()
	}
	return strings.TrimSpace(text)
}

// misspell drops, doubles or swaps one letter inside the first word.
func misspell(r *rand.Rand, text string) string {
	first, rest, _ := strings.Cut(text, " ")
	w := []rune(first)
	if len(w) < 5 {
		return text
	}
	i := 2 + r.IntN(len(w)-3)
	switch r.IntN(3) {
	case 0:
		w = append(w[:i], w[i+1:]...)
	case 1:
		w = append(w[:i], append([]rune{w[i]}, w[i:]...)...)
	default:
		w[i], w[i-1] = w[i-1], w[i]
	}
	return strings.TrimSpace(string(w) + " " + rest)
}
