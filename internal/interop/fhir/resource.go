package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"
)

// Resources, with the elements of FHIR R4 (4.0.1) that are used here and no others. Names and
// order are those of the standard. An element that is not known is left out: FHIR has no
// empty ones.

// resource is any of them.
type resource interface {
	head() *header
}

// header begins every resource.
type header struct {
	Type     string     `json:"resourceType"`
	ID       string     `json:"id,omitempty"`
	Meta     *meta      `json:"meta,omitempty"`
	Language string     `json:"language,omitempty"`
	Text     *narrative `json:"text,omitempty"`
}

func (h *header) head() *header { return h }

type meta struct {
	VersionID   string   `json:"versionId,omitempty"`
	LastUpdated string   `json:"lastUpdated,omitempty"`
	Profile     []string `json:"profile,omitempty"`
	Tag         []coding `json:"tag,omitempty"`
}

type narrative struct {
	Status string `json:"status"`
	Div    string `json:"div"`
}

type coding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

type codeableConcept struct {
	Coding []coding `json:"coding,omitempty"`
	Text   string   `json:"text,omitempty"`
}

type identifier struct {
	Use    string `json:"use,omitempty"`
	System string `json:"system,omitempty"`
	Value  string `json:"value,omitempty"`
}

type reference struct {
	Reference  string      `json:"reference,omitempty"`
	Type       string      `json:"type,omitempty"`
	Identifier *identifier `json:"identifier,omitempty"`
	Display    string      `json:"display,omitempty"`
}

type contactPoint struct {
	System string `json:"system"`
	Value  string `json:"value"`
	Use    string `json:"use,omitempty"`
	Rank   int    `json:"rank,omitempty"`
}

type period struct {
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
}

type extension struct {
	URL         string  `json:"url"`
	ValueCoding *coding `json:"valueCoding,omitempty"`
}

// element is what JSON has beside a primitive value, under its name with "_" before it.
type element struct {
	Extension []extension `json:"extension"`
}

type address struct {
	Use          string   `json:"use,omitempty"`
	Type         string   `json:"type,omitempty"`
	Line         []string `json:"line,omitempty"`
	City         string   `json:"city,omitempty"`
	District     string   `json:"district,omitempty"`
	DistrictMore *element `json:"_district,omitempty"`
	State        string   `json:"state,omitempty"`
	PostalCode   string   `json:"postalCode,omitempty"`
	Country      string   `json:"country,omitempty"`
}

type position struct {
	Longitude float64 `json:"longitude"`
	Latitude  float64 `json:"latitude"`
}

type healthcareService struct {
	header
	Identifier             []identifier      `json:"identifier,omitempty"`
	Active                 bool              `json:"active"`
	ProvidedBy             *reference        `json:"providedBy,omitempty"`
	Category               []codeableConcept `json:"category,omitempty"`
	ServiceType            []codeableConcept `json:"type,omitempty"`
	Specialty              []codeableConcept `json:"specialty,omitempty"`
	Location               []reference       `json:"location,omitempty"`
	Name                   string            `json:"name,omitempty"`
	Comment                string            `json:"comment,omitempty"`
	ExtraDetails           string            `json:"extraDetails,omitempty"`
	Telecom                []contactPoint    `json:"telecom,omitempty"`
	CoverageArea           []reference       `json:"coverageArea,omitempty"`
	ServiceProvisionCode   []codeableConcept `json:"serviceProvisionCode,omitempty"`
	Eligibility            []eligibility     `json:"eligibility,omitempty"`
	Characteristic         []codeableConcept `json:"characteristic,omitempty"`
	Communication          []codeableConcept `json:"communication,omitempty"`
	AvailableTime          []availableTime   `json:"availableTime,omitempty"`
	NotAvailable           []notAvailable    `json:"notAvailable,omitempty"`
	AvailabilityExceptions string            `json:"availabilityExceptions,omitempty"`
}

type eligibility struct {
	Code    *codeableConcept `json:"code,omitempty"`
	Comment string           `json:"comment,omitempty"`
}

type availableTime struct {
	DaysOfWeek []string `json:"daysOfWeek,omitempty"`
	AllDay     bool     `json:"allDay,omitempty"`
	Start      string   `json:"availableStartTime,omitempty"`
	End        string   `json:"availableEndTime,omitempty"`
}

type notAvailable struct {
	Description string  `json:"description"`
	During      *period `json:"during,omitempty"`
}

type location struct {
	header
	Identifier           []identifier     `json:"identifier,omitempty"`
	Status               string           `json:"status,omitempty"`
	Name                 string           `json:"name,omitempty"`
	Alias                []string         `json:"alias,omitempty"`
	Mode                 string           `json:"mode,omitempty"`
	Address              *address         `json:"address,omitempty"`
	PhysicalType         *codeableConcept `json:"physicalType,omitempty"`
	Position             *position        `json:"position,omitempty"`
	ManagingOrganization *reference       `json:"managingOrganization,omitempty"`
	PartOf               *reference       `json:"partOf,omitempty"`
}

type organization struct {
	header
	Identifier       []identifier      `json:"identifier,omitempty"`
	Active           bool              `json:"active"`
	OrganizationType []codeableConcept `json:"type,omitempty"`
	Name             string            `json:"name"`
	Telecom          []contactPoint    `json:"telecom,omitempty"`
	Address          []address         `json:"address,omitempty"`
}

type codeSystem struct {
	header
	URL           string    `json:"url"`
	Version       string    `json:"version,omitempty"`
	Name          string    `json:"name"`
	Title         string    `json:"title"`
	Status        string    `json:"status"`
	Experimental  bool      `json:"experimental"`
	Description   string    `json:"description"`
	CaseSensitive bool      `json:"caseSensitive"`
	Content       string    `json:"content"`
	Count         int       `json:"count"`
	Concept       []concept `json:"concept"`
}

type concept struct {
	Code        string        `json:"code"`
	Display     string        `json:"display"`
	Definition  string        `json:"definition,omitempty"`
	Designation []designation `json:"designation,omitempty"`
}

type designation struct {
	Language string `json:"language"`
	Value    string `json:"value"`
}

// encode returns v as JSON, letters and markup as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode FHIR: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// encodeVersioned gives the resource the version that its content has, and returns it as
// JSON. The version follows from the content alone, so that it is the same on every node
// and another as soon as anything shown changes, also what the directory keeps elsewhere:
// the name of a type, of a kommune.
func encodeVersioned(r resource) ([]byte, error) {
	h := r.head()
	h.Meta.VersionID = ""
	content, err := encode(r)
	if err != nil {
		return nil, err
	}
	sum := fnv.New64a()
	sum.Write(content) // never fails
	h.Meta.VersionID = fmt.Sprintf("%016x", sum.Sum64())
	return encode(r)
}

// instant writes a moment as FHIR does, to the millisecond.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// field is one element of a resource, as it stands in JSON.
type field struct {
	name  string
	value json.RawMessage
}

// fields divides an object into its fields, in order.
func fields(object []byte) ([]field, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("read object: %w", err)
	}
	var list []field
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("read object: %w", err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("read %v: %w", name, err)
		}
		list = append(list, field{fmt.Sprint(name), value})
	}
	return list, nil
}

// object puts fields together again.
func object(list []field) []byte {
	b := []byte{'{'}
	for i, f := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%q:", f.name)
		b = append(b, f.value...)
	}
	return append(b, '}')
}
