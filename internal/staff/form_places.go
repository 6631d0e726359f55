package staff

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// placeKey returns the name of a field of a place: "sted", "gate", "postnummer", "poststed",
// "hemmelig" or "fjern". The first place has them as they are, as when there was but one;
// the others with the number of the row.
func placeKey(name string, row int) string {
	if row == 1 {
		return name
	}
	return nth(name, row)
}

// placeRows returns how many places the form has, those without words among them.
func placeRows(v url.Values) int {
	n := 1
	for v.Has(nth("gate", n+1)) {
		n++
	}
	return n
}

// putPlaces adds the places to the values of the form.
func putPlaces(v url.Values, locations []directory.Location) {
	for i, l := range locations {
		row := i + 1
		v.Set(placeKey("sted", row), l.Name)
		v.Set(placeKey("gate", row), l.Street)
		v.Set(placeKey("postnummer", row), string(l.PostalCode))
		v.Set(placeKey("poststed", row), l.PostalPlace)
		if l.Confidential {
			v.Set(placeKey("hemmelig", row), "ja")
		}
	}
}

// addPlace adds an empty place.
func addPlace(v url.Values) {
	row := placeRows(v) + 1
	for _, name := range []string{"sted", "gate", "postnummer", "poststed"} {
		v.Set(placeKey(name, row), "")
	}
}

// readPlaces returns the places that the form says, and the row of each. One that was
// emptied, or is to be removed, is left out. What the form does not show of a place stays
// while its address does.
func (e editing) readPlaces(v url.Values) (places []directory.Location, rows []int) {
	for row := 1; row <= placeRows(v); row++ {
		text := func(name string) string { return strings.TrimSpace(v.Get(placeKey(name, row))) }
		l := e.placeBefore(row, text("gate"), directory.PostalCode(text("postnummer")))
		before := l
		l.Street, l.PostalCode, l.PostalPlace, l.Confidential = text("gate"), directory.PostalCode(text("postnummer")), text("poststed"), text("hemmelig") == "ja"
		if v.Has(placeKey("sted", row)) {
			l.Name = text("sted")
		}
		if l.Street != before.Street || l.PostalCode != before.PostalCode {
			l.Position = nil // it was the old address's
		}
		said := l.Name + l.Street + string(l.PostalCode) + l.PostalPlace
		emptied := said == "" && before.Name+before.Street+string(before.PostalCode)+before.PostalPlace != ""
		nothing := l == directory.Location{} || l == directory.Location{Confidential: true}
		if text("fjern") == "ja" || nothing || row > 1 && emptied {
			continue
		}
		places, rows = append(places, l), append(rows, row)
	}
	// A form from before it had further places says nothing of these.
	if n := len(e.stored.Locations); n > 1 && !v.Has(nth("gate", 2)) {
		for i, l := range e.stored.Locations[1:] {
			places, rows = append(places, l), append(rows, i+2)
		}
	}
	return places, rows
}

// placeBefore returns the stored place that a row is about: the one with its address, so
// that rows may have moved, or else the one in its place.
func (e editing) placeBefore(row int, street string, code directory.PostalCode) directory.Location {
	same := func(l directory.Location) bool { return l.Street == street && l.PostalCode == code }
	at := directory.Location{}
	if row <= len(e.stored.Locations) {
		at = e.stored.Locations[row-1]
	}
	if street == "" || same(at) {
		return at
	}
	if i := slices.IndexFunc(e.stored.Locations, same); i >= 0 {
		return e.stored.Locations[i]
	}
	return at
}

// placeKommuner gives places with another postnummer than before the kommune that it lies
// in, where one is known.
func (s *Staff) placeKommuner(c *fiber.Ctx, stored directory.Offering, places []directory.Location) error {
	for i, l := range places {
		if l.PostalCode == "" || slices.ContainsFunc(stored.Locations, func(was directory.Location) bool { return was.PostalCode == l.PostalCode }) {
			continue
		}
		p, err := s.deps.Store.PostalCodeByCode(c.UserContext(), string(l.PostalCode))
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return err
		case p.Kommune != "":
			places[i].Kommune = p.Kommune
		}
	}
	return nil
}

// keepHidden hides again, in the values of a form, what is confidential as it is stored:
// only a press that is meant takes a place out of hiding. A place that moved up is known by
// its address; one whose address was changed, by where it stands.
func (e editing) keepHidden(form url.Values, places []directory.Location) {
	for i, l := range places {
		for j, was := range e.stored.Locations {
			if was.Confidential && (i == j || was.Street == l.Street && was.PostalCode == l.PostalCode) {
				form.Set(placeKey("hemmelig", i+1), "ja")
			}
		}
	}
}

// places has where the offering is: the first place, and the others each in a box.
func (in inputs) places() view.PlacesSection {
	p := view.PlacesSection{}
	rows := placeRows(in.typed)
	for row := 1; row <= rows; row++ {
		named := func(name string) string { return placeKey(name, row) }
		g := view.EditGroup{Heading: "Sted " + strconv.Itoa(row)}
		if rows > 1 || in.typed.Get("sted") != "" {
			g.Fields = append(g.Fields, in.field(named("sted"), "Navn på stedet", "", 0, directory.MaxName))
		}
		g.Fields = append(g.Fields, in.field(named("gate"), "Gateadresse", "", 0, directory.MaxName), in.field(named("postnummer"), "Postnummer", "", 0, 4), in.field(named("poststed"), "Poststed", "", 0, directory.MaxName),
			in.choice(named("hemmelig"), "Skal adressen være hemmelig?", true, view.FormChoice{Value: "ja", Text: "Ja. Da står den verken på siden, i søket, på kartet eller i åpne data."}))
		if rows > 1 {
			g.Fields = append(g.Fields, in.choice(named("fjern"), "Ikke her lenger?", true, view.FormChoice{Value: "ja", Text: "Ta bort dette stedet når jeg lagrer."}))
		}
		p.Rows = append(p.Rows, g)
	}
	return p
}

// placeFields are the fields of directory.Invalid that are about a place.
var placeFields = map[string]string{"location_name": "sted", "street": "gate", "postal_code": "postnummer", "postal_place": "poststed"}

// checkPlaces says at which of the rows something is wrong with a place: what is wrong
// with an offering of several says only that one of them has it.
func (s *Staff) checkPlaces(c *fiber.Ctx, o directory.Offering, rows []int, wrong map[string]string) error {
	alone := make([]directory.Offering, len(o.Locations))
	for i, l := range o.Locations {
		alone[i] = o
		alone[i].Locations = []directory.Location{l}
	}
	found, err := s.deps.Store.CheckOfferings(c.UserContext(), alone)
	if err != nil {
		return err
	}
	for i, invalid := range found {
		for field, name := range placeFields {
			if key, is := invalid[field]; is {
				wrong[placeKey(name, rows[i])] = wrongText(name, key)
			}
		}
	}
	return nil
}
