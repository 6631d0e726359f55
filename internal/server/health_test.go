package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

func TestHealth(t *testing.T) {
	app, _ := newTestApp(t)
	resp, body := do(t, app, http.MethodGet, "/healthz")
	if resp.StatusCode != http.StatusOK || body != "ok\n" {
		t.Errorf("/healthz = %d %q, want 200 ok", resp.StatusCode, body)
	}
}

// A node with an index is ready also when its database is away, and says that it is.
func TestReadyWithoutDatabase(t *testing.T) {
	app, _ := newTestApp(t)
	resp, body := do(t, app, http.MethodGet, "/readyz")
	var got readiness
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || !got.Ready || got.Database.Reachable || got.Version != "test" {
		t.Errorf("/readyz = %d %+v, want 200, ready, no database, version test", resp.StatusCode, got)
	}
}

func TestMetrics(t *testing.T) {
	app, _ := newTestApp(t)
	addr := listen(t, app)
	get := func(headers string) (int, string) {
		resp, body := fetch(t, "http://"+addr+"/metrics", headers)
		return resp.StatusCode, body
	}
	fetch(t, "http://"+addr+"/sok?q=hemmelig", "")
	status, body := get("")
	if status != http.StatusOK {
		t.Fatalf("/metrics = %d from this machine, want 200", status)
	}
	for _, want := range []string{
		`oversikt_requests_total{method="GET",route="/sok",status="200"} 1`,
		`oversikt_request_seconds_count{route="/sok"} 1`,
		`oversikt_index_generation `,
		`oversikt_index_lag_seconds `,
		`oversikt_index_repairs_total 0`,
		`oversikt_database_up 0`,
		`oversikt_build_info{go="` + runtime.Version() + `",version="test"} 1`,
		`oversikt_cache_misses_total{cache="pages"} 1`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	if strings.Contains(body, "hemmelig") {
		t.Error("/metrics has what was asked")
	}
	if status, _ := get("192.0.2.1"); status != http.StatusNotFound {
		t.Errorf("/metrics = %d through a proxy, want 404", status)
	}
}

// Who has the token reads the metrics from anywhere, and nobody by having none.
func TestMetricsToken(t *testing.T) {
	const token = "a-token-of-twenty-characters"
	for _, test := range []struct {
		token, sent string
		want        int
	}{
		{token, "Bearer " + token, http.StatusOK}, {token, "Bearer " + token + "x", http.StatusNotFound}, {token, token, http.StatusNotFound},
		{token, "", http.StatusNotFound}, {"", "Bearer ", http.StatusNotFound},
	} {
		d, _ := testDeps(t)
		d.MetricsToken = test.token
		req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		req.Header.Set("X-Forwarded-For", "192.0.2.1")
		req.Header.Set("Authorization", test.sent)
		resp, err := New(d).Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.StatusCode != test.want {
			t.Errorf("token %q, sent %q: %d, want %d", test.token, test.sent, resp.StatusCode, test.want)
		}
	}
}

// fetch gets a page over the network, as if forwarded for an address when that is given.
func fetch(t *testing.T, url, forwardedFor string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if forwardedFor != "" {
		req.Header.Set("X-Forwarded-For", forwardedFor)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp, b.String()
}

// Every cache of finished answers is counted under its name.
func TestMetricsOfEveryCache(t *testing.T) {
	app, _ := newTestApp(t)
	addr := listen(t, app)
	for cache, path := range map[string]string{"pages": "/sok?q=x", "api": "/api/v1/typer", "fhir": "/fhir/R4/HealthcareService", "hsds": "/hsds/v3/services"} {
		for range 3 { // programs' answers are kept the second time
			fetch(t, "http://"+addr+path, "")
		}
		_, body := fetch(t, "http://"+addr+"/metrics", "")
		for _, want := range []string{"misses_total{cache=%q} [12]\n", "hits_total{cache=%q} [12]\n", "entries{cache=%q} 1\n", "bytes{cache=%q} [1-9]"} {
			if want = "oversikt_cache_" + fmt.Sprintf(want, cache); !regexp.MustCompile(want).MatchString(body) {
				t.Errorf("after %s, /metrics lacks %s", path, want)
			}
		}
	}
}
