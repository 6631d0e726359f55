package site

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/conform"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const standardsPath = "/om/standarder"

// showStandards answers "/om/standarder": what came of the last time that this node held all
// that it publishes against the standards.
func (s *Site) showStandards(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	var r *conform.Report
	if s.deps.Checked != nil {
		r = s.deps.Checked()
	}
	key := "" // a walk changes the page, and not the View
	if r != nil {
		key = r.At.Format(time.RFC3339Nano)
	}
	return s.answer(c, v, key, func(context.Context) (templ.Component, error) { return view.Standards(s.standardsPage(r)), nil })
}

func (s *Site) standardsPage(r *conform.Report) view.StandardsPage {
	m := s.meta(s.t("Kontroll mot standardene"), standardsPath, page.MenuAbout, s.aboutCrumb())
	m.Description = s.t("Alt som publiseres i andres standarder, blir kontrollert hver dag.")
	p := view.StandardsPage{Meta: m}
	if r == nil {
		return p
	}
	p.Meta.Style = "more.css" // for the table
	at := r.At.In(page.Oslo)
	p.At = s.t("Sist kontrollert %s kl. %s.", s.lang.Date(at), at.Format("15.04"))
	p.Sum = s.t("%s svar er kontrollert. Ingen feil.", s.lang.Number(r.Checked()))
	if n := r.Invalid(); n > 0 {
		p.Sum = s.t("%s svar er kontrollert. %s har feil.", s.lang.Number(r.Checked()), s.lang.Number(n))
	}
	for _, one := range r.Results {
		row := view.StandardRow{Name: one.Standard, Root: one.Root, Checked: s.lang.Number(one.Checked), Invalid: s.lang.Number(one.Invalid)}
		for _, problem := range one.Problems {
			row.Problems = append(row.Problems, problem.String())
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}
