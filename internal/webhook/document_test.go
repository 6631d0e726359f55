package webhook

import (
	"encoding/json"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// What is sent is what the OpenAPI document says, with its headers.
func TestMessagesAreAsDescribed(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("../api/testdata/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	hook, _ := w.subscribe(store.Webhook{})
	w.change(store.KindType, "a")
	w.run()
	w.exec("UPDATE webhooks SET cursor = '000000000000-1-1' WHERE id = $1", hook.ID)
	w.run()
	if err := w.store.TestWebhook(t.Context(), tester, hook.ID); err != nil {
		t.Fatal(err)
	}
	w.run()
	if len(w.got) != 3 {
		t.Fatalf("%d messages, want 3", len(w.got))
	}
	for i, name := range []string{"endringer", "endringer", "test"} {
		op := doc.Webhooks[name].Post
		var body map[string]any
		if err := json.Unmarshal(w.got[i].body, &body); err != nil {
			t.Fatal(err)
		}
		schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
		if err := schema.VisitJSON(body); err != nil {
			t.Errorf("%s: %v\n%s", name, err, w.got[i].body)
		}
		for field := range body {
			if schema.Properties[field] == nil {
				t.Errorf("%s: the document does not have %s", name, field)
			}
		}
		data, _ := body["data"].(map[string]any)
		for field := range data {
			if schema.Properties["data"].Value.Properties[field] == nil {
				t.Errorf("%s: the document does not have data.%s", name, field)
			}
		}
		for _, p := range op.Parameters {
			if w.got[i].header.Get(p.Value.Name) == "" {
				t.Errorf("%s: no header %s", name, p.Value.Name)
			}
		}
	}
	if !w.message(1).Data.BegynnPaNytt {
		t.Error("the second does not tell to begin anew")
	}
}
