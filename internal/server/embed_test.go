package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Other sites may frame a kommune's list, also where it is an error, and nothing else.
func TestFraming(t *testing.T) {
	app, _ := newTestApp(t)
	for target, want := range map[string]bool{
		"/bygg-inn/9999": true, "/bygg-inn/9999?farge=x": true, "/bygg-inn/%25zz": true, "/bygg-inn/a/b": true, "/BYGG-INN/9999": true, "/nn/bygg-inn/1804": true,
		"/": false, "/om": false, "/sok": false, "/kommuner": false, "/kommune/9999": false, "/for-kommuner": false, "/nn/for-kommuner?kommune=x": false,
		"/bygg-inn": false, "/bygg-innn/9999": false, "/forlat-siden": false, "/meld-feil": false, "/logg-inn": false, "/redaksjon": false, "/api/v1/docs": false,
		"/test/panic": false, "/healthz": false, "/finnes-ikke": false,
	} {
		resp, _ := do(t, app, http.MethodGet, target)
		policy := resp.Header.Get("Content-Security-Policy")
		if got := !strings.Contains(policy, "frame-ancestors 'none'"); got != want || got != strings.Contains(policy, "frame-ancestors *") {
			t.Errorf("%s: policy %q, want it framed: %v", target, policy, want)
		}
		// Of our pages only the one with the preview shows anything in a frame.
		if got, want := strings.Contains(policy, "frame-src 'self'"), strings.Contains(target, "for-kommuner"); got != want {
			t.Errorf("%s: policy %q shows frames: %v", target, policy, got)
		}
		if resp.Header.Get("X-Frame-Options") != "" || len(resp.Cookies()) > 0 {
			t.Errorf("%s: headers %v", target, resp.Header)
		}
		if resp.Header.Get("X-Content-Type-Options") != "nosniff" || resp.Header.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s lacks the headers that every answer has", target)
		}
	}
}

// A frame is never empty, also while there is nothing to show in it.
func TestFrameWithoutIndex(t *testing.T) {
	d, _ := testDeps(t)
	d.View = func() *search.View { return nil }
	resp, body := do(t, New(d), http.MethodGet, "/bygg-inn/1804?farge=0057a3")
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "frame-ancestors *") ||
		!strings.Contains(body, "Vi er straks tilbake") || !strings.Contains(body, `href="tel:113"`) || !strings.Contains(body, "http://oversikt.test/kommuner") {
		t.Errorf("%d %q:\n%s", resp.StatusCode, resp.Header.Get("Content-Security-Policy"), body)
	}
}
