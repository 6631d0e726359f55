package site

import (
	"context"
	_ "embed"
	"encoding/xml"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/changelog"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// Limits are what the API takes and gives. The page for developers says them as they are.
type Limits struct {
	PageSize       int           // of a list
	Body           int           // bytes of what is sent
	Header         int           // bytes of address and headers together
	CallsPerMinute int           // of a token
	Time           time.Duration // for an answer
	MessageChanges int           // of a message about changes
	MessageTime    time.Duration // for a receiver of one
	SecretOverlap  time.Duration // in which messages are signed with an old secret too
	Patience       time.Duration // with a receiver that fails
}

// The examples of a receiver are tested in package webhook, on what is sent.
var (
	//go:embed mottak/mottak.mjs
	receiverJavaScript string
	//go:embed mottak/mottak.py
	receiverPython string
	//go:embed mottak/mottak.go.txt
	receiverGo string
)

// receivers show how a message about changes is checked.
var receivers = []view.ReferenceCode{
	{Key: "javascript", Name: "JavaScript (Node.js)", Text: receiverJavaScript}, {Key: "python", Name: "Python", Text: receiverPython}, {Key: "go", Name: "Go", Text: receiverGo},
}

func (s *Site) showForDevelopers(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	m := s.meta(s.t("For utviklere"), "/for-utviklere", page.MenuAbout, s.aboutCrumb())
	m.Description = s.t("Alt i oversikten som åpne data: API uten nøkkel, med kilder og lisenser.")
	m.Style = "referanse.css"
	api := s.deps.BaseURL + "/api/v1"
	return s.answer(c, v, "", done(view.ForDevelopers(view.DevelopersPage{
		Meta: m,
		API:  api,
		Example: "curl '" + api + "/tilbud?q=avlastning&kommune=1804'\n" +
			"curl '" + api + "/kommuner/1804/tilbud'\n" +
			"curl '" + api + "/sted?postnummer=8006'",
		// Tried on the document as it is.
		Client: "go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@latest \\\n" +
			"  -generate types,client -package oversikt -o oversikt.go " + api + "/openapi.json\n" +
			"npx openapi-typescript " + api + "/openapi.json -o oversikt.d.ts",
		Doors:  s.doors(),
		Limits: s.limits(),

		Messages: s.messages(), Receivers: receivers,
		Rotation: s.t("Når nøkkelen blir byttet, er meldingene signert med både den nye og den gamle i %s dager. Da rekker du å bytte uten å miste noen.", s.lang.Number(days(s.deps.Limits.SecretOverlap))),

		Log:     s.changelog(),
		Borders: len(v.Outlines().List()) > 0,
	})))
}

// doors are the ways in which programs read, those of them that this program serves.
func (s *Site) doors() []view.Door {
	all := []view.Door{
		{Name: s.t("API"), Path: "/api/v1", Link: "/api/v1/docs", Text: s.t("Søk, ett og ett tilbud, kommuner, artikler, kurs og tall, i våre egne ord.")},
		{Name: s.t("Det som er endret"), Path: "/api/v1/endringer", Link: "/api/v1/docs#endringer", Text: s.t("For deg som holder en kopi: hent bare det som er nytt.")},
		{Name: "HSDS", Path: "/hsds/v3", Link: "/hsds/v3", Text: s.t("Open Referral Human Services Data Specification 3.1, for oversikter i andre land.")},
		{Name: "FHIR", Path: "/fhir/R4", Link: "/fhir/R4/metadata", Text: s.t("HealthcareService, Organization og Location, for systemer i helsetjenesten.")},
		{Name: "DCAT-AP-NO, CPSV-AP-NO", Path: "/data/katalog", Link: "/data/katalog.ttl", Text: s.t("Beskrivelser av dataene og tjenestene, for de nasjonale katalogene.")},
		{Name: s.t("Filer"), Path: "/data", Link: "/data", Text: s.t("Alle tilbudene på en gang.")},
		{Name: s.t("På din nettside"), Path: "/bygg-inn", Link: "/for-kommuner#bygg-inn", Text: s.t("Skal en kommunes liste bare vises på en nettside, trenger du ikke API-et.")},
		{Name: "JSON-LD", Path: "/sitemap.xml", Text: s.t("Nettsidene har de samme opplysningene som JSON-LD (schema.org), og alle adressene står i et nettstedskart.")},
		{Name: "OpenSearch", Path: "/opensearch.xml", Text: s.t("Søk herfra i nettleserens adressefelt.")},
	}
	var out []view.Door
	for _, d := range all {
		if s.deps.Serves == nil || s.deps.Serves(d.Path) {
			out = append(out, d)
		}
	}
	return out
}

func (s *Site) limits() []string {
	l := s.deps.Limits
	return []string{
		s.t("En liste over tilbud har inntil %s på hver side. Bla med antall og side.", s.lang.Number(l.PageSize)),
		s.t("Adressen og hodene kan til sammen være %s kB. Er de lengre, er svaret 431.", s.lang.Number(l.Header>>10)),
		s.t("Det du sender, kan være %s kB. Er det større, er svaret 413.", s.lang.Number(l.Body>>10)),
		s.t("En tilgang kan brukes %s ganger i minuttet. Så er svaret 429, og Retry-After sier hvor lenge du skal vente.", s.lang.Number(l.CallsPerMinute)),
		s.t("Et svar som ikke er klart på %s sekunder, blir stoppet.", s.lang.Number(int(l.Time.Seconds()))),
	}
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// messages is what is promised of the messages about changes.
func (s *Site) messages() []string {
	l := s.deps.Limits
	return []string{
		s.t("Meldingen er en POST med JSON, etter Standard Webhooks. Den sier hva som er endret. Hvordan det er nå, henter du fra API-et."),
		s.t("Adressen din må begynne med https:// og være åpen på nettet. Vi følger ingen videresending."),
		s.t("Én melding har inntil %s endringer og er under 100 kB.", s.lang.Number(l.MessageChanges)),
		s.t("Svar med en status fra 200 til 299 innen %s sekunder. Ellers kommer den samme meldingen igjen, med samme webhook-id. Svar 410 når du ikke vil ha flere.", s.lang.Number(int(l.MessageTime.Seconds()))),
		s.t("Meldingene kommer i rekkefølge, og den neste venter til den forrige er tatt imot. Den samme kan komme to ganger."),
		s.t("Har du ikke tatt imot noe på %s timer, skriver vi til kontakten din. Etter %s timer slutter vi å sende. Begynner vi igjen, kommer alt fra der det stoppet.", s.lang.Number(int(l.Patience.Hours()/2)), s.lang.Number(int(l.Patience.Hours()))),
		s.t("Står begynn_pa_nytt i meldingen, kan det du har, være feil. Hent da alt på nytt fra /api/v1/endringer."),
	}
}

// kinds are the words for kinds of changes.
var kinds = map[changelog.Kind]string{
	changelog.New: page.Mark("Nytt"), changelog.Changed: page.Mark("Endret"), changelog.Mended: page.Mark("Rettet"), changelog.Deprecated: page.Mark("Utgår"),
}

func (s *Site) changelog() []view.LogEntry {
	var out []view.LogEntry
	for _, e := range changelog.All() {
		day := s.lang.Date(e.Date)
		if len(out) == 0 || out[len(out)-1].Date != day {
			out = append(out, view.LogEntry{Date: day})
		}
		entry := &out[len(out)-1]
		for _, c := range e.Changes {
			text, lang := c.In(string(s.lang))
			if lang == string(s.lang) {
				lang = ""
			}
			entry.Changes = append(entry.Changes, view.LogChange{Kind: s.t(kinds[c.Kind]), Text: text, Lang: lang})
		}
	}
	return out
}

// changelogPath is the feed of what changes in the API.
const changelogPath = "/for-utviklere/endringslogg.atom"

// atom is a feed as RFC 4287 has it.
type atom struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Content string   `xml:"content"`
}

func (s *Site) showChangelog(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	return s.plain(c, v, "", "application/atom+xml; charset=utf-8", func(context.Context) ([]byte, error) { return encodeXML(s.atom()) })
}

func (s *Site) atom() atom {
	address := s.deps.BaseURL + s.lang.Prefix() + "/for-utviklere"
	entries := changelog.All()
	feed := atom{
		Lang: string(s.lang), ID: s.deps.BaseURL + s.lang.Prefix() + changelogPath, Title: s.t("Endringer i API-et"),
		Updated: entries[0].Date.Format(time.RFC3339), Author: view.SiteName,
		Links: []atomLink{{"self", s.deps.BaseURL + s.lang.Prefix() + changelogPath}, {"alternate", address}},
	}
	for i, e := range entries {
		for j, change := range e.Changes {
			text, _ := change.In(string(s.lang))
			feed.Entries = append(feed.Entries, atomEntry{
				// Counted from the oldest, so that they stay when there are newer ones.
				ID:      fmt.Sprintf("%s#%d.%d", address, len(entries)-i, j+1),
				Title:   s.t(kinds[change.Kind]),
				Updated: e.Date.Format(time.RFC3339),
				Link:    atomLink{"alternate", address + "#endringslogg"},
				Content: text,
			})
		}
	}
	return feed
}
