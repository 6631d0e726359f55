package api

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/web"
)

//go:embed docs.gohtml
var docsSource string

// docsTemplate shows the OpenAPI document to people. huma's own page for that loads
// scripts from another host. It is rendered once, at start.
var docsTemplate = template.Must(template.New("docs").Parse(docsSource))

// mountDocument serves the OpenAPI document and the page made from it. Neither needs an
// index, so they are there from the start.
func (a *API) mountDocument(v1 fiber.Router, doc *huma.OpenAPI) {
	var page bytes.Buffer
	if err := docsTemplate.Execute(&page, a.docsPage(doc)); err != nil {
		panic("api: page of the OpenAPI document: " + err.Error()) // the template is wrong
	}
	dropOwnKeywords(doc)
	spec, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("api: OpenAPI document: " + err.Error()) // the types are wrong
	}
	v1.Get("/openapi.json", a.reads.Fixed(fiber.MIMEApplicationJSON, spec))
	v1.Get("/docs", a.reads.Fixed(fiber.MIMETextHTMLCharsetUTF8, page.Bytes()))
}

// dropOwnKeywords takes out huma's keyword for a pattern in words, which OpenAPI does not
// have. Messages and the page are made from it before.
func dropOwnKeywords(doc *huma.OpenAPI) {
	for _, item := range doc.Paths {
		for _, op := range operations(item) {
			for _, p := range op.Parameters {
				p.Schema.PatternDescription = ""
				if p.Schema.Items != nil {
					p.Schema.Items.PatternDescription = ""
				}
			}
		}
	}
}

type docsPage struct {
	Title, StyleSheet, Spec string
	Introduction            []string // paragraphs
	Calls                   []docsCall
	Schemas                 []docsSchema
}

type docsCall struct {
	ID, Method, Path, Summary, Description string
	Token                                  bool // whether one has to be shown
	Parameters                             docsTable
	Body, Answer                           docsType
	Errors                                 string
}

type docsSchema struct {
	Name   string
	Fields docsTable
}

type docsTable struct {
	Label string // for screen readers
	Rows  []docsField
}

type docsField struct {
	Name        string
	Type        docsType
	Required    bool
	Description string
	Limits      string
}

// docsType is a type in words, with the schema that it is or is made of, if any.
type docsType struct {
	Text string // "liste av"
	Ref  string // "Tilbud"
	Or   string // "eller null"
}

func (a *API) docsPage(doc *huma.OpenAPI) docsPage {
	page := docsPage{
		Title:        doc.Info.Title,
		StyleSheet:   web.Asset("main.css"),
		Spec:         Root + "/openapi.json",
		Introduction: strings.Split(doc.Info.Description, "\n\n"),
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, op := range operations(doc.Paths[path]) {
			page.Calls = append(page.Calls, docsCallOf(path, op))
		}
	}
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		fields := docsFields(schemas[name])
		for i := range fields {
			// Of what is read, every field is always there: only of what is sent it tells something.
			fields[i].Required = fields[i].Required && strings.HasSuffix(name, inputSuffix)
		}
		page.Schemas = append(page.Schemas, docsSchema{Name: name, Fields: docsTable{"Felt i " + name, fields}})
	}
	return page
}

func docsCallOf(path string, op *huma.Operation) docsCall {
	call := docsCall{ID: op.OperationID, Method: op.Method, Path: Root + path, Summary: op.Summary, Description: op.Description, Token: len(op.Security) > 0}
	call.Parameters.Label = "Parametere: " + op.Summary
	for _, p := range op.Parameters {
		call.Parameters.Rows = append(call.Parameters.Rows, docsField{
			Name:        p.Name,
			Type:        docsTypeOf(p.Schema),
			Required:    p.Required,
			Description: p.Description,
			Limits:      limits(p.Schema),
		})
	}
	if op.RequestBody != nil {
		call.Body = docsTypeOf(op.RequestBody.Content["application/json"].Schema)
	}
	var statuses []string
	for status, r := range op.Responses {
		if content := r.Content["application/json"]; content != nil {
			call.Answer = docsTypeOf(content.Schema)
		}
		if status != "200" {
			statuses = append(statuses, status)
		}
	}
	slices.Sort(statuses)
	call.Errors = strings.Join(statuses, ", ")
	return call
}

func docsFields(s *huma.Schema) []docsField {
	var out []docsField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		out = append(out, docsField{
			Name:        name,
			Type:        docsTypeOf(p),
			Required:    slices.Contains(s.Required, name),
			Description: p.Description,
			Limits:      limits(p),
		})
	}
	return out
}

// docsTypeOf returns a schema's type in words.
func docsTypeOf(s *huma.Schema) docsType {
	words := map[string]string{
		huma.TypeString: "tekst", huma.TypeInteger: "heltall", huma.TypeNumber: "tall",
		huma.TypeBoolean: "ja/nei", huma.TypeObject: "objekt",
	}
	switch {
	case s == nil:
		return docsType{}
	case s.Ref != "":
		return docsType{Ref: strings.TrimPrefix(s.Ref, schemaPrefix)}
	case s.Title != "": // see given
		return docsType{Ref: s.Title, Or: "eller null"}
	case len(s.AnyOf) > 0:
		t := docsTypeOf(s.AnyOf[0])
		t.Or = "eller null"
		return t
	case s.Type == huma.TypeArray:
		t := docsTypeOf(s.Items)
		t.Text = strings.TrimSpace("liste av " + t.Text)
		return t
	}
	t := docsType{Text: cmp.Or(words[s.Type], s.Type)}
	if s.Format != "" && s.Format != "int64" && s.Format != "double" {
		t.Text += " (" + s.Format + ")"
	}
	if s.Nullable {
		t.Or = "eller null"
	}
	return t
}

// limits returns what a value may be, in words.
func limits(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	var out []string
	if s.Type == huma.TypeArray {
		out = append(out, "kan gjentas")
		s = s.Items
	}
	if len(s.Enum) > 0 {
		values := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			values[i], _ = v.(string)
		}
		out = append(out, "en av "+strings.Join(values, ", "))
	}
	for _, bound := range []struct {
		word  string
		value *float64
	}{{"minst", s.Minimum}, {"over", s.ExclusiveMinimum}, {"høyst", s.Maximum}} {
		if bound.value != nil {
			b, _ := json.Marshal(*bound.value) // a number: never fails
			out = append(out, bound.word+" "+string(b))
		}
	}
	out = append(out, nonEmpty(s.PatternDescription)...)
	if s.Default != nil {
		b, _ := json.Marshal(s.Default) // from a tag: text or number
		out = append(out, "ellers "+strings.Trim(string(b), `"`))
	}
	return strings.Join(out, "; ")
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
