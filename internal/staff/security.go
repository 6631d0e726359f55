package staff

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const securityPath = "/redaksjon/konto/sikkerhet"

func (s *Staff) mountSecurity(inside fiber.Router) {
	security := inside.Group("/konto/sikkerhet", s.needOwnFactor)
	security.Get("/", s.showSecurity)
	security.Post("/passnokkel/:id/fjern", s.removePasskey)
	security.Post("/app/fjern", s.removeApp)
	security.Post("/koder", s.newCodes)
	security.Post("/innlogging/fjern", s.unlink)
}

// needOwnFactor asks those who have a second factor for it, also over http, where nobody
// has to have one: who has only read somebody's mail must not see or change these pages.
func (s *Staff) needOwnFactor(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	if session.SecondFactor {
		return c.Next()
	}
	factors, err := s.deps.Store.Factors(c.UserContext(), session.Account.ID)
	if err != nil {
		return err
	}
	if factors.Any() {
		return c.Redirect(confirmAddress(securityPath), fiber.StatusSeeOther)
	}
	return c.Next()
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
