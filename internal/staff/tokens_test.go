package staff

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMakeAndRevokeAToken(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	p := s.person("leder@test.example.org", manager(bodo))
	page := p.get("/redaksjon/tilganger")
	page.wantStatus(t, http.StatusOK)
	form := formValues(t, page.body)
	if got := form["kan"]; len(got) != 2 || form.Get("varer") != "1ar" {
		t.Errorf("chosen from the start: %v", form)
	}
	form.Set("navn", "Nettsiden <vår>")
	made := p.post("/redaksjon/tilganger?kommune=1804", form)
	made.wantStatus(t, http.StatusOK)
	secret := regexp.MustCompile(`oversikt_[A-Z2-7]{26}`).FindString(made.body)
	if secret == "" || strings.Count(made.body, secret) != 1 {
		t.Fatalf("the token is shown %d times", strings.Count(made.body, secret))
	}
	if made.Header.Get("Cache-Control") != "no-store" || made.Header.Get("Location") != "" {
		t.Errorf("headers %v", made.Header)
	}
	for name, value := range p.cookies {
		if strings.Contains(value, "oversikt_") {
			t.Errorf("the cookie %s has it", name)
		}
	}
	actor, err := s.store.ActorByToken(t.Context(), secret)
	if err != nil || len(actor.Grants) != 1 || actor.Grants[0].Owner != bodo {
		t.Fatalf("ActorByToken = %+v, %v", actor, err)
	}
	token, err := s.store.TokenByID(t.Context(), actor.ID)
	if err != nil || token.ExpiresAt == nil || token.ExpiresAt.Before(time.Now().AddDate(0, 11, 0)) {
		t.Errorf("expires %v, %v, want in a year", token.ExpiresAt, err)
	}
	list := p.get("/redaksjon/tilganger")
	list.wantStatus(t, http.StatusOK)
	if strings.Contains(list.body, secret) || !strings.Contains(list.body, "Nettsiden &lt;vår&gt;") || !strings.Contains(list.body, "Sist brukt: i dag kl.") {
		t.Errorf("the list shows the token, or not its name and use")
	}

	address := fmt.Sprintf("/redaksjon/tilganger/%d/trekk-tilbake", actor.ID)
	ask := p.get(address)
	ask.wantStatus(t, http.StatusOK)
	if _, err := s.store.ActorByToken(t.Context(), secret); err != nil {
		t.Errorf("asking took it back: %v", err)
	}
	p.post(address, url.Values{}).wantRedirect(t, "/redaksjon/tilganger?kommune=1804")
	if _, err := s.store.ActorByToken(t.Context(), secret); err == nil {
		t.Error("it works after it was taken back")
	}
	p.get(address).wantRedirect(t, "/redaksjon/tilganger?kommune=1804")
	if list := p.get("/redaksjon/tilganger"); !strings.Contains(list.body, "Trukket tilbake") || strings.Contains(list.body, address) {
		t.Error("the list does not tell that it was taken back")
	}
}

func TestWrongTokenForms(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	p := s.person("leder@test.example.org", manager(bodo))
	for name, form := range map[string]url.Values{
		"no name":    {"navn": {" "}, "kan": {"skriv"}, "varer": {"1ar"}},
		"long name":  {"navn": {strings.Repeat("å", 101)}, "kan": {"skriv"}, "varer": {"1ar"}},
		"no scope":   {"navn": {"Det jeg skrev"}, "varer": {"1ar"}},
		"odd scope":  {"navn": {"Det jeg skrev"}, "kan": {"skriv", "alt"}, "varer": {"1ar"}},
		"no expiry":  {"navn": {"Det jeg skrev"}, "kan": {"skriv"}},
		"odd expiry": {"navn": {"Det jeg skrev"}, "kan": {"slett"}, "varer": {"99ar"}},
	} {
		a := p.post("/redaksjon/tilganger?kommune=1804", form)
		a.wantStatus(t, http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, "Noe må rettes") || !strings.Contains(a.body, `aria-invalid="true"`) || !strings.Contains(a.body, form.Get("navn")) {
			t.Errorf("%s: the page does not tell, or has lost what was typed", name)
		}
	}
	if all, err := s.store.AllTokens(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d tokens, %v", len(all), err)
	}
}

func TestTokensAreForManagers(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	token, _, err := s.store.CreateToken(t.Context(), operator, store.Token{Owner: bodo, Name: "Test", Scopes: store.Scopes()}, TokenMail("", "Bodø"))
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"navn": {"Test"}, "kan": {"skriv"}, "varer": {"1ar"}}
	address := fmt.Sprintf("/redaksjon/tilganger/%d/trekk-tilbake", token.ID)
	for name, tc := range map[string]struct {
		who  *person
		want int
	}{
		"signed out":             {s.anyone(), http.StatusSeeOther},
		"no grant":               {s.person("a@test.example.org"), http.StatusForbidden},
		"contributor":            {s.person("b@test.example.org", contributor(bodo)), http.StatusForbidden},
		"manager elsewhere":      {s.person("c@test.example.org", manager(bergen)), http.StatusForbidden},
		"contributor here alone": {s.person("d@test.example.org", manager(bergen), contributor(bodo)), http.StatusForbidden},
		"manager":                {s.person("e@test.example.org", manager(bodo)), http.StatusOK},
		"national editor":        {s.national("f@test.example.org"), http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			tc.who.get("/redaksjon/tilganger?kommune=1804").wantStatus(t, tc.want)
			tc.who.post("/redaksjon/tilganger?kommune=1804", form).wantStatus(t, tc.want)
			want := tc.want
			if name == "no grant" || name == "manager elsewhere" {
				want = http.StatusNotFound // by its id it is as if there were none
			}
			tc.who.get(address).wantStatus(t, want)
			if want != http.StatusOK {
				tc.who.post(address, url.Values{}).wantStatus(t, want)
			}
		})
	}
	if now, err := s.store.TokenByID(t.Context(), token.ID); err != nil || now.RevokedAt != nil {
		t.Errorf("taken back at %v, %v", now.RevokedAt, err)
	}
	e := s.national("g@test.example.org")
	for _, missing := range []string{"/redaksjon/tilganger?kommune=9999", "/redaksjon/tilganger?organisasjon=9999", "/redaksjon/tilganger?organisasjon=x",
		"/redaksjon/tilganger/9999/trekk-tilbake", "/redaksjon/tilganger/x/trekk-tilbake"} {
		e.get(missing).wantStatus(t, http.StatusNotFound)
	}
}

func TestChooseWhoseTokens(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	s.person("a@test.example.org", manager(bodo), manager(bergen), contributor(auth.Owner{Kommune: "0301"}))
	p := s.person("b@test.example.org", manager(bodo), manager(bergen), contributor(auth.Owner{Kommune: "0301"}))
	a := p.get("/redaksjon/tilganger")
	a.wantStatus(t, http.StatusOK)
	if !strings.Contains(a.body, "?kommune=1804") || !strings.Contains(a.body, "?kommune=4601") || strings.Contains(a.body, "?kommune=0301") {
		t.Errorf("the choices are not the two managed: %s", a.body)
	}
	p.post("/redaksjon/tilganger", url.Values{"navn": {"Test"}, "kan": {"skriv"}, "varer": {"1ar"}}).wantStatus(t, http.StatusBadRequest)
	a = s.national("c@test.example.org").get("/redaksjon/tilganger")
	if a.wantStatus(t, http.StatusOK); !strings.Contains(a.body, `<option value="1804"`) {
		t.Error("national editors cannot choose Bodø")
	}
}

func TestTokenMail(t *testing.T) {
	until := time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)
	m := TokenMail("https://oversikt.example.org", "Bodø")(store.Token{ID: 3, Owner: bodo, Name: "Nettsiden", Scopes: store.Scopes()[:2], Creator: "Kari Test", ExpiresAt: &until})
	for _, want := range []string{"Nettsiden", "melde inn og endre tilbud, og bekrefte at tilbud stemmer", "Kari Test", "26. november 2027", "https://oversikt.example.org/redaksjon/tilganger?kommune=1804"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the mail lacks %q:\n%s", want, m.Text)
		}
	}
}
