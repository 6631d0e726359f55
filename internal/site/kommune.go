package site

import (
	"context"
	"net/http"
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

// showKommune answers "/kommune/0301-oslo". A number alone, a former number, a name and
// another slug lead there; what can be several kommuner asks which.
func (s *Site) showKommune(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	key, err := param(c, "key")
	if err != nil {
		return err
	}
	number, _, _ := strings.Cut(key, "-")
	if k, ok := v.Kommune(region.Number(number)); ok {
		return s.showOneKommune(c, v, k)
	}
	h := readHomes(c, v)
	found := kommunerOf(v, key)
	switch len(found.matches) {
	case 0:
		return fiber.ErrNotFound
	case 1:
		return s.redirect(c, page.KommunePath(found.matches[0].Kommune.Kommune)+h.suffix(), http.StatusMovedPermanently)
	}
	p := s.wherePage(found.name(key), found, nil)
	for i := range p.Places {
		p.Places[i].Path += h.suffix()
	}
	p.Value = ""
	p.Meta = s.meta(p.Heading, s.at(c), page.MenuKommuner)
	p.Meta.BaseURL, p.Meta.NoIndex = "", true
	return s.answer(c, v, h.key(), done(view.Where(p)))
}

// showOneKommune answers with the page of k, and what there is where the other one lives.
func (s *Site) showOneKommune(c *fiber.Ctx, v *search.View, k *search.Kommune) error {
	h := readHomes(c, v)
	if path := page.KommunePath(k.Kommune); path != s.at(c) {
		return s.redirect(c, path+h.suffix(), http.StatusMovedPermanently)
	}
	if h.typed() {
		return s.redirect(c, h.pageFrom(k), http.StatusFound)
	}
	h = h.beside(k)
	return s.answer(c, v, h.key(), func(context.Context) (templ.Component, error) {
		p := s.kommunePage(v, k, h)
		p.Meta.Query = h.suffix()
		return view.Kommune(p), nil
	})
}

// name is what the place is called, where the reader wrote a number.
func (w whereabouts) name(text string) string {
	if _, err := region.ParseNumber(text); err == nil && len(w.matches) > 0 && w.matches[0].As != "" {
		return text + " " + w.matches[0].As
	}
	return text
}

// neighbors is how many kommuner nearby are named.
const neighbors = 6

func (s *Site) kommunePage(v *search.View, k *search.Kommune, h homes) view.KommunePage {
	w := s.newWriter(v)
	here, others := pageSides(v, k, h)
	fylke := w.fylker[k.Number.Fylke()]
	fylkeLink := view.Link{Text: fylke.Name, Href: page.FylkePath(fylke)}
	m := s.meta(s.t("Hjelp for pårørende i %s", k.DisplayName()), page.KommunePath(k.Kommune), page.MenuKommuner,
		page.Crumb{Text: s.t("Kommuner"), Path: "/kommuner"}, page.Crumb{Text: fylkeLink.Text, Path: fylkeLink.Href})
	m.Crumbs[len(m.Crumbs)-1].Text = k.DisplayName()
	m.Description = s.t("Hvem du kan ringe når du er pårørende i %s: kommunens tilbud, fylkets og de som gjelder hele landet.", k.DisplayName())
	p := view.KommunePage{
		Meta:      m,
		Name:      k.Name,
		Names:     namesOf(k.OtherNames),
		Ask:       view.AskKommuneOf(s.lang, k),
		Now:       w.listings(talkTo(here.answers), k.Number),
		Courses:   w.kommuneCourses(k),
		Groups:    w.typeGroups(here, others),
		Formers:   s.formersOf(k),
		Neighbors: s.nearest(v, k, neighbors),
		Homes:     s.homesOn(h, here, others),
		Report:    "/meld-feil?kommune=" + string(k.Number),
	}
	p.Groups = withoutEmpty(p.Groups)
	saidOnce(p)
	return p
}

// catchAll is the type of what fits under no other. With nothing in it there is nothing to ask for.
const catchAll = "annet"

// withoutEmpty returns the groups without a catch-all that is empty.
func withoutEmpty(groups []view.TypeGroup) []view.TypeGroup {
	for i := range groups {
		groups[i].Types = slices.DeleteFunc(groups[i].Types, func(t view.TypeAnswer) bool {
			return t.Code == catchAll && t.Missing != nil && (t.Other == nil || t.Other.Line == nil)
		})
	}
	return slices.DeleteFunc(groups, func(g view.TypeGroup) bool { return len(g.Types) == 0 })
}

// saidOnce leaves the name and the number of what stands in for a missing type where the page has
// told all about it above: the same helpline may stand in for seven.
func saidOnce(p view.KommunePage) {
	said := map[string]bool{}
	say := func(lines []view.Listing) {
		for _, l := range lines {
			said[l.Path] = true
		}
	}
	say(p.Now)
	for _, g := range p.Groups {
		for _, t := range g.Types {
			say(t.Lines)
			if t.Missing == nil {
				continue
			}
			var first []view.Listing
			for _, l := range t.Missing.Elsewhere {
				if said[l.Path] {
					t.Missing.Again = append(t.Missing.Again, l)
				} else {
					first = append(first, l)
				}
			}
			t.Missing.Elsewhere = first
			say(first)
		}
	}
}

// talkTo returns whom to talk to first in a kommune: what is its own or shared and has a
// telephone, one of each type in display order, then the national lines. What is known to
// answer at any hour comes before them all.
func talkTo(answers []search.Answer) []search.Hit {
	const mostOwn = 2
	var own, lines []search.Hit
	for _, a := range answers {
		if a.Type.Code == helpline {
			lines = nationalLines(a.Offerings, maxLines)
		}
		if len(own) == mostOwn {
			continue
		}
		i := slices.IndexFunc(a.Offerings, func(h search.Hit) bool {
			return h.Offering != nil && (h.Reach == directory.ByOwn || h.Reach == directory.ByShared) &&
				len(h.Offering.Phones) > 0 && h.Offering.Status != directory.Closed
		})
		if i >= 0 {
			own = append(own, a.Offerings[i])
		}
	}
	all := append(own, lines...)
	alwaysFirst(all)
	return all
}

// typeGroups returns every type under its group, those with something in them first.
func (w writer) typeGroups(here side, others []side) []view.TypeGroup {
	var groups []view.TypeGroup
	for _, g := range w.v.TypeGroups() {
		group := view.TypeGroup{ID: "gruppe-" + g.Code, Name: w.lang.Pick(g.Name)}
		for _, a := range here.answers {
			if a.Type.Group != g.Code {
				continue
			}
			t := w.typeAnswer(here.kommune, a)
			for _, other := range others {
				w.besides(&t, a, here, other)
			}
			group.Types = append(group.Types, t)
		}
		slices.SortStableFunc(group.Types, func(a, b view.TypeAnswer) int {
			switch {
			case a.Missing == nil && b.Missing != nil:
				return -1
			case a.Missing != nil && b.Missing == nil:
				return 1
			}
			return 0
		})
		if len(group.Types) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// maxOfType is how many offerings of one type are shown before the rest is a search.
const maxOfType = 4

// maxRead is how many offerings of one type are read: those that are shown, and some among
// which there is one with a telephone.
const maxRead = 3 * maxOfType

// answersFor returns what the pages about the kommune show.
func answersFor(v *search.View, k *search.Kommune) []search.Answer {
	return v.Answers(k.Number, maxRead, helpline)
}

func (w writer) typeAnswer(k *search.Kommune, a search.Answer) view.TypeAnswer {
	t := view.TypeAnswer{Code: a.Type.Code, Name: w.lang.Pick(a.Type.Plural), Does: w.lang.Pick(a.Type.Does)}
	if len(a.Offerings) == 0 {
		t.Missing = w.missing(k, a)
		return t
	}
	hits := a.Offerings
	if a.Type.Code == helpline {
		hits = append(nationalLines(hits, maxOfType-1), hits...)
		hits = firstOfEach(hits)
	}
	if len(hits) > maxOfType {
		t.More = &view.Link{
			Text: w.lang.T("Se alle %d: %s", len(hits), lowerInitial(t.Name)),
			Href: "/sok?kommune=" + string(k.Number) + "&type=" + a.Type.Code,
		}
		hits = hits[:maxOfType]
	}
	t.Lines = w.listings(hits, k.Number)
	if a.Type.EveryKommune && !slices.ContainsFunc(a.Offerings, ownOrShared) {
		t.Own = w.ask(k, a.Type)
		t.Own.Own = true
	}
	return t
}

// ownOrShared reports whether what covers a kommune is of its own or of few together: the PPT that a
// fylkeskommune has for its schools is not the one that a kommune must have.
func ownOrShared(h search.Hit) bool {
	return h.Reach == directory.ByOwn || h.Reach == directory.ByShared
}

// firstOfEach returns the hits without those that stood before.
func firstOfEach(hits []search.Hit) []search.Hit {
	var out []search.Hit
	seen := map[int64]bool{}
	for _, h := range hits {
		if !seen[h.ID] {
			seen[h.ID] = true
			out = append(out, h)
		}
	}
	return out
}

// nearKM is how far away what is for another kommune is still worth showing, where
// something that covers the reader's own is there to show.
const nearKM = 150

// missing says what to do where nothing of a type is registered.
func (w writer) missing(k *search.Kommune, a search.Answer) *view.Missing {
	m := w.ask(k, a.Type)
	// One of the same type, where the reader can use it, and one in its place: more is to be found
	// below, and by search.
	instead, covered := firstReachable(a.Alternatives)
	near, found := firstReachable(slices.DeleteFunc(slices.Clone(a.Nearest), func(h search.Hit) bool { return covered && forResidents(a.Type, h.Offering) }))
	if found && (!covered || near.DistanceKM != nil && *near.DistanceKM <= nearKM) {
		m.Elsewhere = append(m.Elsewhere, w.elsewhere(near, k.Number))
	}
	if covered {
		m.Elsewhere = append(m.Elsewhere, w.listing(instead, k.Number))
	}
	return m
}

// ask says what the law wants of the kommune, and what to ask it for.
func (w writer) ask(k *search.Kommune, t directory.OfferingType) *view.Missing {
	m := &view.Missing{Responsible: w.lang.T(t.Responsible), AskFor: w.askFor(t), Ask: view.AskKommuneOf(w.lang, k)}
	if t.EveryKommune && len(t.Laws) > 0 {
		l := w.law(t.Laws[0])
		m.Law = &l
	}
	return m
}

// forResidents reports whether an offering is for those who live where it is given: somebody from
// another kommune is turned away.
func forResidents(t directory.OfferingType, o *directory.Offering) bool {
	if o.Coverage.National || len(o.Coverage.Fylker) > 0 {
		return false
	}
	return t.EveryKommune || o.Organization.Kind == directory.KindKommune || len(o.Coverage.Kommuner) == 1
}

// firstReachable returns the first hit with a telephone number, else the first that can be
// reached in another way.
func firstReachable(hits []search.Hit) (search.Hit, bool) {
	if i := slices.IndexFunc(hits, func(h search.Hit) bool { return len(h.Offering.Phones) > 0 }); i >= 0 {
		return hits[i], true
	}
	if i := slices.IndexFunc(hits, func(h search.Hit) bool {
		return len(h.Offering.Websites) > 0 || len(h.Offering.Emails) > 0
	}); i >= 0 {
		return hits[i], true
	}
	return search.Hit{}, false
}

// formersOf names the former kommuner that became k, each once.
func (s *Site) formersOf(k *search.Kommune) []string {
	var out []string
	for _, f := range k.Formers {
		if f.Name == k.Name && f.Kind != region.Split {
			continue
		}
		text := s.t("%s (til %d)", f.Name, f.LastYear)
		if f.Kind == region.Split {
			text = s.t("en del av %s", text)
		}
		if !contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}
