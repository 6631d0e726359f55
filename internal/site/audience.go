package site

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// mountAudiences registers the pages for those who come for something else than help, and
// the accessibility statement.
func (s *Site) mountAudiences(app fiber.Router) {
	app.Get("/for-kommuner", s.showForKommuner)
	app.Get("/for-helsepersonell", s.showForHealthPersonnel)
	app.Get("/for-utviklere", s.showForDevelopers)
	app.Get(changelogPath, s.showChangelog)
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
