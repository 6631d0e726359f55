package search

import (
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Outlines are where the borders of kommuner go, with the kommuner that there are.
type Outlines struct {
	list     []*region.Outline // by number
	kommuner []*Kommune        // by name
}

func newOutlines(list []*region.Outline, kommuner []*Kommune) *Outlines {
	slices.SortFunc(list, func(a, b *region.Outline) int { return strings.Compare(string(a.Kommune), string(b.Kommune)) })
	return &Outlines{list, kommuner}
}

// List returns the outlines by kommunenummer. It is empty where none have been imported.
func (o *Outlines) List() []*region.Outline { return o.list }

// Kommuner returns all kommuner by name, as View.Kommuner of the same View.
func (o *Outlines) Kommuner() []*Kommune { return o.kommuner }

// Outlines returns where the borders of kommuner go. It is the same value for all Views
// between which nothing but offerings has changed, so that what is made of it can be kept.
func (v *View) Outlines() *Outlines { return v.catalog().outlines }
