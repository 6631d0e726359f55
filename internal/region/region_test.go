package region

import (
	"errors"
	"testing"
)

func TestParseNumber(t *testing.T) {
	for _, in := range []string{"0301", "1101", "5636"} {
		if got, err := ParseNumber(in); err != nil || string(got) != in {
			t.Errorf("ParseNumber(%q) = %q, %v, want it back", in, got, err)
		}
	}
	for _, in := range []string{"", "301", "03011", "03o1", " 0301", "٠٣٠١"} {
		if _, err := ParseNumber(in); !errors.Is(err, ErrNumber) {
			t.Errorf("ParseNumber(%q) error = %v, want ErrNumber", in, err)
		}
	}
}

func TestParseFylkeNumber(t *testing.T) {
	if got, err := ParseFylkeNumber("03"); err != nil || got != "03" {
		t.Errorf("ParseFylkeNumber(03) = %q, %v", got, err)
	}
	if _, err := ParseFylkeNumber("3"); !errors.Is(err, ErrNumber) {
		t.Errorf("ParseFylkeNumber(3) error = %v, want ErrNumber", err)
	}
}

func TestNumberFylke(t *testing.T) {
	if got := Number("0301").Fylke(); got != "03" {
		t.Errorf("Fylke of 0301 = %q, want 03", got)
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"Møre og Romsdal":                "more-og-romsdal",
		"Kárášjohka":                     "karasjohka",
		"Ålesund":                        "alesund",
		"Snåase":                         "snaase",
		"Gáivuotna - Kåfjord":            "gaivuotna-kafjord",
		"Familievernkontoret (Oslo) Æ/Ø": "familievernkontoret-oslo-ae-o",
		"  --  ":                         "",
		"Unjárga":                        "unjarga",
		"Deatnu":                         "deatnu",
		"Raarvihke":                      "raarvihke",
		"Aarborte":                       "aarborte",
	} {
		if got := Slug(in); got != want {
			t.Errorf("Slug(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("Møre og Romsdal")
	f.Add("\xff\x00--")
	f.Fuzz(func(t *testing.T, s string) {
		got := Slug(s)
		if len(got) > maxSlug {
			t.Errorf("Slug(%q) has %d bytes, want at most %d", s, len(got), maxSlug)
		}
		for _, r := range got {
			if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
				t.Errorf("Slug(%q) = %q, holds %q", s, got, r)
			}
		}
		if Slug(got) != got {
			t.Errorf("Slug(%q) = %q changes when slugged again", s, got)
		}
	})
}

func TestDisplayName(t *testing.T) {
	k := Kommune{Name: "Våler", FylkeName: "Østfold", Ambiguous: true}
	if got, want := k.DisplayName(), "Våler (Østfold)"; got != want {
		t.Errorf("DisplayName() = %q, want %q", got, want)
	}
	k.Ambiguous = false
	if got, want := k.DisplayName(), "Våler"; got != want {
		t.Errorf("DisplayName() = %q, want %q", got, want)
	}
}

func TestPlaceTitle(t *testing.T) {
	for in, want := range map[string]string{
		"OSLO":         "Oslo",
		"MO I RANA":    "Mo i Rana",
		"INNBYGDA":     "Innbygda",
		"Å I LOFOTEN":  "Å i Lofoten",
		"SØR-VARANGER": "Sør-Varanger",
	} {
		if got := (PostalCode{Place: in}).PlaceTitle(); got != want {
			t.Errorf("PlaceTitle(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFormerEnded(t *testing.T) {
	got := Former{LastYear: 2019}.Ended().Format("2006-01-02")
	if got != "2020-01-01" {
		t.Errorf("Ended() = %s, want 2020-01-01", got)
	}
}
