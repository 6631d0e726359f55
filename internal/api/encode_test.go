package api

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

func FuzzAppendQuoted(f *testing.F) {
	for _, s := range []string{"", "Ås", `"\`, "\u2028", "\xff", "a–b", "–\xff", "–\n", "–\"", "\ufffd", "a\nb", "<&>", "😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendQuoted(nil, s); string(got) != string(want) {
			t.Errorf("got %s, want %s as encoding/json has it", got, want)
		}
	})
}

// What is written by hand has the fields, the order and the values of the types.
func TestOfferingsAreEncodedAsTheirType(t *testing.T) {
	_, index := newTestApp(t)
	v := index.View()
	a := New(Deps{View: index.View, BaseURL: testURL})
	offerings := v.Offerings()
	if len(offerings) == 0 {
		t.Fatal("no offerings")
	}
	offerings = append(offerings, &directory.Offering{ID: 99, Name: "Uten noe \u2028 \"mer\" <b>"})
	km := 12.34
	for _, o := range offerings {
		for _, h := range []search.Hit{{Offering: o}, {Offering: o, Reach: directory.ByShared, DistanceKM: &km}} {
			want, err := marshal(a.hit(v, h))
			if err != nil {
				t.Fatal(err)
			}
			got := found{divided(a.encodeOffering(nil, v, o)), h}.append(nil)
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-encoding/json +by hand)\n%s", o.Name, diff)
			}
		}
	}
}

func TestResultsAreEncodedAsTheirType(t *testing.T) {
	_, index := newTestApp(t)
	v := index.View()
	a := New(Deps{View: index.View, BaseURL: testURL})
	o := v.Offerings()[0]
	h := search.Hit{ID: o.ID, Offering: o, Reach: directory.ByShared}
	r := results{
		List:        List[offering]{Total: 41, Page: 2, Pages: 3},
		Interpreted: interpretation{Text: "ord <b>", Expanded: []string{"Rus"}},
		DidYouMean:  known("Ås"),
		facets: search.Facets{
			Types:    []search.FacetValue{choice("ppt", "PPT", 3, true), choice("lms", `Lærings- og "mestring"`, 2, false), choice("annet", "Uten treff", 0, false)},
			Kommuner: []search.FacetValue{choice("0301", "Oslo", 41, false)},
		},
		Crisis: true,
		hits:   func(b []byte) []byte { return a.appendHits(b, v, []search.Hit{h}) },
	}
	got, err := r.appendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Items = []offering{a.hit(v, h)}
	r.Facets = facets{
		Types:    []facetValue{{"ppt", "PPT", 3, true}, {"lms", `Lærings- og "mestring"`, 2, false}},
		Kommuner: []facetValue{{"0301", "Oslo", 41, false}}, Fylker: []facetValue{}, TargetGroups: []facetValue{},
		Topics: []facetValue{}, Formats: []facetValue{},
	}
	want, err := marshal(struct {
		List[offering]
		Interpreted interpretation `json:"tolket"`
		DidYouMean  *string        `json:"forslag"`
		Facets      facets         `json:"fasetter"`
		Crisis      bool           `json:"krise"`
		NotThere    bool           `json:"ikke_meldt_inn"`
		Dropped     bool           `json:"uten_ordene"`
		General     bool           `json:"generelt"`
	}{r.List, r.Interpreted, r.DidYouMean, r.Facets, r.Crisis, r.NotThere, r.Dropped, r.General})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("(-encoding/json +by hand)\n%s", diff)
	}
}

func choice(code, name string, count int32, selected bool) search.FacetValue {
	return search.FacetValue{Choice: &search.Choice{Code: code, Name: directory.Text{NB: name}}, Count: count, Selected: selected}
}
