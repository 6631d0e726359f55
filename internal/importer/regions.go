package importer

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Columns of the files about regions. data/*.md says where each comes from.
var (
	fylkeColumns   = []string{"fylkesnummer", "navn", "andre_navn", "navn_offisielt", "antall_kommuner"}
	kommuneColumns = []string{"kommunenummer", "navn", "andre_navn", "navn_offisielt", "fylkesnummer", "fylkesnavn",
		"maalform", "folketall", "folketall_aar", "administrasjonssenter", "lat", "lon", "koordinat_kilde",
		"domene", "nettsted", "organisasjonsnummer", "wikidata"}
	contactColumns    = []string{"kommunenummer", "navn", "telefon", "epost", "ordlyd", "kilde", "kilde_dato", "sikkerhet"}
	formerColumns     = []string{"gammelt_nummer", "gammelt_navn", "nytt_nummer", "nytt_navn", "gyldig_til", "type"}
	postalCodeColumns = []string{"postnummer", "poststed", "kommunenummer", "kategori"}
	placeColumns      = []string{"sted", "kommunenummer", "kommune", "type", "lat", "lon", "bydelsnummer", "kilde"}
)

// readRegions reads every file about regions that fsys holds. Files that are absent are
// passed over, so that a single one can be imported.
func (im *run) readRegions(fsys fs.FS) store.Regions {
	var r store.Regions
	im.each(fsys, "fylker.csv", fylkeColumns, func(row *row) {
		f := region.Fylke{
			Number:       required(row, "fylkesnummer", region.ParseFylkeNumber),
			Name:         row.required("navn"),
			OtherNames:   row.list("andre_navn"),
			OfficialName: row.required("navn_offisielt"),
		}
		if row.ok {
			r.Fylker = append(r.Fylker, f)
		}
	})
	im.each(fsys, "kommuner.csv", kommuneColumns, func(row *row) {
		k := readKommune(row)
		if row.ok {
			r.Kommuner = append(r.Kommuner, k)
		}
	})
	im.each(fsys, "kommune-endringer.csv", formerColumns, func(row *row) {
		f := region.Former{
			Number:   required(row, "gammelt_nummer", region.ParseNumber),
			Name:     row.required("gammelt_navn"),
			Present:  required(row, "nytt_nummer", region.ParseNumber),
			LastYear: row.integer("gyldig_til"),
			Kind:     oneOf(row, "type", region.Renumbered, region.Renamed, region.Merged, region.Split),
		}
		if row.ok {
			r.Formers = append(r.Formers, f)
		}
	})
	im.each(fsys, "postnummer.csv", postalCodeColumns, func(row *row) {
		p := region.PostalCode{
			Code:     string(required(row, "postnummer", directory.ParsePostalCode)),
			Place:    row.required("poststed"),
			Kommune:  parsed(row, "kommunenummer", region.ParseNumber), // none on Svalbard and Jan Mayen
			Category: oneOf(row, "kategori", "B", "F", "G", "P", "S"),
		}
		if row.ok {
			r.PostalCodes = append(r.PostalCodes, p)
		}
	})
	im.each(fsys, "steder.csv", placeColumns, func(row *row) {
		p := region.Place{
			Name:        row.required("sted"),
			Kommune:     required(row, "kommunenummer", region.ParseNumber),
			Kind:        oneOf(row, "type", region.Bydel, region.AdminCentre, region.Settlement, region.PostalPlace),
			Position:    position(row),
			BydelNumber: row.text("bydelsnummer"),
			Source:      row.required("kilde"),
		}
		if row.ok {
			r.Places = append(r.Places, p)
		}
	})
	return r
}

func readKommune(row *row) region.Kommune {
	k := region.Kommune{
		Number:         required(row, "kommunenummer", region.ParseNumber),
		Name:           row.required("navn"),
		OtherNames:     row.list("andre_navn"),
		OfficialName:   row.required("navn_offisielt"),
		FylkeName:      row.required("fylkesnavn"),
		Maalform:       oneOf(row, "maalform", region.Bokmal, region.Nynorsk, region.Neutral),
		Population:     row.integer("folketall"),
		PopulationYear: row.integer("folketall_aar"),
		AdminCentre:    row.text("administrasjonssenter"),
		Domain:         row.required("domene"),
		Website:        row.required("nettsted"),
		OrgNumber:      string(parsed(row, "organisasjonsnummer", directory.ParseOrgNumber)),
		Wikidata:       row.required("wikidata"),
	}
	if p := position(row); p != nil {
		k.Position = *p
	} else {
		row.problem("lat", "a kommune needs a position")
	}
	return k
}

// addContacts gives the kommuner in r their contacts. They stand in a file of their own:
// when either file is imported alone, the other half is taken from the store.
func (im *run) addContacts(ctx context.Context, fsys fs.FS, r *store.Regions) error {
	contacts := im.readContacts(fsys)
	if len(contacts) > 0 == (len(r.Kommuner) > 0) {
		setContacts(r.Kommuner, contacts)
		return nil
	}
	stored, err := im.store.Kommuner(ctx)
	if err != nil {
		return fmt.Errorf("import contacts: %w", err)
	}
	if len(contacts) > 0 {
		r.Kommuner = stored
	} else {
		for _, k := range stored {
			contacts[k.Number] = k.Contact
		}
	}
	setContacts(r.Kommuner, contacts)
	return nil
}

func setContacts(kommuner []region.Kommune, contacts map[region.Number]region.Contact) {
	for i := range kommuner {
		if c, ok := contacts[kommuner[i].Number]; ok {
			kommuner[i].Contact = c
		}
	}
}

// readContacts returns the kommuner's own telephone numbers and mailboxes. Those that
// are marked lav are kept for editors and not shown to readers.
func (im *run) readContacts(fsys fs.FS) map[region.Number]region.Contact {
	contacts := map[region.Number]region.Contact{}
	im.each(fsys, "kommune-kontakt.csv", contactColumns, func(row *row) {
		n := required(row, "kommunenummer", region.ParseNumber)
		c := region.Contact{
			Phone:      string(parsed(row, "telefon", directory.ParsePhone)),
			Email:      row.text("epost"),
			Source:     row.required("kilde"),
			SourceDate: string(parsed(row, "kilde_dato", directory.ParsePartialDate)),
			Confirmed:  oneOf(row, "sikkerhet", directory.High, directory.Medium, directory.Low) != directory.Low,
		}
		if row.ok {
			contacts[n] = c
		}
	})
	return contacts
}

// position returns the row's coordinates, nil where it has none.
func position(row *row) *region.Position {
	if row.text("lat") == "" && row.text("lon") == "" {
		return nil
	}
	if row.text("lat") == "" || row.text("lon") == "" {
		row.problem("lat", "lat and lon belong together")
		return nil
	}
	return &region.Position{Lat: row.degrees("lat"), Lon: row.degrees("lon")}
}
