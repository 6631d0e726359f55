package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// newTestMaker makes offerings of a country of two kommuner.
func newTestMaker() *maker {
	ref := &reference{
		fylker:     []region.Fylke{{Number: "90", Name: "Prøvefylket"}},
		kommuner:   []region.Kommune{{Number: "9001", Name: "Prøveby"}, {Number: "9002", Name: "Prøvevik"}},
		kommunerOf: map[region.FylkeNumber][]region.Number{"90": {"9001", "9002"}},
		nameOf:     map[region.Number]string{"9001": "Prøveby", "9002": "Prøvevik"},
		codes:      []region.PostalCode{{Code: "9990", Place: "PRØVEBY", Kommune: "9001"}},
		places:     []region.Place{{Name: "Prøvegrend", Kommune: "9002"}},
		formers:    []region.Former{{Number: "9003", Name: "Prøvedal", Present: "9002"}},
		types:      []directory.OfferingType{{Code: "prove", Name: directory.Text{NB: "Prøvekontor"}, Words: []string{"prøvested"}}},
		terms: map[directory.TermKind][]string{
			directory.TargetGroup: {"barn", "voksne"}, directory.Topic: {"rus", "sorg"}, directory.Format: {"kurs"},
		},
	}
	return newMaker(ref)
}

func TestOfferingsAreTheSameEachTime(t *testing.T) {
	a, b := newTestMaker(), newTestMaker()
	levels := map[directory.Level]int{}
	for id := range int64(1000) {
		o := a.offering(id + 1)
		if diff := cmp.Diff(o, b.offering(id+1)); diff != "" {
			t.Fatalf("offering %d differs the second time:\n%s", id+1, diff)
		}
		levels[o.Coverage.Level()]++
		if n := string(o.Phones[0].Number); !strings.HasPrefix(n, "+470") || len(n) != 11 {
			t.Fatalf("got telephone %s, want one that nobody can have", n)
		}
		if n := len(strings.Fields(o.Description)); n < 20 || n > 60 {
			t.Errorf("got a description of %d words, want 20 to 60", n)
		}
	}
	if levels[directory.LevelKommune] < 850 || levels[directory.LevelFylke] == 0 || levels[directory.LevelNational] == 0 {
		t.Errorf("got %v, want nine of ten for kommuner, and some for fylker and for all", levels)
	}
}

func TestMixNeverRepeats(t *testing.T) {
	a, b := newMix(newTestMaker(), 1000), newMix(newTestMaker(), 1000)
	seen, kinds := map[string]bool{}, map[kind]bool{}
	for range 1000 {
		q := a.next()
		if path := b.next().path(); q.path() != path {
			t.Fatalf("got %s the second time, want %s", path, q.path())
		}
		if seen[q.path()] {
			t.Fatalf("%s is asked twice", q.path())
		}
		seen[q.path()], kinds[q.kind] = true, true
	}
	if len(kinds) != len(shares) {
		t.Errorf("got questions of the kinds %v, want all %d", kinds, len(shares))
	}
}

func TestFrequentWordsComeFirst(t *testing.T) {
	m := newTestMaker()
	count := map[string]int{}
	for id := range int64(500) {
		for _, w := range strings.Fields(strings.ToLower(m.offering(id + 1).Description)) {
			count[strings.Trim(w, ".")]++
		}
	}
	if count["og"] <= count["pårørende"] || count["pårørende"] <= count["hospice"] {
		t.Errorf("got og %d times, pårørende %d, hospice %d; want fewer each time", count["og"], count["pårørende"], count["hospice"])
	}
}

func TestFacetIsCountedWithoutItsOwnChoice(t *testing.T) {
	p := &postgres{}
	s := p.statement(map[string][]string{"kommune": {"9001"}, "tema": {"rus"}, "q": {"prøve"}}, allWords)
	want := map[string]string{
		"":        " WHERE document @@ websearch_to_tsquery('norwegian', $1) AND kommuner && $2::text[] AND tema && $3::text[]",
		"tema":    " WHERE document @@ websearch_to_tsquery('norwegian', $1) AND kommuner && $2::text[]",
		"kommune": " WHERE document @@ websearch_to_tsquery('norwegian', $1) AND tema && $3::text[]",
	}
	for without, where := range want {
		if got := s.where(without); got != where {
			t.Errorf("without %q: got %s, want %s", without, got, where)
		}
	}
	if diff := cmp.Diff([]any{"prøve", []string{"9001", everywhere}, []string{"rus"}}, s.args); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
}

func TestLoadCountsWhatIsNoAnswer(t *testing.T) {
	for _, c := range []struct {
		name           string
		status         int
		body           string
		answers, wrong bool
	}{
		{"an answer", http.StatusOK, `{"antall":1,"fasetter":{}}`, true, false},
		{"an error", http.StatusServiceUnavailable, "away", false, true},
		{"another body", http.StatusOK, "<html>", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			l := load{server.Listener.Addr().String(), 2, func() string { return searchPath }, "", isResult}
			s := l.run(t.Context(), 50*time.Millisecond)
			if got := len(s.took) > 0; got != c.answers {
				t.Errorf("got answers %t, want %t", got, c.answers)
			}
			if got := s.errors > 0; got != c.wrong {
				t.Errorf("got %d errors (%v), want some: %t", s.errors, s.example, c.wrong)
			}
		})
	}
}

func TestDifferInAreas(t *testing.T) {
	want := map[string]int{"few": 1}
	for i := range mostAreas + 10 {
		want[letters(i)] = 10 + i
	}
	most := func() map[string]int {
		got := map[string]int{}
		for i := range mostAreas {
			got[letters(i+10)] = 20 + i
		}
		return got
	}
	for _, c := range []struct {
		name   string
		change func(got map[string]int)
		ok     bool
	}{
		{"the most", func(map[string]int) {}, true},
		{"a chosen one with few", func(got map[string]int) { delete(got, letters(10)); got["few"] = 1 }, true},
		{"two with fewer than one left out", func(got map[string]int) {
			delete(got, letters(10))
			delete(got, letters(59))
			got["few"], got[letters(0)] = 1, 10
		}, false},
		{"another count", func(got map[string]int) { got[letters(30)]++ }, false},
		{"a chosen one with nothing", func(got map[string]int) { delete(got, letters(10)) }, true},
		{"too few", func(got map[string]int) { delete(got, letters(30)); delete(got, letters(31)) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := most()
			c.change(got)
			if err := differInAreas(got, want); (err == nil) != c.ok {
				t.Errorf("got error %v, want one: %t", err, !c.ok)
			}
		})
	}
}

func TestPercentiles(t *testing.T) {
	var s sample
	for i := range 100 {
		s.took = append(s.took, time.Duration(100-i))
	}
	if diff := cmp.Diff([]time.Duration{51, 96, 100}, s.percentiles(50, 95, 99)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEveningIsHotAndCold(t *testing.T) {
	m := newTestMaker()
	m.ref.articles = []string{"/prove/en", "/prove/to", "/prove/tre"}
	share := 0
	for _, v := range visits {
		share += v.share
	}
	if share != 100 {
		t.Errorf("the shares are %d of a hundred", share)
	}
	a, b := newEvening(m, 1000), newEvening(m, 1000)
	const asked = 5000
	times := map[string]int{}
	for range asked {
		path := a.next()
		if again := b.next(); path != again {
			t.Fatalf("got %s the second time, want %s", again, path)
		}
		times[path]++
	}
	once := 0
	for _, n := range times {
		if n == 1 {
			once++
		}
	}
	if front := times["/"]; front < asked/6 || front > asked/4 {
		t.Errorf("the front page is asked for %d times of %d, want a fifth", front, asked)
	}
	if times["/prove/en"] <= times["/prove/to"] || times["/prove/to"] <= times["/prove/tre"] {
		t.Errorf("articles are read %d, %d and %d times, want fewer each time", times["/prove/en"], times["/prove/to"], times["/prove/tre"])
	}
	if once < asked/20 {
		t.Errorf("%d addresses of %d are asked for once, want one in twenty and more", once, asked)
	}
}

func TestEditingGoesOnUntilItIsStopped(t *testing.T) {
	m := newTestMaker()
	index, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	var put []search.Document
	for id := range int64(3) {
		put = append(put, search.OfferingDocument(m.offering(id+1)))
	}
	if err := index.Apply(search.Batch{Put: put}); err != nil {
		t.Fatal(err)
	}
	e := startEditing(t.Context(), index, time.Millisecond)
	for ended := false; !ended && index.View().Offerings()[1].Version == 1; {
		select {
		case <-e.done: // it failed, as stop says
			ended = true
		case <-time.After(time.Millisecond):
		}
	}
	made, err := e.stop()
	if err != nil || made < 2 {
		t.Errorf("got %d edits and %v, want two and more", made, err)
	}
}
