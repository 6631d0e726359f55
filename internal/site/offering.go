package site

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// showOffering answers "/tilbud/42-familievernkontoret-i-oslo"; the id alone and another
// slug lead there.
func (s *Site) showOffering(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	key, err := param(c, "key")
	if err != nil {
		return err
	}
	number, _, _ := strings.Cut(key, "-")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return fiber.ErrNotFound
	}
	o, ok := v.Offering(id)
	if !ok {
		return fiber.ErrNotFound
	}
	if path := page.OfferingPath(o); path != s.at(c) {
		return s.redirect(c, path, http.StatusMovedPermanently)
	}
	return s.answer(c, v, "", func(ctx context.Context) (templ.Component, error) {
		p, err := s.offeringPage(ctx, v, o)
		if err != nil {
			return nil, err
		}
		return view.Offering(p), nil
	})
}

// PreviewOffering returns the page that the offering would have. It fails while there is
// no index.
func (s *Site) PreviewOffering(ctx context.Context, o *directory.Offering) (templ.Component, error) {
	v, err := s.current()
	if err != nil {
		return nil, err
	}
	p, err := s.offeringPage(ctx, v, o)
	if err != nil {
		return nil, err
	}
	p.Meta.NoIndex, p.Meta.Preview, p.Meta.BaseURL = true, true, ""
	return view.Offering(p), nil
}

func (s *Site) offeringPage(ctx context.Context, v *search.View, o *directory.Offering) (view.OfferingPage, error) {
	w := s.newWriter(v)
	t := w.types[o.Type]
	m := s.meta(o.Name, page.OfferingPath(o), page.MenuSearch, w.crumb(o))
	m.Description = w.area(o.Coverage, o.Kommune()).Words(s.lang) + ". " + s.lang.Pick(t.Does)
	m.LinkedData = append(m.LinkedData, s.linkedData(w, o))
	p := view.OfferingPage{
		Meta:        m,
		Name:        o.Name,
		TypeName:    s.lang.Pick(t.Name),
		TypeCode:    o.Type,
		TypeHref:    "/sok?type=" + o.Type,
		TypeDoes:    s.lang.Pick(t.Does),
		Laws:        each(t.Laws, w.law),
		Lead:        o.Summary,
		Description: paragraphs(o.Description),
		Notice:      view.ClosedNote(s.lang, o),
		Audience:    o.Audience,
		Keywords:    keywordsOf(o),
		Bydel:       o.Coverage.Bydel,
		Referral:    view.ReferralText(s.lang, o.Referral),
		AskFor:      w.askFor(t),
		Cost:        view.CostText(s.lang, o.Cost),
		Complaint:   paragraphs(o.Complaint),
		Hours:       s.hours(o),
		Addresses:   w.addresses(o),
		Phones:      w.phonesOf(o),
		Emails:      o.Emails,
		Websites:    o.Websites,
		Languages:   s.languages(o),
		Access:      each(o.Accessibility, func(a directory.Accessibility) string { return view.AccessibilityText(s.lang, a) }),
		Source:      view.SourceFull(s.lang, o, t.Due(*o), s.deps.Now()),
		SourceURL:   o.Source.URL,
		Changed:     s.lang.Date(o.ChangedAt),
		Report:      view.QuickReportOf(o, s.stamp()),
		Courses:     w.coursesOf(o),
	}
	p = p.Unasked(s.lang)
	if o.Organization.Name != o.Name {
		p.Organization = o.Organization.Name
	}
	w.describeArea(&p, o)
	if err := w.fallback(ctx, &p, o); err != nil {
		return p, err
	}
	return p, w.related(ctx, &p, o)
}

// crumb returns the page above an offering: its kommune, its fylke, or the search for its type.
func (w writer) crumb(o *directory.Offering) page.Crumb {
	n := o.Kommune()
	if n == "" && len(o.Coverage.Kommuner) > 0 {
		n = o.Coverage.Kommuner[0]
	}
	if k, ok := w.v.Kommune(n); ok && !o.Coverage.National {
		return page.Crumb{Text: k.DisplayName(), Path: page.KommunePath(k.Kommune)}
	}
	if len(o.Coverage.Fylker) == 1 {
		f := w.fylker[o.Coverage.Fylker[0]]
		return page.Crumb{Text: f.Name, Path: page.FylkePath(f)}
	}
	return page.Crumb{Text: w.lang.Pick(w.types[o.Type].Plural), Path: "/sok?type=" + o.Type}
}

// describeArea says whom the offering is for: in words when that is short, else as a list
// to open.
func (w writer) describeArea(p *view.OfferingPage, o *directory.Offering) {
	area := w.area(o.Coverage, o.Kommune())
	area.Bydel = ""
	const most = 6
	if names := append(append([]string{}, area.Fylker...), area.Kommuner...); !area.National && len(names) > most {
		p.Area = area.Words(w.lang)
		p.AreaNames = names
		return
	}
	switch {
	case area.National:
		p.Area = w.lang.T("For deg, uansett hvor i landet du bor.")
	case len(area.Fylker) > 0:
		p.Area = w.lang.T("For deg som bor i %s.", w.lang.And(append(area.Fylker, area.Kommuner...)))
	default:
		p.Area = w.lang.T("For deg som bor i %s.", w.lang.And(area.Kommuner))
	}
}

// fallback fills in whom to call where the offering has no number: its kommune, and the
// national lines.
func (w writer) fallback(ctx context.Context, p *view.OfferingPage, o *directory.Offering) error {
	if len(o.Phones) > 0 {
		return nil
	}
	n := o.Kommune()
	if len(o.Coverage.Kommuner) == 1 {
		n = o.Coverage.Kommuner[0]
	}
	if k, ok := w.v.Kommune(n); ok && !o.Coverage.National {
		a := view.AskKommuneOf(w.lang, k)
		p.Fallback = &a
	}
	lines, err := helplines(ctx, w.v)
	p.Lines = w.listings(lines, "")
	return err
}

// hours returns the opening hours, in the source's words and as a timetable where there is one,
// each to stand on a line of its own.
func (s *Site) hours(o *directory.Offering) []string {
	today := s.deps.Now()
	var out []string
	if o.OpeningText != "" {
		out = append(out, o.OpeningText)
	}
	for _, d := range o.Schedules {
		if (d.ValidFrom == nil || !d.ValidFrom.After(today)) && (d.ValidTo == nil || !d.ValidTo.Before(today.AddDate(0, 0, -1))) {
			out = append(out, view.Hours(s.lang, d))
		}
	}
	for _, x := range o.Exceptions {
		if x.Date.After(today.AddDate(0, 0, -1)) && x.Date.Before(today.Add(60*24*time.Hour)) {
			out = append(out, view.ExceptionHours(s.lang, x))
		}
	}
	if len(out) == 0 {
		return []string{s.t(view.NotStated)}
	}
	for i, line := range out {
		out[i] = view.UpperInitial(line)
	}
	return out
}

func (s *Site) languages(o *directory.Offering) string {
	if len(o.Languages) == 0 {
		return s.t(view.NotStated)
	}
	return s.lang.And(each(o.Languages, func(code string) string { return view.LanguageName(s.lang, code) }))
}

func (w writer) addresses(o *directory.Offering) []view.Address {
	var out []view.Address
	for _, l := range o.Locations {
		a := view.Address{Text: addressText(l)}
		if k, ok := w.v.Kommune(l.Kommune); ok {
			a.Kommune = &view.Link{Text: w.lang.T("%s kommune", k.DisplayName()), Href: page.KommunePath(k.Kommune)}
		}
		if a.Text != "" || a.Kommune != nil {
			out = append(out, a)
		}
	}
	return out
}

// addressText returns "Løkkeveien 33, 9510 Alta", as much of it as is known.
func addressText(l directory.Location) string {
	place := strings.TrimSpace(string(l.PostalCode) + " " + l.PostalPlace)
	var parts []string
	for _, s := range []string{l.Name, l.Street, place} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// related fills in the other offices of the same organization, and the same type nearby.
func (w writer) related(ctx context.Context, p *view.OfferingPage, o *directory.Offering) error {
	q := search.Query{Types: []string{o.Type}, Page: 1, Size: 100}
	if k, ok := w.v.Kommune(o.Kommune()); ok {
		q.Near, q.Sort = positionOf(o, k), search.ByDistance
	}
	found, err := w.v.Search(ctx, q)
	if err != nil {
		return err
	}
	const most = 5
	for _, h := range found.Hits {
		other := h.Offering
		if other.ID == o.ID {
			continue
		}
		l := view.Link{Text: other.Name, Href: page.OfferingPath(other)}
		if h.DistanceKM != nil {
			l.Sub = w.lang.Distance(*h.DistanceKM)
		}
		switch same := o.Organization.ID != 0 && other.Organization.ID == o.Organization.ID; {
		case same && len(p.Offices) < most:
			p.Offices = append(p.Offices, l)
		case !same && len(p.Nearby) < most:
			p.Nearby = append(p.Nearby, l)
		}
	}
	return nil
}

// positionOf returns where the offering is: its own position, else its kommune's centre.
func positionOf(o *directory.Offering, k *search.Kommune) *region.Position {
	i := slices.IndexFunc(o.Locations, func(l directory.Location) bool { return l.Position != nil })
	if i >= 0 {
		return o.Locations[i].Position
	}
	return &k.Position
}
