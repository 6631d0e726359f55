package site

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// mountAudiences registers the pages for those who come for something else than help, and
// the accessibility statement.
func (s *Site) mountAudiences(app fiber.Router) {
	app.Get("/for-kommuner", s.showForKommuner)
	app.Get("/for-helsepersonell", s.showForHealthPersonnel)
	app.Get("/for-utviklere", s.showForDevelopers)
	app.Get("/tilgjengelighet", s.showAccessibility)
}

// stated is the day on which what the accessibility statement says was last tried.
var stated = time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC)

func (s *Site) showAccessibility(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	m := s.meta(s.t("Tilgjengelighetserklæring"), "/tilgjengelighet", page.MenuAbout, s.aboutCrumb())
	m.Description = s.t("Hva som er prøvd for at alle skal kunne bruke oversikten, hva som ikke er det, og hvordan du sier fra.")
	return s.answer(c, v, "", done(view.Accessibility(view.AccessibilityPage{Meta: m, Date: s.lang.Day(stated), Address: s.deps.BaseURL})))
}

func (s *Site) showForHealthPersonnel(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	return s.answer(c, v, "", func(context.Context) (templ.Component, error) {
		m := s.meta(s.t("For helsepersonell"), "/for-helsepersonell", page.MenuAbout, s.aboutCrumb())
		m.Description = s.t("Finn hjelp som du kan gi familien med seg hjem, og se hva loven sier om pårørende.")
		return view.ForHealthPersonnel(view.HealthPage{Meta: m, Articles: s.forHealthPersonnel(v)}), nil
	})
}

// meetings is the section of what health personnel and families have with each other.
const meetings = "mote-med-helsetjenesten"

// healthArticles are those of the section that also serve health personnel, the most useful
// first.
var healthArticles = []string{
	"helsetjenestens-involvering-av-parorende", "nar-barn-er-parorende", "barneansvarlig-og-barnekoordinator",
	"parorendeansvarlig-og-parorendekoordinator", "opplaering-og-kurs", "nasjonal-veileder-for-involvering-av-parorende",
}

func (s *Site) forHealthPersonnel(v *search.View) []view.Link {
	var out []view.Link
	for _, slug := range healthArticles {
		if a, ok := v.Article(string(s.lang), meetings, slug); ok {
			out = append(out, view.Link{Text: a.Title, Href: a.Path(), Lang: s.foreign(a.Language)})
		}
	}
	return out
}

func (s *Site) showForDevelopers(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	m := s.meta(s.t("For utviklere"), "/for-utviklere", page.MenuAbout, s.aboutCrumb())
	m.Description = s.t("Alt i oversikten som åpne data: API uten nøkkel, med kilder og lisenser.")
	api := s.deps.BaseURL + "/api/v1"
	return s.answer(c, v, "", done(view.ForDevelopers(view.DevelopersPage{
		Meta:    m,
		API:     api,
		Example: "curl '" + api + "/tilbud?q=avlastning&kommune=1804'",
	})))
}
