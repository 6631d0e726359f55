package directory

import (
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	confirmed, contacts := day("2026-03-01"), day("2026-06-01")
	year := OfferingType{ConfirmMonths: 12, ContactsMonths: 6}
	for what, c := range map[string]struct {
		t              OfferingType
		o              Offering
		all, con, gone string
	}{
		"confirmed":          {year, Offering{ConfirmedAt: &confirmed, Source: Source{Date: "2020"}}, "2027-03-01", "2026-09-01", "2028-03-01"},
		"contacts later":     {year, Offering{ConfirmedAt: &confirmed, ContactsConfirmedAt: &contacts}, "2027-03-01", "2026-12-01", "2028-03-01"},
		"contacts alone":     {year, Offering{ContactsConfirmedAt: &contacts, Source: Source{Date: "2026-01"}}, "2027-01-01", "2026-12-01", "2028-01-01"},
		"never":              {year, Offering{Source: Source{Date: "2025"}, ChangedAt: contacts}, "2026-01-01", "2025-07-01", "2027-01-01"},
		"no date at all":     {year, Offering{ChangedAt: contacts}, "2027-06-01", "2026-12-01", "2028-06-01"},
		"a type says less":   {OfferingType{}, Offering{ConfirmedAt: &confirmed}, "2027-03-01", "2026-09-01", "2028-03-01"},
		"a type says others": {OfferingType{ConfirmMonths: 6, ContactsMonths: 3}, Offering{ConfirmedAt: &confirmed}, "2026-09-01", "2026-06-01", "2027-03-01"},
	} {
		d := c.t.Due(c.o)
		if !d.All.Equal(day(c.all)) || !d.Contacts.Equal(day(c.con)) || !d.Old.Equal(day(c.gone)) {
			t.Errorf("%s: %v", what, d)
		}
		if next := d.Next(); next.After(d.All) || next.After(d.Contacts) {
			t.Errorf("%s: next %v", what, next)
		}
	}
}
