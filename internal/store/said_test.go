package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

var proveRun = ImportRun{Source: "proveregister"}

// saidOf returns what the test register says of the offering of that key.
func saidOf(key string) directory.Offering {
	return directory.Offering{Key: key, Source: directory.Source{Title: "Prøveregisteret", URL: "https://register.example.org/1", Date: "2026-11-27"}}
}

func say(t *testing.T, s *Store, run ImportRun, said ...Said) []SaidOutcome {
	t.Helper()
	outcomes, err := s.SaySources(t.Context(), importer, run, said)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func sourceTitles(t *testing.T, s *Store, id int64) map[directory.FieldName]string {
	t.Helper()
	found, err := s.FieldSources(t.Context(), operator, id)
	if err != nil {
		t.Fatal(err)
	}
	titles := map[directory.FieldName]string{}
	for _, f := range found {
		titles[f.Field] = f.Source.Title
	}
	return titles
}

// broughtIn returns an offering that came from a file and that nobody has touched since.
func broughtIn(t *testing.T, s *Store, key string) directory.Offering {
	t.Helper()
	importAll(t, s, testOffering(key))
	o, err := s.OfferingByKey(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestSaySources(t *testing.T) {
	s := openSeeded(t)
	o := broughtIn(t, s, "annet/test")
	said := saidOf(o.Key)
	said.Phones = []directory.Phone{{Number: "+4733333333"}}

	dry := say(t, s, ImportRun{Source: proveRun.Source, Dry: true}, Said{Offering: said})[0]
	wantEqual(t, "dry", []any{Updated, "+4733333333"}, []any{dry.Result, string(dry.After.Phones[0].Number)})
	if after, err := s.OfferingByKey(t.Context(), o.Key); err != nil || after.Version != o.Version {
		t.Fatalf("a dry run wrote version %d (%v)", after.Version, err)
	}

	got := say(t, s, proveRun, Said{Offering: said})[0]
	wantEqual(t, "result", Updated, got.Result)
	wantEqual(t, "changed", []directory.FieldName{"phones"}, got.Changed)
	wantEqual(t, "name stays", o.Name, got.After.Name)
	wantEqual(t, "source of the whole stays", o.Source, got.After.Source)
	titles := sourceTitles(t, s, o.ID)
	wantEqual(t, "sources", []string{"Prøveregisteret", o.Source.Title}, []string{titles["phones"], titles["emails"]})

	was := written(t, s)
	wantEqual(t, "again", Unchanged, say(t, s, proveRun, Said{Offering: said})[0].Result)
	wantEqual(t, "history and feed after the second time", was, written(t, s))

	// A named field that is empty is one the source says is empty.
	got = say(t, s, proveRun, Said{Offering: saidOf(o.Key), Fields: []directory.FieldName{"emails"}})[0]
	wantEqual(t, "emptied", []any{Updated, 0}, []any{got.Result, len(got.After.Emails)})
	wantEqual(t, "not here", Absent, say(t, s, proveRun, Said{Offering: saidOf("annet/ukjent")})[0].Result)
}

// A file that was written before a register was read does not take back what it said, and
// what somebody has taken out of the directory is left alone.
func TestSaySourcesHolds(t *testing.T) {
	s := openSeeded(t)
	o := broughtIn(t, s, "annet/test")
	said := saidOf(o.Key)
	said.Phones = []directory.Phone{{Number: "+4733333333"}}
	say(t, s, proveRun, Said{Offering: said})
	again := testOffering(o.Key)
	wantEqual(t, "the file again", []Result{Unchanged}, importAll(t, s, again))
	again.Description = "En annen tekst."
	wantEqual(t, "another file", []Result{Updated}, importAll(t, s, again))
	o, err := s.OfferingByKey(t.Context(), o.Key)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "telephone and text", []string{"+4733333333", "En annen tekst."}, []string{string(o.Phones[0].Number), o.Description})

	if _, err := s.ArchiveOffering(t.Context(), operator, "", o.ID, o.Version); err != nil {
		t.Fatal(err)
	}
	said.Phones = []directory.Phone{{Number: "+4755555555"}}
	wantEqual(t, "archived", Unchanged, say(t, s, proveRun, Said{Offering: said, Create: true})[0].Result)
	wantEqual(t, "tasks", 0, len(tasksOf(t, s, TaskSaid)))
}

// What people have said stays, field by field, and they are asked.
func TestSaySourcesKeepsWhatPeopleSaid(t *testing.T) {
	s := openSeeded(t)
	o := broughtIn(t, s, "annet/test")
	edited := o
	edited.Phones = []directory.Phone{{Number: "+4744444444"}}
	edited, err := s.UpdateOffering(t.Context(), operator, "", edited)
	if err != nil {
		t.Fatal(err)
	}
	said := saidOf(o.Key)
	said.Phones, said.Emails = []directory.Phone{{Number: "+4733333333"}}, []string{"ny@example.org"}

	got := say(t, s, proveRun, Said{Offering: said})[0]
	wantEqual(t, "changed", []directory.FieldName{"emails"}, got.Changed)
	wantEqual(t, "kept", []directory.FieldName{"phones"}, got.Kept)
	wantEqual(t, "phone", "+4744444444", string(got.After.Phones[0].Number))

	open := tasksOf(t, s, TaskSaid)
	wantEqual(t, "open tasks", 1, len(open))
	wantEqual(t, "task", []any{o.ID, auth.OwnerOf(got.After)}, []any{open[0].Offering, open[0].Owner})
	details, err := s.SaidOf(t.Context(), operator, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := []SaidDetail{{open[0].ID, "Prøveregisteret", "https://register.example.org/1", o.Name, []directory.FieldName{"phones"}, directory.Offering{Phones: said.Phones}}}
	if diff := cmp.Diff(want, details); diff != "" {
		t.Errorf("what is said (-want +got):\n%s", diff)
	}

	// No as an answer holds until the register says something new.
	if err := s.FinishTask(t.Context(), operator, open[0].ID); err != nil {
		t.Fatal(err)
	}
	said.Source.Date = "2026-11-28"
	wantEqual(t, "again", Kept, say(t, s, proveRun, Said{Offering: said})[0].Result)
	wantEqual(t, "open tasks after the answer", 0, len(tasksOf(t, s, TaskSaid)))
	said.Phones = []directory.Phone{{Number: "+4755555555"}}
	say(t, s, proveRun, Said{Offering: said})
	wantEqual(t, "open tasks for something new", 1, len(tasksOf(t, s, TaskSaid)))

	// Who takes it over ends the question.
	edited, err = s.OfferingByID(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	edited.Phones = said.Phones
	if _, err := s.UpdateOffering(t.Context(), operator, "", edited); err != nil {
		t.Fatal(err)
	}
	if details, err = s.SaidOf(t.Context(), operator, o.ID); err != nil || len(details) != 0 {
		t.Errorf("still said: %v, %v", details, err)
	}
	wantEqual(t, "agreed", Unchanged, say(t, s, proveRun, Said{Offering: said})[0].Result)
	wantEqual(t, "open tasks when all agree", 0, len(tasksOf(t, s, TaskSaid)))
}

func tasksOf(t *testing.T, s *Store, kind TaskKind) []Task {
	t.Helper()
	all, err := s.OpenTasks(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	var found []Task
	for _, task := range all {
		if task.Kind == kind {
			found = append(found, task)
		}
	}
	return found
}

// What was confirmed stays, also when an import wrote it: all of it, or the contacts.
func TestSaySourcesKeepsWhatIsConfirmed(t *testing.T) {
	s := openSeeded(t)
	contacts, all := broughtIn(t, s, "annet/kontakt"), broughtIn(t, s, "annet/alt")
	if err := exec(t, s, "UPDATE offerings SET contacts_confirmed_at = now() WHERE id = ?", contacts.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ConfirmOffering(t.Context(), operator, all.ID, all.Version); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		o    directory.Offering
		kept []directory.FieldName
	}{{contacts, []directory.FieldName{"phones"}}, {all, []directory.FieldName{"name", "phones"}}} {
		said := saidOf(c.o.Key)
		said.Name, said.Phones = "Prøvenavnet", []directory.Phone{{Number: "+4733333333"}}
		got := say(t, s, proveRun, Said{Offering: said})[0]
		wantEqual(t, c.o.Key+" kept", c.kept, got.Kept)
	}
}

// An offering that was edited before sources were kept field by field is its owner's.
func TestSaySourcesOfBefore(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	if err := exec(t, s, "DELETE FROM field_sources WHERE offering_id = ?", o.ID); err != nil {
		t.Fatal(err)
	}
	said := saidOf(o.Key)
	said.Name = "Prøvenavnet"
	wantEqual(t, "result", Kept, say(t, s, proveRun, Said{Offering: said})[0].Result)
}

// New ones come in as said; one that is wrong does not stop the others, and progress is
// written with them or not at all.
func TestSaySourcesNewAndWrong(t *testing.T) {
	s := openSeeded(t)
	fresh := testOffering("annet/ny")
	fresh.Status = directory.Draft
	wrong := testOffering("annet/feil")
	wrong.Type = "finnes_ikke"
	run := ImportRun{Source: proveRun.Source, State: map[string]int{"page": 3}}
	got := say(t, s, run, Said{Offering: fresh, Create: true}, Said{Offering: wrong, Create: true}, Said{Offering: fresh, Create: true})
	wantEqual(t, "first", Created, got[0].Result)
	for _, i := range []int{1, 2} {
		if _, ok := IsInvalid(got[i].Err); !ok {
			t.Errorf("%d: got %v, want invalid", i, got[i].Err)
		}
	}
	wantEqual(t, "source of its name", fresh.Source.Title, sourceTitles(t, s, got[0].ID)["name"])
	var state struct{ Page int }
	if ok, err := s.ImportProgress(t.Context(), proveRun.Source, &state); !ok || err != nil || state.Page != 3 {
		t.Errorf("progress %+v, %t, %v", state, ok, err)
	}
	if err := s.ForgetImportProgress(t.Context(), importer, proveRun.Source); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.ImportProgress(t.Context(), proveRun.Source, &state); ok || err != nil {
		t.Errorf("progress after its end: %t, %v", ok, err)
	}
}

func TestSaySourcesNeedsTheRight(t *testing.T) {
	s := openSeeded(t)
	_, err := s.SaySources(t.Context(), auth.Actor{Kind: auth.Account}, proveRun, nil)
	wantError(t, "an account without grants", err, auth.ErrForbidden)
}

func TestSaveRegistered(t *testing.T) {
	s := openSeeded(t)
	o := broughtIn(t, s, "annet/test")
	id := o.Organization.ID
	r := Registered{Organization: id, OrgNumber: "999999999", Name: "TESTORGANISASJONEN", Form: "FLI", Kind: directory.KindFoundation, Website: "https://prove.example.org",
		Street: "Prøveveien 1", PostalCode: "0155", PostalPlace: "OSLO", Kommune: "0301", URL: "https://register.example.org/1", ReadAt: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)}
	save := func(r Registered) RegisteredOutcome {
		t.Helper()
		got, err := s.SaveRegistered(t.Context(), importer, proveRun, "Prøveregisteret", []Registered{r})
		if err != nil {
			t.Fatal(err)
		}
		return got[0]
	}
	hidden := testOffering("annet/kladd")
	hidden.Status = directory.Draft
	hidden = create(t, s, hidden)
	was := headOf(t, s)
	got := save(r)
	// The kind stood there, and otherwise.
	wantEqual(t, "organization", []any{"999999999", "https://prove.example.org", directory.KindAssociation},
		[]any{string(got.After.OrgNumber), got.After.Website, got.After.Kind})
	wantEqual(t, "asked", []OrganizationField{{"kind", "forening", "stiftelse"}}, got.Asked.Said)
	if headOf(t, s) == was {
		t.Error("its offerings read otherwise, and are not in the feed")
	}
	wantEqual(t, "a draft in the feed", 0, count(t, s, fmt.Sprintf("changes WHERE kind = 'offering' AND ref = '%d'", hidden.ID)))
	history, err := s.Revisions(t.Context(), KindOrganization, "1")
	if err != nil || len(history) != 1 || history[0].Version != 1 {
		t.Errorf("history %+v, %v", history, err)
	}
	kept, err := s.RegisteredOf(t.Context(), id)
	kept.Kind = r.Kind // follows from the form
	if diff := cmp.Diff(r, kept); err != nil || diff != "" {
		t.Errorf("kept (-want +got):\n%s %v", diff, err)
	}
	wantEqual(t, "again", Unchanged, save(r).Result)

	r.Kind = ""
	got = save(r)
	wantEqual(t, "nothing to ask", []any{false, 0}, []any{got.Asks, len(tasksOf(t, s, TaskRegistered))})
	// The register said this itself, and may say otherwise.
	r.Website, r.Name = "https://ny.example.org", "PRØVEORGANISASJONEN"
	got = save(r)
	wantEqual(t, "website", "https://ny.example.org", got.After.Website)
	wantEqual(t, "renamed", []string{"TESTORGANISASJONEN", "PRØVEORGANISASJONEN"}, []string{got.Asked.OldName, got.Asked.NewName})
	save(r)
	wantEqual(t, "open task for the new name", 1, len(tasksOf(t, s, TaskRegistered)))
	r.DeletedOn, r.Bankrupt = "2026-04-07", true
	wantEqual(t, "deleted", "2026-04-07", save(r).Asked.Deleted)
	wantEqual(t, "still one task", 1, len(tasksOf(t, s, TaskRegistered)))

	found, err := s.OrganizationsByNumber(t.Context(), []directory.OrgNumber{"999999999"})
	if err != nil || len(found) != 1 || found[0].ID != id || len(found[0].Kommuner) != 2 {
		t.Errorf("by number: %+v, %v", found, err)
	}
	if found, err = s.OrganizationsAfter(t.Context(), id, 10); err != nil || len(found) != 0 {
		t.Errorf("after the last: %+v, %v", found, err)
	}
	if found, err := s.Standings(t.Context(), "annet"); err != nil || len(found) != 4 {
		t.Errorf("standings: %+v, %v", found, err)
	}
}
