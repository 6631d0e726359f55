package api

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// What follows is for the files of open data, whose rows are the answers of the API: who
// reads the one can read the other, and a row can be sent back as it is.

// AppendOffering appends the offering as it is in an answer to a question that names no
// kommune and no place.
func (a *API) AppendOffering(b []byte, v *search.View, o *directory.Offering) []byte {
	one := a.encodeOffering(nil, v, o)
	return found{encoded: divided(one)}.append(b)
}

// AppendCourse appends the course as it is in an answer today.
func (a *API) AppendCourse(b []byte, v *search.View, c search.Course) ([]byte, error) {
	return appendJSON(b, a.course(v, c))
}

// AppendKommune appends the kommune as it is in an answer.
func (a *API) AppendKommune(b []byte, k *search.Kommune) ([]byte, error) {
	return appendJSON(b, a.kommune(k))
}

// AppendType appends the type as it is in an answer.
func (a *API) AppendType(b []byte, v *search.View, t directory.OfferingType) ([]byte, error) {
	return appendJSON(b, a.offeringType(v, t))
}

func appendJSON(b []byte, v any) ([]byte, error) {
	encoded, err := marshal(v)
	return append(b, encoded...), err
}

// OfferingSchema returns the JSON Schema of one offering, which is that of the OpenAPI
// document.
func OfferingSchema() ([]byte, error) {
	r := huma.NewMapRegistry(schemaPrefix, schemaName)
	ref := r.Schema(reflect.TypeFor[offering](), true, "").Ref
	whole, err := json.Marshal(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"$ref":    ref,
		"$defs":   r.Map(),
	})
	if err != nil {
		return nil, err
	}
	return []byte(strings.ReplaceAll(string(whole), `"`+schemaPrefix, `"#/$defs/`)), nil
}
