package search

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// defaultSize is how many hits a page has when the query does not say.
const defaultSize = 20

// attempt is one reading of a question, from strict to loose.
type attempt struct {
	query query.Query // nil: every offering, unscored
	types bool        // the types that were understood are required
}

// Search answers the query. A question that names a place is never answered by nothing:
// when its words find nothing they are loosened step by step, down to what covers the
// place. It returns the context's error, or Bleve's.
func (v *View) Search(ctx context.Context, q Query) (Result, error) {
	c := v.catalog()
	u := v.understand(q.Text, q.Literal)
	f := v.filter(q, u)
	var found []candidate
	for _, a := range u.attempts() {
		scores, err := v.match(ctx, a.query)
		if err != nil {
			return Result{}, fmt.Errorf("search: %w", err)
		}
		f.types = f.asked
		if a.types && len(u.types) > 0 && len(f.asked) == 0 {
			f.types = u.types
		}
		if found = v.candidates(q, f, scores); len(found) > 0 {
			break
		}
	}
	res := Result{Total: len(found), Interpreted: u.interpretation(c), Crisis: isCrisis(q.Text)}
	order(found, q.Sort)
	v.page(&res, q, found)
	scores := map[int32]float64(nil)
	if len(u.words) > 0 {
		scores = f.matched
	}
	res.Facets = v.facets(f, scores)
	if q.Text != "" {
		res.Articles = c.articleIndex.find(u)
		if res.Total == 0 {
			res.DidYouMean = v.didYouMean(u)
		}
	}
	return res, nil
}

// attempts returns the readings of the question, strictest first.
func (u understood) attempts() []attempt {
	if len(u.words) == 0 {
		return []attempt{{nil, true}, {nil, false}}
	}
	return []attempt{
		{u.query(true, false), true},
		{u.query(true, false), false},
		{u.query(false, false), true},
		{u.query(true, true), true},
		{u.query(false, true), true},
		{u.query(false, false), false},
		{u.loosest(), true},
		{u.loosest(), false},
	}
}

// loosest is the reading without words: a place or a type that was named is still an
// answer. Without either there is nothing to answer with.
func (u understood) loosest() query.Query {
	if len(u.kommuner) > 0 || len(u.fylker) > 0 || len(u.types) > 0 {
		return nil
	}
	return bleve.NewMatchNoneQuery()
}

// query asks for all the words or any of them, exactly or with an edit for each.
func (u understood) query(all, fuzzy bool) query.Query {
	var words []query.Query
	for _, w := range u.words {
		words = append(words, wordQuery(w, fuzzy))
	}
	var text query.Query = bleve.NewDisjunctionQuery(words...)
	if all {
		text = bleve.NewConjunctionQuery(words...)
	}
	if len(u.codes) == 0 {
		return text
	}
	either := []query.Query{text}
	for _, code := range u.expanded {
		t := bleve.NewTermQuery(code)
		t.SetField(fieldCode)
		t.SetBoost(codeBoost)
		either = append(either, t)
	}
	return bleve.NewDisjunctionQuery(either...)
}

// wordQuery looks for one word, its forms and the parts of a compound in every field.
func wordQuery(w word, fuzzy bool) query.Query {
	var any []query.Query
	for i, t := range terms(w.text) {
		for _, field := range textFields {
			boost := fieldBoost[field]
			if i > 0 {
				boost *= partBoost
			}
			q := bleve.NewTermQuery(t.text)
			q.SetField(field)
			q.SetBoost(boost)
			any = append(any, q)
			if fuzzy && i == 0 && len(t.text) >= 5 {
				f := bleve.NewFuzzyQuery(t.text)
				f.SetField(field)
				f.SetBoost(boost * fuzzyBoost)
				f.SetPrefix(1)
				f.SetFuzziness(1)
				if len(t.text) >= 9 {
					f.SetFuzziness(2)
				}
				any = append(any, f)
			}
			if fuzzy && i == 0 && len(t.text) >= 4 {
				p := bleve.NewPrefixQuery(t.text)
				p.SetField(field)
				p.SetBoost(boost * prefixBoost)
				any = append(any, p)
			}
		}
	}
	return bleve.NewDisjunctionQuery(any...)
}

// queryMapping tells Bleve's queries how fields are analysed.
var queryMapping = newMapping()

// match returns the score of each matching row by its slot; nil for a nil query, which
// means every row.
func (v *View) match(ctx context.Context, q query.Query) (map[int32]float64, error) {
	if q == nil {
		return nil, nil
	}
	defer runtime.KeepAlive(v.snap)
	scores := map[int32]float64{}
	err := guard(func() error {
		searcher, err := q.Searcher(ctx, v.snap.reader, queryMapping, search.SearcherOptions{})
		if err != nil {
			return err
		}
		defer searcher.Close()
		sc := &search.SearchContext{
			DocumentMatchPool: search.NewDocumentMatchPool(searcher.DocumentMatchPoolSize()+1, 0),
			IndexReader:       v.snap.reader,
		}
		for {
			m, err := searcher.Next(sc)
			if err != nil || m == nil {
				return err
			}
			if slot := v.snap.slots[m.IndexInternalID.Value()]; slot != noSlot {
				scores[slot] = m.Score
			}
			sc.DocumentMatchPool.Put(m)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	})
	return scores, err
}

// filter is what rows are held against, as indexes into the catalog.
type filter struct {
	kommuner []int
	fylker   []int
	asked    []int // types that the reader chose
	types    []int // types in force: chosen or understood
	terms    [len(termKinds)][]uint16
	langs    []string
	near     *region.Position
	radius   float64
	exact    string // folded text, to know an exact name

	matched map[int32]float64 // what the words matched in the reading that was used
}

func (v *View) filter(q Query, u understood) *filter {
	c := v.catalog()
	f := &filter{kommuner: c.indexes(q.Kommuner), langs: q.Languages, near: q.Near, radius: q.RadiusKM, exact: fold(q.Text)}
	for _, n := range q.Fylker {
		if i, ok := c.fylkeIndex[n]; ok {
			f.fylker = append(f.fylker, i)
		}
	}
	if len(f.kommuner) == 0 {
		f.kommuner = u.kommuner
	}
	if len(f.fylker) == 0 && len(f.kommuner) == 0 {
		f.fylker = u.fylker
	}
	for _, code := range q.Types {
		if i, ok := c.typeIndex[code]; ok {
			f.asked = append(f.asked, i)
		}
	}
	for i, codes := range [...][]string{q.TargetGroups, q.Topics, q.Formats} {
		for _, code := range codes {
			if t, ok := c.termIndex[termKinds[i]][code]; ok {
				f.terms[i] = append(f.terms[i], uint16(t))
			}
		}
	}
	if f.near == nil && len(f.kommuner) > 0 {
		f.near = c.centre(f.kommuner[0])
	}
	return f
}

// Parts of a filter, for counting a facet without its own choice.
const (
	partKommune = 1 << iota
	partFylke
	partType
	partTerms // and the two after it, one for each vocabulary
)

// passes reports whether the row passes all parts of the filter but those in without.
func (f *filter) passes(r *row, without int) bool {
	if without&partKommune == 0 && len(f.kommuner) > 0 && !slices.ContainsFunc(f.kommuner, r.covers) {
		return false
	}
	if without&partFylke == 0 && len(f.fylker) > 0 && !slices.ContainsFunc(f.fylker, r.coversFylke) {
		return false
	}
	if without&partType == 0 && len(f.types) > 0 && !slices.Contains(f.types, r.typ) {
		return false
	}
	for i := range termKinds {
		if without&(partTerms<<i) == 0 && len(f.terms[i]) > 0 &&
			!slices.ContainsFunc(f.terms[i], func(t uint16) bool { return slices.Contains(r.terms[i], t) }) {
			return false
		}
	}
	if len(f.langs) > 0 && !slices.ContainsFunc(f.langs, func(l string) bool { return slices.Contains(r.offering.Languages, l) }) {
		return false
	}
	if f.radius > 0 && f.near != nil {
		if d := r.distance(f.near); d == nil || *d > f.radius {
			return false
		}
	}
	return true
}

// candidates returns the rows that match and pass, with their scores. scores nil means
// every row.
func (v *View) candidates(q Query, f *filter, scores map[int32]float64) []candidate {
	f.matched = scores
	c := v.catalog()
	var list []candidate
	for slot, r := range v.rows.list {
		if r == nil {
			continue
		}
		match, ok := 0.0, true
		if scores != nil {
			match, ok = scores[int32(slot)]
		}
		if !ok || !f.passes(r, 0) {
			continue
		}
		reach := r.closest(c, f.kommuner)
		cand := candidate{row: r, reach: reach, distance: r.distance(f.near)}
		if scores != nil {
			cand.score = score(match, r, reach, f.exact == r.foldName)
		}
		list = append(list, cand)
	}
	return list
}

// page fills in the hits of the page asked for, the last one when it lies behind the end.
func (v *View) page(res *Result, q Query, found []candidate) {
	size := q.Size
	if size <= 0 {
		size = defaultSize
	}
	res.Pages = max(1, (len(found)+size-1)/size)
	res.Page = min(max(q.Page, 1), res.Pages)
	from := (res.Page - 1) * size
	for _, cand := range found[from:min(from+size, len(found))] {
		res.Hits = append(res.Hits, cand.hit())
	}
}

// facets counts each choice among the rows that pass everything but the facet itself.
func (v *View) facets(f *filter, scores map[int32]float64) Facets {
	c := v.catalog()
	types, fylker, kommuner := make([]int, len(c.types)), make([]int, len(c.fylker)), make([]int, len(c.kommuner))
	var terms [len(termKinds)][]int
	for i, kind := range termKinds {
		terms[i] = make([]int, len(c.terms[kind]))
	}
	national := 0
	nationalFylke := 0
	for slot, r := range v.rows.list {
		if r == nil {
			continue
		}
		if _, ok := scores[int32(slot)]; scores != nil && !ok {
			continue
		}
		if r.typ >= 0 && f.passes(r, partType) {
			types[r.typ]++
		}
		if f.passes(r, partFylke) {
			if r.national {
				nationalFylke++
			} else {
				for _, i := range r.fylker {
					fylker[i]++
				}
			}
		}
		if f.passes(r, partKommune) {
			if r.national {
				national++
			} else {
				for _, i := range r.kommuner {
					kommuner[i]++
				}
			}
		}
		for i := range termKinds {
			if f.passes(r, partTerms<<i) {
				for _, t := range r.terms[i] {
					terms[i][t]++
				}
			}
		}
	}
	var out Facets
	for i, t := range c.types {
		out.Types = append(out.Types, FacetValue{t.Code, t.Plural, types[i], slices.Contains(f.types, i)})
	}
	for i, fy := range c.fylker {
		out.Fylker = append(out.Fylker, FacetValue{string(fy.Number), directory.Text{NB: fy.Name}, fylker[i] + nationalFylke, slices.Contains(f.fylker, i)})
	}
	for i, k := range c.kommuner {
		out.Kommuner = append(out.Kommuner, FacetValue{string(k.Number), directory.Text{NB: k.DisplayName()}, kommuner[i] + national, slices.Contains(f.kommuner, i)})
	}
	for i, kind := range termKinds {
		var list []FacetValue
		for j, t := range c.terms[kind] {
			list = append(list, FacetValue{t.Code, t.Name, terms[i][j], slices.Contains(f.terms[i], uint16(j))})
		}
		switch kind {
		case directory.TargetGroup:
			out.TargetGroups = list
		case directory.Topic:
			out.Topics = list
		case directory.Format:
			out.Formats = list
		}
	}
	return out
}
