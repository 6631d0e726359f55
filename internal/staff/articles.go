package staff

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// indexSlug stands for a section's own text in addresses of the workplace. The language of a
// translation stands after the slug, as in the names of files: "tips-og-rad.nn".
const indexSlug = "_innledning"

var articlesCrumb = page.Crumb{Text: "Artikler", Path: "/redaksjon/artikler"}

// newArticle is what the form for a new article begins with.
const newArticle = `---
tittel: 
ingress: 
publisert: 
oppdatert: 
rekkefolge: 
typer: []
tema: []
sokeord: []
---

`

func articlePath(k article.Key) string {
	path := "/redaksjon/artikler/" + k.Section + "/" + cmp.Or(k.Slug, indexSlug)
	if k.Language != article.Bokmal {
		path += "." + k.Language
	}
	return path
}

// articleAddress returns the key that the address names.
func articleAddress(c *fiber.Ctx) article.Key {
	slug, language, translated := strings.Cut(c.Params("slug"), ".")
	if !translated {
		language = article.Bokmal
	}
	if slug == indexSlug {
		slug = ""
	}
	return article.Key{Language: language, Section: c.Params("section"), Slug: slug}
}

// publicPath returns where readers find the article.
func publicPath(k article.Key) string {
	if k.Language == article.Bokmal {
		return k.Path()
	}
	return "/" + k.Language + k.Path()
}

func (s *Staff) listArticles(c *fiber.Ctx) error {
	sources, err := s.deps.Store.ArticleSources(c.UserContext())
	if err != nil {
		return err
	}
	l := view.StaffList{
		Meta: s.meta(c, "Artikler", hub, articlesCrumb), Heading: "Artikler",
		Intro: "Råd og veiledning som fører inn i oversikten.",
		Add:   view.Link{Text: "Skriv en ny artikkel", Href: "/redaksjon/artikler/ny"},
	}
	for _, section := range article.Sections() {
		t := view.StaffTable{Caption: section, Columns: []string{"Artikkel", "Bekreftet", "Oppdatert", "Endret her"}}
		for _, src := range sources {
			if src.Section != section {
				continue
			}
			a, err := articleIn(src)
			row := []view.Cell{{Text: a.Title, Href: articlePath(src.Key), Note: a.Path()}, articleConfirmed(a, s.deps.Now()), {Text: page.Bokmal.Day(a.Updated)}, {Text: page.Bokmal.Date(src.ChangedAt)}}
			if err != nil {
				row[0] = view.Cell{Text: cmp.Or(src.Slug, src.Section), Href: articlePath(src.Key), Note: "Kan ikke vises: noe i teksten må rettes", Warn: true}
				row[1], row[2] = view.Cell{}, view.Cell{}
			}
			if src.Slug == "" {
				t.Caption = a.Title
			}
			t.Rows = append(t.Rows, row)
		}
		l.Tables = append(l.Tables, t)
	}
	return s.send(c, http.StatusOK, view.List(l))
}

// articleIn returns the article that a stored source holds, or the error of article.Parse.
func articleIn(src store.ArticleSource) (article.Article, error) {
	a, err := article.Parse(src.File(), []byte(src.Source))
	a.ConfirmedAt = src.ConfirmedAt
	return a, err
}

func (s *Staff) showArticle(c *fiber.Ctx) error {
	key := articleAddress(c)
	src, err := s.deps.Store.ArticleSourceByKey(c.UserContext(), key)
	if err != nil {
		return err
	}
	p := s.articlePage(c, src, "")
	// Here alone, and not beside a text that was refused: what is confirmed is what is stored.
	if p.Confirm, err = s.articleConfirming(c, src); err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Edit(p))
}

func (s *Staff) articlePage(c *fiber.Ctx, src store.ArticleSource, why string) view.EditPage {
	heading := cmp.Or(src.Slug, src.Section)
	if a, err := article.Parse(src.File(), []byte(src.Source)); err == nil {
		heading = a.Title
	}
	path := articlePath(src.Key)
	p := view.EditPage{
		Meta:    s.meta(c, heading, hub, articlesCrumb, page.Crumb{Text: heading, Path: path}),
		Heading: heading, Version: strconv.Itoa(src.Version), Preview: path + "/forhandsvis",
		Links:  []view.Link{{Text: "Se artikkelen", Href: publicPath(src.Key)}, {Text: "Historikk", Href: historyPath(store.KindArticle, src.Ref())}},
		Groups: []view.EditGroup{{Fields: []view.EditField{sourceField(src.Source), whyField(why)}}},
	}
	return p
}

func sourceField(source string) view.EditField {
	f := long("tekst", "Teksten", source, "Øverst, mellom strekene, står det artikkelen er merket med. Under står teksten i Markdown. Typene du nevner øverst, viser tilbud fra leserens kommune ved siden av teksten.", 28)
	f.Required = true
	return f
}

// typed returns the text of the form with the line breaks that files have.
func typed(c *fiber.Ctx) string { return strings.ReplaceAll(c.FormValue("tekst"), "\r\n", "\n") }

func (s *Staff) saveArticle(c *fiber.Ctx) error {
	key := articleAddress(c)
	src := store.ArticleSource{Key: key, Source: typed(c), Version: seen(c)}
	if _, err := s.deps.Store.ArticleSourceByKey(c.UserContext(), key); errors.Is(err, store.ErrNotFound) {
		return err
	}
	why := strings.TrimSpace(c.FormValue("hvorfor"))
	p := s.articlePage(c, src, why)
	if _, err := article.Parse(key.File(), []byte(src.Source)); err != nil {
		return s.refuseArticle(c, p, 0, err)
	}
	err := s.deps.Store.EditArticle(c.UserContext(), actorOf(c), why, src.Version, key, src.Source)
	return s.answerArticle(c, p, err, key)
}

func (s *Staff) answerArticle(c *fiber.Ctx, p view.EditPage, err error, key article.Key) error {
	return s.answerEdit(c, p, err, func() (int, string, error) {
		now, err := s.deps.Store.ArticleSourceByKey(c.UserContext(), key)
		return now.Version, now.Source, err
	}, articlePath(key), "Artikkelen er lagret og vises nå.")
}

// refuseArticle shows the form again for a source that article.Parse refuses. field is the
// place of the text in the form.
func (s *Staff) refuseArticle(c *fiber.Ctx, p view.EditPage, field int, err error) error {
	p.Groups[0].Fields[field].Error = "Teksten kan ikke lagres slik den står. " + articleFaults(err)
	return s.send(c, http.StatusUnprocessableEntity, view.Edit(p))
}

func (s *Staff) showNewArticle(c *fiber.Ctx) error {
	return s.send(c, http.StatusOK, view.Edit(s.newArticlePage(c, article.Sections()[0], "", newArticle)))
}

func (s *Staff) newArticlePage(c *fiber.Ctx, section, slug, source string) view.EditPage {
	choice := view.EditField{FormField: view.FormField{Name: "del", Label: "Del av nettstedet"}}
	for _, name := range article.Sections() {
		choice.Choices = append(choice.Choices, view.FormChoice{Value: name, Text: name, Checked: name == section})
	}
	const heading = "Ny artikkel"
	return view.EditPage{
		Meta: s.meta(c, heading, hub, articlesCrumb, page.Crumb{Text: heading, Path: c.Path()}), Heading: heading, Version: "0",
		Groups: []view.EditGroup{{Fields: []view.EditField{choice,
			{FormField: view.FormField{Name: "adresse", Label: "Siste del av adressen", Value: slug, Max: 80, Required: true, Help: "Små bokstaver a–z, tall og bindestrek: snakk-med-barna. Kan ikke endres etterpå."}},
			sourceField(source)}}},
	}
}

func (s *Staff) saveNewArticle(c *fiber.Ctx) error {
	section, slug, source := c.FormValue("del"), strings.TrimSpace(c.FormValue("adresse")), typed(c)
	key := article.Key{Language: article.Bokmal, Section: section, Slug: slug}
	p := s.newArticlePage(c, section, slug, source)
	if slug == "" || !slices.Contains(article.Sections(), section) || strings.ContainsAny(slug, "/_. ") {
		p.Groups[0].Fields[1].Error = "Skriv siste del av adressen: små bokstaver a–z, tall og bindestrek."
		return s.send(c, http.StatusUnprocessableEntity, view.Edit(p))
	}
	if _, err := article.Parse(key.File(), []byte(source)); err != nil {
		return s.refuseArticle(c, p, 2, err)
	}
	err := s.deps.Store.EditArticle(c.UserContext(), actorOf(c), "", 0, key, source)
	if errors.Is(err, store.ErrConflict) {
		p.Groups[0].Fields[1].Error = "Det finnes en artikkel med denne adressen fra før."
		return s.send(c, http.StatusConflict, view.Edit(p))
	}
	return s.answerArticle(c, p, err, key)
}

// previewArticle shows what the form's text would give, as readers would see it.
func (s *Staff) previewArticle(c *fiber.Ctx) error {
	key := articleAddress(c)
	a, err := article.Parse(key.File(), []byte(typed(c)))
	if err != nil {
		return s.refuseArticle(c, s.articlePage(c, store.ArticleSource{Key: key, Source: typed(c), Version: seen(c)}, c.FormValue("hvorfor")), 0, err)
	}
	shown, err := s.deps.PreviewArticle(c.UserContext(), &a)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, shown)
}
