// Package article turns guidance articles into checked metadata and safe HTML.
//
// An article is a Markdown file with YAML front matter, in Norwegian, under
// data/artikler. Whoever writes one is trusted to write about help, not to write
// HTML: no markup of the source reaches a reader, so an article may come from a
// form as well as from a file. What cannot be right (an unknown field, a wrong
// date) is refused with its place in the file rather than shown half.
package article

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// sections is the closed set, in the order in which the site shows them. The
// names are also the first part of the public address.
var sections = []string{
	"ta-vare-pa-deg-selv",
	"ta-vare-pa-den-syke",
	"ta-vare-pa-familien",
	"ta-vare-pa-barna",
	"mote-med-helsetjenesten",
}

// Sections returns the slugs of the guidance sections, in display order. A
// section's title and text are those of its index article.
func Sections() []string { return slices.Clone(sections) }

// The languages that an article may be in, as values of the lang attribute. Bokmål is the one
// that the others are made from.
const (
	Bokmal  = "nb"
	Nynorsk = "nn"
	English = "en"
)

// Languages returns the languages of articles, bokmål first.
func Languages() []string { return slices.Clone(languages) }

var languages = []string{Bokmal, Nynorsk, English}

// Audience is whom an article is written to.
type Audience string

// Whom articles are written to. What is written to children and young people has headings
// of its own, and is shorter and simpler.
const (
	Everyone Audience = ""
	Children Audience = "barn"
	Youth    Audience = "ungdom"
)

// Article is one guidance article, or a section's own text (IsIndex).
type Article struct {
	Language string // one of Languages
	Section  string // one of Sections
	Slug     string // empty for a section's own text; the same in all languages

	Title string
	Lead  string // one or two sentences, plain text

	Published time.Time // a date, at midnight UTC
	Updated   time.Time // a date, never before Published
	Order     int       // place within the section, 1 first; 0 for its own text

	Types       []string // codes of offering types to show as help near the reader
	Topics      []string // codes of what the article is about
	Audience    Audience
	Laws        []Link
	Sources     []Source
	SearchWords []string // everyday words that should find the article

	Markdown string // the text after the front matter

	// ConfirmedAt is when a national editor last said that the article is right: its laws,
	// figures and links. It is nil when nobody has, and in what Parse returns: a text does
	// not say it of itself.
	ConfirmedAt *time.Time
}

// Link is a text with an absolute https address.
type Link struct{ Text, URL string }

// Source is a page that the article builds on. Date is the page's own date, zero
// when it states none.
type Source struct {
	Title, URL string
	Date       time.Time
}

// IsIndex reports whether the article is a section's own text.
func (a Article) IsIndex() bool { return a.Slug == "" }

// Key returns what tells the article from the others.
func (a Article) Key() Key { return Key{a.Language, a.Section, a.Slug} }

// Path returns the article's public address below the root of the site in its language, as
// in "/mote-med-helsetjenesten/tips-og-rad"; it is the same in all languages.
func (a Article) Path() string { return a.Key().Path() }

// ParseFS reads every article of fsys (see Key.File), and returns them by section, the section's
// own text first and the others by Order, bokmål before its translations. It reports the
// problems of all files together, and then returns no articles.
func ParseFS(fsys fs.FS) ([]Article, error) {
	names, err := fs.Glob(fsys, "*/*.md")
	if err != nil {
		return nil, fmt.Errorf("list articles: %w", err)
	}
	var articles []Article
	var problems []error
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			problems = append(problems, fmt.Errorf("read article: %w", err))
			continue
		}
		a, err := Parse(name, src)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		articles = append(articles, a)
	}
	if problems = append(problems, Orphans(articles)...); len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	slices.SortFunc(articles, Compare)
	return articles, nil
}

// Compare orders articles by section, the section's own text first and the others by Order,
// bokmål before its translations.
func Compare(a, b Article) int {
	return cmp.Or(
		cmp.Compare(slices.Index(sections, a.Section), slices.Index(sections, b.Section)),
		cmp.Compare(a.Order, b.Order),
		cmp.Compare(a.Slug, b.Slug),
		cmp.Compare(slices.Index(languages, a.Language), slices.Index(languages, b.Language)),
	)
}

// Orphans returns a Problem for every translation whose bokmål is not among the articles.
func Orphans(articles []Article) []error {
	bokmal := map[string]bool{}
	for _, a := range articles {
		if a.Language == Bokmal {
			bokmal[a.Path()] = true
		}
	}
	var problems []error
	for _, a := range articles {
		if !bokmal[a.Path()] {
			problems = append(problems, a.Key().Orphan())
		}
	}
	return problems
}
