package indexer

import (
	"os"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// What search reaches on the judged questions. The numbers may only rise: who makes search
// better raises them, and a change that lowers them mends one thing and breaks others.
const (
	floorNDCG    = 0.929
	floorMRR     = 0.985
	floorSuccess = 0.994
)

func TestRelevance(t *testing.T) {
	f, err := os.Open("../search/testdata/sporringer.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	judged, err := search.ReadJudged(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(judged) < 300 {
		t.Fatalf("%d judged questions, want at least 300", len(judged))
	}
	outcomes, err := readOnly(t).Evaluate(t.Context(), judged)
	if err != nil {
		t.Fatal(err)
	}
	got := search.Sum(outcomes)
	if got.NDCG < floorNDCG || got.MRR < floorMRR || got.Success < floorSuccess || got.Empty > 0 {
		t.Errorf("scores %+v, want at least nDCG %v, MRR %v, success@3 %v and no empty answer; "+
			"`oversikt eval` with the file shows which questions fall", got, floorNDCG, floorMRR, floorSuccess)
	}
}
