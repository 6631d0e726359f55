package site

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"rsc.io/qr"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/referral"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// minute is how exactly a code knows when its list was made.
const minute = time.Minute

// paramLarge asks for a sheet in large type.
const paramLarge = "stor"

// showSheet answers "/henvisning/4C81-077Y-…". What is read as the same code leads there; what
// is no code, to the field for codes, with what is wrong.
func (s *Site) showSheet(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	written, err := param(c, "code")
	if err != nil {
		return err
	}
	l, err := referral.Decode(written)
	if err != nil {
		a := referralAsked{code: cut(written, maxCode)}
		c.Status(http.StatusNotFound)
		return s.answer(c, v, a.key(), func(context.Context) (templ.Component, error) { return view.Referral(s.referralPage(v, a)), nil })
	}
	large := c.Query(paramLarge) == "1"
	code, err := l.Code()
	if err != nil {
		return err
	}
	l = today(v, l)
	if code != written {
		return s.redirect(c, sheetPath+code+sizeQuery(large), http.StatusMovedPermanently)
	}
	return s.answer(c, v, sizeQuery(large), func(context.Context) (templ.Component, error) { return view.Sheet(s.sheetPage(v, l, code, large)), nil })
}

// today returns the list with the kommuner that those in it have become since it was made. One
// that was divided stays as it was: nobody knows in which part they live.
func today(v *search.View, l referral.List) referral.List {
	for _, n := range []*region.Number{&l.Kommune, &l.Relatives} {
		if found := byNumber(v, *n); len(found.matches) == 1 {
			*n = found.matches[0].Kommune.Number
		}
	}
	if l.Relatives == l.Kommune {
		l.Relatives = ""
	}
	return l
}

func sizeQuery(large bool) string {
	if large {
		return "?" + paramLarge + "=1"
	}
	return ""
}

func (s *Site) sheetPage(v *search.View, l referral.List, code string, large bool) view.ReferralSheet {
	path := sheetPath + code
	m := s.meta(s.t("Noen å snakke med"), path, page.NoMenu, page.Crumb{Text: s.t("Lag et ark til familien"), Path: referralPath})
	m.BaseURL, m.NoIndex, m.Style, m.Query = "", true, "referral.css", sizeQuery(large)
	address := s.deps.BaseURL + s.lang.Prefix() + path
	p := view.ReferralSheet{
		Meta: m, Large: large, LargeHref: path + sizeQuery(!large),
		Code: code, Address: address, ShownAt: view.ShortAddress(address),
		TypeAt:    view.ShortAddress(s.deps.BaseURL + s.lang.Prefix() + referralPath),
		QR:        s.lang.Prefix() + path + "/qr.svg",
		Made:      s.t("Laget %s", s.lang.Date(l.Made)),
		Groups:    s.sheetGroups(v, l),
		Emergency: view.EmergencyNumbers(s.lang),
		EditHref:  referralPath + "?" + editQuery(l) + "#forslag",
	}
	p.Kommuner = s.sheetKommuner(v, l)
	for _, g := range p.Groups {
		for _, i := range g.Items {
			if i.Changed || i.Gone {
				p.Old = s.t("Noe er endret etter at arket ble laget. Det er merket under.")
			}
		}
	}
	p.Journal = s.sheetText(p, s.t("Gitt informasjon om tilbud for pårørende. Arket er fra %s:", s.lang.Date(l.Made)))
	message := s.sheetText(p, s.t("Her er numrene du fikk:"))
	p.SMS = view.SMSAddress(message)
	p.Mail = view.MailAddress(s.t("Telefonnumre"), message)
	return p
}

// sheetText is the sheet as plain text, after a first line that says nothing to those who look
// over a shoulder.
func (s *Site) sheetText(p view.ReferralSheet, first string) string {
	var b strings.Builder
	b.WriteString(first + "\n")
	for _, g := range p.Groups {
		for _, i := range g.Items {
			switch {
			case i.Gone:
				continue
			case len(i.Phones) > 0:
				numbers := each(i.Phones, func(p view.Phone) string { return p.Number })
				if i.Key != "" {
					numbers[0] += " (" + lowerInitial(i.Key) + ")"
				}
				fmt.Fprintf(&b, "- %s: %s\n", i.Name, strings.Join(numbers, ", "))
			case i.Website != "":
				fmt.Fprintf(&b, "- %s: %s\n", i.Name, i.Website)
			default:
				fmt.Fprintf(&b, "- %s\n", i.Name)
			}
		}
	}
	b.WriteString(s.t("Hele arket:") + " " + p.Address + "\n")
	return b.String()
}

// editQuery returns the form as it was when the list was made.
func editQuery(l referral.List) string {
	a := referralAsked{whom: l.Whom, about: l.About, chosen: l.Offerings,
		patient: placeAsked{param: paramKommune, text: string(l.Kommune)}, relatives: placeAsked{param: paramRelatives, text: string(l.Relatives)}}
	return a.key()
}

func (s *Site) sheetKommuner(v *search.View, l referral.List) string {
	var names []string
	for _, n := range []region.Number{l.Relatives, l.Kommune} {
		if k, ok := v.Kommune(n); ok {
			names = append(names, k.DisplayName())
		} else if n != "" {
			names = append(names, s.t("kommune %s", n))
		}
	}
	if len(names) == 0 {
		return s.t("For hele landet")
	}
	return s.t("For %s", s.lang.And(names))
}

// sheetGroups divides the list by whom each offering is for, and keeps its order in each.
func (s *Site) sheetGroups(v *search.View, l referral.List) []view.SheetGroup {
	w := s.newWriter(v)
	kommune, _ := v.Kommune(l.Kommune)
	relatives, _ := v.Kommune(l.Relatives)
	own, theirs := view.SheetGroup{}, view.SheetGroup{}
	national, elsewhere, gone := view.SheetGroup{Label: s.t("For hele landet")}, view.SheetGroup{Label: s.t("Andre steder")}, view.SheetGroup{Label: s.t("Ikke her lenger")}
	if relatives != nil {
		own.Label = s.t("Der du bor: %s", relatives.DisplayName())
	}
	if kommune != nil {
		theirs.Label = s.t("For %s", kommune.DisplayName())
		if l.Relatives != "" {
			theirs.Label = s.t("Der den syke bor: %s", kommune.DisplayName())
		}
	}
	for _, id := range l.Offerings {
		o, ok := v.Offering(id)
		if !ok {
			gone.Items = append(gone.Items, s.goneItem(l, id, kommune))
			continue
		}
		to := &elsewhere
		switch {
		case relatives != nil && isLocal(o, l.Relatives):
			to = &own
		case kommune != nil && isLocal(o, l.Kommune):
			to = &theirs
		case o.Coverage.National:
			to = &national
		}
		to.Items = append(to.Items, w.sheetItem(o, l))
	}
	var groups []view.SheetGroup
	for _, g := range []view.SheetGroup{own, theirs, national, elsewhere, gone} {
		if len(g.Items) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// isLocal reports whether an offering covers the kommune otherwise than all others.
func isLocal(o *directory.Offering, n region.Number) bool {
	r := o.Coverage.Reach(n)
	return r != directory.NotCovered && r != directory.ByNational
}

// goneItem stands where an offering was that readers can see no more. Its name went with it.
func (s *Site) goneItem(l referral.List, id int64, k *search.Kommune) view.SheetItem {
	i := view.SheetItem{Name: s.t("Tilbud nummer %d", id), Gone: true, LikeText: s.t("Søk etter lignende"), LikeHref: likeHref(k, l.Whom, l.About)}
	if k != nil {
		i.LikeText = s.t("Søk etter lignende i %s", k.DisplayName())
	}
	return i
}

// changedSince reports whether the offering says something else than it did. A first version
// never has: where it is younger than the list, this is another database, into which the same
// files were read.
func changedSince(o *directory.Offering, made time.Time) bool {
	return o.Version > 1 && !o.ChangedAt.Before(made)
}

func (w writer) sheetItem(o *directory.Offering, l referral.List) view.SheetItem {
	t := w.types[o.Type]
	i := view.SheetItem{
		Name:    o.Name,
		Path:    page.OfferingPath(o),
		Phones:  w.withKey(o, each(o.Phones, func(p directory.Phone) view.Phone { return view.PhoneOf(w.lang, p) })),
		Key:     w.keyOf(o),
		Hours:   w.sheetHours(o),
		Does:    o.Summary,
		Notice:  view.ClosedNote(w.lang, o),
		Changed: changedSince(o, l.Made),
	}
	i.DoesLang = i.Does != ""
	if i.Does == "" {
		i.Does = firstSentence(w.lang.Pick(t.Does))
	}
	if o.Referral.Kind != "" || o.Referral.Text != "" {
		i.How = view.ReferralText(w.lang, o.Referral)
	}
	if o.Coverage.Bydel != "" {
		i.Bydel = w.lang.T("Gjelder %s.", o.Coverage.Bydel)
	}
	if len(o.Locations) > 0 && o.Locations[0].Street != "" {
		i.Address = addressText(o.Locations[0])
	}
	if len(o.Websites) > 0 {
		i.Website = o.Websites[0]
	}
	if len(o.Emails) > 0 {
		i.Email = o.Emails[0]
	}
	if due := t.Due(*o); !w.now.Before(due.Old) {
		i.SourceOld = view.SourceNote(w.lang, o, due, w.now).Text
	}
	if c, ok := w.openCourse(o, w.now.In(page.Oslo)); ok {
		i.Course, i.Calendar = w.nextCourse(o), calendarPath(c.ID)
	}
	w.answeredBy(&i, o, l)
	return i
}

// answeredBy gives an offering without a telephone that of its kommune, if it is the kommune's
// own, and one that says nothing of how to reach it the website of the kommune.
func (w writer) answeredBy(i *view.SheetItem, o *directory.Offering, l referral.List) {
	own := w.kommuneOf(o)
	if k, ok := w.v.Kommune(own); ok && len(i.Phones) == 0 {
		if ask := view.AskKommuneOf(w.lang, k); ask.Phone != nil {
			i.Phones = []view.Phone{{Number: ask.Phone.Number, Href: ask.Phone.Href}}
			i.Via = w.lang.T("%s, spør etter tilbudet", ask.Name)
		}
	}
	if len(i.Phones) > 0 || i.Website != "" || i.Email != "" {
		return
	}
	for _, n := range []region.Number{own, o.Kommune(), l.Relatives, l.Kommune} {
		if k, ok := w.v.Kommune(n); ok && (n == own || n == o.Kommune() || isLocal(o, n)) {
			i.Website = k.WebsiteURL()
			return
		}
	}
}

// kommuneOf returns the kommune whose own an offering is, "" where it is not one's.
func (w writer) kommuneOf(o *directory.Offering) region.Number {
	if o.Organization.Kommune != "" || len(o.Coverage.Kommuner) != 1 {
		return o.Organization.Kommune
	}
	// Imported organizations are known by their names.
	if k, ok := w.v.Kommune(o.Coverage.Kommuner[0]); ok && strings.EqualFold(o.Organization.Name, k.Name+" kommune") {
		return k.Number
	}
	return ""
}

// sheetHours returns the opening hours in a line, "" where they are not known.
func (w writer) sheetHours(o *directory.Offering) string {
	said := []string{}
	if o.OpeningText != "" {
		said = append(said, o.OpeningText)
	}
	for _, d := range o.Schedules {
		if (d.ValidFrom == nil || !d.ValidFrom.After(w.now)) && (d.ValidTo == nil || !d.ValidTo.Before(w.now.AddDate(0, 0, -1))) {
			said = append(said, view.Hours(w.lang, d))
		}
	}
	return view.UpperInitial(strings.Join(said, ", "))
}

// firstSentence returns a text up to its first full stop.
func firstSentence(text string) string {
	if i := strings.Index(text, ". "); i >= 0 {
		return text[:i+1]
	}
	return text
}

// showQR answers with the sheet's address as a QR code.
func (s *Site) showQR(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	written, err := param(c, "code")
	if err != nil {
		return err
	}
	l, err := referral.Decode(written)
	if err != nil {
		return fiber.ErrNotFound
	}
	return s.plain(c, v, "", "image/svg+xml; charset=utf-8", func(context.Context) ([]byte, error) {
		code, err := l.Code()
		if err != nil {
			return nil, err
		}
		return drawQR(s.deps.BaseURL + s.lang.Prefix() + sheetPath + url.PathEscape(code))
	})
}

// drawQR returns a text as a QR code, black on white with the margin that readers need. It is
// a path and not a picture, so that printers draw it sharp.
func drawQR(text string) ([]byte, error) {
	q, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	const margin = 4
	var b bytes.Buffer
	size := q.Size + 2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, size, size, 4*size, 4*size, size, size)
	for y := range q.Size {
		for x := 0; x < q.Size; x++ {
			from := x
			for x < q.Size && q.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+margin, y+margin, x-from, x-from)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes(), nil
}
