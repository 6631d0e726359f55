package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// The reference has every call, with what it says and what it gives.
func TestReference(t *testing.T) {
	app, _ := newTestApp(t)
	doc, _ := contract(t, app)
	for _, root := range []string{Root, Root + "/"} {
		if resp, _ := call(t, app, http.MethodGet, root); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != Root+"/docs" {
			t.Errorf("%s = %d to %q, want the page", root, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
	resp, body := call(t, app, http.MethodGet, Root+"/docs")
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("docs = %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	page := htmlcheck.Parse(body)
	for _, fault := range page.Faults() {
		t.Error(fault)
	}
	if page.All("html")[0].Attr("lang") != "nb" || len(page.All("h1")) != 1 {
		t.Error("the page wants one h1 and a language")
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			section, ok := page.First("section[aria-labelledby='" + op.OperationID + "']")
			if !ok {
				t.Errorf("no entry for %s %s", method, path)
				continue
			}
			text := section.Text()
			if !strings.Contains(text, method+" "+Root+path) || !strings.Contains(text, op.Summary) {
				t.Errorf("%s: %.200s", op.OperationID, text)
			}
			for _, p := range op.Parameters {
				if !strings.Contains(text, p.Value.Name) {
					t.Errorf("%s lacks the parameter %s", op.OperationID, p.Value.Name)
				}
			}
			if op.OperationID == "ett-kurs" { // there are no courses in the test directory
				if !strings.Contains(text, "ingenting å vise") {
					t.Error("it is not said that there are no courses")
				}
				continue
			}
			if got := len(section.All("[data-sprak]")); got != len(languages) {
				t.Errorf("%s has examples in %d languages, want %d", op.OperationID, got, len(languages))
			}
			if got := section.Has("form[data-prov]"); got != (method == http.MethodGet) {
				t.Errorf("%s can be tried: %v", op.OperationID, got)
			}
			if method == http.MethodGet && !section.Has("details pre") {
				t.Errorf("%s has no answer", op.OperationID)
			}
		}
	}
	// Every type that is linked to has its entry, and every status its explanation.
	for _, href := range page.Attrs("a[href^='#']", "href") {
		if !page.Has("[id='" + strings.TrimPrefix(href, "#") + "']") {
			t.Errorf("%s leads nowhere", href)
		}
	}
	for _, p := range page.All("section[aria-labelledby^='feil-']") {
		if len(p.Text()) < 60 || !p.Has("pre") {
			t.Errorf("a status without words: %s", p.Text())
		}
	}
}

// What is shown as an answer is what the call gives.
func TestReferenceShowsWhatCallsGive(t *testing.T) {
	app, _ := newTestApp(t)
	_, body := call(t, app, http.MethodGet, Root+"/docs")
	requests := 0
	for _, d := range htmlcheck.Parse(body).All("details") {
		request, ok := d.First(".o-ref__adresse code")
		shown, has := d.First("pre code")
		if !ok || !has {
			continue
		}
		method, target, _ := strings.Cut(request.Data(), " ")
		if method != http.MethodGet {
			continue
		}
		requests++
		_, answer := call(t, app, method, target)
		want, _, err := shorten([]byte(answer))
		if err != nil {
			t.Fatal(err)
		}
		if shown.Data() != want {
			t.Errorf("%s is shown as %.300s, and gives %.300s", target, shown.Data(), want)
		}
	}
	if requests < 20 {
		t.Errorf("only %d answers are shown", requests)
	}
}

// There is a page before there is an index; and a new one when the index has changed.
func TestReferenceFollowsTheIndex(t *testing.T) {
	var v *search.View
	app := fiber.New(fiber.Config{Immutable: true})
	New(Deps{View: func() *search.View { return v }, BaseURL: testURL}).Mount(app)
	resp, body := call(t, app, http.MethodGet, Root+"/docs")
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, "Søk i tilbudene") || strings.Contains(body, "data-eksempler") {
		t.Errorf("without an index: %d", resp.StatusCode)
	}
	_, index := newTestApp(t)
	v = index.View()
	_, with := call(t, app, http.MethodGet, Root+"/docs")
	o := testOfferings()[0]
	if !strings.Contains(with, "data-eksempler") || !strings.Contains(with, o.Name) {
		t.Error("with an index there are no examples")
	}
	o.Name = "Testtilbud med nytt navn"
	if err := index.Apply(search.Batch{Put: []search.Document{search.OfferingDocument(o)}}); err != nil {
		t.Fatal(err)
	}
	v = index.View()
	if _, after := call(t, app, http.MethodGet, Root+"/docs"); !strings.Contains(after, o.Name) {
		t.Error("the page shows what was")
	}
}

// Without script, a form leads to the call that it fills in.
func TestTry(t *testing.T) {
	app, _ := newTestApp(t)
	for target, want := range map[string]string{
		"/tilbud?q=barn&kommune=0301,+Lillestr%C3%B8m&sorter=&antall=2": Root + "/tilbud?antall=2&kommune=0301&kommune=Lillestr%C3%B8m&q=barn",
		"/ett-tilbud?id=1":             Root + "/tilbud/1",
		"/ett-tilbud?id=../kurs":       Root + "/tilbud/..%2Fkurs",
		"/ett-tilbud?id=":              Root + "/docs#ett-tilbud",
		"/typer?ukjent=1":              Root + "/typer",
		"/artikkel?seksjon=a&slug=b+c": Root + "/artikler/a/b%20c",
		"/forslag?q=%0d%0aa%26b":       Root + "/forslag?q=a%26b",
	} {
		resp, _ := call(t, app, http.MethodGet, Root+"/docs/prov"+target)
		if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("%s leads to %d %s, want %s", target, resp.StatusCode, got, want)
		}
	}
	for _, target := range []string{"/finnes-ikke", "/endre-tilbud?id=1"} {
		if resp, body := call(t, app, http.MethodGet, Root+"/docs/prov"+target); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s = %d %s, want 404", target, resp.StatusCode, body)
		}
	}
}

func TestShorten(t *testing.T) {
	long := strings.Repeat("å", shownText+7)
	for in, want := range map[string]string{
		`{"a":[],"b":null,"c":1.50,"d":true,"e":{}}`: "{\n  \"a\": [],\n  \"b\": null,\n  \"c\": 1.50,\n  \"d\": true,\n  \"e\": {\n  }\n}",
		`[{"a":1},{"a":2},{"a":3}]`:                  "[\n  {\n    \"a\": 1\n  }\n  … og 2 til\n]",
		`["a","b"]`:                                  "[\n  \"a\",\n  \"b\"\n]",
		`[1,2,3,4,5,6,7]`:                            "[\n  1,\n  2,\n  3,\n  4,\n  5,\n  6\n  … og 1 til\n]",
		`"<a> & \"b\""`:                              `"<a> & \"b\""`,
		`"` + long + `"`:                             `"` + long[:2*shownText] + ` … og 7 tegn til"`,
	} {
		got, cut, err := shorten([]byte(in))
		if err != nil || got != want || cut != strings.Contains(want, "…") {
			t.Errorf("%.60s: %s, %v, %v, want %s", in, got, cut, err, want)
		}
	}
	if _, _, err := shorten(nil); err == nil {
		t.Error("nothing is no answer")
	}
}

// What the document does not say, nobody who reads the reference learns.
func TestEverythingIsDescribed(t *testing.T) {
	app, _ := newTestApp(t)
	doc, _ := contract(t, app)
	sentence := regexp.MustCompile(`[.)]$`)
	check := func(where, text string) {
		if !sentence.MatchString(text) {
			t.Errorf("%s: %q is no sentence", where, text)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			check(method+" "+path, op.Description)
			if op.Summary == "" || len(op.Tags) == 0 {
				t.Errorf("%s %s has no summary or no tag", method, path)
			}
			for _, p := range op.Parameters {
				check(method+" "+path+" "+p.Value.Name, p.Value.Description)
			}
		}
	}
	// Read as it stands: kin-openapi drops what stands beside a reference.
	_, body := call(t, app, http.MethodGet, Root+"/openapi.json")
	var raw struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Description string }
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &raw); err != nil {
		t.Fatal(err)
	}
	for name, schema := range raw.Components.Schemas {
		for field, p := range schema.Properties {
			check(name+"."+field, p.Description)
		}
	}
}
