package server

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestWritesNeedAToken(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	token, secret := s.token(bodo, store.Scopes()...)
	for _, c := range []struct{ method, path string }{
		{http.MethodPost, "/tilbud"}, {http.MethodPut, pathOf(o.ID)}, {http.MethodPost, pathOf(o.ID) + "/bekreft"}, {http.MethodDelete, pathOf(o.ID)},
		{http.MethodPut, pathOf(999)},
	} {
		for name, header := range map[string]string{"none": "", "another scheme": "Basic " + secret, "no secret": "Bearer", "unknown": "Bearer oversikt_AAAAAAAAAAAAAAAAAAAAAAAAAA", "half": "Bearer " + secret[:20]} {
			headers := []string{"Authorization", header}
			if header == "" {
				headers = nil
			}
			r := s.call(c.method, c.path, "", `W/"1"`, "", headers...)
			r.want(t, http.StatusUnauthorized)
			if !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), `Bearer realm="oversikt"`) {
				t.Errorf("%s %s, token %s: WWW-Authenticate %q", c.method, c.path, name, r.Header.Get("WWW-Authenticate"))
			}
		}
	}
	confirm := func() reply {
		return s.call(http.MethodPost, pathOf(o.ID)+"/bekreft", secret, fmt.Sprintf(`"%d"`, o.Version), "")
	}
	confirm().want(t, http.StatusOK)
	if err := s.store.RevokeToken(t.Context(), tester, token.ID); err != nil {
		t.Fatal(err)
	}
	r := confirm()
	r.want(t, http.StatusUnauthorized)
	if !strings.Contains(r.Header.Get("WWW-Authenticate"), "invalid_token") {
		t.Errorf("revoked: WWW-Authenticate %q", r.Header.Get("WWW-Authenticate"))
	}
	soon := time.Now().Add(500 * time.Millisecond)
	_, short, err := s.store.CreateToken(t.Context(), tester, store.Token{Owner: bodo, Name: "Test", Scopes: store.Scopes(), ExpiresAt: &soon}, func(store.Token) store.Mail { return store.Mail{} })
	if err != nil {
		t.Fatal(err)
	}
	s.eventually("the token runs out", func() bool {
		_, err := s.store.ActorByToken(t.Context(), short)
		return errors.Is(err, store.ErrNotFound)
	})
	s.call(http.MethodDelete, pathOf(o.ID), short, `"2"`, "").want(t, http.StatusUnauthorized)
}

func TestWritesAreForTheOwner(t *testing.T) {
	s := newWriteSite(t)
	mine, foreign := s.offering("Min test", "1804"), s.offering("Andres test", "0301")
	_, secret := s.token(bodo, store.Scopes()...)
	_, theirs := s.token(oslo, store.Scopes()...)
	body := func(o directory.Offering) map[string]any {
		return s.call(http.MethodGet, pathOf(o.ID), "", "", "").fields(t)
	}
	for _, c := range []struct {
		secret string
		o      directory.Offering
	}{{secret, foreign}, {theirs, mine}} {
		s.call(http.MethodPut, pathOf(c.o.ID), c.secret, `"1"`, encode(t, body(c.o))).want(t, http.StatusForbidden)
		s.call(http.MethodPut, pathOf(c.o.ID), c.secret, `"1"`, `{"navn":"","type":{"kode":"finnes-ikke"},"dekning":{}}`).want(t, http.StatusForbidden)
		s.call(http.MethodPost, pathOf(c.o.ID)+"/bekreft", c.secret, `"1"`, "").want(t, http.StatusForbidden)
		s.call(http.MethodDelete, pathOf(c.o.ID), c.secret, `"1"`, "").want(t, http.StatusForbidden)
	}
	for name, change := range map[string]func(map[string]any){
		"for another kommune": func(f map[string]any) {
			f["dekning"] = map[string]any{"kommuner": []any{map[string]any{"kommunenummer": "0301"}}}
		},
		"for a fylke": func(f map[string]any) {
			f["dekning"] = map[string]any{"niva": "fylke", "fylker": []any{map[string]any{"fylkesnummer": "18"}}}
		},
		"for the nation":            func(f map[string]any) { f["dekning"] = map[string]any{"niva": "nasjonal"} },
		"in another's name":         func(f map[string]any) { f["organisasjon"] = map[string]any{"navn": "Testkommunen 0301"} },
		"taken out without archive": func(f map[string]any) { f["status"] = "arkivert" },
	} {
		f := body(mine)
		change(f)
		use := secret
		if name == "taken out without archive" {
			_, use = s.token(bodo, store.ScopeWrite)
		}
		s.call(http.MethodPut, pathOf(mine.ID), use, `"1"`, encode(t, f)).want(t, http.StatusForbidden)
		if name != "taken out without archive" {
			s.call(http.MethodPost, "/tilbud", use, "", encode(t, f)).want(t, http.StatusForbidden)
		}
	}
	s.call(http.MethodPut, pathOf(999), secret, `"1"`, encode(t, body(mine))).want(t, http.StatusNotFound, "path.id")
	s.call(http.MethodDelete, pathOf(999), secret, `"1"`, "").want(t, http.StatusNotFound, "path.id")
	s.call(http.MethodPost, pathOf(999)+"/bekreft", secret, `"1"`, "").want(t, http.StatusNotFound, "path.id")

	for _, scope := range store.Scopes() {
		_, limited := s.token(bodo, scope)
		for needed, r := range map[store.Scope]reply{
			store.ScopeWrite:   s.call(http.MethodPut, pathOf(mine.ID), limited, `"99"`, encode(t, body(mine))),
			store.ScopeConfirm: s.call(http.MethodPost, pathOf(mine.ID)+"/bekreft", limited, `"99"`, ""),
			store.ScopeArchive: s.call(http.MethodDelete, pathOf(mine.ID), limited, `"99"`, ""),
		} {
			if needed == scope {
				r.want(t, http.StatusPreconditionFailed)
				continue
			}
			r.want(t, http.StatusForbidden)
			if !strings.Contains(r.Header.Get("WWW-Authenticate"), "insufficient_scope") {
				t.Errorf("%s with %s: WWW-Authenticate %q", needed, scope, r.Header.Get("WWW-Authenticate"))
			}
		}
	}
	for _, o := range []directory.Offering{mine, foreign} {
		if now, err := s.store.OfferingByID(t.Context(), o.ID); err != nil || !cmp.Equal(o, now) {
			t.Errorf("%s was changed, %v", o.Name, err)
		}
	}
}

// What a kommune has on its own is its own, and what an organization has, the organization's.
func TestNewOfferingsAreTheOwners(t *testing.T) {
	s := newWriteSite(t)
	_, kommune := s.token(bodo, store.ScopeWrite)
	body := `{"navn":"Delt test","type":{"kode":"annet"},"dekning":{"kommuner":[{"kommunenummer":"1804"},{"kommunenummer":"1811"}]}}`
	shared := s.call(http.MethodPost, "/tilbud", kommune, "", body)
	shared.want(t, http.StatusCreated)
	again := s.call(http.MethodPost, "/tilbud", kommune, "", body)
	again.want(t, http.StatusCreated)
	if a, b := shared.fields(t)["organisasjon"], again.fields(t)["organisasjon"]; !cmp.Equal(a, b) {
		t.Errorf("two organizations: %v and %v", a, b)
	}
	own := s.call(http.MethodPost, "/tilbud", kommune, "", strings.Replace(body, "{", `{"organisasjon":{"navn":"Bodø kommune, Testavdelingen"},`, 1))
	own.want(t, http.StatusCreated)

	given, err := s.store.CreateOffering(t.Context(), tester, "", directory.Offering{
		Key: "annet/forening", Type: "annet", Name: "Foreningens test", Organization: directory.Organization{Name: "Testforeningen"},
		Coverage: directory.Coverage{National: true}, Source: directory.Source{Title: "Test"}, Confidence: directory.High, Status: directory.Published,
	})
	if err != nil {
		t.Fatal(err)
	}
	owner := auth.Owner{Organization: given.Organization.ID}
	account, err := s.store.CreateAccount(t.Context(), tester, "leder@test.example.org", "")
	if err != nil {
		t.Fatal(err)
	}
	err = s.store.SetGrant(t.Context(), tester, account.ID, auth.Grant{Owner: owner, Role: auth.Manager, Coverage: directory.Coverage{Fylker: []region.FylkeNumber{"18"}}})
	if err != nil {
		t.Fatal(err)
	}
	_, association := s.token(owner, store.ScopeWrite)
	made := s.call(http.MethodPost, "/tilbud", association, "", body)
	made.want(t, http.StatusCreated)
	if o := made.fields(t)["organisasjon"].(map[string]any); o["navn"] != "Testforeningen" {
		t.Errorf("organization %v, want its own", o)
	}
	for name, outside := range map[string]string{
		"another organization": strings.Replace(body, "{", `{"organisasjon":{"navn":"En annen"},`, 1),
		"a kommune":            strings.Replace(body, "{", `{"organisasjon":{"navn":"Bodø kommune"},`, 1),
		"outside its coverage": strings.Replace(body, "1811", "0301", 1),
	} {
		if r := s.call(http.MethodPost, "/tilbud", association, "", outside); r.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.body)
		}
	}
	// What an editor gave a wider coverage can be changed otherwise.
	read := s.call(http.MethodGet, pathOf(given.ID), "", "", "")
	s.eventually("readers see it", func() bool {
		read = s.call(http.MethodGet, pathOf(given.ID), "", "", "")
		return read.StatusCode == http.StatusOK
	})
	f := read.fields(t)
	f["ingress"] = "Endret."
	s.call(http.MethodPut, pathOf(given.ID), association, read.Header.Get("ETag"), encode(t, f)).want(t, http.StatusOK)
}
