package bulk

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func testNames() *Names {
	return NewNames(
		[]directory.OfferingType{{Code: "ppt", Name: directory.Text{NB: "PPT"}}, {Code: "annet", Name: directory.Text{NB: "Annet"}}},
		[]directory.Term{
			{Kind: directory.TargetGroup, Code: "barn", Name: directory.Text{NB: "Barn"}}, {Kind: directory.Topic, Code: "rus", Name: directory.Text{NB: "Rus"}},
			{Kind: directory.Format, Code: "kurs", Name: directory.Text{NB: "Kurs"}},
		},
		[]region.Kommune{{Number: "1804", Name: "Bodø"}, {Number: "1838", Name: "Gildeskål"}}, []region.Fylke{{Number: "18", Name: "Nordland"}}, nil)
}

// full returns an offering in which every column has something.
func full(id int64) directory.Offering {
	return directory.Offering{
		ID: id, Version: 3, Key: "test/full", Type: "ppt", Name: "Testtilbud", Status: directory.Published, Confidence: directory.High,
		Summary: "Kort.", Description: "Første avsnitt.\n\nAndre avsnitt; med \"tegn\".", Audience: "=for alle",
		Phones: []directory.Phone{{Number: "+4722222222"}, {Number: "116123", Purpose: directory.PurposeHelpline, Hours: "hele døgnet"}, {Number: "+4733333333", Hours: "9–15"}},
		Emails: []string{"test@example.org", "annen@example.org"}, Websites: []string{"https://example.org/a"},
		OpeningText: "hverdager 9–15", Locations: []directory.Location{{Street: "Testveien 1", PostalCode: "0155", PostalPlace: "Testby"}, {Street: "Testveien 2"}},
		Cost: directory.Cost{Kind: directory.Free, Text: "Gratis for alle"}, Referral: directory.Referral{Kind: directory.Apply, Text: "Skjema"},
		Complaint:    "Send klagen til kommunen.\n\nFristen er fire uker; spør om hjelp.",
		Coverage:     directory.Coverage{Kommuner: []region.Number{"1804", "1838"}},
		TargetGroups: []string{"barn"}, Topics: []string{"rus"}, Formats: []string{"kurs"}, Languages: []string{"nb", "se"},
		Source: directory.Source{Title: "Test"},
	}
}

var blank = directory.Offering{
	Key: "test/ny", Status: directory.Published, Confidence: directory.High, Source: directory.Source{Title: "Test"},
	Coverage: directory.Coverage{Kommuner: []region.Number{"1804"}},
}

// files are the ways to carry a table.
var files = map[string]func(*bytes.Buffer, [][]string) error{
	"a.csv":  func(b *bytes.Buffer, rows [][]string) error { return WriteCSV(b, rows) },
	"a.xlsx": func(b *bytes.Buffer, rows [][]string) error { return WriteXLSX(b, testNames(), rows) },
}

func TestThereAndBackChangesNothing(t *testing.T) {
	n := testNames()
	stored := []directory.Offering{full(1), {ID: 2, Version: 1, Type: "annet", Name: "Lite", Status: directory.Draft, Coverage: blank.Coverage}}
	for name, write := range files {
		var b bytes.Buffer
		if err := write(&b, Table(n, stored)); err != nil {
			t.Fatal(err)
		}
		rows, err := Read(name, b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		p := NewPlan(n, stored, blank, rows)
		if !p.OK() || len(p.Lines) != 2 {
			t.Fatalf("%s: %+v", name, p)
		}
		for i, l := range p.Lines {
			if len(l.Changes) > 0 {
				t.Errorf("%s: row %d changes %+v", name, l.Row, l.Changes)
			}
			if diff := cmp.Diff(stored[i], l.Offering); diff != "" {
				t.Errorf("%s: row %d (-stored +read)\n%s", name, l.Row, diff)
			}
		}
	}
}

func TestPlan(t *testing.T) {
	n := testNames()
	stored := []directory.Offering{full(1)}
	p := NewPlan(n, stored, blank, [][]string{
		{"ID", "Navn", "telefon", "postnummer"},
		{"1", "Nytt navn", "55 25 11 50; sentralbord; 9–15 | 116123", "155"},
		{"", "", "", ""},
		{"", "Et nytt", "22222222"},
	})
	// The new one has no type.
	if p.Problem != "" || len(p.Lines) != 2 || len(p.Lines[0].Problems) != 0 {
		t.Fatalf("%+v", p)
	}
	first, second := p.Lines[0], p.Lines[1]
	want := []Change{{"navn", "Testtilbud", "Nytt navn"}, {"telefon", "22 22 22 22 | 116 123; hjelpetelefon; hele døgnet | 33 33 33 33; ; 9–15", "55 25 11 50; sentralbord; 9–15 | 116 123"}}
	if diff := cmp.Diff(want, first.Changes); diff != "" {
		t.Errorf("changes (-want +got)\n%s", diff)
	}
	if first.Offering.Description != stored[0].Description || first.Row != 2 || len(first.Offering.Locations) != 2 {
		t.Errorf("what the table does not have was changed: %+v", first.Offering)
	}
	if !second.New || second.Row != 4 || second.Offering.Key != "test/ny-4" || second.Offering.Coverage.Kommuner[0] != "1804" {
		t.Errorf("new: %+v", second)
	}
	if diff := cmp.Diff([]Problem{{"type", "Her må det stå noe."}}, second.Problems); diff != "" {
		t.Errorf("problems of the new one (-want +got)\n%s", diff)
	}
	writes, rows := p.Writes()
	if len(writes) != 2 || rows[1] != 4 {
		t.Errorf("writes %d, rows %v", len(writes), rows)
	}
}

// What nobody sees in a cell is no reason to refuse it, and no change.
func TestPastedCells(t *testing.T) {
	n := testNames()
	stored := []directory.Offering{full(1)}
	stored[0].OpeningText = "hverdager\u20289–15"
	p := NewPlan(n, stored, blank, [][]string{
		{"id", "navn", "telefon", "beskrivelse", "apningstider"},
		{"1", "Nytt\vnavn\u202c", "\u202a55 25 11 50\u202c", "Ett\vTo\u0085Tre", "hverdager\u20289–15"},
	})
	if !p.OK() {
		t.Fatalf("%+v", p)
	}
	o := p.Lines[0].Offering
	if o.Name != "Nytt navn" || o.Phones[0].Number != "+4755251150" || o.Description != "Ett\nTo\nTre" || o.OpeningText != stored[0].OpeningText || len(p.Lines[0].Changes) != 3 {
		t.Errorf("%+v", p.Lines[0])
	}
}

func TestProblemsNameTheirCell(t *testing.T) {
	n := testNames()
	stored := []directory.Offering{full(1)}
	for _, c := range []struct{ column, cell, says string }{
		{"id", "99", "finner ikke"},
		{"versjon", "2", "etter at du lastet ned"},
		{"navn", "", "må det stå noe"},
		{"navn", strings.Repeat("x", 201), "for lang"},
		{"klage", strings.Repeat("x", 10_001), "for lang"},
		{"type", "ukjent", "finnes ikke"},
		{"status", "borte", "kan ikke stå her"},
		{"telefon", "12", "«12»"},
		{"telefon", "22222222; tull", "finnes ikke"},
		{"epost", "ikke en adresse", "ikke skrevet"},
		{"nettsted", "example.org", "ikke skrevet"},
		{"postnummer", "abc", "ikke skrevet"},
		{"pris", "dyrt", "kan ikke stå her"},
		{"henvisning", "kanskje", "kan ikke stå her"},
		{"kommuner", "Atlantis", "«Atlantis»"},
		{"kommuner", "", "må det stå noe"},
		{"malgruppe", "barn | romvesener", "«romvesener»"},
		{"tema", "ukjent", "finnes ikke"},
		{"form", "ukjent", "finnes ikke"},
	} {
		rows := [][]string{{"id", c.column}, {"1", c.cell}}
		if c.column == "id" {
			rows = [][]string{{"id"}, {c.cell}}
		}
		p := NewPlan(n, stored, blank, rows)
		if p.OK() || len(p.Lines) != 1 || len(p.Lines[0].Problems) != 1 {
			t.Errorf("%s %q: %+v", c.column, c.cell, p)
			continue
		}
		if got := p.Lines[0].Problems[0]; got.Column != c.column || !strings.Contains(got.Message, c.says) {
			t.Errorf("%s %q: %+v, want %q", c.column, c.cell, got, c.says)
		}
	}
	archived := full(1)
	archived.Status = directory.Archived
	p := NewPlan(n, []directory.Offering{archived}, blank, [][]string{{"id", "status"}, {"1", "publisert"}})
	if p.OK() || p.Lines[0].Problems[0].Column != "status" {
		t.Errorf("from archived to published: %+v", p)
	}
	p = NewPlan(n, stored, blank, [][]string{{"id", "navn"}, {"1", "En"}, {"1", "To"}})
	if p.OK() || !strings.Contains(p.Lines[1].Problems[0].Message, "rad 2") {
		t.Errorf("the same offering twice: %+v", p)
	}
}

func TestTablesThatCannotBeUsed(t *testing.T) {
	n := testNames()
	for what, rows := range map[string][][]string{
		"nothing": nil, "no columns": {{"", " "}}, "an unknown column": {{"navn", "farge"}}, "a column twice": {{"navn", "Navn"}},
		"no rows": {{"navn"}, {" "}}, "too many rows": append([][]string{{"navn"}}, make([][]string, MaxRows+1)...),
	} {
		if p := NewPlan(n, nil, blank, rows); p.Problem == "" || p.OK() {
			t.Errorf("%s: %+v", what, p)
		}
	}
}

func TestMovingForgetsThePlaceOnTheMap(t *testing.T) {
	o := full(1)
	o.Locations[0].Position = &region.Position{Lat: 67, Lon: 14}
	p := NewPlan(testNames(), []directory.Offering{o}, blank, [][]string{{"id", "gateadresse"}, {"1", "Testveien 9"}})
	if got := p.Lines[0].Offering.Locations[0]; got.Position != nil || got.Street != "Testveien 9" {
		t.Errorf("location %+v", got)
	}
	if o.Locations[0].Street != "Testveien 1" {
		t.Error("the stored offering was written into")
	}
}

func TestReadFilesOfOthers(t *testing.T) {
	want := [][]string{{"navn", "poststed"}, {"Bodø", "Å"}}
	for what, content := range map[string]string{
		"semicolons": "navn;poststed\r\nBodø;Å\r\n", "commas": "navn,poststed\nBodø,Å\n", "tabs": "navn\tposts" + "ted\nBodø\tÅ\n",
		"with a mark": "\ufeffnavn;poststed\nBodø;Å\n", "western": "navn;poststed\nBod\xf8;\xc5\n", "quoted": "navn;poststed\n\"Bodø\";\"Å\"\n",
	} {
		got, err := Read("Liste.CSV", []byte(content))
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", what, diff)
		}
	}
	// Rows keep their numbers past empty lines.
	rows, err := Read("a.csv", []byte("navn\n\n\nA\n"))
	if err != nil || len(rows) != 4 || rows[3][0] != "A" {
		t.Errorf("%v, %v", rows, err)
	}
	for what, f := range map[string]struct{ name, content string }{
		"another kind": {"a.pdf", "%PDF"}, "old Excel": {"a.xls", "x"}, "no Excel": {"a.xlsx", "ikke en zip"}, "a broken quote": {"a.csv", "navn\n\"A\n"}, "noughts": {"a.csv", "a\x00b\n"},
	} {
		if _, err := Read(f.name, []byte(f.content)); !errors.Is(err, ErrFile) {
			t.Errorf("%s: %v, want ErrFile", what, err)
		}
	}
}

func TestReadNumbersOfASpreadsheet(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for at, v := range map[string]any{"A1": "id", "B1": "postnummer", "C1": "telefon", "A2": 1, "B2": 155, "C2": 22222222} {
		if err := f.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := Read("a.xlsx", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	p := NewPlan(testNames(), []directory.Offering{full(1)}, blank, rows)
	if !p.OK() || len(p.Lines) != 1 || p.Lines[0].Offering.Locations[0].PostalCode != "0155" || p.Lines[0].Offering.Phones[0].Number != "+4722222222" {
		t.Errorf("%+v", p)
	}
}

func TestFormulasStayTexts(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, [][]string{{"=1+1", "+47", "-", "@x", "a=b"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "\ufeff'=1+1;'+47;'-;'@x;a=b\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestReplace(t *testing.T) {
	n := testNames()
	other := full(2)
	other.Phones, other.Emails, other.Websites = []directory.Phone{{Number: "+4799999999"}}, nil, nil
	other.Locations = nil
	gone := full(3)
	gone.Status = directory.Archived
	stored := []directory.Offering{full(1), other, gone}
	for _, c := range []struct{ field, from, to, after string }{
		{"telefon", "22 22 22 22", "+47 44 44 44 44", "444 44 444 | 116 123; hjelpetelefon; hele døgnet | 33 33 33 33; ; 9–15"},
		{"epost", "TEST@example.org", "ny@example.org", "ny@example.org | annen@example.org"},
		{"nettsted", "https://example.org/", "https://ny.example.org/", "https://ny.example.org/a"},
		{"gateadresse", "testveien 1", "Nyveien 2", "Nyveien 2"},
	} {
		p, invalid := Replace(n, stored, c.field, c.from, c.to)
		if invalid != nil || !p.OK() || len(p.Lines) != 1 || p.Lines[0].Offering.ID != 1 {
			t.Errorf("%s: %+v, %v", c.field, p, invalid)
			continue
		}
		if got := p.Lines[0].Changes; len(got) != 1 || got[0].Column != c.field || got[0].After != c.after {
			t.Errorf("%s: %+v", c.field, got)
		}
	}
	if diff := cmp.Diff([]directory.Offering{full(1)}, stored[:1]); diff != "" {
		t.Errorf("the stored offering was written into\n%s", diff)
	}
	for _, c := range []struct{ field, from, to, wrong string }{
		{"telefon", "tolv", "44444444", "fra"}, {"telefon", "22222222", "tolv", "til"}, {"telefon", "22222222", "82000000", "til"},
		{"epost", "a@example.org", "ikke en adresse", "til"}, {"nettsted", "https://example.org/", "example", "til"},
		{"gateadresse", " ", "Nyveien 2", "fra"}, {"gateadresse", "Testveien 1", "", "til"}, {"navn", "a", "b", "felt"},
	} {
		if _, invalid := Replace(n, stored, c.field, c.from, c.to); invalid[c.wrong] == "" {
			t.Errorf("%+v: %v", c, invalid)
		}
	}
	if p, _ := Replace(n, stored, "telefon", "55555555", "44444444"); len(p.Lines) != 0 {
		t.Errorf("a number that nobody has: %+v", p)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.csv", []byte("navn;type\nA;ppt\n"))
	f.Add("a.xlsx", []byte("PK"))
	n := testNames()
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		rows, err := Read(name, content)
		if err != nil {
			return
		}
		p := NewPlan(n, []directory.Offering{full(1)}, blank, rows)
		for _, l := range p.Lines {
			if len(l.Problems) == 0 && len(l.Changes) > 0 {
				if err := l.Offering.Validate(); err != nil {
					t.Errorf("row %d has no problem, and is not valid: %v", l.Row, err)
				}
			}
		}
	})
}

func TestConfidentialPlacesAreNotInTheTable(t *testing.T) {
	n := testNames()
	secret := directory.Location{Street: "Hemmeligveien 1", PostalCode: "0155", PostalPlace: "Testby", Confidential: true}
	open := directory.Location{Street: "Testveien 2", PostalCode: "8006"}
	hidden, both := full(1), full(2)
	hidden.Locations, both.Locations = []directory.Location{secret}, []directory.Location{secret, open}
	rows := Table(n, []directory.Offering{hidden, both})
	for _, row := range rows {
		for _, cell := range row {
			if strings.Contains(cell, "Hemmeligveien") || cell == "0155" {
				t.Errorf("a confidential place is in the table: %q", row)
			}
		}
	}
	// What comes back as it went out changes nothing, and what is written does not touch the secret.
	p := NewPlan(n, []directory.Offering{hidden, both}, blank, rows)
	if !p.OK() || len(p.Lines[0].Changes)+len(p.Lines[1].Changes) != 0 {
		t.Errorf("%+v", p)
	}
	p = NewPlan(n, []directory.Offering{hidden, both}, blank, [][]string{{"id", "gateadresse"}, {"1", "Nyveien 1"}, {"2", "Nyveien 2"}})
	want := [][]directory.Location{{secret, {Street: "Nyveien 1"}}, {secret, {Street: "Nyveien 2", PostalCode: "8006"}}}
	for i, l := range p.Lines {
		if diff := cmp.Diff(want[i], l.Offering.Locations); diff != "" || len(l.Problems) > 0 {
			t.Errorf("row %d: %v (-want +got)\n%s", l.Row, l.Problems, diff)
		}
	}
	if p, _ := Replace(n, []directory.Offering{hidden}, "gateadresse", "Hemmeligveien 1", "Nyveien 1"); len(p.Lines) != 0 {
		t.Errorf("a confidential place can be found by replacing it: %+v", p)
	}
	same := both
	same.Locations = []directory.Location{{Street: "Likveien 1", Confidential: true}, {Street: "Likveien 1"}}
	p, _ = Replace(n, []directory.Offering{same}, "gateadresse", "Likveien 1", "Nyveien 1")
	if len(p.Lines) != 1 || p.Lines[0].Offering.Locations[0].Street != "Likveien 1" || p.Lines[0].Offering.Locations[1].Street != "Nyveien 1" {
		t.Errorf("%+v", p)
	}
}
