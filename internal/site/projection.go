package site

import (
	"math"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Lambert's conformal conic projection of a sphere, with the parallels and the meridian by
// which the whole of Norway, from Lindesnes to Vardø, keeps its shape.
var (
	parallel1, parallel2 = radians(60), radians(69)
	meridian             = radians(16)
	coneN                = math.Log(math.Cos(parallel1)/math.Cos(parallel2)) / math.Log(coneTan(parallel2)/coneTan(parallel1))
	coneF                = math.Cos(parallel1) * math.Pow(coneTan(parallel1), coneN) / coneN
)

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }
func coneTan(lat float64) float64     { return math.Tan(math.Pi/4 + lat/2) }

// project returns where the point lies on a plane, x to the east and y to the south, with
// the radius of the earth as unit.
func project(p region.Position) (x, y float64) {
	rho := coneF / math.Pow(coneTan(radians(p.Lat)), coneN)
	theta := coneN * (radians(p.Lon) - meridian)
	return rho * math.Sin(theta), rho * math.Cos(theta)
}

// frame is how much of the plane a picture shows, and how large.
type frame struct{ left, top, scale, margin, width, height float64 }

// frameOf returns the frame of the given width in which all points lie, with a margin.
func frameOf(points []region.Position, width, margin float64) frame {
	left, right, top, bottom := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, p := range points {
		x, y := project(p)
		left, right = min(left, x), max(right, x)
		top, bottom = min(top, y), max(bottom, y)
	}
	if len(points) == 0 || right == left {
		return frame{margin: margin, width: width, height: width}
	}
	scale := (width - 2*margin) / (right - left)
	return frame{left, top, scale, margin, width, math.Ceil((bottom-top)*scale + 2*margin)}
}

// at returns where the point lies in the picture.
func (f frame) at(p region.Position) (x, y float64) {
	x, y = project(p)
	return f.margin + (x-f.left)*f.scale, f.margin + (y-f.top)*f.scale
}
