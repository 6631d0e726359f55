package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// node is a program that follows the store and answers.
type node struct {
	indexer *indexer.Indexer
	app     *fiber.App
	dir     string
	stop    func()
}

// world is a store of kommuner, types and what the test makes, with two nodes.
type world struct {
	*testing.T
	store *store.Store
	db    *pgxpool.Pool
	nodes [2]*node

	offerings []directory.Offering
	courses   []directory.Course
	shown     map[string]bool // what a reader could see at some time: "tilbud/1"
	held      pgx.Tx          // commits late
	heldFor   int64           // the offering that it changes, which nothing else does
}

func newWorld(t *testing.T) *world {
	t.Helper()
	address := dbtest.URL(t)
	st, err := store.Open(t.Context(), store.Options{URL: address, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	files := fstest.MapFS{}
	err = fs.WalkDir(data.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path, "artikler") || path == "postnummer.csv" || path == "steder.csv" || path == "tilbud.csv" {
			return err
		}
		content, err := fs.ReadFile(data.FS, path)
		files[path] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"postnummer.csv", "steder.csv", "tilbud.csv"} {
		content, err := fs.ReadFile(data.FS, path)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(content), "\n")
		files[path] = &fstest.MapFile{Data: []byte(head + "\n")}
	}
	report, err := importer.Import(t.Context(), st, files, auth.Actor{Kind: auth.Import, Name: "test", Reviewed: true}, func(string, int, int) {})
	if err != nil || len(report.Problems) > 0 {
		t.Fatalf("import: %v, problems %v", err, report.Problems)
	}
	db, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w := &world{T: t, store: st, db: db, shown: map[string]bool{}}
	for i := range w.nodes {
		w.nodes[i] = w.start(t.TempDir())
	}
	t.Cleanup(func() {
		for _, n := range w.nodes {
			n.stop()
		}
	})
	return w
}

func (w *world) start(dir string) *node {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	x := indexer.New(w.store, dir, slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() { defer close(done); x.Run(ctx) }()
	wait, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := x.WaitReady(wait); err != nil {
		w.Fatal(err)
	}
	n := &node{indexer: x, dir: dir, stop: func() { cancel(); <-done }}
	n.app = fiber.New(fiber.Config{Immutable: true})
	api.New(api.Deps{View: x.View, BaseURL: "http://oversikt.test"}).Mount(n.app)
	return n
}

// settle waits until both nodes have all that is committed.
func (w *world) settle() {
	w.Helper()
	for began := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		var unsettled int
		if err := w.db.QueryRow(w.Context(), "SELECT count(*) FROM changes WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())").Scan(&unsettled); err != nil {
			w.Fatal(err)
		}
		head, err := w.store.Head(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		at := func(n *node) bool { return store.Cursor(n.indexer.View().Position().Cursor) == head }
		if unsettled == 0 && at(w.nodes[0]) && at(w.nodes[1]) {
			return
		}
		if time.Since(began) > time.Minute {
			w.Fatalf("the nodes do not come to %v", head)
		}
	}
}

// get returns the status and the answer.
func (n *node) get(t *testing.T, path string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://oversikt.test/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := n.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal(raw, &body); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return resp.StatusCode, body
}

func (w *world) note() {
	public := map[int64]bool{}
	for _, o := range w.offerings {
		public[o.ID] = o.Public()
		if o.Public() {
			w.shown[fmt.Sprint("tilbud/", o.ID)] = true
		}
	}
	for _, c := range w.courses {
		if c.Public() && public[c.Offering] {
			w.shown[fmt.Sprint("kurs/", c.ID)] = true
		}
	}
}

func (w *world) create(t *rapid.T, status directory.Status) {
	n := len(w.offerings) + 1
	o, err := w.store.CreateOffering(w.Context(), tester, "", directory.Offering{
		Key: fmt.Sprintf("ppt/prove-%d", n), Type: "ppt", Name: fmt.Sprintf("Prøvetilbud %d", n),
		Organization: directory.Organization{Name: fmt.Sprintf("Prøvebygd %d", n%3), Kind: "kommune"},
		Coverage:     directory.Coverage{Kommuner: []region.Number{"0301"}}, Status: status,
		Source: directory.Source{Title: "Prøve", URL: "https://example.org", Date: "2026"}, Confidence: directory.High,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.offerings = append(w.offerings, o)
}

func (w *world) commit(t *rapid.T) {
	if err := w.held.Commit(w.Context()); err != nil {
		t.Fatal(err)
	}
	w.held = nil
}
