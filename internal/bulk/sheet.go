package bulk

import (
	"archive/zip"
	"io"
	"iter"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// Sheet is one sheet of a workbook that is only read.
type Sheet struct {
	Name   string
	Header []string
	// Numbers says which columns are numbers; the others are texts, so that what looks like a
	// number keeps its noughts and nothing is a formula.
	Numbers []bool
	Rows    iter.Seq2[[]string, error]
}

// maxCell is how much Excel takes in one cell.
const maxCell = 32_767

// WriteSheets writes a workbook of a sheet that may be large and one that says what is in
// it. The rows go through a file of the system's and from there to w, not through memory.
// The same sheets give the same bytes.
func WriteSheets(w io.Writer, large, explained Sheet) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName(f.GetSheetName(0), large.Name); err != nil {
		return err
	}
	if _, err := f.NewSheet(explained.Name); err != nil {
		return err
	}
	if err := large.write(f); err != nil {
		return err
	}
	// The library writes streams in any order, so there is one alone.
	rows := [][]string{explained.Header}
	for row, err := range explained.Rows {
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if err := fillSheet(f, explained.Name, rows); err != nil {
		return err
	}
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w) }) // else all of it is kept until it is whole
	return f.Write(io.Discard)
}

func (s Sheet) write(f *excelize.File) error {
	out, err := f.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, max(len(s.Header), 1), 24); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	header := make([]any, len(s.Header))
	for i, name := range s.Header {
		header[i] = excelize.Cell{Value: name, StyleID: bold}
	}
	if err := out.SetRow("A1", header); err != nil {
		return err
	}
	at := 1
	for row, err := range s.Rows {
		if err != nil {
			return err
		}
		at++
		cells := make([]any, len(row))
		for i, text := range row {
			cells[i] = s.cell(i, text)
		}
		if err := out.SetRow("A"+strconv.Itoa(at), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (s Sheet) cell(column int, text string) any {
	if text == "" {
		return nil
	}
	if column < len(s.Numbers) && s.Numbers[column] {
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	}
	if letters := []rune(text); len(letters) > maxCell {
		text = string(letters[:maxCell])
	}
	return text
}
