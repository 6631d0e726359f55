package staff

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// form returns what the page's form would send, as if the button had been pressed.
func (p *person) form(path, button string) url.Values {
	p.site.t.Helper()
	a := p.get(path)
	a.wantStatus(p.site.t, http.StatusOK)
	v := formValues(p.site.t, a.body)
	v.Set("handling", button)
	return v
}

func TestFormSavesAndPublishes(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))

	// As it came, it changes nothing.
	kari.post(path, kari.form(path, "publiser")).wantRedirect(t, path)
	if got := s.offering(o.ID); got.Version != 1 {
		t.Fatalf("version %d after saving what was there: %s", got.Version, cmp.Diff(o, got))
	}
	kari.get(path).contains(t, "Ingenting er endret.")

	form := kari.form(path, "publiser")
	form.Set("ingress", "Hjelp til deg som er pårørende.")
	form["tlf"], form["tlf_til"], form["tlf_tid"] = []string{"55 25 11 50", "", "116123"}, []string{"sentralbord", "", ""}, []string{"9–15", "", ""}
	form.Set("epost", "post@test.example.org\r\n")
	form.Set("nettsted", "www.example.org/tilbud")
	form.Set("gate", "Testveien 1")
	form.Set("postnummer", "8006")
	form.Set("kommuner", "Bodø, gildeskål")
	form.Set("klage", "Send klagen til oss.\r\n\r\nFristen er fire uker.\r\n")
	form.Set("hvorfor", "nytt nummer")
	kari.post(path, form).wantRedirect(t, path)
	got := s.offering(o.ID)
	phones := []directory.Phone{{Number: "+4755251150", Purpose: directory.PurposeSwitchboard, Hours: "9–15"}, {Number: "116123"}}
	if got.Version != 2 || got.Summary != "Hjelp til deg som er pårørende." || !slices.Equal(got.Phones, phones) || !slices.Equal(got.Emails, []string{"post@test.example.org"}) ||
		!slices.Equal(got.Websites, []string{"https://www.example.org/tilbud"}) || got.Locations[0].Street != "Testveien 1" ||
		got.Complaint != "Send klagen til oss.\n\nFristen er fire uker." ||
		!slices.Equal(got.Coverage.Kommuner, []region.Number{"1804", "1838"}) || got.ConfirmedAt != nil || got.Source.Title != "Bodø kommune" {
		t.Errorf("saved %+v", got)
	}
	history, err := s.store.Revisions(t.Context(), store.KindOffering, fmt.Sprint(o.ID))
	if err != nil || history[0].Why != "nytt nummer" || history[0].Actor != kari.account.Actor().String() {
		t.Errorf("history %+v, %v", history[0], err)
	}
	kari.get(path).contains(t, "er lagret.", "Vises for alle i Bodø og Gildeskål")
}

// Who pastes from Word is not refused for what they do not see.
func TestFormTakesWhatIsPasted(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	id := s.ownOffering("test/a", "1804").ID
	path := offeringPath(id)
	kari := s.person("kari@test.example.org", contributor(bodo))
	form := kari.form(path, "publiser")
	form.Set("navn", "Samtale\vgruppe\u2028i \u202aBodø\u202c")
	form.Set("beskrivelse", "Vi møtes\vhver uke.\u0085Ring \u2066oss\u2069 først.\fVelkommen!")
	form["tlf"], form["tlf_til"], form["tlf_tid"] = []string{"\u202a55 25 11 50\u202c"}, []string{"sentralbord"}, []string{"hverdager\v9–15"}
	form.Set("epost", "post@test.example.org\vandre@test.example.org")
	form.Set("hvorfor", "nytt\vnavn")
	kari.post(path, form).wantRedirect(t, path)
	o := s.offering(id)
	phones := []directory.Phone{{Number: "+4755251150", Purpose: directory.PurposeSwitchboard, Hours: "hverdager 9–15"}}
	if o.Name != "Samtale gruppe i Bodø" || o.Description != "Vi møtes\nhver uke.\nRing oss først.\nVelkommen!" || !slices.Equal(o.Phones, phones) ||
		!slices.Equal(o.Emails, []string{"post@test.example.org", "andre@test.example.org"}) {
		t.Errorf("saved %+v", o)
	}
	s.anyone().post("/logg-inn", url.Values{"epost": {"\u202akari@test.example.org\u202c"}}).wantStatus(t, http.StatusSeeOther)
}

func TestFormSaysWhatIsWrong(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	for _, c := range []struct{ field, value, says string }{
		{"navn", " ", "Gi tilbudet et navn."},
		{"navn", strings.Repeat("x", 201), "Teksten er for lang."},
		{"type", "", "Velg hva slags tilbud det er."},
		{"type", "finnes_ikke", "Velg hva slags tilbud det er."},
		{"ingress", strings.Repeat("x", 601), "Teksten er for lang."},
		{"klage", strings.Repeat("x", 10_001), "Teksten er for lang."},
		{"tlf", "tolv", "«tolv» er ikke et telefonnummer vi kan vise."},
		{"tlf", "82000000", "«82000000» er ikke et telefonnummer vi kan vise."},
		{"tlf_til", "finnes_ikke", "Dette finnes ikke i listen."},
		{"epost", "ikke en adresse", "Skriv hele adressen, slik: navn@kommune.no."},
		{"nettsted", "bare tull", "Skriv hele adressen, slik: https://"},
		{"postnummer", "80", "Skriv fire sifre."},
		{"postnummer", "0000", "Dette postnummeret finnes ikke."},
		{"kommuner", "Atlantis", "Ingen kommune heter «Atlantis»."},
		{"kommuner", "", "Skriv minst én kommune tilbudet er for."},
		{"kommuner", "Bergen", "Tilbudet må være for din egen kommune."},
		{"malgruppe", "finnes_ikke", "Dette finnes ikke i listen."},
		{"pris", "finnes_ikke", "Dette finnes ikke i listen."},
		{"stengt_til", "i morgen", "Skriv dagen slik: 2026-12-24."},
	} {
		form := kari.form(path, "publiser")
		form.Set(c.field, c.value)
		if c.field == "stengt_til" {
			form.Set("stengt", "ja")
		}
		form.Set("beskrivelse", "Det jeg skrev <b>")
		a := kari.post(path, form)
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.says) {
			t.Errorf("%s %q: status %d, want 422 with %q", c.field, c.value, a.StatusCode, c.says)
			continue
		}
		a.contains(t, "Det jeg skrev &lt;b&gt;", "Noe må rettes før vi kan lagre")
		if s.offering(o.ID).Version != 1 {
			t.Fatalf("%s %q was saved", c.field, c.value)
		}
	}
}

func TestFormIsForItsOwners(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o, foreign := s.ownOffering("test/a", "1804"), s.ownOffering("test/f", "4601")
	kari, eva := s.person("kari@test.example.org", contributor(bodo)), s.person("eva@test.example.org", manager(bergen))
	form := kari.form(offeringPath(o.ID), "publiser")
	form.Set("navn", "Tatt over")
	for _, suffix := range []string{"", "/kladd", "/forkast"} {
		kari.post(offeringPath(foreign.ID)+suffix, form).wantStatus(t, http.StatusNotFound)
		eva.post(offeringPath(o.ID)+suffix, form).wantStatus(t, http.StatusNotFound)
	}
	eva.get(offeringPath(o.ID)).wantStatus(t, http.StatusNotFound)
	eva.get("/redaksjon/tilbud/ny?kommune=1804").wantStatus(t, http.StatusForbidden)
	eva.post("/redaksjon/tilbud/ny?kommune=1804", form).wantStatus(t, http.StatusForbidden)
	// A wide coverage in the form is not asked for, and not taken.
	form.Add("omrade", "hele")
	form.Add("omrade", "46")
	kari.post(offeringPath(o.ID), form).wantRedirect(t, offeringPath(o.ID))
	if got := s.offering(o.ID).Coverage; got.National || len(got.Fylker) > 0 {
		t.Errorf("coverage %+v", got)
	}
	if s.offering(foreign.ID).Version != 1 {
		t.Error("another kommune's offering was changed")
	}
	// An organization's people reach as far as their grant.
	organization := s.ownOffering("test/org", "1804")
	organization.Organization = directory.Organization{Name: "Testforeningen"}
	organization, err := s.store.UpdateOffering(t.Context(), operator, "", organization)
	if err != nil {
		t.Fatal(err)
	}
	g := contributor(ownerOfOrganization(organization.Organization.ID))
	g.Coverage = directory.Coverage{Fylker: []region.FylkeNumber{"18"}}
	per := s.person("per@test.example.org", g)
	form = per.form(offeringPath(organization.ID), "publiser")
	form["omrade"] = []string{"18"}
	per.post(offeringPath(organization.ID), form).wantRedirect(t, offeringPath(organization.ID))
	form = per.form(offeringPath(organization.ID), "publiser")
	form["omrade"] = []string{"hele"}
	wrong := per.post(offeringPath(organization.ID), form)
	wrong.wantStatus(t, http.StatusUnprocessableEntity)
	wrong.contains(t, "det området du har ansvar for")
}

func TestNewOffering(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari := s.person("kari@test.example.org", contributor(bodo))
	form := kari.form("/redaksjon/tilbud/ny?kommune=1804&type=barnekoordinator", "publiser")
	if form.Get("type") != "barnekoordinator" || form.Get("kommuner") != "Bodø" {
		t.Errorf("a new form begins with %v", form)
	}
	form.Set("navn", "Barnekoordinator i Bodø")
	form.Set("tlf", "22222222")
	a := kari.post("/redaksjon/tilbud/ny?kommune=1804", form)
	a.wantStatus(t, http.StatusSeeOther)
	var id int64
	if _, err := fmt.Sscanf(a.Header.Get("Location"), "/redaksjon/tilbud/%d", &id); err != nil {
		t.Fatal(err)
	}
	got := s.offering(id)
	if got.Status != directory.Published || got.Organization.Kommune != "1804" || got.Name != "Barnekoordinator i Bodø" {
		t.Errorf("new offering %+v", got)
	}
	// The same once more.
	again := kari.post("/redaksjon/tilbud/ny?kommune=1804", form)
	again.wantStatus(t, http.StatusUnprocessableEntity)
	again.contains(t, "Dere har «Barnekoordinator i Bodø» fra før.")
	form.Set("handling", "likevel")
	kari.post("/redaksjon/tilbud/ny?kommune=1804", form).wantStatus(t, http.StatusSeeOther)
	kari.get("/redaksjon/tilbud/ny?kommune=9998").wantStatus(t, http.StatusForbidden)
}

func TestPhonesAreAddedWithoutScript(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	kari := s.person("kari@test.example.org", contributor(bodo))
	form := kari.form(offeringPath(o.ID), "flere")
	form.Set("navn", "Ikke lagret")
	a := kari.post(offeringPath(o.ID), form)
	a.wantStatus(t, http.StatusOK)
	a.contains(t, "Telefon 2", `value="Ikke lagret"`)
	if s.offering(o.ID).Version != 1 {
		t.Error("adding a number saved the form")
	}
}

func TestDraftsOfTheForm(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari, ola := s.person("kari@test.example.org", contributor(bodo)), s.person("ola@test.example.org", contributor(bodo))
	form := kari.form(path, "")
	form.Set("navn", "Bare en kladd")
	form.Set("tlf", "ikke ferdig")
	kari.post(path+"/kladd", form).wantStatus(t, http.StatusNoContent)
	if s.offering(o.ID).Name != o.Name {
		t.Error("a draft was published")
	}
	kari.get(path).contains(t, "Du ser kladden din fra i dag", `value="Bare en kladd"`, `value="ikke ferdig"`)
	other := ola.get(path)
	other.contains(t, "begynte å endre dette i dag")
	if strings.Contains(other.body, "Bare en kladd") {
		t.Error("another's draft is shown")
	}
	kari.post(path+"/forkast", nil).wantRedirect(t, path)
	if strings.Contains(kari.get(path).body, "Bare en kladd") {
		t.Error("the draft is still there")
	}
	form.Set("handling", "kladd")
	kari.post(path, form).wantRedirect(t, path)
	form.Set("handling", "publiser")
	form.Set("tlf", "33333333")
	kari.post(path, form).wantRedirect(t, path)
	if strings.Contains(kari.get(path).body, "Du ser kladden din") {
		t.Error("the draft outlived its being published")
	}
	form.Set("beskrivelse", strings.Repeat("x", 200_000))
	kari.post(path+"/kladd", form).wantStatus(t, http.StatusRequestEntityTooLarge)
	kari.post("/redaksjon/tilbud/ny/kladd?kommune=1804", url.Values{"navn": {"Ny kladd"}}).wantStatus(t, http.StatusNoContent)
	kari.get("/redaksjon/tilbud/ny?kommune=1804").contains(t, "Ny kladd")
}

func TestTwoEditorsOfTheForm(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari, ola := s.person("kari@test.example.org", contributor(bodo)), s.person("ola@test.example.org", contributor(bodo))
	mine, theirs := kari.form(path, "publiser"), ola.form(path, "publiser")
	theirs.Set("ingress", "Det Ola skrev.")
	theirs.Set("for_hvem", "Ola endret også dette.")
	theirs.Set("klage", "Ola skrev om klage.")
	ola.post(path, theirs).wantRedirect(t, path)

	mine.Set("ingress", "Det Kari skrev.")
	mine.Set("apningstider", "hverdager 9–15")
	stale := kari.post(path, mine)
	stale.wantStatus(t, http.StatusConflict)
	stale.contains(t, "To har skrevet samtidig", "Det Ola skrev.", "Det Kari skrev.", "Ola endret også dette.", `value="hverdager 9–15"`)
	if got := s.offering(o.ID).Summary; got != "Det Ola skrev." {
		t.Fatalf("the stale save wrote %q", got)
	}
	form := formValues(t, stale.body)
	form.Set("handling", "publiser")
	if form.Get("velg-summary") != "min" || form.Get("velg-audience") != "" {
		t.Errorf("asks about %v", form)
	}
	form.Set("velg-summary", "ny")
	kari.post(path, form).wantRedirect(t, path)
	got := s.offering(o.ID)
	if got.Summary != "Det Ola skrev." || got.Audience != "Ola endret også dette." || got.Complaint != "Ola skrev om klage." || got.OpeningText != "hverdager 9–15" || got.Version != 3 {
		t.Errorf("after choosing: %+v", got)
	}

	// A draft that was begun before somebody else saved.
	draft := kari.form(path, "kladd")
	draft.Set("navn", "Nytt navn fra kladden")
	kari.post(path, draft).wantRedirect(t, path)
	theirs = ola.form(path, "publiser")
	theirs.Set("ingress", "Ola igjen.")
	ola.post(path, theirs).wantRedirect(t, path)
	again := kari.get(path)
	again.wantStatus(t, http.StatusConflict)
	again.contains(t, "Dere har endret hvert deres", "Nytt navn fra kladden", "Ola igjen.")
}

func TestWarningsAreAskedOnce(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	for i, c := range []struct{ field, value, says string }{
		{"tlf", "99999999", "ser ut som et mobilnummer"},
		{"epost", "kari.test@example.org", "tilhøre én person"},
		{"epost", "tilbudet@gmail.com", "privat adresse"},
		{"beskrivelse", "Ring v/ Kari Test på dagtid.", "navnet på en person"},
		{"klage", "Klag til kontaktperson Kari Test.", "navnet på en person"},
		{"gate", "Testveien 1 H0101", "ser ut som en bolig"},
	} {
		form := kari.form(path, "publiser")
		form.Set(c.field, c.value)
		a := kari.post(path, form)
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.says) || !strings.Contains(a.body, "lagre likevel") {
			t.Errorf("%s %q: status %d, want a warning with %q", c.field, c.value, a.StatusCode, c.says)
			continue
		}
		form.Set("handling", "likevel")
		kari.post(path, form).wantRedirect(t, path)
		// What was there already is not asked about again.
		form = kari.form(path, "publiser")
		form.Set("ingress", "Endret "+c.field+strconv.Itoa(i))
		kari.post(path, form).wantRedirect(t, path)
	}
	form := kari.form(path, "publiser")
	form.Set("epost", "post.mottak@example.org")
	if a := kari.post(path, form); a.StatusCode != http.StatusSeeOther {
		t.Errorf("a shared mailbox: status %d, %v", a.StatusCode, regexp.MustCompile(`<li>[^<]*</li>|r-error[^{]*`).FindAllString(a.body, -1))
	}
}

func TestClosedAndConfidential(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	form := kari.form(path, "publiser")
	form.Set("stengt", "ja")
	form.Set("stengt_til", "2026-12-24")
	form.Set("gate", "Testveien 1")
	form.Set("hemmelig", "ja")
	kari.post(path, form).wantRedirect(t, path)
	got := s.offering(o.ID)
	if got.Status != directory.Closed || got.ClosedUntil == nil || !got.Locations[0].Confidential {
		t.Fatalf("%+v", got)
	}
	var shown *directory.Offering
	s.staff.deps.PreviewOffering = func(_ context.Context, o *directory.Offering) (templ.Component, error) {
		shown = o
		return templ.Raw("preview"), nil
	}
	form = kari.form(path, "forhandsvis")
	form.Set("navn", "Bare en prøve")
	kari.post(path, form).contains(t, "preview")
	if shown.Name != "Bare en prøve" || len(shown.Locations) != 0 || s.offering(o.ID).Name != o.Name {
		t.Errorf("preview of %+v", shown)
	}
	form = kari.form(path, "publiser")
	form.Del("stengt")
	form.Del("hemmelig")
	kari.post(path, form).wantRedirect(t, path)
	if got := s.offering(o.ID); got.Status != directory.Published || got.ClosedUntil != nil || got.Locations[0].Confidential {
		t.Errorf("after opening: %+v", got)
	}
	// A draft of the import's is published by saving it.
	draft := s.ownOffering("test/utkast", "1804")
	draft.Status = directory.Draft
	draft, err := s.store.UpdateOffering(t.Context(), operator, "", draft)
	if err != nil {
		t.Fatal(err)
	}
	kari.post(offeringPath(draft.ID), kari.form(offeringPath(draft.ID), "publiser")).wantRedirect(t, offeringPath(draft.ID))
	if got := s.offering(draft.ID); got.Status != directory.Published || got.Confidence != directory.High {
		t.Errorf("status %s, confidence %s", got.Status, got.Confidence)
	}
}

func TestAStaleSaveDoesNotOpenAConfidentialPlace(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari, ola := s.person("kari@test.example.org", contributor(bodo)), s.person("ola@test.example.org", contributor(bodo))
	form := kari.form(path, "publiser")
	form.Set("gate", "Testveien 1")
	kari.post(path, form).wantRedirect(t, path)

	// Both edit the address; Ola makes it confidential first.
	mine, theirs := kari.form(path, "publiser"), ola.form(path, "publiser")
	theirs.Set("hemmelig", "ja")
	ola.post(path, theirs).wantRedirect(t, path)
	mine.Set("gate", "Testveien 1 B")
	stale := kari.post(path, mine)
	stale.wantStatus(t, http.StatusConflict)
	form = formValues(t, stale.body)
	form.Set("handling", "publiser")
	kari.post(path, form).wantRedirect(t, path)
	if l := s.offering(o.ID).Locations[0]; !l.Confidential || l.Street != "Testveien 1 B" {
		t.Errorf("choosing what was typed gave %+v", l)
	}
}

func TestAnEditorSaysWhereItIsFrom(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	ola, kari := s.national("ola@test.example.org"), s.person("kari@test.example.org", contributor(bodo))
	if strings.Contains(kari.get(path).body, "Hvor har du det fra?") {
		t.Error("who answers for it is asked where it is from")
	}
	ola.post(path, ola.form(path, "publiser")).wantRedirect(t, path) // nothing is changed
	form := ola.form(path, "publiser")
	form.Set("tlf", "33333333")
	wrong := ola.post(path, form)
	wrong.wantStatus(t, http.StatusUnprocessableEntity)
	wrong.contains(t, "Skriv hvor du har det fra", `value="33333333"`)
	form.Set("kilde", "www.example.org/kontakt")
	ola.post(path, form).wantRedirect(t, path)
	got := s.offering(o.ID)
	if got.Source.Title != "example.org" || got.Source.URL != "https://www.example.org/kontakt" || got.Source.Date == "" || got.Confidence != o.Confidence {
		t.Errorf("source %+v, confidence %s", got.Source, got.Confidence)
	}
	form = kari.form(path, "publiser")
	form.Set("tlf", "44444444")
	form.Set("handling", "likevel")
	kari.post(path, form).wantRedirect(t, path)
	if got := s.offering(o.ID).Source; got.Title != "Bodø kommune" || got.URL != "" {
		t.Errorf("source after the owner: %+v", got)
	}

	report := fmt.Sprintf("%s/%d", reportsPath, s.reportOf(o.ID))
	form = formValues(t, ola.get(report).body)
	form.Set("ta_inn", "0 33 33 33 33")
	ola.post(report, form).wantRedirect(t, reportsPath)
	if got := s.offering(o.ID).Source.Title; got != "Sjekket etter melding fra en leser" {
		t.Errorf("source after an editor took over what a reader said: %q", got)
	}
}
