package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// guess asks for words that the form may be a misspelling or the beginning of. For
// misspellings it does as Bleve's fuzzy query does, which makes an automaton of up to half a
// megabyte for each field.
type guess struct{ form string }

// Searcher implements query.Query.
func (g guess) Searcher(ctx context.Context, reader index.IndexReader, m mapping.IndexMapping, o search.SearcherOptions) (search.Searcher, error) {
	var any []query.Query
	if edits := g.edits(); edits > 0 {
		near, err := g.near(reader, edits)
		if err != nil {
			return nil, err
		}
		any = near
	}
	if len(g.form) >= 4 {
		start := g.form
		if len(g.form) >= 10 { // the end of a long word is where it is misspelt or inflected
			start = g.form[:len(g.form)-3]
		}
		for _, field := range textFields {
			q := bleve.NewPrefixQuery(start)
			q.SetField(field)
			q.SetBoost(fieldBoost[field] * prefixBoost)
			any = append(any, q)
		}
	}
	if len(any) == 0 {
		return bleve.NewMatchNoneQuery().Searcher(ctx, reader, m, o)
	}
	return bleve.NewDisjunctionQuery(any...).Searcher(ctx, reader, m, o)
}

// edits is how many letters may be wrong.
func (g guess) edits() uint8 {
	switch {
	case len(g.form) >= 9:
		return 2
	case len(g.form) >= 5:
		return 1
	}
	return 0
}

// uncounted is a dictionary that need not look up how many documents have a word.
type uncounted interface {
	AutomatonIteratorOmitCount(a segment.Automaton, from, to []byte) segment.DictionaryIterator
}

// near returns what asks for the words of each field that are so near, the first letter right.
func (g guess) near(reader index.IndexReader, edits uint8) ([]query.Query, error) {
	snap, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		return nil, fmt.Errorf("read words: unexpected engine %T", reader)
	}
	automaton := newSpelling(g.form, edits)
	defer automaton.done()
	_, size := utf8.DecodeRuneInString(g.form)
	first, behind := []byte(g.form[:size]), []byte(g.form[:size])
	behind[size-1]++ // no byte of UTF-8 is the last there is
	var list []query.Query
	for _, field := range textFields {
		words := map[string]uint8{}
		for _, part := range snap.Segments() {
			dict, err := part.Segment().Dictionary(field)
			if err != nil {
				return nil, err
			}
			counted, ok := dict.(uncounted)
			if !ok {
				return nil, fmt.Errorf("read words: unexpected dictionary %T", dict)
			}
			it := counted.AutomatonIteratorOmitCount(automaton, first, behind)
			for entry, err := it.Next(); entry != nil || err != nil; entry, err = it.Next() {
				if err != nil {
					return nil, err
				}
				words[entry.Term] = entry.EditDistance
			}
		}
		if len(words) == 0 {
			words[g.form] = 0 // it is no hit, and a part of the question as in the other fields
		}
		list = append(list, &nearWords{slices.Sorted(maps.Keys(words)), words, field})
	}
	return list, nil
}

// nearWords asks for words of a field, the nearest highest.
type nearWords struct {
	words []string
	edits map[string]uint8
	field string
}

// Searcher implements query.Query.
func (q *nearWords) Searcher(ctx context.Context, reader index.IndexReader, _ mapping.IndexMapping, o search.SearcherOptions) (search.Searcher, error) {
	edits := make([]uint8, len(q.words))
	for i, w := range q.words {
		edits[i] = q.edits[w]
	}
	return searcher.NewMultiTermSearcherBoosted(ctx, reader, q.words, q.field, fieldBoost[q.field]*fuzzyBoost, edits, o, true)
}
