package api

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// offering is Tilbud of the contract.
type offering struct {
	ID           int64                  `json:"id" doc:"Nummeret i dette API-et. Det blir aldri brukt om igjen."`
	Name         string                 `json:"navn" doc:"Navnet på tilbudet."`
	Type         Coded                  `json:"type" doc:"Hva slags tilbud det er, fra /typer."`
	Organization nullable[organization] `json:"organisasjon" doc:"Den som gir tilbudet."`
	Summary      *string                `json:"ingress" doc:"En eller to setninger om tilbudet."`
	Description  *string                `json:"beskrivelse" doc:"Ren tekst, avsnitt skilt med en tom linje."`
	Keywords     []string               `json:"stikkord" doc:"Andre ord folk bruker om det."`
	Kommune      nullable[KommuneName]  `json:"kommune" doc:"Kommunen der tilbudet holder til. Hvem det er for, står i dekning."`
	Coverage     coverage               `json:"dekning" doc:"Hvem tilbudet er for, etter hvor de bor."`
	CoversBy     *string                `json:"dekker_kommunen" doc:"Hvordan tilbudet dekker kommunen det er spurt om: egen, delt, fylke eller nasjonal. Null når ingen kommune er nevnt."`
	Address      nullable[address]      `json:"adresse" doc:"Der tilbudet kan besøkes."`
	Position     nullable[position]     `json:"posisjon" doc:"Punktet på kartet."`
	DistanceKM   *float64               `json:"avstand_km" doc:"Luftlinje fra lat og lon, ellers fra midten av kommunen det er spurt om."`
	Phones       []phone                `json:"telefon" doc:"Numre å ringe, i rekkefølgen de vises."`
	Emails       []string               `json:"epost" doc:"E-postadresser."`
	Websites     []string               `json:"nettsted" doc:"Nettadresser."`
	Hours        hours                  `json:"apningstider" doc:"Når tilbudet er åpent."`
	Audience     *string                `json:"for_hvem" doc:"Hvem tilbudet er for, med tilbudets egne ord."`
	TargetGroups []Coded                `json:"malgruppe" doc:"Hvem tilbudet er for."`
	Topics       []Coded                `json:"tema" doc:"Hva tilbudet handler om."`
	Formats      []Coded                `json:"form" doc:"Hvordan hjelpen gis."`
	Languages    []string               `json:"sprak" doc:"Koder etter ISO 639."`
	Access       []string               `json:"tilgjengelighet" doc:"rullestol, teleslynge, tegnsprak, trinnfritt."`
	Cost         cost                   `json:"pris" doc:"Hva det koster."`
	Referral     referral               `json:"henvisning" doc:"Hvordan man får tilbudet."`
	Complaint    *string                `json:"klage" doc:"Hva den gjør som er uenig i et vedtak, eller ikke er fornøyd. Ren tekst, avsnitt skilt med en tom linje."`
	Status       string                 `json:"status" enum:"publisert,stengt" doc:"stengt: midlertidig stengt."`
	ClosedUntil  *string                `json:"stengt_til" format:"date" doc:"Dagen tilbudet åpner igjen."`
	ConfirmedAt  *time.Time             `json:"sist_bekreftet" doc:"Når den som har ansvaret, sist sa at dette stemmer."`
	ChangedAt    time.Time              `json:"endret" doc:"Sist noe ble endret."`
	Source       source                 `json:"kilde" doc:"Der opplysningene er hentet fra."`
	Version      int                    `json:"versjon" doc:"Øker for hver endring. Stemmer med tallet først i ETag."`
	URL          string                 `json:"url" format:"uri" doc:"Siden for tilbudet."`
}

// Coded is an entry of a closed set: its code and what it is called.
type Coded struct {
	Code string `json:"kode" doc:"Koden, til å sende som parameter."`
	Name string `json:"navn" doc:"Navnet på bokmål."`
}

type organization struct {
	ID        int64   `json:"id" doc:"Nummeret i dette API-et."`
	Name      string  `json:"navn" doc:"Navnet på den som gir tilbudet."`
	OrgNumber *string `json:"organisasjonsnummer" doc:"Ni sifre, når det er kjent."`
}

type coverage struct {
	Level    string        `json:"niva" enum:"kommune,fylke,nasjonal" doc:"Det videste området tilbudet er for."`
	Kommuner []KommuneName `json:"kommuner" doc:"Kommunene tilbudet er for, når det ikke er for hele fylker eller hele landet."`
	Fylker   []FylkeName   `json:"fylker" doc:"Fylkene tilbudet er for."`
	Bydel    *string       `json:"bydel" doc:"Deler av kommunen, når tilbudet ikke er for hele."`
}

type address struct {
	Name       *string `json:"navn" doc:"Navn på stedet."`
	Street     *string `json:"gate" doc:"Gate og nummer."`
	PostalCode *string `json:"postnummer" doc:"Fire sifre."`
	Place      *string `json:"poststed" doc:"Poststedet."`
}

type position struct {
	Lat float64 `json:"lat" doc:"Grader nord (WGS84)."`
	Lon float64 `json:"lon" doc:"Grader øst (WGS84)."`
}

type phone struct {
	Number  string  `json:"nummer" doc:"E.164 (+4755251150), eller et kort nummer slik det slås (116123)."`
	Display string  `json:"vises" doc:"Nummeret slik det skrives i Norge."`
	Purpose *string `json:"formal" doc:"hjelpetelefon, sentralbord, timebestilling, tekstmelding."`
	Hours   *string `json:"apningstider" doc:"Når telefonen er åpen."`
}

type hours struct {
	Text       *string     `json:"tekst" doc:"Åpningstidene slik tilbudet selv skriver dem."`
	Week       []weekday   `json:"uke" doc:"Faste åpningstider, en for hver gang det åpner."`
	Exceptions []exception `json:"unntak" doc:"Dager det er annerledes."`
}

type weekday struct {
	Day       string  `json:"dag" enum:"mandag,tirsdag,onsdag,torsdag,fredag,lordag,sondag" doc:"Ukedagen."`
	Opens     string  `json:"apner" doc:"Norsk tid, TT:MM."`
	Closes    string  `json:"stenger" doc:"Norsk tid, TT:MM; 24:00 er midnatt."`
	ValidFrom *string `json:"gjelder_fra" format:"date" doc:"Første dag tiden gjelder. Null: alltid."`
	ValidTo   *string `json:"gjelder_til" format:"date" doc:"Siste dag tiden gjelder. Null: til noe annet blir sagt."`
}

type exception struct {
	Date   string  `json:"dato" format:"date" doc:"Dagen."`
	Closed bool    `json:"stengt" doc:"Hele dagen."`
	Opens  *string `json:"apner" doc:"Norsk tid, TT:MM."`
	Closes *string `json:"stenger" doc:"Norsk tid, TT:MM."`
	Note   *string `json:"merknad" doc:"Hvorfor."`
}

type cost struct {
	Kind *string `json:"slag" doc:"gratis eller betaling."`
	Text *string `json:"tekst" doc:"Hva det koster, med tilbudets egne ord."`
}

type referral struct {
	Required *bool   `json:"kreves" doc:"Om noen må henvise deg. Null: ikke kjent."`
	Kind     *string `json:"mate" doc:"kontakt_selv, sok eller henvises."`
	How      *string `json:"slik" doc:"Hvordan man får tilbudet."`
}

type source struct {
	Name string  `json:"navn" doc:"Hva kilden heter."`
	Date *string `json:"dato" doc:"Så nøyaktig som den er kjent: 2026, 2026-04 eller 2026-04-07."`
	URL  *string `json:"url" doc:"Adressen til kilden."`
}

// nullable is an object or null, and says so in the schema; huma's pointers to objects do
// not.
type nullable[T any] struct{ value *T }

// MarshalJSON implements json.Marshaler.
func (n nullable[T]) MarshalJSON() ([]byte, error) { return json.Marshal(n.value) }

// Schema implements huma.SchemaProvider.
func (n nullable[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(typeOf[T](), true, ""), {Type: "null"}}}
}

// weekdays are the names of time.Weekday in the answers.
var weekdays = [...]string{"sondag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lordag"}

// reaches are the words for how an offering covers a kommune.
var reaches = map[directory.Reach]string{
	directory.ByOwn:      "egen",
	directory.ByShared:   "delt",
	directory.ByFylke:    "fylke",
	directory.ByNational: "nasjonal",
}

// hit returns the offering as the question found it: with its distance, and with how it
// covers the kommune asked about.
func (a *API) hit(v *search.View, h search.Hit) offering {
	o := a.offering(v, h.Offering)
	if h.DistanceKM != nil {
		o.DistanceKM = rounded(*h.DistanceKM)
	}
	o.CoversBy = known(reaches[h.Reach])
	return o
}

// offering returns o in the API's shape. Names of codes and places come from the same View.
func (a *API) offering(v *search.View, o *directory.Offering) offering {
	out := offering{
		ID:           o.ID,
		Name:         o.Name,
		Type:         a.typeName(v, o.Type),
		Organization: organizationOf(o.Organization),
		Summary:      known(o.Summary),
		Description:  known(o.Description),
		Keywords:     each(o.Keywords, same),
		Kommune:      kommuneOrNull(v, o.Kommune()),
		Coverage:     coverageOf(v, o.Coverage),
		Phones:       each(o.Phones, phoneOf),
		Emails:       each(o.Emails, same),
		Websites:     each(o.Websites, same),
		Hours:        hoursOf(o),
		Audience:     known(o.Audience),
		TargetGroups: terms(v, directory.TargetGroup, o.TargetGroups),
		Topics:       terms(v, directory.Topic, o.Topics),
		Formats:      terms(v, directory.Format, o.Formats),
		Languages:    each(o.Languages, same),
		Access:       each(o.Accessibility, func(a directory.Accessibility) string { return string(a) }),
		Cost:         cost{Kind: known(string(o.Cost.Kind)), Text: known(o.Cost.Text)},
		Referral:     referralOf(o.Referral),
		Complaint:    known(o.Complaint),
		Status:       string(o.Status),
		ClosedUntil:  day(o.ClosedUntil),
		ConfirmedAt:  o.ConfirmedAt,
		ChangedAt:    o.ChangedAt,
		Source:       source{Name: o.Source.Title, Date: known(string(o.Source.Date)), URL: known(o.Source.URL)},
		Version:      o.Version,
		URL:          a.page("/tilbud/" + offeringPath(o)),
	}
	out.Address, out.Position = doorOf(o.Locations)
	return out
}

// doorOf returns the address and position of the first location that readers may know.
// Confidential ones are not in the index; the test here is the second lock.
func doorOf(locations []directory.Location) (nullable[address], nullable[position]) {
	for _, l := range locations {
		if l.Confidential {
			continue
		}
		at := nullable[address]{&address{
			Name:       known(l.Name),
			Street:     known(l.Street),
			PostalCode: known(string(l.PostalCode)),
			Place:      known(l.PostalPlace),
		}}
		if *at.value == (address{}) {
			at.value = nil
		}
		return at, positionOf(l.Position)
	}
	return nullable[address]{}, nullable[position]{}
}

func positionOf(p *region.Position) nullable[position] {
	if p == nil || *p == (region.Position{}) {
		return nullable[position]{}
	}
	return nullable[position]{&position{Lat: p.Lat, Lon: p.Lon}}
}

func organizationOf(o directory.Organization) nullable[organization] {
	if o.Name == "" {
		return nullable[organization]{}
	}
	return nullable[organization]{&organization{ID: o.ID, Name: o.Name, OrgNumber: known(string(o.OrgNumber))}}
}

func coverageOf(v *search.View, c directory.Coverage) coverage {
	return coverage{
		Level:    string(c.Level()),
		Kommuner: each(c.Kommuner, func(n region.Number) KommuneName { return kommuneNameOf(v, n) }),
		Fylker:   each(c.Fylker, func(n region.FylkeNumber) FylkeName { return fylkeNameOf(v, n) }),
		Bydel:    known(c.Bydel),
	}
}

func phoneOf(p directory.Phone) phone {
	return phone{
		Number:  string(p.Number),
		Display: p.Number.String(),
		Purpose: known(string(p.Purpose)),
		Hours:   known(p.Hours),
	}
}

func hoursOf(o *directory.Offering) hours {
	return hours{
		Text: known(o.OpeningText),
		Week: each(o.Schedules, func(s directory.Schedule) weekday {
			return weekday{Day: weekdays[s.Weekday], Opens: s.Opens, Closes: s.Closes, ValidFrom: day(s.ValidFrom), ValidTo: day(s.ValidTo)}
		}),
		Exceptions: each(o.Exceptions, func(e directory.ScheduleException) exception {
			return exception{Date: e.Date.Format(time.DateOnly), Closed: e.Closed, Opens: known(e.Opens), Closes: known(e.Closes), Note: known(e.Note)}
		}),
	}
}

// referralOf says that a referral is needed only where the source says how one gets the
// offering: applying is not being referred.
func referralOf(r directory.Referral) referral {
	out := referral{Kind: known(string(r.Kind)), How: known(r.Text)}
	if r.Kind != "" {
		required := r.Kind == directory.BeReferred
		out.Required = &required
	}
	return out
}

// terms returns the codes with their names, in the order given.
func terms(v *search.View, kind directory.TermKind, codes []string) []Coded {
	return each(codes, func(code string) Coded {
		t, _ := v.Term(kind, code)
		return Coded{Code: code, Name: t.Name.NB}
	})
}

func day(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return known(t.Format(time.DateOnly))
}

func same(s string) string { return s }
