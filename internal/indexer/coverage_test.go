package indexer

import (
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Map and statistics say of every kommune and type what the kommune's page says.
func TestCoverageIsWhatKommunerShow(t *testing.T) {
	v := readOnly(t)
	coverage := v.Coverage()
	seen := map[search.Presence]int{}
	people := map[string]int{} // by type, where something is
	for _, k := range v.Kommuner() {
		for _, a := range v.Answers(k.Number, search.All) {
			got := coverage.Of(k.Number, a.Type.Code)
			seen[got.Presence]++
			if got.Offerings != len(a.Offerings) || (got.Presence == search.NotRegistered) != (len(a.Offerings) == 0) {
				t.Fatalf("%s, %s: %+v, and its page shows %d", k.Name, a.Type.Code, got, len(a.Offerings))
			}
			here, national := false, len(a.Offerings) > 0
			for _, h := range a.Offerings {
				here = here || h.Reach == directory.ByOwn || h.Reach != directory.ByNational && h.Offering.Kommune() == k.Number
				national = national && h.Reach == directory.ByNational
			}
			if here != (got.Presence == search.InKommune) || national != got.National {
				t.Errorf("%s, %s: %+v, want in the kommune %v, national alone %v", k.Name, a.Type.Code, got, here, national)
			}
			if len(a.Offerings) > 0 {
				people[a.Type.Code] += k.Population
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("not every presence was met: %v", seen)
	}
	for _, typ := range v.Types() {
		fylker, country := coverage.Fylker(typ.Code)
		var sum search.CoverageSum
		for _, f := range fylker {
			sum.Kommuner += f.Kommuner
			sum.InKommune += f.InKommune
			sum.FromElsewhere += f.FromElsewhere
			sum.People += f.People
			sum.PeopleIn += f.PeopleIn
			sum.PeopleCovered += f.PeopleCovered
		}
		if sum != country || country.Kommuner != len(v.Kommuner()) || country.PeopleCovered != people[typ.Code] {
			t.Errorf("%s: fylker make %+v, the country is %+v, %d people are covered", typ.Code, sum, country, people[typ.Code])
		}
	}
	if got := coverage.Of("9999", "ppt"); got != (search.Covered{}) {
		t.Errorf("of no kommune: %+v, want nothing", got)
	}
}

// Where a type about no one illness is missing, what stands in its place is for all
// pårørende: a line about one illness is for few of those who see it.
func TestInPlaceOfAMissingType(t *testing.T) {
	v := readOnly(t)
	narrow := map[string]string{"parorendekoordinator": "", "barnekoordinator": "", "parorendegruppe": "", "kreftkoordinator": "kreft"}
	called := map[string]string{"kreftkoordinator": "Krefttelefonen", "demenskoordinator": "Demenslinjen"} // for every cancer, all dementia
	missing := map[string]int{}
	for _, k := range v.Kommuner() {
		for _, a := range v.Answers(k.Number, search.All) {
			if i := slices.IndexFunc(a.Alternatives, func(h search.Hit) bool { return h.Reach == directory.ByNational }); i >= 0 && !strings.HasPrefix(a.Alternatives[i].Offering.Name, called[a.Type.Code]) {
				t.Errorf("%s, for %s: %s, want %s", k.Name, a.Type.Code, a.Alternatives[i].Offering.Name, called[a.Type.Code])
			}
			about, checked := narrow[a.Type.Code]
			if !checked || len(a.Offerings) > 0 || len(a.Alternatives) == 0 {
				continue
			}
			missing[a.Type.Code]++
			first := a.Alternatives[0]
			if first.Reach != directory.ByNational {
				continue // nearer than any line
			}
			for _, topic := range first.Offering.Topics {
				if about == "" || topic != about {
					t.Errorf("%s, for %s: %s, which is about %v", k.Name, a.Type.Code, first.Offering.Name, first.Offering.Topics)
				}
			}
		}
	}
	for code := range narrow {
		if missing[code] == 0 {
			t.Errorf("%s is missing nowhere: nothing was tested", code)
		}
	}
}

// Of offices that share a region, the one where the reader lives comes first, then the closest.
func TestOwnOfficeFirst(t *testing.T) {
	v := readOnly(t)
	sorted := 0
	for _, k := range v.Kommuner() {
		for _, a := range v.Answers(k.Number, search.All) {
			for i, h := range a.Offerings[min(1, len(a.Offerings)):] {
				last := a.Offerings[i]
				if h.Reach != last.Reach || h.Reach == directory.ByNational || h.DistanceKM == nil {
					continue
				}
				sorted++
				here, before := h.Offering.Kommune() == k.Number, last.Offering.Kommune() == k.Number
				switch {
				case here && !before:
					t.Errorf("%s: %s comes before %s, which is in the kommune", k.Name, last.Offering.Name, h.Offering.Name)
				case here == before && (last.DistanceKM == nil || *last.DistanceKM > *h.DistanceKM):
					t.Errorf("%s: %s comes before %s, which is %.0f km away", k.Name, last.Offering.Name, h.Offering.Name, *h.DistanceKM)
				}
			}
		}
	}
	if sorted == 0 {
		t.Error("no two are of one reach: nothing was tested")
	}
}
