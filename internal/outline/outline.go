// Package outline reads where the borders of kommuner go, as the mapping authority gives
// them, and makes them small without parting neighbours: a border that two share is made
// simpler once, so that no gap and no overlap comes between them.
//
// An outline is kept as well-known binary (WKB), which every map program reads. In here it
// is points on a grid of about a metre, so that two points are the same or they are not.
package outline

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Polygons are those of a kommune: an outer ring each, then holes, of longitude and latitude in
// degrees.
type Polygons = orb.MultiPolygon

// Area is the land of one kommune.
type Area struct {
	Kommune  region.Number
	Polygons Polygons
}

// Decode returns the polygons that Encode wrote. It fails for anything else.
func Decode(b []byte) (orb.MultiPolygon, error) {
	g, err := wkb.Unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("decode outline: %w", err)
	}
	polygons, ok := g.(orb.MultiPolygon)
	if !ok {
		return nil, fmt.Errorf("decode outline: want a MultiPolygon, got a %s", g.GeoJSONType())
	}
	return polygons, nil
}

// Encode returns the polygons as well-known binary.
func Encode(polygons orb.MultiPolygon) ([]byte, error) {
	b, err := wkb.Marshal(polygons)
	if err != nil {
		return nil, fmt.Errorf("encode outline: %w", err)
	}
	return b, nil
}

// perDegree is how many steps of the grid a degree has.
const perDegree = 1e5

// point is a point of the grid: longitude, then latitude.
type point [2]int32

func onGrid(p orb.Point) point {
	return point{int32(math.Round(p[0] * perDegree)), int32(math.Round(p[1] * perDegree))}
}

func (p point) degrees() orb.Point {
	return orb.Point{float64(p[0]) / perDegree, float64(p[1]) / perDegree}
}

// ring is the points of a closed line on the grid, the first not repeated at the end.
type ring []point

// newRing returns the ring without points that fell together. One of fewer than three points
// has no area.
func newRing(r orb.Ring) ring {
	out := make(ring, 0, len(r))
	for _, p := range r {
		if q := onGrid(p); len(out) == 0 || out[len(out)-1] != q {
			out = append(out, q)
		}
	}
	for len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	return out
}

func (r ring) orb() orb.Ring {
	out := make(orb.Ring, 0, len(r)+1)
	for _, p := range r {
		out = append(out, p.degrees())
	}
	return append(out, out[0])
}

// kmPerDegree is the length of a degree of latitude.
const kmPerDegree = 111.2

// squareKM is how large the ring is.
func (r ring) squareKM() float64 {
	if len(r) < 3 {
		return 0
	}
	sum := 0.0
	origin := r[0].degrees()
	for i, p := range r {
		a, b := p.degrees(), r[(i+1)%len(r)].degrees()
		sum += (a[0]-origin[0])*(b[1]-origin[1]) - (b[0]-origin[0])*(a[1]-origin[1])
	}
	return math.Abs(sum) / 2 * kmPerDegree * kmPerDegree * math.Cos(origin[1]*math.Pi/180)
}
