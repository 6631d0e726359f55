package search

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/fold"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// catalog is everything but the offerings: some thousand things that seldom change. It is
// built whole whenever one of them does, and never changes afterwards.
type catalog struct {
	number uint64

	kommuner     []*Kommune // by name
	kommuneIndex map[region.Number]int
	fylker       []region.Fylke // by name
	fylkeIndex   map[region.FylkeNumber]int
	fylkeNames   [][]string // folded, by fylke
	kommunerIn   [][]int    // by fylke
	fylkeOf      []uint32   // the bit of a kommune's fylke, by kommune
	outlines     *Outlines
	formers      map[region.Number][]region.Former
	groups       []directory.TypeGroup // in display order
	types        []*directory.OfferingType
	typeIndex    map[string]int
	terms        map[directory.TermKind][]directory.Term // in display order
	termIndex    map[directory.TermKind]map[string]int
	// What ranking asks for: target groups, and topics of lines that take whatever weighs on somebody.
	forAll, forKin, forIll, forYoung, anyMatter set64
	articles                                    []*article.Article // in display order, translations among them
	articleOf                                   map[article.Key]*article.Article
	months                                      []*directory.Month // in order of time
	postalCodes                                 map[string]*region.PostalCode
	courses                                     map[int64]*directory.Course
	coursesOf                                   map[int64][]*directory.Course // by offering
	courseWords                                 map[int64]courseForms
	places                                      []*region.Place
	placeNames                                  placeNames
	typeWords                                   typeWords
	expressions                                 expressions
	facets                                      Facets // without counts
	choices                                     []*Choice
	articleIndex                                articleIndex
	suggestions                                 []suggestion
}

// collationKey returns bytes that sort names as Norwegian does, æøå last. The rules for
// nynorsk are asked for: those for bokmål in this library sort å as a.
func collationKey(c *collate.Collator, buf *collate.Buffer, name string) string {
	buf.Reset()
	return string(c.KeyFromString(buf, name))
}

func newCollator() *collate.Collator {
	return collate.New(language.MustParse("nn"), collate.IgnoreCase)
}

// collators are kept for sortKey: making one costs more than using it.
var collators = sync.Pool{New: func() any { return newCollator() }}

// sortKey returns the collation key of one name.
func sortKey(name string) string {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var buf collate.Buffer
	return collationKey(c, &buf, name)
}

// byName sorts s by Norwegian rules, then by the tie-breaker.
func byName[T any](s []T, name func(T) string, tie func(a, b T) int) {
	type keyed struct {
		key   string
		value T
	}
	c, buf := newCollator(), new(collate.Buffer)
	list := make([]keyed, len(s))
	for i, v := range s {
		list[i] = keyed{collationKey(c, buf, name(v)), v}
	}
	slices.SortStableFunc(list, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.key, b.key), tie(a.value, b.value))
	})
	for i, k := range list {
		s[i] = k.value
	}
}

// newCatalog makes a catalog of the documents; offerings among them are passed over.
func newCatalog(documents iter.Seq[Document]) *catalog {
	c := &catalog{
		number:      numbers.Add(1),
		formers:     map[region.Number][]region.Former{},
		terms:       map[directory.TermKind][]directory.Term{},
		termIndex:   map[directory.TermKind]map[string]int{},
		postalCodes: map[string]*region.PostalCode{},
		courses:     map[int64]*directory.Course{},
		coursesOf:   map[int64][]*directory.Course{},
	}
	var said []*directory.Expression
	var outlines []*region.Outline
	for d := range documents {
		switch v := d.value.(type) {
		case *Kommune:
			c.kommuner = append(c.kommuner, v)
		case *region.Fylke:
			c.fylker = append(c.fylker, *v)
		case *region.Outline:
			outlines = append(outlines, v)
		case *directory.Course:
			c.courses[v.ID] = v
			c.coursesOf[v.Offering] = append(c.coursesOf[v.Offering], v)
		case *article.Article:
			c.articles = append(c.articles, v)
		case *directory.OfferingType:
			c.types = append(c.types, v)
		case *directory.TypeGroup:
			c.groups = append(c.groups, *v)
		case *directory.Term:
			c.terms[v.Kind] = append(c.terms[v.Kind], *v)
		case *directory.Expression:
			said = append(said, v)
		case *directory.Month:
			c.months = append(c.months, v)
		case *region.Place:
			c.places = append(c.places, v)
		case *region.PostalCode:
			c.postalCodes[v.Code] = v
		}
	}
	c.indexRegions()
	c.outlines = newOutlines(outlines, c.kommuner)
	c.indexVocabulary()
	c.anyMatter = c.coded(directory.Topic, []string{"akutt", "psykisk_helse", "selvmord"})
	c.forAll, c.forKin, c.forIll, c.forYoung = c.targets("alle"), c.targets("parorende"), c.targets("pasienter"), c.targets("barn", "ungdom")
	c.facets = newFacets(c)
	c.choices = c.facets.choices()
	c.placeNames = newPlaceNames(c)
	c.typeWords = newTypeWords(c)
	c.expressions = newExpressions(said)
	c.articleIndex = newArticleIndex(c)
	c.courseWords = newCourseWords(c)
	c.suggestions = newSuggestions(c)
	return c
}

func (c *catalog) indexRegions() {
	byName(c.kommuner, func(k *Kommune) string { return k.Name },
		func(a, b *Kommune) int { return cmp.Compare(a.Number, b.Number) })
	byName(c.fylker, func(f region.Fylke) string { return f.Name },
		func(a, b region.Fylke) int { return cmp.Compare(a.Number, b.Number) })
	c.fylkeIndex = make(map[region.FylkeNumber]int, len(c.fylker))
	for i, f := range c.fylker {
		c.fylkeIndex[f.Number] = i
		names := []string{fold.Text(f.Name)}
		for _, n := range f.OtherNames {
			names = append(names, fold.Text(n))
		}
		c.fylkeNames = append(c.fylkeNames, names)
	}
	c.kommunerIn = make([][]int, len(c.fylker))
	c.kommuneIndex = make(map[region.Number]int, len(c.kommuner))
	c.fylkeOf = make([]uint32, len(c.kommuner))
	for i, k := range c.kommuner {
		c.kommuneIndex[k.Number] = i
		if f, ok := c.fylkeIndex[k.Number.Fylke()]; ok {
			c.kommunerIn[f] = append(c.kommunerIn[f], i)
			c.fylkeOf[i] = 1 << f
		}
		for _, f := range k.Formers {
			c.formers[f.Number] = append(c.formers[f.Number], f)
		}
	}
	for _, f := range c.formers {
		slices.SortFunc(f, func(a, b region.Former) int {
			return cmp.Or(cmp.Compare(b.LastYear, a.LastYear), cmp.Compare(a.Present, b.Present))
		})
	}
	slices.SortFunc(c.places, func(a, b *region.Place) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kommune, b.Kommune), cmp.Compare(a.Kind, b.Kind))
	})
}

func (c *catalog) indexVocabulary() {
	slices.SortFunc(c.groups, func(a, b directory.TypeGroup) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Code, b.Code))
	})
	slices.SortFunc(c.types, func(a, b *directory.OfferingType) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Code, b.Code))
	})
	c.typeIndex = make(map[string]int, len(c.types))
	for i, t := range c.types {
		c.typeIndex[t.Code] = i
	}
	for kind, terms := range c.terms {
		slices.SortFunc(terms, func(a, b directory.Term) int {
			return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Code, b.Code))
		})
		c.termIndex[kind] = make(map[string]int, len(terms))
		for i, t := range terms {
			c.termIndex[kind][t.Code] = i
		}
	}
	slices.SortFunc(c.months, func(a, b *directory.Month) int { return cmp.Compare(a.Month, b.Month) })
	slices.SortFunc(c.articles, func(a, b *article.Article) int { return article.Compare(*a, *b) })
	c.articleOf = make(map[article.Key]*article.Article, len(c.articles))
	for _, a := range c.articles {
		c.articleOf[a.Key()] = a
	}
}

// article returns the article in the key's language, in bokmål where it has not been
// translated, or nil.
func (c *catalog) article(k article.Key) *article.Article {
	if a := c.articleOf[k]; a != nil {
		return a
	}
	return c.articleOf[k.In(article.Bokmal)]
}

// bokmal yields the articles that the others are translations of, in display order.
func (c *catalog) bokmal() iter.Seq[*article.Article] {
	return func(yield func(*article.Article) bool) {
		for _, a := range c.articles {
			if a.Language == article.Bokmal && !yield(a) {
				return
			}
		}
	}
}

// kommune returns the kommune with the number, or nil.
func (c *catalog) kommune(n region.Number) *Kommune {
	if i, ok := c.kommuneIndex[n]; ok {
		return c.kommuner[i]
	}
	return nil
}

// DistanceKM returns the distance between two points along the surface of the earth, in
// kilometres.
func DistanceKM(a, b region.Position) float64 {
	const radius = 6371.0
	rad := math.Pi / 180
	dLat, dLon := (b.Lat-a.Lat)*rad/2, (b.Lon-a.Lon)*rad/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Sin(dLon)*math.Sin(dLon)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}
