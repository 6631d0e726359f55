package search

import (
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Presence says how a kommune has a type of offering.
type Presence int

const (
	NotRegistered Presence = iota
	FromElsewhere          // what covers it is for a fylke, the country, or kommuner of which another has the door
	InKommune              // for it alone, or shared or its fylke's with the door in it
)

// Covered is what a kommune has of one type.
type Covered struct {
	Presence  Presence
	Offerings int  // that cover it
	National  bool // all of them are for the whole country
	// Known is the newest day on which one of them was confirmed or, where nobody has, its
	// source was written. It is zero where no day is known.
	Known time.Time
}

// Coverage is what every kommune has of every type, as the pages of kommuner show it.
type Coverage struct {
	catalog *catalog
	cells   [][]Covered // by type, then kommune, as in the catalog
}

// Coverage returns what every kommune has of every type. It is made when it is first asked
// for, and kept with the View.
func (v *View) Coverage() *Coverage { return v.coverage() }

func newCoverage(v *View) *Coverage {
	c := v.catalog()
	cov := &Coverage{c, make([][]Covered, len(c.types))}
	for t := range cov.cells {
		cov.cells[t] = make([]Covered, len(c.kommuner))
	}
	for slot, r := range v.rows.list {
		if r == nil {
			continue
		}
		if col := v.rows.cols.at(int32(slot)); col.typ >= 0 {
			cov.add(cov.cells[col.typ], col, v.load(int32(slot)))
		}
	}
	return cov
}

// add counts an offering in for every kommune that it covers. One that cannot be read any
// more covers them all the same, and says nothing of its age.
func (c *Coverage) add(cells []Covered, col *column, o *directory.Offering) {
	known := lastKnown(o)
	for k := range cells {
		reach := col.reach(uint16(k), c.catalog.fylkeOf[k])
		if reach == directory.NotCovered {
			continue
		}
		cell := &cells[k]
		cell.National = reach == directory.ByNational && (cell.Offerings == 0 || cell.National)
		cell.Offerings++
		cell.Presence = max(cell.Presence, presence(reach, int(col.own) == k))
		if known.After(cell.Known) {
			cell.Known = known
		}
	}
}

func presence(reach directory.Reach, door bool) Presence {
	if reach == directory.ByOwn || door && reach != directory.ByNational {
		return InKommune
	}
	return FromElsewhere
}

func lastKnown(o *directory.Offering) time.Time {
	switch {
	case o == nil:
		return time.Time{}
	case o.ConfirmedAt != nil:
		return *o.ConfirmedAt
	}
	day, _ := o.Source.Date.Begin()
	return day
}

// Of returns what the kommune has of the type, nothing for one that there is not.
func (c *Coverage) Of(n region.Number, typ string) Covered {
	k, knownKommune := c.catalog.kommuneIndex[n]
	t, knownType := c.catalog.typeIndex[typ]
	if !knownKommune || !knownType {
		return Covered{}
	}
	return c.cells[t][k]
}

// CoverageSum counts the kommuner of an area, and those who live in them, by how they have a
// type.
type CoverageSum struct {
	Fylke         region.FylkeNumber // empty for the country
	Name          string
	Kommuner      int
	InKommune     int
	FromElsewhere int
	People        int
	PeopleIn      int // where InKommune
	PeopleCovered int // where InKommune or FromElsewhere
}

// NotRegistered is how many of the kommuner have nothing.
func (s CoverageSum) NotRegistered() int { return s.Kommuner - s.InKommune - s.FromElsewhere }

func (s *CoverageSum) add(k *Kommune, c Covered) {
	s.Kommuner++
	s.People += k.Population
	switch c.Presence {
	case InKommune:
		s.InKommune++
		s.PeopleIn += k.Population
		s.PeopleCovered += k.Population
	case FromElsewhere:
		s.FromElsewhere++
		s.PeopleCovered += k.Population
	}
}

// Fylker returns the sums for the type by fylke, by name, and for the country.
func (c *Coverage) Fylker(typ string) (fylker []CoverageSum, country CoverageSum) {
	fylker = make([]CoverageSum, len(c.catalog.fylker))
	for i, f := range c.catalog.fylker {
		fylker[i].Fylke, fylker[i].Name = f.Number, f.Name
		for _, k := range c.catalog.kommunerIn[i] {
			kommune := c.catalog.kommuner[k]
			cell := c.Of(kommune.Number, typ)
			fylker[i].add(kommune, cell)
			country.add(kommune, cell)
		}
	}
	return fylker, country
}
