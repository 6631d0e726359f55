package diff

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		before, after string
		want          []Piece
	}{
		{"", "", nil},
		{"likt", "likt", []Piece{{Same, "likt"}}},
		{"", "nytt", []Piece{{Added, "nytt"}}},
		{"bort", "", []Piece{{Removed, "bort"}}},
		{"Åpent hverdager 9–15", "Åpent hverdager 9–16", []Piece{{Same, "Åpent hverdager 9–"}, {Removed, "15"}, {Added, "16"}}},
		{"Ring 55 25 11 50 i dag", "Ring 55 25 11 51 i dag", []Piece{{Same, "Ring "}, {Removed, "55 25 11 50"}, {Added, "55 25 11 51"}, {Same, " i dag"}}},
		{"en koordinator", "en barnekoordinator", []Piece{{Same, "en "}, {Removed, "koordinator"}, {Added, "barnekoordinator"}}},
	} {
		if diff := cmp.Diff(c.want, Words(c.before, c.after)); diff != "" {
			t.Errorf("%q, %q (-want +got)\n%s", c.before, c.after, diff)
		}
	}
}

func checkWhole(t *testing.T, before, after string) {
	t.Helper()
	var a, b strings.Builder
	for _, p := range Words(before, after) {
		if p.Op != Added {
			a.WriteString(p.Text)
		}
		if p.Op != Removed {
			b.WriteString(p.Text)
		}
	}
	if a.String() != before || b.String() != after {
		t.Errorf("%q, %q came back as %q, %q", before, after, a.String(), b.String())
	}
}

func TestNothingIsLost(t *testing.T) {
	words := strings.Fields("og å ør 12 . , \n\n 55 telefon – é e\u0301 😀 § ")
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var parts []string
		for range r.IntN(12) {
			parts = append(parts, words[r.IntN(len(words))])
		}
		return strings.Join(parts, []string{" ", "", "\n"}[r.IntN(3)])
	}
	for range 2000 {
		checkWhole(t, text(), text())
	}
	// More words than there are runes below the surrogates.
	var many strings.Builder
	for i := range 60000 {
		many.WriteString(string(rune('a'+i%26)) + strings.Repeat("x", i/26%50) + string(rune('a'+i/1300%26)) + string(rune('a'+i/33800)) + " ")
	}
	checkWhole(t, many.String(), "kort "+many.String())
}

func FuzzWords(f *testing.F) {
	f.Add("en to", "to tre")
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.ToValidUTF8(a, "") == a && strings.ToValidUTF8(b, "") == b {
			checkWhole(t, a, b)
		}
	})
}

func TestOfferings(t *testing.T) {
	until := time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
	before := directory.Offering{
		Name: "Test", Status: directory.Published, Phones: []directory.Phone{{Number: "+4722222222"}}, Coverage: directory.Coverage{Kommuner: []region.Number{"1804"}},
		Topics: []string{"rus"}, Locations: []directory.Location{{Street: "Testveien 1", Kommune: "1804"}},
	}
	after := before
	after.Status, after.ClosedUntil = directory.Closed, &until
	after.Phones = []directory.Phone{{Number: "+4733333333", Hours: "9–15"}}
	after.Coverage = directory.Coverage{Fylker: []region.FylkeNumber{"18"}}
	after.Locations = []directory.Location{{Street: "Testveien 1", Kommune: "1804", Confidential: true}}
	after.Complaint = "Skriv til oss."
	now := until
	after.ConfirmedAt, after.Version = &now, 7
	n := Names{
		Kommune: func(region.Number) string { return "Bodø" }, Fylke: func(region.FylkeNumber) string { return "Nordland" },
		Term: func(directory.TermKind, string) string { return "Rus" }, Type: func(string) string { return "" },
	}
	var got []string
	for _, c := range Offerings(before, after, n) {
		got = append(got, c.Label+": "+c.Before+" → "+c.After)
	}
	want := []string{
		"Status: Publisert → Midlertidig stengt", "Stengt til:  → 2026-12-24", "Telefon: 22 22 22 22 → 33 33 33 33, 9–15",
		"Adresse: Testveien 1, Bodø → Testveien 1, Bodø – hemmelig adresse", "Klage:  → Skriv til oss.", "Hvem det er for: Bodø → Hele Nordland",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := Offerings(after, after, n); got != nil {
		t.Errorf("the same offering differs in %+v", got)
	}
}

func TestJSON(t *testing.T) {
	got, err := JSON([]byte(`{"Text":"a","LeadsTo":["tema:rus","ord:x"],"On":true,"Name":{"NB":"En","EN":""}}`), []byte(`{"Text":"a","LeadsTo":["tema:rus"],"On":false,"Name":{"NB":"To"},"Order":3}`))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range got {
		texts = append(texts, c.Name+": "+c.Before+" → "+c.After)
	}
	if diff := cmp.Diff([]string{"LeadsTo: tema:rus\nord:x → tema:rus", "Name: NB: En → NB: To", "On: ja → nei", "Order:  → 3"}, texts); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := JSON(nil, []byte(`{`)); err == nil {
		t.Error("broken JSON was read")
	}
}

// What the program calls things is not what people read.
func TestConfidenceInWords(t *testing.T) {
	for c, want := range map[directory.Confidence]string{directory.High: "Høy", directory.Medium: "Middels", directory.Low: "Lav"} {
		got := Offerings(directory.Offering{}, directory.Offering{Confidence: c}, Names{})
		if len(got) != 1 || got[0].After != want {
			t.Errorf("%q: got %+v, want %q", c, got, want)
		}
	}
}
