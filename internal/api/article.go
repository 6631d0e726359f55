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
	Language    string     `json:"sprak" enum:"nb,nn,en" doc:"Språket artikkelen er på. Den er på bokmål når den ikke er oversatt."`
	Section     string     `json:"seksjon" doc:"Delen av nettstedet artikkelen står i."`
	Slug        string     `json:"slug" doc:"Siste del av adressen."`
	Title       string     `json:"tittel" doc:"Overskriften."`
	Lead        string     `json:"ingress" doc:"En eller to setninger om hva artikkelen svarer på."`
	Published   string     `json:"publisert" format:"date" doc:"Dagen den ble lagt ut."`
	Updated     string     `json:"oppdatert" format:"date" doc:"Dagen innholdet sist ble endret."`
	ConfirmedAt *time.Time `json:"sist_bekreftet" doc:"Når en redaktør sist sjekket at lover, tall og lenker stemmer."`
	Types       []Coded    `json:"typer" doc:"Typene tilbud artikkelen leder til."`
	Topics      []Coded    `json:"tema" doc:"Temaene den handler om."`
	Audience    *string    `json:"skrevet_til" enum:"barn,ungdom" doc:"Hvem artikkelen er skrevet til, når det ikke er alle."`
	URL         string     `json:"url" format:"uri" doc:"Siden for artikkelen."`
}

type fullArticle struct {
	ArticleSummary
	Markdown string          `json:"markdown" doc:"Der det står {{tilbud type=\"kode\"}} eller {{tilbud tema=\"kode\"}} på en egen linje, ser leseren tilbudene i sin kommune."`
	HTML     string          `json:"html" doc:"Det samme som HTML uten skript, stil eller bilder, og uten tilbudene i leserens kommune."`
	Laws     []link          `json:"lover" doc:"Lovene artikkelen viser til."`
	Sources  []articleSource `json:"kilder" doc:"Der innholdet er hentet fra."`
}

type link struct {
	Text string `json:"tekst" doc:"Hva lenken heter."`
	URL  string `json:"url" format:"uri" doc:"Adressen."`
}

type articleSource struct {
	Title string  `json:"tittel" doc:"Hva kilden heter."`
	URL   string  `json:"url" format:"uri" doc:"Adressen til kilden."`
	Date  *string `json:"dato" format:"date" doc:"Dagen kilden er fra."`
}

// ArticleLanguage is the parameter that asks for articles in a language. It has a capital so
// that the inputs it is embedded in have it too.
type ArticleLanguage struct {
	Language string `query:"sprak" enum:"nb,nn,en" default:"nb" example:"nn" doc:"Språket artiklene skal være på. De som ikke er oversatt, kommer på bokmål."`
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
		Description: "Hele teksten, som Markdown og som HTML, med lovene den viser til og kildene den bygger på.",
		Errors:      []int{http.StatusNotFound},
	}, a.showArticle)
}

func (a *API) listArticles(_ context.Context, v *search.View, in *ArticleLanguage) (*List[ArticleSummary], error) {
	return whole(each(v.Articles(in.Language, ""), func(art *article.Article) ArticleSummary { return a.articleSummary(v, art) })), nil
}

func (a *API) showArticle(_ context.Context, v *search.View, in *struct {
	Section string `path:"seksjon" maxLength:"200" example:"mote-med-helsetjenesten" doc:"Delen av nettstedet, fra feltet seksjon."`
	Slug    string `path:"slug" maxLength:"200" example:"tips-og-rad" doc:"Siste del av adressen, fra feltet slug."`

	ArticleLanguage
}) (*fullArticle, error) {
	art, ok := v.Article(in.Language, in.Section, in.Slug)
	if !ok {
		return nil, a.unknownArticle(v, in.Language, in.Section)
	}
	return a.fullArticle(v, art)
}

func (a *API) fullArticle(v *search.View, art *article.Article) (*fullArticle, error) {
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
func (a *API) unknownArticle(v *search.View, language, section string) *problem {
	location := "path.slug"
	near := v.Articles(language, "")
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
		Language:    art.Language,
		Section:     art.Section,
		Slug:        art.Slug,
		Title:       art.Title,
		Lead:        art.Lead,
		Published:   art.Published.Format(time.DateOnly),
		Updated:     art.Updated.Format(time.DateOnly),
		ConfirmedAt: art.ConfirmedAt,
		Types:       each(art.Types, func(code string) Coded { return a.typeName(v, code) }),
		Topics:      terms(v, directory.Topic, art.Topics),
		Audience:    known(string(art.Audience)),
		URL:         a.page(inLanguage(art)),
	}
}

// inLanguage returns the path of the article's page in its own language.
func inLanguage(art *article.Article) string {
	if art.Language == article.Bokmal {
		return art.Path()
	}
	return "/" + art.Language + art.Path()
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
