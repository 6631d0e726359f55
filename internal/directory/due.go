package directory

import "time"

// Months for types that say nothing, as for those of a file.
const (
	DefaultConfirmMonths  = 12
	DefaultContactsMonths = 6
)

// Due says until when what is said of an offering holds.
type Due struct {
	All      time.Time // all of it
	Contacts time.Time // telephone, e-mail, links, hours and price
	Old      time.Time // from here on it is too old to be relied on
}

// Due returns when an offering of the type has to be confirmed again. One that nobody has
// confirmed is counted from the date of its source; one whose source has no date, from
// when it was last changed.
func (t OfferingType) Due(o Offering) Due {
	months := func(given, otherwise int) int {
		if given == 0 {
			return otherwise
		}
		return given
	}
	began := o.ChangedAt
	if day, ok := o.Source.Date.Begin(); ok {
		began = day
	}
	all, contacts := began, began
	if o.ConfirmedAt != nil {
		all, contacts = *o.ConfirmedAt, *o.ConfirmedAt
	}
	if c := o.ContactsConfirmedAt; c != nil && c.After(contacts) {
		contacts = *c
	}
	n := months(t.ConfirmMonths, DefaultConfirmMonths)
	d := Due{All: all.AddDate(0, n, 0), Contacts: contacts.AddDate(0, months(t.ContactsMonths, DefaultContactsMonths), 0)}
	d.Old = d.All.AddDate(0, n, 0)
	return d
}

// TooOld reports whether what is said of the offering is too old to be relied on. Types
// that are asked about more or less often than others make no difference here.
func (o Offering) TooOld(now time.Time) bool { return !now.Before(OfferingType{}.Due(o).Old) }

// Next returns the earlier of the two days on which something runs out.
func (d Due) Next() time.Time {
	if d.Contacts.Before(d.All) {
		return d.Contacts
	}
	return d.All
}

// Begin returns the first day that the date can mean, at midnight UTC; false for none.
func (d PartialDate) Begin() (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, string(d)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
