package staff

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"rsc.io/qr"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const confirmPath = "/logg-inn/bekreft"

// mountFactors registers what those do who are signed in by mail alone: show a second
// factor, or get one. It stands outside needSession, which sends them here.
func (s *Staff) mountFactors(app fiber.Router) {
	confirm := app.Group(confirmPath, privately, mendPasted, s.needFirstFactor)
	confirm.Get("/", s.showConfirm)
	confirm.Post("/", s.confirmCode)
	confirm.Post("/passnokkel/start", s.needPasskeys, s.startPasskeyConfirm)
	confirm.Post("/passnokkel", s.needPasskeys, s.confirmPasskey)

	enrol := confirm.Group("/ny", s.mayEnrol)
	enrol.Get("/app", s.showApp)
	enrol.Post("/app", s.addApp)
	enrol.Post("/passnokkel/start", s.needPasskeys, s.startPasskey)
	enrol.Post("/passnokkel", s.needPasskeys, s.addPasskey)

	app.Post("/logg-inn/passnokkel/start", privately, s.needPasskeys, s.startPasskeySignIn)
	app.Post("/logg-inn/passnokkel", privately, s.needPasskeys, s.passkeySignIn)
}

// needFirstFactor lets in who is signed in, with or without a second factor.
func (s *Staff) needFirstFactor(c *fiber.Ctx) error {
	_, err := s.readSession(c)
	if errors.Is(err, store.ErrNotFound) {
		return c.Redirect("/logg-inn?til="+url.QueryEscape(wantedAfter(c)), fiber.StatusSeeOther)
	} else if err != nil {
		return err
	}
	return c.Next()
}

// wantedAfter returns where the person was going before a page asked for a second factor.
func wantedAfter(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodGet {
		return localPath(c.Query("til"))
	}
	return localPath(c.FormValue("til"))
}

// mayEnrol sends those who have a second factor and have not shown it, or not of late, to do
// that first. The store refuses them too; this is to say so in time.
func (s *Staff) mayEnrol(c *fiber.Ctx) error {
	return s.needRecent(wantedAfter(c))(c)
}

func confirmAddress(to string) string { return confirmPath + "?til=" + url.QueryEscape(to) }

// showConfirm asks for the second factor, or offers one to who has none.
func (s *Staff) showConfirm(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	if session.SecondFactor && session.Recent {
		return c.Redirect(wantedAfter(c), fiber.StatusSeeOther)
	}
	return s.showConfirmWith(c, http.StatusOK, "", "")
}

// showConfirmWith shows the page with what is wrong with the code, or with what was tried.
func (s *Staff) showConfirmWith(c *fiber.Ctx, status int, wrong, failed string) error {
	session, _ := sessionOf(c)
	factors, err := s.deps.Store.Factors(c.UserContext(), session.Account.ID)
	if err != nil {
		return err
	}
	p := view.ConfirmPage{
		Meta: s.signInMeta(c, "Bekreft at det er deg"), To: wantedAfter(c), Failed: failed,
		Passkey: len(factors.Passkeys) > 0 && s.relyingParty != nil, App: factors.App != nil,
		Code: view.FormField{Name: "kode", Label: "Kode", Help: codeHelp(factors), Error: wrong, Required: true, Max: 40, Complete: "one-time-code"},
	}
	if factors.Any() {
		return s.send(c, status, view.Confirm(p))
	}
	p.Meta = s.signInMeta(c, "Gjør innloggingen trygg")
	p.Passkey = s.relyingParty != nil
	return s.send(c, status, view.Enrol(p))
}

func codeHelp(f store.Factors) string {
	if f.App != nil {
		return "Seks siffer fra appen. En nødkode virker også."
	}
	return "Skriv en av nødkodene dine, med eller uten strek."
}

// signInMeta is meta for the pages on the way in: without a menu that leads nowhere yet.
func (s *Staff) signInMeta(c *fiber.Ctx, title string) view.StaffMeta {
	m := s.meta(c, title)
	m.Name, m.Manager, m.National = "", false, false
	return m
}

// confirmCode takes a code of the app, or a recovery code, as the second factor.
func (s *Staff) confirmCode(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	var secret string
	err := s.guess(c, func() (err error) {
		secret, err = s.deps.Store.PassWithCode(c.UserContext(), session, c.FormValue("kode"))
		return err
	}, store.ErrWrongCode, store.ErrTooManyCodes)
	var wait store.WaitError
	var soon store.TooSoon
	switch {
	case errors.As(err, &soon):
		return s.showConfirmWith(c, http.StatusTooManyRequests, manyWrong(soon), "")
	case errors.Is(err, store.ErrWrongCode):
		page.Note(c, "wrong second factor")
		return s.showConfirmWith(c, http.StatusUnprocessableEntity, "Koden stemmer ikke. Vent på neste kode i appen, og prøv igjen.", "")
	case errors.As(err, &wait):
		_ = sayWhen(c, store.TooSoon{Wait: max(time.Second, wait.For)})
		return s.showConfirmWith(c, http.StatusTooManyRequests, "Det er skrevet feil kode mange ganger. Vent "+waiting(wait.For)+", og prøv igjen.", "")
	case errors.Is(err, store.ErrTooManyCodes):
		page.Note(c, "wrong second factor: signed out")
		dropCookie(c, sessionCookie)
		return see(c, "/logg-inn?til="+url.QueryEscape(wantedAfter(c)), "Koden var feil for mange ganger. Vent litt, og logg inn på nytt.")
	case store.Unavailable(err):
		return s.showConfirmAway(c)
	case err != nil:
		return err
	}
	page.Note(c, "second factor: code")
	setCookie(c, sessionCookie, secret)
	return c.Redirect(wantedAfter(c), fiber.StatusSeeOther)
}

// showConfirmAway shows the code's form without asking the database, which is away.
func (s *Staff) showConfirmAway(c *fiber.Ctx) error {
	c.Set(fiber.HeaderRetryAfter, "30")
	return s.send(c, http.StatusServiceUnavailable, view.Confirm(view.ConfirmPage{
		Meta: s.signInMeta(c, "Bekreft at det er deg"), To: wantedAfter(c), App: true, Failed: "Vi fikk ikke sjekket koden akkurat nå. Prøv igjen om litt.",
		Code: view.FormField{Name: "kode", Label: "Kode", Value: c.FormValue("kode"), Required: true, Max: 40, Complete: "one-time-code"},
	}))
}

// appChallenge is a new app's secret until its first code proves that the app has it.
type appChallenge struct {
	Account         int64
	Secret, Address string
}

// showApp shows the secret of a new authenticator app.
func (s *Staff) showApp(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	secret, address, err := auth.NewAppKey(s.issuer(), session.Account.Email)
	if err != nil {
		return err
	}
	return s.showAppWith(c, http.StatusOK, appChallenge{session.Account.ID, secret, address}, "")
}

// issuer is what the app calls us: two installations must not look the same there.
func (s *Staff) issuer() string {
	u, err := url.Parse(s.deps.BaseURL)
	if err != nil || u.Hostname() == "" {
		return view.SiteName
	}
	return view.SiteName + " " + u.Hostname()
}

func (s *Staff) showAppWith(c *fiber.Ctx, status int, app appChallenge, wrong string) error {
	if err := s.ask(c, store.AppRegister, app); err != nil {
		return err
	}
	size, path, err := qrPath(app.Address)
	if err != nil {
		return err
	}
	return s.send(c, status, view.EnrolApp(view.EnrolAppPage{
		Meta: s.signInMeta(c, "Koble til en app"), To: wantedAfter(c), QRSize: size, QRPath: path, Secret: inFours(app.Secret), Address: app.Address,
		Code: view.FormField{Name: "kode", Label: "Koden som appen viser nå", Help: "Seks siffer.", Error: wrong, Required: true, Max: 10, Complete: "one-time-code"},
	}))
}

// qrPath returns the text as a QR code: the size in modules with the margin that readers
// need, and the black ones as the path of an SVG. An image would need a data: address.
func qrPath(text string) (size int, path string, err error) {
	code, err := qr.Encode(text, qr.L) // the coarsest: a screen has no scratches
	if err != nil {
		return 0, "", err
	}
	const margin = 4
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+margin, y+margin, x-from, x-from)
			}
		}
	}
	return code.Size + 2*margin, b.String(), nil
}

// inFours is a secret as people type it.
func inFours(secret string) string {
	var b strings.Builder
	for i, r := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// addApp takes the first code of a new app.
func (s *Staff) addApp(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	var app appChallenge
	err := s.answered(c, store.AppRegister, &app)
	if errors.Is(err, store.ErrNotFound) || err == nil && app.Account != session.Account.ID {
		return see(c, confirmPath+"/ny/app?til="+url.QueryEscape(wantedAfter(c)), "Det gikk for lang tid. Her er en ny QR-kode.")
	} else if err != nil {
		return err
	}
	secret, err := s.deps.Store.AddApp(c.UserContext(), session, app.Secret, c.FormValue("kode"))
	if errors.Is(err, store.ErrWrongCode) {
		return s.showAppWith(c, http.StatusUnprocessableEntity, app, "Koden stemmer ikke. Vent på neste kode i appen, og prøv igjen.")
	} else if err != nil {
		return err
	}
	return s.enrolled(c, session, secret, "Appen er koblet til.")
}

// enrolled takes the session's new secret into use after a factor was added. Who has no
// recovery codes yet gets them now: when they are needed it is too late.
func (s *Staff) enrolled(c *fiber.Ctx, session store.Session, secret, done string) error {
	setCookie(c, sessionCookie, secret)
	factors, err := s.deps.Store.Factors(c.UserContext(), session.Account.ID)
	if err != nil {
		return err
	}
	if factors.RecoveryCodes > 0 {
		return see(c, wantedAfter(c), done)
	}
	return s.showNewCodes(c, session, done)
}

// enrolAgain shows where the person tried to add a factor, with what went wrong.
func (s *Staff) enrolAgain(c *fiber.Ctx, failed string) error {
	if session, _ := sessionOf(c); session.SecondFactor {
		return s.showSecurityWith(c, http.StatusUnprocessableEntity, failed)
	}
	return s.showConfirmWith(c, http.StatusUnprocessableEntity, "", failed)
}

// showNewCodes makes recovery codes and shows them, this once.
func (s *Staff) showNewCodes(c *fiber.Ctx, session store.Session, done string) error {
	codes, err := s.deps.Store.NewRecoveryCodes(c.UserContext(), session)
	if err != nil {
		return err
	}
	m := s.signInMeta(c, "Nødkodene dine")
	m.Notice = done
	return s.send(c, http.StatusOK, view.RecoveryCodes(view.RecoveryCodesPage{Meta: m, Codes: codes, To: wantedAfter(c)}))
}
