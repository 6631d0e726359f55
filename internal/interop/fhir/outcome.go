package fhir

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// outcome is an OperationOutcome: what went wrong, or with an answer what was not as asked.
// As an error it is answered as it stands; its texts are all from this package.
type outcome struct {
	header
	Issue  []issue `json:"issue"`
	status int
}

type issue struct {
	Severity    string           `json:"severity"`
	Code        string           `json:"code"`
	Details     *codeableConcept `json:"details,omitempty"`
	Diagnostics string           `json:"diagnostics,omitempty"`
	Expression  []string         `json:"expression,omitempty"`
}

// Error implements error. The text is for logs and tests.
func (o *outcome) Error() string {
	return fmt.Sprintf("%d %s: %s", o.status, o.Issue[0].Code, o.Issue[0].Details.Text)
}

func newOutcome(issues ...issue) *outcome {
	return &outcome{header: header{Type: "OperationOutcome"}, Issue: issues}
}

// fail returns the outcome of a request that is refused with the status.
func fail(status int, code, message string) *outcome {
	o := newOutcome(issue{Severity: "error", Code: code, Details: &codeableConcept{Text: message}})
	o.status = status
	return o
}

// at names the search parameter that is wrong.
func (o *outcome) at(parameter string) *outcome {
	o.Issue[0].Expression = []string{"http." + parameter}
	return o
}

func warning(code, message, parameter string) issue {
	return issue{Severity: "warning", Code: code, Details: &codeableConcept{Text: message}, Expression: []string{"http." + parameter}}
}

// write sends the outcome as the answer.
func (o *outcome) write(c *fiber.Ctx) error {
	o.Text = o.narrative()
	body, err := encode(o)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(o.status).Send(body)
}

func (o *outcome) narrative() *narrative {
	var lines []string
	for _, i := range o.Issue {
		lines = append(lines, i.Details.Text)
	}
	return narrate("Melding om forespørselen", lines...)
}

// statuses is what is said where a request fails outside of this package's handlers.
var statuses = map[int]struct{ code, message string }{
	http.StatusBadRequest:                  {"invalid", "Forespørselen kan ikke leses."},
	http.StatusForbidden:                   {"forbidden", "Forespørselen er ikke tillatt herfra. Søk med GET i stedet for POST."},
	http.StatusNotFound:                    {"not-found", "Det er ingenting på denne adressen. Hva som finnes, står i " + Root + "/metadata."},
	http.StatusMethodNotAllowed:            {"not-supported", msgReadOnly},
	http.StatusNotAcceptable:               {"not-supported", msgJSONOnly},
	http.StatusRequestTimeout:              {"timeout", "Forespørselen kom ikke fram i tide."},
	http.StatusRequestEntityTooLarge:       {"too-long", "Innholdet er for stort."},
	http.StatusRequestURITooLong:           {"too-long", "Adressen er for lang. Søk med POST til _search."},
	http.StatusUnsupportedMediaType:        {"not-supported", msgFormOnly},
	http.StatusTooManyRequests:             {"throttled", "For mange forespørsler. Vent litt før du prøver igjen."},
	http.StatusRequestHeaderFieldsTooLarge: {"too-long", "Adressen eller hodene er for lange. Søk med POST til _search."},
	http.StatusServiceUnavailable:          {"transient", "Tjenesten er ikke klar. Prøv igjen om litt."},
	http.StatusInternalServerError:         {"exception", "Noe gikk galt hos oss. Prøv igjen om litt."},
}

const (
	msgReadOnly = "Her kan du bare lese og søke: GET, HEAD og POST til _search."
	msgJSONOnly = "Svar finnes bare som JSON: application/fhir+json, FHIR 4.0."
	msgFormOnly = "Søk med POST skal ha upakket innhold av slaget application/x-www-form-urlencoded."
)

// WriteOutcome answers with the OperationOutcome that the status stands for. It is for the
// server's error table: requestID is shown when not empty.
func WriteOutcome(c *fiber.Ctx, status int, requestID string) error {
	s, ok := statuses[status]
	if !ok {
		s = statuses[http.StatusInternalServerError]
		if status < http.StatusInternalServerError {
			s = statuses[http.StatusBadRequest]
		}
	}
	o := fail(status, s.code, s.message)
	if requestID != "" {
		o.Issue[0].Diagnostics = "X-Request-Id: " + requestID
	}
	if status == http.StatusMethodNotAllowed {
		c.Set(fiber.HeaderAllow, strings.Join([]string{fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions}, ", "))
	}
	return o.write(c)
}
