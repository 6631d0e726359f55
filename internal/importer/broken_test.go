package importer

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// Each fault is told with the file and the row that it is in, and every other row goes in:
// the database is as before, for it held the same.
func TestBrokenRows(t *testing.T) {
	d := newFilled(t)
	before := d.contents(t, true)
	twice := func(rows [][]string) [][]string { return append(rows, rows[1]) }
	for _, tc := range []struct {
		file   string
		change func([][]string) [][]string
		want   string
	}{
		{"tilbud.csv", set(12, "telefon", "2222"), "tilbud.csv:12: telefon: "},
		{"tilbud.csv", set(12, "telefon", "82012345"), "tilbud.csv:12: telefon: "},
		{"tilbud.csv", set(313, "kommune", "Snillfjord"), `tilbud.csv:313: kommune: "Snillfjord" has ended; write which of today's is meant: "Heim", "Hitra", "Orkland"`},
		{"tilbud.csv", set(2, "dekningsomrade", "fylke:Viken"), "tilbud.csv:2: dekningsomrade: "},
		{"tilbud.csv", set(12, "type", "finnes_ikke"), "tilbud.csv:12: type: "},
		{"tilbud.csv", set(12, "tema", "finnes_ikke"), "tilbud.csv:12: topics: "},
		{"tilbud.csv", set(12, "epost", "ikke en adresse"), "tilbud.csv:12: email: "},
		{"tilbud.csv", set(12, "nettside", "javascript:alert(1)"), "tilbud.csv:12: website: "},
		{"tilbud.csv", set(12, "sikkerhet", "ganske"), "tilbud.csv:12: sikkerhet: "},
		{"tilbud.csv", func(rows [][]string) [][]string { return append(rows, rows[11]) }, "tilbud.csv:314: noekkel: "},
		{"kommuner.csv", set(3, "lat", "nord"), "kommuner.csv:3: lat: "},
		{"kommuner.csv", set(3, "kommunenummer", "11"), "kommuner.csv:3: kommunenummer: "},
		{"kommuner.csv", set(3, "maalform", "svensk"), "kommuner.csv:3: maalform: "},
		{"fylker.csv", set(16, "navn", ""), "fylker.csv:16: navn: is empty"},
		{"kommune-endringer.csv", set(5, "gyldig_til", "i fjor"), "kommune-endringer.csv:5: gyldig_til: "},
		{"postnummer.csv", set(5123, "postnummer", "99"), "postnummer.csv:5123: postnummer: "},
		{"steder.csv", set(7, "type", "hytte"), "steder.csv:7: type: "},
		{"hverdagsord.csv", set(7, "art", "vits"), "hverdagsord.csv:7: art: "},
		{"kommune-kontakt.csv", set(7, "telefon", "12"), "kommune-kontakt.csv:7: telefon: "},
		// What only the database would refuse.
		{"kommuner.csv", set(3, "lat", "5.73"), "kommuner.csv:3: lat: "},
		{"kommuner.csv", set(3, "domene", "https://x.no/"), "kommuner.csv:3: domene: "},
		{"kommuner.csv", set(3, "folketall", "0"), "kommuner.csv:3: folketall: "},
		{"kommune-kontakt.csv", set(7, "epost", "post at kommune.no"), "kommune-kontakt.csv:7: epost: "},
		{"steder.csv", set(7, "bydelsnummer", "123456"), "steder.csv:7: bydelsnummer: "},
		{"hverdagsord.csv", set(7, "uttrykk", "STORE BOKSTAVER"), "hverdagsord.csv:7: uttrykk: "},
		// What a row names is not there.
		{"kommuner.csv", set(3, "kommunenummer", "9901"), "kommuner.csv:3: kommunenummer: no fylke has the number 99"},
		{"kommune-endringer.csv", set(5, "nytt_nummer", "9998"), "kommune-endringer.csv:5: nytt_nummer: no kommune has the number 9998"},
		{"postnummer.csv", set(5, "kommunenummer", "9998"), "postnummer.csv:5: kommunenummer: no kommune has the number 9998"},
		{"steder.csv", set(5, "kommunenummer", "9998"), "steder.csv:5: kommunenummer: no kommune has the number 9998"},
		{"kommune-kontakt.csv", set(5, "kommunenummer", "9998"), "kommune-kontakt.csv:5: kommunenummer: no kommune has the number 9998"},
		// A row stands there twice.
		{"fylker.csv", twice, "fylker.csv:17: fylkesnummer: 03 stands in row 2 already"},
		{"kommuner.csv", twice, "kommuner.csv:359: kommunenummer: 0301 stands in row 2 already"},
		{"kommune-kontakt.csv", twice, "kommune-kontakt.csv:61: kommunenummer: 1101 stands in row 2 already"},
		{"kommune-endringer.csv", twice, "kommune-endringer.csv:503: gammelt_nummer: 0101 Halden 3101 stands in row 2 already"},
		{"postnummer.csv", twice, "postnummer.csv:5124: postnummer: 0001 stands in row 2 already"},
		{"steder.csv", twice, "steder.csv:2076: sted: Aas 5033 sted stands in row 2 already"},
		{"hverdagsord.csv", twice, "hverdagsord.csv:"},
	} {
		t.Run(tc.want, func(t *testing.T) {
			all := fstest.MapFS{tc.file: files(t)[tc.file]}
			edit(t, all, tc.file, tc.change)
			report, err := d.importFS(all)
			if err != nil {
				t.Fatalf("the import stops: %v", err)
			}
			checkProblem(t, report, tc.want)
			if diff := cmp.Diff(before, d.contents(t, true)); diff != "" {
				t.Errorf("tables (-before +after):\n%s", diff)
			}
			// The row is there, only wrong. It must not be told as gone.
			if gone := slices.Concat(report.Missing, report.Regions.Gone, report.Said.Gone); len(gone) > 0 {
				t.Errorf("%q are told as gone, but stand in the file", gone)
			}
		})
	}
}

func checkProblem(t *testing.T, report Report, want string) {
	t.Helper()
	var got []string
	for _, p := range report.Problems {
		got = append(got, p.String())
	}
	if len(got) == 0 || slices.ContainsFunc(got, func(p string) bool { return !strings.HasPrefix(p, want) }) {
		t.Errorf("problems = %q, want %s", got, want)
	}
}

// A file that cannot be read as a whole is told; the others go in.
func TestBrokenFiles(t *testing.T) {
	d := newFilled(t)
	before := d.contents(t, true)
	text := func(name string) string {
		content, err := fs.ReadFile(files(t), name)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	for _, tc := range []struct{ name, file, content, want string }{
		{"empty", "tilbud.csv", "", "tilbud.csv:1: no header row"},
		{"no UTF-8", "tilbud.csv", text("tilbud.csv") + "\xe5\n", "tilbud.csv: not UTF-8"},
		{"semicolons", "kommuner.csv", strings.ReplaceAll(text("kommuner.csv"), ",", ";"), "kommuner.csv:1: "},
		{"a column more", "fylker.csv", strings.Replace(text("fylker.csv"), "fylkesnummer,", "fylkesnummer,nytt,", 1), "fylker.csv:1: nytt: column is not known"},
		{"a column less", "steder.csv", strings.Replace(text("steder.csv"), "bydelsnummer", "bydel", 1), "steder.csv:1: bydel"},
		{"a short row", "postnummer.csv", text("postnummer.csv") + "9999,STED\n", "postnummer.csv:5124: "},
		{"an open quote", "tilbud.csv", text("tilbud.csv") + "\"a,b\n", "tilbud.csv:314: "},
		{"a page", "hverdagsord.csv", "<!DOCTYPE html><p>Ikke funnet</p>", "hverdagsord.csv:1: "},
		{"no YAML", "typer.yaml", "typer: [", "typer.yaml: "},
		{"a key not known", "typer.yaml", "typer:\n  - kode: x\n    farge: y\n", "typer.yaml: "},
		{"a group not known", "typer.yaml", "typer:\n  - kode: x\n    gruppe: finnes_ikke\n    navn: {nb: X}\n    navn_flertall: {nb: X}\n    gjor: {nb: X}\n", `typer.yaml: type "x": gruppe "finnes_ikke"`},
		{"no YAML", "begreper.yaml", "\t\n:", "begreper.yaml: "},
		{"no front matter", "artikler/ta-vare-pa-barna/_index.md", "Bare tekst.\n", "artikler: ta-vare-pa-barna/_index.md"},
		{"no bokmål", "artikler/ta-vare-pa-barna/finnes-ikke.nn.md",
			"---\ntittel: Test\ningress: Test.\npublisert: 2026-01-01\noppdatert: 2026-01-01\nrekkefolge: 1\n---\nTekst.\n",
			"artikler: ta-vare-pa-barna/finnes-ikke.nn.md: slug: there is no article in bokmål to translate"},
		{"a wrong date", "artikler/ta-vare-pa-barna/_index.md",
			"---\ntittel: Test\ningress: Test.\npublisert: i fjor\noppdatert: 2026-01-01\n---\nTekst.\n", "artikler: ta-vare-pa-barna/_index.md"},
	} {
		t.Run(tc.file+" with "+tc.name, func(t *testing.T) {
			all := files(t)
			all[tc.file] = &fstest.MapFile{Data: []byte(tc.content)}
			report, err := d.importFS(all)
			if err != nil {
				t.Fatalf("the import stops: %v", err)
			}
			checkProblem(t, report, tc.want)
			if diff := cmp.Diff(before, d.contents(t, true)); diff != "" {
				t.Errorf("tables (-before +after):\n%s", diff)
			}
		})
	}
}

// Translations go in after their bokmål, whatever their names sort as.
func TestTranslations(t *testing.T) {
	d := newTarget(t)
	const text = "---\ntittel: Test\ningress: Test.\npublisert: 2026-01-01\noppdatert: 2026-01-01\nrekkefolge: 1\n---\nTekst.\n"
	all := fstest.MapFS{}
	for _, name := range []string{"test.en.md", "test.md", "test.nn.md"} {
		all["artikler/ta-vare-pa-barna/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	if report := d.mustImport(t, all); report.Created != 3 || len(report.Problems) > 0 {
		t.Errorf("%d new, problems %v, want 3 and none", report.Created, report.Problems)
	}
	if report := d.mustImport(t, all); report.Unchanged != 3 {
		t.Errorf("the second time: %+v, want 3 as before", report)
	}
}

// The rows beside a wrong one go into a database that has none of them yet.
func TestRowsBesideAWrongOne(t *testing.T) {
	d := newTarget(t)
	all := files(t)
	edit(t, all, "tilbud.csv", set(12, "telefon", "2222"))
	edit(t, all, "steder.csv", set(7, "type", "hytte"))
	report, err := d.importFS(all)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Problems) != 2 {
		t.Errorf("problems = %v, want two", report.Problems)
	}
	for query, want := range map[string]int{
		"SELECT count(*) FROM offerings": len(column(t, "tilbud.csv", "noekkel")) - 1,
		"SELECT count(*) FROM places":    len(column(t, "steder.csv", "sted")) - 1,
		"SELECT count(*) FROM kommuner":  len(column(t, "kommuner.csv", "navn")),
	} {
		if got := d.count(t, query); got != want {
			t.Errorf("%s = %d, want %d", query, got, want)
		}
	}
	// Mended, the two rows come too, and nothing else changes.
	if mended := d.mustImport(t, files(t)); mended.Created != 1 || mended.Updated != 0 || mended.Regions.Created != 1 || mended.Regions.Updated != 0 {
		t.Errorf("mended: %d offerings new, %d changed, regions %v", mended.Created, mended.Updated, mended.Regions)
	}
}
