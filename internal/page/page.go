// Package page has what all pages share: language, what a page says about itself, its
// place among the others, addresses, and the cache of finished answers.
package page

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Meta is what a page says about itself.
type Meta struct {
	Language    Language
	Written     []Language // what the page has been written in, bokmål among them; nil: all languages
	Title       string     // first words tell the page; never what the reader searched for
	Description string     // for search engines, one or two sentences; may be empty
	BaseURL     string     // of the site, without a slash at the end; empty for pages without an address of their own, such as errors
	Path        string     // as it is in bokmål: "/kommuner"
	Query       string     // "?" and what else the address has that the other languages keep; mostly empty
	Preview     bool       // what is shown is not published
	NoIndex     bool       // keep out of search engines
	Day         string     // today, as it stands on paper; empty where it is not said
	Style       string     // a style sheet beside main.css, by its name; mostly empty
	Menu        Menu       // entry of the main menu that the page belongs to
	Crumbs      []Crumb
	LinkedData  []any // what the page is in schema.org, each as it is written in JSON-LD
}

// Address returns the page's absolute address in a language, "" for pages that have none.
func (m Meta) Address(l Language) string {
	if m.BaseURL == "" {
		return ""
	}
	return m.BaseURL + m.In(l)
}

// Translations returns the languages that the page has been written in.
func (m Meta) Translations() []Language {
	if m.Written == nil {
		return Languages()
	}
	return m.Written
}

// Canonical returns the address that search engines are to keep: in bokmål for a page that
// has not been translated into its language.
func (m Meta) Canonical() string {
	if slices.Contains(m.Translations(), m.Language) {
		return m.Address(m.Language)
	}
	return m.Address(Bokmal)
}

// In returns the path of the page in a language.
func (m Meta) In(l Language) string {
	if m.Path == "/" && l != Bokmal {
		return l.Prefix()
	}
	return l.Prefix() + m.Path
}

// Menu is an entry of the main menu.
type Menu string

const (
	NoMenu       Menu = ""
	MenuSearch   Menu = "sok"
	MenuKommuner Menu = "kommuner"
	MenuAdvice   Menu = "rad"
	MenuAbout    Menu = "om"
)

// Crumb is one page on the way from the front page to this one, which comes last.
type Crumb struct {
	Text string
	Path string
}

// Parent returns the page above this one, the front page where there is no other.
func (m Meta) Parent() Crumb {
	if len(m.Crumbs) < 2 {
		return Crumb{}
	}
	return m.Crumbs[len(m.Crumbs)-2]
}

// KommuneName, FylkeName, OfferingName and CourseName are what something is known by to
// others, whatever it is called and in whichever language: "/tilbud/42". They lead to its page.
func KommuneName(n region.Number) string { return "/kommune/" + string(n) }

func FylkeName(n region.FylkeNumber) string { return "/fylke/" + string(n) }

func OfferingName(o *directory.Offering) string { return "/tilbud/" + strconv.FormatInt(o.ID, 10) }

func CourseName(c *directory.Course) string { return "/kurs/" + strconv.FormatInt(c.ID, 10) }

// KommunePath returns "/kommune/0301-oslo".
func KommunePath(k region.Kommune) string { return "/kommune/" + key(string(k.Number), k.Slug()) }

// FylkePath returns "/fylke/03-oslo".
func FylkePath(f region.Fylke) string { return "/fylke/" + key(string(f.Number), f.Slug()) }

// OfferingPath returns "/tilbud/42-familievernkontoret-i-oslo".
func OfferingPath(o *directory.Offering) string {
	return "/tilbud/" + key(strconv.FormatInt(o.ID, 10), o.Slug())
}

// CoursePath returns "/kurs/42-samtalegruppe-for-parorende".
func CoursePath(c *directory.Course) string {
	return "/kurs/" + key(strconv.FormatInt(c.ID, 10), c.Slug())
}

func key(id, slug string) string { return strings.TrimSuffix(id+"-"+slug, "-") }

// breadcrumbs is the way to a page as schema.org has it.
type breadcrumbs struct {
	Context string           `json:"@context"`
	Type    string           `json:"@type"`
	Items   []breadcrumbItem `json:"itemListElement"`
}

type breadcrumbItem struct {
	Type     string `json:"@type"`
	Position int    `json:"position"`
	Name     string `json:"name"`
	Item     string `json:"item"`
}

// Linked returns what the page says about itself in JSON-LD: LinkedData, and the way to it.
// Pages without an address of their own say nothing.
func (m Meta) Linked() []any {
	if m.BaseURL == "" {
		return nil
	}
	if len(m.Crumbs) < 2 {
		return m.LinkedData
	}
	way := breadcrumbs{Context: "https://schema.org", Type: "BreadcrumbList"}
	for i, c := range m.Crumbs {
		address := m.BaseURL + Meta{Path: c.Path}.In(m.Language)
		way.Items = append(way.Items, breadcrumbItem{"ListItem", i + 1, c.Text, address})
	}
	return append(slices.Clone(m.LinkedData), way)
}
