// Package site has the public pages: routes, handlers, and the choices that fill the page
// structs of web/view. Every request is answered from one search.View, so that counts,
// facets and pages agree, and so that pages need no database.
package site

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"github.com/nasjonal-oversikt/oversikt/internal/conform"
	"github.com/nasjonal-oversikt/oversikt/internal/opendata"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/tiles"
)

// Deps is what the pages need.
type Deps struct {
	View        func() *search.View    // the generation to answer from; nil while there is none
	BaseURL     string                 // public address, without a slash at the end
	Stamp       func() string          // today's signature of the form in offerings' pages, "" while there is none; nil: none ever
	Checked     func() *conform.Report // what came of checking what is published, nil before the first time; nil: nobody does
	Files       *opendata.Files        // open data as files; nil: there are none
	Tiles       *tiles.Source          // of the background map; nil: there is none
	TilesCredit string                 // whose they are, as they want it said
	Now         func() time.Time
	Log         *slog.Logger

	Limits Limits                 // of the API
	Serves func(path string) bool // whether the program has something below a path; nil: it has all
}

// Site answers the public pages.
type Site struct {
	deps    Deps
	lang    page.Language
	answers *page.Cache[generation]
	making  *singleflight.Group          // pages that are made just now
	worker  func() (*page.Answer, error) // made once
	borders *borders

	tileTrouble rate.Sometimes // tiles are sent in one language alone
}

// generation is what a finished page depends on. Days are there for opening hours.
type generation struct {
	view uint64 // its number: the View itself would be held in memory
	day  int    // since year 0, counted as if years had 366 days
	// stamp is in the pages of offerings. It is the day's, and may come some time after start.
	stamp string
}

// older reports whether g is of an earlier View. Days and stamps follow each other anyway.
func (g generation) older(than generation) bool { return g.view < than.view }

// cacheBytes is room for some hundred pages. A node is to stay small, and making a page
// takes about a millisecond.
const cacheBytes = 6 << 20

// New returns the site in bokmål; Mount puts it on an app, with the other languages.
func New(d Deps) *Site {
	s := &Site{deps: d, lang: page.Bokmal, answers: page.NewCache(cacheBytes, generation.older), making: new(singleflight.Group), borders: new(borders),
		tileTrouble: rate.Sometimes{Interval: time.Minute}}
	s.worker = sync.OnceValues(s.makeWorker)
	return s
}

// CacheStats returns how the finished pages that are kept do.
func (s *Site) CacheStats() page.CacheStats { return s.answers.Stats() }

// In returns the site in another language. All share what was made before.
func (s *Site) In(l page.Language) *Site {
	return &Site{deps: s.deps, lang: l, answers: s.answers, making: s.making, worker: s.worker, borders: s.borders}
}

// Mount registers every public page in every language, and what has none.
func (s *Site) Mount(app fiber.Router) {
	for _, l := range page.Languages() {
		if l == page.Bokmal {
			s.mount(app)
			continue
		}
		// "/nn" and "/nn/" are the same page.
		s.In(l).mount(app.Group(l.Prefix()))
	}
	app.Get("/robots.txt", s.showRobots)
	app.Get("/sitemap.xml", s.showSitemap)
	app.Get(securityPath, s.showSecurity)
	app.Get("/opensearch.xml", s.showOpenSearch)
	app.Get("/sw.js", s.showWorker)
	if s.deps.Tiles != nil {
		app.Get(tilesPath+":z<int>/:x<int>/:y<int>", s.sendTile)
	}
}

// mount registers the pages in one language. The guidance sections stand at the root, so
// their routes are written out rather than matched.
func (s *Site) mount(app fiber.Router) {
	app.Get("/", s.showFront)
	app.Get("/hvor", s.findPlace)
	app.Get("/sok", s.search)
	app.Get("/kommune/:key", s.showKommune)
	app.Get("/kommuner", s.listKommuner)
	app.Get("/fylke/:key", s.showFylke)
	app.Get("/tilbud/:key", s.showOffering)
	s.mountArticles(app)
	s.mountChecklists(app)
	s.mountPosition(app)
	s.mountReferrals(app)
	s.mountCourses(app)
	s.mountMap(app)
	app.Get("/om", s.showAbout)
	app.Get("/om/data", s.showData)
	app.Get(standardsPath, s.showStandards)
	s.mountFiles(app)
	s.mountStatistics(app)
	app.Get("/personvern", s.showPrivacy)
	s.mountAudiences(app)
	s.mountEmbed(app)
	app.Get("/forlat-siden", s.showLeave)
	app.Get("/nodkort", s.showCard)
	app.Get("/min-liste", s.showSaved)
}

// current returns the View to answer from, or 503 while there is none.
func (s *Site) current() (*search.View, error) {
	if v := s.deps.View(); v != nil {
		return v, nil
	}
	return nil, fiber.ErrServiceUnavailable
}

func (s *Site) generation(v *search.View) generation {
	now := s.deps.Now().In(page.Oslo)
	var number uint64 // 0 while there is none: some pages need none
	if v != nil {
		number = v.Generation()
	}
	return generation{number, now.Year()*366 + now.YearDay(), s.stamp()}
}

func (s *Site) stamp() string {
	if s.deps.Stamp == nil {
		return ""
	}
	return s.deps.Stamp()
}

// build makes the page of a request that is not in the cache.
type build func(context.Context) (templ.Component, error)

// answer sends the page for the path and the query, which the handler has put in one
// order. It is made when it is not in the cache for this View.
func (s *Site) answer(c *fiber.Ctx, v *search.View, query string, make build) error {
	return s.send(c, v, query, func(ctx context.Context) (*page.Answer, error) {
		component, err := make(ctx)
		if err != nil {
			return nil, err
		}
		body := page.GetBuffer()
		defer page.PutBuffer(body)
		// Into a buffer: a failing template gives a 500 page, never half a page.
		if err := component.Render(page.WithLanguage(ctx, s.lang), body); err != nil {
			return nil, fmt.Errorf("render %s: %w", c.Route().Path, err)
		}
		return page.NewAnswer(fiber.MIMETextHTMLCharsetUTF8, bytes.Clone(s.lang.KeepLanguage(body.Bytes()))), nil // without the room to grow
	})
}

// plain is answer for what is no HTML.
func (s *Site) plain(c *fiber.Ctx, v *search.View, query, contentType string, make func(context.Context) ([]byte, error)) error {
	return s.send(c, v, query, func(ctx context.Context) (*page.Answer, error) {
		body, err := make(ctx)
		if err != nil {
			return nil, err
		}
		return page.NewAnswer(contentType, body), nil
	})
}

// send sends what make returns, from the cache when it is there. Readers who want the same
// page while it is made wait for that one: after an edit a crowd would make it many times over.
func (s *Site) send(c *fiber.Ctx, v *search.View, query string, make func(context.Context) (*page.Answer, error)) error {
	key := c.Path() + "?" + query
	g := s.generation(v)
	if a := s.answers.Get(g, key); a != nil {
		return page.Send(c, a)
	}
	a, err, _ := s.making.Do(fmt.Sprint(g, key), func() (any, error) {
		if a := s.answers.Peek(g, key); a != nil { // it was made between the two
			return a, nil
		}
		a, err := make(c.UserContext())
		if err != nil {
			return nil, err
		}
		return s.answers.Put(g, key, a), nil
	})
	if err != nil {
		return err
	}
	return page.Send(c, a.(*page.Answer))
}

// done is a build for a page struct that needed no further question.
func done(component templ.Component) build {
	return func(context.Context) (templ.Component, error) { return component, nil }
}

// t returns a bokmål text in the language of the site, as page.Language.T.
func (s *Site) t(text string, values ...any) string { return s.lang.T(text, values...) }

// meta returns what a page says about itself. Title is in the site's language. Crumbs are
// those between the front page and the page, which has path, as it is in bokmål.
func (s *Site) meta(title, path string, menu page.Menu, between ...page.Crumb) page.Meta {
	crumbs := append([]page.Crumb{{Text: s.t("Forsiden"), Path: "/"}}, between...)
	return page.Meta{
		Language: s.lang,
		Title:    title,
		BaseURL:  s.deps.BaseURL,
		Path:     path,
		Day:      s.lang.Date(s.deps.Now()),
		Menu:     menu,
		Crumbs:   append(crumbs, page.Crumb{Text: title, Path: path}),
	}
}

// param returns a part of the path as it was meant. What cannot be read is no page.
func param(c *fiber.Ctx, name string) (string, error) {
	value, err := url.PathUnescape(c.Params(name))
	if err != nil {
		return "", fiber.ErrNotFound
	}
	return value, nil
}

// redirect leads to the path that a page has now. For good when it will not move again.
func (s *Site) redirect(c *fiber.Ctx, to string, status int) error {
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.Redirect(s.lang.Prefix()+to, status)
}

// at returns the request's path as it is in bokmål.
func (s *Site) at(c *fiber.Ctx) string { return strings.TrimPrefix(c.Path(), s.lang.Prefix()) }

// each returns f of every item.
func each[T, R any](items []T, f func(T) R) []R {
	out := make([]R, 0, len(items))
	for _, item := range items {
		out = append(out, f(item))
	}
	return out
}
