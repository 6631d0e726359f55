package site

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/referral"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// How much is suggested, and how much of it is ticked before anybody has chosen: a sheet with
// few numbers on it is one that is used.
const (
	mostSuggested  = 6 // for one kommune, and for the whole country
	suggestedOfTwo = 4 // for each of two kommuner
	tickedLocal    = 3 // for one kommune
	tickedOfTwo    = 2 // for each of two
	tickedNational = 2
)

// suggestions are what suits for one kommune, or for the whole country.
type suggestions struct {
	kommune *search.Kommune // nil: for the whole country
	theirs  bool            // it is the patient's, and the pårørende live in another
	all     []search.Suited
}

// suggest returns what to suggest, local before national, each offering once.
func suggest(v *search.View, a referralAsked) []suggestions {
	need := needOf(a.whom, a.about)
	var places []suggestions
	for _, p := range []placeAsked{a.relatives, a.patient} {
		if k := p.kommune(); k != nil {
			places = append(places, suggestions{kommune: k, all: v.Suited(k.Number, need)})
		}
	}
	if len(places) == 2 {
		places[1].theirs = true
	}
	national := suggestions{}
	if len(places) == 0 {
		national.all = v.Suited("", need)
	}
	seen := map[int64]bool{}
	for i := range places {
		var local []search.Suited
		for _, s := range places[i].all {
			if s.Reach == directory.ByNational {
				if i == 0 {
					national.all = append(national.all, s)
				}
			} else if !seen[s.ID] {
				seen[s.ID] = true
				local = append(local, s)
			}
		}
		places[i].all = local
	}
	return append(places, national)
}

func (s *Site) referralGroups(v *search.View, a referralAsked) []view.ReferralGroup {
	w := s.newWriter(v)
	list := suggest(v, a)
	two := len(list) == 3
	var groups []view.ReferralGroup
	for i, place := range list {
		g := view.ReferralGroup{ID: "gruppe-" + strconv.Itoa(i+1), Label: s.placeLabel(place, two)}
		most, ticked := mostSuggested, tickedLocal
		switch {
		case place.kommune == nil:
			ticked = tickedNational
		case two:
			most, ticked = suggestedOfTwo, tickedOfTwo
		}
		shown := place.shown(most, a)
		ticks := tick(shown, ticked, a)
		for j, fit := range shown {
			g.Rows = append(g.Rows, w.referralRow(fit, place.kommune, ticks[j]))
		}
		if len(place.all) > len(shown) {
			g.More = &view.Link{Text: s.t("Se flere i søket"), Href: likeHref(place.kommune, a.whom, a.about)}
		}
		if len(place.all) == 0 {
			g.Missing = s.referralMissing(place.kommune)
		}
		groups = append(groups, g)
	}
	if g := s.chosenBefore(w, a, groups); len(g.Rows) > 0 {
		groups = append(groups, g)
	}
	return groups
}

// chosenBefore are those that were ticked and are not among what is suggested now: nobody's
// choice is lost because something else was chosen above.
func (s *Site) chosenBefore(w writer, a referralAsked, groups []view.ReferralGroup) view.ReferralGroup {
	g := view.ReferralGroup{ID: "gruppe-valgt", Label: s.t("Valgt før")}
	shown := map[string]bool{}
	for _, other := range groups {
		for _, r := range other.Rows {
			shown[r.ID] = true
		}
	}
	for _, id := range a.chosen {
		if o, ok := w.v.Offering(id); ok && !shown[strconv.FormatInt(id, 10)] {
			fit := search.Suited{Hit: search.Hit{ID: id, Offering: o}}
			g.Rows = append(g.Rows, w.referralRow(fit, nil, true))
		}
	}
	return g
}

func (s *Site) placeLabel(p suggestions, two bool) string {
	switch {
	case p.kommune == nil:
		return s.t("For hele landet")
	case !two:
		return s.t("For %s", p.kommune.DisplayName())
	case p.theirs:
		return s.patientLabel(p.kommune)
	}
	return s.relativesLabel(p.kommune)
}

// shown returns the best, and whatever else has been ticked.
func (p suggestions) shown(most int, a referralAsked) []search.Suited {
	var out []search.Suited
	for i, s := range p.all {
		if i < most || slices.Contains(a.chosen, s.ID) {
			out = append(out, s)
		}
	}
	return out
}

// tick reports for each whether it is ticked: as it was sent, else the best, one of a type
// where there is a kommune and one of a telephone number.
func tick(shown []search.Suited, most int, a referralAsked) []bool {
	ticks := make([]bool, len(shown))
	if a.making || len(a.chosen) > 0 {
		for i, s := range shown {
			ticks[i] = slices.Contains(a.chosen, s.ID)
		}
		return ticks
	}
	had := map[string]bool{}
	pick := func(most int, wanted func(search.Suited) bool) {
		for i, s := range shown {
			if key := kindOf(s); len(had) < most && !had[key] && s.Offering.Coverage.Bydel == "" && wanted(s) {
				had[key], ticks[i] = true, true
			}
		}
	}
	callable := func(s search.Suited) bool { return len(s.Offering.Phones) > 0 }
	pick(most, func(s search.Suited) bool { return s.Certain })
	called := false
	for i, s := range shown {
		called = called || ticks[i] && callable(s)
	}
	if !called {
		pick(len(had)+1, callable)
	}
	// One number alone is little to go home with: of those for everybody a near one is better.
	pick(most, func(s search.Suited) bool { return s.Reach == directory.ByNational && callable(s) })
	pick(1, func(search.Suited) bool { return true })
	return ticks
}

// kindOf is what a sheet needs only one of, unless somebody chooses more: one office of a type
// for those who live in a kommune, one telephone number of those for everybody.
func kindOf(s search.Suited) string {
	o := s.Offering
	switch {
	case s.Reach != directory.ByNational:
		return o.Type
	case len(o.Phones) > 0:
		return string(o.Phones[0].Number)
	}
	return o.Key
}

func (s *Site) referralMissing(k *search.Kommune) *view.ReferralMissing {
	if k == nil {
		return &view.ReferralMissing{Text: s.t("Vi har ikke funnet noe som passer for hele landet. Velg færre ting, eller søk med egne ord.")}
	}
	ask := view.AskKommuneOf(s.lang, k)
	return &view.ReferralMissing{
		Text: s.t("Vi kjenner ikke noe i %s som passer. Spør kommunen hva de har for pårørende.", k.DisplayName()),
		Ask:  &ask,
	}
}

func (w writer) referralRow(fit search.Suited, k *search.Kommune, ticked bool) view.ReferralRow {
	var reader region.Number
	if k != nil {
		reader = k.Number
	}
	r := view.ReferralRow{
		ID:      strconv.FormatInt(fit.ID, 10),
		Listing: w.listing(fit.Hit, reader),
		Why:     w.why(fit, k),
		Chosen:  ticked,
	}
	if bydel := fit.Offering.Coverage.Bydel; bydel != "" {
		r.Bydel = w.lang.T("Gjelder %s.", bydel)
	}
	return r
}

// why says in short sentences what makes an offering suit: "Dekker Bodø. For etterlatte. Om
// selvmord."
func (w writer) why(fit search.Suited, k *search.Kommune) string {
	var said []string
	switch fit.Reach {
	case directory.NotCovered: // not suggested, but chosen
		said = append(said, w.area(fit.Offering.Coverage, "").Words(w.lang)+".")
	case directory.ByOwn:
		said = append(said, w.lang.T("Dekker %s.", k.DisplayName()))
	case directory.ByShared:
		said = append(said, w.lang.T("Dekker %s og flere kommuner.", k.DisplayName()))
	case directory.ByFylke:
		said = append(said, w.lang.T("Dekker hele %s.", w.fylker[k.Number.Fylke()].Name))
	}
	said = append(said, w.typeName(fit.Offering.Type)+".")
	if groups := w.terms(directory.TargetGroup, fit.Groups); groups != "" {
		said = append(said, w.lang.T("For %s.", groups))
	} else if contains(fit.Offering.TargetGroups, "parorende") {
		said = append(said, w.lang.T("For alle pårørende."))
	}
	if topics := w.terms(directory.Topic, fit.Topics); topics != "" {
		said = append(said, w.lang.T("Om %s.", topics))
	} else if own := w.terms(directory.Topic, fit.Offering.Topics); own != "" {
		said = append(said, w.lang.T("Om %s.", own))
	} else {
		said = append(said, w.lang.T("Uansett hva det gjelder."))
	}
	return strings.Join(said, " ")
}

// terms names what the codes stand for, as it stands in a sentence. Some of the names have an
// "and" in them.
func (w writer) terms(kind directory.TermKind, codes []string) string {
	var names []string
	for _, code := range codes {
		if t, ok := w.v.Term(kind, code); ok {
			names = append(names, lowerInitial(w.lang.Pick(t.Name)))
		}
	}
	return strings.Join(names, ", ")
}

// likeHref returns the search for what is like something on a list: what the list is about,
// in the kommune.
func likeHref(k *search.Kommune, whom []referral.Whom, about []referral.About) string {
	q := url.Values{}
	if k != nil {
		q.Set(paramKommune, string(k.Number))
	}
	for _, topic := range referral.CodesOf(nil, about).Topics {
		q.Add(paramTopic, topic)
	}
	if len(about) == 0 {
		for _, group := range referral.CodesOf(whom, nil).Groups {
			q.Add(paramTarget, group)
		}
	}
	if len(q) == 1 && k != nil {
		return page.KommunePath(k.Kommune)
	}
	if len(q) == 0 {
		return "/sok"
	}
	return "/sok?" + q.Encode()
}
