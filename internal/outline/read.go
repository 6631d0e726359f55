package outline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Problem is what is wrong with one feature of a file.
type Problem struct {
	Feature string // "feature 12 (kommunenummer 1804)"
	Message string
}

func (p Problem) Error() string { return p.Feature + ": " + p.Message }

// ErrFormat is returned for a file that holds no outlines of kommuner in a form that is read.
var ErrFormat = errors.New("no outlines of kommuner")

// maxFile is above the most detailed file of the whole country that is published.
const maxFile = 1 << 30

// feature is a feature before anything is known of it.
type feature struct {
	name       string
	properties map[string]json.RawMessage
	id         json.RawMessage
	polygons   func() (orb.MultiPolygon, error)
}

// Read returns the outlines in a GeoJSON or TopoJSON file, by kommunenummer. Each feature has
// its kommunenummer among its properties, or as its id. Several of one kommune are its parts.
// A feature that cannot be used is a Problem, and the rest is there. The error, ErrFormat
// among others, is for a file of which nothing can be used.
func Read(r io.Reader) ([]Area, []Problem, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, nil, err
	}
	if len(content) > maxFile {
		return nil, nil, fmt.Errorf("larger than %d bytes", maxFile)
	}
	features, err := parse(bytes.TrimPrefix(content, []byte("\ufeff")))
	if err != nil {
		return nil, nil, err
	}
	byNumber := map[region.Number]orb.MultiPolygon{}
	var problems []Problem
	for _, f := range features {
		number, err := f.kommune()
		name := f.name
		if err == nil {
			name += " (kommunenummer " + string(number) + ")"
			var polygons orb.MultiPolygon
			if polygons, err = f.polygons(); err == nil {
				if err = check(polygons); err == nil {
					byNumber[number] = append(byNumber[number], polygons...)
					continue
				}
			}
		}
		problems = append(problems, Problem{name, err.Error()})
	}
	areas := make([]Area, 0, len(byNumber))
	for number, polygons := range byNumber {
		areas = append(areas, Area{number, polygons})
	}
	slices.SortFunc(areas, func(a, b Area) int { return strings.Compare(string(a.Kommune), string(b.Kommune)) })
	return areas, problems, nil
}

// object is as much of a GeoJSON or TopoJSON object as says what it is.
type object struct {
	Type       string
	Features   []json.RawMessage
	ID         json.RawMessage
	Properties map[string]json.RawMessage
	Geometry   *geometry
	CRS        *struct {
		Properties struct{ Name string }
	}
}

// geometry is a GeoJSON geometry.
type geometry struct {
	Type        string
	Coordinates json.RawMessage
}

// parse finds the features of a file. Kartverket puts a collection below a name of its own, and
// that of the borders as lines beside it.
func parse(content []byte) ([]feature, error) {
	var top object
	if err := json.Unmarshal(content, &top); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	switch top.Type {
	case "Topology":
		return parseTopology(content)
	case "FeatureCollection":
		return collection(top)
	case "":
	default:
		return nil, fmt.Errorf("%w: the file is a %q, want a GeoJSON FeatureCollection or a TopoJSON Topology", ErrFormat, top.Type)
	}
	var below map[string]json.RawMessage
	if err := json.Unmarshal(content, &below); err != nil {
		return nil, fmt.Errorf("%w: want a GeoJSON FeatureCollection or a TopoJSON Topology", ErrFormat)
	}
	var names []string
	for name := range below {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		var inner object
		if json.Unmarshal(below[name], &inner) != nil || inner.Type != "FeatureCollection" {
			continue
		}
		if features, err := collection(inner); err != nil {
			return nil, err
		} else if slices.ContainsFunc(features, feature.isKommune) {
			return features, nil
		}
	}
	return nil, fmt.Errorf("%w: want a GeoJSON FeatureCollection or a TopoJSON Topology whose features have kommunenummer", ErrFormat)
}

// degreeNames are the ends of names of reference systems in degrees, longitude first: WGS 84,
// and EUREF89, which is the same to less than a metre.
var degreeNames = []string{"CRS84", ":4326", ":4258"}

func collection(o object) ([]feature, error) {
	if o.CRS != nil && !slices.ContainsFunc(degreeNames, func(end string) bool { return strings.HasSuffix(o.CRS.Properties.Name, end) }) {
		return nil, fmt.Errorf("%w: coordinates are in %s, want longitude and latitude: choose EPSG:4258 or EPSG:4326 where the file is fetched", ErrFormat, o.CRS.Properties.Name)
	}
	features := make([]feature, len(o.Features))
	for i, raw := range o.Features {
		features[i].name = "feature " + strconv.Itoa(i+1)
		var f object
		if err := json.Unmarshal(raw, &f); err != nil {
			features[i].polygons = func() (orb.MultiPolygon, error) { return nil, err }
			continue
		}
		features[i].id, features[i].properties = f.ID, f.Properties
		features[i].polygons = func() (orb.MultiPolygon, error) { return f.Geometry.polygons() }
	}
	return features, nil
}

func (g *geometry) polygons() (orb.MultiPolygon, error) {
	if g == nil {
		return nil, errors.New("has no geometry, want a Polygon or a MultiPolygon")
	}
	switch g.Type {
	case "Polygon":
		var p orb.Polygon
		if err := json.Unmarshal(g.Coordinates, &p); err != nil {
			return nil, fmt.Errorf("coordinates of a Polygon: %w", err)
		}
		return orb.MultiPolygon{p}, nil
	case "MultiPolygon":
		var p orb.MultiPolygon
		if err := json.Unmarshal(g.Coordinates, &p); err != nil {
			return nil, fmt.Errorf("coordinates of a MultiPolygon: %w", err)
		}
		return p, nil
	}
	return nil, fmt.Errorf("is a %q, want a Polygon or a MultiPolygon", g.Type)
}

func (f feature) isKommune() bool {
	_, err := f.kommune()
	return err == nil
}

// kommune returns the kommunenummer that the feature names. Programs for tables are prone to
// make a number of it, without its zero.
func (f feature) kommune() (region.Number, error) {
	for _, raw := range []json.RawMessage{f.properties["kommunenummer"], f.properties["Kommunenummer"], f.properties["KOMMUNENUMMER"], f.id} {
		if raw == nil || string(raw) == "null" {
			continue
		}
		text := strings.Trim(string(raw), `"`)
		if raw[0] != '"' && len(text) == 3 {
			text = "0" + text
		}
		n, err := region.ParseNumber(text)
		if err != nil {
			return "", fmt.Errorf("kommunenummer is %s, want four digits in quotes, like \"0301\"", raw)
		}
		return n, nil
	}
	return "", errors.New(`has no kommunenummer, want a property like "kommunenummer": "0301"`)
}

// Norway's mainland with its islands and the sea around them.
const (
	west, east   = 2, 33
	south, north = 56, 73
)

// check returns what makes the polygons unusable.
func check(polygons orb.MultiPolygon) error {
	if len(polygons) == 0 {
		return errors.New("has no polygon")
	}
	for _, polygon := range polygons {
		if len(polygon) == 0 {
			return errors.New("has a polygon without an outer ring")
		}
		for _, ring := range polygon {
			if len(ring) < 4 {
				return fmt.Errorf("has a ring of %d points, want at least 4, the last the same as the first", len(ring))
			}
			if ring[0] != ring[len(ring)-1] {
				return fmt.Errorf("has a ring that begins at %v and ends at %v, want the same point", ring[0], ring[len(ring)-1])
			}
			for _, p := range ring {
				if err := inNorway(p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func inNorway(p orb.Point) error {
	switch {
	case p[0] >= west && p[0] <= east && p[1] >= south && p[1] <= north:
		return nil
	case p[1] >= west && p[1] <= east && p[0] >= south && p[0] <= north:
		return fmt.Errorf("has the point %v, which is latitude first: want longitude, then latitude", p)
	case p[0] > 180 || p[1] > 180:
		return fmt.Errorf("has the point %v, which is in metres: want degrees, choose EPSG:4258 or EPSG:4326 where the file is fetched", p)
	}
	return fmt.Errorf("has the point %v, which is not in Norway: want longitude %d to %d and latitude %d to %d", p, west, east, south, north)
}
