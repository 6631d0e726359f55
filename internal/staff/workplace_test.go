package staff

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// before fails the test unless the texts stand in the body in this order.
func (a answer) before(t testing.TB, texts ...string) {
	t.Helper()
	at := 0
	for _, text := range texts {
		i := strings.Index(a.body[at:], text)
		if i < 0 {
			t.Fatalf("%s: %q does not come after the ones before it", a.Request.URL, text)
		}
		at += i + len(text)
	}
}

func TestWorkplaceOfAKommune(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari := s.person("kari@test.example.org", contributor(bodo))
	page := kari.get("/redaksjon")
	page.contains(t, "Koordinator og individuell plan i Bodø", "Pårørendestøtte i Bodø", "Utkast: vises ikke", `href="/kommune/1804-bodo"`)
	page.before(t, "Se på dette først", "Må bekreftes", "Mangler", "Tilbudene")
	if strings.Contains(page.body, "/arkiver") || strings.Contains(page.body, tokensPath) {
		t.Error("a contributor is offered what only managers may do")
	}
	s.person("ola@test.example.org", manager(bodo)).get("/redaksjon").contains(t, "/arkiver", tokensPath, bulkPath)

	// A kommune with nothing of its own.
	empty := s.person("eva@test.example.org", manager(auth.Owner{Kommune: "1835"}))
	page = empty.get("/redaksjon")
	page.contains(t, "Træna", "Ingen tilbud er meldt inn ennå.", "5 ting å se på.", `href="/redaksjon/tilbud/ny?kommune=1835&amp;type=`)
	empty.get("/redaksjon?kommune=1804").wantStatus(t, http.StatusForbidden)
	empty.get("/redaksjon?organisasjon=1").wantStatus(t, http.StatusForbidden)
	empty.get("/redaksjon?organisasjon=x").wantStatus(t, http.StatusNotFound)

	both := s.person("per@test.example.org", manager(bergen), contributor(bodo))
	both.get("/redaksjon").contains(t, "Bergen", `href="/redaksjon?kommune=1804"`)
	both.get("/redaksjon?kommune=1804").contains(t, "Koordinator og individuell plan i Bodø")
}

func TestWhatIsMissing(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	const traena = region.Number("1835")
	eva := s.person("eva@test.example.org", manager(auth.Owner{Kommune: traena}))
	types, err := s.store.OfferingTypes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var required []string
	for _, typ := range types {
		if typ.EveryKommune {
			required = append(required, typ.Code)
		}
	}
	create := func(owner region.Number, key, code string, status directory.Status, kommuner ...region.Number) directory.Offering {
		o, err := s.store.BlankOffering(t.Context(), auth.Owner{Kommune: owner}, key)
		if err != nil {
			t.Fatal(err)
		}
		o.Name, o.Type, o.Status, o.Coverage.Kommuner, o.Source.Title = "Test "+key, code, status, kommuner, "Test"
		if o, err = s.store.CreateOffering(t.Context(), operator, "", o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	eva.get("/redaksjon").contains(t, fmt.Sprintf("%d ting å se på.", len(required)))

	// A draft is nothing that readers see.
	draft := create(traena, "test/utkast", required[0], directory.Draft, traena)
	page := eva.get("/redaksjon")
	page.contains(t, fmt.Sprintf("%d ting å se på.", len(required)), "«Test test/utkast» er et utkast.")
	page.before(t, "Gjør ferdig", "Tilbudene")
	page.contains(t, fmt.Sprintf(`href="/redaksjon/tilbud/%d"`, draft.ID))

	// What another kommune gives to both is there, and is not this one's to see over.
	for i, code := range required {
		create("1804", fmt.Sprintf("test/felles-%d", i), code, directory.Published, "1804", traena)
	}
	page = eva.get("/redaksjon")
	page.contains(t, "Alt er i orden.")
	if strings.Contains(page.body, "Mangler") {
		t.Error("what another kommune gives to this one too is called missing")
	}
}

func TestWorkplaceOfAnOrganizationWithNothing(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	o.Organization = directory.Organization{Name: "Test forening", Kind: directory.KindAssociation}
	o, err := s.store.UpdateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	per := s.person("per@test.example.org", manager(ownerOfOrganization(o.Organization.ID)))
	per.get("/redaksjon").contains(t, "Test forening", "Testtilbud test/a")
	o.Organization = directory.Organization{Name: "Bodø kommune", Kind: directory.KindKommune, Kommune: "1804"}
	if _, err = s.store.UpdateOffering(t.Context(), operator, "", o); err != nil {
		t.Fatal(err)
	}
	page := per.get("/redaksjon")
	page.contains(t, "Test forening", "Ingen tilbud er meldt inn ennå.", "Legg til et tilbud")
	if strings.Contains(page.body, "Alt er i orden") || strings.Contains(page.body, "sentralbord") {
		t.Error("an organization with nothing is told that all is well, or of a kommune's switchboard")
	}
}

func TestWorkplaceOfNationalEditors(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	ola := s.national("ola@test.example.org")
	ola.get("/redaksjon").contains(t, "Gå til en kommune", `<option value="Bodø">`)
	ola.get("/redaksjon?kommune=bod%C3%B8").contains(t, "Koordinator og individuell plan i Bodø")
	missing := ola.get("/redaksjon?kommune=Atlantis")
	missing.wantStatus(t, http.StatusNotFound)
	missing.contains(t, "Ingen kommune heter «Atlantis».", `value="Atlantis"`)
	ola.get("/redaksjon?kommune=9998").wantStatus(t, http.StatusNotFound)
}

func TestConfirm(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := fmt.Sprintf("/redaksjon/tilbud/%d/bekreft", o.ID)
	kari, eva := s.person("kari@test.example.org", contributor(bodo)), s.person("eva@test.example.org", manager(bergen))
	eva.get(path).wantStatus(t, http.StatusNotFound)
	eva.post(path, url.Values{"versjon": {"1"}}).wantStatus(t, http.StatusNotFound)
	kari.get(path).contains(t, "22 22 22 22", "Ikke bekreftet ennå", "Alt stemmer")
	kari.post(path, url.Values{"versjon": {"7"}}).wantRedirect(t, path)
	if s.offering(o.ID).ConfirmedAt != nil {
		t.Fatal("a version that nobody has seen was confirmed")
	}
	kari.post(path, url.Values{"versjon": {"1"}}).wantRedirect(t, "/redaksjon?kommune=1804")
	got := s.offering(o.ID)
	if got.ConfirmedAt == nil || got.Version != 2 {
		t.Errorf("confirmed %v, version %d", got.ConfirmedAt, got.Version)
	}
	kari.get("/redaksjon").contains(t, "er bekreftet i dag.")
	kari.get("/redaksjon/tilbud/999999/bekreft").wantStatus(t, http.StatusNotFound)
	kari.get("/redaksjon/tilbud/x/bekreft").wantStatus(t, http.StatusNotFound)
}

func TestArchiveAndBack(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := fmt.Sprintf("/redaksjon/tilbud/%d", o.ID)
	boss, helper, eva := s.person("kari@test.example.org", manager(bodo)), s.person("ola@test.example.org", contributor(bodo)), s.person("eva@test.example.org", manager(bergen))
	for p, want := range map[*person]int{helper: http.StatusForbidden, eva: http.StatusNotFound} {
		for _, action := range []string{"/arkiver", "/tilbake"} {
			p.get(path+action).wantStatus(t, want)
			p.post(path+action, url.Values{"versjon": {"1"}}).wantStatus(t, want)
		}
	}
	boss.post(path+"/arkiver", url.Values{"versjon": {"9"}}).wantRedirect(t, path+"/arkiver")
	form := formValues(t, boss.get(path+"/arkiver").body)
	form.Set("hvorfor", "lagt ned")
	boss.post(path+"/arkiver", form).wantRedirect(t, "/redaksjon?kommune=1804")
	if got := s.offering(o.ID).Status; got != directory.Archived {
		t.Fatalf("status %s", got)
	}
	boss.get("/redaksjon").contains(t, "Arkivert (1)", path+"/tilbake")
	form = formValues(t, boss.get(path+"/tilbake").body)
	boss.post(path+"/tilbake", form).wantRedirect(t, path)
	if got := s.offering(o.ID).Status; got != directory.Draft {
		t.Errorf("status %s", got)
	}
	history, err := s.store.Revisions(t.Context(), store.KindOffering, fmt.Sprint(o.ID))
	if err != nil || len(history) != 3 || history[1].Why != "lagt ned" {
		t.Errorf("history %+v, %v", history, err)
	}
}

func TestTasksOnTheWorkplace(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari, eva := s.person("kari@test.example.org", contributor(bodo)), s.person("eva@test.example.org", manager(bergen))
	// A first person of a kommune: something for the national editors to look at.
	for i, email := range []string{"per@test.example.org", "pia@test.example.org"} {
		a, err := s.store.CreateAccount(t.Context(), operator, email, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.store.EnterKommune(t.Context(), a.ID, "4601", func(store.Entry) store.Mail { return store.Mail{To: email, Subject: "Test", Text: "Test"} }); err != nil {
			t.Fatal(err)
		}
		tasks, err := s.store.OpenTasks(t.Context(), eva.account.Actor())
		if err != nil || len(tasks) != i+1 {
			t.Fatalf("%d tasks of Bergen after %d people, %v", len(tasks), i+1, err)
		}
	}
	tasks, err := s.store.OpenTasks(t.Context(), eva.account.Actor())
	if err != nil {
		t.Fatal(err)
	}
	done := fmt.Sprintf("/redaksjon/oppgaver/%d/ferdig", tasks[0].ID)
	kari.post(done, nil).wantStatus(t, http.StatusNotFound)
	kari.post("/redaksjon/oppgaver/x/ferdig", nil).wantStatus(t, http.StatusNotFound)
	// Somebody waits for an answer: it does not go away unanswered.
	eva.post(done, nil).wantRedirect(t, "/redaksjon")
	eva.get("/redaksjon").contains(t, "Oppgaven blir borte av seg selv")
	if left, err := s.store.OpenTasks(t.Context(), eva.account.Actor()); err != nil || len(left) != 2 {
		t.Errorf("%d tasks left, %v", len(left), err)
	}
	o := s.ownOffering("test/a", "1804")
	report := s.reportOf(o.ID)
	of, err := s.store.OpenTasks(t.Context(), kari.account.Actor())
	if err != nil || len(of) != 1 {
		t.Fatalf("tasks %+v, %v", of, err)
	}
	kari.post(fmt.Sprintf("/redaksjon/oppgaver/%d/ferdig", of[0].ID), nil).wantRedirect(t, "/redaksjon")
	if r, err := s.store.ReportByID(t.Context(), operator, report); err != nil || r.State != store.ReportOpen {
		t.Errorf("report %+v, %v", r, err)
	}
	if of, err = s.store.OpenTasks(t.Context(), kari.account.Actor()); err != nil || len(of) != 1 {
		t.Errorf("the task of an unanswered report is gone: %+v, %v", of, err)
	}
}

func TestEventsAreShown(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	s.person("kari@test.example.org", manager(bodo))
	s.national("ola@test.example.org").get("/redaksjon/hendelser").before(t, "Logget inn", "Endret hvem som er nasjonal redaktør", "Ga en rolle", "den som drifter nettstedet")
}

// taskOf opens a task of the owner and returns its id.
func (s *testSite) taskOf(owner auth.Owner) int64 {
	s.t.Helper()
	a, err := s.store.CreateAccount(s.t.Context(), operator, "ny@test.example.org", "")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.store.EnterKommune(s.t.Context(), a.ID, owner.Kommune, func(store.Entry) store.Mail { return store.Mail{To: a.Email, Subject: "Test", Text: "Test"} }); err != nil {
		s.t.Fatal(err)
	}
	tasks, err := s.store.OpenTasks(s.t.Context(), operator)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, task := range tasks {
		if task.Owner == owner {
			return task.ID
		}
	}
	s.t.Fatalf("no task of %v among %+v", owner, tasks)
	return 0
}

// tokenOf makes a token of the owner and returns its id.
func (s *testSite) tokenOf(actor auth.Actor, owner auth.Owner) int64 {
	s.t.Helper()
	until := time.Now().AddDate(1, 0, 0)
	token, _, err := s.store.CreateToken(s.t.Context(), actor, store.Token{Owner: owner, Name: "Test", Scopes: store.Scopes(), ExpiresAt: &until}, TokenMail("http://127.0.0.1:8080", "Bodø"))
	if err != nil {
		s.t.Fatal(err)
	}
	return token.ID
}

func (s *testSite) webhookOf() int64 {
	s.t.Helper()
	w, _, err := s.store.CreateWebhook(s.t.Context(), auth.Actor{Kind: auth.Operator, Name: "test"}, store.Webhook{Name: "Test", URL: "https://test.example.org/mottak"}, cursorText)
	if err != nil {
		s.t.Fatal(err)
	}
	return w.ID
}

func ownerOfOrganization(id int64) auth.Owner { return auth.Owner{Organization: id} }

// reportOf lets a reader report the offering's number and returns the report's id.
func (s *testSite) reportOf(offering int64) int64 {
	s.t.Helper()
	if err := s.store.AddReport(s.t.Context(), store.NewReport{Offering: offering, Choice: store.PhoneWrong, Suggestion: "33 33 33 33", Code: "TEST" + fmt.Sprint(offering)}); err != nil {
		s.t.Fatal(err)
	}
	found, err := s.store.Reports(s.t.Context(), operator, true, 10)
	if err != nil || len(found) == 0 {
		s.t.Fatalf("reports %+v, %v", found, err)
	}
	return found[0].ID
}

// Of several numbers who answers chooses the one that the reader meant.
func TestSuggestionForOneOfSeveralNumbers(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	kari := s.person("kari@test.example.org", contributor(bodo))
	o = s.offering(o.ID)
	o.Phones = []directory.Phone{{Number: "+4722222222"}, {Number: "+4744444444", Purpose: directory.PurposeSwitchboard}}
	if _, err := s.store.UpdateOffering(t.Context(), operator, "test", o); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("%s/%d", reportsPath, s.reportOf(o.ID))
	page := kari.get(path)
	page.contains(t, `value="0 33 33 33 33"`, `value="1 33 33 33 33"`)
	form := formValues(t, page.body)
	for _, wrong := range []string{"2 33 33 33 33", "-1 33 33 33 33", "33333333", "x", "1"} {
		form.Set("ta_inn", wrong)
		kari.post(path, form).wantStatus(t, http.StatusUnprocessableEntity)
	}
	form.Set("ta_inn", "1 33 33 33 33")
	kari.post(path, form).wantRedirect(t, reportsPath)
	got := s.offering(o.ID).Phones
	if len(got) != 2 || got[0].Number != "+4722222222" || got[1].Number != "+4733333333" || got[1].Purpose != directory.PurposeSwitchboard {
		t.Errorf("numbers %+v, want the second changed alone", got)
	}
}

func TestReportIsAnswered(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	kari, eva := s.person("kari@test.example.org", contributor(bodo)), s.person("eva@test.example.org", manager(bergen))
	path := fmt.Sprintf("%s/%d", reportsPath, s.reportOf(o.ID))
	kari.get("/redaksjon").before(t, "Meldt av en leser", "Se meldingen", "Må bekreftes")
	kari.get(reportsPath).contains(t, path)
	eva.get(reportsPath).contains(t, "Ingen har sagt fra om noe.")
	eva.get(path).wantStatus(t, http.StatusNotFound)
	page := kari.get(path)
	page.contains(t, "33 33 33 33", "<del>", "Skal vi ta inn det leseren foreslår?")
	form := formValues(t, page.body)
	form.Set("ta_inn", "0 33 33 33 33")
	eva.post(path, form).wantStatus(t, http.StatusNotFound)
	stale := url.Values{"ta_inn": {"0 33 33 33 33"}, "versjon": {"9"}}
	kari.post(path, stale).wantStatus(t, http.StatusConflict)
	kari.post(path, url.Values{"svar": {"ukjent"}}).wantStatus(t, http.StatusUnprocessableEntity)
	if s.offering(o.ID).Version != 1 {
		t.Fatal("something was written")
	}
	kari.post(path, form).wantRedirect(t, reportsPath)
	if got := s.offering(o.ID); got.Phones[0].Number != "+4733333333" {
		t.Errorf("number %s", got.Phones[0].Number)
	}
	history, err := s.store.Revisions(t.Context(), store.KindOffering, fmt.Sprint(o.ID))
	if err != nil || history[0].Why != "melding fra leser" {
		t.Errorf("history %+v, %v", history[0], err)
	}
	kari.post(path, form).wantStatus(t, http.StatusConflict)
	kari.get(path).contains(t, "Svaret")
}
