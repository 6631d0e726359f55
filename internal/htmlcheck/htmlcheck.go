// Package htmlcheck looks at HTML in tests as a reader's browser has it: by CSS selector,
// with texts as they are shown. It also knows what must hold for every page, whatever is
// on it. It is for tests only.
package htmlcheck

import (
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Page is a page, or a part of one.
type Page struct{ root *html.Node }

// Parse returns the page that a browser would make of the HTML. There is none that a
// browser cannot read, and so no error.
func Parse(body string) Page {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		panic("htmlcheck: " + err.Error()) // only a reader can fail, and this one does not
	}
	return Page{root}
}

// All returns what the selector finds, in the order of the page. It panics when the
// selector is wrong.
func (p Page) All(selector string) []Page {
	var found []Page
	for _, n := range cascadia.QueryAll(p.root, cascadia.MustCompile(selector)) {
		found = append(found, Page{n})
	}
	return found
}

// First returns the first that the selector finds, and whether there is any.
func (p Page) First(selector string) (Page, bool) {
	n := cascadia.Query(p.root, cascadia.MustCompile(selector))
	return Page{n}, n != nil
}

// Has reports whether the selector finds anything.
func (p Page) Has(selector string) bool {
	_, ok := p.First(selector)
	return ok
}

// Attrs returns the attribute of all that the selector finds, "" where it is not set.
func (p Page) Attrs(selector, name string) []string {
	var values []string
	for _, e := range p.All(selector) {
		values = append(values, e.Attr(name))
	}
	return values
}

// Attr returns an attribute of the element, "" where it is not set.
func (p Page) Attr(name string) string {
	value, _ := p.attr(name)
	return value
}

func (p Page) attr(name string) (string, bool) {
	for _, a := range p.root.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// Name returns the element's name, such as "h2".
func (p Page) Name() string { return p.root.Data }

// Text returns the words in the element, with one blank between them.
func (p Page) Text() string {
	var b strings.Builder
	for n := range p.root.Descendants() {
		switch {
		case n.Type == html.TextNode && !unseen[n.Parent.Data]:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && !inline[n.Data]:
			b.WriteByte(' ') // a new line on the screen
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Data returns what stands in a script or style as it is, such as the JSON of JSON-LD.
func (p Page) Data() string {
	var b strings.Builder
	for n := range p.root.ChildNodes() {
		b.WriteString(n.Data)
	}
	return b.String()
}

// unseen are the elements whose text is not for readers.
var unseen = map[string]bool{"script": true, "style": true, "template": true}

// inline are the elements that stand within a line, so that "<b>a</b>b" is one word.
var inline = map[string]bool{"a": true, "abbr": true, "b": true, "em": true, "i": true, "mark": true,
	"small": true, "span": true, "strong": true}

// String returns the element as HTML, for messages.
func (p Page) String() string {
	var b strings.Builder
	if err := html.Render(&b, p.root); err != nil {
		return err.Error()
	}
	return b.String()
}
