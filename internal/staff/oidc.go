package staff

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/oidc"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

func (s *Staff) mountOIDC(app fiber.Router) {
	if s.deps.OIDC == nil {
		return
	}
	app.Post("/logg-inn/oidc", privately, s.startOIDC)
	app.Get("/logg-inn/oidc/svar", privately, s.finishOIDC)
}

// oidcWay returns the provider as the sign-in page offers it.
func (s *Staff) oidcWay() view.OIDCWay {
	if s.deps.OIDC == nil {
		return view.OIDCWay{}
	}
	return view.OIDCWay{Name: s.deps.OIDC.Name(), Away: s.deps.OIDC.Away()}
}

// oidcChallenge is what is kept while somebody is at the provider.
type oidcChallenge struct {
	oidc.Challenge
	To   string // where to go after
	Link int64  // account that is to be linked to who comes back; 0: sign in
}

// startOIDC sends the browser to the provider.
func (s *Staff) startOIDC(c *fiber.Ctx) error {
	asked := oidcChallenge{To: localPath(c.FormValue("til"))}
	if err := s.spend(c); err != nil {
		return err
	}
	if c.FormValue("handling") == "koble" {
		session, err := s.readSession(c)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		asked.To, asked.Link = securityPath, session.Account.ID
		if asked.Link == 0 {
			return c.Redirect("/logg-inn?til="+url.QueryEscape(securityPath), fiber.StatusSeeOther)
		}
		if answered, err := s.askAgain(c, securityPath); answered || err != nil {
			return err
		}
	}
	address, challenge, err := s.deps.OIDC.Start(c.UserContext())
	if errors.Is(err, oidc.ErrAway) {
		s.deps.Log.Warn("OIDC", "error", err)
		return s.oidcFailed(c, asked, "Innlogging med "+s.deps.OIDC.Name()+" virker ikke akkurat nå. Prøv igjen om litt, eller bruk en annen måte.")
	} else if err != nil {
		return err
	}
	asked.Challenge = challenge
	if err := s.ask(c, store.OIDCSignIn, asked); err != nil {
		return err
	}
	// Not a redirect: our form-action lets no form end at another site, and browsers apply
	// it to redirects too.
	c.Set("Refresh", "0; url="+address)
	return s.send(c, http.StatusOK, view.OIDCLeave(s.signInMeta(c, "Du sendes til "+s.deps.OIDC.Name()), s.deps.OIDC.Name(), address))
}

// oidcFailed goes back to where the person came from, with a sentence of what happened.
func (s *Staff) oidcFailed(c *fiber.Ctx, asked oidcChallenge, sentence string) error {
	if asked.Link != 0 {
		return see(c, securityPath, sentence)
	}
	return see(c, "/logg-inn?til="+url.QueryEscape(localPath(asked.To)), sentence)
}

// errDenied is returned when the provider says that nobody signed in.
var errDenied = errors.New("the provider says no")

// finishOIDC takes what the browser brings back from the provider. It is not counted as a
// guess: it is bound to a cookie's secret, and each beginning was counted.
func (s *Staff) finishOIDC(c *fiber.Ctx) error {
	name := s.deps.OIDC.Name()
	var asked oidcChallenge
	who, err := s.oidcAnswer(c, &asked)
	switch {
	case errors.Is(err, errDenied):
		page.Note(c, "OIDC sign-in denied")
		// Not said in other words: what stands in the address may be anybody's.
		return s.oidcFailed(c, asked, "Du ble ikke logget inn med "+name+". Prøv igjen, eller bruk en annen måte.")
	case errors.Is(err, oidc.ErrRefused):
		if asked.Challenge != (oidc.Challenge{}) {
			s.deps.Log.Warn("OIDC", "error", err)
		}
		return s.refuseOIDC(c)
	case errors.Is(err, oidc.ErrWeak):
		page.Note(c, "OIDC sign-in too weak")
		return s.oidcFailed(c, asked, "Du må logge inn på en sikrere måte hos "+name+", for eksempel med BankID. Prøv igjen.")
	case errors.Is(err, oidc.ErrAway):
		page.Note(c, "OIDC provider away")
		s.deps.Log.Warn("OIDC", "error", err)
		return s.oidcFailed(c, asked, "Innlogging med "+name+" virker ikke akkurat nå. Prøv igjen om litt, eller bruk en annen måte.")
	case err != nil:
		return err
	}
	kommuner, err := s.kommunerOf(c, who.OrgNumbers)
	if err != nil {
		return err
	}
	if asked.Link != 0 {
		return s.linkOIDC(c, asked, who, kommuner)
	}
	return s.enterOIDC(c, asked, who, kommuner)
}

// oidcAnswer reads into asked what was kept for this browser, and returns who came back. It
// returns oidc.ErrRefused when this browser was not asked, or has answered, and errDenied.
func (s *Staff) oidcAnswer(c *fiber.Ctx, asked *oidcChallenge) (oidc.Identity, error) {
	if err := s.answered(c, store.OIDCSignIn, asked); errors.Is(err, store.ErrNotFound) {
		return oidc.Identity{}, oidc.ErrRefused
	} else if err != nil {
		return oidc.Identity{}, err
	}
	if c.Query("error") != "" {
		return oidc.Identity{}, errDenied
	}
	return s.deps.OIDC.Finish(c.UserContext(), asked.Challenge, oidc.Answer{State: c.Query("state"), Code: c.Query("code"), Issuer: c.Query("iss")})
}

// refuseOIDC answers what must not sign anybody in: a replay, or somebody else's answer.
func (s *Staff) refuseOIDC(c *fiber.Ctx) error {
	page.Note(c, "OIDC answer refused")
	return s.send(c, http.StatusBadRequest, view.OIDCRefused(s.signInMeta(c, "Innloggingen kan ikke brukes")))
}

// kommunerOf returns the kommuner among the organizations. A part of a kommune with a
// number of its own is none: its people would be let in to all of it.
func (s *Staff) kommunerOf(c *fiber.Ctx, orgNumbers []string) ([]region.Number, error) {
	var found []region.Number
	for _, n := range orgNumbers {
		number, err := s.deps.Store.KommuneByOrgNumber(c.UserContext(), n)
		if errors.Is(err, store.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		found = append(found, number)
	}
	return found, nil
}

// enterOIDC signs in who came back.
func (s *Staff) enterOIDC(c *fiber.Ctx, asked oidcChallenge, who oidc.Identity, kommuner []region.Number) error {
	account, err := s.deps.Store.EnterByIdentity(c.UserContext(), who.Issuer, who.Subject, who.Email, kommuner, s.entryMail)
	if err == nil {
		err = s.signIn(c, account.ID, store.ByOIDC, who.SecondFactor)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		page.Note(c, "OIDC stranger")
		return s.oidcFailed(c, asked, s.strangerText(who, kommuner))
	case errors.Is(err, auth.ErrForbidden):
		page.Note(c, "OIDC stranger")
		return s.oidcFailed(c, asked, "Du har ikke tilgang til redaksjonen. Be en forvalter i kommunen din om å slippe deg inn.")
	case err != nil:
		return err
	}
	return c.Redirect(localPath(asked.To), fiber.StatusSeeOther)
}

// strangerText says what somebody can do whom the provider knows and we do not.
// Ansattporten gives no address, so that this is everybody's first time with it.
func (s *Staff) strangerText(who oidc.Identity, kommuner []region.Number) string {
	if len(who.OrgNumbers) > 0 && len(kommuner) == 0 {
		return "Virksomheten du valgte, er ingen kommune vi kjenner. Logg inn igjen, og velg selve kommunen."
	}
	return "Vi kjenner deg ikke igjen ennå. Logg inn med en kode på jobbadressen din denne ene gangen. Koble deretter til " +
		s.deps.OIDC.Name() + " under Sikkerhet på kontoen din."
}

// linkOIDC makes who came back the account that asked for it, in the same browser.
func (s *Staff) linkOIDC(c *fiber.Ctx, asked oidcChallenge, who oidc.Identity, kommuner []region.Number) error {
	session, err := s.readSession(c)
	if errors.Is(err, store.ErrNotFound) || err == nil && session.Account.ID != asked.Link {
		return s.refuseOIDC(c)
	} else if err != nil {
		return err
	}
	name := s.deps.OIDC.Name()
	err = s.deps.Store.LinkIdentity(c.UserContext(), session, who.Issuer, who.Subject, kommuner, s.entryMail)
	switch {
	case errors.Is(err, store.ErrConflict):
		return see(c, securityPath, "Den du logget inn som hos "+name+", er koblet til en annen konto her.")
	case errors.Is(err, auth.ErrForbidden):
		return c.Redirect(confirmAddress(securityPath), fiber.StatusSeeOther)
	case err != nil:
		return err
	}
	return see(c, securityPath, "Kontoen er koblet til "+name+".")
}
