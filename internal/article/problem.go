package article

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Problem is one thing that is wrong in an article's source.
type Problem struct {
	File  string
	Line  int    // 0 where it is about no line
	Field string // of the front matter, "lover.url" within another; see also FieldFrontMatter and FieldText
	Fault Fault
	Value string // what was written, or may be written; see Fault
}

// Fields of a Problem that are none of the front matter's.
const (
	FieldFrontMatter = "front matter"
	FieldText        = "text"
	FieldSection     = "section"
	FieldSlug        = "slug"
	FieldReference   = "reference"
)

// Fault is a kind of problem.
type Fault string

const (
	Missing      Fault = "missing"
	Empty        Fault = "empty"
	Twice        Fault = "twice"         // a field
	RepeatedWord Fault = "repeated word" // Value is the word
	UnknownField Fault = "unknown field" // Value is the fields there are
	NotText      Fault = "not text"
	NotList      Fault = "not list"
	NotFields    Fault = "not fields"
	NotDate      Fault = "not date"
	NotOrder     Fault = "not order"
	NotCode      Fault = "not code"
	NotAddress   Fault = "not address"
	NotUTF8      Fault = "not UTF-8"
	HasNUL       Fault = "has NUL"
	NotYAML      Fault = "not YAML" // Value is what the YAML reader says, in English
	NotOpened    Fault = "not opened"
	NotClosed    Fault = "not closed"
	TooEarly     Fault = "too early"
	WrongOrder   Fault = "wrong order" // an article without, or a section's own text with one
	NotSection   Fault = "not section" // Value says which, and those there are, in English
	NotMarkdown  Fault = "not Markdown"
	NotSlug      Fault = "not slug"
	NotReference Fault = "not reference" // Value is what stands there
	NotAudience  Fault = "not audience"
	NoBokmal     Fault = "no bokmål"    // a translation of what is not there
	UnknownCode  Fault = "unknown code" // Parse does not find it: who keeps the codes does
)

// english says what a fault is to who keeps the files; %s is Value.
var english = map[Fault]string{
	Missing: "is missing", Empty: "is empty", Twice: "is given twice", RepeatedWord: "%q is given twice",
	UnknownField: "is not a field here; the fields are %s",
	NotText:      "is not a single text", NotList: "is not a list", NotFields: "is not a list of name: value",
	NotDate: "%q is not a date like 2026-11-25", NotOrder: "%q is not a whole number from 1",
	NotCode: "%q is not a code of a-z, 0-9 and _", NotAddress: "%q is not an address that begins with https://",
	NotUTF8: "is not UTF-8", HasNUL: "has a NUL character", NotYAML: "%s",
	NotOpened: "the first line is not ---", NotClosed: "no closing line ---",
	TooEarly: "is before publisert", WrongOrder: "is for articles only, and every article has one",
	NotSection: "%s", NotMarkdown: "the file name does not end in .md",
	NotSlug:      "%q has other characters than a-z, 0-9 and single hyphens",
	NotReference: `%q is not alone on a line as {{tilbud type="code"}} or {{tilbud tema="code"}}`,
	NotAudience:  "%q is neither barn nor ungdom", UnknownCode: "there is no %q",
	NoBokmal: "there is no article in bokmål to translate",
}

// Faults returns every kind of problem there is.
func Faults() []Fault { return slices.Collect(maps.Keys(english)) }

// Error returns "file:line: field: what", in English.
func (p Problem) Error() string {
	what := english[p.Fault]
	if strings.Contains(what, "%") {
		what = fmt.Sprintf(what, p.Value)
	}
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s: %s", p.File, p.Field, what)
	}
	return fmt.Sprintf("%s:%d: %s: %s", p.File, p.Line, p.Field, what)
}

// Problems returns the problems that an error of Parse consists of.
func Problems(err error) []Problem {
	if list, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // each of them is looked at in turn
		var all []Problem
		for _, e := range list.Unwrap() {
			all = append(all, Problems(e)...)
		}
		return all
	}
	if p, ok := errors.AsType[Problem](err); ok {
		return []Problem{p}
	}
	return nil
}
