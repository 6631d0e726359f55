package hsds

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

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
