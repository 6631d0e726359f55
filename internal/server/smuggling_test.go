package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// converse sends raw bytes, says that no more will come, and returns the statuses of all
// that is answered. An interim 100 is one of them.
func converse(t *testing.T, addr, raw string) []int {
	t.Helper()
	conn := dial(t, addr)
	go func() {
		// The server may hang up before all is sent.
		_, _ = io.WriteString(conn, raw)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	method, _, _ := strings.Cut(strings.TrimLeft(raw, "\r\n"), " ")
	var statuses []int
	r := bufio.NewReader(conn)
	for {
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			t.Fatalf("after %v the server neither answers nor hangs up", statuses)
		case err != nil:
			return statuses // the end, or a reset where the server has not read all that was sent
		}
		statuses = append(statuses, resp.StatusCode)
		if resp.StatusCode != http.StatusContinue {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			method = http.MethodGet
		}
	}
}

// A proxy sends requests of many readers over one connection. What it has sent on as a part
// of one may never be answered as another: the answer would be given to somebody else. So
// each attack here hides a request in one, in a way in which some server would read it. The
// first is answered or refused, the hidden one never, and nothing comes after it.
func TestSmuggledRequestsAreNeverAnswered(t *testing.T) {
	app, _ := newTestApp(t)
	var answered atomic.Int64
	app.All("/smuglet", func(c *fiber.Ctx) error {
		answered.Add(1)
		return c.SendString("smuglet")
	})
	addr := listen(t, app)
	const host = "Host: oversikt.test\r\n"
	hidden := "GET /smuglet HTTP/1.1\r\n" + host + "\r\n"
	post := func(headers, body string) string {
		return "POST /test/form HTTP/1.1\r\n" + host + headers + "\r\n" + body
	}
	length := func(body string) string { return fmt.Sprintf("Content-Length: %d\r\n", len(body)) }
	const chunked = "Transfer-Encoding: chunked\r\n"
	// fasthttp skips blank lines before a request, so these hide one whatever was read before.
	form := "--b--\r\n" + strings.Repeat("\r\n", 8<<10) + hidden
	for _, tt := range []struct {
		name, raw string
		want      int // of the first answer; 0: any refusal
	}{
		{"length, then chunks", post("Content-Length: 5\r\n"+chunked, "0\r\n\r\n"+hidden), 400},
		{"chunks, then length", post(chunked+length("0\r\n\r\n"+hidden), "0\r\n\r\n"+hidden), 400},
		{"length nought and chunks", post("Content-Length: 0\r\n"+chunked, "0\r\n\r\n"+hidden), 400},
		{"two lengths", post("Content-Length: 0\r\n"+length(hidden), hidden), 400},
		{"two lengths, the second shorter", post(length(hidden)+"Content-Length: 0\r\n", hidden), 400},
		{"lengths in a list", post("Content-Length: 0, 46\r\n", hidden), 400},
		{"length with a sign", post("Content-Length: +0\r\n", hidden), 400},
		{"length in hexadecimal", post("Content-Length: 0x0\r\n", hidden), 400},
		{"length with a vertical tab", post("Content-Length: 0\v\r\n", hidden), 400},
		{"length that is empty", post("Content-Length:\r\n", hidden), 400},
		{"length that goes round", post("Content-Length: 18446744073709551616\r\n", hidden), 400},
		{"blank before the colon of a length", post("Content-Length : 0\r\n", hidden), 400},
		{"tab before the colon of chunks", post("Transfer-Encoding\t: chunked\r\n"+length("0\r\n\r\n"+hidden), "0\r\n\r\n"+hidden), 400},
		{"continued length", post("X: a\r\n Content-Length: 0\r\n", hidden), 400},
		{"length after a bare LF", post("X: a\nContent-Length: 0\r\n", hidden), 400},
		{"length after a bare CR", post("X: a\rContent-Length: 0\r\n", hidden), 400},
		{"chunks after a bare CR", post("X: a\r"+chunked+length("0\r\n\r\n"+hidden), "0\r\n\r\n"+hidden), 400},
		{"NUL in the name of a length", post("Content-\x00Length: 0\r\n", hidden), 400},

		{"chunks, odd letters", post("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n"+hidden), 200},
		{"xchunked", post("Transfer-Encoding: xchunked\r\n"+length(hidden), hidden), 400},
		{"chunks with a parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n"+hidden), 400},
		{"chunks in quotes", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"+hidden), 400},
		{"chunks after a vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"+hidden), 400},
		{"chunks and identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"+hidden), 400},
		{"identity, then chunks on another line", post("Transfer-Encoding: identity\r\n"+chunked, "0\r\n\r\n"+hidden), 400},
		{"chunks, then cow on another line", post(chunked+"Transfer-Encoding: cow\r\n", "0\r\n\r\n"+hidden), 400},
		{"chunks in HTTP/1.0", "POST /test/form HTTP/1.0\r\n" + host + "Connection: keep-alive\r\n" + chunked + "\r\n0\r\n\r\n" + hidden, 400},

		// What fasthttp takes for the end of chunks, and another server may not.
		{"chunk size with 0x", post(chunked, "0x30\r\n\r\n"+hidden), 200},
		{"chunk size with a blank", post(chunked, "0 \r\n\r\n"+hidden), 200},
		{"chunk size with letters", post(chunked, "0zz\r\n\r\n"+hidden), 200},
		{"chunk extension with an open quote", post(chunked, "0;a=\"\r\n\r\n"+hidden), 200},
		{"trailer with a bare LF", post(chunked, "0\r\nX: a\n\n"+hidden), 200},
		{"trailer that is a length", post(chunked, "0\r\nContent-Length: 46\r\n\r\n"+hidden), 0},
		{"trailer that is a host", post(chunked, "0\r\nHost: evil.test\r\n\r\n"+hidden), 0},
		{"chunk size after a bare LF", post(chunked, "0\n\n"+hidden), 400},
		{"chunk with something after it", post(chunked, "1\r\naXX0\r\n\r\n"+hidden), 400},
		{"chunk size with a sign", post(chunked, "-1\r\na\r\n0\r\n\r\n"+hidden), 400},
		{"chunk size that goes round", post(chunked, "10000000000000000\r\n"+hidden), 400},
		{"chunk that is never sent", post(chunked, "fffff\r\n"+hidden), 400},

		// What fasthttp might leave of a body.
		{"after the end of a form with files", post("Content-Type: multipart/form-data; boundary=b\r\n"+length(form), form), 200},
		{"form with files that is none", post("Content-Type: multipart/form-data; boundary=b\r\n"+length(hidden), hidden), 200},
		{"body of a GET", "GET /healthz HTTP/1.1\r\n" + host + length(hidden) + "\r\n" + hidden, 200},
		{"body of a HEAD", "HEAD /healthz HTTP/1.1\r\n" + host + length(hidden) + "\r\n" + hidden, 200},
		{"body of a DELETE", "DELETE /healthz HTTP/1.1\r\n" + host + length(hidden) + "\r\n" + hidden, 405},
		{"body of an unknown method", "BREW /healthz HTTP/1.1\r\n" + host + length(hidden) + "\r\n" + hidden, 400},
		{"body of what is not found", "POST /finnes-ikke HTTP/1.1\r\n" + host + length(hidden) + "\r\n" + hidden, 404},
		{"body from another site", post("Sec-Fetch-Site: cross-site\r\n"+length(hidden), hidden), 403},
		{"body that is packed", post("Content-Encoding: gzip\r\n"+length(hidden), hidden), 415},
		{"body that is too large", post(fmt.Sprintf("Content-Length: %d\r\n", maxRequestBody+1), hidden), 413},
		{"body of a file that is too large", "POST /redaksjon/mange/fil HTTP/1.1\r\n" + host + fmt.Sprintf("Content-Length: %d\r\n\r\n", maxRequestBody+1) + hidden, 413},
		{"body that is waited for", post("Expect: 100-continue\r\n"+length(hidden), hidden), 100},
		{"body that is hardly waited for", post("Expect: y 100-continue\r\n"+length(hidden), hidden), 200},
		{"body of a GET that is waited for", "GET /healthz HTTP/1.1\r\n" + host + "Expect: 100-continue\r\n" + length(hidden) + "\r\n" + hidden, 100},
		{"body of a panic", "GET /test/panic HTTP/1.1\r\n" + host + length(hidden) + "\r\n" + hidden, 500},

		// What was to be the last request on its connection.
		{"close", "GET /healthz HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n" + hidden, 200},
		{"close in other letters", "GET /healthz HTTP/1.1\r\n" + host + "Connection: Close\r\n\r\n" + hidden, 200},
		{"close in a list", "GET /healthz HTTP/1.1\r\n" + host + "Connection: keep-alive, close\r\n\r\n" + hidden, 200},
		{"close on two lines", "GET /healthz HTTP/1.1\r\n" + host + "Connection: close\r\nConnection: keep-alive\r\n\r\n" + hidden, 200},
		{"HTTP/1.0", "GET /healthz HTTP/1.0\r\n" + host + "\r\n" + hidden, 200},
		{"HTTP/0.9", "GET /healthz\r\n" + hidden, 400},
		{"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden, 400},
		{"CONNECT", "CONNECT evil.test:80 HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n" + hidden, 404},
		{"two blanks in the request line", "GET  /healthz HTTP/1.1\r\n" + host + "\r\n" + hidden, 400},
		{"two versions", "GET /healthz HTTP/1.1 HTTP/1.1\r\n" + host + "\r\n" + hidden, 400},
		{"tab in the request line", "GET\t/healthz HTTP/1.1\r\n" + host + "\r\n" + hidden, 400},
		{"huge headers", "GET /healthz HTTP/1.1\r\n" + host + "X: " + strings.Repeat("a", maxHeader) + "\r\n\r\n" + hidden, 431},
		{"many headers", "GET /healthz HTTP/1.1\r\n" + host + strings.Repeat("X: a\r\n", maxHeader/4) + "\r\n" + hidden, 431},
	} {
		answered.Store(0)
		got := converse(t, addr, tt.raw)
		if len(got) == 0 || got[0] != tt.want && (tt.want != 0 || got[0] < 400) {
			t.Errorf("%s: answers %v, want %d first", tt.name, got, tt.want)
		}
		if most := len(got); answered.Load() != 0 || most > 1 && got[0] != http.StatusContinue || most > 2 {
			t.Errorf("%s: answers %v; the hidden request was answered %d times", tt.name, got, answered.Load())
		}
	}
	// The same request is answered where nothing is hidden: two readers of one proxy.
	if got := converse(t, addr, hidden+"GET /healthz HTTP/1.1\r\n"+host+"\r\n"+hidden); len(got) != 3 || answered.Load() == 0 {
		t.Errorf("three requests after one another: answers %v", got)
	}
}
