package faults

import (
	"net"
	"sync"
	"testing"
	"time"
)

// proxy stands between a node and Postgres, and does what networks do.
type proxy struct {
	listener net.Listener

	mu      sync.Mutex
	dial    func() (net.Conn, error)
	changed *sync.Cond
	refuses bool          // new connections are closed at once
	delay   time.Duration // of each packet, in both directions
	conns   map[*link]bool
}

// link is one connection through the proxy.
type link struct {
	a, b   net.Conn
	silent bool // what comes is kept, and never passed on: neither side is told
}

func (l *link) close() {
	l.a.Close()
	if l.b != nil {
		l.b.Close()
	}
}

// newProxy listens on a port of this machine until the test ends.
func newProxy(t *testing.T, dial func() (net.Conn, error)) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{dial: dial, listener: l, conns: map[*link]bool{}}
	p.changed = sync.NewCond(&p.mu)
	go p.accept()
	t.Cleanup(func() { l.Close(); p.cut(); p.heal() })
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(c)
	}
}

func (p *proxy) serve(a net.Conn) {
	p.mu.Lock()
	refuses, dial := p.refuses, p.dial
	p.mu.Unlock()
	if refuses {
		a.Close()
		return
	}
	b, err := dial()
	if err != nil {
		a.Close()
		return
	}
	l := &link{a: a, b: b}
	p.mu.Lock()
	p.conns[l] = true
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pass(l, a, b) })
	both.Go(func() { p.pass(l, b, a) })
	both.Wait()
	p.mu.Lock()
	delete(p.conns, l)
	p.mu.Unlock()
}

// pass copies from one side to the other until one of them ends.
func (p *proxy) pass(l *link, from, to net.Conn) {
	defer l.close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			p.mu.Lock()
			for l.silent && p.conns[l] {
				p.changed.Wait()
			}
			delay := p.delay
			p.mu.Unlock()
			time.Sleep(delay)
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// cut ends all connections and refuses new ones.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuses = true
	for l := range p.conns {
		l.close()
		delete(p.conns, l)
	}
	p.changed.Broadcast()
}

// silence lets nothing pass on the connections there are, for ever, as when a firewall has
// forgotten them: neither side is told. New ones work.
func (p *proxy) silence() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.conns {
		l.silent = true
	}
	return len(p.conns)
}

// lead ends all connections; new ones come to another server.
func (p *proxy) lead(dial func() (net.Conn, error)) {
	p.cut()
	p.mu.Lock()
	p.dial = dial
	p.mu.Unlock()
	p.heal()
}

// slow delays every packet.
func (p *proxy) slow(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// heal lets new connections through, without delay.
func (p *proxy) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuses, p.delay = false, 0
	p.changed.Broadcast()
}
