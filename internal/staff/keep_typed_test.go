package staff

import (
	"database/sql"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// takeDatabaseAway refuses every connection to the test's database, those that are open
// too, until the function is called that it returns.
func (s *testSite) takeDatabaseAway() (back func()) {
	s.t.Helper()
	u, err := url.Parse(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { db.Close() })
	run := func(statement string, args ...any) {
		s.t.Helper()
		if _, err := db.Exec(statement, args...); err != nil {
			s.t.Fatal(err)
		}
	}
	run("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false")
	run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
	return func() { s.t.Helper(); run("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true") }
}

func TestWhatWasTypedStaysWithoutADatabase(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", manager(bodo))
	form := kari.form(path, "publiser")
	form.Set("beskrivelse", "Det jeg skrev <b>\r\n\r\nmed to avsnitt.")
	form.Set("tid_mandag", "9–15")
	form["tlf"], form["tlf_til"], form["tlf_tid"] = []string{"55 25 11 50", "", "116123"}, []string{"sentralbord", "", "hjelpetelefon"}, []string{"", "", "hele døgnet"}
	archive := url.Values{"hvorfor": {"Slått sammen med et annet."}, "versjon": {"1"}}

	back := s.takeDatabaseAway()
	away := kari.post(path, form)
	away.wantStatus(t, http.StatusServiceUnavailable)
	away.contains(t, "Det jeg skrev &lt;b&gt;", ">Prøv igjen</button>", `value="9–15"`, `action="`+path+`"`, "ingenting er borte")
	if away.Header.Get("Retry-After") == "" || away.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", away.Header)
	}
	why := kari.post(path+"/arkiver", archive)
	why.wantStatus(t, http.StatusServiceUnavailable)
	why.contains(t, `value="Slått sammen med et annet."`, ">Prøv igjen</button>")
	// Nobody's form is given back, nor one that takes nothing of what people type.
	if a := s.anyone().post(path, form); a.StatusCode == http.StatusServiceUnavailable {
		t.Errorf("the form of somebody who is not signed in: %d", a.StatusCode)
	}
	if a := kari.post(path+"/kladd", form); strings.Contains(a.body, "Prøv igjen</button>") {
		t.Error("the script got a page")
	}
	back()

	// Sent again it says the same.
	again := formValues(t, away.body)
	again.Set("handling", "publiser")
	for key, values := range form {
		if !slices.Equal(again[key], values) && strings.ReplaceAll(again.Get(key), "\r", "") != strings.ReplaceAll(values[0], "\r", "") {
			t.Errorf("%s was %q and is %q", key, values, again[key])
		}
	}
	kari.post(path, again).wantRedirect(t, path)
	got := s.offering(o.ID)
	want := []directory.Phone{{Number: "+4755251150", Purpose: directory.PurposeSwitchboard}, {Number: "116123", Purpose: directory.PurposeHelpline, Hours: "hele døgnet"}}
	if !slices.Equal(got.Phones, want) || len(got.Schedules) != 1 || got.Description != "Det jeg skrev <b>\n\nmed to avsnitt." {
		t.Errorf("saved %+v %v %q", got.Phones, got.Schedules, got.Description)
	}
	reason := formValues(t, why.body)
	reason.Set("versjon", "2")
	kari.post(path+"/arkiver", reason).wantStatus(t, http.StatusSeeOther)
	if s.offering(o.ID).Status != directory.Archived {
		t.Error("the second try did not archive it")
	}
}

func TestACourseStaysWithoutADatabase(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	kari := s.person("kari@test.example.org", contributor(bodo))
	path := "/redaksjon/kurs/nytt?kommune=1804"
	form := kari.form(path, "lagre")
	form.Set("tilbud", strconv.FormatInt(o.ID, 10))
	for name, value := range map[string]string{"navn": "Prøvegruppe <b>", "dag_1": "2.3.2027", "fra_1": "18", "til_1": "20", "merknad_1": "Ta med kaffe."} {
		form.Set(name, value)
	}
	back := s.takeDatabaseAway()
	away := kari.post(path, form)
	away.wantStatus(t, http.StatusServiceUnavailable)
	away.contains(t, "Prøvegruppe &lt;b&gt;", `value="2.3.2027"`, `value="Ta med kaffe."`, ">Prøv igjen</button>")
	back()
	again := formValues(t, away.body)
	again.Set("handling", "lagre")
	got := s.made(kari.post(path, again))
	if got.Title != "Prøvegruppe <b>" || datesOf(got) != "2027-03-02 18:00-20:00 Ta med kaffe." {
		t.Errorf("sent again it made %q on %s", got.Title, datesOf(got))
	}
}
