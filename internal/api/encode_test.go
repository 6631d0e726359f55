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
	choices := []*search.Choice{
		{Code: "ppt", Name: directory.Text{NB: "PPT"}}, {Code: "lms", Name: directory.Text{NB: `Lærings- og "mestring"`}, Number: 1},
		{Code: "annet", Number: 2}, {Code: "0301", Name: directory.Text{NB: "Oslo"}, Number: 3},
	}
	r := results{
		List: List[offering]{Total: 41, Page: 2, Pages: 3},
		Interpreted: interpretation{
			Text: "ord <b>", Expanded: []string{"Rus"}, Place: known("Bodøsjøen"), Mended: known("pårørende"),
			Kommuner: []KommuneName{{"3018", "Våler (Østfold)"}, {"3419", "Våler (Innlandet)"}}, Fylker: []FylkeName{{"31", "Østfold"}},
			Types: []Coded{{"ppt", "PPT"}},
		},
		DidYouMean: known("Ås"),
		facets: search.Facets{
			Types:    []search.FacetValue{{Choice: choices[0], Count: 3, Selected: true}, {Choice: choices[1], Count: 2}, {Choice: choices[2]}},
			Kommuner: []search.FacetValue{{Choice: choices[3], Count: 41}},
		},
		heads:  newHeads(v.Reference(), choices),
		Crisis: true,
		hits:   func(b []byte) []byte { return a.appendHits(b, v, []search.Hit{h}) },
	}
	r.Interpreted.Kommune.value = &r.Interpreted.Kommuner[0]
	got := r.appendJSON(nil)
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
