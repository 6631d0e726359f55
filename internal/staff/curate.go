package staff

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// hub is where the national editors' pages hang together.
var hub = page.Crumb{Text: "For hele landet", Path: "/redaksjon/nasjonalt"}

// mountCurate registers what national editors keep.
func (s *Staff) mountCurate(inside fiber.Router) {
	only := func(c *fiber.Ctx) error {
		if err := auth.Can(actorOf(c), auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		return c.Next()
	}
	inside.Get("/nasjonalt", only, s.showHub)
	inside.Get("/typer", only, s.listTypes)
	inside.Get("/typer/:code", only, s.showType)
	inside.Post("/typer/:code", only, s.saveType)
	inside.Get("/begreper", only, s.listTerms)
	inside.Get("/begreper/:kind/:code", only, s.showTerm)
	inside.Post("/begreper/:kind/:code", only, s.saveTerm)
	inside.Get("/hverdagsord", only, s.listExpressions)
	inside.Get("/hverdagsord/ord", only, s.showExpression)
	inside.Post("/hverdagsord/ord", only, s.saveExpression)
	inside.Post("/hverdagsord/fjern", only, s.deleteExpression)
	inside.Get("/kommuner", only, s.listContacts)
	inside.Get("/kommuner/:number", only, s.showContact)
	inside.Get("/uten-adresse", only, s.listNoAddress)
	inside.Post("/kommuner/:number", only, s.saveContact)
	inside.Get("/artikler", only, s.listArticles)
	inside.Get("/artikler/ny", only, s.showNewArticle)
	inside.Post("/artikler/ny", only, s.saveNewArticle)
	inside.Get("/artikler/:section/:slug", only, s.showArticle)
	inside.Post("/artikler/:section/:slug", only, s.saveArticle)
	inside.Post("/artikler/:section/:slug/forhandsvis", only, s.previewArticle)
	inside.Post("/artikler/:section/:slug/bekreft", only, s.confirmArticle)
	inside.Get("/brukere", only, s.listAccounts)
	inside.Get("/brukere/:id", only, s.showAccount)
	inside.Post("/brukere/:id", only, s.changeAccount)
	inside.Get("/hendelser", only, s.listEvents)
	inside.Get("/kvalitet", s.showQuality)
}

func (s *Staff) showHub(c *fiber.Ctx) error {
	card := func(icon, title, text, path string) view.Card {
		return view.Card{Icon: icon, Title: title, Text: text, Path: path}
	}
	return s.send(c, http.StatusOK, view.Hub(view.HubPage{Meta: s.meta(c, hub.Text, hub), Cards: []view.Card{
		card("type-brukerombud", "Kvalitet", "Hvor det mangler noe, og hvor det er gammelt.", "/redaksjon/kvalitet"),
		card("book", "Artikler", "Råd og veiledning.", "/redaksjon/artikler"),
		card("search", "Hverdagsord", "Det folk skriver når de leter, og hvor det fører.", "/redaksjon/hverdagsord"),
		card("filter", "Typer", "Hva et tilbud kan være, og hva hver type gjør.", "/redaksjon/typer"),
		card("type-kompetansesenter", "Begreper", "Målgrupper, temaer og former.", "/redaksjon/begreper"),
		card("phone", "Kommuner", "Telefon og e-post til hver kommune.", "/redaksjon/kommuner"),
		card("search", "Hendelser", "Hvem som har logget inn, sluppet inn andre og laget tilganger.", "/redaksjon/hendelser"),
		card("type-organisasjon", "Brukere", "Alle som kan logge inn, og hva de kan gjøre.", "/redaksjon/brukere"),
		card("type-kursportal", "Bakgrunnsjobber", "E-poster og annet som går av seg selv.", jobsPath),
		card("type-kursportal", "Abonnementer", "Hvem som får melding når noe er endret.", webhooksPath),
	}}))
}

// fieldProblem says what is wrong with a field, for a message key of directory.Invalid.
func fieldProblem(key string) string {
	switch key {
	case directory.MsgRequired:
		return "Her må det stå noe."
	case directory.MsgTooLong:
		return "Teksten er for lang."
	case directory.MsgUnknown:
		return "Dette finnes ikke i listen."
	case directory.MsgDuplicate:
		return "Dette står der fra før."
	default:
		return "Dette er ikke skrevet slik det skal være. Se hjelpeteksten."
	}
}

// mark puts what is wrong beside the fields of a page, which are called as the directory's.
func mark(p *view.EditPage, invalid directory.Invalid) {
	left := directory.Invalid{}
	for field, key := range invalid {
		left[field] = key
	}
	for i := range p.Groups {
		for j := range p.Groups[i].Fields {
			f := &p.Groups[i].Fields[j]
			if key, wrong := left[f.Name]; wrong {
				f.Error = fieldProblem(key)
				delete(left, f.Name)
			}
		}
	}
	for field, key := range left { // no field of that name: say it all the same
		p.Problem = strings.TrimSpace(p.Problem + " " + field + ": " + fieldProblem(key))
	}
}

// moved is said when somebody else has saved the same thing in between.
const moved = "Noen andre har lagret dette mens du skrev. Det du skrev, står fortsatt her. Se hva som står der nå, og lagre på nytt hvis ditt skal gjelde."

// answerEdit shows the form again with what was wrong, or goes on to the list. now is the
// version that is stored, and theirs what it says, for a form that has become stale.
func (s *Staff) answerEdit(c *fiber.Ctx, p view.EditPage, err error, now func() (int, string, error), next, notice string) error {
	var invalid directory.Invalid
	switch {
	case err == nil:
		return see(c, next, notice)
	case errors.As(err, &invalid):
		mark(&p, invalid)
		return s.send(c, http.StatusUnprocessableEntity, view.Edit(p))
	case errors.Is(err, store.ErrConflict):
		version, theirs, err := now()
		if err != nil {
			return err
		}
		p.Problem, p.Theirs, p.Version = moved, theirs, strconv.Itoa(version)
		return s.send(c, http.StatusConflict, view.Edit(p))
	case store.Unavailable(err):
		p.Problem = "Vi får ikke lagret akkurat nå. Det du skrev, står her. Prøv igjen om litt."
		c.Set(fiber.HeaderRetryAfter, "30")
		return s.send(c, http.StatusServiceUnavailable, view.Edit(p))
	}
	return err
}

// seen returns the version that a form was filled from. It is the form's alone: FormValue
// would take what the address says first.
func seen(c *fiber.Ctx) int {
	v, err := strconv.Atoi(string(c.Request().PostArgs().Peek("versjon")))
	if err != nil {
		return -1 // never right, so that the save is refused as stale
	}
	return v
}

// lines returns the lines of a text that have something in them.
func lines(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			found = append(found, line)
		}
	}
	return found
}

// whyField asks for the reason of a change.
func whyField(value string) view.EditField {
	return view.EditField{FormField: view.FormField{Name: "hvorfor", Label: "Hvorfor endrer du dette?", Value: value, Max: 500, Help: "Står i historikken. Leserne ser det ikke."}}
}

func text(name, label, value, help string, required bool) view.EditField {
	return view.EditField{FormField: view.FormField{Name: name, Label: label, Value: value, Help: help, Max: directory.MaxSummary, Required: required}}
}

func long(name, label, value, help string, rows int) view.EditField {
	return view.EditField{FormField: view.FormField{Name: name, Label: label, Value: value, Help: help, Rows: rows}}
}

// historyPath returns where the history of a thing is shown.
func historyPath(kind store.Kind, ref string) string {
	return "/redaksjon/historikk?" + url.Values{"slag": {string(kind)}, "ref": {ref}}.Encode()
}

// newCode stands in the address of a type or term that is being made.
const newCode = "ny"

// commaList returns what stands between commas.
func commaList(s string) []string {
	var found []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			found = append(found, part)
		}
	}
	return found
}

// maxListed is how many rows a list shows before it asks for a search.
const maxListed = 100
