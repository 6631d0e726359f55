package staff

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
)

// Who comes through to a route: it answers with something else than 403 and the sign-in
// page. What it answers is for the route's own tests.
const (
	signedIn     = "fcmn"
	contributors = "cmn"
	managers     = "mn"
	nationals    = "n"
)

// roles are signed out, a manager of another kommune, a contributor and a manager of Bodø,
// and a national editor.
var roles = map[byte]string{'0': "signed out", 'f': "foreign manager", 'c': "contributor", 'm': "manager", 'n': "national editor"}

// routes is every route of the signed-in pages, and who comes through. {o} is an offering
// of Bodø's, {c} a course of it, {a} an account.
var routes = []struct {
	method, route string
	path          string // that is asked for
	who           string
}{
	{"GET", "/redaksjon/", "/redaksjon/", signedIn},
	{"GET", "/redaksjon/", "/redaksjon/?kommune=1804", contributors},
	{"GET", "/redaksjon/tilbud/ny", "/redaksjon/tilbud/ny?kommune=1804", contributors},
	{"POST", "/redaksjon/tilbud/ny", "/redaksjon/tilbud/ny?kommune=1804", contributors},
	{"POST", "/redaksjon/tilbud/ny/kladd", "/redaksjon/tilbud/ny/kladd?kommune=1804", contributors},
	{"POST", "/redaksjon/tilbud/ny/forkast", "/redaksjon/tilbud/ny/forkast?kommune=1804", contributors},
	{"POST", "/redaksjon/tilbud/ny/dekning", "/redaksjon/tilbud/ny/dekning?kommune=1804", contributors},
	{"GET", "/redaksjon/tilbud/:id", "/redaksjon/tilbud/{o}", contributors},
	{"POST", "/redaksjon/tilbud/:id", "/redaksjon/tilbud/{o}", contributors},
	{"POST", "/redaksjon/tilbud/:id/kladd", "/redaksjon/tilbud/{o}/kladd", contributors},
	{"POST", "/redaksjon/tilbud/:id/forkast", "/redaksjon/tilbud/{o}/forkast", contributors},
	{"POST", "/redaksjon/tilbud/:id/dekning", "/redaksjon/tilbud/{o}/dekning", contributors},
	{"GET", "/redaksjon/tilbud/:id/bekreft", "/redaksjon/tilbud/{o}/bekreft", contributors},
	{"POST", "/redaksjon/tilbud/:id/bekreft", "/redaksjon/tilbud/{o}/bekreft", contributors},
	{"GET", "/redaksjon/tilbud/:id/arkiver", "/redaksjon/tilbud/{o}/arkiver", managers},
	{"POST", "/redaksjon/tilbud/:id/arkiver", "/redaksjon/tilbud/{o}/arkiver", managers},
	{"GET", "/redaksjon/tilbud/:id/tilbake", "/redaksjon/tilbud/{o}/tilbake", managers},
	{"POST", "/redaksjon/tilbud/:id/tilbake", "/redaksjon/tilbud/{o}/tilbake", managers},
	{"GET", "/redaksjon/tilbud/:id/historikk", "/redaksjon/tilbud/{o}/historikk", signedIn}, // leads on to the next
	{"GET", "/redaksjon/historikk", "/redaksjon/historikk?slag=offering&ref={o}", contributors},
	{"GET", "/redaksjon/historikk", "/redaksjon/historikk?slag=type&ref=lms", nationals},
	{"GET", "/redaksjon/historikk/gjenopprett", "/redaksjon/historikk/gjenopprett?slag=offering&ref={o}&nr=1", contributors},
	{"POST", "/redaksjon/historikk/gjenopprett", "/redaksjon/historikk/gjenopprett?slag=offering&ref={o}&nr=1", contributors},
	{"GET", "/redaksjon/kurs/nytt", "/redaksjon/kurs/nytt?tilbud={o}", contributors},
	{"GET", "/redaksjon/kurs/nytt", "/redaksjon/kurs/nytt?kommune=1804", contributors},
	{"POST", "/redaksjon/kurs/nytt", "/redaksjon/kurs/nytt?tilbud={o}", contributors},
	{"POST", "/redaksjon/kurs/nytt", "/redaksjon/kurs/nytt?kommune=1804", contributors},
	{"POST", "/redaksjon/kurs/nytt/kladd", "/redaksjon/kurs/nytt/kladd?tilbud={o}", contributors},
	{"POST", "/redaksjon/kurs/nytt/forkast", "/redaksjon/kurs/nytt/forkast?tilbud={o}", contributors},
	{"GET", "/redaksjon/kurs/:id", "/redaksjon/kurs/{c}", contributors},
	{"POST", "/redaksjon/kurs/:id", "/redaksjon/kurs/{c}", contributors},
	{"POST", "/redaksjon/kurs/:id/kladd", "/redaksjon/kurs/{c}/kladd", contributors},
	{"POST", "/redaksjon/kurs/:id/forkast", "/redaksjon/kurs/{c}/forkast", contributors},
	{"POST", "/redaksjon/kurs/:id/gjor", "/redaksjon/kurs/{c}/gjor", contributors},
	{"POST", "/redaksjon/kurs/:id/kopier", "/redaksjon/kurs/{c}/kopier", contributors},
	{"POST", "/redaksjon/kurs/:id/angre", "/redaksjon/kurs/{c}/angre", contributors},
	{"GET", "/redaksjon/historikk", "/redaksjon/historikk?slag=course&ref={c}", contributors},
	{"GET", "/redaksjon/historikk/gjenopprett", "/redaksjon/historikk/gjenopprett?slag=course&ref={c}&nr=1", contributors},
	{"POST", "/redaksjon/historikk/gjenopprett", "/redaksjon/historikk/gjenopprett?slag=course&ref={c}&nr=1", contributors},
	{"GET", "/redaksjon/endringer/:id", "/redaksjon/endringer/{h}", contributors},
	{"POST", "/redaksjon/endringer/:id/godkjenn", "/redaksjon/endringer/{h}/godkjenn", managers},
	{"POST", "/redaksjon/endringer/:id/avvis", "/redaksjon/endringer/{h}/avvis", managers},
	{"POST", "/redaksjon/oppgaver/:id/ferdig", "/redaksjon/oppgaver/{t}/ferdig", contributors},
	{"GET", "/redaksjon/kommuneendringer", "/redaksjon/kommuneendringer?kommune=1804", contributors},
	{"GET", "/redaksjon/kommuneendringer", "/redaksjon/kommuneendringer", nationals},
	{"POST", "/redaksjon/kommuneendringer/alle", "/redaksjon/kommuneendringer/alle?kommune=1804", contributors},
	{"POST", "/redaksjon/kommuneendringer/:id", "/redaksjon/kommuneendringer/{t}?kommune=1804", signedIn},           // {t} asks nothing of the kind; see
	{"POST", "/redaksjon/kommuneendringer/:id/navn", "/redaksjon/kommuneendringer/{t}/navn?kommune=1804", signedIn}, // TestQuestionsAfterAMerge

	{"GET", "/redaksjon/nasjonalt", "/redaksjon/nasjonalt", nationals},
	{"GET", "/redaksjon/typer", "/redaksjon/typer", nationals},
	{"GET", "/redaksjon/typer/:code", "/redaksjon/typer/lms", nationals},
	{"POST", "/redaksjon/typer/:code", "/redaksjon/typer/lms", nationals},
	{"GET", "/redaksjon/begreper", "/redaksjon/begreper", nationals},
	{"GET", "/redaksjon/begreper/:kind/:code", "/redaksjon/begreper/tema/rus", nationals},
	{"POST", "/redaksjon/begreper/:kind/:code", "/redaksjon/begreper/tema/rus", nationals},
	{"GET", "/redaksjon/hverdagsord", "/redaksjon/hverdagsord", nationals},
	{"GET", "/redaksjon/hverdagsord/ord", "/redaksjon/hverdagsord/ord?ord=sliten", nationals},
	{"POST", "/redaksjon/hverdagsord/ord", "/redaksjon/hverdagsord/ord?ord=sliten", nationals},
	{"POST", "/redaksjon/hverdagsord/fjern", "/redaksjon/hverdagsord/fjern?ord=sliten", nationals},
	{"GET", "/redaksjon/kommuner", "/redaksjon/kommuner", nationals},
	{"GET", "/redaksjon/kommuner/:number", "/redaksjon/kommuner/1804", nationals},
	{"POST", "/redaksjon/kommuner/:number", "/redaksjon/kommuner/1804", nationals},
	{"GET", "/redaksjon/artikler", "/redaksjon/artikler", nationals},
	{"GET", "/redaksjon/artikler/ny", "/redaksjon/artikler/ny", nationals},
	{"POST", "/redaksjon/artikler/ny", "/redaksjon/artikler/ny", nationals},
	{"GET", "/redaksjon/artikler/:section/:slug", "/redaksjon/artikler/ta-vare-pa-barna/_innledning", nationals},
	{"POST", "/redaksjon/artikler/:section/:slug", "/redaksjon/artikler/ta-vare-pa-barna/_innledning", nationals},
	{"POST", "/redaksjon/artikler/:section/:slug/forhandsvis", "/redaksjon/artikler/ta-vare-pa-barna/_innledning/forhandsvis", nationals},
	{"POST", "/redaksjon/artikler/:section/:slug/bekreft", "/redaksjon/artikler/ta-vare-pa-barna/_innledning/bekreft", nationals},
	{"GET", "/redaksjon/brukere", "/redaksjon/brukere", nationals},
	{"GET", "/redaksjon/brukere/:id", "/redaksjon/brukere/{a}", nationals},
	{"POST", "/redaksjon/brukere/:id", "/redaksjon/brukere/{a}", nationals},
	{"GET", "/redaksjon/hendelser", "/redaksjon/hendelser", nationals},
	{"GET", "/redaksjon/uten-adresse", "/redaksjon/uten-adresse", nationals},
	{"GET", "/redaksjon/kvalitet", "/redaksjon/kvalitet?kommune=1804", signedIn},

	{"GET", "/redaksjon/konto", "/redaksjon/konto", signedIn},
	{"POST", "/redaksjon/konto", "/redaksjon/konto", signedIn},
	{"POST", "/redaksjon/konto/okter/:id/slutt", "/redaksjon/konto/okter/999999/slutt", signedIn},
	{"POST", "/redaksjon/konto/okter/slutt", "/redaksjon/konto/okter/slutt", signedIn},
	{"GET", "/redaksjon/konto/opplysninger.json", "/redaksjon/konto/opplysninger.json", signedIn},
	{"GET", "/redaksjon/konto/slett", "/redaksjon/konto/slett", signedIn},
	{"POST", "/redaksjon/konto/slett", "/redaksjon/konto/slett", signedIn},
	{"GET", "/redaksjon/personer", "/redaksjon/personer?kommune=1804", managers},
	{"POST", "/redaksjon/personer/inviter", "/redaksjon/personer/inviter?kommune=1804", managers},
	{"POST", "/redaksjon/personer/invitasjoner/:id/trekk-tilbake", "/redaksjon/personer/invitasjoner/1/trekk-tilbake?kommune=1804", managers},
	{"POST", "/redaksjon/personer/svar/:id", "/redaksjon/personer/svar/999999?kommune=1804", managers},
	{"POST", "/redaksjon/personer/:account/rolle", "/redaksjon/personer/{a}/rolle?kommune=1804", managers},
	{"GET", "/redaksjon/personer/:account/fjern", "/redaksjon/personer/{a}/fjern?kommune=1804", managers},
	{"POST", "/redaksjon/personer/:account/fjern", "/redaksjon/personer/{a}/fjern?kommune=1804", managers},
	{"GET", "/redaksjon/konto/sikkerhet/", "/redaksjon/konto/sikkerhet/", signedIn},
	{"POST", "/redaksjon/konto/sikkerhet/passnokkel/:id/fjern", "/redaksjon/konto/sikkerhet/passnokkel/1/fjern", signedIn},
	{"POST", "/redaksjon/konto/sikkerhet/app/fjern", "/redaksjon/konto/sikkerhet/app/fjern", signedIn},
	{"POST", "/redaksjon/konto/sikkerhet/koder", "/redaksjon/konto/sikkerhet/koder", ""}, // nobody here has a factor to renew codes for
	{"POST", "/redaksjon/konto/sikkerhet/innlogging/fjern", "/redaksjon/konto/sikkerhet/innlogging/fjern", signedIn},

	{"GET", "/redaksjon/meldinger", "/redaksjon/meldinger", signedIn},
	{"GET", "/redaksjon/meldinger/:id", "/redaksjon/meldinger/{r}", contributors},
	{"POST", "/redaksjon/meldinger/:id", "/redaksjon/meldinger/{r}", contributors},

	{"GET", "/redaksjon/jobber", "/redaksjon/jobber", nationals},
	{"POST", "/redaksjon/jobber/:id/igjen", "/redaksjon/jobber/1/igjen", nationals},
	{"POST", "/redaksjon/jobber/:id/dropp", "/redaksjon/jobber/1/dropp", nationals},

	{"GET", "/redaksjon/tilganger", "/redaksjon/tilganger?kommune=1804", managers},
	{"POST", "/redaksjon/tilganger", "/redaksjon/tilganger?kommune=1804", managers},
	{"GET", "/redaksjon/tilganger/:id/trekk-tilbake", "/redaksjon/tilganger/{k}/trekk-tilbake", managers},
	{"POST", "/redaksjon/tilganger/:id/trekk-tilbake", "/redaksjon/tilganger/{k}/trekk-tilbake", managers},

	{"GET", "/redaksjon/abonnement", "/redaksjon/abonnement", nationals},
	{"POST", "/redaksjon/abonnement", "/redaksjon/abonnement", nationals},
	{"GET", "/redaksjon/abonnement/:id", "/redaksjon/abonnement/{w}", nationals},
	{"POST", "/redaksjon/abonnement/:id/kontakt", "/redaksjon/abonnement/{w}/kontakt", nationals},
	{"GET", "/redaksjon/abonnement/:id/nokkel", "/redaksjon/abonnement/{w}/nokkel", nationals},
	{"POST", "/redaksjon/abonnement/:id/nokkel", "/redaksjon/abonnement/{w}/nokkel", nationals},
	{"POST", "/redaksjon/abonnement/:id/prove", "/redaksjon/abonnement/{w}/prove", nationals},
	{"POST", "/redaksjon/abonnement/:id/start", "/redaksjon/abonnement/{w}/start", nationals},
	{"POST", "/redaksjon/abonnement/:id/leveringer/:delivery/igjen", "/redaksjon/abonnement/{w}/leveringer/1/igjen", nationals},
	{"GET", "/redaksjon/abonnement/:id/slett", "/redaksjon/abonnement/{w}/slett", nationals},
	{"POST", "/redaksjon/abonnement/:id/slett", "/redaksjon/abonnement/{w}/slett", nationals},

	{"GET", "/redaksjon/mange", "/redaksjon/mange?kommune=1804", managers},
	{"GET", "/redaksjon/mange/last-ned", "/redaksjon/mange/last-ned?kommune=1804&format=csv", managers},
	{"POST", "/redaksjon/mange/fil", "/redaksjon/mange/fil?kommune=1804", managers},
	{"GET", "/redaksjon/mange/fil/:id", "/redaksjon/mange/fil/1?kommune=1804", managers},
	{"POST", "/redaksjon/mange/fil/:id", "/redaksjon/mange/fil/1?kommune=1804", managers},
	{"GET", "/redaksjon/mange/erstatt", "/redaksjon/mange/erstatt?kommune=1804", managers},
	{"POST", "/redaksjon/mange/erstatt", "/redaksjon/mange/erstatt?kommune=1804", managers},
	{"POST", "/redaksjon/mange/angre/:id", "/redaksjon/mange/angre/1?kommune=1804", managers},
}

// theirs finds what an address names by its id and is Bodø's.
var theirs = regexp.MustCompile(`\{[ochrtk]\}`)

// open are the beginnings of routes that need no session: signing in, and what holders of
// a link or a reader do. Their own tests say who gets what there.
var open = []string{"/logg-inn", "/logg-ut", "/bekreft", "/meld-feil"}

func TestRolesOfEveryRoute(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	s.staff.deps.PreviewArticle = func(context.Context, *article.Article) (templ.Component, error) { return templ.Raw(""), nil }
	o := s.ownOffering("test/a", "1804")
	people := map[byte]*person{
		'0': s.anyone(), 'f': s.person("eva@test.example.org", manager(bergen)), 'c': s.person("kari@test.example.org", contributor(bodo)),
		'm': s.person("ola@test.example.org", manager(bodo)), 'n': s.national("per@test.example.org"),
	}
	fill := strings.NewReplacer("{o}", strconv.FormatInt(o.ID, 10), "{a}", strconv.FormatInt(people['f'].account.ID, 10),
		"{c}", strconv.FormatInt(s.courseOf(o.ID).ID, 10),
		"{r}", strconv.FormatInt(s.reportOf(o.ID), 10), "{h}", strconv.FormatInt(s.heldChange(), 10), "{t}", strconv.FormatInt(s.taskOf(bodo), 10), "{w}", strconv.FormatInt(s.webhookOf(), 10),
		"{k}", strconv.FormatInt(s.tokenOf(people['m'].account.Actor(), bodo), 10))
	for _, r := range routes {
		path := fill.Replace(r.path)
		for role, name := range roles {
			// Nothing of the form is right: nobody changes what the next one is asked about.
			request := httptest.NewRequest(r.method, path, nil)
			if r.method == http.MethodPost {
				request = httptest.NewRequest(r.method, path, bytes.NewReader([]byte(url.Values{"versjon": {"-1"}, "handling": {"ingen"}}.Encode())))
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				request.Header.Set("Sec-Fetch-Site", "same-origin")
			}
			a := people[role].do(request)
			// What somebody else's id names is for a stranger as if it were not there.
			if strings.IndexByte(r.who, role) < 0 && role == 'f' && theirs.MatchString(r.path) {
				if a.StatusCode != http.StatusNotFound {
					t.Errorf("%s %s as %s: status %d, want 404", r.method, path, name, a.StatusCode)
				}
				continue
			}
			through := a.StatusCode != http.StatusForbidden && !strings.HasPrefix(a.Header.Get("Location"), "/logg-inn")
			if want := strings.IndexByte(r.who, role) >= 0; through != want {
				t.Errorf("%s %s as %s: status %d, location %q; comes through %v, want %v", r.method, path, name, a.StatusCode, a.Header.Get("Location"), through, want)
			}
			if got := a.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s %s as %s: Cache-Control %q, want no-store", r.method, path, name, got)
			}
			if got := a.Header.Get("Cross-Origin-Resource-Policy"); got != "same-origin" {
				t.Errorf("%s %s as %s: Cross-Origin-Resource-Policy %q, want same-origin", r.method, path, name, got)
			}
			if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("%s %s as %s: pages of %q may read it", r.method, path, name, got)
			}
			if through && a.StatusCode == http.StatusOK && strings.HasPrefix(a.body, "<!doctype html") && !strings.Contains(a.body, `action="/logg-ut"`) {
				t.Errorf("%s %s as %s: the page does not let one sign out", r.method, path, name)
			}
			for _, e := range htmlcheck.Parse(a.body).All("textarea[name]") {
				if !slices.Contains(manyLines, e.Attr("name")) {
					t.Errorf("%s %s as %s: %s has several lines, and is not one of manyLines", r.method, path, name, e.Attr("name"))
				}
			}
			if a.StatusCode >= 500 {
				t.Errorf("%s %s as %s: status %d: %.300s", r.method, path, name, a.StatusCode, a.body)
			}
		}
		// A form from another site.
		if r.method == http.MethodPost {
			forged := httptest.NewRequest(r.method, path, nil)
			forged.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if a := people['n'].do(forged); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s from elsewhere: status %d, want 403", r.method, path, a.StatusCode)
			}
		}
	}
}

func TestEveryRouteHasItsRoles(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", false)
	var listed []string
	for _, r := range routes {
		listed = append(listed, r.method+" "+r.route)
	}
	there := map[string]bool{}
	for _, r := range s.app.GetRoutes(true) {
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			continue
		}
		if slices.ContainsFunc(open, func(prefix string) bool { return strings.HasPrefix(r.Path, prefix) }) {
			continue
		}
		name := r.Method + " " + r.Path
		there[name] = true
		if !slices.Contains(listed, name) {
			t.Errorf("%s: who comes through? Put it into the table.", name)
		}
	}
	for _, name := range listed {
		if !there[name] {
			t.Errorf("%s is in the table, and there is no such route", name)
		}
	}
}
