package site

import (
	"context"
	"net/url"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

func (s *Site) showFront(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	return s.answer(c, v, "", func(ctx context.Context) (templ.Component, error) {
		facts, err := s.directoryFacts(ctx, v)
		if err != nil {
			return nil, err
		}
		m := s.meta(s.t("Hjelp for deg som er pårørende"), "/", page.NoMenu)
		m.Crumbs = nil
		m.Description = s.t("Finn hjelp for deg som er pårørende, i alle landets kommuner: hvem du kan ringe, og hva du kan spørre om.")
		return view.Front(view.FrontPage{Meta: m, Needs: s.needs(v), Young: s.young(v), Sections: s.sections(v), Facts: facts}), nil
	})
}

// need is one of the things that people come for, as types to look among.
type need struct {
	title, icon string
	groups      []string // codes of type groups: all types in them
	types       []string
}

var usualNeeds = []need{
	{page.Mark("Jeg trenger å snakke med noen"), helpline, []string{"snakk"}, nil},
	{page.Mark("Barn i familien trenger støtte"), "barn_som_parorende", []string{"familie"}, nil},
	{page.Mark("Jeg trenger avlastning"), "parorendestotte", nil, []string{"parorendestotte", "koordinerende_enhet", "parorendekoordinator"}},
	{page.Mark("Kurs og opplæring"), "lms", []string{"kurs"}, nil},
	{page.Mark("Klage eller rettigheter"), "brukerombud", []string{"rettigheter"}, nil},
	{page.Mark("Snakke med andre i samme situasjon"), "parorendegruppe", []string{"fellesskap"}, []string{"parorendegruppe"}},
}

// needs returns the usual needs as searches among the types that there are.
func (s *Site) needs(v *search.View) []view.Card {
	var cards []view.Card
	for _, n := range usualNeeds {
		query := url.Values{}
		var names []string
		for _, t := range v.Types() {
			if n.means(t) {
				query.Add("type", t.Code)
				names = append(names, s.lang.Pick(t.Plural))
			}
		}
		if len(names) == 0 {
			continue
		}
		const most = 3
		cards = append(cards, view.Card{
			Icon:  web.TypeIcon(n.icon),
			Title: s.t(n.title),
			Text:  s.lang.And(lowerRest(names[:min(most, len(names))])),
			Path:  "/sok?" + query.Encode(),
		})
	}
	return cards
}

func (n need) means(t directory.OfferingType) bool {
	return contains(n.groups, t.Group) || contains(n.types, t.Code)
}

// young returns the articles that are written to children and to youth, which stand among
// those for parents.
func (s *Site) young(v *search.View) []view.Link {
	var links []view.Link
	for _, to := range []struct{ slug, text string }{
		{"til-deg-som-er-barn", page.Mark("Siden til barn")},
		{"til-deg-som-er-ungdom", page.Mark("Siden til ungdom")},
	} {
		if a, ok := v.Article(string(s.lang), "ta-vare-pa-barna", to.slug); ok {
			links = append(links, view.Link{Text: s.t(to.text), Href: a.Path()})
		}
	}
	return links
}

// sections returns the guidance sections that have a text, in display order.
func (s *Site) sections(v *search.View) []view.Card {
	var cards []view.Card
	for _, section := range article.Sections() {
		if a, ok := v.Article(string(s.lang), section, ""); ok {
			cards = append(cards, view.Card{Icon: "del-" + section, Title: a.Title, Text: a.Lead, Path: a.Path(), Lang: s.foreign(a.Language)})
		}
	}
	return cards
}

// directoryFacts returns how much there is in the directory.
func (s *Site) directoryFacts(ctx context.Context, v *search.View) ([]view.Fact, error) {
	all, err := v.Search(ctx, search.Query{Page: 1, Size: 1})
	if err != nil {
		return nil, err
	}
	types := 0
	for _, t := range all.Facets.Types {
		if t.Count > 0 {
			types++
		}
	}
	facts := []view.Fact{
		{Number: s.lang.Number(len(v.Kommuner())), What: s.t("kommuner")},
		{Number: s.lang.Number(all.Total), What: s.t("tilbud")},
		{Number: s.lang.Number(types), What: s.t("typer hjelp")},
	}
	return facts, nil
}
