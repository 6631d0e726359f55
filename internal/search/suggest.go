package search

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// suggestion is a prepared completion with the folded key that finds it.
type suggestion struct {
	key      string
	rank     int    // lower first
	language string // of the readers whom it is for; empty for all
	Suggestion
}

// Order of completions: places first, since where one lives is asked first.
const (
	rankKommune = iota
	rankOtherName
	rankFormer
	rankType
	rankSaying
	rankPlace
	rankOffering
	rankArticle
)

// newSuggestions prepares the completions of everything but offerings, sorted by key.
func newSuggestions(c *catalog) []suggestion {
	var list []suggestion
	for key, entries := range c.placeNames.entries {
		for _, e := range entries {
			k := c.kommuner[e.kommune]
			s := Suggestion{Kind: SuggestKommune, Text: k.DisplayName(), Sub: k.FylkeName, Path: kommunePath(k)}
			rank := rankKommune
			switch {
			case e.kind == asFormer:
				s.Sub, rank = "tidligere "+e.as, rankFormer
			case e.kind == asName && e.as != "":
				s.Sub, rank = e.as, rankOtherName
			case e.kind != asName:
				s.Sub, rank = e.as, rankPlace
			}
			list = append(list, suggestion{key, rank, "", s})
		}
	}
	for i, t := range c.types {
		names := append([]string{t.Name.NB, t.Name.NN}, t.Words...)
		for _, n := range names {
			list = append(list, suggestion{fold(n), rankType, "", Suggestion{SuggestType, t.Plural.NB, "", "/sok?type=" + c.types[i].Code}})
		}
	}
	list = append(list, c.sayings()...)
	list = append(list, c.articleSuggestions()...)
	slices.SortStableFunc(list, func(a, b suggestion) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.rank, b.rank), cmp.Compare(a.Path, b.Path))
	})
	return list
}

// sayings completes what people say, with what the directory calls the same beside it.
func (c *catalog) sayings() []suggestion {
	var list []suggestion
	for _, said := range c.expressions.byFirst {
		for _, e := range said {
			s := Suggestion{SuggestSaying, e.Text, c.leadName(e.LeadsTo[0]), "/sok?" + url.Values{"q": {e.Text}}.Encode()}
			list = append(list, suggestion{fold(e.Text), rankSaying, "", s})
		}
	}
	return list
}

func kommunePath(k *Kommune) string { return "/kommune/" + string(k.Number) + "-" + k.Slug() }

// articleSuggestions completes the titles and search words of articles, for readers of each
// language by those of the article that they will see and those of its bokmål.
func (c *catalog) articleSuggestions() []suggestion {
	var list []suggestion
	for bokmal := range c.bokmal() {
		for _, language := range article.Languages() {
			a := c.article(bokmal.Key().In(language))
			names := append([]string{a.Title, bokmal.Title}, a.SearchWords...)
			for _, n := range append(names, bokmal.SearchWords...) {
				list = append(list, suggestion{fold(n), rankArticle, language, Suggestion{SuggestArticle, a.Title, "", a.Path()}})
			}
		}
	}
	return list
}

// Suggest returns up to n completions of what a reader of the language is typing, best
// first: of all kinds, or of those named.
func (v *View) Suggest(language, text string, n int, kinds ...SuggestionKind) []Suggestion {
	prefix := fold(text)
	if prefix == "" || len(prefix) > maxPlaceText || n <= 0 {
		return nil
	}
	c := v.catalog()
	wanted := func(k SuggestionKind) bool { return len(kinds) == 0 || slices.Contains(kinds, k) }
	found := v.postalSuggestions(strings.TrimSpace(text))
	from := sort.Search(len(c.suggestions), func(i int) bool { return c.suggestions[i].key >= prefix })
	for _, s := range c.suggestions[from:] {
		if !strings.HasPrefix(s.key, prefix) {
			break
		}
		if s.key == prefix {
			s.rank -= rankArticle + 1 // the whole of it was written: before all completions
		}
		if wanted(s.Kind) && (s.language == "" || s.language == language) {
			found = append(found, s)
		}
	}
	v.rows.names.prefixed(prefix, func(k nameKey) bool {
		if r := v.rows.at(k.slot); r == k.row && wanted(SuggestOffering) {
			s := Suggestion{SuggestOffering, r.facts.Name, c.leadName(directory.Lead(directory.LeadType + ":" + r.facts.Type)),
				"/tilbud/" + strconv.FormatInt(r.id, 10) + "-" + region.Slug(r.facts.Name)}
			found = append(found, suggestion{k.key, rankOffering, "", s})
		}
		return len(found) < 500
	})
	slices.SortStableFunc(found, func(a, b suggestion) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.key, b.key)) })
	return varied(found, n)
}

// varied returns the first n, but of each kind no more than half while others are there:
// "o" begins a hundred places, and one may be writing "omsorgslønn".
func varied(found []suggestion, n int) []Suggestion {
	var first, rest []Suggestion
	seen := map[string]bool{}
	kinds := map[SuggestionKind]int{}
	for _, s := range found {
		if seen[s.Path] {
			continue
		}
		seen[s.Path] = true
		if kinds[s.Kind]++; kinds[s.Kind] > (n+1)/2 {
			rest = append(rest, s.Suggestion)
		} else if len(first) < n {
			first = append(first, s.Suggestion)
		}
	}
	return append(first, rest[:min(len(rest), n-len(first))]...)
}

// postalSuggestions completes a whole postnummer.
func (v *View) postalSuggestions(text string) []suggestion {
	p, ok := v.PostalCode(text)
	if !ok {
		return nil
	}
	k, ok := v.Kommune(p.Kommune)
	if !ok {
		return nil
	}
	return []suggestion{{text, rankKommune, "", Suggestion{SuggestKommune, k.DisplayName(), p.Code + " " + p.PlaceTitle(), kommunePath(k)}}}
}

// didYouMean returns the question with the words that nothing has mended: from the names
// of places, or with one more wrong letter than mend allows from what people say. It is ""
// when there is nothing to mend.
func (v *View) didYouMean(ctx context.Context, u *understood) (string, error) {
	words, changed := slices.Clone(u.all), false
	for i, w := range words {
		if u.uses[i] != unused || !w.says() {
			continue
		}
		known, err := v.whole(ctx, w.text)
		if err != nil {
			return "", err
		}
		if len(known) > 0 {
			continue
		}
		if text, ok := v.catalog().better(w); ok {
			words[i].text, changed = text, true
		}
	}
	if !changed {
		return "", nil
	}
	return written(words), nil
}

// better returns what a word that nothing has may be a misspelling of.
func (c *catalog) better(w word) (string, bool) {
	if places := c.placeNames.near(w.fold); len(places) > 0 {
		return cmp.Or(places[0].as, c.kommuner[places[0].kommune].Name), true
	}
	limit := nearEnough(w.fold)
	if limit == 0 {
		return "", false
	}
	near, ok := c.expressions.near(w.fold, limit+1)
	return near.text, ok && near.fold != w.fold
}

// articleIndex finds articles by normal forms of words in titles, leads and search words, in
// whatever language they are.
type articleIndex struct {
	articles []*article.Article // in bokmål
	words    []map[string]int   // by article: how much a form counts
}

func newArticleIndex(c *catalog) articleIndex {
	var x articleIndex
	for bokmal := range c.bokmal() {
		if bokmal.IsIndex() {
			continue
		}
		forms := map[string]int{}
		count := func(text string, weight int) {
			for _, w := range splitWords(text) {
				if !stopWords[w.fold] {
					for _, t := range terms(w.text) {
						forms[t.text] = max(forms[t.text], weight)
					}
				}
			}
		}
		for _, language := range article.Languages() {
			a := c.article(bokmal.Key().In(language))
			count(a.Title, 4)
			count(strings.Join(a.SearchWords, " "), 3)
			count(a.Lead, 2)
		}
		x.articles = append(x.articles, bokmal)
		x.words = append(x.words, forms)
	}
	return x
}

// mostArticles is how many articles stand beside the hits.
const mostArticles = 3

// findArticles returns the few articles that the question's words fit best, in the reader's
// language where they have been translated.
func (c *catalog) findArticles(u *understood, language string) []*article.Article {
	type scored struct {
		article *article.Article
		score   int
	}
	var found []scored
	for i, forms := range c.articleIndex.words {
		s := 0
		for _, w := range u.content() {
			s += forms[normal(w.fold)]
		}
		if s > 2 {
			found = append(found, scored{c.articleIndex.articles[i], s})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var out []*article.Article
	for _, f := range found[:min(len(found), mostArticles)] {
		out = append(out, c.article(f.article.Key().In(language)))
	}
	return out
}
