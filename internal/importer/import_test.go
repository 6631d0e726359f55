package importer

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// target is a database to import into, as the program has it and as SQL.
type target struct {
	store *store.Store
	db    *sql.DB
}

func newTarget(t *testing.T) *target {
	t.Helper()
	return openTarget(t, dbtest.URL(t))
}

func openTarget(t *testing.T, url string) *target {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &target{st, db}
}

// filled is a database with the data that ships with the program.
var filled = dbtest.Template{Fill: func(ctx context.Context, url string) error {
	st, err := store.Open(ctx, store.Options{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	report, err := (&target{store: st}).importFS(data.FS)
	if err == nil && len(report.Problems) > 0 {
		err = fmt.Errorf("problems %v", report.Problems)
	}
	return errors.Join(err, st.Close())
}}

// newFilled returns a database of its own with what filled has.
func newFilled(t *testing.T) *target {
	t.Helper()
	return openTarget(t, filled.URL(t))
}

func (d *target) importFS(fsys fs.FS) (Report, error) {
	return Import(context.Background(), d.store, fsys, auth.Actor{Kind: auth.Import, Name: "test", Reviewed: true}, func(string, int, int) {})
}

// mustImport imports files that have no faults.
func (d *target) mustImport(t *testing.T, fsys fs.FS) Report {
	t.Helper()
	report, err := d.importFS(fsys)
	if err != nil || len(report.Problems) > 0 {
		t.Fatalf("import: %v, problems %v", err, report.Problems)
	}
	return report
}

// contents returns a sum of every table's rows. With their versions a row that was written
// over with the same values makes another sum. The order is that of bytes, since Norwegian's
// takes long to find in tens of thousands of rows.
func (d *target) contents(t *testing.T, versions bool) map[string]string {
	t.Helper()
	row := "t::text"
	if versions {
		row = "t.xmin::text || t::text"
	}
	sums := map[string]string{}
	for _, table := range d.strings(t, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") {
		sums[table] = d.strings(t, "SELECT count(*) || ' rows, ' || coalesce(md5(string_agg("+row+", '|' ORDER BY t::text COLLATE \"C\")), '') FROM "+table+" t")[0]
	}
	return sums
}

func (d *target) strings(t *testing.T, query string, args ...any) []string {
	t.Helper()
	rows, err := d.db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func (d *target) count(t *testing.T, query string) int {
	t.Helper()
	var n int
	if err := d.db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// files returns the checked-in files as they are, for a test to change.
func files(t *testing.T) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	err := fs.WalkDir(data.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(data.FS, path)
		all[path] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// rows returns a CSV file's rows, the header first.
func rows(t *testing.T, fsys fs.FS, file string) [][]string {
	t.Helper()
	content, err := fs.ReadFile(fsys, file)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// column returns the cells of a column that hold something.
func column(t *testing.T, file, name string) []string {
	t.Helper()
	all := rows(t, data.FS, file)
	i := slices.Index(all[0], name)
	if i < 0 {
		t.Fatalf("%s has no column %s", file, name)
	}
	var cells []string
	for _, row := range all[1:] {
		if row[i] != "" {
			cells = append(cells, row[i])
		}
	}
	return cells
}

// edit changes the rows of a CSV file.
func edit(t *testing.T, fsys fstest.MapFS, file string, change func(rows [][]string) [][]string) {
	t.Helper()
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(change(rows(t, fsys, file))); err != nil {
		t.Fatal(err)
	}
	fsys[file] = &fstest.MapFile{Data: out.Bytes()}
}

// set changes a cell of the row that stands on a line of the file.
func set(line int, name, value string) func([][]string) [][]string {
	return func(rows [][]string) [][]string {
		rows[line-1][slices.Index(rows[0], name)] = value
		return rows
	}
}

// A second import of the same files writes nothing at all: no revision, no change for the
// index, no row over itself.
func TestImportTwice(t *testing.T) {
	d := newTarget(t)
	first := d.mustImport(t, data.FS)
	if first.Updated+first.Unchanged+first.Kept > 0 || len(first.Missing) > 0 || first.Created == 0 {
		t.Errorf("the first import = %d new, %d changed, %d as before, %d kept, missing %q",
			first.Created, first.Updated, first.Unchanged, first.Kept, first.Missing)
	}
	before := d.contents(t, true)
	second := d.mustImport(t, data.FS)
	if diff := cmp.Diff(before, d.contents(t, true)); diff != "" {
		t.Errorf("tables after the second import (-first +second):\n%s", diff)
	}
	if second.Created+second.Updated+second.Kept > 0 || second.Unchanged != first.Created || len(second.Missing) > 0 {
		t.Errorf("the second import = %d new, %d changed, %d of %d as before, %d kept, missing %q",
			second.Created, second.Updated, second.Unchanged, first.Created, second.Kept, second.Missing)
	}
	for name, s := range map[string][2]store.Summary{
		"regions": {first.Regions, second.Regions}, "words": {first.Words, second.Words}, "expressions": {first.Said, second.Said},
	} {
		if s[0].Created == 0 || s[1].Created+s[1].Updated+len(s[1].Gone) > 0 || s[1].Unchanged != s[0].Created {
			t.Errorf("%s: first %v, second %v", name, s[0], s[1])
		}
	}
	if diff := cmp.Diff(first.Read, second.Read); diff != "" {
		t.Errorf("rows read (-first +second):\n%s", diff)
	}
}

func TestCountsEqualTheFiles(t *testing.T) {
	d := newFilled(t)
	articles, err := fs.Glob(data.FS, "artikler/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	levels := map[string]int{}
	for _, s := range column(t, "tilbud.csv", "sikkerhet") {
		levels[s]++
	}
	areas, national := 0, 0
	for _, cell := range column(t, "tilbud.csv", "dekningsomrade") {
		for area := range strings.SplitSeq(cell, "|") {
			if areas++; area == "nasjonal" {
				national++
			}
		}
	}
	organizations := column(t, "tilbud.csv", "organisasjon")
	sortUnique(&organizations)
	for query, want := range map[string]int{
		"fylker":             len(column(t, "fylker.csv", "fylkesnummer")),
		"kommuner":           len(column(t, "kommuner.csv", "kommunenummer")),
		"former_kommuner":    len(column(t, "kommune-endringer.csv", "gammelt_nummer")),
		"postal_codes":       len(column(t, "postnummer.csv", "postnummer")),
		"places":             len(column(t, "steder.csv", "sted")),
		"expressions":        len(column(t, "hverdagsord.csv", "uttrykk")),
		"offerings":          len(column(t, "tilbud.csv", "noekkel")),
		"phones":             len(column(t, "tilbud.csv", "telefon")),
		"emails":             len(column(t, "tilbud.csv", "epost")),
		"organizations":      len(organizations),
		"articles":           len(articles),
		"revisions":          len(column(t, "tilbud.csv", "noekkel")) + len(articles),
		"offerings_national": national,
		"offering_areas":     areas - national,
		"offerings_drafts":   levels["lav"],
		"offerings_seen":     levels["hoy"] + levels["middels"],
		"kommuner_phones":    len(column(t, "kommune-kontakt.csv", "telefon")),
	} {
		sql, ok := map[string]string{
			"offerings_national": "SELECT count(*) FROM offerings WHERE coverage_national",
			"offering_areas":     "SELECT (SELECT count(*) FROM offering_kommuner) + (SELECT count(*) FROM offering_fylker)",
			"offerings_drafts":   "SELECT count(*) FROM offerings WHERE status = 'utkast'",
			"offerings_seen":     "SELECT count(*) FROM offerings WHERE status = 'publisert'",
			"kommuner_phones":    "SELECT count(*) FROM kommuner WHERE contact_phone <> ''",
		}[query]
		if !ok {
			sql = "SELECT count(*) FROM " + query
		}
		if got := d.count(t, sql); got != want || got == 0 {
			t.Errorf("%d %s in the database, %d in the files", got, query, want)
		}
	}
}

// Every row is stored as it stands there.
func TestOfferingsEqualTheFile(t *testing.T) {
	d := newFilled(t)
	all := rows(t, data.FS, "tilbud.csv")
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		o, err := d.store.OfferingByKey(t.Context(), row["noekkel"])
		if err != nil {
			t.Errorf("%s: %v", row["noekkel"], err)
			continue
		}
		got := map[string]string{
			"type": o.Type, "navn": o.Name, "organisasjon": o.Organization.Name, "malgruppe": o.Audience, "bydel": o.Coverage.Bydel,
			"beskrivelse_stikkord": strings.Join(o.Keywords, "|"), "pris": string(o.Cost.Kind), "henvisning": string(o.Referral.Kind),
			"apningstider_tekst": o.OpeningText, "kilde_dato": string(o.Source.Date), "sikkerhet": string(o.Confidence),
			"epost": strings.Join(o.Emails, "|"), "nettside": strings.Join(o.Websites, "|"), "sprak": strings.Join(o.Languages, "|"),
		}
		for _, l := range o.Locations {
			got["adresse"], got["postnummer"], got["poststed"] = l.Street, string(l.PostalCode), l.PostalPlace
		}
		for _, p := range o.Phones {
			got["telefon"] += p.Number.National()
		}
		// An organisasjonsnummer that stands among the keywords is the organization's.
		if words, number, ok := strings.Cut(row["beskrivelse_stikkord"], "|orgnr "); ok {
			row["beskrivelse_stikkord"] = words
			if string(o.Organization.OrgNumber) != number {
				t.Errorf("%s: organisasjonsnummer %q, want %q", row["noekkel"], o.Organization.OrgNumber, number)
			}
		}
		for name, cell := range got {
			if cell != row[name] {
				t.Errorf("%s: %s = %q, want %q", row["noekkel"], name, cell, row[name])
			}
		}
		if row["telefon"] != got["telefon"] || row["adresse"] != got["adresse"] {
			t.Errorf("%s: telephone %q, address %q", row["noekkel"], got["telefon"], got["adresse"])
		}
	}
}

// What is gone from a file is told, and stays.
func TestGoneIsReportedNotDeleted(t *testing.T) {
	d := newFilled(t)
	before := d.contents(t, true)
	all := files(t)
	var key string
	edit(t, all, "tilbud.csv", func(rows [][]string) [][]string {
		key = rows[9][slices.Index(rows[0], "noekkel")]
		return slices.Delete(rows, 9, 10)
	})
	for _, file := range []string{"kommuner.csv", "kommune-kontakt.csv", "postnummer.csv", "steder.csv", "kommune-endringer.csv", "hverdagsord.csv"} {
		edit(t, all, file, func(rows [][]string) [][]string { return rows[:len(rows)-1] })
	}
	report := d.mustImport(t, all)
	if !slices.Equal(report.Missing, []string{key}) {
		t.Errorf("missing = %q, want %q", report.Missing, key)
	}
	if len(report.Regions.Gone) != 5 || len(report.Said.Gone) != 1 {
		t.Errorf("gone = %q and %q, want a kommune, a contact, a former kommune, a postnummer, a place and an expression",
			report.Regions.Gone, report.Said.Gone)
	}
	if diff := cmp.Diff(before, d.contents(t, true)); diff != "" {
		t.Errorf("tables (-before +after):\n%s", diff)
	}
}

// A changed row changes that offering alone, with a revision and a change for the index.
func TestChangedRow(t *testing.T) {
	d := newFilled(t)
	revisions, changes := d.count(t, "SELECT count(*) FROM revisions"), d.count(t, "SELECT count(*) FROM changes")
	all := files(t)
	edit(t, all, "tilbud.csv", set(10, "navn", "Testnavn"))
	report := d.mustImport(t, all)
	if report.Updated != 1 || report.Created != 0 {
		t.Errorf("%d changed, %d new, want one changed", report.Updated, report.Created)
	}
	key := rows(t, all, "tilbud.csv")[9][slices.Index(rows(t, all, "tilbud.csv")[0], "noekkel")]
	if o, err := d.store.OfferingByKey(t.Context(), key); err != nil || o.Name != "Testnavn" || o.Version != 2 {
		t.Errorf("%s is called %q, version %d (%v)", key, o.Name, o.Version, err)
	}
	if r, c := d.count(t, "SELECT count(*) FROM revisions")-revisions, d.count(t, "SELECT count(*) FROM changes")-changes; r != 1 || c != 1 {
		t.Errorf("%d revisions and %d changes more, want one of each", r, c)
	}
}

// What its owner has edited counts, whatever the file says since.
func TestOwnersEditIsKept(t *testing.T) {
	d := newFilled(t)
	key := column(t, "tilbud.csv", "noekkel")[8]
	o, err := d.store.OfferingByKey(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	o.Name = "Eierens navn"
	if _, err := d.store.UpdateOffering(t.Context(), auth.Actor{Kind: auth.Operator, Name: "test"}, "test", o); err != nil {
		t.Fatal(err)
	}
	report := d.mustImport(t, data.FS)
	if report.Kept != 1 || report.Updated != 0 {
		t.Errorf("%d kept, %d changed, want one kept", report.Kept, report.Updated)
	}
	if o, err = d.store.OfferingByKey(t.Context(), key); err != nil || o.Name != "Eierens navn" || o.Status != directory.Published {
		t.Errorf("after the import it is called %q, %s (%v)", o.Name, o.Status, err)
	}
}

// The files one by one make the same database as all of them at once.
func TestSingleFiles(t *testing.T) {
	whole, parts := newFilled(t), newTarget(t)
	names := []string{"fylker.csv", "kommuner.csv", "kommune-kontakt.csv", "kommune-endringer.csv", "postnummer.csv", "steder.csv",
		"typer.yaml", "begreper.yaml", "hverdagsord.csv", "tilbud.csv"}
	single := func(name string) fs.FS {
		fsys, err := Single(data.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		return fsys
	}
	for _, name := range names {
		report := parts.mustImport(t, single(name))
		if read := slices.Collect(maps.Keys(report.Read)); !slices.Contains(read, name) || report.Read[name] == 0 {
			t.Errorf("%s: read %v", name, report.Read)
		}
	}
	const offerings = "SELECT key || name || status || coverage_national::text FROM offerings ORDER BY key"
	if diff := cmp.Diff(whole.strings(t, offerings), parts.strings(t, offerings)); diff != "" {
		t.Errorf("offerings (-whole +parts):\n%s", diff)
	}
	got, want := parts.contents(t, false), whole.contents(t, false)
	for _, table := range []string{"fylker", "kommuner", "former_kommuner", "postal_codes", "type_groups", "offering_types", "terms"} {
		if got[table] != want[table] {
			t.Errorf("%s: %s by parts, %s as a whole", table, got[table], want[table])
		}
	}
	before := whole.contents(t, true)
	for _, name := range names {
		report := whole.mustImport(t, single(name))
		if len(report.Missing)+len(report.Regions.Gone)+len(report.Words.Gone)+len(report.Said.Gone) > 0 {
			t.Errorf("%s by itself: missing %q, gone %q %q %q", name, report.Missing, report.Regions.Gone, report.Words.Gone, report.Said.Gone)
		}
	}
	if diff := cmp.Diff(before, whole.contents(t, true)); diff != "" {
		t.Errorf("tables after importing each file once more (-before +after):\n%s", diff)
	}
}

func TestSingleRefusesOtherNames(t *testing.T) {
	for _, name := range []string{"", "tilbud.md", "../tilbud.csv", "/etc/passwd", "artikler", "TILBUD.CSV"} {
		if _, err := Single(data.FS, name); err == nil || !strings.Contains(err.Error(), "tilbud.csv") {
			t.Errorf("Single(%q): %v, want an error that says what can be imported", name, err)
		}
	}
}
