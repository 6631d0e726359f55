package conform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nasjonal-oversikt/oversikt/internal/interop/hsds"
)

// hsdsPage is what is needed of a page of a list to go on from it.
type hsdsPage struct {
	TotalItems *int              `json:"total_items"`
	TotalPages *int              `json:"total_pages"`
	Contents   []json.RawMessage `json:"contents"`
}

// walkHSDS asks for every page of every list in every form, and for everything by itself.
func walkHSDS(w *walk) error {
	schemas, err := compileHSDS()
	if err != nil {
		return err
	}
	ids := map[string][]string{} // by the path of the list
	for _, e := range hsds.Schemas() {
		list, single := strings.CutSuffix(e.Path, "/{id}")
		switch {
		case single:
			for _, id := range ids[list] {
				path := hsds.Root + list + "/" + url.PathEscape(id) + suffix(e.Query)
				body, err := w.get(path, "")
				if err != nil {
					return err
				}
				if body != nil {
					w.wrong(path, faults(schemas[e.Name], body)...)
				}
			}
		case e.Path == "/":
			body, err := w.get(hsds.Root+"/", "")
			if err != nil {
				return err
			}
			if body != nil {
				w.wrong(hsds.Root+"/", faults(schemas[e.Name], body)...)
			}
		default:
			found, err := w.hsdsList(e, schemas[e.Name])
			if err != nil {
				return err
			}
			if ids[list] == nil {
				ids[list] = found
			}
		}
	}
	return nil
}

func suffix(query string) string {
	if query == "" {
		return ""
	}
	return "?" + query
}

// hsdsList asks for every page of a list and returns the ids in it.
func (w *walk) hsdsList(e hsds.Endpoint, schema *jsonschema.Schema) ([]string, error) {
	var ids []string
	total := 0
	for page, last := 1, 1; page <= last; page++ {
		q := "per_page=100&page=" + fmt.Sprint(page)
		if e.Query != "" {
			q = e.Query + "&" + q
		}
		path := hsds.Root + e.Path + "?" + q
		body, err := w.get(path, "")
		if err != nil {
			return nil, err
		}
		if body == nil {
			return ids, nil
		}
		var p hsdsPage
		if err := json.Unmarshal(body, &p); err != nil {
			w.wrong(path, "is no page: "+err.Error())
			return ids, nil
		}
		w.wrong(path, faults(schema, body)...)
		if p.TotalItems == nil || p.TotalPages == nil {
			return ids, nil // the schema has told
		}
		total, last = *p.TotalItems, *p.TotalPages
		for _, c := range p.Contents {
			var item struct{ ID string }
			if err := json.Unmarshal(c, &item); err != nil {
				w.wrong(path, "has an item that is no object")
				continue
			}
			ids = append(ids, item.ID)
		}
	}
	if len(ids) != total {
		w.wrong(hsds.Root+e.Path+suffix(e.Query), fmt.Sprintf("says that there are %d, and its pages have %d", total, len(ids)))
	}
	return ids, nil
}

// compileHSDS returns the profile's schemas by name.
func compileHSDS() (map[string]*jsonschema.Schema, error) {
	compiled := map[string]*jsonschema.Schema{}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, e := range hsds.Schemas() {
		text, err := json.Marshal(e.Schema)
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", e.Name, err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", e.Name, err)
		}
		name := "hsds-no/" + e.Name
		if err := c.AddResource(name, doc); err != nil {
			return nil, fmt.Errorf("schema %s: %w", e.Name, err)
		}
		if compiled[e.Name], err = c.Compile(name); err != nil {
			return nil, fmt.Errorf("schema %s: %w", e.Name, err)
		}
	}
	return compiled, nil
}

// faults returns what is wrong with a document by a schema, a line each.
func faults(schema *jsonschema.Schema, body []byte) []string {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return []string{"is no JSON: " + err.Error()}
	}
	err = schema.Validate(doc)
	if err == nil {
		return nil
	}
	// The first line names the schema alone.
	_, lines, _ := strings.Cut(err.Error(), "\n")
	var all []string
	for line := range strings.Lines(lines) {
		all = append(all, strings.TrimLeft(strings.TrimSpace(line), "- "))
	}
	if len(all) == 0 {
		return []string{err.Error()}
	}
	return all
}
