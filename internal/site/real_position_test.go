package site_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// What a browser needs to find its kommune: texts in the language of the page, and a file of
// all kommuner that can be kept for ever under its name.
func testPosition(t *testing.T, r *real) {
	for prefix, waiting := range map[string]string{"": "Finner ut hvor du er …", "/nn": "Vi finn ut kvar du er …", "/en": "Finding out where you are …"} {
		button, ok := r.page(t, prefix+"/").First("form.o-ask [data-posisjon]")
		if !ok || button.Attr("data-posisjon") != prefix+"/kart/posisjon.json" || button.Attr("data-til") != prefix+"/kommune/" {
			t.Fatalf("the front page in %q has the button %s", prefix, button)
		}
		if !strings.Contains(button.String(), "hidden") {
			t.Error("the button is shown where there is no script")
		}
		_, body := get(t, r.app, button.Attr("data-posisjon"))
		var texts map[string]string
		if err := json.Unmarshal([]byte(body), &texts); err != nil || texts["venter"] != waiting {
			t.Fatalf("%v, waiting is %q, want %q", err, texts["venter"], waiting)
		}
		for name, text := range texts {
			if text == "" || strings.Contains(text, "%") {
				t.Errorf("%s is %q", name, text)
			}
		}
		response, body := get(t, r.app, texts["kommuner"])
		var file struct {
			Objects struct {
				Kommuner struct {
					Geometries []struct {
						Properties struct{ Kommunenummer, Navn string }
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(body), &file); err != nil || len(file.Objects.Kommuner.Geometries) != len(r.kommuner) {
			t.Fatalf("%d kommuner, %v, want %d", len(file.Objects.Kommuner.Geometries), err, len(r.kommuner))
		}
		if got := response.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("the file is kept as %q", got)
		}
		response, other := get(t, r.app, "/kart/kommuner/0123456789abcdef.json")
		if response.StatusCode != http.StatusOK || other != body || response.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("under another version: %s, kept as %q", response.Status, response.Header.Get("Cache-Control"))
		}
	}
}
