package site

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/unicode/norm"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// moved returns the path, as it is in bokmål, of the page that an address meant which leads
// nowhere: older sites wrote the same guidance with capitals, with "æøå", with a file's
// ending, and without the section.
func moved(v *search.View, address string) (string, bool) {
	address = strings.Trim(strings.TrimSuffix(address, path.Ext(address)), "/")
	if len(address) > maxPlaceText*2 {
		return "", false
	}
	parts := strings.Split(address, "/")
	for i, part := range parts {
		parts[i] = region.Slug(norm.NFC.String(part))
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return "", false
	}
	slug := parts[len(parts)-1]
	if len(parts) == 1 && slices.Contains(plainPages, slug) {
		return "/" + slug, true
	}
	for _, section := range article.Sections() {
		switch {
		case slug == section:
			return "/" + section, true
		case len(parts) > 1 && !slices.Contains(parts, section):
			continue
		}
		if a, ok := v.Article(article.Bokmal, section, slug); ok {
			return a.Path(), true
		}
	}
	return "", false
}

// plainPages are the pages of one word that have been written in other ways elsewhere.
var plainPages = []string{"om", "sok", "kommuner", "personvern", "meld-feil", "sjekklister", "tilgjengelighet", "for-kommuner", "for-helsepersonell", "for-utviklere"}

// follow leads to the page that an address meant, and reports whether there is one.
func (s *Site) follow(c *fiber.Ctx) bool {
	v := s.deps.View()
	if v == nil || c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return false
	}
	address, err := url.PathUnescape(s.at(c))
	if err != nil {
		return false
	}
	to, ok := moved(v, address)
	if !ok || to == s.at(c) {
		return false
	}
	return s.redirect(c, to, http.StatusMovedPermanently) == nil
}
