package site

import (
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// pageSides returns the side that the page of k is about, and the other one where it is known.
// It is where the reader lives unless the address says that they live somewhere else.
func pageSides(v *search.View, k *search.Kommune, h homes) (here side, others []side) {
	others = h.sides(v)
	return side{len(others) == 1 && !others[0].theirs, k, answersFor(v, k)}, others
}

// homesOn returns what a kommune's page says of whose it is, and asks.
func (s *Site) homesOn(h homes, here side, others []side) view.KommuneHomes {
	k := here.kommune
	p := view.KommuneHomes{
		Action: page.KommunePath(k.Kommune) + "#hvor", Own: k.DisplayName(), Theirs: h.theirs.text,
		Remember: view.Remember{Number: string(k.Number), Name: k.DisplayName()},
	}
	if !h.own.known() {
		p.Own = h.own.text
	}
	for _, place := range h.both() {
		if !place.known() {
			p.Notes = append(p.Notes, s.noteOfHome(h, place, k))
		}
	}
	if len(others) == 0 {
		return p
	}
	sides := []side{here, others[0]}
	if here.theirs {
		slices.Reverse(sides)
		p.Text = s.t("Denne siden er om %s, der den syke bor. Her står også hva %s har, når det er noe annet.", k.DisplayName(), others[0].kommune.DisplayName())
	} else {
		p.Text = s.t("Denne siden er om %s, der du bor. Her står også hva %s har, når det er noe annet.", k.DisplayName(), others[0].kommune.DisplayName())
	}
	own, theirs := sides[0].kommune, sides[1].kommune
	p.Own, p.Theirs = own.DisplayName(), theirs.DisplayName()
	p.Remember = view.Remember{Number: string(own.Number), Name: p.Own, TheirNumber: string(theirs.Number), TheirName: p.Theirs}
	for i, side := range sides {
		p.Sides = append(p.Sides, view.Option{Text: side.label(s.lang), Href: side.kommunePath(sides[1-i]), Current: side.kommune == k})
	}
	return p
}

// noteOfHome says what was not understood of where somebody lives, on the page of k.
func (s *Site) noteOfHome(h homes, place placeAsked, k *search.Kommune) view.Note {
	if f := place.found; len(f.matches)+len(f.near) == 0 && f.outside == "" {
		return view.Note{
			Text:  s.t("Vi fant ikke stedet «%s». Siden viser derfor bare %s.", place.text, k.DisplayName()),
			Links: []view.Link{{Text: s.t("Se alle kommuner"), Href: "/kommuner"}},
		}
	}
	return placeNote(s.lang, place.text, place.found, func(n region.Number) string {
		q := h.query()
		q.Set(place.param, string(n))
		return page.KommunePath(k.Kommune) + "?" + q.Encode() + "#hvor"
	})
}

// besides adds to what a kommune has of a type what the other one has, where that is not the
// same. It is one line: the rest stands on the other's own page.
func (w writer) besides(t *view.TypeAnswer, a search.Answer, here, other side) {
	there := other.answer(a.Type.Code).Offerings
	only := without(there, a.Offerings)
	if len(there) == 0 && a.Type.Code == catchAll { // nor does its own page have it
		return
	}
	if len(there) == len(a.Offerings) && len(only) == 0 && len(there) > 0 {
		return
	}
	o := view.OtherSide{Label: other.label(w.lang), Href: other.kommunePath(here) + "#" + a.Type.Code}
	t.Other = &o
	name := other.kommune.DisplayName()
	if len(there) == 0 {
		o.More = w.lang.T("Hva du kan spørre %s kommune om", name)
		return
	}
	first := append(only, there...)[0]
	if first.Offering == nil {
		var ok bool
		if first.Offering, ok = w.v.Offering(first.ID); !ok {
			t.Other = nil
			return
		}
	}
	l := w.listing(first, other.kommune.Number)
	o.Line = &l
	if len(there) > 1 {
		o.More = w.lang.T("Se alle %d i %s", len(there), name)
	}
	if t.Missing != nil { // it may be the nearest one too
		t.Missing.Elsewhere = slices.DeleteFunc(t.Missing.Elsewhere, func(e view.Listing) bool { return e.Path == l.Path })
	}
}

// without returns the hits that are not among the others.
func without(hits, others []search.Hit) []search.Hit {
	return slices.DeleteFunc(slices.Clone(hits), func(h search.Hit) bool {
		return slices.ContainsFunc(others, func(o search.Hit) bool { return o.ID == h.ID })
	})
}
