package store

import (
	"errors"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

var bodo = auth.Owner{Kommune: "1804"}

// newAccount returns an account with the grants, as stored.
func newAccount(t *testing.T, s *Store, email string, grants ...auth.Grant) Account {
	t.Helper()
	a, err := s.CreateAccount(t.Context(), operator, email, "Test Testesen")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range grants {
		if err := s.SetGrant(t.Context(), operator, a.ID, g); err != nil {
			t.Fatal(err)
		}
	}
	if a, err = s.AccountByID(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCreateAccount(t *testing.T) {
	s := openStore(t)
	a := newAccount(t, s, "Kari@Test.example.org")
	if a.Email != "kari@test.example.org" || a.National || len(a.Grants) != 0 {
		t.Errorf("got %+v, want the address in lower case and no rights", a)
	}
	_, err := s.CreateAccount(t.Context(), operator, "KARI@test.example.org", "")
	wantError(t, "the address again", err, ErrConflict)
	var invalid directory.Invalid
	if _, err := s.CreateAccount(t.Context(), operator, "kari", ""); !errors.As(err, &invalid) || invalid["email"] != directory.MsgFormat {
		t.Errorf("no address: got %v, want an Invalid that names email", err)
	}
	if found, err := s.AccountByEmail(t.Context(), "Kari@test.example.org"); err != nil || found.ID != a.ID {
		t.Errorf("AccountByEmail = %+v, %v", found, err)
	}
}

func TestGrants(t *testing.T) {
	s := openSeeded(t)
	manager := auth.Grant{Owner: bodo, Role: auth.Manager}
	first := newAccount(t, s, "first@test.example.org", manager)
	second := newAccount(t, s, "second@test.example.org")

	wantError(t, "a stranger lets in", s.SetGrant(t.Context(), second.Actor(), second.ID, manager), auth.ErrForbidden)
	contributor := auth.Grant{Owner: bodo, Role: auth.Contributor}
	if err := s.SetGrant(t.Context(), first.Actor(), second.ID, contributor); err != nil {
		t.Fatal(err)
	}
	second, err := s.AccountByID(t.Context(), second.ID)
	if err != nil || len(second.Grants) != 1 || second.Grants[0].Role != auth.Contributor {
		t.Fatalf("got %+v, %v, want one grant", second, err)
	}
	wantError(t, "a contributor lets in", s.SetGrant(t.Context(), second.Actor(), second.ID, manager), auth.ErrForbidden)
	wantError(t, "the last manager goes", s.RemoveGrant(t.Context(), first.Actor(), first.ID, bodo), ErrLastManager)
	wantError(t, "the last manager steps down", s.SetGrant(t.Context(), first.Actor(), first.ID, contributor), ErrLastManager)
	wantError(t, "an operator removes the last", s.RemoveGrant(t.Context(), operator, first.ID, bodo), ErrLastManager)
	if err := s.SetGrant(t.Context(), first.Actor(), second.ID, manager); err != nil {
		t.Fatal(err)
	}
	secret, err := s.StartSession(t.Context(), first.ID, ByCode, false, "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveGrant(t.Context(), first.Actor(), first.ID, bodo); err != nil {
		t.Errorf("one of two managers goes: %v", err)
	}
	_, err = s.SessionBySecret(t.Context(), secret)
	wantError(t, "session of one whose grant was removed", err, ErrNotFound)
	wantError(t, "not there", s.RemoveGrant(t.Context(), operator, first.ID, bodo), ErrNotFound)
}

func TestNationalEditors(t *testing.T) {
	s := openStore(t)
	a, b := newAccount(t, s, "a@test.example.org"), newAccount(t, s, "b@test.example.org")
	wantError(t, "names itself", s.SetNational(t.Context(), a.Actor(), a.ID, true), auth.ErrForbidden)
	if err := s.SetNational(t.Context(), operator, a.ID, true); err != nil {
		t.Fatal(err)
	}
	wantError(t, "the last one goes", s.SetNational(t.Context(), operator, a.ID, false), ErrLastManager)
	wantError(t, "the last one is disabled", s.DisableAccount(t.Context(), operator, a.ID, true), ErrLastManager)
	if err := s.SetNational(t.Context(), operator, b.ID, true); err != nil {
		t.Fatal(err)
	}
	if err := s.DisableAccount(t.Context(), operator, a.ID, true); err != nil {
		t.Errorf("one of two is disabled: %v", err)
	}
	_, err := s.StartSession(t.Context(), a.ID, ByCode, false, "test")
	wantError(t, "a disabled account signs in", err, auth.ErrForbidden)
}

func TestSessions(t *testing.T) {
	s := openStore(t)
	a := newAccount(t, s, "a@test.example.org")
	secret, err := s.StartSession(t.Context(), a.ID, ByCode, false, "Testleser")
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.SessionBySecret(t.Context(), secret)
	if err != nil || got.Account.ID != a.ID || got.Device != "Testleser" || got.SecondFactor {
		t.Fatalf("SessionBySecret = %+v, %v", got, err)
	}
	_, err = s.SessionBySecret(t.Context(), "another")
	wantError(t, "another secret", err, ErrNotFound)

	passed, err := s.PassSecondFactor(t.Context(), got.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.SessionBySecret(t.Context(), secret)
	wantError(t, "the secret from before the second factor", err, ErrNotFound)
	if got, err = s.SessionBySecret(t.Context(), passed); err != nil || !got.SecondFactor {
		t.Errorf("after the second factor: %+v, %v", got, err)
	}

	for _, column := range []string{"expires_at", "idle_expires_at"} {
		secret, err := s.StartSession(t.Context(), a.ID, ByCode, false, "test")
		if err != nil {
			t.Fatal(err)
		}
		if err := exec(t, s, "UPDATE sessions SET created_at = now() - interval '1 day', "+column+" = now() - interval '1 second' WHERE hash = ?", hashOf(secret)); err != nil {
			t.Fatal(err)
		}
		_, err = s.SessionBySecret(t.Context(), secret)
		wantError(t, column+" passed", err, ErrNotFound)
	}
	if all, err := s.Sessions(t.Context(), a); err != nil || len(all) != 1 {
		t.Errorf("Sessions = %d, %v, want the one that lives", len(all), err)
	}
	if err := s.EndSession(t.Context(), a.ID+1, got.ID); err != nil {
		t.Fatal(err)
	}
	if _, err = s.SessionBySecret(t.Context(), passed); err != nil {
		t.Errorf("another account ended the session: %v", err)
	}
	if err := s.EndSession(t.Context(), a.ID, got.ID); err != nil {
		t.Fatal(err)
	}
	_, err = s.SessionBySecret(t.Context(), passed)
	wantError(t, "ended", err, ErrNotFound)
}

// Whoever is shut out, erased, or signed out by an operator, is out of every browser, and
// stays out of those when they come back.
func TestSessionsEndWithTheAccount(t *testing.T) {
	s := openStore(t)
	for name, end := range map[string]func(Account) error{
		"disabled": func(a Account) error { return s.DisableAccount(t.Context(), operator, a.ID, true) },
		"disabled and let in again": func(a Account) error {
			return errors.Join(s.DisableAccount(t.Context(), operator, a.ID, true), s.DisableAccount(t.Context(), operator, a.ID, false))
		},
		"erased":     func(a Account) error { return s.EraseAccount(t.Context(), operator, a.ID) },
		"signed out": func(a Account) error { return s.EndSessions(t.Context(), operator, a.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			a, other := newAccount(t, s, "a@test.example.org"), newAccount(t, s, "b@test.example.org")
			var secrets [3]string
			for i, account := range []Account{a, a, other} {
				secret, err := s.StartSession(t.Context(), account.ID, ByCode, true, "test")
				if err != nil {
					t.Fatal(err)
				}
				secrets[i] = secret
			}
			if err := end(a); err != nil {
				t.Fatal(err)
			}
			for _, secret := range secrets[:2] {
				_, err := s.SessionBySecret(t.Context(), secret)
				wantError(t, "the session", err, ErrNotFound)
			}
			if _, err := s.SessionBySecret(t.Context(), secrets[2]); err != nil {
				t.Errorf("another account's session: %v", err)
			}
			for _, account := range []Account{a, other} {
				_ = s.EraseAccount(t.Context(), operator, account.ID)
			}
		})
	}
	a := newAccount(t, s, "a@test.example.org")
	wantError(t, "by another", s.EndSessions(t.Context(), newAccount(t, s, "b@test.example.org").Actor(), a.ID), auth.ErrForbidden)
	wantError(t, "of nobody", s.EndSessions(t.Context(), operator, 999999), ErrNotFound)
}

func TestTasks(t *testing.T) {
	s := openSeeded(t)
	a := newAccount(t, s, "a@test.example.org", auth.Grant{Owner: bodo, Role: auth.Contributor})
	stranger := newAccount(t, s, "b@test.example.org")
	for range 2 {
		if err := openTask(s.db.WithContext(t.Context()), Task{Kind: "test", Key: "1", Owner: bodo}); err != nil {
			t.Fatal(err)
		}
	}
	if err := openTask(s.db.WithContext(t.Context()), Task{Kind: "test", Key: "2"}); err != nil {
		t.Fatal(err)
	}
	mine, err := s.OpenTasks(t.Context(), a.Actor())
	if err != nil || len(mine) != 1 || mine[0].Owner != bodo {
		t.Fatalf("OpenTasks = %+v, %v, want the one of the kommune, once", mine, err)
	}
	if all, err := s.OpenTasks(t.Context(), operator); err != nil || len(all) != 2 {
		t.Errorf("OpenTasks of all = %d, %v, want 2", len(all), err)
	}
	if none, err := s.OpenTasks(t.Context(), stranger.Actor()); err != nil || len(none) != 0 {
		t.Errorf("OpenTasks of a stranger = %d, %v, want none", len(none), err)
	}
	wantError(t, "a stranger finishes it", s.FinishTask(t.Context(), stranger.Actor(), mine[0].ID), ErrNotFound)
	if err := s.FinishTask(t.Context(), a.Actor(), mine[0].ID); err != nil {
		t.Fatal(err)
	}
	if left, err := s.OpenTasks(t.Context(), a.Actor()); err != nil || len(left) != 0 {
		t.Errorf("after finishing: %d, %v, want none", len(left), err)
	}
}

// Naming an organization must not be a way to own what it offers.
func TestNobodyTakesOverAnOrganization(t *testing.T) {
	s := openSeeded(t)
	theirs := testOffering("annet/theirs")
	theirs.Organization = directory.Organization{Name: "Stiftelsen Test"}
	theirs = create(t, s, theirs)
	a := newAccount(t, s, "a@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})

	mine := testOffering("annet/mine")
	mine.Coverage = directory.Coverage{Kommuner: theirs.Coverage.Kommuner[:0:0]}
	mine.Coverage.Kommuner = append(mine.Coverage.Kommuner, "1804")
	mine.Organization = directory.Organization{Name: "Stiftelsen Test", Kommune: "1804"}
	_, err := s.CreateOffering(t.Context(), a.Actor(), "", mine)
	wantError(t, "create under another's organization", err, auth.ErrForbidden)
	stored, err := s.OfferingByID(t.Context(), theirs.ID)
	if err != nil || stored.Organization.Kommune != "" {
		t.Errorf("organization of the other: %+v, %v, want untouched", stored.Organization, err)
	}
	mine.Organization = directory.Organization{Name: "Test kommune", Kommune: "1804"}
	created, err := s.CreateOffering(t.Context(), a.Actor(), "", mine)
	if err != nil {
		t.Fatalf("create one's own: %v", err)
	}
	created.Coverage.Fylker = append(created.Coverage.Fylker, "18")
	_, err = s.UpdateOffering(t.Context(), a.Actor(), "", created)
	wantError(t, "widen to the fylke", err, auth.ErrForbidden)
	created.Coverage.Fylker = nil
	created.Organization = directory.Organization{}
	created.Coverage.Kommuner = append(created.Coverage.Kommuner, "0301")
	_, err = s.UpdateOffering(t.Context(), a.Actor(), "", created)
	wantError(t, "give it away", err, auth.ErrForbidden)
}
