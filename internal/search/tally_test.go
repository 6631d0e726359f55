package search

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestTallies(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 26, 0, 0, 0, 0, oslo)
	at := func(year int, month time.Month, d, hour int) *time.Time {
		at := time.Date(year, month, d, hour, 0, 0, 0, oslo)
		return &at
	}
	x, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	kommune := func(n region.Number, people int) Document {
		return KommuneDocument(region.Kommune{Number: n, Name: string(n), Population: people}, nil)
	}
	offering := func(id int64, typ string, c directory.Coverage, confirmed *time.Time, source directory.PartialDate) Document {
		return OfferingDocument(directory.Offering{ID: id, Type: typ, Name: "Test", Status: directory.Published, Coverage: c, ConfirmedAt: confirmed,
			ChangedAt: day, Source: directory.Source{Title: "Test", Date: source}})
	}
	err = x.Apply(Batch{Put: []Document{
		FylkeDocument(region.Fylke{Number: "03", Name: "Oslo"}), FylkeDocument(region.Fylke{Number: "18", Name: "Nordland"}),
		kommune("0301", 700), kommune("1804", 50), kommune("1818", 2),
		TypeDocument(directory.OfferingType{Code: "ppt", Order: 1, ConfirmMonths: 12}), TypeDocument(directory.OfferingType{Code: "lms", Order: 2, ConfirmMonths: 6}),
		// Exactly six months ago is in the last six; the evening before is not.
		offering(1, "ppt", directory.Coverage{Kommuner: []region.Number{"1804"}}, at(2026, 5, 26, 0), ""),
		offering(2, "lms", directory.Coverage{Fylker: []region.FylkeNumber{"18"}}, at(2026, 5, 25, 23), ""),
		offering(3, "ppt", directory.Coverage{National: true}, nil, "2026-11-16"),
		offering(4, "ppt", directory.Coverage{Kommuner: []region.Number{"0301"}}, at(2024, 11, 25, 12), ""),
		offering(5, "ppt", directory.Coverage{Kommuner: []region.Number{"1804", "1818"}}, at(2025, 11, 25, 12), ""),
		offering(6, "ppt", directory.Coverage{Kommuner: []region.Number{"1818"}}, nil, ""), // of no known age
	}})
	if err != nil {
		t.Fatal(err)
	}
	days := func(n int) *int { return &n }
	want := []directory.Tally{
		{Type: "ppt", Fylke: "18", Kommuner: 2, InKommune: 2, People: 52, PeopleIn: 52, PeopleCovered: 52,
			Offerings: 4, InTime: 1, Ages: directory.Ages{Half: 1, TwoYears: 1}, MedianDays: days(184)},
		{Type: "ppt", Fylke: "03", Kommuner: 1, InKommune: 1, People: 700, PeopleIn: 700, PeopleCovered: 700,
			Offerings: 2, Ages: directory.Ages{Older: 1}, MedianDays: days((10 + 731) / 2)},
		{Type: "ppt", Kommuner: 3, InKommune: 3, People: 752, PeopleIn: 752, PeopleCovered: 752,
			Offerings: 5, InTime: 1, Ages: directory.Ages{Half: 1, TwoYears: 1, Older: 1}, MedianDays: days((184 + 366) / 2)},
		{Type: "lms", Fylke: "18", Kommuner: 2, FromElsewhere: 2, People: 52, PeopleCovered: 52,
			Offerings: 1, Ages: directory.Ages{Year: 1}, MedianDays: days(185)},
		{Type: "lms", Fylke: "03", Kommuner: 1, People: 700},
		{Type: "lms", Kommuner: 3, FromElsewhere: 2, People: 752, PeopleCovered: 52,
			Offerings: 1, Ages: directory.Ages{Year: 1}, MedianDays: days(185)},
		{Fylke: "18", Kommuner: 2, InKommune: 2, People: 52, PeopleIn: 52, PeopleCovered: 52,
			Offerings: 5, InTime: 1, Ages: directory.Ages{Half: 1, Year: 1, TwoYears: 1}, MedianDays: days((184 + 185) / 2)},
		{Fylke: "03", Kommuner: 1, InKommune: 1, People: 700, PeopleIn: 700, PeopleCovered: 700,
			Offerings: 2, Ages: directory.Ages{Older: 1}, MedianDays: days((10 + 731) / 2)},
		{Kommuner: 3, InKommune: 3, People: 752, PeopleIn: 752, PeopleCovered: 752,
			Offerings: 6, InTime: 1, Ages: directory.Ages{Half: 1, Year: 1, TwoYears: 1, Older: 1}, MedianDays: days(185)},
	}
	got := x.View().Tallies(day)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tallies (-want +got):\n%s", diff)
	}
	// Every area and file of a page asks, and they are counted once for a day.
	if again := x.View().Tallies(day); &again[0] != &got[0] {
		t.Error("the same day was counted again")
	}
	if next := x.View().Tallies(day.AddDate(0, 0, 1)); next[0].MedianDays == nil || *next[0].MedianDays != 185 {
		t.Errorf("the day after has the tally %+v, want a day more", next[0])
	}
	// The kommuner and people are those of the map.
	for _, tally := range got {
		fylker, sum := x.View().Coverage().Fylker(tally.Type)
		for _, f := range fylker {
			if f.Fylke == tally.Fylke {
				sum = f
			}
		}
		if tally.Type != "" && (tally.InKommune != sum.InKommune || tally.FromElsewhere != sum.FromElsewhere || tally.PeopleIn != sum.PeopleIn || tally.PeopleCovered != sum.PeopleCovered) {
			t.Errorf("%s in %q: %+v, on the map %+v", tally.Type, tally.Fylke, tally, sum)
		}
	}
}
