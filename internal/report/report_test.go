package report

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestReportFromTheForm(t *testing.T) {
	s := newTestSite(t)
	a := s.get(s.path() + "&hva=telefon")
	a.want(t, http.StatusOK, "Testtilbudet &lt;b&gt;", "22 22 22 22", `value="telefon" checked`)
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q, want no-store", got)
	}
	form := s.opened(s.path(), "hva", "telefon", "riktig", "75 00 00 00", "tekst", "Ingen svarer <script>alert(1)</script>")
	s.later(3 * time.Second)
	code := s.post("/meld-feil", form).sent(t)
	if again := s.post("/meld-feil", form).sent(t); again != code {
		t.Errorf("the form sent twice got %s and %s, want one code", code, again)
	}
	s.wantStored(1)
	if r := s.stored()[0]; len(r.Entries) != 1 || r.Entries[0].Suggestion != "75 00 00 00" || r.Choice != store.PhoneWrong {
		t.Errorf("stored %+v", r)
	}
	s.get("/meld-feil/takk?kode="+code).want(t, http.StatusOK, code, "Testtilbudet &lt;b&gt;")
	s.get("/meld-feil/svar?kode="+strings.ToLower(code)).want(t, http.StatusOK, "Ingen har svart ennå")
}

// A number that is copied from an address book has signs around it that nobody sees.
func TestReportOfWhatIsPasted(t *testing.T) {
	s := newTestSite(t)
	form := s.opened(s.path(), "hva", "telefon", "riktig", "\u202a75 00 00 00\u202c", "tekst", "Ingen svarer\u0085der")
	s.later(3 * time.Second)
	s.post("/meld-feil", form).sent(t)
	if e := s.stored()[0].Entries[0]; e.Text != "Ingen svarer\nder" || e.Suggestion != "75 00 00 00" {
		t.Errorf("stored %+v", e)
	}
}

func TestReportInOneStep(t *testing.T) {
	s := newTestSite(t)
	if _, err := s.reports.signer.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"tilbud": {fmt.Sprint(s.offering.ID)}, "hva": {"telefon"}, "skjema": {s.reports.DayStamp()}}
	first := s.post("/meld-feil", form).sent(t)
	if again := s.post("/meld-feil", form).sent(t); again != first {
		t.Errorf("pressed twice: %s and %s, want one code", first, again)
	}
	if other := s.postFrom("192.0.2.2", "/meld-feil", form).sent(t); other == first {
		t.Error("two readers got the same code")
	}
	s.wantStored(1)
	if n := len(s.stored()[0].Entries); n != 2 {
		t.Errorf("%d have said it, want 2", n)
	}

	a := s.get("/meld-feil/takk?kode=" + first)
	a.want(t, http.StatusOK, "Vet du det riktige nummeret?", "Vil du fortelle mer?")
	s.post("/meld-feil/mer", url.Values{"kode": {first}, "riktig": {"ring meg"}}).want(t, http.StatusUnprocessableEntity, "ikke ut som et telefonnummer", `value="ring meg"`)
	more := s.post("/meld-feil/mer", url.Values{"kode": {first}, "riktig": {"75 00 00 00"}})
	if got := more.Header.Get("Location"); got != "/meld-feil/takk?kode="+first+"&lagt=til" {
		t.Fatalf("location %q; %s", got, main(more.body))
	}
	a = s.get(more.Header.Get("Location"))
	a.want(t, http.StatusOK, "er lagt til")
	if strings.Contains(a.body, "Vil du fortelle mer?") {
		t.Error("asks for more twice")
	}
	s.post("/meld-feil/mer", url.Values{"kode": {first}, "riktig": {"76 00 00 00"}}).sent(t)
	if e := s.stored()[0].Entries[0]; e.Suggestion != "75 00 00 00" {
		t.Errorf("suggestion %q, want the first kept", e.Suggestion)
	}
	// What it takes more than a press to say needs a form of its own.
	form.Set("tekst", "noe")
	s.post("/meld-feil", form).want(t, http.StatusUnprocessableEntity, "ett trykk igjen", ">noe</textarea>")
	form.Del("tekst")
	s.later(48*time.Hour + time.Minute)
	s.post("/meld-feil", form).want(t, http.StatusUnprocessableEntity, "ett trykk igjen")
}

func TestFormsThatAreNotTaken(t *testing.T) {
	s := newTestSite(t)
	form := s.opened(s.path(), "hva", "finnes_ikke")
	s.later(time.Second)
	early := s.post("/meld-feil", form)
	early.want(t, http.StatusUnprocessableEntity, "ett trykk igjen")
	if stampIn(t, early) != form.Get("skjema") {
		t.Error("a form that was too early is made anew, so that it stays too early")
	}
	s.later(24 * time.Hour)
	old := s.post("/meld-feil", form)
	old.want(t, http.StatusUnprocessableEntity, "ett trykk igjen", `value="finnes_ikke" checked`)
	next := url.Values{"tilbud": form["tilbud"], "hva": form["hva"], "skjema": {stampIn(t, old)}}
	s.later(3 * time.Second)

	trapped := url.Values{"hjemmeside": {"https://example.org"}}
	forged := url.Values{"skjema": {strings.Replace(next.Get("skjema"), ".", "1.", 1)}}
	none := url.Values{"skjema": {""}}
	broken := url.Values{"skjema": {"2026-11-26.x"}}
	for name, with := range map[string]url.Values{"trap": trapped, "forged": forged, "unsigned": none, "not ours": broken} {
		form := url.Values{}
		for _, part := range []url.Values{next, with} {
			for k, v := range part {
				form[k] = v
			}
		}
		a := s.post("/meld-feil", form)
		a.want(t, http.StatusUnprocessableEntity, "ett trykk igjen")
		if strings.Contains(a.body, "https://example.org") {
			t.Errorf("%s: the trap keeps what was written in it", name)
		}
	}
	s.wantStored(0)
	s.post("/meld-feil", next).sent(t)

	for name, header := range map[string][2]string{"no origin": {"X-Test", "1"}} {
		r := httptest.NewRequest(http.MethodPost, "/meld-feil", strings.NewReader(next.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header[0], header[1])
		if a := s.do(r); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", name, a.StatusCode)
		}
	}
	next.Set("tekst", strings.Repeat("å", maxBody))
	s.post("/meld-feil", next).want(t, http.StatusRequestEntityTooLarge)
}

func TestWhatIsWrittenIsChecked(t *testing.T) {
	s := newTestSite(t)
	for _, tc := range []struct {
		name, path string
		fields     []string
		want       string
	}{
		{"no choice", s.path(), nil, "Velg det som passer best."},
		{"unknown choice", s.path(), []string{"hva", "alt"}, "Velg det som passer best."},
		{"missing, of an offering", s.path(), []string{"hva", "mangler", "tekst", "x"}, "Velg det som passer best."},
		{"telephone of nothing", "/meld-feil", []string{"hva", "telefon"}, "Velg det som passer best."},
		{"other without words", s.path(), []string{"hva", "annet"}, "Skriv hva som ikke stemmer."},
		{"missing without words", "/meld-feil", []string{"hva", "mangler"}, "Skriv hva tilbudet heter"},
		{"too long", s.path(), []string{"hva", "annet", "tekst", strings.Repeat("å", 1001)}, "Teksten er litt lang."},
		{"fødselsnummer", s.path(), []string{"hva", "annet", "tekst", "Min mor, 010190 12345, får ikke svar"}, "som et fødselsnummer"},
		{"fødselsnummer as the number", s.path(), []string{"hva", "telefon", "riktig", "01019012345"}, "som et fødselsnummer"},
		{"e-mail", s.path(), []string{"hva", "annet", "tekst", "Skriv til kari@example.org"}, "E-postadressen eller mobilnummeret i teksten"},
		{"mobile", s.path(), []string{"hva", "annet", "tekst", "Ring 900 00 000"}, "E-postadressen eller mobilnummeret i teksten"},
		{"no address", s.path(), []string{"hva", "nettside", "riktig", "siden deres"}, "ikke ut som en nettadresse"},
		{"script address", s.path(), []string{"hva", "nettside", "riktig", "javascript://example.org/%0aalert(1)"}, "ikke ut som en nettadresse"},
		{"unknown place", "/meld-feil", []string{"hva", "mangler", "riktig", "Testgruppen", "sted", "Qwxyzby"}, "Vi fant ikke stedet."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			form := s.opened(tc.path, tc.fields...)
			s.later(3 * time.Second)
			s.post("/meld-feil", form).want(t, http.StatusUnprocessableEntity, tc.want)
		})
	}
	s.wantStored(0)
	form := s.opened(s.path(), "hva", "annet", "tekst", "Skriv til post@example.org </textarea><script>alert(1)</script>")
	s.later(3 * time.Second)
	a := s.post("/meld-feil", form)
	a.want(t, http.StatusUnprocessableEntity, "&lt;script&gt;")
	if strings.Contains(a.body, "<script>alert") {
		t.Error("what was written is HTML in the page")
	}
	form.Set("horer", "ja")
	s.post("/meld-feil", form).sent(t)
}

// A field that a choice needs is not called optional, and it says which choice that is: without
// a script the page does not follow the choice.
func TestNothingNeededIsCalledOptional(t *testing.T) {
	s := newTestSite(t)
	label := func(body, field string) string {
		_, after, ok := strings.Cut(body, `<label for="`+field+`">`)
		if !ok {
			t.Fatalf("no label of %q", field)
		}
		text, _, _ := strings.Cut(after, "</label>")
		return text
	}
	for _, path := range []string{"/meld-feil", "/meld-feil?kommune=1804", "/meld-feil?hva=annet"} {
		a := s.get(path)
		a.want(t, http.StatusOK, "Et tilbud mangler", "Noe er feil, eller noe annet",
			"Mangler et tilbud, må du skrive hva det heter", "Velger du «Noe er feil, eller noe annet», må du skrive hva som er feil")
		for _, field := range []string{"riktig", "tekst"} {
			if l := label(a.body, field); strings.Contains(l, "(frivillig)") {
				t.Errorf("%s: the label of %q says it is optional: %s", path, field, l)
			}
		}
	}
	a := s.get(s.path())
	a.want(t, http.StatusOK, "Noe annet", "Velger du «Noe annet», må du skrive her eller i feltet over.")
	if strings.Contains(label(a.body, "tekst"), "(frivillig)") || !strings.Contains(label(a.body, "riktig"), "(frivillig)") {
		t.Error("of an offering, what is right can be left out, and what is wrong not always")
	}
	form := s.opened("/meld-feil", "hva", "annet")
	s.later(3 * time.Second)
	s.post("/meld-feil", form).want(t, http.StatusUnprocessableEntity, "Noe må rettes før du kan sende", "Fortell hva det gjelder: Skriv hva som ikke stemmer.")
}

func TestReportOfWhatIsMissing(t *testing.T) {
	s := newTestSite(t)
	s.get("/meld-feil?kommune=1804").want(t, http.StatusOK, "Bodø")
	for fields, want := range map[string]region.Number{"kommune=1804": "1804", "sted=8006": "1804", "sted=bindal": "1811", "": ""} {
		form := s.opened("/meld-feil", "hva", "mangler", "riktig", "Testgruppen "+fields)
		if name, value, ok := strings.Cut(fields, "="); ok {
			form.Set(name, value)
		}
		s.later(3 * time.Second)
		s.post("/meld-feil", form).sent(t)
		if r := s.stored(); r[0].Kommune != want {
			t.Errorf("%s: kommune %q, want %q", fields, r[0].Kommune, want)
		}
	}
}

func TestReportOfWhatIsNotThere(t *testing.T) {
	s := newTestSite(t)
	for _, path := range []string{"/meld-feil?tilbud=4711", "/meld-feil?tilbud=x", "/meld-feil?kommune=9999"} {
		s.get(path).want(t, http.StatusNotFound)
	}
	form := s.opened(s.path(), "hva", "telefon")
	s.later(3 * time.Second)
	if _, err := s.store.ArchiveOffering(t.Context(), operator, "", s.offering.ID, 1); err != nil {
		t.Fatal(err)
	}
	a := s.post("/meld-feil", form) // the index has it still
	if a.StatusCode != http.StatusInternalServerError || !strings.Contains(a.body, store.ErrNotFound.Error()) {
		t.Errorf("archived meanwhile: %d %s, want store.ErrNotFound for the server's table", a.StatusCode, a.body)
	}
	s.wantStored(0)
}

func TestLimitOfAnAddress(t *testing.T) {
	s := newTestSite(t)
	send := func(address string, i int) answer {
		form := s.opened(s.path(), "hva", "finnes_ikke", "tekst", fmt.Sprint("test ", i, " ", address))
		s.later(2 * time.Second)
		return s.postFrom(address, "/meld-feil", form)
	}
	for i := range store.ReportSends.Most {
		// What the sender writes into the header before the proxy does not count.
		send(fmt.Sprintf("198.51.100.%d, 192.0.2.1", i), i).sent(t)
	}
	full := send("192.0.2.1", 99)
	full.want(t, http.StatusTooManyRequests, "en pause", "test 99", "Spør Bodø kommune", "Prøv igjen etter kl. "+page.Bokmal.ClockAfter(s.clock, full.wait(t)))
	send("192.0.2.2", 0).sent(t)
	// A household has more addresses of IPv6 than can be counted.
	for i := range store.ReportSends.Most {
		send(fmt.Sprintf("2001:db8::%d, 10.0.0.7", i), i).sent(t)
	}
	send("2001:db8::ffff, 10.0.0.7", 99).want(t, http.StatusTooManyRequests)
	send("2001:db8:0:1::1, 10.0.0.7", 99).sent(t)
	s.nextWindow()
	send("192.0.2.1", 100).sent(t)
}

// wait returns how long the answer says to wait.
func (a answer) wait(t *testing.T) time.Duration {
	t.Helper()
	seconds, err := strconv.Atoi(a.Header.Get("Retry-After"))
	if err != nil || seconds < 1 || seconds > 3600 {
		t.Errorf("Retry-After %q, want at most an hour", a.Header.Get("Retry-After"))
	}
	return time.Duration(seconds) * time.Second
}

// nextWindow lets the time of all that is counted pass, on a node that is new.
func (s *testSite) nextWindow() {
	s.t.Helper()
	dbtest.Exec(s.t, s.database, "UPDATE limits SET ends_at = now()")
	st, err := store.Open(s.t.Context(), store.Options{URL: s.database})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { st.Close() })
	s.reports.deps.Store = st
}

func TestCodesAreNotGuessed(t *testing.T) {
	s := newTestSite(t)
	s.get("/meld-feil/svar").want(t, http.StatusOK, "Koden du fikk")
	for _, code := range []string{"0000-0000", "tull", strings.Repeat("A", 500), "%3Cscript%3E", "ÅÅÅÅÅÅÅÅ"} {
		a := s.get("/meld-feil/svar?kode=" + url.QueryEscape(code))
		a.want(t, http.StatusNotFound, "Vi fant ingen melding med den koden")
	}
	for range store.ReportCodes.Most {
		s.get("/meld-feil/svar?kode=00000000")
	}
	a := s.get("/meld-feil/svar?kode=00000000")
	a.want(t, http.StatusTooManyRequests, "Prøv igjen etter kl. "+page.Bokmal.ClockAfter(s.clock, a.wait(t)), `value="00000000"`)
	s.get("/meld-feil/svar?kode=tull").want(t, http.StatusTooManyRequests)
	if more := s.do(httptest.NewRequest(http.MethodGet, "/meld-feil/takk?kode=11111111", nil)); more.StatusCode != http.StatusSeeOther {
		t.Errorf("thanks for a code that is none: %d", more.StatusCode)
	}
}

func TestAnswerIsShown(t *testing.T) {
	s := newTestSite(t)
	form := s.opened(s.path(), "hva", "apningstid")
	s.later(3 * time.Second)
	code := s.post("/meld-feil", form).sent(t)
	if _, err := s.store.AnswerReport(t.Context(), auth.Actor{Kind: auth.Account, ID: 12, Name: "Kari Test", National: true}, s.stored()[0].ID, store.ReportFixed, "Nå står det <riktig>.", nil); err != nil {
		t.Fatal(err)
	}
	a := s.get("/meld-feil/svar?kode=" + code)
	a.want(t, http.StatusOK, "Takk. Det er rettet.", "Nå står det &lt;riktig&gt;.", "Testtilbudet")
	if strings.Contains(a.body, "Kari") || strings.Contains(a.body, "account") {
		t.Error("the page says who answered")
	}
}

// A correction that waits for a second person is not called corrected, in any language.
func TestAnswerThatWaits(t *testing.T) {
	s := newTestSite(t)
	ctx := t.Context()
	o, err := s.store.CreateOffering(ctx, operator, "", directory.Offering{Key: "annet/krise", Type: "annet", Name: "Testlinjen", Coverage: directory.Coverage{National: true},
		Organization: directory.Organization{Name: "Testforeningen"}, Phones: []directory.Phone{{Number: "+4722222222"}},
		Source: directory.Source{Title: "Testkilde"}, Confidence: directory.High, Status: directory.Published})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.AddReport(ctx, store.NewReport{Offering: o.ID, Choice: store.PhoneWrong, Code: "7KQ2M9XD"}); err != nil {
		t.Fatal(err)
	}
	o.Phones = []directory.Phone{{Number: "+4775000000"}}
	editor := auth.Actor{Kind: auth.Account, ID: 12, National: true}
	saved, err := s.store.AnswerReport(ctx, editor, s.stored()[0].ID, store.ReportFixed, "", &o)
	if err != nil || saved.Held == nil {
		t.Fatalf("%+v, %v", saved, err)
	}
	for path, says := range map[string]string{
		"":    "Takk. Noen har rettet det, men en til må se på endringen før den vises.",
		"/nn": "Takk. Nokon har retta det, men ein til må sjå på endringa før ho blir vist.",
		"/en": "Thank you. Someone has corrected it, but one more person has to check the change before it is shown.",
	} {
		a := s.get(path + "/meld-feil/svar?kode=7KQ2-M9XD")
		a.want(t, http.StatusOK, says)
		if strings.Contains(a.body, "o-box--accent") {
			t.Errorf("%s: looks like something that is done", path)
		}
	}
	if err := s.store.RejectChange(ctx, operator, saved.Held.ID, "nei"); err != nil {
		t.Fatal(err)
	}
	s.get("/meld-feil/svar?kode=7KQ2-M9XD").want(t, http.StatusOK, "Takk. Endringen ble ikke godkjent, og opplysningene ble ikke endret.")
}

func TestDatabaseAway(t *testing.T) {
	s := newTestSite(t)
	form := s.opened(s.path(), "hva", "annet", "tekst", "Det jeg skrev", "riktig", "noe")
	s.later(3 * time.Second)
	away, err := store.Open(context.Background(), store.Options{URL: "postgres://test@127.0.0.1:1/test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { away.Close() })
	s.reports.deps.Store = away
	a := s.post("/meld-feil", form)
	a.want(t, http.StatusServiceUnavailable, "ikke lagret meldingen", ">Det jeg skrev</textarea>", "Spør Bodø kommune")
	if a.Header.Get("Retry-After") == "" || stampIn(t, a) != form.Get("skjema") {
		t.Error("no Retry-After, or the form cannot be sent again")
	}
	s.get("/meld-feil/svar?kode=00000000").want(t, http.StatusServiceUnavailable, "akkurat nå")
	// A node that never had the key shows the form all the same.
	s.reports.signer = &signer{load: away.ReportKey, now: s.reports.deps.Now}
	s.get(s.path()).want(t, http.StatusOK, "Velg det som er feil")
	s.post("/meld-feil", form).want(t, http.StatusServiceUnavailable, ">Det jeg skrev</textarea>")
}

func TestDayStampComesBesideTheRequest(t *testing.T) {
	s := newTestSite(t)
	ready := make(chan struct{})
	s.reports.signer.load = func(context.Context) ([]byte, error) { defer close(ready); return make([]byte, 32), nil }
	if got := s.reports.DayStamp(); got != "" {
		t.Errorf("stamp %q before the key was read", got)
	}
	<-ready
	key, err := s.reports.signer.ready(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stamp := s.reports.DayStamp()
	if got, _ := s.reports.signer.check(key, stamp); got != ofDay || !strings.HasPrefix(stamp, "2026-11-26.") {
		t.Errorf("stamp %q is %v, want today's", stamp, got)
	}
	s.later(12 * time.Hour)
	if next := s.reports.DayStamp(); !strings.HasPrefix(next, "2026-11-27.") {
		t.Errorf("stamp %q the next day", next)
	}
}

// A page of another site can have its readers' browsers try codes; what it tries must not be
// counted against the reader's house.
func TestCodesTriedByAnotherSite(t *testing.T) {
	s := newTestSite(t)
	ask := func(path string, headers ...string) answer {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return s.do(r)
	}
	for name, headers := range map[string][]string{
		"image":         {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"},
		"script":        {"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"},
		"frame":         {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
		"ahead of time": {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Purpose", "prefetch;prerender"},
	} {
		for range store.ReportCodes.Most + 1 {
			for _, path := range []string{"/meld-feil/svar", "/en/meld-feil/takk"} {
				if a := ask(path+"?kode=00000000", headers...); a.StatusCode != http.StatusForbidden {
					t.Fatalf("%s, %s: status %d, want 403", name, path, a.StatusCode)
				}
			}
		}
	}
	for name, headers := range map[string][]string{
		"link in a mail":     {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"},
		"through the worker": {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "empty"},
		"own script":         {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"},
		"old browser":        nil,
	} {
		if a := ask("/meld-feil/svar?kode=00000000", headers...); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", name, a.StatusCode)
		}
	}
}
