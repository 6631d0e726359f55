package site

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/checklist"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const checklistsPath = "/sjekklister"

// mountChecklists registers the checklists. They are built in, so that of the index they need
// only what they lead to.
func (s *Site) mountChecklists(app fiber.Router) {
	app.Get(checklistsPath, s.listChecklists)
	app.Get(checklistsPath+"/:slug", s.showChecklist)
}

// helps is what the page of all lists says of each kind.
var helps = map[checklist.Kind]string{
	checklist.Meeting: page.Mark("Når du skal snakke med helsetjenesten"),
	checklist.Child:   page.Mark("Når det er barn i familien"),
	checklist.Relief:  page.Mark("Når du trenger en pause"),
}

func (s *Site) listChecklists(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	return s.answer(c, v, "", func(context.Context) (templ.Component, error) { return view.Checklists(s.checklistsPage()), nil })
}

func (s *Site) checklistsPage() view.ChecklistsPage {
	m := s.meta(s.t("Sjekklister"), checklistsPath, page.MenuAdvice)
	m.Description = s.t("Lister til å krysse av på og skrive i, for pårørende og helsepersonell. Fyll ut på skjermen eller på papir.")
	p := view.ChecklistsPage{Meta: m}
	for _, kind := range checklist.Kinds() {
		group := view.ChecklistsGroup{Title: s.t(helps[kind])}
		for _, l := range checklist.All(string(s.lang)) {
			if l.Kind == kind {
				group.Lists = append(group.Lists, view.Card{Icon: "check", Title: l.Title, Text: l.Purpose + " " + l.For, Path: l.Path(), Lang: s.foreign(l.Language)})
			}
		}
		p.Groups = append(p.Groups, group)
	}
	return p
}

func (s *Site) showChecklist(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	slug, err := param(c, "slug")
	if err != nil {
		return err
	}
	l, ok := checklist.BySlug(slug, string(s.lang))
	if !ok {
		return fiber.ErrNotFound
	}
	return s.answer(c, v, "", func(context.Context) (templ.Component, error) { return view.Checklist(s.checklistPage(v, l)), nil })
}

func (s *Site) checklistPage(v *search.View, l checklist.List) view.ChecklistPage {
	m := s.meta(l.Title, l.Path(), page.MenuAdvice, page.Crumb{Text: s.t("Sjekklister"), Path: checklistsPath})
	m.Description = l.Purpose
	m.Written = checklistLanguages(l)
	m.NoIndex = s.foreign(l.Language) != "" // the same text is at its own address
	m.Style = "checklist.css"
	p := view.ChecklistPage{
		Meta:      m,
		Slug:      l.Slug,
		Lang:      s.foreign(l.Language),
		Purpose:   l.Purpose,
		For:       l.For,
		Dates:     s.t("Publisert %s", s.lang.Day(l.Published)) + " · " + s.t("Oppdatert %s", s.lang.Day(l.Updated)),
		Family:    checklistGroups(l, l.Family),
		Personnel: checklistGroups(l, l.Personnel),
		Laws:      each(l.Laws, lawLink),
		Sources: each(l.Sources, func(src checklist.Source) view.Link {
			return s.sourceLink(article.Source{Title: src.Title, URL: src.URL, Date: src.Date})
		}),
	}
	for _, section := range article.Sections() {
		for _, a := range v.Articles(string(s.lang), section) {
			if slices.Contains(l.Articles, a.Path()) {
				p.Articles = append(p.Articles, view.Link{Text: a.Title, Href: a.Path(), Lang: s.foreign(a.Language)})
			}
		}
	}
	for _, code := range l.Types {
		if t, ok := v.Type(code); ok {
			p.Types = append(p.Types, view.Card{Icon: web.TypeIcon(code), Title: s.lang.Pick(t.Plural), Text: s.lang.Pick(t.Does), Path: "/sok?type=" + code})
		}
	}
	return p
}

// checklistGroups gives each item the laws that it follows from.
func checklistGroups(l checklist.List, groups []checklist.Group) []view.ChecklistGroup {
	return each(groups, func(g checklist.Group) view.ChecklistGroup {
		return view.ChecklistGroup{Title: g.Title, Items: each(g.Items, func(i checklist.Item) view.ChecklistItem {
			item := view.ChecklistItem{ID: i.ID, Text: i.Text(), Lines: i.Lines, Help: i.Help}
			for _, law := range l.Laws {
				if slices.Contains(i.Laws, law.URL) {
					item.Laws = append(item.Laws, lawLink(law))
				}
			}
			return item
		})}
	})
}

// lawLink sets the explanation that an English list has of a law's Norwegian name beside it.
func lawLink(law checklist.Link) view.Link {
	name, explained, _ := strings.Cut(law.Text, " (")
	l := view.Link{Text: name, Href: law.URL}
	if explained != "" {
		l.Sub = "(" + explained
	}
	return l
}

// checklistLanguages returns the languages that a list is in.
func checklistLanguages(l checklist.List) []page.Language {
	return each(checklist.Languages(l.Slug), func(language string) page.Language { return page.Language(language) })
}
