// Package directory holds what is listed: organizations, the offerings they give, and
// the closed sets that describe them. Terms are those of Open Referral's HSDS, where an
// offering is called a service. It knows how a thing must look to be valid; it knows
// nothing of SQL, HTTP or the language of messages.
package directory

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Text is the same words in the three languages of the site. NN and EN may be empty.
type Text struct {
	NB, NN, EN string
}

// In returns the text in a language, "nb", "nn" or "en"; in bokmål where it has none of it.
func (t Text) In(language string) string {
	switch language {
	case "nn":
		return cmp.Or(t.NN, t.NB)
	case "en":
		return cmp.Or(t.EN, t.NB)
	}
	return t.NB
}

// OrganizationKind says what sort of body an organization is; empty where not known.
type OrganizationKind string

const (
	KindKommune       OrganizationKind = "kommune"
	KindFylkeskommune OrganizationKind = "fylkeskommune"
	KindState         OrganizationKind = "stat"
	KindHealthTrust   OrganizationKind = "helseforetak"
	KindFoundation    OrganizationKind = "stiftelse"
	KindAssociation   OrganizationKind = "forening"
)

// Organization is who provides an offering.
type Organization struct {
	ID        int64
	UUID      uuid.UUID
	Name      string // unique
	Kind      OrganizationKind
	OrgNumber OrgNumber     // empty where not known
	Kommune   region.Number // set when the organization is a kommune
	Website   string        // absolute address, or empty
}

// Offering is one thing that a kommune or organization offers to pårørende, as a reader
// is shown it. Empty fields mean "not known": nothing is filled in by guessing.
type Offering struct {
	ID           int64
	UUID         uuid.UUID
	Key          string // stable name of the row in its source: "ppt/ppt-i-oslo"
	Type         string // code of an OfferingType
	Name         string
	Organization Organization // zero where not known

	Summary     string // one or two sentences, or empty
	Description string // plain text, paragraphs divided by an empty line
	Audience    string // whom it is for, in words
	Keywords    []string

	TargetGroups []string // codes of terms
	Topics       []string
	Formats      []string

	Coverage  Coverage
	Locations []Location
	Phones    []Phone
	Emails    []string
	Websites  []string

	OpeningText string // opening hours in words, as the source gives them
	Schedules   []Schedule
	Exceptions  []ScheduleException

	Languages     []string // ISO 639 codes: "nb", "se", "pl"
	Accessibility []Accessibility
	Cost          Cost
	Referral      Referral
	Complaint     string // what somebody does who disagrees with a decision or is not content; paragraphs as in Description

	Source      Source
	Confidence  Confidence
	Status      Status
	ClosedUntil *time.Time // day on which a temporarily closed offering opens again
	ConfirmedAt *time.Time // when whoever answers for it last said that it is right
	// ContactsConfirmedAt is when telephone, e-mail, links, hours and price were last said
	// to be right, alone or with the rest.
	ContactsConfirmedAt *time.Time
	ChangedAt           time.Time
	Version             int
}

// Slug returns the readable part of the offering's address.
func (o Offering) Slug() string { return region.Slug(o.Name) }

// Kommune returns the kommune in which the offering has its door, or "" where it has none.
func (o Offering) Kommune() region.Number {
	for _, l := range o.Locations {
		if l.Kommune != "" {
			return l.Kommune
		}
	}
	return ""
}

// Public reports whether readers may see the offering.
func (o Offering) Public() bool { return o.Status == Published || o.Status == Closed }

// ForProfessionals reports whether the offering is for them alone.
func (o Offering) ForProfessionals() bool {
	return slices.Equal(o.TargetGroups, []string{"fagfolk"})
}

// Level is the widest area that a coverage reaches.
type Level string

const (
	LevelKommune  Level = "kommune"
	LevelFylke    Level = "fylke"
	LevelNational Level = "nasjonal"
)

// Coverage says for whom an offering is, which is not the same as where its door is.
type Coverage struct {
	National bool
	Fylker   []region.FylkeNumber // sorted
	Kommuner []region.Number      // sorted
	Bydel    string               // parts of a kommune, in words; empty for all of it
}

// Level returns the widest area named.
func (c Coverage) Level() Level {
	switch {
	case c.National:
		return LevelNational
	case len(c.Fylker) > 0:
		return LevelFylke
	default:
		return LevelKommune
	}
}

// Reach is how an offering comes to cover a kommune, closest first.
type Reach int

const (
	NotCovered Reach = iota
	ByOwn            // for this kommune alone
	ByShared         // for several kommuner, this among them
	ByFylke          // for the whole fylke
	ByNational       // for the whole country
)

// Reach returns how the coverage takes in the kommune, the closest way first.
func (c Coverage) Reach(n region.Number) Reach {
	for _, k := range c.Kommuner {
		if k != n {
			continue
		}
		if len(c.Kommuner) == 1 && len(c.Fylker) == 0 && !c.National {
			return ByOwn
		}
		return ByShared
	}
	for _, f := range c.Fylker {
		if n.Fylke() == f {
			return ByFylke
		}
	}
	if c.National {
		return ByNational
	}
	return NotCovered
}

// Location is where an offering can be visited. Street and PostalCode may be empty when
// only the kommune is known.
type Location struct {
	Name         string
	Street       string
	PostalCode   PostalCode
	PostalPlace  string
	Kommune      region.Number
	Position     *region.Position
	Confidential bool // never shown to readers
}

// PhonePurpose says what a number is for; empty where the source does not.
type PhonePurpose string

const (
	PurposeHelpline    PhonePurpose = "hjelpetelefon"
	PurposeSwitchboard PhonePurpose = "sentralbord"
	PurposeBooking     PhonePurpose = "timebestilling"
	PurposeText        PhonePurpose = "tekstmelding"
)

// Phone is one telephone number of an offering.
type Phone struct {
	Number  PhoneNumber
	Purpose PhonePurpose
	Hours   string // in words, or empty
}

// Schedule is opening hours on one weekday. Times are local, "08:30".
type Schedule struct {
	Weekday   time.Weekday
	Opens     string
	Closes    string
	ValidFrom *time.Time
	ValidTo   *time.Time
}

// ScheduleException is one date on which the schedule does not hold.
type ScheduleException struct {
	Date   time.Time
	Closed bool
	Opens  string
	Closes string
	Note   string
}

// Accessibility is one way in which a location is accessible.
type Accessibility string

const (
	WheelchairAccess Accessibility = "rullestol"
	HearingLoop      Accessibility = "teleslynge"
	SignLanguage     Accessibility = "tegnsprak"
	StepFree         Accessibility = "trinnfritt"
)

// CostKind says whether an offering costs something; empty where not known.
type CostKind string

const (
	Free CostKind = "gratis"
	Paid CostKind = "betaling"
)

// Cost is what an offering costs the reader.
type Cost struct {
	Kind CostKind
	Text string
}

// ReferralKind says how one gets an offering; empty where not known.
type ReferralKind string

const (
	ContactYourself ReferralKind = "kontakt_selv"
	Apply           ReferralKind = "sok"
	BeReferred      ReferralKind = "henvises"
)

// Referral is how one gets an offering.
type Referral struct {
	Kind ReferralKind
	Text string
}

// Source is where the facts of a listing were read.
type Source struct {
	Title string
	URL   string // absolute address, or empty
	Date  PartialDate
}

// Confidence is how sure it is that an imported row is still true.
type Confidence string

const (
	High   Confidence = "hoy"
	Medium Confidence = "middels"
	Low    Confidence = "lav" // comes in as a draft, awaiting confirmation
)
