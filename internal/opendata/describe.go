package opendata

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// licenceAddress returns the name of a licence of EU's table.
func licenceAddress(code string) string {
	return "http://publications.europa.eu/resource/authority/licence/" + code
}

// dataPackage is Frictionless Data's description of a set of files.
type dataPackage struct {
	Profile   string         `json:"profile"`
	Name      string         `json:"name"`
	Title     string         `json:"title"`
	Homepage  string         `json:"homepage"`
	Created   string         `json:"created"`
	Licences  []licence      `json:"licenses,omitempty"`
	Sources   []dataSource   `json:"sources"`
	Resources []dataResource `json:"resources"`
}

type licence struct {
	Path string `json:"path"`
}

type dataSource struct {
	Title string `json:"title"`
}

// dataResource is one file.
type dataResource struct {
	Profile     string   `json:"profile"`
	Name        string   `json:"name"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Path        string   `json:"path"`
	Format      string   `json:"format"`
	MediaType   string   `json:"mediatype"`
	Encoding    string   `json:"encoding,omitempty"`
	Bytes       int64    `json:"bytes"`
	Hash        string   `json:"hash"`
	Dialect     *dialect `json:"dialect,omitempty"`
	Schema      *schema  `json:"schema,omitempty"`
}

type dialect struct {
	Delimiter      string `json:"delimiter"`
	LineTerminator string `json:"lineTerminator"`
	Header         bool   `json:"header"`
}

type schema struct {
	Fields        []field  `json:"fields"`
	MissingValues []string `json:"missingValues"`
}

type field struct {
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Description string   `json:"description"`
	DecimalChar string   `json:"decimalChar,omitempty"`
	TrueValues  []string `json:"trueValues,omitempty"`
	FalseValues []string `json:"falseValues,omitempty"`
}

// writePackage writes datapackage.json, with the sum of every file of the View.
func (f *Files) writePackage(ctx context.Context, w io.Writer, v *search.View) error {
	p := dataPackage{
		Profile: "data-package", Name: "tilbud-til-parorende", Title: "Tilbud til pårørende", Homepage: f.deps.BaseURL + "/data",
		Sources: []dataSource{},
	}
	if f.deps.Licence != "" {
		p.Licences = []licence{{licenceAddress(f.deps.Licence)}}
	}
	for _, c := range credits() {
		p.Sources = append(p.Sources, dataSource{c.What + ": " + c.Whose})
	}
	var last time.Time
	for _, t := range tables {
		for _, format := range formats {
			m, err := f.makeNow(ctx, t.Code+"."+format.Extension, v)
			if err != nil {
				return err
			}
			if m.Time.After(last) {
				last = m.Time
			}
			p.Resources = append(p.Resources, resource(t, format, m))
		}
	}
	p.Created = last.Format(time.RFC3339)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(p)
}

// makeNow returns the file of the View itself, however long it takes.
func (f *Files) makeNow(ctx context.Context, name string, v *search.View) (*Made, error) {
	m, err := f.Make(context.WithoutCancel(ctx), name, v)
	if err == nil {
		err = ctx.Err()
	}
	return m, err
}

func resource(t *Table, format Format, m *Made) dataResource {
	r := dataResource{
		Profile: "data-resource", Name: t.Code + "-" + format.Extension, Title: t.Title, Description: t.About,
		Path: m.Name, Format: format.Extension, MediaType: format.MediaType, Bytes: m.Size, Hash: "sha256:" + hex.EncodeToString(m.Sum),
	}
	if format.Extension != "csv" {
		return r
	}
	r.Profile, r.MediaType, r.Encoding = "tabular-data-resource", "text/csv", "utf-8"
	r.Dialect = &dialect{Delimiter: ";", LineTerminator: "\r\n", Header: true}
	r.Schema = &schema{MissingValues: []string{""}}
	for _, c := range t.Columns {
		r.Schema.Fields = append(r.Schema.Fields, c.field())
	}
	return r
}

func (c Column) field() field {
	x := field{Name: c.Name, Type: string(c.Kind), Description: c.About}
	switch c.Kind {
	case Number:
		x.DecimalChar = ","
	case Truth:
		x.TrueValues, x.FalseValues = []string{"ja"}, []string{"nei"}
	case TextList:
		x.Type = string(Text) // lists inside a cell are newer than the profile
		x.Description += " Flere med | mellom."
	}
	return x
}

// writeSums writes what sha256sum --check reads.
func (f *Files) writeSums(ctx context.Context, w io.Writer, v *search.View) error {
	for _, name := range f.names {
		if name == "SHA256SUMS" {
			continue
		}
		m, err := f.makeNow(ctx, name, v)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s  %s\n", hex.EncodeToString(m.Sum), m.Name); err != nil {
			return err
		}
	}
	return nil
}
