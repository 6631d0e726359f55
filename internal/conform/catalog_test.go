package conform

import (
	"strings"
	"testing"
)

func TestCatalogFaults(t *testing.T) {
	const service = `{"@id":"/tilbud/1","@type":["cpsv:PublicService"],"dct:identifier":[{"@value":"a"}]}`
	const contains = `{"@id":"/data/katalog","@type":["dcat:Catalog"],"dcatno:containsService":[{"@id":"/tilbud/1"}]}`
	of := func(nodes ...string) string { return `{"@graph":[` + strings.Join(nodes, ",") + "]}" }
	before, after := map[string]bool{"a": true, "gone": true}, map[string]bool{"a": true, "new": true}
	for name, test := range map[string]struct{ body, says string }{
		"as it should be":     {of(contains, service), ""},
		"no JSON":             {"{", "is no JSON-LD"},
		"left out":            {of(contains), "the offering a is 0 services"},
		"twice":               {of(contains, service, service), "the offering a is 2 services"},
		"gone in between":     {of(contains, service, strings.Replace(service, `"a"`, `"gone"`, 1)), ""},
		"of nothing":          {of(contains, service, strings.Replace(service, `"a"`, `"b"`, 1)), `the service "/tilbud/1" is no public offering`},
		"not in the catalog":  {of(service), `the service "/tilbud/1" is not said to be in the catalog`},
		"without a name":      {of(contains, service, `{"@type":["cv:Cost"]}`), "has no name"},
		"with a blank name":   {of(contains, service, `{"@id":"_:b1","@type":["cv:Cost"]}`), "has no name"},
		"without an identity": {of(contains, service, `{"@id":"/tilbud/1","@type":["cpsvno:Service"]}`), "is no public offering"},
	} {
		got := strings.Join(catalogFaults([]byte(test.body), before, after), "\n")
		if test.says == "" && got != "" || !strings.Contains(got, test.says) {
			t.Errorf("%s: %q, want what says %q", name, got, test.says)
		}
	}
}
