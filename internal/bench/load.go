package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// load asks a server over some connections for a while, each as fast as it is answered.
type load struct {
	addr        string
	connections int
	next        func() string // address to ask for, below the server
	header      string        // further lines of the request, each with its line end
	check       func(path string, body []byte) error
}

// sample is what a load measured.
type sample struct {
	took     []time.Duration
	bytes    int
	errors   int
	example  error // the first error
	duration time.Duration
}

// answerTimeout is when an answer is given up. Some searches of a million rows in Postgres
// take a good part of it with many beside them.
const answerTimeout = 60 * time.Second

// run asks for d and returns what came back.
func (l load) run(ctx context.Context, d time.Duration) sample {
	var mu sync.Mutex
	var all sample
	var group sync.WaitGroup
	started := time.Now()
	for range l.connections {
		group.Go(func() {
			s := l.ask(ctx, started.Add(d))
			mu.Lock()
			defer mu.Unlock()
			all.add(s)
		})
	}
	group.Wait()
	all.duration = time.Since(started)
	return all
}

// add takes in what another measured, but for its duration.
func (s *sample) add(other sample) {
	s.took = append(s.took, other.took...)
	s.bytes += other.bytes
	s.errors += other.errors
	if s.example == nil {
		s.example = other.example
	}
}

// ask is the work of one connection. A connection that breaks is an error, and is made anew.
func (l load) ask(ctx context.Context, until time.Time) sample {
	s := sample{took: make([]time.Duration, 0, 1<<14)}
	var c *connection
	defer func() {
		if c != nil {
			c.Close()
		}
	}()
	for ctx.Err() == nil && time.Now().Before(until) {
		path := l.next()
		started := time.Now()
		var err error
		if c == nil {
			if c, err = dial(l.addr); err != nil {
				s.fail(err)
				time.Sleep(10 * time.Millisecond)
				continue
			}
		}
		body, err := c.get(path, l.header)
		if err != nil {
			s.fail(fmt.Errorf("GET %s: %w", path, err))
			var status statusError
			if !errors.As(err, &status) {
				c.Close()
				c = nil
			}
			continue
		}
		s.took = append(s.took, time.Since(started))
		s.bytes += len(body)
		if err := l.check(path, body); err != nil {
			s.fail(fmt.Errorf("GET %s: %w", path, err))
		}
	}
	return s
}

func (s *sample) fail(err error) {
	s.errors++
	if s.example == nil {
		s.example = err
	}
}

// perSecond returns answers a second.
func (s sample) perSecond() float64 {
	if s.duration == 0 {
		return 0
	}
	return float64(len(s.took)) / s.duration.Seconds()
}

// percentiles returns the times within which so many of a hundred answers came.
func (s sample) percentiles(of ...float64) []time.Duration {
	slices.Sort(s.took)
	out := make([]time.Duration, len(of))
	for i, p := range of {
		if len(s.took) > 0 {
			out[i] = s.took[min(len(s.took)-1, int(p/100*float64(len(s.took))))]
		}
	}
	return out
}

// connection is one kept open to a server. It does little, since it takes its time from
// the same processors as the server.
type connection struct {
	net.Conn
	addr   string
	reader *bufio.Reader
	answer fasthttp.Response
}

func dial(addr string) (*connection, error) {
	c, err := net.DialTimeout("tcp", addr, answerTimeout)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: c, addr: addr, reader: bufio.NewReaderSize(c, 64<<10)}, nil
}

// statusError is an answer that is none.
type statusError struct {
	status int
	body   string
}

func (e statusError) Error() string { return fmt.Sprintf("status %d: %.200s", e.status, e.body) }

// get returns the body, which is valid until the next call. A status other than 200 is a
// statusError.
func (c *connection) get(path, header string) ([]byte, error) {
	if err := c.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return nil, err
	}
	request := "GET " + path + " HTTP/1.1\r\nHost: " + c.addr + "\r\n" + header + "\r\n"
	if _, err := c.Write([]byte(request)); err != nil {
		return nil, err
	}
	if err := c.answer.Read(c.reader); err != nil {
		return nil, err
	}
	body := c.answer.Body()
	if status := c.answer.StatusCode(); status != fasthttp.StatusOK {
		return nil, statusError{status, strings.ToValidUTF8(string(body), "?")}
	}
	return body, nil
}

// fetch asks once and returns a copy of the body with the answer's headers.
func fetch(addr, path, header string) ([]byte, map[string]string, error) {
	c, err := dial(addr)
	if err != nil {
		return nil, nil, err
	}
	defer c.Close()
	var body []byte
	for range 3 { // a page is compressed better when it is asked for again
		if body, err = c.get(path, header); err != nil {
			return nil, nil, fmt.Errorf("GET %s: %w", path, err)
		}
	}
	headers := map[string]string{}
	for name, value := range c.answer.Header.All() {
		headers[string(name)] = string(value)
	}
	return slices.Clone(body), headers, nil
}
