package site

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// showForKommuner answers the page for those who answer for offerings. In it stands the form
// that makes the line with which a kommune puts its list on its own website.
func (s *Site) showForKommuner(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	framesOwn(c)
	a := readEmbed(v, c)
	a.level = 0 // the element's own affair
	kommune := cut(strings.TrimSpace(strings.ToValidUTF8(c.Query(paramKommune), "")), maxPlaceText)
	query := a.key() + "&" + kommune
	empty := kommune == "" && c.Request().URI().QueryArgs().Has(paramKommune) // the form, sent without one
	if empty {
		query += "&tom"
	}
	return s.answer(c, v, query, func(context.Context) (templ.Component, error) {
		m := s.meta(s.t("For kommuner og organisasjoner"), "/for-kommuner", page.MenuAbout, s.aboutCrumb())
		m.Description = s.t("Hva kommuner og organisasjoner får, hvordan de kommer i gang, og hva de blir spurt om.")
		m.Style = "more.css"
		m.NoIndex = kommune != "" || empty || len(a.values())+len(a.bad) > 0
		b := s.builder(v, a, kommune)
		if empty {
			b.Fault = s.t("Skriv kommunen som listen skal være for.")
		}
		return view.ForKommuner(view.ForKommunerPage{Meta: m, Embed: b}), nil
	})
}

// framesOwn lets the page show what is ours in a frame: the preview. Other pages show nothing
// in frames.
func framesOwn(c *fiber.Ctx) {
	if policy := c.GetRespHeader(fiber.HeaderContentSecurityPolicy); policy != "" {
		c.Set(fiber.HeaderContentSecurityPolicy, policy+"; frame-src 'self'")
	}
}

// builder returns the form as it was filled in, with what comes of it.
func (s *Site) builder(v *search.View, a embedAsked, kommune string) view.EmbedBuilder {
	b := view.EmbedBuilder{
		Kommune: kommune,
		Own:     a.own,
		Types:   s.typeChoices(v, a),
		Looks: []view.EmbedChoice{
			{Text: s.t("Lys"), Chosen: a.look == ""},
			{Value: lookDark, Text: s.t("Mørk"), Chosen: a.look == lookDark},
			{Value: lookAuto, Text: s.t("Følger leserens valg"), Chosen: a.look == lookAuto},
		},
		Languages: []view.EmbedChoice{{Text: s.t("Kommunens egen målform"), Chosen: a.language == ""}},
		Origin:    s.deps.BaseURL,
	}
	for _, l := range page.Languages() {
		b.Languages = append(b.Languages, view.EmbedChoice{Value: string(l), Text: l.Name(), Lang: string(l), Chosen: a.language == l})
	}
	b.Accent, b.Ground = s.colourField(a, paramAccent, a.accent), s.colourField(a, paramGround, a.ground)
	b.Notes = append(s.misread(a), s.adjusted(a)...)
	if kommune != "" {
		s.build(v, a, &b)
	}
	return b
}

func (s *Site) typeChoices(v *search.View, a embedAsked) []view.EmbedChoice {
	var out []view.EmbedChoice
	for _, t := range v.Types() {
		out = append(out, view.EmbedChoice{Value: t.Code, Text: s.lang.Pick(t.Plural), Chosen: slices.Contains(a.types, t.Code)})
	}
	return out
}

// colourField returns the field of a colour: what was understood, else what was written and
// how it is to be written.
func (s *Site) colourField(a embedAsked, name string, c *rgb) view.EmbedColour {
	f := view.EmbedColour{Name: name}
	for _, bad := range a.bad {
		if value, ok := strings.CutPrefix(bad, name+"="); ok {
			f.Value = value
			f.Fault = s.t("Vi forsto ikke fargen «%s». Skriv den med seks tegn, for eksempel 1d5c57. Så lenge bruker vi vår egen.", value)
		}
	}
	if c != nil && f.Fault == "" {
		f.Value = c.String()
	}
	return f
}

// misread says what was not understood beside colours.
func (s *Site) misread(a embedAsked) []string {
	var out []string
	for _, bad := range a.bad {
		if name, _, _ := strings.Cut(bad, "="); name != paramAccent && name != paramGround {
			out = append(out, s.t("Vi forsto ikke «%s», og har latt det være.", bad))
		}
	}
	return out
}

// adjusted says where a colour was changed so that it can be read.
func (s *Site) adjusted(a embedAsked) []string {
	if a.accent == nil {
		return nil
	}
	var out []string
	add := func(p palette, text string) {
		if p.link != p.fill {
			out = append(out, s.t(text, p.fill, p.link))
		}
	}
	lightText := page.Mark("%s er vanskelig å lese på bakgrunnen. I lenker og knapper bruker vi %s i stedet. Feltet øverst har fargen dere valgte.")
	switch {
	case a.ground != nil:
		add(a.light(), lightText)
	case a.look == lookDark:
		add(a.dark(), lightText)
	case a.look == lookAuto:
		add(a.light(), lightText)
		add(a.dark(), page.Mark("%s er vanskelig å lese på mørk bakgrunn. Der bruker vi %s i lenker og knapper."))
	default:
		add(a.light(), lightText)
	}
	return out
}

// build fills in the lines to paste for the kommune, or says why there are none.
func (s *Site) build(v *search.View, a embedAsked, b *view.EmbedBuilder) {
	found := resolve(v, b.Kommune, kommuneNumber)
	switch len(found.matches) {
	case 0:
		b.Fault = s.t("Vi fant ikke «%s»", b.Kommune)
		return
	case 1:
	default:
		b.Fault = s.t("Hvilken kommune mener du?")
		for _, m := range found.matches {
			q := a.values()
			q.Set(paramKommune, string(m.Kommune.Number))
			b.Places = append(b.Places, view.Link{Text: m.Kommune.DisplayName(), Href: "/for-kommuner?" + q.Encode() + "#bygg-inn", Sub: s.why(m)})
		}
		return
	}
	k := found.matches[0].Kommune
	in := s.In(a.languageFor(k))
	title := in.t("Hjelp for pårørende i %s", k.DisplayName())
	b.Kommune = k.DisplayName()
	b.Preview = a.address(string(k.Number))
	b.Title = title
	b.Lang = string(in.lang)
	b.Frame = fmt.Sprintf(`<iframe src="%s" title="%s" width="100%%" height="%d" loading="lazy" frameborder="0"></iframe>`,
		templ.EscapeString(s.deps.BaseURL+b.Preview), templ.EscapeString(title), frameHeight)
	b.Element = fmt.Sprintf("<script src=\"%s\" async></script>\n<oversikt-tilbud %s><a href=\"%s\">%s</a></oversikt-tilbud>",
		templ.EscapeString(s.deps.BaseURL+embedScript), a.attributes(string(k.Number)), templ.EscapeString(in.absolute(page.KommunePath(k.Kommune))), templ.EscapeString(title))
}

// frameHeight is room for some offerings; the rest is scrolled to.
const frameHeight = 800

// attributes returns what is asked for as attributes of the element.
func (a embedAsked) attributes(kommune string) string {
	out := []string{`kommune="` + templ.EscapeString(kommune) + `"`}
	q := a.values()
	for _, name := range []string{paramShow, paramType, paramLanguage, paramAccent, paramGround, paramLook} {
		if values := q[name]; len(values) > 0 {
			out = append(out, name+`="`+templ.EscapeString(strings.Join(values, " "))+`"`)
		}
	}
	return strings.Join(out, " ")
}
