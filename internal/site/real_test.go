package site_test

import (
	"encoding/csv"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/checklist"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/opendata"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/server"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// TestRealData looks at the pages that the checked-in data gives, in the whole program:
// files into Postgres, from there into the index, from there through the server. Making
// that takes seconds, so it is made once for all that is looked at. What the pages must
// say is read from the files, not from what was imported.
func TestRealData(t *testing.T) {
	r := newReal(t)
	for _, tc := range []struct {
		name string
		test func(*testing.T, *real)
	}{
		{"published", testPublished},
		{"drafts", testDrafts},
		{"nearby", testNearby},
		{"offering phones", testOfferingPhones},
		{"kommune phones", testKommunePhones},
		{"other phones", testOtherPhones},
		{"phones as shown", testPhonesAsShown},
		{"every type in every kommune", testEveryType},
		{"talk now", testTalkNow},
		{"for residents", testForResidents},
		{"own offerings are asked for", testOwnIsAskedFor},
		{"kommune links", testKommuneLinks},
		{"kommune redirects", testKommuneRedirects},
		{"former numbers", testFormerNumbers},
		{"names", testNames},
		{"other redirects", testOtherRedirects},
		{"unknown", testUnknown},
		{"search from afar", testSearchFromAfar},
		{"search parameters", testSearchParameters},
		{"search values", testSearchValues},
		{"search forms", testSearchForms},
		{"search languages", testSearchLanguages},
		{"no good hits", testNoGoodHits},
		{"words where a place is asked for", testWordsForPlace},
		{"a question about nothing yet", testOpenQuestion},
		{"whom a child calls", testChildCalls},
		{"a fylke as the place", testFylkeAsPlace},
		{"places in question", testPlacesInQuestion},
		{"map", testMap},
		{"map opens", testMapOpens},
		{"map sorted", testMapSorted},
		{"map with a kommune", testMapKommune},
		{"map as a picture", testMapPicture},
		{"position", testPosition},
		{"every page", testEveryPage},
		{"addresses", testAddresses},
		{"links", testLinks},
		{"sitemap", testSitemap},
		{"style sheets", testStyleSheets},
		{"first view", testFirstView},
		{"front for the young", testFrontForYoung},
		{"referral codes", testReferralCodes},
		{"referrals", testReferrals},
		{"statistics", testStatistics},
		{"not ready", testNotReady},
	} {
		t.Run(tc.name, func(t *testing.T) { tc.test(t, r) })
	}
}

// baseURL is the public address of the site under test; no request names it as its host.
const baseURL = "https://oversikt.example"

// real is the program over the checked-in data.
type real struct {
	app   *fiber.App
	view  *search.View
	store *store.Store

	offerings []map[string]string // rows of tilbud.csv
	kommuner  []map[string]string // rows of kommuner.csv
	formers   []map[string]string // rows of kommune-endringer.csv
	contacts  map[string]string   // confirmed telephone numbers of kommune-kontakt.csv, by kommunenummer
	paths     map[string]string   // addresses of published offerings, by noekkel
}

func newReal(t *testing.T) *real {
	t.Helper()
	st := realdata.Open(t)
	view := realdata.Index(t, st).View()
	files := opendata.New(opendata.Deps{View: func() *search.View { return view }, BaseURL: baseURL, Dir: t.TempDir()})
	r := &real{
		app:       newApp(st, func() *search.View { return view }, files),
		view:      view,
		store:     st,
		offerings: rowsOf(t, "tilbud.csv"),
		kommuner:  rowsOf(t, "kommuner.csv"),
		formers:   rowsOf(t, "kommune-endringer.csv"),
		contacts:  map[string]string{},
		paths:     map[string]string{},
	}
	for _, row := range rowsOf(t, "kommune-kontakt.csv") {
		if row["sikkerhet"] != "lav" && row["telefon"] != "" {
			r.contacts[row["kommunenummer"]] = e164(row["telefon"])
		}
	}
	for _, o := range view.Offerings() {
		r.paths[o.Key] = page.OfferingPath(o)
	}
	return r
}

func newApp(st *store.Store, view func() *search.View, files ...*opendata.Files) *fiber.App {
	d := server.Deps{
		Store:   st,
		View:    view,
		Status:  func() indexer.Status { return indexer.Status{DatabaseUp: true} },
		BaseURL: baseURL,
		Version: "test",
		Log:     slog.New(slog.DiscardHandler),
	}
	if len(files) > 0 {
		d.Files = files[0]
	}
	return server.New(d)
}

// rowsOf returns the rows of a file of data/ by the names in its header.
func rowsOf(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := data.FS.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// e164 returns a number of the files as a tel: link must have it: eight digits with the
// country code, short numbers as they are dialled.
func e164(number string) string {
	if len(number) == 8 {
		return "+47" + number
	}
	return number
}

// published reports whether readers may see a row of tilbud.csv.
func published(row map[string]string) bool { return row["sikkerhet"] != "lav" }

// emergency are the numbers that stand in code.
var emergency = func() map[string]bool {
	numbers := map[string]bool{string(directory.FireBrigade): true}
	for _, n := range append(directory.EmergencyNumbers(), directory.DangerNumbers()...) {
		numbers[string(n)] = true
	}
	return numbers
}()

// get asks for an address as a browser does, without following redirects.
func get(t testing.TB, app *fiber.App, target string) (*http.Response, string) {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	req.RequestURI = target // as it is: what is no address must be answered too
	resp, err := app.Test(req, -1)
	if err != nil {
		t.Fatalf("GET %.100s: %v", target, err)
	}
	return resp, read(t, resp)
}

func read(t testing.TB, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// page returns the page at an address, which must be there.
func (r *real) page(t testing.TB, target string) htmlcheck.Page {
	t.Helper()
	resp, body := get(t, r.app, target)
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%.100s = %d, want 200", target, resp.StatusCode)
	}
	return htmlcheck.Parse(body)
}

// kommunePath returns the address that a kommune of kommuner.csv must have.
func (r *real) kommunePath(t testing.TB, number string) string {
	t.Helper()
	for _, k := range r.view.Kommuner() {
		if string(k.Number) == number {
			return page.KommunePath(k.Kommune)
		}
	}
	t.Fatalf("no kommune %s", number)
	return ""
}

// allPages returns the address of every page that is not a search, and of some searches.
func (r *real) allPages(t testing.TB) []string {
	t.Helper()
	targets := []string{
		"/", "/sok", "/kommuner", "/kommuner?q=bo", "/kommuner?q=xyzzy", "/om", "/om/data", "/om/standarder", "/om/tall", "/data", "/personvern", "/for-kommuner", "/for-helsepersonell", "/for-utviklere", "/tilgjengelighet", "/forlat-siden", "/min-liste", "/sjekklister",
		"/kurs", "/kurs?kommune=1804", "/henvis", "/henvis?kommune=1804&om=rus", "/henvis?kode=feil",
		"/for-kommuner?kommune=bod%C3%B8&farge=ffd400&vis=egne", "/for-kommuner?kommune=xyzzy&farge=rosa",
		"/kart", "/kart?type=lms&kommune=1804", "/kart?type=feil&sorter=feil",
		"/hvor", "/hvor?q=V%C3%A5ler", "/hvor?q=xyzzy", "/hvor?q=9170", "/kommune/1507", "/kommune/heroy",
		"/sok?q=selvmord", "/sok?q=xyzzyxyzzy", "/sok?q=ppt+i+alta", "/sok?q=parorende&sted=Troms%C3%B8&side=2",
		"/sok?q=demens+v%C3%A5ler", "/sok?type=ppt&kommune=1101", "/sok?fylke=18&type=lms&malgruppe=barn&tema=rus",
		"/sok?lat=60&lon=10&radius=50&sorter=avstand", "/sok?sted=V%C3%A5ler", "/sok?q=avlasning&ordrett=1",
		"/sok?side=abc&type=feil&sted=xyzzy&radius=x&lat=200&sorter=feil&fylke=feil&sprak=norsk&tema=feil",
	}
	for _, l := range checklist.All(article.Bokmal) {
		targets = append(targets, l.Path())
	}
	for _, f := range r.view.Fylker() {
		targets = append(targets, page.FylkePath(f))
	}
	for _, section := range []string{"ta-vare-pa-deg-selv", "ta-vare-pa-den-syke", "ta-vare-pa-familien", "ta-vare-pa-barna", "mote-med-helsetjenesten"} {
		targets = append(targets, "/"+section)
		for _, a := range r.view.Articles(article.Bokmal, section) {
			targets = append(targets, a.Path(), a.Path()+"?kommune=0301", a.Path()+"?sted=V%C3%A5ler", a.Path()+"?sted=xyzzy")
		}
	}
	for _, k := range r.view.Kommuner() {
		targets = append(targets, page.KommunePath(k.Kommune))
	}
	for _, o := range r.view.Offerings() {
		targets = append(targets, page.OfferingPath(o))
	}
	return targets
}

// idOf returns the number in the address of an offering, or 0.
func idOf(path string) int64 {
	key, ok := strings.CutPrefix(path, "/tilbud/")
	if !ok {
		return 0
	}
	number, _, _ := strings.Cut(key, "-")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0
	}
	return id
}
