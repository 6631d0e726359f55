// Package fhir is the directory in HL7 FHIR R4 (4.0.1), below /fhir/R4, to be read and
// searched: offerings are HealthcareServices, their doors and the areas they are for are
// Locations, those who give them are Organizations, after HL7 Norway's basis profiles
// (no-basis). The words of the directory are CodeSystems of its own.
//
// Every answer is made from one search.View and needs no database. Resources are made when
// they are shown; what they are found by is kept for each generation of the index.
package fhir

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Root is the path that everything stands under, what a FHIR client calls the base.
const Root = "/fhir/R4"

const contentType = "application/fhir+json; charset=utf-8"

// answerBytes is room for some hundred pages of a search.
const answerBytes = 8 << 20

// Deps is what the server needs.
type Deps struct {
	View    func() *search.View // the generation to answer from; nil while there is none
	BaseURL string              // public address of the site, without a slash at the end
	Version string              // of the program
}

// Server answers the requests of FHIR clients.
type Server struct {
	deps    Deps
	answers *page.Cache[uint64] // finished answers, by address

	mu     sync.Mutex
	latest *catalog
}

// New returns the server; Mount puts it on an app.
func New(d Deps) *Server {
	return &Server{deps: d, answers: page.NewCache(answerBytes, cmp.Less[uint64])}
}

// CacheStats returns how the finished answers that are kept do.
func (s *Server) CacheStats() page.CacheStats { return s.answers.Stats() }

// Mount registers every interaction. What is below Root and none of them is answered here
// too: an OperationOutcome, as all errors.
func (s *Server) Mount(app *fiber.App) {
	r4 := app.Group(Root, openToAll, compress.New(compress.Config{Level: compress.LevelBestSpeed}))
	r4.Get("/", leadToMetadata)
	r4.Get("/metadata", s.handle(s.showMetadata))
	r4.Get("/:type/_search", s.handle(s.find))
	r4.Post("/:type/_search", s.handle(s.find))
	r4.Get("/:type", s.handle(s.find))
	r4.Get("/:type/:id", s.handle(s.read))
	r4.Get("/:type/:id/_history/:version", s.handle(s.read))
	r4.All("/*", s.handle(refuse))
}

// openToAll lets pages of every site read and search, and answers their preflights.
func openToAll(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlExposeHeaders, "ETag, Last-Modified, Content-Location")
	c.Vary(fiber.HeaderAccept, fiber.HeaderAcceptEncoding, "Prefer")
	if c.Method() != fiber.MethodOptions {
		return c.Next()
	}
	c.Set(fiber.HeaderAccessControlAllowMethods, "GET, HEAD, POST, OPTIONS")
	c.Set(fiber.HeaderAccessControlAllowHeaders, "Accept, Content-Type, If-None-Match, Prefer")
	c.Set(fiber.HeaderAccessControlMaxAge, "86400")
	return c.SendStatus(fiber.StatusNoContent)
}

// request is one request with what was found out about it.
type request struct {
	*fiber.Ctx
	catalog *catalog
	pairs   []pair // parameters of address and form
	pretty  bool
	strict  bool // refuse what is not understood
}

// handle gives f the request and the catalog of the newest View, and sends what it returns.
// A handler fails with an *outcome, which is the answer; other errors are for the server.
func (s *Server) handle(f func(*request) (*page.Answer, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := s.serve(c, f)
		var o *outcome
		if errors.As(err, &o) {
			return o.write(c)
		}
		return err
	}
}

func (s *Server) serve(c *fiber.Ctx, f func(*request) (*page.Answer, error)) error {
	r, err := newRequest(c)
	if err != nil {
		return err
	}
	v := s.deps.View()
	if v == nil {
		return page.ErrNotReady
	}
	if r.catalog = s.catalogOf(v); c.Method() == fiber.MethodPost {
		a, err := f(r)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, a.ContentType)
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Send(a.Body(page.Identity))
	}
	key := c.OriginalURL()
	if r.strict {
		key += " strict"
	}
	a := s.answers.Get(v.Generation(), key)
	if a == nil {
		if a, err = f(r); err != nil {
			return err
		}
		a = s.answers.Put(v.Generation(), key, a)
	}
	if it := r.catalog.byReference[c.Params("type")+"/"+c.Params("id")]; it != nil && !it.changed.IsZero() {
		c.Set(fiber.HeaderLastModified, it.changed.UTC().Format(http.TimeFormat))
	}
	return page.Send(c, a)
}

// catalogOf returns the catalog of the View, which is made when the first asks for it.
func (s *Server) catalogOf(v *search.View) *catalog {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latest == nil || s.latest.view != v {
		s.latest = newCatalog(v, s.deps.BaseURL)
	}
	return s.latest
}

// newRequest reads parameters, and whether the client takes what there is.
func newRequest(c *fiber.Ctx) (*request, error) {
	r := &request{Ctx: c, strict: prefersStrict(c.Get("Prefer"))}
	_, query, _ := strings.Cut(c.OriginalURL(), "?")
	var err error
	if r.pairs, err = pairsOf(query); err != nil {
		return nil, err
	}
	if c.Method() == fiber.MethodPost && strings.HasSuffix(c.Path(), "/_search") {
		media, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
		if media != fiber.MIMEApplicationForm && len(c.Body()) > 0 {
			return nil, fail(http.StatusUnsupportedMediaType, "not-supported", msgFormOnly)
		}
		form, err := pairsOf(string(c.Body()))
		if err != nil {
			return nil, err
		}
		r.pairs = append(r.pairs, form...)
	}
	format := ""
	for _, p := range r.pairs {
		switch p.name {
		case "_format":
			format = p.value
		case "_pretty":
			r.pretty = p.value == "true"
		}
	}
	if format != "" && !isJSON(format) || format == "" && !acceptsJSON(c.Get(fiber.HeaderAccept)) {
		return nil, fail(http.StatusNotAcceptable, "not-supported", msgJSONOnly)
	}
	return r, nil
}

func prefersStrict(prefer string) bool {
	for p := range strings.FieldsFuncSeq(prefer, func(r rune) bool { return r == ',' || r == ';' }) {
		if strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(p), `"`, ""), "handling=strict") {
			return true
		}
	}
	return false
}

// acceptsJSON reports whether an Accept header allows what is served.
func acceptsJSON(accept string) bool {
	if strings.TrimSpace(accept) == "" {
		return true
	}
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil && q == 0 {
			continue
		}
		if v := params["fhirversion"]; v != "" && v != "4.0" {
			continue
		}
		if media == "*/*" || media == "application/*" || isJSON(media) {
			return true
		}
	}
	return false
}

// isJSON reports whether _format or a media type names JSON. A plus that was not escaped in
// an address has become a space.
func isJSON(s string) bool {
	media, _, err := mime.ParseMediaType(strings.ReplaceAll(s, " ", "+"))
	if err != nil {
		media = s
	}
	switch media {
	case "json", "application/fhir+json", "application/json", "application/json+fhir", "text/json":
		return true
	}
	return false
}

// finish returns the answer with the content. With an ETag it is that, else it follows from
// the content.
func (r *request) finish(content []byte, etag string) (*page.Answer, error) {
	if r.pretty {
		var b bytes.Buffer
		if err := json.Indent(&b, content, "", "  "); err != nil {
			return nil, fmt.Errorf("indent: %w", err)
		}
		content = b.Bytes()
	}
	if etag != "" {
		return page.NewTagged(contentType, content, etag), nil
	}
	return page.NewAnswer(contentType, content), nil
}

// leadToMetadata answers who asks for the base alone: the catalog of data.norge.no gives it,
// and people click on it. Searches of all types at once have parameters, and are none of ours.
func leadToMetadata(c *fiber.Ctx) error {
	if len(c.Request().URI().QueryString()) > 0 {
		return c.Next()
	}
	return c.Redirect(Root+"/metadata", http.StatusSeeOther)
}

// refuse answers what is no interaction of this server.
func refuse(r *request) (*page.Answer, error) {
	switch r.Method() {
	case fiber.MethodGet, fiber.MethodHead:
		return nil, unknown(strings.TrimPrefix(r.Path(), Root))
	}
	r.Set(fiber.HeaderAllow, "GET, HEAD, OPTIONS")
	return nil, fail(http.StatusMethodNotAllowed, "not-supported", msgReadOnly)
}

// unknown returns the outcome for a path that is nothing here.
func unknown(path string) *outcome {
	switch {
	case strings.Contains(path, "_history"):
		return fail(http.StatusNotFound, "not-supported", "Tidligere versjoner og historikk finnes ikke her.")
	case strings.Contains(path, "$"):
		return fail(http.StatusNotFound, "not-supported", "Operasjoner ($…) finnes ikke her.")
	}
	return fail(http.StatusNotFound, "not-found", "Det er ingenting på denne adressen. Hva som finnes, står i "+Root+"/metadata.")
}

// known returns the outcome for a type that is not served, or nil.
func known(kind string) error {
	if _, ok := parameters[kind]; ok {
		return nil
	}
	if strings.HasPrefix(kind, "_") || strings.HasPrefix(kind, "$") {
		return unknown(kind)
	}
	return fail(http.StatusNotFound, "not-supported", "Her finnes "+strings.Join(kinds[:len(kinds)-1], ", ")+" og "+kinds[len(kinds)-1]+", ikke andre ressurser.")
}

// find answers a search.
func (s *Server) find(r *request) (*page.Answer, error) {
	kind := r.Params("type")
	if err := known(kind); err != nil {
		return nil, err
	}
	q, err := r.catalog.parse(kind, r.pairs, r.strict)
	if err != nil {
		return nil, err
	}
	b, err := r.catalog.answer(q)
	if err != nil {
		return nil, err
	}
	content, err := encode(b)
	if err != nil {
		return nil, err
	}
	return r.finish(content, "")
}

// read answers with one resource, also when it is asked for by the version that it has.
func (s *Server) read(r *request) (*page.Answer, error) {
	kind, id := r.Params("type"), r.Params("id")
	if err := known(kind); err != nil {
		return nil, err
	}
	it := r.catalog.byReference[kind+"/"+id]
	if it == nil {
		if strings.HasPrefix(id, "_") || strings.HasPrefix(id, "$") {
			return nil, unknown(id)
		}
		return nil, fail(http.StatusNotFound, "not-found", kind+"/"+id+" finnes ikke, eller er ikke publisert.")
	}
	resource := it.make()
	if resource == nil {
		return nil, fmt.Errorf("%s/%s: content is gone from the index", kind, id)
	}
	content, err := encodeVersioned(resource)
	if err != nil {
		return nil, err
	}
	version := resource.head().Meta.VersionID
	if asked := r.Params("version"); asked != "" && asked != version {
		return nil, fail(http.StatusNotFound, "not-found", "Tidligere versjoner finnes ikke her. Den som gjelder nå, er "+version+".")
	}
	q, err := r.catalog.parse(kind, forOne(r.pairs), r.strict)
	if err != nil {
		return nil, err
	}
	if content, err = subset(kind, content, q.summary, q.elements); err != nil {
		return nil, err
	}
	return r.finish(content, `W/"`+version+`"`)
}

// forOne returns those parameters that hold for one resource too.
func forOne(pairs []pair) []pair {
	var list []pair
	for _, p := range pairs {
		if p.name == "_elements" || p.name == "_summary" && p.value != "count" {
			list = append(list, p)
		}
	}
	return list
}
