package store

import (
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

type fylkeRow struct {
	Number       string `gorm:"primaryKey"`
	Name         string
	OtherNames   textArray
	OfficialName string
}

func (fylkeRow) TableName() string { return "fylker" }

func newFylkeRow(f region.Fylke) fylkeRow {
	return fylkeRow{string(f.Number), f.Name, f.OtherNames, f.OfficialName}
}

func (r fylkeRow) fylke() region.Fylke {
	return region.Fylke{Number: region.FylkeNumber(r.Number), Name: r.Name, OtherNames: r.OtherNames, OfficialName: r.OfficialName}
}

type kommuneRow struct {
	Number            string `gorm:"primaryKey"`
	FylkeNumber       string
	Name              string
	OtherNames        textArray
	OfficialName      string
	Maalform          optional
	Population        known
	PopulationYear    known
	AdminCentre       optional
	Lat, Lon          float64
	Domain            optional
	Website           string
	OrgNumber         optional
	Wikidata          optional
	ContactPhone      optional
	ContactEmail      optional
	ContactSource     optional
	ContactSourceDate optional
	ContactConfirmed  bool
}

func (kommuneRow) TableName() string { return "kommuner" }

func newKommuneRow(k region.Kommune) kommuneRow {
	return kommuneRow{
		Number: string(k.Number), FylkeNumber: string(k.Number.Fylke()),
		Name: k.Name, OtherNames: k.OtherNames, OfficialName: k.OfficialName,
		Maalform:   optional(k.Maalform),
		Population: known(k.Population), PopulationYear: known(k.PopulationYear),
		AdminCentre: optional(k.AdminCentre),
		Lat:         k.Position.Lat, Lon: k.Position.Lon,
		Domain: optional(k.Domain), Website: k.Website,
		OrgNumber: optional(k.OrgNumber), Wikidata: optional(k.Wikidata),
		ContactPhone: optional(k.Contact.Phone), ContactEmail: optional(k.Contact.Email),
		ContactSource: optional(k.Contact.Source), ContactSourceDate: optional(k.Contact.SourceDate),
		ContactConfirmed: k.Contact.Confirmed,
	}
}

// kommuneResult is a row with what other rows say of it.
type kommuneResult struct {
	Row       kommuneRow `gorm:"embedded"`
	FylkeName string
	Ambiguous bool
}

func (r kommuneResult) kommune() region.Kommune {
	k := r.Row
	return region.Kommune{
		Number: region.Number(k.Number),
		Name:   k.Name, OtherNames: k.OtherNames, OfficialName: k.OfficialName,
		FylkeName: r.FylkeName, Ambiguous: r.Ambiguous,
		Maalform:   region.Maalform(k.Maalform),
		Population: int(k.Population), PopulationYear: int(k.PopulationYear),
		AdminCentre: string(k.AdminCentre),
		Position:    region.Position{Lat: k.Lat, Lon: k.Lon},
		Domain:      string(k.Domain), Website: k.Website,
		OrgNumber: string(k.OrgNumber), Wikidata: string(k.Wikidata),
		Contact: region.Contact{
			Phone: string(k.ContactPhone), Email: string(k.ContactEmail),
			Source: string(k.ContactSource), SourceDate: string(k.ContactSourceDate),
			Confirmed: k.ContactConfirmed,
		},
	}
}

type formerRow struct {
	Number        string `gorm:"primaryKey"`
	Name          string `gorm:"primaryKey"`
	PresentNumber string `gorm:"primaryKey"`
	ValidTo       time.Time
	Kind          string
}

func (formerRow) TableName() string { return "former_kommuner" }

func newFormerRow(f region.Former) formerRow {
	return formerRow{string(f.Number), f.Name, string(f.Present), f.Ended().AddDate(0, 0, -1), string(f.Kind)}
}

func (r formerRow) former() region.Former {
	return region.Former{
		Number: region.Number(r.Number), Name: r.Name, Present: region.Number(r.PresentNumber),
		LastYear: r.ValidTo.Year(), Kind: region.SuccessionKind(r.Kind),
	}
}

type postalCodeRow struct {
	Code          string `gorm:"primaryKey"`
	Place         string
	KommuneNumber optional
	Category      string
}

func (postalCodeRow) TableName() string { return "postal_codes" }

func newPostalCodeRow(p region.PostalCode) postalCodeRow {
	return postalCodeRow{p.Code, p.Place, optional(p.Kommune), p.Category}
}

func (r postalCodeRow) postalCode() region.PostalCode {
	return region.PostalCode{Code: r.Code, Place: r.Place, Kommune: region.Number(r.KommuneNumber), Category: r.Category}
}

type placeRow struct {
	ID            int64
	Name          string
	KommuneNumber string
	Kind          string
	Lat, Lon      *float64
	BydelNumber   optional
	Source        string
}

func (placeRow) TableName() string { return "places" }

func newPlaceRow(p region.Place) placeRow {
	lat, lon := degrees(p.Position)
	return placeRow{p.ID, p.Name, string(p.Kommune), string(p.Kind), lat, lon, optional(p.BydelNumber), p.Source}
}

func (r placeRow) place() region.Place {
	return region.Place{
		ID: r.ID, Name: r.Name, Kommune: region.Number(r.KommuneNumber), Kind: region.PlaceKind(r.Kind),
		Position: position(r.Lat, r.Lon), BydelNumber: string(r.BydelNumber), Source: r.Source,
	}
}

// degrees returns a position as columns, nil where it is not known.
func degrees(p *region.Position) (lat, lon *float64) {
	if p == nil {
		return nil, nil
	}
	return &p.Lat, &p.Lon
}

// position is degrees the other way.
func position(lat, lon *float64) *region.Position {
	if lat == nil || lon == nil {
		return nil
	}
	return &region.Position{Lat: *lat, Lon: *lon}
}
