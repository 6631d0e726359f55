package staff

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

const secureURL = "https://oversikt.example.org"

// mailed signs the person in as a mailed code does: without a second factor.
func (p *person) mailed() {
	p.site.t.Helper()
	secret, err := p.site.store.StartSession(p.site.t.Context(), p.account.ID, store.ByCode, false, "test")
	if err != nil {
		p.site.t.Fatal(err)
	}
	p.cookies[sessionCookie] = secret
}

// newcomer is somebody who is signed in by mail and has no second factor yet.
func (s *testSite) newcomer(email string) *person {
	p := s.person(email, contributor(bodo))
	p.mailed()
	return p
}

// at makes it so many half minutes later, so that a next code of an app holds.
func (s *testSite) at(steps int) time.Time {
	now := time.Now().Add(time.Duration(steps) * 30 * time.Second)
	s.store.Now = func() time.Time { return now }
	return now
}

func code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// wrong returns a code that none of the steps around the time has.
func wrong(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	for _, c := range []string{"000000", "111111", "222222", "333333"} {
		if c != code(t, secret, at) && c != code(t, secret, at.Add(-30*time.Second)) && c != code(t, secret, at.Add(30*time.Second)) {
			return c
		}
	}
	t.Fatal("no wrong code")
	return ""
}

var (
	secretPattern   = regexp.MustCompile(`r-mono">([A-Z2-7 ]+)<`)
	recoveryPattern = regexp.MustCompile(`r-mono">([A-Z2-7]{4}(?:-[A-Z2-7]{2,4}){6})<`) // 26 characters of five bits
)

// enrolApp connects an app, and returns its secret and the recovery codes that are shown.
func (p *person) enrolApp(at time.Time) (secret string, codes []string) {
	t := p.site.t
	t.Helper()
	a := p.get("/logg-inn/bekreft/ny/app?til=/redaksjon")
	a.wantStatus(t, http.StatusOK)
	m := secretPattern.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("no secret in\n%s", a.body)
	}
	secret = strings.ReplaceAll(m[1], " ", "")
	a = p.post("/logg-inn/bekreft/ny/app", url.Values{"kode": {code(t, secret, at)}, "til": {"/redaksjon"}})
	a.wantStatus(t, http.StatusOK)
	for _, m := range recoveryPattern.FindAllStringSubmatch(a.body, -1) {
		codes = append(codes, m[1])
	}
	return secret, codes
}

func TestEnrolAnApp(t *testing.T) {
	s := newTestSite(t, secureURL, true)
	p := s.newcomer("kari@test.example.org")
	p.get("/redaksjon").wantRedirect(t, "/logg-inn/bekreft?til=%2Fredaksjon")
	a := p.get("/logg-inn/bekreft?til=/redaksjon")
	a.wantStatus(t, http.StatusOK)
	if !strings.Contains(a.body, "Gjør innloggingen trygg") {
		t.Errorf("no offer to enrol in\n%s", a.body)
	}
	before := p.cookies[sessionCookie]
	now := s.at(0)
	secret, codes := p.enrolApp(now)
	if len(codes) != 8 {
		t.Errorf("%d recovery codes, want 8", len(codes))
	}
	if p.cookies[sessionCookie] == before {
		t.Error("the session's secret is as before")
	}
	p.get("/redaksjon").wantStatus(t, http.StatusOK)
	old := s.anyone()
	old.cookies[sessionCookie] = before
	old.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")

	// The code that enrolled is used up; the next one is not, once.
	p.mailed()
	form := url.Values{"kode": {code(t, secret, now)}, "til": {"/redaksjon/oppgaver"}}
	p.post("/logg-inn/bekreft", form).wantStatus(t, http.StatusUnprocessableEntity)
	now = s.at(2)
	form.Set("kode", code(t, secret, now))
	p.post("/logg-inn/bekreft", form).wantRedirect(t, "/redaksjon/oppgaver")
	p.mailed()
	p.post("/logg-inn/bekreft", form).wantStatus(t, http.StatusUnprocessableEntity)
}

func TestEnrolAnAppWrongly(t *testing.T) {
	s := newTestSite(t, secureURL, true)
	p := s.newcomer("kari@test.example.org")
	now := s.at(0)
	a := p.get("/logg-inn/bekreft/ny/app")
	secret := strings.ReplaceAll(secretPattern.FindStringSubmatch(a.body)[1], " ", "")

	a = p.post("/logg-inn/bekreft/ny/app", url.Values{"kode": {wrong(t, secret, now)}})
	a.wantStatus(t, http.StatusUnprocessableEntity)
	if again := secretPattern.FindStringSubmatch(a.body); again == nil || strings.ReplaceAll(again[1], " ", "") != secret {
		t.Error("after a wrong code the page shows another secret")
	}
	// Somebody else's browser with this browser's cookie, and one without it.
	for _, cookie := range []string{p.cookies[challengeCookie(store.AppRegister)], ""} {
		other := s.newcomer("ola" + cookie + "@test.example.org")
		other.cookies[challengeCookie(store.AppRegister)] = cookie
		other.post("/logg-inn/bekreft/ny/app", url.Values{"kode": {code(t, secret, now)}}).wantRedirect(t, "/logg-inn/bekreft/ny/app?til=%2Fredaksjon")
	}
	s.anyone().get("/logg-inn/bekreft/ny/app").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
}

func TestRecoveryCodeIsTakenOnce(t *testing.T) {
	s := newTestSite(t, secureURL, true)
	p := s.newcomer("kari@test.example.org")
	_, codes := p.enrolApp(s.at(0))
	form := url.Values{"kode": {strings.ToLower(codes[3])}}
	p.mailed()
	p.post("/logg-inn/bekreft", form).wantRedirect(t, "/redaksjon")
	p.mailed()
	p.post("/logg-inn/bekreft", form).wantStatus(t, http.StatusUnprocessableEntity)

	// New ones put an end to the old ones.
	form.Set("kode", codes[4])
	p.post("/logg-inn/bekreft", form).wantRedirect(t, "/redaksjon")
	p.post("/redaksjon/konto/sikkerhet/koder", nil).wantStatus(t, http.StatusOK)
	p.mailed()
	form.Set("kode", codes[5])
	p.post("/logg-inn/bekreft", form).wantStatus(t, http.StatusUnprocessableEntity)
}

func TestWrongCodesAreLimited(t *testing.T) {
	s := newTestSite(t, secureURL, true)
	p := s.newcomer("kari@test.example.org")
	now := s.at(0)
	secret, codes := p.enrolApp(now)
	p.mailed()
	bad := url.Values{"kode": {wrong(t, secret, now)}, "til": {"/redaksjon/oppgaver"}}
	for range 4 {
		p.post("/logg-inn/bekreft", bad).wantStatus(t, http.StatusUnprocessableEntity)
	}
	p.post("/logg-inn/bekreft", bad).wantRedirect(t, "/logg-inn?til=%2Fredaksjon%2Foppgaver")
	p.get("/logg-inn/bekreft").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")

	// Another session of the account has to wait, also with a good code; which is not lost by it.
	p.mailed()
	good := url.Values{"kode": {codes[0]}}
	p.post("/logg-inn/bekreft", good).wantStatus(t, http.StatusTooManyRequests)
	now = s.at(3)
	p.post("/logg-inn/bekreft", url.Values{"kode": {wrong(t, secret, now)}}).wantStatus(t, http.StatusUnprocessableEntity)
	s.at(6)
	p.post("/logg-inn/bekreft", good).wantStatus(t, http.StatusTooManyRequests) // two minutes now
	s.at(8)
	p.post("/logg-inn/bekreft", good).wantRedirect(t, "/redaksjon")
}

const (
	signInWithPasskey  = "/logg-inn/passnokkel"
	confirmWithPasskey = "/logg-inn/bekreft/passnokkel"
)

// Who has only read somebody's mail must not add a factor, nor take one away.
func TestFactorsAreGuardedByFactors(t *testing.T) {
	for _, base := range []string{secureURL, "http://localhost:8080"} {
		s := newTestSite(t, base, true)
		p := s.newcomer("kari@test.example.org")
		p.enrolApp(s.at(0))
		p.mailed()
		confirm := "/logg-inn/bekreft?til=%2Fredaksjon"
		p.get("/logg-inn/bekreft/ny/app").wantRedirect(t, confirm)
		p.post("/logg-inn/bekreft/ny/app", url.Values{"kode": {"123456"}}).wantRedirect(t, confirm)
		p.post("/logg-inn/bekreft/ny/passnokkel/start", nil).wantRedirect(t, confirm)
		for _, path := range []string{"", "/app/fjern", "/koder"} {
			a := p.post("/redaksjon/konto/sikkerhet"+path, nil)
			if to := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/logg-inn/bekreft?") {
				t.Errorf("%s %s: status %d to %q, want to be asked for the second factor", base, path, a.StatusCode, to)
			}
		}
		// The store says the same.
		session, err := s.store.SessionBySecret(t.Context(), p.cookies[sessionCookie])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.store.AddPasskey(t.Context(), session, store.Passkey{CredentialID: []byte{1}, Credential: []byte("{}"), Name: "x"}); err == nil {
			t.Error("the store let a passkey be added")
		}
		if err := s.store.RemoveApp(t.Context(), session, false); err == nil {
			t.Error("the store let the app be removed")
		}
	}
}

func TestRemoveFactors(t *testing.T) {
	s := newTestSite(t, secureURL, true)
	p := s.newcomer("kari@test.example.org")
	d := newDevice(p)
	p.enrolPasskey(d).wantStatus(t, http.StatusOK)
	factors, err := s.store.Factors(t.Context(), p.account.ID)
	if err != nil {
		t.Fatal(err)
	}
	remove := "/redaksjon/konto/sikkerhet/passnokkel/" + strconv.FormatInt(factors.Passkeys[0].ID, 10) + "/fjern"

	a := p.post(remove, nil)
	a.wantStatus(t, http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, "det eneste du kan bekrefte med") {
		t.Errorf("no reason in\n%s", a.body)
	}
	other := s.person("ola@test.example.org", contributor(bodo))
	other.post(remove, nil).wantStatus(t, http.StatusNotFound)
	other.post("/redaksjon/konto/sikkerhet/app/fjern", nil).wantStatus(t, http.StatusNotFound)

	now := s.at(0)
	a = p.get("/logg-inn/bekreft/ny/app?til=/redaksjon/konto/sikkerhet")
	secret := strings.ReplaceAll(secretPattern.FindStringSubmatch(a.body)[1], " ", "")
	p.post("/logg-inn/bekreft/ny/app", url.Values{"kode": {code(t, secret, now)}, "til": {"/redaksjon/konto/sikkerhet"}}).
		wantRedirect(t, "/redaksjon/konto/sikkerhet")
	p.post(remove, nil).wantRedirect(t, "/redaksjon/konto/sikkerhet")
	p.show(signInWithPasskey, d).wantRedirect(t, "/logg-inn?til=%2Fredaksjon%2Foppgaver")
}

// What one signs in with is changed, and what ends sessions is done, by those alone who have
// shown of late who they are: a browser that was left open is not enough.
func TestChangesNeedARecentConfirmation(t *testing.T) {
	for _, base := range []string{secureURL, "http://localhost:8080"} {
		s := newTestSite(t, base, true)
		p := s.newcomer("kari@test.example.org")
		secret, codes := p.enrolApp(s.at(0))
		elsewhere := &person{site: s, account: p.account, cookies: map[string]string{}}
		elsewhere.mailed()
		now := s.at(31) // fifteen and a half minutes
		for _, r := range []struct{ method, path string }{
			{"GET", securityPath}, {"POST", securityPath + "/app/fjern"}, {"POST", securityPath + "/koder"}, {"POST", securityPath + "/passnokkel/1/fjern"},
			{"POST", securityPath + "/innlogging/fjern"}, {"GET", confirmPath + "/ny/app"}, {"POST", confirmPath + "/ny/app"}, {"POST", confirmPath + "/ny/passnokkel"},
			{"POST", accountPath + "/okter/1/slutt"}, {"POST", accountPath + "/okter/slutt"}, {"GET", accountPath + "/slett"}, {"POST", accountPath + "/slett"},
		} {
			var a answer
			if r.method == http.MethodGet {
				a = p.get(r.path)
			} else {
				a = p.post(r.path, url.Values{"epost": {p.account.Email}, "kode": {code(t, secret, now)}})
			}
			if to := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, confirmPath+"?") {
				t.Errorf("%s: %s %s: status %d to %q, want to be asked again", base, r.method, r.path, a.StatusCode, to)
			}
		}
		if sessions, err := s.store.Sessions(t.Context(), p.account); err != nil || len(sessions) != 3 {
			t.Errorf("%d sessions, %v, want all three", len(sessions), err)
		}
		// The rest goes on, and the store says the same.
		p.get("/redaksjon").wantStatus(t, http.StatusOK)
		session, err := s.store.SessionBySecret(t.Context(), p.cookies[sessionCookie])
		if err != nil || !session.SecondFactor || session.Recent {
			t.Fatalf("session %+v, %v, want one with a second factor that is not recent", session, err)
		}
		if err := s.store.RemoveApp(t.Context(), session, false); !errors.Is(err, auth.ErrForbidden) {
			t.Errorf("the store removed the app: %v", err)
		}
		if _, err := s.store.NewRecoveryCodes(t.Context(), session); !errors.Is(err, auth.ErrForbidden) {
			t.Errorf("the store made recovery codes: %v", err)
		}
		// Shown again, under a new secret, it holds.
		before := p.cookies[sessionCookie]
		p.get(confirmAddress(securityPath)).contains(t, "Bekreft at det er deg")
		p.post(confirmPath, url.Values{"kode": {codes[0]}, "til": {securityPath}}).wantRedirect(t, securityPath)
		if p.cookies[sessionCookie] == before {
			t.Error("the session's secret is as before")
		}
		p.get(securityPath).contains(t, "Logg ut alle andre steder")
		p.post(accountPath+"/okter/slutt", nil).wantRedirect(t, accountPath)
		elsewhere.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
		if a := p.get(securityPath); strings.Contains(a.body, "Logg ut alle andre steder") {
			t.Error("other browsers are offered when there is none")
		}
	}
	// Who has nothing to show signs in once more.
	s := newTestSite(t, "http://localhost:8080", true)
	p := s.newcomer("kari@test.example.org")
	s.at(31)
	p.post(confirmPath+"/ny/passnokkel/start", nil).wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	p.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	p.mailed()
	p.get(confirmPath+"/ny/app").wantStatus(t, http.StatusOK)
}
