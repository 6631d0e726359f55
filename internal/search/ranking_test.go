package search

import (
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// What is passed over because its score cannot be among the best has no more gain than that.
func TestMostGain(t *testing.T) {
	confirmed := time.Now()
	best := trust(&directory.Offering{Confidence: directory.High, ConfirmedAt: &confirmed})
	if best != mostTrust {
		t.Errorf("a confirmed offering of a sure source has trust %d, mostTrust is %d", best, mostTrust)
	}
	col := &column{live: true, typ: 1, trust: int8(best), phone: true, national: true, kommuner: []uint16{0}}
	for _, crisis := range []bool{false, true} {
		for _, placed := range []bool{false, true} {
			f := &filter{helpline: 1, fit: fitness{crisis: crisis, placed: placed}}
			reach := directory.NotCovered
			if placed {
				f.kommuner, f.bits, reach = []uint16{0}, []uint32{1}, directory.ByOwn
			}
			gain := reachGain[reach] * f.fit.of(col, f.helpline) * (1 + doorGain)
			if most := f.mostGain(); gain > most || gain < most*0.99 {
				t.Errorf("crisis %t, placed %t: gain %f, at most %f", crisis, placed, gain, most)
			}
		}
	}
	for reach, gain := range reachGain {
		if gain > reachGain[directory.ByOwn] {
			t.Errorf("reach %d gains more than what is the kommune's own", reach)
		}
	}
}
