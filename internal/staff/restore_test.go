package staff

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestHistoryAndRestore(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	id := fmt.Sprint(o.ID)
	kari, eva := s.person("kari@test.example.org", contributor(bodo)), s.person("eva@test.example.org", manager(bergen))
	next := o
	next.Name, next.Summary = "Testtilbud med nytt navn", "Åpent 9–15."
	next, err := s.store.UpdateOffering(t.Context(), kari.account.Actor(), "nytt navn", next)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.ConfirmOffering(t.Context(), kari.account.Actor(), o.ID, next.Version); err != nil {
		t.Fatal(err)
	}
	kari.get("/redaksjon/tilbud/"+id+"/historikk").wantRedirect(t, historyPath(store.KindOffering, id))
	page := kari.get(historyPath(store.KindOffering, id))
	page.before(t, "Versjon 3", "Bekreftet: alt stemte.", "Versjon 2", "Test kari@test.example.org", "«nytt navn»", "med nytt navn", "Versjon 1", "den som drifter nettstedet")
	eva.get(historyPath(store.KindOffering, id)).wantStatus(t, http.StatusNotFound)

	path := restorePath(store.KindOffering, id, 1)
	eva.get(path).wantStatus(t, http.StatusNotFound)
	eva.post(path, url.Values{"versjon": {"3"}}).wantStatus(t, http.StatusNotFound)
	ask := kari.get(path)
	ask.contains(t, "<del>", "Åpent 9–15.")
	kari.post(path, url.Values{"versjon": {"2"}}).wantStatus(t, http.StatusConflict)
	form := formValues(t, ask.body)
	form.Set("hvorfor", "var feil")
	kari.post(path, form).wantRedirect(t, historyPath(store.KindOffering, id))
	got := s.offering(o.ID)
	if got.Name != o.Name || got.Summary != "" || got.Version != 4 || got.ConfirmedAt == nil {
		t.Errorf("after restoring: %q, %q, version %d, confirmed %v", got.Name, got.Summary, got.Version, got.ConfirmedAt)
	}
	kari.get(historyPath(store.KindOffering, id)).contains(t, "Gjenopprettet versjon 1: var feil")
	kari.get(path).contains(t, "Det er ingenting å gjenopprette.")
	for _, wrong := range []string{restorePath(store.KindOffering, id, 99), restorePath(store.KindOffering, id, 0), restorePath(store.KindOffering, "999999", 1), restorePath("borte", id, 1), historyPath("borte", "x")} {
		kari.get(wrong).wantStatus(t, http.StatusNotFound)
	}

	// A coverage that the actor may not give does not come back.
	wide := got
	wide.Coverage = directory.Coverage{National: true, Kommuner: got.Coverage.Kommuner}
	wide.Organization = directory.Organization{Name: "Bodø kommune", Kind: directory.KindKommune, Kommune: "1804"}
	if wide, err = s.store.UpdateOffering(t.Context(), operator, "", wide); err != nil {
		t.Fatal(err)
	}
	narrow := wide
	narrow.Coverage = got.Coverage
	if _, err = s.store.UpdateOffering(t.Context(), operator, "", narrow); err != nil {
		t.Fatal(err)
	}
	kari.post(restorePath(store.KindOffering, id, wide.Version), url.Values{"versjon": {fmt.Sprint(wide.Version + 1)}}).wantStatus(t, http.StatusForbidden)
}

func TestHistoryOfOddAddresses(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	id := fmt.Sprint(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	for _, from := range []string{"-1", "1", "9223372036854775807", "99999999999999999999", "x", "%00"} {
		kari.get(historyPath(store.KindOffering, id)+"&fra="+from).contains(t, "Versjon 1")
	}
	s.national("ola@test.example.org").get(historyPath(store.KindType, "\x00")).wantStatus(t, http.StatusNotFound)
	o.Summary = "Noe nytt."
	if _, err := s.store.UpdateOffering(t.Context(), operator, "", o); err != nil {
		t.Fatal(err)
	}
	kari.post(restorePath(store.KindOffering, id, 1), url.Values{"versjon": {"2"}, "hvorfor": {"a\x00b\xff" + strings.Repeat("æ", 100_000)}}).wantRedirect(t, historyPath(store.KindOffering, id))
	history, err := s.store.Revisions(t.Context(), store.KindOffering, id)
	if err != nil || len(history) != 3 || !strings.Contains(history[0].Why, "abæ") || len(history[0].Why) > 2100 {
		t.Errorf("%d revisions, %v", len(history), err)
	}
}

func TestRestoreKeepsPlacesConfidential(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	id := fmt.Sprint(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	save := func(summary string, places ...directory.Location) directory.Offering {
		t.Helper()
		o.Summary, o.Locations = summary, places
		var err error
		if o, err = s.store.UpdateOffering(t.Context(), operator, "", o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	shelter, office := directory.Location{Street: "Testveien 1", Kommune: "1804"}, directory.Location{Street: "Testgata 2", Kommune: "1804"}
	open := save("Før.", shelter, office)
	shelter.Confidential = true
	save("Etter.", shelter, office)
	restored := func(version int) directory.Offering {
		t.Helper()
		path := restorePath(store.KindOffering, id, version)
		kari.post(path, formValues(t, kari.get(path).body)).wantRedirect(t, historyPath(store.KindOffering, id))
		o = s.offering(o.ID)
		return o
	}
	got := restored(open.Version)
	if l := got.Locations; got.Summary != "Før." || len(l) != 2 || !l[0].Confidential || l[1].Confidential {
		t.Errorf("%q, places %+v", got.Summary, l)
	}
	// Also when it stands nowhere in the meantime.
	save("Uten sted.")
	if l := restored(open.Version).Locations; len(l) != 2 || !l[0].Confidential {
		t.Errorf("places %+v", l)
	}
}

func TestRestoreOfWhatIsNotAllowedAnyLonger(t *testing.T) {
	got := notAsItWas(directory.Invalid{"phone": directory.MsgFormat, "type": directory.MsgUnknown, "position": directory.MsgFormat})
	if want := "Denne versjonen kan ikke gjenopprettes slik den var, for noe i den er ikke lov lenger: Type, Telefon."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHistoryOfWhatEditorsKeep(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	ola, kari := s.national("ola@test.example.org"), s.person("kari@test.example.org", manager(bodo))
	before, err := s.store.OfferingTypeByCode(t.Context(), "lms")
	if err != nil {
		t.Fatal(err)
	}
	next := before
	next.AskFor = "Noe helt annet"
	if err := s.store.SaveType(t.Context(), ola.account.Actor(), "", 0, next); err == nil {
		t.Fatal("the account was national before it was made so")
	}
	if err := s.store.SaveType(t.Context(), operator, "", 0, next); err != nil {
		t.Fatal(err)
	}
	kari.get(historyPath(store.KindType, "lms")).wantStatus(t, http.StatusForbidden)
	ola.get(historyPath(store.KindType, "lms")).contains(t, "Hva man spør etter", "Noe helt annet", "Gjenopprett det som sto der først")
	path := restorePath(store.KindType, "lms", 0)
	kari.post(path, url.Values{"versjon": {"1"}}).wantStatus(t, http.StatusForbidden)
	ola.post(path, formValues(t, ola.get(path).body)).wantRedirect(t, historyPath(store.KindType, "lms"))
	if got, err := s.store.OfferingTypeByCode(t.Context(), "lms"); err != nil || got.AskFor != before.AskFor {
		t.Errorf("after restoring: %q, %v", got.AskFor, err)
	}

	const article = "ta-vare-pa-deg-selv/"
	src, err := s.store.ArticleSourceByKey(t.Context(), nb("ta-vare-pa-deg-selv", ""))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.EditArticle(t.Context(), operator, "", src.Version, src.Key, src.Source+"\nEn setning til.\n"); err != nil {
		t.Fatal(err)
	}
	ola.get(historyPath(store.KindArticle, article)).contains(t, "<ins>", "setning")
	path = restorePath(store.KindArticle, article, 1)
	ola.post(path, formValues(t, ola.get(path).body)).wantRedirect(t, historyPath(store.KindArticle, article))
	if got, err := s.store.ArticleSourceByKey(t.Context(), nb("ta-vare-pa-deg-selv", "")); err != nil || got.Source != src.Source {
		t.Errorf("the article did not come back: %v", err)
	}
	ola.get(historyPath(store.KindKommune, "1804")).contains(t, "Ingen har endret dette")
}
