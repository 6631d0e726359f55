package search

import (
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/fold"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// termKinds are the closed vocabularies, in the order of column.terms.
var termKinds = [...]directory.TermKind{directory.TargetGroup, directory.Topic, directory.Format}

// Places of vocabularies among them.
const (
	targetTerms = 0
	topicTerms  = 1
)

// row is what is kept of one offering besides its column. It never changes: another
// version of the offering is another row.
// The offering itself stays in the index's files and is read when it is to be shown.
type row struct {
	id     int64
	number uint64
	packed
}

// numbers tell rows and catalogs of this process apart.
var numbers atomic.Uint64

func newRow(id int64, p packed) *row { return &row{id, numbers.Add(1), p} }

// facts are what a column is made of, in the codes of the offering: they are stored with
// it, so that opening an index does not decode every offering.
type facts struct {
	Type     string
	Trust    int8
	National bool
	Phone    bool
	Pro      bool
	Own      region.Number
	Lat, Lon float64 // NaN where no location has a position
	Fylker   []region.FylkeNumber
	Kommuner []region.Number
	Terms    [len(termKinds)][]string
	Langs    []string
	Name     string
	Fold     string // the folded name
	Sort     string // collation key of the name
}

func factsOf(o *directory.Offering) facts {
	f := facts{
		Type: o.Type, Trust: int8(trust(o)), National: o.Coverage.National, Phone: len(o.Phones) > 0,
		Pro: o.ForProfessionals(),
		Own: o.Kommune(), Lat: math.NaN(), Lon: math.NaN(),
		Fylker: o.Coverage.Fylker, Kommuner: o.Coverage.Kommuner,
		Terms: [...][]string{o.TargetGroups, o.Topics, o.Formats}, Langs: o.Languages, Name: o.Name,
		Fold: fold.Text(o.Name), Sort: sortKey(o.Name),
	}
	for i := range o.Locations {
		if p := o.Locations[i].Position; p != nil {
			f.Lat, f.Lon = p.Lat, p.Lon
			break
		}
	}
	return f
}

// trust is how sure it is that the offering is as it says: what its owner has confirmed
// first, then as sure as its source is.
func trust(o *directory.Offering) int {
	t := map[directory.Confidence]int{directory.High: 2, directory.Medium: 1}[o.Confidence]
	if o.ConfirmedAt != nil {
		t += 3
	}
	if o.TooOld(now()) {
		t -= 3 // said so long ago that it counts for little
	}
	if o.Status == directory.Closed {
		t -= 6 // still shown, but not what one can turn to now
	}
	return t
}

// mostTrust is the highest trust there is.
const mostTrust = 5

// now is the clock. What is old is looked at when an offering comes into the index; when
// one becomes old, it is put there again.
var now = time.Now

// column returns the column of the facts in the catalog. Codes that it does not know are
// left out.
func (c *catalog) column(f *facts) column {
	col := column{
		live: true, typ: -1, own: -1, trust: f.Trust, national: f.National, phone: f.Phone, pro: f.Pro,
		sort: sortPrefix(f.Sort),
	}
	if i, ok := c.typeIndex[f.Type]; ok {
		col.typ = int16(i)
	}
	for _, n := range f.Fylker {
		if i, ok := c.fylkeIndex[n]; ok {
			col.fylker |= 1 << i
		}
	}
	col.touched = col.fylker
	for _, n := range f.Kommuner {
		if i, ok := c.kommuneIndex[n]; ok {
			col.kommuner = append(col.kommuner, uint16(i))
			col.touched |= c.fylkeOf[i]
		}
	}
	slices.Sort(col.kommuner)
	col.kommuner = slices.Clip(slices.Compact(col.kommuner))
	for i, codes := range f.Terms {
		for _, code := range codes {
			if t, ok := c.termIndex[termKinds[i]][code]; ok {
				col.terms[i].add(t)
			}
		}
	}
	c.locate(&col, f)
	return col
}

// locate fills in where the offering is. Without a position of its own it is taken to be
// at the centre of its kommune; without a kommune it is nowhere.
func (c *catalog) locate(col *column, f *facts) {
	if i, ok := c.kommuneIndex[f.Own]; ok {
		col.own = int16(i)
		p := c.kommuner[i].Position
		col.lat, col.lon, col.placed = float32(p.Lat), float32(p.Lon), true
	}
	if !math.IsNaN(f.Lat) {
		col.lat, col.lon, col.placed = float32(f.Lat), float32(f.Lon), true
	}
}
