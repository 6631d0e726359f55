package directory

// PageKind is a sort of page whose openings are counted. The set is closed, here and in the
// database: nothing about who opened it, or what stood there, can come along.
type PageKind string

const (
	FrontPage     PageKind = "forside"
	SearchPage    PageKind = "sok"
	KommunePage   PageKind = "kommune" // of one kommune or fylke, and the list of them
	OfferingPage  PageKind = "tilbud"
	ArticlePage   PageKind = "artikkel"
	ChecklistPage PageKind = "sjekkliste"
	CoursePage    PageKind = "kurs"
	MapPage       PageKind = "kart"
	ReferralPage  PageKind = "henvisning"
	EmbeddedPage  PageKind = "innbygd" // shown inside a page of another site
	APICall       PageKind = "api"     // a call of a program, not a page
	OtherPage     PageKind = "annet"
)

// PageKinds returns every kind, in display order.
func PageKinds() []PageKind {
	return []PageKind{FrontPage, SearchPage, KommunePage, OfferingPage, ArticlePage, ChecklistPage,
		CoursePage, MapPage, ReferralPage, EmbeddedPage, APICall, OtherPage}
}

// UseDay is how often pages of a kind were opened on a day, by all readers together.
type UseDay struct {
	Day   string // in Norway: "2026-11-26"
	Kind  PageKind
	Count int64
}
