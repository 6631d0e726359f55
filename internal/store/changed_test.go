package store

import (
	"testing"
	"time"
)

// Somebody who has an offering on paper is told when it has changed, and not when somebody
// has said that it still holds.
func TestConfirmingIsNoChange(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	s.Now = func() time.Time { return testNow.Add(time.Hour) }
	confirmed, err := s.ConfirmOffering(t.Context(), operator, o.ID, o.Version)
	if err != nil {
		t.Fatal(err)
	}
	if !confirmed.ChangedAt.Equal(o.ChangedAt) {
		t.Errorf("confirmed: changed at %v, want %v as before", confirmed.ChangedAt, o.ChangedAt)
	}
	s.Now = func() time.Time { return testNow.Add(2 * time.Hour) }
	confirmed.Summary = "En ny setning."
	edited, err := s.UpdateOffering(t.Context(), operator, "", confirmed)
	if err != nil {
		t.Fatal(err)
	}
	s.Now = func() time.Time { return testNow.Add(3 * time.Hour) }
	again, err := s.ConfirmOffering(t.Context(), operator, edited.ID, edited.Version)
	if err != nil {
		t.Fatal(err)
	}
	if want := testNow.Add(2 * time.Hour); !again.ChangedAt.Equal(want) || !edited.ChangedAt.Equal(want) {
		t.Errorf("edited and then confirmed: changed at %v and %v, want %v", edited.ChangedAt, again.ChangedAt, want)
	}
	read, err := s.OfferingByID(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "as read", again, read)
}
