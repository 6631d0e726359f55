package fhir_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/fhir"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

var (
	changed = time.Date(2026, 3, 29, 12, 30, 15, 250_900_000, time.UTC)
	day     = func(s string) *time.Time { d, _ := directory.ParseDay(s); return &d }
	id      = func(i int) uuid.UUID { return uuid.MustParse(fmt.Sprintf("00000000-0000-4000-8000-%012d", i)) }
)

// offerings are made up, and look it. The first has everything filled in.
func offerings() []directory.Offering {
	nemnda := directory.Organization{ID: 7, UUID: id(907), Name: "Prøvebygd kommune", Kind: directory.KindKommune,
		OrgNumber: "999999999", Kommune: "3999", Website: "https://provebygd.example/"}
	full := directory.Offering{
		ID: 1, UUID: id(1), Type: "provetype", Name: "Åpent prøvetilbud", Organization: nemnda,
		Summary: "Kort & godt <om> tilbudet.", Description: "Første avsnitt.\n\nAndre avsnitt.", Audience: "De som prøver.",
		TargetGroups: []string{"provegruppe"}, Topics: []string{"provetema"}, Formats: []string{"proveform"},
		Coverage: directory.Coverage{Kommuner: []region.Number{"3999"}, Bydel: "Indre del"},
		Locations: []directory.Location{
			{Name: "Huset", Street: "Prøveveien 1", PostalCode: "0999", PostalPlace: "Prøvebygd", Kommune: "3999", Position: &region.Position{Lat: 60.0, Lon: 10.0}},
			{Street: "Hemmelig vei 13", PostalCode: "0998", PostalPlace: "Gjemt", Kommune: "3999", Confidential: true},
			{Kommune: "3999"},
		},
		Phones: []directory.Phone{{Number: "+4722000000", Purpose: directory.PurposeSwitchboard, Hours: "på dagtid"}, {Number: "02800", Purpose: directory.PurposeText}},
		Emails: []string{"prove@example.org"}, Websites: []string{"https://example.org/prove"},
		OpeningText: "Som oftest åpent.",
		Schedules: []directory.Schedule{{Weekday: time.Monday, Opens: "08:30", Closes: "15:00"}, {Weekday: time.Tuesday, Opens: "08:30", Closes: "15:00"},
			{Weekday: time.Friday, Opens: "18:00", Closes: "24:00"}, {Weekday: time.Saturday, Opens: "00:00", Closes: "24:00"},
			{Weekday: time.Sunday, Opens: "10:00", Closes: "12:00", ValidFrom: day("2026-06-01"), ValidTo: day("2026-08-01")}},
		Exceptions: []directory.ScheduleException{{Date: *day("2026-12-24"), Closed: true, Note: "Julaften"}, {Date: *day("2026-12-31"), Opens: "09:00", Closes: "11:00"}},
		Languages:  []string{"nb", "se"}, Accessibility: []directory.Accessibility{directory.StepFree, directory.WheelchairAccess},
		Cost: directory.Cost{Kind: directory.Paid, Text: "50 kroner."}, Referral: directory.Referral{Kind: directory.Apply, Text: "Bruk skjemaet."},
		Complaint: "Skriv til oss.", Source: directory.Source{Title: "Prøvekilde", URL: "https://example.org/kilde", Date: "2026-03"},
		Status: directory.Published, ConfirmedAt: day("2026-03-01"), ChangedAt: changed, Version: 3,
	}
	closed := directory.Offering{ID: 2, UUID: id(2), Type: "provetype", Name: "Stengt prøvetilbud", Status: directory.Closed, ClosedUntil: day("2027-01-15"),
		Coverage: directory.Coverage{Fylker: []region.FylkeNumber{"39"}}, Locations: []directory.Location{{Kommune: "3998"}},
		Organization: directory.Organization{ID: 8, UUID: id(908), Name: "Prøveforening"}, Cost: directory.Cost{Kind: directory.Free}, ChangedAt: changed.Add(time.Hour)}
	national := directory.Offering{ID: 3, UUID: id(3), Type: "annet", Name: "Ærlig prøvetelefon", Status: directory.Published,
		Coverage: directory.Coverage{National: true}, ChangedAt: changed.AddDate(1, 0, 0)}
	return []directory.Offering{full, closed, national}
}

func documents(list []directory.Offering) []search.Document {
	text := func(s string) directory.Text { return directory.Text{NB: s, NN: s + " nn", EN: s + " en"} }
	docs := []search.Document{
		search.FylkeDocument(region.Fylke{Number: "39", Name: "Prøvefylket", OtherNames: []string{"Iskkadeamifylka"}}),
		search.KommuneDocument(region.Kommune{Number: "3999", Name: "Prøvebygd", FylkeName: "Prøvefylket", Position: region.Position{Lat: 60.1, Lon: 10.0}}, nil),
		search.KommuneDocument(region.Kommune{Number: "3998", Name: "Fjerning", FylkeName: "Prøvefylket", Position: region.Position{Lat: 61.0, Lon: 10.0}}, nil),
		search.GroupDocument(directory.TypeGroup{Code: "provegruppe_type", Name: text("Prøvegruppe")}),
		search.TypeDocument(directory.OfferingType{Code: "provetype", Group: "provegruppe_type", Name: text("Prøvetype"), Does: text("Gjør noe.")}),
		search.TypeDocument(directory.OfferingType{Code: "annet", Group: "provegruppe_type", Name: text("Annet"), Does: text("Gjør noe annet.")}),
		search.TermDocument(directory.Term{Kind: directory.TargetGroup, Code: "provegruppe", Name: text("Prøvegruppe")}),
		search.TermDocument(directory.Term{Kind: directory.Topic, Code: "provetema", Name: text("Prøvetema")}),
		search.TermDocument(directory.Term{Kind: directory.Format, Code: "proveform", Name: text("Prøveform")}),
	}
	for _, o := range list {
		docs = append(docs, search.OfferingDocument(o))
	}
	return docs
}

// small returns a View of few offerings.
func small(t testing.TB) *search.View {
	t.Helper()
	return open(t, offerings()).View()
}

func open(t testing.TB, list []directory.Offering) *search.Index {
	t.Helper()
	index, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := index.Apply(search.Batch{Put: documents(list)}); err != nil {
		t.Fatal(err)
	}
	return index
}

// The base is an address too, and others publish it.
func TestBaseLeadsToMetadata(t *testing.T) {
	c := newClient(t, small(t))
	for _, base := range []string{"", "/"} {
		resp, _ := c.do(http.MethodGet, base, "")
		if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != fhir.Root+"/metadata" {
			t.Errorf("GET %q = %d to %q", base, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
}

// Whoever keeps a copy, and asks for what has changed since, gets the kommune of a merger too.
func TestNewKommunerAreChanged(t *testing.T) {
	index := open(t, offerings())
	merged := search.KommuneDocument(region.Kommune{Number: "3997", Name: "Nye Fjerning", FylkeName: "Prøvefylket", Position: region.Position{Lat: 61.0, Lon: 10.0}}, nil)
	b := search.Batch{Put: []search.Document{merged.Marked(search.Mark{Cursor: search.Cursor{XID: 7, ID: 1}, At: changed})}, Delete: []string{"kommune/3998"}}
	if err := index.Apply(b); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, index.View())
	found := c.all("/Location?_lastUpdated=ge2026-03-29T12:30:00Z&_lastUpdated=lt2026-03-29T12:31:00Z")
	var names []string
	for _, l := range found {
		names = append(names, fmt.Sprint(l["name"], " ", values(l, "meta.lastUpdated")))
	}
	if !slices.Contains(names, "Nye Fjerning [2026-03-29T12:30:15.250Z]") {
		t.Errorf("changed are %q, want the new kommune among them", names)
	}
	for _, n := range names {
		if strings.HasPrefix(n, "Prøvebygd ") {
			t.Errorf("%s is said to have changed", n)
		}
	}
}

func TestWholeService(t *testing.T) {
	c := newClient(t, small(t))
	r := c.get("/HealthcareService/" + id(1).String())
	for path, want := range map[string]string{
		"active": "[true]", "name": "[Åpent prøvetilbud]", "comment": "[Kort & godt <om> tilbudet.]",
		"meta.lastUpdated": "[2026-03-29T12:30:15.250Z]", "specialty": "[]",
		"providedBy.identifier.value": "[999999999]", "providedBy.identifier.system": "[urn:oid:2.16.578.1.12.4.1.4.101]",
		"telecom.system": "[phone sms email url]", "telecom.rank": "[1 2 3 4]", "telecom.value": "[+4722000000 02800 prove@example.org https://example.org/prove]",
		"coverageArea.display": "[Prøvebygd]", "serviceProvisionCode.coding.code": "[cost]", "communication.coding.code": "[nb se]",
		"availableTime.daysOfWeek": "[mon tue fri sat]", "availableTime.availableStartTime": "[08:30:00 18:00:00]", "availableTime.availableEndTime": "[15:00:00 23:59:59]", "availableTime.allDay": "[true]",
		"notAvailable.description": "[Julaften]", "notAvailable.during.end": "[2026-12-24]",
		"availabilityExceptions": "[Som oftest åpent.\nsøndag 10:00–12:00 fra 2026-06-01 til 2026-08-01\n2026-12-31: 09:00–11:00]",
		"eligibility.comment":    "[De som prøver.]", "characteristic.coding.code": "[proveform provetema rullestol trinnfritt]",
		"type.coding.code": "[provetype]", "category.coding.code": "[provegruppe_type]",
	} {
		if got := fmt.Sprint(slices.Concat([]any{}, values(r, path))); got != want {
			t.Errorf("%s = %s, want %s", path, got, want)
		}
	}
	details := fmt.Sprint(r["extraDetails"])
	for _, part := range []string{"Første avsnitt.\n\nAndre avsnitt.", "Indre del", "Du må søke. Bruk skjemaet.", "50 kroner.", "sentralbord, på dagtid", "Skriv til oss.", "2026-03-01", "https://example.org/kilde"} {
		if !strings.Contains(details, part) {
			t.Errorf("extraDetails leave out %q: %s", part, details)
		}
	}
	if n := len(values(r, "location.reference")); n != 2 {
		t.Errorf("%d locations, want the two that are not confidential", n)
	}
	closed := c.get("/HealthcareService/" + id(2).String())
	if closed["active"] != false || fmt.Sprint(values(closed, "notAvailable.during.end")) != "[2027-01-14]" {
		t.Errorf("closed offering: active %v, not available %v", closed["active"], closed["notAvailable"])
	}
	if r := c.get("/HealthcareService/" + id(3).String()); r["providedBy"] != nil || r["location"] != nil {
		t.Errorf("nobody is known to provide it, nowhere: %v", r)
	}
}

// TestNothingConfidential reads all that there is, and looks for the address that must not
// be known.
func TestNothingConfidential(t *testing.T) {
	c := newClient(t, small(t))
	for _, kind := range []string{"HealthcareService", "Location", "Organization"} {
		if _, content := c.do(http.MethodGet, "/"+kind+"?_count=200&_include=*&_revinclude=*", ""); strings.Contains(string(content), "Hemmelig") || strings.Contains(string(content), "0998") {
			t.Errorf("%s shows what is confidential", kind)
		}
	}
	if c.get("/Location?address-postalcode=0998").total() != 0 {
		t.Error("what is confidential can be searched for")
	}
}

// names asks a search, and returns the names of what it finds, in order.
func (c *client) names(path string) []string {
	c.t.Helper()
	var list []string
	for _, r := range c.all(path) {
		list = append(list, fmt.Sprint(r["name"]))
	}
	return list
}

func TestSearches(t *testing.T) {
	c := newClient(t, small(t))
	const (
		open, closed, phone = "Åpent prøvetilbud", "Stengt prøvetilbud", "Ærlig prøvetelefon"
		house, second       = "Huset", open
		norge, fylket       = "Norge", "Prøvefylket"
		bygd, fjerning      = "Prøvebygd", "Fjerning"
	)
	area := func(n string) string { return c.get("/Location?identifier=" + n).entries("match")[0]["id"].(string) }
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"HealthcareService?name=apent", []string{open}},
		{"HealthcareService?name=%C3%85PENT+PR%C3%98VE", []string{open}},
		{"HealthcareService?name=aerlig", []string{phone}},
		{"HealthcareService?name=provetilbud", nil},
		{"HealthcareService?name:contains=PROVETILBUD", []string{open, closed}},
		{"HealthcareService?name:exact=apent+provetilbud", nil},
		{"HealthcareService?name=apent,stengt", []string{open, closed}},
		{"HealthcareService?name:contains=prove&name=stengt", []string{closed}},
		{"HealthcareService?name=", []string{open, closed, phone}},
		{"HealthcareService?active=true", []string{open, phone}},
		{"HealthcareService?active=false", []string{closed}},
		{"HealthcareService?active:not=true", []string{closed}},
		{"HealthcareService?service-type:not=annet,provetype", nil},
		{"HealthcareService?service-type=provetype", []string{open, closed}},
		{"HealthcareService?service-type=" + site + "/fhir/R4/CodeSystem/tilbudstype|annet", []string{phone}},
		{"HealthcareService?service-type=" + site + "/fhir/R4/CodeSystem/tilbudstype|", []string{open, closed, phone}},
		{"HealthcareService?service-type=|annet", nil},
		{"HealthcareService?identifier=" + site + "/tilbud|2", []string{closed}},
		{"HealthcareService?organization=" + id(907).String(), []string{open}},
		{"HealthcareService?organization=Organization/" + id(907).String(), []string{open}},
		{"HealthcareService?organization:Organization=" + id(907).String(), []string{open}},
		{"HealthcareService?organization=" + site + "/fhir/R4/Organization/" + id(907).String(), []string{open}},
		{"HealthcareService?organization=https://other.example/fhir/Organization/" + id(907).String(), nil},
		{"HealthcareService?organization=Location/" + id(907).String(), nil},
		{"HealthcareService?organization:identifier=urn:oid:2.16.578.1.12.4.1.4.101|999999999", []string{open}},
		{"HealthcareService?organization.name=prove", []string{open, closed}},
		{"HealthcareService?organization.identifier=999999999", []string{open}},
		{"HealthcareService?organization:missing=true", []string{phone}},
		{"HealthcareService?location.near=60|10|1|km", []string{open}},
		{"HealthcareService?location.address-postalcode=0999", []string{open}},
		{"HealthcareService?coverage-area=" + area("3999"), []string{open}},
		{"HealthcareService?coverage-area:above=" + area("3999"), []string{open, closed, phone}},
		{"HealthcareService?coverage-area:above=Location/" + area("3998"), []string{closed, phone}},
		{"HealthcareService?coverage-area:below=" + area("39"), []string{open, closed}},
		{"HealthcareService?coverage-area.identifier=NO", []string{phone}},
		{"HealthcareService?_sort=name", []string{closed, phone, open}},
		{"HealthcareService?_sort=-name", []string{open, phone, closed}},
		{"HealthcareService?_sort=-_lastUpdated", []string{phone, closed, open}},
		{"HealthcareService?_sort=name&_count=1", []string{closed, phone, open}},
		{"HealthcareService?_sort=-_lastUpdated,name&_count=2", []string{phone, closed, open}},
		{"HealthcareService?_lastUpdated=2026-03-29T12:30:15.250Z", []string{open}},
		{"HealthcareService?_lastUpdated=2026-03-29T14:30:15%2B02:00", []string{open}},
		{"HealthcareService?_lastUpdated=2026-03-29T14:30", []string{open}}, // Norwegian time
		{"HealthcareService?_lastUpdated=2026", []string{open, closed}},
		{"HealthcareService?_lastUpdated=ne2026", []string{phone}},
		{"HealthcareService?_lastUpdated=gt2026", []string{phone}},
		{"HealthcareService?_lastUpdated=sa2026-03-29", []string{phone}},
		{"HealthcareService?_lastUpdated=ge2026-03-29", []string{open, closed, phone}},
		{"HealthcareService?_lastUpdated=gt2026-03-29T12:30:15Z", []string{closed, phone}},
		{"HealthcareService?_lastUpdated=lt2027", []string{open, closed}},
		{"HealthcareService?_lastUpdated=eb2026-03-29T13:00:00Z", []string{open}},
		{"HealthcareService?_lastUpdated=le2026", []string{open, closed}},
		{"HealthcareService?_lastUpdated=gt2026-01&_lastUpdated=lt2026-12", []string{open, closed}},
		{"Location?_lastUpdated=lt2025", []string{norge, fylket, fjerning, bygd}},
		{"Location?near=60|10|100|m", []string{house}},
		{"Location?near=60|10|100|km", []string{house, second}},
		{"Location?near=60.1|10|15", []string{second, house}},
		{"Location?near=60.1|10", []string{second, house}},
		{"Location?near=60.1|10|15&_count=1", []string{second, house}},
		{"Location?near=60.1|10|15&_sort=-near", []string{house, second}},
		{"Location?near=61|10|5,60|10|5", []string{house, closed}},
		{"Location?near:missing=true", []string{norge, fylket, fjerning, bygd}},
		{"Location?status=suspended", []string{closed}},
		{"Location?name=iskka", []string{fylket}},
		{"Location?partof=" + area("39"), []string{fjerning, bygd}},
		{"Location?partof:below=" + area("39"), []string{fjerning, bygd, house, second, closed}},
		{"Location?partof.name=prove", []string{fjerning, bygd, house, second}},
		{"Location?address=pr%C3%B8veveien", []string{house}},
		{"Organization?name=PROVE", []string{"Prøvebygd kommune", "Prøveforening"}},
		{"Organization?type=govt", []string{"Prøvebygd kommune"}},
		{"CodeSystem?url=" + site + "/fhir/R4/CodeSystem/tema", []string{"Tema"}},
	} {
		if got := c.names("/" + strings.ReplaceAll(tt.query, "|", "%7C")); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.query, got, tt.want)
		}
	}
}

func TestSubsets(t *testing.T) {
	c := newClient(t, small(t))
	path := "/HealthcareService/" + id(1).String()
	keys := func(r resource) string {
		var list []string
		for k := range r {
			list = append(list, k)
		}
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	for query, want := range map[string]string{
		"_elements=name,telecom":           "id meta name resourceType telecom",
		"_elements=HealthcareService.name": "id meta name resourceType",
		"_summary=text":                    "id meta resourceType text",
		"_summary=true":                    "active category comment id identifier location meta name providedBy resourceType type",
		"_summary=true&_include=bogus":     "active category comment id identifier location meta name providedBy resourceType type",
	} {
		r := c.get(path + "?" + query)
		if got := keys(r); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
		if got := fmt.Sprint(values(r, "meta.tag.code")); got != "[SUBSETTED]" {
			t.Errorf("%s: tag %s", query, got)
		}
		if found := c.get("/HealthcareService?_id=" + id(1).String() + "&" + query).entries("match"); keys(found[0]) != want {
			t.Errorf("a search with %s gives %s", query, keys(found[0]))
		}
	}
	if r := c.get(path + "?_summary=data"); r["text"] != nil || r["telecom"] == nil {
		t.Errorf("_summary=data gives %s", keys(r))
	}
	if r := c.get(path + "?_summary=false"); values(r, "meta.tag") != nil || r["telecom"] == nil {
		t.Errorf("_summary=false gives %s", keys(r))
	}
	if r := c.get("/Organization?_elements=telecom").entries("match")[0]; r["name"] == nil {
		t.Error("an Organization without name and identifier is not valid")
	}
	for _, query := range []string{"_count=0", "_summary=count"} {
		if b := c.get("/HealthcareService?" + query); b.total() != 3 || b["entry"] != nil {
			t.Errorf("%s gives %v", query, b)
		}
	}
}

// TestPagesHold walks back and forth, and on when the first of a page is gone.
func TestPagesHold(t *testing.T) {
	index := open(t, offerings())
	c := newClient(t, index.View())
	first := c.get("/HealthcareService?_count=1")
	second := c.get(first.link("next"))
	third := c.get(second.link("next"))
	if third.link("next") != "" || first.link("previous") != "" || first.link("last") != third.link("self") ||
		third.link("previous") != second.link("self") || second.link("previous") != first.link("first") {
		t.Errorf("links do not lead around:\n%v\n%v\n%v", first["link"], second["link"], third["link"])
	}
	if err := index.Apply(search.Batch{Delete: []string{search.OfferingID(2)}}); err != nil {
		t.Fatal(err)
	}
	c = newClient(t, index.View())
	if got := c.names(first.link("next")); !slices.Equal(got, []string{"Ærlig prøvetelefon"}) {
		t.Errorf("after a deletion the second page goes on with %v", got)
	}
}

func TestPostedSearch(t *testing.T) {
	c := newClient(t, small(t))
	resp, content := c.do(http.MethodPost, "/HealthcareService/_search?active=true", "name=apent&_count=1", "Content-Type", "application/x-www-form-urlencoded")
	c.valid("POST _search", content)
	b := decode(t, content)
	if resp.StatusCode != http.StatusOK || b.total() != 1 || c.get(b.link("self")).total() != 1 {
		t.Errorf("POST _search = %d: %s", resp.StatusCode, content)
	}
	if got := resp.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q for what came by POST", got)
	}
}

func TestVersionsAndHeaders(t *testing.T) {
	c := newClient(t, small(t))
	path := "/HealthcareService/" + id(1).String()
	resp, content := c.do(http.MethodGet, path, "")
	r := decode(t, content)
	version := fmt.Sprint(values(r, "meta.versionId")[0])
	etag := `W/"` + version + `"`
	for name, want := range map[string]string{"ETag": etag, "Last-Modified": "Sun, 29 Mar 2026 12:30:15 GMT", "Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if resp, content := c.do(http.MethodGet, path, "", "If-None-Match", etag); resp.StatusCode != http.StatusNotModified || len(content) > 0 {
		t.Errorf("known version = %d", resp.StatusCode)
	}
	if resp, _ := c.do(http.MethodGet, path+"/_history/"+version, ""); resp.StatusCode != http.StatusOK {
		t.Errorf("this version = %d", resp.StatusCode)
	}
	if resp, content := c.do(http.MethodGet, path+"/_history/1", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("another version = %d", resp.StatusCode)
	} else {
		c.valid("another version", content)
	}
	if resp, content := c.do(http.MethodHead, path, ""); resp.StatusCode != http.StatusOK || len(content) > 0 || resp.Header.Get("ETag") != etag {
		t.Errorf("HEAD = %d", resp.StatusCode)
	}
	if resp, _ := c.do(http.MethodOptions, path, ""); resp.StatusCode != http.StatusNoContent || !strings.Contains(resp.Header.Get("Access-Control-Allow-Methods"), "POST") {
		t.Errorf("OPTIONS = %d", resp.StatusCode)
	}
	for _, accept := range []string{"application/json", "text/html, */*;q=0.1", "application/fhir+json; fhirVersion=4.0"} {
		if resp, _ := c.do(http.MethodGet, path, "", "Accept", accept); resp.StatusCode != http.StatusOK {
			t.Errorf("Accept %s = %d", accept, resp.StatusCode)
		}
	}
	for _, format := range []string{"json", "application/json", "application/fhir+json", "application/fhir%2Bjson"} {
		if resp, _ := c.do(http.MethodGet, path+"?_format="+format, "", "Accept", "application/xml"); resp.StatusCode != http.StatusOK {
			t.Errorf("_format=%s = %d", format, resp.StatusCode)
		}
	}
	if _, content := c.do(http.MethodGet, path+"?_pretty=true", ""); !strings.Contains(string(content), "\n  ") {
		t.Error("_pretty does not indent")
	}
	for i := range 2 { // the second time from memory
		resp, _ := c.do(http.MethodGet, "/Location?_count=2", "", "Accept-Encoding", "gzip")
		if resp.Header.Get("Content-Encoding") != "gzip" || resp.Header.Get("ETag") == "" {
			t.Errorf("search %d: %v", i, resp.Header)
		}
	}
}

// TestNotReady leaves it to the server to say that there is no index, with WriteOutcome.
func TestNotReady(t *testing.T) {
	app := fiber.New(fiber.Config{ErrorHandler: func(c *fiber.Ctx, err error) error {
		if !errors.Is(err, page.ErrNotReady) {
			t.Errorf("got %v, want ErrNotReady", err)
		}
		return fhir.WriteOutcome(c, http.StatusServiceUnavailable, "PROVE")
	}})
	fhir.New(fhir.Deps{View: func() *search.View { return nil }}).Mount(app)
	c := newClient(t, nil)
	c.app = app
	resp, content := c.do(http.MethodGet, "/HealthcareService", "")
	c.valid("answer without an index", content)
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(content), "PROVE") {
		t.Errorf("without an index = %d: %s", resp.StatusCode, content)
	}
}
