package api

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// What is promised of the messages about changes (package webhook sends them).
const (
	// MessageChanges is how many changes one message names at most. So many stay below the
	// 100 kB that some frameworks take when nobody says otherwise.
	MessageChanges = 200
	// MessageTime is how long a receiver may take.
	MessageTime = 15 * time.Second
)

// ChangesMessage is the body of what those are sent who are told of changes.
type ChangesMessage struct {
	Type      string    `json:"type" enum:"endringer"`
	Timestamp time.Time `json:"timestamp" doc:"Da meldingen ble laget."`
	Data      News      `json:"data"`
}

// News is an answer of /endringer, with where it begins. A receiver that has not come to
// After has missed something.
type News struct {
	After string `json:"etter" doc:"Der meldingen begynner: neste fra den forrige."`
	Changes
	Anew bool `json:"begynn_pa_nytt,omitempty" doc:"Oversikten er gjenopprettet fra en sikkerhetskopi, så det du har, kan være feil. Hent alt på nytt fra /endringer uten etter."`
}

// TestMessage is the body of a message that is about nothing.
type TestMessage struct {
	Type      string    `json:"type" enum:"test"`
	Timestamp time.Time `json:"timestamp" doc:"Da meldingen ble laget."`
	Data      struct{}  `json:"data"`
}

// describeMessages adds what is sent to the document.
func describeMessages(doc *huma.OpenAPI) {
	message := func(id, summary, description string, body reflect.Type) *huma.PathItem {
		header := func(name, about string) *huma.Param {
			return &huma.Param{Name: name, In: "header", Required: true, Description: about, Schema: &huma.Schema{Type: huma.TypeString}}
		}
		return &huma.PathItem{Post: &huma.Operation{
			OperationID: id, Tags: []string{"Endringer"}, Summary: summary, Description: description,
			Parameters: []*huma.Param{
				header("webhook-id", "Den samme når den samme meldingen kommer igjen."),
				header("webhook-timestamp", "Da den ble sendt: sekunder siden 1970. Avvis den som er mer enn fem minutter unna."),
				header("webhook-signature", "Én eller flere signaturer med mellomrom mellom, hver med v1, foran: HMAC-SHA-256 i base64 av webhook-id, webhook-timestamp og innholdet med punktum mellom. Det er nok at én stemmer."),
			},
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: inPlace(doc.Components.Schemas, body)}}},
			Responses: map[string]*huma.Response{
				"204":     {Description: "Tatt imot. Alt fra 200 til 299 betyr det samme."},
				"410":     {Description: "Mottakeren vil ikke ha flere."},
				"default": {Description: "Ikke tatt imot. Meldingen kommer igjen, ikke før etter Retry-After."},
			},
		}}
	}
	doc.Webhooks = map[string]*huma.PathItem{
		"endringer": message("melding-om-endringer", "Melding om endringer",
			"Til dem som har et abonnement, etter Standard Webhooks. En melding har inntil "+strconv.Itoa(MessageChanges)+" endringer, og den neste venter til den er tatt imot.",
			reflect.TypeFor[ChangesMessage]()),
		"test": message("provemelding", "Prøvemelding", "Sendt av en redaktør for å se at mottakeren virker. Den handler ikke om noe.", reflect.TypeFor[TestMessage]()),
	}
}

// inPlace returns the schema of a message with its data in it, and leaves nothing of it among
// the schemas with names: generators of clients drop those that no call has, and would then
// miss them.
func inPlace(r huma.Registry, message reflect.Type) *huma.Schema {
	take := func(ref string) *huma.Schema {
		s := r.SchemaFromRef(ref)
		delete(r.Map(), strings.TrimPrefix(ref, schemaPrefix))
		return s
	}
	s := take(r.Schema(message, true, "").Ref)
	s.Properties["data"] = take(s.Properties["data"].Ref)
	return s
}
