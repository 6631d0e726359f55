package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

type offeringRow struct {
	ID               int64
	UUID             uuid.UUID
	Key              string
	TypeCode         string
	Name             string
	OrganizationID   *int64
	Summary          string
	Description      string
	Audience         string
	Keywords         textArray
	CoverageNational bool
	CoverageBydel    string
	OpeningText      string
	Languages        textArray
	Accessibility    textArray
	CostKind         optional
	CostText         string
	ReferralKind     optional
	ReferralText     string
	Complaint        string
	SourceTitle      string
	SourceURL        optional
	SourceDate       optional
	Confidence       string
	Status           string
	ClosedUntil      *time.Time
	ConfirmedAt      *time.Time

	ContactsConfirmedAt *time.Time
	ChangedAt           time.Time
	Version             int
}

func (offeringRow) TableName() string { return "offerings" }

// offeringRows are all rows that make up one offering.
type offeringRows struct {
	offering     offeringRow
	organization organizationRow // zero where there is none
	children     childRows
}

// newOfferingRows returns the rows of the offering. Its lists must be as canonical
// makes them.
func newOfferingRows(o directory.Offering) offeringRows {
	row := offeringRow{
		ID: o.ID, UUID: o.UUID, Key: o.Key,
		TypeCode: o.Type, Name: o.Name,
		Summary: o.Summary, Description: o.Description, Audience: o.Audience,
		Keywords:         o.Keywords,
		CoverageNational: o.Coverage.National, CoverageBydel: o.Coverage.Bydel,
		OpeningText:   o.OpeningText,
		Languages:     o.Languages,
		Accessibility: texts[string](o.Accessibility),
		CostKind:      optional(o.Cost.Kind), CostText: o.Cost.Text,
		ReferralKind: optional(o.Referral.Kind), ReferralText: o.Referral.Text,
		Complaint:   o.Complaint,
		SourceTitle: o.Source.Title, SourceURL: optional(o.Source.URL), SourceDate: optional(o.Source.Date),
		Confidence: string(o.Confidence), Status: string(o.Status),
		ClosedUntil: o.ClosedUntil, ConfirmedAt: o.ConfirmedAt, ContactsConfirmedAt: o.ContactsConfirmedAt,
		ChangedAt: o.ChangedAt, Version: o.Version,
	}
	if o.Organization.ID != 0 {
		row.OrganizationID = &o.Organization.ID
	}
	return offeringRows{row, newOrganizationRow(o.Organization), newChildRows(o)}
}

func (r offeringRows) assemble() directory.Offering {
	row := r.offering
	o := directory.Offering{
		ID: row.ID, UUID: row.UUID, Key: row.Key,
		Type: row.TypeCode, Name: row.Name,
		Organization: r.organization.organization(),
		Summary:      row.Summary, Description: row.Description, Audience: row.Audience,
		Keywords:      row.Keywords,
		Coverage:      directory.Coverage{National: row.CoverageNational, Bydel: row.CoverageBydel},
		OpeningText:   row.OpeningText,
		Languages:     row.Languages,
		Accessibility: texts[directory.Accessibility](row.Accessibility),
		Cost:          directory.Cost{Kind: directory.CostKind(row.CostKind), Text: row.CostText},
		Referral:      directory.Referral{Kind: directory.ReferralKind(row.ReferralKind), Text: row.ReferralText},
		Complaint:     row.Complaint,
		Source: directory.Source{
			Title: row.SourceTitle, URL: string(row.SourceURL), Date: directory.PartialDate(row.SourceDate),
		},
		Confidence: directory.Confidence(row.Confidence), Status: directory.Status(row.Status),
		ClosedUntil: row.ClosedUntil, ConfirmedAt: inUTC(row.ConfirmedAt), ContactsConfirmedAt: inUTC(row.ContactsConfirmedAt),
		ChangedAt: row.ChangedAt.UTC(), Version: row.Version,
	}
	r.children.into(&o)
	return o
}

// childRows are the rows that hang on an offering, each kind in the order in which it is shown.
type childRows struct {
	fylker     []offeringFylkeRow
	kommuner   []offeringKommuneRow
	terms      []offeringTermRow
	locations  []locationRow
	phones     []phoneRow
	emails     []emailRow
	websites   []webAddressRow
	schedules  []scheduleRow
	exceptions []exceptionRow
}

type offeringFylkeRow struct {
	OfferingID  int64  `gorm:"primaryKey;autoIncrement:false"`
	FylkeNumber string `gorm:"primaryKey"`
}

type offeringKommuneRow struct {
	OfferingID    int64  `gorm:"primaryKey;autoIncrement:false"`
	KommuneNumber string `gorm:"primaryKey"`
}

type offeringTermRow struct {
	OfferingID int64  `gorm:"primaryKey;autoIncrement:false"`
	Kind       string `gorm:"primaryKey"`
	Code       string `gorm:"primaryKey"`
}

type locationRow struct {
	OfferingID    int64 `gorm:"primaryKey;autoIncrement:false"`
	Position      int   `gorm:"primaryKey;autoIncrement:false"`
	Name          string
	Street        string
	PostalCode    optional
	PostalPlace   string
	KommuneNumber optional
	Lat, Lon      *float64
	Confidential  bool
}

type phoneRow struct {
	OfferingID int64 `gorm:"primaryKey;autoIncrement:false"`
	Position   int   `gorm:"primaryKey;autoIncrement:false"`
	Number     string
	Purpose    optional
	Hours      string
}

type emailRow struct {
	OfferingID int64 `gorm:"primaryKey;autoIncrement:false"`
	Position   int   `gorm:"primaryKey;autoIncrement:false"`
	Address    string
}

type webAddressRow struct {
	OfferingID int64 `gorm:"primaryKey;autoIncrement:false"`
	Position   int   `gorm:"primaryKey;autoIncrement:false"`
	URL        string
}

type scheduleRow struct {
	OfferingID int64 `gorm:"primaryKey;autoIncrement:false"`
	Position   int   `gorm:"primaryKey;autoIncrement:false"`
	Weekday    int
	Opens      string
	Closes     string
	ValidFrom  *time.Time
	ValidTo    *time.Time
}

type exceptionRow struct {
	OfferingID int64 `gorm:"primaryKey;autoIncrement:false"`
	Position   int   `gorm:"primaryKey;autoIncrement:false"`
	OnDate     time.Time
	Closed     bool
	Opens      optional
	Closes     optional
	Note       string
}

func (offeringFylkeRow) TableName() string   { return "offering_fylker" }
func (offeringKommuneRow) TableName() string { return "offering_kommuner" }
func (offeringTermRow) TableName() string    { return "offering_terms" }
func (locationRow) TableName() string        { return "locations" }
func (phoneRow) TableName() string           { return "phones" }
func (emailRow) TableName() string           { return "emails" }
func (webAddressRow) TableName() string      { return "web_addresses" }
func (scheduleRow) TableName() string        { return "schedules" }
func (exceptionRow) TableName() string       { return "schedule_exceptions" }

func newChildRows(o directory.Offering) childRows {
	var c childRows
	for _, f := range o.Coverage.Fylker {
		c.fylker = append(c.fylker, offeringFylkeRow{o.ID, string(f)})
	}
	for _, k := range o.Coverage.Kommuner {
		c.kommuner = append(c.kommuner, offeringKommuneRow{o.ID, string(k)})
	}
	for kind, codes := range termsOf(&o) {
		for _, code := range *codes {
			c.terms = append(c.terms, offeringTermRow{o.ID, string(kind), code})
		}
	}
	for i, l := range o.Locations {
		lat, lon := degrees(l.Position)
		c.locations = append(c.locations, locationRow{
			o.ID, i, l.Name, l.Street, optional(l.PostalCode), l.PostalPlace, optional(l.Kommune), lat, lon, l.Confidential,
		})
	}
	for i, p := range o.Phones {
		c.phones = append(c.phones, phoneRow{o.ID, i, string(p.Number), optional(p.Purpose), p.Hours})
	}
	for i, e := range o.Emails {
		c.emails = append(c.emails, emailRow{o.ID, i, e})
	}
	for i, w := range o.Websites {
		c.websites = append(c.websites, webAddressRow{o.ID, i, w})
	}
	for i, s := range o.Schedules {
		c.schedules = append(c.schedules, scheduleRow{o.ID, i, int(s.Weekday), s.Opens, s.Closes, s.ValidFrom, s.ValidTo})
	}
	for i, e := range o.Exceptions {
		c.exceptions = append(c.exceptions, exceptionRow{o.ID, i, e.Date, e.Closed, optional(e.Opens), optional(e.Closes), e.Note})
	}
	return c
}

// into fills in the offering's lists.
func (c childRows) into(o *directory.Offering) {
	for _, r := range c.fylker {
		o.Coverage.Fylker = append(o.Coverage.Fylker, region.FylkeNumber(r.FylkeNumber))
	}
	for _, r := range c.kommuner {
		o.Coverage.Kommuner = append(o.Coverage.Kommuner, region.Number(r.KommuneNumber))
	}
	lists := termsOf(o)
	for _, r := range c.terms {
		if codes, ok := lists[directory.TermKind(r.Kind)]; ok {
			*codes = append(*codes, r.Code)
		}
	}
	for _, r := range c.locations {
		o.Locations = append(o.Locations, directory.Location{
			Name: r.Name, Street: r.Street,
			PostalCode: directory.PostalCode(r.PostalCode), PostalPlace: r.PostalPlace,
			Kommune: region.Number(r.KommuneNumber), Position: position(r.Lat, r.Lon), Confidential: r.Confidential,
		})
	}
	for _, r := range c.phones {
		o.Phones = append(o.Phones, directory.Phone{
			Number: directory.PhoneNumber(r.Number), Purpose: directory.PhonePurpose(r.Purpose), Hours: r.Hours,
		})
	}
	for _, r := range c.emails {
		o.Emails = append(o.Emails, r.Address)
	}
	for _, r := range c.websites {
		o.Websites = append(o.Websites, r.URL)
	}
	for _, r := range c.schedules {
		o.Schedules = append(o.Schedules, directory.Schedule{
			Weekday: time.Weekday(r.Weekday), Opens: r.Opens, Closes: r.Closes, ValidFrom: r.ValidFrom, ValidTo: r.ValidTo,
		})
	}
	for _, r := range c.exceptions {
		o.Exceptions = append(o.Exceptions, directory.ScheduleException{
			Date: r.OnDate, Closed: r.Closed, Opens: string(r.Opens), Closes: string(r.Closes), Note: r.Note,
		})
	}
}

// termsOf returns the offering's lists of codes by vocabulary.
func termsOf(o *directory.Offering) map[directory.TermKind]*[]string {
	return map[directory.TermKind]*[]string{
		directory.TargetGroup: &o.TargetGroups,
		directory.Topic:       &o.Topics,
		directory.Format:      &o.Formats,
	}
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
