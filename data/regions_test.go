package data_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

var (
	host     = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
	email    = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[a-z]+$`)
	wikidata = regexp.MustCompile(`^Q[0-9]+$`)
)

// mustMatch fails for a cell that does not look as its column says.
func mustMatch(t *testing.T, where, column, cell string, re *regexp.Regexp) {
	t.Helper()
	if !re.MatchString(cell) {
		t.Errorf("%s: %s is %q", where, column, cell)
	}
}

// mustBeIn fails for a coordinate outside mainland Norway.
func mustBeIn(t *testing.T, where, lat, lon string) {
	t.Helper()
	y, errLat := strconv.ParseFloat(lat, 64)
	x, errLon := strconv.ParseFloat(lon, 64)
	if errLat != nil || errLon != nil || y < 57.9 || y > 71.3 || x < 4.4 || x > 31.3 {
		t.Errorf("%s: position %q, %q is not in Norway", where, lat, lon)
	}
}

// officialNames fails unless navn_offisielt is navn and andre_navn and nothing else.
func officialNames(t *testing.T, row map[string]string) {
	t.Helper()
	got := strings.Split(row["navn_offisielt"], " - ")
	want := append([]string{row["navn"]}, list(row["andre_navn"])...)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: official names (-want +got):\n%s", row["navn"], diff)
	}
}

func TestFylker(t *testing.T) {
	counts := map[string]int{}
	for _, k := range table(t, "kommuner.csv") {
		counts[k["fylkesnummer"]]++
	}
	for number, f := range by(t, table(t, "fylker.csv"), "fylkesnummer") {
		if _, err := region.ParseFylkeNumber(number); err != nil {
			t.Error(err)
		}
		officialNames(t, f)
		if f["antall_kommuner"] != strconv.Itoa(counts[number]) {
			t.Errorf("%s: got %s kommuner, want %d", f["navn"], f["antall_kommuner"], counts[number])
		}
	}
}

func TestKommuner(t *testing.T) {
	fylker := by(t, table(t, "fylker.csv"), "fylkesnummer")
	kommuner := table(t, "kommuner.csv")
	by(t, kommuner, "domene")
	by(t, kommuner, "wikidata")
	total, inFylke, orgNumbers := 0, map[string]bool{}, map[string]bool{}
	for number, k := range by(t, kommuner, "kommunenummer") {
		where := number + " " + k["navn"]
		if _, err := region.ParseNumber(number); err != nil {
			t.Error(err)
		}
		if f := fylker[number[:2]]; k["fylkesnummer"] != number[:2] || f == nil || f["navn"] != k["fylkesnavn"] {
			t.Errorf("%s: fylke %s %s", where, k["fylkesnummer"], k["fylkesnavn"])
		}
		name := k["fylkesnummer"] + k["navn"]
		if k["navn"] == "" || inFylke[name] {
			t.Errorf("%s: name empty or twice in its fylke", where)
		}
		inFylke[name] = true
		officialNames(t, k)
		if !slices.Contains([]string{"bokmål", "nynorsk", "nøytral", ""}, k["maalform"]) {
			t.Errorf("%s: maalform %q", where, k["maalform"])
		}
		people, err := strconv.Atoi(k["folketall"])
		if err != nil || people <= 100 || k["folketall_aar"] != "2026" {
			t.Errorf("%s: folketall %q in %q", where, k["folketall"], k["folketall_aar"])
		}
		total += people
		mustBeIn(t, where, k["lat"], k["lon"])
		if s := k["koordinat_kilde"]; s != "geonames" && s != "wikidata" {
			t.Errorf("%s: koordinat_kilde %q", where, s)
		}
		mustMatch(t, where, "domene", k["domene"], host)
		if s := k["nettsted"]; s != k["domene"] && s != "www."+k["domene"] {
			t.Errorf("%s: nettsted %q does not belong to %q", where, s, k["domene"])
		}
		if o := k["organisasjonsnummer"]; o != "" {
			if _, err := directory.ParseOrgNumber(o); err != nil || orgNumbers[o] {
				t.Errorf("%s: organisasjonsnummer %q twice or wrong: %v", where, o, err)
			}
			orgNumbers[o] = true
		}
		mustMatch(t, where, "wikidata", k["wikidata"], wikidata)
	}
	if want := 5_627_400; total != want { // the country's population on 1 January 2026
		t.Errorf("folketall adds up to %d, want %d", total, want)
	}
}

// What the sources leave open stays open: a cell filled in here needs a source.
func TestKommunerNotKnown(t *testing.T) {
	want := map[string][]string{
		"maalform":              {"Tysvær"},
		"administrasjonssenter": {"Fjord", "Fyresdal", "Lørenskog"},
		"organisasjonsnummer":   {"Haram", "Ålesund"},
	}
	got := map[string][]string{}
	for _, k := range table(t, "kommuner.csv") {
		for column, cell := range k {
			if cell == "" && column != "andre_navn" {
				got[column] = append(got[column], k["navn"])
			}
		}
	}
	for _, names := range got {
		slices.Sort(names)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("empty cells (-want +got):\n%s", diff)
	}
}

func TestPostnummer(t *testing.T) {
	kommuner := by(t, table(t, "kommuner.csv"), "kommunenummer")
	covered, outside := map[string]bool{}, []string{}
	for _, p := range table(t, "postnummer.csv") {
		where := p["postnummer"]
		if _, err := directory.ParsePostalCode(where); err != nil {
			t.Error(err)
		}
		if p["poststed"] == "" || len(p["kategori"]) != 1 || !strings.Contains("BFGPS", p["kategori"]) {
			t.Errorf("%s: poststed %q, kategori %q", where, p["poststed"], p["kategori"])
		}
		switch number := p["kommunenummer"]; {
		case number == "":
			outside = append(outside, where)
		case kommuner[number] == nil:
			t.Errorf("%s: no kommune %q", where, number)
		default:
			covered[number] = true
		}
	}
	by(t, table(t, "postnummer.csv"), "postnummer")
	svalbardAndJanMayen := []string{"8099", "9170", "9171", "9173", "9174", "9175", "9176", "9178"}
	if diff := cmp.Diff(svalbardAndJanMayen, outside); diff != "" {
		t.Errorf("outside any kommune (-want +got):\n%s", diff)
	}
	if len(covered) != len(kommuner) {
		t.Errorf("%d of %d kommuner have a postnummer", len(covered), len(kommuner))
	}
}

func TestEndringer(t *testing.T) {
	kommuner := by(t, table(t, "kommuner.csv"), "kommunenummer")
	rows := table(t, "kommune-endringer.csv")
	seen, endedLast := map[[3]string]bool{}, map[string]bool{}
	for _, e := range rows {
		where := e["gammelt_nummer"] + " " + e["gammelt_navn"]
		if _, err := region.ParseNumber(e["gammelt_nummer"]); err != nil || e["gammelt_navn"] == "" {
			t.Errorf("%s: old number or name: %v", where, err)
		}
		if kommuner[e["gammelt_nummer"]] != nil {
			t.Errorf("%s: the old number is in use today", where)
		}
		if k := kommuner[e["nytt_nummer"]]; k == nil || k["navn"] != e["nytt_navn"] {
			t.Errorf("%s: no kommune %s %s", where, e["nytt_nummer"], e["nytt_navn"])
		}
		if y := e["gyldig_til"]; len(y) != 4 || y < "1994" || y > "2023" {
			t.Errorf("%s: gyldig_til %q", where, y)
		}
		if !slices.Contains([]string{"nytt nummer", "nytt nummer og navn", "sammenslåing", "deling"}, e["type"]) {
			t.Errorf("%s: type %q", where, e["type"])
		}
		if several := len(successors(rows, e["gammelt_nummer"])) > 1; several != (e["type"] == "deling") {
			t.Errorf("%s: type %q, more than one successor: %v", where, e["type"], several)
		}
		key := [3]string{e["gammelt_nummer"], e["gammelt_navn"], e["nytt_nummer"]}
		if seen[key] {
			t.Errorf("%s stands twice", where)
		}
		seen[key] = true
		if e["gyldig_til"] == "2023" {
			endedLast[e["gammelt_nummer"]] = true
		}
	}
	if want := 114; len(endedLast) != want {
		t.Errorf("%d numbers ended with 2023, want %d", len(endedLast), want)
	}
}

func successors(rows []map[string]string, number string) []string {
	set := map[string]bool{}
	for _, e := range rows {
		if e["gammelt_nummer"] == number {
			set[e["nytt_nummer"]] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func TestSuccessors(t *testing.T) {
	rows := table(t, "kommune-endringer.csv")
	for number, want := range map[string][]string{
		"0231": {"3205"}, "3030": {"3205"}, "0213": {"3207"}, "1507": {"1508", "1580"}, "1534": {"1580"},
		"1850": {"1806", "1875"}, "5012": {"5055", "5056", "5059"}, "1601": {"5001"}, "0219": {"3201"},
		"5401": {"5501"}, "0301": nil, "9999": nil,
	} {
		if diff := cmp.Diff(want, successors(rows, number)); diff != "" {
			t.Errorf("successors of %s (-want +got):\n%s", number, diff)
		}
	}
}

func TestSteder(t *testing.T) {
	kommuner := by(t, table(t, "kommuner.csv"), "kommunenummer")
	seen, bydeler := map[[3]string]bool{}, map[string]int{}
	for _, s := range table(t, "steder.csv") {
		where := s["sted"] + " in " + s["kommune"]
		if k := kommuner[s["kommunenummer"]]; s["sted"] == "" || k == nil || k["navn"] != s["kommune"] {
			t.Errorf("%s: no kommune %s", where, s["kommunenummer"])
		}
		if !slices.Contains([]string{"bydel", "kommunesenter", "sted", "poststed"}, s["type"]) {
			t.Errorf("%s: type %q", where, s["type"])
		}
		if s["lat"] != "" || s["lon"] != "" {
			mustBeIn(t, where, s["lat"], s["lon"])
		}
		if n := s["bydelsnummer"]; (n != "") != (s["type"] == "bydel") ||
			n != "" && (len(n) != 6 || !strings.HasPrefix(n, s["kommunenummer"])) {
			t.Errorf("%s: type %s, bydelsnummer %q", where, s["type"], n)
		}
		key := [3]string{s["sted"], s["kommunenummer"], s["type"]}
		if seen[key] {
			t.Errorf("%s stands twice as %s", where, s["type"])
		}
		seen[key] = true
		if s["type"] == "bydel" {
			bydeler[s["kommune"]]++
		}
	}
	want := map[string]int{"Oslo": 16, "Bergen": 8, "Stavanger": 9, "Trondheim": 4}
	if diff := cmp.Diff(want, bydeler); diff != "" {
		t.Errorf("bydeler (-want +got):\n%s", diff)
	}
}

func TestPlacesLeadToTheirKommune(t *testing.T) {
	found := map[[2]string]bool{}
	for _, s := range table(t, "steder.csv") {
		found[[2]string{s["sted"], s["kommunenummer"]}] = true
	}
	for place, number := range map[string]string{
		"Jessheim": "3209", "Bryne": "1121", "Ski": "3207", "Grünerløkka": "0301", "Åsane": "4601",
		"Mo i Rana": "1833", "Strømmen": "3205", "Haram": "1580",
	} {
		if !found[[2]string{place, number}] {
			t.Errorf("%s does not lead to %s", place, number)
		}
	}
}

func TestKommuneKontakt(t *testing.T) {
	kommuner := by(t, table(t, "kommuner.csv"), "kommunenummer")
	for number, c := range by(t, table(t, "kommune-kontakt.csv"), "kommunenummer") {
		where := number + " " + c["navn"]
		if k := kommuner[number]; k == nil || k["navn"] != c["navn"] {
			t.Errorf("%s: no such kommune", where)
		}
		mustMatch(t, where, "telefon", c["telefon"], regexp.MustCompile(`^[2-9][0-9]{7}$`))
		if _, err := directory.ParsePhone(c["telefon"]); err != nil {
			t.Errorf("%s: %v", where, err)
		}
		if c["epost"] != "" {
			mustMatch(t, where, "epost", c["epost"], email)
		}
		if c["kilde"] == "" || c["ordlyd"] == "" {
			t.Errorf("%s: kilde %q, ordlyd %q", where, c["kilde"], c["ordlyd"])
		}
		if _, err := directory.ParsePartialDate(c["kilde_dato"]); err != nil {
			t.Errorf("%s: %v", where, err)
		}
		// Older and undated pages are for editors to confirm, never for readers.
		if c["sikkerhet"] != "lav" && (c["sikkerhet"] != "middels" || c["kilde_dato"] < "2020") {
			t.Errorf("%s: sikkerhet %q for a page dated %q", where, c["sikkerhet"], c["kilde_dato"])
		}
	}
}
