package register

import (
	"io"
	"log/slog"
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/hsds"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
	"github.com/nasjonal-oversikt/oversikt/internal/upstreamtest"
)

// What we publish after HSDS ourselves can be read, all of it, and changes nothing here.
func TestHSDSRoundTrip(t *testing.T) {
	st := realdata.Open(t)
	index := realdata.Index(t, st)
	app := fiber.New()
	hsds.New(hsds.Deps{View: index.View, BaseURL: "https://oversikt.example", Now: time.Now}).Mount(app)
	s := upstreamtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Accept-Encoding", "identity")
		res, err := app.Test(r, -1)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer res.Body.Close()
		w.Header().Set("Content-Type", res.Header.Get("Content-Type"))
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body)
	}))
	types, err := st.OfferingTypes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var m HSDSMapping
	m.Source.Name, m.Prefix, m.Types = "Vi selv", "oss", map[string]string{}
	for _, o := range types {
		m.Types["type:"+o.Code] = o.Code
	}
	before := wrote(t, st)
	client := s.Client(t, func(o *upstream.Options) { o.Base += hsds.Root })
	report, err := HSDS{Options{Store: st}, m}.Feed(t.Context(), client)
	public := 0
	for _, o := range all(t, st) {
		if o.Public() {
			public++
		}
	}
	wantCounts(t, "our own feed", report, err, [4]int{0, 0, public, 0})
	if len(report.Problems) > 0 || public < 100 {
		t.Errorf("%d public offerings, problems %v", public, report.Problems)
	}
	if after := wrote(t, st); after != before {
		t.Errorf("%d revisions were written", after-before)
	}

	// To another directory all of it is new, and each can be taken in.
	other := newCountry(t)
	report, err = HSDS{Options{Store: other}, m}.Feed(t.Context(), client)
	if err != nil || report.Created+len(report.Problems) != public {
		t.Fatalf("%d taken in, %d problems, of %d: %v", report.Created, len(report.Problems), public, err)
	}
	if len(report.Problems) > 0 {
		t.Errorf("%d problems, the first: %s", len(report.Problems), report.Problems[0])
	}
	report, err = HSDS{Options{Store: other}, m}.Feed(t.Context(), client)
	wantCounts(t, "again", report, err, [4]int{0, 0, public, 0})
}

// newCountry returns a store with the real kommuner, types and terms, and no offerings.
func newCountry(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{URL: dbtest.URL(t), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	files := fstest.MapFS{}
	for _, name := range []string{"fylker.csv", "kommuner.csv", "kommune-endringer.csv", "postnummer.csv", "typer.yaml", "begreper.yaml"} {
		content, err := data.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: content}
	}
	report, err := importer.Import(t.Context(), st, files, operator, func(string, int, int) {})
	if err != nil || len(report.Problems) > 0 {
		t.Fatalf("%v, %v", err, report.Problems)
	}
	return st
}
