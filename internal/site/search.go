package site

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const (
	pageSize   = 20
	maxText    = 300
	maxRadius  = 3000 // km, longer than the country
	pagesShown = 10
)

// showSearch answers /sok. A parameter that cannot be used gives a sentence and the
// nearest useful result, never an error.
func (s *Site) showSearch(c *fiber.Ctx, v *search.View) error {
	params, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	r := &reader{v: v, params: params}
	if err != nil {
		r.note("Noe i adressen kunne ikke leses, så vi så bort fra det.")
	}
	q := r.query()
	res, err := v.Search(c.UserContext(), q)
	if err != nil {
		return err
	}
	p := view.SearchPage{
		Meta: s.meta("Søk", "Søk etter hjelp for pårørende.", "/sok", "sok"),
		Text: q.Text, Notes: r.notes, Crisis: res.Crisis, Total: res.Total,
		Expanded: res.Interpreted.Expanded, Articles: res.Articles,
	}
	p.Meta.NoIndex = len(params) > 0
	if res.DidYouMean != "" {
		p.Mean = view.Link{Text: res.DidYouMean, Href: with(params, "q", res.DidYouMean)}
	}
	p.Chips = r.chips(q, res.Interpreted)
	p.Facets, p.Hidden = facets(res.Facets), hidden(params)
	for _, h := range res.Hits {
		t, _ := v.Type(h.Offering.Type)
		p.Hits = append(p.Hits, view.SearchHit{Hit: h, TypeName: t.Name.NB, Where: where(v, h)})
	}
	if res.Total == 0 {
		p.National = s.national(v)
	}
	p.Sorts = sorts(params, q)
	p.Pages = pages(params, res)
	return s.page(c, http.StatusOK, view.Search(p))
}

// reader reads the parameters of a search and notes what it does not understand.
type reader struct {
	v      *search.View
	params url.Values
	notes  []string
}

func (r *reader) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *reader) query() search.Query {
	q := search.Query{
		Text: strings.ToValidUTF8(strings.TrimSpace(r.params.Get("q")), ""),
		Size: pageSize, Page: 1, Sort: search.ByRelevance,
		Literal:   r.params.Get("ordrett") == "1",
		Languages: r.params["sprak"],
	}
	if runes := []rune(q.Text); len(runes) > maxText {
		q.Text = string(runes[:maxText])
		r.note("Teksten var for lang. Vi brukte de første %d tegnene.", maxText)
	}
	r.places(&q)
	q.Types = r.known("type", "type tilbud", func(code string) bool { _, ok := r.v.Type(code); return ok })
	q.TargetGroups = r.terms("malgruppe", "målgruppe", directory.TargetGroup)
	q.Topics = r.terms("tema", "tema", directory.Topic)
	q.Formats = r.terms("form", "form", directory.Format)
	r.position(&q)
	switch sort := search.Sort(r.params.Get("sorter")); sort {
	case "", search.ByRelevance:
	case search.ByName, search.ByDistance:
		q.Sort = sort
	default:
		r.note("Vi kan sortere etter relevans, avstand eller navn, ikke «%s».", short(string(sort)))
	}
	if text := r.params.Get("side"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			r.note("«%s» er ikke et sidetall. Her er den første siden.", short(text))
			n = 1
		}
		q.Page = n
	}
	return q
}

func (r *reader) places(q *search.Query) {
	for _, text := range append(slices.Clone(r.params["kommune"]), r.params["postnummer"]...) {
		if strings.TrimSpace(text) == "" {
			continue
		}
		matches := r.v.ResolvePlace(text)
		if len(matches) == 0 || !matches[0].Exact {
			r.note("Vi kjenner ikke stedet «%s», så vi så etter hjelp i hele landet.", short(text))
			continue
		}
		for _, m := range matches {
			if m.AsKind == matches[0].AsKind || m.As == matches[0].As {
				q.Kommuner = append(q.Kommuner, m.Kommune.Number)
			}
		}
	}
	for _, text := range r.params["fylke"] {
		found := false
		for _, f := range r.v.Fylker() {
			if string(f.Number) == text || strings.EqualFold(f.Name, text) {
				q.Fylker, found = append(q.Fylker, f.Number), true
			}
		}
		if !found && text != "" {
			r.note("Vi kjenner ikke fylket «%s».", short(text))
		}
	}
}

func (r *reader) terms(param, name string, kind directory.TermKind) []string {
	return r.known(param, name, func(code string) bool {
		return slices.ContainsFunc(r.v.Terms(kind), func(t directory.Term) bool { return t.Code == code })
	})
}

// known returns the values of a parameter that exist, and notes the others.
func (r *reader) known(param, name string, exists func(string) bool) []string {
	var list []string
	for _, code := range r.params[param] {
		switch {
		case code == "":
		case exists(code):
			list = append(list, code)
		default:
			r.note("Vi kjenner ikke «%s» (%s), så vi så bort fra det.", short(code), name)
		}
	}
	return list
}

func (r *reader) position(q *search.Query) {
	lat, lon := r.params.Get("lat"), r.params.Get("lon")
	if lat != "" || lon != "" {
		y, errLat := strconv.ParseFloat(lat, 64)
		x, errLon := strconv.ParseFloat(lon, 64)
		if errLat != nil || errLon != nil || !(y >= 57 && y <= 81) || !(x >= -10 && x <= 34) {
			r.note("Posisjonen er ikke et punkt i Norge, så vi så bort fra den.")
		} else {
			q.Near = &region.Position{Lat: y, Lon: x}
		}
	}
	if text := r.params.Get("radius"); text != "" {
		km, err := strconv.ParseFloat(text, 64)
		if err != nil || !(km > 0 && km <= maxRadius) {
			r.note("«%s» er ikke en avstand i kilometer, så vi så bort fra den.", short(text))
			return
		}
		q.RadiusKM = km
	}
}

// short cuts what is quoted back to a readable length.
func short(s string) string {
	s = strings.ToValidUTF8(s, "")
	if runes := []rune(s); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return s
}

// chips are what was understood or chosen, each with the address that undoes it.
func (r *reader) chips(q search.Query, in search.Interpretation) []view.Link {
	var list []view.Link
	for _, n := range q.Kommuner {
		if k, ok := r.v.Kommune(n); ok {
			list = append(list, view.Link{Text: k.DisplayName(), Href: without(r.params, "kommune", "postnummer")})
		}
	}
	literal := with(r.params, "ordrett", "1")
	for _, t := range in.Types {
		list = append(list, view.Link{Text: t.Name.NB, Href: literal})
	}
	if len(q.Kommuner) == 0 {
		for _, k := range in.Kommuner {
			text := k.DisplayName()
			if in.Place != "" {
				text += " (" + in.Place + ")"
			}
			list = append(list, view.Link{Text: text, Href: literal})
		}
		for _, f := range in.Fylker {
			list = append(list, view.Link{Text: f.Name, Href: literal})
		}
	}
	return list
}

func facets(f search.Facets) []view.Facet {
	list := []view.Facet{
		{Name: "type", Title: "Type tilbud", Open: true, Values: f.Types},
		{Name: "malgruppe", Title: "For hvem", Values: f.TargetGroups},
		{Name: "tema", Title: "Tema", Values: f.Topics},
		{Name: "form", Title: "Form", Values: f.Formats},
		{Name: "fylke", Title: "Fylke", Values: f.Fylker},
	}
	for i := range list {
		for _, v := range list[i].Values {
			list[i].Open = list[i].Open || v.Selected
		}
	}
	return list
}

// hidden are the parameters that the facet form keeps: all but its own, and the page.
func hidden(params url.Values) []view.Link {
	var list []view.Link
	for _, name := range []string{"q", "kommune", "postnummer", "sprak", "lat", "lon", "radius", "sorter", "ordrett"} {
		for _, value := range params[name] {
			if value != "" {
				list = append(list, view.Link{Text: name, Href: value})
			}
		}
	}
	return list
}

// where says where an offering is and how it reaches the reader.
func where(v *search.View, h search.Hit) string {
	var parts []string
	if k, ok := v.Kommune(h.Offering.Kommune()); ok {
		parts = append(parts, k.DisplayName())
	}
	if h.Reach != directory.NotCovered {
		parts = append(parts, view.ReachText(h))
	} else if h.Offering.Coverage.National {
		parts = append(parts, "hele landet")
	}
	if h.DistanceKM != nil && *h.DistanceKM >= 1 {
		parts = append(parts, view.DistanceText(*h.DistanceKM)+" unna")
	}
	return strings.Join(parts, " · ")
}

func sorts(params url.Values, q search.Query) []view.Link {
	var list []view.Link
	for _, by := range []search.Sort{search.ByRelevance, search.ByDistance, search.ByName} {
		if by == search.ByDistance && q.Near == nil && len(q.Kommuner) == 0 {
			continue
		}
		l := view.Link{Text: string(by)}
		if by != q.Sort {
			l.Href = with(params, "sorter", string(by))
		}
		list = append(list, l)
	}
	return list
}

// pages returns the pages around the current one, which has no address.
func pages(params url.Values, res search.Result) []view.Link {
	if res.Pages < 2 {
		return nil
	}
	list := make([]view.Link, min(res.Pages, max(pagesShown, res.Page)))
	for i := range list {
		if i+1 != res.Page {
			list[i].Href = with(params, "side", strconv.Itoa(i+1))
		}
	}
	return list
}

// with returns the address of the same search with one parameter set, on its first page
// unless that is what is set.
func with(params url.Values, name, value string) string {
	q := url.Values{}
	for k, v := range params {
		if k != "side" {
			q[k] = v
		}
	}
	q.Set(name, value)
	return "/sok?" + q.Encode()
}

// without returns the address of the same search without some parameters.
func without(params url.Values, names ...string) string {
	q := url.Values{}
	for k, v := range params {
		if k != "side" && !slices.Contains(names, k) {
			q[k] = v
		}
	}
	return "/sok?" + q.Encode()
}
