package fhir

import (
	"encoding/json"
	"fmt"
	"slices"
)

// summaries are the elements that are marked as summary in the standard, by type.
var summaries = map[string][]string{
	typeService:      {"identifier", "active", "providedBy", "category", "type", "specialty", "location", "name", "comment"},
	typeLocation:     {"identifier", "status", "name", "mode", "physicalType"},
	typeOrganization: {"identifier", "active", "type", "name"},
	typeCodeSystem:   {"url", "version", "name", "title", "status", "experimental", "caseSensitive", "content", "count"},
}

// mandatory are the elements without which a resource is not valid: by cardinality, and
// Organization.name by the invariant org-1.
var mandatory = map[string][]string{
	typeOrganization: {"name", "identifier"},
	typeCodeSystem:   {"status", "content"},
}

// subset returns as much of a resource as _summary and _elements ask for, tagged as not
// being all of it.
func subset(kind string, content []byte, summary string, elements []string) ([]byte, error) {
	var keep func(string) bool
	of := func(lists ...[]string) func(string) bool {
		names := slices.Concat(append(lists, mandatory[kind])...)
		return func(name string) bool {
			return slices.Contains(names, name) || name != "" && slices.Contains(names, name[1:]) && name[0] == '_'
		}
	}
	switch {
	case summary == "true":
		keep = of(summaries[kind])
	case summary == "text":
		keep = of([]string{"text"})
	case summary == "data":
		keep = func(name string) bool { return name != "text" }
	case len(elements) > 0:
		keep = of(elements)
	default:
		return content, nil
	}
	all, err := fields(content)
	if err != nil {
		return nil, err
	}
	var kept []field
	for _, f := range all {
		switch f.name {
		case "resourceType", "id":
		case "meta":
			if f.value, err = tagged(f.value); err != nil {
				return nil, err
			}
		default:
			if !keep(f.name) {
				continue
			}
		}
		kept = append(kept, f)
	}
	return object(kept), nil
}

// tagged returns the meta element with the tag that says that elements are left out.
func tagged(content json.RawMessage) (json.RawMessage, error) {
	var m meta
	if err := json.Unmarshal(content, &m); err != nil {
		return nil, fmt.Errorf("read meta: %w", err)
	}
	m.Tag = append(m.Tag, coding{systemObservationValue, "SUBSETTED", "subsetted"})
	return encode(m)
}
