package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// However much has changed meanwhile, nothing but the cursor waits: what is told is told in
// messages of a size that receivers take, in order, without a gap.
func TestMuchHasChanged(t *testing.T) {
	w := newWorld(t)
	hook, _ := w.subscribe(store.Webhook{})
	const all = 2*api.MessageChanges + 7
	w.exec(fmt.Sprintf(`INSERT INTO changes (kind, ref) SELECT 'article', 'nn/ta-vare-pa-barna/' || n || repeat('-et-langt-navn', 5) FROM generate_series(1, %d) n`, all-1))
	w.change(store.KindType, "last")
	w.run()
	if len(w.got) != 3 {
		t.Fatalf("%d messages, want 3", len(w.got))
	}
	told, from := 0, hook.Cursor
	for i := range w.got {
		p := w.message(i)
		if p.Data.Etter != from {
			t.Errorf("message %d begins at %s, want %s", i, p.Data.Etter, from)
		}
		if n := len(w.got[i].body); n > 100_000 {
			t.Errorf("message %d has %d bytes, and less than 100 kB is promised", i, n)
		}
		told, from = told+len(p.Data.Endringer), p.Data.Neste
	}
	if told != all {
		t.Errorf("%d changes are told, want %d", told, all)
	}
	if n := w.count("jobs WHERE kind = 'webhook' AND done_at IS NULL"); n != 0 {
		t.Errorf("%d jobs wait", n)
	}
}

// What editors ask for piles up no more than it may, and there are no more webhooks than there may be.
func TestBounds(t *testing.T) {
	w := newWorld(t)
	hook, _ := w.subscribe(store.Webhook{})
	var err error
	for n := 0; err == nil && n < 100; n++ {
		err = w.store.TestWebhook(t.Context(), tester, hook.ID)
	}
	if n := w.count("jobs WHERE kind = 'webhook'"); !errors.As(err, new(store.TooSoon)) || n != 10 {
		t.Errorf("%d tests wait, %v, want 10 and then TooSoon", n, err)
	}
	w.run()
	if err := w.store.TestWebhook(t.Context(), tester, hook.ID); err != nil {
		t.Errorf("when they are done: %v", err)
	}
	w.exec(`INSERT INTO webhooks (name, url, secret, cursor, created_by) SELECT 'Prøve', 'https://example.org/', 'whsec_x', '0-0-0', 'x' FROM generate_series(1, 199)`)
	_, _, err = w.store.CreateWebhook(t.Context(), tester, store.Webhook{Name: "En til", URL: "https://example.org/"}, func(string, store.Cursor) string { return "0-0-0" })
	if invalid := (directory.Invalid)(nil); !errors.As(err, &invalid) || invalid["webhooks"] == "" {
		t.Errorf("the 201st: %v", err)
	}
}

// Whatever stands in what has changed comes unharmed, and signed as it is.
func TestHostileContent(t *testing.T) {
	w := newWorld(t)
	_, secret := w.subscribe(store.Webhook{})
	refs := []string{
		"</script><script>alert(1)</script>", "\"'`;--", "a\u2028b\u2029c", "\x01\x1b[31m\x7f", "\\u0000 \\\" \\", "{\"type\":\"test\"}", "ÆØÅ 👩‍👩‍👧 \u202e",
		"a.b.1700000000", "\r\nwebhook-signature: v1,x", strings.Repeat("ø<", 2000), " ", "%2e%2e/../",
	}
	for _, ref := range refs[:len(refs)-1] {
		w.exec("INSERT INTO changes (kind, ref) VALUES ($1, $2)", string(store.KindType), ref)
	}
	w.change(store.KindType, refs[len(refs)-1])
	w.run()
	if len(w.got) != 1 {
		t.Fatalf("%d messages, want 1", len(w.got))
	}
	m := w.got[0]
	verify(t, secret, m)
	if !json.Valid(m.body) || strings.ContainsAny(string(m.body), "<>&\u2028\u2029") || strings.Contains(string(m.body), "\x1b") {
		t.Errorf("not JSON that may stand anywhere: %.300s", m.body)
	}
	told := map[string]bool{}
	for _, c := range w.message(0).Data.Endringer {
		told[c.ID] = true
	}
	for _, ref := range refs {
		if !told[ref] {
			t.Errorf("%.40q did not come as it is", ref)
		}
	}
	if w.message(0).Type != "endringer" || m.header.Get("Content-Type") != "application/json" {
		t.Errorf("type %q, headers %v", w.message(0).Type, m.header)
	}
}
