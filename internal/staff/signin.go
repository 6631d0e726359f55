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

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/place"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// flowCookie holds the secret of a sign-in by mail that is under way.
const flowCookie = "__Host-inn"

// browserCookie says that somebody has signed in here with an address. It stays when the
// browser is closed, and lets nobody in.
const browserCookie = "__Host-kjent"

// mountSignIn registers the way in, which needs no session.
func (s *Staff) mountSignIn(app fiber.Router) {
	app.Get("/logg-inn", privately, s.showSignIn)
	app.Post("/logg-inn", privately, mendPasted, s.askForCode)
	app.Get("/logg-inn/kode", privately, s.showCode)
	app.Post("/logg-inn/kode", privately, mendPasted, s.redeemCode)
	app.Get("/logg-inn/lenke/:secret", privately, s.showLoginLink)
	app.Post("/logg-inn/lenke/:secret", privately, s.redeemLoginLink)
	app.Post("/logg-ut", privately, s.signOut)
}

// spend counts the beginning of a sign-in from where the request comes from. It returns
// store.TooSoon when there were too many.
func (s *Staff) spend(c *fiber.Ctx) error {
	_, err := s.deps.Store.Spend(c.UserContext(), store.SignInStarts, 1, place.Of(c).Circles()...)
	return sayWhen(c, err)
}

// guess carries out a try of something secret, and counts it when it was wrong. It returns
// store.TooSoon, without trying, when there were too many of those from where the request
// comes from. Secrets that no number of tries finds, those of links and cookies, are not
// counted: a page of another site can make a whole office's browsers open thirty links.
func (s *Staff) guess(c *fiber.Ctx, try func() error, wrong ...error) error {
	return sayWhen(c, s.deps.Store.Guess(c.UserContext(), store.SignInTries, place.Of(c).Circles(), func() (bool, error) {
		err := try()
		return !slices.ContainsFunc(wrong, func(w error) bool { return errors.Is(err, w) }), err
	}))
}

// sayWhen returns err, and tells browsers and programs when it may work if it is
// store.TooSoon.
func sayWhen(c *fiber.Ctx, err error) error {
	var soon store.TooSoon
	if errors.As(err, &soon) {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(soon.Wait.Seconds())))
	}
	return err
}

// manyWrong is said to those in whose network much was tried that was wrong.
func manyWrong(soon store.TooSoon) string {
	return "Det er prøvd mye som ikke stemte, fra nettverket ditt. Vent " + waiting(soon.Wait) + ", og prøv igjen."
}

func (s *Staff) signInPage(c *fiber.Ctx, email, wrong string) view.SignInPage {
	return view.SignInPage{
		Meta: s.signInMeta(c, "Logg inn"), To: wantedAfter(c), Passkey: s.relyingParty != nil, OIDC: s.oidcWay(),
		Email: view.FormField{Name: "epost", Label: "E-postadressen din på jobben", Value: email, Type: "email", Required: true, Max: 254, Complete: "email", Error: wrong,
			Help: "Vi sender deg en kode. Du trenger ikke noe passord."},
	}
}

func (s *Staff) showSignIn(c *fiber.Ctx) error {
	if session, err := s.readSession(c); err == nil && (session.SecondFactor || !s.secure) {
		return c.Redirect(wantedAfter(c), fiber.StatusSeeOther)
	}
	return s.send(c, http.StatusOK, view.SignIn(s.signInPage(c, c.Query("epost"), "")))
}

// askForCode sends a code to the address, if it may sign in, and goes on to where it is
// typed, whether it may or not.
func (s *Staff) askForCode(c *fiber.Ctx) error {
	email := c.FormValue("epost")
	var soon store.TooSoon
	err := s.spend(c)
	if errors.As(err, &soon) {
		return s.send(c, http.StatusTooManyRequests, view.SignIn(s.signInPage(c, email, "Det er bedt om mange koder fra nettverket ditt. Vent "+waiting(soon.Wait)+", eller bruk den siste koden du fikk.")))
	}
	var secret string
	if err == nil {
		secret, err = s.startCode(c, email)
	}
	var invalid directory.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.send(c, http.StatusUnprocessableEntity, view.SignIn(s.signInPage(c, email, "Skriv hele adressen, slik: navn@kommune.no.")))
	case errors.As(sayWhen(c, err), &soon):
		return s.send(c, http.StatusTooManyRequests, view.SignIn(s.signInPage(c, email, "Det er sendt mange koder nå. Vent "+waiting(soon.Wait)+", eller bruk den siste koden du fikk.")))
	case store.Unavailable(err):
		c.Set(fiber.HeaderRetryAfter, "30")
		return s.send(c, http.StatusServiceUnavailable, view.SignIn(s.signInPage(c, email, "Vi får ikke sendt noen kode akkurat nå. Prøv igjen om litt.")))
	case err != nil:
		return err
	}
	page.Note(c, "code asked for")
	setCookie(c, flowCookie, secret)
	return c.Redirect("/logg-inn/kode?til="+url.QueryEscape(wantedAfter(c)), fiber.StatusSeeOther)
}

// startCode begins a sign-in by mail and returns the secret for the browser.
func (s *Staff) startCode(c *fiber.Ctx, email string) (string, error) {
	return s.deps.Store.StartCode(c.UserContext(), email, c.Cookies(browserCookie), func(code string, expires time.Time) store.Mail {
		return store.Mail{Subject: "Koden din er " + code, Text: fmt.Sprintf(`Hei!

Koden din for å logge inn på %s er:

%s

Den virker til kl. %s, i nettleseren du ba om den i.

Ba du ikke om noen kode? Da kan du se bort fra denne e-posten.
Gi aldri koden til noen. Vi ringer aldri og spør etter den.
`, s.deps.BaseURL, code, expires.In(page.Oslo).Format("15.04"))}
	})
}

// waiting says how long, in whole minutes.
func waiting(d time.Duration) string {
	if minutes := int((d + time.Minute - 1) / time.Minute); minutes > 1 {
		return strconv.Itoa(minutes) + " minutter"
	}
	return "ett minutt"
}

func (s *Staff) showCode(c *fiber.Ctx) error {
	return s.showCodeWith(c, http.StatusOK, "")
}

// showCodeWith shows where the code is typed. Who has no sign-in under way begins anew.
func (s *Staff) showCodeWith(c *fiber.Ctx, status int, wrong string) error {
	flow, err := s.deps.Store.CodeFlow(c.UserContext(), c.Cookies(flowCookie))
	if errors.Is(err, store.ErrNotFound) {
		return see(c, "/logg-inn?til="+url.QueryEscape(wantedAfter(c)), "Koden virker ikke lenger. Be om en ny.")
	}
	if err != nil {
		return err
	}
	p := s.codePage(c, wrong)
	p.Email, p.Until = flow.Email, flow.ExpiresAt.In(page.Oslo).Format("15.04")
	return s.send(c, status, view.Code(p))
}

func (s *Staff) codePage(c *fiber.Ctx, wrong string) view.CodePage {
	return view.CodePage{
		Meta: s.signInMeta(c, "Skriv koden"), To: wantedAfter(c),
		Code: view.FormField{Name: "kode", Label: "Koden", Help: "Seks siffer.", Required: true, Max: 10, Complete: "one-time-code", Error: wrong},
	}
}

func (s *Staff) redeemCode(c *fiber.Ctx) error {
	code := strings.Join(strings.Fields(c.FormValue("kode")), "")
	var a store.Account
	err := s.guess(c, func() (err error) {
		a, err = s.deps.Store.RedeemCode(c.UserContext(), c.Cookies(flowCookie), code, s.entryMail)
		return err
	}, store.ErrWrongCode)
	var soon store.TooSoon
	switch {
	case errors.As(err, &soon):
		p := s.codePage(c, manyWrong(soon))
		p.Code.Value = code
		return s.send(c, http.StatusTooManyRequests, view.Code(p))
	case errors.Is(err, store.ErrWrongCode):
		page.Note(c, "wrong code")
		return s.showCodeWith(c, http.StatusUnprocessableEntity, "Koden stemmer ikke. Se i den nyeste e-posten fra oss.")
	case errors.Is(err, store.ErrNotFound), errors.Is(err, auth.ErrForbidden):
		page.Note(c, "code that does not work")
		return see(c, "/logg-inn?til="+url.QueryEscape(wantedAfter(c)), "Koden virker ikke lenger. Be om en ny.")
	case store.Unavailable(err):
		// The code still works: its use was not stored either.
		p := s.codePage(c, "Vi får ikke logget deg inn akkurat nå. Prøv igjen om litt.")
		p.Code.Value = code
		c.Set(fiber.HeaderRetryAfter, "30")
		return s.send(c, http.StatusServiceUnavailable, view.Code(p))
	case err != nil:
		return err
	}
	if err := s.signIn(c, a.ID, store.ByCode, false); err != nil {
		return err
	}
	dropCookie(c, flowCookie)
	if err := s.rememberBrowser(c, a); err != nil {
		return err
	}
	return c.Redirect(wantedAfter(c), fiber.StatusSeeOther)
}

// rememberBrowser lets strangers who ask for codes for the address use up none of those that
// are asked for here.
func (s *Staff) rememberBrowser(c *fiber.Ctx, a store.Account) error {
	value, life, err := s.deps.Store.KnownBrowser(c.UserContext(), a.Email)
	if err == nil {
		c.Cookie(&fiber.Cookie{Name: browserCookie, Value: value, Path: "/", Secure: true, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(life.Seconds())})
	}
	return err
}

// entryMail tells a manager that somebody asks to be let in.
func (s *Staff) entryMail(e store.Entry) store.Mail {
	return store.Mail{Subject: "Skal " + e.Email + " slippe inn?", Text: fmt.Sprintf(`Hei!

%s har logget inn og vil være med og holde tilbudene deres riktige.

Du er forvalter. Du bestemmer om det er greit, med ett klikk:
%s/redaksjon/personer?kommune=%s

Kjenner du ikke personen? Da svarer du nei samme sted.
`, e.Email, s.deps.BaseURL, e.Kommune)}
}

func (s *Staff) signOut(c *fiber.Ctx) error {
	if session, err := s.readSession(c); err == nil {
		if err := s.deps.Store.EndSession(c.UserContext(), session.Account.ID, session.ID); err != nil {
			return err
		}
	}
	page.Note(c, "signed out")
	return s.leave(c)
}

// leave goes to the front page after a session has ended. What the browser keeps of the
// pages that were seen goes too; what readers chose to keep on the device, their list and the
// pages for when there is no network, is not theirs who signs out to delete.
func (s *Staff) leave(c *fiber.Ctx) error {
	dropCookie(c, sessionCookie)
	c.Set("Clear-Site-Data", `"cache"`)
	return c.Redirect("/", fiber.StatusSeeOther)
}

// showLoginLink asks before the link is used: mail programs and chats open links.
func (s *Staff) showLoginLink(c *fiber.Ctx) error {
	c.Set("Referrer-Policy", "no-referrer")
	err := s.deps.Store.LoginLink(c.UserContext(), c.Params("secret"))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return s.sendLoginLink(c, err == nil)
}

func (s *Staff) sendLoginLink(c *fiber.Ctx, works bool) error {
	status := http.StatusOK
	if !works {
		status = http.StatusNotFound
	}
	return s.send(c, status, view.LoginLink(view.LoginLinkPage{Meta: s.signInMeta(c, "Logg inn"), Action: c.Path(), Works: works}))
}

func (s *Staff) redeemLoginLink(c *fiber.Ctx) error {
	c.Set("Referrer-Policy", "no-referrer")
	id, err := s.deps.Store.RedeemLoginLink(c.UserContext(), c.Params("secret"))
	if errors.Is(err, store.ErrNotFound) {
		page.Note(c, "link that does not work")
		return s.sendLoginLink(c, false)
	}
	if err != nil {
		return err
	}
	// Whoever makes such a link has a shell on the machine: there is no stronger proof.
	if err := s.signIn(c, id, store.ByLink, true); err != nil {
		return err
	}
	return c.Redirect("/redaksjon", fiber.StatusSeeOther)
}
