package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// ArticleSummary is an article as it stands in lists.
type ArticleSummary struct {
	Section     string     `json:"seksjon"`
	Slug        string     `json:"slug"`
	Title       string     `json:"tittel"`
	Lead        string     `json:"ingress"`
	Published   string     `json:"publisert" format:"date"`
	Updated     string     `json:"oppdatert" format:"date"`
	ConfirmedAt *time.Time `json:"sist_bekreftet" doc:"Når en redaktør sist sjekket at lover, tall og lenker stemmer."`
	Types       []Coded    `json:"typer" doc:"Typene tilbud artikkelen leder til."`
	Topics      []Coded    `json:"tema"`
	URL         string     `json:"url" format:"uri" doc:"Siden for artikkelen."`
}

type fullArticle struct {
	ArticleSummary
	Markdown string          `json:"markdown"`
	HTML     string          `json:"html" doc:"Det samme som HTML uten skript, stil eller bilder."`
	Laws     []link          `json:"lover"`
	Sources  []articleSource `json:"kilder"`
}

type link struct {
	Text string `json:"tekst"`
	URL  string `json:"url" format:"uri"`
}

type articleSource struct {
	Title string  `json:"tittel"`
	URL   string  `json:"url" format:"uri"`
	Date  *string `json:"dato" format:"date"`
}

func (a *API) registerArticles(h huma.API) {
	get(h, huma.Operation{
		OperationID: "artikler",
		Path:        "/artikler",
		Tags:        []string{"Artikler"},
		Summary:     "Artiklene",
		Description: "Etter seksjon, i den rekkefølgen de vises.",
	}, a.listArticles)
	get(h, huma.Operation{
		OperationID: "artikkel",
		Path:        "/artikler/{seksjon}/{slug}",
		Tags:        []string{"Artikler"},
		Summary:     "Én artikkel",
		Errors:      []int{http.StatusNotFound},
	}, a.showArticle)
}

func (a *API) listArticles(_ context.Context, v *search.View, _ *struct{}) (*List[ArticleSummary], error) {
	return whole(each(articles(v), func(art *article.Article) ArticleSummary { return a.articleSummary(v, art) })), nil
}

// articles returns the articles of all sections, without the sections' own texts.
func articles(v *search.View) []*article.Article {
	var out []*article.Article
	for _, section := range article.Sections() {
		for _, art := range v.Articles(section) {
			if !art.IsIndex() {
				out = append(out, art)
			}
		}
	}
	return out
}

func (a *API) showArticle(_ context.Context, v *search.View, in *struct {
	Section string `path:"seksjon" maxLength:"200"`
	Slug    string `path:"slug" maxLength:"200"`
}) (*fullArticle, error) {
	art, ok := v.Article(in.Section, in.Slug)
	if !ok {
		return nil, a.unknownArticle(v, in.Section, in.Slug)
	}
	html, err := art.HTML()
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", art.Path(), err)
	}
	return &fullArticle{
		ArticleSummary: a.articleSummary(v, art),
		Markdown:       art.Markdown,
		HTML:           html,
		Laws:           each(art.Laws, func(l article.Link) link { return link{l.Text, l.URL} }),
		Sources: each(art.Sources, func(s article.Source) articleSource {
			out := articleSource{Title: s.Title, URL: s.URL}
			if !s.Date.IsZero() {
				out.Date = day(&s.Date)
			}
			return out
		}),
	}, nil
}

// unknownArticle returns a 404 with the articles of the section; with all of them when
// the section is unknown too.
func (a *API) unknownArticle(v *search.View, section, slug string) *problem {
	location := "path.slug"
	near := articles(v)
	if slices.Contains(article.Sections(), section) {
		near = slices.DeleteFunc(near, func(art *article.Article) bool { return art.Section != section })
	} else {
		location = "path.seksjon"
	}
	return notFound(location, msgNoArticle, each(near, func(art *article.Article) pointer {
		return pointer{Text: art.Title, URL: a.call("/artikler" + art.Path())}
	}))
}

func (a *API) articleSummary(v *search.View, art *article.Article) ArticleSummary {
	return ArticleSummary{
		Section:     art.Section,
		Slug:        art.Slug,
		Title:       art.Title,
		Lead:        art.Lead,
		Published:   art.Published.Format(time.DateOnly),
		Updated:     art.Updated.Format(time.DateOnly),
		ConfirmedAt: art.ConfirmedAt,
		Types:       each(art.Types, func(code string) Coded { return a.typeName(v, code) }),
		Topics:      terms(v, directory.Topic, art.Topics),
		URL:         a.page(art.Path()),
	}
}

// begins reports whether text begins a type's code or name, or one of the words that
// people use for it.
func begins(text string, t directory.OfferingType) bool {
	slug := region.Slug(text)
	if slug == "" {
		return false
	}
	for _, name := range append([]string{t.Code, t.Name.NB, t.Name.NN, t.Plural.NB}, t.Words...) {
		if strings.HasPrefix(region.Slug(name), slug) {
			return true
		}
	}
	return false
}
