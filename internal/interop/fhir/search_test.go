package fhir_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/interop/fhir"
)

var update = flag.Bool("update", false, "rewrite golden files")

// values returns what stands at a path in a resource: "coverageArea.reference".
func values(v any, path string) []any {
	if list, ok := v.([]any); ok {
		var all []any
		for _, e := range list {
			all = append(all, values(e, path)...)
		}
		return all
	}
	if path == "" {
		return []any{v}
	}
	name, rest, _ := strings.Cut(path, ".")
	object, _ := v.(map[string]any)
	if r, ok := v.(resource); ok {
		object = r
	}
	if object[name] == nil {
		return nil
	}
	return values(object[name], rest)
}

// texts returns the values at the paths as they are asked for.
func texts(paths ...string) func(resource) []string {
	return func(r resource) []string {
		var list []string
		for _, path := range paths {
			for _, v := range values(r, path) {
				list = append(list, fmt.Sprint(v))
			}
		}
		return list
	}
}

// tokens returns codes or identifiers at a path, with their systems.
func tokens(path, code string) func(resource) []string {
	return func(r resource) []string {
		var list []string
		for _, v := range values(r, path) {
			o := v.(map[string]any)
			list = append(list, fmt.Sprintf("%v|%v", o["system"], o[code]))
		}
		return list
	}
}

// asked is where the values of each search parameter stand in a resource, by the definitions
// of the standard.
var asked = map[string]func(resource) []string{
	"_id": texts("id"),

	"HealthcareService.active":           texts("active"),
	"HealthcareService.characteristic":   tokens("characteristic.coding", "code"),
	"HealthcareService.coverage-area":    texts("coverageArea.reference"),
	"HealthcareService.identifier":       tokens("identifier", "value"),
	"HealthcareService.location":         texts("location.reference"),
	"HealthcareService.name":             texts("name"),
	"HealthcareService.organization":     texts("providedBy.reference"),
	"HealthcareService.service-category": tokens("category.coding", "code"),
	"HealthcareService.service-type":     tokens("type.coding", "code"),
	"HealthcareService.specialty":        tokens("specialty.coding", "code"),

	"Location.address":            texts("address.line", "address.city", "address.district", "address.state", "address.postalCode", "address.country"),
	"Location.address-city":       texts("address.city"),
	"Location.address-country":    texts("address.country"),
	"Location.address-postalcode": texts("address.postalCode"),
	"Location.address-state":      texts("address.state"),
	"Location.identifier":         tokens("identifier", "value"),
	"Location.name":               texts("name", "alias"),
	"Location.organization":       texts("managingOrganization.reference"),
	"Location.partof":             texts("partOf.reference"),
	"Location.status":             texts("status"),

	"Organization.active":             texts("active"),
	"Organization.address":            texts("address.line", "address.city", "address.district", "address.state", "address.postalCode", "address.country"),
	"Organization.address-city":       texts("address.city"),
	"Organization.address-country":    texts("address.country"),
	"Organization.address-postalcode": texts("address.postalCode"),
	"Organization.address-state":      texts("address.state"),
	"Organization.identifier":         tokens("identifier", "value"),
	"Organization.name":               texts("name"),
	"Organization.type":               tokens("type.coding", "code"),

	"CodeSystem.name":   texts("name"),
	"CodeSystem.status": texts("status"),
	"CodeSystem.url":    texts("url"),
}

// testParameters asks with every search parameter of the CapabilityStatement, and compares
// with what the resources themselves hold.
func testParameters(t *testing.T, c *client, statement resource, all map[string]resource) {
	for _, r := range rest(statement) {
		kind := r["type"].(string)
		for _, p := range r["searchParam"].([]any) {
			p := p.(map[string]any)
			name := p["name"].(string)
			of, ok := asked[kind+"."+name]
			if name == "_id" {
				of, ok = asked[name], true
			}
			if !ok {
				if name != "near" && name != "_lastUpdated" { // see TestNear and TestLastUpdated
					t.Errorf("%s: nothing asks with %s", kind, name)
				}
				continue
			}
			testParameter(t, c, kind, name, p["type"].(string), of, all)
		}
	}
}

func testParameter(t *testing.T, c *client, kind, name, sort string, of func(resource) []string, all map[string]resource) {
	t.Helper()
	holders := map[string][]string{}
	var without []string
	for id, r := range all {
		if !strings.HasPrefix(id, kind+"/") {
			continue
		}
		list := of(r)
		for _, v := range list {
			if !slices.Contains(holders[v], id) {
				holders[v] = append(holders[v], id)
			}
		}
		if len(list) == 0 {
			without = append(without, id)
		}
	}
	same := func(query string, want []string) {
		t.Helper()
		var got []string
		for _, r := range c.all("/" + kind + "?_count=200&_elements=id&" + query) {
			got = append(got, r.name())
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s?%s found %d, want %d", kind, query, len(got), len(want))
		}
	}
	same(name+":missing=true", without)
	exact := name
	if sort == "string" {
		exact += ":exact"
	}
	all3 := slices.Sorted(maps.Keys(holders))
	for i := 0; i < len(all3); i += 1 + len(all3)/3 {
		same(exact+"="+url.QueryEscape(literal(all3[i], sort)), holders[all3[i]])
	}
	if len(all3) > 1 {
		either := slices.Concat(holders[all3[0]], holders[all3[1]])
		slices.Sort(either)
		same(exact+"="+url.QueryEscape(literal(all3[0], sort)+","+literal(all3[1], sort)), slices.Compact(either))
	}
}

// literal returns a value as it is written in a search: with a backslash before what else
// would divide it.
func literal(v, sort string) string {
	if sort == "token" {
		return strings.ReplaceAll(v, ",", `\,`)
	}
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, "|", `\|`, "$", `\$`).Replace(v)
}

// testIncludes asks for everything that can be included, and looks that it is what the
// matches refer to and nothing else.
func testIncludes(t *testing.T, c *client, statement resource, all map[string]resource) {
	seen := 0
	for _, r := range rest(statement) {
		kind := r["type"].(string)
		includes, _ := r["searchInclude"].([]any)
		for _, i := range includes {
			name := strings.TrimPrefix(i.(string), kind+":")
			b := c.get(fmt.Sprintf("/%s?_count=30&_include=%v", kind, i))
			want := map[string]bool{}
			for _, m := range b.entries("match") {
				for _, to := range asked[kind+"."+name](m) {
					want[to] = true
				}
			}
			for _, m := range b.entries("match") {
				delete(want, m.name())
			}
			for _, got := range b.entries("include") {
				seen++
				if !want[got.name()] {
					t.Errorf("%v includes %s, which nothing refers to", i, got.name())
				}
				delete(want, got.name())
			}
			if len(want) > 0 {
				t.Errorf("%v leaves out %v", i, slices.Sorted(maps.Keys(want)))
			}
		}
		reverse, _ := r["searchRevInclude"].([]any)
		for _, i := range reverse {
			b := c.get(fmt.Sprintf("/%s?_count=3&_revinclude=%v", kind, i))
			of, name, _ := strings.Cut(i.(string), ":")
			for _, got := range b.entries("include") {
				seen++
				to := asked[of+"."+name](got)
				if !slices.ContainsFunc(b.entries("match"), func(m resource) bool { return slices.Contains(to, m.name()) }) {
					t.Errorf("%v brings %s, which refers to no match", i, got.name())
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("%d resources were included, want more", seen)
	}
}

// testGolden compares one resource of each type with what it was.
func testGolden(t *testing.T, c *client, all map[string]resource) {
	for name, path := range map[string]string{
		"healthcareservice.json":   "/HealthcareService?name:exact=" + url.QueryEscape(literal("Alta og Hammerfest familievernkontor, Alta", "string")),
		"location-door.json":       "/Location?address-postalcode=9510&name:contains=familievernkontor",
		"location-kommune.json":    "/Location?identifier=" + url.QueryEscape("https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle|5601"),
		"organization.json":        "/Organization?identifier:missing=false&_sort=name&_count=1",
		"codesystem.json":          "/CodeSystem?_id=tilbudsgruppe",
		"capabilitystatement.json": "/metadata",
	} {
		r := c.get(path)
		if r["resourceType"] == "Bundle" {
			r = r.entries("match")[0]
		}
		unstable(r)
		content, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, append(content, '\n'))
	}
}

// unstable takes out what is another for each database.
func unstable(v any) {
	switch v := v.(type) {
	case resource:
		unstable(map[string]any(v))
	case map[string]any:
		delete(v, "versionId")
		delete(v, "lastUpdated")
		if s, ok := v["reference"].(string); ok && !strings.HasPrefix(s, "Location/") {
			delete(v, "reference")
		}
		if v["resourceType"] == "HealthcareService" || v["resourceType"] == "Organization" || v["managingOrganization"] != nil {
			delete(v, "id")
		}
		if v["use"] == "official" && strings.HasSuffix(fmt.Sprint(v["system"]), "/tilbud") {
			delete(v, "value")
		}
		if v["resourceType"] == "HealthcareService" {
			delete(v, "location") // its name follows from the offering's
		}
		for _, e := range v {
			unstable(e)
		}
	case []any:
		for _, e := range v {
			unstable(e)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s\nrewrite it with go test ./internal/interop/fhir -update", name, diff)
	}
}

// TestErrors asks for what there is not. Every answer is an OperationOutcome.
func TestErrors(t *testing.T) {
	c := newClient(t, small(t))
	for _, tt := range []struct {
		method, path, body string
		headers            []string
		status             int
		code               string
	}{
		{"GET", "?_id=1", "", nil, 404, "not-found"},
		{"POST", "", "{}", nil, 405, "not-supported"},
		{"GET", "/Patient", "", nil, 404, "not-supported"},
		{"GET", "/Patient/1", "", nil, 404, "not-supported"},
		{"GET", "/healthcareservice", "", nil, 404, "not-supported"},
		{"GET", "/HealthcareService/1", "", nil, 404, "not-found"},
		{"GET", "/HealthcareService/_history", "", nil, 404, "not-supported"},
		{"GET", "/_history", "", nil, 404, "not-supported"},
		{"GET", "/HealthcareService/$validate", "", nil, 404, "not-supported"},
		{"GET", "/a/b/c/d/e", "", nil, 404, "not-found"},
		{"POST", "/HealthcareService", "{}", nil, 405, "not-supported"},
		{"POST", "", "{}", nil, 405, "not-supported"},
		{"PUT", "/HealthcareService/1", "{}", nil, 405, "not-supported"},
		{"PATCH", "/HealthcareService/1", "{}", nil, 405, "not-supported"},
		{"DELETE", "/HealthcareService/1", "", nil, 405, "not-supported"},
		{"GET", "/HealthcareService?_format=xml", "", nil, 406, "not-supported"},
		{"GET", "/metadata?_format=application/fhir%2Bxml", "", nil, 406, "not-supported"},
		{"GET", "/Location", "", []string{"Accept", "application/fhir+xml"}, 406, "not-supported"},
		{"GET", "/Location", "", []string{"Accept", "application/fhir+json; fhirVersion=3.0"}, 406, "not-supported"},
		{"POST", "/Location/_search", "{}", []string{"Content-Type", "application/json"}, 415, "not-supported"},
		{"GET", "/HealthcareService?bogus=1", "", []string{"Prefer", "handling=strict"}, 400, "not-supported"},
		{"GET", "/HealthcareService?_include=bogus", "", []string{"Prefer", "handling=strict"}, 400, "not-supported"},
		{"GET", "/HealthcareService?_sort=bogus", "", []string{"Prefer", "return=minimal, handling=strict"}, 400, "not-supported"},
		{"GET", "/HealthcareService?name:bogus=1", "", nil, 400, "not-supported"},
		{"GET", "/HealthcareService?active:exact=true", "", nil, 400, "not-supported"},
		{"GET", "/HealthcareService?organization:Location=1", "", nil, 400, "not-supported"},
		{"GET", "/HealthcareService?name:missing=ja", "", nil, 400, "value"},
		{"GET", "/HealthcareService?_count=-1", "", nil, 400, "value"},
		{"GET", "/HealthcareService?_count=x", "", nil, 400, "value"},
		{"GET", "/HealthcareService?_summary=x", "", nil, 400, "value"},
		{"GET", "/HealthcareService?_total=x", "", nil, 400, "value"},
		{"GET", "/HealthcareService?_page=x", "", nil, 400, "value"},
		{"GET", "/HealthcareService?_lastUpdated=i+dag", "", nil, 400, "value"},
		{"GET", "/HealthcareService?_lastUpdated=ap2026", "", nil, 400, "value"},
		{"GET", "/HealthcareService?name=%ff", "", nil, 400, "value"},
		{"GET", "/HealthcareService?name=%zz", "", nil, 400, "invalid"},
		{"GET", "/HealthcareService?service-type=a%7Cb%7Cc", "", nil, 400, "value"},
		{"GET", "/Location?near=Oslo", "", nil, 400, "value"},
		{"GET", "/Location?near=91%7C10", "", nil, 400, "value"},
		{"GET", "/Location?near=NaN%7C10", "", nil, 400, "value"},
		{"GET", "/Location?near=59.9%7C10.7%7C5%7Cmil", "", nil, 400, "value"},
		{"GET", "/Location?near:not=59.9%7C10.7", "", nil, 400, "not-supported"},
	} {
		resp, content := c.do(tt.method, tt.path, tt.body, tt.headers...)
		if resp.StatusCode != tt.status {
			t.Errorf("%s %s = %d, want %d: %s", tt.method, tt.path, resp.StatusCode, tt.status, content)
			continue
		}
		c.valid(tt.method+" "+tt.path, content)
		if code := texts("issue.code")(decode(t, content)); !slices.Equal(code, []string{tt.code}) {
			t.Errorf("%s %s: issue %v, want %s", tt.method, tt.path, code, tt.code)
		}
		if tt.status == http.StatusMethodNotAllowed && resp.Header.Get("Allow") == "" {
			t.Errorf("%s %s does not say what is allowed", tt.method, tt.path)
		}
		if got := resp.Header.Get("Content-Type"); got != "application/fhir+json; charset=utf-8" {
			t.Errorf("%s %s is %s", tt.method, tt.path, got)
		}
	}
}

func TestUnknownIsIgnoredAndSaid(t *testing.T) {
	c := newClient(t, small(t))
	b := c.get("/HealthcareService?bogus=1&_include=bogus&active=true")
	outcomes := b.entries("outcome")
	if len(outcomes) != 1 || len(outcomes[0]["issue"].([]any)) != 2 {
		t.Fatalf("outcomes %v, want one that names both", outcomes)
	}
	if self := b.link("self"); strings.Contains(self, "bogus") || !strings.Contains(self, "active=true") {
		t.Errorf("self link %s, want what was understood and nothing else", self)
	}
	if b.total() != c.get("/HealthcareService?active=true").total() {
		t.Error("what is unknown changes what is found")
	}
}

// TestCheckFindsFaults plants faults in a right resource. Those against FHIR itself the
// library must find too, or else it has looked at nothing.
func TestCheckFindsFaults(t *testing.T) {
	c := newClient(t, small(t))
	right, err := json.Marshal(c.get("/HealthcareService?_count=1&_include=*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, from, to string
		byLibrary      bool
	}{
		{"unknown element", `"providedBy":{`, `"givenBy":{`, true},
		{"wrong code", `"mode":"instance"`, `"mode":"here"`, true},
		{"wrong kind of telecom", `"system":"phone"`, `"system":"telephone"`, true},
		{"wrong type", `"active":true`, `"active":"true"`, true},
		{"text for a list", `"line":["Prøveveien 1"]`, `"line":"Prøveveien 1"`, true},
		{"lost reference", `"reference":"Organization/`, `"reference":"Location/`, true},
		{"time without seconds", `"availableStartTime":"08:30:00"`, `"availableStartTime":"08:30"`, true},
		{"no description", `"description":"Julaften"`, `"id":"Julaften"`, true},
		{"empty text", `"country":"NO"`, `"country":""`, false},
		{"old identifier", `2.16.578.1.12.4.1.4.101`, `2.16.578.1.12.4.1.2.101`, false},
		{"wrong number", `"value":"999999999"`, `"value":"999999998"`, false},
		{"wrong kommunenummer", `"valueCoding":{"code":"3`, `"valueCoding":{"code":"x`, false},
		{"other system", `"system":"https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"`, `"system":"urn:x:kommuner"`, false},
		{"wrong postnummer", `"postalCode":"0999"`, `"postalCode":"N-999"`, false},
		{"doubled mode", `"mode":"include"`, `"mode":"outcome"`, false},
		{"no profile", `StructureDefinition/no-basis-Location`, `StructureDefinition/no-basis-Place`, false},
		{"broken narrative", `\u003c/div`, `\u003c/p`, false},
	} {
		wrong := strings.ReplaceAll(string(right), tt.from, tt.to)
		if wrong == string(right) {
			t.Errorf("%s: nothing to change", tt.name)
			continue
		}
		if len(fhir.Check([]byte(wrong))) == 0 {
			t.Errorf("%s is not found", tt.name)
		}
		if _, err := c.validator.Unmarshal([]byte(wrong)); tt.byLibrary && err == nil {
			t.Errorf("%s is not found by the library", tt.name)
		}
	}
	for _, nonsense := range []string{"", "[]", "{}", `{"resourceType":"Patient"}`, `{"resourceType":"Bundle","type":"searchset","total":0}`} {
		if len(fhir.Check([]byte(nonsense))) == 0 {
			t.Errorf("%q is taken for a resource", nonsense)
		}
	}
}
