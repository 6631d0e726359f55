package server

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/html"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/staff"
)

// door is an answer of the program.
type door struct {
	target, route string
	kind          string // media type
	status        int
	header        http.Header
	body          string
}

// read asks for all that the program answers by GET: what links lead to, beginning at the
// front pages and the addresses that nothing leads to, and at most a few of each route.
func (w *hostileWorld) read(each int) []door {
	w.t.Helper()
	var routes []string
	for _, r := range w.app.GetRoutes(true) {
		if r.Method == http.MethodGet && r.Path != "/assets/:name" { // files of the program
			routes = append(routes, r.Path)
		}
	}
	todo := slices.Concat(w.doors, []string{
		"/", "/nn", "/en", "/redaksjon", "/logg-inn", "/logg-inn/kode", "/logg-inn/bekreft", "/logg-inn/bekreft/ny/app", "/logg-inn/lenke/x", "/healthz", "/readyz", "/metrics", "/opensearch.xml", "/sitemap.xml", "/robots.txt",
		"/.well-known/security.txt", "/favicon.ico", "/sw.js", "/bygg-inn/stil.css", "/bygg-inn/tilbud.js", "/bygg-inn/1804", "/nn/bygg-inn/1804", "/en/bygg-inn/1804?farge=ffd400",
		"/sok?q=tilbud", "/sok?q=xyzzy", "/nn/sok?q=kurs", "/en/sok?q=tilbud&kommune=1804", "/hvor?q=8006", "/nn/hvor?q=8006", "/en/hvor?q=Tverlandet", "/kommune/1842", "/tilbud/999-qx",
		"/kart?type=annet", "/nn/kart?type=annet", "/en/kart?type=annet", "/kart.csv?type=annet", "/nn/kart.csv?type=annet", "/en/kart.csv?type=annet", "/kart.svg?type=annet", "/nn/kart.svg?type=annet", "/en/kart.svg?type=annet", "/kart/posisjon.json?lat=60&lon=10", "/nn/kart/posisjon.json?lat=60&lon=10", "/en/kart/posisjon.json?lat=60&lon=10",
		"/api/v1/artikler", "/api/v1/endringer", "/api/v1/forslag?q=bod", "/api/v1/fylker", "/api/v1/kommuner", "/api/v1/kommuner/1804", "/api/v1/kommuner/1804/tilbud", "/api/v1/kurs", "/api/v1/sted?q=8006", "/api/v1/tall", "/api/v1/tilbud?q=tilbud", "/api/v1/typer", "/api/v1/openapi.json", "/api/v1/docs",
		"/api/v1/artikler/ta-vare-pa-barna/side", "/api/v1/docs/prov/tilbud?q=x",
		"/hsds/v3/", "/hsds/v3/services?full=true", "/hsds/v3/services?format=ndjson", "/hsds/v3/organizations?full_service=true", "/hsds/v3/service_at_locations?full=true", "/hsds/v3/taxonomies", "/hsds/v3/taxonomy_terms", "/hsds/v3/profile",
		"/fhir/R4/metadata", "/fhir/R4/HealthcareService", "/fhir/R4/Location", "/fhir/R4/Organization", "/fhir/R4/HealthcareService/_search", "/fhir/R4/Qx", "/fhir/R4/Location/x/_history/1", "/fhir/R4/qx/qx/qx",
		"/henvis?kommune=1804&parorende=1804&om=rus", "/nn/henvis?kommune=1804", "/en/henvis?kommune=1804", "/min-liste", "/meld-feil", "/meld-feil/takk", "/nn/meld-feil/takk", "/en/meld-feil/takk", "/meld-feil?kommune=1804", "/meld-feil/svar", "/nodkort",
		"/kart/kommuner/x", "/nn/kart/kommuner/x", "/en/kart/kommuner/x", "/bygg-inn", "/nn/bygg-inn", "/en/bygg-inn", "/for-utviklere/endringslogg.atom", "/om/tall.csv", "/kurs.ics", "/nn/kurs.ics", "/en/kurs.ics",
		"/redaksjon/mange/last-ned?kommune=1804&format=csv", "/redaksjon/mange/last-ned?kommune=1804&format=xlsx", "/redaksjon/konto/opplysninger.json", "/redaksjon/konto/slett", "/redaksjon/hendelser", "/redaksjon/jobber", "/redaksjon/kommuneendringer?kommune=1804",
		"/redaksjon/tilbud/ny?kommune=1804", "/redaksjon/artikler/ny", "/redaksjon/artikler/ta-vare-pa-barna/side", "/redaksjon/kvalitet?kommune=1804", "/redaksjon/personer?kommune=1804", "/redaksjon/tilganger?kommune=1804", "/redaksjon/mange?kommune=1804", "/redaksjon/mange/erstatt?kommune=1804", "/redaksjon/hverdagsord/ord?ord=sliten", "/redaksjon/uten-adresse", "/redaksjon/kommuner/1804", "/redaksjon/begreper/tema/rus", "/redaksjon/typer/annet", "/redaksjon/abonnement", "/redaksjon/meldinger", "/redaksjon/brukere",
	})
	for _, o := range w.offerings {
		todo = append(todo, fmt.Sprintf("/redaksjon/tilbud/%d/historikk", o))
	}
	for _, section := range article.Sections() {
		todo = append(todo, "/"+section, "/"+section+"/side", "/nn/"+section, "/nn/"+section+"/side", "/en/"+section, "/en/"+section+"/side")
	}
	for list, kind := range map[string]string{"/hsds/v3/services": "services", "/hsds/v3/organizations": "organizations", "/hsds/v3/service_at_locations": "service_at_locations", "/hsds/v3/taxonomies": "taxonomies", "/hsds/v3/taxonomy_terms": "taxonomy_terms"} {
		_, body := do(w.t, w.app, http.MethodGet, list)
		for _, m := range regexp.MustCompile(`\{"id":"([0-9a-f-]{36})"`).FindAllStringSubmatch(body, 2) {
			todo = append(todo, "/hsds/v3/"+kind+"/"+m[1])
		}
	}
	for _, name := range w.files.Names() {
		todo = append(todo, "/data/"+name)
	}
	sheet := w.sheet()
	for _, language := range []string{"", "/nn", "/en"} {
		todo = append(todo, language+sheet, language+sheet+"/qr.svg")
	}
	must := len(todo)
	var out []door
	seen, count := map[string]bool{}, map[string]int{}
	for i := 0; i < len(todo); i++ {
		target := todo[i]
		if seen[target] {
			continue
		}
		seen[target] = true
		path, _, _ := strings.Cut(target, "?")
		route := ""
		for _, r := range routes {
			if fiber.RoutePatternMatch(path, r) {
				route = r
				break
			}
		}
		if i >= must && count[route] >= each {
			continue
		}
		count[route]++
		resp, body := do(w.t, w.app, http.MethodGet, target, "Cookie", staff.SessionCookie+"="+w.session)
		kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		d := door{target, route, kind, resp.StatusCode, resp.Header, body}
		if to := resp.Header.Get("Location"); to != "" {
			todo = append(todo, local(to)...)
			must = max(must, min(len(todo), must+1)) // what is led on to is read as what was asked for
		}
		out = append(out, d)
		todo = append(todo, d.leadsTo()...)
	}
	for _, r := range routes {
		if count[r] == 0 {
			w.t.Errorf("%s was not read: no link leads there, and no address stands in the list", r)
		}
	}
	return out
}

// sheet makes a list for a family by the form, and returns where it stands.
func (w *hostileWorld) sheet() string {
	w.t.Helper()
	resp, _ := do(w.t, w.app, http.MethodGet, fmt.Sprintf("/henvis?kommune=1804&deres=1811&hvem=barn&om=rus&lag=1&valgt=%d&valgt=%d", w.offerings[0], w.offerings[1]))
	to := resp.Header.Get("Location")
	if !strings.HasPrefix(to, "/henvisning/") {
		w.t.Fatalf("the form gives no sheet: %d, %q", resp.StatusCode, to)
	}
	return to
}

// local returns the address as a target of this site, or nothing.
func local(address string) []string {
	address = strings.TrimPrefix(address, "http://oversikt.test")
	address, _, _ = strings.Cut(address, "#")
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.HasPrefix(address, "/assets/") {
		return nil
	}
	if _, err := url.ParseRequestURI(address); err != nil || strings.ContainsAny(address, " \"<>\\^`{|}") {
		return nil
	}
	return []string{address}
}

var addressInJSON = regexp.MustCompile(`"(http://oversikt\.test/[^"\\]*)"`)

// leadsTo returns the addresses of this site that stand in the answer.
func (d door) leadsTo() []string {
	var out []string
	switch d.kind {
	case "text/html":
		doc, err := html.Parse(strings.NewReader(d.body))
		if err != nil {
			return nil
		}
		for n := range doc.Descendants() {
			for _, a := range n.Attr {
				if n.Data == "a" && a.Key == "href" || n.Data == "link" && a.Key == "href" {
					out = append(out, local(a.Val)...)
				}
			}
		}
	case "application/json", "application/ld+json", "application/fhir+json":
		for _, m := range addressInJSON.FindAllStringSubmatch(d.body, -1) {
			out = append(out, local(m[1])...)
		}
	case "application/xml", "text/xml":
		for _, m := range regexp.MustCompile(`<loc>([^<]*)</loc>`).FindAllStringSubmatch(d.body, -1) {
			out = append(out, local(html.UnescapeString(m[1]))...)
		}
	}
	return out
}
