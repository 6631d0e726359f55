package server

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/staff"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// ask sends a request with a body and returns the answer with its own read.
func ask(t *testing.T, app *fiber.App, method, target, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, "http://oversikt.test/", strings.NewReader(body))
	r.URL.Opaque, r.RequestURI = target, target // as it is
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	resp, err := app.Test(r, -1)
	if err != nil {
		t.Fatalf("%s %.80q: %v", method, target, err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(content)
}

// concrete fills in the parameters of a route.
var parameter = regexp.MustCompile(`:[a-z]+|\*`)

func concrete(route string) string { return parameter.ReplaceAllString(route, "1") }

// Every route that changes anything is walked. From another site, as browsers say it in
// their different ways, none can be reached, whoever's browser it is: neither with a session
// nor with a token. What is let through is what the documents say reads by POST.
func TestUnsafeRoutesRefuseOtherSites(t *testing.T) {
	w := newHostileWorld(t)
	_, secret, err := w.store.CreateToken(t.Context(), tester, store.Token{Owner: bodo, Name: "Test", Scopes: store.Scopes()}, func(store.Token) store.Mail { return store.Mail{} })
	w.must(err)
	elsewhere := map[string][]string{
		"another site":                       {"Sec-Fetch-Site", "cross-site"},
		"another site, Origin ours":          {"Sec-Fetch-Site", "cross-site", "Origin", "http://oversikt.test"},
		"a sister site":                      {"Sec-Fetch-Site", "same-site"},
		"a word that no browser has":         {"Sec-Fetch-Site", "same-origin, cross-site"},
		"old browser, another site":          {"Origin", "http://evil.test"},
		"old browser, another scheme":        {"Origin", "https://oversikt.test"},
		"old browser, another port":          {"Origin", "http://oversikt.test:81"},
		"old browser, a longer name":         {"Origin", "http://oversikt.test.evil.test"},
		"old browser, a name with something": {"Origin", "http://oversikt.test@evil.test"},
		"a sandboxed frame":                  {"Origin", "null"},
		"an Origin by the Host header":       {"Origin", "http://evil.test", "Host", "evil.test", "X-Forwarded-Host", "evil.test"},
	}
	reads := map[string]bool{}
	unsafe := 0
	before := dbtest.Count(t, w.url, "revisions") + dbtest.Count(t, w.url, "events") + dbtest.Count(t, w.url, "report_entries") + dbtest.Count(t, w.url, "sign_in_codes")
	for _, r := range w.app.GetRoutes(true) {
		if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, r.Method) {
			continue
		}
		unsafe++
		for name, headers := range elsewhere {
			headers := append([]string{"Cookie", staff.SessionCookie + "=" + w.session, "Authorization", "Bearer " + secret, "If-Match", `"1"`, "Content-Type", "application/x-www-form-urlencoded"}, headers...)
			resp, _ := ask(t, w.app, r.Method, concrete(r.Path), "", headers...)
			if resp.StatusCode == http.StatusForbidden {
				continue
			}
			if r.Method != http.MethodPost {
				t.Errorf("%s %s from %s: %d, want 403", r.Method, r.Path, name, resp.StatusCode)
			}
			reads[r.Path] = true
		}
	}
	for path := range reads {
		if !strings.HasPrefix(path, "/hsds/v3/") && !strings.HasPrefix(path, "/fhir/R4/") {
			t.Errorf("POST %s can be sent by other sites", path)
		}
	}
	if unsafe < 90 || len(reads) < 6 {
		t.Errorf("%d unsafe routes, %d that read: the walk does not find them", unsafe, len(reads))
	}
	if after := dbtest.Count(t, w.url, "revisions") + dbtest.Count(t, w.url, "events") + dbtest.Count(t, w.url, "report_entries") + dbtest.Count(t, w.url, "sign_in_codes"); after != before {
		t.Errorf("%d rows were written", after-before)
	}
}

// What a request is says its first line alone.
func TestMethodIsNotOverridden(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	_, secret := s.token(bodo, store.Scopes()...)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-Method"} {
			for _, target := range []string{"/api/v1" + pathOf(o.ID), "/api/v1" + pathOf(o.ID) + "?_method=DELETE"} {
				resp, _ := ask(t, s.app, method, target, "_method=DELETE", name, "DELETE", "Authorization", "Bearer "+secret, "If-Match", `"1"`, "Content-Type", "application/x-www-form-urlencoded")
				// An unknown parameter is refused where there are answers to refuse it.
				if want := map[string][]int{http.MethodGet: {200, 422}, http.MethodPost: {405}}[method]; !slices.Contains(want, resp.StatusCode) {
					t.Errorf("%s %s with %s: %d, want one of %d", method, target, name, resp.StatusCode, want)
				}
			}
		}
	}
	if now, err := s.store.OfferingByID(t.Context(), o.ID); err != nil || now.Version != o.Version || now.Status != o.Status {
		t.Errorf("it was changed: %+v, %v", now, err)
	}
}

// Links, cookies and what is redirected to follow OVERSIKT_BASE_URL, whatever a request says
// of its host, and whether or not the one who says it is a proxy that is believed.
func TestAddressesFollowTheBaseURL(t *testing.T) {
	w := newHostileWorld(t)
	targets := []string{"/", "/en", "/kommuner", "/kommune/1804", "/kommune/1842", "/hvor?q=8006", "/sok?q=tilbud", "/tilbud/1", "/kurs.ics", "/sitemap.xml", "/robots.txt", "/opensearch.xml", "/.well-known/security.txt",
		"/api/v1/tilbud", "/api/v1/openapi.json", "/api/v1/docs", "/hsds/v3/", "/hsds/v3/services?full=true", "/hsds/v3/openapi.json", "/fhir/R4/metadata", "/fhir/R4/HealthcareService?_count=1", "/data/katalog.ttl", "/data/katalog.jsonld",
		"/for-utviklere/endringslogg.atom", "/for-kommuner", "/bygg-inn/1804", "/redaksjon", "/logg-inn", "/finnes-ikke"}
	claims := []string{"Host", "evil.test", "X-Forwarded-Host", "evil.test", "X-Forwarded-Proto", "gopher", "X-Forwarded-Port", "8666", "X-Forwarded-Prefix", "/evil.test", "X-Forwarded-Server", "evil.test",
		"Forwarded", "for=192.0.2.66;host=evil.test;proto=gopher", "X-Original-URL", "/redaksjon/evil.test", "X-Rewrite-URL", "/evil.test", "X-Original-Host", "evil.test", "X-Host", "evil.test", "Referer", "http://evil.test/", "X-Forwarded-For", "192.0.2.66"}
	for name, trusted := range map[string][]string{"nobody is believed": nil, "the proxy is believed": {"0.0.0.0/0"}} {
		d, _ := testDeps(t)
		d.Store, d.View, d.Files, d.BaseURL, d.TrustedProxies = w.store, w.view, w.files, "https://oversikt.test", trusted
		app := New(d)
		for _, target := range targets {
			plain, want := ask(t, app, http.MethodGet, target, "")
			resp, body := ask(t, app, http.MethodGet, target, "", claims...)
			if resp.StatusCode != plain.StatusCode || resp.Header.Get("Location") != plain.Header.Get("Location") || body != want {
				t.Errorf("%s: %s is answered otherwise: %d %q, want %d %q", name, target, resp.StatusCode, resp.Header.Get("Location"), plain.StatusCode, plain.Header.Get("Location"))
			}
			if all := fmt.Sprint(resp.Header) + body; strings.Contains(all, "evil.test") || strings.Contains(all, "gopher") || strings.Contains(all, "192.0.2.66") {
				t.Errorf("%s: %s quotes what the request says", name, target)
			}
		}
		email := fmt.Sprintf("vert%d@test.example.org", len(trusted))
		_, err := w.store.CreateAccount(t.Context(), tester, email, "")
		w.must(err)
		resp, _ := ask(t, app, http.MethodPost, "/logg-inn", url.Values{"epost": {email}}.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}, claims...)...)
		if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/logg-inn/kode?til=%2Fredaksjon" {
			t.Errorf("%s: a code is asked for: %d, %q", name, resp.StatusCode, resp.Header.Get("Location"))
		}
		for _, c := range resp.Cookies() {
			if !strings.HasPrefix(c.Name, "__Host-") || c.Domain != "" || c.Path != "/" || !c.Secure || !c.HttpOnly || c.SameSite == http.SameSiteNoneMode {
				t.Errorf("%s: cookie %v", name, c)
			}
		}
		mails, err := dbtest.Mails(t, w.url, email)
		if err != nil || len(mails) == 0 {
			t.Fatalf("%s: mails %v, %v", name, mails, err)
		}
		for _, m := range mails {
			for _, link := range regexp.MustCompile(`[a-z]+://\S*`).FindAllString(m[1], -1) {
				if !strings.HasPrefix(link, "https://oversikt.test") {
					t.Errorf("%s: a mail leads to %s", name, link)
				}
			}
		}
	}
}

// Paths that mean something else to a proxy or a file system lead to no page that they
// would not lead to as they stand, and never out of the site.
func TestPathTricks(t *testing.T) {
	w := newHostileWorld(t)
	for _, target := range []string{
		"/om/../redaksjon/brukere", "/om/%2e%2e/redaksjon/brukere", "/om/..%2fredaksjon/brukere", "/om/%2e%2e%2fredaksjon%2fbrukere", "/om/%252e%252e/redaksjon/brukere", "/om/..;/redaksjon/brukere", "/om/.;/../redaksjon/brukere",
		"/./redaksjon/brukere", "//redaksjon/brukere", "///redaksjon/brukere", "/redaksjon//brukere", "/redaksjon/./brukere", "/redaksjon%2fbrukere", "/redaksjon%5cbrukere", "/redaksjon\\brukere", "/redaksjon;a=b/brukere", "/redaksjon/brukere;a=b",
		"/%72edaksjon/brukere", "/REDAKSJON/BRUKERE", "/Redaksjon/brukere", "/redaksjon/brukere/", "/redaksjon/brukere%00", "/redaksjon/brukere%20", "/redaksjon/brukere%0a", "/redaksjon/brukere.json", "/redaksjon/brukere?/../om",
		"/nn/redaksjon/brukere", "/en/../redaksjon/brukere", "/api/v1/../../redaksjon/brukere", "/hsds/v3/../../redaksjon/brukere", "/fhir/R4/../../redaksjon/brukere", "/data/../redaksjon/brukere", "/bekreft/../redaksjon/brukere", "/assets/../redaksjon/brukere",
		"http://oversikt.test/redaksjon/brukere", "http://evil.test/redaksjon/brukere", "http://evil.test//redaksjon/brukere", "/om/../metrics", "/METRICS", "/metrics/", "/metrics%00", "//metrics",
		"/assets/../../../../etc/passwd", "/assets/..%2f..%2f..%2fetc%2fpasswd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/....//....//etc/passwd", "/assets/%c0%ae%c0%ae/etc/passwd", "/assets//etc/passwd", "/assets/%2fetc%2fpasswd", "/assets/..\\..\\etc\\passwd",
		"/data/../../etc/passwd", "/data/..%2f..%2fetc%2fpasswd", "/data/%2e%2e%2fpostgres%2fpostgresql.conf", "/data/tilbud.csv%00.json", "/data/./tilbud.csv", "/data//etc/passwd", "/data/.", "/data/..",
		"/ta-vare-pa-barna/../../etc/passwd", "/ta-vare-pa-barna/..%2f..%2fetc%2fpasswd", "/sjekklister/..%2f..%2fetc%2fpasswd", "/kommune/..%2fom", "/tilbud/%2e%2e%2fom", "/bygg-inn/..%2f..%2fetc%2fpasswd", "/kart/kommuner/..%2f..%2fetc%2fpasswd", "/api/v1/artikler/../../etc/passwd", "/api/v1/artikler/..%2f..%2f/etc%2fpasswd", "/hsds/v3/profile/../../etc/passwd",
		"//evil.test", "//evil.test/", "//evil.test/%2e%2e", "//evil.test/om", "/\\evil.test", "/%5cevil.test", "/%2f%2fevil.test", "/nn//evil.test", "/nn//evil.test/om", "/en/\\evil.test", "/kommune//evil.test", "/kommune/1842//evil.test", "/tilbud//evil.test", "/om//evil.test", "/hvor?q=//evil.test", "/fylke//evil.test/", "/kurs//evil.test", "/bygg-inn//evil.test", "/henvisning//evil.test", "//evil.test/kommune/1804", "/.evil.test", "/@evil.test",
		"/%", "/%zz", "/%2", "/%ff%fe", "/%F0%9F%92%A9", "/\xff\xfe", "/%e2%80%ae", "/" + strings.Repeat("a/", 4000), "/" + strings.Repeat("%2e%2e/", 1500), "/%0d%0aSet-Cookie:%20x=y", "/om%0d%0aLocation:%20//evil.test", "*", "/*", "/:key", "/?", "/??",
	} {
		resp, body := ask(t, w.app, http.MethodGet, target, "", "X-Forwarded-For", "192.0.2.1")
		if resp.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%.80q = %d", target, resp.StatusCode)
		}
		if strings.Contains(body, "redaktor@test.example.org") || strings.Contains(body, "root:") || strings.Contains(body, "oversikt_requests_total") || strings.Contains(body, "listen_addresses") {
			t.Errorf("%.80q = %d gives what is not for everybody", target, resp.StatusCode)
		}
		if to := resp.Header.Get("Location"); to != "" && local(to) == nil {
			t.Errorf("%.80q leads out, to %q", target, to)
		}
		if len(resp.Cookies()) > 0 {
			t.Errorf("%.80q sets cookies", target)
		}
	}
}

// Where a form or a link says where to go on to, it is never out of the signed-in pages.
func TestRedirectsStayOnTheSite(t *testing.T) {
	w := newHostileWorld(t)
	evil := []string{"//evil.test", "///evil.test", "https://evil.test", "https:evil.test", "http:///evil.test", "/\\evil.test", "\\\\evil.test", "/\t/evil.test", "/\n/evil.test", " //evil.test", "/redaksjon/..//evil.test", "/redaksjon/../..//evil.test", "/redaksjon/%2e%2e//evil.test",
		"/redaksjon@evil.test", "/redaksjon.evil.test", "//redaksjon@evil.test", "/redaksjon/\\..\\evil.test", "javascript:alert(1)", "data:text/html,x", "/redaksjon\r\nSet-Cookie: x=y", "/redaksjon\x00", "http://oversikt.test@evil.test/", "/%2f/evil.test", "?//evil.test", "#//evil.test", "evil.test", "/redaksjon/\u2028evil.test"}
	names := []string{"til", "next", "url", "redirect", "return", "returnTo", "continue", "tilbake", "adresse"}
	check := func(what string, resp *http.Response) {
		t.Helper()
		if resp.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s: %d", what, resp.StatusCode)
		}
		to := resp.Header.Get("Location")
		if to == "" {
			return
		}
		u, err := url.Parse(to)
		if err != nil || local(to) == nil || u.Host != "" && u.Host != "oversikt.test" || strings.Contains(u.Path, "evil") || strings.Contains(u.Path, "..") {
			t.Errorf("%s leads to %q", what, to)
		}
	}
	// Where it is right, it is gone to.
	resp, _ := ask(t, w.app, http.MethodGet, "/logg-inn?til=%2Fredaksjon%2Fkvalitet", "", "Cookie", staff.SessionCookie+"="+w.session)
	if got := resp.Header.Get("Location"); got != "/redaksjon/kvalitet" {
		t.Fatalf("a right one leads to %q, %d", got, resp.StatusCode)
	}
	redirects := 0
	for _, address := range evil {
		q := url.Values{}
		for _, name := range names {
			q.Set(name, address)
		}
		for _, session := range []string{"", w.session} {
			cookie := staff.SessionCookie + "=" + session
			for _, target := range []string{"/logg-inn", "/logg-inn/kode", "/logg-inn/bekreft", "/logg-inn/bekreft/ny/app", "/redaksjon", "/", "/hvor", "/kommuner", "/sok", "/henvis", "/bygg-inn", "/meld-feil/svar"} {
				resp, _ := ask(t, w.app, http.MethodGet, target+"?"+q.Encode(), "", "Cookie", cookie)
				check(fmt.Sprintf("GET %s with %q", target, address), resp)
				if resp.Header.Get("Location") != "" {
					redirects++
				}
			}
			for _, target := range []string{"/logg-inn", "/logg-inn/kode", "/logg-inn/bekreft", "/logg-inn/passnokkel", "/logg-inn/bekreft/passnokkel", "/meld-feil", "/meld-feil/mer"} {
				resp, _ := ask(t, w.app, http.MethodPost, target, q.Encode(), "Cookie", cookie, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
				check(fmt.Sprintf("POST %s with %q", target, address), resp)
			}
		}
	}
	if redirects < len(evil) {
		t.Errorf("%d redirects: the test does not see what it should", redirects)
	}
}

// Whether an address has an account is not told: neither by what is answered nor by what
// comes after, wherever somebody tries.
func TestSignInDoesNotTellWhoHasAnAccount(t *testing.T) {
	w := newHostileWorld(t)
	form := []string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}
	blank := func(s, email string) string {
		s = strings.ReplaceAll(strings.ReplaceAll(s, email, "ADRESSE"), url.QueryEscape(email), "ADRESSE")
		return regexp.MustCompile(`kl\. [0-9.]+`).ReplaceAllString(s, "kl.")
	}
	walk := func(email string) (steps []string) {
		say := func(resp *http.Response, body string) {
			var names []string
			for name, values := range resp.Header {
				if !slices.Contains([]string{"X-Request-Id", "Date", "Set-Cookie", "Content-Length", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"}, name) {
					names = append(names, name+": "+strings.Join(values, ","))
				}
			}
			for _, c := range resp.Cookies() {
				names = append(names, fmt.Sprintf("cookie %s of %d characters, %d", c.Name, len(c.Value), c.MaxAge))
			}
			slices.Sort(names)
			steps = append(steps, blank(fmt.Sprint(resp.StatusCode, names, body), email))
		}
		resp, body := ask(t, w.app, http.MethodPost, "/logg-inn", url.Values{"epost": {email}}.Encode(), form...)
		say(resp, body)
		cookie := ""
		for _, c := range resp.Cookies() {
			cookie = c.Name + "=" + c.Value
		}
		say(ask(t, w.app, http.MethodGet, "/logg-inn/kode", "", "Cookie", cookie))
		for range 6 {
			say(ask(t, w.app, http.MethodPost, "/logg-inn/kode", "kode=000000", append(form, "Cookie", cookie)...))
		}
		return steps
	}
	known, unknown := walk("redaktor@test.example.org"), walk("ingen_her@test.example.net")
	if len(known) != len(unknown) || len(known) < 8 {
		t.Fatalf("%d and %d steps", len(known), len(unknown))
	}
	for i := range known {
		if known[i] != unknown[i] {
			t.Errorf("step %d differs:\n%.1500s\n%.1500s", i, known[i], unknown[i])
		}
	}
}

// What has a number and is another owner's is answered as a number that nothing has, with the
// same page; so is what only national editors come to.
func TestThingsOfOthersAreNotShown(t *testing.T) {
	w := newHostileWorld(t)
	stranger, err := w.store.CreateAccount(t.Context(), tester, "fremmed@test.example.org", "")
	w.must(err)
	w.must(w.store.SetGrant(t.Context(), tester, stranger.ID, auth.Grant{Owner: oslo, Role: auth.Manager}))
	session, err := w.store.StartSession(t.Context(), stranger.ID, store.ByCode, true, "test")
	w.must(err)
	number := regexp.MustCompile(`/[0-9]+\b`)
	seen := 0
	for _, door := range w.doors {
		if path, _, _ := strings.Cut(door, "?"); !strings.HasPrefix(door, "/redaksjon/") || !number.MatchString(path) {
			continue
		}
		seen++
		resp, body := ask(t, w.app, http.MethodGet, door, "", "Cookie", staff.SessionCookie+"="+session)
		absent, nothing := ask(t, w.app, http.MethodGet, number.ReplaceAllString(door, "/999999999"), "", "Cookie", staff.SessionCookie+"="+session)
		if status := resp.StatusCode; status != http.StatusNotFound && status != http.StatusForbidden || status != absent.StatusCode || body != nothing {
			t.Errorf("%s = %d for a stranger, and %d where there is nothing; want 404, or 403 for both, with the same page", door, status, absent.StatusCode)
		}
	}
	if seen < 8 {
		t.Errorf("%d addresses with a number", seen)
	}
}
