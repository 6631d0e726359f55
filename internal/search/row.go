package search

import (
	"slices"

	"golang.org/x/text/collate"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// termKinds are the closed vocabularies, in the order of row.terms.
var termKinds = [...]directory.TermKind{directory.TargetGroup, directory.Topic, directory.Format}

// topicTerms is the place of topics among them.
const topicTerms = 1

// row is one offering in memory with what filters, facets and sorting ask of it, as
// indexes into one catalog. It never changes.
type row struct {
	slot     int32
	offering *directory.Offering

	typ      int // -1 when the type is not known
	national bool
	fylker   []uint16 // fylker covered whole, or in which a kommune is covered
	kommuner []uint16 // kommuner covered otherwise than nationally, sorted
	own      int      // kommune of its door, or -1
	position *region.Position
	terms    [len(termKinds)][]uint16
	trust    int    // how sure its facts are, higher is better
	sortName string // collation key
	foldName string
	phone    bool
}

// rowMaker makes rows for one catalog. It is not safe for concurrent use.
type rowMaker struct {
	c        *catalog
	collator *collate.Collator
	buf      collate.Buffer
}

func newRowMaker(c *catalog) *rowMaker { return &rowMaker{c: c, collator: newCollator()} }

func (m *rowMaker) row(slot int32, o *directory.Offering) *row {
	r := &row{
		slot: slot, offering: o, typ: -1, own: -1,
		national: o.Coverage.National,
		trust:    trust(o),
		sortName: collationKey(m.collator, &m.buf, o.Name),
		foldName: fold(o.Name),
		phone:    len(o.Phones) > 0,
	}
	if i, ok := m.c.typeIndex[o.Type]; ok {
		r.typ = i
	}
	m.cover(r)
	for i, codes := range [...][]string{o.TargetGroups, o.Topics, o.Formats} {
		for _, code := range codes {
			if t, ok := m.c.termIndex[termKinds[i]][code]; ok {
				r.terms[i] = append(r.terms[i], uint16(t))
			}
		}
	}
	m.place(r)
	return r
}

// cover fills in what the offering covers.
func (m *rowMaker) cover(r *row) {
	o := r.offering
	for _, f := range o.Coverage.Fylker {
		if i, ok := m.c.fylkeIndex[f]; ok {
			r.fylker = append(r.fylker, uint16(i))
			for _, k := range m.c.kommunerIn[i] {
				r.kommuner = append(r.kommuner, uint16(k))
			}
		}
	}
	for _, n := range o.Coverage.Kommuner {
		if i, ok := m.c.kommuneIndex[n]; ok {
			r.kommuner = append(r.kommuner, uint16(i))
		}
		if i, ok := m.c.fylkeIndex[n.Fylke()]; ok {
			r.fylker = append(r.fylker, uint16(i))
		}
	}
	slices.Sort(r.kommuner)
	r.kommuner = slices.Clip(slices.Compact(r.kommuner))
	slices.Sort(r.fylker)
	r.fylker = slices.Clip(slices.Compact(r.fylker))
}

// place fills in where the offering is. Without a position of its own it is taken to be
// at the centre of its kommune; without a kommune it is nowhere.
func (m *rowMaker) place(r *row) {
	o := r.offering
	if i, ok := m.c.kommuneIndex[o.Kommune()]; ok {
		r.own = i
		r.position = &m.c.kommuner[i].Position
	}
	for i := range o.Locations {
		if p := o.Locations[i].Position; p != nil {
			r.position = p
			return
		}
	}
}

// trust is how sure it is that the offering is as it says: what its owner has confirmed
// first, then as sure as its source is.
func trust(o *directory.Offering) int {
	t := map[directory.Confidence]int{directory.High: 2, directory.Medium: 1}[o.Confidence]
	if o.ConfirmedAt != nil {
		t += 3
	}
	if o.Status == directory.Closed {
		t -= 6 // still shown, but not what one can turn to now
	}
	return t
}

// covers reports whether the offering takes in the kommune with the index.
func (r *row) covers(kommune int) bool {
	if r.national {
		return true
	}
	_, ok := slices.BinarySearch(r.kommuner, uint16(kommune))
	return ok
}

// coversFylke reports whether the offering takes in the fylke, or some kommune in it.
func (r *row) coversFylke(fylke int) bool {
	if r.national {
		return true
	}
	_, ok := slices.BinarySearch(r.fylker, uint16(fylke))
	return ok
}

// distance returns how far the offering is from p in kilometres, or nil when either is
// nowhere.
func (r *row) distance(p *region.Position) *float64 {
	if p == nil || r.position == nil {
		return nil
	}
	d := DistanceKM(*p, *r.position)
	return &d
}
