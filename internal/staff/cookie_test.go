package staff

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Every cookie is for this host alone, sent by https alone, and read by no script.
func TestCookies(t *testing.T) {
	s, provider := newOIDCSite(t)
	p := s.person("kari@test.example.org")
	seen := map[string]bool{}
	check := func(a answer) {
		t.Helper()
		for _, line := range a.Header.Values("Set-Cookie") {
			c, err := http.ParseSetCookie(line)
			if err != nil {
				t.Fatal(err)
			}
			seen[c.Name] = true
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("cookie %s", line)
			}
			if c.MaxAge > 0 || !c.Expires.IsZero() && c.Expires.After(time.Now()) {
				t.Errorf("cookie %s outlives the browser", c.Name)
			}
			if len(c.Name)+len(c.Value) > 4096 {
				t.Errorf("cookie %s has %d bytes", c.Name, len(c.Value))
			}
			if len(c.Value) > 20 && strings.Contains(a.body, c.Value) {
				t.Errorf("the page has what cookie %s holds", c.Name)
			}
		}
	}
	mailed := s.anyone()
	check(mailed.post("/logg-inn", url.Values{"epost": {"kari@test.example.org"}}))
	link, err := s.store.CreateLoginLink(t.Context(), operator, p.account.Email)
	if err != nil {
		t.Fatal(err)
	}
	check(s.anyone().post("/logg-inn/lenke/"+link, nil))
	check(s.anyone().post("/logg-inn/oidc", nil))
	check(s.anyone().get(visit(t, provider, s.anyone().leaveFor(nil), claimant{"sub": "x", "acr": "high"})))
	p.mailed()
	check(p.get(confirmPath + "/ny/app"))
	check(p.post(confirmPath+"/ny/passnokkel/start", nil))
	check(s.anyone().post("/logg-inn/passnokkel/start", nil))
	check(p.post(accountPath, url.Values{"navn": {"Kari"}}))
	q := s.person("ola@test.example.org")
	check(q.post(accountPath, url.Values{"navn": {"Ola"}}))
	check(q.get(accountPath))
	check(q.post("/logg-ut", nil))
	for _, name := range []string{sessionCookie, flowCookie, noticeCookie, challengeCookie(store.AppRegister), challengeCookie(store.PasskeyRegister), challengeCookie(store.PasskeySignIn), challengeCookie(store.OIDCSignIn)} {
		if !seen[name] {
			t.Errorf("%s was never set: the test does not see what it should", name)
		}
	}
}

// waysIn are the routes that need no session, and what lets in there.
var waysIn = map[string]string{
	"GET /logg-inn":                              "the page",
	"POST /logg-inn":                             "asks for a code",
	"GET /logg-inn/kode":                         "the page",
	"POST /logg-inn/kode":                        "signs in: a code by mail, in the browser that asked",
	"GET /logg-inn/lenke/:secret":                "asks",
	"POST /logg-inn/lenke/:secret":               "signs in: a link that an operator made",
	"POST /logg-inn/passnokkel/start":            "asks the device",
	"POST /logg-inn/passnokkel":                  "signs in: a passkey",
	"POST /logg-inn/oidc":                        "sends to the provider",
	"GET /logg-inn/oidc/svar":                    "signs in: an answer of the provider, in the browser that asked",
	"GET /logg-inn/bekreft/":                     "for who is signed in: the page",
	"POST /logg-inn/bekreft/":                    "for who is signed in: the second factor",
	"POST /logg-inn/bekreft/passnokkel/start":    "for who is signed in: asks the device",
	"POST /logg-inn/bekreft/passnokkel":          "for who is signed in: the second factor",
	"GET /logg-inn/bekreft/ny/app":               "for who has confirmed of late: a new factor",
	"POST /logg-inn/bekreft/ny/app":              "for who has confirmed of late: a new factor",
	"POST /logg-inn/bekreft/ny/passnokkel/start": "for who has confirmed of late: a new factor",
	"POST /logg-inn/bekreft/ny/passnokkel":       "for who has confirmed of late: a new factor",
	"POST /logg-ut":                              "signs out",
	"GET /bekreft/:secret":                       "for who has a mailed link: what it would confirm",
	"POST /bekreft/:secret":                      "for who has a mailed link: confirms, and nothing else",
}

func TestWaysInAreKnown(t *testing.T) {
	s, _ := newOIDCSite(t)
	there := map[string]bool{}
	for _, r := range s.app.GetRoutes(true) {
		if r.Method != http.MethodGet && r.Method != http.MethodPost || strings.HasPrefix(r.Path, "/redaksjon") {
			continue
		}
		name := r.Method + " " + r.Path
		there[name] = true
		if waysIn[name] == "" {
			t.Errorf("%s needs no session: what lets in there? Put it into the table, and into deploy/CONTROLS.md", name)
		}
	}
	for name := range waysIn {
		if !there[name] {
			t.Errorf("%s is in the table, and there is no such route", name)
		}
	}
	// None of them makes a session of a browser that shows nothing.
	for name := range waysIn {
		method, path, _ := strings.Cut(name, " ")
		p := s.anyone()
		r := httptest.NewRequest(method, strings.ReplaceAll(path, ":secret", "x"), nil)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if a := p.do(r); p.cookies[sessionCookie] != "" || a.StatusCode >= 500 {
			t.Errorf("%s: status %d, cookies %v", name, a.StatusCode, p.cookies)
		}
	}
}

// What the provider gives is read here and kept nowhere: not in the browser, not in the
// database.
func TestTokensOfTheProviderStayHere(t *testing.T) {
	s, provider := newOIDCSite(t)
	p := s.anyone()
	a := p.signInWith(provider, claimant{"sub": "kari", "acr": "high", "email": "test@bodo.kommune.no", "email_verified": true})
	a.wantRedirect(t, "/redaksjon/kvalitet")
	for _, text := range []string{fmt.Sprint(a.Header), a.body, p.get("/redaksjon").body} {
		if strings.Contains(text, "eyJ") { // how a token in JSON begins
			t.Errorf("the browser is given a token: %.300s", text)
		}
	}
	tables := s.rows()
	if len(tables) < 40 {
		t.Fatalf("%d tables: the test does not see what it should", len(tables))
	}
	for table, content := range tables {
		if strings.Contains(content, "eyJ") {
			t.Errorf("%s has a token", table)
		}
	}
}

// rows returns what is in each table, as text.
func (s *testSite) rows() map[string]string {
	s.t.Helper()
	db, err := sql.Open("pgx", s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	found := map[string]string{}
	names, err := db.Query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
	if err != nil {
		s.t.Fatal(err)
	}
	var tables []string
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			s.t.Fatal(err)
		}
		tables = append(tables, name)
	}
	names.Close()
	for _, name := range tables {
		of := `"` + name + `"`
		if name == "events" { // who takes out what is known of them leaves that they did
			of = "(SELECT * FROM events WHERE what <> 'personal_data_exported')"
		}
		var content string
		if err := db.QueryRow(`SELECT coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '') FROM ` + of + ` t`).Scan(&content); err != nil {
			s.t.Fatal(err)
		}
		found[name] = content
	}
	return found
}

// No page changes anything by being read by those who may change all of it, whatever stands in its address:
// a link or a picture of another site must not.
func TestReadingChangesNothing(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	people := []*person{s.person("ola@test.example.org", manager(bodo)), s.national("per@test.example.org")}
	c := fmt.Sprint(s.courseOf(o.ID).ID)
	fill := strings.NewReplacer("{o}", fmt.Sprint(o.ID), "{a}", fmt.Sprint(people[0].account.ID), "{c}", c, "{r}", fmt.Sprint(s.reportOf(o.ID)), "{h}", fmt.Sprint(s.heldChange()),
		"{t}", fmt.Sprint(s.taskOf(bodo)), "{w}", fmt.Sprint(s.webhookOf()), "{k}", fmt.Sprint(s.tokenOf(people[0].account.Actor(), bodo)))
	before := s.rows()
	asked := 0
	for _, r := range routes {
		path := fill.Replace(r.path)
		join := "?"
		if strings.Contains(path, "?") {
			join = "&"
		}
		path += join + "handling=slett&_method=POST&versjon=1&epost=ola%40test.example.org&navn=forged"
		for _, p := range people {
			p.get(path)
			asked++
		}
	}
	after := s.rows()
	// When somebody was last seen is noted; nothing else is.
	for table, content := range after {
		if content != before[table] && table != "sessions" {
			t.Errorf("%s has changed: %.600s", table, content)
		}
	}
	t.Logf("%d requests", asked)
}
