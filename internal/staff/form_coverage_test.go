package staff

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestCoverageIsToldWhileItIsTyped(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari, per := s.person("kari@test.example.org", contributor(bodo)), s.national("per@test.example.org")
	own, fresh := offeringPath(s.ownOffering("test/a", "1804").ID)+"/dekning", "/redaksjon/tilbud/ny/dekning?kommune=1804"
	for _, c := range []struct {
		who          *person
		path         string
		form         url.Values
		reach, wrong string
	}{
		{kari, own, url.Values{"kommuner": {"Bodø\r\n gildeskål ,1804"}}, "Vises for alle i Bodø og Gildeskål, om lag ", ""},
		{kari, fresh, url.Values{"kommuner": {"Bodø"}}, "Vises for alle i Bodø, om lag ", ""},
		{kari, own, url.Values{"kommuner": {"Bodø, Gildeskål, Meløy, Beiarn, Saltdal"}}, "Vises for alle i 5 kommuner, om lag ", ""},
		{kari, own, url.Values{"kommuner": {"Bodø"}, "bydel": {"Sentrum <b>"}}, "Vises i Bodø. Leserne får vite at det bare gjelder «Sentrum &lt;b&gt;».", ""},
		{kari, own, url.Values{}, "Vises ikke for noen ennå.", ""},
		{kari, own, url.Values{"kommuner": {strings.Repeat("\n", 9000)}}, "Vises ikke for noen ennå.", ""},
		{kari, own, url.Values{"kommuner": {"<i>, Bodø, \xff"}}, "Vises for alle i Bodø, ", "Ingen kommune heter «&lt;i&gt;» eller «\xff»."},
		{kari, own, url.Values{"kommuner": {"Atlantis"}}, "Vises ikke for noen ennå.", "Ingen kommune heter «Atlantis»."},
		{kari, own, url.Values{"kommuner": {"Bergen"}}, "Vises for alle i Bergen, ", "Tilbudet må være for din egen kommune."},
		{per, own, url.Values{"kommuner": {"skedsmo"}}, "Vises for alle i Lillestrøm, om lag ", ""},
		{per, own, url.Values{"kommuner": {"0231, Lillestrøm"}}, "Vises for alle i Lillestrøm, om lag ", ""},
		{per, own, url.Values{"kommuner": {"Snillfjord"}}, "Vises ikke for noen ennå.", "«Snillfjord» er delt mellom "},
		// The form has no such choice for her.
		{kari, own, url.Values{"kommuner": {"Bodø"}, "omrade": {"hele", "18"}}, "Vises for alle i Bodø, ", ""},
		{per, own, url.Values{"kommuner": {"Bodø"}, "omrade": {"hele", "18"}}, "Vises for hele landet.", ""},
		{per, own, url.Values{"kommuner": {"Bodø\nOslo"}, "omrade": {"18"}}, "Vises for alle i hele Nordland og Oslo, om lag ", ""},
		{per, own, url.Values{"kommuner": {"Bodø"}, "omrade": {"finnes_ikke"}}, "Vises for alle i Bodø, ", ""},
	} {
		a := c.who.post(c.path, c.form)
		a.wantStatus(t, http.StatusOK)
		if !strings.HasPrefix(a.body, "<p>"+c.reach) || strings.Contains(a.body, "r-error") != (c.wrong != "") || !strings.Contains(a.body, c.wrong) {
			t.Errorf("%v: %s, want %q and %q", c.form, a.body, c.reach, c.wrong)
		}
	}
	note := per.post(own, url.Values{"kommuner": {"Skedsmo"}})
	note.contains(t, "<p>Skedsmo er nå en del av Lillestrøm.</p>")
	path := strings.TrimSuffix(own, "/dekning")
	form := per.form(path, "publiser")
	form.Set("kommuner", "Bodø\nSkedsmo")
	form.Set("kilde", "Test")
	per.post(path, form).wantRedirect(t, path)
	per.get(path).contains(t, "er lagret.", "Skedsmo er nå en del av Lillestrøm.<", "Bodø\nLillestrøm</textarea>")
	form.Set("kommuner", "Bodø\nSnillfjord")
	form.Set("versjon", "2")
	wrong := per.post(path, form)
	wrong.wantStatus(t, http.StatusUnprocessableEntity)
	wrong.contains(t, "«Snillfjord» er delt mellom ", "Bodø\nSnillfjord</textarea>")
	// The page says the same before anything is typed, and where to ask.
	kari.get(offeringPath(s.ownOffering("test/c", "1804").ID)).contains(t, "<p>Vises for alle i Bodø, om lag ", `role="status" data-coverage="/redaksjon/tilbud/`, `<option value="Våler (Østfold)">`)
}

func TestAbout(t *testing.T) {
	for people, want := range map[int]int{0: 0, 204: 200, 996: 1000, 4449: 4400, 19_999: 20_000, 53_712: 54_000, 114_500: 115_000} {
		if got := about(people); got != want {
			t.Errorf("about(%d) = %d, want %d", people, got, want)
		}
	}
}
