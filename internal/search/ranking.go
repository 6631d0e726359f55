package search

import (
	"cmp"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// How much a word counts where it is found. A name says what an offering is; who gives it
// and for whom is nearly as good; the long text mentions many things in passing.
var fieldBoost = map[string]float64{fieldName: 6, fieldAbout: 3, fieldText: 1}

const (
	partBoost     = 0.4 // a part of a compound says less than the whole word
	codeBoost     = 4   // what an everyday word leads to, about as good as a word in a name
	fuzzyBoost    = 0.5 // a guess at a misspelling, below every word that is right
	prefixBoost   = 0.6
	exactNameGain = 100 // the name itself was written: nothing comes before it
)

// reachGain is by what a score is multiplied for how an offering comes to cover the
// reader's kommune. With words about equal, the nearer office is the one to call.
var reachGain = map[directory.Reach]float64{
	directory.ByOwn: 1.4, directory.ByShared: 1.35, directory.ByFylke: 1.15, directory.ByNational: 1, directory.NotCovered: 1,
}

// score is the one number by which hits are put in order: how well the words match, times
// nearness, times how sure the facts are, an exact name above all.
func score(match float64, r *row, reach directory.Reach, exactName bool) float64 {
	s := match * reachGain[reach] * (1 + 0.03*float64(r.trust))
	if exactName {
		s += exactNameGain
	}
	return s
}

// candidate is a row on its way to being a hit.
type candidate struct {
	row      *row
	score    float64
	reach    directory.Reach
	distance *float64
}

// order sorts candidates as asked, and for equal ones by how close they come, by how sure
// they are, by whether one can call, and by name.
func order(list []candidate, by Sort) {
	slices.SortStableFunc(list, func(a, b candidate) int {
		first := 0
		switch by {
		case ByName:
			first = cmp.Compare(a.row.sortName, b.row.sortName)
		case ByDistance:
			first = byDistance(a.distance, b.distance)
		default:
			first = cmp.Compare(b.score, a.score)
		}
		return cmp.Or(first, compareReach(a, b))
	})
}

func compareReach(a, b candidate) int {
	return cmp.Or(
		cmp.Compare(rankOf(a.reach), rankOf(b.reach)),
		cmp.Compare(b.row.trust, a.row.trust),
		-compareBool(a.row.phone, b.row.phone),
		cmp.Compare(a.row.sortName, b.row.sortName),
		cmp.Compare(a.row.offering.ID, b.row.offering.ID),
	)
}

// rankOf puts what does not cover last.
func rankOf(r directory.Reach) int {
	if r == directory.NotCovered {
		return int(directory.ByNational) + 1
	}
	return int(r)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// byDistance puts what is nowhere last.
func byDistance(a, b *float64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return cmp.Compare(*a, *b)
}

// closest returns how the row comes to cover any of the kommuner, the closest way.
func (r *row) closest(c *catalog, kommuner []int) directory.Reach {
	best := directory.NotCovered
	for _, k := range kommuner {
		reach := r.offering.Coverage.Reach(c.kommuner[k].Number)
		if reach != directory.NotCovered && (best == directory.NotCovered || reach < best) {
			best = reach
		}
	}
	return best
}

func (c candidate) hit() Hit {
	return Hit{Offering: c.row.offering, Reach: c.reach, DistanceKM: c.distance}
}

// centre returns the position of the kommune at the index.
func (c *catalog) centre(kommune int) *region.Position { return &c.kommuner[kommune].Position }
