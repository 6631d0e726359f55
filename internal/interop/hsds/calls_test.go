package hsds

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// names returns the names of the services on the page.
func names(t testing.TB, body []byte) []string {
	t.Helper()
	var list []string
	for _, s := range decoded[Page[struct{ Name, ID string }]](t, body).Contents {
		list = append(list, s.Name)
	}
	return list
}

func TestLists(t *testing.T) {
	app := appOf(index(t).View)
	barn := interop.TermID(directory.TargetGroup, "barn").String()
	for target, want := range map[string][]string{
		"/services":                          {"Prøvetilbud med alt", "Prøvetilbud uten noe", "Prøvetelefon for hele landet", "Prøvetilbud som er stengt"},
		"/services?per_page=2&page=2":        {"Prøvetelefon for hele landet", "Prøvetilbud som er stengt"},
		"/services?per_page=3&page=2":        {"Prøvetilbud som er stengt"},
		"/services?per_page=3&page=3":        nil,
		"/services?search=":                  {"Prøvetilbud med alt", "Prøvetilbud uten noe", "Prøvetelefon for hele landet", "Prøvetilbud som er stengt"},
		"/services?search=Prøvetelefon":      {"Prøvetelefon for hele landet"},
		"/services?search=finnesaldeles":     nil,
		"/services?taxonomy_term_id=" + barn: {"Prøvetilbud med alt"},
		"/services?taxonomy_term_id=" + interop.TypeID("hjelpetelefon").String(): {"Prøvetelefon for hele landet", "Prøvetilbud som er stengt"},
		"/services?taxonomy_id=" + interop.ID("taxonomy", "tema").String():       {"Prøvetilbud med alt"},
		"/services?organization_id=" + named5("org8").String():                   {"Prøvetelefon for hele landet", "Prøvetilbud som er stengt"},
		"/services?organization_id=" + unnamedID.String():                        {"Prøvetilbud uten noe"},
		"/services?modified_after=2026-12-20":                                    {"Prøvetelefon for hele landet"},
		"/services?modified_after=2026-12-20T08:00:00.123Z":                      {"Prøvetelefon for hele landet"},
		"/services?modified_after=2026-12-20T10:00:00%2B01:00":                   nil,
		"/services?modified_after=2026-12-20T09:00:00+01:00":                     {"Prøvetelefon for hele landet"},
		"/services?postcode=0155":                                                {"Prøvetilbud med alt", "Prøvetilbud uten noe", "Prøvetelefon for hele landet"},
		"/services?postcode=2000":                                                {"Prøvetilbud med alt", "Prøvetelefon for hele landet", "Prøvetilbud som er stengt"},
		"/services?postcode=9170":                                                {"Prøvetelefon for hele landet"},
		"/services?postcode=0155&proximity=5000":                                 {"Prøvetilbud med alt"},
		"/organizations":                                                         {"Prøveforeningen", "Oslo kommune", "Ikke oppgitt"},
		"/organizations?search=oslo kommune&per_page=1":                          {"Oslo kommune"},
		"/organizations?taxonomy_term_id=" + barn:                                {"Prøveforeningen"},
		"/organizations?modified_after=2026-12-01":                               {"Oslo kommune"},
		"/taxonomies":                             {"Typer tilbud", "Målgrupper", "Temaer", "Former"},
		"/taxonomies?search=målgrupp":             {"Målgrupper"},
		"/taxonomy_terms":                         {"Hjelpetelefon", "PPT", "Barn", "Rus", "Samtale"},
		"/taxonomy_terms?top_only=true&search=ru": {"Rus"},
		"/taxonomy_terms?taxonomy_id=" + interop.ID("taxonomy", kindType).String(): {"Hjelpetelefon", "PPT"},
		"/taxonomy_terms?parent_id=" + barn:                                        nil,
	} {
		got := names(t, get(t, app, escaped(target)))
		if !slices.Equal(got, want) {
			t.Errorf("%s = %q, want %q", target, got, want)
		}
	}
	for target, want := range map[string]int{
		"/service_at_locations":                                            3,
		"/service_at_locations?postcode=0155":                              2,
		"/service_at_locations?postcode=2000":                              3,
		"/service_at_locations?postcode=0155&proximity=5000":               1,
		"/service_at_locations?postcode=2000&proximity=1":                  2, // known by their kommune alone
		"/service_at_locations?organization_id=" + named5("org8").String(): 1,
	} {
		if p := decoded[Page[item]](t, get(t, app, target)); p.TotalItems != want {
			t.Errorf("%s has %d, want %d", target, p.TotalItems, want)
		}
	}
}

func escaped(target string) string {
	path, query, _ := strings.Cut(target, "?")
	if query == "" {
		return path
	}
	return path + "?" + strings.NewReplacer(" ", "%20", "ø", "%C3%B8", "å", "%C3%A5").Replace(query)
}

func TestPagePastTheEnd(t *testing.T) {
	app := appOf(index(t).View)
	for target, want := range map[string]Page[item]{
		"/services?page=99":               {TotalItems: 4, TotalPages: 1, PageNumber: 99, LastPage: true, Empty: true, Contents: []item{}},
		"/services?search=finnesaldeles":  {TotalPages: 1, PageNumber: 1, FirstPage: true, LastPage: true, Empty: true, Contents: []item{}},
		"/services?page=999999999":        {TotalItems: 4, TotalPages: 1, PageNumber: 999999999, LastPage: true, Empty: true, Contents: []item{}},
		"/services?page=2&per_page=1000":  {TotalItems: 4, TotalPages: 1, PageNumber: 2, LastPage: true, Empty: true, Contents: []item{}},
		"/services?minimal=True&page=2":   {TotalItems: 4, TotalPages: 1, PageNumber: 2, LastPage: true, Empty: true, Contents: []item{}},
		"/taxonomy_terms?search=finnikke": {TotalPages: 1, PageNumber: 1, FirstPage: true, LastPage: true, Empty: true, Contents: []item{}},
	} {
		body := get(t, app, target)
		if got, _ := json.Marshal(decoded[Page[item]](t, body)); string(got) != string(mustJSON(t, want)) {
			t.Errorf("%s = %s, want %s", target, got, mustJSON(t, want))
		}
	}
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMinimal(t *testing.T) {
	p := decoded[Page[map[string]any]](t, get(t, appOf(index(t).View), "/services?minimal=true"))
	if p.Size != 4 || len(p.Contents[0]) != 2 || p.Contents[0]["modified_date"] != "2026-11-20T08:00:00.123Z" {
		t.Errorf("got %+v, want id and modified_date of all four", p)
	}
}

// A wrong parameter is refused with its name, and never answered as if it were not there.
func TestWrongParameters(t *testing.T) {
	app := appOf(index(t).View)
	const none = "00000000-0000-4000-8000-000000000000"
	for target, want := range map[string]struct {
		status   int
		location string
	}{
		"/services?page=0":                             {400, "query.page"},
		"/services?page=x":                             {400, "query.page"},
		"/services?page=-1":                            {400, "query.page"},
		"/services?page=99999999999999999999":          {400, "query.page"},
		"/services?page=1&page=2":                      {400, "query.page"},
		"/services?per_page=0":                         {400, "query.per_page"},
		"/services?per_page=1001":                      {400, "query.per_page"},
		"/services?full=kanskje":                       {400, "query.full"},
		"/services?format=xml":                         {400, "query.format"},
		"/services?modified_after=i-fjor":              {400, "query.modified_after"},
		"/services?taxonomy_term_id=barn":              {400, "query.taxonomy_term_id"},
		"/services?taxonomy_term_id=" + none:           {404, "query.taxonomy_term_id"},
		"/services?taxonomy_id=" + none:                {404, "query.taxonomy_id"},
		"/services?organization_id=" + none:            {404, "query.organization_id"},
		"/services?postcode=15":                        {400, "query.postcode"},
		"/services?postcode=9999":                      {404, "query.postcode"},
		"/services?proximity=100":                      {400, "query.proximity"},
		"/services?postcode=0155&proximity=-1":         {400, "query.proximity"},
		"/services?postcode=0155&proximity=NaN":        {400, "query.proximity"},
		"/services?serach=a":                           {400, "query.serach"},
		"/services?search=%ff":                         {400, "query.search"},
		"/services?search=a%00b":                       {400, "query.search"},
		"/services?search=" + strings.Repeat("a", 501): {400, "query.search"},
		"/services?search=%zz":                         {400, ""},
		"/services/" + none:                            {404, "path.id"},
		"/services/1":                                  {404, "path.id"},
		"/services/urn:uuid:" + none:                   {404, "path.id"},
		"/organizations/" + none:                       {404, "path.id"},
		"/organizations/" + none + "?full=true":        {400, "query.full"},
		"/service_at_locations/" + none:                {404, "path.id"},
		"/taxonomies/" + none:                          {404, "path.id"},
		"/taxonomies?full=true":                        {400, "query.full"},
		"/taxonomy_terms/" + none:                      {404, "path.id"},
		"/taxonomy_terms?parent_id=" + none:            {404, "query.parent_id"},
		"/taxonomy_terms?top_only=ja":                  {400, "query.top_only"},
	} {
		resp, body := call(t, app, http.MethodGet, Root+target, "")
		var p page.Problem
		if err := json.Unmarshal(body, &p); err != nil || resp.StatusCode != want.status || resp.Header.Get("Content-Type") != page.ProblemJSON {
			t.Errorf("%s = %d %s %s, want problem %d", target, resp.StatusCode, resp.Header.Get("Content-Type"), body, want.status)
			continue
		}
		if want.location != "" && (len(p.Errors) != 1 || p.Errors[0].Location != want.location || p.Errors[0].Message == "") {
			t.Errorf("%s: got %+v, want an error at %s", target, p.Errors, want.location)
		}
		if resp.Header.Get("Access-Control-Allow-Origin") != "*" || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("ETag") != "" {
			t.Errorf("%s: headers %v", target, resp.Header)
		}
	}
}

func TestPost(t *testing.T) {
	app := appOf(index(t).View)
	for name, tt := range map[string]struct{ target, body, kind string }{
		"address": {"?search=Pr%C3%B8vetelefon", "", ""},
		"form":    {"", url.Values{"search": {"Prøvetelefon"}, "page": {"1"}}.Encode(), "application/x-www-form-urlencoded"},
		"object":  {"", `{"search": "Prøvetelefon", "page": 1, "full": true, "organization_id": null}`, "application/json"},
	} {
		resp, body := call(t, app, http.MethodPost, Root+"/services"+tt.target, tt.body, "Content-Type", tt.kind)
		if resp.StatusCode != http.StatusOK || !slices.Equal(names(t, body), []string{"Prøvetelefon for hele landet"}) {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	for name, tt := range map[string]struct {
		body, kind string
		status     int
	}{
		"broken":  {`{"search"`, "application/json", 400},
		"list":    {`[1]`, "application/json", 400},
		"nested":  {`{"search": ["a"]}`, "application/json", 400},
		"unknown": {`{"q": "a"}`, "application/json", 400},
		"text":    {"search=a", "text/plain", 415},
	} {
		if resp, body := call(t, app, http.MethodPost, Root+"/services", tt.body, "Content-Type", tt.kind); resp.StatusCode != tt.status {
			t.Errorf("%s: %d %s, want %d", name, resp.StatusCode, body, tt.status)
		}
	}
	for _, l := range []string{"organizations", "service_at_locations", "taxonomies", "taxonomy_terms"} {
		if resp, _ := call(t, app, http.MethodPost, Root+"/"+l, ""); resp.StatusCode != http.StatusOK {
			t.Errorf("POST /%s = %d", l, resp.StatusCode)
		}
	}
}

func TestLines(t *testing.T) {
	app := appOf(index(t).View)
	for target, accept := range map[string]string{"/services?format=ndjson&per_page=1": "", "/services?full=true": "application/x-ndjson", "/service_at_locations?minimal=": "application/ndjson"} {
		resp, body := call(t, app, http.MethodGet, Root+strings.TrimSuffix(target, "?minimal="), "", "Accept", accept)
		lines := strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")
		want := 4
		if strings.HasPrefix(target, "/service_at") {
			want = 3
		}
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != mimeLines || len(lines) != want {
			t.Fatalf("%s = %d %s with %d lines, want %d", target, resp.StatusCode, resp.Header.Get("Content-Type"), len(lines), want)
		}
		for _, line := range lines {
			if decoded[item](t, []byte(line)).ID == "" {
				t.Errorf("%s: %s is no object", target, line)
			}
		}
	}
	for _, accept := range []string{"application/x-ndjson;q=0, application/json", "application/json, application/x-ndjson;q=0.1", "application/json, */*", "text/html"} {
		if resp, _ := call(t, app, http.MethodGet, Root+"/services", "", "Accept", accept); resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("Accept %s gives %s", accept, resp.Header.Get("Content-Type"))
		}
	}
	// Whoever asks for the head alone leaves no empty list behind for others.
	for range 3 {
		call(t, app, http.MethodHead, Root+"/services?format=ndjson", "")
	}
	if body := get(t, app, "/services?format=ndjson"); len(body) == 0 {
		t.Error("a list is empty after it was asked for by HEAD")
	}
	// A list that is asked for often in both forms comes in the one that is asked for.
	for range 3 {
		_, lines := call(t, app, http.MethodGet, Root+"/taxonomies", "", "Accept", mimeLines)
		_, list := call(t, app, http.MethodGet, Root+"/taxonomies", "", "Accept", "application/json")
		if bytes.Contains(lines, []byte("total_items")) || !bytes.Contains(list, []byte("total_items")) {
			t.Fatalf("got %s and %s", lines, list)
		}
	}
}

// Who errs is led to what describes these calls.
func TestNothingThere(t *testing.T) {
	app := appOf(index(t).View)
	resp, body := call(t, app, http.MethodGet, Root+"/finnesikke", "")
	if resp.StatusCode != http.StatusNotFound || resp.Header.Get("Content-Type") != "application/problem+json" || !bytes.Contains(body, []byte(Root+"/openapi.json")) {
		t.Errorf("got %d %s: %s", resp.StatusCode, resp.Header.Get("Content-Type"), body)
	}
}

func TestHeaders(t *testing.T) {
	x := index(t)
	app := appOf(x.View)
	for _, target := range []string{"", "/", "/services", "/services/" + named5("Prøvetilbud med alt").String(), "/taxonomies", "/openapi.json", "/profile", "/profile/service.json"} {
		resp, body := call(t, app, http.MethodGet, Root+target, "")
		etag := resp.Header.Get("ETag")
		if resp.StatusCode != http.StatusOK || etag == "" || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%q = %d with %v", target, resp.StatusCode, resp.Header)
		}
		if resp, _ := call(t, app, http.MethodGet, Root+target, "", "If-None-Match", etag); resp.StatusCode != http.StatusNotModified {
			t.Errorf("%q with its ETag = %d, want 304", target, resp.StatusCode)
		}
		if resp, got := call(t, app, http.MethodHead, Root+target, ""); resp.StatusCode != http.StatusOK || len(got) > 0 || resp.Header.Get("ETag") != etag {
			t.Errorf("HEAD %q = %d with %d bytes of body", target, resp.StatusCode, len(got))
		}
		if resp, got := call(t, app, http.MethodGet, Root+target, "", "Accept-Encoding", "gzip"); len(body) > 1000 && (resp.Header.Get("Content-Encoding") != "gzip" || len(got) >= len(body)) {
			t.Errorf("%q is not compressed: %v", target, resp.Header)
		}
		resp, _ = call(t, app, http.MethodOptions, Root+target, "", "Origin", "https://example.com", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
		if resp.StatusCode != http.StatusNoContent || !strings.Contains(resp.Header.Get("Access-Control-Allow-Methods"), "POST") || !strings.Contains(resp.Header.Get("Access-Control-Allow-Headers"), "Content-Type") {
			t.Errorf("preflight of %q = %d with %v", target, resp.StatusCode, resp.Header)
		}
	}
	if resp, _ := call(t, app, http.MethodGet, Root+"/services/"+unnamedID.String(), "", "If-None-Match", "*"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("what is not there, asked for with If-None-Match: *, = %d, want 404", resp.StatusCode)
	}
	// A change is seen at once, also where the answer was kept.
	before := get(t, app, "/services")
	get(t, app, "/services")
	o := offerings()[0]
	o.Name = "Prøvetilbud med nytt navn"
	if err := x.Apply(search.Batch{Put: []search.Document{search.OfferingDocument(o)}}); err != nil {
		t.Fatal(err)
	}
	if after := get(t, app, "/services"); bytes.Equal(before, after) || !bytes.Contains(after, []byte(o.Name)) {
		t.Error("the old name is still told")
	}
}

func TestNotReady(t *testing.T) {
	resp, _ := call(t, appOf(func() *search.View { return nil }), http.MethodGet, Root+"/services", "")
	if resp.StatusCode == http.StatusOK {
		t.Error("answers without an index")
	}
}

// The OpenAPI document is valid, and has all calls of the standard's with all their parameters.
func TestOpenAPI(t *testing.T) {
	body := get(t, appOf(index(t).View), "/openapi.json")
	doc, err := openapi3.NewLoader().LoadFromData(body)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Error(err)
	}
	if doc.Security == nil || len(doc.Security) > 0 {
		t.Errorf("security %v, want it said that there is none", doc.Security)
	}
	calls := doc.Paths.InMatchingOrder()
	if len(calls) != 11 {
		t.Errorf("%d paths, want / and two for each of five kinds", len(calls))
	}
	for path, names := range map[string]string{
		"/services":             "search page per_page format taxonomy_term_id taxonomy_id organization_id modified_after minimal full",
		"/organizations":        "search full_service full taxonomy_term_id taxonomy_id page per_page format",
		"/service_at_locations": "search taxonomy_term_id taxonomy_id organization_id modified_after full page per_page format postcode proximity",
		"/taxonomies":           "search page per_page format",
		"/taxonomy_terms":       "search page per_page format taxonomy_id top_only parent_id",
	} {
		item := doc.Paths.Find(path)
		if item == nil || item.Get == nil || item.Post == nil || doc.Paths.Find(path+"/{id}") == nil {
			t.Errorf("%s is not there whole", path)
			continue
		}
		if of := item.Get.Responses.Status(200).Value.Content["application/json"].Schema.Value; of.Properties["contents"] == nil || of.Properties["total_items"] == nil {
			t.Errorf("%s does not answer with a page", path)
		}
		for name := range strings.FieldsSeq(names) {
			if item.Get.Parameters.GetByInAndName("query", name) == nil || item.Post.Parameters.GetByInAndName("query", name) == nil {
				t.Errorf("%s does not take %s", path, name)
			}
		}
	}
}

// Every schema is served, and refuses what the profile does not have.
func TestSchemas(t *testing.T) {
	app := appOf(index(t).View)
	all := ours(t)
	for _, e := range Schemas() {
		served := decoded[map[string]any](t, get(t, app, "/profile/"+e.Name+".json"))
		if served["$id"] != testURL+Root+"/profile/"+e.Name+".json" || served["$schema"] != dialect {
			t.Errorf("%s is served as %v", e.Name, served["$id"])
		}
	}
	good := string(get(t, app, "/services/"+named5("Prøvetilbud med alt").String()))
	for what, bad := range map[string]string{
		"null":            strings.Replace(good, `"email":"a@example.org"`, `"email":null`, 1),
		"unknown field":   strings.Replace(good, `"email":`, `"epost":`, 1),
		"no uuid":         strings.Replace(good, named5("Prøvetilbud med alt").String(), "1", 1),
		"unknown status":  strings.Replace(good, `"status":"active"`, `"status":"open"`, 1),
		"relative url":    strings.Replace(good, `"url":"https://example.org/"`, `"url":"/tilbud"`, 1),
		"empty name":      strings.Replace(good, `"name":"Prøvetilbud med alt"`, `"name":""`, 1),
		"kommune of text": strings.Replace(good, `"kommunenummer":"0301"`, `"kommunenummer":"Oslo"`, 1),
		"no fylke":        strings.Replace(good, `"state_province":"Oslo",`, ``, 1),
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil || bad == good {
			t.Fatalf("%s: %v", what, err)
		}
		if all["service"].schema.Validate(v) == nil {
			t.Errorf("%s is taken for valid", what)
		}
	}
}

func TestProfilePage(t *testing.T) {
	body := string(get(t, appOf(index(t).View), "/profile"))
	for _, want := range []string{"HSDS-NO", "kommunenummer", Root + "/profile/service.json", "https://psi.norge.no/los/ord/helsestasjon"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// The course that is over leaves at midnight in Norway.
func TestCoursesLeave(t *testing.T) {
	a := New(Deps{View: index(t).View, BaseURL: testURL, Now: func() time.Time { return testNow }})
	w := &writer{a, a.contentsOf(index(t).View())}
	o := offerings()[0]
	days := func() (list []string) {
		for _, s := range w.courses(&o) {
			list = append(list, s.ValidFrom+" "+s.Description)
		}
		return list
	}
	want := []string{"2027-03-08 Kurs: Prøvekurs", "2027-03-15 Avlyst kurs: Prøvekurs", "2027-04-01 Kurs: Fullt prøvekurs"}
	if got := days(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	testLater := testNow.AddDate(0, 0, 8)
	a.now = func() time.Time { return testLater }
	if got := days(); !slices.Equal(got, want[1:]) {
		t.Errorf("a week later: got %q, want %q", got, want[1:])
	}
}
