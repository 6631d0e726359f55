package search

import (
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/registry"
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/norwegian"

	"github.com/nasjonal-oversikt/oversikt/internal/fold"
	"github.com/nasjonal-oversikt/oversikt/internal/recent"
)

// analyzerName is the name under which Bleve finds the analysis of Norwegian.
const analyzerName = "oversikt_norsk"

func init() {
	err := registry.RegisterAnalyzer(analyzerName, func(map[string]any, *registry.Cache) (analysis.Analyzer, error) {
		return norwegianAnalyzer{}, nil
	})
	if err != nil {
		panic(err)
	}
}

// norwegianAnalyzer turns text into terms: words divided where recognition of places and
// types divides them, lower case, folded, stop words left out, nynorsk as bokmål,
// compounds with their parts beside them, stemmed.
type norwegianAnalyzer struct{}

// Analyze implements analysis.Analyzer. Tokens point at the bytes of input they came from.
func (norwegianAnalyzer) Analyze(input []byte) analysis.TokenStream {
	var stream analysis.TokenStream
	position := 0
	for _, w := range splitWords(string(input)) {
		position++
		if stopWords[w.fold] {
			continue
		}
		for _, t := range terms(w.text) {
			stream = append(stream, &analysis.Token{
				Start: w.at + t.start, End: w.at + t.end, Term: []byte(t.text),
				Position: position, Type: analysis.AlphaNumeric,
			})
		}
	}
	return stream
}

// term is one indexed form of a word, and the bytes of the word that it stands for.
type term struct {
	text       string
	start, end int
}

// terms returns the forms under which a word is found: the whole word first, then the
// parts of a compound. No form comes twice. Callers must not change the list.
func terms(text string) []term { return made(&knownTerms, text, termsOf) }

// Words are the same again and again, in texts as in questions.
var (
	knownTerms   = recent.Cache[string, []term]{Most: 4000}
	knownNormals = recent.Cache[string, string]{Most: 4000}
)

// made returns what make makes of the word, which may have been made before.
func made[V any](known *recent.Cache[string, V], word string, make func(string) V) V {
	v, ok := known.Get(word)
	if !ok {
		word = strings.Clone(word) // it may be cut out of a long text
		v = make(word)
		known.Put(word, v)
	}
	return v
}

func termsOf(text string) []term {
	f := fold.Word(text)
	if f.Text == "" {
		return nil
	}
	list := []term{{normal(f.Text), 0, len(text)}}
	for _, p := range splitCompound(f.Text) {
		t := term{normal(f.Text[p.start:p.end]), f.From[p.start], f.From[p.end]}
		if !containsTerm(list, t.text) {
			list = append(list, t)
		}
	}
	return list
}

func containsTerm(list []term, text string) bool {
	for _, t := range list {
		if t.text == text {
			return true
		}
	}
	return false
}

// normal returns the stem of a folded word, in bokmål where it is nynorsk.
func normal(folded string) string { return made(&knownNormals, folded, normalOf) }

func normalOf(folded string) string {
	s := stem(folded)
	if v, ok := variantStems[s]; ok {
		return v
	}
	return s
}

func stem(folded string) string {
	if own, ok := ownForms[folded]; ok {
		return own
	}
	if irregular, ok := irregularForms[folded]; ok {
		folded = irregular
	}
	for _, ending := range centreEndings {
		if base, ok := strings.CutSuffix(folded, ending); ok {
			folded = base + "senter"
			break
		}
	}
	env := snowballstem.NewEnv(folded)
	norwegian.Stem(env)
	return env.Current()
}
