package fhir

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/interop"
)

type bundle struct {
	header
	BundleType string  `json:"type"`
	Total      int     `json:"total"`
	Link       []link  `json:"link"`
	Entry      []entry `json:"entry,omitempty"`
}

type link struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}

type entry struct {
	FullURL  string          `json:"fullUrl"`
	Resource json.RawMessage `json:"resource"`
	Search   searched        `json:"search"`
}

type searched struct {
	Extension []distanceExtension `json:"extension,omitempty"`
	Mode      string              `json:"mode"`
}

// distanceExtension is HL7's own for how far away a match is.
type distanceExtension struct {
	URL           string `json:"url"`
	ValueDistance struct {
		Value  float64 `json:"value"`
		Unit   string  `json:"unit"`
		System string  `json:"system"`
		Code   string  `json:"code"`
	} `json:"valueDistance"`
}

const extDistance = "http://hl7.org/fhir/StructureDefinition/location-distance"

// mostIncluded is how many resources come with those of a page. Norway is where hundreds of
// services are for.
const mostIncluded = 1000

// match is a resource that was found.
type match struct {
	*item
	cursor
}

// find returns everything that the search finds, in order.
func (c *catalog) find(q *query) []match {
	var found []match
	for _, it := range c.items[q.kind] {
		if slices.ContainsFunc(q.conditions, func(of condition) bool { return !of(it) }) {
			continue
		}
		m := match{it, cursor{Order: it.order}}
		if len(q.near) > 0 {
			m.Distance = math.Inf(1)
			for _, n := range q.near {
				m.Distance = min(m.Distance, n.distance(it))
			}
		}
		found = append(found, m)
	}
	by := q.sort
	if len(by) == 0 && len(q.near) > 0 {
		by = []sortKey{{name: "near"}}
	}
	for _, k := range by {
		for i := range found {
			switch m := &found[i]; k.name {
			case "name":
				m.Name = nameKey(m.names[0].written)
			case "_lastUpdated":
				m.Changed = m.changed.UnixMilli()
			case "_id":
				m.ID = m.id
			}
		}
	}
	slices.SortFunc(found, func(a, b match) int { return compare(by, &a.cursor, &b.cursor) })
	q.sort = by
	return found
}

// compare puts two resources in the order that is asked for, and those alike in the order of
// their ids, so that it is the same each time.
func compare(by []sortKey, a, b *cursor) int {
	for _, k := range by {
		var order int
		switch k.name {
		case "name":
			order = strings.Compare(a.Name, b.Name)
		case "_lastUpdated":
			order = cmp.Compare(a.Changed, b.Changed)
		case "_id":
			order = strings.Compare(a.ID, b.ID)
		case "near":
			order = cmp.Compare(a.Distance, b.Distance)
		}
		if order != 0 {
			if k.down {
				return -order
			}
			return order
		}
	}
	return cmp.Compare(a.Order, b.Order)
}

// answer returns the searchset Bundle for a search.
func (c *catalog) answer(q *query) (*bundle, error) {
	found := c.find(q)
	b := &bundle{header: header{Type: "Bundle"}, BundleType: "searchset", Total: len(found)}
	if q.count == 0 || q.summary == "count" {
		b.Link = []link{{"self", q.address(c.base, nil)}}
		return b, c.warn(b, q)
	}
	begin := 0
	if q.from != nil {
		begin, _ = slices.BinarySearchFunc(found, q.from, func(m match, at *cursor) int { return compare(q.sort, &m.cursor, at) })
	}
	b.Link = c.links(q, found, begin)
	page := found[begin:min(begin+q.count, len(found))]
	for _, m := range page {
		if err := c.enter(b, q, m.item, searched{Mode: "match", Extension: q.distanceOf(m)}); err != nil {
			return nil, err
		}
	}
	if q.summary != "text" { // by the standard the two do not go together
		if err := c.enterIncluded(b, q, page); err != nil {
			return nil, err
		}
	}
	return b, c.warn(b, q)
}

// links returns the addresses of this page and those around it.
func (c *catalog) links(q *query, found []match, begin int) []link {
	at := func(i int) *cursor {
		if i <= 0 {
			return nil
		}
		return &found[i].cursor
	}
	self := q.from
	if begin < len(found) && begin > 0 {
		self = at(begin)
	}
	list := []link{{"self", q.address(c.base, self)}, {"first", q.address(c.base, nil)}}
	if begin > 0 {
		list = append(list, link{"previous", q.address(c.base, at(begin-q.count))})
	}
	if begin+q.count < len(found) {
		list = append(list, link{"next", q.address(c.base, at(begin+q.count))})
	}
	last := 0
	if len(found) > 0 {
		last = (len(found) - 1) / q.count * q.count
		if rest := begin % q.count; rest > 0 { // pages that begin in between stay so
			last = (len(found)-1-rest)/q.count*q.count + rest
		}
	}
	return append(list, link{"last", q.address(c.base, at(last))})
}

func (q *query) distanceOf(m match) []distanceExtension {
	if len(q.near) == 0 {
		return nil
	}
	d := distanceExtension{URL: extDistance}
	d.ValueDistance.Value = math.Round(m.Distance) / 1000
	d.ValueDistance.Unit, d.ValueDistance.System, d.ValueDistance.Code = "km", "http://unitsofmeasure.org", "km"
	return []distanceExtension{d}
}

// enter adds a resource to the Bundle, as much of it as is asked for.
func (c *catalog) enter(b *bundle, q *query, it *item, s searched) error {
	r := it.make()
	if r == nil {
		return fmt.Errorf("%s/%s: content is gone from the index", it.kind, it.id)
	}
	content, err := encodeVersioned(r)
	if err != nil {
		return err
	}
	elements := q.elements
	if s.Mode != "match" {
		elements = nil // they are those of the type that is searched
	}
	if content, err = subset(it.kind, content, q.summary, elements); err != nil {
		return err
	}
	b.Entry = append(b.Entry, entry{c.base + "/" + it.kind + "/" + it.id, content, s})
	return nil
}

// enterIncluded adds what _include and _revinclude ask for, each resource once.
func (c *catalog) enterIncluded(b *bundle, q *query, page []match) error {
	seen := map[*item]bool{}
	var matched []*item
	for _, m := range page {
		seen[m.item] = true
		matched = append(matched, m.item)
	}
	var included []*item
	for round := matched; len(round) > 0; {
		var next []*item
		for _, it := range c.step(q, round, len(included) > 0) {
			if !seen[it] {
				seen[it] = true
				next = append(next, it)
			}
		}
		included, round = append(included, next...), next
		if len(included) > mostIncluded {
			included = included[:mostIncluded]
			q.warnings = append(q.warnings, warning("too-costly", fmt.Sprintf("Det hører mer til enn det er plass til: de første %d er med.", mostIncluded), "_include"))
			break
		}
	}
	for _, it := range included {
		if err := c.enter(b, q, it, searched{Mode: "include"}); err != nil {
			return err
		}
	}
	return nil
}

// step returns what is one step from the items. From what was included itself, only those
// includes go on that are to be iterated.
func (c *catalog) step(q *query, items []*item, again bool) []*item {
	var list []*item
	for _, i := range q.include {
		if again && !i.iterate {
			continue
		}
		for _, it := range items {
			if it.kind != i.source {
				continue
			}
			for _, id := range i.parameter.ids(it) {
				if to := c.byReference[i.parameter.target+"/"+id]; to != nil {
					list = append(list, to)
				}
			}
		}
	}
	for _, i := range q.revinclude {
		if again && !i.iterate {
			continue
		}
		asked := map[string]bool{}
		for _, it := range items {
			if it.kind == i.parameter.target {
				asked[it.id] = true
			}
		}
		for _, it := range c.items[i.source] {
			if slices.ContainsFunc(i.parameter.ids(it), func(id string) bool { return asked[id] }) {
				list = append(list, it)
			}
		}
	}
	return list
}

// warn adds what was ignored, as an OperationOutcome beside the resources.
func (c *catalog) warn(b *bundle, q *query) error {
	if len(q.warnings) == 0 {
		return nil
	}
	o := newOutcome(q.warnings...)
	o.Text = o.narrative()
	content, err := encode(o)
	if err != nil {
		return err
	}
	b.Entry = append(b.Entry, entry{"urn:uuid:" + outcomeID(content).String(), content, searched{Mode: "outcome"}})
	return nil
}

// outcomeID names an outcome within its Bundle: each entry must have a name.
func outcomeID(content []byte) uuid.UUID { return interop.ID("outcome", string(content)) }
