package store

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// Whoever reads the database signs in as nobody. What has to be known as it is, is the key of
// an app and the key that a webhook is signed with; and a mail has its text until it is sent.
func TestSecretsAreNotStored(t *testing.T) {
	s := openSeeded(t)
	s.Now = nil // as the program has it: an app has a clock of its own
	ctx := t.Context()
	a := newAccount(t, s, "kari@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	must := func(secret string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	secrets := map[string]string{}
	flow, code := startCode(t, s, a.Email)
	secrets["cookie of a sign-in"], secrets["code by mail"] = flow, code
	secrets["login link"] = must(s.CreateLoginLink(ctx, operator, a.Email))
	secrets["challenge"] = must(s.StartChallenge(ctx, PasskeySignIn, "x"))
	secrets["session"] = must(s.StartSession(ctx, a.ID, ByCode, true, "test"))
	session, err := s.SessionBySecret(ctx, secrets["session"])
	if err != nil {
		t.Fatal(err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "test", AccountName: "test"})
	if err != nil {
		t.Fatal(err)
	}
	right, err := totp.GenerateCode(key.Secret(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	secrets["session with an app"] = must(s.AddApp(ctx, session, key.Secret(), right))
	if session, err = s.SessionBySecret(ctx, secrets["session with an app"]); err != nil {
		t.Fatal(err)
	}
	codes, err := s.NewRecoveryCodes(ctx, session)
	if err != nil || len(codes) == 0 {
		t.Fatal(codes, err)
	}
	secrets["recovery code"], secrets["recovery code without strokes"] = codes[0], plainCode(codes[0])
	_, secrets["token"] = newToken(t, s)
	byToken, err := s.ActorByToken(ctx, secrets["token"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateOffering(ctx, byToken, "", ofBodo("annet/test")); err != nil { // leaves who made it
		t.Fatal(err)
	}
	secrets["token without its beginning"] = strings.TrimPrefix(secrets["token"], TokenPrefix)
	if _, err := s.AskToConfirm(ctx, bodo, Stage30, testNow, []string{"post@test.example.org"}, nil, func(secret string) Mail {
		secrets["link to confirm"] = secret
		return Mail{Text: secret}
	}); err != nil {
		t.Fatal(err)
	}
	secrets["code of a report"] = "PRØVE-MELDING-1"
	report(t, s, NewReport{Kommune: "1804", Choice: Missing, Text: "prøve", Code: secrets["code of a report"]})
	_, signing, err := s.CreateWebhook(ctx, operator, Webhook{Name: "Prøve", URL: "https://example.org/"}, func(string, Cursor) string { return "0-0-0" })
	if err != nil {
		t.Fatal(err)
	}

	known := map[string]string{"key of an app": key.Secret(), "key of a webhook": signing, "address": a.Email}
	var tables []string
	if err := s.db.Raw("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'").Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, table := range tables {
		var values []string
		if err := s.db.Raw("SELECT v.value FROM " + table + " t, jsonb_each_text(to_jsonb(t)) v WHERE v.value IS NOT NULL").Scan(&values).Error; err != nil {
			t.Fatal(err)
		}
		all := strings.ToLower("\n" + strings.Join(values, "\n") + "\n")
		for _, what := range []map[string]string{secrets, known} {
			for name, secret := range what {
				if secret == "" {
					t.Fatalf("no %s was made", name)
				}
				look := strings.ToLower(secret)
				if secret == code { // six digits stand in many a time
					look = "\n" + look + "\n"
				}
				if strings.Contains(all, look) {
					found[name] = append(found[name], table)
				}
			}
		}
	}
	for name := range secrets {
		if in := slices.DeleteFunc(found[name], func(table string) bool { return table == "jobs" }); len(in) > 0 {
			t.Errorf("%s stands as it is in %v", name, in)
		}
	}
	for name := range known {
		if len(found[name]) == 0 {
			t.Errorf("%s is not found: the test does not see what it should", name)
		}
	}
}
