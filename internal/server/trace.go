package server

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

// beginSpan begins the request's span, while traces are sent. What asks every few seconds
// whether the node is there has none.
func beginSpan(c *fiber.Ctx) trace.Span {
	if !trace.On() {
		return trace.Span{}
	}
	switch c.Path() {
	case "/healthz", "/readyz", "/metrics":
		return trace.Span{}
	}
	parent := ""
	if c.IsProxyTrusted() {
		parent = c.Get("traceparent")
	}
	ctx, span := trace.Request(c.UserContext(), knownMethod(c), parent)
	c.SetUserContext(ctx)
	return span
}

func endSpan(c *fiber.Ctx, span trace.Span, route string) {
	if !trace.On() {
		return
	}
	if route == noRoute {
		route = ""
	}
	span.Answered(knownMethod(c), route, c.Response().StatusCode(), requestID(c))
}

// knownMethod returns the request's method, or "" where that can be anything at all.
func knownMethod(c *fiber.Ctx) string {
	if method := c.Method(); slices.Contains(fiber.DefaultMethods, method) {
		return method
	}
	return ""
}
