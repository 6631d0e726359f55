package search

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Outlines are where the borders of kommuner go, and where their centres are.
type Outlines struct {
	list    []*region.Outline // by number
	version func() string
}

// sort puts the outlines in order once all are there.
func (o *Outlines) sort() {
	slices.SortFunc(o.list, func(a, b *region.Outline) int { return strings.Compare(string(a.Kommune), string(b.Kommune)) })
	o.version = sync.OnceValue(func() string {
		h := sha256.New()
		for _, outline := range o.list {
			h.Write([]byte(outline.Kommune))
			h.Write(outline.Area)
			h.Write(outline.Drawing)
		}
		return hex.EncodeToString(h.Sum(nil)[:8])
	})
}

// List returns the outlines by kommunenummer. It is empty where none have been imported.
func (o *Outlines) List() []*region.Outline { return o.list }

// Version names the content: others have another.
func (o *Outlines) Version() string { return o.version() }

// Outlines returns where the borders of kommuner go. It is the same value for every View
// between which nothing but offerings has changed.
func (v *View) Outlines() *Outlines { return v.catalog().outlines }
