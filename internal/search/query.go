package search

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

// defaultSize is how many hits a page has when the query does not say.
const defaultSize = 20

// Search answers the query. A question that names a place is never answered by nothing:
// when its words or its type find nothing there they are let go of, down to what covers
// the place. It returns the context's error, or Bleve's. Only some searches go on at a time, and
// the others wait for their turn: more would only make each other slow, and what is finished and
// kept would have to wait among them.
func (v *View) Search(ctx context.Context, q Query) (Result, error) {
	ctx, span := trace.Start(ctx, "search")
	res, err := v.inTurn(ctx, q)
	span.Number("hits", res.Total)
	span.End(err)
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	return res, nil
}

func (v *View) inTurn(ctx context.Context, q Query) (Result, error) {
	select {
	case v.index.turns <- struct{}{}:
		defer func() { <-v.index.turns }()
		return v.search(ctx, q)
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

func (v *View) search(ctx context.Context, q Query) (Result, error) {
	c := v.catalog()
	u, err := v.understand(ctx, q.Text, q.Literal)
	if err != nil {
		return Result{}, err
	}
	asked, err := v.asked(ctx, &u)
	if err != nil {
		return Result{}, err
	}
	res := Result{Crisis: u.crisis, Young: u.isYoung()}
	if res.Interpreted, err = v.interpretation(ctx, &u, q.Language); err != nil {
		return Result{}, err
	}
	f := v.filter(q, &u)
	u.placed = f.placed()
	for _, reading := range u.readings() {
		f.types = f.asked
		if reading.types && len(f.asked) == 0 && !u.soft {
			f.types = u.types
		}
		if reading.general && len(f.asked) == 0 && f.helpline >= 0 {
			f.types = []int{f.helpline}
		}
		var instead matches
		if reading.instead {
			if instead, err = v.instead(ctx, u.types); err != nil {
				return Result{}, err
			}
		}
		found := v.collect(q, f, asked, reading, instead)
		passing := found.total > 0 && reading.words && asked.hardly(found.part)
		if (found.total == 0 || passing) && reading != u.loosest() {
			res.Passing = passing
			found.counts.done()
			continue
		}
		res.Total, res.Facets = found.total, v.facets(f, found.counts)
		res.NotThere, res.General = reading.instead && found.total > 0, reading.general && found.total > 0
		res.Open = res.General && reading == u.readings()[0] && len(u.all) > 0
		res.Dropped = !reading.words && !reading.general && asked.words && found.total > 0
		res.Nearby = v.elsewhereOf(f, &u, &res, &found.counts.kommuneCounts)
		found.counts.done()
		v.page(&res, q, f, found)
		break
	}
	if q.Text != "" {
		if !q.Bare {
			res.marked = u.markedOf()
			res.Courses = c.findCourses(&u)
		}
		res.Articles = c.findArticles(&u, q.Language)
		if res.Total == 0 || res.General {
			if res.DidYouMean, err = v.didYouMean(ctx, &u); err != nil {
				return Result{}, err
			}
		}
	}
	return res, nil
}

// asked is what a question asks of each offering.
type asked struct {
	concepts []concept
	likeness []likeness
	named    matches
	words    bool    // there are words besides places and types
	loose    float32 // what the words are of the question, when nothing but words was understood
	near     []int32 // slots of what is for those near anybody, where the question speaks of someone
}

// least is how much of a question in loose words an offering has to answer, for its hits to be
// worth more than what is for everybody.
const least = 0.35

// hardly reports whether the best answers to no more than a word in passing.
func (a *asked) hardly(part float32) bool { return part < least*a.loose }

func (v *View) asked(ctx context.Context, u *understood) (a asked, err error) {
	if len(u.all) == 0 {
		return a, nil
	}
	if a.concepts, err = v.concepts(ctx, u); err != nil {
		return a, err
	}
	if a.likeness, err = v.likeness(ctx, u); err != nil {
		return a, err
	}
	if a.named, err = v.named(ctx, joined(u.called)); err != nil {
		return a, err
	}
	content := u.content()
	a.words = len(content) > 0 || u.literal || u.soft
	if len(content) > fewWords && len(u.said)+len(u.types) == 0 && !u.literal && !u.name {
		for _, c := range a.concepts {
			a.loose += c.weight
		}
		a.loose += float32(len(content) - len(a.concepts)) // what no offering has says most
		for _, w := range content {
			name, err := v.named(ctx, w.fold)
			if err != nil {
				return a, err
			}
			if len(name) > 0 { // "når er rustelefonen åpen"
				a.loose = 0
			}
		}
	}
	if len(u.said) > 0 && !u.crisis && u.forLaymen() && len(u.nearTo()) > 0 {
		if a.near, err = v.nearAnybody(u.isYoung()); err != nil {
			return a, err
		}
	}
	if u.soft {
		c := v.catalog()
		for _, t := range u.types {
			list, err := v.lead(ctx, directory.Lead(directory.LeadType+":"+c.types[t].Code))
			if err != nil {
				return a, err
			}
			a.concepts = append(a.concepts, concept{list, saidShare})
		}
	}
	return a, nil
}

// nearAnybody returns the slots of what the whole country has for those near someone who is ill, or
// for the young, whatever the matter, and for nobody else.
func (v *View) nearAnybody(young bool) ([]int32, error) {
	c := v.catalog()
	whom, others := c.forKin, c.forIll|c.forAll
	if young {
		whom, others = c.forYoung, ^c.forYoung
	}
	list, err := v.derived(fmt.Sprint("near ", young), func() (matches, error) {
		var list matches
		for slot := range v.rows.list {
			col := v.rows.cols.at(int32(slot))
			if has := col.terms[targetTerms]; col.live && col.national && has&whom != 0 && has&others == 0 && col.terms[topicTerms] == 0 {
				list = append(list, newMatch(int32(slot), 1, true))
			}
		}
		return list, nil
	})
	var slots []int32
	for _, m := range list {
		slots = append(slots, m.slot)
	}
	return slots, err
}

// instead returns what stands in for the types, the first named highest, and among it what is
// about the same: for a demenskoordinator, the line about demens.
func (v *View) instead(ctx context.Context, types []int) (matches, error) {
	c := v.catalog()
	var all matches
	for _, t := range types {
		gain := float32(1)
		about, stem := c.about(c.types[t].Code)
		for _, code := range c.types[t].Alternatives {
			list, err := v.lead(ctx, directory.Lead(directory.LeadType+":"+code))
			if err != nil {
				return nil, err
			}
			list = list.times(gain)
			for i, m := range list {
				if v.rows.cols.at(m.slot).terms[topicTerms]&about == 0 {
					continue
				}
				list[i] = m.times(aboutTheSame)
				if r := v.rows.at(m.slot); r != nil && v.rows.cols.at(m.slot).phone && strings.HasPrefix(r.text(packedFold), stem) {
					list[i] = m.times(4 * aboutTheSame) // Krefttelefonen is for every cancer
				}
			}
			all = all.better(list)
			gain *= leadDecay
		}
	}
	return all, nil
}

// aboutTheSame is by what is multiplied what stands in for a type and is about its matter.
const aboutTheSame = 4

// about returns the topic that a type is named after, and how names begin that are after it too.
// It returns none for most.
func (c *catalog) about(code string) (set64, string) {
	var topic set64
	for i, t := range c.terms[directory.Topic] {
		if strings.HasPrefix(code, t.Code) {
			topic.add(i)
			return topic, c.topicStem(i)
		}
	}
	return topic, ""
}

// reading is one way to take a question, from strict to loose.
type reading struct {
	general bool // lines for everybody, whatever was asked
	types   bool // the types that were named are required
	words   bool // the words are
	instead bool // what stands in for the types is looked for
}

// readings returns the ways to take the question, the strictest first. Without a place or
// a type there is nothing to answer with when no offering has the words.
func (u *understood) readings() []reading {
	if len(u.types)+len(u.kommuner)+len(u.fylker) == 0 && u.text && !u.literal && !u.name && len(u.said)+len(u.content()) == 0 {
		return []reading{{general: true}} // "hjelp", or signs alone
	}
	list := []reading{{types: true, words: true}}
	if len(u.types) > 0 && !u.soft {
		same, instead := reading{types: true}, reading{words: true, instead: true}
		if len(u.said) > 0 && !u.placed {
			same, instead = instead, same // what it is about weighs more than an office elsewhere
		}
		list = append(list, same, instead, reading{instead: true})
	}
	switch {
	case len(u.kommuner)+len(u.fylker) > 0:
		list = append(list, reading{})
	case len(u.types) == 0 && len(u.all) > 0 && !u.literal:
		list = append(list, reading{general: true})
	}
	return list
}

func (u *understood) loosest() reading {
	all := u.readings()
	return all[len(all)-1]
}

// found is what a reading of a question finds.
type found struct {
	total  int
	part   float32     // largest part of the question that an offering answers
	best   []candidate // as many as are to be shown, in order
	counts *counts
}

// sum adds up what the concepts say of each offering that answers to any of them, which
// are in the slots of what it returns.
func (a *asked) sum(slots int) *scratch {
	s := newScratch(slots)
	for _, c := range a.concepts {
		for _, m := range c.matches {
			if s.part[m.slot] == 0 {
				s.slots = append(s.slots, m.slot)
			}
			s.score[m.slot] += m.score() * c.weight
			s.part[m.slot] += m.share() * c.weight
		}
	}
	return s
}

// collect finds what passes the filter and, where the reading requires it, answers to the
// words.
func (v *View) collect(q Query, f *filter, a asked, r reading, instead matches) found {
	top := newTop(max(q.Page, 1)*sizeOf(q), q.Sort)
	n := newCounts(v.catalog())
	part := float32(0)
	switch {
	case r.words && len(a.concepts) > 0:
		part = v.collectWords(f, a, r, top, n)
	case r.words && a.words:
		// There are words, but no offering has any of them.
	default:
		v.collectAll(f, a, r, instead, top, n)
	}
	return found{total: int(n.total), part: part, best: top.sorted(), counts: n}
}

// collectWords goes through what answers to the words. It returns the largest part of the
// question that something answers.
func (v *View) collectWords(f *filter, a asked, r reading, top *top, n *counts) float32 {
	s := a.sum(len(v.rows.list))
	defer s.done()
	for _, slot := range a.near {
		if s.part[slot] == 0 {
			s.slots = append(s.slots, slot)
			s.part[slot] = math.SmallestNonzeroFloat32
		}
	}
	p := v.passing(f, s, s.slots)
	part := s.most(p.all)
	least := part * enough
	for _, l := range a.likeness {
		if !l.counts(r) {
			continue
		}
		for _, m := range l.matches {
			if s.part[m.slot] > 0 {
				s.score[m.slot] += m.score()
			}
		}
	}
	for _, m := range a.named {
		if s.part[m.slot] > 0 {
			s.score[m.slot] += nameGain
		}
	}
	hits := s.set()
	for _, slot := range s.slots {
		if s.part[slot] >= least { // enough of an answer
			hits.add(slot)
		}
	}
	if part > math.SmallestNonzeroFloat32 {
		share := float32(nearShare)
		if f.fit.young {
			share = nearYoung
		}
		s.bring(a.near, share, hits, p.all)
	}
	v.count(n, hits, p, true)
	for i := range hits {
		hits[i] &= p.all[i]
	}
	most := f.mostGain()
	hits.each(func(slot int32) { v.consider(top, f, slot, s.score[slot]*s.part[slot], most) })
	return part
}

// collectAll goes through every offering that the filter lets through, scored by likeness
// where there is any, and by what stands in for the types.
func (v *View) collectAll(f *filter, a asked, r reading, instead matches, top *top, n *counts) {
	s := newScratch(len(v.rows.list))
	defer s.done()
	add := func(list matches) {
		for _, m := range list {
			s.slots = append(s.slots, m.slot)
			s.score[m.slot] += m.score()
		}
	}
	add(instead)
	for _, l := range a.likeness {
		if l.counts(r) {
			add(l.matches)
		}
	}
	p := v.passing(f, s, nil)
	v.count(n, v.live(s.set()), p, f.others())
	if !f.others() {
		n.kommuneCounts = *v.kommunerOf(f.without())
	}
	most := f.mostGain()
	p.all.each(func(slot int32) {
		score := s.score[slot]
		if r.general || r.instead || a.words && !r.types {
			score += v.catalog().breadth(v.rows.cols.at(slot), f.fit.young)
		}
		v.consider(top, f, slot, score, most)
	})
}

// consider adds what passes the filter to the best, unless it cannot be one of them: its score
// is multiplied by no more than most.
func (v *View) consider(top *top, f *filter, slot int32, score, most float32) {
	if top.hopeless(score * most) {
		return
	}
	col := v.rows.cols.at(slot)
	reach := f.reach(col)
	score *= reachGain[reach] * f.fit.of(col, f.helpline)
	if !top.hopeless(score * (1 + doorGain)) {
		top.add(f.candidate(slot, col, v.rows.list[slot], reach, score))
	}
}

// candidate returns the offering, whose score is weighed by all but its distance.
func (f *filter) candidate(slot int32, col *column, row *row, reach directory.Reach, score float32) candidate {
	c := candidate{slot: slot, col: col, row: row, reach: reach, distance: float32(math.Inf(1)), score: score}
	if f.distance {
		c.distance = f.kilometres(col)
	}
	if len(f.kommuner) > 1 && !col.covers(f.kommuner[0], f.bits[0]) {
		c.second = true
		c.score *= secondMeaning
	}
	if f.placed() && c.reach != directory.ByNational {
		c.score *= 1 + doorGain*float32(math.Exp(-float64(f.kilometres(col))/doorFade))
	}
	return c
}

func sizeOf(q Query) int {
	if q.Size <= 0 {
		return defaultSize
	}
	return q.Size
}

// page fills in the hits of the page asked for, the last one when it lies behind the end.
func (v *View) page(res *Result, q Query, f *filter, found found) {
	size := sizeOf(q)
	res.Pages = max(1, (found.total+size-1)/size)
	res.Page = min(max(q.Page, 1), res.Pages)
	from := (res.Page - 1) * size
	to := min(from+size, len(found.best))
	if from < to {
		res.Hits = make([]Hit, 0, to-from)
	}
	for i := from; i < to; i++ {
		c := &found.best[i]
		c.distance = f.kilometres(c.col)
		if h, ok := v.hit(c, q.Bare); ok {
			res.Hits = append(res.Hits, h)
		}
	}
}
