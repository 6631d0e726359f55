package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// failure is a problem as a reader decodes it.
type failure struct {
	Status int
	Errors []struct{ Message, Location string }
	Near   []struct{ Tekst, URL string } `json:"forslag"`
}

// A wrong parameter is refused with its name, and never answered as if it were not there.
func TestWrongParameters(t *testing.T) {
	app, _ := newTestApp(t)
	_, router := contract(t, app)
	long := strings.Repeat("a", 501)
	for _, tt := range []struct {
		target   string
		status   int
		location string // "" when the whole address is wrong
	}{
		{"/tilbud?side=0", 422, "query.side"},
		{"/tilbud?side=-1", 422, "query.side"},
		{"/tilbud?side=x", 422, "query.side"},
		{"/tilbud?side=2", 422, "query.side"},
		{"/tilbud?side=99999999999999999999", 422, "query.side"},
		{"/tilbud?side=1&side=2", 422, "query.side"},
		{"/tilbud?antall=0", 422, "query.antall"},
		{"/tilbud?antall=101", 422, "query.antall"},
		{"/tilbud?antall=1.5", 422, "query.antall"},
		{"/tilbud?sorter=pris", 422, "query.sorter"},
		{"/tilbud?sorter=avstand", 422, "query.sorter"},
		{"/tilbud?lat=59", 422, "query.lon"},
		{"/tilbud?lon=10", 422, "query.lat"},
		{"/tilbud?lat=NaN&lon=10", 422, "query.lat"},
		{"/tilbud?lat=59&lon=NaN", 422, "query.lon"},
		{"/tilbud?lat=Inf&lon=10", 422, "query.lat"},
		{"/tilbud?lat=59&lon=35", 422, "query.lon"},
		{"/tilbud?lat=59,9&lon=10", 422, "query.lat"},
		{"/tilbud?radius_km=10", 422, "query.radius_km"},
		{"/tilbud?radius_km=0&kommune=0301", 422, "query.radius_km"},
		{"/tilbud?radius_km=NaN&kommune=0301", 422, "query.radius_km"},
		{"/tilbud?radius=10", 422, "query.radius"},
		{"/tilbud?kommun=0301", 422, "query.kommun"},
		{"/tilbud?q=" + long, 422, "query.q"},
		{"/tilbud?q=%ff", 422, "query.q"},
		{"/tilbud?q=a%00b", 422, "query.q"},
		{"/tilbud?q=a&q=b", 422, "query.q"},
		{"/tilbud?q=%zz", 400, ""},
		{"/tilbud?q=a;b", 400, ""},
		{"/tilbud?kommune=9999", 404, "query.kommune"},
		{"/endringer?etter=1/2", 422, "query.etter"},
		{"/endringer?etter=-", 422, "query.etter"},
		{"/endringer?etter=e3b0c44298fc-1", 422, "query.etter"},
		{"/endringer?etter=e3b0c44298fc-1-2x", 422, "query.etter"},
		{"/endringer?etter=e3b0c44298fc-1--2", 422, "query.etter"},
		{"/endringer?etter=e3b0c44298fc--1-2", 422, "query.etter"},
		{"/endringer?etter=e3b0c44298fc-99999999999999999999-2", 422, "query.etter"},
		{"/endringer?etter=e3b0c44298fg-1-2", 422, "query.etter"},
		{"/endringer?etter=" + long, 422, "query.etter"},
		{"/endringer?antall=0", 422, "query.antall"},
		{"/endringer?antall=501", 422, "query.antall"},
		{"/endringer?innhold=ja", 422, "query.innhold"},
		{"/endringer?siden=1", 422, "query.siden"},
		{"/tilbud?kommune=0301&kommune=Finnesikke", 404, "query.kommune"},
		{"/tilbud?postnummer=15", 422, "query.postnummer"},
		{"/tilbud?postnummer=0001", 404, "query.postnummer"},
		{"/tilbud?postnummer=9170", 404, "query.postnummer"},
		{"/tilbud?fylke=99", 404, "query.fylke"},
		{"/tilbud?type=finnesikke", 404, "query.type"},
		{"/tilbud?type=&type=finnesikke", 404, "query.type"},
		{"/tilbud?malgruppe=finnesikke", 422, "query.malgruppe"},
		{"/tilbud?tema=finnesikke", 422, "query.tema"},
		{"/tilbud?form=finnesikke", 422, "query.form"},
		{"/tilbud?sprak=norsk", 422, "query.sprak"},
		{"/tilbud/0", 422, "path.id"},
		{"/tilbud/-1", 422, "path.id"},
		{"/tilbud/abc", 422, "path.id"},
		{"/tilbud/99", 404, "path.id"},
		{"/tilbud/1?q=x", 422, "query.q"},
		{"/kommuner/9999", 404, "path.nummer"},
		{"/kommuner/301", 404, "path.nummer"},
		{"/kommuner/Troms%C3%B8", 404, "path.nummer"},
		{"/kommuner/9999/tilbud", 404, "path.nummer"},
		{"/artikler?sprak=se", 422, "query.sprak"},
		{"/artikler/finnes-ikke/test-artikkel", 404, "path.seksjon"},
		{"/artikler/mote-med-helsetjenesten/finnes-ikke", 404, "path.slug"},
		{"/sted", 422, "query.q"},
		{"/sted?q=", 422, "query.q"},
		{"/sted?q=Oslo&postnummer=0155", 422, "query.q"},
		{"/sted?lat=59", 422, "query.lon"},
		{"/sted?postnummer=abcd", 422, "query.postnummer"},
		{"/sted?postnummer=0001", 404, "query.postnummer"},
		{"/forslag?q=" + long, 422, "query.q"},
	} {
		target := Root + tt.target
		resp, body := call(t, app, http.MethodGet, target)
		if resp.StatusCode != tt.status {
			t.Errorf("%.60s = %d, want %d: %s", tt.target, resp.StatusCode, tt.status, body)
			continue
		}
		if tt.status != http.StatusBadRequest {
			hold(t, router, target, resp, body)
		}
		var got failure
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%.60s: %v in %s", tt.target, err, body)
			continue
		}
		if tt.location != "" && (len(got.Errors) == 0 || got.Errors[0].Location != tt.location || got.Errors[0].Message == "") {
			t.Errorf("%.60s names %+v, want %s", tt.target, got.Errors, tt.location)
		}
		if got.Status != tt.status || tt.status == http.StatusNotFound && len(got.Near) == 0 {
			t.Errorf("%.60s: status %d with suggestions %v, want %d, and some for a 404", tt.target, got.Status, got.Near, tt.status)
		}
	}
}

// Suggestions lead to calls that answer.
func TestSuggestionsLeadOn(t *testing.T) {
	app, _ := newTestApp(t)
	for _, target := range []string{
		"/tilbud/99", "/tilbud?kommune=Lilestr%C3%B8m", "/tilbud?kommune=Skedsm", "/tilbud?type=finnesikke", "/tilbud?fylke=99", "/tilbud?postnummer=1999",
		"/tilbud?postnummer=9170", "/kommuner/1507", "/kommuner/1507/tilbud", "/kommuner/Lillestr%C3%B8m", "/kommuner/9999",
		"/artikler/a/b", "/artikler/mote-med-helsetjenesten/b",
	} {
		_, body := call(t, app, http.MethodGet, Root+target)
		var got failure
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Near) == 0 {
			t.Errorf("%s suggests nothing", target)
		}
		for _, near := range got.Near {
			if resp, _ := call(t, app, http.MethodGet, strings.TrimPrefix(near.URL, testURL)); resp.StatusCode != http.StatusOK {
				t.Errorf("%s suggests %s, which is %d", target, near.URL, resp.StatusCode)
			}
		}
	}
}

// names returns the names of the hits, sorted.
func hitNames(t *testing.T, body string) []string {
	t.Helper()
	var got struct{ Treff []struct{ Navn string } }
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range got.Treff {
		out = append(out, strings.TrimPrefix(h.Navn, "Testtilbud "))
	}
	slices.Sort(out)
	return out
}

// Repeated keys mean or, different keys and.
func TestFilters(t *testing.T) {
	app, _ := newTestApp(t)
	for _, tt := range []struct{ query, want string }{
		{"", "for hele landet,med alt,som er stengt,uten noe"},
		{"type=ppt", "uten noe"},
		{"type=ppt&type=hjelpetelefon", "for hele landet,uten noe"},
		{"type=&type=ppt", "uten noe"},
		{"type=ppt&tema=rus", ""},
		{"malgruppe=barn", "med alt"},
		{"tema=rus&form=samtale&sprak=se", "med alt"},
		{"sprak=pl", ""},
		{"kommune=0301", "for hele landet,med alt,uten noe"},
		{"kommune=Oslo&type=ppt&type=parorendesenter", "med alt,uten noe"},
		{"kommune=0231", "for hele landet,med alt"},
		{"kommune=Skedsmo", "for hele landet,med alt"},
		{"kommune=K%C3%A1r%C3%A1%C5%A1johka", "for hele landet"},
		{"kommune=1507", "for hele landet,som er stengt"},
		{"kommune=V%C3%A5ler", "for hele landet"},
		{"postnummer=2000", "for hele landet,med alt"},
		{"kommune=1508&postnummer=0155", "for hele landet,med alt,som er stengt,uten noe"},
		{"lat=59.91&lon=10.75&radius_km=5", "med alt"},
		{"lat=60&lon=0&radius_km=1", ""},
	} {
		resp, body := call(t, app, http.MethodGet, Root+"/tilbud?"+tt.query)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s = %d: %s", tt.query, resp.StatusCode, body)
			continue
		}
		if got := strings.Join(hitNames(t, body), ","); got != tt.want {
			t.Errorf("%s gives %q, want %q", tt.query, got, tt.want)
		}
	}
}

func TestPages(t *testing.T) {
	app, _ := newTestApp(t)
	seen := map[string]bool{}
	for _, page := range []string{"1", "2"} {
		_, body := call(t, app, http.MethodGet, Root+"/tilbud?sorter=navn&antall=3&side="+page)
		var got struct{ Antall, Side, Sider int }
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if got.Antall != 4 || got.Sider != 2 {
			t.Errorf("page %s: %+v, want 4 on 2 pages", page, got)
		}
		for _, name := range hitNames(t, body) {
			seen[name] = true
		}
	}
	if len(seen) != 4 {
		t.Errorf("two pages show %d offerings, want all 4", len(seen))
	}
}

// FuzzQuery holds that no query at all gives a 500, or an answer against the document.
func FuzzQuery(f *testing.F) {
	app, _ := newTestApp(f)
	_, router := contract(f, app)
	for _, seed := range []string{
		"q=test", "kommune=0301&type=ppt", "side=0", "lat=59&lon=10&radius_km=1", "q=%ff%00", "a=b&;=%", "kommune=1507&sorter=avstand",
		"q=%F0%9F%98%80+%22+*+OR+(", "postnummer=9170", "type=&type=&side=", "lat=NaN&lon=-0", "q=selvmord", "antall=100&side=100000",
	} {
		f.Add("/tilbud", seed)
		f.Add("/sted", seed)
		f.Add("/forslag", seed)
		f.Add("/kommuner", seed)
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		if !slices.Contains([]string{"/tilbud", "/sted", "/forslag", "/kommuner"}, path) {
			t.Skip()
		}
		target := Root + path + "?" + query
		if u, err := url.ParseRequestURI(target); err != nil || u.Fragment != "" || len(query) > 4000 || strings.ContainsAny(query, "# ") {
			t.Skip() // no client can send it
		}
		resp, body := call(t, app, http.MethodGet, target)
		if resp.StatusCode >= 500 {
			t.Fatalf("%q = %d: %s", target, resp.StatusCode, body)
		}
		hold(t, router, Root+path, resp, body)
	})
}
