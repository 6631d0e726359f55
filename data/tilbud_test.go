package data_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

var (
	phone   = regexp.MustCompile(`^([0-9]{8}|116[0-9]{3}|11[0-3])$`)
	website = regexp.MustCompile(`^https?://[^\s/]+\.[^\s]+$`)
	key     = regexp.MustCompile(`^[a-z_]+/[a-z0-9]+(-[a-z0-9]+)*$`)
	gratis  = regexp.MustCompile(`(?i)\bgratis\b`)
)

// kommuneNames returns every name by which tilbud.csv may call a kommune. Names that two
// kommuner share carry the fylke: "Herøy (Nordland)".
func kommuneNames(t *testing.T) map[string]bool {
	t.Helper()
	kommuner := table(t, "kommuner.csv")
	count := map[string]int{}
	for _, k := range kommuner {
		count[k["navn"]]++
	}
	names := map[string]bool{}
	for _, k := range kommuner {
		if count[k["navn"]] == 1 {
			names[k["navn"]] = true
		} else {
			names[fmt.Sprintf("%s (%s)", k["navn"], k["fylkesnavn"])] = true
		}
	}
	return names
}

func TestSharedKommuneNamesCarryTheirFylke(t *testing.T) {
	names := kommuneNames(t)
	for name, want := range map[string]bool{
		"Herøy (Nordland)": true, "Herøy (Møre og Romsdal)": true, "Våler (Innlandet)": true,
		"Våler (Østfold)": true, "Herøy": false, "Våler": false, "Bodø": true, "Bodø (Nordland)": false,
	} {
		if names[name] != want {
			t.Errorf("%s: got %v, want %v", name, names[name], want)
		}
	}
}

func TestTilbud(t *testing.T) {
	names := kommuneNames(t)
	types := typeCodes(t)
	seen := map[[2]string]bool{}
	for i, r := range table(t, "tilbud.csv") {
		where := fmt.Sprintf("row %d (%s)", i+2, r["navn"])
		if !slices.Contains(types, r["type"]) {
			t.Errorf("%s: no type %q in typer.yaml", where, r["type"])
		}
		if r["navn"] == "" || r["kilde"] == "" {
			t.Errorf("%s: navn and kilde are required", where)
		}
		if id := [2]string{r["type"], r["navn"]}; seen[id] {
			t.Errorf("%s stands twice", where)
		} else {
			seen[id] = true
		}
		if r["telefon"] != "" {
			mustMatch(t, where, "telefon", r["telefon"], phone)
			if _, err := directory.ParsePhone(r["telefon"]); err != nil {
				t.Errorf("%s: %v", where, err)
			}
		}
		if r["epost"] != "" {
			mustMatch(t, where, "epost", r["epost"], email)
		}
		if r["nettside"] != "" {
			mustMatch(t, where, "nettside", r["nettside"], website)
		}
		if r["kommune"] != "" && !names[r["kommune"]] {
			t.Errorf("%s: no kommune %q", where, r["kommune"])
		}
		if _, err := directory.ParsePartialDate(r["kilde_dato"]); err != nil {
			t.Errorf("%s: %v", where, err)
		}
		if !slices.Contains([]string{"hoy", "middels", "lav"}, r["sikkerhet"]) {
			t.Errorf("%s: sikkerhet %q", where, r["sikkerhet"])
		}
	}
}

func TestTilbudAddresses(t *testing.T) {
	codes := by(t, table(t, "postnummer.csv"), "postnummer")
	kommuner := by(t, table(t, "kommuner.csv"), "kommunenummer")
	for i, r := range table(t, "tilbud.csv") {
		if r["postnummer"] == "" {
			continue
		}
		p := codes[r["postnummer"]]
		if p == nil {
			t.Errorf("row %d (%s): no postnummer %s", i+2, r["navn"], r["postnummer"])
			continue
		}
		if !strings.EqualFold(p["poststed"], r["poststed"]) {
			t.Errorf("row %d (%s): poststed %s, want %s", i+2, r["navn"], r["poststed"], p["poststed"])
		}
		name, _, _ := strings.Cut(r["kommune"], " (")
		if want := kommuner[p["kommunenummer"]]["navn"]; name != want {
			t.Errorf("row %d (%s): kommune %s, but %s lies in %s", i+2, r["navn"], name, r["postnummer"], want)
		}
	}
}

func TestTilbudCoverage(t *testing.T) {
	names := kommuneNames(t)
	fylker := by(t, table(t, "fylker.csv"), "navn")
	offices := map[string]bool{}
	for i, r := range table(t, "tilbud.csv") {
		areas := list(r["dekningsomrade"])
		if len(areas) == 0 {
			t.Errorf("row %d (%s): no dekningsomrade", i+2, r["navn"])
		}
		for _, area := range areas {
			fylke, isFylke := strings.CutPrefix(area, "fylke:")
			if area != "nasjonal" && !names[area] && (!isFylke || fylker[fylke] == nil) {
				t.Errorf("row %d (%s): dekningsomrade %q", i+2, r["navn"], area)
			}
			if r["type"] == "familievernkontor" {
				offices[area] = true
			}
		}
	}
	for name := range names {
		if !offices[name] {
			t.Errorf("no familievernkontor covers %s", name)
		}
	}
}

func TestTilbudPerType(t *testing.T) {
	want := map[string]int{
		"familievernkontor": 62, "organisasjon": 34, "hjelpetelefon": 25, "lms": 23, "barnekoordinator": 21,
		"ppt": 20, "kompetansesenter": 18, "parorendestotte": 18, "koordinerende_enhet": 15, "helsestasjon": 15,
		"brukerombud": 11, "parorendesenter": 8, "habilitering": 8, "parorendegruppe": 7, "frisklivssentral": 6,
		"familiesenter": 6, "demenskoordinator": 5, "barn_som_parorende": 3, "kreftkoordinator": 3,
		"parorendekoordinator": 2, "kursportal": 1, "motested": 1,
	}
	got := map[string]int{}
	for _, r := range table(t, "tilbud.csv") {
		got[r["type"]]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows per type (-want +got):\n%s", diff)
	}
}

// A key finds its row again at the next import, so it must never be shared.
func TestTilbudKeys(t *testing.T) {
	for k, r := range by(t, table(t, "tilbud.csv"), "noekkel") {
		mustMatch(t, r["navn"], "noekkel", k, key)
		if !strings.HasPrefix(k, r["type"]+"/") || len(k) > directory.MaxName {
			t.Errorf("%s: noekkel %q", r["navn"], k)
		}
	}
}

// A wrong number in a crisis is the worst defect there can be: these stand here a second time.
func TestCrisisNumbers(t *testing.T) {
	rows := by(t, table(t, "tilbud.csv"), "noekkel")
	for k, want := range map[string]string{
		"hjelpetelefon/medisinsk-nodtelefon":                    "113",
		"hjelpetelefon/legevakt":                                "116117",
		"hjelpetelefon/hjelpetelefonen-mental-helse":            "116123",
		"hjelpetelefon/alarmtelefonen-for-barn-og-unge":         "116111",
		"hjelpetelefon/vo-linjen":                               "116006",
		"hjelpetelefon/kirkens-sos":                             "22400040",
		"brukerombud/pasient-og-brukerombudet-nasjonal-inngang": "40501600",
		"hjelpetelefon/parorendetelefonen-rus-og-psykisk-helse": "80040567",
		"hjelpetelefon/lpps-radgivningstelefon-for-parorende":   "22491922",
		"hjelpetelefon/sjeldentelefonen":                        "80041710",
	} {
		if got := rows[k]["telefon"]; got != want {
			t.Errorf("%s: got %q, want %q", k, got, want)
		}
	}
}

func TestTilbudCodesAreInTheVocabularies(t *testing.T) {
	b := readBegreper(t)
	used := map[string]map[string]bool{}
	for column, terms := range b.byColumn() {
		used[column] = map[string]bool{}
		known := codes(terms)
		for _, r := range table(t, "tilbud.csv") {
			cell := list(r[column])
			for i, code := range cell {
				if !slices.Contains(known, code) {
					t.Errorf("%s: %s %q is not in begreper.yaml", r["noekkel"], column, code)
				}
				if slices.Contains(cell[:i], code) {
					t.Errorf("%s: %s %q stands twice", r["noekkel"], column, code)
				}
				used[column][code] = true
			}
		}
		for _, code := range known {
			if !used[column][code] {
				t.Errorf("begreper.yaml: no offering uses %s %q", column, code)
			}
		}
	}
}

// Our codes say no more than the row does.
func TestTilbudCodesFollowTheRow(t *testing.T) {
	for _, r := range table(t, "tilbud.csv") {
		keywords := r["beskrivelse_stikkord"]
		if len(list(r["malgrupper"])) == 0 {
			t.Errorf("%s: malgrupper is empty", r["noekkel"])
		}
		if free := gratis.MatchString(keywords); free != (r["pris"] == "gratis") {
			t.Errorf("%s: pris %q, keywords %q", r["noekkel"], r["pris"], keywords)
		}
		// Hours are one or two keywords, or one that has a comma of its own.
		for _, part := range strings.Split(r["apningstider_tekst"], ", ") {
			if !strings.Contains(keywords, part) {
				t.Errorf("%s: hours %q are not in %q", r["noekkel"], part, keywords)
			}
		}
		if r["type"] == "hjelpetelefon" && r["henvisning"] != "kontakt_selv" {
			t.Errorf("%s: henvisning %q", r["noekkel"], r["henvisning"])
		}
	}
}

func TestTilbudBydeler(t *testing.T) {
	count := map[string]int{}
	for _, r := range table(t, "tilbud.csv") {
		if r["bydel"] == "" {
			continue
		}
		count[r["kommune"]]++
		name := strings.TrimPrefix(r["bydel"], "bydelen ")
		if !strings.Contains(r["beskrivelse_stikkord"], r["bydel"]) && !strings.Contains(r["navn"], name+" bydel") {
			t.Errorf("%s: bydel %q is not in the row", r["noekkel"], r["bydel"])
		}
	}
	if diff := cmp.Diff(map[string]int{"Bergen": 2, "Oslo": 4, "Trondheim": 4}, count); diff != "" {
		t.Errorf("rows with bydel (-want +got):\n%s", diff)
	}
}
