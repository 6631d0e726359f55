package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// tryPath is where the form that tries a call leads, below Root: a form cannot fill in a path,
// and sends its empty fields.
const tryPath = docsPath + "/prov/"

func tryOf(path string, op *huma.Operation) *view.ReferenceTry {
	t := &view.ReferenceTry{Action: Root + tryPath + op.OperationID, Path: Root + path}
	for _, p := range op.Parameters {
		f := view.ReferenceInput{Name: p.Name, Path: p.In == "path", List: p.Schema.Type == huma.TypeArray}
		s := p.Schema
		if f.List {
			s = s.Items
		}
		for _, v := range s.Enum {
			f.Choices = append(f.Choices, fmt.Sprint(v))
		}
		f.Number = s.Type == huma.TypeInteger
		f.Date = s.Format == "date"
		t.Inputs = append(t.Inputs, f)
	}
	return t
}

// withExample returns the form with the values of the example in it.
func withExample(t view.ReferenceTry, e example, path string) *view.ReferenceTry {
	t.Inputs = slices.Clone(t.Inputs)
	given := strings.Split(e.Path, "/")
	for i := range t.Inputs {
		f := &t.Inputs[i]
		if at := slices.Index(strings.Split(path, "/"), "{"+f.Name+"}"); f.Path && at >= 0 {
			f.Value, _ = url.PathUnescape(given[at])
		}
		for _, p := range e.Query {
			if p.Name == f.Name {
				f.Value = p.Value
			}
		}
	}
	return &t
}

// try leads from a form to the call that it fills in.
func (r *reference) try(c *fiber.Ctx) error {
	at := slices.IndexFunc(r.calls, func(d documented) bool { return d.op.Method == http.MethodGet && d.op.OperationID == c.Params("kall") })
	if at < 0 {
		return notFound("path.kall", details[http.StatusNotFound], nil).Write(c)
	}
	d := r.calls[at]
	path, query := d.path, url.Values{}
	for _, p := range d.op.Parameters {
		value := strings.TrimSpace(c.Query(p.Name))
		switch {
		case p.In == "path" && value == "":
			return c.Redirect(Root+docsPath+"#"+d.op.OperationID, http.StatusSeeOther)
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case value != "" && p.Schema.Type == huma.TypeArray:
			query[p.Name] = filled(strings.Split(value, ","))
		case value != "":
			query.Set(p.Name, value)
		}
	}
	target := Root + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(target, http.StatusSeeOther)
}
