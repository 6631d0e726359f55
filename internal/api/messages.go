package api

import (
	"net/http"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// introduction opens the OpenAPI document and the page made from it.
const introduction = `Alle tilbudene i oversikten, kommunene de gjelder for, og artiklene. Lesing er åpen for alle og krever ingen nøkkel. Kommuner og organisasjoner kan skrive til sine egne tilbud med en tilgang som de lager i redaksjonen.

Felt som ikke er kjent, er null eller tomme lister: ingenting er fylt ut ved gjetning. Lister har antall, side og sider. En parameter som kan gjentas, betyr «eller»: ?type=lms&type=ppt. Ulike parametere betyr «og». Ukjente parametere gir 422.

Svarene har en svak ETag. Send den tilbake i If-None-Match, og svaret er 304 så lenge innholdet er det samme. Feil følger RFC 9457 (application/problem+json) og sier hvilket felt det gjelder, i errors[].location.

Den som skriver, sender tilgangen i Authorization: Bearer, og i If-Match ETag-en fra sist tilbudet ble lest eller skrevet. Har noen endret det siden, er svaret 412, og ingenting er endret. Svaret på en skriving har den nye ETag-en. Vis aldri en tilgang på en nettside.`

const (
	msgAddress    = "Adressen er ikke gyldig. Tegn utenfor ASCII, og % selv, må være prosentkodet som UTF-8."
	msgParameters = "En eller flere parametere er feil."

	msgNumber     = "må være et tall"
	msgBothLatLon = "lat og lon må gis sammen"
	msgNeedsPlace = "krever lat og lon, kommune eller postnummer"
	msgOneWay     = "gi enten q, postnummer, eller lat og lon"

	msgNoOffering   = "Det er ikke noe tilbud med denne id-en."
	msgNotANumber   = "Et kommunenummer er fire sifre."
	msgNoKommune    = "Vi kjenner ingen kommune med dette nummeret eller navnet."
	msgSplit        = "Nummeret er ikke i bruk lenger, og området ble delt mellom flere kommuner."
	msgNoPostalCode = "Postnummeret finnes ikke."
	msgOutside      = "Postnummeret ligger på Svalbard eller Jan Mayen, utenfor kommunene. Nasjonale tilbud gjelder også der."
	msgNoFylke      = "Vi kjenner ikke noe fylke med dette nummeret eller navnet."
	msgNoType       = "Vi kjenner ingen slik type tilbud."
	msgNoToken      = "Send tilgangen i Authorization: Bearer oversikt_…"
	msgBadToken     = "Tilgangen finnes ikke, er trukket tilbake, eller er gått ut."
	msgTooMany      = "Tilgangen er brukt for ofte, eller det er prøvd mange som ikke finnes, fra samme nettverk. Vent så lenge som Retry-After sier."
	msgScope        = "Tilgangen er ikke laget for dette. Den som har ansvar for tilgangene hos dere, kan lage en som er det."
	msgNotYours     = "Tilgangen gjelder ikke dette tilbudet, eller ikke området det skal være for."
	msgRefused      = "Noen har sett på dette de siste 30 dagene og avvist det. Ingen blir spurt igjen nå. Dere ser hvem og hvorfor her: "
	msgStale        = "Tilbudet er endret siden du leste det, eller If-Match er ikke en ETag herfra. Les det på nytt, og gjør endringen igjen."
	msgIfMatch      = "Send ETag-en fra sist du leste tilbudet i If-Match."
	msgBody         = "Ett eller flere felt er feil. Ingenting er lagret."

	msgDate  = "må være en dato som 2026-04-07"
	msgLevel = "passer ikke med kommuner og fylker i dekning"
	msgPhone = "er ikke et telefonnummer som kan vises"
	msgEmail = "er ikke en e-postadresse"

	msgNoArticle = "Det er ingen artikkel på denne adressen."

	msgCursor  = "er ikke en markør herfra: send neste fra forrige svar slik den er, eller la etter være borte"
	msgHistory = "Markøren i etter er fra før oversikten ble gjenopprettet fra en sikkerhetskopi, eller fra en annen oversikt. Begynn på nytt uten etter, og slett det du har som ikke kommer."

	msgNoCourse = "Det er ikke noe kurs med denne id-en."
	msgPeriod   = "er før fra"
)

// details are for errors that no handler has said more about.
var details = map[int]string{
	http.StatusBadRequest:                  "Forespørselen følger ikke HTTP.",
	http.StatusForbidden:                   "Forespørselen kom fra et annet nettsted.",
	http.StatusNotFound:                    "Det er ingenting på denne adressen. Kallene er beskrevet i " + Root + "/openapi.json.",
	http.StatusMethodNotAllowed:            "Se Allow for metodene som kan brukes.",
	http.StatusRequestTimeout:              "Forespørselen kom ikke frem i tide.",
	http.StatusRequestEntityTooLarge:       "Innholdet i forespørselen er større enn det vi tar imot.",
	http.StatusRequestURITooLong:           "Adressen er lengre enn det vi tar imot.",
	http.StatusUnprocessableEntity:         msgParameters,
	http.StatusTooManyRequests:             "Vent litt før du prøver igjen.",
	http.StatusRequestHeaderFieldsTooLarge: "Adressen og hodet er til sammen større enn det vi tar imot.",
	http.StatusInternalServerError:         "Noe gikk galt hos oss. Feilen er logget.",
	http.StatusServiceUnavailable:          "Prøv igjen om litt.",
}

// bodyDetails are for what is wrong with a body.
var bodyDetails = map[int]string{
	http.StatusBadRequest:           "Innholdet må være ett tilbud, som JSON i UTF-8.",
	http.StatusUnsupportedMediaType: "Innholdet må sendes upakket, med Content-Type: application/json.",
}

// msgOf says what the keys of directory.Invalid mean.
var msgOf = map[string]string{
	directory.MsgRequired:   "mangler",
	directory.MsgTooLong:    "er for langt",
	directory.MsgFormat:     "har ikke riktig form",
	directory.MsgUnknown:    "er ukjent",
	directory.MsgPeriod:     "slutter før det begynner",
	directory.MsgDuplicate:  "er der to ganger",
	directory.MsgTransition: "kan ikke følge etter statusen tilbudet har nå",
}

// fixedMessages are huma's messages that stand in its code, in Norwegian.
var fixedMessages = map[string]string{
	"invalid integer":                     "må være et helt tall",
	"invalid float":                       "må være et tall, med punktum som desimaltegn",
	"unknown query parameter":             "er ukjent",
	"required query parameter is missing": "mangler",
	"required path parameter is missing":  "mangler",
}
