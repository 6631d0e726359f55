package opendata

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Kind is what stands in a column, in the words of Frictionless Data.
type Kind string

const (
	Text     Kind = "string"
	Integer  Kind = "integer"
	Number   Kind = "number" // with a comma in CSV, as spreadsheets in Norwegian want it
	Day      Kind = "date"
	Moment   Kind = "datetime"
	Truth    Kind = "boolean" // ja, nei
	TextList Kind = "list"    // texts with | between
)

// Column is one column of a table, with what it means.
type Column struct {
	Name  string
	Kind  Kind
	About string // in bokmål; the words have the other languages
}

// Table is one set of data, which comes in every format.
type Table struct {
	Code    string // also the name of its files
	Title   string // in bokmål
	About   string
	Columns []Column
	Changes string // what its rows follow beside the View: "day", or nothing

	rows func(f *Files, v *search.View) iter.Seq[row]
}

// row is one thing: its cells, and itself as JSON. JSON is nil where the cells are all.
type row struct {
	cells []string
	json  func(b []byte) ([]byte, error)
}

const between = " | "

func list[T ~string](values []T) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = string(v)
	}
	return strings.Join(parts, between)
}

func each[T any](items []T, f func(T) string) string {
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = f(item)
	}
	return strings.Join(parts, between)
}

func integer(n int) string { return strconv.Itoa(n) }

// filled is a number that is not known when it is 0.
func filled(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func truth(b bool) string {
	if b {
		return "ja"
	}
	return "nei"
}

func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

func moment(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
