package site

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// pieces returns an article's text with what there is on each side where it leads there. A
// reference to what has ended is left out: its editors are told, readers need not be.
func (s *Site) pieces(ctx context.Context, v *search.View, body article.Body, sides []side) ([]view.ArticlePiece, error) {
	parts, err := body.Pieces()
	if err != nil {
		return nil, err
	}
	w := s.newWriter(v)
	ids := map[string]int{}
	var out []view.ArticlePiece
	for _, part := range parts {
		if part.HTML != "" {
			out = append(out, view.ArticlePiece{HTML: withoutEnded(v, part.HTML)})
			continue
		}
		live, err := w.live(ctx, part.Reference, sides)
		if err != nil {
			return nil, err
		}
		if live == nil {
			continue
		}
		if ids[live.ID]++; ids[live.ID] > 1 {
			live.ID += "-" + strconv.Itoa(ids[live.ID])
		}
		out = append(out, view.ArticlePiece{Live: live})
	}
	return out, nil
}

// offeringLink is a link to an offering, as articles have them.
var offeringLink = regexp.MustCompile(`<a href="/tilbud/(\d{1,18})(?:[-#?][^"]*)?">(.*?)</a>`)

// withoutEnded returns an article's HTML with the text alone where it links to an offering
// that readers cannot open any more.
func withoutEnded(v *search.View, html string) string {
	return offeringLink.ReplaceAllStringFunc(html, func(link string) string {
		m := offeringLink.FindStringSubmatch(link)
		id, err := strconv.ParseInt(m[1], 10, 64)
		if _, ok := v.Offering(id); ok || err != nil {
			return link
		}
		return m[2]
	})
}

// live returns what stands where a reference does, nil where it leads to nothing any more.
func (w writer) live(ctx context.Context, r article.Reference, sides []side) (*view.Live, error) {
	if r.Type != "" {
		t, ok := w.v.Type(r.Type)
		if !ok || t.Name.NB == "" {
			return nil, nil
		}
		return w.liveType(ctx, t, sides)
	}
	t, ok := w.v.Term(directory.Topic, r.Topic)
	if !ok || t.Name.NB == "" {
		return nil, nil
	}
	return w.liveTopic(ctx, t, sides)
}

func (w writer) liveType(ctx context.Context, t directory.OfferingType, sides []side) (*view.Live, error) {
	live := &view.Live{
		ID: "tilbud-" + t.Code, Code: t.Code, Name: w.lang.Pick(t.Plural), Does: w.lang.Pick(t.Does),
		All: view.Link{Text: w.lang.T("Se alle i hele landet"), Href: "/sok?type=" + url.QueryEscape(t.Code)},
	}
	if len(sides) == 0 && t.Code == helpline { // most of them are for everybody
		lines, err := helplines(ctx, w.v)
		if err != nil {
			return nil, err
		}
		live.Sides = []view.LiveSide{{Lines: w.listings(lines, "")}}
	}
	for _, side := range sides {
		a := w.typeAnswer(side.kommune, side.answer(t.Code))
		live.Sides = append(live.Sides, view.LiveSide{Label: side.label(w.lang), Lines: a.Lines, More: a.More, Missing: a.Missing})
	}
	live.Sides = w.merged(live.Sides, sides)
	return live, nil
}

func (w writer) liveTopic(ctx context.Context, t directory.Term, sides []side) (*view.Live, error) {
	name := lowerInitial(w.lang.Pick(t.Name))
	live := &view.Live{
		ID: "tilbud-" + t.Code, Name: w.lang.T("Tilbud om %s", name), Does: w.lang.T("Alt i oversikten som er merket med dette temaet."),
		All: view.Link{Text: w.lang.T("Se alle i hele landet"), Href: "/sok?tema=" + url.QueryEscape(t.Code)},
	}
	for _, side := range sides {
		number := side.kommune.Number
		found, err := w.v.Search(ctx, search.Query{Kommuner: []region.Number{number}, Topics: []string{t.Code}, Page: 1, Size: maxOfType})
		if err != nil {
			return nil, err
		}
		out := view.LiveSide{Label: side.label(w.lang), Lines: w.listings(found.Hits, number)}
		if found.Total > len(found.Hits) {
			out.More = &view.Link{
				Text: w.lang.T("Se alle %d: %s", found.Total, lowerInitial(live.Name)),
				Href: "/sok?" + url.Values{paramKommune: {string(number)}, paramTopic: {t.Code}}.Encode(),
			}
		}
		out.Courses = w.topicCourses(t, side.kommune)
		if found.Total == 0 {
			out.Missing = &view.Missing{AskFor: view.WordsToSay(w.lang, page.Mark("Jeg er pårørende. Hvem kan jeg snakke med om hjelp?")), Ask: view.AskKommuneOf(w.lang, side.kommune)}
		}
		live.Sides = append(live.Sides, out)
	}
	live.Sides = w.merged(live.Sides, sides)
	return live, nil
}

// merged shows once what is the same on both sides. The reader's own kommune needs no name
// where it is the only one.
func (w writer) merged(shown []view.LiveSide, sides []side) []view.LiveSide {
	if len(shown) == 1 && len(sides) == 1 && !sides[0].theirs {
		shown[0].Label = ""
	}
	if len(shown) != 2 || shown[0].Missing != nil || shown[1].Missing != nil {
		return shown
	}
	paths := func(s view.LiveSide) []string { return each(s.Lines, func(l view.Listing) string { return l.Path }) }
	if !slices.Equal(paths(shown[0]), paths(shown[1])) {
		return shown
	}
	shown[0].Label = w.lang.T("Begge steder: %s", w.lang.And([]string{sides[0].kommune.DisplayName(), sides[1].kommune.DisplayName()}))
	return shown[:1]
}
