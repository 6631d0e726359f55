package use

import (
	"bytes"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// notCounted marks routes that are no public pages.
const notCounted directory.PageKind = ""

// kindOf is what the first part of a route says. Public pages that are not named are "annet".
var kindOf = withSections(map[string]directory.PageKind{
	"":            directory.FrontPage,
	"sok":         directory.SearchPage,
	"hvor":        directory.SearchPage,
	"kommune":     directory.KommunePage,
	"kommuner":    directory.KommunePage,
	"fylke":       directory.KommunePage,
	"tilbud":      directory.OfferingPage,
	"sjekklister": directory.ChecklistPage,
	"kurs":        directory.CoursePage,
	"kart":        directory.MapPage,
	"henvis":      directory.ReferralPage,
	"henvisning":  directory.ReferralPage,
	"bygg-inn":    directory.EmbeddedPage,
	"api":         directory.APICall,
	"hsds":        directory.APICall,

	"redaksjon": notCounted,
	"logg-inn":  notCounted,
	"bekreft":   notCounted,
	"assets":    notCounted,
	"healthz":   notCounted,
	"readyz":    notCounted,
	"metrics":   notCounted,
})

// withSections adds the sections of articles, which stand at the root.
func withSections(kinds map[string]directory.PageKind) map[string]directory.PageKind {
	for _, section := range article.Sections() {
		kinds[section] = directory.ArticlePage
	}
	return kinds
}

// Kind returns the kind of the pages of a route, from its pattern: "/nn/kommune/:key". It is
// false for what is no public page. The pattern says what sort of page it is and not which.
func Kind(route string) (directory.PageKind, bool) {
	_, path := page.Split(route)
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	kind, known := kindOf[first]
	if !known {
		return directory.OtherPage, true
	}
	return kind, kind != notCounted
}

// robots are what programs that read pages for others than a reader call themselves, in
// lower case. Those that say they are a browser are not told apart from one.
var robots = [][]byte{[]byte("bot"), []byte("crawl"), []byte("spider"), []byte("slurp"), []byte("externalhit"), []byte("headless"), []byte("lighthouse"), []byte("monitor")}

// telephone is a maker of telephones that has a robot in its name.
var telephone = []byte("cubot")

// Robot reports whether a program calls itself a robot in its User-Agent.
func Robot(userAgent []byte) bool {
	name := bytes.ReplaceAll(bytes.ToLower(userAgent), telephone, nil)
	for _, r := range robots {
		if bytes.Contains(name, r) {
			return true
		}
	}
	return false
}
