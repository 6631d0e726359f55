package opendata

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// Format is a form that every table comes in.
type Format struct {
	Extension string // "csv"
	Name      string // for people
	MediaType string // as it is sent
	FileType  string // code of EU's table; empty where it has none
	IANA      string // as IANA registered it; empty where it is not
	packs     bool   // smaller with gzip

	write func(context.Context, io.Writer, *Files, *Table, *search.View) error
}

// Formats returns every format, in display order.
func Formats() []Format { return formats }

var formats = []Format{
	{"csv", "CSV", "text/csv; charset=utf-8", "CSV", "text/csv", true, writeCSV},
	{"xlsx", "Excel", sheetType, "XLSX", sheetType, false, writeXLSX},
	{"json", "JSON", "application/json", "JSON", "application/json", true, writeJSON},
	{"ndjson", "NDJSON", "application/x-ndjson", "", "", true, writeNDJSON},
}

const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// each yields the rows of a table until the context ends: then the error, and no more.
func (t *Table) each(ctx context.Context, f *Files, v *search.View) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		for r := range t.rows(f, v) {
			if err := ctx.Err(); err != nil {
				yield(row{}, err)
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (t *Table) header() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

func writeCSV(ctx context.Context, w io.Writer, f *Files, t *Table, v *search.View) error {
	out, err := bulk.NewCSV(w)
	if err != nil {
		return err
	}
	if err := out.Write(t.header()); err != nil {
		return err
	}
	for r, err := range t.each(ctx, f, v) {
		if err != nil {
			return err
		}
		for i, c := range t.Columns {
			if c.Kind == Number {
				r.cells[i] = strings.Replace(r.cells[i], ".", ",", 1)
			}
		}
		if err := out.Write(r.cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// writeXLSX has a second sheet that says what each column means, and whom to credit: a
// workbook travels alone.
func writeXLSX(ctx context.Context, w io.Writer, f *Files, t *Table, v *search.View) error {
	numbers := make([]bool, len(t.Columns))
	for i, c := range t.Columns {
		numbers[i] = c.Kind == Number || c.Kind == Integer
	}
	rows := func(yield func([]string, error) bool) {
		for r, err := range t.each(ctx, f, v) {
			if !yield(r.cells, err) {
				return
			}
		}
	}
	return bulk.WriteSheets(w,
		bulk.Sheet{Name: t.Title, Header: t.header(), Numbers: numbers, Rows: rows},
		bulk.Sheet{Name: "Forklaring", Header: []string{"kolonne", "hva det er"}, Rows: f.explained(t)})
}

func (f *Files) explained(t *Table) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		var rows [][]string
		for _, c := range t.Columns {
			rows = append(rows, []string{c.Name, c.About})
		}
		rows = append(rows, nil, []string{"", t.About}, []string{"", f.deps.BaseURL + "/data"}, nil)
		if f.deps.Licence != "" {
			rows = append(rows, []string{"lisens", licenceAddress(f.deps.Licence)})
		}
		for _, c := range view.Credits {
			rows = append(rows, []string{"kilde", c.What + " " + c.Whose})
		}
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// credit is a source that is to be named.
type credit struct {
	What  string `json:"hva"`
	Whose string `json:"kilde"`
}

func credits() []credit {
	list := make([]credit, len(view.Credits))
	for i, c := range view.Credits {
		list[i] = credit{strings.TrimSuffix(c.What, ":"), c.Whose}
	}
	return list
}

// writeJSON writes what the API's lists are, all on one page, with whom to credit.
func writeJSON(ctx context.Context, w io.Writer, f *Files, t *Table, v *search.View) error {
	sources, err := json.Marshal(credits())
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 64<<10)
	b.WriteString(`{"side":1,"sider":1,"kilder":`)
	b.Write(sources)
	if f.deps.Licence != "" {
		b.WriteString(`,"lisens":"` + licenceAddress(f.deps.Licence) + `"`)
	}
	b.WriteString(`,"treff":[`)
	count := 0
	err = t.eachJSON(ctx, f, v, func(one []byte) error {
		if count++; count > 1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		_, err := b.Write(one)
		return err
	})
	if err != nil {
		return err
	}
	b.WriteString("\n],\"antall\":" + strconv.Itoa(count) + "}\n")
	return b.Flush()
}

func writeNDJSON(ctx context.Context, w io.Writer, f *Files, t *Table, v *search.View) error {
	b := bufio.NewWriterSize(w, 64<<10)
	err := t.eachJSON(ctx, f, v, func(one []byte) error {
		b.Write(one)
		return b.WriteByte('\n')
	})
	if err != nil {
		return err
	}
	return b.Flush()
}

// eachJSON gives every row as JSON, which is not to be kept: the API's own form of it, or
// its cells by the names of their columns.
func (t *Table) eachJSON(ctx context.Context, f *Files, v *search.View, use func(one []byte) error) error {
	var b []byte
	for r, err := range t.each(ctx, f, v) {
		if err != nil {
			return err
		}
		if r.json != nil {
			b, err = r.json(b[:0])
		} else {
			b, err = t.appendCells(b[:0], r.cells)
		}
		if err != nil {
			return err
		}
		if err := use(b); err != nil {
			return err
		}
	}
	return nil
}

// appendCells writes the cells as an object. What is not known is null.
func (t *Table) appendCells(b []byte, cells []string) ([]byte, error) {
	b = append(b, '{')
	for i, c := range t.Columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), c.Name...), `":`...)
		var value any
		switch text := cells[i]; {
		case c.Kind == TextList && text == "":
			value = []string{}
		case text == "":
		case c.Kind == Integer || c.Kind == Number:
			value = json.Number(text)
		case c.Kind == Truth:
			value = text == "ja"
		case c.Kind == TextList:
			value = strings.Split(text, between)
		default:
			value = text
		}
		one, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		b = append(b, one...)
	}
	return append(b, '}'), nil
}
