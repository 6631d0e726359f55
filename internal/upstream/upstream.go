// Package upstream fetches from the registers of others. It asks politely: one request at
// a time to a host, with a pause between, under a name by which the host can find out who
// asks, and it waits when it is told to. And it believes little: it speaks to the one host
// that it was made for, whatever an answer says, takes no body larger than it was told to
// expect, and none that is not whole or not of the kind that was asked for.
//
// What a register has changed the shape of is no fault to try again after: it is an error
// that names the field, and whoever gets it writes nothing.
package upstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

const (
	// perSecond is how often a host is asked that nobody has said otherwise of.
	perSecond = 2
	// maxBody is how much an answer may hold unless the client is made for more, maxFile a
	// file that is downloaded.
	maxBody = 16 << 20
	maxFile = 1 << 30
	// requestTime is how long one answer may take, to its last byte: a host that drips is
	// given up like one that is silent. A file may take fileTime.
	requestTime = 60 * time.Second
	fileTime    = 30 * time.Minute
	// silence is how long nothing may come, neither an answer nor the next byte of one.
	silence      = 30 * time.Second
	maxRedirects = 3
)

// Options says which register, and how to ask it.
type Options struct {
	// Base is the address below which everything lies: "https://data.brreg.no/enhetsregisteret/api".
	Base string
	// Own says that the address was given by whoever runs the program, as a mirror or a
	// test is. Then it may be http, and on the program's own network. Without it the
	// address is https and leads out into the world.
	Own bool
	// Site is our own public address, by which the host can see who asks.
	Site string
	// PerSecond is how many requests to make in a second at most; 0: two.
	PerSecond float64
	// MaxBody is how many bytes an answer may have, unpacked; 0: 16 MiB.
	MaxBody int64
	// MaxFile is how many bytes a file may have that is downloaded; 0: 1 GiB.
	MaxFile int64
	// Tries is how often a request is made before it is given up; 0: six times.
	Tries int
	// Timeout is how long one answer may take; 0: a minute, half an hour for a file.
	Timeout time.Duration
	// Sleep waits; nil: by the clock. It returns the context's error when that ends first.
	Sleep func(context.Context, time.Duration) error
	// Log is told of every wait; nil: nowhere.
	Log *slog.Logger
}

// Client asks one register. Its methods may be called at the same time; the requests go
// one after the other.
type Client struct {
	base  *url.URL
	agent string
	http  *http.Client
	opts  Options
	gate  *gate
}

// New returns a client for the register at the address. It fails for an address that is
// none, and for one that only whoever runs the program may name.
func New(o Options) (*Client, error) {
	base, err := url.Parse(strings.TrimSuffix(o.Base, "/"))
	if err != nil || base.Hostname() == "" || base.User != nil || base.Fragment != "" || base.RawQuery != "" ||
		base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("%q is no address of a register, like https://data.brreg.no/enhetsregisteret/api", o.Base)
	}
	if base.Scheme == "http" && !o.Own {
		return nil, fmt.Errorf("%s: want https", o.Base)
	}
	var guard func(network, address string, c syscall.RawConn) error
	if !o.Own {
		guard = ssrf.New().Safe
	}
	fill(&o)
	c := &Client{base: base, agent: "oversikt-import", opts: o, gate: gateOf(base.Host)}
	if o.Site != "" {
		c.agent += " (+" + strings.TrimSuffix(o.Site, "/") + "/om)"
	}
	c.http = &http.Client{
		Transport: trace.Transport(&http.Transport{
			// No proxy: it would resolve and connect where the guard cannot see.
			DialContext:            (&net.Dialer{Timeout: silence, Control: guard}).DialContext,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    1,
			IdleConnTimeout:        silence,
			TLSHandshakeTimeout:    silence,
			ResponseHeaderTimeout:  silence,
			MaxResponseHeaderBytes: 64 << 10,
		}),
		CheckRedirect: c.redirect,
	}
	return c, nil
}

func fill(o *Options) {
	if o.PerSecond <= 0 {
		o.PerSecond = perSecond
	}
	if o.MaxBody <= 0 {
		o.MaxBody = maxBody
	}
	if o.MaxFile <= 0 {
		o.MaxFile = maxFile
	}
	if o.Tries <= 0 {
		o.Tries = tries
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Base returns the address that the client was made for.
func (c *Client) Base() string { return c.base.String() }

// ErrElsewhere is returned when an answer leads to another host or out of https.
var ErrElsewhere = errors.New("leads to another host")

// redirect follows only within the host.
func (c *Client) redirect(req *http.Request, via []*http.Request) error {
	if req.URL.Host != c.base.Host || req.URL.Scheme != c.base.Scheme {
		return fmt.Errorf("%s: %w", req.URL.Redacted(), ErrElsewhere)
	}
	if len(via) > maxRedirects {
		return &ShapeError{Where: via[0].URL.Redacted(), Field: "redirect", Want: "an answer", Got: "one redirect after another"}
	}
	return nil
}

// address returns where a request goes: below the base, whatever the path says.
func (c *Client) address(r Request) string {
	u := c.base.JoinPath(r.Path)
	u.RawQuery = r.Query.Encode()
	return u.String()
}

// gate lets one request at a time through to a host, for all clients of this program.
type gate struct {
	mu   chan struct{} // holds one when open; a channel, so that waiting for it can end
	last time.Time     // when the last request was over
}

var (
	gatesMu sync.Mutex
	gates   = map[string]*gate{}
)

func gateOf(host string) *gate {
	gatesMu.Lock()
	defer gatesMu.Unlock()
	g := gates[host]
	if g == nil {
		g = &gate{mu: make(chan struct{}, 1)}
		g.mu <- struct{}{}
		gates[host] = g
	}
	return g
}

// enter waits for the host to be free, and for its pause to be over. Whoever enters leaves.
func (c *Client) enter(ctx context.Context) error {
	select {
	case <-c.gate.mu:
	case <-ctx.Done():
		return ctx.Err()
	}
	pause := time.Duration(float64(time.Second)/c.opts.PerSecond) - time.Since(c.gate.last)
	if pause <= 0 {
		return nil
	}
	if err := c.opts.Sleep(ctx, pause); err != nil {
		c.gate.mu <- struct{}{}
		return err
	}
	return nil
}

func (c *Client) leave() {
	c.gate.last = time.Now()
	c.gate.mu <- struct{}{}
}
