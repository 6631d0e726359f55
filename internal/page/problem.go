package page

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gofiber/fiber/v2"
)

// ProblemJSON is the media type of a Problem.
const ProblemJSON = "application/problem+json"

// Problem is an error as the reader of an interface for programs meets it: RFC 9457, with the
// suggestions that help on. Its texts are all our own; no error's own text gets in.
type Problem struct {
	Type        string       `json:"type" doc:"Alltid about:blank: status sier hva slags feil det er."`
	Title       string       `json:"title" doc:"Kort om feilen."`
	Status      int          `json:"status" doc:"HTTP-status."`
	Detail      string       `json:"detail" doc:"Hva som gikk galt denne gangen."`
	Errors      []FieldError `json:"errors,omitempty" doc:"Feltene som er feil."`
	Suggestions []Pointer    `json:"forslag,omitempty" doc:"Det nærmeste som finnes."`
	RequestID   string       `json:"foresporsel_id,omitempty" doc:"Oppgi denne hvis du melder fra om feilen."`
}

// FieldError is what is wrong with one parameter, or one field of a body.
type FieldError struct {
	Message  string `json:"message" doc:"Hva som er feil."`
	Location string `json:"location" doc:"Hvor feilen er: query.kommune, path.id, body.telefon[0].nummer."`
}

// Pointer leads to something that exists.
type Pointer struct {
	Text string `json:"tekst" doc:"Hva det er."`
	URL  string `json:"url" doc:"Hel adresse i dette API-et."`
}

// NewProblem returns a problem with the status' own title.
func NewProblem(status int, detail string) *Problem {
	title, ok := titles[status]
	if !ok {
		title = http.StatusText(status)
	}
	return &Problem{Type: "about:blank", Title: title, Status: status, Detail: detail}
}

// Error implements error. The text is for logs and tests.
func (p *Problem) Error() string { return fmt.Sprintf("%d %s", p.Status, p.Detail) }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return ProblemJSON }

// Write sends the problem as the answer.
func (p *Problem) Write(c *fiber.Ctx) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("marshal problem: %w", err)
	}
	c.Set(fiber.HeaderContentType, ProblemJSON)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(p.Status).Send(body)
}

var titles = map[int]string{
	http.StatusBadRequest:                  "Forespørselen kan ikke leses",
	http.StatusUnauthorized:                "Tilgang mangler",
	http.StatusForbidden:                   "Ikke tillatt",
	http.StatusNotFound:                    "Finnes ikke",
	http.StatusMethodNotAllowed:            "Metoden kan ikke brukes her",
	http.StatusNotAcceptable:               "Formen finnes ikke",
	http.StatusRequestTimeout:              "Forespørselen tok for lang tid",
	http.StatusGone:                        "Begynn på nytt",
	http.StatusPreconditionFailed:          "Endret av noen andre",
	http.StatusRequestEntityTooLarge:       "Innholdet er for stort",
	http.StatusRequestURITooLong:           "Adressen er for lang",
	http.StatusUnsupportedMediaType:        "Innholdet er ikke JSON",
	http.StatusUnprocessableEntity:         "Feil i parametere",
	http.StatusPreconditionRequired:        "If-Match mangler",
	http.StatusTooManyRequests:             "For mange forespørsler",
	http.StatusRequestHeaderFieldsTooLarge: "Hodet er for stort",
	http.StatusInternalServerError:         "Feil hos oss",
	http.StatusServiceUnavailable:          "Ikke tilgjengelig akkurat nå",
}
