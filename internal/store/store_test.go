package store

import (
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	importer = auth.Actor{Kind: auth.Import, Name: "test.csv"}
	operator = auth.Actor{Kind: auth.Operator, Name: "test"}
	nobody   = auth.Actor{}
)

// testNow is the store's clock in tests.
var testNow = time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)

// openStore returns a store on a database of its own, with the schema and no rows.
func openStore(t *testing.T) *Store {
	t.Helper()
	s := openURL(t, dbtest.URL(t))
	s.Now = func() time.Time { return testNow }
	return s
}

func openURL(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// testRegions are real numbers and names; the rest is obviously made for tests.
func testRegions() Regions {
	kommune := func(number region.Number, name, fylke, wikidata string) region.Kommune {
		return region.Kommune{
			Number: number, Name: name, OfficialName: name, FylkeName: fylke,
			Population: 1000, PopulationYear: 2026, Position: region.Position{Lat: 60, Lon: 10},
			Domain: "test" + string(number) + ".example.org", Website: "www.test" + string(number) + ".example.org", Wikidata: wikidata,
		}
	}
	return Regions{
		Fylker: []region.Fylke{
			{Number: "03", Name: "Oslo", OtherNames: []string{"Oslove"}, OfficialName: "Oslo - Oslove"},
			{Number: "18", Name: "Nordland", OfficialName: "Nordland"},
		},
		Kommuner: []region.Kommune{
			kommune("0301", "Oslo", "Oslo", "Q1"),
			kommune("1804", "Bodø", "Nordland", "Q2"),
			kommune("1818", "Herøy", "Nordland", "Q3"),
		},
		Formers: []region.Former{
			{Number: "1842", Name: "Skjerstad", Present: "1804", LastYear: 2004, Kind: region.Merged},
		},
		PostalCodes: []region.PostalCode{
			{Code: "0155", Place: "OSLO", Kommune: "0301", Category: "G"},
			{Code: "8006", Place: "BODØ", Kommune: "1804", Category: "G"},
			{Code: "9170", Place: "LONGYEARBYEN", Category: "B"},
		},
		Places: []region.Place{
			{Name: "Testbygda", Kommune: "1804", Kind: region.Settlement, Position: &region.Position{Lat: 67, Lon: 14}, Source: "test"},
			{Name: "Testbydelen", Kommune: "0301", Kind: region.Bydel, BydelNumber: "030199", Source: "test"},
		},
	}
}

func testVocabulary() ([]directory.TypeGroup, []directory.OfferingType, []directory.Term) {
	text := func(s string) directory.Text { return directory.Text{NB: s} }
	return []directory.TypeGroup{{Code: "kommunen", Name: text("I kommunen"), Order: 1}},
		[]directory.OfferingType{
			{
				Code: "ppt", Group: "kommunen", Name: text("PPT"), Plural: text("PPT"), Does: text("Testtekst."), EveryKommune: true,
				Laws:  []directory.Law{{Text: "Testtekst", Paragraph: "testloven § 1", URL: "https://lovdata.no/test"}},
				Words: []string{"ppt", "pp-tjenesten"}, Alternatives: []string{"annet"}, Order: 1, ConfirmMonths: 12, ContactsMonths: 6,
			},
			{Code: "annet", Group: "kommunen", Name: text("Annet"), Plural: text("Annet"), Does: text("Testtekst."), Order: 2, ConfirmMonths: 12, ContactsMonths: 6},
		},
		[]directory.Term{
			{Kind: directory.TargetGroup, Code: "barn", Name: text("Barn"), Order: 2},
			{Kind: directory.TargetGroup, Code: "voksne", Name: text("Voksne"), Order: 1},
			{Kind: directory.Topic, Code: "rus", Name: text("Rus"), Order: 1},
			{Kind: directory.Format, Code: "kurs", Name: text("Kurs"), Order: 1},
		}
}

// openSeeded returns a store with regions and vocabulary.
func openSeeded(t *testing.T) *Store {
	t.Helper()
	s := openStore(t)
	seed(t, s)
	return s
}

// seed gives the store regions and vocabulary.
func seed(t *testing.T, s *Store) {
	t.Helper()
	if _, err := s.SaveRegions(t.Context(), importer, testRegions()); err != nil {
		t.Fatal(err)
	}
	groups, types, terms := testVocabulary()
	if _, err := s.SaveVocabulary(t.Context(), importer, groups, types, terms); err != nil {
		t.Fatal(err)
	}
}

// testOffering returns an offering that may be stored and in which every list is filled.
func testOffering(key string) directory.Offering {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	return directory.Offering{
		Key: key, Type: "annet", Name: "Testtilbud " + key,
		Organization: directory.Organization{Name: "Testorganisasjonen", Kind: directory.KindAssociation},
		Summary:      "Et tilbud for tester.", Description: "Første avsnitt.\n\nAndre \"avsnitt\" \\ {med} tegn.", Audience: "testere",
		Keywords:     []string{"kurs, på kveldstid", `"sitat"`, "{krøll}"},
		TargetGroups: []string{"barn", "voksne"}, Topics: []string{"rus"}, Formats: []string{"kurs"},
		Coverage: directory.Coverage{Fylker: []region.FylkeNumber{"18"}, Kommuner: []region.Number{"0301", "1804"}, Bydel: "Testbydelen"},
		Locations: []directory.Location{
			{Name: "Testhuset", Street: "Testveien 1", PostalCode: "0155", PostalPlace: "Oslo", Kommune: "0301", Position: &region.Position{Lat: 59.91273, Lon: 10.74609}},
			{Street: "Hemmelig testvei 2", Kommune: "1804", Confidential: true},
		},
		Phones: []directory.Phone{
			{Number: "+4722222222", Purpose: directory.PurposeSwitchboard, Hours: "9–15"},
			{Number: "02800"},
		},
		Emails:      []string{"test@example.org", "to@example.org"},
		Websites:    []string{"https://example.org/test"},
		OpeningText: "hverdager",
		Schedules: []directory.Schedule{
			{Weekday: time.Monday, Opens: "08:30", Closes: "24:00", ValidFrom: &from, ValidTo: &to},
			{Weekday: time.Sunday, Opens: "10:00", Closes: "12:00"},
		},
		Exceptions: []directory.ScheduleException{
			{Date: to, Closed: true, Note: "fri"},
			{Date: from, Opens: "10:00", Closes: "11:00"},
		},
		Languages:     []string{"nb", "se"},
		Accessibility: []directory.Accessibility{directory.StepFree, directory.HearingLoop},
		Cost:          directory.Cost{Kind: directory.Paid, Text: "50 kroner"},
		Referral:      directory.Referral{Kind: directory.Apply, Text: "på skjema"},
		Complaint:     "Skriv til kommunen.\n\nFristen er fire uker.",
		Source:        directory.Source{Title: "Testkilde", URL: "https://example.org/kilde", Date: "2026-04"},
		Confidence:    directory.High, Status: directory.Published,
	}
}

func create(t *testing.T, s *Store, o directory.Offering) directory.Offering {
	t.Helper()
	stored, err := s.CreateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// exec runs SQL that the store itself would not.
func exec(t *testing.T, s *Store, sql string, args ...any) error {
	t.Helper()
	return s.db.WithContext(t.Context()).Exec(sql, args...).Error
}

// count returns how many rows a table has.
func count(t *testing.T, s *Store, table string) int {
	t.Helper()
	var n int
	if err := s.db.WithContext(t.Context()).Raw("SELECT count(*) FROM " + table).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// written returns how many rows history and feed have, to see whether anything was written.
func written(t *testing.T, s *Store) [2]int {
	t.Helper()
	return [2]int{count(t, s, "revisions"), count(t, s, "changes")}
}

func wantEqual(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: error = %v, want %v", what, got, want)
	}
}

func wantInvalid(t *testing.T, what string, err error, want directory.Invalid) {
	t.Helper()
	var got directory.Invalid
	if !errors.As(err, &got) {
		t.Errorf("%s: error = %v, want %v", what, err, want)
		return
	}
	wantEqual(t, what, want, got)
}

func TestOpenWithoutDatabase(t *testing.T) {
	s := openURL(t, "postgres://test@127.0.0.1:1/test?connect_timeout=1")
	if err := s.Ping(t.Context()); err == nil {
		t.Error("Ping() of a port that nothing listens on gave no error")
	}
	if _, err := s.Kommuner(t.Context()); err == nil {
		t.Error("Kommuner() gave no error")
	}
}

func TestOpenRefusesAWrongAddress(t *testing.T) {
	if _, err := Open(t.Context(), Options{URL: "postgres://test@host:port/test"}); err == nil {
		t.Error("Open() gave no error")
	}
}

func TestLimitsOfStatements(t *testing.T) {
	s := openStore(t)
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"statement_timeout": "1500ms", "idle_in_transaction_session_timeout": "10s"} {
		var got string
		if err := s.db.Raw("SELECT current_setting(?)", name).Scan(&got).Error; err != nil {
			t.Fatal(err)
		}
		wantEqual(t, name, want, got)
	}
	err := s.write(t.Context(), func(tx *gorm.DB) error {
		if err := allowLongStatements(tx); err != nil {
			return err
		}
		var got string
		if err := tx.Raw("SHOW statement_timeout").Scan(&got).Error; err != nil {
			return err
		}
		wantEqual(t, "statement_timeout of an import", "1min", got)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestMigrateTwice(t *testing.T) {
	s := openStore(t)
	ran, err := s.Migrate(t.Context())
	if err != nil || ran != 0 {
		t.Errorf("Migrate() of a migrated database = %d, %v, want 0", ran, err)
	}
	var got string
	if err := s.db.Raw("SHOW statement_timeout").Scan(&got).Error; err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "statement_timeout after Migrate", "1500ms", got)
}

// A migration with a lower number that comes later is run as well.
func TestMigrateOutOfOrder(t *testing.T) {
	s := openStore(t)
	if err := s.db.Exec("DROP TABLE webhook_deliveries, webhook_old_secrets, webhooks; DELETE FROM goose_db_version WHERE version_id = 27").Error; err != nil {
		t.Fatal(err)
	}
	if ran, err := s.Migrate(t.Context()); ran != 1 || err != nil {
		t.Errorf("Migrate() = %d, %v, want 1", ran, err)
	}
	if got := count(t, s, "webhooks"); got != 0 {
		t.Errorf("%d webhooks", got)
	}
}

// A line that breaks while an answer is on its way is the database being away, and no fault
// of the program's.
func TestUnavailableWhenTheLineBreaks(t *testing.T) {
	address, err := url.Parse(dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	lines := make(chan net.Conn, 1)
	go func() {
		near, err := l.Accept()
		l.Close() // there is one line
		if err != nil {
			return
		}
		far, err := net.Dial("unix", filepath.Join(address.Query().Get("host"), ".s.PGSQL."+address.Query().Get("port")))
		if err != nil {
			near.Close()
			return
		}
		go func() { _, _ = io.Copy(far, near); far.Close() }()
		go func() { _, _ = io.Copy(near, far); near.Close() }()
		lines <- near
	}()
	s := openURL(t, "postgres://oversikt@"+l.Addr().String()+address.Path+"?sslmode=disable&statement_timeout=60000")
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	line := <-lines
	asked := make(chan error)
	go func() {
		asked <- s.db.WithContext(t.Context()).Raw("SELECT true FROM pg_sleep(30)").Scan(new(bool)).Error
	}()
	beside := openURL(t, address.String())
	for asking := false; !asking; {
		if err := beside.db.Raw("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)' AND datname = current_database())").Scan(&asking).Error; err != nil {
			t.Fatal(err)
		}
	}
	line.Close()
	if err := <-asked; err == nil || !Unavailable(err) {
		t.Errorf("Unavailable(%v) = false", err)
	}
}
