package store

import (
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestSaveRegions(t *testing.T) {
	s := openStore(t)
	r := testRegions()
	sum, err := s.SaveRegions(t.Context(), importer, r)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "first", Summary{Created: 11}, sum)
	first := changesAfter(t, s, Cursor{}, 10)
	wantEqual(t, "changes: two fylker, three kommuner, three postnummer, two places", 10, len(first))

	was := written(t, s)
	sum, err = s.SaveRegions(t.Context(), importer, r)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "second", Summary{Unchanged: 11}, sum)
	wantEqual(t, "rows of history and feed", was, written(t, s))

	// What was saved is what is read.
	ctx := t.Context()
	got := Regions{}
	for _, read := range []func() error{
		func() (err error) { got.Fylker, err = s.Fylker(ctx); return },
		func() (err error) { got.Kommuner, err = s.Kommuner(ctx); return },
		func() (err error) { got.Formers, err = s.FormerKommuner(ctx); return },
		func() (err error) { got.PostalCodes, err = s.PostalCodes(ctx); return },
		func() (err error) { got.Places, err = s.Places(ctx); return },
	} {
		if err := read(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range got.Places {
		r.Places[i].ID = got.Places[i].ID
		if got.Places[i].ID == 0 {
			t.Errorf("place %q has no id", got.Places[i].Name)
		}
	}
	wantEqual(t, "regions as read", r, got)
}

func TestSaveRegionsTellsWhatChanged(t *testing.T) {
	place := func(t *testing.T, s *Store, name string) region.Place {
		t.Helper()
		all, err := s.Places(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if p.Name == name {
				return p
			}
		}
		t.Fatalf("no place %q", name)
		return region.Place{}
	}
	for _, tc := range []struct {
		name   string
		change func(*Regions)
		sum    Summary
		want   []Change
	}{
		{"a kommune", func(r *Regions) { r.Kommuner[0].Population++ },
			Summary{Updated: 1, Unchanged: 10}, []Change{{Kind: KindKommune, Ref: "0301"}}},
		{"a fylke, whose name its kommuner show", func(r *Regions) { r.Fylker[1].Name = "Nordlanda" },
			Summary{Updated: 1, Unchanged: 10}, []Change{{Kind: KindFylke, Ref: "18"}, {Kind: KindKommune, Ref: "1804"}, {Kind: KindKommune, Ref: "1818"}}},
		{"a kommune that takes another's name", func(r *Regions) { r.Kommuner[0].Name = "Herøy" },
			Summary{Updated: 1, Unchanged: 10}, []Change{{Kind: KindKommune, Ref: "0301"}, {Kind: KindKommune, Ref: "1818"}}},
		{"a former kommune", func(r *Regions) { r.Formers[0].LastYear = 2005 },
			Summary{Updated: 1, Unchanged: 10}, []Change{{Kind: KindKommune, Ref: "1804"}}},
		{"a second successor", func(r *Regions) {
			r.Formers = append(r.Formers, region.Former{Number: "1842", Name: "Skjerstad", Present: "1818", LastYear: 2004, Kind: region.Split})
		}, Summary{Created: 1, Unchanged: 11}, []Change{{Kind: KindKommune, Ref: "1818"}}},
		{"a postnummer", func(r *Regions) { r.PostalCodes[0].Place = "OSLO S" },
			Summary{Updated: 1, Unchanged: 10}, []Change{{Kind: KindPlace, Ref: "postnummer/0155"}}},
		{"nothing given", func(r *Regions) { *r = Regions{} }, Summary{}, nil},
		{"only fylker given", func(r *Regions) { *r = Regions{Fylker: r.Fylker} }, Summary{Unchanged: 2}, nil},
		{"gone from the source", func(r *Regions) {
			r.Kommuner, r.PostalCodes, r.Places = r.Kommuner[:2], r.PostalCodes[:2], r.Places[:1]
		}, Summary{Unchanged: 8, Gone: []string{"kommune 1818 Herøy", "postnummer 9170", "place Testbydelen (bydel in 0301)"}}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := openStore(t)
			if _, err := s.SaveRegions(t.Context(), importer, testRegions()); err != nil {
				t.Fatal(err)
			}
			head := headOf(t, s)
			r := testRegions()
			tc.change(&r)
			sum, err := s.SaveRegions(t.Context(), importer, r)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, "summary", tc.sum, sum)
			got := changesAfter(t, s, head, len(tc.want))
			if len(tc.want)+len(got) > 0 {
				wantEqual(t, "feed", tc.want, got)
			}
			wantEqual(t, "kommuner are never deleted", 3, count(t, s, "kommuner"))
		})
	}

	t.Run("a place keeps its id", func(t *testing.T) {
		s := openStore(t)
		if _, err := s.SaveRegions(t.Context(), importer, testRegions()); err != nil {
			t.Fatal(err)
		}
		head := headOf(t, s)
		before := place(t, s, "Testbygda")
		r := testRegions()
		r.Places[0].Source = "test to"
		r.Places = append(r.Places, region.Place{Name: "Testneset", Kommune: "1804", Kind: region.Settlement, Source: "test"})
		sum, err := s.SaveRegions(t.Context(), importer, r)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, "summary", Summary{Created: 1, Updated: 1, Unchanged: 10}, sum)
		after := place(t, s, "Testbygda")
		wantEqual(t, "source and id", []any{"test to", before.ID}, []any{after.Source, after.ID})
		wantEqual(t, "feed", []Change{
			{Kind: KindPlace, Ref: placeRef(before.ID)},
			{Kind: KindPlace, Ref: placeRef(place(t, s, "Testneset").ID)},
		}, changesAfter(t, s, head, 2))
	})
}

func TestAmbiguousNames(t *testing.T) {
	s := openStore(t)
	r := testRegions()
	r.Kommuner[0].Name = "Herøy"
	if _, err := s.SaveRegions(t.Context(), importer, r); err != nil {
		t.Fatal(err)
	}
	for number, want := range map[region.Number]string{"0301": "Herøy (Oslo)", "1818": "Herøy (Nordland)", "1804": "Bodø"} {
		k, err := s.KommuneByNumber(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, string(number), want, k.DisplayName())
	}
}

func TestRegionsByKey(t *testing.T) {
	s := openSeeded(t)
	ctx := t.Context()
	f, err := s.FylkeByNumber(ctx, "18")
	wantError(t, "FylkeByNumber", err, nil)
	wantEqual(t, "fylke", "Nordland", f.Name)
	p, err := s.PostalCodeByCode(ctx, "9170")
	wantError(t, "PostalCodeByCode", err, nil)
	wantEqual(t, "postnummer", region.PostalCode{Code: "9170", Place: "LONGYEARBYEN", Category: "B"}, p)
	formers, err := s.FormersOf(ctx, "1804")
	wantError(t, "FormersOf", err, nil)
	wantEqual(t, "former kommuner", testRegions().Formers, formers)
	places, err := s.Places(ctx)
	wantError(t, "Places", err, nil)
	place, err := s.PlaceByID(ctx, places[0].ID)
	wantError(t, "PlaceByID", err, nil)
	wantEqual(t, "place", places[0], place)

	_, err = s.FylkeByNumber(ctx, "99")
	wantError(t, "FylkeByNumber", err, ErrNotFound)
	_, err = s.KommuneByNumber(ctx, "1842")
	wantError(t, "KommuneByNumber of a former number", err, ErrNotFound)
	_, err = s.PostalCodeByCode(ctx, "9999")
	wantError(t, "PostalCodeByCode", err, ErrNotFound)
	_, err = s.PlaceByID(ctx, 4711)
	wantError(t, "PlaceByID", err, ErrNotFound)
	formers, err = s.FormersOf(ctx, "0301")
	wantError(t, "FormersOf", err, nil)
	wantEqual(t, "former kommuner of Oslo", 0, len(formers))
}

func TestSaveRegionsIsAllOrNothing(t *testing.T) {
	s := openStore(t)
	for _, tc := range []struct {
		name   string
		change func(*Regions)
		want   string
	}{
		{"unknown kommune", func(r *Regions) { r.PostalCodes[0].Kommune = "9999" }, "9999"},
		{"twice", func(r *Regions) { r.PostalCodes[1].Code = "0155" }, "postnummer 0155 stands there twice"},
	} {
		r := testRegions()
		tc.change(&r)
		_, err := s.SaveRegions(t.Context(), importer, r)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error = %v, want one that says %q", tc.name, err, tc.want)
		}
	}
	wantEqual(t, "fylker", 0, count(t, s, "fylker"))
}

func TestSummaryString(t *testing.T) {
	wantEqual(t, "without gone", "1 new, 2 changed, 3 as before", Summary{1, 2, 3, 0, nil}.String())
	wantEqual(t, "with gone", "0 new, 0 changed, 3 as before; 2 no longer in the files, left as they are: type a, type b",
		Summary{Unchanged: 3, Gone: []string{"type a", "type b"}}.String())
}
