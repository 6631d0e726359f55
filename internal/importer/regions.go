package importer

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

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

// numbers are the fylker and kommuner that rows may name: those of the store, and those
// that the files bring.
type numbers struct {
	fylker   map[region.FylkeNumber]bool
	kommuner map[region.Number]bool
}

func (im *run) storedNumbers(ctx context.Context) (numbers, error) {
	known := numbers{map[region.FylkeNumber]bool{}, map[region.Number]bool{}}
	fylker, err := im.store.Fylker(ctx)
	if err != nil {
		return known, err
	}
	for _, f := range fylker {
		known.fylker[f.Number] = true
	}
	kommuner, err := im.store.Kommuner(ctx)
	for _, k := range kommuner {
		known.kommuner[k.Number] = true
	}
	if err != nil {
		return known, err
	}
	// Files may be older than the end of a kommune: the store leaves those rows alone.
	ended, err := im.store.EndedKommuner(ctx)
	for n := range ended {
		known.kommuner[n] = true
		known.fylker[n.Fylke()] = true
	}
	return known, err
}

// kommune returns the kommune that a cell names by number, "" for an empty cell.
func (known numbers) kommune(row *row, column string) region.Number {
	n := parsed(row, column, region.ParseNumber)
	if n != "" && !known.kommuner[n] {
		row.problem(column, fmt.Sprintf("no kommune has the number %s", n))
	}
	return n
}

// readRegions reads every file about regions that fsys holds. Files that are absent are
// passed over, so that a single one can be imported. Known grows by what the files bring.
func (im *run) readRegions(fsys fs.FS, known numbers) store.Regions {
	var r store.Regions
	im.each(fsys, "fylker.csv", fylkeColumns, func(row *row) {
		f := region.Fylke{
			Number:       required(row, "fylkesnummer", region.ParseFylkeNumber),
			Name:         row.required("navn"),
			OtherNames:   row.list("andre_navn"),
			OfficialName: row.required("navn_offisielt"),
		}
		if row.once("fylkesnummer"); row.ok {
			known.fylker[f.Number] = true
			r.Fylker = append(r.Fylker, f)
		}
	})
	im.each(fsys, "kommuner.csv", kommuneColumns, func(row *row) {
		k := readKommune(row)
		if k.Number != "" && !known.fylker[k.Number.Fylke()] {
			row.problem("kommunenummer", fmt.Sprintf("no fylke has the number %s", k.Number.Fylke()))
		}
		if row.once("kommunenummer"); row.ok {
			known.kommuner[k.Number] = true
			r.Kommuner = append(r.Kommuner, k)
		}
	})
	im.each(fsys, "kommune-endringer.csv", formerColumns, func(row *row) {
		f := region.Former{
			Number:   required(row, "gammelt_nummer", region.ParseNumber),
			Name:     row.required("gammelt_navn"),
			Present:  known.kommune(row, "nytt_nummer"),
			LastYear: row.integer("gyldig_til"),
			Kind:     oneOf(row, "type", region.Renumbered, region.Renamed, region.Merged, region.Split),
		}
		row.required("nytt_nummer")
		if row.once("gammelt_nummer", "gammelt_navn", "nytt_nummer"); row.ok {
			r.Formers = append(r.Formers, f)
		}
	})
	im.each(fsys, "postnummer.csv", postalCodeColumns, func(row *row) {
		p := region.PostalCode{
			Code:     string(required(row, "postnummer", directory.ParsePostalCode)),
			Place:    row.required("poststed"),
			Kommune:  known.kommune(row, "kommunenummer"), // none on Svalbard and Jan Mayen
			Category: oneOf(row, "kategori", "B", "F", "G", "P", "S"),
		}
		if row.once("postnummer"); row.ok {
			r.PostalCodes = append(r.PostalCodes, p)
		}
	})
	im.each(fsys, "steder.csv", placeColumns, func(row *row) {
		p := region.Place{
			Name:        row.required("sted"),
			Kommune:     known.kommune(row, "kommunenummer"),
			Kind:        oneOf(row, "type", region.Bydel, region.AdminCentre, region.Settlement, region.PostalPlace),
			Position:    position(row),
			BydelNumber: row.shaped("bydelsnummer", bydelShape),
			Source:      row.required("kilde"),
		}
		if p.Kind == region.Bydel && (p.BydelNumber == "" || !strings.HasPrefix(p.BydelNumber, string(p.Kommune))) {
			row.problem("bydelsnummer", "a bydel's number begins with that of its kommune")
		} else if p.Kind != region.Bydel && p.BydelNumber != "" {
			row.problem("bydelsnummer", "only a bydel has one")
		}
		row.required("kommunenummer")
		if row.once("sted", "kommunenummer", "type"); row.ok {
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
		Domain:         row.shaped("domene", domainShape),
		Website:        row.shaped("nettsted", domainShape),
		OrgNumber:      string(parsed(row, "organisasjonsnummer", directory.ParseOrgNumber)),
		Wikidata:       row.shaped("wikidata", wikidataShape),
	}
	row.required("domene")
	row.required("nettsted")
	row.required("wikidata")
	row.between("folketall", 1, 10_000_000)
	row.between("folketall_aar", 2000, 2100)
	if p := position(row); p != nil {
		k.Position = *p
	} else {
		row.problem("lat", "a kommune needs a position")
	}
	return k
}

// addContacts gives the kommuner in r their contacts, which stand in a file of their own.
// One that the file lacks, or that is wrong there, stays as it is in the store, and so do
// the kommuner when the contacts are imported alone. It returns whose contacts are gone
// from the file.
func (im *run) addContacts(ctx context.Context, fsys fs.FS, r *store.Regions, known numbers) (gone []string, err error) {
	contacts := im.readContacts(fsys, known)
	stored, err := im.store.Kommuner(ctx)
	if err != nil {
		return nil, fmt.Errorf("import contacts: %w", err)
	}
	if len(r.Kommuner) == 0 && len(contacts) > 0 {
		r.Kommuner = stored
	}
	given := len(contacts) > 0
	for _, k := range stored {
		if _, ok := contacts[k.Number]; ok || k.Contact == (region.Contact{}) {
			continue
		}
		contacts[k.Number] = k.Contact
		if given {
			gone = append(gone, "contact of "+string(k.Number)+" "+k.Name)
		}
	}
	for i, k := range r.Kommuner {
		r.Kommuner[i].Contact = contacts[k.Number]
	}
	return gone, nil
}

// readContacts returns the kommuner's own telephone numbers and mailboxes. Those that
// are marked lav are kept for editors and not shown to readers.
func (im *run) readContacts(fsys fs.FS, known numbers) map[region.Number]region.Contact {
	contacts := map[region.Number]region.Contact{}
	im.each(fsys, "kommune-kontakt.csv", contactColumns, func(row *row) {
		row.required("kommunenummer")
		n := known.kommune(row, "kommunenummer")
		c := region.Contact{
			Phone:      string(parsed(row, "telefon", directory.ParsePhone)),
			Email:      row.shaped("epost", emailShape),
			Source:     row.required("kilde"),
			SourceDate: string(parsed(row, "kilde_dato", directory.ParsePartialDate)),
			Confirmed:  oneOf(row, "sikkerhet", directory.High, directory.Medium, directory.Low) != directory.Low,
		}
		if row.once("kommunenummer"); row.ok {
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
	p := region.Position{Lat: row.degrees("lat"), Lon: row.degrees("lon")}
	// The mainland with its islands, as the database has it: lat and lon are easily swapped.
	if row.ok && (p.Lat < 57.5 || p.Lat > 71.5 || p.Lon < 4 || p.Lon > 31.5) {
		row.problem("lat", fmt.Sprintf("%v, %v is not in Norway: want lat 57.5 to 71.5 and lon 4 to 31.5", p.Lat, p.Lon))
	}
	return &p
}

// Shapes that the database demands of cells.
var (
	emailShape    = shape{regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s.]+$`), "an address like post@kommune.no"}
	domainShape   = shape{regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`), "a domain in small letters like oslo.kommune.no"}
	wikidataShape = shape{regexp.MustCompile(`^Q[0-9]+$`), "Q and digits"}
	bydelShape    = shape{regexp.MustCompile(`^[0-9]{6}$`), "six digits"}
)
