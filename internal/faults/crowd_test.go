package faults

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

var idleConns = flag.Int("idle", 1000, "idle connections of the crowd")

// crowd opens connections that say nothing more, some that say it a letter at a time, some that
// read a large file a byte at a time, and some that hang up: readers are answered between them,
// and nothing is left when they have gone.
func crowd(t *testing.T, n *node) {
	const slow, reading, hanging = 100, 40, 200
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if most := int(limit.Cur) - 1000; *idleConns > most {
		t.Fatalf("%d connections need more files than the %d that this process may open: ulimit -n", *idleConns, limit.Cur)
	}
	before := n.figures(t)
	if files := before["process_max_fds"]; files < float64(min(*idleConns+1000, int(limit.Max))) {
		t.Errorf("the node may open %v files, and this machine allows %d", files, limit.Max)
	}
	c := &crowded{t: t, addr: strings.TrimPrefix(n.base, "http://")}
	defer c.close()

	began := time.Now()
	for range *idleConns {
		c.ask(c.dial(), "/healthz")
	}
	opened, after := time.Since(began), n.figures(t)
	each := (after["process_resident_memory_bytes"] - before["process_resident_memory_bytes"]) / float64(*idleConns)

	dripping := make([]net.Conn, slow)
	for i := range dripping {
		dripping[i] = c.dial()
	}
	// Bodies drip too.
	for _, d := range dripping[:slow/2] {
		fmt.Fprint(d, "POST /meld-feil HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n")
	}
	download := make([]net.Conn, reading)
	for i := range download {
		download[i] = c.dial()
		if err := download[i].(*net.TCPConn).SetReadBuffer(4096); err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(download[i], "GET /data/tilbud.ndjson HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	request := "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: " + strings.Repeat("a", 1000)
	answered, hungUp := 0, 0
	var slowest time.Duration
	for i := range 20 {
		for k, d := range dripping {
			letter := request[i : i+1]
			if k < slow/2 {
				letter = "a"
			}
			_, _ = io.WriteString(d, letter) // the node may end it, and is right to
		}
		for _, d := range download {
			_ = d.SetReadDeadline(time.Now().Add(time.Millisecond))
			_, _ = d.Read(make([]byte, 1))
		}
		for range hanging / 20 {
			d := c.dial()
			fmt.Fprint(d, "GET /api/v1/tilbud?q=rus&antall=100 HTTP/1.1\r\nHost: x\r\n\r\n")
			d.Close()
			hungUp++
		}
		asked := time.Now()
		if status, _, err := n.get(fmt.Sprintf("/sok?q=avlastning&side=%d", i%3+1)); err != nil || status != http.StatusOK {
			t.Errorf("a search among %d connections: %d, %v", len(c.conns), status, err)
		}
		slowest = max(slowest, time.Since(asked))
		answered++
	}
	// The node ends those that never finish: each is closed while we only wait.
	for what, d := range map[string]net.Conn{"headers": dripping[slow-1], "body": dripping[0]} {
		if err := d.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, d); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Errorf("a client that never ends its %s keeps its connection", what)
		}
	}
	c.close()
	eventually(t, "their files and goroutines are gone", func() bool {
		now := n.figures(t)
		return now["process_open_fds"] < before["process_open_fds"]+50 && now["go_goroutines"] < before["go_goroutines"]+100
	})
	t.Logf("%d idle connections (opened in %v, %.1f kB of the node's memory each), %d that drip, %d that read a file a byte at a time, %d that hang up; %d searches answered among them, the slowest in %v",
		*idleConns, opened.Round(time.Millisecond), each/1024, slow, reading, hungUp, answered, slowest.Round(time.Millisecond))
}

// crowded is the connections, each 200 from an address of their own, as those of a crowd are. On
// Linux every address of 127.0.0.0/8 is this machine's.
type crowded struct {
	t     *testing.T
	addr  string
	conns []net.Conn
}

func (c *crowded) dial() net.Conn {
	c.t.Helper()
	from := &net.TCPAddr{IP: net.IPv4(127, 8, byte(len(c.conns)/200), 1)}
	conn, err := (&net.Dialer{LocalAddr: from, Timeout: time.Minute}).Dial("tcp", c.addr)
	if err != nil {
		c.t.Fatalf("connection %d: %v", len(c.conns)+1, err)
	}
	c.conns = append(c.conns, conn)
	return conn
}

// ask has one answer on the connection, which stays open.
func (c *crowded) ask(conn net.Conn, path string) {
	c.t.Helper()
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("connection %d: %v, %v", len(c.conns), resp, err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		c.t.Fatal(err)
	}
}

func (c *crowded) close() {
	for _, conn := range c.conns {
		conn.Close()
	}
}
