package store

import (
	"slices"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// Each row is kept to the end of its time and not beyond it. Rows stand a minute inside and
// outside of their limit by the database's clock, which is the one that decides.
func TestRetention(t *testing.T) {
	s := openSeeded(t)
	a := newAccount(t, s, "kari@test.example.org")
	shut, late := newAccount(t, s, "shut@test.example.org"), newAccount(t, s, "late@test.example.org")
	hook := newWebhook(t, s)
	must := func(sql string, args ...any) {
		t.Helper()
		if err := exec(t, s, sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	inside, outside := " + interval '1 minute'", " - interval '1 minute'"
	for _, c := range []struct{ name, at string }{{"in", inside}, {"out", outside}} {
		name, at := c.name, c.at
		must(`INSERT INTO sessions (account_id, hash, method, device, created_at, expires_at, idle_expires_at) VALUES
			(?, sha256(('a'||CAST(? AS text))::bytea), 'kode', ?, now() - interval '1 day', now()`+at+`, now() + interval '1 hour'),
			(?, sha256(('b'||CAST(? AS text))::bytea), 'kode', ?, now() - interval '1 day', now() + interval '1 hour', now()`+at+`)`, a.ID, name, name, a.ID, name, name)
		must(`INSERT INTO sign_in_codes (hash, code_hash, email, sent, created_at, expires_at) SELECT sha256(CAST(? AS text)::bytea), sha256('x'), ?, true, at, at + interval '15 minutes'
			FROM (SELECT now() - interval '1 day'`+at+` AS at) t`, name, name)
		must(`INSERT INTO login_links (hash, account_id, created_by, created_at, expires_at) VALUES (sha256(CAST(? AS text)::bytea), ?, ?, now() - interval '1 hour', now()`+at+`)`, name, a.ID, name)
		must(`INSERT INTO invitations (email, role, kommune_number, created_at, expires_at) VALUES (?, 'bidragsyter', '1804', now() - interval '1 day', now()`+at+`)`, name)
		must(`INSERT INTO challenges (hash, kind, payload, expires_at) VALUES (sha256(CAST(? AS text)::bytea), 'app', to_jsonb(CAST(? AS text)), now()`+at+`)`, name, name)
		must(`INSERT INTO webhook_old_secrets (webhook_id, secret, until) VALUES (?, 'whsec_'||CAST(? AS text), now()`+at+`)`, hook.ID, name)
		must(`INSERT INTO uploads (account_id, name, content, created_at) VALUES (?, ?, '', now() - interval '1 day'`+at+`)`, a.ID, name)
		must(`INSERT INTO drafts (account_id, key, version, form, updated_at) VALUES (?, ?, 1, '{}', now() - interval '180 days'`+at+`)`, a.ID, name)
		must(`INSERT INTO confirmations (hash, kommune_number, stage, round, sent_to, created_at, expires_at)
			VALUES (sha256(CAST(? AS text)::bytea), '1804', '30', CASE CAST(? AS text) WHEN 'in' THEN date '2026-01-01' ELSE date '2026-02-01' END, ARRAY[CAST(? AS text), 'x'], now() - interval '90 days', now() - interval '30 days'`+at+`)`, name, name, name)
		must(`INSERT INTO tasks (kind, key, detail, done_by, done_at) VALUES ('job_gave_up', ?, jsonb_build_object('job', 1, 'to', CAST(? AS text)), 'x', now() - interval '30 days'`+at+`)`, name, name)
		// Jobs: done, done with a key, given up and not decided about.
		must(`INSERT INTO jobs (kind, key, payload, last_error, done_at) VALUES ('mail', 'done/'||CAST(? AS text), jsonb_build_object('to', CAST(? AS text)), ?, now() - interval '30 days'`+at+`)`, name, name, name)
		must(`INSERT INTO jobs (kind, payload, done_at) VALUES ('mail', jsonb_build_object('to', 'nokey'||CAST(? AS text)), now() - interval '30 days'`+at+`)`, name)
		must(`INSERT INTO jobs (kind, payload, gave_up_at) VALUES ('mail', jsonb_build_object('to', 'gaveup', 'text', CAST(? AS text)), now() - interval '90 days'`+at+`)`, name)
		must(`INSERT INTO tasks (kind, key) SELECT 'job_gave_up', 'job:' || max(id) FROM jobs`)
		must(`INSERT INTO reports (kommune_number, choice, state, answered_at, answered_by) VALUES ('1804', 'annet', 'rettet', now() - interval '90 days'` + at + `, 'x')`)
		must(`INSERT INTO report_entries (report_id, code_hash, text, suggestion) SELECT max(id), sha256(CAST(? AS text)::bytea), ?, ? FROM reports`, name, name, name)
	}
	must(`INSERT INTO wrong_codes (account_id, tries, wait_until) VALUES (?, 1, now() - interval '30 days' + interval '1 minute'), (?, 2, now() - interval '30 days' - interval '1 minute')`, a.ID, shut.ID)
	must(`INSERT INTO drafts (account_id, key, version, form) VALUES (?, 'in', 1, '{}'), (?, 'out', 1, '{}')`, late.ID, shut.ID)
	must(`UPDATE accounts SET disabled_at = now() - interval '30 days' + interval '1 minute' WHERE id = ?`, late.ID)
	must(`UPDATE accounts SET disabled_at = now() - interval '30 days' - interval '1 minute' WHERE id = ?`, shut.ID)

	if err := s.DeleteExpired(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.PruneJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.ForgetReportTexts(t.Context()); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string][]string{
		"device FROM sessions":                                              {"in", "in"},
		"email FROM sign_in_codes":                                          {"in"},
		"created_by FROM login_links":                                       {"in"},
		"email FROM invitations":                                            {"in"},
		"payload #>> '{}' FROM challenges":                                  {"in"},
		"secret FROM webhook_old_secrets":                                   {"whsec_in"},
		"name FROM uploads":                                                 {"in"},
		"key FROM drafts":                                                   {"in", "in"},
		"tries::text FROM wrong_codes":                                      {"1"},
		"array_to_string(sent_to, ' ') FROM confirmations":                  {"glemt", "in x"},
		"coalesce(detail->>'to', '') FROM tasks WHERE done_by = 'x'":        {"", "in"},
		"coalesce(payload->>'to', '') FROM jobs WHERE key LIKE 'done/%'":    {"", "in"},
		"last_error FROM jobs WHERE key LIKE 'done/%'":                      {"", "in"},
		"payload->>'to' FROM jobs WHERE payload->>'to' LIKE 'nokey%'":       {"nokeyin"},
		"coalesce(payload->>'text', '') FROM jobs WHERE gave_up_at < now()": {"", "in"},
		"(done_at IS NULL)::text FROM tasks WHERE starts_with(key, 'job:')": {"false", "true"},
		"text FROM report_entries":                                          {"", "in"},
		"suggestion FROM report_entries":                                    {"", "in"},
	} {
		var got []string
		if err := s.db.WithContext(t.Context()).Raw("SELECT " + what + " ORDER BY 1").Scan(&got).Error; err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	if _, err := s.AccountByID(t.Context(), a.ID); err != nil {
		t.Errorf("an account went: %v", err)
	}
	// What was decided by retention is the program's own doing.
	if n := count(t, s, "tasks WHERE starts_with(key, 'job:') AND done_by = '"+(auth.Actor{Kind: auth.Job}).String()+"'"); n != 1 {
		t.Errorf("%d tasks were ended by the program, want 1", n)
	}
}
