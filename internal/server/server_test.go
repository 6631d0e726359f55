package server

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// buffer is a log that requests under way may write to while a test reads it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// testDeps returns dependencies with an empty index that works, and their log.
func testDeps(t testing.TB) (Deps, *buffer) {
	t.Helper()
	index, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	log := new(buffer)
	return Deps{
		View:    index.View,
		Status:  func() indexer.Status { return indexer.Status{} },
		BaseURL: "http://oversikt.test",
		Version: "test",
		Log:     slog.New(slog.NewJSONHandler(log, nil)),
	}, log
}

// newTestApp returns the app with two routes more, which fail and panic.
func newTestApp(t *testing.T) (*fiber.App, *buffer) {
	t.Helper()
	d, log := testDeps(t)
	app := New(d)
	for _, prefix := range []string{"/test", "/api/test"} {
		app.Get(prefix+"/panic", func(*fiber.Ctx) error { panic("secret of the panic") })
		app.Get(prefix+"/error", func(*fiber.Ctx) error { return io.ErrShortBuffer })
		app.Post(prefix+"/form", func(c *fiber.Ctx) error { return c.SendString("taken") })
	}
	return app, log
}

// listen serves app on a port of this machine and returns its address.
func listen(t *testing.T, app *fiber.App) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(Linger(l)) }()
	t.Cleanup(func() {
		if err := app.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// dial returns a connection to the server, for raw bytes. The test fails rather than wait
// on it for ever.
func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// do sends a request to app and returns the answer with its body read.
func do(t *testing.T, app *fiber.App, method, target string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, "http://oversikt.test"+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// Every answer, also an error, has the headers that keep a reader's browser safe.
func TestSecurityHeaders(t *testing.T) {
	app, _ := newTestApp(t)
	for _, target := range []string{
		"/", "/om", "/sok?q=test", "/finnes-ikke", "/test/panic", "/assets/finnes-ikke.css",
		"/healthz", "/readyz", "/metrics", "/api/v1/typer", "/api/v1/docs", "/api/v1/openapi.json", "/api/v1/finnes-ikke",
		"/api/test/panic", "/robots.txt", "/hsds/v3/services", "/hsds/v3/profile", "/hsds/v3/finnes-ikke",
		"/fhir/R4/metadata", "/fhir/R4/finnes-ikke", "/fhir/finnes-ikke",
	} {
		resp, _ := do(t, app, http.MethodGet, target)
		for name, want := range map[string]string{
			"Content-Security-Policy":    contentPolicy,
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Strict-Transport-Security":  "",
		} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", target, name, got, want)
			}
		}
		if resp.Header.Get("Permissions-Policy") == "" || resp.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no Permissions-Policy or no X-Request-Id", target)
		}
	}
}

func TestStrictTransportOverHTTPS(t *testing.T) {
	d, _ := testDeps(t)
	d.BaseURL = "https://oversikt.test"
	resp, _ := do(t, New(d), http.MethodGet, "/healthz")
	if got := resp.Header.Get("Strict-Transport-Security"); got != "max-age=31536000; includeSubDomains" {
		t.Errorf("Strict-Transport-Security = %q, want a year, with all hosts below", got)
	}
}

// HEAD gives what GET gives, without the body.
func TestHead(t *testing.T) {
	app, _ := newTestApp(t)
	for _, target := range []string{"/", "/favicon.ico", "/healthz", "/readyz", "/api/v1/typer", "/api/v1/docs", "/hsds/v3/services", "/fhir/R4/Location", "/finnes-ikke", "/api/v1/finnes-ikke", "/hsds/v3/finnes-ikke", "/fhir/finnes-ikke"} {
		get, _ := do(t, app, http.MethodGet, target)
		head, body := do(t, app, http.MethodHead, target)
		if head.StatusCode != get.StatusCode || body != "" {
			t.Errorf("HEAD %s = %d with %d bytes, want %d with none", target, head.StatusCode, len(body), get.StatusCode)
		}
		if got, want := head.Header.Get("Content-Type"), get.Header.Get("Content-Type"); got != want {
			t.Errorf("HEAD %s: Content-Type %q, want %q", target, got, want)
		}
	}
}

func TestOriginCheck(t *testing.T) {
	app, _ := newTestApp(t)
	for _, tt := range []struct {
		name    string
		headers []string
		want    int
	}{
		{"a program", nil, http.StatusOK},
		{"own form", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://oversikt.test"}, http.StatusOK},
		{"typed address", []string{"Sec-Fetch-Site", "none"}, http.StatusOK},
		{"old browser, own form", []string{"Origin", "http://oversikt.test"}, http.StatusOK},
		{"another site", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"sister site", []string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
		{"old browser, another site", []string{"Origin", "http://evil.test"}, http.StatusForbidden},
		{"no origin to tell", []string{"Origin", "null"}, http.StatusForbidden},
		{"another port", []string{"Origin", "http://oversikt.test:8080"}, http.StatusForbidden},
	} {
		if resp, _ := do(t, app, http.MethodPost, "/test/form", tt.headers...); resp.StatusCode != tt.want {
			t.Errorf("%s: POST gave %d, want %d", tt.name, resp.StatusCode, tt.want)
		}
	}
	if resp, _ := do(t, app, http.MethodGet, "/", "Sec-Fetch-Site", "cross-site"); resp.StatusCode != http.StatusOK {
		t.Errorf("a link from another site gave %d, want 200", resp.StatusCode)
	}
}

// What an address says is no part of the form: a link must not fill in, or change, what is sent.
func TestFormsAreReadFromTheBody(t *testing.T) {
	d, _ := testDeps(t)
	app := New(d)
	app.Post("/test/value", func(c *fiber.Ctx) error { return c.SendString(c.FormValue("navn") + "|" + c.FormValue("fravaerende")) })
	for _, tt := range []struct{ name, kind, body, want string }{
		{"form", "application/x-www-form-urlencoded", "navn=form", "form|"},
		{"empty in the form", "application/x-www-form-urlencoded", "navn=", "|"},
		{"twice", "application/x-www-form-urlencoded", "navn=form&navn=second", "form|"},
		{"parts", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"navn\"\r\n\r\nform\r\n--x--\r\n", "form|"},
		{"another type", "application/json", `{"navn":"json"}`, "|"},
		{"nothing", "", "", "|"},
	} {
		req, err := http.NewRequest(http.MethodPost, "http://oversikt.test/test/value?navn=address&fravaerende=address", strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", tt.kind)
		resp, err := app.Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, body, err, tt.want)
		}
	}
}

// What comes by POST to an interface that only reads is a question, and pages of every site
// may ask it.
func TestQuestionsByPost(t *testing.T) {
	app, _ := newTestApp(t)
	for target, want := range map[string]int{
		"/hsds/v3/services": http.StatusOK, "/hsds/v3/services?q=x": http.StatusBadRequest, "/hsds/v3/finnes-ikke": http.StatusNotFound,
		"/hsds/v4/services": http.StatusForbidden, "/fhir/R4/Location/_search": http.StatusOK,
	} {
		resp, body := do(t, app, http.MethodPost, target, "Sec-Fetch-Site", "cross-site", "Origin", "http://annet.test")
		if resp.StatusCode != want {
			t.Errorf("POST %s = %d, want %d", target, resp.StatusCode, want)
		}
		if want == http.StatusOK && resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("POST %s cannot be read by a page of another site", target)
		}
		if want != http.StatusOK && (resp.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(body, `"status":`)) {
			t.Errorf("POST %s: %s %s, want a problem", target, resp.Header.Get("Content-Type"), body)
		}
	}
}

// Lists that are sent whole have the time that a slow line takes; nothing else has.
func TestWholeListsMayTakeTime(t *testing.T) {
	for target, want := range map[string]time.Duration{
		"/hsds/v3/services?format=ndjson": wholeTimeout, "/hsds/v3/organizations": wholeTimeout, "/hsds/v3": 0, "/": 0, "/sok?q=/hsds/v3/": 0,
	} {
		var h fasthttp.RequestHeader
		h.SetRequestURI(target)
		if got := limitsFor(&h).WriteTimeout; got != want {
			t.Errorf("%s may take %v, want %v", target, got, want)
		}
	}
}
