package staff

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// TestQuestionsAfterAMerge lets two kommuner become one, and answers as their people do.
func TestQuestionsAfterAMerge(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	one, other, third := s.ownOffering("prove/en", "3101"), s.ownOffering("prove/to", "3124"), s.ownOffering("prove/tre", "3101")
	for n, name := range map[region.Number]string{"3101": "Halden", "3124": "Aremark"} {
		_, err := s.store.CreateOffering(t.Context(), operator, "", directory.Offering{Key: "prove/" + string(n), Type: "annet", Name: "Testtilbud", Status: directory.Draft, Confidence: directory.High,
			Organization: directory.Organization{Name: name + " kommune", Kind: directory.KindKommune, Kommune: n},
			Coverage:     directory.Coverage{Kommuner: []region.Number{"3101", "3124"}}, Source: directory.Source{Title: "Test"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	report, err := s.store.Succeed(t.Context(), operator, store.SuccessionOptions{Steps: []region.Step{
		{Old: "3101", OldName: "Halden", New: "3199", NewName: "Prøvestad", On: day}, {Old: "3124", OldName: "Aremark", New: "3199", NewName: "Prøvestad", On: day},
	}})
	if err != nil || len(report.Problems) > 0 {
		t.Fatal(err, report.Problems)
	}
	manager := s.person("leder@example.org", auth.Grant{Owner: auth.Owner{Kommune: "3199"}, Role: auth.Manager})
	stranger := s.person("fremmed@example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	const path = "/redaksjon/kommuneendringer?kommune=3199"
	if a := manager.get("/redaksjon"); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "4 spørsmål om hvem tilbudene gjelder") || !strings.Contains(a.body, path) {
		t.Errorf("the first page: %d, and not the questions", a.StatusCode)
	}
	a := manager.get(path)
	for _, want := range []string{"Tilbudet var for Halden. Gjelder det nå hele Prøvestad?", "Alle 3 gjelder hele Prøvestad", "Nå får leserne vite at det gjelder tidligere Aremark kommune.",
		"Halden kommune og Aremark kommune er blitt én kommune. Hvilket navn skal tilbudene stå med?", "Prøvestad kommune"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	if a := stranger.get(path); a.StatusCode != http.StatusForbidden {
		t.Errorf("a stranger sees it: %d", a.StatusCode)
	}
	id := func(kind store.TaskKind, offering int64) string {
		t.Helper()
		tasks, err := s.store.OpenTasks(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range tasks {
			if x.Kind == kind && x.Offering == offering {
				return strconv.FormatInt(x.ID, 10)
			}
		}
		t.Fatalf("no open %s about %d", kind, offering)
		return ""
	}
	at := func(rest string) string { return successionPath + "/" + rest + "?kommune=3199" }
	if a := stranger.post(at(id(store.TaskCoverage, one.ID)), url.Values{"hele": {"ja"}}); a.StatusCode != http.StatusForbidden {
		t.Errorf("a stranger answers: %d", a.StatusCode)
	}
	manager.post(at(id(store.TaskCoverage, one.ID)), url.Values{"hele": {"nei"}}).wantRedirect(t, path)
	if got := s.offering(one.ID).Coverage.Bydel; got != "tidligere Halden kommune" {
		t.Errorf("after no it is for %q", got)
	}
	manager.post(at("alle"), nil).wantRedirect(t, path)
	for _, o := range []directory.Offering{other, third} {
		if got := s.offering(o.ID).Coverage.Bydel; got != "" {
			t.Errorf("after yes to all it is for %q", got)
		}
	}
	join := id(store.TaskJoin, 0)
	if a := manager.post(at(join+"/navn"), url.Values{"navn": {"Noe annet"}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Velg et av navnene.") {
		t.Errorf("another name: %d", a.StatusCode)
	}
	manager.post(at(join+"/navn"), url.Values{"navn": {"Prøvestad kommune"}}).wantRedirect(t, path)
	organization, err := s.store.OrganizationOf(t.Context(), auth.Owner{Kommune: "3199"})
	if err != nil || organization.Name != "Prøvestad kommune" {
		t.Errorf("its organization is %q, %v", organization.Name, err)
	}
	if a := manager.get(path); !strings.Contains(a.body, "Alle spørsmålene er besvart.") {
		t.Errorf("%s: questions are left", path)
	}
	// Of a new kommune the national editors are asked how it is reached.
	if a := s.national("redaktor@example.org").get("/redaksjon"); !strings.Contains(a.body, "Prøvestad er en ny kommune.") || !strings.Contains(a.body, "/redaksjon/kommuner/3199") {
		t.Error("the national editors are not asked about the new kommune")
	}
}
