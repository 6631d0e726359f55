package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func report(t *testing.T, s *Store, r NewReport) {
	t.Helper()
	if err := s.AddReport(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func reportOf(t *testing.T, s *Store, code string) Report {
	t.Helper()
	r, err := s.ReportByCode(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReportsOfTheSameAreOne(t *testing.T) {
	s := openSeeded(t)
	a := newAccount(t, s, "a@test.example.org", auth.Grant{Owner: bodo, Role: auth.Contributor})
	o := create(t, s, ofBodo("annet/test"))
	report(t, s, NewReport{Offering: o.ID, Choice: PhoneWrong, Code: "A"})
	report(t, s, NewReport{Offering: o.ID, Choice: PhoneWrong, Suggestion: "75 00 00 00", Code: "B"})
	report(t, s, NewReport{Offering: o.ID, Choice: PhoneWrong, Code: "B"}) // sent twice
	report(t, s, NewReport{Offering: o.ID, Choice: HoursWrong, Code: "C"})
	report(t, s, NewReport{Offering: o.ID, Choice: OtherWrong, Text: "en ting", Code: "D"})
	report(t, s, NewReport{Offering: o.ID, Choice: OtherWrong, Text: "en annen", Code: "E"})
	report(t, s, NewReport{Kommune: "1804", Choice: Missing, Suggestion: "Testgruppen", Code: "F"})

	if a, b := reportOf(t, s, "A"), reportOf(t, s, "B"); a.ID != b.ID || b.Entries[0].Suggestion != "75 00 00 00" || len(a.Entries) != 1 {
		t.Errorf("reports %+v and %+v, want the same one, each with its own words", a, b)
	}
	found, err := s.Reports(t.Context(), a.Actor(), true, 10)
	if err != nil || len(found) != 5 {
		t.Fatalf("Reports = %d, %v, want 5", len(found), err)
	}
	if phone := found[4]; phone.Choice != PhoneWrong || len(phone.Entries) != 2 || phone.Owner() != bodo || phone.Offering.ID != o.ID {
		t.Errorf("oldest report %+v, want the telephone's with two entries", phone)
	}
	tasks, err := s.OpenTasks(t.Context(), a.Actor())
	if err != nil || len(tasks) != 5 || tasks[0].Kind != TaskReport || tasks[0].Offering != o.ID || !strings.Contains(string(tasks[0].Detail), `"count": 2`) {
		t.Errorf("OpenTasks = %+v, %v, want 5, the first said by 2", tasks, err)
	}
}

func TestReportSentTwiceAtOnce(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, ofBodo("annet/test"))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if err := s.AddReport(context.Background(), NewReport{Offering: o.ID, Choice: OtherWrong, Text: "det samme", Code: "A"}); err != nil {
				t.Error(err)
			}
			if err := s.AddReport(context.Background(), NewReport{Offering: o.ID, Choice: PhoneWrong, Code: fmt.Sprint("B", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	wantEqual(t, "reports", 2, count(t, s, "reports"))
	wantEqual(t, "entries", 9, count(t, s, "report_entries"))
	wantEqual(t, "tasks", 2, count(t, s, "tasks"))
}

func TestReportsThatCannotBe(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, ofBodo("annet/test"))
	archived := create(t, s, ofBodo("annet/borte"))
	if _, err := s.ArchiveOffering(t.Context(), operator, "", archived.ID, 1); err != nil {
		t.Fatal(err)
	}
	wantError(t, "archived", s.AddReport(t.Context(), NewReport{Offering: archived.ID, Choice: PhoneWrong, Code: "A"}), ErrNotFound)
	wantError(t, "unknown", s.AddReport(t.Context(), NewReport{Offering: 4711, Choice: PhoneWrong, Code: "A"}), ErrNotFound)
	wantError(t, "unknown kommune", s.AddReport(t.Context(), NewReport{Kommune: "9999", Choice: Missing, Code: "A"}), ErrNotFound)
	for field, r := range map[string]NewReport{
		"choice":     {Offering: o.ID, Choice: Missing},
		"text":       {Offering: o.ID, Choice: OtherWrong, Text: strings.Repeat("å", MaxReportText+1)},
		"suggestion": {Offering: o.ID, Choice: PhoneWrong, Suggestion: strings.Repeat("å", MaxReportSuggestion+1)},
	} {
		wantInvalid(t, field, s.AddReport(t.Context(), r), directory.Invalid{field: map[bool]string{true: directory.MsgUnknown, false: directory.MsgTooLong}[field == "choice"]})
	}
	wantInvalid(t, "telephone of nothing", s.AddReport(t.Context(), NewReport{Choice: PhoneWrong}), directory.Invalid{"choice": directory.MsgUnknown})
	wantEqual(t, "reports", 0, count(t, s, "reports"))
	_, err := s.ReportByCode(t.Context(), "A")
	wantError(t, "unknown code", err, ErrNotFound)
	// The longest that may be stored is stored.
	report(t, s, NewReport{Offering: o.ID, Choice: OtherWrong, Text: strings.Repeat("å", MaxReportText), Suggestion: strings.Repeat("å", MaxReportSuggestion), Code: "A"})
}

func TestFloodOfReports(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, ofBodo("annet/test"))
	for i := range openPerOffering {
		report(t, s, NewReport{Offering: o.ID, Choice: OtherWrong, Text: "test", Code: fmt.Sprint("A", i)})
	}
	wantError(t, "one more in words", s.AddReport(t.Context(), NewReport{Offering: o.ID, Choice: OtherWrong, Text: "test", Code: "B"}), ErrTooMany)
	err := exec(t, s, `INSERT INTO report_entries (report_id, code_hash) SELECT 1, sha256(n::text::bytea) FROM generate_series(1, ?) n`, reportsPerHour-openPerOffering-1)
	if err != nil {
		t.Fatal(err)
	}
	report(t, s, NewReport{Offering: o.ID, Choice: PhoneWrong, Code: "C"})
	full := NewReport{Offering: o.ID, Choice: PhoneWrong, Code: "D"}
	wantError(t, "one more in the hour", s.AddReport(t.Context(), full), ErrTooMany)
	report(t, s, NewReport{Offering: o.ID, Choice: PhoneWrong, Code: "C"}) // the same again is no more
	if err := exec(t, s, "UPDATE report_entries SET created_at = now() - interval '61 minutes'"); err != nil {
		t.Fatal(err)
	}
	report(t, s, full)
}

func TestAddToReport(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, ofBodo("annet/test"))
	report(t, s, NewReport{Offering: o.ID, Choice: PhoneWrong, Code: "A"})
	if err := s.AddToReport(t.Context(), "A", "Ingen svarer", "75 00 00 00"); err != nil {
		t.Fatal(err)
	}
	if e := reportOf(t, s, "A").Entries[0]; e.Text != "Ingen svarer" || e.Suggestion != "75 00 00 00" {
		t.Errorf("entry %+v, want the words", e)
	}
	wantError(t, "again", s.AddToReport(t.Context(), "A", "noe annet", ""), ErrConflict)
	wantError(t, "unknown code", s.AddToReport(t.Context(), "B", "noe", ""), ErrNotFound)
	report(t, s, NewReport{Offering: o.ID, Choice: HoursWrong, Code: "C"})
	if err := exec(t, s, "UPDATE report_entries SET created_at = now() - interval '2 hours'"); err != nil {
		t.Fatal(err)
	}
	wantError(t, "late", s.AddToReport(t.Context(), "C", "noe", ""), ErrConflict)
}

// errorOf returns the error of a call whose other answer does not matter.
func errorOf(_ any, err error) error { return err }

func TestAnswerReport(t *testing.T) {
	s := openSeeded(t)
	ctx := t.Context()
	a := newAccount(t, s, "a@test.example.org", auth.Grant{Owner: bodo, Role: auth.Contributor})
	stranger := newAccount(t, s, "b@test.example.org", auth.Grant{Owner: auth.Owner{Kommune: "0301"}, Role: auth.Manager})
	o := create(t, s, ofBodo("annet/test"))
	report(t, s, NewReport{Offering: o.ID, Choice: PhoneWrong, Text: "Ingen svarer", Code: "A"})
	id := reportOf(t, s, "A").ID

	_, err := s.ReportByID(ctx, stranger.Actor(), id)
	wantError(t, "another kommune reads", err, ErrNotFound)
	wantError(t, "another kommune answers", errorOf(s.AnswerReport(ctx, stranger.Actor(), id, ReportRight, "", nil)), auth.ErrForbidden)
	wantError(t, "unknown", errorOf(s.AnswerReport(ctx, a.Actor(), 4711, ReportRight, "", nil)), ErrNotFound)
	if _, err := s.AnswerReport(ctx, a.Actor(), id, ReportOpen, "", nil); !errors.As(err, new(directory.Invalid)) {
		t.Errorf("answer with open: %v, want an Invalid", err)
	}
	if found, err := s.Reports(ctx, stranger.Actor(), true, 10); err != nil || len(found) != 0 {
		t.Errorf("another kommune lists %d, %v, want none", len(found), err)
	}

	update := o
	update.Phones = []directory.Phone{{Number: "+4775000000"}}
	stale := update
	stale.Version = 7
	wantError(t, "stale", errorOf(s.AnswerReport(ctx, a.Actor(), id, ReportFixed, "", &stale)), ErrConflict)
	other := create(t, s, ofBodo("annet/annen"))
	wantError(t, "another offering", errorOf(s.AnswerReport(ctx, a.Actor(), id, ReportFixed, "", &other)), ErrNotFound)
	if r := reportOf(t, s, "A"); r.State != ReportOpen {
		t.Fatalf("state %s after refusals, want open", r.State)
	}
	if _, err := s.AnswerReport(ctx, a.Actor(), id, ReportFixed, "Takk", &update); err != nil {
		t.Fatal(err)
	}
	if r := reportOf(t, s, "A"); r.State != ReportFixed || r.Answer != "Takk" || r.AnsweredAt == nil || r.Offering.Phones[0].Number != "+4775000000" {
		t.Errorf("after the answer: %+v", r)
	}
	history, err := s.Revisions(ctx, KindOffering, fmt.Sprint(o.ID))
	if err != nil || len(history) != 2 || history[0].Why != reportWhy || history[0].Actor != a.Actor().String() {
		t.Errorf("history %+v, %v, want the change and why", history, err)
	}
	if tasks, err := s.OpenTasks(ctx, a.Actor()); err != nil || len(tasks) != 0 {
		t.Errorf("open tasks %v, %v, want none", tasks, err)
	}
	wantError(t, "twice", errorOf(s.AnswerReport(ctx, a.Actor(), id, ReportRight, "", nil)), ErrConflict)

	// The same again, after the answer, is a new report.
	report(t, s, NewReport{Offering: o.ID, Choice: PhoneWrong, Code: "B"})
	if again := reportOf(t, s, "B"); again.ID == id || again.State != ReportOpen {
		t.Errorf("report after the answer: %+v, want a new one", again)
	}
}

func TestReportWithoutAnOwner(t *testing.T) {
	s := openSeeded(t)
	a := newAccount(t, s, "a@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	report(t, s, NewReport{Choice: Missing, Suggestion: "Testgruppen", Code: "A"})
	id := reportOf(t, s, "A").ID
	_, err := s.ReportByID(t.Context(), a.Actor(), id)
	wantError(t, "a kommune", err, ErrNotFound)
	if _, err := s.AnswerReport(t.Context(), auth.Actor{Kind: auth.Account, ID: a.ID, National: true}, id, ReportDeclined, "", nil); err != nil {
		t.Error(err)
	}
}

func TestForgetReportTexts(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, ofBodo("annet/test"))
	for i, code := range []string{"A", "B", "C"} {
		report(t, s, NewReport{Offering: o.ID, Choice: OtherWrong, Text: "test", Suggestion: "test", Code: code})
		if i == 2 {
			break // stays open
		}
		if _, err := s.AnswerReport(t.Context(), operator, reportOf(t, s, code).ID, ReportRight, "svar", nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := exec(t, s, "UPDATE reports SET answered_at = now() - CASE WHEN id = 1 THEN interval '91 days' ELSE interval '89 days' END WHERE state <> 'apen'"); err != nil {
		t.Fatal(err)
	}
	if err := s.ForgetReportTexts(t.Context()); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{"A": "", "B": "test", "C": "test"} {
		if e := reportOf(t, s, code).Entries[0]; e.Text != want || e.Suggestion != want {
			t.Errorf("%s: entry %+v, want texts %q", code, e, want)
		}
	}
	if r := reportOf(t, s, "A"); r.Answer != "svar" {
		t.Errorf("answer %q is gone, want it kept", r.Answer)
	}
}

func TestReportKey(t *testing.T) {
	s := openStore(t)
	first, err := s.ReportKey(t.Context())
	if err != nil || len(first) != 32 {
		t.Fatalf("key of %d bytes, %v, want 32", len(first), err)
	}
	if again, err := s.ReportKey(t.Context()); err != nil || string(again) != string(first) {
		t.Errorf("another key the second time, %v", err)
	}
}
