package staff

import (
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Cookies. Names that begin with __Host- are taken by browsers only with Secure, without
// Domain and for the whole site, so that no other host can set them. Browsers take Secure
// cookies from http://127.0.0.1 too.
const (
	sessionCookie = "__Host-okt"
	noticeCookie  = "__Host-melding"
)

type sessionKey struct{}

// aloneKey marks requests that are answered while the primary is away.
type aloneKey struct{}

// privately keeps answers out of every cache, and forms of other sites out.
func privately(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	if err := page.OwnForm(c); err != nil {
		return err
	}
	return c.Next()
}

// needSession lets those in who are signed in, with the second factor where one is asked
// for. Others are sent to sign in and come back to where they were going.
//
// From here on a page that only shows reads what a replica may have as well. The session is
// the primary's, and a replica's only when the primary is away: then pages can be looked at.
func (s *Staff) needSession(c *fiber.Ctx) error {
	ctx, alone := c.UserContext(), false
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		ctx, alone = s.deps.Store.Reading(ctx)
	}
	if alone {
		c.SetUserContext(ctx)
		c.Locals(aloneKey{}, true)
	}
	session, err := s.readSession(c)
	c.SetUserContext(ctx)
	switch {
	case errors.Is(err, store.ErrNotFound):
		if c.Cookies(sessionCookie) != "" {
			page.Note(c, "session that does not work")
		}
		return c.Redirect("/logg-inn?til="+url.QueryEscape(wanted(c)), fiber.StatusSeeOther)
	case err != nil:
		return err
	case s.secure && !session.SecondFactor:
		return c.Redirect("/logg-inn/bekreft?til="+url.QueryEscape(wanted(c)), fiber.StatusSeeOther)
	}
	return c.Next()
}

// readSession returns the request's session, and keeps it for sessionOf. It returns
// store.ErrNotFound for a request without one that holds.
func (s *Staff) readSession(c *fiber.Ctx) (store.Session, error) {
	secret := c.Cookies(sessionCookie)
	if secret == "" {
		return store.Session{}, store.ErrNotFound
	}
	session, err := s.deps.Store.SessionBySecret(c.UserContext(), secret)
	if err == nil {
		c.Locals(sessionKey{}, session)
		page.NoteWho(c, session.Account.Actor().String())
	}
	return session, err
}

// signIn starts a session for the account in this browser, under a new secret: what the
// browser held before is worth nothing from now on.
func (s *Staff) signIn(c *fiber.Ctx, account int64, method store.Method, secondFactor bool) error {
	if old, err := s.readSession(c); err == nil {
		if err := s.deps.Store.EndSession(c.UserContext(), old.Account.ID, old.ID); err != nil {
			return err
		}
	}
	secret, err := s.deps.Store.StartSession(c.UserContext(), account, method, secondFactor, c.Get(fiber.HeaderUserAgent))
	if err != nil {
		return err
	}
	setCookie(c, sessionCookie, secret)
	page.Note(c, "signed in: "+string(method))
	page.NoteWho(c, auth.Actor{Kind: auth.Account, ID: account}.String())
	return nil
}

// wanted returns where a request was going: its address for one that reads, the
// workplace for a form, whose content is gone.
func wanted(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodGet {
		return c.OriginalURL()
	}
	return "/redaksjon"
}

// localPath returns the path to go to after signing in, the workplace for all that is not
// below it: an address in a link must not lead to another site.
func localPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || strings.ContainsAny(to, "\\\r\n") ||
		u.Path != "/redaksjon" && !strings.HasPrefix(u.Path, "/redaksjon/") {
		return "/redaksjon"
	}
	return to
}

// sessionOf returns the session that needSession found.
func sessionOf(c *fiber.Ctx) (store.Session, bool) {
	session, ok := c.Locals(sessionKey{}).(store.Session)
	return session, ok
}

// actorOf returns who makes the request; nobody for one that is not signed in.
func actorOf(c *fiber.Ctx) auth.Actor {
	session, ok := sessionOf(c)
	if !ok {
		return auth.Actor{}
	}
	return session.Account.Actor()
}

// setCookie sets a cookie that scripts cannot read and that lives as long as the browser.
func setCookie(c *fiber.Ctx, name, value string) {
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", Secure: true, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: true})
}

func dropCookie(c *fiber.Ctx, name string) {
	c.Cookie(&fiber.Cookie{Name: name, Path: "/", Secure: true, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: -1})
}

// leaveNotice keeps a sentence for the next page.
func leaveNotice(c *fiber.Ctx, text string) { setCookie(c, noticeCookie, url.QueryEscape(text)) }

// plainNotice begins the cookie of a notice that is not of a success. No escaped text has it.
const plainNotice = "!"

// takeNotice returns the sentence that the page before left, once, and whether it is not of a
// success.
func takeNotice(c *fiber.Ctx) (text string, plain bool) {
	escaped, plain := strings.CutPrefix(c.Cookies(noticeCookie), plainNotice)
	text, err := url.QueryUnescape(escaped)
	if text == "" || err != nil {
		return "", false
	}
	dropCookie(c, noticeCookie)
	return text, plain
}
