package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// docsPath is the page for people, below Root.
const docsPath = "/docs"

// mountDocument serves the OpenAPI document and the reference made from it. The document needs
// no index, and the reference only for its examples.
func (a *API) mountDocument(v1 fiber.Router, doc *huma.OpenAPI) {
	r := newReference(a, doc)
	dropOwnKeywords(doc)
	spec, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("api: OpenAPI document: " + err.Error()) // the types are wrong
	}
	// The catalog of data.norge.no gives the root as where the API is, and people click on it.
	v1.Get("/", func(c *fiber.Ctx) error { return c.Redirect(Root+docsPath, http.StatusSeeOther) })
	v1.Get("/openapi.json", a.reads.Fixed(fiber.MIMEApplicationJSON, spec))
	v1.Get(docsPath, r.show)
	v1.Get(tryPath+":kall", r.try)
}

// dropOwnKeywords takes out huma's keyword for a pattern in words, which OpenAPI does not
// have. Messages and the page are made from it before.
func dropOwnKeywords(doc *huma.OpenAPI) {
	for _, item := range doc.Paths {
		for _, op := range operations(item) {
			for _, p := range op.Parameters {
				p.Schema.PatternDescription = ""
				if p.Schema.Items != nil {
					p.Schema.Items.PatternDescription = ""
				}
			}
		}
	}
}

// reference is the page for people: what the document says, and what the calls give now. It
// is made once for each View that somebody reads it in.
type reference struct {
	api     *API
	page    view.ReferencePage
	calls   []documented
	schemas map[string]*huma.Schema

	mu     sync.Mutex
	reader *reader // made when it is first needed
	made   madePage
}

// documented is a call with what its examples are made from.
type documented struct {
	group, place int // in page.Groups
	path         string
	op           *huma.Operation
}

// madePage is the finished page and what it was made from.
type madePage struct {
	view *search.View
	day  string // courses that are over are no examples
	body []byte
}

// groups are the tags of the document, in the order in which they are best read.
var groups = []string{"Tilbud", "Steder", "Kurs", "Artikler", "Tall", "Endringer", "Skrive"}

func newReference(a *API, doc *huma.OpenAPI) *reference {
	r := &reference{api: a, schemas: doc.Components.Schemas.Map()}
	r.page = view.ReferencePage{
		Meta: page.Meta{
			Language: page.Bokmal, Title: "API-referanse", Style: "referanse.css", Menu: page.MenuAbout, NoIndex: true,
			Crumbs: []page.Crumb{{Text: "Forsiden", Path: "/"}, {Text: "For utviklere", Path: "/for-utviklere"}, {Text: "API-referanse", Path: Root + docsPath}},
		},
		Address:      a.baseURL + Root,
		Document:     Root + "/openapi.json",
		Introduction: strings.Split(doc.Info.Description, "\n\n"),
		Problems:     problemsOf(doc),
	}
	order := slices.Clone(groups)
	calls := map[string][]documented{}
	for _, path := range slices.SortedFunc(maps.Keys(doc.Paths), inOrder) {
		for _, op := range operations(doc.Paths[path]) {
			group := "Annet"
			if len(op.Tags) > 0 {
				group = op.Tags[0]
			}
			if !slices.Contains(order, group) {
				order = append(order, group)
			}
			calls[group] = append(calls[group], documented{path: path, op: op})
		}
	}
	for _, name := range order {
		if len(calls[name]) == 0 {
			continue
		}
		group := view.ReferenceGroup{Name: name}
		for _, d := range calls[name] {
			d.group, d.place = len(r.page.Groups), len(group.Calls)
			group.Calls = append(group.Calls, r.callOf(d.path, d.op))
			r.calls = append(r.calls, d)
		}
		r.page.Groups = append(r.page.Groups, group)
	}
	for _, name := range slices.Sorted(maps.Keys(r.schemas)) {
		if r.ownEntry(name) {
			r.page.Schemas = append(r.page.Schemas, view.ReferenceSchema{Name: name, Fields: r.fields(r.schemas[name])})
		}
	}
	return r
}

// inOrder compares paths: those that most begin with come first, then the rest by name.
func inOrder(a, b string) int {
	rank := func(path string) int {
		i := slices.Index([]string{"tilbud", "kommuner"}, strings.Split(path, "/")[1])
		return (i + 3) % 3 // -1, which is none of them, comes last
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

// show answers with the page, made from the View there is now.
func (r *reference) show(c *fiber.Ctx) error {
	v, day := r.api.view(), r.api.today().Format(time.DateOnly)
	generation := uint64(0)
	if v != nil {
		generation = v.Generation()
	}
	etag := r.api.reads.Tag(generation, c.Path()+" "+day)
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderCacheControl, "no-cache")
	if page.Matches(c.Get(fiber.HeaderIfNoneMatch), etag) {
		return c.SendStatus(http.StatusNotModified)
	}
	body, err := r.render(c, v, day)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(body)
}

func (r *reference) render(c *fiber.Ctx, v *search.View, day string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.made.body != nil && r.made.view == v && r.made.day == day {
		return r.made.body, nil
	}
	filled, err := r.filled(v)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := view.Reference(filled).Render(page.WithLanguage(c.UserContext(), page.Bokmal), &out); err != nil {
		return nil, fmt.Errorf("render the reference: %w", err)
	}
	r.made = madePage{v, day, out.Bytes()}
	return r.made.body, nil
}

// filled returns the page with examples from v.
func (r *reference) filled(v *search.View) (view.ReferencePage, error) {
	out := r.page
	out.Groups = slices.Clone(out.Groups)
	for i := range out.Groups {
		out.Groups[i].Calls = slices.Clone(out.Groups[i].Calls)
	}
	if v == nil {
		return out, nil
	}
	if r.reader == nil {
		r.reader = newReader(r.api)
	}
	r.reader.view.Store(v)
	for _, d := range r.calls {
		call := &out.Groups[d.group].Calls[d.place]
		e, ok := r.api.exampleOf(v, d.path, d.op)
		if call.Nothing = !ok; !ok {
			continue
		}
		var err error
		if call.Code, err = e.code(); err != nil {
			return out, err
		}
		if call.Try != nil {
			call.Try = withExample(*call.Try, e, d.path)
		}
		if call.Examples, err = r.examples(e); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (r *reference) callOf(path string, op *huma.Operation) view.ReferenceCall {
	call := view.ReferenceCall{ID: op.OperationID, Method: op.Method, Path: Root + path, Summary: op.Summary, Description: op.Description, Token: len(op.Security) > 0}
	for _, p := range op.Parameters {
		call.Parameters = append(call.Parameters, view.ReferenceField{
			Name: p.Name, Where: standsIn[p.In], Type: r.typeOf(p.Schema), Required: p.Required || p.In == "header",
			Description: p.Description, Limits: limits(p.Schema, "kan gjentas inntil %d ganger"), Example: exampleValue(p.Schema),
		})
	}
	if op.Method == http.MethodGet {
		call.Try = tryOf(path, op)
	}
	if op.RequestBody != nil {
		t := r.typeOf(op.RequestBody.Content["application/json"].Schema)
		call.Body = &t
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		response := op.Responses[status]
		code, err := strconv.Atoi(status)
		switch content := response.Content["application/json"]; {
		case err != nil:
			continue
		case code == http.StatusAccepted: // part of it waits; the rest is answered as by the others
			call.Statuses = append(call.Statuses, view.ReferenceStatus{Status: code, Title: response.Description})
		case code < http.StatusMultipleChoices:
			call.Success = code
			if content != nil {
				call.Answer = r.typeOf(content.Schema)
				call.Fields = r.fields(content.Schema)
			}
		default:
			call.Statuses = append(call.Statuses, view.ReferenceStatus{Status: code, Title: titleOf(code)})
		}
	}
	return call
}

// standsIn says where a parameter stands.
var standsIn = map[string]string{"path": "i adressen", "header": "som hode"}
