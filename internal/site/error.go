package site

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// errorText is what an error page says.
type errorText struct {
	heading string
	text    string
	search  bool // what was looked for may be found by searching
}

// errorTexts are the error pages by status; other statuses from 400 are like 400, and
// from 500 like 500.
var errorTexts = map[int]errorText{
	http.StatusBadRequest: {page.Mark("Vi forsto ikke adressen"),
		page.Mark("Det er noe galt med lenken eller adressen du brukte. Prøv å søke i stedet."), true},
	http.StatusForbidden: {page.Mark("Dette ble stoppet"),
		page.Mark("Enten kom skjemaet fra et annet nettsted, eller så har du ikke tilgang til dette. Prøv på nytt herfra."), true},
	http.StatusNotFound: {page.Mark("Vi fant ikke siden"),
		page.Mark("Siden kan være flyttet eller tatt bort. Hjelpen kan finnes likevel."), true},
	http.StatusMethodNotAllowed: {page.Mark("Det går ikke an her"),
		page.Mark("Siden tar ikke imot det som ble sendt. Prøv å søke i stedet."), true},
	http.StatusRequestEntityTooLarge: {page.Mark("Det var for mye på én gang"),
		page.Mark("Det som ble sendt, er for stort. Filer kan være høyst 8 MB. Prøv med mindre."), false},
	http.StatusUnsupportedMediaType: {page.Mark("Vi kan ikke lese det som ble sendt"),
		page.Mark("Det ble sendt på en måte som vi ikke tar imot, for eksempel komprimert. Prøv å sende det på nytt fra siden du kom fra."), false},
	http.StatusRequestURITooLong: {page.Mark("Adressen er for lang"),
		page.Mark("Prøv å søke med færre ord eller færre valg."), true},
	http.StatusRequestHeaderFieldsTooLarge: {page.Mark("Adressen er for lang"),
		page.Mark("Prøv å søke med færre ord eller færre valg."), true},
	http.StatusTooManyRequests: {page.Mark("Litt for mange forespørsler"),
		page.Mark("Vent et lite minutt og prøv igjen."), false},
	http.StatusInternalServerError: {page.Mark("Noe gikk galt hos oss"),
		page.Mark("Det er ikke noe du har gjort. Prøv igjen om litt. Trenger du hjelp nå, kan du ringe."), false},
	http.StatusServiceUnavailable: {page.Mark("Vi er straks tilbake"),
		page.Mark("Oversikten starter opp eller har mye å gjøre. Prøv igjen om et lite minutt. Trenger du hjelp nå, kan du ringe."), false},
}

func errorTextOf(status int) errorText {
	if t, ok := errorTexts[status]; ok {
		return t
	}
	if status >= http.StatusInternalServerError {
		return errorTexts[http.StatusInternalServerError]
	}
	return errorTexts[http.StatusBadRequest]
}

// RenderError answers with the page for a status, or leads from an address that was not found
// to where the thing is now. Of these pages only the one for too many requests is kept in the
// cache. The request id is shown for faults of ours, so that they can be found in the log. It
// needs no View; with one, a page that was not found gets suggestions from what the address says.
func (s *Site) RenderError(c *fiber.Ctx, status int, requestID string) error {
	if l, _ := page.Split(c.Path()); l != s.lang {
		return s.In(l).RenderError(c, status, requestID)
	}
	if s.isEmbed(c) {
		return s.renderEmbedError(c, status)
	}
	if status == http.StatusNotFound && s.follow(c) {
		return nil
	}
	if status == http.StatusTooManyRequests {
		return s.renderTooMany(c)
	}
	t := errorTextOf(status)
	p := view.ErrorPage{
		Meta:    page.Meta{Language: s.lang, Title: s.t(t.heading), NoIndex: true},
		Heading: s.t(t.heading),
		Text:    []string{s.t(t.text)},
		Search:  t.search,
		Danger:  status >= http.StatusInternalServerError,
	}
	if status >= http.StatusInternalServerError {
		p.RequestID = requestID
	}
	if v := s.deps.View(); v != nil && status == http.StatusNotFound {
		s.describeMissing(&p, v, s.at(c))
	}
	var body bytes.Buffer
	if err := view.Error(p).Render(page.WithLanguage(context.WithoutCancel(c.UserContext()), s.lang), &body); err != nil {
		return fmt.Errorf("render error page: %w", err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(status).Send(s.lang.KeepLanguage(body.Bytes()))
}

// renderTooMany answers a reader who asks for too much, or shares an address with somebody
// who does: with the emergency numbers and, where the address names a kommune, with its own.
// It is sent most often when there is the least time, so it is kept as other pages are, in the
// same memory.
func (s *Site) renderTooMany(c *fiber.Ctx) error {
	const soon = 60 // seconds
	wait, _ := strconv.Atoi(c.GetRespHeader(fiber.HeaderRetryAfter))
	v := s.deps.View()
	k := s.kommuneNamed(c, v)
	key := "429?" + string(s.lang)
	if k != nil {
		key += string(k.Number)
	}
	var a *page.Answer
	g := s.generation(v)
	if wait <= soon {
		a = s.answers.Get(g, key)
	}
	if a == nil {
		t := errorTextOf(http.StatusTooManyRequests)
		p := view.ErrorPage{
			Meta: page.Meta{Language: s.lang, Title: s.t(t.heading), NoIndex: true}, Heading: s.t(t.heading), Text: []string{s.t(t.text)}, Danger: true,
		}
		if wait > soon {
			p.Text = []string{s.t("Prøv igjen etter kl. %s.", s.lang.ClockAfter(s.deps.Now(), time.Duration(wait)*time.Second))}
		}
		if k != nil {
			ask := view.AskKommuneOf(s.lang, k)
			p.Ask = &ask
		}
		var body bytes.Buffer
		if err := view.Error(p).Render(page.WithLanguage(context.WithoutCancel(c.UserContext()), s.lang), &body); err != nil {
			return fmt.Errorf("render error page: %w", err)
		}
		a = page.NewAnswer(fiber.MIMETextHTMLCharsetUTF8, bytes.Clone(s.lang.KeepLanguage(body.Bytes())))
		if wait <= soon {
			s.answers.Put(g, key, a)
		}
	}
	c.Status(http.StatusTooManyRequests)
	page.SendBody(c, a)
	return nil
}

// kommuneNamed returns the kommune that the request's address names by number, or nil.
func (s *Site) kommuneNamed(c *fiber.Ctx, v *search.View) *search.Kommune {
	if v == nil {
		return nil
	}
	number := c.Query("kommune")
	if key, ok := strings.CutPrefix(s.at(c), "/kommune/"); ok {
		number, _, _ = strings.Cut(key, "-")
	}
	if k, ok := v.Kommune(region.Number(number)); ok {
		return k
	}
	return nil
}

// describeMissing says what was not found, and suggests what the address may have meant.
func (s *Site) describeMissing(p *view.ErrorPage, v *search.View, path string) {
	kind, key, _ := strings.Cut(strings.Trim(path, "/"), "/")
	if key == "" {
		key = kind
	}
	if unescaped, err := url.PathUnescape(key); err == nil {
		key = unescaped
	}
	words := cut(strings.TrimSpace(strings.NewReplacer("-", " ", "/", " ", "_", " ").Replace(key)), maxPlaceText)
	switch kind {
	case "kommune":
		p.Heading = s.t("Vi fant ikke kommunen")
		p.Text = []string{s.t("Vi kjenner ingen kommune med dette navnet eller nummeret, verken nå eller før.")}
		p.Suggestions = s.suggestPlaces(v, words)
	case "fylke":
		p.Heading = s.t("Vi fant ikke fylket")
		p.Text = []string{s.t("Vi kjenner ingen fylker med dette navnet eller nummeret. Dette er fylkene:")}
		for _, f := range v.Fylker() {
			p.Suggestions = append(p.Suggestions, view.Link{Text: f.Name, Names: namesOf(f.OtherNames), Href: page.FylkePath(f)})
		}
	case "tilbud":
		p.Heading = s.t("Vi fant ikke tilbudet")
		p.Text = []string{s.t("Tilbudet kan være lagt ned eller tatt ut av oversikten. Annen hjelp kan finnes.")}
		p.Suggestions = s.suggest(v, strings.TrimLeft(words, "0123456789 "))
	case "kurs":
		p.Heading = s.t("Vi fant ikke kurset")
		p.Text = []string{s.t("Kurset eller gruppen kan være tatt ut av oversikten.")}
		p.Suggestions = []view.Link{{Text: s.t("Alle kurs og grupper som kommer"), Href: coursesPath}}
	default:
		p.Suggestions = s.suggest(v, words)
	}
	p.Meta.Title = p.Heading
}

// suggestPlaces returns the kommuner that a text is nearest to.
func (s *Site) suggestPlaces(v *search.View, words string) []view.Link {
	var out []view.Link
	seen := whereabouts{}
	for _, m := range v.ResolvePlace(strings.TrimLeft(words, "0123456789 ")) {
		if len(out) < maxNear && !seen.has(m.Kommune) {
			seen.matches = append(seen.matches, m)
			out = append(out, view.Link{Text: m.Kommune.DisplayName(), Names: namesOf(m.Kommune.OtherNames), Href: page.KommunePath(m.Kommune.Kommune), Sub: s.why(m)})
		}
	}
	return out
}

// suggest returns what completes a text, or the longest beginning of it that can be completed.
func (s *Site) suggest(v *search.View, words string) []view.Link {
	for fields := strings.Fields(words); len(fields) > 0; fields = fields[:len(fields)-1] {
		found := v.Suggest(string(s.lang), strings.Join(fields, " "), maxNear)
		if len(found) > 0 {
			return each(found, func(s search.Suggestion) view.Link { return view.Link{Text: s.Text, Href: s.Path, Sub: s.Sub} })
		}
	}
	return nil
}
