package conform_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/conform"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/opendata"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/server"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func atOnce(ctx context.Context) error { return ctx.Err() }

// remembered asks for each answer once.
func remembered(fetch conform.Fetch) conform.Fetch {
	type answer struct {
		status int
		body   []byte
	}
	had := map[string]answer{}
	return func(ctx context.Context, path, accept string) (int, []byte, error) {
		a, ok := had[path+" "+accept]
		if !ok {
			var err error
			if a.status, a.body, err = fetch(ctx, path, accept); err != nil {
				return 0, nil, err
			}
			had[path+" "+accept] = a
		}
		return a.status, a.body, nil
	}
}

// All that the checked-in data gives is as it should be, and a fault in any answer is seen.
func TestRun(t *testing.T) {
	v := realdata.View(t)
	view := func() *search.View { return v }
	files := opendata.New(opendata.Deps{View: view, BaseURL: "https://oversikt.example", Dir: t.TempDir()})
	if _, err := files.Make(t.Context(), "katalog.jsonld", v); err != nil {
		t.Fatal(err)
	}
	fetch := remembered(server.Published(server.Deps{View: view, Status: func() indexer.Status { return indexer.Status{} }, Files: files,
		BaseURL: "https://oversikt.example", Version: "test"}))
	right, err := conform.Run(t.Context(), fetch, atOnce)
	if err != nil {
		t.Fatal(err)
	}
	if right.Invalid() != 0 {
		t.Errorf("%d answers are wrong: %+v", right.Invalid(), right.Results)
	}
	for _, r := range right.Results {
		if r.Standard == "CPSV-AP-NO" {
			continue // all are in one answer
		}
		if r.Checked < v.CountOfferings() {
			t.Errorf("%s: %d answers were checked, fewer than there are offerings", r.Standard, r.Checked)
		}
	}

	// An offering that is deleted after a list has named it.
	away := map[string]bool{}
	changing, err := conform.Run(t.Context(), func(ctx context.Context, path, accept string) (int, []byte, error) {
		status, body, err := fetch(ctx, path, accept)
		if standard, _, single := strings.Cut(path, "/services/"); single && !away[standard] {
			away[standard], status = true, 404
		}
		return status, body, err
	}, atOnce)
	if err != nil || len(away) == 0 || changing.Invalid() != 0 {
		t.Errorf("%d answers are called wrong since an offering was deleted meanwhile, error %v; %v", changing.Invalid(), err, away)
	}

	replaced := func(in, old, new string) conform.Fetch {
		return func(ctx context.Context, path, accept string) (int, []byte, error) {
			status, body, err := fetch(ctx, path, accept)
			if strings.HasPrefix(path, in) {
				body = []byte(strings.ReplaceAll(string(body), old, new))
			}
			return status, body, err
		}
	}
	for name, test := range map[string]struct {
		standard string
		fetch    conform.Fetch
		says     string
	}{
		"a status that HSDS does not have":    {"HSDS 3.1", replaced("/hsds/v3/services/", `"status":"active"`, `"status":"open"`), "status"},
		"an id that is no uuid":               {"HSDS 3.1", replaced("/hsds/v3/organizations/", `"id":"`, `"id":"x`), "uuid"},
		"a null":                              {"HSDS 3.1", replaced("/hsds/v3/services/", `"status":"active"`, `"status":null`), "null"},
		"a page too few":                      {"HSDS 3.1", replaced("/hsds/v3/services?per_page", `"total_pages":3`, `"total_pages":2`), "pages have"},
		"a system that FHIR does not have":    {"FHIR R4", replaced("/fhir/R4/HealthcareService/", `"system":"phone"`, `"system":"telefon"`), "system"},
		"a list that leads to no next page":   {"FHIR R4", replaced("/fhir/R4/Location?", `"relation":"next"`, `"relation":"neste"`), "pages have"},
		"a giver that is not there":           {"FHIR R4", replaced("/fhir/R4/HealthcareService/", "Organization/", "Organization/x"), "refers to"},
		"a page that lacks JSON-LD":           {"schema.org", replaced("/tilbud/", `type="application/ld+json"`, `type="text/plain"`), "no JSON-LD"},
		"an address that is relative":         {"schema.org", replaced("/tilbud/", `"url":"https://oversikt.example`, `"url":"`), "absolute"},
		"an offering left out of the catalog": {"CPSV-AP-NO", replaced("/data/katalog", "cpsvno:Service", "cpsvno:Other"), "is 0 services"},
		"pages that go round": {"FHIR R4", func(ctx context.Context, path, accept string) (int, []byte, error) {
			if strings.HasPrefix(path, "/fhir/R4/HealthcareService?") {
				path = "/fhir/R4/HealthcareService?_count=100"
			}
			return fetch(ctx, path, accept)
		}, "comes after itself"},
		"a page that fails": {"schema.org", func(ctx context.Context, path, accept string) (int, []byte, error) {
			status, body, err := fetch(ctx, path, accept)
			if strings.HasPrefix(path, "/tilbud/") {
				status = 500
			}
			return status, body, err
		}, "500"},
	} {
		r, err := conform.Run(t.Context(), test.fetch, atOnce)
		if err != nil {
			t.Fatal(name, err)
		}
		i := slices.IndexFunc(r.Results, func(r conform.Result) bool { return r.Standard == test.standard })
		got := r.Results[i]
		if r.Invalid() != got.Invalid {
			t.Errorf("%s: other standards are blamed: %+v", name, r.Results)
		}
		said := slices.ContainsFunc(got.Problems, func(p conform.Problem) bool { return strings.Contains(p.Message, test.says) })
		if got.Invalid == 0 || !said {
			t.Errorf("%s: %d wrong, %v; want what says %q", name, got.Invalid, got.Problems, test.says)
		}
	}
}
