package bulk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// column is one column of the table.
type column struct {
	name string // of the header, and in addresses of help
	help string
	get  func(*Names, directory.Offering) string
	// set reads the cell, blanks around it gone, and returns what is wrong with it. It is nil
	// for a column that is not written back.
	set func(*Names, *directory.Offering, string) string
	// lines is whether a text may have several.
	lines bool
	// field is what directory.Invalid calls it, where that is not name.
	field string
}

const list = "|" // between the values of a cell

func joined[T ~string](values []T) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = string(v)
	}
	return strings.Join(parts, " "+list+" ")
}

func parts(cell string) []string {
	var found []string
	for p := range strings.SplitSeq(cell, list) {
		if p = strings.TrimSpace(p); p != "" {
			found = append(found, p)
		}
	}
	return found
}

// plain is a column of text that needs no reading.
func plain(name, field, help string, at func(*directory.Offering) *string) column {
	return column{name: name, field: field, help: help,
		get: func(_ *Names, o directory.Offering) string { return *at(&o) },
		set: func(_ *Names, o *directory.Offering, cell string) string { *at(o) = cell; return "" },
	}
}

// prose is a plain column of a text that may have several lines.
func prose(name, field, help string, at func(*directory.Offering) *string) column {
	c := plain(name, field, help, at)
	c.lines = true
	return c
}

// codes is a column of codes of a closed set.
func codes(name, field, help string, kind directory.TermKind, at func(*directory.Offering) *[]string) column {
	return column{name: name, field: field, help: help,
		get: func(_ *Names, o directory.Offering) string { return joined(*at(&o)) },
		set: func(n *Names, o *directory.Offering, cell string) string {
			var found []string
			for _, p := range parts(cell) {
				code, ok := n.terms[kind][strings.ToLower(p)]
				if !ok {
					return fmt.Sprintf("«%s» finnes ikke. Se arket Forklaring.", p)
				}
				found = append(found, code)
			}
			*at(o) = found
			return ""
		},
	}
}

// oneOf is a column with one of some values, or none.
func oneOf[T ~string](name, field, help string, at func(*directory.Offering) *T, values ...T) column {
	return column{name: name, field: field, help: help + " " + joined(values) + ".",
		get: func(_ *Names, o directory.Offering) string { return string(*at(&o)) },
		set: func(_ *Names, o *directory.Offering, cell string) string {
			v := T(strings.ToLower(cell))
			if cell != "" && !slices.Contains(values, v) {
				return fmt.Sprintf("«%s» kan ikke stå her. Skriv en av disse: %s.", cell, joined(values))
			}
			*at(o) = v
			return ""
		},
	}
}

// shown returns the place of the first location that is not confidential, which the columns
// of the address are about; -1 where there is none. A spreadsheet is sent around: what must
// not be known is not in it, and nothing in it writes over that.
func shown(o directory.Offering) int {
	return slices.IndexFunc(o.Locations, func(l directory.Location) bool { return !l.Confidential })
}

// location returns the location that the columns are about, and makes one where there is
// none.
func location(o *directory.Offering) *directory.Location {
	i := shown(*o)
	if i < 0 {
		i = len(o.Locations)
		o.Locations = append(o.Locations, directory.Location{})
	}
	return &o.Locations[i]
}

// firstLocation is the location for reading; the zero value where there is none.
func firstLocation(o directory.Offering) directory.Location {
	if i := shown(o); i >= 0 {
		return o.Locations[i]
	}
	return directory.Location{}
}

// columns are the table's, in order.
var columns = []column{
	{name: "id", help: "Vårt nummer på tilbudet. La det stå. En rad uten nummer blir et nytt tilbud.",
		get: func(_ *Names, o directory.Offering) string { return strconv.FormatInt(o.ID, 10) }},
	{name: "versjon", help: "La det stå. Det hindrer at du skriver over noe en kollega har endret i mellomtiden.",
		get: func(_ *Names, o directory.Offering) string { return strconv.Itoa(o.Version) }},
	plain("navn", "name", "Navnet på tilbudet.", func(o *directory.Offering) *string { return &o.Name }),
	{name: "type", help: "Koden til typen. Alle står i arket Forklaring.",
		get: func(_ *Names, o directory.Offering) string { return o.Type },
		set: func(n *Names, o *directory.Offering, cell string) string {
			code, ok := n.types[strings.ToLower(cell)]
			if !ok {
				return fmt.Sprintf("Typen «%s» finnes ikke. Se arket Forklaring.", cell)
			}
			o.Type = code
			return ""
		}},
	oneOf("status", "status", "Skriv en av disse:", func(o *directory.Offering) *directory.Status { return &o.Status }, directory.Statuses()...),
	prose("ingress", "summary", "En eller to setninger.", func(o *directory.Offering) *string { return &o.Summary }),
	prose("beskrivelse", "description", "Hva får du? Tom linje mellom avsnitt.", func(o *directory.Offering) *string { return &o.Description }),
	prose("for_hvem", "audience", "Hvem passer det for?", func(o *directory.Offering) *string { return &o.Audience }),
	{name: "telefon", field: "phone", help: "Nummer; hva det er for; når det er åpent. Flere nummer med | mellom. Det etter semikolon kan du la være. For: hjelpetelefon, sentralbord, timebestilling, tekstmelding.",
		get: func(_ *Names, o directory.Offering) string {
			var all []string
			for _, p := range o.Phones {
				s := p.Number.String()
				if p.Purpose != "" || p.Hours != "" {
					s += "; " + string(p.Purpose)
				}
				if p.Hours != "" {
					s += "; " + p.Hours
				}
				all = append(all, s)
			}
			return joined(all)
		},
		set: func(_ *Names, o *directory.Offering, cell string) string {
			var all []directory.Phone
			for _, p := range parts(cell) {
				number, rest, _ := strings.Cut(p, ";")
				purpose, hours, _ := strings.Cut(rest, ";")
				n, err := directory.ParsePhone(number)
				if err != nil {
					return fmt.Sprintf("«%s» er ikke et telefonnummer vi kan vise. Skriv åtte sifre, eller et kort nummer som 116123.", strings.TrimSpace(number))
				}
				all = append(all, directory.Phone{Number: n, Purpose: directory.PhonePurpose(strings.ToLower(strings.TrimSpace(purpose))), Hours: strings.TrimSpace(hours)})
			}
			o.Phones = all
			return ""
		}},
	{name: "epost", field: "email", help: "Flere med | mellom.",
		get: func(_ *Names, o directory.Offering) string { return joined(o.Emails) },
		set: func(_ *Names, o *directory.Offering, cell string) string { o.Emails = parts(cell); return "" }},
	{name: "nettsted", field: "website", help: "Hele adressen: https://www.example.org/side. Flere med | mellom.",
		get: func(_ *Names, o directory.Offering) string { return joined(o.Websites) },
		set: func(_ *Names, o *directory.Offering, cell string) string { o.Websites = parts(cell); return "" }},
	plain("apningstider", "opening_text", "Med ord: hverdager 9–15.", func(o *directory.Offering) *string { return &o.OpeningText }),
	{name: "gateadresse", field: "street", help: "Det første stedet tilbudet holder til. Hemmelige adresser står ikke her.",
		get: func(_ *Names, o directory.Offering) string { return firstLocation(o).Street },
		set: func(_ *Names, o *directory.Offering, cell string) string { location(o).Street = cell; return "" }},
	{name: "postnummer", field: "postal_code", help: "Fire sifre.",
		get: func(_ *Names, o directory.Offering) string { return string(firstLocation(o).PostalCode) },
		set: func(_ *Names, o *directory.Offering, cell string) string {
			if len(cell) == 3 {
				cell = "0" + cell // spreadsheets take the first nought for nothing
			}
			location(o).PostalCode = directory.PostalCode(cell)
			return ""
		}},
	{name: "poststed", field: "postal_place",
		get: func(_ *Names, o directory.Offering) string { return firstLocation(o).PostalPlace },
		set: func(_ *Names, o *directory.Offering, cell string) string { location(o).PostalPlace = cell; return "" }},
	oneOf("pris", "cost_kind", "Tom når du ikke vet. Ellers:", func(o *directory.Offering) *directory.CostKind { return &o.Cost.Kind }, directory.Free, directory.Paid),
	plain("pris_tekst", "cost", "Hva koster det?", func(o *directory.Offering) *string { return &o.Cost.Text }),
	oneOf("henvisning", "referral_kind", "Tom når du ikke vet. Ellers:", func(o *directory.Offering) *directory.ReferralKind { return &o.Referral.Kind },
		directory.ContactYourself, directory.Apply, directory.BeReferred),
	prose("henvisning_tekst", "referral", "Slik får du det.", func(o *directory.Offering) *string { return &o.Referral.Text }),
	prose("klage", "complaint", "Hva gjør den som er uenig i et vedtak, eller ikke er fornøyd?", func(o *directory.Offering) *string { return &o.Complaint }),
	{name: "kommuner", field: "coverage", help: "Kommunene tilbudet er for: navn eller nummer, med | mellom.",
		get: func(n *Names, o directory.Offering) string {
			var all []string
			for _, k := range o.Coverage.Kommuner {
				all = append(all, cmp.Or(n.kommuner[k], string(k)))
			}
			return joined(all)
		},
		set: func(n *Names, o *directory.Offering, cell string) string {
			var all []region.Number
			for _, p := range parts(cell) {
				k, ok := n.kommune[strings.ToLower(p)]
				if !ok {
					return fmt.Sprintf("Ingen kommune heter «%s».", p)
				}
				all = append(all, k)
			}
			slices.Sort(all)
			o.Coverage.Kommuner = slices.Compact(all)
			return ""
		}},
	codes("malgruppe", "target_groups", "Koder med | mellom. Alle står i arket Forklaring.", directory.TargetGroup, func(o *directory.Offering) *[]string { return &o.TargetGroups }),
	codes("tema", "topics", "Koder med | mellom. Alle står i arket Forklaring.", directory.Topic, func(o *directory.Offering) *[]string { return &o.Topics }),
	codes("form", "formats", "Koder med | mellom. Alle står i arket Forklaring.", directory.Format, func(o *directory.Offering) *[]string { return &o.Formats }),
	{name: "sprak", field: "languages", help: "Koder etter ISO 639, med | mellom: nb | se | pl.",
		get: func(_ *Names, o directory.Offering) string { return joined(o.Languages) },
		set: func(_ *Names, o *directory.Offering, cell string) string {
			o.Languages = parts(strings.ToLower(cell))
			return ""
		}},
}

// normal removes what the eye does not see: blanks around a text and at the ends of its
// lines, the line breaks of other systems, and what came along from where it was pasted.
func normal(cell string) string {
	cell = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u00a0", " ").Replace(directory.Pasted(cell))
	return strings.TrimSpace(cell)
}

// normal is normal for a cell of the column.
func (c column) normal(cell string) string {
	if !c.lines {
		cell = directory.PastedLine(cell)
	}
	return normal(cell)
}

// Table returns the offerings as rows of cells, the header first.
func Table(n *Names, offerings []directory.Offering) [][]string {
	rows := [][]string{make([]string, len(columns))}
	for i, c := range columns {
		rows[0][i] = c.name
	}
	for _, o := range offerings {
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = c.get(n, o)
		}
		rows = append(rows, row)
	}
	return rows
}
