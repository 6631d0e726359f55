package site

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
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
// address, it has what there is in that kommune where the text leads to it.
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
	places := readHomes(c, v)
	if places.typed() {
		return s.redirect(c, a.Path()+places.suffix(), http.StatusFound)
	}
	return s.answer(c, v, places.key(), func(ctx context.Context) (templ.Component, error) {
		p, err := s.articlePage(ctx, v, a, places)
		if err != nil {
			return nil, err
		}
		p.Meta.Query = places.suffix()
		return view.Article(p), nil
	})
}

func (s *Site) articlePage(ctx context.Context, v *search.View, a *article.Article, places homes) (view.ArticlePage, error) {
	sides := places.sides(v)
	body := a.Body()
	pieces, err := s.pieces(ctx, v, body, sides)
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
		Dates:   s.t("Publisert %s", s.lang.Day(a.Published)),
		Pieces:  pieces,
		Where:   s.whereFor(a.Path(), places, sides),
		Help:    s.helpFor(v, a, body.References(), sides),
		Laws:    each(a.Laws, func(l article.Link) view.Link { return view.Link{Text: l.Text, Href: l.URL} }),
		Sources: each(a.Sources, s.sourceLink),
	}
	for _, piece := range pieces {
		if piece.Live != nil {
			p.Where.Leads = append(p.Where.Leads, view.Link{Text: piece.Live.Name, Href: "#" + piece.Live.ID})
		}
	}
	if foreign := s.foreign(a.Language); foreign != "" {
		p.Lang, p.Meta.NoIndex = foreign, true // the same text is at its own address
	}
	if !a.Updated.Equal(a.Published) {
		p.Dates += " · " + s.t("Oppdatert %s", s.lang.Day(a.Updated))
	}
	if a.ConfirmedAt != nil {
		p.Dates += " · " + s.t("Sist kontrollert %s", s.lang.Date(*a.ConfirmedAt))
	}
	for _, h := range body.Headings() {
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
			p.Articles = append(p.Articles, s.articleCard(other))
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

// foreign returns the language of a text where it is not that of the page, else "".
func (s *Site) foreign(language string) string {
	if page.Language(language) == s.lang {
		return ""
	}
	return language
}

// written returns the languages that an article is in.
func written(v *search.View, a *article.Article) []page.Language {
	return slices.DeleteFunc(page.Languages(), func(l page.Language) bool {
		other, ok := v.Article(string(l), a.Section, a.Slug)
		return !ok || other.Language != string(l)
	})
}

// PreviewArticle returns the page that the article would have in its own language, with the
// help that it leads to now. It fails while there is no index.
func (s *Site) PreviewArticle(ctx context.Context, a *article.Article) (templ.Component, error) {
	v, err := s.current()
	if err != nil {
		return nil, err
	}
	lang := page.Language(a.Language)
	p, err := s.In(lang).articlePage(ctx, v, a, homes{})
	if err != nil {
		return nil, err
	}
	p.Meta.NoIndex, p.Meta.Preview, p.Meta.BaseURL = true, true, ""
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var body bytes.Buffer
		if err := view.Article(p).Render(page.WithLanguage(ctx, lang), &body); err != nil {
			return err
		}
		_, err := w.Write(lang.KeepLanguage(body.Bytes()))
		return err
	}), nil
}

func (s *Site) articleCard(a *article.Article) view.Card {
	return view.Card{Icon: "book", Title: a.Title, Text: a.Lead, Path: a.Path(), Lang: s.foreign(a.Language)}
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

// helpFor returns the box of help beside an article: the types that it is about, without
// those that stand in the text: inside.
func (s *Site) helpFor(v *search.View, a *article.Article, inside []article.Reference, sides []side) view.Help {
	h := view.Help{Title: s.t("Her kan du få hjelp")}
	inText := map[string]bool{}
	for _, r := range inside {
		inText[r.Type] = true
		h.Title = s.t("Mer hjelp")
	}
	var reader *side
	if len(sides) > 0 {
		reader = &sides[0]
		h.Title += " " + s.t("i %s", reader.kommune.DisplayName())
	}
	w := s.newWriter(v)
	for _, code := range a.Types {
		if t, ok := v.Type(code); ok && !inText[code] {
			h.Types = append(h.Types, w.typeHelp(t, reader))
		}
	}
	return h
}

func (w writer) typeHelp(t directory.OfferingType, reader *side) view.TypeHelp {
	query := url.Values{paramType: {t.Code}}
	out := view.TypeHelp{Name: w.lang.Pick(t.Plural), Does: w.lang.Pick(t.Does)}
	if reader != nil {
		number := reader.kommune.Number
		query.Set(paramKommune, string(number))
		a := reader.answer(t.Code)
		hits := a.Offerings
		if t.Code == helpline {
			hits = nationalLines(hits, maxHelp)
		}
		out.Lines = w.listings(hits[:min(maxHelp, len(hits))], number)
		if len(hits) == 0 {
			if h, ok := firstReachable(a.Alternatives); ok {
				out.Lines = w.listings([]search.Hit{h}, number)
				out.Missing = w.lang.T("Ikke registrert i %s ennå. Du kan ringe:", reader.kommune.DisplayName())
			}
		}
	}
	out.Href = "/sok?" + query.Encode()
	return out
}
