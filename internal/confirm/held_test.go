package confirm

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Editors and colleagues are told at once what somebody wants to change, and who proposed
// it how it went.
func TestTellOfHeld(t *testing.T) {
	c := newClock(t, time.Now())
	ctx := t.Context()
	o, err := c.st.CreateOffering(ctx, operator, "", directory.Offering{
		Key: "test/a", Type: directory.TypeHelpline, Name: "Prøvetelefonen", Status: directory.Published, Confidence: directory.High,
		Organization: directory.Organization{Name: "Prøveorganisasjonen"}, Coverage: directory.Coverage{National: true},
		Phones: []directory.Phone{{Number: "+4722222222"}}, Source: directory.Source{Title: "Test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	person := func(email string, role auth.Role, national bool) auth.Actor {
		a, err := c.st.CreateAccount(ctx, operator, email, "")
		if err == nil && role != "" {
			err = c.st.SetGrant(ctx, operator, a.ID, auth.Grant{Owner: auth.OwnerOf(o), Role: role, Coverage: directory.Coverage{National: true}})
		}
		if err == nil && national {
			err = c.st.SetNational(ctx, operator, a.ID, true)
		}
		if err == nil {
			a, err = c.st.AccountByID(ctx, a.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		return a.Actor()
	}
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
	payload, err := json.Marshal(store.HeldNews{Change: h.ID})
	if err != nil {
		t.Fatal(err)
	}
	tell := func() {
		t.Helper()
		for range 2 { // a job may be done twice
			if err := c.asker.TellOfHeld(ctx, store.Job{Kind: store.JobHeld, Payload: payload}); err != nil {
				t.Fatal(err)
			}
		}
	}
	tell()
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
	tell()
	mails, err := dbtest.Mails(t, c.url, "sjef@test.example.org")
	if err != nil {
		t.Fatal(err)
	}
	if len(mails) != 1 || !strings.Contains(mails[0][1], "Ikke deres nummer") {
		t.Errorf("mails to who proposed it: %v", mails)
	}
}
