package staff

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

var sixDigits = regexp.MustCompile(`(?m)^(\d{6})$`)

// mails returns the texts of the mails that are queued to the address, oldest first.
func (s *testSite) mails(to string) []store.Mail {
	s.t.Helper()
	found, err := dbtest.Mails(s.t, s.url, to)
	if err != nil {
		s.t.Fatal(err)
	}
	var mails []store.Mail
	for _, m := range found {
		mails = append(mails, store.Mail{To: to, Subject: m[0], Text: m[1]})
	}
	return mails
}

// codeTo returns the newest code that was sent to the address.
func (s *testSite) codeTo(email string) string {
	s.t.Helper()
	mails := s.mails(email)
	if len(mails) == 0 {
		s.t.Fatalf("no mail to %s", email)
	}
	m := sixDigits.FindStringSubmatch(mails[len(mails)-1].Text)
	if m == nil {
		s.t.Fatalf("no code in %q", mails[len(mails)-1].Text)
	}
	return m[1]
}

// signInByCode goes through the pages for signing in.
func (s *testSite) signInByCode(email string) *person {
	s.t.Helper()
	p := s.anyone()
	p.post("/logg-inn", url.Values{"epost": {email}, "til": {"/redaksjon?kommune=1804"}}).wantRedirect(s.t, "/logg-inn/kode?til=%2Fredaksjon%3Fkommune%3D1804")
	p.post("/logg-inn/kode", url.Values{"kode": {s.codeTo(email)}, "til": {"/redaksjon?kommune=1804"}}).wantRedirect(s.t, "/redaksjon?kommune=1804")
	return p
}

func TestFirstSignInFromAKommune(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	first := s.signInByCode("test@bodo.kommune.no")
	first.get("/redaksjon").contains(t, "Bodø", "ting å se på")
	ola := s.national("ola@test.example.org")
	ola.get("/redaksjon").contains(t, "Noen har logget inn og blitt forvalter i Bodø")

	second := s.signInByCode("test2@helse.bodo.kommune.no")
	second.get("/redaksjon").contains(t, "Vi har spurt forvalterne i Bodø")
	second.get("/redaksjon/tilbud/119").wantStatus(t, http.StatusNotFound)
	if m := s.mails("test@bodo.kommune.no"); !strings.Contains(m[len(m)-1].Text, "/redaksjon/personer?kommune=1804") {
		t.Errorf("the manager was not asked: %+v", m)
	}
	page := first.get("/redaksjon/personer")
	page.contains(t, "test2@helse.bodo.kommune.no", "Vil være med")
	answer := regexp.MustCompile(`/redaksjon/personer/svar/\d+\?kommune=1804`).FindString(page.body)
	s.person("eva@test.example.org", manager(bergen)).post(strings.Replace(answer, "1804", "4601", 1), url.Values{"rolle": {"forvalter"}}).wantStatus(t, http.StatusForbidden)
	second.post(answer, url.Values{"rolle": {"forvalter"}}).wantStatus(t, http.StatusForbidden)
	first.post(answer, url.Values{"rolle": {"sjef"}}).wantStatus(t, http.StatusBadRequest)
	first.post(answer, url.Values{"rolle": {"bidragsyter"}}).wantRedirect(t, "/redaksjon/personer?kommune=1804")
	first.post(answer, url.Values{"rolle": {"forvalter"}}).wantRedirect(t, "/redaksjon/personer?kommune=1804")
	again := s.signInByCode("test2@helse.bodo.kommune.no")
	again.get("/redaksjon").contains(t, "Bodø", "ting å se på")
	if len(again.account.Grants) != 0 {
		t.Error("a person of the pages has no account of the helper's")
	}
	a, err := s.store.AccountByEmail(t.Context(), "test2@helse.bodo.kommune.no")
	if err != nil || len(a.Grants) != 1 || a.Grants[0].Role != auth.Contributor {
		t.Errorf("grants %+v, %v: the second answer must not count", a.Grants, err)
	}
}

func TestCodesThatDoNotWork(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	p := s.anyone()
	ask := func(p *person, email string) answer { return p.post("/logg-inn", url.Values{"epost": {email}}) }
	const email = "test@bodo.kommune.no"
	ask(p, email).wantStatus(t, http.StatusSeeOther)
	code := s.codeTo(email)
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	a := p.post("/logg-inn/kode", url.Values{"kode": {wrong}})
	a.wantStatus(t, http.StatusUnprocessableEntity)
	a.contains(t, "Koden stemmer ikke.")

	// Another browser, and the code once more.
	other := s.anyone()
	other.post("/logg-inn/kode", url.Values{"kode": {code}}).wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	p.cookies[sessionCookie] = "FIXEDSECRET"
	flow := p.cookies[flowCookie]
	p.post("/logg-inn/kode", url.Values{"kode": {code}, "til": {"https://evil.example.org/"}}).wantRedirect(t, "/redaksjon")
	if p.cookies[sessionCookie] == "FIXEDSECRET" {
		t.Error("the session's secret was not the server's own")
	}
	replay := s.anyone()
	replay.cookies[flowCookie] = flow
	replay.post("/logg-inn/kode", url.Values{"kode": {code}}).wantRedirect(t, "/logg-inn?til=%2Fredaksjon")

	// Nobody is told who has an account.
	for _, unknown := range []string{"noen@evilbodo.kommune.no", "noen@bodo.kommune.no.example.org", "noen@example.org"} {
		p := s.anyone()
		ask(p, unknown).wantRedirect(t, "/logg-inn/kode?til=%2Fredaksjon")
		p.get("/logg-inn/kode").contains(t, "Hvis "+unknown+" kan logge inn her")
		if len(s.mails(unknown)) != 0 {
			t.Errorf("a code was sent to %s", unknown)
		}
	}
	a = ask(s.anyone(), "ikke en adresse")
	a.wantStatus(t, http.StatusUnprocessableEntity)
	a.contains(t, `value="ikke en adresse"`)

	// Five tries, and five codes.
	tries := s.anyone()
	ask(tries, email)
	for range 5 {
		tries.post("/logg-inn/kode", url.Values{"kode": {wrong}})
	}
	tries.post("/logg-inn/kode", url.Values{"kode": {s.codeTo(email)}}).wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	var last answer
	for range 5 {
		last = ask(s.anyone(), email)
	}
	last.wantStatus(t, http.StatusTooManyRequests)
	if last.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	forged := httptest.NewRequest(http.MethodPost, "/logg-inn", strings.NewReader("epost="+email))
	forged.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.anyone().do(forged).wantStatus(t, http.StatusForbidden)
}

func TestLoginLink(t *testing.T) {
	s := newTestSite(t, "https://oversikt.example.org", false)
	ola := s.national("ola@test.example.org")
	secret, err := s.store.CreateLoginLink(t.Context(), operator, "ola@test.example.org")
	if err != nil {
		t.Fatal(err)
	}
	path := "/logg-inn/lenke/" + secret
	p := s.anyone()
	p.get(path).contains(t, "Denne lenken virker én gang.")
	p.get(path).contains(t, "Denne lenken virker én gang.") // looking uses nothing up
	p.post(path, nil).wantRedirect(t, "/redaksjon")
	p.get("/redaksjon").wantStatus(t, http.StatusOK) // past the second factor
	s.anyone().post(path, nil).wantStatus(t, http.StatusNotFound)
	s.anyone().get("/logg-inn/lenke/GUESSED").wantStatus(t, http.StatusNotFound)
	_ = ola
}

func TestOwnAccountPage(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari := s.person("kari@test.example.org", manager(bodo))
	eva := s.person("eva@test.example.org", manager(bergen))
	second, err := s.store.StartSession(t.Context(), kari.account.ID, store.ByCode, true, "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0")
	if err != nil {
		t.Fatal(err)
	}
	page := kari.get("/redaksjon/konto")
	page.contains(t, "kari@test.example.org", "Forvalter for Bodø", "Firefox på Windows", "Denne")
	end := regexp.MustCompile(`/redaksjon/konto/okter/\d+/slutt`).FindString(page.body)
	other := &person{site: s, cookies: map[string]string{sessionCookie: second}}
	eva.post(end, nil).wantRedirect(t, "/redaksjon/konto")
	other.get("/redaksjon").wantStatus(t, http.StatusOK) // another's is not ended
	kari.post(end, nil).wantRedirect(t, "/redaksjon/konto")
	other.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	kari.post("/redaksjon/konto", url.Values{"navn": {"Kari Test"}}).wantRedirect(t, "/redaksjon/konto")
	kari.get("/redaksjon/konto").contains(t, `value="Kari Test"`)
	kari.post("/redaksjon/konto", url.Values{"navn": {strings.Repeat("x", 201)}}).wantStatus(t, http.StatusUnprocessableEntity)
	used := kari.cookies[sessionCookie]
	out := kari.post("/logg-ut", nil)
	out.wantRedirect(t, "/")
	if got := out.Header.Get("Clear-Site-Data"); got != `"cache"` {
		t.Errorf("Clear-Site-Data %q, want the cache", got)
	}
	if kari.cookies[sessionCookie] != "" {
		t.Error("the session's cookie is not taken away")
	}
	kari.cookies[sessionCookie] = used
	kari.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
}

func TestPeople(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari, ola, eva := s.person("kari@test.example.org", manager(bodo)), s.person("ola@test.example.org", contributor(bodo)), s.person("eva@test.example.org", manager(bergen))
	const page = "/redaksjon/personer?kommune=1804"
	kari.get("/redaksjon/personer").contains(t, "ola@test.example.org", "Deg")
	ola.get("/redaksjon/personer").wantStatus(t, http.StatusForbidden)
	eva.get(page).wantStatus(t, http.StatusForbidden)

	// Nobody leaves the kommune without a manager.
	own := fmt.Sprintf("/redaksjon/personer/%d", kari.account.ID)
	for path, form := range map[string]url.Values{own + "/rolle?kommune=1804": {"handling": {"bidragsyter"}}, own + "/fjern?kommune=1804": nil} {
		a := kari.post(path, form)
		a.wantStatus(t, http.StatusConflict)
		a.contains(t, "Det går ikke: da er det ingen igjen")
	}
	if a, _ := s.store.AccountByID(t.Context(), kari.account.ID); len(a.Grants) != 1 || a.Grants[0].Role != auth.Manager {
		t.Fatalf("the last manager is %+v", a.Grants)
	}

	his := fmt.Sprintf("/redaksjon/personer/%d", ola.account.ID)
	kari.post(his+"/rolle?kommune=1804", url.Values{"handling": {"vikar"}}).wantRedirect(t, page)
	kari.get(page).contains(t, "Vikar")
	kari.post(his+"/rolle?kommune=1804", url.Values{"handling": {"annet"}}).wantStatus(t, http.StatusBadRequest)
	eva.post(his+"/rolle?kommune=4601", url.Values{"handling": {"forvalter"}}).wantStatus(t, http.StatusNotFound)
	kari.get(his+"/fjern?kommune=1804").contains(t, "kan da ikke endre tilbudene i Bodø lenger")
	kari.post(his+"/fjern?kommune=1804", nil).wantRedirect(t, page)
	ola.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")

	invite := "/redaksjon/personer/inviter?kommune=1804"
	kari.post(invite, url.Values{"epost": {"ikke en adresse"}, "rolle": {"bidragsyter"}}).wantStatus(t, http.StatusUnprocessableEntity)
	kari.post(invite, url.Values{"epost": {"per@test.example.org"}, "rolle": {"sjef"}}).wantStatus(t, http.StatusUnprocessableEntity)
	kari.post(invite, url.Values{"epost": {"kari@test.example.org"}, "rolle": {"bidragsyter"}}).wantStatus(t, http.StatusConflict)
	eva.post(invite, url.Values{"epost": {"per@test.example.org"}, "rolle": {"bidragsyter"}}).wantStatus(t, http.StatusForbidden)
	kari.post(invite, url.Values{"epost": {"Per@test.example.org"}, "rolle": {"bidragsyter"}}).wantRedirect(t, page)
	list := kari.get(page)
	list.contains(t, "per@test.example.org", "Trekk tilbake")
	if m := s.mails("per@test.example.org"); len(m) != 1 || !strings.Contains(m[0].Text, "/logg-inn?epost=") {
		t.Errorf("mails %+v", m)
	}
	per := s.signInByCode("per@test.example.org")
	per.get("/redaksjon").contains(t, "Bodø", "ting å se på")

	kari.post(invite, url.Values{"epost": {"pia@test.example.org"}, "rolle": {"bidragsyter"}}).wantRedirect(t, page)
	withdraw := regexp.MustCompile(`/redaksjon/personer/invitasjoner/\d+/trekk-tilbake\?kommune=1804`).FindString(kari.get(page).body)
	eva.post(strings.Replace(withdraw, "1804", "4601", 1), nil).wantStatus(t, http.StatusForbidden)
	kari.post(withdraw, nil).wantRedirect(t, page)
	pia := s.anyone()
	pia.post("/logg-inn", url.Values{"epost": {"pia@test.example.org"}})
	if m := s.mails("pia@test.example.org"); len(m) != 1 {
		t.Errorf("a code was sent after the invitation was withdrawn: %+v", m)
	}
}

// otherNode is another server over the same database.
func (s *testSite) otherNode() *testSite {
	s.t.Helper()
	st, err := store.Open(context.Background(), store.Options{URL: s.url})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { st.Close() })
	return s.over(st)
}

// spent has all but so many of the limit spent already, from where tests ask.
func (s *testSite) spent(l store.Limit, left int) {
	s.t.Helper()
	if _, err := s.store.Spend(context.Background(), l, l.Most-left, "0.0.0.0/32"); err != nil {
		s.t.Fatal(err)
	}
}

// wantLater fails unless the answer says when to try again.
func (a answer) wantLater(t *testing.T, most time.Duration) {
	t.Helper()
	a.wantStatus(t, http.StatusTooManyRequests)
	if wait, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || wait < 1 || wait > int(most.Seconds()) {
		t.Errorf("Retry-After %q, want 1 to %.0f", a.Header.Get("Retry-After"), most.Seconds())
	}
}

func TestCodesFromOnePlace(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", false)
	other := s.otherNode()
	s.spent(store.SignInStarts, 4)
	for _, node := range []*testSite{s, other, s, other} {
		node.anyone().post("/logg-inn", url.Values{"epost": {"x"}}).wantStatus(t, http.StatusUnprocessableEntity)
	}
	for _, node := range []*testSite{s, other} {
		a := node.anyone().post("/logg-inn", url.Values{"epost": {"kari@test.example.org"}})
		a.wantLater(t, store.SignInStarts.Window)
		a.contains(t, `value="kari@test.example.org"`, "fra nettverket ditt. Vent 15 minutter")
	}
	s.anyone().get("/logg-inn").wantStatus(t, http.StatusOK)
}

func TestPasskeysFromOnePlace(t *testing.T) {
	s := newTestSite(t, "https://oversikt.test.example.org", false)
	const start = "/logg-inn/passnokkel/start"
	s.spent(store.SignInStarts, 1)
	s.anyone().post(start, nil).wantStatus(t, http.StatusOK)
	s.otherNode().anyone().post(start, nil).wantStatus(t, http.StatusTooManyRequests)
}

// Every place where a secret is tried counts the wrong ones, all together and on all nodes,
// and lets nobody try on who has tried too much. What is not known to be wrong is not counted.
func TestGuessesFromOnePlace(t *testing.T) {
	s := newTestSite(t, "https://oversikt.test.example.org", false)
	other := s.otherNode()
	ola := s.national("ola@test.example.org")
	s.national("eva@test.example.org")
	link := func() string {
		t.Helper()
		secret, err := s.store.CreateLoginLink(t.Context(), operator, "ola@test.example.org")
		if err != nil {
			t.Fatal(err)
		}
		return "/logg-inn/lenke/" + secret
	}
	spent := func() int {
		t.Helper()
		return dbtest.Count(t, s.url, "limits, generate_series(1, spent) WHERE kind = 'sign_in_try'")
	}
	half := func() *person { // signed in by mail alone
		secret, err := s.store.StartSession(t.Context(), ola.account.ID, store.ByCode, false, "test")
		if err != nil {
			t.Fatal(err)
		}
		return &person{s, ola.account, map[string]string{sessionCookie: secret}}
	}
	flow := func() *person {
		p := s.anyone()
		p.post("/logg-inn", url.Values{"epost": {"ola@test.example.org"}}).wantStatus(t, http.StatusSeeOther)
		return p
	}
	guesses := map[string]func(p *testSite) answer{
		"code": func(n *testSite) answer {
			p := flow()
			p.site = n
			return p.post("/logg-inn/kode", url.Values{"kode": {"x"}})
		},
		"second factor": func(n *testSite) answer {
			p := half()
			p.site = n
			return p.post("/logg-inn/bekreft", url.Values{"kode": {"123456"}})
		},
		"its passkey": func(n *testSite) answer {
			p := half()
			p.site = n
			return p.post("/logg-inn/bekreft/passnokkel", url.Values{"svar": {"{}"}})
		},
		"passkey": func(n *testSite) answer { return n.anyone().post("/logg-inn/passnokkel", url.Values{"svar": {"{}"}}) },
	}
	want := 0
	for name, guess := range guesses {
		node := []*testSite{s, other}[want%2]
		if a := guess(node); a.StatusCode >= 500 || a.StatusCode == http.StatusTooManyRequests {
			t.Errorf("%s: status %d: %.200s", name, a.StatusCode, a.body)
		}
		if want++; spent() != want {
			t.Fatalf("%s: %d are counted, want %d", name, spent(), want)
		}
	}
	// What is right is not.
	right := func(n *testSite) answer {
		p := s.anyone()
		p.post("/logg-inn", url.Values{"epost": {"eva@test.example.org"}}).wantStatus(t, http.StatusSeeOther)
		p.site = n
		return p.post("/logg-inn/kode", url.Values{"kode": {s.codeTo("eva@test.example.org")}})
	}
	right(s).wantRedirect(t, "/redaksjon")
	if spent() != want {
		t.Errorf("%d are counted after what was right, want %d", spent(), want)
	}
	if _, err := s.store.Spend(t.Context(), store.SignInTries, store.SignInTries.Most-want, "0.0.0.0/32"); err != nil {
		t.Fatal(err)
	}
	for name, guess := range guesses {
		for _, node := range []*testSite{other, s} {
			if a := guess(node); name != "its passkey" || a.StatusCode != http.StatusUnprocessableEntity {
				a.wantLater(t, store.SignInTries.Window)
			}
		}
	}
	right(s).wantLater(t, store.SignInTries.Window)
	code := flow().post("/logg-inn/kode", url.Values{"kode": {"12 34 56"}})
	code.wantLater(t, store.SignInTries.Window)
	code.contains(t, `value="123456"`, "Vent 15 minutter, og prøv igjen.")
	// Nobody can guess an operator's link, so it lets them in all the same.
	s.anyone().get(link()).contains(t, "Denne lenken virker én gang.")
	s.anyone().post(link(), nil).wantRedirect(t, "/redaksjon")
	// Elsewhere nothing has happened, and here it is over when its time is.
	if _, err := s.store.Spend(t.Context(), store.SignInTries, 1, "192.0.2.2/32"); err != nil {
		t.Errorf("another place: %v", err)
	}
	dbtest.Exec(t, s.url, "UPDATE limits SET ends_at = now()")
	right(s.otherNode()).wantRedirect(t, "/redaksjon")
}

// A page of another site can have its readers' browsers open any address. What nobody can
// guess is not counted, so that it locks no office out.
func TestAddressesOfOthersLockNobodyOut(t *testing.T) {
	s, _ := newOIDCSite(t)
	for range store.SignInTries.Most + 1 {
		for path, want := range map[string]int{"/logg-inn/lenke/GUESSED": http.StatusNotFound, "/bekreft/GUESSED": http.StatusNotFound, "/logg-inn/oidc/svar?state=x&code=x": http.StatusBadRequest} {
			s.anyone().get(path).wantStatus(t, want)
		}
		s.anyone().post("/logg-inn/kode", url.Values{"kode": {"123456"}}).wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	}
	if n := dbtest.Count(t, s.url, "limits WHERE kind = 'sign_in_try' AND spent > 0"); n != 0 {
		t.Errorf("%d circles are counted, want none", n)
	}
}

// A stranger may use up the codes of an address, and not those of the browser in which its
// person has signed in.
func TestStrangersKeepNobodyOut(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	email := "kari@bodo.kommune.no"
	kari := s.signInByCode(email)
	if kari.cookies[browserCookie] == "" {
		t.Fatal("the browser is not remembered")
	}
	ask := func(p *person) answer { return p.post("/logg-inn", url.Values{"epost": {email}}) }
	for range 10 {
		ask(s.anyone())
	}
	ask(s.anyone()).wantStatus(t, http.StatusTooManyRequests)
	kari.post("/logg-ut", nil)
	ask(kari).wantRedirect(t, "/logg-inn/kode?til=%2Fredaksjon")
	kari.post("/logg-inn/kode", url.Values{"kode": {s.codeTo(email)}}).wantRedirect(t, "/redaksjon")
}

func TestInviteToAnOrganization(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	lms := auth.Owner{Organization: 1}
	for {
		o, err := s.store.OrganizationOf(t.Context(), lms)
		if err != nil {
			t.Fatal(err)
		}
		if o.Kommune == "" {
			break
		}
		lms.Organization++
	}
	ola := s.national("ola@test.example.org")
	page := "/redaksjon/personer?" + ownerQuery(lms)
	invite := "/redaksjon/personer/inviter?" + ownerQuery(lms)
	ola.get(page).contains(t, "Hvem er tilbudene deres for?", "Hele landet", "Nordland")
	form := url.Values{"epost": {"first@test.example.org"}, "rolle": {"forvalter"}}
	a := ola.post(invite, form)
	a.wantStatus(t, http.StatusUnprocessableEntity)
	a.contains(t, "Velg minst ett fylke", `value="first@test.example.org"`)
	form["dekning"] = []string{"18", "55"}
	ola.post(invite, form).wantRedirect(t, page)
	first := s.signInByCode("first@test.example.org")
	grantOf := func(email string) directory.Coverage {
		t.Helper()
		a, err := s.store.AccountByEmail(t.Context(), email)
		if err != nil || len(a.Grants) != 1 {
			t.Fatalf("%+v, %v", a, err)
		}
		return a.Grants[0].Coverage
	}
	want := directory.Coverage{Fylker: []region.FylkeNumber{"18", "55"}}
	if got := grantOf("first@test.example.org"); !reflect.DeepEqual(got, want) {
		t.Errorf("coverage %+v, want %+v", got, want)
	}
	// Colleagues get what the inviter has, whatever the form says; national editors give
	// what is there.
	for email, by := range map[string]*person{"second@test.example.org": first, "third@test.example.org": ola} {
		by.post(invite, url.Values{"epost": {email}, "rolle": {"bidragsyter"}, "dekning": {"landet"}}).wantRedirect(t, page)
		s.signInByCode(email)
		if got := grantOf(email); !reflect.DeepEqual(got, want) {
			t.Errorf("coverage of %s: %+v, want %+v", email, got, want)
		}
	}
}
