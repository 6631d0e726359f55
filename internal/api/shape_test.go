package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// shape is what programs build on in an OpenAPI document: not its words, and not the names of
// its schemas, but what is sent and what comes back.
type shape struct {
	// promises are what a program may count on. None may go away within a version.
	promises map[string]bool
	// demands are what a program has to do, most as a bound: "høyst" with a number. None may
	// come, and none may become stricter.
	demands map[string]float64
}

func shapeOf(doc *openapi3.T) shape {
	s := shape{map[string]bool{}, map[string]float64{}}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			s.operation(method+" "+path, op)
		}
	}
	for name, item := range doc.Webhooks {
		for _, op := range item.Operations() {
			s.message("message "+name, op)
		}
	}
	return s
}

// message is what is sent to a program.
func (s shape) message(key string, op *openapi3.Operation) {
	s.promises[key] = true
	for _, p := range op.Parameters {
		s.promises[key+" "+p.Value.Name] = true
	}
	s.output(key, op.RequestBody.Value.Content.Get("application/json").Schema.Value)
}

func (s shape) operation(key string, op *openapi3.Operation) {
	s.promises[key] = true
	if op.Security == nil || len(*op.Security) == 0 {
		s.promises[key+" without a token"] = true
	}
	for _, ref := range op.Parameters {
		p := ref.Value
		name := key + " " + p.In + "." + p.Name
		s.promises[name] = true
		if p.Required {
			s.demands[name+" given"] = 1
		}
		s.input(name, p.Schema.Value)
	}
	if op.RequestBody != nil {
		s.input(key+" body", op.RequestBody.Value.Content.Get("application/json").Schema.Value)
	} else {
		s.promises[key+" without a body"] = true
	}
	for status, ref := range op.Responses.Map() {
		for kind, media := range ref.Value.Content {
			s.output(key+" "+status+" "+kind, media.Schema.Value)
		}
		if status < "300" {
			s.promises[key+" "+status] = true
		}
	}
}

// input is what a program sends.
func (s shape) input(key string, schema *openapi3.Schema) {
	schema = s.known(key, schema)
	for bound, value := range map[string]*float64{"høyst": schema.Max, "over": negative(schema.ExclusiveMin.Value), "minst": negative(schema.Min)} {
		if value != nil {
			s.demands[key+" "+bound] = -*value
		}
	}
	for bound, value := range map[string]*uint64{"høyst tegn": schema.MaxLength, "høyst ganger": schema.MaxItems} {
		if value != nil {
			s.demands[key+" "+bound] = -float64(*value)
		}
	}
	for bound, value := range map[string]uint64{"minst tegn": schema.MinLength, "minst ganger": schema.MinItems} {
		if value > 0 {
			s.demands[key+" "+bound] = float64(value)
		}
	}
	for name, what := range map[string]string{"pattern": schema.Pattern, "format": schema.Format} {
		if what != "" {
			s.demands[key+" "+name+" "+what] = 1
		}
	}
	if schema.AdditionalProperties.Has != nil && !*schema.AdditionalProperties.Has {
		s.demands[key+" nothing else"] = 1
	}
	for name, p := range schema.Properties {
		s.promises[key+"."+name] = true
		if slices.Contains(schema.Required, name) {
			s.demands[key+"."+name+" given"] = 1
		}
		s.input(key+"."+name, p.Value)
	}
	if schema.Items != nil {
		s.input(key+"[]", schema.Items.Value)
	}
}

// negative turns a lower bound: a stricter one is a greater number.
func negative(f *float64) *float64 {
	if f == nil {
		return nil
	}
	n := -*f
	return &n
}

// output is what comes back.
func (s shape) output(key string, schema *openapi3.Schema) {
	nullable := schema.Type != nil && schema.Type.Includes("null") || len(schema.AnyOf) > 0
	if !nullable {
		s.promises[key+" is not null"] = true
	}
	schema = s.known(key, schema)
	for name, p := range schema.Properties {
		s.promises[key+"."+name] = true
		if slices.Contains(schema.Required, name) {
			s.promises[key+"."+name+" is always there"] = true
		}
		s.output(key+"."+name, p.Value)
	}
	if schema.Items != nil {
		s.output(key+"[]", schema.Items.Value)
	}
}

// known promises the type and the values of a schema, and returns it without its "or null".
func (s shape) known(key string, schema *openapi3.Schema) *openapi3.Schema {
	if len(schema.AnyOf) > 0 {
		schema = schema.AnyOf[0].Value
	}
	if schema.Type != nil {
		for _, kind := range schema.Type.Slice() {
			if kind != "null" {
				s.promises[key+" is "+kind] = true
			}
		}
	}
	for _, value := range schema.Enum {
		s.promises[fmt.Sprintf("%s can be %v", key, value)] = true
	}
	return schema
}

// breaking returns in which ways a program that follows old would fail with s, sorted.
func (s shape) breaking(old shape) []string {
	var out []string
	for promise := range old.promises {
		if !s.promises[promise] {
			out = append(out, "no more: "+promise)
		}
	}
	for demand, bound := range s.demands {
		before, was := old.demands[demand]
		switch place, _, _ := strings.Cut(demand, " given"); {
		case !was && newInput(old, place):
			// What could not be sent before is not sent by any program; unless it must be.
			if strings.HasSuffix(demand, " given") && old.promises[operationIn(demand)] {
				out = append(out, "new demand: "+demand)
			}
		case !was:
			out = append(out, "new demand: "+demand)
		case bound > before:
			out = append(out, fmt.Sprintf("stricter: %s, %v before, %v now", demand, before, bound))
		}
	}
	slices.Sort(out)
	return out
}

// newInput reports whether a demand is on something that old did not take.
func newInput(old shape, demand string) bool {
	fields := strings.Fields(demand) // method, path, parameter or field
	return len(fields) >= 3 && !old.promises[strings.Join(fields[:3], " ")] && !strings.HasSuffix(fields[2], "body")
}

// operationIn returns the method and path that a demand begins with.
func operationIn(demand string) string {
	fields := strings.Fields(demand)
	return strings.Join(fields[:2], " ")
}

// fingerprint tells two shapes apart.
func (s shape) fingerprint() string {
	h := sha256.New()
	for _, promise := range slices.Sorted(maps.Keys(s.promises)) {
		fmt.Fprintln(h, promise)
	}
	for _, demand := range slices.Sorted(maps.Keys(s.demands)) {
		fmt.Fprintln(h, demand, s.demands[demand])
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
