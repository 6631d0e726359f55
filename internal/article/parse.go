package article

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

var (
	slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	codePattern = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// indexName is the file name of a section's own text.
const indexName = "_index"

// Parse reads one article. The language, section and slug come from the last two parts of
// name; see Key.File. All problems are reported together; Problems takes them apart.
func Parse(name string, src []byte) (Article, error) {
	key, err := place(name)
	if err != nil {
		return Article{}, err
	}
	meta, body, err := split(name, src)
	if err != nil {
		return Article{}, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(meta), &doc); err != nil {
		return Article{}, Problem{File: name, Field: FieldFrontMatter, Fault: NotYAML, Value: err.Error()}
	}
	if len(doc.Content) == 0 {
		return Article{}, Problem{name, 1, FieldFrontMatter, Empty, ""}
	}

	r := &reader{file: name}
	root := doc.Content[0]
	values := r.mapping(root, "", "tittel", "ingress", "publisert", "oppdatert", "rekkefolge",
		"typer", "tema", "for", "lover", "kilder", "sokeord")
	a := Article{
		Language:    key.Language,
		Section:     key.Section,
		Slug:        key.Slug,
		Title:       r.text("tittel", r.required(root, values, "", "tittel")),
		Lead:        r.text("ingress", r.required(root, values, "", "ingress")),
		Published:   r.date("publisert", r.required(root, values, "", "publisert")),
		Updated:     r.date("oppdatert", r.required(root, values, "", "oppdatert")),
		Order:       r.order(values["rekkefolge"]),
		Types:       r.codes("typer", values["typer"]),
		Topics:      r.codes("tema", values["tema"]),
		Audience:    r.audience(values["for"]),
		Laws:        r.laws(values["lover"]),
		Sources:     r.sources(values["kilder"]),
		SearchWords: r.words("sokeord", values["sokeord"]),
		Markdown:    body,
	}
	if !a.Updated.IsZero() && a.Updated.Before(a.Published) {
		r.problem(values["oppdatert"].Line, "oppdatert", TooEarly, "")
	}
	if a.IsIndex() != (a.Order == 0) {
		r.problem(root.Line, "rekkefolge", WrongOrder, "")
	}
	if strings.TrimSpace(body) == "" {
		r.problem(strings.Count(meta, "\n")+1, FieldText, Empty, "")
	}
	r.references(body, strings.Count(meta, "\n")+2)
	if len(r.problems) > 0 {
		return Article{}, errors.Join(r.problems...)
	}
	return a, nil
}

// place takes an article's key from its file name.
func place(name string) (Key, error) {
	section := path.Base(path.Dir(name))
	if !slices.Contains(sections, section) {
		return Key{}, Problem{name, 0, FieldSection, NotSection, fmt.Sprintf("%q is not one of %s", section, strings.Join(sections, ", "))}
	}
	slug, found := strings.CutSuffix(path.Base(name), ".md")
	language := Bokmal
	for _, other := range []string{Nynorsk, English} {
		if base, ok := strings.CutSuffix(slug, "."+other); ok {
			language, slug = other, base
			break
		}
	}
	switch {
	case !found:
		return Key{}, Problem{name, 0, FieldSlug, NotMarkdown, ""}
	case slug == indexName:
		return Key{language, section, ""}, nil
	case !slugPattern.MatchString(slug):
		return Key{}, Problem{name, 0, FieldSlug, NotSlug, slug}
	}
	return Key{language, section, slug}, nil
}

// split divides a source into front matter and text. The front matter keeps its
// opening "---", which YAML allows, so that YAML counts lines as the file does.
func split(name string, src []byte) (meta, body string, err error) {
	if !utf8.Valid(src) {
		return "", "", Problem{name, 0, FieldText, NotUTF8, ""}
	}
	if before, _, found := strings.Cut(string(src), "\x00"); found { // a database keeps none
		return "", "", Problem{name, 1 + strings.Count(before, "\n"), FieldText, HasNUL, ""}
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(src), "\ufeff"), "\r\n", "\n")
	if !strings.HasPrefix(text, "---\n") {
		return "", "", Problem{name, 1, FieldFrontMatter, NotOpened, ""}
	}
	meta, body, found := strings.Cut(text, "\n---\n")
	if !found {
		return "", "", Problem{name, 1, FieldFrontMatter, NotClosed, ""}
	}
	return meta + "\n", body, nil
}

// reader reads the nodes of one file's front matter and collects what is wrong.
// It looks at nodes rather than decoding into a struct, since only they know
// their line.
type reader struct {
	file     string
	problems []error
}

func (r *reader) problem(line int, field string, fault Fault, value string) {
	r.problems = append(r.problems, Problem{r.file, line, field, fault, value})
}

// mapping returns the values of a mapping by key. Other keys than the known ones,
// and repeated ones, are problems; within is the field that holds the mapping,
// for the message.
func (r *reader) mapping(node *yaml.Node, within string, known ...string) map[string]*yaml.Node {
	if node.Kind != yaml.MappingNode {
		r.problem(node.Line, cmp.Or(within, FieldFrontMatter), NotFields, "")
		return nil
	}
	values := make(map[string]*yaml.Node)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		field := fieldName(within, key.Value)
		switch {
		case !slices.Contains(known, key.Value):
			r.problem(key.Line, field, UnknownField, strings.Join(known, ", "))
		case values[key.Value] != nil:
			r.problem(key.Line, field, Twice, "")
		default:
			values[key.Value] = value
		}
	}
	return values
}

// required returns the value of a key that must be there, nil if it is missing.
func (r *reader) required(parent *yaml.Node, values map[string]*yaml.Node, within, key string) *yaml.Node {
	if values[key] == nil {
		r.problem(parent.Line, fieldName(within, key), Missing, "")
	}
	return values[key]
}

// fieldName is a field's name in messages: "tittel", or "lover.url" within another.
func fieldName(within, key string) string {
	if within == "" {
		return key
	}
	return within + "." + key
}

// text returns a value on one line, empty for a missing one.
func (r *reader) text(field string, node *yaml.Node) string {
	if node == nil {
		return ""
	}
	text := strings.Join(strings.Fields(node.Value), " ")
	if node.Kind != yaml.ScalarNode {
		r.problem(node.Line, field, NotText, "")
		return ""
	}
	if text == "" {
		r.problem(node.Line, field, Empty, "")
	}
	return text
}

// date returns a date, zero for a missing one.
func (r *reader) date(field string, node *yaml.Node) time.Time {
	text := r.text(field, node)
	if text == "" {
		return time.Time{}
	}
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		r.problem(node.Line, field, NotDate, text)
	}
	return date
}

// order returns the place within the section, 0 for a missing one.
func (r *reader) order(node *yaml.Node) int {
	text := r.text("rekkefolge", node)
	if text == "" {
		return 0
	}
	order, err := strconv.Atoi(text)
	if err != nil || order < 1 {
		r.problem(node.Line, "rekkefolge", NotOrder, text)
		return 0
	}
	return order
}

// audience returns whom the article is written to, none for a missing value.
func (r *reader) audience(node *yaml.Node) Audience {
	a := Audience(r.text("for", node))
	if a != Everyone && a != Children && a != Youth {
		r.problem(node.Line, "for", NotAudience, string(a))
	}
	return a
}

// items returns the nodes of a list, none for a missing one.
func (r *reader) items(field string, node *yaml.Node) []*yaml.Node {
	if node == nil {
		return nil
	}
	if node.Kind != yaml.SequenceNode {
		r.problem(node.Line, field, NotList, "")
		return nil
	}
	return node.Content
}

// words returns a list of texts without repetitions.
func (r *reader) words(field string, node *yaml.Node) []string {
	var words []string
	for _, item := range r.items(field, node) {
		word := r.text(field, item)
		if slices.Contains(words, word) {
			r.problem(item.Line, field, RepeatedWord, word)
			continue
		}
		words = append(words, word)
	}
	return words
}

// codes returns a list of codes such as barn_som_parorende. Whether they exist is
// for those to say who keep the types and topics.
func (r *reader) codes(field string, node *yaml.Node) []string {
	codes := r.words(field, node)
	for _, code := range codes {
		if code != "" && !codePattern.MatchString(code) {
			r.problem(node.Line, field, NotCode, code)
		}
	}
	return codes
}

// laws returns the paragraphs that the article names.
func (r *reader) laws(node *yaml.Node) []Link {
	var laws []Link
	for _, item := range r.items("lover", node) {
		values := r.mapping(item, "lover", "tekst", "url")
		laws = append(laws, Link{
			Text: r.text("lover.tekst", r.required(item, values, "lover", "tekst")),
			URL:  r.address("lover.url", r.required(item, values, "lover", "url")),
		})
	}
	return laws
}

// sources returns the pages that the article builds on.
func (r *reader) sources(node *yaml.Node) []Source {
	var sources []Source
	for _, item := range r.items("kilder", node) {
		values := r.mapping(item, "kilder", "tittel", "url", "dato")
		sources = append(sources, Source{
			Title: r.text("kilder.tittel", r.required(item, values, "kilder", "tittel")),
			URL:   r.address("kilder.url", r.required(item, values, "kilder", "url")),
			Date:  r.date("kilder.dato", values["dato"]),
		})
	}
	return sources
}

// address returns an absolute https address.
func (r *reader) address(field string, node *yaml.Node) string {
	text := r.text(field, node)
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		r.problem(node.Line, field, NotAddress, text)
	}
	return text
}
