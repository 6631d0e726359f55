// Package api is the JSON API, version 1, below /api/v1. It has request and response
// types of its own, with Norwegian field names as in the public registers' APIs, and the
// OpenAPI document is generated from these types: what is not served is not described.
//
// Every answer to a read is made from one search.View, so that counts, pages and facets
// agree, and so that reads go on without the database. Writes are in write.go.
package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Root is the path that all calls stand under.
const Root = "/api/v1"

// Deps is what the API needs.
type Deps struct {
	View    func() *search.View // the generation to answer from; nil while there is none
	Store   *store.Store        // for writes, and the tokens they need
	BaseURL string              // public address of the site, without a slash at the end
	Dir     string              // for a file with what is encoded; empty: where the system has such files
}

// API answers the calls of version 1.
type API struct {
	view    func() *search.View
	store   *store.Store
	baseURL string
	reads   *page.Reads

	encodings encodings
	heads     atomic.Pointer[heads]

	schemas   huma.Registry // of bodies
	allowance allowance
	now       func() time.Time
}

// answerBytes is room for some hundred answers of a search.
const answerBytes = 8 << 20

// New returns the API; Mount puts it on an app.
func New(d Deps) *API {
	a := &API{
		view:      d.View,
		store:     d.Store,
		baseURL:   d.BaseURL,
		encodings: encodings{Dir: d.Dir, Most: encodingBytes},
		reads:     page.NewReads(d.View, answerBytes),

		now: time.Now,
	}
	a.reads.Address, a.reads.ETag = a.addressOf, withVersion
	return a
}

// CacheStats returns how the finished answers that are kept do.
func (a *API) CacheStats() page.CacheStats { return a.reads.CacheStats() }

// Mount registers every call, the OpenAPI document and the page made from it.
func (a *API) Mount(app *fiber.App) {
	v1, doc := a.mountCalls(app)
	a.mountDocument(v1, doc)
}

// mountCalls registers every call, and returns the document that describes them.
func (a *API) mountCalls(app *fiber.App) (fiber.Router, *huma.OpenAPI) {
	v1 := app.Group(Root, page.OpenToAll(), compress.New(compress.Config{Level: compress.LevelBestSpeed}), failures)
	h := humafiber.NewWithGroup(app, answers{v1, a.reads.Fresh}, a.config())
	h.UseMiddleware(checkQuery(h))
	a.register(h)
	return v1, h.OpenAPI()
}

// config leaves out what huma would add: a $schema field in every answer, and a page that
// loads scripts from another host.
func (a *API) config() huma.Config {
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Tilbud til pårørende",
				Version:     "1",
				Description: introduction,
				License:     &huma.License{Name: "Hver opplysning har sin kilde, som skal nevnes", URL: a.baseURL + "/om/data"},
			},
			Security:   []map[string][]string{}, // none, but where a call says so
			Servers:    []*huma.Server{{URL: a.baseURL + Root}},
			Components: &huma.Components{Schemas: huma.NewMapRegistry(schemaPrefix, schemaName)},
		},
		Formats:                      map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true, // a misspelt filter must not be ignored in silence
	}
	c.AllowAdditionalPropertiesByDefault = true // fields may be added within version 1
	return c
}

func (a *API) register(h huma.API) {
	a.registerOfferings(h)
	a.registerKommuner(h)
	a.registerTypes(h)
	a.registerArticles(h)
	a.registerStatistics(h)
	a.registerCourses(h)
	a.registerPlaces(h)
	a.registerChanges(h)
	a.registerWrites(h)
	describeMessages(h.OpenAPI())
	for _, s := range h.OpenAPI().Components.Schemas.Map() {
		allowNull(s)
	}
}

// allowNull counts null among the only values of what can be null: huma says it of the type
// alone, and JSON Schema asks for both.
func allowNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Nullable && len(s.Enum) > 0 && !slices.Contains(s.Enum, nil) {
		s.Enum = append(s.Enum, nil)
	}
	allowNull(s.Items)
	for _, of := range s.Properties {
		allowNull(of)
	}
}

// get registers a read at path. The handler gets the View that the whole answer is made
// from; an error that is not a *problem becomes a 500 in the server's error table.
func get[I, O any](h huma.API, op huma.Operation, handle func(context.Context, *search.View, *I) (*O, error)) {
	op.Method = http.MethodGet
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusServiceUnavailable)
	huma.Register(h, op, func(ctx context.Context, in *I) (*answer[O], error) {
		body, err := handle(ctx, page.ViewOf(ctx), in)
		if err != nil {
			return nil, err
		}
		return &answer[O]{Body: body}, nil
	})
}

// answer is a body in the shape that huma wants.
type answer[T any] struct{ Body *T }

// List is a list with its place among pages. Lists that are never divided have one page.
// It is exported, like the other types that stand embedded in an answer, since huma
// describes only such.
type List[T any] struct {
	Total int `json:"antall" doc:"Antall treff i alt."`
	Page  int `json:"side" doc:"Siden som vises, fra 1."`
	Pages int `json:"sider" doc:"Antall sider."`
	Items []T `json:"treff" doc:"Det som er på denne siden."`
}

// whole returns items as a list of one page.
func whole[T any](items []T) *List[T] {
	return &List[T]{Total: len(items), Page: 1, Pages: 1, Items: items}
}

// each returns f of every item; never nil, so that JSON has [] and not null.
func each[T, R any](items []T, f func(T) R) []R {
	out := make([]R, 0, len(items))
	for _, item := range items {
		out = append(out, f(item))
	}
	return out
}

// known returns a pointer to v, or nil for the zero value: "not known" is null in JSON.
func known[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// answers is where huma registers the calls: reads behind fresh, and with HEAD beside GET,
// as Fiber's own Get has it and huma's adapter has not; writes behind changing.
type answers struct {
	fiber.Router
	fresh fiber.Handler
}

// Add implements fiber.Router.
func (r answers) Add(method, path string, handlers ...fiber.Handler) fiber.Router {
	if method != fiber.MethodGet {
		return r.Router.Add(method, path, append([]fiber.Handler{changing, readable}, handlers...)...)
	}
	handlers = append([]fiber.Handler{r.fresh, readable}, handlers...)
	r.Router.Add(fiber.MethodHead, path, handlers...)
	return r.Router.Add(method, path, handlers...)
}

// readable refuses an address that net/url cannot read: huma's adapter takes for granted
// that it can.
func readable(c *fiber.Ctx) error {
	u, err := url.ParseRequestURI(string(c.Request().RequestURI()))
	var query url.Values
	if err == nil {
		query, err = url.ParseQuery(u.RawQuery)
	}
	if err != nil {
		return newProblem(http.StatusBadRequest, msgAddress).Write(c)
	}
	c.Locals(queryKey{}, query)
	return c.Next()
}

type queryKey struct{}

// queryOf returns the parameters of the request, which readable has read.
func queryOf(ctx huma.Context) url.Values {
	query, _ := humafiber.Unwrap(ctx).Locals(queryKey{}).(url.Values)
	return query
}

// failures hands what a handler failed with to the server's error table. huma would
// otherwise answer for itself, with the error's own text.
func failures(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return err
	}
	if err, ok := c.Locals(failureKey{}).(error); ok {
		return err
	}
	return nil
}

type failureKey struct{}

// withVersion returns the ETag of an offering with its version before it, which writes are
// held against: see write.go.
func withVersion(c *fiber.Ctx, v *search.View, etag string) string {
	if id, err := strconv.ParseInt(c.Params("id"), 10, 64); err == nil && strings.HasPrefix(c.Route().Path, Root+"/tilbud/") {
		if o, ok := v.Offering(id); ok {
			return versionTag(o.Version) + "." + strings.TrimPrefix(etag, `W/"`)
		}
	}
	return etag
}

// addressOf returns what an answer is kept under, beside its generation: its address, and for
// courses, also among changes, the day. It looks at the route, since the path may be written
// with capitals and with a slash at its end.
func (a *API) addressOf(c *fiber.Ctx) string {
	if route := c.Route().Path; strings.HasPrefix(route, Root+coursesCall) || route == Root+changesCall {
		return c.OriginalURL() + " " + a.today().Format(time.DateOnly)
	}
	return c.OriginalURL()
}
