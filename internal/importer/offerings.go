package importer

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

var offeringColumns = []string{"noekkel", "type", "navn", "organisasjon", "adresse", "postnummer", "poststed", "kommune",
	"dekningsomrade", "bydel", "telefon", "epost", "nettside", "malgruppe", "malgrupper", "tema", "former", "pris",
	"henvisning", "sprak", "apningstider_tekst", "beskrivelse_stikkord", "kilde", "kilde_dato", "sikkerhet"}

// parsedOffering is an offering with the row that it stands in.
type parsedOffering struct {
	offering directory.Offering
	line     int
}

// readOfferings returns the rows of tilbud.csv that can be used. Names of kommuner and
// fylker are looked up in names.
func (im *run) readOfferings(fsys fs.FS, names regionNames) []parsedOffering {
	var found []parsedOffering
	im.each(fsys, offeringsFile, offeringColumns, func(row *row) {
		o := readOffering(row, names)
		if row.once("noekkel"); row.ok {
			found = append(found, parsedOffering{o, row.line})
		}
	})
	return found
}

// readOffering returns the offering of one row. Empty cells stay empty: nothing is
// filled in. Problems are noted on the row.
func readOffering(row *row, names regionNames) directory.Offering {
	o := directory.Offering{
		Key:          row.required("noekkel"),
		Type:         row.required("type"),
		Name:         row.required("navn"),
		Organization: names.organization(row.text("organisasjon")),
		Audience:     row.text("malgruppe"),
		Keywords:     row.list("beskrivelse_stikkord"),
		TargetGroups: row.list("malgrupper"),
		Topics:       row.list("tema"),
		Formats:      row.list("former"),
		Languages:    row.list("sprak"),
		Coverage:     names.coverage(row),
		OpeningText:  row.text("apningstider_tekst"),
		Cost:         directory.Cost{Kind: oneOf(row, "pris", directory.Free, directory.Paid)},
		Referral: directory.Referral{Kind: oneOf(row, "henvisning",
			directory.ContactYourself, directory.Apply, directory.BeReferred)},
		Confidence: oneOf(row, "sikkerhet", directory.High, directory.Medium, directory.Low),
		Status:     directory.Published,
	}
	takeOrgNumber(&o)
	row.required("sikkerhet")
	if o.Confidence == directory.Low {
		o.Status = directory.Draft // readers do not see it before someone has confirmed it
	}
	if l := readLocation(row, names); l != (directory.Location{}) {
		o.Locations = []directory.Location{l}
	}
	if n := parsed(row, "telefon", directory.ParsePhone); n != "" {
		o.Phones = []directory.Phone{{Number: n}}
	}
	if e := row.text("epost"); e != "" {
		o.Emails = []string{e}
	}
	if w := row.text("nettside"); w != "" {
		o.Websites = []string{w}
	}
	o.Source.Title, o.Source.URL = readSource(row.required("kilde"))
	o.Source.Date = parsed(row, "kilde_dato", directory.ParsePartialDate)
	return o
}

func readLocation(row *row, names regionNames) directory.Location {
	l := directory.Location{
		Street:      row.text("adresse"),
		PostalCode:  parsed(row, "postnummer", directory.ParsePostalCode),
		PostalPlace: row.text("poststed"),
	}
	if name := row.text("kommune"); name != "" {
		l.Kommune = names.kommuneNamed(row, "kommune", name)
	}
	return l
}

// pageAddress is a host with an optional path, as sources write it: "bufdir.no/familie/".
var pageAddress = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(/\S*)?$`)

// readSource divides "Title – host/path" into the title and the absolute address of the
// page. A source of another form, such as several pages, is all title and has no address.
func readSource(s string) (title, address string) {
	const dash = " – "
	i := strings.LastIndex(s, dash)
	if i < 0 {
		return s, ""
	}
	page, note, _ := strings.Cut(s[i+len(dash):], " (") // "(2020)", "(lest 2026-08-30)"
	if strings.Contains(s, ";") || !pageAddress.MatchString(page) {
		return s, ""
	}
	title = s[:i]
	if note != "" {
		title += " (" + note
	}
	return title, "https://" + page
}

// regionNames finds kommuner and fylker by the names that the files use. Two kommuner
// that share a name carry their fylke: "Herøy (Nordland)".
type regionNames struct {
	kommune map[string]region.Number
	fylke   map[string]region.FylkeNumber
	former  map[string][]region.Number // by name, the kommuner of today that went on
	display map[region.Number]string
}

func newRegionNames(fylker []region.Fylke, kommuner []region.Kommune, formers []region.Former) regionNames {
	names := regionNames{map[string]region.Number{}, map[string]region.FylkeNumber{}, map[string][]region.Number{}, map[region.Number]string{}}
	for _, f := range fylker {
		names.fylke[f.Name] = f.Number
	}
	count := map[string]int{}
	for _, k := range kommuner {
		count[k.Name]++
	}
	for _, k := range kommuner {
		k.Ambiguous = count[k.Name] > 1
		names.kommune[k.DisplayName()] = k.Number
		names.display[k.Number] = k.DisplayName()
	}
	for _, f := range formers {
		if count[f.Name] > 0 || names.display[f.Present] == "" { // who has the name today is meant
			continue
		}
		if present := names.former[f.Name]; !slices.Contains(present, f.Present) {
			names.former[f.Name] = append(present, f.Present)
		}
	}
	return names
}

// kommuneNamed returns the kommune of that name. A name of the past is moved to the kommune that
// went on, with a note; where several did, or kommuner that ended had it in common, a person
// has to choose, and it is a problem.
func (n regionNames) kommuneNamed(row *row, column, name string) region.Number {
	if number, ok := n.kommune[name]; ok {
		return number
	}
	switch former := n.former[name]; len(former) {
	case 0:
		row.problem(column, fmt.Sprintf("no kommune is called %q", name))
	case 1:
		row.note(column, fmt.Sprintf("%q has ended; read as %q", name, n.display[former[0]]))
		return former[0]
	default:
		choices := make([]string, len(former))
		for i, number := range former {
			choices[i] = strconv.Quote(n.display[number])
		}
		slices.Sort(choices)
		row.problem(column, fmt.Sprintf("%q has ended; write which of today's is meant: %s", name, strings.Join(choices, ", ")))
	}
	return ""
}

// coverage reads "nasjonal", "fylke:Agder" and names of kommuner, separated by bars.
func (n regionNames) coverage(row *row) directory.Coverage {
	c := directory.Coverage{Bydel: row.text("bydel")}
	row.required("dekningsomrade")
	for _, area := range row.list("dekningsomrade") {
		if area == "nasjonal" {
			c.National = true
			continue
		}
		if name, ok := strings.CutPrefix(area, "fylke:"); ok {
			if number, ok := n.fylke[name]; ok {
				c.Fylker = append(c.Fylker, number)
			} else {
				row.problem("dekningsomrade", fmt.Sprintf("no fylke is called %q", name))
			}
			continue
		}
		if number := n.kommuneNamed(row, "dekningsomrade", area); number != "" {
			c.Kommuner = append(c.Kommuner, number)
		}
	}
	sortUnique(&c.Fylker)
	sortUnique(&c.Kommuner)
	return c
}

// takeOrgNumber moves an organisasjonsnummer that stands among the keywords to the
// organization, which it is of.
func takeOrgNumber(o *directory.Offering) {
	o.Keywords = slices.DeleteFunc(o.Keywords, func(k string) bool {
		digits, ok := strings.CutPrefix(k, "orgnr ")
		if !ok || o.Organization.Name == "" {
			return false
		}
		n, err := directory.ParseOrgNumber(digits)
		if err == nil {
			o.Organization.OrgNumber = n
		}
		return err == nil
	})
}

// organization returns the organization of that name, marked as a kommune when it is one,
// or a part of one ("Fredrikstad kommune, Friskliv og mestring"), or named first of several
// that give something together: that kommune answers for it.
func (n regionNames) organization(name string) directory.Organization {
	o := directory.Organization{Name: name}
	k, rest, found := strings.Cut(name, " kommune")
	if !found || rest != "" && rest[0] != ',' && rest[0] != ' ' {
		return o // "kommunene …", "Akershus fylkeskommune"
	}
	if number, ok := n.kommune[k]; ok {
		o.Kind, o.Kommune = directory.KindKommune, number
	}
	return o
}
