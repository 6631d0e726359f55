package fhir

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Locations stand in this order: the country, fylker and kommuner by number, then the doors of
// offerings by the offering's id.
const (
	orderFylke   = 10
	orderKommune = 1000
	orderPlace   = 1 << 20
	mostPlaces   = 1 << 10 // of one offering
)

// addRegions adds the areas that offerings are for: Norway, its fylker and its kommuner.
// They are Locations because HealthcareService.coverageArea refers to such.
func (c *catalog) addRegions() {
	country := interop.CountryID().String()
	changed := c.regionsChanged()
	c.addRegion(0, published, country, "", "Norge", nil, token{systemCountry, "NO"}, address{Country: "NO"})
	for _, f := range c.view.Fylker() {
		n, _ := strconv.ParseInt(string(f.Number), 10, 64) // two digits
		c.addRegion(orderFylke+n, changed(search.KindFylke, string(f.Number)), interop.FylkeID(f.Number).String(), country, f.Name, f.OtherNames,
			token{systemFylke, string(f.Number)}, address{State: f.Name, Country: "NO"})
	}
	for _, k := range c.view.Kommuner() {
		n, _ := strconv.ParseInt(string(k.Number), 10, 64) // four digits
		a := address{Country: "NO"}
		setKommune(&a, k)
		c.addRegion(orderKommune+n, changed(search.KindKommune, string(k.Number)), interop.KommuneID(k.Number).String(), interop.FylkeID(k.Number.Fylke()).String(),
			k.DisplayName(), k.OtherNames, token{systemKommune, string(k.Number)}, a)
	}
}

// regionsChanged returns when a kommune or a fylke last became what it is, by the feed: whoever
// keeps a copy asks for what has changed since last time, and is to get new kommuner too.
func (c *catalog) regionsChanged() func(kind search.Kind, number string) time.Time {
	at := map[string]time.Time{}
	var changes []search.Change
	for from, more := (search.Cursor{}), true; more; {
		changes, more = c.view.Changes(from, 1000)
		for _, ch := range changes {
			if kind := ch.Kind(); !ch.Gone && (kind == search.KindKommune || kind == search.KindFylke) {
				at[ch.ID] = ch.At
			}
			from = ch.Cursor
		}
	}
	return func(kind search.Kind, number string) time.Time {
		if t, ok := at[string(kind)+"/"+number]; ok {
			return t
		}
		return published
	}
}

func (c *catalog) addRegion(order int64, changed time.Time, id, partOf, name string, aliases []string, number token, a address) {
	it := &item{
		kind:        typeLocation,
		id:          id,
		order:       order,
		changed:     changed,
		names:       []text{newText(name)},
		identifiers: []token{number},
		state:       token{systemLocationStatus, "active"},
		partOf:      partOf,
		place:       newPlace(&a),
	}
	for _, s := range aliases {
		it.names = append(it.names, newText(s))
	}
	it.make = func() resource {
		l := &location{
			header:       it.newHeader(profileLocation),
			Identifier:   []identifier{{Use: "official", System: number.system, Value: number.code}},
			Status:       "active",
			Name:         name,
			Alias:        aliases,
			Mode:         "instance",
			Address:      &a,
			PhysicalType: &codeableConcept{Coding: []coding{{systemPhysicalType, "jdn", "Jurisdiction"}}},
		}
		if partOf != "" {
			l.PartOf = c.refer(typeLocation, partOf, c.byReference[typeLocation+"/"+partOf].names[0].written)
		}
		l.Text = narrate(name)
		return l
	}
	c.add(it)
}

// placeItem returns the i-th place of the offering.
func (c *catalog) placeItem(o *directory.Offering, i int, p interop.Place) *item {
	a := c.addressOf(p.Location)
	name := cmp.Or(p.Name, o.Name)
	it := &item{
		kind:     typeLocation,
		id:       p.ID.String(),
		order:    orderPlace + o.ID*mostPlaces + int64(i),
		changed:  o.ChangedAt,
		names:    []text{newText(name)},
		state:    token{systemLocationStatus, "active"},
		position: p.Position,
		at:       p.Position,
	}
	if o.Status == directory.Closed {
		it.state.code = "suspended"
	}
	if a != nil {
		it.place = newPlace(a)
	}
	if o.Organization.Name != "" {
		it.organization = o.Organization.UUID.String()
	}
	if k, ok := c.view.Kommune(p.Kommune); ok {
		it.partOf = interop.KommuneID(k.Number).String()
		it.at = cmp.Or(it.at, &k.Position) // as the pages reckon distances
	}
	organization := o.Organization
	it.make = func() resource {
		l := &location{
			header:               it.newHeader(profileLocation),
			Status:               it.state.code,
			Name:                 name,
			Mode:                 "instance",
			Address:              a,
			ManagingOrganization: c.providedBy(organization),
		}
		if it.position != nil {
			l.Position = &position{Longitude: it.position.Lon, Latitude: it.position.Lat}
		}
		if it.partOf != "" {
			l.PartOf = c.refer(typeLocation, it.partOf, c.byReference[typeLocation+"/"+it.partOf].names[0].written)
		}
		l.Text = narrate(name, addressLine(a))
		return l
	}
	return it
}

// addressOf returns an address after no-basis-Address, or nil where nothing of it is known.
func (c *catalog) addressOf(l directory.Location) *address {
	a := &address{City: l.PostalPlace, PostalCode: string(l.PostalCode)}
	if l.Street != "" {
		a.Line = []string{l.Street}
	}
	if k, ok := c.view.Kommune(l.Kommune); ok {
		setKommune(a, k)
	}
	if a.City == "" && a.PostalCode == "" && a.Line == nil && a.District == "" {
		return nil
	}
	a.Use, a.Type, a.Country = "work", "physical", "NO"
	return a
}

// setKommune says which kommune the address is in, by name and by number.
func setKommune(a *address, k *search.Kommune) {
	a.District, a.DistrictMore, a.State = k.Name, municipality(k), k.FylkeName
}

// municipality returns the extension no-basis-municipalitycode of Address.district.
func municipality(k *search.Kommune) *element {
	return &element{[]extension{{URL: extMunicipality, ValueCoding: &coding{systemKommune, string(k.Number), k.Name}}}}
}

func newPlace(a *address) place {
	return place{newText(strings.Join(a.Line, ", ")), newText(a.City), newText(a.District), newText(a.State), newText(a.PostalCode), newText(a.Country)}
}

// addressLine writes an address in one line.
func addressLine(a *address) string {
	if a == nil {
		return ""
	}
	return strings.Join(nonempty(strings.Join(a.Line, ", "), strings.TrimSpace(a.PostalCode+" "+a.City)), ", ")
}
