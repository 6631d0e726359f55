package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// Whoever sends more than is taken can send it all, and reads the answer then, as a proxy
// does. A reset in between would be taken for a node that has failed.
func TestTooLargeIsNoReset(t *testing.T) {
	app, _ := newTestApp(t)
	addr := listen(t, app)
	large := bytes.Repeat([]byte("a"), 16<<20) // more than lies in the buffers of both ends
	for _, tt := range []struct {
		name, head string
		want       int
	}{
		{"body", fmt.Sprintf("POST /test/form HTTP/1.1\r\nHost: oversikt.test\r\nContent-Length: %d\r\n\r\n", len(large)), http.StatusRequestEntityTooLarge},
		{"body without a length", fmt.Sprintf("POST /test/form HTTP/1.1\r\nHost: oversikt.test\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n", len(large)), http.StatusRequestEntityTooLarge},
		{"headers", "GET / HTTP/1.1\r\nHost: oversikt.test\r\nX-Test: ", http.StatusRequestHeaderFieldsTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn := dial(t, addr)
			if _, err := io.WriteString(conn, tt.head); err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write(large); err != nil {
				t.Fatalf("while it is sent: %v", err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != tt.want || !resp.Close {
				t.Errorf("status %d, closed %v, %v, want %d and closed", resp.StatusCode, resp.Close, err, tt.want)
			}
		})
	}
}
