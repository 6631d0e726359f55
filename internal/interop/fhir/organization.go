package fhir

import (
	"cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// organizationKinds is what organizations are in HL7's code system, which has none for
// foundations and associations.
var organizationKinds = map[directory.OrganizationKind]codeableConcept{
	directory.KindKommune:       {[]coding{{systemOrganizationType, "govt", "Government"}}, "Kommune"},
	directory.KindFylkeskommune: {[]coding{{systemOrganizationType, "govt", "Government"}}, "Fylkeskommune"},
	directory.KindState:         {[]coding{{systemOrganizationType, "govt", "Government"}}, "Stat"},
	directory.KindHealthTrust:   {[]coding{{systemOrganizationType, "prov", "Healthcare Provider"}}, "Helseforetak"},
	directory.KindFoundation:    {[]coding{{systemOrganizationType, "other", "Other"}}, "Stiftelse"},
	directory.KindAssociation:   {[]coding{{systemOrganizationType, "other", "Other"}}, "Forening"},
}

func (c *catalog) organizationItem(g *interop.Organization) *item {
	it := &item{
		kind:    typeOrganization,
		id:      g.UUID.String(),
		order:   g.ID,
		changed: g.Changed,
		names:   []text{newText(g.Name)},
		state:   token{systemBoolean, "true"},
	}
	if n := c.orgNumber(g.Organization); n != "" {
		it.identifiers = []token{{systemENH, n}}
	}
	if kind, ok := organizationKinds[g.Kind]; ok {
		it.types = []token{{kind.Coding[0].System, kind.Coding[0].Code}}
	}
	if a := c.seat(g); a != nil {
		it.place = newPlace(a)
	}
	it.make = func() resource { return c.organization(it, g) }
	return it
}

// organization returns an organization that has public offerings.
func (c *catalog) organization(it *item, g *interop.Organization) *organization {
	o := &organization{
		header: it.newHeader(profileOrganization),
		Active: true,
		Name:   g.Name,
	}
	if n := c.orgNumber(g.Organization); n != "" {
		o.Identifier = []identifier{{Use: "official", System: systemENH, Value: n}}
	}
	if kind, ok := organizationKinds[g.Kind]; ok {
		o.OrganizationType = []codeableConcept{kind}
	}
	add := func(system, value string) {
		if value != "" {
			o.Telecom = append(o.Telecom, contactPoint{System: system, Value: value, Use: "work", Rank: len(o.Telecom) + 1})
		}
	}
	website := g.Website
	if k, ok := c.kommuneOf(g.Kommune); ok {
		if k.Contact.Confirmed {
			add("phone", k.Contact.Phone)
			add("email", k.Contact.Email)
		}
		if website == "" && k.Website != "" {
			website = k.WebsiteURL()
		}
	}
	add("url", website)
	if a := c.seat(g); a != nil {
		o.Address = []address{*a}
	}
	o.Text = narrate(g.Name)
	return o
}

// orgNumber returns the organisasjonsnummer, of a kommune that which the kommune has; empty
// where neither is known.
func (c *catalog) orgNumber(g directory.Organization) string {
	if k, ok := c.kommuneOf(g.Kommune); ok {
		return cmp.Or(string(g.OrgNumber), k.OrgNumber)
	}
	return string(g.OrgNumber)
}

// seat returns where a kommune is. Of other organizations the directory knows no address.
func (c *catalog) seat(g *interop.Organization) *address {
	k, ok := c.kommuneOf(g.Kommune)
	if !ok {
		return nil
	}
	a := &address{Use: "work", Type: "physical", Country: "NO"}
	setKommune(a, k)
	return a
}

// kommuneOf returns the kommune that the organization is, if it is one.
func (c *catalog) kommuneOf(n region.Number) (*search.Kommune, bool) {
	if n == "" {
		return nil, false
	}
	return c.view.Kommune(n)
}
