// Package site answers readers with pages. Every request reads one View of the index and
// nothing else, so that what a page says belongs together, and so that pages stand when
// the database does not.
package site

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// Deps is what the pages need.
type Deps struct {
	View    func() *search.View // nil while there is none
	BaseURL string              // public address, without a slash at the end
	Now     func() time.Time
	Log     *slog.Logger
}

// Site holds the handlers.
type Site struct{ deps Deps }

// New returns the site.
func New(d Deps) *Site { return &Site{d} }

// Mount registers the routes.
func (s *Site) Mount(app fiber.Router) {
	get := func(path string, handle func(*fiber.Ctx, *search.View) error) {
		app.Get(path, func(c *fiber.Ctx) error {
			v := s.deps.View()
			if v == nil {
				return fiber.ErrServiceUnavailable
			}
			return handle(c, v)
		})
	}
	get("/", s.showHome)
	get("/hvor", s.findPlace)
	get("/sok", s.showSearch)
	get("/kommuner", s.showKommuner)
	get("/kommune/:which", s.showKommune)
	get("/fylke/:which", s.showFylke)
	get("/tilbud/:which", s.showOffering)
	get("/om", s.showAbout)
	get("/om/data", s.showData)
	get("/personvern", s.showPrivacy)
	get("/robots.txt", s.showRobots)
	get("/sitemap.xml", s.showSitemap)
	s.mountArticles(get)
}

// page renders the page whole before anything is sent: a failing template gives an error,
// never half a page.
func (s *Site) page(c *fiber.Ctx, status int, p templ.Component) error {
	var b bytes.Buffer
	// Rendering waits for nothing, and an error page has to be made after the deadline too.
	if err := p.Render(context.WithoutCancel(c.UserContext()), &b); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if status == http.StatusOK {
		// A corrected number must be seen at once, so a stored page is asked about again.
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	return c.Status(status).Send(b.Bytes())
}

// meta returns what the frame of a page needs; path is the page's own.
func (s *Site) meta(title, description, path, nav string, crumbs ...view.Link) view.Meta {
	m := view.Meta{Title: title, Description: description, Canonical: s.deps.BaseURL + path, Nav: nav}
	if path != "/" {
		m.Crumbs = append([]view.Link{{Text: "Forsiden", Href: "/"}}, crumbs...)
		m.Crumbs = append(m.Crumbs, view.Link{Text: title, Href: path})
	}
	return m
}

func (s *Site) showHome(c *fiber.Ctx, v *search.View) error {
	p := view.HomePage{
		Meta:     s.meta("Hjelp for deg som er pårørende", "Finn hjelp for pårørende i kommunen din, med telefonnummer og kilde.", "/", ""),
		Kommuner: len(v.Kommuner()),
		Total:    len(v.Offerings()),
	}
	for _, g := range groups(v) {
		q := url.Values{}
		for _, t := range g.Types {
			q.Add("type", t.Code)
		}
		g.Href = "/sok?" + q.Encode()
		p.Needs = append(p.Needs, g)
	}
	for _, section := range sections() {
		if a, ok := v.Article(section, ""); ok {
			p.Sections = append(p.Sections, a)
		}
	}
	return s.page(c, http.StatusOK, view.Home(p))
}

// groups returns the headings that have types.
func groups(v *search.View) []view.TypeGroup {
	var list []view.TypeGroup
	for _, g := range v.TypeGroups() {
		tg := view.TypeGroup{Group: g}
		for _, t := range v.Types() {
			if t.Group == g.Code {
				tg.Types = append(tg.Types, t)
			}
		}
		if len(tg.Types) > 0 {
			list = append(list, tg)
		}
	}
	return list
}

// findPlace leads from what a reader calls the place to its kommune's page.
func (s *Site) findPlace(c *fiber.Ctx, v *search.View) error {
	asked := strings.TrimSpace(c.Query("q"))
	p := view.WherePage{Meta: s.meta("Hvor bor du?", "", "/hvor", "kommuner"), Asked: asked}
	p.Meta.NoIndex = true
	matches := v.ResolvePlace(asked)
	if certain(matches) {
		return c.Redirect(view.KommunePath(matches[0].Kommune), http.StatusSeeOther)
	}
	p.Matches = matches
	if post, ok := v.PostalCode(asked); ok && post.Kommune == "" {
		p.Outside, p.National = post.PlaceTitle(), s.national(v)
	}
	return s.page(c, http.StatusOK, view.Where(p))
}

// certain reports whether the first match is the one meant: it is the only one, or the
// only one whose own name was written.
func certain(matches []search.PlaceMatch) bool {
	if len(matches) == 0 || !matches[0].Exact {
		return false
	}
	if len(matches) == 1 || matches[0].AsKind == "postnummer" {
		return true
	}
	return matches[0].AsKind == "navn" && matches[1].AsKind != "navn"
}

// national returns the helplines that anyone in the country can call.
func (s *Site) national(v *search.View) []search.Hit {
	var hits []search.Hit
	for _, o := range v.Offerings() {
		if o.Type == "hjelpetelefon" && o.Coverage.National && len(o.Phones) > 0 {
			hits = append(hits, search.Hit{Offering: o, Reach: directory.ByNational})
		}
	}
	return firstHits(hits, 6)
}

func firstHits(hits []search.Hit, n int) []search.Hit { return hits[:min(len(hits), n)] }

func (s *Site) showKommuner(c *fiber.Ctx, v *search.View) error {
	p := view.KommunerPage{Meta: s.meta("Alle kommuner", "De 357 kommunene, etter fylke.", "/kommuner", "kommuner")}
	for _, f := range v.Fylker() {
		p.Fylker = append(p.Fylker, view.FylkePage{Fylke: f, Kommuner: v.KommunerIn(f.Number)})
	}
	return s.page(c, http.StatusOK, view.Kommuner(p))
}

// showKommune answers /kommune/0301-oslo. A number of before, a bare number, a name or an
// old spelling leads there; what may mean several asks which.
func (s *Site) showKommune(c *fiber.Ctx, v *search.View) error {
	which := pathParam(c)
	number, slug, _ := strings.Cut(which, "-")
	if n, err := region.ParseNumber(number); err == nil {
		if k, ok := v.Kommune(n); ok {
			if slug != k.Slug() {
				return c.Redirect(view.KommunePath(k), http.StatusMovedPermanently)
			}
			return s.page(c, http.StatusOK, view.Kommune(s.kommunePage(v, k)))
		}
		return s.formerKommune(c, v, n)
	}
	matches := v.ResolvePlace(strings.ReplaceAll(which, "-", " "))
	if len(matches) == 0 {
		return fiber.ErrNotFound
	}
	if certain(matches) {
		return c.Redirect(view.KommunePath(matches[0].Kommune), http.StatusMovedPermanently)
	}
	return c.Redirect("/hvor?q="+url.QueryEscape(strings.ReplaceAll(which, "-", " ")), http.StatusFound)
}

// formerKommune leads from a number of before to the kommune of today, or asks which of
// several it is.
func (s *Site) formerKommune(c *fiber.Ctx, v *search.View, n region.Number) error {
	formers := v.Former(n)
	if len(formers) == 0 {
		return fiber.ErrNotFound
	}
	p := view.WherePage{Meta: s.meta("Hvor bor du?", "", "/hvor", "kommuner"), Asked: formers[0].Name}
	p.Meta.NoIndex = true
	seen := map[region.Number]bool{}
	for _, f := range formers {
		if k, ok := v.Kommune(f.Present); ok && !seen[f.Present] {
			seen[f.Present] = true
			p.Matches = append(p.Matches, search.PlaceMatch{Kommune: k, As: "tidligere " + f.Name, Exact: true})
		}
	}
	if len(p.Matches) == 1 {
		return c.Redirect(view.KommunePath(p.Matches[0].Kommune), http.StatusMovedPermanently)
	}
	return s.page(c, http.StatusOK, view.Where(p))
}

func (s *Site) kommunePage(v *search.View, k *search.Kommune) view.KommunePage {
	p := view.KommunePage{Kommune: k}
	for _, f := range v.Fylker() {
		if f.Number == k.Number.Fylke() {
			p.Fylke = view.Link{Text: f.Name, Href: "/fylke/" + string(f.Number) + "-" + f.Slug()}
		}
	}
	name := k.DisplayName()
	p.Meta = s.meta(name, "Hjelp for pårørende i "+name+": hvem du kan ringe, og hva kommunen skal ha.", view.KommunePath(k), "kommuner",
		view.Link{Text: "Kommuner", Href: "/kommuner"}, p.Fylke)
	p.Meta.Title = "Hjelp for pårørende i " + name
	byGroup := map[string][]search.Answer{}
	for _, a := range v.Answers(k.Number) {
		byGroup[a.Type.Group] = append(byGroup[a.Type.Group], a)
		p.Talk = append(p.Talk, toCall(a)...)
	}
	for _, g := range v.TypeGroups() {
		if len(byGroup[g.Code]) > 0 {
			p.Groups = append(p.Groups, view.AnswerGroup{Group: g, Answers: byGroup[g.Code]})
		}
	}
	p.Near = nearest(v, k)
	return p
}

// talkTypes are the types that one can call without anything being arranged first, with
// how many of each stand at the top of a kommune's page.
var talkTypes = map[string]int{"hjelpetelefon": 3, "parorendesenter": 2, "familievernkontor": 2}

// toCall returns the few of a type that a pårørende can call, those made for them first.
func toCall(a search.Answer) []search.Hit {
	var hits []search.Hit
	offerings := slices.Clone(a.Offerings)
	slices.SortStableFunc(offerings, func(x, y search.Hit) int { return forParorende(y) - forParorende(x) })
	for _, h := range offerings {
		if len(h.Offering.Phones) > 0 && len(hits) < talkTypes[a.Type.Code] {
			hits = append(hits, h)
		}
	}
	return hits
}

func forParorende(h search.Hit) int {
	if slices.Contains(h.Offering.TargetGroups, "parorende") {
		return 1
	}
	return 0
}

// nearest returns the kommuner whose centres lie closest.
func nearest(v *search.View, k *search.Kommune) []*search.Kommune {
	const most = 6
	var list []*search.Kommune
	for _, other := range v.Kommuner() {
		if other.Number == k.Number {
			continue
		}
		i := len(list)
		for i > 0 && search.DistanceKM(k.Position, other.Position) < search.DistanceKM(k.Position, list[i-1].Position) {
			i--
		}
		if i < most {
			list = append(list[:i], append([]*search.Kommune{other}, list[i:]...)...)
			list = list[:min(len(list), most)]
		}
	}
	return list
}

func (s *Site) showFylke(c *fiber.Ctx, v *search.View) error {
	number, slug, _ := strings.Cut(pathParam(c), "-")
	for _, f := range v.Fylker() {
		if string(f.Number) != number {
			continue
		}
		path := "/fylke/" + number + "-" + f.Slug()
		if slug != f.Slug() {
			return c.Redirect(path, http.StatusMovedPermanently)
		}
		p := view.FylkePage{
			Meta:  s.meta(f.Name, "Hjelp for pårørende i "+f.Name+".", path, "kommuner", view.Link{Text: "Kommuner", Href: "/kommuner"}),
			Fylke: f, Kommuner: v.KommunerIn(f.Number),
		}
		for _, k := range p.Kommuner[:1] { // what covers the whole fylke covers each of its kommuner
			for _, a := range v.Answers(k.Number) {
				for _, h := range a.Offerings {
					if h.Reach == directory.ByFylke {
						p.Hits = append(p.Hits, h)
					}
				}
			}
		}
		return s.page(c, http.StatusOK, view.Fylke(p))
	}
	return fiber.ErrNotFound
}

func (s *Site) showOffering(c *fiber.Ctx, v *search.View) error {
	number, slug, _ := strings.Cut(pathParam(c), "-")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return fiber.ErrNotFound
	}
	o, ok := v.Offering(id)
	if !ok {
		return fiber.ErrNotFound
	}
	if slug != o.Slug() {
		return c.Redirect(view.OfferingPath(o), http.StatusMovedPermanently)
	}
	p := view.OfferingPage{Offering: o, Coverage: coverageText(v, o.Coverage)}
	p.Type, _ = v.Type(o.Type)
	crumb := view.Link{Text: "Søk", Href: "/sok"}
	if k, ok := v.Kommune(o.Kommune()); ok {
		p.Kommune = k
		crumb = view.Link{Text: k.DisplayName(), Href: view.KommunePath(k)}
		for _, a := range v.Answers(k.Number) {
			if a.Type.Code == o.Type {
				p.Related = related(a, o.ID)
			}
		}
	}
	p.Meta = s.meta(o.Name, p.Type.Does.NB, view.OfferingPath(o), "sok", crumb)
	return s.page(c, http.StatusOK, view.Offering(p))
}

func related(a search.Answer, without int64) []search.Hit {
	var hits []search.Hit
	for _, h := range append(a.Offerings, a.Nearest...) {
		if h.Offering.ID != without {
			hits = append(hits, h)
		}
	}
	return firstHits(hits, 4)
}

// coverageText says in words for whom an offering is.
func coverageText(v *search.View, c directory.Coverage) string {
	if c.National {
		return "hele landet"
	}
	var parts []string
	for _, n := range c.Fylker {
		for _, f := range v.Fylker() {
			if f.Number == n {
				parts = append(parts, f.Name)
			}
		}
	}
	for _, k := range v.Kommuner() {
		for _, n := range c.Kommuner {
			if k.Number == n {
				parts = append(parts, k.DisplayName())
			}
		}
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " og " + parts[len(parts)-1]
}

// pathParam returns the last part of the path, unescaped. Text that cannot be unescaped
// is returned as it is and found nowhere.
func pathParam(c *fiber.Ctx) string {
	which := c.Params("which")
	if u, err := url.PathUnescape(which); err == nil {
		return u
	}
	return which
}

// RenderError answers with the page for a status. It is what the server's error table
// calls, so it works without an index too.
func (s *Site) RenderError(c *fiber.Ctx, status int, requestID string) error {
	p := view.ErrorPage{Title: "Noe gikk galt hos oss", Text: "Prøv igjen om litt. Numrene under virker alltid.", Crisis: true, RequestID: requestID}
	switch {
	case status == http.StatusNotFound:
		p = view.ErrorPage{Title: "Vi fant ikke siden", Text: "Siden kan være flyttet, eller adressen kan være skrevet feil. Finn frem herfra:"}
	case status == http.StatusServiceUnavailable:
		p.Title, p.Text = "Siden er ikke klar ennå", "Prøv igjen om et øyeblikk. Numrene under virker alltid."
	case status == http.StatusTooManyRequests:
		p.Title, p.Text = "For mange forespørsler", "Vent litt, og prøv igjen. Numrene under virker alltid."
	case status >= 400 && status < 500:
		p = view.ErrorPage{Title: "Vi forsto ikke adressen", Text: "Det kan være skrevet for mye, eller noe som ikke kan brukes. Finn frem herfra:"}
	}
	p.Meta = view.Meta{Title: p.Title, NoIndex: true}
	return s.page(c, status, view.Error(p))
}
