package staff

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// nb returns the key of an article in bokmål.
func nb(section, slug string) article.Key {
	return article.Key{Language: article.Bokmal, Section: section, Slug: slug}
}

func TestConfirmArticle(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	const section, slug, path = "mote-med-helsetjenesten", "tips-og-rad", "/redaksjon/artikler/mote-med-helsetjenesten/tips-og-rad"
	ola, kari := s.national("ola@test.example.org"), s.person("kari@test.example.org", manager(bodo))
	now := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	s.staff.deps.Now = func() time.Time { return now }
	s.store.Now = s.staff.deps.Now

	page := ola.get(path)
	page.contains(t, "Ingen har bekreftet artikkelen ennå. Vi regner fra da den ble publisert, 25. november 2026.", "Den må bekreftes innen 25. november 2027.",
		"Bekreft at artikkelen stemmer", `action="`+path+`/bekreft"`)
	ola.get("/redaksjon/artikler").contains(t, "Bekreftet", "Ikke ennå", "Må bekreftes innen 25. november 2027")

	// A year later it has run out, and somebody has to look.
	now = time.Date(2027, 12, 1, 10, 0, 0, 0, time.UTC)
	if err := s.store.AskAboutArticles(t.Context()); err != nil {
		t.Fatal(err)
	}
	const task = "Stemmer lovene, tallene og lenkene i artikkelen «Tips og råd i møte med helsetjenesten» fortsatt"
	ola.get("/redaksjon").contains(t, task, `href="`+path+`"`)
	if strings.Contains(kari.get("/redaksjon").body, "i artikkelen «") {
		t.Error("a kommune's manager is asked about articles")
	}
	ola.get("/redaksjon/artikler").contains(t, "Skulle vært bekreftet innen 25. november 2027")
	ola.get(path).contains(t, "Den skulle vært bekreftet innen 25. november 2027.")

	kari.post(path+"/bekreft", url.Values{"versjon": {"1"}}).wantStatus(t, http.StatusForbidden)
	ola.post(path+"/bekreft", url.Values{"versjon": {"7"}}).wantRedirect(t, path)
	ola.get(path).contains(t, "Noen har endret artikkelen i mellomtiden.", "Ingen har bekreftet")
	ola.post("/redaksjon/artikler/mote-med-helsetjenesten/borte/bekreft", url.Values{"versjon": {"1"}}).wantStatus(t, http.StatusNotFound)

	ola.post(path+"/bekreft", url.Values{"versjon": {"1"}}).wantRedirect(t, path)
	page = ola.get(path)
	page.contains(t, "Takk. Artikkelen er bekreftet i dag.", "Bekreftet i dag kl. 11.00 av Test ola@test.example.org.", "Den må bekreftes innen 1. desember 2028.", `value="2"`)
	if strings.Contains(ola.get("/redaksjon").body, task) {
		t.Error("the task is still there")
	}
	ola.get("/redaksjon/artikler").contains(t, "1. desember 2027", "Neste gang innen 1. desember 2028")
	ola.get(historyPath(store.KindArticle, section+"/"+slug)).before(t, "Versjon 2", "Test ola@test.example.org", "Bekreftet: alt stemte.", "Versjon 1")

	// Beside a text that was refused, there is nothing to confirm.
	wrong := ola.post(path, url.Values{"versjon": {"2"}, "tekst": {"uten hode"}})
	wrong.wantStatus(t, http.StatusUnprocessableEntity)
	if strings.Contains(wrong.body, "Bekreft at artikkelen stemmer") {
		t.Error("what is stored can be confirmed beside another text")
	}
}
