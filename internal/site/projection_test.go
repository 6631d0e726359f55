package site

import (
	"math"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// The map keeps shapes: short distances are as long in it as on the ground, to a few percent,
// everywhere in Norway and in each direction.
func TestProjectionKeepsShapes(t *testing.T) {
	const earth = 6371.0
	for _, at := range []region.Position{{Lat: 58, Lon: 7}, {Lat: 60, Lon: 5}, {Lat: 59.9, Lon: 10.7}, {Lat: 65, Lon: 13}, {Lat: 70.4, Lon: 31}} {
		for _, to := range []region.Position{{Lat: at.Lat + 0.1, Lon: at.Lon}, {Lat: at.Lat, Lon: at.Lon + 0.1}} {
			x1, y1 := project(at)
			x2, y2 := project(to)
			ratio := math.Hypot(x2-x1, y2-y1) * earth / search.DistanceKM(at, to)
			if math.Abs(ratio-1) > 0.03 {
				t.Errorf("from %v to %v is %.3f times as long in the map", at, to, ratio)
			}
		}
	}
}

func TestFrameHoldsAllPoints(t *testing.T) {
	points := []region.Position{{Lat: 58, Lon: 7}, {Lat: 71, Lon: 25}, {Lat: 70.4, Lon: 31}}
	f := frameOf(points, 600, 20)
	for _, p := range points {
		if x, y := f.at(p); x < 19.9 || x > 580.1 || y < 19.9 || y > f.height-19.9 {
			t.Errorf("%v is at %.1f, %.1f in a picture of 600 x %.0f", p, x, y, f.height)
		}
	}
	south, north := points[0], points[1]
	_, ys := f.at(south)
	_, yn := f.at(north)
	if yn >= ys {
		t.Error("north is not up")
	}
	if f := frameOf(nil, 600, 20); f.width != 600 || f.height <= 0 {
		t.Errorf("the frame of nothing is %+v", f)
	}
}
