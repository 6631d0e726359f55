package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/fhir"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

// statusOf is the one table from errors to statuses. What is not in it is 500.
func statusOf(err error) int {
	var fe *fiber.Error
	switch {
	case errors.As(err, &fe):
		return fe.Code
	case errors.Is(err, auth.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, store.ErrConflict):
		return http.StatusConflict
	case errors.As(err, new(store.TooSoon)):
		return http.StatusTooManyRequests
	case errors.Is(err, page.ErrNotReady),
		errors.Is(err, context.DeadlineExceeded),
		store.Unavailable(err):
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// answer sends the page, under /api the problem or under /fhir the outcome, that err stands for. The error's own
// text is for the log alone.
func (s *server) answer(c *fiber.Ctx, err error) {
	status := statusOf(err)
	// What a failed handler has said about its answer does not hold for this one.
	c.Response().ResetBody()
	for _, h := range []string{fiber.HeaderETag, fiber.HeaderLastModified, fiber.HeaderContentEncoding, fiber.HeaderLocation} {
		c.Response().Header.Del(h)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(waitOf(err)))
	}
	if failed := s.render(c, status); failed != nil {
		s.deps.Log.Error("error page failed", "error", failed, "request_id", requestID(c))
		c.Status(status).Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
		c.Response().SetBodyString(lastResort)
	}
}

// waitOf returns after how many seconds it may work.
func waitOf(err error) int {
	var soon store.TooSoon
	if errors.As(err, &soon) {
		return int(soon.Wait.Seconds())
	}
	return 10
}

// lastResort is said when the error page itself cannot be made.
const lastResort = "Noe gikk galt hos oss. Prøv igjen om litt.\n" +
	"Fare for liv: ring 113. Legevakt: 116 117. Noen å snakke med: 116 123.\n"

// render makes the answer. A panic in a page's template is an error like any other here:
// nothing stands outside to recover it.
func (s *server) render(c *fiber.Ctx, status int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	if isAPI(c) {
		return api.WriteProblem(c, status, requestID(c))
	}
	if isFHIR(c) {
		return fhir.WriteOutcome(c, status, requestID(c))
	}
	return s.site.RenderError(c, status, requestID(c))
}

// refuse answers what fasthttp refuses before any middleware runs: headers that are too
// large, bodies that are, requests that are no HTTP.
func (s *server) refuse(c *fiber.Ctx, err error) error {
	// The error is as a rule fasthttp's, whose text quotes the request.
	plain := fiber.NewError(statusOf(err))
	linger(c, plain.Code)
	setRequestID(c)
	s.setSecurityHeaders(c)
	s.answer(c, plain)
	s.record(c, noRoute, plain, 0)
	s.recordSecurity(c, noRoute)
	return nil
}

// record writes the request's line in the log and counts it. Neither has the address of
// the reader nor what was asked: what people look for here is private.
func (s *server) record(c *fiber.Ctx, route string, err error, took time.Duration) {
	status, method := c.Response().StatusCode(), c.Method()
	if !slices.Contains(fiber.DefaultMethods, method) {
		method = "?" // anything at all can stand there
	}
	line := s.metrics.lineOf(kind{method, route, status})
	line.count(took)
	level, failed := slog.LevelInfo, err != nil && status >= http.StatusInternalServerError
	if failed {
		level = slog.LevelError
	}
	ctx := c.UserContext()
	if !line.log.Enabled(ctx, level) {
		return
	}
	// Without the place in the program: it would be this one each time, and costs most of the line.
	entry := slog.NewRecord(time.Now(), level, "request", 0)
	entry.AddAttrs(slog.Duration("duration", took), slog.String("request_id", requestID(c)))
	if id := trace.ID(ctx); id != "" {
		entry.AddAttrs(slog.String("trace_id", id))
	}
	if failed {
		entry.AddAttrs(slog.String("error", err.Error()))
		if stack, ok := c.Locals(stackKey{}).(string); ok {
			entry.AddAttrs(slog.String("stack", stack))
		}
	}
	_ = line.log.Handle(ctx, entry) // a log that cannot be written has nowhere to say so
}

// recordSecurity writes a line of its own for what whoever watches over the site wants to
// know of: sign-ins that worked and that did not, and requests that were refused for what
// they are. It says when, what, where, in which request, and who as far as that is known:
// an account or a token by number. Where from it does not say, as no line does.
func (s *server) recordSecurity(c *fiber.Ctx, route string) {
	status := c.Response().StatusCode()
	what, who := page.Noted(c)
	if what == "" {
		what = refusals[status]
	}
	if what == "" {
		return
	}
	attrs := []slog.Attr{slog.String("what", what), slog.String("method", c.Method()), slog.String("route", route), slog.Int("status", status), slog.String("request_id", requestID(c))}
	if !slices.Contains(fiber.DefaultMethods, c.Method()) {
		attrs[1] = slog.String("method", "?")
	}
	if who != "" {
		attrs = append(attrs, slog.String("who", who))
	}
	s.deps.Log.LogAttrs(c.UserContext(), slog.LevelInfo, "security", attrs...)
}

// refusals are what is noted of answers that nobody has noted anything more exact of.
var refusals = map[int]string{
	http.StatusUnauthorized: "not signed in", http.StatusForbidden: "forbidden", http.StatusTooManyRequests: "too many",
	http.StatusRequestEntityTooLarge: "too large", http.StatusRequestHeaderFieldsTooLarge: "too large",
}

// noRoute stands in the log where no route answered.
const noRoute = "-"

// routeOf returns the pattern of the route that answered, or noRoute.
func routeOf(c *fiber.Ctx) string {
	route := c.Route().Path
	// Middleware is registered at "/" too.
	if route == "" || route == "/" && c.Path() != "/" {
		return noRoute
	}
	return route
}
