package site_test

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// testStatistics counts the numbers of /om/tall again from what the API answers, as the page
// says that anybody can, and holds charts and files against the tables.
func testStatistics(t *testing.T, r *real) {
	app := newApp(nil, confirmedView(t, r))
	for _, fylke := range []string{"", "18"} {
		p := htmlcheck.Parse(answerOf(t, app, "/om/tall?fylke="+fylke))
		again := countAgain(t, app, fylke)
		coverage, ages := tableOf(t, p, "dekning"), tableOf(t, p, "alder")
		if len(coverage) != len(again.types) || len(ages) != len(again.types)+1 {
			t.Fatalf("%d and %d rows for %d types", len(coverage), len(ages), len(again.types))
		}
		for i, typ := range again.types {
			n := again.kommuner[typ.Code]
			if diff := gocmp.Diff([]string{typ.Plural, n.text("in"), n.text("from"), n.text("none"), n.text("covered")}, coverage[i][:5]); diff != "" {
				t.Errorf("fylke %q, coverage of %s (-API +page):\n%s", fylke, typ.Code, diff)
			}
			if diff := gocmp.Diff(append([]string{typ.Plural}, again.ages[typ.Code]...), ages[i]); diff != "" {
				t.Errorf("fylke %q, ages of %s (-API +page):\n%s", fylke, typ.Code, diff)
			}
		}
		if diff := gocmp.Diff(append([]string{"Alle typer"}, again.ages[""]...), ages[len(ages)-1]); diff != "" {
			t.Errorf("fylke %q, ages of all (-API +page):\n%s", fylke, diff)
		}
		checkBars(t, p, coverage)
		for _, id := range []string{"dekning", "alder"} {
			checkFile(t, app, "/om/tall.csv?tabell="+id+"&fylke="+fylke, tableOf(t, p, id))
		}
	}
}

// confirmedView is the checked-in data, with some of it confirmed.
func confirmedView(t *testing.T, r *real) func() *search.View {
	t.Helper()
	x, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	var docs []search.Document
	for _, f := range r.view.Fylker() {
		docs = append(docs, search.FylkeDocument(f))
	}
	for _, k := range r.view.Kommuner() {
		docs = append(docs, search.KommuneDocument(k.Kommune, k.Formers))
	}
	for _, g := range r.view.TypeGroups() {
		docs = append(docs, search.GroupDocument(g))
	}
	for _, typ := range r.view.Types() {
		docs = append(docs, search.TypeDocument(typ))
	}
	for _, o := range r.view.Offerings() {
		confirmed := *o
		if o.ID%3 != 0 {
			at := time.Now().AddDate(0, 0, -int(o.ID*37%1100))
			confirmed.ConfirmedAt = &at
		}
		docs = append(docs, search.OfferingDocument(confirmed))
	}
	if err := x.Apply(search.Batch{Put: docs}); err != nil {
		t.Fatal(err)
	}
	return x.View
}

func answerOf(t *testing.T, app *fiber.App, target string) string {
	t.Helper()
	resp, err := app.Test(httptest.NewRequest(http.MethodGet, target, nil), -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s = %d, %v", target, resp.StatusCode, err)
	}
	return string(body)
}

func call[T any](t *testing.T, app *fiber.App, path string, query url.Values) T {
	t.Helper()
	var out T
	if err := json.Unmarshal([]byte(answerOf(t, app, "/api/v1"+path+"?"+query.Encode())), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

type apiType struct {
	Code   string `json:"kode"`
	Plural string `json:"flertall"`
	Months int    `json:"bekreftes_hver"`
}

type apiOffering struct {
	ID      int64                           `json:"id"`
	Kommune *struct{ Kommunenummer string } `json:"kommune"`
	Covers  string                          `json:"dekker_kommunen"`
	Checked *time.Time                      `json:"sist_bekreftet"`
	Source  struct{ Dato string }           `json:"kilde"`
	Type    struct{ Kode string }
}

type tallied map[string]int

func (n tallied) text(key string) string { return strconv.Itoa(n[key]) }

type counted struct {
	types    []apiType
	kommuner map[string]tallied  // by type
	ages     map[string][]string // by type, "" for all: what stands behind the name in the table
}

func countAgain(t *testing.T, app *fiber.App, fylke string) counted {
	t.Helper()
	c := counted{types: call[struct{ Treff []apiType }](t, app, "/typer", nil).Treff, kommuner: map[string]tallied{}, ages: map[string][]string{}}
	for _, typ := range c.types {
		c.kommuner[typ.Code] = tallied{}
	}
	for _, k := range call[struct {
		Treff []struct {
			Kommunenummer string
			Folketall     int
		}
	}](t, app, "/kommuner", nil).Treff {
		if strings.HasPrefix(k.Kommunenummer, fylke) {
			c.kommune(t, app, k.Kommunenummer, k.Folketall)
		}
	}
	var all []apiOffering
	months := map[string]int{}
	for _, typ := range c.types {
		months[typ.Code] = typ.Months
		of := offeringsOf(t, app, typ.Code, fylke)
		c.ages[typ.Code] = agesOf(of, months)
		all = append(all, of...)
	}
	c.ages[""] = agesOf(all, months)
	return c
}

func (c counted) kommune(t *testing.T, app *fiber.App, number string, people int) {
	t.Helper()
	answer := call[struct {
		Treff []struct {
			Type   struct{ Kode string }
			Antall int
			Tilbud []apiOffering
		}
	}](t, app, "/kommuner/"+number+"/tilbud", nil)
	for _, has := range answer.Treff {
		n := c.kommuner[has.Type.Kode]
		switch {
		case has.Antall == 0:
			n["none"]++
			continue
		case slices.ContainsFunc(has.Tilbud, func(o apiOffering) bool {
			door := o.Kommune != nil && o.Kommune.Kommunenummer == number
			return o.Covers == "egen" || door && (o.Covers == "delt" || o.Covers == "fylke")
		}):
			n["in"]++
		default:
			n["from"]++
		}
		n["covered"] += people
	}
}

func offeringsOf(t *testing.T, app *fiber.App, typ, fylke string) []apiOffering {
	t.Helper()
	var all []apiOffering
	for side := 1; ; side++ {
		query := url.Values{"type": {typ}, "antall": {"100"}, "side": {strconv.Itoa(side)}}
		if fylke != "" {
			query.Set("fylke", fylke)
		}
		list := call[struct {
			Sider int
			Treff []apiOffering
		}](t, app, "/tilbud", query)
		all = append(all, list.Treff...)
		if side >= list.Sider {
			return all
		}
	}
}

// agesOf returns the cells of a row about the offerings' ages.
func agesOf(list []apiOffering, months map[string]int) []string {
	now := time.Now().In(page.Oslo)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, page.Oslo)
	var classes [5]int
	var inTime int
	var days []int
	for _, o := range list {
		class := 4
		if o.Checked != nil {
			for class = 0; class < 3 && o.Checked.Before(day.AddDate(0, []int{-6, -12, -24}[class], 0)); {
				class++
			}
			if o.Checked.AddDate(0, months[o.Type.Kode], 0).After(day) {
				inTime++
			}
		}
		classes[class]++
		date := o.Source.Dato
		if o.Checked != nil {
			date = o.Checked.In(page.Oslo).Format(time.DateOnly)
		}
		if date != "" {
			from, _ := time.Parse(time.DateOnly, (date + "-01-01")[:10])
			today, _ := time.Parse(time.DateOnly, day.Format(time.DateOnly))
			days = append(days, max(0, int(today.Sub(from).Hours())/24))
		}
	}
	cells := []string{strconv.Itoa(len(list))}
	for _, n := range classes {
		cells = append(cells, strconv.Itoa(n))
	}
	median := "–"
	if slices.Sort(days); len(days) > 0 {
		median = strconv.Itoa((days[(len(days)-1)/2] + days[len(days)/2]) / 2)
	}
	return append(cells, strconv.Itoa(inTime), median)
}

var spaces = strings.NewReplacer(" ", "", "\u00a0", "")

// tableOf returns the cells of a table's body, numbers without spaces.
func tableOf(t *testing.T, p htmlcheck.Page, id string) [][]string {
	t.Helper()
	var rows [][]string
	for _, tr := range p.All("table[data-tabell=" + id + "] tbody tr") {
		row := []string{tr.All("th")[0].Text()}
		for _, td := range tr.All("td") {
			row = append(row, spaces.Replace(td.Text()))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		t.Fatalf("no table %q", id)
	}
	return rows
}

// checkBars holds the parts of the bars against the rows of the table.
func checkBars(t *testing.T, p htmlcheck.Page, rows [][]string) {
	t.Helper()
	bars := p.All("ul[data-figur=dekning] > li")
	if len(bars) != len(rows) {
		t.Fatalf("%d bars for %d rows", len(bars), len(rows))
	}
	for i, bar := range bars {
		total := 0.0
		numbers := map[string]float64{}
		for j, class := range []string{"finnes", "annen", "ikke"} {
			n, err := strconv.ParseFloat(rows[i][j+1], 64)
			if err != nil {
				t.Fatal(err)
			}
			numbers[class] = n
			total += n
		}
		for class, n := range numbers {
			want := "0"
			if n > 0 {
				want = strconv.FormatFloat(n/total*100, 'f', 2, 64)
			}
			got := "0"
			if widths := bar.Attrs("rect.o-tall__"+class, "width"); len(widths) > 0 {
				f, err := strconv.ParseFloat(strings.TrimSuffix(widths[0], "%"), 64)
				if err != nil {
					t.Fatal(err)
				}
				got = strconv.FormatFloat(f, 'f', 2, 64)
			}
			if got != want {
				t.Errorf("%s: %s is %s %% wide, want %s", rows[i][0], class, got, want)
			}
		}
	}
}

// checkFile holds a table's file against the table.
func checkFile(t *testing.T, app *fiber.App, target string, rows [][]string) {
	t.Helper()
	body, ok := strings.CutPrefix(answerOf(t, app, target), "\ufeff")
	if !ok {
		t.Errorf("%s does not say that it is UTF-8", target)
	}
	read := csv.NewReader(strings.NewReader(body))
	read.Comma = ';'
	lines, err := read.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, line := range lines[1:] {
		for i := range line[1:] {
			line[i+1] = cmp.Or(spaces.Replace(line[i+1]), "–") // what is not known is empty in a file
		}
		got = append(got, line)
	}
	if diff := gocmp.Diff(rows, got); diff != "" {
		t.Errorf("%s (-table +file):\n%s", target, diff)
	}
}
