package store

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// A person whose address and name stand nowhere else.
const (
	personEmail = "qzvx.person@test.example.org"
	personName  = "Qzvxprøve Persønsen"
)

// newPerson returns an account with something in every table that knows an account, and in
// those in which the program writes an address or a name.
func newPerson(t *testing.T, s *Store) Account {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	manager := newAccount(t, s, "manager@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	a, err := s.CreateAccount(ctx, operator, personEmail, personName)
	must(err)
	_, err = s.EnterKommune(ctx, a.ID, "1804", func(e Entry) Mail {
		return Mail{Subject: "Skal " + e.Email + " slippe inn?", Text: "Hei!\n" + e.Name + "\tvil inn («" + strings.ToUpper(e.Email) + "»)."}
	})
	must(err)
	must(s.SetGrant(ctx, operator, a.ID, auth.Grant{Owner: auth.Owner{Kommune: "0301"}, Role: auth.Manager}))
	a, err = s.AccountByID(ctx, a.ID)
	must(err)
	_, err = s.StartSession(ctx, a.ID, ByCode, true, "Qzvxleser")
	must(err)
	_, err = s.CreateLoginLink(ctx, operator, personEmail)
	must(err)
	must(s.SaveDraft(ctx, a.ID, Draft{Key: "tilbud/1", Form: url.Values{"navn": {personName}}}))
	_, err = s.KeepUpload(ctx, a.ID, personName+".csv", []byte("x"))
	must(err)
	_, err = s.Invite(ctx, a.Actor(), "other@test.example.org", auth.Grant{Owner: auth.Owner{Kommune: "0301"}, Role: auth.Contributor},
		func(bool) Mail { return Mail{Subject: "Du er invitert", Text: personName + " inviterer deg."} })
	must(err)
	_, err = s.StartCode(ctx, personEmail, "", func(code string, _ time.Time) Mail { return Mail{Subject: "code", Text: code} })
	must(err)
	_, err = s.StartChallenge(ctx, AppRegister, map[string]string{"address": "otpauth://totp/" + personEmail})
	must(err)
	_, err = s.AskToConfirm(ctx, auth.Owner{Kommune: "0301"}, "30", time.Now(), []string{personEmail, "manager@test.example.org"}, nil, func(string) Mail { return Mail{Subject: "Stemmer dette?"} })
	must(err)
	_, _, err = s.CreateToken(ctx, a.Actor(), Token{Owner: auth.Owner{Kommune: "0301"}, Name: "Fagsystem", Scopes: []Scope{ScopeWrite}},
		func(Token) Mail { return Mail{Subject: "Ny tilgang", Text: "Laget av: " + personName} })
	must(err)
	must(s.QueueMail(ctx, "", Mail{To: manager.Email, Subject: personName + " har spurt", Text: "sendt"}, time.Time{}))
	must(exec(t, s, "UPDATE jobs SET done_at = now(), payload = payload - 'text' WHERE payload->>'text' = 'sendt'"))
	for _, sql := range []string{
		"INSERT INTO passkeys (account_id, credential_id, credential, name) VALUES (@id, '\\x01', '{}', @name)",
		"INSERT INTO apps (account_id, secret, last_step) VALUES (@id, 'HEMMELIG', 1)",
		"INSERT INTO recovery_codes (account_id, hash) VALUES (@id, sha256('a'))",
		"INSERT INTO wrong_codes (account_id, tries, wait_until) VALUES (@id, 1, now())",
		"INSERT INTO identities (account_id, issuer, subject) VALUES (@id, 'https://login.example.org', 'qzvx-subject')",
		"INSERT INTO webhooks (name, url, email, secret, cursor, created_by) VALUES ('Prøve', 'https://example.org/', @email, 'whsec_x', '0-0-0', 'operator: test')",
		"INSERT INTO invitations (email, role, kommune_number, expires_at) VALUES (@email, 'bidragsyter', '1804', now() + interval '1 day')",
		"INSERT INTO jobs (kind, gave_up_at, last_error) VALUES ('mail', now(), '550 5.1.1 <' || CAST(@email AS text) || '>: no such user')",
		"INSERT INTO tasks (kind, key, detail) VALUES ('job_gave_up', 'job:1', jsonb_build_object('job', 1, 'to', CAST(@email AS text), 'subject', 'Til ' || CAST(@name AS text)))",
	} {
		must(s.db.WithContext(ctx).Exec(sql, map[string]any{"id": a.ID, "email": personEmail, "name": personName}).Error)
	}
	return a
}

// tablesWith returns the tables with a row that has the word in it, whatever the column.
func tablesWith(t *testing.T, s *Store, word string) (found []string) {
	t.Helper()
	for _, table := range tableNames(t, s) {
		var n int
		if err := s.db.WithContext(t.Context()).Raw("SELECT count(*) FROM "+table+" t WHERE strpos(lower(t::text), lower(?)) > 0", word).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			found = append(found, table)
		}
	}
	return found
}

func tableNames(t *testing.T, s *Store) []string {
	t.Helper()
	var tables []string
	if err := s.db.WithContext(t.Context()).Raw("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	return tables
}

// referring returns the tables with a column that names an account.
func referring(t *testing.T, s *Store) []string {
	t.Helper()
	var tables []string
	err := s.db.WithContext(t.Context()).Raw("SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'accounts'::regclass ORDER BY 1").Scan(&tables).Error
	if err != nil || len(tables) < 10 {
		t.Fatalf("tables that name an account: %v, %v", tables, err)
	}
	return tables
}

// After an account is erased, no column of any table has the address or the name, no row is
// the person's, and the history leads to nobody.
func TestEraseAccountLeavesNothing(t *testing.T) {
	s := openSeeded(t)
	a := newPerson(t, s)
	for _, table := range referring(t, s) {
		if count(t, s, table) == 0 {
			t.Errorf("%s has no row: the test does not see it", table)
		}
	}
	for word, want := range map[string][]string{
		personEmail: {"accounts", "challenges", "confirmations", "invitations", "jobs", "sign_in_codes", "tasks", "webhooks"},
		personName:  {"accounts", "drafts", "jobs", "passkeys", "tasks", "uploads"},
	} {
		if got := tablesWith(t, s, word); !slices.Equal(got, want) {
			t.Fatalf("%s stands in %v, want %v: the test does not see what it should", word, got, want)
		}
	}
	jobs := count(t, s, "jobs")
	if err := s.EraseAccount(t.Context(), a.Actor(), a.ID); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{personEmail, personName, "qzvx", "persønsen", "HEMMELIG"} {
		if got := tablesWith(t, s, word); len(got) > 0 {
			t.Errorf("%q is still in %v", word, got)
		}
	}
	for _, table := range []string{"sessions", "login_links", "drafts", "uploads", "passkeys", "apps", "recovery_codes", "wrong_codes", "identities", "entries", "invitations"} {
		if n := count(t, s, table); n > 0 {
			t.Errorf("%s has %d rows left", table, n)
		}
	}
	if got := count(t, s, "jobs"); got != jobs {
		t.Errorf("%d jobs of %d are left: a key that is gone can be queued again", got, jobs)
	}
	if n := count(t, s, "tasks WHERE kind = 'entry' AND done_at IS NULL"); n > 0 {
		t.Error("managers are still asked whether to let nobody in")
	}
	// The mail to somebody else goes on, without the name.
	if n := count(t, s, "jobs WHERE done_at IS NULL AND payload->>'text' = 'slettet konto inviterer deg.'"); n != 1 {
		t.Error("the mail to another is gone, or not mended")
	}
	who, err := s.NameOfActor(t.Context(), a.Actor().String())
	if err != nil || who != ErasedName {
		t.Errorf("the history says %q, %v, want %q", who, err, ErasedName)
	}
	tokens, err := s.Tokens(t.Context(), auth.Owner{Kommune: "0301"})
	if err != nil || len(tokens) != 1 || tokens[0].Creator != ErasedName {
		t.Errorf("the token is made by %+v, %v", tokens, err)
	}
	events, err := s.Events(t.Context(), 1)
	if err != nil || events[0].What != "account_erased" || events[0].Actor != a.Actor().String() {
		t.Errorf("the last event is %+v, %v", events, err)
	}
	wantError(t, "again", s.EraseAccount(t.Context(), operator, a.ID), ErrNotFound)
	if again := newAccount(t, s, personEmail); again.ID == a.ID || len(again.Grants) > 0 {
		t.Errorf("who comes again is %+v, want another account without roles", again)
	}
}

func TestWhoErases(t *testing.T) {
	s := openSeeded(t)
	a := newAccount(t, s, "kari@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	other := newAccount(t, s, "ola@test.example.org", auth.Grant{Owner: bodo, Role: auth.Contributor})
	wantError(t, "a manager erases a colleague", s.EraseAccount(t.Context(), a.Actor(), other.ID), auth.ErrForbidden)
	wantError(t, "nobody erases", s.EraseAccount(t.Context(), auth.Actor{}, other.ID), auth.ErrForbidden)
	wantError(t, "a token of the same number", s.EraseAccount(t.Context(), auth.Actor{Kind: auth.Token, ID: other.ID}, other.ID), auth.ErrForbidden)
	if err := s.SetNational(t.Context(), operator, a.ID, true); err != nil {
		t.Fatal(err)
	}
	a, err := s.AccountByID(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, "the last national editor", s.EraseAccount(t.Context(), a.Actor(), a.ID), ErrLastManager)
	if _, err := s.AccountByID(t.Context(), a.ID); err != nil {
		t.Errorf("the last national editor is gone: %v", err)
	}
	if alone, err := s.AloneIn(t.Context(), a); err != nil || !slices.Equal(alone, []auth.Owner{bodo}) {
		t.Errorf("the only manager is alone in %v, %v", alone, err)
	}
	if alone, err := s.AloneIn(t.Context(), other); err != nil || len(alone) > 0 {
		t.Errorf("a contributor is alone in %v, %v", alone, err)
	}
	if err := s.EraseAccount(t.Context(), a.Actor(), other.ID); err != nil {
		t.Errorf("a national editor erases: %v", err)
	}
}

func TestWithoutMentions(t *testing.T) {
	for _, c := range []struct{ text, word, want string }{
		{"Bo fra Bodø og bo.", "Bo", "slettet konto fra Bodø og slettet konto."},
		{"<kari@a.no>: nei", "kari@a.no", "<slettet konto>: nei"},
		{"Skal KARI@A.NO, inn?", "kari@a.no", "Skal slettet konto, inn?"},
		{"Åse og Påse", "Åse", "slettet konto og Påse"},
		{"a.c abc", "a.c", "slettet konto abc"},
		{"ingen", "", "ingen"},
	} {
		if got := withoutMentions(c.text, c.word); got != c.want {
			t.Errorf("withoutMentions(%q, %q) = %q, want %q", c.text, c.word, got, c.want)
		}
	}
	got, err := withoutMentionsJSON(`{"kari": ["Kari\nKari", 12345678901234567890, {"x": "«Kari»"}]}`, "Kari")
	if want := `{"kari":["slettet konto\nslettet konto",12345678901234567890,{"x":"«slettet konto»"}]}`; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

// What a person is given has something of every table that knows an account, and nothing
// that others could sign in with.
func TestExportAccount(t *testing.T) {
	s := openSeeded(t)
	a := newPerson(t, s)
	content, err := s.ExportAccount(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string][]map[string]any
	if err := json.Unmarshal(content, &got); err != nil {
		t.Fatalf("%v\n%s", err, content)
	}
	var sql strings.Builder
	for _, part := range exportParts {
		fmt.Fprintln(&sql, part.sql)
		if _, there := got[part.name]; !there {
			t.Errorf("%s is missing", part.name)
		}
	}
	for _, table := range referring(t, s) {
		if !strings.Contains(sql.String(), "FROM "+table+" ") {
			t.Errorf("nothing is exported from %s", table)
		}
	}
	for _, name := range []string{"konto", "roller", "ba_om_a_bli_med", "invitasjoner_til_deg", "invitasjoner_fra_deg", "innlogginger_na", "passnokler", "app_for_koder", "nodkoder_igjen",
		"feil_koder", "annen_innlogging", "koder_pa_epost", "innloggingslenker", "kladder", "filer_lest_inn", "epost_til_deg", "spurt_om_a_bekrefte", "hendelser", "hendelser_om_deg", "tilganger_laget"} {
		if len(got[name]) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	if got["konto"][0]["epost"] != personEmail || got["konto"][0]["navn"] != personName {
		t.Errorf("konto = %v", got["konto"])
	}
	for _, secret := range []string{"HEMMELIG", "hash", "manager@test.example.org", "other@test.example.org"} {
		if strings.Contains(string(content), secret) {
			t.Errorf("%s is in the export", secret)
		}
	}
	again, err := s.ExportAccount(t.Context(), a.ID)
	if err != nil || string(again) != string(content) {
		t.Errorf("a second export differs: %v", err)
	}
	if err := s.RecordExport(t.Context(), operator, a.ID); err != nil {
		t.Error(err)
	}
	if n := count(t, s, "events WHERE what = 'personal_data_exported' AND actor = 'operator: test'"); n != 1 {
		t.Errorf("%d events tell of an export, want 1", n)
	}
	_, err = s.ExportAccount(t.Context(), 999999)
	wantError(t, "nobody", err, ErrNotFound)
}
