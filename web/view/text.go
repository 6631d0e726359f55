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
