package staff

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/oidc"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// claimant is somebody whom the provider knows, with what it says of them. What is set
// here takes the place of what the provider would say by itself.
type claimant map[string]any

func (u claimant) ID() string                        { return u["sub"].(string) }
func (u claimant) Userinfo([]string) ([]byte, error) { return []byte("{}"), nil }

func (u claimant) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	claims := jwt.MapClaims{"iss": base.Issuer, "aud": base.Audience, "exp": base.ExpiresAt, "iat": base.IssuedAt, "nonce": base.Nonce}
	for name, value := range u {
		claims[name] = value
	}
	return claims, nil
}

// actsFor is what Ansattporten says of somebody who chose the organization there.
func actsFor(orgNumber string) []any {
	return []any{map[string]any{"type": "ansattporten:altinn:resource", "resource": "urn:altinn:resource:test", "authorized_parties": []any{
		map[string]any{"orgno": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + orgNumber}},
	}}}
}

// newOIDCSite returns the pages with a provider beside them.
func newOIDCSite(t *testing.T) (*testSite, *mockoidc.MockOIDC) {
	t.Helper()
	provider, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Shutdown() })
	s := newTestSite(t, secureURL, true)
	p, err := oidc.New(oidc.Config{
		Issuer: provider.Issuer(), ClientID: provider.ClientID, ClientSecret: provider.ClientSecret, Name: "Testporten",
		ACRValues: []string{"substantial"}, AuthorizationDetails: `[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:test"}]`,
		RedirectURL: secureURL + "/logg-inn/oidc/svar",
	})
	if err != nil {
		t.Fatal(err)
	}
	s.staff.deps.OIDC = p
	s.staff.mountOIDC(s.app)
	return s, provider
}

// leaveFor presses the button and returns where the browser is sent.
func (p *person) leaveFor(form url.Values) *url.URL {
	t := p.site.t
	t.Helper()
	a := p.post("/logg-inn/oidc", form)
	a.wantStatus(t, http.StatusOK)
	address, ok := strings.CutPrefix(a.Header.Get("Refresh"), "0; url=")
	if !ok || !strings.Contains(a.body, "Testporten") {
		t.Fatalf("Refresh %q, body:\n%s", a.Header.Get("Refresh"), a.body)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// visit signs in at the provider as the claimant, and returns where the browser is sent
// back to.
func visit(t testing.TB, provider *mockoidc.MockOIDC, u *url.URL, who claimant) string {
	t.Helper()
	provider.QueueUser(who)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, u.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, ok := strings.CutPrefix(res.Header.Get("Location"), secureURL)
	if !ok {
		t.Fatalf("provider: status %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	return back
}

// signInWith goes to the provider and back.
func (p *person) signInWith(provider *mockoidc.MockOIDC, who claimant) answer {
	p.site.t.Helper()
	return p.get(visit(p.site.t, provider, p.leaveFor(url.Values{"til": {"/redaksjon/kvalitet"}}), who))
}

// orgNumber is the organization number of the kommune in the project's data.
func (s *testSite) orgNumber(kommune string) string {
	s.t.Helper()
	kommuner, err := s.store.Kommuner(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, k := range kommuner {
		if string(k.Number) == kommune {
			return string(k.OrgNumber)
		}
	}
	s.t.Fatalf("no kommune %s", kommune)
	return ""
}

const (
	toSignIn = "/logg-inn?til=%2Fredaksjon%2Fkvalitet"
	refused  = http.StatusBadRequest
)

func (p *person) notice() string {
	text, err := url.QueryUnescape(p.cookies[noticeCookie])
	if err != nil {
		p.site.t.Fatal(err)
	}
	return text
}

func TestOIDCRequest(t *testing.T) {
	s, _ := newOIDCSite(t)
	q := s.anyone().leaveFor(nil).Query()
	for name, want := range map[string]string{
		"response_type": "code", "code_challenge_method": "S256", "acr_values": "substantial",
		"authorization_details": `[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:test"}]`,
		"redirect_uri":          secureURL + "/logg-inn/oidc/svar",
	} {
		if got := q.Get(name); got != want {
			t.Errorf("%s %q, want %q", name, got, want)
		}
	}
	if q.Get("state") == "" || q.Get("nonce") == "" || q.Get("code_challenge") == "" || q.Get("state") == q.Get("nonce") {
		t.Errorf("the request is not bound to the browser: %v", q)
	}
}

func TestOIDCFirstTimeWithOrgNumber(t *testing.T) {
	s, provider := newOIDCSite(t)
	who := claimant{"sub": "kari", "acr": "high", "email": "kari@test.example.org", "email_verified": true, "authorization_details": actsFor(s.orgNumber("1804"))}
	p := s.anyone()
	in := p.signInWith(provider, who)
	in.wantRedirect(t, "/redaksjon/kvalitet")
	p.get("/redaksjon").wantStatus(t, http.StatusOK) // high: no second factor is asked for
	a, err := s.store.AccountByEmail(t.Context(), "kari@test.example.org")
	if err != nil {
		t.Fatal(err)
	}
	in.wantNoted(t, "signed in: oidc", a)
	if g, ok := a.GrantFor(bodo); !ok || g.Role != auth.Manager {
		t.Errorf("grants %+v, want manager of Bodø", a.Grants)
	}
	// The second time without an address, and with a weaker way.
	before := p.cookies[sessionCookie]
	p.signInWith(provider, claimant{"sub": "kari", "acr": "substantial"}).wantRedirect(t, "/redaksjon/kvalitet")
	if p.cookies[sessionCookie] == before {
		t.Error("the session's secret is as before")
	}
	p.get("/redaksjon").wantRedirect(t, "/logg-inn/bekreft?til=%2Fredaksjon")
	// The next one waits for her.
	second := s.anyone()
	second.signInWith(provider, claimant{"sub": "ola", "acr": "high", "email": "ola@test.example.org", "email_verified": true, "authorization_details": actsFor(s.orgNumber("1804"))}).
		wantRedirect(t, "/redaksjon/kvalitet")
	if a, err = s.store.AccountByEmail(t.Context(), "ola@test.example.org"); err != nil || len(a.Grants) != 0 {
		t.Errorf("%v, grants %+v, want none", err, a.Grants)
	}
}

func TestOIDCByDomain(t *testing.T) {
	s, provider := newOIDCSite(t)
	p := s.anyone()
	p.signInWith(provider, claimant{"sub": "kari", "acr": "substantial", "amr": []string{"pwd", "mfa"}, "email": "test@bodo.kommune.no", "xms_edov": true}).
		wantRedirect(t, "/redaksjon/kvalitet")
	a, err := s.store.AccountByEmail(t.Context(), "test@bodo.kommune.no")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := a.GrantFor(bodo); !ok {
		t.Errorf("grants %+v, want Bodø's", a.Grants)
	}
	p.get("/redaksjon").wantStatus(t, http.StatusOK)
}

func TestOIDCStrangers(t *testing.T) {
	s, provider := newOIDCSite(t)
	owner := s.person("kari@test.example.org", manager(bodo))
	for _, tc := range []struct {
		name string
		who  claimant
		says string
	}{
		{"no address", claimant{"sub": "1", "acr": "high", "authorization_details": actsFor(s.orgNumber("1804"))}, "Vi kjenner deg ikke igjen ennå"},
		{"an address that was not proved", claimant{"sub": "2", "acr": "high", "email": "kari@test.example.org"}, "Vi kjenner deg ikke igjen ennå"},
		{"the same, with a kommune", claimant{"sub": "3", "acr": "high", "email": "kari@test.example.org", "email_verified": false, "authorization_details": actsFor(s.orgNumber("1804"))}, "Vi kjenner deg ikke igjen ennå"},
		{"no kommune", claimant{"sub": "4", "acr": "high", "authorization_details": actsFor("974760673")}, "ingen kommune vi kjenner"},
		{"an address from elsewhere", claimant{"sub": "5", "acr": "high", "email": "eva@elsewhere.example.org", "email_verified": true}, "Du har ikke tilgang"},
		{"the kommune in a detail that was not asked for", claimant{"sub": "6", "acr": "high", "email": "eva@elsewhere.example.org", "email_verified": true, "authorization_details": []any{
			map[string]any{"type": "ansattporten:orgno", "orgno": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + s.orgNumber("1804")}}}}, "Du har ikke tilgang"},
		{"too weak", claimant{"sub": "7", "acr": "low", "email": "kari@test.example.org", "email_verified": true}, "sikrere måte"},
		{"no level", claimant{"sub": "8", "email": "kari@test.example.org", "email_verified": true}, "sikrere måte"},
	} {
		p := s.anyone()
		a := p.signInWith(provider, tc.who)
		a.wantRedirect(t, toSignIn)
		noted := "OIDC stranger"
		if strings.Contains(tc.says, "sikrere") {
			noted = "OIDC sign-in too weak"
		}
		a.wantNoted(t, noted, store.Account{})
		if !strings.Contains(p.notice(), tc.says) {
			t.Errorf("%s: %q, want %q", tc.name, p.notice(), tc.says)
		}
		if p.cookies[sessionCookie] != "" {
			t.Errorf("%s: signed in", tc.name)
		}
	}
	if found, err := s.store.Identities(t.Context(), owner.account.ID); err != nil || len(found) != 0 {
		t.Errorf("identities of the address's account: %v %v, want none", found, err)
	}
	// Disabled.
	who := claimant{"sub": "9", "acr": "high", "email": "kari@test.example.org", "email_verified": true}
	p := s.anyone()
	p.signInWith(provider, who).wantRedirect(t, "/redaksjon/kvalitet")
	if err := s.store.DisableAccount(t.Context(), operator, owner.account.ID, true); err != nil {
		t.Fatal(err)
	}
	p = s.anyone()
	p.signInWith(provider, who).wantRedirect(t, toSignIn)
}

func TestOIDCAnswersThatDoNotHold(t *testing.T) {
	s, provider := newOIDCSite(t)
	good := claimant{"sub": "kari", "acr": "high", "email": "kari@test.example.org", "email_verified": true, "authorization_details": actsFor(s.orgNumber("1804"))}
	with := func(name string, value any) claimant {
		who := claimant{}
		for n, v := range good {
			who[n] = v
		}
		who[name] = value
		return who
	}
	for name, who := range map[string]claimant{
		"nonce":    with("nonce", "another"),
		"audience": with("aud", "another"),
		"issuer":   with("iss", "https://evil.example.org"),
		"party":    with("azp", "another"),
		"expired":  with("exp", time.Now().Add(-time.Hour).Unix()),
	} {
		p := s.anyone()
		a := p.signInWith(provider, who)
		a.wantStatus(t, refused)
		a.wantNoted(t, "OIDC answer refused", store.Account{})
		if p.cookies[sessionCookie] != "" {
			t.Errorf("%s: signed in", name)
		}
	}
	start := url.Values{"til": {"/redaksjon/kvalitet"}}
	swap := func(back, name, value string) string {
		u, err := url.Parse(back)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
		return u.String()
	}
	p := s.anyone()
	p.get(swap(visit(t, provider, p.leaveFor(start), good), "state", "another")).wantStatus(t, refused)
	p.get(swap(visit(t, provider, p.leaveFor(start), good), "code", "another")).wantStatus(t, refused)
	p.get(swap(visit(t, provider, p.leaveFor(start), good), "iss", "https://evil.example.org")).wantStatus(t, refused)

	// In a browser that did not ask, and in one that asked something else.
	other := s.anyone()
	back := visit(t, provider, p.leaveFor(start), good)
	other.get(back).wantStatus(t, refused)
	other.leaveFor(start)
	other.get(back).wantStatus(t, refused)

	// Twice, also with the cookie of then.
	cookie := p.cookies[challengeCookie(store.OIDCSignIn)]
	p.get(back).wantRedirect(t, "/redaksjon/kvalitet")
	p.get(back).wantStatus(t, refused)
	other.cookies[challengeCookie(store.OIDCSignIn)] = cookie
	other.get(back).wantStatus(t, refused)
	other.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")

	// The person says no there.
	other.leaveFor(start)
	other.get("/logg-inn/oidc/svar?error=access_denied&state=x").wantRedirect(t, toSignIn)
	if !strings.Contains(other.notice(), "Du ble ikke logget inn med Testporten") {
		t.Errorf("notice %q", other.notice())
	}
	s.anyone().do(httptest.NewRequest(http.MethodPost, "/logg-inn/oidc", nil)).wantStatus(t, http.StatusForbidden)
}

// Ansattporten gives no address: who has signed in by mail once links it.
func TestOIDCLink(t *testing.T) {
	s, provider := newOIDCSite(t)
	who := claimant{"sub": "kari", "acr": "high", "authorization_details": actsFor(s.orgNumber("1804"))}
	p := s.person("kari@test.example.org")
	link := url.Values{"handling": {"koble"}}
	p.get(visit(t, provider, p.leaveFor(link), who)).wantRedirect(t, securityPath)
	a := p.get(securityPath)
	if !strings.Contains(a.body, "Du kan logge inn med Testporten") {
		t.Errorf("not linked in\n%s", a.body)
	}
	q := s.anyone()
	q.signInWith(provider, who).wantRedirect(t, "/redaksjon/kvalitet")
	session, err := s.store.SessionBySecret(t.Context(), q.cookies[sessionCookie])
	if err != nil || session.Account.ID != p.account.ID || session.Method != store.ByOIDC {
		t.Errorf("%v, session %+v, want Kari's", err, session)
	}
	if _, ok := session.Account.GrantFor(bodo); !ok {
		t.Error("the kommune did not come with it")
	}

	// Another account cannot take it over.
	other := s.person("ola@test.example.org")
	other.get(visit(t, provider, other.leaveFor(link), who)).wantRedirect(t, securityPath)
	if !strings.Contains(other.notice(), "en annen konto") {
		t.Errorf("notice %q", other.notice())
	}
	// Nor is an answer linked that another account's session asked for.
	back := visit(t, provider, other.leaveFor(link), claimant{"sub": "eva", "acr": "high"})
	other.cookies[sessionCookie] = p.cookies[sessionCookie]
	other.get(back).wantStatus(t, refused)
	// Nor one for a session that has not shown the second factor that there is.
	begun := visit(t, provider, p.leaveFor(link), claimant{"sub": "eva", "acr": "high"})
	p.enrolApp(s.at(0))
	p.mailed()
	p.post("/logg-inn/oidc", link).wantRedirect(t, confirmAddress(securityPath))
	p.get(begun).wantRedirect(t, confirmAddress(securityPath))
	if _, err := s.store.EnterByIdentity(t.Context(), provider.Issuer(), "eva", "", nil, nil); err == nil {
		t.Error("linked without the second factor")
	}
	s.anyone().post("/logg-inn/oidc", link).wantRedirect(t, "/logg-inn?til=%2Fredaksjon%2Fkonto%2Fsikkerhet")
}

// What was linked can be taken apart again, and signs in no more.
func TestOIDCUnlink(t *testing.T) {
	s, provider := newOIDCSite(t)
	who := claimant{"sub": "kari", "acr": "high", "authorization_details": actsFor(s.orgNumber("1804"))}
	p := s.person("kari@test.example.org")
	p.get(visit(t, provider, p.leaveFor(url.Values{"handling": {"koble"}}), who)).wantRedirect(t, securityPath)
	p.get(securityPath).contains(t, "Koble fra Testporten")

	const unlink = securityPath + "/innlogging/fjern"
	other := s.person("ola@test.example.org")
	other.post(unlink, nil).wantStatus(t, http.StatusNotFound)
	p.post(unlink, nil).wantRedirect(t, securityPath)
	if p.notice() != "Testporten er koblet fra." {
		t.Errorf("notice %q", p.notice())
	}
	p.get(securityPath).contains(t, "Koble til Testporten")
	p.post(unlink, nil).wantStatus(t, http.StatusNotFound)
	if identities, err := s.store.Identities(t.Context(), p.account.ID); err != nil || len(identities) != 0 {
		t.Errorf("left: %v, %v", identities, err)
	}
	if a, err := s.store.EnterByIdentity(t.Context(), provider.Issuer(), "kari", "", nil, nil); err == nil {
		t.Errorf("signs in as account %d", a.ID)
	}
}

func TestOIDCAway(t *testing.T) {
	s, provider := newOIDCSite(t)
	if err := provider.Shutdown(); err != nil {
		t.Fatal(err)
	}
	p := s.anyone()
	offer := "Logg inn med Testporten"
	if a := p.get("/logg-inn"); !strings.Contains(a.body, offer) {
		t.Errorf("no button in\n%s", a.body)
	}
	p.post("/logg-inn/oidc", url.Values{"til": {"/redaksjon/kvalitet"}}).wantRedirect(t, toSignIn)
	if !strings.Contains(p.notice(), "virker ikke akkurat nå") {
		t.Errorf("notice %q", p.notice())
	}
	if way := s.staff.oidcWay(); !way.Away || way.Name != "Testporten" {
		t.Errorf("oidcWay() = %+v, want away", way)
	}
	if a := p.get("/logg-inn"); strings.Contains(a.body, offer) || !strings.Contains(a.body, "Innlogging med Testporten virker ikke akkurat nå") {
		t.Errorf("the page offers what is away:\n%s", a.body)
	}
}
