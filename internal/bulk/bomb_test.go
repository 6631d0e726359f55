package bulk

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime/metrics"
	"strings"
	"testing"
)

// part is one of a workbook, whose content is its pieces, the middle one many times.
type part struct {
	name               string
	begin, middle, end string
	times              int
}

// workbook writes a file of Excel's with the parts in place of the usual ones.
func workbook(t *testing.T, parts ...part) []byte {
	t.Helper()
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	usual := []part{
		{name: "[Content_Types].xml", begin: `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{name: "_rels/.rels", begin: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{name: "xl/workbook.xml", begin: `<workbook ` + ns + ` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Tilbud" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{name: "xl/_rels/workbook.xml.rels", begin: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{name: "xl/worksheets/sheet1.xml", begin: `<worksheet ` + ns + `><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row></sheetData></worksheet>`},
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	write := func(p part) {
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range []string{p.begin, strings.Repeat(p.middle, p.times), p.end} {
			if _, err := io.WriteString(f, piece); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, p := range parts {
		write(p)
		for i := range usual {
			if usual[i].name == p.name {
				usual[i].name = ""
			}
		}
	}
	for _, p := range usual {
		if p.name != "" {
			write(p)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// What a small file holds can be very large. It is refused with a sentence, and before it
// has cost memory: all that is ever allocated for it is counted.
func TestBombs(t *testing.T) {
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	sheet := func(rows string, times int) part {
		return part{name: "xl/worksheets/sheet1.xml", begin: `<worksheet ` + ns + `><sheetData>`, middle: rows, times: times, end: `</sheetData></worksheet>`}
	}
	var many []part
	for i := range 20_000 {
		many = append(many, part{name: fmt.Sprintf("xl/media/%d.png", i)})
	}
	var sheets []part
	for i := range 60 {
		sheets = append(sheets, part{name: fmt.Sprintf("xl/worksheets/sheet%d.xml", i+2), middle: " ", times: 2 << 20})
	}
	wide := strings.Repeat("x;", 200)
	for _, tt := range []struct {
		name, file string
		content    []byte
		taken      bool   // the file is as it should be, whatever is odd about it
		most       uint64 // megabytes
	}{
		{"one row", "a.xlsx", workbook(t), true, 20},
		{"a sheet of nothing", "a.xlsx", workbook(t, sheet(" ", 40<<20)), false, 60},
		{"a row that does not end", "a.xlsx", workbook(t, sheet(`<row><c t="inlineStr"><is><t>a</t></is></c>`, 100_000)), true, 60},
		{"styles", "a.xlsx", workbook(t, part{name: "xl/styles.xml", begin: `<styleSheet ` + ns + `><cellXfs>`, middle: "<xf/>", times: 700_000, end: `</cellXfs></styleSheet>`}), false, 60},
		{"shared strings", "a.xlsx", workbook(t, part{name: "xl/sharedStrings.xml", begin: `<sst ` + ns + `>`, middle: "<si/>", times: 3 << 20, end: `</sst>`}), false, 60},
		{"styles that are called a sheet", "a.xlsx", workbook(t, part{name: "xl/worksheets/sheet9.xml", begin: `<!--<worksheet>--><styleSheet ` + ns + `><cellXfs>`, middle: "<xf/>", times: 1 << 20, end: `</cellXfs></styleSheet>`}), false, 20},
		{"as many styles as may be", "a.xlsx", workbook(t, part{name: "xl/styles.xml", begin: `<styleSheet ` + ns + `><cellXfs>`, middle: "<xf/>", times: otherElements - 10, end: `</cellXfs></styleSheet>`}), true, 150},
		{"as many strings as may be", "a.xlsx", workbook(t, part{name: "xl/sharedStrings.xml", begin: `<sst ` + ns + `>`, middle: "<si/>", times: stringsElements - 10, end: `</sst>`}), true, 400},
		{"names in the workbook", "a.xlsx", workbook(t, part{name: "xl/workbook.xml", begin: `<workbook ` + ns + `><definedNames>`, middle: "<definedName/>", times: 250_000, end: `</definedNames></workbook>`}), false, 60},
		{"many parts", "a.xlsx", workbook(t, many...), false, 100},
		{"many sheets", "a.xlsx", workbook(t, sheets...), false, 60},
		{"a file in the file", "a.xlsx", workbook(t, part{name: "xl/embeddings/a.xlsx", middle: "PK\x03\x04" + strings.Repeat("\x00", 1000), times: 5_000}), false, 60},
		{"the last cell there is", "a.xlsx", workbook(t, sheet(`<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>a</t></is></c></row>`, 1)), true, 60},
		{"wide rows", "a.xlsx", workbook(t, sheet(`<row><c r="XFD1" t="inlineStr"><is><t>a</t></is></c></row>`, 2000)), false, 60},
		{"dimension", "a.xlsx", workbook(t, part{name: "xl/worksheets/sheet1.xml", begin: `<worksheet ` + ns + `><dimension ref="A1:XFD1048576"/><sheetData><row><c t="inlineStr"><is><t>id</t></is></c></row></sheetData></worksheet>`}), true, 20},
		{"deep XML", "a.xlsx", workbook(t, part{name: "xl/worksheets/sheet1.xml", begin: `<worksheet ` + ns + `>`, middle: "<a>", times: 500_000}), true, 200},
		{"deep XML in the workbook", "a.xlsx", workbook(t, part{name: "xl/workbook.xml", begin: `<workbook ` + ns + `>`, middle: "<a>", times: 500_000}), false, 60},
		{"entities", "a.xlsx", workbook(t, part{name: "xl/workbook.xml", begin: `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]><workbook ` + ns + `><sheets><sheet name="&b;&c;" sheetId="1"/></sheets></workbook>`}), false, 20},
		{"half a file", "a.xlsx", workbook(t)[:700], false, 20},
		{"no file at all", "a.xlsx", []byte("PK\x05\x06" + strings.Repeat("\xff", 18)), false, 20},
		{"one long line", "a.csv", bytes.Repeat([]byte("a"), 8<<20), true, 100},
		{"one long line in quotes", "a.csv", append([]byte(`"`), bytes.Repeat([]byte("a\n"), 4<<20)...), false, 200},
		{"many columns", "a.csv", bytes.Repeat([]byte(";"), 8<<20), false, 20},
		{"many rows", "a.csv", bytes.Repeat([]byte("a\n"), 4<<20), true, 60},
		{"many empty rows", "a.csv", append([]byte("id\n"), append(bytes.Repeat([]byte("\n"), 4<<20), "1\n"...)...), true, 60},
		{"wide rows of CSV", "a.csv", []byte(strings.Repeat(wide+"\n", 1000)), false, 60},
	} {
		before := allocated()
		rows, err := Read(tt.file, tt.content)
		cost := (allocated() - before) >> 20
		t.Logf("%s: %d kB, %d MB allocated, %d rows, %v", tt.name, len(tt.content)>>10, cost, len(rows), err)
		if tt.taken != (err == nil) || err != nil && !errors.Is(err, ErrFile) || len(rows) > MaxRows+2 {
			t.Errorf("%s: %d rows, %v", tt.name, len(rows), err)
		}
		if cost > tt.most {
			t.Errorf("%s: %d MB were allocated, want at most %d", tt.name, cost, tt.most)
		}
	}
}
