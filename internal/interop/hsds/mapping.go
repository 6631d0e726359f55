package hsds

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// nb is the language that texts made here are in.
const nb = page.Bokmal

// writer makes the objects of HSDS out of one View.
type writer struct {
	*API
	*contents
}

func (w *writer) basic(o *directory.Offering) ServiceBasic {
	s := ServiceBasic{
		ID: o.UUID, Name: o.Name, Description: description(o), Status: status(o),
		URL: w.own(o), EligibilityDescription: o.Audience, Alert: view.ClosedNote(nb, o),
		LastModified: moment(o.ChangedAt),
	}
	if len(o.Websites) > 0 {
		s.URL = o.Websites[0]
	}
	if len(o.Emails) > 0 {
		s.Email = o.Emails[0]
	}
	if o.Referral != (directory.Referral{}) {
		s.ApplicationProcess = view.ReferralText(nb, o.Referral)
	}
	if o.Cost != (directory.Cost{}) {
		s.FeesDescription = view.CostText(nb, o.Cost)
		s.Fees = s.FeesDescription
	}
	if o.ConfirmedAt != nil {
		s.AssuredDate = o.ConfirmedAt.In(page.Oslo).Format(time.DateOnly)
	}
	g := w.giver(o)
	s.OrganizationID, s.Organization = g.ID, &g.OrganizationBasic
	return s
}

// service returns the offering whole.
func (w *writer) service(o *directory.Offering) Service {
	g := w.giver(o)
	s := Service{
		ServiceBasic: w.basic(o),
		Organization: &g.OrganizationNested,
		Phones:       phones(o),
		Schedules:    schedules(o),
		ServiceAreas: w.areas(o),
		Languages:    languages(o, "language"),
		CostOptions:  costs(o),
		Attributes:   w.attributes(o),
		Metadata:     metadata(o),
	}
	s.Schedules = append(s.Schedules, w.courses(o)...)
	s.AdditionalURLs = w.urls(o)
	for i, e := range o.Emails[min(1, len(o.Emails)):] {
		s.Contacts = append(s.Contacts, Contact{interop.PartID(o.UUID, "contact", i+1), o.UUID, e})
	}
	for _, p := range interop.Places(o) {
		s.ServiceAtLocations = append(s.ServiceAtLocations, ServiceAtLocationNested{link(o, p), w.location(o, p)})
	}
	return s
}

// description is what is said of the offering. HSDS has no place of its own for keywords, which
// are all that some sources give, or for what somebody does who is not content.
func description(o *directory.Offering) string {
	parts := []string{o.Summary, o.Description}
	if len(o.Keywords) > 0 {
		parts = append(parts, "Stikkord: "+strings.Join(o.Keywords, "; "))
	}
	if o.Complaint != "" {
		parts = append(parts, "Hvis du vil klage: "+o.Complaint)
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n\n")
}

func status(o *directory.Offering) string {
	if o.Status == directory.Closed {
		return "temporarily closed"
	}
	return "active"
}

// moment writes a time as HSDS wants it, to the millisecond.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// own is the address of the offering's page.
func (w *writer) own(o *directory.Offering) string {
	return w.page(page.OfferingPath(o))
}

func (w *writer) urls(o *directory.Offering) []URL {
	var list []URL
	for i, u := range o.Websites[min(1, len(o.Websites)):] {
		list = append(list, URL{interop.PartID(o.UUID, "url", i+1), o.UUID, view.HostOf(u), u})
	}
	if len(o.Websites) > 0 {
		list = append(list, URL{interop.ID("url", o.UUID.String(), "own"), o.UUID, "Tilbudet i oversikten", w.own(o)})
	}
	return list
}

// phones returns the numbers in order. Where the offering is a telephone, its languages are
// those of whoever answers it; of another number that is not known.
func phones(o *directory.Offering) []Phone {
	var list []Phone
	for i, p := range o.Phones {
		phone := Phone{
			ID: interop.PartID(o.UUID, "phone", i), ServiceID: o.UUID,
			Number: string(p.Number), Type: "voice", Description: phoneNote(p),
		}
		switch p.Purpose {
		case directory.PurposeText:
			phone.Type = "text"
		case directory.PurposeHelpline:
			phone.Languages = languages(o, "phone_language/"+strconv.Itoa(i))
			for j := range phone.Languages {
				phone.Languages[j].ServiceID, phone.Languages[j].PhoneID = uuid.Nil, phone.ID
			}
		}
		list = append(list, phone)
	}
	return list
}

func phoneNote(p directory.Phone) string {
	note := view.PhoneNote(nb, p)
	if p.Purpose == directory.PurposeHelpline {
		note = strings.TrimSuffix("hjelpetelefon, "+note, ", ")
	}
	return note
}

func languages(o *directory.Offering, kind string) []Language {
	var list []Language
	for i, code := range o.Languages {
		list = append(list, Language{ID: interop.PartID(o.UUID, kind, i), ServiceID: o.UUID, Name: view.LanguageName(nb, code), Code: code})
	}
	return list
}

// costs returns what the offering costs, where that is known. An amount is known only where
// it is nothing.
func costs(o *directory.Offering) []CostOption {
	c := CostOption{ID: interop.PartID(o.UUID, "cost_option", 0), ServiceID: o.UUID, AmountDescription: o.Cost.Text}
	switch o.Cost.Kind {
	case directory.Free:
		c.Option, c.Currency, c.Amount = "Gratis", "NOK", new(float64)
	case directory.Paid:
		c.Option = "Koster penger"
	default:
		return nil
	}
	return []CostOption{c}
}

// areas returns whom the offering is for by where they live.
func (w *writer) areas(o *directory.Offering) []ServiceArea {
	area := func(kind, number, name string) ServiceArea {
		return ServiceArea{
			ID: interop.ID("service_area", o.UUID.String(), kind, number), ServiceID: o.UUID,
			Name: name, Extent: strings.TrimSpace(number + " " + name), ExtentType: "text",
		}
	}
	var list []ServiceArea
	if o.Coverage.National {
		all := area("land", "NO", "Norge")
		all.Extent, all.URI = "NO", "http://publications.europa.eu/resource/authority/country/NOR"
		list = append(list, all)
	}
	for _, n := range o.Coverage.Fylker {
		f := w.fylker[n]
		f.Number = n // also where it is not known
		a := area("fylke", string(n), cmp.Or(f.Name, string(n)))
		a.Fylkesnummer, a.URI = string(n), w.page(page.FylkePath(f))
		list = append(list, a)
	}
	for _, n := range o.Coverage.Kommuner {
		k, _ := w.kommune(n)
		k.Number = n // also where it is not known
		a := area("kommune", string(n), cmp.Or(k.DisplayName(), string(n)))
		a.Kommunenummer, a.Fylkesnummer = string(n), string(n.Fylke())
		a.URI, a.Description = w.page(page.KommunePath(k)), o.Coverage.Bydel
		list = append(list, a)
	}
	return list
}

func (w *writer) kommune(n region.Number) (region.Kommune, bool) {
	if k, ok := w.view.Kommune(n); ok {
		return k.Kommune, true
	}
	return region.Kommune{}, false
}

func link(o *directory.Offering, p interop.Place) ServiceAtLocationLink {
	return ServiceAtLocationLink{interop.ID("service_at_location", p.ID.String()), o.UUID, p.ID}
}

func (w *writer) placeBasic(o *directory.Offering, p interop.Place) LocationBasic {
	l := LocationBasic{ID: p.ID, LocationType: "physical", OrganizationID: w.giver(o).ID, Name: p.Name}
	l.Description = w.whereabouts(p)
	if p.Position != nil {
		l.Latitude, l.Longitude = &p.Position.Lat, &p.Position.Lon
	}
	return l
}

// whereabouts says in words where the place is: its kommune, and what is known of an address
// that is not whole.
func (w *writer) whereabouts(p interop.Place) string {
	var parts []string
	if !w.addressed(p) {
		parts = []string{p.Street, strings.TrimSpace(string(p.PostalCode) + " " + p.PostalPlace)}
	}
	if k := w.kommuneOf(p); k.Number != "" {
		parts = append(parts, k.Name+" kommune", strings.TrimPrefix(k.FylkeName, k.Name))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// addressed reports whether enough is known for an address: HSDS wants all of it or nothing.
func (w *writer) addressed(p interop.Place) bool {
	return w.kommuneOf(p).Number != "" && p.Street != "" && p.PostalCode != "" && p.PostalPlace != ""
}

func (w *writer) location(o *directory.Offering, p interop.Place) Location {
	l := Location{LocationBasic: w.placeBasic(o, p)}
	id := func(kind string, i int) uuid.UUID { return interop.PartID(p.ID, kind, i) }
	if w.addressed(p) {
		k := w.kommuneOf(p)
		l.Addresses = []Address{{
			ID: id("address", 0), LocationID: p.ID, Address1: p.Street, City: p.PostalPlace, PostalCode: string(p.PostalCode),
			Region: k.Name, StateProvince: k.FylkeName, Country: "NO", AddressType: "physical",
		}}
	}
	for i, a := range o.Accessibility {
		l.Accessibility = append(l.Accessibility, Accessibility{id("accessibility", i), p.ID, view.AccessibilityText(nb, a)})
	}
	return l
}

// kommuneOf returns the kommune that the place lies in, by its postnummer where that is all
// that is known.
func (w *writer) kommuneOf(p interop.Place) region.Kommune {
	if k, ok := w.kommune(p.Kommune); ok {
		return k
	}
	code, _ := w.view.PostalCode(string(p.PostalCode))
	k, _ := w.kommune(code.Kommune)
	return k
}

func (w *writer) attributes(o *directory.Offering) []Attribute {
	var list []Attribute
	add := func(kind string, id uuid.UUID) {
		t, ok := w.terms[id]
		if !ok {
			return
		}
		list = append(list, Attribute{
			ID: interop.ID("attribute", o.UUID.String(), t.ID.String()), LinkID: o.UUID, TaxonomyTermID: t.ID,
			LinkType: kind, LinkEntity: "service", Label: t.Name, TaxonomyTerm: *t,
		})
	}
	add(kindType, interop.TypeID(o.Type))
	for _, k := range termsOf(o) {
		for _, code := range k.codes {
			add(string(k.kind), interop.TermID(k.kind, code))
		}
	}
	return list
}

// termCodes is the codes of one kind that an offering has.
type termCodes struct {
	kind  directory.TermKind
	codes []string
}

func termsOf(o *directory.Offering) []termCodes {
	return []termCodes{{directory.TargetGroup, o.TargetGroups}, {directory.Topic, o.Topics}, {directory.Format, o.Formats}}
}

// metadata says where the offering was read, and when it was confirmed. Earlier content is
// not public, so there is no more history than that.
func metadata(o *directory.Offering) []Metadata {
	record := func(action, field, value, by string, at time.Time) Metadata {
		return Metadata{
			ID: interop.ID("metadata", o.UUID.String(), action, field), ResourceID: o.UUID, ResourceType: "service",
			LastActionDate: at.In(page.Oslo).Format(time.DateOnly), LastActionType: action,
			FieldName: field, ReplacementValue: value, UpdatedBy: by,
		}
	}
	var list []Metadata
	if s := o.Source; s.Title != "" {
		read := record("read", "service", cmp.Or(s.URL, s.Title), s.Title, o.ChangedAt)
		if _, err := time.Parse(time.DateOnly, string(s.Date)); err == nil {
			read.LastActionDate = string(s.Date)
		} else if s.Date != "" {
			read.UpdatedBy += ", " + string(s.Date)
		}
		list = append(list, read)
	}
	const by = "Den som svarer for tilbudet"
	if t := o.ConfirmedAt; t != nil {
		list = append(list, record("confirm", "assured_date", t.In(page.Oslo).Format(time.DateOnly), by, *t))
	}
	if t := o.ContactsConfirmedAt; t != nil {
		list = append(list, record("confirm", "phones", t.In(page.Oslo).Format(time.DateOnly), by, *t))
	}
	return list
}

// unnamed stands for who gives an offering where that is not known: HSDS says that each
// service has an organization.
func (w *writer) unnamed(offerings int) OrganizationNested {
	return OrganizationNested{OrganizationBasic: OrganizationBasic{
		ID: unnamedID, Name: "Ikke oppgitt",
		Description: "Kilden sier ikke hvilken organisasjon som gir tilbudet. Denne posten står for alle slike, fordi HSDS krever at hvert tilbud har en organisasjon. " + counted(offerings),
	}}
}

var unnamedID = interop.ID("organization", "unnamed")

// giver returns who gives the offering.
func (w *writer) giver(o *directory.Offering) *organization {
	id := o.Organization.UUID
	if o.Organization.Name == "" {
		id = unnamedID
	}
	return w.organizations[w.byOrganization[id]]
}

// kindWords are the kinds of organizations in words, as HSDS's legal_status.
var kindWords = map[directory.OrganizationKind]string{
	directory.KindKommune: "Kommune", directory.KindFylkeskommune: "Fylkeskommune", directory.KindState: "Stat",
	directory.KindHealthTrust: "Helseforetak", directory.KindFoundation: "Stiftelse", directory.KindAssociation: "Forening",
}

// nested returns the organization. What is known of a kommune itself is told where the
// organization is one.
func (w *writer) nested(g directory.Organization, offerings int) OrganizationNested {
	k, isKommune := w.kommune(g.Kommune)
	out := OrganizationNested{OrganizationBasic: OrganizationBasic{
		ID: g.UUID, Name: g.Name, Website: g.Website, LegalStatus: kindWords[g.Kind],
		Description: cmp.Or(kindWords[g.Kind], "Organisasjon") + ". " + counted(offerings),
	}}
	number := string(g.OrgNumber)
	if isKommune {
		out.LegalStatus = kindWords[directory.KindKommune]
		out.Description = "Kommune i " + k.FylkeName + ". " + counted(offerings)
		number = cmp.Or(number, k.OrgNumber)
		if k.OfficialName != k.Name {
			out.AlternateName = k.OfficialName
		}
		if out.Website == "" && k.Website != "" {
			out.Website = k.WebsiteURL()
		}
		if k.Contact.Confirmed {
			out.Email = k.Contact.Email
			if k.Contact.Phone != "" {
				out.Phones = []Phone{{ID: interop.PartID(g.UUID, "phone", 0), OrganizationID: g.UUID, Number: k.Contact.Phone, Type: "voice", Description: "sentralbord"}}
			}
		}
	}
	if number != "" {
		out.URI = "https://data.brreg.no/enhetsregisteret/api/enheter/" + number
		out.OrganizationIdentifiers = []OrganizationIdentifier{{
			ID: interop.ID("organization_identifier", g.UUID.String()), OrganizationID: g.UUID,
			IdentifierScheme: "NO-BRC", IdentifierType: "Organisasjonsnummer", Identifier: number,
		}}
	}
	return out
}

func counted(offerings int) string {
	return "Har " + strconv.Itoa(offerings) + " tilbud i den nasjonale oversikten over hjelp til pårørende."
}

// today is the day in Norway.
func (a *API) today() time.Time { return a.now().In(page.Oslo) }

// courses returns the days to come on which the offering's courses meet. Where one meets is
// told on its page.
func (w *writer) courses(o *directory.Offering) []Schedule {
	var list []Schedule
	for _, c := range w.view.CoursesOf(o.ID, w.today()) {
		for _, d := range c.Coming(w.today()) {
			list = append(list, w.courseDay(o, c, d))
		}
	}
	return list
}

var attending = map[directory.CourseFormat]string{
	directory.AtPlace: "Oppmøte", directory.Online: "Digitalt", directory.Hybrid: "Oppmøte eller digitalt, du velger",
}

func (w *writer) courseDay(o *directory.Offering, c search.Course, d directory.CourseDate) Schedule {
	day := d.Day.Format(time.DateOnly)
	s := Schedule{
		ID: interop.ID("course_date", c.UUID.String(), day, d.Starts), ServiceID: o.UUID,
		ValidFrom: day, ValidTo: day, DTStart: day, Until: day, Count: 1,
		Description: "Kurs: " + c.Title, OpensAt: d.Starts, ClosesAt: clock(d.Ends), AttendingType: attending[c.Format],
		ScheduleLink: w.page(page.CoursePath(c.Course)), Notes: d.Note,
	}
	switch {
	case d.Cancelled || c.Status == directory.CourseCancelled:
		s.Description = "Avlyst kurs: " + c.Title
		s.OpensAt, s.ClosesAt, s.DTStart, s.Until, s.Count = "", "", "", "", 0
	case c.Status == directory.CourseFull:
		s.Notes = strings.TrimSpace("Fullt. " + s.Notes)
	}
	return s
}
