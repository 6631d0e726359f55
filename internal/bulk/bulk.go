// Package bulk lets people keep many offerings in a spreadsheet: it writes offerings as a
// table, CSV or XLSX, and reads such a table back as changes of offerings. It knows no
// HTTP and no SQL; what is planned is shown to a person first, and written by the store.
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

// MaxRows is how many rows a table may have. The kommune with the most services of all
// kinds has some hundreds; more than this is another kind of file.
const MaxRows = 2000

// Names leads between codes and what people call things.
type Names struct {
	types    map[string]string // lower-case code or name → code
	terms    map[directory.TermKind]map[string]string
	kommune  map[string]region.Number
	fylke    map[string]region.FylkeNumber
	kommuner map[region.Number]string
	fylker   map[region.FylkeNumber]string
	formers  map[string][]region.Former // by lower-case name, and by number

	// What there is, in display order, for help and choices.
	Types    []directory.OfferingType
	Terms    []directory.Term
	Kommuner []region.Kommune
	Fylker   []region.Fylke
}

// NewNames returns the names of what is stored.
func NewNames(types []directory.OfferingType, terms []directory.Term, kommuner []region.Kommune, fylker []region.Fylke, formers []region.Former) *Names {
	n := &Names{formers: map[string][]region.Former{}, types: map[string]string{}, terms: map[directory.TermKind]map[string]string{}, kommune: map[string]region.Number{}, fylke: map[string]region.FylkeNumber{},
		kommuner: map[region.Number]string{}, fylker: map[region.FylkeNumber]string{}, Types: types, Terms: terms, Kommuner: kommuner, Fylker: fylker}
	for _, t := range types {
		n.types[t.Code], n.types[strings.ToLower(t.Name.NB)] = t.Code, t.Code
	}
	for _, t := range terms {
		if n.terms[t.Kind] == nil {
			n.terms[t.Kind] = map[string]string{}
		}
		n.terms[t.Kind][t.Code], n.terms[t.Kind][strings.ToLower(t.Name.NB)] = t.Code, t.Code
	}
	for _, k := range kommuner {
		n.kommune[string(k.Number)], n.kommune[strings.ToLower(k.DisplayName())] = k.Number, k.Number
		n.kommuner[k.Number] = k.DisplayName()
	}
	for _, f := range formers {
		for _, called := range []string{string(f.Number), strings.ToLower(f.Name)} {
			n.formers[called] = append(n.formers[called], f)
		}
	}
	for _, f := range fylker {
		n.fylke[string(f.Number)], n.fylke[strings.ToLower(f.Name)] = f.Number, f.Number
		n.fylker[f.Number] = f.Name
	}
	return n
}

// Problem is one cell, or one row, that cannot be used.
type Problem struct {
	Column  string // empty when the whole row is meant
	Message string // for the person who keeps the table
}

// Change is one field that a row changes, as people read it.
type Change struct {
	Column, Before, After string
}

// Line is what one row of a table comes to.
type Line struct {
	Row      int // in the file, from 1, the header included
	Offering directory.Offering
	New      bool
	Changes  []Change // none: the row says what is stored already
	Problems []Problem
}

// Plan is what a table would do.
type Plan struct {
	Lines   []Line
	Problem string // why the table as a whole cannot be used
}

// Writes returns the offerings to write, in the order of the rows, and the rows they stand in.
func (p Plan) Writes() (offerings []directory.Offering, rows []int) {
	for _, l := range p.Lines {
		if len(l.Changes) > 0 {
			offerings = append(offerings, l.Offering)
			rows = append(rows, l.Row)
		}
	}
	return offerings, rows
}

// OK reports whether nothing stands in the way of writing the plan.
func (p Plan) OK() bool {
	return p.Problem == "" && !slices.ContainsFunc(p.Lines, func(l Line) bool { return len(l.Problems) > 0 })
}

// NewPlan returns what the rows, the header first, would do to the stored offerings.
// blank is what a new offering has unless its row says otherwise; its key gets the row's
// number behind it. Columns that the table lacks stay as they are.
func NewPlan(n *Names, stored []directory.Offering, blank directory.Offering, rows [][]string) Plan {
	if len(rows) == 0 {
		return Plan{Problem: "Filen er tom."}
	}
	at := map[int]column{}
	for i, name := range rows[0] {
		name = strings.ToLower(normal(name))
		if name == "" {
			continue
		}
		j := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
		if j < 0 {
			return Plan{Problem: fmt.Sprintf("Kolonnen «%s» kjenner vi ikke. Bruk malen, eller ta bort kolonnen.", name)}
		}
		for _, c := range at {
			if c.name == name {
				return Plan{Problem: fmt.Sprintf("Kolonnen «%s» står der to ganger.", name)}
			}
		}
		at[i] = columns[j]
	}
	if len(at) == 0 {
		return Plan{Problem: "Den første raden skal ha navnene på kolonnene. Bruk malen."}
	}
	if len(rows)-1 > MaxRows {
		return Plan{Problem: fmt.Sprintf("Filen har %d rader. Vi tar imot høyst %d om gangen.", len(rows)-1, MaxRows)}
	}
	byID := map[string]directory.Offering{}
	for _, o := range stored {
		byID[strconv.FormatInt(o.ID, 10)] = o
	}
	var p Plan
	seen := map[string]int{}
	for i, cells := range rows[1:] {
		l := Line{Row: i + 2}
		cell := map[string]string{}
		empty := true
		for j, c := range at {
			if j < len(cells) {
				cell[c.name] = c.normal(cells[j])
			} else {
				cell[c.name] = ""
			}
			empty = empty && cell[c.name] == ""
		}
		if empty {
			continue
		}
		n.read(&l, cell, byID, blank)
		if id := cell["id"]; id != "" {
			if first, twice := seen[id]; twice {
				l.Problems = append(l.Problems, Problem{"id", fmt.Sprintf("Tilbudet står også i rad %d.", first)})
			}
			seen[id] = l.Row
		}
		p.Lines = append(p.Lines, l)
	}
	if len(p.Lines) == 0 {
		p.Problem = "Filen har ingen rader under overskriften."
	}
	return p
}

// read fills in the line from its cells, by the names of their columns.
func (n *Names) read(l *Line, cell map[string]string, byID map[string]directory.Offering, blank directory.Offering) {
	before, known := byID[cell["id"]]
	switch id := cell["id"]; {
	case id == "":
		l.New, before = true, blank
		before.Key += "-" + strconv.Itoa(l.Row)
	case !known:
		l.Problems = append(l.Problems, Problem{"id", fmt.Sprintf("Vi finner ikke noe tilbud av dere med nummer %s. La feltet stå tomt for et nytt tilbud.", id)})
		return
	}
	if v := cell["versjon"]; v != "" && !l.New && v != strconv.Itoa(before.Version) {
		l.Problems = append(l.Problems, Problem{"versjon", "Noen har endret tilbudet etter at du lastet ned filen. Last ned på nytt, og gjør endringen der."})
	}
	o := before
	o.Locations = slices.Clone(o.Locations) // the columns of the address write into it
	for _, c := range columns {
		text, there := cell[c.name]
		if !there || c.set == nil {
			continue
		}
		if text == c.normal(c.get(n, o)) || l.New && text == "" {
			continue
		}
		if wrong := c.set(n, &o, text); wrong != "" {
			l.Problems = append(l.Problems, Problem{c.name, wrong})
		}
	}
	if i := shown(o); i >= 0 && o.Locations[i] == (directory.Location{}) {
		o.Locations = slices.Delete(o.Locations, i, i+1)
	}
	if len(o.Locations) == 0 {
		o.Locations = nil
	}
	if moved(before, o) {
		location(&o).Position = nil // it was the old address's
	}
	l.Offering = o
	for _, c := range columns {
		was, now := c.get(n, before), c.get(n, o)
		if c.set != nil && (c.normal(was) != c.normal(now) || l.New && now != "") {
			if l.New {
				was = ""
			}
			l.Changes = append(l.Changes, Change{c.name, was, now})
		}
	}
	if len(l.Problems) > 0 || !l.New && len(l.Changes) == 0 {
		return
	}
	if invalid, ok := o.Validate().(directory.Invalid); ok {
		for field, key := range invalid {
			l.Problems = append(l.Problems, Problem{ColumnOf(field), message(key)})
		}
		slices.SortFunc(l.Problems, func(a, b Problem) int { return cmp.Compare(a.Column, b.Column) })
	}
	if !l.New && !before.Status.CanBecome(o.Status) {
		l.Problems = append(l.Problems, Problem{"status", fmt.Sprintf("Et tilbud som er %s, kan ikke bli %s i ett steg.", before.Status, o.Status)})
	}
}

// moved reports whether the first location has another address.
func moved(before, after directory.Offering) bool {
	a, b := firstLocation(before), firstLocation(after)
	return shown(after) >= 0 && (a.Street != b.Street || a.PostalCode != b.PostalCode)
}

// ColumnOf returns the column of a field of directory.Invalid; the field where it has none.
func ColumnOf(field string) string {
	if field == "phone_purpose" || field == "phone_hours" {
		field = "phone"
	}
	for _, c := range columns {
		if c.field == field {
			return c.name
		}
	}
	return field
}

// message says what is wrong, for a message key of directory.Invalid.
func message(key string) string {
	switch key {
	case directory.MsgRequired:
		return "Her må det stå noe."
	case directory.MsgTooLong:
		return "Teksten er for lang."
	case directory.MsgUnknown:
		return "Dette finnes ikke i listen."
	default:
		return "Dette er ikke skrevet slik det skal være."
	}
}

// Kommune returns what the kommune is called, or "".
func (n *Names) Kommune(k region.Number) string { return n.kommuner[k] }

// Fylke returns what the fylke is called, or "".
func (n *Names) Fylke(f region.FylkeNumber) string { return n.fylker[f] }

// KommuneCalled returns the kommune of the name or number.
func (n *Names) KommuneCalled(text string) (region.Number, bool) {
	k, ok := n.kommune[strings.ToLower(normal(text))]
	return k, ok
}

// FormerlyCalled returns what has become of the kommuner that had the name or the number,
// a step for each kommune of today; none where no former kommune had it.
func (n *Names) FormerlyCalled(text string) []region.Former {
	var found []region.Former
	for _, f := range n.formers[strings.ToLower(normal(text))] {
		if !slices.ContainsFunc(found, func(other region.Former) bool { return other.Present == f.Present }) {
			found = append(found, f)
		}
	}
	return found
}
