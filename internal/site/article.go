package site

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

func (s *Site) mountArticles(app fiber.Router) {
	for _, section := range article.Sections() {
		show := func(c *fiber.Ctx) error { return s.showArticle(c, section) }
		app.Get("/"+section, show)
		app.Get("/"+section+"/:slug", show)
	}
}

// showArticle answers with an article, or a section's own text. With a kommune in the
// address, its box of help holds what there is in that kommune.
func (s *Site) showArticle(c *fiber.Ctx, section string) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	slug, err := param(c, "slug")
	if err != nil {
		return err
	}
	a, ok := v.Article(string(s.lang), section, slug)
	if !ok {
		return fiber.ErrNotFound
	}
	kommune := cut(strings.TrimSpace(c.Query("kommune")), maxPlaceText)
	place := cut(strings.TrimSpace(c.Query("sted")), maxPlaceText)
	query := url.Values{"kommune": {kommune}, "sted": {place}}.Encode()
	return s.answer(c, v, query, func(context.Context) (templ.Component, error) {
		p, err := s.articlePage(v, a)
		if err != nil {
			return nil, err
		}
		text, found := place, resolve(v, place, postalCode)
		if place == "" {
			text, found = kommune, resolve(v, kommune, kommuneNumber)
		}
		p.Help = s.helpFor(v, a, text, found)
		if place+kommune != "" {
			p.Meta.Query = "?" + query
		}
		return view.Article(p), nil
	})
}

func (s *Site) articlePage(v *search.View, a *article.Article) (view.ArticlePage, error) {
	html, err := a.HTML()
	if err != nil {
		return view.ArticlePage{}, err
	}
	var between []page.Crumb
	index, ok := v.Article(string(s.lang), a.Section, "")
	if ok && !a.IsIndex() {
		between = append(between, page.Crumb{Text: index.Title, Path: index.Path()})
	}
	m := s.meta(a.Title, a.Path(), page.MenuAdvice, between...)
	m.Description = a.Lead
	m.Written = written(v, a)
	if !a.IsIndex() {
		m.LinkedData = append(m.LinkedData, s.linkedArticle(a, m))
	}
	p := view.ArticlePage{
		Meta:    m,
		Title:   a.Title,
		Lead:    a.Lead,
		Dates:   s.t("Publisert %s", s.lang.Day(a.Published)) + " · " + s.t("Oppdatert %s", s.lang.Day(a.Updated)),
		HTML:    html,
		Laws:    each(a.Laws, func(l article.Link) view.Link { return view.Link{Text: l.Text, Href: l.URL} }),
		Sources: each(a.Sources, s.sourceLink),
	}
	if a.ConfirmedAt != nil {
		p.Dates += " · " + s.t("Sist kontrollert %s", s.lang.Date(*a.ConfirmedAt))
	}
	for _, h := range a.Headings() {
		if h.Level == 2 {
			p.Contents = append(p.Contents, h)
		}
	}
	p.ListTitle = s.t("Les mer")
	if ok && !a.IsIndex() {
		p.ListTitle = s.t("Mer i «%s»", index.Title)
	}
	for _, other := range v.Articles(string(s.lang), a.Section) {
		if !other.IsIndex() && other.Slug != a.Slug {
			p.Articles = append(p.Articles, articleCard(other))
		}
	}
	if a.IsIndex() && len(p.Articles) == 0 {
		p.ListTitle = s.t("Flere råd")
		for _, c := range s.sections(v) {
			if c.Path != a.Path() {
				p.Articles = append(p.Articles, c)
			}
		}
	}
	return p, nil
}

// written returns the languages that an article is in.
func written(v *search.View, a *article.Article) []page.Language {
	return slices.DeleteFunc(page.Languages(), func(l page.Language) bool {
		other, ok := v.Article(string(l), a.Section, a.Slug)
		return !ok || other.Language != string(l)
	})
}

// PreviewArticle returns the page that the article would have, with the help that it leads
// to now. It fails while there is no index.
func (s *Site) PreviewArticle(a *article.Article) (templ.Component, error) {
	v, err := s.current()
	if err != nil {
		return nil, err
	}
	p, err := s.articlePage(v, a)
	if err != nil {
		return nil, err
	}
	p.Meta.NoIndex, p.Meta.Preview, p.Meta.BaseURL = true, true, ""
	p.Help = s.helpFor(v, a, "", whereabouts{})
	return view.Article(p), nil
}

func articleCard(a *article.Article) view.Card {
	return view.Card{Icon: web.Icon("book"), Title: a.Title, Text: a.Lead, Path: a.Path()}
}

func (s *Site) sourceLink(src article.Source) view.Link {
	l := view.Link{Text: src.Title, Href: src.URL}
	if !src.Date.IsZero() {
		l.Sub = "(" + s.lang.Day(src.Date) + ")"
	}
	return l
}

// maxHelp is how many offerings of each type stand beside an article.
const maxHelp = 2

// helpFor returns the box that leads from an article into the directory.
func (s *Site) helpFor(v *search.View, a *article.Article, text string, found whereabouts) view.Help {
	h := view.Help{Action: a.Path(), Value: text}
	answers := map[string]search.Answer{}
	var reader *search.Kommune
	switch {
	case text == "":
	case len(found.matches) == 1:
		reader = found.matches[0].Kommune
		h.Value = reader.DisplayName()
		h.Place = s.t("i %s", reader.DisplayName())
		for _, answer := range v.Answers(reader.Number) {
			answers[answer.Type.Code] = answer
		}
	default:
		n := placeNote(s.lang, text, found, func(n region.Number) string { return a.Path() + "?kommune=" + string(n) + "#hjelp" })
		h.Note = &n
	}
	w := s.newWriter(v)
	for _, code := range a.Types {
		t, ok := v.Type(code)
		if !ok {
			continue
		}
		h.Types = append(h.Types, w.typeHelp(t, reader, answers[code]))
	}
	return h
}

func (w writer) typeHelp(t directory.OfferingType, reader *search.Kommune, a search.Answer) view.TypeHelp {
	query := url.Values{"type": {t.Code}}
	out := view.TypeHelp{Name: w.lang.Pick(t.Plural), Does: w.lang.Pick(t.Does)}
	if reader != nil {
		query.Set("kommune", string(reader.Number))
		hits := a.Offerings
		if t.Code == helpline {
			hits = nationalLines(hits, maxHelp)
		}
		out.Lines = w.listings(hits[:min(maxHelp, len(hits))], reader.Number)
		if len(hits) == 0 {
			if h, ok := firstReachable(a.Alternatives); ok {
				out.Lines = w.listings([]search.Hit{h}, reader.Number)
				out.Missing = w.lang.T("Ikke meldt inn i %s ennå. Du kan ringe:", reader.DisplayName())
			}
		}
	}
	out.Href = "/sok?" + query.Encode()
	return out
}
