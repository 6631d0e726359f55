package site

import (
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// whereFor returns what asks an article's reader where people live.
func (s *Site) whereFor(path string, p homes, sides []side) view.ArticleWhere {
	w := view.ArticleWhere{Action: path + "#hvor", Own: p.own.text, Theirs: p.theirs.text, Two: p.theirs.text != ""}
	if k := p.own.kommune(); k != nil {
		w.Own = k.DisplayName()
		w.Remember.Number, w.Remember.Name = string(k.Number), k.DisplayName()
	}
	if k := p.theirs.kommune(); k != nil {
		w.Theirs = k.DisplayName()
		w.Remember.TheirNumber, w.Remember.TheirName = string(k.Number), k.DisplayName()
	}
	for i, side := range sides {
		others := slices.Delete(slices.Clone(sides), i, i+1)
		w.Chosen = append(w.Chosen, view.Link{Text: side.label(s.lang), Href: side.kommunePath(others...)})
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
