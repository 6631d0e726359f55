package faults

import (
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// crowd opens connections that say nothing, and some that say it a letter at a time; readers
// are answered between them.
func crowd(t *testing.T, n *node) { crowdOf(t, n, 2000, 100) }

func crowdOf(t *testing.T, n *node, idle, slow int) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	idle = min(idle, int(limit.Cur)/2)
	addr := strings.TrimPrefix(n.base, "http://")
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for i := range idle + slow {
		c, err := net.DialTimeout("tcp", addr, 20*time.Second)
		if err != nil {
			t.Fatalf("connection %d: %v", i+1, err)
		}
		conns = append(conns, c)
	}
	dripping := conns[idle:]
	request := "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: " + strings.Repeat("a", 1000)
	answered := 0
	for i := range 20 {
		for _, c := range dripping {
			_, _ = io.WriteString(c, request[i:i+1]) // the node may end it, and is right to
		}
		if status, _, err := n.get("/sok?q=avlastning"); err != nil || status != http.StatusOK {
			t.Errorf("a search among %d connections: %d, %v", len(conns), status, err)
		}
		answered++
	}
	// The node ends those that never finish: each is closed while we only wait.
	c := dripping[0]
	if err := c.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Error("a client that never ends its request keeps its connection")
	}
	t.Logf("%d idle connections and %d slow ones; %d searches answered among them", idle, slow, answered)
}
