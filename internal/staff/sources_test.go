package staff

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// An editor sees where each field was read, and what a register says otherwise.
func TestSourcesOfAnOffering(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	o.Organization = directory.Organization{Name: "Prøve kommune", Kind: directory.KindKommune, Kommune: "1804"}
	o, err := s.store.UpdateOffering(t.Context(), auth.Actor{Kind: auth.Operator, Name: "test"}, "", o)
	if err != nil {
		t.Fatal(err)
	}
	importer := auth.Actor{Kind: auth.Import, Name: "enhetsregisteret"}
	run := store.ImportRun{Source: "enhetsregisteret"}
	said := directory.Offering{ID: o.ID, Phones: []directory.Phone{{Number: "+4733333333"}},
		Source: directory.Source{Title: "Enhetsregisteret", URL: "https://data.brreg.no/enhetsregisteret/api/enheter/999999999", Date: "2026-11-27"}}
	outcomes, err := s.store.SaySources(t.Context(), importer, run, []store.Said{{Offering: said}})
	if err != nil || outcomes[0].Result != store.Kept {
		t.Fatalf("got %+v, %v; want it kept", outcomes, err)
	}
	_, err = s.store.SaveRegistered(t.Context(), importer, run, "Enhetsregisteret", []store.Registered{{
		Organization: o.Organization.ID, OrgNumber: "999999999", Name: "PRØVE KOMMUNE", DeletedOn: "2026-04-07", Bankrupt: true, ReadAt: time.Now(),
		URL: "https://data.brreg.no/enhetsregisteret/api/enheter/999999999"}})
	if err != nil {
		t.Fatal(err)
	}

	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	kari.get("/redaksjon").contains(t, "Enhetsregisteret sier noe annet enn vi gjør om «"+o.Name+"»: telefon.")
	page := kari.get(path)
	page.contains(t, "Kilder per felt", "Andre sier noe annet", "33 33 33 33", "Skrevet her", "Den er slettet der 7. april 2026.", "Den er konkurs.")
	ola := s.national("ola@test.example.org")
	ola.get("/redaksjon").contains(t, "ble slettet 7. april 2026, er konkurs")
	ola.get(path).contains(t, "Historikken til organisasjonen")
	ola.get(historyPath(store.KindOrganization, fmt.Sprint(o.Organization.ID))).contains(t, "Organisasjonsnummer", "999999999")

	details, err := s.store.SaidOf(t.Context(), importer, o.ID)
	if err != nil || len(details) != 1 {
		t.Fatalf("got %+v, %v", details, err)
	}
	done := fmt.Sprintf("/redaksjon/oppgaver/%d/ferdig", details[0].Task)
	kari.post(done, kari.form(path, "publiser")).wantStatus(t, http.StatusSeeOther)
	if details, err = s.store.SaidOf(t.Context(), importer, o.ID); err != nil || len(details) != 0 {
		t.Errorf("after the answer: %+v, %v", details, err)
	}
}
