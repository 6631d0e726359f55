package view

import (
	"context"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/web"
)

// iconSheet holds the icons that a page has, in the order of their first use. They stand at the
// end of the page itself: those of one page are a fifth of them all.
type iconSheet struct{ names []string }

type iconSheetKey struct{}

// withIcons returns a context for a page that will end with the sheet.
func withIcons(ctx context.Context) (context.Context, *iconSheet) {
	sheet := &iconSheet{}
	return context.WithValue(ctx, iconSheetKey{}, sheet), sheet
}

// iconHref returns where the icon is for <use href>: on the page's sheet, or in the file of them
// all for pages without one.
func iconHref(ctx context.Context, name string) string {
	sheet, ok := ctx.Value(iconSheetKey{}).(*iconSheet)
	if !ok {
		return web.Icon(name)
	}
	if !slices.Contains(sheet.names, name) {
		sheet.names = append(sheet.names, name)
	}
	return "#" + web.SymbolID(name)
}

// hasIcon reports whether the page has the icon, as far as it is written.
func hasIcon(ctx context.Context, name string) bool {
	sheet, ok := ctx.Value(iconSheetKey{}).(*iconSheet)
	return ok && slices.Contains(sheet.names, name)
}
