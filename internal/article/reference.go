package article

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Reference is a place in a text where the reader sees what there is in their own kommune:
// of a type, or about a topic. It stands alone on a line, as in
//
//	{{tilbud type="lms"}}
//	{{tilbud tema="demens"}}
//
// One of its fields is set. Whether there is such a type or topic is for those to say who
// keep them.
type Reference struct{ Type, Topic string }

// String returns the reference as it is written in a text.
func (r Reference) String() string {
	if r.Topic != "" {
		return `{{tilbud tema="` + r.Topic + `"}}`
	}
	return `{{tilbud type="` + r.Type + `"}}`
}

// Piece is a stretch of an article's text: HTML, or a reference that stands between two.
type Piece struct {
	HTML      string    // safe to put into a page as it is; empty for a reference
	Reference Reference // zero for HTML
}

// References returns the references of the text in order, each as often as it stands there.
func (b Body) References() []Reference {
	var found []Reference
	for n := b.doc.FirstChild(); n != nil; n = n.NextSibling() {
		if r, ok := n.(*referenceNode); ok && r.fault == "" {
			found = append(found, r.reference)
		}
	}
	return found
}

var (
	referencePattern = regexp.MustCompile(`^\{\{tilbud +([^\s="{}]+)="([^"{}]*)" *\}\}$`)
	kindReference    = ast.NewNodeKind("Reference")
)

// referenceNode is a line that begins as a reference does.
type referenceNode struct {
	ast.BaseBlock
	reference Reference
	fault     Fault // empty for one that is right
	value     string
}

// Kind implements ast.Node.
func (*referenceNode) Kind() ast.NodeKind { return kindReference }

// Dump implements ast.Node.
func (n *referenceNode) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"Reference": n.reference.String()}, nil)
}

// newReference reads a line that begins with "{{".
func newReference(line string) *referenceNode {
	parts := referencePattern.FindStringSubmatch(strings.TrimSpace(line))
	if parts == nil {
		return &referenceNode{fault: NotReference, value: strings.TrimSpace(line)}
	}
	n := &referenceNode{}
	switch parts[1] {
	case "type":
		n.reference.Type = parts[2]
	case "tema":
		n.reference.Topic = parts[2]
	default:
		return &referenceNode{fault: UnknownField, value: "type, tema"}
	}
	if !codePattern.MatchString(parts[2]) {
		return &referenceNode{fault: NotCode, value: parts[2]}
	}
	return n
}

// referenceParser takes the lines of a text that begin with "{{". Within a list or a quote
// they stay text, which reader.references finds: there is no room for offerings there.
type referenceParser struct{}

// Trigger implements parser.BlockParser.
func (referenceParser) Trigger() []byte { return []byte{'{'} }

// Open implements parser.BlockParser.
func (referenceParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || !bytes.HasPrefix(line[at:], []byte("{{")) || parent.Kind() != ast.KindDocument {
		return nil, parser.NoChildren
	}
	n := newReference(string(line))
	n.Lines().Append(segment)
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

// Continue implements parser.BlockParser.
func (referenceParser) Continue(ast.Node, text.Reader, parser.Context) parser.State {
	return parser.Close
}

// Close implements parser.BlockParser.
func (referenceParser) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (referenceParser) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (referenceParser) CanAcceptIndentedLine() bool { return false }

// references reports what looks like a reference and is none. The text begins on the given
// line of its file.
func (r *reader) references(markdown string, firstLine int) {
	source := []byte(markdown)
	report := func(line text.Segment, fault Fault, value string) {
		r.problem(firstLine+bytes.Count(source[:line.Start], []byte("\n")), FieldReference, fault, value)
	}
	doc := parse(source)
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if ref, ok := n.(*referenceNode); ok && ref.fault != "" {
			report(ref.Lines().At(0), ref.fault, ref.value)
		}
	}
	for block := range leafBlocks(doc) {
		for i := range block.Lines().Len() {
			line := block.Lines().At(i)
			if written := line.Value(source); bytes.Contains(written, []byte("{{")) {
				report(line, NotReference, strings.TrimSpace(string(written)))
			}
		}
	}
}
