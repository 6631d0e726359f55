// Package region knows kommuner, fylker and bydeler: their numbers, their names, and
// how numbers succeed each other over time. It holds facts and rules only; rows come
// from data/ by way of the store.
package region

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Number is a kommunenummer: four digits, leading zero kept ("0301" is Oslo).
// Source: Statistics Norway, Klass 131.
type Number string

// FylkeNumber is a fylkesnummer: two digits, leading zero kept ("03" is Oslo).
// Source: Statistics Norway, Klass 104.
type FylkeNumber string

// ErrNumber is returned for text that is not a kommunenummer or fylkesnummer.
var ErrNumber = errors.New("not a region number")

// ParseNumber returns s as a kommunenummer. It returns ErrNumber unless s is four
// ASCII digits; whether such a kommune exists is not its question.
func ParseNumber(s string) (Number, error) {
	if !digits(s, 4) {
		return "", fmt.Errorf("kommunenummer %q: want four digits: %w", s, ErrNumber)
	}
	return Number(s), nil
}

// ParseFylkeNumber returns s as a fylkesnummer. It returns ErrNumber unless s is two
// ASCII digits.
func ParseFylkeNumber(s string) (FylkeNumber, error) {
	if !digits(s, 2) {
		return "", fmt.Errorf("fylkesnummer %q: want two digits: %w", s, ErrNumber)
	}
	return FylkeNumber(s), nil
}

// Fylke returns the number of the fylke that n lies in: its first two digits.
func (n Number) Fylke() FylkeNumber { return FylkeNumber(n[:2]) }

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Position is a point in WGS84, in degrees.
type Position struct {
	Lat, Lon float64
}

// Maalform is a kommune's decision on written standard towards the State. Empty where
// the sources disagree.
type Maalform string

const (
	Bokmal  Maalform = "bokmål"
	Nynorsk Maalform = "nynorsk"
	Neutral Maalform = "nøytral"
)

// Fylke is a fylke that there is: one of the 15 of 2024, or what has followed them.
type Fylke struct {
	Number       FylkeNumber
	Name         string   // Norwegian official name
	OtherNames   []string // Sámi and Kven official names
	OfficialName string   // all official names joined by " - "
}

// Slug returns the fylke's part of an address: "more-og-romsdal".
func (f Fylke) Slug() string { return Slug(f.Name) }

// Contact is how to reach the kommune itself. Fields are empty where no source gave them.
type Contact struct {
	Phone      string // E.164, as directory.ParsePhone returns it
	Email      string
	Source     string // page it was read from
	SourceDate string // year, month or day, as the page gives it
	// Confirmed is true for contacts from pages dated 2020 or later. The others are for
	// editors to confirm and are not shown to readers.
	Confirmed bool
}

// Kommune is a kommune that there is: one of the 357 of 2024, or what has followed them. Of a
// new one, population, domain and Wikidata's item may not be known yet, and its website is that
// of its largest part until an editor has given another.
type Kommune struct {
	Number         Number
	Name           string   // Norwegian official name
	OtherNames     []string // Sámi and Kven official names, in SSB's order
	OfficialName   string   // all official names joined by " - "
	FylkeName      string
	Ambiguous      bool // another kommune has the same Norwegian name (Herøy, Våler)
	Maalform       Maalform
	Population     int
	PopulationYear int
	AdminCentre    string // empty where the sources disagree
	Position       Position
	Domain         string // "oslo.kommune.no"
	Website        string // host as the kommune writes it: "www.oslo.kommune.no"
	OrgNumber      string // nine digits, or empty
	Wikidata       string // item id, "Q5245991"
	Contact        Contact
}

// Slug returns the kommune's part of an address: "valer" for Våler.
func (k Kommune) Slug() string { return Slug(k.Name) }

// DisplayName returns the name to show: the fylke stands with it where two kommuner
// share the name, "Våler (Østfold)".
func (k Kommune) DisplayName() string {
	if k.Ambiguous {
		return k.Name + " (" + k.FylkeName + ")"
	}
	return k.Name
}

// WebsiteURL returns the absolute address of the kommune's own website.
func (k Kommune) WebsiteURL() string { return "https://" + k.Website }

// SuccessionKind says how a kommune ended.
type SuccessionKind string

const (
	Renumbered SuccessionKind = "nytt nummer"
	Renamed    SuccessionKind = "nytt nummer og navn"
	NameOnly   SuccessionKind = "nytt navn" // the number stays
	Merged     SuccessionKind = "sammenslåing"
	Split      SuccessionKind = "deling"
)

// Former is one step from a former kommune to one kommune of today. A split kommune has
// several, and a number used twice (0716: Våle, then Re) has one for each name.
// Source: Statistics Norway, "Kommuner 1994-2024".
type Former struct {
	Number   Number // number that ended
	Name     string
	Present  Number // kommune of today that the area, or a part of it, went to
	LastYear int    // last year in which Number was valid
	Kind     SuccessionKind
}

// Ended returns the first day on which the former number was no longer valid.
func (f Former) Ended() time.Time {
	return time.Date(f.LastYear+1, time.January, 1, 0, 0, 0, 0, time.UTC)
}

// PlaceKind says what a place name names.
type PlaceKind string

const (
	Bydel       PlaceKind = "bydel"
	AdminCentre PlaceKind = "kommunesenter"
	Settlement  PlaceKind = "sted"
	PostalPlace PlaceKind = "poststed"
)

// Place is a name that people search for and the kommune it belongs to. The same name
// can stand in several kommuner, one Place each.
// Sources: GeoNames, Posten Bring, Statistics Norway.
type Place struct {
	ID          int64
	Name        string
	Kommune     Number
	Kind        PlaceKind
	Position    *Position // nil where unknown
	BydelNumber string    // six digits, for bydeler only
	Source      string
}

// PostalCode is one postnummer and the kommune that most of its addresses lie in.
// Source: Posten Bring.
type PostalCode struct {
	Code     string // four digits
	Place    string // poststed, in capitals as in the register
	Kommune  Number // empty for Svalbard and Jan Mayen
	Category string // B, F, G, P or S
}

// PlaceTitle returns the poststed written with capital initials: "MO I RANA" is "Mo i Rana".
func (p PostalCode) PlaceTitle() string {
	words := strings.Fields(strings.ToLower(p.Place))
	for i, w := range words {
		if i > 0 && (w == "i" || w == "på" || w == "og" || w == "ved") {
			continue
		}
		words[i] = upperInitials(w)
	}
	return strings.Join(words, " ")
}

// upperInitials gives each part of a hyphenated word a capital.
func upperInitials(w string) string {
	parts := strings.Split(w, "-")
	for i, p := range parts {
		r := []rune(p)
		if len(r) > 0 {
			parts[i] = strings.ToUpper(string(r[0])) + string(r[1:])
		}
	}
	return strings.Join(parts, "-")
}
