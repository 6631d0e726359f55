package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// problem is an error as the reader of the API meets it.
type (
	problem    = page.Problem
	fieldError = page.FieldError
	pointer    = page.Pointer
)

func newProblem(status int, detail string) *problem { return page.NewProblem(status, detail) }

// wrong returns a 422 that names one query parameter.
func wrong(parameter, message string) *problem {
	p := newProblem(http.StatusUnprocessableEntity, msgParameters)
	p.Errors = []fieldError{{Message: message, Location: "query." + parameter}}
	return p
}

// notFound returns a 404 that names where the unknown value stood ("query.type") and
// what there is instead.
func notFound(location, message string, suggestions []pointer) *problem {
	p := newProblem(http.StatusNotFound, message)
	p.Errors = []fieldError{{Message: message, Location: location}}
	p.Suggestions = suggestions
	return p
}

// WriteProblem answers with the problem that the status stands for, in the same shape as
// the API's own. It is for the server's error table: requestID is shown when not empty.
func WriteProblem(c *fiber.Ctx, status int, requestID string) error {
	detail, ok := details[status]
	if !ok {
		detail, ok = bodyDetails[status]
	}
	if !ok {
		detail = details[http.StatusInternalServerError]
	}
	p := newProblem(status, detail)
	p.RequestID = requestID
	return p.Write(c)
}

// huma makes errors and messages by package variables. They are set here once, to this
// package's type and to Norwegian.
func init() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return fromHuma(status, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		if status >= http.StatusInternalServerError && len(errs) > 0 {
			// See failures: the server's error table takes it from here.
			humafiber.Unwrap(ctx).Locals(failureKey{}, errs[0])
		}
		return fromHuma(status, errs)
	}
	huma.DefaultArrayNullable = false
	validation.MsgExpectedOneOf = `må være en av «%s»`
	validation.MsgExpectedMinimumNumber = "må være minst %v"
	validation.MsgExpectedMaximumNumber = "må være høyst %v"
	validation.MsgExpectedExclusiveMinimumNumber = "må være større enn %v"
	validation.MsgExpectedMinLength = "må ha minst %d tegn"
	validation.MsgExpectedMaxLength = "kan ha høyst %d tegn"
	validation.MsgExpectedMaxItems = "kan gis høyst %d ganger"
	validation.MsgExpectedBePattern = "må være %s"
	validation.MsgExpectedMatchPattern = "må følge mønsteret %s"
	validation.MsgExpectedRequiredProperty = missing + "%s"
	validation.MsgUnexpectedProperty = "er et ukjent felt"
	validation.MsgExpectedRFC3339Date = msgDate
	validation.MsgExpectedBoolean = "må være true eller false"
	validation.MsgExpectedNumber = msgNumber
	validation.MsgExpectedInteger = "må være et helt tall"
	validation.MsgExpectedString = "må være tekst"
	validation.MsgExpectedArray = "må være en liste"
	validation.MsgExpectedObject = "må være et objekt"
}

// fromHuma returns the problem for what huma found wrong with a request.
func fromHuma(status int, errs []error) *problem {
	detail, ok := details[status]
	if !ok {
		detail = msgParameters
	}
	p := newProblem(status, detail)
	if status >= http.StatusInternalServerError {
		return p
	}
	for _, err := range errs {
		d, ok := err.(huma.ErrorDetailer)
		if !ok {
			continue
		}
		e := fieldError{Message: norwegian(d.ErrorDetail().Message), Location: plainLocation(d.ErrorDetail().Location)}
		if name, ok := strings.CutPrefix(e.Message, missing); ok {
			e.Message, e.Location = "mangler", e.Location+"."+name
		}
		p.Errors = append(p.Errors, e)
	}
	inBody := func(e fieldError) bool { return strings.HasPrefix(e.Location, "body") }
	if slices.ContainsFunc(p.Errors, inBody) {
		aboutBody(p)
	}
	return p
}

// aboutBody words the problem for a body, and puts its errors in the order of their
// places: huma finds those of an object in any.
func aboutBody(p *problem) {
	p.Title, p.Detail = "Feil i innholdet", msgBody
	slices.SortStableFunc(p.Errors, func(a, b fieldError) int { return strings.Compare(a.Location, b.Location) })
}

// missing begins the message that names an absent field. The field is part of where the
// error is.
const missing = "mangler: "

// plainLocation names a parameter without the place among its values: "query.type[1]" is
// "query.type". In a body the place helps.
func plainLocation(s string) string {
	if strings.HasPrefix(s, "body") {
		return s
	}
	name, _, _ := strings.Cut(s, "[")
	return name
}

// norwegian translates the messages that huma has no variable for.
func norwegian(message string) string {
	if s, ok := fixedMessages[message]; ok {
		return s
	}
	return message
}

// checkQuery refuses what huma lets pass: text that is not UTF-8 or holds control
// characters, and several values where one is meant, of which huma would take the first.
func checkQuery(h huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		query := queryOf(ctx)
		var errs []error
		for _, p := range ctx.Operation().Parameters {
			values := query[p.Name]
			if p.In != "query" {
				continue
			}
			if len(values) > 1 && p.Schema.Type != huma.TypeArray {
				errs = append(errs, &huma.ErrorDetail{Message: "kan bare gis én gang", Location: "query." + p.Name})
			}
			for _, v := range values {
				if !utf8.ValidString(v) || strings.ContainsFunc(v, forbidden) {
					errs = append(errs, &huma.ErrorDetail{Message: "er ikke lesbar tekst (UTF-8)", Location: "query." + p.Name})
					break
				}
			}
		}
		if len(errs) > 0 {
			// The answer is written; an error here would be one of writing it.
			_ = huma.WriteErr(h, ctx, http.StatusUnprocessableEntity, "", errs...)
			return
		}
		next(ctx)
	}
}

// forbidden reports whether r is a control character that no typed text holds.
func forbidden(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f }

// schemaPrefix begins the references to schemas.
const schemaPrefix = "#/components/schemas/"

// schemaNames are the names in the OpenAPI document of types whose Go names are English.
var schemaNames = map[string]string{
	"Offering":       "Tilbud",
	"Results":        "Treffliste",
	"ListOffering":   "Tilbudsliste",
	"Interpretation": "Tolkning",
	"Facets":         "Fasetter",
	"FacetValue":     "Fasettverdi",
	"Coded":          "Kode",
	"Organization":   "Organisasjon",
	"Coverage":       "Dekning",
	"Address":        "Adresse",
	"Position":       "Posisjon",
	"Phone":          "Telefon",
	"Hours":          "Apningstider",
	"Weekday":        "Ukedag",
	"Exception":      "Unntak",
	"Cost":           "Pris",
	"Referral":       "Henvisning",
	"Source":         "Kilde",
	"KommuneName":    "Kommunenavn",
	"FylkeName":      "Fylkesnavn",
	"Former":         "TidligereKommune",
	"KommuneAnswer":  "KommunensTilbud",
	"TypeAnswer":     "SvarForType",
	"OfferingType":   "Type",
	"Names":          "Oversettelser",
	"Law":            "Lov",
	"Course":         "Kurs",
	"CoursePlace":    "Kurssted",
	"CourseDate":     "Kursdato",
	"Changes":        "Endringer",
	"Change":         "Endring",
	"CourseOffering": "KursetsTilbud",
	"SignUp":         "Pamelding",
	"ListCourse":     "Kursliste",
	"ArticleSummary": "ArtikkelIListe",
	"FullArticle":    "Artikkel",
	"Link":           "Lenke",
	"ArticleSource":  "Artikkelkilde",
	"PlaceMatch":     "Stedstreff",
	"Places":         "Stedsliste",
	"Suggestions":    "Forslagsliste",
	"Suggestion":     "Forslag",
	"Problem":        "Feil",
	"FieldError":     "Feltfeil",
	"Pointer":        "Peker",

	"OrganizationInput": "OrganisasjonInn",
	"AddressInput":      "AdresseInn",
	"PositionInput":     "PosisjonInn",
	"HoursInput":        "ApningstiderInn",
	"CostInput":         "PrisInn",
	"ReferralInput":     "HenvisningInn",
	"SourceInput":       "KildeInn",
	"Written":           "LagretTilbud",
	"OfferingInput":     "TilbudInn",
	"CodeInput":         "KodeInn",
	"CoverageInput":     "DekningInn",
	"KommuneInput":      "KommuneInn",
	"FylkeInput":        "FylkeInn",
	"PhoneInput":        "TelefonInn",
	"WeekdayInput":      "UkedagInn",
	"ExceptionInput":    "UnntakInn",

	"ListKommune":        "Kommuneliste",
	"ListFylke":          "Fylkesliste",
	"ListOfferingType":   "Typeliste",
	"ListArticleSummary": "Artikkelliste",
	"ListMonth":          "Talliste",
	"Month":              "Maned",
	"Tally":              "Telling",
	"UseOf":              "Bruk",
}

// inputSuffix ends the names of what programs send.
const inputSuffix = "Inn"

// schemaName returns a type's name in the OpenAPI document.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if s, ok := schemaNames[name]; ok {
		return s
	}
	return name
}
