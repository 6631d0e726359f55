// Package server builds the Fiber app: configuration, the order of middleware, the one
// table from errors to answers, assets, health and metrics, and mounts site and api.
//
// fasthttp is fast and lax. What it lets through that a proxy in front may read in
// another way is refused here, before any handler sees it (framing.go).
package server

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/valyala/fasthttp"

	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/conform"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/fhir"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/hsds"
	"github.com/nasjonal-oversikt/oversikt/internal/oidc"
	"github.com/nasjonal-oversikt/oversikt/internal/opendata"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/report"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/site"
	"github.com/nasjonal-oversikt/oversikt/internal/staff"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/tiles"
	"github.com/nasjonal-oversikt/oversikt/internal/use"
	"github.com/nasjonal-oversikt/oversikt/web"
)

// Deps is what the server needs.
type Deps struct {
	Store          *store.Store           // for signed-in pages and writes; the public pages do without
	View           func() *search.View    // the generation to answer from; nil while there is none
	Status         func() indexer.Status  // for /readyz and /metrics
	Use            *use.Counter           // counts pages that are opened; nil: nothing does
	Checked        func() *conform.Report // what came of checking what is published; nil: nothing does
	Tiles          *tiles.Source          // of the background map; nil: there is none
	TilesCredit    string                 // whose they are, as they want it said
	Files          *opendata.Files        // open data as files; nil: there are none
	OIDC           *oidc.Provider         // another way for editors to sign in; nil: none
	BaseURL        string                 // public address, without a slash at the end
	TrustedProxies []string               // addresses and ranges whose X-Forwarded-* are believed
	Stopping       func() bool            // connections are kept no more; nil: they are
	Version        string                 // of the program
	Dir            string                 // for what is kept out of memory; empty: where the system has such files
	MetricsToken   string                 // lets others than this machine read /metrics; empty: none
	Log            *slog.Logger
}

// Limits on what a request may cost. Answers take milliseconds; these are for slow lines
// and for those who mean harm.
const (
	readTimeout    = 10 * time.Second
	writeTimeout   = 10 * time.Second
	idleTimeout    = 30 * time.Second
	handleTimeout  = 5 * time.Second
	maxHeader      = 16 << 10 // request line and headers together
	maxRequestBody = 1 << 20

	// Files come on one address alone, from those who seem to be signed in. What is a little
	// too large is still read, so that the page can say so; and files take their time.
	maxUploadBody = staff.MaxUpload + 1<<20
	uploadTimeout = 60 * time.Second

	wholeTimeout = 60 * time.Second // for lists that are sent whole: some megabytes, on a slow line

	// Whoever reads a file of open data may have a slow line too.
	downloadTimeout = 15 * time.Minute

	usualAnswer = 16 << 10 // a compressed page with its headers goes out in one write
)

// server holds what middleware and handlers of this package share.
type server struct {
	deps      Deps
	app       *fiber.App
	site      *site.Site
	metrics   *metrics
	deadlines deadlines
	flood     *flood

	secureOrigin bool // the public address is https
}

// New returns the app, ready to listen. It panics when the assets in the binary are not
// whole.
func New(d Deps) *fiber.App { return newServer(d).app }

func newServer(d Deps) *server {
	reports := report.New(report.Deps{Store: d.Store, View: d.View, Now: time.Now})
	stamp := reports.DayStamp
	if d.Store == nil {
		stamp = nil
	} else {
		stamp() // begins to read its key, so that the first pages have it
	}
	var app *fiber.App
	s := &server{
		deps: d,
		site: site.New(site.Deps{View: d.View, Stamp: stamp, Checked: d.Checked, BaseURL: d.BaseURL, Files: d.Files, Tiles: d.Tiles, TilesCredit: d.TilesCredit, Now: time.Now, Log: d.Log,
			Limits: limitsOfAPI, Serves: func(path string) bool { return serves(app, path) }}),
		metrics: newMetrics(d),
		flood:   newFlood(d.TrustedProxies, floodPlaces),

		secureOrigin: strings.HasPrefix(d.BaseURL, "https://"),
	}
	app = fiber.New(s.config())
	s.app = app
	refuseUnknownMethods(app)
	page.FormsFromBody(app)
	app.Server().HeaderReceived = limitsFor
	s.use(app)
	s.mountHealth(app)
	mountAssets(app, web.Files())
	open := api.New(api.Deps{View: d.View, Store: d.Store, BaseURL: d.BaseURL, Dir: d.Dir})
	open.Mount(app)
	asFHIR := fhir.New(fhir.Deps{View: d.View, BaseURL: d.BaseURL, Version: d.Version})
	asFHIR.Mount(app)
	asHSDS := hsds.New(hsds.Deps{View: d.View, BaseURL: d.BaseURL, Now: time.Now})
	asHSDS.Mount(app)
	s.metrics.registry.MustRegister(&node{deps: d, flood: s.flood, caches: map[string]func() page.CacheStats{
		"pages": s.site.CacheStats, "api": open.CacheStats, "fhir": asFHIR.CacheStats, "hsds": asHSDS.CacheStats,
	}})
	staff.New(staff.Deps{Store: d.Store, View: d.View, OIDC: d.OIDC, BaseURL: d.BaseURL, Now: time.Now, Log: d.Log,
		PreviewArticle: s.site.PreviewArticle, PreviewOffering: s.site.PreviewOffering}).Mount(app)
	reports.Mount(app)
	if d.Files != nil {
		d.Files.Mount(app)
	}
	s.site.Mount(app)
	return s
}

func (s *server) config() fiber.Config {
	return fiber.Config{
		AppName:      "oversikt",
		Immutable:    true, // strings taken from a context would else change with the next request
		ReadTimeout:  readTimeout,
		WriteTimeout: writeTimeout,
		IdleTimeout:  idleTimeout,

		ReadBufferSize:  maxHeader,
		WriteBufferSize: usualAnswer,
		BodyLimit:       maxRequestBody,

		// fasthttp would read a form with files from the connection up to the form's own end, and
		// take what follows of the body for the next request.
		DisablePreParseMultipartForm: true,

		EnableTrustedProxyCheck: true,
		TrustedProxies:          s.deps.TrustedProxies,
		ProxyHeader:             fiber.HeaderXForwardedFor,
		EnableIPValidation:      true,

		ErrorHandler:          s.refuse,
		DisableStartupMessage: true,
	}
}

// use registers the middleware, in this order.
func (s *server) use(app *fiber.App) {
	app.Use(
		identify,                   // first: everything after it can name the request
		s.secure,                   // before anything can answer, so that every answer has the headers
		s.observe,                  // outside what may fail: it turns errors into answers, then logs and counts
		guardFraming,               // before anything believes the request
		s.lastOnConnection,         // before what may answer
		s.flood.limit,              // before anything that costs
		recover.New(recoverConfig), // around all handlers, inside observe, which logs the panic
		s.checkOrigin,              // before handlers, for all unsafe methods, so that none can forget it
		s.limitTime,                // last: the time of the handler alone
	)
}

var recoverConfig = recover.Config{EnableStackTrace: true, StackTraceHandler: keepStack}

// limitsOfAPI are what the page for developers says.
var limitsOfAPI = site.Limits{
	PageSize: api.MaxPageSize, Body: api.MaxBody, CallsPerMinute: api.CallsPerMinute(), Header: maxHeader, Time: handleTimeout,
	MessageChanges: api.MessageChanges, MessageTime: api.MessageTime, SecretOverlap: store.SecretOverlap, Patience: store.WebhookPatience,
}

// serves reports whether the app has a route at or below a path.
func serves(app *fiber.App, path string) bool {
	return slices.ContainsFunc(app.GetRoutes(true), func(r fiber.Route) bool {
		return r.Path == path || strings.HasPrefix(r.Path, path+"/")
	})
}

// limitsFor returns the limits of a request that are other than those of all.
func limitsFor(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path, _, _ := bytes.Cut(h.RequestURI(), []byte("?"))
	if bytes.HasPrefix(path, []byte(hsds.Root+"/")) {
		return fasthttp.RequestConfig{WriteTimeout: wholeTimeout}
	}
	if bytes.HasPrefix(path, []byte(opendata.Path)) {
		return fasthttp.RequestConfig{WriteTimeout: downloadTimeout}
	}
	if string(h.Method()) != fiber.MethodPost || string(path) != staff.UploadPath || len(h.Cookie(staff.SessionCookie)) == 0 {
		return fasthttp.RequestConfig{}
	}
	return fasthttp.RequestConfig{ReadTimeout: uploadTimeout, MaxRequestBodySize: maxUploadBody}
}

// refuseUnknownMethods gives requests with a method that Fiber does not know to the error
// table. Fiber would answer them itself, past all middleware.
func refuseUnknownMethods(app *fiber.App) {
	inner, refuse := app.Server().Handler, app.Server().ErrorHandler
	app.Server().Handler = func(ctx *fasthttp.RequestCtx) {
		if !slices.Contains(fiber.DefaultMethods, string(ctx.Method())) {
			refuse(ctx, errMethod)
			ctx.SetConnectionClose()
			return
		}
		inner(ctx)
	}
}

var errMethod = errors.New("unknown method")

// isAPI reports whether the request's answer, also an error, is JSON.
func isAPI(c *fiber.Ctx) bool {
	return strings.HasPrefix(c.Path(), "/api/") || strings.HasPrefix(c.Path(), "/hsds/")
}

// readsByPost reports whether all that can be sent to the request's address by POST is a
// question: it changes nothing, so pages of every site may send it.
func readsByPost(c *fiber.Ctx) bool {
	return strings.HasPrefix(c.Path(), hsds.Root+"/") || strings.HasPrefix(c.Path(), fhir.Root+"/")
}

// isFHIR reports whether the request's answer, also an error, is a FHIR resource.
func isFHIR(c *fiber.Ctx) bool { return strings.HasPrefix(c.Path(), "/fhir/") }

// SaveMemory lets the garbage collector run twice as often as it would by itself, unless
// GOGC says otherwise: what is kept is small and long-lived, and a node shares its machine.
// Call it when the index is open, whose loading leaves much behind.
func SaveMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	debug.FreeOSMemory()
}
