package store

import (
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// A register is read every night: it neither asks again what was answered, nor takes the
// place of what a person proposes.
func TestARegisterAsksOnce(t *testing.T) {
	c := openCrisis(t)
	ctx := t.Context()
	register := auth.Actor{Kind: auth.Import, Name: "register"}
	h := c.proposed(t, register)
	wantError(t, "RejectChange", c.RejectChange(ctx, c.editor, h.ID, "Det er feil i registeret"), nil)
	o := c.stored(t)
	o.Phones = []directory.Phone{{Number: theirs}}
	_, err := c.UpdateOffering(ctx, register, "", o)
	wantError(t, "UpdateOffering", err, nil)
	_, err = c.HeldChangeOf(ctx, c.o.ID)
	wantError(t, "what waits", err, ErrNotFound)

	o.Phones = []directory.Phone{{Number: "+4788888888"}}
	_, err = c.UpdateOffering(ctx, c.boss, "", o)
	wantError(t, "UpdateOffering", err, nil)
	mine := c.waiting(t)
	o.Phones = []directory.Phone{{Number: "+4777777777"}}
	_, err = c.UpdateOffering(ctx, register, "", o)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "what waits", mine.ID, c.waiting(t).ID)
}

// Who was told no is not asked about again: a program that says the same every night would have
// somebody look at it every night.
func TestTheSameIsNotAskedTwice(t *testing.T) {
	c := openCrisis(t)
	ctx := t.Context()
	token := c.token(t)
	save := func(by auth.Actor, why string, number directory.PhoneNumber) *HeldChange {
		t.Helper()
		o := c.stored(t)
		o.Phones = []directory.Phone{{Number: number}}
		saved, err := c.SaveOffering(ctx, by, why, o)
		wantError(t, "SaveOffering", err, nil)
		if saved.Held == nil {
			t.Fatal("nothing is held back")
		}
		return saved.Held
	}
	const another = "+4788888888"
	for _, tc := range []struct {
		name     string
		by       auth.Actor
		why      string
		number   directory.PhoneNumber
		asks     bool
		daysPast int
	}{
		{"a person's second try", c.boss, "ny avtale", theirs, false, 0},
		{"without a reason", c.boss, "", theirs, false, 0},
		{"with more to say", c.boss, "vi ringte, og det stemmer", theirs, true, 0},
		{"another number", c.boss, "ny avtale", another, true, 0},
		{"somebody else", c.colleague, "ny avtale", theirs, true, 0},
		{"a month later", c.boss, "ny avtale", theirs, true, 31},
		{"a program's second try", token, "ny avtale", theirs, false, 0},
		{"a program that words it anew", token, "2026-11-27", theirs, false, 0},
		{"a program's other number", token, "", another, true, 0},
	} {
		first := tc.by
		if first.Kind != auth.Token {
			first = c.boss
		}
		h := save(first, "ny avtale", theirs)
		wantError(t, "RejectChange", c.RejectChange(ctx, c.editor, h.ID, "Det er ikke deres nummer"), nil)
		err := exec(t, c.Store, "UPDATE held_changes SET decided_at = decided_at - make_interval(days => ?) WHERE id = ?", tc.daysPast, h.ID)
		wantError(t, "UPDATE", err, nil)
		got := save(tc.by, tc.why, tc.number)
		wantEqual(t, tc.name+": asks", tc.asks, got.Waits())
		if !tc.asks {
			wantEqual(t, tc.name+": answer", []any{h.ID, Rejected, "Det er ikke deres nummer"}, []any{got.ID, got.Decision, got.Reason})
			_, err := c.HeldChangeOf(ctx, c.o.ID)
			wantError(t, tc.name+": what waits", err, ErrNotFound)
		}
		// The next case begins with nothing said.
		err = exec(t, c.Store, "DELETE FROM held_changes")
		wantError(t, "DELETE", err, nil)
	}
	// Who made a program and takes back what it proposes has answered it.
	h := save(token, "", theirs)
	wantError(t, "withdraw", c.RejectChange(ctx, c.boss, h.ID, ""), nil)
	wantEqual(t, "after it was taken back", Withdrawn, save(token, "", theirs).Decision)
	// What somebody else proposes stays.
	mine := save(c.colleague, "", another)
	wantEqual(t, "beside another's", Withdrawn, save(token, "", theirs).Decision)
	wantEqual(t, "what waits", mine.ID, c.waiting(t).ID)
}

// Naming the organization in another offering fills in neither its website nor who owns it.
func TestNobodyFillsInACrisisOrganizationAlone(t *testing.T) {
	c := openCrisis(t)
	bare := testOffering("test/krise2")
	bare.Coverage, bare.Organization = directory.Coverage{National: true}, directory.Organization{Name: "Bar organisasjon"}
	_, err := c.CreateOffering(t.Context(), shipped, "", bare)
	wantError(t, "CreateOffering", err, nil)
	other := testOffering("test/annen")
	other.Organization = directory.Organization{Name: "Bar organisasjon", Website: "https://example.com/", Kommune: "1804"}
	other, err = c.CreateOffering(t.Context(), auth.Actor{Kind: auth.Import, Name: "fil.csv"}, "", other)
	wantError(t, "CreateOffering", err, nil)
	wantEqual(t, "filled in", []string{"", ""}, []string{other.Organization.Website, string(other.Organization.Kommune)})
}

// The register neither fills in nor renews where readers of a crisis service are led: the
// national editors are asked. Of an ordinary organization it does both, as TestSaveRegistered
// has it.
func TestTheRegisterAsksAboutACrisisWebsite(t *testing.T) {
	c := openCrisis(t)
	save := func(website string) RegisteredOutcome {
		t.Helper()
		r := Registered{Organization: c.o.Organization.ID, OrgNumber: "999999999", Name: "TEST", Website: website, URL: "https://register.example.org/1", ReadAt: time.Now()}
		got, err := c.SaveRegistered(t.Context(), auth.Actor{Kind: auth.Import, Name: "Prøveregisteret"}, proveRun, "Prøveregisteret", []Registered{r})
		wantError(t, "SaveRegistered", err, nil)
		return got[0]
	}
	got := save("https://forste.example.com")
	wantEqual(t, "first", []string{"", "999999999"}, []string{got.After.Website, string(got.After.OrgNumber)})
	wantEqual(t, "asked", []OrganizationField{{"website", "", "https://forste.example.com"}}, got.Asked.Said)
	// As it would be had the register said it while the organization was an ordinary one.
	wantError(t, "UPDATE", exec(t, c.Store, "UPDATE organizations SET website = 'https://forste.example.com' WHERE id = ?", c.o.Organization.ID), nil)
	wantError(t, "noteSources", noteSources(c.db, auth.Actor{Kind: auth.Import, Name: "Prøveregisteret"}, 0, c.o.Organization.ID,
		directory.Source{Title: "Prøveregisteret", Date: "2026-11-27"}, []directory.FieldName{"website"}), nil)
	got = save("https://annen.example.com")
	wantEqual(t, "renewed", "https://forste.example.com", got.After.Website)
	wantEqual(t, "tasks", 1, len(tasksOf(t, c.Store, TaskRegistered)))
}
