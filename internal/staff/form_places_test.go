package staff

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// threePlaces stores an offering of Bodø's with three places, the second confidential.
func (s *testSite) threePlaces() directory.Offering {
	s.t.Helper()
	o := s.ownOffering("test/steder", "1804")
	o.Locations = []directory.Location{
		{Street: "Testveien 1", PostalCode: "8006", PostalPlace: "Bodø", Kommune: "1804", Position: &region.Position{Lat: 67.28, Lon: 14.4}},
		{Name: "Huset", Street: "Testveien 2", PostalCode: "8007", PostalPlace: "Bodø", Kommune: "1804", Confidential: true},
		{Street: "Testveien 3", PostalCode: "8008", Kommune: "1804", Position: &region.Position{Lat: 67.29, Lon: 14.5}},
	}
	o, err := s.store.UpdateOffering(s.t.Context(), operator, "", o)
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func TestPlacesAreEdited(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.threePlaces()
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	kari.post(path, kari.form(path, "publiser")).wantRedirect(t, path)
	if got := s.offering(o.ID); got.Version != o.Version {
		t.Fatalf("saving what was there: %s", cmp.Diff(o, got))
	}

	// One more, without script; the first is taken away, the third changed.
	a := kari.post(path, kari.form(path, "sted"))
	a.wantStatus(t, http.StatusOK)
	form := formValues(t, a.body)
	if !form.Has("gate_4") || form.Get("hemmelig_2") != "ja" || form.Get("hemmelig_3") != "" {
		t.Fatalf("one place more: %v", form)
	}
	form.Set("gate_4", "Testveien 4")
	form.Set("postnummer_4", "8009")
	form.Set("hemmelig_4", "ja")
	form.Set("fjern", "ja")
	form.Set("poststed_3", "Bodø")
	var shown *directory.Offering
	s.staff.deps.PreviewOffering = func(_ context.Context, o *directory.Offering) (templ.Component, error) {
		shown = o
		return templ.Raw("preview"), nil
	}
	form.Set("handling", "forhandsvis")
	kari.post(path, form).contains(t, "preview")
	if len(shown.Locations) != 1 || shown.Locations[0].Street != "Testveien 3" {
		t.Errorf("the preview has the places %+v", shown.Locations)
	}
	form.Set("handling", "publiser")
	kari.post(path, form).wantRedirect(t, path)
	want := []directory.Location{o.Locations[1], o.Locations[2], {Street: "Testveien 4", PostalCode: "8009", Kommune: "1804", Confidential: true}}
	want[1].PostalPlace = "Bodø"
	if d := cmp.Diff(want, s.offering(o.ID).Locations); d != "" {
		t.Error(d)
	}
	kari.get("/redaksjon/historikk?slag=offering&ref="+strings.TrimPrefix(path, "/redaksjon/tilbud/")).contains(t, "Testveien 4, 8009, Bodø – hemmelig adresse")

	// An emptied one is gone; another address has not the old one's position.
	form = kari.form(path, "publiser")
	form.Set("gate_3", "")
	form.Set("postnummer_3", "")
	form.Set("gate_2", "Testveien 33")
	kari.post(path, form).wantRedirect(t, path)
	got := s.offering(o.ID).Locations
	if len(got) != 2 || got[1].Street != "Testveien 33" || got[1].Position != nil || !got[0].Confidential {
		t.Errorf("after emptying one: %+v", got)
	}
}

func TestWrongPlacesAreSaidAtTheirRow(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.threePlaces()
	path := offeringPath(o.ID)
	kari := s.person("kari@test.example.org", contributor(bodo))
	for _, c := range []struct{ field, value, says string }{
		{"postnummer_3", "80", "Skriv fire sifre."},
		{"postnummer_2", "0000", "Dette postnummeret finnes ikke."},
		{"gate_3", strings.Repeat("x", 201), "Teksten er for lang."},
		{"sted_2", strings.Repeat("x", 201), "Teksten er for lang."},
		{"postnummer", "0000", "Dette postnummeret finnes ikke."},
	} {
		form := kari.form(path, "publiser")
		form.Set(c.field, c.value)
		a := kari.post(path, form)
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.says) || !strings.Contains(a.body, `value="`+c.value+`"`) ||
			hrefOf(t, a.body) != c.field || strings.Count(a.body, `class="r-error"`) != 1 {
			t.Errorf("%s %q: status %d, first message for %q; want %q", c.field, c.value, a.StatusCode, hrefOf(t, a.body), c.says)
		}
	}
	form := kari.form(path, "publiser")
	form.Set("gate_3", "Testveien 3 H0101")
	warned := kari.post(path, form)
	warned.wantStatus(t, http.StatusUnprocessableEntity)
	warned.contains(t, "ser ut som en bolig")
	if s.offering(o.ID).Version != o.Version {
		t.Error("something was saved")
	}
}

func TestAStaleSaveKeepsPlacesConfidential(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	o := s.threePlaces()
	path := offeringPath(o.ID)
	kari, ola := s.person("kari@test.example.org", contributor(bodo)), s.person("ola@test.example.org", contributor(bodo))
	mine, theirs := kari.form(path, "publiser"), ola.form(path, "publiser")
	theirs.Set("hemmelig_3", "ja")
	ola.post(path, theirs).wantRedirect(t, path)
	// The first goes, so that the others move up: the hidden ones stay so.
	mine.Set("fjern", "ja")
	mine.Set("poststed_3", "Bodø")
	stale := kari.post(path, mine)
	stale.wantStatus(t, http.StatusConflict)
	form := formValues(t, stale.body)
	if form.Get("velg-locations") != "min" {
		t.Fatalf("asks about %v", form)
	}
	form.Set("handling", "publiser")
	kari.post(path, form).wantRedirect(t, path)
	got := s.offering(o.ID).Locations
	if len(got) != 2 || !got[0].Confidential || !got[1].Confidential || got[0].Name != "Huset" || got[1].PostalPlace != "Bodø" || got[1].Position == nil {
		t.Errorf("choosing what was typed gave %+v", got)
	}

	// A form that was opened before it had further places says nothing of them.
	form = kari.form(path, "publiser")
	form.Set("ingress", "Fra et gammelt skjema.")
	for key := range form {
		if strings.HasSuffix(key, "_2") && !strings.HasPrefix(key, "unntak") {
			form.Del(key)
		}
	}
	kari.post(path, form).wantRedirect(t, path)
	if after := s.offering(o.ID); cmp.Diff(got, after.Locations) != "" || after.Summary != "Fra et gammelt skjema." {
		t.Errorf("an old form: %s", cmp.Diff(got, after.Locations))
	}
}
