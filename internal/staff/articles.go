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
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
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
	bySource := map[article.Key]store.ArticleSource{}
	for _, src := range sources {
		bySource[src.Key] = src
	}
	for _, section := range article.Sections() {
		t := view.StaffTable{Caption: section, Columns: []string{"Artikkel", "Nynorsk", "Engelsk", "Bekreftet", "Oppdatert"}}
		for _, src := range sources {
			if src.Section != section || src.Language != article.Bokmal {
				continue
			}
			a, err := articleIn(src)
			row := []view.Cell{
				{Text: a.Title, Href: articlePath(src.Key), Note: a.Path()},
				translationCell(bySource, src, article.Nynorsk), translationCell(bySource, src, article.English),
				articleConfirmed(a, s.deps.Now()), {Text: page.Bokmal.Day(a.Updated), Note: "Endret her " + page.Bokmal.Date(src.ChangedAt)},
			}
			if err != nil {
				row[0] = view.Cell{Text: cmp.Or(src.Slug, src.Section), Href: articlePath(src.Key), Note: "Kan ikke vises: noe i teksten må rettes", Warn: true}
				row[3], row[4] = view.Cell{}, view.Cell{}
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

// languageNames are the languages of articles as sentences have them.
var languageNames = map[string]string{article.Bokmal: "bokmål", article.Nynorsk: "nynorsk", article.English: "engelsk"}

// translationCell says how a translation stands to its bokmål. Every article is to be in
// nynorsk; which ones are in English is for the editors to choose.
func translationCell(all map[article.Key]store.ArticleSource, bokmal store.ArticleSource, language string) view.Cell {
	key := bokmal.In(language)
	cell := view.Cell{Href: articlePath(key)}
	src, ok := all[key]
	if !ok {
		cell.Text, cell.Warn = "Mangler", language == article.Nynorsk
		return cell
	}
	a, err := articleIn(src)
	cell.Text = cmp.Or(a.Title, "Se på teksten")
	switch {
	case err != nil:
		cell.Note, cell.Warn = "Kan ikke vises: noe i teksten må rettes", true
	case src.IsOlderThan(bokmal):
		cell.Note, cell.Warn = olderThanBokmal(language), true
	}
	return cell
}

func olderThanBokmal(language string) string {
	if language == article.English {
		return "Engelsk er eldre enn bokmål"
	}
	return "Nynorsk er eldre enn bokmål"
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
	if errors.Is(err, store.ErrNotFound) && key.Language != article.Bokmal && slices.Contains(article.Languages(), key.Language) {
		return s.showNewTranslation(c, key)
	}
	if err != nil {
		return err
	}
	p := s.articlePage(c, src, "")
	if p.Intro, err = s.translationNote(c, src); err != nil {
		return err
	}
	// Here alone, and not beside a text that was refused: what is confirmed is what is stored.
	if p.Confirm, err = s.articleConfirming(c, src); err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Edit(p))
}

// showNewTranslation shows the form for a translation that is not there, with the bokmål to
// write over.
func (s *Staff) showNewTranslation(c *fiber.Ctx, key article.Key) error {
	bokmal, err := s.deps.Store.ArticleSourceByKey(c.UserContext(), key.In(article.Bokmal))
	if err != nil {
		return err
	}
	p := s.articlePage(c, store.ArticleSource{Key: key, Source: bokmal.Source}, "")
	p.Intro = "Artikkelen finnes ikke på " + languageNames[key.Language] + " ennå. Her er bokmålsteksten. Skriv over den: tittel, ingress, lover, søkeord og tekst. La typer, tema, datoer, adresser og linjene med {{tilbud …}} stå."
	return s.send(c, http.StatusOK, view.Edit(p))
}

// translationNote says that a translation is older than its bokmål; "" for one that is not.
func (s *Staff) translationNote(c *fiber.Ctx, src store.ArticleSource) (string, error) {
	if src.Language == article.Bokmal {
		return "", nil
	}
	bokmal, err := s.deps.Store.ArticleSourceByKey(c.UserContext(), src.In(article.Bokmal))
	if err != nil || !src.IsOlderThan(bokmal) {
		return "", err
	}
	return olderThanBokmal(src.Language) + ". Se i historikken til bokmålsteksten hva som er endret, og endre det samme her. Stemmer teksten alt, kan du bekrefte den.", nil
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
		Links:  []view.Link{{Text: "Se artikkelen", Href: publicPath(src.Key)}},
		Groups: []view.EditGroup{{Fields: []view.EditField{sourceField(src.Source), whyField(why)}}},
		Codes:  s.articleCodes(c),
	}
	if src.Version > 0 {
		p.Links = append(p.Links, view.Link{Text: "Historikk", Href: historyPath(store.KindArticle, src.Ref())})
	}
	for _, language := range article.Languages() {
		if language != src.Language {
			p.Links = append(p.Links, view.Link{Text: "På " + languageNames[language], Href: articlePath(src.In(language))})
		}
	}
	if src.Language != article.Bokmal {
		p.Links = append(p.Links, view.Link{Text: "Historikken på bokmål", Href: historyPath(store.KindArticle, src.In(article.Bokmal).Ref())})
	}
	return p
}

// articleCodes are the references that can stand in a text. Without the store there are none:
// the form is shown all the same.
func (s *Staff) articleCodes(c *fiber.Ctx) []view.CodeList {
	types, err := s.deps.Store.OfferingTypes(c.UserContext())
	if err != nil {
		return nil
	}
	vocabulary, err := s.deps.Store.Terms(c.UserContext())
	if err != nil {
		return nil
	}
	byType, byTopic := view.CodeList{Heading: "Typer"}, view.CodeList{Heading: "Temaer"}
	for _, t := range types {
		byType.Codes = append(byType.Codes, view.TextCode{Name: t.Name.NB, Code: article.Reference{Type: t.Code}.String()})
	}
	for _, t := range vocabulary {
		if t.Kind == directory.Topic {
			byTopic.Codes = append(byTopic.Codes, view.TextCode{Name: t.Name.NB, Code: article.Reference{Topic: t.Code}.String()})
		}
	}
	return []view.CodeList{byType, byTopic}
}

// checkedArticle returns the article that a text holds, or the error of article.Parse with the
// codes that there are not.
func (s *Staff) checkedArticle(c *fiber.Ctx, key article.Key, source string) (article.Article, error) {
	a, err := article.Parse(key.File(), []byte(source))
	if err != nil {
		return a, err
	}
	problems, err := s.deps.Store.UnknownCodes(c.UserContext(), a)
	if store.Unavailable(err) {
		return a, nil // the store says so when it is to save
	}
	return a, cmp.Or(err, errors.Join(problems...))
}

func sourceField(source string) view.EditField {
	f := long("tekst", "Teksten", source, "Øverst, mellom strekene, står det artikkelen er merket med. Under står teksten i Markdown. Skal leserne se tilbudene i kommunen sin midt i teksten, skriver du {{tilbud type=\"lms\"}} eller {{tilbud tema=\"demens\"}} alene på en linje. Kodene står under skjemaet. Andre typer du nevner øverst, vises ved siden av teksten.", 28)
	f.Required = true
	return f
}

// typed returns the text of the form with the line breaks that files have.
func typed(c *fiber.Ctx) string { return strings.ReplaceAll(c.FormValue("tekst"), "\r\n", "\n") }

func (s *Staff) saveArticle(c *fiber.Ctx) error {
	key := articleAddress(c)
	src := store.ArticleSource{Key: key, Source: typed(c), Version: seen(c)}
	if _, err := s.deps.Store.ArticleSourceByKey(c.UserContext(), key.In(article.Bokmal)); errors.Is(err, store.ErrNotFound) {
		return err
	}
	why := strings.TrimSpace(c.FormValue("hvorfor"))
	p := s.articlePage(c, src, why)
	if _, err := s.checkedArticle(c, key, src.Source); err != nil {
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
	if len(article.Problems(err)) == 0 {
		return err
	}
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
		Codes: s.articleCodes(c),
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
	if _, err := s.checkedArticle(c, key, source); err != nil {
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
	if src, err := s.deps.Store.ArticleSourceByKey(c.UserContext(), key); err == nil {
		a.ConfirmedAt = src.ConfirmedAt
	}
	shown, err := s.deps.PreviewArticle(c.UserContext(), &a)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, shown)
}
