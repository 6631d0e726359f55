package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Without a database and without an index, readers are told whom to call, and those who
// watch are told the truth.
func TestStartWithoutADatabase(t *testing.T) {
	t.Parallel()
	log := &buffer{}
	// Nothing listens on port 9 of this machine.
	base, _, _ := launch(t, log, "OVERSIKT_DATABASE_URL=postgres://nobody@127.0.0.1:9/none?connect_timeout=1")
	var alive *http.Response
	for range 300 {
		resp, err := http.Get(base + "/healthz")
		if err == nil {
			resp.Body.Close()
			alive = resp
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if alive == nil || alive.StatusCode != http.StatusOK {
		t.Fatalf("/healthz = %v, want 200; %s", alive, log)
	}
	for path, want := range map[string]string{
		"/": `href="tel:113"`, "/kommune/0301": `href="tel:116123"`, "/sok?q=rus": `href="tel:113"`, "/api/v1/tilbud": `"status":503`, "/readyz": `"ready":false`,
	} {
		resp, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		body := string(content)
		if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, want) || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s = %d, Retry-After %q, want 503 with %s: %.300s", path, resp.StatusCode, resp.Header.Get("Retry-After"), want, body)
		}
	}
}
