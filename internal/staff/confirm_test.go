package staff

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// askAbout asks Bodø about the offerings and returns the path of the link.
func (s *testSite) askAbout(all bool, offerings ...directory.Offering) string {
	s.t.Helper()
	var path string
	var asked []store.Asked
	for _, o := range offerings {
		asked = append(asked, store.Asked{Offering: o.ID, Version: o.Version, All: all})
	}
	sent, err := s.store.AskToConfirm(s.t.Context(), bodo, store.Stage30, time.Now(), []string{"post@test.example.org"}, asked, func(secret string) store.Mail {
		path = "/bekreft/" + secret
		return store.Mail{Subject: "Test", Text: path}
	})
	if err != nil || !sent {
		s.t.Fatalf("sent %v, %v", sent, err)
	}
	return path
}

func TestConfirmInOneClick(t *testing.T) {
	s := newTestSite(t, "https://oversikt.example.org", true)
	a, b := s.ownOffering("test/a", "1804"), s.ownOffering("test/b", "1804")
	path := s.askAbout(false, a, b)
	anyone := s.anyone()
	page := anyone.get(path) // the first click: the link in the mail
	page.wantStatus(t, http.StatusOK)
	page.contains(t, "Stemmer dette?", "22 22 22 22", "Alt stemmer, for alle 2")
	if got := page.Header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("Referrer-Policy %q", got)
	}
	if s.offering(a.ID).ContactsConfirmedAt != nil {
		t.Fatal("looking at the page confirmed something")
	}
	done := anyone.post(path, url.Values{"tilbud": {fmt.Sprint(a.ID), fmt.Sprint(b.ID)}}) // the second
	done.contains(t, "Takk! 2 tilbud er bekreftet.")
	for _, id := range []int64{a.ID, b.ID} {
		if o := s.offering(id); o.ContactsConfirmedAt == nil || o.ConfirmedAt != nil || o.Version != 2 {
			t.Errorf("offering %d: contacts %v, all %v, version %d", id, o.ContactsConfirmedAt, o.ConfirmedAt, o.Version)
		}
	}
	history, err := s.store.Revisions(t.Context(), store.KindOffering, fmt.Sprint(a.ID))
	if err != nil || !strings.HasPrefix(history[0].Actor, "link: ") {
		t.Errorf("history %+v, %v", history[0], err)
	}
	// Once more, and looking again.
	anyone.post(path, url.Values{"tilbud": {fmt.Sprint(a.ID)}}).contains(t, "Dette er gjort")
	anyone.get(path).contains(t, "Bekreftet i dag")
	if s.offering(a.ID).Version != 2 {
		t.Error("a replayed confirmation wrote something")
	}
}

func TestConfirmAllOfIt(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	a := s.ownOffering("test/a", "1804")
	path := s.askAbout(true, a)
	s.anyone().get(path).contains(t, "Resten av teksten", "Alt stemmer")
	s.anyone().post(path, url.Values{"tilbud": {fmt.Sprint(a.ID)}})
	if o := s.offering(a.ID); o.ConfirmedAt == nil || o.ContactsConfirmedAt == nil {
		t.Errorf("confirmed %v, %v", o.ConfirmedAt, o.ContactsConfirmedAt)
	}
}

func TestConfirmLinksThatDoNotHold(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	a, b, other := s.ownOffering("test/a", "1804"), s.ownOffering("test/b", "1804"), s.ownOffering("test/c", "1804")
	foreign := s.ownOffering("test/f", "4601")
	path := s.askAbout(false, a, b)
	// Changed since, and never asked about.
	changed := a
	changed.Summary = "Endret siden."
	if _, err := s.store.UpdateOffering(t.Context(), operator, "", changed); err != nil {
		t.Fatal(err)
	}
	s.anyone().get(path).contains(t, "Noen har endret dette etter at e-posten ble sendt.")
	s.anyone().post(path, url.Values{"tilbud": {fmt.Sprint(a.ID), fmt.Sprint(b.ID), fmt.Sprint(other.ID), fmt.Sprint(foreign.ID)}}).contains(t, "Takk! 1 tilbud er bekreftet.")
	for _, id := range []int64{a.ID, other.ID, foreign.ID} {
		if s.offering(id).ContactsConfirmedAt != nil {
			t.Errorf("offering %d was confirmed", id)
		}
	}
	guessed := s.anyone().get("/bekreft/GUESSED")
	guessed.wantStatus(t, http.StatusNotFound)
	guessed.contains(t, "Lenken virker ikke lenger")
	s.anyone().post("/bekreft/GUESSED", url.Values{"tilbud": {fmt.Sprint(other.ID)}}).wantStatus(t, http.StatusNotFound)
	s.anyone().post(path, url.Values{"tilbud": {"x"}}).wantStatus(t, http.StatusBadRequest)
	forged := httptest.NewRequest(http.MethodPost, path, strings.NewReader("tilbud=1"))
	forged.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.anyone().do(forged).wantStatus(t, http.StatusForbidden)

	s.store.Now = func() time.Time { return time.Now().AddDate(0, 0, 61) }
	s.anyone().get(path).wantStatus(t, http.StatusNotFound)
	s.anyone().post(path, url.Values{"tilbud": {fmt.Sprint(b.ID)}}).wantStatus(t, http.StatusNotFound)
}
