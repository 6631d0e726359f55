package linkcheck

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// rebindingDNS answers as a name server does that gives another address each time it is asked:
// first one out in the world, then one inside.
func rebindingDNS(t *testing.T, answers ...netip.Addr) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		asked := 0
		buffer := make([]byte, 1<<10)
		for {
			n, from, err := pc.ReadFrom(buffer)
			if err != nil {
				return
			}
			var p dnsmessage.Parser
			h, err := p.Start(buffer[:n])
			if err != nil {
				continue
			}
			q, err := p.Question()
			if err != nil {
				continue
			}
			b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: h.ID, Response: true, Authoritative: true})
			_ = b.StartQuestions()
			_ = b.Question(q)
			_ = b.StartAnswers()
			if q.Type == dnsmessage.TypeA {
				_ = b.AResource(dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, dnsmessage.AResource{A: answers[min(asked, len(answers)-1)].As4()})
				asked++
			}
			if message, err := b.Finish(); err == nil {
				_, _ = pc.WriteTo(message, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// A name that leads out when it is first asked for, and inside the next time, as somebody
// makes it who knows that addresses are looked at: what counts is where the connection goes.
func TestNameThatChangesItsMind(t *testing.T) {
	var outside, inside atomic.Int64
	serve := func(ip string, port int, seen *atomic.Int64) int {
		l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", ip, port))
		if err != nil {
			t.Fatal(err)
		}
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) })}}
		s.Start()
		t.Cleanup(s.Close)
		return l.Addr().(*net.TCPAddr).Port
	}
	// 127.0.0.2 stands for an address out in the world; all else is as the program has it.
	world := netip.MustParseAddr("127.0.0.2")
	port := serve(world.String(), 0, &outside)
	serve("127.0.0.1", port, &inside)
	c := newChecker(nil, nil)
	c.client = newClientBy(&net.Dialer{Timeout: requestTime, Resolver: rebindingDNS(t, world, netip.MustParseAddr("127.0.0.1")), Control: func(network, address string, raw syscall.RawConn) error {
		if a, err := netip.ParseAddrPort(address); err == nil && a.Addr() == world {
			return nil
		}
		return guard(network, address, raw)
	}})
	address := fmt.Sprintf("http://navn.test.example.org:%d/", port)
	if got := c.visit(t.Context(), address); got.Status != http.StatusOK {
		t.Errorf("the first visit: %+v, want 200", got)
	}
	for range 3 {
		if got := c.visit(t.Context(), address); got.Failure != store.LinkRefused {
			t.Errorf("the name leads inside: %+v, want refused", got)
		}
	}
	if outside.Load() != 1 || inside.Load() != 0 {
		t.Errorf("%d requests outside, %d inside, want 1 and none", outside.Load(), inside.Load())
	}
}

// Whatever way an address inside is written in, and whatever a name server says, no request
// comes inside: neither by the address itself nor by a redirect to it.
func TestInsideInEverySpelling(t *testing.T) {
	var inside atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside.Add(1) }))
	defer s.Close()
	port := s.Listener.Addr().(*net.TCPAddr).Port
	to := ""
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}))
	defer outside.Close()
	outsidePort := uint16(outside.Listener.Addr().(*net.TCPAddr).Port)
	c := newChecker(nil, nil)
	// Every name leads to this machine, as numbers do that some resolvers take for names. The
	// port of the server that redirects is let through; for the rest the program's own guard.
	c.client = newClientBy(&net.Dialer{Timeout: requestTime, Resolver: rebindingDNS(t, netip.MustParseAddr("127.0.0.1")), Control: func(network, address string, raw syscall.RawConn) error {
		if a, err := netip.ParseAddrPort(address); err == nil && a.Port() == outsidePort {
			return nil
		}
		return guard(network, address, raw)
	}})
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "2130706433", "017700000001", "0177.0.0.1", "0177.0.0.01", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1", "127.0.0.1.", "localhost", "localhost.", "LOCALHOST", "navn.test.example.org", "127.0.0.1.nip.test.example.org",
		"0", "0.0.0.0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::1]", "[2001:0:7f00:1::]", "[fe80::1]", "[fd00::1]", "[fec0::1]", "[2001:db8::1]",
		"①②⑦.⓪.⓪.①", "127。0。0。1", "ⓛocalhost", "bruker@127.0.0.1", "bruker:ord@127.0.0.1", "example.org@127.0.0.1", "10.0.0.1", "169.254.169.254", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "2852039166", "100.64.0.1", "192.168.0.1", "255.255.255.255", "metadata.google.internal",
	} {
		for _, p := range []string{fmt.Sprint(":", port), "", ":80", ":443", ":0", ":00080"} {
			for _, scheme := range []string{"http", "https"} {
				address := scheme + "://" + host + p + "/"
				if got := c.visit(t.Context(), address); got.Failure != store.LinkRefused && got.Failure != store.LinkNoHost {
					t.Errorf("%s: %+v, want refused", address, got)
				}
			}
		}
		to = fmt.Sprintf("http://%s:%d/", host, port)
		if got := c.visit(t.Context(), outside.URL); got.Failure != store.LinkRefused && got.Failure != store.LinkNoHost && got.Status != http.StatusFound || got.MovedTo != "" {
			t.Errorf("redirect to %s: %+v, want refused", to, got)
		}
	}
	for _, address := range []string{"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "unix:///run/x", "//127.0.0.1/", "http:/127.0.0.1/", "http:127.0.0.1", "http://", "http:///127.0.0.1", "http://\\127.0.0.1/", "http://127.0.0.1\\@example.org/", "http://127.0.0.1%00.example.org/", "http://127.0.0.1\r\nHost: x/", "http://[::1", "http://[::1%25lo]/", "jar:http://127.0.0.1/"} {
		if got := c.visit(t.Context(), address); got.Failure != store.LinkRefused && got.Failure != store.LinkNoHost {
			t.Errorf("%q: %+v, want refused", address, got)
		}
	}
	if inside.Load() != 0 {
		t.Errorf("%d requests came inside", inside.Load())
	}
}
