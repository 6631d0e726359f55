package outline

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
)

// topology is a TopoJSON file: lines that geometries share, each from the point before where
// the coordinates are whole numbers of a grid.
// Source: https://github.com/topojson/topojson-specification
type topology struct {
	Type      string                    `json:"type"`
	Transform *transform                `json:"transform,omitempty"`
	Objects   map[string]topologyObject `json:"objects"`
	Arcs      []orb.LineString          `json:"arcs"`
}

type transform struct {
	Scale     orb.Point `json:"scale"`
	Translate orb.Point `json:"translate"`
}

type topologyObject struct {
	Type       string                     `json:"type"`
	ID         json.RawMessage            `json:"id,omitempty"`
	Properties map[string]json.RawMessage `json:"properties,omitempty"`
	Arcs       json.RawMessage            `json:"arcs,omitempty"`
	Geometries []topologyObject           `json:"geometries,omitempty"`
}

func parseTopology(content []byte) ([]feature, error) {
	var t topology
	if err := json.Unmarshal(content, &t); err != nil {
		return nil, fmt.Errorf("%w: topology: %w", ErrFormat, err)
	}
	t.place()
	var names []string
	for name := range t.Objects {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		var features []feature
		for i, o := range t.Objects[name].flat() {
			features = append(features, feature{
				name: name + ", geometry " + strconv.Itoa(i+1), id: o.ID, properties: o.Properties,
				polygons: func() (orb.MultiPolygon, error) { return t.polygons(o) },
			})
		}
		if slices.ContainsFunc(features, feature.isKommune) {
			return features, nil
		}
	}
	return nil, fmt.Errorf("%w: none of the objects %v has geometries with kommunenummer", ErrFormat, names)
}

// flat returns the geometries of a collection, or the only one.
func (o topologyObject) flat() []topologyObject {
	if o.Type != "GeometryCollection" {
		return []topologyObject{o}
	}
	return o.Geometries
}

// place gives the lines their points in degrees.
func (t *topology) place() {
	if t.Transform == nil {
		return
	}
	for _, arc := range t.Arcs {
		var at orb.Point
		for i, step := range arc {
			at = orb.Point{at[0] + step[0], at[1] + step[1]}
			arc[i] = orb.Point{at[0]*t.Transform.Scale[0] + t.Transform.Translate[0], at[1]*t.Transform.Scale[1] + t.Transform.Translate[1]}
		}
	}
}

func (t *topology) polygons(o topologyObject) (orb.MultiPolygon, error) {
	var polygons [][][]int
	switch o.Type {
	case "Polygon":
		polygons = make([][][]int, 1)
		if err := json.Unmarshal(o.Arcs, &polygons[0]); err != nil {
			return nil, fmt.Errorf("arcs of a Polygon: %w", err)
		}
	case "MultiPolygon":
		if err := json.Unmarshal(o.Arcs, &polygons); err != nil {
			return nil, fmt.Errorf("arcs of a MultiPolygon: %w", err)
		}
	default:
		return nil, fmt.Errorf("is a %q, want a Polygon or a MultiPolygon", o.Type)
	}
	out := make(orb.MultiPolygon, len(polygons))
	for i, rings := range polygons {
		for _, arcs := range rings {
			r, err := t.ring(arcs)
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], r)
		}
	}
	return out, nil
}

// ring joins lines: each begins where the one before ends, and that point is there once.
func (t *topology) ring(arcs []int) (orb.Ring, error) {
	var r orb.Ring
	for _, i := range arcs {
		number := max(i, ^i)
		if number >= len(t.Arcs) {
			return nil, fmt.Errorf("names arc %d, and the file has %d", number, len(t.Arcs))
		}
		points := slices.Clone(t.Arcs[number])
		if len(points) == 0 {
			return nil, fmt.Errorf("names arc %d, which has no points", number)
		}
		if i < 0 {
			slices.Reverse(points)
		}
		if len(r) > 0 {
			if r[len(r)-1] != points[0] {
				return nil, fmt.Errorf("arc %d does not begin where the one before it ends", number)
			}
			points = points[1:]
		}
		if r = append(r, points...); len(r) > maxPoints {
			return nil, errors.New("has a ring of too many points")
		}
	}
	return r, nil
}

// maxPoints keeps a file that names a long arc again and again from filling the memory. The
// longest true ring has some hundred thousand.
const maxPoints = 5_000_000
