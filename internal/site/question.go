package site

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// Names of the parameters of /sok. Those of contract.md, and fylke, sted (what a reader
// writes about where they live: a postnummer before a kommunenummer) and ordrett (nothing
// is recognised in q); those about where the one who is ill lives are with the homes.
const (
	paramText     = "q"
	paramPlace    = "sted"
	paramKommune  = "kommune"
	paramPostal   = "postnummer"
	paramFylke    = "fylke"
	paramType     = "type"
	paramTarget   = "malgruppe"
	paramTopic    = "tema"
	paramFormat   = "form"
	paramLanguage = "sprak"
	paramLat      = "lat"
	paramLon      = "lon"
	paramRadius   = "radius"
	paramSort     = "sorter"
	paramPage     = "side"
	paramLiteral  = "ordrett"
)

// Limits on what one search can ask for. Longer text is cut, more values are left out,
// and both are said.
const (
	maxText   = 200
	maxValues = 20
	maxRadius = 3000 // km; no two places in Norway are farther apart
)

// askedParams are the parameters that are read, in the order in which faults are told.
var askedParams = []string{paramText, paramPlace, paramKommune, paramPostal, paramFylke, paramType, paramTarget, paramTopic,
	paramFormat, paramLanguage, paramLat, paramLon, paramRadius, paramSort, paramPage, paramLiteral, paramTheirs, paramTheirsTyped, paramSide}

// asked is the parameters of a request as they were written: those with names that are
// read, without blanks and repetitions.
type asked url.Values

func readAsked(c *fiber.Ctx, names []string) asked {
	a := asked{}
	for k, v := range c.Request().URI().QueryArgs().All() {
		name, value := string(k), strings.TrimSpace(strings.ToValidUTF8(string(v), ""))
		if value != "" && slices.Contains(names, name) && !slices.Contains(a[name], value) {
			a[name] = append(a[name], value)
		}
	}
	return a
}

// askedIn reads an address that href made.
func askedIn(address string) asked {
	u, err := url.Parse(address)
	if err != nil {
		return asked{}
	}
	return asked(u.Query())
}

func (a asked) first(name string) string {
	if len(a[name]) == 0 {
		return ""
	}
	return a[name][0]
}

// with returns the parameters with the name set to the values; without any it is left out.
func (a asked) with(name string, values ...string) asked {
	b := asked{}
	for k, v := range a {
		if k != name {
			b[k] = v
		}
	}
	if len(values) > 0 {
		b[name] = values
	}
	return b
}

// without returns the parameters without one value of the name.
func (a asked) without(name, value string) asked {
	var rest []string
	for _, v := range a[name] {
		if v != value {
			rest = append(rest, v)
		}
	}
	return a.with(name, rest...)
}

// href returns the address of the search; the same for the same question.
func (a asked) href() string {
	if len(a) == 0 {
		return "/sok"
	}
	return "/sok?" + url.Values(a).Encode()
}

// question is a search as it was understood.
type question struct {
	lang  page.Language
	asked asked // what was understood of it, kommuner by number
	query search.Query
	notes []view.Note

	theirText string // what is said of where the one who is ill lives
	sides     []side // the kommuner that are known to be whose, the reader's first; none without theirs
}

// pageSize is how many hits a page has.
const pageSize = 20

// understand returns the search that the parameters mean. What cannot be understood is
// left out and told in the notes.
func (s *Site) understand(v *search.View, a asked) question {
	q := question{lang: s.lang, asked: asked{}, query: search.Query{Language: string(s.lang), Page: 1, Size: pageSize}}
	q.text(a)
	q.places(v, a)
	q.theirs(v, a)
	q.fylker(v, a)
	q.types(v, a)
	for _, t := range []struct {
		param string
		kind  directory.TermKind
		to    *[]string
	}{
		{paramTarget, directory.TargetGroup, &q.query.TargetGroups},
		{paramTopic, directory.Topic, &q.query.Topics},
		{paramFormat, directory.Format, &q.query.Formats},
	} {
		codes := each(v.Terms(t.kind), func(t directory.Term) string { return t.Code })
		*t.to = q.known(a, t.param, codes)
	}
	q.languages(a)
	q.position(a)
	q.order(a)
	q.page(a)
	return q
}

func (q *question) note(text string, links ...view.Link) {
	q.notes = append(q.notes, view.Note{Text: text, Links: links})
}

// keep notes that a value was understood, so that links to this search carry it.
func (q *question) keep(name, value string) {
	if !slices.Contains(q.asked[name], value) {
		q.asked[name] = append(q.asked[name], value)
	}
}

func (q *question) text(a asked) {
	text := a.first(paramText)
	if len(a[paramText]) > 1 {
		text = strings.Join(a[paramText], " ")
	}
	if short := cut(text, maxText); short != text {
		text = short
		q.note(q.lang.T("Teksten er lang. Vi søkte på de første %d tegnene.", maxText))
	}
	if text == "" {
		return
	}
	q.query.Text = text
	q.keep(paramText, text)
	if a.first(paramLiteral) == "1" {
		q.query.Literal = true
		q.keep(paramLiteral, "1")
	}
}

// values returns what was given under a name, at most maxValues.
func (q *question) values(a asked, name string) []string {
	values := a[name]
	if len(values) > maxValues {
		q.note(q.lang.T("Vi tok med de første %d av valgene dine.", maxValues))
		values = values[:maxValues]
	}
	return values
}

func (q *question) places(v *search.View, a asked) {
	for _, p := range []struct {
		param  string
		digits digitsMean
	}{{paramKommune, kommuneNumber}, {paramPlace, postalCode}, {paramPostal, postalCode}} {
		for _, text := range q.values(a, p.param) {
			found := resolve(v, text, p.digits)
			if p.param == paramPostal {
				found = byPostalCode(v, region.Number(text))
			}
			if f, ok := fylkeNamed(v, text); ok && p.param == paramPlace && len(found.matches) == 0 {
				q.keep(paramFylke, string(f.Number))
				q.query.Fylker = append(q.query.Fylker, f.Number)
				continue
			}
			sure := len(found.matches) == 1 || len(found.matches) > 1 && p.param == paramKommune
			if !sure {
				q.notes = append(q.notes, placeNote(q.lang, text, found, func(n region.Number) string {
					return a.with(paramPlace).with(paramPostal).with(paramPage).with(paramKommune, string(n)).href()
				}))
			}
			// A name that several share is answered with all of them until one is chosen.
			for _, n := range found.kommuner() {
				q.keep(paramKommune, string(n))
			}
		}
	}
	for _, n := range q.asked[paramKommune] {
		q.query.Kommuner = append(q.query.Kommuner, region.Number(n))
	}
}

// placeNote says what was not understood of a text about a place, with links to what may
// have been meant.
func placeNote(lang page.Language, text string, found whereabouts, href func(region.Number) string) view.Note {
	link := func(m search.PlaceMatch) view.Link {
		return view.Link{Text: m.Kommune.DisplayName(), Href: href(m.Kommune.Number)}
	}
	text = cut(text, maxPlaceText)
	switch {
	case found.outside != "":
		return view.Note{Text: lang.T("%s ligger ikke i noen kommune. Vi viser det som gjelder hele landet også.", found.outside)}
	case len(found.matches) > 1:
		return view.Note{Text: lang.T("«%s» kan være flere steder. Hvilken kommune mener du?", text), Links: each(found.matches, link)}
	case len(found.near) > 0:
		return view.Note{Text: lang.T("Vi fant ikke stedet «%s». Mente du:", text), Links: each(found.near, link)}
	}
	return view.Note{
		Text:  lang.T("Vi fant ikke stedet «%s». Treffene er derfor ikke avgrenset til et sted.", text),
		Links: []view.Link{{Text: lang.T("Se alle kommuner"), Href: "/kommuner"}},
	}
}

func (q *question) fylker(v *search.View, a asked) {
	for _, text := range q.values(a, paramFylke) {
		f, ok := fylkeNamed(v, text)
		if !ok {
			q.note(q.lang.T("Vi fant ikke fylket «%s».", cut(text, maxPlaceText)), view.Link{Text: q.lang.T("Se alle fylker"), Href: "/kommuner"})
			continue
		}
		q.keep(paramFylke, string(f.Number))
		q.query.Fylker = append(q.query.Fylker, f.Number)
	}
}

func (q *question) types(v *search.View, a asked) {
	for _, text := range q.values(a, paramType) {
		if _, ok := v.Type(text); ok {
			q.keep(paramType, text)
			q.query.Types = append(q.query.Types, text)
			continue
		}
		var links []view.Link
		for _, s := range v.Suggest(string(q.lang), strings.ReplaceAll(cut(text, maxPlaceText), "_", " "), maxNear, search.SuggestType) {
			links = append(links, view.Link{Text: s.Text, Href: s.Path})
		}
		q.note(q.lang.T("Vi kjenner ikke typen «%s».", cut(text, maxPlaceText)), links...)
	}
}

// known returns the values that are among the codes, and tells of the others.
func (q *question) known(a asked, param string, codes []string) []string {
	var out []string
	for _, code := range q.values(a, param) {
		if !slices.Contains(codes, code) {
			q.note(q.lang.T("Vi kjenner ikke valget «%s», så det er ikke med.", cut(code, maxPlaceText)))
			continue
		}
		q.keep(param, code)
		out = append(out, code)
	}
	return out
}

func (q *question) languages(a asked) {
	for _, code := range q.values(a, paramLanguage) {
		code = strings.ToLower(code)
		if len(code) < 2 || len(code) > 3 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") != "" {
			q.note(q.lang.T("Vi kjenner ikke språket «%s», så det er ikke med.", cut(code, maxPlaceText)))
			continue
		}
		q.keep(paramLanguage, code)
		q.query.Languages = append(q.query.Languages, code)
	}
}

// position reads where distances are measured from, and how far off is near enough.
func (q *question) position(a asked) {
	lat, lon := a.first(paramLat), a.first(paramLon)
	if lat != "" || lon != "" {
		y, okY := number(lat, -90, 90)
		x, okX := number(lon, -180, 180)
		if okY && okX {
			q.query.Near = &region.Position{Lat: y, Lon: x}
			q.keep(paramLat, lat)
			q.keep(paramLon, lon)
		} else {
			q.note(q.lang.T("Vi forsto ikke hvor du er (lat og lon). Skriv heller kommunen din."))
		}
	}
	radius := a.first(paramRadius)
	if radius == "" {
		return
	}
	km, ok := number(radius, 0, maxRadius)
	switch {
	case !ok || km == 0:
		q.note(q.lang.T("Vi forsto ikke avstanden «%s». Den må være et tall i kilometer.", cut(radius, maxPlaceText)))
	case q.query.Near == nil && len(q.query.Kommuner) == 0 && q.query.Text == "":
		q.note(q.lang.T("Avstand trenger et sted å måle fra. Skriv kommunen din."))
	default:
		q.query.RadiusKM = km
		q.keep(paramRadius, radius)
	}
}

// number reads a decimal number within limits, comma allowed.
func number(s string, low, high float64) (float64, bool) {
	f, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return f, err == nil && f >= low && f <= high // NaN is not
}

func (q *question) order(a asked) {
	switch sort := search.Sort(a.first(paramSort)); sort {
	case "":
	case search.ByRelevance, search.ByName, search.ByDistance:
		q.query.Sort = sort
		if sort != search.ByRelevance {
			q.keep(paramSort, string(sort))
		}
	default:
		q.note(q.lang.T("Vi kjenner ikke rekkefølgen «%s». Vi viser de beste treffene først.", cut(string(sort), maxPlaceText)))
	}
}

func (q *question) page(a asked) {
	text := a.first(paramPage)
	if text == "" {
		return
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		q.note(q.lang.T("Vi forsto ikke sidetallet «%s». Dette er den første siden.", cut(text, maxPlaceText)))
		return
	}
	q.query.Page = n
	if n > 1 {
		q.keep(paramPage, text)
	}
}
