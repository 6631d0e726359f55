package staff

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// A person gets what is kept about them, and no other's.
func TestExportOwnAccount(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari := s.person("kari@test.example.org", manager(bodo))
	s.person("ola@test.example.org", manager(bodo))
	kari.get(accountPath).contains(t, `href="/redaksjon/konto/opplysninger.json"`, `href="/redaksjon/konto/slett"`)
	a := kari.get("/redaksjon/konto/opplysninger.json")
	a.wantStatus(t, http.StatusOK)
	var got struct {
		Konto []struct{ Epost string }
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got.Konto) != 1 || got.Konto[0].Epost != "kari@test.example.org" || strings.Contains(a.body, "ola@") {
		t.Errorf("got %v, %v", got, err)
	}
	if d := a.Header.Get("Content-Disposition"); d != `attachment; filename="oversikt-om-deg.json"` {
		t.Errorf("Content-Disposition = %q", d)
	}
	if cc := a.Header.Get("Cache-Control"); !strings.Contains(cc, "no-store") {
		t.Errorf("Cache-Control = %q", cc)
	}
}

func TestEraseOwnAccount(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	kari := s.person("kari@test.example.org", manager(bodo))
	elsewhere := &person{s, kari.account, map[string]string{sessionCookie: kari.cookies[sessionCookie]}}
	kari.get("/redaksjon/konto/slett").contains(t, "Slette kontoen din?", "den eneste forvalteren for Bodø", "«slettet konto»")
	ola := s.person("ola@test.example.org", manager(bodo))
	if a := kari.get("/redaksjon/konto/slett"); strings.Contains(a.body, "den eneste forvalteren") {
		t.Error("one of two managers is called the only one")
	}
	for _, wrong := range []string{"", "ola@test.example.org"} {
		a := kari.post("/redaksjon/konto/slett", url.Values{"epost": {wrong}})
		a.wantStatus(t, http.StatusUnprocessableEntity)
		a.contains(t, "Skriv adressen du er logget inn med.")
	}
	kari.post("/redaksjon/konto/slett", url.Values{"epost": {" KARI@test.example.org "}}).wantRedirect(t, "/")
	if _, err := s.store.AccountByID(t.Context(), kari.account.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the account is there: %v", err)
	}
	if kari.cookies[sessionCookie] != "" {
		t.Error("the cookie is kept")
	}
	if a := elsewhere.get("/redaksjon"); !strings.HasPrefix(a.Header.Get("Location"), "/logg-inn") {
		t.Errorf("another browser is still in: %d", a.StatusCode)
	}
	per := s.national("per@test.example.org")
	per.get("/redaksjon/hendelser").contains(t, "Slettet en konto", store.ErasedName)
	ola.get("/redaksjon").wantStatus(t, http.StatusOK)
	a := per.post("/redaksjon/konto/slett", url.Values{"epost": {"per@test.example.org"}})
	a.wantStatus(t, http.StatusConflict)
	a.contains(t, "Du er den siste nasjonale redaktøren.")
}
