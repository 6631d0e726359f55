package site

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Parameters of addresses of articles, kommuner and searches, beside those that a search has
// for where the reader lives. What is typed into a field becomes the number of a kommune, so
// that an address can be kept and shared.
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
	value := func(name string) string {
		return cut(strings.TrimSpace(strings.ToValidUTF8(c.Query(name), "")), maxPlaceText)
	}
	if text := value(typed); text != "" {
		return placeAsked{number, text, true, resolve(v, text, postalCode)}
	}
	text := value(number)
	return placeAsked{number, text, false, resolve(v, text, kommuneNumber)}
}

// homes is where the reader of a page lives, and where the one who is ill does.
type homes struct{ own, theirs placeAsked }

func readHomes(c *fiber.Ctx, v *search.View) homes {
	p := homes{readPlace(c, v, paramKommune, paramPlace), readPlace(c, v, paramTheirs, paramTheirsTyped)}
	if k := p.theirs.kommune(); k != nil && k == p.own.kommune() {
		p.theirs = placeAsked{param: paramTheirs, typed: p.theirs.typed} // both live there: it is the reader's
	}
	return p
}

func (p homes) both() []placeAsked { return []placeAsked{p.own, p.theirs} }

// typed reports whether the address is that of a form which has an address of its own.
func (p homes) typed() bool {
	return (p.own.typed || p.theirs.typed) && p.own.known() && p.theirs.known()
}

// query returns the places as they stand in an address.
func (p homes) query() url.Values {
	q := url.Values{}
	for _, place := range p.both() {
		if place.text != "" {
			q.Set(place.param, place.number())
		}
	}
	return q
}

// key is query, and how the texts were read.
func (p homes) key() string {
	q := p.query()
	for _, place := range p.both() {
		if place.typed && !place.known() {
			q.Set(place.param+"_skrevet", "1")
		}
	}
	return q.Encode()
}

// sides returns the kommuner that are known, the reader's first.
func (p homes) sides(v *search.View) []side {
	var sides []side
	for _, place := range p.both() {
		if k := place.kommune(); k != nil {
			sides = append(sides, side{place.param == paramTheirs, k, answersFor(v, k)})
		}
	}
	return sides
}

// side is one of the kommuner that a page is read for.
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

// kommunePath returns the address of the kommune's page on this side, with what says where the
// other one lives. A page has its own kommune in its path: of the two parameters, it takes the
// one that tells whose the other kommune is.
func (s side) kommunePath(others ...side) string {
	path := page.KommunePath(s.kommune.Kommune)
	for _, other := range others {
		param := paramKommune
		if other.theirs {
			param = paramTheirs
		}
		path += "?" + url.Values{param: {string(other.kommune.Number)}}.Encode()
	}
	return path
}

// beside returns what is left to say on the page of k: where the other one lives. Where neither
// lives in k there is nothing.
func (p homes) beside(k *search.Kommune) homes {
	own, theirs := p.own.kommune(), p.theirs.kommune()
	third := own != nil && theirs != nil && own != k && theirs != k
	if own == k || third {
		p.own = placeAsked{param: paramKommune}
	}
	if theirs == k || third {
		p.theirs = placeAsked{param: paramTheirs}
	}
	return p
}

// pageFrom returns the address that a form on the page of k leads to: of the two kommuner, the
// page stays with its own, and is that of the reader's where it has to be another.
func (p homes) pageFrom(k *search.Kommune) string {
	own, theirs := side{kommune: p.own.kommune()}, side{theirs: true, kommune: p.theirs.kommune()}
	switch {
	case theirs.kommune == nil:
		return own.kommunePath()
	case own.kommune == nil && theirs.kommune == k:
		return theirs.kommunePath()
	case own.kommune == nil:
		return side{kommune: k}.kommunePath(theirs)
	case theirs.kommune == k:
		return theirs.kommunePath(own)
	}
	return own.kommunePath(theirs)
}

// suffix is query as it stands after a path.
func (p homes) suffix() string {
	if q := p.query(); len(q) > 0 {
		return "?" + q.Encode()
	}
	return ""
}
