package main

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/server"
)

// Who is asked to stop stops, also just before it listens; and what was asked before is
// answered.
func TestStopAtAnyMoment(t *testing.T) {
	deps := server.Deps{
		View: func() *search.View { return nil }, Status: func() indexer.Status { return indexer.Status{} },
		BaseURL: "http://oversikt.test", Log: slog.New(slog.DiscardHandler),
	}
	for _, begun := range []bool{true, false} {
		app := server.New(deps)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		took := &listened{Listener: l, taken: make(chan struct{}), closed: make(chan struct{})}
		served, ended := make(chan error, 1), make(chan error, 1)
		if begun {
			go func() { served <- app.Listener(took) }()
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\n"); err != nil {
				t.Fatal(err)
			}
			<-took.taken
			stopping := stopped{app, make(chan struct{})}
			go func() { ended <- finish(stopping, took, served, func() {}) }()
			<-stopping.begun
			if _, err := io.WriteString(conn, "Host: oversikt.test\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("what was asked before the stop is answered with %v, %v", resp, err)
			}
		} else {
			go func() { ended <- finish(app, took, served, func() {}) }()
			<-took.closed
			go func() { served <- app.Listener(took) }()
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("finish() = %v", err)
			}
		case <-time.After(shutdownGrace + 20*time.Second):
			t.Fatalf("it never stops; listening had begun: %v", begun)
		}
		if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
			conn.Close()
			t.Error("it listens on")
		}
	}
}

// A proxy sends forms on connections that it has kept. One that comes as the program stops is
// answered, and told to be the last.
func TestStopLosesNoFormOfAProxy(t *testing.T) {
	var stopping atomic.Bool
	app := server.New(server.Deps{
		View: func() *search.View { return nil }, Status: func() indexer.Status { return indexer.Status{} },
		BaseURL: "http://oversikt.test", Log: slog.New(slog.DiscardHandler), Stopping: stopping.Load,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	took := &listened{Listener: l, taken: make(chan struct{}), closed: make(chan struct{})}
	served, ended := make(chan error, 1), make(chan error, 1)
	go func() { served <- app.Listener(took) }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	ask := func(raw string) *http.Response {
		t.Helper()
		if _, err := io.WriteString(conn, raw); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp
	}
	if resp := ask("GET /healthz HTTP/1.1\r\nHost: oversikt.test\r\n\r\n"); resp.StatusCode != http.StatusOK || resp.Close {
		t.Fatalf("before: status %d, closed %v", resp.StatusCode, resp.Close)
	}
	stopping.Store(true)
	go func() { ended <- finish(app, took, served, func() { server.WaitForConnections(app, 5*time.Minute) }) }()
	<-took.closed
	if resp := ask("POST /logg-inn HTTP/1.1\r\nHost: oversikt.test\r\nOrigin: http://evil.test\r\nContent-Length: 1\r\n\r\na"); resp.StatusCode != http.StatusForbidden || !resp.Close {
		t.Errorf("a form while it stops: status %d, closed %v, want 403 and closed", resp.StatusCode, resp.Close)
	}
	// With no connection left it does not wait.
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("finish() = %v", err)
		}
	case <-time.After(2 * time.Minute):
		t.Error("it waits for nobody")
	}
}

// listened is a listener that says when it has taken a connection, and when it was closed.
type listened struct {
	net.Listener
	taken, closed   chan struct{}
	taking, closing sync.Once
}

func (l *listened) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.taking.Do(func() { close(l.taken) })
	}
	return conn, err
}

func (l *listened) Close() error {
	defer l.closing.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// stopped is an app that says when its end has begun.
type stopped struct {
	app   *fiber.App
	begun chan struct{}
}

func (s stopped) ShutdownWithTimeout(grace time.Duration) error {
	close(s.begun)
	return s.app.ShutdownWithTimeout(grace)
}
