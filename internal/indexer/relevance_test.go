package indexer

import (
	"os"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// What search reaches on the judged questions. The numbers may only rise: who makes search
// better raises them, and a change that lowers them mends one thing and breaks others.
// behov.tsv was written by one who had not seen what people's words lead to; its answers are
// many for each question.
var floors = map[string]search.Scores{
	"sporringer.tsv": {Questions: 300, NDCG: 0.935, MRR: 0.986, Success: 0.994},
	"behov.tsv":      {Questions: 150, NDCG: 0.78, MRR: 0.93, Success: 0.95},
}

func TestRelevance(t *testing.T) {
	for name, floor := range floors {
		f, err := os.Open("../search/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		judged, err := search.ReadJudged(f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		outcomes, err := readOnly(t).Evaluate(t.Context(), judged)
		if err != nil {
			t.Fatal(err)
		}
		got := search.Sum(outcomes)
		if got.Questions < floor.Questions || got.NDCG < floor.NDCG || got.MRR < floor.MRR || got.Success < floor.Success || got.Empty > 0 {
			t.Errorf("%s: scores %+v, want at least %+v and no empty answer; `oversikt eval` with the file shows which questions fall", name, got, floor)
		}
	}
}

// Whatever else a question is about, the line for the danger in it stands first.
func TestLineForTheDangerComesFirst(t *testing.T) {
	for text, want := range map[string]string{
		"mamma har demens og vil dø":            "Kirkens SOS",
		"diabetes og vil ikke leve mer":         "Kirkens SOS",
		"mannen har kols og ligger bevisstløs":  "Medisinsk nødtelefon",
		"kols mor får ikkje puste":              "Medisinsk nødtelefon",
		"far med parkinson har tatt overdose":   "Medisinsk nødtelefon",
		"sønnen med adhd truer oss med kniv":    "VO-linjen",
		"spiller bort alt og vil ta livet mitt": "Kirkens SOS",
	} {
		res, err := readOnly(t).Search(t.Context(), search.Query{Text: text, Size: 1})
		if err != nil {
			t.Fatal(err)
		}
		if !res.Crisis || len(res.Hits) == 0 || res.Hits[0].Offering.Name != want {
			t.Errorf("%q: crisis %t, first of %d hits %+v; want %s", text, res.Crisis, res.Total, res.Hits, want)
		}
	}
}

// A word that named a place or a type does not lift what only has a like word in its name.
func TestWordsOfFiltersLiftNoStranger(t *testing.T) {
	for text, stranger := range map[string]string{
		"kirkenes":              "Kirkens SOS",
		"helsestasjon kirkenes": "Kirkens SOS",
		"pp-tenesta sykkylven":  "Krefttelefonen (rådgivningstjenesten)",
	} {
		res, err := readOnly(t).Search(t.Context(), search.Query{Text: text, Size: 3})
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Hits) == 0 {
			t.Errorf("%q: no hits", text)
		}
		for _, h := range res.Hits {
			if h.Offering.Name == stranger {
				t.Errorf("%q: %s is among the first", text, stranger)
			}
		}
	}
}
