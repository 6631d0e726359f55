package api

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// call sends a request and returns the answer with its body read.
func call(t testing.TB, app *fiber.App, method, target string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, testURL+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// contract is the served OpenAPI document, to hold answers against.
func contract(t testing.TB, app *fiber.App) (*openapi3.T, routers.Router) {
	t.Helper()
	resp, body := call(t, app, http.MethodGet, Root+"/openapi.json")
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("openapi.json = %d", resp.StatusCode)
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatalf("the OpenAPI document is not valid: %v", err)
	}
	if doc.Security == nil || len(doc.Security) > 0 || doc.Info.License == nil {
		t.Errorf("security %v and license %v, want it said that reading needs no key, and where the licence is", doc.Security, doc.Info.License)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, router
}

// hold reports when an answer is not what the document says.
func hold(t testing.TB, router routers.Router, target string, resp *http.Response, body string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, testURL+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 resp.StatusCode,
		Header:                 resp.Header,
		Body:                   io.NopCloser(strings.NewReader(body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		t.Errorf("%s = %d is not what the document says: %v", target, resp.StatusCode, err)
	}
}

// answersOf are calls whose whole answers stand in testdata.
var answersOf = []struct {
	name, target string
	status       int
}{
	{"tilbud", "/tilbud", 200},
	{"tilbud-sok", "/tilbud?q=pårørendesenter+Skedsmo", 200},
	{"tilbud-kommune", "/tilbud?kommune=Lillestrøm&sorter=avstand&antall=1", 200},
	{"ett-tilbud", "/tilbud/1", 200},
	{"ett-tilbud-uten-noe", "/tilbud/2", 200},
	{"ett-tilbud-stengt", "/tilbud/4", 200},
	{"tilbud-ukjent", "/tilbud/99", 404},
	{"tilbud-ukjent-kommune", "/tilbud?kommune=Lilestrøm", 404},
	{"tilbud-ukjent-type", "/tilbud?type=parorende", 404},
	{"tilbud-feil", "/tilbud?lat=1&lon=200&antall=101&sorter=pris&ukjent=1", 422},
	{"kommuner", "/kommuner", 200},
	{"kommuner-tidligere", "/kommuner?q=Skedsmo", 200},
	{"kommune", "/kommuner/0301", 200},
	{"kommune-delt", "/kommuner/1507", 404},
	{"kommunens-tilbud", "/kommuner/3205/tilbud", 200},
	{"fylker", "/fylker", 200},
	{"typer", "/typer", 200},
	{"endringer", "/endringer", 200},
	{"endringer-innhold", "/endringer?innhold=true&antall=3&etter=e3b0c44298fc-700-3", 200},
	{"endringer-ikke-noe", "/endringer?etter=e3b0c44298fc-800-1", 200},
	{"endringer-feil", "/endringer?etter=i-g%C3%A5r&antall=1000&innhold=kanskje", 422},
	{"endringer-annen-historie", "/endringer?etter=000000000000-700-3", 410},
	{"tall", "/tall", 200},
	{"tall-fylke", "/tall?fylke=Akershus", 200},
	{"tall-ukjent-fylke", "/tall?fylke=Finnesikke", 404},
	{"artikler", "/artikler", 200},
	{"artikkel", "/artikler/mote-med-helsetjenesten/test-artikkel", 200},
	{"artikler-engelsk", "/artikler?sprak=en", 200},
	{"artikkel-engelsk", "/artikler/mote-med-helsetjenesten/test-artikkel?sprak=en", 200},
	{"artikkel-ukjent", "/artikler/mote-med-helsetjenesten/finnes-ikke", 404},
	{"sted", "/sted?q=Våler", 200},
	{"sted-postnummer", "/sted?postnummer=2000", 200},
	{"sted-svalbard", "/sted?postnummer=9170", 200},
	{"sted-posisjon", "/sted?lat=59.9&lon=10.8", 200},
	{"sted-ukjent-postnummer", "/sted?postnummer=1999", 404},
	{"forslag", "/forslag?q=lille", 200},
	{"forslag-engelsk", "/forslag?q=Skedsmo&sprak=en", 200},
}

// Answers have the shape that the served document says, and the content of testdata.
func TestAnswers(t *testing.T) {
	app, _ := newTestApp(t)
	_, router := contract(t, app)
	for _, tt := range answersOf {
		t.Run(tt.name, func(t *testing.T) {
			target := Root + escaped(tt.target)
			resp, body := call(t, app, http.MethodGet, target)
			if resp.StatusCode != tt.status {
				t.Fatalf("%s = %d, want %d: %s", tt.target, resp.StatusCode, tt.status, body)
			}
			hold(t, router, target, resp, body)
			var got bytes.Buffer
			if err := json.Indent(&got, []byte(body), "", "  "); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name+".json", got.Bytes())
		})
	}
}

// escaped writes the Norwegian letters of a query as a browser does.
func escaped(target string) string {
	return strings.NewReplacer("å", "%C3%A5", "ø", "%C3%B8", "Å", "%C3%85").Replace(target)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// Every field that the contract promises is in the document.
func TestContractFields(t *testing.T) {
	app, _ := newTestApp(t)
	doc, _ := contract(t, app)
	for schema, fields := range map[string]string{
		"Tilbud": "id navn type organisasjon ingress beskrivelse kommune dekning adresse posisjon avstand_km telefon epost nettsted " +
			"apningstider malgruppe tema form sprak pris henvisning klage sist_bekreftet kilde versjon url",
		"Kode":          "kode navn",
		"Organisasjon":  "id navn organisasjonsnummer",
		"Kommunenavn":   "kommunenummer navn",
		"Dekning":       "niva kommuner fylker",
		"Posisjon":      "lat lon",
		"Henvisning":    "kreves slik",
		"Kilde":         "navn dato url",
		"Treffliste":    "antall side sider tolket forslag treff fasetter",
		"Tolkning":      "tekst kommune type",
		"Fasetter":      "type fylke kommune malgruppe",
		"Fasettverdi":   "kode navn antall",
		"Forslagsliste": "forslag",
		"Forslag":       "tekst slag url undertekst",
		"Kommuneliste":  "antall side sider",
		"Fylkesliste":   "antall side sider",
		"Typeliste":     "antall side sider",
		"Artikkelliste": "antall side sider",
		"Stedsliste":    "antall side sider",
	} {
		ref := doc.Components.Schemas[schema]
		if ref == nil {
			t.Errorf("no schema %s", schema)
			continue
		}
		for _, field := range strings.Fields(fields) {
			if ref.Value.Properties[field] == nil || !slices.Contains(ref.Value.Required, field) {
				t.Errorf("%s.%s is not in the document, or not always there", schema, field)
			}
		}
	}
	var parameters []string
	for _, p := range doc.Paths.Value("/tilbud").Get.Parameters {
		parameters = append(parameters, p.Value.Name)
	}
	for _, want := range strings.Fields("q kommune postnummer type malgruppe tema form sprak lat lon radius_km sorter side antall") {
		if !slices.Contains(parameters, want) {
			t.Errorf("GET /tilbud lacks the parameter %s", want)
		}
	}
}

func TestCORS(t *testing.T) {
	app, _ := newTestApp(t)
	for _, target := range []string{"/typer", "/tilbud/99", "/tilbud?side=0", "/openapi.json"} {
		for _, headers := range [][]string{nil, {"Origin", "https://example.org"}} {
			resp, _ := call(t, app, http.MethodGet, Root+target, headers...)
			if got := resp.Header.Get("Access-Control-Allow-Origin"); got != "*" {
				t.Errorf("%s: Access-Control-Allow-Origin %q, want *", target, got)
			}
		}
	}
	resp, body := call(t, app, http.MethodOptions, Root+"/tilbud", "Origin", "https://example.org", "Access-Control-Request-Method", "GET")
	if resp.StatusCode != http.StatusNoContent || body != "" || !strings.Contains(resp.Header.Get("Access-Control-Allow-Methods"), "GET") {
		t.Errorf("preflight = %d %q, allows %q", resp.StatusCode, body, resp.Header.Get("Access-Control-Allow-Methods"))
	}
}

// An answer is good for its generation of the index, and not longer.
func TestETag(t *testing.T) {
	app, index := newTestApp(t)
	for _, target := range []string{"/tilbud", "/tilbud/1", "/forslag?q=o", "/docs", "/openapi.json"} {
		resp, _ := call(t, app, http.MethodGet, Root+target)
		etag := resp.Header.Get("ETag")
		if !strings.HasPrefix(etag, `W/"`) {
			t.Errorf("%s: ETag %q, want a weak one", target, etag)
		}
		for _, header := range []string{etag, `"other", ` + etag, strings.TrimPrefix(etag, "W/")} {
			again, body := call(t, app, http.MethodGet, Root+target, "If-None-Match", header)
			if again.StatusCode != http.StatusNotModified || body != "" || again.Header.Get("ETag") != etag {
				t.Errorf("%s with If-None-Match %s = %d, %d bytes, want an empty 304 with the tag", target, header, again.StatusCode, len(body))
			}
		}
		if again, _ := call(t, app, http.MethodGet, Root+target, "If-None-Match", `W/"other"`); again.StatusCode != http.StatusOK {
			t.Errorf("%s with another tag = %d, want 200", target, again.StatusCode)
		}
	}

	before, _ := call(t, app, http.MethodGet, Root+"/tilbud/1")
	o := testOfferings()[0]
	o.Name = "Testtilbud med nytt navn"
	if err := index.Apply(search.Batch{Put: []search.Document{search.OfferingDocument(o)}}); err != nil {
		t.Fatal(err)
	}
	after, body := call(t, app, http.MethodGet, Root+"/tilbud/1", "If-None-Match", before.Header.Get("ETag"))
	if after.StatusCode != http.StatusOK || !strings.Contains(body, o.Name) {
		t.Errorf("after the change: %d, want 200 with the new name", after.StatusCode)
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	app, _ := newTestApp(t)
	resp, _ := call(t, app, http.MethodGet, Root+"/tilbud/99")
	if resp.Header.Get("ETag") != "" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a 404 has ETag %q and Cache-Control %q, want none and no-store", resp.Header.Get("ETag"), resp.Header.Get("Cache-Control"))
	}
}

func TestFormerNumbers(t *testing.T) {
	app, _ := newTestApp(t)
	for target, want := range map[string]string{
		"/kommuner/0231":        Root + "/kommuner/3205",
		"/kommuner/0231/tilbud": Root + "/kommuner/3205/tilbud",
	} {
		resp, _ := call(t, app, http.MethodGet, Root+target)
		if resp.StatusCode != http.StatusPermanentRedirect || resp.Header.Get("Location") != want {
			t.Errorf("%s = %d to %q, want 308 to %s", target, resp.StatusCode, resp.Header.Get("Location"), want)
		}
	}
}

// Where someone must not be found is in no answer.
func TestConfidentialLocation(t *testing.T) {
	app, _ := newTestApp(t)
	for _, target := range []string{"/tilbud", "/tilbud/1", "/kommuner/3205/tilbud", "/tilbud?q=adresse+Hemmelig", "/forslag?q=Skjult"} {
		if _, body := call(t, app, http.MethodGet, Root+target); strings.Contains(body, "Skjult") || strings.Contains(body, "Hemmelig adresse") {
			t.Errorf("%s shows a confidential location: %s", target, body)
		}
	}
}
