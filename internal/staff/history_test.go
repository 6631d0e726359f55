package staff

import (
	"net/http"
	"testing"
)

func TestHistoryOfWhatThereIsNot(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	per := s.national("per@test.example.org")
	for query, want := range map[string]int{
		"slag=type&ref=ppt": http.StatusOK, "slag=type&ref=finnes_ikke": http.StatusNotFound, "slag=type&ref=": http.StatusNotFound,
		"slag=term&ref=tema/demens": http.StatusOK, "slag=term&ref=tema/finnes_ikke": http.StatusNotFound, "slag=term&ref=demens": http.StatusNotFound,
		"slag=term&ref=ppt": http.StatusNotFound, "slag=finnes_ikke&ref=ppt": http.StatusNotFound, "slag=offering&ref=999999": http.StatusNotFound,
	} {
		if a := per.get("/redaksjon/historikk?" + query); a.StatusCode != want {
			t.Errorf("%s: status %d, want %d", query, a.StatusCode, want)
		}
	}
}
