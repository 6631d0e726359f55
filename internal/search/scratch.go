package search

import "sync"

// scratch is memory that searches use one after another: a score and an answered part of
// the question for each slot, and sets of slots.
type scratch struct {
	score, part []float32
	slots       []int32
	room        []slotSet
	sets, size  int
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// newScratch returns one for so many slots, all zero. What is filled in is named in its
// slots; give it back with done.
func newScratch(slots int) *scratch {
	s := scratches.Get().(*scratch)
	if len(s.score) < slots {
		s.score, s.part = make([]float32, slots), make([]float32, slots)
	}
	s.slots, s.sets, s.size = s.slots[:0], 0, (slots+63)/64
	return s
}

// set returns an empty set, valid until done.
func (s *scratch) set() slotSet {
	if s.sets == len(s.room) {
		s.room = append(s.room, nil)
	}
	set := &s.room[s.sets]
	s.sets++
	if cap(*set) < s.size {
		*set = make(slotSet, s.size)
	}
	*set = (*set)[:s.size]
	clear(*set)
	return *set
}

func (s *scratch) done() {
	for _, slot := range s.slots {
		s.score[slot], s.part[slot] = 0, 0
	}
	scratches.Put(s)
}

// bring makes hits of the slots, with a share of what the best scores that is among the hits already.
func (s *scratch) bring(slots []int32, share float32, hits, among slotSet) {
	best := float32(0)
	if len(slots) == 0 {
		return
	}
	for _, slot := range s.slots {
		if hits.has(slot) && among.has(slot) {
			best = max(best, s.score[slot]*s.part[slot])
		}
	}
	for _, slot := range slots {
		if s.score[slot]*s.part[slot] < best*share {
			s.score[slot], s.part[slot] = best*share, 1
		}
		hits.add(slot)
	}
}

// most returns the largest part of the question that one of the offerings answers.
func (s *scratch) most(among slotSet) float32 {
	most := float32(0)
	for _, slot := range s.slots {
		if s.part[slot] > most && among.has(slot) {
			most = s.part[slot]
		}
	}
	return most
}
