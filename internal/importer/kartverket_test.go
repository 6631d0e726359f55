package importer

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
	"github.com/nasjonal-oversikt/oversikt/internal/upstreamtest"
)

// kartverket answers in the shape of Kommuneinfo for two kommuner that there are not. Their
// squares lie beside each other.
func kartverket(t *testing.T) *upstreamtest.Server {
	t.Helper()
	square := func(west float64) [][][]float64 {
		return [][][]float64{{{west, 67}, {west + 1, 67}, {west + 1, 68}, {west, 68}, {west, 67}}}
	}
	kommune := func(n, name string, west float64, others ...object) object {
		return object{
			"kommunenummer": n, "kommunenavn": name, "kommunenavnNorsk": name, "samiskForvaltningsomrade": false,
			"gyldigeNavn":      append([]object{{"navn": name, "prioritet": 1, "sprak": "Norsk"}}, others...),
			"punktIOmrade":     object{"type": "Point", "coordinates": []float64{west + 0.5, 67.5}},
			"avgrensningsboks": object{"type": "Polygon", "coordinates": square(west)},
		}
	}
	return upstreamtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers := map[string]any{
			"/fylkerkommuner": []object{{"fylkesnummer": "18", "fylkesnavn": "Nordland", "kommuner": []object{
				kommune("1891", "Prøvebygd", 14, object{"navn": nil, "prioritet": 2, "sprak": nil}),
				kommune("1892", "Prøvevik", 15, object{"navn": "Iskkadangohppi", "prioritet": 2, "sprak": "Nordsamisk"}),
			}}},
			"/kommuner/1891/omrade": object{"kommunenummer": "1891", "kommunenavn": "Prøvebygd", "omrade": object{"type": "MultiPolygon", "coordinates": [][][][]float64{square(14)}}},
			"/kommuner/1892/omrade": object{"kommunenummer": "1892", "kommunenavn": "Prøvevik", "omrade": object{"type": "Polygon", "coordinates": square(15)}},
		}
		answer, ok := answers[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
}

// twoKommuner returns a store with the two, one of them with a point outside of it.
func twoKommuner(t *testing.T) *store.Store {
	t.Helper()
	st := openStore(t)
	r := store.Regions{Fylker: []region.Fylke{{Number: "18", Name: "Nordland", OfficialName: "Nordland"}}}
	for n, name := range map[region.Number]string{"1891": "Prøvebygd", "1892": "Prøvevik"} {
		r.Kommuner = append(r.Kommuner, region.Kommune{Number: n, Name: name, OfficialName: name, Population: 10, PopulationYear: 2026,
			Position: region.Position{Lat: 67.2, Lon: 14.2}, Domain: string(n) + ".example.org", Website: string(n) + ".example.org", Wikidata: "Q" + string(n)})
	}
	if _, err := st.SaveRegions(t.Context(), testActor, r); err != nil {
		t.Fatal(err)
	}
	return st
}

func TestImportKartverket(t *testing.T) {
	ctx := t.Context()
	st, s, folder := twoKommuner(t), kartverket(t), filepath.Join(t.TempDir(), "kart")
	o := KartverketOptions{Client: s.Client(t, nil), Folder: folder, DryRun: true}
	dry, err := ImportKartverket(ctx, st, testActor, o)
	if err != nil || dry.Read != 2 || len(dry.Changed) != 1 || len(dry.Names) != 1 || len(dry.Only) != 0 {
		t.Fatalf("%+v, %v", dry, err)
	}
	if k, err := st.KommuneByNumber(ctx, "1892"); err != nil || k.Position.Lon != 14.2 {
		t.Errorf("a dry run moved it to %v, %v", k.Position, err)
	}

	// Cut off after the first outline, it goes on with the second.
	o.DryRun = false
	s.Next(upstreamtest.Changed(), upstreamtest.Changed(), upstreamtest.Status(404, ""))
	cut, err := ImportKartverket(ctx, st, testActor, o)
	if !upstream.IsStatus(err, 404) || !strings.Contains(err.Error(), "run it again to go on") {
		t.Fatalf("%+v, %v", cut, err)
	}
	report, err := ImportKartverket(ctx, st, testActor, o)
	if err != nil || report.Lines == nil || report.Lines.Saved.Created != 2 || report.Fetched+report.Kept != 2 || report.Kept != cut.Fetched {
		t.Fatalf("%+v, %v", report, err)
	}
	k, err := st.KommuneByNumber(ctx, "1892")
	if err != nil || k.Position != (region.Position{Lat: 67.5, Lon: 15.5}) || k.Name != "Prøvevik" || len(k.OtherNames) != 0 {
		t.Errorf("got %+v, %v", k, err)
	}
	again, err := ImportKartverket(ctx, st, testActor, o)
	if err != nil || len(again.Changed) != 0 || again.Lines.Saved.Unchanged != 2 || again.Fetched != 0 {
		t.Errorf("again: %+v, %v", again, err)
	}

	// A file that is not whole is fetched again.
	if err := os.WriteFile(filepath.Join(folder, "1891.json"), []byte(`{"kommunenummer": "18`), 0o600); err != nil {
		t.Fatal(err)
	}
	if mended, err := ImportKartverket(ctx, st, testActor, o); err != nil || mended.Fetched != 1 {
		t.Errorf("mended: %+v, %v", mended, err)
	}
}

func TestMisbehavingKartverket(t *testing.T) {
	for name, tc := range map[string]struct {
		fault upstreamtest.Fault
		is    func(error) bool
	}{
		"too many":       {upstreamtest.Status(429, "86400"), func(err error) bool { return upstream.IsStatus(err, 429) }},
		"ill":            {upstreamtest.Status(503, ""), func(err error) bool { return upstream.IsStatus(err, 503) }},
		"a page instead": {upstreamtest.Maintenance, upstream.IsShape},
		"half":           {upstreamtest.Half, func(err error) bool { return strings.Contains(err.Error(), "only a part came") }},
		"no list":        {upstreamtest.Changed(`"kommuner":[`, `"kommune":[`), upstream.IsShape},
		"no number":      {upstreamtest.Changed(`"kommunenummer":"1891"`, `"kommunenr":"1891"`), upstream.IsShape},
		"no point":       {upstreamtest.Changed(`"punktIOmrade"`, `"punkt"`), upstream.IsShape},
		"a text":         {upstreamtest.Changed(`[14.5,67.5]`, `"14.5 67.5"`), upstream.IsShape},
		"no geometry":    {upstreamtest.Changed(`"omrade"`, `"flate"`), upstream.IsShape},
		"another's":      {upstreamtest.Changed(`{"kommunenavn":"Prøvebygd","kommunenummer":"1891","omrade"`, `{"kommunenavn":"Prøvebygd","kommunenummer":"1892","omrade"`), upstream.IsShape},
		"a line":         {upstreamtest.Changed(`"MultiPolygon"`, `"MultiLineString"`), upstream.IsShape},
	} {
		t.Run(name, func(t *testing.T) {
			st, s := twoKommuner(t), kartverket(t)
			s.Always(tc.fault)
			_, err := ImportKartverket(t.Context(), st, testActor, KartverketOptions{Client: s.Client(t, nil), Folder: t.TempDir()})
			if err == nil || !tc.is(err) {
				t.Errorf("error = %v", err)
			}
			if outlines, err := st.Outlines(t.Context()); err != nil || len(outlines) > 0 {
				t.Errorf("%d outlines, %v; want none", len(outlines), err)
			}
		})
	}
}

func TestImportPostalCodes(t *testing.T) {
	ctx := t.Context()
	st := twoKommuner(t)
	var all []region.PostalCode
	for i := range 100 {
		all = append(all, region.PostalCode{Code: "8" + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10)), Place: "PRØVE", Kommune: "1891", Category: "G"})
	}
	in := func(list []region.PostalCode, o PostalOptions) PostalReport {
		t.Helper()
		r, err := ImportPostalCodes(ctx, st, testActor, list, o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := in(all, PostalOptions{DryRun: true}); len(r.New) != 100 || r.Sum.Created != 0 {
		t.Errorf("dry run: %+v", r)
	}
	if r := in(all, PostalOptions{}); r.Sum.Created != 100 {
		t.Errorf("first: %+v", r.Sum)
	}
	next := slices.Clone(all[1:])
	next[0].Kommune, next[1].Kommune = "1892", "9999"
	r := in(next, PostalOptions{})
	if len(r.Changed) != 1 || len(r.Gone) != 1 || len(r.Unknown) != 1 || r.Half {
		t.Errorf("changed %v, gone %v, unknown %v, half %t", r.Changed, r.Gone, r.Unknown, r.Half)
	}
	if p, err := st.PostalCodeByCode(ctx, all[0].Code); err != nil || p != all[0] {
		t.Errorf("one that is gone: %v, %v; want it kept", p, err)
	}
	if r := in(all[:50], PostalOptions{}); !r.Half || r.Sum.Updated+r.Sum.Created+r.Sum.Unchanged != 0 {
		t.Errorf("half a list: %+v", r)
	}
	if r := in(all[:50], PostalOptions{Force: true}); r.Half || len(r.Gone) != 50 {
		t.Errorf("half a list by force: half %t, gone %d", r.Half, len(r.Gone))
	}
	// What has gone is not missed again, nor does it make a whole list look like half a one.
	if r := in(all[:50], PostalOptions{}); r.Half || len(r.Gone) != 0 {
		t.Errorf("the same list again: half %t, gone %d", r.Half, len(r.Gone))
	}
}
