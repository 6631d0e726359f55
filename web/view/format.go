// Package view holds the templates of the pages and what they are given. Choices and
// formatting are made in Go; templates loop, test and print.
package view

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Meta is what the frame of a page needs.
type Meta struct {
	Title       string // of this page, without the site's name
	Description string
	Canonical   string // absolute address
	Nav         string // "sok", "kommuner", "rad", "om": the menu item that is marked
	Crumbs      []Link // the way here, the front page first, this page last
	NoIndex     bool   // for pages that search engines should leave alone
}

// Link is a text with where it leads.
type Link struct{ Text, Href string }

// Emergency is one number of the emergency list.
type Emergency struct {
	Number directory.PhoneNumber
	Short  string
	Text   string
}

// Emergencies are the numbers that every page shows.
func Emergencies() []Emergency {
	return []Emergency{
		{directory.Ambulance, "fare for liv", "Fare for liv – ambulanse"},
		{directory.EmergencyDoctor, "legevakt", "Legevakt, når det haster"},
		{directory.MentalHealthLine, "noen å snakke med", "Mental Helse – noen å snakke med"},
		{directory.ChildrensAlarm, "barn og unge", "Alarmtelefonen for barn og unge"},
	}
}

var months = [...]string{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"}

// Day writes a date: "7. april 2026".
func Day(t time.Time) string {
	return fmt.Sprintf("%d. %s %d", t.Day(), months[t.Month()-1], t.Year())
}

// Partial writes a date as exactly as it is known: "2022", "april 2026", "7. april 2026".
func Partial(d directory.PartialDate) string {
	if t, err := time.Parse("2006-01-02", string(d)); err == nil {
		return Day(t)
	}
	if t, err := time.Parse("2006-01", string(d)); err == nil {
		return months[t.Month()-1] + " " + strconv.Itoa(t.Year())
	}
	return string(d)
}

// SourceLine tells where an offering's facts are from: "Hentet fra Testside, april 2026".
func SourceLine(o *directory.Offering) string {
	if o.ConfirmedAt != nil {
		return "Bekreftet " + Day(*o.ConfirmedAt)
	}
	line := "Kilde: " + o.Source.Title
	if o.Source.Date != "" {
		return line + ", " + Partial(o.Source.Date)
	}
	return line + ". Kilden har ingen dato"
}

// ReachText says how an offering comes to cover the reader's kommune.
func ReachText(h search.Hit) string {
	switch h.Reach {
	case directory.ByOwn:
		return "egen for kommunen"
	case directory.ByShared:
		if n := len(h.Offering.Coverage.Kommuner); n > 1 {
			return fmt.Sprintf("delt av %d kommuner", n)
		}
		return "delt"
	case directory.ByFylke:
		return "hele fylket"
	case directory.ByNational:
		return "hele landet"
	}
	if h.DistanceKM != nil {
		return DistanceText(*h.DistanceKM) + " unna"
	}
	return ""
}

// DistanceText writes a distance: "23 km", "under 1 km".
func DistanceText(km float64) string {
	if km < 1 {
		return "under 1 km"
	}
	return strconv.Itoa(int(km+0.5)) + " km"
}

// OfferingPath returns the address of an offering's page.
func OfferingPath(o *directory.Offering) string {
	return strings.TrimSuffix("/tilbud/"+strconv.FormatInt(o.ID, 10)+"-"+o.Slug(), "-")
}

// KommunePath returns the address of a kommune's page.
func KommunePath(k *search.Kommune) string { return "/kommune/" + string(k.Number) + "-" + k.Slug() }

// TypeSearch returns the address of a search for a type, in a kommune when one is given.
func TypeSearch(code, kommune string) string {
	q := url.Values{"type": {code}}
	if kommune != "" {
		q.Set("kommune", kommune)
	}
	return "/sok?" + q.Encode()
}

// Host returns the host of an address for showing: "bufdir.no".
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.TrimPrefix(u.Host, "www.")
}

// ReferralText says how one gets an offering.
func ReferralText(r directory.Referral) string {
	if r.Text != "" {
		return r.Text
	}
	switch r.Kind {
	case directory.ContactYourself:
		return "Du kan ta kontakt selv. Du trenger ikke henvisning."
	case directory.Apply:
		return "Du søker om det. Spør om hjelp til søknaden når du tar kontakt."
	case directory.BeReferred:
		return "Du må henvises, for eksempel av fastlegen."
	}
	return "Ikke oppgitt. Spør når du tar kontakt."
}

// CostText says what an offering costs.
func CostText(c directory.Cost) string {
	if c.Text != "" {
		return c.Text
	}
	switch c.Kind {
	case directory.Free:
		return "Gratis"
	case directory.Paid:
		return "Det koster noe. Spør om prisen."
	}
	return "Ikke oppgitt. Spør når du tar kontakt."
}

// Address writes a location in one line, or "" when only the kommune is known.
func Address(l directory.Location) string {
	place := strings.TrimSpace(string(l.PostalCode) + " " + l.PostalPlace)
	switch {
	case l.Street != "" && place != "":
		return l.Street + ", " + place
	case l.Street != "":
		return l.Street
	default:
		return place
	}
}

// Count writes a number with its noun: "1 treff", "12 treff".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// formerNames lists former kommuner that had another name: "Skedsmo, Sørum og Fet".
func formerNames(k *search.Kommune) string {
	var names []string
	for _, f := range k.Formers {
		if f.Name != k.Name && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " og " + names[len(names)-1]
}

// reachable reports whether at least one of the offerings that a page shows has a
// telephone number or a website.
func reachable(hits []search.Hit) bool {
	return slices.ContainsFunc(hits[:min(len(hits), mostShown)], func(h search.Hit) bool {
		return len(h.Offering.Phones) > 0 || len(h.Offering.Websites) > 0
	})
}
