package server

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"golang.org/x/time/rate"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// floodedServer is a server behind a proxy, of which 192.0.2.1, a network of IPv6 and some at
// the edges of what is counted have asked for all that they may.
func floodedServer(t *testing.T, d Deps) *server {
	t.Helper()
	d.TrustedProxies = []string{"0.0.0.0"} // where tests ask from
	s := newServer(d)
	for _, network := range []string{"192.0.2.1/32", "2001:db8:1:2::/64", "10.0.0.1/32", "100.64.0.1/32", "100.127.255.254/32", "100.128.0.1/32"} {
		s.flood.put(visitor{netip.MustParsePrefix(network), false}, rate.NewLimiter(0, 0))
	}
	return s
}

// put gives the visitor a limiter.
func (f *flood) put(v visitor, l *rate.Limiter) {
	f.limiterOf(v)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now[f.key(v)] = l
}

// remembered is how many places it keeps something of, and whether a timer runs.
func (f *flood) remembered() (int, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[uint64]*rate.Limiter{}
	maps.Copy(all, f.before)
	maps.Copy(all, f.now)
	return len(all), f.turning
}

const flooding = "192.0.2.1"

// Whoever is over is told so, in the words of the door, with when to come back; and a reader
// with whom to call.
func TestFloodIsRefused(t *testing.T) {
	d, _ := testDeps(t)
	s := floodedServer(t, d)
	for _, target := range []string{"/sok?q=hjelp", "/kommuner", "/nn/kommuner", "/en/om", "/finnes-ikke", "/bygg-inn/kommune"} {
		resp, body := do(t, s.app, http.MethodGet, target, "X-Forwarded-For", flooding)
		if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "1" || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("ETag") != "" {
			t.Errorf("%s: %d, Retry-After %q, Cache-Control %q, ETag %q", target, resp.StatusCode, resp.Header.Get("Retry-After"), resp.Header.Get("Cache-Control"), resp.Header.Get("ETag"))
		}
		for _, number := range []string{"113", "116 117", "116 123"} {
			if !strings.Contains(body, number) {
				t.Errorf("%s: no %s", target, number)
			}
		}
	}
	if _, body := do(t, s.app, http.MethodGet, "/en/om", "X-Forwarded-For", flooding); !strings.Contains(body, "Wait a minute and try again.") || !strings.Contains(body, `lang="en"`) {
		t.Errorf("the English page is %.300s", body)
	}
	resp, body := do(t, s.app, http.MethodGet, "/api/v1/typer", "X-Forwarded-For", flooding)
	var problem struct{ Status int }
	if err := json.Unmarshal([]byte(body), &problem); err != nil || problem.Status != 429 || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("API: %s %s, %v", resp.Header.Get("Content-Type"), body, err)
	}
	resp, body = do(t, s.app, http.MethodGet, "/fhir/R4/HealthcareService", "X-Forwarded-For", flooding)
	var outcome struct {
		ResourceType string
		Issue        []struct{ Code string }
	}
	if err := json.Unmarshal([]byte(body), &outcome); err != nil || outcome.ResourceType != "OperationOutcome" || len(outcome.Issue) == 0 || outcome.Issue[0].Code != "throttled" || resp.StatusCode != 429 {
		t.Errorf("FHIR: %d %s, %v", resp.StatusCode, body, err)
	}
	resp, _ = do(t, s.app, http.MethodGet, "/hsds/v3/services", "X-Forwarded-For", flooding)
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("HSDS: %d", resp.StatusCode)
	}
	// Somebody else in the network of IPv6, and nobody outside of it.
	for address, want := range map[string]int{"2001:db8:1:2::99": 429, "2001:db8:1:3::99": 200, "192.0.2.2": 200, "192.0.2.1, 192.0.2.2": 200, "10.0.0.1": 200, "127.0.0.1": 200, "100.64.0.1": 200, "100.127.255.254": 200, "100.128.0.1": 429} {
		if resp, _ := do(t, s.app, http.MethodGet, "/kommuner", "X-Forwarded-For", address); resp.StatusCode != want {
			t.Errorf("from %s: %d, want %d", address, resp.StatusCode, want)
		}
	}
}

// What a reader in need looks for is answered all the same: the numbers, and what they need
// to be seen.
func TestFloodKeepsNobodyFromTheNumbers(t *testing.T) {
	d, _ := testDeps(t)
	s := floodedServer(t, d)
	for _, language := range []string{"", "/nn", "/en"} {
		for _, path := range []string{"/", "/nodkort", "/min-liste", "/forlat-siden"} {
			resp, body := do(t, s.app, http.MethodGet, language+path, "X-Forwarded-For", flooding)
			if resp.StatusCode != http.StatusOK || !strings.Contains(body, "113") || !strings.Contains(body, "116 117") {
				t.Errorf("%s = %d, or it lacks the numbers", language+path, resp.StatusCode)
			}
			// All that the page is made of.
			for _, e := range htmlcheck.Parse(body).All("link[rel=stylesheet], link[rel=icon], script[src], link[rel=preload]") {
				file := e.Attr("href") + e.Attr("src")
				if resp, _ := do(t, s.app, http.MethodGet, file, "X-Forwarded-For", flooding); resp.StatusCode != http.StatusOK {
					t.Errorf("%s of %s = %d", file, path, resp.StatusCode)
				}
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/sw.js", "/favicon.svg", "/robots.txt", "/.well-known/security.txt", "/nn"} {
		if resp, _ := do(t, s.app, http.MethodGet, path, "X-Forwarded-For", flooding); resp.StatusCode != http.StatusOK {
			t.Errorf("%s = %d", path, resp.StatusCode)
		}
	}
	if got := s.flood.refused.Load(); got != 0 {
		t.Errorf("%d were refused", got)
	}
}

// Whose kommune is in the address is told its telephone, from memory.
func TestFloodSaysWhomToCall(t *testing.T) {
	w := newWriteSite(t)
	d, _ := testDeps(t)
	d.View, d.MetricsToken = w.view, "test"
	s := floodedServer(t, d)
	for _, target := range []string{"/kommune/1804-bodo", "/sok?q=x&kommune=1804", "/nn/kommune/1804"} {
		_, body := do(t, s.app, http.MethodGet, target, "X-Forwarded-For", flooding)
		if !strings.Contains(body, "Spør Bodø kommune") && !strings.Contains(body, "Spør Bodø") {
			t.Errorf("%s does not say to ask Bodø", target)
		}
	}
	if _, body := do(t, s.app, http.MethodGet, "/kommune/9999", "X-Forwarded-For", flooding); strings.Contains(body, "Spør ") {
		t.Error("a kommune that is not there is named")
	}
	if _, metrics := do(t, s.app, http.MethodGet, "/metrics", "Authorization", "Bearer test"); !strings.Contains(metrics, `oversikt_limited_total{kind="flood"} 4`) {
		t.Error("the metrics do not say that four were refused")
	}
}

// Forms of others in the same house are taken while one of them reads without end.
func TestFloodOfReadersLeavesFormsAlone(t *testing.T) {
	d, _ := testDeps(t)
	s := floodedServer(t, d)
	s.app.Post("/test/form", func(c *fiber.Ctx) error { return c.SendString("taken") })
	send := func() int {
		resp, _ := do(t, s.app, http.MethodPost, "/test/form", "X-Forwarded-For", flooding, "Sec-Fetch-Site", "same-origin")
		return resp.StatusCode
	}
	if got := send(); got != http.StatusOK {
		t.Errorf("a form: %d", got)
	}
	s.flood.put(visitor{netip.MustParsePrefix("192.0.2.1/32"), true}, rate.NewLimiter(0, 0))
	if got := send(); got != http.StatusTooManyRequests {
		t.Errorf("a form, after too many: %d", got)
	}
	// Questions that are sent as forms are questions.
	if resp, _ := do(t, s.app, http.MethodPost, "/fhir/R4/HealthcareService/_search", "X-Forwarded-For", "192.0.2.3"); resp.StatusCode == http.StatusTooManyRequests {
		t.Error("a question is refused")
	}
	if s.flood.now[s.flood.key(visitor{netip.MustParsePrefix("192.0.2.3/32"), true})] != nil {
		t.Error("a question counts as a form")
	}
}

// Each place has its burst and then its rate, and no more places are remembered than there
// is room for.
func TestFloodIsBounded(t *testing.T) {
	f := newFlood(nil, 100)
	from := func(address string) *fasthttp.RequestCtx {
		c := new(fasthttp.RequestCtx)
		c.Init(new(fasthttp.Request), &net.TCPAddr{IP: net.ParseIP(address)}, nil)
		return c
	}
	network := f.proxies.Of(from("198.51.100.1")).Network()
	through := 0
	for range floodBurst + 1000 {
		if !f.overFrom(network, false) {
			through++
		}
	}
	// While this ran, it gained some anew.
	if through < floodBurst || through > floodBurst+999 {
		t.Errorf("%d of %d at once are let through, want about %d", through, floodBurst+1000, floodBurst)
	}
	for i := range 1000 {
		f.overFrom(netip.MustParsePrefix(fmt.Sprintf("2001:db8:0:%x::/64", i)), false)
	}
	if n, _ := f.remembered(); n > 200 {
		t.Errorf("%d places are remembered, want 200 at most", n)
	}
}

// Of who asked nothing is kept after two minutes, also when nobody asks after them; and
// whoever goes on asking is not forgotten.
func TestFloodForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFlood(nil, 100)
		reader, busy := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
		f.overFrom(reader, false)
		f.put(visitor{busy, false}, rate.NewLimiter(0, 0))
		for range 10 {
			time.Sleep(30 * time.Second)
			if !f.overFrom(busy, false) {
				t.Fatal("who asks all the time is forgotten")
			}
		}
		if n, _ := f.remembered(); n != 1 {
			t.Errorf("%d places are remembered, want one", n)
		}
		time.Sleep(2 * floodGeneration)
		synctest.Wait()
		if n, turning := f.remembered(); n != 0 || turning {
			t.Errorf("%d places are remembered, want none; a timer runs: %v", n, turning)
		}
		if f.overFrom(busy, false) {
			t.Error("who was forgotten is over")
		}
	})
}

// What the limit costs on the way to a page that is kept, and what it costs to refuse.
func BenchmarkFlood(b *testing.B) {
	for _, bm := range []struct{ name, from, target string }{
		{"kept, not counted", "127.0.0.1", "/nodkort"},
		{"kept, counted", "192.0.2.1", "/nodkort"},
		{"kept, counted, IPv6", "2001:db8:1:2::3", "/nodkort"},
		{"refused", "192.0.2.2", "/sok?q=hjelp"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			d, _ := testDeps(b)
			d.Log = slog.New(slog.DiscardHandler)
			s := newServer(d)
			for _, network := range []string{"192.0.2.1/32", "2001:db8:1:2::/64"} {
				s.flood.put(visitor{netip.MustParsePrefix(network), false}, rate.NewLimiter(1e9, 1e9))
			}
			s.flood.put(visitor{netip.MustParsePrefix("192.0.2.2/32"), false}, rate.NewLimiter(0, 0))
			handler := s.app.Handler()
			b.RunParallel(func(p *testing.PB) {
				var req fasthttp.Request
				head := "GET " + bm.target + " HTTP/1.1\r\nHost: oversikt.test\r\nAccept-Encoding: br\r\n\r\n"
				if err := req.Read(bufio.NewReader(strings.NewReader(head))); err != nil {
					b.Error(err)
				}
				var c fasthttp.RequestCtx
				for p.Next() {
					c.Init(&req, &net.TCPAddr{IP: net.ParseIP(bm.from)}, nil)
					handler(&c)
					if got := c.Response.StatusCode(); got != http.StatusOK && got != http.StatusTooManyRequests {
						b.Errorf("%d", got)
						return
					}
					c.Response.Reset()
				}
			})
		})
	}
}

// The page has the numbers that the error pages have.
func TestFloodHasTheNumbersOfErrorPages(t *testing.T) {
	d, _ := testDeps(t)
	s := floodedServer(t, d)
	_, body := do(t, s.app, http.MethodGet, "/sok?q=x", "X-Forwarded-For", flooding)
	for _, n := range view.DangerNumbers("nb") {
		if !strings.Contains(body, n.Number) {
			t.Errorf("no %s", n.Number)
		}
	}
}
