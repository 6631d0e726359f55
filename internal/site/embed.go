package site

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// A kommune's list on the kommune's own website: in a frame without any script, or by the
// element <oversikt-tilbud>, which fetches the same page and puts its content in the host's
// (js/embed.js). The list is in the kommune's own målform unless the address says otherwise.
//
// These are the only addresses that other sites may frame and read. They have no cookies, no
// script in the frame, nothing that is kept, and nothing from anywhere else.

const (
	embedPath    = "/bygg-inn"
	embedStyle   = embedPath + "/stil.css"
	embedScript  = embedPath + "/tilbud.js"
	embedBuilder = "/for-kommuner#bygg-inn"
)

// embedPolicy is the content policy of the list: what it needs, which is a style sheet, in
// whatever frame.
const embedPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"

type embeddedKey struct{}

// embeddable lets other sites frame and read the answer.
func embeddable(c *fiber.Ctx) {
	c.Locals(embeddedKey{}, true)
	c.Set(fiber.HeaderContentSecurityPolicy, embedPolicy)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// mountEmbed registers the list. It has one address whatever its language is: those with a
// prefix lead there.
func (s *Site) mountEmbed(app fiber.Router) {
	app.Get(embedPath, func(c *fiber.Ctx) error { return s.redirect(c, embedBuilder, http.StatusSeeOther) })
	if s.lang != page.Bokmal {
		app.Get(embedPath+"/:key", s.leadToEmbed)
		return
	}
	app.Get(embedStyle, s.showEmbedStyle)
	app.Get(embedScript, s.showEmbedScript)
	app.Get(embedPath+"/:key", s.showEmbed)
}

// leadToEmbed leads from "/nn/bygg-inn/1804" to the list in that language.
func (s *Site) leadToEmbed(c *fiber.Ctx) error {
	embeddable(c)
	v, err := s.current()
	if err != nil {
		return err
	}
	key, err := param(c, "key")
	if err != nil {
		return err
	}
	a := readEmbed(v, c)
	if a.language == "" {
		a.language = s.lang
	}
	return leadOut(c, a.address(key))
}

// leadOut is redirect for an address that has no prefix.
func leadOut(c *fiber.Ctx, to string) error {
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.Redirect(to, http.StatusMovedPermanently)
}

// The parameters of the list. "type" may be repeated, or name several with blanks between.
const (
	paramShow   = "vis"
	paramAccent = "farge"
	paramGround = "bakgrunn"
	paramLook   = "utseende"
	paramLevel  = "niva"
)

const (
	showOwn = "egne" // what the kommune has itself or with others; else all that covers it

	lookAuto = "auto" // as the reader's system; else light
	lookDark = "mork"
)

// embedAsked is what an address of the list asks for, as it was understood.
type embedAsked struct {
	own            bool
	types          []string
	language       page.Language // "": the kommune's
	accent, ground *rgb          // nil: those of the pages
	look           string        // "": light
	level          int           // of the first heading; 0: 1
	bad            []string      // what was not understood, "farge=rød"
}

// Limits on what is said of what was not understood.
const (
	maxBad     = 4
	maxBadText = 40
)

// readEmbed reads the parameters. What is not known among them is left alone: addresses grow
// tails that others are to read.
func readEmbed(v *search.View, c *fiber.Ctx) embedAsked {
	var a embedAsked
	for name, value := range c.Request().URI().QueryArgs().All() {
		a.read(v, string(name), strings.TrimSpace(strings.ToValidUTF8(string(value), "")))
	}
	slices.Sort(a.types)
	return a
}

func (a *embedAsked) read(v *search.View, name, value string) {
	ok := true
	switch {
	case value == "":
		return
	case name == paramShow:
		a.own, ok = value == showOwn, value == showOwn || value == "alle"
	case name == paramType:
		ok = a.readTypes(v, value)
	case name == paramLanguage:
		if ok = slices.Contains(page.Languages(), page.Language(value)); ok {
			a.language = page.Language(value)
		}
	case name == paramAccent:
		ok = readColour(value, &a.accent)
	case name == paramGround:
		ok = readColour(value, &a.ground)
	case name == paramLook:
		if ok = value == lookAuto || value == lookDark || value == "lys"; ok {
			a.look = strings.TrimPrefix(value, "lys")
		}
	case name == paramLevel:
		n, err := strconv.Atoi(value)
		if ok = err == nil && n >= 1 && n <= 4; ok {
			a.level = n
		}
	}
	if !ok && len(a.bad) < maxBad {
		a.bad = append(a.bad, name+"="+cut(value, maxBadText))
	}
}

func (a *embedAsked) readTypes(v *search.View, value string) bool {
	ok := true
	for _, code := range strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' }) {
		switch _, known := v.Type(code); {
		case !known:
			ok = false
		case !slices.Contains(a.types, code):
			a.types = append(a.types, code)
		}
	}
	return ok
}

func readColour(value string, to **rgb) bool {
	colour, ok := parseColour(value)
	if ok {
		*to = &colour
	}
	return ok
}

// values returns the parameters; the same for what asks for the same.
func (a embedAsked) values() url.Values {
	q := url.Values{}
	if a.own {
		q.Set(paramShow, showOwn)
	}
	if len(a.types) > 0 {
		q[paramType] = a.types
	}
	if a.language != "" {
		q.Set(paramLanguage, string(a.language))
	}
	for name, value := range a.colours() {
		q[name] = value
	}
	if a.level > 1 {
		q.Set(paramLevel, strconv.Itoa(a.level))
	}
	return q
}

// colours returns the parameters that the style sheet has.
func (a embedAsked) colours() url.Values {
	q := url.Values{}
	if a.accent != nil {
		q.Set(paramAccent, a.accent.String()[1:])
	}
	if a.ground != nil {
		q.Set(paramGround, a.ground.String()[1:])
	}
	if a.look != "" {
		q.Set(paramLook, a.look)
	}
	return q
}

// address returns where the list of a kommune is.
func (a embedAsked) address(kommune string) string {
	return withQuery(embedPath+"/"+url.PathEscape(kommune), a.values())
}

func withQuery(address string, q url.Values) string {
	if len(q) == 0 {
		return address
	}
	return address + "?" + q.Encode()
}

// languageFor returns the language of the list of a kommune: the one that was asked for, else
// nynorsk where the kommune has chosen it.
func (a embedAsked) languageFor(k *search.Kommune) page.Language {
	switch {
	case a.language != "":
		return a.language
	case k != nil && k.Maalform == region.Nynorsk:
		return page.Nynorsk
	}
	return page.Bokmal
}

// showEmbed answers "/bygg-inn/1804". A former number and a name lead there.
func (s *Site) showEmbed(c *fiber.Ctx) error {
	embeddable(c)
	v, err := s.current()
	if err != nil {
		return err
	}
	key, err := param(c, "key")
	if err != nil {
		return err
	}
	a := readEmbed(v, c)
	number, _, _ := strings.Cut(key, "-")
	if k, ok := v.Kommune(region.Number(number)); ok {
		if key != number {
			return leadOut(c, a.address(number))
		}
		in := s.In(a.languageFor(k))
		return in.answer(c, v, a.key(), func(context.Context) (templ.Component, error) { return view.Embed(in.embedPage(v, k, a)), nil })
	}
	found := kommunerOf(v, key)
	switch len(found.matches) {
	case 0:
		return fiber.ErrNotFound
	case 1:
		return leadOut(c, a.address(string(found.matches[0].Kommune.Number)))
	}
	in := s.In(a.languageFor(nil))
	return in.answer(c, v, a.key(), func(context.Context) (templ.Component, error) { return view.Embed(in.embedChoice(found, key, a)), nil })
}

// key tells pages apart in the cache.
func (a embedAsked) key() string { return a.values().Encode() + "&" + strings.Join(a.bad, "&") }

// embedMeta returns what every page in a frame has.
func (s *Site) embedMeta(title string, a embedAsked) view.EmbedPage {
	return view.EmbedPage{
		Language: s.lang,
		Title:    title,
		Level:    max(a.level, 1),
		Style:    withQuery(embedStyle, a.colours()),
		Home:     view.Link{Text: view.SiteName, Href: s.absolute("/")},
		Bad:      a.bad,
		Builder:  s.absolute(embedBuilder),
	}
}

// absolute returns the address of a page of ours as other sites link to it.
func (s *Site) absolute(path string) string { return s.deps.BaseURL + s.lang.Prefix() + path }

func (s *Site) embedPage(v *search.View, k *search.Kommune, a embedAsked) view.EmbedPage {
	p := s.embedMeta(s.t("Hjelp for pårørende i %s", k.DisplayName()), a)
	p.Canonical = s.absolute(page.KommunePath(k.Kommune))
	p.All = &view.Link{Text: s.t("Alt for deg i %s", k.DisplayName()), Href: p.Canonical}
	p.Report = s.absolute("/meld-feil?kommune=" + string(k.Number))
	p.Ask = view.AskKommuneOf(s.lang, k)
	answers := a.keep(answersFor(v, k))
	for _, g := range s.newWriter(v).typeGroups(side{kommune: k, answers: answers}, nil) {
		for _, t := range g.Types {
			if t.Missing == nil || len(a.types) > 0 {
				p.Types = append(p.Types, s.outside(t, k))
			}
		}
	}
	sortOwnFirst(p.Types, answers)
	return p
}

// sortOwnFirst puts the types first that the kommune has something of itself: it is its list.
func sortOwnFirst(types []view.TypeAnswer, answers []search.Answer) {
	own := map[string]int{}
	for _, a := range answers {
		if slices.ContainsFunc(a.Offerings, isOwn) {
			own[a.Type.Code] = -1
		}
	}
	slices.SortStableFunc(types, func(a, b view.TypeAnswer) int { return own[a.Code] - own[b.Code] })
}

// isOwn reports whether the kommune has it itself or together with others.
func isOwn(h search.Hit) bool { return h.Reach == directory.ByOwn || h.Reach == directory.ByShared }

// keep returns the answers with what was asked for of them.
func (a embedAsked) keep(answers []search.Answer) []search.Answer {
	var out []search.Answer
	for _, answer := range answers {
		if len(a.types) > 0 && !slices.Contains(a.types, answer.Type.Code) {
			continue
		}
		if a.own {
			answer.Offerings = slices.DeleteFunc(slices.Clone(answer.Offerings), func(h search.Hit) bool { return !isOwn(h) })
		}
		out = append(out, answer)
	}
	return out
}

// outside returns what there is of a type with addresses that hold on other sites. That the
// kommune's own website is where to ask is no news there.
func (s *Site) outside(t view.TypeAnswer, k *search.Kommune) view.TypeAnswer {
	for i := range t.Lines {
		l := &t.Lines[i]
		l.Path = s.absolute(l.Path)
		if l.Website == k.WebsiteURL() {
			l.Website = ""
		}
	}
	if t.More != nil {
		t.More.Href = s.absolute(t.More.Href)
	}
	return t
}

// embedChoice is for a number that has become several kommuner, or a name that several have.
func (s *Site) embedChoice(found whereabouts, key string, a embedAsked) view.EmbedPage {
	p := s.embedMeta(s.t("Hvilken kommune mener du?"), a)
	p.Text = s.t("«%s» kan være flere steder.", found.name(key))
	for _, m := range found.matches {
		p.Links = append(p.Links, view.Link{Text: m.Kommune.DisplayName(), Href: s.absolute(page.KommunePath(m.Kommune.Kommune)), Sub: s.why(m)})
	}
	return p
}

// isEmbed reports whether an error is one of a list in a frame: where its handler has begun, or
// where the path looks like one.
func (s *Site) isEmbed(c *fiber.Ctx) bool {
	return c.Locals(embeddedKey{}) != nil || strings.HasPrefix(s.at(c), embedPath+"/")
}

// renderEmbedError is RenderError in a frame: a sentence and where to go on, never nothing.
func (s *Site) renderEmbedError(c *fiber.Ctx, status int) error {
	embeddable(c)
	var a embedAsked
	if v := s.deps.View(); v != nil {
		a = readEmbed(v, c)
	}
	in := s.In(a.languageFor(nil))
	text := errorTextOf(status)
	p := in.embedMeta(in.t(text.heading), a)
	p.Text = in.t(text.text)
	if status == http.StatusNotFound {
		p.Title = in.t("Vi fant ikke kommunen")
		p.Text = in.t("Vi kjenner ingen kommune med dette navnet eller nummeret, verken nå eller før.")
	}
	p.Links = []view.Link{{Text: in.t("Alle kommuner"), Href: in.absolute("/kommuner")}}
	var body bytes.Buffer
	if err := view.Embed(p).Render(page.WithLanguage(context.WithoutCancel(c.UserContext()), in.lang), &body); err != nil {
		return fmt.Errorf("render error in a frame: %w", err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(status).Send(body.Bytes())
}

// showEmbedStyle sends the style sheet of a list in its colours. Colours that are not
// understood are left out: what comes from the address is never in it but as a number.
func (s *Site) showEmbedStyle(c *fiber.Ctx) error {
	embeddable(c)
	var a embedAsked
	for name, value := range c.Request().URI().QueryArgs().All() {
		if n := string(name); n == paramAccent || n == paramGround || n == paramLook {
			a.read(nil, n, string(value))
		}
	}
	// The View, if there is one yet, only says how long the answer is kept.
	return s.plain(c, s.deps.View(), a.colours().Encode(), "text/css; charset=utf-8", func(context.Context) ([]byte, error) {
		sheet, err := builtFile("embed.css")
		return append(slices.Clone(sheet), a.schemes()...), err
	})
}

// showEmbedScript sends the element's script from an address that stays, since it is pasted
// in pages that we never see again. Browsers ask each time whether it still holds.
func (s *Site) showEmbedScript(c *fiber.Ctx) error {
	embeddable(c)
	return s.plain(c, s.deps.View(), "", "text/javascript; charset=utf-8", func(context.Context) ([]byte, error) {
		script, err := builtFile("embed.js")
		if err != nil {
			return nil, err
		}
		origin, err := json.Marshal(s.deps.BaseURL)
		if err != nil {
			return nil, fmt.Errorf("script to embed: %w", err)
		}
		return bytes.Join([][]byte{[]byte("(()=>{const BASE="), origin, []byte(";\n"), script, []byte("})();\n")}, nil), nil
	})
}

// builtFile returns a file that build.mjs has made, by its logical name.
func builtFile(name string) ([]byte, error) {
	content, err := fs.ReadFile(web.Files(), path.Base(web.Asset(name)))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return content, nil
}
