// Package interop is what the doors to others' standards share (HSDS, FHIR, CPSV-AP-NO):
// names that stay the same for everything published, and one order to list it in. Each
// standard has a package of its own below this one. All are made from one search.View and
// need no database.
package interop

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// namespace is the version 5 namespace of what has no uuid of its own in the database. It
// must never change: those who keep a copy know things by the uuids made from it.
var namespace = uuid.MustParse("8f2f3a7e-5d0b-4d6c-9a51-6a0f8e0c7b1d")

// ID returns the uuid of a thing that the database names in another way, as "kommune",
// "0301": the same on every node, for as long as the name stands.
func ID(kind string, name ...string) uuid.UUID {
	return uuid.NewSHA1(namespace, []byte(kind+"/"+strings.Join(name, "/")))
}

// KommuneID returns the uuid of a kommune.
func KommuneID(n region.Number) uuid.UUID { return ID("kommune", string(n)) }

// FylkeID returns the uuid of a fylke.
func FylkeID(n region.FylkeNumber) uuid.UUID { return ID("fylke", string(n)) }

// CountryID returns the uuid of Norway, which offerings for the whole country are for.
func CountryID() uuid.UUID { return ID("land", "NO") }

// TypeID returns the uuid of a type of offering.
func TypeID(code string) uuid.UUID { return ID("type", code) }

// TermID returns the uuid of a term of the vocabulary.
func TermID(kind directory.TermKind, code string) uuid.UUID { return ID(string(kind), code) }

// PartID returns the uuid of the i-th part of a kind that an offering has: its second
// "location", its first "phone".
func PartID(offering uuid.UUID, kind string, i int) uuid.UUID {
	return ID(kind, offering.String(), strconv.Itoa(i))
}

// Places returns the locations of the offering that readers may know of, each with its
// uuid. What is confidential is left out, and the rest keep their uuids.
func Places(o *directory.Offering) []Place {
	var places []Place
	for i, l := range o.Locations {
		if !l.Confidential {
			places = append(places, Place{PartID(o.UUID, "location", i), l})
		}
	}
	return places
}

// Place is a location with its uuid.
type Place struct {
	ID uuid.UUID
	directory.Location
}

// Entry is one public offering in an Overview.
type Entry struct {
	ID           int64
	UUID         uuid.UUID
	Organization uuid.UUID // uuid.Nil where not known
	Changed      time.Time
}

// Organization is an organization with the public offerings it has.
type Organization struct {
	directory.Organization
	Offerings []int64   // ids, sorted
	Changed   time.Time // the latest of its offerings
}

// Overview is what one View publishes, by uuid and in order. It is shared: callers must
// not change it.
type Overview struct {
	View          *search.View
	Entries       []Entry        // by id
	Organizations []Organization // by id
	entries       map[uuid.UUID]int
	organizations map[uuid.UUID]int
}

// Offering returns the public offering with the uuid.
func (o *Overview) Offering(id uuid.UUID) (*directory.Offering, bool) {
	i, ok := o.entries[id]
	if !ok {
		return nil, false
	}
	return o.View.Offering(o.Entries[i].ID)
}

// Organization returns the organization with the uuid, if it has public offerings.
func (o *Overview) Organization(id uuid.UUID) (*Organization, bool) {
	i, ok := o.organizations[id]
	if !ok {
		return nil, false
	}
	return &o.Organizations[i], true
}

// Changed returns when a public offering was last changed.
func (o *Overview) Changed() (last time.Time) {
	for _, e := range o.Entries {
		if e.Changed.After(last) {
			last = e.Changed
		}
	}
	return last
}

// NewOverview reads every public offering of the View, in order of id, and gives each to
// also: who keeps more of them need not read them once more.
func NewOverview(v *search.View, also func(*directory.Offering)) *Overview {
	o := &Overview{View: v, entries: map[uuid.UUID]int{}, organizations: map[uuid.UUID]int{}}
	for l := range v.All() {
		also(l)
		o.entries[l.UUID] = len(o.Entries)
		o.Entries = append(o.Entries, Entry{l.ID, l.UUID, l.Organization.UUID, l.ChangedAt})
		if l.Organization.Name == "" {
			continue
		}
		i, known := o.organizations[l.Organization.UUID]
		if !known {
			i = len(o.Organizations)
			o.organizations[l.Organization.UUID] = i
			o.Organizations = append(o.Organizations, Organization{Organization: l.Organization})
		}
		g := &o.Organizations[i]
		g.Offerings = append(g.Offerings, l.ID)
		if l.ChangedAt.After(g.Changed) {
			g.Changed = l.ChangedAt
		}
	}
	slices.SortFunc(o.Organizations, func(a, b Organization) int { return cmp.Compare(a.ID, b.ID) })
	for i, g := range o.Organizations {
		o.organizations[g.UUID] = i
	}
	return o
}

// Overviews keeps the Overview of the newest View that was asked for. The zero value is
// ready to use.
type Overviews struct {
	mu     sync.Mutex
	latest *Overview
}

// Of returns the Overview of the View.
func (s *Overviews) Of(v *search.View) *Overview {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latest == nil || s.latest.View != v {
		s.latest = NewOverview(v, func(*directory.Offering) {})
	}
	return s.latest
}
