package opendata

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const base = "https://oversikt.example.no"

// secret stands in a confidential place of a stored offering and must be nowhere.
const secret = "Hemmeligveien 17"

// whole is the checked-in data and an offering with a confidential place, as files.
type whole struct {
	*testing.T
	store *store.Store
	view  func() *search.View
	files *Files
	app   *fiber.App
	now   time.Time
}

func newWhole(t *testing.T) *whole {
	t.Helper()
	st := realdata.Open(t)
	w := &whole{T: t, store: st, now: time.Date(2026, 11, 27, 11, 0, 0, 0, time.UTC)}
	w.create(directory.Offering{
		Key: "annet/provebygd", Type: "annet", Name: "=Prøvebygd; \"hus\"", Description: "Et avsnitt.\n\nEt til.", Status: directory.Published, Confidence: directory.High,
		Coverage: directory.Coverage{Kommuner: directory.Coverage{}.Kommuner, National: true}, Source: directory.Source{Title: "Test"},
		Locations: []directory.Location{{Street: secret, Confidential: true}, {Street: "Åpenveien 1", PostalCode: "8006", PostalPlace: "Bodø", Kommune: "1804"}},
		Phones:    []directory.Phone{{Number: "+4722222222", Hours: "9–15"}},
	})
	index := realdata.Index(t, st)
	w.view = index.View
	w.files = New(Deps{View: w.view, BaseURL: base, Dir: filepath.Join(t.TempDir(), "data"), Now: func() time.Time { return w.now }})
	t.Cleanup(func() {
		if err := w.files.Close(); err != nil {
			t.Error(err)
		}
	})
	w.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		var e *fiber.Error
		if errors.As(err, &e) {
			return c.SendStatus(e.Code)
		}
		return c.Status(http.StatusInternalServerError).SendString(err.Error())
	}})
	w.files.Mount(w.app)
	return w
}

func (w *whole) create(o directory.Offering) directory.Offering {
	w.Helper()
	o, err := w.store.CreateOffering(w.Context(), auth.Actor{Kind: auth.Operator, Name: "test"}, "", o)
	if err != nil {
		w.Fatal(err)
	}
	return o
}

func (w *whole) get(path string, headers ...string) (*http.Response, []byte) {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := w.app.Test(r, -1)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.Fatal(err)
	}
	return answer, body
}

func TestFiles(t *testing.T) {
	w := newWhole(t)
	t.Run("every file", w.everyFile)
	t.Run("offerings", w.offerings)
	t.Run("spreadsheet", w.spreadsheet)
	t.Run("package", w.dataPackage)
	t.Run("known", w.known)
	t.Run("catalog", w.catalog)
	t.Run("same bytes", w.sameBytes)
	t.Run("change", w.change)
}

// everyFile is for what holds for all of them.
func (w *whole) everyFile(t *testing.T) {
	// However long it takes: an answer waits for a moment only.
	if _, err := w.files.Make(t.Context(), "SHA256SUMS", w.view()); err != nil {
		t.Fatal(err)
	}
	_, list := w.get("/data/SHA256SUMS")
	sums := map[string]string{}
	for line := range strings.Lines(string(list)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sums[name] = sum
	}
	if len(sums) != len(w.files.names)-1 {
		t.Errorf("%d sums, want one for each other of %d files", len(sums), len(w.files.names))
	}
	for name, want := range sums {
		answer, body := w.get("/data/" + name)
		sum := sha256.Sum256(body)
		if answer.StatusCode != http.StatusOK || hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s: %d, %d bytes that are not those of the sum", name, answer.StatusCode, len(body))
		}
		if got := answer.Header.Get("Repr-Digest"); got != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
			t.Errorf("%s: Repr-Digest %q", name, got)
		}
		if answer.Header.Get("Content-Length") != strconv.Itoa(len(body)) || answer.Header.Get("Access-Control-Allow-Origin") != "*" || answer.Header.Get("Last-Modified") != "Fri, 27 Nov 2026 11:00:00 GMT" {
			t.Errorf("%s: headers %v", name, answer.Header)
		}
		if bytes.Contains(body, []byte(secret)) {
			t.Errorf("%s has the confidential place", name)
		}
		head := httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/data/"+name, nil)
		only, err := w.app.Test(head, -1)
		if err != nil {
			t.Fatal(err)
		}
		only.Body.Close()
		if only.StatusCode != http.StatusOK || only.Header.Get("ETag") != answer.Header.Get("ETag") {
			t.Errorf("HEAD %s: %d %v", name, only.StatusCode, only.Header)
		}
		packed, small := w.get("/data/"+name, "Accept-Encoding", "br, gzip")
		if packed.Header.Get("Content-Encoding") != "gzip" {
			continue
		}
		sum = sha256.Sum256(small)
		if got := packed.Header.Get("Repr-Digest"); got != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" || packed.Header.Get("ETag") == answer.Header.Get("ETag") {
			t.Errorf("%s: packed Repr-Digest %q is of something else", name, got)
		}
		zip, err := gzip.NewReader(bytes.NewReader(small))
		if err != nil {
			t.Fatal(err)
		}
		if open, err := io.ReadAll(zip); err != nil || !bytes.Equal(open, body) {
			t.Errorf("%s: unpacked it is another file (%v)", name, err)
		}
	}
	for _, name := range []string{"/data/finnes-ikke.csv", "/data/..%2f..%2fetc", "/data/tilbud.csv.gz"} {
		if answer, _ := w.get(name); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", name, answer.StatusCode)
		}
	}
}

// rows returns a CSV file by the names of its columns.
func (w *whole) rows(name string) []map[string]string {
	w.Helper()
	answer, body := w.get("/data/" + name)
	if !bytes.HasPrefix(body, []byte("\ufeff")) || answer.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		w.Errorf("%s: no mark in front, or %q", name, answer.Header.Get("Content-Type"))
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	r.Comma = ';'
	all, err := r.ReadAll() // all rows have as many cells as the header
	if err != nil {
		w.Fatal(err)
	}
	var rows []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, column := range all[0] {
			row[column] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func (w *whole) offerings(t *testing.T) {
	rows := w.rows("tilbud.csv")
	_, lines := w.get("/data/tilbud.ndjson")
	objects := strings.Split(strings.TrimSpace(string(lines)), "\n")
	_, body := w.get("/data/tilbud.json")
	var list struct {
		Total int               `json:"antall"`
		Items []json.RawMessage `json:"treff"`
		From  []credit          `json:"kilder"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	i := 0
	for o := range w.view().All() {
		if i >= len(rows) || i >= len(objects) || i >= len(list.Items) {
			t.Fatalf("%d, %d and %d offerings, want more", len(rows), len(objects), len(list.Items))
		}
		var one struct {
			ID      int64  `json:"id"`
			Name    string `json:"navn"`
			Version int    `json:"versjon"`
		}
		if err := json.Unmarshal([]byte(objects[i]), &one); err != nil {
			t.Fatal(err)
		}
		id := strconv.FormatInt(o.ID, 10)
		if rows[i]["id"] != id || one.ID != o.ID || one.Name != o.Name || one.Version != o.Version || string(list.Items[i]) != objects[i] {
			t.Errorf("row %d is not offering %d in all forms: %v", i, o.ID, rows[i])
		}
		if rows[i]["navn"] != o.Name && rows[i]["navn"] != "'"+o.Name {
			t.Errorf("row %d: name %q, want %q", i, rows[i]["navn"], o.Name)
		}
		i++
	}
	last := rows[len(rows)-1]
	if i != len(rows) || i != list.Total || len(list.From) < 5 || last["navn"] != "'=Prøvebygd; \"hus\"" || last["gateadresse"] != "Åpenveien 1" || last["telefon"] != "22 22 22 22; ; 9–15" {
		t.Errorf("%d offerings, %d rows, antall %d, %d sources, the last %v", i, len(rows), list.Total, len(list.From), last)
	}
	if oslo := w.rows("kommuner.csv"); len(oslo) != len(w.view().Kommuner()) || !strings.Contains(oslo[0]["lat"], ",") {
		t.Errorf("%d kommuner, the first %v", len(oslo), oslo[0])
	}
	if n := len(w.rows("dekning.csv")); n != len(w.view().Kommuner())*len(w.view().Types()) {
		t.Errorf("%d rows of coverage", n)
	}
}

func (w *whole) spreadsheet(t *testing.T) {
	answer, body := w.get("/data/tilbud.xlsx")
	if got := answer.Header.Get("Content-Disposition"); got != `attachment; filename="tilbud-2026-11-27.xlsx"` {
		t.Errorf("Content-Disposition %q", got)
	}
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Tilbud")
	if err != nil {
		t.Fatal(err)
	}
	last := rows[len(rows)-1]
	if len(rows) != len(w.rows("tilbud.csv"))+1 || last[2] != "=Prøvebygd; \"hus\"" {
		t.Errorf("%d rows, the last %q", len(rows), last)
	}
	if help, err := f.GetRows("Forklaring"); err != nil || len(help) < len(offeringTable.Columns)+len(credits()) {
		t.Errorf("%d rows of explanation (%v)", len(help), err)
	}
}

func (w *whole) dataPackage(t *testing.T) {
	_, body := w.get("/data/datapackage.json")
	var p dataPackage
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatal(err)
	}
	if len(p.Resources) != len(tables)*len(formats) || len(p.Sources) != len(credits()) {
		t.Errorf("%d files, %d sources", len(p.Resources), len(p.Sources))
	}
	for _, r := range p.Resources {
		_, file := w.get("/data/" + r.Path)
		sum := sha256.Sum256(file)
		if r.Hash != "sha256:"+hex.EncodeToString(sum[:]) || r.Bytes != int64(len(file)) {
			t.Errorf("%s: %s, %d bytes", r.Path, r.Hash, r.Bytes)
		}
		if r.Schema == nil {
			continue
		}
		header, _, _ := strings.Cut(strings.TrimPrefix(string(file), "\ufeff"), "\r\n")
		var names []string
		for _, c := range r.Schema.Fields {
			names = append(names, c.Name)
			if c.Description == "" {
				t.Errorf("%s: %s has no description", r.Path, c.Name)
			}
		}
		if got := strings.Join(names, ";"); got != header {
			t.Errorf("%s: columns %s, want %s", r.Path, got, header)
		}
	}
}

func (w *whole) known(t *testing.T) {
	answer, _ := w.get("/data/kommuner.csv")
	for name, c := range map[string]struct {
		header, value string
		want          int
	}{
		"the tag":       {"If-None-Match", answer.Header.Get("ETag"), http.StatusNotModified},
		"another tag":   {"If-None-Match", `"x"`, http.StatusOK},
		"the time":      {"If-Modified-Since", answer.Header.Get("Last-Modified"), http.StatusNotModified},
		"a time before": {"If-Modified-Since", "Thu, 26 Nov 2026 11:00:00 GMT", http.StatusOK},
		"no time":       {"If-Modified-Since", "i går", http.StatusOK},
	} {
		if got, _ := w.get("/data/kommuner.csv", c.header, c.value); got.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, got.StatusCode, c.want)
		}
	}
}

func (w *whole) catalog(t *testing.T) {
	for accept, want := range map[string]string{
		"":                                       "text/turtle; charset=utf-8",
		"*/*":                                    "text/turtle; charset=utf-8",
		"text/turtle":                            "text/turtle; charset=utf-8",
		"application/ld+json":                    "application/ld+json",
		"application/json":                       "application/ld+json",
		"application/ld+json, text/turtle;q=0.5": "application/ld+json",
		"text/turtle;q=0, */*":                   "application/ld+json",
		`application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"`: "application/ld+json",
	} {
		answer, body := w.get("/data/katalog", "Accept", accept)
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != want || !strings.Contains(answer.Header.Get("Vary"), "Accept") || !bytes.Contains(body, []byte("cpsvno")) {
			t.Errorf("Accept %q: %d %q, Vary %q", accept, answer.StatusCode, answer.Header.Get("Content-Type"), answer.Header.Get("Vary"))
		}
	}
	if answer, _ := w.get("/data/katalog", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8"); answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/data#katalog" {
		t.Errorf("a browser gets %d to %q", answer.StatusCode, answer.Header.Get("Location"))
	}
	if answer, body := w.get("/data/katalog", "Accept", "application/rdf+xml"); answer.StatusCode != http.StatusNotAcceptable || !bytes.Contains(body, []byte("text/turtle")) {
		t.Errorf("who reads another form of RDF alone gets %d: %s", answer.StatusCode, body)
	}
}

// sameBytes is about another node with the same View.
func (w *whole) sameBytes(t *testing.T) {
	other := New(Deps{View: w.view, BaseURL: base, Dir: filepath.Join(t.TempDir(), "data"), Now: func() time.Time { return w.now }})
	defer other.Close()
	for _, name := range w.files.names {
		a, err := w.files.Make(t.Context(), name, w.view())
		if err != nil {
			t.Fatal(err)
		}
		b, err := other.Make(t.Context(), name, w.view())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Sum, b.Sum) {
			t.Errorf("%s has other bytes on another node", name)
		}
	}
}

// change comes last: it changes what is stored.
func (w *whole) change(t *testing.T) {
	before, err := w.files.Make(t.Context(), "kommuner.csv", w.view())
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	o := w.create(directory.Offering{
		Key: "annet/provebygd-2", Type: "annet", Name: "Prøvebygd 2", Status: directory.Published, Confidence: directory.High,
		Coverage: directory.Coverage{National: true}, Source: directory.Source{Title: "Test"},
	})
	for {
		if _, ok := w.view().Offering(o.ID); ok {
			break
		}
		select {
		case <-t.Context().Done():
			t.Fatal("it does not come into the index")
		case <-time.After(5 * time.Millisecond):
		}
	}
	answer, body := w.get("/data/tilbud.csv")
	if !bytes.Contains(body, []byte("Prøvebygd 2")) || answer.Header.Get("Last-Modified") != "Fri, 27 Nov 2026 12:00:00 GMT" {
		t.Errorf("the file is of %s, and has the new offering: %v", answer.Header.Get("Last-Modified"), bytes.Contains(body, []byte("Prøvebygd 2")))
	}
	after, err := w.files.Make(t.Context(), "kommuner.csv", w.view())
	if err != nil || !after.Time.Equal(before.Time) {
		t.Errorf("what has not changed is of %v, want still %v (%v)", after.Time, before.Time, err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if m, err := w.files.Make(done, "tilbud.json", w.view()); err != nil || m.Name != "tilbud.json" {
		t.Errorf("no time: %v, %v, want the older file", m, err)
	}
	if _, err := w.files.Make(t.Context(), "x", w.view()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a name that no file has: %v", err)
	}
	if _, err := w.files.makeNow(t.Context(), "SHA256SUMS", w.view()); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(w.files.deps.Dir)
	packs := 0
	for _, m := range w.files.made {
		packs++
		if m.packed != nil {
			packs++
		}
	}
	if err != nil || len(left) != packs {
		t.Errorf("%d files on disk, want the %d of the newest View (%v)", len(left), packs, err)
	}
}
