package site

import (
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// showLeave says what the quick exit does and what it cannot do.
func (s *Site) showLeave(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	m := s.meta(s.t("Forlat siden raskt"), "/forlat-siden", page.MenuAbout, page.Crumb{Text: s.t("Personvern"), Path: "/personvern"})
	m.Description = s.t("Hva knappen «Forlat siden» gjør, hva den ikke kan gjøre, og hvordan du setter færre spor.")
	return s.answer(c, v, "", done(view.Leave(view.LeavePage{Meta: m})))
}
