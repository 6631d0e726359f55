package site

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/checklist"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// search answers a search. Nothing that can be written in its address makes it fail: what
// is not understood is told, and the rest is searched for.
func (s *Site) search(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	a := readAsked(c, askedParams)
	return s.answer(c, v, a.href(), func(ctx context.Context) (templ.Component, error) {
		q := s.understand(v, a)
		found, err := v.Search(ctx, q.query)
		if err != nil {
			return nil, err
		}
		if last := max(found.Pages, 1); q.query.Page > last {
			q.note(s.t("Siste side er %d.", last))
			q.query.Page = last
			if found, err = v.Search(ctx, q.query); err != nil {
				return nil, err
			}
		}
		p := s.searchPage(v, q, found)
		if p.Homes, err = s.homesIn(ctx, v, q, found); err != nil {
			return nil, err
		}
		p.Meta = s.meta(s.t("Søk etter hjelp"), "/sok", page.MenuSearch)
		p.Meta.Description = s.t("Skriv hva det gjelder, og hvor du bor. Du får tilbud for pårørende, med telefonnummer og kilde.")
		p.Meta.NoIndex = len(a) > 0
		p.Meta.Style = "more.css"
		p.Meta.Query = strings.TrimPrefix(a.href(), "/sok")
		if err := s.talk(ctx, v, found, &p); err != nil {
			return nil, err
		}
		if len(found.Hits) == 0 {
			if err := s.leadOn(ctx, v, &p, q, found); err != nil {
				return nil, err
			}
		}
		return view.Search(p), nil
	})
}

// talk adds someone to call when words were searched for and none of the first hits has a
// telephone: nobody is to leave the first screen without a number.
func (s *Site) talk(ctx context.Context, v *search.View, found search.Result, p *view.SearchPage) error {
	const first = 2
	if p.Text == "" || p.Crisis || len(p.Hits) == 0 ||
		slices.ContainsFunc(p.Hits[:min(first, len(p.Hits))], func(l view.Listing) bool { return l.Phone != nil }) {
		return nil
	}
	whose := helplines
	if found.Young {
		whose = childrensLines
	}
	lines, err := whose(ctx, v)
	if err != nil || len(lines) == 0 {
		return err
	}
	l := s.newWriter(v).listing(lines[0], "")
	p.Talk = &l
	return nil
}

// childrensLines returns the helplines for children that have a number, those that answer at any
// hour first.
func childrensLines(ctx context.Context, v *search.View) ([]search.Hit, error) {
	found, err := v.Search(ctx, search.Query{Types: []string{helpline}, TargetGroups: []string{"barn"}, Page: 1, Size: 100})
	lines := slices.DeleteFunc(found.Hits, func(h search.Hit) bool { return len(h.Offering.Phones) == 0 })
	alwaysFirst(lines)
	return lines, err
}

// searchPage fills in all but what leads on from a search without hits.
func (s *Site) searchPage(v *search.View, q question, found search.Result) view.SearchPage {
	w := s.newWriter(v)
	reader := readerOf(v, q, found)
	p := view.SearchPage{
		Text:    q.query.Text,
		Notes:   q.notes,
		Crisis:  found.Crisis,
		Chosen:  chosen(w, q),
		Heading: s.lang.Count(found.Total, "1 tilbud", "%s tilbud"),
		Hits:    w.listings(found.Hits, numberOf(reader)),
		Facets:  facetsOf(s.lang, found.Facets),
		Articles: each(found.Articles, func(a *article.Article) view.Link {
			return view.Link{Text: a.Title, Href: a.Path(), Sub: a.Lead, Lang: s.foreign(a.Language)}
		}),
		Lists: s.checklistsFor(q.query.Text),
		Sorts: sorts(q, found),
	}
	switch {
	case found.Open:
		p.Heading = s.t("Disse kan du ringe, hva det enn gjelder")
		p.Lead = s.t("Skriv med egne ord hva det gjelder, så viser vi hvem som kan mest om det. Skriv også hvor du bor, så viser vi hjelpen der.")
	case found.General:
		p.Heading = s.t("Ingen gode treff")
		p.General = &view.Note{Text: s.t("Det betyr ikke at hjelpen ikke finnes. Prøv andre ord, eller snakk med en av disse.")}
		if found.Passing {
			p.General.Links = append(p.General.Links, view.Link{Text: s.t("Vis tilbud som har noen av ordene"), Href: q.asked.with(paramPage).with(paramLiteral, "1").href()})
		}
	case found.Total == 0:
		p.Heading = s.t("Ingen treff")
	}
	if reader != nil {
		p.Kommune = s.kommuneLink(q, reader)
	}
	if q.query.Text != "" {
		mark(p.Hits, found)
	}
	if found.Dropped {
		p.Notes = append(p.Notes, view.Note{Text: s.t("Ingen av disse tilbudene har ordene «%s». Vi viser det som finnes ellers.", found.Interpreted.Text)})
	}
	if found.NotThere {
		n := notThere(s.lang, found.Interpreted, reader)
		for _, l := range nearby(q, found) {
			n.Links = append(n.Links, view.Link{Text: s.t("%s har det, %s", l.Text, l.Sub), Href: l.Href})
		}
		p.Notes = append(p.Notes, n)
	}
	interpret(&p, q, found)
	if placed(q, found) {
		p.Facets = append(p.Facets, radiusOf(q))
	}
	p.Courses = w.searchCourses(q, found, reader)
	keep(&p, w, q)
	paginate(&p, q, found)
	return p
}

// checklistsFor returns links to the checklists that a search asks for by that name.
func (s *Site) checklistsFor(text string) []view.Link {
	return each(checklist.Asked(string(s.lang), text), func(l checklist.List) view.Link {
		return view.Link{Text: l.Title, Href: l.Path(), Sub: l.Purpose, Lang: s.foreign(l.Language)}
	})
}

// mark marks in names and texts what was searched for.
func mark(list []view.Listing, found search.Result) {
	parts := func(text string) []view.Part {
		return each(found.Mark(text), func(p search.Part) view.Part { return view.Part(p) })
	}
	for i := range list {
		list[i].NameParts, list[i].TextParts = parts(list[i].Name), parts(list[i].Text)
	}
}

// notThere says that what was asked for is not registered where the reader is, and where
// it stands whom to ask.
func notThere(lang page.Language, in search.Interpretation, reader *search.Kommune) view.Note {
	types := lang.And(each(in.Types, func(t directory.OfferingType) string { return lowerInitial(lang.Pick(t.Name)) }))
	n := view.Note{Text: lang.T("Dette er ikke registrert ennå: %s. Treffene under er det du kan bruke i stedet.", types)}
	if reader == nil {
		return n
	}
	n.Text = lang.T("Dette er ikke registrert for %s ennå: %s. Treffene under er det du kan bruke i stedet.", reader.DisplayName(), types)
	for _, t := range in.Types {
		n.Links = append(n.Links, view.Link{Text: lang.T("Hva du kan spørre %s kommune om", reader.DisplayName()), Href: page.KommunePath(reader.Kommune) + "#" + t.Code})
		break
	}
	return n
}

// nearby returns the kommuner around that have what the reader's has not, each with the
// search for it there. The words go: it is the type that is counted.
func nearby(q question, found search.Result) []view.Link {
	types := append(append([]string{}, q.asked[paramType]...), each(found.Interpreted.Types, func(t directory.OfferingType) string { return t.Code })...)
	a := q.asked.with(paramPage).with(paramPlace).with(paramPostal).with(paramLat).with(paramLon).with(paramRadius)
	if found.NotThere {
		a = a.with(paramText).with(paramLiteral).with(paramType, types...)
	}
	return each(found.Nearby, func(n search.Nearby) view.Link {
		return view.Link{
			Text: n.Kommune.DisplayName(),
			Href: a.with(paramKommune, string(n.Kommune.Number)).href(),
			Sub:  q.lang.T("%s unna", q.lang.Distance(n.KM)),
		}
	})
}

// readerOf returns the kommune that the answer is for, when it is exactly one.
func readerOf(v *search.View, q question, found search.Result) *search.Kommune {
	switch {
	case len(q.query.Kommuner) == 1:
		k, _ := v.Kommune(q.query.Kommuner[0])
		return k
	case len(q.query.Kommuner) == 0 && len(found.Interpreted.Kommuner) == 1:
		return found.Interpreted.Kommuner[0]
	}
	return nil
}

func numberOf(k *search.Kommune) region.Number {
	if k == nil {
		return ""
	}
	return k.Number
}

// interpret says what was understood of the text, with a way out of each part of it.
func interpret(p *view.SearchPage, q question, found search.Result) {
	in := found.Interpreted
	if found.DidYouMean != "" {
		p.DidYouMean = &view.Link{Text: found.DidYouMean, Href: q.asked.with(paramPage).with(paramText, found.DidYouMean).href()}
	}
	if in.Empty() {
		return
	}
	p.Literal = q.asked.with(paramPage).with(paramLiteral, "1").href()
	p.Expanded, p.Mended = q.lang.And(in.Expanded), in.Mended
	// The search without one part keeps the others as choices, and the words that are left.
	rest := q.asked.with(paramPage).with(paramText)
	if in.Text != "" {
		rest = rest.with(paramText, in.Text)
	}
	types := each(in.Types, func(t directory.OfferingType) string { return t.Code })
	kommuner := each(in.Kommuner, func(k *search.Kommune) string { return string(k.Number) })
	fylker := each(in.Fylker, func(f region.Fylke) string { return string(f.Number) })
	withTypes := rest.with(paramType, append(append([]string{}, q.asked[paramType]...), types...)...)
	withFylker := func(a asked) asked {
		return a.with(paramFylke, append(append([]string{}, q.asked[paramFylke]...), fylker...)...)
	}
	for _, k := range in.Kommuner {
		text := k.DisplayName()
		if in.Place != "" {
			text = in.Place + ": " + text
		}
		p.Interprets = append(p.Interprets, view.Chip{Text: text, Href: withFylker(withTypes).href()})
	}
	for _, f := range in.Fylker {
		p.Interprets = append(p.Interprets, view.Chip{Text: f.Name, Href: withTypes.with(paramKommune, kommuner...).href()})
	}
	for i, t := range in.Types {
		others := append(append([]string{}, types[:i]...), types[i+1:]...)
		a := rest.with(paramType, append(append([]string{}, q.asked[paramType]...), others...)...)
		if len(kommuner) > 0 {
			a = a.with(paramKommune, kommuner...)
		}
		p.Interprets = append(p.Interprets, view.Chip{Text: q.lang.Pick(t.Name), Href: withFylker(a).href()})
	}
	if len(in.Kommuner) > 1 {
		p.Choice = &view.Choice{Text: q.lang.T("Stedet kan være i flere kommuner. Hvilken mener du?")}
		for _, k := range in.Kommuner {
			p.Choice.Links = append(p.Choice.Links, view.Link{Text: k.DisplayName(), Href: withFylker(withTypes).with(paramKommune, string(k.Number)).href()})
		}
	}
}

// chosen returns the reader's own choices, each with the search without it. Those of
// facets are not here: they stand ticked beside the hits.
func chosen(w writer, q question) []view.Chip {
	var chips []view.Chip
	a := q.asked.with(paramPage)
	for _, n := range q.asked[paramKommune] {
		if len(q.asked[paramKommune]) == 1 {
			break // it stands in its field, where it can be changed
		}
		chips = append(chips, view.Chip{Text: w.kommuneName(region.Number(n)), Href: a.without(paramKommune, n).href()})
	}
	for _, n := range q.asked[paramFylke] {
		chips = append(chips, view.Chip{Text: w.fylker[region.FylkeNumber(n)].Name, Href: a.without(paramFylke, n).href()})
	}
	for _, code := range q.asked[paramType] {
		chips = append(chips, view.Chip{Text: w.typeName(code), Href: a.without(paramType, code).href()})
	}
	for _, t := range []struct {
		param string
		kind  directory.TermKind
	}{{paramTarget, directory.TargetGroup}, {paramTopic, directory.Topic}, {paramFormat, directory.Format}} {
		for _, term := range w.v.Terms(t.kind) {
			if contains(q.asked[t.param], term.Code) {
				chips = append(chips, view.Chip{Text: q.lang.Pick(term.Name), Href: a.without(t.param, term.Code).href()})
			}
		}
	}
	for _, code := range q.asked[paramLanguage] {
		chips = append(chips, view.Chip{Text: q.lang.T("På %s", view.LanguageName(q.lang, code)), Href: a.without(paramLanguage, code).href()})
	}
	if q.query.Near != nil {
		chips = append(chips, view.Chip{Text: q.lang.T("Der du er"), Href: a.with(paramLat).with(paramLon).with(paramRadius).href()})
	}
	if q.query.RadiusKM > 0 {
		chips = append(chips, view.Chip{Text: q.lang.T("Innen %s", q.lang.Distance(q.query.RadiusKM)), Href: a.with(paramRadius).href()})
	}
	if q.query.Literal {
		chips = append(chips, view.Chip{Text: q.lang.T("Ordene akkurat som de står"), Href: a.with(paramLiteral).href()})
	}
	return chips
}

// keep fills in what the two forms carry along. The one kommune that is chosen stands in
// its field; of several none does.
func keep(p *view.SearchPage, w writer, q question) {
	if kommuner := q.asked[paramKommune]; len(kommuner) == 1 {
		p.Place = w.kommuneName(region.Number(kommuner[0]))
	} else {
		for _, n := range kommuner {
			p.Kept = append(p.Kept, view.Field{Name: paramKommune, Value: n})
		}
	}
	kept := []string{paramSide, paramLanguage, paramLat, paramLon, paramSort, paramLiteral}
	if !slices.ContainsFunc(p.Facets, func(f view.Facet) bool { return f.Param == paramRadius }) {
		kept = append(kept, paramRadius)
	}
	for _, name := range kept {
		for _, value := range q.asked[name] {
			p.Kept = append(p.Kept, view.Field{Name: name, Value: value})
		}
	}
}

// facetsOf returns the choices beside the hits. Kommuner are chosen in their own field:
// there are too many to tick.
func facetsOf(lang page.Language, f search.Facets) []view.Facet {
	var out []view.Facet
	for _, facet := range []struct {
		name, param string
		values      []search.FacetValue
		open        bool
	}{
		{page.Mark("Type tilbud"), paramType, f.Types, true},
		{page.Mark("Hvem det er for"), paramTarget, f.TargetGroups, false},
		{page.Mark("Hva det gjelder"), paramTopic, f.Topics, false},
		{page.Mark("Hvordan"), paramFormat, f.Formats, false},
		{page.Mark("Fylke"), paramFylke, f.Fylker, false},
	} {
		g := view.Facet{Name: lang.T(facet.name), Param: facet.param, Open: facet.open}
		for _, v := range facet.values {
			g.Open = g.Open || v.Selected
			g.Values = append(g.Values, view.FacetValue{
				ID:       facet.param + "-" + v.Code,
				Value:    v.Code,
				Text:     lang.Pick(v.Name),
				Count:    lang.Number(int(v.Count)),
				Checked:  v.Selected,
				Disabled: v.Count == 0 && !v.Selected,
			})
		}
		if len(g.Values) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// placed reports whether there is a place that distances are measured from.
func placed(q question, found search.Result) bool {
	return q.query.Near != nil || len(q.query.Kommuner) > 0 || len(found.Interpreted.Kommuner) > 0
}

// radii are the distances to choose from, in kilometres.
var radii = []float64{25, 50, 100, 200}

// radiusOf returns the choice of how far off is near enough, with the one that the address
// has among them.
func radiusOf(q question) view.Facet {
	f := view.Facet{Name: q.lang.T("Hvor langt unna"), Param: paramRadius, One: true, Open: q.query.RadiusKM > 0}
	choices := append([]float64{0}, radii...)
	if km := q.query.RadiusKM; !slices.Contains(choices, km) {
		choices = append(choices, km)
		slices.Sort(choices)
	}
	for i, km := range choices {
		v := view.FacetValue{ID: paramRadius + "-" + strconv.Itoa(i), Text: q.lang.T("Uansett"), Checked: km == q.query.RadiusKM}
		if km > 0 {
			v.Value, v.Text = strconv.FormatFloat(km, 'f', -1, 64), q.lang.T("Innen %s", q.lang.Distance(km))
		}
		f.Values = append(f.Values, v)
	}
	return f
}

// sorts returns the ways to order the hits; by distance only where there is a place.
func sorts(q question, found search.Result) []view.Option {
	current := q.query.Sort
	if current == "" {
		current = search.ByRelevance
	}
	a := q.asked.with(paramPage)
	options := []view.Option{{Text: q.lang.T("Best treff"), Href: a.with(paramSort).href(), Current: current == search.ByRelevance}}
	if placed(q, found) {
		options = append(options, view.Option{Text: q.lang.T("Nærmest"), Href: a.with(paramSort, string(search.ByDistance)).href(), Current: current == search.ByDistance})
	}
	return append(options, view.Option{Text: q.lang.T("Navn"), Href: a.with(paramSort, string(search.ByName)).href(), Current: current == search.ByName})
}

// paginate fills in the links between pages: the first, the last, and those around this one.
func paginate(p *view.SearchPage, q question, found search.Result) {
	paginateAt(p, q, found.Pages, asked.href)
}

// paginateAt is paginate for a list of that many pages, with the address of a question.
func paginateAt(p *view.SearchPage, q question, last int, address func(asked) string) {
	href := func(n int) string {
		if n == 1 {
			return address(q.asked.with(paramPage))
		}
		return address(q.asked.with(paramPage, strconv.Itoa(n)))
	}
	current := q.query.Page
	before := 0
	for n := 1; n <= last; n++ {
		if n != 1 && n != last && (n < current-1 || n > current+1) {
			continue
		}
		if n > before+1 {
			p.Pages = append(p.Pages, view.Option{Text: "…"})
		}
		before = n
		p.Pages = append(p.Pages, view.Option{
			Text: strconv.Itoa(n), Label: q.lang.T("Side %d", n), Href: href(n), Current: n == current,
		})
	}
	if current > 1 {
		p.Previous = href(current - 1)
	}
	if current < last {
		p.Next = href(current + 1)
	}
}

// leadOn fills in what to do where there are no hits: what to leave out, whom to ask, and
// whom to call.
func (s *Site) leadOn(ctx context.Context, v *search.View, p *view.SearchPage, q question, found search.Result) error {
	for _, chip := range append(append([]view.Chip{}, p.Interprets...), p.Chosen...) {
		if err := s.drop(ctx, v, p, s.t("Uten «%s»", chip.Text), chip.Href); err != nil {
			return err
		}
	}
	if len(q.asked) > 1 && q.query.Text != "" {
		text := s.t("Uten ordene «%s»", q.query.Text)
		if err := s.drop(ctx, v, p, text, q.asked.with(paramPage).with(paramText).with(paramLiteral).href()); err != nil {
			return err
		}
	}
	p.Nearby = nearby(q, found)
	k := readerOf(v, q, found)
	if k == nil && len(q.query.Kommuner) > 0 {
		k, _ = v.Kommune(q.query.Kommuner[0])
	}
	if k != nil {
		a := view.AskKommuneOf(s.lang, k)
		p.Ask = &a
	}
	lines, err := helplines(ctx, v)
	p.Lines = s.newWriter(v).listings(lines, "")
	return err
}

// maxDrops is how many things to leave out are tried: each is a search.
const maxDrops = 6

// drop adds the search at href to what can be tried, when it finds something.
func (s *Site) drop(ctx context.Context, v *search.View, p *view.SearchPage, text, href string) error {
	if len(p.Drops) == maxDrops {
		return nil
	}
	q := s.understand(v, askedIn(href))
	q.query.Size = 1
	found, err := v.Search(ctx, q.query)
	if err != nil {
		return err
	}
	if found.Total > 0 {
		p.Drops = append(p.Drops, view.Drop{Text: text, Href: href, Count: "(" + s.lang.Number(found.Total) + ")"})
	}
	return nil
}
