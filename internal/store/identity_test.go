package store

import (
	"testing"
)

// Who somebody is with a provider is the provider and what it calls them, together: the same
// name at another provider is somebody else, and so is another name with the same address.
func TestIdentitiesAreOfTheirIssuer(t *testing.T) {
	s := openStore(t)
	kari, ola := newAccount(t, s, "kari@test.example.org"), newAccount(t, s, "ola@test.example.org")
	enter := func(issuer, subject, email string) (int64, error) {
		a, err := s.EnterByIdentity(t.Context(), issuer, subject, email, nil, entryNotice)
		return a.ID, err
	}
	const one, two = "https://one.example.org", "https://two.example.org"
	for _, tt := range []struct {
		name, issuer, subject, email string
		want                         int64
		err                          error
	}{
		{"the first time, by a proved address", one, "1", kari.Email, kari.ID, nil},
		{"again, without an address", one, "1", "", kari.ID, nil},
		{"again, with another's address", one, "1", ola.Email, kari.ID, nil},
		{"the same number at another provider", two, "1", "", 0, ErrNotFound},
		{"the same number in other letters", "https://ONE.example.org", "1", "", 0, ErrNotFound},
		{"another number", one, "11", "", 0, ErrNotFound},
		{"the other's first time", two, "1", ola.Email, ola.ID, nil},
		{"both again", two, "1", "", ola.ID, nil},
		{"both again", one, "1", "", kari.ID, nil},
	} {
		got, err := enter(tt.issuer, tt.subject, tt.email)
		wantError(t, tt.name, err, tt.err)
		wantEqual(t, tt.name, tt.want, got)
	}
}
