package register

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// target is one of our fields that a mapping may fill.
type target struct {
	field directory.FieldName // empty for what is no field of its own
	many  bool                // takes several values
	check func(string) error  // what a code may be; nil: anything
	set   func(*tableRow, *directory.Offering, []string) error
}

func one(field directory.FieldName, set func(*directory.Offering, string) error) target {
	return target{field: field, set: func(_ *tableRow, o *directory.Offering, v []string) error { return set(o, v[0]) }}
}

func text(field directory.FieldName, at func(*directory.Offering) *string) target {
	return one(field, func(o *directory.Offering, v string) error { *at(o) = v; return nil })
}

func list(field directory.FieldName, add func(*directory.Offering, string) error) target {
	return target{field: field, many: true, set: func(_ *tableRow, o *directory.Offering, values []string) error {
		for _, v := range values {
			if err := add(o, v); err != nil {
				return err
			}
		}
		return nil
	}}
}

func texts(field directory.FieldName, at func(*directory.Offering) *[]string) target {
	return list(field, func(o *directory.Offering, v string) error { *at(o) = append(*at(o), v); return nil })
}

// code is a field that takes one of a closed set.
func code[T ~string](field directory.FieldName, at func(*directory.Offering) *T, allowed ...T) target {
	check := func(v string) error {
		if !slices.Contains(allowed, T(v)) {
			return fmt.Errorf("%q is not known; want one of %v", v, allowed)
		}
		return nil
	}
	t := one(field, func(o *directory.Offering, v string) error { *at(o) = T(v); return check(v) })
	t.check = check
	return t
}

// place is a part of the one location that a row has.
func place(set func(*directory.Location, string) error) target {
	return one(directory.FieldLocations, func(o *directory.Offering, v string) error {
		if o.Locations == nil {
			o.Locations = make([]directory.Location, 1)
		}
		return set(&o.Locations[0], v)
	})
}

// parse returns the setter of what a function of directory reads.
func parse[T any](read func(string) (T, error), set func(*directory.Offering, T)) func(*directory.Offering, string) error {
	return func(o *directory.Offering, v string) error {
		value, err := read(v)
		if err == nil {
			set(o, value)
		}
		return err
	}
}

func email(s string) (string, error) {
	if directory.ValidateEmail(s) != nil {
		return s, fmt.Errorf("%q is no e-mail address", s)
	}
	return s, nil
}

// targets are the fields that a mapping may fill, by the names of data/tilbud.csv.
var targets = map[string]target{
	"noekkel":             one("", func(o *directory.Offering, v string) error { o.Key = v; return nil }),
	"navn":                text(directory.FieldTitle, func(o *directory.Offering) *string { return &o.Name }),
	"type":                text(directory.FieldType, func(o *directory.Offering) *string { return &o.Type }),
	"organisasjon":        text(directory.FieldOrganization, func(o *directory.Offering) *string { return &o.Organization.Name }),
	"organisasjonsnummer": one(directory.FieldOrganization, parse(directory.ParseOrgNumber, func(o *directory.Offering, n directory.OrgNumber) { o.Organization.OrgNumber = n })),
	"ingress":             text(directory.FieldSummary, func(o *directory.Offering) *string { return &o.Summary }),
	"beskrivelse":         text(directory.FieldDescription, func(o *directory.Offering) *string { return &o.Description }),
	"malgruppe":           text(directory.FieldAudience, func(o *directory.Offering) *string { return &o.Audience }),
	"klage":               text(directory.FieldComplaint, func(o *directory.Offering) *string { return &o.Complaint }),
	"apningstider_tekst":  text(directory.FieldOpeningText, func(o *directory.Offering) *string { return &o.OpeningText }),
	"pris":                code(directory.FieldCost, func(o *directory.Offering) *directory.CostKind { return &o.Cost.Kind }, directory.Free, directory.Paid),
	"pris_tekst":          text(directory.FieldCost, func(o *directory.Offering) *string { return &o.Cost.Text }),
	"henvisning":          code(directory.FieldReferral, func(o *directory.Offering) *directory.ReferralKind { return &o.Referral.Kind }, directory.ContactYourself, directory.Apply, directory.BeReferred),
	"henvisning_tekst":    text(directory.FieldReferral, func(o *directory.Offering) *string { return &o.Referral.Text }),
	"telefon": list(directory.FieldPhones, parse(directory.ParsePhone, func(o *directory.Offering, n directory.PhoneNumber) {
		o.Phones = append(o.Phones, directory.Phone{Number: n})
	})),
	"epost":      list(directory.FieldEmails, parse(email, func(o *directory.Offering, e string) { o.Emails = append(o.Emails, e) })),
	"nettside":   list(directory.FieldWebsites, parse(directory.ParseWebsite, func(o *directory.Offering, w string) { o.Websites = append(o.Websites, w) })),
	"malgrupper": texts(directory.FieldTargetGroups, func(o *directory.Offering) *[]string { return &o.TargetGroups }),
	"tema":       texts(directory.FieldTopics, func(o *directory.Offering) *[]string { return &o.Topics }),
	"former":     texts(directory.FieldFormats, func(o *directory.Offering) *[]string { return &o.Formats }),
	"sprak":      texts(directory.FieldLanguages, func(o *directory.Offering) *[]string { return &o.Languages }),
	"sokeord":    texts(directory.FieldKeywords, func(o *directory.Offering) *[]string { return &o.Keywords }),
	"sted":       place(func(l *directory.Location, v string) error { l.Name = v; return nil }),
	"adresse":    place(func(l *directory.Location, v string) error { l.Street = v; return nil }),
	"poststed":   place(func(l *directory.Location, v string) error { l.PostalPlace = v; return nil }),
	"postnummer": place(func(l *directory.Location, v string) (err error) {
		l.PostalCode, err = directory.ParsePostalCode(v)
		return err
	}),
	"bydel": text(directory.FieldCoverage, func(o *directory.Offering) *string { return &o.Coverage.Bydel }),
	"kilde_dato": {set: func(r *tableRow, o *directory.Offering, v []string) error {
		t, err := time.Parse(dateFormats[r.mapping.Dates], v[0])
		if err != nil {
			return fmt.Errorf("%q is no date of the form %s", v[0], r.mapping.Dates)
		}
		o.Source.Date = directory.PartialDate(t.Format(time.DateOnly))
		return nil
	}},
	"kilde_url": {set: func(_ *tableRow, o *directory.Offering, v []string) (err error) {
		o.Source.URL, err = directory.ParseWebsite(v[0])
		return err
	}},
	"kommune": {field: directory.FieldLocations, set: func(r *tableRow, o *directory.Offering, v []string) error {
		n, err := r.kommune(v[0])
		if o.Locations == nil {
			o.Locations = make([]directory.Location, 1)
		}
		o.Locations[0].Kommune = n
		return err
	}},
	"dekning": {field: directory.FieldCoverage, many: true, set: func(r *tableRow, o *directory.Offering, values []string) error {
		for _, v := range values {
			if err := r.cover(&o.Coverage, v); err != nil {
				return err
			}
		}
		return nil
	}},
}

// tableRow is a row being read.
type tableRow struct {
	mapping Mapping
	*placeNames
}

// offering returns what the row says, which fields the source speaks of, and what is wrong.
// A column that is mapped speaks of its field also where the cell is empty.
func (r *tableRow) offering(row cells) (directory.Offering, []directory.FieldName, []string) {
	o := directory.Offering{Source: r.mapping.source(), Confidence: directory.High, Status: directory.Status(r.mapping.Status)}
	if o.Status == directory.Draft {
		o.Confidence = directory.Low
	}
	var fields []directory.FieldName
	var problems []string
	for _, name := range fieldOrder {
		f, ok := r.mapping.Fields[name]
		if !ok {
			continue
		}
		t := targets[name]
		if t.field != "" && !slices.Contains(fields, t.field) {
			fields = append(fields, t.field)
		}
		values, err := f.values(row, t.many)
		if err == nil && len(values) > 0 {
			err = t.set(r, &o, values)
		}
		if err != nil {
			column := f.Column
			if column == "" {
				column = "felt." + name
			}
			problems = append(problems, column+": "+err.Error())
		}
	}
	if o.Key != "" {
		o.Key = r.mapping.Prefix + "/" + region.Slug(o.Key)
	}
	return o, fields, problems
}

// fieldOrder keeps the order of messages the same.
var fieldOrder = func() []string {
	var names []string
	for name := range targets {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()

// TableFields returns the names of the fields that a mapping may fill.
func TableFields() []string { return slices.Clone(fieldOrder) }

// values returns what the row has for the field, none for an empty cell.
func (f Field) values(row cells, many bool) ([]string, error) {
	if f.Fixed != "" {
		return []string{f.Fixed}, nil
	}
	cell := row.values[f.Column]
	if cell == "" {
		if f.Must {
			return nil, errors.New("is empty")
		}
		return nil, nil
	}
	parts := []string{cell}
	if many && f.Split != "" {
		parts = strings.Split(cell, f.Split)
	}
	var values []string
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		if f.Values != nil {
			to, ok := f.Values[p]
			if !ok {
				return nil, fmt.Errorf("%q is not among verdier", p)
			}
			p = to
		}
		if p != "" { // a word may stand for nothing
			values = append(values, p)
		}
	}
	return values, nil
}
