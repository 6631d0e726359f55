package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

//go:embed code.gotmpl
var codeSource string

var codeTemplates = template.Must(template.New("code").Funcs(template.FuncMap{
	"sh": func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" },
	// Text between quotes is written alike in JSON, JavaScript, Python and Go.
	"json": func(s string) (string, error) {
		b, err := json.Marshal(s)
		return string(b), err
	},
	"indent": func(s, by string) string { return strings.ReplaceAll(s, "\n", "\n"+by) },
}).Parse(codeSource))

// languages are those that examples are written in, in the order in which they are shown.
var languages = []struct{ key, name string }{
	{"curl", "curl"}, {"javascript", "JavaScript"}, {"python", "Python"}, {"go", "Go"},
}

// shown are the parameters of the example of each call. A call that is not named here is shown
// with none but those in its path.
var shown = map[string][]string{
	"tilbud":   {"q", "kommune", "antall"},
	"kommuner": {"q"},
	"sted":     {"postnummer"},
	"forslag":  {"q", "sprak"},
	"artikler": {"sprak"},
	"tall":     {"fylke"},
}

// exampleBody is a body with what every offering must have. It is a draft, so that who tries
// it shows nobody an offering that does not exist.
const exampleBody = `{
  "navn": "Navnet på tilbudet",
  "type": {"kode": "annet"},
  "dekning": {"kommuner": [{"kommunenummer": "1804"}]},
  "status": "utkast"
}`

// example is a call with values that mean something.
type example struct {
	Method  string
	Path    string // below Root, with its parameters filled in
	Address string // the whole of it, without the query
	Query   []pair
	Read    string // the address to read the offering at, for changes
	Body    string
}

type pair struct{ Name, Value string }

// Whole returns the address with its query.
func (e example) Whole() string { return e.Address + e.query() }

// Target returns the path of the call and its query, below the host.
func (e example) Target() string { return Root + e.Path + e.query() }

func (e example) query() string {
	if len(e.Query) == 0 {
		return ""
	}
	parts := each(e.Query, func(p pair) string { return url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value) })
	return "?" + strings.Join(parts, "&")
}

// exampleOf returns an example of a call. What stands in its path is in v; it reports false
// when there is no such thing there, as when there are no courses.
func (a *API) exampleOf(v *search.View, path string, op *huma.Operation) (example, bool) {
	e := example{Method: op.Method, Path: path}
	for _, p := range op.Parameters {
		value := exampleValue(p.Schema)
		switch {
		case p.In == "path":
			if p.Name == "id" {
				value = exampleID(v, path, a)
			}
			if value == "" {
				return e, false
			}
			e.Path = strings.ReplaceAll(e.Path, "{"+p.Name+"}", url.PathEscape(value))
		case p.In == "query" && slices.Contains(shown[op.OperationID], p.Name):
			e.Query = append(e.Query, pair{p.Name, value})
		}
	}
	e.Address = a.baseURL + Root + e.Path
	e.Read = strings.TrimSuffix(e.Address, "/bekreft")
	if op.RequestBody != nil {
		e.Body = exampleBody
	}
	return e, true
}

// exampleValue returns the value that the document gives as an example, "" for none.
func exampleValue(s *huma.Schema) string {
	if s == nil || len(s.Examples) == 0 {
		return ""
	}
	switch value := s.Examples[0].(type) {
	case string:
		return value
	case []string:
		return strings.Join(value[:min(1, len(value))], "")
	case []any:
		if len(value) == 0 {
			return ""
		}
		return fmt.Sprint(value[0])
	default:
		return fmt.Sprint(value)
	}
}

// exampleID returns the number of something that path can be asked about: an offering of a
// kommune, which the kommune's own token can write to, or a course that is coming.
func exampleID(v *search.View, path string, a *API) string {
	if v == nil {
		return ""
	}
	if strings.HasPrefix(path, coursesCall) {
		for _, c := range v.Courses(a.today()) {
			return strconv.FormatInt(c.ID, 10)
		}
		return ""
	}
	first := ""
	for o := range v.All() {
		number := strconv.FormatInt(o.ID, 10)
		if o.Status == directory.Published && o.Organization.Kommune == exampleKommune {
			return number
		}
		if first == "" {
			first = number
		}
	}
	return first
}

// exampleKommune is the kommune of the examples: Bodø.
const exampleKommune = "1804"

// code returns the example in every language.
func (e example) code() ([]view.ReferenceCode, error) {
	kind := "les"
	switch {
	case e.Method == http.MethodGet:
	case e.Method == http.MethodPost && e.Body != "":
		kind = "meld"
	case e.Body != "":
		kind = "endre"
	default:
		kind = "uten"
	}
	var out []view.ReferenceCode
	for _, l := range languages {
		var text bytes.Buffer
		if err := codeTemplates.ExecuteTemplate(&text, l.key+"/"+kind, e); err != nil {
			return nil, fmt.Errorf("example of %s %s in %s: %w", e.Method, e.Path, l.name, err)
		}
		out = append(out, view.ReferenceCode{Key: l.key, Name: l.name, Text: text.String()})
	}
	return out, nil
}
