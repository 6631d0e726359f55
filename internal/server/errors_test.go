package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

func TestStatusOf(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{fiber.ErrNotFound, 404},
		{fmt.Errorf("show: %w", fiber.ErrNotFound), 404},
		{fiber.ErrRequestHeaderFieldsTooLarge, 431},
		{page.ErrNotReady, 503},
		{fmt.Errorf("search: %w", context.DeadlineExceeded), 503},
		{errors.New("anything"), 500},
	} {
		if got := statusOf(tt.err); got != tt.want {
			t.Errorf("statusOf(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
}

// To FHIR clients each error is an OperationOutcome, also what its own routes know nothing of.
func TestErrorsAsOutcomes(t *testing.T) {
	app, _ := newTestApp(t)
	for _, tt := range []struct {
		method, path string
		headers      []string
		want         int
		code         string
	}{
		{http.MethodGet, "/fhir/finnes-ikke", nil, 404, "not-found"},
		{http.MethodGet, "/fhir/R4/Patient", nil, 404, "not-supported"},
		{http.MethodPost, "/fhir/R5/Location", []string{"Sec-Fetch-Site", "cross-site"}, 403, "forbidden"},
		{http.MethodDelete, "/fhir/R4/Location/1", nil, 405, "not-supported"},
	} {
		resp, body := do(t, app, tt.method, tt.path, tt.headers...)
		var outcome struct {
			ResourceType string
			Issue        []struct{ Code string }
		}
		if err := json.Unmarshal([]byte(body), &outcome); err != nil || outcome.ResourceType != "OperationOutcome" {
			t.Errorf("%s %s: no OperationOutcome: %v: %s", tt.method, tt.path, err, body)
			continue
		}
		if resp.StatusCode != tt.want || outcome.Issue[0].Code != tt.code || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/fhir+json") {
			t.Errorf("%s %s = %d %s %s, want %d %s", tt.method, tt.path, resp.StatusCode, resp.Header.Get("Content-Type"), outcome.Issue[0].Code, tt.want, tt.code)
		}
	}
}

// Each error is a page to people and problem+json to programs, with the same status.
func TestErrorsInBothFormats(t *testing.T) {
	app, _ := newTestApp(t)
	for _, tt := range []struct {
		method, path string // below "/test" and "/api/test"
		want         int
	}{
		{http.MethodGet, "/finnes-ikke", 404},
		{http.MethodPost, "/panic", 405},
		{http.MethodGet, "/error", 500},
		{http.MethodGet, "/panic", 500},
	} {
		page, html := do(t, app, tt.method, "/test"+tt.path)
		if page.StatusCode != tt.want || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s /test%s = %d %s, want %d as HTML", tt.method, tt.path, page.StatusCode, page.Header.Get("Content-Type"), tt.want)
		}
		if tt.want == 500 && !strings.Contains(html, page.Header.Get("X-Request-Id")) {
			t.Errorf("/test%s: the page does not show the request id", tt.path)
		}

		resp, body := do(t, app, tt.method, "/api/test"+tt.path)
		var problem struct {
			Status int
			ID     string `json:"foresporsel_id"`
		}
		if err := json.Unmarshal([]byte(body), &problem); err != nil {
			t.Errorf("/api/test%s: %v in %q", tt.path, err, body)
		}
		if resp.StatusCode != tt.want || problem.Status != tt.want || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s /api/test%s = %d %s with status %d, want a problem with %d", tt.method, tt.path, resp.StatusCode, resp.Header.Get("Content-Type"), problem.Status, tt.want)
		}
		if problem.ID != resp.Header.Get("X-Request-Id") {
			t.Errorf("/api/test%s: foresporsel_id %q, want %q", tt.path, problem.ID, resp.Header.Get("X-Request-Id"))
		}
		for _, secret := range []string{"secret of the panic", "short buffer", "goroutine"} {
			if strings.Contains(html+body, secret) {
				t.Errorf("%s: the reader is shown %q", tt.path, secret)
			}
		}
		if got := resp.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("/api/test%s: Cache-Control %q, want no-store", tt.path, got)
		}
	}
}

func TestMethodNotAllowedNamesMethods(t *testing.T) {
	app, _ := newTestApp(t)
	resp, _ := do(t, app, http.MethodDelete, "/api/test/form")
	if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "POST" {
		t.Errorf("DELETE gave %d, Allow %q, want 405, POST", resp.StatusCode, resp.Header.Get("Allow"))
	}
}

// Without an index nothing is made up: 503, and when to come back.
func TestNotReady(t *testing.T) {
	d, _ := testDeps(t)
	d.View = func() *search.View { return nil }
	app := New(d)
	for _, target := range []string{"/", "/sok?q=x", "/api/v1/typer", "/readyz"} {
		resp, _ := do(t, app, http.MethodGet, target)
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s = %d, Retry-After %q, want 503 and a time", target, resp.StatusCode, resp.Header.Get("Retry-After"))
		}
	}
	if resp, _ := do(t, app, http.MethodGet, "/healthz"); resp.StatusCode != http.StatusOK {
		t.Errorf("/healthz = %d without an index, want 200", resp.StatusCode)
	}
}

// lines returns the log's lines.
func (b *buffer) lines(t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(b.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("log line %q: %v", line, err)
		}
		out = append(out, m)
	}
	return out
}

func TestLogLine(t *testing.T) {
	for _, tt := range []struct {
		name, target, route, level string
		status                     float64
	}{
		{"page", "/sok?q=hemmelig", "/sok", "INFO", 200},
		{"front page", "/?q=hemmelig", "/", "INFO", 200},
		{"call", "/api/v1/forslag?q=hemmelig", "/api/v1/forslag", "INFO", 200},
		{"refused call", "/api/v1/tilbud?kommune=hemmelig", "/api/v1/tilbud", "INFO", 404},
		{"no route", "/hemmelig/hemmelig", noRoute, "INFO", 404},
		{"panic", "/test/panic?q=hemmelig", "/test/panic", "ERROR", 500},
		{"error", "/test/error?q=hemmelig", "/test/error", "ERROR", 500},
	} {
		app, log := newTestApp(t)
		resp, _ := do(t, app, http.MethodGet, tt.target, "User-Agent", "hemmelig", "X-Forwarded-For", "192.0.2.77")
		lines := log.lines(t)
		if len(lines) != 1 {
			t.Errorf("%s: %d lines in the log, want 1: %s", tt.name, len(lines), log)
			continue
		}
		got := lines[0]
		if got["route"] != tt.route || got["status"] != tt.status || got["level"] != tt.level || got["method"] != "GET" ||
			got["request_id"] != resp.Header.Get("X-Request-Id") {
			t.Errorf("%s: log has %v, want route %s, status %v, level %s and the request id", tt.name, got, tt.route, tt.status, tt.level)
		}
		if _, ok := got["duration"]; !ok {
			t.Errorf("%s: no duration in %v", tt.name, got)
		}
		for _, private := range []string{"hemmelig", "192.0.2.77"} {
			if strings.Contains(log.String(), private) {
				t.Errorf("%s: the log has %q: %s", tt.name, private, log)
			}
		}
		if tt.name == "panic" && !strings.Contains(log.String(), "errors_test.go") && !strings.Contains(log.String(), "server_test.go") {
			t.Errorf("the log has no stack of the panic: %s", log)
		}
	}
}
