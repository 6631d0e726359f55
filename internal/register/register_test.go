package register

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	files    = auth.Actor{Kind: auth.Import, Name: "tilbud.csv", Reviewed: true}
	operator = auth.Actor{Kind: auth.Operator, Name: "test"}
)

// newStore returns a store with two kommuner and what the tests name.
func newStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{URL: dbtest.URL(t), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	kommune := func(number region.Number, name, fylke string) region.Kommune {
		return region.Kommune{Number: number, Name: name, OfficialName: name, FylkeName: fylke, Population: 1000, PopulationYear: 2026,
			Position: region.Position{Lat: 60, Lon: 10}, Domain: "test" + string(number) + ".example.org", Website: "www.test" + string(number) + ".example.org", Wikidata: "Q" + string(number)}
	}
	_, err = st.SaveRegions(t.Context(), files, store.Regions{
		Fylker:      []region.Fylke{{Number: "03", Name: "Oslo", OfficialName: "Oslo"}, {Number: "18", Name: "Nordland", OfficialName: "Nordland"}},
		Kommuner:    []region.Kommune{kommune("0301", "Oslo", "Oslo"), kommune("1804", "Bodø", "Nordland")},
		PostalCodes: []region.PostalCode{{Code: "0155", Place: "OSLO", Kommune: "0301", Category: "G"}, {Code: "8006", Place: "BODØ", Kommune: "1804", Category: "G"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) directory.Text { return directory.Text{NB: s} }
	var types []directory.OfferingType
	for i, code := range []string{"familievernkontor", "helsestasjon", "annet"} {
		types = append(types, directory.OfferingType{Code: code, Group: "kommunen", Name: text(code), Plural: text(code), Does: text("Testtekst."), Order: i + 1, ConfirmMonths: 12, ContactsMonths: 6})
	}
	_, err = st.SaveVocabulary(t.Context(), files, []directory.TypeGroup{{Code: "kommunen", Name: text("I kommunen"), Order: 1}}, types,
		[]directory.Term{{Kind: directory.TargetGroup, Code: "barn", Name: text("Barn"), Order: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// add stores an offering as the files that ship with the program bring it.
func add(t *testing.T, st *store.Store, o directory.Offering) directory.Offering {
	t.Helper()
	if o.Type == "" {
		o.Type = "familievernkontor"
	}
	o.Source, o.Confidence, o.Status = directory.Source{Title: "Prøvefilen", Date: "2026-04-07"}, directory.High, directory.Published
	if o.Coverage.Level() == directory.LevelKommune && len(o.Coverage.Kommuner) == 0 {
		o.Coverage.Kommuner = []region.Number{"0301"}
	}
	if _, err := st.ImportOfferings(t.Context(), files, []directory.Offering{o}); err != nil {
		t.Fatal(err)
	}
	return byKey(t, st, o.Key)
}

func byKey(t *testing.T, st *store.Store, key string) directory.Offering {
	t.Helper()
	o, err := st.OfferingByKey(t.Context(), key)
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return o
}

// wrote returns how much stands in the history: what an import writes, it writes there.
func wrote(t *testing.T, st *store.Store) int {
	t.Helper()
	n := 0
	for _, o := range all(t, st) {
		revisions, err := st.Revisions(context.WithoutCancel(t.Context()), store.KindOffering, fmt.Sprint(o.ID))
		if err != nil {
			t.Fatal(err)
		}
		n += len(revisions)
	}
	found, err := st.OrganizationsAfter(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range found {
		revisions, err := st.Revisions(t.Context(), store.KindOrganization, fmt.Sprint(o.ID))
		if err != nil {
			t.Fatal(err)
		}
		n += len(revisions)
	}
	return n
}

func all(t *testing.T, st *store.Store) []directory.Offering {
	t.Helper()
	keys, err := st.OfferingKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var found []directory.Offering
	for _, key := range keys {
		found = append(found, byKey(t, st, key))
	}
	return found
}

// tasks returns the kinds of the open tasks.
func tasks(t *testing.T, st *store.Store) []store.TaskKind {
	t.Helper()
	open, err := st.OpenTasks(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []store.TaskKind
	for _, task := range open {
		kinds = append(kinds, task.Kind)
	}
	return kinds
}

func wantCounts(t *testing.T, what string, r Report, err error, counts [4]int) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if got := [4]int{r.Created, r.Updated, r.Unchanged, r.Kept}; got != counts {
		t.Errorf("%s: new, changed, as before, kept: got %v, want %v\n%s\n%s\n%s", what, got, counts, some(r.Changes), some(r.Notes), some(r.Problems))
	}
}

// some returns the first of a list, enough to see what went wrong.
func some[T any](list []T) string { return fmt.Sprint(list[:min(len(list), 12)]) }

func wantNote(t *testing.T, r Report, part string) {
	t.Helper()
	if !strings.Contains(strings.Join(r.Notes, "\n"), part) {
		t.Errorf("no note says %q: %q", part, r.Notes)
	}
}

// answerJSON answers with a value.
func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
