package search

import (
	"context"
	"slices"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/nasjonal-oversikt/oversikt/internal/fold"
)

// match is one offering that answers to something, and how well.
// There are very many of them, so one is eight bytes: the sign of the score says whether
// the offering has all that was asked for, or only a part of the word.
type match struct {
	slot   int32
	signed float32
}

func newMatch(slot int32, score float32, whole bool) match {
	if !whole {
		score = -score
	}
	return match{slot, score}
}

// score is how well the offering answers.
func (m match) score() float32 { return max(m.signed, -m.signed) }

func (m match) whole() bool { return m.signed >= 0 }

// times returns the match with its score multiplied.
func (m match) times(f float32) match { return match{m.slot, m.signed * f} }

// share is how much of the question the offering answers.
func (m match) share() float32 {
	if m.whole() {
		return 1
	}
	return partShare
}

// matches are sorted by slot.
type matches []match

// whole returns the offerings that have the word in one of its forms.
func (v *View) whole(ctx context.Context, text string) (matches, error) {
	forms := terms(text)
	if len(forms) == 0 {
		return nil, nil
	}
	return v.form(ctx, forms[0].text)
}

// form returns the offerings that have the normal form of a word. Each field is asked for
// itself: Bleve takes several times as long to bring fields together as it takes to go
// through them.
func (v *View) form(ctx context.Context, form string) (matches, error) {
	return v.cached("w "+form, func(among []int32) (matches, error) {
		all := newGathering()
		defer all.done()
		for _, field := range textFields {
			q := bleve.NewTermQuery(form)
			q.SetField(field)
			q.SetBoost(fieldBoost[field])
			if err := v.ask(ctx, q, among, all); err != nil {
				return nil, err
			}
			all.add(all.asked, 1)
		}
		return all.matches(), nil
	})
}

// withParts returns the offerings that have the word in one of its forms or, when it is a
// compound, a part of it.
func (v *View) withParts(ctx context.Context, text string) (matches, error) {
	forms := terms(text)
	if len(forms) < 2 {
		return v.whole(ctx, text)
	}
	return v.derived("x "+fold.Text(text), func() (matches, error) {
		whole, err := v.whole(ctx, text)
		if err != nil {
			return nil, err
		}
		all := newGathering()
		defer all.done()
		for _, t := range forms[1:] {
			list, err := v.form(ctx, t.text)
			if err != nil {
				return nil, err
			}
			all.add(list, 1)
		}
		for i, m := range all.list {
			all.list[i] = newMatch(m.slot, m.score()*partBoost, false)
		}
		if len(whole) == 0 {
			return all.matches(), nil
		}
		return whole.better(all.list), nil
	})
}

// guess returns the offerings that have a word which this one may be a misspelling or the
// beginning of.
func (v *View) guess(ctx context.Context, text string) (matches, error) {
	forms := terms(text)
	if len(forms) == 0 {
		return nil, nil
	}
	return v.cached("g "+forms[0].text, func(among []int32) (matches, error) {
		return v.find(ctx, guess{forms[0].text}, among)
	})
}

// named returns the offerings whose whole name is the folded text. How well they do is the
// same for all.
func (v *View) named(ctx context.Context, folded string) (matches, error) {
	if slots, ok := v.rows.names.whole(folded, v.rows.list); ok {
		list := make(matches, len(slots))
		for i, slot := range slots {
			list[i] = newMatch(slot, 1, true)
		}
		return list, nil
	}
	return v.cachedName(ctx, folded)
}

// cachedName is named as Bleve finds it.
func (v *View) cachedName(ctx context.Context, folded string) (matches, error) {
	return v.cached("n "+folded, func(among []int32) (matches, error) {
		q := bleve.NewTermQuery(folded)
		q.SetField(fieldExact)
		return v.find(ctx, q, among)
	})
}

// inName returns the offerings that have the word in their name.
func (v *View) inName(ctx context.Context, text string) (matches, error) {
	forms := terms(text)
	if len(forms) == 0 {
		return nil, nil
	}
	return v.cached("m "+forms[0].text, func(among []int32) (matches, error) {
		q := bleve.NewTermQuery(forms[0].text)
		q.SetField(fieldName)
		return v.find(ctx, q, among)
	})
}

// queryMapping tells Bleve's queries how fields are analysed.
var queryMapping = newMapping()

// find returns what Bleve finds, among the slots alone unless that is nil.
func (v *View) find(ctx context.Context, q query.Query, among []int32) (matches, error) {
	g := newGathering()
	defer g.done()
	err := v.ask(ctx, q, among, g)
	return g.asked.clone(), err
}

// ask is find into the list asked of a gathering, in place of what it has.
func (v *View) ask(ctx context.Context, q query.Query, among []int32, g *gathering) error {
	if among != nil {
		var ids []string
		for _, slot := range among {
			if r := v.rows.at(slot); r != nil {
				ids = append(ids, OfferingID(r.id))
			}
		}
		only := bleve.NewDocIDQuery(ids)
		only.SetBoost(0) // it chooses, and says nothing of how well
		q = bleve.NewConjunctionQuery(q, only)
	}
	list := g.asked[:0]
	err := v.snap.guard(func() error {
		searcher, err := q.Searcher(ctx, v.snap.reader, queryMapping, search.SearcherOptions{})
		if err != nil {
			return err
		}
		defer searcher.Close()
		sc := &search.SearchContext{DocumentMatchPool: g.found, IndexReader: v.snap.reader}
		for {
			m, err := searcher.Next(sc)
			if err != nil || m == nil {
				return err
			}
			if slot := v.snap.slots[m.IndexInternalID.Value()]; slot != noSlot {
				list = append(list, newMatch(slot, float32(m.Score), true))
			}
			sc.DocumentMatchPool.Put(m)
			if len(list)%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
		}
	})
	bySlot := func(a, b match) int { return int(a.slot) - int(b.slot) }
	if !slices.IsSortedFunc(list, bySlot) { // documents come in the order of slots until segments are merged
		slices.SortFunc(list, bySlot)
	}
	g.asked = list
	return err
}

// clone returns a copy without room to grow.
func (a matches) clone() matches {
	if len(a) == 0 {
		return nil
	}
	return append(make(matches, 0, len(a)), a...)
}

// better returns every offering of either list with the higher of its scores.
func (a matches) better(b matches) matches {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	g := newGathering()
	defer g.done()
	g.list = merge(g.list[:0], a, b, 1, func(x, y float32) float32 { return max(x, y) })
	return g.matches()
}

// and returns the offerings that are in both lists, with the higher of their scores.
func (a matches) and(b matches) matches {
	var both matches
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].slot < b[0].slot:
			a = a[1:]
		case a[0].slot > b[0].slot:
			b = b[1:]
		default:
			both = append(both, newMatch(a[0].slot, max(a[0].score(), b[0].score()), true))
			a, b = a[1:], b[1:]
		}
	}
	return both
}

// gathering adds up lists in memory that is used one time after another: a list that is kept
// has just the room that it needs.
type gathering struct {
	list, next, asked matches
	found             *search.DocumentMatchPool // of Bleve, for what it finds on its way to asked
}

var gatherings = sync.Pool{New: func() any { return &gathering{found: search.NewDocumentMatchPool(2, 0)} }}

func newGathering() *gathering {
	g := gatherings.Get().(*gathering)
	g.list = g.list[:0]
	return g
}

// add adds the scores of the list, multiplied.
func (g *gathering) add(list matches, times float32) {
	g.next = merge(g.next[:0], g.list, list, times, func(x, y float32) float32 { return x + y })
	g.list, g.next = g.next, g.list
}

// matches returns the sum.
func (g *gathering) matches() matches { return g.list.clone() }

// done gives the memory back.
func (g *gathering) done() { gatherings.Put(g) }

// merge appends every offering of either list to out: the scores of b are multiplied, and those
// of one that is in both are made one.
func merge(out, a, b matches, times float32, both func(x, y float32) float32) matches {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].slot < b[0].slot:
			out, a = append(out, a[0]), a[1:]
		case a[0].slot > b[0].slot:
			out, b = append(out, b[0].times(times)), b[1:]
		default:
			out = append(out, newMatch(a[0].slot, both(a[0].score(), b[0].times(times).score()), a[0].whole() || b[0].whole()))
			a, b = a[1:], b[1:]
		}
	}
	out = append(out, a...)
	for _, m := range b {
		out = append(out, m.times(times))
	}
	return out
}

// times returns the matches with their scores multiplied.
func (a matches) times(f float32) matches {
	out := make(matches, len(a))
	for i, m := range a {
		out[i] = m.times(f)
	}
	return out
}
