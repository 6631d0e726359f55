// Package checklist has the printable checklists of data/sjekklister: what to think of before
// pårørende and health personnel meet, with boxes to tick and room to write.
//
// A list is a YAML file per language, and not an article: its items are ticked and printed one
// by one, and what a reader keeps of them on the own device is found again by the item's id. So
// an id stays with its item for good, in all languages, and a new item takes one that was never
// used. The files are built in and read once; one that is wrong stops the program at start.
package checklist

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

// languages are those that a list may be in, as of articles. The others are made from bokmål.
var languages = article.Languages()

// Kind is whom a list helps.
type Kind string

// The kinds of lists, which is how the page of all lists puts them together.
const (
	Meeting Kind = "samtale" // who talks with the health service
	Child   Kind = "barn"    // children and young people
	Relief  Kind = "pause"   // who gives much care
)

// Kinds returns the kinds in the order in which readers see them.
func Kinds() []Kind { return []Kind{Meeting, Child, Relief} }

// List is one checklist in one language.
type List struct {
	Language string // one of nb, nn, en
	Slug     string // the same in all languages

	Title   string
	Purpose string // what it is good for, one sentence
	For     string // who it is for, one sentence
	Kind    Kind
	Order   int // place among all lists, 1 first

	Published time.Time // dates, at midnight UTC
	Updated   time.Time

	Family    []Group // to who is pårørende
	Personnel []Group // to health personnel

	Laws     []Link
	Sources  []Source
	Articles []string // paths of guidance articles, as in "/mote-med-helsetjenesten/tips-og-rad"
	Types    []string // codes of offering types
}

// Path returns the list's public address below the root of the site in its language.
func (l List) Path() string { return "/sjekklister/" + l.Slug }

// Items returns all items of both parts.
func (l List) Items() []Item {
	var items []Item
	for _, g := range slices.Concat(l.Family, l.Personnel) {
		items = append(items, g.Items...)
	}
	return items
}

// Group is some items under a heading.
type Group struct {
	Title string `yaml:"overskrift"`
	Items []Item `yaml:"punkter"`
}

// Item is a sentence with a box to tick, or with Lines to write on.
type Item struct {
	ID    string   `yaml:"id"`
	Tick  string   `yaml:"kryss"`  // what to tick, a sentence; empty for a field
	Field string   `yaml:"felt"`   // what to write, a label; empty for a box
	Lines int      `yaml:"linjer"` // room for the answer, 1 to MaxLines; 0 for a box
	Help  string   `yaml:"hjelp"`  // a further sentence; may be empty
	Laws  []string `yaml:"lov"`    // addresses of those of the list's Laws that it follows from
}

// Text returns what the item says.
func (i Item) Text() string { return cmp.Or(i.Tick, i.Field) }

// MaxLines is the most room that a field may have.
const MaxLines = 6

// Link is a text with an absolute https address.
type Link struct {
	Text string `yaml:"tekst"`
	URL  string `yaml:"url"`
}

// Source is a page that the list builds on. Date is the page's own date, zero when it states
// none.
type Source struct {
	Title string    `yaml:"tittel"`
	URL   string    `yaml:"url"`
	Date  time.Time `yaml:"dato"`
}

var all = mustRead()

// mustRead panics for lists that are wrong: they are built in.
func mustRead() []List {
	sub, err := fs.Sub(data.FS, "sjekklister")
	if err == nil {
		var lists []List
		if lists, err = ParseFS(sub); err == nil {
			return lists
		}
	}
	panic("checklist: " + err.Error())
}

// All returns the lists by Order, each in the language, or in bokmål where it is not in that.
func All(language string) []List {
	var lists []List
	for _, l := range all {
		if l.Language != article.Bokmal {
			continue
		}
		if translated, ok := find(l.Slug, language); ok {
			l = translated
		}
		lists = append(lists, l)
	}
	return lists
}

// BySlug returns a list as All does, and whether there is one.
func BySlug(slug, language string) (List, bool) {
	if l, ok := find(slug, language); ok {
		return l, true
	}
	return find(slug, article.Bokmal)
}

// Languages returns the languages that a list has been written in, bokmål first.
func Languages(slug string) []string {
	return slices.DeleteFunc(slices.Clone(languages), func(language string) bool {
		_, ok := find(slug, language)
		return !ok
	})
}

func find(slug, language string) (List, bool) {
	i := slices.IndexFunc(all, func(l List) bool { return l.Slug == slug && l.Language == language })
	if i < 0 {
		return List{}, false
	}
	return all[i], true
}

// ParseFS reads every list of fsys, "<slug>.yaml" in bokmål and "<slug>.nn.yaml" and
// "<slug>.en.yaml" for its translations, and returns them by Order, bokmål first. It reports
// the problems of the first file that has some.
func ParseFS(fsys fs.FS) ([]List, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list checklists: %w", err)
	}
	var lists []List
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read checklist: %w", err)
		}
		l, err := Parse(name, src)
		if err != nil {
			return nil, err
		}
		lists = append(lists, l)
	}
	slices.SortFunc(lists, func(a, b List) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Slug, b.Slug),
			cmp.Compare(slices.Index(languages, a.Language), slices.Index(languages, b.Language)))
	})
	return lists, nil
}

// place takes language and slug from a file name.
func place(name string) (language, slug string) {
	slug = strings.TrimSuffix(path.Base(name), ".yaml")
	for _, other := range languages[1:] {
		if base, ok := strings.CutSuffix(slug, "."+other); ok {
			return other, base
		}
	}
	return article.Bokmal, slug
}
