package staff

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// helpline returns a published helpline of Bodø's.
func (s *testSite) helpline(key string) directory.Offering {
	s.t.Helper()
	o, err := s.store.CreateOffering(s.t.Context(), operator, "", directory.Offering{
		Key: key, Type: directory.TypeHelpline, Name: "Prøvetelefonen", Status: directory.Published, Confidence: directory.High,
		Organization: directory.Organization{Name: "Bodø kommune prøve", Kommune: "1804", Kind: directory.KindKommune},
		Coverage:     directory.Coverage{Kommuner: []region.Number{"1804"}}, Phones: []directory.Phone{{Number: "+4722222222"}}, Source: directory.Source{Title: "Test"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

// heldChange returns the id of a change of a helpline that waits, and that no person proposed.
func (s *testSite) heldChange() int64 {
	s.t.Helper()
	o := s.helpline("test/venter")
	o.Phones = []directory.Phone{{Number: "+4799999999"}}
	if _, err := s.store.UpdateOffering(s.t.Context(), auth.Actor{Kind: auth.Import, Name: "fil.csv"}, "", o); err != nil {
		s.t.Fatal(err)
	}
	h, err := s.store.HeldChangeOf(s.t.Context(), o.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return h.ID
}

func TestCrisisNumberNeedsASecondPerson(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.helpline("test/a")
	path := offeringPath(o.ID)
	boss, colleague, helper := s.person("sjef@test.example.org", manager(bodo)), s.person("kollega@test.example.org", manager(bodo)), s.person("kari@test.example.org", contributor(bodo))
	editor, other := s.national("redaktor@test.example.org"), s.person("eva@test.example.org", manager(bergen))

	form := boss.form(path, "publiser")
	form["tlf"][0] = "999 99 999"
	form.Set("ingress", "Ring oss når som helst.")
	form.Set("hvorfor", "ny avtale")
	form.Set("handling", "likevel") // it looks like somebody's own
	boss.post(path, form).wantRedirect(t, path)
	boss.get(path).contains(t, "Endringen av telefonnummer venter på at en til ser på den.", "Se hva som venter")
	if got := s.offering(o.ID); got.Phones[0].Number != "+4722222222" || got.Summary != "Ring oss når som helst." {
		t.Fatalf("stored %v, %q", got.Phones, got.Summary)
	}
	h, err := s.store.HeldChangeOf(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	at := heldPath(h.ID)

	// Editors have it on top, whichever kommune it is; so has the kommune.
	for _, p := range []*person{editor, colleague, helper} {
		a := p.get("/redaksjon?kommune=1804")
		a.contains(t, "Venter på en til", "Prøvetelefonen", at)
	}
	editor.get("/redaksjon").contains(t, at)
	boss.get(at).contains(t, "22 22 22 22", "999 99 999", "ny avtale", "Trekk forslaget", boss.account.Called())
	if a := boss.get(at); strings.Contains(a.body, "Godkjenn endringen") {
		t.Error("who proposed it is offered to approve")
	}
	helper.get(at).contains(t, "En annen forvalter eller en nasjonal redaktør må se på den.")
	other.get(at).wantStatus(t, http.StatusNotFound)
	other.post(at+"/godkjenn", nil).wantStatus(t, http.StatusNotFound)
	colleague.get(at).contains(t, "Godkjenn endringen", "Avvis endringen", "Leserne ser nå")
	for _, p := range []*person{boss, helper} {
		p.post(at+"/godkjenn", nil).wantStatus(t, http.StatusForbidden)
	}
	if got := s.offering(o.ID); got.Phones[0].Number != "+4722222222" {
		t.Fatalf("stored %v", got.Phones)
	}

	colleague.post(at+"/avvis", url.Values{"hvorfor": {" "}}).wantStatus(t, http.StatusUnprocessableEntity)
	colleague.post(at+"/godkjenn", nil).wantRedirect(t, at)
	if got := s.offering(o.ID); got.Phones[0].Number != "+4799999999" {
		t.Fatalf("stored %v after it was approved", got.Phones)
	}
	colleague.get(at).contains(t, "Endringen av «Prøvetelefonen» er godkjent.", "Godkjent av")
	boss.get("/redaksjon/historikk?slag=offering&ref="+strconv.FormatInt(o.ID, 10)).contains(t, "foreslått av "+boss.account.Called()+", godkjent av "+colleague.account.Called(), "ny avtale")
	a := editor.post(at+"/godkjenn", nil)
	a.wantStatus(t, http.StatusConflict)
	a.contains(t, "Noen har svart eller endret tilbudet i mellomtiden.")
}

func TestCrisisServiceIsNotArchivedAlone(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.helpline("test/a")
	boss, editor := s.person("sjef@test.example.org", manager(bodo)), s.national("redaktor@test.example.org")
	path := offeringPath(o.ID) + "/arkiver"
	boss.post(path, url.Values{"versjon": {"1"}, "hvorfor": {"nedlagt"}}).wantStatus(t, http.StatusSeeOther)
	if text := boss.notice(); !strings.Contains(text, "er ikke arkivert") || !strings.Contains(text, "Leserne ser tilbudet som før, til en til har sett på endringen.") {
		t.Errorf("notice %q", text)
	}
	if got := s.offering(o.ID); got.Status != directory.Published {
		t.Fatalf("status %s", got.Status)
	}
	h, err := s.store.HeldChangeOf(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	editor.post(heldPath(h.ID)+"/avvis", url.Values{"hvorfor": {"Den finnes fortsatt"}}).wantRedirect(t, heldPath(h.ID))
	// That somebody was told no is not said in the colour of success.
	editor.get(heldPath(h.ID)).contains(t, `data-color="info" role="status"><p>Endringen er avvist.`)
	boss.get(heldPath(h.ID)).contains(t, "Avvist av", "Den finnes fortsatt")
}

func TestBatchSaysWhatWaits(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.helpline("test/a")
	boss := s.person("sjef@test.example.org", manager(bodo))
	form := url.Values{"fra": {"22222222"}, "til": {"99999999"}, "felt": {"telefon"}}
	a := boss.get("/redaksjon/mange/erstatt?kommune=1804&" + form.Encode())
	a.wantStatus(t, http.StatusOK)
	send := formValues(t, a.body)
	if send.Get("plan") == "" {
		t.Fatal("the plan of a replacement has no form")
	}
	boss.post("/redaksjon/mange/erstatt?kommune=1804&"+form.Encode(), send).wantStatus(t, http.StatusSeeOther)
	if got := s.offering(o.ID); got.Phones[0].Number != "+4722222222" {
		t.Fatalf("stored %v", got.Phones)
	}
	if text := boss.notice(); !strings.Contains(text, "venter på at en til ser på den") {
		t.Errorf("notice %q", text)
	}
}

// Who approves that something is shown sees what readers would dial.
func TestApprovingThatAHelplineIsShown(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.helpline("test/a")
	boss, colleague := s.person("sjef@test.example.org", manager(bodo)), s.person("kollega@test.example.org", manager(bodo))
	boss.post(offeringPath(o.ID)+"/arkiver", url.Values{"versjon": {"1"}, "hvorfor": {"nedlagt"}}).wantStatus(t, http.StatusSeeOther)
	h, err := s.store.HeldChangeOf(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	colleague.get(heldPath(h.ID)).contains(t, "Slik tar leserne kontakt", "22 22 22 22", "Leserne ser nå")
	colleague.post(heldPath(h.ID)+"/avvis", url.Values{"hvorfor": {"Den finnes fortsatt"}}).wantRedirect(t, heldPath(h.ID))
	if a := colleague.get(heldPath(h.ID)); strings.Contains(a.body, "Leserne ser nå") {
		t.Error("says what readers see now of a change that was decided")
	}
}

// A manager who may not be the second person, as they let the first one in, is told why.
func TestWhoLetTheProposerInIsToldWhy(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.helpline("test/a")
	boss, young := s.person("sjef@test.example.org", manager(bodo)), s.person("ny@test.example.org", contributor(bodo))
	if err := s.store.SetGrant(t.Context(), boss.account.Actor(), young.account.ID, manager(bodo)); err != nil {
		t.Fatal(err)
	}
	o.Phones = []directory.Phone{{Number: "+4799999999"}}
	if _, err := s.store.UpdateOffering(t.Context(), young.account.Actor(), "", o); err != nil {
		t.Fatal(err)
	}
	h, err := s.store.HeldChangeOf(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	a := boss.get(heldPath(h.ID))
	a.contains(t, "Du og den som foreslo endringen, regnes ikke som to her")
	if strings.Contains(a.body, "Godkjenn endringen") {
		t.Error("who let the proposer in is offered to approve")
	}
	boss.post(heldPath(h.ID)+"/godkjenn", nil).wantStatus(t, http.StatusForbidden)
}

// What waits is said of the change that was sent, and that something else was stored only when
// it was.
func TestNoticesSayWhatWasStored(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.helpline("test/a")
	boss := s.person("sjef@test.example.org", manager(bodo))
	path := offeringPath(o.ID)
	const waits, rest = "venter på at en til ser på den", "Det andre"
	send := func(path string, form url.Values) string {
		t.Helper()
		boss.post(path, form).wantStatus(t, http.StatusSeeOther)
		return boss.notice()
	}
	save := func(field, value string) string {
		t.Helper()
		form := boss.form(path, "publiser")
		form.Set(field, value)
		form.Set("handling", "likevel")
		return send(path, form)
	}
	if text := save("tlf", "999 99 999"); !strings.Contains(text, waits) || strings.Contains(text, rest) {
		t.Errorf("a number alone: notice %q", text)
	}
	if text := save("ingress", "Ring oss når som helst."); strings.Contains(text, waits) || !strings.Contains(text, "er lagret") {
		t.Errorf("a text, while a number waits: notice %q", text)
	}
	form := boss.form(path, "publiser")
	form.Set("tlf", "999 99 999")
	form.Set("ingress", "Ring oss når du vil.")
	form.Set("handling", "likevel")
	if text := send(path, form); !strings.Contains(text, waits) || !strings.Contains(text, rest) {
		t.Errorf("both: notice %q", text)
	}
}

// Who sends again what was rejected is told so, and is heard with another reason.
func TestTheSameChangeAgain(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.helpline("test/a")
	boss, editor := s.person("sjef@test.example.org", manager(bodo)), s.national("redaktor@test.example.org")
	path := offeringPath(o.ID)
	send := func(why string) string {
		t.Helper()
		form := boss.form(path, "publiser")
		form.Set("tlf", "999 99 999")
		form.Set("hvorfor", why)
		form.Set("handling", "likevel")
		boss.post(path, form).wantStatus(t, http.StatusSeeOther)
		return boss.notice()
	}
	send("ny avtale")
	h, err := s.store.HeldChangeOf(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	editor.post(heldPath(h.ID)+"/avvis", url.Values{"hvorfor": {"Det er ikke deres nummer"}}).wantRedirect(t, heldPath(h.ID))
	if text := send("ny avtale"); !strings.HasPrefix(text, "Den samme endringen ble avvist i dag kl. ") || !strings.Contains(text, " av "+editor.account.Called()) {
		t.Errorf("sent again: notice %q", text)
	}
	// Of many at once, what was done is the reason.
	bulk := "/redaksjon/mange/erstatt?kommune=1804&" + url.Values{"fra": {"22222222"}, "til": {"99999999"}, "felt": {"telefon"}}.Encode()
	replace := func() string {
		t.Helper()
		boss.post(bulk, formValues(t, boss.get(bulk).body)).wantStatus(t, http.StatusSeeOther)
		return boss.notice()
	}
	if text := replace(); !strings.Contains(text, "venter på at en til ser på den") {
		t.Errorf("with many: notice %q", text)
	}
	if h, err = s.store.HeldChangeOf(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	editor.post(heldPath(h.ID)+"/avvis", url.Values{"hvorfor": {"Fortsatt ikke"}}).wantRedirect(t, heldPath(h.ID))
	if text := replace(); text != "1 tilbud har en endring som ble avvist da du foreslo den sist. Den er ikke sendt videre." {
		t.Errorf("with many, again: notice %q", text)
	}
}

// The same goes for bringing back a version, for a change of many, and for taking that back.
func TestOtherNoticesSayWhatWasStored(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.helpline("test/a")
	plain := s.ownOffering("test/b", "1804")
	boss := s.person("sjef@test.example.org", manager(bodo))
	const waits = "venter på at en til ser på"
	notice := func(path string, form url.Values) string {
		t.Helper()
		boss.post(path, form).wantStatus(t, http.StatusSeeOther)
		return boss.notice()
	}
	// The operator changes the number alone; bringing the first version back waits, and nothing else is there.
	o.Phones = []directory.Phone{{Number: "+4799999999"}}
	o, err := s.store.UpdateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	back := restorePath(store.KindOffering, strconv.FormatInt(o.ID, 10), 1)
	if text := notice(back, formValues(t, boss.get(back).body)); !strings.Contains(text, waits) || strings.Contains(text, "gjenopprettet") {
		t.Errorf("restored: notice %q", text)
	}
	// What boss proposed a moment ago has nothing to do with a word in another offering.
	replace := func(from, to, field string) string {
		t.Helper()
		path := "/redaksjon/mange/erstatt?kommune=1804&" + url.Values{"fra": {from}, "til": {to}, "felt": {field}}.Encode()
		return notice(path, formValues(t, boss.get(path).body))
	}
	plain.Phones = []directory.Phone{{Number: "+4733333333"}}
	if _, err := s.store.UpdateOffering(t.Context(), operator, "", plain); err != nil {
		t.Fatal(err)
	}
	if text := replace("33333333", "44444444", "telefon"); strings.Contains(text, waits) || !strings.Contains(text, "1 tilbud er lagret.") {
		t.Errorf("another offering: notice %q", text)
	}
	// Of two offerings with the number, one is stored.
	plain = s.offering(plain.ID)
	plain.Phones = o.Phones
	if _, err := s.store.UpdateOffering(t.Context(), operator, "", plain); err != nil {
		t.Fatal(err)
	}
	if text := replace("99999999", "77777777", "telefon"); !strings.Contains(text, "1 tilbud er lagret.") || !strings.Contains(text, "1 tilbud har en endring som "+waits) {
		t.Errorf("two offerings: notice %q", text)
	}
}

// A name that readers take for a helpline's is for a national editor, and all are told why.
func TestABorrowedNameIsForANationalEditor(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	line := s.helpline("test/linje")
	o := line
	o.ID, o.Key, o.Type, o.Name = 0, "test/vanlig", "annet", "Et vanlig tilbud"
	o.Phones = []directory.Phone{{Number: "+4799999999"}}
	o, err := s.store.CreateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	line.Organization = directory.Organization{Name: "Prøveforeningen", Kind: directory.KindAssociation}
	if _, err := s.store.UpdateOffering(t.Context(), operator, "", line); err != nil {
		t.Fatal(err)
	}
	boss, colleague, editor := s.person("sjef@test.example.org", manager(bodo)), s.person("kollega@test.example.org", manager(bodo)), s.national("redaktor@test.example.org")
	form := boss.form(offeringPath(o.ID), "publiser")
	form.Set("navn", "Prøvetelefonen i Bodø")
	boss.post(offeringPath(o.ID), form).wantRedirect(t, offeringPath(o.ID))
	if text := boss.notice(); !strings.Contains(text, "Endringen av navnet venter på at en til ser på den.") {
		t.Errorf("notice %q", text)
	}
	h, err := s.store.HeldChangeOf(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	const like = "Navnet ligner på navnet til en hjelpetelefon som andre svarer for, og nummeret er et annet: «Prøvetelefonen»."
	boss.get(heldPath(h.ID)).contains(t, like, "Derfor ser en nasjonal redaktør på endringen først.")
	colleague.get(heldPath(h.ID)).contains(t, like, "Derfor må en nasjonal redaktør se på endringen.")
	colleague.post(heldPath(h.ID)+"/godkjenn", nil).wantStatus(t, http.StatusForbidden)
	editor.get(heldPath(h.ID)).contains(t, like, heldPath(h.ID)+"/godkjenn", "999 99 999", "Nummeret til «Prøvetelefonen»", line.Phones[0].Number.String())
	editor.post(heldPath(h.ID)+"/avvis", url.Values{"hvorfor": {"Det er ikke deres navn"}}).wantRedirect(t, heldPath(h.ID))
	if got := s.offering(o.ID); got.Name != "Et vanlig tilbud" {
		t.Errorf("name %q", got.Name)
	}

	// A keyword is found by the same search, and what waits is called what it is.
	o = s.offering(o.ID)
	o.Keywords = []string{"Prøvetelefonen"}
	saved, err := s.store.SaveOffering(t.Context(), auth.Actor{Kind: auth.Import, Name: "fil.csv"}, "", o)
	if err != nil || saved.Held == nil {
		t.Fatalf("%+v, %v", saved, err)
	}
	h = *saved.Held
	boss.get(offeringPath(o.ID)).contains(t, "Endringen av søkeordene venter på at en til ser på den.")
	editor.get(heldPath(h.ID)).contains(t, "Et søkeord ligner på navnet til en hjelpetelefon som andre svarer for")
}
