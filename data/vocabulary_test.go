package data_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

var code = regexp.MustCompile(`^[a-z_]+$`)

type text struct{ NB, NN, EN string }

type term struct {
	Kode    string
	Navn    text
	Setning text
}

type begreper struct {
	Malgrupper, Tema, Former, Pris, Henvisning, Sprak []term
}

// byColumn returns each vocabulary under the column of tilbud.csv that draws on it.
func (b begreper) byColumn() map[string][]term {
	return map[string][]term{
		"malgrupper": b.Malgrupper, "tema": b.Tema, "former": b.Former, "pris": b.Pris,
		"henvisning": b.Henvisning, "sprak": b.Sprak,
	}
}

type law struct{ Tekst, Paragraf, URL string }

type offeringType struct {
	Kode, Gruppe  string
	Orden         int
	Navn          text
	NavnFlertall  text `yaml:"navn_flertall"`
	Gjor          text
	Lov           []law
	AlleKommuner  bool `yaml:"alle_kommuner"`
	Ansvar        string
	SporEtter     string `yaml:"spor_etter"`
	Ellers        []string
	AndreOrd      []string `yaml:"andre_ord"`
	BeslektedeOrd []string `yaml:"beslektede_ord"`
}

type typer struct {
	Grupper []term
	Typer   []offeringType
}

func decode(t *testing.T, name string, into any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(content(t, name)))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func readBegreper(t *testing.T) begreper {
	t.Helper()
	var b begreper
	decode(t, "begreper.yaml", &b)
	return b
}

func readTyper(t *testing.T) typer {
	t.Helper()
	var ty typer
	decode(t, "typer.yaml", &ty)
	return ty
}

func codes(terms []term) []string {
	var out []string
	for _, t := range terms {
		out = append(out, t.Kode)
	}
	return out
}

func typeCodes(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, ty := range readTyper(t).Typer {
		out = append(out, ty.Kode)
	}
	return out
}

func mustBeFilled(t *testing.T, where string, s text) {
	t.Helper()
	for lang, v := range map[string]string{"nb": s.NB, "nn": s.NN, "en": s.EN} {
		if v == "" || v != strings.TrimSpace(v) {
			t.Errorf("%s: %s is %q", where, lang, v)
		}
	}
}

func mustBeTerms(t *testing.T, where string, terms []term) {
	t.Helper()
	all := codes(terms)
	for i, x := range terms {
		mustMatch(t, where, "kode", x.Kode, code)
		if slices.Contains(all[:i], x.Kode) {
			t.Errorf("%s: %s stands twice", where, x.Kode)
		}
		mustBeFilled(t, where+" "+x.Kode, x.Navn)
	}
}

func TestBegreper(t *testing.T) {
	b := readBegreper(t)
	for column, terms := range b.byColumn() {
		mustBeTerms(t, column, terms)
	}
	for _, x := range b.Henvisning {
		mustBeFilled(t, x.Kode+" setning", x.Setning)
	}
	if diff := cmp.Diff([]string{"kontakt_selv", "sok", "henvises"}, codes(b.Henvisning)); diff != "" {
		t.Errorf("henvisning (-want +got):\n%s", diff)
	}
}

func TestTyper(t *testing.T) {
	ty := readTyper(t)
	mustBeTerms(t, "grupper", ty.Grupper)
	want := strings.Fields(`annet barn_som_parorende barnekoordinator brukerombud demenskoordinator
		familiesenter familievernkontor frisklivssentral habilitering helsestasjon hjelpetelefon kompetansesenter
		koordinerende_enhet kreftkoordinator kursportal lms motested organisasjon parorendegruppe
		parorendekoordinator parorendesenter parorendestotte ppt`)
	got := typeCodes(t)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
	sentence := regexp.MustCompile(`[.?!]( |$)`)
	usedGroups, order := map[string]bool{}, 0
	for _, x := range ty.Typer {
		if !slices.Contains(codes(ty.Grupper), x.Gruppe) {
			t.Errorf("%s: no group %q", x.Kode, x.Gruppe)
		}
		usedGroups[x.Gruppe] = true
		if x.Orden <= order {
			t.Errorf("%s: orden %d does not rise", x.Kode, x.Orden)
		}
		order = x.Orden
		mustBeFilled(t, x.Kode+" navn", x.Navn)
		mustBeFilled(t, x.Kode+" navn_flertall", x.NavnFlertall)
		mustBeFilled(t, x.Kode+" gjor", x.Gjor)
		for _, s := range []string{x.Gjor.NB, x.Gjor.NN, x.Gjor.EN} {
			if n := len(sentence.FindAllString(s, -1)); n != 2 {
				t.Errorf("%s: %d sentences, want 2: %s", x.Kode, n, s)
			}
		}
		if x.Ansvar == "" || x.SporEtter == "" {
			t.Errorf("%s: ansvar %q, spor_etter %q", x.Kode, x.Ansvar, x.SporEtter)
		}
	}
	if len(usedGroups) != len(ty.Grupper) {
		t.Errorf("%d of %d groups have types", len(usedGroups), len(ty.Grupper))
	}
}

func TestTypeLaws(t *testing.T) {
	var everywhere []string
	for _, x := range readTyper(t).Typer {
		for _, l := range x.Lov {
			if l.Tekst == "" || !strings.Contains(l.Paragraf, " § ") || !strings.HasPrefix(l.URL, "https://lovdata.no/") {
				t.Errorf("%s: law %+v", x.Kode, l)
			}
			// The address ends in the paragraph: "§ 7-2 a" is ".../%C2%A77-2a".
			_, paragraph, _ := strings.Cut(l.Paragraf, " § ")
			if !strings.HasSuffix(l.URL, "/%C2%A7"+strings.ReplaceAll(paragraph, " ", "")) {
				t.Errorf("%s: %s does not lead to %s", x.Kode, l.URL, l.Paragraf)
			}
		}
		if x.AlleKommuner {
			everywhere = append(everywhere, x.Kode)
			if len(x.Lov) == 0 {
				t.Errorf("%s: every kommune must have it, but no law says so", x.Kode)
			}
		}
	}
	slices.Sort(everywhere)
	want := []string{"barnekoordinator", "helsestasjon", "koordinerende_enhet", "parorendestotte", "ppt"}
	if diff := cmp.Diff(want, everywhere); diff != "" {
		t.Errorf("every kommune must have (-want +got):\n%s", diff)
	}
}

// No page may be a dead end: whatever is missing in a kommune, the last thing to look at
// is there for the whole country, shown to readers, and can be rung.
func TestTypeAlternativesEndInANationalNumber(t *testing.T) {
	national := map[string]bool{}
	for _, r := range table(t, "tilbud.csv") {
		if r["dekningsomrade"] == "nasjonal" && r["telefon"] != "" && r["sikkerhet"] != "lav" {
			national[r["type"]] = true
		}
	}
	known := typeCodes(t)
	for _, x := range readTyper(t).Typer {
		if len(x.Ellers) == 0 || !national[x.Ellers[len(x.Ellers)-1]] {
			t.Errorf("%s: ellers %v does not end in a national number", x.Kode, x.Ellers)
		}
		for i, c := range x.Ellers {
			if !slices.Contains(known, c) || c == x.Kode || slices.Contains(x.Ellers[:i], c) {
				t.Errorf("%s: ellers %v: %s", x.Kode, x.Ellers, c)
			}
		}
	}
}

// A word that decides on a type decides on one only.
func TestTypeWords(t *testing.T) {
	owner := map[string]string{}
	for _, x := range readTyper(t).Typer {
		if n := len(x.AndreOrd); x.Kode != "annet" && (n < 10 || n > 25) {
			t.Errorf("%s: %d words, want 10 to 25", x.Kode, n)
		}
		for _, w := range slices.Concat(x.AndreOrd, x.BeslektedeOrd) {
			if w == "" || w != strings.ToLower(strings.TrimSpace(w)) {
				t.Errorf("%s: word %q", x.Kode, w)
			}
		}
		for _, w := range x.AndreOrd {
			if owner[w] != "" {
				t.Errorf("%q means both %s and %s", w, owner[w], x.Kode)
			}
			owner[w] = x.Kode
		}
	}
	for _, x := range readTyper(t).Typer {
		for i, w := range x.BeslektedeOrd {
			if owner[w] == x.Kode || slices.Contains(x.BeslektedeOrd[:i], w) {
				t.Errorf("%s: related word %q stands twice", x.Kode, w)
			}
		}
	}
}
