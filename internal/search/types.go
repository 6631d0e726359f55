// Package search is the Bleve index that readers are answered from. The index is never
// the truth and can be thrown away: every public thing is a document in it, with the
// content needed to show it in a stored field, so that pages and the read API need no
// database.
//
// Bleve decides which documents match and how well. Facets, filters, sorting, distance
// and the listings themselves come from columns in memory, built from the index at open.
// A reader works on a View: one generation of both, which never changes.
package search

import (
	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Kommune is a kommune as readers meet it.
type Kommune struct {
	region.Kommune
	Formers []region.Former // former kommuner that went into this one, by name
}

// Sort is an order of hits.
type Sort string

const (
	ByRelevance Sort = "relevans"
	ByDistance  Sort = "avstand"
	ByName      Sort = "navn"
)

// Query is one question. Values in one slice mean OR, different slices AND.
type Query struct {
	Text         string
	Kommuner     []region.Number // offerings that cover any of these
	Fylker       []region.FylkeNumber
	Types        []string
	TargetGroups []string
	Topics       []string
	Formats      []string
	Languages    []string
	Near         *region.Position // for distance; the reader's kommune's centre otherwise
	RadiusKM     float64          // 0: no limit
	Sort         Sort             // "": ByRelevance
	Page         int              // from 1
	Size         int
	Language     string // the reader's: articles come in it where they are, and names of types and topics; "": bokmål
	// Bare is set by callers that keep offerings in a form of their own: hits have only ids.
	Bare bool
	// Literal is set when the reader has undone an interpretation: Text is then words to
	// look for, and no place or type is recognised in it.
	Literal bool
}

// Interpretation is what was understood of Query.Text beyond its words.
type Interpretation struct {
	Text     string         // the words left over, which were searched for
	Kommuner []*Kommune     // more than one where a name is shared or a kommune was split
	Fylker   []region.Fylke // a fylke named in the text
	Place    string         // what the reader called it, when that is not the kommune's name: "Skedsmo", "0155"
	Types    []directory.OfferingType
	Expanded []string // other words that were searched for too
	Mended   string   // the whole text as it was read, where a word was taken to be misspelt
}

// Empty reports whether nothing but words was understood.
func (i Interpretation) Empty() bool {
	return len(i.Kommuner) == 0 && len(i.Fylker) == 0 && len(i.Types) == 0 && len(i.Expanded) == 0 && i.Mended == ""
}

// Hit is one offering that answers a query.
type Hit struct {
	ID         int64
	Offering   *directory.Offering // nil when the query was Bare
	Reach      directory.Reach     // how it covers the reader's kommune; NotCovered when none was named
	DistanceKM *float64            // from Query.Near or the kommune's centre; nil where there is no position
}

// FacetValue is one choice of a facet, with the number of hits that choosing it gives.
type FacetValue struct {
	*Choice
	Count    int32
	Selected bool
}

// Choice is what can be chosen in a facet. It is shared: callers must not change it.
type Choice struct {
	Code   string
	Name   directory.Text
	Number int // its place in View.Choices
}

// Facets are the choices that narrow a result. Values without hits are there too, count 0.
type Facets struct {
	Types        []FacetValue
	Fylker       []FacetValue
	Kommuner     []FacetValue // the chosen ones and those with the most hits, 50 in all
	TargetGroups []FacetValue
	Topics       []FacetValue
	Formats      []FacetValue
}

// Result is the answer to a query.
type Result struct {
	Total       int
	Page, Pages int
	Hits        []Hit
	Facets      Facets
	Interpreted Interpretation
	DidYouMean  string // a better spelling, or ""
	Articles    []*article.Article
	Courses     map[int64]bool // ids of those that have the words, also when they are over
	// Nearby is where to look when the reader's kommune has nothing of what was asked for, the
	// nearest first.
	Nearby []Nearby
	marked marked // for Mark

	// NotThere is set when the types that were named are not registered for the place,
	// and the hits are what to look at instead.
	NotThere bool
	// Dropped is set when no offering for the place, or of the type, has the words: the hits
	// are what there is for the place or of the type.
	Dropped bool
	// General is set when nothing answers to the words: the hits are the lines that everybody
	// can call. Passing is set too when some offering has a word or two of many.
	General, Passing bool
	// Open is set beside General when the words say nothing of what it is about: "hjelp",
	// "hvem kan jeg ringe".
	Open bool
	// Young is set when who asks says that they are a child or a youth.
	Young bool
	// Crisis is set when the text speaks of suicide, violence or danger: emergency
	// numbers then come first, whatever else was found.
	Crisis bool
}

// SuggestionKind says what a completion leads to.
type SuggestionKind string

const (
	SuggestKommune  SuggestionKind = "kommune"
	SuggestType     SuggestionKind = "type"
	SuggestSaying   SuggestionKind = "uttrykk" // something that people say, and search finds
	SuggestOffering SuggestionKind = "tilbud"
	SuggestCourse   SuggestionKind = "kurs"
	SuggestArticle  SuggestionKind = "artikkel"
	SuggestList     SuggestionKind = "sjekkliste"
)

// Suggestion is one completion of what a reader is typing.
type Suggestion struct {
	Kind SuggestionKind
	Text string // what to show first: "Lillestrøm"
	Sub  string // what to show beside it: "tidligere Skedsmo", "postnummer 2000", "Akershus"
	Path string // where it leads
}

// PlaceMatch is one kommune that a place may mean.
type PlaceMatch struct {
	Kommune *Kommune
	// As is what matched when it is not the kommune's own name: a former kommune, a
	// postnummer with its poststed, a bydel or a place. AsKind says which.
	As     string
	AsKind string // "navn", "tidligere", "postnummer", "sted", "bydel", "nummer"
	Exact  bool
}

// Answer is what one kommune has for one type: the heart of the kommune page.
type Answer struct {
	Type      directory.OfferingType
	Offerings []Hit // what covers the kommune, closest first; Reach is set, and Offering for as many as were asked for
	// Alternatives is filled where Offerings is empty: the nearest offerings of the same
	// type elsewhere (distance set), then what covers the kommune of the types that
	// Type.Alternatives names, never empty for a directory with national lines in it.
	Nearest      []Hit
	Alternatives []Hit
}
