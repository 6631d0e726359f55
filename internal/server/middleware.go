package server

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

type stackKey struct{}

// identify gives the request an id, short enough to be read out over a telephone. Ids
// that come with a request are not used: they would let a stranger write in the log.
func identify(c *fiber.Ctx) error {
	setRequestID(c)
	return c.Next()
}

// requestIDName is how fasthttp writes the header.
var requestIDName = []byte("X-Request-Id")

// setRequestID makes an id of sixty random bits. It tells requests apart and is no secret.
func setRequestID(c *fiber.Ctx) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var id [12]byte
	bits := rand.Uint64()
	for i := range id {
		id[i] = letters[bits%32]
		bits /= 32
	}
	c.Response().Header.SetCanonical(requestIDName, id[:])
}

// requestID returns the id that identify gave, or "".
func requestID(c *fiber.Ctx) string {
	return string(c.Response().Header.PeekBytes(requestIDName))
}

// contentPolicy lets pages use what this program serves, and nothing else. Icons of the
// design system are masks in data: addresses, therefore img-src.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; object-src 'none'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secure sets the headers that every answer has.
func (s *server) secure(c *fiber.Ctx) error {
	s.setSecurityHeaders(c)
	return c.Next()
}

func (s *server) setSecurityHeaders(c *fiber.Ctx) {
	h := &c.Response().Header
	for _, header := range securityHeaders {
		h.SetCanonical(header.name, header.value)
	}
	if s.secureOrigin {
		h.SetCanonical(transportSecurity.name, transportSecurity.value)
	}
}

// header is one header of answers, its name written as fasthttp writes names.
type header struct{ name, value []byte }

func newHeader(name, value string) header {
	return header{[]byte(http.CanonicalHeaderKey(name)), []byte(value)}
}

var securityHeaders = [...]header{
	newHeader(fiber.HeaderContentSecurityPolicy, contentPolicy),
	newHeader(fiber.HeaderXContentTypeOptions, "nosniff"),
	// With no-referrer browsers would send "Origin: null", and checkOrigin refuse forms.
	newHeader(fiber.HeaderReferrerPolicy, "same-origin"),
	newHeader(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"),
	newHeader("Cross-Origin-Opener-Policy", "same-origin"),
}

var transportSecurity = newHeader(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")

// observe turns an error into its answer, writes the request's one line in the log, and
// counts what was opened.
func (s *server) observe(c *fiber.Ctx) error {
	start := time.Now()
	span := beginSpan(c)
	err := c.Next()
	if err != nil {
		s.answer(c, err)
	}
	route := routeOf(c)
	endSpan(c, span, route)
	s.record(c, route, err, time.Since(start))
	s.recordSecurity(c, route)
	s.countUse(c, route)
	return nil
}

// lastOnConnection tells who asks on a connection of a program that stops to use another one.
func (s *server) lastOnConnection(c *fiber.Ctx) error {
	err := c.Next()
	if s.deps.Stopping != nil && s.deps.Stopping() {
		c.Context().SetConnectionClose() // after the handler, which may make its answer anew
	}
	return err
}

// WaitForConnections waits until an app that listens no more has no connection left, for d at most.
func WaitForConnections(app *fiber.App, d time.Duration) {
	// The count leaves out one, for the listening, which is over: it is -1 where there is none.
	for began := time.Now(); time.Since(began) < d && app.Server().GetOpenConnectionsCount() >= 0; {
		time.Sleep(10 * time.Millisecond)
	}
}

// checkOrigin refuses unsafe requests that another site made a reader's browser send.
// Requests of programs have neither header and are not what this is against.
func (s *server) checkOrigin(c *fiber.Ctx) error {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return c.Next()
	}
	if c.Method() == fiber.MethodPost && readsByPost(c) {
		return c.Next()
	}
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return c.Next()
	case "":
		if origin := c.Get(fiber.HeaderOrigin); origin == "" || origin == originOf(s.deps.BaseURL) {
			return c.Next()
		}
	}
	page.Note(c, "form of another site")
	return fiber.NewError(http.StatusForbidden, "request from another site")
}

// originOf returns the scheme and host of an address, as browsers send it.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// limitTime gives the request's context a deadline. Fiber's has none.
func (s *server) limitTime(c *fiber.Ctx) error {
	c.SetUserContext(trace.Carry(s.deadlines.next(), c.UserContext()))
	return c.Next()
}

// deadlines gives contexts that end handleTimeout from now, or up to deadlineStep sooner:
// requests that begin together share one. A context and a timer for each cost a finished
// page as much as looking it up does.
type deadlines struct {
	mu      sync.Mutex
	current atomic.Pointer[deadline]
}

type deadline struct {
	context.Context
	begun time.Time
}

const deadlineStep = 100 * time.Millisecond

func (d *deadlines) next() context.Context {
	fresh := func() *deadline {
		if now := d.current.Load(); now != nil && time.Since(now.begun) < deadlineStep {
			return now
		}
		return nil
	}
	if now := fresh(); now != nil {
		return now.Context
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := fresh(); now != nil {
		return now.Context
	}
	ctx, cancel := context.WithTimeout(context.Background(), handleTimeout)
	context.AfterFunc(ctx, cancel) // others may use it until its time is out
	d.current.Store(&deadline{ctx, time.Now()})
	return ctx
}

// keepStack keeps the stack of a panic for the log.
func keepStack(c *fiber.Ctx, _ any) { c.Locals(stackKey{}, string(debug.Stack())) }
