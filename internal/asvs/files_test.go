package asvs

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// scripts returns the site's own scripts by name.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "web", "js", "*.js"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d scripts, %v: the test does not see what it should", len(files), err)
	}
	found := map[string]string{}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(path)] = string(content)
	}
	return found
}

// carefulScript is what a script may do only where it is said here, with why it may.
var carefulScript = []struct {
	what    string
	pattern *regexp.Regexp
	allowed map[string]string
}{
	{"makes code of text", regexp.MustCompile(`\beval\(|new Function\b|setTimeout\(\s*["'\x60]|setInterval\(\s*["'\x60]|\bimport\(\s*[^"'\x60)\s]`), nil},
	{"makes HTML of text", regexp.MustCompile(`\.(inner|outer)HTML\s*=[^=]|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTMLUnsafe|srcdoc`), map[string]string{
		"coverage.js": "what the server wrote for this page, escaped there",
		"parts.js":    "pages of this site, of which parts are put in place of those that are shown",
	}},
	{"reaches the prototype", regexp.MustCompile(`__proto__|constructor\s*\[|\.prototype\b|Object\.setPrototypeOf`), nil},
	{"compares without types", regexp.MustCompile(`[^=!<>]==[^=]|!=[^=]`), nil},
	{"takes messages", regexp.MustCompile(`addEventListener\("message"|onmessage`), map[string]string{
		"worker.js": "the service worker: of its own pages alone, as browsers have it, and two words",
	}},
	{"sends messages", regexp.MustCompile(`\.postMessage\(`), map[string]string{
		"exit.js": "to the service worker", "offline.js": "to the service worker",
	}},
	{"opens other windows", regexp.MustCompile(`window\.open|\.opener\b|document\.domain`), nil},
	{"reads cookies", regexp.MustCompile(`document\.cookie|cookieStore`), nil},
	{"speaks by socket", regexp.MustCompile(`\bWebSocket\b|\bEventSource\b|RTCPeerConnection|\bsendBeacon\b`), nil},
}

var comment = regexp.MustCompile(`(?m)(^|[^:"'])//.*$|/\*[\s\S]*?\*/`)

func TestScriptsAreCareful(t *testing.T) {
	all := scripts(t)
	for _, rule := range carefulScript {
		for name, content := range all {
			at := rule.pattern.FindString(comment.ReplaceAllString(content, "$1"))
			if at != "" && rule.allowed[name] == "" {
				t.Errorf("%s %s (%q); say in carefulScript why it may, or do without", name, rule.what, at)
			}
		}
		for name := range rule.allowed {
			if !rule.pattern.MatchString(comment.ReplaceAllString(all[name], "$1")) {
				t.Errorf("%s is said to be one that %s, and is not", name, rule.what)
			}
		}
	}
}

// keepers are the scripts that keep something in the browser. What it is stands on
// /personvern, where readers can see and delete it.
var keepers = []string{"kommune.js", "saved.js", "checklist.js", "exit.js", "device.js", "offline.js"}

// Nothing of who is signed in is kept: the staff's own script brings in none that keeps anything.
func TestBrowserKeepsWhatIsSaid(t *testing.T) {
	keeps := regexp.MustCompile(`localStorage|sessionStorage|indexedDB`)
	var found []string
	for name, content := range scripts(t) {
		if keeps.MatchString(comment.ReplaceAllString(content, "$1")) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	want := slices.Sorted(slices.Values(keepers))
	if !slices.Equal(found, want) {
		t.Errorf("%v keep something in the browser, want %v", found, want)
	}
	privacy, err := os.ReadFile(filepath.Join(root, "web", "view", "privacy.templ"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range scripts(t) {
		for _, key := range regexp.MustCompile(`(?:KEY|LEFT|CHOSEN|DELETED) = "(oversikt\.[a-z.]+)"`).FindAllStringSubmatch(content, -1) {
			if !strings.Contains(string(privacy), key[1]) {
				t.Errorf("%s keeps %s, which /personvern does not name", name, key[1])
			}
		}
	}
	staffScript := scripts(t)["staff.js"]
	for _, name := range keepers {
		if strings.Contains(staffScript, "/"+name) {
			t.Errorf("staff.js brings in %s", name)
		}
	}
}

// XML that is read brings in no file and no other machine's, and does not grow.
func TestXMLBringsNothingIn(t *testing.T) {
	for name, content := range map[string]string{
		"a file":           `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r>&x;</r>`,
		"another machine":  `<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1/x">]><r>&x;</r>`,
		"an entity of its": `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>`,
	} {
		d := xml.NewDecoder(strings.NewReader(content))
		var text strings.Builder
		var err error
		for err == nil {
			var tok xml.Token
			if tok, err = d.Token(); err == nil {
				if c, ok := tok.(xml.CharData); ok {
					text.Write(c)
				}
			}
		}
		if err == io.EOF || text.Len() > 0 {
			t.Errorf("%s: read as %q, %v; want it refused", name, text.String(), err)
		}
	}
}

// The proxies that stand in deploy/ speak TLS 1.2 and 1.3 with suites that have forward
// secrecy, send people on to https, and send nobody else.
func TestProxiesSpeakTLS(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "deploy", "nginx", "oversikt.conf"))
	if err != nil {
		t.Fatal(err)
	}
	nginx := string(content)
	if m := regexp.MustCompile(`ssl_protocols ([^;]+);`).FindAllStringSubmatch(nginx, -1); len(m) != 1 || m[0][1] != "TLSv1.2 TLSv1.3" {
		t.Errorf("nginx: ssl_protocols %v", m)
	}
	m := regexp.MustCompile(`ssl_ciphers ([^;]+);`).FindStringSubmatch(nginx)
	if m == nil {
		t.Fatal("nginx: no ssl_ciphers")
	}
	for suite := range strings.SplitSeq(m[1], ":") {
		if !strings.HasPrefix(suite, "ECDHE-") || !strings.Contains(suite, "GCM") && !strings.Contains(suite, "CHACHA20-POLY1305") {
			t.Errorf("nginx: cipher suite %s", suite)
		}
	}
	for _, line := range []string{"location ~ ^/(api|hsds|fhir|data)/ { return 403; }", "location / { return 301 https://$host$request_uri; }"} {
		if !strings.Contains(nginx, line) {
			t.Errorf("nginx: no %q", line)
		}
	}
	if content, err = os.ReadFile(filepath.Join(root, "deploy", "caddy", "Caddyfile")); err != nil {
		t.Fatal(err)
	}
	caddy := string(content)
	for _, wrong := range []string{"protocols tls1.0", "protocols tls1.1", "ciphers ", "tls_insecure_skip_verify", "auto_https off"} {
		if strings.Contains(caddy, wrong) {
			t.Errorf("Caddy: %s", wrong)
		}
	}
	if !strings.Contains(caddy, "auto_https disable_redirects") || !strings.Contains(caddy, "@programs path /api/* /hsds/* /fhir/* /data/*") {
		t.Error("Caddy sends programs on from http to https")
	}
}
