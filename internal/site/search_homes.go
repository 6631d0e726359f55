package site

import (
	"context"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// paramSide says for which of two kommuner a search is: "deres" for where the one who is
// ill lives. One is searched for at a time, since what is nearest to one is not to the other.
const paramSide = "hos"

// theirs reads where the one who is ill lives.
func (q *question) theirs(v *search.View, a asked) {
	text, digits := a.first(paramTheirsTyped), postalCode
	if text == "" {
		text, digits = a.first(paramTheirs), kommuneNumber
	}
	if text == "" {
		return
	}
	found := resolve(v, text, digits)
	if len(found.matches) != 1 {
		q.theirText = cut(text, maxPlaceText)
		q.notes = append(q.notes, placeNote(q.lang, text, found, func(n region.Number) string {
			return a.with(paramTheirsTyped).with(paramPage).with(paramTheirs, string(n)).href()
		}))
		return
	}
	k := found.matches[0].Kommune
	own := q.query.Kommuner
	if len(own) > 1 || len(own) == 1 && own[0] == k.Number {
		return // whose is whose is not known, or both live there
	}
	q.theirText = k.DisplayName()
	q.keep(paramTheirs, string(k.Number))
	q.sides = []side{{theirs: true, kommune: k}}
	if len(own) == 1 {
		mine, _ := v.Kommune(own[0])
		q.sides = []side{{kommune: mine}, q.sides[0]}
	}
	switch {
	case len(own) == 0:
		q.query.Kommuner = []region.Number{k.Number}
	case a.first(paramSide) == paramTheirs:
		q.query.Kommuner = []region.Number{k.Number}
		q.keep(paramSide, paramTheirs)
	}
}

// here is which of the sides the search is for.
func (q question) here() int {
	if len(q.sides) == 2 && q.asked.first(paramSide) == "" {
		return 0
	}
	return len(q.sides) - 1
}

// other returns the side that the search is not for, where there are two.
func (q question) other() []side {
	if len(q.sides) < 2 {
		return nil
	}
	return []side{q.sides[1-q.here()]}
}

// homesIn returns what a search says of whose kommune it is for, with how much there is on
// the other side.
func (s *Site) homesIn(ctx context.Context, v *search.View, q question, found search.Result) (view.SearchHomes, error) {
	h := view.SearchHomes{Theirs: q.theirText}
	if len(q.query.Kommuner) == 1 {
		h.Number = string(q.query.Kommuner[0])
	}
	if len(q.sides) < 2 {
		return h, nil
	}
	addresses := [2]string{q.asked.with(paramPage).with(paramSide).href(), q.asked.with(paramPage).with(paramSide, paramTheirs).href()}
	there := s.understand(v, askedIn(addresses[1-q.here()]))
	there.query.Size = 1
	result, err := v.Search(ctx, there.query)
	if err != nil {
		return h, err
	}
	has := [2]string{s.has(result), s.has(result)}
	has[q.here()] = s.has(found)
	for i, side := range q.sides {
		h.Sides = append(h.Sides, view.Option{
			Text: side.label(s.lang) + " (" + has[i] + ")", Href: addresses[i], Current: i == q.here(),
		})
	}
	return h, nil
}

// has says how much a side has of what was asked for. What is shown in its place is not it.
func (s *Site) has(found search.Result) string {
	switch {
	case found.NotThere:
		return s.t("ikke registrert")
	case found.General || found.Dropped:
		return s.lang.Number(0)
	}
	return s.lang.Number(found.Total)
}

// kommuneLink leads to the page of the kommune that the search is for.
func (s *Site) kommuneLink(q question, reader *search.Kommune) *view.Link {
	if len(q.sides) == 0 {
		return &view.Link{Text: s.t("Alt for deg i %s", reader.DisplayName()), Href: page.KommunePath(reader.Kommune)}
	}
	here := q.sides[q.here()]
	if !here.theirs {
		return &view.Link{Text: s.t("Alt for deg i %s", reader.DisplayName()), Href: here.kommunePath(q.other()...)}
	}
	return &view.Link{Text: s.t("Alt som finnes i %s", reader.DisplayName()), Href: here.kommunePath(q.other()...)}
}
