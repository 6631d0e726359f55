package report

import (
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

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var operator = auth.Actor{Kind: auth.Operator, Name: "test"}

// testSite is the pages over a small directory, with a clock of its own.
type testSite struct {
	database string // its address
	t        *testing.T
	app      *fiber.App
	store    *store.Store
	reports  *Reports
	clock    time.Time
	offering directory.Offering
}

func newTestSite(t *testing.T) *testSite {
	t.Helper()
	address := dbtest.URL(t)
	st, err := store.Open(t.Context(), store.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s := &testSite{t: t, store: st, database: address, clock: time.Date(2026, 11, 26, 12, 10, 0, 0, time.UTC)}
	view := s.seed()
	s.reports = New(Deps{Store: st, View: view, Now: func() time.Time { return s.clock }})
	s.app = fiber.New(fiber.Config{Immutable: true, EnableTrustedProxyCheck: true, TrustedProxies: []string{"0.0.0.0", "10.0.0.0/8"}, ErrorHandler: func(c *fiber.Ctx, err error) error {
		status := http.StatusInternalServerError
		if e, ok := err.(*fiber.Error); ok {
			status = e.Code
		}
		return c.Status(status).SendString(err.Error())
	}})
	page.FormsFromBody(s.app)
	s.reports.Mount(s.app)
	return s
}

// seed stores two kommuner and an offering, and returns the index of them.
func (s *testSite) seed() func() *search.View {
	t, ctx := s.t, s.t.Context()
	t.Helper()
	kommune := func(n region.Number, name, wikidata string) region.Kommune {
		return region.Kommune{Number: n, Name: name, OfficialName: name, FylkeName: "Nordland", Population: 1000, PopulationYear: 2026,
			Position: region.Position{Lat: 67, Lon: 14}, Domain: "test" + string(n) + ".example.org", Website: "www.test" + string(n) + ".example.org", Wikidata: wikidata}
	}
	kommuner := []region.Kommune{kommune("1804", "Bodø", "Q1"), kommune("1811", "Bindal", "Q2")}
	fylke := region.Fylke{Number: "18", Name: "Nordland", OfficialName: "Nordland"}
	postal := region.PostalCode{Code: "8006", Place: "BODØ", Kommune: "1804", Category: "G"}
	text := func(s string) directory.Text { return directory.Text{NB: s} }
	group := directory.TypeGroup{Code: "kommunen", Name: text("I kommunen"), Order: 1}
	kind := directory.OfferingType{Code: "annet", Group: "kommunen", Name: text("Annet"), Plural: text("Annet"), Does: text("Testtekst."), Order: 1}
	_, err := s.store.SaveRegions(ctx, operator, store.Regions{Fylker: []region.Fylke{fylke}, Kommuner: kommuner, PostalCodes: []region.PostalCode{postal}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.SaveVocabulary(ctx, operator, []directory.TypeGroup{group}, []directory.OfferingType{kind}, nil); err != nil {
		t.Fatal(err)
	}
	s.offering, err = s.store.CreateOffering(ctx, operator, "", directory.Offering{
		Key: "annet/test", Type: "annet", Name: "Testtilbudet <b>", Coverage: directory.Coverage{Kommuner: []region.Number{"1804"}},
		Phones: []directory.Phone{{Number: "+4722222222"}}, Websites: []string{"https://example.org"}, OpeningText: "hverdager 9–15",
		Source: directory.Source{Title: "Testkilde"}, Confidence: directory.High, Status: directory.Published})
	if err != nil {
		t.Fatal(err)
	}
	x, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	docs := []search.Document{search.FylkeDocument(fylke), search.GroupDocument(group), search.TypeDocument(kind), search.PostalCodeDocument(postal), search.OfferingDocument(s.offering)}
	for _, k := range kommuner {
		docs = append(docs, search.KommuneDocument(k, nil))
	}
	if err := x.Apply(search.Batch{Put: docs}); err != nil {
		t.Fatal(err)
	}
	return x.View
}

type answer struct {
	*http.Response
	body string
}

func (s *testSite) do(r *http.Request) answer {
	s.t.Helper()
	res, err := s.app.Test(r, -1)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{res, string(body)}
}

func (s *testSite) get(path string) answer {
	s.t.Helper()
	return s.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// postFrom sends a form as a browser does from a page of the site, through a proxy that saw
// the address.
func (s *testSite) postFrom(address, path string, form url.Values) answer {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("X-Forwarded-For", address)
	return s.do(r)
}

func (s *testSite) post(path string, form url.Values) answer {
	s.t.Helper()
	return s.postFrom("192.0.2.1", path, form)
}

var stampField = regexp.MustCompile(`name="skjema" value="([^"]*)"`)

// opened returns the form of the page, fetched now, with what is chosen and written.
func (s *testSite) opened(path string, fields ...string) url.Values {
	s.t.Helper()
	a := s.get(path)
	a.want(s.t, http.StatusOK)
	form := url.Values{"skjema": {stampIn(s.t, a)}}
	if u, _ := url.Parse(path); u != nil {
		for _, name := range []string{"tilbud", "kommune"} {
			if v := u.Query().Get(name); v != "" {
				form.Set(name, v)
			}
		}
	}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

func stampIn(t *testing.T, a answer) string {
	t.Helper()
	m := stampField.FindStringSubmatch(a.body)
	if m == nil || m[1] == "" {
		t.Fatalf("no signed form in\n%.3000s", a.body)
	}
	return m[1]
}

func (a answer) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d; body:\n%.3000s", a.StatusCode, status, main(a.body))
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%q is not in\n%.4000s", text, main(a.body))
		}
	}
}

func main(body string) string {
	_, body, _ = strings.Cut(body, "<main")
	body, _, _ = strings.Cut(body, "</main>")
	return body
}

var codeInLocation = regexp.MustCompile(`^/meld-feil/takk\?kode=([0-9A-Z]{4}-[0-9A-Z]{4})$`)

// sent fails the test unless the report was taken, and returns its code.
func (a answer) sent(t *testing.T) string {
	t.Helper()
	m := codeInLocation.FindStringSubmatch(a.Header.Get("Location"))
	if a.StatusCode != http.StatusSeeOther || m == nil {
		t.Fatalf("status %d, location %q, want thanks with a code; body:\n%.3000s", a.StatusCode, a.Header.Get("Location"), main(a.body))
	}
	return m[1]
}

// reports returns what is stored, newest first.
func (s *testSite) stored() []store.Report {
	s.t.Helper()
	found, err := s.store.Reports(s.t.Context(), operator, true, 100)
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

func (s *testSite) wantStored(n int) {
	s.t.Helper()
	if found := s.stored(); len(found) != n {
		s.t.Fatalf("%d reports are stored, want %d: %+v", len(found), n, found)
	}
}

func (s *testSite) path() string { return fmt.Sprintf("/meld-feil?tilbud=%d", s.offering.ID) }

func (s *testSite) later(d time.Duration) { s.clock = s.clock.Add(d) }
