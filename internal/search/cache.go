package search

import (
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/recent"
)

// matchCache keeps which offerings answer to a word, as Bleve says. Readers use the same
// words again and again, and a word's answer does not depend on the rest of the question.
// It is shared by generations: what an edit touched is asked anew and the rest stays, with
// the score it had; how rare a word is hardly changes with one offering.
type matchCache = recent.Cache[string, kept]

// kept is a list with the generation that it is right for.
type kept struct {
	list       matches
	generation uint64
}

func newMatchCache(slots int) *matchCache {
	const perEntry = 16 // what a key costs, in matches
	return &matchCache{Most: 1<<18 + 40*slots, Size: func(k kept) int { return len(k.list) + perEntry }}
}

// keep keeps the list for the View's generation, unless a newer one is there.
func (v *View) keep(key string, list matches) {
	if k, ok := v.matches.Get(key); !ok || k.generation <= v.generation {
		v.matches.Put(key, kept{list, v.generation})
	}
}

// touched are the slots that one generation changed.
type touched struct {
	generation uint64
	slots      []int32
}

// How far back generations are remembered, and how many changed slots are looked at one by
// one: beyond that a word is asked for anew.
const (
	mostGenerations = 200
	mostTouched     = 500
)

// since returns the slots that were changed after the generation, sorted. It reports false
// when that is not known any more or they are too many.
func (v *View) since(generation uint64) ([]int32, bool) {
	if len(v.log) == 0 || v.log[0].generation > generation+1 {
		return nil, false
	}
	slots := []int32{}
	for i := len(v.log) - 1; i >= 0 && v.log[i].generation > generation; i-- {
		slots = append(slots, v.log[i].slots...)
	}
	slices.Sort(slots)
	slots = slices.Compact(slots)
	return slots, len(slots) <= mostTouched
}

// cached returns what find gives for all offerings, which is kept: find is called with nil
// for all, and with the slots that edits have touched when a list of before them is there.
func (v *View) cached(key string, find func(among []int32) (matches, error)) (matches, error) {
	k, ok := v.matches.Get(key)
	if ok && k.generation == v.generation {
		return k.list, nil
	}
	var list matches
	var err error
	slots, known := []int32(nil), false
	if ok && k.generation < v.generation {
		slots, known = v.since(k.generation)
	}
	if known {
		if list, err = find(slots); err == nil {
			list = k.list.without(slots).better(list)
		}
	} else {
		list, err = find(nil)
	}
	if err != nil {
		return nil, err
	}
	v.keep(key, list)
	return list, nil
}

// derived is cached for what is put together of other lists.
func (v *View) derived(key string, make func() (matches, error)) (matches, error) {
	if k, ok := v.matches.Get(key); ok && k.generation == v.generation {
		return k.list, nil
	}
	list, err := make()
	if err != nil {
		return nil, err
	}
	v.keep(key, list)
	return list, nil
}

// without returns the matches but those in the slots, which are sorted.
func (a matches) without(slots []int32) matches {
	touched := func(m match) bool {
		_, ok := slices.BinarySearch(slots, m.slot)
		return ok
	}
	for _, slot := range slots {
		if _, ok := slices.BinarySearchFunc(a, slot, func(m match, s int32) int { return int(m.slot) - int(s) }); ok {
			return slices.DeleteFunc(slices.Clone(a), touched)
		}
	}
	return a
}
