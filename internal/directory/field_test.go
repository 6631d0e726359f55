package directory

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// kept are the fields that are the store's, or of the offering as a whole.
var kept = map[string]bool{"ID": true, "UUID": true, "Key": true, "Source": true, "Confidence": true, "Status": true, "ClosedUntil": true,
	"ConfirmedAt": true, "ContactsConfirmedAt": true, "ChangedAt": true, "Version": true}

// A field that is added to an offering has to be in the table, or no import is stopped
// from overwriting it.
func TestOfferingFieldsAreWhole(t *testing.T) {
	var o Offering
	v := reflect.ValueOf(&o).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		found := false
		for _, f := range offeringFields {
			found = found || reflect.ValueOf(f.at(&o)).Pointer() == v.Field(i).Addr().Pointer()
		}
		if found == kept[name] {
			t.Errorf("%s: in the table %t, kept back %t", name, found, kept[name])
		}
	}
}

func TestOfferingFields(t *testing.T) {
	a := Offering{Name: "Prøve", Phones: []Phone{{Number: "+4722222222"}}, Organization: Organization{ID: 1, Name: "Prøvelaget"}}
	b := Offering{Name: "Prøve", Emails: []string{"post@example.org"}, Organization: Organization{ID: 2, Name: "Prøvelaget", Website: "https://example.org"}}
	if diff := cmp.Diff([]FieldName{"phones", "emails"}, Differing(a, b)); diff != "" {
		t.Errorf("differing (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]FieldName{"name", "organization", "emails"}, b.Said()); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	if got := a.With(b, FieldEmails); len(got.Emails) != 1 || len(got.Phones) != 1 || len(a.Emails) != 0 {
		t.Errorf("got %+v", got)
	}
	now := time.Now()
	a.ContactsConfirmedAt = &now
	if !a.Confirmed(FieldPhones) || a.Confirmed(FieldTitle) {
		t.Error("contacts were confirmed, and the name was not")
	}
	a.ConfirmedAt = &now
	if !a.Confirmed(FieldTitle) {
		t.Error("all was confirmed")
	}
}
