package staff

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const accountPath = "/redaksjon/konto"

var accountCrumb = page.Crumb{Text: "Kontoen din", Path: accountPath}

// mountOwnAccount registers the person's own page.
func (s *Staff) mountOwnAccount(inside fiber.Router) {
	inside.Get("/konto", s.showOwnAccount)
	inside.Post("/konto", s.renameOwnAccount)
	inside.Post("/konto/okter/:id/slutt", s.needRecent(accountPath), s.endSession)
	inside.Post("/konto/okter/slutt", s.needRecent(accountPath), s.endOtherSessions)
	inside.Get("/konto/opplysninger.json", s.exportOwnAccount)
	inside.Get("/konto/slett", s.needRecent(accountPath+"/slett"), s.askToErase)
	inside.Post("/konto/slett", s.needRecent(accountPath+"/slett"), s.eraseOwnAccount)
}

func (s *Staff) showOwnAccount(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	return s.sendOwnAccount(c, http.StatusOK, session.Account.Name, "")
}

func (s *Staff) sendOwnAccount(c *fiber.Ctx, status int, name, wrong string) error {
	session, _ := sessionOf(c)
	sessions, err := s.deps.Store.Sessions(c.UserContext(), session.Account)
	if err != nil {
		return err
	}
	p := view.OwnAccountPage{
		Meta: s.meta(c, accountCrumb.Text, accountCrumb), Email: session.Account.Email, National: session.Account.National,
		Name: view.FormField{Name: "navn", Label: "Navnet ditt", Value: name, Max: 200, Complete: "name", Error: wrong, Help: "Kollegene dine ser det i historikken. Leserne ser det aldri."},
	}
	for _, g := range session.Account.Grants {
		name, err := s.ownerName(c, g.Owner)
		if err != nil {
			return err
		}
		role := "Bidragsyter"
		if g.Role == auth.Manager {
			role = "Forvalter"
		}
		p.Roles = append(p.Roles, role+" for "+name)
	}
	for _, other := range sessions {
		p.Sessions = append(p.Sessions, view.SessionRow{
			Device: deviceName(other.Device), Seen: moment(other.SeenAt, s.deps.Now()), This: other.ID == session.ID, End: fmt.Sprintf("%s/okter/%d/slutt", accountPath, other.ID),
		})
	}
	return s.send(c, status, view.OwnAccount(p))
}

// deviceName says in plain words what a User-Agent names: "Firefox på Windows".
func deviceName(agent string) string {
	find := func(pairs [][2]string, otherwise string) string {
		for _, p := range pairs {
			if strings.Contains(agent, p[0]) {
				return p[1]
			}
		}
		return otherwise
	}
	// The order matters: most browsers name older ones too.
	browser := find([][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}}, "En nettleser")
	system := find([][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS", "Mac"}, {"Linux", "Linux"}}, "")
	if system == "" {
		return browser
	}
	return browser + " på " + system
}

func (s *Staff) renameOwnAccount(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	name := strings.TrimSpace(c.FormValue("navn"))
	if utf8.RuneCountInString(name) > 200 || strings.ContainsAny(name, "\r\n\x00") {
		return s.sendOwnAccount(c, http.StatusUnprocessableEntity, name, "Navnet kan ha 200 tegn, på én linje.")
	}
	if err := s.deps.Store.RenameAccount(c.UserContext(), session.Account.Actor(), session.Account.ID, name); err != nil {
		return err
	}
	return see(c, accountPath, "Navnet er lagret.")
}

func (s *Staff) endSession(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	if err := s.deps.Store.EndSession(c.UserContext(), session.Account.ID, id); err != nil {
		return err
	}
	return see(c, accountPath, "Du er logget ut der.")
}

func (s *Staff) endOtherSessions(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	if err := s.deps.Store.EndOtherSessions(c.UserContext(), session.Account.ID, session.ID); err != nil {
		return err
	}
	return see(c, accountPath, "Du er logget ut alle andre steder.")
}

// exportOwnAccount gives the person all that is kept about them, as a file.
func (s *Staff) exportOwnAccount(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	content, err := s.deps.Store.ExportAccount(c.UserContext(), session.Account.ID)
	if err == nil {
		err = s.deps.Store.RecordExport(c.UserContext(), session.Account.Actor(), session.Account.ID)
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="oversikt-om-deg.json"`)
	return c.Send(content)
}

func (s *Staff) askToErase(c *fiber.Ctx) error {
	return s.sendAskToErase(c, http.StatusOK, "")
}

// sendAskToErase says what goes and what stays, and asks for the address: nobody erases
// themselves by a slip of the finger.
func (s *Staff) sendAskToErase(c *fiber.Ctx, status int, wrong string) error {
	session, _ := sessionOf(c)
	heading := "Slette kontoen din?"
	p := view.AskPage{
		Meta: s.meta(c, heading, accountCrumb, page.Crumb{Text: heading, Path: c.Path()}), Heading: heading,
		Text: []string{
			"Navnet, e-postadressen, passnøklene, kladdene og rollene dine blir slettet med en gang, og du blir logget ut overalt. Det kan ikke angres.",
			"Det du har publisert, blir stående. Historikken sier da «" + store.ErasedName + "» i stedet for navnet ditt.",
			"Sikkerhetskopier som er tatt før nå, har kontoen til de blir slettet.",
		},
		Why: &view.FormField{Name: "epost", Label: "Skriv e-postadressen din for å slette kontoen", Type: "email", Max: 254, Required: true, Error: wrong},
		Do:  "Slett kontoen", Danger: true, Back: view.Link{Text: "Avbryt", Href: accountPath},
	}
	alone, err := s.deps.Store.AloneIn(c.UserContext(), session.Account)
	if err != nil {
		return err
	}
	for _, owner := range alone {
		name, err := s.ownerName(c, owner)
		if err != nil {
			return err
		}
		p.Text = append(p.Text, "Du er den eneste forvalteren for "+name+". Da er det ingen igjen som kan slippe inn andre der. Gi rollen til en kollega først, hvis du kan.")
	}
	return s.send(c, status, view.Ask(p))
}

func (s *Staff) eraseOwnAccount(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	if !strings.EqualFold(strings.TrimSpace(c.FormValue("epost")), session.Account.Email) {
		return s.sendAskToErase(c, http.StatusUnprocessableEntity, "Skriv adressen du er logget inn med.")
	}
	err := s.deps.Store.EraseAccount(c.UserContext(), session.Account.Actor(), session.Account.ID)
	if errors.Is(err, store.ErrLastManager) {
		return s.sendAskToErase(c, http.StatusConflict, "Du er den siste nasjonale redaktøren. Gjør en annen til det først.")
	}
	if err != nil {
		return err
	}
	return s.leave(c)
}
