package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/staff"
)

// exchange sends raw bytes and returns the first answer, and whether the server closed
// the connection after it.
func exchange(t *testing.T, addr, raw string) (*http.Response, bool) {
	t.Helper()
	conn := dial(t, addr)
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatalf("no answer to %.80q: %v", raw, err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if !resp.Close {
		return resp, false
	}
	// EOF, or a reset where the server has not read all that was sent.
	_, err = r.ReadByte()
	return resp, err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}

func TestMalformedRequests(t *testing.T) {
	app, log := newTestApp(t)
	addr := listen(t, app)
	const host = "Host: oversikt.test\r\n"
	smuggled := "GET /hemmelig HTTP/1.1\r\n" + host + "\r\n"
	for _, tt := range []struct {
		name, raw string
		want      int
	}{
		{"length and chunks", "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, 400},
		{"chunks and length", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled, 400},
		{"two equal lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
		{"two lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 400},
		{"list of lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\na", 400},
		{"signed length", "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\na", 400},
		{"negative length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\na", 400},
		{"chunked twice", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		{"chunked in a list", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400},
		{"identity", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", 400},
		{"odd encoding", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
		{"chunks in HTTP/1.0", "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		{"blank before the colon", "POST / HTTP/1.1\r\n" + host + "Content-Length : 1\r\n\r\na", 400},
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400},
		{"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
		{"two hosts", "GET / HTTP/1.1\r\n" + host + "Host: evil.test\r\n\r\n", 400},
		{"host with markup", "GET / HTTP/1.1\r\nHost: <script>\r\n\r\n", 400},
		{"host with a backslash", "GET / HTTP/1.1\r\nHost: oversikt.test\\evil.test\r\n\r\n", 400},
		{"packed body", "POST / HTTP/1.1\r\n" + host + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\na", 415},
		{"packed twice", "POST / HTTP/1.1\r\n" + host + "Content-Encoding: identity\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\na", 415},
		{"fragment in the target", "GET /#/om HTTP/1.1\r\n" + host + "\r\n", 400},
		{"list of hosts", "GET / HTTP/1.1\r\nHost: oversikt.test, evil.test\r\n\r\n", 400},
		{"NUL in a value", "GET / HTTP/1.1\r\n" + host + "X-Test: a\x00b\r\n\r\n", 400},
		{"bare CR in a value", "GET / HTTP/1.1\r\n" + host + "X-Test: a\rHost: evil.test\r\n\r\n", 400},
		{"bare LF ends a line", "GET / HTTP/1.1\r\n" + host + "X-Test: a\nX-More: b\r\n\r\n", 400},
		{"continued line", "GET / HTTP/1.1\r\n" + host + "X-Test: a\r\n b\r\n\r\n", 400},
		{"line without colon", "GET / HTTP/1.1\r\n" + host + "X-Test\r\n\r\n", 400},
		{"unknown version", "GET / HTTP/1.9\r\n" + host + "\r\n", 400},
		{"unknown method", "BREW / HTTP/1.1\r\n" + host + "\r\n", 400},
		{"no HTTP at all", "hemmelig\r\n\r\n", 400},
		{"bad escape in the path", "GET /%zz HTTP/1.1\r\n" + host + "\r\n", 400},
		{"long address", "GET /" + strings.Repeat("hemmelig", 3000) + " HTTP/1.1\r\n" + host + "\r\n", 431},
		{"large header", "GET / HTTP/1.1\r\n" + host + "X-Test: " + strings.Repeat("hemmelig", 3000) + "\r\n\r\n", 431},
		{"large body", fmt.Sprintf("POST / HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n", host, maxRequestBody+1), 413},
		{"large file of nobody", fmt.Sprintf("POST %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n", staff.UploadPath, host, maxRequestBody+1), 413},
		{"large body of somebody", fmt.Sprintf("POST /redaksjon/mange/erstatt HTTP/1.1\r\n%sCookie: %s=a\r\nContent-Length: %d\r\n\r\n", host, staff.SessionCookie, maxRequestBody+1), 413},
		{"large body below the address of files", fmt.Sprintf("POST %s/1 HTTP/1.1\r\n%sCookie: %s=a\r\nContent-Length: %d\r\n\r\n", staff.UploadPath, host, staff.SessionCookie, maxRequestBody+1), 413},
		{"too large a file", fmt.Sprintf("POST %s?kommune=1804 HTTP/1.1\r\n%sCookie: %s=a\r\nContent-Length: %d\r\n\r\n", staff.UploadPath, host, staff.SessionCookie, maxUploadBody+1), 413},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, closed := exchange(t, addr, tt.raw)
			if resp.StatusCode != tt.want || !closed {
				t.Errorf("status %d, closed %v, want %d and closed", resp.StatusCode, closed, tt.want)
			}
			if resp.Header.Get("X-Content-Type-Options") != "nosniff" || resp.Header.Get("X-Request-Id") == "" {
				t.Errorf("the answer did not come from the error table: %v", resp.Header)
			}
		})
	}
	if strings.Contains(log.String(), "hemmelig") {
		t.Errorf("the log quotes requests: %s", log)
	}
}

func TestWellFormedRequests(t *testing.T) {
	app, _ := newTestApp(t)
	addr := listen(t, app)
	for _, tt := range []struct {
		name, raw string
		want      int
	}{
		{"get", "GET /healthz HTTP/1.1\r\nHost: oversikt.test\r\n\r\n", 200},
		{"other letters", "GET /healthz HTTP/1.1\r\nhOST: oversikt.test:8080\r\n\r\n", 200},
		{"no blank after the colon", "GET /healthz HTTP/1.1\r\nHost:oversikt.test\r\n\r\n", 200},
		{"IPv6", "GET /healthz HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200},
		{"HTTP/1.0", "GET /healthz HTTP/1.0\r\nHost: oversikt.test\r\n\r\n", 200},
		{"length", "POST /test/form HTTP/1.1\r\nHost: oversikt.test\r\nContent-Length: 1\r\n\r\na", 200},
		{"chunks", "POST /test/form HTTP/1.1\r\nHost: oversikt.test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 200},
		// It gets as far as the page, which finds that it is not from the site.
		{"file", fmt.Sprintf("POST %s?kommune=1804 HTTP/1.1\r\nHost: oversikt.test\r\nCookie: %s=a\r\nContent-Length: %d\r\n\r\n%s", staff.UploadPath, staff.SessionCookie, maxUploadBody, strings.Repeat("a", maxUploadBody)), 403},
		{"Latin 1 in a value", "GET /healthz HTTP/1.1\r\nHost: oversikt.test\r\nX-Test: \xe5\r\n\r\n", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if resp, _ := exchange(t, addr, tt.raw); resp.StatusCode != tt.want {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.want)
			}
		})
	}
}

// FuzzFraming holds that no raw header block with two hosts or two lengths passes.
func FuzzFraming(f *testing.F) {
	f.Add([]byte("Host: a\r\nContent-Length: 1\r\n\r\n"))
	f.Add([]byte("Host: a\r\nHost: b\r\n\r\n"))
	f.Add([]byte("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if framingOf(raw, "HTTP/1.1").fault != "" {
			return
		}
		lower := "\r\n" + strings.ToLower(string(raw))
		if strings.Count(lower, "\r\nhost:") != 1 {
			t.Errorf("%q passes with other than one host", raw)
		}
		if strings.Count(lower, "\r\ncontent-length:")+strings.Count(lower, "\r\ntransfer-encoding:") > 1 {
			t.Errorf("%q passes with two lengths", raw)
		}
	})
}
