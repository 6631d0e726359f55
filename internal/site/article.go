package site

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

func sections() []string { return article.Sections() }

func (s *Site) mountArticles(get func(string, func(*fiber.Ctx, *search.View) error)) {
	for _, section := range sections() {
		get("/"+section, func(c *fiber.Ctx, v *search.View) error { return s.showSection(c, v, section) })
		get("/"+section+"/:which", func(c *fiber.Ctx, v *search.View) error { return s.showArticle(c, v, section) })
	}
}

func (s *Site) showSection(c *fiber.Ctx, v *search.View, section string) error {
	a, ok := v.Article(section, "")
	if !ok {
		return fiber.ErrNotFound
	}
	html, err := a.HTML()
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, view.Section(view.SectionPage{
		Meta:    s.meta(a.Title, a.Lead, a.Path(), "rad"),
		Section: a, HTML: html, Articles: v.Articles(section), Types: types(v, a.Types),
	}))
}

func (s *Site) showArticle(c *fiber.Ctx, v *search.View, section string) error {
	a, ok := v.Article(section, pathParam(c))
	if !ok || a.IsIndex() {
		return fiber.ErrNotFound
	}
	html, err := a.HTML()
	if err != nil {
		return err
	}
	var crumbs []view.Link
	if parent, ok := v.Article(section, ""); ok {
		crumbs = append(crumbs, view.Link{Text: parent.Title, Href: parent.Path()})
	}
	return s.page(c, http.StatusOK, view.Article(view.ArticlePage{
		Meta:    s.meta(a.Title, a.Lead, a.Path(), "rad", crumbs...),
		Article: a, HTML: html, Headings: a.Headings(), Types: types(v, a.Types),
	}))
}

// types returns the types with the codes, those that do not exist left out.
func types(v *search.View, codes []string) []directory.OfferingType {
	var list []directory.OfferingType
	for _, code := range codes {
		if t, ok := v.Type(code); ok {
			list = append(list, t)
		}
	}
	return list
}

// text renders a page of running text by the one renderer that makes HTML.
func (s *Site) text(c *fiber.Ctx, p view.TextPage, markdown string) error {
	html, err := article.Article{Section: sections()[0], Markdown: markdown}.HTML()
	if err != nil {
		return err
	}
	p.HTML = html
	return s.page(c, http.StatusOK, view.Text(p))
}

func (s *Site) showAbout(c *fiber.Ctx, _ *search.View) error {
	return s.text(c, view.TextPage{Meta: s.meta("Om oversikten", "Hva oversikten er, og hvem den er for.", "/om", "om"),
		Title: "Om oversikten", Lead: "Oversikten viser hvilken hjelp som finnes for pårørende, kommune for kommune."}, aboutText)
}

const aboutText = `## Hvem den er for

Du er pårørende når noen du bryr deg om, er syk eller trenger hjelp. Her finner du hvem du kan ringe der du bor. Du trenger ikke å logge inn.

## Slik leser du den

- Hvert tilbud viser hvor opplysningene er hentet fra, og datoen på kilden.
- Det vi ikke vet, står som «ikke oppgitt». Vi gjetter ikke.
- Når ingen har meldt inn et tilbud i kommunen din, sier vi det. Da viser vi hva loven sier, hvem du kan spørre, og hva du kan bruke i stedet.

Oversikten avgjør ikke hva du har rett til. Det gjør kommunen, sykehuset eller den som gir hjelpen.

[Hvor opplysningene kommer fra](/om/data)
`

func (s *Site) showData(c *fiber.Ctx, v *search.View) error {
	counts := map[string]int{}
	for _, o := range v.Offerings() {
		counts[o.Type]++
	}
	p := view.TextPage{Meta: s.meta("Hvor opplysningene kommer fra", "Kilder, lisenser og antall.", "/om/data", "om"),
		Title: "Hvor opplysningene kommer fra", Lead: "Hvert tilbud viser sin egen kilde. Her er kildene til resten."}
	for _, t := range v.Types() {
		p.Counts = append(p.Counts, view.FacetCount{Name: t.Plural.NB, Count: counts[t.Code]})
	}
	return s.text(c, p, dataText)
}

const dataText = `## Kommuner og steder

- Kommuneinndeling, kommuneendringer og folketall: Statistisk sentralbyrå (CC BY 4.0).
- Kommunenavn: © Kartverket (CC BY 4.0).
- Postnummer: Posten Bring.
- Stedskoordinater: GeoNames (CC BY 4.0). Wikidata (CC0).
- Nettadresser: Kommunale nettsider, Tobias McVey (CC BY 4.0), rettet her.
- Organisasjonsnummer: Enhetsregisteret, Brønnøysundregistrene (NLOD).

## Tilbudene

Tilbudene er enkeltopplysninger fra offentlige nettsider, skrevet med egne ord. Kilden og datoen står på hvert tilbud. Opplysninger vi er usikre på, viser vi ikke før noen har bekreftet dem.

## Bruk dataene

Alt som vises her, kan du hente som [åpne data](/api/v1/docs). Nevn kildene når du bruker dem.
`

func (s *Site) showPrivacy(c *fiber.Ctx, _ *search.View) error {
	return s.text(c, view.TextPage{Meta: s.meta("Personvern", "Hva vi lagrer om deg: ingenting.", "/personvern", "om"),
		Title: "Personvern", Lead: "Vi vet ikke hvem du er, og vi lagrer ikke hva du leter etter."}, privacyText)
}

const privacyText = `## Dette gjør vi ikke

- Vi bruker ingen informasjonskapsler.
- Vi henter ingenting fra andre nettsteder når du åpner en side her.
- Vi skriver ikke søkeordene dine eller IP-adressen din i loggen vår.

## Dette står i loggen

For hver side som vises, skriver vi tidspunktet, hva slags side det var, om det gikk bra, og hvor lang tid det tok. Det bruker vi til å finne feil.

Nettleseren din husker sidene du har vært på. Vil du ikke at noen skal se det, kan du bruke et privat vindu eller slette historikken.
`

func (s *Site) showRobots(c *fiber.Ctx, _ *search.View) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString("User-agent: *\nDisallow: /sok\nDisallow: /hvor\nSitemap: " + s.deps.BaseURL + "/sitemap.xml\n")
}

// showSitemap lists every page that has an address of its own.
func (s *Site) showSitemap(c *fiber.Ctx, v *search.View) error {
	paths := []string{"/", "/kommuner", "/om", "/om/data", "/personvern"}
	for _, f := range v.Fylker() {
		paths = append(paths, "/fylke/"+string(f.Number)+"-"+f.Slug())
	}
	for _, k := range v.Kommuner() {
		paths = append(paths, view.KommunePath(k))
	}
	for _, section := range sections() {
		if a, ok := v.Article(section, ""); ok {
			paths = append(paths, a.Path())
		}
	}
	for _, a := range v.Articles("") {
		paths = append(paths, a.Path())
	}
	for _, o := range v.Offerings() {
		paths = append(paths, view.OfferingPath(o))
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, p := range paths { // slugs and numbers: nothing to escape; the base is checked at start
		b.WriteString("<url><loc>" + s.deps.BaseURL + p + "</loc></url>\n")
	}
	b.WriteString("</urlset>\n")
	c.Set(fiber.HeaderContentType, "application/xml; charset=utf-8")
	return c.SendString(b.String())
}
