package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

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
