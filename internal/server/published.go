package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/conform"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/fhir"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/hsds"
	"github.com/nasjonal-oversikt/oversikt/internal/site"
)

// Published returns a Fetch of what a node with these Deps publishes. It asks the handlers
// themselves, with caches of their own: nothing of it is counted, logged, or kept where
// readers' pages are.
func Published(d Deps) conform.Fetch {
	app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true})
	hsds.New(hsds.Deps{View: d.View, BaseURL: d.BaseURL, Now: time.Now}).Mount(app)
	fhir.New(fhir.Deps{View: d.View, BaseURL: d.BaseURL, Version: d.Version}).Mount(app)
	if d.Files != nil {
		d.Files.Mount(app) // the node's own: they are on its disk
	}
	site.New(site.Deps{View: d.View, BaseURL: d.BaseURL, Now: time.Now, Log: slog.New(slog.DiscardHandler)}).Mount(app)
	return func(ctx context.Context, path, accept string) (int, []byte, error) {
		req := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
		if accept != "" {
			req.Header.Set(fiber.HeaderAccept, accept)
		}
		resp, err := app.Test(req, -1)
		if err != nil {
			return 0, nil, fmt.Errorf("ask this node: %w", err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp.StatusCode, body, err
	}
}
