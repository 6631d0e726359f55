package main

import (
	"bytes"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestReadUserArgs(t *testing.T) {
	got, err := readUserArgs([]string{"add", "kari@test.example.org", "--name", "Test Person", "--national", "--kommune", "1804", "--role", "bidragsyter"})
	if err != nil || got.email != "kari@test.example.org" || got.name != "Test Person" || !got.national || got.grant.Owner.Kommune != "1804" || got.grant.Role != auth.Contributor {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := readUserArgs([]string{"add", "kari@test.example.org"}); err != nil || got.grant.Role != auth.Manager || got.grant.Owner.Kommune != "" {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := readUserArgs([]string{"--help"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("help: %v", err)
	}
	for _, bad := range [][]string{
		{}, {"make"}, {"add"}, {"add", "kari"}, {"add", "--national"}, {"add", "kari@test.example.org", "x"}, {"add", "kari@test.example.org", "--kommune", "18"},
		{"add", "kari@test.example.org", "--kommune", "1804", "--role", "sjef"}, {"list", "all"}, {"login-link"}, {"disable", "kari@test.example.org", "--national"},
		{"export"}, {"erase"}, {"erase", "kari"}, {"disable", "kari@test.example.org", "--yes"},
	} {
		if got, err := readUserArgs(bad); err == nil {
			t.Errorf("%q: got %+v, want an error", bad, got)
		}
	}
}

func TestFirstNationalEditor(t *testing.T) {
	st, err := store.Open(t.Context(), store.Options{URL: dbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if got := howToBegin(t.Context(), st); !strings.Contains(got, "user add") {
		t.Errorf("without an editor: %q", got)
	}
	var out bytes.Buffer
	if err := listUsers(t.Context(), st, &out); err != nil || strings.Contains(out.String(), "@") {
		t.Errorf("there are accounts to begin with: %v\n%s", err, out.String())
	}
	for range 2 { // the second time changes what is there
		if err := addUser(t.Context(), st, userArgs{email: "kari@test.example.org", name: "Test Person", national: true}, &out); err != nil {
			t.Fatal(err)
		}
	}
	if got := howToBegin(t.Context(), st); got != "" {
		t.Errorf("with an editor: %q", got)
	}
	out.Reset()
	if err := listUsers(t.Context(), st, &out); err != nil || strings.Count(out.String(), "national editor") != 1 || !strings.Contains(out.String(), "Test Person") {
		t.Errorf("list: %v\n%s", err, out.String())
	}
	err = addUser(t.Context(), st, userArgs{email: "ola@test.example.org", grant: auth.Grant{Owner: auth.Owner{Kommune: "9998"}, Role: auth.Manager}}, &out)
	if err == nil || !strings.Contains(err.Error(), "no kommune 9998") {
		t.Errorf("an unknown kommune: %v", err)
	}
}

func TestSignOutUser(t *testing.T) {
	url := dbtest.URL(t)
	st, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	a, err := st.CreateAccount(t.Context(), operator(), "kari@test.example.org", "Test Person")
	if err != nil {
		t.Fatal(err)
	}
	secret, err := st.StartSession(t.Context(), a.ID, store.ByCode, true, "test")
	if err != nil {
		t.Fatal(err)
	}
	c := config{DatabaseURL: url, DataDir: t.TempDir()}
	if err := users(t.Context(), c, []string{"sign-out", "ola@test.example.org"}); err == nil || !strings.Contains(err.Error(), "nobody has the address") {
		t.Errorf("nobody: %v", err)
	}
	if _, err := st.SessionBySecret(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	if err := users(t.Context(), c, []string{"sign-out", a.Email}); err != nil {
		t.Fatal(err)
	}
	if _, err := st.SessionBySecret(t.Context(), secret); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the session goes on: %v", err)
	}
}

// Erasing says first what it means, and asks for a word.
func TestEraseUser(t *testing.T) {
	st, err := store.Open(t.Context(), store.Options{URL: dbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	a, err := st.CreateAccount(t.Context(), operator(), "kari@test.example.org", "Test Person")
	if err != nil {
		t.Fatal(err)
	}
	erase := func(args ...string) (string, error) {
		u, err := readUserArgs(append([]string{"erase", a.Email}, args...))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err = eraseUser(t.Context(), st, u, a, &out)
		return out.String(), err
	}
	if out, err := erase(); err != nil || !strings.Contains(out, "--yes") || strings.Contains(out, a.Email) {
		t.Errorf("without --yes: %v\n%s", err, out)
	}
	if _, err := st.AccountByID(t.Context(), a.ID); err != nil {
		t.Errorf("it is gone before --yes: %v", err)
	}
	if err := st.SetNational(t.Context(), operator(), a.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := erase("--yes"); err == nil || !strings.Contains(err.Error(), "last national editor") {
		t.Errorf("the last national editor: %v", err)
	}
	if _, err := st.CreateAccount(t.Context(), operator(), "ola@test.example.org", ""); err != nil {
		t.Fatal(err)
	}
	other, err := st.AccountByEmail(t.Context(), "ola@test.example.org")
	if err == nil {
		err = st.SetNational(t.Context(), operator(), other.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := erase("--yes"); err != nil || !strings.Contains(out, "is erased") {
		t.Errorf("with --yes: %v\n%s", err, out)
	}
	if _, err := st.AccountByID(t.Context(), a.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
}
