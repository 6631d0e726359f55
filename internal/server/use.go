package server

import (
	"bytes"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/use"
)

// countUse counts a page that somebody opened, or a call that another program made. What is
// counted is said in /om/tall and /personvern: change them together.
func (s *server) countUse(c *fiber.Ctx, route string) {
	if s.deps.Use == nil || c.Response().StatusCode() != http.StatusOK || c.Method() != fiber.MethodGet {
		return
	}
	kind, ok := use.Kind(route)
	if !ok || !opened(c, kind == directory.APICall) || use.Robot(c.Request().Header.UserAgent()) {
		return
	}
	s.deps.Use.Count(kind)
}

// opened reports whether the answer is what the kind says, a page or else an answer to a
// program, and was asked for by somebody: not ahead of time, not by a script of this site's
// own, such as the one that keeps copies for use without a net.
func opened(c *fiber.Ctx, program bool) bool {
	h := &c.Request().Header
	isPage := bytes.HasPrefix(c.Response().Header.ContentType(), []byte(fiber.MIMETextHTML))
	if isPage == program || len(h.Peek("Sec-Purpose")) > 0 {
		return false
	}
	if program {
		return string(h.Peek("Sec-Fetch-Site")) != "same-origin"
	}
	// Not Sec-Fetch-Dest, which is lost where the page comes through the worker. Older
	// browsers say nothing.
	mode := string(h.Peek("Sec-Fetch-Mode"))
	return mode == "" || mode == "navigate"
}
