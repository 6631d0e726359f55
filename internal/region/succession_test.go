package region

import (
	"slices"
	"testing"
	"time"
)

var newYear = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func step(old, oldName, n, name string) Step {
	return Step{Number(old), oldName, Number(n), name, newYear}
}

func TestSuccessions(t *testing.T) {
	there := func(n Number) bool { return slices.Contains([]Number{"1103", "1875"}, n) }
	for _, tc := range []struct {
		name  string
		steps []Step
		want  []string // sentences
		heirs map[Number]Number
		kinds []SuccessionKind // of the steps, the added ones too
	}{
		{"another number", []Step{step("3001", "Halden", "3101", "Halden")},
			[]string{"Nytt kommunenummer: 3001 Halden ble 3101 Halden"}, map[Number]Number{"3001": "3101"}, []SuccessionKind{Renumbered}},
		{"languages added", []Step{step("5401", "Tromsø", "5501", "Tromsø - Romsa")},
			[]string{"Nytt kommunenummer: 5401 Tromsø ble 5501 Tromsø - Romsa"}, nil, []SuccessionKind{Renumbered}},
		{"another name", []Step{step("1112", "Gamleby", "1112", "Nyby")},
			[]string{"Nytt kommunenavn: 1112 Gamleby ble 1112 Nyby"}, map[Number]Number{"1112": "1112"}, []SuccessionKind{NameOnly}},
		{"merge", []Step{step("0136", "Rygge", "3002", "Moss"), step("0104", "Moss", "3002", "Moss")},
			[]string{"Kommunesammenslåing: 0104 Moss og 0136 Rygge ble 3002 Moss"}, map[Number]Number{"0104": "3002", "0136": "3002"}, []SuccessionKind{Merged, Merged}},
		{"merge into one that stays", []Step{step("1142", "Rennesøy", "1103", "Stavanger")},
			[]string{"Kommunesammenslåing: 1103 Stavanger og 1142 Rennesøy ble 1103 Stavanger"}, map[Number]Number{"1142": "1103", "1103": "1103"}, []SuccessionKind{Merged, Merged}},
		{"split", []Step{step("1507", "Ålesund", "1508", "Ålesund"), step("1507", "Ålesund", "1580", "Haram")},
			[]string{"Kommunedeling: 1507 Ålesund ble 1508 Ålesund og 1580 Haram"}, map[Number]Number{"1507": "1508"}, []SuccessionKind{Split, Split}},
		{"divided", []Step{step("1850", "Divtasvuodna - Tysfjord", "1806", "Narvik"), step("1805", "Narvik", "1806", "Narvik"), step("1850", "Divtasvuodna - Tysfjord", "1875", "Hamarøy - Hábmer")},
			[]string{"Kommunedeling: 1805 Narvik, 1850 Divtasvuodna - Tysfjord og 1875 Hamarøy - Hábmer ble 1806 Narvik og 1875 Hamarøy - Hábmer"},
			map[Number]Number{"1850": "", "1805": "1806"}, []SuccessionKind{Merged, Split, Split, Merged}},
		{"two that have nothing to do with each other", []Step{step("3002", "Moss", "3103", "Moss"), step("3001", "Halden", "3101", "Halden")},
			[]string{"Nytt kommunenummer: 3001 Halden ble 3101 Halden", "Nytt kommunenummer: 3002 Moss ble 3103 Moss"}, nil, []SuccessionKind{Renumbered, Renumbered}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			var kinds []SuccessionKind
			for _, s := range Successions(tc.steps, there) {
				got = append(got, s.String())
				for _, step := range s.Steps {
					kinds = append(kinds, s.KindOf(step.Old, step.New))
				}
				for old, want := range tc.heirs {
					if slices.Contains(s.Before(), old) && s.Heir(old) != want {
						t.Errorf("heir of %s = %q, want %q", old, s.Heir(old), want)
					}
				}
				if s.Same() {
					t.Errorf("%s is told to change nothing", s)
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if !slices.Equal(kinds, tc.kinds) {
				t.Errorf("kinds %q, want %q", kinds, tc.kinds)
			}
		})
	}
}

// A border that has moved is told as parts that went from one to the other; in the same list
// one of them may have got another name.
func TestBorders(t *testing.T) {
	all := func(Number) bool { return true }
	steps := []Step{step("3118", "Indre Østfold", "3118", "Indre Østfold"), step("3118", "Indre Østfold", "3207", "Nordre Follo"), step("3207", "Nordre Follo", "3207", "Nordre Follo - Nytt")}
	got := Successions(steps, all)
	if len(got) != 2 || !got[0].Same() || got[1].Same() || len(got[1].Steps) != 1 || got[1].Into("3118") != nil {
		t.Errorf("got %v, want each alone, and the second with another name", got)
	}
}

func TestSuccessionsInOrder(t *testing.T) {
	early := Step{"0101", "Halden", "3001", "Halden", newYear.AddDate(-4, 0, 0)}
	got := Successions([]Step{step("3001", "Halden", "3101", "Halden"), early}, func(Number) bool { return false })
	if len(got) != 2 || !got[0].On.Before(got[1].On) {
		t.Errorf("got %v, want the older first", got)
	}
}

func TestNorwegianName(t *testing.T) {
	for _, tc := range []struct {
		official string
		known    []string
		want     string
	}{
		{"Oslo - Oslove", nil, "Oslo"},
		{"Guovdageaidnu - Kautokeino", []string{"Kautokeino"}, "Kautokeino"},
		{"Kárášjohka - Karasjok", nil, "Karasjok"},
		{"Våler (Østfold)", nil, "Våler"},
		{"Porsanger - Porsáŋgu - Porsanki", nil, "Porsanger"},
		{"Áá - Čč", nil, "Áá"},
	} {
		if got := NorwegianName(tc.official, tc.known...); got != tc.want {
			t.Errorf("NorwegianName(%q, %q) = %q, want %q", tc.official, tc.known, got, tc.want)
		}
	}
}
