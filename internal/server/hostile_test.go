package server

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/http"
	netmail "net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/gofiber/fiber/v2"
	gomail "github.com/wneessen/go-mail"
	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/mail"
	"github.com/nasjonal-oversikt/oversikt/internal/staff"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// hostile is what somebody may write where a name or a text is asked for. Each holds "qx" in
// what it would make, so that what came of it is found. Postgres stores neither NUL nor
// halves of surrogates; those are tried on the ways in.
var hostile = []struct{ name, text string }{
	{"script", `<script>qx()</script>`},
	{"end of a script", `</script><script>qx()</script>`},
	{"comment in a script", `<!--<script>qx`},
	{"end of a comment", `--><qx-ny onclick=qx()>`},
	{"end of CDATA", `]]><qx-ny>`},
	{"image", `"><img src=qx onerror=qx()>`},
	{"attribute", `" onfocus="qx()" autofocus="`},
	{"attribute, single", `' onfocus='qx()' autofocus='`},
	{"attribute, bare", " onfocus=qx() "},
	{"end of title and textarea", `</title></textarea></style></noscript><qx-ny>`},
	{"svg", `<svg/onload=qx()>`},
	{"frame", `<iframe srcdoc="<script>qx()</script>">`},
	{"form", `</form><form action="https://qx.example.org/">`},
	{"base", `<base href="https://qx.example.org/">`},
	{"refresh", `<meta http-equiv=refresh content="0;url=https://qx.example.org/">`},
	{"style", `<style>@import "https://qx.example.org/";</style>`},
	{"markdown link", `[qx](javascript:qx())`},
	{"markdown link, hidden", "[qx](java\tscript:qx()) [qx](&#106;avascript:qx()) ![qx](data:text/html,qx)"},
	{"markdown html", "\n\n<div onclick=\"qx()\">qx</div>\n\n"},
	{"link", `javascript:qx()`},
	{"entity", `&lt;qx&gt;&qx;&#60;qx-ny&#62;`},
	{"document type", `<!DOCTYPE x [<!ENTITY qx SYSTEM "file:///etc/passwd">]>`},
	{"template", `{{qx}} ${qx} #{qx} <%= qx %> {%qx%} {{constructor.constructor('qx()')()}}`},
	{"turtle", `""" . <https://qx.example.org/> a <qx> . """ \` + "\n"},
	{"line separators", "qx\u2028qx\u2029qx"},
	{"mail header", "qx\r\nBcc: qx@example.org\r\n\r\nqx"},
	{"calendar", "qx\r\nATTENDEE:mailto:qx@example.org\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nX-QX:1"},
	{"log", "qx\n{\"msg\":\"qx\"}"},
	{"format", "%s%n%d%qx %!(EXTRA qx)"},
	{"long word", "qx" + strings.Repeat("å", 120)},
	{"pile", "qx" + strings.Repeat("\u0301\u0489", 60)},
}

// unseen are characters that no text of a person holds, and no door lets in: they steer
// terminals, turn the order of what is read, cannot stand in XML, or are none.
var unseen = []string{"\x1b[31mqx\x1b]0;qx\x07", "qx\x01", "qx\x08", "qx\x0b", "qx\x0c", "qx\x1f", "qx\x7f", "qx\u0085", "qx\u009b31m", "qx\u202eqx", "qx\u2066qx\u2069", "qx\ufffeqx", "qx\uffff", "qx\U000e0041"}

// formulas are what a spreadsheet may carry out where a cell begins with it.
var formulas = []string{`=HYPERLINK("https://qx.example.org/?"&A1;"qx")`, "+qx+1", "-qx+1", "@SUM(qx)", "\t=qx()", "\r=qx()", "\n=qx()", " =qx()", "\u200b=qx()", "＝qx()", "\"=qx()", ";=qx()", "'=qx()"}

func markupText() string {
	var b strings.Builder
	for _, h := range hostile {
		b.WriteString("merke " + h.text + " ")
	}
	return b.String()
}

// addresses that no link may lead to.
var hostileAddresses = []string{"javascript:qx()//", "data:text/html,qx", "\x01javascript:qx()", "https://qx.example.org/\"onmouseover=\"qx()", "//qx.example.org/", "vbscript:qx"}

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
		"/fhir/R4/metadata", "/fhir/R4/HealthcareService", "/fhir/R4/Location", "/fhir/R4/Organization", "/fhir/R4/HealthcareService/_search", "/fhir/R4/Qx", "/fhir/R4/Location/x/_history/1",
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

// faults returns what content has done to the answer.
func (d door) faults() []string {
	var faults []string
	say := func(format string, values ...any) { faults = append(faults, fmt.Sprintf(format, values...)) }
	if d.status >= http.StatusInternalServerError {
		say("status %d", d.status)
	}
	for name, values := range d.header {
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.Contains(name, "Bcc") {
				say("header %s: %q", name, v)
			}
		}
	}
	if to := d.header.Get("Location"); to != "" && local(to) == nil {
		say("leads to %q", to)
	}
	if d.body == "" {
		return faults
	}
	if !utf8.ValidString(d.body) && (strings.HasPrefix(d.kind, "text/") || strings.HasSuffix(d.kind, "json") || strings.HasSuffix(d.kind, "xml")) {
		say("is no UTF-8")
	}
	switch d.kind {
	case "text/html":
		faults = append(faults, htmlFaults(d.body)...)
	case "application/json", "application/problem+json", "application/ld+json", "application/fhir+json", "application/manifest+json", "application/geo+json", "application/schema+json":
		faults = append(faults, jsonFaults([]byte(d.body))...)
	case "application/x-ndjson", "application/jsonl":
		for line := range strings.Lines(d.body) {
			faults = append(faults, jsonFaults([]byte(line))...)
		}
	case "text/csv":
		faults = append(faults, csvFaults(d.body)...)
	case "text/calendar":
		faults = append(faults, calendarFaults(d.body)...)
	case "application/xml", "text/xml", "image/svg+xml", "application/atom+xml", "application/opensearchdescription+xml":
		faults = append(faults, xmlFaults(d.body)...)
	case "text/turtle":
		faults = append(faults, turtleFaults(d.body)...)
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		faults = append(faults, workbookFaults([]byte(d.body))...)
	case "text/plain", "text/javascript", "text/css", "image/x-icon", "image/vnd.microsoft.icon", "application/javascript":
		if strings.Contains(d.body, "merke ") {
			say("%s has content in it", d.kind)
		}
	case "application/gzip", "application/zip":
	default:
		say("nothing is known of %q", d.kind)
	}
	return faults
}

// linking are the attributes that hold an address.
var linking = []string{"href", "src", "action", "formaction", "poster", "data", "xlink:href", "background", "cite", "manifest", "ping", "longdesc", "hx-get", "hx-post"}

// htmlFaults returns the elements, attributes and addresses that no template makes.
func htmlFaults(body string) []string {
	var faults []string
	say := func(format string, values ...any) { faults = append(faults, fmt.Sprintf(format, values...)) }
	if i := strings.IndexFunc(body, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f }); i >= 0 {
		say("control character %q in %q", body[i], body[max(0, i-40):min(len(body), i+10)])
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return append(faults, err.Error())
	}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.CommentNode:
			say("comment %.60q", n.Data)
		case html.ElementNode:
			if strings.Contains(n.Data, "qx") || slices.Contains([]string{"iframe", "object", "embed", "base", "style", "frame", "frameset", "applet", "math"}, n.Data) {
				say("element %s", n.Data)
			}
			if n.Data == "meta" && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "http-equiv" }) {
				say("meta http-equiv")
			}
			for _, a := range n.Attr {
				if strings.Contains(a.Key, "qx") || strings.HasPrefix(a.Key, "on") || strings.ContainsAny(a.Key, "\"'<>`") || slices.Contains([]string{"style", "srcdoc", "autofocus", "nonce"}, a.Key) {
					say("attribute %s=%.60q on %s", a.Key, a.Val, n.Data)
				}
				if slices.Contains(linking, a.Key) {
					if fault := addressFault(a.Val); fault != "" {
						say("%s of %s: %s", a.Key, n.Data, fault)
					}
				}
				if strings.Contains(a.Key, "srcset") {
					say("srcset on %s", n.Data)
				}
			}
			if n.Data == "script" {
				faults = append(faults, scriptFaults(n)...)
			}
		}
	}
	return faults
}

// addressFault says why nothing may lead to the address, or "".
func addressFault(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	switch {
	case err != nil:
		return fmt.Sprintf("%.80q is no address", address)
	case !slices.Contains([]string{"", "http", "https", "mailto", "tel", "sms", "otpauth"}, u.Scheme):
		return fmt.Sprintf("leads to %.80q", address)
	case u.Scheme == "" && u.Host != "":
		return fmt.Sprintf("leads to another host, %.80q", address)
	}
	return ""
}

// scriptFaults holds that a script is a file of this site, or data that is whole.
func scriptFaults(n *html.Node) []string {
	at, kind := "", ""
	for _, a := range n.Attr {
		switch a.Key {
		case "src":
			at = a.Val
		case "type":
			kind = a.Val
		}
	}
	if strings.HasPrefix(at, "/") && !strings.HasPrefix(at, "//") && n.FirstChild == nil {
		return nil
	}
	if at == "" && n.FirstChild != nil && (kind == "application/ld+json" || kind == "application/json") {
		return jsonFaults([]byte(n.FirstChild.Data))
	}
	return []string{fmt.Sprintf("script %q of kind %q", at, kind)}
}

// jsonFaults holds that content is JSON, and that what is called an address leads somewhere
// good. In it, HTML for people (FHIR's narrative) is held to what XHTML and FHIR allow.
func jsonFaults(content []byte) []string {
	var faults []string
	var v any
	if err := json.Unmarshal(content, &v); err != nil {
		return []string{fmt.Sprintf("no JSON: %v: %.200q", err, content)}
	}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(k, x)
			}
		case []any:
			for _, x := range v {
				walk(key, x)
			}
		case string:
			switch {
			case key == "div" && strings.HasPrefix(v, "<div"):
				faults = append(faults, narrativeFaults(v)...)
			case key == "url" || key == "nettsted" || key == "uri" || key == "homepage":
				if fault := addressFault(v); fault != "" {
					faults = append(faults, key+": "+fault)
				}
			}
		}
	}
	walk("", v)
	return faults
}

// narrativeFaults holds a FHIR narrative to the elements that FHIR's invariant txt-1 names.
func narrativeFaults(div string) []string {
	faults := xmlFaults(div)
	d := xml.NewDecoder(strings.NewReader(div))
	for {
		token, err := d.Token()
		if err != nil {
			return faults
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains(strings.Fields("a abbr b br blockquote caption code dd div dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre small span strong sub sup table tbody td tfoot th thead tr ul"), e.Name.Local) {
			faults = append(faults, "narrative has "+e.Name.Local)
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") {
				faults = append(faults, "narrative has "+a.Name.Local)
			}
			if a.Name.Local == "href" || a.Name.Local == "src" {
				if fault := addressFault(a.Value); fault != "" {
					faults = append(faults, "narrative "+fault)
				}
			}
		}
	}
}

// csvFaults holds that all rows are as wide as the first, and that no cell is a formula: not
// either where a spreadsheet divides at another character.
func csvFaults(body string) []string {
	var faults []string
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
	if header, _, _ := strings.Cut(body, "\n"); strings.Contains(header, ";") {
		r.Comma = ';'
	}
	rows, err := r.ReadAll()
	if err != nil {
		return []string{"no CSV: " + err.Error()}
	}
	for i, row := range rows {
		for j, cell := range row {
			// A number with a sign is one.
			if _, err := strconv.ParseFloat(strings.Replace(cell, ",", ".", 1), 64); err == nil {
				continue
			}
			if bare := strings.TrimLeft(cell, "\t\r\n \u200b\ufeff"); bare != "" && strings.ContainsAny(bare[:1], "=+-@") || strings.HasPrefix(bare, "＝") {
				faults = append(faults, fmt.Sprintf("row %d, %s: %.60q", i+1, rows[0][j], cell))
			}
		}
	}
	return faults
}

// workbookFaults holds that no cell is a formula or leads anywhere but out.
func workbookFaults(content []byte) []string {
	var faults []string
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		return []string{"no workbook: " + err.Error()}
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			return append(faults, err.Error())
		}
		for i, row := range rows {
			for j := range row {
				at, err := excelize.CoordinatesToCellName(j+1, i+1)
				if err != nil {
					return append(faults, err.Error())
				}
				if formula, err := f.GetCellFormula(sheet, at); err != nil || formula != "" {
					faults = append(faults, fmt.Sprintf("%s %s: formula %q, %v", sheet, at, formula, err))
				}
				if kind, err := f.GetCellType(sheet, at); err != nil || kind == excelize.CellTypeFormula {
					faults = append(faults, fmt.Sprintf("%s %s: kind %d, %v", sheet, at, kind, err))
				}
				if linked, to, err := f.GetCellHyperLink(sheet, at); err != nil || linked && addressFault(to) != "" {
					faults = append(faults, fmt.Sprintf("%s %s: link to %q, %v", sheet, at, to, err))
				}
			}
		}
	}
	return faults
}

// calendarProperties are those that the program writes.
var calendarProperties = strings.Fields("BEGIN END VERSION PRODID METHOD CALSCALE NAME X-WR-CALNAME X-WR-TIMEZONE X-WR-CALDESC X-PUBLISHED-TTL REFRESH-INTERVAL SOURCE URL TZID TZOFFSETFROM TZOFFSETTO TZNAME DTSTART DTEND DTSTAMP RRULE UID SUMMARY DESCRIPTION LOCATION GEO STATUS SEQUENCE LAST-MODIFIED CATEGORIES TRANSP CLASS COLOR")

func calendarFaults(body string) []string {
	var faults []string
	if _, err := ics.ParseCalendar(strings.NewReader(body)); err != nil {
		faults = append(faults, "no calendar: "+err.Error())
	}
	for line := range strings.SplitSeq(body, "\r\n") {
		if len(line) > 75 || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			faults = append(faults, fmt.Sprintf("line of %d octets, or with a control character: %.60q", len(line), line))
		}
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSuffix(body, "\r\n"), "\r\n ", ""), "\r\n") {
		name, _, ok := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		if !ok || !slices.Contains(calendarProperties, name) {
			faults = append(faults, fmt.Sprintf("property %.60q", line))
		}
	}
	return faults
}

// xmlFaults holds that content is XML without a document type, and that no element or
// attribute in it came from elsewhere.
func xmlFaults(body string) []string {
	var faults []string
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return faults
		}
		if err != nil {
			return append(faults, "no XML: "+err.Error())
		}
		switch e := token.(type) {
		case xml.Directive, xml.Comment:
			faults = append(faults, fmt.Sprintf("%T %.60q", e, e))
		case xml.StartElement:
			if strings.Contains(e.Name.Local, "qx") || e.Name.Local == "script" || e.Name.Local == "foreignObject" {
				faults = append(faults, "element "+e.Name.Local)
			}
			for _, a := range e.Attr {
				if strings.Contains(a.Name.Local, "qx") || strings.HasPrefix(a.Name.Local, "on") {
					faults = append(faults, "attribute "+a.Name.Local)
				}
				if a.Name.Local == "href" {
					if fault := addressFault(a.Value); fault != "" {
						faults = append(faults, fault)
					}
				}
			}
		}
	}
}

// turtleToken is one token of what Turtle of this program consists of (RDF 1.1 Turtle,
// section 6.5): addresses, texts, names and signs.
var turtleToken = regexp.MustCompile(`^(?:\s+|#[^\n]*|<[^\x00-\x20<>"{}|^` + "`" + `\\]*>|"(?:[^"\\\n\r]|\\[tbnrf"'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*"|@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*|\^\^|[.;,\[\]()]|_:[\w.-]*\w|[A-Za-z][\w.-]*:(?:[\w-]+(?:\.[\w-]+)*)?|[+-]?[0-9]+(?:\.[0-9]+)?|true|false|a\b|\(|\))`)

func turtleFaults(body string) []string {
	for rest := body; rest != ""; {
		m := turtleToken.FindString(rest)
		if m == "" {
			return []string{fmt.Sprintf("no Turtle: %.80q", rest)}
		}
		if strings.HasPrefix(m, "<") && len(m) > 2 {
			if u, err := url.Parse(m[1 : len(m)-1]); err != nil || !slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme) {
				return []string{"names " + m}
			}
		}
		rest = rest[len(m):]
	}
	return nil
}

// check says what is wrong with any of the answers.
func (w *hostileWorld) check(what string, doors []door) {
	w.t.Helper()
	said := map[string]bool{}
	for _, d := range doors {
		for _, fault := range d.faults() {
			if key := d.route + fault; !said[key] {
				said[key] = true
				w.t.Errorf("%s: %s (%s): %s", what, d.target, d.kind, fault)
			}
		}
	}
}

// An index that is built anew gives new answers, whatever was kept of those before: after a
// restore the numbers in the old ones may be wrong.
func TestIndexBuiltAnewGivesNewAnswers(t *testing.T) {
	w := newHostileWorld(t)
	targets := []string{fmt.Sprintf("/tilbud/%d", w.offerings[0]), fmt.Sprintf("/api/v1/tilbud/%d", w.offerings[0]), "/api/v1/tilbud", "/hsds/v3/services", "/fhir/R4/HealthcareService", "/data/tilbud.csv", "/kurs.ics"}
	tags := map[string]string{}
	for _, target := range targets {
		for range 3 { // what is asked for again is kept
			resp, _ := do(t, w.app, http.MethodGet, target)
			tags[target] = resp.Header.Get("ETag")
		}
	}
	w.put([]string{"endret"}, []string{"https://endret.example.org/"})
	for _, target := range targets {
		if resp, body := do(t, w.app, http.MethodGet, target); !strings.Contains(body, "endret") && !strings.Contains(resp.Header.Get("Location"), "endret") {
			t.Errorf("%s is as before", target)
		}
		if resp, _ := do(t, w.app, http.MethodGet, target, "If-None-Match", tags[target]); resp.StatusCode == http.StatusNotModified {
			t.Errorf("%s: whoever has the answer from before is told that it is as it was", target)
		}
	}
}

// Whatever stands in the database, every answer of the program is what it was to be: nothing
// of a text becomes an element, an attribute, a script, an address to follow, a formula, a
// property of a calendar or a line of its own.
func TestHostileContentInEveryAnswer(t *testing.T) {
	w := newHostileWorld(t)
	w.check("no hostile content", w.read(2))
	const short = `merke "><img src=qx onerror=qx()></script><qx-ny>'&lt;`
	stored, refused := w.put([]string{markupText(), short, "merke <qx-ny>"}, hostileAddresses)
	t.Logf("%d columns have it: %s", len(stored), strings.Join(stored, " "))
	if len(refused) > 0 {
		t.Errorf("constraints refuse it in %q: is it tried by their own ways?", refused)
	}
	doors := w.read(3)
	w.check("markup", doors)
	shown := map[string]int{}
	for _, d := range doors {
		if strings.Contains(d.body, "merke ") {
			shown[d.kind]++
		}
	}
	t.Logf("%d answers, of which with the text: %v", len(doors), shown)
	// The text has to be there for its absence as markup to say anything.
	for _, kind := range strings.Fields("text/html application/json application/x-ndjson application/ld+json application/fhir+json text/csv text/calendar text/turtle image/svg+xml") {
		if shown[kind] == 0 {
			t.Errorf("no %s has the text: the test does not see what it should", kind)
		}
	}
	if len(stored) < 90 {
		t.Errorf("the text stands in %d columns only: %q", len(stored), stored)
	}
	checkLogLines(t, w.log.String())
}

// checkLogLines holds that each line of the log is one JSON object, whatever was asked.
func checkLogLines(t *testing.T, log string) {
	t.Helper()
	for line := range strings.Lines(log) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields["msg"] == "qx" || strings.Contains(line, "merke ") {
			t.Errorf("the log has %.300s", line)
		}
	}
}

// Whatever a text begins with, no spreadsheet carries it out.
func TestFormulasInEveryTable(t *testing.T) {
	w := newHostileWorld(t)
	targets := []string{"/kart.csv?type=annet", "/redaksjon/mange/last-ned?kommune=1804&format=csv", "/redaksjon/mange/last-ned?kommune=1804&format=xlsx"}
	for _, name := range w.files.Names() {
		if strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".xlsx") {
			targets = append(targets, "/data/"+name)
		}
	}
	for _, formula := range formulas {
		w.put([]string{formula}, []string{seedAddress})
		seen := 0
		var doors []door
		for _, target := range targets {
			resp, body := do(t, w.app, http.MethodGet, target, "Cookie", staff.SessionCookie+"="+w.session)
			kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
			if resp.StatusCode != http.StatusOK {
				t.Errorf("%s = %d", target, resp.StatusCode)
			}
			if strings.Contains(body, "qx") {
				seen++
			}
			doors = append(doors, door{target: target, route: target, kind: kind, status: resp.StatusCode, header: resp.Header, body: body})
		}
		if seen < 5 {
			t.Errorf("%q is in %d tables only: the test does not see what it should", formula, seen)
		}
		w.check(fmt.Sprintf("%q", formula), doors)
	}
}

// Characters that nobody writes or sees come in by no way: each is refused, or left out.
func TestUnseenCharactersComeInNowhere(t *testing.T) {
	w := newHostileWorld(t)
	ctx := t.Context()
	_, secret, err := w.store.CreateToken(ctx, tester, store.Token{Owner: bodo, Name: "Test", Scopes: store.Scopes()}, func(store.Token) store.Mail { return store.Mail{} })
	w.must(err)
	o, err := w.store.OfferingByID(ctx, w.offerings[0])
	w.must(err)
	courses, err := w.store.CoursesOf(ctx, w.offerings)
	w.must(err)
	refused := 0
	check := func(what string, err error) {
		t.Helper()
		var invalid directory.Invalid
		switch {
		case errors.As(err, &invalid):
			refused++
		case err != nil:
			t.Errorf("%s: %v, want it said which field is wrong", what, err)
		}
	}
	for i, bad := range append(slices.Clone(unseen), "qx\x00") {
		text := "Prøve " + bad
		for _, change := range []func(*directory.Offering){
			func(o *directory.Offering) { o.Name = text }, func(o *directory.Offering) { o.Summary = text }, func(o *directory.Offering) { o.Description = text }, func(o *directory.Offering) { o.Audience = text },
			func(o *directory.Offering) { o.Organization.Name = text }, func(o *directory.Offering) { o.Keywords = []string{text} }, func(o *directory.Offering) { o.Coverage.Bydel = text }, func(o *directory.Offering) { o.OpeningText = text },
			func(o *directory.Offering) { o.Cost.Text = text }, func(o *directory.Offering) { o.Referral.Text = text }, func(o *directory.Offering) { o.Complaint = text }, func(o *directory.Offering) { o.Source.Title = text },
			func(o *directory.Offering) { o.Locations = []directory.Location{{Name: text}} }, func(o *directory.Offering) { o.Locations = []directory.Location{{Street: text}} },
			func(o *directory.Offering) {
				o.Locations = []directory.Location{{Street: "Veien 1", PostalPlace: text}}
			},
			func(o *directory.Offering) { o.Phones = []directory.Phone{{Number: "+4722222222", Hours: text}} },
			func(o *directory.Offering) { o.Websites = []string{seedAddress + bad} }, func(o *directory.Offering) { o.Emails = []string{"qx" + bad + "@test.example.org"} },
		} {
			changed := o
			change(&changed)
			_, err := w.store.UpdateOffering(ctx, tester, "", changed)
			if err == nil {
				t.Errorf("an offering with %q is taken", bad)
				break
			}
			check(fmt.Sprintf("offering with %q", bad), err)
		}
		course := courses[0]
		course.Title, course.Description = text, text
		_, err := w.store.UpdateCourse(ctx, tester, "", course)
		check("course", err)
		check("term", w.store.SaveTerm(ctx, tester, "", 1, directory.Term{Kind: directory.Topic, Code: "rus", Name: directory.Text{NB: text}, Order: 1}))
		check("expression", w.store.SaveExpression(ctx, tester, "", 0, directory.Expression{Text: "prøve " + bad, Kind: directory.EverydayExpression, LeadsTo: []directory.Lead{"type:annet"}}))
		_, _, err = w.store.CreateToken(ctx, tester, store.Token{Owner: bodo, Name: text, Scopes: store.Scopes()}, func(store.Token) store.Mail { return store.Mail{} })
		check("token", err)
		_, _, err = w.store.CreateWebhook(ctx, tester, store.Webhook{Name: text, URL: seedAddress}, func(string, store.Cursor) string { return w.cursor })
		check("webhook", err)
		// Left out: what is not worth a refusal, and what a reader would have to write anew.
		account, err := w.store.CreateAccount(ctx, tester, fmt.Sprintf("usett%d@test.example.org", i), text)
		w.must(err)
		_, err = w.store.StartSession(ctx, account.ID, store.ByCode, true, text)
		w.must(err)
		w.must(w.store.RenameAccount(ctx, tester, account.ID, text))
		w.must(w.store.AddReport(ctx, store.NewReport{Offering: o.ID, Choice: store.OtherWrong, Text: text, Suggestion: text, Code: fmt.Sprintf("USETT%05d", i)}))
		_, err = w.store.SaveArticle(ctx, tester, text, article.Key{Section: "ta-vare-pa-barna", Slug: fmt.Sprintf("usett-%d", i), Language: "nb"}, "---\ntittel: Test\ningress: Test\npublisert: 2026-01-01\noppdatert: 2026-01-02\nrekkefolge: 9\n---\n"+text+"\n")
		w.must(err)
		body := encode(t, map[string]any{"navn": text, "type": map[string]any{"kode": "annet"}, "dekning": map[string]any{"kommuner": []any{map[string]any{"kommunenummer": "1804"}}}})
		resp, answer := ask(t, w.app, http.MethodPost, "/api/v1/tilbud", body, "Authorization", "Bearer "+secret, "Content-Type", "application/json")
		if resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(answer, `"body.navn"`) {
			t.Errorf("%q by the API: %d %s", bad, resp.StatusCode, answer)
		}
	}
	// What JSON can say and text cannot.
	for _, escape := range []string{`\ud800`, `\udc00x`, `\ud800\ud800`, `\u0000`} {
		resp, answer := ask(t, w.app, http.MethodPost, "/api/v1/tilbud", `{"navn":"Prøve `+escape+`","type":{"kode":"annet"},"dekning":{"kommuner":[{"kommunenummer":"1804"}]}}`, "Authorization", "Bearer "+secret, "Content-Type", "application/json")
		if resp.StatusCode >= 500 || resp.StatusCode == http.StatusCreated && !strings.Contains(answer, "\ufffd") {
			t.Errorf("%s by the API: %d %s", escape, resp.StatusCode, answer)
		}
	}
	if least := len(unseen) * 20; refused < least {
		t.Errorf("%d refusals, want at least %d", refused, least)
	}
	for _, column := range w.columns() {
		var n int
		pattern := "[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffe\\uffff]"
		value := column.name + "::text"
		if column.kind == "jsonb" {
			pattern, value = pattern+`|\\u00[01]`, value+"||''"
		}
		w.must(w.db.QueryRow(ctx, fmt.Sprintf("SELECT count(*) FROM %s WHERE %s ~ $1", column.table, value), pattern).Scan(&n))
		if n > 0 {
			t.Errorf("%s.%s has them in %d rows", column.table, column.name, n)
		}
	}
}

// postbox keeps what is sent, as it is sent.
type postbox [][]byte

func (p *postbox) Send(_ context.Context, m *gomail.Msg) error {
	var b bytes.Buffer
	_, err := m.WriteTo(&b)
	*p = append(*p, b.Bytes())
	return err
}

// Whatever stands in a mail, it is one message from us to the one that it is for, with the
// subject and the text that it has and nothing more.
func TestHostileMails(t *testing.T) {
	w := newHostileWorld(t)
	from := netmail.Address{Name: "Oversikt", Address: "oversikt@test.example.org"}
	sent, refused := 0, 0
	for _, h := range hostile {
		w.replace([]string{h.text}, []string{seedAddress})
		for i, m := range w.mails() {
			if m.To == "" {
				continue
			}
			payload, err := json.Marshal(m)
			w.must(err)
			var box postbox
			err = mail.Handler(&box, from, time.Now)(t.Context(), store.Job{ID: int64(i), Payload: payload})
			if err != nil || len(box) != 1 {
				if refused++; !strings.ContainsAny(m.Subject, "\r\n\t") || len(box) > 0 {
					t.Errorf("%s: a mail with the subject %q: %v, %d sent", h.name, m.Subject, err, len(box))
				}
				continue
			}
			sent++
			message, err := netmail.ReadMessage(bytes.NewReader(box[0]))
			if err != nil {
				t.Fatalf("%s: %v: %q", h.name, err, box[0])
			}
			for name, values := range message.Header {
				if len(values) != 1 || !slices.Contains(strings.Fields("Date Mime-Version Message-Id Auto-Submitted X-Auto-Response-Suppress Subject From To Content-Type Content-Transfer-Encoding"), name) {
					t.Errorf("%s: header %s %q", h.name, name, values)
				}
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
			if to, failed := message.Header.AddressList("To"); err != nil || failed != nil || strings.TrimSpace(subject) != strings.TrimSpace(m.Subject) || len(to) != 1 || to[0].Address != m.To {
				t.Errorf("%s: subject %q, to %v, want %q to %s; %v, %v", h.name, subject, to, m.Subject, m.To, err, failed)
			}
			text, err := io.ReadAll(quotedprintable.NewReader(message.Body))
			if want := strings.ReplaceAll(strings.ReplaceAll(m.Text, "\r\n", "\n"), "\n", "\r\n"); err != nil || strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n", "\r\n"), "\r\n") != strings.TrimRight(want, "\r\n") {
				t.Errorf("%s: text %q, want %q, %v", h.name, text, want, err)
			}
		}
	}
	t.Logf("%d sent, %d refused for a line break in the subject", sent, refused)
	if sent < 2*len(hostile) || refused == 0 {
		t.Errorf("%d sent, %d refused: the test does not see what it should", sent, refused)
	}
}
