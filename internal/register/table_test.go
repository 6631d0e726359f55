package register

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func testMapping(t *testing.T, oldnew ...string) Mapping {
	t.Helper()
	m, err := ReadMapping(strings.NewReader(strings.NewReplacer(oldnew...).Replace(string(fixture(t, "csv/provebygd.yaml")))))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTable(t *testing.T) {
	st := newStore(t)
	m, file := testMapping(t), fixture(t, "csv/tjenester.csv")
	o := Options{Store: st, Dry: true}
	report, err := Table(t.Context(), o, m, "tjenester.csv", bytes.NewReader(file))
	wantCounts(t, "dry", report, err, [4]int{2, 0, 0, 0})
	if found := all(t, st); len(found) != 0 {
		t.Errorf("a dry run left %d offerings", len(found))
	}
	o.Dry = false
	report, err = Table(t.Context(), o, m, "tjenester.csv", bytes.NewReader(file))
	wantCounts(t, "first", report, err, [4]int{2, 0, 0, 0})
	got := byKey(t, st, "provebygd/1")
	if got.Status != directory.Draft || got.Type != "familievernkontor" || len(got.Phones) != 2 || got.Phones[1].Number != "+4733333333" || got.Websites[0] != "https://prove.example" ||
		got.Cost.Kind != directory.Free || got.Locations[0].Kommune != "0301" || got.Source.Date != "2026-11-01" || got.Source.Title != m.Source.Name {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([]region.Number{"0301", "1804"}, got.Coverage.Kommuner); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	if second := byKey(t, st, "provebygd/2"); len(second.Phones) != 0 || len(second.Emails) != 0 || second.Locations != nil || second.Coverage.Fylker[0] != "18" {
		t.Errorf("got %+v", second)
	}
	before := wrote(t, st)
	report, err = Table(t.Context(), o, m, "tjenester.csv", bytes.NewReader(append([]byte("\ufeff"), file...)))
	wantCounts(t, "again, with a BOM", report, err, [4]int{0, 0, 2, 0})
	if after := wrote(t, st); after != before {
		t.Errorf("the second time wrote %d revisions", after-before)
	}
	ansi, err := charmap.Windows1252.NewEncoder().Bytes(file)
	if err != nil {
		t.Fatal(err)
	}
	report, err = Table(t.Context(), o, testMapping(t, "skille:", "koding: Windows-1252\nskille:"), "tjenester.csv", bytes.NewReader(ansi))
	wantCounts(t, "again, in Windows-1252", report, err, [4]int{0, 0, 2, 0})

	// An editor changes the telephone: from now on it is theirs, and the rest is the table's.
	got.Phones = []directory.Phone{{Number: "+4744444444"}}
	if _, err := st.UpdateOffering(t.Context(), operator, "", got); err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer("33 33 33 33", "55 55 55 55", "Prøveveien 1", "Prøveveien 2").Replace(string(file))
	report, err = Table(t.Context(), o, m, "tjenester.csv", strings.NewReader(changed))
	wantCounts(t, "after an edit", report, err, [4]int{0, 1, 1, 1})
	got = byKey(t, st, "provebygd/1")
	if got.Phones[0].Number != "+4744444444" || got.Locations[0].Street != "Prøveveien 2" {
		t.Errorf("got %+v", got)
	}
	lines := make([]string, len(report.Changes))
	for i, c := range report.Changes {
		lines[i] = c.String()
	}
	want := []string{
		"~ Prøvekontoret: Adresse: «Prøveveien 2, 0155, Oslo» (was: «Prøveveien 1, 0155, Oslo»)",
		"= Prøvekontoret: Telefon: «22 22 22 22, 55 55 55 55» (stays: «444 44 444»)",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if got := tasks(t, st); len(got) != 1 {
		t.Errorf("tasks %v, want one", got)
	}
}

// Each wrong row is named with file, row and column, and the others go in.
func TestTableProblems(t *testing.T) {
	file := string(fixture(t, "csv/tjenester.csv"))
	for name, c := range map[string]struct{ was, is, want string }{
		"telephone":  {"33 33 33 33", "12", "tjenester.csv:2: Tlf: telephone"},
		"their word": {"Familievern", "Noe helt annet", `tjenester.csv:2: Kategori: "Noe helt annet" is not among verdier`},
		"kommune":    {"Oslo, 1804", "Prøvebygd", `tjenester.csv:2: Gjelder for: no kommune has the name or number "Prøvebygd"`},
		"fylke":      {"fylke:Nordland", "fylke:Viken", `tjenester.csv:3: Gjelder for: no fylke has the name or number "Viken"`},
		"date":       {"01.11.2026", "2026-11-01", `tjenester.csv:2: Sist sett på: "2026-11-01" is no date of the form dd.mm.åååå`},
		"e-mail":     {"post@prove.example", "post", "tjenester.csv:2: E-post:"},
		"postnummer": {";0155;", ";155;", "tjenester.csv:2: Postnr: postnummer"},
		"no key":     {"\n1;", "\n;", "tjenester.csv:2: Id: is empty"},
		"twice":      {"\n2;", "\n1;", "tjenester.csv:3: Id: provebygd/1 stands in row 2 already"},
		"no name":    {"Prøvestasjonen", "", "tjenester.csv:3: name: is empty"},
		"not ours":   {";0155;", ";9999;", "tjenester.csv:2: postal_code: is not known here"},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStore(t)
			report, err := Table(t.Context(), Options{Store: st}, testMapping(t), "tjenester.csv", strings.NewReader(strings.Replace(file, c.was, c.is, 1)))
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Problems) != 1 || !strings.HasPrefix(report.Problems[0], c.want) {
				t.Errorf("got %q, want %q", report.Problems, c.want)
			}
			if report.Created != 1 {
				t.Errorf("%d went in, want the other one", report.Created)
			}
		})
	}
}

// What cannot be read as the mapping says stops before anything is written.
func TestTableUnreadable(t *testing.T) {
	st := newStore(t)
	file := string(fixture(t, "csv/tjenester.csv"))
	ansi, err := charmap.Windows1252.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"Windows-1252":    {ansi, "say koding: windows-1252"},
		"UTF-16":          {"\xff\xfeI\x00d\x00", "UTF-16"},
		"empty":           {"", "no header row"},
		"another sign":    {strings.ReplaceAll(file, ";", ","), `is skille: ";" right?`},
		"no column":       {strings.Replace(file, "Tlf", "Telefonnr", 1), `the column "Tlf" (felt.telefon) is missing`},
		"column twice":    {strings.Replace(file, "Noe vi ikke bruker", "Tlf", 1), `the column "Tlf" stands there 2 times`},
		"half a file":     {file[:len(file)-20], "wrong number of fields"},
		"a quote is open": {strings.Replace(file, "Prøvestasjonen", `"Prøvestasjonen`, 1), "extraneous or missing"},
	} {
		_, err := Table(t.Context(), Options{Store: st}, testMapping(t), "tjenester.csv", strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "tjenester.csv") {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if found := all(t, st); len(found) != 0 {
			t.Errorf("%s: %d offerings went in", name, len(found))
		}
	}
}

// A mapping with faults names all of them.
func TestReadMapping(t *testing.T) {
	_, err := ReadMapping(strings.NewReader(`
kilde: {url: "her"}
koding: ebcdic
skille: ";;"
datoformat: mm-dd
status: arkivert
prefiks: Prøve
felt:
  navn: {}
  telefon: {kolonne: A, fast: B}
  ingress: {kolonne: A, deles_paa: ","}
  pris: {kolonne: Pris, verdier: {Dyrt: mye}}
  hatt: {kolonne: Hatt}
`))
	if err == nil {
		t.Fatal("it was taken")
	}
	for _, want := range []string{"kilde.navn: is empty", "kilde.url:", `koding: "ebcdic"`, `skille: ";;"`, `datoformat: "mm-dd"`, `status: "arkivert"`, `prefiks: "Prøve"`, "felt.navn: want kolonne or fast",
		"felt.telefon: has both", "felt.ingress: deles_paa", `felt.pris.verdier: "mye" is not known`, "felt.hatt: no such field", "felt.noekkel: is missing", "felt.dekning: is missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told:\n%v", want, err)
		}
	}
	if _, err := ReadMapping(strings.NewReader("kilder: {}")); err == nil || !strings.Contains(err.Error(), "kilder") {
		t.Errorf("an unknown name: %v", err)
	}
	if m, err := ReadMapping(strings.NewReader(`{"kilde": {"navn": "Prøve"}, "prefiks": "p", "felt": {"noekkel": {"kolonne": "a"}, "navn": {"kolonne": "b"}, "type": {"fast": "annet"}, "dekning": {"fast": "nasjonal"}}}`)); err != nil || m.Dates != "åååå-mm-dd" {
		t.Errorf("JSON: %v, dates as %q", err, m.Dates)
	}
}

// Whatever a table holds, reading it ends in rows, problems or an error.
func FuzzReadTable(f *testing.F) {
	for _, s := range []string{"Id;Tjeneste\n1;a", "\ufeffId;Tjeneste\n", "Id;\"Tjeneste\n", "\xff\xfe", ""} {
		f.Add(s)
	}
	m := Mapping{Comma: ";", Encoding: encodingUTF8, Fields: map[string]Field{"noekkel": {Column: "Id"}, "navn": {Column: "Tjeneste"}}}
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := readTable(m, "fuzz.csv", strings.NewReader(s))
		if err == nil && len(rows) > strings.Count(s, "\n")+strings.Count(s, "\r")+1 {
			t.Errorf("%d rows of %q", len(rows), s)
		}
		r := tableRow{mapping: m}
		for _, row := range rows {
			if _, fields, _ := r.offering(row); len(fields) != 1 {
				t.Errorf("fields %v", fields)
			}
		}
	})
}
