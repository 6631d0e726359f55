package fhir

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Problem is what is wrong with a resource by one rule.
type Problem struct {
	Path    string // "HealthcareService.telecom[0].system"
	Rule    string // name of the profile, invariant or type that has the rule
	Message string
}

func (p Problem) String() string { return p.Path + ": " + p.Message + " (" + p.Rule + ")" }

// Check holds a resource, also a Bundle with all that is in it, against FHIR R4 as far as
// this package uses it, and against the no-basis profiles. It is written from the profiles
// and not from this package's mapping, so that each can find the other's faults. It returns
// nothing for what is right.
func Check(resource []byte) []Problem {
	var r map[string]any
	d := json.NewDecoder(strings.NewReader(string(resource)))
	d.UseNumber()
	if err := d.Decode(&r); err != nil {
		return []Problem{{"", "json", "is no JSON object: " + err.Error()}}
	}
	c := &checker{}
	c.resource(r, "")
	return c.problems
}

type checker struct{ problems []Problem }

func (c *checker) add(path, rule, message string, args ...any) {
	c.problems = append(c.problems, Problem{path, rule, fmt.Sprintf(message, args...)})
}

// shape is the elements of a type: "!" for what must be there, "*" for a list, then the type
// of the value. After a type, "=a|b" has the only codes that it may have, and "(T)" of a
// Reference the type that it may lead to.
type shape map[string]string

// shapes are the types of FHIR R4 as they are used here.
var shapes = map[string]shape{
	"Meta":            {"versionId": "id", "lastUpdated": "instant", "profile": "*canonical", "tag": "*Coding"},
	"Narrative":       {"status": "!code=generated|extensions|additional|empty", "div": "!xhtml"},
	"Coding":          {"system": "uri", "version": "string", "code": "code", "display": "string"},
	"CodeableConcept": {"coding": "*Coding", "text": "string"},
	"Identifier":      {"use": "code=usual|official|temp|secondary|old", "system": "uri", "value": "string"},
	"Reference":       {"reference": "string", "type": "uri", "identifier": "Identifier", "display": "string"},
	"ContactPoint": {"system": "code=phone|fax|email|pager|url|sms|other", "value": "string",
		"use": "code=home|work|temp|old|mobile", "rank": "positiveInt"},
	"Period": {"start": "dateTime", "end": "dateTime"},
	"Address": {"extension": "*Extension", "use": "code=home|work|temp|old|billing", "type": "code=postal|physical|both", "text": "string",
		"line": "*string", "city": "string", "district": "string", "_district": "Element", "state": "string", "postalCode": "string", "country": "string"},
	"Element":   {"extension": "*Extension"},
	"Extension": {"url": "!uri", "valueCoding": "Coding", "valueBoolean": "boolean", "valueDistance": "Quantity"},
	"Quantity":  {"value": "decimal", "unit": "string", "system": "uri", "code": "code"},

	typeService: {"identifier": "*Identifier", "active": "boolean", "providedBy": "Reference(Organization)", "category": "*CodeableConcept",
		"type": "*CodeableConcept", "specialty": "*CodeableConcept", "location": "*Reference(Location)", "name": "string", "comment": "string",
		"extraDetails": "markdown", "telecom": "*ContactPoint", "coverageArea": "*Reference(Location)", "serviceProvisionCode": "*CodeableConcept",
		"eligibility": "*eligibility", "program": "*CodeableConcept", "characteristic": "*CodeableConcept", "communication": "*CodeableConcept",
		"referralMethod": "*CodeableConcept", "appointmentRequired": "boolean", "availableTime": "*availableTime", "notAvailable": "*notAvailable",
		"availabilityExceptions": "string"},
	"eligibility": {"code": "CodeableConcept", "comment": "markdown"},
	"availableTime": {"daysOfWeek": "*code=mon|tue|wed|thu|fri|sat|sun", "allDay": "boolean",
		"availableStartTime": "time", "availableEndTime": "time"},
	"notAvailable": {"description": "!string", "during": "Period"},

	typeLocation: {"identifier": "*Identifier", "status": "code=active|suspended|inactive", "name": "string", "alias": "*string",
		"description": "string", "mode": "code=instance|kind", "type": "*CodeableConcept", "telecom": "*ContactPoint", "address": "Address",
		"physicalType": "CodeableConcept", "position": "position", "managingOrganization": "Reference(Organization)", "partOf": "Reference(Location)"},
	"position": {"longitude": "!decimal", "latitude": "!decimal", "altitude": "decimal"},

	typeOrganization: {"identifier": "*Identifier", "active": "boolean", "type": "*CodeableConcept", "name": "string", "alias": "*string",
		"telecom": "*ContactPoint", "address": "*Address", "partOf": "Reference(Organization)"},

	typeCodeSystem: {"url": "uri", "version": "string", "name": "string", "title": "string", "status": "!code=draft|active|retired|unknown",
		"experimental": "boolean", "date": "dateTime", "publisher": "string", "description": "markdown", "caseSensitive": "boolean",
		"content": "!code=not-present|example|fragment|complete|supplement", "count": "unsignedInt", "concept": "*concept"},
	"concept":     {"code": "!code", "display": "string", "definition": "string", "designation": "*designation"},
	"designation": {"language": "code", "value": "!string"},

	"OperationOutcome": {"issue": "!*issue"},
	"issue": {"severity": "!code=fatal|error|warning|information",
		"code":    "!code=invalid|value|not-supported|not-found|forbidden|timeout|too-long|too-costly|throttled|transient|exception",
		"details": "CodeableConcept", "diagnostics": "string", "expression": "*string"},

	"Bundle": {"type": "!code=searchset", "total": "unsignedInt", "link": "*link", "entry": "*entry"},
	"link":   {"relation": "!string", "url": "!uri"},
	"entry":  {"fullUrl": "uri", "resource": "resource", "search": "search"},
	"search": {"extension": "*Extension", "mode": "code=match|include|outcome", "score": "decimal"},

	"CapabilityStatement": {"url": "uri", "version": "string", "name": "string", "title": "string", "status": "!code=draft|active|retired|unknown",
		"experimental": "boolean", "date": "!dateTime", "publisher": "string", "description": "markdown", "kind": "!code=instance|capability|requirements",
		"software": "software", "implementation": "implementation", "fhirVersion": "!code=4.0.1", "format": "!*code", "rest": "*rest"},
	"software":       {"name": "!string", "version": "string"},
	"implementation": {"description": "!string", "url": "url"},
	"rest": {"mode": "!code=client|server", "documentation": "markdown", "security": "security", "resource": "*restResource",
		"searchParam": "*searchParam"},
	"security": {"cors": "boolean", "description": "markdown"},
	"restResource": {"type": "!code=" + strings.Join(kinds, "|"), "profile": "canonical", "supportedProfile": "*canonical", "interaction": "*interaction",
		"versioning": "code=no-version|versioned|versioned-update", "readHistory": "boolean", "updateCreate": "boolean",
		"conditionalCreate": "boolean", "conditionalRead": "code=not-supported|modified-since|not-match|full-support",
		"conditionalUpdate": "boolean", "conditionalDelete": "code=not-supported|single|multiple", "searchInclude": "*string",
		"searchRevInclude": "*string", "searchParam": "*searchParam"},
	"interaction": {"code": "!code=read|vread|search-type", "documentation": "markdown"},
	"searchParam": {"name": "!string", "definition": "canonical", "type": "!code=number|date|string|token|reference|composite|quantity|uri|special",
		"documentation": "markdown"},
}

// resourceShape is what every resource has beside its own elements.
var resourceShape = shape{"resourceType": "!code", "id": "id", "meta": "Meta", "implicitRules": "uri", "language": "code", "text": "Narrative"}

func (c *checker) resource(r map[string]any, path string) {
	kind, _ := r["resourceType"].(string)
	own, ok := shapes[kind]
	if !ok || kind == "" || kind[0] < 'A' || kind[0] > 'Z' {
		c.add(path, "Resource", "resourceType %q is none that is served", kind)
		return
	}
	if path == "" {
		path = kind
	}
	all := maps.Clone(resourceShape)
	maps.Copy(all, own)
	c.elements(all, r, path)
	c.profile(kind, r, path)
}

// elements checks an object against the shape of its type.
func (c *checker) elements(s shape, object map[string]any, path string) {
	if len(object) == 0 {
		c.add(path, "ele-1", "is empty")
	}
	for name, spec := range s {
		if _, ok := object[name]; !ok && strings.HasPrefix(spec, "!") {
			c.add(path+"."+name, "cardinality", "is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		spec, ok := s[name]
		if !ok {
			c.add(path+"."+name, "structure", "is no element of its type")
			continue
		}
		spec, list := strings.CutPrefix(strings.TrimPrefix(spec, "!"), "*")
		if !list {
			c.value(spec, object[name], path+"."+name)
			continue
		}
		values, ok := object[name].([]any)
		if !ok || len(values) == 0 {
			c.add(path+"."+name, "structure", "must be a list with something in it")
		}
		for i, v := range values {
			c.value(spec, v, fmt.Sprintf("%s.%s[%d]", path, name, i))
		}
	}
}

// patterns are the primitive types that are texts in JSON, as the standard defines them.
var patterns = map[string]*regexp.Regexp{
	"string":    regexp.MustCompile(`^[ \r\n\t\S]+$`),
	"markdown":  regexp.MustCompile(`^[ \r\n\t\S]+$`),
	"xhtml":     regexp.MustCompile(`^<div xmlns="http://www\.w3\.org/1999/xhtml"[^>]*>`),
	"code":      regexp.MustCompile(`^[^\s]+( [^\s]+)*$`),
	"id":        regexp.MustCompile(`^[A-Za-z0-9\-.]{1,64}$`),
	"uri":       regexp.MustCompile(`^\S+$`),
	"url":       regexp.MustCompile(`^https?://\S+$`),
	"canonical": regexp.MustCompile(`^(https?://|urn:)\S+$`),
	"instant":   regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`),
	"dateTime":  regexp.MustCompile(`^\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$`),
	"time":      regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?$`),
}

var numbers = map[string]*regexp.Regexp{
	"decimal":     regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$`),
	"positiveInt": regexp.MustCompile(`^[1-9]\d*$`),
	"unsignedInt": regexp.MustCompile(`^(0|[1-9]\d*)$`),
}

func (c *checker) value(spec string, v any, path string) {
	kind, codes, _ := strings.Cut(spec, "=")
	kind, target, _ := strings.Cut(strings.TrimSuffix(kind, ")"), "(")
	if pattern, ok := numbers[kind]; ok {
		if n, ok := v.(json.Number); !ok || !pattern.MatchString(n.String()) {
			c.add(path, kind, "%v is none", v)
		}
		return
	}
	if kind == "boolean" {
		if _, ok := v.(bool); !ok {
			c.add(path, kind, "%v is none", v)
		}
		return
	}
	if pattern, ok := patterns[kind]; ok {
		s, ok := v.(string)
		if !ok || !pattern.MatchString(s) || strings.TrimSpace(s) == "" {
			c.add(path, kind, "%q is none", v)
		}
		if codes != "" && !slices.Contains(strings.Split(codes, "|"), s) {
			c.add(path, "binding", "%q is none of %s", s, codes)
		}
		if kind == "xhtml" {
			c.wellFormed(s, path)
		}
		return
	}
	object, ok := v.(map[string]any)
	if !ok {
		c.add(path, kind, "must be an object")
		return
	}
	if kind == "resource" {
		c.resource(object, path)
		return
	}
	c.elements(shapes[kind], object, path)
	c.invariants(kind, target, object, path)
}

func (c *checker) wellFormed(s, path string) {
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			c.add(path, "txt-1", "is no XHTML: %v", err)
			return
		}
	}
}

var relative = regexp.MustCompile(`^([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}$`)

// invariants checks what a type says beside its elements.
func (c *checker) invariants(kind, target string, o map[string]any, path string) {
	has := func(name string) bool { _, ok := o[name]; return ok }
	text := func(name string) string { s, _ := o[name].(string); return s }
	switch kind {
	case "Reference":
		m := relative.FindStringSubmatch(text("reference"))
		if m == nil || m[1] != target || has("type") && text("type") != target {
			c.add(path, "Reference", "%q leads to no %s", text("reference"), target)
		}
	case "ContactPoint":
		if has("value") && !has("system") {
			c.add(path, "cpt-2", "has a value without a system")
		}
	case "Coding":
		if !has("system") || !has("code") {
			c.add(path, "Coding", "must have both system and code")
		}
	case "Identifier":
		if !has("system") || !has("value") {
			c.add(path, "Identifier", "must have both system and value")
		}
		if strings.HasPrefix(text("system"), "urn:oid:2.16.578.1.12.4.1.2.10") {
			c.add(path, "no-basis-Organization", "%s is the system before version 2.0.13", text("system"))
		}
		if _, err := directory.ParseOrgNumber(text("value")); text("system") == systemENH && (err != nil || strings.Contains(text("value"), " ")) {
			c.add(path, "no-basis-Organization", "%q is no organisasjonsnummer", text("value"))
		}
	case "Period":
		if has("start") && has("end") && text("start") > text("end") {
			c.add(path, "per-1", "begins after its end")
		}
	case "Address":
		c.address(o, path)
	case "availableTime":
		if o["allDay"] == true && (has("availableStartTime") || has("availableEndTime")) {
			c.add(path, "availableTime", "is all day and has hours")
		}
	case "Extension":
		values := 0
		for name := range o {
			if strings.HasPrefix(name, "value") {
				values++
			}
		}
		if values != 1 {
			c.add(path, "ext-1", "has %d values, must have one", values)
		}
	}
}

var (
	fourDigits = regexp.MustCompile(`^\d{4}$`)
	countries  = []string{"NO", "NOR", "Norge"}
)

// address checks an address against no-basis-Address: the kommune by name in district, with
// its number beside it; fylke in state; four digits in postalCode.
func (c *checker) address(o map[string]any, path string) {
	const rule = "no-basis-Address"
	for i, x := range extensions(o) {
		if !slices.Contains([]any{extOfficial, extUrbanDistrict, extProperty}, x["url"]) {
			c.add(fmt.Sprintf("%s.extension[%d]", path, i), rule, "%v is no extension of an address", x["url"])
		}
	}
	if code, ok := o["postalCode"].(string); ok && !fourDigits.MatchString(code) {
		c.add(path+".postalCode", rule, "%q is no postnummer", code)
	}
	if country, ok := o["country"].(string); ok && !slices.Contains(countries, country) {
		c.add(path+".country", rule, "%q is not Norway", country)
	}
	district, _ := o["_district"].(map[string]any)
	found := 0
	for i, x := range extensions(district) {
		at := fmt.Sprintf("%s.district.extension[%d]", path, i)
		if x["url"] != extMunicipality {
			continue
		}
		found++
		code, _ := x["valueCoding"].(map[string]any)
		number, _ := code["code"].(string)
		if code["system"] != systemKommune || !fourDigits.MatchString(number) {
			c.add(at, "no-basis-municipalitycode", "%v is no kommunenummer", code)
		}
	}
	if _, named := o["district"]; found > 1 || found == 1 && !named {
		c.add(path+".district", rule, "has %d kommunenummer, must have one beside a name", found)
	}
}

func extensions(o map[string]any) []map[string]any {
	var list []map[string]any
	values, _ := o["extension"].([]any)
	for _, v := range values {
		if x, ok := v.(map[string]any); ok {
			list = append(list, x)
		}
	}
	return list
}

// volven are the code systems that no-basis-HealthcareService has for specialty.
var volven = []any{"urn:oid:2.16.578.1.12.4.1.1.8655", "urn:oid:2.16.578.1.12.4.1.1.8654", "urn:oid:2.16.578.1.12.4.1.1.9151", "urn:oid:2.16.578.1.12.4.1.1.8451"}

// profile checks what a whole resource must be.
func (c *checker) profile(kind string, r map[string]any, path string) {
	if profile := profiles[kind]; profile != "" {
		m, _ := r["meta"].(map[string]any)
		if claimed, _ := m["profile"].([]any); !slices.Contains(claimed, any(profile)) {
			c.add(path+".meta.profile", "Meta", "does not claim %s", profile)
		}
	}
	switch kind {
	case typeService:
		if p, ok := r["providedBy"].(map[string]any); ok {
			i, named := p["identifier"].(map[string]any)
			if named && i["system"] != systemENH && i["system"] != systemRESH {
				c.add(path+".providedBy.identifier", "no-basis-identifier-system", "%v is neither ENH nor RESH", i["system"])
			}
		}
		specialties, _ := r["specialty"].([]any)
		for i, s := range specialties {
			concept, _ := s.(map[string]any)
			codings, _ := concept["coding"].([]any)
			for _, code := range codings {
				if o, _ := code.(map[string]any); !slices.Contains(volven, o["system"]) {
					c.add(fmt.Sprintf("%s.specialty[%d]", path, i), "no-basis-HealthcareService", "%v is no code system of specialties", o["system"])
				}
			}
		}
	case typeOrganization:
		if r["name"] == nil && r["identifier"] == nil {
			c.add(path, "org-1", "has neither name nor identifier")
		}
	case "Bundle":
		c.bundle(r, path)
	}
}

func (c *checker) bundle(r map[string]any, path string) {
	links, _ := r["link"].([]any)
	relations := map[any]bool{}
	for _, l := range links {
		o, _ := l.(map[string]any)
		if relations[o["relation"]] {
			c.add(path+".link", "Bundle", "has two links %v", o["relation"])
		}
		relations[o["relation"]] = true
	}
	if !relations["self"] {
		c.add(path+".link", "searchset", "has no self link")
	}
	seen := map[any]bool{}
	entries, _ := r["entry"].([]any)
	for i, e := range entries {
		at := fmt.Sprintf("%s.entry[%d]", path, i)
		o, _ := e.(map[string]any)
		url, _ := o["fullUrl"].(string)
		if url == "" || seen[url] {
			c.add(at, "bdl-7", "fullUrl %q is missing or not the only one", url)
		}
		seen[url] = true
		resource, _ := o["resource"].(map[string]any)
		search, _ := o["search"].(map[string]any)
		outcome := resource["resourceType"] == "OperationOutcome"
		if outcome != (search["mode"] == "outcome") {
			c.add(at, "searchset", "%v stands as %v", resource["resourceType"], search["mode"])
		}
		if !outcome && !strings.HasSuffix(url, fmt.Sprintf("/%v/%v", resource["resourceType"], resource["id"])) {
			c.add(at, "bdl-8", "fullUrl %q is not that of %v/%v", url, resource["resourceType"], resource["id"])
		}
		m, _ := resource["meta"].(map[string]any)
		if updated, ok := m["lastUpdated"].(string); ok {
			if _, err := time.Parse(time.RFC3339, updated); err != nil {
				c.add(at, "instant", "%q is none", updated)
			}
		}
	}
}
