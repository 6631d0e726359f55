package fhir

import "slices"

// parameter is one search parameter of a type of resource. Which of the functions it has
// follows from its kind.
type parameter struct {
	name       string
	kind       string // token, string, reference, date, uri, special
	definition string // canonical address of the SearchParameter
	doc        string // what the standard leaves open

	tokens func(*item) []token
	texts  func(*item) []text
	ids    func(*item) []string // of what is referred to
	target string               // its type
}

const sp = "http://hl7.org/fhir/SearchParameter/"

// common are the parameters that every type has.
var common = []*parameter{
	{name: "_id", kind: "token", definition: sp + "Resource-id", tokens: func(it *item) []token { return []token{{"", it.id}} }},
	{name: "_lastUpdated", kind: "date", definition: sp + "Resource-lastUpdated",
		doc: "Prefiks: eq, ne, gt, lt, ge, le, sa, eb. Uten tidssone gjelder norsk tid."},
}

const docName = "Begynnelsen av navnet. Store og små bokstaver, aksenter og å/a, ø/o, æ/ae er likt."

// parameters are those that a type has beside the common ones, by type.
var parameters = map[string][]*parameter{
	typeService: {
		{name: "active", kind: "token", definition: sp + "HealthcareService-active", tokens: stateOf, doc: "false er midlertidig stengt."},
		{name: "characteristic", kind: "token", definition: sp + "HealthcareService-characteristic", tokens: func(it *item) []token { return it.traits }},
		{name: "coverage-area", kind: "reference", definition: sp + "HealthcareService-coverage-area", target: typeLocation, ids: func(it *item) []string { return it.areas },
			doc: "Området selv. coverage-area:above=Location/… tar med tilbud som gjelder for områder rundt det (fylket, hele landet), :below dem som gjelder for deler av det."},
		{name: "identifier", kind: "token", definition: sp + "HealthcareService-identifier", tokens: identifiersOf},
		{name: "location", kind: "reference", definition: sp + "HealthcareService-location", target: typeLocation, ids: func(it *item) []string { return it.locations },
			doc: "Kan kjedes: location.near, location.address-postalcode."},
		{name: "name", kind: "string", definition: sp + "HealthcareService-name", texts: namesOf, doc: docName},
		{name: "organization", kind: "reference", definition: sp + "HealthcareService-organization", target: typeOrganization, ids: organizationOf,
			doc: "Kan kjedes: organization.name, organization.identifier."},
		{name: "service-category", kind: "token", definition: sp + "HealthcareService-service-category", tokens: func(it *item) []token { return it.categories }},
		{name: "service-type", kind: "token", definition: sp + "HealthcareService-service-type", tokens: typesOf},
		{name: "specialty", kind: "token", definition: sp + "HealthcareService-specialty", tokens: specialtiesOf},
	},
	typeLocation: append(addressParameters("Location"),
		&parameter{name: "identifier", kind: "token", definition: sp + "Location-identifier", tokens: identifiersOf, doc: "Kommunenummer, fylkesnummer eller landkode."},
		&parameter{name: "name", kind: "string", definition: sp + "Location-name", texts: namesOf, doc: docName},
		&parameter{name: "near", kind: "special", definition: sp + "Location-near", doc: "bredde|lengde|avstand|enhet. Enhet km (når den mangler) eller m; uten avstand 50 km. De nærmeste først. Et sted uten kjent posisjon regnes fra midten av kommunen."},
		&parameter{name: "organization", kind: "reference", definition: sp + "Location-organization", target: typeOrganization, ids: organizationOf},
		&parameter{name: "partof", kind: "reference", definition: sp + "Location-partof", target: typeLocation, ids: partOf,
			doc: "partof:below=Location/… tar med alt innenfor, i alle ledd."},
		&parameter{name: "status", kind: "token", definition: sp + "Location-status", tokens: stateOf},
	),
	typeOrganization: append(addressParameters("Organization"),
		&parameter{name: "active", kind: "token", definition: sp + "Organization-active", tokens: stateOf},
		&parameter{name: "identifier", kind: "token", definition: sp + "Organization-identifier", tokens: identifiersOf, doc: "Organisasjonsnummer: " + systemENH + "|…"},
		&parameter{name: "name", kind: "string", definition: sp + "Organization-name", texts: namesOf, doc: docName},
		&parameter{name: "type", kind: "token", definition: sp + "Organization-type", tokens: typesOf},
	),
	typeCodeSystem: {
		{name: "name", kind: "string", definition: sp + "conformance-name", texts: namesOf},
		{name: "status", kind: "token", definition: sp + "conformance-status", tokens: stateOf},
		{name: "url", kind: "uri", definition: sp + "conformance-url", texts: func(it *item) []text { return []text{{written: it.canonical}} }},
	},
}

func addressParameters(kind string) []*parameter {
	one := func(name string, of func(*place) text) *parameter {
		return &parameter{name: name, kind: "string", definition: sp + kind + "-" + name, texts: func(it *item) []text {
			if t := of(&it.place); t.written != "" {
				return []text{t}
			}
			return nil
		}}
	}
	return []*parameter{
		{name: "address", kind: "string", definition: sp + kind + "-address", texts: func(it *item) []text { return it.place.all() }},
		one("address-city", func(p *place) text { return p.city }),
		one("address-country", func(p *place) text { return p.country }),
		one("address-postalcode", func(p *place) text { return p.postalCode }),
		one("address-state", func(p *place) text { return p.state }),
	}
}

func stateOf(it *item) []token       { return []token{it.state} }
func typesOf(it *item) []token       { return it.types }
func identifiersOf(it *item) []token { return it.identifiers }
func namesOf(it *item) []text        { return it.names }

func specialtiesOf(it *item) []token {
	var list []token
	for _, t := range it.types {
		if s, ok := specialties[t.code]; ok {
			list = append(list, token{s.System, s.Code})
		}
	}
	return list
}

func organizationOf(it *item) []string { return nonempty(it.organization) }
func partOf(it *item) []string         { return nonempty(it.partOf) }

// parameterOf returns the search parameter of a type with the name, or nil.
func parameterOf(kind, name string) *parameter {
	for _, list := range [][]*parameter{common, parameters[kind]} {
		if i := slices.IndexFunc(list, func(p *parameter) bool { return p.name == name }); i >= 0 {
			return list[i]
		}
	}
	return nil
}

// references returns those parameters of a type that refer to something: what can be
// included by.
func references(kind string) []*parameter {
	var list []*parameter
	for _, p := range parameters[kind] {
		if p.kind == "reference" {
			list = append(list, p)
		}
	}
	return list
}

// kinds are the types that are served, in the order of the CapabilityStatement.
var kinds = []string{typeService, typeLocation, typeOrganization, typeCodeSystem}
