package fhir

import (
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
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
	if g.OrgNumber != "" {
		it.identifiers = []token{{systemENH, string(g.OrgNumber)}}
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
	if g.OrgNumber != "" {
		o.Identifier = []identifier{{Use: "official", System: systemENH, Value: string(g.OrgNumber)}}
	}
	if kind, ok := organizationKinds[g.Kind]; ok {
		o.OrganizationType = []codeableConcept{kind}
	}
	add := func(system, value string) {
		if value != "" {
			o.Telecom = append(o.Telecom, contactPoint{System: system, Value: value, Use: "work", Rank: len(o.Telecom) + 1})
		}
	}
	if k, ok := c.kommuneOf(g.Kommune); ok && k.Contact.Confirmed {
		add("phone", k.Contact.Phone)
		add("email", k.Contact.Email)
	}
	add("url", g.Website)
	if a := c.seat(g); a != nil {
		o.Address = []address{*a}
	}
	o.Text = narrate(g.Name)
	return o
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
