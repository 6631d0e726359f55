package store

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func entryNotice(e Entry) Mail { return Mail{Subject: "notice", Text: e.Email} }

// startCode begins a sign-in and returns the cookie's secret and the code as it was mailed.
func startCode(t *testing.T, s *Store, email string) (secret, code string) {
	t.Helper()
	secret, err := s.StartCode(t.Context(), email, "", func(c string, _ time.Time) Mail {
		code = c
		return Mail{Subject: "code", Text: c}
	})
	if err != nil {
		t.Fatal(err)
	}
	return secret, code
}

// mailsTo returns how many mails wait for an address.
func mailsTo(t *testing.T, s *Store, email string) int {
	t.Helper()
	var n int
	if err := s.db.Raw("SELECT count(*) FROM jobs WHERE kind = 'mail' AND payload->>'to' = ?", email).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func domainOf(t *testing.T, s *Store, n region.Number) string {
	t.Helper()
	k, err := s.KommuneByNumber(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return k.Domain
}

func TestWhoIsSentACode(t *testing.T) {
	s := openSeeded(t)
	domain := domainOf(t, s, "1804")
	newAccount(t, s, "known@test.example.org")
	gone := newAccount(t, s, "gone@"+domain)
	if err := s.DisableAccount(t.Context(), operator, gone.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Invite(t.Context(), operator, "asked@test.example.org", auth.Grant{Owner: bodo, Role: auth.Contributor},
		func(bool) Mail { return Mail{Subject: "invitation"} }); err != nil {
		t.Fatal(err)
	}
	for email, want := range map[string]int{
		"known@test.example.org":                1,
		"Known@Test.example.org ":               1,
		"asked@test.example.org":                2, // the invitation too
		"anyone@" + domain:                      1,
		"anyone@post." + domain:                 1,
		"gone@" + domain:                        0,
		"stranger@test.example.org":             0,
		"stranger@evil" + domain:                0,
		"stranger@" + domain + ".example.org":   0,
		"stranger@" + strings.ToUpper("x.no"):   0,
		`"` + domain + `"@test.example.org`:     -1,
		"anyone@" + domain + "@x.example.org":   -1,
		"x@example.org\r\nBcc: y@example.org":   -1,
		"x@" + strings.Repeat("a.", 130) + "no": -1,
		"":                                      -1,
	} {
		before := mailsTo(t, s, strings.ToLower(strings.TrimSpace(email)))
		if want == 2 {
			before, want = 0, 2
		}
		_, err := s.StartCode(t.Context(), email, "", func(c string, _ time.Time) Mail { return Mail{Text: c} })
		if want < 0 {
			wantInvalid(t, email, err, directory.Invalid{"email": directory.MsgFormat})
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", email, err)
		}
		wantEqual(t, "mails to "+email, want, mailsTo(t, s, strings.ToLower(strings.TrimSpace(email)))-before)
	}
}

func TestCodes(t *testing.T) {
	s := openSeeded(t)
	a := newAccount(t, s, "kari@test.example.org")
	redeem := func(secret, code string) error {
		got, err := s.RedeemCode(t.Context(), secret, code, entryNotice)
		if err == nil && got.ID != a.ID {
			t.Errorf("signed in as %d, want %d", got.ID, a.ID)
		}
		return err
	}
	secret, code := startCode(t, s, a.Email)
	other, _ := startCode(t, s, a.Email)
	wantError(t, "in another browser", redeem(NewSecret(), code), ErrNotFound)
	wantError(t, "with the cookie of another sign-in", redeem(other, code), ErrWrongCode)
	wantError(t, "wrong", redeem(secret, "12345"), ErrWrongCode)
	if flow, err := s.CodeFlow(t.Context(), secret); err != nil || flow.Left != 4 || flow.Email != a.Email {
		t.Errorf("CodeFlow = %+v, %v, want 4 tries left", flow, err)
	}
	wantError(t, "right", redeem(secret, code), nil)
	wantError(t, "again", redeem(secret, code), ErrNotFound)

	secret, code = startCode(t, s, a.Email)
	for range codeTries {
		wantError(t, "wrong", redeem(secret, "x"), ErrWrongCode)
	}
	wantError(t, "right, after too many tries", redeem(secret, code), ErrNotFound)

	secret, code = startCode(t, s, a.Email)
	if err := exec(t, s, "UPDATE sign_in_codes SET created_at = now() - interval '11 minutes', expires_at = now() - interval '1 minute' WHERE hash = ?", hashOf(secret)); err != nil {
		t.Fatal(err)
	}
	wantError(t, "right, too late", redeem(secret, code), ErrNotFound)

	secret, code = startCode(t, s, "stranger@test.example.org")
	wantError(t, "right, of an address that may not", redeem(secret, code), ErrWrongCode)

	secret, code = startCode(t, s, a.Email)
	if err := s.DisableAccount(t.Context(), operator, a.ID, true); err != nil {
		t.Fatal(err)
	}
	wantError(t, "right, disabled since", redeem(secret, code), auth.ErrForbidden)
}

// Nothing that is sent to somebody signs in after ten minutes, and what is written down has
// as many bits as a plain hash wants.
func TestSecretsThatSignIn(t *testing.T) {
	s := openSeeded(t)
	a := newAccount(t, s, "kari@test.example.org")
	secret, code := startCode(t, s, a.Email)
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		t.Errorf("code %q, want six digits", code)
	}
	if _, err := s.CreateLoginLink(t.Context(), operator, a.Email); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"sign_in_codes", "login_links"} {
		var life float64
		if err := s.db.Raw("SELECT max(extract(epoch FROM expires_at - created_at)) FROM " + table).Scan(&life).Error; err != nil {
			t.Fatal(err)
		}
		if life <= 0 || life > 600 {
			t.Errorf("%s last %v s, want at most 600", table, life)
		}
	}
	for name, text := range map[string]string{"the cookie's secret": secret, "another": NewSecret()} {
		if len(text) < 26 { // five bits each
			t.Errorf("%s has %d characters, want 26", name, len(text))
		}
	}
	session, err := s.StartSession(t.Context(), a.ID, ByCode, true, "test")
	if err != nil {
		t.Fatal(err)
	}
	var idle, whole float64
	if err := s.db.Raw("SELECT extract(epoch FROM idle_expires_at - created_at), extract(epoch FROM expires_at - created_at) FROM sessions").Row().Scan(&idle, &whole); err != nil || idle != 2*3600 || whole != 12*3600 {
		t.Errorf("a session lasts %v s when idle and %v s in all, %v; want two and twelve hours", idle, whole, err)
	}
	signedIn, err := s.SessionBySecret(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddPasskey(t.Context(), signedIn, Passkey{CredentialID: []byte{1}, Credential: []byte("{}"), Name: "x"}); err != nil {
		t.Fatal(err)
	}
	codes, err := s.NewRecoveryCodes(t.Context(), signedIn)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range codes {
		plain := plainCode(c)
		if bits := 5 * len(plain); bits < 128 || seen[plain] {
			t.Errorf("recovery code of %d bits, seen before %v; want 128 and each another", bits, seen[plain])
		}
		seen[plain] = true
	}
}

func TestLimitsOfCodes(t *testing.T) {
	s := openSeeded(t)
	newAccount(t, s, "kari@test.example.org")
	start := func(email string) error {
		_, err := s.StartCode(t.Context(), email, "", func(c string, _ time.Time) Mail { return Mail{Text: c} })
		return err
	}
	wantTooSoon := func(what string, err error, most time.Duration) {
		t.Helper()
		var many TooSoon
		if !errors.As(err, &many) || many.Wait <= 0 || many.Wait > most+time.Second {
			t.Errorf("%s: %v, want TooSoon for at most %v", what, err, most)
		}
	}
	for _, email := range []string{"kari@test.example.org", "stranger@test.example.org"} {
		for i := range codesPerHour {
			wantError(t, email, start(strings.Replace(email, "@", fmt.Sprintf("+%d@", i), 1)), nil)
		}
		wantTooSoon(email, start(email), time.Hour)
	}
	if err := exec(t, s, "UPDATE sign_in_codes SET created_at = created_at - interval '2 hours'"); err != nil {
		t.Fatal(err)
	}
	wantError(t, "an hour later", start("kari@test.example.org"), nil)
	if err := exec(t, s, `INSERT INTO sign_in_codes (hash, email, code_hash, sent, created_at, expires_at)
		SELECT sha256(n::text::bytea), 'kari@test.example.org', sha256('x'), true, now() - interval '3 hours', now() FROM generate_series(1, ?) n`, codesPerDay); err != nil {
		t.Fatal(err)
	}
	wantTooSoon("a day's codes", start("kari@test.example.org"), 24*time.Hour)
	wantError(t, "another", start("ola@test.example.org"), nil)
	if err := exec(t, s, `INSERT INTO sign_in_codes (hash, email, code_hash, sent, expires_at)
		SELECT sha256(('all' || n)::bytea), n || '@test.example.org', sha256('x'), false, now() + interval '1 minute' FROM generate_series(1, ?) n`, codesInAll); err != nil {
		t.Fatal(err)
	}
	wantTooSoon("a flood", start("ola@test.example.org"), time.Hour)
}

func TestTriesAtTheSameTime(t *testing.T) {
	s := openSeeded(t)
	a := newAccount(t, s, "kari@test.example.org")
	secret, code := startCode(t, s, a.Email)
	var wg sync.WaitGroup
	var mu sync.Mutex
	signedIn := 0
	for range 4 {
		wg.Go(func() {
			if _, err := s.RedeemCode(t.Context(), secret, code, entryNotice); err == nil {
				mu.Lock()
				signedIn++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	wantEqual(t, "sign-ins with one code", 1, signedIn)
}

func TestFirstOfAKommune(t *testing.T) {
	s := openSeeded(t)
	domain := domainOf(t, s, "1804")
	var wg sync.WaitGroup
	for i := range 4 {
		a := newAccount(t, s, fmt.Sprintf("%d@%s", i, domain))
		wg.Go(func() {
			if _, err := s.EnterKommune(t.Context(), a.ID, "1804", entryNotice); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	people, err := s.AccountsOf(t.Context(), bodo)
	if err != nil || len(people) != 1 || people[0].Grants[0].Role != auth.Manager {
		t.Fatalf("people of the kommune: %+v, %v, want one manager", people, err)
	}
	manager := people[0]
	waiting, err := s.EntriesTo(t.Context(), manager.Actor(), "1804")
	if err != nil || len(waiting) != 3 {
		t.Fatalf("waiting: %+v, %v, want the other three", waiting, err)
	}
	wantEqual(t, "mails to the manager", 3, mailsTo(t, s, manager.Email))
	tasks, err := s.OpenTasks(t.Context(), manager.Actor())
	if err != nil || len(tasks) != 3 || tasks[0].Kind != TaskEntry {
		t.Errorf("tasks of the manager: %+v, %v", tasks, err)
	}
	all, err := s.OpenTasks(t.Context(), operator)
	if err != nil || len(all) != 4 {
		t.Errorf("tasks of all: %+v, %v, want one more for the national editors", all, err)
	}

	// Once more changes nothing.
	if in, err := s.EnterKommune(t.Context(), waiting[0].Account, "1804", entryNotice); err != nil || in {
		t.Errorf("again: %t, %v", in, err)
	}
	if in, err := s.EnterKommune(t.Context(), manager.ID, "1804", entryNotice); err != nil || !in {
		t.Errorf("the manager again: %t, %v", in, err)
	}
	wantEqual(t, "mails to the manager", 3, mailsTo(t, s, manager.Email))
	_, err = s.EnterKommune(t.Context(), manager.ID, "9999", entryNotice)
	wantError(t, "no such kommune", err, ErrNotFound)
	_, err = s.EnterKommune(t.Context(), 4711, "1804", entryNotice)
	wantError(t, "no such account", err, ErrNotFound)

	stranger := newAccount(t, s, "s@test.example.org", auth.Grant{Owner: auth.Owner{Kommune: "0301"}, Role: auth.Manager})
	_, err = s.EntriesTo(t.Context(), stranger.Actor(), "1804")
	wantError(t, "another kommune's manager lists", err, auth.ErrForbidden)
	answer := func(by auth.Actor, e Entry, role auth.Role) error {
		_, err := s.AnswerEntry(t.Context(), by, e.ID, role, entryNotice)
		return err
	}
	wantError(t, "another kommune's manager answers", answer(stranger.Actor(), waiting[0], auth.Contributor), auth.ErrForbidden)
	wantError(t, "who asked answers", answer(auth.Actor{Kind: auth.Account, ID: waiting[0].Account}, waiting[0], auth.Manager), auth.ErrForbidden)
	wantError(t, "yes", answer(manager.Actor(), waiting[0], auth.Contributor), nil)
	wantError(t, "twice", answer(manager.Actor(), waiting[0], auth.Manager), ErrConflict)
	wantError(t, "no", answer(manager.Actor(), waiting[1], ""), nil)
	wantError(t, "not there", answer(manager.Actor(), Entry{ID: 4711}, ""), ErrNotFound)
	if in, err := s.EnterKommune(t.Context(), waiting[1].Account, "1804", entryNotice); err != nil || in {
		t.Errorf("one who was refused comes again: %t, %v", in, err)
	}
	pending, err := s.PendingEntries(t.Context(), waiting[1].Account)
	if err != nil || len(pending) != 1 || !pending[0].Answered || pending[0].Admitted {
		t.Errorf("PendingEntries of one who was refused: %+v, %v", pending, err)
	}
	if tasks, err = s.OpenTasks(t.Context(), manager.Actor()); err != nil || len(tasks) != 1 {
		t.Errorf("tasks: %+v, %v, want the one that is left", tasks, err)
	}

	// Whose grant is taken back does not come in again by itself, not even as the first.
	if err := s.RemoveGrant(t.Context(), manager.Actor(), waiting[0].Account, bodo); err != nil {
		t.Fatal(err)
	}
	if err := s.DisableAccount(t.Context(), operator, manager.ID, true); err != nil {
		t.Fatal(err)
	}
	if in, err := s.EnterKommune(t.Context(), waiting[0].Account, "1804", entryNotice); err != nil || in {
		t.Errorf("one whose grant was taken back: %t, %v", in, err)
	}
	_, err = s.EnterKommune(t.Context(), manager.ID, "1804", entryNotice)
	wantError(t, "disabled", err, auth.ErrForbidden)
}

func TestSignInMakesTheAccount(t *testing.T) {
	s := openSeeded(t)
	domain := domainOf(t, s, "1804")
	secret, code := startCode(t, s, "First@Post."+domain)
	first, err := s.RedeemCode(t.Context(), secret, code, entryNotice)
	if err != nil || first.Email != "first@post."+domain || !first.has(bodo) {
		t.Fatalf("%+v, %v, want a manager", first, err)
	}
	secret, code = startCode(t, s, "second@"+domain)
	second, err := s.RedeemCode(t.Context(), secret, code, entryNotice)
	if err != nil || len(second.Grants) != 0 {
		t.Fatalf("%+v, %v, want an account without grants", second, err)
	}
	secret, code = startCode(t, s, "second@"+domain)
	if again, err := s.RedeemCode(t.Context(), secret, code, entryNotice); err != nil || again.ID != second.ID {
		t.Errorf("%+v, %v, want the same account", again, err)
	}
}

func TestInvitations(t *testing.T) {
	s := openSeeded(t)
	boss := newAccount(t, s, "boss@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	spare := newAccount(t, s, "spare@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	waiting := newAccount(t, s, "waiting@test.example.org")
	helper := auth.Grant{Owner: bodo, Role: auth.Contributor}
	invite := func(by auth.Actor, email string, g auth.Grant) (bool, error) {
		return s.Invite(t.Context(), by, email, g, func(bool) Mail { return Mail{Subject: "invitation"} })
	}
	_, err := invite(boss.Actor(), "x@test.example.org", auth.Grant{Owner: auth.Owner{Kommune: "0301"}, Role: auth.Contributor})
	wantError(t, "to another kommune", err, auth.ErrForbidden)
	_, err = invite(waiting.Actor(), "x@test.example.org", helper)
	wantError(t, "by somebody", err, auth.ErrForbidden)
	_, err = invite(operator, "x@test.example.org", auth.Grant{Role: auth.Manager})
	wantError(t, "to be a national editor", err, auth.ErrForbidden)
	_, err = invite(boss.Actor(), "x", helper)
	wantInvalid(t, "no address", err, directory.Invalid{"email": directory.MsgFormat})
	_, err = invite(boss.Actor(), "x@test.example.org", auth.Grant{Owner: bodo, Role: "sjef"})
	wantInvalid(t, "no role", err, directory.Invalid{"role": directory.MsgUnknown})
	_, err = invite(boss.Actor(), spare.Email, helper)
	wantError(t, "who is in", err, ErrConflict)

	if in, err := invite(boss.Actor(), waiting.Email, helper); err != nil || !in {
		t.Errorf("who has an account: %t, %v, want to be in at once", in, err)
	}
	for _, role := range []auth.Role{auth.Contributor, auth.Manager} {
		if in, err := invite(boss.Actor(), "New@test.example.org", auth.Grant{Owner: bodo, Role: role}); err != nil || in {
			t.Errorf("a new one: %t, %v", in, err)
		}
	}
	list, err := s.Invitations(t.Context(), boss.Actor(), bodo)
	if err != nil || len(list) != 1 || list[0].Grant.Role != auth.Manager || list[0].Email != "new@test.example.org" {
		t.Fatalf("invitations: %+v, %v, want the second in place of the first", list, err)
	}
	secret, code := startCode(t, s, "new@test.example.org")
	a, err := s.RedeemCode(t.Context(), secret, code, entryNotice)
	if err != nil || len(a.Grants) != 1 || a.Grants[0].Role != auth.Manager {
		t.Errorf("%+v, %v, want a manager", a, err)
	}
	if list, err = s.Invitations(t.Context(), boss.Actor(), bodo); err != nil || len(list) != 0 {
		t.Errorf("invitations after: %+v, %v", list, err)
	}

	if _, err := invite(boss.Actor(), "late@test.example.org", helper); err != nil {
		t.Fatal(err)
	}
	if list, err = s.Invitations(t.Context(), boss.Actor(), bodo); err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	_, err = s.Uninvite(t.Context(), auth.Actor{Kind: auth.Account, ID: 99}, list[0].ID)
	wantError(t, "somebody takes it back", err, auth.ErrForbidden)
	// Who invited is a manager no more: the invitation is worth nothing.
	if err := s.RemoveGrant(t.Context(), spare.Actor(), boss.ID, bodo); err != nil {
		t.Fatal(err)
	}
	secret, code = startCode(t, s, "late@test.example.org")
	_, err = s.RedeemCode(t.Context(), secret, code, entryNotice)
	wantError(t, "invited by one who has left", err, ErrWrongCode)
	if _, err := s.Uninvite(t.Context(), spare.Actor(), list[0].ID); err != nil {
		t.Error(err)
	}
	_, err = s.Uninvite(t.Context(), spare.Actor(), list[0].ID)
	wantError(t, "taken back twice", err, ErrNotFound)
}

func TestLoginLinks(t *testing.T) {
	s := openStore(t)
	a := newAccount(t, s, "kari@test.example.org")
	_, err := s.CreateLoginLink(t.Context(), a.Actor(), a.Email)
	wantError(t, "made by oneself", err, auth.ErrForbidden)
	_, err = s.CreateLoginLink(t.Context(), operator, "x@test.example.org")
	wantError(t, "no account", err, ErrNotFound)
	secret, err := s.CreateLoginLink(t.Context(), operator, "KARI@test.example.org")
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, "another", s.LoginLink(t.Context(), NewSecret()), ErrNotFound)
	wantError(t, "looked at", s.LoginLink(t.Context(), secret), nil)
	if id, err := s.RedeemLoginLink(t.Context(), secret); err != nil || id != a.ID {
		t.Errorf("RedeemLoginLink = %d, %v", id, err)
	}
	_, err = s.RedeemLoginLink(t.Context(), secret)
	wantError(t, "twice", err, ErrNotFound)
	if secret, err = s.CreateLoginLink(t.Context(), operator, a.Email); err != nil {
		t.Fatal(err)
	}
	if err := exec(t, s, "UPDATE login_links SET created_at = now() - interval '1 hour', expires_at = now() - interval '1 minute' WHERE used_at IS NULL"); err != nil {
		t.Fatal(err)
	}
	_, err = s.RedeemLoginLink(t.Context(), secret)
	wantError(t, "too late", err, ErrNotFound)
	if err := s.DeleteExpired(t.Context()); err != nil {
		t.Error(err)
	}
	wantEqual(t, "links after housekeeping", 1, count(t, s, "login_links"))
}
