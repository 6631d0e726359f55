package store

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/migrations"
)

// openEmpty returns a store on a database without a schema.
func openEmpty(t *testing.T) *Store {
	t.Helper()
	s := openURL(t, dbtest.URL(t))
	if err := s.db.Exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public").Error; err != nil {
		t.Fatal(err)
	}
	return s
}

// contents returns every row of every table, as text, in one order.
func contents(t *testing.T, s *Store) map[string][]string {
	t.Helper()
	var tables []string
	if err := s.db.Raw("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, table := range tables {
		if slices.Contains(notBackedUp, table) {
			continue
		}
		what := "t::text"
		if table == "changes" {
			what = "row_number() OVER (ORDER BY t.xid, t.id) || ' ' || kind || ' ' || ref || ' ' || at"
		}
		var rows []string
		if err := s.db.Raw(fmt.Sprintf("SELECT %s FROM %s t ORDER BY 1", what, table)).Scan(&rows).Error; err != nil {
			t.Fatal(err)
		}
		all[table] = rows
	}
	return all
}

func nowhere(int, int) {}

func backedUp(t *testing.T, s *Store) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := s.Backup(t.Context(), &file, "test", nowhere); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func restoreFrom(s *Store, file []byte) error {
	_, err := s.Restore(context.Background(), operator, bytes.NewReader(file), int64(len(file)), nowhere)
	return err
}

// openFull returns a store with something in most tables.
func openFull(t *testing.T) (*Store, Account) {
	t.Helper()
	s, _ := openWithLinks(t)
	account := newAccount(t, s, "prove@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	if err := s.QueueMail(t.Context(), "", Mail{To: "prove@example.org", Subject: "Æ\tø\\å\n\"'", Text: "\\N"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	return s, account
}

func TestRestoreGivesBackEveryRow(t *testing.T) {
	s, account := openFull(t)
	before := contents(t, s)
	full := 0
	for _, rows := range before {
		if len(rows) > 0 {
			full++
		}
	}
	if full < 15 {
		t.Fatalf("%d tables have rows, too few to tell anything", full)
	}
	other := openEmpty(t)
	if err := restoreFrom(other, backedUp(t, s)); err != nil {
		t.Fatal(err)
	}
	after := contents(t, other)
	// That it was restored is an event of its own, the last.
	if last := len(after["events"]) - 1; last < 0 || !strings.Contains(after["events"][last], "operator: test\",restored,") {
		t.Errorf("events %q, want the restoring as the last", after["events"])
	} else {
		after["events"] = after["events"][:last]
	}
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("restored is something else (-backed up +restored):\n%s", d)
	}
	if err := s.RecordBackup(t.Context(), operator, BackupSummary{}); err != nil {
		t.Error(err)
	}
	if n := count(t, s, "events WHERE what = 'backup_made' AND actor = 'operator: test'"); n != 1 {
		t.Errorf("%d events tell of the backup, want 1", n)
	}
	first, err := s.Installation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if second, err := other.Installation(t.Context()); err != nil || first == second {
		t.Errorf("the installations are %s and %s, %v: indexes and cursors of the one would be taken for the other's", first, second, err)
	}

	// It can be gone on with: new ids, and a feed that has the old changes in order and the new ones after.
	changes, err := other.Changes(t.Context(), Cursor{}, 10000)
	if err != nil || len(changes) != len(before["changes"]) {
		t.Fatalf("%d changes of %d are seen, %v", len(changes), len(before["changes"]), err)
	}
	if err := other.RequestReindex(t.Context(), operator); err != nil {
		t.Fatal(err)
	}
	later, err := other.Changes(t.Context(), changes[len(changes)-1].Cursor, 10)
	if err != nil || len(later) != 1 || later[0].Kind != KindReindex {
		t.Errorf("after the last change stands %+v, %v", later, err)
	}
	if newAccount(t, other, "to@test.example.org").ID <= account.ID {
		t.Error("an id is given a second time")
	}
}

// A restored copy sends nothing to real receivers before somebody has looked at it.
func TestRestoreStopsWebhooks(t *testing.T) {
	s, _ := openFull(t)
	hook := newWebhook(t, s)
	if err := s.QueueWebhook(t.Context(), hook.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.TestWebhook(t.Context(), operator, hook.ID); err != nil {
		t.Fatal(err)
	}
	stopped := newWebhook(t, s)
	if _, err := s.NoteDelivery(t.Context(), Delivery{Webhook: stopped.ID, Message: "m", Status: 410, Problem: "svarte 410", Gone: true, Before: "b", After: "a"}, nil); err != nil {
		t.Fatal(err)
	}
	other := openEmpty(t)
	if err := restoreFrom(other, backedUp(t, s)); err != nil {
		t.Fatal(err)
	}
	got, err := other.WebhookByID(t.Context(), operator, hook.ID)
	if err != nil || got.DisabledAt == nil || !strings.Contains(got.DisabledWhy, "sikkerhetskopi") {
		t.Errorf("the webhook came back as %+v, %v", got, err)
	}
	if got, err = other.WebhookByID(t.Context(), operator, stopped.ID); err != nil || !strings.Contains(got.DisabledWhy, "410") {
		t.Errorf("the one that had stopped came back as %+v, %v", got, err)
	}
	wantEqual(t, "jobs that send", 0, count(t, other, "jobs WHERE kind = 'webhook' AND done_at IS NULL"))
	wantEqual(t, "tasks", 2, len(openTasks(t, other, TaskWebhook)))
	if err := other.EnableWebhook(t.Context(), operator, hook.ID); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "tasks after one is started", 1, len(openTasks(t, other, TaskWebhook)))
	if working, err := other.WorkingWebhooks(t.Context()); err != nil || len(working) != 1 {
		t.Errorf("working: %v, %v", working, err)
	}
}

func TestBackupHasNothingToSignInWith(t *testing.T) {
	s, _ := openFull(t)
	file := backedUp(t, s)
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.File {
		for _, table := range []string{"sessions", "login_links", "challenges", "sign_in_codes", "wrong_codes", "limits", "installation"} {
			if f.Name == "tables/"+table {
				t.Errorf("%s is in the backup", table)
			}
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	s, _ := openFull(t)
	file := backedUp(t, s)
	damaged := func(change func([]byte) []byte) []byte { return change(bytes.Clone(file)) }
	empty := openEmpty(t)
	for name, tt := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":          {nil, ErrDamaged},
		"no zip":           {[]byte(strings.Repeat("x", 1000)), ErrDamaged},
		"cut off":          {damaged(func(b []byte) []byte { return b[:len(b)*2/3] }), ErrDamaged},
		"a byte changed":   {damaged(func(b []byte) []byte { b[dataOf(t, file, "tables/revisions")] ^= 0x55; return b }), ErrDamaged},
		"no manifest":      {rezip(t, file, manifestName, nil), ErrDamaged},
		"a table missing":  {rezip(t, file, "tables/offerings", nil), ErrDamaged},
		"a table changed":  {rezip(t, file, "tables/kommuner", func(b []byte) []byte { return bytes.Replace(b, []byte("Oslo"), []byte("Olso"), 1) }), ErrDamaged},
		"a newer schema":   {rezip(t, file, manifestName, func(b []byte) []byte { return bytes.Replace(b, []byte(`"schema":`), []byte(`"schema":9`), 1) }), migrations.ErrNewer},
		"a newer format":   {rezip(t, file, manifestName, func(b []byte) []byte { return bytes.Replace(b, []byte(`"format":1`), []byte(`"format":2`), 1) }), migrations.ErrNewer},
		"not for a column": {rezip(t, file, manifestName, func(b []byte) []byte { return bytes.Replace(b, []byte(`"number"`), []byte(`"nummer"`), 1) }), nil},
	} {
		err := restoreFrom(empty, tt.file)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		var tables int64
		if err := empty.db.Raw("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables).Error; err != nil || tables != 0 {
			t.Errorf("%s: %d tables are left, %v", name, tables, err)
		}
	}
	if err := restoreFrom(s, file); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("into a database with rows: %v, want ErrNotEmpty", err)
	}
	if err := restoreFrom(empty, file); err != nil {
		t.Errorf("the whole file, after all that: %v", err)
	}
}

// dataOf returns where the content of an entry stands in a zip file, some bytes after its beginning.
func dataOf(t *testing.T, file []byte, name string) int64 {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.File {
		if f.Name == name {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			return at + int64(f.CompressedSize64)/2
		}
	}
	t.Fatalf("no %s", name)
	return 0
}

// rezip returns the zip file with one entry changed, or left out when change is nil.
func rezip(t *testing.T, file []byte, name string, change func([]byte) []byte) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range archive.File {
		if f.Name == name && change == nil {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == name {
			content = change(content)
		}
		entry, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A backup is of one moment, also when others write while it is made.
func TestBackupWhileOthersWrite(t *testing.T) {
	s, _ := openFull(t)
	stop := make(chan struct{})
	stopped := make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if err := s.QueueMail(context.Background(), "samtidig:"+strconv.Itoa(i), Mail{To: "prove@example.org"}, time.Time{}); err != nil {
				stopped <- err
				return
			}
		}
	}()
	for range 3 {
		other := openEmpty(t)
		if err := restoreFrom(other, backedUp(t, s)); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
}
