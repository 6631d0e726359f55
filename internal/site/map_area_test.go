package site

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/outline"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// outlined returns the documents of a kommune whose borders are a square of a degree.
func outlined(t *testing.T, n region.Number, name string, lat, lon float64) []search.Document {
	t.Helper()
	area, err := outline.Encode(outline.Polygons{{{{lon, lat}, {lon + 1, lat}, {lon + 1, lat + 1}, {lon, lat + 1}, {lon, lat}}}})
	if err != nil {
		t.Fatal(err)
	}
	return []search.Document{
		search.KommuneDocument(region.Kommune{Number: n, Name: name, OfficialName: name, Position: region.Position{Lat: lat + 0.5, Lon: lon + 0.5}}, nil),
		search.OutlineDocument(region.Outline{Kommune: n, Area: area, Drawing: area}),
	}
}

// Kommuner are areas where their borders are known and dots where they are not. What each has
// is told by what fills it.
func TestMapOfAreas(t *testing.T) {
	docs := outlined(t, "3205", "Lillestrøm", 59, 11)
	for _, k := range []struct {
		n        region.Number
		name     string
		lat, lon float64
	}{{"1508", "Ålesund", 62, 6}, {"1580", "Haram", 62, 7}, {"3114", "Våler", 58, 11}} {
		docs = append(docs, outlined(t, k.n, k.name, k.lat, k.lon)...)
	}
	app := newTestApp(t, append(docs, search.KommuneDocument(region.Kommune{Number: "3419", Name: "Våler", Position: region.Position{Lat: 61, Lon: 12}}, nil))...)
	_, body := get(t, app, "/kart?type=ppt&kommune=Lillestr%C3%B8m")
	p := htmlcheck.Parse(body)
	if faults := p.Faults(); len(faults) > 0 {
		t.Error(faults)
	}
	for kind, want := range map[string]int{
		".o-kart__flate--finnes": 1, ".o-kart__flate--annen": 0, ".o-kart__flate--ikke": 3, ".o-kart__ikke": 1,
		".o-kart__omriss": 1, ".o-kart__min": 1, "a[data-min]": 1, "pattern": 1,
	} {
		if got := len(p.All(".o-kart__svg " + kind)); got != want {
			t.Errorf("%d %s in the map, want %d", got, kind, want)
		}
	}
	fills := map[string]bool{}
	for _, fill := range p.Attrs(".o-kart__tegn rect", "fill") {
		fills[fill] = true
	}
	if len(fills) != 3 {
		t.Errorf("the legend has the fills %v, want three", fills)
	}
	path, _ := p.First(`a[data-kommune="1508"] path`)
	if d := path.Attr("d"); !strings.HasPrefix(d, "M") || !strings.HasSuffix(d, "z") || strings.Count(d, "M") != 1 {
		t.Errorf("the path of Ålesund is %q", d)
	}
	for _, want := range []string{"Kommunegrenser: © Kartverket (CC BY 4.0), forenklet.", "Lillestrøm: ikke registrert.", "Av kommunene der vi kjenner datoen, har halvparten opplysninger fra 7. april 2026 eller senere.", "Hvert tegn er en kommune og står ved kommunesenteret."} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	zoom, ok := p.First("[data-grenser]")
	if !ok {
		t.Fatal("there is no way to the map that can be zoomed")
	}
	_, file := get(t, app, zoom.Attr("data-grenser"))
	var topology struct{ Arcs []any }
	if err := json.Unmarshal([]byte(file), &topology); err != nil || len(topology.Arcs) < 4 {
		t.Errorf("the borders are %d lines, %v", len(topology.Arcs), err)
	}
	if _, svg := get(t, app, "/kart.svg?type=ppt"); !strings.Contains(svg, "url(#skravur)") || !strings.Contains(svg, "© Kartverket") || strings.Contains(svg, "Tegnet etter") {
		t.Error("the picture has no areas, or does not say whose borders they are")
	}
	// Without borders nothing speaks of them.
	if _, body := get(t, app, "/om/data"); !strings.Contains(body, "Kommunegrenser: © Kartverket") {
		t.Error("the page of sources does not name who drew the borders")
	}
	if _, body := get(t, newTestApp(t), "/om/data"); strings.Contains(body, "Kommunegrenser") {
		t.Error("the page of sources credits borders that are not here")
	}
	if _, body := get(t, newTestApp(t), "/kart?type=ppt"); strings.Contains(body, "Kartverket") || strings.Contains(body, "data-grenser") {
		t.Error("a map of dots speaks of borders")
	}
}

func TestPathOfSmallRing(t *testing.T) {
	f := frameOf([]region.Position{{Lat: 58, Lon: 5}, {Lat: 71, Lon: 31}}, 600, 20)
	const step = 0.0001
	path := f.path(outline.Polygons{{{{10, 60}, {10 + step, 60}, {10, 60 + step}, {10, 60}}}})
	if !strings.HasPrefix(path, "M") || !strings.HasSuffix(path, "l0 0z") {
		t.Errorf("an islet is %q, want a point", path)
	}
}

func TestLandOf(t *testing.T) {
	for name, tt := range map[string]struct {
		cells []cell
		want  string
	}{
		"nothing":          {nil, ""},
		"one":              {[]cell{{10, 5}}, "m30 60h0"},
		"the same twice":   {[]cell{{10, 5}, {10, 5}}, "m30 60h0"},
		"beside":           {[]cell{{10, 7}, {10, 5}, {10, 10}}, "m30 60h30"},
		"over a fjord":     {[]cell{{10, 5}, {10, 9}}, "m30 60h0m24 0h0"},
		"row by row, back": {[]cell{{11, 4}, {10, 5}, {10, 6}}, "m30 60h6m-12 6h0"},
	} {
		if got := landOf(tt.cells); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
