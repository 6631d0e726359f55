package site

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// writer turns offerings into what lists show, with names from one View.
type writer struct {
	lang   page.Language
	base   string // the site's public address
	v      *search.View
	now    time.Time
	fylker map[region.FylkeNumber]region.Fylke
	types  map[string]directory.OfferingType
}

func (s *Site) newWriter(v *search.View) writer {
	w := writer{s.lang, s.deps.BaseURL, v, s.deps.Now(), map[region.FylkeNumber]region.Fylke{}, map[string]directory.OfferingType{}}
	for _, f := range v.Fylker() {
		w.fylker[f.Number] = f
	}
	for _, t := range v.Types() {
		w.types[t.Code] = t
	}
	return w
}

// typeName returns the name of a type by its code.
func (w writer) typeName(code string) string { return w.lang.Pick(w.types[code].Name) }

// askFor returns what to say when asking for a type.
func (w writer) askFor(t directory.OfferingType) view.Words { return view.WordsToSay(w.lang, t.AskFor) }

// kommuneName returns the name to show for a kommune.
func (w writer) kommuneName(n region.Number) string {
	if k, ok := w.v.Kommune(n); ok {
		return k.DisplayName()
	}
	return string(n)
}

// area names what an offering covers, the kommune first first.
func (w writer) area(c directory.Coverage, first region.Number) view.Area {
	kommuner := slices.Clone(c.Kommuner)
	names := func(numbers []region.Number) []string { return each(numbers, w.kommuneName) }
	if i := slices.Index(kommuner, first); i > 0 {
		kommuner = append([]region.Number{first}, slices.Delete(kommuner, i, i+1)...)
	}
	fylker := slices.Clone(c.Fylker)
	if first != "" {
		if i := slices.Index(fylker, first.Fylke()); i > 0 {
			fylker = append([]region.FylkeNumber{first.Fylke()}, slices.Delete(fylker, i, i+1)...)
		}
	}
	return view.Area{
		National: c.National,
		Fylker:   each(fylker, func(f region.FylkeNumber) string { return w.fylker[f].Name }),
		Kommuner: names(kommuner),
		Bydel:    c.Bydel,
	}
}

// listing returns the offering as lists show it. Reader is the kommune that the reader
// lives in, or "".
func (w writer) listing(h search.Hit, reader region.Number) view.Listing {
	o := h.Offering
	first := reader
	if first == "" {
		first = o.Kommune()
	}
	l := view.Listing{
		Name:     o.Name,
		Path:     page.OfferingPath(o),
		TypeName: w.typeName(o.Type),
		TypeCode: o.Type,
		Where:    w.area(o.Coverage, first).Words(w.lang),
		Tag:      view.ReachTag(w.lang, h.Reach, len(o.Coverage.Kommuner)-1),
		Text:     summary(o),
		Notice:   view.ClosedNote(w.lang, o),
		Source:   view.SourceNote(w.lang, o, w.types[o.Type].Due(*o), w.now),
	}
	if o.ForProfessionals() {
		l.Where = w.lang.T("For fagfolk") + " · " + l.Where
		l.Tag = w.forProfessionalsTag(l.Tag)
	}
	if name := o.Organization.Name; !strings.Contains(strings.ToLower(o.Name), strings.ToLower(name)) {
		l.Organization = name
	}
	door := o.Kommune()
	called := o.Coverage.National && len(o.Phones) > 0 && door != reader // from wherever one is
	if door != "" && door != reader && len(o.Coverage.Kommuner) != 1 && !called {
		l.Where += " · " + w.lang.T("kontor i %s", w.kommuneName(door))
	}
	if h.DistanceKM != nil && *h.DistanceKM >= 1 && !called {
		l.Where += " · " + w.lang.Distance(*h.DistanceKM)
	}
	if phones := w.phonesOf(o); len(phones) > 0 {
		l.Phone = &phones[0]
	}
	if len(o.Websites) > 0 {
		l.Website = o.Websites[0]
	}
	if len(o.Emails) > 0 {
		l.Email = o.Emails[0]
	}
	l.Course = w.nextCourse(o)
	if k, ok := w.v.Kommune(first); ok && l.Phone == nil && l.Website == "" && l.Email == "" {
		l.Website = k.WebsiteURL() // nobody knows how to reach it: the kommune is where to ask
	}
	return l
}

// elsewhere is listing for an offering that does not cover the reader's kommune.
func (w writer) elsewhere(h search.Hit, reader region.Number) view.Listing {
	l := w.listing(h, reader)
	distance := ""
	if h.DistanceKM != nil {
		distance = w.lang.Distance(*h.DistanceKM)
	}
	l.Tag = view.NearestTag(w.lang, distance)
	if h.Offering.ForProfessionals() {
		l.Tag = w.forProfessionalsTag(l.Tag)
	}
	return l
}

// forProfessionalsTag adds to a tag whom the offering is for: a pårørende is told so before the page
// is opened.
func (w writer) forProfessionalsTag(tag string) string {
	if tag == "" {
		return w.lang.T("for fagfolk")
	}
	return tag + " · " + w.lang.T("for fagfolk")
}

// listings is listing for many.
func (w writer) listings(hits []search.Hit, reader region.Number) []view.Listing {
	return each(hits, func(h search.Hit) view.Listing { return w.listing(h, reader) })
}

// phonesOf returns the telephone numbers of an offering. What its source says of when the
// telephone is answered stands with the first.
func (w writer) phonesOf(o *directory.Offering) []view.Phone {
	phones := each(o.Phones, func(p directory.Phone) view.Phone { return view.PhoneOf(w.lang, p) })
	switch {
	case len(phones) == 0 || phones[0].Note != "":
	case strings.Contains(o.OpeningText, "telefon"):
		phones[0].Note = view.UpperInitial(o.OpeningText)
	case o.DayAndNight():
		phones[0].Note = w.lang.T("Hele døgnet")
	}
	return w.withKey(o, phones)
}

// withKey says beside the first number, which others share, which key to press for the offering.
func (w writer) withKey(o *directory.Offering, phones []view.Phone) []view.Phone {
	if key := w.keyOf(o); key != "" && len(phones) > 0 {
		if phones[0].Note != "" {
			key += ", " + lowerInitial(phones[0].Note)
		}
		phones[0].Note = key
	}
	return phones
}

// keyword finds the key to press among the source's keywords: "tast 2".
var keyword = regexp.MustCompile(`^tast (\d)$`)

// keyOf says which key to press for the offering when its number answers; "" for none.
func (w writer) keyOf(o *directory.Offering) string {
	for _, k := range o.Keywords {
		if m := keyword.FindStringSubmatch(k); m != nil {
			return w.lang.T("Tast %s", m[1])
		}
	}
	return ""
}

// keywordsOf returns the source's keywords without the key to press, which stands with the number.
func keywordsOf(o *directory.Offering) []string {
	return slices.DeleteFunc(slices.Clone(o.Keywords), keyword.MatchString)
}

// summary is what an offering gives, in a line: its own words, or the source's keywords.
func summary(o *directory.Offering) string {
	if o.Summary != "" {
		return o.Summary
	}
	const most = 5
	keywords := keywordsOf(o)
	return strings.Join(keywords[:min(most, len(keywords))], " · ")
}

// law returns a paragraph as pages show it.
func (w writer) law(l directory.Law) view.Law {
	return view.Law{Text: w.lang.T(l.Text), Paragraph: l.Paragraph, URL: l.URL}
}
