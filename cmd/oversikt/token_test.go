package main

import (
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestReadTokenArgs(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	got, err := readTokenArgs([]string{"create", "--kommune", "1804", "--name", "Test", "--scopes", "skriv, slett"}, now)
	if err != nil || got.create == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	c := got.create
	if c.Owner.Kommune != "1804" || c.Name != "Test" || len(c.Scopes) != 2 || c.Scopes[1] != store.ScopeArchive || c.ExpiresAt.Format(time.DateOnly) != "2027-11-26" {
		t.Errorf("got %+v", c)
	}
	if got, err := readTokenArgs([]string{"create", "--organization", "7", "--name", "Test", "--days", "0"}, now); err != nil || got.create.ExpiresAt != nil || got.create.Owner.Organization != 7 {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := readTokenArgs([]string{"revoke", "3"}, now); err != nil || got.revoke != 3 {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := readTokenArgs([]string{"list"}, now); err != nil || !got.list {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range [][]string{
		{}, {"make"}, {"revoke"}, {"revoke", "x"}, {"revoke", "0"}, {"list", "all"}, {"create", "--name", "Test"}, {"create", "--kommune", "1804", "x"},
		{"create", "--kommune", "1804", "--organization", "7"}, {"create", "--days", "many"}, {"create", "--help"}, {"--help"},
	} {
		if got, err := readTokenArgs(bad, now); err == nil {
			t.Errorf("%q: got %+v, want an error", bad, got)
		}
	}
}
