package site

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// findPlace answers «Hvor bor du?»: it leads to the kommune's page, or asks which one.
func (s *Site) findPlace(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	text := cut(strings.TrimSpace(c.Query("q")), maxText)
	found := resolve(v, text, postalCode)
	if len(found.matches) == 1 {
		return s.redirect(c, page.KommunePath(found.matches[0].Kommune.Kommune), http.StatusSeeOther)
	}
	if f, ok := fylkeNamed(v, text); ok && len(found.matches) == 0 {
		return s.redirect(c, page.FylkePath(f), http.StatusSeeOther)
	}
	begun := s.begun(v, text, found)
	words, err := s.inWords(c.UserContext(), v, text, found, len(begun) > 0)
	if err != nil {
		return err
	}
	if words {
		return s.redirect(c, searchFor(text), http.StatusSeeOther)
	}
	return s.answer(c, v, url.Values{"q": {text}}.Encode(), func(ctx context.Context) (templ.Component, error) {
		p := s.wherePage(text, found, begun)
		if found.outside != "" {
			lines, err := helplines(ctx, v)
			if err != nil {
				return nil, err
			}
			p.Lines = s.newWriter(v).listings(lines, "")
		}
		p.Meta = s.meta(s.t("Hvor bor du?"), "/hvor", page.NoMenu)
		p.Meta.NoIndex = true
		return view.Where(p), nil
	})
}

// inWords reports whether the text is no place, but says what is wrong. The field is the first
// that anybody meets: "pappa vil dø" is to give the numbers to call, not a question about the
// name of a town. What may be a place that is misspelt or begun is asked about, except where it
// speaks of danger.
func (s *Site) inWords(ctx context.Context, v *search.View, text string, found whereabouts, begun bool) (bool, error) {
	if text == "" || found.outside != "" || len(found.matches) > 0 {
		return false, nil
	}
	read, err := v.Search(ctx, search.Query{Text: text, Language: string(s.lang), Page: 1, Size: 1, Bare: true})
	in := read.Interpreted
	return read.Crisis || len(in.Types)+len(in.Expanded) > 0 && len(found.near) == 0 && !begun, err
}

// begun returns the kommuner and places whose names a text that is no place begins, as they are
// completed while it is written.
func (s *Site) begun(v *search.View, text string, found whereabouts) []view.Place {
	var places []view.Place
	if found.outside != "" || len(found.matches)+len(found.near) > 0 {
		return nil
	}
	for _, c := range v.Suggest(string(s.lang), text, maxNear, search.SuggestKommune) {
		for _, m := range kommunerOf(v, path.Base(c.Path)).matches {
			as := c.Sub
			if as == m.Kommune.FylkeName {
				as = ""
			}
			places = append(places, view.Place{Name: c.Text, Names: namesOf(m.Kommune.OtherNames), Path: page.KommunePath(m.Kommune.Kommune), Why: s.within(m.Kommune, as)})
		}
	}
	return places
}

// searchFor returns the address of the search for a text.
func searchFor(text string) string { return asked{paramText: {text}}.href() }

// wherePage returns the question, or the reason why there is no answer.
func (s *Site) wherePage(text string, found whereabouts, begun []view.Place) view.WherePage {
	p := view.WherePage{Value: text}
	switch {
	case text == "":
		p.Heading = s.t("Hvor bor du?")
		p.Text = s.t("Skriv kommunen, stedet eller postnummeret ditt. Da ser du hva som er for deg.")
	case found.outside != "":
		p.Heading = s.t("%s ligger ikke i noen kommune", found.outside)
		p.Text = s.t("Svalbard og Jan Mayen har ingen kommune. Hjelpen som gjelder hele landet, gjelder også for deg. Vi vet ikke hva som finnes der du bor.")
	case len(found.matches) > 1:
		p.Heading = s.t("Hvilken kommune mener du?")
		p.Text = s.t("«%s» kan være flere steder.", text)
		p.Places = s.placesOf(found.matches)
	case len(found.near)+len(begun) > 0:
		p.Heading = s.t("Vi fant ikke «%s»", text)
		p.Text = s.t("Mente du en av disse?")
		p.Places = append(s.placesOf(found.near), begun...)
		p.Search = searchFor(text)
	default:
		p.Heading = s.t("Vi fant ikke «%s»", text)
		p.Search = searchFor(text)
		p.Text = s.t("Vi kjenner ikke et sted eller postnummer som heter det. Prøv kommunen, et tettsted i nærheten eller postnummeret.")
	}
	return p
}

// maxLines is how many helplines stand where no other help can be named.
const maxLines = 3

// helplines returns the helplines to name where no other help can be.
func helplines(ctx context.Context, v *search.View) ([]search.Hit, error) {
	found, err := v.Search(ctx, search.Query{Types: []string{helpline}, Page: 1, Size: 100})
	if err != nil {
		return nil, err
	}
	return nationalLines(found.Hits, maxLines), nil
}
