package site

import (
	"strings"
	"testing"
	"time"
)

// What RFC 9116 demands is there: whom to tell, in an absolute address, and for how long it holds.
func TestSecurityTxt(t *testing.T) {
	now := time.Date(2027, 3, 1, 23, 30, 0, 0, time.UTC)
	app := newTestAppAt(t, func() time.Time { return now })
	resp, body := get(t, app, "/.well-known/security.txt")
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || got != "text/plain; charset=utf-8" {
		t.Errorf("%d as %s, want plain text", resp.StatusCode, got)
	}
	fields := map[string]string{}
	for line := range strings.Lines(body) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		fields[name] = value
	}
	base, found := strings.CutSuffix(fields["Contact"], "/meld-feil")
	if !found || !strings.HasPrefix(base, "http") || fields["Canonical"] != base+"/.well-known/security.txt" {
		t.Errorf("the file says %q", body)
	}
	expires, err := time.Parse(time.RFC3339, fields["Expires"])
	if err != nil || expires.Before(now) || expires.Sub(now) > 365*24*time.Hour {
		t.Errorf("it expires %q, want a time within a year", fields["Expires"])
	}
}
