package hsds

import (
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// Limits on lists.
const (
	defaultPerPage = 50
	maxPerPage     = 1000
	maxSearch      = 500 // runes
)

// parameter is one that lists take. Names and meanings are those of HSDS 3.1.
type parameter struct {
	description string
	schema      map[string]any
	read        func(q *question, s string) string // returns what is wrong with s, or ""
}

// question is what is asked for with a list.
type question struct {
	search        string
	page, perPage int
	perPageGiven  bool
	lines         bool // ndjson
	minimal, full bool
	fullService   bool
	modifiedAfter time.Time
	term          uuid.UUID
	taxonomy      uuid.UUID
	organization  uuid.UUID
	parent        uuid.UUID
	topOnly       bool
	postcode      string
	metres        float64
	near          bool // proximity was given
}

var parameters = map[string]parameter{
	"search": {description: "Fritekst. Treffene står med det mest relevante først, slik oversiktens eget søk ordner dem.", schema: text("maxLength", maxSearch),
		read: func(q *question, s string) string {
			q.search = strings.TrimSpace(s)
			return unless(utf8.RuneCountInString(s) <= maxSearch, "kan ha høyst "+strconv.Itoa(maxSearch)+" tegn")
		}},
	"page": {description: "Siden, fra 1. Etter den siste er sidene tomme: empty er true.", schema: integer(1, 0, 1),
		read: func(q *question, s string) string { return number(&q.page, s, 1_000_000_000) }},
	"per_page": {description: "Antall på hver side.", schema: integer(1, maxPerPage, defaultPerPage),
		read: func(q *question, s string) string {
			q.perPageGiven = true
			return number(&q.perPage, s, maxPerPage)
		}},
	"format": {description: "ndjson gir hele listen, ett objekt på hver linje; page og per_page virker da ikke. Det gjør også Accept: application/x-ndjson.",
		schema: map[string]any{"type": "string", "enum": []string{"json", "ndjson"}, "default": "json"},
		read: func(q *question, s string) string {
			q.lines = s == "ndjson"
			return unless(s == "json" || s == "ndjson", "må være json eller ndjson")
		}},
	"minimal": {description: "true gir bare id og modified_date, alle på én side når per_page ikke er gitt.", schema: boolean(),
		read: func(q *question, s string) string { return yes(&q.minimal, s) }},
	"full": {description: "true gir alt om hvert objekt, slik det er når det hentes alene.", schema: boolean(),
		read: func(q *question, s string) string { return yes(&q.full, s) }},
	"full_service": {description: "true gir alt om tilbudene til en organisasjon, ikke bare navnene.", schema: boolean(),
		read: func(q *question, s string) string { return yes(&q.fullService, s) }},
	"modified_after": {description: "Bare det som er endret på eller etter tidspunktet, for eksempel 2026-04-07T12:00:00Z. En dato alene er fra midnatt UTC.",
		schema: text("format", "date-time"), read: readMoment},
	"taxonomy_term_id": {description: "Bare det som har begrepet.", schema: text("format", "uuid"),
		read: func(q *question, s string) string { return id(&q.term, s) }},
	"taxonomy_id": {description: "Bare det som har et begrep fra taksonomien; for begreper: de som er i den.", schema: text("format", "uuid"),
		read: func(q *question, s string) string { return id(&q.taxonomy, s) }},
	"organization_id": {description: "Bare det som organisasjonen gir.", schema: text("format", "uuid"),
		read: func(q *question, s string) string { return id(&q.organization, s) }},
	"parent_id": {description: "Bare begreper under dette begrepet. Taksonomiene er flate, så svaret er tomt.", schema: text("format", "uuid"),
		read: func(q *question, s string) string { return id(&q.parent, s) }},
	"top_only": {description: "Bare begreper øverst. Taksonomiene er flate, så det er alle.", schema: boolean(),
		read: func(q *question, s string) string { return yes(&q.topOnly, s) }},
	"postcode": {description: "Et norsk postnummer. Gir det som er for dem som bor i kommunen postnummeret ligger i.", schema: text("pattern", "^[0-9]{4}$"),
		read: func(q *question, s string) string {
			q.postcode = s
			ok := len(s) == 4 && strings.Trim(s, "0123456789") == ""
			return unless(ok, "må være fire sifre")
		}},
	"proximity": {description: "Meter fra midten av kommunen postnummeret ligger i. Gis sammen med postcode.", schema: map[string]any{"type": "number", "exclusiveMinimum": 0},
		read: func(q *question, s string) string {
			m, err := strconv.ParseFloat(s, 64)
			q.metres, q.near = m, true
			return unless(err == nil && m > 0 && m < 1e8, "må være et antall meter, større enn 0")
		}},
}

// Parameters of the lists, in the order of HSDS's OpenAPI document. The standard has postcode
// and proximity for service_at_locations alone; a list of services is as much in need of them.
var (
	serviceParameters      = []string{"search", "page", "per_page", "format", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "minimal", "full", "postcode", "proximity"}
	organizationParameters = []string{"search", "full_service", "full", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "page", "per_page", "format"}
	placeParameters        = []string{"search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "full", "page", "per_page", "format", "postcode", "proximity"}
	taxonomyParameters     = []string{"search", "page", "per_page", "format"}
	termParameters         = []string{"search", "page", "per_page", "format", "taxonomy_id", "top_only", "parent_id"}
)

func text(key string, value any) map[string]any { return map[string]any{"type": "string", key: value} }
func boolean() map[string]any                   { return map[string]any{"type": "boolean", "default": false} }

func integer(low, high, usual int) map[string]any {
	s := map[string]any{"type": "integer", "minimum": low, "default": usual}
	if high > 0 {
		s["maximum"] = high
	}
	return s
}

func unless(ok bool, message string) string {
	if ok {
		return ""
	}
	return message
}

func number(to *int, s string, limit int) string {
	n, err := strconv.Atoi(s)
	*to = n
	if err != nil || n < 1 || n > limit {
		return "må være et helt tall fra 1 til " + strconv.Itoa(limit)
	}
	return ""
}

// yes takes what other languages write too: Python's True.
func yes(to *bool, s string) string {
	b, err := strconv.ParseBool(s)
	*to = b
	return unless(err == nil, "må være true eller false")
}

func id(to *uuid.UUID, s string) string {
	u, ok := parseID(s)
	*to = u
	return unless(ok, "må være en uuid, som 00000000-0000-4000-8000-000000000000")
}

// parseID returns the uuid in its usual form alone.
func parseID(s string) (uuid.UUID, bool) {
	u, err := uuid.Parse(s)
	return u, err == nil && len(s) == 36
}

func readMoment(q *question, s string) string {
	// A plus sign that was not encoded comes as a space.
	s = strings.ReplaceAll(s, " ", "+")
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			q.modifiedAfter = t
			return ""
		}
	}
	return "må være et tidspunkt som 2026-04-07T12:00:00Z, eller en dato"
}

// ask reads what a list is asked for with; allowed are the names that it takes.
func ask(c *fiber.Ctx, allowed []string) (*question, error) {
	values, err := sent(c)
	if err != nil {
		return nil, err
	}
	q := &question{page: 1, perPage: defaultPerPage, lines: wantsLines(c.Get(fiber.HeaderAccept))}
	var wrong []page.FieldError
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if message := q.take(name, values[name], allowed); message != "" {
			wrong = append(wrong, page.FieldError{Location: "query." + name, Message: message})
		}
	}
	if q.near && q.postcode == "" {
		wrong = append(wrong, page.FieldError{Location: "query.proximity", Message: "krever postcode"})
	}
	if len(wrong) > 0 {
		p := page.NewProblem(http.StatusBadRequest, "En eller flere parametere er feil.")
		p.Title, p.Errors = "Feil i parametere", wrong
		return nil, p
	}
	if q.minimal && !q.perPageGiven {
		q.perPage = 0 // all
	}
	return q, nil
}

// take reads one parameter and returns what is wrong with it, or "". An empty one is as good
// as none: forms of other programs send those.
func (q *question) take(name string, values, allowed []string) string {
	switch {
	case !slices.Contains(allowed, name):
		return "er ukjent her; kjent er " + strings.Join(allowed, ", ")
	case len(values) > 1:
		return "kan bare gis én gang"
	case !utf8.ValidString(values[0]) || strings.ContainsFunc(values[0], control):
		return "er ikke lesbar tekst (UTF-8)"
	case strings.TrimSpace(values[0]) == "":
		return ""
	}
	return parameters[name].read(q, values[0])
}

func control(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f }

// wantsLines reports whether an Accept header would rather have ndjson than a page of a list.
func wantsLines(accept string) bool {
	switch page.PreferredMedia(accept, fiber.MIMEApplicationJSON, mimeLines, "application/ndjson") {
	case mimeLines, "application/ndjson":
		return true
	}
	return false
}

const mimeLines = "application/x-ndjson"

// sent returns the parameters of the request: those in the address, and with POST those in
// a form or a JSON object too.
func sent(c *fiber.Ctx) (url.Values, error) {
	values, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return nil, page.NewProblem(http.StatusBadRequest, "Adressen er ikke gyldig. Tegn utenfor ASCII, og % selv, må være prosentkodet som UTF-8.")
	}
	if c.Method() != fiber.MethodPost || len(c.Body()) == 0 {
		return values, nil
	}
	kind, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	switch kind {
	case fiber.MIMEApplicationForm:
		form, err := url.ParseQuery(string(c.Body()))
		if err != nil {
			return nil, page.NewProblem(http.StatusBadRequest, "Skjemaet kan ikke leses.")
		}
		for name, v := range form {
			values[name] = append(values[name], v...)
		}
	case fiber.MIMEApplicationJSON:
		var object map[string]any
		if err := json.Unmarshal(c.Body(), &object); err != nil {
			return nil, page.NewProblem(http.StatusBadRequest, "Innholdet må være et JSON-objekt med parametere.")
		}
		for name, v := range object {
			values.Add(name, plain(v))
		}
	default:
		return nil, page.NewProblem(http.StatusUnsupportedMediaType, "Parametere kan stå i adressen, i et skjema (application/x-www-form-urlencoded) eller i et JSON-objekt.")
	}
	return values, nil
}

// plain writes a value of JSON as it would stand in an address.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return "\x00" // not readable text: see take
}
