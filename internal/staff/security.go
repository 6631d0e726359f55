package staff

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const securityPath = "/redaksjon/konto/sikkerhet"

func (s *Staff) mountSecurity(inside fiber.Router) {
	security := inside.Group("/konto/sikkerhet", s.needRecent(securityPath))
	security.Get("/", s.showSecurity)
	security.Post("/passnokkel/:id/fjern", s.removePasskey)
	security.Post("/app/fjern", s.removeApp)
	security.Post("/koder", s.newCodes)
	security.Post("/innlogging/fjern", s.unlink)
}

// needRecent lets those on who have shown of late who they are, and sends others to do so
// and come back to a page.
func (s *Staff) needRecent(to string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		answered, err := s.askAgain(c, to)
		if answered || err != nil {
			return err
		}
		return c.Next()
	}
}

// askAgain answers the request, unless its person has shown of late who they are, and
// reports whether it did. Those who have a second factor are asked for it, also over http,
// where nobody has to have one: who has only read somebody's mail, or found a browser open,
// must not change what is signed in with. Those who have none sign in once more.
func (s *Staff) askAgain(c *fiber.Ctx, to string) (answered bool, err error) {
	session, _ := sessionOf(c)
	if session.SecondFactor && session.Recent {
		return false, nil
	}
	factors, err := s.deps.Store.Factors(c.UserContext(), session.Account.ID)
	switch {
	case err != nil:
		return false, err
	case factors.Any():
		return true, c.Redirect(confirmAddress(to), fiber.StatusSeeOther)
	case session.Recent:
		return false, nil
	}
	if err := s.deps.Store.EndSession(c.UserContext(), session.Account.ID, session.ID); err != nil {
		return false, err
	}
	dropCookie(c, sessionCookie)
	return true, see(c, "/logg-inn?til="+url.QueryEscape(to), "Det er en stund siden du logget inn. Logg inn på nytt for å endre dette.")
}

// showSecurity shows what the account can show beside a mailed code.
func (s *Staff) showSecurity(c *fiber.Ctx) error { return s.showSecurityWith(c, http.StatusOK, "") }

func (s *Staff) showSecurityWith(c *fiber.Ctx, status int, failed string) error {
	session, _ := sessionOf(c)
	factors, err := s.deps.Store.Factors(c.UserContext(), session.Account.ID)
	if err != nil {
		return err
	}
	p := view.SecurityPage{
		Meta:   s.meta(c, "Sikkerhet", page.Crumb{Text: "Min konto", Path: "/redaksjon/konto"}, page.Crumb{Text: "Sikkerhet", Path: securityPath}),
		Failed: failed, PasskeysWork: s.relyingParty != nil, Any: factors.Any(), RecoveryCodes: factors.RecoveryCodes,
		Name: view.FormField{Name: "navn", Label: "Navn på passnøkkelen", Help: "For eksempel «Jobb-PC» eller «Mobil».", Max: 100},
	}
	for _, k := range factors.Passkeys {
		line := view.PasskeyLine{ID: k.ID, Name: k.Name, Added: page.Bokmal.Date(k.CreatedAt)}
		if k.UsedAt != nil {
			line.Used = page.Bokmal.Date(*k.UsedAt)
		}
		p.Passkeys = append(p.Passkeys, line)
	}
	if factors.App != nil {
		p.AppAdded = page.Bokmal.Date(factors.App.CreatedAt)
		if factors.App.UsedAt != nil {
			p.AppUsed = page.Bokmal.Date(*factors.App.UsedAt)
		}
	}
	sessions, err := s.deps.Store.Sessions(c.UserContext(), session.Account)
	if err != nil {
		return err
	}
	p.Elsewhere = len(sessions) > 1
	if s.deps.OIDC != nil {
		identities, err := s.deps.Store.Identities(c.UserContext(), session.Account.ID)
		if err != nil {
			return err
		}
		p.Provider = s.deps.OIDC.Name()
		for _, i := range identities {
			if i.Issuer == s.deps.OIDC.Issuer() {
				p.Linked = page.Bokmal.Date(i.CreatedAt)
			}
		}
	}
	return s.send(c, status, view.Security(p))
}

func (s *Staff) removePasskey(c *fiber.Ctx) error {
	id, err := c.ParamsInt("id")
	if err != nil {
		return store.ErrNotFound
	}
	session, _ := sessionOf(c)
	return s.removed(c, s.deps.Store.RemovePasskey(c.UserContext(), session, int64(id), s.secure), "Passnøkkelen er fjernet.")
}

func (s *Staff) removeApp(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	return s.removed(c, s.deps.Store.RemoveApp(c.UserContext(), session, s.secure), "Appen er koblet fra.")
}

// unlink ends signing in with the provider.
func (s *Staff) unlink(c *fiber.Ctx) error {
	if s.deps.OIDC == nil {
		return fiber.ErrNotFound
	}
	session, _ := sessionOf(c)
	return s.removed(c, s.deps.Store.UnlinkIdentity(c.UserContext(), session, s.deps.OIDC.Issuer()), s.deps.OIDC.Name()+" er koblet fra.")
}

func (s *Staff) removed(c *fiber.Ctx, err error, done string) error {
	if errors.Is(err, store.ErrLastFactor) {
		return s.showSecurityWith(c, http.StatusUnprocessableEntity,
			"Dette er det eneste du kan bekrefte med. Legg til noe annet først, så kan du fjerne det etterpå.")
	} else if err != nil {
		return err
	}
	return see(c, securityPath, done)
}

// newCodes makes new recovery codes; the old ones are worth nothing then.
func (s *Staff) newCodes(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	return s.showNewCodes(c, session, "De gamle nødkodene virker ikke lenger.")
}
