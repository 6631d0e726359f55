package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

var (
	tester = auth.Actor{Kind: auth.Operator, Name: "test"}
	bodo   = auth.Owner{Kommune: "1804"}
	oslo   = auth.Owner{Kommune: "0301"}
)

// writeSite is the whole app over a database and an index that follows it.
type writeSite struct {
	t      *testing.T
	app    *fiber.App
	store  *store.Store
	view   func() *search.View
	log    *buffer
	router routers.Router

	database string // its address
}

func openStore(t *testing.T, address string) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// otherNode returns another server over the same database.
func (s *writeSite) otherNode() *writeSite {
	s.t.Helper()
	d, log := testDeps(s.t)
	d.Store, d.View, d.MetricsToken = openStore(s.t, s.database), s.view, "test"
	return &writeSite{s.t, New(d), d.Store, s.view, log, s.router, s.database}
}

func newWriteSite(t *testing.T) *writeSite {
	t.Helper()
	address := dbtest.URL(t)
	st := openStore(t, address)
	seed(t, st)

	ctx, cancel := context.WithCancel(context.Background())
	x := indexer.New(st, t.TempDir(), slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() { defer close(done); x.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	if err := x.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, log := testDeps(t)
	d.Store, d.View, d.Status = st, x.View, x.Status
	s := &writeSite{t: t, app: New(d), store: st, view: x.View, log: log, database: address}
	_, body := do(t, s.app, http.MethodGet, "/api/v1/openapi.json")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the OpenAPI document is not valid: %v", err)
	}
	if s.router, err = gorillamux.NewRouter(doc); err != nil {
		t.Fatal(err)
	}
	return s
}

// seed stores two kommuner and a vocabulary.
func seed(t *testing.T, st *store.Store) {
	t.Helper()
	kommune := func(number region.Number, name, fylke, wikidata string) region.Kommune {
		return region.Kommune{
			Number: number, Name: name, OfficialName: name, FylkeName: fylke, Population: 1000, PopulationYear: 2026,
			Position: region.Position{Lat: 60, Lon: 10}, Domain: "test" + string(number) + ".example.org", Website: "www.test" + string(number) + ".example.org", Wikidata: wikidata,
		}
	}
	_, err := st.SaveRegions(t.Context(), tester, store.Regions{
		Fylker: []region.Fylke{{Number: "03", Name: "Oslo", OfficialName: "Oslo"}, {Number: "18", Name: "Nordland", OfficialName: "Nordland"}},
		Kommuner: []region.Kommune{
			kommune("0301", "Oslo", "Oslo", "Q1"), kommune("1804", "Bodø", "Nordland", "Q2"), kommune("1811", "Bindal", "Nordland", "Q3"),
		},
		PostalCodes: []region.PostalCode{{Code: "8006", Place: "BODØ", Kommune: "1804", Category: "G"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) directory.Text { return directory.Text{NB: s} }
	_, err = st.SaveVocabulary(t.Context(), tester, []directory.TypeGroup{{Code: "kommunen", Name: text("I kommunen"), Order: 1}},
		[]directory.OfferingType{{Code: "annet", Group: "kommunen", Name: text("Annet"), Plural: text("Annet"), Does: text("Testtekst."), Order: 1}},
		[]directory.Term{
			{Kind: directory.TargetGroup, Code: "barn", Name: text("Barn"), Order: 1}, {Kind: directory.Topic, Code: "rus", Name: text("Rus"), Order: 1},
			{Kind: directory.Format, Code: "kurs", Name: text("Kurs"), Order: 1},
		})
	if err != nil {
		t.Fatal(err)
	}
}

// offering stores an offering of the kommune in which everything is filled in.
func (s *writeSite) offering(name string, n region.Number) directory.Offering {
	s.t.Helper()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	o, err := s.store.CreateOffering(s.t.Context(), tester, "", directory.Offering{
		Key: "annet/" + region.Slug(name), Type: "annet", Name: name, Summary: "En setning.", Description: "Et avsnitt.\n\nEt \"til\" & <et>.", Audience: "testere",
		Organization: directory.Organization{Name: "Testkommunen " + string(n), Kind: directory.KindKommune, Kommune: n},
		Keywords:     []string{"b", "a"}, TargetGroups: []string{"barn"}, Topics: []string{"rus"}, Formats: []string{"kurs"},
		Coverage: directory.Coverage{Kommuner: []region.Number{n, "1811"}, Bydel: "Testbydelen"},
		Locations: []directory.Location{
			{Name: "Krisesenteret", Street: "Hemmelig vei 1", Kommune: "1811", Confidential: true},
			{Name: "Testhuset", Street: "Testveien 1", PostalCode: "8006", PostalPlace: "Bodø", Position: &region.Position{Lat: 67.28123456789, Lon: 14.4}},
			{Street: "Testveien 2", Kommune: n},
		},
		Phones: []directory.Phone{{Number: "+4722222222", Purpose: directory.PurposeSwitchboard, Hours: "9–15"}, {Number: "116123"}},
		Emails: []string{"test@example.org"}, Websites: []string{"https://example.org/test"}, OpeningText: "hverdager",
		Schedules:  []directory.Schedule{{Weekday: time.Sunday, Opens: "08:30", Closes: "24:00", ValidFrom: &from}},
		Exceptions: []directory.ScheduleException{{Date: from, Closed: true, Note: "fri"}, {Date: from.AddDate(0, 0, 1), Opens: "10:00", Closes: "11:00"}},
		Languages:  []string{"nb", "se"}, Accessibility: []directory.Accessibility{directory.StepFree},
		Cost: directory.Cost{Kind: directory.Paid, Text: "50 kroner"}, Referral: directory.Referral{Kind: directory.Apply, Text: "på skjema"}, Complaint: "Skriv til kommunen.\n\nFristen er fire uker.",
		Source: directory.Source{Title: "Testkilde", URL: "https://example.org/kilde", Date: "2026-04"}, Confidence: directory.Medium, Status: directory.Published,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.eventually("it is in the index", func() bool { _, ok := s.view().Offering(o.ID); return ok })
	return o
}

func (s *writeSite) eventually(what string, ok func() bool) {
	s.t.Helper()
	for began := time.Now(); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			s.t.Fatalf("still not so: %s", what)
		}
	}
}

func (s *writeSite) token(owner auth.Owner, scopes ...store.Scope) (store.Token, string) {
	s.t.Helper()
	token, secret, err := s.store.CreateToken(s.t.Context(), tester, store.Token{Owner: owner, Name: "Test", Scopes: scopes},
		func(store.Token) store.Mail { return store.Mail{} })
	if err != nil {
		s.t.Fatal(err)
	}
	return token, secret
}

// reply is an answer with its body read.
type reply struct {
	*http.Response
	body string
}

// problem is what the tests look at of an error.
type problem struct {
	Title, Detail string
	Status        int
	Errors        []struct{ Message, Location string }
}

// call sends a request and holds the answer against the OpenAPI document.
func (s *writeSite) call(method, path, secret, ifMatch, body string, headers ...string) reply {
	s.t.Helper()
	request := func() *http.Request {
		r, err := http.NewRequestWithContext(s.t.Context(), method, "http://oversikt.test/api/v1"+path, strings.NewReader(body))
		if err != nil {
			s.t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": secret, "If-Match": ifMatch} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		if secret != "" {
			r.Header.Set("Authorization", "Bearer "+secret)
		}
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return r
	}
	res, err := s.app.Test(request(), -1)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	r := request()
	route, params, err := s.router.FindRoute(r)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if res.StatusCode < 300 && body != "" {
		if err := openapi3filter.ValidateRequest(s.t.Context(), input); err != nil {
			s.t.Errorf("%s %s was taken, against the document: %v", method, path, err)
		}
	}
	err = openapi3filter.ValidateResponse(s.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: res.StatusCode, Header: res.Header, Body: io.NopCloser(bytes.NewReader(content)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		s.t.Errorf("%s %s = %d is not what the document says: %v", method, path, res.StatusCode, err)
	}
	return reply{res, string(content)}
}

// want fails the test unless the answer has the status, and names exactly the places.
func (r reply) want(t *testing.T, status int, places ...string) {
	t.Helper()
	if r.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", r.StatusCode, status, r.body)
	}
	if status < 400 {
		return
	}
	var p problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil || p.Status != status || p.Title == "" || p.Detail == "" || r.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a %d without a problem: %v %s", status, err, r.body)
	}
	var got []string
	for _, e := range p.Errors {
		got = append(got, e.Location)
		if e.Message == "" {
			t.Errorf("%s has no message", e.Location)
		}
	}
	if places != nil && !slices.Equal(got, places) {
		t.Errorf("names %q, want %q: %s", got, places, r.body)
	}
	if r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q, want no-store", r.Header.Get("Cache-Control"))
	}
}

// fields returns the body as fields that can be changed.
func (r reply) fields(t *testing.T) map[string]any {
	t.Helper()
	var f map[string]any
	if err := json.Unmarshal([]byte(r.body), &f); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	return f
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func pathOf(id int64) string { return fmt.Sprintf("/tilbud/%d", id) }
