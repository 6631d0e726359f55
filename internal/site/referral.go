package site

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/referral"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const (
	referralPath = "/henvis"
	sheetPath    = "/henvisning/"
)

// Parameters of /henvis. The patient's kommune has those that a search has for where the
// reader lives.
const (
	paramRelatives      = "parorende"
	paramRelativesTyped = "parorende_sted"
	paramWhom           = "hvem"
	paramAbout          = "om"
	paramUrgent         = "haster"
	paramChosen         = "valgt"
	paramMake           = "lag"
	paramCode           = "kode"
)

// mountReferrals registers what health personnel make a sheet with, and the sheets.
func (s *Site) mountReferrals(app fiber.Router) {
	app.Get(referralPath, s.showReferral)
	app.Get(sheetPath+":code", s.showSheet)
	app.Get(sheetPath+":code/qr.svg", s.showQR)
}

var whomTexts = map[referral.Whom]string{
	referral.Child:   page.Mark("Et barn"),
	referral.Youth:   page.Mark("En ungdom"),
	referral.Adult:   page.Mark("En voksen"),
	referral.Sibling: page.Mark("Søsken"),
	referral.Bereft:  page.Mark("Etterlatte"),
}

var aboutTexts = map[referral.About]string{
	referral.Mental:     page.Mark("Psykisk sykdom"),
	referral.Substance:  page.Mark("Rus og avhengighet"),
	referral.Suicide:    page.Mark("Selvmord og selvmordstanker"),
	referral.Dementia:   page.Mark("Demens"),
	referral.Cancer:     page.Mark("Kreft"),
	referral.Body:       page.Mark("Hjerte, hjerne eller annen langvarig sykdom"),
	referral.Rare:       page.Mark("Sjelden diagnose"),
	referral.Disability: page.Mark("Funksjonsnedsettelse"),
	referral.Violence:   page.Mark("Vold og overgrep"),
	referral.Grief:      page.Mark("Dødsfall og sorg"),
}

// referralAsked is what the form says.
type referralAsked struct {
	patient, relatives placeAsked
	whom               []referral.Whom
	about              []referral.About
	urgent             bool
	sent               bool // the form was, with a place or without
	making             bool // the list was sent, with what was ticked in it
	chosen             []int64
	code               string
}

// maxCode is longer than any code with something between its characters.
const maxCode = 200

func readReferral(c *fiber.Ctx, v *search.View) referralAsked {
	a := referralAsked{
		patient:   readPlace(c, v, paramKommune, paramPlace),
		relatives: readPlace(c, v, paramRelatives, paramRelativesTyped),
		urgent:    c.Query(paramUrgent) == "1",
		sent:      c.Request().URI().QueryArgs().Has(paramPlace),
		making:    c.Query(paramMake) == "1",
		code:      cut(strings.TrimSpace(c.Query(paramCode)), maxCode),
	}
	if k := a.relatives.kommune(); k != nil && k == a.patient.kommune() {
		a.relatives = placeAsked{param: paramRelatives, typed: a.relatives.typed} // both live there
	}
	args := c.Request().URI().QueryArgs()
	for _, w := range referral.AllWhom() {
		if has(args.PeekMulti(paramWhom), string(w)) {
			a.whom = append(a.whom, w)
		}
	}
	for _, about := range referral.AllAbout() {
		if has(args.PeekMulti(paramAbout), string(about)) {
			a.about = append(a.about, about)
		}
	}
	const most = 100 // more than any list shows
	for _, value := range args.PeekMulti(paramChosen) {
		if id, err := strconv.ParseInt(string(value), 10, 64); err == nil && id > 0 && !slices.Contains(a.chosen, id) && len(a.chosen) < most {
			a.chosen = append(a.chosen, id)
		}
	}
	return a
}

func has(values [][]byte, value string) bool {
	return slices.ContainsFunc(values, func(v []byte) bool { return string(v) == value })
}

// situation is what was chosen above the list, as it stands in an address.
func (a referralAsked) situation() url.Values {
	q := url.Values{}
	for _, p := range []placeAsked{a.patient, a.relatives} {
		if p.text != "" {
			q.Set(p.param, p.number())
		}
	}
	for _, w := range a.whom {
		q.Add(paramWhom, string(w))
	}
	for _, about := range a.about {
		q.Add(paramAbout, string(about))
	}
	if a.urgent {
		q.Set(paramUrgent, "1")
	}
	return q
}

// key is the whole address, and how the texts in it were read.
func (a referralAsked) key() string {
	q := a.situation()
	for _, p := range []placeAsked{a.patient, a.relatives} {
		if p.typed && !p.known() {
			q.Set(p.param+"_skrevet", "1")
		}
	}
	for _, id := range a.chosen {
		q.Add(paramChosen, strconv.FormatInt(id, 10))
	}
	if a.making {
		q.Set(paramMake, "1")
	}
	if a.empty() {
		q.Set(paramPlace, "")
	}
	if a.code != "" {
		q.Set(paramCode, a.code)
	}
	return q.Encode()
}

// empty reports whether the form was sent with nothing chosen in it.
func (a referralAsked) empty() bool { return a.sent && !a.making && len(a.situation()) == 0 }

// typed reports whether the address is that of a form which has an address of its own.
func (a referralAsked) typed() bool {
	return (a.patient.typed || a.relatives.typed) && a.patient.known() && a.relatives.known()
}

func (s *Site) showReferral(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	a := readReferral(c, v)
	if a.code != "" {
		if l, err := referral.Decode(a.code); err == nil {
			return s.redirectToSheet(c, l)
		}
	}
	if a.typed() {
		return s.redirect(c, referralPath+"?"+a.situation().Encode()+"#forslag", http.StatusSeeOther)
	}
	if a.making && a.fault() == noFault {
		return s.redirectToSheet(c, s.newList(v, a))
	}
	return s.answer(c, v, a.key(), func(context.Context) (templ.Component, error) { return view.Referral(s.referralPage(v, a)), nil })
}

func (s *Site) redirectToSheet(c *fiber.Ctx, l referral.List) error {
	code, err := l.Code()
	if err != nil {
		return err
	}
	return s.redirect(c, sheetPath+code, http.StatusSeeOther)
}

// fault is why no sheet can be made of what was ticked.
type fault int

const (
	noFault fault = iota
	nothingChosen
	tooManyChosen
)

func (a referralAsked) fault() fault {
	switch n := len(a.chosen); {
	case n == 0:
		return nothingChosen
	case n > referral.Most:
		return tooManyChosen
	}
	return noFault
}

// newList is the list of what was ticked, made now.
func (s *Site) newList(v *search.View, a referralAsked) referral.List {
	l := referral.List{Made: s.deps.Now().UTC().Truncate(minute), Whom: a.whom, About: a.about, Offerings: a.chosen}
	if k := a.patient.kommune(); k != nil {
		l.Kommune = k.Number
	}
	if k := a.relatives.kommune(); k != nil {
		l.Relatives = k.Number
	}
	// What is on the list is as it was when the list was made: a change in the same minute was
	// before it.
	for _, id := range l.Offerings {
		if o, ok := v.Offering(id); ok && changedSince(o, l.Made) {
			l.Made = o.ChangedAt.UTC().Truncate(minute).Add(minute)
		}
	}
	return l
}

func (s *Site) referralPage(v *search.View, a referralAsked) view.ReferralPage {
	m := s.meta(s.t("Lag et ark til familien"), referralPath, page.MenuAbout)
	m.Description = s.t("For helsepersonell: velg kommune og hva det gjelder, og gi familien et ark med telefonnumre.")
	m.Style = "referral.css"
	if query := a.situation().Encode(); query != "" {
		m.NoIndex, m.Query = true, "?"+query
	}
	p := view.ReferralPage{
		Meta: m, Patient: a.patient.text, Relatives: a.relatives.text, Two: a.relatives.text != "", Urgent: a.urgent,
		Code: a.code, CodeFault: s.codeFault(a.code), Most: referral.Most, Counter: s.t("{n} av %d valgt", referral.Most),
		Whom: each(referral.AllWhom(), func(w referral.Whom) view.ReferralChoice {
			return view.ReferralChoice{Code: string(w), Text: s.t(whomTexts[w]), Chosen: contains(a.whom, w)}
		}),
		About: each(referral.AllAbout(), func(about referral.About) view.ReferralChoice {
			return view.ReferralChoice{Code: string(about), Text: s.t(aboutTexts[about]), Chosen: contains(a.about, about)}
		}),
	}
	if k := a.patient.kommune(); k != nil {
		p.Patient = k.DisplayName()
	}
	if k := a.relatives.kommune(); k != nil {
		p.Relatives = k.DisplayName()
	}
	p.Asked = len(a.situation()) > 0 || a.making
	if a.empty() {
		p.PlaceFault = s.t("Skriv en kommune, eller kryss av hvem hjelpen er til eller hva det gjelder.")
	}
	if p.Asked {
		s.suggestOfferings(&p, v, a)
	}
	return p
}

// suggestOfferings fills in the list, and what keeps it from being a sheet.
func (s *Site) suggestOfferings(p *view.ReferralPage, v *search.View, a referralAsked) {
	situation := a.situation()
	for _, name := range []string{paramKommune, paramRelatives, paramWhom, paramAbout, paramUrgent} {
		for _, value := range situation[name] {
			p.Keep = append(p.Keep, view.HiddenField{Name: name, Value: value})
		}
	}
	if a.making {
		switch a.fault() {
		case nothingChosen:
			p.Fault = s.t("Kryss av minst ett tilbud.")
		case tooManyChosen:
			p.Fault = s.t("Du har krysset av %d tilbud, og arket har plass til %d. Ta bort noen. Alt du krysset av, står der fortsatt.", len(a.chosen), referral.Most)
		}
	}
	for _, place := range []placeAsked{a.patient, a.relatives} {
		if !place.known() {
			p.Notes = append(p.Notes, placeNote(s.lang, place.text, place.found, func(n region.Number) string {
				q := a.situation()
				q.Set(place.param, string(n))
				return referralPath + "?" + q.Encode() + "#forslag"
			}))
		}
	}
	if a.patient.text == "" && a.relatives.text == "" {
		p.Notes = append(p.Notes, view.Note{Text: s.t("Skriv kommunen, så ser du også det som finnes der.")})
	}
	p.Groups = s.referralGroups(v, a)
}

// Where somebody lives, as a heading says it.
func (s *Site) patientLabel(k *search.Kommune) string {
	return s.t("Der pasienten bor: %s", k.DisplayName())
}

func (s *Site) relativesLabel(k *search.Kommune) string {
	return s.t("Der den pårørende bor: %s", k.DisplayName())
}

// codeFault says what is wrong with a code that was typed; "" for none.
func (s *Site) codeFault(code string) string {
	if code == "" {
		return ""
	}
	_, err := referral.Decode(code)
	var character *referral.CharacterError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &character):
		return s.t("Koden kan ikke ha tegnet «%s». Den har bare tall og bokstaver fra A til Z, og ikke U.", string(character.Character))
	case errors.Is(err, referral.ErrShort):
		return s.t("Koden er for kort. Sjekk at du har skrevet alle gruppene.")
	case errors.Is(err, referral.ErrLong):
		return s.t("Koden er for lang. Skriv bare koden, og ikke adressen foran den.")
	case errors.Is(err, referral.ErrVersion):
		return s.t("Koden er laget med en nyere utgave enn denne. Prøv igjen om litt.")
	}
	return s.t("Koden stemmer ikke. Ett eller flere tegn er feil, eller en gruppe mangler. Se på arket og prøv igjen.")
}

// needOf returns what to look for. Numbers that stand on every sheet are not suggested too.
func needOf(whom []referral.Whom, about []referral.About) search.Need {
	c := referral.CodesOf(whom, about)
	return search.Need{Groups: c.Groups, Kin: c.Kin, Topics: c.Topics, Near: c.Near, Types: c.Types, Usual: c.Usual,
		Not: []directory.PhoneNumber{directory.Ambulance, directory.EmergencyDoctor}}
}
