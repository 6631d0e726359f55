package staff

import (
	"net/http"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestOwnersWithoutAnAddressAreListed(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	per := s.national("per@test.example.org")
	per.get(noAddressPath).contains(t, "har noen vi kan spørre.")
	err := s.store.AskForAddresses(t.Context(), []store.UnconfirmedDetail{{Kommune: "1804", Name: "Bodø"}, {Organization: 7, Name: "Testforeningen"}})
	if err != nil {
		t.Fatal(err)
	}
	per.get("/redaksjon").contains(t, "hos 2 kommuner og organisasjoner.", `href="`+noAddressPath+`"`)
	per.get(noAddressPath).contains(t, "Bodø", `href="/redaksjon/kommuner/1804"`, "Testforeningen", `href="/redaksjon/personer?organisasjon=7"`)
	s.person("kari@test.example.org", manager(bodo)).get(noAddressPath).wantStatus(t, http.StatusForbidden)
}
