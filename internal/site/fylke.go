package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// showFylke answers "/fylke/18-nordland"; a number alone, a name and another slug lead there.
func (s *Site) showFylke(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	key, err := param(c, "key")
	if err != nil {
		return err
	}
	number, _, _ := strings.Cut(key, "-")
	f, ok := fylkeNamed(v, number)
	if !ok {
		f, ok = fylkeNamed(v, key)
	}
	if !ok {
		return fiber.ErrNotFound
	}
	if path := page.FylkePath(f); path != s.at(c) {
		return s.redirect(c, path, http.StatusMovedPermanently)
	}
	return s.answer(c, v, "", func(ctx context.Context) (templ.Component, error) {
		p, err := s.fylkePage(ctx, v, f)
		if err != nil {
			return nil, err
		}
		return view.Fylke(p), nil
	})
}

// fylkeNamed returns the fylke with a number or one of its official names, "fylke" behind it or not.
func fylkeNamed(v *search.View, text string) (region.Fylke, bool) {
	slug := strings.TrimSuffix(region.Slug(text), "-fylke")
	for _, f := range v.Fylker() {
		if string(f.Number) == text || slug != "" && f.Slug() == slug {
			return f, true
		}
		if slices.ContainsFunc(f.OtherNames, func(n string) bool { return slug != "" && region.Slug(n) == slug }) {
			return f, true
		}
	}
	return region.Fylke{}, false
}

func (s *Site) fylkePage(ctx context.Context, v *search.View, f region.Fylke) (view.FylkePage, error) {
	found, err := v.Search(ctx, search.Query{Fylker: []region.FylkeNumber{f.Number}, Page: 1, Size: 1})
	if err != nil {
		return view.FylkePage{}, err
	}
	kommuner := v.KommunerIn(f.Number)
	m := s.meta(s.t("Hjelp for pårørende i %s fylke", f.Name), page.FylkePath(f), page.MenuKommuner, page.Crumb{Text: s.t("Kommuner"), Path: "/kommuner"})
	m.Crumbs[len(m.Crumbs)-1].Text = f.Name
	m.Description = s.t("Kommunene i %s, og hjelp for pårørende som gjelder hele fylket.", f.Name)
	people := 0
	for _, k := range kommuner {
		people += k.Population
	}
	p := view.FylkePage{
		Meta:     m,
		Name:     f.Name,
		Names:    namesOf(f.OtherNames),
		Kommuner: kommuneLinks(kommuner),
		Types:    s.wholeFylke(v, f.Number, kommuner),
		Facts: []view.Fact{
			{Number: s.lang.Number(len(kommuner)), What: s.t(pick(len(kommuner), page.Mark("kommune"), page.Mark("kommuner")))},
			{Number: s.lang.Number(people), What: s.t("innbyggere")},
			{Number: s.lang.Number(found.Total), What: s.t("tilbud, med dem som er for hele landet")},
		},
	}
	for _, t := range found.Facets.Types {
		if t.Count > 0 {
			query := url.Values{"fylke": {string(f.Number)}, "type": {t.Code}}
			p.Counts = append(p.Counts, view.Link{Text: s.lang.Pick(t.Name), Href: "/sok?" + query.Encode(), Sub: "(" + s.lang.Number(int(t.Count)) + ")"})
		}
	}
	return p, nil
}

// wholeFylke returns what covers all of a fylke, by type. Whatever does covers each of its
// kommuner, so the answers for one of them hold it.
func (s *Site) wholeFylke(v *search.View, f region.FylkeNumber, kommuner []*search.Kommune) []view.TypeAnswer {
	if len(kommuner) == 0 {
		return nil
	}
	w := s.newWriter(v)
	var types []view.TypeAnswer
	for _, a := range v.Answers(kommuner[0].Number, search.All) {
		var hits []search.Hit
		for _, h := range a.Offerings {
			if contains(h.Offering.Coverage.Fylker, f) {
				h.Reach = directory.ByFylke
				hits = append(hits, h)
			}
		}
		if len(hits) > 0 {
			types = append(types, view.TypeAnswer{
				Code:  a.Type.Code,
				Name:  s.lang.Pick(a.Type.Plural),
				Does:  s.lang.Pick(a.Type.Does),
				Lines: w.listings(hits, kommuner[0].Number),
			})
		}
	}
	return types
}

// listKommuner answers with all kommuner by fylke, or those that match what was written.
func (s *Site) listKommuner(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	filter := cut(strings.TrimSpace(c.Query("q")), maxPlaceText)
	return s.answer(c, v, url.Values{"q": {filter}}.Encode(), func(context.Context) (templ.Component, error) {
		m := s.meta(s.t("Alle kommuner"), "/kommuner", page.MenuKommuner)
		m.Description = s.t("Alle kommuner i Norge, etter fylke, med hjelpen som finnes for pårørende i hver av dem.")
		m.NoIndex = filter != ""
		return view.Kommuner(s.kommunerPage(v, m, filter)), nil
	})
}

func (s *Site) kommunerPage(v *search.View, m page.Meta, filter string) view.KommunerPage {
	p := view.KommunerPage{Meta: m, Filter: filter}
	wanted := func(*search.Kommune) bool { return true }
	if filter != "" {
		found := resolve(v, filter, postalCode)
		prefix := region.Slug(filter)
		wanted = func(k *search.Kommune) bool { return found.has(k) || prefix != "" && nameBegins(k, prefix) }
		defer func() {
			if len(p.Fylker) == 0 {
				p.Near = each(found.near, func(n search.PlaceMatch) view.Link {
					return view.Link{Text: n.Kommune.DisplayName(), Names: namesOf(n.Kommune.OtherNames), Href: page.KommunePath(n.Kommune.Kommune), Sub: s.why(n)}
				})
			}
		}()
	}
	count := 0
	for _, f := range v.Fylker() {
		var kommuner []*search.Kommune
		for _, k := range v.KommunerIn(f.Number) {
			if wanted(k) {
				kommuner = append(kommuner, k)
			}
		}
		if len(kommuner) == 0 {
			continue
		}
		count += len(kommuner)
		id := "fylke-" + f.Slug()
		p.Jumps = append(p.Jumps, view.Link{Text: f.Name, Names: namesOf(f.OtherNames), Href: "#" + id})
		p.Fylker = append(p.Fylker, view.FylkeKommuner{
			ID:       id,
			Fylke:    view.Link{Text: f.Name, Names: namesOf(f.OtherNames), Href: page.FylkePath(f)},
			Kommuner: kommuneLinks(kommuner),
		})
	}
	switch {
	case filter == "":
		p.Summary = s.t("%s i %s.", s.lang.Count(count, "1 kommune", "%s kommuner"), s.lang.Count(len(p.Fylker), "1 fylke", "%s fylker"))
	case count == 0:
		p.Summary = s.t("Ingen kommune passer med «%s».", filter)
	default:
		p.Summary = s.t("%s passer med «%s».", s.lang.Count(count, "1 kommune", "%s kommuner"), filter)
	}
	return p
}

// nameBegins reports whether one of a kommune's official names begins with the slug.
func nameBegins(k *search.Kommune, prefix string) bool {
	for _, name := range append([]string{k.Name}, k.OtherNames...) {
		if strings.HasPrefix(region.Slug(name), prefix) {
			return true
		}
	}
	return false
}

func pick(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
