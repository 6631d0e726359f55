package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// seedForConstraints has one row of everything, so that an UPDATE can try each column.
func seedForConstraints(t *testing.T) *Store {
	t.Helper()
	s := openSeeded(t)
	o := testOffering("annet/test")
	create(t, s, o)
	if _, err := s.SaveArticle(t.Context(), operator, "", nb("ta-vare-pa-barna", "test"), testArticle("Test", 1)); err != nil {
		t.Fatal(err)
	}
	newToken(t, s)
	err := exec(t, s, "INSERT INTO import_runs (digest, actor) VALUES (?, 'test')", testDigest)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"INSERT INTO use_days (day, kind, count) VALUES ('2026-03-04', 'sok', 1)",
		"INSERT INTO links (url) VALUES ('https://example.org/lenke')",
		"INSERT INTO work_schedules (name) VALUES ('test')",
		"INSERT INTO leader (holder, until) VALUES ('test', now())",
		"INSERT INTO jobs (kind, key) VALUES ('test', 'a'), ('test', 'b')",
	} {
		if err := exec(t, s, sql); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// The database is the last to say no, also to what does not come through this package.
func TestDatabaseRefusesBadValues(t *testing.T) {
	s := seedForConstraints(t)
	const (
		check   = "23514"
		unique  = "23505"
		foreign = "23503"
		null    = "23502"
	)
	for _, tc := range []struct {
		table, set string // may end in a condition
		code       string
		good       string // the same with a value that is right, to see that the value was to blame
	}{
		{"tokens", "name = ''", check, "name = 'Test 2'"},
		{"tokens", "scopes = '{}'", check, "scopes = '{slett}'"},
		{"tokens", "scopes = '{skriv,alt}'", check, ""},
		{"tokens", "kommune_number = NULL", check, "kommune_number = '0301'"},
		{"tokens", "organization_id = (SELECT min(id) FROM organizations)", check, ""},
		{"tokens", "expires_at = created_at - interval '1 day'", check, "expires_at = NULL"},
		{"tokens", "revoked_at = now()", check, "revoked_at = now(), revoked_by = 'test'"},
		{"tokens", "hash = 'short'", check, ""},
		{"fylker", "number = '3'", check, ""},
		{"fylker", "name = ''", check, "name = 'Test ' || number"},
		{"fylker", "name = 'Test'", unique, ""},
		{"fylker", "official_name = ''", check, "official_name = 'Test'"},
		{"kommuner", "number = '301'", check, ""},
		{"kommuner", "fylke_number = '99'", check, ""}, // not the number's first two digits
		{"kommuner", "number = '9901', fylke_number = '99' WHERE number = '1818'", foreign, ""},
		{"kommuner", "name = ''", check, ""},
		{"kommuner", "maalform = 'riksmål'", check, "maalform = 'nynorsk'"},
		{"kommuner", "population = 0", check, "population = 1"},
		{"kommuner", "population_year = 1899", check, "population_year = 2025"},
		{"kommuner", "admin_centre = ''", check, "admin_centre = 'Test'"},
		{"kommuner", "lat = 10", check, "lat = 60"},
		{"kommuner", "lat = 'NaN'", check, ""},
		{"kommuner", "lon = 60", check, "lon = 10"},
		{"kommuner", "domain = 'https://example.org'", check, "domain = number || '.example.org'"},
		{"kommuner", "domain = 'example.org'", unique, ""},
		{"kommuner", "website = 'example.org/'", check, "website = 'example.org'"},
		{"kommuner", "org_number = '958935421'", check, ""},
		{"kommuner", "org_number = '95893542'", check, ""},
		{"kommuner", "org_number = '958935420'", unique, ""},
		{"kommuner", "wikidata = '5245991'", check, ""},
		{"kommuner", "contact_phone = '+4722222222'", check, "contact_phone = '+4722222222', contact_source = 'test'"},
		{"kommuner", "contact_source = 'test', contact_phone = '22222222'", check, ""},
		{"kommuner", "contact_source = 'test', contact_email = 'test@example'", check, "contact_source = 'test', contact_email = 'test@example.org'"},
		{"kommuner", "contact_source = ''", check, ""},
		{"kommuner", "contact_source_date = 'i fjor'", check, "contact_source_date = '2020-01'"},
		{"former_kommuner", "number = '12345'", check, ""},
		{"former_kommuner", "name = ''", check, ""},
		{"former_kommuner", "present_number = '9999'", foreign, ""},
		{"former_kommuner", "kind = 'borte'", check, "kind = 'deling'"},
		{"former_kommuner", "valid_to = NULL", null, ""},
		{"postal_codes", "code = '155'", check, ""},
		{"postal_codes", "place = ''", check, ""},
		{"postal_codes", "kommune_number = '9999'", foreign, "kommune_number = '0301'"},
		{"postal_codes", "category = 'X'", check, "category = 'P'"},
		{"places", "name = ''", check, ""},
		{"places", "kommune_number = '9999' WHERE kind = 'sted'", foreign, ""},
		{"places", "kind = 'by', bydel_number = NULL", check, "kind = 'sted', bydel_number = NULL"},
		{"places", "lat = 60, lon = NULL", check, "lat = 60, lon = 10"},
		{"places", "lat = 10, lon = 60", check, ""},
		{"places", "kind = 'bydel', bydel_number = NULL", check, ""},
		{"places", "kind = 'bydel', bydel_number = '12'", check, ""},
		{"places", "kind = 'bydel', bydel_number = '999901'", check, "kind = 'bydel', bydel_number = kommune_number || '01'"},
		{"places", "source = ''", check, ""},
		{"type_groups", "code = 'I kommunen'", check, ""},
		{"type_groups", "name_nb = ''", check, ""},
		{"offering_types", "code = 'PPT!'", check, ""},
		{"offering_types", "group_code = 'borte'", foreign, ""},
		{"offering_types", "name_nb = ''", check, ""},
		{"offering_types", "plural_nb = ''", check, ""},
		{"offering_types", "does_nb = ''", check, ""},
		{"type_laws", "type_code = 'borte'", foreign, ""},
		{"type_laws", "summary = ''", check, ""},
		{"type_laws", "paragraph = ''", check, ""},
		{"type_laws", "url = 'https://example.org/lov'", check, "url = 'https://lovdata.no/lov'"},
		{"terms", "kind = 'annet'", check, ""},
		{"terms", "code = 'Å'", check, ""},
		{"terms", "name_nb = ''", check, ""},
		{"organizations", "name = ''", check, ""},
		{"organizations", "kind = 'sekt'", check, "kind = 'stat'"},
		{"organizations", "org_number = '123456789'", check, "org_number = '958935420'"},
		{"organizations", "kommune_number = '9999'", foreign, ""},
		{"organizations", "website = 'example.org'", check, "website = 'https://example.org'"},
		{"offerings", "key = 'Med Blank'", check, ""},
		{"offerings", "type_code = 'borte'", foreign, "type_code = 'ppt'"},
		{"offerings", "name = ''", check, ""},
		{"offerings", "name = repeat('å', 201)", check, "name = repeat('å', 200)"},
		{"offerings", "organization_id = 4711", foreign, "organization_id = NULL"},
		{"offerings", "summary = repeat('x', 601)", check, "summary = repeat('x', 600)"},
		{"offerings", "description = repeat('x', 10001)", check, "description = repeat('x', 10000)"},
		{"offerings", "audience = repeat('x', 601)", check, "audience = repeat('x', 600)"},
		{"offerings", "complaint = repeat('x', 10001)", check, "complaint = repeat('x', 10000)"},
		{"offerings", "accessibility = '{heis}'", check, "accessibility = '{rullestol}'"},
		{"offerings", "cost_kind = 'billig'", check, "cost_kind = 'gratis'"},
		{"offerings", "referral_kind = 'kanskje'", check, "referral_kind = 'henvises'"},
		{"offerings", "source_title = ''", check, ""},
		{"offerings", "source_url = 'example.org'", check, "source_url = NULL"},
		{"offerings", "source_date = '2026-13'", check, "source_date = '2026-12-31'"},
		{"offerings", "confidence = 'ganske'", check, "confidence = 'lav'"},
		{"offerings", "status = 'borte'", check, "status = 'stengt'"},
		{"offerings", "closed_until = '2026-01-01'", check, "status = 'stengt', closed_until = '2026-01-01'"},
		{"offerings", "version = 0", check, "version = 1"},
		{"offerings", "changed_at = NULL", null, ""},
		{"offering_fylker", "fylke_number = '99'", foreign, "fylke_number = '03'"},
		{"offering_kommuner", "kommune_number = '9999' WHERE kommune_number = '0301'", foreign, ""},
		{"offering_terms", "code = 'borte' WHERE code = 'barn'", foreign, ""},
		{"locations", "postal_code = '155'", check, ""},
		{"locations", "postal_code = '9999'", foreign, "postal_code = '8006'"},
		{"locations", "kommune_number = '9999'", foreign, "kommune_number = '1818'"},
		{"locations", "lat = 59.9, lon = NULL", check, "lat = 59.9, lon = 10.7"},
		{"locations", "lat = 10.7, lon = 59.9", check, ""},
		{"phones", "number = '22222222'", check, "number = '+4722222222'"},
		{"phones", "number = '+4782012345'", check, ""},
		{"phones", "number = '+4782912345'", check, ""},
		{"phones", "number = '+4712345678'", check, ""},
		{"phones", "number = '+47222222222'", check, ""},
		{"phones", "number = '1234'", check, "number = '113'"},
		{"phones", "number = 'ring oss'", check, "number = '116123'"},
		{"phones", "purpose = 'faks'", check, "purpose = 'hjelpetelefon'"},
		{"emails", "address = 'test'", check, "address = 'test@example.org'"},
		{"web_addresses", "url = 'javascript:alert(1)'", check, "url = 'http://example.org'"},
		{"schedules", "weekday = 7", check, "weekday = 6"},
		{"schedules", "opens = '8:30'", check, ""},
		{"schedules", "opens = '08:00', closes = '25:00'", check, "opens = '08:00', closes = '24:00'"},
		{"schedules", "opens = '16:00', closes = '08:00'", check, ""},
		{"schedules", "valid_from = '2026-02-01', valid_to = '2026-01-01'", check, "valid_from = '2026-01-01', valid_to = '2026-01-01'"},
		{"schedule_exceptions", "closed = true, opens = '08:00', closes = '09:00'", check, "closed = true, opens = NULL, closes = NULL"},
		{"schedule_exceptions", "closed = false, opens = NULL, closes = NULL", check, "closed = false, opens = '08:00', closes = '09:00'"},
		{"schedule_exceptions", "closed = false, opens = '10:00', closes = '09:00'", check, ""},
		{"schedule_exceptions", "on_date = '2026-01-01'", unique, ""},
		{"articles", "section = 'annet'", check, "section = 'ta-vare-pa-deg-selv'"},
		{"articles", "slug = 'Ikke En Slug'", check, "slug = ''"},
		{"articles", "language = 'se'", check, "language = 'nn'"},
		{"articles", "source = ''", check, ""},
		{"articles", "version = 0", check, ""},
		{"changes", "kind = 'annet'", check, "kind = 'reindex'"},
		{"use_days", "kind = 'mamma drikker'", check, "kind = 'kommune'"},
		{"use_days", "count = 0", check, "count = 2"},
		{"installation", "only_row = false", check, ""},
		{"leader", "only_row = false", check, ""},
		{"leader", "holder = ''", check, "holder = 'another'"},
		{"work_schedules", "name = 'Med Blank'", check, "name = 'test_to'"},
		{"links", "url = 'javascript:alert(1)'", check, "url = 'http://example.org/lenke'"},
		{"links", "url = 'https://example.org/' || repeat('x', 2000)", check, ""},
		{"links", "status = 99", check, "status = 404"},
		{"links", "failure = 'Borte!'", check, "failure = 'dns'"},
		{"links", "moved_to = 'file:///etc/passwd'", check, "moved_to = 'https://example.org/ny'"},
		{"links", "strikes = -1", check, "strikes = 1"},
		{"jobs", "key = 'a'", unique, ""},
		{"jobs", "key = '' WHERE key = 'a'", check, "key = NULL"},
		{"jobs", "kind = 'Mail'", check, "kind = 'mail'"},
		{"import_runs", "digest = 'abc'", check, ""},
		{"import_runs", "actor = ''", check, ""},
	} {
		t.Run(tc.table+" "+tc.set, func(t *testing.T) {
			if got := refusal(t, s, tc.table, tc.set); got != tc.code {
				t.Errorf("refused with %q, want %q", got, tc.code)
			}
			if tc.good == "" {
				return
			}
			if got := refusal(t, s, tc.table, tc.good); got != "" {
				t.Errorf("SET %s is refused with %q", tc.good, got)
			}
		})
	}
}

// refusal tries to change all rows of a table and takes it back. It returns the code of
// the error, "" for none.
func refusal(t *testing.T, s *Store, table, set string) string {
	t.Helper()
	undo := errors.New("undo")
	err := s.write(t.Context(), func(tx *gorm.DB) error {
		result := tx.Exec(fmt.Sprintf("UPDATE %s SET %s", table, set))
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			t.Errorf("%s has no row to try on", table)
		}
		return undo
	})
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg):
		return pg.Code
	case !errors.Is(err, undo):
		t.Errorf("UPDATE %s SET %s: %v", table, set, err)
	}
	return ""
}

func TestOneInstallation(t *testing.T) {
	s := openStore(t)
	wantError(t, "second installation", exec(t, s, "INSERT INTO installation DEFAULT VALUES"), gorm.ErrDuplicatedKey)
}

func TestRevisionsAreAppendOnly(t *testing.T) {
	s := openSeeded(t)
	create(t, s, testOffering("annet/test"))
	for _, sql := range []string{
		"UPDATE revisions SET why = 'noe annet'",
		"DELETE FROM revisions",
		"DELETE FROM revisions WHERE false",
		"TRUNCATE revisions",
	} {
		err := exec(t, s, sql)
		if err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: error = %v, want a refusal", sql, err)
		}
	}
	wantEqual(t, "revisions", 1, count(t, s, "revisions"))
	err := exec(t, s, "INSERT INTO revisions (kind, ref, version, actor, after) SELECT kind, ref, version, actor, after FROM revisions")
	wantError(t, "the same version twice", err, gorm.ErrDuplicatedKey)
}
