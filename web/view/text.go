package view

import (
	"context"

	"github.com/a-h/templ"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// t returns a bokmål text in the language of the page, as page.Language.T. It is in all
// that the public sees; what only editors see is in bokmål.
func t(ctx context.Context, text string, values ...any) string {
	return page.LanguageOf(ctx).T(text, values...)
}

// norwegian are the attributes of what is in Norwegian on any page: what offerings say of
// themselves. Screen readers then read it as it sounds.
func norwegian(ctx context.Context) templ.Attributes {
	if page.LanguageOf(ctx) == page.English {
		return templ.Attributes{"lang": "no"}
	}
	return nil
}

// inLang are the attributes of what is in another language than the page; none for "".
func inLang(language string) templ.Attributes {
	if language == "" {
		return nil
	}
	return templ.Attributes{"lang": language}
}

// scriptWords are the texts that scripts show, as attributes of the page: they have no
// translations of their own.
func scriptWords(ctx context.Context) templ.Attributes {
	return templ.Attributes{
		"data-forslag":         t(ctx, "Forslag"),
		"data-forslag-ingen":   t(ctx, "Ingen forslag."),
		"data-forslag-antall":  t(ctx, "{antall} forslag. Bruk piltastene for å velge."),
		"data-slag-kommune":    t(ctx, "Kommune"),
		"data-slag-type":       t(ctx, "Type tilbud"),
		"data-slag-uttrykk":    t(ctx, "Søk"),
		"data-slag-tilbud":     t(ctx, "Tilbud"),
		"data-slag-artikkel":   t(ctx, "Artikkel"),
		"data-slag-sjekkliste": t(ctx, "Sjekkliste"),
		"data-slag-kurs":       t(ctx, "Kurs"),
	}
}

// positionTo returns the address that the number of a kommune is put after: by default that of
// its page.
func positionTo(l page.Language, to string) string {
	if to == "" {
		to = "/kommune/"
	}
	return l.Prefix() + to
}
