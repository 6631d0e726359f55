package main

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Addresses, codes, cookies, tokens, links and what readers report are kept where they have
// to be, or nowhere, and never in a log: neither the program's, at its most talkative, nor
// Postgres' own.
func TestSecretsAreInNoLog(t *testing.T) {
	t.Parallel()
	var log buffer
	base, dir := startProgram(t, &log, "OVERSIKT_LOG=json", "OVERSIKT_LOG_LEVEL=debug", "OVERSIKT_METRICS_TOKEN=a-token-for-this-test-alone")
	const m = marker
	asked := sendSecrets(t, base, dir)

	// The mail with the code, and the last line, are written some time after.
	var mails []string
	requests := func() int { return strings.Count(log.String(), `"msg":"request"`) }
	for range 100 {
		var err error
		if mails, err = filepath.Glob(filepath.Join(dir, "mail", "*.eml")); err != nil {
			t.Fatal(err)
		}
		if len(mails) > 0 && requests() >= asked {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if len(mails) == 0 {
		t.Fatalf("no mail was written: the test does not see what it should")
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(strings.ToLower(line), m) {
			t.Errorf("the log has %s", line)
		}
	}
	if n := requests(); n < asked {
		t.Errorf("the log has %d requests of %d", n, asked)
	}
	found := filesWith(t, dir, m)
	inDatabase := slices.ContainsFunc(found, func(path string) bool { return strings.HasPrefix(path, "/postgres/") })
	for _, path := range found {
		if strings.HasSuffix(path, ".log") || strings.Contains(path, "index") {
			t.Errorf("it stands in %s", path)
		}
	}
	if !inDatabase {
		t.Errorf("it stands in %v, and not in the database where the account is: the test does not see it", found)
	}
}

// sendSecrets sends the marker as an address, a code, a cookie, a token, in a link and as
// what a reader reports, and returns the number of requests.
func sendSecrets(t *testing.T, base, dir string) int {
	t.Helper()
	const m, email = marker, marker + "@test.example.org"
	add := exec.Command(filepath.Join(filepath.Dir(dir), "oversikt"), "user", "add", email, "--name", marker)
	add.Env = append(os.Environ(), "OVERSIKT_DATA_DIR="+dir)
	add.Dir = "../.."
	added, err := add.Output()
	if err != nil {
		t.Fatalf("user add: %v\n%s", err, added)
	}

	asked := 0
	send := func(method, target string, form url.Values, header ...string) {
		t.Helper()
		asked++
		req, err := http.NewRequest(method, base+target, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		if method == http.MethodPost {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		req.Header.Set("X-Forwarded-For", marker)
		req.Header.Set("Traceparent", marker)
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s %s = %d", method, target, resp.StatusCode)
		}
	}
	// Signing in: an address that may, one that may not, what is no text; a wrong code, links.
	for _, address := range []string{email, "annen." + email, m, m + "\xff@test.example.org", m + "\x00@test.example.org"} {
		send(http.MethodPost, "/logg-inn", url.Values{"epost": {address}, "til": {"/redaksjon?x=" + m}})
	}
	send(http.MethodGet, "/logg-inn/kode", nil, "Cookie", "__Host-inn="+m)
	send(http.MethodPost, "/logg-inn/kode", url.Values{"kode": {m}}, "Cookie", "__Host-inn="+m)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		send(method, "/logg-inn/lenke/"+m, nil)
		send(method, "/bekreft/"+m, nil)
		send(method, "/redaksjon/konto?x="+m, url.Values{"navn": {m}}, "Cookie", "__Host-okt="+m)
	}
	send(http.MethodGet, "/logg-inn/oidc/svar?code="+m+"&state="+m, nil)
	// Readers.
	send(http.MethodPost, "/meld-feil/?kommune=1804", url.Values{"hva": {"mangler"}, "tekst": {m}, "riktig": {m}})
	send(http.MethodPost, "/meld-feil/svar", url.Values{"kode": {m}})
	// Programs.
	for _, token := range []string{"Bearer " + m, "Basic " + m, m} {
		send(http.MethodPost, "/api/v1/tilbud", url.Values{"navn": {m}}, "Authorization", token)
		send(http.MethodGet, "/metrics", nil, "Authorization", token)
	}
	send(http.MethodGet, "/hsds/v3/services?search="+m, nil)
	send(http.MethodGet, "/fhir/HealthcareService?name="+m+"&_id="+m, nil)
	send(http.MethodPost, "/fhir/HealthcareService/_search", url.Values{"name": {m}})
	send(http.MethodGet, "/api/v1/endringer?etter="+m, nil)
	return asked
}
