package site

import (
	"context"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

func (s *Site) aboutCrumb() page.Crumb { return page.Crumb{Text: s.t("Om oversikten"), Path: "/om"} }

func (s *Site) showAbout(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	return s.answer(c, v, "", func(ctx context.Context) (templ.Component, error) {
		facts, err := s.directoryFacts(ctx, v)
		if err != nil {
			return nil, err
		}
		m := s.meta(s.t("Om oversikten"), "/om", page.MenuAbout)
		m.Description = s.t("Hva oversikten er, hvordan den virker, og hvor sikre opplysningene er.")
		return view.About(view.AboutPage{Meta: m, Facts: facts}), nil
	})
}

func (s *Site) showData(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	return s.answer(c, v, "", func(ctx context.Context) (templ.Component, error) {
		p, err := s.dataPage(ctx, v)
		if err != nil {
			return nil, err
		}
		return view.Data(p), nil
	})
}

func (s *Site) dataPage(ctx context.Context, v *search.View) (view.DataPage, error) {
	facts, err := s.directoryFacts(ctx, v)
	if err != nil {
		return view.DataPage{}, err
	}
	m := s.meta(s.t("Kilder og tall"), "/om/data", page.MenuAbout, s.aboutCrumb())
	m.Description = s.t("Hvor opplysningene i oversikten kommer fra, med lisenser, og hvor mange tilbud det er av hver type.")
	m.Style = "more.css"
	p := view.DataPage{Meta: m, Facts: facts, Borders: len(v.Outlines().List()) > 0}
	if changed := v.Changed(); !changed.IsZero() {
		p.Updated = s.lang.Date(changed)
	}
	all, err := v.Search(ctx, search.Query{Page: 1, Size: 1})
	if err != nil {
		return view.DataPage{}, err
	}
	for _, t := range all.Facets.Types {
		if t.Count == 0 {
			continue // the fact above counts those that are there
		}
		p.Types = append(p.Types, view.TypeCount{Name: s.lang.Pick(t.Name), Href: "/sok?type=" + t.Code, Count: s.lang.Number(int(t.Count))})
	}
	return p, nil
}

func (s *Site) showPrivacy(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	m := s.meta(s.t("Personvern"), "/personvern", page.MenuAbout, s.aboutCrumb())
	m.Description = s.t("Ingen informasjonskapsler, ingen sporing, og ingen som ser hva du leter etter.")
	return s.answer(c, v, "", done(view.Privacy(view.PrivacyPage{Meta: m})))
}
