package opendata

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Tables returns every set of data, in display order.
func Tables() []*Table { return tables }

var tables = []*Table{offeringTable, kommuneTable, typeTable, courseTable, coverageTable, monthTable}

var offeringTable = &Table{
	Code: "tilbud", Title: page.Mark("Tilbud"),
	About: page.Mark("Alle tilbudene som vises i oversikten, ett på hver rad. Hemmelige adresser er ikke med."),
	Columns: []Column{
		{"id", Integer, page.Mark("Vårt nummer på tilbudet. Det endres ikke.")},
		{"uuid", Text, page.Mark("Det samme tilbudet i HSDS, FHIR og katalogen.")},
		{"navn", Text, page.Mark("Navnet på tilbudet.")},
		{"type", Text, page.Mark("Koden til typen. Alle typene står i typer.")},
		{"type_navn", Text, page.Mark("Navnet på typen.")},
		{"organisasjon", Text, page.Mark("Hvem som gir tilbudet.")},
		{"organisasjonsnummer", Text, page.Mark("Ni sifre fra Enhetsregisteret.")},
		{"ingress", Text, page.Mark("En eller to setninger om tilbudet.")},
		{"beskrivelse", Text, page.Mark("Hva tilbudet er. Ren tekst, med en tom linje mellom avsnitt.")},
		{"for_hvem", Text, page.Mark("Hvem det er for, med deres egne ord.")},
		{"stikkord", TextList, page.Mark("Andre ord for tilbudet.")},
		{"telefon", TextList, page.Mark("Nummer; hva det er for; når det er åpent.")},
		{"epost", TextList, page.Mark("E-postadresser.")},
		{"nettsted", TextList, page.Mark("Nettadresser.")},
		{"apningstider", Text, page.Mark("Åpningstider med ord.")},
		{"stedsnavn", Text, page.Mark("Hva stedet heter.")},
		{"gateadresse", Text, page.Mark("Gate og husnummer for det første stedet tilbudet holder til.")},
		{"postnummer", Text, page.Mark("Fire sifre.")},
		{"poststed", Text, page.Mark("Poststedet.")},
		{"kommunenummer", Text, page.Mark("Kommunen døra er i: fire sifre fra Statistisk sentralbyrå.")},
		{"kommune", Text, page.Mark("Navnet på kommunen.")},
		{"lat", Number, page.Mark("Breddegrad, WGS84.")},
		{"lon", Number, page.Mark("Lengdegrad, WGS84.")},
		{"dekning", Text, page.Mark("Det videste området tilbudet er for: kommune, fylke eller nasjonal.")},
		{"kommuner", TextList, page.Mark("Numrene på kommunene det er for.")},
		{"fylker", TextList, page.Mark("Numrene på fylkene det er for.")},
		{"bydel", Text, page.Mark("Deler av kommunen, når det ikke er for hele.")},
		{"malgruppe", TextList, page.Mark("Koder for hvem det er for.")},
		{"tema", TextList, page.Mark("Koder for hva det handler om.")},
		{"form", TextList, page.Mark("Koder for hvordan hjelpen blir gitt.")},
		{"sprak", TextList, page.Mark("Språk, koder etter ISO 639.")},
		{"tilgjengelighet", TextList, page.Mark("Koder for tilrettelegging: rullestol, teleslynge, tegnsprak, trinnfritt.")},
		{"pris", Text, page.Mark("gratis eller betaling. Tom: ikke kjent.")},
		{"pris_tekst", Text, page.Mark("Hva det koster, med ord.")},
		{"henvisning", Text, page.Mark("kontakt_selv, sok eller henvises. Tom: ikke kjent.")},
		{"henvisning_tekst", Text, page.Mark("Hvordan du får tilbudet, med ord.")},
		{"klage", Text, page.Mark("Hva du gjør hvis du er uenig i et vedtak eller ikke er fornøyd.")},
		{"status", Text, page.Mark("publisert, eller stengt når det er midlertidig stengt.")},
		{"stengt_til", Day, page.Mark("Dagen et stengt tilbud åpner igjen.")},
		{"sist_bekreftet", Moment, page.Mark("Når den som har ansvaret, sist sa at dette stemmer.")},
		{"endret", Moment, page.Mark("Når opplysningene sist ble endret her.")},
		{"kilde", Text, page.Mark("Hvor opplysningene er hentet fra. Oppgi den når du bruker dem videre.")},
		{"kilde_dato", Text, page.Mark("Datoen kilden har: år, måned eller dag.")},
		{"kilde_url", Text, page.Mark("Adressen til kilden.")},
		{"versjon", Integer, page.Mark("Teller opp for hver endring.")},
		{"url", Text, page.Mark("Siden i oversikten.")},
	},
	rows: offeringRows,
}

func offeringRows(f *Files, v *search.View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for o := range v.All() {
			r := row{cells: f.offeringCells(v, o), json: func(b []byte) ([]byte, error) { return f.api.AppendOffering(b, v, o), nil }}
			if !yield(r) {
				return
			}
		}
	}
}

func (f *Files) offeringCells(v *search.View, o *directory.Offering) []string {
	t, _ := v.Type(o.Type)
	at := door(o)
	var lat, lon string
	if at.Position != nil {
		lat, lon = number(at.Position.Lat), number(at.Position.Lon)
	}
	var kommune string
	if k, ok := v.Kommune(o.Kommune()); ok {
		kommune = k.DisplayName()
	}
	return []string{
		strconv.FormatInt(o.ID, 10), o.UUID.String(), o.Name, o.Type, t.Name.NB, o.Organization.Name, string(o.Organization.OrgNumber),
		o.Summary, o.Description, o.Audience, list(o.Keywords), each(o.Phones, phone), list(o.Emails), list(o.Websites), o.OpeningText,
		at.Name, at.Street, string(at.PostalCode), at.PostalPlace, string(o.Kommune()), kommune, lat, lon,
		string(o.Coverage.Level()), list(o.Coverage.Kommuner), list(o.Coverage.Fylker), o.Coverage.Bydel,
		list(o.TargetGroups), list(o.Topics), list(o.Formats), list(o.Languages), list(o.Accessibility),
		string(o.Cost.Kind), o.Cost.Text, string(o.Referral.Kind), o.Referral.Text, o.Complaint,
		string(o.Status), day(o.ClosedUntil), moment(o.ConfirmedAt), moment(&o.ChangedAt),
		o.Source.Title, string(o.Source.Date), o.Source.URL, strconv.Itoa(o.Version), f.deps.BaseURL + page.OfferingPath(o),
	}
}

// door returns the first place that readers may know of; the zero value where there is none.
func door(o *directory.Offering) directory.Location {
	for _, l := range o.Locations {
		if !l.Confidential {
			return l
		}
	}
	return directory.Location{}
}

// phone writes a number as the spreadsheets of those who answer for offerings have it.
func phone(p directory.Phone) string {
	s := p.Number.String()
	if p.Purpose != "" || p.Hours != "" {
		s += "; " + string(p.Purpose)
	}
	if p.Hours != "" {
		s += "; " + p.Hours
	}
	return s
}

var kommuneTable = &Table{
	Code: "kommuner", Title: page.Mark("Kommuner"),
	About: page.Mark("Alle kommunene, med navn, folketall og hvor du finner dem."),
	Columns: []Column{
		{"kommunenummer", Text, page.Mark("Fire sifre fra Statistisk sentralbyrå.")},
		{"navn", Text, page.Mark("Det norske navnet, med fylket der to kommuner heter det samme.")},
		{"andre_navn", TextList, page.Mark("Samiske og kvenske offisielle navn.")},
		{"offisielt_navn", Text, page.Mark("Alle de offisielle navnene.")},
		{"fylkesnummer", Text, page.Mark("To sifre.")},
		{"fylke", Text, page.Mark("Navnet på fylket.")},
		{"malform", Text, page.Mark("bokmål, nynorsk eller nøytral.")},
		{"folketall", Integer, page.Mark("Innbyggere.")},
		{"folketall_ar", Integer, page.Mark("Året folketallet er fra, 1. januar.")},
		{"administrasjonssenter", Text, page.Mark("Stedet kommunen styres fra.")},
		{"lat", Number, page.Mark("Breddegrad, WGS84.")},
		{"lon", Number, page.Mark("Lengdegrad, WGS84.")},
		{"nettsted", Text, page.Mark("Kommunens nettsted.")},
		{"organisasjonsnummer", Text, page.Mark("Ni sifre fra Enhetsregisteret.")},
		{"telefon", Text, page.Mark("Sentralbordet, når vi vet at det stemmer.")},
		{"epost", Text, page.Mark("Postmottaket, når vi vet at det stemmer.")},
		{"tidligere", TextList, page.Mark("Numrene på kommuner som er blitt en del av denne.")},
		{"url", Text, page.Mark("Siden i oversikten.")},
	},
	rows: func(f *Files, v *search.View) iter.Seq[row] {
		return func(yield func(row) bool) {
			for _, k := range v.Kommuner() {
				r := row{cells: f.kommuneCells(k), json: func(b []byte) ([]byte, error) { return f.api.AppendKommune(b, k) }}
				if !yield(r) {
					return
				}
			}
		}
	},
}

func (f *Files) kommuneCells(k *search.Kommune) []string {
	var telephone, email string
	if k.Contact.Confirmed {
		email = k.Contact.Email
		if k.Contact.Phone != "" {
			telephone = directory.PhoneNumber(k.Contact.Phone).String()
		}
	}
	var formers []string
	for _, former := range k.Formers {
		if n := string(former.Number); !slices.Contains(formers, n) {
			formers = append(formers, n)
		}
	}
	return []string{
		string(k.Number), k.DisplayName(), list(k.OtherNames), k.OfficialName, string(k.Number.Fylke()), k.FylkeName, string(k.Maalform),
		filled(k.Population), filled(k.PopulationYear), k.AdminCentre, number(k.Position.Lat), number(k.Position.Lon),
		k.WebsiteURL(), k.OrgNumber, telephone, email, list(formers), f.deps.BaseURL + page.KommunePath(k.Kommune),
	}
}

var typeTable = &Table{
	Code: "typer", Title: page.Mark("Typer tilbud"),
	About: page.Mark("Hva slags tilbud som finnes, hva de gjør for pårørende, og loven bak."),
	Columns: []Column{
		{"kode", Text, page.Mark("Koden til typen.")},
		{"navn", Text, page.Mark("Navnet på typen.")},
		{"navn_nn", Text, page.Mark("Navnet på nynorsk.")},
		{"navn_en", Text, page.Mark("Navnet på engelsk.")},
		{"flertall", Text, page.Mark("Navnet i flertall.")},
		{"gruppe", Text, page.Mark("Overskriften typen står under.")},
		{"gjor", Text, page.Mark("Hva et slikt tilbud gjør for pårørende.")},
		{"alle_kommuner", Truth, page.Mark("Om loven sier at hver kommune skal ha det: ja eller nei.")},
		{"ansvar", Text, page.Mark("Hvem som har ansvaret.")},
		{"lover", TextList, page.Mark("Paragrafene typen bygger på.")},
		{"lover_url", TextList, page.Mark("Paragrafene på Lovdata.")},
		{"bekreftes_hver", Integer, page.Mark("Hvor mange måneder en bekreftelse gjelder.")},
		{"spor_etter", Text, page.Mark("Hva du kan si når du spør etter det.")},
		{"ellers", TextList, page.Mark("Koder for typer å se etter der denne ikke finnes.")},
		{"tilbud", Integer, page.Mark("Hvor mange tilbud det er av typen.")},
	},
	rows: func(f *Files, v *search.View) iter.Seq[row] {
		return func(yield func(row) bool) {
			count := map[string]int{}
			for o := range v.All() {
				count[o.Type]++
			}
			groups := map[string]string{}
			for _, g := range v.TypeGroups() {
				groups[g.Code] = g.Name.NB
			}
			for _, t := range v.Types() {
				cells := []string{
					t.Code, t.Name.NB, t.Name.NN, t.Name.EN, t.Plural.NB, groups[t.Group], t.Does.NB, truth(t.EveryKommune), t.Responsible,
					each(t.Laws, func(l directory.Law) string { return l.Paragraph }), each(t.Laws, func(l directory.Law) string { return l.URL }),
					strconv.Itoa(cmp.Or(t.ConfirmMonths, directory.DefaultConfirmMonths)), t.AskFor, list(t.Alternatives), strconv.Itoa(count[t.Code]),
				}
				if !yield(row{cells, func(b []byte) ([]byte, error) { return f.api.AppendType(b, v, t) }}) {
					return
				}
			}
		}
	},
}

var courseTable = &Table{
	Code: "kurs", Title: page.Mark("Kurs og grupper"),
	About:   page.Mark("Kursene og gruppene som kommer, etter neste dato. Det som er over, er ikke med."),
	Changes: "day",
	Columns: []Column{
		{"id", Integer, page.Mark("Vårt nummer på kurset. Det endres ikke.")},
		{"uuid", Text, page.Mark("Det samme kurset i andre formater.")},
		{"tittel", Text, page.Mark("Hva kurset heter.")},
		{"beskrivelse", Text, page.Mark("Hva kurset er. Ren tekst, med en tom linje mellom avsnitt.")},
		{"for_hvem", Text, page.Mark("Hvem det er for, med deres egne ord.")},
		{"form", Text, page.Mark("oppmote, digitalt eller begge.")},
		{"status", Text, page.Mark("apen, full eller avlyst.")},
		{"neste_dato", Day, page.Mark("Neste dag kurset møtes.")},
		{"datoer", TextList, page.Mark("Alle dagene, med klokkeslett der det er kjent.")},
		{"gateadresse", Text, page.Mark("Hvor det er. Tom når stedet er hemmelig eller ikke er kjent.")},
		{"postnummer", Text, page.Mark("Fire sifre.")},
		{"poststed", Text, page.Mark("Poststedet.")},
		{"kommunenummer", Text, page.Mark("Kommunen kurset holdes i.")},
		{"malgruppe", TextList, page.Mark("Koder for hvem det er for.")},
		{"tema", TextList, page.Mark("Koder for hva det handler om.")},
		{"sprak", TextList, page.Mark("Språk, koder etter ISO 639.")},
		{"pris", Text, page.Mark("gratis eller betaling. Tom: ikke kjent.")},
		{"pris_tekst", Text, page.Mark("Hva det koster, med ord.")},
		{"pamelding", Text, page.Mark("pamelding, eller motopp når du bare kan komme.")},
		{"pameldingsfrist", Day, page.Mark("Siste dag du kan melde deg på.")},
		{"pamelding_url", Text, page.Mark("Der du melder deg på.")},
		{"pamelding_epost", Text, page.Mark("E-post for påmelding.")},
		{"pamelding_telefon", Text, page.Mark("Telefon for påmelding.")},
		{"tilbud", Integer, page.Mark("Nummeret på tilbudet som holder kurset.")},
		{"tilbud_navn", Text, page.Mark("Navnet på tilbudet som holder kurset.")},
		{"endret", Moment, page.Mark("Når opplysningene sist ble endret her.")},
		{"url", Text, page.Mark("Siden i oversikten.")},
	},
	rows: func(f *Files, v *search.View) iter.Seq[row] {
		return func(yield func(row) bool) {
			today := f.today()
			for _, c := range v.Courses(today) {
				r := row{cells: f.courseCells(c, today), json: func(b []byte) ([]byte, error) { return f.api.AppendCourse(b, v, c) }}
				if !yield(r) {
					return
				}
			}
		}
	},
}

func (f *Files) courseCells(c search.Course, today time.Time) []string {
	var at directory.Location
	if c.Place != nil && !c.Place.Confidential {
		at = *c.Place
	}
	var next string
	if d, ok := c.Next(today); ok {
		next = d.Day.Format(time.DateOnly)
	}
	var telephone string
	if c.SignUp.Phone != "" {
		telephone = c.SignUp.Phone.String()
	}
	return []string{
		strconv.FormatInt(c.ID, 10), c.UUID.String(), c.Title, c.Description, c.Audience, string(c.Format), string(c.Status), next, each(c.Dates, courseDate),
		at.Street, string(at.PostalCode), at.PostalPlace, string(at.Kommune), list(c.AllTargetGroups()), list(c.AllTopics()), list(c.Languages),
		string(c.Cost.Kind), c.Cost.Text, string(c.SignUp.Kind), day(c.SignUp.Deadline), c.SignUp.URL, c.SignUp.Email, telephone,
		strconv.FormatInt(c.Of.ID, 10), c.Of.Name, moment(&c.ChangedAt), f.deps.BaseURL + page.CoursePath(c.Course),
	}
}

func courseDate(d directory.CourseDate) string {
	s := d.Day.Format(time.DateOnly)
	if d.Starts != "" {
		s += " " + d.Starts
	}
	if d.Ends != "" {
		s += "–" + d.Ends
	}
	if d.Cancelled {
		s += " avlyst"
	}
	return s
}

var coverageTable = &Table{
	Code: "dekning", Title: page.Mark("Dekning"),
	About: page.Mark("Hver kommune og hver type: om det finnes der, dekkes av noen andre, eller ikke er registrert."),
	Columns: []Column{
		{"kommunenummer", Text, page.Mark("Fire sifre fra Statistisk sentralbyrå.")},
		{"kommune", Text, page.Mark("Navnet på kommunen.")},
		{"type", Text, page.Mark("Koden til typen. Alle typene står i typer.")},
		{"type_navn", Text, page.Mark("Navnet på typen.")},
		{"dekning", Text, page.Mark("har, dekkes eller ukjent. Ukjent: ingenting er registrert, men det kan finnes likevel.")},
		{"tilbud", Integer, page.Mark("Hvor mange tilbud av typen som er for kommunen.")},
		{"bare_nasjonale", Truth, page.Mark("Om alle er for hele landet: ja eller nei.")},
		{"kjent", Day, page.Mark("Den nyeste dagen et av dem ble bekreftet eller skrevet i kilden.")},
	},
	rows: coverageRows,
}

var presences = map[search.Presence]string{search.NotRegistered: "ukjent", search.FromElsewhere: "dekkes", search.InKommune: "har"}

func coverageRows(_ *Files, v *search.View) iter.Seq[row] {
	return func(yield func(row) bool) {
		coverage := v.Coverage()
		kommuner := slices.Clone(v.Kommuner())
		slices.SortFunc(kommuner, func(a, b *search.Kommune) int { return cmp.Compare(a.Number, b.Number) })
		for _, k := range kommuner {
			for _, t := range v.Types() {
				c := coverage.Of(k.Number, t.Code)
				var known string
				if !c.Known.IsZero() {
					known = c.Known.Format(time.DateOnly)
				}
				cells := []string{string(k.Number), k.DisplayName(), t.Code, t.Name.NB, presences[c.Presence], strconv.Itoa(c.Offerings), truth(c.National), known}
				if !yield(row{cells: cells}) {
					return
				}
			}
		}
	}
}

var monthTable = &Table{
	Code: "tall", Title: page.Mark("Tall måned for måned"),
	About: page.Mark("Hvor mye som var registrert og bekreftet den siste dagen som er talt i hver måned, for hver type og hvert fylke."),
	Columns: []Column{
		{"maned", Text, page.Mark("År og måned.")},
		{"dag", Day, page.Mark("Dagen tallene gjelder.")},
		{"fylkesnummer", Text, page.Mark("To sifre. Tom: hele landet.")},
		{"type", Text, page.Mark("Koden til typen. Tom: alle typer til sammen.")},
		{"kommuner", Integer, page.Mark("Kommuner i området.")},
		{"finnes_i", Integer, page.Mark("Kommuner der det finnes.")},
		{"dekkes_i", Integer, page.Mark("Kommuner som bare er dekket av noen andre.")},
		{"ikke_meldt_inn_i", Integer, page.Mark("Kommuner der ingenting er registrert.")},
		{"innbyggere", Integer, page.Mark("Innbyggere.")},
		{"innbyggere_der_det_finnes", Integer, page.Mark("Innbyggere i kommuner der det finnes.")},
		{"innbyggere_som_er_dekket", Integer, page.Mark("Innbyggere i kommuner der det finnes eller er dekket.")},
		{"tilbud", Integer, page.Mark("Tilbud som dekker noe av området.")},
		{"bekreftet_i_tide", Integer, page.Mark("Av dem: bekreftet, og skal ikke spørres på nytt ennå.")},
		{"bekreftet_siste_6", Integer, page.Mark("Bekreftet de siste 6 månedene.")},
		{"bekreftet_6_til_12", Integer, page.Mark("Bekreftet for mellom 6 og 12 måneder siden.")},
		{"bekreftet_12_til_24", Integer, page.Mark("Bekreftet for mellom 12 og 24 måneder siden.")},
		{"bekreftet_eldre", Integer, page.Mark("Bekreftet for lenger siden.")},
		{"ikke_bekreftet", Integer, page.Mark("Tilbud som ingen har bekreftet.")},
		{"midterste_alder", Integer, page.Mark("Dager siden opplysningene var bekreftet eller skrevet i kilden, for tilbudet midt i rekken.")},
	},
	rows: func(_ *Files, v *search.View) iter.Seq[row] {
		return func(yield func(row) bool) {
			for _, m := range v.Months() {
				for _, t := range m.Tallies {
					var median string
					if t.MedianDays != nil {
						median = strconv.Itoa(*t.MedianDays)
					}
					cells := []string{m.Month, m.Day, string(t.Fylke), t.Type}
					for _, n := range []int{t.Kommuner, t.InKommune, t.FromElsewhere, t.NotRegistered(), t.People, t.PeopleIn, t.PeopleCovered,
						t.Offerings, t.InTime, t.Ages.Half, t.Ages.Year, t.Ages.TwoYears, t.Ages.Older, t.Never()} {
						cells = append(cells, integer(n))
					}
					if !yield(row{cells: append(cells, median)}) {
						return
					}
				}
			}
		}
	},
}
