package server

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/nasjonal-oversikt/oversikt/"

// imports is which packages of ours each may import outside its tests. They point one
// way: cmd, then server, then site and api, then what these are made from.
var imports = map[string][]string{
	"data":       {},
	"migrations": {},
	"web":        {},

	"internal/region":    {},
	"internal/directory": {"internal/region"},
	"internal/outline":   {"internal/region"},
	"internal/changelog": {},
	"internal/auth":      {"internal/directory", "internal/region"},
	"internal/article":   {},
	"internal/checklist": {"data", "internal/article"},
	"internal/referral":  {"internal/region"},
	"internal/pgembed":   {},
	"internal/oidc":      {"internal/trace"},
	"internal/place":     {},
	"internal/trace":     {},
	"internal/recent":    {},
	"internal/fold":      {},
	"internal/tiles":     {"internal/recent", "internal/trace"},
	"internal/upstream":  {"internal/trace"},

	"internal/store":    {"internal/article", "internal/auth", "internal/directory", "internal/fold", "internal/region", "internal/trace", "migrations"},
	"internal/search":   {"internal/article", "internal/checklist", "internal/directory", "internal/fold", "internal/recent", "internal/region", "internal/trace"},
	"internal/importer": {"internal/article", "internal/auth", "internal/directory", "internal/outline", "internal/region", "internal/store", "internal/upstream"},
	"internal/register": {"internal/auth", "internal/diff", "internal/directory", "internal/region", "internal/store", "internal/upstream"},
	"internal/indexer":  {"internal/article", "internal/directory", "internal/region", "internal/search", "internal/store", "internal/trace"},

	"internal/use":       {"internal/article", "internal/directory", "internal/page"},
	"internal/work":      {"internal/store", "internal/trace"},
	"internal/mail":      {"internal/store", "internal/trace", "internal/work"},
	"internal/linkcheck": {"internal/store", "internal/trace"},
	"internal/webhook":   {"internal/api", "internal/page", "internal/search", "internal/store", "internal/trace", "internal/work"},
	"internal/confirm":   {"internal/auth", "internal/diff", "internal/directory", "internal/page", "internal/store"},

	"internal/page":    {"internal/article", "internal/directory", "internal/region", "internal/search", "web"},
	"web/view":         {"internal/article", "internal/diff", "internal/directory", "internal/page", "internal/region", "internal/search", "web"},
	"internal/site":    {"internal/article", "internal/bulk", "internal/changelog", "internal/checklist", "internal/conform", "internal/directory", "internal/opendata", "internal/outline", "internal/page", "internal/referral", "internal/region", "internal/search", "internal/tiles", "web", "web/view"},
	"internal/api":     {"internal/article", "internal/auth", "internal/directory", "internal/page", "internal/place", "internal/recent", "internal/region", "internal/search", "internal/store", "web/view"},
	"internal/interop": {"internal/directory", "internal/region", "internal/search"},
	"internal/bulk":    {"internal/directory", "internal/region"},
	"internal/diff":    {"internal/directory", "internal/region"},
	"internal/report":  {"internal/directory", "internal/page", "internal/place", "internal/region", "internal/search", "internal/store", "web/view"},
	"internal/staff":   {"internal/article", "internal/auth", "internal/bulk", "internal/diff", "internal/directory", "internal/oidc", "internal/page", "internal/place", "internal/region", "internal/search", "internal/store", "web", "web/view"},
	"internal/server": {"internal/api", "internal/auth", "internal/conform", "internal/directory", "internal/indexer", "internal/interop/fhir", "internal/interop/hsds", "internal/oidc", "internal/opendata", "internal/page", "internal/place", "internal/report", "internal/search", "internal/site",
		"internal/staff", "internal/store", "internal/tiles", "internal/trace", "internal/use", "web"},

	// Holds all that is published against its standard.
	"internal/conform": {"internal/interop/catalog", "internal/interop/fhir", "internal/interop/hsds"},

	// The doors to others' standards.
	"internal/interop/catalog": {"internal/directory", "internal/interop", "internal/page", "internal/region", "internal/search"},
	"internal/opendata":        {"internal/api", "internal/bulk", "internal/directory", "internal/interop", "internal/interop/catalog", "internal/page", "internal/search", "web/view"},

	"internal/interop/fhir": {"internal/directory", "internal/interop", "internal/page", "internal/region", "internal/search"},
	"internal/interop/hsds": {"internal/directory", "internal/interop", "internal/page", "internal/region", "internal/search", "web", "web/view"},

	"cmd/oversikt": {"data", "migrations", "internal/api", "internal/auth", "internal/confirm", "internal/conform", "internal/diff", "internal/directory", "internal/importer", "internal/indexer", "internal/linkcheck", "internal/mail", "internal/oidc", "internal/opendata", "internal/page", "internal/pgembed", "internal/region", "internal/register", "internal/search", "internal/server",
		"internal/staff", "internal/store", "internal/tiles", "internal/trace", "internal/use", "internal/webhook", "internal/work", "internal/upstream"},

	// For measuring and tests only: nothing above may name them.
	"internal/bench": {"data", "internal/article", "internal/auth", "internal/directory", "internal/importer", "internal/indexer", "internal/page", "internal/pgembed",
		"internal/region", "internal/search", "internal/server", "internal/store"},
	"internal/client":       {}, // as others generate one: it must stand alone
	"internal/dbtest":       {"internal/pgembed", "migrations"},
	"internal/htmlcheck":    {},
	"internal/upstreamtest": {"internal/upstream"},
	"internal/faults":       {},
	"internal/asvs":         {},
	"internal/realdata":     {"data", "internal/auth", "internal/dbtest", "internal/importer", "internal/indexer", "internal/search", "internal/store"},
}

// owners are the libraries that only these packages may import.
var owners = map[string][]string{
	"gorm.io/":                           {"internal/store"},
	"github.com/oapi-codegen/":           {"internal/client"},
	"github.com/blevesearch/":            {"internal/search"},
	"github.com/gofiber/":                {"internal/server", "internal/site", "internal/report", "internal/staff", "internal/api", "internal/opendata", "internal/interop/fhir", "internal/interop/hsds", "internal/page", "internal/place", "internal/bench"},
	"github.com/valyala/fasthttp":        {"internal/server", "internal/site", "internal/report", "internal/staff", "internal/api", "internal/interop/fhir", "internal/interop/hsds", "internal/page", "internal/place", "internal/bench"},
	"github.com/danielgtaylor/huma/":     {"internal/api"},
	"github.com/prometheus/":             {"internal/server"},
	"go.opentelemetry.io/":               {"internal/trace"},
	"github.com/xuri/excelize/":          {"internal/bulk"},
	"github.com/paulmach/orb":            {"internal/outline"},
	"code.dny.dev/ssrf":                  {"internal/linkcheck", "internal/upstream", "internal/webhook"},
	"github.com/wneessen/go-mail":        {"internal/mail"},
	"github.com/go-webauthn/webauthn":    {"internal/staff"},
	"github.com/coreos/go-oidc":          {"internal/oidc"},
	"golang.org/x/oauth2":                {"internal/oidc"},
	"github.com/pquerna/otp":             {"internal/auth"},
	"github.com/yuin/goldmark":           {"internal/article"},
	"github.com/microcosm-cc/bluemonday": {"internal/article"},
}

func TestImportsPointOneWay(t *testing.T) {
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module)
		allowed, ok := imports[pkg]
		if !ok {
			t.Errorf("%s is not in the table: say what it may import", pkg)
			continue
		}
		seen++
		for _, imp := range fields[1:] {
			if ours, ok := strings.CutPrefix(imp, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", pkg, ours)
			}
			for library, users := range owners {
				if strings.HasPrefix(imp, library) && !slices.Contains(users, pkg) {
					t.Errorf("%s imports %s, which is for %v", pkg, imp, users)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("go list named %d packages of the table, want the whole program", seen)
	}
}
