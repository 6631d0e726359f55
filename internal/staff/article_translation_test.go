package staff

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

func TestTranslateAnArticle(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	now := time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC)
	s.staff.deps.Now = func() time.Time { return now }
	s.store.Now = s.staff.deps.Now
	ola := s.national("ola@test.example.org")
	const text = "---\ntittel: Testartikkel\ningress: Test.\npublisert: 2026-01-02\noppdatert: 2026-01-02\nrekkefolge: 90\ntyper: [lms]\n---\n## Del\n\n{{tilbud type=\"lms\"}}\n"
	key := nb("ta-vare-pa-barna", "test-oversettelse")
	if err := s.store.EditArticle(t.Context(), operator, "", 0, key, text); err != nil {
		t.Fatal(err)
	}
	path := articlePath(key)
	nynorsk := path + ".nn"

	// What is missing leads to a form with the bokmål in it.
	ola.get("/redaksjon/artikler").contains(t, "Nynorsk", "Engelsk", `href="`+nynorsk+`"`, "Mangler")
	page := ola.get(nynorsk)
	page.contains(t, "Artikkelen finnes ikke på nynorsk ennå.", "tittel: Testartikkel", `name="versjon" value="0"`)
	if strings.Contains(page.body, `ref=nn%2F`) {
		t.Error("what is not there yet leads to a history")
	}
	ola.get("/redaksjon/artikler/ta-vare-pa-barna/finnes-ikke.nn").wantStatus(t, http.StatusNotFound)
	ola.get(path+".se").wantStatus(t, http.StatusNotFound)

	// The codes stand below to be copied, and one that there is not is refused.
	page.contains(t, "{{tilbud type=&#34;lms&#34;}}", "Temaer du kan kopiere inn i teksten")
	translated := strings.Replace(text, "Testartikkel", "Prøveartikkel", 1)
	save := func(version, text string) answer {
		return ola.post(nynorsk, url.Values{"versjon": {version}, "tekst": {text}})
	}
	refused := save("0", strings.Replace(translated, `type="lms"`, `tema="finnes_ikke"`, 1))
	refused.wantStatus(t, http.StatusUnprocessableEntity)
	refused.contains(t, "Henvisningen til tilbud har koden «finnes_ikke», og den finnes ikke.")
	refused = save("0", strings.Replace(translated, `{{tilbud type="lms"}}`, `Se {{tilbud type="lms"}}`, 1))
	refused.wantStatus(t, http.StatusUnprocessableEntity)
	refused.contains(t, "Linje 11: Henvisningen til tilbud skal stå alene på en linje")
	save("0", translated).wantStatus(t, http.StatusSeeOther)
	ola.get("/redaksjon/artikler").contains(t, "Prøveartikkel")
	ola.get(nynorsk).contains(t, "Prøveartikkel", `href="/nn`+key.Path()+`"`, "På bokmål", "På engelsk")

	// The bokmål moves on.
	now = now.AddDate(0, 0, 1)
	if err := s.store.EditArticle(t.Context(), operator, "", 1, key, strings.Replace(text, "## Del", "## Ny del", 1)); err != nil {
		t.Fatal(err)
	}
	ola.get("/redaksjon/artikler").contains(t, "Nynorsk er eldre enn bokmål")
	ola.get(nynorsk).contains(t, "Nynorsk er eldre enn bokmål.", "Historikken på bokmål")
	now = now.AddDate(0, 0, 1)
	ola.post(nynorsk+"/bekreft", url.Values{"versjon": {"1"}}).wantStatus(t, http.StatusSeeOther)
	if strings.Contains(ola.get(nynorsk).body, "eldre enn bokmål") {
		t.Error("a translation that was confirmed after the change is still called older")
	}

	// The preview is in the language, and says when the text was last checked.
	s.staff.deps.PreviewArticle = func(_ context.Context, a *article.Article) (templ.Component, error) {
		checked := "never"
		if a.ConfirmedAt != nil {
			checked = a.ConfirmedAt.Format(time.DateOnly)
		}
		return templ.Raw("preview in " + a.Language + " checked " + checked), nil
	}
	ola.post(nynorsk+"/forhandsvis", url.Values{"versjon": {"2"}, "tekst": {translated}}).contains(t, "preview in nn checked 2027-01-06")
}
