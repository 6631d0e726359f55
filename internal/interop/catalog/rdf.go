package catalog

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// What is published is a few hundred thousand statements of some fifteen kinds, all of
// named things, in an order of their own. That needs no library: a node is written when
// it is made and then forgotten, so that memory stays flat.

// prefixes are the namespaces, in the order in which they are written.
var prefixes = [...]struct{ name, iri string }{
	{"cpsv", "http://purl.org/vocab/cpsv#"},
	{"cpsvno", "https://data.norge.no/vocabulary/cpsvno#"},
	{"cv", "http://data.europa.eu/m8g/"},
	{"dcat", "http://www.w3.org/ns/dcat#"},
	{"dcatno", "https://data.norge.no/vocabulary/dcatno#"},
	{"dct", "http://purl.org/dc/terms/"},
	{"eli", "http://data.europa.eu/eli/ontology#"},
	{"foaf", "http://xmlns.com/foaf/0.1/"},
	{"org", "http://www.w3.org/ns/org#"},
	{"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
	{"skos", "http://www.w3.org/2004/02/skos/core#"},
	{"vcard", "http://www.w3.org/2006/vcard/ns#"},
	{"xsd", "http://www.w3.org/2001/XMLSchema#"},
}

// object is what a statement says: another thing, or a text in a language or of a type.
type object struct {
	iri      string
	text     string
	language string
	datatype string // with its prefix: "xsd:date"
}

// node is a thing with all that is said of it. It always has a name: harvesters ignore
// services without one.
type node struct {
	iri        string
	types      []string // with their prefixes
	properties []property
}

type property struct {
	name    string // with its prefix
	objects []object
}

// add says one thing more, unless it has been said.
func (n *node) add(name string, o object) {
	for i := range n.properties {
		p := &n.properties[i]
		if p.name != name {
			continue
		}
		if !slices.Contains(p.objects, o) {
			p.objects = append(p.objects, o)
		}
		return
	}
	n.properties = append(n.properties, property{name, []object{o}})
}

// thing says that the node has to do with another; nothing where there is none.
func (n *node) thing(name string, iris ...string) {
	for _, iri := range iris {
		if iri != "" {
			n.add(name, object{iri: iri})
		}
	}
}

// text says something in a language; nothing where there is no text.
func (n *node) text(name, text, language string) {
	if text != "" {
		n.add(name, object{text: text, language: language})
	}
}

// value says something that is in no language.
func (n *node) value(name, text, datatype string) {
	if text != "" {
		n.add(name, object{text: text, datatype: datatype})
	}
}

// writeTurtle writes the nodes as RDF 1.1 Turtle.
func writeTurtle(w io.Writer, nodes iter.Seq[*node]) error {
	b := bufio.NewWriterSize(w, 64<<10)
	for _, p := range prefixes {
		fmt.Fprintf(b, "@prefix %s: <%s> .\n", p.name, p.iri)
	}
	for n := range nodes {
		b.WriteString("\n")
		writeIRI(b, n.iri)
		b.WriteString(" a ")
		b.WriteString(strings.Join(n.types, ", "))
		for _, p := range n.properties {
			b.WriteString(" ;\n  ")
			b.WriteString(p.name)
			for i, o := range p.objects {
				if i > 0 {
					b.WriteString(",")
				}
				b.WriteString(" ")
				writeObject(b, o)
			}
		}
		if _, err := b.WriteString(" .\n"); err != nil { // it keeps the first error
			return err
		}
	}
	return b.Flush()
}

func writeObject(b *bufio.Writer, o object) {
	if o.iri != "" {
		writeIRI(b, o.iri)
		return
	}
	b.WriteString(`"`)
	for _, r := range strings.ToValidUTF8(o.text, "\ufffd") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteString(`"`)
	switch {
	case o.language != "":
		b.WriteString("@" + o.language)
	case o.datatype != "":
		b.WriteString("^^" + o.datatype)
	}
}

func writeIRI(b *bufio.Writer, iri string) {
	b.WriteString("<" + iri + ">")
}

// address returns an address that people wrote as an IRI: what may not stand in one is
// percent-encoded, as browsers do it.
func address(s string) string {
	if !strings.ContainsFunc(s, notInIRI) {
		return s
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		if !notInIRI(r) {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// notInIRI reports whether a letter may not stand in an IRI (IRIREF of Turtle).
func notInIRI(r rune) bool {
	return r <= ' ' || r == 0x7f || r == '\ufffd' || strings.ContainsRune("<>\"{}|^`\\", r)
}

// writeJSONLD writes the nodes as JSON-LD 1.1, flattened: the same statements in the same
// order.
func writeJSONLD(w io.Writer, nodes iter.Seq[*node]) error {
	b := bufio.NewWriterSize(w, 64<<10)
	b.WriteString(`{"@context":{`)
	for i, p := range prefixes {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(quoted(p.name) + ":" + quoted(p.iri))
	}
	b.WriteString(`},"@graph":[`)
	first := true
	for n := range nodes {
		if !first {
			b.WriteString(",")
		}
		first = false
		b.WriteString("\n{\"@id\":" + quoted(n.iri) + `,"@type":[`)
		for i, t := range n.types {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(quoted(t))
		}
		b.WriteString("]")
		for _, p := range n.properties {
			b.WriteString("," + quoted(p.name) + ":[")
			for i, o := range p.objects {
				if i > 0 {
					b.WriteString(",")
				}
				b.WriteString(o.jsonLD())
			}
			b.WriteString("]")
		}
		if _, err := b.WriteString("}"); err != nil {
			return err
		}
	}
	b.WriteString("\n]}\n")
	return b.Flush()
}

func (o object) jsonLD() string {
	switch {
	case o.iri != "":
		return `{"@id":` + quoted(o.iri) + "}"
	case o.language != "":
		return `{"@value":` + quoted(o.text) + `,"@language":` + quoted(o.language) + "}"
	case o.datatype != "":
		return `{"@value":` + quoted(o.text) + `,"@type":` + quoted(o.datatype) + "}"
	}
	return `{"@value":` + quoted(o.text) + "}"
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be written
	}
	return string(b)
}
