package report

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var operator = auth.Actor{Kind: auth.Operator, Name: "test"}

// pages are the pages over a database and an index with one offering of Bodø's.
type pages struct {
	t   *testing.T
	app *fiber.App
	st  *store.Store
	o   directory.Offering
	now time.Time
	r   *Reports
}

func newPages(t *testing.T) *pages {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{URL: dbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if _, err := importer.Import(context.Background(), st, data.FS, auth.Actor{Kind: auth.Import, Name: "data"}, func(string, int, int) {}); err != nil {
		t.Fatal(err)
	}
	o, err := st.CreateOffering(t.Context(), operator, "", directory.Offering{Key: "test/a", Type: "annet", Name: "Testtilbud", Status: directory.Published, Confidence: directory.High,
		Coverage: directory.Coverage{Kommuner: []region.Number{"1804"}}, Phones: []directory.Phone{{Number: "+4722222222"}}, Source: directory.Source{Title: "Test"}})
	if err != nil {
		t.Fatal(err)
	}
	index, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { index.Close() })
	k, err := st.KommuneByNumber(t.Context(), "1804")
	if err != nil {
		t.Fatal(err)
	}
	if err := index.Apply(search.Batch{Put: []search.Document{search.KommuneDocument(k, nil), search.OfferingDocument(o)}, Cursor: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	p := &pages{t: t, st: st, o: o, now: time.Now()}
	p.r = New(Deps{Store: st, View: index.View, Now: func() time.Time { return p.now }})
	p.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		if fe, ok := err.(*fiber.Error); ok {
			return c.Status(fe.Code).SendString(err.Error())
		}
		return c.Status(500).SendString(err.Error())
	}})
	p.r.Mount(p.app)
	return p
}

func (p *pages) do(r *http.Request) (*http.Response, string) {
	p.t.Helper()
	res, err := p.app.Test(r, -1)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res, string(body)
}

func (p *pages) get(path string) (*http.Response, string) {
	p.t.Helper()
	return p.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (p *pages) post(path string, form url.Values) (*http.Response, string) {
	p.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.do(r)
}

var stampField = regexp.MustCompile(`name="skjema" value="([^"]*)"`)

// form returns the form of the page, read for some seconds.
func (p *pages) form(path string) url.Values {
	p.t.Helper()
	res, body := p.get(path)
	m := stampField.FindStringSubmatch(body)
	if res.StatusCode != http.StatusOK || m == nil {
		p.t.Fatalf("%s: status %d, no signed form", path, res.StatusCode)
	}
	p.now = p.now.Add(5 * time.Second)
	return url.Values{"skjema": {m[1]}, "tilbud": {fmt.Sprint(p.o.ID)}}
}

func (p *pages) reports() []store.Report {
	p.t.Helper()
	found, err := p.st.Reports(p.t.Context(), operator, true, 100)
	if err != nil {
		p.t.Fatal(err)
	}
	return found
}

func (p *pages) path() string { return fmt.Sprintf("/meld-feil?tilbud=%d", p.o.ID) }

func TestReportThereAndBack(t *testing.T) {
	p := newPages(t)
	form := p.form(p.path())
	form.Set("hva", "telefon")
	form.Set("riktig", "33 33 33 33")
	form.Set("tekst", "Nummeret er <b>dødt</b>.")
	res, _ := p.post("/meld-feil", form)
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/meld-feil/takk?kode=") {
		t.Fatalf("status %d, location %q", res.StatusCode, to)
	}
	code := strings.TrimPrefix(to, "/meld-feil/takk?kode=")
	if _, body := p.get(to); !strings.Contains(body, code) {
		t.Error("the code is not on the thank-you page")
	}
	found := p.reports()
	if len(found) != 1 || found[0].Choice != store.PhoneWrong || found[0].Entries[0].Suggestion != "33 33 33 33" || found[0].Owner() != (auth.Owner{Kommune: "1804"}) {
		t.Fatalf("reports %+v", found)
	}
	// The same form once more is the same report.
	if again, _ := p.post("/meld-feil", form); again.Header.Get("Location") != to || len(p.reports()[0].Entries) != 1 {
		t.Errorf("sent twice: %q, %d entries", again.Header.Get("Location"), len(p.reports()[0].Entries))
	}
	if _, body := p.get("/meld-feil/svar?kode=" + code); strings.Contains(body, "Takk for hjelpen") {
		t.Error("it is answered already")
	}
	if err := p.st.AnswerReport(t.Context(), operator, found[0].ID, store.ReportRight, "Vi ringte <i>selv</i>.", nil); err != nil {
		t.Fatal(err)
	}
	_, body := p.get("/meld-feil/svar?kode=" + strings.ToLower(strings.ReplaceAll(code, "-", "")))
	if !strings.Contains(body, "Vi ringte &lt;i&gt;selv&lt;/i&gt;.") {
		t.Errorf("the answer is not there:\n%.2000s", body)
	}
	tasks, err := p.st.OpenTasks(t.Context(), operator)
	if err != nil || len(tasks) != 0 {
		t.Errorf("tasks %+v, %v", tasks, err)
	}
}

func TestWrongReports(t *testing.T) {
	p := newPages(t)
	for what, change := range map[string]func(url.Values){
		"no choice":           func(v url.Values) {},
		"an unknown choice":   func(v url.Values) { v.Set("hva", "ukjent") },
		"no words":            func(v url.Values) { v.Set("hva", "annet") },
		"no number":           func(v url.Values) { v.Set("hva", "telefon"); v.Set("riktig", "tolv") },
		"a birth number":      func(v url.Values) { v.Set("hva", "annet"); v.Set("tekst", "Jeg er 010190 12345") },
		"somebody's mailbox":  func(v url.Values) { v.Set("hva", "annet"); v.Set("tekst", "Skriv til kari@example.org") },
		"far too much":        func(v url.Values) { v.Set("hva", "annet"); v.Set("tekst", strings.Repeat("x", 1001)) },
		"missing and present": func(v url.Values) { v.Set("hva", "mangler") },
	} {
		form := p.form(p.path())
		change(form)
		res, body := p.post("/meld-feil", form)
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", what, res.StatusCode)
		}
		if text := form.Get("tekst"); text != "" && !strings.Contains(body, text) {
			t.Errorf("%s: what was typed is lost", what)
		}
	}
	for _, path := range []string{"/meld-feil?tilbud=999999", "/meld-feil?tilbud=x", "/meld-feil?kommune=9998"} {
		if res, _ := p.get(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
	}
	if n := len(p.reports()); n != 0 {
		t.Errorf("%d reports were stored", n)
	}
}

func TestFloods(t *testing.T) {
	p := newPages(t)
	good := func() url.Values { v := p.form(p.path()); v.Set("hva", "finnes_ikke"); v.Set("tekst", "Ord"); return v }

	tooFast := good()
	p.now = p.now.Add(-4900 * time.Millisecond)
	if res, body := p.post("/meld-feil", tooFast); res.StatusCode != statusRetry || !strings.Contains(body, pressText) {
		t.Errorf("too fast: status %d", res.StatusCode)
	}
	old := good()
	p.now = p.now.Add(49 * time.Hour)
	if res, _ := p.post("/meld-feil", old); res.StatusCode != statusRetry {
		t.Errorf("an old form: status %d", res.StatusCode)
	}
	unsigned := good()
	unsigned.Set("skjema", "laget-selv")
	if res, _ := p.post("/meld-feil", unsigned); res.StatusCode != statusRetry {
		t.Errorf("an unsigned form: status %d", res.StatusCode)
	}
	trapped := good()
	trapped.Set("hjemmeside", "https://example.org")
	if res, _ := p.post("/meld-feil", trapped); res.StatusCode != statusRetry {
		t.Errorf("the field that people do not see: status %d", res.StatusCode)
	}
	forged := httptest.NewRequest(http.MethodPost, "/meld-feil", strings.NewReader(good().Encode()))
	forged.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if res, _ := p.do(forged); res.StatusCode != http.StatusForbidden {
		t.Errorf("a form from elsewhere: status %d", res.StatusCode)
	}
	huge := good()
	huge.Set("tekst", strings.Repeat("x", maxBody))
	if res, _ := p.post("/meld-feil", huge); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge form: status %d", res.StatusCode)
	}
	if n := len(p.reports()); n != 0 {
		t.Fatalf("%d reports were stored", n)
	}

	// One address, one hour. What says the same adds up.
	for i := range sendsPerHour {
		form := good()
		form.Set("tekst", fmt.Sprint("Ord ", i))
		if res, _ := p.post("/meld-feil", form); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("report %d: status %d", i, res.StatusCode)
		}
	}
	res, body := p.post("/meld-feil", good())
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || !strings.Contains(body, "Ord") {
		t.Errorf("after the limit: status %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	if found := p.reports(); len(found) != 1 || len(found[0].Entries) != sendsPerHour {
		t.Errorf("%d reports", len(found))
	}
	p.now = p.now.Add(time.Hour)
	if res, _ := p.post("/meld-feil", good()); res.StatusCode != http.StatusSeeOther {
		t.Errorf("an hour later: status %d", res.StatusCode)
	}
}

func TestCodesAreNotGuessed(t *testing.T) {
	p := newPages(t)
	for i := range guessesPerHour {
		if res, _ := p.get(fmt.Sprintf("/meld-feil/svar?kode=AAAA-%04d", i)); res.StatusCode != http.StatusNotFound {
			t.Fatalf("guess %d: status %d", i, res.StatusCode)
		}
	}
	if res, _ := p.get("/meld-feil/svar?kode=BBBB-BBBB"); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("after many guesses: status %d", res.StatusCode)
	}
	if res, _ := p.get("/meld-feil/svar"); res.StatusCode != http.StatusOK {
		t.Errorf("the empty page: status %d", res.StatusCode)
	}
}
