package catalog

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const testBase = "https://oversikt.example.no"

func testCatalog() *Catalog {
	text := directory.Text{NB: "Prøvebygd \"tekst\"\n\\ med\ttegn", NN: "Prøvebygd", EN: "Test"}
	return &Catalog{
		BaseURL: testBase, Publisher: Publisher{Name: "Prøveutgiver"},
		Datasets: []Dataset{{Code: "tilbud", Title: text, Description: text, Keywords: []directory.Text{text}, Files: []File{
			{Title: "CSV", Path: "/data/tilbud.csv", FileType: "CSV", MediaType: "text/csv"},
			{Title: "NDJSON", Path: "/data/tilbud.ndjson"},
		}}},
		Services: []Service{{Code: "api", Title: text, Description: text, Endpoint: "/api/v1", Definition: "/api/v1/openapi.json", MediaTypes: []string{"application/json"}, Serves: []string{"tilbud"}}},
	}
}

// checked is what katalog.mjs says.
type checked struct {
	Triples, Blank               int
	OnlyTurtle, OnlyJSON         []string
	Services, Contained, Outputs []string
	Results                      []struct{ Shapes, Severity, Node, Path, Value, Constraint, Message string }
}

// check reads both forms with others' parsers, and holds them against the shapes.
func check(t *testing.T, turtle, jsonLD []byte, shapes ...string) checked {
	t.Helper()
	dir := t.TempDir()
	ttl, json1 := filepath.Join(dir, "katalog.ttl"), filepath.Join(dir, "katalog.jsonld")
	for name, body := range map[string][]byte{ttl: turtle, json1: jsonLD} {
		if err := os.WriteFile(name, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("node", append([]string{"katalog.mjs", ttl, json1}, shapes...)...)
	cmd.Dir = "../../../web/e2e"
	var errors bytes.Buffer
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("katalog.mjs: %v\n%s", err, &errors)
	}
	var c checked
	if err := json.Unmarshal(out, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func written(t *testing.T, c *Catalog, o *interop.Overview) (turtle, jsonLD []byte) {
	t.Helper()
	var a, b bytes.Buffer
	if err := c.WriteTurtle(&a, o); err != nil {
		t.Fatal(err)
	}
	if err := c.WriteJSONLD(&b, o); err != nil {
		t.Fatal(err)
	}
	return a.Bytes(), b.Bytes()
}

// TestBothFormsSayTheSame is over every public offering of the checked-in data.
func TestBothFormsSayTheSame(t *testing.T) {
	v := realdata.View(t)
	var all interop.Overviews
	c := testCatalog()
	turtle, jsonLD := written(t, c, all.Of(v))
	again, jsonAgain := written(t, c, new(interop.Overviews).Of(v))
	if !bytes.Equal(turtle, again) || !bytes.Equal(jsonLD, jsonAgain) {
		t.Error("the same View gives other bytes the second time")
	}
	got := check(t, turtle, jsonLD)
	if got.Triples < 5000 || len(got.OnlyTurtle)+len(got.OnlyJSON) > 0 {
		t.Errorf("%d triples, in Turtle alone %q, in JSON-LD alone %q", got.Triples, got.OnlyTurtle, got.OnlyJSON)
	}
	if got.Blank > 0 {
		t.Errorf("%d nodes have no name", got.Blank)
	}
	var want []string
	for o := range v.All() {
		want = append(want, testBase+page.OfferingName(o))
	}
	slices.Sort(want)
	for name, list := range map[string][]string{"services": got.Services, "containsService": got.Contained, "hasPossibleOutput": got.Outputs} {
		slices.Sort(list)
		if !slices.Equal(want, list) {
			t.Errorf("%s: %d, want each of %d offerings once", name, len(list), len(want))
		}
	}
	t.Run("shapes", func(t *testing.T) { holdAgainstShapes(t, turtle, jsonLD) })
}

// holdAgainstShapes is against the shapes that come with the two profiles.
func holdAgainstShapes(t *testing.T, turtle, jsonLD []byte) {
	const folder = "../../../../shared/standards/cpsv/"
	shapes := []string{"CPSV-AP-NO_shacl_shapes_v1.ttl", "DCAT-AP-NO-shacl_shapes_2.00.ttl"}
	for i, name := range shapes {
		full, err := filepath.Abs(folder + name)
		if err == nil {
			_, err = os.Stat(full)
		}
		if err != nil {
			t.Skip("the shapes are not here: ", folder+name)
		}
		shapes[i] = full
	}
	warnings := map[string]int{}
	for _, r := range check(t, turtle, jsonLD, shapes...).Results {
		if r.Severity == "Violation" {
			t.Errorf("%+v", r)
		}
		warnings[r.Shapes+" "+r.Path+" "+r.Constraint]++
	}
	t.Logf("warnings: %v", warnings)
}

// A harvester takes a service that has another name for another one.
func TestNamesOutliveWhatThingsAreCalled(t *testing.T) {
	v := realdata.View(t)
	w := &writer{Catalog: testCatalog(), overview: new(interop.Overviews).Of(v), view: v}
	iris := func(nodes []*node) (list []string) {
		for _, n := range nodes {
			list = append(list, n.iri)
		}
		return list
	}
	for o := range v.All() {
		renamed := *o
		renamed.Name = "Et helt annet navn"
		if is, was := iris(w.serviceOf(&renamed)), iris(w.serviceOf(o)); !slices.Equal(is, was) {
			t.Fatalf("%q renamed is %q, was %q", o.Name, is, was)
		}
	}
}

func TestOnlyWhatIsForTheCountryIsSaidToBe(t *testing.T) {
	v := realdata.View(t)
	w := &writer{Catalog: testCatalog(), overview: new(interop.Overviews).Of(v), view: v}
	for o := range v.All() {
		area := w.area(o.Coverage)
		if o.Coverage.National != slices.Contains(area, euNorway) || len(area) == 0 {
			t.Errorf("%q is for %+v, and said to be for %q", o.Name, o.Coverage, area)
		}
	}
	organization := directory.Organization{Name: "Oslo kommune", Kind: directory.KindKommune, Kommune: "0301"}
	w.overview = &interop.Overview{View: v, Organizations: []interop.Organization{{Organization: organization}}}
	w.organizations(func(n *node) bool {
		for _, p := range n.properties {
			if p.name == "dct:spatial" && (len(p.objects) != 1 || p.objects[0].iri != testBase+"/kommune/0301") {
				t.Errorf("Oslo kommune is for %+v", p.objects)
			}
		}
		return true
	})
}

func TestTextsAreEscaped(t *testing.T) {
	hard := "\"'\\ \n\r\t\b\x00\x7f<>&{}^`|æøå Đđ \u2028 😀 \"\"\"" + `\u0041 @en ^^xsd:date` + "\xff"
	n := &node{iri: address("https://example.org/a b?x=<å>|\"{}^`\\\x01"), types: []string{"skos:Concept"}}
	n.text("dct:title", hard, "nb")
	n.text("dct:title", hard, "nb")
	n.value("dct:identifier", hard, "")
	n.value("dct:modified", "2026-11-27", "xsd:date")
	nodes := func(yield func(*node) bool) { yield(n) }
	var turtle, jsonLD bytes.Buffer
	if err := writeTurtle(&turtle, nodes); err != nil {
		t.Fatal(err)
	}
	if err := writeJSONLD(&jsonLD, nodes); err != nil {
		t.Fatal(err)
	}
	got := check(t, turtle.Bytes(), jsonLD.Bytes())
	if got.Triples != 4 || len(got.OnlyTurtle)+len(got.OnlyJSON) > 0 {
		t.Errorf("%d triples, in Turtle alone %q, in JSON-LD alone %q", got.Triples, got.OnlyTurtle, got.OnlyJSON)
	}
}
