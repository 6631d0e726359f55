package store

import (
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
)

// Where no two secrets may have the same hash, it has 256 bits; and the database takes no
// other. All columns of hashes are here: a new one is found by its name.
func TestHashesHave256Bits(t *testing.T) {
	for name, sum := range map[string][]byte{"of a secret": hashOf("x"), "with a key": derive([]byte("key"), "x")} {
		if len(sum)*8 != 256 {
			t.Errorf("the hash %s has %d bits, want 256", name, len(sum)*8)
		}
	}
	s := openURL(t, dbtest.URL(t))
	var columns []struct{ Name, Type, Checks string }
	err := s.db.Raw(`SELECT c.table_name || '.' || c.column_name AS name, c.data_type AS type, coalesce((
			SELECT string_agg(pg_get_constraintdef(k.oid), ' ') FROM pg_constraint k
			WHERE k.conrelid = (quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass AND k.contype = 'c'), '') AS checks
		FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name ~ '(^|_)hash$' ORDER BY 1`).Scan(&columns).Error
	if err != nil {
		t.Fatal(err)
	}
	if len(columns) < 10 {
		t.Errorf("%d columns of hashes are found: the test does not see them", len(columns))
	}
	for _, c := range columns {
		_, column, _ := strings.Cut(c.Name, ".")
		if c.Type != "bytea" || !strings.Contains(c.Checks, "(length("+column+") = 32)") {
			t.Errorf("%s is a %s with %q, want 32 bytes and no other number", c.Name, c.Type, c.Checks)
		}
	}
}
