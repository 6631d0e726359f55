package hsds

import (
	"reflect"
	"strings"

	"github.com/google/uuid"
)

// dialect is the version of JSON Schema that the schemas are in, as HSDS's own.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// Endpoint is one kind of answer, with the schema that every answer of the kind is valid
// against.
type Endpoint struct {
	Name   string // of the schema: "service", "services_full"
	Path   string // below Root, with {id}: "/services/{id}"
	Query  string // what is asked for with: "full=true"
	Schema map[string]any
	About  string
}

// Schemas returns the schemas of our profile, by kind of answer. They say all that is
// published and nothing else: a field that they do not name is an error.
func Schemas() []Endpoint {
	list := []Endpoint{
		{"base", "/", "", schemaOf[Base](), "Hva API-et er"},
		{"services", "/services", "", schemaOf[Page[ServiceBasic]](), "Tilbud"},
		{"services_full", "/services", "full=true", schemaOf[Page[Service]](), "Tilbud, med alt"},
		{"services_minimal", "/services", "minimal=true", schemaOf[Page[MinimalService]](), "Id og endringstidspunkt for tilbud"},
		{"service", "/services/{id}", "", schemaOf[Service](), "Ett tilbud"},
		{"organizations", "/organizations", "", schemaOf[Page[OrganizationBasic]](), "Organisasjoner"},
		{"organizations_full", "/organizations", "full=true", schemaOf[Page[Organization]](), "Organisasjoner, med navnene på tilbudene"},
		{"organizations_full_service", "/organizations", "full_service=true", schemaOf[Page[OrganizationFull]](), "Organisasjoner, med alt om tilbudene"},
		{"organization", "/organizations/{id}", "", schemaOf[Organization](), "Én organisasjon"},
		{"organization_full_service", "/organizations/{id}", "full_service=true", schemaOf[OrganizationFull](), "Én organisasjon, med alt om tilbudene"},
		{"service_at_locations", "/service_at_locations", "", schemaOf[Page[ServiceAtLocationBasic]](), "Tilbud på steder"},
		{"service_at_locations_full", "/service_at_locations", "full=true", schemaOf[Page[ServiceAtLocation]](), "Tilbud på steder, med alt"},
		{"service_at_location", "/service_at_locations/{id}", "", schemaOf[ServiceAtLocation](), "Ett tilbud på ett sted"},
		{"taxonomies", "/taxonomies", "", schemaOf[Page[Taxonomy]](), "Taksonomier"},
		{"taxonomy", "/taxonomies/{id}", "", schemaOf[Taxonomy](), "Én taksonomi"},
		{"taxonomy_terms", "/taxonomy_terms", "", schemaOf[Page[Term]](), "Begreper"},
		{"taxonomy_term", "/taxonomy_terms/{id}", "", schemaOf[Term](), "Ett begrep"},
	}
	for i := range list {
		list[i].Schema["$schema"], list[i].Schema["title"] = dialect, list[i].About
	}
	return list
}

func schemaOf[T any]() map[string]any { return schema(reflect.TypeFor[T]()) }

var uuidType = reflect.TypeFor[uuid.UUID]()

// schema returns the JSON Schema of what encoding/json makes of a value of the type. What it
// does not know is a mistake in the types, and gives a schema that nothing is valid against.
func schema(t reflect.Type) map[string]any {
	switch {
	case t == uuidType:
		return map[string]any{"type": "string", "format": "uuid"}
	case t.Kind() == reflect.Pointer:
		return schema(t.Elem())
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": "array", "items": schema(t.Elem())}
	case t.Kind() == reflect.Struct:
		return objectSchema(t)
	}
	kind, ok := map[reflect.Kind]string{
		reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Float64: "number",
	}[t.Kind()]
	if !ok {
		return map[string]any{"not": map[string]any{}}
	}
	return map[string]any{"type": kind}
}

func objectSchema(t reflect.Type) map[string]any {
	properties := map[string]any{}
	required := []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" || hidden(t, f, name) {
			continue
		}
		properties[name] = fieldSchema(f)
		if options == "" {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// hidden reports whether another field of the same name stands nearer to the top.
func hidden(t reflect.Type, f reflect.StructField, name string) bool {
	for _, g := range reflect.VisibleFields(t) {
		other, _, _ := strings.Cut(g.Tag.Get("json"), ",")
		if other == name && len(g.Index) < len(f.Index) {
			return true
		}
	}
	return false
}

func fieldSchema(f reflect.StructField) map[string]any {
	s := schema(f.Type)
	if doc := f.Tag.Get("doc"); doc != "" {
		s["description"] = doc
	}
	for _, keyword := range []string{"format", "pattern"} {
		if v := f.Tag.Get(keyword); v != "" {
			s[keyword] = v
		}
	}
	if v := f.Tag.Get("enum"); v != "" {
		s["enum"] = strings.Split(v, ",")
	}
	if f.Type.Kind() == reflect.String && !strings.Contains(f.Tag.Get("json"), "previous_value") {
		s["minLength"] = 1
	}
	if f.Tag.Get("profile") != "" {
		s["x-profile"] = "HSDS-NO"
	}
	return s
}
