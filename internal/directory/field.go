package directory

import (
	"reflect"
	"slices"
)

// FieldName names one thing that an offering says, as internal/diff does: "phones".
type FieldName string

// Names of the fields whose source is kept one by one. Status, confidence and the source
// of the whole are not among them: nobody is told by whom an offering is a draft.
const (
	FieldType          FieldName = "type"
	FieldTitle         FieldName = "name"
	FieldOrganization  FieldName = "organization"
	FieldSummary       FieldName = "summary"
	FieldDescription   FieldName = "description"
	FieldAudience      FieldName = "audience"
	FieldCost          FieldName = "cost"
	FieldReferral      FieldName = "referral"
	FieldPhones        FieldName = "phones"
	FieldEmails        FieldName = "emails"
	FieldWebsites      FieldName = "websites"
	FieldOpeningText   FieldName = "opening_text"
	FieldSchedules     FieldName = "schedules"
	FieldExceptions    FieldName = "exceptions"
	FieldLocations     FieldName = "locations"
	FieldComplaint     FieldName = "complaint"
	FieldCoverage      FieldName = "coverage"
	FieldTargetGroups  FieldName = "target_groups"
	FieldTopics        FieldName = "topics"
	FieldFormats       FieldName = "formats"
	FieldLanguages     FieldName = "languages"
	FieldAccessibility FieldName = "accessibility"
	FieldKeywords      FieldName = "keywords"
)

// offeringField is a field with what can be done with it.
type offeringField struct {
	name    FieldName
	contact bool // is covered by Offering.ContactsConfirmedAt
	at      func(*Offering) any
}

// offeringFields are in the order of the form.
var offeringFields = []offeringField{
	{FieldTitle, false, func(o *Offering) any { return &o.Name }},
	{FieldType, false, func(o *Offering) any { return &o.Type }},
	{FieldOrganization, false, func(o *Offering) any { return &o.Organization }},
	{FieldSummary, false, func(o *Offering) any { return &o.Summary }},
	{FieldDescription, false, func(o *Offering) any { return &o.Description }},
	{FieldAudience, false, func(o *Offering) any { return &o.Audience }},
	{FieldCost, true, func(o *Offering) any { return &o.Cost }},
	{FieldReferral, false, func(o *Offering) any { return &o.Referral }},
	{FieldPhones, true, func(o *Offering) any { return &o.Phones }},
	{FieldEmails, true, func(o *Offering) any { return &o.Emails }},
	{FieldWebsites, true, func(o *Offering) any { return &o.Websites }},
	{FieldOpeningText, true, func(o *Offering) any { return &o.OpeningText }},
	{FieldSchedules, true, func(o *Offering) any { return &o.Schedules }},
	{FieldExceptions, true, func(o *Offering) any { return &o.Exceptions }},
	{FieldLocations, false, func(o *Offering) any { return &o.Locations }},
	{FieldComplaint, false, func(o *Offering) any { return &o.Complaint }},
	{FieldCoverage, false, func(o *Offering) any { return &o.Coverage }},
	{FieldTargetGroups, false, func(o *Offering) any { return &o.TargetGroups }},
	{FieldTopics, false, func(o *Offering) any { return &o.Topics }},
	{FieldFormats, false, func(o *Offering) any { return &o.Formats }},
	{FieldLanguages, false, func(o *Offering) any { return &o.Languages }},
	{FieldAccessibility, false, func(o *Offering) any { return &o.Accessibility }},
	{FieldKeywords, false, func(o *Offering) any { return &o.Keywords }},
}

// OfferingFields returns the names of all fields, in the order of the form.
func OfferingFields() []FieldName {
	names := make([]FieldName, len(offeringFields))
	for i, f := range offeringFields {
		names[i] = f.name
	}
	return names
}

// Said returns the fields in which the offering says something.
func (o Offering) Said() []FieldName {
	var names []FieldName
	for _, f := range offeringFields {
		if !reflect.ValueOf(f.at(&o)).Elem().IsZero() {
			names = append(names, f.name)
		}
	}
	return names
}

// Differing returns the fields in which the two offerings differ. An organization is the
// one of its name: what is known of it is no part of the offering.
func Differing(a, b Offering) []FieldName {
	a.Organization, b.Organization = Organization{Name: a.Organization.Name}, Organization{Name: b.Organization.Name}
	var names []FieldName
	for _, f := range offeringFields {
		if !reflect.DeepEqual(f.at(&a), f.at(&b)) {
			names = append(names, f.name)
		}
	}
	return names
}

// With returns the offering with the named fields as from has them.
func (o Offering) With(from Offering, names ...FieldName) Offering {
	for _, f := range offeringFields {
		if slices.Contains(names, f.name) {
			reflect.ValueOf(f.at(&o)).Elem().Set(reflect.ValueOf(f.at(&from)).Elem())
		}
	}
	return o
}

// Confirmed reports whether whoever answers for the offering has said that the field is
// right: with all of it, or with the contacts alone.
func (o Offering) Confirmed(name FieldName) bool {
	for _, f := range offeringFields {
		if f.name == name && f.contact && o.ContactsConfirmedAt != nil {
			return true
		}
	}
	return o.ConfirmedAt != nil
}
