package search

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// randomView returns a View of so many slots with anything in them, some with nothing: in two
// fylker with three kommuner each and one without a fylke, as Svalbard is.
func randomView(r *rand.Rand, slots int) *View {
	c := &catalog{
		fylker: make([]region.Fylke, 2), kommuner: make([]*Kommune, 7), fylkeOf: []uint32{1, 1, 1, 2, 2, 2, 0},
		types: make([]*directory.OfferingType, 3), terms: map[directory.TermKind][]directory.Term{},
	}
	for i, kind := range termKinds {
		c.terms[kind] = make([]directory.Term, 2+i)
	}
	list := &rows{catalog: c, list: make([]*row, slots)}
	list.cols = list.columns()
	for slot := range slots {
		col := list.cols.at(int32(slot))
		if r.IntN(10) == 0 {
			continue
		}
		list.count++
		*col = column{live: true, typ: int16(r.IntN(4) - 1), national: r.IntN(8) == 0, placed: r.IntN(3) > 0, lat: float32(60 + r.IntN(3)), lon: 10}
		if r.IntN(3) == 0 {
			col.fylker = uint32(r.IntN(4))
		}
		col.touched = col.fylker
		for k := range uint16(len(c.kommuner)) {
			if r.IntN(4) == 0 && c.fylkeOf[k]&col.fylker == 0 {
				col.kommuner = append(col.kommuner, k)
				col.touched |= c.fylkeOf[k]
			}
		}
		for i := range col.terms {
			col.terms[i] = set64(r.Uint64N(1 << (2 + i)))
		}
	}
	v := &View{rows: list, counts: &countCache{}}
	v.postings = sync.OnceValue(func() *postings { return newPostings(v) })
	return v
}

// randomFilter asks for some of what randomView has.
func randomFilter(r *rand.Rand) *filter {
	f := &filter{}
	if r.IntN(2) == 0 {
		f.kommuner, f.bits = []uint16{1}, []uint32{1}
		if r.IntN(2) == 0 {
			f.kommuner, f.bits = append(f.kommuner, 6), append(f.bits, 0)
		}
	}
	f.fylker = []uint32{0, 0, 1, 2, 3}[r.IntN(5)]
	f.types = [][]int{nil, nil, {0}, {0, 2}}[r.IntN(4)]
	for i := range f.terms {
		f.terms[i] = []set64{0, 0, 1, 2, 3}[r.IntN(5)]
	}
	if r.IntN(3) == 0 {
		f.near, f.radius = &region.Position{Lat: 60, Lon: 10}, 150
	}
	return f
}

// fails names the parts of the filter that the column does not pass.
func fails(v *View, f *filter, slot int32, col *column) (parts []int) {
	in := func(k uint16) bool { return col.reach(k, v.catalog().fylkeOf[k]) != directory.NotCovered }
	if len(f.kommuner) > 0 && !slices.ContainsFunc(f.kommuner, in) {
		parts = append(parts, partKommune)
	}
	if f.fylker != 0 && !col.national && col.touched&f.fylker == 0 {
		parts = append(parts, partFylke)
	}
	if len(f.types) > 0 && !slices.Contains(f.types, int(col.typ)) {
		parts = append(parts, partType)
	}
	for i, want := range f.terms {
		if want != 0 && col.terms[i]&want == 0 {
			parts = append(parts, partTerms+i)
		}
	}
	if !v.passesOther(f, slot) {
		parts = append(parts, partOther)
	}
	return parts
}

// What is found 64 at a time is what is found one by one.
func TestGridCountsAsColumnsDo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	passed := 0
	for range 300 {
		v := randomView(r, 1+r.IntN(200))
		c, f := v.catalog(), randomFilter(r)
		s := newScratch(len(v.rows.list))
		hits := s.set()
		want := newCounts(c)
		var all []int32
		for slot := range int32(len(v.rows.list)) {
			if r.IntN(4) == 0 {
				continue
			}
			hits.add(slot)
			col := v.rows.cols.at(slot)
			if !col.live {
				continue
			}
			failed := fails(v, f, slot, col)
			if len(failed) == 0 {
				want.total++
				all = append(all, slot)
			}
			in := func(part int) bool { return len(failed) == 0 || slices.Equal(failed, []int{part}) }
			if in(partType) && col.typ >= 0 {
				want.types[col.typ]++
			}
			for i := range c.fylker {
				if in(partFylke) && !col.national && col.touched&(1<<i) != 0 {
					want.fylker[i]++
				}
			}
			if in(partFylke) && col.national {
				want.national++
			}
			for i, set := range col.terms {
				if in(partTerms + i) {
					set.count(want.terms[i][:])
				}
			}
			for k := range c.kommuner {
				if in(partKommune) && col.covers(uint16(k), c.fylkeOf[k]) {
					want.kommuner[k]++
				}
			}
		}
		passed += len(all)
		p := v.passing(f, s, nil)
		got := newCounts(c)
		v.count(got, hits, p, true)
		for k := range got.kommuner {
			got.kommuner[k] = got.kommune(c, k)
		}
		got.whole, got.nationalKommune, want.whole = nil, 0, nil
		got.room, want.room = nil, nil
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(counts{}, kommuneCounts{})); diff != "" {
			t.Fatalf("filter %+v (-one by one +together)\n%s", f, diff)
		}
		var found []int32
		for i := range hits {
			hits[i] &= p.all[i]
		}
		hits.each(func(slot int32) { found = append(found, slot) })
		if !slices.Equal(found, all) {
			t.Fatalf("filter %+v lets %v through, want %v", f, found, all)
		}
		s.done()
	}
	if passed < 1000 {
		t.Errorf("%d passed a filter, too few to tell", passed)
	}
}
