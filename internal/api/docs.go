package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
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
var groups = []string{"Tilbud", "Steder", "Kurs", "Artikler", "Tall", "Skrive"}

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

// examples returns what the call gives, for a read, and what it gives when something is wrong.
func (r *reference) examples(e example) ([]view.ReferenceExample, error) {
	var out []view.ReferenceExample
	targets := []string{e.Target()}
	if e.Method == http.MethodGet {
		targets = append(targets, wrongly(e)...)
	}
	for _, target := range targets {
		status, body := r.reader.call(e.Method, target)
		text, cut, err := shorten(body)
		if err != nil {
			return nil, fmt.Errorf("example of %s: %w", target, err)
		}
		out = append(out, view.ReferenceExample{
			Request: e.Method + " " + target, Status: status, Title: titleOf(status), Text: text, Cut: cut,
		})
	}
	return out, nil
}

// wrongly returns the example with something wrong in it, in ways that are often met.
func wrongly(e example) []string {
	switch path := e.Path; {
	case path == "/tilbud":
		return []string{Root + path + "?sorter=pris&sted=her", Root + path + "?kommune=Lilestr%C3%B8m"}
	case path == "/sted":
		return []string{Root + path + "?postnummer=123", Root + path + "?postnummer=0000"}
	case path == coursesCall:
		return []string{Root + path + "?fra=i+dag"}
	case strings.HasPrefix(path, "/kommuner/"):
		return []string{Root + strings.Replace(path, exampleKommune, "9999", 1)}
	case strings.HasPrefix(path, "/artikler/"):
		return []string{Root + "/artikler/mote-med-helsetjenesten/finnes-ikke"}
	case strings.HasPrefix(path, "/tilbud/"), strings.HasPrefix(path, coursesCall+"/"):
		return []string{Root + path[:strings.LastIndex(path, "/")] + "/999999999"}
	}
	return nil
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

// many is from how many fields on a type has an entry of its own, which is linked to. Smaller
// ones are shown where they are used.
const many = 9

func (r *reference) ownEntry(name string) bool {
	s := r.schemas[name]
	// A list stands with the one call that gives it.
	return s != nil && len(s.Properties) >= many && s.Properties["treff"] == nil
}

// fields returns the fields of what a schema is, or is a list of.
func (r *reference) fields(s *huma.Schema) []view.ReferenceField {
	s, sent := r.object(s)
	if s == nil {
		return nil
	}
	// Fields that are always there stand in the order of the type; the others follow.
	names := slices.Clone(s.Required)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var out []view.ReferenceField
	for _, name := range names {
		p := s.Properties[name]
		f := view.ReferenceField{Name: name, Type: r.typeOf(p), Description: p.Description, Limits: limits(p, "høyst %d i listen")}
		always := slices.Contains(s.Required, name)
		// Of what is read nearly every field is always there, of what is sent few must be.
		f.Required, f.Absent = sent && always, !sent && !always
		if f.Type.Ref == "" {
			f.Fields = r.fields(p)
		}
		out = append(out, f)
	}
	return out
}

// object returns the object that s is, or is a list of; nil for anything else. It reports
// whether it is something that programs send.
func (r *reference) object(s *huma.Schema) (*huma.Schema, bool) {
	name := ""
	for s != nil {
		switch {
		case s.Ref != "":
			name = strings.TrimPrefix(s.Ref, schemaPrefix)
			s = r.schemas[name]
		case len(s.AnyOf) > 0:
			s = s.AnyOf[0]
		case s.Items != nil:
			s = s.Items
		case len(s.Properties) > 0:
			return s, strings.HasSuffix(cmp.Or(name, s.Title), inputSuffix)
		default:
			return nil, false
		}
	}
	return nil, false
}

// typeOf returns a schema's type in words, with a link for types that have an entry.
func (r *reference) typeOf(s *huma.Schema) view.ReferenceType {
	words := map[string]string{
		huma.TypeString: "tekst", huma.TypeInteger: "heltall", huma.TypeNumber: "tall",
		huma.TypeBoolean: "ja/nei", huma.TypeObject: "objekt",
	}
	named := func(name, or string) view.ReferenceType {
		if r.ownEntry(name) {
			return view.ReferenceType{Ref: name, Or: or}
		}
		return view.ReferenceType{Text: "objekt", Or: or}
	}
	switch {
	case s == nil:
		return view.ReferenceType{}
	case s.Ref != "":
		return named(strings.TrimPrefix(s.Ref, schemaPrefix), "")
	case s.Title != "": // see given
		return named(s.Title, "eller null")
	case len(s.AnyOf) > 0:
		t := r.typeOf(s.AnyOf[0])
		t.Or = "eller null"
		return t
	case s.Type == huma.TypeArray:
		t := r.typeOf(s.Items)
		t.Text = strings.TrimSpace("liste av " + t.Text)
		return t
	}
	t := view.ReferenceType{Text: cmp.Or(words[s.Type], s.Type)}
	if format := formats[s.Format]; format != "" {
		t.Text = format
	}
	if s.Nullable {
		t.Or = "eller null"
	}
	return t
}

// formats are the words for formats of texts.
var formats = map[string]string{
	"date": "dato (2026-11-27)", "date-time": "tidspunkt (RFC 3339)", "uri": "adresse", "uuid": "uuid",
}

// limits returns what a value may be, in words. most is how to say how many a list may have.
func limits(s *huma.Schema, most string) string {
	if s == nil {
		return ""
	}
	var out []string
	if s.Type == huma.TypeArray && s.Items != nil {
		if s.MaxItems != nil {
			out = append(out, fmt.Sprintf(most, *s.MaxItems))
		}
		s = s.Items
	}
	if len(s.Enum) > 0 {
		values := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			values[i], _ = v.(string)
		}
		out = append(out, "en av "+strings.Join(values, ", "))
	}
	for _, bound := range []struct {
		word  string
		value *float64
	}{{"minst", s.Minimum}, {"over", s.ExclusiveMinimum}, {"høyst", s.Maximum}} {
		if bound.value != nil {
			out = append(out, bound.word+" "+strconv.FormatFloat(*bound.value, 'f', -1, 64))
		}
	}
	if s.MaxLength != nil {
		out = append(out, fmt.Sprintf("høyst %d tegn", *s.MaxLength))
	}
	if s.PatternDescription != "" {
		out = append(out, s.PatternDescription)
	}
	if s.Default != nil {
		b, _ := json.Marshal(s.Default) // from a tag: text or number
		out = append(out, "ellers "+strings.Trim(string(b), `"`))
	}
	return strings.Join(out, "; ")
}

// tryPath is where the form that tries a call leads, below Root: a form cannot fill in a path,
// and sends its empty fields.
const tryPath = docsPath + "/prov/"

func tryOf(path string, op *huma.Operation) *view.ReferenceTry {
	t := &view.ReferenceTry{Action: Root + tryPath + op.OperationID, Path: Root + path}
	for _, p := range op.Parameters {
		f := view.ReferenceInput{Name: p.Name, Path: p.In == "path", List: p.Schema.Type == huma.TypeArray}
		s := p.Schema
		if f.List {
			s = s.Items
		}
		for _, v := range s.Enum {
			f.Choices = append(f.Choices, fmt.Sprint(v))
		}
		f.Number = s.Type == huma.TypeInteger
		f.Date = s.Format == "date"
		t.Inputs = append(t.Inputs, f)
	}
	return t
}

// withExample returns the form with the values of the example in it.
func withExample(t view.ReferenceTry, e example, path string) *view.ReferenceTry {
	t.Inputs = slices.Clone(t.Inputs)
	given := strings.Split(e.Path, "/")
	for i := range t.Inputs {
		f := &t.Inputs[i]
		if at := slices.Index(strings.Split(path, "/"), "{"+f.Name+"}"); f.Path && at >= 0 {
			f.Value, _ = url.PathUnescape(given[at])
		}
		for _, p := range e.Query {
			if p.Name == f.Name {
				f.Value = p.Value
			}
		}
	}
	return &t
}

// try leads from a form to the call that it fills in.
func (r *reference) try(c *fiber.Ctx) error {
	at := slices.IndexFunc(r.calls, func(d documented) bool { return d.op.Method == http.MethodGet && d.op.OperationID == c.Params("kall") })
	if at < 0 {
		return notFound("path.kall", details[http.StatusNotFound], nil).Write(c)
	}
	d := r.calls[at]
	path, query := d.path, url.Values{}
	for _, p := range d.op.Parameters {
		value := strings.TrimSpace(c.Query(p.Name))
		switch {
		case p.In == "path" && value == "":
			return c.Redirect(Root+docsPath+"#"+d.op.OperationID, http.StatusSeeOther)
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case value != "" && p.Schema.Type == huma.TypeArray:
			query[p.Name] = filled(strings.Split(value, ","))
		case value != "":
			query.Set(p.Name, value)
		}
	}
	target := Root + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(target, http.StatusSeeOther)
}

// problemsOf returns every status that the document has for something wrong, with the problem
// that is the answer.
func problemsOf(doc *huma.OpenAPI) []view.ReferenceProblem {
	found := map[int]bool{http.StatusMethodNotAllowed: true}
	for _, item := range doc.Paths {
		for _, op := range operations(item) {
			for status := range op.Responses {
				if code, err := strconv.Atoi(status); err == nil && code >= http.StatusBadRequest {
					found[code] = true
				}
			}
		}
	}
	var out []view.ReferenceProblem
	for _, status := range slices.Sorted(maps.Keys(found)) {
		p := exampleProblem(status)
		body, err := json.Marshal(p)
		if err != nil {
			panic("api: example of a problem: " + err.Error()) // its type is wrong
		}
		var text bytes.Buffer
		_ = json.Indent(&text, body, "", "  ") // it was written by Marshal
		out = append(out, view.ReferenceProblem{Status: status, Title: titleOf(status), When: whens[status], Text: text.String()})
	}
	return out
}

// titleOf returns what a status is called in a problem.
func titleOf(status int) string {
	if status == http.StatusPermanentRedirect {
		return "tidligere nummer"
	}
	return newProblem(status, "").Title
}

// exampleProblem returns the problem of a status as the API's own code makes it.
func exampleProblem(status int) *problem {
	switch status {
	case http.StatusBadRequest:
		return newProblem(status, msgAddress)
	case http.StatusUnauthorized:
		return newProblem(status, msgBadToken)
	case http.StatusForbidden:
		return newProblem(status, msgNotYours)
	case http.StatusNotFound:
		return notFound("path.id", msgNoOffering, nil)
	case http.StatusPreconditionFailed:
		return newProblem(status, msgStale)
	case http.StatusUnsupportedMediaType:
		return newProblem(status, bodyDetails[status])
	case http.StatusUnprocessableEntity:
		return invalid(directory.Invalid{"name": directory.MsgRequired}, []error{
			&huma.ErrorDetail{Location: "body.telefon[0].nummer", Message: msgPhone},
		})
	case http.StatusPreconditionRequired:
		return newProblem(status, msgIfMatch)
	case http.StatusTooManyRequests:
		return newProblem(status, msgTooMany)
	}
	return newProblem(status, details[status])
}

// whens says when a status is the answer, and what to do.
var whens = map[int]string{
	http.StatusBadRequest:            "Adressen eller innholdet kan ikke leses. Rett forespørselen.",
	http.StatusUnauthorized:          "Kallet krever en tilgang, og det kom ingen som gjelder. WWW-Authenticate sier det samme.",
	http.StatusForbidden:             "Tilgangen gjelder, men ikke for dette tilbudet eller denne handlingen.",
	http.StatusNotFound:              "Det du spurte etter, finnes ikke. forslag har det nærmeste som finnes, når det er noe.",
	http.StatusMethodNotAllowed:      "Adressen finnes, men ikke med denne metoden. Allow sier hvilke som kan brukes.",
	http.StatusPreconditionFailed:    "Tilbudet er endret etter at du leste det. Les det på nytt, gjør endringen igjen, og send den med den nye ETag-en. Ingenting er overskrevet.",
	http.StatusRequestEntityTooLarge: "Innholdet er større enn det vi tar imot.",
	http.StatusUnsupportedMediaType:  "Innholdet er sendt som noe annet enn JSON.",
	http.StatusUnprocessableEntity:   "En eller flere parametere eller felt er feil. errors nevner alle, og ingenting er lagret.",
	http.StatusPreconditionRequired:  "Endringen sier ikke hvilken versjon den gjelder. Send If-Match.",
	http.StatusTooManyRequests:       "Tilgangen er brukt for ofte. Retry-After sier hvor mange sekunder du skal vente.",
	http.StatusInternalServerError:   "Noe gikk galt hos oss. Oppgi foresporsel_id hvis du melder fra.",
	http.StatusServiceUnavailable:    "Vi kan ikke svare akkurat nå. Vent så lenge som Retry-After sier, og prøv igjen. Lesing går som regel også når skriving ikke gjør det.",
}
