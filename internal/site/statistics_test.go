package site

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// testMonth is a month with some use, and one day on which it was counted.
func testMonth(month string, offerings, searches int) search.Document {
	return search.MonthDocument(directory.Month{
		Month: month, From: month + "-03", To: month + "-28", Day: month + "-28",
		Use: []directory.UseOf{{Kind: directory.SearchPage, Count: int64(searches)}, {Kind: directory.FrontPage, Count: 5}, {Kind: directory.MapPage, Count: 4}, {Kind: directory.CoursePage, Count: 1}},
		Tallies: []directory.Tally{
			{Type: "ppt", Kommuner: 5, InKommune: 1, FromElsewhere: 1, Offerings: offerings},
			{Kommuner: 5, InKommune: 1, Offerings: offerings, InTime: offerings / 2},
			{Fylke: "32", Kommuner: 1, Offerings: 7},
		},
	})
}

// cells returns the rows of a table as they are read.
func cells(p htmlcheck.Page, id string) [][]string {
	var rows [][]string
	for _, tr := range p.All("table[data-tabell=" + id + "] tbody tr") {
		var row []string
		for _, cell := range tr.All("th, td") {
			row = append(row, cell.Text())
		}
		rows = append(rows, row)
	}
	return rows
}

// Where there is little to tell, the page says since when, and draws no line through a point.
func TestLittleHistory(t *testing.T) {
	_, body := get(t, newTestApp(t), "/om/tall")
	for _, want := range []string{"Vi har ikke begynt å telle ennå.", "Det er ingen tall ennå."} {
		if !strings.Contains(body, want) {
			t.Errorf("without history the page does not say %q", want)
		}
	}
	_, body = get(t, newTestApp(t, testMonth("2026-10", 10, 100)), "/om/tall")
	p := htmlcheck.Parse(body)
	if p.Has("svg[data-figur=over-tid]") || p.Has("table[data-tabell=endring]") {
		t.Error("a line or a change of one point")
	}
	for _, want := range []string{"Vi har talt én gang i døgnet siden 28. oktober 2026.", "Det er for kort tid til å tegne en linje.", "Figuren viser 3. oktober 2026 til 28. oktober 2026."} {
		if !strings.Contains(body, want) {
			t.Errorf("with one month the page does not say %q", want)
		}
	}
	if got := cells(p, "over-tid"); len(got) != 1 {
		t.Errorf("%d rows over time, want 1", len(got))
	}
}

func TestLineIsThatOfTheTable(t *testing.T) {
	app := newTestApp(t, testMonth("2026-09", 10, 100), testMonth("2026-11", 30, 50), testMonth("2026-10", 20, 70))
	_, body := get(t, app, "/om/tall")
	p := htmlcheck.Parse(body)
	want := [][]string{
		{"28. november 2026", "30", "15", "30", "–", "1"},
		{"28. oktober 2026", "20", "10", "20", "–", "1"},
		{"28. september 2026", "10", "5", "10", "–", "1"},
	}
	if diff := cmp.Diff(want, cells(p, "over-tid")); diff != "" {
		t.Errorf("over time (-want +got):\n%s", diff)
	}
	line, ok := p.First("svg[data-figur=over-tid]")
	if !ok {
		t.Fatal("no line")
	}
	if diff := cmp.Diff([]string{"10", "20", "30"}, line.Attrs("circle", "data-verdi")); diff != "" {
		t.Errorf("offerings in the chart (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"5", "10", "15"}, line.Attrs("rect", "data-verdi")); diff != "" {
		t.Errorf("confirmed in the chart (-want +got):\n%s", diff)
	}
	// 0 is at 92 % and 40, above the most, at 8 %.
	if diff := cmp.Diff([]string{"71%", "50%", "29%"}, line.Attrs("circle", "cy")); diff != "" {
		t.Errorf("heights in the chart (-want +got):\n%s", diff)
	}
	if got := cells(p, "endring"); len(got) != 2 || got[1][0] != "PPT" || got[1][1] != "1" {
		t.Errorf("change by type: %v", got)
	}
	_, body = get(t, app, "/om/tall?fylke=32")
	if got := cells(htmlcheck.Parse(body), "over-tid"); len(got) != 3 || got[0][1] != "7" {
		t.Errorf("in a fylke: %v", got)
	}
}

// Small numbers are not told: not in the table, the chart or the file.
func TestSmallUseIsNotTold(t *testing.T) {
	app := newTestApp(t, testMonth("2026-09", 10, 1234), testMonth("2026-10", 10, 20))
	_, body := get(t, app, "/om/tall")
	p := htmlcheck.Parse(body)
	told := map[string][]string{}
	for _, row := range cells(p, "bruk") {
		told[row[0]] = row[1:]
	}
	for kind, want := range map[string][]string{"Søk": {"20", "1234"}, "Forsiden": {"5", "5"}, "Kart": {"under 5", "under 5"}, "Kurs og grupper": {"under 5", "under 5"}, "Artikler": {"0", "0"}} {
		if diff := cmp.Diff(want, told[kind]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	for _, bar := range p.All("ul[data-figur=bruk] > li") {
		widths := bar.Attrs("rect", "width")
		switch name := bar.All(".o-tall__navn")[0].Text(); name {
		case "Søk", "Forsiden":
			n, err := strconv.Atoi(told[name][0])
			if err != nil {
				t.Fatal(err)
			}
			if len(widths) != 1 || widths[0] != strconv.Itoa(n*100/20)+"%" {
				t.Errorf("%s is %v wide for %d of 20", name, widths, n)
			}
		default:
			if len(widths) != 0 {
				t.Errorf("%s has a bar", name)
			}
		}
	}
	_, file := get(t, app, "/om/tall.csv?tabell=bruk")
	if !strings.Contains(file, "Kart;<5;<5\r\n") || !strings.Contains(file, "Søk;20;1234\r\n") {
		t.Errorf("the file is:\n%s", file)
	}
}

func TestStatisticsAreOfWhatThereIs(t *testing.T) {
	app := newTestApp(t)
	for _, target := range []string{"/om/tall?fylke=99", "/om/tall?fylke=Akershus", "/om/tall.csv", "/om/tall.csv?tabell=finnes-ikke", "/om/tall.csv?tabell=bruk", "/om/tall.csv?tabell=dekning&fylke=99"} {
		if resp, _ := get(t, app, target); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s = %d, want 404", target, resp.StatusCode)
		}
	}
	resp, body := get(t, app, "/nn/om/tall.csv?tabell=dekning&fylke=32")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Disposition") != `attachment; filename="tall-dekning-akershus.csv"` {
		t.Errorf("status %d, %q", resp.StatusCode, resp.Header.Get("Content-Disposition"))
	}
	if !strings.HasPrefix(body, "\ufeffType;Finst i kommunen;") {
		t.Errorf("the file in nynorsk begins with %.40q", body)
	}
	_, body = get(t, app, "/om/tall?fylke=32")
	if !strings.Contains(body, `<meta name="robots" content="noindex"`) || !strings.Contains(body, `<option value="32" selected>Akershus</option>`) {
		t.Error("the page of a fylke is for search engines, or does not say which")
	}
}
