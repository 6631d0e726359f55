package fhir_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/fhir/go/fhirversion"
	"github.com/google/fhir/go/jsonformat"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/fhir"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const site = "https://oversikt.example"

// client asks the server as FHIR clients do, and holds every resource that it gets against
// the published definitions of FHIR R4 (as Google's library has them) and our own rules.
type client struct {
	t         testing.TB
	app       *fiber.App
	validator *jsonformat.Unmarshaller
	checked   int
}

func newClient(t testing.TB, v *search.View) *client {
	t.Helper()
	validator, err := jsonformat.NewUnmarshaller("Europe/Oslo", fhirversion.R4)
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New(fiber.Config{Immutable: true})
	fhir.New(fhir.Deps{View: func() *search.View { return v }, BaseURL: site, Version: "test"}).Mount(app)
	return &client{t: t, app: app, validator: validator}
}

// do sends a request to a path below the base, or to a whole address.
func (c *client) do(method, path string, body string, headers ...string) (*http.Response, []byte) {
	c.t.Helper()
	path = strings.TrimPrefix(path, site+fhir.Root)
	req := httptest.NewRequest(method, fhir.Root+path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.app.Test(req, -1)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp, content
}

// valid holds a resource against both sets of rules.
func (c *client) valid(what string, content []byte) {
	c.t.Helper()
	c.checked++
	if _, err := c.validator.Unmarshal(content); err != nil {
		c.t.Errorf("%s is no FHIR R4: %v\n%.2000s", what, err, content)
	}
	for _, p := range fhir.Check(content) {
		c.t.Errorf("%s: %v", what, p)
	}
}

// get reads what must be there and is valid.
func (c *client) get(path string) resource {
	c.t.Helper()
	resp, content := c.do(http.MethodGet, path, "")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/fhir+json; charset=utf-8" {
		c.t.Fatalf("GET %s = %d %s: %.500s", path, resp.StatusCode, resp.Header.Get("Content-Type"), content)
	}
	c.valid("GET "+path, content)
	return decode(c.t, content)
}

type resource map[string]any

func decode(t testing.TB, content []byte) resource {
	t.Helper()
	var r resource
	if err := json.Unmarshal(content, &r); err != nil {
		t.Fatalf("%v: %.500s", err, content)
	}
	return r
}

func (r resource) name() string { return fmt.Sprintf("%v/%v", r["resourceType"], r["id"]) }

// entries returns the resources of a Bundle that stand there as the mode says.
func (r resource) entries(mode string) []resource {
	var list []resource
	entries, _ := r["entry"].([]any)
	for _, e := range entries {
		if e.(map[string]any)["search"].(map[string]any)["mode"] == mode {
			list = append(list, resource(e.(map[string]any)["resource"].(map[string]any)))
		}
	}
	return list
}

func (r resource) total() int { return int(r["total"].(float64)) }

// link returns the address of a link of a Bundle, or "".
func (r resource) link(relation string) string {
	for _, l := range r["link"].([]any) {
		if l.(map[string]any)["relation"] == relation {
			return l.(map[string]any)["url"].(string)
		}
	}
	return ""
}

// all follows the next links of a search, and returns what was found.
func (c *client) all(path string) []resource {
	c.t.Helper()
	var list []resource
	for path != "" {
		b := c.get(path)
		list = append(list, b.entries("match")...)
		path = b.link("next")
	}
	return list
}

// references returns every relative reference in a resource.
func references(v any) []string {
	var list []string
	switch v := v.(type) {
	case resource:
		return references(map[string]any(v))
	case map[string]any:
		if s, ok := v["reference"].(string); ok {
			list = append(list, s)
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			list = append(list, references(v[k])...)
		}
	case []any:
		for _, e := range v {
			list = append(list, references(e)...)
		}
	}
	return list
}

// TestWalk reads everything that there is, in pages and one by one.
func TestWalk(t *testing.T) {
	v := realdata.View(t)
	c := newClient(t, v)
	statement := c.get("/metadata")
	all := map[string]resource{}
	for _, r := range rest(statement) {
		kind := r["type"].(string)
		found := c.all("/" + kind + "?_count=100")
		if total := c.get("/" + kind + "?_count=0").total(); total != len(found) {
			t.Errorf("%s: pages hold %d, total is %d", kind, len(found), total)
		}
		for _, f := range found {
			if all[f.name()] != nil {
				t.Errorf("%s stands in two pages", f.name())
			}
			all[f.name()] = f
		}
		t.Logf("%s: %d", kind, len(found))
	}
	for name, r := range all {
		if got := c.get("/" + name); fmt.Sprint(got) != fmt.Sprint(r) {
			t.Errorf("%s is another when it is read alone", name)
		}
		for _, to := range references(r) {
			if all[to] == nil {
				t.Errorf("%s refers to %s, which is not there", name, to)
			}
		}
	}
	if len(all) < 900 {
		t.Errorf("%d resources, want all of the directory", len(all))
	}
	if n := len(v.Offerings()); n != c.get("/HealthcareService?_summary=count").total() {
		t.Errorf("%d offerings are not as many HealthcareServices", n)
	}
	if n := c.get("/Organization?identifier=urn:oid:2.16.578.1.12.4.1.4.101%7C&_count=0").total(); n < 50 {
		t.Errorf("%d organizations have an organisasjonsnummer, want kommuner among them", n)
	}
	t.Logf("%d answers checked", c.checked)
	testParameters(t, c, statement, all)
	testIncludes(t, c, statement, all)
	testGolden(t, c, all)
}

func rest(statement resource) []map[string]any {
	var list []map[string]any
	for _, r := range statement["rest"].([]any)[0].(map[string]any)["resource"].([]any) {
		list = append(list, r.(map[string]any))
	}
	return list
}
