package site

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// Parameters of an article's address, beside those that a search has for where the reader
// lives. What is typed into a field becomes the number of a kommune, so that an address can be
// kept and shared.
const (
	paramTheirs      = "deres" // where the one who is ill lives
	paramTheirsTyped = "deres_sted"
)

// placeAsked is what an address says about where somebody lives.
type placeAsked struct {
	param string // paramKommune or paramTheirs
	text  string
	typed bool
	found whereabouts
}

// kommune returns the one kommune that is meant, or nil.
func (p placeAsked) kommune() *search.Kommune {
	if len(p.found.matches) == 1 {
		return p.found.matches[0].Kommune
	}
	return nil
}

// known reports whether nothing is left to ask.
func (p placeAsked) known() bool { return p.text == "" || p.kommune() != nil }

// number returns the kommune's number, or what was written where that means none.
func (p placeAsked) number() string {
	if k := p.kommune(); k != nil {
		return string(k.Number)
	}
	return p.text
}

func readPlace(c *fiber.Ctx, v *search.View, number, typed string) placeAsked {
	value := func(name string) string { return cut(strings.TrimSpace(c.Query(name)), maxPlaceText) }
	if text := value(typed); text != "" {
		return placeAsked{number, text, true, resolve(v, text, postalCode)}
	}
	text := value(number)
	return placeAsked{number, text, false, resolve(v, text, kommuneNumber)}
}

// articlePlaces is where the reader of an article lives, and where the one who is ill does.
type articlePlaces struct{ own, theirs placeAsked }

func readPlaces(c *fiber.Ctx, v *search.View) articlePlaces {
	p := articlePlaces{readPlace(c, v, paramKommune, paramPlace), readPlace(c, v, paramTheirs, paramTheirsTyped)}
	if k := p.theirs.kommune(); k != nil && k == p.own.kommune() {
		p.theirs = placeAsked{param: paramTheirs, typed: p.theirs.typed} // both live there: it is the reader's
	}
	return p
}

func (p articlePlaces) both() []placeAsked { return []placeAsked{p.own, p.theirs} }

// typed reports whether the address is that of a form which has an address of its own.
func (p articlePlaces) typed() bool {
	return (p.own.typed || p.theirs.typed) && p.own.known() && p.theirs.known()
}

// query returns the places as they stand in an address.
func (p articlePlaces) query() url.Values {
	q := url.Values{}
	for _, place := range p.both() {
		if place.text != "" {
			q.Set(place.param, place.number())
		}
	}
	return q
}

// key is query, and how the texts were read.
func (p articlePlaces) key() string {
	q := p.query()
	for _, place := range p.both() {
		if place.typed && !place.known() {
			q.Set(place.param+"_skrevet", "1")
		}
	}
	return q.Encode()
}

// sides returns the kommuner that are known, the reader's first.
func (p articlePlaces) sides(v *search.View) []side {
	var sides []side
	for _, place := range p.both() {
		if k := place.kommune(); k != nil {
			sides = append(sides, side{place.param == paramTheirs, k, v.Answers(k.Number)})
		}
	}
	return sides
}

// side is one of the kommuner that an article is read for.
type side struct {
	theirs  bool
	kommune *search.Kommune
	answers []search.Answer
}

// answer returns what the kommune has of a type, empty for one that is not known.
func (s side) answer(code string) search.Answer {
	for _, a := range s.answers {
		if a.Type.Code == code {
			return a
		}
	}
	return search.Answer{}
}

// label says whose kommune it is, and which.
func (s side) label(lang page.Language) string {
	if s.theirs {
		return lang.T("Der den syke bor: %s", s.kommune.DisplayName())
	}
	return lang.T("Der du bor: %s", s.kommune.DisplayName())
}

// whereFor returns what asks an article's reader where people live.
func (s *Site) whereFor(path string, p articlePlaces, sides []side) view.ArticleWhere {
	w := view.ArticleWhere{Action: path + "#hvor", Own: p.own.text, Theirs: p.theirs.text, Two: p.theirs.text != ""}
	if k := p.own.kommune(); k != nil {
		w.Own = k.DisplayName()
		w.Remember.Number, w.Remember.Name = string(k.Number), k.DisplayName()
	}
	if k := p.theirs.kommune(); k != nil {
		w.Theirs = k.DisplayName()
		w.Remember.TheirNumber, w.Remember.TheirName = string(k.Number), k.DisplayName()
	}
	for _, side := range sides {
		w.Chosen = append(w.Chosen, view.Link{Text: side.label(s.lang), Href: page.KommunePath(side.kommune.Kommune)})
	}
	for _, place := range p.both() {
		if place.known() {
			continue
		}
		w.Notes = append(w.Notes, placeNote(s.lang, place.text, place.found, func(n region.Number) string {
			q := p.query()
			q.Set(place.param, string(n))
			return path + "?" + q.Encode() + "#hvor"
		}))
	}
	return w
}
