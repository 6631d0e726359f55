package webhook

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// While a secret is changed, whoever has the new one and whoever has the old one takes what
// is sent; afterwards the new one alone counts.
func TestRotation(t *testing.T) {
	w := newWorld(t)
	hook, old := w.subscribe(store.Webhook{})
	rotate := func() string {
		t.Helper()
		secret, err := w.store.RotateWebhookSecret(t.Context(), tester, hook.ID)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	send := func() got {
		t.Helper()
		if err := w.store.TestWebhook(t.Context(), tester, hook.ID); err != nil {
			t.Fatal(err)
		}
		w.run()
		return w.got[len(w.got)-1]
	}
	signatures := func(m got) int { return len(strings.Fields(m.header.Get("Webhook-Signature"))) }

	fresh := rotate()
	both := send()
	verify(t, fresh, both)
	verify(t, old, both)
	if n := signatures(both); n != 2 {
		t.Errorf("%d signatures, want the new and the old", n)
	}
	if until := w.hook(hook.ID).OldSecretUntil; until == nil || time.Until(*until).Round(time.Hour) != store.SecretOverlap {
		t.Errorf("the old one holds until %v, want for %v", until, store.SecretOverlap)
	}
	// One that was made and lost keeps the receiver, which has an older one, from nothing.
	for range 3 {
		fresh = rotate()
	}
	verify(t, old, send())
	verify(t, fresh, send())
	for range 10 {
		rotate()
	}
	if n := signatures(send()); n != 5 {
		t.Errorf("%d signatures after many new secrets, want 5: headers have bounds", n)
	}
	w.exec("UPDATE webhook_old_secrets SET until = now() - interval '1 second'")
	last := rotate()
	w.exec("UPDATE webhook_old_secrets SET until = now() - interval '1 second'")
	m := send()
	verify(t, last, m)
	if n := signatures(m); n != 1 || w.hook(hook.ID).OldSecretUntil != nil {
		t.Errorf("%d signatures when the time is over, until %v", n, w.hook(hook.ID).OldSecretUntil)
	}
}

// tried is a message, and whether a receiver with the secret is to take it.
type tried struct {
	Secret  string            `json:"nokkel"`
	Headers map[string]string `json:"hoder"` // with lower-case names
	Body    string            `json:"kropp"` // in base64
	want    bool
}

// receivers run what the page for developers shows: harness calls it for each message of the
// file that it is given, and prints a list of what it says.
var receivers = []struct {
	name, example, file, harness, run string
	program                           []string
}{
	{"javascript", "mottak.mjs", "mottak.mjs", `import { readFileSync } from "node:fs";
import { erFraOss } from "./mottak.mjs";
const alle = JSON.parse(readFileSync(process.argv[2]));
console.log(JSON.stringify(alle.map((m) => erFraOss(m.nokkel, m.hoder, Buffer.from(m.kropp, "base64")))));
`, "prove.mjs", []string{"node", "prove.mjs"}},
	{"python", "mottak.py", "mottak.py", `import base64, json, sys
from mottak import er_fra_oss
print(json.dumps([er_fra_oss(m["nokkel"], m["hoder"], base64.b64decode(m["kropp"])) for m in json.load(open(sys.argv[1]))]))
`, "prove.py", []string{"python3", "prove.py"}},
	{"go", "mottak.go.txt", "mottak/mottak.go", `package main

import (
	"encoding/json"
	"net/http"
	"os"

	"prove/mottak"
)

func main() {
	var alle []struct {
		Nokkel string
		Hoder  map[string]string
		Kropp  []byte
	}
	content, _ := os.ReadFile(os.Args[1])
	if err := json.Unmarshal(content, &alle); err != nil {
		panic(err)
	}
	var svar []bool
	for _, m := range alle {
		hoder := http.Header{}
		for navn, verdi := range m.Hoder {
			hoder.Set(navn, verdi)
		}
		svar = append(svar, mottak.ErFraOss(m.Nokkel, hoder, m.Kropp))
	}
	json.NewEncoder(os.Stdout).Encode(svar)
}
`, "main.go", []string{"go", "run", "."}},
}

// What the page for developers shows takes what is sent, while a secret is changed too, and
// nothing else.
func TestReceiversOfThePage(t *testing.T) {
	w := newWorld(t)
	hook, old := w.subscribe(store.Webhook{})
	w.change(store.KindType, "</script>\u2028\"'")
	w.run()
	fresh, err := w.store.RotateWebhookSecret(t.Context(), tester, hook.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.change(store.KindType, "b")
	w.run()
	if len(w.got) != 2 {
		t.Fatalf("%d messages, want 2", len(w.got))
	}
	message := func(m got, secret string, want bool, changes ...string) tried {
		out := tried{Secret: secret, Headers: map[string]string{}, Body: base64.StdEncoding.EncodeToString(m.body), want: want}
		for name := range m.header {
			out.Headers[strings.ToLower(name)] = m.header.Get(name)
		}
		for i := 0; i < len(changes); i += 2 {
			out.Headers[changes[i]] = changes[i+1]
		}
		return out
	}
	single, both := w.got[0], w.got[1]
	other := both
	other.body = append([]byte(" "), both.body...)
	all := []tried{
		message(single, old, true), message(both, old, true), message(both, fresh, true),
		message(single, fresh, false), message(other, fresh, false),
		message(both, fresh, false, "webhook-id", "msg_x"), message(both, fresh, false, "webhook-timestamp", "1"), message(both, fresh, false, "webhook-timestamp", "x"),
		message(both, fresh, false, "webhook-signature", ""), message(both, fresh, false, "webhook-signature", "v1, v1,ø v2,x"),
		message(both, fresh, false, "webhook-signature", strings.ReplaceAll(both.header.Get("Webhook-Signature"), "v1,", "v1a,")),
	}
	var want []bool
	for _, m := range all {
		want = append(want, m.want)
	}
	content, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range receivers {
		t.Run(r.name, func(t *testing.T) {
			if _, err := exec.LookPath(r.program[0]); err != nil && r.name != "go" {
				t.Skipf("%s is not on this machine", r.program[0])
			}
			example, err := os.ReadFile("../site/mottak/" + r.example)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for name, text := range map[string][]byte{r.file: example, r.run: []byte(r.harness), "meldinger.json": content, "go.mod": []byte("module prove\n\ngo 1.26\n")} {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			command := exec.Command(r.program[0], append(slices.Clone(r.program[1:]), "meldinger.json")...)
			command.Dir = dir
			var faults strings.Builder
			command.Stderr = &faults
			out, err := command.Output()
			var got []bool
			if err != nil || json.Unmarshal(out, &got) != nil || !slices.Equal(got, want) {
				t.Errorf("it says %s of the messages, want %v: %v\n%s", out, want, err, faults.String())
			}
		})
	}
}
