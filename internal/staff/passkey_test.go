package staff

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// device is a browser's device that makes and shows passkeys.
type device struct {
	rp            virtualwebauthn.RelyingParty
	authenticator virtualwebauthn.Authenticator
	credential    virtualwebauthn.Credential
}

// newCredential returns a passkey whose public key has both its coordinates in full. The tool
// leaves leading zeros out, one time in 128, which is no key to anybody who reads it.
func newCredential() virtualwebauthn.Credential {
	const whole = 77 // bytes of a P-256 key in COSE
	for {
		if c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(c.Key.AttestationData()) == whole {
			return c
		}
	}
}

func newDevice(p *person) *device {
	return &device{
		rp:            virtualwebauthn.RelyingParty{ID: "oversikt.example.org", Name: "Oversikt", Origin: secureURL},
		authenticator: virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: p.account.UUID[:]}),
		credential:    newCredential(),
	}
}

// start asks for options as the page's script does.
func (p *person) start(path string) string {
	p.site.t.Helper()
	a := p.post(path, nil)
	a.wantStatus(p.site.t, http.StatusOK)
	// The tool for tests wants them as they are given to the browser.
	wrapped, err := json.Marshal(map[string]json.RawMessage{"publicKey": json.RawMessage(a.body)})
	if err != nil {
		p.site.t.Fatal(err)
	}
	return string(wrapped)
}

// enrolPasskey makes a passkey on the device.
func (p *person) enrolPasskey(d *device) answer {
	t := p.site.t
	t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(p.start("/logg-inn/bekreft/ny/passnokkel/start"))
	if err != nil {
		t.Fatal(err)
	}
	response := virtualwebauthn.CreateAttestationResponse(d.rp, d.authenticator, d.credential, *options)
	return p.post("/logg-inn/bekreft/ny/passnokkel", url.Values{"svar": {response}, "til": {"/redaksjon"}})
}

// show answers what the start of the path asks with the device.
func (p *person) show(path string, d *device) answer {
	p.site.t.Helper()
	return p.post(path, url.Values{"svar": {p.answerOf(path, d)}, "til": {"/redaksjon/oppgaver"}})
}

func (p *person) answerOf(path string, d *device) string {
	t := p.site.t
	t.Helper()
	options, err := virtualwebauthn.ParseAssertionOptions(p.start(path + "/start"))
	if err != nil {
		t.Fatal(err)
	}
	d.credential.Counter++
	return virtualwebauthn.CreateAssertionResponse(d.rp, d.authenticator, d.credential, *options)
}

func TestPasskey(t *testing.T) {
	s := newTestSite(t, secureURL, true)
	p := s.newcomer("kari@test.example.org")
	d := newDevice(p)
	before := p.cookies[sessionCookie]
	a := p.enrolPasskey(d)
	a.wantStatus(t, http.StatusOK)
	if got := len(recoveryPattern.FindAllString(a.body, -1)); got != 8 {
		t.Errorf("%d recovery codes, want 8", got)
	}
	if p.cookies[sessionCookie] == before {
		t.Error("the session's secret is as before")
	}
	p.get("/redaksjon").wantStatus(t, http.StatusOK)

	// As the second factor.
	p.mailed()
	before = p.cookies[sessionCookie]
	a = p.show(confirmWithPasskey, d)
	a.wantRedirect(t, "/redaksjon/oppgaver")
	a.wantNoted(t, "second factor: passkey", p.account)
	if p.cookies[sessionCookie] == before {
		t.Error("the session's secret is as before")
	}
	p.get("/redaksjon").wantStatus(t, http.StatusOK)

	// Alone.
	other := s.anyone()
	a = other.show(signInWithPasskey, d)
	a.wantRedirect(t, "/redaksjon/oppgaver")
	a.wantNoted(t, "signed in: passkey", p.account)
	a = other.get("/redaksjon/konto/sikkerhet")
	a.wantStatus(t, http.StatusOK)
	if !strings.Contains(a.body, "Sist brukt") {
		t.Errorf("the passkey's use is not shown in\n%s", a.body)
	}
}

func TestPasskeyRefused(t *testing.T) {
	s := newTestSite(t, secureURL, true)
	p := s.newcomer("kari@test.example.org")
	d := newDevice(p)
	p.enrolPasskey(d).wantStatus(t, http.StatusOK)
	refused := "/logg-inn?til=%2Fredaksjon%2Foppgaver"

	t.Run("wrong origin", func(t *testing.T) {
		foreign := *d
		foreign.rp.Origin = "https://evil.example.org"
		a := s.anyone().show(signInWithPasskey, &foreign)
		a.wantRedirect(t, refused)
		a.wantNoted(t, "passkey refused", store.Account{})
		p.mailed()
		a = p.show(confirmWithPasskey, &foreign)
		a.wantStatus(t, http.StatusUnprocessableEntity)
		a.wantNoted(t, "passkey refused", p.account)
	})
	t.Run("nobody's finger", func(t *testing.T) {
		unverified := *d
		unverified.authenticator.Options.UserNotVerified = true
		s.anyone().show(signInWithPasskey, &unverified).wantRedirect(t, refused)
	})
	t.Run("another key", func(t *testing.T) {
		forged := *d
		forged.credential.Key = newCredential().Key
		s.anyone().show(signInWithPasskey, &forged).wantRedirect(t, refused)
	})
	t.Run("another's handle", func(t *testing.T) {
		victim := s.newcomer("ola@test.example.org")
		swapped := *d
		swapped.authenticator.Options.UserHandle = victim.account.UUID[:]
		s.anyone().show(signInWithPasskey, &swapped).wantRedirect(t, refused)
	})
	t.Run("foreign challenge cookie", func(t *testing.T) {
		asked, other := s.anyone(), s.anyone()
		response := asked.answerOf(signInWithPasskey, d)
		form := url.Values{"svar": {response}, "til": {"/redaksjon/oppgaver"}}
		other.post(signInWithPasskey, form).wantRedirect(t, refused)
		other.start(signInWithPasskey + "/start")
		other.post(signInWithPasskey, form).wantRedirect(t, refused)
		// A cookie of another kind is none.
		other.cookies[challengeCookie(store.PasskeySignIn)] = p.cookies[challengeCookie(store.PasskeyRegister)]
		other.post(signInWithPasskey, form).wantRedirect(t, refused)
		other.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	})
	t.Run("replay", func(t *testing.T) {
		q := s.anyone()
		response := q.answerOf(signInWithPasskey, d)
		cookie := q.cookies[challengeCookie(store.PasskeySignIn)]
		form := url.Values{"svar": {response}, "til": {"/redaksjon/oppgaver"}}
		q.post(signInWithPasskey, form).wantRedirect(t, "/redaksjon/oppgaver")
		again := s.anyone()
		again.cookies[challengeCookie(store.PasskeySignIn)] = cookie
		again.post(signInWithPasskey, form).wantRedirect(t, refused)
	})
	t.Run("counter goes back", func(t *testing.T) {
		copied := *d
		copied.credential.Counter = 0
		s.anyone().show(signInWithPasskey, &copied).wantRedirect(t, refused)
	})
	t.Run("nonsense", func(t *testing.T) {
		q := s.anyone()
		q.start(signInWithPasskey + "/start")
		q.post(signInWithPasskey, url.Values{"svar": {"{"}, "til": {"/redaksjon/oppgaver"}}).wantRedirect(t, refused)
	})
	t.Run("forms of other sites", func(t *testing.T) {
		s.anyone().do(httptest.NewRequest(http.MethodPost, signInWithPasskey+"/start", nil)).wantStatus(t, http.StatusForbidden)
	})
	t.Run("disabled account", func(t *testing.T) {
		if err := s.store.DisableAccount(t.Context(), operator, p.account.ID, true); err != nil {
			t.Fatal(err)
		}
		s.anyone().show(signInWithPasskey, d).wantRedirect(t, refused)
	})
}

func TestPasskeyOfAnother(t *testing.T) {
	s := newTestSite(t, secureURL, true)
	p, other := s.newcomer("kari@test.example.org"), s.newcomer("ola@test.example.org")
	d := newDevice(p)
	p.enrolPasskey(d).wantStatus(t, http.StatusOK)
	// The same credential cannot become somebody else's.
	other.enrolPasskey(d).wantStatus(t, http.StatusUnprocessableEntity)
	// Nor does it confirm somebody else.
	other.enrolPasskey(newDevice(other)).wantStatus(t, http.StatusOK)
	other.mailed()
	other.show(confirmWithPasskey, d).wantStatus(t, http.StatusUnprocessableEntity)
}

func TestRelyingPartyNeedsAName(t *testing.T) {
	for base, want := range map[string]bool{
		secureURL: true, "http://localhost:8080": true, "http://127.0.0.1:8080": false, "http://[::1]:8080": false,
	} {
		if got := newRelyingParty(base) != nil; got != want {
			t.Errorf("passkeys at %s: %v, want %v", base, got, want)
		}
	}
	s := newTestSite(t, "http://127.0.0.1:8080", false)
	s.anyone().post(signInWithPasskey+"/start", nil).wantStatus(t, http.StatusNotFound)
}
