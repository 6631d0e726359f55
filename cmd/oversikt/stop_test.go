package main

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
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
			go func() { ended <- finish(stopping, took, served) }()
			<-stopping.begun
			if _, err := io.WriteString(conn, "Host: oversikt.test\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("what was asked before the stop is answered with %v, %v", resp, err)
			}
		} else {
			go func() { ended <- finish(app, took, served) }()
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
