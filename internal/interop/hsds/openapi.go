package hsds

import (
	"maps"
	"slices"
	"strings"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// openAPI returns the OpenAPI document: the calls of HSDS's own with the schemas of our
// profile, each with all that it asks of an answer.
func (a *API) openAPI(endpoints []Endpoint) map[string]any {
	schemas, answers := answerSchemas(endpoints)
	schemas["problem"] = problemSchema
	shared := map[string]any{}
	for name, p := range parameters {
		shared[name] = map[string]any{"name": name, "in": "query", "required": false, "description": p.description, "schema": p.schema}
	}
	return map[string]any{
		"openapi":           "3.1.0",
		"jsonSchemaDialect": dialect,
		"x-hsds-version":    "3.1",
		"info": map[string]any{
			"title":       "Tilbud til pårørende, som HSDS",
			"version":     "3.1",
			"summary":     "Open Referral HSDS 3.1 med profilen HSDS-NO",
			"description": apiDescription,
			"license":     map[string]any{"name": "Hver opplysning har sin kilde, som skal nevnes", "url": a.page("/om/data")},
			"contact":     map[string]any{"name": "Meld feil", "url": a.page("/meld-feil")},
		},
		"servers":    []any{map[string]any{"url": a.call("")}},
		"security":   []any{}, // said: programs that make clients must not guess
		"paths":      a.paths(endpoints, answers),
		"components": map[string]any{"schemas": schemas, "parameters": shared},
	}
}

const apiDescription = `Alle tilbudene i oversikten etter Human Services Data Specification 3.1. Svarene er også gyldige som HSDS 3.0 og Open Referral UK 3.0. Profilen HSDS-NO sier hva som er norsk i dem.

Lesing er åpen for alle og krever ingen nøkkel. Det som ikke er kjent, er utelatt. Ukjente eller gale parametere til en liste gir 400 med navnet på parameteren, og ukjente id-er 404. En side etter den siste er tom, med empty og last_page true. Lister kan hentes med POST også, med parameterne i adressen, i et skjema eller i et JSON-objekt.`

// answerSchemas returns the schemas by name, and by path the one of all its answers. A list has
// one form, whatever its items are asked for as.
func answerSchemas(endpoints []Endpoint) (schemas, answers map[string]any) {
	schemas, answers = map[string]any{}, map[string]any{}
	forms := map[string][]any{}
	for _, e := range endpoints {
		of := maps.Clone(e.Schema)
		delete(of, "$schema")
		delete(of, "$id")
		properties := of["properties"].(map[string]any)
		if contents, ok := properties["contents"].(map[string]any); ok {
			of = contents["items"].(map[string]any)
		}
		schemas[e.Name] = of
		forms[e.Path] = append(forms[e.Path], map[string]any{"$ref": "#/components/schemas/" + e.Name})
		form := forms[e.Path][0]
		if len(forms[e.Path]) > 1 {
			form = map[string]any{"anyOf": forms[e.Path]}
		}
		if _, list := properties["contents"]; list {
			page := maps.Clone(e.Schema)
			delete(page, "$schema")
			delete(page, "$id")
			page["properties"] = maps.Clone(properties)
			page["properties"].(map[string]any)["contents"] = map[string]any{"type": "array", "items": form}
			form = page
		}
		answers[e.Path] = form
	}
	return schemas, answers
}

// paths returns the calls, those of HSDS's OpenAPI document.
func (a *API) paths(endpoints []Endpoint, answers map[string]any) map[string]any {
	about := map[string]string{}
	for _, e := range slices.Backward(endpoints) {
		about[e.Path] = e.About // the first is the plain one
	}
	call := func(id, path string, takes []string, list bool) map[string]any {
		return operation(id, about[path], answers[path], takes, list)
	}
	paths := map[string]any{"/": map[string]any{"get": call("getAPIMetaInformation", "/", nil, false)}}
	for _, l := range a.lists() {
		kind := strings.TrimPrefix(l.path, "/")
		paths[l.path] = map[string]any{
			"get":  call("list_"+kind, l.path, l.parameters, true),
			"post": call("search_"+kind, l.path, l.parameters, true),
		}
		one := l.path + "/{id}"
		var takes []string
		if kind == "organizations" {
			takes = []string{"full_service"}
		}
		get := call("get_"+kind, one, takes, false)
		get["responses"].(map[string]any)["404"] = problemAnswer("Ukjent id")
		paths[one] = map[string]any{
			"parameters": []any{map[string]any{"name": "id", "in": "path", "required": true, "schema": text("format", "uuid")}},
			"get":        get,
		}
	}
	return paths
}

func operation(id, summary string, answer any, takes []string, list bool) map[string]any {
	content := map[string]any{"application/json": map[string]any{"schema": answer}}
	responses := map[string]any{"200": map[string]any{"description": summary, "content": content}}
	if list {
		content[mimeLines] = map[string]any{"schema": map[string]any{"type": "string"}}
		responses["404"] = problemAnswer("Ukjent id i en parameter")
	}
	op := map[string]any{"operationId": id, "summary": summary, "responses": responses}
	if len(takes) > 0 {
		responses["400"] = problemAnswer("Feil i parametere")
		list := []any{}
		for _, name := range takes {
			list = append(list, map[string]any{"$ref": "#/components/parameters/" + name})
		}
		op["parameters"] = list
	}
	return op
}

func problemAnswer(description string) map[string]any {
	return map[string]any{"description": description, "content": map[string]any{
		"application/problem+json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/problem"}},
	}}
}

// problemSchema is RFC 9457 with the parameters that are wrong.
var problemSchema = map[string]any{
	"type": "object",
	"properties": map[string]any{
		"type": map[string]any{"type": "string"}, "title": map[string]any{"type": "string"},
		"status": map[string]any{"type": "integer"}, "detail": map[string]any{"type": "string"},
		"errors": map[string]any{"type": "array", "items": map[string]any{
			"type":       "object",
			"properties": map[string]any{"location": map[string]any{"type": "string"}, "message": map[string]any{"type": "string"}},
			"required":   []string{"location", "message"},
		}},
	},
	"required": []string{"type", "title", "status", "detail"},
}
