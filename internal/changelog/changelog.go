// Package changelog is what has changed in the API, for those whose programs use it. The
// entries stand in endringslogg.yaml, newest first, and are shown on the page for developers
// and as a feed. A test in internal/api refuses a change of the OpenAPI document that has no
// entry.
package changelog

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed endringslogg.yaml
var source []byte

// Entry is what changed on a day.
type Entry struct {
	Date time.Time
	// Document is the fingerprint of the OpenAPI document as the entry left it; empty when the
	// document was not changed.
	Document string
	Changes  []Change
}

// Change is one thing that changed, in each language; bokmål is always there.
type Change struct {
	Kind Kind
	Text map[string]string // by language: "nb", "nn", "en"
}

// Kind is what sort of change it is.
type Kind string

// The kinds. Within a version nothing is taken away: it is said to end, and ends in the next.
const (
	New        Kind = "nytt"
	Changed    Kind = "endret"
	Mended     Kind = "rettet"
	Deprecated Kind = "utgår"
)

// In returns the text in a language, or in bokmål where it is not translated, and which it is.
func (c Change) In(language string) (text, lang string) {
	if s := c.Text[language]; s != "" {
		return s, language
	}
	return c.Text["nb"], "nb"
}

// All returns every entry, newest first. It panics when the file in the binary is wrong, which
// a test keeps it from being.
var All = sync.OnceValue(func() []Entry {
	entries, err := parse(source)
	if err != nil {
		panic("changelog: " + err.Error())
	}
	return entries
})

// parse reads entries, newest first.
func parse(src []byte) ([]Entry, error) {
	var file []struct {
		Dato      string
		Dokument  string
		Endringer []struct {
			Slag  Kind
			Tekst map[string]string
		}
	}
	d := yaml.NewDecoder(bytes.NewReader(src))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("endringslogg.yaml: %w", err)
	}
	var out []Entry
	for i, e := range file {
		day, err := time.Parse(time.DateOnly, e.Dato)
		if err != nil {
			return nil, fmt.Errorf("entry %d: dato %q is not a date as 2026-11-27", i+1, e.Dato)
		}
		if i > 0 && day.After(out[i-1].Date) {
			return nil, fmt.Errorf("entry %d: %s is after the entry above it: newest first", i+1, e.Dato)
		}
		entry := Entry{Date: day, Document: e.Dokument}
		for _, c := range e.Endringer {
			switch c.Slag {
			case New, Changed, Mended, Deprecated:
			default:
				return nil, fmt.Errorf("%s: slag %q is not nytt, endret, rettet or utgår", e.Dato, c.Slag)
			}
			if strings.TrimSpace(c.Tekst["nb"]) == "" {
				return nil, fmt.Errorf("%s: a change without its text in nb", e.Dato)
			}
			entry.Changes = append(entry.Changes, Change{Kind: c.Slag, Text: c.Tekst})
		}
		if len(entry.Changes) == 0 {
			return nil, fmt.Errorf("%s: no changes", e.Dato)
		}
		out = append(out, entry)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("endringslogg.yaml has no entries")
	}
	return out, nil
}
