package hsds

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
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
