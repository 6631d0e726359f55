package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// many is from how many fields on a type has an entry of its own, which is linked to. Smaller
// ones are shown where they are used.
const many = 9

func (r *reference) ownEntry(name string) bool {
	s := r.schemas[name]
	// A list stands with the one call that gives it.
	return s != nil && len(s.Properties) >= many && s.Properties["treff"] == nil
}

// fields returns the fields of what a schema is, or is a list of.
func (r *reference) fields(s *huma.Schema) []view.ReferenceField {
	s, sent := r.object(s)
	if s == nil {
		return nil
	}
	// Fields that are always there stand in the order of the type; the others follow.
	names := slices.Clone(s.Required)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var out []view.ReferenceField
	for _, name := range names {
		p := s.Properties[name]
		f := view.ReferenceField{Name: name, Type: r.typeOf(p), Description: p.Description, Limits: limits(p, "høyst %d i listen")}
		always := slices.Contains(s.Required, name)
		// Of what is read nearly every field is always there, of what is sent few must be.
		f.Required, f.Absent = sent && always, !sent && !always
		if f.Type.Ref == "" {
			f.Fields = r.fields(p)
		}
		out = append(out, f)
	}
	return out
}

// object returns the object that s is, or is a list of; nil for anything else. It reports
// whether it is something that programs send.
func (r *reference) object(s *huma.Schema) (*huma.Schema, bool) {
	name := ""
	for s != nil {
		switch {
		case s.Ref != "":
			name = strings.TrimPrefix(s.Ref, schemaPrefix)
			s = r.schemas[name]
		case len(s.AnyOf) > 0:
			s = s.AnyOf[0]
		case s.Items != nil:
			s = s.Items
		case len(s.Properties) > 0:
			return s, strings.HasSuffix(cmp.Or(name, s.Title), inputSuffix)
		default:
			return nil, false
		}
	}
	return nil, false
}

// typeOf returns a schema's type in words, with a link for types that have an entry.
func (r *reference) typeOf(s *huma.Schema) view.ReferenceType {
	words := map[string]string{
		huma.TypeString: "tekst", huma.TypeInteger: "heltall", huma.TypeNumber: "tall",
		huma.TypeBoolean: "ja/nei", huma.TypeObject: "objekt",
	}
	named := func(name, or string) view.ReferenceType {
		if r.ownEntry(name) {
			return view.ReferenceType{Ref: name, Or: or}
		}
		return view.ReferenceType{Text: "objekt", Or: or}
	}
	switch {
	case s == nil:
		return view.ReferenceType{}
	case s.Ref != "":
		return named(strings.TrimPrefix(s.Ref, schemaPrefix), "")
	case s.Title != "": // see given
		return named(s.Title, "eller null")
	case len(s.AnyOf) > 0:
		t := r.typeOf(s.AnyOf[0])
		t.Or = "eller null"
		return t
	case s.Type == huma.TypeArray:
		t := r.typeOf(s.Items)
		t.Text = strings.TrimSpace("liste av " + t.Text)
		return t
	}
	t := view.ReferenceType{Text: cmp.Or(words[s.Type], s.Type)}
	if format := formats[s.Format]; format != "" {
		t.Text = format
	}
	if s.Nullable {
		t.Or = "eller null"
	}
	return t
}

// formats are the words for formats of texts.
var formats = map[string]string{
	"date": "dato (2026-11-27)", "date-time": "tidspunkt (RFC 3339)", "uri": "adresse", "uuid": "uuid",
}

// limits returns what a value may be, in words. most is how to say how many a list may have.
func limits(s *huma.Schema, most string) string {
	if s == nil {
		return ""
	}
	var out []string
	if s.Type == huma.TypeArray && s.Items != nil {
		if s.MaxItems != nil {
			out = append(out, fmt.Sprintf(most, *s.MaxItems))
		}
		s = s.Items
	}
	if len(s.Enum) > 0 {
		var values []string
		for _, v := range s.Enum {
			if text, ok := v.(string); ok { // that it can be null is said of the type
				values = append(values, text)
			}
		}
		out = append(out, "en av "+strings.Join(values, ", "))
	}
	for _, bound := range []struct {
		word  string
		value *float64
	}{{"minst", s.Minimum}, {"over", s.ExclusiveMinimum}, {"høyst", s.Maximum}} {
		if bound.value != nil {
			out = append(out, bound.word+" "+strconv.FormatFloat(*bound.value, 'f', -1, 64))
		}
	}
	if s.MaxLength != nil {
		out = append(out, fmt.Sprintf("høyst %d tegn", *s.MaxLength))
	}
	if s.PatternDescription != "" {
		out = append(out, s.PatternDescription)
	}
	if s.Default != nil {
		b, _ := json.Marshal(s.Default) // from a tag: text or number
		out = append(out, "ellers "+strings.Trim(string(b), `"`))
	}
	return strings.Join(out, "; ")
}
