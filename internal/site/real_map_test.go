package site_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// typeInAPI is what the open data says that a kommune has of a type.
type typeInAPI struct {
	Type   struct{ Kode string }
	Tilbud []json.RawMessage
}

// Map, tables, file and the open data say the same, number by number.
func testMap(t *testing.T, r *real) {
	states := map[string]string{"Finnes i kommunen": "finnes", "Dekkes av noen andre": "annen", "Ikke registrert": "ikke"}
	for _, code := range []string{"lms", "familievernkontor", "barnekoordinator", "hjelpetelefon"} {
		p := r.page(t, "/kart?sorter=navn&type="+code)
		signs := map[string]int{}
		for _, state := range states {
			signs[state] = len(p.All(".o-kart__svg .o-kart__" + state))
		}
		want := map[string]int{}
		_, body := get(t, r.app, "/kart.csv?type="+code)
		reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
		reader.Comma = ';'
		file, err := reader.ReadAll()
		if err != nil || len(file) != len(r.kommuner)+1 {
			t.Fatalf("kart.csv of %s has %d lines, %v", code, len(file), err)
		}
		lines := p.All(".o-kart__kommuner tbody tr")
		for i, row := range file[1:] {
			cells := lines[i].All("td")
			name, _ := lines[i].First("th")
			if !strings.HasPrefix(name.Text(), row[1]) || states[cells[1].Text()] != row[4] || digits(cells[2].Text()) != row[5] {
				t.Errorf("%s: the table says %s, the file %v", code, lines[i].Text(), row)
			}
			want[row[4]]++
			if i%17 != 0 { // the API is asked about some of them
				continue
			}
			var answer struct{ Treff []typeInAPI }
			_, body := get(t, r.app, "/api/v1/kommuner/"+row[0]+"/tilbud")
			if err := json.Unmarshal([]byte(body), &answer); err != nil {
				t.Fatal(err)
			}
			j := slices.IndexFunc(answer.Treff, func(a typeInAPI) bool { return a.Type.Kode == code })
			if j < 0 || strconv.Itoa(len(answer.Treff[j].Tilbud)) != row[5] {
				t.Errorf("%s in %s: the file says %s, the API answers otherwise", code, row[1], row[5])
			}
		}
		legend := p.All(".o-kart__tegn b")
		for i, state := range []string{"finnes", "annen", "ikke"} {
			if signs[state] != want[state] || digits(legend[i].Text()) != strconv.Itoa(want[state]) {
				t.Errorf("%s, %s: %d in the map, %s in the legend, %d in the file", code, state, signs[state], legend[i].Text(), want[state])
			}
		}
		total := p.All(".o-kart__sum td")
		if digits(total[0].Text()) != strconv.Itoa(len(r.kommuner)) || digits(total[1].Text()) != strconv.Itoa(want["finnes"]) || digits(total[3].Text()) != strconv.Itoa(want["ikke"]) {
			t.Errorf("%s: the country's sum is %v, want %v", code, total, want)
		}
	}
}

// The map opens on a type in which kommuner differ.
func testMapOpens(t *testing.T, r *real) {
	p := r.page(t, "/kart")
	for _, state := range []string{"finnes", "ikke"} {
		if n := len(p.All(".o-kart__svg .o-kart__" + state)); n == 0 || n == len(r.kommuner) {
			t.Errorf("%d kommuner are %s on the map as it opens: they do not differ", n, state)
		}
	}
}

// digits returns a number without the spaces that divide its thousands.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func testMapSorted(t *testing.T, r *real) {
	var people []int
	for _, line := range r.page(t, "/kart?type=lms&sorter=innbyggere").All(".o-kart__kommuner tbody tr") {
		cells := line.All("td")
		n, _ := strconv.Atoi(digits(cells[len(cells)-1].Text()))
		people = append(people, n)
	}
	// Hundreds of rows are not sent until somebody wants them: a link leads to them.
	for target, open := range map[string]int{"/kart": 0, "/kart?kommune=1804": 0, "/kart?sorter=feil": 0, "/kart?sorter=navn": 1, "/kart?sorter=-dato": 1} {
		p := r.page(t, target)
		if n := len(p.All(".o-kart__kommuner")); n != open {
			t.Errorf("%s: %d tables, want %d", target, n, open)
		}
		link, ok := p.First("a.ds-button[href$='#kommuner']")
		if ok != (open == 0) || ok && len(r.page(t, strings.TrimSuffix(link.Attr("href"), "#kommuner")).All(".o-kart__kommuner tbody tr")) != len(r.kommuner) {
			t.Errorf("%s: no link leads to the table, or one does where it stands", target)
		}
	}
	for _, href := range r.page(t, "/kart?sorter=dato").Attrs(".o-kart__kommuner thead a", "href") {
		if !strings.Contains(href, "sorter=") {
			t.Errorf("the head of a column leads to %s, where the table is folded away", href)
		}
	}
	if !slices.IsSortedFunc(people, func(a, b int) int { return b - a }) || len(people) == 0 {
		t.Error("the table is not sorted by inhabitants, most first")
	}
	p := r.page(t, "/kart?type=lms&sorter=-innbyggere")
	if sorted := p.Attrs("th[aria-sort]", "aria-sort"); !slices.Equal(sorted, []string{"ascending"}) {
		t.Errorf("aria-sort is %v, want one that is ascending", sorted)
	}
	if last := p.All(".o-kart__kommuner tbody th"); !strings.HasPrefix(last[len(last)-1].Text(), "Oslo") {
		t.Error("Oslo is not last where the fewest come first")
	}
}

// The reader's kommune is marked, also by a former name; what is not understood is said.
func testMapKommune(t *testing.T, r *real) {
	for _, text := range []string{"3205", "Lillestrøm", "Skedsmo"} {
		p := r.page(t, "/kart?type=lms&sorter=navn&kommune="+text)
		chosen, ok := p.First(".o-kart__valgt th")
		if !ok || chosen.Text() != "Lillestrøm" || len(p.All(".o-kart__min")) != 1 {
			t.Errorf("kommune=%s marks %q", text, chosen)
		}
	}
	for target, want := range map[string]string{
		"/kart?type=feil":                      "Vi kjenner ikke den typen hjelp",
		"/kart?sorter=feil":                    "Tabellen kan ikke sorteres slik",
		"/kart?kommune=%3Cb%3Exyzzy":           "Vi fant ikke «<b>xyzzy»",
		"/kart?kommune=V%C3%A5ler":             "kan være flere steder",
		"/kart?kommune=9170&type=lms":          "Vi fant ikke «9170»",
		"/kart?type=%00&kommune=%ff&sorter=--": "Vi kjenner ikke den typen hjelp",
	} {
		p := r.page(t, target)
		if notes := p.All(".ds-alert[role=status]"); len(notes) == 0 || !strings.Contains(notes[0].Text(), want) {
			t.Errorf("%s says %v, want %q", target, notes, want)
		}
	}
	for target, want := range map[string]string{
		"/kart.csv?type=lms": `attachment; filename="kart-lms.csv"`, "/en/kart.svg?type=barnekoordinator": `inline; filename="kart-barnekoordinator.svg"`,
	} {
		if resp, _ := get(t, r.app, target); resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Disposition") != want {
			t.Errorf("%s = %d, Content-Disposition %q, want %q", target, resp.StatusCode, resp.Header.Get("Content-Disposition"), want)
		}
	}
	for _, target := range []string{"/kart.csv?type=feil", "/kart.svg?type=feil", "/kart.csv?type=lms%22%3B+filename%3D%22x.html"} {
		if resp, _ := get(t, r.app, target); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s = %d, want 404", target, resp.StatusCode)
		}
	}
}

// The picture stands alone: well-formed, with its legend, and without links or classes that
// need the site.
func testMapPicture(t *testing.T, r *real) {
	for _, l := range page.Languages() {
		resp, body := get(t, r.app, l.Prefix()+"/kart.svg?type=lms&kommune=4601")
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "image/svg+xml") {
			t.Fatalf("kart.svg = %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		d := xml.NewDecoder(strings.NewReader(body))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("kart.svg is not well-formed: %v", err)
			}
		}
		for _, want := range []string{"<title>", ">Bergen<", "oversikt.example"} {
			if !strings.Contains(body, want) {
				t.Errorf("kart.svg does not contain %q", want)
			}
		}
		if links := r.page(t, l.Prefix()+"/kart?type=lms").Attrs(".o-kart__filer a", "href"); len(links) != 2 || !strings.HasPrefix(links[0], l.Prefix()+"/kart.svg?") {
			t.Errorf("in %s the files are at %v", l, links)
		}
		if strings.Contains(body, "href") || strings.Contains(body, "style=") {
			t.Error("kart.svg has links or inline styles")
		}
	}
	if faults := htmlcheck.Parse(r.page(t, "/kart").String()).Faults(); len(faults) > 0 {
		t.Errorf("/kart: %v", faults)
	}
}
