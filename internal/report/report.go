// Package report has the pages in which readers say that something is wrong or missing, and
// see what became of it. They have no account and leave nothing about themselves.
//
// It is a package of its own because these are the only public pages that write: package
// site reads the index alone and goes on without a database, and package staff is for those
// who are signed in. What editors do with reports is there.
//
// Against floods, without cookies or somebody else's puzzles: forms are signed and have an
// age (sign.go), each place has a limit (store.Spend), a field that people do not see tells
// programs, and the store adds up what says the same and has limits of its own.
package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Deps is what the pages need.
type Deps struct {
	Store *store.Store
	View  func() *search.View // nil while there is none
	Now   func() time.Time
}

// Reports answers the pages.
type Reports struct {
	deps   *Deps // one for all languages
	lang   page.Language
	signer *signer
	given  *given
}

// New returns the pages; Mount puts them on an app.
func New(d Deps) *Reports {
	return &Reports{deps: &d, lang: page.Bokmal, signer: &signer{load: d.Store.ReportKey, now: d.Now}, given: &given{now: d.Now}}
}

// DayStamp returns what the forms in other public pages carry today, the same in all of
// them; "" until it is known. It does not wait for the database.
func (r *Reports) DayStamp() string { return r.signer.dayStamp() }

// maxBody is far more than the longest text that is taken, written as forms are sent.
const maxBody = 16 << 10

// Mount registers the pages in every language. Limits and signatures are shared.
func (r *Reports) Mount(app fiber.Router) {
	for _, l := range page.Languages() {
		(&Reports{deps: r.deps, lang: l, signer: r.signer, given: r.given}).mount(app.Group(l.Prefix()+"/meld-feil", guard))
	}
}

func (r *Reports) mount(g fiber.Router) {
	g.Get("/", r.showForm)
	g.Post("/", r.send)
	g.Get("/takk", ownVisit, r.showThanks)
	g.Post("/mer", r.addMore)
	g.Get("/svar", ownVisit, r.showAnswer)
}

// ownVisit keeps other sites from trying codes, which are counted, in their readers' browsers.
func ownVisit(c *fiber.Ctx) error {
	if err := page.OwnVisit(c); err != nil {
		page.Note(c, "code from another site")
		return err
	}
	return c.Next()
}

// guard keeps the pages out of caches, for each has a form that is signed for it, and
// forms out that are another site's or too large.
func guard(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	if err := page.OwnForm(c); err != nil {
		return err
	}
	if len(c.Body()) > maxBody {
		return fiber.ErrRequestEntityTooLarge
	}
	return c.Next()
}

// current returns the View to answer from, or 503 while there is none.
func (r *Reports) current() (*search.View, error) {
	if v := r.deps.View(); v != nil {
		return v, nil
	}
	return nil, fiber.ErrServiceUnavailable
}

// t returns a bokmål text in the language of the pages.
func (r *Reports) t(text string, values ...any) string { return r.lang.T(text, values...) }

// meta returns what a page says about itself; title is in the language of the pages.
func (r *Reports) meta(title string, between ...page.Crumb) page.Meta {
	return page.Meta{Language: r.lang, Title: title, NoIndex: true, Style: "more.css",
		Crumbs: append([]page.Crumb{{Text: r.t("Forsiden"), Path: "/"}}, append(between, page.Crumb{Text: title, Path: "/meld-feil"})...)}
}

// see leads to a path in the language of the pages.
func (r *Reports) see(c *fiber.Ctx, path string) error {
	return c.Redirect(r.lang.Prefix()+path, http.StatusSeeOther)
}

func (r *Reports) render(c *fiber.Ctx, status int, component templ.Component) error {
	var body bytes.Buffer
	// Into a buffer: a failing template gives a 500 page, never half a page.
	if err := component.Render(page.WithLanguage(c.UserContext(), r.lang), &body); err != nil {
		return fmt.Errorf("render %s: %w", c.Route().Path, err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(status).Send(r.lang.KeepLanguage(body.Bytes()))
}

// retryAfter tells browsers and programs when it may work.
func retryAfter(c *fiber.Ctx, wait time.Duration) {
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(1, int(wait.Round(time.Second)/time.Second))))
}

// away reports whether err says that the database is away or slow just now.
func away(err error) bool {
	return store.Unavailable(err) || errors.Is(err, context.DeadlineExceeded)
}

// Sentences that several pages say.
var (
	tooManyText  = page.Mark("Det har kommet mange meldinger på kort tid, så vi tar en pause. Det du skrev, står her. Prøv igjen om en time, eller ring.")
	fromHereText = page.Mark("Det har kommet mange meldinger herfra på kort tid, så vi tar en pause. Det du skrev, står her. Prøv igjen etter kl. %s, eller ring.")
	awayText     = page.Mark("Vi får ikke lagret meldingen akkurat nå. Det du skrev, står her. Prøv igjen om et lite minutt, eller ring.")
	pressText    = page.Mark("Det er ett trykk igjen: Se over, og trykk «Send».")
)

const statusRetry = http.StatusUnprocessableEntity
