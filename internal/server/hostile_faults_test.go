package server

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	ics "github.com/arran4/golang-ical"
	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"
)

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
