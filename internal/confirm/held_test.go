package confirm

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// helpline returns a helpline for the whole country, and what makes people of its owner.
func helpline(t *testing.T, c *clock) (directory.Offering, func(email string, role auth.Role, national bool) auth.Actor) {
	t.Helper()
	o, err := c.st.CreateOffering(t.Context(), operator, "", directory.Offering{
		Key: "test/a", Type: directory.TypeHelpline, Name: "Prøvetelefonen", Status: directory.Published, Confidence: directory.High,
		Organization: directory.Organization{Name: "Prøveorganisasjonen"}, Coverage: directory.Coverage{National: true},
		Phones: []directory.Phone{{Number: "+4722222222"}}, Source: directory.Source{Title: "Test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return o, func(email string, role auth.Role, national bool) auth.Actor {
		a, err := c.st.CreateAccount(t.Context(), operator, email, "")
		if err == nil && role != "" {
			err = c.st.SetGrant(t.Context(), operator, a.ID, auth.Grant{Owner: auth.OwnerOf(o), Role: role, Coverage: directory.Coverage{National: true}})
		}
		if err == nil && national {
			err = c.st.SetNational(t.Context(), operator, a.ID, true)
		}
		if err == nil {
			a, err = c.st.AccountByID(t.Context(), a.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		return a.Actor()
	}
}

func (c *clock) tellOfHeld(t *testing.T, change int64) {
	t.Helper()
	payload, err := json.Marshal(store.HeldNews{Change: change})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a job may be done twice
		if err := c.asker.TellOfHeld(t.Context(), store.Job{Kind: store.JobHeld, Payload: payload}); err != nil {
			t.Fatal(err)
		}
	}
}

// Who replaces their own proposal knows; who loses it to somebody else's, or to what they wrote
// over it, may not.
func TestWhoReplacesTheirOwnIsNotTold(t *testing.T) {
	c := newClock(t, time.Now())
	ctx := t.Context()
	o, person := helpline(t, c)
	boss, colleague := person("sjef@test.example.org", auth.Manager, false), person("kollega@test.example.org", auth.Manager, false)
	propose := func(by auth.Actor, number directory.PhoneNumber) store.HeldChange {
		t.Helper()
		o.Phones = []directory.Phone{{Number: number}}
		if _, err := c.st.UpdateOffering(ctx, by, "", o); err != nil {
			t.Fatal(err)
		}
		h, err := c.st.HeldChangeOf(ctx, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	mailsTo := func(email string) int {
		t.Helper()
		mails, err := dbtest.Mails(t, c.url, email)
		if err != nil {
			t.Fatal(err)
		}
		return len(mails)
	}
	first, second := propose(boss, "+4799999999"), propose(boss, "+4788888888")
	c.tellOfHeld(t, first.ID)
	if n := mailsTo("sjef@test.example.org"); n != 0 {
		t.Errorf("%d mails to who replaced their own proposal", n)
	}
	propose(colleague, "+4777777777")
	c.tellOfHeld(t, second.ID)
	if n := mailsTo("sjef@test.example.org"); n != 1 {
		t.Errorf("%d mails to whose proposal somebody else replaced, want 1", n)
	}
	// A draft may be written to while it waits to be shown, and then does not wait any more.
	plain, err := c.st.CreateOffering(ctx, operator, "", directory.Offering{
		Key: "test/b", Type: "annet", Name: "Prøvegruppa", Status: directory.Draft, Confidence: directory.High,
		Organization: o.Organization, Coverage: directory.Coverage{National: true}, Source: directory.Source{Title: "Test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	plain.Status = directory.Published
	if plain, err = c.st.UpdateOffering(ctx, colleague, "", plain); err != nil {
		t.Fatal(err)
	}
	h, err := c.st.HeldChangeOf(ctx, plain.ID)
	if err != nil {
		t.Fatal(err)
	}
	plain.Summary = "Ny tekst."
	if _, err = c.st.UpdateOffering(ctx, colleague, "", plain); err != nil {
		t.Fatal(err)
	}
	c.tellOfHeld(t, h.ID)
	if n := mailsTo("kollega@test.example.org"); n != 1 {
		t.Errorf("%d mails to who wrote over their own proposal, want 1", n)
	}
}

// Editors and colleagues are told at once what somebody wants to change, and who proposed
// it how it went.
func TestTellOfHeld(t *testing.T) {
	c := newClock(t, time.Now())
	ctx := t.Context()
	o, person := helpline(t, c)
	boss := person("sjef@test.example.org", auth.Manager, false)
	person("kollega@test.example.org", auth.Manager, false)
	person("hjelper@test.example.org", auth.Contributor, false)
	editor := person("redaktor@test.example.org", "", true)

	o.Phones = []directory.Phone{{Number: "+4799999999"}}
	if _, err := c.st.UpdateOffering(ctx, boss, "ny avtale\nHvem: en annen", o); err != nil {
		t.Fatal(err)
	}
	h, err := c.st.HeldChangeOf(ctx, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	c.tellOfHeld(t, h.ID)
	for to, want := range map[string]int{"redaktor": 1, "kollega": 1, "sjef": 0, "hjelper": 0} {
		mails, err := dbtest.Mails(t, c.url, to+"@test.example.org")
		if err != nil {
			t.Fatal(err)
		}
		if len(mails) != want {
			t.Fatalf("%d mails to %s, want %d", len(mails), to, want)
		}
		for _, m := range mails {
			for _, text := range []string{"22 22 22 22", "999 99 999", "Hvem: sjef@test.example.org\n", "Hvorfor: ny avtale Hvem: en annen\n", "https://oversikt.example.org/redaksjon/endringer/"} {
				if !strings.Contains(m[1], text) {
					t.Errorf("mail to %s lacks %q:\n%s", to, text, m[1])
				}
			}
		}
	}
	if err := c.st.RejectChange(ctx, editor, h.ID, "Ikke deres nummer"); err != nil {
		t.Fatal(err)
	}
	c.tellOfHeld(t, h.ID)
	mails, err := dbtest.Mails(t, c.url, "sjef@test.example.org")
	if err != nil {
		t.Fatal(err)
	}
	if len(mails) != 1 || !strings.Contains(mails[0][1], "Ikke deres nummer") {
		t.Errorf("mails to who proposed it: %v", mails)
	}
}

// Whoever gives an offering of theirs the name of a helpline is seen by the national editors at
// once, and by no colleague, who could not decide on it.
func TestTellOfABorrowedName(t *testing.T) {
	c := newClock(t, time.Now())
	ctx := t.Context()
	line, _ := helpline(t, c)
	o := line
	o.ID, o.Key, o.Type, o.Coverage = 0, "test/b", "annet", directory.Coverage{Kommuner: []region.Number{"1804"}}
	o.Name, o.Organization, o.Phones = "Prøvetelefonen i Bodø", directory.Organization{Name: "En annen"}, []directory.Phone{{Number: "+4799999999"}}
	saved, err := c.st.SaveOffering(ctx, auth.Actor{Kind: auth.Import, Name: "fil.csv"}, "", o)
	if err != nil || saved.Held == nil {
		t.Fatalf("%+v, %v", saved, err)
	}
	person := func(email string, national bool) {
		a, err := c.st.CreateAccount(ctx, operator, email, "")
		if err == nil {
			err = c.st.SetGrant(ctx, operator, a.ID, auth.Grant{Owner: auth.OwnerOf(saved.Offering), Role: auth.Manager})
		}
		if err == nil {
			err = c.st.SetNational(ctx, operator, a.ID, national)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	person("redaktor@test.example.org", true)
	person("kollega@test.example.org", false)
	c.tellOfHeld(t, saved.Held.ID)
	for to, want := range map[string]int{"redaktor": 1, "kollega": 0} {
		mails, err := dbtest.Mails(t, c.url, to+"@test.example.org")
		if err != nil || len(mails) != want {
			t.Fatalf("%d mails to %s, want %d; %v", len(mails), to, want, err)
		}
		for _, m := range mails {
			for _, text := range []string{"et navn eller søkeord som ligner på «Prøvetelefonen»", "Leserne ser ikke endringen før en nasjonal redaktør", "Navn: Prøvetelefonen i Bodø\n", "Nummer: 999 99 999\n"} {
				if !strings.Contains(m[1], text) {
					t.Errorf("mail to %s lacks %q:\n%s", to, text, m[1])
				}
			}
		}
	}
}
