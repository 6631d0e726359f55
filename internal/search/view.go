package search

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"sync/atomic"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// View is the directory at one generation. It never changes, and everything read from one
// View belongs together. What it returns is shared: callers must not change it.
type View struct {
	index      *Index
	generation uint64
	rows       *rows
	snap       *snapshot
	matches    *matchCache
	log        []touched // what the last generations changed, in order
	counts     *countCache
	postings   func() *postings
	coverage   func() *Coverage
	tallies    *tallies
	feed       feed
	position   Position
}

// generations is how many Views this process has made, of all its indexes.
var generations atomic.Uint64

// Generation returns the number of the state: another number may mean other content. No two
// Views of a process have the same, so that what was kept of an index is not taken for the
// content of the one that was built after it; a later View has a higher one.
func (v *View) Generation() uint64 { return v.generation }

func (v *View) catalog() *catalog { return v.rows.catalog }

// Reference tells the types, places, terms and articles of one View from those of another: it
// is the same for as long as they do not change. What is kept under it keeps none of them.
type Reference uint64

// Reference returns which it has.
func (v *View) Reference() Reference { return Reference(v.catalog().number) }

// Revision tells the content of an offering from what it was before.
type Revision uint64

// Revision returns which the View has of the public offering with the id, 0 when it has none.
func (v *View) Revision(id int64) Revision {
	if r := v.rows.byID(id); r != nil {
		return Revision(r.number)
	}
	return 0
}

// Offering returns the public offering with the id.
func (v *View) Offering(id int64) (*directory.Offering, bool) {
	if slot := v.rows.slotOf(id); slot != noSlot && v.rows.list[slot] != nil {
		o := v.read(slot)
		return o, o != nil
	}
	return nil, false
}

// OfferingOnce is Offering for who keeps what they make of it: it is not kept here too.
func (v *View) OfferingOnce(id int64) (*directory.Offering, bool) {
	if slot := v.rows.slotOf(id); slot != noSlot && v.rows.list[slot] != nil {
		o := v.load(slot)
		return o, o != nil
	}
	return nil, false
}

// read returns the offering in the slot, as load does, from memory when it was read lately.
func (v *View) read(slot int32) *directory.Offering {
	r := v.rows.list[slot]
	o, ok := v.index.known.Get(r)
	if !ok {
		if o = v.load(slot); o != nil {
			v.index.known.Put(r, o)
		}
	}
	return o
}

// load reads the offering in the slot. It is nil when its content cannot be read any more, or
// is not what was written: then the index tells of it, and is made anew.
func (v *View) load(slot int32) *directory.Offering {
	id := v.rows.list[slot].id
	var o *directory.Offering
	err := v.snap.read(v.snap.docs[slot], func(content, known []byte) error {
		if !fits(known, content) {
			return errFacts
		}
		d, err := decode(OfferingID(id), content)
		if err == nil {
			o, _ = d.value.(*directory.Offering)
		}
		return err
	})
	if err == nil && (o == nil || o.ID != id) {
		err = ErrDamaged
	}
	if err != nil {
		v.index.opts.log().Error("read offering from the index", "id", id, "error", err)
		v.index.failure.fail(errors.Join(ErrDamaged, err))
		return nil
	}
	return o
}

// CountOfferings returns how many public offerings there are.
func (v *View) CountOfferings() int { return v.rows.count }

// Offerings returns every public offering, in order of id.
func (v *View) Offerings() []*directory.Offering {
	return slices.AppendSeq(make([]*directory.Offering, 0, v.rows.count), v.All())
}

// All yields every public offering in order of id, read one at a time.
func (v *View) All() iter.Seq[*directory.Offering] {
	return func(yield func(*directory.Offering) bool) {
		slots := make([]int32, 0, v.rows.count)
		for slot, r := range v.rows.list {
			if r != nil {
				slots = append(slots, int32(slot))
			}
		}
		slices.SortFunc(slots, func(a, b int32) int { return cmp.Compare(v.rows.list[a].id, v.rows.list[b].id) })
		for _, slot := range slots {
			if o := v.load(slot); o != nil && !yield(o) {
				return
			}
		}
	}
}

// Kommune returns the kommune of today with the number.
func (v *View) Kommune(n region.Number) (*Kommune, bool) {
	k := v.catalog().kommune(n)
	return k, k != nil
}

// Kommuner returns all kommuner by name, å last.
func (v *View) Kommuner() []*Kommune { return v.catalog().kommuner }

// Fylker returns all fylker by name.
func (v *View) Fylker() []region.Fylke { return v.catalog().fylker }

// KommunerIn returns the fylke's kommuner by name.
func (v *View) KommunerIn(f region.FylkeNumber) []*Kommune {
	c := v.catalog()
	i, ok := c.fylkeIndex[f]
	if !ok {
		return nil
	}
	list := make([]*Kommune, len(c.kommunerIn[i]))
	for j, k := range c.kommunerIn[i] {
		list[j] = c.kommuner[k]
	}
	return list
}

// Former returns the steps from the former kommune with the number, the latest first.
func (v *View) Former(n region.Number) []region.Former { return v.catalog().formers[n] }

// PostalCode returns the postnummer.
func (v *View) PostalCode(code string) (region.PostalCode, bool) {
	if p, ok := v.catalog().postalCodes[code]; ok {
		return *p, true
	}
	return region.PostalCode{}, false
}

// TypeGroups returns the headings of types in display order.
func (v *View) TypeGroups() []directory.TypeGroup { return v.catalog().groups }

// Types returns every type in display order.
func (v *View) Types() []directory.OfferingType {
	c := v.catalog()
	list := make([]directory.OfferingType, len(c.types))
	for i, t := range c.types {
		list[i] = *t
	}
	return list
}

// Type returns the type with the code.
func (v *View) Type(code string) (directory.OfferingType, bool) {
	c := v.catalog()
	if i, ok := c.typeIndex[code]; ok {
		return *c.types[i], true
	}
	return directory.OfferingType{}, false
}

// Term returns the entry of the vocabulary with the code.
func (v *View) Term(kind directory.TermKind, code string) (directory.Term, bool) {
	c := v.catalog()
	if i, ok := c.termIndex[kind][code]; ok {
		return c.terms[kind][i], true
	}
	return directory.Term{}, false
}

// Terms returns the vocabulary in display order.
func (v *View) Terms(kind directory.TermKind) []directory.Term { return v.catalog().terms[kind] }

// Articles returns the section's articles in display order, its own text left out; every
// section's when section is empty. Each is in the language, or in bokmål where it has not
// been translated.
func (v *View) Articles(language, section string) []*article.Article {
	c := v.catalog()
	var list []*article.Article
	for a := range c.bokmal() {
		if !a.IsIndex() && (section == "" || a.Section == section) {
			list = append(list, c.article(a.Key().In(language)))
		}
	}
	return list
}

// Article returns the article in the language, or in bokmål where it has not been translated;
// with an empty slug, the section's own text.
func (v *View) Article(language, section, slug string) (*article.Article, bool) {
	a := v.catalog().article(article.Key{Language: language, Section: section, Slug: slug})
	return a, a != nil
}

// Months returns what is told of each month, in order of time.
func (v *View) Months() []*directory.Month { return v.catalog().months }

// Changed returns when an offering was last changed; zero when there is none.
func (v *View) Changed() time.Time {
	var last time.Time
	for _, o := range v.Offerings() {
		if o.ChangedAt.After(last) {
			last = o.ChangedAt
		}
	}
	return last
}
