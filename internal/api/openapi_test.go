package api

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/nasjonal-oversikt/oversikt/internal/changelog"
)

// recordedDocument is the OpenAPI document as it was published last. The Go client is made
// from it.
const recordedDocument = "openapi.json"

func readDocument(t *testing.T, src []byte) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(src)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Within version 1 nothing is taken away and nothing more is asked for. What is added stands
// in the changelog. -update does not get past this test: it records no document that breaks.
func TestDocumentKeepsItsPromises(t *testing.T) {
	app, _ := newTestApp(t)
	_, body := call(t, app, http.MethodGet, Root+"/openapi.json")
	recorded, err := os.ReadFile("testdata/" + recordedDocument)
	if err != nil {
		t.Fatal(err)
	}
	now := shapeOf(readDocument(t, []byte(body)))
	for _, fault := range now.breaking(shapeOf(readDocument(t, recorded))) {
		t.Errorf("this breaks programs, and needs a version 2: %s", fault)
	}
	documented := slices.IndexFunc(changelog.All(), func(e changelog.Entry) bool { return e.Document != "" })
	if documented < 0 || changelog.All()[documented].Document != now.fingerprint() {
		t.Errorf("the OpenAPI document has changed: write in internal/changelog/endringslogg.yaml what is new, in an entry with dokument: %s", now.fingerprint())
	}
	if t.Failed() {
		t.FailNow()
	}
	golden(t, recordedDocument, []byte(body+"\n"))
}

// By JSON Schema a value must be of the type and among the values: null too. The library that
// our other tests hold answers against lets it pass.
func TestNullIsAmongTheValues(t *testing.T) {
	app, _ := newTestApp(t)
	_, body := call(t, app, http.MethodGet, Root+"/openapi.json")
	var look func(path string, in any)
	look = func(path string, in any) {
		switch in := in.(type) {
		case map[string]any:
			types, _ := in["type"].([]any)
			values, only := in["enum"].([]any)
			if only && slices.Contains(types, any("null")) && !slices.Contains(values, nil) {
				t.Errorf("%s can be null, and is one of %v", path, values)
			}
			for key, of := range in {
				look(path+"/"+key, of)
			}
		case []any:
			for _, of := range in {
				look(path, of)
			}
		}
	}
	var doc any
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		t.Fatal(err)
	}
	look("", doc)
}

// What the comparison is there to find, it finds; and additions pass.
func TestBreakingChangesAreFound(t *testing.T) {
	recorded, err := os.ReadFile("testdata/" + recordedDocument)
	if err != nil {
		t.Fatal(err)
	}
	old := shapeOf(readDocument(t, recorded))
	type object = map[string]any
	at := func(doc any, path ...any) any {
		for _, step := range path {
			switch step := step.(type) {
			case string:
				doc = doc.(object)[step]
			case int:
				doc = doc.([]any)[step]
			}
		}
		return doc
	}
	parameters := func(doc object) []any { return at(doc, "paths", "/tilbud", "get", "parameters").([]any) }
	add := func(doc object, parameter object) {
		at(doc, "paths", "/tilbud", "get").(object)["parameters"] = append(parameters(doc), parameter)
	}
	properties := func(doc object, schema string) object {
		return at(doc, "components", "schemas", schema, "properties").(object)
	}
	require := func(doc object, schema, field string) {
		s := at(doc, "components", "schemas", schema).(object)
		required, _ := s["required"].([]any)
		s["required"] = append(required, field)
	}
	for name, c := range map[string]struct {
		change func(doc object)
		want   string // of the first fault; empty: none
	}{
		"nothing":             {func(object) {}, ""},
		"path removed":        {func(doc object) { delete(at(doc, "paths").(object), "/fylker") }, "no more: GET /fylker"},
		"method removed":      {func(doc object) { delete(at(doc, "paths", "/tilbud").(object), "post") }, "no more: POST /tilbud"},
		"parameter removed":   {func(doc object) { at(doc, "paths", "/tilbud", "get").(object)["parameters"] = parameters(doc)[1:] }, "no more: GET /tilbud query.q"},
		"field removed":       {func(doc object) { delete(properties(doc, "Telefon"), "vises") }, ".vises"},
		"field may be absent": {func(doc object) { at(doc, "components", "schemas", "Telefon").(object)["required"] = []any{} }, "is always there"},
		"field may be null":   {func(doc object) { properties(doc, "Telefon")["vises"].(object)["type"] = []any{"string", "null"} }, "is not null"},
		"type changed":        {func(doc object) { properties(doc, "Tilbud")["id"].(object)["type"] = "string" }, "id is integer"},
		"value removed":       {func(doc object) { properties(doc, "Dekning")["niva"].(object)["enum"] = []any{"kommune", "fylke"} }, "can be nasjonal"},
		"message removed":     {func(doc object) { delete(at(doc, "webhooks").(object), "test") }, "no more: message test"},
		"message without": {func(doc object) {
			delete(at(doc, "webhooks", "endringer", "post", "requestBody", "content", "application/json", "schema", "properties", "data", "properties").(object), "etter")
		}, "no more: message endringer.data.etter"},
		"required parameter": {func(doc object) {
			add(doc, object{"in": "query", "name": "ny", "required": true, "schema": object{"type": "string"}})
		}, "new demand: GET /tilbud query.ny given"},
		"required field sent": {func(doc object) {
			properties(doc, "TilbudInn")["ny"] = object{"type": "string"}
			require(doc, "TilbudInn", "ny")
		}, "body.ny given"},
		"known field required": {func(doc object) { require(doc, "TilbudInn", "ingress") }, "body.ingress given"},
		"lower maximum":        {func(doc object) { at(parameters(doc), 14, "schema").(object)["maximum"] = 50 }, "stricter: GET /tilbud query.antall"},
		"higher minimum":       {func(doc object) { at(parameters(doc), 14, "schema").(object)["minimum"] = 2 }, "stricter: GET /tilbud query.antall"},
		"shorter text":         {func(doc object) { properties(doc, "TilbudInn")["navn"].(object)["maxLength"] = 100 }, "stricter: POST /tilbud body.navn"},
		"new limit":            {func(doc object) { properties(doc, "TelefonInn")["nummer"].(object)["maxLength"] = 100 }, "new demand: POST /tilbud body.telefon[].nummer"},

		"new path": {func(doc object) { at(doc, "paths").(object)["/nytt"] = at(doc, "paths", "/fylker") }, ""},
		"new parameter": {func(doc object) {
			add(doc, object{"in": "query", "name": "ny", "schema": object{"type": "string", "maxLength": 5}})
		}, ""},
		"new field": {func(doc object) {
			properties(doc, "Tilbud")["nytt"] = object{"type": "string"}
			require(doc, "Tilbud", "nytt")
		}, ""},
		"new field to send": {func(doc object) { properties(doc, "TilbudInn")["nytt"] = object{"type": "string", "maxLength": 5} }, ""},
		"longer text":       {func(doc object) { properties(doc, "TilbudInn")["navn"].(object)["maxLength"] = 300 }, ""},
		"new value": {func(doc object) {
			properties(doc, "Dekning")["niva"].(object)["enum"] = []any{"kommune", "fylke", "nasjonal", "region"}
		}, ""},
		"other words": {func(doc object) { properties(doc, "Tilbud")["klage"].(object)["description"] = "Noe annet." }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var doc object
			if err := json.Unmarshal(recorded, &doc); err != nil {
				t.Fatal(err)
			}
			c.change(doc)
			changed, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			now := shapeOf(readDocument(t, changed))
			faults := now.breaking(old)
			switch {
			case c.want == "" && len(faults) > 0:
				t.Errorf("found %q, want nothing", faults)
			case c.want != "" && !slices.ContainsFunc(faults, func(s string) bool { return strings.Contains(s, c.want) }):
				t.Errorf("found %q, want %q", faults, c.want)
			}
			if same := now.fingerprint() == old.fingerprint(); same != (name == "nothing" || name == "other words") {
				t.Errorf("the same fingerprint: %v", same)
			}
		})
	}
}
