package server

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"
)

type (
	requestIDKey struct{}
	stackKey     struct{}
)

// identify gives the request an id, short enough to be read out over a telephone. Ids
// that come with a request are not used: they would let a stranger write in the log.
func identify(c *fiber.Ctx) error {
	setRequestID(c)
	return c.Next()
}

func setRequestID(c *fiber.Ctx) {
	id := rand.Text()[:12]
	c.Locals(requestIDKey{}, id)
	c.Set(fiber.HeaderXRequestID, id)
}

// requestID returns the id that identify gave, or "".
func requestID(c *fiber.Ctx) string {
	id, _ := c.Locals(requestIDKey{}).(string)
	return id
}

// contentPolicy lets pages use what this program serves, and nothing else. Icons of the
// design system are masks in data: addresses, therefore img-src.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

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

// observe turns an error into its answer, and writes the request's one line in the log.
func (s *server) observe(c *fiber.Ctx) error {
	start := time.Now()
	err := c.Next()
	if err != nil {
		s.answer(c, err)
	}
	s.record(c, routeOf(c), err, time.Since(start))
	return nil
}

// checkOrigin refuses unsafe requests that another site made a reader's browser send.
// Requests of programs have neither header and are not what this is against.
func (s *server) checkOrigin(c *fiber.Ctx) error {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
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
func limitTime(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), handleTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// keepStack keeps the stack of a panic for the log.
func keepStack(c *fiber.Ctx, _ any) { c.Locals(stackKey{}, string(debug.Stack())) }
