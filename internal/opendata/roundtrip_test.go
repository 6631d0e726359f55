package opendata

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// TestFileSentBackChangesNothing sends every row of the file to the write API, as those
// who answer for the offerings.
func TestFileSentBackChangesNothing(t *testing.T) {
	w := newWhole(t)
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		return c.Status(http.StatusInternalServerError).SendString(err.Error())
	}})
	api.New(api.Deps{View: w.view, Store: w.store, BaseURL: base}).Mount(app)
	_, body := w.get("/data/tilbud.ndjson")
	operator := auth.Actor{Kind: auth.Operator, Name: "test"}
	tokens := map[auth.Owner]string{}
	sent, nobodys := 0, 0
	for line := range bytes.Lines(body) {
		var row struct {
			ID      int64 `json:"id"`
			Version int   `json:"versjon"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		before, err := w.store.OfferingByID(t.Context(), row.ID)
		if err != nil {
			t.Fatal(err)
		}
		owner := auth.OwnerOf(before)
		if owner == (auth.Owner{}) {
			nobodys++ // national editors' alone, who have no tokens
			continue
		}
		secret, ok := tokens[owner]
		if !ok {
			_, secret, err = w.store.CreateToken(t.Context(), operator, store.Token{Owner: owner, Name: "Test", Scopes: []store.Scope{store.ScopeWrite}},
				func(store.Token) store.Mail { return store.Mail{} })
			if err != nil {
				t.Fatal(err)
			}
			tokens[owner] = secret
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/api/v1/tilbud/"+strconv.FormatInt(row.ID, 10), bytes.NewReader(line))
		r.Header.Set("Authorization", "Bearer "+secret)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("If-Match", `W/"`+strconv.Itoa(row.Version)+`"`)
		answer, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			t.Fatal(err)
		}
		after, err := w.store.OfferingByID(t.Context(), row.ID)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusOK || after.Version != before.Version {
			t.Errorf("offering %d: %d %s, version %d after %d", row.ID, answer.StatusCode, said, after.Version, before.Version)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("offering %d (-before +after)\n%s", row.ID, diff)
		}
		sent++
	}
	if sent < 250 || nobodys > 10 {
		t.Errorf("%d rows were sent back, %d are nobody's", sent, nobodys)
	}
}
