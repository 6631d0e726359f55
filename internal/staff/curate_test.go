package staff

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

// contains fails the test for each of the texts that the body does not have.
func (a answer) contains(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s: %q is not in the body:\n%.2000s", a.Request.URL, text, a.body)
		}
	}
}

func TestCuratePagesAreForNationalEditors(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari := s.person("kari@test.example.org", manager(bodo))
	ola := s.national("ola@test.example.org")
	for _, path := range []string{
		"/redaksjon/nasjonalt", "/redaksjon/typer", "/redaksjon/typer/ny", "/redaksjon/typer/lms", "/redaksjon/begreper", "/redaksjon/begreper/tema/ny",
		"/redaksjon/begreper/tema/rus", "/redaksjon/hverdagsord", "/redaksjon/hverdagsord/ord?ord=sliten", "/redaksjon/kommuner", "/redaksjon/kommuner/1804",
		"/redaksjon/artikler", "/redaksjon/artikler/ny", "/redaksjon/artikler/ta-vare-pa-deg-selv/_innledning", "/redaksjon/brukere",
		fmt.Sprintf("/redaksjon/brukere/%d", kari.account.ID),
	} {
		kari.get(path).wantStatus(t, http.StatusForbidden)
		ola.get(path).wantStatus(t, http.StatusOK)
	}
	for _, path := range []string{
		"/redaksjon/typer/lms", "/redaksjon/begreper/tema/rus", "/redaksjon/hverdagsord/ord?ord=testord", "/redaksjon/hverdagsord/fjern?ord=sliten",
		"/redaksjon/kommuner/1804", "/redaksjon/artikler/ny", "/redaksjon/artikler/ta-vare-pa-deg-selv/_innledning",
		fmt.Sprintf("/redaksjon/brukere/%d", kari.account.ID),
	} {
		kari.post(path, url.Values{"versjon": {"0"}}).wantStatus(t, http.StatusForbidden)
	}
	for _, path := range []string{
		"/redaksjon/typer/borte", "/redaksjon/begreper/tema/borte", "/redaksjon/begreper/borte/rus", "/redaksjon/kommuner/9998",
		"/redaksjon/artikler/ta-vare-pa-deg-selv/borte", "/redaksjon/brukere/99999", "/redaksjon/brukere/x",
	} {
		ola.get(path).wantStatus(t, http.StatusNotFound)
		ola.post(path, url.Values{"versjon": {"0"}}).wantStatus(t, http.StatusNotFound)
	}
}

// formOf returns the values that a page's form would send.
func formOf(t testing.TB, a answer) url.Values {
	t.Helper()
	return formValues(t, a.body)
}

func TestEditType(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	ola := s.national("ola@test.example.org")
	before, err := s.store.OfferingTypeByCode(t.Context(), "lms")
	if err != nil {
		t.Fatal(err)
	}
	form := formOf(t, ola.get("/redaksjon/typer/lms"))
	ola.post("/redaksjon/typer/lms", form).wantRedirect(t, "/redaksjon/typer")
	same, err := s.store.OfferingTypeByCode(t.Context(), "lms")
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(before) != fmt.Sprint(same) {
		t.Errorf("saving the form as it came changed the type:\n%+v\n%+v", before, same)
	}

	stale := ola.post("/redaksjon/typer/lms", form)
	stale.wantStatus(t, http.StatusConflict)
	stale.contains(t, moved)
	form.Set("versjon", "1")
	form.Set("name", "")
	form.Set("alternatives", "finnes_ikke")
	form.Set("laws", "bare tekst")
	wrong := ola.post("/redaksjon/typer/lms", form)
	wrong.wantStatus(t, http.StatusUnprocessableEntity)
	wrong.contains(t, "Her må det stå noe.", "bare tekst", `href="#laws"`)

	fresh := url.Values{"versjon": {"0"}, "code": {"testtype"}, "group": {before.Group}, "name": {"Testtype"}, "plural": {"Testtyper"}, "does": {"Testtekst."}, "order": {"99"}, "confirm_months": {"12"}, "contacts_months": {"6"}}
	ola.post("/redaksjon/typer/ny", fresh).wantRedirect(t, "/redaksjon/typer")
	ola.get("/redaksjon/typer").contains(t, "Testtype")
	fresh.Set("code", "Ikke en kode")
	ola.post("/redaksjon/typer/ny", fresh).wantStatus(t, http.StatusUnprocessableEntity)
}

func TestEditExpression(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	ola := s.national("ola@test.example.org")
	form := url.Values{"versjon": {"0"}, "text": {"Testord Her"}, "kind": {"dagligtale"}, "leads_to": {"tema:rus\r\nord:test\r\n"}}
	ola.post("/redaksjon/hverdagsord/ord?ord=", form).wantRedirect(t, "/redaksjon/hverdagsord?q=testord+her")
	e, err := s.store.ExpressionByText(t.Context(), "testord her")
	if err != nil || fmt.Sprint(e.LeadsTo) != "[tema:rus ord:test]" {
		t.Fatalf("%+v, %v", e, err)
	}
	ola.get("/redaksjon/hverdagsord?q=testord").contains(t, "testord her")
	ola.post("/redaksjon/hverdagsord/ord?ord=", form).wantStatus(t, http.StatusConflict) // it is there already
	form.Set("leads_to", "tema:finnes_ikke")
	form.Set("versjon", "1")
	wrong := ola.post("/redaksjon/hverdagsord/ord?ord=testord+her", form)
	wrong.wantStatus(t, http.StatusUnprocessableEntity)
	wrong.contains(t, "tema:finnes_ikke", "Dette finnes ikke i listen.")

	ola.post("/redaksjon/hverdagsord/fjern?ord=testord+her", url.Values{"versjon": {"0"}}).wantRedirect(t, expressionPath("testord her"))
	if _, err := s.store.ExpressionByText(t.Context(), "testord her"); err != nil {
		t.Errorf("a stale removal took it out: %v", err)
	}
	ola.post("/redaksjon/hverdagsord/fjern?ord=testord+her", url.Values{"versjon": {"1"}}).wantRedirect(t, expressionPath("testord her"))
	if _, err := s.store.ExpressionByText(t.Context(), "testord her"); err == nil {
		t.Error("the expression is still there")
	}
	form = formOf(t, ola.get(expressionPath("testord her")))
	form.Set("leads_to", "tema:rus")
	ola.post(expressionPath("testord her"), form).wantRedirect(t, "/redaksjon/hverdagsord?q=testord+her")
}

func TestEditContact(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	ola := s.national("ola@test.example.org")
	form := formOf(t, ola.get("/redaksjon/kommuner/1804"))
	form.Set("phone", "22 22 22 22")
	form.Set("source", "Testside")
	form.Set("source_date", "2026-11")
	form.Set("sjekket", "ja")
	ola.post("/redaksjon/kommuner/1804", form).wantRedirect(t, "/redaksjon/kommuner?q=Bod%C3%B8")
	k, err := s.store.KommuneByNumber(t.Context(), "1804")
	if err != nil || k.Contact.Phone != "+4722222222" || !k.Contact.Confirmed {
		t.Errorf("contact %+v, %v", k.Contact, err)
	}
	form.Set("versjon", "1")
	form.Set("phone", "tolv")
	wrong := ola.post("/redaksjon/kommuner/1804", form)
	wrong.wantStatus(t, http.StatusUnprocessableEntity)
	wrong.contains(t, `value="tolv"`)
}

func TestEditArticle(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	s.staff.deps.PreviewArticle = func(_ context.Context, a *article.Article) (templ.Component, error) {
		return templ.Raw("preview of " + a.Title), nil
	}
	ola := s.national("ola@test.example.org")
	const path = "/redaksjon/artikler/ta-vare-pa-deg-selv/_innledning"
	form := formOf(t, ola.get(path))
	form.Set("tekst", strings.Replace(form.Get("tekst"), "tittel: Ta vare på deg selv", "tittel: Testtittel", 1))
	ola.post(path+"/forhandsvis", form).contains(t, "preview of Testtittel")
	ola.post(path, form).wantRedirect(t, path)
	src, err := s.store.ArticleSourceByKey(t.Context(), nb("ta-vare-pa-deg-selv", ""))
	if err != nil || !strings.Contains(src.Source, "Testtittel") || src.Version != 2 {
		t.Errorf("version %d, %v:\n%s", src.Version, err, src.Source)
	}
	stale := ola.post(path, form)
	stale.wantStatus(t, http.StatusConflict)
	stale.contains(t, moved, `value="2"`)
	form.Set("versjon", "2")
	form.Set("tekst", "---\nukjent: felt\n---\nTekst\n")
	wrong := ola.post(path, form)
	wrong.wantStatus(t, http.StatusUnprocessableEntity)
	wrong.contains(t, "ukjent: felt", "Teksten kan ikke lagres slik den står. ")

	text := "---\ntittel: Testartikkel\ningress: Testtekst.\npubliserte: 2026-11-25\nrekkefolge: 50\n---\nTekst\n"
	fresh := url.Values{"versjon": {"0"}, "del": {"ta-vare-pa-deg-selv"}, "adresse": {"testartikkel"}, "tekst": {text}}
	ola.post("/redaksjon/artikler/ny", fresh).wantStatus(t, http.StatusUnprocessableEntity)
	fresh.Set("tekst", strings.Replace(text, "publiserte: 2026-11-25", "publisert: 2026-11-25\noppdatert: 2026-11-25", 1))
	ola.post("/redaksjon/artikler/ny", fresh).wantRedirect(t, "/redaksjon/artikler/ta-vare-pa-deg-selv/testartikkel")
	ola.post("/redaksjon/artikler/ny", fresh).wantStatus(t, http.StatusConflict)
	for _, slug := range []string{"", "Med Mellomrom", "../ut", "_index"} {
		fresh.Set("adresse", slug)
		ola.post("/redaksjon/artikler/ny", fresh).wantStatus(t, http.StatusUnprocessableEntity)
	}
}

func TestChangeAccount(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", false)
	ola := s.national("ola@test.example.org")
	kari := s.person("kari@test.example.org")
	path := "/redaksjon/brukere/" + strconv.FormatInt(kari.account.ID, 10)
	own := "/redaksjon/brukere/" + strconv.FormatInt(ola.account.ID, 10)
	// The last national editor stays one.
	ola.post(own, url.Values{"handling": {"ikke-nasjonal"}}).wantRedirect(t, own)
	ola.get(own).contains(t, "Det går ikke", "Nasjonal redaktør")
	ola.post(path, url.Values{"handling": {"steng"}}).wantRedirect(t, path)
	kari.get("/redaksjon").wantRedirect(t, "/logg-inn?til=%2Fredaksjon")
	ola.get(path).contains(t, "Stengt ute")
	ola.post(path, url.Values{"handling": {"apne"}}).wantRedirect(t, path)
	ola.post(path, url.Values{"handling": {"nasjonal"}}).wantRedirect(t, path)
	a, err := s.store.AccountByID(t.Context(), kari.account.ID)
	if err != nil || !a.National || a.DisabledAt != nil {
		t.Errorf("account %+v, %v", a, err)
	}
	ola.post(path, url.Values{"handling": {"annet"}}).wantStatus(t, http.StatusBadRequest)
}

func TestQuality(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari := s.person("kari@test.example.org", manager(bodo))
	kari.get("/redaksjon/kvalitet").contains(t, "Bodø", "Din kommune", "av 5")
	ola := s.national("ola@test.example.org")
	ola.get("/redaksjon/kvalitet").contains(t, "Nordland", "1 av 41")
	ola.get("/redaksjon/kvalitet?fylke=18").contains(t, "Bodø", "Rana")
	ola.get("/redaksjon/kvalitet?fylke=99").wantStatus(t, http.StatusNotFound)
	kari.get("/redaksjon/kvalitet?kommune=9998").wantStatus(t, http.StatusNotFound)
}

func TestOfItsSize(t *testing.T) {
	var all []quality
	for i := range 30 {
		q := quality{}
		q.Number, q.Population = regionNumber(i), 1000*i
		all = append(all, q)
	}
	for _, n := range []int{0, 3, 15, 29} {
		near, ok := ofItsSize(all, regionNumber(n))
		if !ok || len(near) != peers+1 {
			t.Fatalf("%d: %d kommuner, %v", n, len(near), ok)
		}
		own := false
		for i, q := range near {
			own = own || q.Number == regionNumber(n)
			if i > 0 && q.Population > near[i-1].Population {
				t.Errorf("%d: not by population", n)
			}
		}
		if !own {
			t.Errorf("%d: it is not among them", n)
		}
	}
	if near, ok := ofItsSize(all[:3], regionNumber(1)); !ok || len(near) != 3 {
		t.Errorf("of three: %d, %v", len(near), ok)
	}
}
