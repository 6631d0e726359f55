package store

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// impersonal are the columns that say nothing about a person, by table; "*" is all of a
// table. A new column has to be put here or into deploy/SECURITY.md: whoever adds one has to
// think of which it is.
var impersonal = map[string]string{
	"articles": "section slug uuid source changed_at version language", "batch_offerings": "*",
	"batches": "id kommune_number organization_id", "challenges": "kind", "changes": "*", "confirmation_offerings": "*",
	"confirmations": "id kommune_number organization_id stage round expires_at", "course_dates": "*", "course_terms": "*",
	"courses": "id uuid offering_id title description audience languages format has_place place_name street postal_code postal_place kommune_number lat lon confidential " +
		"cost_kind cost_text sign_up_kind sign_up_url sign_up_deadline sign_up_text status changed_at version",
	"coverage_days": "*", "drafts": "version", "emails": "offering_id position", "entries": "id", "events": "id", "expressions": "*",
	"field_sources": "id offering_id organization_id field title url date", "former_kommuner": "*", "fylker": "*", "goose_db_version": "*",
	"held_changes": "id offering_id", "grants": "id kommune_number organization_id coverage_national coverage_fylker coverage_kommuner", "import_progress": "source state", "import_runs": "id digest", "installation": "*",
	"invitations": "id kommune_number organization_id coverage_national coverage_fylker coverage_kommuner", "jobs": "id kind run_at attempts locked_until",
	"kommune_changes": "level old_number old_name new_number new_name changed_on done_at", "kommune_outlines": "*",
	"kommuner": "number fylke_number name other_names official_name maalform population population_year admin_centre lat lon domain website org_number wikidata " +
		"contact_source contact_source_date contact_confirmed ended_on",
	"leader": "*", "links": "*", "locations": "*", "login_links": "id", "offering_fylker": "*", "offering_kommuner": "*", "offering_terms": "*", "offering_types": "*", "offerings": "*",
	"organizations": "*", "passkeys": "id", "phones": "offering_id position purpose hours", "places": "*", "postal_codes": "*", "registered_organizations": "*",
	"report_entries": "id report_id", "report_key": "*", "reports": "id offering_id kommune_number choice state created_at held_change_id", "revisions": "id kind ref version",
	"schedule_exceptions": "*", "schedules": "*", "sessions": "id", "sign_in_codes": "id", "status_transitions": "*",
	"tasks": "id kind key kommune_number organization_id offering_id created_at done_at", "terms": "*", "tokens": "id kommune_number organization_id scopes expires_at",
	"type_groups": "*", "type_laws": "*", "uploads": "id", "use_days": "*", "web_addresses": "*", "webhook_deliveries": "*", "webhook_old_secrets": "*",
	"webhooks": "id url kommuner types cursor sent_at failing_since disabled_at disabled_why", "work_schedules": "*",
}

// mapped are the columns in the table of deploy/SECURITY.md, as "table.column".
func mapped(t *testing.T) map[string]bool {
	t.Helper()
	content, err := os.ReadFile("../../deploy/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(content), "## Personal data")
	section, _, _ = strings.Cut(section, "\n## ")
	columns := map[string]bool{}
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		where, _, _ := strings.Cut(line[2:], " | ")
		for _, m := range regexp.MustCompile("`([a-z_]+)`: ([a-z_, ]+)").FindAllStringSubmatch(where, -1) {
			for _, column := range strings.Split(m[2], ",") {
				columns[m[1]+"."+strings.TrimSpace(column)] = true
			}
		}
	}
	return columns
}

// Every column of the database is in the map of personal data or declared to have none, and
// neither list names one that is not there.
func TestDataMap(t *testing.T) {
	s := openStore(t)
	var columns []struct{ Table, Column string }
	err := s.db.WithContext(t.Context()).Raw(`SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
		WHERE table_schema = 'public' ORDER BY 1, ordinal_position`).Scan(&columns).Error
	if err != nil || len(columns) < 300 {
		t.Fatalf("%d columns, %v", len(columns), err)
	}
	personal := mapped(t)
	there := map[string]bool{}
	for _, c := range columns {
		name := c.Table + "." + c.Column
		there[name], there[c.Table+".*"] = true, true
		free := impersonal[c.Table] == "*" || slices.Contains(strings.Fields(impersonal[c.Table]), c.Column)
		switch {
		case personal[name] && free:
			t.Errorf("%s is both in deploy/SECURITY.md and declared free of personal data", name)
		case !personal[name] && !free:
			t.Errorf("%s is neither in deploy/SECURITY.md nor declared free of personal data", name)
		}
	}
	for name := range personal {
		if !there[name] {
			t.Errorf("deploy/SECURITY.md has %s, which is not there", name)
		}
	}
	for table, list := range impersonal {
		for _, column := range strings.Fields(list) {
			if !there[table+"."+column] {
				t.Errorf("%s.%s is declared, and not there", table, column)
			}
		}
	}
}

// The tests that the document names are there.
func TestSecurityNamesTests(t *testing.T) {
	content, err := os.ReadFile("../../deploy/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, dir := range []string{".", "../confirm", "../mail", "../place", "../server", "../staff", "../../cmd/oversikt"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), "_test.go") {
				text, err := os.ReadFile(dir + "/" + e.Name())
				if err != nil {
					t.Fatal(err)
				}
				code.Write(text)
			}
		}
	}
	named := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(string(content), -1)
	if len(named) < 5 {
		t.Fatalf("%d tests are named", len(named))
	}
	for _, m := range named {
		if !strings.Contains(code.String(), "func "+m[1]+"(t *testing.T)") {
			t.Errorf("deploy/SECURITY.md names %s, which is not there", m[1])
		}
	}
}

// notExported are the tables of the map of which a person is given nothing, with why.
var notExported = map[string]string{
	"challenges":      "for ten minutes, by a secret in the browser alone: whose it is cannot be told",
	"report_entries":  "of readers, who are not known",
	"limits":          "of network addresses, of which nobody knows whose they are",
	"import_runs":     "who ran an import is a login name of the machine",
	"import_progress": "likewise",
	"emails":          "what an owner publishes", "courses": "likewise", "phones": "likewise", "kommuner": "likewise",
}

// What a person is given has something of every table of the map.
func TestExportFollowsDataMap(t *testing.T) {
	var sql strings.Builder
	for _, part := range exportParts {
		sql.WriteString(part.sql + "\n")
	}
	for name := range mapped(t) {
		table, _, _ := strings.Cut(name, ".")
		if exported := strings.Contains(sql.String(), "FROM "+table+" "); exported == (notExported[table] != "") {
			t.Errorf("%s: exported %v, and why not: %q", table, exported, notExported[table])
		}
	}
}
