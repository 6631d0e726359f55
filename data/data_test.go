package data_test

import (
	"encoding/csv"
	"io/fs"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/data"
)

// columns of each table, in the order of the file.
var columns = map[string][]string{
	"fylker.csv": {"fylkesnummer", "navn", "andre_navn", "navn_offisielt", "antall_kommuner"},
	"kommuner.csv": {"kommunenummer", "navn", "andre_navn", "navn_offisielt", "fylkesnummer", "fylkesnavn",
		"maalform", "folketall", "folketall_aar", "administrasjonssenter", "lat", "lon", "koordinat_kilde",
		"domene", "nettsted", "organisasjonsnummer", "wikidata"},
	"kommune-endringer.csv": {"gammelt_nummer", "gammelt_navn", "nytt_nummer", "nytt_navn", "gyldig_til", "type"},
	"postnummer.csv":        {"postnummer", "poststed", "kommunenummer", "kategori"},
	"steder.csv":            {"sted", "kommunenummer", "kommune", "type", "lat", "lon", "bydelsnummer", "kilde"},
	"kommune-kontakt.csv": {"kommunenummer", "navn", "telefon", "epost", "ordlyd", "kilde", "kilde_dato",
		"sikkerhet"},
	"tilbud.csv": {"type", "navn", "organisasjon", "adresse", "postnummer", "poststed", "kommune",
		"dekningsomrade", "telefon", "epost", "nettside", "malgruppe", "beskrivelse_stikkord", "kilde",
		"kilde_dato", "sikkerhet", "noekkel", "bydel", "malgrupper", "tema", "former", "pris", "henvisning",
		"sprak", "apningstider_tekst"},
	"hverdagsord.csv": {"uttrykk", "forer_til", "art"},
}

// table returns the rows of a CSV file, column name to cell.
func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(content(t, name))).ReadAll() // every row as wide as the header
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if diff := cmp.Diff(columns[name], records[0]); diff != "" {
		t.Fatalf("%s: header (-want +got):\n%s", name, diff)
	}
	rows := make([]map[string]string, 0, len(records)-1)
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, cell := range record {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

func content(t *testing.T, name string) string {
	t.Helper()
	b, err := data.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// list returns the values of a cell that may hold several.
func list(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, "|")
}

// by returns the rows under their value in one column, and fails where two share it.
func by(t *testing.T, rows []map[string]string, column string) map[string]map[string]string {
	t.Helper()
	m := make(map[string]map[string]string, len(rows))
	for _, row := range rows {
		if _, ok := m[row[column]]; ok {
			t.Errorf("%s %q stands twice", column, row[column])
		}
		m[row[column]] = row
	}
	return m
}

func TestTablesAreKnown(t *testing.T) {
	got, err := fs.Glob(data.FS, "*.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range got {
		if columns[name] == nil {
			t.Errorf("%s has no columns in this test", name)
		}
	}
	if len(got) != len(columns) {
		t.Errorf("got %d tables, want %d: %v", len(got), len(columns), got)
	}
}

func TestCounts(t *testing.T) {
	want := map[string]int{
		"fylker.csv": 15, "kommuner.csv": 357, "kommune-endringer.csv": 501, "postnummer.csv": 5122,
		"steder.csv": 2074, "kommune-kontakt.csv": 59, "tilbud.csv": 312, "hverdagsord.csv": 6300,
	}
	got := map[string]int{}
	for name := range columns {
		got[name] = len(table(t, name))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestTextIsClean(t *testing.T) {
	for _, pattern := range []string{"*.csv", "*.yaml", "*.md"} {
		names, err := fs.Glob(data.FS, pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("no files for %s: %v", pattern, err)
		}
		for _, name := range names {
			text := content(t, name)
			switch {
			case !utf8.ValidString(text):
				t.Errorf("%s is not UTF-8", name)
			case strings.HasPrefix(text, "\ufeff"):
				t.Errorf("%s begins with a byte order mark", name)
			case strings.Contains(text, "\r"):
				t.Errorf("%s has CR line ends", name)
			case !strings.HasSuffix(text, "\n"):
				t.Errorf("%s does not end its last line", name)
			}
		}
	}
}

func TestCellsHaveNoStrayBlanks(t *testing.T) {
	for name := range columns {
		for i, row := range table(t, name) {
			for column, cell := range row {
				if cell != strings.TrimSpace(cell) || strings.ContainsAny(cell, "\n\t\u00a0") || strings.Contains(cell, "  ") {
					t.Errorf("%s row %d: blanks in %s: %q", name, i+2, column, cell)
				}
				if column == "ordlyd" {
					continue // a quotation, in which "|" is only a sign
				}
				for _, v := range list(cell) {
					if v == "" || v != strings.TrimSpace(v) {
						t.Errorf("%s row %d: empty or padded value in %s: %q", name, i+2, column, cell)
					}
				}
			}
		}
	}
}

func TestEveryFileHasItsSourceNote(t *testing.T) {
	for _, pattern := range []string{"*.csv", "*.yaml"} {
		names, err := fs.Glob(data.FS, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			note := strings.TrimSuffix(name, path.Ext(name)) + ".md"
			if !strings.HasPrefix(content(t, note), "# "+name+"\n") {
				t.Errorf("%s does not begin with the name of %s", note, name)
			}
		}
	}
}

func TestCreditsNameEverySource(t *testing.T) {
	credits := content(t, "KILDER.md")
	for _, source := range []string{
		"Statistisk sentralbyrå, CC BY 4.0", "© Kartverket, CC BY 4.0", "Posten Bring", "GeoNames, CC BY 4.0",
		"Wikidata, CC0", "Kommunale nettsider (Tobias McVey), CC BY 4.0", "Enhetsregisteret, Brønnøysundregistrene, NLOD",
		"Norway Geodata (Alexander Prestmo), MIT", "Bufdir",
	} {
		if !strings.Contains(credits, source) {
			t.Errorf("KILDER.md lacks %q", source)
		}
	}
}

func TestArticlesAreEmbedded(t *testing.T) {
	names, err := fs.Glob(data.FS, "artikler/*/*.md")
	if err != nil || len(names) == 0 {
		t.Errorf("got %d articles, want some: %v", len(names), err)
	}
}
