package importer

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

var testNames = newRegionNames(
	[]region.Fylke{{Number: "18", Name: "Nordland"}, {Number: "15", Name: "Møre og Romsdal"}},
	[]region.Kommune{
		{Number: "1804", Name: "Bodø", FylkeName: "Nordland"},
		{Number: "1818", Name: "Herøy", FylkeName: "Nordland"},
		{Number: "1515", Name: "Herøy", FylkeName: "Møre og Romsdal"},
	},
	[]region.Former{
		{Number: "1842", Name: "Skjerstad", Present: "1804", LastYear: 2004, Kind: region.Merged},
		{Number: "1801", Name: "Deltvik", Present: "1818", Kind: region.Split}, {Number: "1801", Name: "Deltvik", Present: "1515", Kind: region.Split},
		{Number: "1802", Name: "Bodø", Present: "1818", Kind: region.Merged}, // another has the name today
		{Number: "1819", Name: "Herøy", Present: "1804", Kind: region.Merged},
		{Number: "1803", Name: "Fjernvik", Present: "9999", Kind: region.Merged},
	})

// goodRow is a row in which every column is filled.
var goodRow = map[string]string{
	"noekkel": "annet/testtilbud", "type": "annet", "navn": "Testtilbud", "organisasjon": "Bodø kommune",
	"adresse": "Testveien 1", "postnummer": "8006", "poststed": "Bodø", "kommune": "Bodø",
	"dekningsomrade": "Herøy (Nordland)|fylke:Møre og Romsdal", "bydel": "en bydel", "telefon": "22222222",
	"epost": "test@example.org", "nettside": "https://example.org/test", "malgruppe": "alle som tester",
	"malgrupper": "barn|voksne", "tema": "rus", "former": "samtale", "pris": "gratis", "henvisning": "sok",
	"sprak": "nb|se", "apningstider_tekst": "hverdager 9–15", "beskrivelse_stikkord": "en|to",
	"kilde": "Testside – example.org/test (2020)", "kilde_dato": "2026-04", "sikkerhet": "hoy",
}

// offeringFrom reads goodRow with the changes.
func offeringFrom(t *testing.T, changes map[string]string) (directory.Offering, []string) {
	t.Helper()
	table := goodTable(t, changes)
	o := readOffering(&table.rows[0], testNames)
	var got []string
	for _, p := range table.problems {
		got = append(got, p.String())
	}
	return o, got
}

// goodTable returns a table of goodRow with the changes.
func goodTable(t *testing.T, changes map[string]string) *table {
	t.Helper()
	values := make([]string, len(offeringColumns))
	for i, c := range offeringColumns {
		values[i] = goodRow[c]
		if v, ok := changes[c]; ok {
			values[i] = v
		}
	}
	content := strings.Join(offeringColumns, ",") + "\n\"" + strings.Join(values, `","`) + "\"\n"
	table, err := readTable(fstest.MapFS{offeringsFile: {Data: []byte(content)}}, offeringsFile, offeringColumns)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.rows) != 1 {
		t.Fatalf("%d rows, want 1: %v", len(table.rows), table.problems)
	}
	return table
}

func TestReadOffering(t *testing.T) {
	got, problems := offeringFrom(t, nil)
	if len(problems) > 0 {
		t.Errorf("problems = %v, want none", problems)
	}
	want := directory.Offering{
		Key: "annet/testtilbud", Type: "annet", Name: "Testtilbud",
		Organization: directory.Organization{Name: "Bodø kommune", Kind: directory.KindKommune, Kommune: "1804"},
		Audience:     "alle som tester",
		Keywords:     []string{"en", "to"},
		TargetGroups: []string{"barn", "voksne"}, Topics: []string{"rus"}, Formats: []string{"samtale"},
		Coverage:    directory.Coverage{Fylker: []region.FylkeNumber{"15"}, Kommuner: []region.Number{"1818"}, Bydel: "en bydel"},
		Locations:   []directory.Location{{Street: "Testveien 1", PostalCode: "8006", PostalPlace: "Bodø", Kommune: "1804"}},
		Phones:      []directory.Phone{{Number: "+4722222222"}},
		Emails:      []string{"test@example.org"},
		Websites:    []string{"https://example.org/test"},
		OpeningText: "hverdager 9–15",
		Languages:   []string{"nb", "se"},
		Cost:        directory.Cost{Kind: directory.Free},
		Referral:    directory.Referral{Kind: directory.Apply},
		Source:      directory.Source{Title: "Testside (2020)", URL: "https://example.org/test", Date: "2026-04"},
		Confidence:  directory.High,
		Status:      directory.Published,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("offering (-want +got):\n%s", diff)
	}
}

// Empty cells mean that no source said it: the offering must say nothing either.
func TestReadOfferingFillsNothingIn(t *testing.T) {
	empty := map[string]string{}
	for _, c := range offeringColumns {
		switch c {
		case "noekkel", "type", "navn", "dekningsomrade", "kilde", "sikkerhet":
		default:
			empty[c] = ""
		}
	}
	got, problems := offeringFrom(t, empty)
	if len(problems) > 0 {
		t.Errorf("problems = %v, want none", problems)
	}
	want := directory.Offering{
		Key: "annet/testtilbud", Type: "annet", Name: "Testtilbud",
		Coverage:   directory.Coverage{Fylker: []region.FylkeNumber{"15"}, Kommuner: []region.Number{"1818"}},
		Source:     directory.Source{Title: "Testside (2020)", URL: "https://example.org/test"},
		Confidence: directory.High, Status: directory.Published,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("offering (-want +got):\n%s", diff)
	}
}

func TestLowConfidenceIsADraft(t *testing.T) {
	for confidence, want := range map[string]directory.Status{
		"hoy": directory.Published, "middels": directory.Published, "lav": directory.Draft,
	} {
		if got, _ := offeringFrom(t, map[string]string{"sikkerhet": confidence}); got.Status != want {
			t.Errorf("status of a row marked %s = %s, want %s", confidence, got.Status, want)
		}
	}
}

func TestReadOfferingProblems(t *testing.T) {
	for _, tc := range []struct{ column, value, want string }{
		{"noekkel", "", "is empty"},
		{"navn", "", "is empty"},
		{"kilde", "", "is empty"},
		{"sikkerhet", "", "is empty"},
		{"sikkerhet", "ganske", "is not known"},
		{"dekningsomrade", "", "is empty"},
		{"dekningsomrade", "Herøy", `no kommune is called "Herøy"`}, // two are: which is meant cannot be told
		{"dekningsomrade", "Bodø|Deltvik", `"Deltvik" has ended; write which of today's is meant: "Herøy (Møre og Romsdal)", "Herøy (Nordland)"`},
		{"kommune", "Deltvik", "has ended"},
		{"kommune", "Fjernvik", "no kommune is called"}, // where it went is not here
		{"dekningsomrade", "fylke:Viken", `no fylke is called "Viken"`},
		{"kommune", "Skedsmo", `no kommune is called "Skedsmo"`},
		{"telefon", "2222", "not a telephone number"},
		{"telefon", "82012345", "premium"},
		{"postnummer", "806", "postnummer"},
		{"kilde_dato", "i fjor", "date"},
		{"pris", "billig", "is not known"},
		{"henvisning", "ja", "is not known"},
	} {
		t.Run(tc.column+"="+tc.value, func(t *testing.T) {
			_, problems := offeringFrom(t, map[string]string{tc.column: tc.value})
			if len(problems) != 1 || !strings.HasPrefix(problems[0], "tilbud.csv:2: "+tc.column+": ") || !strings.Contains(problems[0], tc.want) {
				t.Errorf("problems = %q, want one at tilbud.csv:2 for %s with %q", problems, tc.column, tc.want)
			}
		})
	}
}

// A kommune that went on as one is followed, and that is said; who has the name today comes first.
func TestFormerNamesAreMoved(t *testing.T) {
	for _, name := range []string{"Skjerstad", "Bodø", "Skjerstad|Bodø"} {
		table := goodTable(t, map[string]string{"kommune": strings.Split(name, "|")[0], "dekningsomrade": name})
		o := readOffering(&table.rows[0], testNames)
		if len(table.problems) > 0 || o.Locations[0].Kommune != "1804" || !slices.Equal(o.Coverage.Kommuner, []region.Number{"1804"}) {
			t.Errorf("%s: in %s, for %v; problems %v", name, o.Locations[0].Kommune, o.Coverage.Kommuner, table.problems)
		}
		var notes, want []string
		for _, n := range table.notes {
			notes = append(notes, n.String())
		}
		if name != "Bodø" {
			want = []string{`tilbud.csv:2: dekningsomrade: "Skjerstad" has ended; read as "Bodø"`, `tilbud.csv:2: kommune: "Skjerstad" has ended; read as "Bodø"`}
		}
		if !slices.Equal(notes, want) {
			t.Errorf("%s: notes %q, want %q", name, notes, want)
		}
	}
}

func TestReadSource(t *testing.T) {
	for _, tc := range []struct{ in, title, address string }{
		{"Bodø – bufdir.no/familie/bodo/", "Bodø", "https://bufdir.no/familie/bodo/"},
		{"Ett – to – example.org", "Ett – to", "https://example.org"},
		{"PPT – example.org (lest 2026-08-30)", "PPT (lest 2026-08-30)", "https://example.org"},
		{"Ett – example.org; To – example.net", "Ett – example.org; To – example.net", ""},
		{"en gjennomgang av nettsider", "en gjennomgang av nettsider", ""},
		{"Ett – javascript:alert(1)", "Ett – javascript:alert(1)", ""},
	} {
		title, address := readSource(tc.in)
		if title != tc.title || address != tc.address {
			t.Errorf("readSource(%q) = %q, %q, want %q, %q", tc.in, title, address, tc.title, tc.address)
		}
	}
}

// FuzzOfferings holds that no file makes the reader panic, that every row is either used
// or reported, and that what is used says nothing that validation would refuse but the
// lengths and addresses which only the store looks at.
func FuzzOfferings(f *testing.F) {
	header := strings.Join(offeringColumns, ",")
	f.Add(header + "\n" + strings.Repeat(",", len(offeringColumns)-1) + "\n")
	f.Add(header + "\n\"a,b\n")
	f.Add("\ufeff" + header + "\r\nx/y,annet,Testtilbud,,,,,,nasjonal,,116123,,,,,,,gratis,,,,,K – example.org,2026,hoy\r\n")
	f.Fuzz(func(t *testing.T, content string) {
		im := &run{report: Report{Read: map[string]int{}}}
		found := im.readOfferings(fstest.MapFS{offeringsFile: {Data: []byte(content)}}, testNames)
		reported := map[int]bool{}
		for _, p := range im.report.Problems {
			reported[p.Row] = true
		}
		for _, p := range found {
			if reported[p.line] {
				t.Errorf("row %d is both used and reported", p.line)
			}
			var invalid directory.Invalid
			if err := p.offering.Validate(); errors.As(err, &invalid) {
				for _, field := range []string{"phone", "coverage", "confidence", "status", "cost_kind", "referral_kind", "source_date", "source"} {
					if key, ok := invalid[field]; ok && key != directory.MsgTooLong {
						t.Errorf("row %d is used with a wrong %s: %s", p.line, field, key)
					}
				}
			}
		}
		if rows := im.report.Read[offeringsFile]; len(found) > rows {
			t.Errorf("%d rows used of %d read", len(found), rows)
		}
	})
}

func TestWhichKommuneAnswers(t *testing.T) {
	for name, want := range map[string]region.Number{
		"Bodø kommune":                       "1804",
		"Bodø kommune, Friskliv og mestring": "1804",
		"Bodø kommune (vertskommune)":        "1804",
		"Bodø kommune og Testforeningen":     "1804",
		"kommunene Bodø og Herøy":            "",
		"Nordland fylkeskommune":             "",
		"Bodø kommunes venner":               "",
		"Testforeningen i Bodø kommune":      "",
		"Herøy kommune":                      "", // there are two
		"Testforeningen":                     "",
	} {
		o := testNames.organization(name)
		if o.Kommune != want || (o.Kind == directory.KindKommune) != (want != "") || o.Name != name {
			t.Errorf("%q: kommune %q, kind %q; want %q", name, o.Kommune, o.Kind, want)
		}
	}
}
