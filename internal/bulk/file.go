package bulk

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// ErrFile is returned for a file that cannot be read as a table. Its text is for the
// person who gave the file.
var ErrFile = errors.New("filen kan ikke leses")

// Limits on what is unpacked of a spreadsheet, which is packed: a small file can hold a
// very large one.
const (
	maxUnpacked = 64 << 20
	maxColumns  = 100
)

// Sheets of a workbook.
const (
	sheetOfferings = "Tilbud"
	sheetHelp      = "Forklaring"
)

// Read returns the rows of a file, CSV or XLSX by its name. It returns an error that is
// ErrFile for one that is no such file.
func Read(name string, content []byte) ([][]string, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".txt":
		return readCSV(content)
	case ".xlsx":
		return readXLSX(content)
	case ".xls":
		return nil, fmt.Errorf("%w: den er i et gammelt Excel-format. Lagre den som .xlsx eller .csv", ErrFile)
	}
	return nil, fmt.Errorf("%w: vi tar imot .xlsx og .csv", ErrFile)
}

// readCSV reads what spreadsheets write: with a mark in front or without, in UTF-8 or the
// older Western encoding, divided by semicolons, commas or tabs.
func readCSV(content []byte) ([][]string, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(content)
		if err != nil {
			return nil, fmt.Errorf("%w: lagre den som CSV UTF-8", ErrFile)
		}
		content = decoded
	}
	if bytes.ContainsRune(content, 0) {
		return nil, fmt.Errorf("%w: det er ikke en tekstfil", ErrFile)
	}
	header, _, _ := bytes.Cut(content, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord = -1 // spreadsheets leave out empty cells at the end
	r.Comma = ','
	for _, c := range ";\t" {
		if bytes.Count(header, []byte(string(c))) > bytes.Count(header, []byte(string(r.Comma))) {
			r.Comma = c
		}
	}
	if tooWide(content, byte(r.Comma)) {
		return nil, fmt.Errorf("%w: den har over %d kolonner", ErrFile, maxColumns)
	}
	var rows [][]string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("%w: linje %d har et anførselstegn som ikke går opp", ErrFile, wrong.Line)
		}
		if err != nil {
			return nil, err
		}
		if len(row) > maxColumns {
			return nil, fmt.Errorf("%w: den har over %d kolonner", ErrFile, maxColumns)
		}
		for i := range row {
			row[i] = unguarded(row[i])
		}
		// The reader leaves out empty lines; their numbers are for people to find a row by.
		for line, _ := r.FieldPos(0); len(rows) < line-1 && len(rows) <= MaxRows; {
			rows = append(rows, nil)
		}
		if rows = append(rows, row); len(rows) > MaxRows+1 {
			return rows, nil // a Plan says that these are too many
		}
	}
}

// tooWide reports whether a line has more columns than a table may have. Read as a row, eight
// megabytes of separators are hundreds in memory.
func tooWide(content []byte, comma byte) bool {
	quoted, n := false, 0
	for _, ch := range content {
		switch {
		case ch == '"':
			quoted = !quoted
		case quoted:
		case ch == '\n':
			n = 0
		case ch == comma:
			if n++; n >= maxColumns {
				return true
			}
		}
	}
	return false
}

func readXLSX(content []byte) ([][]string, error) {
	if err := checkParts(content); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked, RawCellValue: true})
	if err != nil {
		return nil, errNoWorkbook
	}
	defer f.Close()
	sheet := f.GetSheetName(0)
	if i, err := f.GetSheetIndex(sheetOfferings); err == nil && i >= 0 {
		sheet = sheetOfferings
	}
	all, err := f.Rows(sheet)
	if err != nil {
		return nil, fmt.Errorf("%w: arket «%s» kan ikke leses", ErrFile, sheet)
	}
	defer all.Close()
	var rows [][]string
	for all.Next() && len(rows) <= MaxRows+1 {
		row, err := all.Columns()
		if err != nil {
			return nil, fmt.Errorf("%w: rad %d kan ikke leses", ErrFile, len(rows)+1)
		}
		if len(row) > maxColumns {
			return nil, fmt.Errorf("%w: den har over %d kolonner", ErrFile, maxColumns)
		}
		rows = append(rows, row)
	}
	return rows, all.Error()
}

// Spreadsheets take a text that begins with one of these for a formula, and would carry it
// out on the machine of whoever opens the file; in some languages the wide ones too. An
// apostrophe in front keeps it a text.
const formulaStarts = "=+-@＝＋－＠"

// unseenStarts may stand before such a sign without anybody, or any spreadsheet, seeing it.
// The writer of CSV takes a carriage return away.
const unseenStarts = "\t\r\n \u00a0\u200b\ufeff"

func guarded(cell string) string {
	bare := strings.TrimLeft(cell, unseenStarts)
	if r, _ := utf8.DecodeRuneInString(bare); bare != "" && strings.ContainsRune(formulaStarts, r) || cell != "" && cell[0] == '\t' {
		return "'" + cell
	}
	return cell
}

func unguarded(cell string) string {
	if bare, ok := strings.CutPrefix(cell, "'"); ok && guarded(bare) != bare {
		return bare
	}
	return cell
}

// WriteCSV writes the rows as spreadsheets in Norwegian read them: UTF-8 with a mark in
// front, divided by semicolons.
func WriteCSV(w io.Writer, rows [][]string) error {
	c, err := NewCSV(w)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := c.Write(row); err != nil {
			return err
		}
	}
	return c.Flush()
}

// CSV writes rows one at a time, as WriteCSV does.
type CSV struct {
	w    *csv.Writer
	safe []string
}

// NewCSV begins a file.
func NewCSV(w io.Writer) (*CSV, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	c.Comma, c.UseCRLF = ';', true
	return &CSV{w: c}, nil
}

// Write adds a row.
func (c *CSV) Write(row []string) error {
	c.safe = c.safe[:0]
	for _, cell := range row {
		c.safe = append(c.safe, guarded(cell))
	}
	return c.w.Write(c.safe)
}

// Flush ends the file.
func (c *CSV) Flush() error {
	c.w.Flush()
	return c.w.Error()
}

// WriteXLSX writes the rows as a workbook, with a second sheet that says what may stand in
// each column. All cells are texts, so that numbers keep their noughts.
func WriteXLSX(w io.Writer, n *Names, rows [][]string) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName(f.GetSheetName(0), sheetOfferings); err != nil {
		return err
	}
	if _, err := f.NewSheet(sheetHelp); err != nil {
		return err
	}
	if err := fillSheet(f, sheetOfferings, rows); err != nil {
		return err
	}
	if err := fillSheet(f, sheetHelp, helpRows(n)); err != nil {
		return err
	}
	if err := offerChoices(f, n); err != nil {
		return err
	}
	return f.Write(w)
}

// fillSheet writes the rows as texts, the first one in bold and always in sight.
func fillSheet(f *excelize.File, sheet string, rows [][]string) error {
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 49})
	if err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(len(rows[0]))
	if err != nil {
		return err
	}
	if err := f.SetColStyle(sheet, "A:"+last, text); err != nil {
		return err
	}
	if err := f.SetColWidth(sheet, "A", last, 24); err != nil {
		return err
	}
	for i, row := range rows {
		for j, cell := range row {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if err := f.SetCellStr(sheet, at, cell); err != nil {
				return err
			}
		}
	}
	if err := f.SetCellStyle(sheet, "A1", last+"1", bold); err != nil {
		return err
	}
	return f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// offerChoices gives cells with one of some values a list to choose from.
func offerChoices(f *excelize.File, n *Names) error {
	var types []string
	for _, t := range n.Types {
		types = append(types, t.Code)
	}
	for name, values := range map[string][]string{
		"type": types, "status": texts(directory.Statuses()), "pris": {string(directory.Free), string(directory.Paid)},
		"henvisning": {string(directory.ContactYourself), string(directory.Apply), string(directory.BeReferred)},
	} {
		for i, c := range columns {
			if c.name != name {
				continue
			}
			letter, err := excelize.ColumnNumberToName(i + 1)
			if err != nil {
				return err
			}
			v := excelize.NewDataValidation(true)
			v.SetSqref(fmt.Sprintf("%s2:%s%d", letter, letter, MaxRows+1))
			// Excel refuses a list of more than 255 characters: then the help sheet has to do.
			if err := v.SetDropList(values); err != nil {
				continue
			}
			if err := f.AddDataValidation(sheetOfferings, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

// helpRows says what may stand in each column, then lists the codes.
func helpRows(n *Names) [][]string {
	rows := [][]string{{"kolonne", "hva som skal stå der", ""}}
	for _, c := range columns {
		rows = append(rows, []string{c.name, c.help, ""})
	}
	rows = append(rows, []string{"", "", ""}, []string{"kode", "navn", "kolonne"})
	for _, t := range n.Types {
		rows = append(rows, []string{t.Code, t.Name.NB, "type"})
	}
	for _, t := range n.Terms {
		rows = append(rows, []string{t.Code, t.Name.NB, string(t.Kind)})
	}
	return rows
}
