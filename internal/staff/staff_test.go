package staff

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var operator = auth.Actor{Kind: auth.Operator, Name: "test"}

// owners that tests use. Bodø has offerings of its own in data/.
var (
	bodo   = auth.Owner{Kommune: "1804"}
	bergen = auth.Owner{Kommune: "4601"}
)

// testSite is the signed-in pages over a database of its own.
type testSite struct {
	t     testing.TB
	app   *fiber.App
	staff *Staff
	store *store.Store
	url   string // of the database

	baseURL string
}

// newTestSite returns the pages over a database without rows; with real, over the real
// data of the project.
func newTestSite(t testing.TB, baseURL string, real bool) *testSite {
	t.Helper()
	make := dbtest.URL
	if real {
		make = realdata.URL
	}
	databaseURL := make(t)
	st, err := store.Open(context.Background(), store.Options{URL: databaseURL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return (&testSite{t: t, url: databaseURL, baseURL: baseURL}).over(st)
}

// over returns the same pages over another connection to the database, as another node has.
func (s *testSite) over(st *store.Store) *testSite {
	pages := New(Deps{Store: st, View: func() *search.View { return nil }, BaseURL: s.baseURL, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		return c.Status(statusForTest(err)).SendString(err.Error())
	}})
	page.FormsFromBody(app)
	app.Use(func(c *fiber.Ctx) error {
		err := c.Next()
		what, who := page.Noted(c)
		c.Set(notedHeader, strings.TrimSpace(what+"; "+who))
		return err
	})
	pages.Mount(app)
	return &testSite{s.t, app, pages, st, s.url, s.baseURL}
}

// notedHeader says in tests what the log would say of a sign-in, and of whom.
const notedHeader = "Test-Noted"

// wantNoted fails the test unless the log would say so.
func (a answer) wantNoted(t testing.TB, what string, who store.Account) {
	t.Helper()
	want := what + ";"
	if who.ID != 0 {
		want += " " + who.Actor().String()
	}
	if got := a.Header.Get(notedHeader); got != want {
		t.Errorf("noted %q, want %q", got, want)
	}
}

// person is a signed-in browser.
type person struct {
	site    *testSite
	account store.Account
	cookies map[string]string
}

// anyone returns a browser that is not signed in.
func (s *testSite) anyone() *person { return &person{site: s, cookies: map[string]string{}} }

// person signs somebody in with the grants, past the pages for that, with a second factor.
func (s *testSite) person(email string, grants ...auth.Grant) *person {
	s.t.Helper()
	ctx := context.Background()
	a, err := s.store.CreateAccount(ctx, operator, email, "Test "+email)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, g := range grants {
		if err := s.store.SetGrant(ctx, operator, a.ID, g); err != nil {
			s.t.Fatal(err)
		}
	}
	secret, err := s.store.StartSession(ctx, a.ID, store.ByCode, true, "test")
	if err != nil {
		s.t.Fatal(err)
	}
	if a, err = s.store.AccountByID(ctx, a.ID); err != nil {
		s.t.Fatal(err)
	}
	return &person{s, a, map[string]string{sessionCookie: secret}}
}

// national signs a national editor in.
func (s *testSite) national(email string) *person {
	s.t.Helper()
	p := s.person(email)
	if err := s.store.SetNational(context.Background(), operator, p.account.ID, true); err != nil {
		s.t.Fatal(err)
	}
	secret, err := s.store.StartSession(context.Background(), p.account.ID, store.ByCode, true, "test")
	if err != nil {
		s.t.Fatal(err)
	}
	p.cookies[sessionCookie] = secret
	return p
}

func manager(o auth.Owner) auth.Grant     { return auth.Grant{Owner: o, Role: auth.Manager} }
func contributor(o auth.Owner) auth.Grant { return auth.Grant{Owner: o, Role: auth.Contributor} }

// answer is a response whose body has been read.
type answer struct {
	*http.Response
	body string
}

func (p *person) get(path string) answer {
	p.site.t.Helper()
	return p.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form as a browser does from a page of the site.
func (p *person) post(path string, form url.Values) answer {
	p.site.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.do(r)
}

// do sends the request with the person's cookies and keeps those of the answer.
func (p *person) do(r *http.Request) answer {
	p.site.t.Helper()
	for name, value := range p.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := p.site.app.Test(r, -1)
	if err != nil {
		p.site.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.site.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 {
			delete(p.cookies, c.Name)
		} else {
			p.cookies[c.Name] = c.Value
		}
	}
	return answer{res, string(body)}
}

// wantStatus fails the test for another status, and shows the body.
func (a answer) wantStatus(t testing.TB, want int) {
	t.Helper()
	if a.StatusCode != want {
		t.Fatalf("%s: status %d, want %d; body:\n%.2000s", a.Request.URL, a.StatusCode, want, a.body)
	}
}

// wantRedirect fails the test unless the answer sends the browser on to the path.
func (a answer) wantRedirect(t testing.TB, path string) {
	t.Helper()
	if got := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || got != path {
		t.Fatalf("status %d, location %q, want 303 to %q; body:\n%.2000s", a.StatusCode, got, path, a.body)
	}
}

func TestWorkplaceNeedsASession(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", false)
	s.anyone().get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	p := s.person("kari@test.example.org")
	a := p.get("/redaksjon")
	a.wantStatus(t, http.StatusOK)
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q, want no-store", got)
	}
	p.cookies[sessionCookie] = "another"
	p.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
}

func TestFormsNeedToComeFromTheSite(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", false)
	p := s.person("kari@test.example.org")
	r := httptest.NewRequest(http.MethodPost, "/redaksjon", nil)
	p.do(r).wantStatus(t, http.StatusForbidden)
}

func TestSecondFactorIsAskedForOverHTTPS(t *testing.T) {
	s := newTestSite(t, "https://oversikt.example.org", false)
	p := s.person("kari@test.example.org")
	p.get("/redaksjon").wantStatus(t, http.StatusOK)
	secret, err := s.store.StartSession(t.Context(), p.account.ID, store.ByCode, false, "test")
	if err != nil {
		t.Fatal(err)
	}
	p.cookies[sessionCookie] = secret
	p.get("/redaksjon").wantRedirect(t, "/logg-inn/bekreft?til=%2Fredaksjon")
}

func TestLocalPath(t *testing.T) {
	for to, want := range map[string]string{
		"/redaksjon":                         "/redaksjon",
		"/redaksjon/tilbud/1?fane=2":         "/redaksjon/tilbud/1?fane=2",
		"":                                   "/redaksjon",
		"/":                                  "/redaksjon",
		"/redaksjonen":                       "/redaksjon",
		"//evil.example.org":                 "/redaksjon",
		"https://evil.example.org/redaksjon": "/redaksjon",
		"/redaksjon/\\evil":                  "/redaksjon",
		"javascript:alert(1)":                "/redaksjon",
	} {
		if got := localPath(to); got != want {
			t.Errorf("localPath(%q) = %q, want %q", to, got, want)
		}
	}
}
