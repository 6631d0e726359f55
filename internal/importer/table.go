package importer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Problem is one thing in a file that could not be used. Row counts lines of the file
// from 1, the header included; it is 0 when the file as a whole is meant.
type Problem struct {
	File    string
	Row     int
	Column  string // empty when the whole row is meant
	Message string
}

// String returns the problem as one line: "tilbud.csv:12: telefon: want eight digits".
func (p Problem) String() string {
	where := p.File
	if p.Row > 0 {
		where += ":" + strconv.Itoa(p.Row)
	}
	if p.Column != "" {
		where += ": " + p.Column
	}
	return where + ": " + p.Message
}

// table is a CSV file read whole: a header row, then rows of as many cells.
type table struct {
	file     string
	rows     []row
	problems []Problem
	notes    []Problem
	lines    map[string]int // of what once has seen
}

// row is one row of a table. Its accessors note a problem, once a column, and return the
// zero value when a cell cannot be used; ok tells whether all cells could.
type row struct {
	table *table
	line  int
	cells map[string]string
	ok    bool
}

// maxFile is far above any table that a person keeps, and keeps a wrong file from
// filling the memory.
const maxFile = 64 << 20

// readTable reads the CSV file. Columns that the file lacks or that are not in columns
// are problems; so are rows of another length, which are left out. The error is for
// files that cannot be read at all.
func readTable(fsys fs.FS, file string, columns []string) (*table, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("read %s: larger than %d bytes", file, maxFile)
	}
	t := &table{file: file}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	if !utf8.ValidString(text) {
		t.problem(0, "", "not UTF-8: save the file as CSV UTF-8")
		return t, nil
	}
	t.read(csv.NewReader(strings.NewReader(text)), columns)
	return t, nil
}

func (t *table) read(r *csv.Reader, columns []string) {
	header, err := r.Read()
	if err != nil {
		t.problem(1, "", "no header row")
		return
	}
	for _, c := range columns {
		if !slices.Contains(header, c) {
			t.problem(1, c, "column is missing")
		}
	}
	for i, c := range header {
		if !slices.Contains(columns, c) {
			t.problem(1, c, "column is not known")
		}
		if slices.Index(header, c) != i {
			t.problem(1, c, "column stands there twice")
		}
	}
	if len(t.problems) > 0 {
		return
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			t.problem(wrong.StartLine, "", wrong.Err.Error())
			if !errors.Is(wrong.Err, csv.ErrFieldCount) {
				return // after a broken quote nothing can be trusted to be where it seems
			}
			continue
		}
		if err != nil {
			t.problem(0, "", err.Error())
			return
		}
		line, _ := r.FieldPos(0)
		cells := make(map[string]string, len(header))
		for i, c := range header {
			cells[c] = strings.TrimSpace(record[i])
		}
		t.rows = append(t.rows, row{table: t, line: line, cells: cells, ok: true})
	}
}

func (t *table) problem(line int, column, message string) {
	t.problems = append(t.problems, Problem{t.file, line, column, message})
}

func (r *row) problem(column, message string) {
	r.ok = false
	r.table.problem(r.line, column, message)
}

// note says that a cell was read otherwise than it stands there. The row can be used.
func (r *row) note(column, message string) {
	r.table.notes = append(r.table.notes, Problem{r.table.file, r.line, column, message})
}

// text returns the cell, which may be empty.
func (r *row) text(column string) string { return r.cells[column] }

// required returns the cell, and notes a problem when it is empty.
func (r *row) required(column string) string {
	if r.cells[column] == "" {
		r.problem(column, "is empty")
	}
	return r.cells[column]
}

// once notes a problem when a row before had the same values in these columns, which
// together tell rows apart. It is asked after all other cells were read: a row that is
// left out for another reason stands in nobody's way.
func (r *row) once(columns ...string) {
	var key []string
	for _, c := range columns {
		key = append(key, r.cells[c])
	}
	id := strings.Join(key, " ")
	if line, ok := r.table.lines[id]; ok {
		r.problem(columns[0], fmt.Sprintf("%s stands in row %d already", id, line))
	} else if r.ok {
		if r.table.lines == nil {
			r.table.lines = map[string]int{}
		}
		r.table.lines[id] = r.line
	}
}

// list returns the values of a cell that are separated by bars, none for an empty cell.
func (r *row) list(column string) []string {
	if r.cells[column] == "" {
		return nil
	}
	values := strings.Split(r.cells[column], "|")
	for i, v := range values {
		values[i] = strings.TrimSpace(v)
		if values[i] == "" {
			r.problem(column, "has an empty value between bars")
		}
	}
	return values
}

// shape is what a cell has to look like, and how to say so.
type shape struct {
	pattern *regexp.Regexp
	want    string
}

// shaped returns the cell, and notes a problem when it is neither empty nor of the shape.
func (r *row) shaped(column string, s shape) string {
	if v := r.cells[column]; v != "" && !s.pattern.MatchString(v) {
		r.problem(column, fmt.Sprintf("%q: want %s", v, s.want))
	}
	return r.cells[column]
}

// between notes a problem when the cell is a number outside of the range.
func (r *row) between(column string, low, high int) {
	if n, err := strconv.Atoi(r.cells[column]); err == nil && (n < low || n > high) {
		r.problem(column, fmt.Sprintf("%d: want %d to %d", n, low, high))
	}
}

// integer returns the cell as a whole number.
func (r *row) integer(column string) int {
	n, err := strconv.Atoi(r.required(column))
	if err != nil && r.cells[column] != "" {
		r.problem(column, fmt.Sprintf("%q is no whole number", r.cells[column]))
	}
	return n
}

// degrees returns the cell as a coordinate, 0 for an empty cell.
func (r *row) degrees(column string) float64 {
	if r.cells[column] == "" {
		return 0
	}
	f, err := strconv.ParseFloat(r.cells[column], 64)
	if err != nil || f != f || f < -180 || f > 180 {
		r.problem(column, fmt.Sprintf("%q is no coordinate in degrees, like 59.91273", r.cells[column]))
		return 0
	}
	return f
}

// parsed returns what parse makes of the cell, the zero value for an empty cell.
func parsed[T any](r *row, column string, parse func(string) (T, error)) T {
	var zero T
	if r.cells[column] == "" {
		return zero
	}
	v, err := parse(r.cells[column])
	if err != nil {
		r.problem(column, err.Error())
		return zero
	}
	return v
}

// required is parsed for a cell that must not be empty.
func required[T any](r *row, column string, parse func(string) (T, error)) T {
	r.required(column)
	return parsed(r, column, parse)
}

// oneOf returns the cell when it is among the allowed values or empty.
func oneOf[T ~string](r *row, column string, allowed ...T) T {
	v := T(r.cells[column])
	if v != "" && !slices.Contains(allowed, v) {
		r.problem(column, fmt.Sprintf("%q is not known; want one of %v", v, allowed))
		return ""
	}
	return v
}
