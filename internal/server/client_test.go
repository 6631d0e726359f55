package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/client"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// served is the whole app over the checked-in data, on an address of this machine.
type served struct {
	t     *testing.T
	base  string
	store *store.Store
	index *indexer.Indexer
}

func serve(t *testing.T) *served {
	t.Helper()
	st := realdata.Open(t)
	x := realdata.Index(t, st)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	app := New(Deps{Store: st, View: x.View, Status: x.Status, BaseURL: base, Version: "test", Log: slog.New(slog.DiscardHandler)})
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	t.Cleanup(func() {
		if err := app.ShutdownWithTimeout(10 * time.Second); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return &served{t: t, base: base, store: st, index: x}
}

// token makes a token of a kommune.
func (s *served) token(owner auth.Owner, scopes ...store.Scope) string {
	s.t.Helper()
	_, secret, err := s.store.CreateToken(s.t.Context(), tester, store.Token{Owner: owner, Name: "Test", Scopes: scopes},
		func(store.Token) store.Mail { return store.Mail{} })
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

func (s *served) client(options ...client.ClientOption) *client.ClientWithResponses {
	s.t.Helper()
	c, err := client.Open(s.base+"/api/v1", options...)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// ours and the generated client are tested by one another: it is made from the OpenAPI
// document, and reads what the program gives.
func TestClient(t *testing.T) {
	s := serve(t)
	t.Run("reads", s.clientReads)
	t.Run("pages through everything", s.clientReadsAll)
	t.Run("refusals are problems", s.clientIsRefused)
	t.Run("writes", s.clientWrites)
}

func (s *served) clientReads(t *testing.T) {
	c, ctx := s.client(), t.Context()
	q, kommune := "avlastning", []string{"1804"}
	found, err := c.TilbudWithResponse(ctx, &client.TilbudParams{Q: &q, Kommune: &kommune})
	if err != nil || found.JSON200.Antall == 0 || len(found.JSON200.Tolket.Type) == 0 {
		t.Fatalf("tilbud: %v", err)
	}
	one, err := c.EttTilbudWithResponse(ctx, found.JSON200.Treff[0].ID)
	if err != nil || one.JSON200.Navn != found.JSON200.Treff[0].Navn || one.JSON200.Kilde.Navn == "" {
		t.Fatalf("ett tilbud: %v", err)
	}
	again, err := c.EttTilbudWithResponse(ctx, one.JSON200.ID, func(_ context.Context, r *http.Request) error {
		r.Header.Set("If-None-Match", one.HTTPResponse.Header.Get("ETag"))
		return nil
	})
	if err != nil || again.StatusCode() != http.StatusNotModified || again.JSON200 != nil {
		t.Errorf("with the ETag: %v", err)
	}

	k, err := c.KommuneWithResponse(ctx, "0231") // Skedsmo, which is Lillestrøm now
	if err != nil || k.JSON200.Navn != "Lillestrøm" {
		t.Errorf("kommune: %v", err)
	}
	all, err := c.KommunensTilbudWithResponse(ctx, "1804")
	types, typesErr := c.TyperWithResponse(ctx)
	if err != nil || typesErr != nil || len(all.JSON200.Treff) != len(types.JSON200.Treff) {
		t.Errorf("kommunens tilbud: %v, %v, want every type", err, typesErr)
	}
	kommuner, err := c.KommunerWithResponse(ctx, nil)
	fylker, fylkerErr := c.FylkerWithResponse(ctx)
	if err != nil || fylkerErr != nil || len(kommuner.JSON200.Treff) < 300 || len(fylker.JSON200.Treff) != 15 {
		t.Errorf("kommuner and fylker: %v, %v", err, fylkerErr)
	}
	articles, err := c.ArtiklerWithResponse(ctx, nil)
	if err != nil || len(articles.JSON200.Treff) == 0 {
		t.Fatalf("artikler: %v", err)
	}
	english := client.ArtikkelParamsSprakEn
	a := articles.JSON200.Treff[0]
	full, err := c.ArtikkelWithResponse(ctx, a.Seksjon, a.Slug, &client.ArtikkelParams{Sprak: &english})
	if err != nil || full.JSON200.HTML == "" {
		t.Errorf("artikkel: %v", err)
	}
	postal := "8006"
	place, err := c.StedWithResponse(ctx, &client.StedParams{Postnummer: &postal})
	if err != nil || place.JSON200.Treff[0].Kommune.Kommunenummer != "1804" {
		t.Errorf("sted: %v", err)
	}
	typed := "bod"
	completions, err := c.ForslagWithResponse(ctx, &client.ForslagParams{Q: &typed})
	if err != nil || len(completions.JSON200.Forslag) == 0 {
		t.Errorf("forslag: %v", err)
	}
	if courses, err := c.KursWithResponse(ctx, nil); err != nil || courses.JSON200.Sider < 1 {
		t.Errorf("kurs: %v", err)
	}
	if months, err := c.TallWithResponse(ctx, nil); err != nil || months.JSON200 == nil {
		t.Errorf("tall: %v", err)
	}
}

func (s *served) clientReadsAll(t *testing.T) {
	seen := map[int64]bool{}
	for o, err := range s.client().AllTilbud(t.Context(), client.TilbudParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[o.ID] {
			t.Errorf("offering %d comes twice", o.ID)
		}
		seen[o.ID] = true
	}
	counts, err := s.store.CountOfferings(t.Context())
	if want := counts[directory.Published] + counts[directory.Closed]; err != nil || len(seen) != want || want <= 100 {
		t.Errorf("%d offerings, %v, want the %d that are published, which are several pages", len(seen), err, want)
	}
	// Who has seen enough stops.
	n := 0
	for range s.client().AllTilbud(t.Context(), client.TilbudParams{}) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("went on to %d", n)
	}
}

func (s *served) clientIsRefused(t *testing.T) {
	c, ctx := s.client(), t.Context()
	kommune, sort := []string{"Lilestrøm"}, client.TilbudParamsSorter("pris")
	_, err := c.TilbudWithResponse(ctx, &client.TilbudParams{Kommune: &kommune})
	p := problemIn(t, err, http.StatusNotFound)
	if p.Forslag == nil || !strings.Contains((*p.Forslag)[0].Tekst, "Lillestrøm") || !strings.Contains(err.Error(), "query.kommune") {
		t.Errorf("no suggestions: %v", err)
	}
	_, err = c.TilbudWithResponse(ctx, &client.TilbudParams{Sorter: &sort})
	problemIn(t, err, http.StatusUnprocessableEntity, "query.sorter")
	_, err = c.NyttTilbudWithResponse(ctx, client.TilbudInn{})
	problemIn(t, err, http.StatusUnauthorized)
	_, err = s.client(client.WithToken("oversikt_feil")).NyttTilbudWithResponse(ctx, client.TilbudInn{})
	problemIn(t, err, http.StatusUnauthorized)
	for _, err := range c.AllTilbud(ctx, client.TilbudParams{Sorter: &sort}) {
		problemIn(t, err, http.StatusUnprocessableEntity, "query.sorter")
	}
}

// problemIn returns the problem that err is, which has the status and names the places.
func problemIn(t *testing.T, err error, status int64, places ...string) *client.Problem {
	t.Helper()
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != status || p.Detail == "" {
		t.Fatalf("%v, want a problem of status %d", err, status)
	}
	var got []string
	if p.Errors != nil {
		for _, e := range *p.Errors {
			got = append(got, e.Location)
		}
	}
	if len(places) > 0 && !slices.Equal(got, places) {
		t.Errorf("names %q, want %q", got, places)
	}
	return p
}

func (s *served) clientWrites(t *testing.T) {
	ctx := t.Context()
	c := s.client(client.WithToken(s.token(bodo, store.Scopes()...)))
	made, err := c.NyttTilbudWithResponse(ctx, client.TilbudInn{
		Navn: "Prøvetilbud fra klienten", Type: client.KodeInn{Kode: "annet"},
		Dekning: client.DekningInn{Kommuner: &[]client.KommuneInn{{Kommunenummer: "1804"}}},
	})
	if err != nil || made.JSON201.Versjon != 1 {
		t.Fatalf("made: %v", err)
	}
	id := made.JSON201.ID
	seen := func(version int64) *client.EttTilbudResponse {
		t.Helper()
		for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
			read, err := c.EttTilbudWithResponse(ctx, id)
			if err == nil && read.JSON200.Versjon == version {
				return read
			}
			if time.Since(began) > 30*time.Second {
				t.Fatalf("version %d is not read: %v", version, err)
			}
		}
	}
	read := seen(1)
	first := read.HTTPResponse.Header.Get("ETag")
	in, err := read.JSON200.Inn()
	if err != nil {
		t.Fatal(err)
	}
	text, why := "Bare en prøve.", "Prøve av klienten."
	in.Ingress, in.Begrunnelse = &text, &why
	changed, err := c.EndreTilbudWithResponse(ctx, id, &client.EndreTilbudParams{IfMatch: &first}, in)
	if err != nil || changed.JSON200.Versjon != 2 || *changed.JSON200.Ingress != text {
		t.Fatalf("changed: %v", err)
	}

	// The version that was read is not the one there is any more.
	_, err = c.EndreTilbudWithResponse(ctx, id, &client.EndreTilbudParams{IfMatch: &first}, in)
	problemIn(t, err, http.StatusPreconditionFailed)
	_, err = c.EndreTilbudWithResponse(ctx, id, nil, in)
	problemIn(t, err, http.StatusPreconditionRequired)
	in.Navn, in.Telefon = "", &[]client.TelefonInn{{Nummer: "12"}}
	second := changed.HTTPResponse.Header.Get("ETag")
	_, err = c.EndreTilbudWithResponse(ctx, id, &client.EndreTilbudParams{IfMatch: &second}, in)
	problemIn(t, err, http.StatusUnprocessableEntity, "body.navn", "body.telefon[0].nummer")

	// Others' tokens, and tokens made for something else.
	other := s.client(client.WithToken(s.token(oslo, store.Scopes()...)))
	_, err = other.BekreftTilbudWithResponse(ctx, id, &client.BekreftTilbudParams{IfMatch: &second})
	problemIn(t, err, http.StatusForbidden)
	confirmOnly := s.client(client.WithToken(s.token(bodo, store.ScopeConfirm)))
	_, err = confirmOnly.FjernTilbudWithResponse(ctx, id, &client.FjernTilbudParams{IfMatch: &second})
	problemIn(t, err, http.StatusForbidden)

	confirmed, err := confirmOnly.BekreftTilbudWithResponse(ctx, id, &client.BekreftTilbudParams{IfMatch: &second})
	if err != nil || confirmed.JSON200.SistBekreftet == nil {
		t.Fatalf("confirmed: %v", err)
	}
	third := confirmed.HTTPResponse.Header.Get("ETag")
	gone, err := c.FjernTilbudWithResponse(ctx, id, &client.FjernTilbudParams{IfMatch: &third})
	if err != nil || gone.StatusCode() != http.StatusNoContent {
		t.Errorf("gone: %v", err)
	}
}

// What stands between may answer with something that is no problem.
func TestClientWithoutProblem(t *testing.T) {
	c, err := client.Open("http://oversikt.test/api/v1", client.WithHTTPClient(doer(func(*http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7"}, "Content-Type": {"text/html"}},
			Body: io.NopCloser(strings.NewReader("<h1>Wait</h1>")),
		}, nil
	})))
	if err != nil {
		t.Fatal(err)
	}
	var p *client.Problem
	if _, err := c.TyperWithResponse(t.Context()); !errors.As(err, &p) || p.Status != http.StatusTooManyRequests || p.RetryAfter != 7*time.Second {
		t.Errorf("%v, want a problem that says how long to wait", err)
	}
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }
