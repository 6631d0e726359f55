// Package hsds publishes the directory after Open Referral's Human Services Data
// Specification 3.1, below /hsds/v3, for programs that read such directories. The answers
// are valid as HSDS 3.0 and as Open Referral UK too, which differ from 3.1 in what they leave
// out. Its own profile, HSDS-NO, says what is Norwegian in them.
//
// Everything is read, also what comes by POST: the standard has that for searches.
package hsds

import (
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Root is the path that everything stands under.
const Root = "/hsds/v3"

// Deps is what the interface needs.
type Deps struct {
	View    func() *search.View // the generation to answer from; nil while there is none
	BaseURL string              // public address of the site, without a slash at the end
	Now     func() time.Time
}

// API answers the calls of HSDS.
type API struct {
	baseURL string
	now     func() time.Time
	reads   *page.Reads
	latest  latest
}

// answerBytes is room for some hundred pages of lists.
const answerBytes = 8 << 20

// New returns the interface; Mount puts it on an app.
func New(d Deps) *API {
	a := &API{baseURL: d.BaseURL, now: d.Now, reads: page.NewReads(d.View, answerBytes)}
	// Which courses are still to come changes with the day; and a list may come in two forms.
	a.reads.Address = func(c *fiber.Ctx) string {
		address := c.OriginalURL() + " " + a.today().Format(time.DateOnly)
		if wantsLines(c.Get(fiber.HeaderAccept)) {
			address += " " + mimeLines
		}
		return address
	}
	return a
}

// CacheStats returns how the finished answers that are kept do.
func (a *API) CacheStats() page.CacheStats { return a.reads.CacheStats() }

// page returns the absolute address of a page of the site, call that of a call.
func (a *API) page(path string) string { return a.baseURL + path }
func (a *API) call(path string) string { return a.baseURL + Root + path }

// Mount registers every call.
func (a *API) Mount(app *fiber.App) {
	r := app.Group(Root, page.OpenToAll(fiber.MethodPost), compress.New(compress.Config{Level: compress.LevelBestSpeed}), problems)
	a.mountProfile(r)
	for _, l := range a.lists() {
		r.Get(l.path, a.reads.Fresh, l.list)
		r.Post(l.path, a.reads.Fresh, l.list)
		r.Get(l.path+"/:id", a.reads.Fresh, l.single)
	}
}

// problems writes errors that are answers.
func problems(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderAccept) // lists come in two forms
	err := c.Next()
	var p *page.Problem
	if errors.As(err, &p) {
		return p.Write(c)
	}
	if fe := new(fiber.Error); errors.As(err, &fe) && fe.Code == http.StatusNotFound {
		return page.NewProblem(http.StatusNotFound, "Det er ingenting på denne adressen. Kallene er beskrevet i "+Root+"/openapi.json.").Write(c)
	}
	return err
}

func (a *API) writer(c *fiber.Ctx) *writer {
	return &writer{a, a.contentsOf(page.ViewOf(c.UserContext()))}
}

// unknown is a 404 that names where the unknown id stood.
func unknown(location, message string) error {
	p := page.NewProblem(http.StatusNotFound, message)
	p.Errors = []page.FieldError{{Location: location, Message: message}}
	return p
}
