package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/oidc"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web"
)

// browser sends what one browser does, with the session it is given.
type browser struct {
	site    *writeSite
	session string
}

func (b browser) send(method, target string, form url.Values, headers ...string) *http.Response {
	b.site.t.Helper()
	r, err := http.NewRequest(method, "http://oversikt.test"+target, strings.NewReader(form.Encode()))
	if err != nil {
		b.site.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if b.session != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-okt", Value: b.session})
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.site.app.Test(r, -1)
	if err != nil {
		b.site.t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

// Whoever watches over the site can see who signed in and how, who tried and failed, and
// what was refused: when, what, where, in which request and, where it is known, who.
func TestSecurityEventsAreLogged(t *testing.T) {
	s := newWriteSite(t)
	provider, err := oidc.New(oidc.Config{Issuer: "https://provider.test", ClientID: "test", Name: "Test", RedirectURL: "http://oversikt.test/logg-inn/oidc/svar"})
	if err != nil {
		t.Fatal(err)
	}
	d, log := testDeps(t)
	d.Store, d.View, d.OIDC = s.store, s.view, provider
	s.app, s.log = New(d), log
	o := s.offering("Testtilbud", "0301")
	a, err := s.store.CreateAccount(t.Context(), tester, "kari@test.example.org", "Kari Test")
	if err != nil {
		t.Fatal(err)
	}
	link, err := s.store.CreateLoginLink(t.Context(), tester, a.Email)
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.store.StartSession(t.Context(), a.ID, store.ByCode, false, "test")
	if err != nil {
		t.Fatal(err)
	}
	ended, err := s.store.StartSession(t.Context(), a.ID, store.ByCode, false, "test")
	if err != nil {
		t.Fatal(err)
	}
	token, secret := s.token(bodo, store.Scopes()...)
	nobody, kari, gone := browser{site: s}, browser{s, session}, browser{s, ended}
	flow, err := s.store.StartCode(t.Context(), a.Email, "", func(string, time.Time) store.Mail { return store.Mail{} })
	if err != nil {
		t.Fatal(err)
	}
	away, err := s.store.StartChallenge(t.Context(), store.OIDCSignIn, struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	who := fmt.Sprintf("account: %d", a.ID)
	for _, tt := range []struct {
		what, route, who string
		status           int
		do               func() *http.Response
	}{
		{"code asked for", "/logg-inn", "", 303, func() *http.Response {
			return nobody.send("POST", "/logg-inn", url.Values{"epost": {"ola@test.example.org"}})
		}},
		{"wrong code", "/logg-inn/kode", "", 422, func() *http.Response {
			return nobody.send("POST", "/logg-inn/kode", url.Values{"kode": {"hemmelig"}}, "Cookie", "__Host-inn="+flow)
		}},
		{"code that does not work", "/logg-inn/kode", "", 303, func() *http.Response {
			return nobody.send("POST", "/logg-inn/kode", url.Values{"kode": {"hemmelig"}}, "Cookie", "__Host-inn=hemmelig")
		}},
		{"link that does not work", "/logg-inn/lenke/:secret", "", 404, func() *http.Response { return nobody.send("POST", "/logg-inn/lenke/hemmelig", nil) }},
		{"signed in: lenke", "/logg-inn/lenke/:secret", who, 303, func() *http.Response { return nobody.send("POST", "/logg-inn/lenke/"+link, nil) }},
		{"wrong second factor", "/logg-inn/bekreft/", who, 422, func() *http.Response {
			return kari.send("POST", "/logg-inn/bekreft", url.Values{"kode": {"hemmelig"}})
		}},
		{"passkey refused", "/logg-inn/passnokkel", "", 303, func() *http.Response {
			return nobody.send("POST", "/logg-inn/passnokkel", url.Values{"svar": {"hemmelig"}})
		}},
		{"passkey refused", "/logg-inn/bekreft/passnokkel", who, 422, func() *http.Response {
			return kari.send("POST", "/logg-inn/bekreft/passnokkel", url.Values{"svar": {"hemmelig"}})
		}},
		{"OIDC answer refused", "/logg-inn/oidc/svar", "", 400, func() *http.Response {
			return nobody.send("GET", "/logg-inn/oidc/svar?state=hemmelig&code=hemmelig", nil)
		}},
		{"OIDC sign-in denied", "/logg-inn/oidc/svar", "", 303, func() *http.Response {
			return nobody.send("GET", "/logg-inn/oidc/svar?error=hemmelig", nil, "Cookie", "__Host-sporsmal-oidc="+away)
		}},
		{"signed out", "/logg-ut", who, 303, func() *http.Response { return gone.send("POST", "/logg-ut", nil) }},
		{"session that does not work", "/redaksjon", "", 303, func() *http.Response { return gone.send("GET", "/redaksjon/", nil) }},
		{"forbidden", "/redaksjon/typer", who, 403, func() *http.Response { return kari.send("GET", "/redaksjon/typer?x=hemmelig", nil) }},
		{"form of another site", noRoute, "", 403, func() *http.Response {
			return kari.send("POST", "/redaksjon/konto", nil, "Sec-Fetch-Site", "cross-site")
		}},
		{"not signed in", "/api/v1/tilbud/:id", "", 401, func() *http.Response {
			return nobody.send("DELETE", "/api/v1"+pathOf(o.ID), nil, "Authorization", "Bearer hemmelig")
		}},
		{"forbidden", "/api/v1/tilbud/:id", fmt.Sprintf("token: %d", token.ID), 403, func() *http.Response {
			return nobody.send("DELETE", "/api/v1"+pathOf(o.ID), nil, "Authorization", "Bearer "+secret, "If-Match", `"1"`)
		}},
	} {
		before := len(s.log.lines(t))
		resp := tt.do()
		var got map[string]any
		for _, line := range s.log.lines(t)[before:] {
			if line["msg"] == "security" {
				got = line
			}
		}
		if got == nil || got["what"] != tt.what || got["status"] != float64(tt.status) || resp.StatusCode != tt.status || got["route"] != tt.route ||
			got["request_id"] != resp.Header.Get("X-Request-Id") || tt.who != "" && got["who"] != tt.who || tt.who == "" && got["who"] != nil {
			t.Errorf("status %d, log %v; want %q at %s by %q, status %d", resp.StatusCode, got, tt.what, tt.route, tt.who, tt.status)
		}
	}
	addr := listen(t, s.app)
	for raw, want := range map[string]string{
		"GET /hemmelig HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n":                                  "framing: number of hosts",
		"GET / HTTP/1.1\r\nHost: a\r\nX-Test: " + strings.Repeat("hemmelig", 4000) + "\r\n\r\n": "too large",
	} {
		exchange(t, addr, raw)
		s.eventually(want, func() bool {
			return slices.ContainsFunc(s.log.lines(t), func(l map[string]any) bool { return l["msg"] == "security" && l["what"] == want })
		})
	}
	if strings.Contains(s.log.String(), "hemmelig") || strings.Contains(s.log.String(), link) || strings.Contains(s.log.String(), "test.example.org") {
		t.Errorf("the log has what was sent: %s", s.log)
	}
}

// Nothing that is sent makes a line of the log, or a field of one; and each line says when it
// was, by a clock whose zone is said.
func TestLogLinesCannotBeForged(t *testing.T) {
	const forged = `x\n{"msg":"security","what":"signed in: kode","who":"account: 1"}` + "\nlevel=INFO msg=security what=forged"
	for name, handler := range map[string]func(*buffer) slog.Handler{
		"json": func(b *buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		"text": func(b *buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
	} {
		d, _ := testDeps(t)
		log := new(buffer)
		d.Log = slog.New(handler(log))
		app := New(d)
		app.Get("/test/error", func(*fiber.Ctx) error { return fmt.Errorf("read %q: %s", "x", forged) })
		do(t, app, http.MethodGet, "/sok?q="+url.QueryEscape(forged)+"&kommune="+url.QueryEscape(forged))
		do(t, app, http.MethodGet, "/"+url.PathEscape(forged), "User-Agent", "x", "Referer", "http://x/"+url.PathEscape(forged))
		do(t, app, http.MethodGet, "/test/error")
		do(t, app, "FORGED", "/")
		lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
		if len(lines) != 4 {
			t.Errorf("%s: %d lines of four requests:\n%s", name, len(lines), log)
		}
		for _, line := range lines {
			stamp := strings.TrimPrefix(line, `{"time":"`)
			stamp = strings.TrimPrefix(stamp, "time=")
			if at := strings.IndexAny(stamp, `" `); at < 0 {
				t.Errorf("%s: no time in %s", name, line)
			} else if _, err := time.Parse(time.RFC3339Nano, stamp[:at]); err != nil {
				t.Errorf("%s: %v in %s", name, err, line)
			}
			if strings.Contains(line, "msg=security") && !strings.Contains(line, `\nlevel`) || strings.HasPrefix(line, `{"msg"`) || strings.HasPrefix(line, "level=") {
				t.Errorf("%s: forged: %s", name, line)
			}
		}
	}
}

// Every answer with a body says what it is, in which characters, and that nobody guesses.
func TestContentTypesAreSaid(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	targets := []string{
		"/finnes-ikke", "/api/v1/finnes-ikke", "/fhir/R4/finnes-ikke", "/hsds/v3/finnes-ikke", "/tilbud/" + fmt.Sprint(o.ID), "/api/v1" + pathOf(o.ID), "/kommune/1804-bodo",
		"/henvisning/x", "/logg-inn/lenke/x", "/bekreft/x", "/fylke/18-nordland",
	}
	for _, r := range s.app.GetRoutes(true) {
		if r.Method == http.MethodGet && !strings.ContainsAny(r.Path, ":*+") && !slices.Contains(targets, r.Path) {
			targets = append(targets, r.Path)
		}
	}
	for name := range mustAssets(t) {
		targets = append(targets, assetsAt+name)
	}
	bodies := 0
	for _, target := range targets {
		for _, method := range []string{http.MethodGet, http.MethodPut} {
			resp, body := do(t, s.app, method, target)
			if resp.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s %s: %d", method, target, resp.StatusCode)
			}
			if got := resp.Header.Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("%s %s: X-Content-Type-Options %q", method, target, got)
			}
			if body == "" {
				continue
			}
			bodies++
			kind, params, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
			if err != nil {
				t.Errorf("%s %s: Content-Type %q: %v", method, target, resp.Header.Get("Content-Type"), err)
				continue
			}
			text := strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+xml") || strings.HasSuffix(kind, "/xml")
			if text && !strings.EqualFold(params["charset"], "utf-8") {
				t.Errorf("%s %s: Content-Type %q, want charset utf-8", method, target, resp.Header.Get("Content-Type"))
			}
			is := http.DetectContentType([]byte(body))
			looksLikeHTML := strings.HasPrefix(is, "text/html") || bytes.HasPrefix(bytes.TrimSpace([]byte(body)), []byte("<!doctype html"))
			if looksLikeHTML != (kind == "text/html") {
				t.Errorf("%s %s: Content-Type %s of %.60q", method, target, kind, body)
			}
			looksLikeJSON := strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[")
			if json := kind == "application/json" || strings.HasSuffix(kind, "+json"); json != looksLikeJSON && kind != "text/css" && kind != "text/javascript" && kind != "text/turtle" {
				t.Errorf("%s %s: Content-Type %s of %.60q", method, target, kind, body)
			}
		}
	}
	if bodies < 100 {
		t.Errorf("%d answers with a body: the test does not see what it should", bodies)
	}
	t.Logf("%d addresses, %d answers with a body", len(targets), bodies)
}

// What comes in is decoded once, and what goes out is escaped once, for where it stands.
func TestInputIsDecodedOnce(t *testing.T) {
	app, _ := newTestApp(t)
	const sent = `%41425 &lt;b&gt; <i title="x">'y'</i> \u0041 &#65665;`
	_, body := do(t, app, http.MethodGet, "/sok?q="+url.QueryEscape(sent))
	field, ok := htmlcheck.Parse(body).First(`main input[name="q"]`)
	if got := field.Attr("value"); !ok || got != sent {
		t.Errorf("the field has %q, want %q", got, sent)
	}
	if strings.Contains(body, "<i title") || strings.Contains(body, "&amp;amp;") || strings.Contains(body, `\\u0041`) {
		t.Errorf("not escaped, or twice: %s", body)
	}
	_, body = do(t, app, http.MethodGet, "/api/v1/tilbud?q="+url.QueryEscape(sent))
	var answer struct{ Tolket struct{ Tekst string } }
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Tolket.Tekst != "41425 lt gt title u0041 65665" { // the words of it, as they were sent
		t.Errorf("the API understood %q, %v", answer.Tolket.Tekst, err)
	}
	for target, want := range map[string]int{
		"/om": 200, "/%6fm": 301, "/%256fm": 404, "/kommune%252f1804": 404, "/assets/%252e%252e/x": 404, "/om%250a": 404,
	} {
		if resp, _ := do(t, app, http.MethodGet, target); resp.StatusCode != want {
			t.Errorf("GET %s = %d, want %d", target, resp.StatusCode, want)
		}
	}
}

// Numbers that no variable holds, or that mean nothing, are refused or read as none.
func TestNumbersOutOfRange(t *testing.T) {
	s := newWriteSite(t)
	s.offering("Testtilbud", "1804")
	numbers := []string{
		"9223372036854775808", "-9223372036854775809", "18446744073709551616", "4294967296", "2147483648", "-1", "0", "1e400", "NaN", "Inf", "0x10", "1_000", "١", "1.5", strings.Repeat("9", 400), "%20", "+1", "--1",
	}
	targets := []string{
		"/sok?side=#", "/sok?q=test&lat=#&lon=#&radius=#", "/sok?postnummer=#", "/sok?kommune=#", "/tilbud/#", "/tilbud/#-x", "/kommune/#", "/fylke/#", "/kurs?side=#", "/api/v1/tilbud?side=#", "/api/v1/tilbud?antall=#",
		"/api/v1/tilbud?lat=#&lon=#&radius_km=#", "/api/v1/tilbud/#", "/api/v1/kommuner/#", "/api/v1/sted?lat=#&lon=#", "/api/v1/endringer?etter=#", "/hsds/v3/services?page=#&per_page=#", "/fhir/R4/HealthcareService?_count=#&_offset=#", "/henvis?side=#",
	}
	for _, target := range targets {
		for _, n := range numbers {
			resp, body := do(t, s.app, http.MethodGet, strings.ReplaceAll(target, "#", url.QueryEscape(n)))
			if resp.StatusCode >= http.StatusInternalServerError || body == "" && resp.StatusCode < 300 {
				t.Errorf("%s with %.30s = %d", target, n, resp.StatusCode)
			}
		}
	}
}

// No address sends a reader on to another site.
func TestNobodyIsSentAway(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	const evil = "evil.example.org"
	followed := 0
	for _, target := range []string{
		"//" + evil, "//" + evil + "/..", "/%2f%2f" + evil, "/\\" + evil, "/%5c" + evil, "/om/?til=//" + evil, "/nn//" + evil, "/kommune/1804?til=https://" + evil, "/kommune/bodo%2f%2f" + evil, "/kommune//" + evil,
		fmt.Sprintf("/tilbud/%d-//%s", o.ID, evil), fmt.Sprintf("/tilbud/%d-%%2f%%2f%s", o.ID, evil), fmt.Sprintf("/tilbud/%d", o.ID), "/hvor?sted=Bod%C3%B8&til=//" + evil, "/hvor?sted=Bod%C3%B8&tilbake=https://" + evil,
		"/logg-inn?til=https://" + evil, "/logg-inn?til=//" + evil, "/redaksjon//" + evil, "/redaksjon/\\" + evil, "/kommune/1804", "/kommune/1804-" + evil, "/sok?q=&til=//" + evil, "/henvis?til=//" + evil,
	} {
		for _, headers := range [][]string{nil, {"X-Forwarded-Host", evil}, {"Referer", "https://" + evil + "/"}} {
			resp, _ := do(t, s.app, http.MethodGet, target, headers...)
			for _, name := range []string{"Location", "Refresh", "Content-Location"} {
				to := resp.Header.Get(name)
				if to == "" {
					continue
				}
				followed++
				base, _ := url.Parse("http://oversikt.test/")
				if u, err := base.Parse(strings.ReplaceAll(to, "\\", "/")); err != nil || u.Host != "oversikt.test" {
					t.Errorf("%s with %v: %s %q", target, headers, name, to)
				}
			}
		}
	}
	if followed < 10 {
		t.Errorf("%d answers send on: the test does not see what it should", followed)
	}
}

// What helps those who build the program, or a server's own files, is not to be had.
func TestOnlyTheSiteIsServed(t *testing.T) {
	app, _ := newTestApp(t)
	for _, target := range []string{
		"/.git/HEAD", "/.git/config", "/.git/", "/.svn/entries", "/.env", "/.htaccess", "/go.mod", "/main.go", "/Dockerfile", "/web/package.json", "/assets/manifest.json",
		"/assets", "/assets/", "/assets/../go.mod", "/assets/%2e%2e/go.mod", "/data/../go.mod", "/debug/pprof/", "/debug/vars", "/debug/requests", "/server-status", "/actuator", "/api/v1/openapi.yaml.bak",
	} {
		resp, body := do(t, app, http.MethodGet, target)
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404: %.200s", target, resp.StatusCode, body)
		}
	}
	for _, method := range []string{http.MethodTrace, "TRACK", http.MethodConnect, "DEBUG", "PROPFIND"} {
		for _, target := range []string{"/", "/om", "/api/v1/typer", "/healthz"} {
			resp, body := do(t, app, method, target, "X-Secret", "hemmelig")
			if !slices.Contains([]int{http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed}, resp.StatusCode) || strings.Contains(body, "hemmelig") || strings.Contains(fmt.Sprint(resp.Header), "hemmelig") {
				t.Errorf("%s %s = %d with %v", method, target, resp.StatusCode, resp.Header)
			}
		}
	}
	resp, _ := do(t, app, http.MethodGet, "/om")
	for _, name := range []string{"Server", "X-Powered-By", "X-AspNet-Version"} {
		if got := resp.Header.Get(name); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func mustAssets(t *testing.T) map[string]asset {
	t.Helper()
	assets, err := readAssets(web.Files())
	if err != nil {
		t.Fatal(err)
	}
	return assets
}
