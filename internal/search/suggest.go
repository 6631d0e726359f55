package search

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/checklist"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/fold"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// suggestion is a prepared completion with the folded key that finds it.
type suggestion struct {
	key       string
	rank      int    // lower first
	language  string // of the readers whom it is for; empty for all
	kind      SuggestionKind
	text, sub directory.Text
	path      string
	course    *directory.Course // that it leads to, if it does
}

// in returns the completion as readers of the language see it.
func (s suggestion) in(language string) Suggestion {
	return Suggestion{s.kind, s.text.In(language), s.sub.In(language), s.path}
}

// same is a name, which all languages have as it is.
func same(name string) directory.Text { return directory.Text{NB: name} }

// Order of completions: places first, since where one lives is asked first.
const (
	rankKommune = iota
	rankOtherName
	rankFormer
	rankType
	rankSaying
	rankPlace
	rankOffering
	rankCourse
	rankList
	rankArticle
)

// newSuggestions prepares the completions of everything but offerings, sorted by key.
func newSuggestions(c *catalog) []suggestion {
	var list []suggestion
	for key, entries := range c.placeNames.entries {
		for _, e := range entries {
			k := c.kommuner[e.kommune]
			s := suggestion{key: key, rank: rankKommune, kind: SuggestKommune, text: same(k.DisplayName()), sub: same(k.FylkeName), path: kommunePath(k)}
			switch {
			case e.kind == asFormer:
				s.sub, s.rank = directory.Text{NB: "tidligere " + e.as, NN: "tidlegare " + e.as, EN: "formerly " + e.as}, rankFormer
			case e.kind == asName && e.as != "":
				s.sub, s.rank = same(e.as), rankOtherName
			case e.kind != asName:
				s.sub, s.rank = same(e.as), rankPlace
			}
			list = append(list, s)
		}
	}
	for _, t := range c.types {
		for _, n := range namesOf(t) {
			if key := fold.Text(n); key != "" {
				list = append(list, suggestion{key: key, rank: rankType, kind: SuggestType, text: t.Plural, path: "/sok?type=" + t.Code})
			}
		}
	}
	list = append(list, c.sayings()...)
	list = append(list, c.courseSuggestions()...)
	list = append(list, c.articleSuggestions()...)
	list = append(list, checklistSuggestions()...)
	slices.SortStableFunc(list, func(a, b suggestion) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.rank, b.rank), cmp.Compare(a.path, b.path))
	})
	return list
}

// sayings completes what people say, with what the directory calls the same beside it.
func (c *catalog) sayings() []suggestion {
	var list []suggestion
	for _, said := range c.expressions.byFirst {
		for _, e := range said {
			list = append(list, suggestion{key: fold.Text(e.Text), rank: rankSaying, kind: SuggestSaying, text: same(e.Text), sub: c.firstName(e.LeadsTo),
				path: "/sok?" + url.Values{"q": {e.Text}}.Encode()})
		}
	}
	return list
}

// firstName returns what the first of the leads is called. What is a word of the offerings
// means nothing in English: there it is the first that has a name.
func (c *catalog) firstName(leads []directory.Lead) directory.Text {
	first := c.leadName(leads[0])
	for _, l := range leads {
		if first.EN == "" {
			first.EN = c.leadName(l).EN
		}
	}
	return first
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
				list = append(list, suggestion{key: fold.Text(n), rank: rankArticle, language: language, kind: SuggestArticle, text: same(a.Title), path: a.Path()})
			}
		}
	}
	return list
}

// courseSuggestions completes the titles of courses, from each of their words on.
func (c *catalog) courseSuggestions() []suggestion {
	var list []suggestion
	for _, course := range c.courses {
		s := suggestion{key: fold.Text(course.Title), rank: rankCourse, kind: SuggestCourse, text: same(course.Title), course: course,
			sub:  directory.Text{NB: "kurs og grupper", NN: "kurs og grupper", EN: "courses and groups"},
			path: "/kurs/" + strings.TrimSuffix(strconv.FormatInt(course.ID, 10)+"-"+course.Slug(), "-")}
		for more := s.key != ""; more; _, s.key, more = strings.Cut(s.key, " ") {
			list = append(list, s)
		}
	}
	return list
}

// over reports whether what it leads to is past, or belongs to an offering that is not public.
func (s suggestion) over(v *View, today time.Time) bool {
	return s.course != nil && (len(s.course.Coming(today)) == 0 || v.rows.byID(s.course.Offering) == nil)
}

// checklistSuggestions completes the titles of the checklists, also after the word for one,
// and the page of them all. They are built in and not in the index.
func checklistSuggestions() []suggestion {
	var list []suggestion
	add := func(language, name string, text directory.Text, path string) {
		list = append(list, suggestion{key: fold.Text(name), rank: rankList, language: language, kind: SuggestList, text: text, path: path})
	}
	all := directory.Text{NB: "Sjekklister", EN: "Checklists"}
	for _, name := range []string{"sjekkliste", "sjekklister", "checklists"} {
		add("", name, all, "/sjekklister")
	}
	for _, language := range article.Languages() {
		for _, l := range checklist.All(language) {
			for _, before := range []string{"", "sjekkliste ", "checklist "} {
				add(language, before+l.Title, same(l.Title), l.Path())
			}
		}
	}
	return list
}

// Suggest returns up to n completions of what a reader of the language is typing, best
// first: of all kinds, or of those named.
func (v *View) Suggest(language, text string, n int, kinds ...SuggestionKind) []Suggestion {
	prefix := fold.Text(text)
	if prefix == "" || len(prefix) > maxPlaceText || n <= 0 {
		return nil
	}
	c, today := v.catalog(), now()
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
		if wanted(s.kind) && (s.language == "" || s.language == language) && !s.over(v, today) {
			found = append(found, s)
		}
	}
	v.rows.names.prefixed(prefix, func(k nameKey) bool {
		if r := v.rows.at(k.slot); r == k.row && wanted(SuggestOffering) {
			found = append(found, suggestion{key: k.key, rank: rankOffering, kind: SuggestOffering, text: same(r.text(packedName)),
				sub:  c.leadName(directory.Lead(directory.LeadType + ":" + r.text(packedType))),
				path: "/tilbud/" + strconv.FormatInt(r.id, 10) + "-" + region.Slug(r.text(packedName))})
		}
		return len(found) < 500
	})
	if len(found) == 0 && wanted(SuggestKommune) {
		for _, m := range v.ReadPlace(text) {
			found = append(found, suggestion{key: prefix, rank: rankKommune, kind: SuggestKommune, text: same(m.Kommune.DisplayName()), sub: same(m.As), path: kommunePath(m.Kommune)})
		}
	}
	slices.SortStableFunc(found, func(a, b suggestion) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.key, b.key)) })
	return varied(found, language, n)
}

// varied returns the first n, but of each kind no more than half while others are there:
// "o" begins a hundred places, and one may be writing "omsorgslønn".
func varied(found []suggestion, language string, n int) []Suggestion {
	var first, rest []Suggestion
	seen := map[string]bool{}
	kinds := map[SuggestionKind]int{}
	for _, s := range found {
		if seen[s.path] {
			continue
		}
		seen[s.path] = true
		if kinds[s.kind]++; kinds[s.kind] > (n+1)/2 {
			rest = append(rest, s.in(language))
		} else if len(first) < n {
			first = append(first, s.in(language))
		}
	}
	return append(first, rest[:min(len(rest), n-len(first))]...)
}

// postalSuggestions completes a whole postnummer, also while its poststed is written behind it.
func (v *View) postalSuggestions(text string) []suggestion {
	code, place, _ := strings.Cut(text, " ")
	p, ok := v.PostalCode(code)
	if !ok || !strings.HasPrefix(fold.Text(p.PlaceTitle()), fold.Text(place)) {
		return nil
	}
	k, ok := v.Kommune(p.Kommune)
	if !ok {
		return nil
	}
	return []suggestion{{key: text, rank: rankKommune, kind: SuggestKommune, text: same(k.DisplayName()), sub: same(p.Code + " " + p.PlaceTitle()), path: kommunePath(k)}}
}

// didYouMean returns the question with the words that nothing has mended: from the names
// of places, or with one more wrong letter than mend allows from what people say. It is ""
// when there is nothing to mend, or so much that the words rather are others than misspelt.
func (v *View) didYouMean(ctx context.Context, u *understood) (string, error) {
	words, changed := slices.Clone(u.all), 0
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
			words[i].text = text
			changed++
		}
	}
	if changed == 0 || changed > mostMisspelt {
		return "", nil
	}
	return written(words), nil
}

// mostMisspelt is how many words of a question may be misspelt for another to be proposed.
const mostMisspelt = 2

// better returns what a word that nothing has may be a misspelling of.
func (c *catalog) better(w word) (string, bool) {
	if c.articleIndex.spelt[w.fold] {
		return "", false
	}
	if places := c.placeNames.near(w.fold); len(places) > 0 {
		return cmp.Or(places[0].as, c.kommuner[places[0].kommune].Name), true
	}
	limit := nearEnough(w.fold)
	if limit == 0 {
		return "", false
	}
	near, _ := c.expressions.near(w.fold, limit+1)
	return near.text, near.fold != "" && near.fold != w.fold
}

// articleIndex finds articles by normal forms of words in titles, leads and search words, in
// whatever language they are.
type articleIndex struct {
	articles []*article.Article // in bokmål
	forms    map[string][]formOfArticle
	spelt    map[string]bool // folded words of the texts, none of which is misspelt
}

// formOfArticle is how much a form counts in the article at the place.
type formOfArticle struct{ article, weight int }

func newArticleIndex(c *catalog) articleIndex {
	x := articleIndex{forms: map[string][]formOfArticle{}, spelt: map[string]bool{}}
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
			for _, w := range splitWords(a.Markdown) {
				x.spelt[w.fold] = true
			}
		}
		for form, weight := range forms {
			x.forms[form] = append(x.forms[form], formOfArticle{len(x.articles), weight})
		}
		x.articles = append(x.articles, bokmal)
	}
	return x
}

const (
	mostArticles   = 3 // that stand beside the hits
	leastOfArticle = 3 // of what words count: one in passing is not enough
)

// findArticles returns the few articles that the question's words fit best, in the reader's
// language where they have been translated.
func (c *catalog) findArticles(u *understood, language string) []*article.Article {
	scores := map[int]int{} // by place in the index
	for _, w := range u.content() {
		for _, f := range c.articleIndex.forms[normal(w.fold)] {
			scores[f.article] += f.weight
		}
	}
	maps.DeleteFunc(scores, func(_, score int) bool { return score < leastOfArticle })
	found := slices.SortedFunc(maps.Keys(scores), func(a, b int) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b)) })
	var out []*article.Article
	for _, i := range found[:min(len(found), mostArticles)] {
		out = append(out, c.article(c.articleIndex.articles[i].Key().In(language)))
	}
	return out
}
