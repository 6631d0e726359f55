package outline

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Place is a kommune as browsers get it: what it is called, and where.
type Place struct {
	Kommune  region.Number
	Name     string
	Centre   region.Position
	Polygons Polygons // nil where they are not known
}

// stepsWritten is how many steps of a written file's grid a degree has: eleven metres each.
const stepsWritten = 1e4

// Write returns the places as TopoJSON, a border that two share once.
func Write(places []Place) ([]byte, error) {
	var all []*ring
	rings := make([][][]*ring, len(places))
	for i, p := range places {
		for _, polygon := range p.Polygons {
			var of []*ring
			for _, r := range polygon {
				r := newRing(r)
				of = append(of, &r)
			}
			rings[i] = append(rings[i], of)
			all = append(all, of...)
		}
	}
	n := newNet(all)
	file := writtenTopology{Type: "Topology", Transform: transform{Scale: orb.Point{1 / stepsWritten, 1 / stepsWritten}}, Arcs: make([][][2]int, len(n.lines))}
	for i, l := range n.lines {
		file.Arcs[i] = l.steps()
	}
	file.Objects.Kommuner.Type = "GeometryCollection"
	for i, p := range places {
		g := writtenGeometry{Properties: writtenProperties{p.Kommune, p.Name, orb.Point{round(p.Centre.Lon), round(p.Centre.Lat)}}}
		for _, polygon := range rings[i] {
			var arcs [][]int
			for _, r := range polygon {
				if a := n.rings[r]; a != nil {
					arcs = append(arcs, a)
				}
			}
			if arcs != nil {
				g.Type = "MultiPolygon"
				g.Arcs = append(g.Arcs, arcs)
			}
		}
		file.Objects.Kommuner.Geometries = append(file.Objects.Kommuner.Geometries, g)
	}
	b, err := json.Marshal(file)
	if err != nil {
		return nil, fmt.Errorf("write outlines: %w", err)
	}
	return b, nil
}

func round(degrees float64) float64 { return math.Round(degrees*stepsWritten) / stepsWritten }

// writtenTopology is a topology as it is written: names in order, and whole numbers.
type writtenTopology struct {
	Type      string    `json:"type"`
	Transform transform `json:"transform"`
	Objects   struct {
		Kommuner struct {
			Type       string            `json:"type"`
			Geometries []writtenGeometry `json:"geometries"`
		} `json:"kommuner"`
	} `json:"objects"`
	Arcs [][][2]int `json:"arcs"`
}

type writtenGeometry struct {
	Type       string            `json:"type,omitempty"` // none: nothing is known of where it is
	Properties writtenProperties `json:"properties"`
	Arcs       [][][]int         `json:"arcs,omitempty"`
}

type writtenProperties struct {
	Kommune region.Number `json:"kommunenummer"`
	Name    string        `json:"navn"`
	Centre  orb.Point     `json:"senter"`
}

// steps returns the line on the coarser grid, each point from the one before. It has two at
// least, as a line must.
func (l line) steps() [][2]int {
	const coarser = perDegree / stepsWritten
	var steps [][2]int
	var at [2]int
	for i, p := range l {
		to := [2]int{int(math.Round(float64(p[0]) / coarser)), int(math.Round(float64(p[1]) / coarser))}
		if to == at && i > 0 && (i < len(l)-1 || len(steps) > 1) {
			continue
		}
		steps = append(steps, [2]int{to[0] - at[0], to[1] - at[1]})
		at = to
	}
	return steps
}
