package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// offeringInput is an offering as a program sends it: in the shape in which it is read,
// so that what was read can be changed and sent back. What is not the program's to say is
// taken and not looked at.
type offeringInput struct {
	_            struct{}                  `additionalProperties:"false"`
	Name         string                    `json:"navn" maxLength:"200" doc:"Navnet på tilbudet."`
	Type         codeInput                 `json:"type" doc:"Hva slags tilbud det er, fra /typer."`
	Organization given[organizationInput]  `json:"organisasjon,omitzero" doc:"Utelatt: den tilbudet har, for et nytt tilbud den som eier tilgangen. Navnet avgjør."`
	Summary      *string                   `json:"ingress,omitempty" nullable:"true" maxLength:"600" doc:"En eller to setninger."`
	Description  *string                   `json:"beskrivelse,omitempty" nullable:"true" maxLength:"10000" doc:"Ren tekst, avsnitt skilt med en tom linje."`
	Keywords     []string                  `json:"stikkord,omitempty" maxItems:"50" doc:"Andre ord folk bruker om det. De blir søkt i."`
	Kommune      given[kommuneInput]       `json:"kommune,omitzero" doc:"Kommunen der tilbudet holder til."`
	Coverage     coverageInput             `json:"dekning" doc:"Hvem tilbudet er for."`
	Address      given[addressInput]       `json:"adresse,omitzero" doc:"Der tilbudet kan besøkes. Hemmelige adresser står aldri her, og blir ikke endret."`
	Position     given[positionInput]      `json:"posisjon,omitzero" doc:"Punktet på kartet."`
	Phones       []phoneInput              `json:"telefon,omitempty" maxItems:"20" doc:"Numre å ringe, i rekkefølgen de skal vises."`
	Emails       []string                  `json:"epost,omitempty" maxItems:"20" doc:"E-postadresser."`
	Websites     []string                  `json:"nettsted,omitempty" maxItems:"20" doc:"Hele adresser, med https foran."`
	Hours        given[hoursInput]         `json:"apningstider,omitzero" doc:"Når tilbudet er åpent."`
	Audience     *string                   `json:"for_hvem,omitempty" nullable:"true" maxLength:"600" doc:"Hvem tilbudet er for, med tilbudets egne ord."`
	TargetGroups []codeInput               `json:"malgruppe,omitempty" maxItems:"50" doc:"Hvem tilbudet er for, koder fra fasetter.malgruppe."`
	Topics       []codeInput               `json:"tema,omitempty" maxItems:"50" doc:"Hva tilbudet handler om, koder fra fasetter.tema."`
	Formats      []codeInput               `json:"form,omitempty" maxItems:"50" doc:"Hvordan hjelpen gis, koder fra fasetter.form."`
	Languages    []string                  `json:"sprak,omitempty" maxItems:"50" doc:"Koder etter ISO 639."`
	Access       []directory.Accessibility `json:"tilgjengelighet,omitempty" maxItems:"4" enum:"rullestol,teleslynge,tegnsprak,trinnfritt" doc:"Hva stedet er lagt til rette for."`
	Cost         given[costInput]          `json:"pris,omitzero" doc:"Hva det koster."`
	Referral     given[referralInput]      `json:"henvisning,omitzero" doc:"Hvordan man får tilbudet."`
	Complaint    *string                   `json:"klage,omitempty" nullable:"true" maxLength:"10000" doc:"Hva den gjør som er uenig i et vedtak, eller ikke er fornøyd. Ren tekst, avsnitt skilt med en tom linje."`
	Status       directory.Status          `json:"status,omitempty" enum:"utkast,publisert,stengt,arkivert" doc:"Utelatt: den tilbudet har, for et nytt tilbud publisert. Et utkast vises ikke."`
	ClosedUntil  *string                   `json:"stengt_til,omitempty" nullable:"true" format:"date" doc:"Bare når status er stengt."`
	Source       given[sourceInput]        `json:"kilde,omitzero" doc:"Utelatt: den som svarer for tilbudet, når innholdet blir endret. Er det ikke endret, står kilden som før."`
	Why          string                    `json:"begrunnelse,omitempty" maxLength:"500" doc:"Hvorfor, til historikken. Vises ikke for leserne."`
	ID           int64                     `json:"id,omitempty" doc:"Kan sendes med, og blir ikke lest."`
	CoversBy     *string                   `json:"dekker_kommunen,omitempty" nullable:"true" doc:"Kan sendes med, og blir ikke lest."`
	DistanceKM   *float64                  `json:"avstand_km,omitempty" nullable:"true" doc:"Kan sendes med, og blir ikke lest."`
	ConfirmedAt  *string                   `json:"sist_bekreftet,omitempty" nullable:"true" doc:"Kan sendes med, og blir ikke lest."`
	ChangedAt    string                    `json:"endret,omitempty" doc:"Kan sendes med, og blir ikke lest."`
	Version      int                       `json:"versjon,omitempty" doc:"Blir ikke lest: If-Match sier hvilken versjon du har sett."`
	URL          string                    `json:"url,omitempty" doc:"Kan sendes med, og blir ikke lest."`
	Refused      any                       `json:"avvist,omitempty" doc:"Kan sendes med, og blir ikke lest."`
}

type codeInput struct {
	_    struct{} `additionalProperties:"false"`
	Code string   `json:"kode" doc:"Koden."`
	Name string   `json:"navn,omitempty" doc:"Kan sendes med, og blir ikke lest."`
}

type organizationInput struct {
	_         struct{} `additionalProperties:"false"`
	Name      string   `json:"navn" maxLength:"200" doc:"Navnet på den som gir tilbudet."`
	ID        int64    `json:"id,omitempty" doc:"Kan sendes med, og blir ikke lest."`
	OrgNumber *string  `json:"organisasjonsnummer,omitempty" nullable:"true" doc:"Kan sendes med, og blir ikke lest."`
}

type kommuneInput struct {
	_      struct{}      `additionalProperties:"false"`
	Number region.Number `json:"kommunenummer" doc:"Fire sifre."`
	Name   string        `json:"navn,omitempty" doc:"Kan sendes med, og blir ikke lest."`
}

type fylkeInput struct {
	_      struct{}           `additionalProperties:"false"`
	Number region.FylkeNumber `json:"fylkesnummer" doc:"To sifre."`
	Name   string             `json:"navn,omitempty" doc:"Kan sendes med, og blir ikke lest."`
}

type coverageInput struct {
	_        struct{}        `additionalProperties:"false"`
	Level    directory.Level `json:"niva,omitempty" enum:"kommune,fylke,nasjonal" doc:"Det videste området. Må gis for nasjonal."`
	Kommuner []kommuneInput  `json:"kommuner,omitempty" maxItems:"400" doc:"Kommunene tilbudet er for."`
	Fylker   []fylkeInput    `json:"fylker,omitempty" maxItems:"20" doc:"Fylkene tilbudet er for."`
	Bydel    *string         `json:"bydel,omitempty" nullable:"true" maxLength:"600" doc:"Deler av kommunen, når tilbudet ikke er for hele."`
}

type addressInput struct {
	_          struct{} `additionalProperties:"false"`
	Name       *string  `json:"navn,omitempty" nullable:"true" maxLength:"200" doc:"Navn på stedet."`
	Street     *string  `json:"gate,omitempty" nullable:"true" maxLength:"200" doc:"Gate og nummer."`
	PostalCode *string  `json:"postnummer,omitempty" nullable:"true" doc:"Fire sifre."`
	Place      *string  `json:"poststed,omitempty" nullable:"true" maxLength:"200" doc:"Poststedet."`
}

type positionInput struct {
	_   struct{} `additionalProperties:"false"`
	Lat float64  `json:"lat" minimum:"57" maximum:"81" doc:"Grader nord (WGS84)."`
	Lon float64  `json:"lon" minimum:"-10" maximum:"34" doc:"Grader øst (WGS84)."`
}

type phoneInput struct {
	_       struct{}                `additionalProperties:"false"`
	Number  string                  `json:"nummer" doc:"Slik det slås, med eller uten +47."`
	Purpose *directory.PhonePurpose `json:"formal,omitempty" nullable:"true" doc:"hjelpetelefon, sentralbord, timebestilling, tekstmelding."`
	Hours   *string                 `json:"apningstider,omitempty" nullable:"true" maxLength:"600" doc:"Når telefonen er åpen."`
	Display string                  `json:"vises,omitempty" doc:"Kan sendes med, og blir ikke lest."`
}

type hoursInput struct {
	_          struct{}         `additionalProperties:"false"`
	Text       *string          `json:"tekst,omitempty" nullable:"true" maxLength:"600" doc:"Åpningstidene slik dere skriver dem."`
	Week       []weekdayInput   `json:"uke,omitempty" maxItems:"100" doc:"Faste åpningstider, en for hver gang det åpner."`
	Exceptions []exceptionInput `json:"unntak,omitempty" maxItems:"400" doc:"Dager det er annerledes."`
}

type weekdayInput struct {
	_         struct{} `additionalProperties:"false"`
	Day       string   `json:"dag" enum:"mandag,tirsdag,onsdag,torsdag,fredag,lordag,sondag" doc:"Ukedagen."`
	Opens     string   `json:"apner" doc:"Norsk tid, TT:MM."`
	Closes    string   `json:"stenger" doc:"Norsk tid, TT:MM; 24:00 er midnatt."`
	ValidFrom *string  `json:"gjelder_fra,omitempty" nullable:"true" format:"date" doc:"Første dag tiden gjelder."`
	ValidTo   *string  `json:"gjelder_til,omitempty" nullable:"true" format:"date" doc:"Siste dag tiden gjelder."`
}

type exceptionInput struct {
	_      struct{} `additionalProperties:"false"`
	Date   string   `json:"dato" format:"date" doc:"Dagen."`
	Closed bool     `json:"stengt,omitempty" doc:"Hele dagen."`
	Opens  *string  `json:"apner,omitempty" nullable:"true" doc:"Norsk tid, TT:MM."`
	Closes *string  `json:"stenger,omitempty" nullable:"true" doc:"Norsk tid, TT:MM."`
	Note   *string  `json:"merknad,omitempty" nullable:"true" maxLength:"600" doc:"Hvorfor."`
}

type costInput struct {
	_    struct{}            `additionalProperties:"false"`
	Kind *directory.CostKind `json:"slag,omitempty" nullable:"true" doc:"gratis eller betaling."`
	Text *string             `json:"tekst,omitempty" nullable:"true" maxLength:"600" doc:"Hva det koster."`
}

type referralInput struct {
	_        struct{}                `additionalProperties:"false"`
	Kind     *directory.ReferralKind `json:"mate,omitempty" nullable:"true" doc:"kontakt_selv, sok eller henvises."`
	How      *string                 `json:"slik,omitempty" nullable:"true" maxLength:"600" doc:"Hvordan man får tilbudet."`
	Required *bool                   `json:"kreves,omitempty" nullable:"true" doc:"Kan sendes med, og blir ikke lest."`
}

type sourceInput struct {
	_    struct{} `additionalProperties:"false"`
	Name string   `json:"navn" maxLength:"1000" doc:"Hva kilden heter."`
	Date *string  `json:"dato,omitempty" nullable:"true" doc:"2026, 2026-04 eller 2026-04-07."`
	URL  *string  `json:"url,omitempty" nullable:"true" doc:"Adressen til kilden."`
}

// given is an object that may be null. Its schema is written out where it stands: with a
// reference beside null, a validator can only say that neither fits.
type given[T any] struct{ value *T }

// UnmarshalJSON implements json.Unmarshaler. It takes what fits: an error would end the
// reading of all that comes after, which would then be said to be missing.
func (g *given[T]) UnmarshalJSON(b []byte) error {
	_ = json.Unmarshal(b, &g.value)
	return nil
}

// or returns the object, or one without content.
func (g given[T]) or() T {
	var zero T
	if g.value == nil {
		return zero
	}
	return *g.value
}

// Schema implements huma.SchemaProvider.
func (g given[T]) Schema(r huma.Registry) *huma.Schema {
	ref := r.Schema(reflect.TypeFor[T](), true, "").Ref
	s := *r.SchemaFromRef(ref)
	s.Nullable, s.Title = true, strings.TrimPrefix(ref, schemaPrefix)
	return &s
}

// sentOffering is a body that is JSON, and maybe no offering. It is held against the schema
// by the handler and not by huma: then who may not write, or has not seen the version, is
// told that first, and all that is wrong is told at once.
type sentOffering struct {
	offeringInput

	raw any
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *sentOffering) UnmarshalJSON(b []byte) error {
	// What does not fit is left out, and is what the schema refuses.
	_ = json.Unmarshal(b, &s.offeringInput)
	return json.Unmarshal(b, &s.raw)
}

// Schema implements huma.SchemaProvider.
func (s *sentOffering) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[offeringInput](), true, "")
}

// against returns what the schema says is wrong.
func (s *sentOffering) against(r huma.Registry) []error {
	at, found := huma.NewPathBuffer(nil, 0), &huma.ValidateResult{}
	at.Push("body")
	huma.Validate(r, s.Schema(r), at, huma.ModeWriteToServer, s.raw, found)
	return found.Errors
}

// apply returns the offering with what the input says; what an input cannot say stays.
// The errors name what the store could not name as exactly.
func (in *offeringInput) apply(to directory.Offering) (directory.Offering, []error) {
	var errs []error
	wrong := func(location, message string) {
		errs = append(errs, &huma.ErrorDetail{Location: "body." + location, Message: message})
	}
	date := func(location string, s *string) *time.Time {
		if s == nil {
			return nil
		}
		d, err := time.Parse(time.DateOnly, *s)
		if err != nil {
			wrong(location, msgDate)
		}
		return &d
	}
	c := in.Coverage
	to.Name, to.Type = in.Name, in.Type.Code
	to.Summary, to.Description, to.Audience = text(in.Summary), text(in.Description), text(in.Audience)
	to.Keywords, to.Emails, to.Websites, to.Languages = in.Keywords, in.Emails, in.Websites, in.Languages
	to.TargetGroups, to.Topics, to.Formats = codes(in.TargetGroups), codes(in.Topics), codes(in.Formats)
	to.Accessibility = in.Access
	to.Coverage = directory.Coverage{
		National: c.Level == directory.LevelNational, Bydel: text(c.Bydel),
		Kommuner: each(c.Kommuner, func(k kommuneInput) region.Number { return k.Number }),
		Fylker:   each(c.Fylker, func(f fylkeInput) region.FylkeNumber { return f.Number }),
	}
	if c.Level != "" && c.Level != to.Coverage.Level() {
		wrong("dekning.niva", msgLevel)
	}
	to.Locations = in.locations(to.Locations)
	to.Phones = nil
	for i, p := range in.Phones {
		n, err := directory.ParsePhone(p.Number)
		if err != nil {
			wrong(fmt.Sprintf("telefon[%d].nummer", i), msgPhone)
		}
		to.Phones = append(to.Phones, directory.Phone{Number: n, Purpose: text(p.Purpose), Hours: text(p.Hours)})
	}
	for i, e := range in.Emails {
		if directory.ValidateEmail(e) != nil {
			wrong(fmt.Sprintf("epost[%d]", i), msgEmail)
		}
	}
	hours := in.Hours.or()
	to.OpeningText, to.Schedules, to.Exceptions = text(hours.Text), nil, nil
	for i, w := range hours.Week {
		at := fmt.Sprintf("apningstider.uke[%d].", i)
		to.Schedules = append(to.Schedules, directory.Schedule{
			Weekday: time.Weekday(slices.Index(weekdays[:], w.Day)), Opens: w.Opens, Closes: w.Closes,
			ValidFrom: date(at+"gjelder_fra", w.ValidFrom), ValidTo: date(at+"gjelder_til", w.ValidTo),
		})
	}
	for i, e := range hours.Exceptions {
		to.Exceptions = append(to.Exceptions, directory.ScheduleException{
			Date: *date(fmt.Sprintf("apningstider.unntak[%d].dato", i), &e.Date), Closed: e.Closed,
			Opens: text(e.Opens), Closes: text(e.Closes), Note: text(e.Note),
		})
	}
	cost, referral := in.Cost.or(), in.Referral.or()
	to.Cost = directory.Cost{Kind: text(cost.Kind), Text: text(cost.Text)}
	to.Referral = directory.Referral{Kind: text(referral.Kind), Text: text(referral.How)}
	to.Complaint = text(in.Complaint)
	if in.Status != "" {
		to.Status = in.Status
	}
	to.ClosedUntil = date("stengt_til", in.ClosedUntil)
	if s := in.Source.value; s != nil {
		to.Source = directory.Source{Title: s.Name, URL: text(s.URL), Date: directory.PartialDate(text(s.Date))}
	}
	if o := in.Organization.value; o != nil && o.Name != to.Organization.Name {
		to.Organization = directory.Organization{Name: o.Name}
	}
	if strings.ContainsRune(in.Why, 0) {
		wrong("begrunnelse", msgOf[directory.MsgFormat])
	}
	return to, errs
}

// locations returns the places with the door as the input has it. Readers, and so the
// input, know the first that is not confidential; the others stay as they are.
func (in *offeringInput) locations(stored []directory.Location) []directory.Location {
	stored = slices.Clone(stored)
	shown := slices.IndexFunc(stored, func(l directory.Location) bool { return !l.Confidential })
	var door directory.Location
	if shown >= 0 {
		door = stored[shown]
	}
	a := in.Address.or()
	door.Name, door.Street = text(a.Name), text(a.Street)
	door.PostalCode, door.PostalPlace = directory.PostalCode(text(a.PostalCode)), text(a.Place)
	door.Position = nil
	if p := in.Position.value; p != nil {
		door.Position = &region.Position{Lat: p.Lat, Lon: p.Lon}
	}
	// The kommune that is read may be that of a later place, when the door has none.
	if n := in.Kommune.or().Number; n != (directory.Offering{Locations: openLocations(stored)}).Kommune() {
		door.Kommune = n
	}
	switch empty := door == (directory.Location{}); {
	case empty && shown >= 0:
		return slices.Delete(stored, shown, shown+1)
	case empty:
		return stored
	case shown >= 0:
		stored[shown] = door
		return stored
	}
	return append([]directory.Location{door}, stored...)
}

// openLocations returns those that readers may know.
func openLocations(all []directory.Location) []directory.Location {
	return slices.DeleteFunc(slices.Clone(all), func(l directory.Location) bool { return l.Confidential })
}

// text returns what s points to, or "".
func text[T ~string](s *T) T {
	if s == nil {
		return ""
	}
	return *s
}

func codes(in []codeInput) []string {
	return each(in, func(c codeInput) string { return c.Code })
}

// fieldOf is where in the body the fields of directory.Invalid stand.
var fieldOf = map[string]string{
	"name": "navn", "type": "type.kode", "summary": "ingress", "description": "beskrivelse", "audience": "for_hvem",
	"keywords": "stikkord", "languages": "sprak", "accessibility": "tilgjengelighet",
	"target_groups": "malgruppe", "topics": "tema", "formats": "form",
	"coverage": "dekning", "bydel": "dekning.bydel", "kommune": "kommune.kommunenummer",
	"organization": "organisasjon.navn", "organization_kommune": "organisasjon", "organization_number": "organisasjon",
	"location_name": "adresse.navn", "street": "adresse.gate", "postal_code": "adresse.postnummer", "postal_place": "adresse.poststed",
	"position": "posisjon", "phone": "telefon", "phone_purpose": "telefon", "phone_hours": "telefon", "email": "epost", "website": "nettsted",
	"opening_text": "apningstider.tekst", "schedule": "apningstider.uke", "exception": "apningstider.unntak",
	"cost": "pris.tekst", "cost_kind": "pris.slag", "referral": "henvisning.slik", "referral_kind": "henvisning.mate", "complaint": "klage",
	"status": "status", "closed_until": "stengt_til",
	"source": "kilde.navn", "source_date": "kilde.dato", "source_url": "kilde.url",
}

// invalid returns a 422 with an entry for each field that the store named, and those that
// were found before, the first for each place.
func invalid(v directory.Invalid, found []error) *problem {
	p := fromHuma(http.StatusUnprocessableEntity, found)
	known := map[string]bool{}
	p.Errors = slices.DeleteFunc(p.Errors, func(e fieldError) bool {
		again := known[e.Location]
		known[e.Location] = true
		return again
	})
	for field, key := range v {
		location := "body"
		if name := fieldOf[field]; name != "" {
			location += "." + name
		}
		named := func(e fieldError) bool { return within(e.Location, location) || within(location, e.Location) }
		if !slices.ContainsFunc(p.Errors, named) {
			p.Errors = append(p.Errors, fieldError{Message: msgOf[key], Location: location})
		}
	}
	aboutBody(p)
	return p
}

// within reports whether a place is another, or a part of it.
func within(part, whole string) bool {
	rest, ok := strings.CutPrefix(part, whole)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
