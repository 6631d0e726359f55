package search

import (
	"bytes"
	"context"
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func table(t testing.TB, name string) []map[string]string {
	t.Helper()
	raw, err := fs.ReadFile(data.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, c := range records[0] {
			row[c] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func bars(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// documents are the checked-in regions and types, with one familievernkontor for each row.
func documents(t testing.TB) []Document {
	t.Helper()
	var docs []Document
	numbers := map[string]region.Number{}
	count := map[string]int{}
	formers := map[region.Number][]region.Former{}
	for _, r := range table(t, "kommune-endringer.csv") {
		n := region.Number(r["nytt_nummer"])
		formers[n] = append(formers[n], region.Former{Number: region.Number(r["gammelt_nummer"]), Name: r["gammelt_navn"], Present: n})
	}
	for _, r := range table(t, "fylker.csv") {
		docs = append(docs, FylkeDocument(region.Fylke{Number: region.FylkeNumber(r["fylkesnummer"]), Name: r["navn"], OtherNames: bars(r["andre_navn"])}))
	}
	kommuner := table(t, "kommuner.csv")
	for _, r := range kommuner {
		count[r["navn"]]++
	}
	for i, r := range kommuner {
		k := region.Kommune{Number: region.Number(r["kommunenummer"]), Name: r["navn"], OtherNames: bars(r["andre_navn"]),
			FylkeName: r["fylkesnavn"], Population: i, Ambiguous: count[r["navn"]] > 1}
		numbers[k.DisplayName()] = k.Number
		docs = append(docs, KommuneDocument(k, formers[k.Number]))
	}
	for i, r := range table(t, "steder.csv") {
		docs = append(docs, PlaceDocument(region.Place{ID: int64(i + 1), Name: r["sted"], Kommune: region.Number(r["kommunenummer"]), Kind: region.PlaceKind(r["type"])}))
	}
	for _, r := range table(t, "postnummer.csv") {
		docs = append(docs, PostalCodeDocument(region.PostalCode{Code: r["postnummer"], Place: r["poststed"], Kommune: region.Number(r["kommunenummer"])}))
	}
	docs = append(docs, typeDocuments(t)...)
	for i, r := range table(t, "tilbud.csv") {
		o := directory.Offering{ID: int64(i + 1), Type: r["type"], Name: r["navn"], Confidence: directory.Confidence(r["sikkerhet"]), Status: directory.Published}
		for _, area := range bars(r["dekningsomrade"]) {
			switch {
			case area == "nasjonal":
				o.Coverage.National = true
			case numbers[area] != "":
				o.Coverage.Kommuner = append(o.Coverage.Kommuner, numbers[area])
			}
		}
		if r["telefon"] != "" {
			n, err := directory.ParsePhone(r["telefon"])
			if err != nil {
				t.Fatal(err)
			}
			o.Phones = []directory.Phone{{Number: n}}
		}
		if n := numbers[r["kommune"]]; n != "" {
			o.Locations = []directory.Location{{Kommune: n}}
		}
		docs = append(docs, OfferingDocument(o))
	}
	return docs
}

func typeDocuments(t testing.TB) []Document {
	t.Helper()
	raw, err := fs.ReadFile(data.FS, "typer.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Typer []struct {
			Kode   string
			Navn   struct{ Nb, Nn string }
			Andre  []string `yaml:"andre_ord"`
			Ellers []string
			Orden  int
		}
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	var docs []Document
	for _, y := range file.Typer {
		docs = append(docs, TypeDocument(directory.OfferingType{Code: y.Kode, Name: directory.Text{NB: y.Navn.Nb, NN: y.Navn.Nn},
			Words: y.Andre, Alternatives: y.Ellers, Order: y.Orden}))
	}
	return docs
}

func newTestView(t testing.TB, more ...Document) *View {
	t.Helper()
	x, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := x.Apply(Batch{Put: append(documents(t), more...)}); err != nil {
		t.Fatal(err)
	}
	return x.View()
}

// The State answers for familievernkontor everywhere: asking for one in any kommune has
// to give an office that covers it first.
func TestFamilievernkontorForEveryKommune(t *testing.T) {
	v := newTestView(t)
	for _, k := range v.Kommuner() {
		text := "familievernkontor " + k.Name
		if k.Ambiguous {
			text += " " + k.FylkeName
		}
		res, err := v.Search(context.Background(), Query{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Hits) == 0 {
			t.Errorf("%q finds nothing", text)
			continue
		}
		o := res.Hits[0].Offering
		if o.Type != "familievernkontor" || o.Coverage.Reach(k.Number) == directory.NotCovered {
			t.Errorf("%q finds %q first, which does not cover %s", text, o.Name, k.Number)
		}
	}
}

func TestAnswersAreNeverADeadEnd(t *testing.T) {
	v := newTestView(t)
	if len(v.Kommuner()) != 357 {
		t.Fatalf("%d kommuner, want 357", len(v.Kommuner()))
	}
	for _, k := range v.Kommuner() {
		answers := v.Answers(k.Number, All)
		if len(answers) != len(v.Types()) {
			t.Fatalf("%s: %d answers, want one for each of %d types", k.Number, len(answers), len(v.Types()))
		}
		for _, a := range answers {
			if len(a.Offerings) == 0 && len(a.Alternatives) == 0 {
				t.Errorf("%s %s: neither an offering nor an alternative", k.Number, a.Type.Code)
			}
		}
	}
}

// What a page does not show is counted and not read.
func TestAnswersReadAFew(t *testing.T) {
	v := newTestView(t)
	const few = 2
	all := v.Answers("0301", All)
	bare := 0
	for i, a := range v.Answers("0301", few, "hjelpetelefon") {
		if len(a.Offerings) != len(all[i].Offerings) || len(a.Nearest) != len(all[i].Nearest) {
			t.Errorf("%s: %d offerings, want %d", a.Type.Code, len(a.Offerings), len(all[i].Offerings))
			continue
		}
		for j, h := range a.Offerings {
			if want := all[i].Offerings[j]; h.ID != want.ID || h.Reach != want.Reach {
				t.Errorf("%s: %d is %+v, want %+v", a.Type.Code, j, h, want)
			}
			if read := h.Offering != nil; read != (j < few || a.Type.Code == "hjelpetelefon") {
				t.Errorf("%s: %d is read: %t", a.Type.Code, j, read)
			}
			if h.Offering == nil {
				bare++
			}
		}
	}
	if bare == 0 {
		t.Error("every type has few")
	}
}

func TestResolvePlace(t *testing.T) {
	v := newTestView(t)
	for text, want := range map[string][]region.Number{
		"0231":            {"3205"},
		"Skedsmo":         {"3205"},
		"skedsmo kommune": {"3205"},
		"1507":            {"1508", "1580"},
		"Guovdageaidnu":   {"5612"},
		"karasjohka":      {"5610"},
		"Kárášjohka":      {"5610"},
		"0155":            {"0301"},
		"TROMSØ":          {"5501"},
		"tromso":          {"5501"},
		"Tromsøs":         {"5501"},
		"Grünerløkka":     {"0301"},
		"bydel Alna":      {"0301"},
		"alna bydel":      {"0301"},
		"bydel Tromsø":    nil,      // a kommune
		"Bærumm":          {"3201"}, // misspelt
		"9170":            nil,      // Longyearbyen is in no kommune
		"":                nil,
		"xyzzy":           nil,
	} {
		var got []region.Number
		for _, m := range v.ResolvePlace(text) {
			got = append(got, m.Kommune.Number)
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ResolvePlace(%q) (-want +got):\n%s", text, diff)
		}
	}
	if got := v.ResolvePlace("Herøy"); len(got) != 2 {
		t.Errorf("ResolvePlace(Herøy) gives %d kommuner, want both", len(got))
	}
	for _, r := range table(t, "postnummer.csv") {
		if r["kommunenummer"] == "" {
			continue
		}
		if got := v.ResolvePlace(r["postnummer"]); len(got) == 0 || string(got[0].Kommune.Number) != r["kommunenummer"] {
			t.Errorf("ResolvePlace(%s) = %v, want %s first", r["postnummer"], got, r["kommunenummer"])
		}
	}
}

// A place is read as people write it, where nothing but a place is written.
func TestReadPlace(t *testing.T) {
	v := newTestView(t)
	for text, want := range map[string]region.Number{
		"i Bodø": "1804", "8006 Bodø": "1804", "bodø, 8006": "1804", "Oslo sentrum": "0301", "Sandvika, Bærum": "3201", "Nes i Akershus": "3228",
		"demens Bodø": "", "Bodø demens 8006": "", "8006 Oslo": "", "i": "", "": "",
	} {
		found := v.ReadPlace(text)
		if len(found) == 1 && found[0].Kommune.Number == want || len(found) == 0 && want == "" {
			continue
		}
		t.Errorf("ReadPlace(%q) = %v, want %q", text, found, want)
	}
}

func TestUnderstanding(t *testing.T) {
	v := newTestView(t)
	for _, tc := range []struct {
		text, place string
		types       []string
		kommuner    []region.Number
		words       string
	}{
		{"familievernkontor bodø", "", []string{"familievernkontor"}, []region.Number{"1804"}, ""},
		{"harstad familievernkontoret", "", []string{"familievernkontor"}, []region.Number{"5503"}, ""},
		{"familievernkontor i Skedsmo", "Skedsmo", []string{"familievernkontor"}, []region.Number{"3205"}, ""},
		{"familievernkontor 0155", "0155 Oslo", []string{"familievernkontor"}, []region.Number{"0301"}, ""},
		{"familievernkontor 8006 bodø", "8006 Bodø", []string{"familievernkontor"}, []region.Number{"1804"}, ""},
		{"1344 haslum familievernkontor", "1344 Haslum", []string{"familievernkontor"}, []region.Number{"3201"}, ""},
		{"ppt bodø 8006", "8006 Bodø", []string{"ppt"}, []region.Number{"1804"}, ""},
		{"ppt Sandvika, Bærum", "Sandvika", []string{"ppt"}, []region.Number{"3201"}, ""}, // another is in Lierne
		{"ppt i Oslo sentrum", "", []string{"ppt"}, []region.Number{"0301"}, ""},
		{"8006 bodø har du time", "8006 Bodø", nil, []region.Number{"1804"}, "time"},
		{"bodø familievernkontor", "", nil, nil, "bodø familievernkontor"}, // an offering's own name
		{"har du time til meg", "", nil, nil, "time"},                      // Time is a kommune too
	} {
		res, err := v.Search(context.Background(), Query{Text: tc.text})
		if err != nil {
			t.Fatal(err)
		}
		var types []string
		for _, x := range res.Interpreted.Types {
			types = append(types, x.Code)
		}
		var kommuner []region.Number
		for _, k := range res.Interpreted.Kommuner {
			kommuner = append(kommuner, k.Number)
		}
		if diff := cmp.Diff([]any{tc.types, tc.kommuner, tc.place, tc.words}, []any{types, kommuner, res.Interpreted.Place, res.Interpreted.Text}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tc.text, diff)
		}
	}
}

func TestCrisis(t *testing.T) {
	for text, want := range map[string]bool{
		"tenker på å ta livet mitt": true, "selvmord": true, "mannen min slår meg": true,
		"sjølvmord": true, "kurs i stavanger": false, "": false,
	} {
		if told, mentioned := dangerIn(text); len(told)+len(mentioned) > 0 != want {
			t.Errorf("dangerIn(%q) = %v, %v, want any %v", text, told, mentioned, want)
		}
	}
}

func FuzzSearch(f *testing.F) {
	v := newTestView(f)
	for _, s := range []string{"familievernkontor bodø", "og i på", "+name:* OR (~^", "\xff\x00", strings.Repeat("a ", 5000), "😀 Ъ 漢字"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		res, err := v.Search(context.Background(), Query{Text: s, Kommuner: []region.Number{"1804"}})
		if err != nil {
			t.Fatalf("Search(%q): %v", s, err)
		}
		if res.Page < 1 || res.Page > res.Pages || len(res.Hits) > res.Total {
			t.Errorf("Search(%q) = page %d of %d, %d hits of %d", s, res.Page, res.Pages, len(res.Hits), res.Total)
		}
		v.ResolvePlace(s)
		v.Suggest(article.Bokmal, s, 10)
	})
}

func TestFacetsAgreeWithFiltering(t *testing.T) {
	v := newTestView(t)
	ctx := context.Background()
	res, err := v.Search(ctx, Query{Kommuner: []region.Number{"1804"}})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, f := range res.Facets.Types {
		narrowed, err := v.Search(ctx, Query{Kommuner: []region.Number{"1804"}, Types: []string{f.Code}})
		if err != nil {
			t.Fatal(err)
		}
		if narrowed.Total != int(f.Count) {
			t.Errorf("facet %s counts %d, choosing it gives %d", f.Code, f.Count, narrowed.Total)
		}
		sum += int(f.Count)
	}
	if sum != res.Total || sum == 0 {
		t.Errorf("the facet of types counts %d, the result has %d", sum, res.Total)
	}
}

func TestOpenFindsWhatBuildWrote(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, Options{}); err == nil {
		t.Fatal("Open of an empty folder succeeds")
	}
	built, err := Build(dir, Batch{Put: documents(t), Position: Position{"test", Cursor{1, 2}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := len(built.View().Offerings())
	if err := built.Close(); err != nil {
		t.Fatal(err)
	}
	opened, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(opened.View().Offerings()); got != want || want == 0 {
		t.Errorf("%d offerings after Open, %d built", got, want)
	}
	if got := opened.Position(); got != (Position{"test", Cursor{1, 2}}) {
		t.Errorf("position = %+v, want 1/2", got)
	}
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	stores, err := filepath.Glob(filepath.Join(dir, "index-*", "store", "*"))
	if err != nil || len(stores) == 0 {
		t.Fatalf("no files to damage: %v", err)
	}
	for _, f := range stores {
		if err := os.WriteFile(f, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir, Options{}); err == nil {
		t.Error("Open of a damaged index succeeds")
	}
}

func TestApplyLeavesViewsAlone(t *testing.T) {
	x, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	o := directory.Offering{ID: 1, Name: "Testtilbud en", Type: "annet", Coverage: directory.Coverage{National: true}, Status: directory.Published}
	if err := x.Apply(Batch{Put: []Document{OfferingDocument(o)}}); err != nil {
		t.Fatal(err)
	}
	before := x.View()
	o.Name = "Testtilbud to"
	if err := x.Apply(Batch{Put: []Document{OfferingDocument(o)}}); err != nil {
		t.Fatal(err)
	}
	if got, _ := before.Offering(1); got.Name != "Testtilbud en" {
		t.Errorf("the old View shows %q", got.Name)
	}
	if got, _ := x.View().Offering(1); got.Name != "Testtilbud to" {
		t.Errorf("the new View shows %q", got.Name)
	}
	if x.Generation() <= before.Generation() {
		t.Errorf("generation %d after %d", x.Generation(), before.Generation())
	}
	if err := x.Apply(Batch{Delete: []string{OfferingID(1)}}); err != nil {
		t.Fatal(err)
	}
	if _, ok := x.View().Offering(1); ok {
		t.Error("a deleted offering is still there")
	}
}

// Every text that a page shows at length can be searched for.
func TestTextsAreSearchable(t *testing.T) {
	x, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	o := directory.Offering{ID: 1, Name: "Testtilbud", Type: "annet", Coverage: directory.Coverage{National: true}, Status: directory.Published,
		Description: "Samtalegruppe.", OpeningText: "Kveldsåpent.", Cost: directory.Cost{Text: "Egenandel."}, Referral: directory.Referral{Text: "Søknadsskjema."}, Complaint: "Statsforvalteren avgjør klagen."}
	if err := x.Apply(Batch{Put: []Document{OfferingDocument(o)}}); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"samtalegruppe", "kveldsåpent", "egenandel", "søknadsskjema", "statsforvalteren"} {
		found, err := x.View().Search(t.Context(), Query{Text: word, Page: 1, Size: 10})
		if err != nil || len(found.Hits) != 1 || found.Dropped {
			t.Errorf("%s: %d hits, dropped %v, %v", word, len(found.Hits), found.Dropped, err)
		}
	}
}

// A reader is answered in their own language, and may write in any.
func TestSuggestSpeaksTheLanguage(t *testing.T) {
	v := newTestView(t,
		TypeDocument(directory.OfferingType{Code: "provetype", Name: directory.Text{NB: "Prøvekontor", NN: "Prøvekontor", EN: "Trial office"},
			Plural: directory.Text{NB: "Prøvekontorer", NN: "Prøvekontor", EN: "Trial offices"}}),
		TermDocument(directory.Term{Kind: directory.Topic, Code: "proving", Name: directory.Text{NB: "Prøving", NN: "Røyning", EN: "Trying"}}),
		ExpressionDocument(directory.Expression{Text: "mamma prøver seg", LeadsTo: []directory.Lead{"ord:prøvetid", "tema:proving"}}),
		OfferingDocument(directory.Offering{ID: 90001, Type: "provetype", Name: "Zebraen", Status: directory.Published, Coverage: directory.Coverage{National: true}}))
	for _, c := range []struct{ language, text, want, sub string }{
		{article.Nynorsk, "skedsmo", "Lillestrøm", "tidlegare Skedsmo"},
		{article.English, "skedsmo", "Lillestrøm", "formerly Skedsmo"},
		{article.English, "prøvek", "Trial offices", ""},
		{article.English, "trial o", "Trial offices", ""},
		{article.Bokmal, "trial o", "Prøvekontorer", ""},
		{article.English, "zebra", "Zebraen", "Trial office"},
		{article.English, "mamma prøver", "mamma prøver seg", "Trying"},
		{"", "mamma prøver", "mamma prøver seg", "prøvetid"},
	} {
		if got := v.Suggest(c.language, c.text, 3); len(got) == 0 || got[0].Text != c.want || got[0].Sub != c.sub {
			t.Errorf("%s: %q is completed by %v, want %q (%s)", c.language, c.text, got, c.want, c.sub)
		}
	}
	for language, want := range map[string]string{"": "Prøving", article.Nynorsk: "Røyning", article.English: "Trying"} {
		found, err := v.Search(t.Context(), Query{Text: "mamma prøver seg", Language: language, Page: 1, Size: 1})
		if err != nil || !slices.Contains(found.Interpreted.Expanded, want) {
			t.Errorf("%q: searched for %q too (%v), want %s", language, found.Interpreted.Expanded, err, want)
		}
	}
}

// A place is completed as people write it: with its postnummer, a preposition, or its centre.
func TestSuggestPlaces(t *testing.T) {
	v := newTestView(t)
	for text, want := range map[string]string{
		"8006": "/kommune/1804-bodo", "8006 b": "/kommune/1804-bodo", "8006 Bodø": "/kommune/1804-bodo", "i bodø": "/kommune/1804-bodo", "Oslo sentrum": "/kommune/0301-oslo",
		"8006 oslo": "", "8006 demens": "",
	} {
		found := v.Suggest("nb", text, 5, SuggestKommune)
		if len(found) == 1 && found[0].Path == want || len(found) == 0 && want == "" {
			continue
		}
		t.Errorf("%q is completed to %v, want %q", text, found, want)
	}
}

func TestSuggestVariesKinds(t *testing.T) {
	v := newTestView(t)
	all := v.Suggest(article.Bokmal, "s", 10)
	kinds := map[SuggestionKind]int{}
	for _, s := range all {
		kinds[s.Kind]++
	}
	if len(all) != 10 || kinds[SuggestKommune] == 0 || kinds[SuggestKommune] > 5 {
		t.Errorf("%v among %d completions of s, want ten with at most five kommuner", kinds, len(all))
	}
	for _, s := range v.Suggest(article.Bokmal, "s", 10, SuggestKommune) {
		if s.Kind != SuggestKommune {
			t.Errorf("asked for kommuner, got %v", s)
		}
	}
	if got := v.Suggest(article.Bokmal, "skedsmo", 10); len(got) == 0 || got[0].Text != "Lillestrøm" || got[0].Sub != "tidligere Skedsmo" {
		t.Errorf("skedsmo is completed by %v", got)
	}
}
