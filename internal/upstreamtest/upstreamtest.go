// Package upstreamtest is for tests only: a copy of a register that misbehaves in the ways
// in which registers do. It runs on this machine and waits for nothing.
package upstreamtest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// Fault is one way to misbehave. right is what the register would have answered.
type Fault func(w http.ResponseWriter, r *http.Request, right *httptest.ResponseRecorder)

// Server is the register.
type Server struct {
	URL string

	mu     sync.Mutex
	next   []Fault
	always Fault
	asked  []string
	waited []time.Duration
	agents []string
}

// Serve starts a register that answers as h does until it is told otherwise. It stops with
// the test.
func Serve(t testing.TB, h http.Handler) *Server {
	s := &Server{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault := s.turn(r)
		if fault == nil {
			h.ServeHTTP(w, r)
			return
		}
		right := httptest.NewRecorder()
		h.ServeHTTP(right, r)
		fault(w, r, right)
	}))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// turn notes the request and returns what goes wrong with it.
func (s *Server) turn(r *http.Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.RequestURI())
	s.agents = append(s.agents, r.UserAgent())
	if len(s.next) > 0 {
		fault := s.next[0]
		s.next = s.next[1:]
		return fault
	}
	return s.always
}

// Next makes the next requests go wrong, one after the other; nil is a good answer.
func (s *Server) Next(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, faults...)
}

// Always makes every request go wrong that Next says nothing of; nil ends it.
func (s *Server) Always(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.always = f
}

// Asked returns what was asked for since the last call, in order: "/enheter?page=0".
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

// Agents returns under which names it was asked.
func (s *Server) Agents() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.agents)
}

// Waited returns how long the client would have waited since the last call, time by time.
func (s *Server) Waited() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	waited := s.waited
	s.waited = nil
	return waited
}

// Options returns options of a client for the server that notes its waits and waits for
// nothing.
func (s *Server) Options() upstream.Options {
	return upstream.Options{Base: s.URL, Own: true, Site: "https://oversikt.example", Sleep: func(ctx context.Context, d time.Duration) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waited = append(s.waited, d)
		return ctx.Err()
	}}
}

// Client returns a client with these options, as changed by change unless that is nil.
func (s *Server) Client(t testing.TB, change func(*upstream.Options)) *upstream.Client {
	t.Helper()
	o := s.Options()
	if change != nil {
		change(&o)
	}
	c, err := upstream.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Status answers with a status and, unless it is empty, a Retry-After.
func Status(status int, retryAfter string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
	}
}

// Cut sends half of the right answer and hangs up.
func Cut(w http.ResponseWriter, _ *http.Request, right *httptest.ResponseRecorder) {
	copyHeader(w, right)
	body := right.Body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(right.Code)
	_, _ = w.Write(body[:len(body)/2])
	panic(http.ErrAbortHandler)
}

// Half sends half of the right answer as if that were all: only who reads it can tell.
func Half(w http.ResponseWriter, _ *http.Request, right *httptest.ResponseRecorder) {
	copyHeader(w, right)
	w.WriteHeader(right.Code)
	_, _ = w.Write(right.Body.Bytes()[:right.Body.Len()/2])
}

// HangUp says nothing at all.
func HangUp(http.ResponseWriter, *http.Request, *httptest.ResponseRecorder) {
	panic(http.ErrAbortHandler)
}

// Silent says nothing, and does not hang up before the client does.
func Silent(_ http.ResponseWriter, r *http.Request, _ *httptest.ResponseRecorder) {
	<-r.Context().Done()
}

// Drip sends the right answer a byte at a time, and never gets to the end.
func Drip(w http.ResponseWriter, r *http.Request, right *httptest.ResponseRecorder) {
	copyHeader(w, right)
	w.WriteHeader(right.Code)
	for i := 0; ; i++ {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
		_, _ = w.Write([]byte{' '})
		_ = http.NewResponseController(w).Flush()
	}
}

// Huge sends the right answer, and blanks after it without end.
func Huge(w http.ResponseWriter, r *http.Request, right *httptest.ResponseRecorder) {
	copyHeader(w, right)
	w.WriteHeader(right.Code)
	_, _ = w.Write(right.Body.Bytes())
	blanks := bytes.Repeat([]byte(" "), 64<<10)
	for r.Context().Err() == nil {
		if _, err := w.Write(blanks); err != nil {
			return
		}
	}
}

// Maintenance answers 200 with a page for people.
func Maintenance(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!doctype html><title>Vedlikehold</title><p>Tjenesten er nede for vedlikehold.")
}

// Changed sends the right answer with every old replaced by its new: what stands before
// and after, as strings.NewReplacer has them.
func Changed(oldnew ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, right *httptest.ResponseRecorder) {
		copyHeader(w, right)
		w.WriteHeader(right.Code)
		fmt.Fprint(w, strings.NewReplacer(oldnew...).Replace(right.Body.String()))
	}
}

// Redirect leads somewhere else.
func Redirect(to string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ *httptest.ResponseRecorder) {
		http.Redirect(w, r, to, http.StatusFound)
	}
}

func copyHeader(w http.ResponseWriter, from *httptest.ResponseRecorder) {
	for name, values := range from.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
}
