package site

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// whereabouts is what a text about a place was found to mean.
type whereabouts struct {
	matches []search.PlaceMatch // the kommuner it may mean, best first; one is certain
	near    []search.PlaceMatch // where matches is empty: what it may have been meant to be
	outside string              // set for a place that lies in no kommune: "9170 Longyearbyen", "Svalbard"
}

// kommuner returns the numbers of what the text means.
func (w whereabouts) kommuner() []region.Number {
	return each(w.matches, func(m search.PlaceMatch) region.Number { return m.Kommune.Number })
}

// digitsMean says how four digits are read: many postnummer are kommunenummer too.
type digitsMean int

const (
	postalCode    digitsMean = iota // in fields for people
	kommuneNumber                   // in addresses
)

// maxPlaceText is longer than any name of a place. What is beyond it is left out.
const maxPlaceText = 100

// resolve returns what a text about a place means.
func resolve(v *search.View, text string, digits digitsMean) whereabouts {
	text = cut(strings.TrimSpace(text), maxPlaceText)
	if n, err := region.ParseNumber(text); err == nil {
		readings := []func(*search.View, region.Number) whereabouts{byPostalCode, byNumber}
		if digits == kommuneNumber {
			slices.Reverse(readings)
		}
		for _, read := range readings {
			if w := read(v, n); len(w.matches) > 0 || w.outside != "" {
				return w
			}
		}
	}
	if k := shownAs(v, text); k != nil {
		return whereabouts{matches: []search.PlaceMatch{{Kommune: k, AsKind: "navn", Exact: true}}}
	}
	var w whereabouts
	for _, m := range v.ResolvePlace(text) {
		if m.Exact && !w.has(m.Kommune) && !w.isPartOf(m) {
			w.matches = append(w.matches, m)
		}
		if !m.Exact && len(w.near) < maxNear {
			w.near = append(w.near, m)
		}
	}
	if len(w.matches) == 0 {
		if name := outsideNamed(v, text); name != "" {
			return whereabouts{outside: name}
		}
		if read := asWritten(v, text); len(read) > 0 {
			return whereabouts{matches: read}
		}
	}
	// The index takes æ for a. Who writes Lærdal does not mean Lardal, which was a kommune once.
	w.keep(func(m search.PlaceMatch) bool { return region.Slug(cmp.Or(m.As, m.Kommune.Name)) == region.Slug(text) })
	return w
}

// asWritten returns what a place means that is written as people write it: "i Bodø", "8006 Bodø",
// "Oslo sentrum", and on an envelope, where what stands after the last comma is the place.
func asWritten(v *search.View, text string) []search.PlaceMatch {
	found := v.ReadPlace(text)
	if at := strings.LastIndexByte(text, ','); at >= 0 && len(found) == 0 {
		found = v.ReadPlace(text[at+1:])
	}
	return found
}

// keep leaves the matches that ok holds for, all where it holds for none.
func (w *whereabouts) keep(ok func(search.PlaceMatch) bool) {
	kept := slices.DeleteFunc(slices.Clone(w.matches), func(m search.PlaceMatch) bool { return !ok(m) })
	if len(kept) > 0 {
		w.matches = kept
	}
}

// byPostalCode reads four digits as a postnummer.
func byPostalCode(v *search.View, n region.Number) whereabouts {
	p, ok := v.PostalCode(string(n))
	if !ok {
		return whereabouts{}
	}
	if k, ok := v.Kommune(p.Kommune); ok {
		as := p.Code + " " + p.PlaceTitle()
		return whereabouts{matches: []search.PlaceMatch{{Kommune: k, As: as, AsKind: "postnummer", Exact: true}}}
	}
	return whereabouts{outside: p.Code + " " + p.PlaceTitle()}
}

// outsideCodes are the postnummer that lie in no kommune: of Jan Mayen and Svalbard.
var outsideCodes = []string{"8099", "9170", "9171", "9173", "9174", "9175", "9176", "9178"}

// outsideNamed returns what the text is the name of, where that lies in no kommune.
func outsideNamed(v *search.View, text string) string {
	slug := region.Slug(text)
	if slug == "svalbard" {
		return "Svalbard" // is the name of no poststed
	}
	for _, code := range outsideCodes {
		if p, ok := v.PostalCode(code); ok && region.Slug(p.PlaceTitle()) == slug {
			return p.PlaceTitle()
		}
	}
	return ""
}

// kommunerOf returns the kommuner that the last part of an address may mean: "0231",
// "0231-skedsmo" and "skedsmo".
func kommunerOf(v *search.View, key string) whereabouts {
	number, _, _ := strings.Cut(key, "-")
	if n, err := region.ParseNumber(number); err == nil {
		return byNumber(v, n)
	}
	return resolve(v, strings.ReplaceAll(key, "-", " "), kommuneNumber).kommunerOnly()
}

// byNumber reads four digits as a kommunenummer, of today or former.
func byNumber(v *search.View, n region.Number) whereabouts {
	if k, ok := v.Kommune(n); ok {
		return whereabouts{matches: []search.PlaceMatch{{Kommune: k, AsKind: "nummer", Exact: true}}}
	}
	var w whereabouts
	for _, f := range v.Former(n) {
		if k, ok := v.Kommune(f.Present); ok && !w.has(k) {
			w.matches = append(w.matches, search.PlaceMatch{Kommune: k, As: f.Name, AsKind: "tidligere", Exact: true})
		}
	}
	return w
}

// maxNear is how many other spellings are offered.
const maxNear = 6

func (w whereabouts) has(k *search.Kommune) bool {
	return slices.ContainsFunc(w.matches, func(m search.PlaceMatch) bool { return m.Kommune.Number == k.Number })
}

// kommunerOnly returns what is called so as a kommune, of today or former, where anything
// is: an address that asks for the kommune Sortland does not mean a place of that name.
func (w whereabouts) kommunerOnly() whereabouts {
	w.keep(func(m search.PlaceMatch) bool { return m.AsKind == "navn" || m.AsKind == "tidligere" })
	return w
}

// isPartOf reports whether m is there only because it once was a part of the kommune that
// has the name still: Haram for "Ålesund". Whoever lives there does not call it so.
func (w whereabouts) isPartOf(m search.PlaceMatch) bool {
	if len(w.matches) == 0 || w.matches[0].AsKind != "navn" || m.AsKind != "tidligere" {
		return false
	}
	for _, f := range w.matches[0].Kommune.Formers {
		if slices.ContainsFunc(m.Kommune.Formers, func(g region.Former) bool { return f.Number == g.Number && f.Name == g.Name }) {
			return true
		}
	}
	return false
}

// shownAs returns the kommune that pages call so, fylke included: "Våler (Østfold)".
func shownAs(v *search.View, text string) *search.Kommune {
	if !strings.HasSuffix(text, ")") {
		return nil
	}
	slug := region.Slug(text)
	for _, k := range v.Kommuner() {
		if k.Ambiguous && region.Slug(k.DisplayName()) == slug {
			return k
		}
	}
	return nil
}

// why says how a place match came about, for the reader to choose by.
func (s *Site) why(m search.PlaceMatch) string {
	as := m.As
	switch {
	case as == "":
	case m.AsKind == "tidligere":
		as = s.t("tidligere %s", as)
	case m.AsKind == "postnummer":
		as = s.t("postnummer %s", as)
	}
	return s.within(m.Kommune, as)
}

// within says in which fylke a kommune lies, where its name does not, and what it was found by.
func (s *Site) within(k *search.Kommune, as string) string {
	var parts []string
	if !k.Ambiguous {
		parts = append(parts, s.t("i %s", k.FylkeName))
	}
	if as != "" {
		parts = append(parts, as)
	}
	return strings.Join(parts, ", ")
}

// placesOf returns the matches as a choice between pages of kommuner.
func (s *Site) placesOf(matches []search.PlaceMatch) []view.Place {
	return each(matches, func(m search.PlaceMatch) view.Place {
		return view.Place{Name: m.Kommune.DisplayName(), Names: namesOf(m.Kommune.OtherNames), Path: page.KommunePath(m.Kommune.Kommune), Why: s.why(m)}
	})
}

// kommuneLinks returns links to the pages of kommuner.
func kommuneLinks(kommuner []*search.Kommune) []view.Link {
	return each(kommuner, func(k *search.Kommune) view.Link {
		return view.Link{Text: k.DisplayName(), Names: namesOf(k.OtherNames), Href: page.KommunePath(k.Kommune)}
	})
}

// nearest returns the n kommuner whose centres are nearest to that of k.
func (s *Site) nearest(v *search.View, k *search.Kommune, n int) []view.Link {
	type neighbor struct {
		*search.Kommune
		km float64
	}
	var all []neighbor
	for _, other := range v.Kommuner() {
		if other.Number != k.Number {
			all = append(all, neighbor{other, search.DistanceKM(k.Position, other.Position)})
		}
	}
	slices.SortFunc(all, func(a, b neighbor) int {
		switch {
		case a.km < b.km:
			return -1
		case a.km > b.km:
			return 1
		}
		return 0
	})
	return each(all[:min(n, len(all))], func(k neighbor) view.Link {
		return view.Link{Text: k.DisplayName(), Names: namesOf(k.OtherNames), Href: page.KommunePath(k.Kommune.Kommune), Sub: s.lang.Distance(k.km)}
	})
}

// nationalLines returns helplines for the whole country that have a number: those that are
// known to answer at any hour first, then those for pårørende. Emergency numbers are left out:
// they stand on every page.
func nationalLines(helplines []search.Hit, n int) []search.Hit {
	var own, everyone []search.Hit
	for _, h := range helplines {
		o := h.Offering
		if o.Type != helpline || !o.Coverage.National || len(o.Phones) == 0 || isEmergency(o.Phones[0].Number) {
			continue
		}
		switch {
		case slices.Equal(o.TargetGroups, []string{"parorende"}):
			own = append(own, h)
		case slices.Contains(o.TargetGroups, "alle"):
			everyone = append(everyone, h)
		}
	}
	for _, list := range [][]search.Hit{own, everyone} {
		slices.SortStableFunc(list, func(a, b search.Hit) int {
			return len(a.Offering.Topics) - len(b.Offering.Topics) // the fewer, the more people it is for
		})
	}
	alwaysFirst(everyone) // one of these is to be had at night
	// Not those for pårørende alone: some want someone who listens to anybody.
	own = own[:min(len(own), max(n-1, 0))]
	lines := append(own, everyone...)
	lines = lines[:min(n, len(lines))]
	alwaysFirst(lines)
	return lines
}

// alwaysFirst puts what is known to answer at any hour first: who is afraid at night takes the
// first number there is. Of the others nothing is known, and they keep their order.
func alwaysFirst(hits []search.Hit) {
	slices.SortStableFunc(hits, func(a, b search.Hit) int {
		switch x, y := a.Offering.DayAndNight(), b.Offering.DayAndNight(); {
		case x && !y:
			return -1
		case y && !x:
			return 1
		}
		return 0
	})
}

// helpline is the type of offering that one can call wherever one lives.
const helpline = "hjelpetelefon"

// isEmergency reports whether a number is for emergencies alone.
func isEmergency(n directory.PhoneNumber) bool {
	return n == directory.Ambulance || n == directory.EmergencyDoctor
}

// cut returns at most n characters of s.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
