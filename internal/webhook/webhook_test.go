package webhook

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMessagesComeInOrderAndSigned(t *testing.T) {
	w := newWorld(t)
	w.change(store.KindKommune, "0301")
	hook, secret := w.subscribe(store.Webhook{})
	if errs := w.run(); len(errs) != 0 {
		t.Fatalf("nothing has changed, and %d jobs were there: %v", len(errs), errs)
	}
	w.change(store.KindType, "a")
	w.change(store.KindType, "b")
	if errs := w.run(); len(errs) != 1 || errs[0] != nil {
		t.Fatalf("%v", errs)
	}
	w.change(store.KindType, "c")
	if errs := w.run(); len(errs) != 1 || errs[0] != nil {
		t.Fatalf("%v", errs)
	}
	if len(w.got) != 2 {
		t.Fatalf("%d messages, want 2: what changes together is told together", len(w.got))
	}
	for _, m := range w.got {
		verify(t, secret, m)
		if m.header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", m.header)
		}
	}
	first, second := w.message(0), w.message(1)
	if len(first.Data.Endringer) != 2 || first.Type != "endringer" || first.Data.Etter != hook.Cursor || first.Data.Endringer[0].Endring != "fjernet" {
		t.Errorf("first: %+v", first)
	}
	if len(second.Data.Endringer) != 1 || second.Data.Etter != first.Data.Neste || second.Data.Endringer[0].ID != "c" {
		t.Errorf("second: %+v, want to begin where the first ended", second)
	}
	if got := w.hook(hook.ID); got.Cursor != second.Data.Neste || got.SentAt == nil || got.FailingSince != nil {
		t.Errorf("%+v", got)
	}
}

func TestReceiversThatFail(t *testing.T) {
	w := newWorld(t)
	hook, secret := w.subscribe(store.Webhook{})
	w.change(store.KindType, "a")
	w.sender.client.Timeout = 300 * time.Millisecond
	for name, answer := range map[string]func(http.ResponseWriter){
		"error": func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusInternalServerError) },
		"redirect": func(rw http.ResponseWriter) {
			rw.Header().Set("Location", w.URL+"/annet")
			rw.WriteHeader(http.StatusPermanentRedirect)
		},
		"hangs up":  func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"hangs":     func(http.ResponseWriter) { time.Sleep(time.Second) },
		"not found": func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusNotFound) },
	} {
		before := len(w.got)
		w.mu.Lock()
		w.answer = answer
		w.mu.Unlock()
		errs := w.run()
		if len(errs) != 1 || !errors.As(errs[0], new(*failure)) {
			t.Errorf("%s: %v, want a failure", name, errs)
		} else if strings.Contains(errs[0].Error(), "hemmelig") || strings.Contains(errs[0].Error(), "127.0.0.1") {
			t.Errorf("%s: the error tells the address: %v", name, errs[0])
		}
		w.mu.Lock()
		if len(w.got) != before+1 {
			t.Errorf("%s: %d requests, want 1", name, len(w.got)-before)
		}
		w.mu.Unlock()
		if got := w.hook(hook.ID); got.Cursor != hook.Cursor || got.FailingSince == nil || got.DisabledAt != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	w.answers(http.StatusTooManyRequests, "Retry-After", "7200")
	errs := w.run()
	var failed *failure
	if len(errs) != 1 || !errors.As(errs[0], &failed) || failed.wait != 2*time.Hour {
		t.Errorf("asked to wait two hours: %v", errs)
	}
	w.answers(http.StatusOK)
	if errs := w.run(); len(errs) != 1 || errs[0] != nil {
		t.Fatalf("at last: %v", errs)
	}
	id := w.got[0].header.Get("Webhook-Id")
	for _, m := range w.got {
		verify(t, secret, m)
		if m.header.Get("Webhook-Id") != id {
			t.Errorf("the same message has ids %s and %s", id, m.header.Get("Webhook-Id"))
		}
	}
	if got := w.hook(hook.ID); got.Cursor == hook.Cursor || got.FailingSince != nil {
		t.Errorf("after it was taken: %+v", got)
	}
	sent, err := w.store.Deliveries(t.Context(), tester, hook.ID, 10)
	if err != nil || len(sent) != 7 || sent[0].Problem != "" || sent[0].Status != 200 || sent[1].Status != 429 {
		t.Errorf("deliveries %+v, %v", sent, err)
	}
}

func TestDisabled(t *testing.T) {
	for name, prepare := range map[string]func(*world, int64){
		"410": func(w *world, _ int64) { w.answers(http.StatusGone) },
		"two days": func(w *world, id int64) {
			w.answers(http.StatusInternalServerError)
			w.exec("UPDATE webhooks SET failing_since = now() - interval '49 hours' WHERE id = $1", id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			hook, _ := w.subscribe(store.Webhook{})
			w.change(store.KindType, "a")
			prepare(w, hook.ID)
			if errs := w.run(); len(errs) != 1 || errs[0] == nil || errors.As(errs[0], new(*failure)) {
				t.Errorf("%v, want one that is not tried again", errs)
			}
			if got := w.hook(hook.ID); got.DisabledAt == nil || got.DisabledWhy == "" {
				t.Errorf("%+v", got)
			}
			tasks, err := w.store.OpenTasks(t.Context(), tester)
			if err != nil || len(tasks) != 1 || tasks[0].Kind != store.TaskWebhook {
				t.Errorf("tasks %+v, %v", tasks, err)
			}
			if errs := w.run(); len(errs) != 0 {
				t.Errorf("a disabled one is sent to: %v", errs)
			}
			w.answers(http.StatusOK)
			if err := w.store.TestWebhook(t.Context(), tester, hook.ID); err != nil {
				t.Fatal(err)
			}
			if errs := w.run(); len(errs) != 1 || errs[0] != nil {
				t.Errorf("a test: %v", errs)
			}
			if tasks, err = w.store.OpenTasks(t.Context(), tester); err != nil || len(tasks) != 1 {
				t.Errorf("tasks after a test %+v, %v; it is stopped still", tasks, err)
			}
			if err := w.store.EnableWebhook(t.Context(), tester, hook.ID); err != nil {
				t.Fatal(err)
			}
			if errs := w.run(); len(errs) != 1 || errs[0] != nil {
				t.Errorf("enabled: %v", errs)
			}
			if p := w.message(len(w.got) - 1); len(p.Data.Endringer) != 1 || p.Data.Etter != hook.Cursor {
				t.Errorf("goes on at %+v, want where it stopped", p)
			}
			if tasks, err = w.store.OpenTasks(t.Context(), tester); err != nil || len(tasks) != 0 {
				t.Errorf("tasks %+v, %v", tasks, err)
			}
		})
	}
}

// Who looks after the receiver is told when it has failed for half of the time that it may,
// and when it is given up, once each, and how to go on. A night without it is no news.
func TestContactIsTold(t *testing.T) {
	w := newWorld(t)
	const contact = "drift@test.example.org"
	hook, _ := w.subscribe(store.Webhook{Email: "Drift@test.example.org"})
	silent, _ := w.subscribe(store.Webhook{})
	w.change(store.KindType, "a")
	w.answers(http.StatusInternalServerError)
	fails := func(id int64, since string) {
		t.Helper()
		w.exec("UPDATE webhooks SET failing_since = now() - $2::interval WHERE id = $1", id, since)
		w.run()
	}
	fails(hook.ID, "23 hours")
	if got := w.mails(contact); len(got) != 0 {
		t.Fatalf("told after 23 hours: %q", got)
	}
	fails(hook.ID, "25 hours")
	w.run()
	got := w.mails(contact)
	if len(got) != 1 {
		t.Fatalf("%d mails after 25 hours and two attempts, want 1: %q", len(got), got)
	}
	for _, want := range []string{"kommer ikke fram", "Prøvemottaker", "127.0.0.1", "svarte 500", "endringer?etter=" + hook.Cursor} {
		if !strings.Contains(got[0], want) {
			t.Errorf("no %q in the warning: %s", want, got[0])
		}
	}
	fails(hook.ID, "49 hours")
	got = w.mails(contact)
	if len(got) != 2 {
		t.Fatalf("%d mails when it is given up, want 2: %q", len(got), got)
	}
	for _, want := range []string{"Vi sender ikke lenger", "to døgn", fmt.Sprintf("oversikt webhook enable %d\n", hook.ID), fmt.Sprintf("/redaksjon/abonnement/%d\n", hook.ID)} {
		if !strings.Contains(got[1], want) {
			t.Errorf("no %q in what is said of giving up: %s", want, got[1])
		}
	}
	if all := strings.Join(got, ""); strings.Contains(all, "hemmelig") || strings.Contains(all, "whsec_") {
		t.Errorf("a secret is mailed: %s", all)
	}

	// What is enabled and fails anew is told of anew; one that wants no more at once.
	if err := w.store.EnableWebhook(t.Context(), tester, hook.ID); err != nil {
		t.Fatal(err)
	}
	fails(hook.ID, "26 hours")
	w.answers(http.StatusGone)
	w.run()
	if got = w.mails(contact); len(got) != 4 || !strings.Contains(got[2], "kommer ikke fram") || !strings.Contains(got[3], "svarte 410") {
		t.Errorf("failing anew, and gone: %q", got)
	}
	if err := w.store.SetWebhookContact(t.Context(), tester, silent.ID, "drift"); !errors.As(err, new(directory.Invalid)) {
		t.Errorf("what is no address: %v", err)
	}
	if w.count("jobs WHERE kind = 'mail'") != 4 {
		t.Error("the webhook without a contact has mails")
	}
}

func TestTestAgainAndRemove(t *testing.T) {
	w := newWorld(t)
	hook, secret := w.subscribe(store.Webhook{})
	if err := w.store.TestWebhook(t.Context(), tester, hook.ID); err != nil {
		t.Fatal(err)
	}
	w.run()
	if len(w.got) != 1 || w.message(0).Type != "test" {
		t.Fatalf("%d messages", len(w.got))
	}
	verify(t, secret, w.got[0])
	w.change(store.KindType, "a")
	w.run()
	sent, err := w.store.Deliveries(t.Context(), tester, hook.ID, 1)
	if err != nil || len(sent) != 1 || sent[0].Test {
		t.Fatalf("%+v, %v", sent, err)
	}
	if err := w.store.SendAgain(t.Context(), tester, hook.ID, sent[0].ID); err != nil {
		t.Fatal(err)
	}
	w.run()
	if len(w.got) != 3 || w.got[1].header.Get("Webhook-Id") != w.got[2].header.Get("Webhook-Id") {
		t.Fatalf("%d messages, want the second once more", len(w.got))
	}
	w.change(store.KindType, "b")
	if err := w.sender.Queue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.store.RemoveWebhook(t.Context(), tester, hook.ID); err != nil {
		t.Fatal(err)
	}
	if errs := w.run(); len(errs) != 0 || len(w.got) != 3 {
		t.Errorf("removed, and %v, %d messages", errs, len(w.got))
	}
}

// A feed that began anew is told of, and followed from where it is.
func TestAnotherHistory(t *testing.T) {
	w := newWorld(t)
	w.change(store.KindType, "a")
	hook, _ := w.subscribe(store.Webhook{})
	w.exec("UPDATE webhooks SET cursor = '000000000000-1-1' WHERE id = $1", hook.ID)
	w.run()
	if len(w.got) != 1 || !w.message(0).Data.BegynnPaNytt {
		t.Fatalf("%d messages, want one that says so", len(w.got))
	}
	if errs := w.run(); len(errs) != 0 {
		t.Errorf("said again: %v", errs)
	}
}

// Nothing inside is reached, whatever the name or the port.
func TestGuard(t *testing.T) {
	w := newWorld(t)
	hook, _ := w.subscribe(store.Webhook{})
	w.sender = New(w.store, w.sender.feed, "https://oversikt.test", slog.New(slog.DiscardHandler))
	for _, address := range []string{w.URL, "https://localhost/", "https://[::1]/", "https://169.254.169.254/", "https://10.0.0.1/", "https://193.156.0.1:8443/", "https://193.156.0.1:22/", "https://193.156.0.1:80/",
		"https://0.0.0.0/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::1]/", "https://[fd00:ec2::254]/", "https://[fe80::1]/", "https://100.64.0.1/", "https://①②⑦.⓪.⓪.①/", "https://bruker@127.0.0.1/"} {
		w.exec("UPDATE webhooks SET url = $1 WHERE id = $2", address, hook.ID)
		if err := w.store.TestWebhook(t.Context(), tester, hook.ID); err != nil {
			t.Fatal(err)
		}
		w.run()
		sent, err := w.store.Deliveries(t.Context(), tester, hook.ID, 1)
		if err != nil || len(sent) != 1 || !strings.Contains(sent[0].Problem, "leder ikke ut") {
			t.Errorf("%s: %+v, %v", address, sent, err)
		}
	}
	if len(w.got) != 0 {
		t.Errorf("%d requests came inside", len(w.got))
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(t)
	none := func(string, store.Cursor) string { return "x" }
	for field, hook := range map[string]store.Webhook{
		"name":     {URL: "https://example.org/"},
		"url":      {Name: "a", URL: "http://example.org/"},
		"email":    {Name: "a", URL: "https://example.org/", Email: "drift"},
		"kommuner": {Name: "a", URL: "https://example.org/", Kommuner: []region.Number{"9999"}},
		"types":    {Name: "a", URL: "https://example.org/", Types: []string{"finnes-ikke"}},
	} {
		_, _, err := w.store.CreateWebhook(t.Context(), tester, hook, none)
		var invalid directory.Invalid
		if !errors.As(err, &invalid) || len(invalid) != 1 || invalid[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, _, err := w.store.CreateWebhook(t.Context(), auth.Actor{}, store.Webhook{Name: "a", URL: "https://example.org/"}, none); !errors.Is(err, auth.ErrForbidden) {
		t.Errorf("nobody: %v, want forbidden", err)
	}
}

func TestWaitAsked(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "30": 30 * time.Second, "-1": 0, "x": 0, "999999999999": longestWait, "Fri, 27 Nov 2026 09:05:00 GMT": 5 * time.Minute, "Fri, 27 Nov 2026 08:00:00 GMT": 0,
	} {
		if got := waitAsked(header, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
