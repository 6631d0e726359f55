package site

import (
	"net/url"
	"slices"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// Names of the parameters of /kurs, beside those that it has in common with /sok.
const (
	paramDistance = "avstand" // kilometres from the centre of the kommune
	paramFrom     = "fra"
	paramTo       = "til"
)

// courseParams are the parameters of /kurs that are read.
var courseParams = []string{paramPlace, paramKommune, paramDistance, paramFrom, paramTo, paramTopic, paramFormat, paramTarget, paramPage}

const coursesPath = "/kurs"

// courseHref returns the address of the courses that are asked for, the same for the same
// question.
func courseHref(a asked) string { return coursesPath + courseTail(a) }

func courseTail(a asked) string {
	if len(a) == 0 {
		return ""
	}
	return "?" + url.Values(a).Encode()
}

// courseQuestion is a question for courses as it was understood.
type courseQuestion struct {
	question
	find search.CourseQuery
}

// understandCourses returns what the parameters mean on the day. What cannot be understood
// is left out and told in the notes.
func (s *Site) understandCourses(v *search.View, a asked, today time.Time) courseQuestion {
	q := courseQuestion{question: question{lang: s.lang, asked: asked{}}}
	q.question.query.Page = 1
	q.places(v, a)
	q.distance(a)
	q.days(a, today)
	codes := func(kind directory.TermKind) []string {
		return each(v.Terms(kind), func(t directory.Term) string { return t.Code })
	}
	q.find.Topics = q.known(a, paramTopic, codes(directory.Topic))
	q.find.TargetGroups = q.known(a, paramTarget, codes(directory.TargetGroup))
	formats := each(directory.CourseFormats(), func(f directory.CourseFormat) string { return string(f) })
	q.find.Formats = each(q.known(a, paramFormat, formats), func(f string) directory.CourseFormat { return directory.CourseFormat(f) })
	q.page(a)
	return q
}

// places reads where the reader lives. A name that several kommuner share is answered with
// all of them until one is chosen.
func (q *courseQuestion) places(v *search.View, a asked) {
	for _, p := range []struct {
		param  string
		digits digitsMean
	}{{paramKommune, kommuneNumber}, {paramPlace, postalCode}} {
		for _, text := range q.values(a, p.param) {
			found := resolve(v, text, p.digits)
			if len(found.matches) != 1 {
				q.notes = append(q.notes, placeNote(q.lang, text, found, func(n region.Number) string {
					return courseHref(a.with(paramPlace).with(paramPage).with(paramKommune, string(n)))
				}))
			}
			for _, n := range found.kommuner() {
				q.keep(paramKommune, string(n))
			}
		}
	}
	for _, n := range q.asked[paramKommune] {
		q.find.Kommuner = append(q.find.Kommuner, region.Number(n))
	}
}

func (q *courseQuestion) distance(a asked) {
	text := a.first(paramDistance)
	if text == "" {
		return
	}
	km, ok := number(text, 0, maxRadius)
	switch {
	case !ok || km == 0:
		q.note(q.lang.T("Vi forsto ikke avstanden «%s». Den må være et tall i kilometer.", cut(text, maxPlaceText)))
	case len(q.find.Kommuner) == 0:
		q.note(q.lang.T("Avstand trenger et sted å måle fra. Skriv kommunen din."))
	default:
		q.find.RadiusKM = km
		q.keep(paramDistance, text)
	}
}

// days reads the first and the last day. What is over is not shown, whatever is asked for.
func (q *courseQuestion) days(a asked, today time.Time) {
	from, to := q.day(a, paramFrom), q.day(a, paramTo)
	today = directory.DayOf(today)
	if !from.IsZero() && from.Before(today) {
		q.note(q.lang.T("Datoen du valgte som første dag, er over. Vi viser det som kommer."))
		from = time.Time{}
	}
	switch {
	case to.IsZero():
	case to.Before(today):
		q.note(q.lang.T("Datoen du valgte som siste dag, er over. Vi viser det som kommer."))
		to = time.Time{}
	case to.Before(from):
		q.note(q.lang.T("Siste dag er før første dag. Vi viser alt fra første dag."))
		to = time.Time{}
	}
	q.find.From, q.find.To = from, to
	for name, day := range map[string]time.Time{paramFrom: from, paramTo: to} {
		if !day.IsZero() {
			q.keep(name, day.Format(time.DateOnly))
		}
	}
}

// day returns midnight UTC of the day, zero for none.
func (q *courseQuestion) day(a asked, name string) time.Time {
	text := a.first(name)
	if text == "" {
		return time.Time{}
	}
	if t, ok := directory.ParseDay(text); ok && t.Year() >= 2000 && t.Year() < 3000 {
		return t
	}
	q.note(q.lang.T("Vi forsto ikke datoen «%s». Skriv den slik: 2027-01-31.", cut(text, maxPlaceText)))
	return time.Time{}
}

// formatNames are the ways to take part as readers choose them.
var formatNames = map[directory.CourseFormat]string{
	directory.AtPlace: page.Mark("Du møter opp"),
	directory.Online:  page.Mark("På nett"),
	directory.Hybrid:  page.Mark("Du kan velge"),
}

// chosen returns the reader's choices, each with the question without it.
func (q *courseQuestion) chosen(w writer) []view.Chip {
	var chips []view.Chip
	a := q.asked.with(paramPage)
	add := func(text string, rest asked) {
		chips = append(chips, view.Chip{Text: text, Href: courseHref(rest)})
	}
	for _, n := range q.asked[paramKommune] {
		rest := a.without(paramKommune, n)
		if len(rest[paramKommune]) == 0 {
			rest = rest.with(paramDistance)
		}
		add(w.kommuneName(region.Number(n)), rest)
	}
	if q.find.RadiusKM > 0 {
		add(w.lang.T("Innen %s", w.lang.Distance(q.find.RadiusKM)), a.with(paramDistance))
	}
	if !q.find.From.IsZero() {
		add(w.lang.T("Fra %s", w.lang.Day(q.find.From)), a.with(paramFrom))
	}
	if !q.find.To.IsZero() {
		add(w.lang.T("Til %s", w.lang.Day(q.find.To)), a.with(paramTo))
	}
	for _, t := range []struct {
		param string
		kind  directory.TermKind
	}{{paramTopic, directory.Topic}, {paramTarget, directory.TargetGroup}} {
		for _, term := range w.v.Terms(t.kind) {
			if slices.Contains(q.asked[t.param], term.Code) {
				add(w.lang.Pick(term.Name), a.without(t.param, term.Code))
			}
		}
	}
	for _, f := range q.find.Formats {
		add(w.lang.T(formatNames[f]), a.without(paramFormat, string(f)))
	}
	return chips
}

// facets returns the choices that narrow the courses. A choice that none of them has is left
// out, unless it is taken.
func (q *courseQuestion) facets(w writer, found search.FoundCourses) []view.Facet {
	group := func(name, param string) view.Facet { return view.Facet{Name: w.lang.T(name), Param: param} }
	add := func(f *view.Facet, code, text string, count int) {
		checked := slices.Contains(q.asked[f.Param], code)
		if count > 0 || checked {
			f.Values = append(f.Values, view.FacetValue{ID: f.Param + "-" + code, Value: code, Text: text, Count: w.lang.Number(count), Checked: checked})
			f.Open = f.Open || checked
		}
	}
	topics, formats, groups := group(page.Mark("Tema"), paramTopic), group(page.Mark("På nett eller der du møter opp"), paramFormat), group(page.Mark("Hvem det er for"), paramTarget)
	for _, t := range w.v.Terms(directory.Topic) {
		add(&topics, t.Code, w.lang.Pick(t.Name), found.Topics[t.Code])
	}
	for _, f := range directory.CourseFormats() {
		add(&formats, string(f), w.lang.T(formatNames[f]), found.Formats[f])
	}
	for _, t := range w.v.Terms(directory.TargetGroup) {
		add(&groups, t.Code, w.lang.Pick(t.Name), found.TargetGroups[t.Code])
	}
	return slices.DeleteFunc([]view.Facet{topics, formats, groups}, func(f view.Facet) bool { return len(f.Values) == 0 })
}
