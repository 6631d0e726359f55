package importer

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
	"github.com/nasjonal-oversikt/oversikt/internal/upstreamtest"
)

var testActor = auth.Actor{Kind: auth.Import, Name: "test"}

// openStore returns a store on a database of its own, with the schema and no rows.
func openStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{URL: dbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st
}

// klass answers as Klass does, from answers by path.
func klass(t *testing.T, answers map[string]any) *upstreamtest.Server {
	t.Helper()
	return upstreamtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Path]
		if !ok {
			http.Error(w, "no such classification", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
}

type object = map[string]any

// change is a line in Klass's shape.
func change(old, oldName, n, name, on string) object {
	return object{"oldCode": old, "oldName": oldName, "oldShortName": nil, "newCode": n, "newName": name, "newShortName": nil, "changeOccurred": on}
}

func codes(list ...string) object {
	var all []object
	for i := 0; i+1 < len(list); i += 2 {
		all = append(all, object{"code": list[i], "parentCode": nil, "level": "1", "name": list[i+1], "shortName": ""})
	}
	return object{"codes": all}
}

const changesOf, fylkeChanges, codesOf = "/classifications/131/changes", "/classifications/104/changes", "/classifications/131/codesAt"

var dayOne, dayLast = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)

func TestReadKlass(t *testing.T) {
	s := klass(t, map[string]any{
		changesOf:    object{"codeChanges": []object{change("1891", "Prøvebygd", "1899", "Prøvestad", "2026-01-01"), change("1892", "Prøvevik", "1899", "Prøvestad", "2026-01-01")}},
		fylkeChanges: object{"codeChanges": []object{}},
	})
	s.Next(upstreamtest.Status(429, "2"), upstreamtest.Status(502, ""), upstreamtest.Half)
	got, err := ReadKlass(t.Context(), Live(s.Client(t, nil)), dayOne, dayLast)
	if err != nil {
		t.Fatal(err)
	}
	want := []region.Step{
		{Old: "1891", OldName: "Prøvebygd", New: "1899", NewName: "Prøvestad", On: dayOne.AddDate(2, 0, 0)},
		{Old: "1892", OldName: "Prøvevik", New: "1899", NewName: "Prøvestad", On: dayOne.AddDate(2, 0, 0)},
	}
	if !slices.Equal(got.Steps, want) || len(got.Fylker) != 0 {
		t.Errorf("got %v, %v", got.Steps, got.Fylker)
	}
	if asked := s.Asked(); !strings.Contains(strings.Join(asked, " "), "from=2024-01-01&includeFuture=true&to=2028-01-02") {
		t.Errorf("asked %v", asked)
	}
}

// Whatever is wrong with an answer, nothing of it is used.
func TestMisbehavingKlass(t *testing.T) {
	right := map[string]any{
		changesOf:    object{"codeChanges": []object{change("1891", "Prøvebygd", "1899", "Prøvestad", "2026-01-01")}},
		fylkeChanges: object{"codeChanges": []object{change("18", "Nordland", "91", "Prøvefylke", "2026-01-01")}},
	}
	for name, tc := range map[string]struct {
		fault upstreamtest.Fault
		is    func(error) bool
	}{
		"too many":         {upstreamtest.Status(429, "86400"), func(err error) bool { return upstream.IsStatus(err, 429) }},
		"ill":              {upstreamtest.Status(500, ""), func(err error) bool { return upstream.IsStatus(err, 500) }},
		"half":             {upstreamtest.Half, func(err error) bool { return errors.Is(err, upstream.ErrCut) }},
		"a page instead":   {upstreamtest.Maintenance, upstream.IsShape},
		"another field":    {upstreamtest.Changed("codeChanges", "changes"), upstream.IsShape},
		"no old code":      {upstreamtest.Changed(`"oldCode":"1891"`, `"oldCode":null`), upstream.IsShape},
		"a number":         {upstreamtest.Changed(`"newCode":"1899"`, `"newCode":1899`), upstream.IsShape},
		"five digits":      {upstreamtest.Changed(`"newCode":"1899"`, `"newCode":"18990"`), upstream.IsShape},
		"another day":      {upstreamtest.Changed("2026-01-01", "1. januar 2026"), upstream.IsShape},
		"no name":          {upstreamtest.Changed(`"newName":"Prøvestad"`, `"newName":" "`), upstream.IsShape},
		"a fylke of three": {upstreamtest.Changed(`"newCode":"91"`, `"newCode":"910"`), upstream.IsShape},
	} {
		t.Run(name, func(t *testing.T) {
			s := klass(t, right)
			s.Always(tc.fault)
			st := openStore(t)
			_, err := ImportKommuner(t.Context(), st, testActor, KommuneOptions{From: Live(s.Client(t, nil)), First: dayOne})
			if err == nil || !tc.is(err) {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// Saved answers say the same as the register does.
func TestFetchedKlass(t *testing.T) {
	dir := t.TempDir()
	content, err := json.Marshal(object{"codeChanges": []object{change("1891", "Prøvebygd", "1899", "Prøvestad", "2026-01-01")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "131.json"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ReadKlass(t.Context(), Fetched(dir), dayOne, dayLast)
	if err != nil || len(got.Steps) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "131.json"), content[:len(content)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKlass(t.Context(), Fetched(dir), dayOne, dayLast); !errors.Is(err, upstream.ErrCut) {
		t.Errorf("half a file: error = %v, want ErrCut", err)
	}
}

// namedRows returns the rows of a file of data/ by the names in its header.
func namedRows(t *testing.T, file string) []map[string]string {
	t.Helper()
	table, err := readTable(data.FS, file, map[string][]string{"fylker.csv": fylkeColumns, "kommuner.csv": kommuneColumns, "kommune-endringer.csv": formerColumns}[file])
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]string
	for _, r := range table.rows {
		cells := map[string]string{}
		for _, c := range map[string][]string{"fylker.csv": fylkeColumns, "kommuner.csv": kommuneColumns, "kommune-endringer.csv": formerColumns}[file] {
			cells[c] = r.text(c)
		}
		all = append(all, cells)
	}
	return all
}

// TestHistory plays 2024 through: on kommuner as they were in 2023, what Statistics Norway
// says of New Year 2024 gives the kommuner that we have, and where every earlier one went.
func TestHistory(t *testing.T) {
	ctx := t.Context()
	st := openStore(t)
	st.Now = func() time.Time { return time.Date(2024, 1, 2, 8, 0, 0, 0, time.UTC) }
	before, changes, right := of2023(t)
	if _, err := st.SaveRegions(ctx, testActor, before); err != nil {
		t.Fatal(err)
	}
	typesAlone, err := Single(data.FS, typesFile)
	if err != nil {
		t.Fatal(err)
	}
	if report, err := Import(ctx, st, typesAlone, testActor, func(string, int, int) {}); err != nil || len(report.Problems) > 0 {
		t.Fatal(err, report.Problems)
	}
	offering := func(key string, c directory.Coverage) directory.Offering {
		o, err := st.CreateOffering(ctx, auth.Actor{Kind: auth.Operator}, "", directory.Offering{Key: key, Type: "annet", Name: "Prøvetilbud", Coverage: c,
			Source: directory.Source{Title: "Test"}, Confidence: directory.High, Status: directory.Published})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	viken := offering("test/viken", directory.Coverage{Fylker: []region.FylkeNumber{"30"}})
	moss := offering("test/moss", directory.Coverage{Kommuner: []region.Number{"3002"}})
	alesund := offering("test/alesund", directory.Coverage{Kommuner: []region.Number{"1507"}})

	var bring strings.Builder
	for _, p := range before.PostalCodes {
		n := right.postal[p.Code]
		if n == "" {
			n = "2100"
		}
		bring.WriteString(p.Code + "\t" + p.Place + "\t" + string(n) + "\tNAVN\t" + p.Category + "\r\n")
	}
	list, err := ReadBring("test", strings.NewReader(bring.String()))
	if err != nil {
		t.Fatal(err)
	}
	postal := map[string]region.Number{}
	for _, p := range list {
		postal[p.Code] = p.Kommune
	}
	s := klass(t, changes)
	report, err := ImportKommuner(ctx, st, testActor, KommuneOptions{From: Live(s.Client(t, nil)), First: dayOne, PostalCodes: postal})
	if err != nil || report.Stopped || len(report.Problems) > 0 {
		t.Fatalf("%v, stopped %t, problems %v, differs %v", err, report.Stopped, report.Problems, report.Differs)
	}

	kommuner, err := st.Kommuner(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := map[region.Number]string{}
	for _, k := range kommuner {
		got[k.Number] = k.OfficialName
	}
	if d := differ(got, right.kommuner); len(d) > 0 || len(got) != 357 {
		t.Errorf("%d kommuner, %v", len(got), d)
	}
	for n, name := range right.kommuner {
		if got[n] != name {
			t.Errorf("%s is called %q, want %q", n, got[n], name)
		}
	}
	formers, err := st.FormerKommuner(ctx)
	if err != nil {
		t.Fatal(err)
	}
	leads := map[string]bool{}
	for _, f := range formers {
		leads[string(f.Number)+" "+f.Name+" "+string(f.Present)] = true
	}
	for _, r := range namedRows(t, "kommune-endringer.csv") {
		if !leads[r["gammelt_nummer"]+" "+r["gammelt_navn"]+" "+r["nytt_nummer"]] {
			t.Errorf("%s %s does not lead to %s", r["gammelt_nummer"], r["gammelt_navn"], r["nytt_nummer"])
		}
	}
	codes, err := st.PostalCodes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range codes {
		if p.Kommune != right.postal[p.Code] {
			t.Errorf("postnummer %s is in %s, want %s", p.Code, p.Kommune, right.postal[p.Code])
		}
	}
	for o, want := range map[*directory.Offering]directory.Coverage{
		&viken: {Fylker: []region.FylkeNumber{"31", "32", "33"}}, &moss: {Kommuner: []region.Number{"3103"}}, &alesund: {Kommuner: []region.Number{"1508", "1580"}},
	} {
		now, err := st.OfferingByID(ctx, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(now.Coverage.Fylker, want.Fylker) || !slices.Equal(now.Coverage.Kommuner, want.Kommuner) {
			t.Errorf("%s: coverage %v, want %v", o.Key, now.Coverage, want)
		}
	}

	// The files that ship with the program find nothing to do, and bring nothing back.
	again, err := ImportKommuner(ctx, st, testActor, KommuneOptions{From: Live(s.Client(t, nil)), PostalCodes: postal})
	if err != nil || len(again.Carried) > 0 {
		t.Errorf("again: %v, %d carried out", err, len(again.Carried))
	}
}

// now2024 is what is right after New Year 2024.
type now2024 struct {
	kommuner map[region.Number]string
	postal   map[string]region.Number
}

// of2023 returns the regions as they were in 2023, made from the files of 2024 and what they
// say of earlier numbers, Klass's answers about the change, and what is right after it.
func of2023(t *testing.T) (store.Regions, map[string]any, now2024) {
	t.Helper()
	im := &run{progress: func(string, int, int) {}, report: Report{Read: map[string]int{}}}
	now := im.readRegions(data.FS, numbers{map[region.FylkeNumber]bool{}, map[region.Number]bool{}})
	if len(im.report.Problems) > 0 {
		t.Fatal(im.report.Problems)
	}
	right := now2024{map[region.Number]string{}, map[string]region.Number{}}
	byNumber := map[region.Number]region.Kommune{}
	var list []string
	for _, k := range now.Kommuner {
		right.kommuner[k.Number], byNumber[k.Number] = k.OfficialName, k
		list = append(list, string(k.Number), k.OfficialName)
	}
	for _, p := range now.PostalCodes {
		right.postal[p.Code] = p.Kommune
	}
	old := map[region.Number]region.Number{} // of 2023, by number of 2024
	var lines []object
	r := store.Regions{PostalCodes: slices.Clone(now.PostalCodes)}
	begun := map[region.Number]bool{}
	for _, f := range now.Formers {
		if f.LastYear != 2023 {
			continue
		}
		old[f.Present] = f.Number
		k := byNumber[f.Present]
		lines = append(lines, change(string(f.Number), f.Name, string(f.Present), k.OfficialName, "2024-01-01"))
		if begun[f.Number] {
			continue
		}
		begun[f.Number] = true
		k.Number, k.Name, k.OtherNames, k.OfficialName = f.Number, region.NorwegianName(f.Name, k.Name), nil, f.Name
		r.Kommuner = append(r.Kommuner, k)
	}
	for _, k := range now.Kommuner {
		if _, changed := old[k.Number]; !changed {
			r.Kommuner = append(r.Kommuner, k)
		}
	}
	for _, f := range now.Formers {
		if f.LastYear == 2023 {
			continue
		}
		if was, changed := old[f.Present]; changed {
			f.Present = was
		}
		r.Formers = append(r.Formers, f)
	}
	slices.SortFunc(r.Formers, func(a, b region.Former) int {
		return strings.Compare(string(a.Number)+a.Name+string(a.Present), string(b.Number)+b.Name+string(b.Present))
	})
	r.Formers = slices.CompactFunc(r.Formers, func(a, b region.Former) bool {
		return a.Number == b.Number && a.Name == b.Name && a.Present == b.Present
	})
	for i, p := range r.PostalCodes {
		if was, changed := old[p.Kommune]; changed {
			r.PostalCodes[i].Kommune = was
		}
	}
	fylker := map[region.FylkeNumber]string{"30": "Viken", "38": "Vestfold og Telemark", "54": "Troms og Finnmark"}
	into := map[region.FylkeNumber][]region.FylkeNumber{"30": {"31", "32", "33"}, "38": {"39", "40"}, "54": {"55", "56"}}
	gone := map[region.FylkeNumber]bool{}
	var fylkeLines []object
	for _, f := range now.Fylker {
		for o, list := range into {
			if slices.Contains(list, f.Number) {
				gone[f.Number] = true
				fylkeLines = append(fylkeLines, change(string(o), fylker[o], string(f.Number), f.OfficialName, "2024-01-01"))
			}
		}
		if !gone[f.Number] {
			r.Fylker = append(r.Fylker, f)
		}
	}
	for n, name := range fylker {
		r.Fylker = append(r.Fylker, region.Fylke{Number: n, Name: name, OfficialName: name})
	}
	return r, map[string]any{changesOf: object{"codeChanges": lines}, fylkeChanges: object{"codeChanges": fylkeLines}, codesOf: codes(list...)}, right
}

// Half a list of changes is as whole as JSON gets: the kommuner afterwards tell.
func TestHalfOfTheChanges(t *testing.T) {
	ctx := context.Background()
	st := openStore(t)
	st.Now = func() time.Time { return time.Date(2024, 1, 2, 8, 0, 0, 0, time.UTC) }
	before, changes, _ := of2023(t)
	if _, err := st.SaveRegions(ctx, testActor, before); err != nil {
		t.Fatal(err)
	}
	lines := changes[changesOf].(object)["codeChanges"].([]object)
	changes[changesOf] = object{"codeChanges": lines[:len(lines)/2]}
	s := klass(t, changes)
	report, err := ImportKommuner(ctx, st, testActor, KommuneOptions{From: Live(s.Client(t, nil)), First: dayOne})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Stopped || len(report.Differs) == 0 {
		t.Errorf("stopped %t, differs %v; want it to stop", report.Stopped, report.Differs)
	}
	kommuner, err := st.Kommuner(ctx)
	if err != nil || len(kommuner) != len(before.Kommuner) {
		t.Errorf("%d kommuner, want %d as before; %v", len(kommuner), len(before.Kommuner), err)
	}
}
