package staff

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// upload sends a file as a browser does.
func (p *person) upload(path, name string, content []byte) answer {
	p.site.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, err := w.CreateFormFile("fil", name)
	if err != nil {
		p.site.t.Fatal(err)
	}
	if _, err := f.Write(content); err != nil {
		p.site.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		p.site.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.do(r)
}

// ownOffering stores an offering of the kommune's own.
func (s *testSite) ownOffering(key string, n region.Number) directory.Offering {
	s.t.Helper()
	o, err := s.store.CreateOffering(s.t.Context(), operator, "", directory.Offering{
		Key: key, Type: "annet", Name: "Testtilbud " + key, Status: directory.Published, Confidence: directory.High,
		Coverage: directory.Coverage{Kommuner: []region.Number{n}}, Phones: []directory.Phone{{Number: "+4722222222"}}, Source: directory.Source{Title: "Test"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func (s *testSite) offering(id int64) directory.Offering {
	s.t.Helper()
	o, err := s.store.OfferingByID(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func TestBulkIsForManagers(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.ownOffering("test/a", "1804")
	boss, helper, other := s.person("kari@test.example.org", manager(bodo)), s.person("ola@test.example.org", contributor(bodo)), s.person("eva@test.example.org", manager(bergen))
	boss.get("/redaksjon/mange").wantStatus(t, http.StatusOK)
	helper.get("/redaksjon/mange").wantStatus(t, http.StatusForbidden)
	csv := fmt.Appendf(nil, "id;navn\n%d;Nytt navn\n", o.ID)
	for _, p := range []*person{helper, other} {
		p.get("/redaksjon/mange?kommune=1804").wantStatus(t, http.StatusForbidden)
		p.get("/redaksjon/mange/last-ned?format=csv&kommune=1804").wantStatus(t, http.StatusForbidden)
		p.get("/redaksjon/mange/erstatt?kommune=1804&felt=telefon&fra=22222222&til=33333333").wantStatus(t, http.StatusForbidden)
		p.post("/redaksjon/mange/erstatt?kommune=1804&felt=telefon&fra=22222222&til=33333333", nil).wantStatus(t, http.StatusForbidden)
		p.upload("/redaksjon/mange/fil?kommune=1804", "a.csv", csv).wantStatus(t, http.StatusForbidden)
		p.post("/redaksjon/mange/angre/1?kommune=1804", nil).wantStatus(t, http.StatusForbidden)
	}
	// A file with somebody else's offering, and somebody else's file.
	foreign := other.upload("/redaksjon/mange/fil", "a.csv", csv)
	foreign.wantStatus(t, http.StatusSeeOther)
	other.get(foreign.Header.Get("Location")).contains(t, "finner ikke")
	a := boss.get(strings.Replace(foreign.Header.Get("Location"), "4601", "1804", 1))
	a.wantRedirect(t, "/redaksjon/mange?kommune=1804")
}

var planField = regexp.MustCompile(`name="plan" value="([0-9a-f]+)"`)

// plan returns what the form of a dry run sends.
func (a answer) plan(t testing.TB) url.Values {
	t.Helper()
	m := planField.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("nothing can be done here:\n%.3000s", a.body)
	}
	return url.Values{"plan": {m[1]}}
}

func TestFileThereAndBack(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o, other := s.ownOffering("test/a", "1804"), s.ownOffering("test/b", "1804")
	boss := s.person("kari@test.example.org", manager(bodo))
	const page = "/redaksjon/mange?kommune=1804"

	today := time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)
	s.staff.deps.Now = func() time.Time { return today }
	named := func(a answer, want string) {
		t.Helper()
		if got := a.Header.Get("Content-Disposition"); got != `attachment; filename="`+want+`"` {
			t.Errorf("Content-Disposition %q, want an attachment called %s", got, want)
		}
	}
	for _, format := range []string{"csv", "xlsx"} {
		file := boss.get("/redaksjon/mange/last-ned?format=" + format + "&filename=annet.html")
		file.wantStatus(t, http.StatusOK)
		named(file, "tilbud-1804-2026-12-24."+format)
		to := boss.upload("/redaksjon/mange/fil", "tilbud."+format, []byte(file.body)).Header.Get("Location")
		unchanged := boss.get(to)
		unchanged.contains(t, "er som før", "Ingenting er endret.")
		if planField.MatchString(unchanged.body) {
			t.Error("a file that changes nothing can be carried out")
		}
	}
	template := boss.get("/redaksjon/mange/last-ned?format=mal")
	named(template, "mal-for-tilbud.xlsx")
	if rows, err := bulk.Read("mal.xlsx", []byte(template.body)); err != nil || len(rows) != 1 {
		t.Errorf("template: %d rows, %v", len(rows), err)
	}

	wrong := boss.get(boss.upload("/redaksjon/mange/fil", "feil.csv", fmt.Appendf(nil, "id;navn;telefon\n%d;Rett;22222222\n%d;;tolv\n", o.ID, other.ID)).Header.Get("Location"))
	wrong.contains(t, "1 må rettes", "«tolv»", "Ingenting er endret.")
	if planField.MatchString(wrong.body) {
		t.Error("a file with a wrong cell can be carried out")
	}
	abroad := boss.get(boss.upload("/redaksjon/mange/fil", "ut.csv", fmt.Appendf(nil, "id;kommuner\n%d;Bergen\n", o.ID)).Header.Get("Location"))
	abroad.contains(t, "må være for din egen kommune")
	unknown := boss.get(boss.upload("/redaksjon/mange/fil", "ut.csv", fmt.Appendf(nil, "id;postnummer\n%d;0000\n", o.ID)).Header.Get("Location"))
	unknown.contains(t, "postnummer: Dette finnes ikke i listen.")

	content := fmt.Appendf(nil, "id;navn;type\n%d;Testnavn to;annet\n;Et helt nytt;annet\n", o.ID)
	to := boss.upload("/redaksjon/mange/fil", "liste.csv", content).Header.Get("Location")
	dry := boss.get(to)
	dry.contains(t, "1 nye, 1 blir endret", "Testnavn to", "Et helt nytt")
	if s.offering(o.ID).Name == "Testnavn to" {
		t.Fatal("the dry run wrote something")
	}
	boss.post(to, url.Values{"plan": {"00"}}).wantStatus(t, http.StatusConflict)
	form := dry.plan(t)

	// Somebody changes one of them in between: it is shown again, and nothing is written.
	moved := s.offering(o.ID)
	moved.Summary = "Endret i mellomtiden."
	if _, err := s.store.UpdateOffering(t.Context(), operator, "", moved); err != nil {
		t.Fatal(err)
	}
	again := boss.post(to, form)
	again.wantStatus(t, http.StatusConflict)
	boss.post(to, again.plan(t)).wantRedirect(t, page)
	if got := s.offering(o.ID); got.Name != "Testnavn to" || got.Summary != "Endret i mellomtiden." {
		t.Errorf("after the import: %q, %q", got.Name, got.Summary)
	}
	list := boss.get(page)
	list.contains(t, "Filen liste.csv", "2 tilbud", "Ta alt tilbake")
	undo := regexp.MustCompile(`/redaksjon/mange/angre/\d+\?kommune=1804`).FindString(list.body)
	s.person("eva@test.example.org", manager(bergen)).post(strings.Replace(undo, "1804", "4601", 1), nil).wantStatus(t, http.StatusForbidden)
	boss.post(undo, nil).wantRedirect(t, page)
	if got := s.offering(o.ID); got.Name != o.Name || got.Summary != "Endret i mellomtiden." {
		t.Errorf("after the undo: %q, %q", got.Name, got.Summary)
	}
	boss.get(page).contains(t, "Angret")
	boss.post(undo, nil).wantRedirect(t, page)
}

func TestFilesThatCannotBeRead(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	boss := s.person("kari@test.example.org", manager(bodo))
	for name, content := range map[string][]byte{"a.pdf": []byte("%PDF"), "a.xlsx": []byte("tull"), "a.csv": nil} {
		a := boss.upload("/redaksjon/mange/fil", name, content)
		a.wantStatus(t, http.StatusUnprocessableEntity)
		a.contains(t, `href="#fil"`)
	}
	boss.post("/redaksjon/mange/fil", url.Values{}).wantStatus(t, http.StatusUnprocessableEntity)
	a := boss.upload("/redaksjon/mange/fil", "a.csv", []byte("farge\nrød\n"))
	boss.get(a.Header.Get("Location")).contains(t, "Kolonnen «farge» kjenner vi ikke.")
	boss.get("/redaksjon/mange/fil/99999").wantRedirect(t, "/redaksjon/mange?kommune=1804")
}

func TestFindAndReplace(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	a, b := s.ownOffering("test/a", "1804"), s.ownOffering("test/b", "1804")
	foreign := s.ownOffering("test/f", "4601")
	boss := s.person("kari@test.example.org", manager(bodo))
	path := "/redaksjon/mange/erstatt?" + url.Values{"kommune": {"1804"}, "felt": {"telefon"}, "fra": {"22 22 22 22"}, "til": {"+47 33333333"}}.Encode()
	dry := boss.get(path)
	dry.contains(t, "2 blir endret", "33 33 33 33")
	boss.post(path, dry.plan(t)).wantRedirect(t, "/redaksjon/mange?kommune=1804")
	for _, id := range []int64{a.ID, b.ID} {
		if got := s.offering(id).Phones[0].Number; got != "+4733333333" {
			t.Errorf("offering %d: %s", id, got)
		}
	}
	if got := s.offering(foreign.ID).Phones[0].Number; got != "+4722222222" {
		t.Errorf("another kommune's was changed: %s", got)
	}
	wrong := boss.get("/redaksjon/mange/erstatt?kommune=1804&felt=telefon&fra=tolv&til=33333333")
	wrong.wantStatus(t, http.StatusUnprocessableEntity)
	wrong.contains(t, `value="tolv"`, "Dette er ikke et telefonnummer.")
	boss.get(path).contains(t, "Ingen tilbud har dette")
}

// The largest table that may be given is one that can be given, and kept.
func TestTheLargestTableCanBeUploaded(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	var longest directory.Offering
	size, all := 0, 0
	err := s.store.EachPublicOffering(t.Context(), func(batch []directory.Offering) error {
		for _, o := range batch {
			n := len(strings.Join(bulk.Table(bulk.NewNames(nil, nil, nil, nil, nil), []directory.Offering{o})[1], ";"))
			if all += n; n > size {
				longest, size = o, n
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	offerings := make([]directory.Offering, bulk.MaxRows)
	for i := range offerings {
		offerings[i] = longest
	}
	var b bytes.Buffer
	if err := bulk.WriteCSV(&b, bulk.Table(bulk.NewNames(nil, nil, nil, nil, nil), offerings)); err != nil {
		t.Fatal(err)
	}
	t.Logf("all offerings are %d bytes, the longest %d, a table full of it %d", all, size, b.Len())
	if b.Len() > MaxUpload/2 || all > MaxUpload/20 {
		t.Errorf("a table of %d rows is %d bytes, all offerings are %d; at most %d are taken", bulk.MaxRows, b.Len(), all, MaxUpload)
	}
	kari := s.person("kari@test.example.org", contributor(bodo))
	id, err := s.store.KeepUpload(t.Context(), kari.account.ID, "alle.csv", bytes.Repeat([]byte("x"), MaxUpload))
	if err != nil {
		t.Fatal(err)
	}
	if u, err := s.store.UploadByID(t.Context(), kari.account.ID, id); err != nil || len(u.Content) != MaxUpload {
		t.Errorf("kept %d bytes, %v", len(u.Content), err)
	}
	s.ownOffering("test/a", "1804")
	answer := s.person("ola@test.example.org", manager(bodo)).upload(UploadPath+"?kommune=1804", "stor.csv", append([]byte("navn;type\n"), bytes.Repeat([]byte("xxxxxxxxx;annet\n"), 80_000)...))
	answer.wantStatus(t, http.StatusSeeOther)
}
