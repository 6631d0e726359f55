package register

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// hsdsService is a service with what belongs to it, as far as it is used here.
type hsdsService struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Status       string `json:"status"`
	Description  string `json:"description"`
	URL          string `json:"url"`
	Email        string `json:"email"`
	Application  string `json:"application_process"`
	Fees         string `json:"fees_description"`
	Eligibility  string `json:"eligibility_description"`
	LastModified string `json:"last_modified"`
	Organization *struct {
		Name string `json:"name"`
	} `json:"organization"`
	Phones   []hsdsPhone `json:"phones"`
	Contacts []struct {
		Phones []hsdsPhone `json:"phones"`
	} `json:"contacts"`
	Areas []struct {
		Name    string `json:"name"`
		Extent  string `json:"extent"`
		URI     string `json:"uri"`
		Kommune string `json:"kommunenummer"`
		Fylke   string `json:"fylkesnummer"`
	} `json:"service_areas"`
	Locations []struct {
		Location *hsdsLocation `json:"location"`
		Phones   []hsdsPhone   `json:"phones"`
	} `json:"service_at_locations"`
	Languages []struct {
		Code string `json:"code"`
	} `json:"languages"`
	Costs []struct {
		Amount *float64 `json:"amount"`
	} `json:"cost_options"`
	Attributes []struct {
		LinkType string   `json:"link_type"`
		Term     hsdsTerm `json:"taxonomy_term"`
	} `json:"attributes"`

	gone bool // stands in the list alone
}

type hsdsPhone struct {
	Number      string `json:"number"`
	Description string `json:"description"`
}

type hsdsLocation struct {
	Name      string   `json:"name"`
	Latitude  *float64 `json:"latitude"`
	Longitude *float64 `json:"longitude"`
	Addresses []struct {
		Street     string `json:"address_1"`
		City       string `json:"city"`
		Region     string `json:"region"`
		PostalCode string `json:"postal_code"`
		Country    string `json:"country"`
		Type       string `json:"address_type"`
	} `json:"addresses"`
}

type hsdsTerm struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
	URI  string `json:"term_uri"`
}

// whole reports whether anything is there that belongs to the service, and not only what a
// list says of it.
func (s hsdsService) whole() bool {
	return s.Phones != nil || s.Contacts != nil || s.Areas != nil || s.Locations != nil || s.Languages != nil || s.Costs != nil || s.Attributes != nil
}

// numbers returns the service's own telephones; where it has none, those of whom to ask for
// it and of it at its places. The switchboard of a house is not among them.
func (s hsdsService) numbers() []hsdsPhone {
	found := slices.Clone(s.Phones)
	if len(found) > 0 {
		return found
	}
	for _, c := range s.Contacts {
		found = append(found, c.Phones...)
	}
	for _, l := range s.Locations {
		found = append(found, l.Phones...)
	}
	return found
}

// check returns an error for a service that lacks what each of them has.
func (s hsdsService) check(where string) error {
	switch {
	case s.ID == "":
		return upstream.Missing(where, "id", "an id")
	case s.Name == "":
		return upstream.Missing(where, "name", "a name")
	case !slices.Contains([]string{"active", "inactive", "defunct", "temporarily closed"}, s.Status):
		return upstream.Unexpected(where, "status", "active, inactive, defunct or temporarily closed", s.Status)
	}
	return nil
}

// find returns what the mapping has for a term of a service, by any of its names. A name
// that terms of several sorts have is told apart by how it is linked: "type:ppt".
func (t hsdsTerm) find(linkType string, mapping map[string]string) string {
	for _, name := range []string{t.Code, t.URI, t.Name, t.ID} {
		if name == "" {
			continue
		}
		if to, ok := mapping[linkType+":"+name]; ok && linkType != "" {
			return to
		}
		if to, ok := mapping[name]; ok {
			return to
		}
	}
	return ""
}

// offering returns the service as an offering, and the fields that the feed speaks of. One
// without a type by the mapping has none.
func (im *hsdsRun) offering(s hsdsService, where string) (directory.Offering, []directory.FieldName, error) {
	m := im.mapping
	o := directory.Offering{
		Key: m.Prefix + "/" + region.Slug(s.ID), Name: strings.TrimSpace(s.Name), Description: strings.TrimSpace(s.Description), Audience: strings.TrimSpace(s.Eligibility),
		Cost: directory.Cost{Text: s.Fees}, Referral: directory.Referral{Text: s.Application},
		Source: directory.Source{Title: m.Source.Name, URL: m.Source.URL, Date: today()}, Status: directory.Draft, Confidence: directory.Low,
	}
	if strings.HasPrefix(where, "http") {
		o.Source.URL = where
	}
	if s.Organization != nil {
		o.Organization.Name = s.Organization.Name
	}
	if err := im.terms(&o, s); err != nil || o.Type == "" {
		return o, nil, err
	}
	for _, c := range s.Costs {
		if c.Amount != nil && *c.Amount == 0 && len(s.Costs) == 1 {
			o.Cost.Kind = directory.Free
		}
	}
	for _, l := range s.Languages {
		if l.Code != "" {
			o.Languages = append(o.Languages, l.Code)
		}
	}
	if err := errors.Join(im.contacts(&o, s), im.places(&o, s), im.areas(&o, s)); err != nil {
		return o, nil, err
	}
	return o, o.Said(), nil
}

func (im *hsdsRun) terms(o *directory.Offering, s hsdsService) error {
	var names []string
	for _, a := range s.Attributes {
		t := a.Term
		names = append(names, cmp.Or(t.Code, t.Name, t.URI, t.ID))
		if to := t.find(a.LinkType, im.mapping.Types); to != "" && o.Type != "" && to != o.Type {
			return fmt.Errorf("its terms are of two types, %s and %s", o.Type, to)
		} else if to != "" {
			o.Type = to
		}
		for _, kind := range []struct {
			mapping map[string]string
			at      *[]string
		}{{im.mapping.TargetGroups, &o.TargetGroups}, {im.mapping.Topics, &o.Topics}, {im.mapping.Formats, &o.Formats}} {
			if to := t.find(a.LinkType, kind.mapping); to != "" {
				*kind.at = append(*kind.at, to)
			}
		}
	}
	if o.Type == "" {
		for _, n := range names {
			im.unknown[n]++
		}
	}
	return nil
}

func (im *hsdsRun) contacts(o *directory.Offering, s hsdsService) error {
	var wrong []error
	for _, p := range s.numbers() {
		n, err := directory.ParsePhone(p.Number)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if slices.ContainsFunc(o.Phones, func(has directory.Phone) bool { return has.Number == n }) {
			continue
		}
		o.Phones = append(o.Phones, directory.Phone{Number: n, Hours: p.Description})
	}
	if s.Email != "" {
		e, err := email(s.Email)
		wrong = append(wrong, err)
		o.Emails = []string{e}
	}
	if s.URL != "" {
		w, err := directory.ParseWebsite(s.URL)
		wrong = append(wrong, err)
		o.Websites = []string{w}
	}
	return errors.Join(wrong...)
}

func (im *hsdsRun) places(o *directory.Offering, s hsdsService) error {
	for _, at := range s.Locations {
		if at.Location == nil {
			continue
		}
		for _, a := range at.Location.Addresses {
			if a.Type == "postal" {
				continue
			}
			l := directory.Location{Name: at.Location.Name, Street: a.Street, PostalPlace: a.City}
			if a.PostalCode != "" {
				p, err := directory.ParsePostalCode(a.PostalCode)
				if err != nil {
					return err
				}
				l.PostalCode = p
			}
			if n, err := im.called.kommune(a.Region); err == nil {
				l.Kommune = n
			}
			if lat, lon := at.Location.Latitude, at.Location.Longitude; lat != nil && lon != nil {
				l.Position = &region.Position{Lat: *lat, Lon: *lon}
			}
			o.Locations = append(o.Locations, l)
		}
	}
	return nil
}

// areas reads for whom the service is: by kommunenummer, as our own profile of HSDS has it,
// by the mapping, or by the name of a kommune that only one has.
func (im *hsdsRun) areas(o *directory.Offering, s hsdsService) error {
	for _, a := range s.Areas {
		to := ""
		for _, name := range []string{a.URI, a.Extent, a.Name} {
			if to = im.mapping.Areas[name]; to != "" && name != "" {
				break
			}
		}
		switch {
		case to != "":
		case a.Kommune != "":
			to = a.Kommune
		case a.Fylke != "":
			to = "fylke:" + a.Fylke
		case a.Extent == "NO":
			to = "nasjonal"
		default:
			to = cmp.Or(a.Name, a.Extent)
		}
		if err := im.called.cover(&o.Coverage, to); err != nil {
			return fmt.Errorf("service_areas: %w; say in dekning what %q is", err, cmp.Or(a.Name, a.Extent, a.URI))
		}
	}
	if len(s.Areas) == 0 {
		return errors.New("service_areas: is empty, so nobody can tell whom it is for")
	}
	return nil
}
