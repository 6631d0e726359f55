package staff

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const webhooksPath = "/redaksjon/abonnement"

var webhooksCrumb = page.Crumb{Text: "Abonnementer", Path: webhooksPath}

// deliveriesShown is how many attempts a webhook's page lists.
const deliveriesShown = 50

// mountWebhooks registers the pages about who is told of changes. They are for national
// editors, which the store asks for.
func (s *Staff) mountWebhooks(inside fiber.Router) {
	inside.Get("/abonnement", s.listWebhooks)
	inside.Post("/abonnement", s.createWebhook)
	inside.Get("/abonnement/:id", s.showWebhook)
	inside.Post("/abonnement/:id/kontakt", s.setWebhookContact)
	inside.Get("/abonnement/:id/nokkel", s.askToRotateWebhook)
	inside.Post("/abonnement/:id/nokkel", s.rotateWebhook)
	inside.Post("/abonnement/:id/prove", s.testWebhook)
	inside.Post("/abonnement/:id/start", s.startWebhook)
	inside.Post("/abonnement/:id/leveringer/:delivery/igjen", s.sendAgain)
	inside.Get("/abonnement/:id/slett", s.askToRemoveWebhook)
	inside.Post("/abonnement/:id/slett", s.removeWebhook)
}

// webhookForm is the form for a new webhook as it was sent.
type webhookForm struct {
	name, url, email, kommuner string
	types                      []string
}

func (s *Staff) listWebhooks(c *fiber.Ctx) error {
	return s.sendWebhooks(c, http.StatusOK, webhookForm{}, nil)
}

func (s *Staff) sendWebhooks(c *fiber.Ctx, status int, form webhookForm, invalid directory.Invalid) error {
	all, err := s.deps.Store.Webhooks(c.UserContext(), actorOf(c))
	if err != nil {
		return err
	}
	types, err := s.deps.Store.OfferingTypes(c.UserContext())
	if err != nil {
		return err
	}
	p := view.WebhooksPage{
		Meta: s.meta(c, "Abonnementer på endringer", hub, webhooksCrumb),
		List: view.StaffTable{Caption: "Abonnementer", Columns: []string{"Navn", "Følger", "Sist sendt"}},
		Name: view.FormField{Name: "navn", Label: "Hvem det er", Value: form.name, Required: true, Max: 100, Help: "Navnet på mottakeren, så dere kjenner den igjen."},
		URL: view.FormField{Name: "adresse", Label: "Adressen meldingene går til", Value: form.url, Type: "url", Required: true, Max: 2000,
			Help: "Må begynne med https:// og være åpen på nettet."},
		Email:    webhookContact(form.email, invalid["email"]),
		Kommuner: view.FormField{Name: "kommuner", Label: "Bare tilbud for disse kommunene", Value: form.kommuner, Max: 2500, Help: "Kommunenumre med komma mellom. Tomt betyr alle."},
		Types:    view.FormField{Name: "type", Label: "Bare disse typene tilbud", Help: "Ingen valgt betyr alle."},
	}
	for _, t := range types {
		p.TypeChoices = append(p.TypeChoices, view.FormChoice{Value: t.Code, Text: t.Name.NB, Checked: slices.Contains(form.types, t.Code)})
	}
	for field, f := range map[string]*view.FormField{"name": &p.Name, "url": &p.URL, "kommuner": &p.Kommuner, "types": &p.Types} {
		if key := invalid[field]; key != "" {
			f.Error = fieldProblem(key)
		}
	}
	if invalid["webhooks"] != "" {
		p.Name.Error = "Det er så mange abonnementer som det kan være. Slett et som ikke er i bruk."
	}
	switch invalid["url"] {
	case directory.MsgFormat:
		p.URL.Error = "Skriv en hel adresse som begynner med https://, uten brukernavn og uten #."
	}
	switch invalid["kommuner"] {
	case directory.MsgFormat:
		p.Kommuner.Error = "Skriv kommunenumre med fire sifre, med komma mellom: 0301, 4601."
	case directory.MsgUnknown:
		p.Kommuner.Error = "Et av numrene er ikke en kommune i dag."
	}
	for _, w := range all {
		sent := view.Cell{Text: "aldri"}
		if w.SentAt != nil {
			sent.Text = moment(*w.SentAt, s.deps.Now())
		}
		if note := webhookProblem(w); note != "" {
			sent.Note, sent.Warn = note, true
		}
		p.List.Rows = append(p.List.Rows, []view.Cell{{Text: w.Name, Href: webhookPath(w.ID), Note: hostOf(w.URL)}, {Text: followedBy(w)}, sent})
	}
	return s.send(c, status, view.Webhooks(p))
}

// webhookContact is the field for whom to tell that messages do not come through.
func webhookContact(value, problem string) view.FormField {
	f := view.FormField{Name: "epost", Label: "E-post til den som passer på mottakeren", Value: value, Type: "email", Max: 254,
		Help: "Vi skriver dit når meldingene ikke har kommet fram på et døgn, og når vi slutter å sende. Tomt betyr at ingen får vite det."}
	if problem != "" {
		f.Error = "Skriv hele adressen, slik: navn@kommune.no."
	}
	return f
}

func webhookPath(id int64) string { return fmt.Sprintf("%s/%d", webhooksPath, id) }

// webhookProblem says why messages do not come through; empty where they do.
func webhookProblem(w store.Webhook) string {
	switch {
	case w.DisabledAt != nil:
		return "Stoppet. " + w.DisabledWhy
	case w.FailingSince != nil:
		return "Meldingene kommer ikke fram. Vi prøver igjen i to døgn."
	}
	return ""
}

// followedBy says what a webhook is told of.
func followedBy(w store.Webhook) string {
	if w.Everything() {
		return "alt"
	}
	text := "tilbud"
	if n := len(w.Types); n > 0 {
		text += " av " + page.Bokmal.Count(n, "1 type", "%s typer")
	}
	if n := len(w.Kommuner); n > 0 {
		text += " for " + page.Bokmal.Count(n, "1 kommune", "%s kommuner")
	}
	return text
}

// readKommuner returns the numbers in the text, false where something is none.
func readKommuner(text string) ([]region.Number, bool) {
	var numbers []region.Number
	for field := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' }) {
		n, err := region.ParseNumber(field)
		if err != nil {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, true
}

// createWebhook makes a webhook and shows its secret. It is in the answer to the form and
// nowhere else: not in an address, not in a cookie.
func (s *Staff) createWebhook(c *fiber.Ctx) error {
	form := webhookForm{name: c.FormValue("navn"), url: c.FormValue("adresse"), email: c.FormValue("epost"), kommuner: c.FormValue("kommuner")}
	for _, code := range c.Request().PostArgs().PeekMulti("type") {
		form.types = append(form.types, string(code))
	}
	kommuner, ok := readKommuner(form.kommuner)
	if !ok {
		return s.sendWebhooks(c, http.StatusUnprocessableEntity, form, directory.Invalid{"kommuner": directory.MsgFormat})
	}
	w := store.Webhook{Name: form.name, URL: form.url, Email: form.email, Kommuner: kommuner, Types: form.types}
	w, secret, err := s.deps.Store.CreateWebhook(c.UserContext(), actorOf(c), w, cursorText)
	var invalid directory.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.sendWebhooks(c, http.StatusUnprocessableEntity, form, invalid)
	case err != nil:
		return err
	}
	return s.send(c, http.StatusOK, view.WebhookMade(view.WebhookMadePage{
		Meta:  s.meta(c, "Nytt abonnement", hub, webhooksCrumb, page.Crumb{Text: "Nytt abonnement", Path: webhooksPath}),
		Title: "Abonnementet «" + w.Name + "» er laget", Secret: secret, Path: webhookPath(w.ID),
	}))
}

// cursorText writes where the feed stands as the API does.
func cursorText(installation string, head store.Cursor) string {
	return search.Position{Installation: installation, Cursor: search.Cursor(head)}.Text()
}

// webhook returns the one that the address names.
func (s *Staff) webhook(c *fiber.Ctx) (store.Webhook, error) {
	id, _ := strconv.ParseInt(c.Params("id"), 10, 64)
	return s.deps.Store.WebhookByID(c.UserContext(), actorOf(c), id)
}

func (s *Staff) showWebhook(c *fiber.Ctx) error {
	w, err := s.webhook(c)
	if err != nil {
		return err
	}
	return s.sendWebhook(c, http.StatusOK, w, webhookContact(w.Email, ""))
}

// sendWebhook sends the page of a webhook, with the field for its contact as it is to be.
func (s *Staff) sendWebhook(c *fiber.Ctx, status int, w store.Webhook, contact view.FormField) error {
	sent, err := s.deps.Store.Deliveries(c.UserContext(), actorOf(c), w.ID, deliveriesShown)
	if err != nil {
		return err
	}
	now := s.deps.Now()
	p := view.WebhookPage{
		Meta: s.meta(c, w.Name, hub, webhooksCrumb, page.Crumb{Text: w.Name, Path: webhookPath(w.ID)}),
		Name: w.Name, URL: hiddenQuery(w.URL), Follows: "Følger " + followedBy(w) + ".", State: "Har ikke tatt imot noe ennå.", Problem: webhookProblem(w),
		Made: "Laget " + page.Bokmal.Date(w.CreatedAt), Path: webhookPath(w.ID),
		CanStart: w.DisabledAt != nil || w.FailingSince != nil, Start: "Prøv nå",
		Contact: contact,
	}
	if w.OldSecretUntil != nil {
		p.OldKey = "Meldingene er signert med den gamle nøkkelen også, til " + page.Bokmal.Date(*w.OldSecretUntil) + "."
	}
	if w.SentAt != nil {
		p.State = "Tok sist imot en melding " + moment(*w.SentAt, now) + "."
	}
	if w.DisabledAt != nil {
		p.Start = "Begynn å sende igjen"
	}
	for _, d := range sent {
		l := view.DeliveryLine{What: page.Bokmal.Count(d.Changes, "1 endring", "%s endringer"), When: capital(moment(d.At, now)),
			Result: fmt.Sprintf("Tatt imot (%d) på %d ms.", d.Status, d.Took.Milliseconds()), Again: fmt.Sprintf("%s/leveringer/%d/igjen", webhookPath(w.ID), d.ID)}
		if d.Test {
			l.What = "Prøvemelding"
		}
		if d.Problem != "" {
			l.Result, l.Wrong = "Kom ikke fram: "+d.Problem+".", true
		}
		p.Deliveries = append(p.Deliveries, l)
	}
	return s.send(c, status, view.Webhook(p))
}

// hiddenQuery leaves out what follows the path of an address: it may be a secret of the receiver's.
func hiddenQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.RawQuery == "" {
		return address
	}
	u.RawQuery = "…"
	return u.String()
}

// webhookDone goes back to the webhook's page.
func webhookDone(c *fiber.Ctx, id int64, err error, notice string) error {
	if err != nil {
		return err
	}
	return see(c, webhookPath(id), notice)
}

func (s *Staff) setWebhookContact(c *fiber.Ctx) error {
	w, err := s.webhook(c)
	if err != nil {
		return err
	}
	email := c.FormValue("epost")
	err = s.deps.Store.SetWebhookContact(c.UserContext(), actorOf(c), w.ID, email)
	if invalid := (directory.Invalid)(nil); errors.As(err, &invalid) {
		return s.sendWebhook(c, http.StatusUnprocessableEntity, w, webhookContact(email, invalid["email"]))
	}
	notice := "Kontakten er lagret."
	if strings.TrimSpace(email) == "" {
		notice = "Ingen får vite det når meldingene ikke kommer fram."
	}
	return webhookDone(c, w.ID, err, notice)
}

func (s *Staff) testWebhook(c *fiber.Ctx) error {
	w, err := s.webhook(c)
	if err == nil {
		err = s.deps.Store.TestWebhook(c.UserContext(), actorOf(c), w.ID)
	}
	return webhookDone(c, w.ID, err, "Prøvemeldingen er på vei. Last siden på nytt om litt for å se hvordan det gikk.")
}

func (s *Staff) startWebhook(c *fiber.Ctx) error {
	w, err := s.webhook(c)
	if err == nil {
		err = s.deps.Store.EnableWebhook(c.UserContext(), actorOf(c), w.ID)
	}
	return webhookDone(c, w.ID, err, "Vi sender igjen nå, fra der det stoppet.")
}

func (s *Staff) sendAgain(c *fiber.Ctx) error {
	w, err := s.webhook(c)
	if err == nil {
		delivery, _ := strconv.ParseInt(c.Params("delivery"), 10, 64)
		err = s.deps.Store.SendAgain(c.UserContext(), actorOf(c), w.ID, delivery)
	}
	return webhookDone(c, w.ID, err, "Meldingen er på vei en gang til.")
}

func (s *Staff) askToRotateWebhook(c *fiber.Ctx) error {
	w, err := s.webhook(c)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.RotateWebhook(view.RotateWebhookPage{
		Meta: s.meta(c, "Ny nøkkel", hub, webhooksCrumb, page.Crumb{Text: w.Name, Path: webhookPath(w.ID)}), Name: w.Name, Back: webhookPath(w.ID), Days: overlapDays,
	}))
}

// overlapDays is for how many days the old secret is signed with too.
const overlapDays = int(store.SecretOverlap / (24 * time.Hour))

// rotateWebhook makes a new secret and shows it, as createWebhook does.
func (s *Staff) rotateWebhook(c *fiber.Ctx) error {
	w, err := s.webhook(c)
	if err != nil {
		return err
	}
	secret, err := s.deps.Store.RotateWebhookSecret(c.UserContext(), actorOf(c), w.ID)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.WebhookMade(view.WebhookMadePage{
		Meta:  s.meta(c, "Ny nøkkel", hub, webhooksCrumb, page.Crumb{Text: w.Name, Path: webhookPath(w.ID)}),
		Title: "Ny nøkkel for «" + w.Name + "»", Secret: secret, Path: webhookPath(w.ID),
		Old: fmt.Sprintf("I %d dager er meldingene signert med den gamle nøkkelen også. Mottakeren må ha byttet innen da.", overlapDays),
	}))
}

func (s *Staff) askToRemoveWebhook(c *fiber.Ctx) error {
	w, err := s.webhook(c)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.RemoveWebhook(view.RemoveWebhookPage{
		Meta: s.meta(c, "Slett abonnementet", hub, webhooksCrumb, page.Crumb{Text: w.Name, Path: webhookPath(w.ID)}), Name: w.Name, Back: webhookPath(w.ID),
	}))
}

func (s *Staff) removeWebhook(c *fiber.Ctx) error {
	w, err := s.webhook(c)
	if err == nil {
		err = s.deps.Store.RemoveWebhook(c.UserContext(), actorOf(c), w.ID)
	}
	if err != nil {
		return err
	}
	return see(c, webhooksPath, "Abonnementet «"+w.Name+"» er slettet.")
}
