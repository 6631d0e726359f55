package store

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// crisis is a store with one national service of an organization, its people, and an
// editor or two.
type crisis struct {
	*Store
	o                              directory.Offering
	owner                          auth.Owner
	boss, colleague, helper        auth.Actor
	editor, otherEditor, bystander auth.Actor
}

var shipped = auth.Actor{Kind: auth.Import, Name: "data", Reviewed: true}

const theirs = "+4799999999" // the number that somebody tries to put there

func openCrisis(t *testing.T) *crisis {
	t.Helper()
	s := openSeeded(t)
	o := testOffering("test/krise")
	o.Coverage = directory.Coverage{National: true}
	o, err := s.CreateOffering(t.Context(), shipped, "", o)
	wantError(t, "CreateOffering", err, nil)
	c := &crisis{Store: s, o: o}
	c.owner = auth.Owner{Organization: c.o.Organization.ID}
	account := func(email string, role auth.Role, national bool) auth.Actor {
		a, err := s.CreateAccount(t.Context(), operator, email, "")
		wantError(t, "CreateAccount", err, nil)
		if role != "" {
			err = s.SetGrant(t.Context(), operator, a.ID, auth.Grant{Owner: c.owner, Role: role, Coverage: directory.Coverage{National: true}})
			wantError(t, "SetGrant", err, nil)
		}
		if national {
			wantError(t, "SetNational", s.SetNational(t.Context(), operator, a.ID, true), nil)
		}
		if a, err = s.AccountByID(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
		return a.Actor()
	}
	c.boss, c.colleague = account("sjef@example.org", auth.Manager, false), account("kollega@example.org", auth.Manager, false)
	c.helper, c.bystander = account("hjelper@example.org", auth.Contributor, false), account("fremmed@example.org", "", false)
	c.editor, c.otherEditor = account("redaktor@example.org", "", true), account("redaktor2@example.org", "", true)
	return c
}

// stored returns the offering as it is public now.
func (c *crisis) stored(t *testing.T) directory.Offering {
	t.Helper()
	o, err := c.OfferingByID(t.Context(), c.o.ID)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// proposed has the boss propose the number and returns what waits.
func (c *crisis) proposed(t *testing.T, by auth.Actor) HeldChange {
	t.Helper()
	o := c.stored(t)
	o.Phones = []directory.Phone{{Number: theirs}}
	_, err := c.UpdateOffering(t.Context(), by, "nytt nummer", o)
	wantError(t, "UpdateOffering", err, nil)
	return c.waiting(t)
}

func (c *crisis) waiting(t *testing.T) HeldChange {
	t.Helper()
	h, err := c.HeldChangeOf(t.Context(), c.o.ID)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (c *crisis) token(t *testing.T) auth.Actor {
	t.Helper()
	_, secret, err := c.CreateToken(t.Context(), c.boss, Token{Owner: c.owner, Name: "Program", Scopes: Scopes()}, testNotice)
	wantError(t, "CreateToken", err, nil)
	actor, err := c.ActorByToken(t.Context(), secret)
	wantError(t, "ActorByToken", err, nil)
	// Tokens reach no further than kommuner and fylker; this one is given all that there is.
	actor.Grants[0].Coverage.National = true
	return actor
}

// All else saves as before, at once.
func TestOtherFieldsOfACrisisServiceSaveAtOnce(t *testing.T) {
	c := openCrisis(t)
	o := c.o
	o.Description = "Ny tekst. Ring 22 22 22 22, åpent 08.00–15.30 fra 1. mai 2026, koster 12 000 kroner."
	o.OpeningText = "hverdager 08.00-15.30, 01.02.2026"
	o.Phones = []directory.Phone{{Number: theirs}}
	saved, err := c.UpdateOffering(t.Context(), c.boss, "", o)
	wantError(t, "UpdateOffering", err, nil)
	now := c.stored(t)
	wantEqual(t, "stored", now.Version, saved.Version)
	wantEqual(t, "texts", []string{o.Description, o.OpeningText}, []string{now.Description, now.OpeningText})
	wantEqual(t, "phones", c.o.Phones, now.Phones)
	h := c.waiting(t)
	wantEqual(t, "what waits", []string{"phones"}, directory.Held(h.Before, h.After))
	// Saving the form again, with the number that is public, leaves what waits alone.
	now.Audience = "Alle"
	_, err = c.UpdateOffering(t.Context(), c.colleague, "", now)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "what waits", h.ID, c.waiting(t).ID)
	// So does proposing the same again.
	again := c.stored(t)
	again.Phones = o.Phones
	_, err = c.UpdateOffering(t.Context(), c.boss, "", again)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "what waits", h.ID, c.waiting(t).ID)
	approved, err := c.ApproveChange(t.Context(), c.colleague, h.ID)
	wantError(t, "ApproveChange", err, nil)
	wantEqual(t, "phones", o.Phones, approved.Phones)
	wantEqual(t, "what was written since", "Alle", approved.Audience)
}

func TestWhoMayApprove(t *testing.T) {
	c := openCrisis(t)
	ctx := t.Context()
	// Let in by the boss a moment ago: not a second person.
	a, err := c.CreateAccount(ctx, operator, "ny@example.org", "")
	wantError(t, "CreateAccount", err, nil)
	err = c.SetGrant(ctx, c.boss, a.ID, auth.Grant{Owner: c.owner, Role: auth.Manager, Coverage: directory.Coverage{National: true}})
	wantError(t, "SetGrant", err, nil)
	a, err = c.AccountByID(ctx, a.ID)
	wantError(t, "AccountByID", err, nil)
	token := c.token(t)
	h := c.proposed(t, c.boss)
	for name, actor := range map[string]auth.Actor{
		"nobody": {}, "the one who proposed it": c.boss, "a contributor": c.helper, "somebody else": c.bystander, "a token": token,
		"an import": {Kind: auth.Import, Name: "fil.csv"}, "a reviewed import": {Kind: auth.Import, Name: "data", Reviewed: true},
		"a link": {Kind: auth.Link, ID: 1}, "a job": {Kind: auth.Job, Name: "x"}, "whom the proposer let in": a.Actor(),
	} {
		_, err := c.ApproveChange(ctx, actor, h.ID)
		wantError(t, "approved by "+name, err, auth.ErrForbidden)
		if actor.ID != c.boss.ID || actor.Kind != auth.Account {
			wantError(t, "rejected by "+name, c.RejectChange(ctx, actor, h.ID, "nei"), auth.ErrForbidden)
		}
	}
	wantEqual(t, "phones", c.o.Phones, c.stored(t).Phones)
	approved, err := c.ApproveChange(ctx, c.colleague, h.ID)
	wantError(t, "ApproveChange", err, nil)
	wantEqual(t, "phones", []directory.Phone{{Number: theirs}}, approved.Phones)
	wantEqual(t, "stored", approved.Phones, c.stored(t).Phones)

	// Both are in the history.
	history, err := c.Revisions(ctx, KindOffering, heldKey(c.o.ID))
	wantError(t, "Revisions", err, nil)
	wantEqual(t, "who", []string{c.boss.String(), c.colleague.String(), "nytt nummer"}, []string{history[0].ProposedBy, history[0].Actor, history[0].Why})

	_, err = c.ApproveChange(ctx, c.editor, h.ID)
	wantError(t, "approving again", err, ErrStands)
	_, err = c.ApproveChange(ctx, c.editor, 12345)
	wantError(t, "approving what is not there", err, ErrNotFound)
}

func TestNationalEditorsApproveEachOther(t *testing.T) {
	c := openCrisis(t)
	h := c.proposed(t, c.editor)
	for name, actor := range map[string]auth.Actor{"the same editor": c.editor, "a manager": c.boss} {
		_, err := c.ApproveChange(t.Context(), actor, h.ID)
		wantError(t, name, err, auth.ErrForbidden)
	}
	// A link into the other's account is not the other.
	_, err := c.CreateLoginLink(t.Context(), c.editor, "redaktor2@example.org")
	wantError(t, "CreateLoginLink", err, nil)
	_, err = c.ApproveChange(t.Context(), c.otherEditor, h.ID)
	wantError(t, "through a login link", err, auth.ErrForbidden)
	// Where there is no other, whoever runs the site stands in.
	_, err = c.ApproveChange(t.Context(), operator, h.ID)
	wantError(t, "the operator", err, nil)
	wantEqual(t, "phones", []directory.Phone{{Number: theirs}}, c.stored(t).Phones)
}

func TestWhoMadeATokenDoesNotApproveIt(t *testing.T) {
	c := openCrisis(t)
	h := c.proposed(t, c.token(t))
	_, err := c.ApproveChange(t.Context(), c.boss, h.ID)
	wantError(t, "who made it", err, auth.ErrForbidden)
	_, err = c.ApproveChange(t.Context(), c.colleague, h.ID)
	wantError(t, "a colleague", err, nil)
}

func TestRejectAndWithdraw(t *testing.T) {
	c := openCrisis(t)
	ctx := t.Context()
	h := c.proposed(t, c.boss)
	err := c.RejectChange(ctx, c.editor, h.ID, " ")
	var invalid directory.Invalid
	if !errors.As(err, &invalid) || invalid["reason"] == "" {
		t.Errorf("rejected without a reason: error %v", err)
	}
	wantError(t, "RejectChange", c.RejectChange(ctx, c.editor, h.ID, "Det er ikke deres nummer"), nil)
	h, err = c.HeldChangeByID(ctx, h.ID)
	wantError(t, "HeldChangeByID", err, nil)
	wantEqual(t, "decision", []string{string(Rejected), "Det er ikke deres nummer", c.editor.String()}, []string{string(h.Decision), h.Reason, h.DecidedBy})
	_, err = c.ApproveChange(ctx, c.colleague, h.ID)
	wantError(t, "approving what was rejected", err, ErrStands)

	o := c.stored(t)
	o.Phones = []directory.Phone{{Number: "+4788888888"}}
	_, err = c.UpdateOffering(ctx, c.boss, "", o)
	wantError(t, "UpdateOffering", err, nil)
	h = c.waiting(t)
	wantError(t, "withdraw", c.RejectChange(ctx, c.boss, h.ID, ""), nil)
	_, err = c.HeldChangeOf(ctx, c.o.ID)
	wantError(t, "what waits", err, ErrNotFound)
	wantEqual(t, "phones", c.o.Phones, c.stored(t).Phones)
	tasks, err := c.OpenTasks(ctx, c.editor)
	wantError(t, "OpenTasks", err, nil)
	wantEqual(t, "tasks", 0, len(tasks))
}

// What is approved is what was looked at, and nothing that came after.
func TestANewerProposalIsAnotherOne(t *testing.T) {
	c := openCrisis(t)
	ctx := t.Context()
	first := c.proposed(t, c.boss)
	o := c.stored(t)
	o.Phones = []directory.Phone{{Number: "+4788888888"}}
	_, err := c.UpdateOffering(ctx, c.colleague, "", o)
	wantError(t, "UpdateOffering", err, nil)
	_, err = c.ApproveChange(ctx, c.editor, first.ID)
	wantError(t, "the first", err, ErrStands)
	second := c.waiting(t)
	// The data that ships with the program changes the number: nobody has looked at the
	// proposal over that.
	o = c.stored(t)
	o.Phones = []directory.Phone{{Number: "+4777777777"}}
	_, err = c.UpdateOffering(ctx, shipped, "", o)
	wantError(t, "reviewed import", err, nil)
	wantEqual(t, "phones", o.Phones, c.stored(t).Phones)
	_, err = c.ApproveChange(ctx, c.editor, second.ID)
	wantError(t, "the second", err, ErrStands)
}

func TestConfirmingACrisisServiceNeedsNobody(t *testing.T) {
	c := openCrisis(t)
	o, err := c.ConfirmOffering(t.Context(), c.boss, c.o.ID, c.o.Version)
	wantError(t, "ConfirmOffering", err, nil)
	if o.ConfirmedAt == nil {
		t.Error("not confirmed")
	}
	_, err = c.HeldChangeOf(t.Context(), c.o.ID)
	wantError(t, "what waits", err, ErrNotFound)
}

// A national editor names a source with every edit: that alone is no change to look at.
func TestAnOrdinaryEditByANationalEditorSavesAtOnce(t *testing.T) {
	c := openCrisis(t)
	o := c.o
	o.Summary, o.Source = "Ny tekst.", directory.Source{Title: "example.org", URL: "https://example.org/om", Date: "2026-05-17"}
	saved, err := c.UpdateOffering(t.Context(), c.editor, "", o)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "source", o.Source, saved.Source)
	_, err = c.HeldChangeOf(t.Context(), c.o.ID)
	wantError(t, "what waits", err, ErrNotFound)
}

// A question for whom the offering is ends when somebody says it, not when they propose it.
func TestApprovingACoverageEndsTheQuestion(t *testing.T) {
	c := openCrisis(t)
	ctx := t.Context()
	o := create(t, c.Store, testOffering("test/vanlig"))
	err := c.write(ctx, func(tx *gorm.DB) error {
		return openTask(tx, Task{Kind: TaskCoverage, Key: heldKey(o.ID) + "/1804", Owner: auth.OwnerOf(o), Offering: o.ID})
	})
	wantError(t, "openTask", err, nil)
	asked := func() (n int) {
		t.Helper()
		tasks, err := c.OpenTasks(ctx, c.editor)
		wantError(t, "OpenTasks", err, nil)
		for _, task := range tasks {
			if task.Kind == TaskCoverage {
				n++
			}
		}
		return n
	}
	o.Coverage = directory.Coverage{National: true}
	_, err = c.UpdateOffering(ctx, c.editor, "", o)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "questions while it waits", 1, asked())
	h, err := c.HeldChangeOf(ctx, o.ID)
	wantError(t, "HeldChangeOf", err, nil)
	_, err = c.ApproveChange(ctx, c.otherEditor, h.ID)
	wantError(t, "ApproveChange", err, nil)
	wantEqual(t, "questions after it was approved", 0, asked())
}

// Nobody holds back what is written into a draft, so it must not come out with a status that
// was approved over something else.
func TestADraftIsApprovedAsItWasSeen(t *testing.T) {
	c := openCrisis(t)
	o := testOffering("test/ny")
	o.Coverage = directory.Coverage{National: true}
	o, err := c.CreateOffering(t.Context(), c.boss, "", o)
	wantError(t, "CreateOffering", err, nil)
	h, err := c.HeldChangeOf(t.Context(), o.ID)
	wantError(t, "HeldChangeOf", err, nil)
	o.Summary = "Ring heller 99 99 99 99."
	_, err = c.UpdateOffering(t.Context(), c.boss, "", o)
	wantError(t, "UpdateOffering", err, nil)
	_, err = c.ApproveChange(t.Context(), c.editor, h.ID)
	wantError(t, "approving another text", err, ErrStands)
}

// Whoever has another account at hand that they let in themselves is still alone, whichever of
// the two proposes, and however many stand between.
func TestWhoLetInWhomDoesNotApprove(t *testing.T) {
	c := openCrisis(t)
	letIn := func(by auth.Actor, email string) auth.Actor {
		a, err := c.CreateAccount(t.Context(), operator, email, "")
		wantError(t, "CreateAccount", err, nil)
		wantError(t, "SetGrant", c.SetGrant(t.Context(), by, a.ID, auth.Grant{Owner: c.owner, Role: auth.Manager, Coverage: directory.Coverage{National: true}}), nil)
		a, err = c.AccountByID(t.Context(), a.ID)
		wantError(t, "AccountByID", err, nil)
		return a.Actor()
	}
	first := letIn(c.boss, "forste@example.org")
	second, other := letIn(first, "andre@example.org"), letIn(c.boss, "tredje@example.org")
	for _, tc := range []struct {
		name                string
		proposes, looksAtIt auth.Actor
	}{
		{"whom the proposer let in", c.boss, first},
		{"whom the helper let in", c.boss, second},
		{"who let the proposer in", first, c.boss},
		{"who let in who let the proposer in", second, c.boss},
		{"whom the same let in", second, other},
	} {
		h := c.proposed(t, tc.proposes)
		_, err := c.ApproveChange(t.Context(), tc.looksAtIt, h.ID)
		wantError(t, tc.name, err, auth.ErrForbidden)
		wantError(t, tc.name, c.MayDecide(t.Context(), tc.looksAtIt, h), auth.ErrForbidden)
		wantError(t, "a colleague", c.MayDecide(t.Context(), c.colleague, h), nil)
		wantError(t, "withdraw", c.RejectChange(t.Context(), tc.proposes, h.ID, ""), nil)
	}
}

// The database refuses it too: the same person is never both.
func TestDatabaseWantsTwoPeople(t *testing.T) {
	c := openCrisis(t)
	h := c.proposed(t, c.boss)
	for _, by := range []string{h.By.Actor, c.boss.String()} {
		if err := exec(t, c.Store, "UPDATE held_changes SET decision = 'godkjent', decided_at = now(), decided_by = ? WHERE id = ?", by, h.ID); err == nil {
			t.Errorf("approved by %s", by)
		}
	}
}

// No name of a field of an offering is forgotten in the copy that waits.
func TestHeldChangesKeepAll(t *testing.T) {
	c := openCrisis(t)
	h := c.proposed(t, c.boss)
	want := c.o
	if diff := cmp.Diff(want, h.Before); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	var news HeldNews
	var payload string
	err := c.db.WithContext(t.Context()).Raw("SELECT payload::text FROM jobs WHERE kind = ?", string(JobHeld)).Scan(&payload).Error
	wantError(t, "jobs", err, nil)
	wantError(t, "payload", json.Unmarshal([]byte(payload), &news), nil)
	wantEqual(t, "payload", HeldNews{h.ID}, news)
}
