package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func testNotice(t Token) Mail { return Mail{Subject: "Test", Text: t.Name} }

// newToken makes a token of Bodø with all scopes.
func newToken(t *testing.T, s *Store, scopes ...Scope) (Token, string) {
	t.Helper()
	if len(scopes) == 0 {
		scopes = Scopes()
	}
	token, secret, err := s.CreateToken(t.Context(), operator, Token{Owner: bodo, Name: "Test", Scopes: scopes}, testNotice)
	if err != nil {
		t.Fatal(err)
	}
	return token, secret
}

// ofBodo returns an offering that Bodø answers for.
func ofBodo(key string) directory.Offering {
	o := testOffering(key)
	o.Organization = directory.Organization{}
	o.Coverage = directory.Coverage{Kommuner: []region.Number{"1804"}}
	return o
}

func TestCreateToken(t *testing.T) {
	s := openSeeded(t)
	manager := newAccount(t, s, "leder@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	contributor := newAccount(t, s, "bidrag@test.example.org", auth.Grant{Owner: bodo, Role: auth.Contributor})
	wanted := Token{Owner: bodo, Name: " Nettsiden ", Scopes: []Scope{ScopeWrite, ScopeConfirm}}

	for name, actor := range map[string]auth.Actor{
		"nobody": nobody, "a contributor": contributor.Actor(),
		"a token": {Kind: auth.Token, Grants: manager.Grants, Actions: []auth.Action{auth.Admit}},
	} {
		_, _, err := s.CreateToken(t.Context(), actor, wanted, testNotice)
		wantError(t, name, err, auth.ErrForbidden)
	}
	elsewhere := wanted
	elsewhere.Owner = auth.Owner{Kommune: "0301"}
	_, _, err := s.CreateToken(t.Context(), manager.Actor(), elsewhere, testNotice)
	wantError(t, "elsewhere", err, auth.ErrForbidden)
	_, _, err = s.CreateToken(t.Context(), operator, Token{Name: "Test", Scopes: Scopes()}, testNotice)
	wantError(t, "without an owner", err, auth.ErrForbidden)

	past, far := testNow, testNow.AddDate(6, 0, 0)
	for field, bad := range map[string]Token{
		"name":    {Owner: bodo, Name: " ", Scopes: Scopes()},
		"scopes":  {Owner: bodo, Name: "Test", Scopes: []Scope{"alt"}},
		"expires": {Owner: bodo, Name: "Test", Scopes: Scopes(), ExpiresAt: &past},
	} {
		var invalid directory.Invalid
		if _, _, err := s.CreateToken(t.Context(), manager.Actor(), bad, testNotice); !errors.As(err, &invalid) || invalid[field] == "" || len(invalid) != 1 {
			t.Errorf("bad %s: got %v", field, err)
		}
	}
	for _, bad := range []Token{
		{Owner: bodo, Name: strings.Repeat("å", 101), Scopes: Scopes()}, {Owner: bodo, Name: "Test"},
		{Owner: bodo, Name: "Test", Scopes: Scopes(), ExpiresAt: &far},
	} {
		var invalid directory.Invalid
		if _, _, err := s.CreateToken(t.Context(), manager.Actor(), bad, testNotice); !errors.As(err, &invalid) {
			t.Errorf("%+v: got %v, want an Invalid", bad, err)
		}
	}

	token, secret, err := s.CreateToken(t.Context(), manager.Actor(), wanted, testNotice)
	if err != nil {
		t.Fatal(err)
	}
	if token.Name != "Nettsiden" || token.Creator != "Test Testesen" || token.UsedAt != nil || token.Owner != bodo || len(token.Scopes) != 2 {
		t.Errorf("stored %+v", token)
	}
	if !strings.HasPrefix(secret, "oversikt_") || len(secret) != len("oversikt_")+26 {
		t.Errorf("secret of %d characters, want the prefix and 26", len(secret))
	}
	var to []string
	if err := s.db.Raw("SELECT payload->>'to' FROM jobs WHERE kind = 'mail'").Scan(&to).Error; err != nil || len(to) != 1 || to[0] != manager.Email {
		t.Errorf("mail to %q, %v, want the manager alone", to, err)
	}
	found, err := s.Tokens(t.Context(), bodo)
	if err != nil || len(found) != 1 || found[0].ID != token.ID {
		t.Errorf("Tokens = %+v, %v", found, err)
	}
	if found, err := s.Tokens(t.Context(), auth.Owner{}); err != nil || len(found) != 0 {
		t.Errorf("Tokens of nobody = %+v, %v", found, err)
	}
}

func TestActorByToken(t *testing.T) {
	s := openSeeded(t)
	token, secret := newToken(t, s, ScopeWrite)
	for _, wrong := range []string{"", "oversikt_", secret + "x", strings.TrimPrefix(secret, TokenPrefix), strings.ToLower(secret), "oversikt_AAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		_, err := s.ActorByToken(t.Context(), wrong)
		wantError(t, "wrong secret", err, ErrNotFound)
	}
	used := func() *time.Time {
		t.Helper()
		got, err := s.TokenByID(t.Context(), token.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.UsedAt
	}
	if used() != nil {
		t.Error("used before its first use")
	}
	actor, err := s.ActorByToken(t.Context(), secret)
	if err != nil || actor.Kind != auth.Token || actor.ID != token.ID {
		t.Fatalf("ActorByToken = %+v, %v", actor, err)
	}
	first := used()
	if first == nil {
		t.Fatal("use was not noted")
	}
	if _, err := s.ActorByToken(t.Context(), secret); err != nil || !used().Equal(*first) {
		t.Errorf("noted again at once, %v", err)
	}
	execute(t, s, "UPDATE tokens SET used_at = now() - interval '6 minutes'")
	if _, err := s.ActorByToken(t.Context(), secret); err != nil || used().Before(*first) {
		t.Errorf("not noted after six minutes, %v", err)
	}

	execute(t, s, "UPDATE tokens SET created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'")
	_, err = s.ActorByToken(t.Context(), secret)
	wantError(t, "expired", err, ErrNotFound)
	execute(t, s, "UPDATE tokens SET expires_at = now() + interval '1 hour'")

	stranger := newAccount(t, s, "annen@test.example.org", auth.Grant{Owner: auth.Owner{Kommune: "0301"}, Role: auth.Manager})
	wantError(t, "a stranger revokes", s.RevokeToken(t.Context(), stranger.Actor(), token.ID), auth.ErrForbidden)
	wantError(t, "no such token", s.RevokeToken(t.Context(), operator, 999), ErrNotFound)
	for range 2 {
		if err := s.RevokeToken(t.Context(), operator, token.ID); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.ActorByToken(t.Context(), secret)
	wantError(t, "revoked", err, ErrNotFound)
	events, err := s.Events(t.Context(), 10)
	revoked := 0
	for _, e := range events {
		if e.What == "token_revoked" {
			revoked++
		}
	}
	if err != nil || revoked != 1 {
		t.Errorf("%d events of revoking, %v, want one", revoked, err)
	}
}

// A token goes on when the one who made it has left: it is the owner's.
func TestTokensOutliveTheirMaker(t *testing.T) {
	s := openSeeded(t)
	maker := newAccount(t, s, "leder@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	_, secret, err := s.CreateToken(t.Context(), maker.Actor(), Token{Owner: bodo, Name: "Test", Scopes: Scopes()}, testNotice)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DisableAccount(t.Context(), operator, maker.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ActorByToken(t.Context(), secret); err != nil {
		t.Errorf("after its maker was disabled: %v", err)
	}
}

// Each scope lets a token do its own, and that for its owner alone.
func TestScopes(t *testing.T) {
	s := openSeeded(t)
	mine, err := s.CreateOffering(t.Context(), operator, "", ofBodo("annet/min"))
	if err != nil {
		t.Fatal(err)
	}
	foreign := ofBodo("annet/annen")
	foreign.Coverage.Kommuner = []region.Number{"0301"}
	if foreign, err = s.CreateOffering(t.Context(), operator, "", foreign); err != nil {
		t.Fatal(err)
	}
	for _, scope := range Scopes() {
		_, secret := newToken(t, s, scope)
		actor, err := s.ActorByToken(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []directory.Offering{mine, foreign} {
			for _, tc := range []struct {
				scope Scope
				do    func() error
			}{
				{ScopeWrite, func() error {
					o.Summary += "!"
					_, err := s.UpdateOffering(t.Context(), actor, "", o)
					return err
				}},
				{ScopeConfirm, func() error { _, err := s.ConfirmOffering(t.Context(), actor, o.ID, o.Version); return err }},
				{ScopeArchive, func() error { _, err := s.ArchiveOffering(t.Context(), actor, "", o.ID, o.Version); return err }},
			} {
				err := tc.do()
				if may := tc.scope == scope && o.ID == mine.ID; may && err != nil || !may && !errors.Is(err, auth.ErrForbidden) {
					t.Errorf("token for %s does %s of offering %d: %v", scope, tc.scope, o.ID, err)
				}
				if err == nil {
					if mine, err = s.OfferingByID(t.Context(), mine.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	if mine.Status != directory.Archived {
		t.Errorf("status %s, want archived by the last token", mine.Status)
	}
}

// The programs of an organization may make offerings for whom its people may.
func TestTokensOfOrganizations(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	owner := auth.Owner{Organization: o.Organization.ID}
	_, secret, err := s.CreateToken(t.Context(), operator, Token{Owner: owner, Name: "Test", Scopes: Scopes()}, testNotice)
	if err != nil {
		t.Fatal(err)
	}
	update := func(c directory.Coverage) error {
		actor, err := s.ActorByToken(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		next := o
		next.Coverage = c
		stored, err := s.UpdateOffering(t.Context(), actor, "", next)
		if err == nil {
			o = stored
		}
		return err
	}
	wantError(t, "nobody has a grant", update(directory.Coverage{Kommuner: []region.Number{"1804"}}), auth.ErrForbidden)
	newAccount(t, s, "leder@test.example.org", auth.Grant{Owner: owner, Role: auth.Manager, Coverage: directory.Coverage{Fylker: []region.FylkeNumber{"18"}}})
	if err := update(directory.Coverage{Kommuner: []region.Number{"1804"}}); err != nil {
		t.Errorf("within its people's coverage: %v", err)
	}
	wantError(t, "outside", update(directory.Coverage{Kommuner: []region.Number{"0301"}}), auth.ErrForbidden)
}

func execute(t *testing.T, s *Store, sql string) {
	t.Helper()
	if err := exec(t, s, sql); err != nil {
		t.Fatal(err)
	}
}
