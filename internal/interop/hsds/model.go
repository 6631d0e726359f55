package hsds

import "github.com/google/uuid"

// The types of this file are the objects of HSDS 3.1 with the fields that we know something
// for, named as there. JSON Schemas are made from them (schema.go): a field without omitempty
// is always there, and what is not known is left out, since HSDS has no null. Fields with
// the tag profile are not in HSDS but in our profile of it.

// ServiceRef names a service.
type ServiceRef struct {
	ID     uuid.UUID `json:"id"`
	Name   string    `json:"name"`
	Status string    `json:"status" enum:"active,temporarily closed"`
}

// ServiceBasic is an offering as it is in a list: what there is one of.
type ServiceBasic struct {
	ID                     uuid.UUID          `json:"id" doc:"Den samme så lenge tilbudet finnes."`
	OrganizationID         uuid.UUID          `json:"organization_id"`
	Name                   string             `json:"name"`
	Description            string             `json:"description,omitempty" doc:"Ren tekst, avsnitt skilt av en tom linje. Stikkord fra kilden og hvordan du klager, står til slutt."`
	URL                    string             `json:"url" format:"uri" doc:"Tilbudets eget nettsted, eller siden i oversikten når det ikke har noe."`
	Email                  string             `json:"email,omitempty" format:"email"`
	Status                 string             `json:"status" enum:"active,temporarily closed"`
	ApplicationProcess     string             `json:"application_process,omitempty" doc:"Hvordan du får tilbudet."`
	FeesDescription        string             `json:"fees_description,omitempty"`
	Fees                   string             `json:"fees,omitempty" doc:"Det samme som fees_description, for dem som leser HSDS 3.0 og Open Referral UK."`
	EligibilityDescription string             `json:"eligibility_description,omitempty" doc:"Hvem tilbudet er for."`
	AssuredDate            string             `json:"assured_date,omitempty" format:"date" doc:"Dagen den som svarer for tilbudet, sist sa at alt stemmer. Utelatt når ingen har sagt det."`
	Alert                  string             `json:"alert,omitempty" doc:"Står når tilbudet er midlertidig stengt."`
	LastModified           string             `json:"last_modified" format:"date-time"`
	Organization           *OrganizationBasic `json:"organization"`
}

// Service is an offering, whole.
type Service struct {
	ServiceBasic
	// Organization is left out where the service stands in its organization.
	Organization *OrganizationNested `json:"organization,omitempty"`

	AdditionalURLs     []URL                     `json:"additional_urls,omitempty" doc:"Siden i oversikten, og nettsteder utover det første."`
	Phones             []Phone                   `json:"phones,omitempty"`
	Schedules          []Schedule                `json:"schedules,omitempty" doc:"Åpningstider, unntak fra dem, og kurs som kommer."`
	ServiceAreas       []ServiceArea             `json:"service_areas,omitempty" doc:"Hvor du må bo for å få tilbudet. Det er noe annet enn hvor det er."`
	ServiceAtLocations []ServiceAtLocationNested `json:"service_at_locations,omitempty" doc:"Steder som ikke skal være kjent, er aldri med."`
	Languages          []Language                `json:"languages,omitempty"`
	CostOptions        []CostOption              `json:"cost_options,omitempty"`
	Contacts           []Contact                 `json:"contacts,omitempty" doc:"E-postadresser utover den første."`
	Attributes         []Attribute               `json:"attributes,omitempty" doc:"Type, målgrupper, temaer og former."`
	Metadata           []Metadata                `json:"metadata,omitempty" doc:"Hvor opplysningene er lest, og når de er bekreftet."`
}

// MinimalService is what a list with minimal=true has of a service.
type MinimalService struct {
	ID           uuid.UUID `json:"id"`
	ModifiedDate string    `json:"modified_date" format:"date-time"`
}

// OrganizationBasic is who gives offerings, as it is in a list: what there is one of.
type OrganizationBasic struct {
	ID            uuid.UUID `json:"id"`
	Name          string    `json:"name"`
	AlternateName string    `json:"alternate_name,omitempty" doc:"Alle de offisielle navnene, når organisasjonen er en kommune med flere."`
	Description   string    `json:"description" doc:"Hva slags organisasjon det er, og hvor mange tilbud den har her."`
	Email         string    `json:"email,omitempty" format:"email"`
	Website       string    `json:"website,omitempty" format:"uri"`
	LegalStatus   string    `json:"legal_status,omitempty" enum:"Kommune,Fylkeskommune,Stat,Helseforetak,Stiftelse,Forening"`
	URI           string    `json:"uri,omitempty" format:"uri" doc:"Organisasjonen i Enhetsregisteret."`
}

// OrganizationNested is an organization without what it offers.
type OrganizationNested struct {
	OrganizationBasic
	Phones                  []Phone                  `json:"phones,omitempty"`
	OrganizationIdentifiers []OrganizationIdentifier `json:"organization_identifiers,omitempty" doc:"Organisasjonsnummeret."`
}

// Organization is an organization, with the names of what it offers.
type Organization struct {
	OrganizationNested
	Services []ServiceRef `json:"services"`
}

// OrganizationFull is an organization with all of what it offers.
type OrganizationFull struct {
	OrganizationNested
	Services []Service `json:"services"`
}

// OrganizationIdentifier is an organisasjonsnummer.
type OrganizationIdentifier struct {
	ID               uuid.UUID `json:"id"`
	OrganizationID   uuid.UUID `json:"organization_id"`
	IdentifierScheme string    `json:"identifier_scheme" enum:"NO-BRC" doc:"Enhetsregisteret i org-id.guide."`
	IdentifierType   string    `json:"identifier_type" enum:"Organisasjonsnummer"`
	Identifier       string    `json:"identifier" pattern:"^[0-9]{9}$" doc:"Ni sifre."`
}

// ServiceAtLocationLink says that a service is at a location.
type ServiceAtLocationLink struct {
	ID         uuid.UUID `json:"id" doc:"Den samme så lenge tilbudet har stedet."`
	ServiceID  uuid.UUID `json:"service_id"`
	LocationID uuid.UUID `json:"location_id"`
}

// ServiceAtLocationBasic is a service at one of its locations, as it is in a list.
type ServiceAtLocationBasic struct {
	ServiceAtLocationLink
	Location LocationBasic `json:"location"`
	Service  ServiceBasic  `json:"service"`
}

// ServiceAtLocationNested is one of the locations of a service.
type ServiceAtLocationNested struct {
	ServiceAtLocationLink
	Location Location `json:"location"`
}

// ServiceAtLocation is a service at one of its locations, whole.
type ServiceAtLocation struct {
	ServiceAtLocationNested
	Service Service `json:"service" doc:"Uten service_at_locations."`
	// The OpenAPI document of HSDS says of an answer with one of these that it is a service.
	// With these two it is valid as one too.
	Name   string `json:"name" profile:"yes" doc:"Tilbudets navn. OpenAPI-dokumentet til HSDS beskriver dette svaret som et service, som må ha navn og status."`
	Status string `json:"status" enum:"active,temporarily closed" profile:"yes" doc:"Tilbudets status, som name."`
}

// LocationBasic is a place that can be visited, as it is in a list.
type LocationBasic struct {
	ID             uuid.UUID `json:"id"`
	LocationType   string    `json:"location_type" enum:"physical"`
	OrganizationID uuid.UUID `json:"organization_id,omitzero"`
	Name           string    `json:"name,omitempty"`
	Description    string    `json:"description,omitempty" doc:"Kommunen og fylket stedet ligger i, og det som er kjent av en adresse som ikke er hel."`
	Latitude       *float64  `json:"latitude,omitempty"`
	Longitude      *float64  `json:"longitude,omitempty"`
}

// Location is a place that can be visited.
type Location struct {
	LocationBasic
	Addresses     []Address       `json:"addresses,omitempty" doc:"Utelatt når gate, postnummer eller poststed ikke er kjent."`
	Accessibility []Accessibility `json:"accessibility,omitempty"`
}

// Address is a postal address that can be visited.
type Address struct {
	ID            uuid.UUID `json:"id"`
	LocationID    uuid.UUID `json:"location_id"`
	Address1      string    `json:"address_1"`
	City          string    `json:"city" doc:"Poststedet."`
	Region        string    `json:"region,omitempty" doc:"Kommunen."`
	StateProvince string    `json:"state_province" doc:"Fylket."`
	PostalCode    string    `json:"postal_code" pattern:"^[0-9]{4}$"`
	Country       string    `json:"country" enum:"NO"`
	AddressType   string    `json:"address_type" enum:"physical"`
}

// Accessibility is one way in which a place is accessible.
type Accessibility struct {
	ID          uuid.UUID `json:"id"`
	LocationID  uuid.UUID `json:"location_id"`
	Description string    `json:"description"`
}

// Phone is a telephone number.
type Phone struct {
	ID             uuid.UUID  `json:"id"`
	ServiceID      uuid.UUID  `json:"service_id,omitzero"`
	OrganizationID uuid.UUID  `json:"organization_id,omitzero"`
	Number         string     `json:"number" doc:"Etter E.164, eller et norsk kortnummer."`
	Type           string     `json:"type" enum:"voice,text"`
	Description    string     `json:"description,omitempty" doc:"Hva nummeret er til, og når noen svarer."`
	Languages      []Language `json:"languages,omitempty"`
}

// Contact is another e-mail address of a service.
type Contact struct {
	ID        uuid.UUID `json:"id"`
	ServiceID uuid.UUID `json:"service_id"`
	Email     string    `json:"email" format:"email"`
}

// URL is another web address of a service.
type URL struct {
	ID        uuid.UUID `json:"id"`
	ServiceID uuid.UUID `json:"service_id"`
	Label     string    `json:"label"`
	URL       string    `json:"url" format:"uri"`
}

// Schedule is opening hours that repeat each week, one day that is otherwise, or a day on
// which a course meets.
type Schedule struct {
	ID            uuid.UUID `json:"id"`
	ServiceID     uuid.UUID `json:"service_id"`
	ValidFrom     string    `json:"valid_from,omitempty" format:"date"`
	ValidTo       string    `json:"valid_to,omitempty" format:"date"`
	DTStart       string    `json:"dtstart,omitempty" format:"date"`
	Until         string    `json:"until,omitempty" format:"date"`
	Count         int       `json:"count,omitempty"`
	Wkst          string    `json:"wkst,omitempty" enum:"MO"`
	Freq          string    `json:"freq,omitempty" enum:"WEEKLY"`
	Interval      int       `json:"interval,omitempty"`
	ByDay         string    `json:"byday,omitempty" pattern:"^(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*$"`
	Description   string    `json:"description,omitempty"`
	OpensAt       string    `json:"opens_at,omitempty" pattern:"^[0-2][0-9]:[0-5][0-9]$" doc:"Norsk tid, Europe/Oslo, vinter som sommer. Derfor uten avstand fra UTC."`
	ClosesAt      string    `json:"closes_at,omitempty" pattern:"^[0-2][0-9]:[0-5][0-9]$" doc:"Som opens_at. Midnatt på slutten av dagen er 23:59."`
	ScheduleLink  string    `json:"schedule_link,omitempty" format:"uri" doc:"Siden til kurset."`
	AttendingType string    `json:"attending_type,omitempty"`
	Notes         string    `json:"notes,omitempty"`
}

// ServiceArea is a kommune, a fylke or the country that a service is for.
type ServiceArea struct {
	ID            uuid.UUID `json:"id"`
	ServiceID     uuid.UUID `json:"service_id"`
	Name          string    `json:"name"`
	Description   string    `json:"description,omitempty" doc:"Bydeler, når tilbudet ikke er for hele kommunen."`
	Extent        string    `json:"extent" doc:"Kommunenummer eller fylkesnummer med navn, eller NO."`
	ExtentType    string    `json:"extent_type" enum:"text"`
	URI           string    `json:"uri" doc:"Siden til kommunen eller fylket, eller landet i EUs landliste."`
	Kommunenummer string    `json:"kommunenummer,omitempty" pattern:"^[0-9]{4}$" profile:"yes" doc:"Etter SSBs standard for kommuneinndeling. Står når området er en kommune."`
	Fylkesnummer  string    `json:"fylkesnummer,omitempty" pattern:"^[0-9]{2}$" profile:"yes" doc:"Etter SSBs standard for fylkesinndeling. Står når området er en kommune eller et fylke."`
}

// Language is one that a service or a telephone is in.
type Language struct {
	ID        uuid.UUID `json:"id"`
	ServiceID uuid.UUID `json:"service_id,omitzero"`
	PhoneID   uuid.UUID `json:"phone_id,omitzero"`
	Name      string    `json:"name" doc:"På bokmål."`
	Code      string    `json:"code" pattern:"^[a-z]{2,3}$" doc:"Etter ISO 639."`
}

// CostOption is what a service costs.
type CostOption struct {
	ID                uuid.UUID `json:"id"`
	ServiceID         uuid.UUID `json:"service_id"`
	Option            string    `json:"option"`
	Currency          string    `json:"currency,omitempty" enum:"NOK"`
	Amount            *float64  `json:"amount,omitempty" doc:"0 når tilbudet er gratis. Ellers er beløpet ikke kjent som tall."`
	AmountDescription string    `json:"amount_description,omitempty"`
}

// Attribute says that a term applies to a service.
type Attribute struct {
	ID             uuid.UUID `json:"id"`
	LinkID         uuid.UUID `json:"link_id"`
	TaxonomyTermID uuid.UUID `json:"taxonomy_term_id"`
	LinkType       string    `json:"link_type" enum:"type,malgruppe,tema,form"`
	LinkEntity     string    `json:"link_entity" enum:"service"`
	Label          string    `json:"label"`
	TaxonomyTerm   Term      `json:"taxonomy_term"`
}

// Taxonomy is one of our closed vocabularies.
type Taxonomy struct {
	ID          uuid.UUID `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	URI         string    `json:"uri" format:"uri"`
}

// Term is one entry of a vocabulary.
type Term struct {
	ID             uuid.UUID `json:"id"`
	Code           string    `json:"code"`
	Name           string    `json:"name"`
	Description    string    `json:"description"`
	Taxonomy       string    `json:"taxonomy"`
	TaxonomyDetail *Taxonomy `json:"taxonomy_detail"`
	TaxonomyID     uuid.UUID `json:"taxonomy_id"`
	Language       string    `json:"language" enum:"nb"`
	TermURI        string    `json:"term_uri,omitempty" format:"uri" doc:"Ordet i Los, Digdirs felles vokabular, der Los har et som betyr det samme."`
}

// Metadata is where a service was read, or when it was confirmed.
type Metadata struct {
	ID               uuid.UUID `json:"id"`
	ResourceID       uuid.UUID `json:"resource_id"`
	ResourceType     string    `json:"resource_type" enum:"service"`
	LastActionDate   string    `json:"last_action_date" format:"date"`
	LastActionType   string    `json:"last_action_type" enum:"read,confirm"`
	FieldName        string    `json:"field_name"`
	PreviousValue    string    `json:"previous_value" doc:"Alltid tom: tidligere innhold er ikke åpent."`
	ReplacementValue string    `json:"replacement_value" doc:"Adressen opplysningene er lest på, eller dagen de ble bekreftet."`
	UpdatedBy        string    `json:"updated_by" doc:"Kilden, eller at den som svarer for tilbudet har bekreftet det."`
}

// Page is a list with its place among pages.
type Page[T any] struct {
	TotalItems int  `json:"total_items"`
	TotalPages int  `json:"total_pages" doc:"Minst 1."`
	PageNumber int  `json:"page_number"`
	Size       int  `json:"size" doc:"Antallet på denne siden."`
	FirstPage  bool `json:"first_page"`
	LastPage   bool `json:"last_page"`
	Empty      bool `json:"empty"`
	Contents   []T  `json:"contents"`
}

// Base says what the interface is.
type Base struct {
	Version    string `json:"version" enum:"3.1"`
	Profile    string `json:"profile" format:"uri"`
	OpenAPIURL string `json:"openapi_url" format:"uri"`
}
