package article

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Heading is one entry of an article's table of contents.
type Heading struct {
	Level int // 2 for the article's parts, 3 below them
	ID    string
	Text  string
}

// markdown is plain CommonMark: what goldmark leaves out by itself, raw HTML
// first of all, stays out.
var markdown = goldmark.New(goldmark.WithParserOptions(
	parser.WithAutoHeadingID(),
	parser.WithBlockParsers(util.Prioritized(referenceParser{}, 150)),
	parser.WithASTTransformers(util.Prioritized(externalLinks{}, 100)),
))

// policy names all that may reach a reader. It stands behind goldmark rather than
// instead of it, so that a fault in one of them is not enough. There is no h1: a
// page has one, its title.
var policy = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h2", "h3", "h4", "p", "ul", "ol", "li", "em", "strong", "blockquote", "hr", "br", "code", "pre")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^[a-z0-9-]+$`)).OnElements("h2", "h3", "h4")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^external$`)).OnElements("a")
	p.AllowURLSchemes("https", "tel", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}()

// Body is an article's text, read once for all that is asked of it.
type Body struct {
	path   string
	source []byte
	doc    ast.Node
}

// Body reads the article's text.
func (a Article) Body() Body {
	source := []byte(a.Markdown)
	return Body{path: a.Path(), source: source, doc: parse(source)}
}

// Pieces returns the article's text as HTML that is safe to put into a page as it is, with
// the references where they stand. Headings have ids, those of Headings. A link that leaves
// the site has rel="external", for the style sheet to mark.
func (b Body) Pieces() ([]Piece, error) {
	var pieces []Piece
	var out bytes.Buffer
	flush := func() {
		if out.Len() > 0 {
			pieces = append(pieces, Piece{HTML: policy.Sanitize(out.String())})
		}
		out.Reset()
	}
	for n := b.doc.FirstChild(); n != nil; n = n.NextSibling() {
		if r, ok := n.(*referenceNode); ok {
			if flush(); r.fault == "" {
				pieces = append(pieces, Piece{Reference: r.reference})
			}
			continue
		}
		if err := markdown.Renderer().Render(&out, b.source, n); err != nil {
			return nil, fmt.Errorf("render %s: %w", b.path, err)
		}
	}
	flush()
	return pieces, nil
}

// HTML returns the HTML of all pieces, without the references.
func (a Article) HTML() (string, error) {
	pieces, err := a.Body().Pieces()
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, p := range pieces {
		all.WriteString(p.HTML)
	}
	return all.String(), nil
}

// Text returns the article's text without markup, one line for each paragraph,
// heading and list item. Title and lead are not in it.
func (a Article) Text() string {
	source := []byte(a.Markdown)
	var lines []string
	for block := range leafBlocks(parse(source)) {
		if line := strings.TrimSpace(plain(block, source)); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Headings returns the article's headings in order.
func (b Body) Headings() []Heading {
	var headings []Heading
	for block := range leafBlocks(b.doc) {
		heading, ok := block.(*ast.Heading)
		if !ok {
			continue
		}
		id, _ := heading.AttributeString("id")
		name, _ := id.([]byte)
		headings = append(headings, Heading{Level: heading.Level, ID: string(name), Text: plain(heading, b.source)})
	}
	return headings
}

func parse(source []byte) ast.Node {
	ctx := parser.NewContext(parser.WithIDs(&headingIDs{used: maps.Clone(pageIDs)}))
	return markdown.Parser().Parse(text.NewReader(source), parser.WithContext(ctx))
}

// leafBlocks yields the blocks of a document that hold text rather than blocks.
func leafBlocks(doc ast.Node) iter.Seq[ast.Node] {
	return func(yield func(ast.Node) bool) {
		_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			switch n.(type) {
			case *ast.Heading, *ast.Paragraph, *ast.TextBlock:
				if entering && !yield(n) {
					return ast.WalkStop, nil
				}
				return ast.WalkSkipChildren, nil
			}
			return ast.WalkContinue, nil
		})
	}
}

// plain returns a block's text without markup, on one line.
func plain(block ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(block, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			value := n.Value(source)
			if !n.IsRaw() {
				value = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(value)))
			}
			b.Write(value)
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.AutoLink:
			b.Write(n.Label(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// externalLinks marks the links that name a host.
type externalLinks struct{}

// Transform implements parser.ASTTransformer.
func (externalLinks) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var address []byte
		switch n := n.(type) {
		case *ast.Link:
			address = n.Destination
		case *ast.AutoLink:
			address = n.URL(reader.Source())
		default:
			return ast.WalkContinue, nil
		}
		if u, err := url.Parse(string(address)); err == nil && u.Host != "" {
			n.SetAttributeString("rel", []byte("external"))
		}
		return ast.WalkContinue, nil
	})
}

// headingIDs makes the ids of one document's headings: ASCII, as in the site's
// other addresses, since goldmark's own drop the letters æ, ø and å.
type headingIDs struct{ used map[string]bool }

// pageIDs are ids of the page around the text.
var pageIDs = map[string]bool{"innhold": true, "innhold-tittel": true, "hvor": true, "sted": true, "sted-hjelp": true,
	"hjelp": true, "lover": true, "kilder": true, "flere": true}

var toASCII = strings.NewReplacer("æ", "ae", "ø", "o", "å", "a")

// Generate implements parser.IDs.
func (ids *headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	separates := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	base := strings.Join(strings.FieldsFunc(toASCII.Replace(strings.ToLower(string(value))), separates), "-")
	if base == "" {
		base = "del"
	}
	id := base
	for n := 2; ids.used[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	ids.used[id] = true
	return []byte(id)
}

// Put implements parser.IDs.
func (ids *headingIDs) Put(value []byte) { ids.used[string(value)] = true }

// Paths returns the pages of the site that the text links to, without queries and fragments,
// in order, each once.
func (a Article) Paths() []string {
	source := []byte(a.Markdown)
	var found []string
	_ = ast.Walk(parse(source), func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		link, ok := n.(*ast.Link)
		if !ok {
			return ast.WalkContinue, nil
		}
		u, err := url.Parse(string(link.Destination))
		if err == nil && u.Host == "" && strings.HasPrefix(u.Path, "/") && !slices.Contains(found, u.Path) {
			found = append(found, u.Path)
		}
		return ast.WalkContinue, nil
	})
	return found
}

// Addresses returns the absolute web addresses that the article points to, in its text and
// beside it, in order, each once.
func (a Article) Addresses() []string {
	var found []string
	add := func(address string) {
		u, err := url.Parse(address)
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !slices.Contains(found, address) {
			found = append(found, address)
		}
	}
	source := []byte(a.Markdown)
	_ = ast.Walk(parse(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Link:
			add(string(n.Destination))
		case *ast.AutoLink:
			add(string(n.URL(source)))
		}
		return ast.WalkContinue, nil
	})
	for _, l := range a.Laws {
		add(l.URL)
	}
	for _, s := range a.Sources {
		add(s.URL)
	}
	return found
}
