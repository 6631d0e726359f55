package hsds

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { dbtest.Main(m) }

const testURL = "https://oversikt.example.org"

// testNow is a time at which the test's first course is over and its second is not.
var testNow = time.Date(2027, 3, 1, 12, 0, 0, 0, page.Oslo)

func appOf(view func() *search.View) *fiber.App {
	app := fiber.New(fiber.Config{Immutable: true})
	New(Deps{View: view, BaseURL: testURL, Now: func() time.Time { return testNow }}).Mount(app)
	return app
}

func call(t testing.TB, app *fiber.App, method, target, body string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, testURL+target, strings.NewReader(body))
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
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, got
}

// get returns the answer to a read that must be there.
func get(t testing.TB, app *fiber.App, target string) []byte {
	t.Helper()
	resp, body := call(t, app, http.MethodGet, Root+target, "")
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s = %d: %s", target, resp.StatusCode, body)
	}
	return body
}

func decoded[T any](t testing.TB, body []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

// index returns a small directory: real kommuner, and offerings that anyone can see are made up.
func index(t testing.TB) *search.Index {
	t.Helper()
	x, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := x.Apply(search.Batch{Put: documents()}); err != nil {
		t.Fatal(err)
	}
	return x
}

func documents() []search.Document {
	text := func(s string) directory.Text { return directory.Text{NB: s, NN: s + " (nn)", EN: s + " (en)"} }
	kommune := func(number region.Number, name, fylke string, lat, lon float64) search.Document {
		return search.KommuneDocument(region.Kommune{
			Number: number, Name: name, OfficialName: name, FylkeName: fylke, Population: 1000, PopulationYear: 2024,
			Position: region.Position{Lat: lat, Lon: lon}, Website: "www." + region.Slug(name) + ".example.org", OrgNumber: "000000000",
			Contact: region.Contact{Phone: "+4700000009", Email: "post@example.org", Confirmed: number == "0301"},
		}, nil)
	}
	docs := []search.Document{
		search.FylkeDocument(region.Fylke{Number: "03", Name: "Oslo", OfficialName: "Oslo"}),
		search.FylkeDocument(region.Fylke{Number: "32", Name: "Akershus", OfficialName: "Akershus"}),
		kommune("0301", "Oslo", "Oslo", 59.91, 10.75),
		kommune("3205", "Lillestrøm", "Akershus", 59.96, 11.05),
		search.PostalCodeDocument(region.PostalCode{Code: "0155", Place: "OSLO", Kommune: "0301", Category: "G"}),
		search.PostalCodeDocument(region.PostalCode{Code: "2000", Place: "LILLESTRØM", Kommune: "3205", Category: "G"}),
		search.PostalCodeDocument(region.PostalCode{Code: "9170", Place: "LONGYEARBYEN", Category: "B"}),
		search.GroupDocument(directory.TypeGroup{Code: "snakk", Name: text("Snakk med noen"), Order: 1}),
		search.TypeDocument(directory.OfferingType{Code: "hjelpetelefon", Group: "snakk", Name: text("Hjelpetelefon"), Plural: text("Hjelpetelefoner"), Does: text("Noen lytter."), Order: 1}),
		search.TypeDocument(directory.OfferingType{Code: "ppt", Group: "snakk", Name: text("PPT"), Plural: text("PPT"), Does: text("Hjelper barn i skolen."), Order: 2}),
		search.TermDocument(directory.Term{Kind: directory.TargetGroup, Code: "barn", Name: text("Barn"), Order: 1}),
		search.TermDocument(directory.Term{Kind: directory.Topic, Code: "rus", Name: text("Rus"), Order: 1}),
		search.TermDocument(directory.Term{Kind: directory.Format, Code: "samtale", Name: text("Samtale"), Order: 1}),
	}
	for _, o := range offerings() {
		docs = append(docs, search.OfferingDocument(o))
	}
	for _, c := range testCourses() {
		docs = append(docs, search.CourseDocument(c))
	}
	return docs
}

func named5(s string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(s)) }

func offerings() []directory.Offering {
	changed := time.Date(2026, 11, 20, 8, 0, 0, 123e6, time.UTC)
	confirmed, opens := changed.Add(-48*time.Hour), time.Date(2027, 4, 5, 0, 0, 0, 0, time.UTC)
	base := func(id int64, typ, name string, c directory.Coverage) directory.Offering {
		return directory.Offering{
			ID: id, UUID: named5(name), Key: "test/" + region.Slug(name), Type: typ, Name: name, Coverage: c,
			Source:     directory.Source{Title: "Testkilde", Date: "2026-04"},
			Confidence: directory.High, Status: directory.Published, ChangedAt: changed, Version: 1,
		}
	}
	full := base(1, "ppt", "Prøvetilbud med alt", directory.Coverage{Kommuner: []region.Number{"0301", "3205"}, Bydel: "Prøvebydelen"})
	full.Organization = directory.Organization{ID: 7, UUID: named5("org7"), Name: "Prøveforeningen", Kind: directory.KindAssociation, OrgNumber: "000000000", Website: "https://org.example.org/"}
	full.Summary, full.Description, full.Audience = "En setning.", "Et avsnitt.\n\nEt til.", "alle som er med på prøven"
	full.Keywords = []string{"prøveord", "et ord til"}
	full.TargetGroups, full.Topics, full.Formats = []string{"barn"}, []string{"rus", "ukjent"}, []string{"samtale"}
	full.Locations = []directory.Location{
		{Name: "Hemmelig adresse", Street: "Skjult vei 1", PostalCode: "2000", PostalPlace: "Lillestrøm", Kommune: "3205", Position: &region.Position{Lat: 59.5, Lon: 11.5}, Confidential: true},
		{Name: "Prøvehuset", Street: "Prøveveien 1", PostalCode: "0155", PostalPlace: "Oslo", Kommune: "0301", Position: &region.Position{Lat: 59.92, Lon: 10.76}},
		{PostalPlace: "Strømmen", Kommune: "3205"},
	}
	full.Phones = []directory.Phone{
		{Number: "+4700000002", Purpose: directory.PurposeSwitchboard, Hours: "hverdager 9–15"},
		{Number: "116123", Purpose: directory.PurposeHelpline}, {Number: "+4700000004", Purpose: directory.PurposeText},
	}
	full.Emails, full.Websites = []string{"a@example.org", "b@example.org"}, []string{"https://example.org/", "https://www.example.com/mer"}
	full.OpeningText = "Hverdager 9–15"
	from := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	full.Schedules = []directory.Schedule{
		{Weekday: time.Sunday, Opens: "09:00", Closes: "15:00"}, {Weekday: time.Monday, Opens: "09:00", Closes: "15:00"},
		{Weekday: time.Friday, Opens: "00:00", Closes: "24:00", ValidFrom: &from},
	}
	full.Exceptions = []directory.ScheduleException{{Date: opens, Closed: true, Note: "Prøvedag"}, {Date: opens.AddDate(0, 0, 1), Opens: "10:00", Closes: "12:00"}}
	full.Languages, full.Accessibility = []string{"nb", "se"}, []directory.Accessibility{directory.WheelchairAccess}
	full.Cost, full.Referral = directory.Cost{Kind: directory.Free, Text: "Også for dem som hører på."}, directory.Referral{Kind: directory.ContactYourself, Text: "Ring."}
	full.Complaint = "Send klagen til prøvenemnda."
	full.Source = directory.Source{Title: "Prøvekilde", URL: "https://example.org/kilde", Date: "2026-04-07"}
	full.ConfirmedAt, full.ContactsConfirmedAt = &confirmed, &changed

	bare := base(2, "ppt", "Prøvetilbud uten noe", directory.Coverage{Kommuner: []region.Number{"0301"}})
	line := base(3, "hjelpetelefon", "Prøvetelefon for hele landet", directory.Coverage{National: true})
	line.Organization = directory.Organization{ID: 8, UUID: named5("org8"), Name: "Oslo kommune", Kommune: "0301"}
	line.ChangedAt = changed.AddDate(0, 1, 0)
	closed := base(4, "hjelpetelefon", "Prøvetilbud som er stengt", directory.Coverage{Fylker: []region.FylkeNumber{"32"}})
	closed.Organization = line.Organization
	closed.Status, closed.ClosedUntil = directory.Closed, &opens
	closed.Referral.Kind, closed.Cost.Kind = directory.BeReferred, directory.Paid
	closed.Locations = []directory.Location{{Street: "Prøvegata 2", PostalCode: "2000", PostalPlace: "Lillestrøm"}, {Name: "Hemmelig hus", Kommune: "3205", Confidential: true}}
	return []directory.Offering{full, bare, line, closed}
}

func testCourses() []directory.Course {
	day := func(month time.Month, d int) time.Time { return time.Date(2027, month, d, 0, 0, 0, 0, time.UTC) }
	course := func(id int64, title string, dates ...directory.CourseDate) directory.Course {
		return directory.Course{ID: id, UUID: named5(title), Offering: 1, Title: title, Format: directory.AtPlace, Dates: dates, Status: directory.CourseOpen, Version: 1,
			Place: &directory.Location{Name: "Hemmelig kurssted", Kommune: "0301", Confidential: true}}
	}
	full := course(3, "Fullt prøvekurs", directory.CourseDate{Day: day(4, 1), Starts: "18:00", Ends: "20:00"})
	full.Status = directory.CourseFull
	return []directory.Course{
		course(1, "Prøvekurs som er over", directory.CourseDate{Day: day(2, 1), Starts: "18:00"}),
		course(2, "Prøvekurs", directory.CourseDate{Day: day(2, 22), Starts: "18:00", Ends: "20:00"}, directory.CourseDate{Day: day(3, 8), Starts: "18:00", Ends: "20:00"},
			directory.CourseDate{Day: day(3, 15), Starts: "18:00", Cancelled: true, Note: "Påske"}),
		full,
	}
}

// rule is a JSON Schema that answers are held against.
type rule struct {
	name   string
	schema *jsonschema.Schema
	items  bool // it is for each of contents
}

func (r rule) hold(t testing.TB, target string, body []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	list := []any{v}
	if r.items {
		list = v.(map[string]any)["contents"].([]any)
	}
	for _, v := range list {
		if err := r.schema.Validate(v); err != nil {
			t.Errorf("%s is not valid as %s: %v", target, r.name, err)
		}
	}
}

func compile(t testing.TB, name string, schema any) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:"+name, schema); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("mem:" + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ours returns the schemas of the profile by name.
func ours(t testing.TB) map[string]rule {
	t.Helper()
	all := map[string]rule{}
	for _, e := range Schemas() {
		b, err := json.Marshal(e.Schema)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name] = rule{"HSDS-NO " + e.Name, compile(t, "HSDS-NO "+e.Name, v), false}
	}
	return all
}

const standards = "../../../../shared/standards/hsds"

// official are the schemas of the standards by file: they are large, and each is read once.
var official = map[string]*jsonschema.Schema{}

// officialRule returns a schema of a standard, for an answer or for each item of a list.
func officialRule(t testing.TB, file string, items bool) rule {
	t.Helper()
	if official[file] == nil {
		f, err := os.Open(filepath.Join(standards, file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var r io.Reader = f
		if strings.HasSuffix(file, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				t.Fatal(err)
			}
		}
		v, err := jsonschema.UnmarshalJSON(r)
		if err != nil {
			t.Fatal(err)
		}
		official[file] = compile(t, file, v)
	}
	return rule{file, official[file], items}
}

// rules returns the schemas that the answers of each kind are held against: always ours, and
// those of the standards where they are at hand.
func rules(t testing.TB) map[string][]rule {
	t.Helper()
	all := map[string][]rule{}
	for name, r := range ours(t) {
		all[name] = append(all[name], r)
	}
	if _, err := os.Stat(standards); errors.Is(err, fs.ErrNotExist) {
		t.Log("the standards' own schemas are not at hand: answers are held against ours alone")
		return all
	}
	add := func(name, file string, item bool) { all[name] = append(all[name], officialRule(t, file, item)) }
	for _, v := range []string{"hsds-3.0/", "hsds-3.1/"} {
		add("services", v+"compiled/service_list.json", true)
		add("service", v+"compiled/service.json.gz", false)
		add("organizations", v+"compiled/organization_list.json", true)
		add("organization", v+"compiled/organization.json.gz", false)
		add("organization_full_service", v+"compiled/organization.json.gz", false)
		add("service_at_locations", v+"compiled/service_at_location_list.json", true)
		add("service_at_location", v+"compiled/service_at_location.json.gz", false)
		add("service_at_location", v+"compiled/service.json.gz", false) // what its OpenAPI document says
	}
	const uk = "oruk-3.0/"
	add("base", uk+"api_details.json", false)
	add("services", uk+"service_list.json", false)
	add("service", uk+"service.json", false)
	add("organizations", uk+"organization_list.json", true) // of one, in spite of its name
	add("organization", uk+"organization.json", false)
	add("organization_full_service", uk+"organization.json", false)
	add("service_at_locations", uk+"service_at_location_list.json", false)
	add("service_at_location", uk+"service_at_location.json", false)
	add("taxonomies", uk+"taxonomy_list.json", false)
	add("taxonomy", uk+"taxonomy.json", false)
	add("taxonomy_terms", uk+"taxonomy_term_list.json", false)
	add("taxonomy_term", uk+"taxonomy_term.json", false)
	return all
}

// walker reads everything as a client of HSDS does, and holds it against the rules.
type walker struct {
	t       *testing.T
	app     *fiber.App
	rules   map[string][]rule
	checked int
}

func (w *walker) read(kind, target string) []byte {
	w.t.Helper()
	body := get(w.t, w.app, target)
	if bytes.Contains(body, []byte("null")) && strings.Contains(strings.ReplaceAll(string(body), `"null"`, ""), ":null") {
		w.t.Errorf("%s has null", target)
	}
	if strings.Contains(string(body), "Hemmelig") || strings.Contains(string(body), "Skjult vei") {
		w.t.Errorf("%s tells a confidential place", target)
	}
	for _, r := range w.rules[kind] {
		r.hold(w.t, target, body)
		w.checked++
	}
	return body
}

type item struct {
	ID           string
	Organization struct{ ID string }
	Service      struct{ ID string }
	Services     []struct{ ID string }
	Attributes   []struct {
		Term struct {
			ID       string
			Taxonomy string `json:"taxonomy_id"`
		} `json:"taxonomy_term"`
	}
	Places []struct {
		ID       string
		Location struct{ ID string }
	} `json:"service_at_locations"`
	Location   struct{ ID string }
	TaxonomyID string `json:"taxonomy_id"`
}

// pages follows a list from page to page and returns its items.
func (w *walker) pages(kind, target string) []item {
	w.t.Helper()
	sep := "?"
	if strings.Contains(target, "?") {
		sep = "&"
	}
	var all []item
	for n := 1; ; n++ {
		at := fmt.Sprintf("%s%spage=%d&per_page=37", target, sep, n)
		p := decoded[Page[item]](w.t, w.read(kind, at))
		if p.PageNumber != n || p.FirstPage != (n == 1) || p.Size != len(p.Contents) || p.Empty != (p.Size == 0) || p.LastPage != (n == p.TotalPages) {
			w.t.Fatalf("%s: %d of %d pages, size %d of %d, first %t, last %t, empty %t", at, p.PageNumber, p.TotalPages, p.Size, len(p.Contents), p.FirstPage, p.LastPage, p.Empty)
		}
		all = append(all, p.Contents...)
		if !p.LastPage {
			continue
		}
		if len(all) != p.TotalItems {
			w.t.Errorf("%s: %d items on all pages, total_items is %d", target, len(all), p.TotalItems)
		}
		return all
	}
}

// walk reads every page of every list and every single thing, and sees that ids lead on.
func (w *walker) walk() map[string]map[string]bool {
	seen := map[string]map[string]bool{}
	for _, k := range []struct{ one, many string }{
		{"taxonomy", "taxonomies"}, {"taxonomy_term", "taxonomy_terms"}, {"organization", "organizations"},
		{"service", "services"}, {"service_at_location", "service_at_locations"},
	} {
		seen[k.many] = map[string]bool{}
		for _, i := range w.pages(k.many, "/"+k.many) {
			if seen[k.many][i.ID] {
				w.t.Errorf("%s: %s is there twice", k.many, i.ID)
			}
			seen[k.many][i.ID] = true
			one := decoded[item](w.t, w.read(k.one, "/"+k.many+"/"+i.ID))
			if one.ID != i.ID {
				w.t.Errorf("%s/%s is %s", k.many, i.ID, one.ID)
			}
			w.nested(seen, k.many, one)
		}
	}
	w.whole("services_full", "/services", "?full=true", "")
	w.whole("organizations_full", "/organizations", "?full=true", "")
	w.whole("organizations_full_service", "/organizations", "?full_service=true", "?full_service=true")
	w.whole("service_at_locations_full", "/service_at_locations", "?full=true", "")
	for id := range seen["organizations"] {
		w.read("organization_full_service", "/organizations/"+id+"?full_service=true")
	}
	w.pages("services_minimal", "/services?minimal=true")
	w.read("base", "/")
	return seen
}

// whole sees that the items of a list of whole things are as they are by themselves, and so as
// valid.
func (w *walker) whole(kind, path, with, alone string) {
	w.t.Helper()
	for n := 1; ; n++ {
		p := decoded[Page[json.RawMessage]](w.t, w.read(kind, fmt.Sprintf("%s%s&page=%d", path, with, n)))
		for _, one := range p.Contents {
			id := decoded[item](w.t, one).ID
			if by := get(w.t, w.app, path+"/"+id+alone); !bytes.Equal(bytes.TrimSpace(by), one) {
				w.t.Errorf("%s %s is otherwise in the list:\n%s\n%s", kind, id, one, by)
			}
		}
		if p.LastPage {
			return
		}
	}
}

// nested sees that what stands in an object is there by itself too.
func (w *walker) nested(seen map[string]map[string]bool, kind string, one item) {
	w.t.Helper()
	lead := func(kind, id string) {
		if id != "" && seen[kind] != nil && !seen[kind][id] {
			w.t.Errorf("%s %s names %s %s, which is not in the list", kind, one.ID, kind, id)
		}
	}
	lead("organizations", one.Organization.ID)
	lead("services", one.Service.ID)
	lead("taxonomies", one.TaxonomyID)
	for _, a := range one.Attributes {
		lead("taxonomy_terms", a.Term.ID)
		lead("taxonomies", a.Term.Taxonomy)
	}
	if kind == "organizations" && len(one.Services) == 0 {
		w.t.Errorf("organization %s has no services", one.ID)
	}
	for _, s := range one.Services {
		get(w.t, w.app, "/services/"+s.ID)
	}
	for _, p := range one.Places {
		at := decoded[item](w.t, get(w.t, w.app, "/service_at_locations/"+p.ID))
		if at.Location.ID != p.Location.ID || at.Service.ID != one.ID {
			w.t.Errorf("service %s has location %s by %s, which says %s at %s", one.ID, p.Location.ID, p.ID, at.Service.ID, at.Location.ID)
		}
	}
}

func TestEverythingIsValid(t *testing.T) {
	all := rules(t)
	t.Run("made up", func(t *testing.T) {
		w := &walker{t: t, app: appOf(index(t).View), rules: all}
		seen := w.walk()
		if len(seen["services"]) != 4 || len(seen["organizations"]) != 3 || len(seen["service_at_locations"]) != 3 {
			t.Errorf("%d services, %d organizations, %d places; want 4, 3 and 3", len(seen["services"]), len(seen["organizations"]), len(seen["service_at_locations"]))
		}
	})
	t.Run("real", func(t *testing.T) {
		v := realdata.View(t)
		w := &walker{t: t, app: appOf(func() *search.View { return v }), rules: all}
		seen := w.walk()
		if len(seen["services"]) != len(v.Offerings()) || len(seen["service_at_locations"]) < 100 {
			t.Errorf("%d services of %d offerings, %d places", len(seen["services"]), len(v.Offerings()), len(seen["service_at_locations"]))
		}
		t.Logf("%d checked: %d services, %d organizations, %d places", w.checked, len(seen["services"]), len(seen["organizations"]), len(seen["service_at_locations"]))
	})
}

func TestGolden(t *testing.T) {
	app := appOf(index(t).View)
	for name, target := range map[string]string{
		"service":             "/services/" + named5("Prøvetilbud med alt").String(),
		"service-stengt":      "/services/" + named5("Prøvetilbud som er stengt").String(),
		"services":            "/services",
		"organization":        "/organizations/" + named5("org7").String(),
		"organization-ukjent": "/organizations/" + unnamedID.String(),
		"taxonomies":          "/taxonomies",
	} {
		var got bytes.Buffer
		if err := json.Indent(&got, get(t, app, target), "", "  "); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name+".json")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got.String()); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestIDsStayTheSame(t *testing.T) {
	for want, id := range map[string]uuid.UUID{
		"28790c16-d342-53ef-a136-b744af532fed": interop.ID("taxonomy", kindType),
		"00a5c3c2-5695-5df0-9187-81a9375fa338": unnamedID,
	} {
		if id.String() != want {
			t.Errorf("got %s, want %s: whoever keeps a copy knows the thing by it", id, want)
		}
	}
	one := get(t, appOf(index(t).View), "/services?full=true&format=ndjson")
	two := get(t, appOf(index(t).View), "/services?full=true&format=ndjson")
	if !bytes.Equal(one, two) {
		t.Error("another node answers otherwise")
	}
}
