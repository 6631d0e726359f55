package server

import (
	"crypto/subtle"
	"net"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
)

// readiness is the answer of /readyz.
type readiness struct {
	Ready    bool           `json:"ready"` // there is an index to answer from
	Index    indexHealth    `json:"index"`
	Database databaseHealth `json:"database"`
	Version  string         `json:"version"`
}

type indexHealth struct {
	Generation uint64  `json:"generation"`
	LagSeconds float64 `json:"lag_seconds"`
	InMemory   bool    `json:"in_memory"` // the disk is full, or InUse: the index is kept in memory
	InUse      bool    `json:"in_use"`    // another process has the index's folder
}

type databaseHealth struct {
	Reachable bool `json:"reachable"`
}

func (s *server) mountHealth(app *fiber.App) {
	app.Get("/healthz", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.SendString("ok\n")
	})
	app.Get("/readyz", s.showReadiness)
	app.Get("/metrics", s.guardMetrics, adaptor.HTTPHandler(s.metrics.handler()))
}

// showReadiness answers 200 while readers get answers, also with the database away: that
// is said in the body, and is no reason to take the node out.
func (s *server) showReadiness(c *fiber.Ctx) error {
	r := s.readiness()
	if !r.Ready {
		c.Status(http.StatusServiceUnavailable)
		c.Set(fiber.HeaderRetryAfter, "10")
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(r)
}

// guardMetrics hides what stands after it from all but this machine and those who have the
// token. A proxy on the machine speaks for others and says so in a header.
func (s *server) guardMetrics(c *fiber.Ctx) error {
	if token, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer "); ok && s.deps.MetricsToken != "" &&
		subtle.ConstantTimeCompare([]byte(token), []byte(s.deps.MetricsToken)) == 1 {
		return c.Next()
	}
	forwarded := c.Get(fiber.HeaderXForwardedFor) != "" || c.Get(fiber.HeaderForwarded) != ""
	addr, ok := c.Context().RemoteAddr().(*net.TCPAddr)
	if forwarded || !ok || !addr.IP.IsLoopback() {
		return fiber.ErrNotFound
	}
	return c.Next()
}

func (s *server) readiness() readiness {
	status := s.deps.Status()
	r := readiness{
		Index:    indexHealth{LagSeconds: status.Lag.Seconds(), InMemory: status.InMemory, InUse: status.InUse},
		Database: databaseHealth{Reachable: status.DatabaseUp},
		Version:  s.deps.Version,
	}
	if v := s.deps.View(); v != nil {
		r.Ready = true
		r.Index.Generation = v.Generation()
	}
	return r
}
