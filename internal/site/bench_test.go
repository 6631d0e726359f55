package site

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Pages as they are made after an edit: nothing of them is kept.
func BenchmarkPages(b *testing.B) {
	v := realdata.View(b)
	s := New(Deps{View: func() *search.View { return v }, BaseURL: "http://oversikt.test", Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	s.answers = page.NewCache(0, generation.older)
	app := fiber.New(fiber.Config{Immutable: true})
	s.Mount(app)
	handle := app.Handler()
	for _, path := range []string{
		"/", "/kommune/1804-bodo", "/mote-med-helsetjenesten/tips-og-rad", "/sok?q=avlastning&kommune=1804", page.OfferingPath(v.Offerings()[0]),
	} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var c fasthttp.RequestCtx
				c.Request.SetRequestURI(path)
				c.Request.Header.Set(fiber.HeaderAcceptEncoding, "br")
				handle(&c)
				if c.Response.StatusCode() != http.StatusOK {
					b.Fatal(c.Response.StatusCode())
				}
			}
		})
	}
}
