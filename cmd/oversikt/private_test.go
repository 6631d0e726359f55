package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
)

// marker is a word that stands nowhere else.
const marker = "qzvxmerke"

// What a reader searches for is private. The word is sent in every way in which a reader, or
// something that stands between, may send it, and then looked for in all that is left: the
// answers' headers, what other sites and the browser's history get to know of a page, the
// log, the metrics, and every file of the database and the index.
func TestWhatIsSearchedForIsKeptNowhere(t *testing.T) {
	t.Parallel()
	var log buffer
	base, dir := startProgram(t, &log, "OVERSIKT_LOG=json", "OVERSIKT_LOG_LEVEL=debug")
	const m = marker
	searchForMarker(t, base)

	if _, body := get(t, base, http.MethodGet, "/metrics"); strings.Contains(strings.ToLower(body), m) || !strings.Contains(body, `route="/sok"`) {
		t.Error("the metrics have the word, or no searches")
	}
	time.Sleep(2 * time.Second) // for what is written some time after
	checkLog(t, base, log.String())
	if found := filesWith(t, dir, "familievernkontor"); len(found) < 2 {
		t.Errorf("what is in the database and the index is found in %v only: the test does not see it", found)
	}
	if found := filesWith(t, dir, m); len(found) > 0 {
		t.Errorf("the word is in %v", found)
	}
}

// searchForMarker sends the word in every way.
func searchForMarker(t *testing.T, base string) {
	t.Helper()
	const m = marker
	for _, target := range []string{
		"/sok?q=" + m, "/nn/sok?q=" + m, "/en/sok?q=" + m, "/sok?q=%22" + m + "%22&ordrett=1&side=99", "/sok?sted=" + m, "/sok?type=" + m + "&" + m + "=1",
		"/sok?q=" + m + "%zz", "/hvor?q=" + m, "/kommuner?q=" + m, "/mote-med-helsetjenesten?sted=" + m, "/mote-med-helsetjenesten?kommune=" + m,
		"/" + m, "/kommune/" + m, "/kommune/1804-" + m, "/tilbud/1-" + m, "/fylke/" + m, "/meld-feil?kommune=" + m, "/meld-feil/svar?kode=" + m, "/logg-inn?til=" + m,
		"/api/v1/tilbud?q=" + m, "/api/v1/forslag?q=" + m, "/api/v1/kommuner?q=" + m, "/api/v1/sted?q=" + m, "/api/v1/tilbud?radius_km=" + m, "/api/v1/" + m,
	} {
		get(t, base, http.MethodGet, target)
	}
	get(t, base, http.MethodPost, "/sok?q="+m)
	get(t, base, http.MethodDelete, "/api/v1/tilbud/1?q="+m)
	sendRaw(t, base, m+" /sok?q="+m+" HTTP/1.1\r\nHost: x\r\n\r\n")
	sendRaw(t, base, "GET /sok?q="+m+" HTTP/1.1\r\nHost: x\r\nHost: "+m+"\r\n\r\n")
	sendRaw(t, base, "GET /sok?q="+m+" "+m+"\r\n\r\n")
	sendRaw(t, base, "GET /sok?q="+m+strings.Repeat("a", 20<<10)+" HTTP/1.1\r\nHost: x\r\n\r\n")
}

// get sends a request and looks at what the answer tells others.
func get(t *testing.T, base, method, target string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, base, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.URL.Opaque = target // as it is
	req.Header.Set("Referer", base+"/sok?q="+marker)
	req.Header.Set("Cookie", marker+"="+marker)
	req.Header.Set("User-Agent", marker)
	req.Header.Set("X-Request-Id", marker)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %.80s: %v", method, target, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s %.80s = %d", method, target, resp.StatusCode)
	}
	for name, values := range resp.Header {
		if strings.Contains(strings.ToLower(fmt.Sprint(name, values)), marker) {
			t.Errorf("%s %.80s: header %s: %q", method, target, name, values)
		}
	}
	// Other sites are not told the address of the page that a link to them stands on.
	if got := resp.Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("%s %.80s: Referrer-Policy = %q", method, target, got)
	}
	if cookies := resp.Cookies(); len(cookies) > 0 {
		t.Errorf("%s %.80s sets %v", method, target, cookies)
	}
	// What the browser's history, other sites and search engines have of a page.
	for _, e := range htmlcheck.Parse(string(body)).All(`title, meta, link:not([hreflang])`) {
		if strings.Contains(strings.ToLower(e.String()), marker) {
			t.Errorf("%s %.80s: %s", method, target, e)
		}
	}
	return resp, string(body)
}

// sendRaw sends what is no proper request, and waits for the answer or the end.
func sendRaw(t *testing.T, base, request string) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(base, "http://"), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	// What is too long is answered before all of it is read, which can break the connection while
	// it is written. An end without an answer is one too.
	_, _ = io.WriteString(conn, request)
	answer := make([]byte, 4<<10)
	n, _ := conn.Read(answer)
	if head, _, _ := strings.Cut(string(answer[:n]), "\r\n\r\n"); strings.Contains(strings.ToLower(head), marker) {
		t.Errorf("%.40q is answered with %q", request, head)
	}
}

// checkLog holds that the log lacks the word, and that the page about privacy names what a
// line has: all of it, and nothing else.
func checkLog(t *testing.T, base, log string) {
	t.Helper()
	_, body := get(t, base, http.MethodGet, "/personvern")
	var named []string
	for _, e := range htmlcheck.Parse(body).All("[data-loggfelt]") {
		named = append(named, e.Text())
	}
	slices.Sort(named)
	// What a line has only where traces are sent.
	traced := htmlcheck.Parse(body).All("[data-loggfelt-maling]")[0].Text()
	requests := 0
	for line := range strings.Lines(log) {
		if strings.Contains(strings.ToLower(line), marker) {
			t.Errorf("the log has %s", line)
		}
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields["msg"] != "request" {
			continue
		}
		requests++
		delete(fields, traced)
		var names []string
		for name := range fields {
			names = append(names, name)
		}
		slices.Sort(names)
		if !slices.Equal(names, named) {
			t.Errorf("the log has %v, and the page about privacy says %v: %s", names, named, line)
		}
	}
	if requests < 20 {
		t.Errorf("the log has %d requests", requests)
	}
}

// filesWith returns the files below dir that have the text, in small letters or as it is.
func filesWith(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var content []byte
			content, err = os.ReadFile(path)
			if bytes.Contains(bytes.ToLower(content), []byte(text)) {
				found = append(found, strings.TrimPrefix(path, dir))
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the program goes on working
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// buffer is what a running program writes.
type buffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}
