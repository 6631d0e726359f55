// Package staff has the signed-in pages: how one signs in, and the workplace /redaksjon.
// They read and write Postgres through the store, and show what is there now; the public
// pages stand in package site and read the index alone.
//
// Who may do what is decided by auth.Can, inside the store, about the stored row. Pages
// ask the same function to know what to offer, and never instead of the store.
package staff

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/oidc"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// Deps is what the pages need.
type Deps struct {
	Store *store.Store
	View  func() *search.View // the public's generation, to tell whether an edit is out; nil while there is none
	// PreviewArticle returns the article's page as readers would see it.
	PreviewArticle func(context.Context, *article.Article) (templ.Component, error)
	// PreviewOffering returns the offering's page as readers would see it.
	PreviewOffering func(context.Context, *directory.Offering) (templ.Component, error)

	OIDC    *oidc.Provider // another way to sign in; nil: none
	BaseURL string         // public address, without a slash at the end
	Now     func() time.Time
	Log     *slog.Logger
}

// Staff answers the signed-in pages.
type Staff struct {
	deps Deps

	secure       bool               // the public address is https: a second factor is asked for
	relyingParty *webauthn.WebAuthn // who we are to passkeys; nil: browsers have none for this address
}

// New returns the pages; Mount puts them on an app.
func New(d Deps) *Staff {
	return &Staff{deps: d, secure: strings.HasPrefix(d.BaseURL, "https://"), relyingParty: newRelyingParty(d.BaseURL)}
}

// Mount registers every page. All below /redaksjon need a session; what does not stands
// beside it.
func (s *Staff) Mount(app fiber.Router) {
	s.mountSignIn(app)
	s.mountFactors(app)
	s.mountOIDC(app)
	s.mountConfirm(app)
	inside := app.Group("/redaksjon", privately, mendPasted, s.keepTyped, s.needSession)
	s.mountWorkplace(inside)
	s.mountSuccession(inside)
	s.mountHistory(inside)
	s.mountForm(inside)
	s.mountHeld(inside)
	s.mountCourses(inside)
	s.mountReports(inside)
	s.mountOwnAccount(inside)
	s.mountPeople(inside)
	s.mountCurate(inside)
	s.mountJobs(inside)
	s.mountTokens(inside)
	s.mountWebhooks(inside)
	s.mountBulk(inside)
	s.mountSecurity(inside)
}

// send renders the page, which is nobody's but the one's who asked.
func (s *Staff) send(c *fiber.Ctx, status int, component templ.Component) error {
	var body bytes.Buffer
	// Into a buffer: a failing template gives a 500 page, never half a page.
	if err := component.Render(c.UserContext(), &body); err != nil {
		return fmt.Errorf("render %s: %w", c.Route().Path, err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(status).Send(body.Bytes())
}

// meta returns what a page of the workplace says about itself. Crumbs come after the
// workplace's own page.
func (s *Staff) meta(c *fiber.Ctx, title string, crumbs ...page.Crumb) view.StaffMeta {
	m := view.StaffMeta{
		Meta: page.Meta{
			Language: page.Bokmal, Title: title, NoIndex: true,
			Crumbs: append([]page.Crumb{{Text: "Redaksjonen", Path: "/redaksjon"}}, crumbs...),
		},
	}
	m.Notice, m.Plain = takeNotice(c)
	m.Alone = c.Locals(aloneKey{}) != nil
	if session, ok := sessionOf(c); ok {
		actor := session.Account.Actor()
		m.Name = session.Account.Called()
		m.National = actor.National
		m.Manager = actor.National
		for _, g := range actor.Grants {
			m.Manager = m.Manager || g.Role == auth.Manager
		}
	}
	return m
}

// see redirects to a page after a form was carried out; what was done is said there.
func see(c *fiber.Ctx, path, notice string) error {
	if notice != "" {
		leaveNotice(c, notice)
	}
	return c.Redirect(path, fiber.StatusSeeOther)
}

// seePlain is see for what was carried out and is no success: that somebody was told no.
func seePlain(c *fiber.Ctx, path, notice string) error {
	setCookie(c, noticeCookie, plainNotice+url.QueryEscape(notice))
	return c.Redirect(path, fiber.StatusSeeOther)
}
