package staff

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

var purposes = []struct {
	code directory.PhonePurpose
	text string
}{{"", "Ikke sagt"}, {directory.PurposeHelpline, "Hjelpetelefon"}, {directory.PurposeSwitchboard, "Sentralbord"}, {directory.PurposeBooking, "Timebestilling"}, {directory.PurposeText, "Tekstmelding"}}

// offeringForm returns the offering as the values of the form.
func offeringForm(o directory.Offering, n *bulk.Names) url.Values {
	v := url.Values{
		"navn": {o.Name}, "type": {o.Type}, "ingress": {o.Summary}, "beskrivelse": {o.Description}, "for_hvem": {o.Audience},
		"pris": {string(o.Cost.Kind)}, "pris_tekst": {o.Cost.Text}, "henvisning": {string(o.Referral.Kind)}, "henvisning_tekst": {o.Referral.Text},
		"epost": {strings.Join(o.Emails, "\n")}, "nettsted": {strings.Join(o.Websites, "\n")}, "apningstider": {o.OpeningText}, "klage": {o.Complaint},
		"malgruppe": o.TargetGroups, "tema": o.Topics, "form": o.Formats, "sprak": {strings.Join(o.Languages, ", ")}, "bydel": {o.Coverage.Bydel},
	}
	for _, p := range o.Phones {
		v.Add("tlf", p.Number.String())
		v.Add("tlf_til", string(p.Purpose))
		v.Add("tlf_tid", p.Hours)
	}
	putPlaces(v, o.Locations)
	putHours(v, o)
	var kommuner []string
	for _, k := range o.Coverage.Kommuner {
		kommuner = append(kommuner, cmp.Or(n.Kommune(k), string(k)))
	}
	v.Set("kommuner", strings.Join(kommuner, "\n"))
	for _, f := range o.Coverage.Fylker {
		v.Add("omrade", string(f))
	}
	if o.Coverage.National {
		v.Add("omrade", "hele")
	}
	if o.Status == directory.Closed {
		v.Set("stengt", "ja")
		if o.ClosedUntil != nil {
			v.Set("stengt_til", o.ClosedUntil.Format(time.DateOnly))
		}
	}
	return v
}

// read returns the stored offering with what the form says. What the form does not show
// stays as it is. wrong has a sentence for each field that cannot be read.
func (e editing) read(v url.Values) (o directory.Offering, wrong map[string]string) {
	o, wrong = e.stored, map[string]string{}
	text := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(v.Get(name), "\r\n", "\n")) }
	o.Name, o.Type, o.Summary, o.Description, o.Audience = text("navn"), text("type"), text("ingress"), text("beskrivelse"), text("for_hvem")
	o.Cost = directory.Cost{Kind: directory.CostKind(text("pris")), Text: text("pris_tekst")}
	o.Referral = directory.Referral{Kind: directory.ReferralKind(text("henvisning")), Text: text("henvisning_tekst")}
	o.Emails, o.Websites, o.OpeningText = lines(text("epost")), lines(text("nettsted")), text("apningstider")
	o.Complaint = text("klage")
	for i, w := range o.Websites {
		if address, err := directory.ParseWebsite(w); err == nil {
			o.Websites[i] = address // else it stays as typed, to be told of
		}
	}
	o.TargetGroups, o.Topics, o.Formats = v["malgruppe"], v["tema"], v["form"]
	o.Languages = commaList(strings.ToLower(text("sprak")))

	o.Phones = nil
	for i, number := range v["tlf"] {
		if number = strings.TrimSpace(number); number == "" {
			continue
		}
		n, err := directory.ParsePhone(number)
		if err != nil {
			wrong["tlf"] = "«" + number + "» er ikke et telefonnummer vi kan vise. Skriv åtte sifre, eller et kort nummer som 116123."
			n = directory.PhoneNumber(number)
		}
		o.Phones = append(o.Phones, directory.Phone{Number: n, Purpose: directory.PhonePurpose(at(v["tlf_til"], i)), Hours: strings.TrimSpace(at(v["tlf_tid"], i))})
	}

	o.Schedules, o.Exceptions = e.readHours(v, wrong)

	o.Locations, _ = e.readPlaces(v)

	var unknown string
	if o.Coverage, unknown, _ = e.readCoverage(v); unknown != "" {
		wrong["kommuner"] = unknown
	}

	o.ClosedUntil = nil
	switch {
	case text("stengt") == "ja":
		if o.Status != directory.Closed {
			o.Status = directory.Closed
		}
		if day := text("stengt_til"); day != "" {
			t, err := time.Parse(time.DateOnly, day)
			if err != nil {
				wrong["stengt_til"] = "Skriv dagen slik: 2026-12-24."
			} else {
				o.ClosedUntil = &t
			}
		}
	case o.Status == directory.Closed || o.Status == directory.Draft:
		o.Status = directory.Published
	}
	return o, wrong
}

func at(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return ""
}

// formFields leads from the fields of directory.Invalid to those of the form.
var formFields = map[string]string{
	"name": "navn", "summary": "ingress", "description": "beskrivelse", "audience": "for_hvem", "cost": "pris_tekst", "cost_kind": "pris",
	"referral": "henvisning_tekst", "referral_kind": "henvisning", "phone": "tlf", "phone_purpose": "tlf", "phone_hours": "tlf", "email": "epost",
	"website": "nettsted", "opening_text": "apningstider", "schedule": "tid_mandag", "exception": "unntak_hva_1", "location_name": "sted", "street": "gate", "postal_code": "postnummer", "postal_place": "poststed", "complaint": "klage", "coverage": "kommuner",
	"bydel": "bydel", "target_groups": "malgruppe", "topics": "tema", "formats": "form", "languages": "sprak", "closed_until": "stengt_til", "type": "type", "status": "stengt",
}

// wrongText says what is wrong with a field of the form, and what would be right.
func wrongText(field, key string) string {
	switch {
	case field == "navn" && key == directory.MsgRequired:
		return "Gi tilbudet et navn."
	case field == "type":
		return "Velg hva slags tilbud det er."
	case field == "epost":
		return "Skriv hele adressen, slik: navn@kommune.no. Én på hver linje."
	case field == "nettsted":
		return "Skriv hele adressen, slik: https://www.kommune.no/side. Én på hver linje."
	case field == "postnummer" && key == directory.MsgUnknown:
		return "Dette postnummeret finnes ikke."
	case field == "postnummer":
		return "Skriv fire sifre."
	case field == "kommuner" && key == directory.MsgRequired:
		return "Skriv minst én kommune tilbudet er for."
	case field == "stengt":
		return "Tilbudet må publiseres før det kan stenges."
	}
	return fieldProblem(key)
}

// check returns what is wrong with the offering, by field of the form, with what could not
// be read of it. v is the form.
func (s *Staff) check(c *fiber.Ctx, e editing, v url.Values, o directory.Offering, wrong map[string]string) (map[string]string, error) {
	invalid, err := s.deps.Store.CheckOfferings(c.UserContext(), []directory.Offering{o})
	if err != nil {
		return nil, err
	}
	for field, key := range invalid[0] {
		if placeFields[field] != "" && len(o.Locations) > 1 {
			if _, rows := e.readPlaces(v); len(rows) == len(o.Locations) {
				if err := s.checkPlaces(c, o, rows, wrong); err != nil {
					return nil, err
				}
				continue
			}
		}
		name := cmp.Or(formFields[field], field)
		if wrong[name] == "" {
			wrong[name] = wrongText(name, key)
		}
	}
	return wrong, nil
}
